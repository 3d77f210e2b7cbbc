//! Clusters ("cluster mode enabled"): how engines become one, change roles, and hand slots to each other. Nothing here
//! decides who should own what; that is for the caller, who keeps the record.
//!
//! # What the engines are not left to do
//!
//! By themselves the nodes of a cluster elect a new primary when one dies, and move replicas to where there are none.
//! Both would contradict the record, so both are switched off: a replica stands for no election
//! (`cluster-replica-no-failover`), and takes over only when it is told to, without asking the others
//! (`CLUSTER FAILOVER TAKEOVER`). What an election protects against, two claims to the same slots, cannot come to be
//! where only one server tells engines what to do, and the claim of the later epoch wins everywhere.
//!
//! # Time
//!
//! Nodes tell each other news about once a second, and sooner to those that they have not heard of for half the node
//! timeout. So nodes start with a short timeout ([`boot_directives`]) and get the one that is wanted when the cluster
//! stands ([`settle`]). What else is slow in the making of a cluster is told in [`opening`] and [`inheriting`].

mod agree;
mod commands;
mod failover;
mod inheriting;
mod join;
mod member;
mod node;
mod open_moves;
mod opening;
mod reshard;
mod view;

pub use agree::{forget_all, settle, until_agreed, until_owner_known, until_told};
pub use commands::ClusterInfo;
pub use failover::{switch_primary, take_over_in_turn};
pub use inheriting::heirs_file;
pub use join::{form, join};
pub use member::{Duty, Member, Seat};
pub use node::ClusterNode;
pub use open_moves::{OpenMove, open_moves};
pub use reshard::move_slots;
pub use view::ClusterView;

use super::launch::EngineSettings;

/// The node timeout in milliseconds that engines start with, whatever is wanted later.
const FORMING_NODE_TIMEOUT: &str = "500";

/// How far the port by which nodes talk to each other is from that for clients.
const BUS: u16 = 10_000;

/// The port by which an engine that listens to clients on `port` talks to other nodes. Engines themselves know no answer
/// where the sum is no port.
pub(super) fn bus_port(port: u16) -> u16 {
    port.checked_add(BUS).unwrap_or_else(|| port - BUS)
}

/// What a node of a cluster has to be started with.
pub(super) fn boot_directives(settings: &EngineSettings) -> Vec<Vec<String>> {
    if settings.cluster.is_none() {
        return Vec::new();
    }
    let version = (settings.version.major(), settings.version.minor());
    let mut all = vec![
        ["cluster-enabled", "yes"],
        ["cluster-config-file", inheriting::NODES],
        ["cluster-node-timeout", FORMING_NODE_TIMEOUT],
        // Or nobody gets in until every slot is owned; the value that is wanted is set when the cluster stands.
        ["cluster-require-full-coverage", "no"],
    ];
    if version >= (5, 0) {
        all.push(["cluster-replica-no-failover", "yes"]);
    }
    if version >= (6, 2) {
        all.push(["cluster-allow-replica-migration", "no"]);
    } else {
        all.push(["cluster-migration-barrier", "1000"]);
    }
    let mut all: Vec<Vec<String>> = all.into_iter().map(|words| words.map(str::to_owned).to_vec()).collect();
    // It came with 7.0; without it an older engine does not start on such a port either.
    if settings.port.checked_add(BUS).is_none() {
        all.push(vec!["cluster-port".into(), bus_port(settings.port).to_string()]);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SlotSet;

    /// The caller runs these as tasks of their own.
    #[expect(dead_code, reason = "it has to compile, no more")]
    fn everything_can_be_a_task(seats: &[Seat], members: &[Member], slots: &SlotSet) {
        fn is_send<T: Send>(_: &T) {}
        is_send(&form(seats));
        is_send(&join(seats, members));
        is_send(&settle(members));
        is_send(&forget_all(members, &[]));
        is_send(&open_moves(members));
        is_send(&take_over_in_turn(&[]));
        is_send(&until_told(&members[0], &members[1], members));
        is_send(&switch_primary(&members[0], &members[1], members));
        is_send(&move_slots(&members[0], &members[1], members, slots, |_| ()));
        is_send(&until_owner_known(&members[0], slots, members));
        is_send(&until_agreed(members, &std::collections::BTreeMap::new()));
    }
}
