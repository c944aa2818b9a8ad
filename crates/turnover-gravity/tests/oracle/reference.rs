//! The estimate of a design, from its dense columns in 32 digits.

use super::dd::{Dd, dot, norm};
use super::dense::Qr;
use super::design::Design;
use super::rows::{Columns, Why, scale, taking_part};

/// What should come out.
pub(crate) enum Verdict {
    Estimate(Box<Reference>),
    /// Nothing can be estimated.
    Nothing(&'static str),
    /// The answer depends on the rounding of the data, or on where a threshold lies.
    Unclear(&'static str),
}

/// An estimate. Coefficients and influences are those of the scaled outcome and regressors.
pub(crate) struct Reference {
    pub(crate) why: Vec<Option<Why>>,
    pub(crate) columns: Columns,
    pub(crate) coefficients: Vec<f64>,
    /// What the outcome was multiplied by.
    pub(crate) outcome_scale: f64,
    /// Linear index of the rows that take part, of the outcome as given for PPML, of the scaled one for
    /// least squares.
    pub(crate) index: Vec<f64>,
    /// Outcome less mean, scaled, by row that takes part.
    pub(crate) errors: Vec<f64>,
    /// How each row's score moves each coefficient.
    pub(crate) influences: Vec<Vec<f64>>,
    /// Sum of squares of scores, each against the root of its information.
    pub(crate) score_square: f64,
    /// Weighted size of the scaled outcome: its sum of squares, or for PPML its sum.
    pub(crate) size: f64,
    /// Inverse of the information for the scaled outcome, row-major.
    pub(crate) bread: Vec<f64>,
    /// Deviance or sum of squares, of the scaled outcome.
    pub(crate) deviance: f64,
    /// Share of the outcome that is left: its norm, and the norm of what the effects leave of it.
    pub(crate) left: [f64; 2],
}

/// The best answer there is.
pub(crate) fn answer(design: &Design, poisson: bool) -> Verdict {
    match estimate(design, poisson) {
        Ok(verdict) => verdict,
        Err(why) => Verdict::Unclear(why),
    }
}

fn estimate(design: &Design, poisson: bool) -> Result<Verdict, &'static str> {
    if poisson && design.y.iter().all(|y| *y == 0.0) {
        return Ok(Verdict::Nothing("outcome zero"));
    }
    let why = taking_part(design, poisson)?;
    let rows: Vec<usize> = (0..why.len()).filter(|r| why[*r].is_none()).collect();
    if rows.is_empty() {
        return Ok(Verdict::Nothing("no row"));
    }
    let columns = Columns::of(design, rows)?;
    if columns.keep.is_empty() && !design.x.is_empty() {
        return Ok(Verdict::Nothing("no regressor"));
    }
    Problem::new(design, why, columns, poisson).solve()
}

/// Where weights times means span more than 32 digits hold.
const BEYOND: &str = "a solution beyond 32 digits";
/// Steps of Newton's method at most.
const MOST_STEPS: usize = 400;

struct Problem {
    why: Vec<Option<Why>>,
    columns: Columns,
    poisson: bool,
    y: Vec<Dd>,
    weights: Vec<Dd>,
    offset: Vec<Dd>,
    outcome_scale: f64,
    /// The smallest mean outcome among each row's levels.
    level_mean: Vec<f64>,
}

/// A weighted least-squares problem solved: coefficients, their triangle, and the weighted fit.
struct Solved {
    qr: Qr,
    fitted: Vec<Dd>,
    coefficients: Vec<Dd>,
}

impl Problem {
    fn new(design: &Design, why: Vec<Option<Why>>, columns: Columns, poisson: bool) -> Problem {
        let rows = &columns.rows;
        // Without a constant in the span the scale of the outcome is not free.
        let free = !poisson || !columns.effects.is_empty();
        let value = |r: usize| design.y[r];
        let mut outcome_scale = if free { scale(rows.iter().map(|r| value(*r))) } else { 1.0 };
        let offset: Vec<f64> = rows.iter().map(|r| design.offset.as_ref().map_or(0.0, |o| o[*r])).collect();
        if !poisson {
            outcome_scale = outcome_scale.min(scale(offset.iter().copied().filter(|o| *o != 0.0)));
        }
        let weights: Vec<f64> = rows.iter().map(|r| design.weights.as_ref().map_or(1.0, |w| w[*r])).collect();
        let y: Vec<f64> = rows.iter().map(|r| design.y[*r] * outcome_scale).collect();
        let mut level_mean = vec![f64::INFINITY; rows.len()];
        let everything = vec![0; design.y.len()];
        for codes in design.families.iter().chain(std::iter::once(&everything)) {
            let levels = codes.iter().max().map_or(0, |m| *m as usize + 1);
            let mut sums = vec![(0.0, 0.0); levels];
            for (at, row) in rows.iter().enumerate() {
                let sum = &mut sums[codes[*row] as usize];
                sum.0 += weights[at] * y[at];
                sum.1 += weights[at];
            }
            for (at, row) in rows.iter().enumerate() {
                let (total, weight) = sums[codes[*row] as usize];
                level_mean[at] = level_mean[at].min(total / weight);
            }
        }
        let offset_scale = if poisson { 1.0 } else { outcome_scale };
        Problem {
            y: y.into_iter().map(Dd::from).collect(),
            weights: weights.into_iter().map(Dd::from).collect(),
            offset: offset.into_iter().map(|o| Dd::from(o * offset_scale)).collect(),
            why,
            columns,
            poisson,
            outcome_scale,
            level_mean,
        }
    }

