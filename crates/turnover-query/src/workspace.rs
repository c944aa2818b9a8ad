//! What questions are answered from: the figures, the catalogue, the world, histories of pairs, the dossier.
//! Each table is read when the first question needs it, and kept.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use turnover_analysis::{NamedEconomy, NamedWorld, Pair, Watch};
use turnover_brief::Dossier;
use turnover_data::{
    EconomyTables, FlowOptions, FlowSource, Flows, Iso3, PairPanel, RawTable, Select, Store, builtin, figures,
    flows_of, read_flows,
};
use turnover_measures::Catalogue;

use crate::error::QueryError;
use crate::options::{DataOptions, ReadOptions};

/// The year of the founding case, which the embedded figures are about.
pub const EMBEDDED_YEAR: i32 = 2019;

/// The name of a table in memory, as in `--data '<table>'`.
pub const MEMORY: &str = "<table>";

/// Where figures come from.
#[derive(Debug, Clone)]
pub enum Figures {
    /// The program's own.
    Embedded,
    /// A file of flows.
    File(PathBuf),
    /// A folder with `flows.*` and `world.*`, or with the tables of an economy.
    Folder(PathBuf),
    /// A store made by `turnover data import`.
    Store(Arc<Store>),
    /// A table in memory, which is read as a file would be.
    Table(Arc<RawTable>),
    /// Flows in memory.
    Flows(Arc<Flows>),
}

/// What does not depend on the figures: the measures, the embedded world, histories of pairs, the dossier.
#[derive(Debug)]
pub struct Knowledge {
    catalogue: Catalogue,
    dossier: OnceLock<Arc<Dossier>>,
    world: OnceLock<Arc<NamedWorld>>,
    sectors: OnceLock<Arc<NamedEconomy>>,
    goods: OnceLock<Arc<NamedWorld>>,
    panel: OnceLock<Arc<PairPanel>>,
}

impl Knowledge {
    /// With a catalogue of measures.
    pub fn new(catalogue: Catalogue) -> Self {
        Knowledge {
            catalogue,
            dossier: OnceLock::new(),
            world: OnceLock::new(),
            sectors: OnceLock::new(),
            goods: OnceLock::new(),
            panel: OnceLock::new(),
        }
    }

    /// The user's catalogue, or the embedded one.
    ///
    /// # Errors
    /// Where the catalogue cannot be read or is not of the schema.
    pub fn open(catalogue: Option<&str>) -> Result<Self, QueryError> {
        Ok(Self::new(match catalogue {
            Some(path) => Catalogue::read(Path::new(path))?,
            None => Catalogue::embedded()?,
        }))
    }

    /// The measures.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The founding case.
    ///
    /// # Errors
    /// Where the embedded dossier is damaged.
    pub fn dossier(&self) -> Result<Arc<Dossier>, QueryError> {
        kept(&self.dossier, || Ok(Dossier::embedded()?))
    }

    /// The embedded world of input-output tables: goods and services of 2014.
    ///
    /// # Errors
    /// Where the embedded table is damaged.
    pub fn world(&self) -> Result<Arc<NamedWorld>, QueryError> {
        kept(&self.world, || Ok(NamedWorld::new(&figures::world_2014()?, None)?.of("goods and services")))
    }

    /// The embedded world in goods of a year.
    ///
    /// # Errors
    /// Where there is none of that year, or an embedded table is damaged.
    pub fn goods_world(&self, year: i32) -> Result<Arc<NamedWorld>, QueryError> {
        let make = || Ok(NamedWorld::new(&builtin::goods_world(year)?, Some(year))?.of("goods"));
        if year == EMBEDDED_YEAR { kept(&self.goods, make) } else { Ok(Arc::new(make()?)) }
    }

    /// The embedded world of sectors.
    ///
    /// # Errors
    /// Where the embedded tables are damaged.
    pub fn sectors(&self) -> Result<Arc<NamedEconomy>, QueryError> {
        kept(&self.sectors, || Ok(NamedEconomy::new(builtin::sectors_2014()?.0)?))
    }

    /// The embedded histories of pairs.
    ///
    /// # Errors
    /// Where the embedded table is damaged.
    pub fn panel(&self) -> Result<Arc<PairPanel>, QueryError> {
        kept(&self.panel, || Ok(PairPanel::built_in()?))
    }
}

