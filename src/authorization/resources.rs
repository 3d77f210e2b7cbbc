//! Which resources each operation acts on, from the service authorization reference of `ElastiCache`. A caller needs
//! the permission on every one of them.
//!
//! - A resource that is asked for without a name, as in `DescribeCacheClusters` without parameters, is `type:*`.
//! - Types that the reference calls optional are needed when the request names one.
//! - Operations without resources need the permission on `*`.
//!
//! Whether the resources exist is not decided here.

use crate::{
    model::{
        Engine, Scope,
        arn::{Arn, ResourceType},
        catalogue::{
            default_groups::{DefaultGroup, default_group_of},
            engine_versions::resolve_version,
            families,
        },
    },
    protocol::{Operation, types},
};

/// Stands for every resource of a type, and alone for operations that are about none.
const ANY: &str = "*";

/// A resource that an operation acts on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Resource {
    /// Its type and name, `None` for operations that are about none.
    pub named: Option<(ResourceType, String)>,
    /// Its ARN, or `*`.
    pub arn: String,
}

impl Resource {
    fn any() -> Self {
        Self { named: None, arn: ANY.to_owned() }
    }

    /// The resource with this ARN. What is no ARN of ours could be anything, so the permission on everything is needed.
    pub fn with_arn(scope: &Scope, text: &str) -> Self {
        let Ok(arn) = text.parse::<Arn>() else { return Self::any() };
        // As it is written in answers: a policy must not be evaded by other letters.
        let named = arn.is_in(scope).then(|| (arn.resource_type(), arn.id().to_owned()));
        Self { named, arn: arn.to_string() }
    }
}

/// Gathers the resources of an operation.
struct Needs<'s> {
    scope: &'s Scope,
    resources: Vec<Resource>,
}

impl Needs<'_> {
    fn one(&mut self, resource_type: ResourceType, id: &str) -> &mut Self {
        let id = id.to_ascii_lowercase();
        let arn = Arn::text(self.scope, resource_type, &id);
        self.resources.push(Resource { named: Some((resource_type, id)), arn });
        self
    }

    fn optional(&mut self, resource_type: ResourceType, id: Option<&String>) -> &mut Self {
        if let Some(id) = id {
            self.one(resource_type, id);
        }
        self
    }

    fn all(&mut self, resource_type: ResourceType, ids: Option<&Vec<String>>) -> &mut Self {
        for id in ids.into_iter().flatten() {
            self.one(resource_type, id);
        }
        self
    }

    /// The one that is named, or all of its type.
    fn one_or_any(&mut self, resource_type: ResourceType, id: Option<&String>) -> &mut Self {
        self.one(resource_type, id.map_or(ANY, String::as_str))
    }

    fn arn(&mut self, text: &str) -> &mut Self {
        self.resources.push(Resource::with_arn(self.scope, text));
        self
    }
}

