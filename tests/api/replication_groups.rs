//! `CreateReplicationGroup`, `DescribeReplicationGroups` and `DeleteReplicationGroup`.

use cachette::model::{CacheCluster, ReplicationGroup};

use crate::{
    answer::{Refusal, texts},
    records::Records,
};

/// A group of one redis, but for what is added.
const GROUP: &str = "CreateReplicationGroup&ReplicationGroupId=group&ReplicationGroupDescription=d\
                     &CacheNodeType=cache.t3.micro";

/// The members of a group, as its record has them, shard by shard.
fn members(records: &Records) -> Vec<Vec<String>> {
    let group = records.get::<ReplicationGroup>("group").expect("a group");
    group.node_groups.values().map(|shard| shard.members.clone()).collect()
}

/// A `NodeGroupConfiguration` for each shard.
fn configurations(shards: &[&str]) -> String {
    let prefixed = shards.iter().zip(1..).flat_map(|(shard, number)| {
        let prefix = format!("&NodeGroupConfiguration.NodeGroupConfiguration.{number}.");
        shard.split('&').flat_map(move |pair| [prefix.clone(), pair.to_owned()])
    });
    prefixed.collect()
}

#[tokio::test]
async fn a_group_that_is_being_created_has_members_and_no_endpoints() {
    let records = Records::new();
    let created = records.done(&format!("{GROUP}&NumCacheClusters=3&AutomaticFailoverEnabled=true")).await;
    for part in [
        "<ReplicationGroupId>group</ReplicationGroupId>",
        "<Description>d</Description>",
        "<Status>creating</Status>",
        "<PendingModifiedValues/>",
        "<MemberClusters><ClusterId>group-001</ClusterId><ClusterId>group-002</ClusterId>\
         <ClusterId>group-003</ClusterId></MemberClusters>",
        "<AutomaticFailover>enabling</AutomaticFailover>",
        "<MultiAZ>disabled</MultiAZ>",
        "<ClusterEnabled>false</ClusterEnabled>",
        "<ClusterMode>disabled</ClusterMode>",
        "<CacheNodeType>cache.t3.micro</CacheNodeType>",
        "<SnapshotRetentionLimit>0</SnapshotRetentionLimit>",
        "<SnapshotWindow>",
        "<TransitEncryptionEnabled>false</TransitEncryptionEnabled>",
        "<AtRestEncryptionEnabled>false</AtRestEncryptionEnabled>",
        "<AuthTokenEnabled>false</AuthTokenEnabled>",
        "<DataTiering>disabled</DataTiering>",
        "<AutoMinorVersionUpgrade>true</AutoMinorVersionUpgrade>",
        "<NetworkType>ipv4</NetworkType>",
        "<IpDiscovery>ipv4</IpDiscovery>",
        "<Engine>redis</Engine>",
        "<ARN>arn:aws:elasticache:us-east-1:000000000000:replicationgroup:group</ARN>",
    ] {
        assert!(created.contains(part), "{part}: {created}");
    }
    for absent in ["<NodeGroups", "Endpoint>", "<ReplicationGroupCreateTime>", "<SnapshottingClusterId>", "<KmsKeyId>"]
    {
        assert!(!created.contains(absent), "{absent}: {created}");
    }
    assert_eq!(texts(&records.described_group("GROUP").await, "Status"), ["creating"]);
    for id in ["group-001", "group-002", "group-003"] {
        let member = records.described(id).await;
        for part in [
            "<CacheClusterStatus>creating</CacheClusterStatus>",
            "<ReplicationGroupId>group</ReplicationGroupId>",
            "<NumCacheNodes>1</NumCacheNodes>",
            "<CacheParameterGroupName>default.redis7</CacheParameterGroupName>",
        ] {
            assert!(member.contains(part), "{part}: {member}");
        }
    }
}

#[tokio::test]
async fn a_group_without_cluster_mode_has_a_primary_a_reader_and_roles() {
    let records = Records::new();
    records.done(&format!("{GROUP}&NumCacheClusters=2&AutomaticFailoverEnabled=true&MultiAZEnabled=true")).await;
    records.bring_up_group("group").await;
    let group = records.described_group("group").await;
    assert_eq!(texts(&group, "Status"), ["available", "available"]);
    assert_eq!(texts(&group, "AutomaticFailover"), ["enabled"]);
    assert_eq!(texts(&group, "MultiAZ"), ["enabled"]);
    assert_eq!(texts(&group, "NodeGroupId"), ["0001"]);
    assert_eq!(texts(&group, "CurrentRole"), ["primary", "replica"]);
    assert_eq!(texts(&group, "CacheNodeId"), ["0001", "0001"]);
    assert_eq!(texts(&group, "ReadEndpoint"), ["<Address>localhost</Address><Port>7000</Port>"; 2]);
    assert_eq!(texts(&group, "PrimaryEndpoint"), ["<Address>localhost</Address><Port>6001</Port>"]);
    assert_eq!(texts(&group, "ReaderEndpoint"), ["<Address>localhost</Address><Port>6002</Port>"]);
    assert_eq!(texts(&group, "ReplicationGroupCreateTime").len(), 1);
    let zones = texts(&group, "PreferredAvailabilityZone");
    assert!(zones.len() == 2 && zones[0] != zones[1], "{zones:?}");
    assert!(!group.contains("<ConfigurationEndpoint>") && !group.contains("<Slots>"), "{group}");
}