/// What is kept, or made now. Two threads may both make it; the first stays.
fn kept<T>(slot: &OnceLock<Arc<T>>, make: impl FnOnce() -> Result<T, QueryError>) -> Result<Arc<T>, QueryError> {
    match slot.get() {
        Some(held) => Ok(Arc::clone(held)),
        None => {
            let made = Arc::new(make()?);
            Ok(Arc::clone(slot.get_or_init(|| made)))
        }
    }
}

/// What questions are answered from.
#[derive(Debug, Clone)]
pub struct Workspace {
    figures: Figures,
    read: FlowOptions,
    knowledge: Arc<Knowledge>,
    /// The flows of a file, read once.
    flows: Arc<OnceLock<Arc<Flows>>>,
    /// The embedded imports of many partners.
    partners: Arc<OnceLock<Arc<Flows>>>,
}

impl Workspace {
    /// Figures with what is known beside them.
    pub fn new(figures: Figures, read: FlowOptions, knowledge: Arc<Knowledge>) -> Self {
        Workspace { figures, read, knowledge, flows: Arc::default(), partners: Arc::default() }
    }

    /// The embedded figures, world, catalogue and dossier.
    ///
    /// # Errors
    /// Where an embedded file is damaged.
    pub fn embedded() -> Result<Self, QueryError> {
        Ok(Self::embedded_with(Arc::new(Knowledge::open(None)?)))
    }

    /// The embedded figures with what is known beside them.
    pub fn embedded_with(knowledge: Arc<Knowledge>) -> Self {
        Self::new(Figures::Embedded, FlowOptions::default(), knowledge)
    }

    /// The figures that options name, with a catalogue.
    ///
    /// # Errors
    /// Where the catalogue or a store cannot be read, or options for reading name no file to read.
    pub fn open(data: &DataOptions, read: &ReadOptions, knowledge: Arc<Knowledge>) -> Result<Self, QueryError> {
        let plain = *read == ReadOptions::default();
        let figures = match data.data.as_deref().map(Path::new) {
            None if plain => Figures::Embedded,
            None => {
                return Err(QueryError::call(
                    "‹filter›, column names and units are about your own file, and none was given",
                    "add ‹data FILE›",
                ));
            }
            Some(path) if Store::is_one(path) => {
                if !plain {
                    return Err(QueryError::call(
                        "a store holds flows ready to use: ‹filter›, column names and units are for importing them",
                        "leave them out",
                    ));
                }
                Figures::Store(Arc::new(Store::open(path)?))
            }
            Some(path) if path.is_dir() => Figures::Folder(path.to_owned()),
            Some(path) => Figures::File(path.to_owned()),
        };
        Ok(Self::new(figures, read.flow_options()?, knowledge))
    }

    /// What is known beside the figures.
    pub fn knowledge(&self) -> &Arc<Knowledge> {
        &self.knowledge
    }

    /// The measures.
    pub fn catalogue(&self) -> &Catalogue {
        &self.knowledge.catalogue
    }

    /// Whether the figures are the program's own.
    pub fn is_embedded(&self) -> bool {
        matches!(self.figures, Figures::Embedded)
    }

    /// The year that the figures are about, where that is not the latest.
    pub fn usual_year(&self) -> Option<i32> {
        self.is_embedded().then_some(EMBEDDED_YEAR)
    }

    /// What the figures are, for a subtitle.
    pub fn name(&self) -> String {
        match &self.figures {
            Figures::Embedded => "Embedded figures".to_owned(),
            Figures::File(path) | Figures::Folder(path) => format!("Figures of {}", path.display()),
            Figures::Store(store) => format!("Figures of {}", store.source().name),
            Figures::Table(table) => format!("Figures of {}", table.path),
            Figures::Flows(flows) => format!("Figures of {}", flows.source.name),
        }
    }

    /// Reads a file of flows ahead of the first question, so that a wrong one is refused at once. A store and a
    /// folder are read in parts, when they are asked.
    ///
    /// # Errors
    /// Where the file cannot be read as flows.
    pub fn preload(&self, watch: Watch<'_>) -> Result<(), QueryError> {
        if matches!(self.figures, Figures::File(_)) {
            self.flows(&Select::All, watch)?;
        }
        Ok(())
    }

