//! What a new replication group is made of: whether its engines form a cluster, its shards, and how many members each
//! has in which zones. A request can say so in three ways: with `NumCacheClusters`, with `NumNodeGroups` and
//! `ReplicasPerNodeGroup`, or with a `NodeGroupConfiguration` for each shard. No record is read here.

use std::collections::BTreeSet;

use super::quota;
use crate::{
    model::{ClusterMode, NodeGroupId, SlotSet, catalogue::limits, identifier},
    operations::{
        cache_cluster::settings::{check_zone, spread, spread_from},
        errors,
    },
    protocol::{AwsError, types},
};

/// What a request says about the shape. Lists that are empty count as absent.
pub(super) struct Asked {
    pub cluster_mode: Option<types::ClusterMode>,
    pub num_cache_clusters: Option<i32>,
    pub num_node_groups: Option<i32>,
    pub replicas_per_node_group: Option<i32>,
    pub configurations: Vec<types::NodeGroupConfiguration>,
    pub preferred_zones: Vec<String>,
}

/// What else the shape depends on.
pub(super) struct Surroundings<'a> {
    /// The group's id.
    pub id: &'a str,
    /// Where its zones are.
    pub region: &'a str,
    /// Whether the parameter group that was asked for turns cluster mode on; `None` when none was.
    pub parameter_group_is_clustered: Option<bool>,
    /// The most nodes that a group in cluster mode may have.
    pub most_nodes: usize,
    /// The zone of the cluster that becomes the primary, when there is one.
    pub primary_zone: Option<&'a str>,
}

/// What a group is made of.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub cluster_mode: ClusterMode,
    /// The shards, in the order in which they were asked for.
    pub shards: Vec<Shard>,
}

/// A shard to be made.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shard {
    pub id: NodeGroupId,
    pub slots: SlotSet,
    /// The zone of each member, that of the primary first.
    pub zones: Vec<String>,
}

impl Asked {
    /// The shape that is asked for.
    pub fn shape(&self, surroundings: &Surroundings<'_>) -> Result<Shape, AwsError> {
        let count = self.shard_count(surroundings.most_nodes)?;
        let cluster_mode = self.cluster_mode(count, surroundings.parameter_group_is_clustered)?;
        let ids = self.ids(count, cluster_mode)?;
        let slots = self.slots(count, cluster_mode)?;
        let replicas = self.replicas(count)?;
        if replicas.iter().sum::<usize>() + count > surroundings.most_nodes {
            return Err(errors::node_quota_for_cluster_exceeded(surroundings.most_nodes));
        }
        let mut shards = Vec::with_capacity(count);
        for (index, ((id, slots), replicas)) in ids.into_iter().zip(slots).zip(replicas).enumerate() {
            let zones = self.zones(self.configurations.get(index), &id, replicas, surroundings)?;
            shards.push(Shard { id, slots, zones });
        }
        Ok(Shape { cluster_mode, shards })
    }

    fn shard_count(&self, most: usize) -> Result<usize, AwsError> {
        let configured = self.configurations.len();
        let count = match self.num_node_groups {
            None => configured.max(1),
            Some(asked) => usize::try_from(asked).ok().filter(|count| *count >= 1).ok_or_else(|| {
                errors::invalid_value(format_args!("Invalid number of node groups: {asked}. It must be at least 1."))
            })?,
        };
        quota::check_shards(count, most)?;
        if configured > 0 && configured != count {
            return Err(errors::invalid_combination(
                "NodeGroupConfiguration must have one entry for each of the NumNodeGroups node groups.",
            ));
        }
        if count > 1 && self.num_cache_clusters.is_some() {
            return Err(errors::invalid_combination("NumCacheClusters can only be specified for one node group"));
        }
        Ok(count)
    }

