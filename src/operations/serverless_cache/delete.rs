//! `DeleteServerlessCache`.

use super::{behind, invalid_state};
use crate::{
    model::{ServerlessCache, ServerlessPhase},
    operations::{Operations, request::Request, serverless_snapshot},
    protocol::{AwsError, Output, types},
};

impl Operations {
    /// # Compatibility
    /// Taken in every status but `deleting`; with `--strict` only when it is available. A final snapshot is taken of
    /// the primary and needs a cache that is available; when it cannot be taken, the cache stays.
    pub(in crate::operations) async fn delete_serverless_cache(
        &self,
        request: &Request,
        input: types::DeleteServerlessCacheRequest,
    ) -> Result<Output, AwsError> {
        let types::DeleteServerlessCacheRequest { serverless_cache_name, final_snapshot_name } = input;
        let (now, strict, request) = (self.clock.now(), self.options.strict, request.clone());
        self.store
            .write(move |draft| {
                let cache = super::find(draft, &request, &serverless_cache_name)?;
                let phase = behind::phase(draft.tables(), &cache);
                match phase {
                    ServerlessPhase::Available | ServerlessPhase::CreateFailed => {}
                    // One that cannot come up here has to be removable all the same.
                    ServerlessPhase::Creating | ServerlessPhase::Modifying if !strict => {}
                    phase => return Err(invalid_state(&cache.name, phase.as_str())),
                }
                if let Some(name) = &final_snapshot_name {
                    serverless_snapshot::begin_last(draft, &request, &cache, name, now)?;
                }
                let cache = ServerlessCache { deleted: Some(now), ..ServerlessCache::clone(&cache) };
                behind::end(draft, &cache, now);
                let serverless_cache = Some(super::put(draft, &request, cache));
                Ok(Output::DeleteServerlessCache(types::DeleteServerlessCacheResponse { serverless_cache }))
            })
            .await
    }
}
