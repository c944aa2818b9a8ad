//! One function per command: words in, question asked, answer out.

use std::net::SocketAddr;
use std::path::Path;

use turnover_analysis::format::multiple;
use turnover_analysis::{
    Answer, Cell, Deficits, Draws, Model, NamedEconomy, Pair, PullFile, Table, Unit, check_theta, coverage, diversion,
    effect, estimate, history, levers, outlook, potential, reach, scenario, simulate, turnover,
};
use turnover_brief::{Ask, Document, Dossier, Evidence, Ground, Question, brief, reach_supposing};
use turnover_data::{Filter, FlowOptions, FlowSource, HsCode, Iso3, Select, import_baci, import_flows};
use turnover_equilibrium::Imbalance;
use turnover_gravity::{Kind, SeparationCheck, SmallSample};
use turnover_measures::{Catalogue, Direction, Party};
use turnover_server::Data as Served;

use crate::args::{self, Args, Command, CoverageArgs, Data, ImbalanceArg, MethodArg, SeparationArg, SscArg};
use crate::errors::CliError;
use crate::output::Output;
use crate::progress::{Bar, Spinner};
use crate::{builtin, load, measures};

pub(crate) fn run(args: &Args, output: &Output) -> Result<(), CliError> {
    load::start_threads(args.command.threads(), output)?;
    match &args.command {
        Command::Brief(words) => run_brief(words, output),
        Command::Turnover(words) => run_turnover(words, output),
        Command::Coverage(words) => run_coverage(words, output),
        Command::Reach(words) => run_reach(words, output),
        Command::Simulate(words) => run_simulate(words, output),
        Command::Effect(words) => run_effect(words, output),
        Command::Check(words) => run_check(words, output),
        Command::Potential(words) => run_potential(words, output),
        Command::Diversion(words) => run_diversion(words, output),
        Command::History(words) => run_history(words, output),
        Command::Outlook(words) => run_outlook(words, output),
        Command::Estimate(words) => run_estimate(words, output),
        Command::Serve(words) => run_serve(words, output),
        Command::Measures(words) => measures::run(words, output),
        Command::Data(Data::Import { source, files, into, read }) => run_import(*source, files, into, read, output),
        Command::Data(Data::List) => builtin::list(output),
        Command::Data(Data::Export { pair, data }) => run_export(pair, data, output),
        Command::Data(Data::Describe { file, read, year }) => {
            let mut options = load::flow_options(read)?;
            options.columns.year = options.columns.year.or_else(|| year.clone());
            let description = turnover_data::describe(file, &options)?;
            measures::describe(&description, output)
        }
    }
}

/// Trade elasticity by default.
const THETA: f64 = 4.0;

fn pair(words: &args::PairArgs) -> Result<Pair, CliError> {
    Ok(Pair::resolve(&words.a, &words.b)?)
}

fn imbalance(word: ImbalanceArg) -> Imbalance {
    match word {
        ImbalanceArg::Additive => Imbalance::Additive,
        ImbalanceArg::Multiplicative => Imbalance::Multiplicative,
        ImbalanceArg::Balanced => Imbalance::Balanced,
    }
}

fn coverage_question(pair: Pair, words: &CoverageArgs, data_words: String) -> coverage::Question {
    coverage::Question {
        pair,
        date: words.date,
        year: words.year,
        base_year: words.base_year,
        claim: words.claim / 100.0,
        lift: words.lift.clone(),
        bring: words.bring.clone(),
        watch_list: None,
        data_words,
    }
}

