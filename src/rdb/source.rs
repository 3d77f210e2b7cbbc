//! The bytes of a dump as they are read: each is summed once, and those that are wanted are copied by the span.

use std::io::{self, Read, Write};

use crc::{Digest, Table};

use super::{CHECKSUM, RdbError};

/// How much is read at once, in bytes.
const BUFFER: usize = 128 * 1024;

/// What becomes of the bytes that are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Dropped,
    /// They are kept until it is known whether they are wanted.
    Held,
    Copied,
}

/// A dump that is read, and where those of its bytes go that are wanted.
pub(super) struct Source<R, W> {
    input: R,
    pub(super) output: W,
    buffer: Box<[u8]>,
    /// The place of the next byte in the buffer, and the end of what was read into it.
    at: usize,
    end: usize,
    /// How many bytes of the dump came before the buffer's.
    before: u64,
    length: u64,
    sum: Digest<'static, u64, Table<16>>,
    fate: Fate,
    /// The place in the buffer from which on bytes have yet to meet their fate.
    from: usize,
    /// Held bytes that are no longer in the buffer.
    held: Vec<u8>,
}

impl<R: Read, W: Write> Source<R, W> {
    pub(super) fn new(input: R, length: u64, output: W) -> Self {
        Self {
            input,
            output,
            buffer: vec![0; BUFFER].into(),
            at: 0,
            end: 0,
            before: 0,
            length,
            sum: CHECKSUM.digest(),
            fate: Fate::Dropped,
            from: 0,
            held: Vec::new(),
        }
    }

    /// How many bytes have been read.
    pub(super) fn offset(&self) -> u64 {
        self.before + self.at as u64
    }

    /// How many bytes are left.
    pub(super) fn rest(&self) -> u64 {
        self.length.saturating_sub(self.offset())
    }

    pub(super) fn malformed(&self, what: &'static str) -> RdbError {
        RdbError::Malformed(self.offset(), what)
    }

    pub(super) fn byte(&mut self) -> Result<u8, RdbError> {
        if self.at == self.end {
            self.refill()?;
        }
        let byte = self.buffer[self.at];
        self.at += 1;
        Ok(byte)
    }

    pub(super) fn bytes<const N: usize>(&mut self) -> Result<[u8; N], RdbError> {
        if let Some(bytes) = self.buffer[self.at..self.end].first_chunk() {
            self.at += N;
            return Ok(*bytes);
        }
        let mut bytes = [0; N];
        for byte in &mut bytes {
            *byte = self.byte()?;
        }
        Ok(bytes)
    }

    /// Passes over `length` bytes.
    pub(super) fn skip(&mut self, length: u64) -> Result<(), RdbError> {
        self.each_span(length, |_| ())
    }

    /// Adds the next `length` bytes to `text`.
    pub(super) fn read_into(&mut self, text: &mut Vec<u8>, length: u64) -> Result<(), RdbError> {
        self.each_span(length, |span| text.extend_from_slice(span))
    }

    /// The length is compared with what is left, so that nobody makes room for what cannot come.
    fn each_span(&mut self, length: u64, mut take: impl FnMut(&[u8])) -> Result<(), RdbError> {
        if length > self.rest() {
            return Err(RdbError::Truncated);
        }
        let mut left = length;
        while left > 0 {
            if self.at == self.end {
                self.refill()?;
            }
            let here = usize::try_from(left).unwrap_or(usize::MAX).min(self.end - self.at);
            take(&self.buffer[self.at..self.at + here]);
            self.at += here;
            left -= here as u64;
        }
        Ok(())
    }

    /// Holds what is read from here on. What was copied until here is written.
    pub(super) fn hold(&mut self) -> Result<(), RdbError> {
        self.settle(self.at)?;
        self.held.clear();
        self.fate = Fate::Held;
        Ok(())
    }

    /// Writes what is held, and copies what is read from here on.
    pub(super) fn copy(&mut self) -> Result<(), RdbError> {
        self.output.write_all(&self.held)?;
        self.fate = Fate::Copied;
        self.settle(self.at)
    }

    /// Forgets what is held, and copies nothing from here on.
    pub(super) fn forget(&mut self) {
        self.fate = Fate::Dropped;
    }

    /// The sum of all that was read.
    pub(super) fn sum(&self) -> u64 {
        let mut sum = self.sum.clone();
        sum.update(&self.buffer[..self.at]);
        sum.finalize()
    }

    /// Whether nothing is left, of the length that was told and of the input itself.
    pub(super) fn is_at_end(&mut self) -> Result<bool, RdbError> {
        Ok(self.rest() == 0 && self.at == self.end && read(&mut self.input, &mut self.buffer[..1])? == 0)
    }

    /// Lets the bytes in the buffer up to `end` meet their fate.
    fn settle(&mut self, end: usize) -> Result<(), RdbError> {
        let span = &self.buffer[self.from..end];
        match self.fate {
            Fate::Dropped => {}
            Fate::Held => self.held.extend_from_slice(span),
            Fate::Copied => self.output.write_all(span)?,
        }
        self.from = end;
        Ok(())
    }

    fn refill(&mut self) -> Result<(), RdbError> {
        self.settle(self.end)?;
        self.sum.update(&self.buffer[..self.end]);
        self.before += self.end as u64;
        (self.at, self.end, self.from) = (0, 0, 0);
        self.end = read(&mut self.input, &mut self.buffer)?;
        if self.end == 0 { Err(RdbError::Truncated) } else { Ok(()) }
    }
}

fn read(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}
