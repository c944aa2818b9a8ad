//! The list of questions, and what all of them can do.

use clap::Subcommand;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use turnover_analysis::Watch;
use turnover_brief::Document;

use crate::command::Command;
use crate::error::QueryError;
use crate::options::ReadOptions;
use crate::questions::{
    Brief, Check, Coverage, Design, Diversion, Effect, Estimate, History, Negotiate, Outlook, Potential, Question,
    Reach, Read, Simulate, Turnover,
};
use crate::schema;
use crate::workspace::Workspace;

/// What comes back.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Findings, tables and charts.
    Document(Box<Document>),
    /// A document of another schema, with the text that stands for it.
    Plain {
        /// The document.
        json: Value,
        /// The same for a reader.
        text: String,
    },
}

/// The options that name files, so that a face can put in what it holds in memory, or refuse them.
pub struct Uses<'a> {
    /// The figures.
    pub data: Option<&'a mut Option<String>>,
    /// How they are read.
    pub read: Option<&'a mut ReadOptions>,
    /// The catalogue.
    pub catalogue: Option<&'a mut Option<String>>,
    /// Every other file: of levers, limits, a scenario, a dossier, a text, an earlier answer.
    pub files: Vec<&'a mut Option<String>>,
}

/// Makes the enumeration of questions and what goes through all of them.
macro_rules! questions {
    ($($(#[$doc:meta])* $name:ident, $word:literal, $about:literal;)*) => {
        /// A question with its options.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Subcommand)]
        #[serde(rename_all = "lowercase")]
        pub enum Query {
            $(
                #[doc = $about]
                $name($name),
            )*
        }

        impl Query {
            /// Every question: its name, and what it answers in a sentence.
            pub const ALL: &[(&'static str, &'static str)] = &[$(($word, $about)),*];

            /// Name of the question.
            pub fn name(&self) -> &'static str {
                match self { $(Query::$name(_) => $word),* }
            }

            /// Reads a question's options: a JSON object with the members that [`schema::of`] describes.
            ///
            /// # Errors
            /// Where there is no such question, or a member is unknown, missing or of a wrong type.
            pub fn from_json(name: &str, options: Value) -> Result<Self, QueryError> {
                match name {
                    $($word => schema::read(name, options).map(Query::$name),)*
                    _ => {
                        let names: Vec<&str> = Self::ALL.iter().map(|(n, _)| *n).collect();
                        Err(QueryError::call(
                            format!("there is no question `{name}`"),
                            format!("ask one of {}", names.join(", ")),
                        ))
                    }
                }
            }

            /// The options as a JSON object.
            pub fn to_json(&self) -> Map<String, Value> {
                let value = match self { $(Query::$name(q) => serde_json::to_value(q)),* };
                if let Ok(Value::Object(map)) = value { map } else { Map::new() }
            }

            /// The options that name files.
            pub fn uses(&mut self) -> Uses<'_> {
                match self { $(Query::$name(q) => q.uses()),* }
            }

            /// The schema of a question's options, where there is such a question.
            pub(crate) fn raw_schema(name: &str) -> Option<schemars::Schema> {
                match name { $($word => Some(schemars::schema_for!($name)),)* _ => None }
            }
        }

        /// Answers a question.
        ///
        /// # Errors
        /// Where the options contradict each other, the figures cannot be read or do not hold the answer, or
        /// `watch` was cancelled. The error says what to do.
        pub fn answer(workspace: &Workspace, query: &Query, watch: Watch<'_>) -> Result<Reply, QueryError> {
            match query { $(Query::$name(q) => q.answer(workspace, watch)),* }
        }
    };
}

questions! {
    Brief, "brief", "The whole answer on one page";
    Turnover, "turnover", "How much a pair trades: level, trend, composition, both reporters";
    Coverage, "coverage", "How much of a pair's trade measures touch, under every definition";
    Reach, "reach", "What it would take to multiply a pair's trade, in general equilibrium";
    Simulate, "simulate", "What any change in trade costs would do, in general equilibrium";
    Negotiate, "negotiate", "What each side could give so that both gain: every combination of levers, and the best";
    Design, "design", "Which levers, pulled how far, reach a goal at the least cost";
    Effect, "effect", "What a measure cost: its effect on trade, year by year, by product and partner";
    Diversion, "diversion", "Where the trade went: third countries whose deliveries rose, and what was lost";
    Check, "check", "Whether what was said is true: a dossier of statements, checked";
    Read, "read", "What a text says that can be checked, and whether it is so: proposals for a dossier";
    Potential, "potential", "Where the room is: products with unrealised potential, under measures and free of them";
    History, "history", "How often pairs of that size multiplied their trade";
    Outlook, "outlook", "How likely the multiple is for this pair, with proof of what the forecast is worth";
    Estimate, "estimate", "Coefficients by PPML or least squares with many fixed effects";
}

impl Query {
    /// The command that asks the question.
    pub fn command(&self) -> Command {
        Command::of(self)
    }

    /// A workspace of the files that the question names.
    ///
    /// # Errors
    /// Where they cannot be opened.
    pub fn open(&self) -> Result<Workspace, QueryError> {
        let mut own = self.clone();
        let uses = own.uses();
        let knowledge = crate::Knowledge::open(uses.catalogue.and_then(Option::take).as_deref())?;
        let data = crate::options::DataOptions { data: uses.data.and_then(Option::take) };
        let read = uses.read.map(std::mem::take).unwrap_or_default();
        Workspace::open(&data, &read, std::sync::Arc::new(knowledge))
    }
}
