//! What one node's engine says, made into metrics. It remembers of a node what the engine counted before, since most
//! metrics are by how much something has risen in the minute. A minute has one value, as `ElastiCache` publishes one; while
//! it goes on, each look makes it anew.

use std::collections::HashMap;

use tokio::time::Instant;

use super::{
    catalogue::{Source, of_engine},
    commands::{Class, classes_of},
    history::IS_MASTER,
    series::Minute,
};
use crate::{
    backend::Usage,
    engine::{Calls, ReplicationRole, Statistics},
    model::Engine,
};

/// An engine that has been up for less than this, in seconds, has begun to count in the minute in which it is first
/// looked at.
const FRESH: f64 = 60.0;

/// What has to be known of a node beside what its engine says.
#[derive(Clone, Copy, Debug)]
pub(super) struct About<'a> {
    pub(super) engine: Engine,
    /// Which run of which engine it is.
    pub(super) run: &'a str,
    /// What the node's type has: processors, and bytes of memory.
    pub(super) processors: f64,
    pub(super) memory: f64,
    /// Whether it is a primary by its record; `None` for one in no replication group.
    pub(super) is_primary: Option<bool>,
    /// Whether it copies an engine of another region, as those of a global datastore's secondary do.
    pub(super) copies_region: bool,
    /// By how many seconds it lags behind the one that it copies, as far as that one knows.
    pub(super) lag: Option<u64>,
    /// What it takes of the machine.
    pub(super) usage: Option<Usage>,
}

/// Something that an engine counts.
#[derive(Clone, Copy, Debug, Default)]
struct Counter {
    last: f64,
    in_minute: f64,
    total: f64,
}

/// The processor time that an engine had taken at a time, in seconds.
#[derive(Clone, Copy, Debug)]
struct Load {
    at: Instant,
    all: f64,
    engine: f64,
}

/// What is remembered of a node between two looks.
#[derive(Debug, Default)]
pub(super) struct Memory {
    run: String,
    minute: Minute,
    counters: HashMap<&'static str, Counter>,
    /// At the last look of the minute before, and at the last look.
    load: Option<(Load, Load)>,
    /// Whether a counter that is new starts from nothing.
    from_nothing: bool,
    /// How far the primary's replication had come at the last look, if it was one then.
    offset: Option<f64>,
}

