//! `IncreaseReplicaCount`, `DecreaseReplicaCount`, `ModifyReplicationGroupShardConfiguration` and `TestFailover`: what they
//! write into the records of a group and its members, and what they refuse.

use std::{sync::Arc, time::Duration};

use cachette::model::{CacheCluster, NodeId, Promotion, ReplicationGroup, SLOTS};

use crate::{
    answer::{Refusal, texts},
    records::Records,
};

/// A group of redis, but for what is added, that is available.
async fn group(records: &Records, added: &str) {
    let create = "CreateReplicationGroup&ReplicationGroupId=group&ReplicationGroupDescription=d\
                  &CacheNodeType=cache.t3.micro";
    records.done(&format!("{create}&{added}")).await;
    records.bring_up_group("group").await;
}

fn form(operation: &str, asked: &str) -> String {
    format!("{operation}&ReplicationGroupId=group&ApplyImmediately=true&{asked}")
}

async fn done(records: &Records, operation: &str, asked: &str) -> String {
    records.done(&form(operation, asked)).await
}

async fn refused(records: &Records, operation: &str, asked: &str) -> Refusal {
    records.refused(&form(operation, asked)).await
}

fn record(records: &Records) -> Arc<ReplicationGroup> {
    records.get("group").expect("a group")
}

fn member(records: &Records, id: &str) -> Arc<CacheCluster> {
    records.get(id).expect("a member")
}

/// The members, shard by shard.
fn members(records: &Records) -> Vec<Vec<String>> {
    record(records).node_groups.values().map(|shard| shard.members.clone()).collect()
}

/// The members that are to go.
fn leaving(records: &Records) -> Vec<String> {
    let group = record(records);
    group.member_ids().filter(|id| member(records, id).deleted.is_some()).cloned().collect()
}

const MORE: &str = "IncreaseReplicaCount";
const FEWER: &str = "DecreaseReplicaCount";
const RESHARD: &str = "ModifyReplicationGroupShardConfiguration";
const SHARD: &str = "ReplicaConfiguration.ConfigureShard.1";

#[tokio::test]
async fn more_replicas_have_the_lowest_free_names_and_are_like_the_others() {
    let records = Records::new();
    group(&records, "NumCacheClusters=3&Tags.Tag.1.Key=k&Tags.Tag.1.Value=v&AutoMinorVersionUpgrade=false").await;
    done(&records, FEWER, "ReplicasToRemove.member.1=GROUP-002").await;
    records.bring_up_group("group").await;
    assert_eq!(members(&records), [["group-001", "group-003"]]);
    let answer = done(&records, MORE, "NewReplicaCount=3").await;
    assert_eq!(texts(&answer, "Status"), ["modifying"; 2], "group and shard");
    assert_eq!(texts(&answer, "ClusterId"), ["group-001", "group-003", "group-002", "group-004"]);
    assert_eq!(texts(&answer, "CacheClusterId"), ["group-001", "group-003"], "the others have not answered yet");
    assert!(record(&records).replica_count_changing);
    let new = member(&records, "group-004");
    assert_eq!((new.tags.get("k"), new.auto_minor_version_upgrade, new.created), (Some("v"), false, None));
    assert_eq!(new.nodes[&NodeId::FIRST].generation, 1);
    let busy = refused(&records, MORE, "NewReplicaCount=4").await;
    let text = "Replication group must be in available state to modify.";
    assert_eq!(busy, Refusal::new(400, "InvalidReplicationGroupState", text));
}