#[tokio::test]
async fn a_group_in_cluster_mode_has_slots_and_a_configuration_endpoint() {
    let records = Records::new();
    records.done(&format!("{GROUP}&NumNodeGroups=3&ReplicasPerNodeGroup=1")).await;
    records.bring_up_group("group").await;
    let group = records.described_group("group").await;
    assert_eq!(texts(&group, "Status"), ["available"; 4]);
    assert_eq!(texts(&group, "ClusterEnabled"), ["true"]);
    assert_eq!(texts(&group, "ClusterMode"), ["enabled"]);
    assert_eq!(texts(&group, "AutomaticFailover"), ["enabled"]);
    assert_eq!(texts(&group, "Slots"), ["0-5461", "5462-10922", "10923-16383"]);
    assert_eq!(texts(&group, "NodeGroupId"), ["0001", "0002", "0003"]);
    assert_eq!(texts(&group, "ConfigurationEndpoint"), ["<Address>localhost</Address><Port>6003</Port>"]);
    assert_eq!(texts(&group, "CacheClusterId").len(), 6);
    for absent in ["<CurrentRole>", "<ReadEndpoint>", "<PrimaryEndpoint>", "<ReaderEndpoint>"] {
        assert!(!group.contains(absent), "{absent}: {group}");
    }
    let expected = [1, 2, 3].map(|shard| [1, 2].map(|member| format!("group-000{shard}-00{member}")).to_vec());
    assert_eq!(members(&records), expected);
    let member = records.described("group-0002-002").await;
    assert!(
        member.contains("<CacheParameterGroupName>default.redis7.cluster.on</CacheParameterGroupName>"),
        "{member}"
    );
}

#[tokio::test]
async fn a_group_can_be_made_compatible_with_both() {
    let records = Records::new();
    records.done(&format!("{GROUP}&ClusterMode=compatible&ReplicasPerNodeGroup=1")).await;
    records.bring_up_group("group").await;
    let group = records.described_group("group").await;
    assert_eq!(texts(&group, "ClusterMode"), ["compatible"]);
    assert_eq!(texts(&group, "Slots"), ["0-16383"]);
    assert_eq!(texts(&group, "CurrentRole"), ["primary", "replica"]);
    for endpoint in ["ConfigurationEndpoint", "PrimaryEndpoint", "ReaderEndpoint"] {
        assert_eq!(texts(&group, endpoint).len(), 1, "{endpoint}: {group}");
    }
}

#[tokio::test]
async fn one_shard_is_in_cluster_mode_only_when_asked_to() {
    for (asked, mode, members) in [
        ("NumNodeGroups=1&ReplicasPerNodeGroup=1", "disabled", ["group-001", "group-002"]),
        ("NumNodeGroups=1&NumCacheClusters=2", "disabled", ["group-001", "group-002"]),
        ("ClusterMode=disabled&ReplicasPerNodeGroup=1", "disabled", ["group-001", "group-002"]),
        ("ClusterMode=enabled&ReplicasPerNodeGroup=1", "enabled", ["group-0001-001", "group-0001-002"]),
        (
            "CacheParameterGroupName=default.redis7.cluster.on&ReplicasPerNodeGroup=1",
            "enabled",
            ["group-0001-001", "group-0001-002"],
        ),
    ] {
        let records = Records::new();
        let created = records.done(&format!("{GROUP}&{asked}")).await;
        assert_eq!(texts(&created, "ClusterMode"), [mode], "{asked}");
        assert_eq!(texts(&created, "ClusterId"), members, "{asked}");
    }
}

