//! A cache cluster as the API shows it.

use std::collections::BTreeMap;

use crate::{
    model::{
        Access, CacheCluster, CacheNode, Engine, NodeId, Phase, Succession, TransitEncryption,
        arn::{Arn, ResourceType},
        parameters,
    },
    operations::{log_delivery, request::Request},
    protocol::{WireEnum, enums, types},
};

/// The link that `ElastiCache` shows with every cluster.
const CLIENT_DOWNLOAD_LANDING_PAGE: &str = "https://console.aws.amazon.com/elasticache/home#client-download:";

/// What a view shows beside the record itself.
pub(in crate::operations) struct View<'a> {
    /// Who asks.
    pub request: &'a Request,
    /// The values of the cluster's parameter group that differ from the family's defaults.
    pub parameters: &'a BTreeMap<String, String>,
    /// Whether nodes are shown.
    pub nodes: bool,
    /// Whether logs of its replication group are delivered, if it is in one.
    pub group_delivers_logs: bool,
}

impl View<'_> {
    /// The cluster as `DescribeCacheClusters` shows it.
    pub fn cluster(&self, cluster: &CacheCluster) -> types::CacheCluster {
        let phase = cluster.phase();
        let is_memcached = cluster.engine == Engine::Memcached;
        // While a cluster is being created or deleted, only what belongs to the cluster as a whole is shown.
        let settled = !matches!(phase, Phase::Creating | Phase::Deleting) && cluster.created.is_some();
        let in_effect = in_effect(cluster);
        types::CacheCluster {
            cache_cluster_id: Some(cluster.id.clone()),
            configuration_endpoint: (is_memcached && settled)
                .then_some(cluster.configuration_port)
                .flatten()
                .map(|port| self.request.endpoint(port, |names| names.configuration(cluster))),
            client_download_landing_page: Some(CLIENT_DOWNLOAD_LANDING_PAGE.into()),
            cache_node_type: Some(in_effect.cache_node_type.into()),
            engine: Some(in_effect.engine.name().into()),
            engine_version: Some(in_effect.engine_version.into()),
            cache_cluster_status: Some(phase.as_str().into()),
            num_cache_nodes: i32::try_from(shown_node_count(cluster)).ok(),
            preferred_availability_zone: preferred_availability_zone(cluster),
            preferred_outpost_arn: None,
            cache_cluster_create_time: cluster.created,
            preferred_maintenance_window: Some(cluster.maintenance_window.to_string()),
            pending_modified_values: Some(pending(cluster, &in_effect)),
            notification_configuration: cluster.notification.as_ref().map(|notification| {
                types::NotificationConfiguration {
                    topic_arn: Some(notification.topic_arn.clone()),
                    topic_status: Some(if notification.active { "active" } else { "inactive" }.into()),
                }
            }),
            cache_security_groups: Some(
                cluster
                    .cache_security_groups
                    .iter()
                    .map(|name| types::CacheSecurityGroupMembership {
                        cache_security_group_name: Some(name.clone()),
                        status: Some("active".into()),
                    })
                    .collect(),
            ),
            cache_parameter_group: Some(self.parameter_group(cluster)),
            cache_subnet_group_name: Some(cluster.subnet_group.clone()),
            cache_nodes: (self.nodes && settled).then(|| self.nodes(cluster)),
            auto_minor_version_upgrade: Some(cluster.auto_minor_version_upgrade),
            security_groups: Some(
                cluster
                    .security_group_ids
                    .iter()
                    .map(|id| types::SecurityGroupMembership {
                        security_group_id: Some(id.clone()),
                        status: Some("active".into()),
                    })
                    .collect(),
            ),
            replication_group_id: cluster.membership.as_ref().map(|member| member.replication_group_id.clone()),
            snapshot_retention_limit: (!is_memcached)
                .then(|| i32::try_from(cluster.snapshot_retention_limit).ok())
                .flatten(),
            snapshot_window: cluster.snapshot_window.as_ref().map(ToString::to_string),
            auth_token_enabled: Some(cluster.has_auth_token()),
            auth_token_last_modified_date: cluster.auth_token_modified,
            transit_encryption_enabled: Some(cluster.transit_encryption.is_enabled()),
            at_rest_encryption_enabled: Some(cluster.at_rest_encryption),
            arn: Some(Arn::text(&cluster.scope, ResourceType::Cluster, &cluster.id)),
            replication_group_log_delivery_enabled: Some(self.group_delivers_logs),
            log_delivery_configurations: Some(log_delivery::configurations(&cluster.log_deliveries)),
            network_type: enums::NetworkType::from_wire(&cluster.network_type),
            ip_discovery: enums::IpDiscovery::from_wire(&cluster.ip_discovery),
            transit_encryption_mode: transit_encryption_mode(cluster),
        }
    }

    fn nodes(&self, cluster: &CacheCluster) -> Vec<types::CacheNode> {
        // A node that is still to come is left out: Terraform gives up on one that has no endpoint yet.
        let shown = cluster.nodes.iter().filter(|(_, node)| node.created.is_some());
        shown.map(|(id, node)| self.node(cluster, *id, node)).collect()
    }

    fn node(&self, cluster: &CacheCluster, id: NodeId, node: &CacheNode) -> types::CacheNode {
        types::CacheNode {
            cache_node_id: Some(id.to_string()),
            cache_node_status: Some(node_status(node).into()),
            cache_node_create_time: node.created,
            endpoint: node.port.filter(|_| !node.leaving).map(|port| {
                self.request.endpoint(port, |names| names.node(cluster, id, cluster.transit_encryption.into()))
            }),
            parameter_group_status: Some(self.node_parameter_status(cluster, node).as_str().into()),
            source_cache_node_id: None,
            customer_availability_zone: Some(node.availability_zone.clone()),
            customer_outpost_arn: None,
        }
    }

    fn parameter_group(&self, cluster: &CacheCluster) -> types::CacheParameterGroupStatus {
        let status = |node: &CacheNode| self.node_parameter_status(cluster, node);
        let to_reboot: Vec<_> = cluster
            .nodes
            .iter()
            .filter(|(_, node)| status(node) == ParameterStatus::PendingReboot)
            .map(|(id, _)| id.to_string())
            .collect();
        let overall = cluster.nodes.values().map(status).max().unwrap_or(ParameterStatus::InSync);
        types::CacheParameterGroupStatus {
            cache_parameter_group_name: Some(cluster.parameter_group.clone()),
            parameter_apply_status: Some(overall.as_str().into()),
            cache_node_ids_to_reboot: Some(to_reboot),
        }
    }

    fn node_parameter_status(&self, cluster: &CacheCluster, node: &CacheNode) -> ParameterStatus {
        let Some(running) = node.current() else { return ParameterStatus::InSync };
        let (wanted, in_effect) = (self.parameters, &running.settings.parameters);
        let names = wanted.keys().chain(in_effect.keys());
        let differing = names.filter(|name| wanted.get(*name) != in_effect.get(*name));
        differing
            .map(|name| {
                if parameters::needs_reboot(cluster.engine, &cluster.engine_version, name) {
                    ParameterStatus::PendingReboot
                } else {
                    ParameterStatus::Applying
                }
            })
            .max()
            .unwrap_or(ParameterStatus::InSync)
    }
}

