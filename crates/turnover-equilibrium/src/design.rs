//! The set and the sizes of levers that reach a goal at the least cost.
//!
//! Levers have sizes from 0 to 1; some are pulled whole or not at all. Every set of levers at full size is solved. Where
//! a set overshoots the goal, each of its levers that has a size is cut back until the goal is just met, and from the
//! cheapest of all these sizes are traded off against each other: with exact slopes `g_i` of the goal and `c_i` of the
//! cost, a lever with a small `c_i / g_i` takes over from one with a large one until the two are equal or one of them
//! is at its end (the first-order conditions of Kuhn and Tucker).

use rayon::prelude::*;

use crate::maximum::maximum;

/// Levers at most: every set is solved.
const MOST_LEVERS: usize = 12;
/// How closely the goal is met, relative to its distance from the status quo.
const NEAR: f64 = 1e-7;
/// Steps of a search for a size.
const STEPS: usize = 60;
/// Trades between two levers.
const TRADES: usize = 12;

/// What sizes do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Aim {
    /// The goal's figure, 0 in the status quo and 1 where the goal is just met.
    pub goal: f64,
    /// What it costs the one who pulls.
    pub cost: f64,
    /// By how much all limits are met; below 0 one of them is not.
    pub slack: f64,
}

impl Aim {
    fn reaches(&self) -> bool {
        self.goal >= 1.0 - NEAR && self.slack >= 0.0
    }
}

/// Sizes of levers, and what they do.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// By lever.
    pub sizes: Vec<f64>,
    /// What they do.
    pub aim: Aim,
}

/// The answer of [`design`].
#[derive(Debug, Clone, PartialEq)]
pub struct Designed {
    /// The cheapest sizes that reach the goal within the limits; `None` where none do.
    pub best: Option<Design>,
    /// The set at full size that comes nearest to the goal within the limits.
    pub nearest: Design,
    /// The cheapest sets at full size that reach the goal within the limits, the cheapest first.
    pub whole: Vec<Design>,
    /// Sizes that were solved.
    pub solves: usize,
}

/// What is searched: `aim` solves sizes, `slopes` gives goal and cost by lever.
pub trait Levers<E>: Sync {
    /// Whether each lever is pulled whole or not at all.
    fn whole(&self) -> &[bool];
    /// What sizes do.
    ///
    /// # Errors
    /// Where they have no equilibrium.
    fn aim(&self, sizes: &[f64]) -> Result<Aim, E>;
    /// Slopes of the goal and of the cost by lever.
    ///
    /// # Errors
    /// Where there is no equilibrium.
    fn slopes(&self, sizes: &[f64]) -> Result<Vec<[f64; 2]>, E>;
}

/// Finds the cheapest sizes that reach the goal, of at most 12 levers.
///
/// # Errors
/// That of the levers. Sets without an equilibrium are passed over where there are others.
pub fn design<E: Send>(levers: &dyn Levers<E>) -> Result<Designed, E> {
    let n = levers.whole().len().min(MOST_LEVERS);
    let sizes_of = |mask: u32| -> Vec<f64> { (0..n).map(|l| f64::from(mask >> l & 1)).collect() };
    let full: Vec<Result<Design, E>> = (0..1u32 << n)
        .into_par_iter()
        .map(|mask| {
            let sizes = sizes_of(mask);
            levers.aim(&sizes).map(|aim| Design { sizes, aim })
        })
        .collect();
    let mut solves = full.len();
    let mut solved: Vec<Option<Design>> = Vec::with_capacity(full.len());
    let mut error = None;
    for result in full {
        match result {
            Ok(d) => solved.push(Some(d)),
            Err(e) => {
                solved.push(None);
                error = Some(e);
            }
        }
    }
    let within = |d: &&Design| d.aim.slack >= 0.0;
    let nearest = solved.iter().flatten().filter(within).max_by(|x, y| x.aim.goal.total_cmp(&y.aim.goal)).cloned();
    let nearest = match (nearest, error) {
        (Some(nearest), _) => nearest,
        (None, Some(e)) => return Err(e),
        // Without any lever nothing is missed but the goal.
        (None, None) => Design { sizes: vec![0.0; n], aim: Aim { goal: 0.0, cost: 0.0, slack: 0.0 } },
    };
    let mut whole: Vec<Design> = solved.iter().flatten().filter(|d| d.aim.reaches()).cloned().collect();
    whole.sort_by(cheaper);
    let mut candidates = whole.clone();
    let cut: Vec<(Vec<Design>, usize)> = (0..solved.len())
        .into_par_iter()
        .filter(|mask| solved[*mask].as_ref().is_some_and(|d| d.aim.goal >= 1.0))
        .map(|mask| cut_back(levers, &solved, mask, n))
        .collect();
    for (found, more) in cut {
        candidates.extend(found);
        solves += more;
    }
    let mut best = candidates.into_iter().min_by(cheaper);
    if let Some(start) = best.take() {
        let (refined, more) = trade_off(levers, start)?;
        solves += more;
        best = Some(refined);
    }
    Ok(Designed { best, nearest, whole, solves })
}

