//! Users of IAM log in to real engines with signed tokens.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::{Duration, SystemTime},
};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign},
    sign::v4,
};
use cachette::{
    clock::Clock,
    engine::InstanceSecret,
    gateway::{Front, Gateway, PortChoice, Security},
    iam_login::{AccessKeys, AnybodyMayConnect, ConnectPolicy, IamLogins},
    model::{
        Access, AccessUser, Authentication, CacheCluster, Engine, PasswordHash, Pending, Scope, TagSet,
        TransitEncryption,
    },
    store::{StorageError, Store},
};
use tempfile::TempDir;
use tokio::net::TcpStream;

use crate::support::{Process, connect, expect, expect_reset, gateway, node, send, settings};

const KEY: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

const DENIED: &[u8] = b"-WRONGPASS invalid username-password pair or user is disabled.\r\n";
const ALICE: &[u8] = b"$5\r\nalice\r\n";

/// A cache with a user `alice` of IAM and a user `bob` with a password, behind an endpoint.
struct Cache {
    _gateway: Gateway,
    port: u16,
    clock: Arc<Clock>,
    _engine: Process,
    _folder: TempDir,
}

/// How a cache is set up.
struct Setup {
    program: &'static str,
    front: Front,
    keys_have_to_be_known: bool,
    policy: Arc<dyn ConnectPolicy>,
}

impl Default for Setup {
    fn default() -> Self {
        let policy = Arc::new(AnybodyMayConnect);
        Self { program: "redis-server", front: Front::Redis, keys_have_to_be_known: true, policy }
    }
}

fn scope() -> Scope {
    Scope::new("000000000000", "us-east-1")
}

fn record() -> CacheCluster {
    let user = |id: &str, authentication| {
        (id.to_owned(), AccessUser { user_id: id.to_owned(), authentication, access_string: "on ~* +@all".into() })
    };
    let password = Authentication::Password(vec![PasswordHash::of("a-password-of-bob")]);
    let users = BTreeMap::from([user("alice", Authentication::Iam), user("bob", password)]);
    CacheCluster {
        scope: scope(),
        id: "my-cache".into(),
        uid: "u".into(),
        membership: None,
        engine: Engine::Redis,
        engine_version: "7.0.7".parse().expect("a version"),
        cache_node_type: "cache.t3.micro".into(),
        port: 6379,
        requested: start(),
        created: None,
        deleted: None,
        nodes: BTreeMap::new(),
        configuration_port: None,
        membership_version: 1,
        resizing_from: None,
        cross_az: false,
        parameter_group: "default.redis7".into(),
        subnet_group: "default".into(),
        security_group_ids: Vec::new(),
        cache_security_groups: Vec::new(),
        maintenance_window: "sun:05:00-sun:06:00".parse().expect("a window"),
        snapshot_window: None,
        snapshot_retention_limit: 0,
        auto_minor_version_upgrade: true,
        notification: None,
        network_type: "ipv4".into(),
        ip_discovery: "ipv4".into(),
        tags: TagSet::default(),
        pending: Pending::default(),
        transit_encryption: TransitEncryption::Disabled,
        access: Access::Users(users),
        user_group_id: None,
        auth_token_modified: None,
        at_rest_encryption: false,
        restore: None,
        snapshotting: None,
        update_action: None,
        replacement: None,
        log_deliveries: cachette::model::LogDeliveries::new(),
    }
}

fn start() -> chrono::DateTime<chrono::Utc> {
    "2026-01-01T12:00:00Z".parse().expect("a time")
}

