//! The findings, tables and charts of a base rate.

use serde_json::{Map, json};

use super::{HistoryFacts, Rate};
use crate::answer::{Answer, Chart, ChartKind, Figure, Finding, Headline, Interval, Line, Number, Table, Unit};
use crate::format::{about, in_sentence, multiple as times_word, sentence, significant_digits};

/// Words the facts.
pub fn report(facts: &HistoryFacts) -> Answer {
    let q = &facts.question;
    let (k, horizon) = (q.times, q.years);
    let command = q.command.clone();
    let mut caveats = facts.caveats.clone();
    if !facts.has_pair && q.least_share.is_none() {
        caveats.push("The panel does not hold the pair; pairs from 0.05 % of all trade on count instead.".to_owned());
    }
    let template = Finding::template(
        Unit::Share,
        format!(
            "counted over {} pairs that had at least {} of all trade in a year from {} to {}, both directions reported; \
             interval at 95 %, clustered by pair and by year of the start with the years that share its horizon",
            facts.relative.pairs,
            share_word(facts.least),
            facts.span.0,
            facts.span.1 - horizon
        ),
        vec![facts.source.clone()],
        caveats,
        command.clone(),
    );
    let mut named = Map::new();
    for (name, value) in [
        ("base_rate", json!(facts.relative.share)),
        ("base_rate_dollars", json!(facts.dollars.share)),
        ("starts", json!(facts.relative.starts)),
        ("pairs", json!(facts.relative.pairs)),
        ("reached", json!(facts.relative.reached)),
        ("least_share", json!(facts.least)),
    ] {
        named.insert(name.into(), value);
    }
    let mut findings = vec![relative(facts, &template), dollars(facts, &template)];
    findings.extend(path(facts, &template));
    findings.extend(own(facts, &template));
    Answer {
        title: format!("How often trade was multiplied by {} within {horizon} years", times_word(k)),
        command,
        findings,
        tables: vec![rates(facts), by_start(facts), episodes(facts)],
        charts: vec![chart(facts)],
        named,
        headline: Some(headline(facts)),
    }
}

/// How often it happened, in one sentence.
fn headline(facts: &HistoryFacts) -> Headline {
    let (relative, dollars) = (facts.relative, facts.dollars);
    Headline {
        sentence: format!(
            "Of the starts by pairs of that size or larger, {} multiplied their share of world trade by {} within {} \
             years; in current dollars {} did, and {} to {} by the year of the start",
            about(relative.share),
            times_word(facts.question.times),
            facts.question.years,
            about(dollars.share),
            about(dollars.by_year.low),
            about(dollars.by_year.high)
        ),
        figure: Figure::BaseRate { relative: relative.share, dollars: dollars.share },
        reservation: None,
    }
}

/// `0.046 %`.
fn share_word(share: f64) -> String {
    format!("{} %", significant_digits(100.0 * share, 2))
}

/// `2.1 % (95 % interval 1.1 to 3.9 %)`.
fn rate_words(rate: &Rate) -> String {
    format!("{} (95 % interval {})", about(rate.share), range(rate.interval))
}

/// `1.1 to 3.9 %`.
fn range(i: Interval) -> String {
    format!("{} to {}", about(i.low).trim_end_matches(" %"), about(i.high))
}

fn relative(facts: &HistoryFacts, template: &Finding) -> Finding {
    let (q, r) = (&facts.question, &facts.relative);
    Finding {
        id: "history.relative".into(),
        title: format!("Times {} of world trade's share within {} years", times_word(q.times), q.years),
        statement: format!(
            "Of {} starts by {} pairs of that size or larger, the share of world trade was multiplied by {} within {} years \
             in {}",
            r.starts,
            r.pairs,
            times_word(q.times),
            q.years,
            rate_words(r)
        ),
        value: Number::Value(r.share),
        interval: Some(r.interval),
        definition: format!(
            "share of (pair, year) from which turnover over that of all pairs was at least {} times as high in some later year \
             within {} years",
            times_word(q.times),
            q.years
        ),
        ..template.clone()
    }
}

fn dollars(facts: &HistoryFacts, template: &Finding) -> Finding {
    let (q, r) = (&facts.question, &facts.dollars);
    Finding {
        id: "history.base_rate".into(),
        title: format!("Times {} in current dollars within {} years", times_word(q.times), q.years),
        statement: format!(
            "In current dollars it was {}, but from {} by the year of the start: prices, the dollar and oil move all pairs at \
             once, so it says little about any one",
            rate_words(r),
            range(r.by_year)
        ),
        value: Number::Value(r.share),
        interval: Some(r.interval),
        definition: format!(
            "the same with turnover in current US dollars, times {}, within {} years",
            times_word(q.times),
            q.years
        ),
        ..template.clone()
    }
}

