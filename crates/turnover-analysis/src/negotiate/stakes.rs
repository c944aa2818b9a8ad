//! What is on the table: the measures that stand on the day, and the levers of both sides.

use std::sync::Arc;

use turnover_data::{Iso3, nearest};
use turnover_measures::Catalogue;

use super::Scene;
use crate::engine::Model;
use crate::error::AnalysisError;
use crate::pair::Pair;
use crate::pull::{Pull, PullFile, SizedCell, What};
use crate::sizing::{SizedMeasure, Standing};

/// A lever on the table.
#[derive(Debug, Clone)]
pub(crate) struct Stake {
    /// In words.
    pub(crate) title: String,
    /// The side that pulls it, 0 for the first country, 1 for the second.
    pub(crate) side: usize,
    /// What it touches, in words; empty where its size says so.
    pub(crate) note: String,
    /// What it is.
    pub(crate) kind: StakeKind,
}

/// What a lever is.
#[derive(Debug, Clone)]
pub(crate) enum StakeKind {
    /// A measure that stands is lifted, by its place among those that do.
    Measure(usize),
    /// Another change.
    Pull(Box<Pull>),
}

/// The status quo and the levers.
#[derive(Debug, Clone)]
pub(crate) struct Stakes {
    /// The measures that stand.
    pub(crate) standing: Standing,
    /// The levers.
    pub(crate) levers: Vec<Stake>,
}

/// Puts together what is on the table.
pub(crate) fn stakes(model: &Model, catalogue: &Catalogue, scene: &Scene) -> Result<Stakes, AnalysisError> {
    let (pair, day) = (scene.pair, scene.day);
    let between: Vec<_> = catalogue
        .measures
        .iter()
        .filter(|m| m.concerns(pair.a, pair.b, day) || m.concerns(pair.b, pair.a, day))
        .collect();
    let standing = Standing::new(model, &between, pair, day, scene.flows)?;
    let mut out = Stakes { standing, levers: Vec::new() };
    match scene.file {
        Some(file) => out.of_file(model, file, pair)?,
        None => {
            for (place, measure) in out.standing.measures.iter().enumerate().filter(|(_, m)| !m.touched.is_empty()) {
                out.levers.push(lift(model, place, measure, format!("Lift: {}", measure.title)));
            }
            for (side, own, other) in [(0, pair.a, pair.b), (1, pair.b, pair.a)] {
                out.levers.extend(tariffs(model, side, own, other)?);
            }
        }
    }
    if out.levers.is_empty() {
        return Err(AnalysisError::Change {
            what: "neither side has a lever".to_owned(),
            help: "name some with ‹levers FILE› (docs/negotiate.md)".to_owned(),
        });
    }
    let most = turnover_equilibrium::MOST_LEVERS;
    if out.levers.len() > most {
        return Err(AnalysisError::Change {
            what: format!("there are {} levers", out.levers.len()),
            help: format!("name at most {most} with ‹levers FILE›: every combination is looked at"),
        });
    }
    Ok(out)
}

fn lift(model: &Model, place: usize, measure: &SizedMeasure, title: String) -> Stake {
    Stake { title, side: measure.side, note: note(model, measure), kind: StakeKind::Measure(place) }
}

impl Stakes {
    /// The pulls with some levers pulled, bit by bit: measures that stand still among them.
    pub(crate) fn pulls(&self, mask: u32) -> Vec<Pull> {
        let sizes: Vec<f64> = (0..self.levers.len()).map(|l| f64::from(mask >> l & 1)).collect();
        self.sized(&sizes)
    }

    /// The same with each lever at a part of its size; measures are lifted from one half on.
    pub(crate) fn sized(&self, sizes: &[f64]) -> Vec<Pull> {
        let mut lifted = 0;
        let mut out = Vec::new();
        for (stake, size) in self.levers.iter().zip(sizes) {
            match &stake.kind {
                StakeKind::Measure(place) if *size >= 0.5 => lifted |= 1 << place,
                StakeKind::Pull(pull) if *size > 0.0 => out.push(part(pull, *size)),
                _ => {}
            }
        }
        let standing = self.standing.cells(lifted);
        if !standing.is_empty() {
            out.insert(0, Pull::new("Measures in force".to_owned(), What::Sized(Arc::new(standing))));
        }
        out
    }

