//! Service updates: which there are, to what they apply, and what becomes of them. Without engines; that no write is lost
//! is proved with real ones.

use std::{collections::BTreeSet, time::Duration};

use aws_sdk_elasticache::types::{SlaMet, UpdateAction, UpdateActionStatus};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::{sleep, timeout};

use crate::{
    answer::Answer,
    app::{App, LIMIT},
};

const UPDATES: &str = "DescribeServiceUpdates";
const ACTIONS: &str = "DescribeUpdateActions";
const APPLY: &str = "BatchApplyUpdateAction";
const STOP: &str = "BatchStopUpdateAction";
const DAY: Duration = Duration::from_hours(24);

async fn names(app: &App, status: &str) -> Vec<String> {
    app.done(UPDATES, &[("ServiceUpdateStatus.member.1", status)]).await.texts("ServiceUpdateName")
}

/// The newest update with this number: 1 is for Redis and Valkey, 2 for Memcached.
async fn available(app: &App, number: u32) -> String {
    let names = names(app, "available").await;
    names.into_iter().rfind(|name| name.ends_with(&number.to_string())).expect("an update")
}

async fn group(app: &App, id: &str, engine: &str, nodes: &str) {
    let parameters = [
        ("ReplicationGroupId", id),
        ("ReplicationGroupDescription", "d"),
        ("CacheNodeType", "cache.t3.micro"),
        ("Engine", engine),
        ("NumCacheClusters", nodes),
    ];
    app.done("CreateReplicationGroup", &parameters).await;
    group_available(app, id).await;
}

async fn group_available(app: &App, id: &str) {
    let waited = timeout(LIMIT, async {
        while app.done("DescribeReplicationGroups", &[("ReplicationGroupId", id)]).await.texts("Status")[0]
            != "available"
        {
            sleep(Duration::from_millis(2)).await;
        }
    });
    waited.await.expect("the group is available");
}

/// The action about an update for the only group or cluster it applies to.
async fn action(app: &App, update: &str) -> UpdateAction {
    let asked = app.client().describe_update_actions().service_update_name(update).show_node_level_update_status(true);
    let actions = asked.send().await.expect("actions").update_actions.expect("a list");
    assert_eq!(actions.len(), 1, "{actions:?}");
    actions.into_iter().next().expect("one action")
}

/// Waits for an action to come to a status.
async fn until(app: &App, update: &str, status: UpdateActionStatus) -> UpdateAction {
    let waited = timeout(LIMIT, async {
        loop {
            let action = action(app, update).await;
            if action.update_action_status() == Some(&status) {
                return action;
            }
            sleep(Duration::from_millis(2)).await;
        }
    });
    waited.await.expect("the update comes to its status")
}

#[tokio::test]
async fn updates_of_every_status_are_told() {
    let app = App::start().await;
    let answer = app.client().describe_service_updates().send().await.expect("updates");
    let all = answer.service_updates.expect("a list");
    let statuses: BTreeSet<_> =
        all.iter().map(|update| update.service_update_status().expect("a status").as_str().to_owned()).collect();
    assert_eq!(statuses.into_iter().collect::<Vec<_>>(), ["available", "cancelled", "expired"]);
    let name = available(&app, 1).await;
    let update = all.iter().find(|update| update.service_update_name() == Some(&name)).expect("the update");
    assert_eq!(update.engine(), Some("redis, valkey"));
    assert_eq!(update.engine_version(), Some("redis 2.6.13 and onwards, valkey 7.2.6 and onwards"));
    assert_eq!(update.estimated_update_time(), Some("30 minutes per node"));
    assert_eq!(update.auto_update_after_recommended_apply_by_date(), Some(true));
    let dates = [
        update.service_update_release_date(),
        update.service_update_recommended_apply_by_date(),
        update.service_update_end_date(),
    ];
    assert!(dates.is_sorted() && dates.iter().all(Option::is_some), "{dates:?}");
    assert_eq!(app.done(UPDATES, &[("ServiceUpdateName", &name)]).await.texts("ServiceUpdateName"), [name.as_str()]);
    let both = [("ServiceUpdateStatus.member.1", "expired"), ("ServiceUpdateStatus.member.2", "cancelled")];
    let others = app.done(UPDATES, &both).await.texts("ServiceUpdateName");
    assert_eq!(others.len() + names(&app, "available").await.len(), all.len());
    let absent = [("ServiceUpdateName", "elc-20191007-001")];
    assert_eq!(app.refused(UPDATES, &absent).await.code(), (404, "ServiceUpdateNotFoundFault"));
    assert_eq!(app.refused(ACTIONS, &absent).await.code(), (404, "ServiceUpdateNotFoundFault"));
    let unknown = [("ServiceUpdateStatus.member.1", "new")];
    assert_eq!(app.refused(UPDATES, &unknown).await.code(), (400, "InvalidParameterValue"));
}

