//! Who may talk to a replication group, and how: encryption in transit, AUTH tokens and user groups.

use std::{collections::BTreeSet, sync::Arc};

use cachette::{
    model::{
        Access, Authentication, CacheCluster, Engine, NodeId, Observed, PasswordHash, ReplicationGroup, Scope, TagSet,
        TransitEncryption, User, UserGroup,
    },
    store::Draft,
};

use crate::{
    answer::{Refusal, texts},
    app::{ACCOUNT, REGION},
    records::Records,
};

const CREATE: &str = "CreateReplicationGroup&ReplicationGroupId=group&ReplicationGroupDescription=d\
                      &CacheNodeType=cache.t3.micro";
pub const MODIFY: &str = "ModifyReplicationGroup&ReplicationGroupId=group";
pub const TLS: &str = "TransitEncryptionEnabled=true";
pub const FIRST: &str = "the-first-secret-token";
const SECOND: &str = "the-second-secret-token";
const THIRD: &str = "the-third-secret-token";
pub const TOKEN_NEEDS_TLS: &str = "The AUTH token is only supported when encryption-in-transit is enabled";
const USERS_NEED_TLS: &str =
    "User group based access control requires encryption-in-transit to be enabled on the replication group.";

/// A group that is available.
pub async fn group(records: &Records, asked: &str) {
    records.done(&format!("{CREATE}&{asked}")).await;
    records.bring_up_group("group").await;
}

/// A change that is accepted and carried out.
pub async fn modify(records: &Records, asked: &str) {
    records.done(&format!("{MODIFY}&{asked}")).await;
    records.bring_up_group("group").await;
}

pub async fn refused(records: &Records, asked: &str) -> Refusal {
    records.refused(&format!("{MODIFY}&{asked}")).await
}

pub fn members(records: &Records) -> Vec<Arc<CacheCluster>> {
    let group = records.get::<ReplicationGroup>("group").expect("a group");
    group.member_ids().map(|id| records.get(id).expect("a member")).collect()
}

/// Who all members let in.
fn access(records: &Records) -> Access {
    let members = members(records);
    assert!(members.iter().all(|member| member.access == members[0].access));
    members[0].access.clone()
}

fn tokens(tokens: &[&str], optional: bool) -> Access {
    Access::Tokens { tokens: tokens.iter().copied().map(PasswordHash::of).collect(), optional }
}

/// The names of the users that are let in.
fn user_names(records: &Records) -> Vec<String> {
    match access(records) {
        Access::Users(users) => users.into_keys().collect(),
        _ => Vec::new(),
    }
}

fn scope() -> Scope {
    Scope::new(ACCOUNT, REGION)
}

fn user_group_of(engine: Engine, id: &str, users: &[&str]) -> UserGroup {
    UserGroup {
        scope: scope(),
        id: id.into(),
        engine,
        user_ids: users.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>(),
        former_user_ids: None,
        deleted: None,
        tags: TagSet::default(),
    }
}

/// Puts a user group there, and a user of its own for it.
async fn user_group(records: &Records, engine: Engine, id: &str, authentication: Authentication) {
    let (id, name) = (id.to_owned(), format!("user-of-{id}"));
    records
        .change(move |draft: &mut Draft| {
            let user = User {
                scope: scope(),
                id: name.clone(),
                name: name.clone(),
                engine,
                authentication,
                access_string: "on ~* +@all".into(),
                deleted: None,
                tags: TagSet::default(),
            };
            draft.put(&scope(), &name, user);
            draft.put(&scope(), &id, user_group_of(engine, &id, &["default", &name]));
        })
        .await;
}

async fn redis_group(records: &Records, id: &str) {
    user_group(records, Engine::Redis, id, Authentication::Password(vec![PasswordHash::of(FIRST)])).await;
}

/// What a description says of one element, which is there once.
pub async fn shown(records: &Records, element: &str) -> Vec<String> {
    texts(&records.described_group("group").await, element)
}

