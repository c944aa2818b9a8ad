//! The fit of reporters' habits and scatter, by turns: habits given scatter are least squares, side by side;
//! scatter given habits is the usual step for variance components, with weights for outliers.

use rayon::prelude::*;

use crate::builtin::{Distances, Side};
use crate::country::countries;

use super::ledger::{Ledger, LedgerFlow};
use super::{Estimate, FEWEST, ReporterQuality};

/// Degrees of freedom of the scatter: reports differ by a factor of ten more often than a normal law allows.
const FREEDOM: f64 = 4.0;
/// Rounds of the fit. Habits settle in about ten, scatter in about twenty.
const ROUNDS: usize = 30;
/// Pieces that sums are made of: fixed, so that they do not depend on the number of threads.
const PIECES: usize = 32;
/// Flows that are learnt from: more would not change what is learnt.
const LEARNT: usize = 1_000_000;
/// All flows of a country with fewer are learnt from.
const FEW: usize = 5_000;
/// Classes of a flow's size, by powers of ten from 10^3 US dollars on.
const SIZES: usize = 9;
/// Classes of distance in kilometres: below each bound, and beyond.
const DISTANCES: [f64; 5] = [1_000.0, 2_500.0, 5_000.0, 8_000.0, 12_000.0];
const FAR: usize = DISTANCES.len() + 1;
/// Distance at which the margin's constant holds.
const USUAL_KM: f64 = 5_000.0;
/// Flows that a reporter's scatter is pulled to the common one by.
const PRIOR_COUNT: f64 = 10.0;
/// Share of reports that the interval holds.
const COVERED: f64 = 0.9;
/// Half the width of a 90 % interval of the law of the scatter, in scales.
const TAIL: f64 = 2.132;

/// One side's habits and scatter, by country.
#[derive(Debug, Clone)]
pub(super) struct Books {
    /// Habit of the country.
    pub(super) habit: Vec<f64>,
    /// Beyond it, habit of a single period: country times periods.
    pub(super) of_period: Vec<f64>,
    /// Squared scale of the scatter.
    pub(super) scatter: Vec<f64>,
    /// Posterior variance of the habit and of the period's, together.
    pub(super) habit_variance: Vec<f64>,
    /// Flows compared.
    pub(super) compared: Vec<usize>,
    /// Variance of habits between countries.
    pub(super) between: f64,
    /// Variance of single periods' habits.
    pub(super) between_periods: f64,
    /// Common squared scale.
    pub(super) usual: f64,
}

impl Books {
    fn new(countries: usize, periods: usize) -> Self {
        Books {
            habit: vec![0.0; countries],
            of_period: vec![0.0; countries * periods],
            scatter: vec![0.05; countries],
            habit_variance: vec![0.0; countries * periods],
            compared: vec![0; countries],
            between: 0.01,
            between_periods: 0.01,
            usual: 0.05,
        }
    }
}

/// What the fit has found.
#[derive(Debug, Clone)]
pub(super) struct Model {
    pub(super) periods: usize,
    pub(super) sent: Books,
    pub(super) received: Books,
    /// Constant of the margin and its slope in log distance.
    pub(super) margin: [f64; 2],
    /// Squared scale by size of the flow, relative to the usual one.
    pub(super) size: [f64; SIZES],
    /// For hidden exporters' and importers' reports, by size and distance: the 5, 50 and 95 % points of what is
    /// reported, in standard deviations from what was expected.
    points: [Vec<[f64; 3]>; 2],
    /// Log distance over the usual one, by pair of countries; nought where it is not known.
    distance: Vec<f32>,
    /// Degrees of freedom of the scatter.
    freedom: f64,
}

/// Sums for one side's habits, by country and period.
#[derive(Clone)]
struct Sums {
    weight: Vec<f64>,
    product: Vec<f64>,
}

impl Model {
    pub(super) fn fit(ledger: &Ledger, distances: &Distances) -> Option<Self> {
        Model::fit_rounds(ledger, distances, ROUNDS, FREEDOM)
    }

    /// With scatter normal and variances kept as they are at first, for comparison with an exact calculation.
    #[cfg(test)]
    pub(super) fn fit_normal(ledger: &Ledger, distances: &Distances, rounds: usize) -> Option<Self> {
        Model::fit_rounds(ledger, distances, rounds, f64::INFINITY)
    }

