//! The same effect by other choices: a range for what the main estimate alone would pass off as certain.

use rayon::prelude::*;
use turnover_measures::{Catalogue, Measure};

use super::Later;
use super::design::{Design, Estimated, Keep};
use super::lost::Losses;
use crate::answer::Interval;
use crate::error::AnalysisError;
use crate::panel::Panel;
use crate::watch::Watch;

/// One specification with its result.
#[derive(Debug, Clone, PartialEq)]
pub struct Specification {
    /// What is done otherwise.
    pub what: String,
    /// The effect in log points, with its 95 % interval.
    pub effect: f64,
    /// Its interval.
    pub interval: Interval,
    /// Trade prevented a year, US dollars: with the partner asked for, else in all.
    pub prevented: f64,
    /// Observations.
    pub nobs: usize,
}

/// A third country counts as having taken over trade where its covered trade grew this many times as fast as
/// its other trade.
const TOOK_OVER: f64 = 2.0;

/// Controls that took over trade: partners never touched whose covered trade rose much more than their other.
pub(super) fn gainers(design: &Design) -> Vec<usize> {
    let panel = design.panel;
    let untouched = |p: &usize| (0..panel.years.len()).all(|y| !panel.touched(*p, y));
    (0..panel.partners.len())
        .filter(untouched)
        .filter(|p| relative_growth(panel, *p).is_some_and(|g| g > TOOK_OVER))
        .collect()
}

/// How much faster a partner's covered trade grew than its other trade, from the years before to those since.
fn relative_growth(panel: &Panel, partner: usize) -> Option<f64> {
    let mean = |covered: bool, after: bool| {
        let years: Vec<usize> = (0..panel.years.len())
            .filter(|y| !panel.is_hidden(partner, *y))
            .filter(|y| if after { panel.years[*y] > panel.start_year() } else { panel.years[*y] < panel.start_year() })
            .collect();
        let cells = (0..panel.products.len()).filter(|c| panel.covered[*c] == covered);
        let sum: f64 =
            cells.flat_map(|c| years.iter().map(move |y| (c, *y))).map(|(c, y)| panel.value(partner, c, y)).sum();
        sum / years.len().max(1) as f64
    };
    let (covered, other) = ([mean(true, false), mean(true, true)], [mean(false, false), mean(false, true)]);
    (covered[0] > 0.0 && other[0] > 0.0 && other[1] > 0.0).then(|| (covered[1] / covered[0]) / (other[1] / other[0]))
}

/// Other bans of the same sender that touched covered products of named partners before the measure began.
pub(super) fn earlier<'c>(catalogue: &'c Catalogue, panel: &Panel) -> Vec<&'c Measure> {
    catalogue
        .measures
        .iter()
        .filter(|m| {
            m.id != panel.measure.id && m.sender == panel.measure.sender && m.direction == panel.measure.direction
        })
        .filter(|m| m.first_day().is_some_and(|d| d < panel.start && i32::from(d.year()) >= panel.start_year() - 2))
        .filter(|m| {
            let mut codes = m.products.iter().flat_map(|p| &p.codes);
            codes
                .any(|c| panel.products.iter().zip(&panel.covered).any(|(p, k)| *k && (p.contains(c) || c.contains(p))))
        })
        .collect()
}

