//! What only `--strict` refuses.

use crate::{answer::Refusal, app::App};

const REDIS: [(&str, &str); 3] =
    [("CacheClusterId", "cache"), ("Engine", "redis"), ("CacheNodeType", "cache.t3.micro")];
const VALKEY: [(&str, &str); 3] =
    [("CacheClusterId", "cache"), ("Engine", "valkey"), ("CacheNodeType", "cache.t3.micro")];

/// A request that only a strict server refuses, in these words.
async fn only_strict_refuses(action: &str, parameters: &[(&str, &str)], refusal: Refusal) {
    assert_eq!(App::strict().await.refused(action, parameters).await, refusal);
    App::start().await.done(action, parameters).await;
}

#[tokio::test]
async fn valkey_outside_of_a_group() {
    let text =
        "This API doesn't support Valkey engine. Please use CreateReplicationGroup API for Valkey cluster creation.";
    only_strict_refuses("CreateCacheCluster", &VALKEY, Refusal::value(text)).await;
    // ElastiCache looks the parameter group up before that.
    let absent = [VALKEY.as_slice(), &[("CacheParameterGroupName", "default.valkey7.2")]].concat();
    assert_eq!(
        App::strict().await.refused("CreateCacheCluster", &absent).await,
        Refusal::new(404, "CacheParameterGroupNotFound", "CacheParameterGroup not found: default.valkey7.2")
    );
}

#[tokio::test]
async fn an_auth_token_without_encryption() {
    let parameters = [REDIS.as_slice(), &[("AuthToken", "a-secret-of-sixteen")]].concat();
    let text = "The AUTH token is only supported when encryption-in-transit is enabled";
    only_strict_refuses("CreateCacheCluster", &parameters, Refusal::value(text)).await;
}

#[tokio::test]
async fn encryption_of_a_redis_cluster_outside_of_a_group() {
    let parameters = [REDIS.as_slice(), &[("TransitEncryptionEnabled", "true")]].concat();
    let text = "Encryption feature is not supported for engine REDIS.";
    only_strict_refuses("CreateCacheCluster", &parameters, Refusal::combination(text)).await;
}

#[tokio::test]
async fn an_auth_token_of_a_group_in_no_subnet_group_of_its_own() {
    let parameters = [
        ("ReplicationGroupId", "group"),
        ("ReplicationGroupDescription", "d"),
        ("CacheNodeType", "cache.t3.micro"),
        ("TransitEncryptionEnabled", "true"),
        ("AuthToken", "short"),
    ];
    // ElastiCache looks at the network before it looks at the token.
    let text = "Redis Auth can only be enabled within an Amazon VPC";
    assert_eq!(App::strict().await.refused("CreateReplicationGroup", &parameters).await, Refusal::combination(text));
    let parameters = [parameters[..4].to_vec(), vec![("AuthToken", "a-secret-of-sixteen")]].concat();
    only_strict_refuses("CreateReplicationGroup", &parameters, Refusal::combination(text)).await;
    let in_subnet_group = [parameters.as_slice(), &[("CacheSubnetGroupName", "default")]].concat();
    App::strict().await.done("CreateReplicationGroup", &in_subnet_group).await;
}

#[tokio::test]
async fn versions_past_their_end_of_life() {
    let parameters = [
        ("CacheClusterId", "cache"),
        ("Engine", "redis"),
        ("CacheNodeType", "cache.m3.medium"),
        ("EngineVersion", "3.2.10"),
    ];
    let refusal = Refusal::combination("Cannot find version 3.2.10 for redis");
    only_strict_refuses("CreateCacheCluster", &parameters, refusal).await;
    let app = App::strict().await;
    app.created("cache", &REDIS[1..]).await;
    let upgrade = [("CacheClusterId", "cache"), ("EngineVersion", "3.2.10"), ("ApplyImmediately", "true")];
    assert_eq!(
        app.refused("ModifyCacheCluster", &upgrade).await,
        Refusal::combination("Cannot find version 3.2.10 for redis")
    );
}

#[tokio::test]
async fn another_engine_for_a_cluster_of_its_own() {
    let change = [("CacheClusterId", "cache"), ("Engine", "valkey"), ("ApplyImmediately", "true")];
    let app = App::strict().await;
    app.created("cache", &REDIS[1..]).await;
    assert_eq!(app.refused("ModifyCacheCluster", &change).await.code(), (400, "InvalidParameterCombination"));
    let app = App::start().await;
    app.created("cache", &REDIS[1..]).await;
    app.done("ModifyCacheCluster", &change).await;
    app.until("cache", |cluster| cluster.engine() == Some("valkey")).await;
}

#[tokio::test]
async fn cache_security_groups() {
    let text = "Use of cache security groups is not permitted in this API version for your account.";
    let name = ("CacheSecurityGroupName", "old");
    only_strict_refuses("CreateCacheSecurityGroup", &[name, ("Description", "d")], Refusal::value(text)).await;
    let app = App::strict().await;
    let ec2 = [name, ("EC2SecurityGroupName", "e"), ("EC2SecurityGroupOwnerId", "000000000000")];
    for (action, parameters) in [
        ("DescribeCacheSecurityGroups", &ec2[..0]),
        ("DeleteCacheSecurityGroup", &ec2[..1]),
        ("AuthorizeCacheSecurityGroupIngress", &ec2[..]),
        ("RevokeCacheSecurityGroupIngress", &ec2[..]),
    ] {
        assert_eq!(app.refused(action, parameters).await, Refusal::value(text), "{action}");
    }
}

#[tokio::test]
async fn the_quota_of_nodes() {
    let app = App::strict().await;
    let make = async |id: &str, nodes: &str| {
        app.call(
            "CreateCacheCluster",
            &[("CacheClusterId", id), ("CacheNodeType", "cache.t3.micro"), ("NumCacheNodes", nodes)],
        )
        .await
    };
    for number in 0..7 {
        assert_eq!(make(&format!("cache-{number}"), "40").await.status, 200);
    }
    assert_eq!(make("most", "20").await.status, 200);
    let refusal = Refusal::new(
        400,
        "NodeQuotaForCustomerExceeded",
        "Customer node quota exceeded. You can have at most 300 nodes in this region",
    );
    assert_eq!(make("more", "1").await.refusal(), Some(refusal.clone()));
    app.available("most").await;
    let grow = [("CacheClusterId", "most"), ("NumCacheNodes", "21"), ("ApplyImmediately", "true")];
    assert_eq!(app.refused("ModifyCacheCluster", &grow).await, refusal);
}

#[tokio::test]
async fn the_quotas_of_groups() {
    let (strict, lenient) = (App::strict().await, App::start().await);
    for (action, name, more, code) in [
        (
            "CreateCacheParameterGroup",
            "CacheParameterGroupName",
            [("CacheParameterGroupFamily", "redis7"), ("Description", "d")],
            "CacheParameterGroupQuotaExceeded",
        ),
        (
            "CreateCacheSubnetGroup",
            "CacheSubnetGroupName",
            [("SubnetIds.SubnetIdentifier.1", "subnet-1"), ("CacheSubnetGroupDescription", "d")],
            "CacheSubnetGroupQuotaExceeded",
        ),
    ] {
        for number in 0..300 {
            let id = format!("group-{number}");
            let parameters = [&[(name, id.as_str())][..], &more].concat();
            strict.done(action, &parameters).await;
            lenient.done(action, &parameters).await;
        }
        let parameters = [&[(name, "more")][..], &more].concat();
        assert_eq!(strict.refused(action, &parameters).await.code(), (400, code));
        lenient.done(action, &parameters).await;
    }
}
