//! Endpoints with names of their own, and the DNS server that answers for them. There are no engines here.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use hickory_server::proto::{
    op::{Message, MessageType, OpCode, Query, ResponseCode},
    rr::{Name, RData, Record, RecordType},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UdpSocket},
    time::timeout,
};

use crate::app::{App, LIMIT};

/// A loopback address of this process's own, where no other test or program has a port.
fn address(test: u8) -> SocketAddr {
    let [_, _, high, low] = std::process::id().to_be_bytes();
    SocketAddr::new(Ipv4Addr::new(127, 60 + test, high, low).into(), 5353)
}

fn question(name: &str, of: RecordType) -> Message {
    let mut message = Message::new(4711, MessageType::Query, OpCode::Query);
    message.add_query(Query::query(Name::from_ascii(format!("{name}.")).expect("a name"), of));
    message
}

async fn ask(server: SocketAddr, name: &str, of: RecordType) -> Message {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
    socket.connect(server).await.expect("connected");
    socket.send(&question(name, of).to_vec().expect("a question")).await.expect("sent");
    let mut answer = vec![0; 4096];
    let length = timeout(LIMIT, socket.recv(&mut answer)).await.expect("in time").expect("an answer");
    Message::from_vec(&answer[..length]).expect("a message")
}

async fn ask_by_tcp(server: SocketAddr, name: &str) -> Message {
    let question = question(name, RecordType::A).to_vec().expect("a question");
    let mut stream = TcpStream::connect(server).await.expect("connected");
    stream.write_u16(u16::try_from(question.len()).expect("short")).await.expect("sent");
    stream.write_all(&question).await.expect("sent");
    let mut answer = vec![0; usize::from(stream.read_u16().await.expect("a length"))];
    stream.read_exact(&mut answer).await.expect("an answer");
    Message::from_vec(&answer).expect("a message")
}

fn addresses(message: &Message) -> Vec<IpAddr> {
    let address = |data: &RData| match data {
        RData::A(a) => Some(IpAddr::V4(a.0)),
        _ => None,
    };
    message.answers.iter().filter_map(|record| address(&record.data)).collect()
}

/// The address of a name that has just one, at which its port is open.
async fn resolved(server: SocketAddr, name: &str, port: u16) -> IpAddr {
    let answer = ask(server, name, RecordType::A).await;
    assert_eq!(answer.metadata.response_code, ResponseCode::NoError, "{name}");
    assert!(answer.metadata.authoritative);
    let [address] = addresses(&answer)[..] else { panic!("{name}: {answer:?}") };
    TcpStream::connect((address, port)).await.unwrap_or_else(|error| panic!("{name} at {address}:{port}: {error}"));
    address
}

async fn code(server: SocketAddr, name: &str) -> ResponseCode {
    ask(server, name, RecordType::A).await.metadata.response_code
}

impl App {
    async fn group(&self, id: &str, parameters: &[(&str, &str)]) -> Vec<String> {
        let common = [
            ("ReplicationGroupId", id),
            ("ReplicationGroupDescription", "-"),
            ("Engine", "valkey"),
            ("CacheNodeType", "cache.t3.micro"),
        ];
        self.done("CreateReplicationGroup", &[&common, parameters].concat()).await;
        let waited = timeout(LIMIT, async {
            loop {
                let group = self.done("DescribeReplicationGroups", &[("ReplicationGroupId", id)]).await;
                if group.texts("Status").first().is_some_and(|status| status == "available") {
                    return group.texts("Address");
                }
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
            }
        });
        waited.await.expect("a group in time")
    }
}

