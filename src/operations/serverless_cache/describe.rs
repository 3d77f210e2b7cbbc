//! `DescribeServerlessCaches`.

use super::view::View;
use crate::{
    operations::{Operations, errors, pagination::Page, request::Request},
    protocol::{AwsError, Output, types},
};

impl Operations {
    /// # Compatibility
    /// Endpoints have the host name that the request was sent to, or [names of their own](names.md) with `--dns`, and the
    /// ports that are really open: the reader
    /// endpoint has the next port after the other where that is free.
    pub(in crate::operations) fn describe_serverless_caches(
        &self,
        request: &Request,
        input: &types::DescribeServerlessCachesRequest,
    ) -> Result<Output, AwsError> {
        let types::DescribeServerlessCachesRequest { serverless_cache_name, max_results, next_token } = input;
        let page = Page::of_serverless(*max_results, next_token.as_deref())?;
        let tables = self.store.tables();
        let view = View { request, tables: &tables };
        let (caches, next_token) = if let Some(name) = serverless_cache_name {
            let cache = tables.serverless_caches.get(&request.scope, &name.to_ascii_lowercase());
            (vec![view.cache(cache.ok_or_else(|| errors::serverless_cache_not_found(name))?)], None)
        } else {
            let after = tables.serverless_caches.iter_after(&request.scope, page.after().unwrap_or_default());
            let (caches, next_token) = page.take(after, |(name, _)| name.as_str());
            (caches.into_iter().map(|(_, cache)| view.cache(cache)).collect(), next_token)
        };
        Ok(Output::DescribeServerlessCaches(types::DescribeServerlessCachesResponse {
            next_token,
            serverless_caches: Some(caches),
        }))
    }
}
