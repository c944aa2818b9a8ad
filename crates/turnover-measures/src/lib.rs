//! The catalogue of trade measures: who restricts what, toward whom, from when to when, in which
//! way and by which law; and the matching of flows to measures.
//!
//! A measure is written in TOML (`docs/catalogue.md` describes the schema) and matched to a flow
//! by exporter, importer, product and day:
//!
//! ```
//! use turnover_data::{HsCode, Iso3};
//! use turnover_measures::{Catalogue, Extent};
//!
//! let catalogue = Catalogue::embedded()?;
//! let (usa, rus) = (Iso3::parse("USA")?, Iso3::parse("RUS")?);
//! let day = "2019-10-31".parse()?;
//! let touched = |code: &str| -> Result<Extent, turnover_data::DataError> {
//!     Ok(catalogue.extent(usa, rus, HsCode::parse(code)?, day, |_| true))
//! };
//! assert_eq!(touched("0203")?, Extent::Whole); // pork from the United States to Russia
//! assert_eq!(touched("07")?, Extent::Whole); // every heading of the chapter is banned
//! assert_eq!(touched("02")?, Extent::Part); // not every heading of the chapter
//! assert_eq!(touched("86")?, Extent::None);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod check;
mod import;
mod measure;
mod parse;
mod regime;
mod words;
mod write;

pub use check::{Problem, Severity, check};
pub use import::{Heading, ImportError, Listed, code_list, dated_rates, global_trade_alert};
pub use measure::{Catalogue, Completeness, Extent, Match, Measure, Party, Products, Target, WatchList};
pub use parse::CatalogueError;
pub use regime::{Actor, Reach, Regime, Regimes, SEVEN, Standing};
pub use words::{Direction, Instrument, Mapping, Purpose, Scope};
pub use write::to_toml;
