//! What a scenario of changed trade costs and tariffs would do, with one sector or many.

use serde_json::{Map, Value, json};
use turnover_data::nearest;
use turnover_equilibrium::sectors::{Decomposition, decompose};
use turnover_equilibrium::{Equilibrium, Settings, conditional};
use turnover_measures::Catalogue;

use crate::answer::{Answer, Bar, Cell, Chart, ChartKind, Finding, Interval, Number, Table, Unit};
use crate::closure::{self, Compared};
use crate::engine::{After, Model, Outcome, Shock};
use crate::error::AnalysisError;
use crate::format::{in_sentence, percent_signed, sentence, usd};
use crate::pull::{Pull, PullFile};
use crate::simulate;
use crate::uncertain::{self, Drawn, Draws};
use crate::world::NamedWorld;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// The changes.
    pub file: &'a PullFile,
    /// Whether and how to draw.
    pub draws: Option<Draws>,
    /// The command that asks again.
    pub command: String,
}

/// Refuses measures that the catalogue does not have; returns their titles by pull.
pub(crate) fn measure_titles(file: &PullFile, catalogue: &Catalogue) -> Result<Vec<Option<String>>, AnalysisError> {
    let title = |pull: &Pull| -> Result<Option<String>, AnalysisError> {
        let Some(id) = &pull.measure else { return Ok(None) };
        let found = catalogue.measures.iter().find(|m| &m.id == id);
        let near = || nearest(id, catalogue.measures.iter().map(|m| m.id.as_str()));
        match found {
            Some(m) => Ok(Some(format!("{} ({})", m.title, m.legal))),
            None => Err(AnalysisError::PullFile {
                path: file.path.display().to_string(),
                what: format!("the catalogue has no measure `{id}`"),
                help: near().map_or_else(
                    || "turnover measures list shows them".to_owned(),
                    |n| format!("did you mean `{n}`? turnover measures list shows all"),
                ),
            }),
        }
    };
    file.pulls.iter().map(title).collect()
}