fn run_brief(words: &args::Brief, output: &Output) -> Result<(), CliError> {
    let pair = pair(&words.pair)?;
    let flows = load::flows(&words.data, &Select::Pair(pair.a, pair.b), output)?;
    let catalogue = load::catalogue(words.coverage.catalogue.as_ref())?;
    let (world, world_words) = load::world_beside(&words.data, words.model.world_year, output)?;
    let data_words = load::data_words(&words.data, words.coverage.catalogue.as_ref());
    let flow_words = load::data_words(&words.data, None);
    let day_year = words.coverage.date.map(|d| i32::from(d.year()));
    let year = load::default_year(&words.data, words.coverage.year.or(day_year));
    let mut coverage = coverage_question(pair, &words.coverage, data_words.clone());
    coverage.year = year;
    let mut reach = reach::Question::new(pair, words.times);
    reach.theta = words.model.theta.unwrap_or(THETA);
    reach.imbalance = imbalance(words.model.imbalance);
    reach.data_words = world_words;
    let figures = match (&words.data.data, year) {
        (None, Some(y)) => format!("Embedded figures, trade of {y}; your own with --data"),
        (None, None) => "Embedded figures; your own with --data".to_owned(),
        (Some(path), _) => format!("Figures of {}", path.display()),
    };
    let mut ask = Ask {
        pair,
        times: words.times,
        year,
        date: words.coverage.date,
        coverage,
        reach,
        figures,
        command: String::new(),
        data_words: flow_words.clone(),
        questions: questions(words),
        partner_words: flow_words,
    };
    let levers = words.levers.as_ref();
    let lever_words =
        levers.map_or_else(String::new, |p| format!(" --levers {}", load::quoted(&p.display().to_string())));
    ask.command = format!("turnover brief {}{lever_words}{data_words}", ask.words());
    if !(words.times.is_finite() && words.times > 0.0) {
        return Err(turnover_analysis::AnalysisError::Range {
            what: "--times",
            found: words.times.to_string(),
            expected: "a number above 0",
            help: "2 doubles the trade, 0.5 halves it".to_owned(),
        }
        .into());
    }
    let panel = turnover_data::PairPanel::built_in()?;
    // Of the user's own flows effects are estimated too, where they hold many partners.
    let partners = load::food_flows(&words.data, &Select::Partners(vec![pair.a, pair.b]), output)?;
    let dossier = Dossier::embedded()?;
    let about = dossier.pair == pair || (dossier.pair.a, dossier.pair.b) == (pair.b, pair.a);
    let dossier = (about && words.data.data.is_none()).then_some(dossier);
    let store = load::store(&words.data)?;
    let all = store.as_ref().map_or(FlowSource::Table(&flows), FlowSource::Store);
    let file = levers.map(|path| PullFile::read(path)).transpose()?;
    let pulled = match &world {
        Ok(world) if file.is_some() || !ask.coverage.supposed().is_empty() => {
            let theta = format!(" --theta {}", multiple(ask.reach.theta));
            let command =
                format!("turnover reach {} --times {}{lever_words}{theta}", pair.words(), multiple(words.times));
            Some(reach_supposing(world, &catalogue, &ask.coverage, &ask.reach, file.as_ref(), &command))
        }
        _ => None,
    };
    let level = match &words.data.data {
        None => Some(turnover::of_books(pair, load::built_in_year(pair, ask.year)?)?),
        Some(_) => None,
    };
    let ground =
        Ground { level, world, catalogue: &catalogue, panel: &panel, partners: &partners, all, dossier, pulled };
    let document = output.watched("answering", |watch| brief(&flows, ground, &ask, watch))?;
    output.answer(&document, false)
}

/// The questions that the brief is to answer.
fn questions(words: &args::Brief) -> Vec<Question> {
    use args::QuestionArg as Q;
    let all = [Q::Coverage, Q::Effect, Q::Reach, Q::Potential, Q::History, Q::Diversion, Q::Check];
    let wanted = |q: &Q| if words.only.is_empty() { !words.without.contains(q) } else { words.only.contains(q) };
    let name = |q| match q {
        Q::Coverage => Question::Coverage,
        Q::Effect => Question::Effect,
        Q::Reach => Question::Reach,
        Q::Potential => Question::Potential,
        Q::History => Question::History,
        Q::Diversion => Question::Diversion,
        Q::Check => Question::Check,
    };
    std::iter::once(Question::Turnover).chain(all.into_iter().filter(wanted).map(name)).collect()
}

