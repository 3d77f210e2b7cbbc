//! Making a cluster of blank engines, and taking blank engines into one.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    time::Duration,
};

use futures_util::future::{try_join, try_join_all};

use super::{
    agree,
    member::{Connected, Duty, Member, Seat, connect_all},
    opening::{Turns, open},
};
use crate::engine::{EngineError, EngineSettings, wait::Wait};

/// How long nodes may take to get to know each other.
const MEET_PATIENCE: Duration = Duration::from_secs(30);

/// After this long nodes that do not know each other yet are told again: an engine gives up after a second.
const MEET_AGAIN: Duration = Duration::from_millis(1_500);

/// How long a replica may take until it knows its primary.
const REPLICATE_PATIENCE: Duration = Duration::from_secs(15);

/// Makes a cluster of blank engines, of any shape, and answers their ids in the same order. When it was cut short it can
/// be done again with the same seats. Every node agrees on who does what when it returns, and every replica has copied
/// its primary. The [helpers](Duty::Helper) are no part of it.
///
/// The cluster has the node timeout of the start, see [`settle`](super::settle).
///
/// # Errors
/// When an engine does not answer, refuses, or does not do its duty in time.
pub async fn form(seats: &[Seat]) -> Result<Vec<String>, EngineError> {
    join(seats, &[]).await
}

/// Takes blank engines into the cluster of the `existing` ones, all of which have to answer, and answers the ids of the
/// new ones in the same order. When it was cut short it can be done again with the same seats. A slot that a newcomer is
/// to own must belong to nobody: a lost owner has to be [forgotten](super::forget_all) first.
///
/// # Errors
/// When an engine does not answer, refuses, or does not do its duty in time.
pub async fn join(newcomers: &[Seat], existing: &[Member]) -> Result<Vec<String>, EngineError> {
    let (helping, staying): (Vec<_>, Vec<_>) = newcomers.iter().partition(|seat| seat.duty == Duty::Helper);
    let helpers = connect_all(helping.iter().map(|seat| &seat.member)).await?;
    let mut new = connect_all(staying.iter().map(|seat| &seat.member)).await?;
    let mut old = connect_all(existing).await?;
    try_join_all(new.iter_mut().zip(1..).map(|(node, place)| prepare(node, place, existing.is_empty()))).await?;
    meet(&mut new, &mut old, &helpers).await?;

    if !existing.is_empty() {
        // Replicas of a lost primary believe its claim to their slots until they hear of a later one.
        for (node, seat) in new.iter_mut().zip(&staying) {
            if matches!(&seat.duty, Duty::Primary(slots) if !slots.is_empty()) {
                node.client.bump_epoch().await?;
            }
        }
    }

    let duties: Vec<&Duty> = staying.iter().map(|seat| &seat.duty).collect();
    open_primaries(&duties, &mut new, &helpers).await?;
    let followers = duties.iter().zip(&mut new).filter_map(|(duty, node)| match duty {
        Duty::Replica { of } => Some(follow(node, *of)),
        Duty::Primary(_) | Duty::Helper => None,
    });
    try_join_all(followers).await?;

    let known: BTreeMap<String, &Duty> = new.iter().map(|node| node.id.clone()).zip(duties).collect();
    let helpers: Vec<&str> = helpers.iter().map(|helper| helper.id.as_str()).collect();
    let alike = are_alike(new.iter().chain(&old));
    try_join_all(new.iter_mut().chain(&mut old).map(|node| agree::until_known(node, &known, &helpers, alike))).await?;
    let mut ids = new.iter().map(|node| node.id.clone());
    let mut helpers = helpers.into_iter().map(str::to_owned);
    Ok(newcomers
        .iter()
        .filter_map(|seat| if seat.duty == Duty::Helper { helpers.next() } else { ids.next() })
        .collect())
}

/// Whether all nodes run the same engine in the same version, as they do but while one takes over from another.
fn are_alike<'a>(nodes: impl Iterator<Item = &'a Connected<'a>>) -> bool {
    let mut kinds = nodes.map(|node| {
        let EngineSettings { engine, version, .. } = &node.member.settings;
        (*engine, version.major(), version.minor())
    });
    let first = kinds.next();
    kinds.all(|kind| Some(kind) == first)
}

