//! Reads test data into models.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use turnover_data::RawTable;
use turnover_gravity::{Cluster, Effects, Family};

/// A file of the sources' own data, in a folder `shared/data` beside the project's.
pub(crate) fn data(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(file)
}

/// A table with some of its rows.
pub(crate) struct Data {
    table: RawTable,
    rows: Vec<usize>,
}

impl Data {
    pub(crate) fn read(path: &Path, keep: impl Fn(&RawTable, usize) -> bool) -> Self {
        let table = RawTable::read(path).unwrap();
        let rows = (0..table.rows).filter(|r| keep(&table, *r)).collect();
        Data { table, rows }
    }

    pub(crate) fn number(&self, name: &str) -> Vec<f64> {
        let column = self.table.column(name).unwrap_or_else(|| panic!("no column {name}"));
        let value = |r: &usize| column.float(*r).or_else(|| column.str(*r)?.parse().ok()).unwrap();
        self.rows.iter().map(value).collect()
    }

    pub(crate) fn text(&self, name: &str) -> Vec<String> {
        let column = self.table.column(name).unwrap_or_else(|| panic!("no column {name}"));
        self.rows.iter().map(|r| column.show(*r).unwrap().into_owned()).collect()
    }

    /// Codes of a combination of columns, in the combination's order, and their number.
    pub(crate) fn codes(&self, spec: &str) -> (Vec<u32>, usize) {
        let parts: Vec<Vec<String>> = spec.split('^').map(|c| self.text(c)).collect();
        combine(&parts)
    }

    pub(crate) fn effects(&self, specs: &[&str]) -> Effects {
        let family = |spec: &&str| {
            let (codes, levels) = self.codes(spec);
            Family { name: (*spec).to_owned(), codes, levels }
        };
        Effects::new(specs.iter().map(family).collect()).unwrap()
    }

    pub(crate) fn cluster(&self, spec: &str) -> Cluster {
        Cluster { name: spec.to_owned(), codes: self.codes(spec).0 }
    }
}

/// Dense codes of the rows of several columns taken together.
pub(crate) fn combine(parts: &[Vec<String>]) -> (Vec<u32>, usize) {
    let key = |r: usize| parts.iter().map(|p| p[r].as_str()).collect::<Vec<_>>();
    let mut map: BTreeMap<Vec<&str>, u32> = BTreeMap::new();
    for r in 0..parts[0].len() {
        map.entry(key(r)).or_insert(0);
    }
    for (k, v) in map.values_mut().enumerate() {
        *v = k as u32;
    }
    ((0..parts[0].len()).map(|r| map[&key(r)]).collect(), map.len())
}
