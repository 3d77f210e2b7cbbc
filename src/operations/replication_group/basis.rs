//! What the members of a new replication group are to be: made from the settings of the request, or from an existing
//! cluster that becomes the primary.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::shape::Shape;
use crate::{
    model::{
        Access, CacheCluster, CacheNode, Engine, LogDeliveries, NodeId, Notification, Pending, Phase, TagSet,
        TransitEncryption,
        catalogue::{
            engine_versions::{EngineVersionFacts, version_reported_as},
            families,
            node_types::{self, NodeFeature, NodeType},
        },
        endpoint_port::endpoint_port,
    },
    operations::{
        cache_cluster::{self, settings},
        errors, new_uid, parameter_groups,
        request::Request,
        subnet_groups,
    },
    protocol::{AwsError, ErrorCode, types},
    store::Draft,
};

/// What a request says about the members.
pub(super) struct MemberSettings {
    pub engine: Option<String>,
    pub engine_version: Option<String>,
    pub cache_node_type: Option<String>,
    pub cache_parameter_group_name: Option<String>,
    pub cache_subnet_group_name: Option<String>,
    pub cache_security_group_names: Option<Vec<String>>,
    pub security_group_ids: Option<Vec<String>>,
    pub preferred_maintenance_window: Option<String>,
    pub port: Option<i32>,
    pub notification_topic_arn: Option<String>,
    pub auto_minor_version_upgrade: Option<bool>,
    pub snapshot_window: Option<String>,
    pub data_tiering_enabled: Option<bool>,
    pub network_type: Option<types::NetworkType>,
    pub ip_discovery: Option<types::IpDiscovery>,
}

/// What members are made of.
pub(super) struct Basis {
    pub engine: Engine,
    pub version: &'static EngineVersionFacts,
    pub node_type: &'static NodeType,
    /// The parameter group that was asked for, or that the primary has.
    pub parameter_group: Option<String>,
    /// The cluster that becomes the primary.
    pub primary: Option<CacheCluster>,
}

impl Basis {
    /// The engine, version and node type that a request asks for.
    pub fn of_request(
        draft: &Draft,
        request: &Request,
        settings: &MemberSettings,
        strict: bool,
    ) -> Result<Self, AwsError> {
        let engine = engine(settings.engine.as_deref())?.unwrap_or(Engine::Redis);
        let version = settings::version(engine, settings.engine_version.as_deref(), strict)?;
        let family = families::family(version.family).map_err(errors::invalid_value)?;
        let asked = settings.cache_parameter_group_name.as_deref();
        let parameter_group =
            asked.map(|name| parameter_groups::of_family(draft.tables(), &request.scope, family, name)).transpose()?;
        let name = settings.cache_node_type.as_deref().ok_or_else(|| errors::missing_parameter("CacheNodeType"))?;
        let node_type = node_types::node_type(name).map_err(errors::invalid_value)?;
        if node_type.family == "t1" {
            return Err(errors::invalid_combination("Replication groups are not supported for T1 cache node types."));
        }
        settings::check_node_type(node_type, engine, &cache_cluster::full_version(version))?;
        check_data_tiering(node_type, settings.data_tiering_enabled)?;
        Ok(Self { engine, version, node_type, parameter_group, primary: None })
    }

