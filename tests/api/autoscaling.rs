//! Application Auto Scaling's API. There are no engines here, so no metrics; scaling by them is tested with real ones.

use std::{io::Write, time::Duration};

use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{
    app::{App, LIMIT},
    snapshots::group,
};

const REPLICAS: &str = "elasticache:replication-group:Replicas";
const NODE_GROUPS: &str = "elasticache:replication-group:NodeGroups";

impl App {
    /// Calls an operation of Application Auto Scaling; answers the status and what was said.
    async fn scaling(&self, operation: &str, input: &Value) -> (u16, Value) {
        self.scaling_as("000000000000", operation, input).await
    }

    /// The same for the holder of an access key.
    async fn scaling_as(&self, key: &str, operation: &str, input: &Value) -> (u16, Value) {
        let credential = format!("{key}/20260101/us-east-1/application-autoscaling/aws4_request");
        let signature = format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0");
        let request = Request::post(self.uri("/"))
            .header("authorization", signature)
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", format!("AnyScaleFrontendService.{operation}"))
            .body(Body::from(input.to_string()));
        let answer = self.send(request.expect("a request")).await;
        assert_eq!(answer.headers["content-type"], "application/x-amz-json-1.1");
        (answer.status, serde_json::from_str(&answer.body).expect("JSON"))
    }

    /// Calls an operation that has to be carried out, with the names of a target before what is given.
    async fn scaled(&self, operation: &str, dimension: &str, input: Value) -> Value {
        let (status, answer) = self.scaling(operation, &on(dimension, input)).await;
        assert_eq!(status, 200, "{operation}: {answer}");
        answer
    }

    /// What an operation that tells of everything answers.
    async fn told(&self, operation: &str) -> Value {
        let (status, answer) = self.scaling(operation, &json!({"ServiceNamespace": "elasticache"})).await;
        assert_eq!(status, 200, "{operation}: {answer}");
        answer
    }

    /// The code and the text with which a call is refused.
    async fn scaling_refused(&self, operation: &str, input: &Value) -> (String, String) {
        let (status, answer) = self.scaling(operation, input).await;
        assert_eq!(status, 400, "{operation} {input}: {answer}");
        let text = |name: &str| answer[name].as_str().expect("a text").to_owned();
        (text("__type"), text("Message"))
    }

    /// Waits until there are so many activities and all are over; answers them, the latest first.
    async fn activities(&self, count: usize) -> Vec<Value> {
        let waited = timeout(LIMIT, async {
            loop {
                let told = self.told("DescribeScalingActivities").await;
                let activities = told["ScalingActivities"].as_array().expect("a list").clone();
                if activities.len() >= count && activities.iter().all(|it| it["EndTime"].is_number()) {
                    return activities;
                }
                tokio::task::yield_now().await;
            }
        });
        waited.await.expect("activities in time")
    }
}

/// An input with the names of a target in it.
fn on(dimension: &str, mut input: Value) -> Value {
    input["ServiceNamespace"] = json!("elasticache");
    input["ResourceId"] = json!("replication-group/g");
    input["ScalableDimension"] = json!(dimension);
    input
}

/// A policy on a metric.
fn tracking(name: &str, metric: &str) -> Value {
    json!({
        "PolicyName": name,
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration": {
            "TargetValue": 50,
            "PredefinedMetricSpecification": {"PredefinedMetricType": metric},
            "ScaleInCooldown": 120,
        },
    })
}

/// A group in cluster mode, of two shards with a replica each.
async fn clustered(app: &App) {
    let settings = [
        ("Engine", "redis"),
        ("CacheParameterGroupName", "default.redis7.cluster.on"),
        ("NumNodeGroups", "2"),
        ("ReplicasPerNodeGroup", "1"),
        ("AutomaticFailoverEnabled", "true"),
    ];
    group(app, "g", &settings).await;
}

async fn nodes(app: &App) -> usize {
    app.done("DescribeReplicationGroups", &[("ReplicationGroupId", "g")]).await.texts("CacheNodeId").len()
}

