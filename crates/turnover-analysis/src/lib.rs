//! The questions about a pair of countries, one module each: data in, findings out.
//!
//! Every function takes data that is already read and returns an [`Answer`]: findings with their
//! definition, sources, caveats and the command that gives them again, tables, and charts as data.
//! Nothing here prints, draws or reads a file.
//!
//! ```
//! use turnover_analysis::{Pair, turnover};
//! use turnover_data::figures;
//!
//! let flows = figures::us_russia()?;
//! let answer = turnover::answer(&flows, &turnover::Question::new(Pair::resolve("USA", "RUS")?))?;
//! assert_eq!(answer.findings[0].statement.split(" in ").next(),
//!     Some("The United States and Russia traded goods worth 24.2 billion US dollars"));
//! # Ok::<(), turnover_analysis::AnalysisError>(())
//! ```

mod answer;
pub mod closure;
pub mod coverage;
pub mod defaults;
pub mod design;
pub mod diversion;
pub mod effect;
mod engine;
mod error;
pub mod estimate;
pub mod format;
mod goods;
pub mod history;
pub mod levers;
pub mod limits;
mod mirror;
pub mod negotiate;
pub mod outlook;
mod pair;
mod panel;
mod parties;
pub mod potential;
mod pull;
pub mod reach;
pub mod simulate;
mod sizing;
mod tariffs;
pub mod turnover;
mod uncertain;
mod watch;
mod world;

pub use answer::{
    Answer, Bar, Cell, Chart, ChartKind, Column, Figure, Finding, Headline, Interval, Line, Mark, Number, Reservation,
    Table, Unit,
};
pub use engine::{Model, NamedEconomy};
pub use error::AnalysisError;
pub use goods::at_customs;
pub use limits::check_theta;
pub use pair::{Pair, PairFlows};
pub use parties::Bloc;
pub use pull::{Deficits, Pull, PullFile, SizedCell, What};
pub use uncertain::{Draws, DrawsRun};
pub use watch::{Tell, Watch};
pub use world::NamedWorld;
