//! Global datastores with cluster mode enabled: all members have the same shards, which come and go together.

use aws_sdk_elasticache::types::{
    ClusterMode, GlobalReplicationGroup, NodeGroupConfiguration, RegionalConfiguration, ReplicationGroup,
    ReshardingConfiguration,
};

use crate::{
    answer::Refusal,
    app::{App, refusal},
    global_datastores::{ABROAD, HOME, ID},
};

impl App {
    /// A datastore of a group with so many shards.
    async fn clustered_datastore(&self, shards: i32) -> GlobalReplicationGroup {
        let request = self.in_region(HOME).create_replication_group().replication_group_id("home");
        let request = request.replication_group_description("d").cache_node_type("cache.r6g.large");
        let request =
            request.engine("redis").engine_version("7.0").cache_parameter_group_name("default.redis7.cluster.on");
        let request = request.num_node_groups(shards).replicas_per_node_group(1);
        request.automatic_failover_enabled(true).send().await.expect("created");
        self.until_group(HOME, "home", "available").await;
        let request =
            self.in_region(HOME).create_global_replication_group().global_replication_group_id_suffix("store");
        request.primary_replication_group_id("home").send().await.expect("created");
        self.until_datastore(|found| found.status() == Some("primary-only")).await
    }

    /// The same with a secondary.
    async fn clustered_datastore_with_secondary(&self, shards: i32) {
        self.clustered_datastore(shards).await;
        let request = self.in_region(ABROAD).create_replication_group().replication_group_id("abroad");
        let request = request.replication_group_description("d").global_replication_group_id(ID);
        request.replicas_per_node_group(0).send().await.expect("created");
        self.until_datastore(|found| found.status() == Some("available")).await;
    }
}

fn global_shards(found: &GlobalReplicationGroup) -> Vec<(&str, &str)> {
    let shards = found.global_node_groups().iter();
    shards.map(|s| (s.global_node_group_id().unwrap_or_default(), s.slots().unwrap_or_default())).collect()
}

fn shards(group: &ReplicationGroup) -> Vec<(&str, &str, usize)> {
    let shards = group.node_groups().iter();
    shards
        .map(|shard| {
            let id = shard.node_group_id().unwrap_or_default();
            (id, shard.slots().unwrap_or_default(), shard.node_group_members().len())
        })
        .collect()
}

#[tokio::test]
async fn a_secondary_has_the_shards_of_its_primary() {
    let app = App::start().await;
    let made = app.clustered_datastore(2).await;
    assert_eq!(made.cluster_enabled(), Some(true));
    assert_eq!(global_shards(&made), [("ldgnf-store-0001", "0-8191"), ("ldgnf-store-0002", "8192-16383")]);
    let secondary = || {
        let request = app.in_region(ABROAD).create_replication_group().replication_group_id("abroad");
        request.replication_group_description("d").global_replication_group_id(ID)
    };
    let counted = secondary().num_cache_clusters(2).send().await;
    assert_eq!(refusal(counted).code(), (400, "InvalidParameterCombination"));
    let unclustered = secondary().cluster_mode(ClusterMode::Disabled).send().await;
    assert_eq!(refusal(unclustered).code(), (400, "InvalidParameterCombination"));
    let one = NodeGroupConfiguration::builder().replica_count(1).build();
    let one = secondary().node_group_configuration(one).send().await;
    assert_eq!(refusal(one).code(), (400, "InvalidParameterCombination"));
    let shard =
        |id: &str, replicas| NodeGroupConfiguration::builder().node_group_id(id).replica_count(replicas).build();
    let unknown = secondary().node_group_configuration(shard("0001", 1)).node_group_configuration(shard("0007", 1));
    assert_eq!(refusal(unknown.send().await).code(), (400, "InvalidParameterValue"));
    let request = secondary().node_group_configuration(shard("0002", 2)).node_group_configuration(shard("0001", 0));
    request.send().await.expect("created");
    app.until_datastore(|found| found.status() == Some("available")).await;
    let group = app.group_in(ABROAD, "abroad").await;
    assert_eq!(group.cluster_enabled(), Some(true));
    assert!(group.configuration_endpoint().is_some());
    assert_eq!(shards(&group), [("0001", "0-8191", 1), ("0002", "8192-16383", 3)]);
    let info = group.global_replication_group_info().expect("a datastore");
    assert_eq!(info.global_replication_group_member_role(), Some("SECONDARY"));
    for (region, id) in [(HOME, "home"), (ABROAD, "abroad")] {
        let request = app.in_region(region).modify_replication_group_shard_configuration().replication_group_id(id);
        let refused = refusal(request.node_group_count(3).apply_immediately(true).send().await);
        let text = format!("Cluster [{id}] is part of a global cluster [{ID}]. Request rejected.");
        assert_eq!(refused, Refusal::value(&text));
    }
}

