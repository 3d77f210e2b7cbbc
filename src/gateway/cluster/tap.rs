//! Looks at both directions of one connection to a node of a cluster.

use std::borrow::Cow;

use super::{
    super::relay::{Passed, Tap},
    edits::Edits,
    framing::{Frames, Reach, Stop},
    reading::Reading,
    redirect,
    requests::Requests,
    topology::{Topology, Unanswered},
    viewer::Viewer,
};

/// The largest answer that is rewritten. That of a thousand nodes with a few ranges of slots each is well below. A larger
/// one, and a user's value that only begins like one, go on as they are.
const MAX_TOPOLOGY: usize = 4 * 1024 * 1024;

/// Sits in one connection.
pub(in super::super) struct ClusterTap<'a> {
    viewer: Viewer<'a>,
    requests: Requests,
    replies: Frames,
    unanswered: Unanswered,
    kept: Option<Kept>,
    reading: Reading,
    /// Whether the present reply answers a request.
    is_counted: bool,
}

/// A reply that may be a topology, as far as it has come.
struct Kept {
    topology: Topology,
    bytes: Vec<u8>,
}

/// What becomes of a reply.
enum Fate {
    Passed,
    Kept(Topology),
    Redirected(redirect::Redirect),
}

impl<'a> ClusterTap<'a> {
    /// For a connection to an engine that does or does not stand in for a primary in another region.
    pub(in super::super) fn new(viewer: Viewer<'a>, stands_in: bool) -> Self {
        Self {
            viewer,
            requests: Requests::default(),
            replies: Frames::default(),
            unanswered: Unanswered::default(),
            kept: None,
            reading: Reading::new(stands_in),
            is_counted: false,
        }
    }

    /// The same requests, with ours among them.
    fn watched_requests<'i>(&mut self, input: &'i [u8]) -> Passed<'i> {
        let mut edits = Edits::new(input);
        if let Some(greeting) = self.reading.greeting() {
            edits.replace(0..0, &greeting);
        }
        let mut at = 0;
        loop {
            let progress = self.requests.advance(&input[at..], true, |topology| self.unanswered.asked(topology));
            at += progress.length;
            self.reading.requested(progress.requests);
            if !progress.login {
                break;
            }
            if let Some(request) = self.reading.logged_in() {
                edits.replace(at..at, &request);
            }
        }
        Passed { consumed: at, output: edits.finish(at) }
    }

    /// A reply to the client has ended.
    fn answered(&mut self) {
        if self.is_counted && self.reading.is_under_way() {
            self.reading.answered(&[]);
        }
    }

    /// Judges a reply by its beginning.
    fn fate(&self, reply: &[u8]) -> Result<Fate, Stop> {
        if reply.first() == Some(&b'-') {
            return found(redirect::read(reply, &self.viewer), Fate::Redirected);
        }
        if self.unanswered.any() {
            return found(self.unanswered.begun(reply), Fate::Kept);
        }
        Ok(Fate::Passed)
    }

    /// Keeps one more part of a reply, and tells what can go on of all that is kept.
    fn keep(&mut self, mut kept: Kept, part: &[u8], is_last: bool) -> Vec<u8> {
        kept.bytes.extend_from_slice(part);
        if !is_last && kept.bytes.len() <= MAX_TOPOLOGY {
            self.kept = Some(kept);
            return Vec::new();
        }
        if is_last && let Ok(rewritten) = kept.topology.rewrite(&kept.bytes, &self.viewer) {
            self.unanswered.answered(kept.topology);
            return rewritten.into_owned();
        }
        kept.bytes
    }
}

/// Whether a reply that begins like this answers no request: a push, or what is told before the reply itself.
fn is_push(reply: &[u8]) -> bool {
    matches!(reply.first(), Some(b'>' | b'|'))
}

/// Leaves alone what is not found.
fn found<T>(looked_for: Result<T, Stop>, fate: impl FnOnce(T) -> Fate) -> Result<Fate, Stop> {
    match looked_for {
        Ok(found) => Ok(fate(found)),
        Err(Stop::Wrong) => Ok(Fate::Passed),
        Err(Stop::Short) => Err(Stop::Short),
    }
}

impl Tap for ClusterTap<'_> {
    fn requests<'a>(&mut self, input: &'a [u8]) -> Passed<'a> {
        if self.reading.is_under_way() && !input.is_empty() {
            return self.watched_requests(input);
        }
        let consumed = self.requests.advance(input, false, |topology| self.unanswered.asked(topology)).length;
        Passed { consumed, output: Cow::Borrowed(&input[..consumed]) }
    }

    fn replies<'a>(&mut self, input: &'a [u8]) -> Passed<'a> {
        if input.is_empty() {
            let kept = self.kept.take().map_or_else(Vec::new, |kept| kept.bytes);
            return Passed { consumed: 0, output: Cow::Owned(kept) };
        }
        let mut edits = Edits::new(input);
        let mut at = 0;
        while at < input.len() {
            let rest = &input[at..];
            if self.replies.between_replies() {
                if self.reading.is_next_ours() && !is_push(rest) {
                    // It is one line, whatever it says.
                    let Some(end) = memchr::memchr(b'\n', rest) else { break };
                    self.reading.answered(rest);
                    edits.replace(at..at + end + 1, b"");
                    at += end + 1;
                    continue;
                }
                self.is_counted = !is_push(rest);
                match self.fate(rest) {
                    Ok(Fate::Passed) => {}
                    Ok(Fate::Kept(topology)) => self.kept = Some(Kept { topology, bytes: Vec::new() }),
                    Ok(Fate::Redirected(redirect)) => {
                        edits.replace(at..at + redirect.length, redirect.line.as_bytes());
                        at += redirect.length;
                        self.answered();
                        continue;
                    }
                    Err(_) => break,
                }
            }
            let (length, is_last) = match self.replies.advance(rest) {
                Reach::Ended(length) => (length, true),
                Reach::Open(length) => (length, false),
            };
            if let Some(kept) = self.kept.take() {
                let output = self.keep(kept, &rest[..length], is_last);
                edits.replace(at..at + length, &output);
            }
            at += length;
            if !is_last {
                break;
            }
            self.answered();
        }
        Passed { consumed: at, output: edits.finish(at) }
    }

    fn takes_requests(&self) -> bool {
        true
    }
}
