//! `LogDeliveryConfigurations`: what is refused, and what is shown. Whether logs arrive, real engines show.

use std::sync::Arc;

use cachette::model::{CacheCluster, LogCursor, LogDelivery, LogType, ReplicationGroup};

use crate::{answer::Refusal, records::Records};

const CREATE: &str = "CreateCacheCluster&CacheClusterId=cache&CacheNodeType=cache.t3.micro";
const MODIFY: &str = "ModifyCacheCluster&CacheClusterId=cache";
const GROUP: &str = "ReplicationGroup&ReplicationGroupId=group";

/// The `number`th configuration of a request, to `CloudWatch` Logs.
fn to_log_group(number: usize, log_type: &str, log_group: &str) -> String {
    configuration(
        number,
        &[
            ("LogType", log_type),
            ("DestinationType", "cloudwatch-logs"),
            ("DestinationDetails.CloudWatchLogsDetails.LogGroup", log_group),
            ("LogFormat", "json"),
        ],
    )
}

fn configuration(number: usize, members: &[(&str, &str)]) -> String {
    let prefix = format!("LogDeliveryConfigurations.LogDeliveryConfigurationRequest.{number}");
    members.iter().flat_map(|(name, value)| ["&", &prefix, ".", name, "=", value].map(str::to_owned)).collect()
}

fn ended(log_type: &str) -> String {
    configuration(1, &[("LogType", log_type), ("Enabled", "false")])
}

/// What is shown of a delivery to a log group.
fn shown(log_type: &str, log_group: &str, status: &str) -> String {
    let status = if status.is_empty() { String::new() } else { format!("<Status>{status}</Status>") };
    format!(
        "<LogType>{log_type}</LogType><DestinationType>cloudwatch-logs</DestinationType>\
         <DestinationDetails><CloudWatchLogsDetails><LogGroup>{log_group}</LogGroup></CloudWatchLogsDetails>\
         </DestinationDetails><LogFormat>json</LogFormat>{status}"
    )
}

fn listed(entry: &str) -> String {
    format!(
        "<LogDeliveryConfigurations><LogDeliveryConfiguration>{entry}</LogDeliveryConfiguration>\
         </LogDeliveryConfigurations>"
    )
}

fn pending(entry: &str) -> String {
    format!("<LogDeliveryConfigurations><member>{entry}</member></LogDeliveryConfigurations>")
}

/// Brings a cluster's delivery to where whoever delivers would have brought it.
async fn put_into_effect(records: &Records, failure: Option<&str>) {
    let cluster: Arc<CacheCluster> = records.get("cache").expect("a cluster");
    let mut cluster = CacheCluster::clone(&cluster);
    for delivery in cluster.log_deliveries.values_mut() {
        let wanted = delivery.wanted.clone();
        *delivery = LogDelivery { in_effect: wanted.clone(), wanted, failure: failure.map(str::to_owned) };
    }
    records.change(move |draft| draft.put(&cluster.scope.clone(), "cache", cluster)).await;
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let records = Records::new();
    let slow = |members: &[(&str, &str)]| configuration(1, &[&[("LogType", "slow-log")], members].concat());
    let missing = |name: &str| Refusal::value(&format!("The parameter {name} must be provided and must not be null."));
    let details = ("DestinationDetails.CloudWatchLogsDetails.LogGroup", "logs");
    let only = "DestinationDetails must name the destination of the type kinesis-firehose, and no other.";
    let twice = "Only one LogDeliveryConfiguration can be specified for the log type slow-log.";
    let (a, b) = (to_log_group(1, "slow-log", "a"), to_log_group(2, "slow-log", "b"));
    for (asked, refusal) in [
        (configuration(1, &[("Enabled", "true")]), missing("LogType")),
        (slow(&[]), missing("DestinationType")),
        (slow(&[("DestinationType", "cloudwatch-logs")]), missing("DestinationDetails")),
        (slow(&[("DestinationType", "cloudwatch-logs"), details]), missing("LogFormat")),
        (slow(&[("DestinationType", "kinesis-firehose"), details, ("LogFormat", "text")]), Refusal::combination(only)),
        (format!("{a}{b}"), Refusal::combination(twice)),
        (to_log_group(1, "slow-log", "../logs:*"), Refusal::value("Invalid LogGroup: ../logs:*.")),
    ] {
        assert_eq!(records.refused(&format!("{CREATE}&Engine=redis{asked}")).await, refusal, "{asked}");
    }
    for (engine, log_type, named) in [
        ("memcached&EngineVersion=1.6.22", "slow-log", "memcached 1.6.22"),
        ("redis&EngineVersion=6.0", "engine-log", "redis 6.0.5"),
        ("redis&EngineVersion=5.0.6", "slow-log", "redis 5.0.6"),
    ] {
        let text = format!("Log delivery of the type {log_type} is not supported for {named}.");
        let asked = format!("{CREATE}&Engine={engine}{}", to_log_group(1, log_type, "logs"));
        assert_eq!(records.refused(&asked).await, Refusal::combination(&text));
    }
    assert!(records.get::<CacheCluster>("cache").is_none());
}

