//! What changed in a dossier since it was last checked: verdicts, figures, what came due.

use serde_json::Value;

/// One change of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The statement.
    pub id: String,
    /// `verdict`, `figure`, `new figure`, `status` or `new statement`.
    pub kind: &'static str,
    /// What was and what is.
    pub what: String,
}

/// The changes from one check of a dossier to another, both as `turnover check --json` prints them.
///
/// # Errors
/// Where the earlier document is not the check of a dossier.
pub fn changes(before: &Value, now: &Value) -> Result<Vec<Change>, String> {
    let list = |doc: &Value| doc["statements"].as_array().cloned();
    let old = list(before).ok_or("has no `statements`: it is not an answer of turnover check --json")?;
    if before["dossier"] != now["dossier"] {
        return Err(format!("is a check of the dossier {}, not of {}", before["dossier"], now["dossier"]));
    }
    let mut out = Vec::new();
    for statement in list(now).unwrap_or_default() {
        let id = text(&statement["id"]);
        match old.iter().find(|s| s["id"] == statement["id"]) {
            None => out.push(Change { what: format!("new: {}", text(&statement["said"])), id, kind: "new statement" }),
            Some(earlier) => of_statement(&id, earlier, &statement, &mut out),
        }
    }
    Ok(out)
}

/// Whether any verdict is another than before.
pub fn turns(changes: &[Change]) -> bool {
    changes.iter().any(|c| c.kind == "verdict")
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn of_statement(id: &str, before: &Value, now: &Value, out: &mut Vec<Change>) {
    let mut push = |kind: &'static str, what: String| out.push(Change { id: id.to_owned(), kind, what });
    for (field, kind) in [("verdict", "verdict"), ("status", "status")] {
        if before[field] != now[field] {
            push(kind, format!("{} was {}, and is {}", field, text(&before[field]), text(&now[field])));
        }
    }
    let claims = |s: &Value| s["claims"].as_array().cloned().unwrap_or_default();
    let (old, new) = (claims(before), claims(now));
    for (at, claim) in new.iter().enumerate() {
        let earlier = old.get(at).map(|c| c["readings"].clone()).unwrap_or_default();
        let earlier = earlier.as_array().cloned().unwrap_or_default();
        for reading in claim["readings"].as_array().into_iter().flatten() {
            let same = |r: &&Value| r["series"] == reading["series"] && r["window"] == reading["window"];
            let name = format!("{}, {}", text(&reading["series"]), text(&reading["window"]));
            match earlier.iter().find(same) {
                None => push("new figure", format!("{name}: {}", text(&reading["figures"]))),
                Some(r) if r["figures"] != reading["figures"] => {
                    push("figure", format!("{name}: {} was {}", text(&reading["figures"]), text(&r["figures"])));
                }
                Some(_) => {}
            }
        }
    }
}

/// The changes as an Atom feed, an entry each.
pub fn feed(dossier: &str, title: &str, day: &str, changes: &[Change]) -> String {
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n  \
         <id>urn:turnover:{}</id>\n  <title>{}</title>\n  <updated>{day}T00:00:00Z</updated>\n  \
         <author><name>Turnover</name></author>\n",
        escaped(dossier),
        escaped(title)
    );
    for (at, change) in changes.iter().enumerate() {
        out.push_str(&format!(
            "  <entry>\n    <id>urn:turnover:{}:{day}:{}</id>\n    <title>{}: {}</title>\n    \
             <updated>{day}T00:00:00Z</updated>\n    <summary>{}</summary>\n  </entry>\n",
            escaped(dossier),
            at + 1,
            escaped(&change.id),
            change.kind,
            escaped(&change.what)
        ));
    }
    out.push_str("</feed>\n");
    out
}

fn escaped(text: &str) -> String {
    let kept: String = text.chars().filter(|c| !c.is_control()).collect();
    kept.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn doc(verdict: &str, figures: &str) -> Value {
        json!({"dossier": "d", "statements": [{"id": "s", "said": "x", "verdict": verdict, "status": null, "claims": [
            {"readings": [{"series": "A", "window": "2019", "figures": figures, "holds": true}]}]}]})
    }

    #[test]
    fn a_verdict_and_a_figure_that_changed_are_named() {
        assert_eq!(changes(&doc("holds", "27 bn"), &doc("holds", "27 bn")).unwrap(), []);
        let found = changes(&doc("holds", "27 bn"), &doc("fails", "25 bn")).unwrap();
        assert_eq!(found.iter().map(|c| c.kind).collect::<Vec<_>>(), ["verdict", "figure"]);
        assert_eq!(found[1].what, "A, 2019: 25 bn was 27 bn");
        assert!(turns(&found));
        let figure = changes(&doc("holds", "27 bn"), &doc("holds", "25 bn")).unwrap();
        assert!(!turns(&figure) && figure.len() == 1);
    }

    #[test]
    fn another_document_is_refused() {
        assert!(changes(&json!({}), &doc("holds", "1")).unwrap_err().contains("--json"));
        let other = json!({"dossier": "e", "statements": []});
        assert!(changes(&other, &doc("holds", "1")).unwrap_err().contains("\"e\""));
    }

    #[test]
    fn a_feed_is_well_formed() {
        let change = Change { id: "s".into(), kind: "verdict", what: "a < b & c".into() };
        let feed = feed("d", "T \"x\"", "2020-01-01", &[change]);
        assert!(feed.contains("<summary>a &lt; b &amp; c</summary>") && feed.ends_with("</feed>\n"));
    }
}
