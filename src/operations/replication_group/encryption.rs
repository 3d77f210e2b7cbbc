//! Encryption and authentication of a new replication group. Encryption in transit, AUTH tokens and user groups are still
//! to come; what `ElastiCache` itself refuses is refused in its words. Encryption at rest is recorded and shown: nobody
//! can tell from outside whether it is there.

use crate::{
    model::{
        CacheCluster, Engine, Scope,
        catalogue::{
            engine_versions::{EngineFeature, EngineVersionFacts},
            node_types::{NodeFeature, NodeType},
        },
    },
    operations::{cache_cluster::settings, errors},
    protocol::{AwsError, ErrorCode, Sensitive, types},
};

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
            return Err(errors::invalid_combination("A replication group can have one user group at most."));
        }
        if !self.user_group_ids.is_empty() && !on {
            return Err(errors::invalid_combination(
                "User group based access control requires encryption-in-transit to be enabled on the replication group.",
            ));
        }
        if self.mode.is_some() && !on {
            return Err(errors::invalid_combination(
                "TransitEncryptionMode can only be specified with TransitEncryptionEnabled.",
            ));
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
