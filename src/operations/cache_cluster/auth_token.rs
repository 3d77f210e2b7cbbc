//! AUTH tokens of clusters and replication groups: what a token may look like, and how one takes over from another. Only
//! the hash of a token goes any further than this module.

use chrono::{DateTime, Utc};

use super::modification::Modification;
use crate::{
    model::{Access, Engine, EngineVersion, PasswordHash, catalogue::limits},
    operations::errors,
    protocol::{AwsError, Sensitive, types},
};

/// A token was given where clients do not speak TLS.
pub(in crate::operations) fn needs_encryption() -> AwsError {
    errors::invalid_value("The AUTH token is only supported when encryption-in-transit is enabled")
}

/// What is kept of the token of a new cluster or replication group. Whether it may have one at all depends on its
/// encryption, and is for the caller to say.
pub(in crate::operations) fn of_new(
    token: &Sensitive<String>,
    engine: Engine,
    version: &EngineVersion,
) -> Result<PasswordHash, AwsError> {
    if !is_auth_token(token.expose()) {
        return Err(errors::invalid_value("Invalid AuthToken provided."));
    }
    check_engine(engine, version)?;
    Ok(PasswordHash::of(token.expose()))
}

/// Whether an engine can have tokens. `ElastiCache` has them from Redis 3.2.6 on; older ones than 6.0 would have to be
/// given the token itself.
fn check_engine(engine: Engine, version: &EngineVersion) -> Result<(), AwsError> {
    match engine {
        Engine::Memcached => Err(errors::invalid_combination("AuthToken is not supported for engine memcached.")),
        Engine::Redis if version.major() < 6 => Err(errors::invalid_combination(format_args!(
            "AuthToken is not supported for redis {version} here: tokens are kept as hashes only, which engines before \
             6.0 cannot check."
        ))),
        Engine::Redis | Engine::Valkey => Ok(()),
    }
}

/// Whether a text can be an AUTH token.
fn is_auth_token(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_graphic() && !b"/'\"@%".contains(&byte);
    limits::AUTH_TOKEN_LENGTH.contains(&text.len()) && text.bytes().all(allowed)
}

/// A change of tokens: `AuthTokenUpdateStrategy`, with the token that goes with it.
#[derive(Debug)]
pub(in crate::operations) enum TokenUpdate {
    /// The new token is taken beside the newest one there was.
    Rotate(PasswordHash),
    /// This token is taken and no other.
    Set(PasswordHash),
    /// No token is taken any more.
    Delete,
}

impl TokenUpdate {
    /// What a request asks for. Without a strategy, it is `ROTATE`.
    pub fn of_request(
        token: Option<&Sensitive<String>>,
        strategy: Option<types::AuthTokenUpdateStrategyType>,
    ) -> Result<Option<Self>, AwsError> {
        use types::AuthTokenUpdateStrategyType as Strategy;
        let Some(token) = token else {
            return match strategy {
                None => Ok(None),
                Some(Strategy::Delete) => Ok(Some(Self::Delete)),
                Some(Strategy::Rotate | Strategy::Set) => {
                    Err(errors::invalid_combination("AuthTokenUpdateStrategy can only be specified with AuthToken."))
                }
            };
        };
        if !is_auth_token(token.expose()) {
            let message = "Invalid AUTH token provided. Please check valid AUTH token format.";
            return Err(errors::invalid_value(message));
        }
        let hash = PasswordHash::of(token.expose());
        match strategy {
            None | Some(Strategy::Rotate) => Ok(Some(Self::Rotate(hash))),
            Some(Strategy::Set) => Ok(Some(Self::Set(hash))),
            Some(Strategy::Delete) => {
                Err(errors::invalid_combination("AuthToken cannot be specified with the strategy DELETE."))
            }
        }
    }

    /// Who may talk to a cache of this engine once its tokens have changed. Users keep tokens out.
    pub fn apply(self, present: &Access, engine: Engine, version: &EngineVersion) -> Result<Access, AwsError> {
        check_engine(engine, version)?;
        let newest = match present {
            Access::Open => None,
            Access::Tokens { tokens, .. } => tokens.last(),
            Access::Users(_) => {
                return Err(errors::invalid_combination(
                    "AuthToken cannot be modified while a user group is attached. Please use RemoveUserGroups along \
                     with the strategy SET.",
                ));
            }
        };
        match (self, newest) {
            (Self::Delete, _) => Ok(Access::Open),
            (Self::Set(token), None) => Ok(Access::Tokens { tokens: vec![token], optional: false }),
            (Self::Set(token), Some(newest)) if token == *newest => {
                Ok(Access::Tokens { tokens: vec![token], optional: false })
            }
            (Self::Set(_), Some(_)) => Err(errors::invalid_value(
                "The AUTH token to SET has to be the one that was rotated last. Please use the strategy ROTATE first.",
            )),
            // Clients without a token count as the oldest of two.
            (Self::Rotate(token), None) => Ok(Access::Tokens { tokens: vec![token], optional: true }),
            (Self::Rotate(token), Some(newest)) if token == *newest => Ok(present.clone()),
            (Self::Rotate(token), Some(newest)) => {
                let tokens = vec![newest.clone(), token];
                Ok(Access::Tokens { tokens, optional: false })
            }
        }
    }
}

