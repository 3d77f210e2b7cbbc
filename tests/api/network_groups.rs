//! Subnet groups, and the cache security groups of accounts without a VPC.

use crate::{
    answer::Refusal,
    app::{App, refusal},
};

async fn make(app: &App, name: &str, subnets: &[&str]) -> aws_sdk_elasticache::types::CacheSubnetGroup {
    let request =
        app.client().create_cache_subnet_group().cache_subnet_group_name(name).cache_subnet_group_description("mine");
    let request = request.set_subnet_ids(Some(subnets.iter().map(|id| (*id).to_owned()).collect()));
    request.send().await.expect("made").cache_subnet_group.expect("a group")
}

#[tokio::test]
async fn a_subnet_group_is_made_changed_and_deleted() {
    let app = App::start().await;
    let client = app.client();
    let made = make(&app, "My-Nets", &["subnet-b", "subnet-a"]).await;
    assert_eq!(made.cache_subnet_group_name(), Some("my-nets"));
    assert_eq!(made.cache_subnet_group_description(), Some("mine"));
    assert_eq!(made.arn(), Some("arn:aws:elasticache:us-east-1:000000000000:subnetgroup:my-nets"));
    assert!(made.vpc_id().is_some_and(|id| id.starts_with("vpc-")));
    let ids: Vec<_> = made.subnets().iter().filter_map(|subnet| subnet.subnet_identifier()).collect();
    assert_eq!(ids, ["subnet-b", "subnet-a"], "the caller's order");
    assert!(
        made.subnets().iter().all(|subnet| subnet.subnet_availability_zone().and_then(|zone| zone.name()).is_some())
    );
    let found = client.describe_cache_subnet_groups().cache_subnet_group_name("MY-NETS").send().await.expect("found");
    assert_eq!(found.cache_subnet_groups(), std::slice::from_ref(&made));
    let again =
        client.create_cache_subnet_group().cache_subnet_group_name("my-nets").cache_subnet_group_description("d");
    assert_eq!(
        refusal(again.subnet_ids("subnet-a").send().await),
        Refusal::new(400, "CacheSubnetGroupAlreadyExists", "Cache subnet group my-nets already exists.")
    );
    let modify = client.modify_cache_subnet_group().cache_subnet_group_name("MY-nets");
    let modified = modify.cache_subnet_group_description("other").send().await.expect("modified").cache_subnet_group;
    let modified = modified.expect("a group");
    assert_eq!(modified.cache_subnet_group_description(), Some("other"));
    assert_eq!(modified.subnets(), made.subnets(), "subnets that are not named stay");
    let modify = client
        .modify_cache_subnet_group()
        .cache_subnet_group_name("my-nets")
        .subnet_ids("subnet-a")
        .subnet_ids("subnet-c");
    let modified = modify.send().await.expect("modified").cache_subnet_group.expect("a group");
    let kept = modified.subnets().iter().find(|subnet| subnet.subnet_identifier() == Some("subnet-a"));
    assert_eq!(kept, made.subnets().get(1), "a subnet stays in its zone");
    client.delete_cache_subnet_group().cache_subnet_group_name("MY-NETS").send().await.expect("deleted");
    assert_eq!(
        refusal(client.describe_cache_subnet_groups().cache_subnet_group_name("my-nets").send().await),
        Refusal::new(400, "CacheSubnetGroupNotFoundFault", "Cache subnet group my-nets not found.")
    );
    assert_eq!(
        refusal(client.delete_cache_subnet_group().cache_subnet_group_name("my-nets").send().await),
        Refusal::new(400, "CacheSubnetGroupNotFoundFault", "Cache Subnet Group my-nets does not exist.")
    );
}

#[tokio::test]
async fn names_and_subnets_are_checked() {
    let app = App::start().await;
    let name = ("CacheSubnetGroupName", "nets");
    let description = ("CacheSubnetGroupDescription", "d");
    let subnet = ("SubnetIds.SubnetIdentifier.1", "subnet-1");
    for (parameters, text) in [
        (vec![name, description], "The parameter SubnetIds must be provided."),
        (vec![name, description, ("SubnetIds", "")], "The parameter SubnetIds must be provided."),
        (
            vec![
                name,
                description,
                ("SubnetIds.member.1", "net-1"),
                ("SubnetIds.member.2", "subnet-2"),
                ("SubnetIds.member.3", "subnet-"),
            ],
            "Some input subnets in :[net-1, subnet-] are invalid.",
        ),
        (
            vec![("CacheSubnetGroupName", "ne--ts"), description, subnet],
            "The parameter CacheSubnetGroupName is not a valid identifier. Identifiers must begin with a letter; must \
             contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive \
             hyphens.",
        ),
    ] {
        assert_eq!(app.refused("CreateCacheSubnetGroup", &parameters).await, Refusal::value(text));
    }
    let many: Vec<_> =
        (1..=21).map(|number| (format!("SubnetIds.SubnetIdentifier.{number}"), format!("subnet-{number}"))).collect();
    let many: Vec<_> = many.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let many = [&[name, description], many.as_slice()].concat();
    assert_eq!(app.refused("CreateCacheSubnetGroup", &many).await.code(), (400, "CacheSubnetQuotaExceededFault"));
    app.done("CreateCacheSubnetGroup", &many[..22]).await;
}

