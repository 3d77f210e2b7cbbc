//! Cache clusters from create to delete.

use aws_sdk_elasticache::client::Waiters;
use futures_util::future::join_all;

use crate::{
    answer::Refusal,
    app::{App, LIMIT, refusal},
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

#[tokio::test]
async fn the_sdk_knows_the_faults() {
    let app = App::start().await;
    let client = app.client();
    let absent = client.describe_cache_clusters().cache_cluster_id("absent").send().await.expect_err("absent");
    assert!(absent.into_service_error().is_cache_cluster_not_found_fault());
    let absent = client.describe_cache_parameter_groups().cache_parameter_group_name("absent").send().await;
    assert!(absent.expect_err("absent").into_service_error().is_cache_parameter_group_not_found_fault());
    let absent = client.describe_cache_subnet_groups().cache_subnet_group_name("absent").send().await;
    assert!(absent.expect_err("absent").into_service_error().is_cache_subnet_group_not_found_fault());
    let arn = "arn:aws:elasticache:us-east-1:000000000000:cluster:absent";
    let absent = client.list_tags_for_resource().resource_name(arn).send().await.expect_err("absent");
    assert!(absent.into_service_error().is_cache_cluster_not_found_fault());
    let wrong = client.list_tags_for_resource().resource_name("cluster").send().await.expect_err("no ARN");
    assert!(wrong.into_service_error().is_invalid_arn_fault());
    let create = client.create_cache_cluster().cache_cluster_id("cache").cache_node_type("cache.none");
    let wrong = create.send().await.expect_err("no such type").into_service_error();
    assert!(wrong.is_invalid_parameter_value_exception());
    app.redis("cache").await;
    let modify = client.modify_cache_cluster().cache_cluster_id("cache").engine_version("6.2");
    let wrong = modify.send().await.expect_err("a downgrade").into_service_error();
    assert!(wrong.is_invalid_parameter_combination_exception());
}

#[tokio::test]
async fn the_sdks_waiters_end() {
    let app = App::start().await;
    app.redis("cache").await;
    let client = app.client();
    let available = client.wait_until_cache_cluster_available().cache_cluster_id("cache");
    available.wait(LIMIT).await.expect("available");
    app.done("DeleteCacheCluster", &[("CacheClusterId", "cache")]).await;
    app.gone("cache").await;
    client.wait_until_cache_cluster_deleted().cache_cluster_id("cache").wait(LIMIT).await.expect("deleted");
}

#[tokio::test]
async fn of_many_who_want_the_same_identifier_one_gets_it() {
    let app = App::start().await;
    let parameters = [("CacheClusterId", "cache"), ("CacheNodeType", "cache.t3.micro")];
    let answers = join_all((0..20).map(|_| app.call("CreateCacheCluster", &parameters))).await;
    let refused: Vec<_> = answers.iter().filter_map(crate::answer::Answer::refusal).collect();
    let taken = Refusal::new(400, "CacheClusterAlreadyExists", "Cache cluster cache already exists.");
    assert_eq!(refused, vec![taken; 19]);
    app.available("cache").await;
}

#[tokio::test]
async fn clusters_are_told_with_nodes_only_when_asked_for() {
    let app = App::start().await;
    app.memcached("cache", 2).await;
    for (parameters, nodes) in [
        (&[][..], 0),
        (&[("CacheClusterId", "Cache")], 0),
        (&[("ShowCacheNodeInfo", "false")], 0),
        (&[("ShowCacheNodeInfo", "true")], 2),
        (&[("ShowCacheNodeInfo", "true"), ("ShowCacheClustersNotInReplicationGroups", "true")], 2),
    ] {
        let answer = app.done("DescribeCacheClusters", parameters).await;
        assert_eq!(answer.texts("CacheNodeId").len(), nodes, "{parameters:?}");
        assert!(answer.body.contains("<ConfigurationEndpoint>"), "it is always told: {parameters:?}");
    }
}
