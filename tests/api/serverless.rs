//! Serverless caches through the public API: what can be asked for, what is shown, and what is not.

use std::time::Duration;

use aws_sdk_elasticache::types::{DataStorage, EcpuPerSecond, ServerlessCache};
use tokio::time::{sleep, timeout};

use crate::{
    answer::Refusal,
    app::{App, LIMIT},
};

/// A cache as it is described now.
async fn described(app: &App, name: &str) -> ServerlessCache {
    let answer = app.client().describe_serverless_caches().serverless_cache_name(name).send().await;
    let caches = answer.expect("a description").serverless_caches.unwrap_or_default();
    assert_eq!(caches.len(), 1, "a description by name has one cache");
    caches.into_iter().next().expect("one cache")
}

/// Waits until a cache is available.
async fn available(app: &App, name: &str) -> ServerlessCache {
    let waited = timeout(LIMIT, async {
        loop {
            let cache = described(app, name).await;
            if cache.status() == Some("available") {
                return cache;
            }
            sleep(Duration::from_millis(2)).await;
        }
    });
    if let Ok(cache) = waited.await {
        return cache;
    }
    panic!("not in time: {:#?}", described(app, name).await)
}

/// Makes a cache and waits for it.
async fn created(app: &App, name: &str, engine: &str, more: &[(&str, &str)]) -> ServerlessCache {
    app.done("CreateServerlessCache", &[&[("ServerlessCacheName", name), ("Engine", engine)], more].concat()).await;
    available(app, name).await
}

/// Waits until a cache that is to be deleted is gone.
async fn gone(app: &App, name: &str) {
    let waited = timeout(LIMIT, async {
        while app.call("DescribeServerlessCaches", &[("ServerlessCacheName", name)]).await.status == 200 {
            sleep(Duration::from_millis(2)).await;
        }
    });
    waited.await.expect("the cache goes");
}

async fn modified(app: &App, parameters: &[(&str, &str)]) -> ServerlessCache {
    let answer = app.done("ModifyServerlessCache", &[&[("ServerlessCacheName", "cache")], parameters].concat()).await;
    assert_eq!(answer.texts("Status"), ["modifying"]);
    available(app, "cache").await
}

async fn refused(app: &App, parameters: &[(&str, &str)]) -> Refusal {
    app.refused("ModifyServerlessCache", &[&[("ServerlessCacheName", "cache")], parameters].concat()).await
}

#[tokio::test]
async fn a_cache_from_its_beginning_to_its_end() {
    let app = App::start().await;
    let parameters = [("ServerlessCacheName", "Cache"), ("Engine", "valkey"), ("MajorEngineVersion", "8")];
    let answer = app.done("CreateServerlessCache", &parameters).await;
    assert_eq!(answer.texts("Status"), ["creating"]);
    assert!(answer.texts("Endpoint").is_empty());
    let cache = available(&app, "CACHE").await;
    assert_eq!(cache.serverless_cache_name(), Some("cache"));
    assert_eq!(cache.arn(), Some("arn:aws:elasticache:us-east-1:000000000000:serverlesscache:cache"));
    assert_eq!(cache.description(), Some(""));
    assert_eq!((cache.engine(), cache.major_engine_version()), (Some("valkey"), Some("8")));
    assert!(cache.full_engine_version().is_some_and(|version| version.starts_with("8.")));
    let endpoint = cache.endpoint().expect("an endpoint");
    let reader = cache.reader_endpoint().expect("a reader endpoint");
    assert_eq!(endpoint.address(), reader.address());
    assert_ne!(endpoint.port(), reader.port());
    assert_eq!((cache.subnet_ids().len(), cache.security_group_ids().len()), (3, 1));
    assert_eq!(cache.snapshot_retention_limit(), Some(0));
    assert!(cache.daily_snapshot_time().is_some_and(|time| time.len() == 5));
    assert!(cache.cache_usage_limits().is_none() && cache.kms_key_id().is_none() && cache.user_group_id().is_none());

    let answer = app.done("DeleteServerlessCache", &[("ServerlessCacheName", "cache")]).await;
    assert_eq!(answer.texts("Status"), ["deleting"]);
    gone(&app, "cache").await;
    for action in ["DescribeServerlessCaches", "DeleteServerlessCache"] {
        let refusal = app.refused(action, &[("ServerlessCacheName", "Cache")]).await;
        assert_eq!(refusal.code(), (404, "ServerlessCacheNotFoundFault"));
        assert_eq!(refusal.message, "Serverless Cache Cache not found.");
    }
    let told = app.messages("serverless-cache", "cache").await;
    assert_eq!(told, ["Cache cache is created and ready to use.", "Cache cache was deleted."]);
    created(&app, "cache", "memcached", &[]).await;
}

