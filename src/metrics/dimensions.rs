//! Under what a metric can be asked for: the sets of dimensions that `ElastiCache` publishes. `CloudWatch` finds a metric
//! only by all of its dimensions, so a set that is not one of these finds nothing.

use super::history::Subject;

/// Whether a node takes writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It does.
    Primary,
    /// It copies one that does.
    Replica,
}

impl Role {
    /// The role as the value of a dimension.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "PRIMARY",
            Self::Replica => "REPLICA",
        }
    }
}

/// A set of dimensions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dimensions {
    /// `CacheClusterId` and `CacheNodeId`.
    Node {
        /// The cluster.
        cache_cluster_id: String,
        /// The node.
        cache_node_id: String,
    },
    /// `CacheClusterId`: all its nodes.
    Cluster {
        /// The cluster.
        cache_cluster_id: String,
    },
    /// `ReplicationGroupId`, with `Role` or without: the nodes that have that role in the minute. What Application Auto
    /// Scaling follows.
    ReplicationGroup {
        /// The group.
        id: String,
        /// The role.
        role: Option<Role>,
    },
    /// `clusterId`: a serverless cache.
    Serverless {
        /// Its name.
        name: String,
    },
    /// None: all nodes of the account and region.
    All,
}

impl Dimensions {
    /// The set with these names and values, in any order; `None` when there is no such set.
    #[must_use]
    pub fn read<'d>(pairs: impl IntoIterator<Item = (&'d str, &'d str)>) -> Option<Self> {
        let mut pairs: Vec<_> = pairs.into_iter().collect();
        pairs.sort_unstable();
        let owned = str::to_owned;
        Some(match *pairs.as_slice() {
            [] => Self::All,
            [("CacheClusterId", cluster)] => Self::Cluster { cache_cluster_id: owned(cluster) },
            [("CacheClusterId", cluster), ("CacheNodeId", node)] => {
                Self::Node { cache_cluster_id: owned(cluster), cache_node_id: owned(node) }
            }
            [("ReplicationGroupId", id)] => Self::ReplicationGroup { id: owned(id), role: None },
            [("ReplicationGroupId", id), ("Role", role)] => {
                let role = [Role::Primary, Role::Replica].into_iter().find(|known| known.as_str() == role)?;
                Self::ReplicationGroup { id: owned(id), role: Some(role) }
            }
            [("clusterId", name)] => Self::Serverless { name: owned(name) },
            _ => return None,
        })
    }

    /// The names and values.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::Node { cache_cluster_id, cache_node_id } => {
                vec![("CacheClusterId", cache_cluster_id), ("CacheNodeId", cache_node_id)]
            }
            Self::Cluster { cache_cluster_id } => vec![("CacheClusterId", cache_cluster_id)],
            Self::ReplicationGroup { id, role } => {
                let role = role.map(|role| ("Role", role.as_str()));
                std::iter::once(("ReplicationGroupId", id.as_str())).chain(role).collect()
            }
            Self::Serverless { name } => vec![("clusterId", name)],
            Self::All => Vec::new(),
        }
    }

    /// The most particular set of a subject.
    #[must_use]
    pub fn own(subject: &Subject) -> Self {
        match subject.clone() {
            Subject::Node { cache_cluster_id, cache_node_id } => Self::Node { cache_cluster_id, cache_node_id },
            Subject::Serverless { name } => Self::Serverless { name },
        }
    }

    /// Every set under which a subject is found that has had these roles in this group.
    pub(super) fn of(subject: &Subject, group: Option<&str>, roles: [Option<Role>; 2]) -> Vec<Self> {
        let mut sets = vec![Self::own(subject)];
        if let Subject::Node { cache_cluster_id, .. } = subject {
            sets.push(Self::Cluster { cache_cluster_id: cache_cluster_id.clone() });
            sets.push(Self::All);
            if let Some(group) = group {
                let roles = std::iter::once(None).chain(roles.into_iter().flatten().map(Some));
                sets.extend(roles.map(|role| Self::ReplicationGroup { id: group.to_owned(), role }));
            }
        }
        sets
    }

    /// Whether a subject in this group is found under this set, in the minutes in which it has the right
    /// [role](Self::role).
    pub(super) fn include(&self, subject: &Subject, group: Option<&str>) -> bool {
        match (self, subject) {
            (Self::ReplicationGroup { id, .. }, Subject::Node { .. }) => group == Some(id),
            (Self::Cluster { cache_cluster_id: asked }, Subject::Node { cache_cluster_id, .. }) => {
                asked == cache_cluster_id
            }
            (Self::All, Subject::Node { .. }) => true,
            (Self::Node { .. } | Self::Serverless { .. }, _) => *self == Self::own(subject),
            (_, Subject::Serverless { .. }) => false,
        }
    }

    /// The only role whose minutes count; `None` when all do.
    pub(super) fn role(&self) -> Option<Role> {
        match self {
            Self::ReplicationGroup { role, .. } => *role,
            _ => None,
        }
    }
}
