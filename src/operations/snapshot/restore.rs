//! Making a new cache of a snapshot: what the request leaves open is taken from the snapshot, and the first engine of
//! each shard is to be filled with its data.

use std::sync::Arc;

use super::state::check_available;
use crate::{
    model::{
        BucketObject, CacheCluster, Engine, EngineVersion, NodeSnapshot, ReplicationGroup, Restore, SlotSet, Snapshot,
        SnapshotFile, SnapshotSettings, TagSet, catalogue::engine_versions::version_reported_as,
    },
    operations::{errors, parameter_groups, request::Request, serverless_snapshot},
    protocol::{AwsError, types},
    store::Draft,
};

/// The snapshot of this name, which has to be available.
fn find(draft: &Draft, request: &Request, name: &str) -> Result<Arc<Snapshot>, AwsError> {
    let snapshot = super::find(draft, request, name)?;
    check_available(draft.tables(), &snapshot)?;
    Ok(snapshot)
}

/// The snapshot that a new cluster is to be made of, if any. What `input` leaves open is filled in from it.
pub(in crate::operations) fn of_cluster(
    draft: &Draft,
    request: &Request,
    input: &mut types::CreateCacheClusterMessage,
) -> Result<Option<Arc<Snapshot>>, AwsError> {
    let Some(name) = input.snapshot_name.as_deref() else { return Ok(None) };
    check_alone(input.snapshot_arns.as_deref())?;
    check_engine(input.engine.as_deref())?;
    let snapshot = find(draft, request, name)?;
    let settings = &snapshot.settings;
    if snapshot.is_clustered() {
        return Err(errors::invalid_combination(format_args!(
            "Snapshot {} was taken with cluster mode enabled and can only be restored to a replication group with \
             cluster mode enabled.",
            snapshot.name
        )));
    }
    let engine = input.engine.get_or_insert_with(|| settings.engine.name().to_owned());
    if *engine == settings.engine.name() {
        input.engine_version = input.engine_version.take().or_else(|| version(settings));
    }
    let defaults = Defaults { draft, request, settings };
    if input.cache_parameter_group_name.is_none() {
        input.cache_parameter_group_name =
            defaults.parameter_group(input.engine.as_deref(), input.engine_version.as_deref(), false);
    }
    let zones = input.preferred_availability_zones.is_some() || input.preferred_availability_zone.is_some();
    if !zones {
        input.preferred_availability_zone.clone_from(&settings.preferred_availability_zone);
    }
    input.cache_node_type.get_or_insert_with(|| settings.cache_node_type.clone());
    input.port.get_or_insert(settings.port.into());
    input.cache_subnet_group_name = input.cache_subnet_group_name.take().or_else(|| defaults.subnet_group());
    input.auto_minor_version_upgrade.get_or_insert(settings.auto_minor_version_upgrade);
    input.notification_topic_arn = input.notification_topic_arn.take().or_else(|| settings.topic_arn.clone());
    defaults.windows(&mut input.preferred_maintenance_window, &mut input.snapshot_window);
    input.snapshot_retention_limit =
        input.snapshot_retention_limit.or_else(|| i32::try_from(settings.snapshot_retention_limit).ok());
    Ok(Some(snapshot))
}

