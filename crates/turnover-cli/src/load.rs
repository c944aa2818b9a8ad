//! From the words of the command line to data: the user's files, or the embedded figures.

use std::error::Error;
use std::path::{Path, PathBuf};

use turnover_analysis::{AnalysisError, NamedWorld, Pair};
use turnover_data::{
    ColumnMap, Duplicates, Filter, FlowOptions, Flows, PairPanel, Select, Store, Unit, Unknown, figures, flows_of,
    read_flows,
};
use turnover_measures::Catalogue;

use crate::args::{DataArgs, DuplicatesArg, ReadArgs, UnitArg, UnknownArg};
use crate::errors::CliError;
use crate::output::Output;
use crate::progress::Spinner;

/// The year of the founding case, which the embedded figures are about.
const EMBEDDED_YEAR: i32 = 2019;

/// How to read a user's file.
pub(crate) fn flow_options(read: &ReadArgs) -> Result<FlowOptions, CliError> {
    Ok(FlowOptions {
        columns: ColumnMap {
            exporter: read.exporter.clone(),
            importer: read.importer.clone(),
            reporter: read.reporter.clone(),
            partner: read.partner.clone(),
            flow: read.flow.clone(),
            product: read.product.clone(),
            year: read.year_column.clone(),
            value: read.value.clone(),
        },
        unit: read.unit.map(|u| match u {
            UnitArg::Usd => Unit::Usd,
            UnitArg::ThousandUsd => Unit::ThousandUsd,
            UnitArg::MillionUsd => Unit::MillionUsd,
            UnitArg::BillionUsd => Unit::BillionUsd,
        }),
        filter: read.filter.as_deref().map(Filter::parse).transpose()?,
        duplicates: match read.duplicates {
            DuplicatesArg::Error => Duplicates::Refuse,
            DuplicatesArg::Sum => Duplicates::Sum,
        },
        unknown: match read.unknown {
            UnknownArg::Error => Unknown::Refuse,
            UnknownArg::Drop => Unknown::Drop,
        },
    })
}

/// The words that make a later command read the same data.
pub(crate) fn data_words(data: &DataArgs, catalogue: Option<&PathBuf>) -> String {
    let read = &data.read;
    let mut words = String::new();
    let mut add = |flag: &str, value: Option<String>| {
        if let Some(value) = value {
            words.push_str(&format!(" --{flag} {}", quoted(&value)));
        }
    };
    add("data", data.data.as_ref().map(|p| p.display().to_string()));
    add("filter", read.filter.clone());
    add("exporter", read.exporter.clone());
    add("importer", read.importer.clone());
    add("reporter", read.reporter.clone());
    add("partner", read.partner.clone());
    add("flow", read.flow.clone());
    add("product", read.product.clone());
    add("year-column", read.year_column.clone());
    add("value", read.value.clone());
    let unit = read.unit.map(|u| match u {
        UnitArg::Usd => "usd",
        UnitArg::ThousandUsd => "thousand-usd",
        UnitArg::MillionUsd => "million-usd",
        UnitArg::BillionUsd => "billion-usd",
    });
    add("unit", unit.map(str::to_owned));
    add("duplicates", (read.duplicates == DuplicatesArg::Sum).then(|| "sum".to_owned()));
    add("unknown", (read.unknown == UnknownArg::Drop).then(|| "drop".to_owned()));
    add("catalogue", catalogue.map(|p| p.display().to_string()));
    words
}

/// A word as a shell would need it.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:,=+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// The flows of the user's file or folder, or the embedded ones.
/// Of a store only what is wanted is read.
pub(crate) fn flows(data: &DataArgs, select: &Select, output: &Output) -> Result<Flows, CliError> {
    if let Some(store) = store(data)? {
        let _spinner = Spinner::start("reading the store".to_owned(), output.quiet());
        return Ok(store.flows(select)?);
    }
    match &data.data {
        None => {
            refuse_read_args(data)?;
            Ok(figures::us_russia()?)
        }
        Some(path) => {
            let file = if path.is_dir() { in_folder(path, "flows")? } else { path.clone() };
            read(&file, &data.read, output)
        }
    }
}

/// The store that --data names, if it is one.
pub(crate) fn store(data: &DataArgs) -> Result<Option<Store>, CliError> {
    let Some(folder) = data.data.as_ref().filter(|p| Store::is_one(p)) else { return Ok(None) };
    let words = DataArgs { data: None, ..data.clone() };
    if data.read.filter.is_some() || !data_words(&words, None).is_empty() {
        return Err(CliError::Call(
            "a store holds flows ready to use: --filter, column names and units are for importing them".to_owned(),
            "leave them out".to_owned(),
        ));
    }
    Ok(Some(Store::open(folder)?))
}

/// The flows of a measure's sender: the user's, or the embedded table of Russia's food imports.
pub(crate) fn food_flows(data: &DataArgs, select: &Select, output: &Output) -> Result<Flows, CliError> {
    match &data.data {
        None => {
            refuse_read_args(data)?;
            Ok(figures::russia_food_imports()?)
        }
        Some(_) => flows(data, select, output),
    }
}

/// The turnover of many pairs: of the user's flows, or the embedded panel.
pub(crate) fn panel(data: &DataArgs, output: &Output) -> Result<PairPanel, CliError> {
    match &data.data {
        None => {
            refuse_read_args(data)?;
            Ok(PairPanel::built_in()?)
        }
        Some(_) => match store(data)? {
            Some(store) => {
                let _spinner = Spinner::start("reading the store".to_owned(), output.quiet());
                Ok(store.pairs()?)
            }
            None => Ok(PairPanel::from_flows(&flows(data, &Select::All, output)?)),
        },
    }
}

