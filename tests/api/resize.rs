//! Memcached nodes that are added and removed, and how that adds up with what waits for the maintenance window.
//!
//! Each case starts with three nodes. The table is that of `CacheNodeIdsToRemove` and `NumCacheNodes` in the API
//! reference: what is asked second, the first being still to come.

use std::time::Duration;

use aws_sdk_elasticache::types::CacheCluster;

use crate::{answer::Refusal, app::App};

/// A server with a cluster of three nodes.
async fn three() -> App {
    let app = App::start().await;
    app.memcached("cache", 3).await;
    app
}

async fn ask(app: &App, count: &str, remove: &[&str], immediately: bool) {
    app.done(
        "ModifyCacheCluster",
        &request(count, remove, immediately).iter().map(|(n, v)| (n.as_str(), v.as_str())).collect::<Vec<_>>(),
    )
    .await;
}

async fn refused(app: &App, count: &str, remove: &[&str]) -> Refusal {
    let request = request(count, remove, false);
    app.refused("ModifyCacheCluster", &request.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect::<Vec<_>>()).await
}

fn request(count: &str, remove: &[&str], immediately: bool) -> Vec<(String, String)> {
    let fixed = [
        ("CacheClusterId", "cache"),
        ("NumCacheNodes", count),
        ("ApplyImmediately", if immediately { "true" } else { "false" }),
    ];
    let fixed = fixed.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let removed = remove
        .iter()
        .zip(1..)
        .map(|(id, number)| (format!("CacheNodeIdsToRemove.CacheNodeId.{number}"), (*id).to_owned()));
    fixed.into_iter().chain(removed).collect()
}

/// What waits: the number of nodes there is to be, and the nodes that are to go.
fn waiting(cluster: &CacheCluster) -> (Option<i32>, Vec<&str>) {
    let pending = cluster.pending_modified_values().expect("always there");
    (pending.num_cache_nodes(), pending.cache_node_ids_to_remove().iter().map(String::as_str).collect())
}

fn ids(cluster: &CacheCluster) -> Vec<&str> {
    cluster.cache_nodes().iter().filter_map(|node| node.cache_node_id()).collect()
}

/// Waits until nothing waits any more, and tells the nodes there are then.
async fn settled(app: &App, count: i32) -> CacheCluster {
    app.until("cache", |cluster| {
        cluster.cache_cluster_status() == Some("available")
            && cluster.num_cache_nodes() == Some(count)
            && waiting(cluster) == (None, Vec::new())
    })
    .await
}

#[tokio::test]
async fn a_change_waits_unless_it_is_to_be_made_at_once() {
    let app = three().await;
    ask(&app, "5", &[], false).await;
    let cluster = app.described("cache").await;
    assert_eq!(waiting(&cluster), (Some(5), vec![]));
    assert_eq!((cluster.num_cache_nodes(), cluster.cache_cluster_status()), (Some(3), Some("available")));
    ask(&app, "3", &[], false).await;
    assert_eq!(waiting(&app.described("cache").await), (None, vec![]), "asking for what there is takes it back");
    ask(&app, "2", &["0002"], true).await;
    assert_eq!(ids(&settled(&app, 2).await), ["0001", "0003"]);
    ask(&app, "4", &[], true).await;
    assert_eq!(ids(&settled(&app, 4).await), ["0001", "0002", "0003", "0004"], "free numbers are used again");
    let messages = app.messages("cache-cluster", "cache").await;
    assert!(messages.contains(&"Finished modifying number of nodes from 3 to 2".to_owned()), "{messages:?}");
    assert!(messages.contains(&"Finished modifying number of nodes from 2 to 4".to_owned()), "{messages:?}");
}

#[tokio::test]
async fn what_waits_is_done_in_the_maintenance_window() {
    let app = three().await;
    ask(&app, "2", &["0001"], false).await;
    app.advance(Duration::from_hours(7 * 24)).await;
    assert_eq!(ids(&settled(&app, 2).await), ["0002", "0003"]);
}

#[tokio::test]
async fn delete_after_delete_replaces_it() {
    let app = three().await;
    ask(&app, "2", &["0001"], false).await;
    ask(&app, "1", &["0002", "0003"], false).await;
    assert_eq!(waiting(&app.described("cache").await), (Some(1), vec!["0002", "0003"]));
    ask(&app, "2", &["0003"], true).await;
    assert_eq!(ids(&settled(&app, 2).await), ["0001", "0002"]);
}

