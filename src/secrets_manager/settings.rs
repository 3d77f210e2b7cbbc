//! Where Secrets Manager is, from the variables that AWS's own tools read.

use aws_credential_types::Credentials;
use http::Uri;

/// The key that requests are signed with where none is set: what stands in for Secrets Manager on a machine of one's own
/// takes any.
const ANY_KEY: &str = "cachette";

/// How to reach Secrets Manager. There is no `Debug` of it: it holds a secret.
pub struct Settings {
    /// Where the requests go.
    pub(super) endpoint: Uri,
    /// What they are signed with.
    pub(super) credentials: Credentials,
}

/// Why the settings cannot be used. The address is not repeated, since it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable} is no URL that starts with http:// or https://, without a user and parameters")]
pub struct SettingsError {
    /// The variable.
    pub variable: &'static str,
}

impl Settings {
    /// What the environment says; `variable` reads it. Empty counts as not set. `None` where no address is named: the
    /// real one is never asked by accident.
    ///
    /// # Errors
    /// When the address is none.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, SettingsError> {
        let value = |name: &'static str| variable(name).filter(|value| !value.is_empty());
        let names = ["AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_ENDPOINT_URL"];
        let Some((variable, url)) = names.into_iter().find_map(|name| Some((name, value(name)?))) else {
            return Ok(None);
        };
        let endpoint: Uri = url.parse().map_err(|_| SettingsError { variable })?;
        let has_place = matches!(endpoint.scheme_str(), Some("http" | "https")) && endpoint.query().is_none();
        if !has_place || endpoint.authority().is_none_or(|authority| authority.as_str().contains('@')) {
            return Err(SettingsError { variable });
        }
        let (key, secret) = match (value("AWS_ACCESS_KEY_ID"), value("AWS_SECRET_ACCESS_KEY")) {
            (Some(key), Some(secret)) => (key, secret),
            _ => (ANY_KEY.to_owned(), ANY_KEY.to_owned()),
        };
        let credentials = Credentials::new(key, secret, value("AWS_SESSION_TOKEN"), None, "environment");
        Ok(Some(Self { endpoint, credentials }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Option<String>, SettingsError> {
        let value = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Settings::read(value).map(|settings| settings.map(|settings| settings.endpoint.to_string()))
    }

    #[test]
    fn only_an_address_sets_it_up() {
        assert_eq!(read(&[("AWS_ACCESS_KEY_ID", "k"), ("AWS_SECRET_ACCESS_KEY", "s")]), Ok(None));
        assert_eq!(read(&[("AWS_ENDPOINT_URL", "")]), Ok(None));
        let both = [("AWS_ENDPOINT_URL", "http://all:1"), ("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://secrets:2/")];
        assert_eq!(read(&both), Ok(Some("http://secrets:2/".into())));
        assert_eq!(read(&both[..1]), Ok(Some("http://all:1/".into())));
    }

    #[test]
    fn errors_do_not_repeat_addresses() {
        for wrong in ["http://me:hidden@host", "hidden", "ftp://hidden", "http://host/?hidden"] {
            let error = read(&[("AWS_ENDPOINT_URL", wrong)]).expect_err(wrong);
            assert!(error.to_string().starts_with("AWS_ENDPOINT_URL") && !error.to_string().contains("hidden"));
        }
    }
}
