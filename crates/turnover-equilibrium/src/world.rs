//! The world before the change: flows, and what follows from them.

use crate::error::WorldError;

/// What happens to a country's trade imbalance when costs change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Imbalance {
    /// The imbalance keeps its size in units of world output: `E'_j = w_j Y_j + D_j`.
    #[default]
    Additive,
    /// Spending stays in proportion to income: `E'_j = w_j E_j`.
    Multiplicative,
    /// Trade is balanced: `E'_j = w_j Y_j`. [`World::balanced`] is the world from which to start, or
    /// the end of today's imbalances is part of the change.
    Balanced,
}

/// Flows among `n` countries, domestic sales included.
#[derive(Debug, Clone)]
pub struct World {
    n: usize,
    /// n x n, row = exporter, column = importer, any one unit of value.
    pub(crate) flows: Vec<f64>,
    /// `pi_ij`, n x n: the share of exporter i in the spending of importer j.
    pub(crate) shares: Vec<f64>,
    /// `Y_i`.
    pub(crate) output: Vec<f64>,
    /// `E_j`.
    pub(crate) expenditure: Vec<f64>,
}

impl World {
    /// Takes n x n flows by rows (exporters). Every country must sell and buy something.
    pub fn new(n: usize, flows: Vec<f64>) -> Result<Self, WorldError> {
        if n < 2 || flows.len() != n * n {
            return Err(WorldError::Shape { n, found: flows.len() });
        }
        if let Some(at) = flows.iter().position(|x| !x.is_finite() || *x < 0.0) {
            return Err(WorldError::Flow { exporter: at / n, importer: at % n, value: flows[at] });
        }
        let mut output = vec![0.0; n];
        let mut expenditure = vec![0.0; n];
        for (i, row) in flows.chunks_exact(n).enumerate() {
            for (e, x) in expenditure.iter_mut().zip(row) {
                *e += x;
            }
            output[i] = row.iter().sum();
        }
        if let Some(country) = output.iter().position(|y| *y <= 0.0) {
            return Err(WorldError::Empty { country, what: "sells nothing, not even to itself" });
        }
        if let Some(country) = expenditure.iter().position(|e| *e <= 0.0) {
            return Err(WorldError::Empty { country, what: "buys nothing, not even from itself" });
        }
        if let Some(country) = cut_off(n, |i, j| flows[i * n + j] > 0.0) {
            return Err(WorldError::Apart { country });
        }
        let shares = flows.chunks_exact(n).flat_map(|row| row.iter().zip(&expenditure).map(|(x, e)| x / e)).collect();
        Ok(World { n, flows, shares, output, expenditure })
    }

    /// Number of countries.
    pub fn len(&self) -> usize {
        self.n
    }

    /// Never: a world has at least two countries.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Flow from exporter `i` to importer `j`.
    pub fn flow(&self, i: usize, j: usize) -> f64 {
        self.flows[i * self.n + j]
    }

    /// Output of each country.
    pub fn output(&self) -> &[f64] {
        &self.output
    }

    /// `D_j`, imports less exports: from what crosses borders alone, since the difference of the
    /// totals would lose the digits of a nearly closed country.
    pub(crate) fn deficit(&self) -> Vec<f64> {
        let across = |j: usize| (0..self.n).filter(move |i| *i != j);
        (0..self.n).map(|j| across(j).map(|i| self.flow(i, j) - self.flow(j, i)).sum()).collect()
    }

    /// Expenditure of each country.
    pub fn expenditure(&self) -> &[f64] {
        &self.expenditure
    }
}

/// A country outside of the largest group of countries that chains of flows, in either direction,
/// hold together; of groups of one size the one with the earliest country is the largest.
pub(crate) fn cut_off(n: usize, traded: impl Fn(usize, usize) -> bool) -> Option<usize> {
    let mut group = vec![usize::MAX; n];
    let mut sizes = Vec::new();
    for first in 0..n {
        if group[first] != usize::MAX {
            continue;
        }
        let name = sizes.len();
        group[first] = name;
        let mut queue = vec![first];
        let mut size = 0;
        while let Some(i) = queue.pop() {
            size += 1;
            for j in 0..n {
                if group[j] == usize::MAX && (traded(i, j) || traded(j, i)) {
                    group[j] = name;
                    queue.push(j);
                }
            }
        }
        sizes.push(size);
    }
    let largest = sizes.iter().copied().max()?;
    let name = sizes.iter().position(|s| *s == largest)?;
    group.iter().position(|g| *g != name)
}
