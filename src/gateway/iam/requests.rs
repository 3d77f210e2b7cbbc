//! What clients send: finds logins, and whether they stand in a transaction. Requests are read as the engine reads them;
//! one that it would not understand ends the connection, so there is nothing more to find after it.
//!
//! A login in one line (the form for people at a terminal) is found unless it has quotes.

use super::super::cluster::{Stop, number_line};

/// The longest login that is looked at, framing included. Engines take no longer word from those who have not logged in.
pub(super) const MAX_LOGIN: usize = 16 * 1024;

/// The most words of a login: `HELLO 3 AUTH user token SETNAME name` has seven.
const MAX_WORDS: u64 = 16;

/// The longest beginning of a line that is held back, whatever it is.
const MAX_OPENING: usize = 64;

/// The stream of requests of one connection.
#[derive(Debug, Default)]
pub(super) struct Requests {
    within: Within,
    /// The arguments of the present request that are still to come.
    lacking: u64,
    in_transaction: bool,
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
    /// In a line of no interest.
    Line,
    /// In something that no engine understands.
    Lost,
}

/// `AUTH` or `HELLO`, whole.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LoginRequest<'a> {
    /// How many bytes it takes in the stream.
    pub(super) length: usize,
    /// The command and its arguments.
    pub(super) words: Vec<&'a [u8]>,
    /// Whether the engine would put it off until the end of a transaction.
    pub(super) in_transaction: bool,
}

/// The commands that are looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Command {
    Login,
    BeginTransaction,
    EndTransaction,
    Other,
}

impl Command {
    const LONGEST: usize = b"DISCARD".len();

    fn of(name: &[u8]) -> Self {
        let is = |command: &[u8]| name.eq_ignore_ascii_case(command);
        match name.len() {
            4 if is(b"AUTH") => Self::Login,
            5 if is(b"HELLO") => Self::Login,
            5 if is(b"MULTI") => Self::BeginTransaction,
            4 if is(b"EXEC") => Self::EndTransaction,
            5 if is(b"RESET") => Self::EndTransaction,
            7 if is(b"DISCARD") => Self::EndTransaction,
            _ => Self::Other,
        }
    }
}

impl Requests {
    /// Goes as far as `input` allows or to the next login. Tells how far that is, and which login follows there.
    pub(super) fn advance<'a>(&mut self, input: &'a [u8]) -> (usize, Option<LoginRequest<'a>>) {
        let mut at = 0;
        while at < input.len() {
            let rest = &input[at..];
            let step = match self.within {
                Within::Start => match self.start(rest) {
                    Ok(Begun::Login(login)) => return (at, Some(login)),
                    Ok(Begun::Other(length)) => Ok(length),
                    Err(stop) => Err(stop),
                },
                Within::Argument => self.argument(rest),
                Within::Body(left) => Ok(self.body(left, rest.len())),
                Within::Line => Ok(self.rest_of_line(rest)),
                Within::Lost => Ok(rest.len()),
            };
            match step {
                Ok(length) => at += length,
                Err(Stop::Short) => break,
                Err(Stop::Wrong) => self.within = Within::Lost,
            }
        }
        (at, None)
    }

    fn start<'a>(&mut self, input: &'a [u8]) -> Result<Begun<'a>, Stop> {
        if input[0] != b'*' {
            return self.line(input);
        }
        let (count, header) = number_line(&input[1..])?;
        let mut at = 1 + header;
        let Ok(count @ 1..) = u64::try_from(count) else {
            // None at all is a request too, to which nothing is answered.
            return Ok(Begun::Other(at));
        };
        let (length, header) = body_header(&input[at..])?;
        at += 1 + header;
        if let Some(name) = usize::try_from(length).ok().filter(|length| *length <= Command::LONGEST) {
            match Command::of(input.get(at..at + name).ok_or(Stop::Short)?) {
                Command::Login if count <= MAX_WORDS => match words(input) {
                    Ok((words, length)) => return Ok(self.login(words, length)),
                    Err(Stop::Short) if input.len() < MAX_LOGIN => return Err(Stop::Short),
                    Err(_) => {}
                },
                Command::BeginTransaction if count == 1 => self.in_transaction = true,
                Command::EndTransaction if count == 1 => self.in_transaction = false,
                _ => {}
            }
        }
        self.lacking = count - 1;
        self.within = Within::Body(length + 2);
        Ok(Begun::Other(at))
    }

    fn login<'a>(&self, words: Vec<&'a [u8]>, length: usize) -> Begun<'a> {
        Begun::Login(LoginRequest { length, words, in_transaction: self.in_transaction })
    }

    fn argument(&mut self, input: &[u8]) -> Result<usize, Stop> {
        let (length, header) = body_header(input)?;
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

    /// Reads a request in one line.
    fn line<'a>(&mut self, input: &'a [u8]) -> Result<Begun<'a>, Stop> {
        let visible = &input[..input.len().min(MAX_LOGIN)];
        let end = memchr::memchr(b'\n', visible);
        let line = &visible[..end.unwrap_or(visible.len())];
        let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let command = words.next().map_or(Command::Other, Command::of);
        let Some(end) = end else {
            let may_be_login = visible.len() < MAX_LOGIN && command == Command::Login;
            if visible.len() < MAX_OPENING || may_be_login {
                return Err(Stop::Short);
            }
            self.within = Within::Line;
            return Ok(Begun::Other(0));
        };
        let length = end + 1;
        let is_alone = words.clone().next().is_none();
        match command {
            Command::Login if memchr::memchr2(b'"', b'\'', line).is_none() => {
                let words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
                return Ok(self.login(words, length));
            }
            Command::BeginTransaction if is_alone => self.in_transaction = true,
            Command::EndTransaction if is_alone => self.in_transaction = false,
            _ => {}
        }
        Ok(Begun::Other(length))
    }

    fn rest_of_line(&mut self, input: &[u8]) -> usize {
        match memchr::memchr(b'\n', input) {
            Some(end) => {
                self.within = Within::Start;
                end + 1
            }
            None => input.len(),
        }
    }
}

/// What a request turns out to be.
enum Begun<'a> {
    Login(LoginRequest<'a>),
    /// Something else, of which so many bytes were read.
    Other(usize),
}

/// Reads what an argument begins with: the length of its body, and how many bytes follow the sign that says so.
fn body_header(input: &[u8]) -> Result<(u64, usize), Stop> {
    match input.first() {
        Some(b'$') => {
            let (length, header) = number_line(&input[1..])?;
            let length = u64::try_from(length).map_err(|_| Stop::Wrong)?;
            Ok((length, header))
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
        let (length, header) = body_header(&input[at..])?;
        let length = usize::try_from(length).ok().filter(|length| *length < MAX_LOGIN).ok_or(Stop::Wrong)?;
        at += 1 + header;
        words.push(input.get(at..at + length).ok_or(Stop::Short)?);
        at += length + 2;
        if input.len() < at {
            return Err(Stop::Short);
        }
    }
    Ok((words, at))
}
