//! Encryption in transit of clusters that `CreateCacheCluster` makes.

use super::{auth_token, settings};
use crate::{
    model::{
        Access, Engine, TransitEncryption,
        catalogue::{
            engine_versions::{EngineFeature, EngineVersionFacts},
            node_types::{NodeFeature, NodeType},
        },
    },
    operations::errors,
    protocol::{AwsError, Sensitive},
};

/// What a request for a new cluster says about who may talk to it, and how.
pub(super) struct InTransit<'a> {
    pub enabled: Option<bool>,
    pub auth_token: Option<&'a Sensitive<String>>,
}

impl InTransit<'_> {
    /// Whether clients have to speak TLS, and who is let in. `ElastiCache` offers TLS for Memcached only, and Redis and
    /// Valkey get it as replication groups. To the engines and the gateway it is all the same.
    pub fn check(
        &self,
        engine: Engine,
        version: &EngineVersionFacts,
        node_type: &NodeType,
        strict: bool,
    ) -> Result<(TransitEncryption, Access), AwsError> {
        let encryption = self.encryption(engine, version, node_type, strict)?;
        let Some(token) = self.auth_token else { return Ok((encryption, Access::Open)) };
        // To the engines it makes no difference whether a token comes encrypted.
        if !encryption.is_enabled() && (strict || engine == Engine::Memcached) {
            return Err(auth_token::needs_encryption());
        }
        let token = auth_token::of_new(token, engine, &super::full_version(version))?;
        Ok((encryption, Access::Tokens { tokens: vec![token], optional: false }))
    }

    fn encryption(
        &self,
        engine: Engine,
        version: &EngineVersionFacts,
        node_type: &NodeType,
        strict: bool,
    ) -> Result<TransitEncryption, AwsError> {
        if self.enabled != Some(true) {
            return Ok(TransitEncryption::Disabled);
        }
        if engine != Engine::Memcached {
            if strict {
                let engine = engine.name().to_uppercase();
                return Err(errors::invalid_combination(format_args!(
                    "Encryption feature is not supported for engine {engine}."
                )));
            }
            settings::check_in_transit_encryption(version, node_type)?;
            return Ok(TransitEncryption::Required);
        }
        if !version.supports(EngineFeature::InTransitEncryption) {
            return Err(errors::invalid_combination(format_args!(
                "Encryption features are not supported for engine version {}. Please use engine version 1.6.12",
                version.version
            )));
        }
        settings::check_encrypting_node_type(node_type, NodeFeature::MemcachedInTransitEncryption)?;
        Ok(TransitEncryption::Required)
    }
}