/// The snapshot that a new group is to be made of, if any. What `input` leaves open is filled in from it.
pub(in crate::operations) fn of_group(
    draft: &Draft,
    request: &Request,
    input: &mut types::CreateReplicationGroupMessage,
) -> Result<Option<Arc<Snapshot>>, AwsError> {
    if let Some(name) = input.serverless_cache_snapshot_name.take() {
        return of_serverless(draft, request, input, &name).map(Some);
    }
    let Some(name) = input.snapshot_name.as_deref() else { return Ok(None) };
    check_alone(input.snapshot_arns.as_deref())?;
    check_engine(input.engine.as_deref())?;
    if input.primary_cluster_id.is_some() {
        return Err(errors::invalid_combination("PrimaryClusterId cannot be specified along with SnapshotName."));
    }
    let snapshot = find(draft, request, name)?;
    let settings = &snapshot.settings;
    let engine = input.engine.get_or_insert_with(|| settings.engine.name().to_owned());
    if *engine == settings.engine.name() {
        input.engine_version = input.engine_version.take().or_else(|| version(settings));
    }
    fill_shape(&snapshot, input);
    let defaults = Defaults { draft, request, settings };
    if input.cache_parameter_group_name.is_none() {
        let clustered = is_clustered(input);
        input.cache_parameter_group_name =
            defaults.parameter_group(input.engine.as_deref(), input.engine_version.as_deref(), clustered);
    }
    input.cache_node_type.get_or_insert_with(|| settings.cache_node_type.clone());
    input.port.get_or_insert(settings.port.into());
    input.cache_subnet_group_name = input.cache_subnet_group_name.take().or_else(|| defaults.subnet_group());
    input.auto_minor_version_upgrade.get_or_insert(settings.auto_minor_version_upgrade);
    input.notification_topic_arn = input.notification_topic_arn.take().or_else(|| settings.topic_arn.clone());
    defaults.windows(&mut input.preferred_maintenance_window, &mut input.snapshot_window);
    input.snapshot_retention_limit =
        input.snapshot_retention_limit.or_else(|| i32::try_from(settings.snapshot_retention_limit).ok());
    Ok(Some(snapshot))
}

/// The snapshot of a serverless cache that a new group is to be made of. The engine is all that such a cache has in common
/// with a group, so nothing else is filled in from it.
fn of_serverless(
    draft: &Draft,
    request: &Request,
    input: &mut types::CreateReplicationGroupMessage,
    name: &str,
) -> Result<Arc<Snapshot>, AwsError> {
    let is_given = |arns: &[String]| !arns.is_empty();
    for (other, given) in [
        ("SnapshotName", input.snapshot_name.is_some()),
        ("SnapshotArns", input.snapshot_arns.as_deref().is_some_and(is_given)),
        ("PrimaryClusterId", input.primary_cluster_id.is_some()),
    ] {
        if given {
            return Err(errors::invalid_combination(format_args!(
                "{other} cannot be specified along with ServerlessCacheSnapshotName."
            )));
        }
    }
    check_engine(input.engine.as_deref())?;
    let snapshot = serverless_snapshot::find(draft.tables(), &request.scope, name)?;
    serverless_snapshot::check_available(draft.tables(), &snapshot)?;
    let settings = &snapshot.settings;
    check_engine(Some(settings.engine.name()))?;
    let engine = input.engine.get_or_insert_with(|| settings.engine.name().to_owned());
    if *engine == settings.engine.name() {
        input.engine_version = input.engine_version.take().or_else(|| version(settings));
    }
    Ok(snapshot)
}

/// Fills in the shards and replicas that the snapshot's cache had, where the request says nothing of them.
fn fill_shape(snapshot: &Snapshot, input: &mut types::CreateReplicationGroupMessage) {
    let says_replicas = input.num_cache_clusters.is_some()
        || input.replicas_per_node_group.is_some()
        || input.preferred_cache_cluster_azs.as_ref().is_some_and(|zones| !zones.is_empty());
    let says_shards = input.num_node_groups.is_some()
        || input.node_group_configuration.as_ref().is_some_and(|shards| !shards.is_empty());
    if snapshot.is_clustered() {
        let chosen = input.cache_parameter_group_name.is_some();
        if input.cluster_mode.is_none() && !chosen {
            input.cluster_mode = Some(types::ClusterMode::Enabled);
        }
    }
    if says_shards {
        return;
    }
    let configuration = |node: &NodeSnapshot| types::NodeGroupConfiguration {
        node_group_id: node.node_group_id.as_ref().map(ToString::to_string),
        slots: node.slots.as_ref().map(ToString::to_string),
        replica_count: i32::try_from(node.replica_count).ok().filter(|_| !says_replicas),
        ..types::NodeGroupConfiguration::default()
    };
    if snapshot.is_clustered() {
        input.node_group_configuration = Some(snapshot.nodes.iter().map(configuration).collect());
    } else if !says_replicas {
        let replicas = snapshot.nodes.first().map(|node| node.replica_count);
        input.replicas_per_node_group = replicas.and_then(|replicas| i32::try_from(replicas).ok());
    }
    if !says_replicas && snapshot.settings.automatic_failover {
        input.automatic_failover_enabled.get_or_insert(true);
    }
}

