//! Global datastores from their making to their end, as clients of several regions see them.

use aws_sdk_elasticache::{
    Client,
    types::{AutomaticFailoverStatus, GlobalReplicationGroup, ReplicationGroup},
};
use tokio::time::timeout;

use crate::{
    answer::Refusal,
    app::{ACCOUNT, App, LIMIT, refusal},
};

/// The datastore's identifier.
pub const ID: &str = "ldgnf-store";

/// The region of the first primary, and another one.
pub const HOME: &str = "us-east-1";
pub const ABROAD: &str = "eu-west-1";

impl App {
    pub fn in_region(&self, region: &str) -> Client {
        self.client_of(ACCOUNT, region)
    }

    /// The datastore with its members, as a region sees it.
    pub async fn datastore(&self, region: &str) -> GlobalReplicationGroup {
        let request = self.in_region(region).describe_global_replication_groups();
        let found = request.global_replication_group_id(ID).show_member_info(true).send().await.expect("a description");
        found.global_replication_groups.unwrap_or_default().remove(0)
    }

    pub async fn until_datastore(&self, condition: impl Fn(&GlobalReplicationGroup) -> bool) -> GlobalReplicationGroup {
        let waited = timeout(LIMIT, async {
            loop {
                let found = self.datastore(HOME).await;
                if condition(&found) {
                    return found;
                }
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
            }
        });
        waited.await.expect("the datastore in time")
    }

    pub async fn group_in(&self, region: &str, id: &str) -> ReplicationGroup {
        let request = self.in_region(region).describe_replication_groups().replication_group_id(id);
        request.send().await.expect("a description").replication_groups.unwrap_or_default().remove(0)
    }

    pub async fn until_group(&self, region: &str, id: &str, status: &str) -> ReplicationGroup {
        let waited = timeout(LIMIT, async {
            loop {
                let group = self.group_in(region, id).await;
                if group.status.as_deref() == Some(status) {
                    return group;
                }
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
            }
        });
        waited.await.expect("the group in time")
    }

    /// A group at home that is available.
    pub async fn primary_group(&self) {
        let request = self.in_region(HOME).create_replication_group().replication_group_id("home");
        let request = request.replication_group_description("d").cache_node_type("cache.r6g.large");
        let request = request.engine("redis").engine_version("7.0").num_cache_clusters(2);
        request.automatic_failover_enabled(true).send().await.expect("created");
        self.until_group(HOME, "home", "available").await;
    }

    /// A datastore with nothing but a primary.
    pub async fn primary_only(&self) -> GlobalReplicationGroup {
        self.primary_group().await;
        let request =
            self.in_region(HOME).create_global_replication_group().global_replication_group_id_suffix("Store");
        request.primary_replication_group_id("home").send().await.expect("created");
        self.until_datastore(|found| found.status.as_deref() == Some("primary-only")).await
    }

    /// One more member.
    pub async fn add_secondary(&self, region: &str, id: &str) -> ReplicationGroup {
        let request = self.in_region(region).create_replication_group().replication_group_id(id);
        let request = request.replication_group_description("d").global_replication_group_id(ID).num_cache_clusters(2);
        let created = request.send().await.expect("created").replication_group.expect("a group");
        self.until_datastore(|found| found.status.as_deref() == Some("available")).await;
        created
    }

    /// A datastore with a secondary.
    pub async fn with_secondary(&self) {
        self.primary_only().await;
        self.add_secondary(ABROAD, "abroad").await;
    }
}

fn members(found: &GlobalReplicationGroup) -> Vec<(&str, &str, &str)> {
    let members = found.members.as_deref().unwrap_or_default().iter();
    members
        .map(|member| {
            (
                member.replication_group_region().unwrap_or_default(),
                member.role().unwrap_or_default(),
                member.status().unwrap_or_default(),
            )
        })
        .collect()
}

