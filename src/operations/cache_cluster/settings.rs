//! The settings that `CreateCacheCluster` and `ModifyCacheCluster` both take, checked by `ElastiCache`'s rules.

use crate::{
    model::{
        Engine, EngineVersion, MaintenanceWindow, Scope, SnapshotWindow,
        arn::{Arn, ResourceType},
        catalogue::{
            engine_versions::{EngineFeature, EngineVersionFacts, VersionError, resolve_version},
            limits,
            node_types::{NodeFeature, NodeType},
            regions,
        },
        window::check_apart,
    },
    operations::{errors, request::Request},
    protocol::{AwsError, types},
    store::Draft,
};

/// The two windows of a cluster.
pub(in crate::operations) struct Windows {
    pub maintenance: MaintenanceWindow,
    pub snapshot: Option<SnapshotWindow>,
}

impl Windows {
    /// The windows that were asked for, or those that `ElastiCache` would choose. Memcached has no snapshot window.
    pub fn new(
        engine: Engine,
        scope: &Scope,
        id: &str,
        maintenance: Option<&str>,
        snapshot: Option<&str>,
    ) -> Result<Self, AwsError> {
        if engine == Engine::Memcached && snapshot.is_some() {
            return Err(no_snapshots());
        }
        let arn = Arn::new(scope, ResourceType::Cluster, id).to_string();
        let maintenance = match maintenance {
            Some(text) => text.parse().map_err(errors::invalid_value)?,
            None => MaintenanceWindow::default_for(&scope.region, &arn),
        };
        let snapshot = match snapshot {
            _ if engine == Engine::Memcached => None,
            Some(text) => Some(text.parse().map_err(errors::invalid_value)?),
            None => SnapshotWindow::default_for(&scope.region, &arn, maintenance),
        };
        check_windows(maintenance, snapshot)?;
        Ok(Self { maintenance, snapshot })
    }
}

/// Snapshots and maintenance must not get into each other's way.
pub(in crate::operations) fn check_windows(
    maintenance: MaintenanceWindow,
    snapshot: Option<SnapshotWindow>,
) -> Result<(), AwsError> {
    snapshot.map_or(Ok(()), |snapshot| check_apart(maintenance, snapshot).map_err(errors::invalid_combination))
}

fn no_snapshots() -> AwsError {
    errors::invalid_combination(
        "Engine does not support snapshotting. Snapshot retention limit parameter should not be specified.",
    )
}

/// For how many days automatic snapshots of nodes are kept.
pub(in crate::operations) fn snapshot_retention_limit(engine: Engine, asked: Option<i32>) -> Result<u32, AwsError> {
    if engine == Engine::Memcached && asked.is_some() {
        return Err(no_snapshots());
    }
    retention_days(asked)
}

/// For how many days automatic snapshots are kept, of an engine that has some.
pub(in crate::operations) fn retention_days(asked: Option<i32>) -> Result<u32, AwsError> {
    let Some(asked) = asked else { return Ok(0) };
    u32::try_from(asked).ok().filter(|_| limits::SNAPSHOT_RETENTION_LIMIT.contains(&asked)).ok_or_else(|| {
        errors::invalid_value(format_args!(
            "Invalid snapshot retention limit: {asked}. Retention limit must be between 0 and {}.",
            limits::SNAPSHOT_RETENTION_LIMIT.end()
        ))
    })
}

/// The version that a request means. Those past their end of life run on purpose here, but not where everything is
/// refused that `ElastiCache` refuses.
pub(in crate::operations) fn version(
    engine: Engine,
    asked: Option<&str>,
    strict: bool,
) -> Result<&'static EngineVersionFacts, AwsError> {
    let found = resolve_version(engine, asked).map_err(errors::refused_version)?;
    if strict && !found.listed {
        let requested = found.version.to_owned();
        return Err(errors::refused_version(VersionError::Unknown { engine, requested }));
    }
    Ok(found)
}

/// Whether a node type is offered with this version.
pub(in crate::operations) fn check_node_type(
    node_type: &NodeType,
    engine: Engine,
    version: &EngineVersion,
) -> Result<(), AwsError> {
    if node_type.serves(engine, version) {
        return Ok(());
    }
    Err(errors::invalid_combination(format_args!(
        "Cache node type {} is not supported for engine {engine} {version}.",
        node_type.name
    )))
}

/// How many nodes a Memcached cluster is to have.
pub(in crate::operations) fn memcached_node_count(asked: i32) -> Result<usize, AwsError> {
    let count = usize::try_from(asked).ok().filter(|count| *count >= 1).ok_or_else(|| {
        errors::invalid_value(format_args!("Invalid number of cache nodes: {asked}. It must be at least 1."))
    })?;
    if count > limits::MEMCACHED_NODES_PER_CLUSTER {
        return Err(errors::node_quota_for_cluster_exceeded(limits::MEMCACHED_NODES_PER_CLUSTER));
    }
    Ok(count)
}

/// Holds an account to the number of nodes that it can have in a region, when `added` more are asked for.
pub(in crate::operations) fn check_node_quota(draft: &Draft, request: &Request, added: usize) -> Result<(), AwsError> {
    let present: usize =
        draft.tables().cache_clusters.iter(&request.scope).map(|(_, cluster)| cluster.nodes.len()).sum();
    if present + added > limits::NODES {
        return Err(errors::node_quota_for_customer_exceeded(limits::NODES));
    }
    Ok(())
}

/// Whether clients of a Redis or Valkey cache of this version and node type can speak TLS.
pub(in crate::operations) fn check_in_transit_encryption(
    version: &EngineVersionFacts,
    node_type: &NodeType,
) -> Result<(), AwsError> {
    if !version.supports(EngineFeature::InTransitEncryption) {
        return Err(errors::invalid_combination(format_args!(
            "Encryption features are not supported for engine version {}.",
            version.version
        )));
    }
    check_encrypting_node_type(node_type, NodeFeature::InTransitEncryption)
}

