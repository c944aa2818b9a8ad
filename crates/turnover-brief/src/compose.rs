//! Composes the answers to all questions about a pair into one page.

use jiff::civil::Date;
use miette::Diagnostic;
use turnover_analysis::format::{in_sentence, multiple, percent, percent_range, sentence, usd};
use turnover_analysis::{AnalysisError, Answer, ChartKind, Mark, NamedWorld, Number, Pair, coverage, reach, turnover};
use turnover_data::Flows;
use turnover_measures::{Catalogue, Measure};

use crate::document::{Document, Section};

/// What the brief is about.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Whose trade.
    pub pair: Pair,
    /// The multiple that is promised or wished for.
    pub times: f64,
    /// The year of the flows; the latest if `None`.
    pub year: Option<i32>,
    /// The day of the measures; the end of the year if `None`.
    pub date: Option<Date>,
    /// The coverage question's further settings.
    pub coverage: coverage::Question,
    /// The goal-seek's further settings.
    pub reach: reach::Question,
    /// What the figures are, for the subtitle.
    pub figures: String,
    /// The command that makes the brief again.
    pub command: String,
    /// Words to append to the commands of flow questions.
    pub data_words: String,
}

/// Answers all questions. A pair without flows has no brief; a later question that cannot be
/// answered is named with its reason, and the others stand.
pub fn brief(
    flows: &Flows,
    world: Result<NamedWorld, AnalysisError>,
    catalogue: &Catalogue,
    ask: &Ask,
) -> Result<Document, AnalysisError> {
    let pair = ask.pair;
    let mut level =
        turnover::answer(flows, &turnover::Question { pair, year: ask.year, data_words: ask.data_words.clone() })?;
    let touched = coverage::answer(
        flows,
        catalogue,
        &coverage::Question {
            date: ask.date,
            year: ask.year,
            data_words: ask.data_words.clone(),
            ..ask.coverage.clone()
        },
    );
    let reached = world.and_then(|w| reach::answer(&w, &ask.reach));
    mark_measures(&mut level, catalogue, pair, ask.date);
    let (a, b) = (in_sentence(pair.a.name()), in_sentence(pair.b.name()));
    let lead = lead(&level, touched.as_ref().ok(), reached.as_ref().ok(), ask);
    let mut document = Document {
        title: sentence(&format!("{a} and {b}: what times {} takes", multiple(ask.times))),
        subtitle: ask.figures.clone(),
        lead,
        sections: vec![Section { heading: "How much is it now?".to_owned(), answer: level }],
        unanswered: Vec::new(),
        command: ask.command.clone(),
    };
    let mut add = |heading: &str, answer: Result<Answer, AnalysisError>| match answer {
        Ok(answer) => document.sections.push(Section { heading: heading.to_owned(), answer }),
        Err(e) => {
            let help = e.help().map_or_else(String::new, |h| format!("; {h}"));
            document.unanswered.push((heading.to_owned(), format!("{e}{help}")));
        }
    };
    add("How much of it do measures touch?", touched);
    add(&format!("What would it take to multiply it by {}?", multiple(ask.times)), reached);
    Ok(document)
}

/// The answer in three sentences.
fn lead(level: &Answer, touched: Option<&Answer>, reached: Option<&Answer>, ask: &Ask) -> Vec<String> {
    let mut out = Vec::new();
    let value = |answer: &Answer, id: &str| {
        answer.finding(id).and_then(|f| if let Number::Value(x) = f.value { Some(x) } else { None })
    };
    if let (Some(f), Some(now)) = (level.finding("turnover.level"), value(level, "turnover.level")) {
        out.push(format!("{}; times {} would be {}.", f.statement, multiple(ask.times), usd(now * ask.times)));
    }
    if let Some(touched) = touched {
        let any = touched.finding("coverage.value.any.both").map(|f| match (f.interval, &f.value) {
            (Some(i), _) => percent_range(i.low, i.high),
            (None, Number::Value(x)) => percent(*x),
            _ => "an unknown share".to_owned(),
        });
        let count = |name: &str| touched.named.get("claim").and_then(|c| c.get(name)?.as_u64());
        let counts = (count("definitions"), count("holds"), count("fails"), count("depends_on_reading"));
        if let (Some(any), (Some(n), Some(holds), Some(fails), Some(open))) = (any, counts) {
            let claim = percent(ask.coverage.claim).replace(".0 ", " ");
            let verdict = match (holds, fails, open) {
                (h, _, _) if h == n => "holds under every definition".to_owned(),
                (_, f, _) if f == n => "fails under every definition".to_owned(),
                _ => format!(
                    "holds under {holds} of {n} definitions, fails under {fails}, and under {open} holds read narrowly \
                     and fails read broadly"
                ),
            };
            out.push(format!("Measures touch {any} of it; the claim that {claim} is not affected {verdict}."));
        }
    }
    if let Some(f) = reached.and_then(|r| r.finding("reach.cost_cut")) {
        out.push(format!("{}.", f.statement));
    }
    out
}

/// Marks on the trend when measures between the pair began, by year.
fn mark_measures(level: &mut Answer, catalogue: &Catalogue, pair: Pair, date: Option<Date>) {
    let until = date.unwrap_or(Date::MAX);
    let mut years: std::collections::BTreeMap<i16, Vec<&Measure>> = std::collections::BTreeMap::new();
    for m in &catalogue.measures {
        let first = m
            .targets
            .iter()
            .map(|t| t.from)
            .filter(|from| *from <= until && (m.concerns(pair.a, pair.b, *from) || m.concerns(pair.b, pair.a, *from)))
            .min();
        if let Some(day) = first {
            years.entry(day.year()).or_default().push(m);
        }
    }
    for chart in level.charts.iter_mut().filter(|c| c.id == "turnover.trend") {
        if let ChartKind::Lines { marks, .. } = &mut chart.kind {
            marks.extend(years.iter().map(|(year, measures)| Mark {
                x: f64::from(*year),
                label: match measures[..] {
                    [one] => one.title.clone(),
                    _ => format!("{} measures", measures.len()),
                },
            }));
        }
    }
}