    fn fit_rounds(ledger: &Ledger, distances: &Distances, rounds: usize, freedom: f64) -> Option<Self> {
        let n = countries().len();
        let both = learnt_from(ledger, n);
        if both.len() < FEWEST {
            return None;
        }
        let mut model = Model {
            periods: ledger.periods(),
            sent: Books::new(n, ledger.periods()),
            received: Books::new(n, ledger.periods()),
            margin: [0.0; 2],
            size: [1.0; SIZES],
            points: [vec![[-TAIL, 0.0, TAIL]; SIZES * FAR], vec![[-TAIL, 0.0, TAIL]; SIZES * FAR]],
            distance: log_distances(distances),
            freedom,
        };
        for f in &both {
            model.sent.compared[usize::from(f.exporter)] += 1;
            model.received.compared[usize::from(f.importer)] += 1;
        }
        for _ in 0..rounds {
            model.regress(&both);
            model.habits(&both, Side::Exports);
            model.habits(&both, Side::Imports);
            if freedom.is_finite() {
                model.scatter(&both);
            }
        }
        model.learn_points(&both);
        Some(model)
    }

    pub(super) fn z(&self, f: &LedgerFlow) -> f64 {
        f64::from(self.distance[usize::from(f.exporter) * countries().len() + usize::from(f.importer)])
    }

    fn habit_of(&self, f: &LedgerFlow, side: Side) -> f64 {
        let (books, at) = self.books(f, side);
        books.habit[at] + books.of_period[at * self.periods + usize::from(f.period)]
    }

    fn books(&self, f: &LedgerFlow, side: Side) -> (&Books, usize) {
        match side {
            Side::Exports => (&self.sent, usize::from(f.exporter)),
            Side::Imports => (&self.received, usize::from(f.importer)),
        }
    }

    /// What the importer's report exceeds the exporter's by, beyond what is explained.
    fn residual(&self, f: &LedgerFlow) -> f64 {
        let explained = self.margin[0] + self.margin[1] * self.z(f) + self.habit_of(f, Side::Imports)
            - self.habit_of(f, Side::Exports);
        f64::from(f.received) - f64::from(f.sent) - explained
    }

    /// Squared scale of a flow's residual.
    fn variance(&self, f: &LedgerFlow) -> f64 {
        self.size[size_class(0.5 * (f64::from(f.sent) + f64::from(f.received)))]
            * (self.sent.scatter[usize::from(f.exporter)] + self.received.scatter[usize::from(f.importer)])
    }

    fn weight(&self, residual: f64, variance: f64) -> f64 {
        if self.freedom.is_infinite() {
            return 1.0 / variance;
        }
        (self.freedom + 1.0) / (self.freedom + residual * residual / variance) / variance
    }

    /// The margin's constant and slope, by weighted least squares.
    fn regress(&mut self, flows: &[LedgerFlow]) {
        let sums = pieces(
            flows,
            || [0.0; 5],
            |s, f| {
                let (e, v, z) = (self.residual(f), self.variance(f), self.z(f));
                let w = self.weight(e, v);
                for (slot, x) in s.iter_mut().zip([w, w * z, w * z * z, w * e, w * z * e]) {
                    *slot += x;
                }
            },
        );
        let s = sums.into_iter().fold([0.0; 5], |a, b| std::array::from_fn(|k| a[k] + b[k]));
        // A slope is only learnt where distances differ.
        let determinant = s[0] * s[2] - s[1] * s[1];
        if determinant > 1e-9 * s[0] * s[0] {
            self.margin[0] += (s[2] * s[3] - s[1] * s[4]) / determinant;
            self.margin[1] += (s[0] * s[4] - s[1] * s[3]) / determinant;
        } else if s[0] > 0.0 {
            self.margin[0] += s[3] / s[0];
        }
    }

