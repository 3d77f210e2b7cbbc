//! The flags of `cachette serve`. Every flag has an environment variable.

use std::{collections::HashMap, net::SocketAddr, ops::RangeInclusive, path::PathBuf, str::FromStr, time::Duration};

use clap::{Args, ValueEnum};

use super::{
    NamesOptions,
    credentials::{Credentials, Reader},
};
use crate::{backend::Choice, gateway, http, model::Engine};

/// The headings under which the help shows the flags.
const API: &str = "API";
const SECURITY: &str = "Security";
const ENDPOINTS: &str = "Endpoints";
const ENGINES: &str = "Engines";
const STORAGE: &str = "Storage";
const WATCHING: &str = "Watching";

/// What follows the flags in the help.
const EXAMPLES: &str = "\
Examples:
  cachette serve                                   On http://localhost:4598; engines by Docker, else by programs
  cachette serve --backend process                 Engines by programs of this machine
  cachette serve --listen 0.0.0.0:4598 --auth sigv4 --credentials AKIA1:secret
                                                   For other machines too, with signatures that are checked

CACHETTE_LOG filters the log: `debug`, say. `cachette doctor` with the same flags tells what would not work.";

/// How to serve.
#[derive(Debug, Args)]
// Values of variables may be secret, and make the help hard to read.
#[command(after_help = EXAMPLES, mut_args(|flag| flag.hide_env_values(true)))]
pub struct Serve {
    /// The address and port of the API. Endpoints are opened on the same address.
    #[arg(long, help_heading = API, env = "CACHETTE_LISTEN", default_value = "127.0.0.1:4598")]
    pub listen: SocketAddr,

    /// What runs the engines. `auto`: Docker if it answers, else programs on this machine.
    #[arg(long, help_heading = ENGINES, env = "CACHETTE_BACKEND", default_value = "auto")]
    pub backend: BackendChoice,

    /// Where records, engine folders and the server's identity are kept [default: ~/.local/share/cachette].
    #[arg(long, help_heading = STORAGE, env = "CACHETTE_DATA_DIR")]
    pub data_dir: Option<PathBuf>,

    /// Where the data of snapshots are kept, in a folder of this server's own; without it, beside the records.
    #[arg(long, help_heading = STORAGE, env = "CACHETTE_SNAPSHOT_DIR", value_name = "DIR")]
    pub snapshot_dir: Option<PathBuf>,

    /// Whether requests have to be signed with one of `--credentials`.
    #[arg(long, help_heading = SECURITY, env = "CACHETTE_AUTH", default_value = "off")]
    pub auth: AuthChoice,

    /// The keys whose signatures are accepted with `--auth sigv4`.
    #[arg(long, help_heading = SECURITY, env = "CACHETTE_CREDENTIALS", value_name = "KEY:SECRET,..", value_parser = Reader)]
    pub credentials: Option<Credentials>,

    /// A JSON file of IAM policies by access key, which decide what each caller may do; without it everybody may do all.
    #[arg(long, help_heading = SECURITY, env = "CACHETTE_IAM_POLICIES", value_name = "FILE")]
    pub iam_policies: Option<PathBuf>,

    /// From where the admin API under `/_cachette/` may be called.
    #[arg(long, help_heading = API, env = "CACHETTE_ADMIN_ACCESS", default_value = "loopback")]
    pub admin_access: AdminAccess,

    /// Names with dots under which browsers may call the server and anybody the admin API, beside `--endpoint-host`.
    #[arg(long, help_heading = API, env = "CACHETTE_ALLOWED_HOSTS", value_name = "NAME,..", value_delimiter = ',')]
    pub allowed_hosts: Vec<String>,

    /// The host name under which endpoints are given out; `auto` is the one that each request was sent to.
    #[arg(long, help_heading = ENDPOINTS, env = "CACHETTE_ENDPOINT_HOST", default_value = "auto")]
    pub endpoint_host: String,

    /// Under which names endpoints are given out.
    #[command(flatten)]
    pub names: NamesOptions,

    /// The ports for endpoints whose own port is taken.
    #[arg(long, help_heading = ENDPOINTS, env = "CACHETTE_NODE_PORTS", default_value = "16379-17378", value_name = "FIRST-LAST")]
    pub node_ports: PortRange,

    /// Which ports endpoints may have: the one asked for, else one of `--node-ports`; or only those of `--node-ports`.
    #[arg(long, help_heading = ENDPOINTS, env = "CACHETTE_ENDPOINT_PORTS", default_value = "requested")]
    pub endpoint_ports: EndpointPorts,

    /// Where to look for engine programs before PATH (process backend).
    #[arg(long, help_heading = ENGINES, env = "CACHETTE_ENGINE_PATH", value_name = "DIR:..")]
    pub engine_path: Option<std::ffi::OsString>,

    /// The image for redis, whatever the version asked for (docker backend).
    #[arg(long, help_heading = ENGINES, env = "CACHETTE_IMAGE_REDIS", value_name = "IMAGE")]
    pub image_redis: Option<String>,

    /// The image for valkey, whatever the version asked for (docker backend).
    #[arg(long, help_heading = ENGINES, env = "CACHETTE_IMAGE_VALKEY", value_name = "IMAGE")]
    pub image_valkey: Option<String>,