/// How far a node's parameters are from its group's, in rising order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum ParameterStatus {
    InSync,
    PendingReboot,
    Applying,
}

impl ParameterStatus {
    fn as_str(self) -> &'static str {
        match self {
            Self::InSync => "in-sync",
            Self::PendingReboot => "pending-reboot",
            Self::Applying => "applying",
        }
    }
}

/// `CacheNodeStatus`.
fn node_status(node: &CacheNode) -> &'static str {
    if node.leaving {
        "deleting"
    } else if node.is_settled() {
        "available"
    } else if node.succession == Succession::Reboot && !node.recovering {
        "rebooting"
    } else {
        "creating"
    }
}

/// What the engines really run with, while something else is wanted already.
pub(in crate::operations) struct InEffect<'a> {
    pub engine: Engine,
    pub engine_version: &'a str,
    pub cache_node_type: &'a str,
}

pub(in crate::operations) fn in_effect(cluster: &CacheCluster) -> InEffect<'_> {
    let settings = cluster.nodes.values().find_map(|node| node.serving()).map(|running| &running.settings);
    InEffect {
        engine: settings.map_or(cluster.engine, |settings| settings.engine),
        engine_version: settings.map_or(&cluster.engine_version, |settings| &settings.engine_version).as_str(),
        cache_node_type: settings.map_or(&cluster.cache_node_type, |settings| &settings.cache_node_type),
    }
}

