//! What clients that are led to a source say and hear, whichever pieces it comes in.

use std::collections::VecDeque;

use super::{super::relay::Tap, answers::Place, tap::OutsideTap};

fn tap() -> OutsideTap {
    let host = "127.0.0.1".to_owned();
    OutsideTap::new(Place { ip: host.clone(), host, port: 6379, id: "a".repeat(40) })
}

/// A request as clients send it.
fn request(words: &[&str]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", words.len());
    for word in words {
        bytes.extend(["$", &word.len().to_string(), "\r\n", word, "\r\n"]);
    }
    bytes.into_bytes()
}

/// Sends these bytes in pieces; answers what comes out at the other side.
fn sent(tap: &mut OutsideTap, bytes: &[u8], piece: usize) -> Vec<u8> {
    in_pieces(bytes, piece, |input| {
        let passed = tap.requests(input);
        (passed.consumed, passed.output.into_owned())
    })
}

fn answered(tap: &mut OutsideTap, bytes: &[u8], piece: usize) -> Vec<u8> {
    in_pieces(bytes, piece, |input| {
        let passed = tap.replies(input);
        (passed.consumed, passed.output.into_owned())
    })
}

fn in_pieces(bytes: &[u8], piece: usize, mut pass: impl FnMut(&[u8]) -> (usize, Vec<u8>)) -> Vec<u8> {
    let (mut held, mut output) = (Vec::new(), Vec::new());
    for part in bytes.chunks(piece) {
        held.extend_from_slice(part);
        let (consumed, passed) = pass(&held);
        output.extend(passed);
        held.drain(..consumed);
    }
    output.extend(held);
    output
}

/// A source that echoes what it is asked to, and says `+OK` to everything else.
fn source(requests: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(requests.to_vec()).expect("text");
    let mut lines: VecDeque<_> = text.split_terminator("\r\n").collect();
    let mut answers = Vec::new();
    while let Some(count) = lines.pop_front() {
        let count: usize = count[1..].parse().expect("a count");
        let words: Vec<_> = (0..count).map(|_| (lines.pop_front(), lines.pop_front()).1.expect("a word")).collect();
        match words[..] {
            ["ECHO", word] => answers.push(format!("${}\r\n{word}\r\n", word.len())),
            _ => answers.push("+OK\r\n".to_owned()),
        }
    }
    answers.concat().into_bytes()
}

/// What a client hears that says these things at once.
fn heard(tap: &mut OutsideTap, requests: &[&[&str]], piece: usize) -> String {
    let bytes: Vec<u8> = requests.iter().flat_map(|words| request(words)).collect();
    let asked = sent(tap, &bytes, piece);
    let answers = source(&asked);
    String::from_utf8(answered(tap, &answers, piece)).expect("text")
}

#[test]
fn what_is_answered_here_comes_in_its_turn() {
    let requests: &[&[&str]] = &[
        &["SET", "k", "v"],
        &["readonly"],
        &["CONFIG", "GET", "*"],
        &["SET", "k", "v"],
        &["CLUSTER", "SLOTS"],
        &["PING"],
    ];
    let slots =
        format!("*1\r\n*3\r\n:0\r\n:16383\r\n*4\r\n$9\r\n127.0.0.1\r\n:6379\r\n$40\r\n{}\r\n*0\r\n", "a".repeat(40));
    let expected = format!(
        "+OK\r\n+OK\r\n-ERR unknown command 'CONFIG', with args beginning with: 'GET' '*' \r\n+OK\r\n{slots}+OK\r\n"
    );
    for piece in 1..200 {
        assert_eq!(heard(&mut tap(), requests, piece), expected, "in pieces of {piece}");
    }
}

