//! From `CreateReplicationGroup` to `available`, which has to mean that every replica follows its primary.

use std::time::Instant;

use super::{
    bare::{self, Order},
    bare_cluster,
    group::{Group, Shape},
};
use crate::{
    Error,
    docker::Bare,
    report::{Line, Unit, median, milliseconds},
    server::Server,
};

const ROUNDS: usize = 9;

/// Those that take seconds each.
const SLOW_ROUNDS: usize = 5;

const REPLICAS: usize = 2;

/// A primary with two replicas, then three shards.
pub async fn processes(server: &Server) -> Result<(), Error> {
    let (mut ours, mut at_start, mut when_up) = (vec![], vec![], vec![]);
    for round in 0..=ROUNDS {
        for (order, times) in [(Order::AtStart, &mut at_start), (Order::WhenUp, &mut when_up)] {
            let start = Instant::now();
            let engines = bare::processes(REPLICAS, order).await?;
            times.push(milliseconds(start.elapsed()));
            drop(engines);
        }
        ours.push(create(server, &format!("pair{round}"), Shape::Single { replicas: REPLICAS }).await?);
    }
    // The first round finds out which programs there are.
    let floors = [
        (at_start.split_off(1), "the engines alone, replicaof given at their start"),
        (when_up.split_off(1), "the engines alone, started at once and told by REPLICAOF"),
    ];
    let middle = |times: &[f64]| median(times.to_vec()).unwrap_or_default();
    let better = floors.into_iter().min_by(|a, b| middle(&a.0).total_cmp(&middle(&b.0)));
    let (floor, floor_is) = better.unwrap_or_default();
    Line {
        what: "group of 1 + 2 to available, process",
        unit: Unit::Milliseconds,
        ours: ours.split_off(1),
        floor,
        floor_is,
        target: "ratio <= 1.3",
    }
    .print();
    shards(server).await
}

async fn shards(server: &Server) -> Result<(), Error> {
    let (mut ours, mut floor) = (vec![], vec![]);
    for round in 0..SLOW_ROUNDS {
        let start = Instant::now();
        let nodes = bare_cluster::form(3, 1).await?;
        floor.push(milliseconds(start.elapsed()));
        drop(nodes);
        ours.push(create(server, &format!("shards{round}"), Shape::Cluster { shards: 3, replicas: 1 }).await?);
    }
    Line {
        what: "group of 3 shards of 1 + 1 to available, process",
        unit: Unit::Milliseconds,
        ours,
        floor,
        floor_is: "the engines alone, formed by hand",
        target: "<= 800 ms",
    }
    .print();
    Ok(())
}

/// A primary with two replicas.
pub async fn containers(server: &Server, docker: &Bare) -> Result<(), Error> {
    let (mut ours, mut floor) = (vec![], vec![]);
    for round in 0..=SLOW_ROUNDS {
        let start = Instant::now();
        let engines = bare::containers(docker, REPLICAS, &format!("pair{round}")).await?;
        floor.push(milliseconds(start.elapsed()));
        for container in &engines {
            docker.remove(container).await?;
        }
        ours.push(create(server, &format!("pair{round}"), Shape::Single { replicas: REPLICAS }).await?);
    }
    Line {
        what: "group of 1 + 2 to available, docker",
        unit: Unit::Milliseconds,
        ours: ours.split_off(1),
        floor: floor.split_off(1),
        floor_is: "the containers alone, started at once and told by REPLICAOF",
        target: "ratio <= 1.3",
    }
    .print();
    Ok(())
}

/// One group, asked for and waited for; removed afterwards.
async fn create(server: &Server, id: &str, shape: Shape) -> Result<f64, Error> {
    let start = Instant::now();
    let group = Group::create(server, id, shape).await?;
    let taken = milliseconds(start.elapsed());
    if !group.is_whole().await? {
        return Err("the group was called available while a replica did not follow its primary".into());
    }
    group.remove().await?;
    Ok(taken)
}
