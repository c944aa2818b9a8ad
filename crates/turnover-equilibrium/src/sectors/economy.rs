//! The economy before the change, and what had to be mended in the data.

use thiserror::Error;

use crate::settings::{LEAST_THETA, MOST_THETA};
use crate::world::cut_off;

/// Data of `n` regions and `s` sectors. Tables by sector and region are `s` x `n` (sector by
/// sector); tables of flows are `s` x `n` x `n`: sector, importer, exporter.
#[derive(Debug, Clone, Default)]
pub struct EconomyData {
    /// Regions `n`.
    pub regions: usize,
    /// Sectors `s`.
    pub sectors: usize,
    /// Flows before tariffs, any one unit of value. What a region sells to itself is not read: it
    /// is output less exports.
    pub flows: Vec<f64>,
    /// Ad valorem tariffs as shares, by the layout of flows.
    pub tariffs: Vec<f64>,
    /// Gross output, by the layout and unit of sectors and regions.
    pub output: Vec<f64>,
    /// Value added per unit of output.
    pub value_added: Vec<f64>,
    /// Shares of inputs in all inputs: `n` x `s` x `s`, region, input, output.
    pub inputs: Vec<f64>,
    /// Trade elasticity by sector.
    pub theta: Vec<f64>,
}

/// Something in the data that had to be mended, and what was done.
#[derive(Debug, Clone, PartialEq)]
pub enum Note {
    /// Exports above output would make domestic sales negative: output is set to exports.
    OutputRaised {
        /// Sector.
        sector: usize,
        /// Region.
        region: usize,
        /// What the data said.
        output: f64,
        /// What it became.
        exports: f64,
    },
    /// Negative shares of inputs: set to 0.
    NegativeInputs {
        /// How many.
        cells: usize,
        /// The lowest.
        lowest: f64,
    },
    /// Shares of inputs that do not add up to 1 are scaled to it.
    InputsScaled {
        /// Columns (region, sector) concerned.
        columns: usize,
        /// The largest distance from 1.
        most: f64,
    },
    /// A sector without inputs in the data, and value added below 1: value added is set to 1.
    NoInputs {
        /// Sector.
        sector: usize,
        /// Region.
        region: usize,
    },
    /// Uses above supply would make final demand negative: it is set to 0, and the region's other
    /// shares are scaled to add up to 1.
    FinalDemandCut {
        /// Sector.
        sector: usize,
        /// Region.
        region: usize,
        /// The share that the data implied.
        share: f64,
    },
    /// Nobody sells to the region in that sector: what it will need there it makes itself.
    NoSupply {
        /// Sector.
        sector: usize,
        /// Region.
        region: usize,
    },
}

/// Why data is no economy.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum EconomyError {
    /// A table of the wrong size.
    #[error("{what} has {found} numbers; {expected} were expected for {regions} regions and {sectors} sectors")]
    Shape {
        /// The table.
        what: &'static str,
        /// Its numbers.
        found: usize,
        /// What was expected.
        expected: usize,
        /// Regions.
        regions: usize,
        /// Sectors.
        sectors: usize,
    },
    /// A number outside its range.
    #[error("{what}, number {at} of the table, is {value}; {expected} was expected")]
    Value {
        /// The table.
        what: &'static str,
        /// Place in the table, from 1.
        at: usize,
        /// The value.
        value: f64,
        /// The range.
        expected: &'static str,
    },
    /// No chain of trade, in any sector, links a region with the others: nothing ties its wage to theirs.
    #[error("no chain of trade links region {region} with the others")]
    Apart {
        /// The region.
        region: usize,
    },
    /// A region without value added or spending.
    #[error("region {region} has no {what}")]
    Empty {
        /// The region.
        region: usize,
        /// What is missing.
        what: &'static str,
    },
}

/// An economy in shares, ready to be changed; world value added is 1.
#[derive(Debug, Clone)]
pub struct Economy {
    pub(crate) n: usize,
    pub(crate) s: usize,
    /// `pi_ni^j`: share of exporter i in importer n's spending, tariffs included; s x n x n.
    pub(crate) shares: Vec<f64>,
    /// s x n x n.
    pub(crate) tariffs: Vec<f64>,
    /// s.
    pub(crate) theta: Vec<f64>,
    /// Value added per unit of output, n x s.
    pub(crate) labour: Vec<f64>,
    /// Inputs per unit of output: n x s x s, region, input, output.
    pub(crate) inputs: Vec<f64>,
    /// Shares of sectors in final demand, n x s.
    pub(crate) demand: Vec<f64>,
    /// Value added by region.
    pub(crate) value_added: Vec<f64>,
    /// Spending, n x s.
    pub(crate) spending: Vec<f64>,
    /// Imports less exports.
    pub(crate) deficit: Vec<f64>,
    /// World value added in the unit of the data.
    pub(crate) unit: f64,
}