#[tokio::test]
async fn each_shard_can_have_its_own_number_of_replicas_and_zones() {
    let records = Records::new();
    group(&records, "NumNodeGroups=2&ReplicasPerNodeGroup=1").await;
    let primary = member(&records, "group-0002-001").nodes[&NodeId::FIRST].availability_zone.clone();
    let replica = member(&records, "group-0002-002").nodes[&NodeId::FIRST].availability_zone.clone();
    let zones = format!("{SHARD}.PreferredAvailabilityZones.PreferredAvailabilityZone");
    let asked = format!("{SHARD}.NodeGroupId=0002&{SHARD}.NewReplicaCount=2");
    let three = format!("{asked}&{zones}.1={primary}&{zones}.2=us-east-1f&{zones}.3={replica}");
    done(&records, MORE, &three).await;
    assert_eq!(members(&records)[0].len(), 2);
    assert_eq!(members(&records)[1], ["group-0002-001", "group-0002-002", "group-0002-003"]);
    let new = member(&records, "group-0002-003");
    assert_eq!(new.nodes[&NodeId::FIRST].availability_zone, "us-east-1f");
    assert_eq!(new.membership.as_ref().map(|member| member.node_group_id.as_str()), Some("0002"));
    records.bring_up_group("group").await;
    let two = refused(&records, MORE, &format!("{}&{zones}.1=us-east-1a", asked.replace("=2", "=3"))).await;
    assert_eq!(two.code(), (400, "InvalidParameterValue"));
}

#[tokio::test]
async fn replica_counts_are_checked() {
    let records = Records::new();
    group(&records, "NumNodeGroups=2&ReplicasPerNodeGroup=2").await;
    let shard = |id: &str, count: &str| format!("{SHARD}.NodeGroupId={id}&{SHARD}.NewReplicaCount={count}");
    let bounds = Refusal::value("The number of replicas per node group must be within 0 and 5.");
    for operation in [MORE, FEWER] {
        assert_eq!(refused(&records, operation, "NewReplicaCount=2").await.code(), (400, "NoOperationFault"));
        assert_eq!(refused(&records, operation, "NewReplicaCount=6").await, bounds);
        assert_eq!(refused(&records, operation, "NewReplicaCount=-1").await, bounds);
        assert_eq!(refused(&records, operation, "").await.code(), (400, "InvalidParameterCombination"));
        let both = format!("NewReplicaCount=1&{}", shard("0001", "1"));
        assert_eq!(refused(&records, operation, &both).await.code(), (400, "InvalidParameterCombination"));
        let unknown = refused(&records, operation, &shard("0009", "1")).await;
        assert_eq!(unknown.code(), (404, "NodeGroupNotFoundFault"));
        let later = format!("{operation}&ReplicationGroupId=group&ApplyImmediately=false&NewReplicaCount=1");
        assert_eq!(records.refused(&later).await.code(), (400, "InvalidParameterValue"));
    }
    assert_eq!(refused(&records, MORE, "NewReplicaCount=1").await.code(), (400, "InvalidParameterValue"));
    assert_eq!(refused(&records, FEWER, "NewReplicaCount=3").await.code(), (400, "InvalidParameterValue"));
    let absent = refused(&records, FEWER, "ReplicasToRemove.member.1=absent").await;
    assert_eq!(absent.code(), (404, "CacheClusterNotFound"));
    assert_eq!(members(&records).concat().len(), 6, "nothing has changed");
    assert!(leaving(&records).is_empty());
}

#[tokio::test]
async fn the_replicas_that_go_are_those_that_were_added_last_and_never_the_primary() {
    let records = Records::new();
    group(&records, "NumCacheClusters=4").await;
    records.done("ModifyReplicationGroup&ReplicationGroupId=group&PrimaryClusterId=group-004").await;
    records.bring_up_group("group").await;
    let serving = refused(&records, FEWER, "ReplicasToRemove.member.1=group-004").await;
    assert_eq!(serving.code(), (400, "InvalidParameterValue"));
    assert!(serving.message.contains("serving as primary"), "{}", serving.message);
    let answer = done(&records, FEWER, "NewReplicaCount=1").await;
    assert_eq!(texts(&answer, "Status")[0], "modifying");
    assert_eq!(leaving(&records), ["group-002", "group-003"]);
    assert_eq!(members(&records)[0].len(), 4, "they stay until nothing of them is left");
    assert_eq!(texts(&records.described("group-003").await, "CacheClusterStatus"), ["deleting"]);
    records.bring_up_group("group").await;
    done(&records, FEWER, "NewReplicaCount=0").await;
    assert_eq!(leaving(&records), ["group-001"]);
}