    /// The cluster `id`, which becomes the primary. What the request says beside has to be what it has.
    pub fn of_primary(
        draft: &Draft,
        request: &Request,
        id: &str,
        asked: &MemberSettings,
        strict: bool,
    ) -> Result<Self, AwsError> {
        let cluster = cache_cluster::find(draft, request, id)?;
        if cluster.engine == Engine::Memcached {
            return Err(errors::engine_without_replication());
        }
        if let Some(membership) = &cluster.membership {
            let group = &membership.replication_group_id;
            let message = format!("Cache cluster {} already belongs to the replication group {group}.", cluster.id);
            return Err(AwsError::new(ErrorCode::InvalidCacheClusterState, message));
        }
        if cluster.phase() != Phase::Available {
            return Err(errors::cache_cluster_not_available(&cluster.id, cluster.phase().as_str()));
        }
        let node_type = node_types::node_type(&cluster.cache_node_type).map_err(errors::invalid_value)?;
        asked.check_against(&cluster, strict)?;
        let version = version_reported_as(cluster.engine, cluster.engine_version.as_str())
            .ok_or_else(errors::internal_failure)?;
        Ok(Self {
            engine: cluster.engine,
            version,
            node_type,
            parameter_group: Some(cluster.parameter_group.clone()),
            primary: Some(CacheCluster::clone(&cluster)),
        })
    }

    /// The zone of the cluster that becomes the primary.
    pub fn primary_zone(&self) -> Option<&str> {
        let primary = self.primary.as_ref()?;
        primary.nodes.values().next().map(|node| node.availability_zone.as_str())
    }

    /// A new first member, which the others are made from. Its tags and its place in the group are still to come.
    pub fn first_member(
        &self,
        draft: &Draft,
        request: &Request,
        group_id: &str,
        shape: &Shape,
        asked: MemberSettings,
        now: DateTime<Utc>,
    ) -> Result<CacheCluster, AwsError> {
        let (scope, tables) = (&request.scope, draft.tables());
        let family = families::family(self.version.family).map_err(errors::invalid_value)?;
        let parameter_group = self
            .parameter_group
            .clone()
            .unwrap_or_else(|| parameter_groups::default_of(family, shape.cluster_mode.is_clustered()));
        let values = parameter_groups::values(tables, scope, &parameter_group);
        parameter_groups::check_rules(family, &values, self.node_type)?;
        let (maintenance, snapshot) = (asked.preferred_maintenance_window, asked.snapshot_window);
        let windows =
            settings::Windows::new(self.engine, scope, group_id, maintenance.as_deref(), snapshot.as_deref())?;
        settings::check_security_groups(
            asked.cache_security_group_names.as_deref(),
            asked.cache_subnet_group_name.is_some() || asked.security_group_ids.is_some(),
        )?;
        let zone = shape.shards.first().and_then(|shard| shard.zones.first()).cloned().unwrap_or_default();
        Ok(CacheCluster {
            scope: scope.clone(),
            id: String::new(),
            uid: new_uid(),
            membership: None,
            engine: self.engine,
            engine_version: cache_cluster::full_version(self.version),
            cache_node_type: self.node_type.name.to_owned(),
            port: match asked.port {
                None => self.engine.default_port(),
                Some(port) => endpoint_port(port).map_err(errors::invalid_value)?,
            },
            requested: now,
            created: None,
            deleted: None,
            nodes: BTreeMap::from([(NodeId::FIRST, CacheNode::new(zone))]),
            configuration_port: None,
            membership_version: 1,
            resizing_from: None,
            cross_az: false,
            parameter_group,
            subnet_group: subnet_groups::for_cluster(tables, scope, asked.cache_subnet_group_name.as_deref())?,
            security_group_ids: asked.security_group_ids.unwrap_or_default(),
            cache_security_groups: Vec::new(),
            maintenance_window: windows.maintenance,
            snapshot_window: windows.snapshot,
            snapshot_retention_limit: 0,
            auto_minor_version_upgrade: asked.auto_minor_version_upgrade.unwrap_or(true),
            notification: asked
                .notification_topic_arn
                .filter(|arn| !arn.is_empty())
                .map(|topic_arn| Notification { topic_arn, active: true }),
            network_type: settings::network_type(asked.network_type)?,
            ip_discovery: settings::ip_discovery(asked.ip_discovery)?,
            tags: TagSet::default(),
            pending: Pending::default(),
            transit_encryption: TransitEncryption::Disabled,
            access: Access::Open,
            user_group_id: None,
            auth_token_modified: None,
            at_rest_encryption: false,
            restore: None,
            snapshotting: None,
            update_action: None,
            replacement: None,
            log_deliveries: LogDeliveries::new(),
        })
    }
}

