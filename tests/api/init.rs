//! What is to be there from the start, and what there is as a file that makes the same.

use std::{path::PathBuf, time::Duration};

use cachette::{
    cli::{Cli, Command},
    server::Server,
};
use clap::Parser;
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

use crate::app::{App, LIMIT};

/// A file that goes with the test.
fn file(text: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("init.yaml");
    std::fs::write(&path, text).expect("written");
    (folder, path)
}

/// A server that was told to begin with this.
async fn begun_with(text: &str) -> App {
    let (_folder, path) = file(text);
    App::with(&["--init", path.to_str().expect("UTF-8")]).await
}

/// What a server says that was told to begin with this, and does not.
async fn refused(text: &str) -> String {
    let (folder, path) = file(text);
    let data = folder.path().join("data");
    let flags = ["cachette", "serve", "--listen", "127.0.0.1:0", "--backend", "none", "--data-dir"].map(Into::into);
    let paths = [data.as_os_str(), "--init".as_ref(), path.as_os_str()].map(ToOwned::to_owned);
    let Command::Serve(options) = Cli::parse_from(flags.into_iter().chain(paths)).command else {
        panic!("serve is asked");
    };
    let error = Server::start(*options).await.err().expect("a refusal").to_string();
    error.replace(path.to_str().expect("UTF-8"), "FILE")
}

/// Waits until everything is there, and answers what was said then.
async fn ready(app: &App) -> Value {
    let waited = timeout(LIMIT, async {
        loop {
            let answer = app.get("/_cachette/health?ready=resources").await;
            let said: Value = serde_json::from_str(&answer.body).expect("JSON");
            assert_eq!(said["ready"], answer.status == 200, "{said}");
            if answer.status == 200 {
                return said;
            }
            assert_eq!(said["init"]["failed"], Value::Null, "{said}");
            sleep(Duration::from_millis(5)).await;
        }
    });
    waited.await.expect("ready in time")
}

/// What is exported. Notes are left out: whether a snapshot has been taken by itself, say, is up to the clock.
async fn exported(app: &App) -> String {
    let answer = app.get("/_cachette/export").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body.split_inclusive('\n').filter(|line| !line.starts_with('#')).collect()
}

#[tokio::test]
async fn entries_wait_for_what_they_need() {
    let app = begun_with(
        "- CreateCacheCluster: {CacheClusterId: a, Engine: redis, CacheNodeType: cache.t3.micro}
- CreateReplicationGroup: {ReplicationGroupId: g, ReplicationGroupDescription: d, PrimaryClusterId: a}
- IncreaseReplicaCount: {ReplicationGroupId: g, NewReplicaCount: 2, ApplyImmediately: true}
- AddTagsToResource:
    ResourceName: arn:aws:elasticache:us-east-1:000000000000:replicationgroup:g
    Tags: [{Key: k, Value: v}]
",
    )
    .await;
    let said = ready(&app).await;
    assert_eq!((&said["init"]["entries"], &said["init"]["done"]), (&4.into(), &4.into()));
    let groups = app.done("DescribeReplicationGroups", &[]).await;
    assert_eq!(groups.texts("CacheClusterId").iter().filter(|id| id.starts_with('g')).count(), 2, "{}", groups.body);
    let trail: Value = serde_json::from_str(&app.get("/_cachette/trail").await.body).expect("JSON");
    let calls = trail["Records"].as_array().expect("calls").iter();
    let names: Vec<_> =
        calls.filter(|call| call["userAgent"] == "cachette-init").map(|call| &call["eventName"]).collect();
    assert_eq!(names.len(), 4, "once each, however often they were tried: {names:?}");
}

#[tokio::test]
async fn a_server_does_not_start_with_what_would_be_refused() {
    let cluster = "CreateCacheCluster: {CacheClusterId: a, Engine: redis, CacheNodeType: cache.t3.micro}";
    for (text, expected) in [
        (
            "- CreateCacheCluter: {}",
            "FILE:1: CreateCacheCluter: there is no such operation; did you mean CreateCacheCluster?",
        ),
        (
            "- CreateCacheCluster:\n    CacheClusterId: a\n    Engine: redis\n    CacheNodeType: cache.huge",
            "FILE:1: CreateCacheCluster: InvalidParameterValue: ",
        ),
        (
            &format!("- {cluster}\n- {cluster}"),
            "FILE:2: CreateCacheCluster: an entry before this one creates it already: ",
        ),
        ("- DeleteCacheCluster: {CacheClusterId: a}", "FILE:1: DeleteCacheCluster: CacheClusterNotFound: "),
        (
            &format!(
                "- {}\n- CreateReplicationGroup: {{ReplicationGroupId: g, ReplicationGroupDescription: d, Engine: redis, \
                 CacheNodeType: cache.t3.micro}}",
                cluster.replace(": a", ": g-001")
            ),
            "FILE:2: CreateReplicationGroup: CacheClusterAlreadyExists: ",
        ),
    ] {
        let error = refused(text).await;
        assert!(error.starts_with(expected), "{error}");
        assert!(!error.contains('\n'), "{error}");
    }
}

