//! What clients send: finds the questions whose answers list nodes. Requests are read as the engine reads them; one that
//! it would not understand ends the connection, so there is nothing more to find after it.

use super::{
    framing::{Stop, number_line},
    topology::Topology,
};

/// The longest request in one line that is looked at, its end included.
const MAX_INLINE: usize = 512;

/// The longest subcommand that is looked for.
const MAX_SUBCOMMAND: usize = b"REPLICAS".len();

const CLUSTER: &[u8] = b"CLUSTER";

/// The stream of requests of one connection.
#[derive(Debug, Default)]
pub(super) struct Requests {
    within: Within,
    /// The arguments of the present request, its command included.
    arguments: u64,
    /// How many of them are still to come.
    lacking: u64,
    next: Next,
}

#[derive(Debug, Default)]
enum Within {
    /// At the beginning of a request.
    #[default]
    Start,
    /// At the beginning of an argument.
    Argument,
    /// In the body of one, with so many bytes to come.
    Body(u64),
    /// In a line that is too long to be looked at.
    LongLine,
    /// In something that no engine understands.
    Lost,
}

/// What the next argument is looked at for.
#[derive(Clone, Copy, Debug, Default)]
enum Next {
    #[default]
    Nothing,
    Command,
    /// The one of `CLUSTER`.
    Subcommand,
}

impl Requests {
    /// Goes as far as `input` allows, and tells how far that is. `asked` is told of every question.
    pub(super) fn advance(&mut self, input: &[u8], mut asked: impl FnMut(Topology)) -> usize {
        let mut at = 0;
        while at < input.len() {
            let rest = &input[at..];
            let step = match self.within {
                Within::Start if rest[0] == b'*' => self.start(rest),
                Within::Start => self.inline(rest, &mut asked),
                Within::Argument => self.argument(rest, &mut asked),
                Within::Body(left) => Ok(self.body(left, rest.len())),
                Within::LongLine => Ok(self.long_line(rest)),
                Within::Lost => Ok(rest.len()),
            };
            match step {
                Ok(length) => at += length,
                Err(Stop::Short) => break,
                Err(Stop::Wrong) => self.within = Within::Lost,
            }
        }
        at
    }

    fn start(&mut self, input: &[u8]) -> Result<usize, Stop> {
        let (count, length) = number_line(&input[1..])?;
        // None at all is a request too, to which nothing is answered.
        if let Ok(count @ 1..) = u64::try_from(count) {
            self.arguments = count;
            self.lacking = count;
            self.next = if matches!(count, 2 | 3) { Next::Command } else { Next::Nothing };
            self.within = Within::Argument;
        }
        Ok(1 + length)
    }

    fn argument(&mut self, input: &[u8], asked: &mut impl FnMut(Topology)) -> Result<usize, Stop> {
        if input[0] != b'$' {
            return Err(Stop::Wrong);
        }
        let (length, header) = number_line(&input[1..])?;
        let length = u64::try_from(length).map_err(|_| Stop::Wrong)?;
        let text = &input[1 + header..];
        self.next = match self.next {
            Next::Command if length == CLUSTER.len() as u64 => {
                let is_ours = text.get(..CLUSTER.len()).ok_or(Stop::Short)?.eq_ignore_ascii_case(CLUSTER);
                if is_ours { Next::Subcommand } else { Next::Nothing }
            }
            Next::Subcommand if length <= MAX_SUBCOMMAND as u64 => {
                let length = usize::try_from(length).map_err(|_| Stop::Wrong)?;
                let subcommand = text.get(..length).ok_or(Stop::Short)?;
                if let Some(topology) = Topology::asked_by(subcommand, self.arguments) {
                    asked(topology);
                }
                Next::Nothing
            }
            _ => Next::Nothing,
        };
        self.lacking -= 1;
        self.within = Within::Body(length + 2);
        Ok(1 + header)
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

    fn inline(&mut self, input: &[u8], asked: &mut impl FnMut(Topology)) -> Result<usize, Stop> {
        let visible = &input[..input.len().min(MAX_INLINE)];
        let Some(end) = memchr::memchr(b'\n', visible) else {
            if visible.len() < MAX_INLINE {
                return Err(Stop::Short);
            }
            self.within = Within::LongLine;
            return Ok(0);
        };
        let mut words = visible[..end].split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        if words.next().is_some_and(|command| command.eq_ignore_ascii_case(CLUSTER))
            && let Some(subcommand) = words.next()
            && let Some(topology) = Topology::asked_by(subcommand, 2 + words.count() as u64)
        {
            asked(topology);
        }
        Ok(end + 1)
    }

    fn long_line(&mut self, input: &[u8]) -> usize {
        match memchr::memchr(b'\n', input) {
            Some(end) => {
                self.within = Within::Start;
                end + 1
            }
            None => input.len(),
        }
    }
}
