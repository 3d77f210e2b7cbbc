//! Moving slots with their keys from one primary to another while clients go on reading and writing.
//!
//! # Why no key is lost
//!
//! A slot that is on its way is *importing* at the target and *migrating* at the source. The source still serves the
//! keys that it has and sends clients that ask for others to the target (`ASK`), so a key is served where it is and a
//! new one is made at the target. A key goes over as a whole: until the target has it the source keeps it. When the
//! source has none left the target claims the slot, then the source lets go, and the others are told. In that order
//! nobody is ever sent in a circle, and a move that was cut short anywhere is ended by doing it again.
//!
//! Whose claim wins is decided by its epoch, so the target gets the highest of all before the first slot. The engines do
//! that by themselves at the end of an import, but a claim that lost a race would silently drift back.

use std::time::Duration;

use futures_util::future::{try_join, try_join_all};
use redis::Pipeline;

use super::member::Member;
use crate::{
    engine::{ClusterSettings, EngineError, RedisClient, redis_launch::ADMIN_USER},
    model::{Engine, SlotSet},
};

/// How many slots are on their way at the same time. Each command then costs the engines little more than itself.
const SLOTS_AT_A_TIME: usize = 256;

/// How many connections share those commands where each of them waits for the replicas of its primary to know of it, as it
/// does from valkey 8 on. One connection would wait for one slot after the other.
const WAITING_CONNECTIONS: usize = 64;

/// How many keys go over in one command. The source serves nobody meanwhile.
const KEYS_AT_A_TIME: usize = 200;

/// How many slots' keys are sent for in one go.
const COMMANDS_AT_A_TIME: usize = 32;

/// How long the transfer of one batch may stand still.
const MIGRATE_TIMEOUT: Duration = Duration::from_secs(20);

/// How long one round of commands may take. A batch of large keys takes its time.
const PATIENCE: Duration = Duration::from_mins(2);

/// How often a transfer that failed on its way is tried again.
const RETRIES: u32 = 3;

/// Moves `slots` with all their keys from the primary `source` to the primary `target`. The `others` are the other
/// primaries that answer; they are told who owns the slots. Slots that the target owns already are passed over, so that a
/// move that was cut short is ended by moving the same again. `progress` hears after every round how many of the slots
/// are done.
///
/// # Errors
/// When an engine does not answer or refuses: because a slot is not the source's, for one, or because the target has no
/// room. The rest of the slots then stays where it is, some of it perhaps [open](super::open_moves).
pub async fn move_slots(
    source: &Member,
    target: &Member,
    others: &[Member],
    slots: &SlotSet,
    mut progress: impl FnMut(usize),
) -> Result<(), EngineError> {
    let Some(cluster) = &source.settings.cluster else {
        return Err(EngineError::Refused("the engine is no node of a cluster".into()));
    };
    let mut others = try_join_all(others.iter().map(Party::connect)).await?;
    let (mut source, mut target) = try_join(Party::connect(source), Party::connect(target)).await?;
    target.client().cluster::<String>(&["BUMPEPOCH"]).await?;
    // Where a move was cut short between the two claims, the target owns what the source has not let go of.
    let owned_by_target = target.client().view().await?.myself().slots.clone();
    let owned_by_source = source.client().view().await?.myself().slots.clone();
    let claimed_twice = slots.intersection(&owned_by_target).intersection(&owned_by_source);
    let new_owner = target.id.clone();
    source.set_slots(&claimed_twice, "NODE", &new_owner).await?;

    let left: Vec<u16> = slots.difference(&owned_by_target).iter().collect();
    let mut done = slots.len() - left.len();
    for round in left.chunks(SLOTS_AT_A_TIME) {
        let round: SlotSet = round.iter().copied().collect();
        target.set_slots(&round, "IMPORTING", &source.id).await?;
        source.set_slots(&round, "MIGRATING", &new_owner).await?;
        move_keys(&mut source, target.member, cluster, &round).await?;
        target.set_slots(&round, "NODE", &new_owner).await?;
        source.set_slots(&round, "NODE", &new_owner).await?;
        try_join_all(others.iter_mut().map(|other| other.set_slots(&round, "NODE", &new_owner))).await?;
        done += round.len();
        progress(done);
    }
    Ok(())
}