/// Answers the question.
pub fn answer(model: &Model, catalogue: &Catalogue, question: &Question) -> Result<Answer, AnalysisError> {
    let measures = measure_titles(question.file, catalogue)?;
    let pulls = model.with_schedules(&question.file.pulls)?;
    let numbered: Vec<(usize, &Pull)> = pulls.iter().enumerate().collect();
    let mut changed: Vec<(usize, usize)> = Vec::new();
    for pull in &pulls {
        changed.extend(model.flows(pull)?);
    }
    changed.sort_unstable();
    changed.dedup();
    let mut cells: Vec<(usize, usize, usize)> = Vec::new();
    for pull in &pulls {
        cells.extend(model.cells(pull)?);
    }
    cells.sort_unstable();
    cells.dedup();
    let no_trade = model.without_trade(&pulls)?;
    let shock = model.shock(&numbered, None)?;
    let outcome = model.outcome(&shock)?;
    let regions = model.regions();
    let drawn = question
        .draws
        .map(|draws| {
            uncertain::run(model, question.file, &pulls, draws, 1 + regions, &|model, effects| {
                let outcome = model.outcome(&model.shock(&numbered, Some(effects))?)?;
                let mut out = vec![model.cells_multiple(&outcome, &cells)];
                out.extend(outcome.welfare.iter().map(|w| w - 1.0));
                Ok(out)
            })
        })
        .transpose()?;
    let interval = |k: usize| drawn.as_ref().and_then(|d| d.interval(k));
    let mut caveats = model.caveats().to_vec();
    caveats.extend(no_trade);
    caveats.extend(drawn.as_ref().map(|d| d.caveat(question.file)));
    let template = Finding::template(
        Unit::Change,
        format!("{}; residual {:.0e}", model.method(), outcome.residual.max(1e-16)),
        vec![model.source().clone()],
        caveats,
        question.command.clone(),
    );
    let mut findings = Vec::new();
    let before: f64 = cells.iter().map(|c| model.cell_today(*c)).sum();
    let ratio = model.cells_multiple(&outcome, &cells);
    let unit = model.unit();
    let sectors = sector_names(model, &pulls)?;
    if before > 0.0 {
        findings.push(Finding {
            id: "simulate.multiple".into(),
            title: "Flows whose cost changes".into(),
            statement: format!(
                "The flows whose cost changes{} would be {} times today's: {} instead of {}",
                sectors.as_ref().map_or_else(String::new, |s| format!(" (of {})", s.join(", "))),
                simulate::ratio_word(ratio),
                usd(ratio * before * unit),
                usd(before * unit)
            ),
            value: Number::Value(ratio),
            unit: Unit::Multiple,
            interval: interval(0),
            definition:
                "sum of the flows named by the scenario, after over before, tariffs left out; world output the \
                         numeraire"
                    .into(),
            ..template.clone()
        });
    }
    // Where sectors are named, all goods between the same countries are another figure.
    if sectors.is_some() {
        let (before, ratio) = (model.today(&changed), model.multiple(&outcome, &changed));
        findings.push(Finding {
            id: "simulate.all_sectors".into(),
            title: "All goods between the same countries".into(),
            statement: format!(
                "Goods of all sectors between the same countries would be {} times today's: {} instead of {}",
                simulate::ratio_word(ratio),
                usd(ratio * before * unit),
                usd(before * unit)
            ),
            value: Number::Value(ratio),
            unit: Unit::Multiple,
            definition:
                "sum over all sectors of the flows between the exporters and importers of the scenario, after over \
                         before, tariffs left out"
                    .into(),
            ..template.clone()
        });
    }
    let parts = match (model, &outcome.world) {
        (Model::Many { before, .. }, After::Many(after)) => decompose(before, after),
        _ => Vec::new(),
    };
    let named: Vec<usize> = (0..regions).filter(|r| pulls.iter().any(|p| names(model, p, *r))).collect();
    for &r in named.iter().take(8) {
        let change = outcome.welfare[r] - 1.0;
        findings.push(Finding {
            id: format!("simulate.welfare.{}", model.code(r)),
            title: format!("Welfare of {}", in_sentence(&model.name(r))),
            statement: format!(
                "Welfare of {} would change by {}{}{}",
                in_sentence(&model.name(r)),
                percent_signed(change),
                parts.get(r).map_or_else(String::new, |p| format!(
                    "; to first order, as Caliendo and Parro (2015) count it, by {:+.2} %",
                    100.0 * p.welfare()
                )),
                interval(1 + r).map_or_else(String::new, |i| format!(
                    " (95 % of draws from {} to {})",
                    percent_signed(i.low),
                    percent_signed(i.high)
                ))
            ),
            value: Number::Value(change),
            interval: interval(1 + r),
            definition: welfare_definition(model).into(),
            ..template.clone()
        });
    }
    let mut compared = vec![Compared { label: "Flows whose cost changes".to_owned(), unit: Unit::Multiple }];
    let mut values = vec![ratio];
    for &r in named.iter().take(8) {
        compared.push(Compared { label: format!("Welfare of {}", model.code(r)), unit: Unit::Change });
        values.push(outcome.welfare[r] - 1.0);
    }
    let under = |model: &Model| -> Result<Vec<f64>, AnalysisError> {
        let outcome = model.outcome(&model.shock(&numbered, None)?)?;
        let mut out = vec![model.cells_multiple(&outcome, &cells)];
        out.extend(named.iter().take(8).map(|r| outcome.welfare[*r] - 1.0));
        Ok(out)
    };
    let (by_rule, driven) = closure::compare("simulate", model, &values, &compared, &under, &template);
    findings.extend(driven);
    let mut tables = vec![changes_table(question.file, &measures), countries(model, &outcome, drawn.as_ref())];
    tables.extend(decomposition(model, &outcome, &parts));
    if let (Model::One { named, settings }, Shock::One(log_b), After::One(after)) = (model, &shock, &outcome.world) {
        tables.extend(resistances(named, settings, log_b, after));
    }
    tables.push(simulate::flows(changed.iter().map(|&(i, j)| {
        let before = model.today(&[(i, j)]) * model.unit();
        (model.code(i), model.code(j), before, model.flow_after(&outcome, i, j) * model.unit())
    })));
    tables.extend(sector_flows(model, &outcome, &cells));
    tables.push(by_rule);
    let mut values = Map::new();
    values.insert("multiple".into(), json!(ratio));
    values.insert("residual".into(), json!(outcome.residual));
    if let Some(d) = &drawn {
        values.insert("draws".into(), draws_json(d));
    }
    let title = match &question.file.title[..] {
        "" => "What changed trade costs would do".to_owned(),
        title => title.to_owned(),
    };
    Ok(Answer {
        command: question.command.clone(),
        title,
        findings,
        tables,
        charts: vec![welfare_chart(model, &outcome)],
        named: values,
    })
}

