//! What clients send: finds discovery commands and `version`, and passes everything else on unseen.

use std::borrow::Cow;

use super::{
    super::relay::Passed,
    Awaited,
    lines::{Line, Lines, number, words},
};

/// The first byte of a client that speaks the binary protocol, which the engine too tells by the first byte alone.
const BINARY: u8 = 0x80;

/// The longest key in bytes. A storage command with a longer one is refused, and its data taken for a command.
const MAX_KEY: usize = 250;

/// The longest data block in bytes.
const MAX_BLOCK: u64 = i32::MAX as u64 - 2;

/// The stream of requests of one connection.
#[derive(Default)]
pub(super) struct Requests {
    protocol: Protocol,
    lines: Lines,
}

#[derive(Default, PartialEq, Eq)]
enum Protocol {
    #[default]
    Unknown,
    Text,
    Binary,
}

impl Requests {
    /// Whether this connection is none of our business.
    pub(super) fn is_binary(&self) -> bool {
        self.protocol == Protocol::Binary
    }

    /// Passes on what was read. `awaited` is told of every `VERSION` line that the engine will answer with.
    pub(super) fn pass<'a>(&mut self, input: &'a [u8], mut awaited: impl FnMut(Awaited)) -> Passed<'a> {
        if self.protocol == Protocol::Unknown
            && let Some(first) = input.first()
        {
            self.protocol = if *first == BINARY { Protocol::Binary } else { Protocol::Text };
        }
        if self.is_binary() {
            return Passed::unchanged(input);
        }
        self.lines.pass(input, |line| match Command::of(line) {
            Command::Other => Line::Plain,
            Command::Storage(length) => Line::Block(length),
            Command::Awaits(Awaited::Version) => {
                awaited(Awaited::Version);
                Line::Plain
            }
            Command::Awaits(ours) => {
                awaited(ours);
                Line::Replaced(Cow::Borrowed(b"version\r\n"))
            }
        })
    }
}

/// What matters about a command.
#[derive(Debug, PartialEq, Eq)]
enum Command {
    /// Nothing.
    Other,
    /// It is followed by a data block of so many bytes.
    Storage(u64),
    /// The engine will answer with a `VERSION` line.
    Awaits(Awaited),
}

impl Command {
    fn of(line: &[u8]) -> Self {
        let mut words = words(line);
        let known = match words.next() {
            Some(b"set" | b"add" | b"replace" | b"append" | b"prepend") => storage(words, false),
            Some(b"cas") => storage(words, true),
            Some(b"ms") => meta_set(words),
            Some(b"version") => Some(Self::Awaits(Awaited::Version)),
            Some(b"get") => legacy_discovery(words),
            Some(b"config") => discovery(words),
            _ => None,
        };
        known.unwrap_or(Self::Other)
    }
}

/// `<key> <flags> <exptime> <bytes> [<cas unique>] [noreply]`, `None` when the engine refuses it without waiting for the
/// data.
fn storage<'a>(mut words: impl Iterator<Item = &'a [u8]>, with_cas: bool) -> Option<Command> {
    let _key = key(words.next()?)?;
    let _flags: u64 = number(words.next()?)?;
    let _exptime: i64 = number(words.next()?)?;
    let length = block_length(words.next()?)?;
    if with_cas {
        let _unique: u64 = number(words.next()?)?;
    }
    // One more word is `noreply`, or anything: it is not looked at. Two are one too many.
    (words.count() <= 1).then_some(Command::Storage(length))
}

/// `<key> <bytes> <flags>*`. What may be wrong with the flags is told only after the data has been read.
fn meta_set<'a>(mut words: impl Iterator<Item = &'a [u8]>) -> Option<Command> {
    let _key = key(words.next()?)?;
    block_length(words.next()?).map(Command::Storage)
}

fn key(word: &[u8]) -> Option<&[u8]> {
    (word.len() <= MAX_KEY).then_some(word)
}

fn block_length(word: &[u8]) -> Option<u64> {
    number(word).filter(|length| *length <= MAX_BLOCK)
}

/// `get AmazonElastiCache:cluster`. Among other keys it is a key like any other.
fn legacy_discovery<'a>(mut words: impl Iterator<Item = &'a [u8]>) -> Option<Command> {
    let ours = words.next()? == b"AmazonElastiCache:cluster" && words.next().is_none();
    ours.then_some(Command::Awaits(Awaited::LegacyConfiguration))
}

/// `config get <key>`. Other forms of `config` are left to the engine, which does not know them.
fn discovery<'a>(mut words: impl Iterator<Item = &'a [u8]>) -> Option<Command> {
    let is_get = words.next()? == b"get";
    let key = words.next()?;
    let awaited = if key == b"cluster" { Awaited::Configuration } else { Awaited::UnknownKey };
    (is_get && words.next().is_none()).then_some(Command::Awaits(awaited))
}
