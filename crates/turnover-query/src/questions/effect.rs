//! What a measure cost.

use clap::Args;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use turnover_analysis::effect::Prevented;
use turnover_analysis::format::in_sentence;
use turnover_analysis::{AnalysisError, Answer, Pair, Watch, effect};
use turnover_data::{Flows, HsCode, Iso3, Select};
use turnover_measures::{Catalogue, Direction, Instrument, Measure};

use super::Question;
use crate::error::QueryError;
use crate::options::{CatalogueOptions, DataOptions, LaterPartners, PeriodOptions, ReadOptions};
use crate::query::{Query, Reply, Uses};
use crate::resolve::{self, Resolved};
use crate::workspace::Workspace;

/// What a measure cost: PPML difference-in-differences by year, product and partner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Args)]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// Id of the measure, for example rus-2014-food
    #[serde(default)]
    pub measure: Option<String>,
    /// Instead of a measure: the one on imports between two countries that names most codes and whose effect
    /// these figures can show
    #[arg(long, value_name = "A:B")]
    #[serde(default)]
    pub between: Option<String>,
    /// Day of the measures, year of the flows.
    #[command(flatten)]
    #[serde(flatten)]
    pub period: PeriodOptions,
    /// A partner whose prevented trade is reported too
    #[arg(long, value_name = "COUNTRY")]
    #[serde(default)]
    pub with: Option<String>,
    /// Products that count as covered, for example 02,03,04; those of which the measure names a third of the
    /// headings by default
    #[arg(long, value_name = "HS,HS", value_delimiter = ',')]
    #[serde(default)]
    pub products: Vec<String>,
    /// Partners that the measure reached only later
    #[arg(long, value_enum, default_value_t)]
    #[serde(default)]
    pub later: LaterPartners,
    /// The measures.
    #[command(flatten)]
    #[serde(flatten)]
    pub catalogue: CatalogueOptions,
    /// The figures.
    #[command(flatten)]
    #[serde(flatten)]
    pub data: DataOptions,
    /// How they are read.
    #[command(flatten)]
    #[serde(flatten)]
    pub read: ReadOptions,
}

impl Effect {
    pub(crate) fn find(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<Answer, QueryError> {
        Ok(self.found(workspace, watch)?.0)
    }

    /// The answer, with what the measure prevented with the partner as far as that is estimated.
    pub(crate) fn found(
        &self,
        workspace: &Workspace,
        watch: Watch<'_>,
    ) -> Result<(Answer, Option<Prevented>), QueryError> {
        let (measure, pair) = named(workspace, self.measure.as_deref(), self.between.as_deref(), self.period, watch)?;
        let catalogue = workspace.catalogue();
        let sender = catalogue.sender(&measure);
        let partner = match (&self.with, pair) {
            (Some(name), _) => Some(Iso3::resolve(name)?),
            (None, Some(pair)) => Some(if sender == Some(pair.a) { pair.b } else { pair.a }),
            (None, None) => None,
        };
        let flows = workspace.partners(&of_sender(catalogue, &measure), watch)?;
        let asked = Effect {
            measure: Some(measure.clone()),
            between: None,
            period: PeriodOptions::default(),
            with: partner.map(|p| p.to_string()),
            ..self.clone()
        };
        let question = effect::Question {
            measure,
            partner,
            products: product_codes(&self.products)?,
            later: self.later.into(),
            command: Query::Effect(asked).command().to_string(),
        };
        let facts = effect::compute(&flows, catalogue, &question, watch)?;
        Ok((effect::report(&facts), facts.prevented))
    }
}

impl Question for Effect {
    fn uses(&mut self) -> Uses<'_> {
        Uses {
            data: Some(&mut self.data.data),
            read: Some(&mut self.read),
            catalogue: Some(&mut self.catalogue.catalogue),
            files: Vec::new(),
        }
    }

