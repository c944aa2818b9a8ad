//! Files of statistical offices whose rows are not flows yet: they come by month, by national product
//! code, in another currency, and hold totals and partners that are no country. What is left out is
//! told with its value.

mod comext;
mod usa;

use std::collections::hash_map::{DefaultHasher, Entry};
use std::collections::{BTreeMap, HashMap};
use std::hash::{Hash, Hasher};

use super::flows::wrong;
use super::{RawColumn, RawTable};
use crate::country::Iso3;
use crate::error::{DataError, Place};
use crate::flows::Flow;
use crate::hs::HsCode;

/// Flows with their places, and what a reader must know of them.
pub(super) type Reading = (Vec<(Place, Flow)>, Vec<String>);

/// The flows of an office's table, or `None` where the columns are not those of one.
pub(super) fn read(table: &RawTable, rows: &[usize]) -> Option<Result<Reading, DataError>> {
    if let Some(layout) = comext::Layout::find(table) {
        return Some(layout.read(table, rows));
    }
    usa::read(table, rows)
}

/// A part of a year; 0 is the whole.
type Month = u8;

/// Reads `2019`, `201903`, `2019-03`, and `201952`, which stands for the whole of 2019.
fn period(text: &str) -> Option<(i32, Month)> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    if !digits.bytes().all(|b| b.is_ascii_digit()) || !matches!(digits.len(), 4 | 6) {
        return None;
    }
    let year = digits[..4].parse().ok().filter(|y| (1900..=2100).contains(y))?;
    match digits[4..].parse::<Month>() {
        Err(_) | Ok(52) => Some((year, 0)),
        Ok(month) => (1..=12).contains(&month).then_some((year, month)),
    }
}

/// A product code as an office writes it.
enum Code {
    /// An HS code, or a national one cut to six digits.
    Hs { code: HsCode, national: bool },
    /// Letters stand for trade that is kept secret or that was adjusted.
    Letters,
}

fn code(text: &str) -> Option<Code> {
    let plain: String = text.chars().filter(|c| !matches!(c, '.' | ' ')).collect();
    if plain.eq_ignore_ascii_case("total") || plain == "-" {
        return Some(Code::Hs { code: HsCode::TOTAL, national: false });
    }
    if !plain.bytes().all(|b| b.is_ascii_digit()) {
        return plain.bytes().all(|b| b.is_ascii_alphanumeric()).then_some(Code::Letters);
    }
    // A leading zero lost to a spreadsheet: true codes have an even number of digits.
    let padded = if plain.len() % 2 == 1 { format!("0{plain}") } else { plain };
    if padded.len() > 10 {
        return None;
    }
    let code = HsCode::parse(&padded[..padded.len().min(6)]).ok()?;
    Some(Code::Hs { code, national: padded.len() > 6 })
}

/// A value that is 0 or more; thousands may be parted by commas, as in exports of web pages.
fn amount(column: &RawColumn, row: usize) -> Option<f64> {
    let value = column.float(row).or_else(|| column.str(row)?.replace(',', "").parse().ok())?;
    (value.is_finite() && value >= 0.0).then_some(value)
}

/// Year, reporter, exporter, importer, product.
type Key = (i32, Iso3, Iso3, Iso3, HsCode);

/// Adds rows up to flows of a year.
struct Sums<'a> {
    table: &'a RawTable,
    /// Columns that tell rows apart: all but those of values and quantities.
    identity: Vec<&'a RawColumn>,
    seen: HashMap<u64, usize>,
    /// By whether the rows have national codes.
    flows: [HashMap<Key, (usize, f64)>; 2],
    rows: [usize; 2],
    /// By reporter and year the parts seen, one bit each.
    parts: BTreeMap<(Iso3, i32), u16>,
    left: BTreeMap<&'static str, (usize, f64)>,
}

/// One row on its way into the sums.
struct Part {
    year: i32,
    month: Month,
    reporter: Iso3,
    partner: Iso3,
    import: bool,
    code: HsCode,
    national: bool,
    value_usd: f64,
}

