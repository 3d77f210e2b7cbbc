//! A cache security group, from the time before VPCs.

use serde::{Deserialize, Serialize};

use super::TagSet;

/// A cache security group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CacheSecurityGroup {
    /// Its name, in lower case.
    pub name: String,
    /// What its owner wrote about it.
    pub description: String,
    /// The EC2 security groups that may reach clusters in this group, with their owners' account ids.
    pub ec2_security_groups: Vec<Ec2SecurityGroup>,
    /// The tags.
    pub tags: TagSet,
}

/// An EC2 security group and the account it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ec2SecurityGroup {
    /// Its name.
    pub name: String,
    /// The account id of its owner.
    pub owner_id: String,
}
