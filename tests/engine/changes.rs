//! Nodes of a cluster die, are replaced, and change places.

use std::time::Instant;

use cachette::{
    engine::{Duty, Member, Seat, forget_all, form, join, settle, switch_primary, until_agreed},
    model::{Engine, SlotSet},
};
use redis::AsyncCommands;

use crate::{
    bed::{Bed, client, members, owners, seats, until},
    clients::{Load, connect},
};

/// A cluster as it runs, with the parameters that are wanted.
async fn cluster(bed: &Bed, engine: Engine, shards: u16, replicas: usize) -> (Vec<Member>, Vec<String>) {
    let number = usize::from(shards) * (replicas + 1);
    let helpers = if replicas == 0 { number } else { 0 };
    let seats = seats(bed.start_all(engine, number + helpers).await, shards, replicas);
    let ids = form(&seats).await.expect("a cluster");
    settle(&members(&seats)).await.expect("its parameters");
    (members(&seats), ids)
}

/// Those of `all` at the given places.
fn pick(all: &[Member], places: &[usize]) -> Vec<Member> {
    places.iter().map(|place| all[*place].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_replica_is_replaced() {
    for engine in [Engine::Redis, Engine::Valkey] {
        let bed = Bed::new().await;
        let (all, ids) = cluster(&bed, engine, 2, 1).await;
        bed.kill(&all[1]);
        let left = pick(&all, &[0, 2, 3]);
        forget_all(&left, &ids[1..2]).await.expect("forgetting it");
        forget_all(&left, &ids[1..2]).await.expect("forgetting it again");
        let began = Instant::now();
        let seat = Seat { member: bed.start(engine, true).await, duty: Duty::Replica { of: all[0].peer } };
        let new = join(std::slice::from_ref(&seat), &left).await.expect("a new replica");
        println!("{engine:?}: replica replaced after {:?}", began.elapsed());
        assert_eq!(join(std::slice::from_ref(&seat), &left).await.expect("the same again"), new);
        for member in left.iter().chain([&seat.member]) {
            let view = client(member).await.view().await.expect("a view");
            assert!(view.node(&ids[1]).is_none(), "it came back: {view:?}");
            assert_eq!(view.node(&new[0]).and_then(|node| node.primary_id.as_ref()), Some(&ids[0]));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_takes_over_from_a_dead_primary() {
    for engine in [Engine::Redis, Engine::Valkey] {
        let bed = Bed::new().await;
        // Two shards: no majority of primaries is left to elect another.
        let (all, ids) = cluster(&bed, engine, 2, 2).await;
        let mut connection = connect(&all).await;
        for key in 0..100 {
            connection.set::<_, _, ()>(format!("key-{key}"), key).await.expect("a write");
        }
        let mut first = client(&all[0]).await;
        until("the replicas have it", async || {
            let state = first.replication().await.expect("its state");
            state.replicas.len() == 2 && state.replicas.iter().all(|replica| replica.offset == state.offset)
        })
        .await;
        bed.kill(&all[0]);
        let began = Instant::now();
        let mut successor = client(&all[1]).await;
        successor.take_over().await.expect("a new primary");
        successor.take_over().await.expect("a new primary, still");
        println!("{engine:?}: taken over after {:?}", began.elapsed());
        let left = pick(&all, &[1, 2, 3, 4, 5]);
        let wanted = owners(&[ids[1].clone(), ids[3].clone()], &["0-8191", "8192-16383"]);
        until_agreed(&left, &wanted).await.expect("agreement");
        println!("{engine:?}: all agree after {:?}", began.elapsed());
        let mut sibling = client(&all[2]).await;
        until("its sibling follows", async || {
            sibling.view().await.expect("a view").myself().primary_id.as_ref() == Some(&ids[1])
                && sibling.replication().await.expect("its state").link_is_up()
        })
        .await;
        println!("{engine:?}: sibling follows after {:?}", began.elapsed());
        forget_all(&left, &ids[..1]).await.expect("forgetting it");

        let seat = Seat { member: bed.start(engine, true).await, duty: Duty::Replica { of: all[1].peer } };
        join(std::slice::from_ref(&seat), &left).await.expect("a new replica");
        println!("{engine:?}: whole again after {:?}", began.elapsed());
        let mut connection = connect(&left).await;
        for key in 0..100 {
            assert_eq!(connection.get::<_, i32>(format!("key-{key}")).await.expect("a read"), key);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_primary_without_replicas_is_replaced_by_an_empty_one() {
    for engine in [Engine::Redis, Engine::Valkey] {
        let bed = Bed::new().await;
        let (all, ids) = cluster(&bed, engine, 2, 0).await;
        bed.kill(&all[0]);
        let began = Instant::now();
        let left = pick(&all, &[1]);
        forget_all(&left, &ids[..1]).await.expect("forgetting it");
        let slots: SlotSet = "0-8191".parse().expect("slots");
        let newcomers = [
            Seat { member: bed.start(engine, true).await, duty: Duty::Primary(slots) },
            Seat { member: bed.start(engine, true).await, duty: Duty::Helper },
        ];
        let new = join(&newcomers, &left).await.expect("a new primary");
        println!("{engine:?}: empty primary in place after {:?}", began.elapsed());
        bed.kill(&newcomers[1].member);
        let now = [newcomers[0].member.clone(), all[1].clone()];
        settle(&now).await.expect("its parameters");
        let wanted = owners(&[new[0].clone(), ids[1].clone()], &["0-8191", "8192-16383"]);
        until_agreed(&now, &wanted).await.expect("agreement");
        for member in &now {
            let view = client(member).await.view().await.expect("a view");
            assert_eq!(view.nodes().iter().filter(|node| node.is_known()).count(), 2, "{view:?}");
        }
        let mut connection = connect(&now).await;
        for key in 0..100 {
            connection.set::<_, _, ()>(format!("key-{key}"), key).await.expect("a write");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planned_switch_loses_no_write_and_can_be_done_again_at_once() {
    for engine in [Engine::Redis, Engine::Valkey] {
        let bed = Bed::new().await;
        let (all, ids) = cluster(&bed, engine, 2, 1).await;
        let load = Load::start(&all, 4).await;
        let others = pick(&all, &[2, 3]);
        for (new, old) in [(1, 0), (0, 1), (1, 0)] {
            let began = Instant::now();
            switch_primary(&all[new], &all[old], &others).await.expect("a switch");
            println!("{engine:?}: switched after {:?}", began.elapsed());
            let wanted = owners(&[ids[new].clone(), ids[2].clone()], &["0-8191", "8192-16383"]);
            until_agreed(&all, &wanted).await.expect("agreement");
            load.goes_on().await;
        }
        load.ends_well(&all).await;
    }
}