impl<'a> Sums<'a> {
    fn new(table: &'a RawTable, values: &[&str]) -> Self {
        let is_value = |name: &str| values.iter().any(|v| name.to_uppercase().contains(v));
        Sums {
            table,
            identity: table.columns.iter().filter(|c| !is_value(&c.name)).collect(),
            seen: HashMap::new(),
            flows: [HashMap::new(), HashMap::new()],
            rows: [0, 0],
            parts: BTreeMap::new(),
            left: BTreeMap::new(),
        }
    }

    /// Leaves a row out.
    fn leave(&mut self, why: &'static str, value_usd: f64) {
        let slot = self.left.entry(why).or_default();
        slot.0 += 1;
        slot.1 += value_usd;
    }

    fn add(&mut self, row: usize, part: Part) -> Result<(), DataError> {
        let (from, to) = if part.import { (part.partner, part.reporter) } else { (part.reporter, part.partner) };
        let mut hash = DefaultHasher::new();
        for column in &self.identity {
            column.show(row).hash(&mut hash);
        }
        match self.seen.entry(hash.finish()) {
            Entry::Vacant(e) => {
                e.insert(row);
            }
            // A row may hold several years, a column each.
            Entry::Occupied(e) if *e.get() == row => {}
            Entry::Occupied(e) => {
                return Err(DataError::Duplicate {
                    path: self.table.path.clone(),
                    place: self.table.place(row),
                    first: self.table.place(*e.get()),
                    flow: format!("{from} to {to}, {}, product {}", part.year, part.code),
                });
            }
        }
        *self.parts.entry((part.reporter, part.year)).or_default() |= 1 << part.month;
        let level = usize::from(part.national);
        self.rows[level] += 1;
        let slot = self.flows[level].entry((part.year, part.reporter, from, to, part.code)).or_insert((row, 0.0));
        slot.1 += part.value_usd;
        Ok(())
    }

    fn finish(mut self) -> Result<Reading, DataError> {
        let mut notes = Vec::new();
        let mut short: BTreeMap<(i32, u32), Vec<&str>> = BTreeMap::new();
        for ((reporter, year), parts) in &self.parts {
            let months = (parts >> 1).count_ones();
            if parts & 1 == 1 && months > 0 {
                return Err(DataError::Format {
                    path: self.table.path.clone(),
                    what: format!("holds {year} of {reporter} both whole and by month"),
                    help: "keep one of the two with --filter".to_owned(),
                });
            }
            if parts & 1 == 0 && months < 12 {
                short.entry((*year, months)).or_default().push(reporter.as_str());
            }
        }
        notes.extend(short.into_iter().map(|((year, months), reporters)| {
            format!("{year} holds {months} of 12 months ({}).", reporters.join(", "))
        }));
        if self.rows[1] > 0 && self.rows[0] > 0 {
            let value = self.flows[0].values().map(|v| v.1).sum();
            self.left.insert("rows above the national codes, which are their totals", (self.rows[0], value));
            self.flows[0].clear();
        }
        for (why, (rows, value)) in &self.left {
            let value = if *value > 0.0 { format!(" worth {value:.0} US dollars") } else { String::new() };
            notes.push(format!("{rows} row{}{value} left out: {why}.", if *rows == 1 { "" } else { "s" }));
        }
        let mut flows: Vec<(usize, Flow)> = self
            .flows
            .into_iter()
            .flatten()
            .map(|((year, reporter, exporter, importer, product), (row, value_usd))| {
                (row, Flow { reporter: Some(reporter), ..Flow::new(year, exporter, importer, product, value_usd) })
            })
            .collect();
        if flows.is_empty() {
            return Err(DataError::Empty {
                path: self.table.path.clone(),
                what: format!("holds no flow between two countries; {}", notes.join(" ")),
                help: "check what was asked of the office's database".to_owned(),
            });
        }
        flows.sort_by_key(|(row, _)| *row);
        Ok((flows.into_iter().map(|(row, f)| (self.table.place(row), f)).collect(), notes))
    }
}

