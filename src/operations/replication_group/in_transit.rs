//! Who may talk to a new replication group, and how: encryption in transit, the AUTH token, the user group.

use chrono::{DateTime, Utc};

use super::user_groups;
use crate::{
    model::{
        Access, CacheCluster, PasswordHash, TransitEncryption,
        catalogue::{
            engine_versions::{EngineFeature, EngineVersionFacts},
            node_types::NodeType,
        },
    },
    operations::{
        cache_cluster::{auth_token, settings, view},
        errors,
    },
    protocol::{AwsError, Sensitive, enums, types},
    store::Tables,
};

/// What a request for a new group says about it.
pub(super) struct InTransit {
    pub enabled: Option<bool>,
    pub mode: Option<types::TransitEncryptionMode>,
    pub auth_token: Option<Sensitive<String>>,
    pub user_group_ids: Vec<String>,
    /// Whether a subnet group is named.
    pub in_subnet_group: bool,
}

/// What new members are made of.
pub(super) struct Ground<'a> {
    pub tables: &'a Tables,
    pub version: &'a EngineVersionFacts,
    pub node_type: &'a NodeType,
    pub strict: bool,
}

impl InTransit {
    /// The first member, with all this written into its record.
    pub fn apply(self, first: CacheCluster, ground: &Ground<'_>, now: DateTime<Utc>) -> Result<CacheCluster, AwsError> {
        if self.auth_token.is_some() && !self.user_group_ids.is_empty() {
            return Err(errors::invalid_combination("AuthToken and UserGroupIds cannot both be specified."));
        }
        let token = self.token(&first, ground.strict)?;
        let transit_encryption = self.encryption(ground)?;
        let user_group_id = match self.user_group_ids.as_slice() {
            [] => None,
            [id] if transit_encryption.is_enabled() => Some(id.to_ascii_lowercase()),
            [_] => return Err(user_groups::need_encryption()),
            _ => return Err(user_groups::one_at_most()),
        };
        let auth_token_modified = token.as_ref().map(|_| now);
        let access = match (token, &user_group_id) {
            (Some(token), _) => Access::Tokens { tokens: vec![token], optional: false },
            (None, Some(id)) => user_groups::access(ground.tables, &first.scope, id, &first)?,
            (None, None) => Access::Open,
        };
        Ok(CacheCluster { transit_encryption, access, user_group_id, auth_token_modified, ..first })
    }

    /// `ElastiCache` looks at how a token is to travel before it looks at the token.
    fn token(&self, first: &CacheCluster, strict: bool) -> Result<Option<PasswordHash>, AwsError> {
        let Some(token) = &self.auth_token else { return Ok(None) };
        if self.enabled != Some(true) {
            return Err(auth_token::needs_encryption());
        }
        // Without one, caches here are in the subnet group called `default`.
        if strict && !self.in_subnet_group {
            return Err(errors::invalid_combination("Redis Auth can only be enabled within an Amazon VPC"));
        }
        auth_token::of_new(token, first.engine, &first.engine_version).map(Some)
    }

    fn encryption(&self, ground: &Ground<'_>) -> Result<TransitEncryption, AwsError> {
        if self.enabled != Some(true) {
            if self.mode.is_some() {
                return Err(errors::invalid_combination(
                    "TransitEncryptionMode can only be specified with TransitEncryptionEnabled.",
                ));
            }
            return Ok(TransitEncryption::Disabled);
        }
        settings::check_in_transit_encryption(ground.version, ground.node_type)?;
        match self.mode {
            None | Some(enums::TransitEncryptionMode::Required) => Ok(TransitEncryption::Required),
            Some(enums::TransitEncryptionMode::Preferred)
                if ground.version.supports(EngineFeature::ToggleInTransitEncryption) =>
            {
                Ok(TransitEncryption::Preferred)
            }
            Some(enums::TransitEncryptionMode::Preferred) => Err(errors::invalid_combination(format_args!(
                "TransitEncryptionMode preferred is not supported for engine version {}. It needs engine version 7.0 \
                 or later.",
                ground.version.version
            ))),
        }
    }

    /// Checks that nothing else is asked for than the cluster has that becomes the primary.
    pub fn check_primary(&self, primary: &CacheCluster) -> Result<(), AwsError> {
        let mode = view::transit_encryption_mode(primary);
        for (name, is_the_same) in [
            (
                "TransitEncryptionEnabled",
                self.enabled.is_none_or(|enabled| enabled == primary.transit_encryption.is_enabled()),
            ),
            ("TransitEncryptionMode", self.mode.is_none() || self.mode == mode),
        ] {
            if !is_the_same {
                return Err(errors::invalid_combination(format_args!(
                    "{name} must be absent, or that of the primary cluster {}.",
                    primary.id
                )));
            }
        }
        for (name, given) in
            [("AuthToken", self.auth_token.is_some()), ("UserGroupIds", !self.user_group_ids.is_empty())]
        {
            if given {
                return Err(errors::invalid_combination(format_args!(
                    "{name} cannot be specified along with PrimaryClusterId."
                )));
            }
        }
        Ok(())
    }
}
