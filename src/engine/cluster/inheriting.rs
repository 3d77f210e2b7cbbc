//! Bringing a primary that starts with data to serve at once.
//!
//! [`opening`](super::opening) tells why a primary that has just started does not serve for two seconds, and how a blank one
//! gets around that: as a replica, which takes over. One that has keys cannot become a replica, since it would have to
//! drop them. But it can start as one: by a file in its folder it believes that it follows a node which owns the slots
//! that it is to own, and of which nobody has an address. So it tries to copy nothing, keeps its keys, serves as soon as
//! it has read them, and takes over from the node that never was.
//!
//! This is done before it meets anybody, so nobody else ever hears of that node.

use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::{
    engine::{EngineError, EngineSettings, RedisClient, wait::Wait},
    model::{Engine, SlotSet, hex::hex},
};

/// What the file is called that nodes keep what they know of their cluster in.
pub(super) const NODES: &str = "nodes.conf";

/// The length of a node's id, in digits.
const ID: usize = 40;

/// After this long an engine that does not serve takes over all the same, and becomes a primary like any other.
const PATIENCE: Duration = Duration::from_secs(1);

/// The file by which an engine that starts with data comes to own `slots`, with its name; none for an engine that is
/// not to be a node, or too old. `name` has to be its own and nobody else's, ever. Once the engine answers, it has to be
/// told to [inherit](RedisClient::inherit).
#[must_use]
pub fn heirs_file(settings: &EngineSettings, name: &str, slots: &SlotSet) -> Option<(String, String)> {
    settings.cluster.as_ref()?;
    let first = slots.iter().next()?;
    if !is_known_to_work(settings) {
        return None;
    }
    let id = |who: &str| hex(&Sha256::digest(format!("{who} {name}")))[..ID].to_owned();
    let (heir, testator, shard) = (id("heir"), id("testator"), id("shard"));
    let slots = slots.to_string().replace(',', " ");
    // Engines that know shards forget to which one the heir belongs when they find it out by themselves. Redis 7.0 takes the
    // word for a host name, and then goes by what its configuration says of that. Two that inherit at the same time shall
    // not claim with the same epoch, which is one more than the current one.
    let nodes = format!(
        "{heir} :0@0,,shard-id={shard} myself,slave {testator} 0 0 0 connected\n\
         {testator} :0@0,,shard-id={shard} master,noaddr - 0 0 0 connected {slots}\n\
         vars currentEpoch {first} lastVoteEpoch 0\n"
    );
    Some((NODES.to_owned(), nodes))
}

/// Whether the engine takes such a file for what it is meant to be: with these versions it was tried. One that did not
/// could not start at all, so every other waits its two seconds.
fn is_known_to_work(settings: &EngineSettings) -> bool {
    let version = (settings.version.major(), settings.version.minor());
    matches!((settings.engine, version), (Engine::Redis, (7, 0)) | (Engine::Valkey, (8, 0)))
}

impl RedisClient {
    /// Makes an engine that was started with an [heir's file](heirs_file) a primary that owns its slots and serves. Done
    /// again it does nothing.
    ///
    /// # Errors
    /// When the engine does not answer or refuses.
    pub async fn inherit(&mut self) -> Result<(), EngineError> {
        let wait = Wait::until("an engine that starts with data serves", 2 * PATIENCE);
        loop {
            let view = self.view().await?;
            let is_nowhere = |id: &str| view.node(id).is_some_and(|node| node.flags.contains("noaddr"));
            if !view.myself().primary_id.as_deref().is_some_and(is_nowhere) {
                for node in view.nodes().iter().filter(|node| !node.is_myself() && is_nowhere(&node.id)) {
                    self.forget(&node.id).await?;
                }
                return Ok(());
            }
            if self.cluster_info().await?.is_ok || wait.elapsed() >= PATIENCE {
                self.take_over().await?;
            } else {
                wait.a_moment().await?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{
        engine::{ClusterSettings, InstanceSecret},
        model::Access,
    };

    fn settings(version: &str, in_cluster: bool) -> EngineSettings {
        let secret = InstanceSecret::new([0; 32]);
        EngineSettings {
            engine: Engine::Redis,
            version: version.parse().expect("a version"),
            port: 6379,
            parameters: BTreeMap::new(),
            open_files: None,
            access: Access::Open,
            iam_passwords: BTreeMap::new(),
            admin: secret.of_engine("e"),
            replicates: true,
            is_serverless: false,
            cluster: in_cluster.then(|| ClusterSettings { secret: secret.of_engine("group") }),
        }
    }

    #[test]
    fn an_heir_follows_a_node_without_an_address_that_owns_its_slots() {
        let slots: SlotSet = "3-5,9".parse().expect("slots");
        let (name, file) = heirs_file(&settings("7.0", true), "e-1", &slots).expect("a file");
        assert_eq!(name, "nodes.conf");
        let nodes: Vec<&str> = file.lines().collect();
        let (heir, testator) = (&nodes[0][..ID], &nodes[1][..ID]);
        let place = nodes[0].split(' ').nth(1).expect("a place");
        assert!(place.starts_with(":0@0,,shard-id="), "{place}");
        assert_eq!(nodes[0], format!("{heir} {place} myself,slave {testator} 0 0 0 connected"));
        assert_eq!(nodes[1], format!("{testator} {place} master,noaddr - 0 0 0 connected 3-5 9"));
        assert_eq!(nodes[2], "vars currentEpoch 3 lastVoteEpoch 0");
        let (_, other) = heirs_file(&settings("7.0", true), "e-2", &slots).expect("a file");
        assert!(!other.contains(heir) && !other.contains(testator));
    }

    #[test]
    fn there_is_no_file_where_it_is_of_no_use() {
        let slots = SlotSet::from_iter([1]);
        for (settings, slots) in [
            (settings("7.0", false), &slots),
            (settings("6.2", true), &slots),
            (settings("7.2", true), &slots),
            (settings("7.0", true), &SlotSet::default()),
        ] {
            assert_eq!(heirs_file(&settings, "e", slots), None);
        }
    }
}