impl Modification {
    /// Changes the tokens of a cluster that is in no replication group.
    pub(super) fn auth_token(&mut self, update: Option<TokenUpdate>, now: DateTime<Utc>) -> Result<(), AwsError> {
        let Some(update) = update else { return Ok(()) };
        let cluster = &mut self.cluster;
        if self.strict && !cluster.transit_encryption.is_enabled() {
            return Err(needs_encryption());
        }
        if matches!(update, TokenUpdate::Delete) {
            return Err(delete_without_users());
        }
        let access = update.apply(&cluster.access, cluster.engine, &cluster.engine_version)?;
        if access != cluster.access {
            cluster.access = access;
            cluster.auth_token_modified = Some(now);
        }
        Ok(())
    }
}

/// A token can only be deleted when users take over from it.
pub(in crate::operations) fn delete_without_users() -> AwsError {
    errors::invalid_combination("The strategy DELETE can only be used along with UserGroupIdsToAdd.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(tokens: &[&str], optional: bool) -> Access {
        Access::Tokens { tokens: tokens.iter().copied().map(PasswordHash::of).collect(), optional }
    }

    fn applied(update: TokenUpdate, present: &Access) -> Option<Access> {
        update.apply(present, Engine::Redis, &"7.0.7".parse().expect("a version")).ok()
    }

    fn rotate(token: &str) -> TokenUpdate {
        TokenUpdate::Rotate(PasswordHash::of(token))
    }

    fn set(token: &str) -> TokenUpdate {
        TokenUpdate::Set(PasswordHash::of(token))
    }

    #[test]
    fn two_tokens_are_taken_at_most() {
        assert_eq!(applied(rotate("a"), &Access::Open), Some(tokens(&["a"], true)));
        assert_eq!(applied(rotate("b"), &tokens(&["a"], true)), Some(tokens(&["a", "b"], false)));
        assert_eq!(applied(rotate("c"), &tokens(&["a", "b"], false)), Some(tokens(&["b", "c"], false)));
    }

    #[test]
    fn a_token_does_not_take_over_from_itself() {
        for present in [tokens(&["a"], true), tokens(&["b", "a"], false)] {
            assert_eq!(applied(rotate("a"), &present).as_ref(), Some(&present));
        }
    }

    #[test]
    fn only_the_newest_token_can_be_left_alone() {
        assert_eq!(applied(set("a"), &Access::Open), Some(tokens(&["a"], false)));
        assert_eq!(applied(set("a"), &tokens(&["a"], true)), Some(tokens(&["a"], false)));
        assert_eq!(applied(set("b"), &tokens(&["a", "b"], false)), Some(tokens(&["b"], false)));
        assert_eq!(applied(set("a"), &tokens(&["a", "b"], false)), None);
        assert_eq!(applied(set("b"), &tokens(&["a"], false)), None);
    }

    #[test]
    fn engines_that_cannot_check_a_hash_get_no_token() {
        let refused = |engine, version: &str| check_engine(engine, &version.parse().expect("a version")).is_err();
        assert!(refused(Engine::Redis, "5.0.6") && refused(Engine::Memcached, "1.6.22"));
        assert!(!refused(Engine::Redis, "6.0.5") && !refused(Engine::Valkey, "7.2.6"));
    }

    #[test]
    fn a_token_is_16_to_128_printable_characters() {
        assert!(is_auth_token(&"a".repeat(16)) && is_auth_token(&"!&#$^<>-".repeat(16)));
        for text in [&"a".repeat(15), &"a".repeat(129)] {
            assert!(!is_auth_token(text), "{text}");
        }
        for sign in ["/", "'", "\"", "@", "%", " ", "\n", "ü"] {
            assert!(!is_auth_token(&format!("a-secret-of-16-signs{sign}")), "{sign}");
        }
    }
}