/// What a node has.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Figures {
    /// Its metrics of the minute.
    pub(super) metrics: Vec<(&'static str, f64)>,
    /// Those of them that count something, since the server first looked at the node.
    pub(super) totals: Vec<(&'static str, f64)>,
}

impl Memory {
    /// Makes metrics of what an engine said in `minute`, at the time `now`.
    pub(super) fn read(&mut self, said: &Statistics<'_>, about: &About<'_>, minute: Minute, now: Instant) -> Figures {
        self.begin(said, about, minute);
        let mut values = Values(Vec::with_capacity(96));
        for definition in of_engine(about.engine) {
            match definition.source {
                Source::Value(field) => values.add_some(definition.name, said.number(field)),
                Source::Rise(field) => {
                    let rise = said.number(field).map(|number| self.rise(definition.name, number));
                    values.add_some(definition.name, rise);
                }
                Source::Derived => {}
            }
        }
        match about.engine {
            Engine::Memcached => values.add_some("UnusedMemory", unused_memory(said)),
            Engine::Redis | Engine::Valkey => {
                values.add_some("CacheHitRate", self.hit_rate());
                self.commands(said, &mut values);
                memory_usage(said, &mut values);
                self.replicated(said, about, &mut values);
                replication(said, about, &mut values);
                let keys = said.keyspace;
                values.add("CurrItems", keys.keys);
                values.add("CurrVolatileItems", keys.expiring);
                values.add("DB0AverageTTL", keys.average_ttl);
            }
        }
        self.host(said, about, now, &mut values);
        self.from_nothing = true;
        let totals = self.counters.iter().filter(|(name, _)| super::unit_of(name).is_some());
        let mut totals: Vec<_> = totals.map(|(name, counter)| (*name, counter.total)).collect();
        totals.sort_unstable_by_key(|(name, _)| *name);
        Figures { metrics: values.0, totals }
    }

    /// Begins another look, and with it perhaps another minute, or the life of another engine.
    fn begin(&mut self, said: &Statistics<'_>, about: &About<'_>, minute: Minute) {
        let uptime = said.number("uptime_in_seconds").or_else(|| said.number("uptime"));
        if self.run != about.run {
            about.run.clone_into(&mut self.run);
            self.from_nothing |= uptime.is_some_and(|uptime| uptime < FRESH);
            self.load = None;
            self.offset = None;
            self.counters.values_mut().for_each(|counter| counter.last = 0.0);
        }
        if self.minute != minute {
            self.minute = minute;
            self.counters.values_mut().for_each(|counter| counter.in_minute = 0.0);
            self.load = self.load.map(|(_, last)| (last, last));
        }
    }

    /// By how much a count has risen in the minute so far. One that has fallen began anew.
    fn rise(&mut self, name: &'static str, count: f64) -> f64 {
        let from_nothing = self.from_nothing;
        let counter = self
            .counters
            .entry(name)
            .or_insert_with(|| Counter { last: if from_nothing { 0.0 } else { count }, ..Counter::default() });
        let rise = if count < counter.last { count } else { count - counter.last };
        counter.last = count;
        counter.in_minute += rise;
        counter.total += rise;
        counter.in_minute
    }

    /// The bytes that a primary has sent to its replicas. A replica takes over how far its primary has come, which is none
    /// of what it has sent itself.
    fn replicated(&mut self, said: &Statistics<'_>, about: &About<'_>, values: &mut Values) {
        let Some(state) = &said.replication else { return };
        let is_primary = about.is_primary.unwrap_or(true) && state.is_primary();
        let offset = said.number("master_repl_offset").filter(|_| is_primary);
        let last = std::mem::replace(&mut self.offset, offset);
        let Some(offset) = offset else { return };
        let counter = self.counters.entry("ReplicationBytes").or_default();
        let rise = last.map_or(0.0, |last| (offset - last).max(0.0));
        counter.in_minute += rise;
        counter.total += rise;
        values.add("ReplicationBytes", counter.in_minute);
    }

    fn in_minute(&self, name: &str) -> f64 {
        self.counters.get(name).map_or(0.0, |counter| counter.in_minute)
    }

    /// `None` when nothing was asked for.
    fn hit_rate(&self) -> Option<f64> {
        let (hits, misses) = (self.in_minute("CacheHits"), self.in_minute("CacheMisses"));
        share(hits, hits + misses)
    }

    /// The calls of each class of commands that was ever called, and what one took.
    fn commands(&mut self, said: &Statistics<'_>, values: &mut Values) {
        let mut classes = [None::<Calls>; Class::ALL.len()];
        for (command, calls) in &said.calls {
            for class in classes_of(command) {
                let sum = classes[class as usize].get_or_insert_default();
                sum.count += calls.count;
                sum.microseconds += calls.microseconds;
            }
        }
        for (class, calls) in Class::ALL.into_iter().zip(classes) {
            let Some(calls) = calls else { continue };
            let count = self.rise(class.calls_metric(), calls.count);
            let time = self.rise(class.latency_metric(), calls.microseconds);
            values.add(class.calls_metric(), count);
            let latency = (count > 0.0).then(|| time / count);
            values.add_some(class.latency_metric(), latency);
            match class {
                Class::GetType => values.add_some("SuccessfulReadRequestLatency", latency),
                Class::SetType => values.add_some("SuccessfulWriteRequestLatency", latency),
                _ => {}
            }
        }
    }

    /// What the node takes of its machine.
    fn host(&mut self, said: &Statistics<'_>, about: &About<'_>, now: Instant, values: &mut Values) {
        if let Some(load) = load(said, now) {
            let (begin, _) = self.load.unwrap_or((load, load));
            self.load = Some((begin, load));
            let elapsed = load.at.duration_since(begin.at).as_secs_f64();
            let percent = |seconds: f64, of: f64| share(seconds, of).map(|percent| percent.clamp(0.0, 100.0));
            values.add_some("CPUUtilization", percent(load.all - begin.all, elapsed * about.processors));
            if about.engine != Engine::Memcached {
                values.add_some("EngineCPUUtilization", percent(load.engine - begin.engine, elapsed));
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a metric is a floating point number")]
        let number = |value: u64| value as f64;
        let usage = about.usage;
        let resident = said.number("used_memory_rss").or_else(|| Some(number(usage?.memory)));
        values.add_some("FreeableMemory", resident.map(|resident| (about.memory - resident).max(0.0)));
        values.add_some("SwapUsage", usage.and_then(|usage| usage.swap).map(number));
        if let Some((received, sent)) = usage.and_then(|usage| usage.packets) {
            values.add("NetworkPacketsIn", self.rise("NetworkPacketsIn", number(received)));
            values.add("NetworkPacketsOut", self.rise("NetworkPacketsOut", number(sent)));
        }
    }
}

/// Metrics that are being collected.
struct Values(Vec<(&'static str, f64)>);

impl Values {
    fn add(&mut self, name: &'static str, value: f64) {
        self.0.push((name, value));
    }

    fn add_some(&mut self, name: &'static str, value: Option<f64>) {
        self.0.extend(value.map(|value| (name, value)));
    }
}

/// A part of something in hundredths, `None` when that is nothing.
fn share(part: f64, of: f64) -> Option<f64> {
    (of > 0.0).then(|| 100.0 * part / of)
}

/// The processor time that an engine has taken: all of it, and that of the thread that carries out commands.
fn load(said: &Statistics<'_>, at: Instant) -> Option<Load> {
    let sum = |fields: &[&str]| fields.iter().map(|field| said.number(field)).sum::<Option<f64>>();
    let of_process = sum(&["used_cpu_sys", "used_cpu_user"]);
    let of_children = sum(&["used_cpu_sys_children", "used_cpu_user_children"]).unwrap_or_default();
    let all = of_process.map(|own| own + of_children).or_else(|| sum(&["rusage_user", "rusage_system"]))?;
    // Engines before 6.2 do not tell threads apart, and have hardly any others.
    let engine = sum(&["used_cpu_sys_main_thread", "used_cpu_user_main_thread"]).or(of_process).unwrap_or_default();
    Some(Load { at, all, engine })
}

fn unused_memory(said: &Statistics<'_>) -> Option<f64> {
    Some(said.number("limit_maxbytes")? - said.number("bytes")?)
}

/// Without data tiering, which there is none of here, what is in memory is all there is.
fn memory_usage(said: &Statistics<'_>, values: &mut Values) {
    let (Some(used), Some(most)) = (said.number("used_memory"), said.number("maxmemory")) else { return };
    let uncounted = said.number("mem_not_counted_for_evict").unwrap_or_default();
    let (all, counted) = (share(used, most), share(used - uncounted, most));
    values.add_some("DatabaseCapacityUsagePercentage", all);
    values.add_some("DatabaseMemoryUsagePercentage", all);
    values.add_some("DatabaseCapacityUsageCountedForEvictPercentage", counted);
    values.add_some("DatabaseMemoryUsageCountedForEvictPercentage", counted);
}

fn replication(said: &Statistics<'_>, about: &About<'_>, values: &mut Values) {
    let Some(state) = &said.replication else { return };
    let is_primary = about.is_primary.unwrap_or_else(|| state.is_primary());
    values.add(IS_MASTER, f64::from(u8::from(is_primary)));
    let ReplicationRole::Replica { link_is_up, .. } = state.role else { return };
    values.add("MasterLinkHealthStatus", f64::from(u8::from(link_is_up)));
    #[expect(clippy::cast_precision_loss, reason = "a lag is no such number of seconds")]
    let seen = about.lag.map(|seconds| seconds as f64);
    let lag = if link_is_up { seen } else { said.number("master_link_down_since_seconds").filter(|lag| *lag >= 0.0) };
    let stands_in = is_primary && about.copies_region;
    values.add_some(if stands_in { "GlobalDatastoreReplicationLag" } else { "ReplicationLag" }, lag);
}
