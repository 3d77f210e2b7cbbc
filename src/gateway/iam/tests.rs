//! Tokens are replaced in logins of IAM users and nowhere else, and the outcome never depends on how a stream was split
//! into reads.

use std::{borrow::Cow, sync::Arc};

use proptest::{collection::vec, prelude::*, sample::select};
use tokio::sync::oneshot;

use super::{
    super::{
        EndpointId, EndpointRole,
        line::Line,
        relay::{Passed, Tap, Untapped},
    },
    Grant, IamLogin, IamTap, Login, Session,
    requests::MAX_LOGIN,
};
use crate::model::{NodeId, Scope};

/// Knows `alice` and `bob` as users of IAM, whose token is `good` (that of bob with a lot after it).
struct Known;

impl IamLogin for Known {
    fn judge(&self, _: &EndpointId, user: &str, token: &str) -> Login {
        match (user, token) {
            ("alice", "good") => granted("ALICE"),
            ("bob", token) if token.starts_with("good") => granted("BOB"),
            ("alice" | "bob", _) => Login::Denied,
            ("default", "token") => Login::Any,
            ("default", "wrong") => Login::DeniedWhereAnyIs,
            _ => Login::NotIam,
        }
    }
}

fn granted(password: &str) -> Login {
    Login::Granted(Grant { password: password.to_owned(), over: Box::pin(std::future::pending()) })
}

fn endpoint() -> EndpointId {
    EndpointId {
        scope: Scope::new("000000000000", "us-east-1"),
        resource_id: "c".to_owned(),
        role: EndpointRole::Node(NodeId::FIRST),
    }
}

/// An inner tap that takes whole lines only, as if it framed them, and marks that it has seen the stream once.
#[derive(Default)]
struct Lines {
    seen: Vec<u8>,
}

impl Tap for &mut Lines {
    fn requests<'a>(&mut self, input: &'a [u8]) -> Passed<'a> {
        let consumed = memchr::memrchr(b'\n', input).map_or(0, |end| end + 1);
        self.seen.extend_from_slice(&input[..consumed]);
        Passed { consumed, output: Cow::Borrowed(&input[..consumed]) }
    }

    fn replies<'a>(&mut self, input: &'a [u8]) -> Passed<'a> {
        Passed::unchanged(input)
    }

    fn takes_requests(&self) -> bool {
        true
    }
}

/// What goes on when `stream` is offered in pieces that end at `cuts`, as the relay does it.
fn passed_with(tap: &mut impl Tap, stream: &[u8], cuts: &[usize]) -> Vec<u8> {
    let mut ends: Vec<_> = cuts.iter().map(|cut| cut % (stream.len() + 1)).chain([stream.len()]).collect();
    ends.sort_unstable();
    let (mut output, mut held, mut at) = (Vec::new(), Vec::new(), 0);
    for end in ends {
        if end == at {
            continue;
        }
        held.extend_from_slice(&stream[at..end]);
        at = end;
        let passed = tap.requests(&held);
        output.extend_from_slice(&passed.output);
        let consumed = passed.consumed;
        held.drain(..consumed);
        assert!(held.len() <= MAX_LOGIN, "{} bytes are held back", held.len());
    }
    output.extend_from_slice(&tap.requests(&[]).output);
    output.extend_from_slice(&held);
    output
}

/// Runs `test` where tasks can be spawned.
fn in_runtime<T>(test: impl FnOnce() -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let _inside = runtime.enter();
    test()
}

fn passed(stream: &[u8], cuts: &[usize]) -> Vec<u8> {
    in_runtime(|| {
        let (endpoint, line) = (endpoint(), Arc::default());
        let mut tap = IamTap::new(&endpoint, &Known, Session::new(&line), Untapped);
        passed_with(&mut tap, stream, cuts)
    })
}

/// The same in words, with `~` for the end of a line, and `?` for a password that nobody has.
fn seen(requests: &str) -> String {
    let text = String::from_utf8(passed(requests.replace('~', "\r\n").as_bytes(), &[])).expect("text");
    let is_random = |line: &str| line.len() == 32 && line.bytes().all(|byte| byte.is_ascii_hexdigit());
    let lines = text.split("\r\n").map(|line| if is_random(line) { "?" } else { line });
    lines.collect::<Vec<_>>().join("~").replace("$32~?", "?")
}

/// A request as clients send it.
fn request(words: &[&str]) -> String {
    words.iter().fold(format!("*{}~", words.len()), |text, word| text + &format!("${}~{word}~", word.len()))
}

#[test]
fn a_token_that_is_not_asked_for_comes_with_a_name() {
    for (client, engine) in [
        (vec!["AUTH", "token"], vec!["AUTH", "default", "token"]),
        (vec!["AUTH", "wrong"], vec!["AUTH", "?", "wrong"]),
        (vec!["AUTH", "default", "wrong"], vec!["AUTH", "?", "wrong"]),
        (vec!["AUTH", "other"], vec!["AUTH", "other"]),
        (vec!["HELLO", "3", "AUTH", "default", "token"], vec!["HELLO", "3", "AUTH", "default", "token"]),
        (vec!["HELLO", "3", "AUTH", "default", "wrong"], vec!["HELLO", "3", "AUTH", "?", "wrong"]),
    ] {
        assert_eq!(seen(&request(&client)), request(&engine).replace("$1~?", "?"));
    }
}