#[tokio::test]
async fn shards_come_and_go_in_all_members() {
    let app = App::start().await;
    app.clustered_datastore_with_secondary(1).await;
    let new = |id: &str, zones: &[&str]| {
        let zones = zones.iter().map(|zone| (*zone).to_owned()).collect();
        ReshardingConfiguration::builder().node_group_id(id).set_preferred_availability_zones(Some(zones)).build()
    };
    let of_region = |region: &str, id: &str, shards: Vec<ReshardingConfiguration>| {
        let request = RegionalConfiguration::builder().replication_group_region(region).replication_group_id(id);
        request.set_resharding_configuration(Some(shards)).build()
    };
    let increase = || {
        let request = app.in_region(ABROAD).increase_node_groups_in_global_replication_group();
        request.global_replication_group_id(ID).node_group_count(2).apply_immediately(true)
    };
    for (request, text) in [
        (increase().apply_immediately(false), "ApplyImmediately must be true"),
        (increase().node_group_count(1), "NodeGroupCount must be greater than 1"),
        (increase().regional_configurations(of_region(HOME, "abroad", vec![new("0005", &[])])), "is not associated"),
        (increase().regional_configurations(of_region(HOME, "home", vec![new("0005", &[]); 2])), "must have an entry"),
        (increase().regional_configurations(of_region(HOME, "home", vec![new("0001", &[])])), "exists already"),
    ] {
        let refused = refusal(request.send().await);
        assert_eq!(refused.code(), (400, "InvalidParameterValue"), "{}", refused.message);
        assert!(refused.message.contains(text), "{}", refused.message);
    }
    let disagreeing = increase()
        .regional_configurations(of_region(HOME, "home", vec![new("0005", &[])]))
        .regional_configurations(of_region(ABROAD, "abroad", vec![new("0006", &[])]));
    assert_eq!(refusal(disagreeing.send().await).code(), (400, "InvalidParameterCombination"));
    let before = app.group_in(HOME, "home").await;
    assert_eq!(before.node_groups().len(), 1, "nothing is left behind");

    let request = increase().regional_configurations(of_region(ABROAD, "abroad", vec![new("0005", &["eu-west-1b"])]));
    let changing = request.send().await.expect("changed").global_replication_group.expect("a datastore");
    assert_eq!(changing.status(), Some("modifying"));
    let busy = refusal(increase().node_group_count(3).send().await);
    assert_eq!(busy.code(), (400, "InvalidGlobalReplicationGroupState"));
    let found = app.until_datastore(|found| found.status() == Some("available")).await;
    assert_eq!(global_shards(&found), [("ldgnf-store-0001", "0-8191"), ("ldgnf-store-0005", "8192-16383")]);
    let group = app.group_in(ABROAD, "abroad").await;
    assert_eq!(shards(&group), [("0001", "0-8191", 1), ("0005", "8192-16383", 1)]);
    let zone = group.node_groups()[1].node_group_members()[0].preferred_availability_zone();
    assert_eq!(zone, Some("eu-west-1b"));
    assert_eq!(app.group_in(HOME, "home").await.node_groups()[1].node_group_members().len(), 2);

    let even = app.in_region(HOME).rebalance_slots_in_global_replication_group().global_replication_group_id(ID);
    let even = refusal(even.apply_immediately(true).send().await);
    assert_eq!(even.code(), (400, "InvalidGlobalReplicationGroupState"));
    let decrease = || {
        let request = app.in_region(HOME).decrease_node_groups_in_global_replication_group();
        request.global_replication_group_id(ID).node_group_count(1).apply_immediately(true)
    };
    for request in [
        decrease().global_node_groups_to_retain("ldgnf-store-0007"),
        decrease().node_group_count(2).global_node_groups_to_retain("ldgnf-store-0001"),
        decrease().node_group_count(0).global_node_groups_to_remove("ldgnf-store-0001"),
    ] {
        assert_eq!(refusal(request.send().await).code(), (400, "InvalidParameterValue"));
    }
    assert_eq!(refusal(decrease().send().await).code(), (400, "InvalidParameterCombination"));
    decrease().global_node_groups_to_remove("ldgnf-store-0001").send().await.expect("changed");
    let found = app.until_datastore(|found| found.status() == Some("available")).await;
    assert_eq!(global_shards(&found), [("ldgnf-store-0005", "0-16383")]);
    for (region, id, members) in [(HOME, "home", 2), (ABROAD, "abroad", 1)] {
        assert_eq!(shards(&app.group_in(region, id).await), [("0005", "0-16383", members)]);
    }
}