#[tokio::test]
async fn memcached_shows_a_schedule_only_where_there_is_one() {
    let app = App::start().await;
    let cache = created(&app, "cache", "memcached", &[]).await;
    assert_eq!(cache.major_engine_version(), Some("1.6"));
    assert!(cache.endpoint().is_some() && cache.reader_endpoint().is_some());
    assert!(cache.daily_snapshot_time().is_none() && cache.snapshot_retention_limit().is_none());
    let new = [("ServerlessCacheName", "other"), ("Engine", "memcached"), ("UserGroupId", "g")];
    assert_eq!(app.refused("CreateServerlessCache", &new).await.status, 400);
    refused(&app, &new[2..]).await;

    let named = ("ServerlessCacheName", "cache");
    app.done("ModifyServerlessCache", &[named, ("SnapshotRetentionLimit", "2")]).await;
    let shown = app.done("DescribeServerlessCaches", &[named]).await;
    assert_eq!(shown.texts("SnapshotRetentionLimit"), ["2"]);
    assert_eq!(shown.texts("DailySnapshotTime").len(), 1, "a time is chosen");
    let timed = created(&app, "timed", "memcached", &[("DailySnapshotTime", "05:00")]).await;
    assert_eq!((timed.daily_snapshot_time(), timed.snapshot_retention_limit()), (Some("05:00"), Some(0)));
}

#[tokio::test]
async fn what_is_behind_is_not_seen() {
    let app = App::start().await;
    created(&app, "cache", "redis", &[]).await;
    created(&app, "lines", "memcached", &[]).await;
    for (action, element) in
        [("DescribeReplicationGroups", "ReplicationGroupId"), ("DescribeCacheClusters", "CacheClusterId")]
    {
        assert!(app.done(action, &[]).await.texts(element).is_empty(), "{action}");
    }
    let sources = app.done("DescribeEvents", &[]).await.texts("SourceType");
    assert!(!sources.is_empty() && sources.iter().all(|source| source == "serverless-cache"), "{sources:?}");
    let resources = app.resources().await;
    assert_eq!(resources["cache_clusters"], serde_json::json!([]));
    assert_eq!(resources["cache_parameter_groups"], serde_json::json!([]));
    assert_eq!(resources["serverless_caches"][0]["status"], "available");
    assert_eq!(resources["serverless_caches"][0]["engines"].as_array().map(Vec::len), Some(2));
    // The scope behind is no account that anybody can name.
    let others = app.client_of("000000000000-serverless", "us-east-1").describe_replication_groups().send().await;
    assert!(others.is_ok_and(|found| found.replication_groups().is_empty()));
}

