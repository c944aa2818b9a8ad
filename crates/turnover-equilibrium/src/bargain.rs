//! The table of a negotiation: what every set of concessions gives two sides, which sets neither can better for both,
//! and the solutions of Nash (1950) and of Kalai and Smorodinsky (1975).
//!
//! Sets are bit masks over the levers of both sides. Few levers are solved set by set. With many, the gains of a set
//! are first taken from those of its levers and pairs of levers,
//!
//! ```text
//! g(S) = sum_i d_i + sum_(i<j) d_ij,   d_i = g({i}),   d_ij = g({i, j}) - d_i - d_j
//! ```
//!
//! and every set that could lie on the frontier, given the largest error of that sum found so far, is solved.

use rayon::prelude::*;

/// Levers up to which every set is solved.
pub const MOST_SOLVED: usize = 8;
/// Levers at most: sets are listed one by one.
pub const MOST_LEVERS: usize = 20;
/// Sets solved in one round.
const ROUND: usize = 64;
/// Sets solved at most after the first sums.
const MOST_ROUNDS: usize = 32;

/// A set of levers with what it gives the two sides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Deal {
    /// The levers, bit by bit.
    pub levers: u32,
    /// Gains of the two sides against the status quo.
    pub gains: [f64; 2],
    /// Whether the set was solved, or its gains are the sum over its pairs.
    pub solved: bool,
}

impl Deal {
    /// Whether a lever is pulled.
    pub fn has(&self, lever: usize) -> bool {
        self.levers & (1 << lever) != 0
    }

    /// Whether neither side loses.
    pub fn is_accepted(&self) -> bool {
        self.gains.iter().all(|g| *g >= 0.0)
    }
}

/// The table of a negotiation.
#[derive(Debug, Clone, PartialEq)]
pub struct Bargain {
    /// All sets, in the order of their masks; the first is the status quo.
    pub deals: Vec<Deal>,
    /// Sets that leave neither side below the status quo and that no other betters for both, from the least gain of
    /// the first side to the largest; all of them solved.
    pub frontier: Vec<Deal>,
    /// The set with the largest product of gains; `None` where no set gives both sides more than the status quo.
    pub nash: Option<Deal>,
    /// The set whose smaller share of the ideal, each side's largest gain on the frontier, is largest.
    pub kalai_smorodinsky: Option<Deal>,
    /// Sets that were solved.
    pub solved: usize,
    /// Largest error of the sums over pairs in the sets that were solved; 0 where all were.
    pub screening_error: f64,
}

/// Makes the table: `gains` solves a set of levers, given as a mask.
///
/// # Errors
/// That of `gains`, for the first set that has one.
pub fn bargain<E: Send>(levers: usize, gains: &(dyn Fn(u32) -> Result<[f64; 2], E> + Sync)) -> Result<Bargain, E> {
    let sets: Vec<u32> = (0..1u32 << levers.min(MOST_LEVERS)).collect();
    let solve = |masks: &[u32]| -> Result<Vec<Deal>, E> {
        masks.par_iter().map(|&levers| Ok(Deal { levers, gains: gains(levers)?, solved: true })).collect()
    };
    if levers <= MOST_SOLVED {
        let deals = solve(&sets)?;
        return Ok(settle(deals, 0.0));
    }
    let few: Vec<u32> = sets.iter().copied().filter(|m| m.count_ones() <= 2).collect();
    let mut deals = sums(&sets, &solve(&few)?, levers);
    let mut error = 0.0f64;
    let mut wanted = vec![sets.len() as u32 - 1];
    for _ in 0..MOST_ROUNDS {
        for deal in solve(&wanted)? {
            let place = &mut deals[deal.levers as usize];
            if !place.solved {
                let miss = |side: usize| (deal.gains[side] - place.gains[side]).abs();
                error = error.max(miss(0)).max(miss(1));
            }
            *place = deal;
        }
        wanted = candidates(&deals, error);
        if wanted.is_empty() {
            break;
        }
        wanted.truncate(ROUND);
    }
    Ok(settle(deals, error))
}

