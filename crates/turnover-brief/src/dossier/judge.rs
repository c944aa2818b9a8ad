//! Judging: each claim of a statement under every series, window and definition at hand.

use std::collections::BTreeMap;

use jiff::civil::Date;
use turnover_analysis::format::{about, multiple, usd_short};
use turnover_analysis::{AnalysisError, Finding, Pair, coverage, history, reach};
use turnover_data::{Iso3, Source};

use super::check::TurnoverClaim;
use super::series::{self, TurnoverSeries};
use super::standing::{self, Standings};
use super::verdict::{JudgedClaim, Reading, Verdict, unchecked};
use super::{Bound, Check, Dossier, Evidence, Flow, Kind, Moment, Statement};

/// A statement with the verdicts on its claims.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    pub(super) claims: Vec<JudgedClaim>,
    /// Why, where it makes no claim.
    pub(super) why: String,
}

/// A checked dossier.
#[derive(Debug, Clone)]
pub struct Checked {
    pub(super) dossier: Dossier,
    pub(super) results: Vec<Judged>,
    pub(super) command: String,
}

/// The series of each pair and flow, read when first needed.
#[derive(Default)]
struct Known {
    series: BTreeMap<(Iso3, Iso3, Flow), Vec<TurnoverSeries>>,
    standings: Option<Standings>,
}

impl Known {
    fn series(&mut self, pair: Pair, evidence: &Evidence, flow: Flow) -> &[TurnoverSeries] {
        self.series.entry((pair.a, pair.b, flow)).or_insert_with(|| series::all(pair, evidence.flows, flow))
    }
}

impl Checked {
    /// The dossier's id.
    pub fn id(&self) -> &str {
        &self.dossier.id
    }

    /// The day as of which it is checked.
    pub fn as_of(&self) -> Date {
        self.dossier.as_of
    }
}

impl Dossier {
    /// Checks every statement.
    pub fn check(&self, evidence: &Evidence, command: &str) -> Checked {
        let mut known = Known::default();
        let results = self.statements.iter().map(|s| self.judge(s, evidence, &mut known)).collect();
        Checked { dossier: self.clone(), results, command: command.to_owned() }
    }

    fn judge(&self, s: &Statement, evidence: &Evidence, known: &mut Known) -> Judged {
        let pair = s.pair.as_ref().map_or(Ok(self.pair), |[a, b]| Pair::resolve(a, b));
        let other = pair.as_ref().is_ok_and(|p| *p != self.pair && (p.b, p.a) != (self.pair.a, self.pair.b));
        let claims: Vec<JudgedClaim> = s
            .claims()
            .map(|check| {
                let pair = match &pair {
                    Ok(pair) => *pair,
                    Err(e) => return unchecked(e.to_string()),
                };
                let judged = match check {
                    Check::Coverage { .. } | Check::Reach { .. } if other => Ok(unchecked(format!(
                        "it is about another pair than the dossier; a dossier of {} and {} would decide it",
                        pair.a, pair.b
                    ))),
                    Check::Share { .. } | Check::Rank { .. } => {
                        standing::judge(check, pair, s.date, &mut known.standings)
                    }
                    Check::Coverage { not_affected_percent, date } => {
                        self.coverage(not_affected_percent / 100.0, *date, evidence)
                    }
                    Check::Reach { times, years } => self.promise(*times, *years, evidence),
                    Check::Turnover { claim, flow, .. } => check
                        .turnover()
                        .map(|what| of_turnover(what, s.date, known.series(pair, evidence, *flow), claim.clone()))
                        .ok_or(AnalysisError::SamePair(self.pair.a)),
                };
                judged.unwrap_or_else(|e| unchecked(e.to_string()))
            })
            .collect();
        let verdict = Verdict::of(&claims.iter().map(|c| c.verdict).collect::<Vec<_>>());
        let why = match (claims.is_empty(), s.kind) {
            (true, _) if s.undecided.is_some() => s.undecided.clone().unwrap_or_default(),
            (false, _) => String::new(),
            (true, Kind::Claim) => "no figure of this program bears on it".to_owned(),
            (true, Kind::Offer | Kind::Promise) => "it is about the future".to_owned(),
            (true, Kind::Status) => "it says how far something is, which no figure of this program shows".to_owned(),
            (true, Kind::Assessment) => "it is a judgement".to_owned(),
        };
        Judged { verdict, claims, why }
    }

