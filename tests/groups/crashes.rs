//! The server is killed after so and so many changes of its records, wherever it is in its work then, and started again.
//! Whatever it was in the middle of has to come to its end, with just the engines that are needed and every key.

use cachette::protocol::{Operation, types};

use crate::{
    service_updates::applied_to_group,
    world::{GROUP, Shape, World},
};

/// How many keys there are.
const KEYS: usize = 200;

/// What is asked of a group, and how it stands in the end.
struct Scenario {
    shape: Shape,
    operation: Operation,
    /// How many engines there are in the end.
    engines: usize,
}

impl Scenario {
    /// Kills the server after one more change each time, in steps, until the work is done before it comes to that.
    async fn survives_crashes(&self, step: u64) {
        let mut after = 1;
        while self.run(after).await {
            after += step;
        }
        assert!(after > 1, "nothing was ever in the middle");
    }

    /// One life with a crash; answers whether it came before the end of the work.
    async fn run(&self, after: u64) -> bool {
        let mut world = World::new().await;
        world.create(&self.shape).await;
        world.until("available", World::is_available).await;
        self.fill(&world).await;
        let begin = world.version();
        world.execute(self.operation.clone()).await;
        let engines = self.engines;
        world
            .until("in the middle", |world| {
                world.version() >= begin + after || (world.is_available() && world.member_count() == engines)
            })
            .await;
        let in_the_middle = !(world.is_available() && world.member_count() == engines);
        world.crash().await;
        world.start().await;
        world.until("done", |world| world.is_available() && world.member_count() == engines).await;
        assert_eq!(world.engine_count().await, engines, "after {after}");
        assert_eq!(world.keys().await, KEYS, "after {after}");
        world.end().await;
        in_the_middle
    }

    async fn fill(&self, world: &World) {
        for key in 0..KEYS {
            world.set(&format!("k{key}"), "v").await;
        }
    }
}

#[tokio::test]
async fn in_the_middle_of_adding_replicas() {
    let operation = Operation::IncreaseReplicaCount(Box::new(types::IncreaseReplicaCountMessage {
        replication_group_id: GROUP.into(),
        new_replica_count: Some(3),
        apply_immediately: true,
        ..Default::default()
    }));
    let shape = Shape { clustered: false, shards: 1, replicas: 1, automatic_failover: true };
    Scenario { shape, operation, engines: 4 }.survives_crashes(2).await;
}

#[tokio::test]
async fn in_the_middle_of_resharding() {
    let input = types::ModifyReplicationGroupShardConfigurationMessage {
        replication_group_id: GROUP.into(),
        node_group_count: 2,
        apply_immediately: true,
        ..Default::default()
    };
    let operation = Operation::ModifyReplicationGroupShardConfiguration(Box::new(input));
    let shape = Shape { clustered: true, shards: 1, replicas: 1, automatic_failover: true };
    Scenario { shape, operation, engines: 4 }.survives_crashes(5).await;
}

#[tokio::test]
async fn in_the_middle_of_an_upgrade() {
    let operation = Operation::ModifyReplicationGroup(Box::new(types::ModifyReplicationGroupMessage {
        replication_group_id: GROUP.into(),
        engine: Some("valkey".into()),
        engine_version: Some("8.0".into()),
        apply_immediately: Some(true),
        ..Default::default()
    }));
    let shape = Shape { clustered: false, shards: 1, replicas: 1, automatic_failover: true };
    Scenario { shape, operation, engines: 2 }.survives_crashes(2).await;
}

#[tokio::test]
async fn in_the_middle_of_a_failover() {
    let operation = Operation::TestFailover(Box::new(types::TestFailoverMessage {
        replication_group_id: GROUP.into(),
        node_group_id: "0001".into(),
    }));
    let shape = Shape { clustered: true, shards: 2, replicas: 1, automatic_failover: true };
    Scenario { shape, operation, engines: 4 }.survives_crashes(1).await;
}

#[tokio::test]
async fn in_the_middle_of_a_service_update() {
    let shape = Shape { clustered: false, shards: 1, replicas: 1, automatic_failover: true };
    Scenario { shape, operation: applied_to_group(), engines: 2 }.survives_crashes(2).await;
}
