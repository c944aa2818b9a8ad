//! The ground floor for trade data: what a country is, what a product is, what a flow is,
//! and the readers that turn a file into flows or say exactly why they cannot.
//!
//! ```
//! use turnover_data::{figures, Iso3};
//!
//! let flows = figures::us_russia()?;
//! let usa = Iso3::parse("USA")?;
//! let rus = Iso3::parse("RUS")?;
//! let exports: f64 = flows
//!     .iter()
//!     .filter(|f| f.year == 2019 && f.exporter == rus && f.importer == usa)
//!     .map(|f| f.value_usd)
//!     .sum();
//! assert_eq!((exports / 1e6).round(), 13_189.0); // million USD
//! # Ok::<(), turnover_data::DataError>(())
//! ```
//!
//! Values are in US dollars wherever a name says `value_usd`; countries are ISO 3166-1
//! alpha-3; products are HS codes of 2, 4 or 6 digits, or all goods together.

pub mod builtin;
mod country;
mod describe;
mod error;
mod fault;
pub mod figures;
mod filter;
mod flows;
mod hs;
mod hs_table;
mod import;
mod naming;
mod pairs;
mod party;
mod read;
pub mod reconcile;
mod store;
mod suggest;

pub use country::{Country, Iso3, countries};
pub use describe::{Description, YearSummary, describe, describe_table};
pub use error::{DataError, Place};
pub use fault::Fault;
pub use filter::Filter;
pub use flows::{Flow, Flows, FlowsBuilder, Source, Status, Valuation, flow_schema};
pub use hs::{Chapter, Edition, HsCode, chapters};
pub use hs_table::{Editions, Known, editions, headings, known};
pub use import::{import_baci, import_flows};
pub use pairs::PairPanel;
pub use read::{
    Cells, ColumnMap, Constants, Decimal, Direction, Duplicates, EconomyTables, FileFormat, FlowOptions, RawColumn,
    RawTable, Unit, Unknown, file_formats, flows_of, read_flows,
};
pub use store::{FlowSource, Repaired, Select, Store, Year, migrate, repair};
pub use suggest::nearest;
