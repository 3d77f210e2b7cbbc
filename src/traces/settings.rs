//! Where traces go, by the variables that OpenTelemetry has for that. Those that are not read here are read by the
//! library: headers, the name of the service, what is sampled, and how much is queued.
//! <https://opentelemetry.io/docs/specs/otel/protocol/exporter/>

use std::time::Duration;

use http::Uri;

/// How long the collector may take for a batch unless the environment says otherwise, as the specification has it.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What is put behind the address that is meant for all that OTLP carries.
const PATH: &str = "/v1/traces";

/// Where traces go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The whole address.
    pub(super) endpoint: String,
    /// How long the collector may take for a batch.
    pub(super) timeout: Duration,
}

/// What the environment says cannot be done. Addresses are not repeated, since they may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// It is no address, or one with a password in it.
    #[error(
        "{0} is no address of a collector: http://HOST:4318 or https://HOST is; a token goes into OTEL_EXPORTER_OTLP_HEADERS"
    )]
    Address(&'static str),
    /// It is no number.
    #[error("{0} is no number of milliseconds")]
    Milliseconds(&'static str),
    /// Cachette does not know that.
    #[error("{variable} is not one of those that Cachette knows: {known}")]
    Unknown {
        /// The variable.
        variable: &'static str,
        /// What it may be.
        known: &'static str,
    },
}

impl Settings {
    /// What the environment says; `variable` reads it, and empty counts as not set. `None` where no collector is named, or
    /// traces are switched off.
    ///
    /// # Errors
    /// When what the environment says makes no sense.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, SettingsError> {
        let value = |name: &'static str| Some((name, variable(name).filter(|value| !value.is_empty())?));
        if value("OTEL_SDK_DISABLED").is_some_and(|(_, value)| value.eq_ignore_ascii_case("true")) {
            return Ok(None);
        }
        let (at, path) = match value("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") {
            Some(at) => (at, ""),
            None => match value("OTEL_EXPORTER_OTLP_ENDPOINT") {
                Some(at) => (at, PATH),
                None => return Ok(None),
            },
        };
        if let Some((variable, exporter)) = value("OTEL_TRACES_EXPORTER") {
            match exporter.as_str() {
                "otlp" => {}
                "none" => return Ok(None),
                _ => return Err(SettingsError::Unknown { variable, known: "otlp, none" }),
            }
        }
        let of_traces_or_all = |traces, all| value(traces).or_else(|| value(all));
        known(
            of_traces_or_all("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"),
            &["http/protobuf"],
            "http/protobuf",
        )?;
        known(
            of_traces_or_all("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION"),
            &["gzip", "none"],
            "gzip, none",
        )?;
        let timeout = match of_traces_or_all("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT") {
            Some((variable, timeout)) => {
                Duration::from_millis(timeout.parse().map_err(|_| SettingsError::Milliseconds(variable))?)
            }
            None => TIMEOUT,
        };
        let (variable, address) = at;
        if !address.parse().is_ok_and(|uri| is_address(&uri)) {
            return Err(SettingsError::Address(variable));
        }
        let endpoint = if path.is_empty() { address } else { format!("{}{path}", address.trim_end_matches('/')) };
        Ok(Some(Self { endpoint, timeout }))
    }
}

/// Refuses a value that is none of the known ones.
fn known(value: Option<(&'static str, String)>, values: &[&str], known: &'static str) -> Result<(), SettingsError> {
    match value {
        Some((variable, value)) if !values.contains(&value.as_str()) => Err(SettingsError::Unknown { variable, known }),
        _ => Ok(()),
    }
}

/// Whether traces can be sent there.
fn is_address(uri: &Uri) -> bool {
    let has_place = uri.host().is_some_and(|host| !host.is_empty());
    let has_password = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
    matches!(uri.scheme_str(), Some("http" | "https")) && has_place && !has_password
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Option<Settings>, SettingsError> {
        Settings::read(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    fn endpoint(variables: &[(&str, &str)]) -> Option<String> {
        read(variables).expect("settings").map(|settings| settings.endpoint)
    }

    const ALL: (&str, &str) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/");
    const TRACES: (&str, &str) = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://traces/here");

    #[test]
    fn there_are_no_traces_unless_a_collector_is_named() {
        assert_eq!(endpoint(&[]), None);
        assert_eq!(endpoint(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "")]), None);
        assert_eq!(endpoint(&[ALL, ("OTEL_SDK_DISABLED", "true")]), None);
        assert_eq!(endpoint(&[ALL, ("OTEL_TRACES_EXPORTER", "none")]), None);
    }

    #[test]
    fn the_address_for_all_gets_a_path_and_that_for_traces_is_as_it_is() {
        assert_eq!(endpoint(&[ALL]).as_deref(), Some("http://collector:4318/v1/traces"));
        assert_eq!(endpoint(&[ALL, TRACES]).as_deref(), Some("https://traces/here"));
        let slow = read(&[ALL, ("OTEL_EXPORTER_OTLP_TIMEOUT", "250")]).expect("settings").expect("a collector");
        assert_eq!(slow.timeout, Duration::from_millis(250));
    }

    #[test]
    fn what_cannot_be_done_is_refused_by_name_and_without_secrets() {
        for (variable, value) in [
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://me:hidden@host"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "hidden:4318"),
            ("OTEL_TRACES_EXPORTER", "zipkin"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd"),
            ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "soon"),
        ] {
            let error = read(&[ALL, (variable, value)]).expect_err(variable).to_string();
            assert!(error.starts_with(variable) && !error.contains("hidden"), "{error}");
        }
    }
}