impl MemberSettings {
    /// Members are like their primary, so nothing else can be asked for when there is one.
    fn check_against(&self, primary: &CacheCluster, strict: bool) -> Result<(), AwsError> {
        let same = |name: &str, same: bool| {
            if same {
                return Ok(());
            }
            Err(errors::invalid_combination(format_args!(
                "{name} must be absent, or that of the primary cluster {}.",
                primary.id
            )))
        };
        let engine = engine(self.engine.as_deref())?;
        same("Engine", engine.is_none_or(|engine| engine == primary.engine))?;
        if let Some(asked) = self.engine_version.as_deref() {
            let version = settings::version(primary.engine, Some(asked), strict)?;
            same("EngineVersion", cache_cluster::full_version(version) == primary.engine_version)?;
        }
        let is = |asked: Option<&str>, present: &str| asked.is_none_or(|asked| asked.eq_ignore_ascii_case(present));
        same("CacheNodeType", is(self.cache_node_type.as_deref(), &primary.cache_node_type))?;
        same("CacheParameterGroupName", is(self.cache_parameter_group_name.as_deref(), &primary.parameter_group))?;
        same("CacheSubnetGroupName", is(self.cache_subnet_group_name.as_deref(), &primary.subnet_group))?;
        settings::check_security_groups(self.cache_security_group_names.as_deref(), self.security_group_ids.is_some())?;
        let security_groups = self.security_group_ids.as_ref().filter(|ids| !ids.is_empty());
        same("SecurityGroupIds", security_groups.is_none_or(|ids| *ids == primary.security_group_ids))?;
        if let Some(text) = &self.preferred_maintenance_window {
            let window = text.parse().map_err(errors::invalid_value)?;
            same("PreferredMaintenanceWindow", primary.maintenance_window == window)?;
        }
        same("Port", self.port.is_none_or(|port| port == i32::from(primary.port)))?;
        let topic = primary.notification.as_ref().map_or("", |notification| &notification.topic_arn);
        same("NotificationTopicArn", self.notification_topic_arn.as_deref().is_none_or(|asked| asked == topic))?;
        let upgrades = self.auto_minor_version_upgrade;
        same("AutoMinorVersionUpgrade", upgrades.is_none_or(|asked| asked == primary.auto_minor_version_upgrade))?;
        same("DataTieringEnabled", self.data_tiering_enabled != Some(true))?;
        settings::network_type(self.network_type)?;
        settings::ip_discovery(self.ip_discovery)?;
        Ok(())
    }
}

/// The engine of this name, which has to be one that replicates.
fn engine(name: Option<&str>) -> Result<Option<Engine>, AwsError> {
    match name.map(str::parse) {
        None => Ok(None),
        Some(Ok(Engine::Memcached)) => Err(errors::engine_without_replication()),
        Some(Ok(engine)) => Ok(Some(engine)),
        Some(Err(_)) => Err(errors::invalid_value(format_args!("Invalid engine: {}.", name.unwrap_or_default()))),
    }
}

/// Data tiering has to be asked for on the node types that have it, and cannot be on others.
fn check_data_tiering(node_type: &NodeType, asked: Option<bool>) -> Result<(), AwsError> {
    let asked = asked == Some(true);
    match (node_type.supports(NodeFeature::DataTiering), asked) {
        (false, false) => Ok(()),
        (false, true) => Err(errors::invalid_combination(format_args!(
            "Data tiering is not supported for the node type {}.",
            node_type.name
        ))),
        (true, false) => Err(errors::invalid_combination(format_args!(
            "Data tiering must be enabled for the node type {}.",
            node_type.name
        ))),
        (true, true) => Err(errors::feature_not_supported_yet("data tiering")),
    }
}
