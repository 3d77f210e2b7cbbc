//! Who may talk to a cluster outside of a replication group, and how: encryption in transit and AUTH tokens.

use std::sync::Arc;

use cachette::model::{Access, CacheCluster, PasswordHash, TransitEncryption};

use crate::{answer::Refusal, records::Records};

const MEMCACHED: &str = "CreateCacheCluster&CacheClusterId=cache&CacheNodeType=cache.t3.micro&NumCacheNodes=2";
const REDIS: &str = "CreateCacheCluster&CacheClusterId=cache&CacheNodeType=cache.t3.micro&Engine=redis";
const MODIFY: &str = "ModifyCacheCluster&CacheClusterId=cache";
const TLS: &str = "TransitEncryptionEnabled=true";
const FIRST: &str = "the-first-secret-token";
const SECOND: &str = "the-second-secret-token";

fn cluster(records: &Records) -> Arc<CacheCluster> {
    records.get("cache").expect("a cluster")
}

fn tokens(tokens: &[&str]) -> Access {
    Access::Tokens { tokens: tokens.iter().copied().map(PasswordHash::of).collect(), optional: false }
}

#[tokio::test]
async fn memcached_speaks_tls_when_asked_to() {
    for records in [Records::new(), Records::strict()] {
        records.done(&format!("{MEMCACHED}&EngineVersion=1.6.12&{TLS}")).await;
        records.bring_up("cache").await;
        assert_eq!(cluster(&records).transit_encryption, TransitEncryption::Required);
        let described = records.described("cache").await;
        assert!(described.contains("<TransitEncryptionEnabled>true<"), "{described}");
        assert!(described.contains("<TransitEncryptionMode>required<"), "{described}");
        assert!(described.contains("<AuthTokenEnabled>false<"), "{described}");
    }
}

#[tokio::test]
async fn what_memcached_cannot_have() {
    let records = Records::new();
    let old = "Encryption features are not supported for engine version 1.6.6. Please use engine version 1.6.12";
    let plain = "The AUTH token is only supported when encryption-in-transit is enabled";
    let token = "AuthToken is not supported for engine memcached.";
    for (asked, refusal) in [
        (format!("EngineVersion=1.6.6&{TLS}"), Refusal::combination(old)),
        (format!("AuthToken={FIRST}"), Refusal::value(plain)),
        (format!("{TLS}&AuthToken={FIRST}"), Refusal::combination(token)),
    ] {
        assert_eq!(records.refused(&format!("{MEMCACHED}&{asked}")).await, refusal, "{asked}");
    }
    records.done(&format!("{MEMCACHED}&{TLS}")).await;
    records.bring_up("cache").await;
    assert_eq!(records.refused(&format!("{MODIFY}&AuthToken={FIRST}")).await, Refusal::combination(token));
}

#[tokio::test]
async fn a_redis_cluster_has_tls_and_a_token_unless_all_is_as_strict_as_elasticache() {
    let records = Records::new();
    records.done(&format!("{REDIS}&{TLS}&AuthToken={FIRST}")).await;
    let cluster = cluster(&records);
    assert_eq!((cluster.transit_encryption, &cluster.access), (TransitEncryption::Required, &tokens(&[FIRST])));
    assert_eq!(
        Records::strict().refused(&format!("{REDIS}&{TLS}")).await,
        Refusal::combination("Encryption feature is not supported for engine REDIS.")
    );
}

#[tokio::test]
async fn a_token_needs_an_engine_that_checks_hashes() {
    let text = "AuthToken is not supported for redis 5.0.6 here: tokens are kept as hashes only, which engines before \
                6.0 cannot check.";
    let records = Records::new();
    let form = format!("{REDIS}&EngineVersion=5.0.6");
    assert_eq!(records.refused(&format!("{form}&AuthToken={FIRST}")).await, Refusal::combination(text));
    records.done(&form).await;
    records.bring_up("cache").await;
    assert_eq!(records.refused(&format!("{MODIFY}&AuthToken={FIRST}")).await, Refusal::combination(text));
}

#[tokio::test]
async fn a_token_is_rotated_and_then_set() {
    let records = Records::new();
    records.done(&format!("{REDIS}&AuthToken={FIRST}")).await;
    records.bring_up("cache").await;
    // Who is let in is no matter of maintenance.
    let answer = records.done(&format!("{MODIFY}&AuthToken={SECOND}&ApplyImmediately=false")).await;
    for element in ["<CacheClusterStatus>modifying<", "<AuthTokenStatus>ROTATING<", "<AuthTokenLastModifiedDate>"] {
        assert!(answer.contains(element), "{element}: {answer}");
    }
    assert!(!answer.contains(SECOND));
    records.bring_up("cache").await;
    assert_eq!(cluster(&records).access, tokens(&[FIRST, SECOND]));
    let set = format!("{MODIFY}&AuthToken={SECOND}&AuthTokenUpdateStrategy=SET");
    assert!(records.done(&set).await.contains("<AuthTokenStatus>SETTING<"));
    records.bring_up("cache").await;
    assert_eq!(cluster(&records).access, tokens(&[SECOND]));
    assert!(!records.described("cache").await.contains("AuthTokenStatus"));
}

#[tokio::test]
async fn changes_of_tokens_that_are_refused() {
    let records = Records::new();
    records.done(REDIS).await;
    records.bring_up("cache").await;
    for (asked, refusal) in [
        (
            "AuthToken=short".to_owned(),
            Refusal::value("Invalid AUTH token provided. Please check valid AUTH token format."),
        ),
        (
            "AuthTokenUpdateStrategy=ROTATE".into(),
            Refusal::combination("AuthTokenUpdateStrategy can only be specified with AuthToken."),
        ),
        (
            "AuthTokenUpdateStrategy=DELETE".into(),
            Refusal::combination("The strategy DELETE can only be used along with UserGroupIdsToAdd."),
        ),
    ] {
        assert_eq!(records.refused(&format!("{MODIFY}&{asked}")).await, refusal, "{asked}");
    }
    let strict = Records::strict();
    strict.done(REDIS).await;
    strict.bring_up("cache").await;
    assert_eq!(
        strict.refused(&format!("{MODIFY}&AuthToken={FIRST}")).await,
        Refusal::value("The AUTH token is only supported when encryption-in-transit is enabled")
    );
}