#[tokio::test]
async fn an_update_expires() {
    let app = App::start().await;
    app.redis("cache").await;
    let name = available(&app, 1).await;
    app.advance(DAY * 130).await;
    assert!(names(&app, "expired").await.contains(&name));
    let apply = [("ServiceUpdateName", name.as_str()), ("CacheClusterIds.member.1", "cache")];
    assert_eq!(app.refused(APPLY, &apply).await.code(), (400, "InvalidParameterValue"));
    let old = action(&app, &name).await;
    assert_eq!(
        old.service_update_status().map(aws_sdk_elasticache::types::ServiceUpdateStatus::as_str),
        Some("expired")
    );
    assert_eq!(old.update_action_status(), Some(&UpdateActionStatus::NotApplied));
    app.advance(DAY * 366).await;
    let gone = [("ServiceUpdateName", name.as_str())];
    assert_eq!(app.refused(UPDATES, &gone).await.code(), (404, "ServiceUpdateNotFoundFault"));
}

#[tokio::test]
async fn each_group_and_each_cluster_has_an_action() {
    let app = App::start().await;
    app.redis("alone").await;
    app.memcached("many", 2).await;
    group(&app, "group", "valkey", "2").await;
    let (redis, memcached) = (available(&app, 1).await, available(&app, 2).await);
    let found = async |parameters: &[(&str, &str)]| {
        let answer = app.done(ACTIONS, parameters).await;
        let targets = |answer: &Answer| [answer.texts("CacheClusterId"), answer.texts("ReplicationGroupId")].concat();
        targets(&answer)
    };
    assert_eq!(found(&[("ServiceUpdateName", &redis)]).await, ["alone", "group"]);
    assert_eq!(found(&[("ServiceUpdateName", &memcached)]).await, ["many"]);
    let of_redis = ("ServiceUpdateName", redis.as_str());
    assert_eq!(found(&[of_redis, ("ReplicationGroupIds.member.1", "GROUP")]).await, ["group"]);
    assert_eq!(found(&[of_redis, ("CacheClusterIds.member.1", "alone")]).await, ["alone"]);
    assert!(found(&[of_redis, ("CacheClusterIds.member.1", "group-001")]).await.is_empty(), "a member has none");
    assert_eq!(found(&[of_redis, ("Engine", "valkey")]).await, ["group"]);
    assert!(found(&[of_redis, ("UpdateActionStatus.member.1", "complete")]).await.is_empty());
    assert_eq!(found(&[of_redis, ("UpdateActionStatus.member.1", "not-applied")]).await.len(), 2);
    let name = ("ServiceUpdateTimeRange.StartTime", "2100-01-01T00:00:00Z");
    assert!(found(&[of_redis, name]).await.is_empty());
    let available_alone = [("CacheClusterIds.member.1", "many"), ("ServiceUpdateStatus.member.1", "available")];
    assert!(found(&available_alone).await.contains(&"many".to_owned()));
    let reversed = [
        ("ServiceUpdateTimeRange.StartTime", "2026-01-02T00:00:00Z"),
        ("ServiceUpdateTimeRange.EndTime", "2026-01-01T00:00:00Z"),
    ];
    assert_eq!(app.refused(ACTIONS, &reversed).await.code(), (400, "InvalidParameterCombination"));

    let brief = app.done(ACTIONS, &[("ServiceUpdateName", &redis)]).await;
    assert!(!brief.body.contains("NodeUpdateStatus"), "{}", brief.body);
    assert_eq!(brief.texts("NodesUpdated"), ["0/1", "0/2"]);
    assert_eq!(brief.texts("Engine"), ["redis", "valkey"]);
    let whole = app.done(ACTIONS, &[of_redis, ("ShowNodeLevelUpdateStatus", "true")]).await;
    assert_eq!(whole.texts("NodeUpdateStatus"), ["not-applied"; 3]);
    assert_eq!(whole.texts("NodeGroupId"), ["0001"]);
}

