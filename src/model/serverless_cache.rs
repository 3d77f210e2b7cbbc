//! A serverless cache: an endpoint whose engines nobody sees. They are a replication group, or for Memcached a cache
//! cluster, of a scope of their own, so that no operation on those finds them. They have the cache's name. The status
//! that clients see is computed from their records.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    CacheCluster, Engine, EngineVersion, FindMember, GroupPhase, Observed, Phase, ReplicationGroup, Scope,
    ServerlessMigration, TagSet,
};

/// How much data a cache may hold when nobody has set a limit, in gigabytes: as much as `ElastiCache` has room for.
pub const MOST_DATA_GB: u32 = 5000;

/// A serverless cache.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServerlessCache {
    /// Whose it is, and where.
    pub scope: Scope,
    /// Its name, in lower case.
    pub name: String,
    /// Tells this cache from another one that had the same name before or will have it later.
    pub uid: String,
    /// What its owner says about it.
    pub description: String,
    /// The engine.
    pub engine: Engine,
    /// The full version of the engine.
    pub engine_version: EngineVersion,
    /// When it was asked for.
    pub requested: DateTime<Utc>,
    /// When it was asked to be deleted.
    pub deleted: Option<DateTime<Utc>>,
    /// What it may use.
    pub limits: UsageLimits,
    /// The user group that says who may talk to it.
    pub user_group_id: Option<String>,
    /// The ids of its VPC security groups. Recorded for those who read them back: nothing filters connections here.
    pub security_group_ids: Vec<String>,
    /// The ids of its subnets. Recorded for those who read them back.
    pub subnet_ids: Vec<String>,
    /// The key for what is written to disk, as it was given. Recorded for those who read it back.
    pub kms_key_id: Option<String>,
    /// When the daily snapshot is taken, in UTC. Of Memcached only where somebody asked for some.
    pub daily_snapshot_time: Option<NaiveTime>,
    /// For how many days daily snapshots are kept, 0 for none.
    pub snapshot_retention_limit: u32,
    /// Whether it was made of a snapshot.
    pub is_restored: bool,
    /// The migration to it, if there has been one.
    #[serde(default)]
    pub migration: Option<ServerlessMigration>,
    /// The tags.
    pub tags: TagSet,
}

/// What a serverless cache may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageLimits {
    /// How much data it may hold, in gigabytes.
    pub data_storage: Limit,
    /// How many processing units it may use in a second. Recorded for those who read them back: how much a request costs
    /// is known to `ElastiCache` alone.
    pub ecpu_per_second: Limit,
}

/// From how much to how much, as far as either was said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// How much is always ready.
    pub minimum: Option<u32>,
    /// How much is the most.
    pub maximum: Option<u32>,
}

impl Limit {
    /// Whether nothing is limited.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Where a serverless cache stands, computed from its record and those of its engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerlessPhase {
    /// Its first engines are being started.
    Creating,
    /// The snapshot that it was to be made of could not be loaded; an event says why.
    CreateFailed,
    /// It serves, and nothing that was asked for is under way.
    Available,
    /// It is being changed, or an engine is not where it should be and the server could not help it.
    Modifying,
    /// It is being deleted.
    Deleting,
}

impl ServerlessPhase {
    /// `Status` on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::CreateFailed => "create-failed",
            Self::Available => "available",
            Self::Modifying => "modifying",
            Self::Deleting => "deleting",
        }
    }
}

/// What runs behind a serverless cache.
#[derive(Clone, Copy, Debug)]
pub enum Behind<'a> {
    /// Redis or Valkey.
    Group(&'a ReplicationGroup),
    /// Memcached.
    Cluster(&'a CacheCluster),
}

impl ServerlessCache {
    /// Where the cache stands, with what runs behind it as long as there is something. `member` finds the members of a
    /// group behind it.
    #[must_use]
    pub fn phase<'a>(&self, behind: Option<Behind<'a>>, member: impl FindMember<'a>) -> ServerlessPhase {
        if self.deleted.is_some() {
            return ServerlessPhase::Deleting;
        }
        let is_settled = match behind {
            // Both are made and end in one transaction each.
            None => return ServerlessPhase::Creating,
            Some(Behind::Group(group)) => match group.phase(&member) {
                GroupPhase::Creating => return ServerlessPhase::Creating,
                GroupPhase::CreateFailed => return ServerlessPhase::CreateFailed,
                // It goes on as before while a snapshot is being taken.
                GroupPhase::Available | GroupPhase::Snapshotting => {
                    group.member_ids().all(|id| self.is_applied(member(id)))
                }
                GroupPhase::Modifying | GroupPhase::Migrating | GroupPhase::Deleting => false,
            },
            Some(Behind::Cluster(cluster)) => match cluster.phase() {
                Phase::RestoreFailed => return ServerlessPhase::CreateFailed,
                _ if cluster.created.is_none() => return ServerlessPhase::Creating,
                phase => matches!(phase, Phase::Available | Phase::Snapshotting) && self.is_applied(Some(cluster)),
            },
        };
        let is_moving = self.migration.as_ref().is_some_and(ServerlessMigration::is_moving);
        if is_settled && !is_moving { ServerlessPhase::Available } else { ServerlessPhase::Modifying }
    }

    /// Whether every engine that runs has the cache's limits.
    fn is_applied(&self, cluster: Option<&CacheCluster>) -> bool {
        let wanted = self.engine_parameters();
        let engines = cluster.into_iter().flat_map(|cluster| cluster.nodes.values());
        let mut running = engines.flat_map(|node| node.engines.values()).filter_map(Observed::running);
        running.all(|running| running.settings.parameters == wanted)
    }

    /// The parameters of its engines that differ from their family's defaults.
    #[must_use]
    pub fn engine_parameters(&self) -> BTreeMap<String, String> {
        let gigabytes = u64::from(self.limits.data_storage.maximum.unwrap_or(MOST_DATA_GB));
        // The limit is what a cache may hold, so nothing of it is kept back for other needs.
        let parameters: &[(&str, String)] = match self.engine {
            Engine::Memcached => &[
                ("max_cache_memory", (gigabytes << 10).to_string()),
                ("memcached_connections_overhead", "0".to_owned()),
            ],
            Engine::Redis | Engine::Valkey => &[
                ("cluster-enabled", "yes".to_owned()),
                ("maxmemory", (gigabytes << 30).to_string()),
                ("reserved-memory-percent", "0".to_owned()),
            ],
        };
        parameters.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }
}

