//! What all nodes of a cluster have to know: waiting until they do, and letting them forget.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use futures_util::future::{join_all, try_join_all};
use tokio::time::timeout;

use super::{
    FORMING_NODE_TIMEOUT,
    member::{Connected, Duty, Member, connect, connect_all},
    view::ClusterView,
};
use crate::{
    engine::{EngineError, EngineSettings, RedisClient, rest, wait::Wait},
    model::SlotSet,
};

/// The parameter by which nodes serve reads while too few primaries answer.
const READ_WHEN_DOWN: &str = "cluster-allow-reads-when-down";

/// How long it is waited for that nodes tell clients of a new one.
const TOLD_PATIENCE: Duration = Duration::from_secs(4);

/// How long a node is left alone between two questions.
const MOMENT: Duration = Duration::from_millis(5);

/// How long news may take to reach every node.
const AGREE_PATIENCE: Duration = Duration::from_secs(30);

/// Waits until every one of `members` serves and sees exactly these owners of slots, by their ids.
///
/// # Errors
/// When an engine does not answer, or they do not agree within thirty seconds.
pub async fn until_agreed(members: &[Member], owners: &BTreeMap<String, SlotSet>) -> Result<(), EngineError> {
    let mut nodes = connect_all(members).await?;
    let owners: BTreeMap<&str, &SlotSet> =
        owners.iter().filter(|(_, slots)| !slots.is_empty()).map(|(id, slots)| (id.as_str(), slots)).collect();
    let wait = Wait::until("the nodes of the cluster agree", AGREE_PATIENCE);
    for node in &mut nodes {
        while node.client.view().await?.owners() != owners || !node.client.cluster_info().await?.is_ok {
            wait.a_moment().await?;
        }
    }
    Ok(())
}

/// Waits until a node serves, knows what the newcomers of these ids do, and has forgotten `helpers`. When the nodes are
/// not `alike` it may never know which newcomers are of one shard: older engines do not say so, and newer ones make up
/// an answer for them, each its own.
pub(super) async fn until_known(
    node: &mut Connected<'_>,
    duties: &BTreeMap<String, &Duty>,
    helpers: &[&str],
    alike: bool,
) -> Result<(), EngineError> {
    let wait = Wait::until("the nodes of the cluster agree", AGREE_PATIENCE);
    let does = |view: &ClusterView, id: &str, duty: &Duty| match (view.node(id), duty) {
        (Some(node), Duty::Primary(slots)) => node.is_primary() && node.slots == *slots,
        (Some(node), Duty::Replica { of }) => {
            node.is_replica() && node.primary_id.as_ref() == view.at(*of).map(|primary| &primary.id)
        }
        (None, _) | (_, Duty::Helper) => false,
    };
    loop {
        let view = node.client.view().await?;
        let remembered: Vec<&str> = helpers.iter().copied().filter(|id| view.node(id).is_some()).collect();
        forget(node, &remembered).await?;
        if remembered.is_empty()
            && duties.iter().all(|(id, duty)| does(&view, id, duty))
            && node.client.cluster_info().await?.is_ok
            && (!alike || knows_shards(node, &view, duties).await?)
        {
            return Ok(());
        }
        wait.a_moment().await?;
    }
}

/// Whether a node tells clients that each of the new replicas is of the same shard as its primary.
async fn knows_shards(
    node: &mut Connected<'_>,
    view: &ClusterView,
    duties: &BTreeMap<String, &Duty>,
) -> Result<bool, EngineError> {
    if node.member.settings.version.major() < 7 {
        return Ok(true);
    }
    let shards = node.client.shards().await?;
    let together =
        |replica: &str, primary: &str| shards.iter().any(|shard| shard.contains(replica) && shard.contains(primary));
    Ok(duties.keys().all(|id| {
        let primary = view.node(id).and_then(|node| node.primary_id.as_ref());
        primary.is_none_or(|primary| together(id, primary))
    }))
}

/// Waits until every one of `members` tells clients of the new replica of `primary`, as nodes do once they have heard that
/// it has seen something. That they hear soon it gets the node timeout of the start, see [`settle`]; what is not heard
/// within a few seconds is no failure.
///
/// # Errors
/// When an engine does not answer.
pub async fn until_told(newcomer: &Member, primary: &Member, members: &[Member]) -> Result<(), EngineError> {
    let (mut new, mut of) = (connect(newcomer).await?, connect(primary).await?);
    if of.client.view().await?.myself().slots.is_empty() {
        return Ok(());
    }
    new.client.set("cluster-node-timeout", FORMING_NODE_TIMEOUT).await?;
    of.client.stir_replication().await;
    let started = Instant::now();
    let mut nodes = connect_all(members).await?;
    for node in nodes.iter_mut().chain([&mut new]) {
        while started.elapsed() < TOLD_PATIENCE {
            let slots: redis::Value = node.client.cluster(&["SLOTS"]).await?;
            if names(&slots, &newcomer.peer) {
                break;
            }
            rest(MOMENT).await;
        }
    }
    Ok(())
}