/// All sets by the sum over their pairs; those of one lever or two as solved.
fn sums(sets: &[u32], few: &[Deal], levers: usize) -> Vec<Deal> {
    let of = |mask: u32| few.iter().find(|d| d.levers == mask).map_or([0.0; 2], |d| d.gains);
    let single: Vec<[f64; 2]> = (0..levers).map(|i| of(1 << i)).collect();
    let mut pairs = vec![[0.0; 2]; levers * levers];
    for i in 0..levers {
        for j in 0..i {
            let both = of(1 << i | 1 << j);
            pairs[i * levers + j] = [0, 1].map(|side| both[side] - single[i][side] - single[j][side]);
        }
    }
    sets.iter()
        .map(|&mask| {
            let mut gains = [0.0; 2];
            let pulled = (0..levers).filter(|l| mask & (1 << l) != 0);
            for i in pulled.clone() {
                let with = pulled.clone().take_while(|j| *j < i).map(|j| pairs[i * levers + j]);
                for own in std::iter::once(single[i]).chain(with) {
                    gains = [gains[0] + own[0], gains[1] + own[1]];
                }
            }
            Deal { levers: mask, gains, solved: mask.count_ones() <= 2 }
        })
        .collect()
}

/// Sets that are not solved and could lie on the frontier: within twice the error of acceptance, and not bettered for
/// both sides by a solved set by more than that. The most promising first.
fn candidates(deals: &[Deal], error: f64) -> Vec<u32> {
    let solved: Vec<Deal> = deals.iter().copied().filter(|d| d.solved).collect();
    let front = frontier(&solved);
    let margin = 2.0 * error;
    let open = |d: &&Deal| {
        !d.solved
            && d.gains.iter().all(|g| *g >= -margin)
            && !front.iter().any(|f| (0..2).all(|side| f.gains[side] >= d.gains[side] + margin))
    };
    let mut out: Vec<Deal> = deals.iter().filter(open).copied().collect();
    // How far the set lies beyond the frontier on the side where it lies least.
    let beyond = |d: &Deal| {
        front
            .iter()
            .map(|f| (0..2).map(|side| d.gains[side] - f.gains[side]).fold(f64::NEG_INFINITY, f64::max))
            .fold(f64::INFINITY, f64::min)
    };
    out.sort_by(|x, y| beyond(y).total_cmp(&beyond(x)));
    out.into_iter().map(|d| d.levers).collect()
}

/// Sets that both sides accept and no other betters for both, by the first side's gain.
fn frontier(deals: &[Deal]) -> Vec<Deal> {
    let mut accepted: Vec<Deal> = deals.iter().copied().filter(Deal::is_accepted).collect();
    // The largest gain of the first side first; of equal ones the largest of the second.
    accepted.sort_by(|x, y| {
        y.gains[0].total_cmp(&x.gains[0]).then(y.gains[1].total_cmp(&x.gains[1])).then(x.levers.cmp(&y.levers))
    });
    let mut out: Vec<Deal> = Vec::new();
    for deal in accepted {
        if out.last().is_none_or(|best| deal.gains[1] > best.gains[1]) {
            out.push(deal);
        }
    }
    out.reverse();
    out
}