#[test]
fn a_token_is_replaced_by_what_the_engine_knows() {
    for (client, engine) in [
        (vec!["AUTH", "alice", "good"], vec!["AUTH", "alice", "ALICE"]),
        (vec!["auth", "alice", "good"], vec!["auth", "alice", "ALICE"]),
        (vec!["HELLO", "3", "AUTH", "alice", "good"], vec!["HELLO", "3", "AUTH", "alice", "ALICE"]),
        (
            vec!["hello", "2", "setname", "x", "auth", "alice", "good"],
            vec!["hello", "2", "setname", "x", "auth", "alice", "ALICE"],
        ),
        (
            vec!["HELLO", "3", "AUTH", "alice", "good", "SETNAME", "AUTH"],
            vec!["HELLO", "3", "AUTH", "alice", "ALICE", "SETNAME", "AUTH"],
        ),
        (
            vec!["HELLO", "3", "AUTH", "x", "y", "AUTH", "alice", "good"],
            vec!["HELLO", "3", "AUTH", "x", "y", "AUTH", "alice", "ALICE"],
        ),
    ] {
        let (client, engine) = (request(&client), request(&engine));
        assert_eq!(seen(&client), engine);
        assert_eq!(seen(&format!("PING~{client}{client}*1~$4~PING~")), format!("PING~{engine}{engine}*1~$4~PING~"));
    }
    for line in ["AUTH alice good~", "  auth\talice  good ~", "HELLO 3 AUTH alice good~"] {
        let engine = seen(line);
        assert!(engine.starts_with('*') && engine.contains("$5~alice~$5~ALICE~"), "{engine}");
    }
}

#[test]
fn a_bad_token_becomes_a_password_that_nobody_has() {
    let random = "*3~$4~AUTH~$5~alice~?~";
    for token in ["bad", "", "goo", "good "] {
        assert_eq!(seen(&request(&["AUTH", "alice", token])), random);
    }
    assert_eq!(seen("AUTH alice bad~"), random);
    let passwords: Vec<_> = (0..2).map(|_| passed(b"AUTH alice bad\r\n", &[])).collect();
    assert_ne!(passwords[0], passwords[1]);
    let not_text = b"*3\r\n$4\r\nAUTH\r\n$5\r\nalice\r\n$2\r\n\xff\xfe\r\n";
    assert!(!passed(not_text, &[]).windows(2).any(|bytes| bytes == b"\xff\xfe"));
}

#[test]
fn what_is_no_login_by_iam_stays() {
    for requests in [
        request(&["AUTH", "carol", "good"]),
        request(&["AUTH", "good"]),
        request(&["AUTH", "alice", "good", "more"]),
        request(&["AUTH"]),
        request(&["HELLO"]),
        request(&["HELLO", "3"]),
        request(&["HELLO", "3", "AUTH", "alice"]),
        request(&["HELLO", "3", "SETNAME", "AUTH", "alice", "good"]),
        request(&["HELLO", "3", "WHAT", "AUTH", "alice", "good"]),
        request(&["SET", "AUTH", "AUTH alice good"]),
        request(&["SET", "k", &request(&["AUTH", "alice", "good"])]),
        request(&["ECHO", "AUTH alice good~"]),
        request(&["", "alice", "good"]),
        request(&["AUTHX", "alice", "good"]),
        request(&["AUTH"; 17]),
        "AUTH alice \"good\"~".to_owned(),
        "'AUTH' alice good~".to_owned(),
        "AUTHX alice good~".to_owned(),
        "~~ ~*0~*-1~PING~".to_owned(),
        // After what no engine understands.
        "*x~AUTH alice good~".to_owned(),
        "*1~:1~AUTH alice good~".to_owned(),
        "*1~$-1~AUTH alice good~".to_owned(),
        "*3~$4~AUTH~$5~alice~$99999999999999999999~good~".to_owned(),
        "*3~$4~AUTH~:1~:2~".to_owned(),
        // What never ends.
        "*9223372036854775807~$4~AUTH~$5~alice~$4~good~".to_owned(),
        "*3~$4~AUTH~$5~alice~$9223372036854775807~good~".to_owned(),
        "*3~$4~AUTH~$5~alice~$4~goo".to_owned(),
        "AUTH alice good".to_owned(),
    ] {
        assert_eq!(seen(&requests), requests);
    }
}

