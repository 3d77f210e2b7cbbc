//! Snapshots of serverless caches through the public API.

use std::time::Duration;

use aws_sdk_elasticache::types::ServerlessCacheSnapshot;
use tokio::time::{sleep, timeout};

use crate::{
    answer::Refusal,
    app::{App, LIMIT},
    snapshot_buckets,
};

const DAY: Duration = Duration::from_hours(24);

/// Waits until a cache is available.
async fn available(app: &App, name: &str) {
    let waited = timeout(LIMIT, async {
        loop {
            let answer = app.call("DescribeServerlessCaches", &[("ServerlessCacheName", name)]).await;
            if answer.texts("Status") == ["available"] {
                return;
            }
            sleep(Duration::from_millis(2)).await;
        }
    });
    waited.await.expect("the cache becomes available");
}

async fn create(app: &App, name: &str, more: &[(&str, &str)]) {
    let fixed = [("ServerlessCacheName", name), ("Engine", "valkey"), ("MajorEngineVersion", "8")];
    app.done("CreateServerlessCache", &[&fixed, more].concat()).await;
    available(app, name).await;
}

/// The snapshots, by name.
async fn snapshots(app: &App) -> Vec<ServerlessCacheSnapshot> {
    let answer = app.client().describe_serverless_cache_snapshots().send().await.expect("a description");
    answer.serverless_cache_snapshots.unwrap_or_default()
}

/// Waits until all snapshots are as `condition` wants them.
async fn until(app: &App, condition: impl Fn(&[ServerlessCacheSnapshot]) -> bool) -> Vec<ServerlessCacheSnapshot> {
    let waited = timeout(LIMIT, async {
        loop {
            let all = snapshots(app).await;
            if condition(&all) {
                return all;
            }
            sleep(Duration::from_millis(2)).await;
        }
    });
    if let Ok(all) = waited.await {
        return all;
    }
    panic!("not in time: {:#?}", snapshots(app).await)
}

fn all_available(all: &[ServerlessCacheSnapshot]) -> bool {
    all.iter().all(|snapshot| snapshot.status() == Some("available"))
}

async fn take(app: &App, name: &str) {
    let parameters = [("ServerlessCacheSnapshotName", name), ("ServerlessCacheName", "cache")];
    let answer = app.done("CreateServerlessCacheSnapshot", &parameters).await;
    assert_eq!(answer.texts("Status"), ["creating"]);
    until(app, all_available).await;
    available(app, "cache").await;
}

#[tokio::test]
async fn a_snapshot_from_its_beginning_to_its_end() {
    let app = App::start().await;
    create(&app, "cache", &[("Tags.Tag.1.Key", "a"), ("Tags.Tag.1.Value", "1")]).await;
    take(&app, "First").await;
    let [first] = &snapshots(&app).await[..] else { panic!("one snapshot") };
    let arn = "arn:aws:elasticache:us-east-1:000000000000:serverlesscachesnapshot:first";
    assert_eq!((first.serverless_cache_snapshot_name(), first.arn()), (Some("first"), Some(arn)));
    assert_eq!((first.snapshot_type(), first.expiry_time()), (Some("manual"), None));
    assert!(first.bytes_used_for_cache().is_some_and(|bytes| bytes.parse::<u64>().is_ok_and(|bytes| bytes > 0)));
    let cache = first.serverless_cache_configuration().expect("what it was taken of");
    assert_eq!(cache.serverless_cache_name(), Some("cache"));
    assert_eq!((cache.engine(), cache.major_engine_version()), (Some("valkey"), Some("8")));
    assert_eq!(app.done("ListTagsForResource", &[("ResourceName", arn)]).await.texts("Key"), ["a"]);
    let told = app.messages("serverless-cache-snapshot", "first").await;
    assert_eq!(told, ["Snapshot first created for cache cache."]);
    assert!(app.done("DescribeSnapshots", &[]).await.texts("SnapshotName").is_empty(), "it is none of nodes");

    let names = ("SourceServerlessCacheSnapshotName", "First");
    let copy = [names, ("TargetServerlessCacheSnapshotName", "second")];
    app.done("CopyServerlessCacheSnapshot", &copy).await;
    assert_eq!(until(&app, |all| all.len() == 2 && all_available(all)).await.len(), 2);
    let refused = app.refused("CopyServerlessCacheSnapshot", &copy).await;
    assert_eq!(refused.code(), (400, "ServerlessCacheSnapshotAlreadyExistsFault"));

    app.done("DeleteServerlessCacheSnapshot", &[("ServerlessCacheSnapshotName", "first")]).await;
    let rest = until(&app, |all| all.len() == 1).await;
    assert_eq!(rest[0].serverless_cache_snapshot_name(), Some("second"));
    for action in ["DescribeServerlessCacheSnapshots", "DeleteServerlessCacheSnapshot"] {
        let refused = app.refused(action, &[("ServerlessCacheSnapshotName", "first")]).await;
        assert_eq!(refused.code(), (404, "ServerlessCacheSnapshotNotFoundFault"));
    }
}

