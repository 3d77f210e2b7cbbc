//! Whatever is in a group is in the group that is made of its snapshot, whatever the number of shards and the engine.

use std::{collections::BTreeMap, fmt::Write};

use cachette::{
    model::{GroupPhase, SlotSet},
    protocol::{Operation, types},
};
use proptest::{
    collection::{btree_map, btree_set, vec},
    prelude::*,
    strategy::ValueTree,
    test_runner::{RngAlgorithm, TestRng, TestRunner},
};
use redis::{Cmd, FromRedisValue, aio::MultiplexedConnection};

use crate::{
    snapshots::{drop_group, take_group, until_group},
    world::{GROUP, Shape, World, scope},
};

/// How many groups are saved in a run that nobody asked for more in.
const CASES: usize = 3;

/// A text.
type Text = Vec<u8>;

/// What a key holds.
#[derive(Clone, Debug)]
enum Value {
    Text(Text),
    Number(i64),
    Bit(u32),
    List(Vec<Text>),
    /// A set of whole numbers only.
    Numbers(Vec<i32>),
    Words(Vec<Text>),
    Scores(BTreeMap<Text, f64>),
    Fields(BTreeMap<Text, Text>),
    /// A stream, of whose entries the groups have read so many, and confirmed every other one.
    Stream(Vec<Text>, Vec<usize>),
    Seen(Vec<Text>),
}

/// When a key goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Never,
    /// In so many milliseconds, which is long after the test.
    Later(u32),
    /// It is over by the time that the snapshot is taken.
    Soon,
}

/// A group that is saved, and one that is made of it.
#[derive(Clone, Debug)]
struct Trip {
    /// `None` without cluster mode.
    from: Option<i32>,
    to: Option<i32>,
    engine: &'static str,
    keys: Vec<(Text, Value, End)>,
}

/// Short ones, which are kept packed, and some that are not.
fn text() -> impl Strategy<Value = Text> {
    prop_oneof![6 => vec(any::<u8>(), 0..60), 2 => vec(any::<u8>(), 65..300), 1 => "[a-c]{0,500}".prop_map(Text::from)]
}

fn large() -> impl Strategy<Value = Text> {
    (any::<u8>(), 1..2_000_000_usize).prop_map(|(byte, length)| {
        (0..length)
            .map(|place| byte.wrapping_mul(place.to_le_bytes()[0]).wrapping_add(place.to_le_bytes()[1]))
            .collect()
    })
}

/// Few elements are kept packed, more than 128 or 512 are not.
fn size() -> impl Strategy<Value = std::ops::Range<usize>> {
    prop_oneof![4 => Just(1..20_usize), 1 => Just(130..140_usize), 1 => Just(515..530_usize)]
}

fn value() -> impl Strategy<Value = Value> {
    let score = prop_oneof![any::<i32>().prop_map(f64::from), -1e9..1e9_f64, Just(f64::INFINITY), Just(-0.0)];
    prop_oneof![
        text().prop_map(Value::Text),
        large().prop_map(Value::Text),
        any::<i64>().prop_map(Value::Number),
        (0..200_000_u32).prop_map(Value::Bit),
        size().prop_flat_map(|size| vec(text(), size)).prop_map(Value::List),
        size().prop_flat_map(|size| vec(any::<i32>(), size)).prop_map(Value::Numbers),
        size().prop_flat_map(|size| btree_set(text(), size)).prop_map(|set| Value::Words(set.into_iter().collect())),
        size().prop_flat_map(move |size| btree_map(text(), score.clone(), size)).prop_map(Value::Scores),
        size().prop_flat_map(|size| btree_map(text(), text(), size)).prop_map(Value::Fields),
        (size().prop_flat_map(|size| vec(text(), size)), vec(0..30_usize, 0..3))
            .prop_map(|(entries, read)| Value::Stream(entries, read)),
        vec(text(), 1..40).prop_map(Value::Seen),
    ]
}

fn key() -> impl Strategy<Value = Text> {
    let tagged = (vec(any::<u8>(), 0..9), "[a-f]").prop_map(|(name, tag)| [b"{", tag.as_bytes(), b"}", &name].concat());
    prop_oneof![vec(any::<u8>(), 0..30), tagged, "[a-z]{1,8}:[0-9]{1,5}".prop_map(Text::from)]
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![3 => Just(End::Never), 2 => (600_000..u32::MAX).prop_map(End::Later), 1 => Just(End::Soon)]
}

fn trip() -> impl Strategy<Value = Trip> {
    let shards = || prop_oneof![Just(None), (1..4_i32).prop_map(Some)];
    let keys = btree_map(key(), (value(), end()), 40..80);
    (shards(), shards(), prop_oneof![Just("redis"), Just("valkey")], keys).prop_map(|(from, to, engine, keys)| Trip {
        from,
        // A group with cluster mode stays one.
        to: to.or(from),
        engine,
        keys: keys.into_iter().map(|(key, (value, end))| (key, value, end)).collect(),
    })
}