#[tokio::test]
async fn a_group_that_fails_over_keeps_a_replica() {
    for (shape, needs_one) in [
        ("NumCacheClusters=2&AutomaticFailoverEnabled=true", true),
        ("NumCacheClusters=2&AutomaticFailoverEnabled=true&MultiAZEnabled=true", true),
        ("NumNodeGroups=2&ReplicasPerNodeGroup=1&MultiAZEnabled=true&AutomaticFailoverEnabled=true", true),
        ("NumNodeGroups=2&ReplicasPerNodeGroup=1", false),
    ] {
        let records = Records::new();
        group(&records, shape).await;
        if needs_one {
            let refusal = refused(&records, FEWER, "NewReplicaCount=0").await;
            assert_eq!(refusal.code(), (400, "InvalidParameterCombination"), "{shape}");
        } else {
            done(&records, FEWER, "NewReplicaCount=0").await;
        }
    }
}

#[tokio::test]
async fn automatic_snapshots_go_on_when_their_member_goes() {
    let records = Records::new();
    group(&records, "NumCacheClusters=3&SnapshotRetentionLimit=5").await;
    assert_eq!(record(&records).snapshotting_cluster_id.as_deref(), Some("group-002"));
    done(&records, FEWER, "ReplicasToRemove.member.1=group-002").await;
    assert_eq!(record(&records).snapshotting_cluster_id.as_deref(), Some("group-003"));
    assert_eq!(member(&records, "group-003").snapshot_retention_limit, 5);
    records.bring_up_group("group").await;
    records.done("DeleteCacheCluster&CacheClusterId=group-003").await;
    assert_eq!(record(&records).snapshotting_cluster_id.as_deref(), Some("group-001"));
    assert_eq!(member(&records, "group-001").snapshot_retention_limit, 5);
}

/// How many slots each shard is to have in the end, by its id.
fn targets(records: &Records) -> Vec<(String, usize)> {
    let group = record(records);
    let target = &group.resharding.as_ref().expect("slots on their way").target;
    target.iter().map(|(id, slots)| (id.to_string(), slots.len())).collect()
}

#[tokio::test]
async fn new_shards_are_like_the_others_and_get_their_share_of_the_slots() {
    let records = Records::new();
    group(&records, "NumNodeGroups=2&ReplicasPerNodeGroup=1&SnapshotRetentionLimit=3").await;
    let answer = done(&records, RESHARD, "NodeGroupCount=3").await;
    assert_eq!(texts(&answer, "Status"), ["modifying", "modifying", "modifying", "creating"]);
    assert_eq!(texts(&answer, "ProgressPercentage"), ["0.0"]);
    assert_eq!(members(&records)[2], ["group-0003-001", "group-0003-002"]);
    let sizes = [5462, 5461, 5461];
    assert_eq!(
        targets(&records),
        ["0001", "0002", "0003"].map(str::to_owned).into_iter().zip(sizes).collect::<Vec<_>>()
    );
    let group = record(&records);
    assert_eq!(group.resharding.as_ref().map(|resharding| resharding.slots_to_move), Some(5461), "no more than needed");
    assert!(group.node_groups.values().next_back().expect("a shard").slots.is_empty(), "none has moved yet");
    assert_eq!(member(&records, "group-0003-002").snapshot_retention_limit, 3);
    records.bring_up_group("group").await;
    let even = refused(&records, RESHARD, "NodeGroupCount=3").await;
    let text = "Slots in the replication group are uniformly distributed. Nothing to do.";
    assert_eq!(even, Refusal::new(400, "InvalidReplicationGroupState", text));
}

