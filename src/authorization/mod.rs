//! Who may do what: identity policies, as IAM has them, decide about every operation of the API and about connections
//! of IAM users to caches.
//!
//! An operation is allowed when its action is allowed on every resource that it acts on (`resources`): an explicit
//! `Deny` wins, then an `Allow` is needed, and without one nothing is allowed. Conditions look at the parameters of the
//! request (`attributes`), at the tags of resources and at the caller.
//!
//! Who the caller is has been found out before, and what an operation does is none of this module's business. The
//! policy language is implemented here because no crate was found that refuses what it does not understand; the one
//! that evaluates policies calls itself not yet verified.

mod attributes;
mod condition;
mod context;
mod pattern;
mod policy;
mod reading;
mod resources;

#[cfg(test)]
mod tests;

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::SecondsFormat;

pub use policy::Policies;

use crate::{
    clock::Clock,
    model::{
        Scope, TagSet,
        arn::{Arn, ResourceType},
        catalogue::regions::Partition,
    },
    protocol::Operation,
    store::{Store, Tables},
};
use context::{Context, RESOURCE_TAG};
use policy::{Call, Decision};
use resources::Resource;

/// The name of callers that have no access key.
const NOBODY: &str = "anonymous";

/// Why policies cannot be used. The server does not start with policies that it does not understand.
#[derive(Debug, thiserror::Error)]
pub enum PoliciesError {
    /// The file cannot be read.
    #[error("--iam-policies {}: the file cannot be read: {source}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file holds something that is no policy, or one with something that is not supported.
    #[error("--iam-policies {}: the policies are not understood: {source}", path.display())]
    NotUnderstood {
        /// Which file.
        path: PathBuf,
        /// What it is, and the line and column.
        source: serde_json::Error,
    },
}

impl Policies {
    /// Reads policies from a file: a JSON object with an access key's identifier, or `*` for all callers, beside each
    /// policy document or list of documents.
    ///
    /// # Errors
    /// When the file cannot be read, or anything in it is not understood.
    pub fn read(path: &Path) -> Result<Self, PoliciesError> {
        let text = std::fs::read_to_string(path).map_err(|source| PoliciesError::Read { path: path.into(), source })?;
        serde_json::from_str(&text).map_err(|source| PoliciesError::NotUnderstood { path: path.into(), source })
    }
}

/// Somebody who wants something.
#[derive(Clone, Copy, Debug)]
pub struct Principal<'p> {
    /// The identifier of their access key; `None` for requests that are not signed.
    pub access_key: Option<&'p str>,
    /// Their account and region.
    pub scope: &'p Scope,
    /// The address that they come from, if it is known.
    pub source: Option<IpAddr>,
}

/// An operation that a caller may not do. The message is that of AWS.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("User: {principal} is not authorized to perform: {action} on resource: {resource} {reason}")]
pub struct Denied {
    principal: String,
    action: String,
    resource: String,
    reason: String,
}

/// Decides, by the policies that the server was started with.
pub struct Authorization {
    policies: Policies,
    store: Arc<Store>,
    clock: Arc<Clock>,
}

impl Authorization {
    /// Decides by `policies`, with the tags of the records in `store`.
    #[must_use]
    pub fn new(policies: Policies, store: Arc<Store>, clock: Arc<Clock>) -> Self {
        Self { policies, store, clock }
    }

    /// Whether the caller may carry out `operation`.
    ///
    /// # Errors
    /// [`Denied`] for the first resource on which it may not.
    pub fn check(&self, principal: Principal<'_>, operation: &Operation) -> Result<(), Denied> {
        let mut context = self.context(principal);
        attributes::add(&mut context, operation);
        let tables = self.store.tables();
        let resources = resources::resources(operation, principal.scope);
        resources
            .iter()
            .try_for_each(|resource| self.check_one(principal, operation.name(), resource, &context, &tables))
    }

    /// Whether the caller may do something at another service: an action with its service in front, on a resource of an
    /// ARN that is not one of `ElastiCache`'s.
    ///
    /// # Errors
    /// [`Denied`] when it may not.
    pub fn check_elsewhere(&self, principal: Principal<'_>, action: &str, arn: &str) -> Result<(), Denied> {
        self.decide(principal, action, arn, &self.context(principal).about(None))
    }

