//! The defaults of options, each in one place.

/// Trade elasticity of one sector: the middle of the estimates that Head and Mayer (2014) collect.
pub const THETA: f64 = 4.0;
/// Elasticities of a range.
pub const THETAS: [f64; 6] = [2.0, 3.0, 4.0, 5.0, 6.0, 8.0];
/// Percentage of trade that is claimed not to be affected.
pub const CLAIM_PERCENT: f64 = 90.0;
/// The multiple that is promised or wished for.
pub const TIMES: f64 = 3.0;
/// Years within which a multiple is to be reached.
pub const HORIZON: i32 = 8;
/// Seed of draws.
pub const SEED: u64 = 1;
