//! Cache clusters that belong to a replication group: how they come to it and leave it, and what can be done to them.

use cachette::model::{CacheCluster, EngineRef, ReplicationGroup};

use crate::{
    answer::{Refusal, texts},
    records::Records,
};

/// Records with an available group of this shape.
async fn with_group(asked: &str) -> Records {
    let records = Records::new();
    let group =
        "CreateReplicationGroup&ReplicationGroupId=group&ReplicationGroupDescription=d&CacheNodeType=cache.t3.micro";
    records.done(&format!("{group}&{asked}")).await;
    records.bring_up_group("group").await;
    records
}

fn members(records: &Records) -> Vec<String> {
    records.get::<ReplicationGroup>("group").expect("a group").member_ids().cloned().collect()
}

fn tag(records: &Records, id: &str) -> Option<String> {
    records.get::<CacheCluster>(id).expect("a cluster").tags.get("k").map(str::to_owned)
}

/// Records with a redis of its own, called `cache`, that was rebooted once.
async fn with_cluster(asked: &str) -> Records {
    let records = Records::new();
    let cluster = "CreateCacheCluster&CacheClusterId=cache&Engine=redis&CacheNodeType=cache.t3.small&Port=7001";
    records.done(&format!("{cluster}&{asked}")).await;
    records.bring_up("cache").await;
    records.done("RebootCacheCluster&CacheClusterId=cache&CacheNodeIdsToReboot.CacheNodeId.1=0001").await;
    records.bring_up("cache").await;
    records
}

const FROM_CLUSTER: &str = "CreateReplicationGroup&ReplicationGroupId=group&ReplicationGroupDescription=d\
                            &PrimaryClusterId=Cache&NumCacheClusters=3";

#[tokio::test]
async fn a_cluster_becomes_the_primary_of_replicas_like_it() {
    let records = with_cluster("EngineVersion=6.2&Tags.Tag.1.Key=k&Tags.Tag.1.Value=old").await;
    let uid = records.get::<CacheCluster>("cache").expect("a cluster").uid.clone();
    // What Terraform says of every group, and what the cluster has anyway, does not stand in the way.
    let created = records.done(&format!("{FROM_CLUSTER}&Engine=redis&CacheNodeType=cache.t3.small")).await;
    assert_eq!(texts(&created, "ClusterId"), ["cache", "group-001", "group-002"]);
    let group = records.get::<ReplicationGroup>("group").expect("a group");
    let shard = group.node_groups.values().next().expect("a shard");
    assert_eq!(shard.primary, EngineRef { cache_cluster_id: "cache".into(), generation: 2 });
    assert_eq!(group.port, 7001);
    assert_eq!(group.tags.get("k"), Some("old"));
    let primary = records.get::<CacheCluster>("cache").expect("a cluster");
    assert_eq!(primary.uid, uid, "it is still the same, engine and data");
    assert!(records.described("cache").await.contains("<ReplicationGroupId>group</ReplicationGroupId>"));
    for id in ["group-001", "group-002"] {
        let replica = records.get::<CacheCluster>(id).expect("a replica");
        assert_eq!(replica.cache_node_type, "cache.t3.small");
        assert_eq!(replica.engine_version, primary.engine_version);
        assert_ne!(replica.uid, uid);
        assert_eq!(tag(&records, id).as_deref(), Some("old"));
    }
}

#[tokio::test]
async fn the_tags_of_a_request_replace_those_of_the_primary() {
    let records = with_cluster("Tags.Tag.1.Key=mine&Tags.Tag.1.Value=1").await;
    records.done(&format!("{FROM_CLUSTER}&Tags.Tag.1.Key=k&Tags.Tag.1.Value=new")).await;
    for id in ["cache", "group-001"] {
        assert_eq!(tag(&records, id).as_deref(), Some("new"));
        assert!(records.get::<CacheCluster>(id).expect("a cluster").tags.get("mine").is_none(), "{id}");
    }
}

