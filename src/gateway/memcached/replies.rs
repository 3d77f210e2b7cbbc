//! What engines send: finds the `VERSION` lines, and passes everything else on unseen.

use std::borrow::Cow;

use super::{
    super::relay::Passed,
    lines::{Line, Lines, number, words},
};

/// The stream of replies of one connection.
#[derive(Default)]
pub(super) struct Replies {
    lines: Lines,
}

impl Replies {
    /// Passes on what was read. `version` is asked at every `VERSION` line what to send in its place.
    pub(super) fn pass<'a>(&mut self, input: &'a [u8], mut version: impl FnMut() -> Option<Vec<u8>>) -> Passed<'a> {
        self.lines.pass(input, |line| {
            if let Some(header) = line.strip_prefix(b"VALUE ") {
                // <key> <flags> <bytes> [<cas unique>]
                words(header).nth(2).and_then(number).map_or(Line::Plain, Line::Block)
            } else if let Some(header) = line.strip_prefix(b"VA ") {
                // <bytes> <flags>*
                words(header).next().and_then(number).map_or(Line::Plain, Line::Block)
            } else if line.starts_with(b"VERSION ") {
                version().map_or(Line::Plain, |answer| Line::Replaced(Cow::Owned(answer)))
            } else {
                Line::Plain
            }
        })
    }
}
