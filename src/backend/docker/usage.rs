//! What a container takes of its machine, in Docker's words.

use bollard::models::{ContainerMemoryStats, ContainerStatsResponse};

use crate::backend::Usage;

/// What Docker counts files under that the system may drop from memory at any time: with control groups of version 2, and
/// of version 1.
const DROPPABLE: [&str; 2] = ["inactive_file", "total_inactive_file"];

/// What a container takes; nothing for one that does not run, of which there are no counts.
pub(super) fn of(stats: ContainerStatsResponse) -> Option<Usage> {
    let ContainerMemoryStats { usage, stats: details, .. } = stats.memory_stats?;
    let detail = |name: &str| details.as_ref().and_then(|details| details.get(name).copied());
    let droppable = DROPPABLE.into_iter().find_map(detail).unwrap_or_default();
    let networks = stats.networks.unwrap_or_default();
    let packets = |count: fn(&bollard::models::ContainerNetworkStats) -> Option<u64>| {
        networks.values().map(|network| count(network).unwrap_or_default()).sum()
    };
    Some(Usage {
        memory: usage?.saturating_sub(droppable),
        swap: detail("swap"),
        packets: (!networks.is_empty())
            .then(|| (packets(|network| network.rx_packets), packets(|network| network.tx_packets))),
    })
}
