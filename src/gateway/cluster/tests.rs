//! Addresses are replaced wherever they are told and nowhere else, and the outcome never depends on how a stream was
//! split into reads.

use std::net::SocketAddr;

use proptest::{collection::vec, prelude::*, sample::select};
use tokio::sync::watch;

use super::{
    super::{
        Directory, EndpointId, EndpointRole, Membership, NetworkFault, Security,
        relay::{Passed, Tap},
    },
    ClusterTap, Viewer,
};
use crate::model::{NodeId, Scope};

/// Knows the engines at 10.0.0.1:6379 and 10.0.0.2:6379, and a third by an address of version 6.
struct Known;

impl Directory for Known {
    fn route(&self, _: &EndpointId) -> Option<SocketAddr> {
        None
    }

    fn membership(&self, _: &EndpointId) -> Option<Membership> {
        None
    }

    fn public_port(&self, _: &EndpointId, engine: SocketAddr) -> Option<u16> {
        match engine.to_string().as_str() {
            "10.0.0.1:6379" => Some(17001),
            "10.0.0.2:6379" => Some(17002),
            "[fd00::3]:6379" => Some(17003),
            _ => None,
        }
    }

    fn targets(&self, _: &EndpointId) -> Option<Vec<SocketAddr>> {
        None
    }

    fn fault_of(&self, _: SocketAddr) -> Option<NetworkFault> {
        None
    }

    fn security(&self, _: &EndpointId) -> Security {
        Security::default()
    }

    fn changes(&self) -> watch::Receiver<u64> {
        watch::channel(0).1
    }
}

/// Offers `stream` in pieces that end at `cuts`, holding back what is not consumed, as the relay does.
pub(super) fn feed(stream: &[u8], cuts: &[usize], mut pass: impl for<'a> FnMut(&'a [u8]) -> Passed<'a>) -> Vec<u8> {
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
        assert!(held.len() < 520, "{} bytes are held back", held.len());
    }
    output.extend_from_slice(&pass(&[]).output);
    output.extend_from_slice(&held);
    output
}

/// What a client that reached the gateway at 127.0.0.1 is sent, when it sends `requests` and the engine, 10.0.0.1:6379,
/// answers `replies`.
fn seen_with(host: Option<&str>, requests: &[u8], replies: &[u8], cuts: &[usize]) -> Vec<u8> {
    let endpoint = EndpointId {
        scope: Scope::new("000000000000", "us-east-1"),
        resource_id: "c".to_owned(),
        role: EndpointRole::Node(NodeId::FIRST),
    };
    let engine = ([10, 0, 0, 1], 6379).into();
    let viewer = Viewer::new(&endpoint, &Known, engine, [127, 0, 0, 1].into(), host);
    let mut tap = ClusterTap::new(viewer, false);
    assert_eq!(feed(requests, cuts, |input| tap.requests(input)), requests, "requests are never changed");
    feed(replies, cuts, |input| tap.replies(input))
}

/// The same in words, with `~` for the end of a line.
fn seen(host: Option<&str>, requests: &str, replies: &str) -> String {
    let [requests, replies] = [requests, replies].map(|text| text.replace('~', "\r\n"));
    let whole = seen_with(host, requests.as_bytes(), replies.as_bytes(), &[]);
    String::from_utf8(whole).expect("text").replace("\r\n", "~")
}

const SLOTS: &str = "CLUSTER SLOTS~";
const SHARDS: &str = "*2~$7~cluster~$6~shards~";
const NODES: &str = "cluster nodes~";
const ID: &str = "0123456789abcdef0123456789abcdef01234567";
const NAME: Option<&str> = Some("cache.example");

#[test]
fn redirects_lead_to_endpoints() {
    for (host, engines, clients) in [
        (None, "-MOVED 3999 10.0.0.2:6379~", "-MOVED 3999 127.0.0.1:17002~"),
        (None, "-ASK 3999 10.0.0.1:6379~", "-ASK 3999 127.0.0.1:17001~"),
        (None, "-MOVED 1 fd00::3:6379~", "-MOVED 1 127.0.0.1:17003~"),
        (None, "-MOVED 1 :6379~", "-MOVED 1 127.0.0.1:17001~"),
        (NAME, "-MOVED 3999 10.0.0.2:6379~", "-MOVED 3999 cache.example:17002~"),
        (Some("192.0.2.7"), "-MOVED 3999 10.0.0.2:6379~", "-MOVED 3999 192.0.2.7:17002~"),
    ] {
        assert_eq!(seen(host, "", engines), clients);
    }
}

