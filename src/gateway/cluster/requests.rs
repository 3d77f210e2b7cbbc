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

/// The commands by which clients log in.
const LOGINS: [&[u8]; 2] = [b"AUTH", b"HELLO"];

/// What was passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Progress {
    /// How many bytes.
    pub(super) length: usize,
    /// How many requests ended, of those that are answered.
    pub(super) requests: u64,
    /// The last of them was a login, after which it stopped.
    pub(super) login: bool,
}

/// The stream of requests of one connection.
#[derive(Debug, Default)]
pub(super) struct Requests {
    within: Within,
    /// The arguments of the present request, its command included.
    arguments: u64,
    /// How many of them are still to come.
    lacking: u64,
    next: Next,
    is_login: bool,
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
    /// Goes as far as `input` allows, and tells how far that is. `asked` is told of every question. When logins are
    /// `watched` it stops after each.
    pub(super) fn advance(&mut self, input: &[u8], watched: bool, mut asked: impl FnMut(Topology)) -> Progress {
        let mut progress = Progress::default();
        while progress.length < input.len() && !progress.login {
            let rest = &input[progress.length..];
            let is_inline = matches!(self.within, Within::Start) && rest[0] != b'*';
            let is_within = !matches!(self.within, Within::Start);
            let step = match self.within {
                Within::Start if rest[0] == b'*' => self.start(rest, watched),
                Within::Start => self.inline(rest, &mut asked),
                Within::Argument => self.argument(rest, &mut asked),
                Within::Body(left) => Ok(self.body(left, rest.len())),
                Within::LongLine => Ok(self.long_line(rest)),
                Within::Lost => Ok(rest.len()),
            };
            match step {
                Ok(length) => {
                    progress.length += length;
                    let has_ended = matches!(self.within, Within::Start)
                        && (is_within || is_inline && !rest[..length].trim_ascii().is_empty());
                    progress.requests += u64::from(has_ended);
                    progress.login = has_ended && std::mem::take(&mut self.is_login) && watched;
                }
                Err(Stop::Short) => break,
                Err(Stop::Wrong) => self.within = Within::Lost,
            }
        }
        progress
    }

    fn start(&mut self, input: &[u8], watched: bool) -> Result<usize, Stop> {
        let (count, length) = number_line(&input[1..])?;
        // None at all is a request too, to which nothing is answered.
        if let Ok(count @ 1..) = u64::try_from(count) {
            self.arguments = count;
            self.lacking = count;
            self.next = if watched || matches!(count, 2 | 3) { Next::Command } else { Next::Nothing };
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
            Next::Command if LOGINS.iter().any(|login| length == login.len() as u64) => {
                let length = usize::try_from(length).map_err(|_| Stop::Wrong)?;
                let command = text.get(..length).ok_or(Stop::Short)?;
                self.is_login = LOGINS.iter().any(|login| command.eq_ignore_ascii_case(login));
                Next::Nothing
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
        let command = words.next().unwrap_or_default();
        self.is_login = LOGINS.iter().any(|login| command.eq_ignore_ascii_case(login));
        if command.eq_ignore_ascii_case(CLUSTER)
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
