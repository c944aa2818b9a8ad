//! One face for the models of one and of many sectors: regions by name, changes, outcomes.

use turnover_data::{EconomyTables, Iso3, Source, nearest};
use turnover_equilibrium::sectors::{self, Economy, EconomyData, Note, SettleSettings, Settled};
use turnover_equilibrium::{
    Equilibrium, Imbalance, Lever, ReachError, Settings, SolveError, log_points_of_cost_change, multiple, reach_beside,
    solve,
};

use crate::error::AnalysisError;
use crate::limits::{check_theta, check_together};
use crate::pull::{Deficits, Pull, What};
use crate::world::NamedWorld;

/// An economy of many sectors whose regions and sectors have names.
#[derive(Debug, Clone)]
pub struct NamedEconomy {
    /// The tables.
    pub tables: EconomyTables,
    /// The economy.
    pub economy: Economy,
    /// What was assumed and mended.
    pub caveats: Vec<String>,
}

impl NamedEconomy {
    /// From tables; what had to be mended is among the caveats.
    pub fn new(mut tables: EconomyTables) -> Result<Self, AnalysisError> {
        let (n, s) = (tables.regions.len(), tables.sectors.len());
        crate::limits::check_size(&tables.source.name, n, s)?;
        if let Some(j) = tables.theta.iter().position(|t| check_theta(*t).is_err()) {
            return Err(AnalysisError::World {
                source_name: tables.source.name.clone(),
                what: format!("the elasticity of {} is {}", tables.sectors[j], tables.theta[j]),
                help: "elasticities from 0.1 to 100 are solved; estimates lie between 2 and 10".to_owned(),
            });
        }
        // A tariff falls on what crosses a border.
        let own: Vec<usize> =
            (0..s * n).filter(|at| tables.tariffs.get(at * n + at % n).is_some_and(|t| *t != 0.0)).collect();
        for at in &own {
            tables.tariffs[at * n + at % n] = 0.0;
        }
        if let Some(at) = own.first() {
            tables.caveats.push(format!(
                "Tariffs on what a region sells to itself are not applied ({} of them, such as {} in {}): a tariff falls \
                 on what crosses a border.",
                own.len(),
                tables.sectors[at / n],
                tables.regions[at % n]
            ));
        }
        let data = EconomyData {
            regions: tables.regions.len(),
            sectors: tables.sectors.len(),
            flows: tables.flows.clone(),
            tariffs: tables.tariffs.clone(),
            output: tables.output.clone(),
            value_added: tables.value_added.clone(),
            inputs: tables.inputs.clone(),
            theta: tables.theta.clone(),
        };
        let (economy, notes) = Economy::new(&data).map_err(|e| AnalysisError::World {
            source_name: tables.source.name.clone(),
            what: match e {
                sectors::EconomyError::Empty { region, what } => format!("{} has no {what}", tables.regions[region]),
                sectors::EconomyError::Apart { region } => {
                    format!("{} trades with none of the others", tables.regions[region])
                }
                other => other.to_string(),
            },
            help: "docs/economy.md describes the tables".to_owned(),
        })?;
        let mut caveats = tables.caveats.clone();
        if let Some(ratio) = crate::tariffs::transposed(&tables.tariffs, n, s) {
            caveats.insert(
                0,
                format!(
                    "The tariffs look transposed: they differ {ratio:.1} times as much across exporters as across importers, \
                     where most importers have one rate for nearly all; check that importers go down and exporters across."
                ),
            );
        }
        caveats.extend(mended(&tables, &notes));
        Ok(NamedEconomy { tables, economy, caveats })
    }
}

