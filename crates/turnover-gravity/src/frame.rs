//! Named columns of equal length: what a formula is evaluated on.

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
        let mut values: Vec<&str> = cells.iter().flatten().map(AsRef::as_ref).collect();
        values.sort_unstable();
        values.dedup();
        let code = |c: &Option<S>| {
            c.as_ref().and_then(|c| values.binary_search(&c.as_ref()).ok()).map_or(u32::MAX, |k| k as u32)
        };
        let codes = cells.iter().map(code).collect();
        Column::Text(codes, values.into_iter().map(str::to_owned).collect())
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
    rows: usize,
}

impl Frame {
    /// Takes columns of equal length; `None` where they differ.
    pub fn new(columns: Vec<(String, Column)>) -> Option<Self> {
        let rows = columns.first().map_or(0, |c| c.1.len());
        columns.iter().all(|c| c.1.len() == rows).then_some(Frame { columns, rows })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// A column by name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.0 == name).map(|c| &c.1)
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|c| c.0.as_str())
    }
}
