//! What was sampled, for a bounded time in bounded memory, and how it is asked for: by the dimensions that
//! `ElastiCache` publishes its metrics under. Only nodes have series of their own. What a cluster, a replication group or
//! all caches of an account have is put together when it is asked for.

use std::{
    collections::BTreeMap,
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use super::{
    dimensions::{Dimensions, Role},
    series::{Minute, Series},
};
use crate::model::Scope;

/// For how many minutes values are kept at most: a day.
const KEPT: Minute = 24 * 60;

/// How many pieces of 16 bytes all series together may have. With many caches the oldest values go sooner.
const MOST_PIECES: usize = 2_000_000;

/// The most series. More nodes than that are not told of.
const MOST_SERIES: usize = 100_000;

/// What has series of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A node of a cache cluster.
    Node {
        /// The cluster.
        cache_cluster_id: String,
        /// The node, such as `0001`.
        cache_node_id: String,
    },
    /// A serverless cache.
    Serverless {
        /// Its name.
        name: String,
    },
}

/// What is kept of a subject.
#[derive(Debug, Default)]
struct Kept {
    replication_group_id: Option<String>,
    series: BTreeMap<&'static str, Series>,
}

/// A metric under one set of dimensions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// Its name.
    pub name: &'static str,
    /// Under what it can be asked for.
    pub dimensions: Dimensions,
}

/// One value of one node for one minute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Value {
    /// The minute.
    pub minute: Minute,
    /// The value.
    pub value: f64,
}

/// Metrics with a value each.
pub type NamedValues = Vec<(&'static str, f64)>;

/// The values of all nodes.
#[derive(Debug, Default)]
pub struct History {
    kept: RwLock<Scopes>,
}

#[derive(Debug, Default)]
struct Scopes {
    scopes: BTreeMap<Scope, BTreeMap<Subject, Kept>>,
    /// How often everything was forgotten.
    clearings: u64,
}

/// Notes what was seen. What was seen before everything was forgotten is no longer noted after that.
#[derive(Clone, Copy, Debug)]
pub struct Notes<'h> {
    history: &'h History,
    clearings: u64,
}

impl Notes<'_> {
    /// Notes what a subject has in a minute. That of the newest minute can be noted again as the minute goes on.
    pub fn note(
        self,
        scope: &Scope,
        subject: &Subject,
        replication_group_id: Option<&str>,
        minute: Minute,
        values: impl IntoIterator<Item = (&'static str, f64)>,
    ) {
        let mut kept = self.history.write();
        if kept.clearings != self.clearings {
            return;
        }
        let scopes = &mut kept.scopes;
        let subjects = match scopes.get_mut(scope) {
            Some(subjects) => subjects,
            None => scopes.entry(scope.clone()).or_default(),
        };
        let kept = match subjects.get_mut(subject) {
            Some(kept) => kept,
            None => subjects.entry(subject.clone()).or_default(),
        };
        if kept.replication_group_id.as_deref() != replication_group_id {
            kept.replication_group_id = replication_group_id.map(str::to_owned);
        }
        for (name, value) in values {
            kept.series.entry(name).or_default().set(minute, value);
        }
    }
}

