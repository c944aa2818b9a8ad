//! Lists of measures.

use clap::Args;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use turnover_data::{HsCode, Iso3};
use turnover_measures::{Catalogue, Measure, Party, Target};

use crate::error::QueryError;
use crate::options::CatalogueOptions;

/// Which measures of a catalogue are wanted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema, Args)]
#[serde(deny_unknown_fields, default)]
pub struct MeasureList {
    /// Sender: a country or EU
    #[arg(long)]
    pub sender: Option<String>,
    /// Target country
    #[arg(long)]
    pub target: Option<String>,
    /// In force on that day
    #[arg(long, value_name = "YYYY-MM-DD")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub date: Option<Date>,
    /// Touching that HS code
    #[arg(long, value_name = "HS")]
    pub product: Option<String>,
    /// The measures.
    #[command(flatten)]
    #[serde(flatten)]
    pub catalogue: CatalogueOptions,
}

impl MeasureList {
    /// The measures that are wanted, in the catalogue's order.
    ///
    /// # Errors
    /// Where a country or product is not known.
    pub fn of<'a>(&self, catalogue: &'a Catalogue) -> Result<Vec<&'a Measure>, QueryError> {
        let sender = self.sender.as_deref().map(party).transpose()?;
        let target = self.target.as_deref().map(Iso3::resolve).transpose()?;
        let product = self.product.as_deref().map(HsCode::parse).transpose()?;
        let date = self.date;
        let span = |t: &Target| {
            date.is_none_or(|d| t.from <= d && t.until.is_none_or(|u| d < u))
                && target.is_none_or(|c| t.party.includes(c, date.unwrap_or(t.from)))
        };
        let touches = |m: &Measure, p: HsCode| {
            m.products
                .iter()
                .any(|g| date.is_none_or(|d| g.in_force(d)) && g.codes.iter().any(|c| c.contains(&p) || p.contains(c)))
        };
        let wanted = |m: &&Measure| {
            sender.is_none_or(|s| s == m.sender) && m.targets.iter().any(span) && product.is_none_or(|p| touches(m, p))
        };
        Ok(catalogue.measures.iter().filter(wanted).collect())
    }
}

fn party(text: &str) -> Result<Party, QueryError> {
    if text.eq_ignore_ascii_case("EU") {
        return Ok(Party::EuropeanUnion);
    }
    Ok(Iso3::resolve(text).map(Party::Country)?)
}