/// `TransitEncryptionMode`, where there is encryption at all.
pub(in crate::operations) fn transit_encryption_mode(cluster: &CacheCluster) -> Option<enums::TransitEncryptionMode> {
    match cluster.transit_encryption {
        TransitEncryption::Disabled => None,
        TransitEncryption::Preferred => Some(enums::TransitEncryptionMode::Preferred),
        TransitEncryption::Required => Some(enums::TransitEncryptionMode::Required),
    }
}

/// How far engines are with a change of AUTH tokens, while they are not there yet.
pub(in crate::operations) fn auth_token_status(cluster: &CacheCluster) -> Option<enums::AuthTokenUpdateStatus> {
    let Access::Tokens { tokens, optional } = &cluster.access else { return None };
    cluster.outdated_access()?;
    Some(if *optional || tokens.len() > 1 {
        enums::AuthTokenUpdateStatus::Rotating
    } else {
        enums::AuthTokenUpdateStatus::Setting
    })
}

/// How many nodes there are, as far as clients are concerned: those on their way are pending.
fn shown_node_count(cluster: &CacheCluster) -> usize {
    if cluster.created.is_none() {
        cluster.node_count()
    } else {
        cluster.nodes.values().filter(|node| node.created.is_some()).count()
    }
}

/// One zone's name, or `Multiple`.
fn preferred_availability_zone(cluster: &CacheCluster) -> Option<String> {
    let mut zones = cluster.nodes.values().filter(|node| !node.leaving).map(|node| &node.availability_zone);
    let first = zones.next()?;
    Some(if zones.all(|zone| zone == first) { first.clone() } else { "Multiple".to_owned() })
}

/// What waits for the maintenance window, and what is being carried out.
fn pending(cluster: &CacheCluster, in_effect: &InEffect<'_>) -> types::PendingModifiedValues {
    let waiting = &cluster.pending;
    let shown = shown_node_count(cluster);
    let leaving = cluster.nodes.iter().filter(|(_, node)| node.leaving).map(|(id, _)| *id);
    let to_remove: Vec<_> = leaving.chain(waiting.nodes_to_remove.iter().copied()).map(|id| id.to_string()).collect();
    // Of a cluster that is being deleted some of them may be gone already.
    let stays = |id: &NodeId| cluster.nodes.get(id).is_some_and(|node| !node.leaving);
    let to_go = waiting.nodes_to_remove.iter().filter(|id| stays(id)).count();
    let wanted_count = cluster.node_count() + waiting.nodes_to_add.len() - to_go;
    let wanted_type = waiting.cache_node_type.as_ref().unwrap_or(&cluster.cache_node_type);
    let wanted_version = waiting.engine.as_ref().map_or(&cluster.engine_version, |(_, version)| version).as_str();
    types::PendingModifiedValues {
        num_cache_nodes: (wanted_count != shown).then(|| i32::try_from(wanted_count).ok()).flatten(),
        cache_node_ids_to_remove: (!to_remove.is_empty()).then_some(to_remove),
        engine_version: (wanted_version != in_effect.engine_version).then(|| wanted_version.into()),
        cache_node_type: (*wanted_type != in_effect.cache_node_type).then(|| wanted_type.clone()),
        auth_token_status: auth_token_status(cluster),
        log_delivery_configurations: log_delivery::pending(&cluster.log_deliveries),
        ..types::PendingModifiedValues::default()
    }
}
