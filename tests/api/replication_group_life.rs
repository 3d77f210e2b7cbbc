//! Replication groups from their beginning to their end, as the official SDK sees them.

use std::{collections::BTreeSet, time::Duration};

use aws_sdk_elasticache::types::{AutomaticFailoverStatus, CacheCluster, Endpoint, ReplicationGroup};
use tokio::time::{sleep, timeout};

use crate::app::{App, LIMIT};

/// A group as it is described now.
async fn described(app: &App, id: &str) -> ReplicationGroup {
    let answer = app.client().describe_replication_groups().replication_group_id(id).send().await;
    let groups = answer.expect("a description").replication_groups.unwrap_or_default();
    assert_eq!(groups.len(), 1, "a description by identifier has one group");
    groups.into_iter().next().expect("one group")
}

/// Waits until a group is available.
async fn available(app: &App, id: &str) -> ReplicationGroup {
    let waited = timeout(LIMIT, async {
        loop {
            let group = described(app, id).await;
            if group.status() == Some("available") {
                return group;
            }
            sleep(Duration::from_millis(2)).await;
        }
    });
    if let Ok(group) = waited.await {
        return group;
    }
    panic!("not in time: {:#?}", described(app, id).await)
}

/// Deletes a group and waits until it is gone.
async fn delete(app: &App, parameters: &[(&str, &str)]) {
    app.done("DeleteReplicationGroup", parameters).await;
    let waited = timeout(LIMIT, async {
        while app.call("DescribeReplicationGroups", &parameters[..1]).await.status == 200 {
            sleep(Duration::from_millis(2)).await;
        }
    });
    waited.await.expect("the group goes");
    let refused = app.refused("DescribeReplicationGroups", &parameters[..1]).await;
    assert_eq!(refused.code(), (404, "ReplicationGroupNotFoundFault"));
}

#[tokio::test]
async fn a_group_without_cluster_mode() {
    let app = App::start().await;
    let parameters = [
        ("ReplicationGroupId", "Group"),
        ("ReplicationGroupDescription", "d"),
        ("CacheNodeType", "cache.t3.micro"),
        ("Engine", "valkey"),
        ("NumCacheClusters", "3"),
        ("AutomaticFailoverEnabled", "true"),
        ("MultiAZEnabled", "true"),
        ("TransitEncryptionEnabled", "false"),
    ];
    app.done("CreateReplicationGroup", &parameters).await;
    let group = available(&app, "group").await;
    assert_eq!(group.automatic_failover(), Some(&AutomaticFailoverStatus::Enabled));
    let [shard] = group.node_groups() else { panic!("one shard: {group:?}") };
    let members: Vec<_> = shard.node_group_members().iter().filter_map(|member| member.cache_cluster_id()).collect();
    assert_eq!(members, ["group-001", "group-002", "group-003"]);
    assert_eq!(group.member_clusters(), members);
    let roles: Vec<_> = shard.node_group_members().iter().filter_map(|member| member.current_role()).collect();
    assert_eq!(roles, ["primary", "replica", "replica"]);
    let endpoints = [shard.primary_endpoint(), shard.reader_endpoint()].into_iter();
    let of_members = shard.node_group_members().iter().map(|member| member.read_endpoint());
    let ports: BTreeSet<_> = endpoints.chain(of_members).map(|endpoint| endpoint.and_then(Endpoint::port)).collect();
    assert_eq!(ports.len(), 5, "each leads elsewhere: {ports:?}");
    assert!(!ports.contains(&None));
    for id in members {
        // What Terraform reads of a group, it reads of its first member.
        let member = app.available(id).await;
        assert_eq!(member.replication_group_id(), Some("group"));
        assert_eq!(member.engine(), Some("valkey"));
        let endpoint = member.cache_nodes()[0].endpoint().expect("an endpoint");
        assert!(ports.contains(&endpoint.port()));
    }
    delete(&app, &[("ReplicationGroupId", "group")]).await;
    app.gone("group-001").await;
}

#[tokio::test]
async fn a_group_in_cluster_mode() {
    let app = App::start().await;
    let parameters = [
        ("ReplicationGroupId", "group"),
        ("ReplicationGroupDescription", "d"),
        ("CacheNodeType", "cache.t3.micro"),
        ("NumNodeGroups", "2"),
        ("ReplicasPerNodeGroup", "1"),
    ];
    app.done("CreateReplicationGroup", &parameters).await;
    let group = available(&app, "group").await;
    assert!(group.configuration_endpoint().and_then(Endpoint::port).is_some());
    let slots: Vec<_> = group.node_groups().iter().filter_map(|shard| shard.slots()).collect();
    assert_eq!(slots, ["0-8191", "8192-16383"]);
    assert_eq!(group.member_clusters().len(), 4);
    delete(&app, &[("ReplicationGroupId", "group")]).await;
    app.gone("group-0002-002").await;
}

