//! The outcome of framing never depends on how a stream was split into reads, and lines are judged as the engine does.

use proptest::{collection::vec, prelude::*, sample::select};

use super::{
    super::relay::Passed,
    Awaited,
    lines::{Line, Lines, MAX_LINE},
    replies::Replies,
    requests::Requests,
};

/// Offers `stream` in pieces that end at `cuts`, holding back what is not consumed, as the relay does.
fn feed(stream: &[u8], cuts: &[usize], mut pass: impl for<'a> FnMut(&'a [u8]) -> Passed<'a>) -> Vec<u8> {
    let mut ends: Vec<_> = cuts.iter().map(|cut| cut % (stream.len() + 1)).chain([stream.len()]).collect();
    ends.sort_unstable();
    let (mut output, mut held, mut at) = (Vec::new(), Vec::new(), 0);
    for end in ends {
        if end == at {
            continue;
        }
        held.extend_from_slice(&stream[at..end]);
        at = end;
        let passed = pass(&held);
        output.extend_from_slice(&passed.output);
        let consumed = passed.consumed;
        held.drain(..consumed);
        assert!(held.len() < MAX_LINE, "{} bytes are held back", held.len());
    }
    output.extend_from_slice(&held);
    output
}

fn requests(stream: &[u8], cuts: &[usize]) -> (Vec<u8>, Vec<Awaited>) {
    let (mut requests, mut awaited) = (Requests::default(), Vec::new());
    let output = feed(stream, cuts, |input| requests.pass(input, |one| awaited.push(one)));
    (output, awaited)
}

/// Replaces every other `VERSION` line by its number.
fn replies(stream: &[u8], cuts: &[usize]) -> Vec<u8> {
    let (mut replies, mut count) = (Replies::default(), 0);
    feed(stream, cuts, |input| {
        replies.pass(input, || {
            count += 1;
            (count % 2 == 0).then(|| format!("answer {count}\r\n").into_bytes())
        })
    })
}

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let fixed = select(vec![
        "config get cluster\r\n",
        "config get cluster\n",
        "config get other\r\n",
        "config set cluster\r\n",
        "get AmazonElastiCache:cluster\r\n",
        "get a AmazonElastiCache:cluster\r\n",
        "version\r\n",
        " version  x\r\n",
        "set k 0 0 20\r\nconfig get cluster\r\n\r\n",
        "set k 0 0 2 noreply\r\nab\r\n",
        "cas k 0 0 7 1\r\nversion\r\n",
        "ms k 9 T0\r\nversion\r\n\r\n",
        "set k 0 0\r\n",
        "set k 0 0 -1\r\n",
        "VERSION 1.6.18\r\n",
        "VALUE k 0 16\r\nVERSION 1.6.18\r\n\r\n",
        "VALUE k 0 3 77\r\nabc\r\nEND\r\n",
        "VA 9 f0\r\nVERSION 1\r\n",
        "STAT version 1.6.18\r\n",
        "\r\n",
        "\n",
        "stored",
    ]);
    let long = (MAX_LINE - 3..MAX_LINE + 3, any::<bool>()).prop_map(|(length, ended)| {
        let mut line = b"get ".to_vec();
        line.resize(length, b'k');
        line.extend_from_slice(if ended { b"\r\n" } else { b"" });
        line
    });
    prop_oneof![
        8 => fixed.prop_map(|text| text.as_bytes().to_vec()),
        1 => long,
        1 => vec(any::<u8>(), 0..40),
    ]
}

