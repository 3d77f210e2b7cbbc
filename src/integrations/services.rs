//! Where the other services are, and clients for them.

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_sdk_sns::config::{BehaviorVersion, Region, SharedHttpClient, retry::RetryConfig, timeout::TimeoutConfig};
use aws_smithy_http_client::{
    Builder,
    tls::{self, rustls_provider::CryptoMode},
};
use aws_types::SdkConfig;
use http::Uri;

use crate::model::{Outlets, Scope};

/// How long a service may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// How long a connection may take to be made.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);

/// The variable for all services that have none of their own.
const EVERYWHERE: &str = "AWS_ENDPOINT_URL";

/// The variables that say who asks.
const KEY: &str = "AWS_ACCESS_KEY_ID";
const SECRET: &str = "AWS_SECRET_ACCESS_KEY";
const TOKEN: &str = "AWS_SESSION_TOKEN";

/// The secret of those who name none: what stands in for AWS on a developer's machine takes any.
const ANY_SECRET: &str = "cachette";

/// A service that is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// Topics that notifications are published to.
    Sns,
    /// The event bus.
    EventBridge,
    /// Where metrics go.
    CloudWatch,
    /// Where logs go.
    CloudWatchLogs,
    /// Where logs go as a stream.
    Firehose,
    /// Keys that caches name.
    Kms,
    /// Subnets and security groups that caches name.
    Ec2,
}

impl Service {
    const ALL: [Self; 7] =
        [Self::Sns, Self::EventBridge, Self::CloudWatch, Self::CloudWatchLogs, Self::Firehose, Self::Kms, Self::Ec2];

    /// The variable that says where the service is, as AWS's tools name it.
    /// <https://docs.aws.amazon.com/sdkref/latest/guide/ss-endpoints-table.html>
    #[must_use]
    pub fn variable(self) -> &'static str {
        match self {
            Self::Sns => "AWS_ENDPOINT_URL_SNS",
            Self::EventBridge => "AWS_ENDPOINT_URL_EVENTBRIDGE",
            Self::CloudWatch => "AWS_ENDPOINT_URL_CLOUDWATCH",
            Self::CloudWatchLogs => "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS",
            Self::Firehose => "AWS_ENDPOINT_URL_FIREHOSE",
            Self::Kms => "AWS_ENDPOINT_URL_KMS",
            Self::Ec2 => "AWS_ENDPOINT_URL_EC2",
        }
    }
}

/// Why the services cannot be reached as the environment says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServicesError {
    /// The address is none. It is not repeated, since it may hold a password.
    #[error("{variable} is no address of a service: http://HOST:PORT or https://HOST is")]
    Address {
        /// The variable.
        variable: &'static str,
    },
    /// An access key without its secret, or the other way round.
    #[error("{there} is set and {missing} is not: other services need both, or neither")]
    HalfOfAKey {
        /// The variable that is set.
        there: &'static str,
        /// The one that is not.
        missing: &'static str,
    },
}

/// The services that there are. There is no `Debug` of it: it holds a secret.
pub struct Services {
    addresses: BTreeMap<Service, String>,
    credentials: Option<Credentials>,
    http: SharedHttpClient,
}

impl Services {
    /// What the environment says; `variable` reads it, and empty counts as not set. An address that is this server's
    /// own is passed over: whoever has pointed the AWS CLI at `ElastiCache` in a shell may start the server from it.
    ///
    /// # Errors
    /// When what the environment says makes no sense.
    pub fn read(own: SocketAddr, variable: impl Fn(&str) -> Option<String>) -> Result<Self, ServicesError> {
        let value = |name: &str| variable(name).filter(|value| !value.is_empty());
        let mut addresses = BTreeMap::new();
        for service in Service::ALL {
            let names = [service.variable(), EVERYWHERE];
            let Some((variable, url)) = names.into_iter().find_map(|name| Some((name, value(name)?))) else { continue };
            let address = url.parse::<Uri>().ok().filter(is_address).ok_or(ServicesError::Address { variable })?;
            if !is_own(&address, own) {
                addresses.insert(service, url);
            }
        }
        let credentials = match (value(KEY), value(SECRET)) {
            (None, None) => None,
            (Some(key), Some(secret)) => Some(Credentials::new(key, secret, value(TOKEN), None, "environment")),
            (Some(_), None) => return Err(ServicesError::HalfOfAKey { there: KEY, missing: SECRET }),
            (None, Some(_)) => return Err(ServicesError::HalfOfAKey { there: SECRET, missing: KEY }),
        };
        let http = Builder::new().tls_provider(tls::Provider::Rustls(CryptoMode::Ring)).build_https();
        Ok(Self { addresses, credentials, http })
    }

