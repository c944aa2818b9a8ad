//! Options that several questions share, each with its documentation and default in one place: the command's
//! help, the interface's description, the page's forms and Python's signatures are made of them.

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use turnover_analysis::defaults;
use turnover_analysis::{Deficits, effect};
use turnover_data::{ColumnMap, Constants, Decimal, Direction, Duplicates, Filter, FlowOptions, Unit, Unknown};
use turnover_equilibrium::Imbalance;

use crate::error::QueryError;

/// Whose trade.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema, Args)]
pub struct PairOptions {
    /// First country: ISO code or name; how much is traded also takes groups, for example EU or DEU+FRA
    #[arg(value_name = "A")]
    pub a: String,
    /// Second country
    #[arg(value_name = "B")]
    pub b: String,
}

/// Where the flows come from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema, Args)]
#[serde(default)]
#[command(next_help_heading = "Your own data")]
pub struct DataOptions {
    /// A file of flows (CSV, JSON, Parquet, Stata .dta or a spreadsheet, packed or not; data formats lists
    /// what is read), a folder with flows.* and world.*, or a store made by data import
    #[arg(long, value_name = "FILE|DIR")]
    pub data: Option<String>,
}

/// Which figure stands for a flow that two sides report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum LedgerKind {
    /// What each side reports, as it is
    #[default]
    Reported,
    /// One value of both reports, by each reporter's quality, with a 90 % interval
    Reconciled,
}

/// How a file of flows is read: which column is what, and which rows take part.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema, Args)]
#[serde(default)]
#[command(next_help_heading = "Your own data")]
pub struct ReadOptions {
    /// Rows that take part, for example 'year >= 2000 and exporter in ["USA", "RUS"]'
    #[arg(long, value_name = "EXPR")]
    pub filter: Option<String>,
    /// Column of the exporter, or one country for the whole file
    #[arg(long, value_name = "COLUMN|COUNTRY")]
    pub exporter: Option<String>,
    /// Column of the importer, or one country for the whole file
    #[arg(long, value_name = "COLUMN|COUNTRY")]
    pub importer: Option<String>,
    /// Column of the reporter, or one country that reports the whole file
    #[arg(long, value_name = "COLUMN|COUNTRY")]
    pub reporter: Option<String>,
    /// Column of the partner, in files of reporter, partner and flow, or one country for the whole file
    #[arg(long, value_name = "COLUMN|COUNTRY")]
    pub partner: Option<String>,
    /// Column that says import or export, in such files
    #[arg(long, value_name = "COLUMN")]
    pub flow: Option<String>,
    /// Column of the product (HS)
    #[arg(long, value_name = "COLUMN")]
    pub product: Option<String>,
    /// Column of the year
    #[arg(long, value_name = "COLUMN")]
    pub year_column: Option<String>,
    /// Column of the value
    #[arg(long, value_name = "COLUMN")]
    pub value: Option<String>,
    /// The year of the whole file, where no column has it
    #[arg(long, value_name = "YEAR")]
    pub year_is: Option<i32>,
    /// The direction of the whole file, seen from the reporter
    #[arg(long, value_enum)]
    pub flow_is: Option<FlowDirection>,
    /// Unit of the value; taken from the format or the column's name by default
    #[arg(long, value_enum)]
    pub unit: Option<ValueUnit>,
    /// The mark before decimals; taken from the column's cells by default
    #[arg(long, value_enum)]
    pub decimal: Option<DecimalMark>,
    /// What to do with two values for one flow
    #[arg(long, value_enum, default_value_t)]
    pub duplicates: DuplicateRows,
    /// What to do with rows whose country is in no list, such as groups of countries
    #[arg(long, value_enum, default_value_t)]
    pub unknown: UnknownCountries,
}

impl ReadOptions {
    /// The reader's options.
    ///
    /// # Errors
    /// Where the filter cannot be parsed.
    pub fn flow_options(&self) -> Result<FlowOptions, QueryError> {
        Ok(FlowOptions {
            columns: ColumnMap {
                exporter: self.exporter.clone(),
                importer: self.importer.clone(),
                reporter: self.reporter.clone(),
                partner: self.partner.clone(),
                flow: self.flow.clone(),
                product: self.product.clone(),
                year: self.year_column.clone(),
                value: self.value.clone(),
            },
            constants: Constants {
                year: self.year_is,
                direction: self.flow_is.map(|flow| match flow {
                    FlowDirection::Import => Direction::Import,
                    FlowDirection::Export => Direction::Export,
                }),
            },
            unit: self.unit.map(Unit::from),
            decimal: self.decimal.map(|mark| match mark {
                DecimalMark::Point => Decimal::Point,
                DecimalMark::Comma => Decimal::Comma,
            }),
            filter: self.filter.as_deref().map(Filter::parse).transpose()?,
            duplicates: match self.duplicates {
                DuplicateRows::Error => Duplicates::Refuse,
                DuplicateRows::Sum => Duplicates::Sum,
            },
            unknown: match self.unknown {
                UnknownCountries::Error => Unknown::Refuse,
                UnknownCountries::Drop => Unknown::Drop,
            },
        })
    }
}

