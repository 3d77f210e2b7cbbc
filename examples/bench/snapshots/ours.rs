//! The server's snapshots, and caches made of them, as a client would ask and wait for them.

use std::{net::SocketAddr, time::Instant};

use memchr::memmem;

use super::data::Data;
use crate::{
    Error,
    groups::talk::until,
    load::api_request,
    ping::until_pong,
    process::free_address,
    report::milliseconds,
    server::{NODE_PORTS, Server},
};

/// A node type with room for the data.
const NODE_TYPE: &str = "cache.t3.medium";

/// How many shards a snapshot is restored to.
#[derive(Clone, Copy)]
pub enum Shape {
    /// A cache cluster of its own.
    Single,
    /// A group in cluster mode.
    Shards(usize),
}

/// A cache of the server.
pub enum Cache {
    /// A cluster of its own.
    Cluster(String, SocketAddr),
    /// A group.
    Group(String),
}

/// Makes a cache cluster with `data` in it.
pub async fn create(server: &Server, data: &Data) -> Result<Cache, Error> {
    let endpoint = free_address()?;
    let form = format!(
        "Action=CreateCacheCluster&CacheClusterId=source&Engine=redis&CacheNodeType={NODE_TYPE}&NumCacheNodes=1&Port={}",
        endpoint.port()
    );
    server.ask(&form).await?;
    let cache = Cache::Cluster("source".to_owned(), endpoint);
    cache.until_available(server).await?;
    data.fill(endpoint).await?;
    Ok(cache)
}

/// Takes a snapshot and waits until it is available.
pub async fn take(server: &Server, cache: &Cache, name: &str) -> Result<(), Error> {
    let of = match cache {
        Cache::Cluster(id, _) => format!("CacheClusterId={id}"),
        Cache::Group(id) => format!("ReplicationGroupId={id}"),
    };
    server.ask(&format!("Action=CreateSnapshot&SnapshotName={name}&{of}")).await?;
    let mut connection = server.connect().await?;
    let request = api_request(server.address, &format!("Action=DescribeSnapshots&SnapshotName={name}"));
    until("the snapshot is available", async || {
        let answer = connection.ask(&request).await?;
        let has = |status: &[u8]| memmem::find(answer, status).is_some();
        if has(b"<SnapshotStatus>failed</SnapshotStatus>") {
            return Err("the snapshot failed".into());
        }
        Ok(has(b"<SnapshotStatus>available</SnapshotStatus>"))
    })
    .await
}

/// Deletes a snapshot; does not wait.
pub async fn delete_snapshot(server: &Server, name: &str) -> Result<(), Error> {
    server.ask(&format!("Action=DeleteSnapshot&SnapshotName={name}")).await.map(drop)
}

/// From the request to a cache that is available and answers with all of the data; removed afterwards.
pub async fn restore(server: &Server, snapshot: &str, shape: Shape, data: &Data) -> Result<f64, Error> {
    let start = Instant::now();
    let cache = create_restored(server, snapshot, shape).await?;
    let endpoints = cache.endpoints(server).await?;
    for endpoint in &endpoints {
        until_pong(*endpoint).await?;
    }
    let taken = milliseconds(start.elapsed());
    data.check(&endpoints).await?;
    remove(server, &cache).await?;
    Ok(taken)
}

/// Makes a cache of a snapshot and waits until it is available.
pub async fn create_restored(server: &Server, snapshot: &str, shape: Shape) -> Result<Cache, Error> {
    let (cache, form) = match shape {
        Shape::Single => {
            let endpoint = free_address()?;
            let words = format!("Action=CreateCacheCluster&CacheClusterId=restored&Port={}", endpoint.port());
            (Cache::Cluster("restored".to_owned(), endpoint), words)
        }
        Shape::Shards(shards) => {
            let words = format!(
                "Action=CreateReplicationGroup&ReplicationGroupId=restored&ReplicationGroupDescription=bench\
                 &NumNodeGroups={shards}&ReplicasPerNodeGroup=0&ClusterMode=enabled&AutomaticFailoverEnabled=true\
                 &CacheParameterGroupName=default.redis7.cluster.on&Port={}",
                NODE_PORTS.start()
            );
            (Cache::Group("restored".to_owned()), words)
        }
    };
    server.ask(&format!("{form}&SnapshotName={snapshot}&CacheNodeType={NODE_TYPE}")).await?;
    cache.until_available(server).await?;
    Ok(cache)
}

/// Deletes a cache and waits until it is gone; snapshots stay.
pub async fn remove(server: &Server, cache: &Cache) -> Result<(), Error> {
    let form = match cache {
        Cache::Cluster(id, _) => format!("Action=DeleteCacheCluster&CacheClusterId={id}"),
        Cache::Group(id) => format!("Action=DeleteReplicationGroup&ReplicationGroupId={id}"),
    };
    server.ask(&form).await?;
    until("the cache is gone", async || {
        let all = server.resources().await?;
        Ok(all["cache_clusters"].as_array().is_none_or(Vec::is_empty))
    })
    .await
}

impl Cache {
    async fn until_available(&self, server: &Server) -> Result<(), Error> {
        let (form, status): (_, &[u8]) = match self {
            Self::Cluster(id, _) => (
                format!("Action=DescribeCacheClusters&CacheClusterId={id}"),
                b"<CacheClusterStatus>available</CacheClusterStatus>",
            ),
            Self::Group(id) => (
                format!("Action=DescribeReplicationGroups&ReplicationGroupId={id}"),
                // Of a shard, which the group is not without.
                b"<Status>available</Status>",
            ),
        };
        let request = api_request(server.address, &form);
        let mut connection = server.connect().await?;
        until("the cache is available", async || {
            let answer = connection.ask(&request).await?;
            let statuses = match self {
                Self::Cluster(..) => 1,
                Self::Group(_) => memmem::find_iter(answer, b"<Status>").count().max(1),
            };
            Ok(memmem::find_iter(answer, status).count() == statuses)
        })
        .await
    }

    /// Where each of its primaries is reached.
    async fn endpoints(&self, server: &Server) -> Result<Vec<SocketAddr>, Error> {
        match self {
            Self::Cluster(_, endpoint) => Ok(vec![*endpoint]),
            Self::Group(id) => {
                let all = server.resources().await?;
                let members = all["cache_clusters"].as_array().into_iter().flatten();
                let members = members.filter(|cluster| cluster["id"].as_str().is_some_and(|name| name.starts_with(id)));
                let port = |cluster: &serde_json::Value| u16::try_from(cluster["nodes"][0]["port"].as_u64()?).ok();
                Ok(members.filter_map(port).map(|port| SocketAddr::from(([127, 0, 0, 1], port))).collect())
            }
        }
    }
}
