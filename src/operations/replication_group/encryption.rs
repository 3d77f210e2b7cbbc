//! Encryption and authentication of replication groups. Encryption in transit, AUTH tokens and user groups are still
//! to come; what `ElastiCache` itself refuses is refused in its words. Encryption at rest is recorded and shown: nobody
//! can tell from outside whether it is there.

use crate::{
    model::{
        CacheCluster, Engine, Scope,
        catalogue::{
            engine_versions::{EngineFeature, EngineVersionFacts, version_reported_as},
            node_types::{NodeFeature, NodeType},
        },
    },
    operations::{cache_cluster::settings, errors},
    protocol::{AwsError, ErrorCode, Sensitive, types},
};

const ONE_USER_GROUP: &str = "A replication group can have one user group at most.";
const USER_GROUPS_NEED_ENCRYPTION: &str =
    "User group based access control requires encryption-in-transit to be enabled on the replication group.";
const MODE_NEEDS_ENCRYPTION: &str = "TransitEncryptionMode can only be specified with TransitEncryptionEnabled.";

/// What a request says about encryption at rest.
pub(super) struct AtRest {
    pub enabled: Option<bool>,
    pub kms_key_id: Option<String>,
}

impl AtRest {
    /// Whether it is on. Unless asked otherwise, it is for Valkey.
    pub fn is_on(
        &self,
        scope: &Scope,
        engine: Engine,
        version: &EngineVersionFacts,
        node_type: &NodeType,
    ) -> Result<bool, AwsError> {
        let possible =
            version.supports(EngineFeature::AtRestEncryption) && node_type.supports(NodeFeature::AtRestEncryption);
        let on = self.enabled.unwrap_or(engine == Engine::Valkey && possible);
        if on && !possible {
            return Err(errors::invalid_combination(format_args!(
                "Encryption at rest is not supported for {} on {}.",
                version.description, node_type.name
            )));
        }
        self.check_key(scope, on)?;
        Ok(on)
    }

    /// Checks that no more is asked for than the cluster has that becomes the primary.
    pub fn check_primary(&self, scope: &Scope, primary: &CacheCluster) -> Result<(), AwsError> {
        if self.enabled == Some(true) && !primary.at_rest_encryption {
            return Err(errors::invalid_combination(format_args!(
                "Encryption at rest cannot be turned on for the existing cluster {}.",
                primary.id
            )));
        }
        self.check_key(scope, primary.at_rest_encryption)
    }

    /// Checks that a key goes with encryption, and that it may be one of this region.
    fn check_key(&self, scope: &Scope, on: bool) -> Result<(), AwsError> {
        let Some(key) = &self.kms_key_id else { return Ok(()) };
        if !on {
            return Err(errors::invalid_combination("Please enable encryption at rest to use Customer Managed CMK"));
        }
        if is_key(key, &scope.region) {
            return Ok(());
        }
        Err(AwsError::new(ErrorCode::InvalidKMSKey, format!("KMS key does not exist with key id {key}")))
    }
}

/// Whether a text may name a key: an ARN in the region, an alias, or the id of a key.
fn is_key(text: &str, region: &str) -> bool {
    let is_id = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_alias = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
    let Some(arn) = text.strip_prefix("arn:") else {
        return text.strip_prefix("alias/").map_or_else(|| is_id(text), is_alias);
    };
    let parts: Vec<&str> = arn.splitn(5, ':').collect();
    let [_partition, "kms", in_region, _account, resource] = parts[..] else { return false };
    let named = resource.strip_prefix("key/").map(is_id).or_else(|| resource.strip_prefix("alias/").map(is_alias));
    in_region == region && named == Some(true)
}

/// What a request says about encryption in transit, and about who may connect.
pub(super) struct InTransit {
    pub enabled: Option<bool>,
    pub mode: Option<types::TransitEncryptionMode>,
    pub auth_token: Option<Sensitive<String>>,
    pub user_group_ids: Vec<String>,
}

