//! Rules between several parameters, and between parameters and the node type.
//!
//! The rule of a parameter by itself is in [`super::parameter_value`]. The user guide states these rules without the
//! texts of their errors, so the texts are ours.

use super::node_types::{NodeFeature, NodeType};

/// Values that do not go together. AWS code: `InvalidParameterCombination`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParameterRuleError {
    /// `max_item_size` is not a multiple of `slab_chunk_max`, or is smaller.
    #[error("max_item_size {max_item_size} must be a multiple of slab_chunk_max {slab_chunk_max}.")]
    ItemAndChunk {
        /// `max_item_size`, bytes.
        max_item_size: u64,
        /// `slab_chunk_max`, bytes.
        slab_chunk_max: u64,
    },
    /// `max_item_size` is more than a quarter of the memory for items.
    #[error("max_item_size {max_item_size} is too large for {node_type}. At most {limit} is possible.")]
    ItemAndNodeType {
        /// `max_item_size`, bytes.
        max_item_size: u64,
        /// The node type's name.
        node_type: &'static str,
        /// A quarter of the memory for items, bytes.
        limit: u64,
    },
    /// `maxmemory-policy` is not one of those that work with data tiering.
    #[error("maxmemory-policy {policy} is not supported for the node type {node_type}.")]
    PolicyAndDataTiering {
        /// `maxmemory-policy`.
        policy: String,
        /// The node type's name.
        node_type: &'static str,
    },
}

/// The eviction policies that work with data tiering.
const POLICIES_WITH_DATA_TIERING: [&str; 5] =
    ["noeviction", "volatile-lru", "allkeys-lru", "volatile-lfu", "allkeys-lfu"];

const MIB: u64 = 1024 * 1024;

/// Checks the sizes of a memcached parameter group, bytes: an item is made of whole chunks.
///
/// # Errors
///
/// [`ParameterRuleError::ItemAndChunk`], when it cannot be.
pub fn check_item_size(max_item_size: u64, slab_chunk_max: u64) -> Result<(), ParameterRuleError> {
    if slab_chunk_max > 0 && max_item_size >= slab_chunk_max && max_item_size.is_multiple_of(slab_chunk_max) {
        Ok(())
    } else {
        Err(ParameterRuleError::ItemAndChunk { max_item_size, slab_chunk_max })
    }
}

/// Checks that a memcached node holds at least four of the largest items, next to the memory for its connections
/// (`memcached_connections_overhead`, MiB). A type without memcached is not judged.
///
/// # Errors
///
/// [`ParameterRuleError::ItemAndNodeType`], when it does not.
pub fn check_item_fits(
    max_item_size: u64,
    connections_overhead_mb: u64,
    node_type: &NodeType,
) -> Result<(), ParameterRuleError> {
    let Some(memcached) = &node_type.memcached else { return Ok(()) };
    let for_items = u64::from(memcached.max_cache_memory_mb).saturating_sub(connections_overhead_mb);
    let limit = for_items * MIB / 4;
    if max_item_size <= limit {
        Ok(())
    } else {
        Err(ParameterRuleError::ItemAndNodeType { max_item_size, node_type: node_type.name, limit })
    }
}

/// Checks that `maxmemory-policy` works on the node type.
///
/// # Errors
///
/// [`ParameterRuleError::PolicyAndDataTiering`], when the type has data tiering and the policy does not work with it.
pub fn check_policy(policy: &str, node_type: &NodeType) -> Result<(), ParameterRuleError> {
    if node_type.supports(NodeFeature::DataTiering) && !POLICIES_WITH_DATA_TIERING.contains(&policy) {
        return Err(ParameterRuleError::PolicyAndDataTiering { policy: policy.to_owned(), node_type: node_type.name });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::families::family;
    use super::super::node_types::node_type;
    use super::*;

    #[test]
    fn an_item_is_made_of_whole_chunks() {
        let default = |name| -> u64 {
            family("memcached1.6").expect("known").parameter(name).expect("known").value.parse().expect("a number")
        };
        assert_eq!(check_item_size(default("max_item_size"), default("slab_chunk_max")), Ok(()));
        assert_eq!(check_item_size(1024, 1024), Ok(()));
        assert!(check_item_size(1024, 2048).is_err());
        assert!(check_item_size(1536, 1024).is_err());
        assert!(check_item_size(1024, 0).is_err());
    }

    #[test]
    fn a_node_holds_four_of_the_largest_items() {
        let micro = node_type("cache.t3.micro").expect("known");
        assert_eq!(check_item_fits(103 * MIB, 100, micro), Ok(()));
        assert!(check_item_fits(103 * MIB + 1, 100, micro).is_err());
        assert!(check_item_fits(1, 1000, micro).is_err());
    }

    #[test]
    fn data_tiering_limits_the_policies() {
        let tiered = node_type("cache.r6gd.xlarge").expect("known");
        assert_eq!(check_policy("allkeys-lru", tiered), Ok(()));
        assert!(check_policy("volatile-ttl", tiered).is_err());
        assert_eq!(check_policy("volatile-ttl", node_type("cache.r6g.large").expect("known")), Ok(()));
    }
}