/// Whether a group in cluster mode is asked for, as far as that can be told without its parameter group.
fn is_clustered(input: &types::CreateReplicationGroupMessage) -> bool {
    let shards = input.node_group_configuration.as_ref().map_or(0, Vec::len);
    matches!(input.cluster_mode, Some(types::ClusterMode::Enabled | types::ClusterMode::Compatible))
        || input.num_node_groups.is_some_and(|count| count > 1)
        || shards > 1
}

/// What a request can leave open.
struct Defaults<'a> {
    draft: &'a Draft,
    request: &'a Request,
    settings: &'a SnapshotSettings,
}

impl Defaults<'_> {
    /// The parameter group of the snapshot's cache, if it is one that a user made, is still there, and suits the new one.
    fn parameter_group(&self, engine: Option<&str>, version: Option<&str>, clustered: bool) -> Option<String> {
        let tables = self.draft.tables();
        let group = tables.cache_parameter_groups.get(&self.request.scope, &self.settings.parameter_group)?;
        let engine: Engine = engine?.parse().ok()?;
        let wanted = crate::model::catalogue::engine_versions::resolve_version(engine, version).ok()?;
        let suits = wanted.family == group.family
            && parameter_groups::is_cluster_enabled(tables, &self.request.scope, &group.name) == clustered;
        suits.then(|| group.name.clone())
    }

    /// The subnet group of the snapshot's cache, if it is one that a user made and is still there.
    fn subnet_group(&self) -> Option<String> {
        let groups = &self.draft.tables().cache_subnet_groups;
        groups.get(&self.request.scope, &self.settings.subnet_group).map(|group| group.name.clone())
    }

    /// The windows of the snapshot's cache. One that is asked for may be in the way of the other, which is then chosen
    /// anew.
    fn windows(&self, maintenance: &mut Option<String>, snapshot: &mut Option<String>) {
        if maintenance.is_none() && snapshot.is_none() {
            *maintenance = Some(self.settings.maintenance_window.to_string());
            *snapshot = self.settings.snapshot_window.map(|window| window.to_string());
        }
    }
}

/// The version of the snapshot's engine, as one asks for it.
fn version(settings: &SnapshotSettings) -> Option<String> {
    let facts = version_reported_as(settings.engine, settings.engine_version.as_str())?;
    Some(facts.version.to_owned())
}

fn check_alone(arns: Option<&[String]>) -> Result<(), AwsError> {
    match arns {
        None | Some([]) => Ok(()),
        Some(_) => Err(errors::invalid_combination("Only one of SnapshotName and SnapshotArns can be specified.")),
    }
}

fn check_engine(engine: Option<&str>) -> Result<(), AwsError> {
    if engine == Some(Engine::Memcached.name()) {
        return Err(errors::restore_not_supported());
    }
    Ok(())
}

/// Holds a new cache to what can read a snapshot: the same engine in no earlier version, or Valkey for what Redis wrote.
pub(in crate::operations) fn check_version(
    snapshot: Option<&Arc<Snapshot>>,
    engine: Engine,
    version: &EngineVersion,
) -> Result<(), AwsError> {
    let Some(snapshot) = snapshot else { return Ok(()) };
    let settings = &snapshot.settings;
    let rank = |version: &EngineVersion| (version.major(), version.minor());
    let reads = match (settings.engine, engine) {
        (Engine::Redis, Engine::Valkey) => true,
        (of, to) => of == to && rank(version) >= rank(&settings.engine_version),
    };
    if reads {
        return Ok(());
    }
    Err(errors::invalid_combination(format_args!(
        "Snapshot {} of engine {} {} cannot be restored to engine {engine} {version}.",
        snapshot.name, settings.engine, settings.engine_version
    )))
}

