//! The folder of the trail's files. Open files have a record a line, so that a server that is killed loses none; what is
//! put away has the form, the name and the place that `CloudTrail` gives its files in a bucket.
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html>

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fs::{self, File},
    io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use chrono::{DateTime, TimeDelta, Utc};
use flate2::{Compression, write::GzEncoder};
use uuid::Uuid;

use crate::model::Scope;

/// How long a file stays open after its first record.
const OPEN_FOR: TimeDelta = TimeDelta::minutes(5);

/// From how many bytes of records on a file is put away.
const LARGE: u64 = 10 * 1024 * 1024;

/// The folder of the open files.
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
    path: PathBuf,
    open: BTreeMap<Scope, Open>,
}

/// A file that takes records.
struct Open {
    file: File,
    path: PathBuf,
    bytes: u64,
    since: DateTime<Utc>,
}

impl Folder {
    /// Makes the folder if need be, and puts away what an earlier server left open.
    pub(super) fn open(path: PathBuf, now: DateTime<Utc>) -> Result<Self, TrailError> {
        let folder = Self { path, open: BTreeMap::new() };
        match folder.put_away_leftovers(now) {
            Ok(()) => Ok(folder),
            Err(source) => Err(TrailError::Folder { folder: folder.path, source }),
        }
    }

    /// Writes a record, which is a line, into the open file of its scope.
    pub(super) fn append(&mut self, scope: &Scope, line: &str, now: DateTime<Utc>) -> io::Result<()> {
        let open = match self.open.entry(scope.clone()) {
            Entry::Occupied(open) => open.into_mut(),
            Entry::Vacant(none) => {
                let path = self.path.join(OPEN).join(format!("{}_{}", scope.account, scope.region));
                let file = File::options().create(true).append(true).open(&path)?;
                none.insert(Open { file, path, bytes: 0, since: now })
            }
        };
        if let Err(error) = open.file.write_all(line.as_bytes()) {
            // Half a line would make the file unreadable.
            open.file.set_len(open.bytes)?;
            return Err(error);
        }
        open.bytes += line.len() as u64;
        Ok(())
    }

    /// Puts files away that are large or old.
    pub(super) fn put_away_what_is_due(&mut self, now: DateTime<Utc>) -> io::Result<()> {
        let is_due = |open: &Open| open.bytes >= LARGE || now - open.since >= OPEN_FOR;
        let due: Vec<_> = self.open.iter().filter(|(_, open)| is_due(open)).map(|(scope, _)| scope.clone()).collect();
        for scope in due {
            if let Some(open) = self.open.get(&scope) {
                self.put_away(&scope, &open.path, now)?;
            }
            self.open.remove(&scope);
        }
        Ok(())
    }

    fn put_away_leftovers(&self, now: DateTime<Utc>) -> io::Result<()> {
        let open = self.path.join(OPEN);
        fs::create_dir_all(&open)?;
        for entry in fs::read_dir(&open)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            match name.and_then(|name| name.split_once('_')) {
                Some((account, region)) => self.put_away(&Scope::new(account, region), &path, now)?,
                // Half of a file that was being put away: its records are still in the open one.
                None => fs::remove_file(&path)?,
            }
        }
        Ok(())
    }

    /// Makes a file of `CloudTrail`'s form from the records of an open one, and removes that. A server that is killed in
    /// between writes the records once more.
    fn put_away(&self, scope: &Scope, from: &Path, now: DateTime<Utc>) -> io::Result<()> {
        let mut records = BufReader::new(File::open(from)?).lines().peekable();
        if records.peek().is_some() {
            let half = self.path.join(OPEN).join("half");
            let mut gzip = GzEncoder::new(BufWriter::new(File::create(&half)?), Compression::default());
            gzip.write_all(b"{\"Records\":[")?;
            let mut separator = "";
            for record in records {
                let record = record?;
                // A machine that lost its power may have left the beginning of a line.
                if serde_json::from_str::<serde::de::IgnoredAny>(&record).is_ok() {
                    write!(gzip, "{separator}{record}")?;
                    separator = ",";
                }
            }
            gzip.write_all(b"]}")?;
            let mut file = gzip.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.seek(SeekFrom::End(0))?;
            file.sync_all()?;
            let to = self.place(scope, now);
            if let Some(parent) = to.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::rename(half, to)?;
        }
        fs::remove_file(from)
    }

    /// Where a file goes.
    fn place(&self, Scope { account, region }: &Scope, now: DateTime<Utc>) -> PathBuf {
        let day = now.format("%Y/%m/%d");
        let unique = &Uuid::new_v4().simple().to_string()[..16];
        let name = format!("{account}_CloudTrail_{region}_{}_{unique}.json.gz", now.format("%Y%m%dT%H%MZ"));
        self.path.join(format!("AWSLogs/{account}/CloudTrail/{region}/{day}/{name}"))
    }
}
