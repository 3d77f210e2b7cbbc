//! Looks whether the destination of a delivery is there: first of all, and again and again. The first time makes it take
//! effect.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::{
    FIRST_PAUSE, LONGEST_PAUSE, Tools,
    wanted::{DeliveryKey, Task},
};
use crate::{integrations::LogError, model::LogConfiguration, store::StorageError};

/// How often a destination is looked for that is there. What is put into it tells sooner when it is not.
const EVERY: Duration = Duration::from_secs(30);

/// How long it is waited for that engines tell how much they have logged by now.
const BEGINNINGS_WITHIN: Duration = Duration::from_secs(5);

/// How often it is looked whether they have.
const BEGINNINGS_LOOK: Duration = Duration::from_millis(20);

/// Looks after a delivery, as long as this is what is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Keeper {
    pub delivery: DeliveryKey,
    pub configuration: LogConfiguration,
}

impl Keeper {
    pub async fn run(&self, tools: &Tools, task: &Task) {
        let mut pause = FIRST_PAUSE;
        loop {
            let found = self.find(tools).await;
            let is_there = found.is_ok();
            let noted = match &found {
                Ok(()) => self.put_into_effect(tools).await,
                Err(_) => Ok(()),
            };
            tools.outcomes.note(task, found.map_err(|error| error.to_string())).await;
            if is_there && noted.is_ok() {
                pause = FIRST_PAUSE;
                sleep(EVERY).await;
            } else {
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }

    /// Whether the destination is there. Without its service, the files stand in.
    async fn find(&self, tools: &Tools) -> Result<(), LogError> {
        let destination = &self.configuration.destination;
        if tools.files.is_some() && !tools.services.has_logs(destination) {
            return Ok(());
        }
        tools.services.find_log(&self.delivery.scope, destination).await
    }

    async fn put_into_effect(&self, tools: &Tools) -> Result<(), StorageError> {
        let is_in_effect = |tools: &Tools| {
            let tables = tools.store.tables();
            let delivery = self.delivery.delivery(&tables);
            delivery.is_none_or(|delivery| delivery.in_effect.as_ref() == Some(&self.configuration))
        };
        if is_in_effect(tools) {
            return Ok(());
        }
        // What an engine logs from now on is to arrive, so it has to be known by then where that begins.
        let _ = timeout(BEGINNINGS_WITHIN, async {
            while !self.delivery.has_begun(tools) {
                sleep(BEGINNINGS_LOOK).await;
            }
        })
        .await;
        let Self { delivery: key, configuration } = self.clone();
        let written = tools.store.write(move |draft| {
            key.change(draft, |deliveries| {
                let delivery = deliveries.get_mut(&key.log_type);
                if let Some(delivery) = delivery.filter(|delivery| delivery.wanted.as_ref() == Some(&configuration)) {
                    delivery.in_effect = Some(configuration);
                    delivery.failure = None;
                }
            });
            Ok::<_, StorageError>(())
        });
        let written = written.await;
        if let Err(error) = &written {
            tracing::warn!(%error, "a delivery of logs could not be written down as in effect");
        }
        written
    }
}
