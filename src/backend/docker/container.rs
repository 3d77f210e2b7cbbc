//! One engine as a container: what the daemon is asked for, and what is read off its answer.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use bollard::models::{
    ContainerCreateBody, ContainerInspectResponse, HostConfig, HostConfigLogConfig, PortBinding, RestartPolicy,
    RestartPolicyNameEnum,
};

use super::{images::Image, reach::Reach};
use crate::backend::{EngineId, EngineSpec, RunningEngine};

/// The label by which an instance finds its containers.
pub(super) const INSTANCE: &str = "cachette";
/// The label with the engine's id.
pub(super) const ID: &str = "cachette.engine-id";
/// The label with the port that the engine listens on.
const PORT: &str = "cachette.port";
/// The label with the version that runs.
const VERSION: &str = "cachette.version";

/// The least memory that the daemon allows a container, in bytes.
const LEAST_MEMORY: u64 = 6 << 20;

/// A memory limit as the daemon takes it, in bytes. The limit with swap has to be the same, so that there is no swap.
pub(super) fn memory(limit: u64) -> Option<i64> {
    i64::try_from(limit.max(LEAST_MEMORY)).ok()
}

/// The name of the container. No dot can be in either part, so no two engines share a name.
pub(super) fn name(instance: &str, id: &EngineId) -> String {
    format!("cachette-{instance}.{id}")
}

/// The container to be made. Its arguments can be read by whoever may ask the daemon, who is as good as root anyway.
pub(super) fn body(
    instance: &str,
    network: &str,
    reach: Reach,
    image: &Image,
    spec: &EngineSpec,
) -> ContainerCreateBody {
    // A container has its address to itself, and it is not known before it runs. The image knows its program: all are
    // made to start it when they are given nothing but options.
    let arguments = spec.arguments.iter().map(|word| word.replace("{address}", "0.0.0.0"));
    let mut labels: HashMap<_, _> = spec.labels.clone().into_iter().collect();
    labels.insert(INSTANCE.to_owned(), instance.to_owned());
    labels.insert(ID.to_owned(), spec.id.to_string());
    labels.insert(PORT.to_owned(), spec.port.to_string());
    labels.extend(image.version.as_ref().map(|version| (VERSION.to_owned(), version.to_string())));

    let memory = memory(spec.memory_limit);
    let log =
        HashMap::from([("max-size", "1m"), ("max-file", "1")].map(|(key, value)| (key.to_owned(), value.to_owned())));
    let port = format!("{}/tcp", spec.port);
    let published = reach == Reach::Published;
    let binding = PortBinding { host_ip: Some(Ipv4Addr::LOCALHOST.to_string()), host_port: None };
    ContainerCreateBody {
        image: Some(image.reference.clone()),
        cmd: Some(arguments.collect()),
        labels: Some(labels),
        exposed_ports: published.then(|| vec![port.clone()]),
        host_config: Some(HostConfig {
            memory,
            // As much with swap as without: no swap.
            memory_swap: memory,
            network_mode: Some(network.to_owned()),
            port_bindings: published.then(|| HashMap::from([(port, Some(vec![binding]))])),
            restart_policy: Some(RestartPolicy { name: Some(RestartPolicyNameEnum::NO), maximum_retry_count: None }),
            log_config: Some(HostConfigLogConfig { typ: Some("json-file".to_owned()), config: Some(log) }),
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// The engine in the container, if it runs and is one of ours.
pub(super) fn engine(network: &str, reach: Reach, container: &ContainerInspectResponse) -> Option<RunningEngine> {
    let state = container.state.as_ref()?;
    if state.running != Some(true) {
        return None;
    }
    let labels = container.config.as_ref()?.labels.as_ref()?;
    let port: u16 = labels.get(PORT)?.parse().ok()?;
    let settings = container.network_settings.as_ref()?;
    let ip: IpAddr = settings.networks.as_ref()?.get(network)?.ip_address.as_ref()?.parse().ok()?;
    let peer = SocketAddr::new(ip, port);
    let address = match reach {
        Reach::Container => peer,
        Reach::Published => {
            // The daemon may list IPv6 too, with another port.
            let bindings = settings.ports.as_ref()?.get(&format!("{port}/tcp"))?.as_ref()?;
            let own = Ipv4Addr::LOCALHOST.to_string();
            let binding = bindings.iter().find(|binding| binding.host_ip.as_deref() == Some(&own))?;
            SocketAddr::from((Ipv4Addr::LOCALHOST, binding.host_port.as_ref()?.parse().ok()?))
        }
    };
    Some(RunningEngine {
        id: EngineId::parse(labels.get(ID)?)?,
        // A container that someone restarted lost what it kept.
        run: format!("{}-{}", container.id.as_ref()?.get(..12)?, state.started_at.as_ref()?),
        address,
        peer,
        version: labels.get(VERSION).and_then(|version| version.parse().ok()),
    })
}
