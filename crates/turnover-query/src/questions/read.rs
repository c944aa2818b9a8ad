//! What a text says that can be checked.

use std::io::Read as _;

use clap::Args;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use turnover_analysis::{Pair, Watch};
use turnover_brief::{Article, Computed};
use turnover_statements::{Options, place_code, predict, read};

use super::Question;
use super::check::checked;
use crate::error::QueryError;
use crate::options::{CatalogueOptions, DataOptions, ReadOptions};
use crate::query::{Query, Reply, Uses};
use crate::workspace::Workspace;

/// Largest text that is read, bytes.
const LARGEST: u64 = 64 << 20;

/// What a text says that can be checked, and whether it is so: proposals for a dossier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Args)]
#[serde(deny_unknown_fields)]
pub struct Read {
    /// The text: plain or HTML, in English; - for standard input
    #[arg(value_name = "FILE")]
    #[serde(default)]
    pub file: Option<String>,
    /// The text itself, in place of a file
    #[arg(long)]
    #[serde(default)]
    pub text: Option<String>,
    /// The pair that the text speaks of where it names none, and the pair of the dossier: two countries
    #[arg(long, num_args = 2, value_names = ["A", "B"], allow_hyphen_values = true)]
    #[serde(default)]
    #[schemars(length(equal = 2))]
    pub pair: Option<Vec<String>>,
    /// The day of the text, from which "last year" counts; by default the first date in it, else the one in the
    /// file's name
    #[arg(long, value_name = "DATE")]
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub date: Option<Date>,
    /// Show which rule made each proposal
    #[arg(long)]
    #[serde(default)]
    pub explain: bool,
    /// Read labelled items, a JSON object a line, and print predictions (docs/statements.md)
    #[arg(long)]
    #[serde(default)]
    pub items: bool,
    /// The measures.
    #[command(flatten)]
    #[serde(flatten)]
    pub catalogue: CatalogueOptions,
    /// The figures.
    #[command(flatten)]
    #[serde(flatten)]
    pub data: DataOptions,
    /// How they are read.
    #[command(flatten)]
    #[serde(flatten)]
    pub read: ReadOptions,
}

impl Read {
    /// The name of the text and the text.
    fn source(&self) -> Result<(String, String), QueryError> {
        match (&self.file, &self.text) {
            (Some(_), Some(_)) => Err(QueryError::call("both a file and ‹text› were given", "give one of them")),
            (None, None) => Err(QueryError::call(
                "there is no text to read",
                "name a file, or - for standard input, or give ‹text›",
            )),
            (None, Some(text)) => Ok(("text".to_owned(), text.clone())),
            (Some(path), None) => {
                let bytes = if path == "-" { standard_input() } else { from_file(path) };
                let bytes = bytes.map_err(|e| {
                    QueryError::call(
                        format!("{path}: cannot be read ({})", e.kind()),
                        "check the path; texts of up to 64 MB are read",
                    )
                })?;
                let name = std::path::Path::new(path)
                    .file_name()
                    .map_or_else(|| "text".to_owned(), |n| n.to_string_lossy().into_owned());
                let text = String::from_utf8_lossy(&bytes).into_owned();
                Ok((if path == "-" { "text".to_owned() } else { name }, text))
            }
        }
    }

    fn pair(&self) -> Result<Option<(Pair, [&'static str; 2])>, QueryError> {
        let [a, b] = match self.pair.as_deref() {
            None => return Ok(None),
            Some([a, b]) => [a, b],
            Some(others) => {
                let found = format!("the pair has {} countries", others.len());
                return Err(QueryError::call(found, "name two: --pair USA RUS"));
            }
        };
        let pair = Pair::resolve(a, b)?;
        let code = |c: &str| {
            place_code(c).ok_or_else(|| {
                QueryError::call(format!("`{c}` is not a country that texts name"), "name another country")
            })
        };
        Ok(Some((pair, [code(pair.a.as_str())?, code(pair.b.as_str())?])))
    }

    fn document(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<turnover_brief::Document, QueryError> {
        let (name, raw) = self.source()?;
        let text = if turnover_statements::is_html(&raw) { turnover_statements::text_of_html(&raw) } else { raw };
        let pair = self.pair()?;
        let date = match self.date.or_else(|| turnover_statements::date_of(&text)).or_else(|| date_of_name(&name)) {
            Some(date) => date,
            None => {
                return Err(QueryError::call(
                    "the text has no date, so \"last year\" has no meaning",
                    "give its day: ‹date›",
                ));
            }
        };
        let options = Options { date, pair: pair.map(|(_, [a, b])| (a, b)) };
        let statements = read(&text, &options);
        let article = Article { text, name, date, pair: pair.map(|(p, _)| p), statements };
        let command = Query::Read(self.clone()).command().to_string();
        let checked = match article.dossier()? {
            Some(dossier) => Some(checked(&dossier, workspace, Computed::default(), &command, watch)?),
            None => None,
        };
        Ok(article.document(checked.as_ref(), &command, self.explain))
    }
}

fn standard_input() -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(LARGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn from_file(path: &str) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(LARGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl Question for Read {
    fn uses(&mut self) -> Uses<'_> {
        Uses {
            data: Some(&mut self.data.data),
            read: Some(&mut self.read),
            catalogue: Some(&mut self.catalogue.catalogue),
            files: vec![&mut self.file],
        }
    }

    fn answer(&self, workspace: &Workspace, watch: Watch<'_>) -> Result<Reply, QueryError> {
        if self.items {
            let (name, text) = self.source()?;
            let out = predict(&text)
                .map_err(|e| QueryError::call(format!("{name}: {e}"), "docs/statements.md has the form of an item"))?;
            return Ok(Reply::Plain { json: Value::String(out.clone()), text: out });
        }
        Ok(Reply::Document(Box::new(self.document(workspace, watch)?)))
    }
}

/// The day in a file's name, such as `2019-12-10`; the last one of `2019-12`.
fn date_of_name(name: &str) -> Option<Date> {
    let digits: Vec<&str> = name.split(|c: char| !c.is_ascii_digit()).collect();
    digits.windows(2).enumerate().find_map(|(at, pair)| {
        let (year, month) = (pair[0], pair[1]);
        if year.len() != 4 || month.len() != 2 {
            return None;
        }
        let first = Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?;
        let day = digits.get(at + 2).filter(|d| d.len() == 2).and_then(|d| d.parse::<i8>().ok());
        day.and_then(|d| Date::new(first.year(), first.month(), d).ok()).or(Some(first.last_of_month()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_be_named_by_its_day() {
        let day = |name| date_of_name(name).map(|d| d.to_string());
        assert_eq!(day("us-russia-2019-12.txt").as_deref(), Some("2019-12-31"));
        assert_eq!(day("2019-12-10 visit.html").as_deref(), Some("2019-12-10"));
        assert_eq!(day("speech 12.txt"), None);
        assert_eq!(day("report-2019-13.txt"), None);
    }
}