#[tokio::test]
async fn a_cluster_shows_where_its_logs_go_and_what_is_pending() {
    let records = Records::new();
    let answer = records.done(&format!("{CREATE}&Engine=redis{}", to_log_group(1, "slow-log", "a"))).await;
    assert!(answer.contains(&listed(&shown("slow-log", "a", "enabling"))), "{answer}");
    assert!(answer.contains(&pending(&shown("slow-log", "a", ""))), "{answer}");
    records.bring_up("cache").await;
    put_into_effect(&records, None).await;
    let answer = records.described("cache").await;
    assert!(answer.contains(&listed(&shown("slow-log", "a", "active"))), "{answer}");
    assert!(!answer.contains("PendingLogDeliveryConfiguration"), "{answer}");

    let to_b = to_log_group(1, "slow-log", "b");
    let wait = Refusal::combination("ApplyImmediately must be true to modify LogDeliveryConfigurations.");
    assert_eq!(records.refused(&format!("{MODIFY}{to_b}")).await, wait);
    let answer = records.done(&format!("{MODIFY}&ApplyImmediately=true{to_b}")).await;
    assert!(answer.contains(&listed(&shown("slow-log", "a", "modifying"))), "{answer}");
    assert!(answer.contains(&pending(&shown("slow-log", "b", ""))), "{answer}");

    put_into_effect(&records, Some("Nobody is there.")).await;
    let failed = format!("{}<Message>Nobody is there.</Message>", shown("slow-log", "b", "error"));
    let answer = records.described("cache").await;
    assert!(answer.contains(&listed(&failed)), "{answer}");

    let answer = records.done(&format!("{MODIFY}&ApplyImmediately=true{}", ended("slow-log"))).await;
    assert!(answer.contains(&listed(&shown("slow-log", "b", "disabling"))), "{answer}");
    assert_eq!(records.store.tables().log_cursors.iter_all().count(), 0, "it began with the engine");
}

#[tokio::test]
async fn the_logs_of_a_group_are_the_groups_own() {
    let records = Records::new();
    let more = "&ReplicationGroupDescription=d&CacheNodeType=cache.t3.micro&NumCacheClusters=2";
    records.done(&format!("Create{GROUP}{more}")).await;
    records.bring_up_group("group").await;
    let asked = format!("&ApplyImmediately=true{}", to_log_group(1, "engine-log", "a"));
    let answer = records.done(&format!("Modify{GROUP}{asked}")).await;
    assert!(answer.contains(&listed(&shown("engine-log", "a", "enabling"))), "{answer}");
    assert!(answer.contains(&pending(&shown("engine-log", "a", ""))), "{answer}");
    let again = Refusal::combination("No modifications were requested");
    assert_eq!(records.refused(&format!("Modify{GROUP}{asked}")).await, again);
    // The engines run already: what they have logged by now is not asked for.
    let tables = records.store.tables();
    let cursors: Vec<LogCursor> =
        tables.log_cursors.iter_all().map(|(_, _, cursor)| LogCursor::clone(cursor)).collect();
    assert_eq!((cursors.len(), cursors.iter().any(|cursor| cursor.position.is_some())), (4, false));

    let member = records.described("group-001").await;
    assert!(
        member.contains("<ReplicationGroupLogDeliveryEnabled>true</ReplicationGroupLogDeliveryEnabled>"),
        "{member}"
    );
    assert!(member.contains("<LogDeliveryConfigurations/>"), "{member}");
    let modify = format!("ModifyCacheCluster&CacheClusterId=group-001{asked}");
    assert_eq!(records.refused(&modify).await.code, "InvalidParameterCombination");
}

#[tokio::test]
async fn a_cluster_that_becomes_a_group_takes_its_logs_along() {
    let records = Records::new();
    records.done(&format!("{CREATE}&Engine=redis{}", to_log_group(1, "slow-log", "a"))).await;
    records.bring_up("cache").await;
    put_into_effect(&records, None).await;
    let answer = records.done(&format!("Create{GROUP}&ReplicationGroupDescription=d&PrimaryClusterId=cache")).await;
    assert!(answer.contains(&listed(&shown("slow-log", "a", "active"))), "{answer}");
    let cluster: Arc<CacheCluster> = records.get("cache").expect("a cluster");
    let group: Arc<ReplicationGroup> = records.get("group").expect("a group");
    assert!(cluster.log_deliveries.is_empty() && group.log_deliveries.contains_key(&LogType::SlowLog));
    assert_eq!(records.store.tables().log_cursors.iter_all().count(), 0, "it goes on where it was");
}
