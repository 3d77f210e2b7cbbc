//! How many files the process may have open, and for what. Every connection takes one, one to an endpoint takes two, and
//! a process that has none left can neither start an engine nor write a record: so connections get a share, and find
//! themselves refused when it is used up.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What may be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenFiles {
    /// All in all.
    pub all: usize,
    /// Connections to the API.
    pub api_connections: usize,
    /// Connections to all endpoints together.
    pub endpoint_connections: usize,
}

impl OpenFiles {
    /// As many as the system allows this process.
    #[must_use]
    pub fn of_process() -> Self {
        let limit = getrlimit(Resource::Nofile).current.and_then(|limit| usize::try_from(limit).ok());
        Self::of(limit.unwrap_or(usize::MAX))
    }

    /// The shares of so many files. An eighth is the server's own: listeners, connections to engines that are looked
    /// after, records. Another eighth, and never more than [`MOST_API_CONNECTIONS`], is the API's.
    fn of(all: usize) -> Self {
        let own = all / 8;
        let api_connections = (all / 8).clamp(1, MOST_API_CONNECTIONS);
        let endpoint_connections = (all.saturating_sub(own + api_connections) / 2).max(1);
        Self { all, api_connections, endpoint_connections }
    }
}

/// The most connections to the API, however many files may be open.
const MOST_API_CONNECTIONS: usize = 2048;

/// Lets the process have as many files open as the system allows.
pub fn allow_more() {
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        tracing::debug!(%error, "the limit of open files stays as it is");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_the_server_itself() {
        for all in [64, 256, 1024, 20_000, 65_536, 1 << 20] {
            let files = OpenFiles::of(all);
            assert!(files.api_connections + 2 * files.endpoint_connections + all / 8 <= all, "{files:?}");
        }
        let usual = OpenFiles::of(1 << 20);
        assert!(usual.endpoint_connections > 65_000, "{usual:?}");
        assert_eq!(OpenFiles::of(1024).endpoint_connections, 384);
        assert_eq!(OpenFiles::of(usize::MAX).api_connections, MOST_API_CONNECTIONS);
    }
}
