//! Lengths and strings, of which everything in a dump is made.
//!
//! A length takes one, two, five or nine bytes. In the place of a string's length may stand how it is encoded instead: as
//! a number, or compressed.

use std::io::{Read, Write};

use super::{RdbError, source::Source};

/// No engine takes a longer string, in bytes.
const LONGEST: u64 = 512 * 1024 * 1024;

/// What stands in the place of a string's length.
enum Form {
    Plain(u64),
    Int8,
    Int16,
    Int32,
    /// With LZF.
    Compressed,
}

impl<R: Read, W: Write> Source<R, W> {
    /// A length, or a number that is written like one.
    pub(super) fn length(&mut self) -> Result<u64, RdbError> {
        match self.form()? {
            Form::Plain(length) => Ok(length),
            _ => Err(self.malformed("an encoding where a length should be")),
        }
    }

    /// Passes over so many lengths.
    pub(super) fn skip_lengths(&mut self, number: usize) -> Result<(), RdbError> {
        (0..number).try_for_each(|_| self.length().map(drop))
    }

    pub(super) fn skip_string(&mut self) -> Result<(), RdbError> {
        let length = match self.form()? {
            Form::Plain(length) => length,
            Form::Int8 => 1,
            Form::Int16 => 2,
            Form::Int32 => 4,
            Form::Compressed => {
                let compressed = self.length()?;
                self.length()?;
                compressed
            }
        };
        self.skip(length)
    }

    /// Passes over so many strings.
    pub(super) fn skip_strings(&mut self, number: u64) -> Result<(), RdbError> {
        (0..number).try_for_each(|_| self.skip_string())
    }

    /// Puts a string into `text`, in the place of what is there.
    pub(super) fn string(&mut self, text: &mut Vec<u8>) -> Result<(), RdbError> {
        text.clear();
        match self.form()? {
            Form::Plain(length) if length > LONGEST => Err(self.malformed("a string that is too long")),
            Form::Plain(length) => self.read_into(text, length),
            Form::Int8 => write_number(text, &i8::from_le_bytes(self.bytes()?)),
            Form::Int16 => write_number(text, &i16::from_le_bytes(self.bytes()?)),
            Form::Int32 => write_number(text, &i32::from_le_bytes(self.bytes()?)),
            Form::Compressed => {
                let (compressed, length) = (self.length()?, self.length()?);
                if compressed > LONGEST || length > LONGEST {
                    return Err(self.malformed("a string that is too long"));
                }
                let mut packed = Vec::new();
                self.read_into(&mut packed, compressed)?;
                unpack(&packed, length, text).ok_or_else(|| self.malformed("a compressed string that is broken"))
            }
        }
    }

    fn form(&mut self) -> Result<Form, RdbError> {
        let first = self.byte()?;
        Ok(match (first >> 6, first) {
            (0, _) => Form::Plain(first.into()),
            (1, _) => Form::Plain(u64::from(first & 0x3f) << 8 | u64::from(self.byte()?)),
            (_, 0x80) => Form::Plain(u32::from_be_bytes(self.bytes()?).into()),
            (_, 0x81) => Form::Plain(u64::from_be_bytes(self.bytes()?)),
            (_, 0xc0) => Form::Int8,
            (_, 0xc1) => Form::Int16,
            (_, 0xc2) => Form::Int32,
            (_, 0xc3) => Form::Compressed,
            _ => return Err(self.malformed("a length of no known form")),
        })
    }
}

#[expect(clippy::unnecessary_wraps, reason = "an arm among others that can fail")]
fn write_number(text: &mut Vec<u8>, number: &impl ToString) -> Result<(), RdbError> {
    text.extend_from_slice(number.to_string().as_bytes());
    Ok(())
}

