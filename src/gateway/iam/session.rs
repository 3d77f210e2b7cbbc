//! How long a connection may go on after a login by IAM.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::task::JoinHandle;

use super::super::line::Line;

/// The time that one connection has. Until the first login by IAM it is not limited here. From then on only another such
/// login prolongs it: whether any other one was taken by the engine is not known.
pub(in super::super) struct Session {
    line: Arc<Line>,
    end: Option<JoinHandle<()>>,
}

impl Session {
    pub(in super::super) fn new(line: &Arc<Line>) -> Self {
        Self { line: Arc::clone(line), end: None }
    }

    /// From now on the connection ends when `over` completes, and no longer when what was given before does.
    pub(super) fn last_until(&mut self, over: BoxFuture<'static, ()>) {
        let line = Arc::clone(&self.line);
        // A task of its own, so that carrying bytes does not cost a look at the time.
        let end = tokio::spawn(async move {
            over.await;
            line.sever();
        });
        if let Some(former) = self.end.replace(end) {
            former.abort();
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(end) = &self.end {
            end.abort();
        }
    }
}
