//! Nodes of a Memcached cluster that are added or removed by `ModifyCacheCluster`, and how that adds up with what waits
//! for the maintenance window already: a request to remove nodes replaces whatever waited, one to add nodes replaces
//! what was to be removed and comes on top of what was to be added.

use std::collections::BTreeSet;

use super::{modification::Modification, reboot::known_nodes, settings};
use crate::{
    model::{Engine, NodeId, Pending},
    operations::{errors, request::Request},
    protocol::{AwsError, types},
};

/// What is asked of a Memcached cluster's nodes.
pub(super) struct Resize {
    pub count: Option<i32>,
    pub to_remove: Option<Vec<String>>,
    pub az_mode: Option<types::AZMode>,
    pub new_zones: Option<Vec<String>>,
}

impl Modification {
    /// Adds or removes Memcached nodes. `NumCacheNodes` counts what is to be there in the end; changes that still wait
    /// are added up or replaced as the API reference has it.
    pub(super) fn resize(&mut self, request: &Request, resize: Resize) -> Result<(), AwsError> {
        let Resize { count, to_remove, az_mode, new_zones } = resize;
        if self.cluster.engine != Engine::Memcached {
            if count.is_some_and(|count| count != 1) {
                let engine = self.cluster.engine;
                return Err(errors::invalid_value(format_args!("NumCacheNodes should be 1 if engine is {engine}")));
            }
            if to_remove.is_some() || new_zones.is_some() || az_mode.is_some() {
                return Err(errors::invalid_combination(
                    "CacheNodeIdsToRemove, NewAvailabilityZones and AZMode are only supported for engine memcached.",
                ));
            }
            return Ok(());
        }
        self.az_mode(az_mode)?;
        let active = self.cluster.node_count();
        let waiting = self.cluster.pending.nodes_to_add.len();
        let Some(count) = count else {
            return if to_remove.is_some() || new_zones.is_some() {
                Err(errors::missing_parameter("NumCacheNodes"))
            } else {
                Ok(())
            };
        };
        let wanted = settings::memcached_node_count(count)?;
        if new_zones.is_some() && wanted <= active {
            return Err(errors::invalid_combination(
                "NewAvailabilityZones can only be specified when the number of nodes is increased.",
            ));
        }
        if wanted == active {
            if to_remove.is_some() {
                return Err(errors::invalid_combination(
                    "CacheNodeIdsToRemove can only be specified when the number of nodes is decreased.",
                ));
            }
            self.cluster.pending = Pending {
                nodes_to_add: Vec::new(),
                nodes_to_remove: BTreeSet::new(),
                ..std::mem::take(&mut self.cluster.pending)
            };
            return Ok(());
        }
        if wanted > active + waiting || (wanted > active && to_remove.is_none()) {
            return self.add_nodes(request, wanted, new_zones, to_remove.is_some());
        }
        self.remove_nodes(active + waiting, wanted, to_remove)
    }

    fn az_mode(&mut self, asked: Option<types::AZMode>) -> Result<(), AwsError> {
        match asked {
            Some(types::AZMode::SingleAz) => {
                let mut zones = self.cluster.nodes.values().map(|node| &node.availability_zone);
                let first = zones.next();
                if zones.any(|zone| Some(zone) != first) {
                    return Err(errors::invalid_combination(
                        "Cannot change to AZ Mode of 'single-az': the nodes are in different availability zones.",
                    ));
                }
                self.cluster.cross_az = false;
            }
            Some(types::AZMode::CrossAz) => self.cluster.cross_az = true,
            None => {}
        }
        Ok(())
    }

    /// Create after create adds up; create after delete replaces.
    fn add_nodes(
        &mut self,
        request: &Request,
        wanted: usize,
        new_zones: Option<Vec<String>>,
        removes_too: bool,
    ) -> Result<(), AwsError> {
        if removes_too {
            return Err(errors::invalid_combination(
                "CacheNodeIdsToRemove can only be specified when the number of nodes is decreased.",
            ));
        }
        self.cluster.pending.nodes_to_remove.clear();
        let active = self.cluster.node_count();
        let missing = wanted - active;
        let waiting = &mut self.cluster.pending.nodes_to_add;
        if missing < waiting.len() {
            waiting.truncate(missing);
        }
        let added = missing - waiting.len();
        let region = &request.scope.region;
        let zones = match new_zones {
            Some(zones) if zones.len() != added => {
                return Err(errors::invalid_combination(
                    "Must specify the same number of preferred availability zones as requested number of nodes",
                ));
            }
            Some(zones) => {
                zones.iter().try_for_each(|zone| settings::check_zone(region, zone))?;
                zones
            }
            None if self.cluster.cross_az => {
                settings::spread(region, &self.cluster.id, wanted).split_off(wanted - added)
            }
            None => {
                let zone = self.cluster.nodes.values().next().map(|node| node.availability_zone.clone());
                vec![zone.unwrap_or_else(|| settings::spread(region, &self.cluster.id, 1).remove(0)); added]
            }
        };
        if added > 0 {
            self.messages.push("Increasing number of requested nodes".into());
        }
        waiting.extend(zones);
        Ok(())
    }

    /// Delete after delete replaces, and so does delete after create, which may name nodes that are still to come.
    fn remove_nodes(&mut self, present: usize, wanted: usize, ids: Option<Vec<String>>) -> Result<(), AwsError> {
        let Some(ids) = ids else { return Err(errors::missing_parameter("CacheNodeIdsToRemove")) };
        let to_come: Vec<NodeId> = NodeId::free(|id| self.cluster.nodes.contains_key(&id))
            .take(self.cluster.pending.nodes_to_add.len())
            .collect();
        let (waiting, active): (Vec<_>, Vec<_>) =
            ids.into_iter().partition(|id| id.parse().is_ok_and(|id: NodeId| to_come.contains(&id)));
        let active = known_nodes(&self.cluster, &active)?;
        let waiting: BTreeSet<NodeId> = waiting.iter().filter_map(|id| id.parse().ok()).collect();
        if active.len() + waiting.len() != present - wanted {
            return Err(errors::invalid_combination(format_args!(
                "CacheNodeIdsToRemove must list {} cache nodes to go from {present} to {wanted}.",
                present - wanted
            )));
        }
        let pending = &mut self.cluster.pending;
        pending.nodes_to_add = to_come
            .iter()
            .zip(std::mem::take(&mut pending.nodes_to_add))
            .filter(|(id, _)| !waiting.contains(id))
            .map(|(_, zone)| zone)
            .collect();
        pending.nodes_to_remove = active;
        Ok(())
    }
}