#[tokio::test]
async fn an_entry_that_is_refused_later_is_told() {
    // The group is not there yet when this is rehearsed, so that it has no second shard is seen only then.
    let app = begun_with(
        "- CreateReplicationGroup: {ReplicationGroupId: g, ReplicationGroupDescription: d, Engine: redis, CacheNodeType: \
         cache.t3.micro}
- IncreaseReplicaCount: {ReplicationGroupId: g, NewReplicaCount: 9, ApplyImmediately: true}
- CreateUserGroup: {UserGroupId: u, Engine: valkey}
",
    )
    .await;
    let waited = timeout(LIMIT, async {
        loop {
            let answer = app.get("/_cachette/health?ready=resources").await;
            assert_eq!(answer.status, 503, "{}", answer.body);
            let said: Value = serde_json::from_str(&answer.body).expect("JSON");
            if said["status"] == "failed" {
                return said;
            }
            sleep(Duration::from_millis(5)).await;
        }
    });
    let said = waited.await.expect("told in time");
    let error = said["error"].as_str().expect("a line");
    assert!(
        error.starts_with("the init has failed at ") && error.contains("init.yaml:2: IncreaseReplicaCount: "),
        "{error}"
    );
    assert_eq!(app.get("/_cachette/health").await.status, 200, "the server is up all the same");
    assert_eq!(app.resources().await["user_groups"], Value::Array(Vec::new()), "nothing after it was tried");
}

/// One of every kind, with whatever can be said of it.
const EVERYTHING: &str = r#"
- CreateCacheParameterGroup:
    CacheParameterGroupName: parameters
    CacheParameterGroupFamily: redis7
    Description: "Of my own: ${x} # yes"
    Tags: [{Key: a, Value: "1"}]
- ModifyCacheParameterGroup:
    CacheParameterGroupName: parameters
    ParameterNameValues: [{ParameterName: maxmemory-policy, ParameterValue: allkeys-lru}, {ParameterName: timeout, ParameterValue: "60"}]
- CreateCacheSubnetGroup: {CacheSubnetGroupName: subnets, CacheSubnetGroupDescription: d, SubnetIds: [subnet-1a2b3c4d, subnet-1a2b3c4e]}
- CreateUser: {UserId: alice, UserName: al, Engine: redis, AccessString: on ~app:* +@read, AuthenticationMode: {Type: password, Passwords: ["${PATH_LIKE}"]}}
- CreateUser: {UserId: open, UserName: default, Engine: redis, AccessString: on ~* +@all, NoPasswordRequired: true}
- CreateUser: {UserId: signed, UserName: signed, Engine: redis, AccessString: on ~* +@all, AuthenticationMode: {Type: iam}}
- CreateUserGroup: {UserGroupId: users, Engine: redis, UserIds: [alice, open, signed], Tags: [{Key: t, Value: ""}]}
- PurchaseReservedCacheNodesOffering: {ReservedCacheNodesOfferingId: OFFERING, ReservedCacheNodeId: reserved, CacheNodeCount: 2}
- CreateCacheCluster:
    CacheClusterId: single
    Engine: redis
    EngineVersion: 7.0
    CacheNodeType: cache.t3.micro
    CacheParameterGroupName: parameters
    CacheSubnetGroupName: subnets
    Port: 7000
    SnapshotRetentionLimit: 3
    NotificationTopicArn: arn:aws:sns:us-east-1:000000000000:topic
    LogDeliveryConfigurations:
      - {LogType: slow-log, DestinationType: cloudwatch-logs, DestinationDetails: {CloudWatchLogsDetails: {LogGroup: /logs}}, LogFormat: json}
    Tags: [{Key: k, Value: v}]
- ModifyCacheCluster: {CacheClusterId: single, NotificationTopicStatus: inactive, ApplyImmediately: true}
- CreateCacheCluster: {CacheClusterId: spread, Engine: memcached, CacheNodeType: cache.t3.micro, NumCacheNodes: 3, AZMode: cross-az}
- CreateReplicationGroup:
    ReplicationGroupId: plain
    ReplicationGroupDescription: with replicas
    Engine: valkey
    CacheNodeType: cache.t3.micro
    NumCacheClusters: 3
    AutomaticFailoverEnabled: true
    MultiAZEnabled: true
