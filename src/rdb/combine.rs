//! One dump of several, or of the part of them that belongs to one shard.
//!
//! Keys are copied as they stand, with their values and all that belongs to them. Left out is what holds only for the
//! engine that wrote a dump: its place in replication, which a copy must not claim; slots on the move; and the notes of
//! modules, which the engines here do not have.
//!
//! Dumps say in front how many keys come. Without that an engine makes room again and again, and takes twice the time to
//! load. How many are wanted nobody knows before they are read, so the new dump says about how many.

use std::{
    collections::HashSet,
    fs::File,
    io::{self, Read, Write},
    path::Path,
};

use super::{
    Info, RdbError,
    dump::{DATABASE, Dump, END, Item, SIZES},
    output::Output,
    slot::slot_of,
    versions::{self, HEADER},
};
use crate::model::{SLOTS, SlotSet};

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
        sizes: Some(Sizes::of(inputs, wanted)?),
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

/// How many keys the first database will have, about.
#[derive(Clone, Copy, Debug, Default)]
struct Sizes {
    database: u32,
    keys: u64,
    expires: u64,
}

impl Sizes {
    /// What the inputs say, of the database that is the first in the first of them.
    fn of(inputs: &[&Path], wanted: Option<&SlotSet>) -> Result<Self, RdbError> {
        let mut all: Option<Self> = None;
        for input in inputs {
            let Some(more) = Self::of_one(input)? else { continue };
            match &mut all {
                None => all = Some(more),
                Some(all) if all.database == more.database => {
                    all.keys = all.keys.saturating_add(more.keys);
                    all.expires = all.expires.saturating_add(more.expires);
                }
                Some(_) => {}
            }
        }
        let all = all.unwrap_or_default();
        // Each input may hold just the slots that are wanted, or all.
        let share = wanted.map_or(SLOTS.into(), |wanted| wanted.iter().count() as u64);
        let part = |number: u64| {
            let part = u128::from(number) * u128::from(share) * inputs.len() as u128 / u128::from(SLOTS);
            u64::try_from(part).unwrap_or(u64::MAX).min(number)
        };
        Ok(Self { keys: part(all.keys), expires: part(all.expires), ..all })
    }

    /// What the head of an input says. No engine says that there are more keys than bytes.
    fn of_one(input: &Path) -> Result<Option<Self>, RdbError> {
        let file = File::open(input)?;
        let length = file.metadata()?.len();
        let mut dump = Dump::open(file, length, io::sink())?;
        loop {
            match dump.next_item()? {
                Item::Sizes { keys, expires } if keys.max(expires) <= length => {
                    return Ok(Some(Self { database: dump.database, keys, expires }));
                }
                Item::Sizes { .. } | Item::Key { .. } | Item::End => return Ok(None),
                Item::Note { .. } | Item::Library { .. } | Item::Other => {}
            }
        }
    }
}

struct Combining<'a> {
    output: Output,
    wanted: Option<&'a SlotSet>,
    /// What is yet to be said of sizes.
    sizes: Option<Sizes>,
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
                            write_item(dump.source.output, DATABASE, &[dump.database.into()])?;
                            let sizes = self.sizes.take_if(|sizes| sizes.database == dump.database && sizes.keys > 0);
                            if let Some(Sizes { keys, expires, .. }) = sizes {
                                write_item(dump.source.output, SIZES, &[keys, expires])?;
                            }
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
                Item::Note { .. } | Item::Library { .. } | Item::Sizes { .. } | Item::Other => dump.source.forget(),
                Item::End => break,
            }
        }
        dump.source.forget();
        dump.finish()
    }
}

/// Writes an item that consists of lengths.
fn write_item(output: &mut Output, kind: u8, lengths: &[u64]) -> Result<(), RdbError> {
    let mut item = vec![kind];
    for length in lengths {
        // As engines write them: below 64 in one byte.
        match (u8::try_from(*length), u32::try_from(*length)) {
            (Ok(length @ ..64), _) => item.push(length),
            (_, Ok(length)) => {
                item.push(0x80);
                item.extend(length.to_be_bytes());
            }
            _ => {
                item.push(0x81);
                item.extend(length.to_be_bytes());
            }
        }
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
