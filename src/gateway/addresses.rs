//! Addresses of endpoints' own, for endpoints that are given out under names: with one address each, all of them can have
//! the port that was asked for.
//!
//! An address follows from what the endpoint is called, so there is nothing to keep, and it is the same after a restart.
//! Two endpoints may come to share one, as seldom as two of eight million are the same; then the second one gets another
//! port, as endpoints do that share an address.

use std::net::{IpAddr, Ipv4Addr, TcpListener};

use sha2::{Digest, Sha256};

use crate::model::{EndpointId, EndpointRole};

/// The first of the loopback addresses for endpoints, by its second number. Engines of the process backend have those
/// before it.
const FIRST: u8 = 128;

/// Gives each endpoint a loopback address.
#[derive(Clone, Debug)]
pub struct OwnAddresses {
    seed: String,
}

impl OwnAddresses {
    /// The addresses of the server that is called `seed`, so that those of another server on the machine are others.
    /// `None` where the system has only some of the loopback addresses, as macOS does.
    #[must_use]
    pub fn new(seed: &str) -> Option<Self> {
        let addresses = Self { seed: seed.to_owned() };
        TcpListener::bind((addresses.derived(""), 0)).is_ok().then_some(addresses)
    }

    /// The address of an endpoint. Those of a serverless cache have one together, as on AWS they have one host name.
    pub(super) fn of(&self, endpoint: &EndpointId) -> IpAddr {
        let EndpointId { scope, resource_id, role } = endpoint;
        let role = match role {
            _ if scope.is_behind_serverless() => "serverless".to_owned(),
            EndpointRole::Node(node) => node.to_string(),
            EndpointRole::Configuration => "cfg".to_owned(),
            EndpointRole::Primary => "primary".to_owned(),
            EndpointRole::Reader => "reader".to_owned(),
            EndpointRole::GroupConfiguration => "clustercfg".to_owned(),
        };
        self.derived(&format!("{scope}/{resource_id}/{role}"))
    }

    fn derived(&self, name: &str) -> IpAddr {
        let digest = Sha256::digest(format!("{}/{name}", self.seed));
        // The last number of an address is better neither 0 nor 255, and 127.255 ends in the address of all.
        let [second, third, last] = [(FIRST, 127), (0, 255), (1, 254)];
        let number = |index: usize, (first, count): (u8, u8)| first + digest[index] % count;
        Ipv4Addr::new(127, number(0, second), number(1, third), number(2, last)).into()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::model::{NodeId, Scope};

    fn endpoint(scope: &Scope, id: &str, role: EndpointRole) -> EndpointId {
        EndpointId { scope: scope.clone(), resource_id: id.to_owned(), role }
    }

    #[test]
    fn every_endpoint_has_an_address_of_its_own_that_stays() {
        let addresses = OwnAddresses::new("one").expect("all loopback addresses");
        let (scope, other) = (Scope::new("000000000000", "us-east-1"), Scope::new("000000000000", "us-east-2"));
        let endpoints = [
            endpoint(&scope, "a", EndpointRole::Node(NodeId::FIRST)),
            endpoint(&other, "a", EndpointRole::Node(NodeId::FIRST)),
            endpoint(&scope, "a", EndpointRole::Configuration),
            endpoint(&scope, "a", EndpointRole::Primary),
            endpoint(&scope, "a", EndpointRole::Reader),
            endpoint(&scope, "a", EndpointRole::GroupConfiguration),
            endpoint(&scope, "b", EndpointRole::Primary),
        ];
        let all: HashSet<_> = endpoints.iter().map(|endpoint| addresses.of(endpoint)).collect();
        assert_eq!(all.len(), endpoints.len());
        assert!(all.iter().all(IpAddr::is_loopback));
        let (again, elsewhere) = (OwnAddresses::new("one"), OwnAddresses::new("two"));
        let of = |addresses: Option<OwnAddresses>| addresses.expect("addresses").of(&endpoints[0]);
        assert_eq!(of(again), addresses.of(&endpoints[0]));
        assert_ne!(of(elsewhere), addresses.of(&endpoints[0]));
    }

    #[test]
    fn the_endpoints_of_a_serverless_cache_share_an_address() {
        let addresses = OwnAddresses::new("one").expect("all loopback addresses");
        let behind = Scope::new("000000000000", "us-east-1").behind_serverless();
        let [primary, reader] =
            [EndpointRole::Primary, EndpointRole::Reader].map(|role| addresses.of(&endpoint(&behind, "a", role)));
        assert_eq!(primary, reader);
    }
}