impl Economy {
    /// Takes the data, mends what can be mended and says so.
    pub fn new(data: &EconomyData) -> Result<(Self, Vec<Note>), EconomyError> {
        check(data)?;
        let (n, s) = (data.regions, data.sectors);
        let flow = |j: usize, to: usize, from: usize| (j * n + to) * n + from;
        if let Some(region) = cut_off(n, |to, from| (0..s).any(|j| data.flows[flow(j, to, from)] > 0.0)) {
            return Err(EconomyError::Apart { region });
        }
        let mut notes = Vec::new();
        // Domestic sales.
        let mut net = data.flows.clone();
        let mut output = data.output.clone();
        for j in 0..s {
            for i in 0..n {
                let exports: f64 = (0..n).filter(|to| *to != i).map(|to| net[flow(j, to, i)]).sum();
                let own = &mut output[j * n + i];
                if exports > *own {
                    // Where all output is exported, the sum may differ by rounding.
                    if exports > *own * (1.0 + 1e-9) {
                        notes.push(Note::OutputRaised { sector: j, region: i, output: *own, exports });
                    }
                    *own = exports;
                }
                net[flow(j, i, i)] = *own - exports;
            }
        }
        // Inputs per unit of output.
        let mut labour = vec![0.0; n * s];
        let mut inputs = data.inputs.clone();
        let (mut cells, mut lowest) = (0, 0.0f64);
        for share in inputs.iter_mut().filter(|x| **x < 0.0) {
            cells += 1;
            lowest = lowest.min(*share);
            *share = 0.0;
        }
        if cells > 0 {
            notes.push(Note::NegativeInputs { cells, lowest });
        }
        let (mut scaled, mut most) = (0, 0.0f64);
        for r in 0..n {
            for j in 0..s {
                let mut share = data.value_added[j * n + r];
                let at = |k: usize| (r * s + k) * s + j;
                let total: f64 = (0..s).map(|k| inputs[at(k)]).sum();
                if total == 0.0 && share < 1.0 {
                    notes.push(Note::NoInputs { sector: j, region: r });
                    share = 1.0;
                }
                if share < 1.0 && (total - 1.0).abs() > 1e-12 {
                    scaled += 1;
                    most = most.max((total - 1.0).abs());
                }
                for k in 0..s {
                    inputs[at(k)] *= if share < 1.0 { (1.0 - share) / total } else { 0.0 };
                }
                labour[r * s + j] = share;
            }
        }
        if scaled > 0 {
            notes.push(Note::InputsScaled { columns: scaled, most });
        }
        // Spending, tariff revenue, imbalances.
        let mut shares = vec![0.0; s * n * n];
        let mut spending = vec![0.0; n * s];
        let mut revenue = vec![0.0; n];
        let mut deficit = vec![0.0; n];
        for j in 0..s {
            for to in 0..n {
                let row = flow(j, to, 0)..flow(j, to, n);
                let gross: f64 = row.clone().map(|at| net[at] * (1.0 + data.tariffs[at])).sum();
                spending[to * s + j] = gross;
                for (from, at) in row.enumerate() {
                    revenue[to] += net[at] * data.tariffs[at];
                    if from != to {
                        deficit[to] += net[at];
                        deficit[from] -= net[at];
                    }
                    if gross > 0.0 {
                        shares[at] = net[at] * (1.0 + data.tariffs[at]) / gross;
                    }
                }
                if gross == 0.0 {
                    shares[flow(j, to, to)] = 1.0;
                    notes.push(Note::NoSupply { sector: j, region: to });
                }
            }
        }
        let value_added: Vec<f64> =
            (0..n).map(|r| (0..s).map(|j| output[j * n + r] * labour[r * s + j]).sum()).collect();
        if let Some(region) = value_added.iter().position(|v| *v <= 0.0) {
            return Err(EconomyError::Empty { region, what: "value added" });
        }
        // Final demand is what intermediate uses leave.
        let mut demand = vec![0.0; n * s];
        for r in 0..n {
            let income = value_added[r] + revenue[r] + deficit[r];
            for k in 0..s {
                let used: f64 = (0..s).map(|j| inputs[(r * s + k) * s + j] * output[j * n + r]).sum();
                let share = (spending[r * s + k] - used) / income;
                // Below a billionth of income a negative share is rounding.
                if share < -1e-9 {
                    notes.push(Note::FinalDemandCut { sector: k, region: r, share });
                }
                demand[r * s + k] = share.max(0.0);
            }
            let total: f64 = demand[r * s..(r + 1) * s].iter().sum();
            if !(total > 0.0 && income > 0.0) {
                return Err(EconomyError::Empty { region: r, what: "final demand" });
            }
            demand[r * s..(r + 1) * s].iter_mut().for_each(|a| *a /= total);
        }
        let unit: f64 = value_added.iter().sum();
        let relative = |x: Vec<f64>| -> Vec<f64> { x.into_iter().map(|v| v / unit).collect() };
        let economy = Economy {
            n,
            s,
            shares,
            tariffs: data.tariffs.clone(),
            theta: data.theta.clone(),
            labour,
            inputs,
            demand,
            value_added: relative(value_added),
            spending: relative(spending),
            deficit: relative(deficit),
            unit,
        };
        Ok((economy, notes))
    }

