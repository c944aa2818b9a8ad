//! Unpacking, with a limit.

use std::io::Read;

use flate2::read::MultiGzDecoder;

use crate::error::DataError;

/// Real tables shrink by a factor of 5 to 50 under gzip; a file that grows by more than this is
/// taken for a decompression bomb.
const MAX_EXPANSION: u64 = 1000;

pub(super) fn unpack(name: &str, bytes: &[u8]) -> Result<Vec<u8>, DataError> {
    let limit = bytes.len() as u64 * MAX_EXPANSION + (1 << 20);
    let mut text = Vec::new();
    let refuse = |what: String, help: &str| DataError::Format { path: name.to_owned(), what, help: help.to_owned() };
    MultiGzDecoder::new(bytes)
        .take(limit)
        .read_to_end(&mut text)
        .map_err(|e| refuse(format!("the gzip data is damaged or cut off ({e})"), "download the file again"))?;
    if text.len() as u64 == limit {
        return Err(refuse(
            format!("unpacks to more than {MAX_EXPANSION} times its size"),
            "unpack it yourself if you trust it, and read the plain file",
        ));
    }
    if text.is_empty() {
        return Err(refuse("is empty".to_owned(), "check that the download or export finished"));
    }
    Ok(text)
}
