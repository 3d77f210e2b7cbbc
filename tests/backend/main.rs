//! Every backend keeps the same contract, and each keeps promises of its own.

mod contract;
mod docker;
mod fake;
#[cfg(target_os = "linux")]
mod process;
