//! The other AWS services around a cache: topics, event buses, metrics, logs. Cachette is none of them. It reaches them
//! where the user runs them, by the variables that AWS's own tools read, and sends nothing where none is set.
//!
//! What happens here may never hold up a cache: everything that waits for another service waits in a task of its own,
//! with a time limit.

mod deliveries;
mod logs;
mod metrics;
mod outlet;
mod query;
mod references;
mod renewals;
mod services;

pub use deliveries::run as deliver;
pub use logs::{LogError, LogLine};
pub use metrics::push as push_metrics;
pub use references::{Key, References};
pub use renewals::run as tell_renewals;
pub use services::{Service, Services, ServicesError};
