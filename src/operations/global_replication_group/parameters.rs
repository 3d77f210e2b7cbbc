//! The parameter groups of global datastores. Members cannot have groups of their own choice, since all have to have the
//! same values: each region gets a group that is made for the datastore, under the same name everywhere.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    model::{
        CacheCluster, CacheParameterGroup, GlobalReplicationGroup, Scope, TagSet, catalogue::families::Family,
        parameters::Values,
    },
    store::Draft,
};

/// The name of the group that is made for the datastore `id`.
pub(super) fn name(id: &str, family: &Family) -> String {
    // A dot would make it one of the names that nobody can delete.
    format!("global-datastore-{id}-{}", family.name.replace('.', "-"))
}

/// Makes the parameter group of a datastore in one region, or gives it other values; answers its name.
pub(super) fn put(draft: &mut Draft, scope: &Scope, id: &str, family: &'static Family, values: Values) -> String {
    let name = name(id, family);
    let present = draft.get::<CacheParameterGroup>(scope, &name);
    let group = CacheParameterGroup {
        name: name.clone(),
        family: family.name.to_owned(),
        description: format!("Parameter group for global datastore {id}"),
        values,
        tags: present.map_or_else(TagSet::default, |group| group.tags.clone()),
        global_replication_group_id: Some(id.to_owned()),
    };
    draft.put(scope, &name, group);
    name
}

/// Has members use the parameter group `name`.
pub(super) fn assign(members: &mut [CacheCluster], name: &str) {
    for member in members {
        name.clone_into(&mut member.parameter_group);
    }
}

/// Gives the values of a group that was made for a datastore, which were just changed in one region, to its copies in the
/// others.
pub(in crate::operations) fn spread(draft: &mut Draft, scope: &Scope, group: &CacheParameterGroup) {
    let Some(id) = &group.global_replication_group_id else { return };
    let Some(datastore) = draft.get::<GlobalReplicationGroup>(&scope.everywhere(), id) else { return };
    let others = datastore.members.keys().filter(|region| **region != scope.region);
    let copies: BTreeMap<_, Arc<CacheParameterGroup>> = others
        .map(|region| scope.in_region(region))
        .filter_map(|scope| Some((scope.clone(), draft.get(&scope, &group.name)?)))
        .collect();
    for (scope, copy) in copies {
        let changed = CacheParameterGroup { values: group.values.clone(), ..CacheParameterGroup::clone(&copy) };
        draft.put(&scope, &group.name, changed);
    }
}
