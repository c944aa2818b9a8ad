//! Files: imports run one way, and a file or function is short enough to be read at once.

#![allow(clippy::unwrap_used, clippy::panic, reason = "test code")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Lines of a file, its tests left out.
const FILE: usize = 500;
/// Lines of a function.
const FUNCTION: usize = 80;

/// Circles of imports that are not mended yet: crate and one file of the circle, with the reason.
const CIRCLES: &[(&str, &str, &str)] = &[
    ("turnover-analysis", "closure", "the engine's models are compared under rules, and report errors by name"),
    ("turnover-analysis", "coverage::facts", "definitions and watch lists are of the facts that they count"),
    ("turnover-analysis", "coverage::touch", "shares within chapters say what touches them"),
    ("turnover-analysis", "error", "errors word countries and limits"),
    ("turnover-data", "error", "errors name places in tables"),
    ("turnover-data", "filter", "a filter reads cells, and stands in the options of reading them"),
    ("turnover-data", "read::values", "values are read for the reading that they are part of"),
    ("turnover-python", "models", "models make predictors, which raise the models' errors"),
    ("turnover-query", "command", "a command is written from a query and read back to one"),
    ("turnover-query", "query", "the list of questions names each, and each names the list's commands"),
];

/// Longer files that are not divided yet, with what they hold.
const LONG_FILES: &[(&str, &str)] = &[("turnover-analysis/engine", "models of one sector and of many behind one face")];

/// Longer functions that are not divided yet, with what they do.
const LONG_FUNCTIONS: &[(&str, &str)] = &[
    ("turnover-analysis/effect::robust", "one specification after another"),
    ("turnover-analysis/panel", "a panel is cut out of flows in steps that share its axes"),
    ("turnover-cluster/each", "a plan from its table to its answers"),
    ("turnover-data/read::economy", "one table after another"),
    ("turnover-equilibrium/sectors::economy", "an economy is mended in steps that share its arrays"),
    ("turnover-gravity/absorb::plan", "a plan is laid in one pass"),
    ("turnover-gravity/formula::design", "one design from one formula"),
    ("turnover-gravity/linear", "least squares in one pass"),
];

struct File {
    krate: String,
    module: Vec<String>,
    path: PathBuf,
    text: String,
}

impl File {
    fn name(&self) -> String {
        if self.module.is_empty() { "lib".to_owned() } else { self.module.join("::") }
    }

    /// Whether it assembles other files: a folder's `mod.rs`, or a crate's root.
    fn assembles(&self) -> bool {
        ["mod.rs", "lib.rs", "main.rs"].iter().any(|n| self.path.ends_with(n)) || self.path.with_extension("").is_dir()
    }

    /// Lines before the tests within it.
    fn lines(&self) -> usize {
        self.text.split("#[cfg(test)]\nmod ").next().unwrap_or_default().lines().count()
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

fn files() -> Vec<File> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(root().join("crates")).unwrap() {
        let folder = entry.unwrap().path();
        let krate = folder.file_name().unwrap().to_string_lossy().into_owned();
        let mut paths = Vec::new();
        sources(&folder.join("src"), &mut paths);
        for path in paths {
            let inner = path.strip_prefix(folder.join("src")).unwrap().with_extension("");
            let mut module: Vec<String> = inner.iter().map(|p| p.to_string_lossy().into_owned()).collect();
            if ["mod", "lib", "main"].contains(&module.last().unwrap().as_str()) {
                module.pop();
            }
            let text = std::fs::read_to_string(&path).unwrap();
            out.push(File { krate: krate.clone(), module, path, text });
        }
    }
    out
}

/// The paths that a file's code names in its crate, each as its words.
fn named(file: &File) -> Vec<Vec<String>> {
    let code = file.text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let mut out = Vec::new();
    for line in code.lines().filter(|l| !l.trim_start().starts_with("//")) {
        for (mark, base) in [("crate::", Vec::new()), ("super::", parent(file))] {
            let mut rest = line;
            while let Some((before, after)) = rest.split_once(mark) {
                let word = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
                if !before.ends_with(word) && !before.ends_with('$') {
                    let path: String = after.chars().take_while(|c| word(*c)).collect();
                    let words = path.split("::").filter(|w| !w.is_empty()).map(str::to_owned);
                    out.push(base.iter().cloned().chain(words).collect());
                }
                rest = after;
            }
        }
    }
    out
}

fn parent(file: &File) -> Vec<String> {
    file.module[..file.module.len().saturating_sub(1)].to_vec()
}

/// By file of a crate, the files that it imports. What a file that assembles others takes of its own parts is
/// no import, and neither is what a part takes of it: the two are one idea.
fn imports(all: &[File], krate: &str) -> BTreeMap<String, BTreeSet<String>> {
    let own: Vec<&File> = all.iter().filter(|f| f.krate == krate).collect();
    let mut out = BTreeMap::new();
    for file in &own {
        let mut found = BTreeSet::new();
        for path in named(file) {
            let target = own.iter().filter(|f| path.starts_with(&f.module)).max_by_key(|f| f.module.len());
            let Some(target) = target.filter(|t| !t.module.is_empty() && t.module != file.module) else { continue };
            let within = target.module.starts_with(&file.module) || file.module.starts_with(&target.module);
            if !(within && (file.assembles() || target.assembles())) {
                found.insert(target.name());
            }
        }
        out.insert(file.name(), found);
    }
    out
}

/// The files that can be reached from one.
fn reached<'a>(graph: &'a BTreeMap<String, BTreeSet<String>>, from: &str) -> BTreeSet<&'a str> {
    let mut out: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<&str> = graph.get(from).into_iter().flatten().map(String::as_str).collect();
    while let Some(next) = open.pop() {
        if out.insert(next) {
            open.extend(graph.get(next).into_iter().flatten().map(String::as_str));
        }
    }
    out
}

