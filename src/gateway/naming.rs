//! Under which names and addresses clients are told of other endpoints, where endpoints have names.

use std::{net::IpAddr, sync::Arc};

use super::{EndpointId, EndpointRole, OwnAddresses};
use crate::model::{CacheCluster, EndpointNames, Engine, Form, NodeId};

/// Where an endpoint is, as far as clients are to be told something else than the host under which they came.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Whereabouts {
    /// Its name.
    pub name: Option<String>,
    /// Its address, where it has one of its own.
    pub address: Option<IpAddr>,
}

/// What endpoints are called.
#[derive(Clone, Debug)]
pub struct Naming {
    /// Their names.
    pub names: Arc<EndpointNames>,
    /// Their addresses, where each has one of its own.
    pub addresses: Option<OwnAddresses>,
}

impl Naming {
    /// Where a node is. Clients in cluster mode that do not speak TLS are told addresses only, as on AWS: they have no
    /// certificate to compare a name with.
    pub(super) fn node(&self, cluster: &CacheCluster, node: NodeId) -> Whereabouts {
        let role = EndpointRole::Node(node);
        let endpoint = EndpointId { scope: cluster.scope.clone(), resource_id: cluster.id.clone(), role };
        let form = Form::from(cluster.transit_encryption);
        let is_told = cluster.engine == Engine::Memcached || form == Form::Encrypted;
        Whereabouts { name: is_told.then(|| self.names.node(cluster, node, form)), address: self.address(&endpoint) }
    }

    /// Where a serverless cache is; `None` when the endpoint is none of one.
    pub(super) fn serverless(&self, endpoint: &EndpointId) -> Option<Whereabouts> {
        let scope = endpoint.scope.before_serverless()?;
        let name = Some(self.names.serverless(&scope, &endpoint.resource_id));
        Some(Whereabouts { name, address: self.address(endpoint) })
    }

    /// The address of an endpoint that has one of its own.
    #[must_use]
    pub fn address(&self, endpoint: &EndpointId) -> Option<IpAddr> {
        self.addresses.as_ref().map(|addresses| addresses.of(endpoint))
    }
}
