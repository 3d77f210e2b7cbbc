//! The small texts of the API: what is accepted is written so that it is read back as the same.

use std::{fmt, str::FromStr};

use cachette::model::{
    EngineVersion, MaintenanceWindow, SlotSet, SnapshotWindow,
    arn::Arn,
    hex::{hex, unhex},
    identifier::{IdentifierKind, node_group_id},
    window::check_apart,
};

const KINDS: [IdentifierKind; 12] = [
    IdentifierKind::CacheCluster,
    IdentifierKind::ReplicationGroup,
    IdentifierKind::GlobalReplicationGroupSuffix,
    IdentifierKind::ParameterGroup,
    IdentifierKind::SubnetGroup,
    IdentifierKind::SecurityGroup,
    IdentifierKind::Snapshot,
    IdentifierKind::ReservedCacheNode,
    IdentifierKind::ServerlessCache,
    IdentifierKind::ServerlessCacheSnapshot,
    IdentifierKind::User,
    IdentifierKind::UserGroup,
];

/// `input` is one text.
pub fn check(input: &[u8]) {
    assert_eq!(unhex(&hex(input)).as_deref(), Some(input));
    let Ok(text) = str::from_utf8(input) else { return };
    if let Some(bytes) = unhex(text) {
        assert_eq!(hex(&bytes), text.to_ascii_lowercase());
    }

    read_back::<Arn>(text);
    read_back::<EngineVersion>(text);
    read_back::<SlotSet>(text);
    read_back::<SnapshotWindow>(text);
    if let Some(maintenance) = read_back::<MaintenanceWindow>(text) {
        let snapshot = SnapshotWindow::default_for("us-east-1", text, maintenance);
        assert!(
            snapshot.is_none_or(|snapshot| check_apart(maintenance, snapshot).is_ok()),
            "{maintenance} {snapshot:?}"
        );
    }
    for kind in KINDS {
        if let Ok(stored) = kind.canonical(text) {
            assert!(stored.eq_ignore_ascii_case(text) && stored.len() <= kind.max_length());
            assert_eq!(kind.canonical(&stored), Ok(stored.clone()), "what is stored is accepted");
        }
    }
    if let Ok(id) = node_group_id(text) {
        assert_eq!(id, text);
    }
}

/// What `text` says, if it says anything.
fn read_back<T: FromStr + fmt::Display + PartialEq + fmt::Debug>(text: &str) -> Option<T> {
    let value: T = text.parse().ok()?;
    let written = value.to_string();
    let again: Option<T> = written.parse().ok();
    assert_eq!(again.as_ref(), Some(&value), "{text:?} is written {written:?}");
    Some(value)
}