#[cfg(test)]
mod tests {
    use crate::read::{FlowOptions, RawTable, read_flows_from};
    use crate::{Flows, Source};

    fn flows(text: &str) -> Result<Flows, String> {
        let table = RawTable::from_bytes("f", text.as_bytes()).map_err(|e| e.to_string())?;
        let source = Source { name: "f".into(), vintage: String::new(), hash: String::new() };
        read_flows_from(&table, &FlowOptions::default(), source, Vec::new()).map_err(|e| e.to_string())
    }

    /// Exporter, importer, product and value of each flow.
    fn told(flows: &Flows) -> Vec<String> {
        flows
            .iter()
            .map(|f| format!("{} {} {} {} {:.0}", f.year, f.exporter, f.importer, f.product, f.value_usd))
            .collect()
    }

    const COMEXT: &str = "REPORTER,PARTNER,TRADE_TYPE,PRODUCT_NC,FLOW,STAT_PROCEDURE,PERIOD,VALUE_EUR,QUANTITY_KG\n";

    #[test]
    fn comext_months_and_national_codes_add_up_in_dollars() {
        let rows = "DE,RU,E,27090010,1,1,201901,1000000,5\n\
            DE,RU,E,27090010,1,1,201902,2000000,5\n\
            DE,RU,E,27090090,1,1,201902,500000,5\n\
            DE,RU,E,27090090,1,2,201902,100000,5\n\
            DE,RU,E,2709,1,1,201902,2600000,5\n\
            GR,XS,E,04069001,2,1,201901,10,5\n\
            DE,QS,E,27SSS999,2,1,201901,70,5\n\
            EU27_2020,RU,E,27090010,1,1,201901,100,5\n";
        let flows = flows(&format!("{COMEXT}{rows}")).unwrap();
        assert_eq!(told(&flows), ["2019 RUS DEU 270900 4030200", "2019 GRC SRB 040690 11"]);
        let notes = flows.caveats.join("\n");
        for part in
            ["2 of 12 months (DEU)", "1 of 12 months (GRC)", "worth 78 US dollars", "2019 1.1195", "national codes"]
        {
            assert!(notes.contains(part), "{part}: {notes}");
        }
    }

    #[test]
    fn comext_says_what_is_wrong_and_where() {
        for (rows, part) in [
            ("DE,RU,E,2709,1,1,201913,1,1\n", "line 2, column `PERIOD`"),
            ("DE,RU,E,2709,1,1,198001,1,1\n", "a year whose rate of the euro is stored"),
            ("DE,RU,E,2709,7,1,201901,1,1\n", "column `FLOW`"),
            ("DE,4621,E,2709,1,1,201901,1,1\n", "alpha-2"),
            ("DE,RU,E,2709,1,1,201901,-1,1\n", "0 or more"),
            ("DE,RU,E,2709,1,1,201901,1,1\nDE,RU,E,2709,1,1,201901,1,1\n", "line 3: a second value"),
            ("DE,RU,E,2709,1,1,201901,1,1\nDE,RU,E,2709,1,1,201952,1,1\n", "both whole and by month"),
            ("EU,RU,E,2709,1,1,201901,1,1\n", "no flow between two countries"),
        ] {
            let said = flows(&format!("{COMEXT}{rows}")).map(|f| told(&f));
            assert!(said.as_ref().is_err_and(|e| e.contains(part)), "{part}: {said:?}");
        }
    }

    #[test]
    fn comext_extractions_keep_values_alone() {
        let text = "DATAFLOW,LAST UPDATE,freq,reporter,partner,product,flow,indicators,TIME_PERIOD,OBS_VALUE\n\
            x,y,A,DE:Germany,RU:Russia,2709,1,VALUE_IN_EUROS,2019,1000\n\
            x,y,A,DE:Germany,RU:Russia,2709,1,QUANTITY_IN_100KG,2019,99\n\
            x,y,A,DE:Germany,RU:Russia,8703,2,VALUE_IN_EUROS,2019,\n";
        assert_eq!(told(&flows(text).unwrap()), ["2019 RUS DEU 2709 1120"]);
    }

