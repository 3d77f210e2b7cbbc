//! `ModifyReplicationGroup`: what it writes into the records of a group and its members, and what it refuses.

use std::sync::Arc;

use cachette::model::{CacheCluster, ClusterMode, NodeId, Promotion, ReplicationGroup, Succession};

use crate::{
    answer::{Refusal, texts},
    records::Records,
};

const MODIFY: &str = "ModifyReplicationGroup&ReplicationGroupId=group";

/// A group of redis 7.0, but for what is added, that is available.
async fn group(records: &Records, added: &str) {
    let create = "CreateReplicationGroup&ReplicationGroupId=group&ReplicationGroupDescription=d\
                  &CacheNodeType=cache.t3.micro&PreferredMaintenanceWindow=sun:05:00-sun:06:00\
                  &SnapshotWindow=02:00-03:00";
    let version = if added.contains("EngineVersion") { "" } else { "&EngineVersion=7.0" };
    records.done(&format!("{create}{version}&{added}")).await;
    records.bring_up_group("group").await;
}

async fn done(records: &Records, asked: &str) -> String {
    records.done(&format!("{MODIFY}&{asked}")).await
}

async fn refused(records: &Records, asked: &str) -> Refusal {
    records.refused(&format!("{MODIFY}&{asked}")).await
}

fn record(records: &Records) -> Arc<ReplicationGroup> {
    records.get("group").expect("a group")
}

/// The members' records, shard by shard.
fn members(records: &Records) -> Vec<Arc<CacheCluster>> {
    record(records).member_ids().map(|id| records.get(id).expect("a member")).collect()
}

/// Something of each member.
fn each<T>(records: &Records, value: impl Fn(&CacheCluster) -> T) -> Vec<T> {
    members(records).iter().map(|member| value(member)).collect()
}

fn state(message: &str) -> Refusal {
    Refusal::new(400, "InvalidReplicationGroupState", message)
}

#[tokio::test]
async fn what_needs_no_engine_changes_at_once_in_the_group_and_every_member() {
    let records = Records::new();
    group(&records, "NumCacheClusters=2").await;
    let answer = done(
        &records,
        "ReplicationGroupDescription=other&PreferredMaintenanceWindow=mon:07:00-mon:08:00&SnapshotWindow=10:00-11:00\
         &AutoMinorVersionUpgrade=false&NotificationTopicArn=arn:topic&SecurityGroupIds.SecurityGroupId.1=sg-1",
    )
    .await;
    assert_eq!(texts(&answer, "Description"), ["other"]);
    assert_eq!(texts(&answer, "SnapshotWindow"), ["10:00-11:00"]);
    assert_eq!(texts(&answer, "Status"), ["available"; 2], "no work was started");
    for member in members(&records) {
        assert_eq!(member.maintenance_window.to_string(), "mon:07:00-mon:08:00");
        assert_eq!(member.snapshot_window.expect("a window").to_string(), "10:00-11:00");
        assert_eq!(member.security_group_ids, ["sg-1"]);
        assert!(!member.auto_minor_version_upgrade);
        assert!(member.notification.as_ref().is_some_and(|topic| topic.topic_arn == "arn:topic" && topic.active));
    }
    done(&records, "NotificationTopicArn=&NotificationTopicStatus=inactive").await;
    assert_eq!(each(&records, |member| member.notification.is_none()), [true; 2]);
    let overlap = refused(&records, "SnapshotWindow=07:30-08:30").await;
    assert_eq!(overlap, Refusal::combination("The snapshot window and maintenance window must not overlap."));
}

#[tokio::test]
async fn a_request_that_changes_nothing_is_refused_in_the_words_that_terraform_knows() {
    let records = Records::new();
    group(&records, "NumCacheClusters=2&AutomaticFailoverEnabled=true").await;
    let nothing = Refusal::combination("No modifications were requested");
    for asked in [
        "ApplyImmediately=true",
        "NodeGroupId=0001",
        "RemoveUserGroups=false",
        "AutomaticFailoverEnabled=true&MultiAZEnabled=false",
        "ReplicationGroupDescription=d&CacheNodeType=cache.t3.micro&Engine=redis&EngineVersion=7.0",
        "CacheParameterGroupName=default.redis7&ApplyImmediately=true",
        "PrimaryClusterId=group-001",
        "SnapshotRetentionLimit=0",
        "ClusterMode=disabled",
        "IpDiscovery=ipv4&Durability=default&TransitEncryptionEnabled=false",
    ] {
        assert_eq!(refused(&records, asked).await, nothing, "{asked}");
    }
    done(&records, "CacheNodeType=cache.t3.small").await;
    assert_eq!(refused(&records, "CacheNodeType=cache.t3.small").await, nothing, "it waits already");
    done(&records, "ApplyImmediately=true").await;
    assert_eq!(each(&records, |member| member.cache_node_type.clone()), ["cache.t3.small"; 2], "it waits no longer");
}