    /// Where a service is, `None` when there is no such service.
    pub(super) fn address(&self, service: Service) -> Option<&str> {
        self.addresses.get(&service).map(String::as_str)
    }

    /// Who asks. Without credentials the account stands for the access key, as what emulates AWS takes it.
    pub(super) fn credentials(&self, scope: &Scope) -> Credentials {
        let account = || Credentials::new(&*scope.account, ANY_SECRET, None, None, "account");
        self.credentials.clone().unwrap_or_else(account)
    }

    /// Whether a service can be reached at all.
    #[must_use]
    pub fn has(&self, service: Service) -> bool {
        self.addresses.contains_key(&service)
    }

    /// Which services can be told of events.
    #[must_use]
    pub fn outlets(&self) -> Outlets {
        Outlets { topics: self.has(Service::Sns), bus: self.has(Service::EventBridge) }
    }

    /// What a client of a service is made of, in the region of a cache, `None` when there is no such service. Nothing is
    /// tried twice: who sends knows better what may be repeated, and when.
    #[must_use]
    pub fn config(&self, service: Service, scope: &Scope) -> Option<SdkConfig> {
        let address = self.addresses.get(&service)?;
        let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT_WITHIN).operation_timeout(ANSWER_WITHIN);
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(address)
            .region(Region::new(scope.region.clone()))
            .credentials_provider(SharedCredentialsProvider::new(self.credentials(scope)))
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts.build())
            .http_client(self.http.clone());
        Some(config.build())
    }
}

/// Whether a request can go there.
fn is_address(uri: &Uri) -> bool {
    matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty())
}

/// Whether it is where this server listens: any address of loopback does when it listens on all.
fn is_own(uri: &Uri, own: SocketAddr) -> bool {
    let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let is_loopback = match host.parse::<std::net::IpAddr>() {
        Ok(address) if address == own.ip() => true,
        Ok(address) => address.is_loopback(),
        Err(_) => host.eq_ignore_ascii_case("localhost"),
    };
    port == own.port() && is_loopback
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 4598);

    fn read(variables: &[(&str, &str)]) -> Result<Services, ServicesError> {
        let value = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Services::read(OWN, value)
    }

    fn services(variables: &[(&str, &str)]) -> Services {
        read(variables).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn nothing_is_reached_unless_it_is_named() {
        let none = services(&[]);
        assert!(Service::ALL.into_iter().all(|service| !none.has(service)));
        let topics = services(&[("AWS_ENDPOINT_URL_SNS", "http://localhost:4566")]);
        assert!(topics.has(Service::Sns) && !topics.has(Service::EventBridge));
        let all = services(&[("AWS_ENDPOINT_URL", "http://localhost:4566")]);
        assert!(Service::ALL.into_iter().all(|service| all.has(service)));
    }

    #[test]
    fn the_variable_of_a_service_comes_before_that_of_all() {
        let both = services(&[("AWS_ENDPOINT_URL", "http://a:1"), ("AWS_ENDPOINT_URL_SNS", "http://b:2")]);
        let scope = Scope::new("000000000000", "eu-west-1");
        let at = |service| both.config(service, &scope).and_then(|config| config.endpoint_url().map(str::to_owned));
        assert_eq!(at(Service::Sns).as_deref(), Some("http://b:2"));
        assert_eq!(at(Service::Firehose).as_deref(), Some("http://a:1"));
    }

    #[test]
    fn the_servers_own_address_is_no_other_service() {
        for own in ["http://localhost:4598", "http://127.0.0.1:4598/", "http://[::1]:4598"] {
            assert!(!services(&[("AWS_ENDPOINT_URL", own)]).has(Service::Sns), "{own}");
        }
        assert!(services(&[("AWS_ENDPOINT_URL", "http://localhost:4566")]).has(Service::Sns));
        assert!(services(&[("AWS_ENDPOINT_URL", "http://localstack:4598")]).has(Service::Sns));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for url in ["localhost", "ftp://localhost", "http://", "not an address"] {
            let error = read(&[("AWS_ENDPOINT_URL_SNS", url)]).err();
            assert_eq!(error, Some(ServicesError::Address { variable: "AWS_ENDPOINT_URL_SNS" }), "{url}");
        }
        let half = read(&[("AWS_ACCESS_KEY_ID", "key")]).err();
        assert!(matches!(half, Some(ServicesError::HalfOfAKey { .. })));
    }
}