#[tokio::test]
async fn snapshots_are_found_by_cache_and_by_kind() {
    let app = App::start().await;
    create(&app, "cache", &[]).await;
    create(&app, "other", &[]).await;
    take(&app, "one").await;
    for (parameters, count) in [
        (("ServerlessCacheName", "cache"), 1),
        (("ServerlessCacheName", "other"), 0),
        (("SnapshotType", "manual"), 1),
        (("SnapshotType", "automated"), 0),
    ] {
        let found = app.done("DescribeServerlessCacheSnapshots", &[parameters]).await;
        assert_eq!(found.texts("ServerlessCacheSnapshotName").len(), count, "{parameters:?}");
    }
    let refused = app.refused("DescribeServerlessCacheSnapshots", &[("SnapshotType", "user")]).await;
    assert_eq!(refused.code(), (400, "InvalidParameterValue"));
}

#[tokio::test]
async fn what_no_snapshot_can_be_taken_of() {
    let app = App::start().await;
    create(&app, "cache", &[]).await;
    let parameters = [("ServerlessCacheSnapshotName", "s"), ("ServerlessCacheName", "nobody")];
    let refused = app.refused("CreateServerlessCacheSnapshot", &parameters).await;
    assert_eq!(refused.code, "ServerlessCacheNotFoundFault");
    take(&app, "taken").await;
    let parameters = [("ServerlessCacheSnapshotName", "Taken"), ("ServerlessCacheName", "cache")];
    let refused = app.refused("CreateServerlessCacheSnapshot", &parameters).await;
    assert_eq!(refused.code(), (400, "ServerlessCacheSnapshotAlreadyExistsFault"));
    for number in 1..24 {
        take(&app, &format!("s{number}")).await;
    }
    let parameters = [("ServerlessCacheSnapshotName", "more"), ("ServerlessCacheName", "cache")];
    let refused = app.refused("CreateServerlessCacheSnapshot", &parameters).await;
    assert_eq!(refused.code(), (400, "ServerlessCacheSnapshotQuotaExceededFault"));
}

#[tokio::test]
async fn the_last_snapshot_comes_before_the_end() {
    let app = App::start().await;
    create(&app, "cache", &[]).await;
    let parameters = [("ServerlessCacheName", "cache"), ("FinalSnapshotName", "last")];
    assert_eq!(app.done("DeleteServerlessCache", &parameters).await.texts("Status"), ["deleting"]);
    let waited = timeout(LIMIT, async {
        while app.call("DescribeServerlessCaches", &parameters[..1]).await.status == 200 {
            sleep(Duration::from_millis(2)).await;
        }
    });
    waited.await.expect("the cache goes");
    let all = until(&app, all_available).await;
    assert_eq!(all[0].serverless_cache_snapshot_name(), Some("last"));

    let arn = all[0].arn().expect("an ARN");
    create(&app, "again", &[("SnapshotArnsToRestore.SnapshotArn.1", arn)]).await;
    let told = app.messages("serverless-cache", "again").await;
    let restored = "Cache again is created and data was restored from snapshot. Your cache is ready to use.";
    assert_eq!(told, [restored]);
}

