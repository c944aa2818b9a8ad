//! What a statement asserts in figures.

use serde::Serialize;

use crate::interval::Interval;
pub use crate::quantity::Bound;

/// A country's ISO 3166-1 alpha-3 code, or a group: `EU`, `EAEU`, `ASEAN`, `WLD` for all partners.
pub type Code = &'static str;

/// What a check is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckType {
    /// How much is traded in a period.
    Level,
    /// A change from one period to another.
    Change,
    /// A part of a flow.
    Share,
    /// A partner's place among all.
    Rank,
    /// A deficit or surplus.
    Balance,
    /// What trade is to become.
    Forecast,
    /// What a measure did to trade.
    Effect,
}

/// Which way goods go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Flow {
    /// From the first of the pair to the second.
    Exports,
    /// To the first of the pair from the second.
    Imports,
    /// Both.
    Turnover,
    /// The difference.
    Balance,
}

impl Flow {
    /// The flow the other way.
    pub fn reversed(self) -> Flow {
        match self {
            Flow::Exports => Flow::Imports,
            Flow::Imports => Flow::Exports,
            other => other,
        }
    }
}

/// A check: what the text gives, and nothing that it leaves open.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// What is asserted.
    #[serde(rename = "type")]
    pub kind: CheckType,
    /// The two sides; none where the text names no partner.
    pub pair: [Option<Code>; 2],
    /// The flow, seen from the first of the pair.
    pub flow: Flow,
    /// The figures and their circumstances.
    #[serde(flatten)]
    pub facts: Facts,
}

/// The fields that a check may have beside its type, pair and flow. Money in units of `unit`, shares and changes
/// in per cent with sign.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[allow(missing_docs)] // each field is named in docs/statements.md
pub struct Facts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<Interval>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<Interval>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delta: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub factor: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_percent: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_percent: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share_of_change: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<Bound>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measure: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measure_by: Option<Code>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub among: Option<Code>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub currency: Vec<&'static str>,
    #[serde(skip_serializing_if = "is_false")]
    pub negated: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub vague: bool,
}

fn is_false(b: &bool) -> bool {
    !b
}
