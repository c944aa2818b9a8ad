//! Named columns of equal length: what a formula is evaluated on.

use std::collections::HashMap;

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Numbers; NaN where missing.
    Number(Vec<f64>),
    /// Text by code into a list of distinct values in ascending order; `u32::MAX` where missing.
    Text(Vec<u32>, Vec<String>),
}

impl Column {
    /// A text column from its cells.
    pub fn text<S: AsRef<str>>(cells: &[Option<S>]) -> Self {
        let mut found: HashMap<&str, u32> = HashMap::new();
        let mut codes: Vec<u32> = cells
            .iter()
            .map(|c| {
                let next = found.len() as u32;
                c.as_ref().map_or(u32::MAX, |c| *found.entry(c.as_ref()).or_insert(next))
            })
            .collect();
        let mut values: Vec<(&str, u32)> = found.into_iter().collect();
        values.sort_unstable();
        let mut place = vec![0; values.len()];
        values.iter().enumerate().for_each(|(k, (_, code))| place[*code as usize] = k as u32);
        codes.iter_mut().filter(|c| **c != u32::MAX).for_each(|c| *c = place[*c as usize]);
        Column::Text(codes, values.into_iter().map(|(v, _)| v.to_owned()).collect())
    }

    fn len(&self) -> usize {
        match self {
            Column::Number(x) => x.len(),
            Column::Text(x, _) => x.len(),
        }
    }
}

/// Named columns.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    columns: Vec<(String, Column)>,
    /// Columns by their exact levels, where numbers do not keep them apart.
    levels: Vec<(String, Column)>,
    rows: usize,
}

impl Frame {
    /// Takes columns of equal length; `None` where they differ.
    pub fn new(columns: Vec<(String, Column)>) -> Option<Self> {
        let rows = columns.first().map_or(0, |c| c.1.len());
        columns.iter().all(|c| c.1.len() == rows).then_some(Frame { columns, levels: Vec::new(), rows })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// A column by name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.0 == name).map(|c| &c.1)
    }

    /// Adds the exact levels of columns that are numbers as well: codes such as `01` and `1`, and whole
    /// numbers beyond 2^53, which a float merges. Fixed effects, clusters, `i()` and comparisons with a
    /// text use these; arithmetic uses the numbers. `None` where the lengths differ.
    pub fn with_levels(mut self, levels: Vec<(String, Column)>) -> Option<Self> {
        let fits = levels.iter().all(|c| c.1.len() == self.rows);
        self.levels = levels;
        fits.then_some(self)
    }

    /// A column by name, as levels.
    pub fn levels(&self, name: &str) -> Option<&Column> {
        self.levels.iter().find(|c| c.0 == name).map(|c| &c.1).or_else(|| self.column(name))
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|c| c.0.as_str())
    }
}