#[tokio::test]
async fn a_new_group_has_the_encryption_and_the_token_that_were_asked_for() {
    let records = Records::new();
    let answer = records.done(&format!("{CREATE}&NumCacheClusters=2&{TLS}&AuthToken={FIRST}")).await;
    assert!(!answer.contains(FIRST) && !answer.contains(PasswordHash::of(FIRST).as_str()));
    records.bring_up_group("group").await;
    assert_eq!(access(&records), tokens(&[FIRST], false));
    for described in [records.described_group("group").await, records.described("group-002").await] {
        for element in [
            "<TransitEncryptionEnabled>true<",
            "<TransitEncryptionMode>required<",
            "<AuthTokenEnabled>true<",
            "<AuthTokenLastModifiedDate>",
        ] {
            assert!(described.contains(element), "{element}: {described}");
        }
    }
    records.done("IncreaseReplicaCount&ReplicationGroupId=group&NewReplicaCount=2&ApplyImmediately=true").await;
    let third = records.get::<CacheCluster>("group-003").expect("a new member");
    assert_eq!((third.transit_encryption, &third.access), (TransitEncryption::Required, &tokens(&[FIRST], false)));
}

#[tokio::test]
async fn what_a_new_group_cannot_have() {
    let records = Records::new();
    redis_group(&records, "people").await;
    user_group(&records, Engine::Valkey, "others", Authentication::Iam).await;
    let people = format!("{TLS}&UserGroupIds.member.1=people");
    for (asked, refusal) in [
        (format!("AuthToken={FIRST}"), Refusal::value(TOKEN_NEEDS_TLS)),
        ("AuthToken=short".into(), Refusal::value(TOKEN_NEEDS_TLS)),
        (format!("{TLS}&AuthToken=short"), Refusal::value("Invalid AuthToken provided.")),
        (format!("{TLS}&AuthToken=a-secret-of-sixteen'"), Refusal::value("Invalid AuthToken provided.")),
        ("UserGroupIds.member.1=people".into(), Refusal::combination(USERS_NEED_TLS)),
        (format!("{TLS}&UserGroupIds.member.1=no"), Refusal::new(404, "UserGroupNotFound", "UserGroup no not found.")),
        (
            format!("{people}&UserGroupIds.member.2=others"),
            Refusal::combination("A replication group can have one user group at most."),
        ),
        (
            format!("{people}&AuthToken={FIRST}"),
            Refusal::combination("AuthToken and UserGroupIds cannot both be specified."),
        ),
        (
            "TransitEncryptionMode=preferred".into(),
            Refusal::combination("TransitEncryptionMode can only be specified with TransitEncryptionEnabled."),
        ),
        (
            format!("{TLS}&TransitEncryptionMode=preferred&EngineVersion=6.2"),
            Refusal::combination(
                "TransitEncryptionMode preferred is not supported for engine version 6.2. It needs engine version 7.0 \
                 or later.",
            ),
        ),
        (
            format!("{TLS}&EngineVersion=5.0.6&AuthToken={FIRST}"),
            Refusal::combination(
                "AuthToken is not supported for redis 5.0.6 here: tokens are kept as hashes only, which engines \
                 before 6.0 cannot check.",
            ),
        ),
        (
            format!("{people}&EngineVersion=5.0.6"),
            Refusal::combination(
                "User group based access control is not supported for redis 5.0.6. It needs engine version 6.0 or \
                 later.",
            ),
        ),
        (
            format!("{TLS}&UserGroupIds.member.1=others"),
            Refusal::combination(
                "User group others of engine valkey cannot be used with a replication group of engine redis.",
            ),
        ),
        (
            format!("{TLS}&EngineVersion=3.2.10&CacheNodeType=cache.m3.medium"),
            Refusal::combination("Encryption features are not supported for engine version 3.2.10."),
        ),
    ] {
        let form = format!("{CREATE}&{asked}");
        let form =
            if asked.contains("CacheNodeType") { form.replacen("&CacheNodeType=cache.t3.micro", "", 1) } else { form };
        assert_eq!(records.refused(&form).await, refusal, "{asked}");
        assert!(records.get::<ReplicationGroup>("group").is_none());
    }
    // Engines before 6.0 can have encryption without a token.
    group(&records, &format!("{TLS}&EngineVersion=5.0.6")).await;
    // Valkey takes the user groups of both engines.
    for (id, users) in [("one", "people"), ("two", "others")] {
        let form = CREATE.replacen("=group", &format!("={id}"), 1);
        records.done(&format!("{form}&{TLS}&Engine=valkey&UserGroupIds.member.1={users}")).await;
    }
}