#[tokio::test]
async fn what_cannot_be_restored() {
    let app = App::start().await;
    create(&app, "cache", &[]).await;
    take(&app, "one").await;
    let arn = "arn:aws:elasticache:us-east-1:000000000000:serverlesscachesnapshot:one";
    let unknown = "arn:aws:elasticache:us-east-1:000000000000:serverlesscachesnapshot:two";
    let of_nodes = "arn:aws:elasticache:us-east-1:000000000000:snapshot:two";
    let elsewhere = "arn:aws:elasticache:eu-west-1:000000000000:serverlesscachesnapshot:one";
    let group = "arn:aws:elasticache:us-east-1:000000000000:replicationgroup:one";
    for (engine, version, arn, code) in [
        ("valkey", "8", unknown, "ServerlessCacheSnapshotNotFoundFault"),
        ("valkey", "8", of_nodes, "SnapshotNotFoundFault"),
        ("valkey", "8", elsewhere, "InvalidARN"),
        ("valkey", "8", group, "InvalidARN"),
        ("valkey", "7", arn, "InvalidParameterCombination"),
        ("redis", "7", arn, "InvalidParameterCombination"),
        ("memcached", "1.6", arn, "InvalidParameterCombination"),
        ("memcached", "1.6", "arn:aws:s3:::bucket/key.rdb", "InvalidParameterCombination"),
        ("valkey", "8", "arn:aws:s3:::bucket", "InvalidParameterValue"),
        ("valkey", "8", "arn:aws:s3:eu-west-1::bucket/key.rdb", "InvalidParameterValue"),
        ("valkey", "8", "arn:aws:s3:::bucket/key.rdb", "InvalidParameterValue"),
    ] {
        let parameters = [
            ("ServerlessCacheName", "new"),
            ("Engine", engine),
            ("MajorEngineVersion", version),
            ("SnapshotArnsToRestore.SnapshotArn.1", arn),
        ];
        let refused = app.refused("CreateServerlessCache", &parameters).await;
        assert_eq!(refused.code, code, "{engine} {version} {arn}: {}", refused.message);
    }
    let twice = [
        ("ServerlessCacheName", "new"),
        ("Engine", "valkey"),
        ("SnapshotArnsToRestore.SnapshotArn.1", arn),
        ("SnapshotArnsToRestore.SnapshotArn.2", arn),
    ];
    let text = format!("SnapshotArnsToRestore has {arn} more than once.");
    assert_eq!(app.refused("CreateServerlessCache", &twice).await, Refusal::value(&text));
}

#[tokio::test]
async fn snapshots_of_memcached_are_for_memcached() {
    let app = App::start().await;
    let memcached = [("ServerlessCacheName", "cache"), ("Engine", "memcached"), ("SnapshotRetentionLimit", "1")];
    app.done("CreateServerlessCache", &[&memcached[..], &[("DailySnapshotTime", "18:00")]].concat()).await;
    available(&app, "cache").await;
    take(&app, "one").await;
    take(&app, "two").await;
    let shown = app.done("DescribeServerlessCacheSnapshots", &[("ServerlessCacheName", "cache")]).await;
    assert_eq!(shown.texts("ServerlessCacheName"), ["cache", "cache"]);
    assert_eq!(shown.texts("Engine"), ["memcached", "memcached"]);
    assert_eq!(shown.texts("MajorEngineVersion"), ["1.6", "1.6"]);
    let export = [("ServerlessCacheSnapshotName", "one"), ("S3BucketName", "bucket")];
    let text = "Exporting a snapshot is not supported for engine memcached.";
    assert_eq!(app.refused("ExportServerlessCacheSnapshot", &export).await, Refusal::value(text));

    let arns = shown.texts("ARN");
    let both = [("SnapshotArnsToRestore.SnapshotArn.1", &*arns[0]), ("SnapshotArnsToRestore.SnapshotArn.2", &*arns[1])];
    let new = [("ServerlessCacheName", "new"), ("Engine", "memcached")];
    app.done("CreateServerlessCache", &[&new[..], &both].concat()).await;
    available(&app, "new").await;
    let group =
        [("ReplicationGroupId", "g"), ("ReplicationGroupDescription", "d"), ("CacheNodeType", "cache.t4g.small")];
    let refused = [&group[..], &[("ServerlessCacheSnapshotName", "one")]].concat();
    assert_eq!(app.refused("CreateReplicationGroup", &refused).await.code, "InvalidParameterCombination");
    let parameters = [&[("ServerlessCacheName", "other"), ("Engine", "valkey")][..], &both].concat();
    let refused = app.refused("CreateServerlessCache", &parameters).await;
    assert!(refused.message.contains("cannot be restored to engine valkey"), "{}", refused.message);

    app.advance(DAY / 4 + Duration::from_mins(1)).await;
    let all = until(&app, |all| all.len() == 3 && all_available(all)).await;
    let daily = all.iter().find(|snapshot| snapshot.snapshot_type() == Some("automated")).expect("a daily one");
    assert!(daily.expiry_time() > daily.create_time());
}

