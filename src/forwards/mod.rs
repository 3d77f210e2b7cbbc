//! Port forwards: a port of this machine that leads to an endpoint which is named by the ARN of its resource. They are
//! for programs that want a port of their own choice, as users of Simfra know them.
//!
//! Here it is found out which endpoint is meant. Carrying bytes is the gateway's work, by the rules of the endpoint
//! itself. Forwards are in no record: they end with their endpoint and with the server.

use std::sync::Arc;

use uuid::Uuid;

pub use crate::gateway::{Forward, OpenError};
use crate::{
    gateway::{ForwardError as GatewayError, Gateway, PortChoice},
    model::{
        CacheCluster, EndpointId, EndpointRole, ReplicationGroup, Scope,
        arn::{Arn, InvalidArn, ResourceType},
    },
    store::{Store, Tables},
};

/// Why there is no forward.
#[derive(Debug, thiserror::Error)]
pub enum ForwardError {
    /// The target is no ARN.
    #[error(transparent)]
    NoArn(#[from] InvalidArn),
    /// The target has no endpoints by its kind.
    #[error("{0} has no endpoints: name a cluster, a replication group or a serverless cache")]
    Kind(Arn),
    /// There is no such resource.
    #[error("there is no {0}")]
    NotFound(Arn),
    /// The resource has no endpoint yet, or none any more.
    #[error("{0} has no endpoint now: it is being created or deleted")]
    NotReady(Arn),
    /// None of the resource's endpoints has this port.
    #[error("{arn} has no endpoint of port {port}, only {}", list(ports))]
    WrongPort {
        /// The resource.
        arn: Arn,
        /// The port that was asked for.
        port: u16,
        /// Those that there are.
        ports: Vec<u16>,
    },
    /// The port to listen on cannot be had.
    #[error("{0}")]
    Port(OpenError),
    /// The port that was asked for cannot be had.
    #[error("{0}; leave out localPort to have a free one")]
    LocalPort(OpenError),
}

fn list(ports: &[u16]) -> String {
    ports.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The forwards of this server.
pub struct Forwards {
    store: Arc<Store>,
    gateway: Arc<Gateway>,
}

impl Forwards {
    /// Forwards to the endpoints of `gateway`, which `store` has the resources of.
    #[must_use]
    pub fn new(store: Arc<Store>, gateway: Arc<Gateway>) -> Self {
        Self { store, gateway }
    }

    /// Opens `local_port`, or any port, as a way to the endpoint of `target` with this port, or to its main one: where
    /// writes are taken. The port that the resource was asked to have means the main one too, whichever it got.
    ///
    /// # Errors
    /// When there is no such endpoint, or the port cannot be had.
    pub fn begin(
        &self,
        target: &str,
        target_port: Option<u16>,
        local_port: Option<u16>,
    ) -> Result<(Arn, Forward), ForwardError> {
        let arn: Arn = target.parse()?;
        let Target { endpoints, asked } = target_of(&self.store.tables(), &arn)?;
        let open = endpoints.into_iter().filter_map(|endpoint| Some((self.gateway.port_of(&endpoint)?, endpoint)));
        let open: Vec<_> = open.collect();
        let Some((_, main)) = open.first() else { return Err(ForwardError::NotReady(arn)) };
        let found = match target_port {
            None => Some(main),
            Some(port) => {
                let exact = open.iter().find(|(of_endpoint, _)| *of_endpoint == port);
                exact.map(|(_, endpoint)| endpoint).or((port == asked).then_some(main))
            }
        };
        let Some(endpoint) = found else {
            let port = target_port.unwrap_or_default();
            let mut ports: Vec<_> = open.iter().map(|(port, _)| *port).collect();
            ports.dedup();
            return Err(ForwardError::WrongPort { arn, port, ports });
        };
        let choice = local_port.filter(|port| *port != 0).map_or(PortChoice::Any, PortChoice::Exactly);
        let id = format!("pf-{}", &Uuid::new_v4().simple().to_string()[..8]);
        match self.gateway.forward(id, endpoint, choice) {
            Ok(forward) => Ok((arn, forward)),
            Err(GatewayError::NotOpen(_)) => Err(ForwardError::NotReady(arn)),
            Err(GatewayError::Port(error @ OpenError::PortTaken(_))) => Err(ForwardError::LocalPort(error)),
            Err(GatewayError::Port(error)) => Err(ForwardError::Port(error)),
        }
    }

    /// Those that are open, each with the ARN of what it leads to.
    #[must_use]
    pub fn all(&self) -> Vec<(Arn, Forward)> {
        self.gateway.forwards().into_iter().map(|forward| (arn_of(&forward.endpoint), forward)).collect()
    }

    /// Ends the one that is called `id`; false when there is none.
    pub async fn end(&self, id: &str) -> bool {
        self.gateway.end_forwards(|other| other == id).await > 0
    }

    /// Ends all of them; answers how many there were.
    pub async fn end_all(&self) -> usize {
        self.gateway.end_forwards(|_| true).await
    }
}

/// What a forward is asked to lead to.
struct Target {
    /// The main one first.
    endpoints: Vec<EndpointId>,
    /// The port that the main one was asked to have.
    asked: u16,
}

fn target_of(tables: &Tables, arn: &Arn) -> Result<Target, ForwardError> {
    let scope = Scope::new(arn.account(), arn.region());
    let cluster = |scope: &Scope| tables.cache_clusters.get(scope, arn.id()).map(|cluster| of_cluster(cluster));
    let group = |scope: &Scope| tables.replication_groups.get(scope, arn.id()).map(|group| of_group(group));
    let found = match arn.resource_type() {
        ResourceType::Cluster => cluster(&scope),
        ResourceType::ReplicationGroup => group(&scope),
        ResourceType::ServerlessCache => {
            group(&scope.behind_serverless()).or_else(|| cluster(&scope.behind_serverless()))
        }
        _ => return Err(ForwardError::Kind(arn.clone())),
    };
    found.ok_or_else(|| ForwardError::NotFound(arn.clone()))
}

fn of_cluster(cluster: &CacheCluster) -> Target {
    let nodes = cluster.nodes.keys().map(|node| EndpointRole::Node(*node));
    let roles = std::iter::once(EndpointRole::Configuration).chain(nodes);
    Target { endpoints: endpoints(&cluster.scope, &cluster.id, roles), asked: cluster.port }
}

fn of_group(group: &ReplicationGroup) -> Target {
    let roles = [EndpointRole::Primary, EndpointRole::GroupConfiguration, EndpointRole::Reader];
    Target { endpoints: endpoints(&group.scope, &group.id, roles.into_iter()), asked: group.port }
}

fn endpoints(scope: &Scope, id: &str, roles: impl Iterator<Item = EndpointRole>) -> Vec<EndpointId> {
    roles.map(|role| EndpointId { scope: scope.clone(), resource_id: id.to_owned(), role }).collect()
}

/// The resource that an endpoint belongs to, as its owner knows it.
fn arn_of(endpoint: &EndpointId) -> Arn {
    let EndpointId { scope, resource_id, role } = endpoint;
    if let Some(scope) = scope.before_serverless() {
        return Arn::new(&scope, ResourceType::ServerlessCache, resource_id);
    }
    let of = match role {
        EndpointRole::Node(_) | EndpointRole::Configuration => ResourceType::Cluster,
        EndpointRole::Primary | EndpointRole::Reader | EndpointRole::GroupConfiguration => {
            ResourceType::ReplicationGroup
        }
    };
    Arn::new(scope, of, resource_id)
}
