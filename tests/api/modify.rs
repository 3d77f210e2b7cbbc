//! `ModifyCacheCluster` and `RebootCacheCluster`, but for the number of nodes.

use std::time::Duration;

use crate::{
    answer::Refusal,
    app::{App, refusal},
};

const WEEK: Duration = Duration::from_hours(7 * 24);

#[tokio::test]
async fn a_request_that_names_nothing_is_refused() {
    let app = App::start().await;
    app.redis("cache").await;
    let nothing = Refusal::combination("No modifications were requested");
    // What Ansible sends when there is nothing to change, but for the number of nodes.
    let empty = [
        "CacheNodeIdsToRemove",
        "CacheSecurityGroupNames",
        "CacheParameterGroupName",
        "SecurityGroupIds",
        "EngineVersion",
    ];
    let ansible: Vec<_> = [("CacheClusterId", "cache"), ("ApplyImmediately", "true")]
        .into_iter()
        .chain(empty.map(|name| (name, "")))
        .collect();
    for parameters in [&ansible[..1], &ansible[..2], &ansible] {
        assert_eq!(app.refused("ModifyCacheCluster", parameters).await, nothing, "{parameters:?}");
    }
    let ansible = [ansible.as_slice(), &[("NumCacheNodes", "1")]].concat();
    app.done("ModifyCacheCluster", &ansible).await;
    assert_eq!(
        app.refused("ModifyCacheCluster", &[("CacheClusterId", "absent")]).await,
        Refusal::new(404, "CacheClusterNotFound", "CacheCluster not found: absent")
    );
}

#[tokio::test]
async fn settings_take_effect_at_once() {
    let app = App::start().await;
    app.redis("cache").await;
    let modified = app
        .client()
        .modify_cache_cluster()
        .cache_cluster_id("CACHE")
        .preferred_maintenance_window("tue:05:00-tue:09:30")
        .snapshot_window("01:00-02:00")
        .snapshot_retention_limit(3)
        .auto_minor_version_upgrade(false)
        .security_group_ids("sg-9")
        .notification_topic_arn("arn:aws:sns:us-east-1:000000000000:topic")
        .send()
        .await
        .expect("modified")
        .cache_cluster
        .expect("a cluster");
    assert_eq!(modified.cache_cluster_status(), Some("available"), "nothing that an engine would notice");
    assert_eq!(modified.preferred_maintenance_window(), Some("tue:05:00-tue:09:30"));
    assert_eq!((modified.snapshot_window(), modified.snapshot_retention_limit()), (Some("01:00-02:00"), Some(3)));
    assert_eq!(modified.auto_minor_version_upgrade(), Some(false));
    assert_eq!(modified.security_groups()[0].security_group_id(), Some("sg-9"));
    let status = |cluster: &aws_sdk_elasticache::types::CacheCluster| {
        cluster.notification_configuration().and_then(|topic| topic.topic_status().map(str::to_owned))
    };
    assert_eq!(status(&modified).as_deref(), Some("active"));
    app.done("ModifyCacheCluster", &[("CacheClusterId", "cache"), ("NotificationTopicStatus", "inactive")]).await;
    assert_eq!(status(&app.described("cache").await).as_deref(), Some("inactive"));
    // How Terraform takes a topic away.
    app.done(
        "ModifyCacheCluster",
        &[("CacheClusterId", "cache"), ("NotificationTopicArn", ""), ("NotificationTopicStatus", "inactive")],
    )
    .await;
    assert_eq!(status(&app.described("cache").await), None);
}

#[tokio::test]
async fn values_are_checked_and_a_refused_request_changes_nothing() {
    let app = App::start().await;
    let before = app.redis("cache").await;
    for (parameters, refusal) in [
        (&[("NumCacheNodes", "2")][..], Refusal::value("NumCacheNodes should be 1 if engine is redis")),
        (&[("CacheNodeType", "cache.x")], Refusal::value("Invalid Cache Node Type: cache.x.")),
        (
            &[("EngineVersion", "7.0.7")],
            Refusal::value("Specific version selection is not allowed for '7.0.7', please use '7.0'"),
        ),
        (
            &[("SnapshotRetentionLimit", "36")],
            Refusal::value("Invalid snapshot retention limit: 36. Retention limit must be between 0 and 35."),
        ),
        (
            &[("PreferredMaintenanceWindow", "mon:01:30-mon:03:00"), ("SnapshotWindow", "01:00-02:00")],
            Refusal::combination("The snapshot window and maintenance window must not overlap."),
        ),
        (
            &[("CacheParameterGroupName", "absent")],
            Refusal::new(404, "CacheParameterGroupNotFound", "CacheParameterGroup not found: absent"),
        ),
        (
            &[("CacheParameterGroupName", "default.redis6.x")],
            Refusal::combination("Expected a parameter group of family redis7 but found one of family redis6.x"),
        ),
        (
            &[("CacheSecurityGroupNames.CacheSecurityGroupName.1", "old")],
            Refusal::combination(
                "Use of cache security groups is not permitted along with cache subnet group and/or security group Ids.",
            ),
        ),
    ] {
        // A change that would be fine comes along, and must not be made either.
        let along = [("CacheClusterId", "cache"), ("AutoMinorVersionUpgrade", "false"), ("ApplyImmediately", "true")];
        assert_eq!(app.refused("ModifyCacheCluster", &[&along, parameters].concat()).await, refusal);
    }
    for parameters in [("EngineVersion", "6.2"), ("CacheNodeIdsToRemove.CacheNodeId.1", "0001"), ("AZMode", "cross-az")]
    {
        let refused = app.refused("ModifyCacheCluster", &[("CacheClusterId", "cache"), parameters]).await;
        assert_eq!(refused.code(), (400, "InvalidParameterCombination"), "{parameters:?}");
    }
    assert_eq!(app.described("cache").await, before);
}