#[tokio::test]
async fn engines_change_in_the_maintenance_window_or_at_once() {
    let records = Records::new();
    group(&records, "NumCacheClusters=2").await;
    let waiting = done(&records, "CacheNodeType=cache.t3.small&EngineVersion=7.1").await;
    assert_eq!(texts(&waiting, "Status"), ["available"; 2]);
    assert_eq!(each(&records, |member| member.cache_node_type.clone()), ["cache.t3.micro"; 2]);
    assert!(each(&records, |member| member.pending_due().is_some()).into_iter().all(|due| due));
    let changing = done(&records, "CacheNodeType=cache.t3.medium&ApplyImmediately=true").await;
    assert_eq!(texts(&changing, "Status"), ["modifying"; 2]);
    for member in members(&records) {
        assert_eq!(member.cache_node_type, "cache.t3.medium", "a later one replaces what waited");
        assert_eq!(member.engine_version.as_str(), "7.1.0", "what waited is taken over along with it");
        let node = &member.nodes[&NodeId::FIRST];
        assert_eq!((node.generation, node.succession), (2, Succession::Handover), "the data is kept");
        assert!(member.pending.is_empty());
    }
    let busy = state("Replication group must be in available state to modify.");
    assert_eq!(refused(&records, "ReplicationGroupDescription=other").await, busy);
    records.bring_up_group("group").await;
    let downgrade = refused(&records, "EngineVersion=6.2").await;
    assert_eq!(downgrade, Refusal::combination("Cannot downgrade engine redis from version 7.1 to 6.2."));
    assert_eq!(refused(&records, "CacheNodeType=cache.r6gd.xlarge").await.code(), (400, "InvalidParameterValue"));
}

#[tokio::test]
async fn redis_becomes_valkey_with_the_default_parameter_group_of_its_cluster_mode() {
    for (shape, parameter_group) in
        [("NumCacheClusters=2", "default.valkey8"), ("NumNodeGroups=2", "default.valkey8.cluster.on")]
    {
        // Refused for a cluster outside of a group, which ElastiCache makes a group of first.
        let records = Records::strict();
        group(&records, shape).await;
        done(&records, "Engine=valkey&EngineVersion=8.0&ApplyImmediately=true").await;
        assert_eq!(each(&records, |member| member.engine.name()), ["valkey"; 2]);
        assert_eq!(each(&records, |member| member.parameter_group.clone()), [parameter_group; 2], "{shape}");
    }
}

#[tokio::test]
async fn a_parameter_group_has_to_suit_engine_and_cluster_mode() {
    let records = Records::new();
    for (name, family) in [("mine", "redis7"), ("newer", "valkey8")] {
        let create = format!("CreateCacheParameterGroup&CacheParameterGroupName={name}&Description=d");
        records.done(&format!("{create}&CacheParameterGroupFamily={family}")).await;
    }
    group(&records, "NumCacheClusters=2").await;
    let unsuitable = "The parameter cluster-enabled of the parameter group does not suit the cluster mode disabled.";
    let refusal = refused(&records, "CacheParameterGroupName=default.redis7.cluster.on").await;
    assert_eq!(refusal, Refusal::combination(unsuitable));
    let family = "Expected a parameter group of family redis7 but found one of family valkey8";
    assert_eq!(refused(&records, "CacheParameterGroupName=newer").await, Refusal::combination(family));
    done(&records, "CacheParameterGroupName=MINE&ApplyImmediately=true").await;
    assert_eq!(each(&records, |member| member.parameter_group.clone()), ["mine"; 2]);
    let upgrade = "Engine=valkey&EngineVersion=8.0&ApplyImmediately=true";
    let family = "Expected a parameter group of family valkey8 but found one of family redis7";
    assert_eq!(refused(&records, upgrade).await, Refusal::combination(family), "nobody chose one");
    done(&records, &format!("{upgrade}&CacheParameterGroupName=newer")).await;
    assert_eq!(each(&records, |member| member.parameter_group.clone()), ["newer"; 2]);
    let absent = refused(&records, "CacheParameterGroupName=absent").await;
    assert_eq!(absent, state("Replication group must be in available state to modify."));
}

