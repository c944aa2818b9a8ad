//! The compact form of a built-in table: one block of series for each reporter, decoded when it is asked
//! for.
//!
//! A value is quoted by its leading digits and a power of ten; the digits of all series of a block stand
//! together, the powers together, and so on, since each kind packs well among its own. What is not there
//! has no value, which is something else than a value of nought.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::DataError;

const MAGIC: &[u8; 4] = b"TQF1";
/// Level of compression: tables are packed once and read often.
const LEVEL: i32 = 19;
/// A block that claims to be larger is damaged.
const MOST: usize = 1 << 28;

/// Whose book a series is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// What the reporter sold to the partner.
    Exports,
    /// What the reporter bought from the partner.
    Imports,
}

/// What the positions of a series are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Axis {
    /// Calendar years from the first on.
    Years {
        /// The first.
        first: i32,
    },
    /// Months from the first on.
    Months {
        /// Year of the first.
        first_year: i32,
        /// Its month, 1 to 12.
        first_month: u8,
    },
    /// Products of one year.
    Products {
        /// The year.
        year: i32,
        /// HS codes in ascending order.
        codes: Vec<String>,
    },
}

/// A series of one reporter.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Series {
    /// The partner's code.
    pub(crate) partner: String,
    /// Whose book.
    pub(crate) side: Side,
    /// HS code, or `TOTAL`.
    pub(crate) product: String,
    /// Positions on the axis in ascending order, with values in US dollars.
    pub(crate) values: Vec<(u32, f64)>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Header {
    axis: Axis,
    digits: u32,
    partners: Vec<String>,
    products: Vec<String>,
    blocks: BTreeMap<String, Block>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Block {
    start: usize,
    length: usize,
    raw: usize,
}

/// A packed table.
pub(crate) struct Packed {
    bytes: &'static [u8],
    header: Header,
    /// Where the blocks begin.
    base: usize,
    name: &'static str,
}

/// The values of a table before it is packed: by reporter, then partner, side and product, then position.
#[derive(Debug)]
pub struct Packer {
    axis: Axis,
    digits: u32,
    blocks: BTreeMap<String, BTreeMap<SeriesKey, BTreeMap<u32, f64>>>,
}

type SeriesKey = (String, Side, String);

impl Packer {
    /// An empty table whose values are quoted with 1 to 4 digits.
    pub fn new(axis: Axis, digits: u32) -> Self {
        Packer { axis, digits: digits.clamp(1, 4), blocks: BTreeMap::new() }
    }

    /// Adds to a value, in US dollars. The partner `WLD` stands for all partners.
    pub fn add(&mut self, reporter: &str, partner: &str, side: Side, product: &str, position: u32, value_usd: f64) {
        // Totals stand in a block of their own, so that all of them can be read without the rest.
        let (block, other) = if partner == super::WORLD { (partner, reporter) } else { (reporter, partner) };
        let series = self.blocks.entry(block.to_owned()).or_default();
        let key = (other.to_owned(), side, product.to_owned());
        *series.entry(key).or_default().entry(position).or_insert(0.0) += value_usd;
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.blocks.values().flat_map(BTreeMap::values).map(BTreeMap::len).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// The packed table.
    pub fn pack(&self) -> std::io::Result<Vec<u8>> {
        let all = || self.blocks.values().flat_map(BTreeMap::keys);
        let sorted = |mut list: Vec<String>| {
            list.sort_unstable();
            list.dedup();
            list
        };
        let partners = sorted(all().map(|k| k.0.clone()).collect());
        let products = sorted(all().map(|k| k.2.clone()).collect());
        let mut blocks = BTreeMap::new();
        let mut body = Vec::new();
        for (name, series) in &self.blocks {
            let raw = self.block(series, &partners, &products);
            let packed = zstd::bulk::compress(&raw, LEVEL)?;
            blocks.insert(name.clone(), Block { start: body.len(), length: packed.len(), raw: raw.len() });
            body.extend(packed);
        }
        let header = Header { axis: self.axis.clone(), digits: self.digits, partners, products, blocks };
        let header = zstd::bulk::compress(&serde_json::to_vec(&header)?, LEVEL)?;
        let mut out = MAGIC.to_vec();
        out.extend((header.len() as u32).to_le_bytes());
        out.extend(header);
        out.extend(body);
        Ok(out)
    }

    fn block(
        &self,
        series: &BTreeMap<SeriesKey, BTreeMap<u32, f64>>,
        partners: &[String],
        products: &[String],
    ) -> Vec<u8> {
        let mut planes: [Vec<u8>; 6] = Default::default();
        let [keys, sides, runs, powers, high, low] = &mut planes;
        varint(keys, series.len() as u64);
        let mut last = (0, 0);
        for ((partner, side, product), values) in series {
            let place = (place(partners, partner), place(products, product));
            varint(keys, (place.0 - last.0) as u64);
            varint(keys, place.1 as u64);
            last = place;
            sides.push(u8::from(*side == Side::Imports));
            let positions: Vec<u32> = values.keys().copied().collect();
            write_runs(runs, &positions);
            let mut before = 0u8;
            for value in values.values() {
                let (digits, power) = quote(*value, self.digits);
                powers.push(power.wrapping_sub(before));
                before = power;
                high.push((digits >> 8) as u8);
                low.push((digits & 0xFF) as u8);
            }
        }
        let mut out = Vec::new();
        for plane in &planes {
            varint(&mut out, plane.len() as u64);
            out.extend(plane);
        }
        out
    }
}

/// Position in a sorted list that holds it.
fn place(list: &[String], text: &str) -> usize {
    list.binary_search_by(|t| t.as_str().cmp(text)).unwrap_or_default()
}

/// A value as leading digits and a power of ten: 5787123456 with four digits is 5787 and 6. A value above
/// nought never becomes nought: what is below one dollar is quoted as one.
pub(super) fn quote(value: f64, digits: u32) -> (u16, u8) {
    let limit = 10f64.powi(digits as i32);
    let mut power = 0u8;
    let mut scaled = if value > 0.0 { value.max(1.0) } else { 0.0 };
    while scaled.round() >= limit && power < 30 {
        power += 1;
        scaled = value / 10f64.powi(i32::from(power));
    }
    (scaled.round() as u16, power)
}

/// The value of leading digits and a power of ten; exact up to 10^22.
pub(super) fn value_of(digits: u16, power: u8) -> f64 {
    f64::from(digits) * 10f64.powi(i32::from(power))
}

/// Positions as how many follow each other and how many are missing in between.
fn write_runs(out: &mut Vec<u8>, positions: &[u32]) {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for p in positions {
        match runs.last_mut() {
            Some((start, length)) if *start + *length == *p => *length += 1,
            _ => runs.push((*p, 1)),
        }
    }
    varint(out, runs.len() as u64);
    let mut end = 0;
    for (start, length) in runs {
        varint(out, u64::from(start - end));
        varint(out, u64::from(length));
        end = start + length;
    }
}

fn varint(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push((n & 0x7F) as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

/// Reads a plane from its front.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn varint(&mut self) -> Option<usize> {
        let mut n = 0u64;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            n |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return usize::try_from(n).ok();
            }
        }
        None
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn take(&mut self, length: usize) -> Option<Cursor<'a>> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(Cursor(taken))
    }
}

