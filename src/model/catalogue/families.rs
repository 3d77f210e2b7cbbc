//! The parameter group families: which parameters they hold, and what is known of each.

use super::generated::families::FAMILIES;
use super::node_types::{NodeType, node_types};
use crate::model::Engine;

/// A family of parameter groups, such as `redis7`.
#[derive(Debug)]
pub struct Family {
    /// The family's name, in lower case.
    pub name: &'static str,
    /// The engine it is for.
    pub engine: Engine,
    /// Whether the family has a second default group, for cluster mode.
    pub cluster_mode: bool,
    /// The parameters of a group as it is created, in `ElastiCache`'s order.
    pub parameters: &'static [Parameter],
    /// Parameters that a group holds only in place of another: see [`Family::displaced_by`].
    pub alternates: &'static [Parameter],
    /// The parameters whose value depends on the node type. None of them can be changed.
    pub node_type_parameters: &'static [NodeTypeParameter],
    /// The names of the node types for which those values are listed, in `ElastiCache`'s order.
    pub node_types: &'static [&'static str],
}

/// A parameter of a family. Its source in an untouched group is always `system`.
#[derive(Debug, PartialEq)]
pub struct Parameter {
    /// `ParameterName`.
    pub name: &'static str,
    /// `ParameterValue` of the family's default group. It may be empty.
    pub value: &'static str,
    /// `Description`.
    pub description: &'static str,
    /// `DataType`.
    pub data_type: DataType,
    /// `AllowedValues`, in `ElastiCache`'s notation; see [`super::parameter_value`]. Absent for free text.
    pub allowed_values: Option<&'static str>,
    /// Whether and when a user may change it.
    pub modifiable: Modifiable,
    /// `ChangeType`.
    pub change_type: ChangeType,
    /// `MinimumEngineVersion`.
    pub minimum_engine_version: &'static str,
}

/// A parameter whose value depends on the node type.
#[derive(Debug)]
pub struct NodeTypeParameter {
    /// The parameter; its `value` is empty.
    pub parameter: Parameter,
    /// Which property of a node type is its value.
    pub quantity: NodeQuantity,
}

/// The properties of a node type that parameters show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeQuantity {
    /// `maxmemory` of redis and valkey, bytes.
    MaxMemory,
    /// Hard limit of a replica's output buffer, bytes.
    ReplicaHardLimit,
    /// Soft limit of a replica's output buffer, bytes.
    ReplicaSoftLimit,
    /// Memory of memcached, MiB.
    MaxCacheMemory,
    /// Threads of memcached.
    NumThreads,
}

/// The type of a parameter's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataType {
    /// `boolean`: `0` or `1`.
    Boolean,
    /// `float`.
    Float,
    /// `integer`.
    Integer,
    /// `string`.
    String,
}

/// Whether a user may change a parameter of his own group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modifiable {
    /// At any time.
    Yes,
    /// Never.
    No,
    /// While no cache uses the group: `cluster-enabled`, `databases` and `activerehashing`, which an engine takes up
    /// only when it is created. `IsModifiable` shows `false`.
    WhileUnused,
}

/// When a changed parameter takes effect on a running node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeType {
    /// `immediate`.
    Immediate,
    /// `requires-reboot`.
    RequiresReboot,
}

impl DataType {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Float => "float",
            Self::Integer => "integer",
            Self::String => "string",
        }
    }
}

impl ChangeType {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Immediate => "immediate",
            Self::RequiresReboot => "requires-reboot",
        }
    }
}

impl Modifiable {
    /// What `IsModifiable` shows.
    #[must_use]
    pub fn is_modifiable(self) -> bool {
        self == Self::Yes
    }
}

