//! Why a server cannot start. Each is one line that names the flag and the way out.

use std::path::PathBuf;

use crate::{
    authorization::PoliciesError, backend, holder::Holder, init::InitError, instance::InstanceError,
    integrations::ServicesError, names::NamesError, object_storage::SettingsError, port_taker::PortTaker,
    secrets_manager::SettingsError as SecretsSettingsError, snapshot_files::FilesError, store::StorageError,
    tls::TlsError, trail::TrailError,
};

/// Why the server could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data directory cannot be used.
    #[error(transparent)]
    Instance(#[from] InstanceError),
    /// The records cannot be read.
    #[error(transparent)]
    Store(#[from] StorageError),
    /// There is no folder for snapshots.
    #[error(transparent)]
    SnapshotFiles(#[from] FilesError),
    /// There are no certificates.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Endpoints cannot have names.
    #[error(transparent)]
    Names(#[from] NamesError),
    /// No backend can be used.
    #[error(transparent)]
    Backend(#[from] backend::SelectError),
    /// The address is taken.
    #[error("--listen {address}: the port is taken by {by}; stop that, or choose another with --listen")]
    PortTaken {
        /// The address.
        address: std::net::SocketAddr,
        /// Who has it.
        by: PortTaker,
    },
    /// The address is not ours.
    #[error("--listen {address}: {source}")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another server has the records open.
    #[error(
        "--data-dir {}: another server{} uses this folder; stop that, or choose another folder",
        folder.display(),
        by.as_ref().map(|holder| format!(" ({holder})")).unwrap_or_default()
    )]
    DataDirInUse {
        /// The data directory.
        folder: PathBuf,
        /// Who that is, as far as it can be told.
        by: Option<Holder>,
    },
    /// The records are of another version.
    #[error("--data-dir {}: {source}; use the version of Cachette that wrote it, or another folder", folder.display())]
    OtherVersion {
        /// The data directory.
        folder: PathBuf,
        /// What cannot be read.
        source: StorageError,
    },
    /// A folder that the server is to write to cannot be written to.
    #[error("{flag} {}: {reason}", folder.display())]
    Folder {
        /// The flag that names it.
        flag: &'static str,
        /// The folder.
        folder: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// There is no home directory to keep data in.
    #[error("there is no home directory; say where to keep data with --data-dir")]
    NoDataDir,
    /// Signatures are to be checked, but no key is known.
    #[error("--auth sigv4 needs --credentials KEY:SECRET")]
    NoCredentials,
    /// The policies cannot be used.
    #[error(transparent)]
    Policies(#[from] PoliciesError),
    /// What the environment says of object storage makes no sense.
    #[error(transparent)]
    ObjectStorage(#[from] SettingsError),
    /// What the environment says of Secrets Manager makes no sense.
    #[error(transparent)]
    SecretsManager(#[from] SecretsSettingsError),
    /// What the environment says of other services makes no sense.
    #[error(transparent)]
    Services(#[from] ServicesError),
    /// The calls cannot be written to files.
    #[error(transparent)]
    Trail(#[from] TrailError),
    /// What is to be there from the start cannot be.
    #[error(transparent)]
    Init(#[from] InitError),
    /// The folder that is to be object storage is none.
    #[error("--s3-dir {}: there is no such folder", .0.display())]
    NoS3Dir(PathBuf),
}