    /// Number of regions.
    pub fn regions(&self) -> usize {
        self.n
    }

    /// Number of sectors.
    pub fn sectors(&self) -> usize {
        self.s
    }

    /// World value added in the unit of the data: every value of a result is a multiple of it.
    pub fn unit(&self) -> f64 {
        self.unit
    }

    /// The tariff of an importer on an exporter in a sector, as a share.
    pub fn tariff(&self, sector: usize, importer: usize, exporter: usize) -> f64 {
        self.tariffs[(sector * self.n + importer) * self.n + exporter]
    }

    /// Value added per unit of a sector's output.
    pub fn value_added_share(&self, sector: usize, region: usize) -> f64 {
        self.labour[region * self.s + sector]
    }

    /// Income today in units of world value added: value added, tariff revenue and deficit.
    pub fn income(&self, region: usize) -> f64 {
        let n = self.n;
        let revenue: f64 = (0..self.s)
            .flat_map(|j| (0..n).map(move |from| (j, (j * n + region) * n + from)))
            .map(|(j, at)| {
                let tariff = self.tariffs[at];
                tariff * self.shares[at] / (1.0 + tariff) * self.spending[region * self.s + j]
            })
            .sum();
        self.value_added[region] + revenue + self.deficit[region]
    }

    /// The same economy with chosen deficits after a change, in units of world value added: they stand for today's
    /// where deficits are kept. What they do not add up to is spread by value added.
    pub fn with_deficits(&self, deficit: &[f64]) -> Self {
        let over: f64 = deficit.iter().sum::<f64>() / self.value_added.iter().sum::<f64>();
        let deficit = deficit.iter().zip(&self.value_added).map(|(d, v)| d - over * v).collect();
        Economy { deficit, ..self.clone() }
    }

    /// Imports less exports today, in units of world value added.
    pub fn deficit(&self, region: usize) -> f64 {
        self.deficit[region]
    }

    /// Trade elasticity of a sector.
    pub fn theta(&self, sector: usize) -> f64 {
        self.theta[sector]
    }

    /// The same economy with other elasticities: shares are data, so nothing else changes.
    pub fn with_theta(&self, theta: Vec<f64>) -> Result<Self, EconomyError> {
        let theta = EconomyData { sectors: self.s, theta, ..EconomyData::default() };
        check_theta(&theta)?;
        Ok(Economy { theta: theta.theta, ..self.clone() })
    }
}

fn check(data: &EconomyData) -> Result<(), EconomyError> {
    let (n, s) = (data.regions, data.sectors);
    if n < 2 || s == 0 {
        return Err(EconomyError::Shape { what: "the economy", found: n * s, expected: 2, regions: n, sectors: s });
    }
    type Check<'a> = (&'static str, &'a [f64], usize, (f64, f64), &'static str);
    let any = (0.0, f64::MAX);
    let tables: [Check; 5] = [
        ("flows", &data.flows, s * n * n, any, "0 or more"),
        ("tariffs", &data.tariffs, s * n * n, any, "0 or more"),
        ("output", &data.output, s * n, any, "0 or more"),
        ("value added", &data.value_added, s * n, (0.0, 1.0), "a share from 0 to 1"),
        // Tables of real economies have small negative ones.
        ("inputs", &data.inputs, n * s * s, (-1.0, f64::MAX), "a share"),
    ];
    for (what, table, expected, (least, most), range) in tables {
        if table.len() != expected {
            return Err(EconomyError::Shape { what, found: table.len(), expected, regions: n, sectors: s });
        }
        if let Some(at) = table.iter().position(|x| !(*x >= least && *x <= most)) {
            return Err(EconomyError::Value { what, at: at + 1, value: table[at], expected: range });
        }
    }
    check_theta(data)
}

fn check_theta(data: &EconomyData) -> Result<(), EconomyError> {
    let (what, found, expected) = ("theta", data.theta.len(), data.sectors);
    if found != expected {
        return Err(EconomyError::Shape { what, found, expected, regions: data.regions, sectors: data.sectors });
    }
    match data.theta.iter().position(|t| !(LEAST_THETA..=MOST_THETA).contains(t)) {
        Some(at) => {
            Err(EconomyError::Value { what, at: at + 1, value: data.theta[at], expected: "a number from 0.01 to 100" })
        }
        None => Ok(()),
    }
}
