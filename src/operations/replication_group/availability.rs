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

/// What a new group is to have.
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
        let fewest = shape.shards.iter().map(|shard| shard.zones.len()).min().unwrap_or(0);
        let clustered = shape.cluster_mode.is_clustered();
        if clustered && automatic_failover == Some(false) {
            return Err(errors::invalid_combination(
                "Redis with cluster mode enabled cannot be created with auto failover turned off.",
            ));
        }
        // In cluster mode it is the engines themselves that elect another primary.
        let automatic_failover = clustered || automatic_failover == Some(true);
        if automatic_failover && !clustered {
            if fewest < 2 {
                return Err(errors::invalid_combination(if counted.is_some() {
                    "Automatic failover requires 2 or more cache clusters. Create more cache clusters or disable \
                     automatic failover."
                } else {
                    "When using automatic failover, there must be at least 2 cache clusters in the replication group."
                }));
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
        let multi_az = multi_az == Some(true);
        if multi_az && !automatic_failover {
            return Err(errors::invalid_combination("Multi-AZ requires automatic failover to be enabled."));
        }
        if multi_az && fewest < 2 {
            return Err(errors::invalid_combination("Multi-AZ requires at least one replica in each node group."));
        }
        Ok(Self { automatic_failover, multi_az })
    }
}
