//! Global datastores. A file makes one in the region that its identifier tells, whichever takes writes by now: there are
//! no data in it for which that would matter.

use super::{
    Entry, Export,
    replication_groups::{self, As},
};
use crate::{
    model::{
        FindInRegion, GlobalReplicationGroup, ReplicationGroup, Scope, catalogue::regions::global_datastore_prefix,
    },
    store::{Regions, Tables},
};

/// The region in which a datastore was made, while that one's group is a member, and the end of its identifier.
fn origin(datastore: &GlobalReplicationGroup) -> Option<(&String, &str)> {
    let (prefix, suffix) = datastore.id.split_once('-')?;
    let region = datastore.members.keys().find(|region| global_datastore_prefix(region) == prefix)?;
    Some((region, suffix))
}

/// Whether a group is written with its datastore, and not before.
pub(super) fn is_secondary(tables: &Tables, group: &ReplicationGroup) -> bool {
    let datastore = Regions::new(tables, &group.scope).datastore(group).filter(|datastore| datastore.deleted.is_none());
    let origin = datastore.and_then(|datastore| origin(datastore));
    origin.is_some_and(|(region, _)| *region != group.scope.region)
}

pub(super) fn write(export: &mut Export, tables: &Tables, region: Option<&str>) {
    for (scope, id, datastore) in tables.global_replication_groups.iter_all().filter(|(.., d)| d.deleted.is_none()) {
        let is_wanted = |of: &String| region.is_none_or(|region| of == region);
        if !datastore.members.keys().any(is_wanted) {
            continue;
        }
        let everywhere = datastore.members.keys().all(is_wanted);
        let Some((origin, suffix)) = origin(datastore).filter(|_| everywhere) else {
            let why = if everywhere { "the group that it was made of has left it" } else { "it spans several regions" };
            export.note(format!("the global datastore {id} is not in this file: {why}"));
            continue;
        };
        write_one(export, tables, scope, datastore, origin, suffix);
    }
}

fn write_one(
    export: &mut Export,
    tables: &Tables,
    scope: &Scope,
    datastore: &GlobalReplicationGroup,
    origin: &String,
    suffix: &str,
) {
    let made = Entry::new("CreateGlobalReplicationGroup")
        .with("GlobalReplicationGroupIdSuffix", suffix)
        .with_some("GlobalReplicationGroupDescription", datastore.description.as_ref())
        .with("PrimaryReplicationGroupId", &datastore.members[origin].replication_group_id)
        .with_tags(&datastore.tags);
    export.add(&scope.in_region(origin), made);
    let regions = Regions::new(tables, scope);
    for (region, member) in datastore.members.iter().filter(|(region, member)| *region != origin && !member.leaving) {
        if let Some(group) = regions.group(region, &member.replication_group_id) {
            replication_groups::write_one(export, tables, group, As::SecondaryOf(&datastore.id));
        }
    }
}