    /// One side's habits given all else: a mean of residuals by period, pulled to the country's, that to nought.
    fn habits(&mut self, flows: &[LedgerFlow], side: Side) {
        let cells = self.sent.of_period.len();
        let sign = if side == Side::Exports { -1.0 } else { 1.0 };
        let empty = || Sums { weight: vec![0.0; cells], product: vec![0.0; cells] };
        let parts = pieces(flows, empty, |s, f| {
            let (e, v) = (self.residual(f), self.variance(f));
            let w = self.weight(e, v);
            let (_, at) = self.books(f, side);
            let cell = at * self.periods + usize::from(f.period);
            s.weight[cell] += w;
            // The residual as it were without this side's habit.
            s.product[cell] += w * (sign * e + self.habit_of(f, side));
        });
        let mut sums = empty();
        for part in &parts {
            for cell in 0..cells {
                sums.weight[cell] += part.weight[cell];
                sums.product[cell] += part.product[cell];
            }
        }
        let periods = self.periods;
        let books = if side == Side::Exports { &mut self.sent } else { &mut self.received };
        solve_habits(books, &sums, periods, self.freedom.is_finite());
    }

    /// Scatter of both sides, and by size.
    fn scatter(&mut self, flows: &[LedgerFlow]) {
        let n = self.sent.scatter.len();
        let parts = pieces(
            flows,
            || vec![0.0; 2 * n + 2 * SIZES],
            |sums, f| {
                let (e, v) = (self.residual(f), self.variance(f));
                let squared = self.weight(e, v) * v * e * e;
                let class = size_class(0.5 * (f64::from(f.sent) + f64::from(f.received)));
                let g = self.size[class];
                let (i, j) = (usize::from(f.exporter), usize::from(f.importer));
                let (s, r) = (g * self.sent.scatter[i], g * self.received.scatter[j]);
                // The expected square of each side's part of the residual.
                sums[i] += ((s / v).powi(2) * squared + s * r / v) / g;
                sums[n + j] += ((r / v).powi(2) * squared + s * r / v) / g;
                sums[2 * n + class] += squared / (s + r) * g;
                sums[2 * n + SIZES + class] += 1.0;
            },
        );
        let total = |at: usize| -> f64 { parts.iter().map(|p| p[at]).sum() };
        for (start, books) in [(0, &mut self.sent), (n, &mut self.received)] {
            let all: f64 = (0..n).map(|c| total(start + c)).sum();
            let count: f64 = books.compared.iter().map(|c| *c as f64).sum();
            books.usual = (all / count.max(1.0)).max(1e-8);
            for c in 0..n {
                let sum = total(start + c) + PRIOR_COUNT * books.usual;
                books.scatter[c] = (sum / (books.compared[c] as f64 + PRIOR_COUNT)).max(1e-8);
            }
        }
        let counts: [f64; SIZES] = std::array::from_fn(|c| total(2 * n + SIZES + c));
        let all: f64 = counts.iter().sum();
        let found: [f64; SIZES] =
            std::array::from_fn(|c| (total(2 * n + c) + PRIOR_COUNT * self.size[c]) / (counts[c] + PRIOR_COUNT));
        // On average over flows the factor is one; else it and the scatter could trade places.
        let mean: f64 = found.iter().zip(&counts).map(|(x, n)| x * n).sum::<f64>() / all.max(1.0);
        self.size = found.map(|x| (x / mean).clamp(1e-3, 1e3));
    }

    /// What the other side's report lets expect: mean and standard deviation of the logarithm.
    fn prediction(&self, f: &LedgerFlow, hidden: Side) -> Option<(f64, f64)> {
        let (seen, visible) = match hidden {
            Side::Exports => (Side::Imports, f64::from(f.received)),
            Side::Imports => (Side::Exports, f64::from(f.sent)),
        };
        if visible.is_nan() {
            return None;
        }
        let margin = self.margin[0] + self.margin[1] * self.z(f);
        let sign = if hidden == Side::Imports { 1.0 } else { -1.0 };
        let mean = visible - self.habit_of(f, seen) + sign * margin;
        let (own, at) = self.books(f, seen);
        let (other, _) = self.books(f, hidden);
        let variance = self.size[size_class(visible)] * (own.scatter[at] + other.usual)
            + own.habit_variance[at * self.periods + usize::from(f.period)]
            + other.between
            + other.between_periods;
        Some((mean, variance.sqrt()))
    }

