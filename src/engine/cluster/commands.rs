//! The words of the `CLUSTER` command, one method each.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
};

use redis::FromRedisValue;

use super::{bus_port, view::ClusterView};
use crate::{
    engine::{EngineError, RedisClient},
    model::SlotSet,
};

/// What a node says of its cluster as a whole (`CLUSTER INFO`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClusterInfo {
    /// The node serves commands.
    pub is_ok: bool,
    /// How many slots somebody owns.
    pub assigned_slots: u16,
    /// How many nodes it knows, itself included.
    pub known_nodes: usize,
    /// The most recent epoch it knows of.
    pub current_epoch: u64,
}

impl ClusterInfo {
    fn parse(info: &str) -> Result<Self, EngineError> {
        let field = |name: &str| {
            let value = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim);
            value.ok_or_else(|| EngineError::Unintelligible(format!("the cluster's {name}")))
        };
        let number = |name: &str| {
            field(name)?.parse::<u64>().map_err(|_| EngineError::Unintelligible(format!("the cluster's {name}")))
        };
        Ok(Self {
            is_ok: field("cluster_state")? == "ok",
            assigned_slots: u16::try_from(number("cluster_slots_assigned")?).unwrap_or(u16::MAX),
            known_nodes: usize::try_from(number("cluster_known_nodes")?).unwrap_or(usize::MAX),
            current_epoch: number("cluster_current_epoch")?,
        })
    }
}

impl RedisClient {
    /// The engine's id in its cluster.
    ///
    /// # Errors
    /// When the engine does not answer or is no node of a cluster.
    pub async fn my_id(&mut self) -> Result<String, EngineError> {
        self.cluster(&["MYID"]).await
    }

    /// What the engine knows of its cluster as a whole.
    ///
    /// # Errors
    /// When the engine does not answer or is no node of a cluster.
    pub async fn cluster_info(&mut self) -> Result<ClusterInfo, EngineError> {
        ClusterInfo::parse(&self.cluster::<String>(&["INFO"]).await?)
    }

    /// The nodes that the engine knows.
    ///
    /// # Errors
    /// When the engine does not answer or is no node of a cluster.
    pub async fn view(&mut self) -> Result<ClusterView, EngineError> {
        self.cluster::<String>(&["NODES"]).await?.parse()
    }

    /// The ids of the nodes of every shard, as clients are told that ask by `CLUSTER SHARDS`, which came with 7.0. Newer
    /// engines go by an id that the nodes of a shard have in common, of which they hear later than of roles.
    pub(super) async fn shards(&mut self) -> Result<Vec<BTreeSet<String>>, EngineError> {
        let answer: Vec<BTreeMap<String, redis::Value>> = self.cluster(&["SHARDS"]).await?;
        let nodes = answer.into_iter().filter_map(|mut shard| shard.remove("nodes"));
        nodes
            .map(|nodes| {
                let nodes: Vec<BTreeMap<String, redis::Value>> = redis::from_redis_value(nodes)?;
                let ids = nodes.into_iter().filter_map(|mut node| node.remove("id"));
                ids.map(|id| Ok(redis::from_redis_value(id)?)).collect()
            })
            .collect()
    }

    /// Lets the engine get to know those that it reaches at `peers`. It has not done so yet when this returns.
    ///
    /// # Errors
    /// When the engine does not answer or refuses.
    pub async fn meet(&mut self, peers: &[SocketAddr]) -> Result<(), EngineError> {
        let mut pipeline = redis::pipe();
        for peer in peers {
            let (ip, port, bus) = (peer.ip().to_string(), peer.port(), bus_port(peer.port()));
            pipeline.add_command(self.command("cluster")).arg("MEET").arg(ip).arg(port).arg(bus).ignore();
        }
        Ok(pipeline.exec_async(&mut self.connection).await?)
    }

    /// Lets the engine forget the node `id`. Done when it does not know it, is it itself, or is its replica: such a
    /// replica has to get another primary first, or become one.
    ///
    /// # Errors
    /// When the engine does not answer or refuses for another reason.
    pub async fn forget(&mut self, id: &str) -> Result<(), EngineError> {
        match self.cluster(&["FORGET", id]).await {
            Err(EngineError::Refused(reason))
                if reason.contains("Unknown node")
                    || reason.contains("Can't forget my")
                    || reason.contains("but myself") =>
            {
                Ok(())
            }
            answer => answer,
        }
    }

    /// Makes the engine, which must have no slots and no keys or be a replica, a replica of the node `primary`.
    ///
    /// # Errors
    /// When the engine does not answer or refuses, as it does as long as it does not know `primary` as a primary.
    pub async fn replicate(&mut self, primary: &str) -> Result<(), EngineError> {
        self.cluster(&["REPLICATE", primary]).await
    }

    /// Lets the engine own slots that in its view nobody owns.
    ///
    /// # Errors
    /// When the engine does not answer or refuses.
    pub async fn add_slots(&mut self, slots: &SlotSet) -> Result<(), EngineError> {
        if slots.is_empty() {
            return Ok(());
        }
        // `ADDSLOTSRANGE` came with 7.0.
        let mut command = self.command("cluster");
        command.arg("ADDSLOTS");
        slots.iter().for_each(|slot| {
            command.arg(slot);
        });
        Ok(command.exec_async(&mut self.connection).await?)
    }

    /// Gives the claim of an engine that knows no other node this epoch.
    ///
    /// # Errors
    /// When the engine does not answer or refuses, as it does when it has an epoch or knows another node.
    pub async fn set_config_epoch(&mut self, epoch: u64) -> Result<(), EngineError> {
        self.cluster(&["SET-CONFIG-EPOCH", &epoch.to_string()]).await
    }

    /// Makes the engine's claim to its slots the latest of all that it has heard of.
    ///
    /// # Errors
    /// When the engine does not answer or refuses.
    pub(super) async fn bump_epoch(&mut self) -> Result<(), EngineError> {
        self.cluster::<String>(&["BUMPEPOCH"]).await.map(drop)
    }

    /// One `CLUSTER` command.
    pub(super) async fn cluster<T: FromRedisValue>(&mut self, words: &[&str]) -> Result<T, EngineError> {
        Ok(self.command("cluster").arg(words).query_async(&mut self.connection).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_node_says_is_read() {
        let info = "cluster_state:ok\r\ncluster_slots_assigned:16384\r\ncluster_slots_ok:16384\r\n\
                    cluster_known_nodes:6\r\ncluster_size:3\r\ncluster_current_epoch:9\r\ncluster_my_epoch:2\r\n";
        let read = ClusterInfo { is_ok: true, assigned_slots: 16_384, known_nodes: 6, current_epoch: 9 };
        assert_eq!(ClusterInfo::parse(info).expect("what it says"), read);
        assert!(!ClusterInfo::parse(&info.replace(":ok", ":fail")).expect("what it says").is_ok);
        assert!(ClusterInfo::parse("cluster_state:ok\r\n").is_err());
    }
}
