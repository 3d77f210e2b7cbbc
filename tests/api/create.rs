//! What `CreateCacheCluster` takes, and what it refuses, in `ElastiCache`'s words.

use crate::{answer::Refusal, app::App};

/// A request for a Redis cluster, with these parameters changed or added; one with an empty value counts as absent.
fn redis<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    with(
        &[
            ("CacheClusterId", "cache"),
            ("Engine", "redis"),
            ("CacheNodeType", "cache.t3.micro"),
            ("NumCacheNodes", "1"),
        ],
        changes,
    )
}

fn memcached<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    with(
        &[
            ("CacheClusterId", "cache"),
            ("Engine", "memcached"),
            ("CacheNodeType", "cache.t3.micro"),
            ("NumCacheNodes", "2"),
        ],
        changes,
    )
}

fn with<'a>(base: &[(&'a str, &'a str)], changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = base.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    kept.chain(changes).copied().collect()
}

async fn refused(app: &App, parameters: &[(&str, &str)]) -> Refusal {
    let refused = app.refused("CreateCacheCluster", parameters).await;
    assert_eq!(
        app.resources().await["cache_clusters"].as_array().map(Vec::len),
        Some(0),
        "{parameters:?} left something"
    );
    refused
}

#[tokio::test]
async fn values_out_of_range_are_refused_with_elasticaches_texts() {
    let app = App::start().await;
    let rule = "Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; \
                and must not end with a hyphen or contain two consecutive hyphens.";
    for id in ["1cache", "-cache", "cache-", "ca--che", "ca_che", "caché", "ca che"] {
        let text = format!("The parameter CacheClusterIdentifier is not a valid identifier. {rule}");
        assert_eq!(refused(&app, &redis(&[("CacheClusterId", id)])).await, Refusal::value(&text), "{id}");
    }
    let long = "a".repeat(51);
    assert_eq!(refused(&app, &redis(&[("CacheClusterId", &long)])).await.code(), (400, "InvalidParameterValue"));
    for (name, value, text) in [
        ("CacheClusterId", "", "The parameter CacheClusterId must be provided."),
        ("CacheNodeType", "", "The parameter CacheNodeType must be provided and must not be null."),
        ("CacheNodeType", "cache.r6g.medium", "Invalid Cache Node Type: cache.r6g.medium."),
        ("NumCacheNodes", "2", "NumCacheNodes should be 1 if engine is redis"),
        ("EngineVersion", "7.0.7", "Specific version selection is not allowed for '7.0.7', please use '7.0'"),
        ("Port", "1149", "Invalid endpoint port: 1149. Valid range is 1150-8004,8006-65535"),
        ("Port", "8005", "Invalid endpoint port: 8005. Valid range is 1150-8004,8006-65535"),
        ("Port", "65536", "Invalid endpoint port: 65536. Valid range is 1150-8004,8006-65535"),
        (
            "SnapshotRetentionLimit",
            "36",
            "Invalid snapshot retention limit: 36. Retention limit must be between 0 and 35.",
        ),
        (
            "SnapshotWindow",
            "5am",
            "Invalid backup window format. Should be specified as a range hh24:mi-hh24:mi (24H Clock UTC)",
        ),
        (
            "PreferredMaintenanceWindow",
            "monday",
            "Invalid maintenance window format. Should be specified as a range ddd:hh24:mi-ddd:hh24:mi (24H Clock UTC)",
        ),
        ("PreferredMaintenanceWindow", "mon:05:00-mon:05:59", "Maintenance window must be at least 60 minutes."),
        ("AuthToken", "short", "Invalid AuthToken provided."),
        ("SnapshotArns.SnapshotArn.1", "arn:aws:s3:::bucket", "Must specify an object path for S3 ARN"),
        (
            "CacheSecurityGroupNames.CacheSecurityGroupName.1",
            "old",
            "Use of cache security groups is not permitted in this API version for your account.",
        ),
    ] {
        assert_eq!(refused(&app, &redis(&[(name, value)])).await, Refusal::value(text), "{name}={value}");
    }
}

