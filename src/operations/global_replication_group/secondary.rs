//! A replication group that is made as a secondary of a global datastore: most of what it is follows from the primary.

use std::sync::Arc;

use super::{parameters, phase, requirements};
use crate::{
    model::{
        Access, CacheCluster, GlobalMember, GlobalReplicationGroup, MOST_SECONDARIES, PasswordHash, ReplicationGroup,
        Scope, catalogue::engine_versions::version_reported_as, parameters::family_of,
    },
    operations::{cache_cluster::view::transit_encryption_mode, errors, parameter_groups},
    protocol::{AwsError, WireEnum, types},
    store::Draft,
};

/// A group on its way into a datastore.
pub(in crate::operations) struct Secondary {
    datastore: Arc<GlobalReplicationGroup>,
    /// The primary group.
    primary: Arc<ReplicationGroup>,
    /// A member of the primary group.
    template: Arc<CacheCluster>,
}

impl Secondary {
    /// Completes a request for a secondary by what follows from the primary; `None` when it is not for one.
    pub fn of_request(
        draft: &Draft,
        scope: &Scope,
        input: &mut types::CreateReplicationGroupMessage,
        strict: bool,
    ) -> Result<Option<Self>, AwsError> {
        let Some(id) = input.global_replication_group_id.take() else { return Ok(None) };
        check_alone(input)?;
        let datastore = draft
            .get::<GlobalReplicationGroup>(&scope.everywhere(), &id.to_ascii_lowercase())
            .ok_or_else(|| errors::global_replication_group_not_found(&id))?;
        check_room(draft, scope, &datastore)?;
        if strict {
            requirements::check_region(&scope.region)?;
        }
        let not_steady = || errors::global_replication_group_not_steady(phase(draft.tables(), &datastore));
        let primary = Arc::clone(super::primary(draft.tables(), &datastore).ok_or_else(not_steady)?);
        let template =
            primary.member_ids().find_map(|id| draft.get::<CacheCluster>(&primary.scope, id)).ok_or_else(not_steady)?;
        check_token(&template, input)?;
        let version = version_reported_as(template.engine, template.engine_version.as_str());
        input.engine = Some(template.engine.name().to_owned());
        input.engine_version = version.map(|version| version.version.to_owned());
        input.cache_node_type = Some(template.cache_node_type.clone());
        input.transit_encryption_enabled = Some(template.transit_encryption.is_enabled());
        input.transit_encryption_mode = transit_encryption_mode(&template);
        input.at_rest_encryption_enabled = Some(template.at_rest_encryption);
        check_cluster_mode(&primary, input)?;
        if primary.cluster_mode.is_clustered() {
            take_shape(&primary, input)?;
        }
        // One member alone has nobody to fail over to.
        let has_replicas = primary.cluster_mode.is_clustered()
            || input.num_cache_clusters.is_some_and(|count| count > 1)
            || input.replicas_per_node_group.is_some_and(|count| count > 0)
            || input.node_group_configuration.as_ref().is_some_and(|shards| !shards.is_empty());
        input.automatic_failover_enabled = Some(primary.automatic_failover && has_replicas);
        Ok(Some(Self { datastore, primary, template }))
    }

    /// Makes a new group the datastore's member in its region.
    pub fn join(self, draft: &mut Draft, group: &mut ReplicationGroup, members: &mut [CacheCluster]) {
        let Self { datastore, primary, template } = self;
        let values = parameter_groups::values(draft.tables(), &template.scope, &template.parameter_group).into_owned();
        let family = family_of(template.engine, &template.engine_version);
        let name = parameters::put(draft, &group.scope, &datastore.id, family, values);
        parameters::assign(members, &name);
        group.global_replication_group_id = Some(datastore.id.clone());
        if group.cluster_mode.is_clustered() {
            group.shared_cluster = Some(primary.cluster_name());
        }
        let mut datastore = GlobalReplicationGroup::clone(&datastore);
        datastore.members.insert(group.scope.region.clone(), GlobalMember::new(group.id.clone()));
        let (scope, id) = (datastore.scope.clone(), datastore.id.clone());
        draft.put(&scope, &id, datastore);
    }
}

/// What follows from the primary cannot be said again.
fn check_alone(input: &types::CreateReplicationGroupMessage) -> Result<(), AwsError> {
    let listed = |list: &Option<Vec<String>>| list.as_ref().is_some_and(|list| !list.is_empty());
    for (name, given) in [
        ("PrimaryClusterId", input.primary_cluster_id.is_some()),
        ("AutomaticFailoverEnabled", input.automatic_failover_enabled.is_some()),
        ("NumNodeGroups", input.num_node_groups.is_some()),
        ("CacheParameterGroupName", input.cache_parameter_group_name.is_some()),
        ("CacheNodeType", input.cache_node_type.is_some()),
        ("Engine", input.engine.is_some()),
        ("EngineVersion", input.engine_version.is_some()),
        ("CacheSecurityGroupNames", listed(&input.cache_security_group_names)),
        ("TransitEncryptionEnabled", input.transit_encryption_enabled.is_some()),
        ("AtRestEncryptionEnabled", input.at_rest_encryption_enabled.is_some()),
        ("SnapshotArns", listed(&input.snapshot_arns)),
        ("SnapshotName", input.snapshot_name.is_some()),
        ("ServerlessCacheSnapshotName", input.serverless_cache_snapshot_name.is_some()),
    ] {
        if given {
            return Err(errors::invalid_combination(format_args!(
                "{name} cannot be specified along with GlobalReplicationGroupId."
            )));
        }
    }
    Ok(())
}

