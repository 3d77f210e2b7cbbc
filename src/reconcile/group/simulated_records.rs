//! Records of the members and shards of a simulated group.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::change::GroupRecords;
use crate::model::*;

pub(super) fn cluster(id: &str, group: &str, shard: &NodeGroupId, now: DateTime<Utc>) -> CacheCluster {
    CacheCluster {
        scope: Scope::new("000000000000", "us-east-1"),
        id: id.into(),
        uid: "u".into(),
        membership: Some(Membership { replication_group_id: group.into(), node_group_id: shard.clone() }),
        engine: Engine::Redis,
        engine_version: "7.0.7".parse().expect("a version"),
        cache_node_type: "cache.t3.micro".into(),
        port: 6379,
        requested: now,
        created: None,
        deleted: None,
        nodes: [(NodeId::FIRST, CacheNode::new("us-east-1a".to_owned()))].into(),
        configuration_port: None,
        membership_version: 1,
        resizing_from: None,
        cross_az: false,
        parameter_group: "default.redis7".into(),
        subnet_group: "default".into(),
        security_group_ids: Vec::new(),
        cache_security_groups: Vec::new(),
        maintenance_window: "sun:05:00-sun:06:00".parse().expect("a window"),
        snapshot_window: None,
        snapshot_retention_limit: 0,
        auto_minor_version_upgrade: true,
        notification: None,
        network_type: "ipv4".into(),
        ip_discovery: "ipv4".into(),
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
    }
}

pub(super) fn add_shard(records: &mut GroupRecords, number: u16, replicas: u16, slots: SlotSet, now: DateTime<Utc>) {
    let id = NodeGroupId::new(number);
    let members: Vec<_> = (1..=replicas + 1).map(|member| format!("g-{id}-{member:03}")).collect();
    for member in &members {
        records.members.insert(member.clone(), Arc::new(cluster(member, "g", &id, now)));
    }
    let primary = EngineRef { cache_cluster_id: members[0].clone(), generation: 1 };
    let shard = NodeGroup { slots, primary, members, promotion: None, leaving: false };
    records.group.node_groups.insert(id, shard);
}
