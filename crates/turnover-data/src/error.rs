//! What a reader says when it refuses: where, what was expected, what was found, what to do.

use std::fmt;

use miette::Diagnostic;
use thiserror::Error;

/// A position in an input: a line of a text file or a row of a binary one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Line of a text file, counted from 1, header included.
    Line(u64),
    /// Row of a binary table, counted from 1.
    Row(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Line(n) => write!(f, "line {n}"),
            Place::Row(n) => write!(f, "row {n}"),
        }
    }
}

/// Everything that can be wrong with an input. Each variant names the file and the remedy.
#[derive(Debug, Error, Diagnostic)]
pub enum DataError {
    /// The file could not be opened or read.
    #[error("{path}: cannot be read")]
    #[diagnostic(help("check that the file exists and that you may read it"))]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A file or folder could not be made or written.
    #[error("{path}: cannot be written")]
    #[diagnostic(help("choose a folder where you may write, with room on its disk"))]
    Unwritable {
        /// The file or folder.
        path: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file is not what its name or its content promises.
    #[error("{path}: {what}")]
    Format {
        /// The file.
        path: String,
        /// What is wrong with it.
        what: String,
        /// What to do.
        #[help]
        help: String,
    },
    /// The file is larger than what is taken, at once or when it is unpacked.
    #[error("{path}: {what}")]
    TooLarge {
        /// The file.
        path: String,
        /// How large it may be.
        what: String,
        /// What to do.
        #[help]
        help: String,
    },
    /// A column that the question needs is not there.
    #[error("{path}: no column for the {role}; the columns are {columns}")]
    MissingColumn {
        /// The file.
        path: String,
        /// What the column would hold.
        role: String,
        /// The columns that are there.
        columns: String,
        /// What to do.
        #[help]
        help: String,
    },
    /// One cell does not hold what its column must.
    #[error("{path}, {place}, column `{column}`: expected {expected}, found {found}")]
    Cell {
        /// The file.
        path: String,
        /// Line or row.
        place: Place,
        /// The column's name in the file.
        column: String,
        /// What would have been right.
        expected: String,
        /// What is there.
        found: String,
        /// What to do.
        #[help]
        help: String,
    },
    /// Two rows give a value for the same flow.
    #[error("{path}, {place}: a second value for {flow}; the first is on {first}")]
    #[diagnostic(help(
        "name the product column with --product if the rows differ by product, keep one kind of row with \
         --filter, or add up equal rows with --duplicates sum"
    ))]
    Duplicate {
        /// The file.
        path: String,
        /// Where the second value is.
        place: Place,
        /// Where the first value is.
        first: Place,
        /// The flow in words.
        flow: String,
    },
    /// There are no rows, or none is left after the filter.
    #[error("{path}: {what}")]
    Empty {
        /// The file.
        path: String,
        /// What is missing.
        what: String,
        /// What to do.
        #[help]
        help: String,
    },
    /// A country that is in no list.
    #[error("`{text}` is not a country known by ISO 3166-1 code or name")]
    UnknownCountry {
        /// What was written.
        text: String,
        /// What to do.
        #[help]
        help: String,
    },
    /// A name that more than one country goes by.
    #[error("`{text}` is the name of more than one country")]
    AmbiguousCountry {
        /// What was written.
        text: String,
        /// The candidates.
        #[help]
        help: String,
    },
    /// Something that is no HS code.
    #[error("`{text}` is not an HS code: {why}")]
    UnknownProduct {
        /// What was written.
        text: String,
        /// Why it is none.
        why: String,
        /// What to do.
        #[help]
        help: String,
    },
    /// A filter that cannot be understood.
    #[error("filter `{text}`, character {at}: expected {expected}, found {found}")]
    #[diagnostic(help(
        "a filter compares columns with values, as in: year >= 2000 and category == \"TOTAL\" and not \
         importer in [\"USA\", \"RUS\"]"
    ))]
    Filter {
        /// The whole filter.
        text: String,
        /// Position, counted from 1.
        at: usize,
        /// What would have been right.
        expected: String,
        /// What is there.
        found: String,
    },
}