#[tokio::test]
async fn a_cluster_cannot_become_a_primary_of_another_kind() {
    let records = with_cluster("").await;
    for asked in [
        "Engine=valkey",
        "EngineVersion=6.2",
        "CacheNodeType=cache.t3.micro",
        "CacheParameterGroupName=default.redis6.x",
        "SecurityGroupIds.SecurityGroupId.1=sg-1",
        "Port=6379",
        "PreferredMaintenanceWindow=sun:00:00-sun:01:00",
        "NotificationTopicArn=arn:aws:sns:us-east-1:000000000000:topic",
        "AutoMinorVersionUpgrade=false",
        "AtRestEncryptionEnabled=true",
        "ClusterMode=enabled",
    ] {
        let refusal = records.refused(&format!("{FROM_CLUSTER}&{asked}")).await;
        assert_eq!(refusal.code(), (400, "InvalidParameterCombination"), "{asked}");
        assert!(records.get::<CacheCluster>("cache").expect("a cluster").membership.is_none());
    }
    records.done("RebootCacheCluster&CacheClusterId=cache&CacheNodeIdsToReboot.CacheNodeId.1=0001").await;
    assert_eq!(records.refused(FROM_CLUSTER).await.code(), (400, "InvalidCacheClusterState"));
    records.bring_up("cache").await;
    records.done(FROM_CLUSTER).await;
    let again = FROM_CLUSTER.replace("=group", "=other");
    assert_eq!(records.refused(&again).await.code(), (400, "InvalidCacheClusterState"));
    records.done("CreateCacheCluster&CacheClusterId=other&CacheNodeType=cache.t3.micro").await;
    records.bring_up("other").await;
    let memcached = FROM_CLUSTER.replace("=Cache", "=other").replace("=group", "=more");
    assert_eq!(records.refused(&memcached).await, Refusal::value("Specified engine does not support replication."));
}

#[tokio::test]
async fn a_replica_joins_a_group_and_is_like_the_others() {
    let records = with_group("Engine=valkey&Tags.Tag.1.Key=k&Tags.Tag.1.Value=group").await;
    let join = "CreateCacheCluster&ReplicationGroupId=Group&CacheClusterId";
    let created = records.done(&format!("{join}=mine&PreferredAvailabilityZone=us-east-1d&NumCacheNodes=1")).await;
    for part in [
        "<CacheClusterStatus>creating</CacheClusterStatus>",
        "<ReplicationGroupId>group</ReplicationGroupId>",
        "<Engine>valkey</Engine>",
        "<CacheNodeType>cache.t3.micro</CacheNodeType>",
        "<PreferredAvailabilityZone>us-east-1d</PreferredAvailabilityZone>",
    ] {
        assert!(created.contains(part), "{part}: {created}");
    }
    let group = records.described_group("group").await;
    assert_eq!(texts(&group, "Status"), ["modifying", "modifying"]);
    assert_eq!(texts(&group, "ClusterId"), ["group-001", "mine"]);
    assert_eq!(texts(&group, "CacheClusterId"), ["group-001"], "the other has no endpoint yet");
    let text = "Replication group must be in available state to modify.";
    assert_eq!(records.refused(&format!("{join}=next")).await, Refusal::new(400, "InvalidReplicationGroupState", text));
    assert_eq!(members(&records), ["group-001", "mine"]);
    assert_eq!(tag(&records, "mine").as_deref(), Some("group"));
    records.bring_up_group("group").await;
    records.done(&format!("{join}=next&Tags.Tag.1.Key=k&Tags.Tag.1.Value=own&AutoMinorVersionUpgrade=false")).await;
    assert_eq!(tag(&records, "next").as_deref(), Some("own"));
    let zone = |id: &str| {
        let member = records.get::<CacheCluster>(id).expect("a member");
        member.nodes.values().next().expect("a node").availability_zone.clone()
    };
    assert!(![zone("group-001"), zone("mine")].contains(&zone("next")), "a zone where there is none yet");
    for id in ["a", "b", "c"] {
        records.bring_up_group("group").await;
        records.done(&format!("{join}={id}")).await;
    }
    records.bring_up_group("group").await;
    let text = "Cluster node quota exceeded. Each cluster can have at most 6 nodes in this region.";
    assert_eq!(records.refused(&format!("{join}=d")).await, Refusal::new(400, "NodeQuotaForClusterExceeded", text));
}

#[tokio::test]
async fn a_replica_cannot_join_with_settings_of_its_own() {
    let records = with_group("NumCacheClusters=1").await;
    let join = "CreateCacheCluster&ReplicationGroupId=group&CacheClusterId=mine";
    let text = "Cannot specify additional cache cluster parameters when creating a replica cluster";
    for asked in [
        "Engine=redis",
        "CacheNodeType=cache.t3.micro",
        "NumCacheNodes=2",
        "Port=6379",
        "SecurityGroupIds.SecurityGroupId.1=sg-1",
        "SnapshotRetentionLimit=1",
    ] {
        assert_eq!(records.refused(&format!("{join}&{asked}")).await, Refusal::combination(text), "{asked}");
    }
    assert_eq!(records.refused(&join.replace("=mine", "=group-001")).await.code(), (400, "CacheClusterAlreadyExists"));
    assert_eq!(members(&records), ["group-001"]);
    let clustered = with_group("NumNodeGroups=2").await;
    assert_eq!(clustered.refused(join).await.code(), (400, "InvalidParameterCombination"));
}

