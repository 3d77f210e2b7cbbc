//! The operations on serverless caches. A cache's record says what its owner asked for; what runs behind it has records
//! of its own, in another scope, which are made, changed and deleted in the same transactions.

mod behind;
mod create;
mod delete;
mod describe;
mod limits;
mod migration;
mod modify;
pub(super) mod version;
mod view;

use std::sync::Arc;

pub(super) use behind::{phase, ports};
pub(super) use migration::Start;

use super::{errors, request::Request};
use crate::{
    model::{Event, ServerlessCache, SourceType},
    protocol::{AwsError, ErrorCode, types},
    store::Draft,
};
use chrono::{DateTime, Utc};
use view::View;

/// The cache of this name, in whatever letter case it is given.
pub(super) fn find(draft: &Draft, request: &Request, name: &str) -> Result<Arc<ServerlessCache>, AwsError> {
    draft.get(&request.scope, &name.to_ascii_lowercase()).ok_or_else(|| errors::serverless_cache_not_found(name))
}

/// Writes a cache and answers it as the API shows it. What runs behind it has to be written before.
fn put(draft: &mut Draft, request: &Request, cache: ServerlessCache) -> types::ServerlessCache {
    let shown = View { request, tables: draft.tables() }.cache(&cache);
    let (scope, name) = (cache.scope.clone(), cache.name.clone());
    draft.put(&scope, &name, cache);
    shown
}

/// Tells what happened to a cache.
pub(super) fn tell(draft: &mut Draft, cache: &ServerlessCache, message: String, now: DateTime<Utc>) {
    let (source_identifier, source_type) = (cache.name.clone(), SourceType::ServerlessCache);
    draft.emit(&cache.scope, Event { source_identifier, source_type, message, date: now });
}

/// A cache is in a state in which something cannot be done.
pub(super) fn invalid_state(name: &str, status: &str) -> AwsError {
    let message = format!("Serverless Cache {name} is not in a valid state to perform this operation: it is {status}.");
    AwsError::new(ErrorCode::InvalidServerlessCacheState, message)
}