fn path(facts: &HistoryFacts, template: &Finding) -> Option<Finding> {
    let (q, p) = (&facts.question, facts.path.as_ref()?);
    Some(Finding {
        id: "history.path".into(),
        title: "Dollars along a path of world trade".into(),
        statement: format!(
            "If world trade grows by {} a year as from {} to {}, times {} in dollars takes times {} of the share, which {} of \
             the starts reached",
            about(p.growth),
            p.years.0,
            p.years.1,
            times_word(q.times),
            significant_digits(p.times, 2),
            rate_words(&p.rate)
        ),
        value: Number::Value(p.rate.share),
        interval: Some(p.rate.interval),
        definition:
            "base rate of the multiple of the share that is left when world trade grows along the path, which is a \
                     supposition"
                .into(),
        ..template.clone()
    })
}

fn own(facts: &HistoryFacts, template: &Finding) -> Option<Finding> {
    let (from, to, times) = facts.own?;
    let pair = facts.question.pair;
    let (a, b) = (in_sentence(pair.a.name()), in_sentence(pair.b.name()));
    Some(Finding {
        id: "history.own".into(),
        title: "The pair itself".into(),
        statement: sentence(&format!(
            "{a} and {b} themselves came to times {} of their share at most within {} years, from {from} to {to}",
            significant_digits(times, 3),
            facts.question.years
        )),
        value: Number::Value(times),
        unit: Unit::Multiple,
        definition: format!(
            "highest ratio of the share of world trade to that of a year at most {} years before",
            facts.question.years
        ),
        ..template.clone()
    })
}

fn rates(facts: &HistoryFacts) -> Table {
    let mut table = Table::new(
        "history.rates",
        "Share that reached a multiple, by horizon",
        &[
            ("times", "Times", Unit::Multiple),
            ("years", "Within years", Unit::Count),
            ("starts", "Starts", Unit::Count),
            ("relative", "Of world trade", Unit::Share),
            ("low", "2.5 %", Unit::Share),
            ("high", "97.5 %", Unit::Share),
            ("dollars", "In dollars", Unit::Share),
        ],
    );
    for row in &facts.rates {
        table.rows.push(vec![
            row.times.into(),
            f64::from(row.years).into(),
            (row.relative.starts as f64).into(),
            row.relative.share.into(),
            row.relative.interval.low.into(),
            row.relative.interval.high.into(),
            row.dollars.map(|r| r.share).into(),
        ]);
    }
    table
}

fn by_start(facts: &HistoryFacts) -> Table {
    let q = &facts.question;
    let mut table = Table::new(
        "history.by_start",
        &format!("Times {} within {} years, by year of the start", times_word(q.times), q.years),
        &[
            ("year", "From", Unit::Year),
            ("pairs", "Pairs", Unit::Count),
            ("relative", "Of world trade", Unit::Share),
            ("dollars", "In dollars", Unit::Share),
        ],
    );
    for y in &facts.by_start {
        table.rows.push(vec![
            f64::from(y.year).into(),
            (y.pairs as f64).into(),
            y.shares[0].into(),
            y.shares[1].into(),
        ]);
    }
    table
}

fn episodes(facts: &HistoryFacts) -> Table {
    let mut table = Table::new(
        "history.episodes",
        "Whose share did it: the latest time of each pair, the latest first",
        &[
            ("a", "A", Unit::Text),
            ("b", "B", Unit::Text),
            ("from", "From", Unit::Year),
            ("to", "To", Unit::Year),
            ("before_usd", "Before", Unit::Usd),
            ("after_usd", "After", Unit::Usd),
            ("times", "Times the share", Unit::Multiple),
        ],
    );
    for e in &facts.episodes {
        table.rows.push(vec![
            e.pair.0.name().into(),
            e.pair.1.name().into(),
            f64::from(e.years.0).into(),
            f64::from(e.years.1).into(),
            e.usd.0.into(),
            e.usd.1.into(),
            ((e.times * 100.0).round() / 100.0).into(),
        ]);
    }
    table
}

fn chart(facts: &HistoryFacts) -> Chart {
    let q = &facts.question;
    let line = |name: &str, at: usize| {
        let mut points = vec![(0.0, 1.0)];
        points.extend(facts.curve.iter().map(|(h, left)| (f64::from(*h), left[at])));
        Line { name: name.to_owned(), points }
    };
    Chart {
        id: "history.survival".to_owned(),
        title: format!(
            "{} of starts did not reach times {} of world trade's share within {} years",
            about(1.0 - facts.relative.share),
            times_word(q.times),
            q.years
        ),
        unit: Unit::Share,
        kind: ChartKind::Lines {
            lines: vec![line("As a share of world trade", 0), line("In current dollars", 1)],
            marks: Vec::new(),
            picked: None,
            x_unit: Unit::Count,
            x_title: "Years".to_owned(),
        },
        source: format!("{}; own count, pairs from {} of all trade on", facts.source.name, share_word(facts.least)),
        supposition: None,
    }
}