/// What was mended, one sentence for each kind.
fn mended(tables: &EconomyTables, notes: &[Note]) -> Vec<String> {
    let place = |sector: usize, region: usize| format!("{} in {}", tables.sectors[sector], tables.regions[region]);
    let mut raised = Vec::new();
    let mut cut = Vec::new();
    let mut own = Vec::new();
    let mut bare = Vec::new();
    let mut out = Vec::new();
    for note in notes {
        match note {
            Note::OutputRaised { sector, region, .. } => raised.push(place(*sector, *region)),
            Note::FinalDemandCut { sector, region, .. } => cut.push(place(*sector, *region)),
            Note::NoSupply { sector, region } => own.push(place(*sector, *region)),
            Note::NoInputs { sector, region } => bare.push(place(*sector, *region)),
            Note::NegativeInputs { cells, lowest } => {
                out.push(format!("{cells} shares of inputs were negative (down to {lowest:.4}) and count as 0."));
            }
            Note::InputsScaled { columns, most } => out.push(format!(
                "Shares of inputs do not add up to 1 in {columns} columns (off by up to {most:.1e}) and were scaled."
            )),
        }
    }
    let mut list = |places: Vec<String>, what: &str| {
        if !places.is_empty() {
            let some = places.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
            let more = if places.len() > 3 { ", ..." } else { "" };
            out.push(format!("{} sectors {what} ({some}{more}).", places.len()));
        }
    };
    list(raised, "export more than their output; output was raised to exports");
    list(cut, "have uses above supply; final demand was set to 0 and the region's other shares scaled");
    list(own, "are sold by nobody and supply themselves");
    list(bare, "have no inputs; all their output is value added");
    out
}

/// A model with what it is about.
#[derive(Debug, Clone)]
pub enum Model {
    /// One sector.
    One {
        /// The world.
        named: Box<NamedWorld>,
        /// Elasticity and imbalances.
        settings: Settings,
    },
    /// Many sectors.
    Many {
        /// The economy.
        named: Box<NamedEconomy>,
        /// Imbalances.
        settings: SettleSettings,
        /// The economy as it is, with those imbalances.
        before: Box<Settled>,
    },
}

/// Changes put together.
#[derive(Debug, Clone)]
pub(crate) enum Shock {
    One(Vec<f64>),
    Many(sectors::Change),
}

/// The world after a shock.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    /// Of each region, the ratio of real income to today's.
    pub(crate) welfare: Vec<f64>,
    pub(crate) residual: f64,
    pub(crate) world: After,
}

