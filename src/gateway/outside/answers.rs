//! What is said in the source's place: what the cache answers, as the cluster with one visible node that it is for as
//! long as it is migrated to.

use sha2::{Digest, Sha256};

use super::requests::lower;
use crate::{
    gateway::EndpointId,
    model::{
        SLOTS,
        catalogue::commands::{is_kept_from_serverless, is_touched_by_serverless},
        hex::hex,
    },
};

/// Where clients find the only node.
pub(super) struct Place {
    /// A name, if clients are told one, else the address.
    pub(super) host: String,
    pub(super) ip: String,
    pub(super) port: u16,
    pub(super) id: String,
}

/// What becomes of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The source may have it.
    Passed,
    /// The source gets these words in its place.
    Replaced(Vec<Vec<u8>>),
    /// The source is not asked; this is the answer, as it is on the wire.
    Answered(Vec<u8>),
}

/// The id of the only node, which is always the same for an endpoint's cache.
pub(super) fn node_id(endpoint: &EndpointId) -> String {
    let name = format!("{}/{}", endpoint.scope, endpoint.resource_id);
    hex(&Sha256::digest(name.as_bytes()))[..40].to_owned()
}

/// Whether a command, whose name is in lower case, has to be looked at.
pub(super) fn is_wanted(name: &str) -> bool {
    const LOOKED_AT: [&str; 8] = ["asking", "auth", "cluster", "hello", "readonly", "readwrite", "reset", "select"];
    LOOKED_AT.contains(&name) || name == "failover" || is_touched_by_serverless(name)
}

impl Place {
    /// Judges a request of interest. `is_resp3` is what the client and the source have agreed on, and is changed by it.
    pub(super) fn judge(&self, words: &[&[u8]], is_resp3: &mut bool) -> Verdict {
        let Some((name, arguments)) = words.split_first() else { return Verdict::Passed };
        let name = lower(name);
        match name.as_str() {
            "asking" | "readonly" | "readwrite" => Verdict::Answered(b"+OK\r\n".to_vec()),
            "auth" => auth(arguments),
            "hello" => hello(words, is_resp3),
            "cluster" => Verdict::Answered(self.cluster(arguments, *is_resp3)),
            "select" if arguments != [b"0"] => error("ERR SELECT is not allowed in cluster mode"),
            // It would undo the login.
            "reset" => error("ERR RESET is not available while the cache is migrated to"),
            _ if is_kept_from_serverless(&name) || name == "failover" => unknown(words[0], arguments),
            _ => match arguments.first() {
                Some(below) if is_kept_from_serverless(&format!("{name}|{}", lower(below))) => error(&format!(
                    "NOPERM User default has no permissions to run the '{name}|{}' command",
                    printable(&lower(below))
                )),
                _ => Verdict::Passed,
            },
        }
    }

    fn cluster(&self, arguments: &[&[u8]], is_resp3: bool) -> Vec<u8> {
        let Self { host, ip, port, id } = self;
        let last = SLOTS - 1;
        let below = arguments.first().map(|word| lower(word)).unwrap_or_default();
        match (below.as_str(), &arguments[arguments.len().min(1)..]) {
            ("slots", []) => {
                format!("*1\r\n*3\r\n:0\r\n:{last}\r\n*4\r\n{}:{port}\r\n{}*0\r\n", bulk(host), bulk(id)).into_bytes()
            }
            ("shards", []) => {
                let fields =
                    |count: usize| if is_resp3 { format!("%{count}\r\n") } else { format!("*{}\r\n", 2 * count) };
                let words = [("id", id), ("ip", ip), ("endpoint", host)].map(|(key, value)| bulk(key) + &bulk(value));
                [
                    format!("*1\r\n{}{}*2\r\n:0\r\n:{last}\r\n", fields(2), bulk("slots")),
                    format!("{}*1\r\n{}", bulk("nodes"), fields(7)),
                    words.concat(),
                    format!("{}:{port}\r\n{}{}", bulk("port"), bulk("role"), bulk("master")),
                    format!("{}:0\r\n{}{}", bulk("replication-offset"), bulk("health"), bulk("online")),
                ]
                .concat()
                .into_bytes()
            }
            ("nodes", []) => {
                let name = if host == ip { String::new() } else { format!(",{host}") };
                let line = format!("{id} {ip}:{port}@{port}{name} myself,master - 0 0 1 connected 0-{last}\n");
                bulk(&line).into_bytes()
            }
            ("info", []) => bulk(&format!(
                "cluster_enabled:1\r\ncluster_state:ok\r\ncluster_slots_assigned:{SLOTS}\r\ncluster_slots_ok:{SLOTS}\r\n\
                 cluster_slots_pfail:0\r\ncluster_slots_fail:0\r\ncluster_known_nodes:1\r\ncluster_size:1\r\n\
                 cluster_current_epoch:1\r\ncluster_my_epoch:1\r\n"
            ))
            .into_bytes(),
            ("myid", []) => bulk(id).into_bytes(),
            ("keyslot", [key]) => format!(":{}\r\n", slot(key)).into_bytes(),
            _ => format!(
                "-ERR CLUSTER {} is not available while the cache is migrated to\r\n",
                printable(&below.to_ascii_uppercase())
            )
            .into_bytes(),
        }
    }
}

