//! From measures to a catalogue file, as importers write one.

use crate::measure::{Measure, Products};
use crate::words::{Mapping, Purpose, Scope};

/// A catalogue file of the measures: what [`crate::Catalogue::read`] reads.
pub fn to_toml(measures: &[Measure]) -> String {
    let mut out = String::from("schema = 1\n");
    for m in measures {
        out.push_str("\n[[measure]]\n");
        let mut line = |key: &str, value: String| out.push_str(&format!("{key} = {value}\n"));
        line("id", quoted(&m.id));
        line("title", quoted(&m.title));
        line("sender", quoted(&m.sender.code()));
        line("direction", quoted(m.direction.word()));
        line("instrument", quoted(m.instrument.word()));
        if m.purpose != Purpose::Sanction {
            line("purpose", quoted(m.purpose.word()));
        }
        if m.scope != Scope::Goods {
            line("scope", quoted(m.scope.word()));
        }
        line("edition", quoted(&format!("{:?}", m.edition)));
        if let Some(rate) = m.ad_valorem {
            line("ad_valorem", format!("{rate:?}"));
        }
        line("legal", quoted(&m.legal));
        if let Some(note) = &m.note {
            line("note", quoted(note));
        }
        if !m.exceptions.is_empty() {
            line("exceptions", format!("[{}]", m.exceptions.iter().map(|e| quoted(e)).collect::<Vec<_>>().join(", ")));
        }
        let targets: Vec<String> = m
            .targets
            .iter()
            .map(|t| {
                let until = t.until.map_or(String::new(), |u| format!(", until = \"{u}\""));
                format!("{{ party = \"{}\", from = \"{}\"{until} }}", t.party.code(), t.from)
            })
            .collect();
        line("targets", format!("[{}]", targets.join(", ")));
        if !m.products.is_empty() {
            let groups: String = m.products.iter().map(group).collect();
            line("products", format!("[\n{groups}]"));
        }
    }
    out
}

fn group(p: &Products) -> String {
    let mut out = format!("    {{ what = {}", quoted(&p.what));
    if p.mapping != Mapping::Exact {
        out.push_str(&format!(", mapping = \"{}\"", p.mapping.word()));
    }
    if let Some(rate) = p.ad_valorem {
        out.push_str(&format!(", ad_valorem = {rate:?}"));
    }
    for (key, day) in [("from", p.from), ("until", p.until)] {
        if let Some(day) = day {
            out.push_str(&format!(", {key} = \"{day}\""));
        }
    }
    if let Some(note) = &p.note {
        out.push_str(&format!(", note = {}", quoted(note)));
    }
    let codes: Vec<String> = p.codes.iter().map(|c| format!("\"{c}\"")).collect();
    out.push_str(&format!(", codes = [{}] }},\n", codes.join(", ")));
    out
}

/// A TOML string: a JSON string is one for all that can stand in a title.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' | '\r' | '\t' => out.push(' '),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
