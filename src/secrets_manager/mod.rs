//! Looks up secrets in a Secrets Manager that runs elsewhere: the logins of engines that caches are migrated from.
//!
//! Nothing of a secret is kept, logged or part of an error: who needs it asks again. Nothing here waits for ever.

mod client;
mod secret;
mod settings;

pub use client::SecretsManager;
pub use secret::SourceLogin;
pub use settings::{Settings, SettingsError};

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// No Secrets Manager is set up.
    #[error("no Secrets Manager is set up")]
    NotConfigured,
    /// Nobody answers there, or too late.
    #[error("Secrets Manager does not answer")]
    Silent,
    /// It answered with an error.
    #[error("Secrets Manager refuses: {0}")]
    Refused(String),
    /// What it answered is no login.
    #[error("the secret is neither a password nor JSON with a password")]
    NoLogin,
}

impl SecretError {
    /// Whether it may be otherwise in a moment.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Silent)
    }
}