#[tokio::test]
async fn the_default_group_is_there_to_stay() {
    let app = App::start().await;
    let groups =
        app.client().describe_cache_subnet_groups().send().await.expect("groups").cache_subnet_groups.expect("a list");
    let [default] = groups.as_slice() else { panic!("one group") };
    assert_eq!(default.cache_subnet_group_name(), Some("default"));
    assert_eq!(default.cache_subnet_group_description(), Some("Default CacheSubnetGroup"));
    let zones: std::collections::BTreeSet<_> = default
        .subnets()
        .iter()
        .filter_map(|subnet| subnet.subnet_availability_zone().and_then(|zone| zone.name()))
        .collect();
    assert_eq!(zones.len(), default.subnets().len(), "one subnet in each zone");
    let name = ("CacheSubnetGroupName", "Default");
    assert_eq!(app.refused("DeleteCacheSubnetGroup", &[name]).await.code(), (400, "InvalidParameterValue"));
    let create = [name, ("CacheSubnetGroupDescription", "d"), ("SubnetIds.SubnetIdentifier.1", "subnet-1")];
    assert_eq!(app.refused("CreateCacheSubnetGroup", &create).await.code(), (400, "CacheSubnetGroupAlreadyExists"));
}

#[tokio::test]
async fn a_group_and_its_subnets_stay_while_nodes_are_in_them() {
    let app = App::start().await;
    make(&app, "nets", &["subnet-1"]).await;
    app.created("cache", &[("CacheNodeType", "cache.t3.micro"), ("CacheSubnetGroupName", "Nets")]).await;
    let name = ("CacheSubnetGroupName", "nets");
    let in_use = "Cache subnet group nets is currently in use by a cache cluster.";
    assert_eq!(
        app.refused("DeleteCacheSubnetGroup", &[name]).await,
        Refusal::new(400, "CacheSubnetGroupInUse", in_use)
    );
    let replace = [name, ("SubnetIds.SubnetIdentifier.1", "subnet-2")];
    assert_eq!(
        app.refused("ModifyCacheSubnetGroup", &replace).await,
        Refusal::new(400, "SubnetInUse", "The subnet ID subnet-1 is in use.")
    );
    let more = [replace.as_slice(), &[("SubnetIds.SubnetIdentifier.2", "subnet-1")]].concat();
    app.done("ModifyCacheSubnetGroup", &more).await;
    app.done("DeleteCacheCluster", &[("CacheClusterId", "cache")]).await;
    app.gone("cache").await;
    app.done("ModifyCacheSubnetGroup", &[name, ("SubnetIds.SubnetIdentifier.1", "subnet-3")]).await;
    let deleted = app.done("DeleteCacheSubnetGroup", &[name]).await;
    assert!(!deleted.body.contains("DeleteCacheSubnetGroupResult"), "it has no result: {}", deleted.body);
}

#[tokio::test]
async fn cache_security_groups_can_be_kept() {
    let app = App::start().await;
    let client = app.client();
    let create = || client.create_cache_security_group().cache_security_group_name("Old").description("mine");
    let made = create().send().await.expect("made").cache_security_group.expect("a group");
    assert_eq!((made.cache_security_group_name(), made.owner_id()), (Some("old"), Some("000000000000")));
    assert_eq!(made.arn(), Some("arn:aws:elasticache:us-east-1:000000000000:securitygroup:old"));
    assert_eq!(refusal(create().send().await).code(), (400, "CacheSecurityGroupAlreadyExists"));
    let ec2 = [
        ("CacheSecurityGroupName", "OLD"),
        ("EC2SecurityGroupName", "web"),
        ("EC2SecurityGroupOwnerId", "000000000001"),
    ];
    let authorized = app.done("AuthorizeCacheSecurityGroupIngress", &ec2).await;
    assert_eq!(authorized.text("EC2SecurityGroupOwnerId").as_deref(), Some("000000000001"));
    assert_eq!(authorized.text("Status").as_deref(), Some("authorized"));
    assert_eq!(
        app.refused("AuthorizeCacheSecurityGroupIngress", &ec2).await.code(),
        (400, "AuthorizationAlreadyExists")
    );
    let listed = client.describe_cache_security_groups().cache_security_group_name("old").send().await.expect("found");
    assert_eq!(listed.cache_security_groups()[0].ec2_security_groups().len(), 1);
    app.done("RevokeCacheSecurityGroupIngress", &ec2).await;
    assert_eq!(app.refused("RevokeCacheSecurityGroupIngress", &ec2).await.code(), (404, "AuthorizationNotFound"));
    for missing in 0..3 {
        let mut rest = ec2.to_vec();
        let (name, _) = rest.remove(missing);
        let text = format!("The parameter {name} must be provided.");
        assert_eq!(app.refused("AuthorizeCacheSecurityGroupIngress", &rest).await, Refusal::value(&text));
    }
    app.done("DeleteCacheSecurityGroup", &ec2[..1]).await;
    for action in ["DeleteCacheSecurityGroup", "DescribeCacheSecurityGroups"] {
        assert_eq!(app.refused(action, &ec2[..1]).await.code(), (404, "CacheSecurityGroupNotFound"), "{action}");
    }
    let dashed = [("CacheSecurityGroupName", "a-b"), ("Description", "d")];
    assert_eq!(app.refused("CreateCacheSecurityGroup", &dashed).await.code(), (400, "InvalidParameterValue"));
}
