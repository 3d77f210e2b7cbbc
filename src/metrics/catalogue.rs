//! Which metrics there are: `ElastiCache`'s names and units, and what of an engine each one is made of. From the user
//! guide's lists of metrics for Redis, Valkey and Memcached.
//!
//! Those that no engine here can yield are not in it: credits of burstable nodes, allowances of a network that nobody
//! limits, data tiering, durability, and what only the service itself could count. `docs/metrics.md` names them.

use std::{collections::HashMap, sync::LazyLock};

use super::commands::Class;
use crate::model::Engine;

/// What a metric is measured in, by `CloudWatch`'s names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// How many.
    Count,
    /// Microseconds.
    Microseconds,
    /// Milliseconds.
    Milliseconds,
    /// No unit: a ratio, say.
    None,
    /// Hundredths.
    Percent,
    /// Seconds.
    Seconds,
}

impl Unit {
    /// The unit on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bytes => "Bytes",
            Self::Count => "Count",
            Self::Microseconds => "Microseconds",
            Self::Milliseconds => "Milliseconds",
            Self::None => "None",
            Self::Percent => "Percent",
            Self::Seconds => "Seconds",
        }
    }
}

/// How a metric comes out of what an engine says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The field as it is.
    Value(&'static str),
    /// By how much the field has risen in the minute.
    Rise(&'static str),
    /// Worked out of several fields, see [`reading`](super::reading).
    Derived,
}

/// A metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Definition {
    pub(super) name: &'static str,
    pub(super) unit: Unit,
    pub(super) source: Source,
}

const fn value(name: &'static str, unit: Unit, field: &'static str) -> Definition {
    Definition { name, unit, source: Source::Value(field) }
}

const fn rise(name: &'static str, unit: Unit, field: &'static str) -> Definition {
    Definition { name, unit, source: Source::Rise(field) }
}

const fn derived(name: &'static str, unit: Unit) -> Definition {
    Definition { name, unit, source: Source::Derived }
}

/// What every node has beside what its engine counts.
const HOST: &[Definition] = &[
    derived("CPUUtilization", Unit::Percent),
    derived("FreeableMemory", Unit::Bytes),
    derived("SwapUsage", Unit::Bytes),
    derived("NetworkPacketsIn", Unit::Count),
    derived("NetworkPacketsOut", Unit::Count),
];

