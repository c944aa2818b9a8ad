//! Spreadsheets: xlsx, xls, xlsb and ods, through the `calamine` crate.

use std::io::{Cursor, Read};

use calamine::{Data, Reader, open_workbook_auto_from_rs};
use zip::ZipArchive;

use super::grid::Grid;
use super::unpacked;
use crate::error::DataError;
use crate::fault::Fault;

/// The sheets of a workbook that hold anything.
pub(super) fn read(name: &str, bytes: &[u8], most: u64) -> Result<Vec<Grid>, DataError> {
    let damaged = |e: &dyn std::fmt::Display| DataError::Format {
        path: name.to_owned(),
        what: format!("is a spreadsheet that cannot be read ({e})"),
        help: "save the sheet as CSV, or save the workbook again".to_owned(),
    };
    if bytes.starts_with(b"PK") {
        check_size(name, bytes, most)?;
    }
    // A decoder that gives up by a panic has met damaged data all the same.
    let opened = Fault::catch(|| {
        let mut book = open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|e| damaged(&e))?;
        let mut grids = Vec::new();
        for sheet in book.sheet_names() {
            let Ok(range) = book.worksheet_range(&sheet) else { continue };
            let rows: Vec<Vec<String>> = range.rows().map(|row| row.iter().map(text).collect()).collect();
            if !rows.is_empty() {
                let first = range.start().map_or(1, |s| u64::from(s.0) + 1);
                grids.push(Grid { name: sheet, rows, first });
            }
        }
        Ok(grids)
    });
    opened.map_err(|_| damaged(&"a sheet cannot be decoded"))?
}

/// Unpacks every part of the workbook and counts its bytes.
fn check_size(name: &str, bytes: &[u8], most: u64) -> Result<(), DataError> {
    let damaged = |e: zip::result::ZipError| DataError::Format {
        path: name.to_owned(),
        what: format!("is a damaged or cut off archive ({e})"),
        help: "download the file again".to_owned(),
    };
    let limit = unpacked::limit(bytes.len() as u64, most);
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let mut total = 0u64;
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(damaged)?;
        let read = std::io::copy(&mut part.by_ref().take(limit + 1), &mut std::io::sink());
        total += read.map_err(|e| damaged(e.into()))?;
        if total > limit {
            return Err(unpacked::refuse(name, bytes.len() as u64, most));
        }
    }
    Ok(())
}

fn text(cell: &Data) -> String {
    match cell {
        Data::Empty | Data::Error(_) => String::new(),
        Data::String(s) | Data::DateTimeIso(s) | Data::DurationIso(s) => s.clone(),
        Data::Int(x) => x.to_string(),
        Data::Float(x) => x.to_string(),
        Data::Bool(b) => b.to_string(),
        Data::DateTime(when) => {
            let (year, month, day, ..) = when.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
    }
}