#[tokio::test]
async fn a_group_of_nodes_is_made_of_a_snapshot() {
    let app = App::start().await;
    create(&app, "cache", &[("Tags.Tag.1.Key", "a"), ("Tags.Tag.1.Value", "1")]).await;
    take(&app, "one").await;
    let fixed = [("ReplicationGroupDescription", "d"), ("ServerlessCacheSnapshotName", "One")];
    let node_type = ("CacheNodeType", "cache.t4g.small");
    for (asked, code) in [
        (("SnapshotName", "s"), "InvalidParameterCombination"),
        (("SnapshotArns.SnapshotArn.1", "arn:aws:s3:::bucket/key.rdb"), "InvalidParameterCombination"),
        (("PrimaryClusterId", "c"), "InvalidParameterCombination"),
        (("Engine", "redis"), "InvalidParameterCombination"),
        (("EngineVersion", "7.2"), "InvalidParameterCombination"),
        (("ServerlessCacheSnapshotName", "two"), "ServerlessCacheSnapshotNotFoundFault"),
    ] {
        let rest = fixed.iter().filter(|(name, _)| *name != asked.0).copied();
        let parameters: Vec<_> = rest.chain([("ReplicationGroupId", "g"), node_type, asked]).collect();
        let refused = app.refused("CreateReplicationGroup", &parameters).await;
        assert_eq!(refused.code, code, "{asked:?}: {}", refused.message);
    }
    let without_type = [&fixed[..], &[("ReplicationGroupId", "g")]].concat();
    assert_eq!(app.refused("CreateReplicationGroup", &without_type).await.code, "InvalidParameterValue");
    for (id, shards) in [("plain", ("NumCacheClusters", "1")), ("shards", ("NumNodeGroups", "2"))] {
        app.done("CreateReplicationGroup", &[&fixed[..], &[("ReplicationGroupId", id), node_type, shards]].concat())
            .await;
        crate::snapshots::until(&app, "DescribeReplicationGroups", &[("ReplicationGroupId", id)], |answer| {
            answer.texts("Status").first().is_some_and(|status| status == "available")
        })
        .await;
        until(&app, all_available).await;
        let arn = format!("arn:aws:elasticache:us-east-1:000000000000:replicationgroup:{id}");
        assert_eq!(app.done("ListTagsForResource", &[("ResourceName", &arn)]).await.texts("Key"), ["a"]);
    }
}

#[tokio::test]
async fn caches_are_filled_from_a_bucket_and_from_several_snapshots() {
    let (app, buckets) = snapshot_buckets::start().await;
    snapshot_buckets::put(&buckets, "dump.rdb", snapshot_buckets::DUMP);
    snapshot_buckets::put(&buckets, "broken.rdb", b"what is this");
    create(&app, "cache", &[]).await;
    take(&app, "one").await;
    let arn = "arn:aws:elasticache:us-east-1:000000000000:serverlesscachesnapshot:one";
    let all = [
        ("SnapshotArnsToRestore.SnapshotArn.1", arn),
        ("SnapshotArnsToRestore.SnapshotArn.2", "arn:aws:s3:::bucket/dump.rdb"),
    ];
    create(&app, "both", &all).await;
    let absent = [
        ("ServerlessCacheName", "new"),
        ("Engine", "valkey"),
        ("SnapshotArnsToRestore.SnapshotArn.1", "arn:aws:s3:::bucket/absent.rdb"),
    ];
    let text = "The S3 bucket bucket does not contain an object with key absent.rdb.";
    assert_eq!(app.refused("CreateServerlessCache", &absent).await, Refusal::value(text));

    let broken = [
        ("ServerlessCacheName", "new"),
        ("Engine", "valkey"),
        ("SnapshotArnsToRestore.SnapshotArn.1", "arn:aws:s3:::bucket/broken.rdb"),
        ("SnapshotArnsToRestore.SnapshotArn.2", arn),
    ];
    app.done("CreateServerlessCache", &broken).await;
    crate::snapshots::until(&app, "DescribeServerlessCaches", &broken[..1], |answer| {
        answer.texts("Status") == ["create-failed"]
    })
    .await;
    let told = app.messages("serverless-cache", "new").await;
    let text = "Failed to create cache new. Data restoration from snapshot failed because the data cannot be loaded: it is \
                not an RDB file.";
    assert_eq!(told, [text]);
    until(&app, all_available).await;
}

#[tokio::test]
async fn daily_snapshots_are_taken_and_expire() {
    let app = App::start().await;
    create(&app, "cache", &[("DailySnapshotTime", "18:00"), ("SnapshotRetentionLimit", "1")]).await;
    app.advance(DAY / 4 + Duration::from_mins(1)).await;
    let all = until(&app, |all| all.len() == 1 && all_available(all)).await;
    let daily = &all[0];
    assert_eq!(daily.snapshot_type(), Some("automated"));
    assert!(daily.serverless_cache_snapshot_name().is_some_and(|name| name.starts_with("automatic.cache-")));
    assert!(daily.expiry_time() > daily.create_time());
    let first = daily.serverless_cache_snapshot_name().map(str::to_owned);
    app.advance(DAY).await;
    let is_next = |all: &[ServerlessCacheSnapshot]| {
        all.len() == 1 && all_available(all) && all[0].serverless_cache_snapshot_name() != first.as_deref()
    };
    until(&app, is_next).await;
    app.done("ModifyServerlessCache", &[("ServerlessCacheName", "cache"), ("SnapshotRetentionLimit", "0")]).await;
    app.advance(DAY).await;
    until(&app, <[ServerlessCacheSnapshot]>::is_empty).await;
}