/// A primary with as many connections as there is use for.
struct Party<'a> {
    member: &'a Member,
    id: String,
    clients: Vec<RedisClient>,
}

impl<'a> Party<'a> {
    async fn connect(member: &'a Member) -> Result<Self, EngineError> {
        let connect = || RedisClient::connect_with_patience(member.address, &member.settings, PATIENCE);
        let mut client = connect().await?;
        let id = client.my_id().await?;
        let waits = member.settings.engine == Engine::Valkey && !client.replication().await?.replicas.is_empty();
        let more = (1..if waits { WAITING_CONNECTIONS } else { 1 }).map(|_| connect());
        let clients = std::iter::once(client).chain(try_join_all(more).await?).collect();
        Ok(Self { member, id, clients })
    }

    fn client(&mut self) -> &mut RedisClient {
        &mut self.clients[0]
    }

    /// `CLUSTER SETSLOT` for each of the slots.
    async fn set_slots(&mut self, slots: &SlotSet, what: &str, other: &str) -> Result<(), EngineError> {
        let slots: Vec<u16> = slots.iter().collect();
        let each = slots.len().div_ceil(self.clients.len()).max(1);
        let parts = slots.chunks(each).zip(&mut self.clients).map(async |(slots, client)| {
            let mut pipeline = Pipeline::with_capacity(slots.len());
            for slot in slots {
                let command = client.command("cluster");
                pipeline.add_command(command).arg("SETSLOT").arg(*slot).arg(what).arg(other).ignore();
            }
            Ok::<_, EngineError>(pipeline.exec_async(&mut client.connection).await?)
        });
        try_join_all(parts).await?;
        Ok(())
    }
}

/// Sends every key of the slots over.
async fn move_keys(
    source: &mut Party<'_>,
    target: &Member,
    cluster: &ClusterSettings,
    slots: &SlotSet,
) -> Result<(), EngineError> {
    let mut failures = 0;
    let mut slots: Vec<u16> = slots.iter().collect();
    while !slots.is_empty() {
        let keys = keys_of(source, &slots).await?;
        let full: Vec<(u16, Vec<Vec<u8>>)> = slots.into_iter().zip(keys).filter(|(_, keys)| !keys.is_empty()).collect();
        for some in full.chunks(COMMANDS_AT_A_TIME) {
            let mut pipeline = redis::pipe();
            for (_, keys) in some {
                migrate(&mut pipeline, source, target, cluster, keys);
            }
            let moved: Result<(), redis::RedisError> = pipeline.exec_async(&mut source.client().connection).await;
            match moved.map_err(EngineError::from) {
                Ok(()) => {}
                // The way to the target broke; what did not get over is still here.
                Err(EngineError::Refused(reason)) if reason.contains("IOERR") && failures < RETRIES => failures += 1,
                Err(error) => return Err(error),
            }
        }
        // New keys of these slots are made at the target, so this comes to an end.
        slots = full.into_iter().map(|(slot, _)| slot).collect();
    }
    Ok(())
}

/// Some keys of each of the slots.
async fn keys_of(source: &mut Party<'_>, slots: &[u16]) -> Result<Vec<Vec<Vec<u8>>>, EngineError> {
    let mut pipeline = Pipeline::with_capacity(slots.len());
    for slot in slots {
        let command = source.client().command("cluster");
        pipeline.add_command(command).arg("GETKEYSINSLOT").arg(*slot).arg(KEYS_AT_A_TIME);
    }
    Ok(pipeline.query_async(&mut source.client().connection).await?)
}

/// Adds the command that sends `keys` over. One that the target has already is replaced: it is what is left of a transfer
/// that broke, and clients were served at the source since.
fn migrate(pipeline: &mut Pipeline, source: &Party<'_>, target: &Member, cluster: &ClusterSettings, keys: &[Vec<u8>]) {
    let peer = target.peer;
    pipeline
        .cmd(&source.clients[0].admin.command("migrate"))
        .arg(peer.ip().to_string())
        .arg(peer.port())
        .arg("")
        .arg(0)
        .arg(MIGRATE_TIMEOUT.as_millis().to_string())
        .arg("REPLACE")
        .arg("AUTH2")
        .arg(ADMIN_USER)
        .arg(cluster.secret.password())
        .arg("KEYS")
        .arg(keys)
        .ignore();
}
