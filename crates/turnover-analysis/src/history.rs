//! How often it has happened: of all pairs of that size, how many multiplied their trade by `k`
//! within `h` years.

use std::collections::BTreeMap;

use serde_json::{Map, json};
use turnover_data::{Iso3, PairPanel};

use crate::answer::{Answer, Chart, ChartKind, Finding, Interval, Line, Number, Table, Unit};
use crate::error::AnalysisError;
use crate::format::{in_sentence, multiple as times_word, percent, sentence};
use crate::pair::Pair;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// Whose trade.
    pub pair: Pair,
    /// The multiple `k`.
    pub times: f64,
    /// Within so many years, `h`.
    pub years: i32,
    /// Pairs count from this share of all trade on; half of the pair's own, if `None`.
    pub least_share: Option<f64>,
    /// The command that asks again, which findings name.
    pub command: String,
}

/// Multiples of the table beside the one asked for.
const MULTIPLES: [f64; 6] = [1.5, 2.0, 3.0, 4.0, 5.0, 10.0];
/// The longest horizon of the curve, in years.
const LONGEST: i32 = 24;
/// Size where the panel does not hold the pair: 0.05 % of all trade.
const USUAL_SHARE: f64 = 5e-4;

/// How values of different years are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    /// In current US dollars.
    Dollars,
    /// As a share of all trade of the year.
    Share,
}

/// How many of the starts reached the multiple.
#[derive(Debug, Clone, Copy)]
struct Rate {
    starts: usize,
    pairs: usize,
    reached: usize,
    share: f64,
    interval: Interval,
}

struct Counter<'a> {
    panel: &'a PairPanel,
    least: f64,
}

impl Counter<'_> {
    fn value(&self, values: &[f64], year: usize, measure: Measure) -> f64 {
        match measure {
            Measure::Dollars => values[year],
            Measure::Share => values[year] / self.panel.totals[year],
        }
    }

    /// Whether a pair is large enough at the start to count.
    fn counts(&self, values: &[f64], year: usize) -> bool {
        values[year] > 0.0 && values[year] / self.panel.totals[year] >= self.least
    }

    /// The first year within the horizon in which a multiple is reached, and the highest one.
    fn within(&self, values: &[f64], start: usize, horizon: i32, measure: Measure) -> Option<(usize, f64)> {
        let years = &self.panel.years;
        let before = self.value(values, start, measure);
        (start + 1..years.len())
            .take_while(|s| years[*s] <= years[start] + horizon)
            .map(|s| (s, self.value(values, s, measure) / before))
            .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
    }

    /// Starts that can be followed over the whole horizon.
    fn starts(&self, horizon: i32) -> impl Iterator<Item = usize> + '_ {
        let last = self.panel.years.last().copied().unwrap_or(i32::MIN);
        (0..self.panel.years.len()).filter(move |t| self.panel.years[*t] + horizon <= last)
    }

    fn rate(&self, k: f64, horizon: i32, measure: Measure) -> Option<Rate> {
        // Starts of one pair are not independent, so the error is that of a ratio of sums by pair.
        let mut by_pair = Vec::new();
        for (_, _, values) in &self.panel.pairs {
            let (mut starts, mut reached) = (0usize, 0usize);
            for t in self.starts(horizon).filter(|t| self.counts(values, *t)) {
                starts += 1;
                reached += usize::from(self.within(values, t, horizon, measure).is_some_and(|(_, m)| m >= k));
            }
            if starts > 0 {
                by_pair.push((starts as f64, reached as f64));
            }
        }
        let pairs = by_pair.len();
        let starts: f64 = by_pair.iter().map(|p| p.0).sum();
        let reached: f64 = by_pair.iter().map(|p| p.1).sum();
        if pairs < 2 {
            return None;
        }
        let share = reached / starts;
        let squares: f64 = by_pair.iter().map(|(n, r)| (r - share * n).powi(2)).sum();
        let count = pairs as f64;
        let error = (squares * count / (count - 1.0)).sqrt() / starts;
        // Where none or all did, the bound that a share of 5 % would still give: the rule of three.
        let bound = (3.0 / count).min(1.0);
        let interval = match share {
            0.0 => Interval { low: 0.0, high: bound },
            1.0 => Interval { low: 1.0 - bound, high: 1.0 },
            _ => Interval { low: (share - 1.96 * error).max(0.0), high: (share + 1.96 * error).min(1.0) },
        };
        Some(Rate { starts: starts as usize, pairs, reached: reached as usize, share, interval })
    }
}