fn command(name: &str, key: &[u8]) -> Cmd {
    let mut command = redis::cmd(name);
    command.arg(key);
    command
}

impl Value {
    /// What makes the key `key` hold this.
    fn commands(&self, key: &[u8]) -> Vec<Cmd> {
        let with = |name: &str| command(name, key);
        match self {
            Self::Text(text) => vec![with("SET").arg(text).clone()],
            Self::Number(number) => vec![with("SET").arg(*number).clone()],
            Self::Bit(place) => vec![with("SETBIT").arg(*place).arg(1).clone()],
            Self::List(items) => vec![with("RPUSH").arg(items).clone()],
            Self::Numbers(items) => vec![with("SADD").arg(items).clone()],
            Self::Words(items) => vec![with("SADD").arg(items).clone()],
            Self::Scores(scores) => {
                scores.iter().map(|(member, score)| with("ZADD").arg(*score).arg(member).clone()).collect()
            }
            Self::Fields(fields) => {
                fields.iter().map(|(field, value)| with("HSET").arg(field).arg(value).clone()).collect()
            }
            Self::Seen(items) => vec![with("PFADD").arg(items).clone()],
            Self::Stream(entries, groups) => Self::stream(key, entries, groups),
        }
    }

    fn stream(key: &[u8], entries: &[Text], groups: &[usize]) -> Vec<Cmd> {
        let with = |name: &str| command(name, key);
        let id = |place: usize| format!("7-{}", place + 1);
        let mut commands: Vec<Cmd> = (0..entries.len())
            .map(|place| with("XADD").arg(id(place)).arg("field").arg(&entries[place]).clone())
            .collect();
        commands.push(with("XDEL").arg(id(entries.len() / 2)).clone());
        for (number, read) in groups.iter().enumerate() {
            let group = format!("group-{number}");
            commands.push(redis::cmd("XGROUP").arg("CREATE").arg(key).arg(&group).arg("0").clone());
            if *read > 0 {
                let mut reading = redis::cmd("XREADGROUP");
                reading.arg("GROUP").arg(&group).arg("reader").arg("COUNT").arg(*read).arg("STREAMS").arg(key).arg(">");
                commands.push(reading);
            }
            commands.extend((0..*read).step_by(2).map(|place| with("XACK").arg(&group).arg(id(place)).clone()));
        }
        commands
    }
}

/// The primaries of a group, each with its slots.
struct Clients(Vec<(SlotSet, MultiplexedConnection)>);

impl Clients {
    async fn of(world: &World, id: &str) -> Self {
        let group = world.tables().replication_groups.get(&scope(), id).cloned().expect("a group");
        let mut clients = Vec::new();
        for shard in group.node_groups.values() {
            let port = world.node_port(&shard.primary.cache_cluster_id);
            clients.push((shard.slots.clone(), world.connect(port).await.expect("a connection")));
        }
        Self(clients)
    }

    /// The one that a key belongs to.
    async fn of_key(&mut self, key: &[u8]) -> &mut MultiplexedConnection {
        let mut place = 0;
        if self.0[0].0.is_empty() {
            return &mut self.0[0].1;
        }
        let slot: u16 =
            redis::cmd("CLUSTER").arg("KEYSLOT").arg(key).query_async(&mut self.0[0].1).await.expect("a slot");
        while !self.0[place].0.contains(slot) {
            place += 1;
        }
        &mut self.0[place].1
    }

    async fn keys(&mut self) -> usize {
        let mut keys = 0;
        for (_, connection) in &mut self.0 {
            keys += redis::cmd("DBSIZE").query_async::<usize>(connection).await.expect("a number");
        }
        keys
    }
}

