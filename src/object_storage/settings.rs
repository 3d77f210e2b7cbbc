//! Where object storage is, from the command line and the variables that AWS's own tools read.

use std::path::PathBuf;

use aws_credential_types::Credentials;

use super::s3::{Endpoint, EndpointError};

/// The region of those who name none.
const DEFAULT_REGION: &str = "us-east-1";

/// The variables without which there is no S3.
const KEY: &str = "AWS_ACCESS_KEY_ID";
const SECRET: &str = "AWS_SECRET_ACCESS_KEY";

/// Where object storage is.
pub enum Settings {
    /// Nowhere.
    None,
    /// Buckets are folders in this one, objects are files.
    Folder(PathBuf),
    /// S3, or what speaks its protocol.
    S3(S3Settings),
}

/// How to reach S3. There is no `Debug` of it: it holds a secret.
pub struct S3Settings {
    /// Where the requests go.
    pub(super) endpoint: Endpoint,
    /// The region that requests are signed for.
    pub(super) region: String,
    /// What they are signed with.
    pub(super) credentials: Credentials,
}

/// Why the settings cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// An access key without its secret, or the other way round.
    #[error("{there} is set and {missing} is not: object storage needs both")]
    HalfOfAKey {
        /// The variable that is set.
        there: &'static str,
        /// The one that is not.
        missing: &'static str,
    },
    /// The address is none. It is not repeated, since it may hold a password.
    #[error("{variable} is no address of object storage: {source}")]
    Endpoint {
        /// The variable.
        variable: &'static str,
        /// What is wrong.
        source: EndpointError,
    },
    /// The region is none.
    #[error("{variable} is no region")]
    Region {
        /// The variable.
        variable: &'static str,
    },
}

impl Settings {
    /// The folder if there is one, else what the environment says; `variable` reads it. Empty counts as not set.
    ///
    /// # Errors
    /// When what the environment says makes no sense.
    pub fn read(folder: Option<PathBuf>, variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        if let Some(folder) = folder {
            return Ok(Self::Folder(folder));
        }
        let value = |name: &'static str| variable(name).filter(|value| !value.is_empty());
        let first = |names: [&'static str; 2]| names.into_iter().find_map(|name| Some((name, value(name)?)));
        let (key, secret) = match (value(KEY), value(SECRET)) {
            (None, None) => return Ok(Self::None),
            (Some(key), Some(secret)) => (key, secret),
            (Some(_), None) => return Err(SettingsError::HalfOfAKey { there: KEY, missing: SECRET }),
            (None, Some(_)) => return Err(SettingsError::HalfOfAKey { there: SECRET, missing: KEY }),
        };
        let region = match first(["AWS_REGION", "AWS_DEFAULT_REGION"]) {
            // It becomes part of a host name.
            Some((variable, region)) if !region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') => {
                return Err(SettingsError::Region { variable });
            }
            Some((_, region)) => region,
            None => DEFAULT_REGION.to_owned(),
        };
        let endpoint = match first(["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]) {
            Some((variable, url)) => {
                Endpoint::at(&url).map_err(|source| SettingsError::Endpoint { variable, source })?
            }
            None => Endpoint::of_aws(&region),
        };
        let credentials = Credentials::new(key, secret, value("AWS_SESSION_TOKEN"), None, "environment");
        Ok(Self::S3(S3Settings { endpoint, region, credentials }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        let value = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Settings::read(None, value)
    }

    fn s3(variables: &[(&str, &str)]) -> S3Settings {
        let key = [("AWS_ACCESS_KEY_ID", "key"), ("AWS_SECRET_ACCESS_KEY", "secret")];
        match read(&[&key, variables].concat()) {
            Ok(Settings::S3(settings)) => settings,
            Ok(_) => panic!("no S3"),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn without_a_key_there_is_no_object_storage() {
        assert!(matches!(read(&[]), Ok(Settings::None)));
        assert!(matches!(read(&[("AWS_ENDPOINT_URL", "http://localhost"), ("AWS_REGION", "x")]), Ok(Settings::None)));
        assert!(matches!(read(&[("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "")]), Ok(Settings::None)));
        let half = SettingsError::HalfOfAKey { there: "AWS_ACCESS_KEY_ID", missing: "AWS_SECRET_ACCESS_KEY" };
        assert_eq!(read(&[("AWS_ACCESS_KEY_ID", "key")]).err(), Some(half));
    }

    #[test]
    fn the_folder_comes_before_the_environment() {
        let settings = Settings::read(Some("/buckets".into()), |_| Some("x".to_owned()));
        assert!(matches!(settings, Ok(Settings::Folder(folder)) if folder.as_path() == "/buckets"));
    }

    #[test]
    fn the_more_special_variable_wins() {
        let url = |settings: &S3Settings| settings.endpoint.url("bucket", None, "");
        let aws = s3(&[("AWS_DEFAULT_REGION", "eu-west-1")]);
        assert_eq!(
            (aws.region.as_str(), url(&aws).as_str()),
            ("eu-west-1", "https://bucket.s3.eu-west-1.amazonaws.com/")
        );
        let both = s3(&[
            ("AWS_REGION", "eu-west-3"),
            ("AWS_DEFAULT_REGION", "eu-west-1"),
            ("AWS_ENDPOINT_URL", "http://everything:1"),
            ("AWS_ENDPOINT_URL_S3", "http://storage:2/"),
            ("AWS_SESSION_TOKEN", "token"),
        ]);
        assert_eq!((both.region.as_str(), url(&both).as_str()), ("eu-west-3", "http://storage:2/bucket"));
        assert_eq!(both.credentials.session_token(), Some("token"));
        assert_eq!(s3(&[]).region, "us-east-1");
    }

    #[test]
    fn errors_do_not_repeat_addresses() {
        let key = [("AWS_ACCESS_KEY_ID", "key"), ("AWS_SECRET_ACCESS_KEY", "secret")];
        for (variable, value) in [
            ("AWS_ENDPOINT_URL", "http://me:hidden@host"),
            ("AWS_ENDPOINT_URL_S3", "hidden"),
            ("AWS_REGION", "hidden/x"),
        ] {
            let Err(error) = read(&[&key[..], &[(variable, value)]].concat()) else { panic!("{value}") };
            assert!(error.to_string().starts_with(variable) && !error.to_string().contains("hidden"), "{error}");
        }
    }
}