/// The sectors that changes are restricted to; `None` where they are on all goods.
fn sector_names(model: &Model, pulls: &[Pull]) -> Result<Option<Vec<String>>, AnalysisError> {
    if matches!(model, Model::One { .. }) || pulls.iter().any(|p| p.sector.is_none()) {
        return Ok(None);
    }
    let mut sectors = Vec::new();
    for pull in pulls {
        let name = model.cells(pull)?.first().map(|c| model.sector_name(c.0));
        sectors.extend(name.filter(|n| !sectors.contains(n)));
    }
    Ok(Some(sectors))
}

/// Flows by sector whose cost changes, those that are traded, with many sectors.
fn sector_flows(model: &Model, outcome: &Outcome, cells: &[(usize, usize, usize)]) -> Option<Table> {
    if matches!(model, Model::One { .. }) {
        return None;
    }
    let mut table = Table::new(
        "simulate.sector_flows",
        "Flows whose cost changes, by sector",
        &[
            ("exporter", "Exporter", Unit::Text),
            ("importer", "Importer", Unit::Text),
            ("sector", "Sector", Unit::Text),
            ("before_usd", "Before", Unit::Usd),
            ("after_usd", "After", Unit::Usd),
            ("change", "Change", Unit::Change),
        ],
    );
    let unit = model.unit();
    for &(s, i, j) in cells {
        let (before, after) = (model.cell_today((s, i, j)), model.cell_after(outcome, (s, i, j)));
        if before > 0.0 {
            table.rows.push(vec![
                model.code(i).into(),
                model.code(j).into(),
                model.sector_name(s).into(),
                (before * unit).into(),
                (after * unit).into(),
                simulate::relative(after, before).into(),
            ]);
        }
    }
    Some(table)
}

pub(crate) fn draws_json(drawn: &Drawn) -> Value {
    json!({"count": drawn.draws.count, "seed": drawn.draws.seed, "failed": drawn.failed})
}

pub(crate) fn welfare_definition(model: &Model) -> &'static str {
    match model {
        Model::One { .. } => "(E'/E) / P - 1: real expenditure, world output the numeraire",
        Model::Many { .. } => "(I'/I) / P - 1: real income from wages, tariffs and deficits",
    }
}

/// Whether a pull names the region rather than all of them.
fn names(model: &Model, pull: &Pull, region: usize) -> bool {
    let is = |name: &Option<String>| name.as_ref().is_some_and(|n| model.find(n).is_ok_and(|r| r == region));
    let among = match &pull.what {
        crate::pull::What::Rates { among, .. } => among.iter().any(|n| model.find(n).is_ok_and(|r| r == region)),
        _ => false,
    };
    is(&pull.exporter) || is(&pull.importer) || among
}

fn changes_table(file: &PullFile, measures: &[Option<String>]) -> Table {
    let mut table = Table::new(
        "simulate.changes",
        "What changes",
        &[
            ("change", "Change", Unit::Text),
            ("exporter", "Exporter", Unit::Text),
            ("importer", "Importer", Unit::Text),
            ("sector", "Sector", Unit::Text),
            ("size", "Size", Unit::Text),
            ("measure", "Measure", Unit::Text),
        ],
    );
    for (pull, measure) in file.pulls.iter().zip(measures) {
        let all = |name: &Option<String>| name.clone().unwrap_or_else(|| "all".to_owned());
        let importer = all(&pull.importer);
        table.rows.push(vec![
            pull.title.clone().into(),
            all(&pull.exporter).into(),
            if pull.both { format!("{importer}, both ways") } else { importer }.into(),
            all(&pull.sector).into(),
            size_words(pull).into(),
            measure.clone().map_or(Cell::Missing, Cell::from),
        ]);
    }
    table
}