#[tokio::test]
async fn create_after_delete_replaces_it() {
    let app = three().await;
    ask(&app, "2", &["0001"], false).await;
    ask(&app, "4", &[], false).await;
    assert_eq!(waiting(&app.described("cache").await), (Some(4), vec![]));
    ask(&app, "2", &["0001", "0004"], false).await;
    ask(&app, "5", &[], true).await;
    assert_eq!(ids(&settled(&app, 5).await), ["0001", "0002", "0003", "0004", "0005"]);
}

#[tokio::test]
async fn delete_after_create_replaces_it() {
    let app = three().await;
    ask(&app, "5", &[], false).await;
    // Of five that are to be there, three have to go: the two that are still to come, and one that is there.
    ask(&app, "2", &["0004", "0005", "0003"], false).await;
    assert_eq!(waiting(&app.described("cache").await), (Some(2), vec!["0003"]));
    ask(&app, "5", &[], false).await;
    ask(&app, "2", &["0001", "0004", "0005"], true).await;
    assert_eq!(ids(&settled(&app, 2).await), ["0002", "0003"]);
}

#[tokio::test]
async fn nodes_that_are_still_to_come_can_be_left_out_again() {
    let app = three().await;
    ask(&app, "7", &[], false).await;
    ask(&app, "5", &["0006", "0007"], false).await;
    assert_eq!(waiting(&app.described("cache").await), (Some(5), vec![]));
}

#[tokio::test]
async fn create_after_create_adds_up() {
    let app = three().await;
    ask(&app, "4", &[], false).await;
    ask(&app, "6", &[], false).await;
    assert_eq!(waiting(&app.described("cache").await), (Some(6), vec![]));
    ask(&app, "7", &[], true).await;
    assert_eq!(settled(&app, 7).await.cache_nodes().len(), 7, "one that is immediate takes the others along");
}

#[tokio::test]
async fn the_nodes_to_remove_have_to_be_the_right_ones() {
    let app = three().await;
    let before = app.described("cache").await;
    assert_eq!(
        refused(&app, "2", &[]).await,
        Refusal::value("The parameter CacheNodeIdsToRemove must be provided and must not be null.")
    );
    for (count, remove, code) in [
        ("1", &["0001"][..], "InvalidParameterCombination"),
        ("2", &["0001", "0002"], "InvalidParameterCombination"),
        ("2", &["0001", "0001", "0002"], "InvalidParameterCombination"),
        ("2", &["0009"], "InvalidParameterValue"),
        ("2", &["one"], "InvalidParameterValue"),
        ("3", &["0001"], "InvalidParameterCombination"),
        ("4", &["0001"], "InvalidParameterCombination"),
        ("0", &["0001", "0002", "0003"], "InvalidParameterValue"),
        ("41", &[], "NodeQuotaForClusterExceeded"),
    ] {
        assert_eq!(refused(&app, count, remove).await.code(), (400, code), "{count} {remove:?}");
    }
    let alone = [("CacheClusterId", "cache"), ("CacheNodeIdsToRemove.CacheNodeId.1", "0001")];
    assert_eq!(app.refused("ModifyCacheCluster", &alone).await.code(), (400, "InvalidParameterValue"));
    assert_eq!(app.described("cache").await, before);
}

#[tokio::test]
async fn zones_of_new_nodes_can_be_chosen() {
    let app = three().await;
    let grow = |zones: &[&'static str]| {
        let names =
            ["NewAvailabilityZones.PreferredAvailabilityZone.1", "NewAvailabilityZones.PreferredAvailabilityZone.2"];
        let zones = names.into_iter().zip(zones.iter().copied());
        [("CacheClusterId", "cache"), ("NumCacheNodes", "4"), ("ApplyImmediately", "true")]
            .into_iter()
            .chain(zones)
            .collect::<Vec<_>>()
    };
    let text = "Must specify the same number of preferred availability zones as requested number of nodes";
    let two = grow(&["us-east-1a", "us-east-1b"]);
    assert_eq!(app.refused("ModifyCacheCluster", &two).await, Refusal::combination(text));
    assert_eq!(app.refused("ModifyCacheCluster", &grow(&["nowhere"])).await.code(), (400, "InvalidParameterValue"));
    let present = app.described("cache").await.preferred_availability_zone().map(str::to_owned);
    let other = if present.as_deref() == Some("us-east-1a") { "us-east-1b" } else { "us-east-1a" };
    app.done("ModifyCacheCluster", &grow(&[other])).await;
    let cluster = settled(&app, 4).await;
    assert_eq!(cluster.preferred_availability_zone(), Some("Multiple"));
    assert_eq!(cluster.cache_nodes()[3].customer_availability_zone(), Some(other));
    let single = [("CacheClusterId", "cache"), ("AZMode", "single-az")];
    assert_eq!(app.refused("ModifyCacheCluster", &single).await.code(), (400, "InvalidParameterCombination"));
}
