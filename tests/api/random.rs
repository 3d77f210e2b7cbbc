//! Random requests: no answer is the server's fault, and a refused request leaves everything as it was.

use std::{cell::Cell, collections::BTreeMap, sync::LazyLock};

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use tokio::runtime::Runtime;

use crate::{app::App, model::Model};

static MODEL: LazyLock<Model> = LazyLock::new(Model::load);

/// The operations on clusters.
const OPERATIONS: [&str; 6] = [
    "CreateCacheCluster",
    "DeleteCacheCluster",
    "DescribeCacheClusters",
    "ListAllowedNodeTypeModifications",
    "ModifyCacheCluster",
    "RebootCacheCluster",
];

/// Values that mean something to one parameter or another.
const WORDS: [&str; 60] = [
    "cache",
    "other",
    "CACHE",
    "new-1",
    "new-2",
    "a--b",
    "-",
    "memcached",
    "redis",
    "valkey",
    "cache.t3.micro",
    "cache.r6g.large",
    "cache.r6gd.xlarge",
    "cache.t1.micro",
    "1",
    "2",
    "3",
    "4",
    "40",
    "41",
    "0",
    "-1",
    "300",
    "2147483648",
    "true",
    "false",
    "True",
    "7.1",
    "7.0",
    "6.x",
    "5.0.6",
    "3.2.10",
    "1.6.22",
    "1.6.12",
    "8.0",
    "99",
    "0001",
    "0002",
    "0003",
    "0009",
    "single-az",
    "cross-az",
    "us-east-1a",
    "us-east-1b",
    "Multiple",
    "eu-west-1a",
    "default",
    "default.redis7",
    "default.memcached1.6",
    "default.redis7.cluster.on",
    "mon:01:00-mon:03:00",
    "sun:23:30-mon:00:30",
    "01:00-02:00",
    "25:00-26:00",
    "active",
    "inactive",
    "ipv4",
    "ipv6",
    "arn:aws:sns:us-east-1:000000000000:topic",
    "a-secret-of-sixteen",
];

/// The paths of an operation's parameters, two entries of each list.
fn paths(operation: &str) -> Vec<String> {
    let input = &MODEL.operations.iter().find(|known| known.name == operation).expect("an operation").input;
    paths_of(input)
}

fn paths_of(shape: &str) -> Vec<String> {
    let Some(structure) = MODEL.structures.iter().find(|structure| structure.name == shape) else {
        return vec![String::new()];
    };
    let below = |name: &str, shape: &str| {
        paths_of(shape)
            .into_iter()
            .map(|path| if path.is_empty() { name.to_owned() } else { format!("{name}.{path}") })
            .collect::<Vec<_>>()
    };
    let members = structure.members.iter().flat_map(|member| match MODEL.list(&member.shape) {
        None => below(&member.name, &member.shape),
        Some(list) => {
            (1..=2).flat_map(|number| below(&format!("{}.{}.{number}", member.name, list.element), &list.of)).collect()
        }
    });
    members.collect()
}

/// Values that one parameter or another may well have.
fn fitting(path: &str) -> &'static [&'static str] {
    match path.split('.').next().unwrap_or(path) {
        "CacheClusterId" => &["cache", "other", "OTHER", "other", "new-1", "NEW-2"],
        "NumCacheNodes" => &["1", "1", "2", "3", "4", "5"],
        "CacheNodeIdsToRemove" | "CacheNodeIdsToReboot" => &["0001", "0002", "0003", "0004"],
        "CacheNodeType" => &["cache.t3.micro", "cache.t3.small", "cache.r6g.large"],
        "Engine" => &["redis", "memcached", "valkey"],
        "EngineVersion" => &["7.1", "7.0", "6.2", "1.6.22", "8.0"],
        "CacheParameterGroupName" => &["default.redis7", "default.memcached1.6", "default.valkey8"],
        "CacheSubnetGroupName" => &["default"],
        "SecurityGroupIds" => &["sg-1", "sg-2"],
        "PreferredAvailabilityZone" | "PreferredAvailabilityZones" | "NewAvailabilityZones" => {
            &["us-east-1a", "us-east-1b"]
        }
        "PreferredMaintenanceWindow" => &["mon:01:00-mon:03:00", "sun:23:30-mon:00:30"],
        "SnapshotWindow" => &["01:00-02:00", "05:00-06:30"],
        "SnapshotRetentionLimit" => &["0", "1", "35"],
        "Port" => &["6379", "11211", "7000"],
        "NotificationTopicStatus" => &["active", "inactive"],
        "AZMode" => &["single-az", "cross-az"],
        "MaxRecords" => &["20", "100"],
        "ApplyImmediately" | "AutoMinorVersionUpgrade" | "ShowCacheNodeInfo" => &["true", "false"],
        _ => WORDS.as_slice(),
    }
}

