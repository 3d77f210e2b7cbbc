//! Who may talk to a cache: everybody, whoever knows a token, or users with rules of their own. It stands in the record of
//! each cache cluster, worked out already, so that what is wanted and what an engine has can be compared without looking
//! at any other record.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::hex::hex;

/// Who may talk to the engines of a cache.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Everybody, without logging in.
    #[default]
    Open,
    /// Whoever knows an AUTH token.
    Tokens {
        /// The tokens: one, or two while one takes over from the other; the newest comes last.
        tokens: Vec<PasswordHash>,
        /// Whether clients without a token are let in too, as while the first token is introduced by `ROTATE`.
        optional: bool,
    },
    /// These users, by name, and nobody else. Without one that is called `default`, clients that do not log in may do
    /// nothing.
    Users(BTreeMap<String, AccessUser>),
}

impl Access {
    /// Whether there are users that prove who they are by a signed token.
    #[must_use]
    pub fn has_iam_users(&self) -> bool {
        let Self::Users(users) = self else { return false };
        users.values().any(|user| user.authentication == Authentication::Iam)
    }

    /// The tokens that clients may use and need not.
    #[must_use]
    pub fn optional_tokens(&self) -> Option<&[PasswordHash]> {
        match self {
            Self::Tokens { tokens, optional: true } => Some(tokens),
            _ => None,
        }
    }
}

/// A user as engines know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessUser {
    /// The user's id. Its name may be that of users in other groups too.
    pub user_id: String,
    /// How it proves who it is.
    pub authentication: Authentication,
    /// What it may do, in canonical form: an ACL rule of the engines without passwords.
    pub access_string: String,
}

/// How a user proves who it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authentication {
    /// Not at all.
    NoPassword,
    /// By one of these passwords, two at most.
    Password(Vec<PasswordHash>),
    /// By a signed token, which the gateway verifies.
    Iam,
}

/// The SHA-256 of a password or token in hexadecimal: what engines need to check it, and all that is ever kept of it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// What is kept of a password.
    #[must_use]
    pub fn of(password: &str) -> Self {
        Self(hex(&Sha256::digest(password.as_bytes())))
    }

    /// 64 hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq for PasswordHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for PasswordHash {}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

/// Whether clients speak TLS to a cache. The engines never do: the gateway does it for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransitEncryption {
    /// They do not.
    #[default]
    Disabled,
    /// They may, on the same port.
    Preferred,
    /// They have to.
    Required,
}

impl TransitEncryption {
    /// `TransitEncryptionEnabled` on the wire.
    #[must_use]
    pub fn is_enabled(self) -> bool {
        self != Self::Disabled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_kept_as_engines_want_it_and_never_shown() {
        let hash = PasswordHash::of("foobared-foobared");
        assert_eq!(hash.as_str().len(), 64);
        assert_eq!(hash, PasswordHash::of("foobared-foobared"));
        assert_ne!(hash, PasswordHash::of("foobared-foobarex"));
        assert!(!format!("{hash:?}").contains(&hash.as_str()[..8]));
    }
}
