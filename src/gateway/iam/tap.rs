//! Puts passwords in the place of tokens.

use std::borrow::Cow;

use uuid::Uuid;

use super::{
    super::{
        EndpointId,
        cluster::Edits,
        relay::{Passed, Tap},
    },
    Grant, IamLogin, Login, Session,
    requests::{LoginRequest, Requests},
};

/// Whom a password without a name is for.
const DEFAULT_USER: &[u8] = b"default";

/// Sits in one connection, between the client and another tap.
pub(in super::super) struct IamTap<'a, T> {
    endpoint: &'a EndpointId,
    logins: &'a dyn IamLogin,
    session: Session,
    requests: Requests,
    inner: T,
    /// Dealt with here, but not by the inner tap yet.
    rest: Vec<u8>,
}

impl<'a, T: Tap> IamTap<'a, T> {
    pub(in super::super) fn new(
        endpoint: &'a EndpointId,
        logins: &'a dyn IamLogin,
        session: Session,
        inner: T,
    ) -> Self {
        Self { endpoint, logins, session, requests: Requests::default(), inner, rest: Vec::new() }
    }

    fn replace_tokens<'i>(&mut self, input: &'i [u8]) -> Passed<'i> {
        let mut edits = Edits::new(input);
        let mut at = 0;
        loop {
            let (passed, login) = self.requests.advance(&input[at..]);
            at += passed;
            let Some(login) = login else { break };
            if let Some(replacement) = self.replacement(&login) {
                edits.replace(at..at + login.length, &replacement);
            }
            at += login.length;
        }
        Passed { consumed: at, output: edits.finish(at) }
    }

    /// What the engine is to get in place of a login, unless that is none by IAM.
    fn replacement(&mut self, login: &LoginRequest<'_>) -> Option<Vec<u8>> {
        let named = with_name(&login.words);
        let mut words: Vec<Cow<'_, [u8]>> = named.iter().copied().map(Cow::Borrowed).collect();
        let mut concerned = false;
        for user in users(&named) {
            // No user has a name that is no text, and no token is one.
            let Ok(name) = str::from_utf8(named[user]) else { continue };
            let token = str::from_utf8(named[user + 1]).unwrap_or_default();
            let password = match self.logins.judge(self.endpoint, name, token) {
                Login::NotIam => continue,
                Login::Any => {
                    concerned = true;
                    continue;
                }
                Login::DeniedWhereAnyIs => {
                    words[user] = Cow::Owned(Uuid::new_v4().simple().to_string().into_bytes());
                    concerned = true;
                    continue;
                }
                Login::Granted(_) | Login::Denied if login.in_transaction => return Some(refused()),
                Login::Granted(Grant { password, over }) => {
                    self.session.last_until(over);
                    password
                }
                Login::Denied => Uuid::new_v4().simple().to_string(),
            };
            words[user + 1] = Cow::Owned(password.into_bytes());
            concerned = true;
        }
        concerned.then(|| request(&words))
    }
}

/// A login with the name that it means when it has none.
fn with_name<'a>(words: &[&'a [u8]]) -> Vec<&'a [u8]> {
    match *words {
        [auth, password] if auth.eq_ignore_ascii_case(b"AUTH") => vec![auth, DEFAULT_USER, password],
        _ => words.to_vec(),
    }
}

/// Where in a login names stand, each with its token after it. `HELLO` can have several.
fn users(words: &[&[u8]]) -> Vec<usize> {
    let is = |at: usize, name: &[u8]| words.get(at).is_some_and(|word| word.eq_ignore_ascii_case(name));
    if is(0, b"AUTH") {
        return if words.len() == 3 { vec![1] } else { Vec::new() };
    }
    let (mut found, mut at) = (Vec::new(), 2);
    loop {
        if is(at, b"AUTH") && at + 2 < words.len() {
            found.push(at + 1);
            at += 3;
        } else if is(at, b"SETNAME") && at + 1 < words.len() {
            at += 2;
        } else {
            // The end, or what the engine takes for a mistake.
            return found;
        }
    }
}

/// What becomes of a login by IAM in a transaction, where `ElastiCache` has none: a token is judged when it comes, and
/// would be used some other time. The engine finds fault with this at once and gives up the transaction. A wrong password
/// would not do: it is found later, and some versions (Redis from 7.2 on, Valkey 8.0) then answer `EXEC` with too little.
fn refused() -> Vec<u8> {
    request(&[Cow::Borrowed(b"AUTH")])
}

fn request(words: &[Cow<'_, [u8]>]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        bytes.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        bytes.extend_from_slice(word);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

impl<T: Tap> Tap for IamTap<'_, T> {
    fn requests<'a>(&mut self, input: &'a [u8]) -> Passed<'a> {
        if input.is_empty() {
            let mut output = self.inner.requests(&[]).output.into_owned();
            output.append(&mut self.rest);
            return Passed { consumed: 0, output: Cow::Owned(output) };
        }
        let Passed { consumed, output } = self.replace_tokens(input);
        if output.is_empty() {
            return Passed { consumed, output };
        }
        if let (Cow::Borrowed(bytes), true) = (&output, self.rest.is_empty()) {
            let inner = self.inner.requests(bytes);
            self.rest = bytes[inner.consumed..].to_vec();
            return Passed { consumed, output: inner.output };
        }
        let mut bytes = std::mem::take(&mut self.rest);
        bytes.extend_from_slice(&output);
        let inner = self.inner.requests(&bytes);
        self.rest = bytes[inner.consumed..].to_vec();
        Passed { consumed, output: Cow::Owned(inner.output.into_owned()) }
    }

    fn replies<'a>(&mut self, input: &'a [u8]) -> Passed<'a> {
        self.inner.replies(input)
    }

    fn takes_requests(&self) -> bool {
        self.inner.takes_requests()
    }
}