#[tokio::test]
async fn a_node_type_waits_for_the_maintenance_window_or_is_changed_at_once() {
    let app = App::start().await;
    app.redis("cache").await;
    let larger = ("CacheNodeType", "cache.r6g.large");
    app.done("ModifyCacheCluster", &[("CacheClusterId", "cache"), larger]).await;
    let waiting = app.described("cache").await;
    assert_eq!(waiting.cache_cluster_status(), Some("available"));
    assert_eq!(waiting.cache_node_type(), Some("cache.t3.micro"));
    let pending = waiting.pending_modified_values().expect("always there");
    assert_eq!(pending.cache_node_type(), Some("cache.r6g.large"));
    // Asking for what there is takes the request back.
    app.done("ModifyCacheCluster", &[("CacheClusterId", "cache"), ("CacheNodeType", "cache.t3.micro")]).await;
    assert_eq!(app.described("cache").await.pending_modified_values().expect("always there").cache_node_type(), None);
    app.done("ModifyCacheCluster", &[("CacheClusterId", "cache"), larger]).await;
    app.advance(WEEK).await;
    let changed = app.until("cache", |cluster| cluster.cache_node_type() == Some("cache.r6g.large")).await;
    assert_eq!(changed.pending_modified_values().expect("always there").cache_node_type(), None);
    app.available("cache").await;
    let smaller = [("CacheClusterId", "cache"), ("CacheNodeType", "cache.t3.micro"), ("ApplyImmediately", "true")];
    app.done("ModifyCacheCluster", &smaller).await;
    app.until("cache", |cluster| cluster.cache_node_type() == Some("cache.t3.micro")).await;
}

#[tokio::test]
async fn what_waits_is_brought_forward_by_a_request_that_names_nothing_else() {
    let app = App::start().await;
    app.redis("cache").await;
    app.done("ModifyCacheCluster", &[("CacheClusterId", "cache"), ("CacheNodeType", "cache.r6g.large")]).await;
    app.done("ModifyCacheCluster", &[("CacheClusterId", "cache"), ("ApplyImmediately", "true")]).await;
    app.until("cache", |cluster| cluster.cache_node_type() == Some("cache.r6g.large")).await;
}

#[tokio::test]
async fn a_version_is_raised_and_its_parameter_group_with_it() {
    let app = App::start().await;
    app.created("cache", &[("Engine", "redis"), ("EngineVersion", "6.x"), ("CacheNodeType", "cache.t3.micro")]).await;
    let upgrade = [("CacheClusterId", "cache"), ("EngineVersion", "7.1")];
    app.done("ModifyCacheCluster", &upgrade).await;
    let waiting = app.described("cache").await;
    assert_eq!(waiting.engine_version(), Some("6.2.6"));
    assert_eq!(waiting.pending_modified_values().and_then(|pending| pending.engine_version()), Some("7.1.0"));
    app.done("ModifyCacheCluster", &[upgrade.as_slice(), &[("ApplyImmediately", "true")]].concat()).await;
    let upgraded = app.until("cache", |cluster| cluster.engine_version() == Some("7.1.0")).await;
    let group = upgraded.cache_parameter_group().expect("a group");
    assert_eq!(group.cache_parameter_group_name(), Some("default.redis7"));
}

