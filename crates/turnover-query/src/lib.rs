//! Turnover's questions as values: what can be asked, what it is answered from, and the command that asks again.
//!
//! A [`Query`] is a question with its options. It comes as JSON (the interface over HTTP, a cluster), as keyword
//! arguments (Python) or as words of a shell ([`Command`]), and is the same value in each. [`answer`] answers it
//! from a [`Workspace`]: figures, catalogue, world, histories of pairs, dossier. Help, the interface's
//! description and Python's signatures are made of the types in [`options`] and [`questions`].
//!
//! ```
//! use turnover_query::{Command, Query, Reply, Watch, Workspace, answer};
//!
//! let query = Query::from_json("reach", serde_json::json!({"a": "USA", "b": "RUS", "times": 3}))?;
//! let Reply::Document(document) = answer(&Workspace::embedded()?, &query, Watch::none())? else { panic!() };
//! let cut = document.findings().find(|f| f.id == "reach.cost_cut").unwrap();
//! assert!(cut.statement.contains("must fall by about a quarter"));
//! // The command of a finding is a question too.
//! assert!(matches!(cut.reproduce.parse::<Command>()?.query()?, Query::Reach(_)));
//! # Ok::<(), turnover_query::QueryError>(())
//! ```

mod command;
mod error;
mod lever;
mod list;
pub mod options;
mod query;
pub mod questions;
mod remedy;
mod resolve;
pub mod schema;
pub mod shell;
mod table;
mod workspace;

pub use command::Command;
pub use error::QueryError;
pub use lever::{Lever, LeverFields};
pub use list::MeasureList;
pub use query::{Query, Reply, Uses, answer};
pub use remedy::{Advice, Remedy, label, word};
pub use table::TableUse;
pub use turnover_analysis::Watch;
pub use workspace::{EMBEDDED_YEAR, Figures, Knowledge, MEMORY, Workspace};
