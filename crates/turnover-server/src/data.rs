//! What the questions are answered from: the embedded figures, what the server was started with, and
//! the files that were sent, which are kept in memory alone.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use turnover_analysis::{NamedWorld, Pair};
use turnover_brief::Dossier;
use turnover_data::{
    ColumnMap, DataError, Duplicates, Filter, FlowOptions, FlowSource, Flows, PairPanel, RawTable, Select, Store, Unit,
    Unknown, describe_table, figures, flows_of,
};
use turnover_measures::Catalogue;

use crate::error::Refusal;
use crate::{Data, Limits, ServerError};

/// The year of the founding case, which the embedded figures are about.
const EMBEDDED_YEAR: i32 = 2019;

/// What all questions share.
pub(crate) struct Base {
    pub(crate) world: NamedWorld,
    pub(crate) panel: PairPanel,
    pub(crate) catalogue: Catalogue,
    pub(crate) dossier: Dossier,
    /// What the server was started with.
    pub(crate) own: Arc<Held>,
    files: Mutex<VecDeque<(String, Arc<Held>)>>,
    limits: Limits,
}

enum Flowing {
    /// The pair's flows, and those with many partners.
    Tables(Arc<Flows>, Arc<Flows>),
    Store(Store),
}

/// Flows that questions can be asked of.
pub(crate) struct Held {
    flows: Flowing,
    /// The words that name them on the command line.
    pub(crate) words: String,
    pub(crate) usual_year: Option<i32>,
    pub(crate) embedded: bool,
    /// What they are, in words.
    pub(crate) figures: String,
}

impl Held {
    fn new(data: Data) -> Result<Self, DataError> {
        Ok(match data {
            Data::Embedded => Held {
                flows: Flowing::Tables(Arc::new(figures::us_russia()?), Arc::new(figures::russia_food_imports()?)),
                words: String::new(),
                usual_year: Some(EMBEDDED_YEAR),
                embedded: true,
                figures: "Embedded figures".to_owned(),
            },
            Data::Table(flows, words) => {
                let figures = format!("Figures of {}", flows.source.name);
                let flows = Arc::new(flows);
                let flows = Flowing::Tables(Arc::clone(&flows), flows);
                Held { flows, words, usual_year: None, embedded: false, figures }
            }
            Data::Store(store, words) => {
                let figures = format!("Figures of {}", store.source().name);
                Held { flows: Flowing::Store(store), words, usual_year: None, embedded: false, figures }
            }
        })
    }

    /// Bytes of the flows in memory.
    fn bytes(&self) -> usize {
        match &self.flows {
            Flowing::Tables(flows, _) => flows.batch().get_array_memory_size(),
            Flowing::Store(_) => 0,
        }
    }

    /// The flows of a pair.
    pub(crate) fn flows(&self, select: &Select) -> Result<Arc<Flows>, Refusal> {
        match &self.flows {
            Flowing::Tables(flows, _) => Ok(Arc::clone(flows)),
            Flowing::Store(store) => store.flows(select).map(Arc::new).map_err(|e| Refusal::of(&e)),
        }
    }

    /// The flows with many partners.
    pub(crate) fn partners(&self, select: &Select) -> Result<Arc<Flows>, Refusal> {
        match &self.flows {
            Flowing::Tables(_, partners) => Ok(Arc::clone(partners)),
            Flowing::Store(_) => self.flows(select),
        }
    }

    /// Calls with the trade of all countries, as far as it is there.
    pub(crate) fn with_all<T>(&self, pair: Pair, call: impl FnOnce(FlowSource<'_>) -> T) -> Result<T, Refusal> {
        match &self.flows {
            Flowing::Store(store) => Ok(call(FlowSource::Store(store))),
            Flowing::Tables(..) => Ok(call(FlowSource::Table(&*self.flows(&Select::Pair(pair.a, pair.b))?))),
        }
    }
}

impl Base {
    pub(crate) fn new(data: Data, catalogue: Catalogue, limits: Limits) -> Result<Self, ServerError> {
        let world = NamedWorld::new(&figures::world_2014()?, None).map_err(|e| DataError::Format {
            path: "the embedded world".to_owned(),
            what: e.to_string(),
            help: "build again".to_owned(),
        })?;
        Ok(Base {
            world,
            panel: PairPanel::built_in()?,
            catalogue,
            dossier: Dossier::embedded()?,
            own: Arc::new(Held::new(data)?),
            files: Mutex::new(VecDeque::new()),
            limits,
        })
    }

    /// The flows that a question is about.
    pub(crate) fn held(&self, file: Option<&str>) -> Result<Arc<Held>, Refusal> {
        let Some(id) = file else { return Ok(Arc::clone(&self.own)) };
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.iter().find(|(own, _)| own == id).map(|(_, held)| Arc::clone(held)).ok_or_else(|| {
            let help = "send it again: files are kept in memory, and the oldest makes room";
            Refusal::new(StatusCode::NOT_FOUND, "the file is not here any more", help)
        })
    }

