//! Encryption at rest of replication groups. It is recorded and shown: nobody can tell from outside whether it is there.

use crate::{
    model::{
        CacheCluster, Engine, Scope,
        catalogue::{
            engine_versions::{EngineFeature, EngineVersionFacts},
            node_types::{NodeFeature, NodeType},
        },
    },
    operations::errors,
    protocol::{AwsError, ErrorCode},
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