    /// A share that measures do not touch: on the first day and on the last of a month or a year.
    fn coverage(&self, claim: f64, date: Moment, evidence: &Evidence) -> Result<JudgedClaim, AnalysisError> {
        struct Day {
            verdict: Verdict,
            /// The claim with its verdict, and what that rests on.
            statement: String,
            grounds: String,
            found: Vec<Finding>,
        }
        let on = |day: Date| -> Result<Day, AnalysisError> {
            let question = coverage::Question {
                date: Some(day),
                claim,
                estimated: evidence.computed.prevented.clone(),
                ..coverage::Question::new(self.pair)
            };
            let facts = coverage::compute(evidence.flows, Some(evidence.partners), evidence.catalogue, &question)?;
            let verdict = match facts.judged().map(|c| c.verdict) {
                Some(coverage::Verdict::Holds) => Verdict::Holds,
                Some(coverage::Verdict::Fails) => Verdict::Fails,
                Some(coverage::Verdict::Open) => Verdict::Undecided,
                Some(coverage::Verdict::Unknown) | None => Verdict::Unchecked,
            };
            let answer = coverage::report(&facts);
            let statement = answer.finding("coverage.claim").map_or_else(String::new, |f| lower(&f.statement));
            let grounds = facts.main().map_or_else(|| statement.clone(), |d| coverage::grounds(&facts, d));
            let main = facts.main().and_then(|d| answer.finding(&format!("coverage.{}", d.id))).cloned();
            let found = main.into_iter().chain(answer.findings.into_iter().take(1)).collect();
            Ok(Day { verdict, statement, grounds, found })
        };
        let last = on(date.last())?;
        let mut judged = JudgedClaim {
            claim: None,
            verdict: last.verdict,
            why: last.grounds,
            readings: Vec::new(),
            sources: sources(&last.found),
            evidence: last.found,
        };
        if date.first() != date.last() {
            let first = on(date.first())?;
            if first.verdict != last.verdict {
                judged.verdict = Verdict::Depends;
                judged.why = format!("on {} {}; on {} {}", date.first(), first.statement, date.last(), last.statement);
            }
        }
        Ok(judged)
    }

    fn promise(&self, times: f64, years: i32, evidence: &Evidence) -> Result<JudgedClaim, AnalysisError> {
        let mut found = Vec::new();
        let mut words = vec!["it is about the future".to_owned()];
        let question = reach::Question::new(self.pair, times);
        let computed = evidence.computed.reach.filter(|f| f.is_of(&question));
        let answer = match (computed, &evidence.world) {
            (Some(facts), _) => Some(reach::report(facts, "")),
            (None, Ok(world)) => Some(reach::answer(world, &question)?),
            (None, Err(_)) => None,
        };
        if let Some(f) = answer.as_ref().and_then(|a| a.finding("reach.cost_cut")) {
            words.push(lower(&f.statement));
            found.push(f.clone());
        }
        let question = history::Question { pair: self.pair, times, years, least_share: None, command: String::new() };
        let answer = match evidence.computed.history.filter(|f| f.is_of(&question)) {
            Some(facts) => history::report(facts),
            None => history::answer(evidence.panel, &question)?,
        };
        if let Some(f) = answer.findings.first() {
            words.push(lower(&f.statement));
            found.push(f.clone());
        }
        Ok(JudgedClaim { why: words.join("; "), sources: sources(&found), evidence: found, ..unchecked(String::new()) })
    }
}

/// A claim about turnover, by every series and window.
fn of_turnover(what: TurnoverClaim, said: Moment, series: &[TurnoverSeries], claim: Option<String>) -> JudgedClaim {
    let readings: Vec<Reading> = series.iter().flat_map(|s| readings(what, said, s)).collect();
    let used = |s: &&TurnoverSeries| readings.iter().any(|r| r.series == s.name);
    let mut sources: Vec<Source> = Vec::new();
    for s in series.iter().filter(used) {
        if !sources.contains(&s.source) {
            sources.push(s.source.clone());
        }
    }
    if readings.is_empty() {
        return JudgedClaim { claim, ..unchecked("no series at hand has the years in both directions".to_owned()) };
    }
    let true_in = readings.iter().filter(|r| r.holds).count();
    let verdict = match true_in {
        0 => Verdict::Fails,
        n if n == readings.len() => Verdict::Holds,
        _ => Verdict::Depends,
    };
    let why = format!("true in {true_in} of {} readings: {}; {}", readings.len(), by_whom(&readings), allowed(what));
    JudgedClaim { claim, verdict, why, readings, evidence: Vec::new(), sources }
}

