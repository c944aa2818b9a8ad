//! Unpacking, with a limit.

use std::io::Read;

use flate2::read::MultiGzDecoder;

use super::unpacked;
use crate::error::DataError;

/// The unpacked text, of at most that many bytes.
pub(super) fn unpack(name: &str, bytes: &[u8], most: u64) -> Result<Vec<u8>, DataError> {
    let packed = bytes.len() as u64;
    let limit = unpacked::limit(packed, most);
    let mut text = Vec::new();
    let refuse = |what: String, help: &str| DataError::Format { path: name.to_owned(), what, help: help.to_owned() };
    MultiGzDecoder::new(bytes)
        .take(limit.saturating_add(1))
        .read_to_end(&mut text)
        .map_err(|e| refuse(format!("the gzip data is damaged or cut off ({e})"), "download the file again"))?;
    if text.len() as u64 > limit {
        return Err(unpacked::refuse(name, packed, most));
    }
    if text.is_empty() {
        return Err(refuse("is empty".to_owned(), "check that the download or export finished"));
    }
    Ok(text)
}