#[tokio::test]
async fn a_cluster_that_becomes_a_group_and_is_itself_again() {
    let app = App::start().await;
    let port = |cluster: &CacheCluster| cluster.cache_nodes()[0].endpoint().and_then(Endpoint::port);
    let before = port(&app.redis("cache").await);
    let parameters = [
        ("ReplicationGroupId", "group"),
        ("ReplicationGroupDescription", "d"),
        ("PrimaryClusterId", "cache"),
        ("NumCacheClusters", "2"),
    ];
    app.done("CreateReplicationGroup", &parameters).await;
    let group = available(&app, "group").await;
    assert_eq!(group.member_clusters(), ["cache", "group-001"]);
    app.done("CreateCacheCluster", &[("CacheClusterId", "mine"), ("ReplicationGroupId", "group")]).await;
    app.available("mine").await;
    let group = available(&app, "group").await;
    let shard = &group.node_groups()[0];
    assert_eq!(shard.node_group_members().len(), 3);
    app.done("DeleteCacheCluster", &[("CacheClusterId", "group-001")]).await;
    app.gone("group-001").await;
    assert_eq!(available(&app, "group").await.member_clusters(), ["cache", "mine"]);
    delete(&app, &[("ReplicationGroupId", "group"), ("RetainPrimaryCluster", "true")]).await;
    app.gone("mine").await;
    let after = app.available("cache").await;
    assert_eq!((after.replication_group_id(), port(&after)), (None, before));
    // It can be deleted like any other.
    app.done("DeleteCacheCluster", &[("CacheClusterId", "cache")]).await;
    app.gone("cache").await;
}

#[tokio::test]
async fn a_group_that_is_changed_in_every_way() {
    let app = App::start().await;
    let id = ("ReplicationGroupId", "group");
    let at_once = ("ApplyImmediately", "true");
    let parameters = [
        id,
        ("ReplicationGroupDescription", "d"),
        ("CacheNodeType", "cache.t3.micro"),
        ("EngineVersion", "7.0"),
        ("NumCacheClusters", "2"),
        ("PreferredMaintenanceWindow", "sun:05:00-sun:06:00"),
        ("SnapshotWindow", "02:00-03:00"),
    ];
    app.done("CreateReplicationGroup", &parameters).await;
    available(&app, "group").await;

    app.done("ModifyReplicationGroup", &[id, ("PrimaryClusterId", "group-002")]).await;
    let group = available(&app, "group").await;
    let roles = group.node_groups()[0].node_group_members().iter().filter_map(|member| member.current_role());
    assert_eq!(roles.collect::<Vec<_>>(), ["replica", "primary"], "the order stays");

    app.done("ModifyReplicationGroup", &[id, ("CacheNodeType", "cache.t3.small")]).await;
    assert_eq!(available(&app, "group").await.cache_node_type(), Some("cache.t3.micro"));
    app.advance(Duration::from_hours(7 * 24)).await;
    for member in ["group-001", "group-002"] {
        app.until(member, |cluster| cluster.cache_node_type() == Some("cache.t3.small")).await;
    }

    let valkey = [id, at_once, ("Engine", "valkey"), ("EngineVersion", "8.0"), ("AutomaticFailoverEnabled", "true")];
    app.done("ModifyReplicationGroup", &valkey).await;
    assert_eq!(available(&app, "group").await.engine(), Some("valkey"));

    app.done("TestFailover", &[id, ("NodeGroupId", "0001")]).await;
    let text = "Failover from primary node group-002 to replica node group-001 completed";
    let waited = timeout(LIMIT, async {
        while !app.messages("replication-group", "group").await.iter().any(|message| message == text) {
            sleep(Duration::from_millis(2)).await;
        }
    });
    waited.await.expect("the failover is told of");
    app.available("group-002").await;

    for mode in ["compatible", "enabled"] {
        app.done("ModifyReplicationGroup", &[id, at_once, ("ClusterMode", mode)]).await;
        let group = available(&app, "group").await;
        assert_eq!(group.cluster_mode().map(aws_sdk_elasticache::types::ClusterMode::as_str), Some(mode));
    }
    app.done("ModifyReplicationGroupShardConfiguration", &[id, at_once, ("NodeGroupCount", "2")]).await;
    let group = available(&app, "group").await;
    let slots: Vec<_> = group.node_groups().iter().filter_map(|shard| shard.slots()).collect();
    assert_eq!(slots, ["0-8191", "8192-16383"]);
    app.done("IncreaseReplicaCount", &[id, at_once, ("NewReplicaCount", "2")]).await;
    assert_eq!(available(&app, "group").await.member_clusters().len(), 6);
    app.done("DecreaseReplicaCount", &[id, at_once, ("NewReplicaCount", "0")]).await;
    let members = available(&app, "group").await.member_clusters().to_vec();
    assert_eq!(members, ["group-001", "group-0002-001"]);
    delete(&app, &[id]).await;
}