    /// The image for memcached, whatever the version asked for (docker backend).
    #[arg(long, help_heading = ENGINES, env = "CACHETTE_IMAGE_MEMCACHED", value_name = "IMAGE")]
    pub image_memcached: Option<String>,

    /// The network that containers join (docker backend) [default: the server's own in a container, else the bridge].
    #[arg(long, help_heading = ENGINES, env = "CACHETTE_DOCKER_NETWORK", value_name = "NETWORK")]
    pub docker_network: Option<String>,

    /// What is to be there from the start: a JSON or YAML file of operations, or a folder of such files.
    #[arg(long, help_heading = STORAGE, env = "CACHETTE_INIT", value_name = "FILE|DIR")]
    pub init: Option<PathBuf>,

    /// A folder in place of S3: the folders in it are buckets, their files objects.
    #[arg(long, help_heading = STORAGE, env = "CACHETTE_S3_DIR", value_name = "DIR")]
    pub s3_dir: Option<PathBuf>,

    /// Where every call of the API is written down, in the form of `CloudTrail`'s files.
    #[arg(long, help_heading = WATCHING, env = "CACHETTE_TRAIL_DIR", value_name = "DIR")]
    pub trail_dir: Option<PathBuf>,

    /// Where the logs whose delivery is asked for are written as well, or alone where no service for them is configured.
    #[arg(long, help_heading = WATCHING, env = "CACHETTE_LOG_DIR", value_name = "DIR")]
    pub log_dir: Option<PathBuf>,

    /// How many seconds lie between two looks at what each engine counts; 0 is never.
    #[arg(long, help_heading = WATCHING, env = "CACHETTE_METRICS_INTERVAL", value_name = "SECONDS", default_value = "10", value_parser = clap::value_parser!(u32).range(0..=60))]
    pub metrics_interval: u32,

    /// Refuse exactly what `ElastiCache` refuses, even what the engines could do.
    #[arg(long, help_heading = API, env = "CACHETTE_STRICT")]
    pub strict: bool,

    /// Remove all engines when the server stops, instead of leaving them for the next start.
    #[arg(long, help_heading = ENGINES, env = "CACHETTE_STOP_ENGINES")]
    pub stop_engines: bool,

    /// How the log is written.
    #[arg(long, help_heading = WATCHING, env = "CACHETTE_LOG_FORMAT", default_value = "text")]
    pub log_format: LogFormat,
}

impl Serve {
    /// How long to wait between two looks at what each engine counts; `None` when there is to be none.
    #[must_use]
    pub fn metrics_interval(&self) -> Option<Duration> {
        (self.metrics_interval > 0).then(|| Duration::from_secs(self.metrics_interval.into()))
    }

    /// The images that were named.
    #[must_use]
    pub fn images(&self) -> HashMap<Engine, String> {
        let Self { image_redis, image_valkey, image_memcached, .. } = self;
        let named =
            [(Engine::Redis, image_redis), (Engine::Valkey, image_valkey), (Engine::Memcached, image_memcached)];
        named.into_iter().filter_map(|(engine, image)| Some((engine, image.clone()?))).collect()
    }
}

/// What runs engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BackendChoice {
    /// Docker if its socket answers, else local programs.
    Auto,
    /// Containers.
    Docker,
    /// Programs on this machine.
    Process,
    /// No engines: records only.
    None,
}

impl From<BackendChoice> for Choice {
    fn from(choice: BackendChoice) -> Self {
        match choice {
            BackendChoice::Auto => Self::Auto,
            BackendChoice::Docker => Self::Docker,
            BackendChoice::Process => Self::Process,
            BackendChoice::None => Self::None,
        }
    }
}

/// Whether signatures are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AuthChoice {
    /// Everybody is let in.
    Off,
    /// Signature version 4.
    Sigv4,
}

/// From where the admin API may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AdminAccess {
    /// From this machine, by a loopback address.
    Loopback,
    /// From everywhere.
    Any,
}

impl From<AdminAccess> for http::AdminAccess {
    fn from(access: AdminAccess) -> Self {
        match access {
            AdminAccess::Loopback => Self::Loopback,
            AdminAccess::Any => Self::Any,
        }
    }
}

/// Which ports endpoints may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EndpointPorts {
    /// The port that was asked for when it is free, else one of `--node-ports`.
    Requested,
    /// Those of `--node-ports` only, where no others are published.
    Range,
}

impl From<EndpointPorts> for gateway::EndpointPorts {
    fn from(ports: EndpointPorts) -> Self {
        match ports {
            EndpointPorts::Requested => Self::Requested,
            EndpointPorts::Range => Self::Range,
        }
    }
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines, one JSON object a line.
    Json,
}

/// A range of ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortRange(pub RangeInclusive<u16>);

impl FromStr for PortRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || "write FIRST-LAST, two port numbers, the first not above the last".to_owned();
        let (first, last) = text.split_once('-').ok_or_else(wrong)?;
        let (first, last): (u16, u16) =
            (first.trim().parse().map_err(|_| wrong())?, last.trim().parse().map_err(|_| wrong())?);
        if first == 0 || first > last { Err(wrong()) } else { Ok(Self(first..=last)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn port_ranges_are_checked() {
        assert_eq!("10-12".parse(), Ok(PortRange(10..=12)));
        for text in ["", "12", "12-10", "0-5", "1-70000", "a-b"] {
            assert!(text.parse::<PortRange>().is_err(), "{text}");
        }
    }
}
