//! `TestMigration`, `StartMigration` and `CompleteMigration`: what they write down, and what they refuse.

use cachette::model::{CacheCluster, CustomerNode, ReplicationGroup};

use crate::{
    answer::{Refusal, texts},
    records::Records,
};

const SOURCE: &str = "CustomerNodeEndpointList.member.1.Address=old.example\
                      &CustomerNodeEndpointList.member.1.Port=6379";

/// A group that can be migrated to, but for what is added.
async fn group(records: &Records, added: &str) {
    let create = "CreateReplicationGroup&ReplicationGroupId=group&ReplicationGroupDescription=d";
    records.done(&format!("{create}&CacheNodeType=cache.m5.large{added}")).await;
    records.bring_up_group("group").await;
}

const FIT: &str = "&NumCacheClusters=3&AutomaticFailoverEnabled=true&MultiAZEnabled=true";

fn record(records: &Records) -> ReplicationGroup {
    ReplicationGroup::clone(&records.get("group").expect("a group"))
}

fn form(operation: &str) -> String {
    format!("{operation}&ReplicationGroupId=GROUP&{SOURCE}")
}

#[tokio::test]
async fn a_migration_is_written_down_and_closes_the_group_to_changes() {
    let records = Records::new();
    group(&records, FIT).await;
    let answer = records.done(&form("StartMigration")).await;
    assert_eq!(texts(&answer, "Status"), ["modifying", "available"], "group and shard");
    let migration = record(&records).migration.expect("a migration");
    assert_eq!(migration.source, CustomerNode { address: "old.example".into(), port: 6379 });
    let again = "Replication group group is already under migration.";
    for operation in ["StartMigration", "TestMigration"] {
        let refused = records.refused(&form(operation)).await;
        assert_eq!(refused, Refusal::new(400, "ReplicationGroupAlreadyUnderMigrationFault", again));
    }
    for change in [
        "ModifyReplicationGroup&ReplicationGroupId=group&ReplicationGroupDescription=e",
        "IncreaseReplicaCount&ReplicationGroupId=group&NewReplicaCount=3&ApplyImmediately=true",
        "DecreaseReplicaCount&ReplicationGroupId=group&NewReplicaCount=1&ApplyImmediately=true",
        "TestFailover&ReplicationGroupId=group&NodeGroupId=0001",
        "CreateCacheCluster&CacheClusterId=more&ReplicationGroupId=group",
        "ModifyCacheCluster&CacheClusterId=group-001&AutoMinorVersionUpgrade=false",
        "RebootCacheCluster&CacheClusterId=group-001&CacheNodeIdsToReboot.CacheNodeId.1=0001",
        "DeleteCacheCluster&CacheClusterId=group-003",
        "DeleteReplicationGroup&ReplicationGroupId=group&RetainPrimaryCluster=true",
    ] {
        let text = "Replication group must be in available state to modify.";
        assert_eq!(records.refused(change).await, Refusal::new(400, "InvalidReplicationGroupState", text), "{change}");
    }
}

#[tokio::test]
async fn a_group_that_is_migrated_to_can_be_deleted() {
    let records = Records::strict();
    let subnets = "CreateCacheSubnetGroup&CacheSubnetGroupName=s&CacheSubnetGroupDescription=d";
    records.done(&format!("{subnets}&SubnetIds.SubnetIdentifier.1=subnet-0a1b2c3d")).await;
    group(&records, &format!("{FIT}&CacheSubnetGroupName=s")).await;
    records.done(&form("StartMigration")).await;
    records.done("DeleteReplicationGroup&ReplicationGroupId=group").await;
    let refused = records.refused(&form("StartMigration")).await;
    assert_eq!(refused.code(), (400, "InvalidReplicationGroupState"));
    let refused = records.refused("CompleteMigration&ReplicationGroupId=group").await;
    assert_eq!(refused.code(), (400, "InvalidReplicationGroupState"));
}

#[tokio::test]
async fn a_completion_is_written_down_and_stays_forced() {
    let records = Records::new();
    group(&records, FIT).await;
    let refused = records.refused("CompleteMigration&ReplicationGroupId=group").await;
    let text = "Replication group group is not under migration.";
    assert_eq!(refused, Refusal::new(400, "ReplicationGroupNotUnderMigrationFault", text));
    records.done(&form("StartMigration")).await;
    for (asked, force) in [("", false), ("&Force=true", true), ("&Force=false", true)] {
        records.done(&format!("CompleteMigration&ReplicationGroupId=group{asked}")).await;
        let completion = record(&records).migration.and_then(|migration| migration.completion);
        assert_eq!(completion.map(|completion| completion.force), Some(force), "{asked}");
    }
}

#[tokio::test]
async fn tests_leave_the_group_as_it_is() {
    let records = Records::new();
    group(&records, FIT).await;
    for _ in 0..2 {
        let answer = records.done(&form("TestMigration")).await;
        assert_eq!(texts(&answer, "Status"), ["available"; 2], "group and shard");
    }
    assert_eq!(record(&records).migration_tests.len(), 2);
}

