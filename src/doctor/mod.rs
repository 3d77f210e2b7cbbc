//! What works on this machine, what is missing, and what mends it: it looks at what a server with the same flags would
//! use, and changes nothing.

mod engines;
mod machine;
mod mend;
mod places;
mod report;

pub use report::{Check, Mark, Report};

use std::path::PathBuf;

use crate::{cli::Serve, instance::default_data_dir};

impl Report {
    /// Looks at everything.
    pub async fn of(options: &Serve) -> Self {
        let mut checks = engines::checks(options).await;
        let port = places::api_port(options.listen).await;
        let data_dir = options.data_dir.clone().or_else(default_data_dir);
        checks.push(places::data_dir(data_dir.as_deref(), port.cachette));
        checks.push(port.check);
        checks.push(places::node_ports(options));
        checks.extend(places::usual_ports(options.listen.ip()));
        checks.extend(places::files(options));
        checks.extend(places::names(options).await);
        checks.extend(machine::checks().await);
        Self::new(checks)
    }
}

/// The folders of `--engine-path`.
fn engine_folders(options: &Serve) -> Vec<PathBuf> {
    options.engine_path.iter().flat_map(std::env::split_paths).collect()
}
