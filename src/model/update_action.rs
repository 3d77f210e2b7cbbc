//! What was done about a service update for one replication group or cache cluster.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Scope;

/// An update that somebody asked to be applied. Where nobody has, there is no record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UpdateAction {
    /// Whose it is, and where.
    pub scope: Scope,
    /// The update's name and what it is for, which together are its identifier.
    pub id: String,
    /// The service update.
    pub service_update: String,
    /// The group, if it is for one.
    pub replication_group_id: Option<String>,
    /// The cluster, if it is for one.
    pub cache_cluster_id: Option<String>,
    /// When it was asked for.
    pub requested: DateTime<Utc>,
    /// When it was asked to be stopped.
    pub stopped: Option<DateTime<Utc>>,
}
