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
mod measure;
mod parse;

pub use check::{Problem, Severity, check};
pub use measure::{
    Catalogue, Direction, Extent, Instrument, Mapping, Match, Measure, Party, Products, Scope, Target, WatchList,
};
pub use parse::CatalogueError;
