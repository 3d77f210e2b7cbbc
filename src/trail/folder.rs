//! The open files of the trail's folder. They have a record a line, so that a server that is killed loses no more than
//! it had not written.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::mpsc::Sender,
};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::archive::{self, Closed};
use crate::model::Scope;

/// How long a file stays open after its first record.
const OPEN_FOR: TimeDelta = TimeDelta::minutes(5);

/// From how many bytes of records on a file is put away.
const LARGE: u64 = 10 * 1024 * 1024;

/// The folder of the files that are not put away yet.
const OPEN: &str = ".open";

/// Why there can be no files.
#[derive(Debug, thiserror::Error)]
pub enum TrailError {
    /// The folder cannot be used.
    #[error("--trail-dir {}: {source}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No thread could be started.
    #[error("the trail cannot be written: {0}")]
    Thread(io::Error),
}

/// A folder of files.
pub(super) struct Folder {
    /// Where the open files are.
    path: PathBuf,
    open: BTreeMap<Scope, Open>,
    /// Where files go that take no more records.
    archive: Sender<Closed>,
}

/// A file that takes records.
struct Open {
    file: File,
    path: PathBuf,
    bytes: u64,
    since: DateTime<Utc>,
}

impl Folder {
    /// Makes the folder if need be, and has put away what an earlier server left open.
    pub(super) fn open(folder: PathBuf, now: DateTime<Utc>) -> Result<Self, TrailError> {
        let path = folder.join(OPEN);
        let leftovers =
            leftovers(&path, now).map_err(|source| TrailError::Folder { folder: folder.clone(), source })?;
        let archive = archive::start(folder, path.join("half")).map_err(TrailError::Thread)?;
        for file in leftovers {
            // It cannot fail: the thread ends only after this.
            let _ = archive.send(file);
        }
        Ok(Self { path, open: BTreeMap::new(), archive })
    }

    /// Writes records, each of which is a line, into the open file of their scope. `since` is the time of the first.
    pub(super) fn append(&mut self, scope: &Scope, lines: &[u8], since: DateTime<Utc>) -> io::Result<()> {
        if !self.open.contains_key(scope) {
            let path = self.path.join(format!("{}_{}", scope.account, scope.region));
            fs::create_dir_all(&self.path)?;
            let file = File::options().create(true).append(true).open(&path)?;
            self.open.insert(scope.clone(), Open { file, path, bytes: 0, since });
        }
        let Some(open) = self.open.get_mut(scope) else { return Ok(()) };
        if let Err(error) = open.file.write_all(lines) {
            // Half a line would make the file unreadable.
            open.file.set_len(open.bytes)?;
            return Err(error);
        }
        open.bytes += lines.len() as u64;
        Ok(())
    }

    /// Closes files that are large or old, and has them put away.
    pub(super) fn close_what_is_due(&mut self, now: DateTime<Utc>) -> io::Result<()> {
        let is_due = |open: &Open| open.bytes >= LARGE || now - open.since >= OPEN_FOR;
        let due: Vec<_> = self.open.iter().filter(|(_, open)| is_due(open)).map(|(scope, _)| scope.clone()).collect();
        for scope in due {
            if let Some(open) = self.open.get(&scope) {
                match closed(&open.path) {
                    // The thread outlives this folder; were it gone, the next start would find the file.
                    Ok(path) => {
                        let _ = self.archive.send(Closed { path, scope: scope.clone(), time: now, is_ours: true });
                    }
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {
                        tracing::warn!(file = %open.path.display(), "a file of the trail was removed, with its calls");
                    }
                    Err(error) => return Err(error),
                }
            }
            self.open.remove(&scope);
        }
        Ok(())
    }
}

/// Gives a file that takes no more records a name of its own, so that there can be another open one.
fn closed(open: &Path) -> io::Result<PathBuf> {
    let mut name = open.as_os_str().to_owned();
    name.push(format!("_{}", Uuid::new_v4().simple()));
    let closed = PathBuf::from(name);
    fs::rename(open, &closed)?;
    Ok(closed)
}

/// What an earlier server did not put away.
fn leftovers(open: &Path, now: DateTime<Utc>) -> io::Result<Vec<Closed>> {
    fs::create_dir_all(open)?;
    let mut leftovers = Vec::new();
    for entry in fs::read_dir(open)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let mut parts = name.split('_');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(account), Some(region), is_closed) => {
                let scope = Scope::new(account, region);
                let path = if is_closed.is_some() { path } else { closed(&path)? };
                leftovers.push(Closed { path, scope, time: now, is_ours: false });
            }
            // Half of a file that was being put away: its records are still in the closed one.
            _ => fs::remove_file(&path)?,
        }
    }
    Ok(leftovers)
}