/// The tags of a new cache: those of the request, or else those of the snapshot.
pub(in crate::operations) fn tags(asked: TagSet, snapshot: Option<&Arc<Snapshot>>) -> TagSet {
    match snapshot {
        Some(snapshot) if asked.is_empty() => snapshot.tags.clone(),
        _ => asked,
    }
}

/// What a new cache is to be filled with.
pub(in crate::operations) enum Seed {
    /// A snapshot.
    Snapshot(Arc<Snapshot>),
    /// Files in buckets.
    Objects(Vec<BucketObject>),
}

impl Seed {
    /// What was asked for, if anything.
    pub fn new(snapshot: Option<Arc<Snapshot>>, objects: Vec<BucketObject>) -> Option<Self> {
        snapshot.map(Self::Snapshot).or_else(|| (!objects.is_empty()).then_some(Self::Objects(objects)))
    }

    /// What a new cluster is to be filled with.
    ///
    /// # Errors
    /// When a single cluster is to be filled with several files.
    pub fn whole(&self) -> Result<Restore, AwsError> {
        match self {
            Self::Snapshot(snapshot) => Ok(restore(Some(snapshot), snapshot.files().cloned().collect(), None)),
            Self::Objects(objects) if objects.len() == 1 => {
                Ok(Restore { objects: objects.clone(), ..restore(None, Vec::new(), None) })
            }
            Self::Objects(_) => {
                Err(errors::invalid_value("SnapshotArns must have exactly one element where there is one shard."))
            }
        }
    }

    /// Has the first primary of each shard of a new group filled with its share.
    ///
    /// # Errors
    /// When the data have slots and the group has none, or there are too many files for one shard.
    pub fn share_out(&self, group: &ReplicationGroup, members: &mut [CacheCluster]) -> Result<(), AwsError> {
        for shard in group.node_groups.values() {
            let share = self.share(group.cluster_mode.is_clustered().then_some(&shard.slots))?;
            if let Some(primary) = members.iter_mut().find(|member| member.id == shard.primary.cache_cluster_id) {
                primary.restore = Some(share);
            }
        }
        Ok(())
    }

    /// The share of a shard with these slots; `None` without cluster mode.
    fn share(&self, slots: Option<&SlotSet>) -> Result<Restore, AwsError> {
        let (snapshot, slots) = match (self, slots) {
            // One of a serverless cache has the keys of all slots in one file.
            (Self::Snapshot(snapshot), None) if snapshot.is_clustered() && !snapshot.scope.is_behind_serverless() => {
                return Err(errors::invalid_combination(format_args!(
                    "Snapshot {} was taken with cluster mode enabled and cannot be restored with cluster mode disabled.",
                    snapshot.name
                )));
            }
            (_, None) => return self.whole(),
            // Whose keys are in which file nobody knows before they are read.
            (Self::Objects(objects), Some(slots)) => {
                return Ok(Restore { objects: objects.clone(), ..restore(None, Vec::new(), Some(slots.clone())) });
            }
            (Self::Snapshot(snapshot), Some(slots)) => (snapshot, slots),
        };
        // A part that has just the slots of the shard can be taken as it is.
        if let Some(same) = snapshot.nodes.iter().find(|node| node.slots.as_ref() == Some(slots)) {
            return Ok(restore(Some(snapshot), same.file.iter().cloned().collect(), None));
        }
        let has_some =
            |node: &&NodeSnapshot| node.slots.as_ref().is_none_or(|present| !present.intersection(slots).is_empty());
        let files = snapshot.nodes.iter().filter(has_some).filter_map(|node| node.file.clone()).collect();
        Ok(restore(Some(snapshot), files, Some(slots.clone())))
    }
}

fn restore(snapshot: Option<&Arc<Snapshot>>, files: Vec<SnapshotFile>, slots: Option<SlotSet>) -> Restore {
    let snapshots = snapshot.into_iter().map(|snapshot| snapshot.uid.clone()).collect();
    Restore { snapshots, files, objects: Vec::new(), slots, failure: None }
}