    /// Bytes of the flows that are held in memory.
    pub fn bytes(&self) -> usize {
        match &self.figures {
            Figures::Flows(flows) => flows.batch().get_array_memory_size(),
            _ => self.flows.get().map_or(0, |f| f.batch().get_array_memory_size()),
        }
    }

    /// The flows, at least those that are selected.
    ///
    /// # Errors
    /// Where the file cannot be read; the error names the place.
    pub fn flows(&self, select: &Select, watch: Watch<'_>) -> Result<Arc<Flows>, QueryError> {
        match &self.figures {
            Figures::Store(store) => {
                watch.step("reading the store", 0, 1)?;
                Ok(Arc::new(store.flows(select)?))
            }
            Figures::Flows(flows) => Ok(Arc::clone(flows)),
            Figures::Embedded => match built_in(select)? {
                Some(flows) => Ok(Arc::new(flows)),
                None => kept(&self.flows, || Ok(figures::us_russia()?)),
            },
            Figures::Table(table) => kept(&self.flows, || Ok(flows_of(table, &self.read)?)),
            Figures::File(path) => kept(&self.flows, || self.file(path, watch)),
            Figures::Folder(folder) => kept(&self.flows, || self.file(&in_folder(folder, "flows")?, watch)),
        }
    }

    /// The trade of one of a pair with many partners by product, on which effects are estimated: the user's
    /// flows, or the embedded imports of food.
    ///
    /// # Errors
    /// As [`Workspace::flows`].
    pub fn partners(&self, select: &Select, watch: Watch<'_>) -> Result<Arc<Flows>, QueryError> {
        match &self.figures {
            Figures::Embedded => kept(&self.partners, || Ok(figures::russia_food_imports()?)),
            _ => self.flows(select, watch),
        }
    }