#[test]
fn a_source_gets_nothing_that_the_cache_keeps_from_clients() {
    for words in [
        &["shutdown"][..],
        &["Config", "set", "requirepass", "mine"],
        &["REPLICAOF", "host", "1"],
        &["DEBUG", "SLEEP", "1"],
        &["KEYS", "*"],
        &["ACL", "SETUSER", "mine"],
        &["CLIENT", "PAUSE", "1000"],
        &["CLUSTER", "RESET"],
        &["SELECT", "1"],
        &["FAILOVER"],
        &["RESET"],
        &["AUTH", "mine"],
        &["AUTH", "admin", "mine"],
        &["HELLO", "3", "AUTH", "admin", "mine"],
    ] {
        let mut tap = tap();
        let asked = sent(&mut tap, &request(words), 7);
        assert!(asked.starts_with(b"*2\r\n$4\r\nECHO\r\n$40\r\n"), "{words:?}");
        let heard = answered(&mut tap, &source(&asked), 7);
        assert!(heard.starts_with(b"-"), "{words:?}: {}", String::from_utf8_lossy(&heard));
        assert_eq!(heard.split(|byte| *byte == b'\n').count(), 2, "{words:?}");
        let mut inline = super::tests::tap();
        let line = format!("{}\r\n", words.join(" "));
        assert!(sent(&mut inline, line.as_bytes(), 5).starts_with(b"*2\r\n$4\r\nECHO\r\n"), "{words:?} in one line");
    }
}

#[test]
fn what_the_cache_allows_goes_on_as_it_is() {
    for words in
        [&["SELECT", "0"][..], &["ACL", "WHOAMI"], &["CLIENT", "SETNAME", "me"], &["MULTI"], &["GET", "config"]]
    {
        assert_eq!(sent(&mut tap(), &request(words), 3), request(words));
    }
    let large = "x".repeat(100_000);
    let words = ["SET", "auth", &large];
    assert_eq!(sent(&mut tap(), &request(&words), 1000), request(&words));
    assert_eq!(sent(&mut tap(), b"\r\nGET \"a b\"\r\n", 4), b"\r\nGET \"a b\"\r\n");
}

#[test]
fn a_login_is_the_cache_s_own() {
    let mut tap = tap();
    assert_eq!(heard(&mut tap, &[&["AUTH", "default", "any"]], 64), "+OK\r\n");
    let hello = sent(&mut tap, &request(&["HELLO", "3", "AUTH", "default", "any", "SETNAME", "me"]), 64);
    assert_eq!(hello, request(&["HELLO", "3", "SETNAME", "me"]));
    // From then on it hears RESP3.
    assert!(heard(&mut tap, &[&["CLUSTER", "SHARDS"]], 64).starts_with("*1\r\n%2\r\n$5\r\nslots\r\n"));
    assert_eq!(heard(&mut tap, &[&["CLUSTER", "KEYSLOT", "a{foo}b"]], 64), ":12182\r\n");
}

#[test]
fn what_cannot_be_read_ends_the_connection() {
    let long = "x".repeat(20_000);
    let too_long = request(&["CONFIG", "SET", &long]);
    for bytes in [&b"*1\r\nhello\r\n"[..], b"\"CONFIG\" GET *\r\n", b"AUTH \"a b\"\r\n", &too_long] {
        let mut tap = tap();
        let mut bytes = bytes.to_vec();
        bytes.extend(request(&["SET", "k", "v"]));
        let asked = sent(&mut tap, &bytes, 4096);
        assert!(asked.ends_with(b"!\r\n") && !asked.windows(3).any(|part| part == b"SET"), "{bytes:?}");
    }
}

#[test]
fn a_value_like_an_answer_is_a_value() {
    let mut tap = tap();
    let asked = sent(&mut tap, &request(&["READONLY"]), 64);
    let echo = source(&asked);
    let value = b"$40\r\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n";
    let mut stream = value.to_vec();
    stream.extend(&echo);
    // The same again is none: each is answered once.
    stream.extend(&echo);
    let mut expected = value.to_vec();
    expected.extend(b"+OK\r\n");
    expected.extend(&echo);
    assert_eq!(answered(&mut tap, &stream, 64), expected);
}