fn run_turnover(words: &args::Turnover, output: &Output) -> Result<(), CliError> {
    let pair = pair(&words.pair)?;
    if words.data.data.is_none() {
        load::refuse_read_args(&words.data)?;
        let year = load::built_in_year(pair, words.year)?;
        return output.answer(&Document::from(turnover::of_books(pair, year)?), true);
    }
    let flows = load::flows(&words.data, &Select::Pair(pair.a, pair.b), output)?;
    let question = turnover::Question {
        pair,
        year: load::default_year(&words.data, words.year),
        data_words: load::data_words(&words.data, None),
    };
    output.answer(&Document::from(turnover::answer(&flows, &question)?), true)
}

fn run_coverage(words: &args::Coverage, output: &Output) -> Result<(), CliError> {
    let pair = pair(&words.pair)?;
    let flows = load::flows(&words.data, &Select::Pair(pair.a, pair.b), output)?;
    let catalogue = load::catalogue(words.coverage.catalogue.as_ref())?;
    let mut question =
        coverage_question(pair, &words.coverage, load::data_words(&words.data, words.coverage.catalogue.as_ref()));
    if words.coverage.date.is_none() {
        question.year = load::default_year(&words.data, words.coverage.year);
    }
    question.watch_list = words.watch_list.clone();
    let partners = load::food_flows(&words.data, &Select::Partners(vec![pair.a, pair.b]), output)?;
    output.answer(&Document::from(coverage::answer(&flows, Some(&partners), &catalogue, &question)?), true)
}

/// The model that a file of levers or a scenario is about, and its words.
fn file_model(
    file: &PullFile,
    words: &args::FileModelArgs,
    model: &args::ModelArgs,
    data: &args::DataArgs,
    output: &Output,
) -> Result<(Model, String), CliError> {
    let theta = model.theta.or(file.theta);
    let theta_word = model.theta.map_or_else(String::new, |t| format!(" --theta {}", multiple(t)));
    let mut tail = match words.draws {
        Some(n) => format!(" --draws {n} --seed {}", words.seed),
        None => String::new(),
    };
    tail.push_str(&model_words(data, model.world_year));
    if let Some(path) = &words.catalogue {
        tail.push_str(&format!(" --catalogue {}", load::quoted(&path.display().to_string())));
    }
    match words.kind {
        args::ModelArg::OneSector => {
            let imbalance = match (model.imbalance, file.deficits) {
                (ImbalanceArg::Multiplicative, _) => Imbalance::Multiplicative,
                (ImbalanceArg::Balanced, _) | (_, Some(Deficits::Zero)) => Imbalance::Balanced,
                (_, Some(Deficits::Proportional)) => Imbalance::Multiplicative,
                _ => Imbalance::Additive,
            };
            let theta = theta.unwrap_or(THETA);
            check_theta(theta)?;
            let world = load::world(data, model.world_year, output)?;
            let imbalance_word = match model.imbalance {
                ImbalanceArg::Additive => "",
                ImbalanceArg::Multiplicative => " --imbalance multiplicative",
                ImbalanceArg::Balanced => " --imbalance balanced",
            };
            Ok((Model::one(world, theta, imbalance)?, format!("{theta_word}{imbalance_word}{tail}")))
        }
        args::ModelArg::CaliendoParro => {
            let folder = data.data.as_ref().filter(|p| p.is_dir()).ok_or_else(|| {
                CliError::Call(
                    "--model caliendo-parro needs tables of sectors, and none were given".to_owned(),
                    "add --data DIR with the tables of docs/economy.md".to_owned(),
                )
            })?;
            if theta.is_some() {
                return Err(CliError::Call(
                    "theta is one number, and this model has one for each sector".to_owned(),
                    "they are read from the data's folder; leave theta out".to_owned(),
                ));
            }
            let _spinner = Spinner::start(format!("reading {}", folder.display()), output.quiet());
            let economy = NamedEconomy::new(turnover_data::EconomyTables::read(folder)?)?;
            let model = Model::many(economy, file.deficits.unwrap_or(Deficits::Kept))?;
            Ok((model, format!(" --model caliendo-parro{tail}")))
        }
    }
}