async fn ask<T: FromRedisValue>(connection: &mut MultiplexedConnection, command: &Cmd) -> T {
    command.query_async(connection).await.unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// All that can be asked of a key, in the same words for the same. What has no order is put in one.
async fn state(connection: &mut MultiplexedConnection, key: &[u8]) -> String {
    let kind: String = ask(connection, &command("TYPE", key)).await;
    let expires: i64 = ask(connection, &command("PEXPIRETIME", key)).await;
    let mut state = format!("{kind} {expires} ");
    let rest = match kind.as_str() {
        "none" => String::new(),
        "string" => format!("{:?}", ask::<Text>(connection, &command("GET", key)).await),
        "list" => format!("{:?}", ask::<Vec<Text>>(connection, command("LRANGE", key).arg(0).arg(-1)).await),
        "set" => {
            let mut members: Vec<Text> = ask(connection, &command("SMEMBERS", key)).await;
            members.sort_unstable();
            format!("{members:?}")
        }
        "hash" => format!("{:?}", ask::<BTreeMap<Text, Text>>(connection, &command("HGETALL", key)).await),
        "zset" => {
            let mut asked = command("ZRANGE", key);
            // As numbers: engines write them out in different ways.
            format!("{:?}", ask::<Vec<(Text, f64)>>(connection, asked.arg(0).arg(-1).arg("WITHSCORES")).await)
        }
        "stream" => {
            let entries: redis::Value = ask(connection, command("XRANGE", key).arg("-").arg("+")).await;
            let groups: Vec<BTreeMap<String, redis::Value>> =
                ask(connection, redis::cmd("XINFO").arg("GROUPS").arg(key)).await;
            let mut stream = format!("{entries:?} {groups:?}");
            for number in 0..groups.len() {
                let mut asked = command("XPENDING", key);
                let pending: redis::Value = ask(connection, asked.arg(format!("group-{number}"))).await;
                write!(stream, " {pending:?}").expect("text");
            }
            stream
        }
        other => panic!("{other}"),
    };
    state.push_str(&rest);
    state
}

async fn make(world: &World, trip: &Trip) {
    let clustered = trip.from.is_some();
    let shape = Shape { clustered, shards: trip.from.unwrap_or(1), replicas: 0, automatic_failover: clustered };
    world.create(&shape).await;
    world.until("available", World::is_available).await;
}

async fn run(world: &World, trip: &Trip) {
    make(world, trip).await;
    let mut saved = Clients::of(world, GROUP).await;
    let mut before = BTreeMap::new();
    for (key, value, end) in &trip.keys {
        let connection = saved.of_key(key).await;
        for command in value.commands(key) {
            ask::<redis::Value>(connection, &command).await;
        }
        match end {
            End::Never => {}
            End::Later(time) => ask(connection, command("PEXPIRE", key).arg(*time)).await,
            End::Soon => ask(connection, command("PEXPIRE", key).arg(5)).await,
        }
        if *end != End::Soon {
            before.insert(key.clone(), state(connection, key).await);
        }
    }
    take_group(world, "s").await;
    let create = types::CreateReplicationGroupMessage {
        replication_group_id: "h".into(),
        replication_group_description: "d".into(),
        snapshot_name: Some("s".into()),
        engine: Some(trip.engine.into()),
        engine_version: Some(if trip.engine == "redis" { "7.0" } else { "8.0" }.into()),
        num_node_groups: trip.to,
        replicas_per_node_group: Some(0),
        ..types::CreateReplicationGroupMessage::default()
    };
    world.execute(Operation::CreateReplicationGroup(Box::new(create))).await;
    until_group(world, "h", GroupPhase::Available).await;
    let mut restored = Clients::of(world, "h").await;
    assert_eq!(restored.0.len(), usize::try_from(trip.to.unwrap_or(1)).expect("few"));
    for (key, value, _) in &trip.keys {
        let after = state(restored.of_key(key).await, key).await;
        let expected = before.get(key).map_or("none -2 ", String::as_str);
        // Not all of them in the message: they may be long.
        assert!(
            after == expected,
            "{} {:.200} is {after:.200} and was {expected:.200}",
            key.escape_ascii(),
            format!("{value:?}")
        );
    }
    assert_eq!(restored.keys().await, before.len(), "there are no others");
    drop_group(world, "h", None).await;
    drop_group(world, GROUP, None).await;
    let delete = types::DeleteSnapshotMessage { snapshot_name: "s".into() };
    world.execute(Operation::DeleteSnapshot(Box::new(delete))).await;
    world.until("gone", |world| crate::snapshots::snapshot(world, "s").is_none()).await;
}

#[tokio::test]
async fn what_was_saved_is_what_is_restored() {
    let variable = |name| std::env::var(name).ok().and_then(|value| value.parse::<usize>().ok());
    let seed = variable("CACHETTE_TEST_SEED").and_then(|seed| u8::try_from(seed).ok()).unwrap_or(1);
    let mut runner =
        TestRunner::new_with_rng(ProptestConfig::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]));
    let mut trips: Vec<Trip> = (0..variable("CACHETTE_TEST_CASES").unwrap_or(CASES))
        .map(|_| trip().new_tree(&mut runner).expect("one").current())
        .collect();
    // Whatever chance says, shards are split and put together, and slots are given to keys that had none.
    for (trip, (from, to)) in trips.iter_mut().zip([(Some(1), Some(2)), (Some(3), Some(2)), (None, Some(2))]) {
        (trip.from, trip.to) = (from, to);
    }
    let world = World::new().await;
    for trip in trips {
        println!("{:?} to {:?} {}", trip.from, trip.to, trip.engine);
        run(&world, &trip).await;
    }
    world.end().await;
}
