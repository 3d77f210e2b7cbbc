//! Automatic snapshots by the clock: what is taken when, how it is called, and how long it is kept.

use std::time::Duration;

use crate::{
    answer::Answer,
    app::App,
    snapshots::{group, status, taken, until},
};

const HOUR: Duration = Duration::from_hours(1);

const DAY: Duration = Duration::from_hours(24);

/// A window that opens two hours after a test begins.
const WINDOW: (&str, &str) = ("SnapshotWindow", "14:00-15:00");

/// Waits until there are so many automatic snapshots and all are whole; answers their names.
async fn count(app: &App, count: usize) -> Vec<String> {
    let right = |answer: &Answer| {
        let statuses = answer.texts("SnapshotStatus");
        statuses.len() == count && statuses.iter().all(|status| status == "available")
    };
    until(app, "DescribeSnapshots", &[("SnapshotSource", "system")], right).await.texts("SnapshotName")
}

async fn retain(app: &App, days: &str) {
    let changed = [("CacheClusterId", "c"), ("SnapshotRetentionLimit", days), ("ApplyImmediately", "true")];
    app.done("ModifyCacheCluster", &changed).await;
    app.available("c").await;
}

#[tokio::test]
async fn what_is_kept_follows_the_retention() {
    let app = App::start().await;
    let settings = [("Engine", "redis"), ("CacheNodeType", "cache.t3.micro"), ("SnapshotRetentionLimit", "3"), WINDOW];
    app.created("c", &settings).await;
    app.advance(HOUR * 3).await;
    count(&app, 1).await;
    for day in 2..=3 {
        app.available("c").await;
        app.advance(DAY).await;
        count(&app, day).await;
    }
    app.available("c").await;
    retain(&app, "1").await;
    let last = count(&app, 1).await;
    // Without any they are taken no more, and those that are there stay as long as they were to.
    retain(&app, "0").await;
    app.advance(DAY * 2).await;
    assert_eq!(count(&app, 1).await, last);
    app.advance(DAY + HOUR).await;
    count(&app, 0).await;
    retain(&app, "1").await;
    app.advance(DAY).await;
    assert_ne!(count(&app, 1).await, last);
}

#[tokio::test]
async fn groups_are_named_by_what_is_taken_and_take_their_snapshots_along() {
    let app = App::start().await;
    let automatic = [("SnapshotRetentionLimit", "5"), WINDOW, ("AutomaticFailoverEnabled", "true")];
    let clustered = [("CacheParameterGroupName", "default.redis7.cluster.on"), ("NumNodeGroups", "2")];
    group(&app, "g", &[&clustered[..], &automatic, &[("Engine", "redis"), ("ReplicasPerNodeGroup", "1")]].concat())
        .await;
    group(&app, "h", &[&automatic[..], &[("Engine", "valkey"), ("NumCacheClusters", "2")]].concat()).await;
    let appointed = [("ReplicationGroupId", "h"), ("SnapshottingClusterId", "h-001"), ("ApplyImmediately", "true")];
    app.done("ModifyReplicationGroup", &appointed).await;
    app.advance(HOUR * 3).await;
    let names = count(&app, 2).await;
    assert!(names[0].starts_with("automatic.g-20") && names[1].starts_with("automatic.h-001-20"), "{names:?}");
    let of_group = app.done("DescribeSnapshots", &[("ReplicationGroupId", "g")]).await;
    assert_eq!(of_group.texts("SnapshotSource"), ["automated"]);
    assert_eq!(of_group.texts("NodeGroupId"), ["0001", "0002"]);

    let copy = [("SourceSnapshotName", names[0].as_str()), ("TargetSnapshotName", "kept")];
    app.done("CopySnapshot", &copy).await;
    assert_eq!(status(&app, "kept", "available").await.texts("SnapshotSource"), ["manual"]);
    for id in ["g", "h"] {
        let available = |answer: &Answer| answer.texts("Status").first().is_some_and(|status| status == "available");
        until(&app, "DescribeReplicationGroups", &[("ReplicationGroupId", id)], available).await;
        app.done("DeleteReplicationGroup", &[("ReplicationGroupId", id)]).await;
    }
    count(&app, 0).await;
    assert_eq!(app.done("DescribeSnapshots", &[]).await.texts("SnapshotName"), ["kept"]);
}

#[tokio::test]
async fn a_window_is_used_once_a_day_however_long_it_is() {
    let app = App::start().await;
    let settings = [
        ("Engine", "redis"),
        ("CacheNodeType", "cache.t3.micro"),
        ("SnapshotRetentionLimit", "9"),
        ("SnapshotWindow", "13:00-18:00"),
    ];
    // It is noon.
    app.created("c", &settings).await;
    count(&app, 0).await;
    for _ in 0..4 {
        app.advance(HOUR).await;
        app.available("c").await;
    }
    count(&app, 1).await;
    // What is asked for takes its place after what may have been begun by itself.
    taken(&app, "c", "manual").await;
    count(&app, 1).await;
    app.advance(HOUR * 22).await;
    count(&app, 2).await;
}
