//! Judges the tokens by which users of IAM log in to caches, for the gateway, which must not know what they are.
//!
//! A token says which cache, which user, when and for how long, and is signed with an access key. All of it is checked,
//! with one exception: the signature of a key whose secret was not given to the server. Where keys have to be known
//! (`--auth sigv4`) such a token is refused. Where they need not be (`--auth off`) it is taken: whoever writes one by
//! hand gets in, as anybody can call the API then.
//!
//! Nothing here waits, and nothing of a token is kept.

mod token;
#[cfg(test)]
mod token_tests;

use std::{collections::HashMap, sync::Arc};

use chrono::TimeDelta;

use crate::{
    authorization::Authorization,
    clock::Clock,
    engine::InstanceSecret,
    gateway::{EndpointId, Grant, IamLogin, Login, cluster_behind},
    model::{
        Access, Authentication, CacheCluster, PasswordHash,
        arn::{Arn, ResourceType},
    },
    store::Store,
};
use token::{Purpose, Secret, TokenError};

/// Whose the AUTH tokens of a cache are.
const DEFAULT_USER: &str = "default";

/// How long a connection lives after its last login, from the service's guide.
const CONNECTION_LIFE: TimeDelta = TimeDelta::hours(12);

/// Access keys and what is known of them. Never printed.
pub struct AccessKeys {
    /// Their secrets, by access key id.
    pub secrets: HashMap<String, String>,
    /// Whether only these are good.
    pub have_to_be_known: bool,
}

impl AccessKeys {
    fn secret_of(&self, access_key: &str) -> Secret {
        match self.secrets.get(access_key) {
            Some(secret) => Secret::Known(secret.clone()),
            None if self.have_to_be_known => Secret::Refused,
            None => Secret::Unchecked,
        }
    }
}

/// Says who may do `elasticache:Connect`. It is asked while a connection waits, and must answer from memory.
pub trait ConnectPolicy: Send + Sync + 'static {
    /// Whether the holder of `access_key` in `account` may connect to the cache as the user. `ElastiCache` wants both
    /// ARNs allowed.
    fn may_connect(&self, access_key: &str, account: &str, cache_arn: &str, user_arn: &str) -> bool;
}

/// Lets everybody with a good token in.
pub struct AnybodyMayConnect;

impl ConnectPolicy for AnybodyMayConnect {
    fn may_connect(&self, _: &str, _: &str, _: &str, _: &str) -> bool {
        true
    }
}

impl ConnectPolicy for Authorization {
    fn may_connect(&self, access_key: &str, account: &str, cache_arn: &str, user_arn: &str) -> bool {
        let (Ok(cache), Ok(user)) = (cache_arn.parse(), user_arn.parse()) else { return false };
        self.may_connect(access_key, account, &cache, &user)
    }
}

/// Judges logins by the records.
pub struct IamLogins {
    /// The users.
    pub store: Arc<Store>,
    /// The time that tokens and connections are measured by.
    pub clock: Arc<Clock>,
    /// What the passwords of engines are derived from.
    pub secret: InstanceSecret,
    /// The keys that tokens are signed with.
    pub access_keys: AccessKeys,
    /// Who may connect.
    pub policy: Arc<dyn ConnectPolicy>,
}

/// Why nobody is let in.
#[derive(Debug, thiserror::Error)]
enum Denial {
    #[error("the token is not good: {0}")]
    Token(#[from] TokenError),
    #[error("the holder of its access key may not connect")]
    Policy,
}

impl IamLogins {
    fn check(&self, cluster: &CacheCluster, user_id: &str, token: &str) -> Result<(), Denial> {
        let CacheCluster { scope, membership, .. } = cluster;
        let serverless = scope.before_serverless();
        let is_serverless = serverless.is_some();
        let scope = serverless.as_ref().unwrap_or(scope);
        let purpose = Purpose { scope, cache_id: cluster.cache_id(), is_serverless, user_id };
        let access_key = token::verify(token, &purpose, self.clock.now(), |key| self.access_keys.secret_of(key))?;
        let cache_type = match membership {
            _ if is_serverless => ResourceType::ServerlessCache,
            Some(_) => ResourceType::ReplicationGroup,
            None => ResourceType::Cluster,
        };
        let cache = Arn::text(scope, cache_type, cluster.cache_id());
        let user = Arn::text(scope, ResourceType::User, user_id);
        let may_connect = self.policy.may_connect(&access_key, &scope.account, &cache, &user);
        if may_connect { Ok(()) } else { Err(Denial::Policy) }
    }
}

/// Judges an AUTH token where clients may have one and need not.
fn judge_optional(tokens: &[PasswordHash], token: &str) -> Login {
    // All are looked at, so that the time it takes does not tell which it is.
    let hash = PasswordHash::of(token);
    if tokens.iter().fold(false, |known, good| (*good == hash) | known) { Login::Any } else { Login::DeniedWhereAnyIs }
}

impl IamLogin for IamLogins {
    fn judge(&self, endpoint: &EndpointId, user: &str, token: &str) -> Login {
        let tables = self.store.tables();
        let Some(cluster) = cluster_behind(&tables, endpoint) else { return Login::NotIam };
        if let Some(tokens) = cluster.access.optional_tokens() {
            return if user == DEFAULT_USER { judge_optional(tokens, token) } else { Login::NotIam };
        }
        let Access::Users(users) = &cluster.access else { return Login::NotIam };
        let Some(record) = users.get(user).filter(|user| user.authentication == Authentication::Iam) else {
            return Login::NotIam;
        };
        if let Err(denial) = self.check(cluster, &record.user_id, token) {
            tracing::debug!(%endpoint, user = record.user_id, %denial, "a login by IAM was denied");
            return Login::Denied;
        }
        let (clock, end) = (Arc::clone(&self.clock), self.clock.now() + CONNECTION_LIFE);
        Login::Granted(Grant {
            password: self.secret.of_iam_user(&cluster.scope, cluster.cache_id(), user).password().to_owned(),
            over: Box::pin(async move { clock.sleep_until(end).await }),
        })
    }
}
