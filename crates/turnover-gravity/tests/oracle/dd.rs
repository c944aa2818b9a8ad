//! Numbers of about 32 digits: the unevaluated sum of two floats (Dekker 1971; Hida, Li and Bailey 2001).
//!
//! Weights from 1e-12 to 1e12, cubics in calendar years and outcomes a factor e^25 apart leave a dense
//! reference in double precision with few digits or none. Here it keeps a dozen more than it needs.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

/// `hi + lo`, with `lo` at most half a unit in the last place of `hi`.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub(crate) struct Dd {
    pub(crate) hi: f64,
    pub(crate) lo: f64,
}

/// log 2 in two floats.
const LN_2: Dd = Dd { hi: std::f64::consts::LN_2, lo: 2.319_046_813_846_299_6e-17 };

#[inline]
fn two_sum(a: f64, b: f64) -> Dd {
    let s = a + b;
    let back = s - a;
    Dd { hi: s, lo: (a - (s - back)) + (b - back) }
}

/// For `a` no smaller than `b`.
#[inline]
fn quick_sum(a: f64, b: f64) -> Dd {
    let s = a + b;
    Dd { hi: s, lo: b - (s - a) }
}

/// The upper and lower half of the digits.
#[inline]
fn halves(a: f64) -> (f64, f64) {
    let t = 134_217_729.0 * a;
    let hi = t - (t - a);
    (hi, a - hi)
}

#[inline]
fn two_product(a: f64, b: f64) -> Dd {
    let p = a * b;
    let (ah, al) = halves(a);
    let (bh, bl) = halves(b);
    Dd { hi: p, lo: ((ah * bh - p) + ah * bl + al * bh) + al * bl }
}

impl Dd {
    pub(crate) const ZERO: Dd = Dd { hi: 0.0, lo: 0.0 };
    pub(crate) const ONE: Dd = Dd { hi: 1.0, lo: 0.0 };

    pub(crate) fn sqrt(self) -> Dd {
        if self.hi <= 0.0 {
            return Dd::ZERO;
        }
        // One step of Newton on the root in double precision.
        let root = Dd::from(self.hi.sqrt());
        root + (self - root * root) / (root + root)
    }

    /// Times a power of two.
    pub(crate) fn scaled(self, power: f64) -> Dd {
        Dd { hi: self.hi * power, lo: self.lo * power }
    }

    pub(crate) fn exp(self) -> Dd {
        if self.hi > 700.0 {
            return Dd::from(f64::INFINITY);
        }
        if self.hi < -700.0 {
            return Dd::ZERO;
        }
        let power = (self.hi / LN_2.hi).round();
        let rest = self - LN_2 * Dd::from(power);
        (Dd::ONE + rest.short_exp_m1()).scaled(2f64.powi(power as i32))
    }

    /// `exp(self) - 1`, without cancellation near 0.
    pub(crate) fn exp_m1(self) -> Dd {
        if self.hi.abs() < 0.35 { self.short_exp_m1() } else { self.exp() - Dd::ONE }
    }

    /// The same within half of log 2, divided by 512: ten terms reach 1e-38; then nine squarings.
    fn short_exp_m1(self) -> Dd {
        let r = self.scaled(1.0 / 512.0);
        let mut less_one = Dd::ZERO;
        for term in (1..=10).rev() {
            less_one = r / Dd::from(f64::from(term)) * (Dd::ONE + less_one);
        }
        for _ in 0..9 {
            less_one = less_one * (less_one + Dd::from(2.0));
        }
        less_one
    }

    pub(crate) fn ln(self) -> Dd {
        // Two steps of Newton on exp(l) = self.
        let mut l = Dd::from(self.hi.ln());
        for _ in 0..2 {
            l += self * (-l).exp() - Dd::ONE;
        }
        l
    }

    pub(crate) fn value(self) -> f64 {
        self.hi
    }
}

impl From<f64> for Dd {
    fn from(hi: f64) -> Dd {
        Dd { hi, lo: 0.0 }
    }
}

impl Add for Dd {
    type Output = Dd;
    #[inline]
    fn add(self, other: Dd) -> Dd {
        let s = two_sum(self.hi, other.hi);
        let t = two_sum(self.lo, other.lo);
        let s = quick_sum(s.hi, s.lo + t.hi);
        quick_sum(s.hi, s.lo + t.lo)
    }
}

impl Sub for Dd {
    type Output = Dd;
    #[inline]
    fn sub(self, other: Dd) -> Dd {
        self + -other
    }
}

impl Neg for Dd {
    type Output = Dd;
    #[inline]
    fn neg(self) -> Dd {
        Dd { hi: -self.hi, lo: -self.lo }
    }
}

impl Mul for Dd {
    type Output = Dd;
    #[inline]
    fn mul(self, other: Dd) -> Dd {
        let p = two_product(self.hi, other.hi);
        quick_sum(p.hi, p.lo + (self.hi * other.lo + self.lo * other.hi))
    }
}

impl Div for Dd {
    type Output = Dd;
    fn div(self, other: Dd) -> Dd {
        let first = self.hi / other.hi;
        if !first.is_finite() || first == 0.0 {
            return Dd::from(first);
        }
        let left = self - other * Dd::from(first);
        let second = left.hi / other.hi;
        let left = left - other * Dd::from(second);
        quick_sum(first, second) + Dd::from(left.hi / other.hi)
    }
}

impl AddAssign for Dd {
    #[inline]
    fn add_assign(&mut self, other: Dd) {
        *self = *self + other;
    }
}

impl SubAssign for Dd {
    #[inline]
    fn sub_assign(&mut self, other: Dd) {
        *self = *self - other;
    }
}

impl Sum for Dd {
    fn sum<I: Iterator<Item = Dd>>(items: I) -> Dd {
        items.fold(Dd::ZERO, |a, b| a + b)
    }
}

/// `a'b`.
pub(crate) fn dot(a: &[Dd], b: &[Dd]) -> Dd {
    // Four sums side by side, so that none waits for the one before.
    let mut sums = [Dd::ZERO; 4];
    let whole = a.len() / 4 * 4;
    for at in (0..whole).step_by(4) {
        for l in 0..4 {
            sums[l] += a[at + l] * b[at + l];
        }
    }
    let rest: Dd = a[whole..].iter().zip(&b[whole..]).map(|(a, b)| *a * *b).sum();
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

/// The norm.
pub(crate) fn norm(a: &[Dd]) -> Dd {
    dot(a, a).sqrt()
}

/// `a + c b` in place.
pub(crate) fn add_multiple(a: &mut [Dd], c: Dd, b: &[Dd]) {
    for (a, b) in a.iter_mut().zip(b) {
        *a += c * *b;
    }
}