/// Of Redis and Valkey, but for those of the classes of commands.
const REDIS: &[Definition] = &[
    rise("ActiveDefragHits", Unit::None, "active_defrag_hits"),
    value("AllocatorFragmentationBytes", Unit::Bytes, "allocator_frag_bytes"),
    value("AllocatorFragmentationRatio", Unit::None, "allocator_frag_ratio"),
    rise("AuthenticationFailures", Unit::Count, "acl_access_denied_auth"),
    value("BlockedConnections", Unit::Count, "blocked_clients"),
    value("BytesUsedForCache", Unit::Bytes, "used_memory"),
    rise("CacheHits", Unit::Count, "keyspace_hits"),
    rise("CacheMisses", Unit::Count, "keyspace_misses"),
    derived("CacheHitRate", Unit::Percent),
    rise("CommandAuthorizationFailures", Unit::Count, "acl_access_denied_cmd"),
    rise("KeyAuthorizationFailures", Unit::Count, "acl_access_denied_key"),
    rise("ChannelAuthorizationFailures", Unit::Count, "acl_access_denied_channel"),
    value("CurrConnections", Unit::Count, "connected_clients"),
    derived("CurrItems", Unit::Count),
    derived("CurrVolatileItems", Unit::Count),
    derived("DatabaseCapacityUsagePercentage", Unit::Percent),
    derived("DatabaseCapacityUsageCountedForEvictPercentage", Unit::Percent),
    derived("DatabaseMemoryUsagePercentage", Unit::Percent),
    derived("DatabaseMemoryUsageCountedForEvictPercentage", Unit::Percent),
    derived("DB0AverageTTL", Unit::Milliseconds),
    derived("EngineCPUUtilization", Unit::Percent),
    rise("ErrorCount", Unit::Count, "total_error_replies"),
    rise("Evictions", Unit::Count, "evicted_keys"),
    derived("GlobalDatastoreReplicationLag", Unit::Seconds),
    derived("IsMaster", Unit::Count),
    value("KeysTracked", Unit::Count, "tracking_total_keys"),
    value("MemoryFragmentationRatio", Unit::None, "mem_fragmentation_ratio"),
    derived("MasterLinkHealthStatus", Unit::Count),
    rise("NetworkBytesIn", Unit::Bytes, "total_net_input_bytes"),
    rise("NetworkBytesOut", Unit::Bytes, "total_net_output_bytes"),
    rise("NewConnections", Unit::Count, "total_connections_received"),
    rise("ProcessedCommands", Unit::Count, "total_commands_processed"),
    value("PubSubChannels", Unit::Count, "pubsub_channels"),
    value("PubSubShardChannels", Unit::Count, "pubsubshard_channels"),
    rise("Reclaimed", Unit::Count, "expired_keys"),
    rise("RejectedConnections", Unit::Count, "rejected_connections"),
    derived("ReplicationBytes", Unit::Bytes),
    derived("ReplicationLag", Unit::Seconds),
    value("SaveInProgress", Unit::Count, "rdb_bgsave_in_progress"),
    derived("SuccessfulReadRequestLatency", Unit::Microseconds),
    derived("SuccessfulWriteRequestLatency", Unit::Microseconds),
    value("UsedMemoryDataset", Unit::Bytes, "used_memory_dataset"),
];

/// Of Memcached. Those that the guide does not tell to be of a minute are the engine's own counts since its start.
const MEMCACHED: &[Definition] = &[
    rise("BytesReadIntoMemcached", Unit::Bytes, "bytes_read"),
    value("BytesUsedForCacheItems", Unit::Bytes, "bytes"),
    value("BytesUsedForHash", Unit::Bytes, "hash_bytes"),
    rise("BytesWrittenOutFromMemcached", Unit::Bytes, "bytes_written"),
    rise("CasBadval", Unit::Count, "cas_badval"),
    rise("CasHits", Unit::Count, "cas_hits"),
    rise("CasMisses", Unit::Count, "cas_misses"),
    rise("CmdFlush", Unit::Count, "cmd_flush"),
    rise("CmdGet", Unit::Count, "cmd_get"),
    rise("CmdSet", Unit::Count, "cmd_set"),
    value("CmdTouch", Unit::Count, "cmd_touch"),
    value("CurrConnections", Unit::Count, "curr_connections"),
    value("CurrItems", Unit::Count, "curr_items"),
    rise("DecrHits", Unit::Count, "decr_hits"),
    rise("DecrMisses", Unit::Count, "decr_misses"),
    rise("DeleteHits", Unit::Count, "delete_hits"),
    rise("DeleteMisses", Unit::Count, "delete_misses"),
    value("EvictedUnfetched", Unit::Count, "evicted_unfetched"),
    rise("Evictions", Unit::Count, "evictions"),
    value("ExpiredUnfetched", Unit::Count, "expired_unfetched"),
    rise("GetHits", Unit::Count, "get_hits"),
    rise("GetMisses", Unit::Count, "get_misses"),
    rise("IncrHits", Unit::Count, "incr_hits"),
    rise("IncrMisses", Unit::Count, "incr_misses"),
    rise("NetworkBytesIn", Unit::Bytes, "bytes_read"),
    rise("NetworkBytesOut", Unit::Bytes, "bytes_written"),
    rise("NewConnections", Unit::Count, "total_connections"),
    rise("NewItems", Unit::Count, "total_items"),
    rise("Reclaimed", Unit::Count, "reclaimed"),
    value("SlabsMoved", Unit::Count, "slabs_moved"),
    value("TouchHits", Unit::Count, "touch_hits"),
    value("TouchMisses", Unit::Count, "touch_misses"),
    derived("UnusedMemory", Unit::Bytes),
];

