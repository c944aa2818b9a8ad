//! The manifest: which parts a store has and in which files. It is the store; a file that it does not name
//! does not count.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::DataError;

use super::io;

/// The manifest's name.
pub(super) const NAME: &str = "manifest.toml";
/// The schema that this program writes.
pub(super) const SCHEMA: u32 = 2;
/// Digits of a file's own hash in its name.
const DIGITS: usize = 32;
/// Years that a part may be of.
const YEARS: std::ops::RangeInclusive<i32> = 1000..=2999;

/// What a store holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) schema: u32,
    #[serde(default)]
    pub(super) years: BTreeMap<String, Year>,
}

/// A part of the store: the whole-year figures of a year, or its months.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Year {
    /// Its file in the store, named by its content.
    pub file: String,
    /// Its length.
    pub bytes: u64,
    /// Reports.
    pub rows: u64,
    /// Their sum.
    pub total_usd: f64,
    /// Where they come from.
    pub source: String,
    /// Which release.
    pub vintage: String,
    /// SHA-256 of the file that was imported, or of the hashes of several.
    pub sha256: String,
    /// SHA-256 of the store's own file.
    pub content: String,
}

/// Which part: a year's whole-year figures or its months. The one never adds to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PartKey {
    pub(crate) year: i32,
    pub(crate) months: bool,
}

impl fmt::Display for PartKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.year, if self.months { "-months" } else { "" })
    }
}

impl PartKey {
    /// Reads what [`fmt::Display`] writes, and nothing else: neither `+2018` nor `02018` is a year.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (year, months) = text.strip_suffix("-months").map_or((text, false), |year| (year, true));
        let key = PartKey { year: year.parse().ok().filter(|y| YEARS.contains(y))?, months };
        (key.to_string() == text).then_some(key)
    }

    /// The name of a file with that content.
    pub(super) fn file_name(self, content: &str, copy: usize) -> String {
        let copy = if copy == 0 { String::new() } else { format!("-{copy}") };
        format!("flows-{self}-{}{copy}.parquet", &content[..DIGITS.min(content.len())])
    }

    /// The part and the beginning of the hash that a name of ours stands for. Other files in the folder are the
    /// user's own.
    pub(super) fn of_file(name: &str) -> Option<(Self, &str)> {
        let inner = name.strip_prefix("flows-")?.strip_suffix(".parquet")?;
        let is_hash =
            |t: &str| t.len() == DIGITS && t.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        let (rest, last) = inner.rsplit_once('-')?;
        let (key, hash) = if is_hash(last) {
            (rest, last)
        } else {
            let copy: usize = last.parse().ok().filter(|n: &usize| n.to_string() == last)?;
            let (rest, hash) = rest.rsplit_once('-')?;
            (copy > 0 && is_hash(hash)).then_some((rest, hash))?
        };
        Some((PartKey::parse(key)?, hash))
    }

    /// Whether a store of the first schema wrote a file of that name.
    pub(super) fn is_old_file(name: &str) -> bool {
        let inner = name.strip_prefix("flows-").and_then(|n| n.strip_suffix(".parquet"));
        inner.and_then(|n| n.split_once('-')).is_some_and(|(year, hash)| {
            PartKey::parse(year).is_some_and(|k| !k.months)
                && hash.len() == 12
                && hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        })
    }
}

/// The error that names a store's file and says what to do.
pub(super) fn broken(path: &Path, what: String) -> DataError {
    let folder = path.parent().unwrap_or(path).display();
    DataError::Format {
        path: path.display().to_string(),
        what,
        help: format!("turnover data repair {folder} keeps what is whole; then import the rest again"),
    }
}

impl Manifest {
    pub(super) fn empty() -> Self {
        Manifest { schema: SCHEMA, years: BTreeMap::new() }
    }

    /// Reads the manifest and checks all that can be known without the files. Returns its text too.
    pub(super) fn read(folder: &Path) -> Result<(Self, String), DataError> {
        let path = folder.join(NAME);
        let length = regular(&path)?;
        if length > 1 << 24 {
            return Err(broken(&path, format!("has {length} bytes, which no manifest has")));
        }
        let text = fs::read_to_string(&path).map_err(io(&path))?;
        match schema(&text) {
            Some(SCHEMA) => {}
            Some(1) => {
                return Err(DataError::Format {
                    path: path.display().to_string(),
                    what: "is of the first schema, which did not keep who reports".to_owned(),
                    help: format!("turnover data migrate {} makes a store of today's schema of it", folder.display()),
                });
            }
            Some(other) => {
                return Err(DataError::Format {
                    path: path.display().to_string(),
                    what: format!("is of schema {other}; this program reads schema {SCHEMA}"),
                    help: "it was written by a later turnover: use that one".to_owned(),
                });
            }
            None => return Err(broken(&path, "does not say its schema".to_owned())),
        }
        let manifest: Manifest =
            toml::from_str(&text).map_err(|e| broken(&path, e.message().lines().next().unwrap_or("").to_owned()))?;
        manifest.check(&path)?;
        Ok((manifest, text))
    }