#[test]
fn what_is_no_redirect_to_a_known_node_stays() {
    for reply in [
        "-MOVED 3999 10.0.0.9:6379~",
        "-MOVED 3999 10.0.0.2:0~",
        "-MOVED 3999 name:6379~",
        "-MOVED~",
        "-MOVED 3999 10.0.0.2:6379 more~",
        "-ERR MOVED 3999 10.0.0.2:6379~",
        "+MOVED 3999 10.0.0.2:6379~",
        "$26~-MOVED 3999 10.0.0.2:6379~~",
        "*2~:1~-MOVED 3999 10.0.0.2:6379~",
    ] {
        assert_eq!(seen(None, "", reply), reply);
    }
}

fn slots(host: &str, port: u16, metadata: &str) -> String {
    format!("*1~*3~:0~:16383~*4~${}~{host}~:{port}~$40~{ID}~{metadata}", host.len())
}

#[test]
fn slots_are_consistent_with_the_host() {
    let expected = slots("127.0.0.1", 17002, "*0~");
    assert_eq!(seen(None, SLOTS, &slots("10.0.0.2", 6379, "*0~")), expected);
    assert_eq!(seen(None, SLOTS, &slots("10.0.0.2", 6379, "*2~$8~hostname~$1~h~")), expected);
    assert_eq!(seen(None, SLOTS, &slots("node-2", 6379, "*2~$2~ip~$8~10.0.0.2~")), expected);
    let with_null = slots("10.0.0.2", 6379, "*2~$2~ip~$8~10.0.0.2~").replace("$8~10.0.0.2~:6379", "$-1~:6379");
    assert_eq!(seen(None, SLOTS, &with_null), expected);
    assert_eq!(seen(None, SLOTS, &with_null.replace("$-1", "_")), expected);
    assert_eq!(
        seen(None, SLOTS, &slots("10.0.0.2", 6379, "%2~$8~hostname~$1~h~$1~z~$1~a~")),
        slots("127.0.0.1", 17002, "%1~$1~z~$1~a~"),
    );
    assert_eq!(
        seen(NAME, SLOTS, &slots("10.0.0.2", 6379, "%0~")),
        slots("cache.example", 17002, "%1~$2~ip~$9~127.0.0.1~"),
    );
    // Engines before version 7.
    let old = |host: &str, port| slots(host, port, "").replace("*4~", "*3~");
    assert_eq!(seen(None, SLOTS, &old("10.0.0.2", 6379)), old("127.0.0.1", 17002));
}

#[test]
fn an_engine_that_was_not_told_its_address_is_the_one_that_answers() {
    assert_eq!(seen(None, SLOTS, &slots("", 6379, "*0~")), slots("127.0.0.1", 17001, "*0~"));
    let node = |address: &str| format!("{ID} {address} myself,master - 0 0 1 connected 0-16383\n");
    let reply = |address| format!("${}~{}~", node(address).len(), node(address));
    assert_eq!(seen(None, NODES, &reply(":6379@16379")), reply("127.0.0.1:17001@16379"));
    assert_eq!(seen(None, NODES, &reply(":0@0")), reply(":0@0"), "its address was lost");
}

#[test]
fn shards_are_consistent_with_the_host() {
    let resp2 = |fields: &str, count| {
        format!("*1~*4~$5~slots~*2~:0~:16383~$5~nodes~*1~*{count}~$2~id~$40~{ID}~{fields}$4~role~$6~master~")
    };
    let resp3 = |fields: &str, count| resp2(fields, count).replace("*1~*4~$5", "*1~%2~$5").replace("~*1~*", "~*1~%");
    let engines = "$4~port~:6379~$2~ip~$8~10.0.0.2~$8~endpoint~$8~10.0.0.2~";
    let clients = "$4~port~:17002~$2~ip~$9~127.0.0.1~$8~endpoint~$9~127.0.0.1~";
    assert_eq!(seen(None, SHARDS, &resp2(engines, 10)), resp2(clients, 10));
    assert_eq!(seen(None, SHARDS, &resp3(engines, 5)), resp3(clients, 5));
    let named = "$4~port~:6379~$2~ip~$8~10.0.0.2~$8~endpoint~$1~h~$8~hostname~$1~h~";
    assert_eq!(seen(None, SHARDS, &resp2(named, 12)), resp2(clients, 10));
    let tls = "$8~tls-port~:6379~$2~ip~$8~10.0.0.2~$8~endpoint~$8~10.0.0.2~";
    assert_eq!(seen(None, SHARDS, &resp2(tls, 10)), resp2(&clients.replace("$4~", "$8~tls-"), 10));
    let name = seen(NAME, SHARDS, &resp3(engines, 5));
    let [ip, endpoint] = ["$2~ip~$9~127.0.0.1~", "$8~endpoint~$13~cache.example~"];
    assert!(name.contains(&format!("%6~$2~id~$40~{ID}~$4~port~:17002~{ip}{endpoint}")), "{name}");
    assert!(name.ends_with("$4~role~$6~master~$8~hostname~$13~cache.example~"), "{name}");
}

