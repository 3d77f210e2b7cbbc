//! The names that users give to resources: what is allowed, and the form in which a name is stored.
//!
//! All of them are stored in lower case and found in any letter case. Whether a name is taken, or reserved for a
//! resource that exists from the start, is not decided here.

/// What an identifier names. Every kind has its own length and its own name in error texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdentifierKind {
    /// `CacheClusterId`.
    CacheCluster,
    /// `ReplicationGroupId`.
    ReplicationGroup,
    /// `GlobalReplicationGroupIdSuffix`.
    GlobalReplicationGroupSuffix,
    /// `CacheParameterGroupName`.
    ParameterGroup,
    /// `CacheSubnetGroupName`.
    SubnetGroup,
    /// `CacheSecurityGroupName`.
    SecurityGroup,
    /// `SnapshotName`.
    Snapshot,
    /// `ReservedCacheNodeId`.
    ReservedCacheNode,
    /// `ServerlessCacheName`.
    ServerlessCache,
    /// `ServerlessCacheSnapshotName`.
    ServerlessCacheSnapshot,
    /// `UserId`.
    User,
    /// `UserGroupId`.
    UserGroup,
}

/// A name that is no identifier. AWS code: `InvalidParameterValue`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIdentifier {
    /// It has a character, or a place for one, that is not allowed.
    #[error(
        "{subject} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, \
         digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens."
    )]
    Characters {
        /// How the text calls the parameter.
        subject: &'static str,
    },
    /// It is too long.
    #[error("{subject} is not a valid identifier because it is longer than {limit} characters.")]
    Length {
        /// How the text calls the parameter.
        subject: &'static str,
        /// How long it may be.
        limit: usize,
    },
}

/// A `NodeGroupId` that is not one to four digits. AWS code: `InvalidParameterValue`; the text is ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Invalid node group id: {0}. Node group ids must be one to four digits.")]
pub struct InvalidNodeGroupId(pub String);

/// Checks the id that a user gives to a node group. `ElastiCache` itself counts `0001`, `0002` and so on.
///
/// # Errors
///
/// [`InvalidNodeGroupId`], when it is not one to four digits.
pub fn node_group_id(text: &str) -> Result<&str, InvalidNodeGroupId> {
    if (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text)
    } else {
        Err(InvalidNodeGroupId(text.to_owned()))
    }
}

/// Where hyphens may stand among the letters and digits of an identifier.
#[derive(Clone, Copy)]
enum Hyphens {
    /// One at a time and not at the end: the general rule.
    Single,
    /// Anywhere: the pattern of user and user group ids.
    Anywhere,
    /// Nowhere.
    Nowhere,
}

impl IdentifierKind {
    /// Checks `text` and returns the identifier as it is stored.
    ///
    /// # Errors
    ///
    /// [`InvalidIdentifier`], when it breaks the rule of its kind.
    pub fn canonical(self, text: &str) -> Result<String, InvalidIdentifier> {
        if !self.hyphens().suit(text) {
            return Err(InvalidIdentifier::Characters { subject: self.subject() });
        }
        if text.len() > self.max_length() {
            return Err(InvalidIdentifier::Length { subject: self.subject(), limit: self.max_length() });
        }
        Ok(text.to_ascii_lowercase())
    }

    /// The most characters that an identifier may have. The API reference states those of clusters, groups, parameter
    /// groups, subnet groups and security groups; the others follow the longest that is known to be accepted.
    #[must_use]
    pub fn max_length(self) -> usize {
        match self {
            Self::CacheCluster => 50,
            Self::ReplicationGroup
            | Self::GlobalReplicationGroupSuffix
            | Self::ServerlessCache
            | Self::User
            | Self::UserGroup => 40,
            Self::ParameterGroup
            | Self::SubnetGroup
            | Self::SecurityGroup
            | Self::Snapshot
            | Self::ReservedCacheNode
            | Self::ServerlessCacheSnapshot => 255,
        }
    }

