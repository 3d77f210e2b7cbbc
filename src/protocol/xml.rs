//! A writer of XML elements into one growing buffer, and how each kind of value is written.
//!
//! It knows elements and text, nothing of the API. Escaping is quick-xml's; the elements are written here, because
//! the names are fixed and a page of a hundred clusters has some four thousand of them: they are copied into the
//! buffer without an event in between.
//!
//! Whatever text comes in, the document stays well-formed: characters that XML 1.0 cannot carry at all (most control
//! characters, U+FFFE, U+FFFF) are replaced by U+FFFD, and a carriage return is written as a reference, for a parser
//! would turn a bare one into a line feed.

use std::borrow::Cow;
use std::io::Write;

use chrono::{DateTime, Datelike, Timelike, Utc};
use quick_xml::escape::partial_escape;

use super::{Sensitive, WireEnum};

/// How a value is written between the tags of the element that holds it.
pub trait Encode {
    /// Writes the content: the text of a scalar, the elements of a structure.
    fn encode(&self, writer: &mut XmlWriter);
}

/// The tags of an element, ready to be copied. Made by [`tag!`].
#[derive(Clone, Copy, Debug)]
pub struct Tag {
    pub(in crate::protocol) open: &'static str,
    pub(in crate::protocol) close: &'static str,
}

/// The tags of the element of this name.
macro_rules! tag {
    ($name:literal) => {
        $crate::protocol::xml::Tag { open: concat!("<", $name, ">"), close: concat!("</", $name, ">") }
    };
}

pub(super) use tag;

/// A document that is being written.
#[derive(Debug)]
pub struct XmlWriter {
    buffer: Vec<u8>,
}

/// Holds an ordinary answer about one resource without growing.
const INITIAL_CAPACITY: usize = 4096;

impl XmlWriter {
    /// An empty document.
    #[must_use]
    pub fn new() -> Self {
        Self { buffer: Vec::with_capacity(INITIAL_CAPACITY) }
    }

    /// The document's bytes.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.buffer
    }

    /// An element with a value, self-closing if the value writes nothing.
    #[inline]
    pub fn element<T: Encode + ?Sized>(&mut self, tag: Tag, value: &T) {
        self.raw(tag.open.as_bytes());
        let start = self.buffer.len();
        value.encode(self);
        if self.buffer.len() == start {
            self.buffer.pop();
            self.raw(b"/>");
        } else {
            self.raw(tag.close.as_bytes());
        }
    }

    /// An element of a structure: left out when there is no value.
    #[inline]
    pub fn optional<T: Encode>(&mut self, tag: Tag, value: Option<&T>) {
        if let Some(value) = value {
            self.element(tag, value);
        }
    }

    /// A list of a structure: left out when there is none, self-closing when it is empty.
    pub fn list<T: Encode>(&mut self, tag: Tag, element: Tag, items: Option<&[T]>) {
        if let Some(items) = items {
            self.element(tag, &Items { element, items });
        }
    }

    /// The opening tag of the document's element, whose name has two halves.
    pub(super) fn open_root(&mut self, name: &str, suffix: &str, namespace: &str) {
        for part in ["<", name, suffix, " xmlns=\"", namespace, "\">"] {
            self.raw(part.as_bytes());
        }
    }

    /// The closing tag to [`XmlWriter::open_root`].
    pub(super) fn close_root(&mut self, name: &str, suffix: &str) {
        for part in ["</", name, suffix, ">"] {
            self.raw(part.as_bytes());
        }
    }

    /// An element whose name has two halves; it has both tags even if the value writes nothing.
    pub(super) fn suffixed(&mut self, name: &str, suffix: &str, value: &dyn Encode) {
        for part in ["<", name, suffix, ">"] {
            self.raw(part.as_bytes());
        }
        value.encode(self);
        self.close_root(name, suffix);
    }

    /// Text, with everything escaped that has to be.
    #[inline]
    pub fn text(&mut self, text: &str) {
        // Every byte is looked at, without a way out in the middle: that is what the compiler can do sixteen at a time.
        if text.bytes().fold(true, |plain, byte| plain & is_plain(byte)) {
            self.raw(text.as_bytes());
        } else {
            self.escaped(text);
        }
    }

    #[cold]
    fn escaped(&mut self, text: &str) {
        let legal: Cow<'_, str> = if text.chars().all(is_legal) {
            text.into()
        } else {
            text.chars().map(|c| if is_legal(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
        };
        self.raw(partial_escape(legal).as_bytes());
    }

    /// A value whose printed form needs no escaping.
    fn display(&mut self, value: &dyn std::fmt::Display) {
        let written = write!(self.buffer, "{value}");
        debug_assert!(written.is_ok(), "a Vec takes every byte");
    }

    /// Bytes that need no escaping.
    #[inline]
    fn raw(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }
}