impl InTransit {
    /// Refuses what cannot be, and what cannot be yet.
    pub fn check(&self, engine: Engine, version: &EngineVersionFacts) -> Result<(), AwsError> {
        let on = self.enabled == Some(true);
        if !self.user_group_ids.is_empty() && self.auth_token.is_some() {
            return Err(errors::invalid_combination("AuthToken and UserGroupIds cannot both be specified."));
        }
        let token = self.auth_token.as_ref().map(|token| token.expose().as_str());
        // As strict as can be without encryption, and with it about the form of the token only.
        settings::auth_token(token, engine, !on)?;
        if self.user_group_ids.len() > 1 {
            return Err(errors::invalid_combination(ONE_USER_GROUP));
        }
        if !self.user_group_ids.is_empty() && !on {
            return Err(errors::invalid_combination(USER_GROUPS_NEED_ENCRYPTION));
        }
        if self.mode.is_some() && !on {
            return Err(errors::invalid_combination(MODE_NEEDS_ENCRYPTION));
        }
        if on && !version.supports(EngineFeature::InTransitEncryption) {
            return Err(errors::invalid_combination(format_args!(
                "Encryption features are not supported for engine version {}.",
                version.version
            )));
        }
        if on { Err(errors::feature_not_supported_yet("encryption in transit")) } else { Ok(()) }
    }
}

/// What a request says about changing encryption in transit, and who may connect.
pub(super) struct AccessChange {
    pub auth_token: Option<Sensitive<String>>,
    pub strategy: Option<types::AuthTokenUpdateStrategyType>,
    pub user_groups_to_add: Vec<String>,
    pub user_groups_to_remove: Vec<String>,
    pub remove_user_groups: bool,
    pub encryption: Option<bool>,
    pub mode: Option<types::TransitEncryptionMode>,
}

impl AccessChange {
    /// Refuses what cannot be, and what cannot be yet, for a group with members like `member`. No group has encryption in
    /// transit yet.
    pub fn check(&self, member: &CacheCluster) -> Result<(), AwsError> {
        let (on, has_token) = (self.encryption == Some(true), self.auth_token.is_some());
        if self.auth_token.as_ref().is_some_and(|token| !settings::is_auth_token(token.expose())) {
            let message = "Invalid AUTH token provided. Please check valid AUTH token format.";
            return Err(errors::invalid_value(message));
        }
        match self.strategy {
            Some(types::AuthTokenUpdateStrategyType::Delete) if has_token => {
                return Err(errors::invalid_combination("AuthToken cannot be specified with the strategy DELETE."));
            }
            Some(types::AuthTokenUpdateStrategyType::Delete) | None => {}
            Some(_) if has_token => {}
            Some(_) => {
                return Err(errors::invalid_combination(
                    "AuthTokenUpdateStrategy can only be specified with AuthToken.",
                ));
            }
        }
        if has_token && !self.user_groups_to_add.is_empty() {
            return Err(errors::invalid_combination("AuthToken and UserGroupIdsToAdd cannot both be specified."));
        }
        if self.user_groups_to_add.len() > 1 {
            return Err(errors::invalid_combination(ONE_USER_GROUP));
        }
        self.check_encryption(member)?;
        if has_token && !on && !member.has_auth_token() {
            return Err(errors::invalid_value(
                "The AUTH token is only supported when encryption-in-transit is enabled",
            ));
        }
        if !self.user_groups_to_add.is_empty() && !on {
            return Err(errors::invalid_combination(USER_GROUPS_NEED_ENCRYPTION));
        }
        for (given, feature) in [
            (on, "encryption in transit"),
            (has_token || self.strategy.is_some(), "changing AUTH tokens"),
            (!self.user_groups_to_add.is_empty(), "user groups"),
            (!self.user_groups_to_remove.is_empty() || self.remove_user_groups, "user groups"),
        ] {
            if given {
                return Err(errors::feature_not_supported_yet(feature));
            }
        }
        Ok(())
    }

    /// Encryption is turned on in two steps, so that clients can follow.
    fn check_encryption(&self, member: &CacheCluster) -> Result<(), AwsError> {
        if self.encryption != Some(true) {
            return if self.mode.is_some() { Err(errors::invalid_combination(MODE_NEEDS_ENCRYPTION)) } else { Ok(()) };
        }
        let version = version_reported_as(member.engine, member.engine_version.as_str());
        if !version.is_some_and(|version| version.supports(EngineFeature::ToggleInTransitEncryption)) {
            return Err(errors::invalid_combination(format_args!(
                "Encryption in transit cannot be turned on for an existing replication group of {} {}.",
                member.engine, member.engine_version
            )));
        }
        if self.mode != Some(types::TransitEncryptionMode::Preferred) {
            return Err(errors::invalid_combination(
                "TransitEncryptionMode has to be preferred when encryption in transit is turned on.",
            ));
        }
        Ok(())
    }
}