fn draws(words: &args::FileModelArgs) -> Option<Draws> {
    words.draws.map(|count| Draws { count, seed: words.seed })
}

/// What goes with a file of levers or changes only.
fn refuse_file_words(words: &args::FileModelArgs, file: &str) -> Result<(), CliError> {
    let alone = [
        ("--model", words.kind != args::ModelArg::OneSector),
        ("--draws", words.draws.is_some()),
        ("--catalogue", words.catalogue.is_some()),
    ];
    match alone.iter().find(|(_, given)| *given) {
        Some((word, _)) => {
            Err(CliError::Call(format!("{word} goes with {file} FILE"), format!("add {file} FILE (docs/scenarios.md)")))
        }
        None => Ok(()),
    }
}

fn run_levers(words: &args::Reach, path: &Path, output: &Output) -> Result<(), CliError> {
    let file = PullFile::read(path)?;
    let (model, tail) = file_model(&file, &words.file_model, &words.model, &words.data, output)?;
    let catalogue = load::catalogue(words.file_model.catalogue.as_ref())?;
    let question = levers::Question {
        a: words.pair.a.clone(),
        b: words.pair.b.clone(),
        times: words.times,
        file: &file,
        draws: draws(&words.file_model),
        command: format!(
            "turnover reach {} {} --times {} --levers {}{tail}",
            load::quoted(&words.pair.a),
            load::quoted(&words.pair.b),
            multiple(words.times),
            load::quoted(&path.display().to_string())
        ),
    };
    let _spinner = Spinner::start("solving".to_owned(), output.quiet());
    let answer = levers::answer(&model, &catalogue, &question)?;
    drop(_spinner);
    output.answer(&Document::from(answer), true)
}

fn run_scenario(words: &args::Simulate, path: &Path, output: &Output) -> Result<(), CliError> {
    let file = PullFile::read(path)?;
    let (model, tail) = file_model(&file, &words.file_model, &words.model, &words.data, output)?;
    let catalogue = load::catalogue(words.file_model.catalogue.as_ref())?;
    let question = scenario::Question {
        file: &file,
        draws: draws(&words.file_model),
        command: format!("turnover simulate --scenario {}{tail}", load::quoted(&path.display().to_string())),
    };
    let _spinner = Spinner::start("solving".to_owned(), output.quiet());
    let answer = scenario::answer(&model, &catalogue, &question)?;
    drop(_spinner);
    output.answer(&Document::from(answer), true)
}

fn run_reach(words: &args::Reach, output: &Output) -> Result<(), CliError> {
    if let Some(path) = &words.levers {
        return run_levers(words, path, output);
    }
    refuse_file_words(&words.file_model, "--levers")?;
    let pair = pair(&words.pair)?;
    let world = load::world(&words.data, words.model.world_year, output)?;
    let mut question = reach::Question::new(pair, words.times);
    question.theta = words.model.theta.unwrap_or(THETA);
    question.imbalance = imbalance(words.model.imbalance);
    question.ways = ways(pair, words.only.as_deref())?;
    question.data_words = model_words(&words.data, words.model.world_year);
    output.answer(&Document::from(reach::answer(&world, &question)?), true)
}

fn ways(pair: Pair, only: Option<&str>) -> Result<reach::Ways, CliError> {
    let Some(text) = only else { return Ok(reach::Ways::Both) };
    let named = text.split_once(':').and_then(|(from, to)| Pair::resolve(from, to).ok());
    match named {
        Some(p) if p == pair => Ok(reach::Ways::Forward),
        Some(p) if (p.a, p.b) == (pair.b, pair.a) => Ok(reach::Ways::Backward),
        _ => Err(CliError::Call(
            format!("--only {text} is not a direction of the pair"),
            format!("write --only {}:{} or --only {}:{}", pair.a, pair.b, pair.b, pair.a),
        )),
    }
}