    /// Where hidden reports lie around their predictions, by size and distance, were nothing known of who makes
    /// them.
    fn learn_points(&mut self, flows: &[LedgerFlow]) {
        for (side, slot) in [(Side::Exports, 0), (Side::Imports, 1)] {
            let scaled: Vec<(usize, f64)> = flows
                .par_iter()
                .filter_map(|f| {
                    let (mean, deviation) = self.prediction(f, side)?;
                    let (actual, visible) =
                        if side == Side::Exports { (f.sent, f.received) } else { (f.received, f.sent) };
                    let class = self.class(f, f64::from(visible));
                    Some((class, (f64::from(actual) - mean) / deviation))
                })
                .collect();
            let mut all: Vec<f64> = scaled.iter().map(|s| s.1).collect();
            let usual = three_points(&mut all);
            let mut by_class: Vec<Vec<f64>> = vec![Vec::new(); SIZES * FAR];
            scaled.into_iter().for_each(|(class, x)| by_class[class].push(x));
            self.points[slot] = by_class
                .into_iter()
                .map(|mut list| {
                    // Few flows of a class say little about its tails.
                    let (n, own) = (list.len() as f64, three_points(&mut list));
                    let share = n / (n + 100.0);
                    std::array::from_fn(|k| if n > 0.0 { share * own[k] + (1.0 - share) * usual[k] } else { usual[k] })
                })
                .collect();
        }
    }

    fn class(&self, f: &LedgerFlow, log: f64) -> usize {
        let km = USUAL_KM * self.z(f).exp();
        size_class(log) * FAR + DISTANCES.iter().filter(|d| km >= **d).count()
    }

    pub(super) fn expected(&self, f: &LedgerFlow, hidden: Side) -> Option<Estimate> {
        let (mean, deviation) = self.prediction(f, hidden)?;
        let (slot, visible) = if hidden == Side::Exports { (0, f.received) } else { (1, f.sent) };
        let [low, middle, high] = self.points[slot][self.class(f, f64::from(visible))];
        let at = |points: f64| (mean + points * deviation).exp();
        Some(Estimate { value_usd: at(middle), low_usd: at(low), high_usd: at(high) })
    }

    /// Squared scale of one report.
    #[cfg(test)]
    pub(super) fn report_variance(&self, f: &LedgerFlow, side: Side) -> f64 {
        let (books, at) = self.books(f, side);
        books.scatter[at]
    }

    /// Mean and variance of the posterior of the logarithm.
    pub(super) fn moments(&self, f: &LedgerFlow) -> (f64, f64) {
        let margin = self.margin[0] + self.margin[1] * self.z(f);
        let (sent, received) = (f64::from(f.sent), f64::from(f.received));
        let size = match (sent.is_nan(), received.is_nan()) {
            (false, false) => 0.5 * (sent + received),
            (false, true) => sent,
            _ => received,
        };
        let g = self.size[size_class(size)];
        let (mut precision, mut product, mut habits) = (0.0, 0.0, 0.0);
        for (side, report, beyond) in [(Side::Exports, sent, 0.0), (Side::Imports, received, margin)] {
            if report.is_nan() {
                continue;
            }
            let (books, at) = self.books(f, side);
            let own = 1.0 / (g * books.scatter[at]);
            precision += own;
            product += own * (report - beyond - self.habit_of(f, side));
            habits += own * own * books.habit_variance[at * self.periods + usize::from(f.period)];
        }
        (product / precision, 1.0 / precision + habits / (precision * precision))
    }

    pub(super) fn posterior(&self, f: &LedgerFlow) -> Estimate {
        let (mean, variance) = self.moments(f);
        let half = TAIL * variance.sqrt();
        Estimate { value_usd: mean.exp(), low_usd: (mean - half).exp(), high_usd: (mean + half).exp() }
    }

    pub(super) fn margin(&self, distance_km: f64) -> f64 {
        (self.margin[0] + self.margin[1] * (distance_km / USUAL_KM).ln()).exp_m1()
    }

    pub(super) fn quality(&self, _ledger: &Ledger) -> Vec<ReporterQuality> {
        let of = |side: Side, books: &Books, c: usize| ReporterQuality {
            reporter: countries()[c].code,
            side,
            bias: books.habit[c],
            scatter: books.scatter[c].sqrt(),
            compared: books.compared[c],
        };
        (0..countries().len())
            .flat_map(|c| [of(Side::Exports, &self.sent, c), of(Side::Imports, &self.received, c)])
            .filter(|q| q.compared > 0)
            .collect()
    }
}

