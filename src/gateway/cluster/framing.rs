//! Finds where replies end, in RESP2 and RESP3, without looking at values and without a stack: all that is kept is how
//! many values are still to come.

/// The longest number in a header that is read, its sign included.
const MAX_DIGITS: usize = 20;

/// Why something could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Stop {
    /// More bytes are needed.
    Short,
    /// It is not what was looked for, whatever follows.
    Wrong,
}

/// Reads a number and the end of its line, and tells how many bytes both have.
pub(in super::super) fn number_line(input: &[u8]) -> Result<(i64, usize), Stop> {
    let negative = input.first() == Some(&b'-');
    let start = usize::from(negative);
    let mut number: i64 = 0;
    for (index, byte) in input.iter().enumerate().skip(start) {
        match byte {
            b'0'..=b'9' if index < MAX_DIGITS => {
                let with_digit = number.checked_mul(10).and_then(|tens| tens.checked_add(i64::from(byte - b'0')));
                number = with_digit.ok_or(Stop::Wrong)?;
            }
            b'\r' if index > start => {
                return match input.get(index + 1) {
                    Some(b'\n') => Ok((if negative { -number } else { number }, index + 2)),
                    Some(_) => Err(Stop::Wrong),
                    None => Err(Stop::Short),
                };
            }
            _ => return Err(Stop::Wrong),
        }
    }
    Err(Stop::Short)
}

/// Where in the stream of replies we are, between two reads.
#[derive(Debug, Default)]
pub(super) struct Frames {
    /// The values that the present reply still lacks; 0 between two replies.
    lacking: u64,
    within: Within,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Within {
    /// At the beginning of a value.
    #[default]
    Start,
    /// In the body of a string, with so many bytes to come.
    Body(u64),
    /// In a value that ends with its line.
    Line,
    /// In something that no engine sends.
    Lost,
}

/// How far a reply reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// It ends after so many bytes.
    Ended(usize),
    /// It goes on after so many bytes. When there are more than those, they have to be offered again with what follows.
    Open(usize),
}

impl Frames {
    /// Whether the next byte begins a reply.
    pub(super) fn between_replies(&self) -> bool {
        self.lacking == 0 && self.within == Within::Start
    }

    /// Goes to the end of the present reply, or as far as `input` allows. A push, and an attribute before a reply, are
    /// replies of their own here: neither is counted by whoever sent the request.
    pub(super) fn advance(&mut self, input: &[u8]) -> Reach {
        let mut at = 0;
        loop {
            match self.within {
                Within::Start => match self.start(&input[at..]) {
                    Ok(header) => at += header,
                    Err(Stop::Short) => return Reach::Open(at),
                    Err(Stop::Wrong) => self.within = Within::Lost,
                },
                Within::Body(left) => {
                    let there = (input.len() - at) as u64;
                    if there < left {
                        self.within = Within::Body(left - there);
                        return Reach::Open(input.len());
                    }
                    at += usize::try_from(left).unwrap_or(usize::MAX);
                    self.value_ended();
                }
                Within::Line => match memchr::memchr(b'\n', &input[at..]) {
                    Some(end) => {
                        at += end + 1;
                        self.value_ended();
                    }
                    None => return Reach::Open(input.len()),
                },
                Within::Lost => return Reach::Open(input.len()),
            }
            if self.between_replies() {
                return Reach::Ended(at);
            }
        }
    }

    fn value_ended(&mut self) {
        self.within = Within::Start;
        self.lacking -= 1;
    }

    /// Reads what a value begins with, and tells how many bytes that has.
    fn start(&mut self, input: &[u8]) -> Result<usize, Stop> {
        let is_first = self.lacking == 0;
        let lacking = self.lacking.max(1);
        match input.first().ok_or(Stop::Short)? {
            b'+' | b'-' | b':' | b',' | b'#' | b'_' | b'(' => {
                self.within = Within::Line;
                self.lacking = lacking;
                Ok(1)
            }
            b'$' | b'=' | b'!' => {
                let (length, header) = number_line(&input[1..])?;
                match u64::try_from(length) {
                    Ok(length) => {
                        self.within = Within::Body(length + 2);
                        self.lacking = lacking;
                    }
                    // A null of RESP2, which has no body.
                    Err(_) => self.lacking = lacking - 1,
                }
                Ok(1 + header)
            }
            kind @ (b'*' | b'~' | b'>' | b'%' | b'|') => {
                let (length, header) = number_line(&input[1..])?;
                let width = if matches!(kind, b'%' | b'|') { 2 } else { 1 };
                // A negative one is a null of RESP2.
                let children = u64::try_from(length).unwrap_or(0).checked_mul(width).ok_or(Stop::Wrong)?;
                // An attribute does not stand for the value that it comes before.
                let others = if *kind == b'|' && !is_first { lacking } else { lacking - 1 };
                self.lacking = others.checked_add(children).ok_or(Stop::Wrong)?;
                Ok(1 + header)
            }
            _ => Err(Stop::Wrong),
        }
    }
}
