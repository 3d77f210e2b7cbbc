//! One client of a cluster that reads and writes random keys, on a thread of its own: it is not to wait for what is
//! measured meanwhile, nor the other way round. It asks as often as it is told to and not as often as it could, so that
//! the load is the same whatever is between it and the engines.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use redis::cluster::ClusterClient;

use super::talk::connect;
use crate::Error;

/// How many keys there are.
const KEYS: u32 = 10_000;

const VALUE: [u8; 100] = [b'x'; 100];

/// When it asks. What could not be asked in time is asked afterwards at once.
const EVERY: Duration = Duration::from_millis(1);

/// A client at work.
pub struct Traffic {
    over: Arc<AtomicBool>,
    client: JoinHandle<Result<Duration, Error>>,
}

impl Traffic {
    /// Writes all keys to the only node of a cluster, then starts a client of it.
    pub async fn start(node: SocketAddr) -> Result<Self, Error> {
        let mut pipeline = redis::pipe();
        for number in 0..KEYS {
            pipeline.cmd("SET").arg(key(number)).arg(&VALUE).ignore();
        }
        pipeline.exec_async(&mut connect(node).await?).await?;
        let over = Arc::new(AtomicBool::new(false));
        let until = Arc::clone(&over);
        let client = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(ask(node, &until))
        });
        Ok(Self { over, client })
    }

    /// Ends it and answers how long it has waited for an answer at most. An error when a key was not there or a command
    /// failed.
    pub fn end(self) -> Result<Duration, Error> {
        self.over.store(true, Ordering::Relaxed);
        self.client.join().map_err(|_| "the client of the cluster ended")?
    }
}

async fn ask(node: SocketAddr, over: &AtomicBool) -> Result<Duration, Error> {
    let mut cluster = ClusterClient::new(vec![format!("redis://{node}")])?.get_async_connection().await?;
    // Any order will do that looks like none.
    let mut state = 1_u32;
    let mut longest = Duration::ZERO;
    let mut ticks = tokio::time::interval(EVERY);
    while !over.load(Ordering::Relaxed) {
        ticks.tick().await;
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let key = key((state >> 8) % KEYS);
        let asked = Instant::now();
        if state & (1 << 31) == 0 {
            redis::cmd("SET").arg(&key).arg(&VALUE).exec_async(&mut cluster).await?;
        } else {
            let value: Option<Vec<u8>> = redis::cmd("GET").arg(&key).query_async(&mut cluster).await?;
            if value.is_none_or(|value| value != VALUE) {
                return Err(format!("{key} was lost").into());
            }
        }
        longest = longest.max(asked.elapsed());
    }
    Ok(longest)
}

fn key(number: u32) -> String {
    format!("key:{number:05}")
}
