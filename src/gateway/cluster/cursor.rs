//! Reads values one after the other. What it reads may be the beginning of a reply only: then it says that there is too
//! little, so that the same code can tell early what a reply is going to be.

use super::framing::{Frames, Reach, Stop, number_line};

/// A place in a reply.
pub(super) struct Cursor<'a> {
    input: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(input: &'a [u8]) -> Self {
        Self { input, at: 0 }
    }

    /// How many bytes were read.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// What was read since the cursor was at `start`.
    pub(super) fn since(&self, start: usize) -> &'a [u8] {
        &self.input[start..self.at]
    }

    /// What was not read yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        &self.input[self.at..]
    }

    /// The type of the next value: the byte that it begins with.
    pub(super) fn kind(&self) -> Result<u8, Stop> {
        self.rest().first().copied().ok_or(Stop::Short)
    }

    /// The length of an array, whose elements follow.
    pub(super) fn array(&mut self) -> Result<usize, Stop> {
        self.header(b'*')
    }

    /// The number of entries of a map, whose keys and values follow. RESP2 has arrays in their place.
    pub(super) fn map(&mut self) -> Result<usize, Stop> {
        if self.kind()? == b'%' {
            return self.header(b'%');
        }
        let length = self.array()?;
        if length % 2 == 0 { Ok(length / 2) } else { Err(Stop::Wrong) }
    }

    /// An integer.
    pub(super) fn integer(&mut self) -> Result<i64, Stop> {
        if self.kind()? != b':' {
            return Err(Stop::Wrong);
        }
        let (number, length) = number_line(&self.rest()[1..])?;
        self.at += 1 + length;
        Ok(number)
    }

    /// A string, or the null that stands for none.
    pub(super) fn text(&mut self) -> Result<Option<&'a [u8]>, Stop> {
        let null: [&[u8]; 2] = [b"_\r\n", b"$-1\r\n"];
        if let Some(null) = null.into_iter().find(|null| self.rest().starts_with(null)) {
            self.at += null.len();
            return Ok(None);
        }
        let length = self.string_header()?;
        let body = self.rest().get(..length).ok_or(Stop::Short)?;
        if self.rest().len() < length + 2 {
            return Err(Stop::Short);
        }
        self.at += length + 2;
        Ok(Some(body))
    }

    /// The length of a string, whose body follows.
    pub(super) fn string_header(&mut self) -> Result<usize, Stop> {
        match self.kind()? {
            kind @ (b'$' | b'=') => self.header(kind),
            b'_' if self.rest().len() < 3 => Err(Stop::Short),
            _ => Err(Stop::Wrong),
        }
    }

    /// Passes over a value, whatever it is.
    pub(super) fn skip(&mut self) -> Result<(), Stop> {
        match Frames::default().advance(self.rest()) {
            Reach::Ended(length) => {
                self.at += length;
                Ok(())
            }
            Reach::Open(_) => Err(Stop::Short),
        }
    }

    /// Makes sure that there is nothing more.
    pub(super) fn end(&self) -> Result<(), Stop> {
        if self.rest().is_empty() { Ok(()) } else { Err(Stop::Wrong) }
    }

    fn header(&mut self, kind: u8) -> Result<usize, Stop> {
        if self.kind()? != kind {
            return Err(Stop::Wrong);
        }
        let (number, length) = number_line(&self.rest()[1..])?;
        self.at += 1 + length;
        usize::try_from(number).map_err(|_| Stop::Wrong)
    }
}

/// A string as it is sent.
pub(super) fn string(text: &str) -> String {
    format!("${}\r\n{text}\r\n", text.len())
}

/// The header of a map of so many entries, of the same type as the one that began with `kind`.
pub(super) fn map_header(kind: u8, entries: usize) -> String {
    if kind == b'%' { format!("%{entries}\r\n") } else { format!("*{}\r\n", entries * 2) }
}
