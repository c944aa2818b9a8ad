//! A partner's share and place among all partners of a country, by the country's own reports and by its partners'.

use turnover_analysis::format::percent;
use turnover_analysis::{AnalysisError, Pair};
use turnover_data::Iso3;
use turnover_data::builtin::{BothBooks, Side};

use super::verdict::{JudgedClaim, Reading, Verdict, unchecked};
use super::{Bound, Check, Flow, Moment};

/// How far off a share counts as true, points.
const TOLERANCE: f64 = 1.0;

/// Both books of every pair, read once.
pub(super) struct Standings(BothBooks);

/// A country's trade with each partner in a year by one side's reports.
fn partners(books: &BothBooks, country: Iso3, year: i32, flow: Flow, own: bool) -> Vec<(Iso3, f64)> {
    let mut out: Vec<(Iso3, f64)> = Vec::new();
    for f in &books.flows {
        let exports = f.exporter == country && flow != Flow::Imports;
        let imports = f.importer == country && flow != Flow::Exports;
        if !(exports || imports) || f.exporter == f.importer {
            continue;
        }
        let side = if exports == own { Side::Exports } else { Side::Imports };
        let partner = if exports { f.importer } else { f.exporter };
        let Some(value) = f.report(side, year) else { continue };
        match out.iter_mut().find(|(p, _)| *p == partner) {
            Some(known) => known.1 += value,
            None => out.push((partner, value)),
        }
    }
    out.sort_by(|a, b| b.1.total_cmp(&a.1));
    out
}

/// The verdict on a share or a rank.
pub(super) fn judge(
    check: &Check,
    pair: Pair,
    said: Moment,
    known: &mut Option<Standings>,
) -> Result<JudgedClaim, AnalysisError> {
    let books = match known {
        Some(books) => books,
        None => known.insert(Standings(BothBooks::direction_of_trade()?)),
    };
    let (year, flow) = match check {
        Check::Share { year, flow, .. } | Check::Rank { year, flow, .. } => (*year, *flow),
        _ => return Ok(unchecked("it is neither a share nor a rank".to_owned())),
    };
    let _ = said;
    let mut readings = Vec::new();
    for own in [true, false] {
        let all = partners(&books.0, pair.a, year, flow, own);
        let total: f64 = all.iter().map(|(_, v)| v).sum();
        let Some(place) = all.iter().position(|(p, _)| *p == pair.b).filter(|_| total > 0.0) else { continue };
        let share = 100.0 * all[place].1 / total;
        let (figures, holds) = match check {
            Check::Share { percent: claimed, tolerance_points, bound, .. } => {
                let off = tolerance_points.unwrap_or(TOLERANCE);
                let holds = match bound {
                    Some(Bound::Above) => share >= claimed - off,
                    Some(Bound::Below) => share <= claimed + off,
                    None => (share - claimed).abs() <= off,
                };
                (percent(share / 100.0), holds)
            }
            Check::Rank { rank, .. } => (
                format!("place {} of {} ({})", place + 1, all.len(), percent(share / 100.0)),
                place + 1 == *rank as usize,
            ),
            _ => continue,
        };
        let whose = if own { format!("{}'s own", pair.a.name()) } else { "its partners'".to_owned() };
        readings.push(Reading { series: books.0.source.name.clone(), whose, window: year.to_string(), figures, holds });
    }
    if readings.is_empty() {
        let range = format!("{} to {}", books.0.first_year, books.0.last_year);
        return Ok(unchecked(format!(
            "no report of {} for {year} is at hand; the built-in world has {range}",
            pair.a.name()
        )));
    }
    let true_in = readings.iter().filter(|r| r.holds).count();
    let verdict = match true_in {
        0 => Verdict::Fails,
        n if n == readings.len() => Verdict::Holds,
        _ => Verdict::Depends,
    };
    let by: Vec<String> = readings.iter().map(|r| format!("{} reports: {}", r.whose, r.figures)).collect();
    let why = format!("true in {true_in} of {} readings: {}", readings.len(), by.join(", "));
    Ok(JudgedClaim { verdict, readings, sources: vec![books.0.source.clone()], ..unchecked(why) })
}