/// Answers the question.
pub fn answer(panel: &PairPanel, question: &Question) -> Result<Answer, AnalysisError> {
    let (k, horizon) = (question.times, question.years);
    let range = |what, found: String, expected, help: &str| {
        Err(AnalysisError::Range { what, found, expected, help: help.to_owned() })
    };
    if !(k.is_finite() && k > 1.0) {
        return range("‹times›", k.to_string(), "a number above 1", "3 asks how often trade tripled");
    }
    let (Some(first), Some(last)) = (panel.years.first(), panel.years.last()) else {
        return range("‹years›", horizon.to_string(), "a panel of years", "give a file of flows over many years");
    };
    let step = panel.years.windows(2).map(|w| w[1] - w[0]).min().unwrap_or(1);
    if horizon < step || horizon > last - first {
        let help = format!("the data runs from {first} to {last} in steps of {step}");
        return range("‹years›", horizon.to_string(), "a number of years that the data can show", &help);
    }
    let own = panel.pair(question.pair.a, question.pair.b);
    let own_share =
        own.and_then(|v| (0..v.len()).rev().find(|t| v[*t] > 0.0).map(|t| (panel.years[t], v[t] / panel.totals[t])));
    let least = question
        .least_share
        .unwrap_or_else(|| own_share.map_or(USUAL_SHARE, |(_, share)| 0.5 * share).max(panel.least_share));
    if !(least >= panel.least_share && least < 1.0) {
        let help = format!("this panel holds pairs from {} per cent of all trade on", 100.0 * panel.least_share);
        return range(
            "‹least_share›",
            (100.0 * least).to_string(),
            "a share of all trade that the panel covers",
            &help,
        );
    }
    let counter = Counter { panel, least };
    let Some(rate) = counter.rate(k, horizon, Measure::Dollars) else {
        return range(
            "‹least_share›",
            (100.0 * least).to_string(),
            "a share that at least two pairs have",
            "a smaller share lets more pairs count",
        );
    };
    let relative = counter.rate(k, horizon, Measure::Share);
    let command = question.command.clone();
    let mut caveats = panel.caveats.clone();
    if own_share.is_none() && question.least_share.is_none() {
        caveats.push("The panel does not hold the pair; pairs from 0.05 % of all trade on count instead.".to_owned());
    }
    let template = Finding::template(
        Unit::Share,
        format!(
            "counted over {} pairs that had at least {} of all trade in a year from {first} to {}; interval at 95 %, years \
             of one pair taken as one observation",
            rate.pairs,
            share_word(least),
            last - horizon
        ),
        vec![panel.source.clone()],
        caveats,
        command.clone(),
    );
    let findings = findings(&counter, question, &rate, relative.as_ref(), own, &template);
    let episodes = episodes(&counter, k, horizon);
    let (rates, chart) = curve(&counter, k, step, horizon);
    let mut named = Map::new();
    named.insert("base_rate".into(), json!(rate.share));
    named.insert("starts".into(), json!(rate.starts));
    named.insert("pairs".into(), json!(rate.pairs));
    named.insert("reached".into(), json!(rate.reached));
    named.insert("least_share".into(), json!(least));
    Ok(Answer {
        title: format!("How often trade was multiplied by {} within {horizon} years", times_word(k)),
        command,
        findings,
        tables: vec![rates, by_start(&counter, k, horizon), episodes],
        charts: vec![chart],
        named,
    })
}

/// `0.046 %`.
fn share_word(share: f64) -> String {
    format!("{} %", crate::format::significant_digits(100.0 * share, 2))
}