    fn cluster_mode(&self, shards: usize, parameter_group: Option<bool>) -> Result<ClusterMode, AwsError> {
        let mode = match self.cluster_mode {
            Some(types::ClusterMode::Enabled) => ClusterMode::Enabled,
            Some(types::ClusterMode::Compatible) => ClusterMode::Compatible,
            None if shards > 1 || parameter_group == Some(true) => ClusterMode::Enabled,
            Some(types::ClusterMode::Disabled) | None => ClusterMode::Disabled,
        };
        if mode != ClusterMode::Enabled && shards > 1 {
            return Err(errors::invalid_combination(
                "Only a replication group with cluster mode enabled can have more than one node group.",
            ));
        }
        match parameter_group {
            Some(false) if shards > 1 => Err(errors::invalid_combination(
                "Use a parameter group with cluster-enabled parameter to create more than one node group.",
            )),
            Some(clustered) if clustered != mode.is_clustered() => Err(errors::unsuitable_cluster_enabled(mode)),
            _ => Ok(mode),
        }
    }

    /// The ids that were given; shards without one get the lowest numbers that are left.
    fn ids(&self, count: usize, cluster_mode: ClusterMode) -> Result<Vec<NodeGroupId>, AwsError> {
        let given = (0..count).map(|index| {
            let Some(text) = self.configurations.get(index).and_then(|shard| shard.node_group_id.as_deref()) else {
                return Ok(None);
            };
            let text = identifier::node_group_id(text).map_err(errors::invalid_value)?;
            text.parse::<NodeGroupId>().map(Some).map_err(errors::invalid_value)
        });
        let given: Vec<Option<NodeGroupId>> = given.collect::<Result<_, AwsError>>()?;
        if cluster_mode == ClusterMode::Disabled {
            return match given.first() {
                Some(Some(id)) if id.number() != 1 => Err(errors::invalid_combination(
                    "The node group of a replication group with cluster mode disabled is always 0001.",
                )),
                _ => Ok(vec![NodeGroupId::new(1)]),
            };
        }
        let numbers: BTreeSet<u16> = given.iter().flatten().map(NodeGroupId::number).collect();
        if numbers.len() < given.iter().flatten().count() {
            return Err(errors::invalid_value("Each node group must have a NodeGroupId of its own."));
        }
        let mut free = (1..).filter(|number| !numbers.contains(number)).map(NodeGroupId::new);
        Ok(given.into_iter().filter_map(|id| id.or_else(|| free.next())).collect())
    }

    /// The slots that were given, or an even split. Without cluster mode no shard owns any.
    fn slots(&self, count: usize, cluster_mode: ClusterMode) -> Result<Vec<SlotSet>, AwsError> {
        let given: Vec<&str> = self.configurations.iter().filter_map(|shard| shard.slots.as_deref()).collect();
        let mut slots = SlotSet::even_split(u16::try_from(count).unwrap_or(u16::MAX));
        if !given.is_empty() {
            slots = given
                .iter()
                .map(|text| text.parse::<SlotSet>().map_err(errors::invalid_value))
                .collect::<Result<_, _>>()?;
            let total: usize = slots.iter().map(SlotSet::len).sum();
            let union = slots.iter().fold(SlotSet::default(), |union, slots| union.union(slots));
            if slots.len() != count || union != SlotSet::all() || total != union.len() {
                return Err(errors::invalid_value(
                    "The Slots of the node groups must cover 0-16383, each slot exactly once.",
                ));
            }
        }
        Ok(if cluster_mode.is_clustered() { slots } else { vec![SlotSet::default(); count] })
    }