- CreateReplicationGroup:
    ReplicationGroupId: shards
    ReplicationGroupDescription: in cluster mode
    Engine: redis
    CacheNodeType: cache.t3.micro
    NodeGroupConfiguration:
      - {NodeGroupId: "0007", Slots: 0-999, ReplicaCount: 2}
      - {NodeGroupId: "0003", Slots: "1000-1999,3000-16383", ReplicaCount: 1, PrimaryAvailabilityZone: us-east-1c}
      - {Slots: 2000-2999}
    TransitEncryptionEnabled: true
    AuthToken: "${PATH_LIKE}"
- CreateReplicationGroup:
    ReplicationGroupId: guarded
    ReplicationGroupDescription: with users
    Engine: redis
    CacheNodeType: cache.t3.micro
    TransitEncryptionEnabled: true
    TransitEncryptionMode: preferred
    AtRestEncryptionEnabled: true
    KmsKeyId: 11112222-3333-4444-5555-666677778888
    UserGroupIds: [users]
- CreateServerlessCache:
    ServerlessCacheName: serverless
    Engine: redis
    Description: all by itself
    CacheUsageLimits: {DataStorage: {Maximum: 10, Unit: GB}, ECPUPerSecond: {Minimum: 1000, Maximum: 5000}}
    UserGroupId: users
    SnapshotRetentionLimit: 2
    DailySnapshotTime: "03:00"
- CreateServerlessCache: {ServerlessCacheName: memory, Engine: memcached}
- CreateReplicationGroup:
    ReplicationGroupId: first
    ReplicationGroupDescription: of several regions
    Engine: redis
    CacheNodeType: cache.r6g.large
    NumCacheClusters: 2
    AutomaticFailoverEnabled: true
    CacheParameterGroupName: parameters
- CreateGlobalReplicationGroup: {GlobalReplicationGroupIdSuffix: world, GlobalReplicationGroupDescription: d, PrimaryReplicationGroupId: first}
- Region: eu-west-1
- CreateReplicationGroup: {ReplicationGroupId: second, ReplicationGroupDescription: follows, GlobalReplicationGroupId: ldgnf-world, NumCacheClusters: 1}
- Region: us-east-1
- Account: "111122223333"
- CreateCacheSecurityGroup: {CacheSecurityGroupName: old, Description: from before}
- AuthorizeCacheSecurityGroupIngress: {CacheSecurityGroupName: old, EC2SecurityGroupName: ec2, EC2SecurityGroupOwnerId: "444455556666"}
"#;

#[tokio::test]
async fn what_is_exported_makes_the_same_again() {
    let offering = {
        let app = App::start().await;
        let offerings = app.done("DescribeReservedCacheNodesOfferings", &[]).await;
        offerings.texts("ReservedCacheNodesOfferingId").remove(0)
    };
    let secret = "a-secret-of-thirty-letters-12345";
    let begin = EVERYTHING.replace("OFFERING", &offering).replace("${x}", "$${x}").replace("${PATH_LIKE}", secret);
    let first = begun_with(&begin).await;
    ready(&first).await;
    let text = exported(&first).await;
    assert!(!text.contains(secret), "{text}");
    // The variables of this process cannot be set while other tests read them.
    let with_secrets = |text: &str| {
        text.replace("${CACHETTE_PASSWORD_US_EAST_1_ALICE}", secret)
            .replace("${CACHETTE_AUTH_TOKEN_US_EAST_1_SHARDS}", secret)
    };
    assert!(!with_secrets(&text).contains("${CACHETTE"), "{text}");
    let second = begun_with(&with_secrets(&text)).await;
    ready(&second).await;
    assert_eq!(exported(&second).await, text);
    let json = first.get("/_cachette/export?format=json").await.body;
    let third = begun_with(&with_secrets(&json)).await;
    ready(&third).await;
    assert_eq!(exported(&third).await, text, "JSON says the same");
    // What clients see is the same as well, but for what tells one incarnation from another.
    for (action, element) in [
        ("DescribeCacheClusters", "CacheClusterId"),
        ("DescribeReplicationGroups", "ReplicationGroupId"),
        ("DescribeServerlessCaches", "ServerlessCacheName"),
        ("DescribeUsers", "UserId"),
        ("DescribeUserGroups", "UserGroupId"),
        ("DescribeCacheParameterGroups", "CacheParameterGroupName"),
        ("DescribeGlobalReplicationGroups", "GlobalReplicationGroupId"),
    ] {
        let (here, there) =
            (first.done(action, &[]).await.texts(element), second.done(action, &[]).await.texts(element));
        assert_eq!(here, there, "{action}");
        assert!(!here.is_empty(), "{action}");
    }
    let region = first.get("/_cachette/export?region=eu-west-1").await.body;
    assert!(region.contains("# the global datastore ldgnf-world is not in this file"), "{region}");
    assert_eq!(first.get("/_cachette/export?format=xml").await.status, 400);
}