#[tokio::test]
async fn users_that_log_in_by_iam_need_an_engine_that_is_new_enough() {
    let records = Records::new();
    user_group(&records, Engine::Redis, "signers", Authentication::Iam).await;
    let users = format!("{TLS}&UserGroupIds.member.1=signers");
    let refusal = records.refused(&format!("{CREATE}&EngineVersion=6.2&{users}")).await;
    assert_eq!(
        refusal,
        Refusal::combination(
            "User group signers has users with authentication mode iam, which is not supported for redis 6.2.6."
        )
    );
    group(&records, &format!("EngineVersion=7.0&{users}")).await;
    assert!(access(&records).has_iam_users());
}

#[tokio::test]
async fn a_group_with_a_user_group_lets_in_its_users_and_has_no_token() {
    let records = Records::new();
    redis_group(&records, "people").await;
    group(&records, &format!("NumCacheClusters=2&{TLS}&TransitEncryptionMode=preferred&UserGroupIds.member.1=PEOPLE"))
        .await;
    assert_eq!(user_names(&records), ["default", "user-of-people"]);
    let described = records.described_group("group").await;
    for element in [
        "<UserGroupIds><member>people</member></UserGroupIds>",
        "<AuthTokenEnabled>false<",
        "<TransitEncryptionMode>preferred<",
    ] {
        assert!(described.contains(element), "{element}: {described}");
    }
    assert!(!described.contains("AuthTokenLastModifiedDate"));
    records.done("IncreaseReplicaCount&ReplicationGroupId=group&NewReplicaCount=2&ApplyImmediately=true").await;
    assert_eq!(records.get::<CacheCluster>("group-003").expect("a member").user_group_id.as_deref(), Some("people"));
}

#[tokio::test]
async fn a_token_is_rotated_and_then_set() {
    let records = Records::new();
    group(&records, &format!("NumCacheClusters=2&{TLS}&AuthToken={FIRST}")).await;
    let answer = records.done(&format!("{MODIFY}&AuthToken={SECOND}")).await;
    assert!(answer.contains("<Status>modifying<") && answer.contains("<AuthTokenStatus>ROTATING<"), "{answer}");
    assert!(!answer.contains(SECOND));
    let member = records.described("group-001").await;
    assert!(member.contains("<CacheClusterStatus>modifying<") && member.contains("<AuthTokenStatus>ROTATING<"));
    assert_eq!(refused(&records, &format!("AuthToken={THIRD}")).await.code(), (400, "InvalidReplicationGroupState"));
    records.bring_up_group("group").await;
    assert_eq!(access(&records), tokens(&[FIRST, SECOND], false));
    assert_eq!(shown(&records, "AuthTokenStatus").await, [""; 0]);
    assert_eq!(shown(&records, "Status").await[0], "available");
    modify(&records, &format!("AuthToken={THIRD}&AuthTokenUpdateStrategy=ROTATE")).await;
    assert_eq!(access(&records), tokens(&[SECOND, THIRD], false));
    let set = |token| format!("AuthToken={token}&AuthTokenUpdateStrategy=SET");
    assert_eq!(refused(&records, &set(SECOND)).await.code(), (400, "InvalidParameterValue"));
    let answer = records.done(&format!("{MODIFY}&{}", set(THIRD))).await;
    assert!(answer.contains("<AuthTokenStatus>SETTING<"), "{answer}");
    records.bring_up_group("group").await;
    assert_eq!(access(&records), tokens(&[THIRD], false));
    assert_eq!(refused(&records, &set(THIRD)).await, Refusal::combination("No modifications were requested"));
}

