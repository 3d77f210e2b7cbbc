//! Hears from the daemon which engines end. When the daemon was away, what ended meanwhile is found by comparing.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bollard::query_parameters::EventsOptions;
use futures_util::StreamExt;
use tokio::sync::mpsc::UnboundedSender;

use super::{Shared, container};
use crate::backend::EngineId;

/// How long to wait before asking again a daemon that is away.
const PAUSE: Duration = Duration::from_millis(250);

/// How far back the daemon's events are asked for, so that what happens between asking and being heard is told, even
/// when the daemon's clock is not quite this one.
const LOOK_BACK: Duration = Duration::from_secs(10);

/// The runs that were seen last, by engine.
pub(super) type Seen = Mutex<HashMap<EngineId, String>>;

/// Tells `ended` of every end, for as long as somebody listens.
pub(super) async fn watch(shared: Arc<Shared>, ended: UnboundedSender<EngineId>) {
    let mut was_away = false;
    loop {
        let mut events = std::pin::pin!(shared.docker.events(Some(options(&shared.instance))));
        if was_away && tell_missing(&shared, &ended).await {
            tracing::info!("the Docker daemon is back");
            was_away = false;
        }
        if !was_away {
            while let Some(Ok(event)) = events.next().await {
                let attributes = event.actor.and_then(|actor| actor.attributes).unwrap_or_default();
                let id = attributes.get(container::ID).and_then(|id| EngineId::parse(id));
                if id.is_some_and(|id| ended.send(id).is_err()) {
                    return;
                }
            }
            tracing::warn!("the Docker daemon no longer tells what happens");
            was_away = true;
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = ended.closed() => return,
        }
    }
}

/// Tells which of the engines that were seen run no longer. Whether the daemon answered.
async fn tell_missing(shared: &Shared, ended: &UnboundedSender<EngineId>) -> bool {
    let seen = shared.seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let Ok(running) = shared.running().await else { return false };
    let running: HashMap<_, _> = running.into_iter().map(|engine| (engine.id, engine.run)).collect();
    for (id, run) in seen {
        if running.get(&id) != Some(&run) {
            // The receiver's absence is noticed by the caller.
            let _ = ended.send(id);
        }
    }
    true
}

fn options(instance: &str) -> EventsOptions {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().saturating_sub(LOOK_BACK);
    let filters = [
        ("type", "container".to_owned()),
        ("event", "die".to_owned()),
        ("label", format!("{}={instance}", container::INSTANCE)),
    ];
    EventsOptions {
        since: Some(since.as_secs().to_string()),
        until: None,
        filters: Some(filters.into_iter().map(|(key, value)| (key.to_owned(), vec![value])).collect()),
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;
    use crate::backend::{Backend, DockerBackend, DockerSettings};

    #[tokio::test]
    async fn what_was_seen_and_is_gone_is_told() {
        let settings = DockerSettings { instance: "test-endings".to_owned(), ..Default::default() };
        let backend = DockerBackend::connect(settings).await.expect("a daemon: is it running?");
        assert_eq!(backend.list().await.expect("a list"), []);
        let gone = EngineId::new("gone");
        backend.shared.seen.lock().expect("a lock").insert(gone.clone(), "run".to_owned());
        let (sender, mut told) = mpsc::unbounded_channel();
        assert!(tell_missing(&backend.shared, &sender).await);
        assert_eq!(told.try_recv(), Ok(gone));
    }
}