#[tokio::test]
async fn a_capacity_is_brought_within_its_bounds_and_what_was_done_is_told() {
    let app = App::start().await;
    clustered(&app).await;
    let arn = app.scaled("RegisterScalableTarget", REPLICAS, json!({"MinCapacity": 2, "MaxCapacity": 3})).await;
    let arn = arn["ScalableTargetARN"].as_str().expect("an ARN").to_owned();
    assert!(arn.starts_with("arn:aws:application-autoscaling:us-east-1:000000000000:scalable-target/"), "{arn}");
    let activity = &app.activities(1).await[0];
    assert_eq!(activity["StatusCode"], "Successful");
    assert_eq!(activity["Cause"], "minimum capacity was set to 2 and maximum capacity was set to 3");
    assert_eq!(activity["Description"], "Setting replicas per node group to 2.");
    assert_eq!(nodes(&app).await, 6);
    // A change of one bound leaves the other, and what lies between them stays.
    app.scaled("RegisterScalableTarget", REPLICAS, json!({"MinCapacity": 1})).await;
    app.scaled("RegisterScalableTarget", NODE_GROUPS, json!({"MinCapacity": 1, "MaxCapacity": 1})).await;
    let activity = &app.activities(2).await[0];
    assert_eq!((&activity["ScalableDimension"], &activity["StatusCode"]), (&json!(NODE_GROUPS), &json!("Successful")));
    assert_eq!(nodes(&app).await, 3);
    app.scaled("RegisterScalableTarget", REPLICAS, json!({"MaxCapacity": 1})).await;
    assert_eq!(app.activities(3).await[0]["Cause"], "maximum capacity was set to 1");
    assert_eq!(nodes(&app).await, 2);

    let targets = app.told("DescribeScalableTargets").await;
    let target = &targets["ScalableTargets"][1];
    assert_eq!(target["ScalableTargetARN"], arn);
    assert_eq!((&target["MinCapacity"], &target["MaxCapacity"]), (&json!(1), &json!(1)));
    assert_eq!(target["SuspendedState"]["ScheduledScalingSuspended"], false);
    assert!(target["RoleARN"].as_str().is_some_and(|role| role.ends_with("ApplicationAutoScaling_ElastiCacheRG")));
    app.scaled("DeregisterScalableTarget", REPLICAS, json!({})).await;
    let gone = app.scaling_refused("DeregisterScalableTarget", &on(REPLICAS, json!({}))).await;
    assert_eq!(gone.0, "ObjectNotFoundException");
    // The target of a group that is deleted goes with it.
    app.done("DeleteReplicationGroup", &[("ReplicationGroupId", "g")]).await;
    let forgotten = timeout(LIMIT, async {
        while app.told("DescribeScalableTargets").await["ScalableTargets"] != json!([]) {
            tokio::task::yield_now().await;
        }
    });
    forgotten.await.expect("the target is forgotten in time");
}

#[tokio::test]
async fn what_elasticache_refuses_has_failed_and_is_not_tried_for_ever() {
    let app = App::strict().await;
    clustered(&app).await;
    app.scaling_refused("RegisterScalableTarget", &on(NODE_GROUPS, json!({"MinCapacity": 1, "MaxCapacity": 1}))).await;
    let app = App::start().await;
    clustered(&app).await;
    app.scaled("RegisterScalableTarget", NODE_GROUPS, json!({"MinCapacity": 500, "MaxCapacity": 500})).await;
    let activities = app.activities(1).await;
    assert_eq!(activities[0]["StatusCode"], "Failed");
    let message = activities[0]["StatusMessage"].as_str().expect("a message");
    assert!(message.starts_with("Failed to set node groups to 500. Reason: "), "{message}");
    app.advance(Duration::from_hours(1)).await;
    assert_eq!(app.activities(1).await, activities);
    assert_eq!(nodes(&app).await, 4);
}