#[tokio::test]
async fn what_cannot_be_asked_for() {
    let app = App::start().await;
    created(&app, "taken", "redis", &[]).await;
    let all_named = [("ServerlessCacheName", "taken"), ("Engine", "redis")];
    let refusal = app.refused("CreateServerlessCache", &all_named).await;
    assert_eq!(refusal.code(), (400, "ServerlessCacheAlreadyExistsFault"));
    let storage = |name| format!("CacheUsageLimits.DataStorage.{name}");
    let (least, most, unit) = (storage("Minimum"), storage("Maximum"), storage("Unit"));
    for (engine, parameters, code) in [
        ("oracle", vec![], "InvalidParameterValue"),
        ("redis", vec![("MajorEngineVersion", "6")], "InvalidParameterCombination"),
        ("valkey", vec![("MajorEngineVersion", "8.0")], "InvalidParameterCombination"),
        ("redis", vec![("UserGroupId", "nobody")], "UserGroupNotFound"),
        ("redis", vec![("SnapshotRetentionLimit", "36")], "InvalidParameterValue"),
        ("redis", vec![("DailySnapshotTime", "5:00")], "InvalidParameterValue"),
        ("redis", vec![("DailySnapshotTime", "24:00")], "InvalidParameterValue"),
        ("redis", vec![("SubnetIds.SubnetId.1", "net")], "InvalidParameterValue"),
        ("redis", vec![(&*most, "0"), (&*unit, "GB")], "InvalidParameterValue"),
        ("redis", vec![(&*most, "5001"), (&*unit, "GB")], "InvalidParameterValue"),
        ("redis", vec![(&*least, "3"), (&*most, "2"), (&*unit, "GB")], "InvalidParameterValue"),
        ("redis", vec![("CacheUsageLimits.ECPUPerSecond.Maximum", "999")], "InvalidParameterValue"),
        ("valkey", vec![("ConnectionType", "public")], "InvalidParameterValue"),
        ("valkey", vec![("NetworkType", "ipv6")], "InvalidParameterValue"),
        ("valkey", vec![("SnapshotArnsToRestore.SnapshotArn.1", "arn:aws:s3:::b/o.rdb")], "InvalidParameterValue"),
    ] {
        let new = [&[("ServerlessCacheName", "new"), ("Engine", engine)], parameters.as_slice()].concat();
        let refusal = app.refused("CreateServerlessCache", &new).await;
        assert_eq!(refusal.code, code, "{engine} {parameters:?}: {}", refusal.message);
    }
    let names = app.done("DescribeServerlessCaches", &[]).await.texts("ServerlessCacheName");
    assert_eq!(names, ["taken"], "nothing is left of what was refused");
    assert_eq!(app.resources().await["serverless_caches"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn one_thing_is_changed_at_a_time() {
    let app = App::start().await;
    created(&app, "cache", "redis", &[]).await;
    let alone = "Serverless Cache modifications only support modifying one field per request.";
    let refusal = refused(&app, &[("Description", "d"), ("SnapshotRetentionLimit", "1")]).await;
    assert_eq!((refusal.code.as_str(), refusal.message.as_str()), ("InvalidParameterCombination", alone));
    let none = "No modifications were requested";
    for parameters in
        [vec![], vec![("Description", "")], vec![("RemoveUserGroup", "true")], vec![("RemoveUserGroup", "false")]]
    {
        let refusal = refused(&app, &parameters).await;
        assert_eq!((refusal.code.as_str(), refusal.message.as_str()), ("InvalidParameterCombination", none));
    }
    assert_eq!(modified(&app, &[("Description", "mine")]).await.description(), Some("mine"));
    assert_eq!(modified(&app, &[("Description", "")]).await.description(), Some(""));
    assert_eq!(modified(&app, &[("DailySnapshotTime", "03:15")]).await.daily_snapshot_time(), Some("03:15"));
    assert_eq!(modified(&app, &[("SnapshotRetentionLimit", "7")]).await.snapshot_retention_limit(), Some(7));
    let cache = modified(&app, &[("SecurityGroupIds.SecurityGroupId.1", "sg-1")]).await;
    assert_eq!(cache.security_group_ids(), ["sg-1"]);
}

#[tokio::test]
async fn limits_are_set_and_taken_away() {
    let app = App::start().await;
    let storage = [("CacheUsageLimits.DataStorage.Maximum", "10"), ("CacheUsageLimits.DataStorage.Unit", "GB")];
    let cache = created(&app, "cache", "valkey", &storage).await;
    let limits = cache.cache_usage_limits().expect("limits");
    let shown = limits.data_storage().expect("a limit of data");
    assert_eq!((shown.minimum(), shown.maximum()), (None, Some(10)));
    assert!(limits.ecpu_per_second().is_none());
    let cache = modified(&app, &[("CacheUsageLimits.ECPUPerSecond.Maximum", "5000")]).await;
    let limits = cache.cache_usage_limits().expect("limits");
    assert_eq!(limits.ecpu_per_second().and_then(EcpuPerSecond::maximum), Some(5000));
    assert_eq!(limits.data_storage().and_then(DataStorage::maximum), Some(10), "what is not named stays");
    let zeros = [
        ("CacheUsageLimits.DataStorage.Maximum", "0"),
        ("CacheUsageLimits.DataStorage.Minimum", "0"),
        ("CacheUsageLimits.DataStorage.Unit", "GB"),
        ("CacheUsageLimits.ECPUPerSecond.Maximum", "0"),
        ("CacheUsageLimits.ECPUPerSecond.Minimum", "0"),
    ];
    assert!(modified(&app, &zeros).await.cache_usage_limits().is_none());
    let refusal = refused(&app, &zeros).await;
    assert_eq!(refusal.message, "No modifications were requested");
}

#[tokio::test]
async fn engines_go_forward_only() {
    let app = App::start().await;
    created(&app, "cache", "redis", &[]).await;
    let text = "This API supports only cross-engine upgrades to Valkey engine currently";
    for engine in ["redis", "memcached", "oracle"] {
        assert_eq!(refused(&app, &[("Engine", engine)]).await, Refusal::value(text), "{engine}");
    }
    assert_eq!(refused(&app, &[("MajorEngineVersion", "7")]).await.message, "No modifications were requested");
    let cache = modified(&app, &[("Engine", "valkey"), ("MajorEngineVersion", "7")]).await;
    assert_eq!((cache.engine(), cache.full_engine_version()), (Some("valkey"), Some("7.2")));
    let cache = modified(&app, &[("MajorEngineVersion", "8")]).await;
    assert_eq!(cache.major_engine_version(), Some("8"));
    assert_eq!(refused(&app, &[("Engine", "valkey"), ("MajorEngineVersion", "9")]).await, Refusal::value(text));
    assert_eq!(refused(&app, &[("MajorEngineVersion", "7")]).await.code, "InvalidParameterCombination");
}

#[tokio::test]
async fn caches_come_in_pages() {
    let app = App::start().await;
    for number in 0..5 {
        let name = format!("cache-{number}");
        app.done("CreateServerlessCache", &[("ServerlessCacheName", &name), ("Engine", "memcached")]).await;
    }
    let pages = app.client().describe_serverless_caches().max_results(2).into_paginator().items().send();
    let caches = pages.collect::<Result<Vec<_>, _>>().await.expect("pages");
    let names: Vec<_> = caches.iter().filter_map(|cache| cache.serverless_cache_name()).collect();
    assert_eq!(names, ["cache-0", "cache-1", "cache-2", "cache-3", "cache-4"]);
    for size in ["0", "51"] {
        let refusal = app.refused("DescribeServerlessCaches", &[("MaxResults", size)]).await;
        assert_eq!(refusal.code(), (400, "InvalidParameterValue"));
    }
}

#[tokio::test]
async fn tags_are_kept_by_arn() {
    let app = App::start().await;
    let tags = [("Tags.Tag.1.Key", "a"), ("Tags.Tag.1.Value", "1")];
    let arn = created(&app, "cache", "redis", &tags).await.arn.expect("an ARN");
    let more = [("ResourceName", arn.as_str()), ("Tags.Tag.1.Key", "b"), ("Tags.Tag.1.Value", "2")];
    assert_eq!(app.done("AddTagsToResource", &more).await.texts("Key"), ["a", "b"]);
    let less = [("ResourceName", arn.as_str()), ("TagKeys.member.1", "a")];
    assert_eq!(app.done("RemoveTagsFromResource", &less).await.texts("Key"), ["b"]);
    assert!(app.messages("serverless-cache", "cache").await.contains(&"Tags updated for the cache cache.".to_owned()));
    let unknown = [("ResourceName", "arn:aws:elasticache:us-east-1:000000000000:serverlesscache:other")];
    assert_eq!(app.refused("ListTagsForResource", &unknown).await.code(), (404, "ServerlessCacheNotFoundFault"));
}

#[tokio::test]
async fn strict_servers_wait_for_a_cache_and_hold_the_quota() {
    let app = App::strict().await;
    for number in 0..40 {
        let name = format!("cache-{number:02}");
        app.done("CreateServerlessCache", &[("ServerlessCacheName", &name), ("Engine", "memcached")]).await;
    }
    let more = [("ServerlessCacheName", "more"), ("Engine", "memcached")];
    let refusal = app.refused("CreateServerlessCache", &more).await;
    assert_eq!(refusal.code(), (400, "ServerlessCacheQuotaForCustomerExceededFault"));
    available(&app, "cache-00").await;
    app.done("DeleteServerlessCache", &[("ServerlessCacheName", "cache-00")]).await;
    gone(&app, "cache-00").await;
}