#[tokio::test]
async fn values_of_the_wrong_type_are_refused() {
    let app = App::start().await;
    for (name, value) in [
        ("NumCacheNodes", "one"),
        ("NumCacheNodes", "99999999999"),
        ("NumCacheNodes", "1.0"),
        ("Port", "0x1"),
        ("AutoMinorVersionUpgrade", "yes"),
        ("AZMode", "everywhere"),
        ("NetworkType", "ipx"),
        ("Engine", "mongodb"),
        ("PreferredAvailabilityZone", "eu-west-1a"),
        ("Tags.Tag.1.Value", "without a key"),
        ("Tags.Label.1.Key", "unknown element"),
    ] {
        let refused = refused(&app, &redis(&[(name, value)])).await;
        assert_eq!(refused.code(), (400, "InvalidParameterValue"), "{name}={value}: {}", refused.message);
    }
}

#[tokio::test]
async fn combinations_are_refused_with_elasticaches_texts() {
    let app = App::start().await;
    app.done(
        "CreateCacheParameterGroup",
        &[
            ("CacheParameterGroupName", "old"),
            ("CacheParameterGroupFamily", "redis2.8"),
            ("Description", "of another family"),
        ],
    )
    .await;
    let snapshots = "Engine does not support snapshotting. Snapshot retention limit parameter should not be specified.";
    for (parameters, text) in [
        (
            redis(&[("EngineVersion", "3.2.10"), ("CacheParameterGroupName", "old")]),
            "Expected a parameter group of family redis3.2 but found one of family redis2.8",
        ),
        (
            memcached(&[("TransitEncryptionEnabled", "true"), ("EngineVersion", "1.6.6")]),
            "Encryption features are not supported for engine version 1.6.6. Please use engine version 1.6.12",
        ),
        (
            redis(&[("SnapshotWindow", "05:30-06:30"), ("PreferredMaintenanceWindow", "mon:05:00-mon:06:00")]),
            "The snapshot window and maintenance window must not overlap.",
        ),
        (memcached(&[("SnapshotRetentionLimit", "0")]), snapshots),
        (memcached(&[("SnapshotName", "mine")]), "Restoring a snapshot is not supported for this engine type"),
        (memcached(&[("SnapshotWindow", "05:30-06:30")]), snapshots),
        (
            memcached(&[("NumCacheNodes", "1"), ("AZMode", "cross-az")]),
            "Must specify at least two cache nodes in order to specify AZ Mode of 'cross-az'.",
        ),
        (
            memcached(&[("PreferredAvailabilityZones.PreferredAvailabilityZone.1", "us-east-1a")]),
            "Must specify the same number of preferred availability zones as requested number of nodes",
        ),
        (
            redis(&[
                ("CacheSecurityGroupNames.CacheSecurityGroupName.1", "old"),
                ("SecurityGroupIds.SecurityGroupId.1", "sg-1"),
            ]),
            "Use of cache security groups is not permitted along with cache subnet group and/or security group Ids.",
        ),
    ] {
        assert_eq!(refused(&app, &parameters).await, Refusal::combination(text), "{parameters:?}");
    }
    for parameters in [
        redis(&[("AZMode", "cross-az")]),
        redis(&[("CacheParameterGroupName", "default.redis7.cluster.on")]),
        redis(&[("EngineVersion", "12.0")]),
        memcached(&[
            ("PreferredAvailabilityZone", "us-east-1a"),
            ("PreferredAvailabilityZones.PreferredAvailabilityZone.1", "us-east-1a"),
            ("PreferredAvailabilityZones.PreferredAvailabilityZone.2", "us-east-1b"),
        ]),
    ] {
        assert_eq!(refused(&app, &parameters).await.code(), (400, "InvalidParameterCombination"), "{parameters:?}");
    }
}