    /// Whether the holder of `access_key` may connect to a cache as a user of `ElastiCache`: the action
    /// `elasticache:Connect` has to be allowed on both. `cache_arn` is that of a replication group or serverless cache.
    #[must_use]
    pub fn may_connect(&self, access_key: &str, account: &str, cache_arn: &Arn, user_arn: &Arn) -> bool {
        let scope = Scope::new(account, cache_arn.region());
        let principal = Principal { access_key: Some(access_key), scope: &scope, source: None };
        let context = self.context(principal);
        let tables = self.store.tables();
        [cache_arn, user_arn].into_iter().all(|arn| {
            let resource = Resource::with_arn(&scope, &arn.to_string());
            self.check_one(principal, "Connect", &resource, &context, &tables).is_ok()
        })
    }

    fn check_one(
        &self,
        principal: Principal<'_>,
        operation: &str,
        resource: &Resource,
        context: &Context,
        tables: &Tables,
    ) -> Result<(), Denied> {
        let action = format!("elasticache:{operation}");
        let mut context = context.about(resource.named.as_ref().map(|(resource_type, _)| *resource_type));
        let tags = resource.named.as_ref().and_then(|(kind, id)| tags(tables, principal.scope, *kind, id));
        for (key, value) in tags.iter().flat_map(TagSet::iter) {
            context.add(&format!("{RESOURCE_TAG}{key}"), value);
        }
        self.decide(principal, &action, &resource.arn, &context)
    }

    fn decide(&self, principal: Principal<'_>, action: &str, resource: &str, context: &Context) -> Result<(), Denied> {
        let call = Call { action: &action.to_ascii_lowercase(), resource, context };
        let reason = match self.policies.decide(principal.access_key.unwrap_or_default(), &call) {
            Decision::Allowed => return Ok(()),
            Decision::NotAllowed => format!("because no identity-based policy allows the {action} action"),
            Decision::Denied => "with an explicit deny in an identity-based policy".to_owned(),
        };
        Err(Denied { principal: principal.arn(), action: action.to_owned(), resource: resource.to_owned(), reason })
    }

    /// What every request has.
    fn context(&self, principal: Principal<'_>) -> Context {
        let now = self.clock.now();
        let mut context = Context::default();
        context.add("aws:CurrentTime", now.to_rfc3339_opts(SecondsFormat::Secs, true));
        context.add("aws:EpochTime", now.timestamp().to_string());
        context.add("aws:PrincipalAccount", &principal.scope.account);
        context.add("aws:PrincipalArn", principal.arn());
        context.add("aws:RequestedRegion", &principal.scope.region);
        // The API is served without TLS.
        context.add("aws:SecureTransport", "false");
        context.add_some("aws:SourceIp", principal.source.map(|address| address.to_canonical()));
        context.add_some("aws:username", principal.access_key);
        context
    }
}

impl Principal<'_> {
    /// The ARN of the IAM user that stands for an access key.
    fn arn(&self) -> String {
        let partition = Partition::of_region(&self.scope.region).name();
        format!("arn:{partition}:iam::{}:user/{}", self.scope.account, self.access_key.unwrap_or(NOBODY))
    }
}

/// The tags of a resource, if it exists and can have any.
fn tags(tables: &Tables, scope: &Scope, resource_type: ResourceType, id: &str) -> Option<TagSet> {
    match resource_type {
        ResourceType::Cluster => tables.cache_clusters.get(scope, id).map(|record| record.tags.clone()),
        ResourceType::ReplicationGroup => tables.replication_groups.get(scope, id).map(|record| record.tags.clone()),
        ResourceType::ParameterGroup => tables.cache_parameter_groups.get(scope, id).map(|record| record.tags.clone()),
        ResourceType::SubnetGroup => tables.cache_subnet_groups.get(scope, id).map(|record| record.tags.clone()),
        ResourceType::SecurityGroup => tables.cache_security_groups.get(scope, id).map(|record| record.tags.clone()),
        ResourceType::User => tables.users.get(scope, id).map(|record| record.tags.clone()),
        ResourceType::UserGroup => tables.user_groups.get(scope, id).map(|record| record.tags.clone()),
        ResourceType::ReservedInstance => tables.reserved_cache_nodes.get(scope, id).map(|record| record.tags.clone()),
        ResourceType::ServerlessCache => tables.serverless_caches.get(scope, id).map(|record| record.tags.clone()),
        ResourceType::ServerlessCacheSnapshot => {
            tables.snapshots.get(&scope.behind_serverless(), id).map(|record| record.tags.clone())
        }
        ResourceType::Snapshot => tables.snapshots.get(scope, id).map(|record| record.tags.clone()),
        ResourceType::GlobalReplicationGroup => {
            tables.global_replication_groups.get(&scope.everywhere(), id).map(|record| record.tags.clone())
        }
    }
}