/// The flows that both sides report; of very many an even part, but all of a country that has few.
fn learnt_from(ledger: &Ledger, countries: usize) -> Vec<LedgerFlow> {
    let both = || ledger.flows().iter().filter(|f| f.both());
    let mut flows = vec![0usize; countries];
    for f in both() {
        flows[usize::from(f.exporter)] += 1;
        flows[usize::from(f.importer)] += 1;
    }
    let step = (flows.iter().sum::<usize>() / 2).div_ceil(LEARNT).max(1);
    let few = |c: u16| flows[usize::from(c)] < FEW;
    let keep = |(at, f): &(usize, &LedgerFlow)| at % step == 0 || few(f.exporter) || few(f.importer);
    both().enumerate().filter(keep).map(|(_, f)| *f).collect()
}

/// Habits of a side from its sums: least squares with both levels pulled in.
fn solve_habits(books: &mut Books, sums: &Sums, periods: usize, learn: bool) {
    let n = books.habit.len();
    let (mut squares, mut count, mut period_squares, mut cells) = (0.0, 0.0, 0.0, 0.0);
    for c in 0..n {
        let own = c * periods..(c + 1) * periods;
        // Weight of a period's mean, its own habit integrated out.
        let (mut weight, mut product) = (0.0, 0.0);
        for cell in own.clone().filter(|cell| sums.weight[*cell] > 0.0) {
            let damped = 1.0 / (1.0 + sums.weight[cell] * books.between_periods);
            weight += damped * sums.weight[cell];
            product += damped * sums.product[cell];
        }
        let habit_variance = 1.0 / (weight + 1.0 / books.between);
        books.habit[c] = product * habit_variance;
        if weight > 0.0 {
            squares += books.habit[c].powi(2) + habit_variance;
            count += 1.0;
        }
        for cell in own {
            let (w, p) = (sums.weight[cell], sums.product[cell]);
            let variance = 1.0 / (w + 1.0 / books.between_periods);
            books.of_period[cell] = (p - w * books.habit[c]) * variance;
            // The habit's error passes on where the period's own reports do not settle it.
            let passed = variance / books.between_periods;
            books.habit_variance[cell] = variance + passed * passed * habit_variance;
            if w > 0.0 {
                period_squares += books.of_period[cell].powi(2) + variance;
                cells += 1.0;
            }
        }
    }
    // One degree of freedom goes to the level, which the margin takes.
    if learn && count > 2.0 {
        books.between = (squares / count).max(1e-6);
    }
    if learn && cells > 2.0 && periods > 1 {
        books.between_periods = (period_squares / cells).max(1e-6);
    }
}

/// Sums over flows, made of a fixed number of pieces.
fn pieces<T: Send>(
    flows: &[LedgerFlow],
    empty: impl Fn() -> T + Sync,
    add: impl Fn(&mut T, &LedgerFlow) + Sync,
) -> Vec<T> {
    flows
        .par_chunks(flows.len().div_ceil(PIECES).max(1))
        .map(|piece| {
            let mut sums = empty();
            piece.iter().for_each(|f| add(&mut sums, f));
            sums
        })
        .collect()
}

/// Class of a flow by the power of ten of its value.
fn size_class(log: f64) -> usize {
    (log / std::f64::consts::LN_10 - 3.0).floor().clamp(0.0, (SIZES - 1) as f64) as usize
}

/// The 5, 50 and 95 % points.
fn three_points(list: &mut [f64]) -> [f64; 3] {
    if list.is_empty() {
        return [-TAIL, 0.0, TAIL];
    }
    list.sort_unstable_by(f64::total_cmp);
    let last = (list.len() - 1) as f64;
    [(1.0 - COVERED) / 2.0, 0.5, (1.0 + COVERED) / 2.0].map(|q| {
        let at = q * last;
        let (low, part) = (at.floor() as usize, at.fract());
        list[low] + part * (list[(low + 1).min(list.len() - 1)] - list[low])
    })
}

/// Logarithms of all distances over the usual one.
fn log_distances(distances: &Distances) -> Vec<f32> {
    let all = countries();
    let one = |a: usize, b: usize| {
        distances.km(all[a].code, all[b].code).map_or(0.0, |km| (km.max(1.0) / USUAL_KM).ln() as f32)
    };
    (0..all.len()).flat_map(|a| (0..all.len()).map(move |b| (a, b))).map(|(a, b)| one(a, b)).collect()
}
