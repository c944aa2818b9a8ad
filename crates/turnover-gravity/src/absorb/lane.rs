//! Four numbers that are worked on together, one for each of four right-hand sides.

use std::ops::{Add, AddAssign, Div, Mul, Sub, SubAssign};

/// Right-hand sides that share a pass: as many as a vector register of 256 bits holds.
pub(super) const LANES: usize = 4;

/// One number of each right-hand side.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Lane(pub(super) [f64; LANES]);

impl Lane {
    /// All zero.
    pub(super) const ZERO: Lane = Lane([0.0; LANES]);

    /// The same number for each.
    #[inline(always)]
    pub(super) fn splat(x: f64) -> Lane {
        Lane([x; LANES])
    }

    /// Each number changed.
    #[inline(always)]
    pub(super) fn map(self, change: impl Fn(f64) -> f64) -> Lane {
        Lane(self.0.map(change))
    }

    /// The numbers where `wanted`, 0 elsewhere.
    #[inline(always)]
    pub(super) fn where_open(self, wanted: [bool; LANES]) -> Lane {
        Lane(std::array::from_fn(|l| if wanted[l] { self.0[l] } else { 0.0 }))
    }
}

/// Arithmetic number by number.
macro_rules! by_number {
    ($trait:ident, $method:ident, $assign:tt) => {
        impl $trait for Lane {
            type Output = Lane;

            #[inline(always)]
            fn $method(mut self, other: Lane) -> Lane {
                for l in 0..LANES {
                    self.0[l] $assign other.0[l];
                }
                self
            }
        }
    };
}

by_number!(Add, add, +=);
by_number!(Sub, sub, -=);
by_number!(Mul, mul, *=);
by_number!(Div, div, /=);

impl Mul<Lane> for f64 {
    type Output = Lane;

    #[inline(always)]
    fn mul(self, mut lane: Lane) -> Lane {
        for l in 0..LANES {
            lane.0[l] *= self;
        }
        lane
    }
}

impl AddAssign for Lane {
    #[inline(always)]
    fn add_assign(&mut self, other: Lane) {
        *self = *self + other;
    }
}

impl SubAssign for Lane {
    #[inline(always)]
    fn sub_assign(&mut self, other: Lane) {
        *self = *self - other;
    }
}

/// `a'b` for each right-hand side.
pub(super) fn dot(a: &[Lane], b: &[Lane]) -> Lane {
    let mut out = Lane::ZERO;
    for (a, b) in a.iter().zip(b) {
        out += *a * *b;
    }
    out
}
