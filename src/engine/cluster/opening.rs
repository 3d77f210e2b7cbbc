//! Bringing a blank primary to serve at once.
//!
//! A primary that has just started does not serve for two seconds, however fast its cluster is formed: after a restart
//! it might own slots that were given to others meanwhile, so it waits for news first. A blank one knows that there are
//! none, but the engines make no difference.
//!
//! They do make one for replicas, which serve as soon as their cluster does; and one that takes over from its primary
//! goes on serving. So a blank primary is made a replica of another node that owns nothing, a *partner*, for the
//! fraction of a millisecond until it serves, and then takes over from it. A cluster in which nobody owns a slot serves
//! nobody, so in a new one the partner is said to own one first, in the eyes of the one that will take it over.
//!
//! Primaries take over one after the other, see [`Turns`].
//!
//! Where there is no partner, and where something goes wrong on the way, the two seconds are waited for.

use std::time::Duration;

use tokio::sync::Mutex;

use super::member::Connected;
use crate::{
    engine::{EngineError, wait::Wait},
    model::SlotSet,
};

/// How long a primary may need until it serves.
const SERVE_PATIENCE: Duration = Duration::from_secs(15);

/// After this long a partner that cannot be made use of is done without.
const PARTNER_PATIENCE: Duration = Duration::from_secs(1);

/// After this long a replica that does not serve takes over all the same, and becomes a primary like any other.
const REPLICA_PATIENCE: Duration = Duration::from_secs(1);

/// Lets primaries take over in turns, each in the knowledge of the one before. Two that took over at the same moment
/// would claim with the same epoch, which the engines sort out only a second or so later; a replica that did not hear of
/// that, and then takes over from one of them, would not be believed.
#[derive(Default)]
pub(super) struct Turns(Mutex<u64>);

impl Turns {
    async fn take_over(&self, primary: &mut Connected<'_>) -> Result<(), EngineError> {
        let mut latest = self.0.lock().await;
        primary.client.until_epoch(*latest).await?;
        primary.client.take_over().await?;
        *latest = primary.client.cluster_info().await?.current_epoch;
        Ok(())
    }
}

/// Waits until the blank engine is a primary that owns `slots` and serves. With a `partner` it need not wait long.
pub(super) async fn open(
    primary: &mut Connected<'_>,
    slots: &SlotSet,
    partner: Option<&str>,
    turns: &Turns,
) -> Result<(), EngineError> {
    let has_partner = partner.is_some();
    let wait = Wait::until("a primary owns its slots and serves", SERVE_PATIENCE);
    loop {
        let serves = primary.client.cluster_info().await?.is_ok;
        let view = primary.client.view().await?;
        let myself = view.myself();
        let missing = slots.difference(&myself.slots);
        if serves && myself.is_primary() && missing.is_empty() {
            return Ok(());
        }
        let free = missing.difference(&view.owned());
        // What a takeover brings along must be what this one is to own.
        let fits = |id: &str| view.node(id).is_some_and(|node| node.slots.difference(slots).is_empty());
        let partner = partner.filter(|id| view.node(id).is_some_and(|node| node.is_primary() && !node.is_failing()));
        let partner = partner.filter(|id| fits(id));
        if let Some(of) = &myself.primary_id {
            if !fits(of) {
                return Err(EngineError::Refused(format!("{} is a replica with a primary of its own", primary.id)));
            }
            if serves || wait.elapsed() > REPLICA_PATIENCE {
                primary.client.add_slots(&free).await?;
                turns.take_over(primary).await?;
                continue;
            }
        } else if serves || !myself.slots.is_empty() || !has_partner || wait.elapsed() > PARTNER_PATIENCE {
            primary.client.add_slots(&free).await?;
        } else if let Some(partner) = partner {
            let lent = free.iter().next().filter(|_| view.owned().is_empty());
            if become_replica(primary, partner, lent).await? {
                continue;
            }
        }
        wait.a_moment().await?;
    }
}

/// Makes the blank engine a replica of `partner`, which shall own the slot `lent` in its eyes. Answers whether it did:
/// the partner may have been a replica itself a moment ago.
async fn become_replica(primary: &mut Connected<'_>, partner: &str, lent: Option<u16>) -> Result<bool, EngineError> {
    if let Some(slot) = lent {
        primary.client.cluster::<()>(&["SETSLOT", &slot.to_string(), "NODE", partner]).await?;
    }
    match primary.client.replicate(partner).await {
        Ok(()) => Ok(true),
        Err(EngineError::Refused(_)) => Ok(false),
        Err(error) => Err(error),
    }
}
