//! Tags of every kind of resource.

use crate::{
    answer::{Answer, Refusal},
    app::App,
};

fn arn(kind: &str, id: &str) -> String {
    format!("arn:aws:elasticache:us-east-1:000000000000:{kind}:{id}")
}

/// The tags that an answer lists.
fn listed(answer: &Answer) -> Vec<(String, String)> {
    answer.texts("Key").into_iter().zip(answer.texts("Value")).collect()
}

fn pairs(tags: &[(&str, &str)]) -> Vec<(String, String)> {
    tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// A server with one resource of every kind that can be tagged, each made with one tag.
async fn with_everything() -> (App, Vec<String>) {
    let app = App::start().await;
    let tag = [("Tags.Tag.1.Key", "made"), ("Tags.Tag.1.Value", "yes")];
    app.created("cache", &[("CacheNodeType", "cache.t3.micro"), tag[0], tag[1]]).await;
    for (action, parameters) in [
        (
            "CreateCacheParameterGroup",
            [("CacheParameterGroupName", "group"), ("CacheParameterGroupFamily", "redis7"), ("Description", "d")]
                .as_slice(),
        ),
        (
            "CreateCacheSubnetGroup",
            &[
                ("CacheSubnetGroupName", "nets"),
                ("CacheSubnetGroupDescription", "d"),
                ("SubnetIds.member.1", "subnet-1"),
            ],
        ),
        ("CreateCacheSecurityGroup", &[("CacheSecurityGroupName", "old"), ("Description", "d")]),
        (
            "PurchaseReservedCacheNodesOffering",
            &[
                ("ReservedCacheNodesOfferingId", "01ce0a19-a476-41cb-8aee-48eacbcdc8e5"),
                ("ReservedCacheNodeId", "bought"),
            ],
        ),
    ] {
        app.done(action, &[parameters, &tag].concat()).await;
    }
    let arns = [
        ("cluster", "cache"),
        ("parametergroup", "group"),
        ("subnetgroup", "nets"),
        ("securitygroup", "old"),
        ("reserved-instance", "bought"),
    ];
    (app, arns.map(|(kind, id)| arn(kind, id)).to_vec())
}

#[tokio::test]
async fn every_operation_answers_the_whole_list() {
    let (app, arns) = with_everything().await;
    for arn in &arns {
        let name = ("ResourceName", arn.as_str());
        let list = app.done("ListTagsForResource", &[name]).await;
        assert_eq!(listed(&list), pairs(&[("made", "yes")]), "{arn}");
        let more = [
            name,
            ("Tags.Tag.1.Key", "Env"),
            ("Tags.Tag.1.Value", ""),
            ("Tags.Tag.2.Key", "made"),
            ("Tags.Tag.2.Value", "no"),
        ];
        let added = app.done("AddTagsToResource", &more).await;
        assert_eq!(added.texts("Key"), ["Env", "made"], "{arn}: {}", added.body);
        assert!(added.body.contains("<Value>no</Value>"), "the same key again is overwritten");
        let removed = app
            .done("RemoveTagsFromResource", &[name, ("TagKeys.member.1", "made"), ("TagKeys.member.2", "absent")])
            .await;
        assert_eq!(removed.texts("Key"), ["Env"]);
        let absent = [name, ("TagKeys.member.1", "absent")];
        assert_eq!(app.refused("RemoveTagsFromResource", &absent).await.code(), (404, "TagNotFound"));
        let other_case = [name, ("TagKeys.member.1", "env")];
        assert_eq!(app.refused("RemoveTagsFromResource", &other_case).await.code(), (404, "TagNotFound"));
    }
}

#[tokio::test]
async fn there_is_room_for_fifty() {
    let (app, arns) = with_everything().await;
    let keys: Vec<_> = (1..=50).map(|number| (format!("Tags.Tag.{number}.Key"), format!("key-{number}"))).collect();
    let keys: Vec<_> = keys.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for arn in &arns {
        let name = ("ResourceName", arn.as_str());
        let too_many = app.refused("AddTagsToResource", &[&[name], keys.as_slice()].concat()).await;
        assert_eq!(too_many.code(), (400, "TagQuotaPerResourceExceeded"));
        assert_eq!(listed(&app.done("ListTagsForResource", &[name]).await).len(), 1, "nothing was added");
        app.done("AddTagsToResource", &[&[name], &keys[..49]].concat()).await;
    }
    let make = [("CacheClusterId", "other"), ("CacheNodeType", "cache.t3.micro"), ("Tags.Tag.51.Key", "one-more")];
    let refused = app.refused("CreateCacheCluster", &[&make, keys.as_slice()].concat()).await;
    assert_eq!(refused.code(), (400, "TagQuotaPerResourceExceeded"));
    assert_eq!(app.refused("DescribeCacheClusters", &make[..1]).await.code(), (404, "CacheClusterNotFound"));
}

#[tokio::test]
async fn keys_and_values_are_checked() {
    let (app, arns) = with_everything().await;
    let (long_key, long_value) = ("k".repeat(129), "v".repeat(257));
    for (key, value) in [("aws:mine", "v"), (&long_key, "v"), ("k", &long_value), ("", "v")] {
        let tag = [("ResourceName", arns[0].as_str()), ("Tags.Tag.1.Key", key), ("Tags.Tag.1.Value", value)];
        assert_eq!(
            app.refused("AddTagsToResource", &tag).await.code(),
            (400, "InvalidParameterValue"),
            "{key}={value}"
        );
    }
    for (action, list) in [("AddTagsToResource", "Tags"), ("RemoveTagsFromResource", "TagKeys")] {
        let text = format!("The parameter {list} must be provided.");
        let refused = app.refused(action, &[("ResourceName", &arns[0]), (list, "")]).await;
        assert_eq!(refused, Refusal::value(&text));
    }
}

#[tokio::test]
async fn names_of_resources_are_checked() {
    let (app, _) = with_everything().await;
    let upper = arn("cluster", "CACHE");
    app.done("ListTagsForResource", &[("ResourceName", &upper)]).await;
    for name in [
        "cache",
        "arn:aws:elasticache:us-east-1:000000000000",
        "arn:aws:elasticache:us-east-1:000000000000:cluster",
        "arn:aws:elasticache:us-east-1:000000000000:galaxy:cache",
        "arn:aws:rds:us-east-1:000000000000:cluster:cache",
    ] {
        let refused = app.refused("ListTagsForResource", &[("ResourceName", name)]).await;
        assert_eq!(refused, Refusal::new(400, "InvalidARN", &format!("ARN {name} is invalid.")));
    }
    for name in [
        "arn:aws:elasticache:eu-west-1:000000000000:cluster:cache",
        "arn:aws:elasticache:us-east-1:000000000001:cluster:cache",
        "arn:aws-cn:elasticache:us-east-1:000000000000:cluster:cache",
    ] {
        let refused = app.refused("ListTagsForResource", &[("ResourceName", name)]).await;
        assert_eq!(refused.code(), (400, "InvalidARN"), "{name}");
    }
    for (kind, status, code) in [
        ("cluster", 404, "CacheClusterNotFound"),
        ("replicationgroup", 404, "ReplicationGroupNotFoundFault"),
        ("snapshot", 404, "SnapshotNotFoundFault"),
        ("parametergroup", 404, "CacheParameterGroupNotFound"),
        ("subnetgroup", 400, "CacheSubnetGroupNotFoundFault"),
        ("securitygroup", 404, "CacheSecurityGroupNotFound"),
        ("reserved-instance", 404, "ReservedCacheNodeNotFound"),
        ("user", 404, "UserNotFound"),
        ("usergroup", 404, "UserGroupNotFound"),
        ("serverlesscache", 404, "ServerlessCacheNotFoundFault"),
        ("serverlesscachesnapshot", 404, "ServerlessCacheSnapshotNotFoundFault"),
    ] {
        let name = arn(kind, "absent");
        let refused = app.refused("ListTagsForResource", &[("ResourceName", &name)]).await;
        assert_eq!(refused.code(), (status, code), "{kind}: {}", refused.message);
    }
    for (kind, id) in [("parametergroup", "default.redis7"), ("subnetgroup", "default")] {
        let name = arn(kind, id);
        let tag = [("ResourceName", name.as_str()), ("Tags.Tag.1.Key", "k")];
        assert_eq!(app.refused("AddTagsToResource", &tag).await.code(), (400, "InvalidParameterValue"), "{name}");
    }
}

#[tokio::test]
async fn a_cluster_has_to_be_available() {
    let app = App::start().await;
    app.redis("cache").await;
    app.done("DeleteCacheCluster", &[("CacheClusterId", "cache")]).await;
    let name = arn("cluster", "cache");
    let refused = app.refused("ListTagsForResource", &[("ResourceName", &name)]).await;
    let leaving = Refusal::new(
        400,
        "InvalidReplicationGroupState",
        "Cluster not in available state to perform tagging operations.",
    );
    let gone = Refusal::new(404, "CacheClusterNotFound", "CacheCluster not found: cache");
    assert!([leaving, gone].contains(&refused), "{refused:?}");
}