#[tokio::test]
async fn a_group_without_a_token_gets_one_at_once_or_in_two_steps() {
    let records = Records::new();
    group(&records, TLS).await;
    modify(&records, &format!("AuthToken={FIRST}")).await;
    assert_eq!(access(&records), tokens(&[FIRST], true));
    assert_eq!(shown(&records, "AuthTokenEnabled").await, ["true"]);
    modify(&records, &format!("AuthToken={FIRST}&AuthTokenUpdateStrategy=SET")).await;
    assert_eq!(access(&records), tokens(&[FIRST], false));
    let records = Records::new();
    group(&records, TLS).await;
    modify(&records, &format!("AuthToken={FIRST}&AuthTokenUpdateStrategy=SET")).await;
    assert_eq!(access(&records), tokens(&[FIRST], false));
}

#[tokio::test]
async fn what_cannot_be_said_about_tokens() {
    let records = Records::new();
    group(&records, "NumCacheClusters=2").await;
    let format = Refusal::value("Invalid AUTH token provided. Please check valid AUTH token format.");
    let alone = Refusal::combination("AuthTokenUpdateStrategy can only be specified with AuthToken.");
    for (asked, refusal) in [
        ("AuthToken=short".to_owned(), format),
        (format!("AuthToken={FIRST}"), Refusal::value(TOKEN_NEEDS_TLS)),
        ("UserGroupIdsToAdd.member.1=people".into(), Refusal::combination(USERS_NEED_TLS)),
        ("AuthTokenUpdateStrategy=SET".into(), alone.clone()),
        ("AuthTokenUpdateStrategy=ROTATE".into(), alone),
        (
            "AuthTokenUpdateStrategy=DELETE".into(),
            Refusal::combination("The strategy DELETE can only be used along with UserGroupIdsToAdd."),
        ),
        (
            format!("AuthTokenUpdateStrategy=DELETE&AuthToken={FIRST}"),
            Refusal::combination("AuthToken cannot be specified with the strategy DELETE."),
        ),
        (
            format!("AuthToken={FIRST}&UserGroupIdsToAdd.member.1=people"),
            Refusal::combination("AuthToken and UserGroupIdsToAdd cannot both be specified."),
        ),
        ("RemoveUserGroups=true".into(), Refusal::combination("No modifications were requested")),
        (
            "UserGroupIdsToRemove.member.1=people".into(),
            Refusal::value("User group people is not associated with replication group group."),
        ),
    ] {
        assert_eq!(refused(&records, &asked).await, refusal, "{asked}");
    }
}

#[tokio::test]
async fn users_take_over_from_a_token_and_a_token_from_users() {
    let records = Records::new();
    redis_group(&records, "people").await;
    group(&records, &format!("NumCacheClusters=2&{TLS}&AuthToken={FIRST}")).await;
    let add = "UserGroupIdsToAdd.member.1=people";
    assert_eq!(refused(&records, add).await.code(), (400, "InvalidParameterCombination"));
    let answer = records.done(&format!("{MODIFY}&{add}&AuthTokenUpdateStrategy=DELETE")).await;
    let pending = "<UserGroups><UserGroupIdsToAdd><member>people</member></UserGroupIdsToAdd></UserGroups>";
    assert!(answer.contains("<Status>modifying<") && answer.contains(pending), "{answer}");
    assert!(answer.contains("<UserGroupIds></UserGroupIds>") || answer.contains("<UserGroupIds/>"), "{answer}");
    records.bring_up_group("group").await;
    assert_eq!(user_names(&records), ["default", "user-of-people"]);
    let described = records.described_group("group").await;
    assert!(described.contains("<AuthTokenEnabled>false<") && !described.contains("AuthTokenLastModifiedDate"));
    assert_eq!(refused(&records, add).await, Refusal::combination("No modifications were requested"));

    for asked in [
        format!("AuthToken={SECOND}&AuthTokenUpdateStrategy=SET"),
        format!("RemoveUserGroups=true&AuthToken={SECOND}"),
        format!("RemoveUserGroups=true&{add}"),
    ] {
        assert_eq!(refused(&records, &asked).await.code(), (400, "InvalidParameterCombination"), "{asked}");
    }
    let back = format!("{MODIFY}&RemoveUserGroups=true&AuthToken={SECOND}&AuthTokenUpdateStrategy=SET");
    let answer = records.done(&back).await;
    let pending = "<UserGroups><UserGroupIdsToRemove><member>people</member></UserGroupIdsToRemove></UserGroups>";
    assert!(answer.contains("<AuthTokenStatus>SETTING<") && answer.contains(pending), "{answer}");
    records.bring_up_group("group").await;
    assert_eq!(access(&records), tokens(&[SECOND], false));
}

