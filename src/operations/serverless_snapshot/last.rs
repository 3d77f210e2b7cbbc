//! `FinalSnapshotName`: the last snapshot of a cache that is asked to be deleted. The cache goes once the snapshot is
//! there, and stays when it cannot be taken.

use chrono::{DateTime, Utc};

use super::create::of_cache;
use crate::{
    model::{ServerlessCache, SnapshotSource, TagSet, Taking},
    operations::{new_uid, request::Request},
    protocol::AwsError,
    store::Draft,
};

/// Has the last snapshot of a cache taken, which has to be available and not yet marked as deleted.
pub(in crate::operations) fn begin_last(
    draft: &mut Draft,
    request: &Request,
    cache: &ServerlessCache,
    name: &str,
    requested: DateTime<Utc>,
) -> Result<(), AwsError> {
    let name = super::new_name(draft, request, name)?;
    let (uid, tags) = (new_uid(), TagSet::default());
    let taking =
        Taking { name, uid, source: SnapshotSource::Manual, is_final: true, requested, kms_key_id: None, tags };
    let (snapshot, members) = of_cache(draft, cache, taking)?;
    super::begin(draft, snapshot, &members);
    Ok(())
}
