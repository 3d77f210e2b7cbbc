//! Stores that are full before the server starts. The server itself makes the first record, so that the others look
//! like real ones; the rest are copies of it.

use std::path::Path;

use cachette::{
    model::{CacheCluster, Scope},
    store::{StorageError, Store},
};

use crate::{
    Error,
    process::POLL,
    server::{NODE_PORTS, Server, create},
};

/// The identifier of the cluster that is asked for: in the middle of the others.
pub const WANTED: &str = "bench-000004";

/// Fills the store in `data_dir` with `count` clusters. The first `with_nodes` have a node with an endpoint, the others
/// none, as there are not ports for all.
pub async fn clusters(binary: &Path, data_dir: &Path, count: usize, with_nodes: usize) -> Result<(), Error> {
    let server = Server::start(binary, "none", data_dir).await?;
    server.ask(&create("first", *NODE_PORTS.start())).await?;
    server.until_available(1).await?;
    drop(server);
    let file = data_dir.join("records.redb");
    let store = Store::open(&file)?;
    let scope = Scope::new("000000000000", "us-east-1");
    let first = store.tables().cache_clusters.get(&scope, "first").cloned().ok_or("the first cluster is gone")?;
    let write = store.write(move |draft| {
        draft.remove::<CacheCluster>(&scope, "first");
        for number in 0..count {
            let mut cluster = CacheCluster::clone(&first);
            cluster.id = format!("bench-{number:06}");
            cluster.uid = format!("{number:08x}");
            if number < with_nodes {
                let port = u16::try_from(number).ok().and_then(|number| NODE_PORTS.start().checked_add(number));
                cluster.nodes.values_mut().for_each(|node| node.port = port);
            } else {
                cluster.nodes.clear();
            }
            draft.put(&scope, &cluster.id.clone(), cluster);
        }
        Ok::<_, StorageError>(())
    });
    write.await?;
    drop(store);
    // The store's thread lets go of the file a moment later.
    while let Err(redb::DatabaseError::DatabaseAlreadyOpen) = redb::Database::open(&file) {
        tokio::time::sleep(POLL).await;
    }
    Ok(())
}