    fn of_file(&mut self, model: &Model, file: &PullFile, pair: Pair) -> Result<(), AnalysisError> {
        for pull in &file.pulls {
            let known = self.standing.measures.iter().position(|m| pull.measure.as_deref() == Some(&m.id));
            if pull.what == What::Lift {
                let place = known.filter(|m| !self.standing.measures[*m].touched.is_empty());
                let Some(place) = place else { return Err(self.not_sized(file, pull)) };
                self.levers.push(lift(model, place, &self.standing.measures[place], pull.title.clone()));
                continue;
            }
            let sender = known.map(|m| self.standing.measures[m].side);
            self.levers.push(Stake {
                title: pull.title.clone(),
                side: side_of(file, pull, pair, sender)?,
                note: String::new(),
                kind: StakeKind::Pull(Box::new(pull.clone())),
            });
        }
        Ok(())
    }

    fn not_sized(&self, file: &PullFile, pull: &Pull) -> AnalysisError {
        let id = pull.measure.clone().unwrap_or_default();
        let known: Vec<&str> =
            self.standing.measures.iter().filter(|m| !m.touched.is_empty()).map(|m| m.id.as_str()).collect();
        let near = nearest(&id, known.iter().copied()).map(|n| format!("did you mean `{n}`? "));
        AnalysisError::PullFile {
            path: file.path.display().to_string(),
            what: format!("measure `{id}` does not stand between the two on the day, or has no size"),
            help: format!(
                "{}those with a size are {}; give any other one a size of its own (cost_percent, log_points, tariff_percent)",
                near.unwrap_or_default(),
                if known.is_empty() { "none".to_owned() } else { known.join(", ") }
            ),
        }
    }
}

/// A pull at a part of its size. A tariff that is set moves in proportion from none: its own part is that rate's.
fn part(pull: &Pull, size: f64) -> Pull {
    let what = match &pull.what {
        What::Cost(c) => What::Cost((1.0 + c).powf(size) - 1.0),
        What::LogPoints(b) => What::LogPoints(size * b),
        What::Sized(cells) => {
            let scaled =
                cells.iter().map(|c| SizedCell { log_points: size * c.log_points, tariff: size * c.tariff, ..*c });
            What::Sized(Arc::new(scaled.collect()))
        }
        other => other.clone(),
    };
    Pull { what, ..pull.clone() }
}

/// The side that pulls a lever of a file: the one it names, the sender of its measure, or the importer that sets a
/// tariff.
fn side_of(file: &PullFile, pull: &Pull, pair: Pair, sender: Option<usize>) -> Result<usize, AnalysisError> {
    let side = |name: &str| Iso3::resolve(name).ok().and_then(|c| [pair.a, pair.b].iter().position(|p| *p == c));
    let found = match (&pull.by, sender, &pull.what) {
        (Some(by), ..) => side(by),
        (None, Some(sender), _) => Some(sender),
        (None, None, What::Tariff(_)) => pull.importer.as_deref().and_then(side),
        _ => None,
    };
    found.ok_or_else(|| AnalysisError::PullFile {
        path: file.path.display().to_string(),
        what: format!("\"{}\" belongs to neither side", pull.title),
        help: format!("add by = \"{}\" or by = \"{}\"", pair.a, pair.b),
    })
}

/// A side's tariffs on the goods of the other, abolished: those of the tables, so that a duty that a measure adds
/// stands until the measure is lifted. `None` where there are none.
fn tariffs(model: &Model, side: usize, own: Iso3, other: Iso3) -> Result<Option<Stake>, AnalysisError> {
    let Model::Many { named, .. } = model else { return Ok(None) };
    let (importer, exporter) = (model.find(own.as_str())?, model.find(other.as_str())?);
    let cells: Vec<SizedCell> = (0..named.economy.sectors())
        .map(|sector| {
            let tariff = -named.economy.tariff(sector, importer, exporter);
            SizedCell { sector, exporter, importer, log_points: 0.0, tariff }
        })
        .filter(|c| c.tariff != 0.0)
        .collect();
    let title = format!("Abolish {own}'s tariffs on {other}'s goods");
    let note = format!("tariffs of {} sectors", cells.len());
    Ok((!cells.is_empty()).then(|| Stake {
        title: title.clone(),
        side,
        note,
        kind: StakeKind::Pull(Box::new(Pull::new(title, What::Sized(Arc::new(cells))))),
    }))
}

/// The sectors that a measure touches most, in words.
fn note(model: &Model, measure: &SizedMeasure) -> String {
    let mut touched: Vec<_> = measure.touched.iter().collect();
    touched.sort_by(|x, y| y.share.total_cmp(&x.share));
    let words: Vec<String> = touched
        .iter()
        .take(3)
        .map(|t| format!("{} {}", model.sector_title(t.sector), crate::format::percent(t.share)))
        .collect();
    let more = if touched.len() > 3 { format!(" and {} more", touched.len() - 3) } else { String::new() };
    format!("{}{more}", words.join(", "))
}