/// Whether encryption in transit is offered on a node type.
pub(super) fn check_encrypting_node_type(node_type: &NodeType, feature: NodeFeature) -> Result<(), AwsError> {
    if node_type.supports(feature) {
        return Ok(());
    }
    Err(errors::invalid_combination(format_args!(
        "Encryption in transit is not supported for the node type {}.",
        node_type.name
    )))
}

/// Cache security groups exist only for accounts without VPC, and there are none any more.
pub(in crate::operations) fn check_security_groups(names: Option<&[String]>, in_vpc: bool) -> Result<(), AwsError> {
    match names {
        None | Some([]) => Ok(()),
        Some(_) if in_vpc => Err(errors::invalid_combination(
            "Use of cache security groups is not permitted along with cache subnet group and/or security group Ids.",
        )),
        Some(_) => Err(errors::cache_security_groups_not_permitted()),
    }
}

/// The availability zones that were asked for.
pub(in crate::operations) struct Zones<'a> {
    pub region: &'a str,
    pub mode: Option<types::AZMode>,
    pub single: Option<&'a str>,
    pub each: Option<&'a [String]>,
}

/// The availability zone of each node.
pub(in crate::operations) struct ChosenZones {
    pub nodes: Vec<String>,
    pub cross_az: bool,
}

impl Zones<'_> {
    /// The zones of `count` new nodes of the cluster `id`.
    pub fn choose(&self, engine: Engine, count: usize, id: &str) -> Result<ChosenZones, AwsError> {
        let memcached = engine == Engine::Memcached;
        let each = self.each.filter(|zones| !zones.is_empty());
        if !memcached && (self.mode.is_some() || each.is_some()) {
            return Err(errors::invalid_combination(
                "AZMode and PreferredAvailabilityZones are only supported for engine memcached.",
            ));
        }
        if self.single.is_some() && each.is_some() {
            return Err(errors::invalid_combination(
                "PreferredAvailabilityZone and PreferredAvailabilityZones cannot both be specified.",
            ));
        }
        let cross_az = self.mode == Some(types::AZMode::CrossAz);
        if cross_az && count < 2 {
            return Err(errors::invalid_combination(
                "Must specify at least two cache nodes in order to specify AZ Mode of 'cross-az'.",
            ));
        }
        if let Some(zones) = each {
            if zones.len() != count {
                return Err(errors::invalid_combination(
                    "Must specify the same number of preferred availability zones as requested number of nodes",
                ));
            }
            zones.iter().try_for_each(|zone| check_zone(self.region, zone))?;
            let spread = zones.iter().any(|zone| *zone != zones[0]);
            if spread && self.mode == Some(types::AZMode::SingleAz) {
                return Err(errors::invalid_combination(
                    "Cannot specify more than one availability zone with AZ Mode of 'single-az'.",
                ));
            }
            return Ok(ChosenZones { nodes: zones.to_vec(), cross_az: cross_az || spread });
        }
        if let Some(zone) = self.single {
            if zone == "Multiple" && memcached && count > 1 {
                return Ok(ChosenZones { nodes: spread(self.region, id, count), cross_az: true });
            }
            check_zone(self.region, zone)?;
            return Ok(ChosenZones { nodes: vec![zone.to_owned(); count], cross_az: false });
        }
        let nodes =
            if cross_az { spread(self.region, id, count) } else { vec![spread(self.region, id, 1).remove(0); count] };
        Ok(ChosenZones { nodes, cross_az })
    }
}

/// `count` zones of the region in turn, from one on that follows from the cluster's identifier.
pub(in crate::operations) fn spread(region: &str, id: &str, count: usize) -> Vec<String> {
    let zones = regions::availability_zones(region);
    let first = id.bytes().fold(0, |sum: usize, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
    (0..count).map(|number| zones[(first % zones.len() + number) % zones.len()].clone()).collect()
}

/// `count` zones of the region in turn, from `zone` on, which has to be one of them.
pub(in crate::operations) fn spread_from(region: &str, zone: &str, count: usize) -> Result<Vec<String>, AwsError> {
    check_zone(region, zone)?;
    let mut zones = regions::availability_zones(region);
    let first = zones.iter().position(|known| known == zone).unwrap_or_default();
    zones.rotate_left(first);
    Ok(zones.into_iter().cycle().take(count).collect())
}

/// Whether `zone` is one of the region's.
pub(in crate::operations) fn check_zone(region: &str, zone: &str) -> Result<(), AwsError> {
    if regions::availability_zones(region).iter().any(|known| known == zone) {
        return Ok(());
    }
    Err(errors::invalid_value(format_args!("{zone} is not a valid availability zone.")))
}

/// `ipv4`, unless asked otherwise: endpoints here are IPv4 addresses.
pub(in crate::operations) fn network_type(asked: Option<types::NetworkType>) -> Result<String, AwsError> {
    match asked {
        None | Some(types::NetworkType::Ipv4) => Ok("ipv4".into()),
        Some(_) => Err(errors::feature_not_supported_yet("network types other than ipv4")),
    }
}

/// `ipv4`, unless asked otherwise: endpoints here are IPv4 addresses.
pub(in crate::operations) fn ip_discovery(asked: Option<types::IpDiscovery>) -> Result<String, AwsError> {
    match asked {
        None | Some(types::IpDiscovery::Ipv4) => Ok("ipv4".into()),
        Some(_) => Err(errors::feature_not_supported_yet("IP discovery other than ipv4")),
    }
}