#[test]
fn a_login_that_is_too_large_goes_on_as_it_is() {
    let token = |length: usize| format!("good{}", "d".repeat(length - 4));
    for length in [4, 4_000, MAX_LOGIN - 100] {
        assert_eq!(seen(&request(&["AUTH", "bob", &token(length)])), request(&["AUTH", "bob", "BOB"]), "{length}");
    }
    for length in [MAX_LOGIN, 1_000_000] {
        let request = request(&["AUTH", "bob", &token(length)]);
        assert_eq!(seen(&request), request);
        let line = format!("AUTH bob {}~PING~", token(length));
        assert_eq!(seen(&line), line);
    }
}

#[test]
fn a_transaction_has_no_login_by_iam() {
    let login = request(&["AUTH", "alice", "good"]);
    let replaced = request(&["AUTH", "alice", "ALICE"]);
    let refused = request(&["AUTH"]);
    let multi = request(&["multi"]);
    let hello = request(&["HELLO", "3", "AUTH", "alice", "bad"]);
    assert_eq!(seen(&format!("{multi}{login}{hello}")), format!("{multi}{refused}{refused}"));
    assert_eq!(seen(&format!("MULTI~{login}")), format!("MULTI~{refused}"));
    let other = request(&["AUTH", "carol", "secret"]);
    assert_eq!(seen(&format!("{multi}{other}")), format!("{multi}{other}"));
    for end in ["EXEC~", "discard ~", "*1~$5~RESET~"] {
        assert_eq!(seen(&format!("{multi}{end}{login}")), format!("{multi}{end}{replaced}"));
    }
    // None of these begins or ends one.
    for no_end in ["EXEC now~", "ECHO EXEC~", "*2~$4~EXEC~$1~x~", "PING~"] {
        assert_eq!(seen(&format!("{multi}{no_end}{login}")), format!("{multi}{no_end}{refused}"));
    }
    assert_eq!(seen(&format!("MULTI x~{login}")), format!("MULTI x~{replaced}"));
}

#[tokio::test]
async fn the_line_is_severed_when_the_last_grant_is_over() {
    let line = Arc::<Line>::default();
    let mut session = Session::new(&line);
    let (first, over) = oneshot::channel::<()>();
    session.last_until(Box::pin(async { drop(over.await) }));
    let (second, over) = oneshot::channel::<()>();
    session.last_until(Box::pin(async { drop(over.await) }));
    let is_severed = || line.is_severed();
    // Nobody waits any more for the first to be over.
    tokio::time::timeout(std::time::Duration::from_secs(20), async {
        while !first.is_closed() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the first wait is given up");
    assert!(!is_severed());
    drop(second);
    tokio::time::timeout(std::time::Duration::from_secs(20), async {
        while !is_severed() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the line is severed");
}

/// Pieces of streams that are whole requests, with what the engine gets of each.
fn piece() -> impl Strategy<Value = (String, String)> {
    let same = |text: String| (text.clone(), text);
    let login = (request(&["AUTH", "alice", "good"]), request(&["AUTH", "alice", "ALICE"]));
    let hello = ["HELLO", "3", "AUTH", "alice", "good"];
    select(vec![
        login,
        (request(&hello), request(&hello).replace("$4~good", "$5~ALICE")),
        ("AUTH alice good~".to_owned(), request(&["AUTH", "alice", "ALICE"])),
        same(request(&["AUTH", "carol", "good"])),
        same(request(&["SET", "k", "*3~$4~AUTH~$5~alice~$4~good~"])),
        same(request(&["SET", "k", &"x".repeat(500)])),
        same(request(&["HELLO", "3"])),
        same("PING~".to_owned()),
        same(format!("ECHO {}~", "AUTH alice good ".repeat(30))),
        same("*0~".to_owned()),
    ])
}

proptest! {
    #[test]
    fn how_a_stream_is_split_does_not_matter(pieces in vec(piece(), 1..12), cuts in vec(any::<usize>(), 0..40)) {
        let (client, engine): (Vec<_>, Vec<_>) = pieces.into_iter().unzip();
        let [client, engine] = [client, engine].map(|texts| texts.concat().replace('~', "\r\n"));
        prop_assert_eq!(passed(client.as_bytes(), &cuts), engine.as_bytes());
        // With a tap behind that does not take everything at once.
        let mut lines = Lines::default();
        let output = in_runtime(|| {
            let (endpoint, line) = (endpoint(), Arc::default());
            let mut tap = IamTap::new(&endpoint, &Known, Session::new(&line), &mut lines);
            passed_with(&mut tap, client.as_bytes(), &cuts)
        });
        prop_assert_eq!(&output, engine.as_bytes());
        prop_assert_eq!(lines.seen, output);
    }

    #[test]
    fn nothing_is_lost_of_a_stream_that_makes_no_sense(
        words in vec(select(vec!["*", "$", "3", "4", "-1", "\r\n", "AUTH", "carol", "HELLO", "\n", "\"", " ", "x", "MULTI"]), 0..60),
        cuts in vec(any::<usize>(), 0..20),
    ) {
        let stream = words.concat();
        // No user of IAM is named, so nothing may change.
        prop_assert_eq!(passed(stream.as_bytes(), &cuts), stream.as_bytes());
    }
}
