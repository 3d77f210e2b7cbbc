//! What each operation of the API does: it looks at the records, refuses what `ElastiCache` would refuse, writes down
//! what is wanted, and answers. It never waits for an engine; that is the reconciler's work.

mod cache_cluster;
mod engine_versions;
mod errors;
mod events;
mod global_replication_group;
mod log_delivery;
mod pagination;
mod parameter_groups;
mod references;
mod replication_group;
mod request;
mod reserved_nodes;
mod security_groups;
mod serverless_cache;
mod serverless_snapshot;
mod service_updates;
mod snapshot;
mod subnet_groups;
mod tags;
mod user;
mod user_group;

use std::sync::Arc;

pub use request::{EndpointHost, Options, Request};

use crate::{
    clock::Clock,
    integrations::References,
    model::{ServerlessCache, ServerlessPhase},
    object_storage::ObjectStorage,
    protocol::{AwsError, Operation, Output},
    store::{StorageError, Store, Tables},
};

/// Tells a resource from others that had the same identifier before or will have it later.
fn new_uid() -> String {
    uuid::Uuid::new_v4().simple().to_string()[..8].to_owned()
}

/// Where a serverless cache stands, by the records of what runs behind it.
#[must_use]
pub fn serverless_phase(tables: &Tables, cache: &ServerlessCache) -> ServerlessPhase {
    serverless_cache::phase(tables, cache)
}

/// The port of a serverless cache's endpoint, once it is open.
#[must_use]
pub fn serverless_port(tables: &Tables, cache: &ServerlessCache) -> Option<u16> {
    serverless_cache::ports(tables, cache).main
}

/// What operations work on.
#[derive(Clone)]
pub struct Operations {
    store: Arc<Store>,
    clock: Arc<Clock>,
    options: Options,
    object_storage: Arc<ObjectStorage>,
    /// Whether secrets can be looked up.
    has_secrets: bool,
    /// Who knows what is elsewhere.
    references: Option<Arc<References>>,
}

impl Operations {
    /// The operations on `store`.
    #[must_use]
    pub fn new(store: Arc<Store>, clock: Arc<Clock>, options: Options) -> Self {
        let object_storage = Arc::new(ObjectStorage::none());
        Self { store, clock, options, object_storage, has_secrets: false, references: None }
    }

    /// The same with somewhere to read snapshots from and export them to.
    #[must_use]
    pub fn with_object_storage(mut self, object_storage: Arc<ObjectStorage>) -> Self {
        self.object_storage = object_storage;
        self
    }

    /// The same with a Secrets Manager, if there is one, to look up secrets in.
    #[must_use]
    pub fn with_secrets(self, has_secrets: bool) -> Self {
        Self { has_secrets, ..self }
    }

    /// The same with services that know which keys, subnets and security groups there are.
    #[must_use]
    pub fn with_references(self, references: References) -> Self {
        Self { references: Some(Arc::new(references)), ..self }
    }

    /// The same on a copy of the records, whose changes nobody sees and no engine follows. Other services are not asked
    /// whether what is named is there.
    ///
    /// # Errors
    /// When there can be no copy.
    pub fn on_scratch(&self) -> Result<Self, StorageError> {
        Ok(Self { store: Arc::new(self.store.scratch()?), references: None, ..self.clone() })
    }

    /// The records that they work on.
    #[must_use]
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// The time of day that they go by.
    #[must_use]
    pub fn clock(&self) -> &Arc<Clock> {
        &self.clock
    }

