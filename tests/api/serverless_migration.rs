//! Migrations to serverless caches through the public API: what may be asked for when, and what is shown.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::{
    answer::Answer,
    app::{App, LIMIT},
};

const CACHE: (&str, &str) = ("ServerlessCacheName", "cache");
const SOURCE: [(&str, &str); 2] =
    [("CustomerNodeEndpointList.member.1.Address", "127.0.0.1"), ("CustomerNodeEndpointList.member.1.Port", "6379")];
const ARN: &str = "arn:aws:secretsmanager:us-east-1:000000000000:secret:source-abc123";
const SECRET: (&str, &str) = ("SourceAuthenticationConfiguration.SecretManagerConfig.SecretArn", ARN);
const MODE: (&str, &str) = ("SourceTlsConfiguration.SourceTlsMode", "verify-ca");

/// Waits until the cache has this status, and its migration that one.
async fn until(app: &App, expected: &[&str]) -> Answer {
    let waited = timeout(LIMIT, async {
        loop {
            let answer = app.done("DescribeServerlessCaches", &[CACHE]).await;
            if answer.texts("Status") == expected {
                return answer;
            }
            sleep(Duration::from_millis(2)).await;
        }
    });
    if let Ok(answer) = waited.await {
        return answer;
    }
    panic!("not {expected:?}: {}", app.done("DescribeServerlessCaches", &[CACHE]).await.body)
}

async fn with_cache() -> App {
    let app = App::start().await;
    app.done("CreateServerlessCache", &[CACHE, ("Engine", "valkey")]).await;
    until(&app, &["available"]).await;
    app
}

async fn prepared(app: &App) {
    let answer = app.done("PrepareMigration", &[&[CACHE], &SOURCE[..]].concat()).await;
    assert_eq!(answer.texts("Status"), ["modifying", "preparing"]);
    until(app, &["available", "prepared"]).await;
}

async fn in_sync(app: &App) {
    let waited = timeout(LIMIT, async {
        while app.messages("serverless-cache", "cache").await.pop().is_none_or(|told| !told.contains("has copied")) {
            sleep(Duration::from_millis(2)).await;
        }
    });
    waited.await.expect("in sync");
}

/// The code with which an operation on the cache is refused.
async fn code(app: &App, action: &str, more: &[(&str, &str)]) -> String {
    app.refused(action, &[&[CACHE], more].concat()).await.code().1.to_owned()
}

#[tokio::test]
async fn a_migration_from_its_beginning_to_its_end() {
    let app = with_cache().await;
    for action in ["StartMigration", "StopMigration", "CompleteMigration"] {
        assert_eq!(code(&app, action, &[]).await, "ServerlessCacheNotUnderMigrationFault", "{action}");
    }
    prepared(&app).await;
    let shown = app.done("DescribeServerlessCaches", &[CACHE]).await;
    assert_eq!(shown.texts("CutoverMode"), ["manual"]);
    let ports = shown.texts("Port");
    let (main, reader) = (&ports[0], &ports[1]);
    let others: Vec<_> = ports.iter().filter(|port| *port != reader).collect();
    assert!(main != reader && others == [main, main], "the endpoint and that of the migration are one: {ports:?}");
    assert_eq!(code(&app, "PrepareMigration", &SOURCE).await, "ServerlessCacheAlreadyUnderMigrationFault");
    assert_eq!(code(&app, "StopMigration", &[]).await, "InvalidServerlessCacheStateFault");
    assert_eq!(code(&app, "CompleteMigration", &[]).await, "InvalidServerlessCacheStateFault");
    assert_eq!(code(&app, "ModifyServerlessCache", &[("Description", "d")]).await, "InvalidServerlessCacheStateFault");

    let started = app.done("StartMigration", &[CACHE]).await;
    assert_eq!(started.texts("Status"), ["modifying", "syncing"]);
    in_sync(&app).await;
    assert_eq!(code(&app, "StartMigration", &[]).await, "InvalidServerlessCacheStateFault");
    let stopped = app.done("StopMigration", &[CACHE]).await;
    assert_eq!(stopped.texts("Status"), ["available", "prepared"]);
    assert_eq!(code(&app, "StartMigration", &[]).await, "InvalidParameterCombination");
    app.done("StartMigration", &[CACHE, ("ClearTargetCacheData", "true")]).await;
    in_sync(&app).await;
    let completed = app.done("CompleteMigration", &[CACHE]).await;
    assert_eq!(completed.texts("Status"), ["modifying", "cutover"]);
    until(&app, &["available", "completed"]).await;
    assert_eq!(code(&app, "CompleteMigration", &[]).await, "ServerlessCacheNotUnderMigrationFault");
    assert_eq!(
        app.messages("serverless-cache", "cache").await.pop().as_deref(),
        Some("Complete Migration successful for cache cache")
    );
    // It can be done again, and by itself.
    prepared(&app).await;
    let started = app.done("StartMigration", &[CACHE, ("AutoCutover", "true")]).await;
    assert_eq!(started.texts("CutoverMode"), ["auto"]);
    until(&app, &["available", "completed"]).await;
    app.done("ModifyServerlessCache", &[CACHE, ("Description", "d")]).await;
}