/// Costs that differ by less than this count as equal, and the fewer levers come first.
const EQUAL: f64 = 1e-9;

fn cheaper(x: &Design, y: &Design) -> std::cmp::Ordering {
    let count = |d: &Design| d.sizes.iter().filter(|s| **s > 0.0).count();
    let cost = |d: &Design| (d.aim.cost / EQUAL).round();
    cost(x).total_cmp(&cost(y)).then(count(x).cmp(&count(y))).then(x.aim.cost.total_cmp(&y.aim.cost))
}

/// A set that overshoots, with each of its levers in turn cut back until the goal is just met.
fn cut_back<E>(levers: &dyn Levers<E>, solved: &[Option<Design>], mask: usize, n: usize) -> (Vec<Design>, usize) {
    let mut out = Vec::new();
    let mut solves = 0;
    for l in (0..n).filter(|l| mask >> l & 1 == 1 && !levers.whole()[*l]) {
        let without = solved[mask & !(1 << l)].as_ref();
        let (Some(with), Some(without)) = (&solved[mask], without) else { continue };
        if without.aim.goal >= 1.0 {
            continue;
        }
        let (found, more) = meet(levers, with.sizes.clone(), l, (without.aim.goal, with.aim.goal));
        solves += more;
        out.extend(found.filter(|d| d.aim.reaches()));
    }
    (out, solves)
}

/// The size of one lever at which the goal is just met; the goal at sizes 0 and 1 is known. By the Illinois rule.
fn meet<E>(levers: &dyn Levers<E>, mut sizes: Vec<f64>, l: usize, ends: (f64, f64)) -> (Option<Design>, usize) {
    let (mut low, mut high) = (0.0, 1.0);
    let (mut at_low, mut at_high) = (ends.0 - 1.0, ends.1 - 1.0);
    let mut last = 0;
    for step in 1..=STEPS {
        let x = (low * at_high - high * at_low) / (at_high - at_low);
        sizes[l] = x;
        let Ok(aim) = levers.aim(&sizes) else { return (None, step) };
        let miss = aim.goal - 1.0;
        if miss.abs() <= NEAR || high - low < 1e-12 {
            return (Some(Design { sizes, aim }), step);
        }
        if miss < 0.0 {
            (low, at_low) = (x, miss);
            if last == -1 {
                at_high *= 0.5;
            }
            last = -1;
        } else {
            (high, at_high) = (x, miss);
            if last == 1 {
                at_low *= 0.5;
            }
            last = 1;
        }
    }
    (None, STEPS)
}

/// Trades sizes off against each other.
fn trade_off<E>(levers: &dyn Levers<E>, start: Design) -> Result<(Design, usize), E> {
    let free: Vec<usize> = (0..start.sizes.len()).filter(|l| !levers.whole()[*l]).collect();
    let mut here = start;
    let mut solves = 0;
    for _ in 0..if free.len() < 2 { 0 } else { TRADES } {
        let slopes = levers.slopes(&here.sizes)?;
        let price = |l: usize| slopes[l][1] / slopes[l][0];
        let helps = |l: &&usize| slopes[**l][0] > 0.0;
        let more = free
            .iter()
            .filter(helps)
            .filter(|l| here.sizes[**l] < 1.0)
            .min_by(|x, y| price(**x).total_cmp(&price(**y)));
        let less = free
            .iter()
            .filter(helps)
            .filter(|l| here.sizes[**l] > 0.0)
            .max_by(|x, y| price(**x).total_cmp(&price(**y)));
        let (Some(&more), Some(&less)) = (more, less) else { break };
        if more == less || price(less) - price(more) <= 1e-6 * price(less).abs() {
            break;
        }
        // How far the cheaper one may grow before it, or the dearer one, is at its end.
        let rate = slopes[more][0] / slopes[less][0];
        let most = (1.0 - here.sizes[more]).min(here.sizes[less] / rate);
        let mut best: Option<Design> = None;
        let mut count = 0;
        maximum(0.0, most, 1e-4 * most, &mut |step| -> Result<f64, E> {
            let mut sizes = here.sizes.clone();
            sizes[more] += step;
            let guess = (here.sizes[less] - rate * step).clamp(0.0, 1.0);
            let (found, n) = correct(levers, sizes, less, guess, slopes[less][0])?;
            count += n;
            let Some(found) = found.filter(|d| d.aim.reaches()) else { return Ok(f64::NEG_INFINITY) };
            let value = -found.aim.cost;
            if best.as_ref().is_none_or(|b| found.aim.cost < b.aim.cost) {
                best = Some(found);
            }
            Ok(value)
        })?;
        solves += count;
        match best {
            Some(found) if found.aim.cost < here.aim.cost - 1e-12 * here.aim.cost.abs() => here = found,
            _ => break,
        }
    }
    Ok((here, solves))
}

