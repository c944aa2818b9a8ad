//! Inter-country input-output tables in long form: a folder with `inter.*` (who sells to which sector of whom) and
//! `final.*` (who sells to final users of whom), in any format that is read, as WIOD and ICIO are handed on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::economy::{EconomyTables, no_tariffs, theta_of};
use super::{RawTable, hex};
use crate::error::DataError;
use crate::flows::Source;

/// Names that a column may have.
const FROM: [&str; 4] = ["from", "exporter", "from_country", "origin"];
const TO: [&str; 4] = ["to", "importer", "to_country", "destination"];
const FROM_SECTOR: [&str; 4] = ["from_industry", "from_sector", "sector", "industry"];
const TO_SECTOR: [&str; 3] = ["to_industry", "to_sector", "using_sector"];
const VALUE: [&str; 5] = ["value", "value_usd", "value_musd", "flow", "amount"];

/// The one file of a folder whose name begins with a word, such as `inter_2011.parquet`.
fn file(folder: &Path, word: &str) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?;
    let mut found: Vec<PathBuf> = entries
        .filter_map(|e| Some(e.ok()?.path()))
        .filter(|p| {
            let name = p.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
            name.split(['_', '.', '-']).next() == Some(word) && p.is_file()
        })
        .collect();
    found.sort();
    if found.len() == 1 { found.pop() } else { None }
}

/// Whether a folder holds such tables.
fn is_one(folder: &Path) -> bool {
    file(folder, "inter").is_some() && file(folder, "final").is_some()
}

/// One table in long form.
struct Long {
    from: Vec<String>,
    sector: Vec<String>,
    to: Vec<String>,
    using: Vec<String>,
    value: Vec<f64>,
    hash: String,
}

impl Long {
    fn read(path: &Path, with_using: bool) -> Result<Self, DataError> {
        let table = RawTable::read(path)?;
        let name = path.display().to_string();
        let column = |names: &[&str]| {
            names.iter().find_map(|n| table.column(n)).ok_or_else(|| DataError::Format {
                path: name.clone(),
                what: format!("has no column `{}`", names[0]),
                help: format!("one of {} was expected", names.join(", ")),
            })
        };
        let text = |names: &[&str]| -> Result<Vec<String>, DataError> {
            let column = column(names)?;
            Ok((0..table.rows).map(|r| column.show(r).unwrap_or_default().trim().to_owned()).collect())
        };
        let values = column(&VALUE)?;
        let value = (0..table.rows)
            .map(|row| {
                let number = values.float(row).or_else(|| values.show(row)?.trim().parse().ok());
                number.filter(|x| x.is_finite()).ok_or_else(|| DataError::Format {
                    path: name.clone(),
                    what: format!("row {} has no number in its column of values", row + 1),
                    help: "write 0 where nothing is sold".to_owned(),
                })
            })
            .collect::<Result<Vec<f64>, DataError>>()?;
        Ok(Long {
            from: text(&FROM)?,
            sector: text(&FROM_SECTOR)?,
            to: text(&TO)?,
            using: if with_using { text(&TO_SECTOR)? } else { Vec::new() },
            value,
            hash: table.sha256.clone(),
        })
    }
}

/// Names in the order in which they first come, with their places.
fn places<'a>(names: impl Iterator<Item = &'a String>) -> (Vec<String>, BTreeMap<String, usize>) {
    let mut list: Vec<String> = Vec::new();
    let mut place = BTreeMap::new();
    for name in names {
        if !place.contains_key(name) {
            place.insert(name.clone(), list.len());
            list.push(name.clone());
        }
    }
    (list, place)
}

impl EconomyTables {
    /// Reads a folder: inter-country tables, or tables of numbers (docs/economy.md).
    ///
    /// # Errors
    /// Where a file is missing or a cell is wrong; the error names the place.
    pub fn read(folder: &Path) -> Result<Self, DataError> {
        if is_one(folder) { read(folder) } else { Self::read_plain(folder) }
    }
}

