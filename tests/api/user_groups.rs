//! User groups: who can be in one, what they mean for caches, and where they stand while engines catch up.

use cachette::model::{Access, CacheCluster};

use crate::{answer::Refusal, records::Records};

const ALL: &str = "AccessString=on%20~*%20%2B@all&Passwords.member.1=a-long-password-1";
const TLS: &str = "TransitEncryptionEnabled=true";

async fn user(records: &Records, id: &str, name: &str, engine: &str) {
    records.done(&format!("CreateUser&UserId={id}&UserName={name}&Engine={engine}&{ALL}")).await;
}

fn create(id: &str, engine: &str, users: &[&str]) -> String {
    let users = users.iter().enumerate().map(|(at, id)| format!("&UserIds.member.{}={id}", at + 1));
    format!("CreateUserGroup&UserGroupId={id}&Engine={engine}{}", users.collect::<String>())
}

async fn described(records: &Records, id: &str) -> String {
    records.done(&format!("DescribeUserGroups&UserGroupId={id}")).await
}

fn members(answer: &str, list: &str) -> Vec<String> {
    let Some((_, rest)) = answer.split_once(&format!("<{list}>")) else { return Vec::new() };
    let (list, _) = rest.split_once(&format!("</{list}>")).expect("an end");
    list.split("<member>").skip(1).map(|member| member.split('<').next().unwrap_or_default().to_owned()).collect()
}

/// A replication group with the user group `people`: `default`, `alice` and `bob`, the last of which is in no group.
async fn cache_of_people() -> Records {
    let records = Records::new();
    user(&records, "alice", "alice", "redis").await;
    user(&records, "bob", "bob", "redis").await;
    records.done(&create("people", "redis", &["default", "alice"])).await;
    records
        .done(&format!(
            "CreateReplicationGroup&ReplicationGroupId=cache&ReplicationGroupDescription=d&CacheNodeType=cache.t3.micro\
             &EngineVersion=7.0&{TLS}&UserGroupIds.member.1=people"
        ))
        .await;
    records.bring_up_group("cache").await;
    records
}