fn findings(
    counter: &Counter,
    question: &Question,
    rate: &Rate,
    relative: Option<&Rate>,
    own: Option<&[f64]>,
    template: &Finding,
) -> Vec<Finding> {
    let (k, h) = (question.times, question.years);
    let words = |r: &Rate| {
        format!("{} (95 % interval {} to {})", percent(r.share), percent(r.interval.low), percent(r.interval.high))
    };
    let mut out = vec![Finding {
        id: "history.base_rate".into(),
        title: format!("Times {} within {h} years", times_word(k)),
        statement: format!(
            "Of {} starts by {} pairs of that size or larger, {} reached times {} within {h} years: {}",
            rate.starts,
            rate.pairs,
            rate.reached,
            times_word(k),
            words(rate)
        ),
        value: Number::Value(rate.share),
        interval: Some(rate.interval),
        definition: format!(
            "share of (pair, year) from which turnover in current US dollars was at least {} times as high in some later \
             year within {h} years",
            times_word(k)
        ),
        ..template.clone()
    }];
    if let Some(r) = relative {
        out.push(Finding {
            id: "history.relative".into(),
            title: "Beyond the growth of all trade".into(),
            statement: format!(
                "Measured as a share of all trade, which leaves out inflation and the growth of the world, {} of the same \
                 starts reached it: {}",
                r.reached,
                words(r)
            ),
            value: Number::Value(r.share),
            interval: Some(r.interval),
            definition: format!("the same with turnover as a share of the year's turnover of all pairs, times {}", times_word(k)),
            ..template.clone()
        });
    }
    let best = own.and_then(|values| {
        let followed = |t: &usize| values[*t] > 0.0;
        (0..values.len())
            .filter(followed)
            .filter_map(|t| counter.within(values, t, h, Measure::Dollars).map(|(s, m)| (t, s, m)))
            .max_by(|x, y| x.2.total_cmp(&y.2))
    });
    let pair = question.pair;
    let (a, b) = (in_sentence(pair.a.name()), in_sentence(pair.b.name()));
    if let Some((t, s, m)) = best {
        let years = &counter.panel.years;
        out.push(Finding {
            id: "history.own".into(),
            title: "The pair itself".into(),
            statement: sentence(&format!(
                "{a} and {b} themselves came to times {m:.2} at most within {h} years, from {} to {}",
                years[t], years[s]
            )),
            value: Number::Value(m),
            unit: Unit::Multiple,
            definition: format!(
                "highest ratio of turnover in current US dollars to that of a year at most {h} years before"
            ),
            ..template.clone()
        });
    }
    out
}

/// Shares by multiple and horizon, and the curve of those who have not got there.
fn curve(counter: &Counter, k: f64, step: i32, horizon: i32) -> (Table, Chart) {
    let span = counter.panel.years.last().copied().unwrap_or(0) - counter.panel.years.first().copied().unwrap_or(0);
    let horizons: Vec<i32> = (1..).map(|n| n * step).take_while(|h| *h <= LONGEST.max(horizon) && *h < span).collect();
    let mut multiples = MULTIPLES.to_vec();
    if !multiples.contains(&k) {
        multiples.push(k);
        multiples.sort_by(f64::total_cmp);
    }
    let mut table = Table::new(
        "history.rates",
        "Share that reached a multiple, by horizon",
        &[
            ("times", "Times", Unit::Multiple),
            ("years", "Within years", Unit::Count),
            ("starts", "Starts", Unit::Count),
            ("share", "Share", Unit::Share),
            ("low", "2.5 %", Unit::Share),
            ("high", "97.5 %", Unit::Share),
            ("relative", "Of all trade", Unit::Share),
        ],
    );
    for m in &multiples {
        for h in horizons.iter().filter(|h| **h <= 3 * step || **h == horizon) {
            let Some(r) = counter.rate(*m, *h, Measure::Dollars) else { continue };
            let relative = counter.rate(*m, *h, Measure::Share).map(|r| r.share);
            table.rows.push(vec![
                (*m).into(),
                f64::from(*h).into(),
                (r.starts as f64).into(),
                r.share.into(),
                r.interval.low.into(),
                r.interval.high.into(),
                relative.into(),
            ]);
        }
    }
    let line = |name: &str, measure: Measure| {
        let mut points = vec![(0.0, 1.0)];
        points.extend(
            horizons.iter().filter_map(|h| counter.rate(k, *h, measure).map(|r| (f64::from(*h), 1.0 - r.share))),
        );
        Line { name: name.to_owned(), points }
    };
    let title = counter.rate(k, horizon, Measure::Dollars).map_or_else(String::new, |r| {
        format!("{} of starts did not reach times {} within {horizon} years", percent(1.0 - r.share), times_word(k))
    });
    let chart = Chart {
        id: "history.survival".to_owned(),
        title,
        unit: Unit::Share,
        kind: ChartKind::Lines {
            lines: vec![line("In current dollars", Measure::Dollars), line("As a share of all trade", Measure::Share)],
            marks: Vec::new(),
            picked: None,
            x_unit: Unit::Count,
            x_title: "Years".to_owned(),
        },
        source: format!(
            "{}; own count, pairs from {} of all trade on",
            counter.panel.source.name,
            share_word(counter.least)
        ),
        supposition: None,
    };
    (table, chart)
}

