//! What global datastores and their members refuse.

use aws_sdk_elasticache::{
    operation::modify_replication_group::builders::ModifyReplicationGroupFluentBuilder, types::ClusterMode,
};

use crate::{
    answer::Refusal,
    app::{App, refusal},
    global_datastores::{ABROAD, HOME, ID},
};

fn busy(status: &str) -> Refusal {
    let text = format!("Global Replication Group must be in available or primary-only state: it is {status}.");
    Refusal::new(400, "InvalidGlobalReplicationGroupState", &text)
}

#[tokio::test]
async fn what_becomes_a_primary_has_to_be_a_group_by_itself() {
    let app = App::start().await;
    app.primary_only().await;
    let create = |suffix: &str, group: &str| {
        let request = app.in_region(HOME).create_global_replication_group().global_replication_group_id_suffix(suffix);
        request.primary_replication_group_id(group).send()
    };
    assert_eq!(
        refusal(create("store", "home").await),
        Refusal::new(
            400,
            "GlobalReplicationGroupAlreadyExistsFault",
            "Global Replication Group ldgnf-store already exists."
        )
    );
    let text = "Replication group home is already a member of Global Replication Group ldgnf-store.";
    assert_eq!(refusal(create("other", "home").await), Refusal::value(text));
    assert_eq!(
        refusal(create("other", "absent").await),
        Refusal::new(404, "ReplicationGroupNotFoundFault", "ReplicationGroup absent not found.")
    );
    let request = app.in_region(HOME).create_replication_group().replication_group_id("mixed");
    let request = request.replication_group_description("d").cache_node_type("cache.r6g.large");
    let request = request.cluster_mode(ClusterMode::Compatible).cache_parameter_group_name("default.redis7.cluster.on");
    request.automatic_failover_enabled(true).send().await.expect("created");
    assert_eq!(refusal(create("other", "mixed").await).code(), (400, "InvalidReplicationGroupState"));
    app.until_group(HOME, "mixed", "available").await;
    let text = "Cachette does not support global datastores with cluster mode compatible yet. See docs/compatibility.md for \
                what it does support.";
    assert_eq!(refusal(create("other", "mixed").await), Refusal::value(text));
}

#[tokio::test]
async fn a_strict_server_wants_the_nodes_and_regions_that_are_offered() {
    let app = App::strict().await;
    let group = |region: &str, node_type: &str| {
        let request = app.in_region(region).create_replication_group().replication_group_id("small");
        request.replication_group_description("d").cache_node_type(node_type).engine("redis").send()
    };
    group(HOME, "cache.t3.micro").await.expect("created");
    group("af-south-1", "cache.r5.large").await.expect("created");
    for (region, text) in [
        (HOME, "Global datastores are not supported for the node type cache.t3.micro."),
        ("af-south-1", "Global datastores are not supported in the region af-south-1."),
    ] {
        app.until_group(region, "small", "available").await;
        let request = app.in_region(region).create_global_replication_group().global_replication_group_id_suffix("s");
        let refused = refusal(request.primary_replication_group_id("small").send().await);
        assert_eq!(refused, Refusal::value(text));
    }
}

#[tokio::test]
async fn a_secondary_says_nothing_that_follows_from_its_primary() {
    let app = App::start().await;
    app.primary_only().await;
    let secondary = |region: &str| {
        let request = app.in_region(region).create_replication_group().replication_group_id("abroad");
        request.replication_group_description("d").global_replication_group_id(ID)
    };
    let text = "EngineVersion cannot be specified along with GlobalReplicationGroupId.";
    assert_eq!(refusal(secondary(ABROAD).engine_version("7.0").send().await), Refusal::combination(text));
    let text = "AuthToken cannot be specified, since the primary of the Global Replication Group has none.";
    let with_token = secondary(ABROAD).auth_token("a-secret-of-sixteen").send().await;
    assert_eq!(refusal(with_token), Refusal::combination(text));
    let text = "Global Replication Group ldgnf-store already has a member in the region us-east-1.";
    assert_eq!(refusal(secondary(HOME).send().await), Refusal::value(text));
    let absent = secondary(ABROAD).global_replication_group_id("ldgnf-absent").send().await;
    assert_eq!(refusal(absent).code(), (404, "GlobalReplicationGroupNotFoundFault"));
    app.add_secondary(ABROAD, "abroad").await;
    app.add_secondary("ap-south-1", "far").await;
    let refused = refusal(secondary("eu-central-1").send().await);
    assert_eq!(refused.code(), (400, "InvalidParameterValue"));
    assert!(refused.message.contains("already has 2 secondary replication groups"), "{}", refused.message);
}

