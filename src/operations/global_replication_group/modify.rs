//! `ModifyGlobalReplicationGroup`. What is asked for is carried out on every member, just as `ModifyReplicationGroup`
//! does it on one.

use std::sync::Arc;

use super::{in_region, parameters};
use crate::{
    model::{
        CacheCluster, Engine, EngineVersion, GlobalReplicationGroup, ReplicationGroup,
        catalogue::{engine_versions::resolve_version, families},
        parameters::{Values, family_of},
    },
    operations::{Operations, errors, parameter_groups, replication_group::GroupModification, request::Request},
    protocol::{AwsError, Output, types},
    store::Draft,
};

impl Operations {
    /// # Compatibility
    /// Carried out on every member, one kind of change a call. `ApplyImmediately` has to be true. With another engine
    /// version the secondaries go first, as an older engine cannot copy a newer one.
    pub(in crate::operations) async fn modify_global_replication_group(
        &self,
        request: &Request,
        input: types::ModifyGlobalReplicationGroupMessage,
    ) -> Result<Output, AwsError> {
        let (now, strict, request) = (self.clock.now(), self.options.strict, request.clone());
        self.store
            .write(move |draft| {
                let datastore = super::find_steady(draft.tables(), &request.scope, &input.global_replication_group_id)?;
                let mut changed = GlobalReplicationGroup::clone(&datastore);
                let asked = Asked::of(&input)?;
                if let Some(description) = &asked.description {
                    changed.description = Some(description.clone()).filter(|description| !description.is_empty());
                    if changed == *datastore {
                        return Err(errors::no_modifications());
                    }
                } else {
                    let parameter_group = asked.parameter_group(draft, &request, &datastore)?;
                    for (region, member) in &datastore.members {
                        let request = in_region(&request, region);
                        let mut change = asked.of_member(member.replication_group_id.clone());
                        if let Some((family, values)) = &parameter_group {
                            let name = parameters::put(draft, &request.scope, &datastore.id, family, values.clone());
                            change.cache_parameter_group_name = Some(name);
                        }
                        let Some(group) = draft.get::<ReplicationGroup>(&request.scope, &member.replication_group_id)
                        else {
                            continue;
                        };
                        GroupModification::new(draft, &group, strict)?.apply(draft, &request, change, now)?;
                    }
                }
                let global_replication_group = Some(super::put(draft, changed));
                Ok(Output::ModifyGlobalReplicationGroup(types::ModifyGlobalReplicationGroupResult {
                    global_replication_group,
                }))
            })
            .await
    }
}

/// The one change that a request asks for.
struct Asked {
    description: Option<String>,
    cache_node_type: Option<String>,
    automatic_failover: Option<bool>,
    engine: Option<String>,
    engine_version: Option<String>,
    parameter_group: Option<String>,
}

/// A parameter group in the making: its family, and the values that differ from the family's.
type NewParameterGroup = (&'static families::Family, Values);

impl Asked {
    fn of(input: &types::ModifyGlobalReplicationGroupMessage) -> Result<Self, AwsError> {
        let types::ModifyGlobalReplicationGroupMessage {
            global_replication_group_id: _,
            apply_immediately,
            cache_node_type,
            engine,
            engine_version,
            cache_parameter_group_name,
            global_replication_group_description,
            automatic_failover_enabled,
        } = input.clone();
        if !apply_immediately {
            return Err(errors::invalid_value(
                "ApplyImmediately must be true: members of a Global Replication Group have maintenance windows of \
                 their own.",
            ));
        }
        let upgrades = engine.is_some() || engine_version.is_some();
        if cache_parameter_group_name.is_some() && !upgrades {
            return Err(errors::invalid_combination(
                "CacheParameterGroupName can only be specified with an upgrade to another major engine version.",
            ));
        }
        let changes = [
            global_replication_group_description.is_some(),
            cache_node_type.is_some(),
            automatic_failover_enabled.is_some(),
            upgrades,
        ];
        match changes.into_iter().filter(|given| *given).count() {
            0 => Err(errors::no_modifications()),
            1 => Ok(Self {
                description: global_replication_group_description,
                cache_node_type,
                automatic_failover: automatic_failover_enabled,
                engine,
                engine_version,
                parameter_group: cache_parameter_group_name,
            }),
            _ => Err(errors::invalid_combination(
                "Only one of the description, the node type, automatic failover and the engine version of a Global \
                 Replication Group can be modified at a time.",
            )),
        }
    }

    /// The change of one member.
    fn of_member(&self, replication_group_id: String) -> types::ModifyReplicationGroupMessage {
        types::ModifyReplicationGroupMessage {
            replication_group_id,
            apply_immediately: Some(true),
            cache_node_type: self.cache_node_type.clone(),
            automatic_failover_enabled: self.automatic_failover,
            engine: self.engine.clone(),
            engine_version: self.engine_version.clone(),
            ..types::ModifyReplicationGroupMessage::default()
        }
    }

    /// The parameter group that members need for an engine of another family: with the values of the one that is named,
    /// or with the family's own.
    fn parameter_group(
        &self,
        draft: &Draft,
        request: &Request,
        datastore: &GlobalReplicationGroup,
    ) -> Result<Option<NewParameterGroup>, AwsError> {
        let Some((engine, version, is_clustered)) = self.upgrade(draft, datastore)? else { return Ok(None) };
        let member = first_member(draft, datastore);
        let family = family_of(engine, &version);
        let present = member.as_ref().map(|member| family_of(member.engine, &member.engine_version).name);
        match &self.parameter_group {
            Some(_) if present == Some(family.name) => Err(errors::invalid_combination(
                "CacheParameterGroupName can only be specified with an upgrade to another major engine version.",
            )),
            None if present == Some(family.name) => Ok(None),
            asked => {
                let name = match asked {
                    Some(name) => parameter_groups::of_family(draft.tables(), &request.scope, family, name)?,
                    None => parameter_groups::default_of(family, is_clustered),
                };
                let values = parameter_groups::values(draft.tables(), &request.scope, &name).into_owned();
                Ok(Some((family, values)))
            }
        }
    }

    /// The engine and version that members are to have, when a request names one of them, and whether they are in cluster
    /// mode.
    fn upgrade(
        &self,
        draft: &Draft,
        datastore: &GlobalReplicationGroup,
    ) -> Result<Option<(Engine, EngineVersion, bool)>, AwsError> {
        let (Some(group), Some(member)) = (super::primary(draft.tables(), datastore), first_member(draft, datastore))
        else {
            return Ok(None);
        };
        if self.engine.is_none() && self.engine_version.is_none() {
            return Ok(None);
        }
        let engine = match &self.engine {
            None => member.engine,
            Some(name) => name.parse().map_err(|_| errors::invalid_value(format_args!("Invalid engine: {name}.")))?,
        };
        let facts = resolve_version(engine, self.engine_version.as_deref()).map_err(errors::refused_version)?;
        let version = facts.full_version.parse().map_err(|_| errors::internal_failure())?;
        Ok(Some((engine, version, group.cluster_mode.is_clustered())))
    }
}

/// A member of the primary group, which has all settings that the datastore's members share.
fn first_member(draft: &Draft, datastore: &GlobalReplicationGroup) -> Option<Arc<CacheCluster>> {
    let group = super::primary(draft.tables(), datastore)?;
    group.member_ids().find_map(|id| draft.get::<CacheCluster>(&group.scope, id))
}