fn by_start(counter: &Counter, k: f64, horizon: i32) -> Table {
    let mut table = Table::new(
        "history.by_start",
        &format!("Times {} within {horizon} years, by year of the start", times_word(k)),
        &[
            ("year", "From", Unit::Year),
            ("starts", "Pairs", Unit::Count),
            ("reached", "Reached", Unit::Count),
            ("share", "Share", Unit::Share),
            ("relative", "Of all trade", Unit::Share),
        ],
    );
    for t in counter.starts(horizon) {
        let here: Vec<&[f64]> = counter.panel.pairs.iter().map(|p| &p.2[..]).filter(|v| counter.counts(v, t)).collect();
        let reached = |measure| {
            here.iter().filter(|v| counter.within(v, t, horizon, measure).is_some_and(|(_, m)| m >= k)).count() as f64
        };
        let n = here.len() as f64;
        let (dollars, share) = (reached(Measure::Dollars), reached(Measure::Share));
        table.rows.push(vec![
            f64::from(counter.panel.years[t]).into(),
            n.into(),
            dollars.into(),
            (dollars / n).into(),
            (share / n).into(),
        ]);
    }
    table
}

/// The pairs that did it: the latest time each, the latest first.
fn episodes(counter: &Counter, k: f64, horizon: i32) -> Table {
    let panel = counter.panel;
    let mut latest: BTreeMap<(Iso3, Iso3), (usize, usize, f64)> = BTreeMap::new();
    for (a, b, values) in &panel.pairs {
        for t in counter.starts(horizon).filter(|t| counter.counts(values, *t)) {
            if let Some((s, m)) = counter.within(values, t, horizon, Measure::Dollars).filter(|(_, m)| *m >= k) {
                latest.insert((*a, *b), (t, s, m));
            }
        }
    }
    let mut rows: Vec<_> = latest.into_iter().collect();
    rows.sort_by(|x, y| y.1.0.cmp(&x.1.0).then(y.1.2.total_cmp(&x.1.2)));
    let mut table = Table::new(
        "history.episodes",
        "Who did it: the latest time of each pair, the latest first",
        &[
            ("a", "A", Unit::Text),
            ("b", "B", Unit::Text),
            ("from", "From", Unit::Year),
            ("to", "To", Unit::Year),
            ("before_usd", "Before", Unit::Usd),
            ("after_usd", "After", Unit::Usd),
            ("times", "Times", Unit::Multiple),
        ],
    );
    for ((a, b), (t, s, m)) in rows {
        let values = panel.pair(a, b).unwrap_or(&[]);
        table.rows.push(vec![
            a.name().into(),
            b.name().into(),
            f64::from(panel.years[t]).into(),
            f64::from(panel.years[s]).into(),
            values[t].into(),
            values[s].into(),
            m.into(),
        ]);
    }
    table
}