async fn cache(setup: Setup) -> Cache {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Arc::new(Store::open(&folder.path().join("records")).expect("a store"));
    let put = store.write(|draft| {
        draft.put(&scope(), "my-cache", record());
        Ok::<_, StorageError>(())
    });
    put.await.expect("stored");

    let secret = InstanceSecret::new([7; 32]);
    let engine = Process::serving(setup.program).await;
    let mut admin = connect(engine.address.port()).await;
    let alice = secret.of_iam_user(&scope(), "my-cache", "alice").password_hash();
    for user in [format!("alice on #{alice} ~* +@all"), "bob on >a-password-of-bob ~* +@all".to_owned()] {
        send(&mut admin, format!("ACL SETUSER {user}\r\n").as_bytes()).await;
        expect(&mut admin, b"+OK\r\n").await;
    }

    let clock = Arc::new(Clock::runtime(start()));
    let access_keys = AccessKeys {
        secrets: HashMap::from([(KEY.to_owned(), SECRET.to_owned())]),
        have_to_be_known: setup.keys_have_to_be_known,
    };
    let logins = IamLogins { store, clock: Arc::clone(&clock), secret, access_keys, policy: setup.policy };
    let (gateway, routes) = gateway(settings());
    let gateway = gateway.with_iam_login(Arc::new(logins));
    let endpoint = node("my-cache");
    routes.secure(&endpoint, Security { judges_logins: true, ..Security::default() });
    routes.lead(&endpoint, engine.address);
    let port = gateway.open(&endpoint, setup.front, PortChoice::Any).expect("open");
    Cache { _gateway: gateway, port, clock, _engine: engine, _folder: folder }
}

impl Cache {
    /// A token for alice, signed now.
    fn token(&self) -> String {
        token(KEY, self.clock.now())
    }

    async fn connect(&self) -> TcpStream {
        connect(self.port).await
    }

    fn advance(&self, hours: u64) {
        self.clock.advance(Duration::from_secs(hours * 3600)).expect("advanced");
    }
}

fn token(key: &str, time: chrono::DateTime<chrono::Utc>) -> String {
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(Duration::from_mins(15));
    let identity = Credentials::new(key, SECRET, None, None, "test").into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("elasticache")
        .time(SystemTime::from(time))
        .settings(settings)
        .build()
        .expect("everything was said")
        .into();
    let url = "http://my-cache/?Action=connect&User=alice";
    let request = SignableRequest::new("GET", url, [].into_iter(), SignableBody::Bytes(b"")).expect("a request");
    let (instructions, _) = sign(request, &params).expect("signed").into_parts();
    let mut request = http::Request::get(url).body(()).expect("a request");
    instructions.apply_to_request_http1x(&mut request);
    request.uri().to_string().trim_start_matches("http://").to_owned()
}

fn request(words: &[&str]) -> Vec<u8> {
    let words = words.iter().map(|word| format!("${}\r\n{word}\r\n", word.len()));
    format!("*{}\r\n{}", words.len(), words.collect::<String>()).into_bytes()
}

fn auth(token: &str) -> Vec<u8> {
    request(&["AUTH", "alice", token])
}

/// Sends all requests at once, and expects these answers in turn.
async fn answers(client: &mut TcpStream, exchanges: &[(&[u8], &[u8])]) {
    let requests: Vec<_> = exchanges.iter().flat_map(|(request, _)| request.iter().copied()).collect();
    send(client, &requests).await;
    for (_, answer) in exchanges {
        expect(client, answer).await;
    }
}

#[tokio::test]
async fn a_good_token_lets_its_user_in_and_no_other() {
    for (program, front) in
        [("redis-server", Front::Redis), ("redis-server", Front::RedisCluster), ("valkey-server", Front::Redis)]
    {
        let cache = cache(Setup { program, front, ..Setup::default() }).await;
        let whoami: &[u8] = b"ACL WHOAMI\r\n";
        let (good, late) = (auth(&cache.token()), auth(&token(KEY, start() - Duration::from_secs(1000))));
        let other = request(&["AUTH", "bob", &cache.token()]);
        let bob = request(&["AUTH", "bob", "a-password-of-bob"]);
        let mut client = cache.connect().await;
        // Valkey 8.0 answers a failed login only when no other answer is on its way.
        for exchanges in [
            &[(&late[..], DENIED), (whoami, b"$7\r\ndefault\r\n")][..],
            &[(&auth("a-password"), DENIED), (&good, b"+OK\r\n"), (whoami, ALICE), (b"*0\r\n", b"")],
            &[(&other, DENIED), (whoami, ALICE)],
            &[(&late, DENIED), (whoami, ALICE), (&bob, b"+OK\r\n"), (whoami, b"$3\r\nbob\r\n")],
            &[
                (format!("AUTH alice {}\r\n", cache.token()).as_bytes(), b"+OK\r\n"),
                (&request(&["SET", "k", &cache.token()]), b"+OK\r\n"),
                (&request(&["ECHO", "AUTH"]), b"$4\r\nAUTH\r\n"),
                (whoami, ALICE),
            ],
        ] {
            answers(&mut client, exchanges).await;
        }
        // In the newer protocol, in two parts.
        let mut client = cache.connect().await;
        let hello = request(&["HELLO", "3", "AUTH", "alice", &cache.token(), "SETNAME", "x"]);
        let (first, second) = hello.split_at(100);
        answers(&mut client, &[(b"PING\r\n", b"+PONG\r\n"), (first, b"")]).await;
        answers(&mut client, &[(second, b"%7\r\n$6\r\nserver\r\n")]).await;
    }
}

