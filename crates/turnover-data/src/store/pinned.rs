//! A file that is held open: it can be read to its end although an import takes its name away meanwhile, and by
//! several threads at once.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::{ChunkReader, Length};
use sha2::{Digest, Sha256};

/// A file and its length when it was opened.
#[derive(Debug, Clone)]
pub(super) struct Pinned {
    file: Arc<File>,
    length: u64,
}

impl Pinned {
    /// Opens a file that is known to be a regular one.
    pub(super) fn open(path: &Path) -> std::io::Result<Self> {
        let file = File::open(path)?;
        let about = file.metadata()?;
        if !about.is_file() {
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "not a regular file"));
        }
        Ok(Pinned { file: Arc::new(file), length: about.len() })
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// SHA-256 of the content, in hexadecimal.
    pub(super) fn hash(&self) -> std::io::Result<String> {
        let mut digest = Sha256::new();
        let mut block = vec![0; 1 << 20];
        let mut at = 0;
        loop {
            let read = read_at(&self.file, &mut block, at)?;
            if read == 0 {
                return Ok(crate::read::hex(&digest.finalize()));
            }
            digest.update(&block[..read]);
            at += read as u64;
        }
    }
}

impl Length for Pinned {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Pinned {
    type T = From;

    fn get_read(&self, start: u64) -> ParquetResult<From> {
        Ok(From { file: Arc::clone(&self.file), at: start })
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        let end = start.checked_add(length as u64).filter(|e| *e <= self.length);
        if end.is_none() {
            return Err(ParquetError::EOF(format!("{length} bytes from {start} on are beyond the end of the file")));
        }
        let mut buffer = vec![0; length];
        let mut reader = From { file: Arc::clone(&self.file), at: start };
        reader.read_exact(&mut buffer)?;
        Ok(buffer.into())
    }
}

/// Reads on from a place, with a position of its own.
pub(super) struct From {
    file: Arc<File>,
    at: u64,
}

impl Read for From {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = read_at(&self.file, buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> std::io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> std::io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}
