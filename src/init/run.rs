//! Carries entries out, one after the other, while the server serves.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use super::{Entry, Init, Progress, Verdict};
use crate::{
    model::InitNote,
    operations::{EndpointHost, Operations, Request},
    protocol::AwsError,
    store::StorageError,
    trail::{Call, Outcome, Trail},
};

/// How long an entry may have to wait for earlier ones: as long as images may have to be fetched for them.
const PATIENCE: Duration = Duration::from_mins(10);

/// How long to wait for a change of the records before an entry is asked again all the same.
const POLL: Duration = Duration::from_secs(1);

/// How the calls of an init are told from those of others.
const USER_AGENT: &str = "cachette-init";

/// What is carried out, and where.
pub struct Run {
    /// The entries.
    pub init: Init,
    /// What carries them out.
    pub operations: Operations,
    /// Where calls are noted.
    pub trail: Arc<Trail>,
    /// The host under which endpoints are given out.
    pub endpoint_host: EndpointHost,
    /// Who is told how far it has come.
    pub progress: Arc<Progress>,
}

/// How an entry came to its end.
enum End {
    /// It was answered.
    Done,
    /// It was there.
    There,
}

impl Run {
    /// Carries out what has not been carried out before, up to the first entry that is refused for good.
    pub async fn run(self) {
        for entry in &self.init.entries {
            if self.operations.store().tables().init_notes.get(&entry.scope, &entry.digest).is_some() {
                self.progress.done();
                continue;
            }
            let name = entry.operation.name();
            let carried_out = match self.until_done(entry).await {
                Ok(end) => self.note(entry).await.map(|()| end).map_err(|error| error.to_string()),
                Err(refusal) => Err(refusal.to_string()),
            };
            match carried_out {
                Ok(End::Done) => tracing::info!(entry = %entry.place, operation = name, "init: carried out"),
                Ok(End::There) => tracing::info!(entry = %entry.place, operation = name, "init: is there already"),
                Err(reason) => {
                    tracing::error!(entry = %entry.place, operation = name, reason, "init: stopped at this entry");
                    return self.progress.fails(format!("{}: {name}: {reason}", entry.place));
                }
            }
            self.progress.done();
        }
    }

    /// Asks for an entry until it is done or refused for good.
    async fn until_done(&self, entry: &Entry) -> Result<End, AwsError> {
        let give_up = Instant::now() + PATIENCE;
        let mut version = self.operations.store().version();
        loop {
            version.mark_unchanged();
            let request = Request { scope: entry.scope.clone(), endpoint_host: self.endpoint_host.clone() };
            let (name, time) = (entry.operation.name(), self.operations.clock().now());
            let answer = self.operations.execute(&request, entry.operation.clone()).await;
            let verdict = answer.as_ref().map_err(|refusal| Verdict::of(name, refusal.code)).err();
            if verdict == Some(Verdict::Later) && Instant::now() < give_up {
                if let Err(refusal) = answer {
                    self.progress.waits(format!("{}: {name}: {refusal}", entry.place));
                }
                // Either way it is asked again.
                let _ = timeout_at(Instant::now() + POLL, version.changed()).await;
                continue;
            }
            self.trail.note(Call {
                time,
                request_id: Uuid::new_v4(),
                scope: entry.scope.clone(),
                access_key: None,
                source: None,
                user_agent: Some(USER_AGENT.to_owned()),
                operation: entry.operation.clone(),
                outcome: match &answer {
                    Ok(output) => Outcome::Answered(Some(Box::new(output.clone()))),
                    Err(refusal) => Outcome::Refused(refusal.clone()),
                },
            });
            return match answer {
                Ok(_) => Ok(End::Done),
                Err(_) if verdict == Some(Verdict::There) => Ok(End::There),
                Err(refusal) => Err(refusal),
            };
        }
    }

    /// Notes that an entry is done. A server that is lost right before asks for it again, which most operations bear: what
    /// they create is there, and what they change is as it should be.
    async fn note(&self, entry: &Entry) -> Result<(), StorageError> {
        let note = InitNote { operation: entry.operation.name().to_owned(), done: self.operations.clock().now() };
        let (scope, digest) = (entry.scope.clone(), entry.digest.clone());
        let noted = self.operations.store().write(move |draft| {
            draft.put(&scope, &digest, note);
            Ok::<_, StorageError>(())
        });
        noted.await
    }
}