#[tokio::test]
async fn a_secondary_has_the_token_of_its_primary() {
    let app = App::start().await;
    let token = "a-secret-of-sixteen";
    let request = app.in_region(HOME).create_replication_group().replication_group_id("home");
    let request = request.replication_group_description("d").cache_node_type("cache.r6g.large").engine("redis");
    request.transit_encryption_enabled(true).auth_token(token).send().await.expect("created");
    app.until_group(HOME, "home", "available").await;
    let request = app.in_region(HOME).create_global_replication_group().global_replication_group_id_suffix("store");
    request.primary_replication_group_id("home").send().await.expect("created");
    let found = app.until_datastore(|found| found.status() == Some("primary-only")).await;
    assert_eq!((found.auth_token_enabled(), found.transit_encryption_enabled()), (Some(true), Some(true)));
    let secondary = || {
        let request = app.in_region(ABROAD).create_replication_group().replication_group_id("abroad");
        request.replication_group_description("d").global_replication_group_id(ID)
    };
    let text = "AuthToken must be specified, since the primary of the Global Replication Group has one.";
    assert_eq!(refusal(secondary().send().await), Refusal::combination(text));
    let text = "AuthToken must be that of the primary of the Global Replication Group.";
    let other = secondary().auth_token("another-secret-of-it").send().await;
    assert_eq!(refusal(other), Refusal::value(text));
    secondary().auth_token(token).send().await.expect("created");
    app.until_datastore(|found| found.status() == Some("available")).await;
    let group = app.group_in(ABROAD, "abroad").await;
    assert_eq!((group.auth_token_enabled(), group.transit_encryption_enabled()), (Some(true), Some(true)));
}

#[tokio::test]
async fn members_are_changed_together_only() {
    type Change = fn(ModifyReplicationGroupFluentBuilder) -> ModifyReplicationGroupFluentBuilder;
    let app = App::start().await;
    app.with_secondary().await;
    let changes: [Change; 5] = [
        |request| request.cache_node_type("cache.r6g.xlarge"),
        |request| request.engine_version("7.1"),
        |request| request.automatic_failover_enabled(false),
        |request| request.cache_parameter_group_name("default.redis7"),
        |request| request.transit_encryption_enabled(true),
    ];
    for (region, id) in [(HOME, "home"), (ABROAD, "abroad")] {
        let text = format!("Cluster [{id}] is part of a global cluster [ldgnf-store]. Request rejected.");
        for change in changes {
            let request = app.in_region(region).modify_replication_group().replication_group_id(id);
            let refused = refusal(change(request.apply_immediately(true)).send().await);
            assert_eq!(refused, Refusal::value(&text));
        }
        // What each region has for itself is its own affair.
        let request = app.in_region(region).modify_replication_group().replication_group_id(id);
        request.replication_group_description("new").send().await.expect("changed");
        let more = app.in_region(region).increase_replica_count().replication_group_id(id).new_replica_count(2);
        more.apply_immediately(true).send().await.expect("changed");
    }
    app.until_datastore(|found| found.status() == Some("available")).await;
}

#[tokio::test]
async fn one_change_at_a_time() {
    let app = App::start().await;
    app.with_secondary().await;
    let modify = || app.in_region(HOME).modify_global_replication_group().global_replication_group_id(ID);
    assert_eq!(
        refusal(modify().apply_immediately(true).send().await),
        Refusal::combination("No modifications were requested")
    );
    let two = modify().apply_immediately(true).cache_node_type("cache.r6g.xlarge").engine_version("7.1").send().await;
    assert_eq!(refusal(two).code(), (400, "InvalidParameterCombination"));
    let later = modify().apply_immediately(false).cache_node_type("cache.r6g.xlarge").send().await;
    assert_eq!(refusal(later).code(), (400, "InvalidParameterValue"));
    let group = modify().apply_immediately(true).cache_parameter_group_name("default.redis7").send().await;
    assert_eq!(refusal(group).code(), (400, "InvalidParameterCombination"));
}

#[tokio::test]
async fn only_secondaries_leave_and_take_over() {
    let app = App::start().await;
    app.with_secondary().await;
    let leave = |id: &str, region: &str| {
        let request = app.in_region(HOME).disassociate_global_replication_group().global_replication_group_id(ID);
        request.replication_group_id(id).replication_group_region(region).send()
    };
    let text =
        "Replication group other in region eu-west-1 is not associated with Global Replication Group ldgnf-store.";
    assert_eq!(refusal(leave("other", ABROAD).await), Refusal::value(text));
    assert!(refusal(leave("home", HOME).await).message.contains("is the primary of"));
    let take_over = |id: &str, region: &str| {
        let request = app.in_region(HOME).failover_global_replication_group().global_replication_group_id(ID);
        request.primary_replication_group_id(id).primary_region(region).send()
    };
    assert_eq!(refusal(take_over("other", ABROAD).await), Refusal::value(text));
    assert!(refusal(take_over("home", HOME).await).message.contains("is already the primary of"));
    // Without a run of the reconciler in between there is no time for anything to settle.
    let (first, second) = tokio::join!(take_over("abroad", ABROAD), take_over("abroad", ABROAD));
    let accepted = usize::from(first.is_ok()) + usize::from(second.is_ok());
    assert_eq!(accepted, 1);
    let refused = refusal(if first.is_ok() { second } else { first });
    let raced = refused.message.contains("is already the primary of");
    assert!(raced || refused == busy("modifying"), "{}", refused.message);
}