    /// How error texts call the parameter. For clusters that is not the name of the parameter.
    fn subject(self) -> &'static str {
        match self {
            Self::CacheCluster => "The parameter CacheClusterIdentifier",
            Self::ReplicationGroup => "Replication Group ID specified",
            Self::GlobalReplicationGroupSuffix => "The parameter GlobalReplicationGroupIdSuffix",
            Self::ParameterGroup => "The parameter CacheParameterGroupName",
            Self::SubnetGroup => "The parameter CacheSubnetGroupName",
            Self::SecurityGroup => "The parameter CacheSecurityGroupName",
            Self::Snapshot => "The parameter SnapshotName",
            Self::ReservedCacheNode => "The parameter ReservedCacheNodeId",
            Self::ServerlessCache => "The parameter ServerlessCacheName",
            Self::ServerlessCacheSnapshot => "The parameter ServerlessCacheSnapshotName",
            Self::User => "The parameter UserId",
            Self::UserGroup => "The parameter UserGroupId",
        }
    }

    fn hyphens(self) -> Hyphens {
        match self {
            Self::User | Self::UserGroup => Hyphens::Anywhere,
            Self::SecurityGroup => Hyphens::Nowhere,
            _ => Hyphens::Single,
        }
    }
}

impl Hyphens {
    fn suit(self, text: &str) -> bool {
        let placed_well = match self {
            Self::Single => !text.ends_with('-') && !text.contains("--"),
            Self::Anywhere => true,
            Self::Nowhere => !text.contains('-'),
        };
        placed_well
            && text.starts_with(|first: char| first.is_ascii_alphabetic())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_stored_in_lower_case() {
        assert_eq!(IdentifierKind::CacheCluster.canonical("My-Cache-1").as_deref(), Ok("my-cache-1"));
        assert_eq!(IdentifierKind::User.canonical("a--b-").as_deref(), Ok("a--b-"));
        assert_eq!(IdentifierKind::SecurityGroup.canonical("Sg1").as_deref(), Ok("sg1"));
    }

    #[test]
    fn what_is_no_identifier_is_refused() {
        for text in ["", "1a", "-a", "a-", "a--b", "a_b", "a.b", "a b", "é", "aé", "default.redis7"] {
            assert!(IdentifierKind::ParameterGroup.canonical(text).is_err(), "{text:?}");
        }
        for text in ["", "1a", "-a", "a_b"] {
            assert!(IdentifierKind::User.canonical(text).is_err(), "{text:?}");
        }
        assert!(IdentifierKind::SecurityGroup.canonical("a-b").is_err());
    }

    #[test]
    fn the_texts_are_those_of_elasticache() {
        let rule = "is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, \
                    digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.";
        let text = |kind: IdentifierKind, name: &str| kind.canonical(name).expect_err("refused").to_string();
        assert_eq!(
            text(IdentifierKind::ParameterGroup, "default.redis7"),
            format!("The parameter CacheParameterGroupName {rule}")
        );
        assert_eq!(text(IdentifierKind::ReplicationGroup, "a--b"), format!("Replication Group ID specified {rule}"));
        assert_eq!(
            text(IdentifierKind::CacheCluster, &"a".repeat(51)),
            "The parameter CacheClusterIdentifier is not a valid identifier because it is longer than 50 characters."
        );
    }

    #[test]
    fn node_groups_have_digits() {
        assert_eq!(node_group_id("0001"), Ok("0001"));
        assert_eq!(node_group_id("7"), Ok("7"));
        for text in ["", "00001", "1a", "-1", "+1"] {
            assert!(node_group_id(text).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_stored_name_is_its_own_canonical_form(text in "[a-zA-Z](-?[a-zA-Z0-9]){0,19}") {
            let stored = IdentifierKind::CacheCluster.canonical(&text).expect("an identifier");
            prop_assert!(stored.eq_ignore_ascii_case(&text));
            prop_assert_eq!(IdentifierKind::CacheCluster.canonical(&stored), Ok(stored));
        }

        #[test]
        fn no_text_breaks_the_check(text in "\\PC{0,60}") {
            if let Ok(stored) = IdentifierKind::Snapshot.canonical(&text) {
                prop_assert!(stored.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
            }
        }
    }
}