impl History {
    /// For noting what is seen from now on.
    #[must_use]
    pub fn notes(&self) -> Notes<'_> {
        Notes { history: self, clearings: self.read().clearings }
    }

    /// Forgets what is too old or too much, `now` being the newest minute.
    pub fn trim(&self, now: Minute) {
        let scopes = &mut self.write().scopes;
        let mut room = MOST_SERIES;
        let count: usize = scopes.values().flat_map(BTreeMap::values).map(|kept| kept.series.len()).sum();
        let most = (MOST_PIECES / count.clamp(1, MOST_SERIES)).min(KEPT as usize);
        scopes.retain(|_, subjects| {
            subjects.retain(|subject, kept| {
                kept.series.retain(|_, series| {
                    series.trim(now.saturating_sub(KEPT), most);
                    series.last().is_some()
                });
                if kept.series.len() > room {
                    tracing::warn!(?subject, "there are too many nodes to keep metrics of all");
                    kept.series.clear();
                }
                room -= kept.series.len();
                !kept.series.is_empty()
            });
            !subjects.is_empty()
        });
    }

    /// Forgets everything.
    pub fn clear(&self) {
        let mut kept = self.write();
        kept.scopes.clear();
        kept.clearings += 1;
    }

    /// Every metric of a scope that has had a value since `since`, under all dimensions that it can be asked for by.
    #[must_use]
    pub fn list(&self, scope: &Scope, since: Minute) -> Vec<Listed> {
        let scopes = &self.read().scopes;
        let mut found = Vec::new();
        for (subject, kept) in scopes.get(scope).into_iter().flatten() {
            let recent = kept.series.iter().filter(|(_, series)| series.last().is_some_and(|(last, _)| last >= since));
            for (name, series) in recent {
                let dimensions =
                    Dimensions::of(subject, kept.replication_group_id.as_deref(), roles(kept, series, since));
                found.extend(dimensions.into_iter().map(|dimensions| Listed { name, dimensions }));
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The values of a metric under these dimensions, from the minute `from` up to and without `to`, in no order: those
    /// of a minute are as many as there were nodes.
    #[must_use]
    pub fn values(&self, scope: &Scope, name: &str, dimensions: &Dimensions, from: Minute, to: Minute) -> Vec<Value> {
        let scopes = &self.read().scopes;
        let (mut found, role) = (Vec::new(), dimensions.role());
        for (subject, kept) in scopes.get(scope).into_iter().flatten() {
            let includes = dimensions.include(subject, kept.replication_group_id.as_deref());
            let Some(series) = kept.series.get(name).filter(|_| includes) else { continue };
            let primary = kept.series.get(IS_MASTER);
            let values = series.between(from, to).map(|(minute, value)| Value { minute, value });
            found.extend(values.filter(|value| {
                role.is_none_or(|role| primary.and_then(|primary| role_at(primary, value.minute)) == Some(role))
            }));
        }
        found
    }

    /// What every subject has had in a minute.
    #[must_use]
    pub fn of_minute(&self, minute: Minute) -> Vec<(Scope, Subject, NamedValues)> {
        let scopes = &self.read().scopes;
        let subjects = scopes.iter().flat_map(|(scope, subjects)| subjects.iter().map(move |kept| (scope, kept)));
        let subjects = subjects.map(|(scope, (subject, kept))| {
            let values = kept.series.iter().filter_map(|(name, series)| Some((*name, series.at(minute)?)));
            (scope.clone(), subject.clone(), values.collect::<Vec<_>>())
        });
        subjects.filter(|(_, _, values)| !values.is_empty()).collect()
    }

    /// The average over a replication group's nodes, those of one role or all, in the newest minute that is over:
    /// for those who scale by it. `None` when nothing was sampled in the last three minutes.
    #[must_use]
    pub fn of_group(&self, scope: &Scope, id: &str, name: &str, role: Option<Role>, now: Minute) -> Option<f64> {
        let dimensions = Dimensions::ReplicationGroup { id: id.to_owned(), role };
        let values = self.values(scope, name, &dimensions, now.saturating_sub(3), now);
        let newest = values.iter().map(|value| value.minute).max()?;
        let values: Vec<_> = values.iter().filter(|value| value.minute == newest).map(|value| value.value).collect();
        #[expect(clippy::cast_precision_loss, reason = "there are never that many nodes")]
        let count = values.len() as f64;
        Some(values.iter().sum::<f64>() / count)
    }

    fn read(&self) -> RwLockReadGuard<'_, Scopes> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Scopes> {
        self.kept.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The metric that tells primaries from replicas.
pub(super) const IS_MASTER: &str = "IsMaster";

/// What a node was in a minute, by its metric of that.
fn role_at(primary: &Series, minute: Minute) -> Option<Role> {
    Some(if primary.at(minute)? > 0.5 { Role::Primary } else { Role::Replica })
}

/// What a node has been in the minutes in which it had values of this series.
fn roles(kept: &Kept, series: &Series, since: Minute) -> [Option<Role>; 2] {
    let Some(primary) = kept.series.get(IS_MASTER) else { return [None; 2] };
    let was = |role| series.between(since, Minute::MAX).any(|(minute, _)| role_at(primary, minute) == Some(role));
    [Role::Primary, Role::Replica].map(|role| was(role).then_some(role))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Minute = 29_000_000;

    fn scope() -> Scope {
        Scope::new("000000000000", "eu-west-1")
    }

    fn node(cluster: &str) -> Subject {
        Subject::Node { cache_cluster_id: cluster.into(), cache_node_id: "0001".into() }
    }

    /// A group of a primary and a replica that change places after a minute, and a cluster of its own.
    fn history() -> History {
        let history = History::default();
        for (id, group, minute, is_master, hits) in [
            ("g-001", Some("g"), MINUTE, 1.0, 10.0),
            ("g-002", Some("g"), MINUTE, 0.0, 1.0),
            ("g-001", Some("g"), MINUTE + 1, 0.0, 20.0),
            ("g-002", Some("g"), MINUTE + 1, 1.0, 2.0),
            ("alone", None, MINUTE + 1, 1.0, 400.0),
        ] {
            history.notes().note(&scope(), &node(id), group, minute, [("CacheHits", hits), (IS_MASTER, is_master)]);
        }
        history
    }

    fn hits(history: &History, dimensions: &[(&str, &str)]) -> Option<f64> {
        let dimensions = Dimensions::read(dimensions.iter().copied())?;
        let values = history.values(&scope(), "CacheHits", &dimensions, 0, Minute::MAX);
        Some(values.iter().map(|value| value.value).sum())
    }

    #[test]
    fn metrics_are_asked_for_by_what_they_are_of() {
        let history = history();
        let of = |dimensions: &[(&str, &str)]| hits(&history, dimensions);
        assert_eq!(of(&[("CacheClusterId", "g-001"), ("CacheNodeId", "0001")]), Some(30.0));
        assert_eq!(of(&[("CacheClusterId", "g-001")]), Some(30.0));
        assert_eq!(of(&[("ReplicationGroupId", "g")]), Some(33.0));
        assert_eq!(of(&[("Role", "PRIMARY"), ("ReplicationGroupId", "g")]), Some(12.0), "whoever it was at the time");
        assert_eq!(of(&[]), Some(433.0));
        assert_eq!(of(&[("CacheClusterId", "g-003")]), Some(0.0));
        assert_eq!(of(&[("CacheNodeId", "0001")]), None, "there are no such dimensions");
    }

    #[test]
    fn what_was_sampled_lately_is_listed_under_all_its_dimensions() {
        let history = history();
        let listed = history.list(&scope(), MINUTE + 1);
        let of = |name: &str| listed.iter().filter(|listed| listed.name == name).count();
        // Three nodes, three clusters, all together, the group, and the group by two roles.
        assert_eq!((of("CacheHits"), of("Evictions")), (10, 0));
        assert_eq!(history.list(&scope(), MINUTE + 2), []);
        assert_eq!(history.list(&Scope::new("000000000000", "us-east-1"), MINUTE), []);
    }

    #[test]
    fn who_scales_a_group_is_told_of_the_last_minute_that_is_over() {
        let history = history();
        let of = |role, now| history.of_group(&scope(), "g", "CacheHits", role, now);
        assert_eq!(of(None, MINUTE + 1), Some(5.5));
        assert_eq!(of(Some(Role::Replica), MINUTE + 2), Some(20.0));
        assert_eq!(of(None, MINUTE + 10), None);
    }

    #[test]
    fn what_was_seen_before_everything_was_forgotten_is_not_noted_after() {
        let history = history();
        let notes = history.notes();
        history.clear();
        notes.note(&scope(), &node("g-001"), None, MINUTE, [("CacheHits", 1.0)]);
        assert_eq!(history.list(&scope(), 0), []);
        history.notes().note(&scope(), &node("g-001"), None, MINUTE, [("CacheHits", 1.0)]);
        assert_eq!(hits(&history, &[]), Some(1.0));
    }

    #[test]
    fn what_is_a_day_old_is_forgotten() {
        let history = history();
        history.trim(MINUTE + KEPT + 1);
        assert_eq!(hits(&history, &[]), Some(422.0));
        history.trim(MINUTE + KEPT + 2);
        assert_eq!(history.list(&scope(), 0), []);
    }
}
