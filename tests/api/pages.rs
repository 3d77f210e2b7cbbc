//! Pages of every listing that has them.

use std::collections::BTreeSet;

use crate::{answer::Refusal, app::App};

/// A listing: its operation, the parameters it needs, and the element that names an entry.
type Listing = (&'static str, &'static [(&'static str, &'static str)], &'static str);

/// Every listing with pages.
const LISTINGS: [Listing; 13] = [
    ("DescribeCacheClusters", &[], "CacheClusterId"),
    ("DescribeCacheEngineVersions", &[], "EngineVersion"),
    ("DescribeCacheParameterGroups", &[], "CacheParameterGroupName"),
    ("DescribeCacheParameters", &[("CacheParameterGroupName", "default.redis7")], "ParameterName"),
    ("DescribeCacheSecurityGroups", &[], "CacheSecurityGroupName"),
    ("DescribeCacheSubnetGroups", &[], "CacheSubnetGroupName"),
    ("DescribeEngineDefaultParameters", &[("CacheParameterGroupFamily", "valkey8")], "ParameterName"),
    ("DescribeEvents", &[], "Message"),
    ("DescribeCacheParameters", &[("CacheParameterGroupName", "default.memcached1.6")], "ParameterName"),
    ("DescribeReservedCacheNodes", &[], "ReservedCacheNodeId"),
    (
        "DescribeReservedCacheNodesOfferings",
        &[("CacheNodeType", "cache.t3.small"), ("OfferingType", "No Upfront")],
        "ReservedCacheNodesOfferingId",
    ),
    ("DescribeServiceUpdates", &[], "ServiceUpdateName"),
    ("DescribeUpdateActions", &[("ServiceUpdateStatus.member.1", "available")], "CacheClusterId"),
];

/// Something that can be bought.
const OFFERING: (&str, &str) = ("ReservedCacheNodesOfferingId", "01ce0a19-a476-41cb-8aee-48eacbcdc8e5");

async fn filled() -> App {
    let app = App::start().await;
    for number in 0..25 {
        let id = format!("r-{number:02}");
        app.done("CreateCacheCluster", &[("CacheClusterId", &id), ("CacheNodeType", "cache.t3.micro")]).await;
        app.done(
            "CreateCacheSubnetGroup",
            &[("CacheSubnetGroupName", &id), ("CacheSubnetGroupDescription", "d"), ("SubnetIds.member.1", "subnet-1")],
        )
        .await;
        let name = format!("r{number:02}");
        app.done("CreateCacheSecurityGroup", &[("CacheSecurityGroupName", &name), ("Description", "d")]).await;
        app.done("PurchaseReservedCacheNodesOffering", &[OFFERING, ("ReservedCacheNodeId", &id)]).await;
    }
    for number in 0..25 {
        app.available(&format!("r-{number:02}")).await;
    }
    app
}

#[tokio::test]
async fn pages_hold_everything_once() {
    let app = filled().await;
    for (action, parameters, element) in LISTINGS {
        let whole = app.done(action, parameters).await;
        let (mut pages, mut marker) = (Vec::new(), String::new());
        loop {
            let page = app.done(action, &[parameters, &[("MaxRecords", "20"), ("Marker", &marker)]].concat()).await;
            let names = page.texts(element);
            assert!(names.len() <= 21 || action.contains("Parameters"), "{action}: a page of {}", names.len());
            pages.extend(names);
            match page.text("Marker") {
                Some(next) => {
                    assert_ne!(next, marker, "{action}: the Go SDK would ask for ever");
                    marker = next;
                }
                None => break,
            }
        }
        assert!(!pages.is_empty());
        assert_eq!(pages.len(), whole.texts(element).len(), "{action}");
        assert_eq!(pages.iter().collect::<BTreeSet<_>>(), whole.texts(element).iter().collect(), "{action}");
    }
}

#[tokio::test]
async fn sizes_and_markers_are_checked() {
    let app = App::start().await;
    for (action, parameters, _) in LISTINGS {
        for size in ["0", "19", "101", "-1"] {
            let refused = app.refused(action, &[parameters, &[("MaxRecords", size)]].concat()).await;
            let text = format!("Invalid value {size} for MaxRecords. Must be between 20 and 100");
            assert_eq!(refused, Refusal::value(&text), "{action}");
        }
        let refused = app.refused(action, &[parameters, &[("Marker", "r-01")]].concat()).await;
        assert_eq!(refused.code(), (400, "InvalidParameterValue"), "{action}");
    }
}

#[tokio::test]
async fn a_marker_stays_right_while_resources_come_and_go() {
    let app = filled().await;
    let first = app.done("DescribeCacheClusters", &[("MaxRecords", "20")]).await;
    let marker = first.text("Marker").expect("there is more");
    let last = first.texts("CacheClusterId").pop().expect("an entry");
    assert_eq!(last, "r-19");
    // The one the marker stands at goes, one comes before it and one behind it.
    app.done("DeleteCacheCluster", &[("CacheClusterId", &last)]).await;
    app.gone(&last).await;
    for id in ["a-new-one", "r-22-and-a-half"] {
        app.done("CreateCacheCluster", &[("CacheClusterId", id), ("CacheNodeType", "cache.t3.micro")]).await;
    }
    let second = app.done("DescribeCacheClusters", &[("MaxRecords", "20"), ("Marker", &marker)]).await;
    assert_eq!(second.texts("CacheClusterId"), ["r-20", "r-21", "r-22", "r-22-and-a-half", "r-23", "r-24"]);
    assert_eq!(second.text("Marker"), None);
}

#[tokio::test]
async fn the_sdks_paginators_come_to_an_end() {
    let app = filled().await;
    let mut pages = app.client().describe_cache_clusters().max_records(20).into_paginator().send();
    let mut seen = 0;
    while let Some(page) = pages.next().await {
        seen += page.expect("a page").cache_clusters().len();
    }
    assert_eq!(seen, 25);
}