/// Newton's steps with one slope, from a guess, until the goal is just met.
fn correct<E>(
    levers: &dyn Levers<E>,
    mut sizes: Vec<f64>,
    l: usize,
    guess: f64,
    slope: f64,
) -> Result<(Option<Design>, usize), E> {
    sizes[l] = guess;
    for step in 1..=20 {
        let aim = levers.aim(&sizes)?;
        let miss = 1.0 - aim.goal;
        // An end that overshoots is as good.
        if miss.abs() <= 0.5 * NEAR || (miss < 0.0 && sizes[l] == 0.0) {
            return Ok((Some(Design { sizes, aim }), step));
        }
        let next = (sizes[l] + miss / slope).clamp(0.0, 1.0);
        if next == sizes[l] {
            return Ok((None, step));
        }
        sizes[l] = next;
    }
    Ok((None, 20))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal and cost as sums of smooth functions of the sizes.
    struct Smooth {
        whole: Vec<bool>,
        goal: Vec<f64>,
        cost: Vec<f64>,
        wanted: f64,
    }

    impl Levers<()> for Smooth {
        fn whole(&self) -> &[bool] {
            &self.whole
        }

        fn aim(&self, x: &[f64]) -> Result<Aim, ()> {
            let goal: f64 = x.iter().zip(&self.goal).map(|(x, g)| g * x).sum();
            let cost = x.iter().zip(&self.cost).map(|(x, c)| c * x * x).sum();
            Ok(Aim { goal: goal / self.wanted, cost, slack: 0.0 })
        }

        fn slopes(&self, x: &[f64]) -> Result<Vec<[f64; 2]>, ()> {
            Ok((0..x.len()).map(|l| [self.goal[l] / self.wanted, 2.0 * self.cost[l] * x[l]]).collect())
        }
    }

    #[test]
    fn whole_levers_are_those_of_brute_force() {
        let levers = Smooth {
            whole: vec![true; 6],
            goal: vec![0.3, 0.9, 0.4, 0.7, 0.2, 0.5],
            cost: vec![0.2, 1.1, 0.25, 0.6, 0.3, 0.45],
            wanted: 1.5,
        };
        let found = design(&levers).unwrap().best.unwrap();
        let brute = (0..64u32)
            .map(|mask| (0..6).map(|l| f64::from(mask >> l & 1)).collect::<Vec<f64>>())
            .map(|x| levers.aim(&x).unwrap())
            .filter(Aim::reaches)
            .map(|a| a.cost)
            .fold(f64::INFINITY, f64::min);
        assert_eq!(found.aim.cost, brute);
    }

    /// Minimise `sum c x^2` subject to `sum g x = 1.2`: `x = k g / c`, by hand `k = 1.2 / sum g^2 / c`.
    #[test]
    fn sizes_are_traded_off_to_the_optimum() {
        let (goal, cost) = (vec![1.0, 0.8, 0.5], vec![1.0, 0.9, 0.4]);
        let k = 1.2 / goal.iter().zip(&cost).map(|(g, c): (&f64, &f64)| g * g / c).sum::<f64>();
        let right: f64 = goal.iter().zip(&cost).map(|(g, c)| c * (k * g / c).powi(2)).sum();
        let levers = Smooth { whole: vec![false; 3], goal, cost, wanted: 1.2 };
        let found = design(&levers).unwrap().best.unwrap();
        assert!((found.aim.cost / right - 1.0).abs() < 1e-4, "{found:?} {right}");
        assert!(found.aim.goal > 1.0 - 1e-6);
    }

    #[test]
    fn a_goal_beyond_all_levers_names_the_nearest() {
        let levers = Smooth { whole: vec![false, true], goal: vec![0.2, 0.3], cost: vec![1.0, 1.0], wanted: 1.0 };
        let found = design(&levers).unwrap();
        assert_eq!(found.best, None);
        assert_eq!(found.nearest.sizes, [1.0, 1.0]);
        assert!((found.nearest.aim.goal - 0.5).abs() < 1e-12);
    }
}
