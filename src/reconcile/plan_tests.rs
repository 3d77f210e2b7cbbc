//! Property tests of plans: whatever is asked of a cluster, and wherever following a plan is cut short, following plans
//! to the end leaves the cluster as it was asked for, with one engine a node and no other.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::{change::RecordChange, plan::*};
use crate::model::*;

/// The world around a cluster, without any I/O: engines are members of a set.
struct Simulation {
    cluster: Option<CacheCluster>,
    engines: BTreeSet<(NodeId, u32)>,
    open: BTreeSet<EndpointRole>,
    parameters: BTreeMap<String, String>,
    /// Nodes that a fault keeps down.
    out: BTreeSet<NodeId>,
    now: DateTime<Utc>,
    next_port: u16,
}

/// What a user does.
#[derive(Clone, Debug)]
enum Wish {
    Add(usize),
    Remove(usize),
    Reboot(usize),
    Upgrade,
    Set(&'static str, u8),
    LetIn(u8),
    Delete,
    WaitForMaintenance,
    Kill(usize),
    TakeOut { which: usize, noted_at_once: bool },
    Heal,
}

/// Where following a step is cut short, as a crash does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    Never,
    BeforeTheBackend,
    AfterTheBackend,
    EngineLost,
}

impl Simulation {
    fn new(engine: Engine, nodes: u16) -> Self {
        let version = if engine == Engine::Memcached { "1.6.12" } else { "7.0.7" };
        let zone = || CacheNode::new("us-east-1a".to_owned());
        let now = "2026-01-01T00:00:00Z".parse().expect("a time");
        let cluster = CacheCluster {
            scope: Scope::new("000000000000", "us-east-1"),
            id: "c".into(),
            uid: "u".into(),
            membership: None,
            engine,
            engine_version: version.parse().expect("a version"),
            cache_node_type: "cache.t3.micro".into(),
            port: 6379,
            requested: now,
            created: None,
            deleted: None,
            nodes: (1..=nodes).filter_map(NodeId::new).map(|id| (id, zone())).collect(),
            configuration_port: None,
            membership_version: 1,
            resizing_from: None,
            cross_az: false,
            parameter_group: "default.redis7".into(),
            subnet_group: "default".into(),
            security_group_ids: Vec::new(),
            cache_security_groups: Vec::new(),
            maintenance_window: "sun:05:00-sun:06:00".parse().expect("a window"),
            snapshot_window: None,
            snapshot_retention_limit: 0,
            auto_minor_version_upgrade: true,
            notification: None,
            network_type: "ipv4".into(),
            ip_discovery: "ipv4".into(),
            tags: TagSet::default(),
            pending: Pending::default(),
            transit_encryption: TransitEncryption::Disabled,
            access: Access::Open,
            user_group_id: None,
            auth_token_modified: None,
            at_rest_encryption: false,
            restore: None,
            snapshotting: None,
            update_action: None,
            replacement: None,
            log_deliveries: crate::model::LogDeliveries::new(),
        };
        Self {
            cluster: Some(cluster),
            engines: BTreeSet::new(),
            open: BTreeSet::new(),
            parameters: BTreeMap::new(),
            out: BTreeSet::new(),
            now,
            next_port: 20_000,
        }
    }

    fn change(&mut self, change: &RecordChange) {
        let Some(cluster) = &mut self.cluster else { return };
        change.apply(cluster, self.now);
        if matches!(change, RecordChange::Vanished) {
            self.cluster = None;
        }
    }

    fn plan(&self) -> Vec<Step> {
        let Some(cluster) = &self.cluster else { return Vec::new() };
        let world = World {
            parameters: &self.parameters,
            primary: None,
            is_open: &|role| self.open.contains(&role),
            is_out: &|node| self.out.contains(&node),
            now: self.now,
        };
        plan(cluster, &world)
    }