    /// Least squares of a variable on the columns with weights that are squares of those given.
    fn least_squares(&self, roots: &[Dd], variable: &[Dd]) -> Solved {
        let mut qr = Qr::new(roots.len());
        let times = |column: &[Dd]| -> Vec<Dd> { column.iter().zip(roots).map(|(c, w)| *c * *w).collect() };
        for column in self.columns.effects.iter().chain(&self.columns.regressors) {
            let turned = qr.turned(&times(column));
            qr.take(turned);
        }
        let coefficients = qr.solve(&qr.turned(&times(variable)));
        let mut fitted = vec![Dd::ZERO; roots.len()];
        for (column, b) in self.columns.effects.iter().chain(&self.columns.regressors).zip(&coefficients) {
            fitted.iter_mut().zip(column).for_each(|(f, c)| *f += *b * *c);
        }
        Solved { qr, fitted, coefficients }
    }

    fn solve(self) -> Result<Verdict, &'static str> {
        if self.poisson { self.newton() } else { Ok(self.linear()) }
    }

    fn linear(self) -> Verdict {
        let roots: Vec<Dd> = self.weights.iter().map(|w| w.sqrt()).collect();
        let response: Vec<Dd> = self.y.iter().zip(&self.offset).map(|(y, o)| *y - *o).collect();
        let solved = self.least_squares(&roots, &response);
        let errors: Vec<Dd> = response.iter().zip(&solved.fitted).map(|(y, f)| *y - *f).collect();
        let weighted = |v: &[Dd]| -> Vec<Dd> { v.iter().zip(&roots).map(|(v, w)| *v * *w).collect() };
        let size = norm(&weighted(&errors)).value();
        let whole = norm(&weighted(&response)).value();
        let turned = solved.qr.turned(&weighted(&response));
        let of_effects = norm(&turned[self.columns.effects.len()..]).value();
        let index: Vec<Dd> = solved.fitted.iter().zip(&self.offset).map(|(f, o)| *f + *o).collect();
        let deviance = size * size;
        let left = [size / whole.max(f64::MIN_POSITIVE), of_effects / whole.max(f64::MIN_POSITIVE)];
        self.reference(solved, &roots, &index, &errors, deviance, left)
    }