/// What `operation` of a caller in `scope` acts on: at least one resource.
#[expect(clippy::too_many_lines, reason = "one arm for each of the API's operations, so that none is forgotten")]
pub(super) fn resources(operation: &Operation, scope: &Scope) -> Vec<Resource> {
    use ResourceType::{
        Cluster, GlobalReplicationGroup, ParameterGroup, ReplicationGroup, ReservedInstance, SecurityGroup,
        ServerlessCache, ServerlessCacheSnapshot, Snapshot, SubnetGroup, User, UserGroup,
    };
    let mut needs = Needs { scope, resources: Vec::new() };
    match operation {
        Operation::AddTagsToResource(input) => needs.arn(&input.resource_name),
        Operation::RemoveTagsFromResource(input) => needs.arn(&input.resource_name),
        Operation::ListTagsForResource(input) => needs.arn(&input.resource_name),

        Operation::CreateCacheCluster(input) => of_new_cluster(&mut needs, input),
        Operation::DescribeCacheClusters(input) => needs.one_or_any(Cluster, input.cache_cluster_id.as_ref()),
        Operation::ModifyCacheCluster(input) => needs
            .one(Cluster, &input.cache_cluster_id)
            .optional(ParameterGroup, input.cache_parameter_group_name.as_ref())
            .all(SecurityGroup, input.cache_security_group_names.as_ref()),
        Operation::RebootCacheCluster(input) => needs.one(Cluster, &input.cache_cluster_id),
        Operation::DeleteCacheCluster(input) => {
            needs.one(Cluster, &input.cache_cluster_id).optional(Snapshot, input.final_snapshot_identifier.as_ref())
        }
        Operation::ListAllowedNodeTypeModifications(input) => needs
            .optional(Cluster, input.cache_cluster_id.as_ref())
            .optional(ReplicationGroup, input.replication_group_id.as_ref()),

        Operation::CreateReplicationGroup(input) => of_new_group(&mut needs, input),
        Operation::DescribeReplicationGroups(input) => {
            needs.one_or_any(ReplicationGroup, input.replication_group_id.as_ref())
        }
        Operation::ModifyReplicationGroup(input) => needs
            .one(ReplicationGroup, &input.replication_group_id)
            .optional(ParameterGroup, input.cache_parameter_group_name.as_ref())
            .all(SecurityGroup, input.cache_security_group_names.as_ref())
            .all(UserGroup, input.user_group_ids_to_add.as_ref())
            .all(UserGroup, input.user_group_ids_to_remove.as_ref()),
        Operation::ModifyReplicationGroupShardConfiguration(input) => {
            needs.one(ReplicationGroup, &input.replication_group_id)
        }
        Operation::IncreaseReplicaCount(input) => needs.one(ReplicationGroup, &input.replication_group_id),
        Operation::DecreaseReplicaCount(input) => needs.one(ReplicationGroup, &input.replication_group_id),
        Operation::TestFailover(input) => needs.one(ReplicationGroup, &input.replication_group_id),
        Operation::DeleteReplicationGroup(input) => needs
            .one(ReplicationGroup, &input.replication_group_id)
            .optional(Snapshot, input.final_snapshot_identifier.as_ref()),

        Operation::StartMigration(input) => needs
            .optional(ReplicationGroup, input.replication_group_id.as_ref())
            .optional(ServerlessCache, input.serverless_cache_name.as_ref()),
        Operation::CompleteMigration(input) => needs
            .optional(ReplicationGroup, input.replication_group_id.as_ref())
            .optional(ServerlessCache, input.serverless_cache_name.as_ref()),
        Operation::TestMigration(input) => needs.one(ReplicationGroup, &input.replication_group_id),
        Operation::PrepareMigration(input) => needs.one(ServerlessCache, &input.serverless_cache_name),
        Operation::StopMigration(input) => needs.one(ServerlessCache, &input.serverless_cache_name),

        // The name begins with letters of ElastiCache's choice.
        Operation::CreateGlobalReplicationGroup(input) => {
            needs.one(GlobalReplicationGroup, ANY).one(ReplicationGroup, &input.primary_replication_group_id)
        }
        Operation::DescribeGlobalReplicationGroups(input) => {
            needs.one_or_any(GlobalReplicationGroup, input.global_replication_group_id.as_ref())
        }
        Operation::ModifyGlobalReplicationGroup(input) => {
            needs.one(GlobalReplicationGroup, &input.global_replication_group_id)
        }
        Operation::IncreaseNodeGroupsInGlobalReplicationGroup(input) => {
            needs.one(GlobalReplicationGroup, &input.global_replication_group_id)
        }
        Operation::DecreaseNodeGroupsInGlobalReplicationGroup(input) => {
            needs.one(GlobalReplicationGroup, &input.global_replication_group_id)
        }
        Operation::RebalanceSlotsInGlobalReplicationGroup(input) => {
            needs.one(GlobalReplicationGroup, &input.global_replication_group_id)
        }
        Operation::FailoverGlobalReplicationGroup(input) => {
            needs.one(GlobalReplicationGroup, &input.global_replication_group_id)
        }
        Operation::DisassociateGlobalReplicationGroup(input) => {
            needs.one(GlobalReplicationGroup, &input.global_replication_group_id)
        }
        Operation::DeleteGlobalReplicationGroup(input) => {
            needs.one(GlobalReplicationGroup, &input.global_replication_group_id)
        }

        Operation::CreateServerlessCache(input) => {
            needs.one(ServerlessCache, &input.serverless_cache_name).optional(UserGroup, input.user_group_id.as_ref());
            for arn in input.snapshot_arns_to_restore.iter().flatten() {
                needs.arn(arn);
            }
            &mut needs
        }
        Operation::DescribeServerlessCaches(input) => {
            needs.one_or_any(ServerlessCache, input.serverless_cache_name.as_ref())
        }
        Operation::ModifyServerlessCache(input) => {
            needs.one(ServerlessCache, &input.serverless_cache_name).optional(UserGroup, input.user_group_id.as_ref())
        }
        Operation::DeleteServerlessCache(input) => needs
            .one(ServerlessCache, &input.serverless_cache_name)
            .optional(ServerlessCacheSnapshot, input.final_snapshot_name.as_ref()),
        Operation::CreateServerlessCacheSnapshot(input) => needs
            .one(ServerlessCache, &input.serverless_cache_name)
            .one(ServerlessCacheSnapshot, &input.serverless_cache_snapshot_name),
        Operation::CopyServerlessCacheSnapshot(input) => needs
            .one(ServerlessCacheSnapshot, &input.source_serverless_cache_snapshot_name)
            .one(ServerlessCacheSnapshot, &input.target_serverless_cache_snapshot_name),
        Operation::DescribeServerlessCacheSnapshots(input) => needs
            .one_or_any(ServerlessCacheSnapshot, input.serverless_cache_snapshot_name.as_ref())
            .optional(ServerlessCache, input.serverless_cache_name.as_ref()),
        Operation::ExportServerlessCacheSnapshot(input) => {
            needs.one(ServerlessCacheSnapshot, &input.serverless_cache_snapshot_name)
        }
        Operation::DeleteServerlessCacheSnapshot(input) => {
            needs.one(ServerlessCacheSnapshot, &input.serverless_cache_snapshot_name)
        }

        Operation::CreateSnapshot(input) => needs
            .one(Snapshot, &input.snapshot_name)
            .optional(Cluster, input.cache_cluster_id.as_ref())
            .optional(ReplicationGroup, input.replication_group_id.as_ref()),
        Operation::CopySnapshot(input) => {
            needs.one(Snapshot, &input.source_snapshot_name).one(Snapshot, &input.target_snapshot_name)
        }
        Operation::DescribeSnapshots(input) => needs.one_or_any(Snapshot, input.snapshot_name.as_ref()),
        Operation::DeleteSnapshot(input) => needs.one(Snapshot, &input.snapshot_name),

        Operation::CreateUser(input) => needs.one(User, &input.user_id),
        Operation::DescribeUsers(input) => needs.one_or_any(User, input.user_id.as_ref()),
        Operation::ModifyUser(input) => needs.one(User, &input.user_id),
        Operation::DeleteUser(input) => needs.one(User, &input.user_id),
        Operation::CreateUserGroup(input) => {
            needs.one(UserGroup, &input.user_group_id).all(User, input.user_ids.as_ref())
        }
        Operation::DescribeUserGroups(input) => needs.one_or_any(UserGroup, input.user_group_id.as_ref()),
        Operation::ModifyUserGroup(input) => needs
            .one(UserGroup, &input.user_group_id)
            .all(User, input.user_ids_to_add.as_ref())
            .all(User, input.user_ids_to_remove.as_ref()),
        Operation::DeleteUserGroup(input) => needs.one(UserGroup, &input.user_group_id),

        Operation::CreateCacheParameterGroup(input) => needs.one(ParameterGroup, &input.cache_parameter_group_name),
        Operation::DescribeCacheParameterGroups(input) => {
            needs.one_or_any(ParameterGroup, input.cache_parameter_group_name.as_ref())
        }
        Operation::DescribeCacheParameters(input) => needs.one(ParameterGroup, &input.cache_parameter_group_name),
        Operation::ModifyCacheParameterGroup(input) => needs.one(ParameterGroup, &input.cache_parameter_group_name),
        Operation::ResetCacheParameterGroup(input) => needs.one(ParameterGroup, &input.cache_parameter_group_name),
        Operation::DeleteCacheParameterGroup(input) => needs.one(ParameterGroup, &input.cache_parameter_group_name),

        Operation::CreateCacheSubnetGroup(input) => needs.one(SubnetGroup, &input.cache_subnet_group_name),
        Operation::DescribeCacheSubnetGroups(input) => {
            needs.one_or_any(SubnetGroup, input.cache_subnet_group_name.as_ref())
        }
        Operation::ModifyCacheSubnetGroup(input) => needs.one(SubnetGroup, &input.cache_subnet_group_name),
        Operation::DeleteCacheSubnetGroup(input) => needs.one(SubnetGroup, &input.cache_subnet_group_name),

        Operation::CreateCacheSecurityGroup(input) => needs.one(SecurityGroup, &input.cache_security_group_name),
        Operation::DescribeCacheSecurityGroups(input) => {
            needs.one_or_any(SecurityGroup, input.cache_security_group_name.as_ref())
        }
        Operation::AuthorizeCacheSecurityGroupIngress(input) => {
            needs.one(SecurityGroup, &input.cache_security_group_name)
        }
        Operation::RevokeCacheSecurityGroupIngress(input) => needs.one(SecurityGroup, &input.cache_security_group_name),
        Operation::DeleteCacheSecurityGroup(input) => needs.one(SecurityGroup, &input.cache_security_group_name),

        Operation::DescribeReservedCacheNodes(input) => {
            needs.one_or_any(ReservedInstance, input.reserved_cache_node_id.as_ref())
        }
        Operation::PurchaseReservedCacheNodesOffering(input) => {
            needs.one_or_any(ReservedInstance, input.reserved_cache_node_id.as_ref())
        }

        Operation::BatchApplyUpdateAction(input) => needs
            .all(Cluster, input.cache_cluster_ids.as_ref())
            .all(ReplicationGroup, input.replication_group_ids.as_ref()),
        Operation::BatchStopUpdateAction(input) => needs
            .all(Cluster, input.cache_cluster_ids.as_ref())
            .all(ReplicationGroup, input.replication_group_ids.as_ref()),
        Operation::DescribeUpdateActions(input) => needs
            .all(Cluster, input.cache_cluster_ids.as_ref())
            .all(ReplicationGroup, input.replication_group_ids.as_ref()),

        Operation::DescribeCacheEngineVersions(_)
        | Operation::DescribeEngineDefaultParameters(_)
        | Operation::DescribeEvents(_)
        | Operation::DescribeReservedCacheNodesOfferings(_)
        | Operation::DescribeServiceUpdates(_) => &mut needs,
    };
    if needs.resources.is_empty() {
        needs.resources.push(Resource::any());
    }
    needs.resources
}

