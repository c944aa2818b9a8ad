//! An economy in equilibrium, and a guess at one.

/// An economy in equilibrium.
#[derive(Debug, Clone)]
pub struct Settled {
    pub(super) n: usize,
    pub(super) s: usize,
    /// Logs of wages (n), of prices (n x s), and spending (n x s): where a solution near this one
    /// may start from.
    pub(super) point: Vec<f64>,
    /// Logs of unit costs, n x s.
    pub(super) log_cost: Vec<f64>,
    /// `pi'`, s x n x n.
    pub(super) shares: Vec<f64>,
    /// `tau'`.
    pub(super) tariffs: Vec<f64>,
    /// Income.
    pub(super) income: Vec<f64>,
    /// Tariff revenue.
    pub(super) revenue: Vec<f64>,
    /// `D'`.
    pub(super) deficit: Vec<f64>,
    /// Logs of consumer price indices.
    pub(super) log_price: Vec<f64>,
    /// Logs of wages by region and sector, n x s; empty where labour moves.
    pub(super) sector_wages: Vec<f64>,
    /// Largest residual: log prices, spending against the region's, labour demand less supply
    /// against the region's trade.
    pub residual: f64,
    /// Passes over the shares.
    pub iterations: usize,
}

impl Settled {
    /// Number of regions.
    pub fn regions(&self) -> usize {
        self.n
    }

    /// Log of the wage's change.
    pub fn log_wage(&self, region: usize) -> f64 {
        self.point[region]
    }

    /// Log of the change of a sector's wage: the region's where labour moves.
    pub fn log_sector_wage(&self, sector: usize, region: usize) -> f64 {
        self.sector_wages.get(region * self.s + sector).copied().unwrap_or(self.point[region])
    }

    /// Log of the change of the price that buyers in a region pay for a sector's goods.
    pub fn log_sector_price(&self, sector: usize, region: usize) -> f64 {
        self.point[self.n + region * self.s + sector]
    }

    /// Log of the change of the consumer price index.
    pub fn log_price(&self, region: usize) -> f64 {
        self.log_price[region]
    }

    /// Log of the change of the real wage.
    pub fn log_real_wage(&self, region: usize) -> f64 {
        self.point[region] - self.log_price[region]
    }

    /// Income in units of world value added: wages, tariff revenue and deficit.
    pub fn income(&self, region: usize) -> f64 {
        self.income[region]
    }

    /// Tariff revenue in the same unit.
    pub fn revenue(&self, region: usize) -> f64 {
        self.revenue[region]
    }

    /// Imports less exports in the same unit.
    pub fn deficit(&self, region: usize) -> f64 {
        self.deficit[region]
    }

    /// The flow before tariffs, in the same unit.
    pub fn flow(&self, sector: usize, importer: usize, exporter: usize) -> f64 {
        let at = (sector * self.n + importer) * self.n + exporter;
        self.shares[at] / (1.0 + self.tariffs[at]) * self.spending(sector, importer)
    }

    /// The flow before tariffs, all sectors together.
    pub fn trade(&self, importer: usize, exporter: usize) -> f64 {
        (0..self.s).map(|j| self.flow(j, importer, exporter)).sum()
    }

    /// A region's spending on a sector, tariffs included.
    pub fn spending(&self, sector: usize, region: usize) -> f64 {
        self.point[self.n + self.n * self.s + region * self.s + sector]
    }
}

/// A guess at an equilibrium.
#[derive(Debug, Clone)]
pub struct Guess {
    pub(super) point: Vec<f64>,
}

impl Guess {
    /// What several changes do together, if they did what each does alone: the sum of the moves from `base` to each.
    pub fn sum(base: &Settled, alone: &[&Settled]) -> Self {
        let mut point = base.point.clone();
        for one in alone {
            point.iter_mut().zip(one.point.iter().zip(&base.point)).for_each(|(p, (x, b))| *p += x - b);
        }
        // Spending stays above nought.
        let spending = base.n + base.n * base.s;
        point[spending..].iter_mut().zip(&base.point[spending..]).for_each(|(p, b)| *p = p.max(0.01 * b));
        Guess { point }
    }
}
