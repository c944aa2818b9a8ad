//! Finds checkable statements about trade in a text: what was said, by whom, of what kind, and what it asserts
//! in figures. Rules over gazetteers propose; a person accepts.
//!
//! ```
//! use turnover_statements::{CheckType, Kind, Options, read};
//!
//! let text = "Ukrainian exports to Russia fell by a third in 2014, the economy minister in Kyiv said.";
//! let found = read(text, &Options::on("2015-03-03".parse()?));
//! assert_eq!(found.len(), 1);
//! assert_eq!(found[0].span, "Ukrainian exports to Russia fell by a third in 2014");
//! assert_eq!(found[0].kind, Kind::Claim);
//! let check = found[0].check.as_ref().unwrap();
//! assert_eq!(check.kind, CheckType::Change);
//! assert_eq!(check.pair, [Some("UKR"), Some("RUS")]);
//! assert_eq!(check.facts.percent.unwrap().round(), -33.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A text is cut into sentences, a sentence into who speaks and what is said, and what is said into clauses. A
//! clause goes to the rules ([`rules`]), each of which reads one form: a level, a change, a share, a rank, a balance,
//! an effect. Times, sides and units that a clause leaves out come from the text before it. The vocabulary of a language
//! are data, in `grammar/en`. Work per sentence is bounded, so a text takes time in proportion to its length.
//! `docs/statements.md` describes the fields.

mod assemble;
mod attribution;
mod check;
mod clause;
mod context;
mod ellipsis;
mod html;
mod interval;
mod items;
mod kind;
mod lexicon;
mod marked;
mod parties;
mod period;
mod product;
mod quantity;
mod read;
mod rules;
mod token;

pub use attribution::Speaker;
pub use check::{Bound, Check, CheckType, Code, Facts, Flow};
pub use html::{is_html, text_of_html};
pub use interval::Interval;
pub use items::{Item, ItemError, predict};
pub use kind::{Kind, Topic};
pub use lexicon::{place_code, place_codes};
pub use read::date_of;
pub use read::{Confidence, Options, Statement, read, rules};
