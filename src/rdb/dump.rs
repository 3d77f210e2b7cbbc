//! What a dump is made of: a header, items, and a checksum.

use std::io::{Read, Write};

use super::{
    RdbError,
    source::Source,
    versions::{self, HEADER},
};

// The bytes in front of items. Any other is the kind of a key's value.
const SLOT_IMPORT: u8 = 243;
const SLOT_INFO: u8 = 244;
const LIBRARY: u8 = 245;
const LIBRARY_OF_A_CANDIDATE: u8 = 246;
const MODULE_NOTE: u8 = 247;
const IDLE: u8 = 248;
const FREQUENCY: u8 = 249;
const NOTE: u8 = 250;
pub(super) const SIZES: u8 = 251;
const EXPIRES_AT_MILLISECOND: u8 = 252;
const EXPIRES_AT_SECOND: u8 = 253;
pub(super) const DATABASE: u8 = 254;
pub(super) const END: u8 = 255;

/// Something that a dump holds.
pub(super) enum Item {
    /// A key, read with all that belongs to it but its value, which is next.
    Key {
        /// The kind of the value.
        kind: u8,
        expires: bool,
    },
    /// Something that the engine notes of itself.
    Note { name: Vec<u8>, value: Vec<u8> },
    /// A library of functions.
    Library { code: Vec<u8> },
    /// How many keys of the current database come, and how many of them expire.
    Sizes { keys: u64, expires: u64 },
    /// What engines can do without: what modules note, slots on the move; and changes of the database, which are seen in
    /// [`Dump::database`].
    Other,
    /// There is nothing more but the checksum.
    End,
}

/// A dump that is read.
pub(super) struct Dump<R, W> {
    pub(super) source: Source<R, W>,
    pub(super) version: u32,
    /// The database of the keys that come.
    pub(super) database: u32,
    /// The name of the last key, when names are asked for.
    pub(super) key: Option<Vec<u8>>,
}

impl<R: Read, W: Write> Dump<R, W> {
    /// A dump of `length` bytes. What is copied of it goes to `output`.
    pub(super) fn open(input: R, length: u64, output: W) -> Result<Self, RdbError> {
        let mut source = Source::new(input, length, output);
        let mut header = Vec::new();
        source.read_into(&mut header, length.min(HEADER as u64))?;
        Ok(Self { version: versions::read_header(&header)?, source, database: 0, key: None })
    }

    /// Reads the next item; a key without its value.
    pub(super) fn next_item(&mut self) -> Result<Item, RdbError> {
        let source = &mut self.source;
        match source.byte()? {
            END => return Ok(Item::End),
            NOTE => {
                let (mut name, mut value) = (Vec::new(), Vec::new());
                source.string(&mut name)?;
                source.string(&mut value)?;
                return Ok(Item::Note { name, value });
            }
            LIBRARY => {
                let mut code = Vec::new();
                source.string(&mut code)?;
                return Ok(Item::Library { code });
            }
            DATABASE => {
                let number = source.length()?.try_into();
                self.database = number.map_err(|_| source.malformed("a database with too high a number"))?;
            }
            SIZES => return Ok(Item::Sizes { keys: source.length()?, expires: source.length()? }),
            SLOT_INFO => source.skip_lengths(3)?,
            SLOT_IMPORT if versions::is_valkey(self.version) => {
                source.skip_string()?;
                for _ in 0..source.length()? {
                    source.skip_lengths(2)?;
                }
            }
            MODULE_NOTE => {
                // The module, and when it is to be told.
                source.skip_lengths(3)?;
                source.skip_module_value()?;
            }
            LIBRARY_OF_A_CANDIDATE => return Err(source.malformed("functions of a release candidate of Redis 7.0")),
            first => return self.key(first),
        }
        Ok(Item::Other)
    }

    /// Reads a key that begins with the byte `first`: when it expires and how much it was used, the kind of its value,
    /// and its name.
    fn key(&mut self, mut first: u8) -> Result<Item, RdbError> {
        let source = &mut self.source;
        let mut expires = false;
        loop {
            match first {
                EXPIRES_AT_MILLISECOND => source.skip(8)?,
                EXPIRES_AT_SECOND => source.skip(4)?,
                IDLE => source.skip_lengths(1)?,
                FREQUENCY => source.skip(1)?,
                _ => break,
            }
            expires |= matches!(first, EXPIRES_AT_MILLISECOND | EXPIRES_AT_SECOND);
            first = source.byte()?;
        }
        match &mut self.key {
            Some(key) => source.string(key)?,
            None => source.skip_string()?,
        }
        Ok(Item::Key { kind: first, expires })
    }

    /// Passes over the value of the key that was read, which is of this kind.
    pub(super) fn skip_value(&mut self, kind: u8) -> Result<(), RdbError> {
        self.source.skip_value(kind, self.version)
    }

    /// Reads the checksum, which is zero where engines are told not to make one, and makes sure that nothing follows.
    pub(super) fn finish(&mut self) -> Result<(), RdbError> {
        let sum = self.source.sum();
        let noted = u64::from_le_bytes(self.source.bytes()?);
        if noted != 0 && noted != sum {
            return Err(RdbError::Checksum);
        }
        if self.source.is_at_end()? { Ok(()) } else { Err(self.source.malformed("something follows the end")) }
    }
}
