//! The names of things: resources as callers name them, and ARNs.

use std::fmt;

use serde::Deserialize;

use crate::model::{ScalableTarget, Scope, catalogue::regions::Partition};

/// What the name of a resource begins with.
const REPLICATION_GROUP: &str = "replication-group/";

/// A resource that is scaled: `replication-group/` and the group's identifier, which is kept in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct ResourceId(String);

/// A text that names no resource of ours.
#[derive(Clone, Debug, thiserror::Error)]
#[error("ResourceId {0:?} names no replication group: write replication-group/ID")]
pub(super) struct InvalidResourceId(String);

impl ResourceId {
    /// The name of a replication group.
    pub fn of(replication_group_id: &str) -> Self {
        Self(replication_group_id.to_owned())
    }

    /// The replication group's identifier.
    pub fn group(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ResourceId {
    type Error = InvalidResourceId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.strip_prefix(REPLICATION_GROUP) {
            Some(id) if !id.is_empty() && !id.contains('/') => Ok(Self(id.to_ascii_lowercase())),
            _ => Err(InvalidResourceId(text)),
        }
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{REPLICATION_GROUP}{}", self.0)
    }
}

/// The ARN of the scalable target with this identifier.
pub(super) fn target_arn(scope: &Scope, uid: &str) -> String {
    let Scope { account, region } = scope;
    let partition = Partition::of_region(region).name();
    format!("arn:{partition}:application-autoscaling:{region}:{account}:scalable-target/{uid}")
}

/// The identifier of a scalable target of `scope` in its ARN.
pub(super) fn uid_of<'a>(scope: &Scope, arn: &'a str) -> Option<&'a str> {
    arn.strip_prefix(target_arn(scope, "").as_str())
}

/// The ARN of a policy, or of another thing on a target that is called `kind` in ARNs, and its name there `name_of`.
pub(super) fn arn_on(target: &ScalableTarget, kind: &str, uid: &str, name_of: &str, name: &str) -> String {
    let Scope { account, region } = &target.scope;
    let partition = Partition::of_region(region).name();
    let resource = ResourceId::of(&target.replication_group_id);
    format!(
        "arn:{partition}:autoscaling:{region}:{account}:{kind}:{uid}:resource/elasticache/{resource}:{name_of}/{name}"
    )
}

/// The role in which the service changes groups. There is nothing behind it: nobody has to be let in.
pub(super) fn role_arn(scope: &Scope) -> String {
    let Scope { account, region } = scope;
    let partition = Partition::of_region(region).name();
    format!(
        "arn:{partition}:iam::{account}:role/aws-service-role/elasticache.application-autoscaling.amazonaws.com/\
         AWSServiceRoleForApplicationAutoScaling_ElastiCacheRG"
    )
}
