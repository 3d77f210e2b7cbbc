//! A dump that is written. It lies under another name until it is whole. Whether it outlives a loss of power is not for
//! here to see to: it can be made again of what it was made of.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use crc::{Digest, Table};

use super::CHECKSUM;

/// How much is written at once, in bytes.
const BUFFER: usize = 128 * 1024;

pub(super) struct Output {
    file: File,
    path: PathBuf,
    unfinished: PathBuf,
    /// Bytes that are yet to be summed and written.
    buffer: Vec<u8>,
    sum: Digest<'static, u64, Table<16>>,
}

impl Output {
    /// Begins a dump that will be at `path`.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let mut unfinished = OsString::from(path);
        unfinished.push(".unfinished");
        let unfinished = PathBuf::from(unfinished);
        let file = File::create(&unfinished)?;
        let buffer = Vec::with_capacity(2 * BUFFER);
        Ok(Self { file, path: path.to_owned(), unfinished, buffer, sum: CHECKSUM.digest() })
    }

    /// Adds the checksum, and gives the dump its name.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        self.file.write_all(&self.sum.clone().finalize().to_le_bytes())?;
        fs::rename(&self.unfinished, &self.path)
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BUFFER {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sum.update(&self.buffer);
        self.file.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // Nothing is there under this name when it was finished.
        let _ = fs::remove_file(&self.unfinished);
    }
}