impl Packed {
    /// Reads the header of a table.
    pub(crate) fn open(name: &'static str, bytes: &'static [u8]) -> Result<Self, DataError> {
        let parse = || {
            let rest = bytes.strip_prefix(MAGIC)?;
            let (length, rest) = rest.split_at_checked(4)?;
            let length = u32::from_le_bytes(length.try_into().ok()?) as usize;
            let header = zstd::bulk::decompress(rest.get(..length)?, MOST).ok()?;
            Some((serde_json::from_slice(&header).ok()?, MAGIC.len() + 4 + length))
        };
        let (header, base) = parse().ok_or_else(|| damaged(name))?;
        Ok(Packed { bytes, header, base, name })
    }

    /// What positions are.
    pub(crate) fn axis(&self) -> &Axis {
        &self.header.axis
    }

    /// Names of the blocks: the reporters, and [`super::WORLD`] for the totals.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = &str> {
        self.header.blocks.keys().map(String::as_str)
    }

    /// The series of one reporter that are wanted by partner; none where it does not report. In the block of
    /// totals the partner is who reports.
    pub(crate) fn series(&self, block: &str, wanted: &dyn Fn(&str) -> bool) -> Result<Vec<Series>, DataError> {
        let Some(entry) = self.header.blocks.get(block) else { return Ok(Vec::new()) };
        self.decode(entry, wanted).ok_or_else(|| damaged(self.name))
    }

    fn decode(&self, entry: &Block, wanted: &dyn Fn(&str) -> bool) -> Option<Vec<Series>> {
        let start = self.base.checked_add(entry.start)?;
        let packed = self.bytes.get(start..start.checked_add(entry.length)?)?;
        let raw = zstd::bulk::decompress(packed, entry.raw.min(MOST)).ok()?;
        let mut all = Cursor(&raw);
        let mut plane = || {
            let length = all.varint()?;
            all.take(length)
        };
        let (mut keys, mut sides, mut runs) = (plane()?, plane()?, plane()?);
        let (powers, high, low) = (plane()?.0, plane()?.0, plane()?.0);
        let mut out = Vec::new();
        let (mut partner, mut at) = (0, 0usize);
        for _ in 0..keys.varint()? {
            partner += keys.varint()?;
            let product = keys.varint()?;
            let side = if sides.byte()? == 1 { Side::Imports } else { Side::Exports };
            let name = self.header.partners.get(partner)?;
            let keep = wanted(name);
            let mut values = Vec::new();
            let (mut position, mut power) = (0usize, 0u8);
            for _ in 0..runs.varint()? {
                position += runs.varint()?;
                for _ in 0..runs.varint()? {
                    power = power.wrapping_add(*powers.get(at)?);
                    if keep {
                        let digits = u16::from(*high.get(at)?) << 8 | u16::from(*low.get(at)?);
                        values.push((u32::try_from(position).ok()?, value_of(digits, power)));
                    }
                    at += 1;
                    position += 1;
                }
            }
            if keep {
                out.push(Series {
                    partner: name.clone(),
                    side,
                    product: self.header.products.get(product)?.clone(),
                    values,
                });
            }
        }
        Some(out)
    }
}