/// The cluster mode of a secondary is that of its primary, said again or not.
fn check_cluster_mode(
    primary: &ReplicationGroup,
    input: &types::CreateReplicationGroupMessage,
) -> Result<(), AwsError> {
    if input.cluster_mode.is_none_or(|mode| mode.as_str() == primary.cluster_mode.as_str()) {
        return Ok(());
    }
    Err(errors::invalid_combination(
        "ClusterMode must be absent, or that of the primary of the Global Replication Group.",
    ))
}

/// Gives a secondary in cluster mode the shards of its primary, with the same ids and slots. How many replicas each has,
/// and where, can be said for it alone.
fn take_shape(primary: &ReplicationGroup, input: &mut types::CreateReplicationGroupMessage) -> Result<(), AwsError> {
    if input.num_cache_clusters.is_some() {
        return Err(errors::invalid_combination(
            "NumCacheClusters cannot be specified for a secondary with cluster mode enabled. Please use \
             ReplicasPerNodeGroup.",
        ));
    }
    let asked = input.node_group_configuration.take().filter(|shards| !shards.is_empty());
    if asked.as_ref().is_some_and(|shards| shards.len() != primary.node_groups.len()) {
        return Err(errors::invalid_combination(format_args!(
            "NodeGroupConfiguration must have an entry for each of the {} node groups of the primary of the Global \
             Replication Group.",
            primary.node_groups.len()
        )));
    }
    let is_asked = asked.is_some();
    let mut asked = asked.unwrap_or_default();
    let mut shards = Vec::with_capacity(primary.node_groups.len());
    for (id, shard) in &primary.node_groups {
        let names_it = |asked: &types::NodeGroupConfiguration| asked.node_group_id.as_deref() == Some(id.as_str());
        let is_any = |asked: &types::NodeGroupConfiguration| asked.node_group_id.is_none();
        let present = asked.iter().position(names_it).or_else(|| asked.iter().position(is_any));
        let configuration = match present {
            Some(present) => asked.remove(present),
            None if !is_asked => types::NodeGroupConfiguration::default(),
            None => {
                return Err(errors::invalid_value(format_args!(
                    "NodeGroupConfiguration has no entry for the node group {id} of the primary of the Global Replication \
                     Group."
                )));
            }
        };
        let slots = shard.slots.to_string();
        if configuration.slots.as_ref().is_some_and(|asked| *asked != slots) {
            return Err(errors::invalid_value(format_args!(
                "The slots of node group {id} must be those of the primary of the Global Replication Group: {slots}."
            )));
        }
        shards.push(types::NodeGroupConfiguration {
            node_group_id: Some(id.to_string()),
            slots: Some(slots),
            ..configuration
        });
    }
    input.node_group_configuration = Some(shards);
    input.cluster_mode = Some(types::ClusterMode::Enabled);
    Ok(())
}

/// Whether a datastore can take in a group of this region.
fn check_room(draft: &Draft, scope: &Scope, datastore: &GlobalReplicationGroup) -> Result<(), AwsError> {
    let id = &datastore.id;
    if datastore.members.contains_key(&scope.region) {
        return Err(errors::invalid_value(format_args!(
            "Global Replication Group {id} already has a member in the region {}.",
            scope.region
        )));
    }
    if datastore.members.len() > MOST_SECONDARIES {
        return Err(errors::invalid_value(format_args!(
            "Global Replication Group {id} already has {MOST_SECONDARIES} secondary replication groups, which is the most \
             that it can have."
        )));
    }
    let phase = phase(draft.tables(), datastore);
    if phase.is_steady() { Ok(()) } else { Err(errors::global_replication_group_not_steady(phase)) }
}

/// A secondary has the AUTH token of its primary. The server knows it by its hash only, so it has to be said again.
fn check_token(template: &CacheCluster, input: &types::CreateReplicationGroupMessage) -> Result<(), AwsError> {
    let given = input.auth_token.as_ref().map(|token| PasswordHash::of(token.expose()));
    match (&template.access, given) {
        (Access::Tokens { tokens, .. }, Some(given)) if tokens.contains(&given) => Ok(()),
        (Access::Tokens { .. }, Some(_)) => {
            Err(errors::invalid_value("AuthToken must be that of the primary of the Global Replication Group."))
        }
        (Access::Tokens { .. }, None) => Err(errors::invalid_combination(
            "AuthToken must be specified, since the primary of the Global Replication Group has one.",
        )),
        (Access::Open | Access::Users(_), Some(_)) => Err(errors::invalid_combination(
            "AuthToken cannot be specified, since the primary of the Global Replication Group has none.",
        )),
        (Access::Open | Access::Users(_), None) => Ok(()),
    }
}