#[tokio::test]
async fn one_user_group_takes_over_from_another() {
    let records = Records::new();
    redis_group(&records, "people").await;
    redis_group(&records, "others").await;
    group(&records, &format!("{TLS}&UserGroupIds.member.1=people")).await;
    assert_eq!(
        refused(&records, "UserGroupIdsToAdd.member.1=others").await,
        Refusal::combination("A replication group can have one user group at most.")
    );
    let swap = "UserGroupIdsToAdd.member.1=others&UserGroupIdsToRemove.member.1=people";
    let answer = records.done(&format!("{MODIFY}&{swap}")).await;
    let pending = "<UserGroups><UserGroupIdsToAdd><member>others</member></UserGroupIdsToAdd>\
                   <UserGroupIdsToRemove><member>people</member></UserGroupIdsToRemove></UserGroups>";
    assert!(answer.contains(pending), "{answer}");
    assert!(answer.contains("<UserGroupIds><member>people</member></UserGroupIds>"), "{answer}");
    records.bring_up_group("group").await;
    let described = records.described_group("group").await;
    assert!(described.contains("<UserGroupIds><member>others</member></UserGroupIds>"), "{described}");
    assert_eq!(user_names(&records), ["default", "user-of-others"]);
    modify(&records, "UserGroupIdsToRemove.member.1=others").await;
    assert_eq!(access(&records), Access::Open);
}

#[tokio::test]
async fn a_user_group_that_is_being_changed_cannot_be_attached() {
    let records = Records::new();
    redis_group(&records, "people").await;
    group(&records, &format!("{TLS}&UserGroupIds.member.1=people")).await;
    // What a change of the user group writes into the records of its caches.
    let left = Access::Users(std::collections::BTreeMap::new());
    records
        .change(move |draft| {
            let member = draft.get::<CacheCluster>(&scope(), "group-001").expect("a member");
            draft.put(&scope(), "group-001", CacheCluster { access: left, ..CacheCluster::clone(&member) });
        })
        .await;
    let described = records.described_group("group").await;
    assert!(described.contains("<Status>modifying<"), "{described}");
    assert!(!described.contains("UserGroupIdsToAdd") && !described.contains("UserGroupIdsToRemove"), "{described}");
    let other = CREATE.replacen("=group", "=other", 1);
    let form = format!("{other}&{TLS}&UserGroupIds.member.1=people");
    assert_eq!(records.refused(&form).await.code(), (400, "InvalidUserGroupState"));
    records.bring_up_group("group").await;
    records.done(&form).await;
}

#[tokio::test]
async fn an_upgrade_to_valkey_keeps_the_user_group_and_lets_valkeys_own_in() {
    let records = Records::new();
    redis_group(&records, "people").await;
    user_group(&records, Engine::Valkey, "others", Authentication::Iam).await;
    group(&records, &format!("EngineVersion=7.0&{TLS}&UserGroupIds.member.1=people")).await;
    let swap = "UserGroupIdsToAdd.member.1=others&UserGroupIdsToRemove.member.1=people";
    let upgrade = "Engine=valkey&EngineVersion=7.2";
    // It would still be Redis until the maintenance window.
    for asked in [swap.to_owned(), format!("{upgrade}&{swap}")] {
        assert_eq!(refused(&records, &asked).await.code(), (400, "InvalidParameterCombination"), "{asked}");
    }
    modify(&records, &format!("{upgrade}&ApplyImmediately=true")).await;
    assert_eq!(user_names(&records), ["default", "user-of-people"]);
    modify(&records, swap).await;
    assert_eq!(members(&records)[0].user_group_id.as_deref(), Some("others"));
}

