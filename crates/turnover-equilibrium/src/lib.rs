//! World trade models in exact changes, their solvers, and goal-seek through them.
//!
//! # The model
//!
//! One sector, Armington; Eaton-Kortum, Melitz-Pareto and others give the same equations
//! (Arkolakis, Costinot and Rodríguez-Clare 2012, section II). Flows `X_ij` from exporter `i` to
//! importer `j`, domestic sales included; output `Y_i = sum_j X_ij`; expenditure
//! `E_j = sum_i X_ij`; shares `pi_ij = X_ij / E_j`; trade elasticity `theta`. A change in trade
//! costs enters as its partial effect on flows, `B_ij = exp(b_ij)`; a cost that falls by the
//! share `c` has `b = -theta log(1 - c)`. With hats as ratios of new to old (Dekle, Eaton and
//! Kortum 2007):
//!
//! ```text
//! P_j^-theta = sum_i pi_ij w_i^-theta B_ij                         price index
//! X'_ij      = pi_ij w_i^-theta B_ij / P_j^-theta * E'_j            flows
//! w_i Y_i    = sum_j X'_ij / lambda                                 markets clear
//! E'_j       = w_j Y_j + D_j   or   w_j E_j                         imbalances
//! ```
//!
//! with `D_j = E_j - Y_j`. World output is the numeraire: `sum_i w_i Y_i = sum_i Y_i`. With
//! additive imbalances `lambda = 1`; with multiplicative ones world spending would drift from
//! world output, and `lambda = sum E' / sum w Y` keeps relative wages exact, as GEGravity does.
//! Welfare is `(E'_j / E_j) / P_j`.
//!
//! # Why it is not trivial
//!
//! Wages of all countries move together, so a fixed point in wages converges at a rate set by
//! the most closed country (hundreds of rounds). Newton's method in log wages needs a handful,
//! each with one factorisation of an n x n matrix, and the same factorisation gives the exact
//! derivative of any outcome with respect to a trade cost. [`reach`] uses it to find the change
//! in trade costs that multiplies chosen flows by `k`.
//!
//! # Example
//!
//! ```
//! use turnover_equilibrium::{Lever, Settings, World, reach, solve};
//!
//! // Three countries; row = exporter, column = importer.
//! let world = World::new(3, vec![80., 5., 5., 6., 90., 4., 4., 5., 70.])?;
//! let settings = Settings::default();
//! let lever = Lever::between(3, &[(0, 1), (1, 0)]);
//! let found = reach(&world, &lever, &[(0, 1), (1, 0)], 2.0, &settings)?;
//! let check = solve(&world, &lever.at(found.log_points), &settings, None)?;
//! let traded = check.flow(0, 1) + check.flow(1, 0);
//! assert!((traded / 11.0 - 2.0).abs() < 1e-10);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod accelerate;
mod bargain;
mod conditional;
mod design;
pub mod draws;
mod error;
mod maximum;
mod model;
mod newton;
mod plan;
mod reach;
pub mod sectors;
mod settings;
mod world;

pub use bargain::{Bargain, Deal, MOST_LEVERS, MOST_SOLVED, bargain};
pub use conditional::{Conditional, conditional};
pub use design::{Aim, Design, Designed, Levers, design};
pub use error::{LimitReason, ReachError, SolveError, WorldError};
pub use maximum::{Maximum, maximum};
pub use newton::{Equilibrium, Status, solve};
pub use plan::{MOST_TRIED, Plan, plan};
pub use reach::{Attainable, Lever, Reached, attainable, multiple, reach, reach_beside};
pub use settings::Settings;
pub use world::{Imbalance, World};

/// The partial effect, in log points, of a cost that changes by `share` (-0.2 is a fall by 20 %):
/// `b = -theta log(1 + share)`.
pub fn log_points_of_cost_change(share: f64, theta: f64) -> f64 {
    -theta * share.ln_1p()
}

/// The fall in ad valorem trade cost behind a partial effect: `1 - exp(-b / theta)`.
pub fn cost_cut(log_points: f64, theta: f64) -> f64 {
    -(-log_points / theta).exp_m1()
}

/// The ad valorem tariff whose removal has that partial effect: `exp(b / theta) - 1`.
pub fn tariff_equivalent(log_points: f64, theta: f64) -> f64 {
    (log_points / theta).exp_m1()
}