#[tokio::test]
async fn every_endpoint_has_its_name_and_the_standard_port() {
    let server = address(0);
    let app = App::with(&["--dns", &server.to_string()]).await;
    let redis = app.redis("mine").await.cache_nodes.expect("nodes").remove(0).endpoint.expect("an endpoint");
    let name = redis.address.expect("an address");
    let [_, hash, ..] = name.split('.').collect::<Vec<_>>()[..] else { panic!("{name}") };
    assert_eq!((name.as_str(), redis.port), (&*format!("mine.{hash}.0001.use1.cache.cachette.test"), Some(6379)));
    assert!(hash.len() == 6 && hash.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));
    let mut found = vec![resolved(server, &name, 6379).await];

    let memcached = app.memcached("many", 2).await;
    let configuration = memcached.configuration_endpoint.expect("an endpoint");
    let nodes = memcached.cache_nodes.expect("nodes").into_iter().map(|node| node.endpoint.expect("an endpoint"));
    for (endpoint, name) in [configuration].into_iter().chain(nodes).zip(["cfg", "0001", "0002"]) {
        let expected = format!("many.{hash}.{name}.use1.cache.cachette.test");
        assert_eq!((endpoint.address.as_ref(), endpoint.port), (Some(&expected), Some(11211)));
        found.push(resolved(server, &expected, 11211).await);
    }

    let two = [("NumCacheClusters", "2")];
    let sharded = [
        ("NumNodeGroups", "1"),
        ("ReplicasPerNodeGroup", "1"),
        ("CacheParameterGroupName", "default.valkey8.cluster.on"),
    ];
    let encrypted = [("TransitEncryptionEnabled", "true")];
    for (id, parameters, expected) in [
        (
            "pair",
            two.to_vec(),
            vec!["pair.HASH.ng.0001", "pair-ro.HASH.ng.0001", "pair-001.HASH.0001", "pair-002.HASH.0001"],
        ),
        (
            "safe",
            [&two[..], &encrypted].concat(),
            vec!["master.safe.HASH", "replica.safe.HASH", "safe-001.safe.HASH", "safe-002.safe.HASH"],
        ),
        ("wide", sharded.to_vec(), vec!["wide.HASH.clustercfg"]),
        ("both", [&sharded[..], &encrypted].concat(), vec!["clustercfg.both.HASH"]),
    ] {
        let shown = app.group(id, &parameters).await;
        let expected: Vec<_> =
            expected.iter().map(|name| format!("{}.use1.cache.cachette.test", name.replace("HASH", hash))).collect();
        let (mut sorted, mut wanted) = (shown.clone(), expected.clone());
        sorted.sort();
        wanted.sort();
        assert_eq!(sorted, wanted, "{id}");
        for name in expected {
            found.push(resolved(server, &name, 6379).await);
        }
    }
    let count = found.len();
    found.sort();
    found.dedup();
    assert_eq!(found.len(), count, "each has an address of its own");
}