/// The specifications that the data allows, the main one first.
pub(super) fn specifications(
    design: &Design,
    main: &Estimated,
    catalogue: &Catalogue,
    partner: Option<usize>,
    watch: Watch<'_>,
) -> Result<Vec<Specification>, AnalysisError> {
    let panel = design.panel;
    let y0 = panel.start_year();
    let year = |y: usize| panel.years[y];
    let is_99 = |c: usize| panel.products[c].as_str().starts_with("99");
    let food = |c: usize| panel.products[c].as_str() < "26";
    let gained = gainers(design);
    let others = earlier(catalogue, panel);
    let touched_before = |p: usize, c: usize, y: usize| {
        others.iter().any(|m| {
            let from = i32::from(m.first_day().map_or(i16::MAX, |d| d.year()));
            let code = panel.products[c];
            let day = m.first_day().unwrap_or(panel.start);
            let named = m.products.iter().any(|g| g.names(code) || !g.within(code).is_empty());
            year(y) >= from && year(y) < y0 && named && panel.is_target(m, p, day)
        })
    };
    let mut list: Vec<(String, Later, Box<Keep>)> = Vec::new();
    let before: Vec<i32> = panel.years.iter().copied().filter(|y| *y < y0).collect();
    for first in before.iter().skip(1).filter(|f| **f <= y0 - 2) {
        let first = *first;
        list.push((format!("from {first} on"), design.later, Box::new(move |_, _, y| year(y) >= first)));
    }
    if before.len() > 2 {
        list.push((
            format!("without {}, in case of anticipation", y0 - 1),
            design.later,
            Box::new(move |_, _, y| year(y) != y0 - 1),
        ));
    }
    if (0..panel.products.len()).any(is_99) {
        list.push(("without chapter 99".to_owned(), design.later, Box::new(move |_, c, _| !is_99(c))));
    }
    let outside = (0..panel.products.len()).any(|c| !food(c) && !panel.covered[c]);
    if panel.covered.iter().enumerate().all(|(c, k)| !*k || food(c)) && outside {
        list.push(("other food alone as comparison".to_owned(), design.later, Box::new(move |_, c, _| food(c))));
    }
    if !gained.is_empty() {
        let names: Vec<&str> = gained.iter().map(|p| panel.partners[*p].as_str()).collect();
        let what = format!("without third countries that took over trade ({})", short(&names));
        let gained = gained.clone();
        list.push((what, design.later, Box::new(move |p, _, _| !gained.contains(&p))));
    }
    if !others.is_empty() {
        let ids: Vec<&str> = others.iter().map(|m| m.id.as_str()).collect();
        list.push((
            format!("without what {} touched before", ids.join(", ")),
            design.later,
            Box::new(move |p, c, y| !touched_before(p, c, y)),
        ));
    }
    for (later, what) in [
        (Later::Control, "partners reached later kept as comparison"),
        (Later::Treat, "partners reached later counted as touched"),
    ] {
        if later != design.later
            && (0..panel.partners.len())
                .any(|p| !design.first[p] && (0..panel.years.len()).any(|y| panel.touched(p, y)))
        {
            list.push((what.to_owned(), later, Box::new(|_, _, _| true)));
        }
    }
    // A specification that cannot be estimated is left out of the range.
    let estimated = |(what, later, keep): &(String, Later, Box<Keep>)| {
        let design = design.with(*later);
        match design.main(&**keep, watch) {
            Err(AnalysisError::Stopped) => Some(Err(AnalysisError::Stopped)),
            Err(_) => None,
            Ok(fit) => specification(&design, what, &fit, partner).map(Ok),
        }
    };
    let others: Vec<Specification> = list.par_iter().filter_map(estimated).collect::<Result<_, _>>()?;
    Ok(specification(design, "main estimate", main, partner).into_iter().chain(others).collect())
}

/// What a fit says, with the trade that it has the measure prevent.
fn specification(design: &Design, what: &str, fit: &Estimated, partner: Option<usize>) -> Option<Specification> {
    let effect = fit.only().ok()?;
    Some(Specification {
        what: what.to_owned(),
        effect: effect.estimate,
        interval: Interval { low: effect.low, high: effect.high },
        prevented: Losses::new(design.panel, fit, effect.estimate, &design.first).total(partner),
        nobs: fit.fit.nobs,
    })
}

/// `BLR, SRB and 3 others`.
fn short(names: &[&str]) -> String {
    match names {
        [a, b, rest @ ..] if rest.len() > 1 => format!("{a}, {b} and {} others", rest.len()),
        names => names.join(", "),
    }
}