/// Of serverless caches alone.
const SERVERLESS: &[Definition] = &[derived("TotalCmdsCount", Unit::Count)];

/// What a serverless cache with Redis or Valkey has.
const OF_SERVERLESS_REDIS: &[&str] = &[
    "AuthenticationFailures",
    "BytesUsedForCache",
    "CacheHitRate",
    "CacheHits",
    "CacheMisses",
    "CommandAuthorizationFailures",
    "CurrConnections",
    "CurrItems",
    "CurrVolatileItems",
    "Evictions",
    "KeyAuthorizationFailures",
    "NetworkBytesIn",
    "NetworkBytesOut",
    "NewConnections",
    "SuccessfulReadRequestLatency",
    "SuccessfulWriteRequestLatency",
    "TotalCmdsCount",
];

/// What a serverless cache with Memcached has.
const OF_SERVERLESS_MEMCACHED: &[&str] = &[
    "BytesUsedForCache",
    "CasBadval",
    "CasHits",
    "CasMisses",
    "CmdFlush",
    "CmdGet",
    "CmdSet",
    "CmdTouch",
    "CurrConnections",
    "CurrItems",
    "DecrHits",
    "DecrMisses",
    "DeleteHits",
    "DeleteMisses",
    "Evictions",
    "GetHits",
    "GetMisses",
    "IncrHits",
    "IncrMisses",
    "NetworkBytesIn",
    "NetworkBytesOut",
    "NewConnections",
    "Reclaimed",
    "TotalCmdsCount",
    "TouchHits",
    "TouchMisses",
];

/// What is read from an engine and needs no thought.
pub(super) fn of_engine(engine: Engine) -> &'static [Definition] {
    match engine {
        Engine::Redis | Engine::Valkey => REDIS,
        Engine::Memcached => MEMCACHED,
    }
}

/// Whether a serverless cache has this metric.
pub(super) fn is_of_serverless(engine: Engine, name: &str) -> bool {
    match engine {
        Engine::Redis | Engine::Valkey => {
            OF_SERVERLESS_REDIS.contains(&name) || Class::ALL.iter().any(|class| class.calls_metric() == name)
        }
        Engine::Memcached => OF_SERVERLESS_MEMCACHED.contains(&name),
    }
}

/// Every metric by its name. One that several engines have is measured alike in all of them.
static UNITS: LazyLock<HashMap<&'static str, Unit>> = LazyLock::new(|| {
    let tables = [HOST, REDIS, MEMCACHED, SERVERLESS].into_iter().flatten();
    let plain = tables.map(|definition| (definition.name, definition.unit));
    let classes = Class::ALL.into_iter();
    let classes =
        classes.flat_map(|class| [(class.calls_metric(), Unit::Count), (class.latency_metric(), Unit::Microseconds)]);
    plain.chain(classes).collect()
});

/// What a metric is measured in, if there is such a metric.
#[must_use]
pub fn unit_of(name: &str) -> Option<Unit> {
    UNITS.get(name).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_unit_whatever_the_engine() {
        for definition in [HOST, REDIS, MEMCACHED, SERVERLESS].into_iter().flatten() {
            assert_eq!(unit_of(definition.name), Some(definition.unit), "{}", definition.name);
        }
        assert_eq!(unit_of("HashBasedCmdsLatency"), Some(Unit::Microseconds));
        assert_eq!(unit_of("CPUCreditBalance"), None);
    }

    #[test]
    fn what_serverless_caches_have_is_known() {
        for name in OF_SERVERLESS_REDIS.iter().chain(OF_SERVERLESS_MEMCACHED) {
            assert!(unit_of(name).is_some(), "{name}");
        }
    }
}