    /// Reads a file that was sent and keeps it; the answer describes it.
    pub(crate) fn take(&self, bytes: &[u8], words: &FileWords) -> Result<Value, Refusal> {
        let most = self.limits.file_bytes as u64;
        let table = RawTable::from_bytes_within(&words.name, bytes, most).map_err(|e| Refusal::of_file(&e))?;
        let with_columns = |e: &DataError| {
            let mut refusal = Refusal::of_file(e);
            refusal.more = Some(json!({"columns": columns(&table)}));
            refusal
        };
        let options = words.options().map_err(|e| with_columns(&e))?;
        let description = describe_table(&table, &options).map_err(|e| with_columns(&e))?;
        let flows = flows_of(&table, &options).map_err(|e| with_columns(&e))?;
        let id = format!("{}-{}", &table.sha256[..16], words.short());
        let pairs = largest(&flows);
        let held = Held::new(Data::Table(flows, words.command_words())).map_err(|e| Refusal::of(&e))?;
        let answer = json!({"id": id, "name": words.name, "description": description, "pairs": pairs, "columns": columns(&table)});
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.retain(|(own, _)| *own != id);
        files.push_back((id, Arc::new(held)));
        let kept = |files: &VecDeque<(String, Arc<Held>)>| files.iter().map(|(_, held)| held.bytes()).sum::<usize>();
        while files.len() > self.limits.files || (files.len() > 1 && kept(&files) > self.limits.kept_bytes) {
            files.pop_front();
        }
        Ok(answer)
    }
}

/// The columns with a few of their cells, for naming what each holds.
fn columns(table: &RawTable) -> Vec<Value> {
    let short = |text: &str| text.chars().take(24).collect::<String>();
    let cells = |c: &turnover_data::RawColumn| -> Vec<String> {
        (0..table.rows.min(3)).map(|r| short(&c.show(r).unwrap_or_default())).collect()
    };
    table.columns.iter().take(200).map(|c| json!({"name": c.name, "cells": cells(c)})).collect()
}

/// The pairs that trade most in the last year.
fn largest(flows: &Flows) -> Vec<Value> {
    let panel = PairPanel::from_flows(flows);
    let mut pairs: Vec<_> = panel.pairs.iter().filter_map(|(a, b, v)| Some((a, b, *v.last()?))).collect();
    pairs.sort_by(|x, y| y.2.total_cmp(&x.2));
    pairs.iter().take(20).map(|(a, b, v)| json!({"a": a, "b": b, "turnover_usd": v})).collect()
}

/// How a file is to be read, as words of its address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct FileWords {
    name: String,
    exporter: Option<String>,
    importer: Option<String>,
    reporter: Option<String>,
    partner: Option<String>,
    flow: Option<String>,
    product: Option<String>,
    year: Option<String>,
    value: Option<String>,
    unit: Option<String>,
    filter: Option<String>,
    duplicates: Option<String>,
    unknown: Option<String>,
}

impl FileWords {
    fn options(&self) -> Result<FlowOptions, DataError> {
        let wrong = |what: &str, help: &str| DataError::Format {
            path: self.name.clone(),
            what: format!("cannot be read with {what}"),
            help: help.to_owned(),
        };
        Ok(FlowOptions {
            columns: ColumnMap {
                exporter: self.exporter.clone(),
                importer: self.importer.clone(),
                reporter: self.reporter.clone(),
                partner: self.partner.clone(),
                flow: self.flow.clone(),
                product: self.product.clone(),
                year: self.year.clone(),
                value: self.value.clone(),
            },
            unit: match self.unit.as_deref() {
                None => None,
                Some("usd") => Some(Unit::Usd),
                Some("thousand-usd") => Some(Unit::ThousandUsd),
                Some("million-usd") => Some(Unit::MillionUsd),
                Some("billion-usd") => Some(Unit::BillionUsd),
                Some(other) => {
                    return Err(wrong(&format!("the unit {other}"), "usd, thousand-usd, million-usd or billion-usd"));
                }
            },
            filter: self.filter.as_deref().map(Filter::parse).transpose()?,
            duplicates: match self.duplicates.as_deref() {
                None | Some("error") => Duplicates::Refuse,
                Some("sum") => Duplicates::Sum,
                Some(other) => return Err(wrong(&format!("duplicates {other}"), "error or sum")),
            },
            unknown: match self.unknown.as_deref() {
                None | Some("error") => Unknown::Refuse,
                Some("drop") => Unknown::Drop,
                Some(other) => return Err(wrong(&format!("unknown {other}"), "error or drop")),
            },
        })
    }

    fn pairs(&self) -> impl Iterator<Item = (&'static str, &String)> {
        [
            ("filter", &self.filter),
            ("exporter", &self.exporter),
            ("importer", &self.importer),
            ("reporter", &self.reporter),
            ("partner", &self.partner),
            ("flow", &self.flow),
            ("product", &self.product),
            ("year-column", &self.year),
            ("value", &self.value),
            ("unit", &self.unit),
            ("duplicates", &self.duplicates),
            ("unknown", &self.unknown),
        ]
        .into_iter()
        .filter_map(|(flag, value)| Some((flag, value.as_ref()?)))
    }

    /// The words that make the command line read the same.
    fn command_words(&self) -> String {
        let quoted = |word: &str| format!("'{}'", word.replace('\'', "'\\''"));
        let mut out = format!(" --data {}", quoted(&self.name));
        for (flag, value) in self.pairs() {
            out.push_str(&format!(" --{flag} {}", quoted(value)));
        }
        out
    }

    /// Tells readings of one file apart.
    fn short(&self) -> String {
        use sha2::{Digest, Sha256};
        let digest = Sha256::digest(self.command_words().as_bytes());
        digest.iter().take(4).map(|b| format!("{b:02x}")).collect()
    }
}
