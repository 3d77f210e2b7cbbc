//! Whether this process can reach the containers' own addresses.
//!
//! Where the daemon's networks are this machine's, as on Linux, it can, and so it can from a container of the same
//! network. Where they are inside a virtual machine, as with Docker Desktop, or in a namespace, as with a rootless
//! daemon, only published ports can be reached.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};

use bollard::{
    Docker,
    query_parameters::{InspectNetworkOptions, ListNetworksOptions},
};

use super::errors::failed;
use crate::backend::BackendError;

/// How engines are reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// At the container's address.
    Container,
    /// At a port that is published on 127.0.0.1.
    Published,
}

/// The network that every container joins unless told otherwise.
const DEFAULT_NETWORK: &str = "bridge";

/// The network in which this process and the engines reach each other: the default one, unless this process is in a
/// container of other networks only, as under docker-compose. Then the first of those by name.
pub(super) async fn near(docker: &Docker) -> Result<String, BackendError> {
    let listed = docker.list_networks(None::<ListNetworksOptions>).await;
    let listed = listed.map_err(|error| failed("listing the networks", &error))?;
    let mut direct: Vec<String> = Vec::new();
    for network in listed {
        let subnets = network.ipam.and_then(|ipam| ipam.config).unwrap_or_default();
        if subnets.iter().filter_map(|config| config.subnet.as_deref()).filter_map(parse).any(on) {
            direct.extend(network.name);
        }
    }
    Ok(nearest(direct))
}

/// The network to use of those that this process is in.
fn nearest(direct: Vec<String>) -> String {
    let is_default = |name: &String| name == DEFAULT_NETWORK;
    if direct.iter().any(is_default) {
        return DEFAULT_NETWORK.to_owned();
    }
    direct.into_iter().min().unwrap_or_else(|| DEFAULT_NETWORK.to_owned())
}

/// Finds out for the network of this name.
pub(super) async fn probe(docker: &Docker, network: &str) -> Result<Reach, BackendError> {
    let action = "looking at the containers' network";
    let network =
        docker.inspect_network(network, None::<InspectNetworkOptions>).await.map_err(|error| failed(action, &error))?;
    let subnets = network.ipam.and_then(|ipam| ipam.config).unwrap_or_default();
    let direct = subnets.iter().filter_map(|config| config.subnet.as_deref()).filter_map(parse).any(on);
    Ok(if direct { Reach::Container } else { Reach::Published })
}

/// Whether an address means the machine on which it is used.
pub(super) fn is_this_machine(address: &str) -> bool {
    address.eq_ignore_ascii_case("localhost") || address.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

/// The address under which containers of a network find the machine that they run on, where there is one.
pub(super) async fn gateway(docker: &Docker, network: &str) -> Option<String> {
    let network = docker.inspect_network(network, None::<InspectNetworkOptions>).await.ok()?;
    let configs = network.ipam?.config?;
    configs.into_iter().filter_map(|config| config.gateway).find(|gateway| gateway.parse::<Ipv4Addr>().is_ok())
}

/// Whether what this process sends into the network leaves from an address in it. Sends nothing: connecting a datagram
/// socket only asks for the route.
fn on((network, length): (Ipv4Addr, u32)) -> bool {
    let somebody = Ipv4Addr::from_bits(network.to_bits() | 1);
    let route = || {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        socket.connect((somebody, 9))?;
        socket.local_addr()
    };
    matches!(route().map(|address| address.ip()), Ok(IpAddr::V4(own)) if within(own, network, length))
}

/// The network and the length of its prefix in a text like `172.17.0.0/16`; nothing for IPv6.
fn parse(subnet: &str) -> Option<(Ipv4Addr, u32)> {
    let (network, length) = subnet.split_once('/')?;
    let length = length.parse().ok().filter(|length| (1..=31).contains(length))?;
    Some((network.parse().ok()?, length))
}

fn within(address: Ipv4Addr, network: Ipv4Addr, length: u32) -> bool {
    (address.to_bits() ^ network.to_bits()) >> (32 - length) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subnets_are_read() {
        let network = parse("172.17.0.0/16").expect("a subnet");
        assert_eq!(network, (Ipv4Addr::new(172, 17, 0, 0), 16));
        assert!(within(Ipv4Addr::new(172, 17, 255, 1), network.0, network.1));
        assert!(!within(Ipv4Addr::new(172, 18, 0, 1), network.0, network.1));
        for subnet in ["", "172.17.0.0", "172.17.0.0/0", "172.17.0.0/33", "fd00::/64"] {
            assert_eq!(parse(subnet), None, "{subnet}");
        }
    }

    #[test]
    fn the_default_network_is_left_only_for_ones_own() {
        let nearest = |names: &[&str]| nearest(names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(nearest(&[]), "bridge", "as with Docker Desktop, where ports are published");
        assert_eq!(nearest(&["app_default", "bridge"]), "bridge", "as on the daemon's own machine");
        assert_eq!(nearest(&["web", "app_default"]), "app_default", "as under docker-compose");
    }

    #[test]
    fn this_machine_is_recognized() {
        for (address, is_this) in [("LocalHost", true), ("127.8.0.1", true), ("::1", true), ("172.17.0.1", false)] {
            assert_eq!(is_this_machine(address), is_this, "{address}");
        }
    }

    #[test]
    fn ones_own_network_is_recognized() {
        assert!(on((Ipv4Addr::new(127, 0, 0, 0), 8)));
        assert!(!on((Ipv4Addr::new(203, 0, 113, 0), 24)));
    }
}