/// Waits until `members` have heard that `owner` has these slots; those that were told who has them are few. Nodes that do
/// not answer, and what is not heard within a few seconds, are no failure: clients are sent on by the node that they ask.
///
/// # Errors
/// When `owner` does not answer.
pub async fn until_owner_known(owner: &Member, slots: &SlotSet, members: &[Member]) -> Result<(), EngineError> {
    let owner = connect(owner).await?.id;
    let knows = async |member| {
        let mut node = connect(member).await?;
        let knows =
            |view: &ClusterView| view.node(&owner).is_some_and(|owner| slots.difference(&owner.slots).is_empty());
        while !knows(&node.client.view().await?) {
            rest(MOMENT).await;
        }
        Ok::<_, EngineError>(())
    };
    let _ = timeout(TOLD_PATIENCE, join_all(members.iter().map(knows))).await;
    Ok(())
}

/// Whether an answer to `CLUSTER SLOTS` names the node that others reach at `peer`.
fn names(answer: &redis::Value, peer: &SocketAddr) -> bool {
    use redis::Value::{Array, BulkString, Int};
    match answer {
        Array(parts) => match &parts[..] {
            [BulkString(ip), Int(port), ..] => {
                *ip == peer.ip().to_string().as_bytes() && *port == i64::from(peer.port())
            }
            parts => parts.iter().any(|part| names(part, peer)),
        },
        _ => false,
    }
}

/// Lets every one of `members` forget the nodes of these ids, at once, because one that still knows them would tell the
/// others again. A replica of one of them keeps it until it follows another primary; call it again then.
///
/// # Errors
/// When an engine does not answer or refuses.
pub async fn forget_all(members: &[Member], ids: &[String]) -> Result<(), EngineError> {
    let mut nodes = connect_all(members).await?;
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    try_join_all(nodes.iter_mut().map(|node| forget(node, &ids))).await?;
    Ok(())
}

/// Lets one node forget the nodes of these ids.
async fn forget(node: &mut Connected<'_>, ids: &[&str]) -> Result<(), EngineError> {
    for id in ids {
        node.client.forget(id).await?;
    }
    Ok(())
}

/// Gives every one of `members` those parameters that it must not have while a cluster is being formed: the node timeout
/// and whether all slots have to be owned for any to be served. Without a value in the parameters it is the engines' own.
///
/// # Errors
/// When an engine does not answer or refuses.
pub async fn settle(members: &[Member]) -> Result<(), EngineError> {
    try_join_all(members.iter().map(|member| async {
        let mut client = RedisClient::connect(member.address, &member.settings).await?;
        for (directive, default) in [("cluster-node-timeout", "15000"), ("cluster-require-full-coverage", "yes")] {
            client.set(directive, value(&member.settings, directive).unwrap_or(default)).await?;
        }
        client.stir_replication().await;
        Ok::<_, EngineError>(())
    }))
    .await?;
    Ok(())
}

impl RedisClient {
    /// Lets a node serve reads while too few primaries answer, `always` or as its parameters say. The nodes of a region that
    /// takes no writes have nobody else to ask when the other one is lost.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn read_when_down(&mut self, settings: &EngineSettings, always: bool) -> Result<(), EngineError> {
        let set = if always { "yes" } else { value(settings, READ_WHEN_DOWN).unwrap_or("no") };
        match self.set(READ_WHEN_DOWN, set).await {
            // It came with 6.0.
            Err(EngineError::Refused(_)) => Ok(()),
            other => other,
        }
    }

    /// Sends something to the engine's replicas. Nodes do not tell clients of a replica that has never seen anything, and
    /// that may take as long as the first write or the next ping, which is up to ten seconds.
    async fn stir_replication(&mut self) {
        // More replicas than there are: it asks those that there are how far they have come, and does not wait for the
        // answer. A replica refuses, and has none to ask.
        let mut wait = self.command("wait");
        let _: Result<(), redis::RedisError> = wait.arg(100).arg(1).exec_async(&mut self.connection).await;
    }
}

fn value<'a>(settings: &'a EngineSettings, parameter: &str) -> Option<&'a str> {
    settings.parameters.get(parameter).map(String::as_str)
}
