//! The thread that puts files away which take no more records. What is put away has the form, the name and the place that
//! `CloudTrail` gives its files in a bucket. It does so when nobody else needs the processor: a file can wait, a request
//! cannot.
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html>

use std::{
    collections::VecDeque,
    fs::{self, File},
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread,
    time::Duration,
};

use chrono::{DateTime, Utc};
use flate2::{Compression, write::GzEncoder};
use uuid::Uuid;

use crate::model::Scope;

/// How long to wait before a file that could not be put away is tried again.
const AGAIN: Duration = Duration::from_millis(500);

/// A file that takes no more records.
#[derive(Clone)]
pub(super) struct Closed {
    /// Where it is.
    pub(super) path: PathBuf,
    /// Whose calls it has.
    pub(super) scope: Scope,
    /// When it was closed.
    pub(super) time: DateTime<Utc>,
    /// Whether this server wrote it, so that it is known to be whole.
    pub(super) is_ours: bool,
}

/// Starts the thread. It ends when nobody can send any more, without the files that could not be put away.
pub(super) fn start(folder: PathBuf, half: PathBuf) -> io::Result<Sender<Closed>> {
    let (sender, files) = channel();
    let archive = Archive { folder, half };
    thread::Builder::new().name("trail-archive".to_owned()).spawn(move || archive.run(&files))?;
    Ok(sender)
}

struct Archive {
    /// Where files are put away.
    folder: PathBuf,
    /// The file that is being written.
    half: PathBuf,
}

impl Archive {
    fn run(self, files: &Receiver<Closed>) {
        // Elsewhere it would be the whole process that steps back.
        #[cfg(target_os = "linux")]
        if let Err(error) = rustix::process::nice(19) {
            tracing::debug!(%error, "the files of the trail are put away with the priority of all else");
        }
        let mut waiting = VecDeque::new();
        let mut failing = false;
        loop {
            let next = if waiting.is_empty() {
                files.recv().map_err(RecvTimeoutError::from)
            } else if failing {
                files.recv_timeout(AGAIN)
            } else {
                files.try_recv().map_err(|_| RecvTimeoutError::Timeout)
            };
            match next {
                Ok(file) => waiting.push_back(file),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            let Some(file) = waiting.front() else { continue };
            match self.put_away(file) {
                Ok(()) => {
                    waiting.pop_front();
                    failing = false;
                }
                Err(error) => {
                    if !failing {
                        tracing::warn!(%error, "a file of the trail cannot be put away; that is tried again");
                    }
                    failing = true;
                }
            }
        }
    }

    /// Makes a file of `CloudTrail`'s form from the records of a closed one, and removes that. A server that is killed in
    /// between writes the records once more.
    fn put_away(&self, Closed { path, scope, time, is_ours }: &Closed) -> io::Result<()> {
        let mut records = match File::open(path) {
            Ok(file) => BufReader::new(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                tracing::warn!(file = %path.display(), "a file of the trail was removed, with its calls");
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        if !records.fill_buf()?.is_empty() {
            let mut gzip = GzEncoder::new(BufWriter::new(File::create(&self.half)?), Compression::fast());
            write_records(&mut gzip, records, *is_ours)?;
            let file = gzip.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.sync_all()?;
            let to = self.folder.join(place(scope, *time));
            if let Some(parent) = to.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::rename(&self.half, to)?;
        }
        fs::remove_file(path)
    }
}

/// Writes the records, which are lines, as `CloudTrail` does.
fn write_records(to: &mut impl Write, mut records: impl BufRead, are_whole: bool) -> io::Result<()> {
    to.write_all(b"{\"Records\":[")?;
    let mut separator: &[u8] = b"";
    let mut line = Vec::new();
    while records.read_until(b'\n', &mut line)? > 0 {
        let record = line.trim_ascii_end();
        // A machine that lost its power may have left the beginning of a line.
        if are_whole || serde_json::from_slice::<serde::de::IgnoredAny>(record).is_ok() {
            to.write_all(separator)?;
            to.write_all(record)?;
            separator = b",";
        }
        line.clear();
    }
    to.write_all(b"]}")
}

/// Where a file goes in the folder.
fn place(Scope { account, region }: &Scope, time: DateTime<Utc>) -> impl AsRef<Path> + use<> {
    let day = time.format("%Y/%m/%d");
    let unique = &Uuid::new_v4().simple().to_string()[..16];
    let name = format!("{account}_CloudTrail_{region}_{}_{unique}.json.gz", time.format("%Y%m%dT%H%MZ"));
    PathBuf::from(format!("AWSLogs/{account}/CloudTrail/{region}/{day}/{name}"))
}
