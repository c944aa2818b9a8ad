//! The maximum of a function of one number, by golden sections and parabolas (Brent 1973, chapter 5).

/// Where a function is largest, and its value there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Maximum {
    /// The place.
    pub at: f64,
    /// The value.
    pub value: f64,
    /// Values that were computed.
    pub calls: usize,
}

/// Part of an interval that the golden section cuts off.
const GOLDEN: f64 = 0.381_966_011_250_105;
/// Values at most.
const MOST: usize = 60;

/// Finds the maximum of a function with one peak between `low` and `high`, to within `tolerance` of its place.
///
/// # Errors
/// That of the function.
pub fn maximum<E>(
    low: f64,
    high: f64,
    tolerance: f64,
    value: &mut dyn FnMut(f64) -> Result<f64, E>,
) -> Result<Maximum, E> {
    let (mut a, mut b) = (low, high);
    let mut x = a + GOLDEN * (b - a);
    let (mut w, mut v) = (x, x);
    let mut fx = value(x)?;
    let (mut fw, mut fv) = (fx, fx);
    let (mut step, mut before) = (0.0f64, 0.0f64);
    let mut calls = 1;
    while calls < MOST {
        let middle = 0.5 * (a + b);
        if (x - middle).abs() <= 2.0 * tolerance - 0.5 * (b - a) {
            break;
        }
        let parabola = (before.abs() > tolerance).then(|| {
            let r = (x - w) * (fx - fv);
            let q = (x - v) * (fx - fw);
            let p = (x - v) * q - (x - w) * r;
            let q = 2.0 * (q - r);
            -p / q
        });
        let limit = 0.5 * before.abs();
        before = step;
        step = match parabola {
            Some(d) if d.is_finite() && d.abs() < limit && x + d > a && x + d < b => {
                let u = x + d;
                if u - a < 2.0 * tolerance || b - u < 2.0 * tolerance { tolerance.copysign(middle - x) } else { d }
            }
            _ => {
                before = if x < middle { b - x } else { a - x };
                GOLDEN * before
            }
        };
        let u = if step.abs() >= tolerance { x + step } else { x + tolerance.copysign(step) };
        let fu = value(u)?;
        calls += 1;
        if fu >= fx {
            *(if u < x { &mut b } else { &mut a }) = x;
            (v, fv, w, fw, x, fx) = (w, fw, x, fx, u, fu);
        } else {
            *(if u < x { &mut a } else { &mut b }) = u;
            if fu >= fw || w == x {
                (v, fv, w, fw) = (w, fw, u, fu);
            } else if fu >= fv || v == x || v == w {
                (v, fv) = (u, fu);
            }
        }
    }
    Ok(Maximum { at: x, value: fx, calls })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_are_found_inside_and_at_the_ends() {
        let peak = |at: f64| maximum(0.0, 2.0, 1e-7, &mut |x: f64| Ok::<_, ()>(-(x - at).powi(2) + 3.0)).unwrap();
        assert!((peak(0.7).at - 0.7).abs() < 1e-6 && peak(0.7).calls < 20);
        assert!(peak(-1.0).at < 1e-6 && peak(3.0).at > 2.0 - 1e-6);
        let skew = maximum(0.0, 3.0, 1e-7, &mut |x: f64| Ok::<_, ()>((1.0 + x).ln() - 0.4 * x)).unwrap();
        assert!((skew.at - 1.5).abs() < 1e-5, "{skew:?}");
    }
}
