//! From TOML to measures, strictly.

use std::path::Path;

use jiff::civil::Date;
use miette::Diagnostic;
use serde::Deserialize;
use thiserror::Error;
use turnover_data::{Edition, HsCode, Iso3, nearest};

use crate::check::{Problem, Severity, check};
use crate::measure::{Catalogue, Completeness, Measure, Party, Products, Target, WatchList};
use crate::words::{Direction, Instrument, Mapping, Purpose, Scope};

/// Why a catalogue cannot be used.
#[derive(Debug, Error, Diagnostic)]
pub enum CatalogueError {
    /// A file or folder could not be read.
    #[error("{path}: cannot be read")]
    #[diagnostic(help("name a .toml file, or a folder of them"))]
    Io {
        /// The file or folder.
        path: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Not TOML, or not of the schema.
    #[error("{path}: {message}")]
    #[diagnostic(help("docs/catalogue.md describes the schema; `turnover measures show ID` prints an example"))]
    Toml {
        /// The file.
        path: String,
        /// What is wrong, with line and column.
        message: String,
    },
    /// A value that its field cannot have.
    #[error("{path}, {measure}: expected {expected}, found `{found}`")]
    Value {
        /// The file.
        path: String,
        /// The measure and field.
        measure: String,
        /// What would have been right.
        expected: String,
        /// What is there.
        found: String,
        /// What to do.
        #[help]
        help: String,
    },
    /// The measures contradict themselves or each other.
    #[error("{first}")]
    #[diagnostic(help("`turnover measures check {path}` lists all problems"))]
    Problems {
        /// The file or folder.
        path: String,
        /// The first problem.
        first: Problem,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: u32,
    #[serde(default)]
    measure: Vec<RawMeasure>,
    #[serde(default)]
    watch_list: Vec<RawWatchList>,
    #[serde(default)]
    complete: Vec<RawCompleteness>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCompleteness {
    sender: String,
    target: String,
    from: String,
    until: Option<String>,
    #[serde(default)]
    basis: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMeasure {
    id: String,
    title: String,
    sender: String,
    targets: Vec<RawTarget>,
    direction: String,
    instrument: String,
    #[serde(default = "goods")]
    scope: String,
    #[serde(default = "sanction")]
    purpose: String,
    edition: Edition,
    ad_valorem: Option<f64>,
    #[serde(default)]
    products: Vec<RawProducts>,
    #[serde(default)]
    exceptions: Vec<String>,
    #[serde(default)]
    legal: String,
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTarget {
    party: String,
    from: String,
    until: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProducts {
    what: String,
    #[serde(default = "exact")]
    mapping: String,
    codes: Vec<String>,
    ad_valorem: Option<f64>,
    from: Option<String>,
    until: Option<String>,
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWatchList {
    id: String,
    title: String,
    makers: Vec<String>,
    target: String,
    edition: Edition,
    #[serde(default)]
    legal: String,
    products: Vec<RawProducts>,
}

fn goods() -> String {
    Scope::Goods.word().to_owned()
}

fn sanction() -> String {
    Purpose::Sanction.word().to_owned()
}

fn exact() -> String {
    Mapping::Exact.word().to_owned()
}

/// Turns words into values, naming file and measure where one does not fit.
struct Context<'a> {
    path: &'a str,
    id: &'a str,
}

impl Context<'_> {
    fn wrong(&self, field: &str, expected: &str, found: &str, help: String) -> CatalogueError {
        CatalogueError::Value {
            path: self.path.to_owned(),
            measure: format!("measure `{}`, {field}", self.id),
            expected: expected.to_owned(),
            found: found.to_owned(),
            help,
        }
    }

    fn word<T: Copy>(&self, field: &str, all: &[(T, &'static str)], text: &str) -> Result<T, CatalogueError> {
        all.iter().find(|(_, w)| *w == text).map(|(v, _)| *v).ok_or_else(|| {
            let words = all.iter().map(|(_, w)| *w);
            let help = nearest(text, words.clone()).map(|n| format!("did you mean `{n}`?"));
            let expected = format!("one of {}", words.collect::<Vec<_>>().join(", "));
            self.wrong(field, &expected, text, help.unwrap_or_else(|| "see docs/catalogue.md".to_owned()))
        })
    }

    fn party(&self, field: &str, text: &str) -> Result<Party, CatalogueError> {
        if text == "EU" {
            return Ok(Party::EuropeanUnion);
        }
        Iso3::parse(text).map(Party::Country).map_err(|e| {
            let help = e.help().map_or_else(String::new, |h| h.to_string());
            self.wrong(field, "an ISO 3166-1 alpha-3 code or EU", text, help)
        })
    }

    fn date(&self, field: &str, text: &str) -> Result<Date, CatalogueError> {
        text.parse().map_err(|_| {
            self.wrong(field, "a day such as 2014-08-07", text, "write year-month-day with digits".to_owned())
        })
    }

    fn products(&self, raw: RawProducts) -> Result<Products, CatalogueError> {
        let codes: Result<Vec<HsCode>, CatalogueError> = raw
            .codes
            .iter()
            .map(|text| {
                HsCode::parse(text).map_err(|e| {
                    let help = e.help().map_or_else(String::new, |h| h.to_string());
                    self.wrong("codes", "an HS code of 2, 4 or 6 digits, or TOTAL", text, help)
                })
            })
            .collect();
        let day = |field: &str, text: Option<String>| text.map(|t| self.date(field, &t)).transpose();
        let mut codes = codes?;
        codes.sort_unstable();
        Ok(Products {
            mapping: self.word("mapping", Mapping::ALL, &raw.mapping)?,
            codes,
            ad_valorem: raw.ad_valorem,
            from: day("from", raw.from)?,
            until: day("until", raw.until)?,
            what: raw.what,
            note: raw.note,
        })
    }

    fn measure(&self, raw: RawMeasure) -> Result<Measure, CatalogueError> {
        let target = |t: RawTarget| {
            Ok(Target {
                party: self.party("targets", &t.party)?,
                from: self.date("from", &t.from)?,
                until: t.until.map(|u| self.date("until", &u)).transpose()?,
            })
        };
        Ok(Measure {
            sender: self.party("sender", &raw.sender)?,
            targets: raw.targets.into_iter().map(target).collect::<Result<_, CatalogueError>>()?,
            direction: self.word("direction", Direction::ALL, &raw.direction)?,
            instrument: self.word("instrument", Instrument::ALL, &raw.instrument)?,
            purpose: self.word("purpose", Purpose::ALL, &raw.purpose)?,
            scope: self.word("scope", Scope::ALL, &raw.scope)?,
            edition: raw.edition,
            ad_valorem: raw.ad_valorem,
            products: raw.products.into_iter().map(|p| self.products(p)).collect::<Result<_, _>>()?,
            exceptions: raw.exceptions,
            legal: raw.legal,
            note: raw.note,
            file: self.path.to_owned(),
            id: raw.id,
            title: raw.title,
        })
    }

    fn complete(&self, raw: RawCompleteness) -> Result<Completeness, CatalogueError> {
        Ok(Completeness {
            sender: self.party("sender", &raw.sender)?,
            target: self.party("target", &raw.target)?,
            from: self.date("from", &raw.from)?,
            until: raw.until.map(|u| self.date("until", &u)).transpose()?,
            basis: raw.basis,
            file: self.path.to_owned(),
        })
    }

    fn watch_list(&self, raw: RawWatchList) -> Result<WatchList, CatalogueError> {
        Ok(WatchList {
            makers: raw.makers.iter().map(|m| self.party("makers", m)).collect::<Result<_, _>>()?,
            target: self.party("target", &raw.target)?,
            edition: raw.edition,
            legal: raw.legal,
            products: raw.products.into_iter().map(|p| self.products(p)).collect::<Result<_, _>>()?,
            file: self.path.to_owned(),
            id: raw.id,
            title: raw.title,
        })
    }
}

/// The schema number that this program reads.
const SCHEMA: u32 = 1;

impl Catalogue {
    /// The catalogue that the program carries, from the folder `catalogue/` of its sources.
    pub fn embedded() -> Result<Self, CatalogueError> {
        let files = [
            ("catalogue/eu-rus.toml", include_str!("../../../catalogue/eu-rus.toml")),
            ("catalogue/eu-rus-annexes.toml", include_str!("../../../catalogue/eu-rus-annexes.toml")),
            ("catalogue/others.toml", include_str!("../../../catalogue/others.toml")),
            ("catalogue/rus-food.toml", include_str!("../../../catalogue/rus-food.toml")),
            ("catalogue/rus-tur.toml", include_str!("../../../catalogue/rus-tur.toml")),
            ("catalogue/rus-usa.toml", include_str!("../../../catalogue/rus-usa.toml")),
            ("catalogue/usa-232.toml", include_str!("../../../catalogue/usa-232.toml")),
            ("catalogue/usa-chn.toml", include_str!("../../../catalogue/usa-chn.toml")),
            ("catalogue/usa-rus.toml", include_str!("../../../catalogue/usa-rus.toml")),
            ("catalogue/usa-rus-duties.toml", include_str!("../../../catalogue/usa-rus-duties.toml")),
            ("catalogue/watch.toml", include_str!("../../../catalogue/watch.toml")),
        ];
        Self::from_texts(&files, "Turnover's catalogue of measures")
    }

    /// A user's own catalogue: a TOML file or a folder of them.
    pub fn read(path: &Path) -> Result<Self, CatalogueError> {
        let catalogue = Self::read_unchecked(path)?;
        match check(&catalogue).into_iter().find(|p| p.severity == Severity::Error) {
            Some(first) => Err(CatalogueError::Problems { path: path.display().to_string(), first }),
            None => Ok(catalogue),
        }
    }

    /// The same without the checks of [`check`], which `measures check` runs by itself.
    pub fn read_unchecked(path: &Path) -> Result<Self, CatalogueError> {
        let io = |source| CatalogueError::Io { path: path.display().to_string(), source };
        let mut paths = Vec::new();
        if path.is_dir() {
            for entry in std::fs::read_dir(path).map_err(io)? {
                let file = entry.map_err(io)?.path();
                if file.extension().is_some_and(|e| e == "toml") {
                    paths.push(file);
                }
            }
            paths.sort();
        } else {
            paths.push(path.to_owned());
        }
        if paths.is_empty() {
            let missing = std::io::Error::new(std::io::ErrorKind::NotFound, "there is no .toml file in it");
            return Err(io(missing));
        }
        let mut texts = Vec::new();
        for file in &paths {
            let name = file.display().to_string();
            let text =
                std::fs::read_to_string(file).map_err(|source| CatalogueError::Io { path: name.clone(), source })?;
            texts.push((name, text));
        }
        let borrowed: Vec<(&str, &str)> = texts.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
        Self::from_texts(&borrowed, &path.display().to_string())
    }

    fn from_texts(files: &[(&str, &str)], origin: &str) -> Result<Self, CatalogueError> {
        use sha2::{Digest, Sha256};
        let mut catalogue = Catalogue { origin: origin.to_owned(), ..Catalogue::default() };
        let mut hash = Sha256::new();
        for (path, text) in files {
            hash.update(text.as_bytes());
            let toml = |message: String| CatalogueError::Toml { path: (*path).to_owned(), message };
            let file: File = toml::from_str(text).map_err(|e| toml(e.to_string().trim_end().to_owned()))?;
            if file.schema != SCHEMA {
                return Err(toml(format!("schema {} is not known; this program reads schema {SCHEMA}", file.schema)));
            }
            for raw in file.measure {
                let id = raw.id.clone();
                catalogue.measures.push(Context { path, id: &id }.measure(raw)?);
            }
            for raw in file.watch_list {
                let id = raw.id.clone();
                catalogue.watch_lists.push(Context { path, id: &id }.watch_list(raw)?);
            }
            for raw in file.complete {
                let id = format!("complete: {} on {}", raw.sender, raw.target);
                catalogue.complete.push(Context { path, id: &id }.complete(raw)?);
            }
        }
        catalogue.sha256 = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
        Ok(catalogue)
    }
}
