//! The private folder of an engine: its working directory, with what it prints and where it listens.

use std::{
    collections::BTreeMap,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    net::SocketAddr,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    backend::{EngineId, Printed, output},
    model::EngineVersion,
};

/// What the engine prints.
pub(super) const LOG: &str = "engine.log";

/// What the engine reads at its start.
const DATA: &str = "dump.rdb";

/// Where the engine listens, written before it is started.
const RECORD: &str = "engine.json";

/// The most bytes of the log that are read at once.
const CHUNK: u64 = 256 * 1024;

/// The most bytes of the log whose end is asked for.
const LAST: u64 = 128 * 1024;

/// What cannot be read off the process itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) address: SocketAddr,
    pub(super) version: EngineVersion,
}

/// An engine's folder, which may or may not exist.
#[derive(Clone, Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// The folder of the engine `id` in `root`.
    pub(super) fn of(root: &Path, id: &EngineId) -> Self {
        Self(root.join(id.as_str()))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn exists(&self) -> bool {
        self.0.exists()
    }

    /// Makes the folder, for nobody else to look into, and writes the record.
    pub(super) fn create(&self, record: &Record) -> io::Result<()> {
        DirBuilder::new().mode(0o700).create(&self.0)?;
        fs::write(self.0.join(RECORD), serde_json::to_vec(record)?)
    }

    /// Puts data where the engine finds them at its start. It never changes them there: it writes another file and gives
    /// that the name. So they need not be copied, where both places are on one disk.
    pub(super) fn put_data(&self, data: &Path) -> io::Result<()> {
        let place = self.0.join(DATA);
        fs::hard_link(data, &place).or_else(|_| fs::copy(data, &place).map(drop))
    }

    /// Writes small files for the engine.
    pub(super) fn put_small(&self, files: &BTreeMap<String, String>) -> io::Result<()> {
        files.iter().try_for_each(|(name, text)| fs::write(self.0.join(name), text))
    }

    pub(super) fn record(&self) -> io::Result<Record> {
        Ok(serde_json::from_slice(&fs::read(self.0.join(RECORD))?)?)
    }

    /// The log, to be printed into.
    pub(super) fn log(&self) -> io::Result<File> {
        OpenOptions::new().create(true).append(true).mode(0o600).open(self.0.join(LOG))
    }

    /// The end of the log, fit to be shown. Empty when there is none.
    pub(super) fn output(&self) -> io::Result<String> {
        let mut log = match File::open(self.0.join(LOG)) {
            Ok(log) => log,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
            Err(error) => return Err(error),
        };
        // One byte more than is shown tells that something was cut off.
        let wanted = output::TAIL as u64 + 1;
        let length = log.metadata()?.len();
        log.seek(SeekFrom::Start(length.saturating_sub(wanted)))?;
        let mut end = Vec::new();
        log.take(wanted).read_to_end(&mut end)?;
        Ok(output::tail(&end))
    }

    /// The lines of the log behind the byte `after`.
    pub(super) fn printed(&self, after: u64) -> io::Result<Printed> {
        let mut log = match File::open(self.0.join(LOG)) {
            Ok(log) => log,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Printed::default()),
            Err(error) => return Err(error),
        };
        log.seek(SeekFrom::Start(after))?;
        let mut log = BufReader::new(log.take(CHUNK));
        let (mut lines, mut place, mut bytes) = (Vec::new(), after, Vec::new());
        while lines.len() < output::LINES {
            bytes.clear();
            let read = log.read_until(b'\n', &mut bytes)? as u64;
            // What has no end yet is still being written, unless it is longer than anything that is read at once.
            if !bytes.ends_with(b"\n") && read < CHUNK {
                break;
            }
            place += read;
            let line = String::from_utf8_lossy(&bytes);
            lines.push((place, output::fit(line.trim_end()).to_owned()));
        }
        Ok(Printed { lines })
    }

    /// The last lines of the log, no more than are read at once.
    pub(super) fn last_printed(&self) -> io::Result<Printed> {
        let length = match fs::metadata(self.0.join(LOG)) {
            Ok(metadata) => metadata.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Printed::default()),
            Err(error) => return Err(error),
        };
        let start = length.saturating_sub(LAST);
        let mut lines = Vec::new();
        let mut place = start;
        while place < length {
            let more = self.printed(place)?.lines;
            let Some((end, _)) = more.last() else { break };
            place = *end;
            lines.extend(more);
        }
        // What was cut in the middle may be the rest of a line that is not to be shown.
        let cut = usize::from(start > 0).min(lines.len());
        let first = lines.len().saturating_sub(output::LINES).max(cut);
        Ok(Printed { lines: lines.split_off(first) })
    }

    /// Deletes the folder and all in it.
    pub(super) fn remove(&self) -> io::Result<()> {
        match fs::remove_dir_all(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_those_that_are_read_next_before_others() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = Folder(place.path().to_owned());
        let last = || folder.last_printed().expect("what was printed").lines;
        assert_eq!(last(), [], "there is no log yet");
        fs::write(place.path().join(LOG), "one\n>>> 'requirepass x'\nunfin").expect("a log");
        assert_eq!(last(), [(4, "one".to_owned()), (24, ">>> (not shown)".to_owned())]);
        let long = format!(">>> '{}'\nlast\n", "secret".repeat(50_000));
        fs::write(place.path().join(LOG), &long).expect("a log");
        assert_eq!(
            last(),
            [(long.len() as u64, "last".to_owned())],
            "and not the end of a line that is not to be shown"
        );
        fs::write(place.path().join(LOG), "many\n".repeat(1_000)).expect("a log");
        assert_eq!((last().len(), last()[output::LINES - 1].0), (output::LINES, 5_000));
    }

    #[test]
    fn what_was_printed_is_read_in_whole_lines_from_any_place_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = Folder(folder.path().to_owned());
        let printed = |after| folder.printed(after).expect("what was printed").lines;
        assert_eq!(printed(0), [], "there is no log yet");
        fs::write(folder.0.join(LOG), "one\n>>> 'requirepass x'\nthr").expect("a log");
        let lines = [(4, "one".to_owned()), (24, ">>> (not shown)".to_owned())];
        assert_eq!(printed(0), lines);
        assert_eq!(printed(4), lines[1..]);
        assert_eq!(printed(24), [], "the line has no end yet");
        fs::write(folder.0.join(LOG), "x".repeat(300 * 1024)).expect("a log");
        assert_eq!(printed(0)[0].0, CHUNK, "a line that is too long comes in parts");
        let many = "line\n".repeat(output::LINES + 1);
        fs::write(folder.0.join(LOG), many).expect("a log");
        assert_eq!((printed(0).len(), printed(5 * output::LINES as u64).len()), (output::LINES, 1));
    }
}