    fn answer(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<Reply, QueryError> {
        self.find(workspace, watch).map(Reply::from)
    }
}

/// The measure that is named, or the main one between two countries, with the two.
pub(crate) fn named(
    workspace: &Workspace,
    measure: Option<&str>,
    between: Option<&str>,
    period: PeriodOptions,
    watch: Watch<'_>,
) -> Result<(String, Option<Pair>), QueryError> {
    match (measure, between) {
        (Some(id), None) => Ok((id.to_owned(), None)),
        (None, Some(text)) => {
            let (a, b) = text.split_once(':').ok_or_else(|| {
                QueryError::call(format!("‹between› is `{text}`"), "name two countries, for example USA:RUS")
            })?;
            let pair = Pair::resolve(a, b)?;
            let own = workspace.flows(&Select::Pair(pair.a, pair.b), watch)?;
            // The figures with many partners may hold what those of the pair do not.
            let day = Resolved::of(workspace, &own, pair, period)
                .map_or_else(|_| resolve::day(workspace, period), |r| r.date);
            let partners = workspace.partners(&Select::Partners(vec![pair.a, pair.b]), watch)?;
            Ok((main_measure(&partners, workspace.catalogue(), pair, day)?, Some(pair)))
        }
        _ => Err(QueryError::call(
            "name a measure, or two countries with ‹between A:B›, and not both",
            "turnover measures list shows the measures",
        )),
    }
}

/// The measure on imports between the two in force on a day that names most codes and whose sender's trade
/// with many partners is at hand: the one whose effect can be estimated.
pub(crate) fn main_measure(
    partners: &Flows,
    catalogue: &Catalogue,
    pair: Pair,
    on: Date,
) -> Result<String, AnalysisError> {
    let (a, b) = (pair.a, pair.b);
    let names = format!("{} and {}", in_sentence(a.name()), in_sentence(b.name()));
    let refuse = |what: String, help: &str| Err(AnalysisError::Change { what, help: help.to_owned() });
    if !catalogue.knows(a, b) {
        return refuse(
            format!(
                "the catalogue has no measure between {names}, so what one cost cannot be answered: that is a gap of the \
                 catalogue, not a sign that there is none"
            ),
            "give a catalogue that has them with ‹catalogue FILE›",
        );
    }
    let mut between: Vec<&Measure> = catalogue
        .between(a, b, on)
        .filter(|m| m.direction == Direction::Import && !m.products.is_empty())
        .filter(|m| catalogue.sender(&m.id).is_some_and(|s| s == a || s == b))
        .collect();
    if between.is_empty() {
        return refuse(
            format!(
                "the catalogue has no measure of {names} on imports of named products that is in force on {on}, so what one \
                 cost cannot be answered from it"
            ),
            "name a measure and a file: turnover effect MEASURE ‹data FILE›",
        );
    }
    // Bans before duties, whose lists are longer and whose effects are smaller.
    let codes = |m: &&Measure| m.products.iter().map(|p| p.codes.len()).sum::<usize>();
    between.sort_by_key(|m| std::cmp::Reverse((m.instrument == Instrument::Ban, codes(m))));
    let at_hand = |c: Iso3| {
        let mut others: Vec<Iso3> = partners.iter().filter(|f| f.importer == c).map(|f| f.exporter).collect();
        others.sort_unstable();
        others.dedup();
        others.len() > 2
    };
    match between.iter().find(|m| catalogue.sender(&m.id).is_some_and(at_hand)) {
        Some(m) => Ok(m.id.clone()),
        None => refuse(
            format!(
                "what {} cost cannot be estimated from these figures, which lack its sender's imports from many countries",
                listed(&between.iter().map(|m| format!("{} ({})", m.title, m.id)).collect::<Vec<_>>())
            ),
            "turnover effect MEASURE ‹data FILE› estimates it from flows by partner, product and year",
        ),
    }
}

/// `a or b`, the first few of a longer list.
fn listed(names: &[String]) -> String {
    match names {
        [one] => one.clone(),
        [one, two] => format!("{one} or {two}"),
        [one, two, rest @ ..] => format!("{one}, {two} or {} others", rest.len()),
        [] => String::new(),
    }
}

/// The flows that a measure's effect is about: those of its sender, where that is one country.
pub(crate) fn of_sender(catalogue: &Catalogue, measure: &str) -> Select {
    catalogue.sender(measure).map_or(Select::All, |c| Select::Partners(vec![c]))
}

/// Product codes; `None` where none are given.
pub(crate) fn product_codes(codes: &[String]) -> Result<Option<Vec<HsCode>>, QueryError> {
    if codes.is_empty() {
        return Ok(None);
    }
    Ok(Some(codes.iter().map(|c| HsCode::parse(c.trim())).collect::<Result<_, _>>()?))
}