/// The size of a change in words.
pub(crate) fn size_words(pull: &Pull) -> String {
    use crate::pull::What;
    match &pull.what {
        What::Cost(c) => format!("cost {}", percent_signed(*c)),
        What::LogPoints(b) if pull.std_error > 0.0 => format!("{b:+.3} log points ({:.3})", pull.std_error),
        What::LogPoints(b) => format!("{b:+.3} log points"),
        What::Tariff(t) => format!("tariff {}", crate::format::percent(*t)),
        What::Schedule { file, among } if among.is_empty() => format!("tariffs of {file}"),
        What::Schedule { file, among } => format!("tariffs of {file} among {}", among.join(", ")),
        What::Rates { .. } => "a schedule of tariffs".to_owned(),
    }
}

/// Welfare of every region, with the draws' interval.
pub(crate) fn countries(model: &Model, outcome: &Outcome, drawn: Option<&Drawn>) -> Table {
    let mut columns = vec![
        ("country", "Country", Unit::Text),
        ("name", "Name", Unit::Text),
        ("welfare", "Welfare", Unit::Change),
        ("exports", "Exports", Unit::Change),
        ("imports", "Imports", Unit::Change),
    ];
    if drawn.is_some() {
        columns.push(("welfare_low", "Welfare, 2.5 %", Unit::Change));
        columns.push(("welfare_high", "Welfare, 97.5 %", Unit::Change));
    }
    let mut table = Table::new("simulate.countries", "Outcomes by country", &columns);
    let n = model.regions();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| outcome.welfare[*b].total_cmp(&outcome.welfare[*a]));
    for r in order {
        let out: Vec<(usize, usize)> = (0..n).filter(|j| *j != r).map(|j| (r, j)).collect();
        let into: Vec<(usize, usize)> = out.iter().map(|(r, j)| (*j, *r)).collect();
        let mut row: Vec<Cell> = vec![
            model.code(r).into(),
            model.name(r).into(),
            (outcome.welfare[r] - 1.0).into(),
            (model.today(&out) > 0.0).then(|| model.multiple(outcome, &out) - 1.0).into(),
            (model.today(&into) > 0.0).then(|| model.multiple(outcome, &into) - 1.0).into(),
        ];
        if let Some(d) = drawn {
            let i = d.interval(1 + r).unwrap_or(Interval { low: f64::NAN, high: f64::NAN });
            row.extend([Cell::from(i.low), Cell::from(i.high)]);
        }
        table.rows.push(row);
    }
    table
}

/// Where welfare changes come from, with many sectors: by region, by partner, by sector.
fn decomposition(model: &Model, outcome: &Outcome, parts: &[Decomposition]) -> Vec<Table> {
    let (Model::Many { named, before, .. }, After::Many(after)) = (model, &outcome.world) else { return Vec::new() };
    let mut regions = Table::new(
        "simulate.decomposition",
        "Where welfare changes come from (Caliendo and Parro 2015, to first order)",
        &[
            ("country", "Country", Unit::Text),
            ("welfare", "Welfare", Unit::Change),
            ("terms_of_trade", "Terms of trade", Unit::Change),
            ("volume_of_trade", "Volume of trade", Unit::Change),
            ("real_wage", "Real wage", Unit::Change),
        ],
    );
    let detail = |id: &str, title: &str, label: &str, mut rows: Vec<(String, String, f64, f64)>| {
        let mut table = Table::new(
            id,
            title,
            &[
                ("country", "Country", Unit::Text),
                ("of", label, Unit::Text),
                ("terms_of_trade", "Terms of trade", Unit::Change),
                ("volume_of_trade", "Volume of trade", Unit::Change),
            ],
        );
        rows.sort_by(|a, b| (b.2 + b.3).abs().total_cmp(&(a.2 + a.3).abs()));
        for (country, of, terms, volume) in rows {
            table.rows.push(vec![country.into(), of.into(), terms.into(), volume.into()]);
        }
        table
    };
    let mut by_partner = Vec::new();
    let mut by_sector = Vec::new();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|a, b| parts[*b].welfare().total_cmp(&parts[*a].welfare()));
    for r in order {
        let p = &parts[r];
        let wage = (after.log_real_wage(r) - before.log_real_wage(r)).exp_m1();
        regions.rows.push(vec![
            model.code(r).into(),
            p.welfare().into(),
            p.terms().into(),
            p.volume().into(),
            wage.into(),
        ]);
        for i in (0..parts.len()).filter(|i| *i != r) {
            by_partner.push((model.code(r), model.code(i), p.terms_by_partner[i], p.volume_by_partner[i]));
        }
        for (j, sector) in named.tables.sectors.iter().enumerate() {
            by_sector.push((model.code(r), sector.clone(), p.terms_by_sector[j], p.volume_by_sector[j]));
        }
    }
    vec![
        regions,
        detail("simulate.by_partner", "By partner, the largest first", "Partner", by_partner),
        detail("simulate.by_sector", "By sector, the largest first", "Sector", by_sector),
    ]
}

