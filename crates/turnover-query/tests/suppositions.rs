//! Every file that is made of a supposition says so.

#![allow(clippy::unwrap_used, reason = "test code")]

use turnover_analysis::{Pair, coverage};
use turnover_brief::{Document, Style, save, terminal};
use turnover_data::figures;
use turnover_measures::Catalogue;

fn document(lift: &[&str]) -> Document {
    let mut question = coverage::Question::new(Pair::resolve("USA", "RUS").unwrap());
    question.lift = lift.iter().map(|id| (*id).to_owned()).collect();
    let catalogue = Catalogue::embedded().unwrap();
    Document::from(coverage::answer(&figures::us_russia().unwrap(), None, &catalogue, &question).unwrap())
}

#[test]
fn files_say_what_they_suppose() {
    let folder = tempfile::tempdir().unwrap();
    let (supposed, plain) = (document(&["rus-2014-food"]), document(&[]));
    let written = |document: &Document, name: &str, part: Option<&str>| {
        let path = folder.path().join(name);
        save(document, &path, part).unwrap();
        String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()
    };
    let words = "Supposing that Food embargo (rus-2014-food) is lifted";
    for (name, part) in [
        ("a.html", None),
        ("a.md", None),
        ("a.json", None),
        ("a.svg", None),
        ("a.csv", None),
        ("a.parquet", None),
        ("a.tex", Some("coverage.by_definition")),
        ("b.csv", Some("coverage.by_definition")),
        ("b.dta", Some("coverage.by_definition")),
        ("b.parquet", Some("coverage.by_definition")),
        ("c.svg", Some("coverage.definitions")),
    ] {
        // A drawing breaks lines and TeX has its own signs: the beginning is enough there.
        let text = written(&supposed, name, part).replace("\\_", "_");
        let wanted = if name.ends_with("svg") { "Supposing that Food embargo" } else { words };
        assert!(text.contains(wanted), "{name}");
        assert!(!text.contains("measures in force on"), "{name}");
        assert!(!written(&plain, name, part).contains("Supposing"), "{name}");
    }
    let style = Style { width: 10_000, colour: false, tables: true };
    let shown = terminal(&supposed, style);
    assert!(supposed.findings().all(|f| shown.contains(&format!("{words}: {}", f.statement))), "{shown}");
}