    /// How they were told to behave.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Carries out an operation.
    ///
    /// # Errors
    /// What `ElastiCache` would answer.
    #[expect(clippy::too_many_lines, reason = "one arm for each of the 77 operations")]
    pub async fn execute(&self, request: &Request, operation: Operation) -> Result<Output, AwsError> {
        self.check_references(request, &operation).await?;
        match operation {
            Operation::CreateCacheCluster(input) => self.create_cache_cluster(request, *input).await,
            Operation::DescribeCacheClusters(input) => self.describe_cache_clusters(request, &input),
            Operation::ModifyCacheCluster(input) => self.modify_cache_cluster(request, *input).await,
            Operation::RebootCacheCluster(input) => self.reboot_cache_cluster(request, *input).await,
            Operation::DeleteCacheCluster(input) => self.delete_cache_cluster(request, *input).await,
            Operation::ListAllowedNodeTypeModifications(input) => {
                self.list_allowed_node_type_modifications(request, &input)
            }
            Operation::CreateCacheParameterGroup(input) => self.create_cache_parameter_group(request, *input).await,
            Operation::DescribeCacheParameterGroups(input) => self.describe_cache_parameter_groups(request, &input),
            Operation::DescribeCacheParameters(input) => self.describe_cache_parameters(request, &input),
            Operation::ModifyCacheParameterGroup(input) => self.modify_cache_parameter_group(request, *input).await,
            Operation::ResetCacheParameterGroup(input) => self.reset_cache_parameter_group(request, *input).await,
            Operation::DeleteCacheParameterGroup(input) => self.delete_cache_parameter_group(request, *input).await,
            Operation::DescribeEngineDefaultParameters(input) => Self::describe_engine_default_parameters(&input),
            Operation::DescribeCacheEngineVersions(input) => Self::describe_cache_engine_versions(&input),
            Operation::CreateCacheSubnetGroup(input) => self.create_cache_subnet_group(request, *input).await,
            Operation::DescribeCacheSubnetGroups(input) => self.describe_cache_subnet_groups(request, &input),
            Operation::ModifyCacheSubnetGroup(input) => self.modify_cache_subnet_group(request, *input).await,
            Operation::DeleteCacheSubnetGroup(input) => self.delete_cache_subnet_group(request, *input).await,
            Operation::CreateCacheSecurityGroup(input) => self.create_cache_security_group(request, *input).await,
            Operation::DescribeCacheSecurityGroups(input) => self.describe_cache_security_groups(request, &input),
            Operation::DeleteCacheSecurityGroup(input) => self.delete_cache_security_group(request, *input).await,
            Operation::AuthorizeCacheSecurityGroupIngress(input) => {
                self.authorize_cache_security_group_ingress(request, *input).await
            }
            Operation::RevokeCacheSecurityGroupIngress(input) => {
                self.revoke_cache_security_group_ingress(request, *input).await
            }
            Operation::CreateReplicationGroup(input) => self.create_replication_group(request, *input).await,
            Operation::DescribeReplicationGroups(input) => self.describe_replication_groups(request, &input),
            Operation::DeleteReplicationGroup(input) => self.delete_replication_group(request, *input).await,
            Operation::AddTagsToResource(input) => self.add_tags_to_resource(request, *input).await,
            Operation::RemoveTagsFromResource(input) => self.remove_tags_from_resource(request, *input).await,
            Operation::ListTagsForResource(input) => self.list_tags_for_resource(request, *input).await,
            Operation::DescribeEvents(input) => self.describe_events(request, &input),
            Operation::ModifyReplicationGroup(input) => self.modify_replication_group(request, *input).await,
            Operation::IncreaseReplicaCount(input) => self.increase_replica_count(request, *input).await,
            Operation::DecreaseReplicaCount(input) => self.decrease_replica_count(request, *input).await,
            Operation::ModifyReplicationGroupShardConfiguration(input) => {
                self.modify_replication_group_shard_configuration(request, *input).await
            }
            Operation::TestFailover(input) => self.test_failover(request, *input).await,
            Operation::CreateGlobalReplicationGroup(input) => {
                self.create_global_replication_group(request, *input).await
            }
            Operation::DescribeGlobalReplicationGroups(input) => {
                self.describe_global_replication_groups(request, &input)
            }
            Operation::ModifyGlobalReplicationGroup(input) => {
                self.modify_global_replication_group(request, *input).await
            }
            Operation::DisassociateGlobalReplicationGroup(input) => {
                self.disassociate_global_replication_group(request, *input).await
            }
            Operation::FailoverGlobalReplicationGroup(input) => {
                self.failover_global_replication_group(request, *input).await
            }
            Operation::DeleteGlobalReplicationGroup(input) => {
                self.delete_global_replication_group(request, *input).await
            }
            Operation::PrepareMigration(input) => self.prepare_migration(request, *input).await,
            Operation::StopMigration(input) => self.stop_migration(request, *input).await,
            Operation::TestMigration(input) => self.test_migration(request, *input).await,
            Operation::StartMigration(input) => self.start_migration(request, *input).await,
            Operation::CompleteMigration(input) => self.complete_migration(request, *input).await,
            Operation::CreateServerlessCache(input) => self.create_serverless_cache(request, *input).await,
            Operation::DescribeServerlessCaches(input) => self.describe_serverless_caches(request, &input),
            Operation::ModifyServerlessCache(input) => self.modify_serverless_cache(request, *input).await,
            Operation::DeleteServerlessCache(input) => self.delete_serverless_cache(request, *input).await,
            Operation::CreateServerlessCacheSnapshot(input) => {
                self.create_serverless_cache_snapshot(request, *input).await
            }
            Operation::CopyServerlessCacheSnapshot(input) => self.copy_serverless_cache_snapshot(request, *input).await,
            Operation::DeleteServerlessCacheSnapshot(input) => {
                self.delete_serverless_cache_snapshot(request, *input).await
            }
            Operation::ExportServerlessCacheSnapshot(input) => {
                self.export_serverless_cache_snapshot(request, *input).await
            }
            Operation::DescribeServerlessCacheSnapshots(input) => {
                self.describe_serverless_cache_snapshots(request, &input)
            }
            Operation::CreateSnapshot(input) => self.create_snapshot(request, *input).await,
            Operation::DescribeSnapshots(input) => self.describe_snapshots(request, &input),
            Operation::CopySnapshot(input) => self.copy_snapshot(request, *input).await,
            Operation::DeleteSnapshot(input) => self.delete_snapshot(request, *input).await,
            Operation::CreateUser(input) => self.create_user(request, *input).await,
            Operation::DescribeUsers(input) => self.describe_users(request, &input),
            Operation::ModifyUser(input) => self.modify_user(request, *input).await,
            Operation::DeleteUser(input) => self.delete_user(request, *input).await,
            Operation::CreateUserGroup(input) => self.create_user_group(request, *input).await,
            Operation::DescribeUserGroups(input) => self.describe_user_groups(request, &input),
            Operation::ModifyUserGroup(input) => self.modify_user_group(request, *input).await,
            Operation::DeleteUserGroup(input) => self.delete_user_group(request, *input).await,
            Operation::DescribeReservedCacheNodesOfferings(input) => {
                Self::describe_reserved_cache_nodes_offerings(&input)
            }
            Operation::PurchaseReservedCacheNodesOffering(input) => {
                self.purchase_reserved_cache_nodes_offering(request, *input).await
            }
            Operation::DescribeReservedCacheNodes(input) => self.describe_reserved_cache_nodes(request, &input),
            Operation::DescribeServiceUpdates(input) => self.describe_service_updates(&input),
            Operation::DescribeUpdateActions(input) => self.describe_update_actions(request, &input),
            Operation::BatchApplyUpdateAction(input) => self.batch_apply_update_action(request, *input).await,
            Operation::BatchStopUpdateAction(input) => self.batch_stop_update_action(request, *input).await,
            Operation::IncreaseNodeGroupsInGlobalReplicationGroup(input) => {
                self.increase_node_groups_in_global_replication_group(request, *input).await
            }
            Operation::DecreaseNodeGroupsInGlobalReplicationGroup(input) => {
                self.decrease_node_groups_in_global_replication_group(request, *input).await
            }
            Operation::RebalanceSlotsInGlobalReplicationGroup(input) => {
                self.rebalance_slots_in_global_replication_group(request, *input).await
            }
        }
    }
}
