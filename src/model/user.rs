//! Users and user groups, as their owners made them. What an engine needs of them stands in the records of cache
//! clusters, see [`Access`](super::Access).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Access, AccessUser, Authentication, CacheCluster, Engine, EngineVersion, Observed, Scope, TagSet, access_string,
};

/// The first version of Redis whose users can prove who they are by IAM.
const IAM_ON_REDIS: (u32, u32) = (7, 0);

/// A user. The one called `default` that every account has is no record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// Whose it is, and where.
    pub scope: Scope,
    /// Its identifier, in lower case.
    pub id: String,
    /// The name that it logs in by. Users in different groups may share one.
    pub name: String,
    /// Redis or Valkey.
    pub engine: Engine,
    /// How it proves who it is.
    pub authentication: Authentication,
    /// What it may do, in canonical form.
    pub access_string: String,
    /// When it was asked to be deleted. The record stays until no engine knows the user any more.
    pub deleted: Option<DateTime<Utc>>,
    /// The tags.
    pub tags: TagSet,
}

/// A user group: who may talk to the caches that it is attached to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UserGroup {
    /// Whose it is, and where.
    pub scope: Scope,
    /// Its identifier, in lower case.
    pub id: String,
    /// Redis or Valkey.
    pub engine: Engine,
    /// The ids of its users, `default` perhaps among them.
    pub user_ids: BTreeSet<String>,
    /// The users that it had before the last change, which are shown until all engines know the present ones.
    pub former_user_ids: Option<BTreeSet<String>>,
    /// When it was asked to be deleted. The record goes right after.
    pub deleted: Option<DateTime<Utc>>,
    /// The tags.
    pub tags: TagSet,
}

impl User {
    /// The oldest version of the engine that can have this user.
    #[must_use]
    pub fn minimum_engine_version(&self) -> EngineVersion {
        let of_rules = access_string::minimum_version(&self.access_string, self.engine);
        if self.authentication == Authentication::Iam && self.engine == Engine::Redis {
            of_rules.max(EngineVersion::of(IAM_ON_REDIS.0, IAM_ON_REDIS.1))
        } else {
            of_rules
        }
    }
}

/// What some running engine does not have yet as its record wants it. Statuses of users and groups follow from that.
#[derive(Debug, Default)]
pub struct Unsettled<'a> {
    users: BTreeSet<&'a str>,
    groups: BTreeSet<&'a str>,
}

impl<'a> Unsettled<'a> {
    /// What is unsettled in `clusters`, all those of one scope. The engines of a cluster that is being deleted are on
    /// their way out and say nothing.
    #[must_use]
    pub fn of(clusters: impl Iterator<Item = &'a CacheCluster>) -> Self {
        let mut unsettled = Self::default();
        for cluster in clusters.filter(|cluster| cluster.deleted.is_none()) {
            let engines = cluster.nodes.values().flat_map(|node| node.engines.values()).filter_map(Observed::running);
            for present in engines.map(|running| &running.settings.access).filter(|access| **access != cluster.access) {
                unsettled.users.extend(differing(present, &cluster.access));
                unsettled.groups.extend(cluster.user_group_id.as_deref());
            }
        }
        unsettled
    }

    /// Whether some engine has the user otherwise than it should.
    #[must_use]
    pub fn has_user(&self, id: &str) -> bool {
        self.users.contains(id)
    }

    /// Whether some engine of a cache that the group is attached to lets in others than it should.
    #[must_use]
    pub fn has_group(&self, id: &str) -> bool {
        self.groups.contains(id)
    }
}

/// The ids of the users that are not the same here and there.
fn differing<'a>(present: &'a Access, wanted: &'a Access) -> impl Iterator<Item = &'a str> {
    let lacks = |access: &'a Access, (name, user): (&String, &AccessUser)| match access {
        Access::Users(users) => users.get(name) != Some(user),
        Access::Open | Access::Tokens { .. } => true,
    };
    let gone = users(present).filter(move |user| lacks(wanted, *user));
    let new = users(wanted).filter(move |user| lacks(present, *user));
    gone.chain(new).map(|(_, user)| user.user_id.as_str())
}

fn users(access: &Access) -> impl Iterator<Item = (&String, &AccessUser)> {
    let users = match access {
        Access::Users(users) => Some(users),
        Access::Open | Access::Tokens { .. } => None,
    };
    users.into_iter().flatten()
}