#[tokio::test]
async fn automatic_failover_needs_a_replica_and_multi_az_needs_both() {
    let records = Records::new();
    group(&records, "NumCacheClusters=1").await;
    let alone = "When using automatic failover, there must be at least 2 cache clusters in the replication group.";
    assert_eq!(refused(&records, "AutomaticFailoverEnabled=true").await, Refusal::combination(alone));

    let records = Records::new();
    group(&records, "NumCacheClusters=2").await;
    assert_eq!(refused(&records, "MultiAZEnabled=true").await.code(), (400, "InvalidParameterCombination"));
    let both = done(&records, "AutomaticFailoverEnabled=true&MultiAZEnabled=true").await;
    assert_eq!([texts(&both, "AutomaticFailover"), texts(&both, "MultiAZ")], [["enabled"], ["enabled"]]);
    let half = refused(&records, "AutomaticFailoverEnabled=false").await;
    assert_eq!(half, Refusal::combination("Multi-AZ requires automatic failover to be enabled."));
    let none = done(&records, "AutomaticFailoverEnabled=false&MultiAZEnabled=false").await;
    assert_eq!([texts(&none, "AutomaticFailover"), texts(&none, "MultiAZ")], [["disabled"], ["disabled"]]);
    let events = records.done("DescribeEvents&SourceType=replication-group").await;
    let message = |state| format!("Automatic failover has been turned {state} for replication group group");
    assert_eq!(texts(&events, "Message"), [message("off"), message("on")]);

    let records = Records::new();
    group(&records, "NumNodeGroups=2").await;
    assert_eq!(refused(&records, "AutomaticFailoverEnabled=false").await.code(), (400, "InvalidParameterCombination"));
}

#[tokio::test]
async fn a_replica_is_promoted_while_automatic_failover_is_off() {
    let records = Records::new();
    group(&records, "NumCacheClusters=2&AutomaticFailoverEnabled=true").await;
    let text = "Cannot manually promote a new master cache cluster while autofailover is enabled";
    assert_eq!(refused(&records, "PrimaryClusterId=group-002").await, state(text));
    let promoted = done(&records, "PrimaryClusterId=GROUP-002&AutomaticFailoverEnabled=false").await;
    assert_eq!(texts(&promoted, "PrimaryClusterId"), ["group-002"]);
    assert_eq!(texts(&promoted, "Status"), ["modifying"; 2]);
    let shard = record(&records).node_groups.values().next().expect("a shard").clone();
    assert_eq!(shard.promotion, Some(Promotion { to: Some("group-002".into()), replaces_primary: false }));

    let records = Records::new();
    group(&records, "NumCacheClusters=2").await;
    records.done("CreateCacheCluster&CacheClusterId=other&Engine=redis&CacheNodeType=cache.t3.micro").await;
    assert_eq!(refused(&records, "PrimaryClusterId=absent").await.code(), (404, "CacheClusterNotFound"));
    let text = "Cache cluster other is not a member of replication group group.";
    assert_eq!(refused(&records, "PrimaryClusterId=other").await, Refusal::value(text));
}

#[tokio::test]
async fn automatic_snapshots_are_taken_of_a_member_that_is_named() {
    let records = Records::new();
    group(&records, "NumCacheClusters=3").await;
    let both =
        Refusal::combination("Must specify both SnapshotRetentionLimit and SnapshottingClusterId to turn on snapshots");
    assert_eq!(refused(&records, "SnapshotRetentionLimit=5").await, both);
    assert_eq!(refused(&records, "SnapshottingClusterId=group-002").await, both);
    let on = done(&records, "SnapshotRetentionLimit=5&SnapshottingClusterId=group-003").await;
    assert_eq!(texts(&on, "SnapshottingClusterId"), ["group-003"]);
    assert_eq!(each(&records, |member| member.snapshot_retention_limit), [0, 0, 5]);
    done(&records, "SnapshotRetentionLimit=7").await;
    assert_eq!(each(&records, |member| member.snapshot_retention_limit), [0, 0, 7]);
    done(&records, "SnapshottingClusterId=group-001").await;
    assert_eq!(each(&records, |member| member.snapshot_retention_limit), [7, 0, 0]);
    let off = done(&records, "SnapshotRetentionLimit=0").await;
    assert!(!off.contains("<SnapshottingClusterId>"), "{off}");
    assert_eq!(each(&records, |member| member.snapshot_retention_limit), [0, 0, 0]);
    let text = "Invalid snapshot retention limit: 36. Retention limit must be between 0 and 35.";
    assert_eq!(refused(&records, "SnapshotRetentionLimit=36").await, Refusal::value(text));
}