#[tokio::test]
async fn new_shards_can_be_as_they_are_asked_to_be() {
    let records = Records::new();
    group(&records, "NumNodeGroups=2&ReplicasPerNodeGroup=1").await;
    let shard = "ReshardingConfiguration.ReshardingConfiguration.1";
    let zone =
        |number: usize, zone: &str| format!("&{shard}.PreferredAvailabilityZones.AvailabilityZone.{number}={zone}");
    let one = format!("NodeGroupCount=3&{shard}.NodeGroupId=0042{}", zone(1, "us-east-1f"));
    assert_eq!(refused(&records, RESHARD, &one).await.code(), (400, "InvalidParameterValue"), "a zone for each member");
    for (asked, why) in [
        (format!("NodeGroupCount=4&{shard}.NodeGroupId=0042"), "an entry for each new shard"),
        (format!("NodeGroupCount=3&{shard}.NodeGroupId=0002"), "it exists"),
        (format!("NodeGroupCount=3&{shard}.NodeGroupId=x"), "it is no id"),
    ] {
        assert_eq!(refused(&records, RESHARD, &asked).await.code(), (400, "InvalidParameterValue"), "{why}");
    }
    done(&records, RESHARD, &format!("{one}{}", zone(2, "us-east-1b"))).await;
    let zones = ["group-0042-001", "group-0042-002"]
        .map(|id| member(&records, id).nodes[&NodeId::FIRST].availability_zone.clone());
    assert_eq!(zones, ["us-east-1f", "us-east-1b"]);
}

#[tokio::test]
async fn shards_that_go_give_their_slots_to_the_others_and_their_numbers_are_not_used_again() {
    let records = Records::new();
    group(&records, "NumNodeGroups=3").await;
    let fewer = "NodeGroupCount=2&NodeGroupsToRemove.NodeGroupToRemove.1=0001";
    done(&records, RESHARD, fewer).await;
    let group = record(&records);
    assert_eq!(group.node_groups.values().map(|shard| shard.leaving).collect::<Vec<_>>(), [true, false, false]);
    let half = usize::from(SLOTS) / 2;
    assert_eq!(targets(&records), [("0001".into(), 0), ("0002".into(), half), ("0003".into(), half)]);
    records.bring_up_group("group").await;
    done(&records, RESHARD, "NodeGroupCount=3").await;
    records.bring_up_group("group").await;
    assert_eq!(
        record(&records).node_groups.keys().map(ToString::to_string).collect::<Vec<_>>(),
        ["0002", "0003", "0004"]
    );
    let retained = "NodeGroupCount=1&NodeGroupsToRetain.NodeGroupToRetain.1=0003";
    done(&records, RESHARD, retained).await;
    records.bring_up_group("group").await;
    assert_eq!(members(&records), [["group-0003-001"]]);
    assert_eq!(record(&records).node_groups.values().next().expect("a shard").slots.len(), usize::from(SLOTS));
}

#[tokio::test]
async fn slots_are_evened_out() {
    let records = Records::new();
    let shard = |number: usize, slots: &str| {
        let prefix = format!("NodeGroupConfiguration.NodeGroupConfiguration.{number}");
        format!("{prefix}.Slots={slots}&{prefix}.ReplicaCount=0")
    };
    group(&records, &format!("{}&{}", shard(1, "0-99"), shard(2, "100-16383"))).await;
    done(&records, RESHARD, "NodeGroupCount=2").await;
    let half = usize::from(SLOTS) / 2;
    assert_eq!(targets(&records), [("0001".into(), half), ("0002".into(), half)]);
}

