//! What `CreateReplicationGroup` refuses, and that nothing of a refused group is left behind.

use cachette::model::{CacheCluster, ReplicationGroup};

use crate::{answer::Refusal, records::Records};

const GROUP: &str = "CreateReplicationGroup&ReplicationGroupId=group&ReplicationGroupDescription=d";
const NODE_TYPE: &str = "&CacheNodeType=cache.t3.micro";

/// Asks for a group with these parameters, which has to be refused and to leave nothing behind.
async fn refused(records: &Records, asked: &str) -> Refusal {
    let node_type = if asked.contains("CacheNodeType=") { "" } else { NODE_TYPE };
    let refusal = records.refused(&format!("{GROUP}{node_type}&{asked}")).await;
    assert!(records.get::<ReplicationGroup>("group").is_none(), "{asked}");
    let is_member = |id: &str| records.get::<CacheCluster>(id).is_some();
    assert!(!is_member("group-001") && !is_member("group-0001-001"), "{asked}");
    refusal
}

#[tokio::test]
async fn values_that_cannot_be() {
    let records = Records::new();
    let preferred = "When specifying preferred availability zones, the number of cache clusters must be specified and \
                     must match the number of preferred availability zones.";
    let slots = "The Slots of the node groups must cover 0-16383, each slot exactly once.";
    let shard = "NodeGroupConfiguration.NodeGroupConfiguration";
    for (asked, text) in [
        ("Engine=memcached", "Specified engine does not support replication."),
        ("Engine=mongo", "Invalid engine: mongo."),
        ("CacheNodeType=cache.r6g.medium", "Invalid Cache Node Type: cache.r6g.medium."),
        ("EngineVersion=7.0.7", "Specific version selection is not allowed for '7.0.7', please use '7.0'"),
        ("Port=1149", "Invalid endpoint port: 1149. Valid range is 1150-8004,8006-65535"),
        (
            "SnapshotRetentionLimit=36",
            "Invalid snapshot retention limit: 36. Retention limit must be between 0 and 35.",
        ),
        ("NumNodeGroups=0", "Invalid number of node groups: 0. It must be at least 1."),
        ("NumCacheClusters=0", "Invalid number of cache clusters: 0. It must be at least 1."),
        ("ReplicasPerNodeGroup=6", "The number of replicas per node group must be within 0 and 5."),
        ("ReplicasPerNodeGroup=-1", "The number of replicas per node group must be within 0 and 5."),
        (&format!("{shard}.1.ReplicaCount=6"), "The number of replicas per node group must be within 0 and 5."),
        ("PreferredCacheClusterAZs.AvailabilityZone.1=us-east-1a", preferred),
        ("NumCacheClusters=2&PreferredCacheClusterAZs.AvailabilityZone.1=us-east-1a", preferred),
        (
            "NumCacheClusters=1&PreferredCacheClusterAZs.AvailabilityZone.1=eu-west-1a",
            "eu-west-1a is not a valid availability zone.",
        ),
        (&format!("{shard}.1.PrimaryAvailabilityZone=nowhere"), "nowhere is not a valid availability zone."),
        (&format!("{shard}.1.Slots=0-8191&{shard}.2.Slots=8193-16383"), slots),
        (&format!("{shard}.1.Slots=0-8192&{shard}.2.Slots=8192-16383"), slots),
        (&format!("{shard}.1.Slots=0-16383&{shard}.2.ReplicaCount=0"), slots),
        (
            &format!("{shard}.1.NodeGroupId=00001&{shard}.2.ReplicaCount=0"),
            "Invalid node group id: 00001. Node group ids must be one to four digits.",
        ),
        (
            &format!("{shard}.1.NodeGroupId=0001&{shard}.2.NodeGroupId=1"),
            "Each node group must have a NodeGroupId of its own.",
        ),
        ("AuthToken=a-secret-of-sixteen", "The AUTH token is only supported when encryption-in-transit is enabled"),
        ("TransitEncryptionEnabled=true&AuthToken=short", "Invalid AuthToken provided."),
    ] {
        assert_eq!(refused(&records, asked).await, Refusal::value(text), "{asked}");
    }
    let long = "d".repeat(256);
    let form = format!("CreateReplicationGroup&ReplicationGroupId=group&ReplicationGroupDescription={long}{NODE_TYPE}");
    assert_eq!(records.refused(&form).await.code(), (400, "InvalidParameterValue"));
    assert_eq!(
        records.refused(GROUP).await,
        Refusal::value("The parameter CacheNodeType must be provided and must not be null.")
    );
    let text = "Replication Group ID specified is not a valid identifier. Identifiers must begin with a letter; must \
                contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two \
                consecutive hyphens.";
    assert_eq!(records.refused(&GROUP.replace("=group", "=1st")).await, Refusal::value(text));
}