    /// How many replicas each shard is to have.
    fn replicas(&self, shards: usize) -> Result<Vec<usize>, AwsError> {
        let of_all = match self.replicas_per_node_group {
            None => None,
            Some(asked) => Some(replica_count(asked)?),
        };
        let of_one = match self.num_cache_clusters {
            None => None,
            Some(asked) => Some(cache_clusters(asked)? - 1),
        };
        let each = (0..shards).map(|index| {
            let configured = match self.configurations.get(index) {
                None => None,
                Some(shard) => configured_replicas(shard)?,
            };
            let said: BTreeSet<usize> = [of_all, of_one, configured].into_iter().flatten().collect();
            if said.len() > 1 {
                return Err(errors::invalid_combination(
                    "NumCacheClusters, ReplicasPerNodeGroup and the ReplicaCount of each node group must agree.",
                ));
            }
            Ok(said.first().copied().unwrap_or(0))
        });
        each.collect()
    }

    fn zones(
        &self,
        configuration: Option<&types::NodeGroupConfiguration>,
        id: &NodeGroupId,
        replicas: usize,
        surroundings: &Surroundings<'_>,
    ) -> Result<Vec<String>, AwsError> {
        let region = surroundings.region;
        let (primary, others) = configuration
            .map(|shard| (shard.primary_availability_zone.as_ref(), shard.replica_availability_zones.as_deref()))
            .unwrap_or_default();
        let others = others.filter(|zones| !zones.is_empty());
        let zones = if self.preferred_zones.is_empty() {
            let mut zones = match primary.map(String::as_str).or(surroundings.primary_zone) {
                Some(zone) => spread_from(region, zone, replicas + 1)?,
                None => spread(region, &format!("{}-{id}", surroundings.id), replicas + 1),
            };
            if let Some(others) = others {
                zones.splice(1.., others.iter().cloned());
            }
            zones
        } else {
            if primary.is_some() || others.is_some() {
                return Err(errors::invalid_combination(
                    "PreferredCacheClusterAZs and the availability zones of NodeGroupConfiguration cannot both be \
                     specified.",
                ));
            }
            // Which implies that there is one shard.
            let counted = self.num_cache_clusters.is_some();
            if !counted || self.preferred_zones.len() != replicas + 1 {
                return Err(errors::invalid_value(
                    "When specifying preferred availability zones, the number of cache clusters must be specified \
                     and must match the number of preferred availability zones.",
                ));
            }
            self.preferred_zones.clone()
        };
        zones.iter().try_for_each(|zone| check_zone(region, zone))?;
        if surroundings.primary_zone.is_some_and(|zone| zone != zones[0]) {
            return Err(errors::invalid_combination(
                "The first availability zone must be that of the primary cluster.",
            ));
        }
        Ok(zones)
    }
}

fn replica_count(asked: i32) -> Result<usize, AwsError> {
    usize::try_from(asked)
        .ok()
        .filter(|_| limits::REPLICAS_PER_NODE_GROUP.contains(&asked))
        .ok_or_else(|| errors::invalid_value("The number of replicas per node group must be within 0 and 5."))
}

fn cache_clusters(asked: i32) -> Result<usize, AwsError> {
    match usize::try_from(asked) {
        Ok(count) if count > limits::NODES_PER_SHARD => {
            Err(errors::node_quota_for_cluster_exceeded(limits::NODES_PER_SHARD))
        }
        Ok(count) if count >= 1 => Ok(count),
        _ => Err(errors::invalid_value(format_args!(
            "Invalid number of cache clusters: {asked}. It must be at least 1."
        ))),
    }
}

/// How many replicas a shard's own configuration asks for, by their number or by their zones.
fn configured_replicas(shard: &types::NodeGroupConfiguration) -> Result<Option<usize>, AwsError> {
    let zones = shard.replica_availability_zones.as_ref().map(Vec::len).filter(|zones| *zones > 0);
    let Some(count) = shard.replica_count else {
        return match zones {
            None => Ok(None),
            Some(zones) => replica_count(i32::try_from(zones).unwrap_or(i32::MAX)).map(Some),
        };
    };
    let count = replica_count(count)?;
    if zones.is_some_and(|zones| zones != count) {
        return Err(errors::invalid_combination(
            "ReplicaAvailabilityZones must have one entry for each of the ReplicaCount replicas.",
        ));
    }
    Ok(Some(count))
}

