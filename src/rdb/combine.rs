//! One dump of several, or of the part of them that belongs to one shard.
//!
//! Keys are copied as they stand, with their values and all that belongs to them. Left out is what holds only for the
//! engine that wrote a dump: its place in replication, which a copy must not claim; sizes; slots on the move; and the notes
//! of modules, which the engines here do not have.

use std::{
    collections::HashSet,
    fs::File,
    io::{Read, Write},
    path::Path,
};

use super::{
    Info, RdbError,
    dump::{DATABASE, Dump, END, Item},
    output::Output,
    slot::slot_of,
    versions::{self, HEADER},
};
use crate::model::SlotSet;

/// What engines note of themselves that stays true: which they are, and when it was.
const KEPT_NOTES: [&[u8]; 4] = [b"redis-ver", b"valkey-ver", b"redis-bits", b"ctime"];

/// Writes to `output` one dump with all keys of `inputs`, or with those whose slot is in `wanted`, and answers what it
/// holds. Libraries of functions are kept whatever is wanted: every shard has them all. Of libraries with one name the
/// first is kept, and so are the notes of the first input.
///
/// Every input is checked as [`check`](super::check) does. The new dump has the newest version among them, and there is
/// none if anything is wrong. No key may be in two inputs: engines refuse to load such a dump, and to find it out here
/// would take all keys into memory.
///
/// # Errors
///
/// As [`check`](super::check), and [`RdbError::Incompatible`] for inputs that no one engine reads.
pub fn combine(inputs: &[&Path], wanted: Option<&SlotSet>, output: &Path) -> Result<Info, RdbError> {
    let version = newest(inputs)?;
    let mut combining = Combining {
        output: Output::create(output)?,
        wanted,
        info: Info { version, ..Info::default() },
        database: None,
        libraries: HashSet::new(),
    };
    combining.output.write_all(versions::header(version).as_bytes())?;
    for (place, input) in inputs.iter().enumerate() {
        combining.add(input, place == 0)?;
    }
    combining.output.write_all(&[END])?;
    combining.output.finish()?;
    Ok(combining.info)
}

/// The version that a reader of all of them has.
fn newest(inputs: &[&Path]) -> Result<u32, RdbError> {
    let mut newest = versions::of_nothing();
    for input in inputs {
        let mut header = Vec::new();
        File::open(input)?.take(HEADER as u64).read_to_end(&mut header)?;
        newest = versions::newer_of(newest, versions::read_header(&header)?)?;
    }
    Ok(newest)
}

struct Combining<'a> {
    output: Output,
    wanted: Option<&'a SlotSet>,
    info: Info,
    /// The database that the new dump is at.
    database: Option<u32>,
    /// The names of the libraries that are in it.
    libraries: HashSet<Vec<u8>>,
}

impl Combining<'_> {
    fn add(&mut self, input: &Path, is_first: bool) -> Result<(), RdbError> {
        let file = File::open(input)?;
        let length = file.metadata()?.len();
        let mut dump = Dump::open(file, length, &mut self.output)?;
        dump.key = self.wanted.map(|_| Vec::new());
        loop {
            dump.source.hold()?;
            match dump.next_item()? {
                Item::Key { kind, expires } => {
                    let is_wanted = match (self.wanted, &dump.key) {
                        (Some(wanted), Some(key)) => wanted.contains(slot_of(key)),
                        _ => true,
                    };
                    if is_wanted {
                        if self.database != Some(dump.database) {
                            self.database = Some(dump.database);
                            write_database(dump.source.output, dump.database)?;
                        }
                        self.info.count(dump.database, expires);
                        dump.source.copy()?;
                    } else {
                        dump.source.forget();
                    }
                    dump.skip_value(kind)?;
                }
                Item::Note { name, value } if is_first && KEPT_NOTES.contains(&name.as_slice()) => {
                    self.info.note(&name, &value);
                    dump.source.copy()?;
                }
                Item::Library { code } if self.libraries.insert(library_name(&code)) => dump.source.copy()?,
                Item::Note { .. } | Item::Library { .. } | Item::Other => dump.source.forget(),
                Item::End => break,
            }
        }
        dump.source.forget();
        dump.finish()
    }
}

fn write_database(output: &mut Output, number: u32) -> Result<(), RdbError> {
    let mut item = vec![DATABASE];
    // As engines write lengths: below 64 in one byte.
    if let Ok(number @ ..64) = u8::try_from(number) {
        item.push(number);
    } else {
        item.push(0x80);
        item.extend(number.to_be_bytes());
    }
    Ok(output.write_all(&item)?)
}

/// The name of a library, which stands in the first line of its code: `#!lua name=mine`. A library without one is known
/// by its code.
fn library_name(code: &[u8]) -> Vec<u8> {
    let line = code.split(|byte| *byte == b'\n').next().unwrap_or(code);
    let mut words = line.split(u8::is_ascii_whitespace);
    let name = words.find_map(|word| word.trim_ascii().strip_prefix(b"name="));
    name.unwrap_or(code).to_vec()
}
