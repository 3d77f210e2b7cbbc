//! The engines of a cluster as the caller names them, and as they are while something is done with them.

use std::net::SocketAddr;

use futures_util::future::try_join_all;

use crate::{
    engine::{EngineError, EngineSettings, RedisClient},
    model::SlotSet,
};

/// An engine that is a node of a cluster or is to become one.
#[derive(Clone, Debug)]
pub struct Member {
    /// Where this server reaches it.
    pub address: SocketAddr,
    /// Where the other engines reach it.
    pub peer: SocketAddr,
    /// What it was started with.
    pub settings: EngineSettings,
}

/// A blank engine with what it is to do in a cluster.
#[derive(Clone, Debug)]
pub struct Seat {
    /// The engine.
    pub member: Member,
    /// What it is to do.
    pub duty: Duty,
}

/// What an engine is to do in a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Duty {
    /// To own these slots, which nobody else owns. It may be none, to be given some later.
    Primary(SlotSet),
    /// To follow the primary that other engines reach here.
    Replica {
        /// The primary's `peer`.
        of: SocketAddr,
    },
    /// To help a primary without replicas to serve at once instead of after two seconds, then to be forgotten by all.
    /// One helps one. The caller ends it afterwards.
    Helper,
}

/// A member with a connection to it.
pub(super) struct Connected<'a> {
    pub(super) member: &'a Member,
    pub(super) client: RedisClient,
    pub(super) id: String,
}

/// Connects to all of them.
pub(super) async fn connect_all<'a>(
    members: impl IntoIterator<Item = &'a Member>,
) -> Result<Vec<Connected<'a>>, EngineError> {
    try_join_all(members.into_iter().map(connect)).await
}

pub(super) async fn connect(member: &Member) -> Result<Connected<'_>, EngineError> {
    let mut client = RedisClient::connect(member.address, &member.settings).await?;
    let id = client.my_id().await?;
    Ok(Connected { member, client, id })
}
