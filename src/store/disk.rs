//! The records' copy on disk: a redb file with one table a kind, JSON in each row.

use std::path::{Path, PathBuf};

use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition, TableError, backends::InMemoryBackend};

use super::tables::{Change, Kind, Tables};
use crate::model::Scope;

/// redb's own cache. The records are all in memory already, so the file's pages need not be.
const CACHE_BYTES: usize = 2 << 20;

/// Account, region, identifier.
type Row = (&'static str, &'static str, &'static str);

/// Why records could not be read or made durable.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The file could not be opened or made.
    #[error("cannot open the store {path}: {source}")]
    Open {
        /// Which file.
        path: PathBuf,
        /// What redb said.
        source: redb::DatabaseError,
    },
    /// Another server has the file open.
    #[error("another server is using the store {0}")]
    InUse(PathBuf),
    /// A row could not be understood.
    #[error("the store holds a {kind} {id:?} that this version cannot read: {source}")]
    Unreadable {
        /// The table's name.
        kind: &'static str,
        /// The record's identifier.
        id: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// Reading or writing failed.
    #[error("the store failed: {0}")]
    Failed(#[from] redb::Error),
    /// The batch that a transaction was part of could not be written; the first of the batch tells why in full.
    #[error("{0}")]
    Batch(String),
    /// A transaction panicked: a bug. Nothing of it was kept.
    #[error("a transaction on the store panicked")]
    Panicked,
    /// The store's writer has ended.
    #[error("the store has stopped")]
    Stopped,
}

impl StorageError {
    /// The same error for one more caller of the same batch.
    pub(super) fn restated(&self) -> Self {
        Self::Batch(self.to_string())
    }
}

/// A record to be written or, without bytes, removed.
pub(super) struct Edit {
    pub change: Change,
    pub bytes: Option<Vec<u8>>,
}

/// The open file.
pub(super) struct Disk {
    path: PathBuf,
    /// `None` after a failed write that left redb unusable, until it has been opened again.
    database: Option<Database>,
}

impl Disk {
    pub fn open(path: &Path) -> Result<Self, StorageError> {
        let database = Some(open_database(path)?);
        Ok(Self { path: path.to_owned(), database })
    }

    /// A file that is in memory only, and gone with this.
    pub fn in_memory() -> Result<Self, StorageError> {
        let path = PathBuf::from("(memory)");
        let database = Database::builder().set_cache_size(CACHE_BYTES).create_with_backend(InMemoryBackend::new());
        let database = database.map_err(|source| StorageError::Open { path: path.clone(), source })?;
        Ok(Self { path, database: Some(database) })
    }

    /// Reads all records.
    pub fn load(&self) -> Result<Tables, StorageError> {
        let mut tables = Tables::default();
        let Some(database) = &self.database else { return Ok(tables) };
        let read = database.begin_read().map_err(redb::Error::from)?;
        for &kind in Kind::ALL {
            let table = match read.open_table(definition(kind)) {
                Ok(table) => table,
                Err(TableError::TableDoesNotExist(_)) => continue,
                Err(error) => return Err(redb::Error::from(error).into()),
            };
            for row in table.iter().map_err(redb::Error::from)? {
                let (key, value) = row.map_err(redb::Error::from)?;
                let (account, region, id) = key.value();
                let scope = Scope::new(account, region);
                tables.load(kind, &scope, id, value.value()).map_err(|source| StorageError::Unreadable {
                    kind: kind.table_name(),
                    id: id.to_owned(),
                    source,
                })?;
            }
        }
        Ok(tables)
    }

    /// Makes `edits` durable, all of them or none.
    pub fn commit(&mut self, edits: &[Edit]) -> Result<(), StorageError> {
        let database = match self.database.take() {
            Some(database) => database,
            // redb refuses everything after an I/O error. Opening it anew repairs the file, so that a disk that was full
            // and is not any more heals without a restart.
            None => open_database(&self.path)?,
        };
        let written = write(&database, edits);
        if written.is_ok() {
            self.database = Some(database);
        }
        Ok(written?)
    }
}

fn write(database: &Database, edits: &[Edit]) -> Result<(), redb::Error> {
    let write = database.begin_write()?;
    for &kind in Kind::ALL {
        let mut of_kind = edits.iter().filter(|edit| edit.change.kind == kind).peekable();
        if of_kind.peek().is_none() {
            continue;
        }
        let mut table = write.open_table(definition(kind))?;
        for Edit { change, bytes } in of_kind {
            let key = (change.scope.account.as_str(), change.scope.region.as_str(), change.id.as_str());
            match bytes {
                Some(bytes) => table.insert(key, bytes.as_slice())?,
                None => table.remove(key)?,
            };
        }
    }
    write.commit()?;
    Ok(())
}

fn definition(kind: Kind) -> TableDefinition<'static, Row, &'static [u8]> {
    TableDefinition::new(kind.table_name())
}

fn open_database(path: &Path) -> Result<Database, StorageError> {
    Database::builder().set_cache_size(CACHE_BYTES).create(path).map_err(|source| match source {
        redb::DatabaseError::DatabaseAlreadyOpen => StorageError::InUse(path.to_owned()),
        source => StorageError::Open { path: path.to_owned(), source },
    })
}