/// Reads a folder. Output is what is sold to all users; what is not bought from sectors is value added.
fn read(folder: &Path) -> Result<EconomyTables, DataError> {
    let path = |word: &str| file(folder, word).unwrap_or_else(|| folder.join(word));
    let (inter, last) = (Long::read(&path("inter"), true)?, Long::read(&path("final"), false)?);
    let (regions, region) = places(inter.from.iter().chain(&last.from));
    let (sectors, sector) = places(inter.sector.iter().chain(&last.sector));
    let (n, s) = (regions.len(), sectors.len());
    let unknown = |name: &str| DataError::Format {
        path: folder.display().to_string(),
        what: format!("`{name}` buys and sells nothing"),
        help: "every region and sector that buys needs rows in which it sells".to_owned(),
    };
    let region = |name: &String| region.get(name).copied().ok_or_else(|| unknown(name));
    let sector = |name: &String| sector.get(name).copied().ok_or_else(|| unknown(name));
    let mut flows = vec![0.0; s * n * n];
    let mut inputs = vec![0.0; n * s * s];
    for row in 0..inter.value.len() {
        let (from, j, to) = (region(&inter.from[row])?, sector(&inter.sector[row])?, region(&inter.to[row])?);
        flows[(j * n + to) * n + from] += inter.value[row];
        inputs[(to * s + j) * s + sector(&inter.using[row])?] += inter.value[row];
    }
    for row in 0..last.value.len() {
        let (from, j, to) = (region(&last.from[row])?, sector(&last.sector[row])?, region(&last.to[row])?);
        flows[(j * n + to) * n + from] += last.value[row];
    }
    let mut caveats = Vec::new();
    let negative = flows.iter().filter(|x| **x < 0.0).count();
    if negative > 0 {
        caveats.push(format!(
            "{negative} flows by sector are negative, since inventories fell by more than was sold; they count as 0."
        ));
        flows.iter_mut().for_each(|x| *x = x.max(0.0));
    }
    let mut output = vec![0.0; s * n];
    flows.iter().enumerate().for_each(|(at, x)| output[at / (n * n) * n + at % n] += x);
    let (value_added, short) = value_added(&mut inputs, &output, n, s);
    if short > 0 {
        caveats.push(format!("{short} sectors buy for more than they sell; they count as without value added."));
    }
    let theta = theta_of(folder, s, &mut caveats)?;
    let tariffs = no_tariffs(folder, n, s, &mut caveats)?;
    let mut digest = Sha256::new();
    digest.update(&inter.hash);
    digest.update(&last.hash);
    let label = folder.file_name().map_or_else(|| folder.display().to_string(), |n| n.to_string_lossy().into_owned());
    Ok(EconomyTables {
        regions,
        sectors,
        flows,
        tariffs,
        output,
        value_added,
        inputs,
        theta,
        source: Source { name: label, vintage: "as given".to_owned(), hash: hex(&digest.finalize()) },
        caveats,
        titles: Vec::new(),
        year: None,
        goods: Vec::new(),
        theta_sets: Vec::new(),
        in_usd: false,
        folder: folder.to_owned(),
    })
}

/// Value added per unit of output by sector and region, and how many buy for more than they sell; inputs become shares.
fn value_added(inputs: &mut [f64], output: &[f64], n: usize, s: usize) -> (Vec<f64>, usize) {
    let mut out = vec![1.0; s * n];
    let mut short = 0;
    for r in 0..n {
        for j in 0..s {
            let at = |k: usize| (r * s + k) * s + j;
            (0..s).for_each(|k| inputs[at(k)] = inputs[at(k)].max(0.0));
            let bought: f64 = (0..s).map(|k| inputs[at(k)]).sum();
            let sold = output[j * n + r];
            if bought > 0.0 && sold > 0.0 {
                short += usize::from(bought > sold);
                out[j * n + r] = (1.0 - bought / sold).max(0.0);
                (0..s).for_each(|k| inputs[at(k)] /= bought);
            } else {
                (0..s).for_each(|k| inputs[at(k)] = 0.0);
            }
        }
    }
    (out, short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_regions_of_two_sectors_are_put_together() {
        let dir = std::env::temp_dir().join(format!("inter-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let write = |name: &str, text: &str| std::fs::write(dir.join(name), text).unwrap();
        write(
            "inter_2011.csv",
            "from,from_industry,to,to_industry,value\nN,c1,N,c2,30\nN,c1,S,c2,10\nS,c1,N,c2,5\nN,c2,N,c1,20\nS,c2,S,c1,8\n",
        );
        write(
            "final_2011.csv",
            "from,from_industry,to,use,value\nN,c1,N,1,40\nN,c1,S,5,-12\nS,c1,S,1,25\nN,c2,N,1,50\nS,c2,N,1,7\nS,c2,S,1,9\n",
        );
        assert!(is_one(&dir));
        let t = read(&dir).unwrap();
        std::fs::remove_dir_all(&dir).unwrap();
        assert_eq!(
            (t.regions.as_slice(), t.sectors.as_slice()),
            (["N", "S"].map(str::to_owned).as_slice(), ["c1", "c2"].map(str::to_owned).as_slice())
        );
        // c1 from N to S: 10 of inputs less 12 from stocks counts as 0.
        assert_eq!(t.flows[..4], [70.0, 5.0, 0.0, 25.0]);
        assert_eq!(t.output, [70.0, 30.0, 70.0, 24.0]);
        // c2 of N buys 35 and sells 70; c1 of N buys 20.
        assert!((t.value_added[2] - 0.5).abs() < 1e-15 && (t.value_added[0] - 50.0 / 70.0).abs() < 1e-15);
        assert_eq!(t.theta, [4.0, 4.0]);
        assert!(t.caveats.iter().any(|c| c.contains("1 flows by sector are negative")));
    }
}