#[tokio::test]
async fn in_cluster_mode_a_replica_of_each_shard_has_snapshots_taken() {
    let records = Records::new();
    group(&records, "NumNodeGroups=2&ReplicasPerNodeGroup=1").await;
    let text = "Cannot set snapshotting cluster for cluster mode enabled replication group";
    let asked = "SnapshotRetentionLimit=5&SnapshottingClusterId=group-0001-001";
    assert_eq!(refused(&records, asked).await, Refusal::combination(text));
    done(&records, "SnapshotRetentionLimit=5").await;
    assert_eq!(each(&records, |member| member.snapshot_retention_limit), [0, 5, 0, 5]);
    assert_eq!(record(&records).snapshotting_cluster_id, None);
}

#[tokio::test]
async fn cluster_mode_is_entered_by_way_of_compatible() {
    let records = Records::new();
    group(&records, "NumCacheClusters=2&AutomaticFailoverEnabled=true").await;
    assert_eq!(refused(&records, "ClusterMode=enabled").await.code(), (400, "InvalidParameterCombination"));
    let more = refused(&records, "ClusterMode=compatible&CacheNodeType=cache.t3.small").await;
    let text = "ClusterMode can only be modified along with CacheParameterGroupName and nothing else.";
    assert_eq!(more, Refusal::combination(text));

    let answer = done(&records, "ClusterMode=compatible").await;
    assert_eq!(texts(&answer, "ClusterMode"), ["compatible"]);
    assert_eq!(texts(&answer, "Status")[0], "modifying");
    assert_eq!(texts(&answer, "Slots"), ["0-16383"]);
    assert_eq!(each(&records, |member| member.parameter_group.clone()), ["default.redis7.cluster.on"; 2]);
    let renewed =
        |member: &CacheCluster| (member.nodes[&NodeId::FIRST].generation, member.nodes[&NodeId::FIRST].succession);
    assert_eq!(each(&records, renewed), [(2, Succession::Handover); 2]);

    records.bring_up_group("group").await;
    let scaling = refused(&records, "CacheNodeType=cache.t3.small").await;
    assert_eq!(scaling.code(), (400, "InvalidReplicationGroupState"), "it stays as it is while it is compatible");
    done(&records, "ClusterMode=enabled").await;
    assert_eq!(record(&records).cluster_mode, ClusterMode::Enabled);
    assert_eq!(each(&records, |member| renewed(member).0), [2; 2], "the engines are nodes of a cluster already");
    records.bring_up_group("group").await;
    assert_eq!(refused(&records, "ClusterMode=compatible").await.code(), (400, "InvalidParameterCombination"));
}

#[tokio::test]
async fn cluster_mode_that_is_compatible_can_be_left() {
    let records = Records::new();
    group(&records, "ClusterMode=compatible&ReplicasPerNodeGroup=1").await;
    let answer = done(&records, "ClusterMode=disabled&ApplyImmediately=true").await;
    assert_eq!(texts(&answer, "ClusterMode"), ["disabled"]);
    assert!(record(&records).node_groups.values().all(|shard| shard.slots.is_empty()));
    assert_eq!(each(&records, |member| member.parameter_group.clone()), ["default.redis7"; 2]);
    assert_eq!(each(&records, |member| member.nodes[&NodeId::FIRST].generation), [2; 2]);
}

#[tokio::test]
async fn cluster_mode_needs_what_a_cluster_needs() {
    for (shape, needed) in [
        ("NumCacheClusters=2", "automatic failover"),
        ("NumCacheClusters=2&AutomaticFailoverEnabled=true&EngineVersion=6.2", "7.0 or later"),
    ] {
        let records = Records::new();
        group(&records, shape).await;
        let refusal = refused(&records, "ClusterMode=compatible").await;
        assert_eq!(refusal.code(), (400, "InvalidParameterCombination"));
        assert!(refusal.message.contains(needed), "{}", refusal.message);
    }
    let records = Records::new();
    records
        .done("CreateCacheParameterGroup&CacheParameterGroupName=mine&CacheParameterGroupFamily=redis7&Description=d")
        .await;
    group(&records, "NumCacheClusters=2&AutomaticFailoverEnabled=true&CacheParameterGroupName=mine").await;
    let text = "The parameter cluster-enabled of the parameter group does not suit the cluster mode compatible.";
    assert_eq!(refused(&records, "ClusterMode=compatible").await, Refusal::combination(text));
    done(&records, "ClusterMode=compatible&CacheParameterGroupName=default.redis7.cluster.on").await;
}

#[tokio::test]
async fn what_is_not_built_yet_is_refused_by_name() {
    let records = Records::new();
    group(&records, "NumCacheClusters=2").await;
    for (asked, feature) in [("Durability=sync", "durability"), ("IpDiscovery=ipv6", "IP discovery other than ipv4")] {
        let text =
            format!("Cachette does not support {feature} yet. See docs/compatibility.md for what it does support.");
        assert_eq!(refused(&records, asked).await, Refusal::value(&text), "{asked}");
    }
}
