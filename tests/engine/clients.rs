//! Clients of a cluster, as an application has them: they write and read all the time, and follow the engines when slots
//! or roles move.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use cachette::engine::Member;
use redis::{AsyncCommands, cluster::ClusterClient, cluster_async::ClusterConnection};
use tokio::task::JoinSet;

use crate::bed::until;

/// How many keys every client writes in turn.
const KEYS: usize = 50;

/// A connection that finds the owner of every key.
pub async fn connect(members: &[Member]) -> ClusterConnection {
    let nodes: Vec<String> = members.iter().map(|member| format!("redis://{}", member.address)).collect();
    let client = ClusterClient::builder(nodes)
        .retries(200)
        .min_retry_wait(1)
        .max_retry_wait(50)
        .connection_timeout(Duration::from_secs(2))
        .response_timeout(Duration::from_secs(20))
        .build()
        .expect("a client");
    client.get_async_connection().await.expect("a connection")
}

/// Clients at work.
pub struct Load {
    tasks: JoinSet<Vec<(String, u64)>>,
    stop: Arc<AtomicBool>,
    writes: Arc<AtomicU64>,
}

impl Load {
    /// Lets some clients work. Each reads its key, which must be what it wrote last, and writes it anew.
    pub async fn start(members: &[Member], clients: usize) -> Self {
        let (stop, writes) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let mut tasks = JoinSet::new();
        for client in 0..clients {
            let mut connection = connect(members).await;
            let (stop, writes) = (Arc::clone(&stop), Arc::clone(&writes));
            tasks.spawn(async move {
                let mut keys: Vec<_> = (0..KEYS).map(|key| (format!("load-{client}-{key}"), 0)).collect();
                while !stop.load(Ordering::Relaxed) {
                    for (key, value) in &mut keys {
                        let read: Option<u64> = connection.get(&*key).await.expect("a read");
                        assert_eq!(read.unwrap_or(0), *value, "{key}");
                        connection.set::<_, _, ()>(&*key, *value + 1).await.expect("a write");
                        *value += 1;
                        writes.fetch_add(1, Ordering::Relaxed);
                    }
                }
                keys
            });
        }
        let load = Self { tasks, stop, writes };
        load.goes_on().await;
        load
    }

    /// Waits until clients have written a while longer.
    pub async fn goes_on(&self) {
        let enough = self.writes.load(Ordering::Relaxed) + 500;
        until("the clients write", async || self.writes.load(Ordering::Relaxed) >= enough).await;
    }

    /// Ends the work, and checks that every key is what was written last.
    pub async fn ends_well(self, members: &[Member]) {
        self.stop.store(true, Ordering::Relaxed);
        let mut connection = connect(members).await;
        for (key, value) in self.tasks.join_all().await.into_iter().flatten() {
            assert_eq!(connection.get::<_, u64>(&key).await.expect("a read"), value, "{key}");
        }
    }
}