fn users_of(records: &Records) -> Vec<String> {
    match &records.get::<CacheCluster>("cache-001").expect("a member").access {
        Access::Users(users) => users.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn a_group_comes_back_as_it_was_asked_for() {
    let records = Records::new();
    user(&records, "alice", "alice", "redis").await;
    let created = records.done(&create("People", "Redis", &["default", "ALICE"])).await;
    assert!(created.contains("<Status>creating</Status>"), "{created}");
    let answer = described(&records, "people").await;
    assert!(answer.contains("<Status>active</Status>") && answer.contains("<Engine>redis</Engine>"), "{answer}");
    assert!(answer.contains("<MinimumEngineVersion>6.0</MinimumEngineVersion>"), "{answer}");
    assert!(answer.contains("<ARN>arn:aws:elasticache:us-east-1:000000000000:usergroup:people</ARN>"), "{answer}");
    assert_eq!(members(&answer, "UserIds"), ["alice", "default"]);
    let alice = records.done("DescribeUsers&UserId=alice").await;
    assert_eq!(members(&alice, "UserGroupIds"), ["people"]);
}

#[tokio::test]
async fn what_a_group_cannot_be() {
    let records = Records::new();
    user(&records, "alice", "alice", "redis").await;
    user(&records, "alice2", "alice", "redis").await;
    user(&records, "vera", "vera", "valkey").await;
    records.done(&create("taken", "redis", &["default"])).await;
    records.done("CreateUser&UserId=open&UserName=open&Engine=redis&AccessString=on&NoPasswordRequired=true").await;
    let no_default = "Redis user group needs to contain a user with the user name default.";
    let open = "No password user open cannot be added to user group with engine Valkey";
    let cases = [
        (create("a", "redis", &[]), 400, "DefaultUserRequired", no_default),
        (create("a", "redis", &["alice"]), 400, "DefaultUserRequired", no_default),
        (create("a", "redis", &["default", "bob"]), 404, "UserNotFound", "User bob not found."),
        (create("a", "valkey", &["open"]), 400, "InvalidParameterCombination", open),
    ];
    for (form, status, code, message) in cases {
        assert_eq!(records.refused(&form).await, Refusal::new(status, code, message), "{form}");
    }
    for (form, code) in [
        (create("taken", "redis", &["default"]), "UserGroupAlreadyExists"),
        (create("a", "redis", &["default", "alice", "alice2"]), "DuplicateUserName"),
        (create("a", "redis", &["default", "vera"]), "InvalidParameterCombination"),
        (create("a", "memcached", &["default"]), "InvalidParameterValue"),
    ] {
        assert_eq!(records.refused(&form).await.code(), (400, code), "{form}");
    }
    records.done(&create("mixed", "valkey", &["vera", "alice"])).await;
    records.done(&create("empty", "valkey", &[])).await;
    let unknown = records.refused("DescribeUserGroups&UserGroupId=a").await;
    assert_eq!(unknown.code(), (404, "UserGroupNotFound"), "nothing is left behind");
}

#[tokio::test]
async fn a_change_is_shown_as_pending_until_the_engines_know_it() {
    let records = cache_of_people().await;
    assert_eq!(members(&described(&records, "people").await, "ReplicationGroups"), ["cache"]);
    let answer = records.done("ModifyUserGroup&UserGroupId=people&UserIdsToAdd.member.1=bob").await;
    for answer in [answer, described(&records, "people").await] {
        assert!(answer.contains("<Status>modifying</Status>"), "{answer}");
        assert_eq!(members(&answer, "UserIds"), ["alice", "default"]);
        assert_eq!(members(&answer, "UserIdsToAdd"), ["bob"]);
    }
    assert_eq!(users_of(&records), ["alice", "bob", "default"]);
    assert!(records.described_group("cache").await.contains("<Status>modifying</Status>"));
    for form in
        ["ModifyUserGroup&UserGroupId=people&UserIdsToRemove.member.1=alice", "DeleteUserGroup&UserGroupId=people"]
    {
        assert_eq!(records.refused(form).await.code(), (400, "InvalidUserGroupState"), "{form}");
    }
    for form in ["DeleteUser&UserId=bob", "ModifyUser&UserId=bob&AppendAccessString=-get"] {
        assert_eq!(records.refused(form).await.code(), (400, "InvalidUserState"), "{form}");
    }
}

#[tokio::test]
async fn a_users_rules_reach_the_caches_of_its_groups() {
    let records = cache_of_people().await;
    records.done("ModifyUser&UserId=alice&AccessString=on%20~app:*%20%2Bget").await;
    let cluster = records.get::<CacheCluster>("cache-001").expect("a member");
    let Access::Users(users) = &cluster.access else { panic!("no users") };
    assert_eq!(users["alice"].access_string, "on ~app:* -@all +get");
    for (form, status) in [("DescribeUsers&UserId=alice", "modifying"), ("DescribeUsers&UserId=bob", "active")] {
        assert!(records.done(form).await.contains(&format!("<Status>{status}</Status>")), "{form}");
    }
    records.bring_up_group("cache").await;
    assert!(records.done("DescribeUsers&UserId=alice").await.contains("<Status>active</Status>"));
}

#[tokio::test]
async fn a_user_that_is_deleted_leaves_its_groups() {
    let records = cache_of_people().await;
    let answer = records.done("DeleteUser&UserId=alice").await;
    assert!(answer.contains("<Status>deleting</Status>"), "{answer}");
    assert_eq!(users_of(&records), ["default"]);
    let again = records.refused("DeleteUser&UserId=alice").await;
    assert_eq!(again, Refusal::new(400, "InvalidUserState", "User has status deleting."));
}

#[tokio::test]
async fn what_a_change_of_a_group_cannot_be() {
    let records = cache_of_people().await;
    let modify = |change: &str| format!("ModifyUserGroup&UserGroupId=people&{change}");
    assert_eq!(records.refused(&modify("")).await.code(), (400, "InvalidParameterCombination"));
    let stranger = records.refused(&modify("UserIdsToRemove.member.1=bob")).await;
    assert!(stranger.message.contains("not a member"), "{stranger:?}");
    let no_default = records.refused(&modify("UserIdsToRemove.member.1=default")).await;
    assert_eq!(no_default.code(), (400, "DefaultUserRequired"));
    assert_eq!(records.refused("DeleteUserGroup&UserGroupId=people").await.code(), (400, "InvalidUserGroupState"));
    let valkey = records.refused(&modify("Engine=valkey")).await;
    assert_eq!(valkey.code(), (400, "InvalidParameterCombination"), "a Redis cache takes Redis groups only");
    assert_eq!(users_of(&records), ["alice", "default"], "nothing is left behind");
}
