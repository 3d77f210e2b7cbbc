//! Where the value of a key ends, for every kind of value that engines have written since Redis 2.6.

use std::io::{Read, Write};

use super::{RdbError, source::Source, versions::is_valkey};

/// The first version with the kinds from 22 on, which mean other things to Redis and to Valkey.
const APART: u32 = 12;

/// The length of a stream entry's number, in bytes.
const STREAM_ID: u64 = 16;

/// The length of a time in milliseconds, in bytes.
const TIME: u64 = 8;

impl<R: Read, W: Write> Source<R, W> {
    /// Passes over a value of this kind, in a dump of this version.
    pub(super) fn skip_value(&mut self, kind: u8, version: u32) -> Result<(), RdbError> {
        match kind {
            // A string; or a small collection, packed into one: zipmap, ziplist, intset, listpack.
            0 | 9..=13 | 16 | 17 | 20 => self.skip_string(),
            // A list, a set, a list of ziplists.
            1 | 2 | 14 => {
                let number = self.length()?;
                self.skip_strings(number)
            }
            // A sorted set, with its scores as text.
            3 => self.skip_each(|source| {
                source.skip_string()?;
                source.skip_score()
            }),
            // A hash.
            4 => self.skip_each(|source| source.skip_strings(2)),
            // A sorted set.
            5 => self.skip_each(|source| {
                source.skip_string()?;
                source.skip(8)
            }),
            7 => {
                // The module.
                self.skip_lengths(1)?;
                self.skip_module_value()
            }
            15 => self.skip_stream(1),
            // A list of listpacks, and of single values that are large.
            18 => self.skip_each(|source| match source.length()? {
                1 | 2 => source.skip_string(),
                _ => Err(source.malformed("a part of a list of no known form")),
            }),
            19 => self.skip_stream(2),
            21 => self.skip_stream(3),
            22.. if version < APART => Err(self.malformed("a value of no known kind")),
            // A hash whose fields can expire.
            22 if is_valkey(version) => self.skip_each(|source| {
                source.skip_strings(2)?;
                source.skip(TIME)
            }),
            22..=25 if !is_valkey(version) => self.skip_redis_hash(kind),
            // 6 is what modules wrote in release candidates of Redis 4.0.
            _ => Err(self.malformed("a value of no known kind")),
        }
    }

    /// Passes over as many things as the length in front of them says.
    fn skip_each(&mut self, mut skip: impl FnMut(&mut Self) -> Result<(), RdbError>) -> Result<(), RdbError> {
        for _ in 0..self.length()? {
            skip(self)?;
        }
        Ok(())
    }

    /// A number as text with a byte in front for its length; the last three lengths are those that are no numbers.
    fn skip_score(&mut self) -> Result<(), RdbError> {
        match self.byte()? {
            253.. => Ok(()),
            length => self.skip(length.into()),
        }
    }

    /// A hash of Redis whose fields can expire: one for one, or in a listpack. Since 7.4 was released (24 and 25) the
    /// earliest of the times stands in front.
    fn skip_redis_hash(&mut self, kind: u8) -> Result<(), RdbError> {
        if kind >= 24 {
            self.skip(TIME)?;
        }
        if matches!(kind, 23 | 25) {
            return self.skip_string();
        }
        self.skip_each(|source| {
            source.skip_lengths(1)?;
            source.skip_strings(2)
        })
    }

    /// A stream. The second form knows of deleted entries, the third when a consumer was last active.
    fn skip_stream(&mut self, form: u8) -> Result<(), RdbError> {
        self.skip_each(|source| source.skip_strings(2))?;
        // How many entries there are, and the last; then the first, the greatest deleted, and how many there ever were.
        self.skip_lengths(if form >= 2 { 8 } else { 3 })?;
        self.skip_each(|source| source.skip_consumer_group(form))
    }

    fn skip_consumer_group(&mut self, form: u8) -> Result<(), RdbError> {
        self.skip_string()?;
        // The last entry that was delivered, and how many were.
        self.skip_lengths(if form >= 2 { 3 } else { 2 })?;
        // Entries that were not acknowledged: which, when they were delivered, and how often.
        self.skip_each(|source| {
            source.skip(STREAM_ID + TIME)?;
            source.skip_lengths(1)
        })?;
        self.skip_each(|source| {
            source.skip_string()?;
            source.skip(if form >= 3 { 2 * TIME } else { TIME })?;
            source.skip_each(|source| source.skip(STREAM_ID))
        })
    }

    /// What a module wrote: each part has in front what it is, so that it can be passed over without the module.
    pub(super) fn skip_module_value(&mut self) -> Result<(), RdbError> {
        loop {
            match self.length()? {
                0 => return Ok(()),
                1 | 2 => self.skip_lengths(1)?,
                3 => self.skip(4)?,
                4 => self.skip(8)?,
                5 => self.skip_string()?,
                _ => return Err(self.malformed("a part of a module's value of no known form")),
            }
        }
    }
}
