//! Whether a replica takes over when the primary is lost, and whether members are spread over zones for that.

use super::shape::Shape;
use crate::{
    model::catalogue::{
        engine_versions::{EngineFeature, EngineVersionFacts},
        node_types::NodeType,
    },
    operations::errors,
    protocol::AwsError,
};

/// What a group is to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Availability {
    pub automatic_failover: bool,
    pub multi_az: bool,
}

impl Availability {
    /// What a request for a group of this shape gets. `counted` is its `NumCacheClusters`.
    pub fn new(
        automatic_failover: Option<bool>,
        multi_az: Option<bool>,
        counted: Option<i32>,
        shape: &Shape,
        version: &EngineVersionFacts,
        node_type: &NodeType,
    ) -> Result<Self, AwsError> {
        let clustered = shape.cluster_mode.is_clustered();
        if clustered && automatic_failover == Some(false) {
            return Err(errors::invalid_combination(
                "Redis with cluster mode enabled cannot be created with auto failover turned off.",
            ));
        }
        // In cluster mode it is the engines themselves that elect another primary.
        let automatic_failover = clustered || automatic_failover == Some(true);
        let fewest = shape.shards.iter().map(|shard| shard.zones.len()).min().unwrap_or(0);
        if automatic_failover && !clustered && fewest < 2 && counted.is_some() {
            return Err(errors::invalid_combination(
                "Automatic failover requires 2 or more cache clusters. Create more cache clusters or disable automatic \
                 failover.",
            ));
        }
        let availability = Self { automatic_failover, multi_az: multi_az == Some(true) };
        availability.check(fewest, clustered, version, node_type)?;
        Ok(availability)
    }

    /// Whether a group can have this whose smallest shard has `fewest` members.
    pub fn check(
        self,
        fewest: usize,
        clustered: bool,
        version: &EngineVersionFacts,
        node_type: &NodeType,
    ) -> Result<(), AwsError> {
        if self.automatic_failover && !clustered {
            if fewest < 2 {
                return Err(errors::invalid_combination(
                    "When using automatic failover, there must be at least 2 cache clusters in the replication group.",
                ));
            }
            if ["t1", "t2"].contains(&node_type.family) {
                return Err(errors::invalid_combination(
                    "Automatic failover is not supported for T1 and T2 cache node types.",
                ));
            }
            if !version.supports(EngineFeature::MultiAz) {
                return Err(errors::invalid_combination(format_args!(
                    "Automatic failover is not supported for {}.",
                    version.description
                )));
            }
        }
        if self.multi_az && !self.automatic_failover {
            return Err(errors::invalid_combination("Multi-AZ requires automatic failover to be enabled."));
        }
        if self.multi_az && fewest < 2 {
            return Err(errors::invalid_combination("Multi-AZ requires at least one replica in each node group."));
        }
        Ok(())
    }
}
