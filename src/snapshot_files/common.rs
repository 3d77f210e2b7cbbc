//! Scratch files that several make use of at the same time: written by whoever comes first, while the others wait for it.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tokio::sync::OnceCell;

use super::{Claim, Scratch, SnapshotFiles, writing::Part};

/// The files that somebody makes use of, by what is in them.
pub(super) type Common = Mutex<HashMap<String, Weak<OnceCell<Scratch>>>>;

/// A scratch file that others may make use of too. It is removed when the last of them is dropped.
#[derive(Debug)]
pub struct CommonScratch {
    path: PathBuf,
    _cell: Arc<OnceCell<Scratch>>,
}

impl CommonScratch {
    /// Where it is.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.path.clone()
    }
}

impl SnapshotFiles {
    /// The scratch file with what `content` names, which `write` puts at the place that it is given, unless somebody who
    /// asked before did, or is about to.
    ///
    /// # Errors
    /// What `write` answered. The next who asks, or waits, tries again.
    pub async fn common_scratch<E, F>(
        &self,
        content: &str,
        write: impl FnOnce(PathBuf) -> F,
    ) -> Result<CommonScratch, E>
    where
        F: Future<Output = Result<(), E>>,
    {
        let cell = {
            let mut common = self.common.lock().unwrap_or_else(PoisonError::into_inner);
            common.retain(|_, cell| cell.strong_count() > 0);
            common.get(content).and_then(Weak::upgrade).unwrap_or_else(|| {
                let cell = Arc::new(OnceCell::new());
                common.insert(content.to_owned(), Arc::downgrade(&cell));
                cell
            })
        };
        let written = cell.get_or_try_init(async || {
            let scratch = Scratch(Part::new(self.folder.clone(), Claim::new(&self.claims)));
            write(scratch.path()).await?;
            Ok(scratch)
        });
        let path = written.await?.path();
        Ok(CommonScratch { path, _cell: cell })
    }
}