#[test]
fn lines_of_nodes_are_consistent_with_the_host() {
    let lines = |one: &str, two: &str| {
        let rest = "connected\n";
        format!("{ID} {one} myself,master - 0 0 1 {rest}{ID} {two} slave {ID} 0 0 1 {rest}")
    };
    let bulk = |text: String| format!("${}~{text}~", text.len());
    let verbatim = |text: String| format!("={}~txt:{text}~", text.len() + 4);
    let engines = || lines("10.0.0.1:6379@16379", "10.0.0.2:6379@16379,h");
    let clients = || lines("127.0.0.1:17001@16379", "127.0.0.1:17002@16379");
    assert_eq!(seen(None, NODES, &bulk(engines())), bulk(clients()));
    assert_eq!(seen(None, NODES, &verbatim(engines())), verbatim(clients()));
    let named = lines("127.0.0.1:17001@16379,cache.example", "127.0.0.1:17002@16379,cache.example");
    assert_eq!(seen(NAME, NODES, &bulk(engines())), bulk(named));
    let more = |start: &str| bulk(lines(&format!("{start},,shard-id=1"), "10.0.0.9:6379@16379"));
    assert_eq!(seen(None, NODES, &more("10.0.0.1:6379@16379")), more("127.0.0.1:17001@16379"));
    let list = |text: String| format!("*2~{}{}", bulk(text.clone()), bulk(text));
    let request = format!("CLUSTER REPLICAS {ID}~");
    assert_eq!(seen(None, &request, &list(engines())), list(clients()));
}

#[test]
fn a_value_that_looks_like_a_topology_stays_unless_one_was_asked_for() {
    let topology = slots("10.0.0.2", 6379, "*0~");
    let changed = slots("127.0.0.1", 17002, "*0~");
    for request in [
        "",
        "GET CLUSTER SLOTS~",
        "CLUSTER SLOTS x~",
        "CLUSTER NODES~",
        "*3~$3~SET~$1~k~$15~CLUSTER SLOTS~~~",
        "*1~$7~CLUSTER~*1~$5~SLOTS~",
        "*3~$7~CLUSTER~$5~SLOTS~$1~x~",
    ] {
        assert_eq!(seen(None, request, &topology), topology, "{request}");
    }
    for request in
        ["cluster  slots ~", "*2~$7~Cluster~$5~Slots~", "~PING~*0~*2~$7~CLUSTER~$5~SLOTS~", "*-1~CLUSTER SLOTS~"]
    {
        assert_eq!(seen(None, request, &topology), changed, "{request}");
    }
    // Other replies may come before it, one of which may begin like it, and it comes once.
    let near = topology.replace(":16383", "$1~x");
    let replies = format!("+OK~$4~*1~~*2~*1~:1~$1~x~{near}>2~+a~:1~|1~+a~:1~{topology}{topology}");
    let expected = format!("+OK~$4~*1~~*2~*1~:1~$1~x~{near}>2~+a~:1~|1~+a~:1~{changed}{topology}");
    assert_eq!(seen(None, SLOTS, &replies), expected);
    let unknown = slots("10.0.0.9", 6379, "*0~");
    assert_eq!(seen(None, SLOTS, &format!("{unknown}{topology}")), format!("{unknown}{changed}"));
}

#[test]
fn memory_is_bounded_and_nothing_is_lost_at_the_end() {
    let begun = format!("*2~*3~:0~:1~$8000000~{}", "x".repeat(8_000_000)).replace('~', "\r\n");
    let cuts: Vec<_> = (0..begun.len()).step_by(100_000).collect();
    let seen = seen_with(None, b"CLUSTER SLOTS\r\n", begun.as_bytes(), &cuts);
    assert!(seen == begun.as_bytes(), "it is not changed");
    let cut_off = "*1~*3~:0~:16383~*4~$8~10.0.0.2~".replace('~', "\r\n");
    assert_eq!(seen_with(None, b"CLUSTER SLOTS\r\n", cut_off.as_bytes(), &[5, 20]), cut_off.as_bytes());
}

