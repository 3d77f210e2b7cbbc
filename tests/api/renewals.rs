//! Who is told that the certificate was renewed. Nobody can wait for that, so it is this test that says so.

use std::{sync::Arc, time::Duration};

use cachette::{
    clock::Clock,
    integrations,
    model::{CacheCluster, Outlets, Scope},
    operations::{Operations, Options, Request},
    protocol::query,
    store::{StorageError, Store},
};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use crate::app::{ACCOUNT, LIMIT, REGION};

#[tokio::test]
async fn topics_of_caches_with_encryption_are_told_that_the_certificate_was_renewed() {
    let folder = tempfile::tempdir().expect("a folder");
    let outlets = Outlets { topics: true, bus: false };
    let store = Arc::new(Store::with_outlets(&folder.path().join("records"), outlets).expect("a store"));
    let (clock, scope) = (Arc::new(Clock::system()), Scope::new(ACCOUNT, REGION));
    let operations = Operations::new(Arc::clone(&store), Arc::clone(&clock), Options { strict: false });
    for (id, encrypted) in [("hidden", true), ("plain", false)] {
        let form = format!(
            "Action=CreateCacheCluster&Version=2015-02-02&CacheClusterId={id}&Engine=memcached&NumCacheNodes=1\
             &CacheNodeType=cache.t3.micro&TransitEncryptionEnabled={encrypted}\
             &NotificationTopicArn=arn:aws:sns:{REGION}:{ACCOUNT}:news"
        );
        let operation = query::decode_request(None, form.as_bytes()).expect("an operation");
        let request = Request { scope: scope.clone(), endpoint_host: "localhost".into() };
        operations.execute(&request, operation).await.expect("created");
        let (scope, now) = (scope.clone(), clock.now());
        let made = store.write(move |draft| {
            let cluster = draft.get::<CacheCluster>(&scope, id).expect("a cluster");
            draft.put(&scope, id, CacheCluster { created: Some(now), ..CacheCluster::clone(&cluster) });
            Ok::<_, StorageError>(())
        });
        made.await.expect("written");
    }

    let (renew, renewals) = watch::channel(0);
    let telling = tokio::spawn(integrations::tell_renewals(Arc::clone(&store), renewals, clock));
    renew.send_modify(|count| *count += 1);
    let waited = timeout(LIMIT, async {
        while store.tables().deliveries.iter(&scope).next().is_none() {
            sleep(Duration::from_millis(2)).await;
        }
    });
    waited.await.expect("somebody is told");
    let tables = store.tables();
    let told: Vec<_> = tables.deliveries.iter(&scope).map(|(_, delivery)| &delivery.event).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].source_identifier, "hidden");
    assert_eq!(told[0].topic_name(), Some("ElastiCache:CertificateRenewalComplete"));
    assert!(tables.events.iter(&scope).next().is_none(), "DescribeEvents has no such event");
    drop(renew);
    timeout(LIMIT, telling).await.expect("in time").expect("it ends");
}
