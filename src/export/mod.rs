//! What there is, as the file of an init that makes the same: operations in the order in which they can be carried out,
//! written from the records. It changes nothing, and knows neither requests nor engines.
//!
//! Data are not in it, and neither are snapshots. Of passwords and AUTH tokens only hashes are kept, so in their place
//! stand names of environment variables. What cannot be written down is told in a note rather than left out in silence.

mod access;
mod clusters;
mod datastores;
mod entry;
mod groups;
mod replication_groups;
mod serverless_caches;
mod yaml;

pub use entry::{Entry, Value};

use std::collections::BTreeSet;

use crate::{model::Scope, store::Tables};

/// The file, in the making or made.
#[derive(Debug, Default)]
pub struct Export {
    /// What is to be done, and for whom.
    entries: Vec<(Scope, Entry)>,
    /// What waits until everything else is there.
    last: Vec<(Scope, Entry)>,
    /// What is not in it.
    notes: Vec<String>,
}

impl Export {
    /// What there is in a region, or in all of them, of every account.
    #[must_use]
    pub fn of(tables: &Tables, region: Option<&str>) -> Self {
        let mut export = Self::default();
        for scope in scopes(tables).iter().filter(|scope| region.is_none_or(|region| scope.region == region)) {
            groups::write(&mut export, tables, scope);
            access::write(&mut export, tables, scope);
            clusters::write(&mut export, tables, scope);
            replication_groups::write(&mut export, tables, scope, region);
            serverless_caches::write(&mut export, tables, scope);
            if tables.scalable_targets.len(scope) > 0 {
                export.notes.push(format!("{scope}: what Application Auto Scaling was told is not in this file"));
            }
            if tables.snapshots.len(scope) > 0 || tables.snapshots.len(&scope.behind_serverless()) > 0 {
                export.notes.push(format!("{scope}: snapshots are not in this file"));
            }
        }
        // Only now: they wait for groups, and others would have to wait with them.
        let last = std::mem::take(&mut export.last);
        export.entries.extend(last);
        datastores::write(&mut export, tables, region);
        export
    }

    fn add(&mut self, scope: &Scope, entry: Entry) {
        self.entries.push((scope.clone(), entry));
    }

    fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// All entries, with those between them that say where the next ones are to be. `here` is where entries are that say
    /// nothing.
    fn in_place(&self, here: &Scope) -> Vec<Entry> {
        let mut present = here.clone();
        let mut entries = Vec::new();
        for (scope, entry) in &self.entries {
            if scope.account != present.account {
                entries.push(Entry::place("Account", &scope.account));
            }
            if scope.region != present.region {
                entries.push(Entry::place("Region", &scope.region));
            }
            present.clone_from(scope);
            entries.push(entry.clone());
        }
        entries
    }

    /// The file in YAML.
    #[must_use]
    pub fn to_yaml(&self, here: &Scope) -> String {
        yaml::write(&self.notes, &self.in_place(here))
    }

    /// The file in JSON, which has no room for notes.
    ///
    /// # Panics
    /// Never: entries are plain data.
    #[must_use]
    pub fn to_json(&self, here: &Scope) -> String {
        let mut text = serde_json::to_string_pretty(&self.in_place(here)).expect("entries are plain data");
        text.push('\n');
        text
    }
}

/// Every account and region that has something.
fn scopes(tables: &Tables) -> BTreeSet<Scope> {
    fn of<R>(table: &crate::store::Table<R>) -> impl Iterator<Item = Scope> {
        table.iter_all().map(|(scope, ..)| scope.clone())
    }
    let all = of(&tables.cache_parameter_groups)
        .chain(of(&tables.cache_subnet_groups))
        .chain(of(&tables.cache_security_groups))
        .chain(of(&tables.users))
        .chain(of(&tables.user_groups))
        .chain(of(&tables.cache_clusters))
        .chain(of(&tables.serverless_caches))
        .chain(of(&tables.reserved_cache_nodes))
        .chain(of(&tables.snapshots).map(|scope| scope.before_serverless().unwrap_or(scope)));
    all.filter(|scope| !scope.is_behind_serverless() && !scope.region.is_empty()).collect()
}