fn damaged(name: &str) -> DataError {
    DataError::Format {
        path: format!("figures/{name}"),
        what: "the built-in table is damaged".to_owned(),
        help: "the program was built with a damaged table; build it again".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_are_quoted_to_four_digits_and_never_lost() {
        let back = |v| {
            let (digits, power) = quote(v, 4);
            value_of(digits, power)
        };
        assert_eq!(back(5_787_123_456.0), 5_787_000_000.0);
        assert_eq!(back(9_999.6), 10_000.0);
        assert_eq!(back(999.4), 999.0);
        assert_eq!(back(0.2), 1.0, "a value above nought stays above nought");
        assert_eq!(back(0.0), 0.0);
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_back(
            cells in proptest::collection::btree_map((0usize..4, 0usize..5, any::<bool>(), 0u32..70), 0.0f64..1e13, 1..200)
        ) {
            let codes = ["USA", "RUS", "DEU", "CHN", super::super::WORLD];
            let mut packer = Packer::new(Axis::Years { first: 1960 }, 4);
            let side = |imports| if imports { Side::Imports } else { Side::Exports };
            for ((reporter, partner, imports, position), value) in &cells {
                packer.add(codes[*reporter], codes[*partner], side(*imports), "TOTAL", *position, *value);
            }
            let bytes: &'static [u8] = Box::leak(packer.pack().unwrap().into_boxed_slice());
            let packed = Packed::open("test", bytes).unwrap();
            let mut found = 0;
            for ((reporter, partner, imports, position), value) in &cells {
                let (block, other) =
                    if *partner == 4 { (codes[4], codes[*reporter]) } else { (codes[*reporter], codes[*partner]) };
                let series = packed.series(block, &|p| p == other).unwrap();
                let series = series.iter().find(|s| s.side == side(*imports)).unwrap();
                let quoted = series.values.iter().find(|v| v.0 == *position).unwrap().1;
                prop_assert!((quoted - value).abs() <= 5e-4 * value + 1.0, "{quoted} for {value}");
                found += 1;
            }
            let all: usize = packed
                .blocks()
                .map(|b| packed.series(b, &|_| true).unwrap().iter().map(|s| s.values.len()).sum::<usize>())
                .sum();
            prop_assert_eq!(found, all, "nothing is there that was not put in");
        }
    }

    #[test]
    fn a_damaged_table_is_an_error() {
        let mut packer = Packer::new(Axis::Years { first: 2000 }, 3);
        packer.add("USA", "RUS", Side::Exports, "TOTAL", 3, 123_456.0);
        let whole = packer.pack().unwrap();
        for length in 0..whole.len() {
            let cut: &'static [u8] = Box::leak(whole[..length].to_vec().into_boxed_slice());
            let read = Packed::open("test", cut).and_then(|p| p.series("USA", &|_| true).map(|s| s.len()));
            assert!(read.is_err(), "{length} bytes of {}", whole.len());
        }
    }
}