#[tokio::test]
async fn what_a_cluster_refers_to_has_to_exist() {
    let app = App::start().await;
    for (name, refusal) in [
        (
            "CacheParameterGroupName",
            Refusal::new(404, "CacheParameterGroupNotFound", "CacheParameterGroup not found: absent"),
        ),
        (
            "CacheSubnetGroupName",
            Refusal::new(400, "CacheSubnetGroupNotFoundFault", "Cache Subnet Group absent does not exist."),
        ),
    ] {
        assert_eq!(refused(&app, &redis(&[(name, "absent")])).await, refusal);
    }
    assert_eq!(
        refused(&app, &redis(&[("ReplicationGroupId", "absent")])).await.code(),
        (404, "ReplicationGroupNotFoundFault")
    );
}

#[tokio::test]
async fn an_identifier_is_taken_in_any_letter_case() {
    let app = App::start().await;
    app.redis("cache").await;
    assert_eq!(
        app.refused("CreateCacheCluster", &redis(&[("CacheClusterId", "CACHE")])).await,
        Refusal::new(400, "CacheClusterAlreadyExists", "Cache cluster cache already exists.")
    );
}

#[tokio::test]
async fn empty_values_are_absent_ones() {
    let app = App::start().await;
    let empty = [
        "CacheSecurityGroupNames",
        "SecurityGroupIds",
        "CacheParameterGroupName",
        "EngineVersion",
        "CacheSubnetGroupName",
        "PreferredAvailabilityZone",
        "ReplicationGroupId",
        "SnapshotName",
        "SnapshotArns",
        "AuthToken",
        "NotificationTopicArn",
        "Tags",
        "Port",
        "AZMode",
    ];
    let cluster = app.created("cache", &redis(&empty.map(|name| (name, "")))[1..]).await;
    assert_eq!(cluster.cache_subnet_group_name(), Some("default"));
    assert!(cluster.notification_configuration().is_none());
    assert_eq!(cluster.auth_token_enabled(), Some(false));
}

#[tokio::test]
async fn what_was_asked_for_is_told_again() {
    let app = App::start().await;
    app.done(
        "CreateCacheSubnetGroup",
        &[
            ("CacheSubnetGroupName", "nets"),
            ("CacheSubnetGroupDescription", "mine"),
            ("SubnetIds.SubnetIdentifier.1", "subnet-1"),
        ],
    )
    .await;
    let created = app
        .done(
            "CreateCacheCluster",
            &redis(&[
                ("EngineVersion", "6.2"),
                ("PreferredAvailabilityZone", "us-east-1b"),
                ("CacheSubnetGroupName", "NETS"),
                ("SecurityGroupIds.SecurityGroupId.1", "sg-2"),
                ("SecurityGroupIds.SecurityGroupId.2", "sg-1"),
                ("PreferredMaintenanceWindow", "SUN:23:00-mon:00:00"),
                ("SnapshotWindow", "05:00-06:00"),
                ("SnapshotRetentionLimit", "35"),
                ("AutoMinorVersionUpgrade", "false"),
                ("NotificationTopicArn", "arn:aws:sns:us-east-1:000000000000:topic"),
                ("AuthToken", "a-secret-of-sixteen"),
            ]),
        )
        .await;
    assert_eq!(created.text("PreferredAvailabilityZone").as_deref(), Some("us-east-1b"), "asked for, so told at once");
    assert!(!created.body.contains("a-secret-of-sixteen"));
    assert!(
        created.body.contains("<PendingModifiedValues/>")
            || created.body.contains("<PendingModifiedValues></PendingModifiedValues>")
    );
    assert!(created.body.contains("<CacheSecurityGroups"), "Ansible reads it, empty or not");
    let cluster = app.available("cache").await;
    assert_eq!(cluster.engine_version(), Some("6.2.6"));
    assert_eq!(
        cluster.cache_parameter_group().and_then(|group| group.cache_parameter_group_name()),
        Some("default.redis6.x")
    );
    assert_eq!(cluster.preferred_availability_zone(), Some("us-east-1b"));
    assert_eq!(cluster.cache_subnet_group_name(), Some("nets"));
    let groups: Vec<_> = cluster.security_groups().iter().filter_map(|group| group.security_group_id()).collect();
    assert_eq!(groups, ["sg-2", "sg-1"]);
    assert_eq!(cluster.preferred_maintenance_window(), Some("sun:23:00-mon:00:00"));
    assert_eq!((cluster.snapshot_window(), cluster.snapshot_retention_limit()), (Some("05:00-06:00"), Some(35)));
    assert_eq!(cluster.auto_minor_version_upgrade(), Some(false));
    let notification = cluster.notification_configuration().expect("a notification");
    assert_eq!(notification.topic_status(), Some("active"));
    assert_eq!(cluster.auth_token_enabled(), Some(true));
    assert!(!app.resources().await.to_string().contains("a-secret-of-sixteen"));
}

