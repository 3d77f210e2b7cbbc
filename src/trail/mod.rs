//! Who called what, as `CloudTrail` records it: the newest calls in memory, all of them in files where a folder is named.
//!
//! A call is only noted while it is answered; its record is written out when somebody reads it, or by the thread that
//! writes the files. Nothing here can hold a call up or make it fail.

mod archive;
mod call;
mod files;
mod folder;
mod queue;

use std::{
    collections::VecDeque,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::Value;

pub use call::{Call, Outcome};
pub use folder::TrailError;

use crate::clock::Clock;
use files::Files;

/// How many calls are kept in memory.
pub const KEPT: usize = 1000;

/// How many calls may wait to be written to files.
const WAITING: usize = 16_384;

/// The calls that were made.
#[derive(Default)]
pub struct Trail {
    newest: Mutex<VecDeque<Arc<Call>>>,
    files: Option<Files>,
}

impl Trail {
    /// A trail in memory, and in files where there is a folder for them.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn open(folder: Option<PathBuf>, clock: Arc<Clock>) -> Result<Self, TrailError> {
        let files = folder.map(|folder| Files::start(folder, clock, WAITING)).transpose()?;
        Ok(Self { newest: Mutex::default(), files })
    }

    /// Notes a call.
    pub fn note(&self, call: Call) {
        let call = Arc::new(call);
        if let Some(files) = &self.files
            && !files.write(&call)
        {
            tracing::warn!(request_id = %call.request_id, "a call is missing in the files of the trail: too many at once");
        }
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if newest.len() == KEPT {
            newest.pop_front();
        }
        newest.push_back(call);
    }

    /// The records of the newest calls, the latest first, as `CloudTrail`'s history of events shows them.
    #[must_use]
    pub fn newest(&self) -> Vec<Value> {
        let calls: Vec<_> = self.newest.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect();
        calls.iter().rev().map(|call| call.record()).collect()
    }
}
