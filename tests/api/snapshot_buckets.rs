//! Snapshots that are exported to buckets, and caches that are filled from there. A folder stands in for S3.

use std::{fs, path::Path};

use tempfile::TempDir;

use crate::{
    answer::Refusal,
    app::App,
    snapshots::{status, taken, until},
};

/// A dump of nothing, without a checksum.
pub const DUMP: &[u8] = b"REDIS0006\xff\0\0\0\0\0\0\0\0";

/// A server, and the folder of its buckets, of which there is one: `bucket`.
pub async fn start() -> (App, TempDir) {
    let buckets = TempDir::new().expect("a folder");
    fs::create_dir(buckets.path().join("bucket")).expect("a bucket");
    let app = App::with(&["--s3-dir", buckets.path().to_str().expect("a path in UTF-8")]).await;
    (app, buckets)
}

/// Puts an object into the bucket.
pub fn put(buckets: &TempDir, key: &str, content: &[u8]) {
    let path = buckets.path().join("bucket").join(key);
    fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("folders");
    fs::write(path, content).expect("written");
}

#[tokio::test]
async fn a_snapshot_is_exported_once() {
    let (app, buckets) = start().await;
    app.redis("c").await;
    taken(&app, "c", "s").await;
    let export = |bucket| [("SourceSnapshotName", "s"), ("TargetSnapshotName", "out"), ("TargetBucket", bucket)];
    let absent = app.refused("CopySnapshot", &export("absent")).await;
    assert_eq!(absent, Refusal::value("The S3 bucket absent does not exist."));
    let answer = app.done("CopySnapshot", &export("bucket")).await;
    assert_eq!(answer.texts("SnapshotStatus"), ["exporting"]);
    status(&app, "s", "available").await;
    assert_eq!(fs::read(buckets.path().join("bucket/out-0001.rdb")).expect("an object"), DUMP);
    assert!(app.messages("cache-cluster", "c").await.iter().any(|message| message.contains("was exported")));
    let again = app.refused("CopySnapshot", &export("bucket")).await;
    let text = "The S3 bucket bucket already contains an object with key out-0001.rdb.";
    assert_eq!(again, Refusal::value(text));
    let with_key = [&export("bucket")[..], &[("KmsKeyId", "key")]].concat();
    assert_eq!(app.refused("CopySnapshot", &with_key).await.code, "InvalidParameterCombination");
}

#[tokio::test]
async fn caches_are_filled_from_a_bucket() {
    let (app, buckets) = start().await;
    put(&buckets, "folder/dump.rdb", DUMP);
    put(&buckets, "broken.rdb", b"what is this");
    let fixed = [("Engine", "redis"), ("CacheNodeType", "cache.t3.micro")];
    let arn = ("SnapshotArns.SnapshotArn.1", "arn:aws:s3:::bucket/folder/dump.rdb");
    app.created("c", &[&fixed[..], &[arn]].concat()).await;
    let group = [
        ("ReplicationGroupId", "g"),
        ("ReplicationGroupDescription", "d"),
        ("NodeGroupConfiguration.NodeGroupConfiguration.1.Slots", "0-8191"),
        ("NodeGroupConfiguration.NodeGroupConfiguration.2.Slots", "8192-16383"),
        arn,
    ];
    app.done("CreateReplicationGroup", &[&fixed[..], &group].concat()).await;
    until(&app, "DescribeReplicationGroups", &[("ReplicationGroupId", "g")], |answer| {
        answer.texts("Status").first().is_some_and(|status| status == "available")
    })
    .await;

    let refused = async |arns: &[(&str, &str)]| {
        app.refused("CreateCacheCluster", &[&fixed[..], &[("CacheClusterId", "d")], arns].concat()).await.message
    };
    let object = |arn: &'static str| [("SnapshotArns.SnapshotArn.1", arn)];
    let absent = refused(&object("arn:aws:s3:::bucket/absent.rdb")).await;
    assert_eq!(absent, "The S3 bucket bucket does not contain an object with key absent.rdb.");
    assert_eq!(refused(&object("arn:aws:s3:::other/dump.rdb")).await, "The S3 bucket other does not exist.");
    let two = [arn, ("SnapshotArns.SnapshotArn.2", "arn:aws:s3:::bucket/broken.rdb")];
    assert!(refused(&two).await.contains("exactly one"));

    let broken = [&fixed[..], &[("CacheClusterId", "e")], &object("arn:aws:s3:::bucket/broken.rdb")].concat();
    app.done("CreateCacheCluster", &broken).await;
    app.until("e", |cluster| cluster.cache_cluster_status() == Some("restore-failed")).await;
    let messages = app.messages("cache-cluster", "e").await;
    assert!(messages.iter().any(|message| message.contains("it is not an RDB file")), "{messages:?}");
    app.done("DeleteCacheCluster", &[("CacheClusterId", "e")]).await;
    app.gone("e").await;
}

#[tokio::test]
async fn without_object_storage_it_is_said_how_to_have_some() {
    let app = App::start().await;
    let parameters = [
        ("CacheClusterId", "c"),
        ("Engine", "redis"),
        ("CacheNodeType", "cache.t3.micro"),
        ("SnapshotArns.SnapshotArn.1", "arn:aws:s3:::bucket/dump.rdb"),
    ];
    let refused = app.refused("CreateCacheCluster", &parameters).await;
    assert_eq!(refused.code(), (400, "InvalidParameterValue"));
    assert!(refused.message.contains("--s3-dir"), "{}", refused.message);
}
