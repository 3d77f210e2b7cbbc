//! Accounts and regions, which know nothing of each other.

use crate::app::{ACCOUNT, App, REGION};

#[tokio::test]
async fn accounts_and_regions_are_apart() {
    let app = App::start().await;
    let scopes = [(ACCOUNT, REGION), ("111111111111", REGION), (ACCOUNT, "eu-west-1")];
    for (account, region) in scopes {
        let client = app.client_of(account, region);
        let create =
            client.create_cache_cluster().cache_cluster_id("same").engine("redis").cache_node_type("cache.t3.micro");
        let cluster = create.send().await.expect("the name is free in each").cache_cluster.expect("a cluster");
        assert_eq!(cluster.arn(), Some(format!("arn:aws:elasticache:{region}:{account}:cluster:same").as_str()));
        let group = client.create_cache_parameter_group().cache_parameter_group_name("same").description("d");
        group.cache_parameter_group_family("redis7").send().await.expect("the name is free in each");
        let group =
            client.create_cache_subnet_group().cache_subnet_group_name("same").cache_subnet_group_description("d");
        group.subnet_ids("subnet-1").send().await.expect("the name is free in each");
    }
    let only = app.client_of("111111111111", REGION);
    only.delete_cache_parameter_group().cache_parameter_group_name("same").send().await.expect("deleted");
    for (account, region) in scopes {
        let client = app.client_of(account, region);
        let clusters = client.describe_cache_clusters().send().await.expect("clusters");
        assert_eq!(clusters.cache_clusters().len(), 1);
        let zones =
            client.describe_cache_subnet_groups().cache_subnet_group_name("default").send().await.expect("groups");
        let zone = zones.cache_subnet_groups()[0].subnets()[0].subnet_availability_zone().and_then(|zone| zone.name());
        assert!(zone.is_some_and(|zone| zone.starts_with(region)));
        let groups = client.describe_cache_parameter_groups().cache_parameter_group_name("same").send().await;
        assert_eq!(groups.is_ok(), account == ACCOUNT, "{account} {region}");
    }
    let other = app.client_of("222222222222", "us-west-2");
    assert!(other.describe_cache_clusters().send().await.expect("clusters").cache_clusters().is_empty());
    assert!(other.describe_events().send().await.expect("events").events().is_empty());
}

#[tokio::test]
async fn a_key_that_is_no_account_means_the_default_one() {
    let app = App::start().await;
    app.redis("cache").await;
    let clusters =
        app.client_of("AKIAIOSFODNN7EXAMPLE", REGION).describe_cache_clusters().send().await.expect("clusters");
    assert_eq!(clusters.cache_clusters().len(), 1);
}