fn of_new_cluster<'n, 's>(needs: &'n mut Needs<'s>, input: &types::CreateCacheClusterMessage) -> &'n mut Needs<'s> {
    needs.one(ResourceType::Cluster, &input.cache_cluster_id);
    let named = input.cache_parameter_group_name.as_ref();
    // A replica has the parameter group of its replication group.
    if named.is_none() && input.replication_group_id.is_none() {
        let engine = input.engine.as_deref().map_or(Some(Engine::Memcached), |name| name.parse().ok());
        needs.one(ResourceType::ParameterGroup, &default_group(engine, input.engine_version.as_deref(), false));
    }
    needs
        .optional(ResourceType::ParameterGroup, named)
        .optional(ResourceType::ReplicationGroup, input.replication_group_id.as_ref())
        .optional(ResourceType::SubnetGroup, input.cache_subnet_group_name.as_ref())
        .all(ResourceType::SecurityGroup, input.cache_security_group_names.as_ref())
        .optional(ResourceType::Snapshot, input.snapshot_name.as_ref())
}

fn of_new_group<'n, 's>(needs: &'n mut Needs<'s>, input: &types::CreateReplicationGroupMessage) -> &'n mut Needs<'s> {
    needs.one(ResourceType::ReplicationGroup, &input.replication_group_id);
    let named = input.cache_parameter_group_name.as_ref();
    // The group of a cluster that is there already has that cluster's parameter group.
    if named.is_none() && input.primary_cluster_id.is_none() && input.global_replication_group_id.is_none() {
        let engine = input.engine.as_deref().map_or(Some(Engine::Redis), |name| name.parse().ok());
        let clustered = super::attributes::is_clustered(input);
        needs.one(ResourceType::ParameterGroup, &default_group(engine, input.engine_version.as_deref(), clustered));
    }
    needs
        .optional(ResourceType::ParameterGroup, named)
        .optional(ResourceType::Cluster, input.primary_cluster_id.as_ref())
        .optional(ResourceType::GlobalReplicationGroup, input.global_replication_group_id.as_ref())
        .optional(ResourceType::SubnetGroup, input.cache_subnet_group_name.as_ref())
        .all(ResourceType::SecurityGroup, input.cache_security_group_names.as_ref())
        .optional(ResourceType::Snapshot, input.snapshot_name.as_ref())
        .optional(ResourceType::ServerlessCacheSnapshot, input.serverless_cache_snapshot_name.as_ref())
        .all(ResourceType::UserGroup, input.user_group_ids.as_ref())
}