fn run_simulate(words: &args::Simulate, output: &Output) -> Result<(), CliError> {
    if let Some(path) = &words.scenario {
        return run_scenario(words, path, output);
    }
    refuse_file_words(&words.file_model, "--scenario")?;
    let changes = words.change.iter().map(|text| simulate::Change::parse(text)).collect::<Result<Vec<_>, _>>()?;
    let world = load::world(&words.data, words.model.world_year, output)?;
    let question = simulate::Question {
        changes,
        theta: words.model.theta.unwrap_or(THETA),
        imbalance: imbalance(words.model.imbalance),
        data_words: model_words(&words.data, words.model.world_year),
    };
    output.answer(&Document::from(simulate::answer(&world, &question)?), true)
}

fn model_words(data: &args::DataArgs, world_year: Option<i32>) -> String {
    let year = world_year.map_or_else(String::new, |y| format!(" --world-year {y}"));
    format!("{year}{}", load::data_words(data, None))
}

/// The flows that a measure's effect is about: those of its sender, where that is one country.
fn sender(catalogue: &Catalogue, measure: &str) -> Select {
    catalogue.sender(measure).map_or(Select::All, |c| Select::Partners(vec![c]))
}

/// The flows in which trade that a measure stops can have gone around it: those of who imports.
fn importers(catalogue: &Catalogue, measure: &str) -> Select {
    let Some(m) = catalogue.measure(measure) else { return Select::All };
    if m.direction != Direction::Export {
        return sender(catalogue, measure);
    }
    let country = |p: Party| if let Party::Country(c) = p { Some(c) } else { None };
    m.targets.iter().map(|t| country(t.party)).collect::<Option<Vec<_>>>().map_or(Select::All, Select::Partners)
}

fn run_effect(words: &args::Effect, output: &Output) -> Result<(), CliError> {
    let catalogue = load::catalogue(words.catalogue.as_ref())?;
    let flows = load::food_flows(&words.data, &sender(&catalogue, &words.measure), output)?;
    let partner = words.with.as_ref().map(|w| Iso3::resolve(w)).transpose()?;
    let products = product_codes(words.products.as_deref())?;
    let mut command = format!("turnover effect {}", load::quoted(&words.measure));
    if let Some(p) = partner {
        command.push_str(&format!(" --with {p}"));
    }
    if let Some(p) = &words.products {
        command.push_str(&format!(" --products {}", p.join(",")));
    }
    let later = match words.later {
        args::LaterArg::Drop => effect::Later::Drop,
        args::LaterArg::Control => effect::Later::Control,
        args::LaterArg::Treat => effect::Later::Treat,
    };
    command.push_str(match later {
        effect::Later::Drop => "",
        effect::Later::Control => " --later control",
        effect::Later::Treat => " --later treat",
    });
    command.push_str(&load::data_words(&words.data, words.catalogue.as_ref()));
    let question = effect::Question { measure: words.measure.clone(), partner, products, later, command };
    let answer = output.watched("estimating", |watch| effect::answer(&flows, &catalogue, &question, watch))?;
    output.answer(&Document::from(answer), true)
}

fn product_codes(words: Option<&[String]>) -> Result<Option<Vec<HsCode>>, CliError> {
    let codes = |list: &[String]| list.iter().map(|c| HsCode::parse(c.trim())).collect::<Result<Vec<_>, _>>();
    Ok(words.map(codes).transpose()?)
}

