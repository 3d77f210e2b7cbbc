//! Policies, requests, and what IAM's rules decide about them.

use serde_json::{Value, json};

use super::{
    Authorization,
    context::{Context, Key},
    policy::{Call, Decision, Policies},
};
use crate::{
    clock::Clock,
    model::{
        Scope,
        arn::{Arn, ResourceType},
    },
    store::Store,
};

const KEY: &str = "AKIDEXAMPLE";
const CLUSTER: &str = "arn:aws:elasticache:us-east-1:000000000000:cluster:dev-1";

fn read(text: &str) -> Result<Policies, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// What statements decide about `elasticache:CreateCacheCluster` on a cluster, with these values of condition keys.
fn decision(statements: &Value, values: &[(&str, &str)]) -> Decision {
    let file = json!({KEY: {"Version": "2012-10-17", "Statement": statements}});
    let policies = read(&file.to_string()).unwrap_or_else(|error| panic!("{statements}: {error}"));
    let mut context = Context::default();
    for (key, value) in values {
        context.add(key, *value);
    }
    let call = Call { action: "elasticache:createcachecluster", resource: CLUSTER, context: &context };
    policies.decide(KEY, &call)
}

#[test]
fn statements_decide_as_in_iam() {
    use Decision::{Allowed, Denied, NotAllowed};
    let allow = |action: &str, resource: &str| json!({"Effect": "Allow", "Action": action, "Resource": resource});
    let deny = |action: &str, resource: &str| json!({"Effect": "Deny", "Action": action, "Resource": resource});
    for (statements, expected) in [
        (json!([allow("*", "*")]), Allowed),
        (allow("elasticache:createcachecluster", CLUSTER), Allowed),
        (allow("elasticache:Create*", "arn:aws:elasticache:*:*:cluster:dev-?"), Allowed),
        (allow("elasticache:Describe*", "*"), NotAllowed),
        (allow("*", "arn:aws:elasticache:*:*:cluster:prod-*"), NotAllowed),
        (allow("s3:*", "*"), NotAllowed),
        (deny("*", "*"), Denied),
        (json!([allow("*", "*"), deny("elasticache:CreateCacheCluster", "*")]), Denied),
        (json!([deny("elasticache:CreateCacheCluster", "*"), allow("*", "*")]), Denied),
        (json!([allow("*", "*"), deny("elasticache:Delete*", "*")]), Allowed),
        (json!({"Effect": "Allow", "NotAction": "elasticache:Delete*", "Resource": "*"}), Allowed),
        (json!({"Effect": "Allow", "NotAction": ["s3:*", "elasticache:Create*"], "Resource": "*"}), NotAllowed),
        (json!({"Effect": "Allow", "Action": "*", "NotResource": CLUSTER}), NotAllowed),
        (json!([allow("*", "*"), {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::x"}]), Denied),
        (json!({"Effect": "Allow", "Action": ["s3:Get*", "elasticache:*"], "Resource": [CLUSTER, "*"]}), Allowed),
    ] {
        assert_eq!(decision(&statements, &[]), expected, "{statements}");
    }
}

#[test]
fn policies_belong_to_a_key_or_to_everybody() {
    use Decision::{Allowed, Denied, NotAllowed};
    let statement = |effect: &str| json!({"Statement": {"Effect": effect, "Action": "*", "Resource": "*"}});
    let context = Context::default();
    let call = Call { action: "elasticache:describeevents", resource: "*", context: &context };
    let policies = |file: Value| read(&file.to_string()).expect("policies");
    let own = policies(json!({"a": statement("Allow"), "b": [statement("Allow"), statement("Deny")]}));
    let decisions = |policies: &Policies| ["a", "b", "c", "", "*"].map(|key| policies.decide(key, &call));
    assert_eq!(decisions(&own), [Allowed, Denied, NotAllowed, NotAllowed, NotAllowed]);
    let everybody = policies(json!({"*": statement("Allow"), "b": statement("Deny")}));
    assert_eq!(decisions(&everybody), [Allowed, Denied, Allowed, Allowed, Allowed]);
    assert_eq!(decisions(&policies(json!({}))), [NotAllowed; 5]);
}

/// Operator, key, value in the policy, values in the request, and whether the condition is met.
#[test]
fn conditions_are_met_as_in_iam() {
    const TYPE: &str = "elasticache:CacheNodeType";
    const SHARDS: &str = "elasticache:NumNodeGroups";
    const TLS: &str = "elasticache:TransitEncryptionEnabled";
    const NOW: &str = "aws:CurrentTime";
    const FROM: &str = "aws:SourceIp";
    const WHO: &str = "aws:PrincipalArn";
    const TAGS: &str = "aws:TagKeys";
    const TAG: &str = "aws:ResourceTag/Team";
    let ann = "arn:aws:iam::000000000000:user/ann";
    for (operator, key, wanted, values, expected) in [
        ("StringEquals", TYPE, json!("cache.t3.micro"), vec!["cache.t3.micro"], true),
        ("StringEquals", TYPE, json!("cache.t3.micro"), vec!["CACHE.T3.MICRO"], false),
        ("StringEquals", "ELASTICACHE:cachenodetype", json!("cache.t3.micro"), vec!["cache.t3.micro"], true),
        ("StringEquals", TYPE, json!("cache.*"), vec!["cache.t3.micro"], false),
        ("StringEquals", TYPE, json!(["a", "b"]), vec!["b"], true),
        ("StringEquals", TYPE, json!("a"), vec![], false),
        ("StringEqualsIfExists", TYPE, json!("a"), vec![], true),
        ("StringEqualsIfExists", TYPE, json!("a"), vec!["b"], false),
        ("StringNotEquals", TYPE, json!("a"), vec![], true),
        ("StringNotEquals", TYPE, json!(["a", "b"]), vec!["b"], false),
        ("StringNotEquals", TYPE, json!(["a", "b"]), vec!["c"], true),
        ("StringEqualsIgnoreCase", TYPE, json!("cache.t3.micro"), vec!["CACHE.T3.MICRO"], true),
        ("StringNotEqualsIgnoreCase", TYPE, json!("a"), vec!["A"], false),
        ("StringLike", TYPE, json!("cache.t?.*"), vec!["cache.t3.micro"], true),
        ("StringNotLike", TYPE, json!("cache.t?.*"), vec!["cache.t3.micro"], false),
        ("StringEquals", TAG, json!("red"), vec!["red"], true),
        ("StringEquals", "aws:resourcetag/TEAM", json!("red"), vec!["red"], true),
        ("NumericLessThanEquals", SHARDS, json!(2), vec!["2"], true),
        ("NumericLessThanEquals", SHARDS, json!("2"), vec!["3"], false),
        ("NumericLessThan", SHARDS, json!(10), vec!["9"], true),
        ("NumericGreaterThan", SHARDS, json!([5, 1]), vec!["2"], true),
        ("NumericGreaterThanEquals", SHARDS, json!(5), vec!["many"], false),
        ("NumericEquals", SHARDS, json!("2.0"), vec!["2"], true),
        ("NumericNotEquals", SHARDS, json!(2), vec!["2"], false),
        ("NumericLessThan", SHARDS, json!(2), vec![], false),
        ("NumericNotEquals", SHARDS, json!(2), vec![], true),
        ("Bool", TLS, json!(true), vec!["true"], true),
        ("Bool", TLS, json!("True"), vec!["true"], true),
        ("Bool", TLS, json!("true"), vec!["false"], false),
        ("Bool", TLS, json!("false"), vec![], false),
        ("BoolIfExists", TLS, json!("true"), vec![], true),
        ("Null", TLS, json!("true"), vec![], true),
        ("Null", TLS, json!(true), vec!["true"], false),
        ("Null", TLS, json!(false), vec!["true"], true),
        ("DateGreaterThan", NOW, json!("2026-01-01"), vec!["2026-01-01T00:00:01Z"], true),
        ("DateLessThan", NOW, json!("2026-01-01T00:00Z"), vec!["2026-01-01T00:00:00Z"], false),
        ("DateLessThanEquals", NOW, json!("2026-01-01T01:00:00+01:00"), vec!["2026-01-01T00:00:00Z"], true),
        ("DateGreaterThanEquals", NOW, json!(1_767_225_600), vec!["2026-01-01T00:00:00Z"], true),
        ("DateEquals", "aws:EpochTime", json!("2026-01-01"), vec!["1767225600"], true),
        ("DateNotEquals", NOW, json!("2026-01-01"), vec!["2026-01-01T00:00:00Z"], false),
        ("IpAddress", FROM, json!("10.0.0.0/8"), vec!["10.1.2.3"], true),
        ("IpAddress", FROM, json!(["10.0.0.0/8", "::1"]), vec!["::1"], true),
        ("IpAddress", FROM, json!("10.0.0.1"), vec!["10.0.0.2"], false),
        ("IpAddress", FROM, json!("10.0.0.0/8"), vec!["::ffff:10.0.0.1"], true),
        ("NotIpAddress", FROM, json!("10.0.0.0/8"), vec!["10.1.2.3"], false),
        ("NotIpAddress", FROM, json!("10.0.0.0/8"), vec!["192.168.0.1"], true),
        ("ArnEquals", WHO, json!("arn:aws:iam::*:user/a?n"), vec![ann], true),
        ("ArnLike", WHO, json!("arn:*:user/ann"), vec![ann], false),
        ("ArnNotLike", WHO, json!("arn:aws:iam::*:user/bob"), vec![ann], true),
        ("ArnNotEquals", WHO, json!(ann), vec![ann], false),
        ("ForAllValues:StringEquals", TAGS, json!(["a", "b"]), vec!["a", "b"], true),
        ("ForAllValues:StringEquals", TAGS, json!(["a", "b"]), vec!["a", "c"], false),
        ("ForAllValues:StringEquals", TAGS, json!(["a", "b"]), vec![], true),
        ("ForAnyValue:StringEquals", TAGS, json!(["a", "b"]), vec!["c", "b"], true),
        ("ForAnyValue:StringEquals", TAGS, json!(["a", "b"]), vec!["c"], false),
        ("ForAnyValue:StringEquals", TAGS, json!("a"), vec![], false),
        ("ForAnyValue:StringNotEquals", TAGS, json!("a"), vec!["a", "b"], true),
        ("ForAllValues:StringNotLike", TAGS, json!("a*"), vec!["b", "ab"], false),
        ("ForAnyValue:StringEqualsIfExists", TAGS, json!("a"), vec![], true),
        ("Null", TAGS, json!("true"), vec![], true),
    ] {
        let condition = json!({operator: {key: wanted}});
        let statement = json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition});
        let values: Vec<_> = values.into_iter().map(|value| (key, value)).collect();
        let expected = if expected { Decision::Allowed } else { Decision::NotAllowed };
        assert_eq!(decision(&statement, &values), expected, "{condition} {values:?}");
    }
}

#[test]
fn every_condition_has_to_be_met() {
    let statement = json!({
        "Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": {
            "StringEquals": {"aws:username": "ann", "aws:RequestedRegion": "us-east-1"},
            "Bool": {"elasticache:MultiAZEnabled": "true"},
        },
    });
    let all = [("aws:username", "ann"), ("aws:RequestedRegion", "us-east-1"), ("elasticache:MultiAZEnabled", "true")];
    assert_eq!(decision(&statement, &all), Decision::Allowed);
    for missing in 0..all.len() {
        let some: Vec<_> = all.iter().enumerate().filter(|(at, _)| *at != missing).map(|(_, value)| *value).collect();
        assert_eq!(decision(&statement, &some), Decision::NotAllowed, "{some:?}");
    }
}

#[test]
fn a_policy_that_is_not_understood_is_refused_with_its_place() {
    let complete = r#""Effect": "Allow", "Action": "*", "Resource": "*""#;
    for (statement, error) in [
        (r#""Effect": "Allow", "Action": "*""#.to_owned(), "a statement has either Resource or NotResource"),
        (r#""Effect": "Allow", "Resource": "*""#.to_owned(), "a statement has either Action or NotAction"),
        (format!(r#"{complete}, "NotAction": "*""#), "a statement has either Action or NotAction"),
        (r#""Action": "*", "Resource": "*""#.to_owned(), "missing field `Effect`"),
        (r#""Effect": "allow", "Action": "*", "Resource": "*""#.to_owned(), "unknown variant `allow`"),
        (format!(r#"{complete}, "Principal": "*""#), "unknown field `Principal`"),
        (format!(r#"{complete}, "Condition": null"#), "invalid type: null"),
        (format!(r#"{complete}, "Effect": "Deny""#), "duplicate field `Effect`"),
        (format!(r#"{complete}, "NotResource": []"#), "must not be empty"),
        (r#""Effect": "Allow", "Action": "elasticache:DescribeCluster", "Resource": "*""#.to_owned(), "no such action"),
        (r#""Effect": "Allow", "Action": "*", "Resource": "cluster:a""#.to_owned(), "begins with arn:"),
        (
            r#""Effect": "Allow", "Action": "*", "Resource": "arn:aws:elasticache:*:*:cluster:${aws:username}""#
                .to_owned(),
            "policy variables are not supported",
        ),
        (condition(r#""StringIs": {"aws:username": "a"}"#), "StringIs: this operator is not supported"),
        (condition(r#""BinaryEquals": {"aws:username": "a"}"#), "this operator is not supported"),
        (condition(r#""NullIfExists": {"aws:username": "true"}"#), "this operator is not supported"),
        (condition(r#""StringEquals": {}"#), "there is no condition key"),
        (condition(r#""StringEquals": {"aws:username": []}"#), "must not be empty"),
        (
            condition(r#""StringEquals": {"aws:username": "a"}, "StringEquals": {"aws:username": "b"}"#),
            "stands here twice",
        ),
        (condition(r#""StringEquals": {"aws:username": "a", "aws:username": "b"}"#), "stands here twice"),
        (condition(r#""StringEquals": {"aws:MultiFactorAuthAge": "1"}"#), "this condition key is not supported"),
        (condition(r#""StringEquals": {"aws:ResourceTag/": "1"}"#), "this condition key is not supported"),
        (condition(r#""StringEquals": {"aws:username": "${aws:userid}"}"#), "policy variables are not supported"),
        (condition(r#""StringEquals": {"aws:TagKeys": "a"}"#), "needs ForAllValues or ForAnyValue"),
        (condition(r#""NumericEquals": {"elasticache:NumNodeGroups": "two"}"#), "two is no number"),
        (condition(r#""NumericEquals": {"elasticache:NumNodeGroups": "NaN"}"#), "NaN is no number"),
        (condition(r#""Bool": {"aws:SecureTransport": "yes"}"#), "yes is neither true nor false"),
        (condition(r#""DateLessThan": {"aws:CurrentTime": "soon"}"#), "soon is no date"),
        (condition(r#""IpAddress": {"aws:SourceIp": "10.0.0"}"#), "10.0.0 is no range of addresses"),
        (condition(r#""ArnLike": {"aws:PrincipalArn": "ann"}"#), "begins with arn:"),
    ] {
        let text = format!("{{\n\"a\": {{\n\"Statement\": [\n{{{statement}}}]}}}}");
        let refused = read(&text).expect_err(&text);
        assert!(refused.contains(error), "{text}\n{refused}");
        assert!(refused.contains("at line 4 column "), "{refused}");
    }
    for text in [
        r"[]",
        r#"{"a": []}"#,
        r#"{"a": {}}"#,
        r#"{"a": {"Statement": []}}"#,
        r#"{"a": {"Version": "2026-01-01", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}}"#,
        r#"{"a": {"Rules": 1, "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}}"#,
    ] {
        read(text).expect_err(text);
    }
}

/// The rest of a statement with this condition.
fn condition(condition: &str) -> String {
    format!(r#""Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {{{condition}}}"#)
}

#[test]
fn every_key_that_requests_have_is_one_that_policies_may_name() {
    for name in ["aws:TagKeys", "aws:RequestTag/x", "aws:ResourceTag/x", "aws:CurrentTime", "aws:username"] {
        Key::known(name).unwrap_or_else(|error| panic!("{error}"));
    }
    // Every name in the file that fills them in.
    let source = include_str!("attributes.rs");
    let named: Vec<_> = source.split('"').filter(|text| text.starts_with("elasticache:")).collect();
    assert!(named.len() > 20, "{named:?}");
    for name in named {
        Key::known(name).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn the_example_is_understood() {
    read(include_str!("../../examples/iam-policies.json")).expect("policies");
}

#[tokio::test]
async fn who_connects_needs_the_cache_and_the_user() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let store = Store::open(&folder.path().join("records.redb")).expect("a store");
    let statement = json!({
        "Effect": "Allow",
        "Action": "elasticache:Connect",
        "Resource": [
            "arn:aws:elasticache:us-east-1:000000000000:replicationgroup:dev-*",
            "arn:aws:elasticache:us-east-1:000000000000:user:ann",
        ],
        "Condition": {"StringEquals": {"aws:username": KEY, "aws:PrincipalAccount": "000000000000"}},
    });
    let policies = read(&json!({"*": {"Statement": statement}}).to_string()).expect("policies");
    let authorization = Authorization::new(policies, store.into(), Clock::system().into());
    let scope = Scope::new("000000000000", "us-east-1");
    for (key, cache, user, expected) in [
        (KEY, "dev-1", "ann", true),
        (KEY, "DEV-1", "Ann", true),
        (KEY, "prod-1", "ann", false),
        (KEY, "dev-1", "bob", false),
        ("AKIDOTHER", "dev-1", "ann", false),
    ] {
        let cache = Arn::new(&scope, ResourceType::ReplicationGroup, cache);
        let user = Arn::new(&scope, ResourceType::User, user);
        assert_eq!(authorization.may_connect(key, "000000000000", &cache, &user), expected, "{key} {cache} {user}");
    }
    let cache = Arn::new(&scope, ResourceType::ReplicationGroup, "dev-1");
    let user = Arn::new(&scope, ResourceType::User, "ann");
    assert!(!authorization.may_connect(KEY, "111111111111", &cache, &user), "the caller is of another account");
}