    /// Does what the reconciler does for a step, up to the cut.
    fn act(&mut self, step: &Step, cut: Cut) {
        let Some(cluster) = self.cluster.clone() else { return };
        let wanted = cluster.wanted_settings(&self.parameters);
        match *step {
            Step::ApplyPending => self.change(&RecordChange::ApplyPending),
            Step::OpenEndpoint(role) => {
                self.open.insert(role);
                let stored = match role {
                    EndpointRole::Node(node) => cluster.nodes[&node].port,
                    _ => cluster.configuration_port,
                };
                self.next_port += 1;
                if cut == Cut::Never {
                    self.change(&RecordChange::Opened { role, port: stored.unwrap_or(self.next_port) });
                }
            }
            Step::Start { node, generation } => {
                self.change(&RecordChange::Touched { node, generation });
                if cut == Cut::BeforeTheBackend {
                    return;
                }
                self.engines.insert((node, generation));
                if cut == Cut::AfterTheBackend {
                    return;
                }
                let run = format!("{node}-{generation}");
                let running = Running::new(run, ([127, 0, 0, 1], 1).into(), wanted);
                self.change(&RecordChange::Started { node, generation, running });
            }
            Step::Retire { node, generation } => {
                self.change(&RecordChange::Touched { node, generation });
                if cut == Cut::BeforeTheBackend {
                    return;
                }
                self.engines.remove(&(node, generation));
                if cut == Cut::AfterTheBackend {
                    return;
                }
                self.change(&RecordChange::Ended { node, generation });
            }
            Step::HandOver { node, from, to } => {
                assert!(self.engines.contains(&(node, from)) && self.engines.contains(&(node, to)));
                if cut == Cut::Never {
                    self.change(&RecordChange::Touched { node, generation: from });
                }
            }
            Step::Apply { node, generation } => {
                let running = cluster.nodes[&node].engines[&generation].running().expect("it runs");
                let settings = if generation == cluster.nodes[&node].generation {
                    reachable(running, &wanted)
                } else {
                    Settings { access: cluster.access.clone(), ..running.settings.clone() }
                };
                if cut == Cut::Never {
                    self.change(&RecordChange::Applied { node, generation, settings });
                }
            }
            Step::TakeDown { node } => self.change(&RecordChange::TakenDown { node }),
            Step::Succeed { node } => self.change(&RecordChange::Succeeded { node }),
            Step::Forget { node } => {
                self.open.remove(&EndpointRole::Node(node));
                self.change(&RecordChange::Forgotten { node });
            }
            Step::AnnounceCreated => self.change(&RecordChange::Created),
            Step::AnnounceResized => self.change(&RecordChange::Resized),
            Step::Vanish => {
                self.open.remove(&EndpointRole::Configuration);
                self.change(&RecordChange::Vanished);
            }
        }
        if cut == Cut::EngineLost
            && let Some(&(node, generation)) = self.engines.first()
        {
            self.engines.remove(&(node, generation));
            self.change(&RecordChange::Lost { node, generation });
        }
    }

    /// Follows plans, each step cut short as `cuts` say, and to the end when they are used up. Fails when there is no end.
    fn settle(&mut self, cuts: &mut impl Iterator<Item = Cut>) {
        for _ in 0..1000 {
            let steps = self.plan();
            if steps.is_empty() {
                return;
            }
            for step in steps {
                let cut = cuts.next().unwrap_or(Cut::Never);
                self.act(&step, cut);
                if matches!(cut, Cut::BeforeTheBackend | Cut::AfterTheBackend) {
                    // The server starts again: nothing is open but what it opens.
                    self.open.clear();
                    break;
                }
            }
        }
        panic!("no end: {:?}", self.plan());
    }

    fn wish(&mut self, wish: &Wish) {
        let now = self.now;
        let Some(cluster) = self.cluster.as_mut().filter(|cluster| cluster.deleted.is_none()) else { return };
        let ids: Vec<NodeId> = cluster.nodes.iter().filter(|(_, node)| !node.leaving).map(|(id, _)| *id).collect();
        match *wish {
            Wish::Add(count) if cluster.engine == Engine::Memcached => {
                cluster.pending.nodes_to_add = vec!["us-east-1a".into(); count];
                cluster.apply_pending();
            }
            Wish::Remove(which) if ids.len() > 1 => {
                cluster.pending.nodes_to_remove = [ids[which % ids.len()]].into();
                cluster.apply_pending();
            }
            Wish::Reboot(which) => {
                let id = ids[which % ids.len()];
                if let Some(node) = cluster.nodes.get_mut(&id) {
                    node.renew(Succession::Reboot);
                }
            }
            Wish::Upgrade => {
                let version = if cluster.engine == Engine::Memcached { "1.6.22" } else { "7.1.0" };
                cluster.pending.engine = Some((cluster.engine, version.parse().expect("a version")));
                cluster.apply_pending();
            }
            Wish::Set(name, value) => {
                let value = if name == "rename-commands" { format!("KEYS name{value}") } else { value.to_string() };
                self.parameters.insert(name.to_owned(), value);
            }
            Wish::LetIn(token) => {
                let tokens = vec![PasswordHash::of(&token.to_string())];
                cluster.access = Access::Tokens { tokens, optional: false };
            }
            Wish::Delete => cluster.deleted = Some(now),
            Wish::WaitForMaintenance => {
                cluster.pending.cache_node_type = Some("cache.t3.small".into());
                cluster.pending.since = Some(now);
                self.now += TimeDelta::days(7);
            }
            Wish::Kill(which) => drop(cluster.take_down(ids[which % ids.len()])),
            Wish::TakeOut { which, noted_at_once } => {
                let id = ids[which % ids.len()];
                self.out.insert(id);
                if noted_at_once {
                    cluster.take_down(id);
                }
            }
            Wish::Heal => self.out.clear(),
            Wish::Add(_) | Wish::Remove(_) => {}
        }
    }