fn value(path: &str) -> impl Strategy<Value = String> + use<> {
    prop_oneof![
        30 => prop::sample::select(fitting(path)).prop_map(str::to_owned),
        2 => prop::sample::select(WORDS.as_slice()).prop_map(str::to_owned),
        1 => Just(String::new()),
        1 => any::<i32>().prop_map(|number| number.to_string()),
        1 => any::<String>(),
        1 => "[a-z.:-]{60,300}",
    ]
}

/// A parameter with a value: most often one of which fitting values are known.
fn parameter(operation: &str) -> impl Strategy<Value = (String, String)> + use<> {
    let all = paths(operation);
    let known: Vec<_> = all.iter().filter(|path| fitting(path) != WORDS.as_slice()).cloned().collect();
    let known = if known.is_empty() { all.clone() } else { known };
    prop_oneof![5 => prop::sample::select(known), 1 => prop::sample::select(all)]
        .prop_flat_map(|path| (Just(path.clone()), value(&path)))
}

/// A request: an operation, and some of its parameters.
fn request(
    operations: impl Strategy<Value = &'static str>,
) -> impl Strategy<Value = (&'static str, Vec<(String, String)>)> {
    operations.prop_flat_map(|operation| {
        let parameters = prop::collection::vec(parameter(operation), 0..4);
        let always = (value("CacheClusterId"), value("CacheNodeType"), value("CacheNodeIdsToReboot"));
        (Just(operation), parameters, always).prop_map(|(operation, parameters, (id, cache_node_type, node))| {
            let mut parameters: BTreeMap<_, _> = parameters.into_iter().collect();
            // So that many requests get beyond the first checks.
            parameters.entry("CacheClusterId".to_owned()).or_insert(id);
            match operation {
                "CreateCacheCluster" => parameters.entry("CacheNodeType".to_owned()).or_insert(cache_node_type),
                "RebootCacheCluster" => {
                    parameters.entry("CacheNodeIdsToReboot.CacheNodeId.1".to_owned()).or_insert(node)
                }
                _ => return (operation, parameters.into_iter().collect()),
            };
            (operation, parameters.into_iter().collect())
        })
    })
}

/// Makes the two clusters that most requests are about, when they are not there or have been deleted.
async fn have_clusters(app: &App) {
    let present = app.done("DescribeCacheClusters", &[]).await.texts("CacheClusterId");
    if !present.iter().any(|id| id == "cache") {
        app.redis("cache").await;
    }
    if !present.iter().any(|id| id == "other") {
        app.memcached("other", 3).await;
    }
}

/// What there is, once nothing moves any more.
async fn records(app: &App) -> String {
    app.at_rest().await;
    let described = app.done("DescribeCacheClusters", &[("ShowCacheNodeInfo", "true")]).await;
    let (described, _) = described.body.split_once("<ResponseMetadata>").expect("a whole answer");
    format!("{}\n{described}", app.resources().await)
}

/// Sends random requests for these operations, and tells how many were carried out.
fn send(cases: u32, operations: impl Strategy<Value = &'static str> + 'static) -> u32 {
    let runtime = Runtime::new().expect("a runtime");
    let app = runtime.block_on(App::start());
    let carried_out = Cell::new(0);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&request(operations), |(action, parameters)| {
        runtime.block_on(async {
            have_clusters(&app).await;
            let before = records(&app).await;
            let borrowed: Vec<_> = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let answer = app.call(action, &borrowed).await;
            prop_assert!(answer.status < 500, "{}", answer.body);
            prop_assert!(is_document(&answer.body), "{}", answer.body);
            if answer.status == 200 {
                carried_out.set(carried_out.get() + 1);
            } else {
                prop_assert!(answer.refusal().is_some(), "{}", answer.body);
                prop_assert_eq!(records(&app).await, before, "{}", answer.body);
            }
            Ok(())
        })
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    runtime.block_on(async move { drop(app) });
    carried_out.get()
}

/// Whether a text is a whole XML document.
fn is_document(text: &str) -> bool {
    let mut reader = quick_xml::Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

#[test]
fn refused_requests_for_clusters_change_nothing() {
    let carried_out = send(600, prop::sample::select(OPERATIONS.as_slice()));
    assert!(carried_out > 60, "only {carried_out} requests were carried out: the others say little");
}

#[test]
fn no_operation_is_at_a_loss() {
    let names: Vec<_> = MODEL.operations.iter().map(|operation| operation.name.as_str()).collect();
    send(400, prop::sample::select(names));
}
