//! What it would take to multiply a pair's trade.

use std::path::Path;

use clap::Args;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use turnover_analysis::reach::ReachFacts;
use turnover_analysis::{
    AnalysisError, Answer, Deficits, Draws, Finding, Model, NamedEconomy, Number, Pair, PullFile, Table, Unit, Watch,
    levers, reach,
};

use turnover_data::{Iso3, builtin};

use super::Question;
use crate::error::QueryError;
use crate::lever::{Lever, LeverFields};
use crate::options::{
    CatalogueOptions, DataOptions, DrawOptions, ImbalanceRule, LabourRule, ModelKind, ModelOptions, PairOptions,
    ReadOptions, SupposeOptions, WorldKind,
};
use crate::query::{Query, Reply, Uses};
use crate::workspace::Workspace;

/// What it takes to multiply a pair's trade, in general equilibrium. The figures are a world: flows among all
/// countries, domestic sales included. One sector in exact changes: Dekle, Eaton and Kortum (2007), Arkolakis,
/// Costinot and Rodriguez-Clare (2012); many: Caliendo and Parro (2015).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Args)]
#[serde(deny_unknown_fields)]
pub struct Reach {
    /// Whose trade.
    #[command(flatten)]
    #[serde(flatten)]
    pub pair: PairOptions,
    /// The multiple: 2 doubles the pair's trade, 0.5 halves it
    #[arg(long, allow_negative_numbers = true)]
    pub times: f64,
    /// Only goods in this direction become cheaper
    #[arg(long, value_name = "FROM:TO")]
    #[serde(default)]
    pub only: Option<String>,
    /// Levers to pull before costs fall: a TOML file (docs/scenarios.md)
    #[arg(long, value_name = "FILE")]
    #[serde(default)]
    pub levers: Option<String>,
    /// A lever to pull before costs fall, for example USA:RUS=-20% or an object with the keys of such a file;
    /// may be repeated
    #[arg(long, value_name = "CHANGE")]
    #[serde(default)]
    #[schemars(length(max = 12))]
    pub lever: Vec<Lever>,
    /// The model, and draws through it.
    #[command(flatten)]
    #[serde(flatten)]
    pub draw: DrawOptions,
    /// Measures that are supposed lifted or in force.
    #[command(flatten)]
    #[serde(flatten)]
    pub suppose: SupposeOptions,
    /// The measures.
    #[command(flatten)]
    #[serde(flatten)]
    pub catalogue: CatalogueOptions,
    /// The equilibrium's settings.
    #[command(flatten)]
    #[serde(flatten)]
    pub model: ModelOptions,
    /// The figures.
    #[command(flatten)]
    #[serde(flatten)]
    pub data: DataOptions,
    /// How they are read.
    #[command(flatten)]
    #[serde(flatten)]
    pub read: ReadOptions,
}

/// Levers that are given one by one, at most: their subsets are searched.
const MOST_LEVERS: usize = 12;

/// Levers of a file, or those that are given one by one with the file that they would stand in.
pub(crate) fn changes(
    file: Option<&str>,
    levers: &[Lever],
    title: &str,
) -> Result<Option<(PullFile, Option<String>)>, QueryError> {
    match (file, levers) {
        (None, []) => Ok(None),
        (Some(path), []) => Ok(Some((PullFile::read(Path::new(path))?, None))),
        (None, levers) => {
            #[derive(Serialize)]
            struct File<'a> {
                title: &'a str,
                lever: Vec<LeverFields>,
            }
            // What has no title is called by what it changes.
            let titled = |l: &Lever| {
                let title = l.0.title.clone().or_else(|| l.0.measure.is_none().then(|| l.to_string()));
                LeverFields { title, ..l.0.clone() }
            };
            let file = File { title, lever: levers.iter().map(titled).collect() };
            let text = toml::to_string(&file)
                .map_err(|e| QueryError::call(e.to_string(), "docs/scenarios.md has an example"))?;
            // There is no file to name: the call itself is wrong.
            let parsed = PullFile::parse(&text, Path::new("levers.toml")).map_err(|e| match e {
                AnalysisError::PullFile { what, help, .. } => QueryError::call(what, help),
                other => other.into(),
            })?;
            Ok(Some((parsed, Some(text))))
        }
        (Some(_), _) => {
            Err(QueryError::call("changes come from a file or one by one, not both", "leave one of the two out"))
        }
    }
}