#[test]
fn imports_between_files_run_one_way() {
    let all = files();
    let crates: BTreeSet<&str> = all.iter().map(|f| f.krate.as_str()).collect();
    let mut wrong = Vec::new();
    for krate in crates {
        let graph = imports(&all, krate);
        let mut seen = BTreeSet::new();
        for name in graph.keys() {
            if !reached(&graph, name).contains(name.as_str()) || seen.contains(name.as_str()) {
                continue;
            }
            let circle: BTreeSet<&str> =
                reached(&graph, name).into_iter().filter(|o| reached(&graph, o).contains(name.as_str())).collect();
            if !CIRCLES.iter().any(|(k, file, _)| *k == krate && circle.contains(file)) {
                wrong.push(format!("{krate}: {}", circle.iter().copied().collect::<Vec<_>>().join(", ")));
            }
            seen.extend(circle);
        }
    }
    assert!(wrong.is_empty(), "files that import each other, directly or not:\n{}", wrong.join("\n"));
}

#[test]
fn files_are_short() {
    let mut wrong = Vec::new();
    for file in files() {
        let name = format!("{}/{}", file.krate, file.name());
        if file.lines() > FILE && !LONG_FILES.iter().any(|(n, _)| *n == name) {
            wrong.push(format!("{name}: {} lines", file.lines()));
        }
    }
    assert!(wrong.is_empty(), "files over {FILE} lines:\n{}", wrong.join("\n"));
}

#[test]
fn functions_are_short() {
    let mut long = Vec::new();
    for file in files() {
        let code = file.text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        let mut begin: Option<(usize, usize, String)> = None;
        for (at, line) in code.lines().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let words = line.trim_start();
            let is_head = ["fn ", "pub fn ", "pub(crate) fn ", "pub(super) fn ", "async fn ", "pub(crate) async fn "]
                .iter()
                .any(|h| words.starts_with(h));
            if is_head && begin.is_none() {
                begin = Some((at, indent, words.chars().take(40).collect()));
            }
            if let Some((from, own, head)) = &begin
                && line.starts_with(&format!("{}}}", " ".repeat(*own)))
                && indent == *own
            {
                let place = format!("{}/{}", file.krate, file.name());
                if at - from >= FUNCTION && !LONG_FUNCTIONS.iter().any(|(n, _)| *n == place) {
                    long.push(format!("{place}: {head} ({} lines)", at - from + 1));
                }
                begin = None;
            } else if begin.as_ref().is_some_and(|(from, own, _)| at == *from && line.ends_with('}') && indent == *own)
            {
                begin = None;
            }
        }
    }
    assert!(long.is_empty(), "functions over {FUNCTION} lines:\n{}", long.join("\n"));
}
