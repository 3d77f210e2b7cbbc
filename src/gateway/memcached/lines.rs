//! Walks through a stream of lines with data blocks between them, and replaces single lines. What a line means is told
//! by the caller. The outcome never depends on how the stream was split into reads.

use std::borrow::Cow;

use super::super::relay::Passed;

/// The longest line that is looked at, its end included; the engine ends connections that send longer ones, but for
/// `get` with many keys. It bounds what is held back of a line whose end has not come yet.
pub(super) const MAX_LINE: usize = 2048;

/// What a line is followed by or replaced by.
pub(super) enum Line {
    /// Another line.
    Plain,
    /// A data block of so many bytes, and the two that end it.
    Block(u64),
    /// Another line, but this one is replaced.
    Replaced(Cow<'static, [u8]>),
}

/// Where in the stream we are, between two reads.
#[derive(Debug, Default)]
pub(super) enum Lines {
    /// At the beginning of a line.
    #[default]
    Line,
    /// In a data block, with so many bytes to come.
    Block(u64),
    /// In a line that is too long to be looked at.
    LongLine,
}

impl Lines {
    /// Passes `input` on, and asks `judge` about each line, whose end is stripped. A line without an end is not consumed.
    pub(super) fn pass<'a>(&mut self, input: &'a [u8], mut judge: impl FnMut(&[u8]) -> Line) -> Passed<'a> {
        let mut at = 0;
        // What was changed so far, and up to where of the input.
        let mut changed = Vec::new();
        let mut changed_to = 0;
        while at < input.len() {
            let rest = &input[at..];
            match self {
                Self::Block(left) => {
                    let taken = usize::try_from(*left).map_or(rest.len(), |left| left.min(rest.len()));
                    at += taken;
                    *left -= taken as u64;
                    if *left == 0 {
                        *self = Self::Line;
                    }
                }
                Self::LongLine => match memchr::memchr(b'\n', rest) {
                    Some(end) => {
                        at += end + 1;
                        *self = Self::Line;
                    }
                    None => at = input.len(),
                },
                Self::Line => {
                    let visible = &rest[..rest.len().min(MAX_LINE)];
                    let Some(end) = memchr::memchr(b'\n', visible) else {
                        if visible.len() < MAX_LINE {
                            break;
                        }
                        *self = Self::LongLine;
                        continue;
                    };
                    let line = &rest[..end];
                    match judge(line.strip_suffix(b"\r").unwrap_or(line)) {
                        Line::Plain => {}
                        Line::Block(length) => *self = Self::Block(length.saturating_add(2)),
                        Line::Replaced(replacement) => {
                            changed.extend_from_slice(&input[changed_to..at]);
                            changed.extend_from_slice(&replacement);
                            changed_to = at + end + 1;
                        }
                    }
                    at += end + 1;
                }
            }
        }
        let output = if changed_to == 0 {
            Cow::Borrowed(&input[..at])
        } else {
            changed.extend_from_slice(&input[changed_to..at]);
            Cow::Owned(changed)
        };
        Passed { consumed: at, output }
    }
}

/// The words of a line, by the engine's rule: separated by any number of spaces, and by nothing else.
pub(super) fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| *byte == b' ').filter(|word| !word.is_empty())
}

/// A decimal number.
pub(super) fn number<T: std::str::FromStr>(word: &[u8]) -> Option<T> {
    std::str::from_utf8(word).ok()?.parse().ok()
}
