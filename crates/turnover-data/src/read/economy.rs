//! Tables of an economy of many sectors: a folder of plain text tables (docs/economy.md).

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::hex;
use crate::error::{DataError, Place};
use crate::flows::Source;

/// An economy of `n` regions and `s` sectors as its files give it.
#[derive(Debug, Clone)]
pub struct EconomyTables {
    /// Names of regions.
    pub regions: Vec<String>,
    /// Names of sectors.
    pub sectors: Vec<String>,
    /// Flows before tariffs, s x n x n: sector, importer, exporter. Zero in sectors that are not
    /// traded.
    pub flows: Vec<f64>,
    /// Tariffs as shares, by the same layout.
    pub tariffs: Vec<f64>,
    /// Gross output, s x n, in the unit of flows.
    pub output: Vec<f64>,
    /// Value added per unit of output, s x n.
    pub value_added: Vec<f64>,
    /// Shares of inputs, n x s x s: region, input, output.
    pub inputs: Vec<f64>,
    /// Trade elasticities, s.
    pub theta: Vec<f64>,
    /// The files, with one hash over all of them.
    pub source: Source,
    /// What was assumed.
    pub caveats: Vec<String>,
    /// What each sector is, where that is known.
    pub titles: Vec<String>,
    /// The year of the flows, where it is known.
    pub year: Option<i32>,
    /// Whether each sector makes goods, where that is known.
    pub goods: Vec<bool>,
    /// Other elasticities by sector, with their names.
    pub theta_sets: Vec<(String, Vec<f64>)>,
    /// Whether values are US dollars; where not, nobody said what they are.
    pub in_usd: bool,
    pub(crate) folder: PathBuf,
}

/// Names of the files: ours, and those of Caliendo and Parro's (2015) replication files.
struct Layout {
    flows: &'static str,
    tariffs: &'static str,
    output: &'static str,
    value_added: &'static str,
    inputs: &'static str,
    theta: &'static str,
    /// Units of output in one of flows.
    flow_unit: f64,
}

const PLAIN: Layout = Layout {
    flows: "flows.txt",
    tariffs: "tariffs.txt",
    output: "output.txt",
    value_added: "value_added.txt",
    inputs: "inputs.txt",
    theta: "theta.txt",
    flow_unit: 1.0,
};

const CALIENDO_PARRO: Layout = Layout {
    flows: "xbilat1993.txt",
    tariffs: "tariffs1993.txt",
    output: "GO.txt",
    value_added: "B.txt",
    inputs: "IO.txt",
    theta: "T.txt",
    flow_unit: 1000.0,
};

/// The elasticity that Caliendo and Parro (2015) give sectors that are not traded: the mean of the
/// others, which matters little, since nothing competes with domestic sales there.
const NOT_TRADED: f64 = 8.22;

/// The regions of their files, which have no names, in their order.
const REGIONS: &str = "ARG AUS AUT BRA CAN CHL CHN DNK FIN FRA DEU GRC HUN IND IDN IRL ITA JPN KOR MEX NLD NZL NOR \
                       PRT ZAF ESP SWE TUR GBR USA ROW";
/// Their sectors.
const SECTORS: &str = "Agriculture,Mining,Food,Textile,Wood,Paper,Petroleum,Chemicals,Plastic,Minerals,Basic metals,\
                       Metal products,Machinery,Office,Electrical,Communication,Medical,Auto,Other transport,Other,\
                       Electricity,Construction,Retail,Hotels,Land transport,Water transport,Air transport,\
                       Auxiliary transport,Post,Finance,Real estate,Renting of machinery,Computer,Research,\
                       Other business,Public,Education,Health,Other services,Private households";