#[tokio::test]
async fn members_leave_only_when_the_group_can_do_without_them() {
    let in_state = |text: &str| Refusal::new(400, "InvalidCacheClusterState", text);
    let delete = |id: &str| format!("DeleteCacheCluster&CacheClusterId={id}");
    let single = with_group("NumCacheClusters=1").await;
    assert_eq!(
        single.refused(&delete("group-001")).await,
        in_state("Cannot delete group-001 because it is the only member of a replication group.")
    );
    let records = with_group("NumCacheClusters=3&SnapshotRetentionLimit=2").await;
    assert_eq!(
        records.refused(&delete("group-001")).await,
        in_state("Cannot delete group-001 because it is serving as primary for replication group group.")
    );
    let deleted = records.done(&delete("group-002")).await;
    assert_eq!(texts(&deleted, "CacheClusterStatus"), ["deleting"]);
    let group = records.get::<ReplicationGroup>("group").expect("a group");
    assert_eq!(group.snapshotting_cluster_id.as_deref(), Some("group-003"), "somebody else has them taken");
    assert_eq!(records.get::<CacheCluster>("group-003").expect("a member").snapshot_retention_limit, 2);
    assert_eq!(members(&records).len(), 3, "until the reconciler has removed it");
    assert!(texts(&records.described_group("group").await, "Status").contains(&"modifying".to_owned()));
    // One that is on its way out is not there to rely on.
    records.done(&delete("group-003")).await;
    assert!(records.refused(&delete("group-001")).await.message.contains("only member of a replication group"));
    let safe = with_group("NumCacheClusters=2&AutomaticFailoverEnabled=true").await;
    assert_eq!(safe.refused(&delete("group-002")).await.code(), (400, "InvalidCacheClusterState"));
    let clustered = with_group("NumNodeGroups=2&ReplicasPerNodeGroup=2").await;
    assert_eq!(clustered.refused(&delete("group-0002-003")).await.code(), (400, "InvalidCacheClusterState"));
}

#[tokio::test]
async fn a_rebooted_primary_stays_the_primary() {
    let records = with_group("NumCacheClusters=2").await;
    let reboot = |id: &str| format!("RebootCacheCluster&CacheClusterId={id}&CacheNodeIdsToReboot.CacheNodeId.1=0001");
    let primary = |records: &Records| {
        let group = records.get::<ReplicationGroup>("group").expect("a group");
        group.node_groups.values().next().expect("a shard").primary.clone()
    };
    let rebooting = records.done(&reboot("group-001")).await;
    assert_eq!(texts(&rebooting, "CacheClusterStatus"), ["rebooting cache cluster nodes"]);
    assert_eq!(primary(&records), EngineRef { cache_cluster_id: "group-001".into(), generation: 2 });
    records.done(&reboot("group-002")).await;
    assert_eq!(primary(&records).generation, 2, "a replica has nothing to do with it");
    let clustered = with_group("NumNodeGroups=2").await;
    assert_eq!(clustered.refused(&reboot("group-0001-001")).await.code(), (400, "InvalidParameterCombination"));
}

#[tokio::test]
async fn the_settings_of_members_are_changed_with_the_group() {
    let records = with_group("NumCacheClusters=2").await;
    let modify = "ModifyCacheCluster&CacheClusterId=group-002&ApplyImmediately=true";
    for asked in [
        "CacheNodeType=cache.t3.small",
        "EngineVersion=7.1",
        "CacheParameterGroupName=default.redis7",
        "SecurityGroupIds.SecurityGroupId.1=sg-1",
        "SnapshotRetentionLimit=1",
    ] {
        let refusal = records.refused(&format!("{modify}&{asked}")).await;
        assert_eq!(refusal.code(), (400, "InvalidParameterCombination"), "{asked}");
        assert!(refusal.message.contains("Please use ModifyReplicationGroup."), "{}", refusal.message);
    }
    let modified = records.done(&format!("{modify}&PreferredMaintenanceWindow=sun:00:00-sun:01:00")).await;
    assert!(modified.contains("<PreferredMaintenanceWindow>sun:00:00-sun:01:00</PreferredMaintenanceWindow>"));
}

