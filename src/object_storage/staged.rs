//! A file that stands under its name only when it is whole, and on disk.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use tempfile::TempPath;

/// A file that is being written beside the place it is for. Dropped, it is gone.
pub(super) struct Staged {
    path: TempPath,
    folder: PathBuf,
    target: PathBuf,
}

impl Staged {
    /// A file for `target`, and the handle to write it with. Only the server's user can read it. It is called after its
    /// target, so that who clears the folder after a server that was killed knows whose it was.
    pub(super) fn beside(target: &Path) -> io::Result<(Self, File)> {
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        // It is called after its target, so that whoever looks after the folder knows whose it is.
        let mut prefix = target.file_name().unwrap_or_default().to_owned();
        prefix.push(".");
        let (file, path) = tempfile::Builder::new().prefix(&prefix).tempfile_in(&folder)?.into_parts();
        Ok((Self { path, folder, target: target.to_owned() }, file))
    }

    /// Puts the file in its place, over one that is there.
    pub(super) fn finish(self, file: &File) -> io::Result<()> {
        file.sync_all()?;
        self.path.persist(&self.target)?;
        File::open(self.folder)?.sync_all()
    }
}
