//! Serverless caches and the users that they let in.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::app::{App, LIMIT};

/// Waits until an operation answers an element with this text.
async fn until(app: &App, action: &str, parameters: &[(&str, &str)], element: &str, text: &str) {
    let waited = timeout(LIMIT, async {
        while app.call(action, parameters).await.texts(element).first().map(String::as_str) != Some(text) {
            sleep(Duration::from_millis(2)).await;
        }
    });
    assert!(waited.await.is_ok(), "{action} {parameters:?}: {}", app.call(action, parameters).await.body);
}

async fn cache_available(app: &App) {
    until(app, "DescribeServerlessCaches", &[("ServerlessCacheName", "cache")], "Status", "available").await;
}

async fn group_active(app: &App, id: &str) {
    until(app, "DescribeUserGroups", &[("UserGroupId", id)], "Status", "active").await;
}

/// A user with a password, and a Valkey group with that user.
async fn user_group(app: &App, user: &str, group: &str) {
    let parameters = [
        ("UserId", user),
        ("UserName", user),
        ("Engine", "valkey"),
        ("AccessString", "on ~* +@all"),
        ("Passwords.member.1", "a-password-of-16"),
    ];
    app.done("CreateUser", &parameters).await;
    let parameters = [("UserGroupId", group), ("Engine", "valkey"), ("UserIds.member.1", user)];
    app.done("CreateUserGroup", &parameters).await;
    group_active(app, group).await;
}

/// The serverless caches that a user group says it is attached to.
async fn caches_of(app: &App, group: &str) -> Vec<String> {
    let answer = app.client().describe_user_groups().user_group_id(group).send().await.expect("a description");
    let [group] = answer.user_groups() else { panic!("one group") };
    assert!(group.replication_groups().is_empty());
    group.serverless_caches().to_vec()
}

#[tokio::test]
async fn a_user_group_is_attached_and_taken_off() {
    let app = App::start().await;
    user_group(&app, "alice", "people").await;
    let new = [("ServerlessCacheName", "cache"), ("Engine", "valkey"), ("UserGroupId", "People")];
    let answer = app.done("CreateServerlessCache", &new).await;
    assert_eq!(answer.texts("UserGroupId"), ["people"]);
    cache_available(&app).await;
    assert_eq!(caches_of(&app, "people").await, ["cache"]);
    let refusal = app.refused("DeleteUserGroup", &[("UserGroupId", "people")]).await;
    assert_eq!(refusal.code(), (400, "InvalidUserGroupState"));
    assert_eq!(refusal.message, "User group people is associated with serverless cache cache.");

    user_group(&app, "bob", "others").await;
    let name = ("ServerlessCacheName", "cache");
    app.done("ModifyServerlessCache", &[name, ("UserGroupId", "others")]).await;
    cache_available(&app).await;
    assert!(caches_of(&app, "people").await.is_empty());
    assert_eq!(caches_of(&app, "others").await, ["cache"]);
    app.done("ModifyServerlessCache", &[name, ("RemoveUserGroup", "true")]).await;
    cache_available(&app).await;
    let answer = app.done("DescribeServerlessCaches", &[name]).await;
    assert!(answer.texts("UserGroupId").is_empty());
    for group in ["people", "others"] {
        assert!(caches_of(&app, group).await.is_empty());
        app.done("DeleteUserGroup", &[("UserGroupId", group)]).await;
    }
}

#[tokio::test]
async fn a_change_of_a_user_reaches_the_engines_behind() {
    let app = App::start().await;
    user_group(&app, "alice", "people").await;
    let new = [("ServerlessCacheName", "cache"), ("Engine", "valkey"), ("UserGroupId", "people")];
    app.done("CreateServerlessCache", &new).await;
    cache_available(&app).await;
    let change = [("UserId", "alice"), ("AccessString", "on ~app:* +@read")];
    assert_eq!(app.done("ModifyUser", &change).await.texts("Status"), ["modifying"]);
    until(&app, "DescribeUsers", &[("UserId", "alice")], "Status", "active").await;
    group_active(&app, "people").await;
    cache_available(&app).await;
    app.done("DeleteUser", &[("UserId", "alice")]).await;
    let waited = timeout(LIMIT, async {
        while app.call("DescribeUsers", &[("UserId", "alice")]).await.status == 200 {
            sleep(Duration::from_millis(2)).await;
        }
    });
    waited.await.expect("the user goes once the engines have let go of it");
}

#[tokio::test]
async fn user_groups_that_cannot_be_attached() {
    let app = App::start().await;
    user_group(&app, "alice", "people").await;
    for (engine, group, code) in [
        ("valkey", "nobody", "UserGroupNotFound"),
        ("redis", "people", "InvalidParameterCombination"),
        ("memcached", "people", "InvalidParameterCombination"),
    ] {
        let new = [("ServerlessCacheName", "cache"), ("Engine", engine), ("UserGroupId", group)];
        let refusal = app.refused("CreateServerlessCache", &new).await;
        assert_eq!(refusal.code, code, "{engine} {group}: {}", refusal.message);
    }
    assert!(app.done("DescribeServerlessCaches", &[]).await.texts("ServerlessCacheName").is_empty());
}
