//! The findings, tables and charts of an outlook.

use serde_json::{Map, json};

use super::{Chance, OutlookFacts};
use crate::answer::{Answer, Chart, ChartKind, Finding, Line, Number, Table, Unit};
use crate::format::{about, in_sentence, multiple, significant_digits};

/// Words the facts.
pub fn report(facts: &OutlookFacts) -> Answer {
    let q = &facts.question;
    let template = Finding::template(
        Unit::Probability,
        format!(
            "logit on {} starts by {} pairs, {} to {}, each large enough and with its end reported; proven by rolling origin: \
             fitted on what was over at each year, held against what came",
            facts.starts, facts.pairs, facts.span.0, facts.span.1
        ),
        vec![facts.source.clone(), facts.regimes.clone()],
        caveats(facts),
        q.command.clone(),
    );
    let (a, b) = (in_sentence(q.pair.a.name()), in_sentence(q.pair.b.name()));
    let mut named = Map::new();
    named.insert("chance".into(), json!(facts.relative.value()));
    named.insert("chance_in_dollars".into(), json!(facts.dollars.1.value()));
    for (name, chance) in [("share", &facts.relative), ("dollars", &facts.dollars.1)] {
        if let Some(p) = &chance.proof {
            named.insert(
                format!("proof_{name}"),
                json!({
                    "skill": p.skill(), "has_skill": p.has_skill(), "forecasts": p.forecasts, "origins": p.origins,
                    "better": p.better, "reached": p.reached, "mean": p.mean, "brier": p.brier, "tenths": p.tenths,
                }),
            );
        }
    }
    Answer {
        title: format!("How likely times {} within {} years is for {a} and {b}", multiple(q.times), q.years),
        command: q.command.clone(),
        findings: vec![relative(facts, &template), dollars(facts, &template), skill(facts, &template)],
        tables: vec![parts(facts), reliability_table(facts)],
        charts: reliability_chart(facts).into_iter().collect(),
        named,
        headline: None,
    }
}

fn caveats(facts: &OutlookFacts) -> Vec<String> {
    let mut out = vec![
        "What the model does not know: what the pair trades (the share of commodities), politics to come, and tariffs; a \
         sanction counts as on record or not, whatever it covers."
            .to_owned(),
    ];
    out.extend(facts.caveats.iter().cloned());
    out
}

/// `2.1 % (95 % interval 1.2 to 3.6 %)`, or the base rate where the model has no skill.
fn words(chance: &Chance) -> String {
    if !chance.has_skill() {
        return format!("{}, the base rate of all starts, since the model has no skill beyond it", about(chance.base));
    }
    format!(
        "{} (95 % interval {} to {}); of all starts {} did",
        about(chance.model),
        about(chance.interval.low).trim_end_matches(" %"),
        about(chance.interval.high),
        about(chance.base)
    )
}

fn relative(facts: &OutlookFacts, template: &Finding) -> Finding {
    let q = &facts.question;
    Finding {
        id: "outlook.share".into(),
        title: format!("Times {} of world trade's share", multiple(q.times)),
        statement: format!(
            "The chance that the pair's share of world trade, {} % in {}, is multiplied by {} within {} years is {}",
            significant_digits(100.0 * facts.share, 2),
            facts.year,
            multiple(q.times),
            q.years,
            words(&facts.relative)
        ),
        value: Number::Value(facts.relative.value()),
        interval: facts.relative.has_skill().then_some(facts.relative.interval),
        definition: format!(
            "chance that turnover over world trade is at least {} times that of {} in some year within {} years",
            multiple(q.times),
            facts.year,
            q.years
        ),
        ..template.clone()
    }
}