fn run_import(
    source: args::SourceArg,
    files: &[std::path::PathBuf],
    into: &Path,
    read: &args::ReadArgs,
    output: &Output,
) -> Result<(), CliError> {
    let options = load::flow_options(read)?;
    if source == args::SourceArg::Baci && options != FlowOptions::default() {
        return Err(CliError::Call(
            "BACI's columns and unit are known, and --filter and column names are for `data import flows`".to_owned(),
            "leave them out".to_owned(),
        ));
    }
    let mut years = Vec::new();
    for file in files {
        let bar = Bar::start(format!("importing {}", file.display()), output.quiet());
        years.extend(match source {
            args::SourceArg::Baci => import_baci(file, into, &|done, all| bar.at(done, all))?,
            args::SourceArg::Flows => import_flows(file, &options, into)?,
        });
    }
    let json = serde_json::json!({
        "store": into.display().to_string(),
        "years": years.iter().map(|(y, e)| serde_json::json!({"year": y, "rows": e.rows, "total_usd": e.total_usd,
            "file": e.file, "source": e.source, "vintage": e.vintage, "sha256": e.sha256})).collect::<Vec<_>>(),
        "status": "answered",
    });
    output.plain(&json, || {
        let mut text = String::new();
        for (year, e) in &years {
            text.push_str(&format!(
                "{year}: {} flows worth {} from {} {}\n",
                e.rows,
                turnover_analysis::format::usd(e.total_usd),
                e.source,
                e.vintage
            ));
        }
        text.push_str(&format!("into {}\n", into.display()));
        text
    })
}

/// Flows as a table, for other programs.
fn run_export(names: &[String], data: &args::DataArgs, output: &Output) -> Result<(), CliError> {
    let pair = match names {
        [a, b] => Some(Pair::resolve(a, b)?),
        _ => None,
    };
    if !output.writes() {
        return Err(CliError::Call(
            "flows are written to a file, and none was named".to_owned(),
            "add --out FILE.csv, .parquet or .dta".to_owned(),
        ));
    }
    let select = pair.map_or(Select::All, |p| Select::Pair(p.a, p.b));
    let flows = load::flows(data, &select, output)?;
    let mut table = Table::new(
        "flows",
        &flows.source.name,
        &[
            ("year", "Year", Unit::Year),
            ("reporter", "Reporter", Unit::Text),
            ("exporter", "Exporter", Unit::Text),
            ("importer", "Importer", Unit::Text),
            ("product", "Product (HS)", Unit::Text),
            ("value_usd", "Value, US dollars", Unit::Usd),
        ],
    );
    let of_pair =
        |f: &turnover_data::Flow| pair.is_none_or(|p| [(p.a, p.b), (p.b, p.a)].contains(&(f.exporter, f.importer)));
    table.rows = flows
        .iter()
        .filter(of_pair)
        .map(|f| {
            let reporter = f.reporter.map_or(Cell::Missing, |r| r.to_string().into());
            let [exporter, importer] = [f.exporter, f.importer].map(|c| Cell::from(c.to_string()));
            vec![
                f64::from(f.year).into(),
                reporter,
                exporter,
                importer,
                f.product.to_string().into(),
                f.value_usd.into(),
            ]
        })
        .collect();
    let words = pair.map_or_else(String::new, |p| format!(" {}", p.words()));
    let answer = Answer {
        command: format!("turnover data export{words}{}", load::data_words(data, None)),
        title: format!("Flows of {}", flows.source.name),
        findings: Vec::new(),
        tables: vec![table],
        charts: Vec::new(),
        named: serde_json::Map::new(),
    };
    output.answer(&Document::from(answer), true)
}

fn run_potential(words: &args::Potential, output: &Output) -> Result<(), CliError> {
    let catalogue = load::catalogue(words.catalogue.as_ref())?;
    let pair = pair(&words.pair)?;
    let store = load::store(&words.data)?;
    let table;
    let source = match &store {
        Some(store) => FlowSource::Store(store),
        None => {
            table = load::flows(&words.data, &Select::All, output)?;
            FlowSource::Table(&table)
        }
    };
    let question = potential::Question {
        pair,
        year: words.year,
        date: words.date,
        lift: words.lift.clone(),
        bring: words.bring.clone(),
        data_words: load::data_words(&words.data, words.catalogue.as_ref()),
    };
    let _spinner = Spinner::start("reading and counting".to_owned(), output.quiet());
    let answer = potential::answer(source, &catalogue, &question)?;
    drop(_spinner);
    output.answer(&Document::from(answer), true)
}

