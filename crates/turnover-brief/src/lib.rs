//! Documents: answers on one page, every way to show them, and dossiers of what was said.
//!
//! A [`Document`] is a title, a few leading sentences and sections, each the answer to one
//! question; [`Document::from`] makes one of a single answer. The
//! renderers turn it into terminal text, HTML, Markdown, LaTeX, CSV, Parquet, SVG or JSON, and
//! [`write`] puts that into a file whole or not at all.

mod document;
mod dossier;
mod render;
mod write;

pub use document::{Document, Note, Passage, Section, Unanswered};
pub use dossier::{
    Article, Bound, Change, Check, Checked, Computed, Dossier, DossierError, Evidence, Flow, Kind, Moment, Statement,
    Status, Verdict, changes, feed, turns,
};
pub use render::html::html;
pub use render::svg::{STYLE as CHART_STYLE, standalone as svg_file, svg};
pub use render::terminal::{Style, table as terminal_table, terminal};
pub use render::{cell as shown_cell, value as shown_value};
pub use write::{WriteError, beside, can_save, keep, part, save, write};
