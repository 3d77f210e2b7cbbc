//! Certificates for endpoints whose clients speak TLS, signed by an authority of this server's own.
//!
//! `ElastiCache` has certificates that every client trusts already; nobody can have those for `localhost`. So the server
//! makes itself a certificate authority on its first start, keeps it in the data directory, and gives its certificate
//! out at `/_cachette/ca.pem` for clients to trust. The authority stays the same as long as the directory does, for ten
//! years at most. What endpoints show is signed by it in memory, for thirty days, and made anew before that is over.
//!
//! Whoever trusts this authority has to be sure that it signs nothing but what the server is called. These are the names
//! and addresses that certificates are made for:
//!
//! - `localhost` and the loopback addresses;
//! - the name that endpoints are given out under, where one is configured;
//! - the hosts that callers reached the API under, since endpoints are given out under the same. They are kept across
//!   restarts, the last [64](names::MOST_CALLED) of them, because clients keep the endpoints that they were given;
//! - the address at which a client connected, which is one of this machine's;
//! - names in the zone of endpoints, when a client asks for them, where endpoints have names;
//! - names without a dot and those under `localhost`, when a client asks for them: they are those of containers and of
//!   this machine, and belong to nobody on the internet.
//!
//! Every certificate names all that is known, since many clients do not tell which name they are looking for, and those
//! that reach us through a forwarded port know an address that is none of ours. A client that asks for any other name is
//! shown the same certificate, and it is for the client to turn away.
//!
//! The times in certificates are the system's, not those of the server's clock, which users may move: clients compare them
//! with their own.
//!
//! This module knows nothing of endpoints and of connections.

mod authority;
mod certificates;
mod files;
mod names;

use std::{io, path::PathBuf};

pub use certificates::Certificates;

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The system refused a file.
    #[error("cannot use the file {path}: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not one of ours.
    #[error("{0} is damaged; remove it to have a new certificate authority, which clients will have to be given again")]
    Damaged(PathBuf),
    /// A key or a certificate could not be made.
    #[error("a certificate could not be made: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The library for TLS does not take what was made.
    #[error("a certificate could not be used: {0}")]
    Rustls(#[from] rustls::Error),
}