/// The parameter group of a cache whose request names none; any, when the request will be refused for its engine.
fn default_group(engine: Option<Engine>, version: Option<&str>, clustered: bool) -> String {
    let family = || {
        let version = resolve_version(engine?, version).ok()?;
        families::family(version.family).ok()
    };
    family().and_then(|family| default_group_of(family, clustered)).map_or_else(|| ANY.to_owned(), DefaultGroup::name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::query::decode_request;

    fn arns(query: &str) -> Vec<String> {
        let query = format!("{query}&Version=2015-02-02");
        let operation = decode_request(Some(&query), b"").unwrap_or_else(|error| panic!("{query}: {error}"));
        let scope = Scope::new("000000000000", "us-east-1");
        let short = |arn: String| arn.strip_prefix("arn:aws:elasticache:us-east-1:000000000000:").map(str::to_owned);
        let resources = resources(&operation, &scope).into_iter();
        resources.map(|resource| short(resource.arn.clone()).unwrap_or(resource.arn)).collect()
    }

    #[test]
    fn operations_act_on_what_they_name() {
        for (query, expected) in [
            ("Action=DescribeCacheClusters", vec!["cluster:*"]),
            ("Action=DescribeCacheClusters&CacheClusterId=My-Cache", vec!["cluster:my-cache"]),
            ("Action=DescribeEvents", vec!["*"]),
            ("Action=DescribeUpdateActions", vec!["*"]),
            ("Action=ListTagsForResource&ResourceName=nonsense", vec!["*"]),
            (
                "Action=ListTagsForResource&ResourceName=arn:aws:elasticache:us-east-1:000000000000:user:Ann",
                vec!["user:ann"],
            ),
            ("Action=CreateCacheCluster&CacheClusterId=a", vec!["cluster:a", "parametergroup:default.memcached1.6"]),
            (
                "Action=CreateCacheCluster&CacheClusterId=a&ReplicationGroupId=g",
                vec!["cluster:a", "replicationgroup:g"],
            ),
            (
                "Action=CreateCacheCluster&CacheClusterId=a&CacheParameterGroupName=P&CacheSubnetGroupName=s\
                 &SnapshotName=n&CacheSecurityGroupNames.CacheSecurityGroupName.1=x",
                vec!["cluster:a", "parametergroup:p", "subnetgroup:s", "securitygroup:x", "snapshot:n"],
            ),
            (
                "Action=CreateReplicationGroup&ReplicationGroupId=g&ReplicationGroupDescription=d&NumNodeGroups=2\
                 &Engine=redis&EngineVersion=7.0&UserGroupIds.member.1=u",
                vec!["replicationgroup:g", "parametergroup:default.redis7.cluster.on", "usergroup:u"],
            ),
            (
                "Action=CreateReplicationGroup&ReplicationGroupId=g&ReplicationGroupDescription=d&PrimaryClusterId=c",
                vec!["replicationgroup:g", "cluster:c"],
            ),
            (
                "Action=ModifyUserGroup&UserGroupId=g&UserIdsToAdd.member.1=a&UserIdsToRemove.member.1=b",
                vec!["usergroup:g", "user:a", "user:b"],
            ),
            (
                "Action=DescribeGlobalReplicationGroups",
                vec!["arn:aws:elasticache::000000000000:globalreplicationgroup:*"],
            ),
            (
                "Action=DeleteReplicationGroup&ReplicationGroupId=g&FinalSnapshotIdentifier=S",
                vec!["replicationgroup:g", "snapshot:s"],
            ),
        ] {
            assert_eq!(arns(query), expected, "{query}");
        }
    }
}
