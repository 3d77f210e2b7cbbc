//! Looks at both directions of one connection to a source.
//!
//! What is answered in the source's place has to come in its turn among the source's own answers, and these cannot be
//! counted: `CLIENT REPLY OFF`, subscriptions and transactions all make their number differ from that of the requests. So
//! the source gets an `ECHO` of a word that nobody can guess in place of the request, and where it answers that, the
//! right answer is put.

use std::{borrow::Cow, collections::HashMap};

use memchr::memmem::Finder;
use uuid::Uuid;

use super::{
    super::{
        cluster::Edits,
        relay::{Passed, Tap},
    },
    answers::{Place, Verdict, is_wanted},
    requests::{Next, Requests},
};

/// The digits after the word by which an answer is known.
const DIGITS: usize = 8;

/// The most answers that a client may leave unread; one that asks on and on without is cut off.
const MOST_PENDING: usize = 4096;

/// What no engine understands, on which each closes the connection.
const NONSENSE: &[u8] = b"*1\r\n!\r\n";

/// Sits in one connection.
pub(super) struct OutsideTap {
    place: Place,
    requests: Requests,
    is_resp3: bool,
    /// What the source is asked to echo, but for the digits at its end.
    word: String,
    finder: Finder<'static>,
    asked: u32,
    pending: HashMap<u32, Vec<u8>>,
    is_lost: bool,
}

impl OutsideTap {
    pub(super) fn new(place: Place) -> Self {
        let word = Uuid::new_v4().simple().to_string();
        // As it begins on the wire.
        let needle = format!("${}\r\n{word}", word.len() + DIGITS);
        let finder = Finder::new(needle.as_bytes()).into_owned();
        let (requests, pending) = (Requests::default(), HashMap::new());
        Self { place, requests, is_resp3: false, word, finder, asked: 0, pending, is_lost: false }
    }

    fn echo_for(&mut self, answer: Vec<u8>) -> Vec<u8> {
        self.asked = self.asked.wrapping_add(1);
        self.pending.insert(self.asked, answer);
        let word = format!("{}{:0DIGITS$x}", self.word, self.asked);
        request(&[b"ECHO".to_vec(), word.into_bytes()])
    }
}

fn request(words: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        bytes.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        bytes.extend_from_slice(word);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

impl Tap for OutsideTap {
    fn requests<'a>(&mut self, input: &'a [u8]) -> Passed<'a> {
        if self.is_lost {
            return Passed { consumed: input.len(), output: Cow::Borrowed(&[]) };
        }
        let mut edits = Edits::new(input);
        let mut at = 0;
        while at < input.len() {
            match self.requests.next(&input[at..], is_wanted) {
                Next::Passed(length) => at += length,
                Next::Short => break,
                Next::Lost => {
                    self.is_lost = true;
                    edits.replace(at..input.len(), NONSENSE);
                    at = input.len();
                }
                Next::Request { length, words } => {
                    match self.place.judge(&words, &mut self.is_resp3) {
                        Verdict::Passed => {}
                        Verdict::Replaced(words) => edits.replace(at..at + length, &request(&words)),
                        Verdict::Answered(answer) => {
                            let echo = self.echo_for(answer);
                            edits.replace(at..at + length, &echo);
                        }
                    }
                    at += length;
                }
            }
        }
        self.is_lost |= self.pending.len() > MOST_PENDING;
        Passed { consumed: at, output: edits.finish(at) }
    }

    fn replies<'a>(&mut self, input: &'a [u8]) -> Passed<'a> {
        if self.pending.is_empty() || input.is_empty() {
            return Passed::unchanged(input);
        }
        let mut edits = Edits::new(input);
        let needle = self.finder.needle().len();
        let whole = needle + DIGITS + 2;
        let mut at = 0;
        while let Some(found) = self.finder.find(&input[at..]) {
            let start = at + found;
            let Some(echo) = input.get(start..start + whole) else {
                return Passed { consumed: start, output: edits.finish(start) };
            };
            let number = str::from_utf8(&echo[needle..needle + DIGITS]).ok();
            let number = number.and_then(|digits| u32::from_str_radix(digits, 16).ok());
            if let Some(answer) = number.and_then(|number| self.pending.remove(&number)) {
                edits.replace(start..start + whole, &answer);
            }
            at = start + whole;
        }
        // The end may be the beginning of an echo.
        let consumed = input.len() - beginning_at_end(&input[at..], self.finder.needle());
        Passed { consumed, output: edits.finish(consumed) }
    }

    fn takes_requests(&self) -> bool {
        true
    }
}

/// How many of the last bytes of `input` are the first ones of `needle`.
fn beginning_at_end(input: &[u8], needle: &[u8]) -> usize {
    let longest = input.len().min(needle.len() - 1);
    (1..=longest).rev().find(|length| input.ends_with(&needle[..*length])).unwrap_or(0)
}