#[tokio::test]
async fn each_shard_can_be_as_it_is_asked_to_be() {
    let records = Records::new();
    let configurations = configurations(&[
        "NodeGroupId=0007&Slots=0-99,200-16383&ReplicaCount=0&PrimaryAvailabilityZone=us-east-1c",
        "Slots=100-199&PrimaryAvailabilityZone=us-east-1b&ReplicaCount=2\
         &ReplicaAvailabilityZones.AvailabilityZone.1=us-east-1a\
         &ReplicaAvailabilityZones.AvailabilityZone.2=us-east-1d",
    ]);
    records.done(&format!("{GROUP}&AutomaticFailoverEnabled=true{configurations}")).await;
    records.bring_up_group("group").await;
    let group = records.described_group("group").await;
    assert_eq!(texts(&group, "NodeGroupId"), ["0001", "0007"], "the other one has the lowest that is left");
    assert_eq!(texts(&group, "Slots"), ["100-199", "0-99,200-16383"]);
    let zones = texts(&group, "PreferredAvailabilityZone");
    assert_eq!(zones, ["us-east-1b", "us-east-1a", "us-east-1d", "us-east-1c"]);
    let expected = [vec!["group-0001-001", "group-0001-002", "group-0001-003"], vec!["group-0007-001"]];
    assert_eq!(members(&records), expected);
    let first = records.get::<CacheCluster>("group-0007-001").expect("a member");
    assert_eq!(first.membership.as_ref().map(|member| member.node_group_id.as_str()), Some("0007"));
}

#[tokio::test]
async fn preferred_zones_are_those_of_the_members_in_order() {
    let records = Records::new();
    let zones = "&PreferredCacheClusterAZs.AvailabilityZone.1=us-east-1d\
                 &PreferredCacheClusterAZs.AvailabilityZone.2=us-east-1a";
    records.done(&format!("{GROUP}&NumCacheClusters=2{zones}")).await;
    let zone = |id: &str| {
        let member = records.get::<CacheCluster>(id).expect("a member");
        member.nodes.values().next().map(|node| node.availability_zone.clone())
    };
    assert_eq!([zone("group-001"), zone("group-002")].map(Option::unwrap_or_default), ["us-east-1d", "us-east-1a"]);
}

#[tokio::test]
async fn every_setting_is_that_of_all_members() {
    let records = Records::new();
    let settings = "&Engine=valkey&EngineVersion=8.0&NumCacheClusters=2&Port=7000&CacheSubnetGroupName=default\
                    &SecurityGroupIds.SecurityGroupId.1=sg-1&PreferredMaintenanceWindow=sun:23:00-mon:01:30\
                    &SnapshotRetentionLimit=5&SnapshotWindow=05:00-06:00&AutoMinorVersionUpgrade=false\
                    &NotificationTopicArn=arn:aws:sns:us-east-1:000000000000:topic&Tags.Tag.1.Key=k&Tags.Tag.1.Value=v\
                    &TransitEncryptionEnabled=false\
                    &KmsKeyId=arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555";
    let created = records.done(&format!("{GROUP}{settings}")).await;
    for part in [
        "<Engine>valkey</Engine>",
        "<SnapshotRetentionLimit>5</SnapshotRetentionLimit>",
        "<SnapshotWindow>05:00-06:00</SnapshotWindow>",
        "<SnapshottingClusterId>group-002</SnapshottingClusterId>",
        "<AtRestEncryptionEnabled>true</AtRestEncryptionEnabled>",
        "<StorageEncryptionType>sse-kms</StorageEncryptionType>",
        "<KmsKeyId>arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555</KmsKeyId>",
        "<AutoMinorVersionUpgrade>false</AutoMinorVersionUpgrade>",
    ] {
        assert!(created.contains(part), "{part}: {created}");
    }
    for (id, retention) in [("group-001", 0), ("group-002", 5)] {
        let member = records.described(id).await;
        for part in [
            "<Engine>valkey</Engine>",
            "<EngineVersion>8.0.1</EngineVersion>",
            "<PreferredMaintenanceWindow>sun:23:00-mon:01:30</PreferredMaintenanceWindow>",
            "<SecurityGroupId>sg-1</SecurityGroupId>",
            "<TopicStatus>active</TopicStatus>",
            "<CacheParameterGroupName>default.valkey8</CacheParameterGroupName>",
            "<AtRestEncryptionEnabled>true</AtRestEncryptionEnabled>",
            "<AutoMinorVersionUpgrade>false</AutoMinorVersionUpgrade>",
            &format!("<SnapshotRetentionLimit>{retention}</SnapshotRetentionLimit>"),
        ] {
            assert!(member.contains(part), "{part}: {member}");
        }
        let record = records.get::<CacheCluster>(id).expect("a member");
        assert_eq!((record.port, record.tags.get("k")), (7000, Some("v")));
    }
    assert_eq!(records.get::<ReplicationGroup>("group").expect("a group").tags.get("k"), Some("v"));
}