/// The unit of a column of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum ValueUnit {
    /// US dollars
    Usd,
    /// Thousands of US dollars
    ThousandUsd,
    /// Millions of US dollars
    MillionUsd,
    /// Billions of US dollars
    BillionUsd,
    /// Euros
    Eur,
    /// Thousands of euros
    ThousandEur,
    /// Millions of euros
    MillionEur,
    /// Billions of euros
    BillionEur,
}

/// The direction of a whole file, seen from its reporter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum FlowDirection {
    /// Imports of the reporter
    Import,
    /// Exports of the reporter
    Export,
}

/// The mark before decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum DecimalMark {
    /// 1,234.5
    Point,
    /// 1.234,5
    Comma,
}

impl From<ValueUnit> for Unit {
    fn from(unit: ValueUnit) -> Self {
        match unit {
            ValueUnit::Usd => Unit::Usd,
            ValueUnit::ThousandUsd => Unit::ThousandUsd,
            ValueUnit::MillionUsd => Unit::MillionUsd,
            ValueUnit::BillionUsd => Unit::BillionUsd,
            ValueUnit::Eur => Unit::Eur,
            ValueUnit::ThousandEur => Unit::ThousandEur,
            ValueUnit::MillionEur => Unit::MillionEur,
            ValueUnit::BillionEur => Unit::BillionEur,
        }
    }
}

/// What to do with two values for one flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum DuplicateRows {
    /// Stop and say where they are
    #[default]
    Error,
    /// Add them up
    Sum,
}

/// What to do with rows whose country is in no list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum UnknownCountries {
    /// Stop and say where it is
    #[default]
    Error,
    /// Drop them, and report which
    Drop,
}

/// The catalogue of measures.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema, Args)]
#[serde(default)]
pub struct CatalogueOptions {
    /// Your own catalogue of measures: a TOML file or a folder of them
    #[arg(long, value_name = "FILE|DIR")]
    pub catalogue: Option<String>,
}

/// What is supposed about measures.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema, Args)]
#[serde(default)]
pub struct SupposeOptions {
    /// Suppose that these measures are lifted, for example rus-2014-food,usa-2014-arms
    #[arg(long, value_name = "ID,ID", value_delimiter = ',')]
    #[schemars(length(max = 100))]
    pub lift: Vec<String>,
    /// Suppose that these measures are in force, whatever their dates
    #[arg(long, value_name = "ID,ID", value_delimiter = ',')]
    #[schemars(length(max = 100))]
    pub bring: Vec<String>,
}

/// Measures of one question at most.
const MOST_MEASURES: usize = 100;

impl SupposeOptions {
    /// Refuses more measures than a catalogue has for any pair.
    pub(crate) fn check(&self) -> Result<(), QueryError> {
        if self.lift.len() <= MOST_MEASURES && self.bring.len() <= MOST_MEASURES {
            return Ok(());
        }
        Err(QueryError::call("more than 100 measures are lifted or brought in", "name fewer"))
    }

    /// Whether anything is supposed.
    pub fn is_some(&self) -> bool {
        !self.lift.is_empty() || !self.bring.is_empty()
    }
}

/// The day of the measures and the year of the flows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema, Args)]
#[serde(default)]
pub struct PeriodOptions {
    /// Day on which measures are in force; the end of the year by default
    #[arg(long, value_name = "YYYY-MM-DD")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub date: Option<Date>,
    /// Year of the flows; that of the day, else 2019 for the embedded figures and the latest of your own
    #[arg(long)]
    pub year: Option<i32>,
}

/// The yardstick of a coverage question.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema, Args)]
#[serde(default)]
pub struct ClaimOptions {
    /// Year that stands for trade without measures; the one before the first measure by default
    #[arg(long, value_name = "YEAR")]
    pub base_year: Option<i32>,
    /// Judge the claim that at least this percentage of trade is not affected
    #[arg(long, value_name = "PERCENT", default_value_t = defaults::CLAIM_PERCENT, allow_negative_numbers = true)]
    pub claim: f64,
}

impl Default for ClaimOptions {
    fn default() -> Self {
        ClaimOptions { base_year: None, claim: defaults::CLAIM_PERCENT }
    }
}

