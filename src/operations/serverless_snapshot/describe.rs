//! `DescribeServerlessCacheSnapshots`.

use super::view::{View, kind};
use crate::{
    model::Snapshot,
    operations::{Operations, errors, pagination::Page, request::Request},
    protocol::{AwsError, Output, types},
};

impl Operations {
    pub(in crate::operations) fn describe_serverless_cache_snapshots(
        &self,
        request: &Request,
        input: &types::DescribeServerlessCacheSnapshotsRequest,
    ) -> Result<Output, AwsError> {
        let types::DescribeServerlessCacheSnapshotsRequest {
            serverless_cache_name,
            serverless_cache_snapshot_name,
            snapshot_type,
            next_token,
            max_results,
        } = input;
        let page = Page::of_serverless(*max_results, next_token.as_deref())?;
        if let Some(asked) = snapshot_type.as_deref().filter(|asked| !matches!(*asked, "manual" | "automated")) {
            return Err(errors::invalid_value(format_args!("Invalid snapshot type: {asked}.")));
        }
        let tables = self.store.tables();
        let view = View { tables: &tables };
        let (snapshots, next_token) = if let Some(name) = serverless_cache_snapshot_name {
            (vec![view.snapshot(&*super::find(&tables, &request.scope, name)?)], None)
        } else {
            let cache = serverless_cache_name.as_ref().map(|name| name.to_ascii_lowercase());
            let wanted = |snapshot: &Snapshot| {
                cache.as_ref().is_none_or(|cache| snapshot.cache_id() == cache)
                    && snapshot_type.as_ref().is_none_or(|asked| asked == kind(snapshot))
            };
            let scope = request.scope.behind_serverless();
            let after = tables.snapshots.iter_after(&scope, page.after().unwrap_or_default());
            let (found, next_token) =
                page.take(after.filter(|(_, snapshot)| wanted(snapshot)), |(name, _)| name.as_str());
            (found.into_iter().map(|(_, snapshot)| view.snapshot(snapshot)).collect(), next_token)
        };
        Ok(Output::DescribeServerlessCacheSnapshots(types::DescribeServerlessCacheSnapshotsResponse {
            next_token,
            serverless_cache_snapshots: Some(snapshots),
        }))
    }
}