/// The frontier and the solutions, of the sets that were solved.
fn settle(deals: Vec<Deal>, screening_error: f64) -> Bargain {
    let solved: Vec<Deal> = deals.iter().copied().filter(|d| d.solved).collect();
    let frontier = frontier(&solved);
    let product = |d: &&Deal| d.gains[0] * d.gains[1];
    let nash = frontier.iter().filter(|d| product(d) > 0.0).max_by(|x, y| product(x).total_cmp(&product(y))).copied();
    let ideal = [0, 1].map(|side| frontier.iter().map(|d| d.gains[side]).fold(0.0, f64::max));
    let least = |d: &&Deal| (0..2).map(|side| d.gains[side] / ideal[side]).fold(f64::INFINITY, f64::min);
    let kalai_smorodinsky = (ideal.iter().all(|i| *i > 0.0))
        .then(|| frontier.iter().max_by(|x, y| least(x).total_cmp(&least(y))).copied())
        .flatten();
    Bargain { frontier, nash, kalai_smorodinsky, solved: solved.len(), screening_error, deals }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Gains = Result<[f64; 2], ()>;

    /// Two levers of each side: what one gives, the other gets more of.
    fn small(mask: u32) -> Gains {
        let each = [[-1.0, 3.0], [-2.0, 2.5], [4.0, -1.0], [1.0, -2.0]];
        let of = |side: usize| (0..4).filter(|l| mask & (1 << l) != 0).map(|l| each[l][side]).sum::<f64>();
        Ok([of(0), of(1)])
    }

    #[test]
    fn nobody_is_below_the_status_quo_and_nobody_can_be_bettered() {
        let table = bargain(4, &small).unwrap();
        assert_eq!(table.deals.len(), 16);
        assert_eq!(table.deals[0].gains, [0.0, 0.0]);
        assert!(table.frontier.iter().all(Deal::is_accepted));
        assert!(table.frontier.windows(2).all(|w| w[0].gains[0] < w[1].gains[0] && w[0].gains[1] > w[1].gains[1]));
        for f in &table.frontier {
            assert!(!table.deals.iter().any(|d| d.gains[0] > f.gains[0] && d.gains[1] > f.gains[1]));
        }
        // The first lever of each: 3 and 2, product 6; with the second of the first side 1 and 4.5, product 4.5.
        let nash = table.nash.unwrap();
        assert_eq!((nash.levers, nash.gains), (0b0101, [3.0, 2.0]));
        let best = table.deals.iter().filter(|d| d.is_accepted()).map(|d| d.gains[0] * d.gains[1]).fold(0.0, f64::max);
        assert_eq!(nash.gains[0] * nash.gains[1], best);
    }

    #[test]
    fn where_no_set_gives_both_more_there_is_no_solution() {
        let table = bargain(2, &|mask| -> Gains { Ok([f64::from(mask.count_ones()), -f64::from(mask)]) }).unwrap();
        assert_eq!(table.nash, None);
        assert_eq!(table.kalai_smorodinsky, None);
        assert_eq!(table.frontier.len(), 1, "the status quo");
    }

    /// Gains with interactions of three levers: screening must find the frontier that solving every set finds.
    #[test]
    fn screening_finds_the_frontier_of_all_sets() {
        let levers = 12;
        let gains = |mask: u32| -> Gains {
            let x = |l: usize| f64::from(mask >> l & 1);
            let mut g = [0.0, 0.0];
            for l in 0..levers {
                let size = 1.0 + (l as f64 * 1.7).sin();
                let (give, get) = if l < levers / 2 { (0, 1) } else { (1, 0) };
                g[give] -= 0.4 * size * x(l);
                g[get] += size * x(l);
            }
            let triple: f64 = (0..levers - 2).map(|l| x(l) * x(l + 1) * x(l + 2)).sum();
            Ok([g[0] - 0.05 * triple, g[1] - 0.03 * triple])
        };
        let screened = bargain(levers, &gains).unwrap();
        let all: Vec<Deal> =
            (0..1u32 << levers).map(|m| Deal { levers: m, gains: gains(m).unwrap(), solved: true }).collect();
        let full = settle(all, 0.0);
        assert_eq!(screened.frontier, full.frontier);
        assert_eq!((screened.nash, screened.kalai_smorodinsky), (full.nash, full.kalai_smorodinsky));
        assert!(screened.solved < 1 << levers, "{} sets were solved", screened.solved);
    }
}