/// The model that changes go through; its world has the countries that the file or `pair` names.
pub(crate) fn model(
    workspace: &Workspace,
    pair: Option<Pair>,
    file: &PullFile,
    draw: &DrawOptions,
    model: &ModelOptions,
    watch: Watch<'_>,
) -> Result<Model, QueryError> {
    let theta = model.theta.or(file.theta);
    if model.world == WorldKind::Sectors {
        if !workspace.is_embedded() {
            return Err(QueryError::call(
                "‹world sectors› is built in, and ‹data› names another world",
                "leave one of the two out; ‹model caliendo-parro› reads tables of sectors",
            ));
        }
        without_theta(theta)?;
        let deficits = match (model.imbalance, file.deficits) {
            (ImbalanceRule::Additive, Some(of_file)) => of_file,
            (rule, _) => rule.into(),
        };
        return many(workspace.sectors(pair, model.world_year, watch)?, deficits, file, model);
    }
    match draw.model {
        ModelKind::OneSector => {
            if model.labour == LabourRule::Fixed || !file.imbalances.is_empty() {
                return Err(QueryError::call(
                    "labour that stays in its sector and chosen imbalances need a world of sectors",
                    "add ‹world sectors›, or ‹model caliendo-parro› with tables of your own",
                ));
            }
            let theta = theta.unwrap_or(turnover_analysis::defaults::THETA);
            turnover_analysis::check_theta(theta)?;
            let mut countries = file.countries();
            countries.extend(pair.into_iter().flat_map(|p| [p.a, p.b]));
            let world = workspace.world(model.world_year, &countries, watch)?;
            Ok(Model::one((*world).clone(), theta, model.imbalance.or_of_file(file.deficits))?)
        }
        ModelKind::CaliendoParro => {
            without_theta(theta)?;
            let deficits = file.deficits.unwrap_or(Deficits::Kept);
            many(workspace.economy(watch)?, deficits, file, model)
        }
    }
}

/// A model of many sectors under the rules of the call and the file.
fn many(
    economy: NamedEconomy,
    deficits: Deficits,
    file: &PullFile,
    options: &ModelOptions,
) -> Result<Model, QueryError> {
    let model = Model::many(economy, deficits)?;
    let model = if options.labour == LabourRule::Fixed { model.short_run()? } else { model };
    Ok(model.with_imbalances(&file.imbalances)?)
}

/// Refuses one elasticity where each sector has its own.
fn without_theta(theta: Option<f64>) -> Result<(), QueryError> {
    match theta {
        None => Ok(()),
        Some(_) => Err(QueryError::call(
            "theta is one number, and this model has one for each sector",
            "leave theta out: elasticities come with the tables",
        )),
    }
}

/// Refuses what goes with a file of changes only.
pub(crate) fn without_file(draw: &DrawOptions, option: &str) -> Result<(), QueryError> {
    let alone = [("model", draw.model != ModelKind::default()), ("draws", draw.draws.is_some())];
    match alone.iter().find(|(_, given)| *given) {
        Some((name, _)) => Err(QueryError::call(
            format!("‹{name}› goes with ‹{option} FILE›"),
            format!("add ‹{option} FILE› (docs/scenarios.md)"),
        )),
        None => Ok(()),
    }
}

/// What the importers' customs report of a pair's trade in the embedded figures' year.
fn customs(workspace: &Workspace, pair: Pair) -> Result<Option<reach::Customs>, QueryError> {
    let Some(year) = workspace.usual_year() else { return Ok(None) };
    let reports = builtin::pair_of(builtin::Table::DirectionOfTrade, pair.a, pair.b)?;
    let bought = |importer: Iso3| {
        reports
            .iter()
            .find(|r| r.period.year == year && r.importer == importer && r.reporter == Some(importer))
            .map(|r| r.value_usd)
    };
    Ok(Some(reach::Customs { year, usd: [bought(pair.b), bought(pair.a)] }))
}

impl DrawOptions {
    /// Whether and how to draw.
    pub(crate) fn draws(&self) -> Option<Draws> {
        self.draws.map(|count| Draws { count, seed: self.seed })
    }
}

