//! What the questions are answered from: what the server was started with, and the files that were sent, which
//! are kept in memory alone.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use turnover_data::{DataError, FlowOptions, Flows, PairPanel, RawTable, describe_table, flows_of};
use turnover_query::options::{CatalogueOptions, DataOptions, ReadOptions};
use turnover_query::{Figures, Knowledge, Query, QueryError, Watch, Workspace};

use crate::Limits;
use crate::error::Refusal;

/// Figures that questions can be asked of, with the options that name them on the command line.
pub struct Served {
    /// The figures, and what is known beside them.
    pub workspace: Workspace,
    /// Where they come from.
    pub data: DataOptions,
    /// How they were read.
    pub read: ReadOptions,
    /// The measures.
    pub catalogue: CatalogueOptions,
}

impl Served {
    /// The embedded figures and measures.
    ///
    /// # Errors
    /// Where an embedded file is damaged.
    pub fn embedded() -> Result<Self, QueryError> {
        Ok(Served {
            workspace: Workspace::embedded()?,
            data: DataOptions::default(),
            read: ReadOptions::default(),
            catalogue: CatalogueOptions::default(),
        })
    }
}

/// What all questions share.
pub(crate) struct Base {
    /// What the server was started with.
    pub(crate) own: Arc<Served>,
    files: Mutex<VecDeque<(String, Arc<Served>)>>,
    limits: Limits,
}

impl Base {
    pub(crate) fn new(own: Served, limits: Limits) -> Result<Self, QueryError> {
        // Read before the first question, which should not wait for them.
        let known = own.workspace.knowledge();
        known.world()?;
        known.panel()?;
        known.dossier()?;
        own.workspace.preload(Watch::none())?;
        Ok(Base { own: Arc::new(own), files: Mutex::new(VecDeque::new()), limits })
    }

    pub(crate) fn knowledge(&self) -> &Arc<Knowledge> {
        self.own.workspace.knowledge()
    }

    /// The figures that a question names.
    fn held(&self, file: Option<&str>) -> Result<Arc<Served>, Refusal> {
        let Some(id) = file else { return Ok(Arc::clone(&self.own)) };
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.iter().find(|(own, _)| own == id).map(|(_, held)| Arc::clone(held)).ok_or_else(|| {
            let help = "send it again: files are kept in memory, and the oldest makes room";
            Refusal::new(StatusCode::NOT_FOUND, "the file is not here any more", help)
        })
    }

    /// A client's question with the figures that it names put into place, and the workspace to answer it from.
    /// Files of the machine are not read for a client.
    pub(crate) fn place(&self, mut query: Query) -> Result<(Query, Workspace), Refusal> {
        // The world and the histories of pairs are the program's own, whatever flows there are beside them.
        let beside = matches!(
            query,
            Query::Reach(_) | Query::Simulate(_) | Query::History(_) | Query::Negotiate(_) | Query::Design(_)
        );
        let uses = query.uses();
        let paths = [
            ("catalogue", uses.catalogue.as_ref().is_some_and(|path| path.is_some())),
            ("levers, limits, scenario, dossier and text", uses.files.iter().any(|path| path.is_some())),
        ];
        if let Some((name, _)) = paths.iter().find(|(_, is_named)| *is_named) {
            return Err(Refusal::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                format!("{name}: the server reads no files of its machine for a client"),
                "give changes one by one; start turnover serve with the catalogue",
            ));
        }
        if uses.read.as_ref().is_some_and(|r| **r != ReadOptions::default()) {
            return Err(Refusal::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "columns, unit and filter are said when a file is sent",
                "send the file again with them: POST /api/v1/files",
            ));
        }
        let id = uses.data.as_ref().and_then(|d| d.as_deref());
        let held = self.held(id)?;
        if let Some(catalogue) = uses.catalogue {
            catalogue.clone_from(&self.own.catalogue.catalogue);
        }
        let (data, read) =
            if beside { (None, ReadOptions::default()) } else { (held.data.data.clone(), held.read.clone()) };
        if let Some(slot) = uses.data {
            *slot = data;
        }
        if let Some(slot) = uses.read {
            *slot = read;
        }
        let workspace =
            if beside { Workspace::embedded_with(Arc::clone(self.knowledge())) } else { held.workspace.clone() };
        Ok((query, workspace))
    }

    /// Reads a file that was sent and keeps it; the answer describes it.
    pub(crate) fn take(&self, bytes: &[u8], file: &FileOptions) -> Result<Value, Refusal> {
        let most = self.limits.file_bytes as u64;
        let table = RawTable::from_bytes_within(&file.name, bytes, most).map_err(|e| Refusal::of_file(&e))?;
        let with_columns = |mut refusal: Refusal| {
            refusal.more = Some(json!({"columns": columns(&table)}));
            refusal
        };
        let wrong = |e: DataError| with_columns(Refusal::of_file(&e));
        let options = file.read.flow_options().map_err(|e| with_columns(Refusal::from(e)))?;
        let description = describe_table(&table, &options).map_err(wrong)?;
        let flows = flows_of(&table, &options).map_err(wrong)?;
        let id = format!("{}-{}", &table.sha256[..16], file.short());
        let pairs = largest(&flows);
        let figures = Figures::Flows(Arc::new(flows));
        let held = Served {
            workspace: Workspace::new(figures, FlowOptions::default(), Arc::clone(self.knowledge())),
            data: DataOptions { data: Some(file.name.clone()) },
            read: file.read.clone(),
            catalogue: self.own.catalogue.clone(),
        };
        let answer = json!({"id": id, "name": file.name, "description": description, "pairs": pairs, "columns": columns(&table)});
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.retain(|(own, _)| *own != id);
        files.push_back((id, Arc::new(held)));
        let kept =
            |files: &VecDeque<(String, Arc<Served>)>| files.iter().map(|(_, h)| h.workspace.bytes()).sum::<usize>();
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

/// How a file is to be read, as parameters of its address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileOptions {
    /// Its name.
    #[serde(default)]
    name: String,
    /// Its columns, unit and rows.
    #[serde(flatten)]
    read: ReadOptions,
}

impl FileOptions {
    /// Tells readings of one file apart.
    fn short(&self) -> String {
        use sha2::{Digest, Sha256};
        let digest = Sha256::digest(format!("{} {:?}", self.name, self.read).as_bytes());
        digest.iter().take(4).map(|b| format!("{b:02x}")).collect()
    }
}