fn run_serve(words: &args::Serve, output: &Output) -> Result<(), CliError> {
    let catalogue = load::catalogue(words.catalogue.as_ref())?;
    let data_words = load::data_words(&words.data, words.catalogue.as_ref());
    let data = match (&words.data.data, load::store(&words.data)?) {
        (_, Some(store)) => Served::Store(store, data_words),
        (Some(_), None) => Served::Table(load::flows(&words.data, &Select::All, output)?, data_words),
        // Refuses words about a file that was not named.
        (None, None) => load::flows(&words.data, &Select::All, output).map(|_| Served::Embedded)?,
    };
    let config = turnover_server::Config {
        listen: SocketAddr::new(words.address, words.port),
        token: words.token.clone(),
        hosts: words.host_name.clone(),
        data,
        catalogue,
        limits: turnover_server::Limits::default(),
    };
    let mut told = Ok(());
    turnover_server::run(config, |bound| {
        let page = format!("http://{bound}/");
        let json = serde_json::json!({"page": page, "interface": format!("{page}api/v1/openapi.json")});
        told = output.plain(&json, || format!("{page}\nCtrl-C ends it.\n"));
    })?;
    told
}

fn run_check(words: &args::Check, output: &Output) -> Result<(), CliError> {
    if words.template {
        return output
            .plain(&serde_json::Value::String(Dossier::template().to_owned()), || Dossier::template().to_owned());
    }
    let dossier = match &words.dossier {
        Some(path) => Dossier::read(path)?,
        None => Dossier::embedded()?,
    };
    let catalogue = load::catalogue(words.catalogue.as_ref())?;
    let flows = load::flows(&words.data, &Select::Pair(dossier.pair.a, dossier.pair.b), output)?;
    let (world, _) = load::world_beside(&words.data, None, output)?;
    let panel = turnover_data::PairPanel::built_in()?;
    let data_words = load::data_words(&words.data, words.catalogue.as_ref());
    let file =
        words.dossier.as_ref().map_or_else(String::new, |p| format!(" {}", load::quoted(&p.display().to_string())));
    let of_both = Select::Partners(vec![dossier.pair.a, dossier.pair.b]);
    let partners = load::food_flows(&words.data, &of_both, output)?;
    let evidence = Evidence {
        flows: &flows,
        partners: &partners,
        world,
        catalogue: &catalogue,
        panel: &panel,
        data_words: data_words.clone(),
    };
    let checked = dossier.check(&evidence, &format!("turnover check{file}{data_words}"));
    if words.claim_review {
        let review = checked.claim_review();
        return output.plain(&review, || format!("{review:#}\n"));
    }
    output.answer(&Document::from(checked.answer()), true)
}

fn run_diversion(words: &args::Diversion, output: &Output) -> Result<(), CliError> {
    let catalogue = load::catalogue(words.catalogue.as_ref())?;
    let flows = load::food_flows(&words.data, &importers(&catalogue, &words.measure), output)?;
    let mut command = format!("turnover diversion {}", load::quoted(&words.measure));
    if let Some(p) = &words.products {
        command.push_str(&format!(" --products {}", p.join(",")));
    }
    if let Some(list) = &words.watch_list {
        command.push_str(&format!(" --watch-list {}", load::quoted(list)));
    }
    command.push_str(&load::data_words(&words.data, words.catalogue.as_ref()));
    let question = diversion::Question {
        measure: words.measure.clone(),
        products: product_codes(words.products.as_deref())?,
        watch_list: words.watch_list.clone(),
        command,
    };
    let answer = output.watched("estimating", |watch| diversion::answer(&flows, &catalogue, &question, watch))?;
    output.answer(&Document::from(answer), true)
}

fn run_history(words: &args::History, output: &Output) -> Result<(), CliError> {
    let panel = load::panel(&words.data, output)?;
    let question = history::Question {
        pair: pair(&words.pair)?,
        times: words.times,
        years: words.years,
        least_share: words.least_share.map(|p| p / 100.0),
        data_words: load::data_words(&words.data, None),
    };
    output.answer(&Document::from(history::answer(&panel, &question)?), true)
}