fn stream() -> impl Strategy<Value = Vec<u8>> {
    vec(pieces(), 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn requests_do_not_depend_on_how_they_are_split(stream in stream(), cuts in vec(any::<usize>(), 0..20)) {
        prop_assert_eq!(requests(&stream, &cuts), requests(&stream, &[]));
    }

    #[test]
    fn replies_do_not_depend_on_how_they_are_split(stream in stream(), cuts in vec(any::<usize>(), 0..20)) {
        prop_assert_eq!(replies(&stream, &cuts), replies(&stream, &[]));
    }

    #[test]
    fn byte_by_byte_is_no_different(stream in stream()) {
        let every: Vec<_> = (0..stream.len()).collect();
        prop_assert_eq!(requests(&stream, &every), requests(&stream, &[]));
        prop_assert_eq!(replies(&stream, &every), replies(&stream, &[]));
    }

    #[test]
    fn what_is_not_replaced_goes_on_untouched(stream in stream(), cuts in vec(any::<usize>(), 0..20)) {
        let mut lines = Lines::default();
        let output = feed(&stream, &cuts, |input| lines.pass(input, |line| Line::Block(line.len() as u64)));
        prop_assert_eq!(output, stream);
    }
}

#[test]
fn discovery_commands_are_replaced_and_versions_counted() {
    let (output, awaited) = requests(
        b"version\r\nget a\r\nconfig get cluster\r\nget AmazonElastiCache:cluster\nconfig  get x\r\nset k 0 0 7\r\nversion\r\n",
        &[],
    );
    assert_eq!(
        String::from_utf8_lossy(&output),
        "version\r\nget a\r\nversion\r\nversion\r\nversion\r\nset k 0 0 7\r\nversion\r\n"
    );
    assert_eq!(awaited, [Awaited::Version, Awaited::Configuration, Awaited::LegacyConfiguration, Awaited::UnknownKey]);
}

/// Each is followed by `version`, which is a command unless it is the data of the one before. As memcached 1.6.18 does.
#[test]
fn data_blocks_are_told_from_commands_as_the_engine_does() {
    let long_key = "k".repeat(251);
    let waits_for_data = [
        "set k 0 0 7",
        "set k 0 0 7 noreply",
        "set k 0 0 7 anything",
        "set k 0 0 +7",
        "set k 4294967296 99999999999 7",
        "append k 0 0 7",
        "cas k 0 0 7 1",
        "cas k 0 0 7 1 noreply",
        "ms k 7",
        "ms k 7 unknown flags",
    ];
    for command in waits_for_data {
        assert_eq!(requests(format!("{command}\r\nversion\r\n").as_bytes(), &[]).1, [], "{command}");
    }
    let long_set = format!("set {long_key} 0 0 7");
    let long_meta = format!("ms {long_key} 7");
    let refused_at_once = [
        "set k 0 0",
        "set k 0 0 7 a b",
        "set k 0 0 -1",
        "set k 0 0 x",
        "set k 0 0 7x",
        "set k x 0 7",
        "set k -1 0 7",
        "set k 0 x 7",
        "set k 0 0 2147483646",
        "cas k 0 0 7",
        "cas k 0 0 7 x",
        "ms k",
        "ms k x",
        "ms k S7",
        "ms k -1",
        "SET k 0 0 7",
        "version\t",
        "VERSION",
        &long_set,
        &long_meta,
    ];
    for command in refused_at_once {
        let awaited = requests(format!("{command}\r\nversion\r\n").as_bytes(), &[]).1;
        assert_eq!(awaited, [Awaited::Version], "{command}");
    }
}

#[test]
fn a_binary_connection_is_left_alone() {
    let stream = b"\x80\nversion\r\nconfig get cluster\r\n";
    assert_eq!(requests(stream, &[]), (stream.to_vec(), Vec::new()));
    let later = b"get \x80\r\n\x80\r\nversion\r\n";
    assert_eq!(requests(later, &[]).1, [Awaited::Version], "only the first byte counts");
}

#[test]
fn values_that_look_like_replies_are_not_touched() {
    let stream = b"VALUE k 0 16\r\nVERSION 1.6.18\r\n\r\nEND\r\nVERSION 1\r\nVA 11\r\nVERSION 1\r\n\r\nVERSION 2\r\n";
    let expected = b"VALUE k 0 16\r\nVERSION 1.6.18\r\n\r\nEND\r\nVERSION 1\r\nVA 11\r\nVERSION 1\r\n\r\nanswer 2\r\n";
    assert_eq!(String::from_utf8_lossy(&replies(stream, &[])), String::from_utf8_lossy(expected));
}