impl Reach {
    /// A pair and a multiple, everything else as by default.
    pub fn new(pair: PairOptions, times: f64) -> Self {
        Reach {
            pair,
            times,
            only: None,
            levers: None,
            lever: Vec::new(),
            draw: DrawOptions::default(),
            suppose: SupposeOptions::default(),
            catalogue: CatalogueOptions::default(),
            model: ModelOptions::default(),
            data: DataOptions::default(),
            read: ReadOptions::default(),
        }
    }

    fn ways(&self, pair: Pair) -> Result<reach::Ways, QueryError> {
        let Some(text) = &self.only else { return Ok(reach::Ways::Both) };
        let named = text.split_once(':').and_then(|(from, to)| Pair::resolve(from, to).ok());
        match named {
            Some(p) if p == pair => Ok(reach::Ways::Forward),
            Some(p) if (p.a, p.b) == (pair.b, pair.a) => Ok(reach::Ways::Backward),
            _ => Err(QueryError::call(
                format!("‹only {text}› is not a direction of the pair"),
                format!("write ‹only {}:{}› or ‹only {}:{}›", pair.a, pair.b, pair.b, pair.a),
            )),
        }
    }

    pub(crate) fn find(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<Answer, QueryError> {
        self.suppose.check()?;
        if self.lever.len() > MOST_LEVERS {
            return Err(QueryError::call("there are more than 12 levers", "name the ones that matter most"));
        }
        let changes = changes(self.levers.as_deref(), &self.lever, "Levers")?;
        match changes {
            Some((file, text)) => self.after_levers(workspace, &file, text.as_deref(), watch),
            None if self.model.world == WorldKind::Sectors => self.by_sector(workspace, watch),
            None => Ok(self.worded(&self.facts(workspace, watch)?, workspace)),
        }
    }

    /// Whether one sector answers and no lever is pulled first, which are questions of their own.
    pub(crate) fn is_plain(&self) -> bool {
        self.levers.is_none() && self.lever.is_empty() && self.model.world == WorldKind::OneSector
    }

    /// The answer that the figures of one sector without levers make.
    pub(crate) fn worded(&self, facts: &ReachFacts, workspace: &Workspace) -> Answer {
        self.with_uncounted(reach::report(facts, &facts.question.command), workspace, &[])
    }

    /// The figures of one sector without levers and without words.
    pub(crate) fn facts(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<ReachFacts, QueryError> {
        self.suppose.check()?;
        without_file(&self.draw, "levers")?;
        let pair = self.pair.pair()?;
        let ways = self.ways(pair)?;
        // One direction alone starts from the pair's balance, and that is the one of customs.
        let usual = if ways == reach::Ways::Both { None } else { workspace.usual_year() };
        let world = workspace.world(self.model.world_year.or(usual), &[pair.a, pair.b], watch)?;
        let asked = Reach { pair: pair.into(), ..self.clone() };
        let question = reach::Question {
            theta: self.model.theta(),
            imbalance: self.model.imbalance.into(),
            ways,
            customs: customs(workspace, pair)?,
            command: Query::Reach(asked).command().to_string(),
            ..reach::Question::new(pair, self.times)
        };
        Ok(reach::compute(&world, &question)?)
    }

    /// In the built-in world of sectors.
    pub(crate) fn by_sector(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<Answer, QueryError> {
        let (model, question) = self.sector_question(workspace, watch)?;
        watch.step("solving", 0, 1)?;
        let answer = reach::sectors::answer(&model, &question)?;
        Ok(self.with_uncounted(answer, workspace, &[]))
    }

    /// The finding of the world of sectors, to stand beside that of one sector.
    pub(crate) fn beside(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<Option<Finding>, QueryError> {
        let asked =
            Reach { model: ModelOptions { world: WorldKind::Sectors, theta: None, ..self.model }, ..self.clone() };
        let (model, question) = asked.sector_question(workspace, watch)?;
        Ok(reach::sectors::summarised(&model, &question)?)
    }

    fn sector_question(
        &self,
        workspace: &Workspace,
        watch: Watch<'_>,
    ) -> Result<(Model, reach::sectors::SectorQuestion), QueryError> {
        let pair = self.pair.pair()?;
        let none = PullFile::none();
        let model = model(workspace, Some(pair), &none, &self.draw, &self.model, watch)?;
        let asked = Reach { pair: pair.into(), ..self.clone() };
        let question = reach::sectors::SectorQuestion {
            a: pair.a.to_string(),
            b: pair.b.to_string(),
            times: self.times,
            ways: self.ways(pair)?,
            command: Query::Reach(asked).command().to_string(),
        };
        Ok((model, question))
    }

    fn after_levers(
        &self,
        workspace: &Workspace,
        file: &PullFile,
        text: Option<&str>,
        watch: Watch<'_>,
    ) -> Result<Answer, QueryError> {
        if self.only.is_some() {
            return Err(QueryError::call("‹only› cannot be used with levers", "leave one of the two out"));
        }
        let pair = self.pair.pair().ok();
        let model = model(workspace, pair, file, &self.draw, &self.model, watch)?;
        watch.step("solving", 0, 1)?;
        let question = levers::Question {
            a: self.pair.a.clone(),
            b: self.pair.b.clone(),
            times: self.times,
            file,
            draws: self.draw.draws(),
            command: Query::Reach(self.clone()).command().to_string(),
        };
        let answer = levers::answer(&model, workspace.catalogue(), &question)?;
        let titles: Vec<&str> = file.pulls.iter().map(|p| p.title.as_str()).collect();
        let counted: Vec<&str> = file.pulls.iter().filter_map(|p| p.measure.as_deref()).collect();
        let answer = answer.supposing(&format!("Supposing these changes of trade costs ({})", titles.join("; ")));
        let mut answer = self.with_uncounted(answer, workspace, &counted);
        if let Some(text) = text {
            let mut lines = Table::new("levers.file", "The levers as a file", &[("line", "Line", Unit::Text)]);
            lines.rows = text.lines().map(|line| vec![line.into()]).collect();
            answer.tables.push(lines);
            answer.named.insert("levers_toml".into(), text.into());
        }
        Ok(answer)
    }

    /// The answer with the measures named that are supposed lifted or in force and count nothing in it, since no
    /// lever has a size for them.
    fn with_uncounted(&self, mut answer: Answer, workspace: &Workspace, counted: &[&str]) -> Answer {
        let catalogue = workspace.catalogue();
        let (lifted, brought) = (self.suppose.lift.iter(), self.suppose.bring.iter());
        let names: Vec<String> = lifted
            .map(|id| (id, "lifted"))
            .chain(brought.map(|id| (id, "brought in")))
            .filter(|(id, _)| !counted.contains(&id.as_str()))
            .map(|(id, what)| {
                catalogue.measure(id).map_or_else(|| id.clone(), |m| format!("{} ({id}, {what})", m.title))
            })
            .collect();
        let Some(first) = answer.findings.first().filter(|_| !names.is_empty()) else { return answer };
        let one = names.len() == 1;
        let statement = format!(
            "{} measure{} of the supposition count{} nothing here, since what {} in trade is neither estimated nor given: {}",
            names.len(),
            if one { "" } else { "s" },
            if one { "s" } else { "" },
            if one { "it costs" } else { "they cost" },
            names.join(", ")
        );
        let note = Finding {
            id: "reach.uncounted".to_owned(),
            title: "Measures that count nothing here".to_owned(),
            statement: statement.clone(),
            value: Number::Value(names.len() as f64),
            unit: Unit::Count,
            interval: None,
            definition:
                "measures that are supposed lifted or in force and are no lever: no estimate of their effect and no \
                         tariff that is as costly was given"
                    .to_owned(),
            ..first.clone()
        };
        answer.findings.iter_mut().for_each(|f| f.caveats.push(format!("{statement}.")));
        answer.findings.insert(1, note);
        answer
    }
}

impl Question for Reach {
    fn uses(&mut self) -> Uses<'_> {
        Uses {
            data: Some(&mut self.data.data),
            read: Some(&mut self.read),
            catalogue: Some(&mut self.catalogue.catalogue),
            files: vec![&mut self.levers],
        }
    }

    fn answer(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<Reply, QueryError> {
        self.find(workspace, watch).map(Reply::from)
    }
}
