//! What clients send: finds the requests that a source must not get as they are. Requests are read as an engine reads
//! them; from one that it would not understand on, nothing is passed on any more.

use super::super::cluster::{Stop, number_line};

/// The longest request that is looked at as a whole, framing included, and the longest in one line.
const LONGEST: usize = 16 * 1024;

/// The longest name of a command that is looked for.
const LONGEST_NAME: usize = 24;

/// The stream of requests of one connection.
#[derive(Debug, Default)]
pub(super) struct Requests {
    within: Within,
    /// The arguments of the present request that are still to come.
    lacking: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Within {
    /// At the beginning of a request.
    #[default]
    Start,
    /// At the beginning of an argument.
    Argument,
    /// In the body of one, with so many bytes to come.
    Body(u64),
    /// In something that no engine understands, or that is too long to be judged.
    Lost,
}

/// What comes next in the stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next<'a> {
    /// So many bytes of no interest.
    Passed(usize),
    /// A request of interest, of so many bytes.
    Request { length: usize, words: Vec<&'a [u8]> },
    /// More bytes are needed.
    Short,
    /// Nothing can be told of what follows.
    Lost,
}

impl Requests {
    /// Looks at what comes next in `input`, which is not empty; `is_wanted` tells which commands are of interest, by their
    /// names in lower case.
    pub(super) fn next<'a>(&mut self, input: &'a [u8], is_wanted: impl Fn(&str) -> bool) -> Next<'a> {
        let next = match self.within {
            Within::Start if input[0] == b'*' => self.start(input, is_wanted),
            Within::Start => line(input, is_wanted),
            Within::Argument => self.argument(input),
            Within::Body(left) => Ok(Next::Passed(self.body(left, input.len()))),
            Within::Lost => Err(Stop::Wrong),
        };
        match next {
            Ok(next) => next,
            Err(Stop::Short) => Next::Short,
            Err(Stop::Wrong) => {
                self.within = Within::Lost;
                Next::Lost
            }
        }
    }

    fn start<'a>(&mut self, input: &'a [u8], is_wanted: impl Fn(&str) -> bool) -> Result<Next<'a>, Stop> {
        let (count, header) = number_line(&input[1..])?;
        let mut at = 1 + header;
        let Ok(count @ 1..) = u64::try_from(count) else {
            // None at all is a request too, to which nothing is answered.
            return Ok(Next::Passed(at));
        };
        let (length, header) = body_header(&input[at..])?;
        at += header;
        if let Some(length) = usize::try_from(length).ok().filter(|length| *length <= LONGEST_NAME)
            && is_wanted(&lower(input.get(at..at + length).ok_or(Stop::Short)?))
        {
            return match words(input) {
                Ok((words, length)) => Ok(Next::Request { length, words }),
                Err(Stop::Short) if input.len() < LONGEST => Err(Stop::Short),
                Err(_) => Err(Stop::Wrong),
            };
        }
        self.lacking = count - 1;
        self.within = Within::Body(length + 2);
        Ok(Next::Passed(at))
    }

    fn argument<'a>(&mut self, input: &'a [u8]) -> Result<Next<'a>, Stop> {
        let (length, header) = body_header(input)?;
        self.lacking -= 1;
        self.within = Within::Body(length + 2);
        Ok(Next::Passed(header))
    }

    fn body(&mut self, left: u64, there: usize) -> usize {
        let taken = usize::try_from(left).map_or(there, |left| left.min(there));
        let left = left - taken as u64;
        self.within = match (left, self.lacking) {
            (0, 0) => Within::Start,
            (0, _) => Within::Argument,
            (left, _) => Within::Body(left),
        };
        taken
    }
}

/// Reads a request in one line, the form for people at a terminal.
fn line(input: &[u8], is_wanted: impl Fn(&str) -> bool) -> Result<Next<'_>, Stop> {
    let visible = &input[..input.len().min(LONGEST)];
    let Some(end) = memchr::memchr(b'\n', visible) else {
        return Err(if visible.len() < LONGEST { Stop::Short } else { Stop::Wrong });
    };
    let length = end + 1;
    let mut words = input[..end].split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let Some(name) = words.clone().next() else { return Ok(Next::Passed(length)) };
    if memchr::memchr3(b'"', b'\'', b'\\', name).is_some() {
        return Err(Stop::Wrong);
    }
    if !is_wanted(&lower(name)) {
        return Ok(Next::Passed(length));
    }
    // Words in quotes could have more in them than can be seen here.
    if words.any(|word| memchr::memchr2(b'"', b'\'', word).is_some()) {
        return Err(Stop::Wrong);
    }
    let words = input[..end].split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
    Ok(Next::Request { length, words })
}

/// Reads what an argument begins with: the length of its body, and how many bytes come before that.
fn body_header(input: &[u8]) -> Result<(u64, usize), Stop> {
    match input.first() {
        Some(b'$') => {
            let (length, header) = number_line(&input[1..])?;
            Ok((u64::try_from(length).map_err(|_| Stop::Wrong)?, 1 + header))
        }
        Some(_) => Err(Stop::Wrong),
        None => Err(Stop::Short),
    }
}

/// Reads a whole request, and tells how many bytes it has.
fn words(input: &[u8]) -> Result<(Vec<&[u8]>, usize), Stop> {
    let (count, header) = number_line(&input[1..])?;
    let mut at = 1 + header;
    let mut words = Vec::new();
    for _ in 0..count {
        let (length, header) = body_header(input.get(at..).ok_or(Stop::Short)?)?;
        let length = usize::try_from(length).ok().filter(|length| *length < LONGEST).ok_or(Stop::Wrong)?;
        at += header;
        words.push(input.get(at..at + length).ok_or(Stop::Short)?);
        at += length + 2;
        if input.len() < at {
            return Err(Stop::Short);
        }
    }
    Ok((words, at))
}

/// A word as names are compared.
pub(super) fn lower(word: &[u8]) -> String {
    String::from_utf8_lossy(word).to_ascii_lowercase()
}