/// The world of the user's file, or of the folder's `world.*`, or the embedded one.
pub(crate) fn world(data: &DataArgs, year: Option<i32>, output: &Output) -> Result<NamedWorld, CliError> {
    let flows = match &data.data {
        None => {
            refuse_read_args(data)?;
            figures::world_2014()?
        }
        Some(path) if path.is_dir() => read(&in_folder(path, "world")?, &data.read, output)?,
        Some(path) => read(path, &data.read, output)?,
    };
    Ok(NamedWorld::new(&flows, year)?)
}

/// The world for a brief: a folder's own `world.*` where there is one, else the embedded one,
/// which the findings name as their source; and the words that make `reach` use the same.
pub(crate) fn world_beside(
    data: &DataArgs,
    year: Option<i32>,
    output: &Output,
) -> Result<(Result<NamedWorld, AnalysisError>, String), CliError> {
    let own = data.data.as_ref().filter(|p| p.is_dir()).and_then(|p| in_folder(p, "world").ok());
    let (flows, mut words) = match own {
        // The filter and the columns are those of the flows, so the world is read by the usual names.
        Some(file) => {
            let words = format!(" --data {}", quoted(&file.display().to_string()));
            (read(&file, &ReadArgs::default(), output)?, words)
        }
        None => (figures::world_2014()?, String::new()),
    };
    if let Some(year) = year {
        words.push_str(&format!(" --world-year {year}"));
    }
    Ok((NamedWorld::new(&flows, year), words))
}

/// The year that stands for "now" in the built-in world: that of the founding case for its pair, else the
/// latest that both sides' figures reach.
pub(crate) fn built_in_year(pair: Pair, year: Option<i32>) -> Result<Option<i32>, CliError> {
    let founding = Pair::resolve("USA", "RUS")?;
    let is_founding = pair == founding || (pair.a, pair.b) == (founding.b, founding.a);
    Ok(year.or(is_founding.then_some(EMBEDDED_YEAR)))
}

/// The year that stands for "now": 2019 on the embedded figures, the latest otherwise.
pub(crate) fn default_year(data: &DataArgs, year: Option<i32>) -> Option<i32> {
    year.or(data.data.is_none().then_some(EMBEDDED_YEAR))
}

/// Most threads that are started; far more take the system minutes, or are refused by it half-way.
const MOST_THREADS: usize = 1024;

/// Starts the threads of everything that follows: as many as --threads says, else as RAYON_NUM_THREADS says,
/// else one for each core. Left to themselves they would start at first use, where a failure is a panic.
/// Inside another program [`crate::ask`] has started those of one command.
pub(crate) fn start_threads(asked: Option<usize>, output: &Output) -> Result<(), CliError> {
    let of_system = || std::env::var("RAYON_NUM_THREADS").ok()?.parse::<usize>().ok().filter(|n| *n > 0);
    let (name, threads) = match asked {
        Some(threads) => ("--threads", threads),
        // 0 stands for one for each core.
        None => ("RAYON_NUM_THREADS", of_system().unwrap_or(0)),
    };
    if threads > MOST_THREADS || asked == Some(0) {
        return Err(CliError::Call(
            format!("{name} is {threads}"),
            format!("{name} takes a number from 1 to {MOST_THREADS}"),
        ));
    }
    if output.is_inside() {
        return Ok(());
    }
    match rayon::ThreadPoolBuilder::new().num_threads(threads).build_global() {
        // Inside another program they may run already, which is as good unless another number is wanted.
        Err(e) if asked.is_some() || e.source().is_some() => Err(CliError::Failed(
            format!("the threads cannot be started: {e}"),
            format!("set {name} to a smaller number, or raise the system's limit on threads"),
        )),
        _ => Ok(()),
    }
}

/// The user's catalogue or the embedded one.
pub(crate) fn catalogue(path: Option<&PathBuf>) -> Result<Catalogue, CliError> {
    Ok(match path {
        Some(path) => Catalogue::read(path)?,
        None => Catalogue::embedded()?,
    })
}

fn read(file: &Path, args: &ReadArgs, output: &Output) -> Result<Flows, CliError> {
    if let Some(table) = output.table(file) {
        return Ok(flows_of(table, &flow_options(args)?)?);
    }
    let _spinner = Spinner::start(format!("reading {}", file.display()), output.quiet());
    Ok(read_flows(file, &flow_options(args)?)?)
}

pub(crate) fn refuse_read_args(data: &DataArgs) -> Result<(), CliError> {
    if data.read.filter.is_some() || !data_words(data, None).is_empty() {
        return Err(CliError::Call(
            "--filter, column names and units are about your own file, and none was given".to_owned(),
            "add --data FILE".to_owned(),
        ));
    }
    Ok(())
}

/// The one file of a folder with that stem and a known ending.
fn in_folder(folder: &Path, stem: &str) -> Result<PathBuf, CliError> {
    let names = ["csv", "csv.gz", "tsv", "parquet", "dta"].map(|ending| folder.join(format!("{stem}.{ending}")));
    let found: Vec<&PathBuf> = names.iter().filter(|p| p.is_file()).collect();
    match found[..] {
        [one] => Ok(one.clone()),
        [] => Err(CliError::Failed(
            format!("{} has no {stem}.csv, .csv.gz, .tsv, .parquet or .dta", folder.display()),
            format!("rename the file of {stem} in it, or name a file instead of the folder"),
        )),
        _ => Err(CliError::Failed(
            format!("{} has more than one file named {stem}", folder.display()),
            "name the one that is meant with --data FILE".to_owned(),
        )),
    }
}