fn dollars(facts: &OutlookFacts, template: &Finding) -> Finding {
    let q = &facts.question;
    let (growth, chance) = &facts.dollars;
    Finding {
        id: "outlook.dollars".into(),
        title: format!("Times {} in current dollars", multiple(q.times)),
        statement: format!(
            "If world trade grows by {} a year in current dollars, times {} in dollars takes times {} of the share: the chance \
             is {}",
            about(*growth),
            multiple(q.times),
            significant_digits(chance.times, 2),
            words(chance)
        ),
        value: Number::Value(chance.value()),
        interval: chance.has_skill().then_some(chance.interval),
        definition: format!(
            "the same chance for the multiple of the share that is left when world trade grows along the path; the path is a \
             supposition, {} a year",
            about(*growth)
        ),
        ..template.clone()
    }
}

fn skill(facts: &OutlookFacts, template: &Finding) -> Finding {
    let (statement, value) = match &facts.relative.proof {
        None => ("There are too few forecasts to say what the model is worth".to_owned(), Number::Unknown),
        Some(p) => (
            format!(
                "Over {} forecasts from {} years the model {} the base rate's squared error by {}, in {} of the {} years; it \
                 expected {} and {} came",
                p.forecasts,
                p.origins,
                if p.skill() >= 0.0 { "cut" } else { "raised" },
                about(p.skill().abs()),
                if p.skill() >= 0.0 { p.better } else { p.origins - p.better },
                p.origins,
                about(p.mean),
                about(p.reached)
            ),
            Number::Value(p.skill()),
        ),
    };
    Finding {
        id: "outlook.skill".into(),
        title: "What the model is worth".into(),
        statement,
        value,
        unit: Unit::Share,
        definition: "Brier skill score against the base rate known at each origin: 0 is no better, 1 is perfect".into(),
        ..template.clone()
    }
}

fn parts(facts: &OutlookFacts) -> Table {
    let mut table = Table::new(
        "outlook.parts",
        "What moves the chance, against the average start",
        &[
            ("regressor", "Regressor", Unit::Text),
            ("value", "Value", Unit::Plain),
            ("log_odds", "Log odds", Unit::Plain),
        ],
    );
    let round = |x: f64| (x * 1e3).round() / 1e3;
    for (name, value, part) in &facts.parts {
        table.rows.push(vec![(*name).into(), round(*value).into(), round(*part).into()]);
    }
    table
}

fn reliability_table(facts: &OutlookFacts) -> Table {
    let mut table = Table::new(
        "outlook.reliability",
        "Reliability: tenths of the forecasts by their chance",
        &[
            ("expected", "Chance", Unit::Share),
            ("reached", "Came", Unit::Share),
            ("forecasts", "Forecasts", Unit::Count),
        ],
    );
    for (expected, reached, n) in facts.relative.proof.iter().flat_map(|p| &p.tenths) {
        table.rows.push(vec![(*expected).into(), (*reached).into(), (*n as f64).into()]);
    }
    table
}

fn reliability_chart(facts: &OutlookFacts) -> Option<Chart> {
    let proof = facts.relative.proof.as_ref()?;
    let points: Vec<(f64, f64)> = proof.tenths.iter().map(|t| (100.0 * t.0, t.1)).collect();
    let even = [points.first()?.0, points.last()?.0].map(|x| (x, x / 100.0)).to_vec();
    let title = if proof.has_skill() {
        format!(
            "Forecasts of {} came true {} of the time",
            about(proof.tenths.last()?.0),
            about(proof.tenths.last()?.1)
        )
    } else {
        "The forecasts are no better than the base rate".to_owned()
    };
    Some(Chart {
        id: "outlook.reliability".to_owned(),
        title,
        unit: Unit::Share,
        kind: ChartKind::Lines {
            lines: vec![
                Line { name: "What came, by tenths of the forecasts".to_owned(), points },
                Line { name: "As expected".to_owned(), points: even },
            ],
            marks: Vec::new(),
            picked: None,
            x_unit: Unit::Plain,
            x_title: "Chance, per cent".to_owned(),
        },
        source: format!("{}; own forecasts by rolling origin", facts.source.name),
        supposition: None,
    })
}