/// Makes an engine ready for what follows, whatever it was set to since it was started.
async fn prepare(node: &mut Connected<'_>, place: u64, is_first: bool) -> Result<(), EngineError> {
    // Or it is known by whatever address it calls from, which it learns when it meets somebody, if ever.
    node.client.set("cluster-announce-ip", &node.member.peer.ip().to_string()).await?;
    if !is_first {
        return Ok(());
    }
    match node.client.set_config_epoch(place).await {
        // It has one, or knows somebody: this is not the first try.
        Ok(()) | Err(EngineError::Refused(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Waits until every newcomer knows all others and is known by them. The helpers are known by the newcomers alone, and are
/// not told to meet anybody: one that still did when it is forgotten would be back at once.
async fn meet(
    new: &mut [Connected<'_>],
    old: &mut [Connected<'_>],
    helpers: &[Connected<'_>],
) -> Result<(), EngineError> {
    let newcomers: Vec<_> = new.iter().map(|node| (node.member, node.id.clone())).collect();
    let others = old.iter().chain(helpers).map(|node| (node.member, node.id.clone()));
    let everybody: Vec<_> = newcomers.iter().cloned().chain(others).collect();
    let introductions = new.iter_mut().map(|node| until_met(node, &everybody));
    let the_others = old.iter_mut().map(|node| until_met(node, &newcomers));
    // Both ways at once: told in one direction only, the other one would take another round.
    try_join(try_join_all(introductions), try_join_all(the_others)).await?;
    Ok(())
}

/// Lets a node meet `others`, and waits until it knows them.
async fn until_met(node: &mut Connected<'_>, others: &[(&Member, String)]) -> Result<(), EngineError> {
    let wait = Wait::until("the nodes of the cluster know each other", MEET_PATIENCE);
    let mut tell_at = Duration::ZERO;
    loop {
        let view = node.client.view().await?;
        let known: BTreeSet<&str> = view
            .nodes()
            .iter()
            .filter(|node| node.is_myself() || (node.is_known() && node.link_is_up && node.address.is_some()))
            .map(|node| node.id.as_str())
            .collect();
        let missing: Vec<&Member> =
            others.iter().filter(|(_, id)| !known.contains(id.as_str())).map(|(member, _)| *member).collect();
        if missing.is_empty() {
            return Ok(());
        }
        if wait.elapsed() >= tell_at {
            if !tell_at.is_zero() {
                // One that has gone meanwhile would be waited for in vain; who asked has to find out who is left.
                connect_all(missing.iter().copied()).await?;
            }
            let peers: Vec<SocketAddr> = missing.iter().map(|member| member.peer).collect();
            node.client.meet(&peers).await?;
            tell_at = wait.elapsed() + MEET_AGAIN;
        }
        wait.a_moment().await?;
    }
}

/// Brings every new primary to own its slots and to serve. Each has a partner of its own, because it keeps that one's
/// shard id: one of its replicas, or else a helper.
async fn open_primaries(
    duties: &[&Duty],
    nodes: &mut [Connected<'_>],
    helpers: &[Connected<'_>],
) -> Result<(), EngineError> {
    let replicas: Vec<(SocketAddr, String)> = duties
        .iter()
        .zip(&*nodes)
        .filter_map(|(duty, node)| match duty {
            Duty::Replica { of } => Some((*of, node.id.clone())),
            Duty::Primary(_) | Duty::Helper => None,
        })
        .collect();
    let mut helpers = helpers.iter().map(|helper| helper.id.as_str());
    let turns = Turns::default();
    let opening = duties.iter().zip(nodes).filter_map(|(duty, node)| {
        let Duty::Primary(slots) = duty else { return None };
        let replica = replicas.iter().find(|(of, _)| *of == node.member.peer).map(|(_, id)| id.as_str());
        let partner = replica.or_else(|| helpers.next());
        Some(open(node, slots, partner, &turns))
    });
    try_join_all(opening).await?;
    Ok(())
}

/// Makes a node a replica of the primary at `of`, and waits until it has copied its data.
async fn follow(node: &mut Connected<'_>, of: SocketAddr) -> Result<(), EngineError> {
    let wait = Wait::until("a replica knows its primary", REPLICATE_PATIENCE);
    loop {
        let view = node.client.view().await?;
        if let Some(primary) = view.at(of) {
            if view.myself().primary_id.as_ref() == Some(&primary.id) {
                break;
            }
            match node.client.replicate(&primary.id).await {
                // The primary was a replica itself a moment ago.
                Ok(()) | Err(EngineError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        wait.a_moment().await?;
    }
    node.client.until_in_sync().await
}
