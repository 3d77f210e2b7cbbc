//! Records and operations on them, with nobody to carry out what is asked for: a test says itself what has come about.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use cachette::{
    clock::Clock,
    model::{CacheCluster, EngineRole, GroupPorts, NodeId, Observed, ReplicationGroup, Running, Scope},
    operations::{Operations, Options, Request},
    protocol::{AwsError, query::decode_request},
    store::{Draft, Record, StorageError, Store},
};
use chrono::{DateTime, Utc};
use tempfile::TempDir;

use crate::{
    answer::Refusal,
    app::{ACCOUNT, REGION},
};

/// Records, and operations on them.
pub struct Records {
    pub store: Arc<Store>,
    pub clock: Arc<Clock>,
    operations: Operations,
    _data: TempDir,
}

impl Records {
    pub fn new() -> Self {
        Self::with(Options::default())
    }

    /// Refusing what `ElastiCache` refuses.
    pub fn strict() -> Self {
        Self::with(Options { strict: true })
    }

    fn with(options: Options) -> Self {
        let data = TempDir::new().expect("a folder");
        let store = Arc::new(Store::open(&data.path().join("records.redb")).expect("a store"));
        let clock = Arc::new(Clock::system());
        let operations = Operations::new(Arc::clone(&store), Arc::clone(&clock), options);
        Self { store, clock, operations, _data: data }
    }

    /// Carries out an operation that is written as a query, but for its version.
    pub async fn call(&self, form: &str) -> Result<String, AwsError> {
        let request = Request { scope: scope(), endpoint_host: "localhost".into() };
        let operation = decode_request(None, format!("Action={form}&Version=2015-02-02").as_bytes())?;
        let output = self.operations.execute(&request, operation).await?;
        Ok(String::from_utf8(output.to_xml("id")).expect("an answer in UTF-8"))
    }

    pub async fn done(&self, form: &str) -> String {
        self.call(form).await.unwrap_or_else(|error| panic!("{form}: {error}"))
    }

    pub async fn refused(&self, form: &str) -> Refusal {
        let error = self.call(form).await.expect_err(form);
        Refusal::new(error.code.status(), error.code.as_str(), &error.message)
    }

    /// A cluster as it is described, with its nodes.
    pub async fn described(&self, id: &str) -> String {
        self.done(&format!("DescribeCacheClusters&CacheClusterId={id}&ShowCacheNodeInfo=true")).await
    }

    /// A replication group as it is described.
    pub async fn described_group(&self, id: &str) -> String {
        self.done(&format!("DescribeReplicationGroups&ReplicationGroupId={id}")).await
    }

    /// A record as it is.
    pub fn get<R: Record>(&self, id: &str) -> Option<Arc<R>> {
        R::table(&self.store.tables()).get(&scope(), id).cloned()
    }

    /// Changes records as the reconciler would.
    pub async fn change(&self, change: impl FnOnce(&mut Draft) + Send + 'static) {
        let written = self.store.write(move |draft| {
            change(draft);
            Ok::<_, StorageError>(())
        });
        written.await.expect("written");
    }

    /// Brings a cluster to where the reconciler would have brought it.
    pub async fn bring_up(&self, id: &str) {
        let (id, now) = (id.to_owned(), self.clock.now());
        self.change(move |draft| bring_up(draft, &id, None, now)).await;
    }

    /// Brings a replication group and its members to where the reconciler would have brought them.
    pub async fn bring_up_group(&self, id: &str) {
        let (id, now) = (id.to_owned(), self.clock.now());
        self.change(move |draft| {
            let mut group = ReplicationGroup::clone(&*draft.get(&scope(), &id).expect("a group"));
            if let Some(resharding) = group.resharding.take() {
                for (id, slots) in resharding.target {
                    group.node_groups.get_mut(&id).expect("a shard").slots = slots;
                }
            }
            let leaving = group.node_groups.values().filter(|shard| shard.leaving);
            let leaving: Vec<_> = leaving.flat_map(|shard| shard.members.clone()).collect();
            for member in leaving {
                draft.remove::<CacheCluster>(&scope(), &member);
            }
            group.node_groups.retain(|_, shard| !shard.leaving);
            for shard in group.node_groups.values_mut() {
                shard.members.retain(|member| {
                    let stays = draft.get::<CacheCluster>(&scope(), member).expect("a member").deleted.is_none();
                    if !stays {
                        draft.remove::<CacheCluster>(&scope(), member);
                    }
                    stays
                });
                if let Some(to) = shard.promotion.take().and_then(|promotion| promotion.to) {
                    shard.primary.cache_cluster_id = to;
                }
                let primary: Arc<CacheCluster> =
                    draft.get(&scope(), &shard.primary.cache_cluster_id).expect("a primary");
                shard.primary.generation = primary.nodes[&NodeId::FIRST].generation;
                for member in &shard.members {
                    let is_primary = *member == shard.primary.cache_cluster_id;
                    let replica = || EngineRole::Replica { of: shard.primary.clone() };
                    let role = if is_primary { EngineRole::Primary } else { replica() };
                    bring_up(draft, member, Some(&role), now);
                }
            }
            let ports = GroupPorts { primary: Some(6001), reader: Some(6002), configuration: Some(6003) };
            let ports = match group.cluster_mode.as_str() {
                "disabled" => GroupPorts { configuration: None, ..ports },
                "enabled" => GroupPorts { primary: None, reader: None, ..ports },
                _ => ports,
            };
            let created = group.created.or(Some(now));
            let group = ReplicationGroup { created, ports, replica_count_changing: false, ..group };
            draft.put(&scope(), &id, group);
        })
        .await;
    }
}

fn scope() -> Scope {
    Scope::new(ACCOUNT, REGION)
}

fn bring_up(draft: &mut Draft, id: &str, role: Option<&EngineRole>, now: DateTime<Utc>) {
    let mut cluster = CacheCluster::clone(&*draft.get::<CacheCluster>(&scope(), id).expect("a cluster"));
    let settings = cluster.wanted_settings(&BTreeMap::new());
    cluster.created = cluster.created.or(Some(now));
    for (node, port) in cluster.nodes.values_mut().zip(7000..) {
        (node.created, node.port) = (Some(now), Some(port));
        let address = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
        let running = Running { role: role.cloned(), ..Running::new("run".into(), address, settings.clone()) };
        node.engines = BTreeMap::from([(node.generation, Observed::Running(Box::new(running)))]);
    }
    draft.put(&scope(), id, cluster);
}
