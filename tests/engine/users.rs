//! Who may talk to an engine, and what users may do there.

use std::{collections::BTreeMap, time::Duration};

use cachette::{
    engine::{Duty, EngineError, Member, Seat, form, join, move_slots, settle, switch_primary},
    model::{Access, AccessUser, Authentication, Engine, PasswordHash, SlotSet},
};
use redis::{
    AsyncCommands, AsyncConnectionConfig, RedisResult, Value,
    aio::MultiplexedConnection,
    cluster::{ClusterClient, ClusterClientBuilder},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::bed::{Bed, LIMIT, client, members, seats, until};

const ENGINES: [Engine; 2] = [Engine::Redis, Engine::Valkey];

/// Users by name and access string; the password of each is `password-of-` and its name, and its id `id-of-` the same.
fn users(users: &[(&str, &str)]) -> Access {
    let user = |name: &str, access_string: &str| AccessUser {
        user_id: format!("id-of-{name}"),
        authentication: Authentication::Password(vec![PasswordHash::of(&password_of(name))]),
        access_string: access_string.to_owned(),
    };
    Access::Users(users.iter().map(|(name, rules)| ((*name).to_owned(), user(name, rules))).collect())
}

fn password_of(name: &str) -> String {
    format!("password-of-{name}")
}

fn tokens(tokens: &[&str], optional: bool) -> Access {
    Access::Tokens { tokens: tokens.iter().map(|token| PasswordHash::of(token)).collect(), optional }
}

/// Changes who may talk to an engine.
async fn let_in(member: &mut Member, access: Access) -> Result<(), EngineError> {
    member.settings.access = access;
    client(member).await.apply(&member.settings).await.map(drop)
}

async fn let_in_all(members: &mut [Member], access: &Access) {
    for member in members {
        let_in(member, access.clone()).await.expect("applied");
    }
}

fn url(member: &Member, login: &str) -> String {
    format!("redis://{login}{}", member.address)
}

/// A connection of a user, or of whoever knows a token when there is no name, or of anybody.
async fn log_in(member: &Member, name: &str, password: &str) -> RedisResult<MultiplexedConnection> {
    let login = if password.is_empty() { String::new() } else { format!("{name}:{password}@") };
    let mut connection = connect(member, &login).await?;
    // Without a login nothing was asked of the engine yet.
    redis::cmd("GET").arg("~").query_async::<Option<String>>(&mut connection).await.map(|_| connection)
}

async fn connect(member: &Member, login: &str) -> RedisResult<MultiplexedConnection> {
    let client = redis::Client::open(url(member, login)).expect("an address");
    let config = AsyncConnectionConfig::new().set_connection_timeout(Some(LIMIT)).set_response_timeout(Some(LIMIT));
    client.get_multiplexed_async_connection_with_config(&config).await
}

async fn user(member: &Member, name: &str) -> MultiplexedConnection {
    log_in(member, name, &password_of(name)).await.expect("let in")
}

/// What an engine answers to a command.
async fn ask(connection: &mut MultiplexedConnection, words: &[&str]) -> RedisResult<Value> {
    redis::cmd(words[0]).arg(&words[1..]).query_async(connection).await
}

/// Why an engine refuses a command.
async fn refusal(connection: &mut MultiplexedConnection, words: &[&str]) -> String {
    ask(connection, words).await.expect_err(&words.join(" ")).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_engine_lets_nobody_in_but_the_server() {
    for engine in ENGINES {
        let bed = Bed::new().await;
        let member = bed.boot(engine, false).await;
        assert!(log_in(&member, "", "").await.is_err());
        client(&member).await.apply(&member.settings).await.expect("applied");
        log_in(&member, "", "").await.expect("open");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn access_changes_under_open_connections() {
    for engine in ENGINES {
        let bed = Bed::new().await;
        let mut member = bed.start(engine, false).await;
        let mut anybody = log_in(&member, "", "").await.expect("open");
        let_in(&mut member, tokens(&["first"], true)).await.expect("applied");
        for token in ["", "first"] {
            // By name: without one, engines refuse tokens of whoever needs none.
            log_in(&member, "default", token).await.expect("either way");
        }
        let_in(&mut member, tokens(&["first"], false)).await.expect("applied");
        assert!(log_in(&member, "", "").await.is_err() && log_in(&member, "", "second").await.is_err());
        let mut first = log_in(&member, "", "first").await.expect("let in");
        let_in(&mut member, tokens(&["first", "second"], false)).await.expect("applied");
        for token in ["first", "second"] {
            log_in(&member, "", token).await.expect("both while they take turns");
            log_in(&member, "default", token).await.expect("by name too");
        }
        let_in(&mut member, tokens(&["second"], false)).await.expect("applied");
        assert!(log_in(&member, "", "first").await.is_err());
        for connection in [&mut anybody, &mut first] {
            connection.set::<_, _, ()>("key", "value").await.expect("it lives on");
        }

        let_in(&mut member, users(&[("app", "on ~* -@all +get"), ("ops", "on ~* +@all")])).await.expect("applied");
        assert!(refusal(&mut first, &["GET", "key"]).await.contains("NoPerm"));
        assert!(log_in(&member, "", "second").await.is_err() && log_in(&member, "", "").await.is_err());
        let (mut app, mut ops) = (user(&member, "app").await, user(&member, "ops").await);
        assert!(refusal(&mut app, &["SET", "key", "other"]).await.contains("NoPerm"));
        let_in(&mut member, users(&[("app", "on ~k* -@all +get +set")])).await.expect("applied");
        ask(&mut app, &["SET", "key", "other"]).await.expect("its open connection has the new rules");
        assert!(refusal(&mut app, &["GET", "other"]).await.contains("NoPerm"));
        until("who is gone is cut off", async || ask(&mut ops, &["PING"]).await.is_err()).await;
        assert!(log_in(&member, "ops", &password_of("ops")).await.is_err());

        let_in(&mut member, Access::Open).await.expect("applied");
        ask(&mut log_in(&member, "", "").await.expect("open"), &["SET", "key", "value"]).await.expect("written");
        assert!(log_in(&member, "app", &password_of("app")).await.is_err());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_restricted_stays_so() {
    let widest = [
        ("one", "on ~* &* +@all"),
        ("two", "on ~* &* -@all (~* &* +@all)"),
        ("three", "on allkeys allchannels allcommands +config +acl|setuser (allkeys +config +acl +cluster +@all)"),
        ("default", "on ~* &* +@all (~* +@all) (+debug ~x)"),
    ];
    for engine in ENGINES {
        let bed = Bed::new().await;
        for in_cluster in [false, true] {
            let mut member = bed.start(engine, in_cluster).await;
            let_in(&mut member, users(&widest)).await.expect("applied");
            let admin = member.settings.admin.clone();
            for (name, _) in widest {
                let login = format!("{name}:{}@", password_of(name));
                let mut connection = connect(&member, &login).await.expect("let in");
                for command in ["config", "debug", "migrate", "module", "replicaof", "save", "shutdown", "slaveof"] {
                    let unknown = refusal(&mut connection, &[command, "a", "b"]).await;
                    assert!(unknown.contains("unknown command"), "{command}: {unknown}");
                }
                let secret = [
                    ("config", " GET port"),
                    ("debug", " SLEEP 0"),
                    ("module", " LIST"),
                    ("replicaof", " NO ONE"),
                    ("save", ""),
                    ("shutdown", " NOSAVE"),
                ];
                let secret = secret.map(|(name, arguments)| format!("{}{arguments}", admin.command(name)));
                let denied = ["PSYNC ? -1", "SYNC", "FAILOVER", "ACL LIST", "ACL GETUSER default", "ACL SETUSER x on"]
                    .into_iter()
                    .chain(["ACL DELUSER two", "ACL LOAD", "ACL SAVE", "CLUSTER FAILOVER TAKEOVER", "CLUSTER RESET"])
                    .chain(["CLUSTER ADDSLOTS 1", "CLUSTER REPLICATE x", "CLUSTER LINKS", "CLUSTER MEET 127.0.0.1 1"])
                    .map(str::to_owned)
                    .chain(secret);
                for command in denied {
                    let words: Vec<_> = command.split(' ').collect();
                    let denied = refusal(&mut connection, &words).await;
                    // Newer engines refuse DEBUG and MODULE to all, before they look who it is.
                    let is_denied = denied.contains("NoPerm") || denied.contains("command not allowed");
                    assert!(is_denied, "{name}: {command}: {denied}");
                    let script = format!("return redis.pcall('{}')", words.join("','"));
                    let in_script = ask(&mut connection, &["EVAL", &script, "0"]).await;
                    assert!(in_script.is_err(), "{name}: {command} in a script: {in_script:?}");
                }
                for allowed in ["ACL WHOAMI", "ACL USERS", "ACL CAT", "INFO", "CLIENT ID"] {
                    ask(&mut connection, &allowed.split(' ').collect::<Vec<_>>()).await.expect(allowed);
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_look_on_any_more_sees_nothing() {
    for engine in ENGINES {
        let bed = Bed::new().await;
        let mut member = bed.start(engine, false).await;
        let_in(&mut member, users(&[("spy", "on ~* +@all"), ("app", "on ~* +@all")])).await.expect("applied");
        let mut spy = TcpStream::connect(member.address).await.expect("a connection");
        let hello = format!("HELLO 3 AUTH spy {}\r\nMONITOR\r\n", password_of("spy"));
        spy.write_all(hello.as_bytes()).await.expect("sent");
        let mut app = user(&member, "app").await;
        let mut seen = String::new();
        while !seen.contains("public") {
            ask(&mut app, &["SET", "public", "value"]).await.expect("written");
            let mut bytes = [0; 4096];
            let read = timeout(LIMIT, spy.read(&mut bytes)).await.expect("in time").expect("read");
            seen.push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
        assert!(seen.starts_with('%'), "that is no answer of the newer protocol: {seen}");
        let_in(&mut member, users(&[("spy", "on ~* -@all +ping"), ("app", "on ~* +@all")])).await.expect("applied");
        ask(&mut app, &["SET", "secret", "value"]).await.expect("its connection lives on");
        let mut rest = String::new();
        timeout(LIMIT, spy.read_to_string(&mut rest)).await.expect("it ends").expect("it ends");
        assert!(!rest.contains("secret"), "{rest}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_user_of_the_same_name_is_another() {
    for engine in ENGINES {
        let bed = Bed::new().await;
        let mut member = bed.start(engine, false).await;
        let before = users(&[("app", "on ~* +@all"), ("other", "on ~* +@all")]);
        let_in(&mut member, before.clone()).await.expect("applied");
        let (mut app, mut other) = (user(&member, "app").await, user(&member, "other").await);
        let Access::Users(mut users) = before.clone() else { unreachable!("they are users") };
        users.get_mut("app").expect("a user").user_id = "another".into();
        let after = Access::Users(users);
        client(&member).await.remove_replaced_users(&before, &after).await.expect("removed");
        let_in(&mut member, after).await.expect("applied");
        until("the former one is cut off", async || ask(&mut app, &["PING"]).await.is_err()).await;
        ask(&mut other, &["PING"]).await.expect("it is the same");
        user(&member, "app").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn users_that_an_engine_does_not_understand_may_do_nothing() {
    for engine in ENGINES {
        let bed = Bed::new().await;
        let mut member = bed.start(engine, false).await;
        let_in(&mut member, users(&[("app", "on ~* +@all"), ("bad", "on ~* +@all")])).await.expect("applied");
        let mut bad = user(&member, "bad").await;
        for rules in ["on ~* +@all %Q~x", "on ~* +@all +nosuch", "on ~* +@all nopass", "on (~* +@all"] {
            let refused = let_in(&mut member, users(&[("app", "on ~* +get"), ("bad", rules), ("new", "on ~* +@all")]));
            let error = refused.await.expect_err(rules);
            assert!(matches!(&error, EngineError::UserRefused { name, .. } if name == "bad") && error.is_final());
            assert!(!error.to_string().contains('~') && !error.to_string().contains("nosuch"), "{error}");
            assert!(log_in(&member, "bad", &password_of("bad")).await.is_err());
            assert!(refusal(&mut bad, &["GET", "key"]).await.contains("NoPerm"));
            user(&member, "new").await;
            assert!(refusal(&mut user(&member, "app").await, &["SET", "a", "b"]).await.contains("NoPerm"));
        }
        let reserved = let_in(&mut member, users(&[("cachette-admin", "on ~* +@all")])).await;
        assert!(matches!(reserved, Err(EngineError::UserRefused { .. })), "{reserved:?}");
        client(&member).await.ping().await.expect("the server is still let in");
    }
}

#[tokio::test]
async fn engines_without_users_are_not_told_of_any() {
    let bed = Bed::new().await;
    let mut member = bed.start(Engine::Redis, false).await;
    member.settings.version = "5.0.6".parse().expect("a version");
    let open = log_in(&member, "", "").await;
    assert!(open.is_ok());
    // The server does not log in there, and may do as much as anybody.
    let mut client = client(&member).await;
    for access in [tokens(&["token"], false), tokens(&["token"], true), users(&[])] {
        member.settings.access = access;
        let refused = client.apply(&member.settings).await;
        assert!(refused.as_ref().is_err_and(EngineError::is_final), "{refused:?}");
    }
}

/// A client of a cluster as a user, or as anybody.
fn of_cluster(members: &[Member], name: &str) -> ClusterClientBuilder {
    let nodes: Vec<String> = members.iter().map(|member| url(member, "")).collect();
    let builder = ClusterClient::builder(nodes).response_timeout(Duration::from_secs(20)).retries(100);
    if name.is_empty() { builder } else { builder.username(name).password(password_of(name)) }
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_follow_through_every_change() {
    for engine in ENGINES {
        let bed = Bed::new().await;
        let mut pair = [bed.start(engine, false).await, bed.start(engine, false).await];
        let mut replica = client(&pair[1]).await;
        replica.replicate_from(pair[0].peer, &pair[0].settings).await.expect("a replica");
        replica.until_in_sync().await.expect("its data");
        let mut anybody = log_in(&pair[0], "", "").await.expect("open");
        let app = users(&[("app", "on ~* +@all")]);
        let changes =
            [tokens(&["one"], false), tokens(&["one", "two"], false), tokens(&["two"], false), app, Access::Open];
        for (number, access) in changes.into_iter().enumerate() {
            let_in_all(&mut pair, &access).await;
            let mut writer = match &access {
                Access::Users(_) => user(&pair[0], "app").await,
                _ => anybody.clone(),
            };
            writer.set::<_, _, ()>("number", number).await.expect("written");
            let copies = redis::cmd("WAIT").arg(1).arg(5_000).query_async::<usize>(&mut writer).await;
            assert_eq!(copies.expect("a number"), 1, "{number}");
            // A link that was there goes on whatever changes. One that is new has to log in.
            ask(&mut writer, &["CLIENT", "KILL", "TYPE", "replica"]).await.expect("cut");
            until("it follows again", async || replica.replication().await.expect("its state").link_is_up()).await;
        }
        anybody.set::<_, _, ()>("key", "value").await.expect("it lives on");
        let_in_all(&mut pair, &users(&[("app", "on ~* +@all")])).await;
        let mut primary = client(&pair[0]).await;
        replica.switch(&mut primary, pair[1].peer, &pair[1].settings).await.expect("a switch");
        user(&pair[1], "app").await.set::<_, _, ()>("key", "other").await.expect("written");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn clusters_go_on_through_every_change() {
    for engine in ENGINES {
        let bed = Bed::new().await;
        let seats = seats(bed.start_all(engine, 4).await, 2, 1);
        form(&seats).await.expect("a cluster");
        let mut all = members(&seats);
        settle(&all).await.expect("its parameters");
        let mut anybody = of_cluster(&all, "").build().expect("a client").get_async_connection().await.expect("open");
        for access in [tokens(&["one"], false), tokens(&["one", "two"], false), tokens(&["two"], true), Access::Open] {
            let_in_all(&mut all, &access).await;
            for key in 0..20 {
                anybody.set::<_, _, ()>(format!("key-{key}"), key).await.expect("its connections live on");
            }
        }
        let_in_all(&mut all, &users(&[("app", "on ~* +@all")])).await;
        let mut app = of_cluster(&all, "app").build().expect("a client").get_async_connection().await.expect("let in");
        for key in 0..500 {
            app.set::<_, _, ()>(format!("key-{key}"), key).await.expect("written");
        }
        switch_primary(&all[1], &all[0], &[all[2].clone(), all[3].clone()]).await.expect("a switch");
        // Another one comes, and takes keys over.
        let mut new = bed.start(engine, true).await;
        let_in(&mut new, all[0].settings.access.clone()).await.expect("applied");
        let helper = Seat { member: bed.start(engine, true).await, duty: Duty::Helper };
        let seat = Seat { member: new.clone(), duty: Duty::Primary(SlotSet::default()) };
        join(&[seat, helper], &all).await.expect("a new shard");
        let slots: SlotSet = "0-2000".parse().expect("slots");
        move_slots(&all[1], &new, &[all[2].clone()], &slots, |_| ()).await.expect("moved");
        let view = client(&new).await.view().await.expect("a view");
        assert_eq!(view.myself().slots, slots);
        let mut app = of_cluster(&all, "app").build().expect("a client").get_async_connection().await.expect("let in");
        let mut wrong = BTreeMap::new();
        for key in 0..500 {
            let value = app.get::<_, Option<usize>>(format!("key-{key}")).await.expect("read");
            if value != Some(key) {
                wrong.insert(key, value);
            }
        }
        assert!(wrong.is_empty(), "{wrong:?}");
        assert!(log_in(&new, "", "").await.is_err());
    }
}