#[tokio::test]
async fn an_update_is_applied_to_every_node() {
    let app = App::start().await;
    group(&app, "group", "redis", "3").await;
    let update = available(&app, 1).await;
    let apply = [("ServiceUpdateName", update.as_str()), ("ReplicationGroupIds.member.1", "Group")];
    let applied = app.done(APPLY, &apply).await;
    assert_eq!(applied.text("UpdateActionStatus").as_deref(), Some("waiting-to-start"));
    assert_eq!(applied.text("ReplicationGroupId").as_deref(), Some("group"));
    assert!(applied.body.contains("<UnprocessedUpdateActions/>"), "{}", applied.body);
    let done = until(&app, &update, UpdateActionStatus::Complete).await;
    assert_eq!(done.nodes_updated(), Some("3/3"));
    let shards = done.node_group_update_status();
    let members = shards[0].node_group_member_update_status();
    assert_eq!(members.len(), 3);
    for member in members {
        assert_eq!(
            member.node_update_status().map(aws_sdk_elasticache::types::NodeUpdateStatus::as_str),
            Some("complete")
        );
        assert_eq!(
            member.node_update_initiated_by().map(aws_sdk_elasticache::types::NodeUpdateInitiatedBy::as_str),
            Some("customer")
        );
        let (start, end) = (member.node_update_start_date(), member.node_update_end_date());
        assert!(start.is_some() && start <= end, "{member:?}");
    }
    group_available(&app, "group").await;

    let again = app.done(APPLY, &apply).await;
    assert!(again.body.contains("<ProcessedUpdateActions/>"), "{}", again.body);
    assert_eq!(again.text("ErrorType").as_deref(), Some("InvalidParameterValue"));
    assert_eq!(app.done(STOP, &apply).await.text("ErrorType").as_deref(), Some("InvalidParameterValue"));

    app.done("DeleteReplicationGroup", &[("ReplicationGroupId", "group")]).await;
    let gone = timeout(LIMIT, async {
        while app.call("DescribeReplicationGroups", &[("ReplicationGroupId", "group")]).await.status == 200 {
            sleep(Duration::from_millis(2)).await;
        }
    });
    gone.await.expect("the group goes");
    group(&app, "group", "redis", "1").await;
    assert_eq!(action(&app, &update).await.nodes_updated(), Some("0/1"), "another group under the same name");
}

#[tokio::test]
async fn the_nodes_of_a_cluster_are_told_one_by_one() {
    let app = App::start().await;
    app.memcached("many", 3).await;
    let update = available(&app, 2).await;
    let apply = [("ServiceUpdateName", update.as_str()), ("CacheClusterIds.member.1", "many")];
    app.done(APPLY, &apply).await;
    let done = until(&app, &update, UpdateActionStatus::Complete).await;
    assert_eq!(done.nodes_updated(), Some("3/3"));
    let nodes: Vec<_> = done.cache_node_update_status().iter().filter_map(|node| node.cache_node_id()).collect();
    assert_eq!(nodes, ["0001", "0002", "0003"]);
    assert!(done.node_group_update_status().is_empty());
    app.available("many").await;
    let grow = [("CacheClusterId", "many"), ("NumCacheNodes", "4"), ("ApplyImmediately", "true")];
    app.done("ModifyCacheCluster", &grow).await;
    app.available("many").await;
    assert_eq!(action(&app, &update).await.nodes_updated(), Some("4/4"), "a node that comes later has it");
}

#[tokio::test]
async fn a_date_is_kept_or_not() {
    let app = App::start().await;
    app.redis("cache").await;
    // From the first day of the next quarter on there is an update that is not older than the cluster.
    let mut last = available(&app, 1).await;
    while available(&app, 1).await == last {
        app.advance(DAY).await;
    }
    last = available(&app, 1).await;
    let sla = |action: &UpdateAction| action.sla_met().cloned();
    assert_eq!(sla(&action(&app, &last).await), Some(SlaMet::No), "not yet");
    app.done(APPLY, &[("ServiceUpdateName", &last), ("CacheClusterIds.member.1", "cache")]).await;
    let done = until(&app, &last, UpdateActionStatus::Complete).await;
    assert_eq!(sla(&done), Some(SlaMet::Yes));
    app.available("cache").await;
    app.advance(DAY * 60).await;
    assert_eq!(sla(&action(&app, &last).await), Some(SlaMet::Yes));
    app.done("DeleteCacheCluster", &[("CacheClusterId", "cache")]).await;
    app.gone("cache").await;
    app.redis("later").await;
    assert_eq!(sla(&action(&app, &last).await), Some(SlaMet::Na), "it came after the date");
}

