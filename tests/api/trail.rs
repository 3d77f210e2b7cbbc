//! The records of calls, in memory and in files.

use std::{
    io::Read,
    path::{Path, PathBuf},
    time::Duration,
};

use flate2::read::GzDecoder;
use serde_json::{Value, json};

use crate::app::{ACCOUNT, App, LIMIT, REGION};

const TOKEN: &str = "a-token-that-nobody-may-see";

impl App {
    /// The newest records, the latest first.
    async fn trail(&self) -> Vec<Value> {
        let told: Value = serde_json::from_str(&self.get("/_cachette/trail").await.body).expect("JSON");
        told["Records"].as_array().expect("records").clone()
    }
}

/// The records in all files that were put away below a folder.
fn filed(folder: &Path) -> Vec<Value> {
    let mut records = Vec::new();
    let mut folders = vec![folder.join("AWSLogs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let mut text = String::new();
            let file = std::fs::File::open(&path).expect("a file");
            GzDecoder::new(file).read_to_string(&mut text).expect("gzip");
            let read: Value = serde_json::from_str(&text).expect("JSON");
            records.extend(read["Records"].as_array().expect("records").clone());
        }
    }
    records
}

/// The folder of the files of this test's account and region.
fn place(folder: &Path) -> PathBuf {
    folder.join("AWSLogs").join(ACCOUNT).join("CloudTrail").join(REGION)
}

async fn until(what: &str, condition: impl Fn() -> bool) {
    let met = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LIMIT, met).await.unwrap_or_else(|_| panic!("{what}: not within {LIMIT:?}"));
}

#[tokio::test]
async fn a_change_is_recorded_with_what_was_asked_and_answered() {
    let app = App::start().await;
    let client = app.client();
    client
        .create_cache_cluster()
        .cache_cluster_id("noted")
        .engine("memcached")
        .cache_node_type("cache.t3.micro")
        .num_cache_nodes(2)
        .az_mode("cross-az".into())
        .send()
        .await
        .expect("created");
    let record = &app.trail().await[0];
    assert_eq!(record["eventSource"], "elasticache.amazonaws.com");
    assert_eq!(record["eventName"], "CreateCacheCluster");
    assert_eq!(record["awsRegion"], REGION);
    assert_eq!(record["recipientAccountId"], ACCOUNT);
    assert_eq!(record["sourceIPAddress"], "127.0.0.1");
    assert!(record["userAgent"].as_str().expect("an agent").contains("aws-sdk-rust"), "{record}");
    assert_eq!(record["userIdentity"]["type"], "IAMUser");
    assert_eq!(record["userIdentity"]["accessKeyId"], ACCOUNT);
    assert_eq!(record["readOnly"], false);
    let asked = json!({
        "cacheClusterId": "noted", "engine": "memcached", "cacheNodeType": "cache.t3.micro", "numCacheNodes": 2,
        "aZMode": "cross-az",
    });
    assert_eq!(record["requestParameters"], asked);
    let answered = &record["responseElements"];
    assert_eq!(answered["cacheClusterStatus"], "creating", "{answered}");
    assert_eq!(answered["aRN"], format!("arn:aws:elasticache:{REGION}:{ACCOUNT}:cluster:noted"));
    assert_eq!(answered["pendingModifiedValues"], json!({}));
    assert!(record.get("errorCode").is_none());
    assert_eq!(app.trail().await[0]["eventID"], record["eventID"], "a record stays what it is");
}

#[tokio::test]
async fn what_only_tells_is_recorded_without_its_answer() {
    let app = App::start().await;
    app.client().describe_cache_clusters().max_records(20).show_cache_node_info(true).send().await.expect("described");
    let record = &app.trail().await[0];
    assert_eq!(record["eventName"], "DescribeCacheClusters");
    assert_eq!(record["requestParameters"], json!({"maxRecords": 20, "showCacheNodeInfo": true}));
    assert_eq!(record["responseElements"], Value::Null);
    assert_eq!(record["readOnly"], true);
}

#[tokio::test]
async fn a_refusal_is_recorded_with_its_reason() {
    let app = App::start().await;
    app.refused("DeleteCacheCluster", &[("CacheClusterId", "missing")]).await;
    let record = &app.trail().await[0];
    assert_eq!(record["errorCode"], "CacheClusterNotFound");
    assert!(record["errorMessage"].as_str().expect("a message").contains("missing"), "{record}");
    assert_eq!(record["requestParameters"], json!({"cacheClusterId": "missing"}));
    assert_eq!(record["responseElements"], Value::Null);
}

