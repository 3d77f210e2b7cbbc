//! What callers may do by the policies of their access keys.

use std::io::Write;

use aws_sdk_elasticache::types::Tag;
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::{
    answer::Refusal,
    app::{ACCOUNT, App, REGION, refusal},
};

/// A server with policies.
async fn app(policies: &Value) -> App {
    let mut file = NamedTempFile::new().expect("a file");
    file.write_all(policies.to_string().as_bytes()).expect("a file that can be written");
    App::with(&["--iam-policies", file.path().to_str().expect("a path in UTF-8")]).await
}

fn statement(effect: &str, action: &str, resource: &str) -> Value {
    json!({"Effect": effect, "Action": action, "Resource": resource})
}

fn document(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// The resource of this type and name in the default account and region.
fn arn(resource: &str) -> String {
    format!("arn:aws:elasticache:us-east-1:000000000000:{resource}")
}

fn not_allowed(key: &str, action: &str, resource: &str) -> Refusal {
    let message = format!(
        "User: arn:aws:iam::000000000000:user/{key} is not authorized to perform: elasticache:{action} on resource: \
         {resource} because no identity-based policy allows the elasticache:{action} action"
    );
    Refusal::new(403, "AccessDenied", &message)
}

fn denied(key: &str, action: &str, resource: &str) -> Refusal {
    let message = format!(
        "User: arn:aws:iam::000000000000:user/{key} is not authorized to perform: elasticache:{action} on resource: \
         {resource} with an explicit deny in an identity-based policy"
    );
    Refusal::new(403, "AccessDenied", &message)
}

#[tokio::test]
async fn each_key_may_do_what_its_policies_allow() {
    let app = app(&json!({
        "ADMIN": document(&[statement("Allow", "*", "*")]),
        "READER": [
            document(&[statement("Allow", "elasticache:Describe*", "*")]),
            document(&[statement("Deny", "elasticache:DescribeCacheClusters", &arn("cluster:secret"))]),
        ],
    }))
    .await;
    let (admin, reader) = (app.client_of("ADMIN", REGION), app.client_of("READER", REGION));
    for id in ["open", "secret"] {
        let create =
            admin.create_cache_cluster().cache_cluster_id(id).engine("redis").cache_node_type("cache.t3.micro");
        create.send().await.expect("an administrator may create");
    }
    let all = reader.describe_cache_clusters().send().await.expect("a reader may read");
    assert_eq!(all.cache_clusters().len(), 2);
    reader.describe_cache_clusters().cache_cluster_id("open").send().await.expect("a reader may read");
    // In whatever letters.
    let secret = reader.describe_cache_clusters().cache_cluster_id("SECRET").send().await;
    assert_eq!(refusal(secret), denied("READER", "DescribeCacheClusters", &arn("cluster:secret")));

    let delete = reader.delete_cache_cluster().cache_cluster_id("open").send().await;
    assert_eq!(refusal(delete), not_allowed("READER", "DeleteCacheCluster", &arn("cluster:open")));
    let kept = admin.describe_cache_clusters().cache_cluster_id("open").send().await.expect("nothing was deleted");
    assert_ne!(kept.cache_clusters()[0].cache_cluster_status(), Some("deleting"));

    let stranger = app.client_of("STRANGER", REGION).describe_cache_clusters().send().await;
    assert_eq!(refusal(stranger), not_allowed("STRANGER", "DescribeCacheClusters", &arn("cluster:*")));
    let unsigned = app.refused("DescribeEvents", &[]).await;
    assert_eq!(unsigned, not_allowed("anonymous", "DescribeEvents", "*"));
    // What cannot be read is refused as that, before anybody is asked for permission.
    assert_eq!(app.refused("NoSuchAction", &[]).await.code().1, "InvalidAction");
}

#[tokio::test]
async fn every_resource_of_a_request_has_to_be_allowed() {
    let allowed = ["cluster:dev-*", "parametergroup:default.redis7", "subnetgroup:dev"];
    let statements = allowed.map(|resource| statement("Allow", "elasticache:CreateCacheCluster", &arn(resource)));
    let all = statement("Allow", "elasticache:CreateCacheSubnetGroup", "*");
    let app = app(&json!({"DEV": document(&statements), "*": document(&[all])})).await;
    let client = app.client_of("DEV", REGION);
    for name in ["dev", "prod"] {
        let group = client.create_cache_subnet_group().cache_subnet_group_name(name).subnet_ids("subnet-1");
        group.cache_subnet_group_description("d").send().await.expect("everybody may");
    }
    let create = |id: &str| {
        let create = client.create_cache_cluster().cache_cluster_id(id).engine("redis").engine_version("7.0");
        create.cache_node_type("cache.t3.micro")
    };
    create("dev-1").send().await.expect("the default parameter group is allowed");
    create("dev-2").cache_subnet_group_name("dev").send().await.expect("all of it is allowed");
    for (refused, resource) in [
        (create("prod-1"), "cluster:prod-1"),
        (create("dev-3").engine_version("6.2"), "parametergroup:default.redis6.x"),
        (create("dev-3").cache_subnet_group_name("Prod"), "subnetgroup:prod"),
        (create("dev-3").snapshot_name("backup"), "snapshot:backup"),
    ] {
        assert_eq!(refusal(refused.send().await), not_allowed("DEV", "CreateCacheCluster", &arn(resource)));
    }
}

#[tokio::test]
async fn conditions_look_at_parameters_tags_and_the_address() {
    let small = json!({
        "Effect": "Allow", "Action": "elasticache:Create*", "Resource": arn("cluster:*"),
        "Condition": {
            "StringEqualsIgnoreCase": {"elasticache:CacheNodeType": "cache.t3.micro"},
            "ForAllValues:StringEquals": {"aws:TagKeys": "team"},
            "IpAddress": {"aws:SourceIp": "127.0.0.0/8"},
        },
    });
    let own = json!({
        "Effect": "Allow", "Action": ["elasticache:RebootCacheCluster", "elasticache:ListTagsForResource"],
        "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "red"}},
    });
    let elsewhere = json!({
        "Effect": "Allow", "Action": "elasticache:DescribeEvents", "Resource": "*",
        "Condition": {"NotIpAddress": {"aws:SourceIp": "127.0.0.0/8"}},
    });
    let groups = statement("Allow", "elasticache:Create*", &arn("parametergroup:*"));
    let app = app(&json!({
        "RED": document(&[small, own, elsewhere, groups]),
        ACCOUNT: document(&[statement("Allow", "*", "*")]),
    }))
    .await;
    let client = app.client_of("RED", REGION);
    let create = |id: &str| client.create_cache_cluster().cache_cluster_id(id).engine("redis");
    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build();
    let made = create("red").cache_node_type("Cache.T3.Micro").tags(tag("team", "red")).send().await;
    // Permission was given, whatever the operation itself thinks of the letters.
    assert!(made.is_ok() || refusal(made).code != "AccessDenied");
    for (id, team) in [("own", "red"), ("other", "blue")] {
        create(id).cache_node_type("cache.t3.micro").tags(tag("team", team)).send().await.expect("a small one");
    }
    for refused in [
        create("large").cache_node_type("cache.m5.large"),
        create("large"),
        create("tagged").cache_node_type("cache.t3.micro").tags(tag("team", "red")).tags(tag("boss", "me")),
    ] {
        let id = refused.get_cache_cluster_id().clone().unwrap_or_default();
        let expected = not_allowed("RED", "CreateCacheCluster", &arn(&format!("cluster:{id}")));
        assert_eq!(refusal(refused.send().await), expected);
    }

    let tags = |id: &str| client.list_tags_for_resource().resource_name(arn(&format!("cluster:{id}")));
    let admin = app.client();
    for id in ["own", "other"] {
        app.available(id).await;
    }
    tags("own").send().await.expect("its tag says so");
    assert_eq!(refusal(tags("other").send().await), not_allowed("RED", "ListTagsForResource", &arn("cluster:other")));
    // A tag that is given later counts from then on.
    let given = admin.add_tags_to_resource().resource_name(arn("cluster:other")).tags(tag("Team", "red"));
    given.send().await.expect("an administrator may tag");
    tags("other").send().await.expect("its tag says so now");
    let events = client.describe_events().send().await;
    assert_eq!(refusal(events), not_allowed("RED", "DescribeEvents", "*"));
}

#[tokio::test]
async fn every_operation_is_refused_to_those_who_may_nothing() {
    let (app, model) = (app(&json!({})).await, crate::model::Model::load());
    for operation in &model.operations {
        let parameters = crate::compatibility::required(&model, &operation.input, "");
        let parameters: Vec<_> = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let refused = app.refused(&operation.name, &parameters).await;
        assert_eq!(refused.code(), (403, "AccessDenied"), "{}: {}", operation.name, refused.message);
        assert!(
            refused.message.contains(&format!("perform: elasticache:{} on", operation.name)),
            "{}",
            refused.message
        );
    }
}

#[tokio::test]
async fn a_server_does_not_start_with_policies_that_it_does_not_understand() {
    use cachette::{
        cli::{Cli, Command},
        server::Server,
    };
    use clap::Parser;
    let data = tempfile::TempDir::new().expect("a folder");
    let file = data.path().join("policies.json");
    let start = || {
        let flags = ["cachette", "serve", "--listen", "127.0.0.1:0", "--backend", "none", "--data-dir"];
        let paths = [data.path(), "--iam-policies".as_ref(), &file].map(|path| path.as_os_str().to_owned());
        let Command::Serve(options) = Cli::parse_from(flags.map(Into::into).into_iter().chain(paths)).command else {
            panic!("serve is asked")
        };
        Server::start(*options)
    };
    let error = start().await.err().expect("there is no file").to_string();
    assert!(error.contains("policies.json: the file cannot be read"), "{error}");
    let mut broken = document(&[statement("Allow", "*", "*")]);
    broken["Statement"][0]["Conditions"] = json!({});
    std::fs::write(&file, json!({"KEY": broken}).to_string()).expect("a file that can be written");
    let error = start().await.err().expect("one word is wrong").to_string();
    assert!(error.contains("unknown field `Conditions`") && error.contains("line 1 column"), "{error}");
}