    fn check(&self, path: &Path) -> Result<(), DataError> {
        let mut files = std::collections::BTreeSet::new();
        for (key, entry) in &self.years {
            let shown: String = entry.file.chars().take(80).collect();
            let Some(part) = PartKey::parse(key) else {
                let key: String = key.chars().take(40).collect();
                return Err(broken(path, format!("has a part `{key}`, which is not a year")));
            };
            let fits =
                PartKey::of_file(&entry.file).is_some_and(|(of, hash)| of == part && entry.content.starts_with(hash));
            if !fits {
                return Err(broken(path, format!("names `{shown}` for the year {key}")));
            }
            if !files.insert(&entry.file) {
                return Err(broken(path, format!("names `{shown}` twice")));
            }
            if !entry.total_usd.is_finite() || entry.total_usd < 0.0 {
                return Err(broken(path, format!("has a total of {} for the year {key}", entry.total_usd)));
            }
        }
        Ok(())
    }

    /// The parts in order of year, whole-year figures first.
    pub(super) fn parts(&self) -> Vec<(PartKey, &Year)> {
        let mut parts: Vec<_> = self.years.iter().filter_map(|(k, y)| Some((PartKey::parse(k)?, y))).collect();
        parts.sort_by_key(|p| p.0);
        parts
    }

    /// The parts that questions are answered from: the months of a year only where there are no whole-year
    /// figures of it, so that nothing counts twice.
    pub(super) fn used(&self) -> Vec<(PartKey, &Year)> {
        let has_year = |key: &PartKey| self.years.contains_key(&PartKey { months: false, ..*key }.to_string());
        self.parts().into_iter().filter(|(key, _)| !key.months || !has_year(key)).collect()
    }
}

/// The schema that a manifest says it has.
pub(super) fn schema(text: &str) -> Option<u32> {
    #[derive(Deserialize)]
    struct Just {
        schema: u32,
    }
    toml::from_str::<Just>(text).ok().map(|j| j.schema)
}

/// The length of a regular file; anything else, such as a pipe, is refused before it is opened.
pub(super) fn regular(path: &Path) -> Result<u64, DataError> {
    let about = fs::metadata(path).map_err(io(path))?;
    if about.is_file() { Ok(about.len()) } else { Err(broken(path, "is not a regular file".to_owned())) }
}

/// Where a part's file is.
pub(super) fn place(folder: &Path, entry: &Year) -> PathBuf {
    folder.join(&entry.file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_the_exact_pattern_are_ours() {
        let hash = "0123456789abcdef0123456789abcdef";
        let key = PartKey { year: 2019, months: false };
        assert_eq!(PartKey::of_file(&key.file_name(hash, 0)), Some((key, hash)));
        assert_eq!(PartKey::of_file(&key.file_name(hash, 3)), Some((key, hash)));
        let months = PartKey { year: 2019, months: true };
        assert_eq!(PartKey::of_file(&months.file_name(hash, 0)), Some((months, hash)));
        for users in [
            "flows-of-my-thesis.parquet",
            "flows-2019.parquet",
            "flows-2019-final.parquet",
            "flows-2019-2.parquet",
            "flows-02019-0123456789abcdef0123456789abcdef.parquet",
            "flows-2019-0123456789ABCDEF0123456789ABCDEF.parquet",
            "flows-2019-0123456789abcdef0123456789abcdef-0.parquet",
            "flows-2019-0123456789abcdef0123456789abcdef-01.parquet",
            "flows-2019-0123456789abcdef0123456789abcdef.parquet.bak",
        ] {
            assert_eq!(PartKey::of_file(users), None, "{users}");
        }
        assert!(PartKey::is_old_file("flows-2019-0123456789ab.parquet"));
        assert!(!PartKey::is_old_file("flows-2019-thesis-draft.parquet"));
    }

    #[test]
    fn only_a_year_is_a_year() {
        for text in ["2019", "2019-months"] {
            assert_eq!(PartKey::parse(text).unwrap().to_string(), text);
        }
        for text in ["-5", "+2018", "02018", "2018 ", "999", "3000", "2018-month", "", "2018-months-months"] {
            assert_eq!(PartKey::parse(text), None, "{text}");
        }
    }
}
