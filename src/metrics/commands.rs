//! Which commands belong to which of `ElastiCache`'s classes, such as `HashBasedCmds`. By the categories that Valkey 8
//! itself puts its commands in; what later versions brought stands with its like.

use std::{collections::HashMap, sync::LazyLock};

macro_rules! classes {
    ($($(#[$doc:meta])* $class:ident: $calls:literal, $latency:literal;)*) => {
        /// A class of commands.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(super) enum Class {
            $($(#[$doc])* $class,)*
        }

        impl Class {
            /// Every class.
            pub(super) const ALL: [Self; [$(Self::$class),*].len()] = [$(Self::$class),*];

            /// The metric that counts its calls.
            pub(super) fn calls_metric(self) -> &'static str {
                match self { $(Self::$class => $calls,)* }
            }

            /// The metric of what a call of it takes.
            pub(super) fn latency_metric(self) -> &'static str {
                match self { $(Self::$class => $latency,)* }
            }
        }
    };
}

classes! {
    /// About the cluster.
    Cluster: "ClusterBasedCmds", "ClusterBasedCmdsLatency";
    /// Scripts and functions.
    Eval: "EvalBasedCmds", "EvalBasedCmdsLatency";
    /// Places on earth.
    GeoSpatial: "GeoSpatialBasedCmds", "GeoSpatialBasedCmdsLatency";
    /// All that read keys.
    GetType: "GetTypeCmds", "GetTypeCmdsLatency";
    /// Hashes.
    Hash: "HashBasedCmds", "HashBasedCmdsLatency";
    /// Estimates of how many.
    HyperLogLog: "HyperLogLogBasedCmds", "HyperLogLogBasedCmdsLatency";
    /// JSON documents.
    Json: "JsonBasedCmds", "JsonBasedCmdsLatency";
    /// Those of JSON documents that read.
    JsonGet: "JsonBasedGetCmds", "JsonBasedGetCmdsLatency";
    /// Those of JSON documents that write.
    JsonSet: "JsonBasedSetCmds", "JsonBasedSetCmdsLatency";
    /// Keys, whatever they hold.
    Key: "KeyBasedCmds", "KeyBasedCmdsLatency";
    /// Lists.
    List: "ListBasedCmds", "ListBasedCmdsLatency";
    /// All that are about no key.
    NonKeyType: "NonKeyTypeCmds", "NonKeyTypeCmdsLatency";
    /// Channels.
    PubSub: "PubSubBasedCmds", "PubSubBasedCmdsLatency";
    /// Sets.
    Set: "SetBasedCmds", "SetBasedCmdsLatency";
    /// All that write keys.
    SetType: "SetTypeCmds", "SetTypeCmdsLatency";
    /// Sorted sets.
    SortedSet: "SortedSetBasedCmds", "SortedSetBasedCmdsLatency";
    /// Strings.
    String: "StringBasedCmds", "StringBasedCmdsLatency";
    /// Streams.
    Stream: "StreamBasedCmds", "StreamBasedCmdsLatency";
    /// Bloom filters.
    BloomFilter: "BloomFilterBasedCmds", "BloomFilterBasedCmdsLatency";
    /// Searches.
    Search: "SearchBasedCmds", "SearchBasedCmdsLatency";
    /// Those of searches that read.
    SearchGet: "SearchBasedGetCmds", "SearchBasedGetCmdsLatency";
    /// Those of searches that write.
    SearchSet: "SearchBasedSetCmds", "SearchBasedSetCmdsLatency";
}

const STRINGS: &str = "append decr decrby delifeq get getdel getex getrange getset incr incrby incrbyfloat lcs mget mset \
    msetex msetnx psetex set setex setnx setrange strlen substr";
const HASHES: &str = "hdel hexists hexpire hexpireat hexpiretime hget hgetall hgetdel hgetex hincrby hincrbyfloat hkeys \
    hlen hmget hmset hpersist hpexpire hpexpireat hpexpiretime hpttl hrandfield hscan hset hsetex hsetnx hstrlen httl \
    hvals";
const LISTS: &str = "blmove blmpop blpop brpop brpoplpush lindex linsert llen lmove lmpop lpop lpos lpush lpushx lrange \
    lrem lset ltrim rpop rpoplpush rpush rpushx";
const SETS: &str = "sadd scard sdiff sdiffstore sinter sintercard sinterstore sismember smembers smismember smove spop \
    srandmember srem sscan sunion sunionstore";
const SORTED_SETS: &str = "bzmpop bzpopmax bzpopmin zadd zcard zcount zdiff zdiffstore zincrby zinter zintercard \
    zinterstore zlexcount zmpop zmscore zpopmax zpopmin zrandmember zrange zrangebylex zrangebyscore zrangestore zrank \
    zrem zremrangebylex zremrangebyrank zremrangebyscore zrevrange zrevrangebylex zrevrangebyscore zrevrank zscan zscore \
    zunion zunionstore";
const HYPER_LOG_LOGS: &str = "pfadd pfcount pfdebug pfmerge pfselftest";
const GEO: &str = "geoadd geodist geohash geopos georadius georadius_ro georadiusbymember georadiusbymember_ro geosearch \
    geosearchstore";
const STREAMS: &str = "xack xadd xautoclaim xclaim xdel xgroup xinfo xlen xpending xrange xread xreadgroup xrevrange \
    xsetid xtrim";
const PUB_SUB: &str = "psubscribe publish pubsub punsubscribe spublish ssubscribe subscribe sunsubscribe unsubscribe";
const SCRIPTS: &str = "eval eval_ro evalsha evalsha_ro fcall fcall_ro";
const KEYS: &str = "copy del dump exists expire expireat expiretime migrate move object persist pexpire pexpireat \
    pexpiretime pttl rename renamenx restore restore-asking sort sort_ro touch ttl type unlink";
const READING: &str = "bitcount bitfield_ro bitpos dump exists expiretime geodist geohash geopos georadius_ro \
    georadiusbymember_ro geosearch get getbit getrange hexists hexpiretime hget hgetall hkeys hlen hmget hpexpiretime \
    hpttl hrandfield hscan hstrlen httl hvals lcs lindex llen lpos lrange mget object pexpiretime pfcount pttl scard \
    sdiff sinter sintercard sismember smembers smismember sort_ro srandmember sscan strlen substr sunion touch ttl type \
    xinfo xlen xpending xrange xread xrevrange zcard zcount zdiff zinter zintercard zlexcount zmscore zrandmember zrange \
    zrangebylex zrangebyscore zrank zrevrange zrevrangebylex zrevrangebyscore zrevrank zscan zscore zunion";
const WRITING: &str = "append bitfield bitop blmove blmpop blpop brpop brpoplpush bzmpop bzpopmax bzpopmin copy decr \
    decrby del delifeq expire expireat geoadd georadius georadiusbymember geosearchstore getdel getex getset hdel \
    hexpire hexpireat hgetdel hgetex hincrby hincrbyfloat hmset hpersist hpexpire hpexpireat hset hsetex hsetnx incr \
    incrby incrbyfloat linsert lmove lmpop lpop lpush lpushx lrem lset ltrim migrate move mset msetex msetnx persist \
    pexpire pexpireat pfadd pfdebug pfmerge psetex rename renamenx restore restore-asking rpop rpoplpush rpush rpushx \
    sadd sdiffstore set setbit setex setnx setrange sinterstore smove sort spop srem sunionstore unlink xack xadd \
    xautoclaim xclaim xdel xgroup xreadgroup xsetid xtrim zadd zdiffstore zincrby zinterstore zmpop zpopmax zpopmin \
    zrangestore zrem zremrangebylex zremrangebyrank zremrangebyscore zunionstore";
const WITHOUT_KEYS: &str = "acl asking auth bgrewriteaof bgsave client command config dbsize debug discard echo exec \
    failover flushall flushdb function hello info keys lastsave latency lolwut memory module monitor multi pfselftest \
    ping psubscribe psync publish pubsub punsubscribe quit randomkey readonly readwrite replconf replicaof reset role \
    save scan script select shutdown slaveof slowlog subscribe swapdb sync time unsubscribe unwatch wait waitaof cluster \
    commandlog";
const JSON_READING: &str = "json.arrindex json.arrlen json.debug json.get json.mget json.objkeys json.objlen json.resp \
    json.strlen json.type";
const SEARCH_READING: &str = "ft._list ft.aggregate ft.info ft.search";

/// The classes of each command that has some.
static CLASSES: LazyLock<HashMap<&'static str, Vec<Class>>> = LazyLock::new(|| {
    let mut classes = HashMap::<_, Vec<_>>::new();
    for (class, commands) in [
        (Class::String, STRINGS),
        (Class::Hash, HASHES),
        (Class::List, LISTS),
        (Class::Set, SETS),
        (Class::SortedSet, SORTED_SETS),
        (Class::HyperLogLog, HYPER_LOG_LOGS),
        (Class::GeoSpatial, GEO),
        (Class::Stream, STREAMS),
        (Class::PubSub, PUB_SUB),
        (Class::Eval, SCRIPTS),
        (Class::Key, KEYS),
        (Class::GetType, READING),
        (Class::SetType, WRITING),
        (Class::NonKeyType, WITHOUT_KEYS),
        (Class::Cluster, "cluster"),
        (Class::JsonGet, JSON_READING),
        (Class::SearchGet, SEARCH_READING),
    ] {
        for command in commands.split_ascii_whitespace() {
            classes.entry(command).or_default().push(class);
        }
    }
    classes
});