    fn newton(self) -> Result<Verdict, &'static str> {
        let n = self.y.len();
        // The start is a combination of the columns, so that every step can be shortened.
        let start: Vec<Dd> = (0..n)
            .map(|r| (Dd::from(0.5) * (self.y[r] + Dd::from(self.level_mean[r]))).ln() - self.offset[r])
            .collect();
        let start = self.least_squares(&vec![Dd::ONE; n], &start).fitted;
        let mut index: Vec<Dd> = start.iter().zip(&self.offset).map(|(s, o)| *s + *o).collect();
        for _ in 0..MOST_STEPS {
            let mu: Vec<Dd> = index.iter().map(|i| i.exp()).collect();
            let roots: Vec<Dd> = mu.iter().zip(&self.weights).map(|(m, w)| (*m * *w).sqrt()).collect();
            if roots.iter().any(|r| !(r.hi > 0.0) || !r.hi.is_finite()) {
                return Err(BEYOND);
            }
            let working: Vec<Dd> = (0..n).map(|r| (self.y[r] - mu[r]) / mu[r]).collect();
            let mut step = self.least_squares(&roots, &working).fitted;
            let moved = step.iter().map(|s| s.value().abs()).fold(0.0, f64::max);
            let mut whole = true;
            for _ in 0..200 {
                if moved < 1e-6 || self.lowers(&mu, &step) {
                    break;
                }
                whole = false;
                step.iter_mut().for_each(|s| *s = s.scaled(0.5));
            }
            index.iter_mut().zip(&step).for_each(|(i, s)| *i += *s);
            if moved < 1e-9 && whole {
                return Ok(self.finish(&index));
            }
        }
        Err(BEYOND)
    }

    /// Whether a step of the index lowers the deviance, summed from the change of each row.
    fn lowers(&self, mu: &[Dd], step: &[Dd]) -> bool {
        let change: Dd =
            (0..mu.len()).map(|r| self.weights[r] * (mu[r] * step[r].exp_m1() - self.y[r] * step[r])).sum();
        change.hi <= 0.0
    }

    fn finish(self, index: &[Dd]) -> Verdict {
        let n = self.y.len();
        let mu: Vec<Dd> = index.iter().map(|i| i.exp()).collect();
        let roots: Vec<Dd> = mu.iter().zip(&self.weights).map(|(m, w)| (*m * *w).sqrt()).collect();
        let variable: Vec<Dd> = index.iter().zip(&self.offset).map(|(i, o)| *i - *o).collect();
        let solved = self.least_squares(&roots, &variable);
        let errors: Vec<Dd> = self.y.iter().zip(&mu).map(|(y, m)| *y - *m).collect();
        let half: Dd = (0..n)
            .map(|r| {
                let log = if self.y[r].hi > 0.0 { self.y[r] * (self.y[r].ln() - index[r]) } else { Dd::ZERO };
                self.weights[r] * (log - errors[r])
            })
            .sum();
        let total: Dd = dot(&self.weights, &self.y);
        let away: Dd = (0..n).map(|r| self.weights[r] * errors[r] * errors[r] / mu[r]).sum();
        let left = [(away / total).sqrt().value(), 1.0];
        let log_scale = Dd::from(self.outcome_scale.log2()) * Dd::from(2.0).ln();
        let index: Vec<Dd> = index.iter().map(|i| *i - log_scale).collect();
        self.reference(solved, &roots, &index, &errors, 2.0 * half.value(), left)
    }

    fn reference(
        self,
        solved: Solved,
        roots: &[Dd],
        index: &[Dd],
        errors: &[Dd],
        deviance: f64,
        left: [f64; 2],
    ) -> Verdict {
        let k = self.columns.keep.len();
        let pulls = solved.qr.influences(k);
        let bread = pulls.iter().flat_map(|a| pulls.iter().map(|b| dot(a, b).value()).collect::<Vec<_>>()).collect();
        let score: Vec<Dd> = (0..roots.len()).map(|r| self.weights[r] * errors[r] / roots[r]).collect();
        let influences =
            pulls.iter().map(|pull| pull.iter().zip(&score).map(|(p, s)| (*p * *s).value()).collect()).collect();
        let first = solved.coefficients.len() - k;
        Verdict::Estimate(Box::new(Reference {
            coefficients: solved.coefficients[first..].iter().map(|b| b.value()).collect(),
            index: index.iter().map(|i| i.value()).collect(),
            errors: errors.iter().map(|e| e.value()).collect(),
            why: self.why,
            columns: self.columns,
            outcome_scale: self.outcome_scale,
            size: match self.poisson {
                true => dot(&self.weights, &self.y).value(),
                false => self.weights.iter().zip(&self.y).map(|(w, y)| *w * *y * *y).sum::<Dd>().value(),
            },
            score_square: dot(&score, &score).value(),
            influences,
            bread,
            deviance,
            left,
        }))
    }
}
