//! Imports files into a store: BACI's by a parser of its own, which reads them as a stream; others by
//! the common reader.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::Read;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, BooleanArray, Float64Array, Int32Array, RecordBatch, StringArray, new_null_array};
use arrow_select::filter::filter_record_batch;
use sha2::{Digest, Sha256};

use crate::country::{Iso3, countries};
use crate::error::{DataError, Place};
use crate::fault::Fault;
use crate::flows::{Flows, Source, Status, Valuation, flow_schema, yearly_batch};
use crate::hs::HsCode;
use crate::party::{Party, by_number};
use crate::read::{FlowOptions, hex, read_flows};
use crate::store::{PartKey, Year, YearWriter, commit, dictionary, lock};

/// Bytes read at a time.
const BLOCK: usize = 8 << 20;
/// Stands for an area that is no country, such as 697, Europe EFTA not elsewhere specified: its rows are dropped.
const NOWHERE: u16 = u16::MAX;
/// The header of a BACI file.
const HEADER: &str = "t,i,j,k,v,q";

/// Imports BACI files, `BACI_HS17_Y2019_V202501.csv`: year, exporter, importer, product, value in thousand
/// dollars, quantity. All of them go in, or none. `progress` gets the file's place in the list, the bytes read
/// of it and all of them.
pub fn import_baci(
    files: &[PathBuf],
    into: &Path,
    progress: &(dyn Fn(usize, u64, u64) + Sync),
) -> Result<Vec<(i32, Year)>, DataError> {
    let _held = lock(into)?;
    let mut parts: BTreeMap<i32, (YearWriter, Source, &Path)> = BTreeMap::new();
    for (at, file) in files.iter().enumerate() {
        let (years, source) = baci_years(file, into, &|done, all| progress(at, done, all))?;
        for (year, mut writer) in years {
            writer.flush()?;
            if let Some((_, _, first)) = parts.get(&year) {
                return Err(DataError::Format {
                    path: file.display().to_string(),
                    what: format!("holds the year {year}, and so does {}", first.display()),
                    help: "import one of the two; nothing was imported".to_owned(),
                });
            }
            parts.insert(year, (writer, source.clone(), file));
        }
    }
    commit(into, parts.into_values().map(|(writer, source, _)| (writer, source)).collect())
}

