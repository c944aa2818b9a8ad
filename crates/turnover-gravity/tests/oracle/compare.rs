//! Whether an estimate agrees with the reference.

use std::panic::{AssertUnwindSafe, catch_unwind};

use turnover_gravity::{Covariance, Fit, FitError, Reason, SmallSample, least_squares, poisson};

use super::design::Design;
use super::likelihood;
use super::reference::{Reference, Verdict, answer};
use super::rows::Why;
use super::sandwich::{Expected, Which, covariance, flat, scales};

/// Of a coefficient, against the larger of its size and its standard error.
const COEFFICIENT: f64 = 1e-7;
/// Of a standard error.
const ERROR: f64 = 1e-6;
/// Of means, indices and deviances.
const MEAN: f64 = 1e-6;

/// Rows with a smaller share of the largest weight are held to less, by the root of their weight.
const LIGHT: f64 = 1e-10;
/// Weights further apart than this may be refused.
const APART: f64 = 1e12;

/// What a comparison came to.
pub(crate) enum Finding {
    Agreed,
    /// Both find that nothing can be estimated.
    Nothing(&'static str),
    /// The engine says that the weights are too far apart for it, and they are far apart.
    Refused,
    /// The answer depends on rounding or on a threshold.
    Unclear(&'static str),
    /// A difference: what it is of, and all there are.
    Wrong(String, Vec<String>),
}

/// Differences found so far, each with what it is of.
#[derive(Default)]
struct Differences(Vec<(&'static str, String)>);

impl Differences {
    fn add(&mut self, of: &'static str, what: String) {
        self.0.push((of, what));
    }

    /// Holds a value against the right one.
    fn value(&mut self, of: &'static str, name: &str, found: f64, right: f64, tolerance: f64) {
        if !((found - right).abs() <= tolerance) {
            self.add(of, format!("{of} {name}: {found:e}, right {right:e} (within {tolerance:.1e})"));
        }
    }
}

/// The first words of an error, by which refusals are counted.
fn kind(error: &FitError) -> String {
    let text = format!("{error:?}");
    text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()
}

/// Holds the engine's estimate of a design against the reference.
pub(crate) fn check(design: &Design) -> Finding {
    let verdict = answer(design, design.poisson);
    let reference = match verdict {
        Verdict::Unclear(why) => return Finding::Unclear(why),
        Verdict::Nothing(why) => {
            return match estimate(design) {
                Ok(Err(FitError::NotConverged { .. })) => {
                    Finding::Wrong("no convergence where nothing can be estimated".to_owned(), vec![why.to_owned()])
                }
                Ok(Err(_)) => Finding::Nothing(why),
                Ok(Ok(fit)) => {
                    let found = format!("{:?} though nothing can be estimated: {why}", fit.coefficients);
                    Finding::Wrong("numbers where there are none".to_owned(), vec![found])
                }
                Err(panic) => Finding::Wrong("panic".to_owned(), vec![panic]),
            };
        }
        Verdict::Estimate(reference) => reference,
    };
    let Some(flat) = flat(&reference, design.poisson) else {
        return Finding::Unclear("an outcome that hardly varies");
    };
    let fit = match estimate(design) {
        Ok(Ok(fit)) => fit,
        Ok(Err(FitError::Weights | FitError::BadlyConnected { .. })) if weights_apart(design) => {
            return Finding::Refused;
        }
        Ok(Err(error)) => {
            return Finding::Wrong(format!("refusal: {}", kind(&error)), vec![error.to_string()]);
        }
        Err(panic) => return Finding::Wrong("panic".to_owned(), vec![panic]),
    };
    let mut differences = Differences::default();
    let compared = catch_unwind(AssertUnwindSafe(|| {
        rows(design, &reference, &fit, &mut differences);
        if !differences.0.is_empty() {
            return;
        }
        coefficients(design, &reference, &fit, flat, &mut differences);
        means(design, &reference, &fit, &mut differences);
        likelihood::compare(design, &reference, &fit, &mut |name, found, right, tolerance| {
            differences.value("log-likelihood", name, found, right, tolerance);
        });
        for which in [Which::Iid, Which::Heteroskedastic, Which::Clustered] {
            for ssc in [SmallSample::Fixest, SmallSample::Stata, SmallSample::None] {
                errors(design, &reference, &fit, which, ssc, &mut differences);
            }
        }
    }));
    if let Err(panic) = compared {
        return Finding::Wrong("panic".to_owned(), vec![message(panic.as_ref())]);
    }
    match differences.0.first() {
        None => Finding::Agreed,
        Some((of, _)) => Finding::Wrong((*of).to_owned(), differences.0.into_iter().map(|(_, what)| what).collect()),
    }
}

/// Whether weights are further apart than double precision can hold beside each other.
pub(crate) fn weights_apart(design: &Design) -> bool {
    let Some(weights) = &design.weights else { return false };
    let positive = || weights.iter().copied().filter(|w| *w > 0.0);
    positive().fold(0.0, f64::max) > APART * positive().fold(f64::INFINITY, f64::min)
}

/// The engine's estimate; the outer error is a panic.
fn estimate(design: &Design) -> Result<Result<Fit, FitError>, String> {
    let (model, settings) = (design.model(), design.settings());
    let run = || if design.poisson { poisson(&model, &settings) } else { least_squares(&model, &settings) };
    catch_unwind(AssertUnwindSafe(run)).map_err(|panic| message(panic.as_ref()))
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned())).unwrap_or_else(|| "a panic".to_owned())
}

/// Which rows and regressors take part.
fn rows(design: &Design, reference: &Reference, fit: &Fit, differences: &mut Differences) {
    let mut found: Vec<Option<Reason>> = vec![None; design.y.len()];
    for separated in &fit.separated {
        found[separated.row] = Some(separated.reason);
    }
    for (row, (found, why)) in found.iter().zip(&reference.why).enumerate() {
        let agree = match (why, found) {
            (None | Some(Why::Weight), None) => true,
            (Some(Why::ZeroLevel), Some(Reason::ZeroLevel { .. })) => true,
            (Some(Why::Singleton), Some(Reason::Singleton { .. })) => true,
            (Some(Why::Combination), Some(Reason::Combination)) => true,
            (Some(Why::After), Some(Reason::ZeroLevel { .. } | Reason::Singleton { .. })) => true,
            // A row of a combination can be found by its level once others are gone.
            (Some(Why::Combination), Some(Reason::ZeroLevel { .. })) => true,
            _ => false,
        };
        if !agree {
            let y = design.y[row];
            differences.add("separation", format!("row {row} (outcome {y:e}): {found:?}, right {why:?}"));
        }
    }
    differences.value("observations", "", fit.nobs as f64, reference.columns.rows.len() as f64, 0.0);
    let right: Vec<(&str, &str)> =
        reference.columns.dropped.iter().map(|(j, why)| (design.x[*j].0.as_str(), *why)).collect();
    let dropped: Vec<(&str, &str)> = fit.dropped.iter().map(|d| (d.name.as_str(), d.reason)).collect();
    if dropped != right {
        differences.add("collinearity", format!("dropped {dropped:?}, right {right:?}"));
    }
    let names: Vec<&str> = reference.columns.keep.iter().map(|j| design.x[*j].0.as_str()).collect();
    if fit.names != names {
        differences.add("collinearity", format!("kept {:?}, right {names:?}", fit.names));
    }
}

/// A coefficient or error in the units of the reference, without leaving the range on the way.
fn in_units(design: &Design, reference: &Reference, at: usize, value: f64) -> f64 {
    let outcome = if design.poisson { 1.0 } else { reference.outcome_scale };
    let regressor = 1.0 / reference.columns.scales[at];
    let (small, large) = if outcome < regressor { (outcome, regressor) } else { (regressor, outcome) };
    if value.abs() > 1.0 { value * small * large } else { value * large * small }
}

/// The rounding of data in a coefficient.
fn rounding(reference: &Reference, at: usize) -> f64 {
    let k = reference.coefficients.len();
    1e-12 * (reference.bread[at * k + at] * reference.size).sqrt()
}

fn coefficients(design: &Design, reference: &Reference, fit: &Fit, flat: bool, differences: &mut Differences) {
    let (robust, equal) = scales(reference);
    for (at, name) in fit.names.iter().enumerate() {
        let found = in_units(design, reference, at, fit.coefficients[at]);
        if flat {
            differences.value("coefficient of a flat outcome", name, found, 0.0, 0.0);
            continue;
        }
        let right = reference.coefficients[at];
        let error = robust[at].sqrt().max(1e-3 * equal[at].sqrt());
        let tolerance = COEFFICIENT * right.abs().max(error) + rounding(reference, at);
        differences.value("coefficient", name, found, right, tolerance);
    }
}

fn means(design: &Design, reference: &Reference, fit: &Fit, differences: &mut Differences) {
    let scale = if design.poisson { 1.0 } else { reference.outcome_scale };
    let used = &reference.columns.rows;
    let largest = used.iter().map(|r| design.y[*r].abs() * scale).fold(0.0, f64::max);
    let heaviest = used.iter().map(|r| design.weights.as_ref().map_or(1.0, |w| w[*r])).fold(0.0, f64::max);
    let effects = fit.fixed_effects(&design.model());
    for (at, &row) in used.iter().enumerate() {
        let right = reference.index[at];
        let name = format!("of row {row}");
        let weight = design.weights.as_ref().map_or(1.0, |w| w[row]);
        let light = (LIGHT * heaviest / weight).max(1.0).sqrt();
        let tolerance = MEAN * light * (right.abs() + if design.poisson { 1.0 } else { largest });
        differences.value("index", &name, fit.index[row] * scale, right, tolerance);
        if design.poisson {
            let mean = right.exp();
            // Below the least normal number digits are missing.
            let slack = mean * tolerance.exp_m1() + f64::MIN_POSITIVE;
            differences.value("mean", &name, fit.fitted[row], mean, slack);
        } else {
            differences.value("mean", &name, fit.fitted[row] * scale, right, tolerance);
        }
        let mut sum = design.offset.as_ref().map_or(0.0, |o| o[row]) * scale;
        let mut size = sum.abs();
        for (b, x) in fit.coefficients.iter().zip(reference.columns.keep.iter().map(|j| design.x[*j].1[row])) {
            // In an order that stays in range.
            let part = if (b * x).is_finite() { b * x * scale } else { b * scale * x };
            sum += part;
            size += part.abs();
        }
        for (values, codes) in effects.iter().zip(&design.families) {
            sum += values[codes[row] as usize] * scale;
            size += (values[codes[row] as usize] * scale).abs();
        }
        differences.value("fixed effects", &name, sum, right, tolerance + 1e-9 * size);
    }
    for row in (0..design.y.len()).filter(|r| !used.contains(r)) {
        if !fit.fitted[row].is_nan() || !fit.index[row].is_nan() {
            differences.add("mean", format!("row {row} takes no part and has a mean"));
        }
    }
    let units = if design.poisson { reference.outcome_scale } else { reference.outcome_scale.powi(2) };
    let right = reference.deviance / units;
    let rounding = 1e-13 * reference.size / units;
    // Squares can leave the range; nothing is to be said of them then.
    if right == 0.0 || (right.is_normal() && (1e-290..1e290).contains(&right) && rounding.is_normal()) {
        differences.value("deviance", "", fit.deviance, right, 1e-7 * right + rounding);
    }
}

fn errors(
    design: &Design,
    reference: &Reference,
    fit: &Fit,
    which: Which,
    ssc: SmallSample,
    differences: &mut Differences,
) {
    let kind = match which {
        Which::Iid => Covariance::Iid,
        Which::Heteroskedastic => Covariance::Heteroskedastic,
        Which::Clustered => Covariance::Clustered(design.cluster_variables()),
    };
    let place = format!("{which:?} {ssc:?}");
    let found = fit.table(&kind, ssc);
    let (values, degrees, undefined) = match (covariance(design, reference, which, ssc), &found) {
        (Expected::Unclear, _) | (Expected::Refusal, Err(_)) => return,
        (Expected::Refusal, Ok(table)) => {
            let errors: Vec<f64> = table.iter().map(|c| c.std_error).collect();
            differences.add("errors where there are none", format!("{place}: {errors:?}, right a refusal"));
            return;
        }
        (Expected::Matrix { .. }, Err(error)) => {
            differences.add("refusal of errors", format!("{place}: {error}"));
            return;
        }
        (Expected::Matrix { values, degrees, undefined }, Ok(_)) => (values, degrees, undefined),
    };
    let k = reference.coefficients.len();
    let (robust, equal) = scales(reference);
    for (at, line) in found.iter().flatten().enumerate() {
        let name = format!("{} ({place})", line.name);
        let found = in_units(design, reference, at, line.std_error);
        let right = values[at * k + at].max(0.0).sqrt();
        if undefined[at] {
            if !found.is_nan() {
                differences.add("undefined error", format!("error of {name}: {found:e}, right undefined"));
            }
            continue;
        }
        // In variances, whose parts may cancel.
        let scale = right.max(robust[at].sqrt());
        let slack = 1e-9 * equal[at].sqrt() + rounding(reference, at);
        let tolerance = (ERROR * scale * (2.0 * scale / (found + right)).max(1.0)).min(scale) + slack;
        differences.value("error", &name, found, right, tolerance);
    }
    let Some(first) = fit.names.first() else { return };
    if undefined[0] {
        return;
    }
    match fit.wald(&[first], &kind, ssc) {
        Ok(test) if test.denominator != degrees => {
            let found = test.denominator;
            differences.add("degrees of freedom", format!("{place}: {found:?}, right {degrees:?}"));
        }
        Ok(_) => {}
        Err(error) => differences.add("refusal of a test", format!("{place}: {error}")),
    }
}