#[cfg(test)]
mod tests {
    use proptest::{option, prelude::*};

    use super::*;

    const SURROUNDINGS: Surroundings<'static> = Surroundings {
        id: "group",
        region: "us-east-1",
        parameter_group_is_clustered: None,
        most_nodes: 90,
        primary_zone: None,
    };

    fn asked() -> Asked {
        Asked {
            cluster_mode: None,
            num_cache_clusters: None,
            num_node_groups: None,
            replicas_per_node_group: None,
            configurations: Vec::new(),
            preferred_zones: Vec::new(),
        }
    }

    #[test]
    fn members_of_a_shard_are_spread_over_zones_from_the_one_asked_for() {
        let configuration = types::NodeGroupConfiguration {
            primary_availability_zone: Some("us-east-1f".into()),
            ..types::NodeGroupConfiguration::default()
        };
        let shape = Asked { configurations: vec![configuration], num_cache_clusters: Some(3), ..asked() };
        let shape = shape.shape(&SURROUNDINGS).expect("a shape");
        assert_eq!(shape.shards[0].zones, ["us-east-1f", "us-east-1a", "us-east-1b"]);
    }

    #[test]
    fn the_primary_that_there_is_stays_in_its_zone() {
        let surroundings = Surroundings { primary_zone: Some("us-east-1b"), ..SURROUNDINGS };
        let shape = Asked { num_cache_clusters: Some(2), ..asked() }.shape(&surroundings).expect("a shape");
        assert_eq!(shape.shards[0].zones, ["us-east-1b", "us-east-1c"]);
        let preferred_zones = vec!["us-east-1a".into(), "us-east-1b".into()];
        let elsewhere = Asked { num_cache_clusters: Some(2), preferred_zones, ..asked() }.shape(&surroundings);
        assert_eq!(elsewhere.map_err(|error| error.code), Err(crate::protocol::ErrorCode::InvalidParameterCombination));
    }

    proptest! {
        #[test]
        fn whatever_is_not_refused_is_whole(
            num_cache_clusters in option::of(-1..9_i32),
            num_node_groups in option::of(-1..100_i32),
            replicas_per_node_group in option::of(-1..7_i32),
            ids in prop::collection::vec(option::of("[0-9]{1,4}"), 0..5),
            clustered in option::of(any::<bool>()),
        ) {
            let configurations = ids.iter().map(|id| types::NodeGroupConfiguration {
                node_group_id: id.clone(),
                ..types::NodeGroupConfiguration::default()
            });
            let configurations: Vec<_> = configurations.collect();
            let asked =
                Asked { num_cache_clusters, num_node_groups, replicas_per_node_group, configurations, ..asked() };
            let surroundings = Surroundings { parameter_group_is_clustered: clustered, ..SURROUNDINGS };
            let Ok(shape) = asked.shape(&surroundings) else { return Ok(()) };
            let shards = &shape.shards;
            let count = asked.num_node_groups.map_or(Ok(ids.len().max(1)), usize::try_from);
            prop_assert_eq!(count, Ok(shards.len()));
            let distinct: BTreeSet<_> = shards.iter().map(|shard| shard.id.number()).collect();
            prop_assert_eq!(distinct.len(), shards.len());
            let slots: usize = shards.iter().map(|shard| shard.slots.len()).sum();
            let all = if shape.cluster_mode.is_clustered() { SlotSet::all() } else { SlotSet::default() };
            prop_assert_eq!(slots, all.len());
            prop_assert_eq!(shards.iter().fold(SlotSet::default(), |union, shard| union.union(&shard.slots)), all);
            prop_assert!(shards.iter().all(|shard| (1..=limits::NODES_PER_SHARD).contains(&shard.zones.len())));
            prop_assert!(shards.iter().map(|shard| shard.zones.len()).sum::<usize>() <= 90);
        }
    }
}