/// The years of one file, written but not yet in the store.
fn baci_years(
    file: &Path,
    into: &Path,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<(BTreeMap<i32, YearWriter>, Source), DataError> {
    let name = file.file_name().map_or_else(|| file.display().to_string(), |n| n.to_string_lossy().into_owned());
    let (send, receive) = sync_channel::<(i32, RecordBatch)>(2);
    // One thread reads and parses, the other encodes and writes.
    let (hash, years) = std::thread::scope(|scope| {
        let parser = scope.spawn(move || {
            Fault::catch(|| Parser::new(file)?.run(progress, &|year, batch| send.send((year, batch)).is_ok()))
        });
        let mut years: BTreeMap<i32, YearWriter> = BTreeMap::new();
        let mut written = Ok(());
        for (year, batch) in &receive {
            written = match years.entry(year) {
                Entry::Occupied(mut e) => e.get_mut().write(&batch),
                Entry::Vacant(e) => {
                    YearWriter::new(into, PartKey { year, months: false }).and_then(|w| e.insert(w).write(&batch))
                }
            };
            if written.is_err() {
                break;
            }
        }
        // The parser stops where nobody listens any more.
        drop(receive);
        let hash = parser.join().unwrap_or_else(|panic| resume_unwind(panic)).unwrap_or_else(|fault| fault.pass_on());
        written?;
        Ok::<_, DataError>((hash?, years))
    })?;
    let vintage =
        name.rsplit('_').next().and_then(|v| v.split('.').next()).filter(|v| v.starts_with('V')).unwrap_or("");
    let edition = name.split('_').nth(1).filter(|e| e.starts_with("HS")).unwrap_or("");
    let source = Source { name: format!("BACI {edition}").trim().to_owned(), vintage: vintage.to_owned(), hash };
    Ok((years, source))
}

/// Imports files that the common reader reads; `options` as there. All of them go in, or none; what several
/// files hold of one year goes in together, and a report that two of them hold is refused.
pub fn import_flows(files: &[PathBuf], options: &FlowOptions, into: &Path) -> Result<Vec<(i32, Year)>, DataError> {
    let _held = lock(into)?;
    let mut parts: BTreeMap<PartKey, (YearWriter, Vec<Source>)> = BTreeMap::new();
    let mut reports = Reports::new(files.len() > 1);
    for file in files {
        let flows = read_flows(file, options)?;
        reports.add(file, &flows)?;
        let batch = flows.batch();
        let years = batch.column(0).as_primitive::<Int32Type>().values();
        let months = batch.column(6);
        let keys: Vec<PartKey> =
            years.iter().enumerate().map(|(row, y)| PartKey { year: *y, months: months.is_valid(row) }).collect();
        let mut wanted = keys.clone();
        wanted.sort_unstable();
        wanted.dedup();
        for key in wanted {
            let keep = BooleanArray::from(keys.iter().map(|k| *k == key).collect::<Vec<bool>>());
            let rows = filter_record_batch(batch, &keep).map_err(|e| damaged(file, e.to_string()))?;
            let (writer, sources) = match parts.entry(key) {
                Entry::Occupied(e) => e.into_mut(),
                Entry::Vacant(e) => e.insert((YearWriter::new(into, key)?, Vec::new())),
            };
            writer.write(&rows)?;
            writer.flush()?;
            sources.push(flows.source.clone());
        }
    }
    commit(into, parts.into_values().map(|(writer, sources)| (writer, joined(&sources))).collect())
}

/// Several sources as one.
fn joined(sources: &[Source]) -> Source {
    let [one] = sources else {
        let list = |of: fn(&Source) -> &str| {
            let mut names: Vec<&str> = sources.iter().map(of).collect();
            names.dedup();
            names.join(", ")
        };
        let hash =
            hex(&Sha256::digest(sources.iter().map(|s| s.hash.as_str()).collect::<Vec<_>>().join(" ").as_bytes()));
        return Source { name: list(|s| &s.name), vintage: list(|s| &s.vintage), hash };
    };
    one.clone()
}

/// The reports of earlier files, to see that no other file has one of them again. One file's own repetitions are
/// the reader's to judge.
struct Reports {
    several: bool,
    seen: HashMap<ReportKey, usize>,
    files: Vec<String>,
}

type ReportKey = (i32, Option<u8>, Option<Iso3>, Iso3, Iso3, HsCode);

impl Reports {
    fn new(several: bool) -> Self {
        Reports { several, seen: HashMap::new(), files: Vec::new() }
    }

    fn add(&mut self, file: &Path, flows: &Flows) -> Result<(), DataError> {
        if !self.several {
            return Ok(());
        }
        let own = self.files.len();
        self.files.push(file.display().to_string());
        for f in flows.iter() {
            let first =
                *self.seen.entry((f.year, f.month, f.reporter, f.exporter, f.importer, f.product)).or_insert(own);
            if first != own {
                return Err(DataError::Format {
                    path: file.display().to_string(),
                    what: format!(
                        "reports {} to {}, {}, product {}, and so does {}",
                        f.exporter, f.importer, f.year, f.product, self.files[first]
                    ),
                    help: "leave one of the two out with --filter or name one file; nothing was imported".to_owned(),
                });
            }
        }
        Ok(())
    }
}

fn damaged(file: &Path, what: String) -> DataError {
    DataError::Format {
        path: file.display().to_string(),
        what,
        help: "BACI_HS*_Y*.csv from CEPII has the header t,i,j,k,v,q; import other files with `data import flows`"
            .to_owned(),
    }
}

/// Columns of one year that fill up.
#[derive(Default)]
struct Columns {
    exporter: Vec<u16>,
    importer: Vec<u16>,
    product: Vec<u16>,
    value: Vec<f64>,
}

struct Parser<'a> {
    path: &'a Path,
    file: File,
    length: u64,
    digest: Sha256,
    /// Place in the list of countries by Comtrade's number.
    country: Vec<Option<u16>>,
    countries: Arc<dyn Array>,
    /// Place in the list of products by code, the code as a number.
    product: HashMap<u32, u16>,
    products: Vec<String>,
    line: u64,
    /// The last flow, to see that none comes twice: files are sorted by exporter, importer, product.
    last: Option<(i32, u64)>,
    /// Keys of all flows, once they are not sorted, or from the start where the file is a pipe.
    seen: Option<Vec<(i32, u64)>>,
}

