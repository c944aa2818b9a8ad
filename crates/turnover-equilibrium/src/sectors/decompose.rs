//! Where welfare changes come from: Caliendo and Parro (2015), section 2.3.

use super::settled::Settled;

/// The change of a region's welfare to first order, by part. All are shares of its income.
///
/// Terms of trade: `sum_i (E_ni (c_n - 1) - M_ni (c_i - 1)) / I_n`, what dearer exports bring and
/// dearer imports cost. Volume of trade: `sum_i tau_ni M_ni (M'_ni / M_ni - c_i) / I_n`, what more
/// imports of taxed goods bring.
#[derive(Debug, Clone, PartialEq)]
pub struct Decomposition {
    /// Terms of trade by partner.
    pub terms_by_partner: Vec<f64>,
    /// Terms of trade by sector.
    pub terms_by_sector: Vec<f64>,
    /// Volume of trade by partner.
    pub volume_by_partner: Vec<f64>,
    /// Volume of trade by sector.
    pub volume_by_sector: Vec<f64>,
}

impl Decomposition {
    /// Terms of trade.
    pub fn terms(&self) -> f64 {
        self.terms_by_sector.iter().sum()
    }

    /// Volume of trade.
    pub fn volume(&self) -> f64 {
        self.volume_by_sector.iter().sum()
    }

    /// Both together: the change of welfare.
    pub fn welfare(&self) -> f64 {
        self.terms() + self.volume()
    }
}

/// The parts of the change from `before` to `after`, by region.
pub fn decompose(before: &Settled, after: &Settled) -> Vec<Decomposition> {
    let (n, s) = (before.n, before.s);
    let none = || Decomposition {
        terms_by_partner: vec![0.0; n],
        terms_by_sector: vec![0.0; s],
        volume_by_partner: vec![0.0; n],
        volume_by_sector: vec![0.0; s],
    };
    let mut out: Vec<Decomposition> = (0..n).map(|_| none()).collect();
    for j in 0..s {
        let cost: Vec<f64> = (0..n).map(|i| (after.log_cost[i * s + j] - before.log_cost[i * s + j]).exp()).collect();
        for to in 0..n {
            for from in 0..n {
                let (old, new) = (before.flow(j, to, from), after.flow(j, to, from));
                let gain = old * (cost[from] - 1.0);
                let sold = gain / before.income[from];
                out[from].terms_by_partner[to] += sold;
                out[from].terms_by_sector[j] += sold;
                let bought = gain / before.income[to];
                out[to].terms_by_partner[from] -= bought;
                out[to].terms_by_sector[j] -= bought;
                let tariff = before.tariffs[(j * n + to) * n + from];
                let volume = tariff * (new - old * cost[from]) / before.income[to];
                out[to].volume_by_partner[from] += volume;
                out[to].volume_by_sector[j] += volume;
            }
        }
    }
    out
}
