//! A checked dossier as findings and tables.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use turnover_analysis::format::sentence;
use turnover_analysis::{Answer, Cell, Finding, Number, Table, Unit};

use super::judge::{Checked, Judged};
use super::verdict::JudgedClaim;
use super::{Kind, Statement, Status};

impl Checked {
    /// As findings and tables.
    pub fn answer(&self) -> Answer {
        let d = &self.dossier;
        let mut named = Map::new();
        named.insert("dossier".into(), d.id.clone().into());
        let statements = d.statements.iter().zip(&self.results).map(|(s, r)| statement_json(s, r)).collect();
        named.insert("statements".into(), Value::Array(statements));
        let mut findings = Vec::new();
        for (s, judged) in d.statements.iter().zip(&self.results) {
            let many = judged.claims.len() > 1;
            for (at, claim) in judged.claims.iter().enumerate() {
                let id = if many { format!("check.{}.{}", s.id, at + 1) } else { format!("check.{}", s.id) };
                findings.extend(self.finding(id, s, claim));
            }
        }
        Answer {
            command: self.command.clone(),
            title: format!("Was it true? {}", sentence(&d.title)),
            findings,
            tables: vec![self.statements(), self.readings(), self.open()],
            charts: Vec::new(),
            named,
            headline: None,
        }
    }

    fn finding(&self, id: String, s: &Statement, claim: &JudgedClaim) -> Option<Finding> {
        if claim.evidence.is_empty() && claim.readings.is_empty() {
            return None;
        }
        let caveats: BTreeSet<String> = claim.evidence.iter().flat_map(|f| f.caveats.clone()).collect();
        let first = claim.evidence.first();
        let said = claim.claim.as_ref().unwrap_or(&s.said);
        Some(Finding {
            id,
            title: format!("{}, {}", s.speaker, s.date),
            statement: format!("{}: {said} This {}: {}", s.speaker, claim.verdict.words(), claim.why),
            value: Number::Word(claim.verdict.words().to_owned()),
            unit: Unit::Text,
            interval: None,
            method: first.map_or_else(
                || "what was said against every series that reports both directions, by calendar year and by the twelve months known when it was said".to_owned(),
                |f| f.method.clone(),
            ),
            definition: first.map_or_else(
                || "holds where every reading is within the tolerance, fails where none is".to_owned(),
                |f| f.definition.clone(),
            ),
            sources: claim.sources.clone(),
            caveats: caveats.into_iter().collect(),
            reproduce: self.command.clone(),
            supposition: None,
        })
    }

    fn statements(&self) -> Table {
        let mut table = Table::new(
            "check.statements",
            "What was said",
            &[
                ("date", "Date", Unit::Text),
                ("speaker", "Who", Unit::Text),
                ("kind", "Kind", Unit::Text),
                ("topic", "Topic", Unit::Text),
                ("said", "What (paraphrased)", Unit::Text),
                ("verdict", "Verdict", Unit::Text),
            ],
        );
        for (s, judged) in self.dossier.statements.iter().zip(&self.results) {
            let verdict = match (s.kind, s.status) {
                (Kind::Offer | Kind::Promise, Some(status)) => status.word().to_owned(),
                _ if judged.claims.len() > 1 => judged
                    .claims
                    .iter()
                    .enumerate()
                    .map(|(at, c)| format!("{}: {}", at + 1, c.verdict.words()))
                    .collect::<Vec<_>>()
                    .join("; "),
                _ => judged.verdict.words().to_owned(),
            };
            let cells = [
                s.date.to_string(),
                s.speaker.clone(),
                s.kind.word().to_owned(),
                s.topic.clone(),
                s.said.clone(),
                verdict,
            ];
            table.rows.push(cells.map(Cell::from).to_vec());
        }
        table
    }

    /// What each series says of each claim.
    fn readings(&self) -> Table {
        let mut table = Table::new(
            "check.readings",
            "What each series says of what was claimed",
            &[
                ("statement", "Statement", Unit::Text),
                ("claim", "Claim", Unit::Count),
                ("series", "Series", Unit::Text),
                ("window", "Window", Unit::Text),
                ("figures", "Figures", Unit::Text),
                ("verdict", "It", Unit::Text),
            ],
        );
        for (s, judged) in self.dossier.statements.iter().zip(&self.results) {
            for (at, claim) in judged.claims.iter().enumerate() {
                for r in &claim.readings {
                    table.rows.push(vec![
                        s.id.clone().into(),
                        ((at + 1) as f64).into(),
                        r.series.clone().into(),
                        r.window.clone().into(),
                        r.figures.clone().into(),
                        if r.holds { "holds" } else { "fails" }.into(),
                    ]);
                }
            }
        }
        table
    }

    fn open(&self) -> Table {
        let d = &self.dossier;
        let mut table = Table::new(
            "check.open",
            &format!("Open offers and promises on {}, the oldest first", d.as_of),
            &[
                ("days", "Days", Unit::Count),
                ("speaker", "Who", Unit::Text),
                ("said", "What (paraphrased)", Unit::Text),
                ("note", "Note", Unit::Text),
            ],
        );
        let mut open: Vec<(i32, &Statement)> = d
            .statements
            .iter()
            .filter(|s| s.status == Some(Status::Open))
            .map(|s| (s.date.first().until(d.as_of).map_or(0, |span| span.get_days()), s))
            .collect();
        open.sort_by_key(|(days, _)| std::cmp::Reverse(*days));
        for (days, s) in open {
            table.rows.push(vec![
                f64::from(days).into(),
                s.speaker.clone().into(),
                s.said.clone().into(),
                s.status_note.clone().map_or(Cell::Missing, Cell::from),
            ]);
        }
        table
    }
}

fn statement_json(s: &Statement, judged: &Judged) -> Value {
    let why = match &judged.claims[..] {
        [] => judged.why.clone(),
        claims => claims.iter().map(|c| c.why.as_str()).collect::<Vec<_>>().join(" "),
    };
    let claims: Vec<Value> = judged
        .claims
        .iter()
        .map(|c| {
            let readings: Vec<Value> = c
                .readings
                .iter()
                .map(|r| json!({"series": r.series, "window": r.window, "figures": r.figures, "holds": r.holds}))
                .collect();
            json!({"claim": c.claim, "verdict": c.verdict.words(), "why": c.why, "readings": readings})
        })
        .collect();
    json!({
        "id": s.id, "date": s.date.to_string(), "speaker": s.speaker, "role": s.role, "kind": s.kind, "topic": s.topic,
        "said": s.said, "source": s.source, "url": s.url, "verdict": judged.verdict.words(), "why": why, "status": s.status,
        "claims": claims,
    })
}
