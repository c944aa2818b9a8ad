//! Which covariance, and which small-sample factors.

/// A cluster variable: which cluster each row belongs to.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// Name, as `exporter^importer`.
    pub name: String,
    /// Cluster of each row.
    pub codes: Vec<u32>,
}

/// Which covariance.
#[derive(Debug, Clone)]
pub enum Covariance {
    /// The inverse Hessian (times the error variance for least squares).
    Iid,
    /// Sandwich with independent rows (HC1 with a factor, HC0 without).
    Heteroskedastic,
    /// Sandwich with independent clusters; several variables as Cameron, Gelbach and Miller (2011).
    /// A variance that comes out negative there is NaN (fixest puts 1e-10).
    Clustered(Vec<Cluster>),
}

/// Which small-sample factors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SmallSample {
    /// fixest's default: (n - 1) / (n - k), effects nested in the clusters left out of k, times
    /// G / (G - 1) with the smallest G for several cluster variables; t with G - 1 degrees.
    #[default]
    Fixest,
    /// ppmlhdfe's and Stata's `poisson, vce(cluster)`: G / (G - 1) alone, n / (n - 1) for
    /// heteroskedastic errors; normal distribution.
    Stata,
    /// No factor (for iid least squares the variance of the residuals, over n - 1); normal
    /// distribution.
    None,
}
