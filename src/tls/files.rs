//! The files in the data directory.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use super::TlsError;

/// The file's text, `None` when there is no such file.
pub(super) fn read(path: &Path) -> Result<Option<String>, TlsError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(TlsError::Damaged(path.to_owned())),
        Err(source) => Err(TlsError::Io { path: path.to_owned(), source }),
    }
}

/// Writes the file whole or not at all, for the server's user alone.
pub(super) fn write(path: &Path, text: &str) -> Result<(), TlsError> {
    let draft = path.with_extension("new");
    let written = || {
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&draft, path)
    };
    written().map_err(|source| TlsError::Io { path: path.to_owned(), source })
}