#[tokio::test]
async fn parameters_that_do_not_go_together() {
    let records = Records::new();
    let family = "Expected a parameter group of family redis7 but found one of family valkey8";
    let clustered = "Use a parameter group with cluster-enabled parameter to create more than one node group.";
    for (asked, text) in [
        (
            "AutomaticFailoverEnabled=true",
            "When using automatic failover, there must be at least 2 cache clusters in the replication group.",
        ),
        (
            "AutomaticFailoverEnabled=true&NumCacheClusters=1",
            "Automatic failover requires 2 or more cache clusters. Create more cache clusters or disable automatic \
             failover.",
        ),
        ("NumNodeGroups=2&NumCacheClusters=2", "NumCacheClusters can only be specified for one node group"),
        ("NumNodeGroups=2&CacheParameterGroupName=default.redis7", clustered),
        (
            "NumNodeGroups=2&AutomaticFailoverEnabled=false",
            "Redis with cluster mode enabled cannot be created with auto failover turned off.",
        ),
        (
            "AutomaticFailoverEnabled=true&NumCacheClusters=2&CacheNodeType=cache.t2.micro",
            "Automatic failover is not supported for T1 and T2 cache node types.",
        ),
        ("CacheParameterGroupName=default.valkey8", family),
        ("KmsKeyId=alias/mine", "Please enable encryption at rest to use Customer Managed CMK"),
        ("DataTieringEnabled=true", "Data tiering is not supported for the node type cache.t3.micro."),
        (
            "UserGroupIds.member.1=users",
            "User group based access control requires encryption-in-transit to be enabled on the replication group.",
        ),
        (
            "NumNodeGroups=2&SnapshotArns.SnapshotArn.1=arn:aws:s3:::bucket/key",
            "Slots must be provided when restoring from snapshot ARNs with cluster mode enabled",
        ),
        (
            "PreferredMaintenanceWindow=mon:05:00-mon:06:00&SnapshotWindow=05:30-06:30",
            "The snapshot window and maintenance window must not overlap.",
        ),
        (
            "CacheSubnetGroupName=default&CacheSecurityGroupNames.CacheSecurityGroupName.1=old",
            "Use of cache security groups is not permitted along with cache subnet group and/or security group Ids.",
        ),
    ] {
        assert_eq!(refused(&records, asked).await, Refusal::combination(text), "{asked}");
    }
    for asked in [
        "MultiAZEnabled=true&NumCacheClusters=2",
        "MultiAZEnabled=true&NumNodeGroups=2",
        "ClusterMode=disabled&NumNodeGroups=2",
        "ClusterMode=compatible&NumNodeGroups=2",
        "ClusterMode=disabled&CacheParameterGroupName=default.redis7.cluster.on",
        "ClusterMode=enabled&CacheParameterGroupName=default.redis7",
        "ClusterMode=compatible&EngineVersion=6.2",
        "NumNodeGroups=2&EngineVersion=2.8.24&CacheNodeType=cache.m3.medium",
        "NumCacheClusters=3&ReplicasPerNodeGroup=1",
        "NumNodeGroups=2&NodeGroupConfiguration.NodeGroupConfiguration.1.ReplicaCount=1",
        "NodeGroupConfiguration.NodeGroupConfiguration.1.NodeGroupId=0002",
        "NodeGroupConfiguration.NodeGroupConfiguration.1.ReplicaCount=2\
         &NodeGroupConfiguration.NodeGroupConfiguration.1.ReplicaAvailabilityZones.AvailabilityZone.1=us-east-1a",
        "CacheNodeType=cache.r6gd.xlarge",
        "TransitEncryptionMode=preferred",
        // Everything here names a node type, which follows from the primary.
        "GlobalReplicationGroupId=global",
    ] {
        assert_eq!(refused(&records, asked).await.code(), (400, "InvalidParameterCombination"), "{asked}");
    }
}

