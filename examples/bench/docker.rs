//! Bare containers: what the Docker API alone takes.

use std::net::{IpAddr, SocketAddr};

use bollard::{
    Docker,
    models::{ContainerCreateBody, ContainerSummary, HostConfig},
    query_parameters::{CreateContainerOptionsBuilder, RemoveContainerOptionsBuilder},
};

use crate::Error;

/// The image that the server's own redis clusters run.
const IMAGE: &str = "redis:7";

/// Docker, when it answers and has the image.
pub struct Bare(Docker);

/// A container that has been started.
pub struct Container {
    /// Its name.
    name: String,
    /// Where its redis is.
    pub address: SocketAddr,
}

impl Bare {
    /// Connects.
    pub async fn connect() -> Result<Self, Error> {
        let docker = Docker::connect_with_local_defaults()?;
        let docker = docker.negotiate_version().await.map_err(|error| format!("docker does not answer ({error})"))?;
        docker.inspect_image(IMAGE).await.map_err(|error| format!("docker has no image {IMAGE} ({error})"))?;
        Ok(Self(docker))
    }

    /// Creates and starts a container, and tells where it is. It publishes no port.
    pub async fn start(&self, name: &str) -> Result<Container, Error> {
        self.start_with(name, &[]).await
    }

    /// The same with more options for redis.
    pub async fn start_with(&self, name: &str, options: &[&str]) -> Result<Container, Error> {
        let name = format!("cachette-bench-{}-{name}", std::process::id());
        let words = ["redis-server", "--save", "", "--appendonly", "no", "--protected-mode", "no"];
        let body = ContainerCreateBody {
            image: Some(IMAGE.to_owned()),
            cmd: Some(words.iter().chain(options).map(|word| (*word).to_owned()).collect()),
            host_config: Some(HostConfig { network_mode: Some("bridge".to_owned()), ..HostConfig::default() }),
            ..ContainerCreateBody::default()
        };
        let options = CreateContainerOptionsBuilder::new().name(&name).build();
        self.0.create_container(Some(options), body).await?;
        self.0.start_container(&name, None).await?;
        let seen = self.0.inspect_container(&name, None).await?;
        let networks = seen.network_settings.and_then(|settings| settings.networks).unwrap_or_default();
        let ip: IpAddr = networks
            .into_values()
            .find_map(|network| network.ip_address.filter(|ip| !ip.is_empty()))
            .ok_or("the container has no address")?
            .parse()?;
        Ok(Container { name, address: SocketAddr::new(ip, 6379) })
    }

    /// Kills the container that has this address, whoever started it.
    pub async fn kill(&self, ip: IpAddr) -> Result<(), Error> {
        let containers = self.0.list_containers(None).await?;
        let has_address = |container: &ContainerSummary| {
            let networks = container.network_settings.as_ref().and_then(|settings| settings.networks.as_ref());
            networks.into_iter().flatten().any(|(_, network)| network.ip_address == Some(ip.to_string()))
        };
        let found = containers.into_iter().find(has_address).and_then(|container| container.id);
        let id = found.ok_or_else(|| format!("no container has the address {ip}"))?;
        Ok(self.0.kill_container(&id, None).await?)
    }

    /// Removes a container.
    pub async fn remove(&self, container: &Container) -> Result<(), Error> {
        let options = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
        Ok(self.0.remove_container(&container.name, Some(options)).await?)
    }
}
