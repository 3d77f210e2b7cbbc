use std::time::Duration;

use super::{
    catalogue::unit_of,
    reading::{About, Figures, Memory},
    series::Minute,
};
use crate::{
    engine::{Report, Statistics},
    model::Engine,
};

const MINUTE: Minute = 29_000_000;

fn about(run: &str) -> About<'_> {
    let (processors, memory) = (2.0, 1e9);
    About {
        engine: Engine::Redis,
        run,
        processors,
        memory,
        is_primary: None,
        copies_region: false,
        lag: None,
        usage: None,
    }
}

/// What an engine says that has been up for an hour, with these lines of its own.
fn info(lines: &str) -> Report {
    let common = "uptime_in_seconds:3600\r\nrole:master\r\nmaster_repl_offset:0\r\n";
    Report::Redis(format!("{common}{}\r\n", lines.replace(' ', "\r\n")))
}

struct Watched {
    memory: Memory,
    now: tokio::time::Instant,
}

impl Watched {
    fn new() -> Self {
        Self { memory: Memory::default(), now: tokio::time::Instant::now() }
    }

    /// Ten seconds later.
    fn look(&mut self, minute: Minute, about: &About<'_>, report: &Report) -> Figures {
        self.now += Duration::from_secs(10);
        self.memory.read(&Statistics::read(report), about, minute, self.now)
    }
}

fn metric(figures: &Figures, name: &str) -> Option<f64> {
    figures.metrics.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

fn total(figures: &Figures, name: &str) -> Option<f64> {
    figures.totals.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

#[tokio::test]
async fn counts_are_of_the_minute_and_go_on_when_the_engine_is_another() {
    let mut node = Watched::new();
    let mut hits = |run, minute, hits| {
        let figures = node.look(minute, &about(run), &info(&format!("keyspace_hits:{hits} keyspace_misses:0")));
        (metric(&figures, "CacheHits"), total(&figures, "CacheHits"))
    };
    assert_eq!(hits("a", MINUTE, 100), (Some(0.0), Some(0.0)), "what was before is of no minute that is known");
    assert_eq!(hits("a", MINUTE, 103), (Some(3.0), Some(3.0)));
    assert_eq!(hits("a", MINUTE, 104), (Some(4.0), Some(4.0)));
    assert_eq!(hits("a", MINUTE + 1, 110), (Some(6.0), Some(10.0)));
    assert_eq!(hits("b", MINUTE + 1, 5), (Some(11.0), Some(15.0)));
    assert_eq!(hits("b", MINUTE + 2, 5), (Some(0.0), Some(15.0)));
}

#[tokio::test]
async fn an_engine_that_has_just_begun_has_counted_in_this_minute() {
    let said = "uptime_in_seconds:3\r\nkeyspace_hits:9\r\n".to_owned();
    let figures = Watched::new().look(MINUTE, &about("a"), &Report::Redis(said));
    assert_eq!(metric(&figures, "CacheHits"), Some(9.0));
}

#[tokio::test]
async fn rates_and_shares_are_worked_out() {
    let mut node = Watched::new();
    let lines = "keyspace_hits:0 keyspace_misses:0 used_memory:50 mem_not_counted_for_evict:10 maxmemory:200 \
        used_cpu_sys:1 used_cpu_user:1 used_cpu_sys_main_thread:1 used_cpu_user_main_thread:0 used_memory_rss:1000";
    let first = node.look(MINUTE, &about("a"), &info(lines));
    assert_eq!(metric(&first, "CacheHitRate"), None, "nobody asked");
    assert_eq!(metric(&first, "CPUUtilization"), None, "there is no time yet that it could be of");
    let lines = "keyspace_hits:3 keyspace_misses:1 used_memory:50 mem_not_counted_for_evict:10 maxmemory:200 \
        used_cpu_sys:2 used_cpu_user:2 used_cpu_sys_main_thread:2 used_cpu_user_main_thread:0 used_memory_rss:1000";
    let second = node.look(MINUTE, &about("a"), &info(lines));
    for (name, expected) in [
        ("CacheHitRate", 75.0),
        ("DatabaseMemoryUsagePercentage", 25.0),
        ("DatabaseMemoryUsageCountedForEvictPercentage", 20.0),
        ("CPUUtilization", 10.0),
        ("EngineCPUUtilization", 10.0),
        ("FreeableMemory", 1e9 - 1000.0),
        ("IsMaster", 1.0),
    ] {
        assert_eq!(metric(&second, name), Some(expected), "{name}");
    }
}

#[tokio::test]
async fn commands_are_counted_by_class() {
    let mut node = Watched::new();
    node.look(MINUTE, &about("a"), &info("cmdstat_hget:calls=10,usec=50"));
    let said = info("cmdstat_hget:calls=12,usec=60 cmdstat_set:calls=4,usec=8 cmdstat_cluster|slots:calls=1,usec=7");
    let figures = node.look(MINUTE, &about("a"), &said);
    for (name, expected) in [
        ("HashBasedCmds", Some(2.0)),
        ("HashBasedCmdsLatency", Some(5.0)),
        ("GetTypeCmds", Some(2.0)),
        ("StringBasedCmds", Some(4.0)),
        ("SuccessfulWriteRequestLatency", Some(2.0)),
        ("ClusterBasedCmds", Some(1.0)),
        ("StreamBasedCmds", None),
    ] {
        assert_eq!(metric(&figures, name), expected, "{name}");
    }
}

#[tokio::test]
async fn a_replica_tells_of_its_link_and_its_primary_of_its_lag() {
    let replica = |link| {
        Report::Redis(format!(
            "role:slave\r\nmaster_link_status:{link}\r\nmaster_link_down_since_seconds:30\r\nslave_repl_offset:1\r\n"
        ))
    };
    let about = About { is_primary: Some(false), lag: Some(2), ..about("a") };
    let up = Watched::new().look(MINUTE, &about, &replica("up"));
    let down = Watched::new().look(MINUTE, &about, &replica("down"));
    let of = |figures| {
        [metric(figures, "IsMaster"), metric(figures, "MasterLinkHealthStatus"), metric(figures, "ReplicationLag")]
    };
    assert_eq!(of(&up), [Some(0.0), Some(1.0), Some(2.0)]);
    assert_eq!(of(&down), [Some(0.0), Some(0.0), Some(30.0)]);
    // The one that stands in for the primary of another region.
    let about = About { is_primary: Some(true), copies_region: true, ..about };
    let stands_in = Watched::new().look(MINUTE, &about, &replica("up"));
    assert_eq!(of(&stands_in), [Some(1.0), Some(1.0), None]);
    assert_eq!(metric(&stands_in, "GlobalDatastoreReplicationLag"), Some(2.0));
}

#[tokio::test]
async fn memcached_has_metrics_of_its_own() {
    let stats = |gets: u32| {
        Report::Memcached(format!(
            "STAT uptime 90\r\nSTAT cmd_get {gets}\r\nSTAT cmd_touch 5\r\nSTAT bytes 10\r\nSTAT limit_maxbytes 64\r\nEND\r\n"
        ))
    };
    let about = About { engine: Engine::Memcached, ..about("a") };
    let mut node = Watched::new();
    node.look(MINUTE, &about, &stats(1));
    let figures = node.look(MINUTE, &about, &stats(3));
    let of = |name| metric(&figures, name);
    assert_eq!([of("CmdGet"), of("CmdTouch"), of("UnusedMemory")], [Some(2.0), Some(5.0), Some(54.0)]);
    assert!(figures.metrics.iter().all(|(name, _)| unit_of(name).is_some()));
}
