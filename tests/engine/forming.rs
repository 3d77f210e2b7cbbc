//! Blank engines become a cluster.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use cachette::{
    engine::{Duty, Member, Seat, form, settle},
    model::{Engine, SlotSet},
};

use crate::bed::{Bed, client, members, seats, until};

/// Forms a cluster from nothing and checks what became of it. Answers how long it took.
async fn forms(engine: Engine, shards: u16, replicas: usize, helpers: usize) -> Duration {
    let bed = Bed::new().await;
    let began = Instant::now();
    let number = usize::from(shards) * (replicas + 1);
    let seats = seats(bed.start_all(engine, number + helpers).await, shards, replicas);
    let started = began.elapsed();
    let ids = form(&seats).await.expect("a cluster");
    let took = began.elapsed();
    println!("{engine:?} {shards} x {replicas}, {helpers} helpers: started {started:?}, formed after {took:?}");
    is_formed(&seats, &ids).await;
    settle(&members(&seats)).await.expect("its parameters");
    is_formed(&seats, &ids).await;
    took
}

pub async fn is_formed(seats: &[Seat], ids: &[String]) {
    let number = members(seats).len();
    let mut epochs = BTreeSet::new();
    for seat in seats.iter().filter(|seat| seat.duty != Duty::Helper) {
        let mut client = client(&seat.member).await;
        assert!(client.cluster_info().await.expect("what it says").is_ok);
        let view = client.view().await.expect("what it sees");
        // Two nodes that met each other twice at once may still be about to find that out.
        assert_eq!(view.nodes().iter().filter(|node| node.is_known()).count(), number, "{view:?}");
        assert_eq!(view.owned(), SlotSet::all());
        if view.myself().is_primary() {
            // Or they would sort it out later, and a replica that takes over before it hears of it would not be believed.
            assert!(epochs.insert(view.myself().epoch), "two claim with the same epoch: {view:?}");
        }
        for (seat, id) in seats.iter().zip(ids).filter(|(seat, _)| seat.duty != Duty::Helper) {
            let node = view.node(id).expect("a node");
            assert_eq!(node.address, Some(seat.member.peer));
            match &seat.duty {
                Duty::Primary(slots) => assert_eq!((&node.slots, node.is_primary()), (slots, true)),
                Duty::Replica { of } => {
                    assert_eq!(node.primary_id, view.at(*of).map(|primary| primary.id.clone()));
                }
                Duty::Helper => unreachable!(),
            }
        }
        if matches!(seat.duty, Duty::Replica { .. }) {
            assert!(client.replication().await.expect("its state").link_is_up());
        }
        let shards = seats.iter().filter(|seat| matches!(seat.duty, Duty::Primary(_))).count();
        // Two nodes that meet twice look like a shard more until they find that out.
        until("clients see every shard", async || shards_as_clients_see_them(&seat.member).await == shards).await;
    }
}

/// How many shards `CLUSTER SHARDS` tells of. Newer engines go by an id that nodes of a shard have in common.
async fn shards_as_clients_see_them(member: &Member) -> usize {
    let client = redis::Client::open(format!("redis://{}", member.address)).expect("an address");
    let mut connection = client.get_multiplexed_async_connection().await.expect("a connection");
    let shards: Vec<redis::Value> =
        redis::cmd("CLUSTER").arg("SHARDS").query_async(&mut connection).await.expect("its shards");
    shards.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn clusters_of_every_shape_form() {
    for engine in [Engine::Redis, Engine::Valkey] {
        for (shards, replicas, helpers) in
            [(1, 0, 0), (1, 0, 1), (1, 1, 0), (2, 0, 0), (2, 0, 2), (2, 1, 0), (3, 0, 3), (3, 1, 0), (3, 2, 0)]
        {
            let took = forms(engine, shards, replicas, helpers).await;
            // Alone the engine waits for two seconds; the rest leaves room for a busy machine.
            assert!(took < Duration::from_secs(10), "{shards} x {replicas}: {took:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn high_ports_leave_room_for_the_bus() {
    for engine in [Engine::Redis, Engine::Valkey] {
        let bed = Bed::at_port(60_123).await;
        let seats = seats(bed.start_all(engine, 2).await, 1, 1);
        let ids = form(&seats).await.expect("a cluster");
        is_formed(&seats, &ids).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_was_cut_short_is_completed() {
    for engine in [Engine::Redis, Engine::Valkey] {
        for (shards, replicas, helpers) in [(2, 1, 0), (1, 0, 1)] {
            let bed = Bed::new().await;
            let number = usize::from(shards) * (replicas + 1) + helpers;
            let seats = seats(bed.start_all(engine, number).await, shards, replicas);
            // Each try gets a little further.
            for limit in (0..40).map(|steps| Duration::from_millis(steps * 10)) {
                let _ = tokio::time::timeout(limit, form(&seats)).await;
            }
            let ids = form(&seats).await.expect("a cluster");
            is_formed(&seats, &ids).await;
            assert_eq!(form(&seats).await.expect("the same again"), ids);
            is_formed(&seats, &ids).await;
        }
    }
}