#[tokio::test]
async fn a_token_is_refused_in_a_transaction() {
    for program in ["redis-server", "valkey-server"] {
        let cache = cache(Setup { program, ..Setup::default() }).await;
        let good = auth(&cache.token());
        let mut client = cache.connect().await;
        answers(
            &mut client,
            &[
                (b"MULTI\r\n", b"+OK\r\n"),
                (&good, b"-ERR wrong number of arguments for 'auth' command\r\n"),
                (b"EXEC\r\n", b"-EXECABORT Transaction discarded because of previous errors.\r\n"),
                (&good, b"+OK\r\n"),
            ],
        )
        .await;
    }
}

#[tokio::test]
async fn a_connection_lives_for_twelve_hours_after_its_last_token() {
    let cache = cache(Setup::default()).await;
    let (mut one, mut two, mut other) = (cache.connect().await, cache.connect().await, cache.connect().await);
    let good = auth(&cache.token());
    for client in [&mut one, &mut two] {
        answers(client, &[(&good, b"+OK\r\n")]).await;
    }
    answers(&mut other, &[(&request(&["AUTH", "bob", "a-password-of-bob"]), b"+OK\r\n")]).await;

    cache.advance(11);
    answers(&mut one, &[(&good, DENIED), (b"PING\r\n", b"+PONG\r\n")]).await;
    answers(&mut two, &[(&auth(&cache.token()), b"+OK\r\n")]).await;
    cache.advance(2);
    expect_reset(&mut one).await;
    answers(&mut two, &[(b"ACL WHOAMI\r\n", ALICE)]).await;
    // Another login prolongs nothing.
    answers(&mut two, &[(&request(&["AUTH", "bob", "a-password-of-bob"]), b"+OK\r\n")]).await;
    cache.advance(11);
    expect_reset(&mut two).await;
    answers(&mut other, &[(b"PING\r\n", b"+PONG\r\n")]).await;
}

#[tokio::test]
async fn a_key_that_nobody_knows_is_good_only_where_keys_need_not_be_known() {
    for (keys_have_to_be_known, answer) in [(true, DENIED), (false, &b"+OK\r\n"[..])] {
        let cache = cache(Setup { keys_have_to_be_known, ..Setup::default() }).await;
        let unknown = auth(&token("AKIDOTHER", start()));
        let forged = auth(&cache.token().replace("Signature=", "Signature=0"));
        let of_another_account = auth(&token("111111111111", start()));
        let mut client = cache.connect().await;
        answers(&mut client, &[(&unknown, answer), (&forged, DENIED), (&of_another_account, DENIED)]).await;
    }
}

/// Lets one key connect, to one cache as one user.
struct Only(&'static str);

impl ConnectPolicy for Only {
    fn may_connect(&self, access_key: &str, account: &str, cache_arn: &str, user_arn: &str) -> bool {
        assert_eq!(account, "000000000000");
        assert_eq!(cache_arn, "arn:aws:elasticache:us-east-1:000000000000:cluster:my-cache");
        assert_eq!(user_arn, "arn:aws:elasticache:us-east-1:000000000000:user:alice");
        access_key == self.0
    }
}

#[tokio::test]
async fn whoever_may_not_connect_is_denied() {
    for (key, answer) in [(KEY, &b"+OK\r\n"[..]), ("AKIDOTHER", DENIED)] {
        let cache = cache(Setup { policy: Arc::new(Only(key)), ..Setup::default() }).await;
        answers(&mut cache.connect().await, &[(&auth(&cache.token()), answer)]).await;
    }
}