impl Outcome {
    /// Steps of Newton's method, with one sector.
    pub(crate) fn iterations(&self) -> Option<usize> {
        match &self.world {
            After::One(after) => Some(after.iterations),
            After::Many(_) => None,
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) enum After {
    One(Box<Equilibrium>),
    Many(Box<Settled>),
}

/// What the rest of the way takes.
pub(crate) struct Rest {
    /// Fall of the ad valorem cost, as a share.
    pub(crate) cost_cut: f64,
    pub(crate) outcome: Outcome,
}

/// A flow as (sector, exporter, importer).
pub(crate) type Cell = (usize, usize, usize);

/// Flows as (exporter, importer).
pub(crate) type Flows<'a> = &'a [(usize, usize)];

impl Model {
    /// A model of one sector; with balanced trade it solves for the world without imbalances.
    pub fn one(named: NamedWorld, theta: f64, imbalance: Imbalance) -> Result<Self, AnalysisError> {
        check_theta(theta)?;
        let named = named.under(imbalance, theta)?;
        Ok(Model::One { named: Box::new(named), settings: Settings { theta, imbalance, ..Settings::default() } })
    }

    /// A model of many sectors; solves for the economy as it is.
    pub fn many(named: NamedEconomy, deficits: Deficits) -> Result<Self, AnalysisError> {
        let deficits = match deficits {
            Deficits::Kept => sectors::Deficits::Kept,
            Deficits::Proportional => sectors::Deficits::Proportional,
            Deficits::Zero => sectors::Deficits::Zero,
        };
        Self::settled(named, deficits, sectors::Labour::Mobile)
    }

    /// The same in the short run, in which labour stays in its sector.
    ///
    /// # Errors
    /// Where the model has one sector, or there is no equilibrium.
    pub fn short_run(self) -> Result<Self, AnalysisError> {
        match self {
            Model::Many { named, settings, .. } => Self::settled(*named, settings.deficits, sectors::Labour::Fixed),
            Model::One { .. } => Err(AnalysisError::Change {
                what: "labour stays in its sector, and the model has only one".to_owned(),
                help: "choose ‹world sectors› or ‹model caliendo-parro›".to_owned(),
            }),
        }
    }

    /// The same with chosen imbalances after a change, by region in the unit of the data; the others share what is
    /// left by value added.
    ///
    /// # Errors
    /// Where the model has one sector, its imbalances are not kept, or a region is not in it.
    pub fn with_imbalances(self, chosen: &[(String, f64)]) -> Result<Self, AnalysisError> {
        if chosen.is_empty() {
            return Ok(self);
        }
        let refuse = |what: &str, help: &str| AnalysisError::Change { what: what.to_owned(), help: help.to_owned() };
        let mut wanted = vec![None; self.regions()];
        for (name, value) in chosen {
            wanted[self.find(name)?] = Some(*value);
        }
        let Model::Many { mut named, settings, before } = self else {
            return Err(refuse("imbalances are chosen in a world of sectors", "choose ‹world sectors›"));
        };
        if settings.deficits != sectors::Deficits::Kept {
            return Err(refuse("imbalances are chosen, and a rule for them is given too", "leave one of the two out"));
        }
        let economy = &named.economy;
        let rest: f64 = -wanted.iter().flatten().sum::<f64>() / economy.unit();
        let free: f64 = (0..wanted.len()).filter(|r| wanted[*r].is_none()).map(|r| economy.income(r)).sum();
        let deficit: Vec<f64> = wanted
            .iter()
            .enumerate()
            .map(|(r, w)| w.map_or_else(|| rest * economy.income(r) / free, |x| x / economy.unit()))
            .collect();
        named.economy = economy.with_deficits(&deficit);
        named.caveats.push("Imbalances after the change are those that the file chooses.".to_owned());
        Ok(Model::Many { named, settings, before })
    }

    /// The same with transfers between regions after a change, in units of world value added.
    pub(crate) fn with_transfers(&self, transfers: &[f64]) -> Result<Self, AnalysisError> {
        let Model::Many { named, settings, before } = self else { return Err(unsolved("a world of one sector")) };
        let kept = settings.deficits == sectors::Deficits::Kept;
        if !kept {
            return Err(AnalysisError::Change {
                what: "transfers are found with imbalances kept as they are".to_owned(),
                help: "leave ‹imbalance› and the file's deficits out".to_owned(),
            });
        }
        let deficit: Vec<f64> = transfers.iter().enumerate().map(|(r, t)| named.economy.deficit(r) + t).collect();
        let economy = named.economy.with_deficits(&deficit);
        let named = NamedEconomy { economy, ..(**named).clone() };
        Ok(Model::Many { named: Box::new(named), settings: *settings, before: before.clone() })
    }

    /// The same by the engine's rule.
    pub(crate) fn settled(
        named: NamedEconomy,
        deficits: sectors::Deficits,
        labour: sectors::Labour,
    ) -> Result<Self, AnalysisError> {
        let settings = SettleSettings { deficits, labour, ..SettleSettings::default() };
        let before = settle(&named, &sectors::Change::none(&named.economy), &settings, None)?;
        Ok(Model::Many { named: Box::new(named), settings, before: Box::new(before) })
    }

    /// The same with all elasticities multiplied by a factor.
    pub(crate) fn with_theta(&self, factor: f64) -> Result<Self, AnalysisError> {
        match self {
            Model::One { named, settings } => {
                let settings = Settings { theta: settings.theta * factor, ..*settings };
                let named = named.today().under(settings.imbalance, settings.theta)?;
                Ok(Model::One { named: Box::new(named), settings })
            }
            Model::Many { named, .. } => {
                self.with_thetas((0..named.economy.sectors()).map(|j| named.economy.theta(j) * factor).collect())
            }
        }
    }

    /// The same with other elasticities by sector.
    pub(crate) fn with_thetas(&self, theta: Vec<f64>) -> Result<Self, AnalysisError> {
        let Model::Many { named, settings, .. } = self else { return Err(unsolved("a world of one sector")) };
        let economy = named.economy.with_theta(theta).map_err(|e| unsolved(&e.to_string()))?;
        let named = NamedEconomy { economy, ..(**named).clone() };
        let before = settle(&named, &sectors::Change::none(&named.economy), settings, None)?;
        Ok(Model::Many { named: Box::new(named), settings: *settings, before: Box::new(before) })
    }

    /// The same, solved less closely: for questions that solve it many times.
    pub(crate) fn with_tolerance(&self, tolerance: f64) -> Self {
        let mut out = self.clone();
        match &mut out {
            Model::One { settings, .. } => settings.tolerance = tolerance,
            Model::Many { settings, .. } => settings.tolerance = tolerance,
        }
        out
    }

    /// Whether values are US dollars.
    pub(crate) fn in_usd(&self) -> bool {
        match self {
            Model::One { .. } => true,
            Model::Many { named, .. } => named.tables.in_usd,
        }
    }

    /// Incomes of the regions after a shock in US dollars; `None` where the tables' unit is not known.
    pub(crate) fn incomes_usd(&self, outcome: &Outcome) -> Option<Vec<f64>> {
        match (self, &outcome.world) {
            (Model::Many { named, .. }, After::Many(after)) if named.tables.in_usd => {
                Some((0..after.regions()).map(|r| after.income(r) * named.economy.unit()).collect())
            }
            _ => None,
        }
    }

    /// What a sector is called.
    pub(crate) fn sector_title(&self, sector: usize) -> String {
        match self {
            Model::Many { named, .. } => {
                named.tables.titles.get(sector).unwrap_or(&named.tables.sectors[sector]).clone()
            }
            Model::One { .. } => "all goods".to_owned(),
        }
    }

    pub(crate) fn regions(&self) -> usize {
        match self {
            Model::One { named, .. } => named.world.len(),
            Model::Many { named, .. } => named.economy.regions(),
        }
    }

    /// Code of a region.
    pub(crate) fn code(&self, region: usize) -> String {
        match self {
            Model::One { named, .. } => named.countries[region].to_string(),
            Model::Many { named, .. } => named.tables.regions[region].clone(),
        }
    }

    /// Name of a region.
    pub(crate) fn name(&self, region: usize) -> String {
        match self {
            Model::One { named, .. } => named.countries[region].name().to_owned(),
            Model::Many { named, .. } => {
                let code = &named.tables.regions[region];
                Iso3::parse(code).map_or_else(|_| code.clone(), |c| c.name().to_owned())
            }
        }
    }

    pub(crate) fn source(&self) -> &Source {
        match self {
            Model::One { named, .. } => &named.source,
            Model::Many { named, .. } => &named.tables.source,
        }
    }

    pub(crate) fn caveats(&self) -> &[String] {
        match self {
            Model::One { named, .. } => &named.caveats,
            Model::Many { named, .. } => &named.caveats,
        }
    }

    /// The method in words.
    pub(crate) fn method(&self) -> String {
        match self {
            Model::One { named, settings } => format!(
                "one-sector general equilibrium in exact changes (Dekle, Eaton and Kortum 2007; Arkolakis, Costinot and \
                 Rodriguez-Clare 2012), {} economies of {}, theta {}, {}",
                named.countries.len(),
                named.year,
                crate::format::multiple(settings.theta),
                match settings.imbalance {
                    Imbalance::Additive => "imbalances fixed in units of world output",
                    Imbalance::Multiplicative => "imbalances in proportion to income",
                    Imbalance::Balanced => "no imbalances, before and after",
                }
            ),
            Model::Many { named, settings, .. } => {
                format!(
                    "general equilibrium of {} regions and {} sectors with inputs, tariffs and their revenue in exact changes \
                 (Caliendo and Parro 2015), {}",
                    named.economy.regions(),
                    named.economy.sectors(),
                    match settings.deficits {
                        sectors::Deficits::Kept => "imbalances fixed in units of world value added",
                        sectors::Deficits::Proportional => "imbalances in proportion to value added",
                        sectors::Deficits::Zero => "no imbalances, before and after",
                    }
                ) + match settings.labour {
                    sectors::Labour::Mobile => "",
                    sectors::Labour::Fixed => ", in the short run: labour stays in its sector (specific factors)",
                }
            }
        }
    }

    /// The index of a region by code or name.
    pub(crate) fn find(&self, text: &str) -> Result<usize, AnalysisError> {
        let wanted = Iso3::resolve(text).ok();
        let is = |i: &usize| {
            let code = self.code(*i);
            code.eq_ignore_ascii_case(text) || (wanted.is_some() && Iso3::resolve(&code).ok() == wanted)
        };
        (0..self.regions()).find(is).ok_or_else(|| {
            let codes: Vec<String> = (0..self.regions()).map(|i| self.code(i)).collect();
            AnalysisError::Change {
                what: format!("{} does not have {text}", self.source().name),
                help: format!("it has {}", codes.join(" ")),
            }
        })
    }

    /// The sectors of a pull: one by code or name, several joined by `+`, `goods`, or all.
    pub(crate) fn sectors(&self, name: Option<&str>) -> Result<Vec<usize>, AnalysisError> {
        let count = match self {
            Model::One { .. } => 1,
            Model::Many { named, .. } => named.economy.sectors(),
        };
        let Some(text) = name else { return Ok((0..count).collect()) };
        let mut out = Vec::new();
        for part in text.split('+').map(str::trim) {
            match self {
                Model::Many { named, .. } if part.eq_ignore_ascii_case("goods") && !named.tables.goods.is_empty() => {
                    out.extend((0..count).filter(|j| named.tables.goods[*j]));
                }
                _ => out.push(self.sector(part)?),
            }
        }
        out.sort_unstable();
        out.dedup();
        Ok(out)
    }

    fn sector(&self, text: &str) -> Result<usize, AnalysisError> {
        let Model::Many { named, .. } = self else {
            return Err(AnalysisError::Change {
                what: format!("sector `{text}` is named, and the model has only one"),
                help: "leave the sector out, or choose ‹model caliendo-parro›".to_owned(),
            });
        };
        let sectors = &named.tables.sectors;
        let titles = &named.tables.titles;
        let of = |names: &[String]| names.iter().position(|s| s.eq_ignore_ascii_case(text));
        of(sectors).or_else(|| of(titles)).ok_or_else(|| {
            let near = nearest(text, sectors.iter().map(String::as_str));
            AnalysisError::Change {
                what: format!("{} has no sector `{text}`", named.tables.source.name),
                help: near.map_or_else(|| format!("it has {}", sectors.join(", ")), |n| format!("did you mean `{n}`?")),
            }
        })
    }

    /// Sum of flows today; with many sectors, of the economy as the model has it, deficits as asked.
    pub(crate) fn today(&self, flows: Flows) -> f64 {
        match self {
            Model::One { named, .. } => flows.iter().map(|&(i, j)| named.world.flow(i, j)).sum(),
            Model::Many { before, .. } => flows.iter().map(|&(i, j)| before.trade(j, i)).sum(),
        }
    }

    /// The regions of a party: one, several joined by `+`, a group such as `EU`, or all.
    pub(crate) fn party(&self, name: Option<&str>) -> Result<Vec<usize>, AnalysisError> {
        let Some(text) = name else { return Ok((0..self.regions()).collect()) };
        let mut out = Vec::new();
        for part in text.split('+').map(str::trim) {
            match crate::parties::members(part) {
                Some(group) => {
                    let found: Vec<usize> = group.iter().filter_map(|code| self.find(code).ok()).collect();
                    if found.is_empty() {
                        return Err(AnalysisError::Change {
                            what: format!("{} has no member of {part}", self.source().name),
                            help: "name countries or regions of the data".to_owned(),
                        });
                    }
                    out.extend(found);
                }
                None => out.push(self.find(part)?),
            }
        }
        out.sort_unstable();
        out.dedup();
        Ok(out)
    }

    /// The flows of a pull, as (exporter, importer).
    pub(crate) fn flows(&self, pull: &Pull) -> Result<Vec<(usize, usize)>, AnalysisError> {
        let side = |name: &Option<String>| self.party(name.as_deref());
        if let What::Schedule { among, .. } | What::Rates { among, .. } = &pull.what {
            let all: Vec<usize> = (0..self.regions()).collect();
            let named = among.iter().map(|n| self.find(n)).collect::<Result<Vec<usize>, _>>()?;
            let members = if named.is_empty() { all } else { named };
            return Ok(members
                .iter()
                .flat_map(|i| members.iter().filter(move |j| *j != i).map(move |j| (*i, *j)))
                .collect());
        }
        let (from, to) = (side(&pull.exporter)?, side(&pull.importer)?);
        let mut out = Vec::new();
        for &i in &from {
            for &j in to.iter().filter(|j| **j != i) {
                out.push((i, j));
                if pull.both {
                    out.push((j, i));
                }
            }
        }
        out.sort_unstable();
        out.dedup();
        Ok(out)
    }

    /// The flows of a pull by sector, as (sector, exporter, importer); the only sector is 0.
    pub(crate) fn cells(&self, pull: &Pull) -> Result<Vec<Cell>, AnalysisError> {
        if let What::Sized(cells) = &pull.what {
            return Ok(cells.iter().map(|c| (c.sector, c.exporter, c.importer)).collect());
        }
        let sectors = self.sectors(pull.sector.as_deref())?;
        let flows = self.flows(pull)?;
        Ok(sectors.into_iter().flat_map(|s| flows.iter().map(move |&(i, j)| (s, i, j))).collect())
    }

    /// Name of a sector.
    pub(crate) fn sector_name(&self, sector: usize) -> String {
        match self {
            Model::One { .. } => "all".to_owned(),
            Model::Many { named, .. } => named.tables.sectors[sector].clone(),
        }
    }

    /// A flow of one sector today, in the unit of [`Model::today`].
    pub(crate) fn cell_today(&self, (sector, exporter, importer): Cell) -> f64 {
        match self {
            Model::One { named, .. } => named.world.flow(exporter, importer),
            Model::Many { before, .. } => before.flow(sector, importer, exporter),
        }
    }

    /// The same after a shock.
    pub(crate) fn cell_after(&self, outcome: &Outcome, (sector, exporter, importer): Cell) -> f64 {
        match &outcome.world {
            After::One(after) => after.flow(exporter, importer),
            After::Many(after) => after.flow(sector, importer, exporter),
        }
    }

    /// Sum of flows by sector after over today's.
    pub(crate) fn cells_multiple(&self, outcome: &Outcome, cells: &[Cell]) -> f64 {
        let after: f64 = cells.iter().map(|c| self.cell_after(outcome, *c)).sum();
        after / cells.iter().map(|c| self.cell_today(*c)).sum::<f64>()
    }

    /// A caveat for each pull whose flows are all zero; an error where all pulls are such.
    pub(crate) fn without_trade(&self, pulls: &[Pull]) -> Result<Vec<String>, AnalysisError> {
        let mut none = Vec::new();
        for pull in pulls {
            if self.cells(pull)?.into_iter().all(|c| self.cell_today(c) <= 0.0) {
                none.push(pull.title.clone());
            }
        }
        if none.len() == pulls.len() {
            return Err(AnalysisError::Change {
                what: format!("{}: there is no trade to change, and a zero stays zero", none.join("; ")),
                help: "the model multiplies flows; name flows that are above zero in the data".to_owned(),
            });
        }
        Ok(none.into_iter().map(|t| format!("{t}: there is no trade to change; a zero stays zero.")).collect())
    }

    /// Reads the schedules that pulls name.
    pub(crate) fn with_schedules(&self, pulls: &[Pull]) -> Result<Vec<Pull>, AnalysisError> {
        let read = |pull: &Pull| -> Result<Pull, AnalysisError> {
            let (What::Schedule { file, among }, Model::Many { named, .. }) = (&pull.what, self) else {
                return Ok(pull.clone());
            };
            let rates = std::sync::Arc::new(named.tables.schedule(file)?);
            Ok(Pull { what: What::Rates { rates, among: among.clone() }, ..pull.clone() })
        };
        pulls.iter().map(read).collect()
    }

    /// The pulls together; `drawn` are log points instead of the pulls' own.
    pub(crate) fn shock(&self, pulls: &[(usize, &Pull)], drawn: Option<&[f64]>) -> Result<Shock, AnalysisError> {
        let mut shock = match self {
            Model::One { named, .. } => Shock::One(vec![0.0; named.world.len().pow(2)]),
            Model::Many { named, .. } => Shock::Many(sectors::Change::none(&named.economy)),
        };
        for (at, pull) in pulls {
            let flows = self.flows(pull)?;
            let size = match (&pull.what, drawn) {
                (What::LogPoints(_), Some(drawn)) => What::LogPoints(drawn[*at]),
                (what, _) => what.clone(),
            };
            self.add(&mut shock, pull, &size, &flows)?;
        }
        let n = self.regions();
        let most = |at: usize, b: f64| check_together(b, &self.code(at / n % n), &self.code(at % n));
        match &shock {
            Shock::One(log_b) => log_b.iter().enumerate().try_for_each(|(at, b)| most(at, *b))?,
            // Importers stand before exporters there.
            Shock::Many(change) => change
                .effects()
                .iter()
                .enumerate()
                .try_for_each(|(at, b)| check_together(*b, &self.code(at % n), &self.code(at / n % n)))?,
        }
        Ok(shock)
    }

    fn add(&self, shock: &mut Shock, pull: &Pull, size: &What, flows: Flows) -> Result<(), AnalysisError> {
        let sectors = self.sectors(pull.sector.as_deref())?;
        match (self, shock) {
            (Model::One { named, settings }, Shock::One(log_b)) => {
                let b = match size {
                    What::Cost(c) => log_points_of_cost_change(*c, settings.theta),
                    What::LogPoints(b) => *b,
                    What::Tariff(_) | What::Schedule { .. } | What::Rates { .. } | What::Sized(_) | What::Lift => {
                        return Err(AnalysisError::Change {
                            what: format!(
                                "\"{}\" is a tariff or a measure by product, and the model of one sector has neither",
                                pull.title
                            ),
                            help: "give tariff_equivalent_percent, or choose ‹model caliendo-parro›".to_owned(),
                        });
                    }
                };
                flows.iter().for_each(|&(i, j)| log_b[i * named.world.len() + j] += b);
            }
            (Model::Many { named, .. }, Shock::Many(change)) => {
                let e = &named.economy;
                if let What::Sized(cells) = size {
                    for c in cells.iter() {
                        change.add_effect(c.sector, c.importer, c.exporter, c.log_points);
                        // Lifting a duty that stands only in part leaves no subsidy.
                        let rate = change.tariff(c.sector, c.importer, c.exporter) + c.tariff;
                        change.set_tariff(c.sector, c.importer, c.exporter, rate.max(0.0));
                    }
                    return Ok(());
                }
                for j in sectors {
                    for &(from, to) in flows {
                        match size {
                            What::Cost(c) => change.add_effect(j, to, from, log_points_of_cost_change(*c, e.theta(j))),
                            What::LogPoints(b) => change.add_effect(j, to, from, *b),
                            What::Tariff(t) => change.set_tariff(j, to, from, *t),
                            What::Rates { rates, .. } => {
                                change.set_tariff(j, to, from, rates[(j * e.regions() + to) * e.regions() + from]);
                            }
                            What::Schedule { .. } | What::Sized(_) | What::Lift => {
                                return Err(AnalysisError::Change {
                                    what: format!("\"{}\" has no size", pull.title),
                                    help: "lift = true is for turnover negotiate and turnover design; give a size here"
                                        .to_owned(),
                                });
                            }
                        }
                    }
                }
            }
            _ => return Err(unsolved("a change of another model")),
        }
        Ok(())
    }

    /// The world after a shock.
    pub(crate) fn outcome(&self, shock: &Shock) -> Result<Outcome, AnalysisError> {
        match (self, shock) {
            (Model::One { named, settings }, Shock::One(log_b)) => {
                let after = solve(&named.world, log_b, settings, None).map_err(|e| self.error(&e))?;
                Ok(of_one(after))
            }
            (Model::Many { named, settings, before }, Shock::Many(change)) => {
                let after = settle(named, change, settings, Some(before))?;
                Ok(of_many(before, after))
            }
            _ => Err(unsolved("a change of another model")),
        }
    }

    /// The same, from a guess: that each of some changes from a world does what it does alone.
    pub(crate) fn outcome_of(
        &self,
        shock: &Shock,
        base: &Outcome,
        alone: &[&Outcome],
    ) -> Result<Outcome, AnalysisError> {
        let (Model::Many { named, settings, before }, Shock::Many(change), After::Many(base)) =
            (self, shock, &base.world)
        else {
            return self.outcome(shock);
        };
        let alone: Vec<&Settled> = alone
            .iter()
            .filter_map(|o| if let After::Many(after) = &o.world { Some(&**after) } else { None })
            .collect();
        let guess = sectors::Guess::sum(base, &alone);
        let after = named.economy.settle_from(change, settings, &guess).map_err(|e| self.error(&e))?;
        Ok(of_many(before, after))
    }

    /// Sum of flows after over today's.
    pub(crate) fn multiple(&self, outcome: &Outcome, flows: Flows) -> f64 {
        match (self, &outcome.world) {
            (Model::One { named, .. }, After::One(after)) => multiple(&named.world, after, flows),
            _ => flows.iter().map(|&(i, j)| self.flow_after(outcome, i, j)).sum::<f64>() / self.today(flows),
        }
    }

    /// A flow after the shock, in the unit of [`Model::today`].
    pub(crate) fn flow_after(&self, outcome: &Outcome, exporter: usize, importer: usize) -> f64 {
        match &outcome.world {
            After::One(after) => after.flow(exporter, importer),
            After::Many(after) => after.trade(importer, exporter),
        }
    }

    /// US dollars of one unit of flows.
    pub(crate) fn unit(&self) -> f64 {
        match self {
            Model::One { .. } => 1.0,
            Model::Many { named, .. } => named.economy.unit(),
        }
    }

    /// The cut of the costs of `moved`, beside a shock, at which `targets` are `k` times today's.
    pub(crate) fn reach(&self, shock: &Shock, moved: Flows, targets: Flows, k: f64) -> Result<Rest, ReachError> {
        match (self, shock) {
            (Model::One { named, settings }, Shock::One(log_b)) => {
                let lever = Lever::between(named.world.len(), moved);
                let found = reach_beside(&named.world, Some(log_b), &lever, targets, k, settings)?;
                let cost_cut = turnover_equilibrium::cost_cut(found.log_points, settings.theta);
                Ok(Rest { cost_cut, outcome: of_one(found.equilibrium) })
            }
            (Model::Many { named, settings, before }, Shock::Many(change)) => {
                let found = named.economy.reach(before, change, moved, targets, k, settings)?;
                Ok(Rest { cost_cut: found.cost_cut(), outcome: of_many(before, found.settled) })
            }
            _ => Err(ReachError::NoLever),
        }
    }

    /// A solver's error with regions by name.
    pub(crate) fn error(&self, error: &SolveError) -> AnalysisError {
        match error {
            SolveError::NoSpending { country } => unsolved(&format!(
                "with imbalances kept as they are, {} would have nothing left to spend",
                crate::format::in_sentence(&self.name(*country))
            )),
            other => unsolved(&other.to_string()),
        }
    }
}

fn of_one(after: Equilibrium) -> Outcome {
    Outcome { welfare: after.welfare.clone(), residual: after.residual, world: After::One(Box::new(after)) }
}

/// Real income: income over the consumer price index, against the economy as it is.
fn of_many(before: &Settled, after: Settled) -> Outcome {
    let regions = after.regions();
    let welfare = (0..regions)
        .map(|r| after.income(r) / before.income(r) * (before.log_price(r) - after.log_price(r)).exp())
        .collect();
    Outcome { welfare, residual: after.residual, world: After::Many(Box::new(after)) }
}

fn settle(
    named: &NamedEconomy,
    change: &sectors::Change,
    settings: &SettleSettings,
    start: Option<&Settled>,
) -> Result<Settled, AnalysisError> {
    named.economy.settle(change, settings, start).map_err(|e| match e {
        SolveError::NoSpending { country } => {
            unsolved(&format!("{} would have nothing left to spend", named.tables.regions[country]))
        }
        other => unsolved(&other.to_string()),
    })
}

pub(crate) fn unsolved(what: &str) -> AnalysisError {
    AnalysisError::Unsolved { what: what.to_owned() }
}
