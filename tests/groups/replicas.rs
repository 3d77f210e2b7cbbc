//! What replicas have, and when.

use crate::world::{Shape, World};

/// Engines that send copies straight to replicas may hold back what is written after for a second. A group that is
/// available does not.
#[tokio::test]
async fn what_is_written_at_once_is_copied_at_once() {
    for _ in 0..5 {
        let world = World::new().await;
        world.create(&Shape { clustered: false, shards: 1, replicas: 2, automatic_failover: true }).await;
        world.until("available", World::is_available).await;
        let begin = std::time::Instant::now();
        world.write_copied(world.primary_port(), "k", 2).await;
        assert!(begin.elapsed().as_millis() < 300, "{:?}", begin.elapsed());
        world.end().await;
    }
}
