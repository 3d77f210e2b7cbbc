//! A replication group of the server, made and watched as a client would.

use std::{collections::BTreeMap, net::SocketAddr};

use memchr::memmem;
use redis::aio::MultiplexedConnection;

use super::talk::{connect, info, is_linked, until};
use crate::{
    Error,
    load::api_request,
    server::{NODE_PORTS, Server},
};

/// What is asked for.
#[derive(Clone, Copy)]
pub enum Shape {
    /// A primary with replicas, cluster mode disabled.
    Single {
        /// How many.
        replicas: usize,
    },
    /// Cluster mode enabled.
    Cluster {
        /// How many shards.
        shards: usize,
        /// How many replicas each of them has.
        replicas: usize,
    },
}

/// A member of a group.
#[derive(Clone)]
pub struct Member {
    /// Where clients reach it.
    pub endpoint: SocketAddr,
    /// Where its engine is.
    pub engine: SocketAddr,
    /// Whether its own status is `available`: that of the group does not tell of a replica that is being replaced.
    pub is_available: bool,
}

/// A group that was asked for.
pub struct Group<'a> {
    server: &'a Server,
    id: String,
    shape: Shape,
}

impl<'a> Group<'a> {
    /// Asks for a group and waits until it is available.
    pub async fn create(server: &'a Server, id: &str, shape: Shape) -> Result<Self, Error> {
        let words = match shape {
            Shape::Single { replicas } => {
                format!("NumCacheClusters={}&AutomaticFailoverEnabled={}", replicas + 1, replicas > 0)
            }
            Shape::Cluster { shards, replicas } => format!(
                "NumNodeGroups={shards}&ReplicasPerNodeGroup={replicas}&AutomaticFailoverEnabled=true\
                 &CacheParameterGroupName=default.redis7.cluster.on"
            ),
        };
        let group = Self { server, id: id.to_owned(), shape };
        let form = format!(
            "Action=CreateReplicationGroup&ReplicationGroupId={id}&ReplicationGroupDescription=bench&Engine=redis\
             &CacheNodeType=cache.t3.micro&Port={port}&{words}",
            port = NODE_PORTS.start()
        );
        server.ask(&form).await?;
        group.until_available().await?;
        Ok(group)
    }

    /// Waits until the group and all of its shards are available.
    pub async fn until_available(&self) -> Result<(), Error> {
        let form = format!("Action=DescribeReplicationGroups&ReplicationGroupId={}", self.id);
        let request = api_request(self.server.address, &form);
        let mut connection = self.server.connect().await?;
        until("the group is available", async || {
            let answer = connection.ask(&request).await?;
            let count = |status: &[u8]| memmem::find_iter(answer, status).count();
            let statuses = count(b"<Status>");
            Ok(statuses > 0 && count(b"<Status>available</Status>") == statuses)
        })
        .await
    }

    /// Where writes go, or any node answers.
    pub async fn endpoint(&self) -> Result<SocketAddr, Error> {
        let form = format!("Action=DescribeReplicationGroups&ReplicationGroupId={}", self.id);
        let answer = self.server.ask(&form).await?;
        let name = match self.shape {
            Shape::Single { .. } => "<PrimaryEndpoint>",
            Shape::Cluster { .. } => "<ConfigurationEndpoint>",
        };
        let port = || answer.split_once(name)?.1.split_once("<Port>")?.1.split_once('<')?.0.parse().ok();
        let port: u16 = port().ok_or("the group has no endpoint")?;
        Ok(SocketAddr::from(([127, 0, 0, 1], port)))
    }

    /// The members that serve, by their names.
    pub async fn members(&self) -> Result<BTreeMap<String, Member>, Error> {
        let all = self.server.resources().await?;
        let clusters = all["cache_clusters"].as_array().into_iter().flatten();
        let serving = clusters.filter_map(|cluster| {
            let node = &cluster["nodes"][0];
            let port = u16::try_from(node["port"].as_u64()?).ok()?;
            let endpoint = SocketAddr::from(([127, 0, 0, 1], port));
            let engine = node["engine_address"].as_str()?.parse().ok()?;
            let is_available = cluster["status"] == "available";
            Some((cluster["id"].as_str()?.to_owned(), Member { endpoint, engine, is_available }))
        });
        Ok(serving.filter(|(name, _)| name.starts_with(&self.id)).collect())
    }

    /// Whether every shard has a primary and every replica follows its own, as the server and the engines say.
    pub async fn is_whole(&self) -> Result<bool, Error> {
        let (shards, replicas) = match self.shape {
            Shape::Single { replicas } => (1, replicas),
            Shape::Cluster { shards, replicas } => (shards, shards * replicas),
        };
        let (mut primaries, mut linked) = (0, 0);
        for member in self.members().await?.into_values().filter(|member| member.is_available) {
            let Ok(mut engine) = connect(member.engine).await else { return Ok(false) };
            if is_primary(&mut engine).await? {
                primaries += 1;
            } else if is_linked(&mut engine).await? {
                linked += 1;
            }
        }
        Ok((primaries, linked) == (shards, replicas))
    }

    /// Waits until nothing is missing and nothing is being done.
    pub async fn until_whole(&self) -> Result<(), Error> {
        until("the group is whole again", async || Ok(self.is_whole().await.unwrap_or_default())).await?;
        self.until_available().await
    }

    /// The primary of the first shard and one of its replicas.
    pub async fn first_shard(&self) -> Result<(Member, Member), Error> {
        let members = self.members().await?;
        let first = match self.shape {
            Shape::Single { .. } => self.id.clone(),
            Shape::Cluster { .. } => format!("{}-0001", self.id),
        };
        let (mut primary, mut replica) = (None, None);
        for (_, member) in members.into_iter().filter(|(name, _)| name.starts_with(&first)) {
            let place = if is_primary(&mut connect(member.engine).await?).await? { &mut primary } else { &mut replica };
            *place = Some(member);
        }
        Ok((primary.ok_or("the shard has no primary")?, replica.ok_or("the shard has no replica")?))
    }

    /// Asks for an even split over as many shards; does not wait.
    pub async fn reshard(&self, shards: usize) -> Result<(), Error> {
        let form = format!(
            "Action=ModifyReplicationGroupShardConfiguration&ReplicationGroupId={}&NodeGroupCount={shards}\
             &ApplyImmediately=true",
            self.id
        );
        self.server.ask(&form).await?;
        Ok(())
    }

    /// Removes the group, and waits until nothing is left of it. There is no other in the server.
    pub async fn remove(self) -> Result<(), Error> {
        self.server.reset().await
    }
}

async fn is_primary(engine: &mut MultiplexedConnection) -> Result<bool, Error> {
    Ok(info(engine, "replication", "role").await? == "master")
}
