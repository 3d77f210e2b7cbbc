//! User groups: who may talk to the caches that they are attached to.

mod access;
mod create;
mod delete;
mod describe;
mod members;
mod modify;
mod state;
mod view;

pub(in crate::operations) use access::{access_of, spread};
pub(in crate::operations) use members::{check_member, check_version};
pub(in crate::operations) use state::{is_active, of_id};

use crate::{
    model::{CacheCluster, Scope},
    store::Tables,
};

/// The cache clusters that a group is attached to, those behind serverless caches among them.
fn attached<'a>(
    tables: &'a Tables,
    scope: &Scope,
    user_group_id: &'a str,
) -> impl Iterator<Item = &'a CacheCluster> + use<'a> {
    let clusters = scope.with_serverless().into_iter().flat_map(|scope| tables.cache_clusters.iter(&scope));
    let clusters = clusters.map(|(_, cluster)| &**cluster);
    clusters.filter(move |cluster| cluster.user_group_id.as_deref() == Some(user_group_id))
}