#[tokio::test]
async fn a_group_that_somebody_made_does_not_follow_the_version_by_itself() {
    let app = App::start().await;
    for (name, family) in [("old", "redis6.x"), ("new", "redis7")] {
        let group = [("CacheParameterGroupName", name), ("CacheParameterGroupFamily", family), ("Description", "d")];
        app.done("CreateCacheParameterGroup", &group).await;
    }
    let old = [("Engine", "redis"), ("EngineVersion", "6.2"), ("CacheNodeType", "cache.t3.micro")];
    app.created("cache", &[&old[..], &[("CacheParameterGroupName", "old")]].concat()).await;
    let upgrade = [("CacheClusterId", "cache"), ("EngineVersion", "7.1"), ("ApplyImmediately", "true")];
    assert_eq!(
        app.refused("ModifyCacheCluster", &upgrade).await,
        Refusal::combination("Expected a parameter group of family redis7 but found one of family redis6.x")
    );
    app.done("ModifyCacheCluster", &[&upgrade[..], &[("CacheParameterGroupName", "NEW")]].concat()).await;
    let upgraded = app.until("cache", |cluster| cluster.engine_version() == Some("7.1.0")).await;
    assert_eq!(upgraded.cache_parameter_group().expect("a group").cache_parameter_group_name(), Some("new"));
}

#[tokio::test]
async fn a_memcached_version_is_raised_on_every_node() {
    let app = App::start().await;
    let old = [("EngineVersion", "1.6.12"), ("CacheNodeType", "cache.t3.micro"), ("NumCacheNodes", "3")];
    let before = app.created("cache", &old).await;
    let upgrade = [("CacheClusterId", "cache"), ("EngineVersion", "1.6.22"), ("ApplyImmediately", "true")];
    app.done("ModifyCacheCluster", &upgrade).await;
    app.until("cache", |cluster| cluster.engine_version() == Some("1.6.22")).await;
    let after = app.available("cache").await;
    let endpoints = |cluster: &aws_sdk_elasticache::types::CacheCluster| {
        cluster.cache_nodes().iter().map(|node| node.endpoint().cloned()).collect::<Vec<_>>()
    };
    assert_eq!(endpoints(&after), endpoints(&before), "addresses never change");
}

#[tokio::test]
async fn a_version_that_is_not_wanted_any_more_leaves_nothing_waiting() {
    let app = App::start().await;
    app.created("cache", &[("Engine", "redis"), ("EngineVersion", "6.2"), ("CacheNodeType", "cache.t3.micro")]).await;
    app.done("ModifyCacheCluster", &[("CacheClusterId", "cache"), ("EngineVersion", "7.1")]).await;
    app.done("ModifyCacheCluster", &[("CacheClusterId", "cache"), ("EngineVersion", "6.2")]).await;
    let nothing = [("CacheClusterId", "cache"), ("ApplyImmediately", "true")];
    assert_eq!(
        app.refused("ModifyCacheCluster", &nothing).await,
        Refusal::combination("No modifications were requested"),
        "neither a version nor a parameter group waits"
    );
}

#[tokio::test]
async fn a_version_has_to_suit_the_node_type() {
    let app = App::start().await;
    app.created("cache", &[("Engine", "redis"), ("CacheNodeType", "cache.m3.medium")]).await;
    let valkey = [("CacheClusterId", "cache"), ("Engine", "valkey"), ("ApplyImmediately", "true")];
    assert_eq!(app.refused("ModifyCacheCluster", &valkey).await.code(), (400, "InvalidParameterCombination"));
    assert_eq!(app.described("cache").await.engine(), Some("redis"));
}

#[tokio::test]
async fn parameters_of_another_group_need_a_reboot() {
    let app = App::start().await;
    app.redis("cache").await;
    let group = ("CacheParameterGroupName", "few-databases");
    app.done("CreateCacheParameterGroup", &[group, ("CacheParameterGroupFamily", "redis7"), ("Description", "d")])
        .await;
    app.done(
        "ModifyCacheParameterGroup",
        &[
            group,
            ("ParameterNameValues.ParameterNameValue.1.ParameterName", "databases"),
            ("ParameterNameValues.ParameterNameValue.1.ParameterValue", "4"),
            ("ParameterNameValues.ParameterNameValue.2.ParameterName", "timeout"),
            ("ParameterNameValues.ParameterNameValue.2.ParameterValue", "60"),
        ],
    )
    .await;
    app.done("ModifyCacheCluster", &[("CacheClusterId", "cache"), group, ("ApplyImmediately", "true")]).await;
    let status = |cluster: &aws_sdk_elasticache::types::CacheCluster| {
        cluster.cache_parameter_group().and_then(|group| group.parameter_apply_status().map(str::to_owned))
    };
    let waiting = app.until("cache", |cluster| status(cluster).as_deref() == Some("pending-reboot")).await;
    assert_eq!(waiting.cache_parameter_group().expect("a group").cache_node_ids_to_reboot(), ["0001"]);
    assert_eq!(waiting.cache_nodes()[0].parameter_group_status(), Some("pending-reboot"));
    assert_eq!(waiting.cache_cluster_status(), Some("available"));
    app.done("RebootCacheCluster", &[("CacheClusterId", "cache"), ("CacheNodeIdsToReboot.CacheNodeId.1", "0001")])
        .await;
    let rebooted = app.until("cache", |cluster| status(cluster).as_deref() == Some("in-sync")).await;
    assert!(rebooted.cache_parameter_group().expect("a group").cache_node_ids_to_reboot().is_empty());
}

