//! Weighted least squares on fixed effects, fast.
//!
//! For weights `w` and a variable `q`, find the effects whose sum over families is closest to `q`:
//! minimise `sum_r w_r (q_r - sum_f a_f[level_f(r)])^2`. Write `V` for the dummies of the family
//! with the most levels, `D` for those of all others. Given the effects `u` of `D`, those of `V`
//! are weighted means within its groups, so they are eliminated:
//!
//! ```text
//! S u = D'W (q - V m(q)),    S = D'W D - D'W V (V'W V)^-1 V'W D,    m = weighted group mean
//! ```
//!
//! `S` is small (the levels of the other families), symmetric and positive semi-definite, and is
//! never formed: one product is one streaming pass over `w`. Conjugate gradients with a diagonal
//! preconditioner solve it; in trade panels 5 to 15 products are enough, where alternating
//! projections on all families take hundreds. Where effects hang together by few rows (workers who
//! seldom change firms) the diagonal is replaced by approximate factors of the families' graphs
//! (`schwarz`). Families that lie within another one are left out (`nested`).

mod absorber;
mod cg;
mod checks;
mod exp;
mod lane;
mod laplacian;
mod nested;
mod plan;
mod product;
mod schwarz;
mod weights;

pub(crate) use absorber::Absorber;
pub(crate) use cg::{Rhs, Solved};
pub(crate) use exp::exp_all;
pub(crate) use nested::contained;
