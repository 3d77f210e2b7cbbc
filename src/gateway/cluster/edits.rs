//! Replaces parts of a sequence of bytes. Nothing is copied as long as nothing is replaced.

use std::{borrow::Cow, ops::Range};

/// Bytes, some of which were replaced.
pub(in super::super) struct Edits<'a> {
    input: &'a [u8],
    /// What has become of the first `done` bytes.
    output: Vec<u8>,
    done: usize,
    any: bool,
}

impl<'a> Edits<'a> {
    pub(in super::super) fn new(input: &'a [u8]) -> Self {
        Self { input, output: Vec::new(), done: 0, any: false }
    }

    /// Puts `with` where `part` was, which must come after every part that was replaced before.
    pub(in super::super) fn replace(&mut self, part: Range<usize>, with: &[u8]) {
        self.output.extend_from_slice(&self.input[self.done..part.start]);
        self.output.extend_from_slice(with);
        self.done = part.end;
        self.any = true;
    }

    /// Whether anything was replaced.
    pub(in super::super) fn any(&self) -> bool {
        self.any
    }

    /// What has become of the first `length` bytes.
    pub(in super::super) fn finish(mut self, length: usize) -> Cow<'a, [u8]> {
        if !self.any() {
            return Cow::Borrowed(&self.input[..length]);
        }
        self.output.extend_from_slice(&self.input[self.done..length]);
        Cow::Owned(self.output)
    }
}