    /// Calls with the trade of all countries, as far as it is there.
    pub(crate) fn with_all<T>(
        &self,
        watch: Watch<'_>,
        call: impl FnOnce(FlowSource<'_>) -> T,
    ) -> Result<T, QueryError> {
        Ok(match &self.figures {
            Figures::Store(store) => call(FlowSource::Store(store)),
            Figures::Embedded => call(FlowSource::BuiltIn(builtin::Table::PairChapters2024)),
            _ => call(FlowSource::Table(&*self.flows(&Select::All, watch)?)),
        })
    }

    /// The turnover of many pairs by year: of the user's flows, or the embedded panel.
    ///
    /// # Errors
    /// As [`Workspace::flows`].
    pub fn panel(&self, watch: Watch<'_>) -> Result<Arc<PairPanel>, QueryError> {
        match &self.figures {
            Figures::Embedded => self.knowledge.panel(),
            Figures::Store(store) => {
                watch.step("reading the store", 0, 1)?;
                Ok(Arc::new(store.pairs()?))
            }
            _ => Ok(Arc::new(PairPanel::from_flows(&*self.flows(&Select::All, watch)?))),
        }
    }

    /// The world of a year (the latest if `None`): the user's file, the folder's `world.*`, or an embedded one. Of
    /// the embedded ones that of input-output tables goes first, if it is of that year and has the countries; else
    /// it is that of goods, in the embedded figures' year where none is named.
    ///
    /// # Errors
    /// Where the flows are not those of a world: domestic sales are missing, a country trades with nobody.
    pub fn world(
        &self,
        year: Option<i32>,
        countries: &[Iso3],
        watch: Watch<'_>,
    ) -> Result<Arc<NamedWorld>, QueryError> {
        let of = |flows: &Flows| Ok(Arc::new(NamedWorld::new(flows, year)?));
        match &self.figures {
            Figures::Embedded => {
                let tables = self.knowledge.world()?;
                let fits = year.is_none_or(|y| y == tables.year) && countries.iter().all(|c| tables.has(*c));
                if fits { Ok(tables) } else { self.knowledge.goods_world(year.unwrap_or(EMBEDDED_YEAR)) }
            }
            Figures::Folder(folder) => of(&self.file(&in_folder(folder, "world")?, watch)?),
            // A store holds what `data import` reads of any file.
            _ => of(&*self.flows(&Select::All, watch)?),
        }
    }

    /// The workspace of a brief's world: a folder's own `world.*` where there is one, read by the usual column
    /// names, else the embedded figures; and the option that names it.
    pub(crate) fn beside(&self) -> (Workspace, DataOptions) {
        let own = match &self.figures {
            Figures::Folder(folder) => in_folder(folder, "world").ok(),
            _ => None,
        };
        let data = own.as_ref().map(|file| file.display().to_string());
        let figures = own.map_or(Figures::Embedded, Figures::File);
        let beside = Workspace::new(figures, FlowOptions::default(), Arc::clone(&self.knowledge));
        (beside, DataOptions { data })
    }

    /// The built-in world of sectors; with a year the pair's goods are those of its customs figures.
    ///
    /// # Errors
    /// Where figures of one's own are there, which the world would not be of, or none of that year are.
    pub(crate) fn sectors(
        &self,
        pair: Option<Pair>,
        year: Option<i32>,
        watch: Watch<'_>,
    ) -> Result<NamedEconomy, QueryError> {
        let plain = self.knowledge.sectors()?;
        let Some(year) = year else { return Ok((*plain).clone()) };
        let Some(pair) = pair else {
            return Err(QueryError::call(
                "‹world-year› scales a pair's goods, and this question is about no pair",
                "leave it out: the world of sectors is that of 2014",
            ));
        };
        let flows = self.flows(&Select::Pair(pair.a, pair.b), watch)?;
        Ok(NamedEconomy::new(turnover_analysis::at_customs(&plain.tables, &flows, pair, year)?)?)
    }

    /// The tables of an economy of many sectors.
    ///
    /// # Errors
    /// Where the figures are not a folder of such tables.
    pub(crate) fn economy(&self, watch: Watch<'_>) -> Result<NamedEconomy, QueryError> {
        let Figures::Folder(folder) = &self.figures else {
            return Err(QueryError::call(
                "‹model caliendo-parro› needs tables of sectors, and none were given",
                "add ‹data DIR› with the tables of docs/economy.md",
            ));
        };
        watch.step(&format!("reading {}", folder.display()), 0, 1)?;
        Ok(NamedEconomy::new(EconomyTables::read(folder)?)?)
    }

    /// The table of an estimate, where it is in memory.
    pub(crate) fn table(&self) -> Option<&Arc<RawTable>> {
        if let Figures::Table(table) = &self.figures { Some(table) } else { None }
    }

    /// The dossier, where it is about the pair and the figures are those that it was written with.
    pub(crate) fn dossier_of(&self, pair: Pair) -> Result<Option<Arc<Dossier>>, QueryError> {
        let dossier = self.knowledge.dossier()?;
        let own = dossier.pair;
        let about = own == pair || (own.a, own.b) == (pair.b, pair.a);
        Ok((about && self.is_embedded()).then_some(dossier))
    }

    fn file(&self, path: &Path, watch: Watch<'_>) -> Result<Flows, QueryError> {
        watch.step(&format!("reading {}", path.display()), 0, 1)?;
        Ok(read_flows(path, &self.read)?)
    }
}

/// The built-in chapters of a pair other than the founding one; `None` for that, and where there are none.
fn built_in(select: &Select) -> Result<Option<Flows>, QueryError> {
    let Select::Pair(a, b) = select else { return Ok(None) };
    let codes = [a.as_str(), b.as_str()];
    if codes.contains(&"USA") && codes.contains(&"RUS") {
        return Ok(None);
    }
    Ok(builtin::pair_flows(*a, *b)?)
}

/// The one file of a folder with that stem and a known ending.
fn in_folder(folder: &Path, stem: &str) -> Result<PathBuf, QueryError> {
    let names = ["csv", "csv.gz", "tsv", "parquet", "dta"].map(|ending| folder.join(format!("{stem}.{ending}")));
    let found: Vec<&PathBuf> = names.iter().filter(|p| p.is_file()).collect();
    match found[..] {
        [one] => Ok(one.clone()),
        [] => Err(QueryError::failed(
            format!("{} has no {stem}.csv, .csv.gz, .tsv, .parquet or .dta", folder.display()),
            format!("rename the file of {stem} in it, or name a file instead of the folder"),
        )),
        _ => Err(QueryError::failed(
            format!("{} has more than one file named {stem}", folder.display()),
            "name the one that is meant with ‹data FILE›",
        )),
    }
}