/// The time that the server's clock shows.
async fn time(app: &App) -> DateTime<Utc> {
    let health: serde_json::Value = serde_json::from_str(&app.get("/_cachette/health").await.body).expect("JSON");
    health["time"].as_str().and_then(|time| time.parse().ok()).expect("a time")
}

/// The actions about an update, by the cluster they are for.
async fn statuses(app: &App, update: &str) -> Vec<(String, String)> {
    let answer = app.done(ACTIONS, &[("ServiceUpdateName", update)]).await;
    answer.texts("CacheClusterId").into_iter().zip(answer.texts("UpdateActionStatus")).collect()
}

fn status(id: &str, status: &str) -> (String, String) {
    (id.to_owned(), status.to_owned())
}

#[tokio::test]
async fn an_update_applies_itself_after_its_date_in_the_maintenance_window() {
    let app = App::start().await;
    app.redis("cache").await;
    app.memcached("other", 1).await;
    let before = available(&app, 1).await;
    while available(&app, 1).await == before {
        app.advance(DAY).await;
    }
    let update = available(&app, 1).await;
    let asked = app.client().describe_service_updates().service_update_name(&update).send().await.expect("updates");
    let by = asked.service_updates()[0].service_update_recommended_apply_by_date().expect("a date").secs();
    let by = DateTime::<Utc>::from_timestamp(by, 0).expect("a date");
    let day = by.format("%a").to_string().to_lowercase();
    let window = format!("{day}:18:00-{day}:19:00");
    app.done("ModifyCacheCluster", &[("CacheClusterId", "cache"), ("PreferredMaintenanceWindow", &window)]).await;

    let minute_before = by - TimeDelta::minutes(1) - time(&app).await;
    app.advance(minute_before.to_std().expect("it is to come")).await;
    assert_eq!(statuses(&app, &update).await, [status("cache", "not-applied")]);
    app.advance(Duration::from_mins(10)).await;
    app.redis("later").await;
    let scheduled = [status("cache", "scheduled"), status("later", "not-applied")];
    assert_eq!(statuses(&app, &update).await, scheduled);
    let asked_for = [("ServiceUpdateName", update.as_str()), ("UpdateActionStatus.member.1", "scheduled")];
    assert_eq!(app.done(ACTIONS, &asked_for).await.texts("CacheClusterId"), ["cache"]);
    let date = by.format("%Y-%m-%d");
    let first = format!("Start Time: {date}T18:00:00Z, End Time: {date}T19:00:00Z");
    told(&app, "cache", &format!("is scheduled for replacement during the maintenance window from {first}")).await;
    let longer = format!("{day}:18:00-{day}:19:30");
    app.done("ModifyCacheCluster", &[("CacheClusterId", "cache"), ("PreferredMaintenanceWindow", &longer)]).await;
    told(&app, "cache", &format!("to New Start Time: {date}T18:00:00Z, New End Time: {date}T19:30:00Z")).await;
    // Two hours later the window opens.
    app.advance(Duration::from_hours(2)).await;
    let waited = timeout(LIMIT, async {
        while !statuses(&app, &update).await.contains(&status("cache", "complete")) {
            sleep(Duration::from_millis(2)).await;
        }
    });
    waited.await.expect("the update applies itself");
    app.available("cache").await;
    let asked = app.client().describe_update_actions().service_update_name(&update).cache_cluster_ids("cache");
    let actions = asked.show_node_level_update_status(true).send().await.expect("actions");
    let done = &actions.update_actions()[0];
    assert_eq!(done.sla_met(), Some(&SlaMet::No));
    let initiator = done.cache_node_update_status()[0].node_update_initiated_by().expect("somebody");
    assert_eq!(initiator.as_str(), "system");
    let messages = app.messages("cache-cluster", "cache").await;
    assert!(!messages.iter().any(|message| message.contains("canceled")), "{messages:?}");
    // What came after the date keeps what it has, and what would lose its data does so whenever.
    app.advance(DAY * 14).await;
    assert_eq!(statuses(&app, &update).await, [status("cache", "complete"), status("later", "not-applied")]);
    let memcached = available(&app, 2).await;
    assert_eq!(statuses(&app, &memcached).await, [status("other", "not-applied")]);
}