#[tokio::test]
async fn members_can_be_left_out_of_a_description() {
    let records = with_group("NumCacheClusters=2").await;
    records.done("CreateCacheCluster&CacheClusterId=cache&CacheNodeType=cache.t3.micro").await;
    let describe = "DescribeCacheClusters&ShowCacheClustersNotInReplicationGroups";
    let ids = async |asked: &str| texts(&records.done(&format!("{describe}={asked}")).await, "CacheClusterId");
    assert_eq!(ids("true").await, ["cache"]);
    assert_eq!(ids("false").await, ["cache", "group-001", "group-002"]);
}

#[tokio::test]
async fn a_group_can_be_changed_to_what_its_members_can() {
    let records = with_group("NumCacheClusters=2").await;
    let allowed = async |asked: &str| {
        let answer = records.done(&format!("ListAllowedNodeTypeModifications&{asked}")).await;
        answer.split_once("<ScaleUpModifications>").expect("node types").1.to_owned()
    };
    assert_eq!(allowed("ReplicationGroupId=GROUP").await, allowed("CacheClusterId=group-002").await);
}

#[tokio::test]
async fn tags_of_a_group_are_those_of_its_members() {
    let records = with_group("NumCacheClusters=2").await;
    let arn = "ResourceName=arn:aws:elasticache:us-east-1:000000000000";
    records.done(&format!("AddTagsToResource&{arn}:cluster:group-002&Tags.Tag.1.Key=own&Tags.Tag.1.Value=1")).await;
    let group = format!("{arn}:replicationgroup:group");
    let added = records.done(&format!("AddTagsToResource&{group}&Tags.Tag.1.Key=k&Tags.Tag.1.Value=v")).await;
    assert_eq!(texts(&added, "Key"), ["k"]);
    assert_eq!(["group-001", "group-002"].map(|id| tag(&records, id)), [Some("v".into()), Some("v".into())]);
    // What one member has lost already is no reason not to take it from the others.
    records.done(&format!("RemoveTagsFromResource&{arn}:cluster:group-001&TagKeys.member.1=k")).await;
    let removed = records.done(&format!("RemoveTagsFromResource&{group}&TagKeys.member.1=k")).await;
    assert!(texts(&removed, "Key").is_empty());
    assert_eq!(["group-001", "group-002"].map(|id| tag(&records, id)), [None, None]);
    assert_eq!(records.get::<CacheCluster>("group-002").expect("a member").tags.get("own"), Some("1"));
    let gone = records.refused(&format!("RemoveTagsFromResource&{group}&TagKeys.member.1=k")).await;
    assert_eq!(gone.code(), (404, "TagNotFound"));
    records.done("CreateCacheCluster&ReplicationGroupId=group&CacheClusterId=mine").await;
    let text = "Cluster not in available state to perform tagging operations.";
    assert_eq!(
        records.refused(&format!("ListTagsForResource&{group}")).await,
        Refusal::new(400, "InvalidReplicationGroupState", text)
    );
}

#[tokio::test]
async fn a_parameter_group_for_cluster_mode_makes_a_cluster_and_is_in_use() {
    let records = Records::new();
    let name = "CacheParameterGroupName=clustered";
    records.done(&format!("CreateCacheParameterGroup&{name}&CacheParameterGroupFamily=redis7&Description=d")).await;
    let set = format!(
        "ModifyCacheParameterGroup&{name}&ParameterNameValues.ParameterNameValue.1.ParameterName=cluster-enabled\
         &ParameterNameValues.ParameterNameValue.1.ParameterValue"
    );
    records.done(&format!("{set}=yes")).await;
    let created = records
        .done(&format!(
            "CreateReplicationGroup&ReplicationGroupId=group&ReplicationGroupDescription=d\
             &CacheNodeType=cache.t3.micro&{name}"
        ))
        .await;
    assert_eq!(texts(&created, "ClusterMode"), ["enabled"]);
    assert_eq!(
        records.refused(&format!("DeleteCacheParameterGroup&{name}")).await.code(),
        (400, "InvalidCacheParameterGroupState")
    );
    assert_eq!(records.refused(&format!("{set}=no")).await.code(), (400, "InvalidParameterValue"));
}
