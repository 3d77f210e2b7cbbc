//! What may be carried over one connection at this moment: everything, everything a little later, nothing, or nothing
//! ever again. It follows from where the endpoint leads, from the faults that are set and from whether clients have to
//! speak TLS, and can change at any time.
//!
//! A connection does not ask for it: it is told. Whoever accepted it looks again at every change of the [`Directory`],
//! once for all connections of an endpoint. What a connection pays for that is one look at a number of its own whenever
//! it has bytes to carry.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::Context,
    time::Duration,
};

use futures_util::task::AtomicWaker;

use super::{Directory, EndpointId, NetworkFault};
use crate::{figures::Traffic, model::TransitEncryption};

/// What may be carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// Everything at once.
    Clear,
    /// Everything, so much later.
    Delayed(Duration),
    /// Nothing for now.
    Hung,
    /// Nothing ever again: both sides are to see a reset.
    Severed,
}

impl Condition {
    const CLEAR: u64 = 0;
    const SEVERED: u64 = u64::MAX;
    const HUNG: u64 = u64::MAX - 1;
    const LONGEST_DELAY: u64 = u64::MAX - 2;

    /// What holds for a connection to `engine`.
    fn of(directory: &dyn Directory, endpoint: &EndpointId, engine: SocketAddr, line: &Line) -> Self {
        let targets = directory.targets(endpoint);
        let has_changed = line.stands_in() != directory.stands_in(endpoint, engine);
        let is_open = !line.is_encrypted() && requires_encryption(directory, endpoint);
        if has_changed || is_open || is_left(targets.as_deref(), engine) {
            Self::Severed
        } else {
            directory.fault_of(engine).into()
        }
    }

    fn code(self) -> u64 {
        match self {
            Self::Clear => Self::CLEAR,
            Self::Delayed(delay) => u64::try_from(delay.as_nanos())
                .map_or(Self::LONGEST_DELAY, |nanoseconds| nanoseconds.min(Self::LONGEST_DELAY)),
            Self::Hung => Self::HUNG,
            Self::Severed => Self::SEVERED,
        }
    }

    fn from_code(code: u64) -> Self {
        match code {
            Self::CLEAR => Self::Clear,
            Self::HUNG => Self::Hung,
            Self::SEVERED => Self::Severed,
            nanoseconds => Self::Delayed(Duration::from_nanos(nanoseconds)),
        }
    }
}

impl From<Option<NetworkFault>> for Condition {
    fn from(fault: Option<NetworkFault>) -> Self {
        match fault {
            None => Self::Clear,
            Some(NetworkFault::Delay(delay)) => Self::Delayed(delay),
            Some(NetworkFault::Cut) => Self::Hung,
            Some(NetworkFault::Refuse) => Self::Severed,
        }
    }
}

/// Whether an endpoint whose connections follow its targets does not lead to `engine`.
fn is_left(targets: Option<&[SocketAddr]>, engine: SocketAddr) -> bool {
    targets.is_some_and(|targets| !targets.contains(&engine))
}

/// Whether clients of the endpoint may not go on without TLS. Those that speak it may go on whatever is wanted.
fn requires_encryption(directory: &dyn Directory, endpoint: &EndpointId) -> bool {
    directory.security(endpoint).transit_encryption == TransitEncryption::Required
}

/// One connection.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// The engine that it is joined to, `None` while it has none. Held while the condition is changed.
    engine: Mutex<Option<SocketAddr>>,
    /// The condition as a number. Once severed it stays so.
    condition: AtomicU64,
    waker: AtomicWaker,
    /// Whether the client speaks TLS, which is known before it is joined.
    is_encrypted: AtomicBool,
    /// Whether the engine stands in for a primary in another region, as long as it is joined to it.
    stands_in: AtomicBool,
    /// Where the bytes that it carries are counted.
    traffic: Traffic,
}

impl Line {
    /// One whose bytes are counted there.
    pub(super) fn counted(traffic: Traffic) -> Self {
        Self { traffic, ..Self::default() }
    }

    /// Where the bytes that it carries are counted.
    pub(super) fn traffic(&self) -> &Traffic {
        &self.traffic
    }

    /// Marks it as one whose client speaks TLS. To be called before it is joined.
    pub(super) fn encrypt(&self) {
        self.is_encrypted.store(true, Ordering::Release);
    }

    /// Joins it to `engine`, from when on it is told of changes. False when nothing may be carried to that engine, in
    /// which case it is not joined.
    pub(super) fn join(&self, directory: &dyn Directory, endpoint: &EndpointId, engine: SocketAddr) -> bool {
        let mut joined = self.engine();
        // Asked under the lock: whoever looks at all connections either finds this one joined, or looked before.
        self.stands_in.store(directory.stands_in(endpoint, engine), Ordering::Release);
        let condition = Condition::of(directory, endpoint, engine, self);
        if condition == Condition::Severed {
            return false;
        }
        *joined = Some(engine);
        self.condition.store(condition.code(), Ordering::Release);
        true
    }

    /// The condition at this moment. The task is woken at the next change of it.
    pub(super) fn poll(&self, cx: &Context<'_>) -> Condition {
        self.waker.register(cx.waker());
        Condition::from_code(self.condition.load(Ordering::Acquire))
    }

    /// Ends it, whatever it is joined to.
    pub(super) fn sever(&self) {
        let joined = self.engine();
        self.condition.store(Condition::SEVERED, Ordering::Release);
        drop(joined);
        self.waker.wake();
    }

    #[cfg(test)]
    pub(super) fn is_severed(&self) -> bool {
        self.condition.load(Ordering::Acquire) == Condition::SEVERED
    }

    /// Whether its engine stands in for a primary in another region.
    pub(super) fn stands_in(&self) -> bool {
        self.stands_in.load(Ordering::Acquire)
    }

    fn is_encrypted(&self) -> bool {
        self.is_encrypted.load(Ordering::Acquire)
    }

    fn engine(&self) -> MutexGuard<'_, Option<SocketAddr>> {
        // Nothing that is done under the lock can leave it half done.
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells all connections of an endpoint what has changed.
pub(super) fn tell_all<'a>(directory: &dyn Directory, endpoint: &EndpointId, lines: impl Iterator<Item = &'a Line>) {
    let targets = directory.targets(endpoint);
    let requires_encryption = requires_encryption(directory, endpoint);
    let (mut faults, mut stand_ins) = (HashMap::new(), HashMap::new());
    for line in lines {
        let joined = line.engine();
        let Some(engine) = *joined else { continue };
        let fault = *faults.entry(engine).or_insert_with(|| directory.fault_of(engine));
        let stands_in = *stand_ins.entry(engine).or_insert_with(|| directory.stands_in(endpoint, engine));
        let is_severed = stands_in != line.stands_in()
            || is_left(targets.as_deref(), engine)
            || requires_encryption && !line.is_encrypted();
        let condition = if is_severed { Condition::Severed } else { fault.into() };
        let present = Condition::from_code(line.condition.load(Ordering::Acquire));
        if condition == present || present == Condition::Severed {
            continue;
        }
        // It may have been joined, by a newer answer, after what was asked above.
        let condition = Condition::of(directory, endpoint, engine, line);
        line.condition.store(condition.code(), Ordering::Release);
        line.waker.wake();
    }
}