#[tokio::test]
async fn a_datastore_is_made_of_a_group() {
    let app = App::start().await;
    app.primary_group().await;
    let request = app.in_region(HOME).create_global_replication_group().global_replication_group_id_suffix("Store");
    let made = request.primary_replication_group_id("HOME").send().await.expect("created");
    let made = made.global_replication_group.expect("a datastore");
    assert_eq!(made.global_replication_group_id(), Some(ID));
    assert_eq!(made.status(), Some("creating"));
    assert_eq!(made.global_replication_group_description(), Some(" "));
    assert_eq!(members(&made), [(HOME, "PRIMARY", "associating")]);
    assert_eq!((made.engine(), made.engine_version()), (Some("redis"), Some("7.0.7")));
    assert_eq!((made.cache_node_type(), made.cluster_enabled()), (Some("cache.r6g.large"), Some(false)));
    assert_eq!(made.arn(), Some("arn:aws:elasticache::000000000000:globalreplicationgroup:ldgnf-store"));
    assert!(made.global_node_groups().is_empty());
    let found = app.until_datastore(|found| found.status() == Some("primary-only")).await;
    assert_eq!(members(&found), [(HOME, "PRIMARY", "associated")]);
    let group = app.group_in(HOME, "home").await;
    let info = group.global_replication_group_info.expect("info");
    assert_eq!(info.global_replication_group_id(), Some(ID));
    assert_eq!(info.global_replication_group_member_role(), Some("PRIMARY"));
    // Members are told only when they are asked for.
    let all = app.in_region(HOME).describe_global_replication_groups().send().await.expect("a list");
    assert!(all.global_replication_groups()[0].members.is_none());
    let messages = app.messages("replication-group", "home").await;
    assert_eq!(
        messages.last().map(String::as_str),
        Some("Replication group was associated with global datastore ldgnf-store")
    );
}

#[tokio::test]
async fn a_secondary_is_like_the_primary() {
    let app = App::start().await;
    app.primary_only().await;
    app.add_secondary(ABROAD, "abroad").await;
    let found = app.datastore(ABROAD).await;
    assert_eq!(members(&found), [(HOME, "PRIMARY", "associated"), (ABROAD, "SECONDARY", "associated")]);
    let group = app.group_in(ABROAD, "abroad").await;
    assert_eq!(group.cache_node_type(), Some("cache.r6g.large"));
    assert_eq!(group.automatic_failover().map(AutomaticFailoverStatus::as_str), Some("enabled"));
    let info = group.global_replication_group_info.expect("info");
    assert_eq!(info.global_replication_group_member_role(), Some("SECONDARY"));
    for (region, id) in [(HOME, "home-001"), (ABROAD, "abroad-001")] {
        let described = app.in_region(region).describe_cache_clusters().cache_cluster_id(id).send().await;
        let cluster = described.expect("a cluster").cache_clusters.unwrap_or_default().remove(0);
        assert_eq!(cluster.engine_version(), Some("7.0.7"));
        let parameters = cluster.cache_parameter_group.and_then(|group| group.cache_parameter_group_name);
        assert_eq!(parameters.as_deref(), Some("global-datastore-ldgnf-store-redis7"));
        let groups = app.in_region(region).describe_cache_parameter_groups();
        let group = groups.cache_parameter_group_name(parameters.unwrap_or_default()).send().await.expect("a group");
        assert_eq!(group.cache_parameter_groups()[0].is_global(), Some(true));
    }
}

#[tokio::test]
async fn only_regions_with_a_member_see_a_datastore() {
    let app = App::start().await;
    app.with_secondary().await;
    app.datastore(ABROAD).await;
    let unseen = app.in_region("ap-south-1").describe_global_replication_groups();
    let refused = refusal(unseen.global_replication_group_id(ID).send().await);
    assert_eq!(refused.code(), (404, "GlobalReplicationGroupNotFoundFault"));
    let others = app.client_of("111111111111", HOME).describe_global_replication_groups().send().await.expect("a list");
    assert!(others.global_replication_groups().is_empty());
}

#[tokio::test]
async fn roles_change_with_a_failover() {
    let app = App::start().await;
    app.with_secondary().await;
    let request = app.in_region(HOME).failover_global_replication_group().global_replication_group_id(ID);
    let answer = request.primary_region(ABROAD).primary_replication_group_id("abroad").send().await.expect("accepted");
    assert_eq!(answer.global_replication_group.expect("a datastore").status(), Some("modifying"));
    let found = app.until_datastore(|found| found.status() == Some("available")).await;
    assert_eq!(members(&found), [(ABROAD, "PRIMARY", "associated"), (HOME, "SECONDARY", "associated")]);
    let info = app.group_in(HOME, "home").await.global_replication_group_info.expect("info");
    assert_eq!(info.global_replication_group_member_role(), Some("SECONDARY"));
}

