//! Snapshots: their rules, what is shown of them, and what becomes of the caches that they are taken of.

use std::{path::Path, time::Duration};

use tokio::time::timeout;

use crate::{
    answer::{Answer, Refusal},
    app::{App, LIMIT},
};

const HOUR: Duration = Duration::from_hours(1);

const DAY: Duration = Duration::from_hours(24);

/// Asks again and again until the answer is as it should be.
pub async fn until(app: &App, action: &str, parameters: &[(&str, &str)], is_right: impl Fn(&Answer) -> bool) -> Answer {
    let waited = timeout(LIMIT, async {
        loop {
            let answer = app.call(action, parameters).await;
            if is_right(&answer) {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    });
    if let Ok(answer) = waited.await {
        return answer;
    }
    panic!("{action} {parameters:?}: not in time: {}", app.call(action, parameters).await.body)
}

/// Waits until a snapshot has this status.
pub async fn status(app: &App, name: &str, status: &str) -> Answer {
    until(app, "DescribeSnapshots", &[("SnapshotName", name)], |answer| {
        answer.texts("SnapshotStatus") == [status.to_owned()]
    })
    .await
}

/// Takes a snapshot of a cluster and waits for it.
pub async fn taken(app: &App, cluster: &str, name: &str) -> Answer {
    app.done("CreateSnapshot", &[("CacheClusterId", cluster), ("SnapshotName", name)]).await;
    let answer = status(app, name, "available").await;
    app.available(cluster).await;
    answer
}

/// Makes a group and waits for it.
pub async fn group(app: &App, id: &str, parameters: &[(&str, &str)]) {
    let fixed =
        [("ReplicationGroupId", id), ("ReplicationGroupDescription", "d"), ("CacheNodeType", "cache.t4g.small")];
    app.done("CreateReplicationGroup", &[&fixed, parameters].concat()).await;
    group_status(app, id, "available").await;
}

async fn group_status(app: &App, id: &str, status: &str) -> Answer {
    until(app, "DescribeReplicationGroups", &[("ReplicationGroupId", id)], |answer| {
        answer.texts("Status").first().map(String::as_str) == Some(status)
    })
    .await
}

#[tokio::test]
async fn a_snapshot_tells_what_it_was_taken_of() {
    let app = App::start().await;
    app.created(
        "c",
        &[
            ("Engine", "redis"),
            ("CacheNodeType", "cache.t3.micro"),
            ("Port", "7000"),
            ("SnapshotWindow", "03:00-04:00"),
            ("PreferredMaintenanceWindow", "mon:08:00-mon:09:00"),
            ("Tags.Tag.1.Key", "team"),
            ("Tags.Tag.1.Value", "blue"),
        ],
    )
    .await;
    let answer = app.done("CreateSnapshot", &[("CacheClusterId", "C"), ("SnapshotName", "First")]).await;
    for (name, value) in [
        ("SnapshotName", "first"),
        ("CacheClusterId", "c"),
        ("SnapshotStatus", "creating"),
        ("SnapshotSource", "manual"),
        ("CacheNodeType", "cache.t3.micro"),
        ("NumCacheNodes", "1"),
        ("Port", "7000"),
        ("SnapshotWindow", "03:00-04:00"),
        ("PreferredMaintenanceWindow", "mon:08:00-mon:09:00"),
        ("CacheNodeId", "0001"),
        ("ARN", "arn:aws:elasticache:us-east-1:000000000000:snapshot:first"),
    ] {
        assert_eq!(answer.texts(name).first().map(String::as_str), Some(value), "{name}: {}", answer.body);
    }
    assert!(answer.body.contains("<CacheSize/>"), "{}", answer.body);
    let done = status(&app, "first", "available").await;
    assert_eq!(done.texts("CacheSize"), ["1 MB"]);
    assert_eq!(done.texts("SnapshotCreateTime").len(), 1);
    app.available("c").await;
    let messages = app.messages("cache-cluster", "c").await;
    let expected = "Snapshot succeeded for snapshot with ID 'first' of cache cluster with ID 'c'";
    assert!(messages.iter().any(|message| message == expected), "{messages:?}");
    let arn = "arn:aws:elasticache:us-east-1:000000000000:snapshot:first";
    assert_eq!(app.done("ListTagsForResource", &[("ResourceName", arn)]).await.texts("Value"), ["blue"]);
    app.done("AddTagsToResource", &[("ResourceName", arn), ("Tags.Tag.1.Key", "a"), ("Tags.Tag.1.Value", "b")]).await;
}

#[tokio::test]
async fn what_elasticache_refuses_is_refused() {
    let app = App::start().await;
    app.redis("c").await;
    app.memcached("m", 1).await;
    group(&app, "g", &[("NumNodeGroups", "2"), ("Engine", "redis")]).await;
    let refused = async |parameters: &[(&str, &str)]| app.refused("CreateSnapshot", parameters).await;
    let code = |refusal: Refusal| refusal.code.clone();
    let both = [("SnapshotName", "s"), ("CacheClusterId", "c"), ("ReplicationGroupId", "g")];
    assert_eq!(code(refused(&both).await), "InvalidParameterCombination");
    assert_eq!(code(refused(&[("SnapshotName", "s")]).await), "InvalidParameterValue");
    assert_eq!(
        code(refused(&[("SnapshotName", "s"), ("CacheClusterId", "m")]).await),
        "SnapshotFeatureNotSupportedFault"
    );
    assert_eq!(code(refused(&[("SnapshotName", "s"), ("CacheClusterId", "x")]).await), "CacheClusterNotFound");
    assert_eq!(
        code(refused(&[("SnapshotName", "s"), ("ReplicationGroupId", "x")]).await),
        "ReplicationGroupNotFoundFault"
    );
    let member = [("SnapshotName", "s"), ("CacheClusterId", "g-0001-001")];
    assert_eq!(code(refused(&member).await), "InvalidParameterCombination");
    assert_eq!(
        code(refused(&[("SnapshotName", "automatic.s"), ("CacheClusterId", "c")]).await),
        "InvalidParameterValue"
    );

    taken(&app, "c", "s").await;
    let taken_name = refused(&[("SnapshotName", "S"), ("CacheClusterId", "c")]).await;
    assert_eq!(
        taken_name,
        Refusal::new(400, "SnapshotAlreadyExistsFault", "Snapshot with specified name already exists.")
    );
    let copied = [("SourceSnapshotName", "s"), ("TargetSnapshotName", "s")];
    assert_eq!(code(app.refused("CopySnapshot", &copied).await), "SnapshotAlreadyExistsFault");
    for (action, name) in [("DescribeSnapshots", "SnapshotName"), ("DeleteSnapshot", "SnapshotName")] {
        let refusal = app.refused(action, &[(name, "absent")]).await;
        assert_eq!((refusal.status, refusal.code.as_str()), (404, "SnapshotNotFoundFault"), "{action}");
    }
    let last = [("CacheClusterId", "c"), ("FinalSnapshotIdentifier", "s")];
    assert_eq!(code(app.refused("DeleteCacheCluster", &last).await), "SnapshotAlreadyExistsFault");
    let last = [("CacheClusterId", "m"), ("FinalSnapshotIdentifier", "t")];
    assert_eq!(code(app.refused("DeleteCacheCluster", &last).await), "SnapshotFeatureNotSupportedFault");
    let last = [("ReplicationGroupId", "g"), ("FinalSnapshotIdentifier", "t"), ("RetainPrimaryCluster", "true")];
    assert_eq!(code(app.refused("DeleteReplicationGroup", &last).await), "InvalidParameterCombination");
}

#[tokio::test]
async fn a_node_has_twenty_a_day() {
    let app = App::start().await;
    app.redis("c").await;
    for number in 0..20 {
        taken(&app, "c", &format!("s{number}")).await;
    }
    let one_more = [("CacheClusterId", "c"), ("SnapshotName", "more")];
    assert_eq!(app.refused("CreateSnapshot", &one_more).await.code, "SnapshotQuotaExceededFault");
    app.advance(DAY).await;
    app.done("CreateSnapshot", &one_more).await;
}

#[tokio::test]
async fn copies_are_snapshots_of_their_own() {
    let app = App::start().await;
    app.redis("c").await;
    taken(&app, "c", "s").await;
    let copy = [("SourceSnapshotName", "s"), ("TargetSnapshotName", "t"), ("TargetBucket", "")];
    assert_eq!(app.done("CopySnapshot", &copy).await.texts("SnapshotStatus"), ["creating"]);
    status(&app, "t", "available").await;
    status(&app, "s", "available").await;
    assert_eq!(app.done("DeleteSnapshot", &[("SnapshotName", "s")]).await.texts("SnapshotStatus"), ["deleting"]);
    until(&app, "DescribeSnapshots", &[("SnapshotName", "s")], |answer| answer.status == 404).await;
    let files = || {
        app.listed("snapshots")
            .into_iter()
            .filter(|name| Path::new(name).extension().is_some_and(|end| end == "rdb"))
            .count()
    };
    let waited = timeout(LIMIT, async {
        while files() != 1 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    });
    waited.await.expect("what was deleted leaves the disk");
    let listed = app.done("DescribeSnapshots", &[("CacheClusterId", "c")]).await;
    assert_eq!(listed.texts("SnapshotName"), ["t"]);
}

#[tokio::test]
async fn snapshots_of_groups_have_a_part_for_each_shard() {
    let app = App::start().await;
    group(&app, "g", &[("NumNodeGroups", "2"), ("ReplicasPerNodeGroup", "1"), ("Engine", "valkey")]).await;
    app.done("CreateSnapshot", &[("ReplicationGroupId", "g"), ("SnapshotName", "s")]).await;
    let shown = [("SnapshotName", "s"), ("ShowNodeGroupConfig", "true")];
    status(&app, "s", "available").await;
    let answer = app.done("DescribeSnapshots", &shown).await;
    assert_eq!(answer.texts("NumNodeGroups"), ["2"]);
    assert_eq!(answer.texts("Slots"), ["0-8191", "8192-16383"]);
    assert_eq!(answer.texts("CacheClusterId"), ["g-0001-002", "g-0002-002"], "primaries are spared");
    assert!(answer.texts("NumCacheNodes").is_empty());
    group_status(&app, "g", "available").await;
    let found = app.done("DescribeSnapshots", &[("ReplicationGroupId", "g"), ("SnapshotSource", "user")]).await;
    assert_eq!(found.texts("SnapshotName"), ["s"]);
    let none = app.done("DescribeSnapshots", &[("ReplicationGroupId", "g"), ("SnapshotSource", "system")]).await;
    assert!(none.texts("SnapshotName").is_empty());
}

#[tokio::test]
async fn a_last_snapshot_outlives_its_cache() {
    let app = App::start().await;
    app.redis("c").await;
    let last = [("CacheClusterId", "c"), ("FinalSnapshotIdentifier", "last")];
    assert_eq!(app.done("DeleteCacheCluster", &last).await.texts("CacheClusterStatus"), ["deleting"]);
    app.gone("c").await;
    status(&app, "last", "available").await;
    group(&app, "g", &[("NumCacheClusters", "2"), ("Engine", "redis"), ("SnapshotRetentionLimit", "1")]).await;
    let last = [("ReplicationGroupId", "g"), ("FinalSnapshotIdentifier", "g-last")];
    assert_eq!(app.done("DeleteReplicationGroup", &last).await.texts("Status"), ["deleting"]);
    until(&app, "DescribeReplicationGroups", &[("ReplicationGroupId", "g")], |answer| answer.status == 404).await;
    let answer = status(&app, "g-last", "available").await;
    assert_eq!(answer.texts("CacheClusterId"), ["g-001"], "a last snapshot is taken of the primary");
}

#[tokio::test]
async fn automatic_snapshots_come_and_go_with_the_days() {
    let app = App::start().await;
    let settings = [
        ("Engine", "redis"),
        ("CacheNodeType", "cache.t3.micro"),
        ("SnapshotRetentionLimit", "2"),
        ("SnapshotWindow", "14:00-15:00"),
    ];
    app.created("c", &settings).await;
    let automatic = [("SnapshotSource", "system"), ("CacheClusterId", "c")];
    let count = async |count: usize| {
        let right = |answer: &Answer| {
            answer.texts("SnapshotStatus").len() == count
                && answer.texts("SnapshotStatus").iter().all(|s| s == "available")
        };
        until(&app, "DescribeSnapshots", &automatic, right).await
    };
    count(0).await;
    app.advance(HOUR * 3).await;
    let name = count(1).await.texts("SnapshotName").remove(0);
    assert!(name.starts_with("automatic.c-20"), "{name}");
    app.available("c").await;
    app.advance(DAY).await;
    count(2).await;
    app.available("c").await;
    app.advance(DAY).await;
    let kept = until(&app, "DescribeSnapshots", &automatic, |answer| {
        !answer.texts("SnapshotName").contains(&name) && answer.texts("SnapshotName").len() == 2
    });
    kept.await;
    app.available("c").await;
    taken(&app, "c", "manual").await;
    app.done("DeleteCacheCluster", &[("CacheClusterId", "c")]).await;
    app.gone("c").await;
    until(&app, "DescribeSnapshots", &[], |answer| answer.texts("SnapshotName") == ["manual"]).await;
}

#[tokio::test]
async fn a_new_cluster_takes_from_the_snapshot_what_the_request_leaves_open() {
    let app = App::start().await;
    let settings =
        [("Engine", "redis"), ("EngineVersion", "6.2"), ("CacheNodeType", "cache.t3.small"), ("Port", "7000")];
    app.created("c", &[&settings[..], &[("Tags.Tag.1.Key", "k"), ("Tags.Tag.1.Value", "v")]].concat()).await;
    taken(&app, "c", "s").await;
    let restored = app.created("d", &[("SnapshotName", "S")]).await;
    assert_eq!(restored.cache_node_type(), Some("cache.t3.small"));
    assert!(restored.engine_version().is_some_and(|version| version.starts_with("6.2")));
    status(&app, "s", "available").await;
    let arn = "arn:aws:elasticache:us-east-1:000000000000:cluster:d";
    assert_eq!(app.done("ListTagsForResource", &[("ResourceName", arn)]).await.texts("Value"), ["v"]);
    let upgraded = [("SnapshotName", "s"), ("Engine", "valkey"), ("CacheNodeType", "cache.t3.medium")];
    assert_eq!(app.created("e", &upgraded).await.engine(), Some("valkey"));
    let refused = async |more: &[(&str, &str)]| {
        app.refused("CreateCacheCluster", &[&[("CacheClusterId", "f"), ("SnapshotName", "s")], more].concat())
            .await
            .code
    };
    assert_eq!(refused(&[("EngineVersion", "6.0"), ("Engine", "redis")]).await, "InvalidParameterCombination");
    assert_eq!(refused(&[("Engine", "memcached")]).await, "InvalidParameterCombination");
    let absent = [("CacheClusterId", "f"), ("SnapshotName", "absent")];
    assert_eq!(app.refused("CreateCacheCluster", &absent).await.code, "SnapshotNotFoundFault");
}

#[tokio::test]
async fn a_new_group_has_the_shards_of_the_snapshot() {
    let app = App::start().await;
    group(&app, "g", &[("NumNodeGroups", "3"), ("ReplicasPerNodeGroup", "1"), ("Engine", "redis")]).await;
    app.done("CreateSnapshot", &[("ReplicationGroupId", "g"), ("SnapshotName", "s")]).await;
    status(&app, "s", "available").await;
    let fixed = [("ReplicationGroupDescription", "d"), ("SnapshotName", "s"), ("ReplicationGroupId", "h")];
    app.done("CreateReplicationGroup", &fixed).await;
    let answer = group_status(&app, "h", "available").await;
    assert_eq!(answer.texts("Slots"), ["0-5461", "5462-10922", "10923-16383"]);
    assert_eq!(answer.texts("ClusterId").len(), 6);
    let disabled = [
        ("ReplicationGroupId", "i"),
        ("ReplicationGroupDescription", "d"),
        ("SnapshotName", "s"),
        ("ClusterMode", "disabled"),
    ];
    assert_eq!(app.refused("CreateReplicationGroup", &disabled).await.code, "InvalidParameterCombination");
    let single = [("CacheClusterId", "i"), ("SnapshotName", "s")];
    assert_eq!(app.refused("CreateCacheCluster", &single).await.code, "InvalidParameterCombination");
}