/// What ends the account of a scope whose records are behind serverless caches.
const BEHIND: &str = "-serverless";

impl Scope {
    /// Where the engines of this scope's serverless caches have their records. No request can name it: an account has
    /// digits only.
    #[must_use]
    pub fn behind_serverless(&self) -> Self {
        Self::new(format!("{}{BEHIND}", self.account), &self.region)
    }

    /// The scope whose serverless caches have their engines here, if this is such a scope.
    #[must_use]
    pub fn before_serverless(&self) -> Option<Self> {
        self.account.strip_suffix(BEHIND).map(|account| Self::new(account, &self.region))
    }

    /// This scope, and the one behind its serverless caches: everywhere where its users and user groups may be known.
    #[must_use]
    pub fn with_serverless(&self) -> [Self; 2] {
        [self.clone(), self.behind_serverless()]
    }

    /// Whether what is here is behind serverless caches.
    #[must_use]
    pub fn is_behind_serverless(&self) -> bool {
        self.account.ends_with(BEHIND)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(engine: Engine, maximum: Option<u32>) -> ServerlessCache {
        let data_storage = Limit { minimum: None, maximum };
        ServerlessCache {
            scope: Scope::new("000000000000", "us-east-1"),
            name: "cache".into(),
            uid: "u".into(),
            description: String::new(),
            engine,
            engine_version: "8.0.1".parse().expect("a version"),
            requested: "2026-01-01T00:00:00Z".parse().expect("a time"),
            deleted: None,
            limits: UsageLimits { data_storage, ..UsageLimits::default() },
            user_group_id: None,
            security_group_ids: Vec::new(),
            subnet_ids: Vec::new(),
            kms_key_id: None,
            daily_snapshot_time: None,
            snapshot_retention_limit: 0,
            is_restored: false,
            migration: None,
            tags: TagSet::default(),
        }
    }

    #[test]
    fn the_scope_behind_leads_back() {
        let scope = Scope::new("000000000000", "us-east-1");
        let behind = scope.behind_serverless();
        assert_eq!(behind.before_serverless(), Some(scope.clone()));
        assert_eq!(scope.before_serverless(), None);
        assert!(behind.is_behind_serverless() && !scope.is_behind_serverless());
    }

    #[test]
    fn a_limit_is_told_in_the_engines_own_units() {
        let parameter = |cache: ServerlessCache, name| cache.engine_parameters().remove(name);
        assert_eq!(parameter(cache(Engine::Valkey, Some(2)), "maxmemory").as_deref(), Some("2147483648"));
        assert_eq!(parameter(cache(Engine::Memcached, Some(2)), "max_cache_memory").as_deref(), Some("2048"));
        assert_eq!(parameter(cache(Engine::Redis, None), "maxmemory").as_deref(), Some("5368709120000"));
    }

    #[test]
    fn statuses_are_those_of_the_api() {
        let all = [
            (ServerlessPhase::Creating, "creating"),
            (ServerlessPhase::CreateFailed, "create-failed"),
            (ServerlessPhase::Available, "available"),
            (ServerlessPhase::Modifying, "modifying"),
            (ServerlessPhase::Deleting, "deleting"),
        ];
        assert!(all.iter().all(|(phase, text)| phase.as_str() == *text));
    }

    #[test]
    fn without_engines_it_is_on_its_way() {
        let none = |_: &str| None;
        assert_eq!(cache(Engine::Redis, None).phase(None, none), ServerlessPhase::Creating);
        let deleted =
            ServerlessCache { deleted: Some(cache(Engine::Redis, None).requested), ..cache(Engine::Redis, None) };
        assert_eq!(deleted.phase(None, none), ServerlessPhase::Deleting);
    }
}