    fn check(&self) {
        let Some(cluster) = &self.cluster else {
            assert!(self.engines.is_empty(), "left over: {:?}", self.engines);
            assert!(self.open.is_empty(), "left open: {:?}", self.open);
            return;
        };
        let out: Vec<_> = self.engines.iter().filter(|(node, _)| self.out.contains(node)).collect();
        assert!(out.is_empty(), "engines run on nodes that are out: {out:?}");
        if cluster.nodes.keys().any(|node| self.out.contains(node)) {
            assert_ne!(cluster.phase(), Phase::Available);
            return;
        }
        assert_eq!(cluster.phase(), Phase::Available);
        let wanted: BTreeSet<_> = cluster.nodes.iter().map(|(id, node)| (*id, node.generation)).collect();
        assert_eq!(self.engines, wanted);
        let settings = cluster.wanted_settings(&self.parameters);
        for node in cluster.nodes.values() {
            let running = node.current().expect("it runs");
            assert_eq!(reachable(running, &settings), running.settings);
            assert!(node.port.is_some());
        }
    }
}

fn wishes() -> impl Strategy<Value = Vec<Wish>> {
    let wish = prop_oneof![
        (1_usize..4).prop_map(Wish::Add),
        (0_usize..9).prop_map(Wish::Remove),
        (0_usize..9).prop_map(Wish::Reboot),
        Just(Wish::Upgrade),
        (prop::sample::select(vec!["timeout", "rename-commands", "max_item_size"]), any::<u8>())
            .prop_map(|(name, value)| Wish::Set(name, value)),
        any::<u8>().prop_map(Wish::LetIn),
        Just(Wish::WaitForMaintenance),
        Just(Wish::Delete),
        (0_usize..9).prop_map(Wish::Kill),
        (0_usize..9, any::<bool>()).prop_map(|(which, noted_at_once)| Wish::TakeOut { which, noted_at_once }),
        Just(Wish::Heal),
    ];
    prop::collection::vec(wish, 0..6)
}

fn cuts() -> impl Strategy<Value = Vec<Cut>> {
    let cut = prop::sample::select(vec![
        Cut::Never,
        Cut::Never,
        Cut::BeforeTheBackend,
        Cut::AfterTheBackend,
        Cut::EngineLost,
    ]);
    prop::collection::vec(cut, 0..60)
}

proptest! {
    #[test]
    fn plans_come_to_their_end_with_just_the_engines_that_are_wanted(
        memcached: bool,
        nodes in 1_u16..5,
        wishes in wishes(),
        cuts in cuts(),
        patient: bool,
    ) {
        let engine = if memcached { Engine::Memcached } else { Engine::Redis };
        let mut simulation = Simulation::new(engine, if memcached { nodes } else { 1 });
        let mut cuts = cuts.into_iter();
        for wish in &wishes {
            if patient {
                simulation.settle(&mut cuts);
                simulation.check();
            } else if let (Some(step), Some(cut)) = (simulation.plan().first().cloned(), cuts.next()) {
                // Another wish comes while the one before is still being followed.
                simulation.act(&step, cut);
            }
            simulation.wish(wish);
        }
        simulation.settle(&mut cuts);
        simulation.check();
        simulation.wish(&Wish::Heal);
        simulation.settle(&mut cuts);
        simulation.check();
    }
}