/// The equilibrium's settings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema, Args)]
#[serde(default)]
pub struct ModelOptions {
    /// Trade elasticity; 4 by default
    #[arg(long, allow_negative_numbers = true)]
    pub theta: Option<f64>,
    /// What happens to trade imbalances
    #[arg(long, value_enum, default_value_t)]
    pub imbalance: ImbalanceRule,
    /// The built-in world that stands behind the answer, where no ‹data› brings one
    #[arg(long, value_enum, default_value_t)]
    pub world: WorldKind,
    /// Whether labour moves between the sectors of its country: the long run, or the short run in which it does not; many
    /// sectors only
    #[arg(long, value_enum, default_value_t)]
    pub labour: LabourRule,
    /// Year of the world; the latest in your data by default. Built in are 2014 (goods and services, 44 economies)
    /// and, in goods among some 200, 1980 to 2020 and 2023; where no year is named, 2014 for its economies, else
    /// 2019. In the world of sectors, the pair's goods are scaled to customs figures of that year
    #[arg(long, value_name = "YEAR")]
    pub world_year: Option<i32>,
}

/// Whether labour moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum LabourRule {
    /// Between the sectors of its country
    #[default]
    Mobile,
    /// It stays in its sector, with a wage of its own
    Fixed,
}

/// A built-in world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum WorldKind {
    /// 44 economies of 2014, all goods and services together
    #[default]
    OneSector,
    /// 44 economies and 50 sectors of 2014, with inputs and tariffs
    Sectors,
}

impl ModelOptions {
    /// The elasticity, or the usual one.
    pub fn theta(&self) -> f64 {
        self.theta.unwrap_or(defaults::THETA)
    }
}

/// What happens to trade imbalances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum ImbalanceRule {
    /// Imbalances stay fixed as a share of world output
    #[default]
    Additive,
    /// Imbalances move with income
    Multiplicative,
    /// Trade is balanced, before and after the change
    Balanced,
}

impl From<ImbalanceRule> for Imbalance {
    fn from(rule: ImbalanceRule) -> Self {
        match rule {
            ImbalanceRule::Additive => Imbalance::Additive,
            ImbalanceRule::Multiplicative => Imbalance::Multiplicative,
            ImbalanceRule::Balanced => Imbalance::Balanced,
        }
    }
}

impl From<ImbalanceRule> for Deficits {
    fn from(rule: ImbalanceRule) -> Self {
        match rule {
            ImbalanceRule::Additive => Deficits::Kept,
            ImbalanceRule::Multiplicative => Deficits::Proportional,
            ImbalanceRule::Balanced => Deficits::Zero,
        }
    }
}

impl ImbalanceRule {
    /// The rule where a file of changes names one too: the option goes before it.
    pub(crate) fn or_of_file(self, file: Option<Deficits>) -> Imbalance {
        match (self, file) {
            (ImbalanceRule::Additive, Some(Deficits::Zero)) => Imbalance::Balanced,
            (ImbalanceRule::Additive, Some(Deficits::Proportional)) => Imbalance::Multiplicative,
            (rule, _) => rule.into(),
        }
    }
}

/// Which model changes of trade costs go through, and what is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Args)]
#[serde(default)]
pub struct DrawOptions {
    /// One sector, or many with inputs and tariffs, which needs a folder of tables (docs/economy.md)
    #[arg(long, value_enum, default_value_t)]
    pub model: ModelKind,
    /// Number of Monte Carlo draws of effects and elasticities; gives intervals
    #[arg(long, value_name = "N")]
    pub draws: Option<usize>,
    /// Seed of the draws: the same seed gives the same draws, at any number of threads
    #[arg(long, value_name = "N", default_value_t = defaults::SEED)]
    pub seed: u64,
}

impl Default for DrawOptions {
    fn default() -> Self {
        DrawOptions { model: ModelKind::default(), draws: None, seed: defaults::SEED }
    }
}

/// Which model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum ModelKind {
    /// Armington and isomorphic models
    #[default]
    OneSector,
    /// Caliendo and Parro (2015)
    CaliendoParro,
}

/// Partners that a measure reached only later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum LaterPartners {
    /// Dropped from the year in which it reached them
    #[default]
    Drop,
    /// Kept among the untouched
    Control,
    /// Touched from then on
    Treat,
}

impl From<LaterPartners> for effect::Later {
    fn from(later: LaterPartners) -> Self {
        match later {
            LaterPartners::Drop => effect::Later::Drop,
            LaterPartners::Control => effect::Later::Control,
            LaterPartners::Treat => effect::Later::Treat,
        }
    }
}
