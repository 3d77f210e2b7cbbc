//! Asks Secrets Manager for one secret and reads the answer.

use aws_credential_types::Credentials;
use serde::Deserialize;

use super::{SecretError, Settings, SourceLogin};
use crate::signed_http::{Form, Question, SignedHttp};

/// A Secrets Manager, if there is one.
pub struct SecretsManager {
    service: Option<(SignedHttp, Credentials)>,
}

/// The part of an answer that counts. There is no `Debug` of it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    secret_string: Option<String>,
}

/// The part of an error that counts.
#[derive(Deserialize)]
struct Problem {
    #[serde(rename = "__type")]
    code: Option<String>,
}

impl SecretsManager {
    /// The one that the settings name. Nothing is asked yet.
    #[must_use]
    pub fn new(settings: Option<Settings>) -> Self {
        Self { service: settings.map(|settings| (SignedHttp::new(settings.endpoint), settings.credentials)) }
    }

    /// Whether there is one.
    #[must_use]
    pub fn is_configured(&self) -> bool {
        self.service.is_some()
    }

    /// The login that the secret with this ARN holds now.
    ///
    /// # Errors
    /// When there is none, or nobody can tell.
    pub async fn login(&self, arn: &str) -> Result<SourceLogin, SecretError> {
        let (service, credentials) = self.service.as_ref().ok_or(SecretError::NotConfigured)?;
        let question = Question {
            service: "secretsmanager",
            region: region_of(arn),
            form: Form::Json("secretsmanager.GetSecretValue"),
            body: serde_json::json!({ "SecretId": arn }).to_string(),
        };
        let (status, body) = service.ask(question, credentials).await.map_err(|_| SecretError::Silent)?;
        if !status.is_success() {
            if status.is_server_error() {
                return Err(SecretError::Silent);
            }
            let code = serde_json::from_slice::<Problem>(&body).ok().and_then(|problem| problem.code);
            return Err(SecretError::Refused(code.map_or_else(|| status.to_string(), |code| plain(&code))));
        }
        let answer: Answer = serde_json::from_slice(&body).map_err(|_| SecretError::NoLogin)?;
        SourceLogin::parse(&answer.secret_string.ok_or(SecretError::NoLogin)?)
    }
}

/// A code without the namespace that may come before it, and nothing but a code.
fn plain(code: &str) -> String {
    let code = code.rsplit('#').next().unwrap_or_default();
    code.chars().filter(char::is_ascii_alphanumeric).take(64).collect()
}

/// The region in an ARN: `arn:aws:secretsmanager:REGION:..`.
fn region_of(arn: &str) -> &str {
    arn.split(':').nth(3).filter(|region| !region.is_empty()).unwrap_or("us-east-1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_tells_a_code_and_nothing_else() {
        assert_eq!(plain("com.amazonaws#ResourceNotFoundException"), "ResourceNotFoundException");
        assert_eq!(plain("Access denied: hush!"), "Accessdeniedhush");
        assert_eq!(region_of("arn:aws:secretsmanager:eu-west-1:000000000000:secret:s"), "eu-west-1");
    }

    #[tokio::test]
    async fn without_an_address_nobody_is_asked() {
        let nobody = SecretsManager::new(None);
        assert!(!nobody.is_configured());
        assert!(matches!(nobody.login("arn").await, Err(SecretError::NotConfigured)));
    }
}
