//! From a table of flows to the world that the equilibrium works on.

use turnover_data::{Flows, Iso3, Source};
use turnover_equilibrium::{Imbalance, Settings, World, WorldError};

use crate::error::{AnalysisError, solve_error};
use crate::pair::Pair;

/// A world whose countries have names.
#[derive(Debug, Clone)]
pub struct NamedWorld {
    /// The countries, in ascending order of their codes: index `i` of the world.
    pub countries: Vec<Iso3>,
    /// The world.
    pub world: World,
    /// The year of its flows.
    pub year: i32,
    /// Where they come from.
    pub source: Source,
    /// The source's caveats, and what was filled in.
    pub caveats: Vec<String>,
    /// What its flows are of, where that is known: `goods`, `goods and services`.
    pub content: Option<&'static str>,
    /// The world with its imbalances, where `world` is the one without.
    observed: Option<Box<World>>,
}

impl NamedWorld {
    /// The world of one year (the latest if `None`), summed over products. Pairs without a flow
    /// count as zero; domestic sales must be there.
    pub fn new(flows: &Flows, year: Option<i32>) -> Result<Self, AnalysisError> {
        let refuse = |what: String, help: &str| AnalysisError::World {
            source_name: flows.source.name.clone(),
            what,
            help: help.to_owned(),
        };
        let years: std::collections::BTreeSet<i32> = flows.iter().map(|f| f.year).collect();
        let latest = years.last().copied().unwrap_or_default();
        let year = year.unwrap_or(latest);
        if !years.contains(&year) {
            let list: Vec<String> = years.iter().map(ToString::to_string).collect();
            return Err(refuse(
                format!("it has no flows of {year}"),
                &format!("choose ‹world_year› from {}", list.join(", ")),
            ));
        }
        let rows: Vec<_> = flows.iter().filter(|f| f.year == year).collect();
        let mut countries: Vec<Iso3> = rows.iter().flat_map(|f| [f.exporter, f.importer]).collect();
        countries.sort_unstable();
        countries.dedup();
        let n = countries.len();
        crate::limits::check_size(&flows.source.name, n, 1)?;
        // The importer's report, or whoever's there is.
        let mut reports = vec![[f64::NAN; 2]; n * n];
        for f in &rows {
            let at = |c: Iso3| countries.binary_search(&c).unwrap_or_default();
            let other = f.reporter.is_some_and(|r| r != f.importer);
            let cell = &mut reports[at(f.exporter) * n + at(f.importer)][usize::from(other)];
            *cell = if cell.is_nan() { f.value_usd } else { *cell + f.value_usd };
        }
        let mut table: Vec<f64> = reports.iter().map(|[own, other]| if own.is_nan() { *other } else { *own }).collect();
        let missing: Vec<Iso3> = (0..n).filter(|i| !(table[i * n + i] > 0.0)).map(|i| countries[i]).collect();
        if !missing.is_empty() {
            let some: Vec<String> = missing.iter().take(8).map(ToString::to_string).collect();
            let more = if missing.len() > 8 { format!(" and {} more", missing.len() - 8) } else { String::new() };
            return Err(refuse(
                format!("domestic sales are missing for {}{more}", some.join(", ")),
                "add a row for each country's sales to itself (exporter = importer): output less exports",
            ));
        }
        let filled = table.iter().filter(|x| x.is_nan()).count();
        for x in &mut table {
            if x.is_nan() {
                *x = 0.0;
            }
        }
        let world = World::new(n, table).map_err(|e| {
            let what = match e {
                WorldError::Apart { country } => format!("{} trades with none of the others", countries[country]),
                WorldError::Empty { country, what } => format!("{} {what}", countries[country]),
                other => other.to_string(),
            };
            refuse(what, "leave the country out with ‹filter›, or complete its flows")
        })?;
        let mut caveats = flows.caveats.clone();
        if filled > 0 {
            caveats.push(format!("{filled} of {} pairs have no flow in the table and count as zero.", n * n));
        }
        Ok(NamedWorld { countries, world, year, source: flows.source.clone(), caveats, content: None, observed: None })
    }

    /// The same, with what its flows are of.
    #[must_use]
    pub fn of(mut self, content: &'static str) -> Self {
        self.content = Some(content);
        self
    }

    /// `the world of 2019 (goods, 190 economies)`.
    pub fn words(&self) -> String {
        let content = self.content.map_or_else(String::new, |c| format!("{c}, "));
        format!("the world of {} ({content}{} economies)", self.year, self.countries.len())
    }

    /// Whether a country is in it.
    pub fn has(&self, country: Iso3) -> bool {
        self.countries.binary_search(&country).is_ok()
    }

    /// The world from which a change is measured under a rule for imbalances: without any where trade
    /// is to be balanced, as it is otherwise.
    pub(crate) fn under(self, imbalance: Imbalance, theta: f64) -> Result<Self, AnalysisError> {
        if imbalance != Imbalance::Balanced || self.observed.is_some() {
            return Ok(self);
        }
        let settings = Settings { theta, imbalance, ..Settings::default() };
        let world = self.world.balanced(&settings).map_err(|e| solve_error(&e, &self.countries))?;
        let observed = Some(Box::new(self.world));
        let mut caveats = self.caveats;
        caveats.push(
            "Trade is balanced before the change too: flows of today are those of the model without imbalances."
                .to_owned(),
        );
        Ok(NamedWorld { world, observed, caveats, ..self })
    }

    /// The world with its imbalances.
    pub(crate) fn today(&self) -> Self {
        match &self.observed {
            Some(world) => NamedWorld { world: (**world).clone(), observed: None, ..self.clone() },
            None => self.clone(),
        }
    }

    /// The index of a country.
    pub fn index(&self, country: Iso3) -> Result<usize, AnalysisError> {
        self.countries.binary_search(&country).map_err(|_| {
            let list: Vec<String> = self.countries.iter().map(ToString::to_string).collect();
            AnalysisError::World {
                source_name: self.source.name.clone(),
                what: format!("it does not have {country}"),
                help: format!("it has {}", list.join(" ")),
            }
        })
    }

    /// The indices of a pair.
    pub fn pair(&self, pair: Pair) -> Result<(usize, usize), AnalysisError> {
        Ok((self.index(pair.a)?, self.index(pair.b)?))
    }
}
