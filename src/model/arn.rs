//! The ARNs of `ElastiCache`'s resources: built, and read back.
//!
//! Whether the resource exists is not decided here.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::Scope;
use super::catalogue::regions::Partition;

/// The types of resources that have ARNs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResourceType {
    /// A cache cluster.
    Cluster,
    /// A replication group.
    ReplicationGroup,
    /// A snapshot.
    Snapshot,
    /// A parameter group.
    ParameterGroup,
    /// A subnet group.
    SubnetGroup,
    /// A cache security group.
    SecurityGroup,
    /// A reserved node.
    #[serde(rename = "reserved-instance")]
    ReservedInstance,
    /// A user.
    User,
    /// A user group.
    UserGroup,
    /// A serverless cache.
    ServerlessCache,
    /// A snapshot of a serverless cache.
    ServerlessCacheSnapshot,
    /// A global datastore. It belongs to no region.
    GlobalReplicationGroup,
}

impl ResourceType {
    /// Every type.
    pub const ALL: [Self; 12] = [
        Self::Cluster,
        Self::ReplicationGroup,
        Self::Snapshot,
        Self::ParameterGroup,
        Self::SubnetGroup,
        Self::SecurityGroup,
        Self::ReservedInstance,
        Self::User,
        Self::UserGroup,
        Self::ServerlessCache,
        Self::ServerlessCacheSnapshot,
        Self::GlobalReplicationGroup,
    ];

    /// The name in ARNs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::ReplicationGroup => "replicationgroup",
            Self::Snapshot => "snapshot",
            Self::ParameterGroup => "parametergroup",
            Self::SubnetGroup => "subnetgroup",
            Self::SecurityGroup => "securitygroup",
            Self::ReservedInstance => "reserved-instance",
            Self::User => "user",
            Self::UserGroup => "usergroup",
            Self::ServerlessCache => "serverlesscache",
            Self::ServerlessCacheSnapshot => "serverlesscachesnapshot",
            Self::GlobalReplicationGroup => "globalreplicationgroup",
        }
    }
}

/// The ARN of a resource. Its text is [`fmt::Display`]'s.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Arn {
    partition: Partition,
    region: String,
    account: String,
    resource_type: ResourceType,
    id: String,
}

/// A text that is no ARN of a resource of ours. AWS code: `InvalidARN`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("ARN {0} is invalid.")]
pub struct InvalidArn(pub String);

impl Arn {
    /// The ARN of the resource `id` in `scope`. The region of a global datastore is left empty, as AWS does; its
    /// partition is still that of the scope's region.
    #[must_use]
    pub fn new(scope: &Scope, resource_type: ResourceType, id: &str) -> Self {
        let global = resource_type == ResourceType::GlobalReplicationGroup;
        Self {
            partition: Partition::of_region(&scope.region),
            region: if global { String::new() } else { scope.region.clone() },
            account: scope.account.clone(),
            resource_type,
            id: id.to_ascii_lowercase(),
        }
    }

    /// The text of the ARN of the resource `id` in `scope`, whose name is in lower case already: what
    /// [`Arn::new`] would print, made in one go for answers that show a hundred of them.
    #[must_use]
    pub fn text(scope: &Scope, resource_type: ResourceType, id: &str) -> String {
        let global = resource_type == ResourceType::GlobalReplicationGroup;
        let region = if global { "" } else { &scope.region };
        let partition = Partition::of_region(&scope.region).name();
        ["arn:", partition, ":elasticache:", region, ":", &scope.account, ":", resource_type.name(), ":", id].concat()
    }

    /// The partition.
    #[must_use]
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// The region's name, empty for a global datastore.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The twelve-digit account id.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The type of the resource.
    #[must_use]
    pub fn resource_type(&self) -> ResourceType {
        self.resource_type
    }

    /// The resource's name, in lower case as it is stored.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether the resource is one of `scope`: of its account, and of its region or of none.
    #[must_use]
    pub fn is_in(&self, scope: &Scope) -> bool {
        self.account == scope.account && (self.region.is_empty() || self.region == scope.region)
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, region, account, resource_type, id } = self;
        write!(f, "arn:{}:elasticache:{region}:{account}:{}:{id}", partition.name(), resource_type.name())
    }
}

impl FromStr for Arn {
    type Err = InvalidArn;

    /// Everything but the resource's name must have the letter case in which AWS writes it; the name is taken in any.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).ok_or_else(|| InvalidArn(text.to_owned()))
    }
}

