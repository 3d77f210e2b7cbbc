//! Changing places: a replica takes over from its primary, when that has died, or as it was planned.

use std::time::Duration;

use super::member::{Member, connect};
use crate::engine::{EngineError, RedisClient, wait::Wait};

/// How long a change of roles may take.
const PATIENCE: Duration = Duration::from_secs(10);

impl RedisClient {
    /// Makes a replica the owner of its primary's slots, without asking that or anybody. Which replica, and whether the
    /// primary is dead, is for the caller to know. Its siblings follow it by themselves. Done again it does nothing.
    ///
    /// # Errors
    /// When the engine does not answer, refuses, or does not do so in time.
    pub async fn take_over(&mut self) -> Result<(), EngineError> {
        let wait = Wait::until("a replica has taken over", PATIENCE);
        while !self.view().await?.myself().is_primary() {
            self.cluster::<()>(&["FAILOVER", "TAKEOVER"]).await?;
            if self.view().await?.myself().is_primary() {
                break;
            }
            wait.a_moment().await?;
        }
        Ok(())
    }

    /// Waits until the engine knows of an epoch this late. Otherwise, when it takes over, its claim might not be the
    /// latest, and nobody would believe it.
    pub(super) async fn until_epoch(&mut self, epoch: u64) -> Result<(), EngineError> {
        let wait = Wait::until("a node knows the latest epoch", PATIENCE);
        while self.cluster_info().await?.current_epoch < epoch {
            wait.a_moment().await?;
        }
        Ok(())
    }
}

/// Lets replicas of several shards take over, one after the other, each from its primary, or from nobody where that is
/// lost. Done again it goes on where it was.
///
/// # Errors
/// As those of [`switch_primary`] and [`RedisClient::take_over`]. Those that come first may have taken over.
pub async fn take_over_in_turn(heirs: &[(Member, Option<Member>)]) -> Result<(), EngineError> {
    let mut latest = 0;
    for (heir, primary) in heirs {
        let mut new = connect(heir).await?;
        // Two that claim with the same epoch would have to be told apart by the engines, which takes time.
        new.client.until_epoch(latest).await?;
        match primary {
            Some(primary) => switch_primary(heir, primary, &[]).await?,
            None => new.client.take_over().await?,
        }
        latest = new.client.cluster_info().await?.current_epoch;
    }
    Ok(())
}

/// Whether both run the same engine in the same version.
fn are_alike(one: &Member, other: &Member) -> bool {
    let kind =
        |member: &Member| (member.settings.engine, member.settings.version.major(), member.settings.version.minor());
    kind(one) == kind(other)
}

/// Lets a replica change places with the primary that it follows. No write that was answered is lost: writes wait until
/// the replica has all of them, and then are sent to it. All of `others`, which may be replicas or primaries, know who
/// owns the slots when it returns.
///
/// An election would do the same, but primaries vote only once in a while for the same shard, which is twice the node
/// timeout; a second change within it would fail.
///
/// When the replica does not catch up within five seconds, all stays as it was and writes go on.
///
/// # Errors
/// When an engine does not answer or refuses, when the replica does not catch up, or when the others do not follow in
/// time; in the last case the roles have changed.
pub async fn switch_primary(replica: &Member, primary: &Member, others: &[Member]) -> Result<(), EngineError> {
    let (mut new, mut old) = (connect(replica).await?, connect(primary).await?);
    let view = new.client.view().await?;
    if !view.myself().is_primary() {
        if view.myself().primary_id.as_ref() != Some(&old.id) {
            return Err(EngineError::Refused(format!("{} is no replica of {}", new.id, old.id)));
        }
        if !new.client.replication().await?.link_is_up() {
            return Err(EngineError::InVain("the replica follows its primary"));
        }
        // Epochs may have been sorted out a moment ago.
        new.client.until_epoch(old.client.cluster_info().await?.current_epoch).await?;
        old.client.pause_writes().await?;
        let taken_over = async {
            new.client.catch_up_with(&mut old.client).await?;
            new.client.take_over().await
        };
        if let Err(error) = taken_over.await {
            old.client.resume_writes().await?;
            return Err(error);
        }
    }
    let wait = Wait::until("the old primary follows the new one", PATIENCE);
    while old.client.view().await?.myself().primary_id.as_ref() != Some(&new.id) {
        wait.a_moment().await?;
    }
    // What waited now is sent to the new primary.
    old.client.resume_writes().await?;
    if are_alike(replica, primary) {
        // An older one may not be able to copy it, and is ended next.
        old.client.until_in_sync().await?;
    }
    let slots = new.client.view().await?.myself().slots.clone();
    for other in others {
        let mut other = connect(other).await?;
        let wait = Wait::until("all nodes know the new primary", PATIENCE);
        while other.client.view().await?.node(&new.id).is_none_or(|node| node.slots != slots) {
            wait.a_moment().await?;
        }
    }
    Ok(())
}