/// The cache lets everybody in, whoever it is; the source's own users are none of the cache's clients.
fn auth(arguments: &[&[u8]]) -> Verdict {
    match arguments {
        [_] => error(
            "ERR AUTH <password> called without any password configured for the default user. Are you sure your \
             configuration is correct?",
        ),
        [user, _] if *user == b"default" => Verdict::Answered(b"+OK\r\n".to_vec()),
        [_, _] => wrong_password(),
        // For the source to find fault with.
        _ => Verdict::Passed,
    }
}

/// Takes the login out of `HELLO`.
fn hello(words: &[&[u8]], is_resp3: &mut bool) -> Verdict {
    let is = |at: usize, name: &[u8]| words.get(at).is_some_and(|word| word.eq_ignore_ascii_case(name));
    let (mut kept, mut at): (Vec<Vec<u8>>, _) = (words.iter().take(2).map(|word| word.to_vec()).collect(), 2);
    while at < words.len() {
        if is(at, b"AUTH") && at + 2 < words.len() {
            if words[at + 1] != b"default" {
                return wrong_password();
            }
            at += 3;
        } else if is(at, b"SETNAME") && at + 1 < words.len() {
            kept.extend(words[at..at + 2].iter().map(|word| word.to_vec()));
            at += 2;
        } else {
            return error("ERR Syntax error in HELLO");
        }
    }
    if is(1, b"2") || is(1, b"3") {
        *is_resp3 = is(1, b"3");
    }
    Verdict::Replaced(kept)
}

fn wrong_password() -> Verdict {
    error("WRONGPASS invalid username-password pair or user is disabled.")
}

/// What an engine says of a command that it does not have.
fn unknown(name: &[u8], arguments: &[&[u8]]) -> Verdict {
    let name = printable(&String::from_utf8_lossy(name));
    let shown = arguments.iter().take(8).map(|word| format!("'{}' ", printable(&String::from_utf8_lossy(word))));
    error(&format!("ERR unknown command '{name}', with args beginning with: {}", shown.collect::<String>()))
}

fn error(text: &str) -> Verdict {
    Verdict::Answered(format!("-{text}\r\n").into_bytes())
}

/// A word that may stand in a line.
fn printable(word: &str) -> String {
    word.chars().take(128).map(|char| if char.is_control() { ' ' } else { char }).collect()
}

fn bulk(text: &str) -> String {
    format!("${}\r\n{text}\r\n", text.len())
}

/// The slot of a key, which only what stands in its first braces decides, if anything does.
fn slot(key: &[u8]) -> u16 {
    let tag = memchr::memchr(b'{', key).and_then(|open| {
        let rest = &key[open + 1..];
        memchr::memchr(b'}', rest).filter(|length| *length > 0).map(|length| &rest[..length])
    });
    crc::Crc::<u16>::new(&crc::CRC_16_XMODEM).checksum(tag.unwrap_or(key)) % SLOTS
}
