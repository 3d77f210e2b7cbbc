//! Parameter groups, subnet groups and security groups, and reservations, which nothing stands on.

use super::{Entry, Export, Value};
use crate::{
    model::{CacheParameterGroup, Scope, catalogue::limits::PARAMETERS_PER_CALL},
    store::Tables,
};

pub(super) fn write(export: &mut Export, tables: &Tables, scope: &Scope) {
    // Those of global datastores come with them.
    let own =
        tables.cache_parameter_groups.iter(scope).filter(|(_, group)| group.global_replication_group_id.is_none());
    for (_, group) in own {
        let made = Entry::new("CreateCacheParameterGroup")
            .with("CacheParameterGroupName", &group.name)
            .with("CacheParameterGroupFamily", &group.family)
            .with("Description", &group.description)
            .with_tags(&group.tags);
        export.add(scope, made);
        for values in values(group).chunks(PARAMETERS_PER_CALL) {
            let changed = Entry::new("ModifyCacheParameterGroup")
                .with("CacheParameterGroupName", &group.name)
                .with_list("ParameterNameValues", values.iter().cloned());
            export.add(scope, changed);
        }
    }
    for (_, group) in tables.cache_subnet_groups.iter(scope) {
        let made = Entry::new("CreateCacheSubnetGroup")
            .with("CacheSubnetGroupName", &group.name)
            .with("CacheSubnetGroupDescription", &group.description)
            .with_list("SubnetIds", &group.subnet_ids)
            .with_tags(&group.tags);
        export.add(scope, made);
    }
    for (_, group) in tables.cache_security_groups.iter(scope) {
        let made = Entry::new("CreateCacheSecurityGroup")
            .with("CacheSecurityGroupName", &group.name)
            .with("Description", &group.description)
            .with_tags(&group.tags);
        export.add(scope, made);
        for ec2 in &group.ec2_security_groups {
            let authorized = Entry::new("AuthorizeCacheSecurityGroupIngress")
                .with("CacheSecurityGroupName", &group.name)
                .with("EC2SecurityGroupName", &ec2.name)
                .with("EC2SecurityGroupOwnerId", &ec2.owner_id);
            export.add(scope, authorized);
        }
    }
    for (_, reserved) in tables.reserved_cache_nodes.iter(scope) {
        let bought = Entry::new("PurchaseReservedCacheNodesOffering")
            .with("ReservedCacheNodesOfferingId", &reserved.offering_id)
            .with("ReservedCacheNodeId", &reserved.id)
            .with("CacheNodeCount", reserved.count)
            .with_tags(&reserved.tags);
        export.add(scope, bought);
    }
}

fn values(group: &CacheParameterGroup) -> Vec<Value> {
    let value = |(name, value): (&String, &String)| {
        Value::Map(vec![("ParameterName", name.into()), ("ParameterValue", value.into())])
    };
    group.values.iter().map(value).collect()
}