#[tokio::test]
async fn who_applies_an_update_before_the_window_is_told_that_the_plan_is_off() {
    let app = App::start().await;
    app.redis("cache").await;
    let before = available(&app, 1).await;
    while available(&app, 1).await == before {
        app.advance(DAY).await;
    }
    let update = available(&app, 1).await;
    // A window of an hour, of which there is none in the first hours after the date.
    let weekday = |time: DateTime<Utc>| time.format("%a").to_string().to_lowercase();
    let date = time(&app).await + TimeDelta::days(31);
    let window = format!("{0}:05:00-{0}:06:00", weekday(date + TimeDelta::days(3)));
    app.done("ModifyCacheCluster", &[("CacheClusterId", "cache"), ("PreferredMaintenanceWindow", &window)]).await;
    app.advance(DAY * 31).await;
    told(&app, "cache", "is scheduled for replacement").await;
    let apply = [("ServiceUpdateName", update.as_str()), ("CacheClusterIds.member.1", "cache")];
    app.done("BatchApplyUpdateAction", &apply).await;
    told(&app, "cache", "has been canceled").await;
}

/// Waits until an event of a cluster has this text.
async fn told(app: &App, id: &str, text: &str) {
    let waited = timeout(LIMIT, async {
        while !app.messages("cache-cluster", id).await.iter().any(|message| message.contains(text)) {
            sleep(Duration::from_millis(2)).await;
        }
    });
    let Ok(()) = waited.await else { panic!("{id}: no {text:?}: {:?}", app.messages("cache-cluster", id).await) };
}

#[tokio::test]
async fn what_cannot_be_done_does_not_keep_the_rest_from_it() {
    let app = App::start().await;
    app.redis("good").await;
    app.memcached("other", 1).await;
    group(&app, "group", "redis", "2").await;
    let update = available(&app, 1).await;
    let name = ("ServiceUpdateName", update.as_str());
    let ids = [
        ("CacheClusterIds.member.1", "absent"),
        ("CacheClusterIds.member.2", "group-001"),
        ("CacheClusterIds.member.3", "other"),
        ("CacheClusterIds.member.4", "good"),
        ("CacheClusterIds.member.5", "GOOD"),
        ("ReplicationGroupIds.member.1", "absent"),
    ];
    let answer = app.done(APPLY, &[&[name], ids.as_slice()].concat()).await;
    assert_eq!(answer.texts("UpdateActionStatus"), ["waiting-to-start"]);
    let errors =
        ["ReplicationGroupNotFoundFault", "CacheClusterNotFound", "InvalidParameterValue", "InvalidParameterValue"];
    assert_eq!(answer.texts("ErrorType"), errors, "{}", answer.body);
    assert!(answer.texts("ErrorMessage").iter().all(|message| !message.is_empty()));

    for (action, parameters, status, code) in [
        (APPLY, vec![name], 400, "InvalidParameterCombination"),
        (STOP, vec![name], 400, "InvalidParameterCombination"),
        (APPLY, vec![("ServiceUpdateName", "absent"), ids[3]], 404, "ServiceUpdateNotFoundFault"),
        (STOP, vec![("ServiceUpdateName", "absent"), ids[3]], 404, "ServiceUpdateNotFoundFault"),
    ] {
        assert_eq!(app.refused(action, &parameters).await.code(), (status, code), "{action} {parameters:?}");
    }
    let many: Vec<_> = (1..=21).map(|n| (format!("CacheClusterIds.member.{n}"), format!("c-{n}"))).collect();
    let many = many.iter().map(|(name, id)| (name.as_str(), id.as_str()));
    let many: Vec<_> = std::iter::once(name).chain(many).collect();
    assert_eq!(app.refused(APPLY, &many).await.code(), (400, "InvalidParameterValue"));
    let cancelled = names(&app, "cancelled").await.pop().expect("an update");
    let withdrawn = [("ServiceUpdateName", cancelled.as_str()), ids[3]];
    assert_eq!(app.refused(APPLY, &withdrawn).await.code(), (400, "InvalidParameterValue"));
}

#[tokio::test]
async fn dates_are_those_of_the_clock() {
    let app = App::start().await;
    app.redis("cache").await;
    let update = available(&app, 1).await;
    app.advance(Duration::from_hours(1)).await;
    app.done(APPLY, &[("ServiceUpdateName", &update), ("CacheClusterIds.member.1", "cache")]).await;
    let done = until(&app, &update, UpdateActionStatus::Complete).await;
    let health: serde_json::Value = serde_json::from_str(&app.get("/_cachette/health").await.body).expect("JSON");
    let now: DateTime<Utc> = health["time"].as_str().and_then(|time| time.parse().ok()).expect("a time");
    let modified = done.update_action_status_modified_date().expect("a date").secs();
    assert!((now.timestamp() - 600..=now.timestamp()).contains(&modified), "{modified} {now}");
}
