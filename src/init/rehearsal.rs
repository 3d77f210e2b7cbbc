//! Carries entries out on a copy of the records, to know what would be refused.
//!
//! No engine follows the copy, so nothing in it ever becomes available. An entry that has to wait for that is let pass,
//! and from then on also what is not found: it may be what the first one makes.

use super::{Init, InitError, Verdict};
use crate::operations::{Operations, Request};

impl Init {
    /// Finds the first entry that would be refused, among those that have not been carried out yet.
    ///
    /// # Errors
    /// When there is one, or no copy of the records can be made.
    pub async fn rehearse(&self, operations: &Operations) -> Result<(), InitError> {
        let tables = operations.store().tables();
        let pending =
            || self.entries.iter().filter(|entry| tables.init_notes.get(&entry.scope, &entry.digest).is_none());
        if pending().next().is_none() {
            return Ok(());
        }
        let stage = operations.on_scratch()?;
        let mut is_certain = true;
        for entry in pending() {
            let request = Request { scope: entry.scope.clone(), endpoint_host: "localhost".into() };
            let Err(refusal) = stage.execute(&request, entry.operation.clone()).await else { continue };
            let (place, operation) = (entry.place.clone(), entry.operation.name());
            match Verdict::of(operation, refusal.code) {
                Verdict::Later => is_certain = false,
                Verdict::NotFound if !is_certain => {}
                Verdict::There => {
                    // Is it there, or have we just put it there?
                    let afresh = operations.on_scratch()?.execute(&request, entry.operation.clone()).await;
                    if !afresh.is_err_and(|refusal| Verdict::of(operation, refusal.code) == Verdict::There) {
                        return Err(InitError::Twice { place, operation, refusal });
                    }
                }
                Verdict::NotFound | Verdict::Never => return Err(InitError::Refused { place, operation, refusal }),
            }
        }
        Ok(())
    }
}