impl<'a> Parser<'a> {
    fn new(path: &'a Path) -> Result<Self, DataError> {
        let io = |source| DataError::Io { path: path.display().to_string(), source };
        let file = File::open(path).map_err(io)?;
        let about = file.metadata().map_err(io)?;
        let length = about.len();
        let mut country = vec![None; 1000];
        for (number, slot) in (0u16..).zip(country.iter_mut()) {
            *slot = match by_number(number) {
                Some(Party::Country(code)) => Some(code.place() as u16),
                Some(Party::Nowhere) => Some(NOWHERE),
                Some(Party::Group) | None => None,
            };
        }
        let codes: StringArray = countries().iter().map(|c| Some(c.code.as_str())).collect();
        Ok(Parser {
            path,
            file,
            length,
            digest: Sha256::new(),
            country,
            countries: Arc::new(codes),
            product: HashMap::new(),
            products: Vec::new(),
            line: 0,
            last: None,
            // What comes through a pipe cannot be read again.
            seen: (!about.is_file()).then(Vec::new),
        })
    }

    /// Reads the file and hands over batches; returns its hash.
    fn run(
        mut self,
        progress: &dyn Fn(u64, u64),
        send: &dyn Fn(i32, RecordBatch) -> bool,
    ) -> Result<String, DataError> {
        let mut block = vec![0u8; BLOCK];
        let mut filled = 0;
        let mut done = 0u64;
        loop {
            let read = self
                .file
                .read(&mut block[filled..])
                .map_err(|source| DataError::Io { path: self.path.display().to_string(), source })?;
            self.digest.update(&block[filled..filled + read]);
            done += read as u64;
            filled += read;
            let end = if read == 0 {
                filled
            } else {
                block[..filled].iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1)
            };
            if end == 0 && filled == block.len() {
                return Err(damaged(self.path, format!("line {} is longer than {BLOCK} bytes", self.line + 1)));
            }
            if !self.block(&block[..end], send)? {
                return Ok(String::new());
            }
            block.copy_within(end..filled, 0);
            filled -= end;
            progress(done, self.length);
            if read == 0 {
                break;
            }
        }
        if self.line < 2 {
            return Err(damaged(self.path, "has no rows".to_owned()));
        }
        if let Some(mut seen) = self.seen.take() {
            seen.sort_unstable();
            if let Some(twice) = seen.windows(2).find(|w| w[0] == w[1]) {
                return Err(self.twice(twice[0].0, twice[0].1));
            }
        }
        Ok(hex(&self.digest.finalize()))
    }

    fn twice(&self, year: i32, key: u64) -> DataError {
        let (i, j, k) = (key >> 44, key >> 24 & 0xFFFFF, key & 0xFF_FFFF);
        damaged(self.path, format!("has two values for exporter {i}, importer {j}, product {k:06}, {year}"))
    }

    fn block(&mut self, text: &[u8], send: &dyn Fn(i32, RecordBatch) -> bool) -> Result<bool, DataError> {
        let mut years: BTreeMap<i32, Columns> = BTreeMap::new();
        let mut current: Option<(i32, Columns)> = None;
        for line in text.split(|b| *b == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() {
                continue;
            }
            self.line += 1;
            if self.line == 1 {
                let header: String =
                    String::from_utf8_lossy(line).chars().filter(|c| !matches!(c, '"' | ' ' | '\u{feff}')).collect();
                if header != HEADER {
                    return Err(damaged(
                        self.path,
                        format!("has the header {}", header.chars().take(60).collect::<String>()),
                    ));
                }
                continue;
            }
            let (year, exporter, importer, product, value) = self.row(line)?;
            if exporter == NOWHERE || importer == NOWHERE {
                continue;
            }
            if current.as_ref().is_none_or(|(y, _)| *y != year) {
                if let Some((y, columns)) = current.take() {
                    years.insert(y, columns);
                }
                current = Some((year, years.remove(&year).unwrap_or_default()));
            }
            if let Some((_, c)) = &mut current {
                c.exporter.push(exporter);
                c.importer.push(importer);
                c.product.push(product);
                c.value.push(value);
            }
        }
        if let Some((y, columns)) = current {
            years.insert(y, columns);
        }
        let products: Arc<dyn Array> = Arc::new(StringArray::from_iter_values(&self.products));
        for (year, c) in years {
            let rows = c.value.len();
            let reporters = new_null_array(flow_schema().field(1).data_type(), rows);
            let batch = dictionary(c.exporter, &self.countries)
                .and_then(|from| {
                    Ok((from, dictionary(c.importer, &self.countries)?, dictionary(c.product, &products)?))
                })
                .and_then(|(from, to, product)| {
                    let year: Arc<dyn Array> = Arc::new(Int32Array::from(vec![year; rows]));
                    let value: Arc<dyn Array> = Arc::new(Float64Array::from(c.value));
                    let columns = vec![year, reporters, from, to, product, value];
                    yearly_batch(columns, Some(Valuation::Fob), Status::Reconciled)
                })
                .map_err(|e| damaged(self.path, e.to_string()))?;
            if !send(year, batch) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn row(&mut self, line: &[u8]) -> Result<(i32, u16, u16, u16, f64), DataError> {
        let mut fields = line.split(|b| *b == b',').map(trim);
        let mut next = || fields.next().unwrap_or(b"");
        let (t, i, j, k, v, q) = (next(), next(), next(), next(), next(), next());
        if q.is_empty() && line.iter().filter(|b| **b == b',').count() != 5 {
            return Err(damaged(self.path, format!("line {} does not have 6 fields", self.line)));
        }
        let wrong = |column: &str, expected: &str, found: &[u8], help: &str| DataError::Cell {
            path: self.path.display().to_string(),
            place: Place::Line(self.line),
            column: column.to_owned(),
            expected: expected.to_owned(),
            found: format!("`{}`", String::from_utf8_lossy(&found[..found.len().min(40)])),
            help: help.to_owned(),
        };
        let whole = "download the file again if it is cut off";
        let year =
            number(t).filter(|y| (1800..=2100).contains(y)).ok_or_else(|| wrong("t", "a year", t, whole))? as i32;
        let country = |column: &str, text: &[u8]| {
            let place = number(text).and_then(|n| self.country.get(n as usize).copied().flatten());
            place.ok_or_else(|| wrong(column, "a country's number", text, "leave the row out if it is no country"))
        };
        let (from, to) = (country("i", i)?, country("j", j)?);
        let code = number(k).filter(|_| k.len() <= 6).ok_or_else(|| wrong("k", "an HS code of 6 digits", k, whole))?;
        let value = std::str::from_utf8(v)
            .ok()
            .and_then(|v| v.parse::<f64>().ok())
            .filter(|v| (0.0..1e12).contains(v))
            .ok_or_else(|| wrong("v", "a value in thousand dollars, 0 or more", v, whole))?;
        let product = match self.product.get(&code) {
            Some(at) => *at,
            None => {
                let text = format!("{code:06}");
                let parsed = HsCode::parse(&text).map_err(|_| wrong("k", "an HS code of 6 digits", k, whole))?;
                let at = u16::try_from(self.products.len())
                    .map_err(|_| damaged(self.path, "has more than 65,536 products".to_owned()))?;
                self.products.push(parsed.to_string());
                self.product.insert(code, at);
                at
            }
        };
        let key = u64::from(number(i).unwrap_or(0)) << 44 | u64::from(number(j).unwrap_or(0)) << 24 | u64::from(code);
        self.once(year, key)?;
        Ok((year, from, to, product, value * 1e3))
    }

    /// Sees that no flow comes twice.
    fn once(&mut self, year: i32, key: u64) -> Result<(), DataError> {
        if let Some(seen) = &mut self.seen {
            seen.push((year, key));
        } else if self.last == Some((year, key)) {
            return Err(self.twice(year, key));
        } else if self.last.is_some_and(|last| last > (year, key)) {
            // Not sorted after all: what has gone by was, so it holds no flow twice, but a later row may
            // repeat it. All keys are then needed, and are read again.
            self.seen = Some(self.keys_so_far(year, key)?);
        }
        self.last = Some((year, key));
        Ok(())
    }

    /// The keys of the rows up to this one.
    fn keys_so_far(&self, year: i32, key: u64) -> Result<Vec<(i32, u64)>, DataError> {
        let io = |source| DataError::Io { path: self.path.display().to_string(), source };
        let mut keys = Vec::new();
        let text = std::io::BufReader::with_capacity(1 << 20, File::open(self.path).map_err(io)?);
        for line in std::io::BufRead::split(text, b'\n').skip(1).take(self.line as usize - 2) {
            let line = line.map_err(io)?;
            let mut fields = line.split(|b| *b == b',').map(trim);
            let mut next = || fields.next().and_then(number).unwrap_or(0);
            let (t, i, j, k) = (next(), next(), next(), next());
            keys.push((t as i32, u64::from(i) << 44 | u64::from(j) << 24 | u64::from(k)));
        }
        keys.push((year, key));
        Ok(keys)
    }
}

fn trim(field: &[u8]) -> &[u8] {
    field.trim_ascii().strip_prefix(b"\"").and_then(|f| f.strip_suffix(b"\"")).unwrap_or(field.trim_ascii())
}

/// A number of digits only.
fn number(text: &[u8]) -> Option<u32> {
    if text.is_empty() || text.len() > 9 {
        return None;
    }
    text.iter().try_fold(0u32, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))
}
