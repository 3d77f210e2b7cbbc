//! Slots move from shard to shard with their keys, while clients go on.

use std::time::Instant;

use cachette::{
    engine::{Duty, Member, Seat, forget_all, form, join, move_slots, open_moves, settle, until_agreed},
    model::{Engine, SlotSet},
};
use redis::AsyncCommands;

use crate::{
    bed::{Bed, client, members, owners, seats},
    clients::{Load, connect},
};

const KEYS: usize = 5_000;

async fn fill(members: &[Member]) {
    let mut connection = connect(members).await;
    for some in (0..KEYS).collect::<Vec<_>>().chunks(50) {
        let writes = some.iter().map(|key| {
            let mut connection = connection.clone();
            async move { connection.set::<_, _, ()>(format!("key-{key}"), key).await.expect("a write") }
        });
        futures_util::future::join_all(writes).await;
    }
    connection.set::<_, _, ()>("large", "x".repeat(8 << 20)).await.expect("a write");
}

async fn is_whole(members: &[Member]) {
    let mut connection = connect(members).await;
    for key in 0..KEYS {
        assert_eq!(connection.get::<_, Option<usize>>(format!("key-{key}")).await.expect("a read"), Some(key));
    }
    assert_eq!(connection.strlen::<_, usize>("large").await.expect("a read"), 8 << 20);
}

async fn cluster(bed: &Bed, engine: Engine, shards: u16, replicas: usize) -> (Vec<Member>, Vec<String>) {
    let number = usize::from(shards) * (replicas + 1);
    let helpers = if replicas == 0 { number } else { 0 };
    let seats = seats(bed.start_all(engine, number + helpers).await, shards, replicas);
    let ids = form(&seats).await.expect("a cluster");
    settle(&members(&seats)).await.expect("its parameters");
    (members(&seats), ids)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_shard_becomes_two_under_load() {
    for (engine, replicas) in [(Engine::Redis, 0), (Engine::Valkey, 0), (Engine::Redis, 1), (Engine::Valkey, 1)] {
        let bed = Bed::new().await;
        let (mut all, mut ids) = cluster(&bed, engine, 1, replicas).await;
        fill(&all).await;
        let load = Load::start(&all, 4).await;
        let began = Instant::now();
        let started = bed.start_all(engine, 2).await;
        let duty = if replicas == 0 { Duty::Helper } else { Duty::Replica { of: started[0].peer } };
        let newcomers = [
            Seat { member: started[0].clone(), duty: Duty::Primary(SlotSet::default()) },
            Seat { member: started[1].clone(), duty },
        ];
        let new = join(&newcomers, &all).await.expect("a new shard");
        println!("{engine:?} {replicas}: joined after {:?}", began.elapsed());
        let began = Instant::now();
        let slots: SlotSet = "8192-16383".parse().expect("slots");
        let mut heard = Vec::new();
        move_slots(&all[0], &started[0], &[], &slots, |done| heard.push(done)).await.expect("a move");
        println!("{engine:?} {replicas}: 8192 slots moved after {:?}", began.elapsed());
        assert!(heard.is_sorted() && heard.last() == Some(&slots.len()) && heard.len() > 10, "{heard:?}");
        ids.push(new[0].clone());
        all.extend(members(&newcomers));
        settle(&all).await.expect("its parameters");
        let wanted = owners(&[ids[0].clone(), new[0].clone()], &["0-8191", "8192-16383"]);
        until_agreed(&all, &wanted).await.expect("agreement");
        println!("{engine:?} {replicas}: agreed after {:?}", began.elapsed());
        load.goes_on().await;
        load.ends_well(&all).await;
        is_whole(&all).await;
        assert_eq!(open_moves(&all).await.expect("moves"), []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_shards_become_two_under_load() {
    for engine in [Engine::Redis, Engine::Valkey] {
        let bed = Bed::new().await;
        let (all, ids) = cluster(&bed, engine, 3, 0).await;
        fill(&all).await;
        let load = Load::start(&all, 4).await;
        let began = Instant::now();
        for (target, slots) in [(0, "10923-13652"), (1, "13653-16383")] {
            let other = [all[1 - target].clone()];
            let slots = slots.parse().expect("slots");
            move_slots(&all[2], &all[target], &other, &slots, |_| ()).await.expect("a move");
        }
        let left = &all[..2];
        let wanted = owners(&ids[..2], &["0-5461,10923-13652", "5462-10922,13653-16383"]);
        until_agreed(&all, &wanted).await.expect("agreement");
        println!("{engine:?}: 5461 slots moved after {:?}", began.elapsed());
        assert!(client(&all[2]).await.replication().await.expect("its state").is_primary(), "it became a replica");
        forget_all(left, &ids[2..]).await.expect("forgetting it");
        load.goes_on().await;
        bed.kill(&all[2]);
        load.ends_well(left).await;
        is_whole(left).await;
        until_agreed(left, &wanted).await.expect("agreement");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_was_cut_short_is_ended() {
    for engine in [Engine::Redis, Engine::Valkey] {
        let bed = Bed::new().await;
        let (all, ids) = cluster(&bed, engine, 2, 0).await;
        fill(&all).await;
        let load = Load::start(&all, 4).await;
        let slots: SlotSet = "0-999".parse().expect("slots");
        // Given up at a hundred different places.
        for polls in (0..100).map(|try_| try_ * 3) {
            let mut work = std::pin::pin!(move_slots(&all[0], &all[1], &[], &slots, |_| ()));
            for _ in 0..polls {
                if futures_util::poll!(work.as_mut()).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        for open in open_moves(&all).await.expect("moves") {
            assert_eq!((&open.source, &open.target), (&ids[0], &ids[1]));
            move_slots(&all[0], &all[1], &[], &open.slots, |_| ()).await.expect("the rest");
        }
        assert_eq!(open_moves(&all).await.expect("moves"), []);
        move_slots(&all[0], &all[1], &[], &slots, |_| ()).await.expect("a move");
        let wanted = owners(&ids, &["1000-8191", "0-999,8192-16383"]);
        until_agreed(&all, &wanted).await.expect("agreement");
        load.goes_on().await;
        load.ends_well(&all).await;
        is_whole(&all).await;
    }
}
