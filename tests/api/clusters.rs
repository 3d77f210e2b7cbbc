//! Cache clusters from create to delete.

use crate::{
    answer::Refusal,
    app::{App, refusal},
};

#[tokio::test]
async fn a_redis_cluster_comes_and_goes() {
    let app = App::start().await;
    let client = app.client();
    let created = client
        .create_cache_cluster()
        .cache_cluster_id("My-Cache")
        .engine("redis")
        .engine_version("7.0")
        .cache_node_type("cache.t3.micro")
        .num_cache_nodes(1)
        .send()
        .await
        .expect("created")
        .cache_cluster
        .expect("a cluster");
    assert_eq!(created.cache_cluster_id(), Some("my-cache"));
    assert_eq!(created.cache_cluster_status(), Some("creating"));
    assert_eq!(created.engine_version(), Some("7.0.7"));
    assert_eq!(created.num_cache_nodes(), Some(1));
    assert_eq!(created.preferred_availability_zone(), None, "nobody asked for a zone");
    assert_eq!(created.cache_cluster_create_time(), None);
    assert!(created.cache_nodes().is_empty());
    let group = created.cache_parameter_group().expect("a parameter group");
    assert_eq!(group.cache_parameter_group_name(), Some("default.redis7"));
    assert_eq!(group.parameter_apply_status(), Some("in-sync"));
    assert_eq!(
        (created.transit_encryption_enabled(), created.at_rest_encryption_enabled()),
        (Some(false), Some(false))
    );
    let cluster = app.available("MY-cache").await;
    assert!(cluster.cache_cluster_create_time().is_some());
    assert_eq!(cluster.cache_subnet_group_name(), Some("default"));
    assert_eq!(cluster.auto_minor_version_upgrade(), Some(true));
    assert_eq!(cluster.snapshot_retention_limit(), Some(0));
    assert!(cluster.snapshot_window().is_some(), "Redis has a snapshot window even without snapshots");
    assert!(cluster.configuration_endpoint().is_none());
    assert_eq!(cluster.arn(), Some("arn:aws:elasticache:us-east-1:000000000000:cluster:my-cache"));
    let [node] = cluster.cache_nodes() else { panic!("one node") };
    assert_eq!((node.cache_node_id(), node.cache_node_status()), (Some("0001"), Some("available")));
    assert_eq!(node.customer_availability_zone(), cluster.preferred_availability_zone());
    assert_eq!(node.endpoint().and_then(|endpoint| endpoint.address()), Some("127.0.0.1"));
    let deleted = client.delete_cache_cluster().cache_cluster_id("MY-CACHE").send().await.expect("deleted");
    assert_eq!(deleted.cache_cluster.expect("a cluster").cache_cluster_status(), Some("deleting"));
    app.gone("my-cache").await;
    assert_eq!(
        refusal(client.describe_cache_clusters().cache_cluster_id("My-Cache").send().await),
        Refusal::new(404, "CacheClusterNotFound", "CacheCluster not found: My-Cache")
    );
    let zone = cluster.preferred_availability_zone().expect("a zone");
    assert_eq!(
        app.messages("cache-cluster", "my-cache").await,
        [
            "Cache cluster created".to_owned(),
            format!("Added cache node 0001 in availability zone {zone}"),
            "Cache cluster deleted".to_owned(),
        ]
    );
}
