//! What is in the caches of which snapshots are taken.

use std::net::SocketAddr;

use crate::{Error, groups::talk::connect};

/// How many keys are written in one go, at most.
const KEYS_AT_A_TIME: u32 = 10_000;

/// How many bytes are written in one go, about.
const BYTES_AT_A_TIME: usize = 4 << 20;

/// Some data.
pub struct Data {
    /// What they are called.
    pub name: &'static str,
    keys: u32,
    /// The length of each value, in bytes.
    length: usize,
}

/// All that is measured.
pub const DATA: [Data; 2] = [
    Data { name: "1,000,000 small keys", keys: 1_000_000, length: 16 },
    Data { name: "64 MiB in values of 64 KiB", keys: 1024, length: 64 << 10 },
];

impl Data {
    /// Writes them to the engine at `address`.
    pub async fn fill(&self, address: SocketAddr) -> Result<(), Error> {
        let mut engine = connect(address).await?;
        let at_a_time = KEYS_AT_A_TIME.min(u32::try_from(BYTES_AT_A_TIME / self.length)?).max(1);
        let mut state = 1_u64;
        let mut value = vec![0; self.length];
        for first in (0..self.keys).step_by(usize::try_from(at_a_time)?) {
            let mut pipeline = redis::pipe();
            for key in first..self.keys.min(first + at_a_time) {
                noise(&mut state, &mut value);
                pipeline.cmd("SET").arg(format!("key:{key:07}")).arg(&value).ignore();
            }
            pipeline.exec_async(&mut engine).await?;
        }
        Ok(())
    }

    /// Makes sure that the engines at `addresses` have all of them together.
    pub async fn check(&self, addresses: &[SocketAddr]) -> Result<(), Error> {
        let mut found = 0;
        for address in addresses {
            let keys: u32 = redis::cmd("DBSIZE").query_async(&mut connect(*address).await?).await?;
            found += keys;
        }
        if found == self.keys { Ok(()) } else { Err(format!("{found} of {} keys are there", self.keys).into()) }
    }
}

/// Fills `bytes` with what cannot be compressed: engines would make the dump of anything else smaller.
fn noise(state: &mut u64, bytes: &mut [u8]) {
    for chunk in bytes.chunks_mut(8) {
        // The generator xorshift64.
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        chunk.copy_from_slice(&state.to_le_bytes()[..chunk.len()]);
    }
}