/// The reader endpoint of one has the name of the primary of the other.
#[tokio::test]
async fn the_name_of_a_primary_leads_to_it_whatever_else_has_it() {
    let server = address(6);
    let app = App::with(&["--dns", &server.to_string()]).await;
    app.group("pair", &[("NumCacheClusters", "2")]).await;
    let shown = app.group("pair-ro", &[("NumCacheClusters", "2")]).await;
    let name = shown.iter().find(|name| name.starts_with("pair-ro.")).expect("its primary's name");
    let with_both = resolved(server, name, 6379).await;
    app.done("DeleteReplicationGroup", &[("ReplicationGroupId", "pair")]).await;
    let gone = async {
        while code(server, &name.replacen("pair-ro", "pair", 1)).await != ResponseCode::NXDomain {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    timeout(LIMIT, gone).await.expect("the other is gone");
    assert_eq!(resolved(server, name, 6379).await, with_both);
}

#[tokio::test]
async fn a_serverless_cache_has_one_name_with_two_ports() {
    let server = address(1);
    let app = App::with(&["--dns", &server.to_string(), "--dns-zone", "AmazonAWS.com."]).await;
    app.done("CreateServerlessCache", &[("ServerlessCacheName", "mine"), ("Engine", "valkey")]).await;
    let waited = timeout(LIMIT, async {
        loop {
            let cache = app.done("DescribeServerlessCaches", &[]).await;
            if cache.texts("Status").first().is_some_and(|status| status == "available") {
                return (cache.texts("Address"), cache.texts("Port"));
            }
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    });
    let (names, ports) = waited.await.expect("a cache in time");
    assert_eq!(ports, ["6379", "6380"]);
    assert_eq!(names[0], names[1]);
    assert!(names[0].starts_with("mine-") && names[0].ends_with(".serverless.use1.cache.amazonaws.com"), "{names:?}");
    assert_eq!(resolved(server, &names[0], 6379).await, resolved(server, &names[1], 6380).await);
}

#[tokio::test]
async fn questions_are_answered_as_the_zone_s_authority() {
    let server = address(2);
    let app = App::with(&["--dns", &server.to_string()]).await;
    let endpoint = app.redis("mine").await.cache_nodes.expect("nodes").remove(0).endpoint.expect("an endpoint");
    let name = endpoint.address.expect("an address");
    let address = resolved(server, &name, 6379).await;
    assert_eq!(addresses(&ask(server, &name.to_uppercase(), RecordType::A).await), [address]);
    assert_eq!(addresses(&ask_by_tcp(server, &name).await), [address]);
    let answer = ask(server, &name, RecordType::AAAA).await;
    assert_eq!((answer.metadata.response_code, answer.answers.len()), (ResponseCode::NoError, 0));
    assert!(matches!(answer.authorities[0].data, RData::SOA(_)), "{answer:?}");
    // There are names below it, so it is not said that there is none.
    assert_eq!(code(server, "use1.cache.cachette.test").await, ResponseCode::NoError);
    assert_eq!(code(server, "other.use1.cache.cachette.test").await, ResponseCode::NXDomain);
    for (of, is) in [(RecordType::SOA, "SOA"), (RecordType::NS, "NS")] {
        let answer = ask(server, "cache.cachette.test", of).await;
        assert_eq!(answer.answers.first().map(Record::record_type), Some(of), "{is}");
    }
    for foreign in ["cachette.test", "other-cache.cachette.test", "example.com", "localhost"] {
        assert_eq!(code(server, foreign).await, ResponseCode::Refused, "{foreign}");
    }
    app.done("DeleteCacheCluster", &[("CacheClusterId", "mine")]).await;
    assert_eq!(code(server, &name).await, ResponseCode::NXDomain);
}

#[tokio::test]
async fn other_names_are_asked_of_another_server() {
    let (server, upstream) = (address(3), UdpSocket::bind("127.0.0.1:0").await.expect("a socket"));
    let upstream_address = upstream.local_addr().expect("an address").to_string();
    let app = App::with(&["--dns", &server.to_string(), "--dns-upstream", &upstream_address]).await;
    let answering = async {
        let mut asked = vec![0; 4096];
        let (length, from) = upstream.recv_from(&mut asked).await.expect("a question");
        let mut answer = Message::from_vec(&asked[..length]).expect("a message").into_response();
        answer.metadata.response_code = ResponseCode::NXDomain;
        upstream.send_to(&answer.to_vec().expect("an answer"), from).await.expect("sent");
    };
    let (code, ()) = tokio::join!(code(server, "example.com"), answering);
    assert_eq!(code, ResponseCode::NXDomain);
    drop(app);
}

#[tokio::test]
async fn a_dns_server_that_cannot_be_is_told_in_one_line() {
    let taken = TcpListener::bind(address(4)).await.expect("a port");
    let taken = taken.local_addr().expect("an address").to_string();
    let own = address(5).to_string();
    for (flags, reason) in [
        (vec!["--dns", &taken], format!("--dns {taken}: the port is in use by another program; name another")),
        (vec!["--dns", "192.0.2.1:53"], "--dns 192.0.2.1:53: this machine does not have that address".to_owned()),
        (vec!["--dns", &own, "--dns-upstream", &own], "--dns-upstream: that is this server's own address".to_owned()),
        (vec!["--dns", "127.0.0.1:0", "--dns-zone", "no zone"], "--dns-zone: \"no zone\" is no DNS zone".to_owned()),
    ] {
        let error = App::refused_start(&flags).await;
        assert!(error.starts_with(&reason) && !error.contains('\n'), "{error}");
    }
}