impl EconomyTables {
    /// Reads a folder of tables of numbers.
    pub(crate) fn read_plain(folder: &Path) -> Result<Self, DataError> {
        let authors = folder.join(CALIENDO_PARRO.flows).is_file();
        let layout = if authors { CALIENDO_PARRO } else { PLAIN };
        let mut digest = Sha256::new();
        let mut read = |file: &str| -> Result<Rows, DataError> {
            let (rows, bytes) = rows(&folder.join(file))?;
            digest.update(&bytes);
            Ok(rows)
        };
        let output = read(layout.output)?;
        let (s, n) = (output.lines, output.columns);
        let name = |what: &str| folder.join(what).display().to_string();
        let shaped = |table: Rows, file: &str, lines: usize, columns: usize, words: &str| {
            if (table.lines, table.columns) == (lines, columns) {
                return Ok(table.numbers);
            }
            Err(DataError::Format {
                path: name(file),
                what: format!("has {} lines of {} numbers", table.lines, table.columns),
                help: format!("{lines} lines of {columns} were expected: {words}"),
            })
        };
        let value_added = shaped(read(layout.value_added)?, layout.value_added, s, n, "a line for each sector")?;
        let inputs = shaped(read(layout.inputs)?, layout.inputs, n * s, s, "for each region a line for each input")?;
        let flows = read(layout.flows)?;
        let traded = flows.lines / n;
        let words = "for each traded sector a line for each importer, exporters side by side";
        if traded == 0 || traded > s || flows.lines != traded * n {
            return Err(DataError::Format {
                path: name(layout.flows),
                what: format!("has {} lines", flows.lines),
                help: format!("a multiple of {n}, at most {}, was expected: {words}", s * n),
            });
        }
        let mut flows = shaped(flows, layout.flows, traded * n, n, words)?;
        flows.iter_mut().for_each(|x| *x *= layout.flow_unit);
        flows.resize(s * n * n, 0.0);
        let mut tariffs = shaped(read(layout.tariffs)?, layout.tariffs, traded * n, n, words)?;
        as_shares(&mut tariffs, s * n * n);
        let theta = read(layout.theta)?;
        let mut caveats = Vec::new();
        let given = theta.numbers.len();
        let mut theta = theta.numbers;
        if given == traded && traded < s {
            theta.resize(s, NOT_TRADED);
            caveats.push(format!("Sectors that are not traded have the elasticity {NOT_TRADED}."));
        } else if given != s {
            return Err(DataError::Format {
                path: name(layout.theta),
                what: format!("has {given} numbers"),
                help: format!("{s} were expected, one for each sector, or {traded}, one for each traded sector"),
            });
        }
        let default = |list: Vec<String>, count: usize, letter: &str| {
            if authors && list.len() == count { list } else { (1..=count).map(|k| format!("{letter}{k}")).collect() }
        };
        let regions = names(&folder.join("regions.txt"), n)?
            .unwrap_or_else(|| default(REGIONS.split_whitespace().map(str::to_owned).collect(), n, "R"));
        let sectors = names(&folder.join("sectors.txt"), s)?
            .unwrap_or_else(|| default(SECTORS.split(',').map(|x| x.trim().to_owned()).collect(), s, "S"));
        let label =
            folder.file_name().map_or_else(|| folder.display().to_string(), |n| n.to_string_lossy().into_owned());
        let source = Source {
            name: if authors { format!("{label} (Caliendo and Parro 2015)") } else { label },
            vintage: if authors { "1993".to_owned() } else { "as given".to_owned() },
            hash: hex(&digest.finalize()),
        };
        let output = output.numbers;
        let folder = folder.to_owned();
        Ok(EconomyTables {
            regions,
            sectors,
            flows,
            tariffs,
            output,
            value_added,
            inputs,
            theta,
            source,
            caveats,
            titles: Vec::new(),
            year: None,
            goods: Vec::new(),
            theta_sets: Vec::new(),
            in_usd: false,
            folder,
        })
    }

    /// Another schedule of tariffs from the same folder, in the layout of [`EconomyTables::tariffs`].
    pub fn schedule(&self, file: &str) -> Result<Vec<f64>, DataError> {
        let path = self.folder.join(file);
        // A scenario names files beside the data, not anywhere.
        if Path::new(file).components().count() != 1 {
            return Err(DataError::Format {
                path: file.to_owned(),
                what: "is not the name of a file in the data's folder".to_owned(),
                help: format!("put the schedule into {}", self.folder.display()),
            });
        }
        let (table, _) = rows(&path)?;
        let (n, s) = (self.regions.len(), self.sectors.len());
        if table.columns != n || table.lines % n != 0 || table.lines > s * n {
            return Err(DataError::Format {
                path: path.display().to_string(),
                what: format!("has {} lines of {} numbers", table.lines, table.columns),
                help: format!("lines of {n} numbers were expected, {n} for each traded sector"),
            });
        }
        let mut tariffs = table.numbers;
        as_shares(&mut tariffs, s * n * n);
        Ok(tariffs)
    }
}

