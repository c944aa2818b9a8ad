//! Zip archives that hold one file of data.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::unpacked;
use crate::error::DataError;
use crate::suggest::short;

/// What a zip archive holds.
pub(super) enum Content {
    /// It is a workbook.
    Workbook,
    /// One file: its name and bytes.
    File(String, Vec<u8>),
}

/// Opens an archive and unpacks its one file.
pub(super) fn open(name: &str, bytes: &[u8], most: u64) -> Result<Content, DataError> {
    let refuse = |what: String, help: &str| DataError::Format { path: name.to_owned(), what, help: help.to_owned() };
    let damaged = |e: &dyn std::fmt::Display| {
        refuse(format!("is a damaged or cut off zip archive ({e})"), "download the file again")
    };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| damaged(&e))?;
    let names: Vec<String> = archive.file_names().filter_map(|n| n.ok().map(|n| n.into_owned())).collect();
    if names.iter().any(|n| n.starts_with("xl/") || n == "content.xml") {
        return Ok(Content::Workbook);
    }
    let ignored = |n: &String| n.ends_with('/') || n.starts_with("__MACOSX") || n.ends_with(".DS_Store") || is_note(n);
    let data: Vec<&String> = names.iter().filter(|n| !ignored(n)).collect();
    let [one] = data[..] else {
        let some: Vec<String> = data.iter().take(6).map(|n| short(n)).collect();
        let what = format!("is a zip archive of {} files: {}", data.len(), some.join(", "));
        return Err(refuse(what, "unpack it, and name one of them with --data"));
    };
    let mut file = archive.by_name(one).map_err(|e| damaged(&e))?;
    let limit = unpacked::limit(bytes.len() as u64, most);
    let mut out = Vec::new();
    file.by_ref().take(limit.saturating_add(1)).read_to_end(&mut out).map_err(|e| damaged(&e))?;
    if out.len() as u64 > limit {
        return Err(unpacked::refuse(name, bytes.len() as u64, most));
    }
    Ok(Content::File(one.clone(), out))
}

/// Whether a file in an archive explains the others.
fn is_note(name: &str) -> bool {
    let lower = name.to_lowercase();
    [".pdf", ".docx", ".doc", ".md", ".html"].iter().any(|e| lower.ends_with(e)) || lower.contains("readme")
}