#[tokio::test]
async fn secrets_are_hidden() {
    let app = App::start().await;
    let group = [
        ("ReplicationGroupId", "secret"),
        ("ReplicationGroupDescription", "of a test"),
        ("CacheNodeType", "cache.t3.micro"),
        ("TransitEncryptionEnabled", "true"),
        ("AuthToken", TOKEN),
    ];
    app.done("CreateReplicationGroup", &group).await;
    let user = [
        ("UserId", "somebody"),
        ("UserName", "somebody"),
        ("Engine", "redis"),
        ("AccessString", "on ~* +@all"),
        ("Passwords.member.1", TOKEN),
    ];
    app.done("CreateUser", &user).await;
    let records = app.trail().await;
    assert_eq!(records[1]["requestParameters"]["authToken"], "HIDDEN_DUE_TO_SECURITY_REASONS");
    assert_eq!(records[0]["requestParameters"]["passwords"], json!(["HIDDEN_DUE_TO_SECURITY_REASONS"]));
    assert!(!Value::from(records).to_string().contains(TOKEN));
}

#[tokio::test]
async fn the_newest_thousand_are_kept() {
    let app = App::start().await;
    app.refused("DeleteCacheCluster", &[("CacheClusterId", "first")]).await;
    for _ in 0..1000 {
        app.done("DescribeCacheClusters", &[]).await;
    }
    let records = app.trail().await;
    assert_eq!(records.len(), 1000);
    assert!(records.iter().all(|record| record["eventName"] == "DescribeCacheClusters"));
}

#[tokio::test]
async fn files_have_the_form_and_the_place_of_cloudtrails() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = App::with(&["--trail-dir", folder.path().to_str().expect("text")]).await;
    app.done("DescribeCacheClusters", &[]).await;
    app.refused("DeleteCacheCluster", &[("CacheClusterId", "missing")]).await;
    app.advance(Duration::from_mins(6)).await;
    until("a file is put away", || !filed(folder.path()).is_empty()).await;
    let mut expected = app.trail().await;
    expected.reverse();
    assert_eq!(filed(folder.path()), expected);
    let day = std::fs::read_dir(place(folder.path())).expect("a folder").next().expect("a year").expect("an entry");
    assert_eq!(day.file_name().len(), 4, "{day:?}");
}

#[tokio::test]
async fn what_a_killed_server_left_open_is_put_away_by_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let flags = ["--trail-dir", folder.path().to_str().expect("text")];
    let open = folder.path().join(".open").join(format!("{ACCOUNT}_{REGION}"));
    let app = App::with(&flags).await;
    app.done("DescribeCacheClusters", &[]).await;
    until("the call is written", || std::fs::read(&open).is_ok_and(|line| line.ends_with(b"\n"))).await;
    drop(app);
    // What a machine without power may leave.
    std::fs::OpenOptions::new()
        .append(true)
        .open(&open)
        .and_then(|mut file| {
            use std::io::Write;
            file.write_all(b"{\"half\": ")
        })
        .expect("written");
    let _next = App::with(&flags).await;
    assert!(!open.exists(), "what comes next goes into a file of its own");
    until("the file is put away", || !filed(folder.path()).is_empty()).await;
    let records = filed(folder.path());
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["eventName"], "DescribeCacheClusters");
}

#[tokio::test]
async fn a_folder_that_is_removed_costs_what_was_in_it_and_no_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = folder.path().join(".open").join(format!("{ACCOUNT}_{REGION}"));
    let is_written = || std::fs::read(&open).is_ok_and(|line| line.ends_with(b"\n"));
    let app = App::with(&["--trail-dir", folder.path().to_str().expect("text")]).await;
    app.done("DescribeCacheClusters", &[]).await;
    until("the call is written", is_written).await;
    std::fs::remove_dir_all(folder.path().join(".open")).expect("removed");
    // The file is due, and nothing is there to be put away.
    app.advance(Duration::from_mins(6)).await;
    let again = async {
        while !is_written() {
            app.done("DescribeEvents", &[]).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LIMIT, again).await.expect("a call is written again");
    app.advance(Duration::from_mins(6)).await;
    until("a file is put away", || !filed(folder.path()).is_empty()).await;
    assert_eq!(filed(folder.path()).first().expect("a record")["eventName"], "DescribeEvents");
}