fn run_outlook(words: &args::Outlook, output: &Output) -> Result<(), CliError> {
    let panel = load::panel(&words.data, output)?;
    let pair = pair(&words.pair)?;
    let growth = words.world_growth.map_or_else(String::new, |g| format!(" --world-growth {g}"));
    let question = outlook::Question {
        pair,
        times: words.times,
        years: words.years,
        world_growth: words.world_growth.map(|g| g / 100.0),
        command: format!(
            "turnover outlook {} --times {} --years {}{growth}{}",
            pair.words(),
            multiple(words.times),
            words.years,
            load::data_words(&words.data, None)
        ),
    };
    let _spinner = Spinner::start("fitting and proving".to_owned(), output.quiet());
    let answer = outlook::answer(&panel, &question)?;
    drop(_spinner);
    output.answer(&Document::from(answer), true)
}

/// An estimate's question; a wrong word is told before any file is read.
pub(crate) fn estimate_question(words: &args::Estimate) -> Result<estimate::Question, CliError> {
    Ok(estimate::Question {
        formulas: words.formulas.clone(),
        kind: match words.method {
            MethodArg::Ppml => Kind::Poisson,
            MethodArg::Ols => Kind::LeastSquares,
        },
        vcov: estimate::Vcov::parse(&words.vcov)?,
        small_sample: match words.ssc {
            SscArg::Fixest => SmallSample::Fixest,
            SscArg::Stata => SmallSample::Stata,
            SscArg::None => SmallSample::None,
        },
        weights: words.weights.as_deref().map(column),
        offset: words.offset.as_deref().map(column),
        separation: match words.separation {
            SeparationArg::Full => SeparationCheck::Full,
            SeparationArg::Effects => SeparationCheck::Effects,
        },
        drop_singletons: words.drop_singletons,
        bias_correction: words.bias_correction,
        etable: words.etable,
        command: estimate_command(words),
    })
}

/// A column's name, in backticks or not.
fn column(text: &str) -> String {
    turnover_gravity::formula::column_name(text).unwrap_or_else(|| text.to_owned())
}

fn run_estimate(words: &args::Estimate, output: &Output) -> Result<(), CliError> {
    let question = estimate_question(words)?;
    let filter = words.filter.as_deref().map(Filter::parse).transpose()?;
    let input = if let Some(table) = output.table(&words.file) {
        estimate::Input::of(table.clone(), filter.as_ref(), &question)?
    } else {
        let _spinner = Spinner::start(format!("reading {}", words.file.display()), output.quiet());
        estimate::Input::read(&words.file, filter.as_ref(), &question)?
    };
    let answer = output.watched("estimating", |watch| estimate::answer(&input, &question, watch))?;
    output.answer(&Document::from(answer), true)
}

fn estimate_command(words: &args::Estimate) -> String {
    let mut out = format!("turnover estimate {}", load::quoted(&words.file.display().to_string()));
    let mut add = |flag: &str, value: &str| out.push_str(&format!("{flag} {}", load::quoted(value)));
    words.formulas.iter().for_each(|f| add("", f));
    if !words.bias_correction {
        add(" --vcov", &words.vcov);
    }
    if words.ssc != SscArg::Fixest {
        add(" --ssc", if words.ssc == SscArg::Stata { "stata" } else { "none" });
    }
    if words.method == MethodArg::Ols {
        add(" --method", "ols");
    }
    for (flag, value) in [(" --weights", &words.weights), (" --offset", &words.offset), (" --filter", &words.filter)] {
        if let Some(value) = value {
            add(flag, value);
        }
    }
    if words.separation == SeparationArg::Effects {
        add(" --separation", "effects");
    }
    if words.drop_singletons {
        out.push_str(" --drop-singletons");
    }
    if words.bias_correction {
        out.push_str(" --bias-correction");
    }
    if words.etable {
        out.push_str(" --etable");
    }
    out
}
