//! The passwords by which the server reaches engines that clients may not administer.
//!
//! They are derived from one secret of this instance, so none is stored in a record, and an engine that was adopted
//! after a restart still knows the server.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::model::{Scope, hex::hex};

/// The secret of this instance of the server, from which all others are derived.
#[derive(Clone)]
pub struct InstanceSecret([u8; 32]);

impl InstanceSecret {
    /// The secret made of these bytes, which have to be random.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// By what the gateway logs in to every engine of the cache `cache_id` for the user `name`, when it has let the user
    /// in by IAM.
    #[must_use]
    pub fn of_iam_user(&self, scope: &Scope, cache_id: &str, name: &str) -> AdminSecret {
        self.of_engine(&format!("iam/{scope}/{cache_id}/{name}"))
    }

    /// The secret of the engine of this name.
    ///
    /// # Panics
    /// Never: the key has a length that HMAC takes.
    #[must_use]
    pub fn of_engine(&self, name: &str) -> AdminSecret {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("any key length does");
        mac.update(name.as_bytes());
        AdminSecret(hex(&mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for InstanceSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InstanceSecret(..)")
    }
}

/// What lets the server administer one engine.
#[derive(Clone)]
pub struct AdminSecret(String);

impl AdminSecret {
    /// The password of the administering user.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.0
    }

    /// The SHA-256 of the password in hexadecimal, which is what an ACL rule can hold in its place.
    #[must_use]
    pub fn password_hash(&self) -> String {
        hex(&Sha256::digest(self.0.as_bytes()))
    }

    /// The name that stands for a restricted command. It follows from the secret and does not give it away.
    #[must_use]
    pub fn command(&self, command: &str) -> String {
        let name = Sha256::digest(format!("{}/{command}", self.0));
        format!("{command}-{}", &hex(&name)[..24])
    }
}

impl fmt::Debug for AdminSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AdminSecret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_by_engine_and_never_show() {
        let instance = InstanceSecret::new([7; 32]);
        let (a, b) = (instance.of_engine("a"), instance.of_engine("b"));
        assert_ne!(a.password(), b.password());
        assert_eq!(a.password(), instance.of_engine("a").password());
        assert!(!format!("{instance:?}{a:?}").contains(a.password()));
        assert!(!a.command("config").contains(&a.password()[..24]));
    }
}
