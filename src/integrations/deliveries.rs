//! Takes events to topics and to the event bus: each at least once, in order of a target, whatever fails in between.
//!
//! The store keeps a delivery from the moment of its event until the target has taken it. A target that cannot be
//! reached is tried again, less and less often, and holds up only what goes there. What waits too long, or comes to be
//! too much, is let go of, and the log says what it was.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use chrono::TimeDelta;
use tokio::{task::JoinSet, time::Instant};

use super::{outlet::Told, services::Services};
use crate::{
    clock::Clock,
    model::{Delivery, Outlet, Scope},
    store::{StorageError, Store},
};

/// How soon a target that failed is tried again at first; the pause doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// How long a delivery may wait.
const PATIENCE: TimeDelta = TimeDelta::days(1);

/// How many may wait for one target.
const MOST_WAITING: usize = 10_000;

/// Who is told, and whose events they are.
type Target = (Scope, Outlet);

/// Where a target is whose last delivery failed.
#[derive(Clone, Copy)]
struct Failing {
    pause: Duration,
    until: Instant,
}

/// Something stays where it is, for now.
struct NotDelivered;

/// Takes deliveries to where they go, until it is dropped.
pub async fn run(store: Arc<Store>, services: Arc<Services>, clock: Arc<Clock>) {
    let round = Round { store, services, clock };
    let mut version = round.store.version();
    let mut failing = BTreeMap::<Target, Failing>::new();
    let mut busy = BTreeSet::<Target>::new();
    let mut rounds = JoinSet::new();
    loop {
        version.mark_unchanged();
        let waiting = waiting(&round.store);
        failing.retain(|target, _| waiting.contains_key(target));
        let now = Instant::now();
        for (target, deliveries) in waiting {
            let rests = failing.get(&target).is_some_and(|failing| failing.until > now);
            if !rests && busy.insert(target.clone()) {
                rounds.spawn(round.clone().deliver(target, deliveries));
            }
        }
        let next = failing.iter().filter(|(target, _)| !busy.contains(*target)).map(|(_, failing)| failing.until).min();
        tokio::select! {
            ended = rounds.join_next(), if !rounds.is_empty() => match ended {
                Some(Ok((target, outcome))) => {
                    busy.remove(&target);
                    match outcome {
                        Ok(()) => arrived(&mut failing, &target),
                        Err(NotDelivered) => failed(&mut failing, target),
                    }
                }
                Some(Err(error)) => {
                    tracing::error!(%error, "a delivery ended without an outcome");
                    // Which it was is not known: those that go on are merely looked at twice.
                    busy.clear();
                }
                None => {}
            },
            () = until(next) => {}
            changed = version.changed() => if changed.is_err() { return },
        }
    }
}

/// Waits for a time, or for ever.
async fn until(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}

/// Notes that a target has taken what was for it.
fn arrived(failing: &mut BTreeMap<Target, Failing>, target: &Target) {
    if failing.remove(target).is_some() {
        tracing::info!(outlet = ?target.1, "notifications arrive again");
    }
}

/// Notes that a target is to be left alone for a while, each time for longer.
fn failed(failing: &mut BTreeMap<Target, Failing>, target: Target) {
    let pause = failing.get(&target).map_or(FIRST_PAUSE, |failing| failing.pause * 2).min(LONGEST_PAUSE);
    failing.insert(target, Failing { pause, until: Instant::now() + pause });
}

/// What waits, by target, in order.
fn waiting(store: &Store) -> BTreeMap<Target, VecDeque<(String, Arc<Delivery>)>> {
    let mut waiting = BTreeMap::<_, VecDeque<_>>::new();
    for (scope, id, delivery) in store.tables().deliveries.iter_all() {
        let target = (scope.clone(), delivery.outlet.clone());
        waiting.entry(target).or_default().push_back((id.clone(), Arc::clone(delivery)));
    }
    waiting
}

/// One walk through what waits for a target.
#[derive(Clone)]
struct Round {
    store: Arc<Store>,
    services: Arc<Services>,
    clock: Arc<Clock>,
}

impl Round {
    /// Delivers until something fails.
    async fn deliver(
        self,
        target: Target,
        mut deliveries: VecDeque<(String, Arc<Delivery>)>,
    ) -> (Target, Result<(), NotDelivered>) {
        let scope = target.0.clone();
        let superfluous = deliveries.len().saturating_sub(MOST_WAITING);
        for (id, delivery) in deliveries.drain(..superfluous) {
            self.let_go(&scope, id, &delivery, "too many wait").await;
        }
        for (id, delivery) in deliveries {
            match self.services.tell(&scope, &id, &delivery).await {
                Ok(Told::Taken) => self.remove(&scope, id).await,
                Ok(Told::Nobody) => self.let_go(&scope, id, &delivery, "the service is no longer configured").await,
                Err(error) if self.clock.now() - delivery.event.date > PATIENCE => {
                    self.let_go(&scope, id, &delivery, &error).await;
                }
                Err(error) => {
                    tracing::warn!(outlet = ?delivery.outlet, error, "a notification did not arrive and is tried again");
                    return (target, Err(NotDelivered));
                }
            }
        }
        (target, Ok(()))
    }

    async fn let_go(&self, scope: &Scope, id: String, delivery: &Delivery, reason: &str) {
        let Delivery { event, outlet } = delivery;
        tracing::warn!(
            ?outlet,
            source = event.source_identifier,
            message = event.message,
            reason,
            "a notification is lost"
        );
        self.remove(scope, id).await;
    }

    async fn remove(&self, scope: &Scope, id: String) {
        let scope = scope.clone();
        let removed = self.store.write(move |draft| {
            draft.remove::<Delivery>(&scope, &id);
            Ok::<_, StorageError>(())
        });
        if let Err(error) = removed.await {
            tracing::warn!(%error, "a notification arrived and will arrive once more");
        }
    }
}