impl TryFrom<String> for Arn {
    type Error = InvalidArn;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Arn> for String {
    fn from(arn: Arn) -> Self {
        arn.to_string()
    }
}

fn parse(text: &str) -> Option<Arn> {
    let parts: Vec<&str> = text.split(':').collect();
    let ["arn", partition, "elasticache", region, account, resource_type, id] = parts[..] else { return None };
    let partition = Partition::ALL.into_iter().find(|known| known.name() == partition)?;
    let resource_type = ResourceType::ALL.into_iter().find(|known| known.name() == resource_type)?;

    let region_fits = if resource_type == ResourceType::GlobalReplicationGroup {
        region.is_empty()
    } else {
        is_name(region, "-") && Partition::of_region(region) == partition
    };
    let account_fits = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    // Names of default parameter groups and of automatic snapshots have dots, which no user may choose.
    let id_fits = is_name(id, "-.");

    (region_fits && account_fits && id_fits).then(|| Arn {
        partition,
        region: region.to_owned(),
        account: account.to_owned(),
        resource_type,
        id: id.to_ascii_lowercase(),
    })
}

fn is_name(text: &str, punctuation: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || punctuation.contains(letter))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn arns_are_written_as_aws_does() {
        let scope = Scope::new("123456789012", "us-east-1");
        assert_eq!(
            Arn::new(&scope, ResourceType::Cluster, "My-Cache").to_string(),
            "arn:aws:elasticache:us-east-1:123456789012:cluster:my-cache"
        );
        assert_eq!(
            Arn::new(&scope, ResourceType::GlobalReplicationGroup, "ldgnf-x").to_string(),
            "arn:aws:elasticache::123456789012:globalreplicationgroup:ldgnf-x"
        );
        let china = Scope::new("123456789012", "cn-north-1");
        assert_eq!(
            Arn::new(&china, ResourceType::ParameterGroup, "default.redis7").to_string(),
            "arn:aws-cn:elasticache:cn-north-1:123456789012:parametergroup:default.redis7"
        );
    }

    #[test]
    fn what_is_no_arn_is_refused() {
        for text in [
            "",
            "arn",
            "arn:aws:elasticache:us-east-1:123456789012:cluster",
            "arn:aws:elasticache:us-east-1:123456789012:cluster:",
            "arn:aws:elasticache:us-east-1:123456789012:cluster:a:b",
            "arn:aws:elasticache:us-east-1:123456789012:cluster/a",
            "arn:aws:elasticache::123456789012:cluster:a",
            "arn:aws:elasticache:us-east-1:123456789012:globalreplicationgroup:a",
            "arn:aws:rds:us-east-1:123456789012:cluster:a",
            "arn:aws:elasticache:us-east-1:12345678901:cluster:a",
            "arn:aws:elasticache:us-east-1:12345678901x:cluster:a",
            "arn:aws:elasticache:us-east-1:123456789012:Cluster:a",
            "arn:aws:elasticache:cn-north-1:123456789012:cluster:a",
            "arn:azure:elasticache:us-east-1:123456789012:cluster:a",
            "arn:aws:elasticache:us-east-1:123456789012:cluster:a b",
        ] {
            let error = text.parse::<Arn>().expect_err(text);
            assert_eq!(error.to_string(), format!("ARN {text} is invalid."));
        }
    }

    #[test]
    fn a_name_is_taken_in_any_letter_case() {
        let arn: Arn = "arn:aws:elasticache:us-east-1:123456789012:user:Alice".parse().expect("an ARN");
        assert_eq!((arn.resource_type(), arn.id()), (ResourceType::User, "alice"));
        assert!(arn.is_in(&Scope::new("123456789012", "us-east-1")));
        assert!(!arn.is_in(&Scope::new("123456789012", "us-east-2")));
        assert!(!arn.is_in(&Scope::new("000000000000", "us-east-1")));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            resource_type in prop::sample::select(ResourceType::ALL.to_vec()),
            region in prop::sample::select(vec!["us-east-1", "cn-north-1", "us-gov-west-1", "eu-west-3"]),
            account in "[0-9]{12}",
            id in "[a-z][a-z0-9.-]{0,30}",
        ) {
            let scope = Scope::new(account, region);
            let arn = Arn::new(&scope, resource_type, &id);
            prop_assert_eq!(Arn::text(&scope, resource_type, &id), arn.to_string());
            prop_assert_eq!(arn.to_string().parse::<Arn>(), Ok(arn));
        }
    }
}