#[tokio::test]
async fn policies_are_kept_with_their_target() {
    let app = App::start().await;
    clustered(&app).await;
    let cpu = tracking("cpu", "ElastiCacheReplicaEngineCPUUtilization");
    let refused = app.scaling_refused("PutScalingPolicy", &on(REPLICAS, cpu.clone())).await;
    assert_eq!(refused.0, "ObjectNotFoundException");
    for dimension in [REPLICAS, NODE_GROUPS] {
        app.scaled("RegisterScalableTarget", dimension, json!({"MinCapacity": 1, "MaxCapacity": 3})).await;
    }
    let put = app.scaled("PutScalingPolicy", REPLICAS, cpu).await;
    let memory = tracking("memory", "ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage");
    app.scaled("PutScalingPolicy", NODE_GROUPS, memory.clone()).await;
    let mut other = tracking("other", "ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage");
    assert_eq!(app.scaling_refused("PutScalingPolicy", &on(NODE_GROUPS, other.clone())).await.0, "ValidationException");
    other["PolicyName"] = json!("memory");
    other["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] = json!(60.5);
    app.scaled("PutScalingPolicy", NODE_GROUPS, other).await;
    let told = app.told("DescribeScalingPolicies").await;
    let policies = told["ScalingPolicies"].as_array().expect("a list");
    assert_eq!(policies.len(), 2);
    let configuration = &policies[0]["TargetTrackingScalingPolicyConfiguration"];
    assert_eq!((&configuration["TargetValue"], &configuration["ScaleInCooldown"]), (&json!(60.5), &json!(120)));
    assert_eq!(configuration.get("ScaleOutCooldown"), None, "what was not said is not shown");
    assert_eq!(policies[1]["PolicyARN"], put["PolicyARN"]);
    let arn = put["PolicyARN"].as_str().expect("an ARN");
    assert!(arn.ends_with(":resource/elasticache/replication-group/g:policyName/cpu"), "{arn}");
    app.scaled("DeleteScalingPolicy", NODE_GROUPS, json!({"PolicyName": "memory"})).await;
    app.scaled("DeregisterScalableTarget", REPLICAS, json!({})).await;
    assert_eq!(app.told("DescribeScalingPolicies").await, json!({"ScalingPolicies": []}));
    // Nothing is known of any metric, so nothing was done.
    app.advance(Duration::from_hours(1)).await;
    assert_eq!(app.activities(0).await, [] as [Value; 0]);
}

#[tokio::test]
async fn the_clock_changes_bounds() {
    let app = App::start().await;
    clustered(&app).await;
    app.scaled("RegisterScalableTarget", REPLICAS, json!({"MinCapacity": 1, "MaxCapacity": 2})).await;
    let action = |name: &str, schedule: &str, bounds: Value| json!({"ScheduledActionName": name, "Schedule": schedule, "ScalableTargetAction": bounds});
    // A test begins at noon.
    let evening = action("evening", "cron(0 18 * * ? *)", json!({"MinCapacity": 3, "MaxCapacity": 4}));
    app.scaled("PutScheduledAction", REPLICAS, evening).await;
    let mut night = action("night", "cron(0 21 * * ? *)", json!({"MinCapacity": 1, "MaxCapacity": 1}));
    night["Timezone"] = json!("America/New_York");
    app.scaled("PutScheduledAction", REPLICAS, night).await;
    let told = app.told("DescribeScheduledActions").await;
    let actions = told["ScheduledActions"].as_array().expect("a list");
    assert_eq!(actions.len(), 2);
    assert_eq!(actions[0]["ScalableTargetAction"], json!({"MinCapacity": 3, "MaxCapacity": 4}));
    assert_eq!((&actions[1]["Timezone"], actions[0].get("Timezone")), (&json!("America/New_York"), None));
    let arn = actions[0]["ScheduledActionARN"].as_str().expect("an ARN");
    assert!(arn.ends_with(":resource/elasticache/replication-group/g:scheduledActionName/evening"), "{arn}");
    app.advance(Duration::from_hours(7)).await;
    assert_eq!(app.activities(1).await[0]["Cause"], "scheduled action name evening was triggered");
    assert_eq!(nodes(&app).await, 8);
    app.advance(Duration::from_hours(8)).await;
    assert_eq!(app.activities(2).await[0]["Cause"], "scheduled action name night was triggered");
    assert_eq!(nodes(&app).await, 4);
    // What is suspended is passed over, and what lies within the bounds stays.
    let suspended = json!({"SuspendedState": {"ScheduledScalingSuspended": true}});
    app.scaled("RegisterScalableTarget", REPLICAS, suspended).await;
    app.scaled("RegisterScalableTarget", NODE_GROUPS, json!({"MinCapacity": 1, "MaxCapacity": 2})).await;
    let other = action("other", "cron(0 18 * * ? *)", json!({"MaxCapacity": 1}));
    app.scaled("PutScheduledAction", NODE_GROUPS, other).await;
    app.advance(Duration::from_hours(16)).await;
    let activities = app.activities(3).await;
    assert_eq!((activities.len(), &activities[0]["ScalableDimension"]), (3, &json!(NODE_GROUPS)));
    let targets = app.told("DescribeScalableTargets").await;
    assert_eq!(targets["ScalableTargets"][1]["MaxCapacity"], 1);
    app.scaled("DeleteScheduledAction", REPLICAS, json!({"ScheduledActionName": "evening"})).await;
    let delete = on(REPLICAS, json!({"ScheduledActionName": "evening"}));
    assert_eq!(app.scaling_refused("DeleteScheduledAction", &delete).await.0, "ObjectNotFoundException");
    for (name, schedule, bounds, text) in [
        ("a", "every day", json!({"MinCapacity": 1}), "is neither at("),
        ("a", "at(2001-01-01T00:00:00)", json!({"MinCapacity": 1}), "no time that is still to come"),
        ("a", "rate(1 day)", json!({}), "MinCapacity or MaxCapacity"),
        ("a", "rate(1 day)", json!({"MinCapacity": 3, "MaxCapacity": 2}), "cannot be less"),
        ("a", "rate(1 day)", json!({"MinCapacity": 0}), "between 1 and 5"),
        ("a:b", "rate(1 day)", json!({"MinCapacity": 1}), "ScheduledActionName"),
    ] {
        let put = on(REPLICAS, action(name, schedule, bounds));
        let (code, message) = app.scaling_refused("PutScheduledAction", &put).await;
        assert_eq!(code, "ValidationException", "{message}");
        assert!(message.contains(text), "{text}: {message}");
    }
}

#[tokio::test]
async fn targets_have_tags() {
    let app = App::start().await;
    clustered(&app).await;
    let bounds = json!({"MinCapacity": 1, "MaxCapacity": 3, "Tags": {"team": "a"}});
    let arn = app.scaled("RegisterScalableTarget", REPLICAS, bounds.clone()).await["ScalableTargetARN"].clone();
    assert_eq!(app.scaling_refused("RegisterScalableTarget", &on(REPLICAS, bounds)).await.0, "ValidationException");
    let tags = json!({"ResourceARN": arn, "Tags": {"stage": "test", "team": "b"}});
    assert_eq!(app.scaling("TagResource", &tags).await, (200, json!({})));
    let untag = json!({"ResourceARN": arn, "TagKeys": ["stage", "unknown"]});
    assert_eq!(app.scaling("UntagResource", &untag).await, (200, json!({})));
    let told = app.scaling("ListTagsForResource", &json!({"ResourceARN": arn})).await;
    assert_eq!(told, (200, json!({"Tags": {"team": "b"}})));
    let unknown = json!({"ResourceARN": "arn:aws:application-autoscaling:us-east-1:000000000000:scalable-target/0"});
    assert_eq!(app.scaling_refused("ListTagsForResource", &unknown).await.0, "ResourceNotFoundException");
}

#[tokio::test]
async fn what_is_not_there_is_refused_by_name() {
    let app = App::start().await;
    clustered(&app).await;
    group(&app, "single", &[("Engine", "redis"), ("NumCacheClusters", "2")]).await;
    let bounds = |min: i32, max: i32| on(REPLICAS, json!({"MinCapacity": min, "MaxCapacity": max}));
    let with = |name: &str, value: Value| {
        let mut input = bounds(1, 2);
        input[name] = value;
        input
    };
    let wrong = [
        ("RegisterScalableTarget", bounds(0, 2), "MinCapacity must be between 1 and 5"),
        ("RegisterScalableTarget", bounds(1, 6), "MaxCapacity must be between 1 and 5"),
        ("RegisterScalableTarget", bounds(3, 2), "MaxCapacity cannot be less than MinCapacity"),
        ("RegisterScalableTarget", on(REPLICAS, json!({"MinCapacity": 1})), "MaxCapacity has to be given"),
        ("RegisterScalableTarget", with("ServiceNamespace", json!("ecs")), "unknown variant `ecs`"),
        ("RegisterScalableTarget", with("ScalableDimension", json!("elasticache:cache-cluster:Nodes")), "Nodes"),
        ("RegisterScalableTarget", with("ResourceId", json!("service/a/b")), "names no replication group"),
        ("RegisterScalableTarget", with("ResourceId", json!("replication-group/none")), "no such replication group"),
        ("RegisterScalableTarget", with("ResourceId", json!("replication-group/single")), "cluster mode enabled"),
        ("RegisterScalableTarget", with("Other", json!(1)), "unknown field `Other`"),
        ("GetPredictiveScalingForecast", bounds(1, 2), "Predictive scaling"),
        ("DescribeScalingActivities", json!({"ServiceNamespace": "elasticache", "MaxResults": 51}), "MaxResults"),
    ];
    for (operation, input, text) in wrong {
        let (code, message) = app.scaling_refused(operation, &input).await;
        assert_eq!(code, "ValidationException", "{message}");
        assert!(message.contains(text), "{text}: {message}");
    }
    assert_eq!(app.scaling_refused("NoSuchThing", &json!({})).await.0, "UnknownOperationException");
    let token = json!({"ServiceNamespace": "elasticache", "NextToken": "x"});
    assert_eq!(app.scaling_refused("DescribeScalableTargets", &token).await.0, "InvalidNextTokenException");
    app.scaling("RegisterScalableTarget", &bounds(1, 2)).await;
    let customized = json!({"PolicyName": "p", "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 1, "CustomizedMetricSpecification": {}}});
    let step = json!({"PolicyName": "p", "PolicyType": "StepScaling"});
    let elsewhere = tracking("p", "ElastiCachePrimaryEngineCPUUtilization");
    for (policy, text) in [
        (customized, "CustomizedMetricSpecification"),
        (step, "StepScaling"),
        (elsewhere, "ElastiCachePrimaryEngineCPUUtilization cannot be tracked"),
    ] {
        let (_, message) = app.scaling_refused("PutScalingPolicy", &on(REPLICAS, policy)).await;
        assert!(message.contains(text), "{text}: {message}");
    }
}

#[tokio::test]
async fn callers_may_do_what_their_policies_allow() {
    let allow = |action: &str, resource: &str| json!({"Effect": "Allow", "Action": action, "Resource": resource});
    let any = "arn:aws:application-autoscaling:us-east-1:000000000000:scalable-target/*";
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    let policies = json!({
        "000000000000": {"Statement": [allow("*", "*")]},
        "READER": {"Statement": [allow("application-autoscaling:Describe*", "*")]},
        "WRITER": {"Statement": [allow("application-autoscaling:RegisterScalableTarget", any)]},
    });
    file.write_all(policies.to_string().as_bytes()).expect("a file that can be written");
    let app = App::with(&["--iam-policies", file.path().to_str().expect("a path in UTF-8")]).await;
    let client = app.client_of("000000000000", "us-east-1");
    let group = client.create_replication_group().replication_group_id("g").replication_group_description("d");
    let group = group.engine("redis").cache_node_type("cache.t4g.small").num_node_groups(1);
    let group = group.cache_parameter_group_name("default.redis7.cluster.on").automatic_failover_enabled(true);
    group.send().await.expect("a group");
    let all = json!({"ServiceNamespace": "elasticache"});
    let register = on(NODE_GROUPS, json!({"MinCapacity": 1, "MaxCapacity": 2}));
    assert_eq!(app.scaling_as("READER", "DescribeScalableTargets", &all).await.0, 200);
    let (status, refusal) = app.scaling_as("READER", "RegisterScalableTarget", &register).await;
    assert_eq!((status, &refusal["__type"]), (400, &json!("AccessDeniedException")));
    let message = refusal["Message"].as_str().expect("a message");
    assert!(
        message.contains(&format!("application-autoscaling:RegisterScalableTarget on resource: {any}")),
        "{message}"
    );
    assert_eq!(app.scaling_as("WRITER", "RegisterScalableTarget", &register).await.0, 200);
    assert_eq!(app.scaling_as("WRITER", "DescribeScalableTargets", &all).await.0, 400);
    assert_eq!(app.scaling_as("WRITER", "DeregisterScalableTarget", &on(NODE_GROUPS, json!({}))).await.0, 400);
}