/// `Russia's figures 3 of 4 (19.91 bn to 26.32 bn, +32 %), ...`: those that agree most with what was said first.
fn by_whom(readings: &[Reading]) -> String {
    let mut groups: Vec<(&str, usize, usize, &str)> = Vec::new();
    for r in readings {
        match groups.iter_mut().find(|g| g.0 == r.whose) {
            Some(group) => {
                group.1 += usize::from(r.holds);
                group.2 += 1;
            }
            // The first series of a reporter is its own office's.
            None => groups.push((&r.whose, usize::from(r.holds), 1, &r.figures)),
        }
    }
    groups.sort_by(|a, b| (b.1 * a.2).cmp(&(a.1 * b.2)));
    let words: Vec<String> = groups
        .iter()
        .map(|(whose, holds, all, figures)| format!("{whose} figures {holds} of {all} ({figures})"))
        .collect();
    words.join(", ")
}

/// How far off counts as true.
fn allowed(what: TurnoverClaim) -> String {
    match what {
        TurnoverClaim::Level { tolerance, .. } | TurnoverClaim::Levels { tolerance, .. } => {
            format!("up to {} off counts as true", about(tolerance))
        }
        TurnoverClaim::Change { tolerance, .. } => {
            format!("up to {} points off counts as true", multiple(100.0 * tolerance))
        }
    }
}

/// A series' readings: by calendar year, and by the twelve months known when it was said.
fn readings(what: TurnoverClaim, said: Moment, s: &TurnoverSeries) -> Vec<Reading> {
    let year = |y: i32| s.years.get(&y).copied();
    let latest = match what {
        TurnoverClaim::Level { year, .. } => year,
        TurnoverClaim::Change { to, .. } | TurnoverClaim::Levels { to, .. } => to,
    };
    let mut windows: Vec<(String, f64)> = year(latest).map(|v| (latest.to_string(), v)).into_iter().collect();
    // While the year was not over, what could be known was the twelve months before.
    if i32::from(said.last().year()) == latest
        && let Some(((y, m), value)) = s.twelve_months(said.last())
    {
        windows.push((format!("12 months to {y}-{m:02}"), value));
    }
    let reading = |window: String, figures: String, holds: bool| Reading {
        series: s.name.clone(),
        whose: s.whose.clone(),
        window,
        figures,
        holds,
    };
    let near = |value: f64, said: f64, tolerance: f64| (value / said - 1.0).abs() <= tolerance;
    let mut out = Vec::new();
    for (window, now) in windows {
        match what {
            TurnoverClaim::Level { usd, tolerance, bound, .. } => {
                let holds = match bound {
                    Some(Bound::Above) => now >= usd * (1.0 - tolerance),
                    Some(Bound::Below) => now <= usd * (1.0 + tolerance),
                    None => near(now, usd, tolerance),
                };
                out.push(reading(window, usd_short(now), holds));
            }
            TurnoverClaim::Change { from, change, tolerance, .. } => {
                let Some(before) = year(from).filter(|v| *v > 0.0) else { continue };
                let found = now / before - 1.0;
                let figures = format!("{} to {}, {:+.0} %", usd_short(before), usd_short(now), 100.0 * found);
                out.push(reading(format!("{from} to {window}"), figures, (found - change).abs() <= tolerance));
            }
            TurnoverClaim::Levels { from, usd, tolerance, .. } => {
                let Some(before) = year(from) else { continue };
                let figures = format!("{} to {}", usd_short(before), usd_short(now));
                let holds = near(before, usd[0], tolerance) && near(now, usd[1], tolerance);
                out.push(reading(format!("{from} to {window}"), figures, holds));
            }
        }
    }
    out
}

pub(super) fn lower(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_lowercase().chain(chars).collect())
}

/// The sources of findings, each once.
fn sources(findings: &[Finding]) -> Vec<Source> {
    let mut out = Vec::new();
    for source in findings.iter().flat_map(|f| &f.sources) {
        if !out.contains(source) {
            out.push(source.clone());
        }
    }
    out
}
