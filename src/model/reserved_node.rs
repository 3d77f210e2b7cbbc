//! A reservation of cache nodes. Nothing runs for it; it ends by the clock.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Scope, TagSet};

/// A reservation that was bought.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReservedCacheNode {
    /// Whose it is, and where.
    pub scope: Scope,
    /// Its identifier, in lower case.
    pub id: String,
    /// What was bought.
    pub offering_id: String,
    /// For how many nodes.
    pub count: u32,
    /// When it began.
    pub started: DateTime<Utc>,
    /// The tags.
    pub tags: TagSet,
}
