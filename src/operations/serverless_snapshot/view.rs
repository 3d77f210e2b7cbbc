//! A snapshot of a serverless cache as the API shows it.

use chrono::TimeDelta;

use super::super::{serverless_cache::version::major, snapshot};
use crate::{
    model::{
        Snapshot, SnapshotSource,
        arn::{Arn, ResourceType},
    },
    protocol::types,
    store::Tables,
};

pub(super) struct View<'a> {
    pub tables: &'a Tables,
}

impl View<'_> {
    pub fn snapshot(&self, shown: &Snapshot) -> types::ServerlessCacheSnapshot {
        let settings = &shown.settings;
        let scope = shown.scope.before_serverless().unwrap_or_else(|| shown.scope.clone());
        let bytes: u64 = shown.files().map(|file| file.size).sum();
        types::ServerlessCacheSnapshot {
            serverless_cache_snapshot_name: Some(shown.name.clone()),
            arn: Some(Arn::text(&scope, ResourceType::ServerlessCacheSnapshot, &shown.name)),
            kms_key_id: shown.kms_key_id.clone(),
            snapshot_type: Some(kind(shown).to_owned()),
            status: Some(snapshot::status(self.tables, shown).as_str().to_owned()),
            create_time: Some(shown.requested),
            expiry_time: (shown.source == SnapshotSource::Automated)
                .then(|| shown.requested + TimeDelta::days(self.days(shown).into())),
            bytes_used_for_cache: Some(bytes.to_string()),
            serverless_cache_configuration: Some(types::ServerlessCacheConfiguration {
                serverless_cache_name: Some(shown.cache_id().to_owned()),
                engine: Some(settings.engine.name().to_owned()),
                major_engine_version: Some(major(settings.engine, settings.engine_version.as_str()).to_owned()),
            }),
        }
    }

    /// For how many days it is kept: as long as its cache says now, or said when it had it taken.
    fn days(&self, shown: &Snapshot) -> u32 {
        let (scope, id) = (&shown.scope, shown.cache_id());
        let group = self.tables.replication_groups.get(scope, id).filter(|group| group.uid == shown.cache_uid);
        let cluster = self.tables.cache_clusters.get(scope, id).filter(|cluster| cluster.uid == shown.cache_uid);
        let days = group.map(|group| group.snapshot_retention_limit);
        let days = days.or(cluster.map(|cluster| cluster.snapshot_retention_limit)).filter(|days| *days > 0);
        days.unwrap_or(shown.settings.snapshot_retention_limit)
    }
}

/// `SnapshotType` on the wire.
pub(super) fn kind(shown: &Snapshot) -> &'static str {
    match shown.source {
        SnapshotSource::Automated => "automated",
        SnapshotSource::Manual => "manual",
    }
}
