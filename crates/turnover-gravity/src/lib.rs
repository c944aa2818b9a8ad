//! Poisson pseudo-maximum likelihood (PPML) and least squares with many fixed effects.
//!
//! # The model
//!
//! `E[y | x, effects] = exp(offset + x'b + sum_f a_f[level_f])`, estimated by the first-order
//! conditions of the Poisson likelihood whatever the distribution of `y` (Santos Silva and
//! Tenreyro 2006). In a gravity panel the effects are exporter-year, importer-year and pair:
//! hundreds of thousands of parameters that nobody wants to see, absorbed rather than estimated
//! one by one.
//!
//! # Why it is hard, and what is done
//!
//! Each step of Newton's method is a least-squares problem on all effects with weights that differ
//! by twelve orders of magnitude. The usual way sweeps the families in turn for every regressor
//! until nothing moves, and begins again with the next weights. Here
//!
//! - the largest family is **eliminated in closed form** and conjugate gradients solve for the
//!   rest, a few passes over the weights each (module `absorb`);
//! - the method is an **inexact Newton** on the first-order conditions: what effects take out of
//!   the regressors is carried from step to step and only refreshed, so that an early step costs
//!   little and the last ones are nearly free;
//! - rows with equal regressors and effects are **one row** while the estimate is made;
//! - a panel sorted by pair and year is a set of **streams**: no index is read per row.
//!
//! The fixed point is that of the exact method, since the first-order conditions themselves are
//! never approximated.
//!
//! # Example
//!
//! ```
//! use turnover_gravity::{Covariance, Effects, Family, Model, Settings, SmallSample};
//!
//! // Two exporters, four years; the second exporter's trade doubles with x.
//! let y = vec![10., 11., 9., 10., 5., 5.5, 9.0, 10.2];
//! let x = vec![0., 0., 0., 0., 0., 0., 1., 1.];
//! let family = |name: &str, codes: Vec<u32>, levels| Family { name: name.into(), codes, levels };
//! let effects = Effects::new(vec![
//!     family("exporter", vec![0, 0, 0, 0, 1, 1, 1, 1], 2),
//!     family("year", vec![0, 1, 2, 3, 0, 1, 2, 3], 4),
//! ]).unwrap();
//! let model = Model::new(y, vec![("x".into(), x)]).with_effects(effects);
//! let fit = turnover_gravity::poisson(&model, &Settings::default())?;
//! assert!((fit.coefficients[0] - 0.704).abs() < 1e-3);
//! let table = fit.table(&Covariance::Heteroskedastic, SmallSample::Fixest)?;
//! assert!(table[0].std_error > 0.0);
//! # Ok::<(), turnover_gravity::FitError>(())
//! ```

mod absorb;
mod basis;
mod bias;
mod compress;
mod covariance;
mod effects;
mod error;
mod fit;
pub mod formula;
mod frame;
mod levels;
mod linear;
mod model;
mod poisson;
mod regressors;
mod result;
mod separation;
mod sums;
mod vcov;

pub use bias::{Debiased, Panel};
pub use covariance::{Coefficient, Wald};
pub use effects::{Effects, Family};
pub use error::FitError;
pub use fit::Fit;
pub use frame::{Column, Frame};
pub use linear::least_squares;
pub use model::{Model, SeparationCheck, Settings};
pub use poisson::poisson;
pub use result::{Dropped, Kind, RSquared, Reason, Separated, Status};
pub use vcov::{Cluster, Covariance, SmallSample};