fn request_pieces() -> impl Strategy<Value = Vec<u8>> {
    let fixed = vec![
        "CLUSTER SLOTS~",
        "cluster shards\n",
        "*2~$7~CLUSTER~$5~NODES~",
        "*2~$7~CLUSTER~$5~SLOTS~",
        "*3~$7~CLUSTER~$8~REPLICAS~$1~x~",
        "*2~$3~GET~$7~CLUSTER~",
        "*3~$3~SET~$1~k~$9~CLUSTER~~~",
        "*1~$4~PING~",
        "*0~",
        "PING~",
        "*2~$7~",
    ];
    prop_oneof![
        12 => select(fixed).prop_map(|text| text.replace('~', "\r\n").into_bytes()),
        1 => vec(any::<u8>(), 0..40),
        1 => (500..520_usize).prop_map(|length| [&vec![b'x'; length][..], b"\r\n"].concat()),
    ]
}

fn reply_pieces() -> impl Strategy<Value = Vec<u8>> {
    let fixed = vec![
        "+OK~".to_owned(),
        "-MOVED 1 10.0.0.2:6379~".to_owned(),
        "-ASK 1 10.0.0.9:6379~".to_owned(),
        "-ERR no~".to_owned(),
        "$-1~".to_owned(),
        "_~".to_owned(),
        "$23~-MOVED 1 10.0.0.2:6379~~~".to_owned(),
        "%1~+a~*2~:1~(12~".to_owned(),
        "&2~#t~,1.5~".to_owned(),
        ">2~+message~$1~x~".to_owned(),
        "*2~|1~+a~:1~:2~:3~".to_owned(),
        slots("10.0.0.2", 6379, "*0~"),
        slots("10.0.0.9", 6379, "*0~"),
        slots("10.0.0.2", 6379, "%1~$8~hostname~$1~h~"),
        "*1~*4~$5~slots~*0~$5~nodes~*1~*4~$4~port~:6379~$2~ip~$8~10.0.0.2~".to_owned(),
        "*1~%2~$5~slots~*0~$5~nodes~*1~%2~$4~port~:6379~$2~ip~$8~10.0.0.2~".to_owned(),
        format!("$92~{ID} 10.0.0.1:6379@16379 myself,master - 0 0 1 connected\n~"),
        format!("$60~{ID} 10.0.0.1:6379@1 some text~"),
    ];
    prop_oneof![
        // A set begins with the sign that is the end of a line here.
        16 => select(fixed).prop_map(|text| text.replace('~', "\r\n").replace('&', "~").into_bytes()),
        1 => vec(any::<u8>(), 0..40),
        1 => (500..520_usize).prop_map(|length| [b"-MOVED ", &vec![b'x'; length][..], b"\r\n"].concat()),
    ]
}

fn stream(piece: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn the_outcome_does_not_depend_on_how_streams_are_split(
        requests in stream(request_pieces()),
        replies in stream(reply_pieces()),
        cuts in vec(any::<usize>(), 0..20),
    ) {
        let whole = seen_with(None, &requests, &replies, &[]);
        prop_assert_eq!(seen_with(None, &requests, &replies, &cuts), whole.clone());
        let every: Vec<_> = (0..requests.len().max(replies.len())).collect();
        prop_assert_eq!(seen_with(None, &requests, &replies, &every), whole);
    }

    #[test]
    fn anything_else_passes_unchanged(bytes in stream(reply_pieces()), cuts in vec(any::<usize>(), 0..20)) {
        let unknown = String::from_utf8_lossy(&bytes).replace("10.0.0.2", "10.0.0.9").replace("10.0.0.1", "10.0.0.9");
        let requests = b"CLUSTER SLOTS\r\nCLUSTER SHARDS\r\nCLUSTER NODES\r\n";
        prop_assert_eq!(seen_with(None, requests, unknown.as_bytes(), &cuts), unknown.as_bytes());
    }

    #[test]
    fn unasked_for_topologies_pass_unchanged(bytes in stream(reply_pieces()), cuts in vec(any::<usize>(), 0..20)) {
        let bytes = String::from_utf8_lossy(&bytes).replace("-MOVED", "-OTHER");
        prop_assert_eq!(seen_with(None, b"PING\r\n", bytes.as_bytes(), &cuts), bytes.as_bytes());
    }
}