#[tokio::test]
async fn a_datastore_ends_when_its_secondaries_have_left() {
    let app = App::start().await;
    app.with_secondary().await;
    let delete = || {
        let request = app.in_region(HOME).delete_global_replication_group().global_replication_group_id(ID);
        request.retain_primary_replication_group(true).send()
    };
    let text = "Cannot delete a global replication group in available state";
    assert_eq!(refusal(delete().await), Refusal::new(400, "InvalidGlobalReplicationGroupState", text));
    let delete_member = app.in_region(ABROAD).delete_replication_group().replication_group_id("abroad").send().await;
    assert_eq!(refusal(delete_member).code(), (400, "InvalidReplicationGroupState"));
    let request = app.in_region(HOME).disassociate_global_replication_group().global_replication_group_id(ID);
    let left = request.replication_group_id("abroad").replication_group_region(ABROAD).send().await.expect("accepted");
    let left = left.global_replication_group.expect("a datastore");
    assert_eq!(left.status(), Some("modifying"));
    assert_eq!(members(&left)[1], (ABROAD, "SECONDARY", "associated"));
    let found = app.until_datastore(|found| found.status() == Some("primary-only")).await;
    assert_eq!(members(&found), [(HOME, "PRIMARY", "associated")]);
    let alone = app.until_group(ABROAD, "abroad", "available").await;
    assert_eq!(alone.global_replication_group_info.expect("info").global_replication_group_id(), None);
    app.in_region(ABROAD).delete_replication_group().replication_group_id("abroad").send().await.expect("deleted");
    let deleted = delete().await.expect("accepted").global_replication_group.expect("a datastore");
    assert_eq!(deleted.status(), Some("deleting"));
    let gone = timeout(LIMIT, async {
        while app
            .in_region(HOME)
            .describe_global_replication_groups()
            .global_replication_group_id(ID)
            .send()
            .await
            .is_ok()
        {
            tokio::task::yield_now().await;
        }
    });
    gone.await.expect("gone in time");
    assert_eq!(app.group_in(HOME, "home").await.status(), Some("available"));
}

#[tokio::test]
async fn changes_reach_every_member() {
    let app = App::start().await;
    app.with_secondary().await;
    let modify = || {
        app.in_region(ABROAD).modify_global_replication_group().global_replication_group_id(ID).apply_immediately(true)
    };
    let is_available = |found: &GlobalReplicationGroup| found.status() == Some("available");
    let described = modify().global_replication_group_description("new").send().await.expect("accepted");
    let described = described.global_replication_group.expect("a datastore");
    assert_eq!(described.global_replication_group_description(), Some("new"));
    modify().automatic_failover_enabled(false).send().await.expect("accepted");
    app.until_datastore(is_available).await;
    modify().cache_node_type("cache.r6g.xlarge").send().await.expect("accepted");
    app.until_datastore(is_available).await;
    modify().engine("valkey").engine_version("8.0").send().await.expect("accepted");
    let found = app.until_datastore(is_available).await;
    assert_eq!((found.engine(), found.cache_node_type()), (Some("valkey"), Some("cache.r6g.xlarge")));
    for (region, id) in [(HOME, "home"), (ABROAD, "abroad")] {
        let group = app.until_group(region, id, "available").await;
        assert_eq!((group.engine(), group.cache_node_type()), (Some("valkey"), Some("cache.r6g.xlarge")));
        assert_eq!(group.automatic_failover().map(AutomaticFailoverStatus::as_str), Some("disabled"));
        let name = "global-datastore-ldgnf-store-valkey8";
        let request = app.in_region(region).describe_cache_parameter_groups().cache_parameter_group_name(name);
        assert_eq!(request.send().await.expect("a group").cache_parameter_groups()[0].is_global(), Some(true));
    }
}

#[tokio::test]
async fn parameters_are_the_same_in_every_region() {
    let app = App::start().await;
    app.with_secondary().await;
    let name = "global-datastore-ldgnf-store-redis7";
    let value = aws_sdk_elasticache::types::ParameterNameValue::builder();
    let value = value.parameter_name("maxmemory-policy").parameter_value("allkeys-lru").build();
    let request = app.in_region(ABROAD).modify_cache_parameter_group().cache_parameter_group_name(name);
    request.parameter_name_values(value).send().await.expect("accepted");
    for region in [HOME, ABROAD] {
        let request = app.in_region(region).describe_cache_parameters().cache_parameter_group_name(name);
        let found = request.source("user").send().await.expect("parameters");
        let policy = found.parameters().iter().find(|it| it.parameter_name() == Some("maxmemory-policy"));
        assert_eq!(policy.and_then(|it| it.parameter_value()), Some("allkeys-lru"), "{region}");
    }
}

#[tokio::test]
async fn a_datastore_has_tags() {
    let app = App::start().await;
    app.primary_only().await;
    let arn = "arn:aws:elasticache::000000000000:globalreplicationgroup:ldgnf-store";
    app.done("AddTagsToResource", &[("ResourceName", arn), ("Tags.Tag.1.Key", "k"), ("Tags.Tag.1.Value", "v")]).await;
    let listed = app.done("ListTagsForResource", &[("ResourceName", arn)]).await;
    assert_eq!(listed.texts("Key"), ["k"]);
    let absent = format!("{arn}-absent");
    let refused = app.refused("ListTagsForResource", &[("ResourceName", &absent)]).await;
    assert_eq!(refused.code(), (404, "GlobalReplicationGroupNotFoundFault"));
}