    #[test]
    fn the_census_bureau_answers_in_arrays() {
        let text = r#"[["I_COMMODITY","CTY_CODE","CTY_NAME","GEN_VAL_MO","YEAR","MONTH","I_COMMODITY"],
            ["2709","4621","RUSSIA","1000","2019","01","2709"], ["2709","4621","RUSSIA","2000","2019","02","2709"],
            ["2709","-","TOTAL FOR ALL COUNTRIES","9000","2019","02","2709"],
            ["2709","5800","KOREA, SOUTH","5","2019","02","2709"]]"#;
        assert_eq!(told(&flows(text).unwrap()), ["2019 RUS USA 2709 3000", "2019 KOR USA 2709 5"]);
        let to_date = r#"[["E_COMMODITY","CTY_NAME","ALL_VAL_YR","YEAR","MONTH"],
            ["02","RUSSIA","1000","2019","11"], ["02","RUSSIA","1500","2019","12"]]"#;
        let flows = flows(to_date).unwrap();
        assert_eq!(told(&flows), ["2019 USA RUS 02 1500"]);
        assert!(flows.caveats.is_empty(), "{:?}", flows.caveats);
    }

    #[test]
    fn dataweb_is_read_with_years_as_rows_or_columns() {
        let wide = "Data Type,HTS Number,Description,Country,2018,2019\n\
            General Imports: Customs Value,2709,Crude,Russia,\"1,234,567\",\"2,000\"\n\
            General Imports: Customs Value,2709,Crude,Burma,0,5\nTotal:,2709,,Total,1,1\n";
        let rows =
            ["2018 RUS USA 2709 1234567", "2019 RUS USA 2709 2000", "2018 MMR USA 2709 0", "2019 MMR USA 2709 5"];
        let mut read = told(&flows(wide).unwrap());
        read.sort();
        let mut rows = rows.map(str::to_owned);
        rows.sort();
        assert_eq!(read, rows);
        let long = "Country,HTS Number,Year,FAS Value\nRussia,0207149000,2019,70\nRussia,0207144000,2019,30\n";
        assert_eq!(told(&flows(long).unwrap()), ["2019 USA RUS 020714 100"]);
        let odd = flows("Country,HTS Number,Year,FAS Value\nRusia,0207,2019,70\n").unwrap_err();
        assert!(odd.contains("line 2, column `Country`"), "{odd}");
    }

    /// Files with a few bytes changed are read or refused.
    #[test]
    fn damaged_files_do_not_panic() {
        let comext = format!("{COMEXT}DE,RU,E,27090010,1,1,201901,1000000,5\nGR,XS,E,0406,2,1,201952,10,5\n");
        let census = r#"[["I_COMMODITY","CTY_CODE","CTY_NAME","GEN_VAL_YR","YEAR","MONTH"],["2709","4621","RUSSIA","1000","2019","01"]]"#;
        let dataweb = "Data Type,HTS Number,Country,Year 2018,2019\nImports: CIF,0207.14,Russia,\"1,000\",7\n";
        let mut state = 1u64;
        let mut next = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        for whole in [comext.as_str(), census, dataweb] {
            assert!(flows(whole).is_ok(), "{whole}");
            for _ in 0..2000 {
                let mut bytes = whole.as_bytes().to_vec();
                for _ in 0..=next(3) {
                    let at = next(bytes.len().max(1));
                    if bytes.is_empty() {
                        break;
                    }
                    match next(3) {
                        0 => bytes[at] = b" ,\"0129-.XR\n[]{:e"[next(17)],
                        1 => drop(bytes.remove(at)),
                        _ => bytes.truncate(at + 1),
                    }
                }
                if let Ok(text) = std::str::from_utf8(&bytes) {
                    let _ = flows(text);
                }
            }
        }
    }
}