#[tokio::test]
async fn a_group_that_is_not_fit_is_refused_with_the_reason() {
    for (added, rule) in [
        ("&NumNodeGroups=2&ReplicasPerNodeGroup=1&MultiAZEnabled=true", "cluster mode must be disabled"),
        (&format!("{FIT}&Engine=redis&EngineVersion=5.0.5"), "the engine version must be 5.0.6 or later"),
        (&format!("{FIT}&TransitEncryptionEnabled=true"), "encryption in transit must be disabled"),
        (&format!("{FIT}&AtRestEncryptionEnabled=true"), "encryption at rest must be disabled"),
        ("&NumCacheClusters=2&AutomaticFailoverEnabled=true", "Multi-AZ must be enabled"),
    ] {
        let records = Records::new();
        group(&records, added).await;
        for operation in ["StartMigration", "TestMigration"] {
            let text = format!("Replication group group cannot be the target of a migration: {rule}.");
            assert_eq!(records.refused(&form(operation)).await, Refusal::value(&text), "{operation}");
        }
        assert_eq!(record(&records).migration, None);
    }
    // No group can be made on these here, for they need data tiering.
    let records = Records::new();
    group(&records, FIT).await;
    records
        .change(|draft| {
            let tables = draft.tables().clone();
            for (scope, id, member) in tables.cache_clusters.iter_all() {
                let cache_node_type = "cache.r6gd.xlarge".into();
                draft.put(scope, id, CacheCluster { cache_node_type, ..CacheCluster::clone(member) });
            }
        })
        .await;
    records.bring_up_group("group").await;
    let refused = records.refused(&form("StartMigration")).await;
    assert!(refused.message.ends_with("the node type must not be of the family r6gd."), "{}", refused.message);
}

#[tokio::test]
async fn a_group_that_is_busy_is_refused() {
    let records = Records::new();
    group(&records, FIT).await;
    records.done("TestFailover&ReplicationGroupId=group&NodeGroupId=0001").await;
    assert!(records.refused(&form("StartMigration")).await.message.contains("failover is already in progress"));
    records.bring_up_group("group").await;
    records.done("ModifyReplicationGroup&ReplicationGroupId=group&CacheNodeType=cache.m5.xlarge").await;
    assert!(records.refused(&form("StartMigration")).await.message.contains("wait for the maintenance window"));
    records.done("IncreaseReplicaCount&ReplicationGroupId=group&NewReplicaCount=3&ApplyImmediately=true").await;
    let text = "Replication group must be in available state to migrate to it.";
    let refused = records.refused(&form("StartMigration")).await;
    assert_eq!(refused, Refusal::new(400, "InvalidReplicationGroupState", text));
}

#[tokio::test]
async fn a_source_is_one_host_and_port() {
    let records = Records::new();
    group(&records, FIT).await;
    let endpoint = |number: u8, address: &str, port: &str| {
        let member = format!("&CustomerNodeEndpointList.member.{number}");
        format!("{member}.Address={address}{member}.Port={port}")
    };
    let one = "CustomerNodeEndpointList must have exactly one endpoint.";
    let host = "Address must be a host name or an IP address.";
    let port = "Port must be between 1 and 65535.";
    for (endpoints, text) in [
        (String::new(), one),
        (endpoint(1, "a", "1") + &endpoint(2, "b", "2"), one),
        (endpoint(1, "a%0Ab", "1"), host),
        (endpoint(1, "a%20b", "1"), host),
        (endpoint(1, "a", "0"), port),
        (endpoint(1, "a", "65536"), port),
        (
            "&CustomerNodeEndpointList.member.1.Port=1".into(),
            "The parameter Address must be provided and must not be null.",
        ),
    ] {
        let refused = records.refused(&format!("StartMigration&ReplicationGroupId=group{endpoints}")).await;
        assert_eq!(refused, Refusal::value(text), "{endpoints}");
    }
}

#[tokio::test]
async fn what_is_for_serverless_caches_is_not_for_groups() {
    let records = Records::new();
    group(&records, FIT).await;
    let exactly = "Exactly one of ReplicationGroupId and ServerlessCacheName must be specified.";
    for operation in ["StartMigration", "CompleteMigration"] {
        for named in ["", "&ReplicationGroupId=group&ServerlessCacheName=s"] {
            assert_eq!(records.refused(&format!("{operation}{named}")).await, Refusal::combination(exactly));
        }
        let refused = records.refused(&format!("{operation}&ServerlessCacheName=s")).await;
        assert_eq!(refused, Refusal::new(404, "ServerlessCacheNotFoundFault", "Serverless Cache s not found."));
    }
    for more in ["AutoCutover", "ClearTargetCacheData"] {
        let refused = records.refused(&format!("{}&{more}=true", form("StartMigration"))).await;
        let text = "AutoCutover and ClearTargetCacheData are for migrations to serverless caches only.";
        assert_eq!(refused, Refusal::combination(text));
    }
}
