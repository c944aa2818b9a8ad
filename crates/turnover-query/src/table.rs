//! Questions about one table, and the same about a part of it.

use turnover_data::Filter;

use crate::error::QueryError;
use crate::query::Query;

/// What a question reads of a user's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableUse {
    /// The table.
    pub path: String,
    /// The columns; `None` where they are those of flows, by whatever names.
    pub columns: Option<Vec<String>>,
    /// The rows that take part.
    pub filter: Option<String>,
}

impl Query {
    /// What the question reads of a table.
    ///
    /// # Errors
    /// Where it is about no table, or its formulas, covariance or filter cannot be parsed.
    pub fn table(&self) -> Result<TableUse, QueryError> {
        let used = match self {
            Query::Estimate(estimate) => TableUse {
                path: estimate.file.clone(),
                columns: Some(estimate.question()?.columns()?),
                filter: estimate.filter.clone(),
            },
            other => {
                let mut own = other.clone();
                let uses = own.uses();
                let path = uses
                    .data
                    .and_then(Option::take)
                    .ok_or_else(|| QueryError::call("the question is not about a table of yours", "add ‹data FILE›"))?;
                TableUse { path, columns: None, filter: uses.read.and_then(|r| r.filter.take()) }
            }
        };
        if let Some(filter) = &used.filter {
            Filter::parse(filter)?;
        }
        Ok(used)
    }

    /// The same question about another table, or other rows.
    #[must_use]
    pub fn about(&self, path: &str, filter: Option<&str>) -> Query {
        let mut own = self.clone();
        if let Query::Estimate(estimate) = &mut own {
            path.clone_into(&mut estimate.file);
            estimate.filter = filter.map(str::to_owned);
            return own;
        }
        let uses = own.uses();
        if let Some(data) = uses.data {
            *data = Some(path.to_owned());
        }
        if let Some(read) = uses.read {
            read.filter = filter.map(str::to_owned);
        }
        own
    }

    /// Whether the question reads a file beside its table: a catalogue, levers, a scenario, a dossier.
    pub fn reads_beside(&self) -> bool {
        let mut own = self.clone();
        let uses = own.uses();
        uses.catalogue.into_iter().chain(uses.files).any(|path| path.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(line: &str) -> Query {
        line.parse::<crate::Command>().unwrap().query().unwrap()
    }

    #[test]
    fn a_question_is_taken_apart_and_asked_of_a_part() {
        let estimate = query("turnover estimate --vcov cluster:i f.parquet 'y~x|i+j' --filter 'year>2000' --ssc stata");
        let used = estimate.table().unwrap();
        assert_eq!(used.path, "f.parquet");
        assert_eq!(used.columns.unwrap(), ["i", "j", "x", "y", "i"].map(String::from).to_vec());
        assert_eq!(used.filter.as_deref(), Some("year>2000"));
        let part = estimate.about("<table>", Some("p == 1"));
        assert_eq!(
            part.command().to_string(),
            "turnover estimate '<table>' 'y~x|i+j' --vcov cluster:i --ssc stata --filter 'p == 1'"
        );
        let coverage = query("turnover coverage USA RUS --data=a/b --filter='year>2000'");
        let used = coverage.table().unwrap();
        assert_eq!((used.path.as_str(), used.columns), ("a/b", None));
        assert_eq!(coverage.about("c", None).command().to_string(), "turnover coverage USA RUS --data c");
        assert!(!coverage.reads_beside() && query("turnover check d.toml").reads_beside());
        assert!(query("turnover check --since before.json").reads_beside());
        assert!(query("turnover design USA RUS --goal 'turnover x 3' --limits l.toml").reads_beside());
        for line in ["turnover coverage USA RUS", "turnover estimate f y~~x", "turnover estimate f y~x --filter 'a ='"]
        {
            assert!(query(line).table().unwrap_err().is_wrong_call(), "{line}");
        }
    }
}
