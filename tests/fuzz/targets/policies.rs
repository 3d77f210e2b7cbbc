//! Policies of IAM: whatever they say, nothing is allowed that no statement allows, and a denial wins.

use std::sync::{Arc, LazyLock};

use cachette::{
    authorization::{Authorization, Policies, Principal},
    clock::Clock,
    model::{Scope, arn::Arn},
    protocol::{Operation, query::decode_request},
    store::Store,
};
use serde_json::{Value, json};

const KEY: &str = "AKIDEXAMPLE";

/// What is asked for.
struct World {
    store: Arc<Store>,
    clock: Arc<Clock>,
    scope: Scope,
    operations: Vec<Operation>,
    cache: Arn,
    user: Arn,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let operation = |rest: &str| {
        decode_request(None, format!("Version=2015-02-02&Action={rest}").as_bytes()).expect("an operation")
    };
    let arn = |kind: &str| format!("arn:aws:elasticache:us-east-1:000000000000:{kind}:a").parse().expect("an ARN");
    World {
        // The file goes with the folder; nothing is ever written.
        store: Arc::new(Store::open(&folder.path().join("records.redb")).expect("a store")),
        clock: Arc::new(Clock::system()),
        scope: Scope::new("000000000000", "us-east-1"),
        operations: vec![
            operation("DescribeCacheClusters"),
            operation("DeleteCacheCluster&CacheClusterId=a"),
            operation(
                "CreateReplicationGroup&ReplicationGroupId=a&ReplicationGroupDescription=b&Engine=valkey\
                 &AtRestEncryptionEnabled=true&NumNodeGroups=2&Tags.Tag.1.Key=team&Tags.Tag.1.Value=x",
            ),
        ],
        cache: arn("replicationgroup"),
        user: arn("user"),
    }
});

/// `input` is a file of policies.
pub fn check(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let Some(allowed) = allowed(text) else { return };
    // An escape could spell it too.
    if !text.contains("Allow") && !text.contains('\\') {
        assert_eq!(allowed, 0, "nothing says Allow");
    }

    let mut file: Value = serde_json::from_str(text).expect("what was understood is JSON");
    let everybody = file.as_object_mut().expect("an object").entry("*").or_insert_with(|| json!([]));
    if !everybody.is_array() {
        *everybody = json!([everybody.take()]);
    }
    let denial = json!({"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}});
    everybody.as_array_mut().expect("a list").push(denial);
    assert_eq!(self::allowed(&file.to_string()), Some(0), "a denial wins");
}

/// How much is allowed, `None` when the policies are not understood.
fn allowed(text: &str) -> Option<usize> {
    let policies: Policies = serde_json::from_str(text).ok()?;
    let World { store, clock, scope, operations, cache, user } = &*WORLD;
    let authorization = Authorization::new(policies, Arc::clone(store), Arc::clone(clock));
    let principal = Principal { access_key: Some(KEY), scope, source: Some([127, 0, 0, 1].into()) };
    let operations = operations.iter().filter(|operation| authorization.check(principal, operation).is_ok()).count();
    Some(operations + usize::from(authorization.may_connect(KEY, &scope.account, cache, user)))
}