#[tokio::test]
async fn what_a_group_refers_to_has_to_exist() {
    let records = Records::new();
    for (asked, refusal) in [
        (
            "CacheParameterGroupName=absent",
            Refusal::new(404, "CacheParameterGroupNotFound", "CacheParameterGroup not found: absent"),
        ),
        (
            "CacheSubnetGroupName=absent",
            Refusal::new(400, "CacheSubnetGroupNotFoundFault", "Cache Subnet Group absent does not exist."),
        ),
        ("PrimaryClusterId=absent", Refusal::new(404, "CacheClusterNotFound", "CacheCluster not found: absent")),
        (
            "AtRestEncryptionEnabled=true&KmsKeyId=arn:aws:kms:eu-west-1:000000000000:key/1",
            Refusal::new(
                400,
                "InvalidKMSKeyFault",
                "KMS key does not exist with key id arn:aws:kms:eu-west-1:000000000000:key/1",
            ),
        ),
    ] {
        assert_eq!(refused(&records, asked).await, refusal);
    }
}

#[tokio::test]
async fn what_is_still_to_come_is_refused_by_name() {
    let records = Records::new();
    for (asked, feature) in [
        ("DataTieringEnabled=true&CacheNodeType=cache.r6gd.xlarge", "data tiering"),
        ("NetworkType=ipv6", "network types other than ipv4"),
        ("IpDiscovery=ipv6", "IP discovery other than ipv4"),
        ("Durability=sync", "durability"),
        ("NodeGroupConfiguration.NodeGroupConfiguration.1.PrimaryOutpostArn=arn", "outposts"),
    ] {
        let text =
            format!("Cachette does not support {feature} yet. See docs/compatibility.md for what it does support.");
        assert_eq!(refused(&records, asked).await, Refusal::value(&text), "{asked}");
    }
    records.done(&format!("{GROUP}{NODE_TYPE}&TransitEncryptionEnabled=false&Durability=default")).await;
}

#[tokio::test]
async fn a_group_has_a_limited_number_of_members() {
    let (strict, lenient) = (Records::strict(), Records::new());
    let quota = |most: usize| {
        let text = format!("Cluster node quota exceeded. Each cluster can have at most {most} nodes in this region.");
        Refusal::new(400, "NodeQuotaForClusterExceeded", &text)
    };
    assert_eq!(refused(&lenient, "NumCacheClusters=7").await, quota(6));
    assert_eq!(refused(&strict, "NumNodeGroups=46&ReplicasPerNodeGroup=1").await, quota(90));
    assert_eq!(refused(&lenient, "NumNodeGroups=84&ReplicasPerNodeGroup=5").await, quota(500));
    assert_eq!(refused(&lenient, "NumNodeGroups=126&ReplicasPerNodeGroup=1&EngineVersion=4.0.10").await, quota(250));
    for (records, asked) in [(&strict, "NumNodeGroups=91"), (&lenient, "NumNodeGroups=501")] {
        assert_eq!(refused(records, asked).await.code(), (400, "NodeGroupsPerReplicationGroupQuotaExceeded"));
    }
    let most = "You can have at most 300 nodes in this region";
    for number in 0..3 {
        let form = format!("{GROUP}{NODE_TYPE}&NumNodeGroups=90").replace("=group", &format!("=group{number}"));
        strict.done(&form).await;
    }
    assert!(refused(&strict, "NumNodeGroups=31").await.message.contains(most));
    strict.done(&format!("{GROUP}{NODE_TYPE}&NumNodeGroups=30")).await;
}

#[tokio::test]
async fn the_names_of_members_have_to_be_free() {
    let records = Records::new();
    records.done("CreateCacheCluster&CacheClusterId=group-002&Engine=redis&CacheNodeType=cache.t3.micro").await;
    assert_eq!(
        refused(&records, "NumCacheClusters=2").await,
        Refusal::new(400, "CacheClusterAlreadyExists", "Cache cluster group-002 already exists.")
    );
    records.done(&format!("{GROUP}{NODE_TYPE}")).await;
    assert_eq!(
        records.refused("CreateCacheCluster&CacheClusterId=group-001&CacheNodeType=cache.t3.micro").await.code(),
        (400, "CacheClusterAlreadyExists")
    );
}
