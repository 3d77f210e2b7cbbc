//! `DescribeEvents`.

use std::time::Duration;

use aws_sdk_elasticache::primitives::{DateTime, DateTimeFormat};

use crate::app::App;

const HOUR: Duration = Duration::from_hours(1);

async fn messages(app: &App, parameters: &[(&str, &str)]) -> Vec<String> {
    app.done("DescribeEvents", parameters).await.texts("Message")
}

/// Makes a parameter group and sets a parameter of it, which is an event.
async fn changed_group(app: &App, name: &str, timeout: &str) {
    let group = ("CacheParameterGroupName", name);
    app.call("CreateCacheParameterGroup", &[group, ("CacheParameterGroupFamily", "redis7"), ("Description", "d")])
        .await;
    app.done(
        "ModifyCacheParameterGroup",
        &[
            group,
            ("ParameterNameValues.ParameterNameValue.1.ParameterName", "timeout"),
            ("ParameterNameValues.ParameterNameValue.1.ParameterValue", timeout),
        ],
    )
    .await;
}

#[tokio::test]
async fn events_are_told_newest_first_and_by_source() {
    let app = App::start().await;
    app.redis("one").await;
    app.redis("two").await;
    changed_group(&app, "one", "50").await;
    let all = app.client().describe_events().send().await.expect("events").events.expect("a list");
    assert!(all.is_sorted_by(|newer, older| newer.date() >= older.date()));
    assert_eq!(all[0].message(), Some("Updated parameter timeout to 50"));
    assert_eq!(all[0].source_type().map(aws_sdk_elasticache::types::SourceType::as_str), Some("cache-parameter-group"));
    assert!(all.iter().all(|event| event.source_identifier().is_some() && event.date().is_some()));
    assert_eq!(messages(&app, &[("SourceType", "cache-parameter-group")]).await.len(), 1);
    assert_eq!(messages(&app, &[("SourceType", "cache-cluster")]).await.len(), 4);
    let one = [("SourceType", "cache-cluster"), ("SourceIdentifier", "ONE")];
    let one = messages(&app, &one).await;
    assert_eq!(one.last().map(String::as_str), Some("Cache cluster created"));
    assert_eq!(one.len(), 2);
    assert!(messages(&app, &[("SourceType", "cache-cluster"), ("SourceIdentifier", "absent")]).await.is_empty());
    assert!(messages(&app, &[("SourceType", "user")]).await.is_empty());
}

#[tokio::test]
async fn events_are_told_by_time() {
    let app = App::start().await;
    changed_group(&app, "group", "21").await;
    app.advance(HOUR * 2).await;
    changed_group(&app, "group", "22").await;
    let newest = ["Updated parameter timeout to 22"];
    let both = ["Updated parameter timeout to 22", "Updated parameter timeout to 21"];
    assert_eq!(messages(&app, &[]).await, newest, "an hour back, unless asked otherwise");
    assert_eq!(messages(&app, &[("Duration", "90")]).await, newest);
    assert_eq!(messages(&app, &[("Duration", "150")]).await, both);
    assert_eq!(messages(&app, &[("Duration", "20160")]).await, both);
    let events = app.client().describe_events().duration(150).send().await.expect("events").events.expect("a list");
    let text = |date: &DateTime| date.fmt(DateTimeFormat::DateTime).expect("a date");
    let (newer, older) = (text(events[0].date().expect("a date")), text(events[1].date().expect("a date")));
    assert_eq!(messages(&app, &[("StartTime", &older), ("EndTime", &newer)]).await, both, "both ends count");
    assert_eq!(messages(&app, &[("StartTime", &newer)]).await, newest);
    assert_eq!(messages(&app, &[("EndTime", &older)]).await, both[1..]);
    app.advance(HOUR * 24 * 14).await;
    assert!(messages(&app, &[("StartTime", "2015-02-02T00:00:00Z")]).await.is_empty(), "two weeks are told");
}

#[tokio::test]
async fn questions_are_checked() {
    let app = App::start().await;
    for (parameters, code) in [
        (&[("SourceIdentifier", "cache")][..], "InvalidParameterCombination"),
        (&[("Duration", "60"), ("StartTime", "2015-02-02T00:00:00Z")], "InvalidParameterCombination"),
        (&[("Duration", "60"), ("EndTime", "2015-02-02T00:00:00Z")], "InvalidParameterCombination"),
        (&[("StartTime", "2015-02-03T00:00:00Z"), ("EndTime", "2015-02-02T00:00:00Z")], "InvalidParameterCombination"),
        (&[("Duration", "0")], "InvalidParameterValue"),
        (&[("Duration", "-5")], "InvalidParameterValue"),
        (&[("Duration", "20161")], "InvalidParameterValue"),
        (&[("StartTime", "yesterday")], "InvalidParameterValue"),
        (&[("SourceType", "galaxy")], "InvalidParameterValue"),
    ] {
        assert_eq!(app.refused("DescribeEvents", parameters).await.code(), (400, code), "{parameters:?}");
    }
}

#[tokio::test]
async fn pages_stay_right_while_events_come() {
    let app = App::start().await;
    for number in 100..150 {
        changed_group(&app, "group", &number.to_string()).await;
    }
    let first = app.done("DescribeEvents", &[("MaxRecords", "20")]).await;
    changed_group(&app, "group", "999").await;
    let marker = first.text("Marker").expect("there is more");
    let second = app.done("DescribeEvents", &[("MaxRecords", "20"), ("Marker", &marker)]).await;
    let marker = second.text("Marker").expect("there is more");
    let third = app.done("DescribeEvents", &[("MaxRecords", "20"), ("Marker", &marker)]).await;
    assert_eq!(third.text("Marker"), None);
    let told: Vec<_> = [first, second, third].iter().flat_map(|page| page.texts("Message")).collect();
    let expected: Vec<_> = (100..150).rev().map(|number| format!("Updated parameter timeout to {number}")).collect();
    assert_eq!(told, expected);
}