/// Elasticities of a folder: those of `theta.txt`, else the usual one everywhere.
pub(crate) fn theta_of(folder: &Path, s: usize, caveats: &mut Vec<String>) -> Result<Vec<f64>, DataError> {
    let path = folder.join(PLAIN.theta);
    if !path.is_file() {
        caveats.push(format!("No elasticities are given ({}); every sector has {USUAL_THETA}.", PLAIN.theta));
        return Ok(vec![USUAL_THETA; s]);
    }
    let (table, _) = rows(&path)?;
    if table.numbers.len() == s {
        return Ok(table.numbers);
    }
    Err(DataError::Format {
        path: path.display().to_string(),
        what: format!("has {} numbers", table.numbers.len()),
        help: format!("{s} were expected, one for each sector in the order of the table"),
    })
}

/// The elasticity where none is given.
const USUAL_THETA: f64 = 4.0;

/// Tariffs of a folder: those of `tariffs.txt`, else none.
pub(crate) fn no_tariffs(folder: &Path, n: usize, s: usize, caveats: &mut Vec<String>) -> Result<Vec<f64>, DataError> {
    let path = folder.join(PLAIN.tariffs);
    if !path.is_file() {
        caveats.push(format!("No tariffs are given ({}); they count as 0.", PLAIN.tariffs));
        return Ok(vec![0.0; s * n * n]);
    }
    let (table, _) = rows(&path)?;
    if table.columns != n || table.lines % n != 0 || table.lines > s * n {
        return Err(DataError::Format {
            path: path.display().to_string(),
            what: format!("has {} lines of {} numbers", table.lines, table.columns),
            help: format!(
                "for each traded sector {n} lines of {n} numbers were expected: importers down, exporters across"
            ),
        });
    }
    let mut tariffs = table.numbers;
    as_shares(&mut tariffs, s * n * n);
    Ok(tariffs)
}

/// Per cent to shares, with nothing in sectors that are not traded.
fn as_shares(tariffs: &mut Vec<f64>, cells: usize) {
    tariffs.iter_mut().for_each(|t| *t /= 100.0);
    tariffs.resize(cells, 0.0);
}

struct Rows {
    lines: usize,
    columns: usize,
    numbers: Vec<f64>,
}

/// A table of numbers parted by blanks, tabs or commas, and the file's bytes.
fn rows(path: &Path) -> Result<(Rows, Vec<u8>), DataError> {
    let name = path.display().to_string();
    let bytes = fs::read(path).map_err(|source| DataError::Io { path: name.clone(), source })?;
    let text = String::from_utf8_lossy(&bytes);
    let (mut lines, mut columns) = (0, 0);
    let mut numbers = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let before = numbers.len();
        for (column, word) in line.split([' ', '\t', ',']).filter(|w| !w.is_empty()).enumerate() {
            let number = word.trim().parse::<f64>().ok().filter(|x| x.is_finite());
            numbers.push(number.ok_or_else(|| DataError::Cell {
                path: name.clone(),
                place: Place::Line(at as u64 + 1),
                column: format!("number {}", column + 1),
                expected: "a finite number".to_owned(),
                found: word.chars().take(40).collect(),
                help: "numbers are parted by blanks, tabs or commas".to_owned(),
            })?);
        }
        let found = numbers.len() - before;
        if found == 0 {
            continue;
        }
        if lines == 0 {
            columns = found;
        }
        if found != columns {
            return Err(DataError::Format {
                path: name,
                what: format!("line {} has {found} numbers, the first has {columns}", at + 1),
                help: "every line needs as many".to_owned(),
            });
        }
        lines += 1;
    }
    if lines == 0 {
        return Err(DataError::Format {
            path: name,
            what: "is empty".to_owned(),
            help: "a table of numbers was expected".to_owned(),
        });
    }
    Ok((Rows { lines, columns, numbers }, bytes))
}

/// Names, one on a line; `None` without the file.
fn names(path: &Path, count: usize) -> Result<Option<Vec<String>>, DataError> {
    if !path.is_file() {
        return Ok(None);
    }
    let name = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|source| DataError::Io { path: name.clone(), source })?;
    let list: Vec<String> = text.lines().map(|l| l.trim().to_owned()).filter(|l| !l.is_empty()).collect();
    let mut unique = list.clone();
    unique.sort();
    unique.dedup();
    if list.len() != count || unique.len() != count {
        return Err(DataError::Format {
            path: name,
            what: format!("has {} different names on {} lines", unique.len(), list.len()),
            help: format!("{count} were expected, one on each line"),
        });
    }
    Ok(Some(list))
}