#[tokio::test]
async fn memcached_nodes_are_spread_over_zones_when_asked_to() {
    let app = App::start().await;
    let created = app.done("CreateCacheCluster", &memcached(&[("AZMode", "cross-az"), ("NumCacheNodes", "3")])).await;
    assert_eq!(created.text("PreferredAvailabilityZone").as_deref(), Some("Multiple"));
    let cluster = app.available("cache").await;
    let zones: std::collections::BTreeSet<_> =
        cluster.cache_nodes().iter().filter_map(|node| node.customer_availability_zone()).collect();
    assert_eq!(zones.len(), 3);
    let ids: Vec<_> = cluster.cache_nodes().iter().filter_map(|node| node.cache_node_id()).collect();
    assert_eq!(ids, ["0001", "0002", "0003"]);
    assert!(cluster.configuration_endpoint().is_some());
    assert_eq!((cluster.snapshot_window(), cluster.snapshot_retention_limit()), (None, None));
    let zones = [
        ("CacheClusterId", "other"),
        ("PreferredAvailabilityZones.PreferredAvailabilityZone.1", "us-east-1c"),
        ("PreferredAvailabilityZones.PreferredAvailabilityZone.2", "us-east-1c"),
    ];
    app.done("CreateCacheCluster", &memcached(&zones)).await;
    assert_eq!(app.available("other").await.preferred_availability_zone(), Some("us-east-1c"));
}

#[tokio::test]
async fn an_engine_that_is_not_named_is_memcached() {
    let app = App::start().await;
    let cluster = app.created("cache", &[("CacheNodeType", "cache.t3.micro")]).await;
    assert_eq!((cluster.engine(), cluster.num_cache_nodes()), (Some("memcached"), Some(1)));
}

#[tokio::test]
async fn a_memcached_cluster_has_at_most_forty_nodes() {
    let app = App::start().await;
    assert_eq!(
        refused(&app, &memcached(&[("NumCacheNodes", "41")])).await,
        Refusal::new(
            400,
            "NodeQuotaForClusterExceeded",
            "Cluster node quota exceeded. Each cluster can have at most 40 nodes in this region."
        )
    );
    for count in ["0", "-1"] {
        let refused = refused(&app, &memcached(&[("NumCacheNodes", count)])).await;
        assert_eq!(refused.code(), (400, "InvalidParameterValue"), "{count}");
    }
    assert_eq!(app.memcached("forty", 40).await.cache_nodes().len(), 40);
}

#[tokio::test]
async fn parameters_have_to_suit_the_node_type() {
    let app = App::start().await;
    let family = [
        ("CacheParameterGroupName", "large-items"),
        ("CacheParameterGroupFamily", "memcached1.6"),
        ("Description", "d"),
    ];
    app.done("CreateCacheParameterGroup", &family).await;
    app.done(
        "ModifyCacheParameterGroup",
        &[
            ("CacheParameterGroupName", "large-items"),
            ("ParameterNameValues.ParameterNameValue.1.ParameterName", "max_item_size"),
            ("ParameterNameValues.ParameterNameValue.1.ParameterValue", "134217728"),
        ],
    )
    .await;
    let refused = refused(&app, &memcached(&[("CacheParameterGroupName", "large-items")])).await;
    assert_eq!(refused.code(), (400, "InvalidParameterCombination"));
    let larger = memcached(&[("CacheParameterGroupName", "large-items"), ("CacheNodeType", "cache.r6g.large")]);
    app.done("CreateCacheCluster", &larger).await;
}