#[tokio::test]
async fn shard_configurations_are_checked() {
    let records = Records::new();
    group(&records, "NumNodeGroups=3").await;
    let remove = "NodeGroupsToRemove.NodeGroupToRemove.1";
    let retain = "NodeGroupsToRetain.NodeGroupToRetain.1";
    let value = (400, "InvalidParameterValue");
    let combination = (400, "InvalidParameterCombination");
    for (asked, code) in [
        ("NodeGroupCount=0".to_owned(), value),
        ("NodeGroupCount=501".to_owned(), (400, "NodeGroupsPerReplicationGroupQuotaExceeded")),
        ("NodeGroupCount=2".to_owned(), combination),
        (format!("NodeGroupCount=2&{remove}=0001&{retain}=0001"), combination),
        (format!("NodeGroupCount=4&{remove}=0001"), combination),
        (format!("NodeGroupCount=3&{retain}=0001"), combination),
        (format!("NodeGroupCount=1&{remove}=0001"), value),
        (format!("NodeGroupCount=2&{retain}=0001"), value),
        (format!("NodeGroupCount=2&{remove}=0009"), (404, "NodeGroupNotFoundFault")),
        ("NodeGroupCount=2&ReshardingConfiguration.ReshardingConfiguration.1.NodeGroupId=0007".to_owned(), combination),
    ] {
        assert_eq!(refused(&records, RESHARD, &asked).await.code(), code, "{asked}");
    }
    let later = format!("{RESHARD}&ReplicationGroupId=group&ApplyImmediately=false&NodeGroupCount=4");
    assert_eq!(records.refused(&later).await.code(), value);

    let records = Records::new();
    group(&records, "NumCacheClusters=2").await;
    assert_eq!(refused(&records, RESHARD, "NodeGroupCount=2").await.code(), value);

    let records = Records::strict();
    group(&records, "NumNodeGroups=45&ReplicasPerNodeGroup=1").await;
    let full = refused(&records, RESHARD, "NodeGroupCount=46").await;
    assert_eq!(full.code(), (400, "NodeQuotaForClusterExceeded"));
    assert_eq!(refused(&records, MORE, "NewReplicaCount=2").await.code(), (400, "NodeQuotaForClusterExceeded"));
}

const TEST: &str = "TestFailover&ReplicationGroupId=group&NodeGroupId=";

#[tokio::test]
async fn a_tested_failover_shows_in_events_only() {
    let records = Records::new();
    group(&records, "NumCacheClusters=2&AutomaticFailoverEnabled=true").await;
    let answer = records.done(&format!("{TEST}0001")).await;
    assert_eq!(texts(&answer, "Status"), ["available"; 2]);
    let shard = record(&records).node_groups.values().next().expect("a shard").clone();
    assert_eq!(shard.promotion, Some(Promotion { to: None, replaces_primary: true }));
    let events = records.done("DescribeEvents&SourceType=replication-group&SourceIdentifier=group").await;
    assert_eq!(texts(&events, "Message"), ["Test Failover API called for node group 0001"]);
    let again = records.refused(&format!("{TEST}0001")).await;
    assert_eq!(again.code(), (400, "InvalidReplicationGroupState"), "one at a time");
}

#[tokio::test]
async fn a_failover_can_be_tested_where_there_is_someone_to_fail_over_to() {
    let state = (400, "InvalidReplicationGroupState");
    for (shape, shard, code) in [
        ("NumCacheClusters=2", "0001", state),
        ("NumNodeGroups=2", "0001", state),
        ("NumCacheClusters=2&AutomaticFailoverEnabled=true", "0002", (404, "NodeGroupNotFoundFault")),
        ("NumCacheClusters=2&AutomaticFailoverEnabled=true", "first", (400, "InvalidParameterValue")),
    ] {
        let records = Records::new();
        group(&records, shape).await;
        assert_eq!(records.refused(&format!("{TEST}{shard}")).await.code(), code, "{shape} {shard}");
        assert!(record(&records).test_failovers.is_empty());
    }
}

#[tokio::test]
async fn failovers_can_be_tested_fifteen_times_a_day() {
    let records = Records::new();
    group(&records, "NumCacheClusters=2&AutomaticFailoverEnabled=true").await;
    for _ in 0..15 {
        records.done(&format!("{TEST}0001")).await;
        records.bring_up_group("group").await;
    }
    let refusal = records.refused(&format!("{TEST}0001")).await;
    assert_eq!(refusal.code(), (400, "APICallRateForCustomerExceeded"));
    records.clock.advance(Duration::from_hours(24)).expect("a later time");
    records.done(&format!("{TEST}0001")).await;
    assert_eq!(record(&records).test_failovers.len(), 1, "those that count no more are forgotten");
}