/// Whether a byte of UTF-8 can be copied as it is, without a second look. `0xEF` begins U+FFFE and U+FFFF (and much that is harmless).
#[inline]
fn is_plain(byte: u8) -> bool {
    byte >= b' ' && !matches!(byte, b'<' | b'>' | b'&' | 0xEF)
}

/// The production `Char` of XML 1.0, for characters that Rust can hold (no surrogates).
fn is_legal(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// The entries of a list.
struct Items<'i, T> {
    element: Tag,
    items: &'i [T],
}

impl<T: Encode> Encode for Items<'_, T> {
    fn encode(&self, writer: &mut XmlWriter) {
        let Some((first, rest)) = self.items.split_first() else { return };
        let start = writer.buffer.len();
        writer.element(self.element, first);
        // A page of like items: the first tells how much the others need, so that the buffer grows once.
        writer.buffer.reserve((writer.buffer.len() - start) * rest.len());
        for item in rest {
            writer.element(self.element, item);
        }
    }
}

impl Encode for str {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.text(self);
    }
}

impl Encode for String {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.text(self);
    }
}

impl Encode for bool {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.raw(if *self { b"true" } else { b"false" });
    }
}

impl Encode for i32 {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.display(self);
    }
}

impl Encode for f64 {
    fn encode(&self, writer: &mut XmlWriter) {
        // `Debug`, for `1.0` instead of `1`.
        writer.display(&format_args!("{self:?}"));
    }
}

impl Encode for DateTime<Utc> {
    /// `2019-11-26T01:22:52.396Z`, always with milliseconds. Years outside 0..=9999 are not of this API.
    fn encode(&self, writer: &mut XmlWriter) {
        let year = u32::try_from(self.year()).unwrap_or_default();
        // A leap second counts up to 1999 milliseconds; it is shown as the last one of its second.
        let millisecond = (self.nanosecond() / 1_000_000).min(999);
        let mut text = *b"0000-00-00T00:00:00.000Z";
        put(&mut text[0..4], year);
        put(&mut text[5..7], self.month());
        put(&mut text[8..10], self.day());
        put(&mut text[11..13], self.hour());
        put(&mut text[14..16], self.minute());
        put(&mut text[17..19], self.second());
        put(&mut text[20..23], millisecond);
        writer.raw(&text);
    }
}

/// Writes `value` right-aligned over the zeros of `field`.
fn put(field: &mut [u8], mut value: u32) {
    for place in field.iter_mut().rev() {
        *place = digit(value % 10);
        value /= 10;
    }
}

/// The character of a digit below ten.
fn digit(value: u32) -> u8 {
    b"0123456789"[value as usize % 10]
}

impl<T: Encode> Encode for Sensitive<T> {
    fn encode(&self, writer: &mut XmlWriter) {
        self.expose().encode(writer);
    }
}

/// Lets the generated `impl Encode` of an enum stay one line.
pub(super) fn encode_word<T: WireEnum>(value: T, writer: &mut XmlWriter) {
    writer.raw(value.as_str().as_bytes());
}
