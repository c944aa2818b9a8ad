//! Files: whole or not at all, by extension.

use std::io::Write;
use std::path::Path;

use miette::Diagnostic;
use tempfile::NamedTempFile;
use thiserror::Error;
use turnover_analysis::{Chart, Table};

use crate::document::Document;
use crate::render::{html, latex, markdown, stata, svg, tables};

/// Why a file was not written. Whatever stood there before still does.
#[derive(Debug, Error, Diagnostic)]
pub enum WriteError {
    /// The system refused.
    #[error("{path}: cannot be written")]
    #[diagnostic(help("check that the folder exists and that you may write to it"))]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The extension is not known.
    #[error("{path}: the ending says which kind of file is meant, and `{ending}` is none of them")]
    #[diagnostic(help(
        "end the name in .html, .md, .tex, .csv, .parquet, .dta, .svg or .json; of statements also in .toml"
    ))]
    Ending {
        /// The file.
        path: String,
        /// Its ending.
        ending: String,
    },
    /// There is no table or chart of that name.
    #[error("there is no {what} `{id}` in this answer")]
    NoSuch {
        /// Table or chart.
        what: &'static str,
        /// The name.
        id: String,
        /// Those that there are.
        #[help]
        help: String,
    },
    /// The content could not be made.
    #[error("{path}: {what}")]
    Content {
        /// The file.
        path: String,
        /// What failed.
        what: String,
    },
}

/// Whether a document can be written to that file, for those whose answer takes long: its ending is known
/// and its folder takes files.
pub fn can_save(path: &Path) -> Result<(), WriteError> {
    const KNOWN: [&str; 9] = ["html", "md", "json", "tex", "csv", "dta", "parquet", "svg", "toml"];
    let ending = ending(path);
    if !KNOWN.contains(&ending.as_str()) {
        return Err(WriteError::Ending { path: path.display().to_string(), ending });
    }
    beside(path).map(drop)
}

fn ending(path: &Path) -> String {
    path.extension().map_or_else(String::new, |e| e.to_string_lossy().to_lowercase())
}

/// A temporary file beside the target, for what is written piece by piece; [`keep`] puts it in its place.
pub fn beside(path: &Path) -> Result<NamedTempFile, WriteError> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".turnover-");
    // As readable as the user's umask lets any new file be.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder).map_err(io(path))
}

/// Writes a document by the file's ending: `.html`, `.md` and `.json` hold all of it; `.csv`,
/// `.tex`, `.parquet` and `.dta` (Stata) hold the table named `part`, or all findings as a table (the first table of an
/// answer without findings); `.svg` holds the
/// chart named `part`, or the first one.
pub fn save(document: &Document, path: &Path, part: Option<&str>) -> Result<(), WriteError> {
    let name = path.display().to_string();
    let ending = ending(path);
    let content = |what: String| WriteError::Content { path: name.clone(), what };
    let wanted = || self::part(document, part);
    let bytes = match ending.as_str() {
        "html" => html::html(document).map_err(content)?.into_bytes(),
        "md" => markdown::markdown(document).into_bytes(),
        "json" => {
            let mut text = serde_json::to_string_pretty(&document.to_json()).map_err(|e| content(e.to_string()))?;
            text.push('\n');
            text.into_bytes()
        }
        "tex" => latex::latex(&wanted()?).into_bytes(),
        "csv" => tables::csv(&tables::marked(wanted()?)).map_err(content)?,
        "dta" => stata::stata(&tables::marked(wanted()?)).map_err(content)?,
        "parquet" => tables::parquet(&tables::marked(wanted()?)).map_err(content)?,
        "toml" => match &document.dossier {
            Some(text) => text.clone().into_bytes(),
            None => return Err(content("only statements that were read make a dossier (.toml)".to_owned())),
        },
        "svg" => svg::standalone(chart(document, part)?).into_bytes(),
        _ => return Err(WriteError::Ending { path: name, ending }),
    };
    write(path, &bytes)
}

/// The table named `part`, or all findings as a table (the first table of an answer without findings).
pub fn part(document: &Document, part: Option<&str>) -> Result<Table, WriteError> {
    let id = match (part, document.tables().next()) {
        (Some(id), _) => id,
        (None, Some(only)) if document.findings().next().is_none() => &only.id,
        (None, _) => return Ok(tables::findings(document)),
    };
    document.tables().find(|t| t.id == id).cloned().ok_or_else(|| WriteError::NoSuch {
        what: "table",
        id: id.to_owned(),
        help: format!("there are {}", document.tables().map(|t| t.id.as_str()).collect::<Vec<_>>().join(", ")),
    })
}

fn chart<'a>(document: &'a Document, part: Option<&str>) -> Result<&'a Chart, WriteError> {
    document.charts().find(|c| part.is_none_or(|id| c.id == id)).ok_or_else(|| WriteError::NoSuch {
        what: "chart",
        id: part.unwrap_or("of any kind").to_owned(),
        help: format!("there are {}", document.charts().map(|c| c.id.as_str()).collect::<Vec<_>>().join(", ")),
    })
}

/// Writes bytes to a temporary file beside the target and renames it, so that the target is whole
/// or as it was.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    if std::fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir()) {
        let mut target = std::fs::OpenOptions::new().write(true).open(path).map_err(io(path))?;
        return target.write_all(bytes).map_err(io(path));
    }
    let mut file = beside(path)?;
    file.write_all(bytes).map_err(io(path))?;
    keep(file, path)
}

/// Puts a temporary file in its place.
pub fn keep(file: NamedTempFile, path: &Path) -> Result<(), WriteError> {
    // A device or a pipe is written through: it is no file that could be replaced.
    match std::fs::metadata(path) {
        Ok(about) if about.is_dir() => {}
        Ok(about) if !about.is_file() => return through(&file, path),
        // What is private stays private, and what is shared, shared.
        Ok(about) => file.as_file().set_permissions(about.permissions()).map_err(io(path))?,
        Err(_) => {}
    }
    file.as_file().sync_all().map_err(io(path))?;
    file.persist(path).map_err(|e| io(path)(e.error))?;
    Ok(())
}

/// Copies a finished file into a device or a pipe.
fn through(file: &NamedTempFile, path: &Path) -> Result<(), WriteError> {
    let mut source = file.reopen().map_err(io(path))?;
    let mut target = std::fs::OpenOptions::new().write(true).open(path).map_err(io(path))?;
    std::io::copy(&mut source, &mut target).map_err(io(path))?;
    Ok(())
}

/// The temporary file's own name would only puzzle; the kind of the fault is what helps.
fn io(path: &Path) -> impl Fn(std::io::Error) -> WriteError + '_ {
    |e| WriteError::Io { path: path.display().to_string(), source: e.kind().into() }
}
