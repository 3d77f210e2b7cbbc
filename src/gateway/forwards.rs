//! More ports that lead where an endpoint leads, for users who ask for them. What holds at the endpoint holds there too,
//! since it is the same endpoint that both serve; with it they end.

use std::sync::Arc;

use tokio::task::JoinHandle;

use super::{Gateway, OpenError, PortChoice, listener};
use crate::model::EndpointId;

/// A port of this machine that leads where an endpoint leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forward {
    /// By which it is called.
    pub id: String,
    /// The endpoint.
    pub endpoint: EndpointId,
    /// The port of the endpoint itself.
    pub target_port: u16,
    /// The port that leads there.
    pub local_port: u16,
}

/// Why there is no forward.
#[derive(Debug, thiserror::Error)]
pub enum ForwardError {
    /// The endpoint is closed, or was never open.
    #[error("the endpoint {0} is not open")]
    NotOpen(EndpointId),
    /// The port cannot be had.
    #[error(transparent)]
    Port(#[from] OpenError),
}

/// One that is open.
pub(super) struct OpenForward {
    id: String,
    port: u16,
    task: JoinHandle<()>,
}

impl Drop for OpenForward {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Gateway {
    /// Opens a port that leads where `endpoint` leads, until one of the two is closed.
    ///
    /// # Errors
    /// When the endpoint is not open, or the port cannot be had.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn forward(&self, id: String, endpoint: &EndpointId, choice: PortChoice) -> Result<Forward, ForwardError> {
        let mut state = self.state();
        let not_open = || ForwardError::NotOpen(endpoint.clone());
        if !state.open.contains_key(endpoint) {
            return Err(not_open());
        }
        let (listener, local_port) = state.ports.listen(None, choice)?;
        let open = state.open.get_mut(endpoint).ok_or_else(not_open)?;
        let task = tokio::spawn(listener::serve(listener, Arc::clone(&open.endpoint)));
        open.forwards.push(OpenForward { id: id.clone(), port: local_port, task });
        Ok(Forward { id, endpoint: endpoint.clone(), target_port: open.port, local_port })
    }

    /// The forwards that are open, by their ports.
    #[must_use]
    pub fn forwards(&self) -> Vec<Forward> {
        let state = self.state();
        let of_endpoint = |(endpoint, open): (&EndpointId, &super::Open)| {
            let shown = |forward: &OpenForward| Forward {
                id: forward.id.clone(),
                endpoint: endpoint.clone(),
                target_port: open.port,
                local_port: forward.port,
            };
            open.forwards.iter().map(shown).collect::<Vec<_>>()
        };
        let mut forwards: Vec<_> = state.open.iter().flat_map(of_endpoint).collect();
        forwards.sort_by_key(|forward| forward.local_port);
        forwards
    }

    /// Closes the forwards that `is_meant` picks: their connections are cut, and their ports are free on return.
    pub async fn end_forwards(&self, is_meant: impl Fn(&str) -> bool + Send) -> usize {
        let ended: Vec<OpenForward> = {
            let mut state = self.state();
            let of_all = state.open.values_mut();
            of_all.flat_map(|open| open.forwards.extract_if(.., |forward| is_meant(&forward.id))).collect()
        };
        let count = ended.len();
        for mut forward in ended {
            forward.end().await;
        }
        count
    }
}

impl OpenForward {
    /// Ends the listener and waits until it is gone, and its port with it.
    pub(super) async fn end(&mut self) {
        self.task.abort();
        // The only way it ends is the one just asked for.
        let _ = (&mut self.task).await;
    }
}
