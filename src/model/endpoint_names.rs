//! The host names of endpoints, in the form that `ElastiCache` gives them, in a zone of this server's own.
//!
//! Which form an endpoint's name has depends on what it leads to and on whether clients speak TLS there. Names are made
//! here and nowhere read: whoever looks for one makes all that there are.

use sha2::{Digest, Sha256};

use super::{CacheCluster, EndpointRole, NodeId, ReplicationGroup, Scope, TransitEncryption, catalogue::regions};

/// The label under which all names are, in any zone.
const LABEL: &str = "cache";

/// The letters and digits of the part that tells accounts apart. A label must not be a number, but this one is never alone.
const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// How endpoints of one server are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointNames {
    apex: String,
    server: String,
}

/// Whether a name is that of an endpoint whose clients speak TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// They do not.
    Plain,
    /// They do, or may.
    Encrypted,
}

impl Form {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Plain, Self::Encrypted];
}

impl From<TransitEncryption> for Form {
    fn from(encryption: TransitEncryption) -> Self {
        if encryption.is_enabled() { Self::Encrypted } else { Self::Plain }
    }
}

/// A text that is no zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no DNS zone: write labels of letters, digits and hyphens, separated by dots")]
pub struct InvalidZone(pub String);

impl EndpointNames {
    /// The names in `zone`, such as `amazonaws.com`, of the server that is called `server`.
    ///
    /// # Errors
    /// [`InvalidZone`], when that is none.
    pub fn new(zone: &str, server: &str) -> Result<Self, InvalidZone> {
        let name = zone.strip_suffix('.').unwrap_or(zone).to_ascii_lowercase();
        let is_label = |label: &str| {
            let fits = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            (1..=63).contains(&label.len()) && fits && !label.starts_with('-') && !label.ends_with('-')
        };
        // The longest name of an endpoint has to fit in 253 bytes with it.
        if name.len() > 100 || !name.split('.').all(is_label) {
            return Err(InvalidZone(zone.to_owned()));
        }
        Ok(Self { apex: format!("{LABEL}.{name}"), server: server.to_owned() })
    }

    /// The name that all others end in, such as `cache.amazonaws.com`.
    #[must_use]
    pub fn apex(&self) -> &str {
        &self.apex
    }

    /// The name of a node.
    #[must_use]
    pub fn node(&self, cluster: &CacheCluster, node: NodeId, form: Form) -> String {
        if let Some(name) = self.behind_serverless(&cluster.scope, &cluster.id) {
            return name;
        }
        let hash = self.hash(&cluster.scope);
        match (&cluster.membership, form) {
            (Some(member), Form::Encrypted) => {
                self.complete(&cluster.scope, &format!("{}.{}.{hash}", cluster.id, member.replication_group_id))
            }
            _ => self.complete(&cluster.scope, &format!("{}.{hash}.{node}", cluster.id)),
        }
    }

    /// The name of the configuration endpoint of a Memcached cluster.
    #[must_use]
    pub fn configuration(&self, cluster: &CacheCluster) -> String {
        self.behind_serverless(&cluster.scope, &cluster.id).unwrap_or_else(|| {
            self.complete(&cluster.scope, &format!("{}.{}.cfg", cluster.id, self.hash(&cluster.scope)))
        })
    }

    /// The name of the endpoint of a replication group in this role.
    ///
    /// # Panics
    /// When the role is one that only clusters have.
    #[must_use]
    pub fn of_group(&self, group: &ReplicationGroup, role: EndpointRole, form: Form) -> String {
        let ReplicationGroup { scope, id, .. } = group;
        if let Some(name) = self.behind_serverless(scope, id) {
            return name;
        }
        let hash = self.hash(scope);
        let name = match (role, form) {
            (EndpointRole::Primary, Form::Plain) => format!("{id}.{hash}.ng.0001"),
            (EndpointRole::Primary, Form::Encrypted) => format!("master.{id}.{hash}"),
            (EndpointRole::Reader, Form::Plain) => format!("{id}-ro.{hash}.ng.0001"),
            (EndpointRole::Reader, Form::Encrypted) => format!("replica.{id}.{hash}"),
            (EndpointRole::GroupConfiguration, Form::Plain) => format!("{id}.{hash}.clustercfg"),
            (EndpointRole::GroupConfiguration, Form::Encrypted) => format!("clustercfg.{id}.{hash}"),
            (EndpointRole::Node(_) | EndpointRole::Configuration, _) => unreachable!("a group has no such endpoint"),
        };
        self.complete(scope, &name)
    }

    /// The name of a serverless cache.
    #[must_use]
    pub fn serverless(&self, scope: &Scope, name: &str) -> String {
        self.complete(scope, &format!("{name}-{}.serverless", self.hash(scope)))
    }

    fn behind_serverless(&self, scope: &Scope, id: &str) -> Option<String> {
        scope.before_serverless().map(|scope| self.serverless(&scope, id))
    }

    fn complete(&self, scope: &Scope, name: &str) -> String {
        format!("{name}.{}.{}", regions::short_code(&scope.region), self.apex)
    }

    /// Six letters and digits, the same for all resources of an account in a region of this server.
    fn hash(&self, scope: &Scope) -> String {
        let digest = Sha256::digest(format!("{}/{scope}", self.server));
        digest.iter().take(6).map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_checked_and_written_in_one_way() {
        let apex = |zone| EndpointNames::new(zone, "server").map(|names| names.apex().to_owned());
        assert_eq!(apex("AmazonAWS.com."), Ok("cache.amazonaws.com".to_owned()));
        assert_eq!(apex("test"), Ok("cache.test".to_owned()));
        for wrong in ["", ".", "a..b", "a b", "-a", "a-", "*.test", "ä.test", &"a.".repeat(51)] {
            assert_eq!(apex(wrong), Err(InvalidZone(wrong.to_owned())));
        }
    }

    #[test]
    fn accounts_and_servers_are_told_apart() {
        let names = |server| EndpointNames::new("cachette.test", server).expect("a zone");
        let (scope, other) = (Scope::new("000000000000", "us-east-1"), Scope::new("111122223333", "us-east-1"));
        let name = names("one").serverless(&scope, "mine");
        assert_eq!(name, names("one").serverless(&scope, "mine"));
        assert_ne!(name, names("one").serverless(&other, "mine"));
        assert_ne!(name, names("two").serverless(&scope, "mine"));
        assert!(name.starts_with("mine-") && name.ends_with(".serverless.use1.cache.cachette.test"), "{name}");
    }
}