/// Multilateral resistances of a world of one sector: conditional on outputs and expenditures, and
/// in full; and the gains from trade in closed form.
pub(crate) fn resistances(
    named: &NamedWorld,
    settings: &Settings,
    log_b: &[f64],
    after: &Equilibrium,
) -> Option<Table> {
    let n = named.world.len();
    let largest = (0..n).max_by(|a, b| named.world.output()[*a].total_cmp(&named.world.output()[*b]))?;
    let short = conditional(&named.world, log_b, settings, largest).ok()?;
    let reference = named.countries[largest];
    let mut table = Table::new(
        "simulate.resistances",
        &format!(
            "Multilateral resistances, inward {reference} 1 (Yotov and others 2016), and real income by domestic shares \
             (Arkolakis and others 2012)"
        ),
        &[
            ("country", "Country", Unit::Text),
            ("exports_conditional", "Exports, outputs fixed", Unit::Change),
            ("outward_conditional", "Outward", Unit::Change),
            ("inward_conditional", "Inward", Unit::Change),
            ("outward", "Outward, in full", Unit::Change),
            ("inward", "Inward, in full", Unit::Change),
            ("domestic_share", "Real income by domestic share", Unit::Change),
            ("autarky", "Loss in autarky", Unit::Share),
        ],
    );
    let abroad =
        |i: usize, flow: &dyn Fn(usize, usize) -> f64| (0..n).filter(|j| *j != i).map(|j| flow(i, j)).sum::<f64>();
    for i in 0..n {
        let before = abroad(i, &|i, j| named.world.flow(i, j));
        table.rows.push(vec![
            named.countries[i].to_string().into(),
            (abroad(i, &|i, j| short.flow(i, j)) / before - 1.0).into(),
            short.log_outward[i].exp_m1().into(),
            short.log_inward[i].exp_m1().into(),
            (after.log_outward(i, settings.theta) + after.log_price[largest]).exp_m1().into(),
            (after.log_price[i] - after.log_price[largest]).exp_m1().into(),
            (after.gains_from_domestic_share(&named.world, i, settings.theta) - 1.0).into(),
            named.world.loss_in_autarky(i, settings.theta).into(),
        ]);
    }
    Some(table)
}

/// The regions that gain and lose most.
pub(crate) fn welfare_chart(model: &Model, outcome: &Outcome) -> Chart {
    let n = model.regions();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| outcome.welfare[*b].total_cmp(&outcome.welfare[*a]));
    let ends: Vec<usize> =
        if n > 12 { order[..6].iter().chain(&order[n - 6..]).copied().collect() } else { order.clone() };
    let bars = ends
        .iter()
        .map(|&r| Bar { label: model.name(r), value: outcome.welfare[r] - 1.0, marked_low: 0.0, marked_high: 0.0 })
        .collect();
    let gainers = outcome.welfare.iter().filter(|w| **w > 1.0).count();
    Chart {
        id: "simulate.welfare".to_owned(),
        title: sentence(&format!("{gainers} of {n} economies gain")),
        unit: Unit::Change,
        kind: ChartKind::Bars { bars, marked: None },
        source: format!("{}; own calculation, change in welfare", model.source().name),
        supposition: None,
    }
}
