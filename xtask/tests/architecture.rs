//! Holds the crates' imports to the table in ARCHITECTURE.md.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "test code")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Crate -> what it may import, by the page.
fn allowed() -> BTreeMap<String, BTreeSet<String>> {
    let page = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut out = BTreeMap::new();
    for line in page.lines().filter(|l| l.starts_with("| ") && l.contains('`')) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        if cells.len() == 4 {
            let imports = cells[3].split(',').map(|c| c.trim().to_owned()).filter(|c| !c.is_empty());
            out.insert(cells[1].trim_matches('`').to_owned(), imports.collect());
        }
    }
    out
}

/// Crate -> the project's crates that it imports, by its manifest.
fn actual() -> BTreeMap<String, BTreeSet<String>> {
    let mut manifests = vec![root().join("xtask/Cargo.toml")];
    for entry in std::fs::read_dir(root().join("crates")).unwrap() {
        manifests.push(entry.unwrap().path().join("Cargo.toml"));
    }
    let mut out = BTreeMap::new();
    for path in manifests {
        let manifest: toml::Table = std::fs::read_to_string(&path).unwrap().parse().unwrap();
        let name = manifest["package"]["name"].as_str().unwrap().to_owned();
        let dependencies = manifest.get("dependencies").and_then(|d| d.as_table()).cloned().unwrap_or_default();
        out.insert(name, dependencies.keys().filter(|d| d.starts_with("turnover-")).cloned().collect());
    }
    out
}

#[test]
fn crates_import_what_the_page_allows() {
    let (allowed, actual) = (allowed(), actual());
    let names = |m: &BTreeMap<String, BTreeSet<String>>| m.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&allowed), names(&actual), "the page and the workspace name the same crates");
    for (name, imports) in &actual {
        let extra: Vec<_> = imports.difference(&allowed[name]).collect();
        assert!(extra.is_empty(), "{name} imports {extra:?}, which ARCHITECTURE.md does not allow");
    }
}

/// The Python package carries the command, and asks everything else of the queries.
#[test]
fn python_uses_the_command_for_nothing_but_carrying_it() {
    let mut uses = Vec::new();
    for entry in std::fs::read_dir(root().join("crates/turnover-python/src")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        uses.extend(text.lines().filter(|l| l.contains("turnover_cli")).map(|l| l.trim().to_owned()));
    }
    assert_eq!(uses.len(), 1, "{uses:?}");
    assert!(uses[0].contains("turnover_cli::main("), "{uses:?}");
}
