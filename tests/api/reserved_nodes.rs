//! Reserved nodes: what can be bought, what was, and what became of it.

use std::{collections::BTreeSet, time::Duration};

use aws_sdk_elasticache::types::ReservedCacheNode;

use crate::{
    answer::Refusal,
    app::{App, refusal},
};

const OFFERINGS: &str = "DescribeReservedCacheNodesOfferings";
const PURCHASE: &str = "PurchaseReservedCacheNodesOffering";
const DAY: Duration = Duration::from_hours(24);

/// An offering whose identifier is known from `ElastiCache` itself.
const KNOWN: &str = "01ce0a19-a476-41cb-8aee-48eacbcdc8e5";

async fn reservation(app: &App, id: &str) -> ReservedCacheNode {
    let answer = app.client().describe_reserved_cache_nodes().reserved_cache_node_id(id).send().await;
    let nodes = answer.expect("a description").reserved_cache_nodes.expect("a list");
    assert_eq!(nodes.len(), 1);
    nodes.into_iter().next().expect("one reservation")
}

#[tokio::test]
async fn offerings_have_terms_and_are_found_by_them() {
    let app = App::start().await;
    let asked = app.client().describe_reserved_cache_nodes_offerings().reserved_cache_nodes_offering_id(KNOWN);
    let offerings = asked.send().await.expect("offerings").reserved_cache_nodes_offerings.expect("a list");
    let offering = &offerings[0];
    assert_eq!(offering.cache_node_type(), Some("cache.t3.small"));
    assert_eq!(offering.product_description(), Some("memcached"));
    assert_eq!(offering.offering_type(), Some("Partial Upfront"));
    assert_eq!(
        (offering.duration(), offering.fixed_price(), offering.usage_price()),
        (Some(31_536_000), Some(97.0), Some(0.0))
    );
    let charges = offering.recurring_charges();
    assert_eq!(charges[0].recurring_charge_frequency(), Some("Hourly"));
    assert_eq!(charges[0].recurring_charge_amount(), Some(0.011));

    let of_type = ("CacheNodeType", "cache.t3.small");
    let all = app.done(OFFERINGS, &[of_type]).await;
    assert_eq!(all.texts("CacheNodeType").len(), 18, "three engines, two durations, three ways to pay");
    for (filter, expected) in [
        (("Duration", "1"), 9),
        (("Duration", "94608000"), 9),
        (("Duration", "P3Y"), 9),
        (("ProductDescription", "valkey"), 6),
        (("OfferingType", "All Upfront"), 6),
        (("OfferingType", "Heavy Utilization"), 0),
        (("ProductDescription", "postgres"), 0),
    ] {
        let found = app.done(OFFERINGS, &[of_type, filter]).await.texts("CacheNodeType");
        assert_eq!(found.len(), expected, "{filter:?}");
    }
    let other = [("ReservedCacheNodesOfferingId", KNOWN), ("ProductDescription", "redis")];
    assert!(app.done(OFFERINGS, &other).await.texts("CacheNodeType").is_empty());
}

#[tokio::test]
async fn all_offerings_are_told_page_by_page() {
    let app = App::start().await;
    let mut pages = app.client().describe_reserved_cache_nodes_offerings().into_paginator().items().send();
    let mut ids = BTreeSet::new();
    while let Some(offering) = pages.next().await {
        let id = offering.expect("an offering").reserved_cache_nodes_offering_id.expect("an identifier");
        assert!(ids.insert(id), "an offering is told twice");
    }
    assert!(ids.len() > 1000, "{}", ids.len());
}

#[tokio::test]
async fn a_reservation_becomes_active_and_ends() {
    let app = App::start().await;
    let bought = app
        .client()
        .purchase_reserved_cache_nodes_offering()
        .reserved_cache_nodes_offering_id(KNOWN)
        .reserved_cache_node_id("My-Nodes")
        .cache_node_count(3)
        .send()
        .await
        .expect("a purchase")
        .reserved_cache_node
        .expect("a reservation");
    assert_eq!(bought.reserved_cache_node_id(), Some("my-nodes"));
    assert_eq!(bought.state(), Some("payment-pending"));
    assert_eq!((bought.cache_node_count(), bought.fixed_price()), (Some(3), Some(97.0)));
    assert_eq!(bought.reservation_arn(), Some("arn:aws:elasticache:us-east-1:000000000000:reserved-instance:my-nodes"));
    app.advance(Duration::from_mins(1)).await;
    let active = reservation(&app, "MY-NODES").await;
    assert_eq!(active.state(), Some("active"));
    assert_eq!(active.start_time(), bought.start_time());
    app.advance(DAY * 364).await;
    assert_eq!(reservation(&app, "my-nodes").await.state(), Some("active"));
    app.advance(DAY).await;
    assert_eq!(reservation(&app, "my-nodes").await.state(), Some("retired"));
}

