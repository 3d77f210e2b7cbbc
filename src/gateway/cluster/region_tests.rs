//! What clients of a secondary group see of a cluster that spans regions: their own nodes only, with the one that stands in
//! for a primary as the primary, which serves reads and refuses writes.

use std::net::SocketAddr;

use proptest::{collection::vec, prelude::*};
use tokio::sync::watch;

use super::{
    super::{
        Directory, EndpointId, EndpointRole, Membership, NetworkFault, Security, StandIn, Standing, Whereabouts,
        relay::Tap,
    },
    ClusterTap, Viewer,
    tests::feed,
};
use crate::model::{NodeId, Scope};

/// Knows two nodes of one shard here, at 10.0.0.1 and 10.0.0.2, one of another shard at 10.0.0.3, and the primaries that
/// they copy, at 10.9.0.1 and 10.9.0.3.
struct TwoRegions;

impl Directory for TwoRegions {
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
            "10.0.0.3:6379" => Some(17003),
            _ => None,
        }
    }

    fn standing(&self, endpoint: &EndpointId, engine: SocketAddr) -> Standing {
        let instead =
            |last, port| Some(StandIn { engine: ([10, 0, 0, last], 6379).into(), port, at: Whereabouts::default() });
        match self.public_port(endpoint, engine) {
            Some(port) => Standing::Node { port, stands_in: port != 17002, at: Whereabouts::default() },
            None if engine.to_string() == "10.9.0.1:6379" => Standing::Elsewhere { instead: instead(1, 17001) },
            None if engine.to_string() == "10.9.0.3:6379" => Standing::Elsewhere { instead: instead(3, 17003) },
            None => Standing::Elsewhere { instead: None },
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

/// What the engine 10.0.0.`last` and its client are sent, with `~` for the end of a line.
fn carried(last: u8, requests: &str, replies: &str, cuts: &[usize]) -> (String, String) {
    let endpoint = EndpointId {
        scope: Scope::new("000000000000", "eu-west-1"),
        resource_id: "c".to_owned(),
        role: EndpointRole::Node(NodeId::FIRST),
    };
    let viewer = Viewer::new(&endpoint, &TwoRegions, ([10, 0, 0, last], 6379).into(), [127, 0, 0, 1].into(), None);
    let mut tap = ClusterTap::new(viewer, last != 2);
    let bytes = |text: &str| text.replace('~', "\r\n").into_bytes();
    let asked = feed(&bytes(requests), cuts, |input| tap.requests(input));
    let answered = feed(&bytes(replies), cuts, |input| tap.replies(input));
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text").replace("\r\n", "~");
    (text(asked), text(answered))
}

/// What a client of 10.0.0.`last` is answered, which said `request` first.
fn answered(last: u8, request: &str, reply: &str) -> String {
    let agreed = if last == 2 { "" } else { "+OK~" };
    carried(last, request, &format!("{agreed}{reply}"), &[]).1
}

const READ_ONLY: &str = "*1~$8~READONLY~";
const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const C: &str = "cccccccccccccccccccccccccccccccccccccccc";
const X: &str = "dddddddddddddddddddddddddddddddddddddddd";
const Y: &str = "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee";

#[test]
fn redirects_never_leave_the_region() {
    let refused = "-READONLY You can't write against a read only replica.~";
    assert_eq!(answered(1, "SET k v~", "-MOVED 5 10.9.0.1:6379~"), refused);
    assert_eq!(answered(1, "SET k v~", "-MOVED 5 10.9.0.3:6379~"), "-MOVED 5 127.0.0.1:17003~");
    assert_eq!(answered(2, "GET k~", "-MOVED 5 10.9.0.1:6379~"), "-MOVED 5 127.0.0.1:17001~");
    assert_eq!(answered(2, "GET k~", "-MOVED 5 10.9.0.3:6379~"), "-MOVED 5 127.0.0.1:17003~");
}

#[test]
fn nodes_are_those_of_the_region() {
    let rest = "0 0 7 connected";
    let lines = format!(
        "{X} 10.9.0.1:6379@16379 master - {rest} 0-99 200\n{A} 10.0.0.1:6379@16379 myself,slave {X} {rest}\n\
         {Y} 10.9.0.3:6379@16379 master - {rest} 100-199\n{B} 10.0.0.2:6379@16379 slave {X} {rest}\n\
         {C} 10.0.0.3:6379@16379 slave,fail? {Y} {rest}\n"
    );
    let seen = format!(
        "{A} 127.0.0.1:17001@16379 myself,master - {rest} 0-99 200\n{B} 127.0.0.1:17002@16379 slave {A} {rest}\n\
         {C} 127.0.0.1:17003@16379 master,fail? - {rest} 100-199\n"
    );
    let bulk = |text: &str| format!("${}~{text}~", text.len());
    assert_eq!(answered(1, "CLUSTER NODES~", &bulk(&lines)), bulk(&seen));
    let verbatim = |text: &str| format!("={}~txt:{text}~", text.len() + 4);
    assert_eq!(answered(1, "CLUSTER NODES~", &verbatim(&lines)), verbatim(&seen));
    let [near, far] =
        [format!("{B} 10.0.0.2:6379@16379 slave {A} {rest}"), format!("{X} 10.9.0.1:6379@16379 slave {A} {rest}")];
    let list = format!("*2~{}{}", bulk(&near), bulk(&far));
    let seen = format!("*1~{}", bulk(&near.replace("10.0.0.2:6379", "127.0.0.1:17002")));
    assert_eq!(answered(1, &format!("CLUSTER REPLICAS {A}~"), &list), seen);
}

#[test]
fn slots_belong_to_those_who_stand_in() {
    let node = |host: &str, port: u16, id: &str| format!("*4~${}~{host}~:{port}~$40~{id}~*0~", host.len());
    let engines = format!(
        "*2~*5~:0~:99~{}{}{}*4~:100~:199~{}{}",
        node("10.9.0.1", 6379, X),
        node("10.0.0.2", 6379, B),
        node("10.0.0.1", 6379, A),
        node("10.9.0.3", 6379, Y),
        node("10.0.0.3", 6379, C),
    );
    let clients = format!(
        "*2~*4~:0~:99~{}{}*3~:100~:199~{}",
        node("127.0.0.1", 17001, A),
        node("127.0.0.1", 17002, B),
        node("127.0.0.1", 17003, C),
    );
    assert_eq!(answered(1, "CLUSTER SLOTS~", &engines), clients);
}

#[test]
fn shards_have_those_of_the_region_who_stand_in_as_primaries() {
    let node = |host: &str, port: u16, id: &str, role: &str| {
        format!("*8~$2~id~$40~{id}~$4~port~:{port}~$2~ip~${}~{host}~$4~role~${}~{role}~", host.len(), role.len())
    };
    let shard = |nodes: &[String]| format!("*4~$5~slots~*2~:0~:99~$5~nodes~*{}~{}", nodes.len(), nodes.concat());
    let engines = shard(&[
        node("10.9.0.1", 6379, X, "master"),
        node("10.0.0.1", 6379, A, "replica"),
        node("10.0.0.2", 6379, B, "replica"),
    ]);
    let elsewhere = shard(&[node("10.9.0.9", 6379, Y, "master")]);
    let clients = shard(&[node("127.0.0.1", 17001, A, "master"), node("127.0.0.1", 17002, B, "replica")]);
    assert_eq!(answered(1, "CLUSTER SHARDS~", &format!("*2~{engines}{elsewhere}")), format!("*1~{clients}"));
}

#[test]
fn an_engine_that_stands_in_is_asked_to_serve_reads() {
    let (asked, answered) = carried(1, "GET k~GET l~", "+OK~$1~v~$-1~", &[]);
    assert_eq!((asked, answered), (format!("{READ_ONLY}GET k~GET l~"), "$1~v~$-1~".to_owned()));
    let (asked, answered) = carried(2, "GET k~", "$1~v~", &[]);
    assert_eq!((asked.as_str(), answered.as_str()), ("GET k~", "$1~v~"), "others are not");
}

#[test]
fn it_is_asked_again_after_each_login_until_one_succeeds() {
    let wrong = "*2~$4~AUTH~$5~wrong~";
    let right = "*5~$5~HELLO~$1~3~$4~AUTH~$1~u~$5~right~";
    let (no, bad) = ("-NOAUTH Authentication required.~", "-WRONGPASS no~");
    let requests = format!("PING~{wrong}GET k~{right}GET k~AUTH again~GET k~");
    let replies = format!("{no}{no}{bad}{no}{no}%1~+server~+redis~+OK~$1~v~+OK~+OK~$1~w~");
    let (asked, answered) = carried(1, &requests, &replies, &[]);
    let expected =
        [READ_ONLY, "PING~", wrong, READ_ONLY, "GET k~", right, READ_ONLY, "GET k~AUTH again~", READ_ONLY, "GET k~"];
    assert_eq!(asked, expected.concat());
    assert_eq!(answered, format!("{no}{bad}{no}%1~+server~+redis~$1~v~+OK~$1~w~"));
}

#[test]
fn a_user_who_may_not_ask_for_reads_gets_all_other_answers() {
    let (_, answered) = carried(1, "PING~PING~", "-NOPERM no~+PONG~+PONG~", &[]);
    assert_eq!(answered, "+PONG~+PONG~");
}

proptest! {
    #[test]
    fn how_streams_are_split_makes_no_difference(cuts in vec(any::<usize>(), 0..20)) {
        let requests = "*2~$4~AUTH~$5~wrong~~GET k~*3~$4~auth~$1~u~$5~right~GET k~CLUSTER NODES~";
        let line = format!("{A} 10.0.0.1:6379@16379 myself,slave {X} 0 0 1 connected");
        let before = "-NOAUTH no~-WRONGPASS no~-NOAUTH no~-NOAUTH no~+OK~+OK~$1~v~";
        let replies = format!("{before}${}~{line}~", line.len());
        prop_assert_eq!(carried(1, requests, &replies, &cuts), carried(1, requests, &replies, &[]));
    }
}