impl Family {
    /// The parameter of that name: one that every group holds, an alternate, or one that depends on the node type.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        let by_node_type = self.node_type_parameters.iter().map(|entry| &entry.parameter);
        self.parameters.iter().chain(self.alternates).chain(by_node_type).find(|parameter| parameter.name == name)
    }

    /// The parameter that leaves the group when `name` is set in it. A group holds either `reserved-memory` or
    /// `reserved-memory-percent`: setting one takes the other out, and resetting the one that is out is refused with
    /// `Parameter <name> doesn't exist` (code `InvalidParameterValue`).
    #[must_use]
    pub fn displaced_by(&self, name: &str) -> Option<&'static Parameter> {
        let other = match name {
            "reserved-memory" => "reserved-memory-percent",
            "reserved-memory-percent" => "reserved-memory",
            _ => return None,
        };
        self.parameter(other)
    }

    /// The node types for which the family lists values.
    pub fn listed_node_types(&self) -> impl Iterator<Item = &'static NodeType> {
        let names = self.node_types;
        node_types().iter().filter(move |node_type| names.contains(&node_type.name))
    }
}

impl NodeTypeParameter {
    /// The parameter's value on `node_type`; none for a memcached parameter on a type without memcached.
    #[must_use]
    pub fn value_on(&self, node_type: &NodeType) -> Option<u64> {
        match self.quantity {
            NodeQuantity::MaxMemory => Some(node_type.maxmemory_bytes),
            NodeQuantity::ReplicaHardLimit => Some(node_type.replica_hard_limit_bytes),
            NodeQuantity::ReplicaSoftLimit => Some(node_type.replica_soft_limit_bytes),
            NodeQuantity::MaxCacheMemory => {
                node_type.memcached.as_ref().map(|memcached| u64::from(memcached.max_cache_memory_mb))
            }
            NodeQuantity::NumThreads => node_type.memcached.as_ref().map(|memcached| u64::from(memcached.num_threads)),
        }
    }
}

/// A name that is no parameter group family. AWS code: `InvalidParameterValue`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("CacheParameterGroupFamily {0} is not a valid parameter group family.")]
pub struct UnknownFamily(pub String);

/// Every family, sorted by name.
#[must_use]
pub fn families() -> &'static [Family] {
    FAMILIES
}

/// The family of that name, in any letter case.
///
/// # Errors
///
/// [`UnknownFamily`], when there is none.
pub fn family(name: &str) -> Result<&'static Family, UnknownFamily> {
    FAMILIES.iter().find(|family| family.name.eq_ignore_ascii_case(name)).ok_or_else(|| UnknownFamily(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::engine_versions::engine_versions;
    use super::super::node_types::node_type;
    use super::*;

    #[test]
    fn every_version_has_its_family() {
        for version in engine_versions() {
            assert_eq!(family(version.family).expect("known").engine, version.engine, "{}", version.version);
        }
        assert_eq!(families().len(), 13);
        assert_eq!(
            family("redis8").expect_err("unknown").to_string(),
            "CacheParameterGroupFamily redis8 is not a valid parameter group family."
        );
    }

    #[test]
    fn names_are_unique_within_a_family() {
        for family in families() {
            let by_node_type = family.node_type_parameters.iter().map(|entry| &entry.parameter);
            let mut names: Vec<_> =
                family.parameters.iter().chain(family.alternates).chain(by_node_type).map(|entry| entry.name).collect();
            names.sort_unstable();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count, "{}", family.name);
        }
    }

    #[test]
    fn a_group_holds_one_of_the_two_reserved_memories() {
        for family in families().iter().filter(|family| family.engine != Engine::Memcached) {
            let listed = |name| family.parameters.iter().any(|parameter| parameter.name == name);
            assert_ne!(listed("reserved-memory"), listed("reserved-memory-percent"), "{}", family.name);
            assert_eq!(family.displaced_by("reserved-memory").map(|gone| gone.name), Some("reserved-memory-percent"));
            assert_eq!(family.displaced_by("timeout"), None);
        }
    }

    #[test]
    fn node_types_give_their_values() {
        let redis = family("redis7").expect("known");
        let large = node_type("cache.m5.large").expect("known");
        let maxmemory =
            redis.node_type_parameters.iter().find(|entry| entry.parameter.name == "maxmemory").expect("listed");
        assert_eq!(maxmemory.value_on(large), Some(6_854_542_746));
        assert_eq!(redis.listed_node_types().count(), 73);
        for family in families() {
            assert_eq!(family.listed_node_types().count(), family.node_types.len(), "{}", family.name);
            for node_type in family.listed_node_types() {
                assert!(family.node_type_parameters.iter().all(|entry| entry.value_on(node_type).is_some()));
            }
        }
    }
}