#[tokio::test]
async fn a_group_of_an_existing_cluster_has_its_token_and_its_encryption() {
    let records = Records::new();
    let cluster = "CreateCacheCluster&CacheClusterId=cache&Engine=redis&CacheNodeType=cache.t3.micro";
    records.done(&format!("{cluster}&{TLS}&AuthToken={FIRST}")).await;
    records.bring_up("cache").await;
    let adopt = "CreateReplicationGroup&ReplicationGroupId=group&ReplicationGroupDescription=d\
                 &PrimaryClusterId=cache&NumCacheClusters=2";
    for asked in [
        "TransitEncryptionEnabled=false",
        "TransitEncryptionMode=preferred",
        "AuthToken=the-first-secret-token",
        "UserGroupIds.member.1=people",
    ] {
        let refusal = records.refused(&format!("{adopt}&{asked}")).await;
        assert_eq!(refusal.code(), (400, "InvalidParameterCombination"), "{asked}");
    }
    records.done(&format!("{adopt}&{TLS}")).await;
    records.bring_up_group("group").await;
    assert_eq!(access(&records), tokens(&[FIRST], false));
    assert!(members(&records).iter().all(|member| member.transit_encryption == TransitEncryption::Required));
}

#[tokio::test]
async fn a_primary_with_users_cannot_be_left_behind_as_a_cluster() {
    let records = Records::new();
    redis_group(&records, "people").await;
    group(&records, &format!("{TLS}&UserGroupIds.member.1=people")).await;
    let retain = "DeleteReplicationGroup&ReplicationGroupId=group&RetainPrimaryCluster=true";
    assert_eq!(records.refused(retain).await.code(), (400, "InvalidParameterCombination"));
    modify(&records, "RemoveUserGroups=true").await;
    records.done(retain).await;
}

#[tokio::test]
async fn a_change_of_the_cluster_mode_stands_alone() {
    let records = Records::new();
    group(&records, &format!("NumCacheClusters=2&AutomaticFailoverEnabled=true&{TLS}&TransitEncryptionMode=preferred"))
        .await;
    for asked in ["TransitEncryptionEnabled=false".into(), format!("AuthToken={FIRST}")] {
        let refusal = refused(&records, &format!("ClusterMode=compatible&{asked}")).await;
        assert_eq!(refusal.code(), (400, "InvalidParameterCombination"), "{asked}");
    }
    modify(&records, &format!("ClusterMode=compatible&{TLS}")).await;
}

#[tokio::test]
async fn a_group_is_modifying_until_a_node_that_recovers_lets_in_the_right_ones() {
    let records = Records::new();
    group(&records, &format!("NumCacheClusters=2&{TLS}&AuthToken={FIRST}")).await;
    records
        .change(|draft| {
            let mut member = CacheCluster::clone(&*draft.get::<CacheCluster>(&scope(), "group-002").expect("a member"));
            let node = member.nodes.get_mut(&NodeId::FIRST).expect("a node");
            node.recovering = true;
            let Some(Observed::Running(running)) = node.engines.get_mut(&1) else { panic!("it runs") };
            running.role = None;
            draft.put(&scope(), "group-002", member);
        })
        .await;
    assert_eq!(shown(&records, "Status").await[0], "available", "a lost replica is nobody's wish");
    records.done(&format!("{MODIFY}&AuthToken={SECOND}")).await;
    records
        .change(|draft| {
            // All but the one that recovers.
            let mut member = CacheCluster::clone(&*draft.get::<CacheCluster>(&scope(), "group-001").expect("a member"));
            let access = member.access.clone();
            let node = member.nodes.get_mut(&NodeId::FIRST).expect("a node");
            let Some(Observed::Running(running)) = node.engines.get_mut(&1) else { panic!("it runs") };
            running.settings.access = access;
            draft.put(&scope(), "group-001", member);
        })
        .await;
    assert_eq!(shown(&records, "Status").await[0], "modifying");
    assert_eq!(shown(&records, "AuthTokenStatus").await, ["ROTATING"]);
}
