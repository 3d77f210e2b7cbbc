//! Logs in files of the server's own: `ACCOUNT/REGION/elasticache/ENGINE/CLUSTER/NODE/LOG-TYPE.log`, under the folder that
//! was named. A file that is large is put aside under the same name with `.1` after it, in place of the one before.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::PathBuf,
};

use crate::model::Scope;

/// From how many bytes on a file is put aside.
const LARGE: u64 = 16 * 1024 * 1024;

/// The folder of the files.
#[derive(Clone, Debug)]
pub(super) struct LogFiles(PathBuf);

impl LogFiles {
    /// The folder need not be there yet.
    pub fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// Writes lines to the file of a stream, all of them or none.
    pub async fn put(&self, scope: &Scope, stream: &str, lines: String) -> io::Result<()> {
        let path = self.0.join(&scope.account).join(&scope.region).join(format!("{stream}.log"));
        let written = tokio::task::spawn_blocking(move || append(&path, lines.as_bytes(), LARGE));
        written.await.map_err(io::Error::other)?
    }
}

fn append(path: &PathBuf, bytes: &[u8], large: u64) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    if fs::metadata(path).is_ok_and(|file| file.len() >= large) {
        fs::rename(path, path.with_extension("log.1"))?;
    }
    let mut file = File::options().create(true).append(true).open(path)?;
    let length = file.metadata()?.len();
    file.write_all(bytes).and_then(|()| file.sync_data()).inspect_err(|_| {
        // Half a line would be there twice when the rest is tried again.
        if let Err(error) = file.set_len(length) {
            tracing::warn!(%error, file = %path.display(), "a part of a line stays in a log");
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_large_is_put_aside() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a/b/slow-log.log");
        for text in ["1\n", "2\n", "3\n"] {
            append(&path, text.as_bytes(), 4).expect("written");
        }
        assert_eq!(fs::read_to_string(&path).expect("the file"), "3\n");
        let aside = path.with_file_name("slow-log.log.1");
        assert_eq!(fs::read_to_string(aside).expect("the one before"), "1\n2\n");
    }
}