#[tokio::test]
async fn a_reservation_without_a_name_is_called_after_the_time() {
    let app = App::start().await;
    let mut ids = BTreeSet::new();
    for _ in 0..3 {
        let bought = app.done(PURCHASE, &[("ReservedCacheNodesOfferingId", KNOWN)]).await;
        assert_eq!(bought.text("CacheNodeCount").as_deref(), Some("1"));
        let id = bought.text("ReservedCacheNodeId").expect("an identifier");
        let parts: Vec<_> = id.split('-').map(str::len).collect();
        assert_eq!(parts, [2, 4, 2, 2, 2, 2, 2, 3], "{id}");
        ids.insert(id);
    }
    assert_eq!(ids.len(), 3, "none of them has the name of another");
    let listed = app.done("DescribeReservedCacheNodes", &[]).await.texts("ReservedCacheNodeId");
    assert_eq!(listed, ids.into_iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn reservations_are_found_by_their_terms() {
    let app = App::start().await;
    let offerings = app.done(OFFERINGS, &[("CacheNodeType", "cache.r7g.large"), ("ProductDescription", "redis")]).await;
    for (number, offering) in offerings.texts("ReservedCacheNodesOfferingId").iter().enumerate() {
        let id = format!("r-{number}");
        let purchase = [("ReservedCacheNodesOfferingId", offering.as_str()), ("ReservedCacheNodeId", &id)];
        app.done(PURCHASE, &purchase).await;
    }
    for (filter, expected) in [
        (("Duration", "3"), 3),
        (("OfferingType", "No Upfront"), 2),
        (("CacheNodeType", "cache.r7g.large"), 6),
        (("CacheNodeType", "cache.t3.micro"), 0),
        (("ProductDescription", "valkey"), 0),
        (("ReservedCacheNodesOfferingId", &offerings.texts("ReservedCacheNodesOfferingId")[2]), 1),
    ] {
        let found = app.done("DescribeReservedCacheNodes", &[filter]).await.texts("ReservedCacheNodeId");
        assert_eq!(found.len(), expected, "{filter:?}");
    }
    let elsewhere = app.client_of("000000000001", "us-east-1").describe_reserved_cache_nodes().send().await;
    assert!(elsewhere.expect("a list").reserved_cache_nodes().is_empty());
}

#[tokio::test]
async fn what_cannot_be_bought_is_refused() {
    let app = App::start().await;
    let offering = ("ReservedCacheNodesOfferingId", KNOWN);
    app.done(PURCHASE, &[offering, ("ReservedCacheNodeId", "mine")]).await;
    for (action, parameters, status, code) in [
        (PURCHASE, &[offering, ("ReservedCacheNodeId", "MINE")][..], 404, "ReservedCacheNodeAlreadyExists"),
        (PURCHASE, &[("ReservedCacheNodesOfferingId", "absent")], 404, "ReservedCacheNodesOfferingNotFound"),
        (PURCHASE, &[offering, ("CacheNodeCount", "0")], 400, "InvalidParameterValue"),
        (PURCHASE, &[offering, ("CacheNodeCount", "-1")], 400, "InvalidParameterValue"),
        (PURCHASE, &[offering, ("ReservedCacheNodeId", "1st")], 400, "InvalidParameterValue"),
        (OFFERINGS, &[("ReservedCacheNodesOfferingId", "absent")], 404, "ReservedCacheNodesOfferingNotFound"),
        (OFFERINGS, &[("Duration", "2")], 400, "InvalidParameterValue"),
        (OFFERINGS, &[("OfferingType", "Free")], 400, "InvalidParameterValue"),
        ("DescribeReservedCacheNodes", &[("ReservedCacheNodeId", "absent")], 404, "ReservedCacheNodeNotFound"),
        ("DescribeReservedCacheNodes", &[("Duration", "one")], 400, "InvalidParameterValue"),
    ] {
        assert_eq!(app.refused(action, parameters).await.code(), (status, code), "{action} {parameters:?}");
    }
    let again = app
        .client()
        .purchase_reserved_cache_nodes_offering()
        .reserved_cache_nodes_offering_id(KNOWN)
        .reserved_cache_node_id("mine");
    let refused = refusal(again.send().await);
    assert_eq!(refused.message, "ReservedCacheNode mine already exists.");
}

#[tokio::test]
async fn the_quota_counts_nodes_that_are_in_force() {
    let (app, lenient) = (App::strict().await, App::start().await);
    let bought = |count| [("ReservedCacheNodesOfferingId", KNOWN), ("CacheNodeCount", count)];
    app.done(PURCHASE, &bought("299")).await;
    app.done(PURCHASE, &bought("1")).await;
    let text = "You have already reached your quota of 300 reserved cache nodes in this region.";
    let refused = app.refused(PURCHASE, &bought("1")).await;
    assert_eq!(refused, Refusal::new(400, "ReservedCacheNodeQuotaExceeded", text));
    app.advance(DAY * 366).await;
    app.done(PURCHASE, &bought("300")).await;
    for _ in 0..3 {
        lenient.done(PURCHASE, &bought("2147483647")).await;
    }
}
