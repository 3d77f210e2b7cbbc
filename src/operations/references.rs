//! Refuses requests that name keys, subnets or security groups that are not there, where somebody knows what is.

use std::collections::{BTreeMap, BTreeSet};

use super::{Operations, errors, request::Request};
use crate::{
    integrations::Key,
    protocol::{AwsError, ErrorCode, Operation},
};

/// What a request names that is elsewhere.
#[derive(Default)]
struct Named<'o> {
    key: Option<&'o str>,
    subnets: &'o [String],
    security_groups: &'o [String],
}

impl<'o> Named<'o> {
    /// All operations with such parameters are here; the others name nothing that is elsewhere.
    fn of(operation: &'o Operation) -> Self {
        let (key, subnets, security_groups) = match operation {
            Operation::CreateReplicationGroup(input) => (&input.kms_key_id, &None, &input.security_group_ids),
            Operation::CreateServerlessCache(input) => {
                (&input.kms_key_id, &input.subnet_ids, &input.security_group_ids)
            }
            Operation::CreateSnapshot(input) => (&input.kms_key_id, &None, &None),
            Operation::CopySnapshot(input) => (&input.kms_key_id, &None, &None),
            Operation::CreateServerlessCacheSnapshot(input) => (&input.kms_key_id, &None, &None),
            Operation::CopyServerlessCacheSnapshot(input) => (&input.kms_key_id, &None, &None),
            Operation::CreateCacheCluster(input) => (&None, &None, &input.security_group_ids),
            Operation::ModifyCacheCluster(input) => (&None, &None, &input.security_group_ids),
            Operation::ModifyReplicationGroup(input) => (&None, &None, &input.security_group_ids),
            Operation::ModifyServerlessCache(input) => (&None, &None, &input.security_group_ids),
            Operation::ModifyCacheSubnetGroup(input) => (&None, &input.subnet_ids, &None),
            Operation::CreateCacheSubnetGroup(input) => return Self { subnets: &input.subnet_ids, ..Self::default() },
            _ => return Self::default(),
        };
        Self {
            key: key.as_deref(),
            subnets: subnets.as_deref().unwrap_or_default(),
            security_groups: security_groups.as_deref().unwrap_or_default(),
        }
    }
}

impl Operations {
    /// Checks what a request names.
    pub(super) async fn check_references(&self, request: &Request, operation: &Operation) -> Result<(), AwsError> {
        let Some(references) = &self.references else { return Ok(()) };
        let (named, scope) = (Named::of(operation), &request.scope);
        if let Some(key) = named.key.filter(|key| !key.is_empty()) {
            let problem = match references.key(scope, key).await {
                Key::Usable => None,
                Key::Missing => Some(format!("KMS key does not exist with key id {key}")),
                Key::Unusable(state) => Some(format!("KMS key {key} cannot be used: its state is {state}")),
            };
            if let Some(problem) = problem {
                return Err(match operation {
                    Operation::CreateReplicationGroup(_) => AwsError::new(ErrorCode::InvalidKMSKey, problem),
                    // These have no error of their own for keys.
                    _ => errors::invalid_value(problem),
                });
            }
        }
        if !named.subnets.is_empty()
            && let Some(found) = references.subnets(scope, named.subnets).await
        {
            let missing = missing(named.subnets, &found);
            if !missing.is_empty() {
                let missing = missing.join(", ");
                return Err(errors::invalid_value(format_args!("Some input subnets in :[{missing}] are invalid.")));
            }
            check_vpc(&found)?;
        }
        if !named.security_groups.is_empty()
            && let Some(found) = references.security_groups(scope, named.security_groups).await
        {
            let missing = missing(named.security_groups, &found);
            if !missing.is_empty() {
                let missing = missing.join(", ");
                return Err(errors::invalid_value(format_args!("Some security groups in :[{missing}] do not exist.")));
            }
        }
        Ok(())
    }
}

/// Those of the ids that were not found.
fn missing<'i>(ids: &'i [String], found: &BTreeMap<String, String>) -> Vec<&'i str> {
    ids.iter().filter(|id| !found.contains_key(*id)).map(String::as_str).collect()
}

/// Checks that all subnets are in one VPC.
fn check_vpc(found: &BTreeMap<String, String>) -> Result<(), AwsError> {
    if found.values().collect::<BTreeSet<_>>().len() < 2 {
        return Ok(());
    }
    let subnets: Vec<_> = found.keys().map(String::as_str).collect();
    let message = format!("Subnets {} are not in the same VPC.", subnets.join(" and "));
    Err(AwsError::new(ErrorCode::InvalidSubnet, message))
}