#[tokio::test]
async fn uneven_slots_are_rebalanced() {
    let app = App::start().await;
    let request = app.in_region(HOME).create_replication_group().replication_group_id("home");
    let request = request.replication_group_description("d").cache_node_type("cache.r6g.large");
    let request = request.engine("redis").engine_version("7.0").cache_parameter_group_name("default.redis7.cluster.on");
    let shard = |slots: &str| NodeGroupConfiguration::builder().slots(slots).replica_count(0).build();
    let request = request.node_group_configuration(shard("0-99")).node_group_configuration(shard("100-16383"));
    request.automatic_failover_enabled(true).send().await.expect("created");
    app.until_group(HOME, "home", "available").await;
    let request = app.in_region(HOME).create_global_replication_group().global_replication_group_id_suffix("store");
    request.primary_replication_group_id("home").send().await.expect("created");
    app.until_datastore(|found| found.status() == Some("primary-only")).await;
    let request = app.in_region(ABROAD).create_replication_group().replication_group_id("abroad");
    let request = request.replication_group_description("d").global_replication_group_id(ID);
    request.send().await.expect("created");
    app.until_datastore(|found| found.status() == Some("available")).await;
    let rebalance = app.in_region(ABROAD).rebalance_slots_in_global_replication_group().global_replication_group_id(ID);
    rebalance.apply_immediately(true).send().await.expect("changed");
    app.until_datastore(|found| found.status() == Some("available")).await;
    for (region, id) in [(HOME, "home"), (ABROAD, "abroad")] {
        let group = app.group_in(region, id).await;
        let slots = group.node_groups().iter().map(|shard| shard.slots().unwrap_or_default());
        let sizes = slots.map(|slots| slots.parse::<cachette::model::SlotSet>().expect("slots").len());
        assert_eq!(sizes.collect::<Vec<_>>(), [8192, 8192], "{region}");
    }
}

#[tokio::test]
async fn only_datastores_in_cluster_mode_have_shards() {
    let app = App::start().await;
    app.with_secondary().await;
    let request = app.in_region(HOME).increase_node_groups_in_global_replication_group();
    let refused = request.global_replication_group_id(ID).node_group_count(2).apply_immediately(true).send().await;
    let text = "Global Replication Group ldgnf-store does not have cluster mode enabled, so its node groups cannot be \
                changed.";
    assert_eq!(refusal(refused), Refusal::value(text));
    let request = app.in_region(HOME).rebalance_slots_in_global_replication_group();
    let absent = request.global_replication_group_id("ldgnf-absent").apply_immediately(true).send().await;
    assert_eq!(refusal(absent).code(), (404, "GlobalReplicationGroupNotFoundFault"));
}

#[tokio::test]
async fn a_secondary_in_cluster_mode_leaves() {
    let app = App::start().await;
    app.clustered_datastore_with_secondary(2).await;
    let request = app.in_region(HOME).disassociate_global_replication_group().global_replication_group_id(ID);
    let request = request.replication_group_id("abroad").replication_group_region(ABROAD);
    let leaving = request.send().await.expect("accepted").global_replication_group.expect("a datastore");
    assert_eq!(leaving.status(), Some("modifying"));
    app.until_datastore(|found| found.status() == Some("primary-only")).await;
    let group = app.until_group(ABROAD, "abroad", "available").await;
    assert_eq!(shards(&group), [("0001", "0-8191", 1), ("0002", "8192-16383", 1)]);
    let request = app.in_region(ABROAD).modify_replication_group_shard_configuration().replication_group_id("abroad");
    request.node_group_count(3).apply_immediately(true).send().await.expect("its own affair");
}
