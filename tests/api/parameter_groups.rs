//! Parameter groups, their values, and what engines have by default.

use std::collections::BTreeMap;

use crate::{
    answer::Refusal,
    app::{App, refusal},
};

async fn make(app: &App, name: &str, family: &str) {
    let parameters =
        [("CacheParameterGroupName", name), ("CacheParameterGroupFamily", family), ("Description", "mine")];
    app.done("CreateCacheParameterGroup", &parameters).await;
}

fn values(name: &str, pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut parameters = vec![("CacheParameterGroupName".to_owned(), name.to_owned())];
    for (number, (name, value)) in (1..).zip(pairs) {
        let path = format!("ParameterNameValues.ParameterNameValue.{number}");
        parameters.push((format!("{path}.ParameterName"), (*name).to_owned()));
        parameters.push((format!("{path}.ParameterValue"), (*value).to_owned()));
    }
    parameters
}

fn borrowed(parameters: &[(String, String)]) -> Vec<(&str, &str)> {
    parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

async fn set(app: &App, name: &str, pairs: &[(&str, &str)]) {
    app.done("ModifyCacheParameterGroup", &borrowed(&values(name, pairs))).await;
}

async fn set_refused(app: &App, name: &str, pairs: &[(&str, &str)]) -> Refusal {
    app.refused("ModifyCacheParameterGroup", &borrowed(&values(name, pairs))).await
}

/// The parameters of a group that a user set, as Terraform asks for them.
async fn custom(app: &App, name: &str) -> BTreeMap<String, String> {
    let request = app.client().describe_cache_parameters().cache_parameter_group_name(name).source("user");
    let parameters = request.send().await.expect("parameters").parameters.unwrap_or_default();
    let pair = |parameter: aws_sdk_elasticache::types::Parameter| {
        Some((parameter.parameter_name?, parameter.parameter_value?))
    };
    parameters.into_iter().filter_map(pair).collect()
}

#[tokio::test]
async fn a_group_is_made_found_and_deleted() {
    let app = App::start().await;
    let client = app.client();
    let create = || {
        client
            .create_cache_parameter_group()
            .cache_parameter_group_name("My-Group")
            .cache_parameter_group_family("redis7")
            .description("Managed by Terraform")
    };
    let made = create().send().await.expect("made").cache_parameter_group.expect("a group");
    assert_eq!(made.cache_parameter_group_name(), Some("my-group"));
    assert_eq!(made.cache_parameter_group_family(), Some("redis7"));
    assert_eq!(made.description(), Some("Managed by Terraform"));
    assert_eq!(made.is_global(), Some(false));
    assert_eq!(made.arn(), Some("arn:aws:elasticache:us-east-1:000000000000:parametergroup:my-group"));
    assert_eq!(
        refusal(create().send().await),
        Refusal::new(400, "CacheParameterGroupAlreadyExists", "Parameter group my-group already exists")
    );
    let found = client.describe_cache_parameter_groups().cache_parameter_group_name("MY-GROUP").send().await;
    assert_eq!(found.expect("found").cache_parameter_groups(), [made]);
    client.delete_cache_parameter_group().cache_parameter_group_name("MY-group").send().await.expect("deleted");
    for (action, text) in [
        ("DescribeCacheParameterGroups", "CacheParameterGroup my-group not found."),
        ("DescribeCacheParameters", "CacheParameterGroup my-group not found."),
        ("DeleteCacheParameterGroup", "CacheParameterGroupnot found: my-group"),
    ] {
        let refused = app.refused(action, &[("CacheParameterGroupName", "my-group")]).await;
        assert_eq!(refused, Refusal::new(404, "CacheParameterGroupNotFound", text), "{action}");
    }
    let not_found = Refusal::new(404, "CacheParameterGroupNotFound", "CacheParameterGroup not found: my-group");
    assert_eq!(set_refused(&app, "my-group", &[("timeout", "1")]).await, not_found);
    let reset = [("CacheParameterGroupName", "my-group"), ("ResetAllParameters", "true")];
    assert_eq!(app.refused("ResetCacheParameterGroup", &reset).await, not_found);
}

#[tokio::test]
async fn names_and_families_are_checked() {
    let app = App::start().await;
    let rule = "The parameter CacheParameterGroupName is not a valid identifier. Identifiers must begin with a letter; \
                must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two \
                consecutive hyphens.";
    for name in ["default.redis7", "1st", "a--b", "a-"] {
        let parameters =
            [("CacheParameterGroupName", name), ("CacheParameterGroupFamily", "redis7"), ("Description", "d")];
        assert_eq!(app.refused("CreateCacheParameterGroup", &parameters).await, Refusal::value(rule), "{name}");
        assert_eq!(app.refused("DeleteCacheParameterGroup", &parameters[..1]).await, Refusal::value(rule), "{name}");
    }
    let parameters = [("CacheParameterGroupName", "a"), ("CacheParameterGroupFamily", "redis8"), ("Description", "d")];
    assert_eq!(
        app.refused("CreateCacheParameterGroup", &parameters).await,
        Refusal::value("CacheParameterGroupFamily redis8 is not a valid parameter group family.")
    );
    for missing in 0..3 {
        let mut rest = parameters.to_vec();
        let (name, _) = rest.remove(missing);
        let text = format!("The parameter {name} must be provided.");
        assert_eq!(app.refused("CreateCacheParameterGroup", &rest).await, Refusal::value(&text));
    }
}

#[tokio::test]
async fn default_groups_are_there_and_cannot_be_changed() {
    let app = App::start().await;
    let listed = app.client().describe_cache_parameter_groups().send().await.expect("groups");
    let names: Vec<_> =
        listed.cache_parameter_groups().iter().filter_map(|group| group.cache_parameter_group_name()).collect();
    assert!(names.is_sorted() && names.contains(&"default.redis7") && names.contains(&"default.valkey8.cluster.on"));
    assert!(listed.cache_parameter_groups().iter().all(|group| group.arn().is_some()));
    let text = "The parameter group default.redis7 is a default group and cannot be modified.";
    assert_eq!(set_refused(&app, "Default.redis7", &[("timeout", "1")]).await, Refusal::value(text));
    let reset = [("CacheParameterGroupName", "default.redis7"), ("ResetAllParameters", "true")];
    assert_eq!(app.refused("ResetCacheParameterGroup", &reset).await, Refusal::value(text));
    assert!(custom(&app, "default.redis7.cluster.on").await.is_empty(), "nobody set anything");
}

#[tokio::test]
async fn values_that_are_set_are_the_users_until_they_are_reset() {
    let app = App::start().await;
    make(&app, "group", "redis7").await;
    assert!(custom(&app, "group").await.is_empty());
    set(&app, "GROUP", &[("maxmemory-policy", "allkeys-lru"), ("timeout", "0"), ("notify-keyspace-events", "KEA")])
        .await;
    let expected = [("maxmemory-policy", "allkeys-lru"), ("notify-keyspace-events", "KEA"), ("timeout", "0")];
    let expected: BTreeMap<_, _> = expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    assert_eq!(custom(&app, "group").await, expected, "a value equal to the default counts too");
    app.done(
        "ResetCacheParameterGroup",
        &borrowed(&values("group", &[("timeout", "0"), ("notify-keyspace-events", "x")])),
    )
    .await;
    assert_eq!(custom(&app, "group").await.into_keys().collect::<Vec<_>>(), ["maxmemory-policy"]);
    app.done("ResetCacheParameterGroup", &[("CacheParameterGroupName", "group"), ("ResetAllParameters", "true")]).await;
    assert!(custom(&app, "group").await.is_empty());
    assert_eq!(
        app.messages("cache-parameter-group", "group").await[0],
        "Updated parameter maxmemory-policy to allkeys-lru"
    );
}

#[tokio::test]
async fn a_modification_is_made_as_a_whole_or_not_at_all() {
    let app = App::start().await;
    make(&app, "group", "redis7").await;
    for (pairs, text) in [
        (&[("timeout", "60"), ("nonsense", "1")][..], Some("Parameter nonsense doesn't exist")),
        (&[("timeout", "60"), ("maxmemory-policy", "random")], None),
        (&[("timeout", "60"), ("timeout", "-1")], None),
        (&[("timeout", "60"), ("maxmemory", "1")], Some("The parameter maxmemory cannot be modified.")),
    ] {
        let refused = set_refused(&app, "group", pairs).await;
        assert_eq!(refused.code(), (400, "InvalidParameterValue"), "{pairs:?}");
        assert!(text.is_none_or(|text| refused.message == text), "{refused:?}");
        assert!(custom(&app, "group").await.is_empty());
    }
    let many: Vec<_> = (0..21).map(|number| (format!("parameter-{number}"), "1")).collect();
    let many: Vec<_> = many.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    assert_eq!(
        set_refused(&app, "group", &many).await,
        Refusal::combination("Cannot modify more than 20 parameters in a single request")
    );
    assert_eq!(
        set_refused(&app, "group", &[]).await,
        Refusal::value("The parameter ParameterNameValues must be provided.")
    );
    let group = ("CacheParameterGroupName", "group");
    for parameters in [
        vec![group],
        vec![group, ("ResetAllParameters", "false")],
        vec![
            group,
            ("ResetAllParameters", "true"),
            ("ParameterNameValues.ParameterNameValue.1.ParameterName", "timeout"),
        ],
    ] {
        let refused = app.refused("ResetCacheParameterGroup", &parameters).await;
        assert_eq!(refused.code(), (400, "InvalidParameterCombination"), "{parameters:?}");
    }
}

#[tokio::test]
async fn parameters_have_to_go_together() {
    let app = App::start().await;
    make(&app, "items", "memcached1.6").await;
    let refused = set_refused(&app, "items", &[("max_item_size", "1048577")]).await;
    assert_eq!(refused.code(), (400, "InvalidParameterCombination"));
    set(&app, "items", &[("max_item_size", "2097152"), ("slab_chunk_max", "2097152")]).await;
    let refused = app.refused("ResetCacheParameterGroup", &borrowed(&values("items", &[("max_item_size", "")]))).await;
    assert_eq!(
        refused.code(),
        (400, "InvalidParameterCombination"),
        "the default size has no room for such a chunk: {refused:?}"
    );
    app.done("ResetCacheParameterGroup", &[("CacheParameterGroupName", "items"), ("ResetAllParameters", "true")]).await;
    let mem = [("CacheNodeType", "cache.t3.micro"), ("CacheParameterGroupName", "items")];
    app.created("mem", &mem).await;
    let refused = set_refused(&app, "items", &[("max_item_size", "134217728")]).await;
    assert_eq!(refused.code(), (400, "InvalidParameterCombination"), "no room on the nodes that use the group");
    make(&app, "next", "memcached1.6").await;
    app.done("ModifyCacheCluster", &[("CacheClusterId", "mem"), ("CacheParameterGroupName", "next")]).await;
    let refused = set_refused(&app, "next", &[("max_item_size", "134217728")]).await;
    assert_eq!(refused.code(), (400, "InvalidParameterCombination"), "nor on those that are going to");
    make(&app, "tiered", "redis7").await;
    set(&app, "tiered", &[("maxmemory-policy", "volatile-ttl")]).await;
    let tiered = [
        ("CacheClusterId", "tiered"),
        ("Engine", "redis"),
        ("CacheNodeType", "cache.r6gd.xlarge"),
        ("CacheParameterGroupName", "tiered"),
    ];
    let refused = app.refused("CreateCacheCluster", &tiered).await;
    assert_eq!(refused.code(), (400, "InvalidParameterCombination"));
}

#[tokio::test]
async fn a_group_in_use_is_kept() {
    let app = App::start().await;
    make(&app, "group", "redis7").await;
    make(&app, "next", "redis7").await;
    app.created(
        "cache",
        &[("Engine", "redis"), ("CacheNodeType", "cache.t3.micro"), ("CacheParameterGroupName", "GROUP")],
    )
    .await;
    let in_use = |name: &str| {
        let text = format!(
            "One or more cache clusters are still members of this parameter group {name}, so the group cannot be deleted."
        );
        Refusal::new(400, "InvalidCacheParameterGroupState", &text)
    };
    assert_eq!(
        app.refused("DeleteCacheParameterGroup", &[("CacheParameterGroupName", "group")]).await,
        in_use("group")
    );
    // What an engine takes up only when it is made cannot be changed any more.
    assert_eq!(
        set_refused(&app, "group", &[("databases", "4")]).await,
        Refusal::value("The parameter databases cannot be modified.")
    );
    app.done("ModifyCacheCluster", &[("CacheClusterId", "cache"), ("CacheParameterGroupName", "next")]).await;
    let cluster_mode = set_refused(&app, "next", &[("cluster-enabled", "yes")]).await;
    assert_eq!(
        cluster_mode,
        Refusal::value("The parameter cluster-enabled cannot be modified."),
        "it waits to be used"
    );
    for name in ["group", "next"] {
        assert_eq!(app.refused("DeleteCacheParameterGroup", &[("CacheParameterGroupName", name)]).await, in_use(name));
    }
    app.done("DeleteCacheCluster", &[("CacheClusterId", "cache")]).await;
    app.gone("cache").await;
    for name in ["group", "next"] {
        let deleted = app.done("DeleteCacheParameterGroup", &[("CacheParameterGroupName", name)]).await;
        assert!(!deleted.body.contains("DeleteCacheParameterGroupResult"), "it has no result: {}", deleted.body);
    }
}

#[tokio::test]
async fn a_changed_value_reaches_the_nodes() {
    let app = App::start().await;
    make(&app, "group", "redis7").await;
    app.created(
        "cache",
        &[("Engine", "redis"), ("CacheNodeType", "cache.t3.micro"), ("CacheParameterGroupName", "group")],
    )
    .await;
    set(&app, "group", &[("timeout", "77")]).await;
    app.until("cache", |cluster| {
        let group = cluster.cache_parameter_group().expect("a group");
        group.parameter_apply_status() == Some("in-sync") && group.cache_node_ids_to_reboot().is_empty()
    })
    .await;
}

#[tokio::test]
async fn parameters_are_described_in_full() {
    let app = App::start().await;
    let client = app.client();
    let described = client.describe_cache_parameters().cache_parameter_group_name("default.redis7").send().await;
    let described = described.expect("parameters");
    let parameter =
        described.parameters().iter().find(|parameter| parameter.parameter_name() == Some("maxmemory-policy"));
    let parameter = parameter.expect("a parameter that every group has");
    assert_eq!(parameter.parameter_value(), Some("volatile-lru"));
    assert_eq!((parameter.source(), parameter.data_type()), (Some("system"), Some("string")));
    assert_eq!(parameter.is_modifiable(), Some(true));
    assert!(parameter.allowed_values().is_some_and(|allowed| allowed.contains("allkeys-lru")));
    let by_type = described.cache_node_type_specific_parameters();
    assert!(by_type.iter().any(|parameter| parameter.parameter_name() == Some("maxmemory")));
    let defaults = client.describe_engine_default_parameters().cache_parameter_group_family("redis7").send().await;
    let defaults = defaults.expect("defaults").engine_defaults.expect("defaults");
    assert_eq!(defaults.cache_parameter_group_family(), Some("redis7"));
    assert_eq!(defaults.parameters(), described.parameters());
    assert_eq!(
        refusal(client.describe_engine_default_parameters().cache_parameter_group_family("redis1").send().await),
        Refusal::value("CacheParameterGroupFamily redis1 is not a valid parameter group family.")
    );
    let source = [("CacheParameterGroupName", "default.redis7"), ("Source", "nobody")];
    assert_eq!(app.refused("DescribeCacheParameters", &source).await.code(), (400, "InvalidParameterValue"));
    assert_eq!(
        app.done("DescribeCacheParameters", &[source[0], ("Source", "user")]).await.texts("ParameterName").len(),
        0
    );
}