#[tokio::test]
async fn a_reboot_is_told_of() {
    let app = App::start().await;
    app.memcached("cache", 2).await;
    let client = app.client();
    let rebooted =
        client.reboot_cache_cluster().cache_cluster_id("cache").cache_node_ids_to_reboot("0002").send().await;
    let status = rebooted.expect("rebooted").cache_cluster.and_then(|cluster| cluster.cache_cluster_status);
    assert_eq!(status.as_deref(), Some("rebooting cache cluster nodes"));
    app.available("cache").await;
    let messages = app.messages("cache-cluster", "cache").await;
    assert_eq!(messages[messages.len() - 2..], ["Cache node 0002 shutdown", "Cache node 0002 restarted"]);
    for id in ["0003", "1", "0000", "x"] {
        let refused = client.reboot_cache_cluster().cache_cluster_id("cache").cache_node_ids_to_reboot(id).send().await;
        assert_eq!(refusal(refused).code(), (400, "InvalidParameterValue"), "{id}");
    }
    assert_eq!(
        app.refused("RebootCacheCluster", &[("CacheClusterId", "cache")]).await,
        Refusal::value("The parameter CacheNodeIdsToReboot must be provided.")
    );
}

#[tokio::test]
async fn a_cluster_that_is_leaving_cannot_be_changed() {
    let app = App::start().await;
    app.redis("cache").await;
    app.done("DeleteCacheCluster", &[("CacheClusterId", "cache")]).await;
    // It may be gone already.
    for (action, more) in [
        ("ModifyCacheCluster", ("SnapshotRetentionLimit", "1")),
        ("RebootCacheCluster", ("CacheNodeIdsToReboot.CacheNodeId.1", "0001")),
        ("DeleteCacheCluster", ("CacheClusterId", "cache")),
    ] {
        let refused = app
            .refused(action, &[("CacheClusterId", "cache"), more][..if action.starts_with("Del") { 1 } else { 2 }])
            .await;
        assert!(["InvalidCacheClusterState", "CacheClusterNotFound"].contains(&refused.code.as_str()), "{refused:?}");
    }
}

#[tokio::test]
async fn snapshots_are_not_for_memcached() {
    let app = App::start().await;
    app.memcached("cache", 1).await;
    let text = "Engine does not support snapshotting. Snapshot retention limit parameter should not be specified.";
    let retention = [("CacheClusterId", "cache"), ("SnapshotRetentionLimit", "0")];
    assert_eq!(app.refused("ModifyCacheCluster", &retention).await, Refusal::combination(text));
    let last = [("CacheClusterId", "cache"), ("FinalSnapshotIdentifier", "last")];
    assert_eq!(app.refused("DeleteCacheCluster", &last).await.code(), (400, "SnapshotFeatureNotSupportedFault"));
    let larger = [("CacheClusterId", "cache"), ("CacheNodeType", "cache.t3.small")];
    let text = "Scaling is not supported for engine memcached";
    assert_eq!(app.refused("ModifyCacheCluster", &larger).await, Refusal::combination(text));
}

#[tokio::test]
async fn node_types_that_a_cluster_can_have_are_listed() {
    let app = App::start().await;
    app.created("cache", &[("Engine", "redis"), ("CacheNodeType", "cache.r6g.large")]).await;
    app.memcached("mem", 1).await;
    let client = app.client();
    let listed = client.list_allowed_node_type_modifications().cache_cluster_id("CACHE").send().await.expect("listed");
    let (up, down) = (listed.scale_up_modifications(), listed.scale_down_modifications());
    assert!(up.contains(&"cache.r6g.xlarge".to_owned()) && down.contains(&"cache.t3.micro".to_owned()));
    assert!(up.is_sorted() && down.is_sorted());
    assert!(!up.iter().chain(down).any(|name| name == "cache.r6g.large"));
    let listed = client.list_allowed_node_type_modifications().cache_cluster_id("mem").send().await.expect("listed");
    assert!(listed.scale_up_modifications().is_empty() && listed.scale_down_modifications().is_empty());
    for (parameters, status, code) in [
        (&[][..], 400, "InvalidParameterCombination"),
        (&[("CacheClusterId", "cache"), ("ReplicationGroupId", "group")], 400, "InvalidParameterCombination"),
        (&[("CacheClusterId", "absent")], 404, "CacheClusterNotFound"),
        (&[("ReplicationGroupId", "absent")], 404, "ReplicationGroupNotFoundFault"),
    ] {
        assert_eq!(app.refused("ListAllowedNodeTypeModifications", parameters).await.code(), (status, code));
    }
}
