//! Follows plans: one run looks at one cluster until there is nothing left to do.

use std::{collections::BTreeMap, sync::Arc};

use futures_util::future::join_all;
use tracing::{Instrument, Span};

use super::{
    Key, Shared,
    change::RecordChange,
    failure::{PATIENCE, StepError},
    plan::{Step, World, plan},
    queue::Outcome,
    step_trace::traced,
};
use crate::model::{CacheCluster, EndpointId, EndpointRole, NodeId, parameters};

/// One run of the reconciler on one cluster.
pub(super) struct Actor {
    pub shared: Arc<Shared>,
    pub key: Key,
    /// How often in a row runs on this cluster have failed before this one.
    pub failures: u32,
}

impl Actor {
    /// Brings the world closer to the cluster's record, until there is nothing left to do or something fails.
    pub async fn run(self) -> Outcome {
        let mut span = Span::none();
        loop {
            let Some(cluster) = self.record() else { return Outcome::Settled };
            let steps = self.plan(&cluster);
            if steps.is_empty() {
                return when_settled(&cluster);
            }
            // Most looks find nothing to do, and would hide the others in traces.
            if span.is_none() {
                span = tracing::info_span!("reconcile", cache_cluster_id = self.key.id, scope = %self.key.scope);
            }
            if !self.take(&cluster, &steps).instrument(span.clone()).await {
                return Outcome::Failed;
            }
        }
    }

    /// Takes steps at the same time; answers whether all went well.
    async fn take(&self, cluster: &Arc<CacheCluster>, steps: &[Step]) -> bool {
        tracing::debug!(?steps, "next");
        let outcomes = join_all(steps.iter().map(|step| traced(step, self.act(cluster, step)))).await;
        let mut all_well = true;
        for (step, outcome) in steps.iter().zip(outcomes) {
            if let Err(error) = outcome {
                all_well = false;
                self.note_failure(step, &error).await;
            }
        }
        all_well
    }

    /// The cluster's record as it is now.
    pub(super) fn record(&self) -> Option<Arc<CacheCluster>> {
        self.shared.store.tables().cache_clusters.get(&self.key.scope, &self.key.id).cloned()
    }

    /// The values of the cluster's parameter group that differ from the family's defaults.
    pub(super) fn parameters(&self, cluster: &CacheCluster) -> BTreeMap<String, String> {
        let tables = self.shared.store.tables();
        let group = tables.cache_parameter_groups.get(&cluster.scope, &cluster.parameter_group);
        parameters::overrides(&cluster.parameter_group, group.map(Arc::as_ref)).into_owned()
    }

    pub(super) fn endpoint(&self, role: EndpointRole) -> EndpointId {
        EndpointId { scope: self.key.scope.clone(), resource_id: self.key.id.clone(), role }
    }

    fn plan(&self, cluster: &CacheCluster) -> Vec<Step> {
        let tables = self.shared.store.tables();
        let world = World {
            parameters: &self.parameters(cluster),
            primary: cluster.membership.as_ref().and_then(|membership| {
                let group = tables.replication_groups.get(&cluster.scope, &membership.replication_group_id)?;
                Some(&group.node_groups.get(&membership.node_group_id)?.primary)
            }),
            is_open: &|role| self.shared.gateway.port_of(&self.endpoint(role)).is_some(),
            is_out: &|node| tables.faults.iter(&cluster.scope).any(|(_, fault)| fault.keeps_down(cluster, node)),
            now: self.shared.clock.now(),
        };
        plan(cluster, &world)
    }

    async fn act(&self, cluster: &Arc<CacheCluster>, step: &Step) -> Result<(), StepError> {
        match *step {
            Step::ApplyPending => self.change(RecordChange::ApplyPending).await,
            Step::OpenEndpoint(role) => self.open_endpoint(cluster, role).await,
            Step::Start { node, generation } => self.start(cluster, node, generation).await,
            Step::Retire { node, generation } => self.retire(cluster, node, generation).await,
            Step::TakeDown { node } => self.change(RecordChange::TakenDown { node }).await,
            Step::HandOver { node, from, to } => self.hand_over(cluster, node, from, to).await,
            Step::Apply { node, generation } => self.apply(cluster, node, generation).await,
            Step::Succeed { node } => self.change(RecordChange::Succeeded { node }).await,
            Step::Forget { node } => self.forget(node).await,
            Step::AnnounceCreated => self.change(RecordChange::Created).await,
            Step::AnnounceResized => self.change(RecordChange::Resized).await,
            Step::Vanish => self.vanish().await,
        }
    }

    async fn open_endpoint(&self, cluster: &CacheCluster, role: EndpointRole) -> Result<(), StepError> {
        let node = match role {
            EndpointRole::Node(node) => cluster.nodes.get(&node),
            _ => None,
        };
        let stored = node.map_or(cluster.configuration_port, |node| node.port);
        let port = super::endpoints::open(&self.shared, &self.endpoint(role), cluster, stored)?;
        if stored == Some(port) && node.is_none_or(|node| node.failure.is_none()) {
            return Ok(());
        }
        self.change(RecordChange::Opened { role, port }).await
    }

    async fn forget(&self, node: NodeId) -> Result<(), StepError> {
        self.shared.gateway.close(&self.endpoint(EndpointRole::Node(node))).await;
        self.change(RecordChange::Forgotten { node }).await
    }

    async fn vanish(&self) -> Result<(), StepError> {
        self.shared.gateway.close(&self.endpoint(EndpointRole::Configuration)).await;
        self.change(RecordChange::Vanished).await
    }

    /// Tells the user what went wrong, once it is more than a hiccup.
    async fn note_failure(&self, step: &Step, error: &StepError) {
        tracing::warn!(?step, %error, tries = self.failures + 1, "a step failed and will be tried again");
        let (Step::Start { node, .. }
        | Step::Retire { node, .. }
        | Step::HandOver { node, .. }
        | Step::Apply { node, .. }
        | Step::OpenEndpoint(EndpointRole::Node(node))) = *step
        else {
            return;
        };
        if error.is_final() || self.failures + 1 >= PATIENCE {
            let noted = self.change(RecordChange::Failed { node, reason: error.to_string() }).await;
            if let Err(error) = noted {
                tracing::error!(%error, "the failure could not be noted either");
            }
        }
    }
}

/// When a cluster that is as it should be has to be looked at again.
fn when_settled(cluster: &CacheCluster) -> Outcome {
    let due = cluster.pending_due().filter(|_| cluster.deleted.is_none());
    due.map_or(Outcome::Settled, Outcome::WakeAt)
}