/// Puts into `text` the `length` bytes that `packed` stands for, compressed with LZF; `None` when it stands for nothing
/// or another length. Our own, since room is made only for what comes: the length is somebody's word.
///
/// A first byte below 32 says how many bytes follow as they are, less one. Any other is the first of a reference: three
/// bits for how much is repeated, and 13 for how far back it begins.
fn unpack(packed: &[u8], length: u64, text: &mut Vec<u8>) -> Option<()> {
    let length = usize::try_from(length).ok()?;
    let mut packed = packed.iter().copied();
    while let Some(first) = packed.next() {
        if first < 32 {
            for _ in 0..=first {
                text.push(packed.next()?);
            }
        } else {
            let mut repeated = usize::from(first >> 5) + 2;
            if first >> 5 == 7 {
                repeated += usize::from(packed.next()?);
            }
            let back = (usize::from(first & 0x1f) << 8 | usize::from(packed.next()?)) + 1;
            let start = text.len().checked_sub(back)?;
            // What is repeated may reach into what it makes.
            for place in start..start + repeated {
                text.push(text[place]);
            }
        }
        if text.len() > length {
            return None;
        }
    }
    (text.len() == length).then_some(())
}

#[cfg(test)]
mod tests {
    use std::io;

    use proptest::prelude::*;

    use super::*;

    fn string(bytes: &[u8]) -> Result<Vec<u8>, RdbError> {
        let mut source = Source::new(bytes, bytes.len() as u64, io::sink());
        let mut text = Vec::new();
        source.string(&mut text)?;
        assert_eq!(source.rest(), 0, "all of it was read");
        Ok(text)
    }

    #[test]
    fn a_string_is_read_in_every_form() {
        assert_eq!(string(b"\x03abc").expect("6 bits"), b"abc");
        assert_eq!(string(b"\x40\x03abc").expect("14 bits"), b"abc");
        assert_eq!(string(b"\x80\0\0\0\x03abc").expect("32 bits"), b"abc");
        assert_eq!(string(b"\x81\0\0\0\0\0\0\0\x03abc").expect("64 bits"), b"abc");
        assert_eq!(string(b"\xc0\xfb").expect("a byte"), b"-5");
        assert_eq!(string(b"\xc1\xe8\x03").expect("two bytes"), b"1000");
        assert_eq!(string(b"\xc2\0\0\0\x80").expect("four bytes"), b"-2147483648");
        // `ab`, then six bytes from two back, which are made as they are read.
        assert_eq!(string(b"\xc3\x05\x08\x01ab\x80\x01").expect("compressed"), b"abababab");
        assert_eq!(string(b"\xc3\x05\x14\x00a\xe0\x0a\x00").expect("a long repetition"), [b'a'; 20]);
    }

    #[test]
    fn a_string_that_is_broken_or_does_not_fit_is_refused() {
        assert!(matches!(string(b"\x04abc"), Err(RdbError::Truncated)));
        assert!(matches!(string(b"\x80\x1f\xff\xff\xffabc"), Err(RdbError::Truncated)));
        assert!(matches!(string(b"\x81\xff\xff\xff\xff\xff\xff\xff\xff"), Err(RdbError::Malformed(9, _))));
        assert!(matches!(string(b"\x82abc"), Err(RdbError::Malformed(1, _))));
        assert!(matches!(string(b"\xc4abc"), Err(RdbError::Malformed(1, _))));
        for broken in [&b"\xc3\x03\x02\x02ab"[..], b"\xc3\x02\x08\x20\0", b"\xc3\x02\x02\x00a", b"\xc3\x03\x01\x01ab"] {
            assert!(matches!(string(broken), Err(RdbError::Malformed(..))), "{broken:?}");
        }
    }

    proptest! {
        #[test]
        fn skipping_a_string_goes_as_far_as_reading_it(bytes: Vec<u8>) {
            let source = || Source::new(&bytes[..], bytes.len() as u64, io::sink());
            let (mut reader, mut skipper) = (source(), source());
            if reader.string(&mut Vec::new()).is_ok() {
                prop_assert!(skipper.skip_string().is_ok());
                prop_assert_eq!(reader.offset(), skipper.offset());
            }
        }
    }
}
