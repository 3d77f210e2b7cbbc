//! The dump files of the engines (RDB): whether one is whole, and making one of several, or of a part of one.
//!
//! Must not start engines, know snapshots, or look into values: what a value consists of is followed only as far as it
//! takes to find where it ends. Files are read as a stream, so memory does not grow with them.
//!
//! A dump is a header with a version, then items, each with a byte in front that says what it is (`dump`), the keys among
//! them followed by their values (`values`), and at last a checksum. Lengths and strings (`strings`) are made of bytes
//! that are read once, summed, and copied by the span (`source`, `output`).
//!
//! Everything here blocks: call it from a thread that may.

mod combine;
mod dump;
mod output;
mod slot;
mod source;
mod strings;
#[cfg(test)]
mod tests;
mod values;
mod versions;

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, Read},
    path::Path,
};

use crc::{CRC_64_REDIS, Crc, Table};

pub use combine::combine;
pub use versions::{loads, version_of};

use dump::{Dump, Item};

/// The sum at the end of every dump.
static CHECKSUM: Crc<u64, Table<16>> = Crc::<u64, Table<16>>::new(&CRC_64_REDIS);

/// What is known of a dump that was read from end to end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Info {
    /// The version of its format.
    pub version: u32,
    /// How many keys it holds, those past their time among them.
    pub keys: u64,
    /// How many of the keys have a time at which they expire.
    pub expires: u64,
    /// The numbers of the databases that hold keys. In cluster mode engines take a dump with keys in 0 only.
    pub databases: BTreeSet<u32>,
    /// The version of the engine that wrote it, when it says so.
    pub written_by: Option<String>,
}

/// Why a dump cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RdbError {
    /// The file is something else.
    #[error("it is not an RDB file")]
    NotRdb,
    /// The format is of a version that is not known here.
    #[error("its RDB version {0} is not supported")]
    Version(u32),
    /// The dumps are of versions that no engine reads both of: since 12, Redis and Valkey have gone apart.
    #[error("no engine loads both RDB version {0} and RDB version {1}")]
    Incompatible(u32, u32),
    /// The file ends too early.
    #[error("it is cut short")]
    Truncated,
    /// The file is not what was written.
    #[error("its checksum is wrong")]
    Checksum,
    /// At this offset, in bytes, stands what no engine writes.
    #[error("it is damaged at byte {0}: {1}")]
    Malformed(u64, &'static str),
    /// The file cannot be read, or the new one not written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Reads the dump at `path` from end to end, and answers what it holds if it is whole.
///
/// # Errors
///
/// [`RdbError`] says what is wrong with it.
pub fn check(path: &Path) -> Result<Info, RdbError> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    check_stream(file, length)
}

/// The same for a dump of `length` bytes that comes from somewhere else.
///
/// # Errors
///
/// As [`check`].
pub fn check_stream(input: impl Read, length: u64) -> Result<Info, RdbError> {
    let mut dump = Dump::open(input, length, io::sink())?;
    let mut info = Info { version: dump.version, ..Info::default() };
    loop {
        match dump.next_item()? {
            Item::Key { kind, expires } => {
                info.count(dump.database, expires);
                dump.skip_value(kind)?;
            }
            Item::Note { name, value } => info.note(&name, &value),
            Item::Library { .. } | Item::Sizes { .. } | Item::Other => {}
            Item::End => break,
        }
    }
    dump.finish()?;
    Ok(info)
}

impl Info {
    fn count(&mut self, database: u32, expires: bool) {
        self.keys += 1;
        self.expires += u64::from(expires);
        self.databases.insert(database);
    }

    fn note(&mut self, name: &[u8], value: &[u8]) {
        /// No version is longer, in bytes.
        const LONGEST: usize = 64;
        if self.written_by.is_none() && versions::NOTES.contains(&name) && value.len() <= LONGEST {
            self.written_by = str::from_utf8(value).ok().map(str::to_owned);
        }
    }
}