#[tokio::test]
async fn groups_are_described_in_pages_and_by_identifier() {
    let records = Records::new();
    for number in 0..21 {
        records.done(&GROUP.replace("=group", &format!("=group-{number:02}"))).await;
    }
    let first = records.done("DescribeReplicationGroups&MaxRecords=20").await;
    let marker = &texts(&first, "Marker")[0];
    assert_eq!(texts(&first, "ReplicationGroupId").len(), 20);
    let rest = records.done(&format!("DescribeReplicationGroups&Marker={marker}")).await;
    assert_eq!(texts(&rest, "ReplicationGroupId"), ["group-20"]);
    assert!(!rest.contains("<Marker>"));
    assert_eq!(
        records.refused("DescribeReplicationGroups&ReplicationGroupId=absent").await,
        Refusal::new(404, "ReplicationGroupNotFoundFault", "ReplicationGroup absent not found.")
    );
    assert_eq!(
        records.refused(&GROUP.replace("=group", "=GROUP-07")).await,
        Refusal::new(400, "ReplicationGroupAlreadyExists", "Replication group group-07 already exists.")
    );
}

#[tokio::test]
async fn a_deleted_group_takes_its_members_along() {
    let records = Records::new();
    records.done(&format!("{GROUP}&NumCacheClusters=2")).await;
    records.bring_up_group("group").await;
    let deleted = records.done("DeleteReplicationGroup&ReplicationGroupId=Group").await;
    assert_eq!(texts(&deleted, "Status"), ["deleting"]);
    assert!(!deleted.contains("<MemberClusters") && !deleted.contains("<NodeGroups"), "{deleted}");
    for id in ["group-001", "group-002"] {
        assert_eq!(texts(&records.described(id).await, "CacheClusterStatus"), ["deleting"]);
    }
    assert_eq!(
        records.refused("DeleteReplicationGroup&ReplicationGroupId=group").await,
        Refusal::new(
            400,
            "InvalidReplicationGroupState",
            "Replication group group has status deleting which is not valid for deletion."
        )
    );
    assert_eq!(
        records.refused("DeleteReplicationGroup&ReplicationGroupId=absent").await.code(),
        (404, "ReplicationGroupNotFoundFault")
    );
}

#[tokio::test]
async fn a_primary_that_is_retained_goes_on_by_itself() {
    let records = Records::new();
    records.done(&format!("{GROUP}&NumCacheClusters=2")).await;
    records.bring_up_group("group").await;
    records.done("DeleteReplicationGroup&ReplicationGroupId=group&RetainPrimaryCluster=true").await;
    let primary = records.described("group-001").await;
    assert_eq!(texts(&primary, "CacheClusterStatus"), ["available"]);
    assert!(!primary.contains("<ReplicationGroupId>"), "{primary}");
    assert_eq!(texts(&records.described("group-002").await, "CacheClusterStatus"), ["deleting"]);
    assert_eq!(members(&records), [["group-002"]], "so that the reconciler does not wait for the primary");
}

#[tokio::test]
async fn a_deletion_that_is_refused_changes_nothing() {
    let records = Records::new();
    records.done(&format!("{GROUP}&NumNodeGroups=2")).await;
    records.bring_up_group("group").await;
    for (asked, refusal) in [
        (
            "RetainPrimaryCluster=true",
            "RetainPrimaryCluster is not supported for replication groups with cluster mode enabled.",
        ),
        (
            "RetainPrimaryCluster=true&FinalSnapshotIdentifier=last",
            "FinalSnapshotIdentifier and RetainPrimaryCluster cannot both be specified.",
        ),
    ] {
        let form = format!("DeleteReplicationGroup&ReplicationGroupId=group&{asked}");
        assert_eq!(records.refused(&form).await, Refusal::combination(refusal));
    }
    assert_eq!(texts(&records.described_group("group").await, "Status"), ["available"; 3]);
}

#[tokio::test]
async fn a_strict_server_deletes_only_what_is_available() {
    let records = Records::strict();
    let delete = "DeleteReplicationGroup&ReplicationGroupId=group";
    records.done(&format!("{GROUP}&NumCacheClusters=2")).await;
    let text = "Replication group group has status creating which is not valid for deletion.";
    assert_eq!(records.refused(delete).await, Refusal::new(400, "InvalidReplicationGroupState", text));
    records.bring_up_group("group").await;
    records.done("RebootCacheCluster&CacheClusterId=group-002&CacheNodeIdsToReboot.CacheNodeId.1=0001").await;
    let text = "Cache cluster group-002 is not in a valid state to be deleted";
    assert_eq!(records.refused(delete).await, Refusal::new(400, "InvalidReplicationGroupState", text));
    records.bring_up_group("group").await;
    records.done(delete).await;
    let lenient = Records::new();
    lenient.done(GROUP).await;
    lenient.done(delete).await;
}
