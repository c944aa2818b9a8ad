//! Many sectors with inputs from each other, tariffs and tariff revenue: Caliendo and Parro (2015,
//! Estimates of the trade and welfare effects of NAFTA, Review of Economic Studies 82), in changes.
//!
//! For region `n`, sector `j`, with hats as ratios of new to old and primes for new values:
//!
//! ```text
//! c_n^j   = w_n^(v_n^j) prod_k (P_n^k)^(g_n^kj)                                cost         (10)
//! P_n^j   = (sum_i pi_ni^j B_ni^j (c_i^j)^-theta_j)^(-1/theta_j)               price        (11)
//! pi'_ni  = pi_ni B_ni (c_i / P_n)^-theta_j                                    shares       (12)
//! X'_n^j  = sum_k g_n^jk Y'_n^k + a_n^j I'_n                                   spending     (13)
//! Y'_n^k  = sum_i pi'_in^k / (1 + tau'_in^k) X'_i^k                            output
//! I'_n    = w_n V_n + sum_j sum_i tau'_ni pi'_ni / (1 + tau'_ni) X'_n^j + D'_n income       (14)
//! w_n V_n = sum_j v_n^j Y'_n^j                                                 labour
//! ```
//!
//! `B_ni^j = exp(b_ni^j) ((1 + tau') / (1 + tau))^-theta_j`: `b` is the partial effect of any other
//! change in trade costs. The labour market stands for the balance of trade (15): given (13) and
//! (14) they are the same equation. World value added is the numeraire.
//!
//! # How it is solved
//!
//! Prices and spending are contractions at the rate of the share of inputs, wages are not; all
//! three are iterated together and accelerated, about sixty passes over the shares to 1e-12. One
//! pass is two streams through `s n^2` numbers. The derivative of everything along a change of
//! costs is the fixed point of the same map, linearised, and found in the same way.

mod change;
mod decompose;
mod derive;
mod economy;
mod goal;
mod settle;
mod settled;
mod short_run;
mod steps;

pub use change::Change;
pub use decompose::{Decomposition, decompose};
pub use derive::Tangent;
pub use economy::{Economy, EconomyData, EconomyError, Note};
pub use goal::SectorsReached;
pub use settle::{Deficits, Labour, SettleSettings};
pub use settled::{Guess, Settled};
