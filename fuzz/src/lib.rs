//! What the targets share: questions drawn from a fuzzer's bytes, and what every answer must satisfy.
//!
//! A target draws a whole command, its tables and its files, and asks it as the program does, through
//! `turnover_query::answer`. Random bytes seldom make a sentence, so the words come from grammars that reach
//! every construct, and the bytes choose among them.

mod checks;
mod draw;
mod estimate;
mod files;
mod formula;
mod frame;
mod scenario;

pub use checks::{ask, check, check_refusal};
pub use draw::Draw;
pub use estimate::Estimate;
pub use scenario::Scenario;