#[tokio::test]
async fn what_was_only_prepared_ends_by_force() {
    let app = with_cache().await;
    prepared(&app).await;
    app.done("CompleteMigration", &[CACHE, ("Force", "true")]).await;
    until(&app, &["available", "completed"]).await;
}

#[tokio::test]
async fn a_cache_under_migration_can_be_deleted() {
    let app = with_cache().await;
    prepared(&app).await;
    app.done("StartMigration", &[CACHE]).await;
    app.done("DeleteServerlessCache", &[CACHE]).await;
    for action in ["StopMigration", "CompleteMigration"] {
        let refusal = app.refused(action, &[CACHE]).await;
        assert!(["InvalidServerlessCacheStateFault", "ServerlessCacheNotFoundFault"].contains(&refusal.code().1));
    }
    let waited = timeout(LIMIT, async {
        while app.call("DescribeServerlessCaches", &[CACHE]).await.status == 200 {
            sleep(Duration::from_millis(2)).await;
        }
    });
    waited.await.expect("the cache goes");
}

#[tokio::test]
async fn what_makes_no_sense_leaves_nothing_behind() {
    let app = with_cache().await;
    let no_certificate = ("SourceTlsConfiguration.SourceTlsCertificate", "-----BEGIN CERTIFICATE-----");
    let no_arn = ("SourceAuthenticationConfiguration.SecretManagerConfig.SecretArn", "my-secret");
    let mode_none = ("SourceTlsConfiguration.SourceTlsMode", "none");
    let unknown_mode = ("SourceTlsConfiguration.SourceTlsMode", "verify-full");
    let two = ("CustomerNodeEndpointList.member.2.Address", "other");
    for (more, expected, words) in [
        (&[SECRET][..], "InvalidParameterValue", "AWS_ENDPOINT_URL_SECRETS_MANAGER"),
        (&[no_arn], "InvalidParameterValue", "must be the ARN of a secret"),
        (&[MODE], "InvalidParameterValue", "SourceTlsCertificate"),
        (&[MODE, no_certificate], "InvalidParameterValue", "in the format PEM"),
        (&[mode_none, no_certificate], "InvalidParameterValue", "only be specified with"),
        (&[unknown_mode], "InvalidParameterValue", "verify-full"),
        (&[two], "InvalidParameterValue", "exactly one endpoint"),
    ] {
        let refusal = app.refused("PrepareMigration", &[&[CACHE], &SOURCE[..], more].concat()).await;
        let missing = refusal.code().1 == "MissingParameter";
        assert!(refusal.code().1 == expected || missing, "{more:?}: {:?}", refusal.code());
        assert!(refusal.message.contains(words), "{more:?}: {}", refusal.message);
    }
    let other = [("ServerlessCacheName", "other")];
    for action in ["PrepareMigration", "StartMigration", "StopMigration", "CompleteMigration"] {
        let source: &[_] = if action == "PrepareMigration" { &SOURCE } else { &[] };
        let refusal = app.refused(action, &[&other, source].concat()).await;
        assert_eq!(refusal.code(), (404, "ServerlessCacheNotFoundFault"), "{action}");
    }
    assert_eq!(code(&app, "StartMigration", &SOURCE).await, "InvalidParameterCombination");
    for action in ["StartMigration", "CompleteMigration"] {
        assert_eq!(code(&app, action, &[("ReplicationGroupId", "g")]).await, "InvalidParameterCombination");
    }
    app.done("CreateServerlessCache", &[("ServerlessCacheName", "lines"), ("Engine", "memcached")]).await;
    let lines = [&[("ServerlessCacheName", "lines")], &SOURCE[..]].concat();
    let refusal = app.refused("PrepareMigration", &lines).await;
    assert!(["InvalidParameterValue", "InvalidServerlessCacheStateFault"].contains(&refusal.code().1));
    assert_eq!(until(&app, &["available"]).await.texts("Migration"), [] as [String; 0]);
}