/// The classes that a command counts for, by its name as the engine counts it: `hget`, `cluster|slots`.
pub(super) fn classes_of(command: &str) -> impl Iterator<Item = Class> + '_ {
    let command = command.split('|').next().unwrap_or_default();
    let plain = CLASSES.get(command).map(Vec::as_slice).unwrap_or_default();
    plain.iter().copied().chain(classes_of_module(command, plain))
}

/// The classes of a command by the module that its name says it is of.
fn classes_of_module(command: &str, plain: &[Class]) -> impl Iterator<Item = Class> + use<> {
    let (all, writing) = match command.split_once('.') {
        Some(("json", _)) => (Some(Class::Json), (!plain.contains(&Class::JsonGet)).then_some(Class::JsonSet)),
        Some(("ft", _)) => (Some(Class::Search), (!plain.contains(&Class::SearchGet)).then_some(Class::SearchSet)),
        Some(("bf", _)) => (Some(Class::BloomFilter), None),
        _ => (None, None),
    };
    all.into_iter().chain(writing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(command: &str) -> Vec<Class> {
        classes_of(command).collect()
    }

    #[test]
    fn commands_count_for_what_they_are_about_and_for_whether_they_write() {
        assert_eq!(of("hget"), [Class::Hash, Class::GetType]);
        assert_eq!(of("set"), [Class::String, Class::SetType]);
        assert_eq!(of("cluster|slots"), [Class::NonKeyType, Class::Cluster]);
        assert_eq!(of("json.get"), [Class::JsonGet, Class::Json]);
        assert_eq!(of("json.set"), [Class::Json, Class::JsonSet]);
        assert_eq!(of("bf.add"), [Class::BloomFilter]);
        assert_eq!(of("nonsense"), []);
    }

    #[test]
    fn no_command_both_reads_and_writes_or_stands_twice() {
        for (command, classes) in CLASSES.iter() {
            let count = |class| classes.iter().filter(|of| **of == class).count();
            assert!(count(Class::GetType) + count(Class::SetType) + count(Class::NonKeyType) <= 1, "{command}");
            assert!(Class::ALL.into_iter().all(|class| count(class) <= 1), "{command}");
        }
    }
}
