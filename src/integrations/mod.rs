//! The other AWS services around a cache: topics, event buses, metrics, logs. Cachette is none of them. It reaches them
//! where the user runs them, by the variables that AWS's own tools read, and sends nothing where none is set.
//!
//! What happens here may never hold up a cache: everything that waits for another service waits in a task of its own,
//! with a time limit.

mod deliveries;
mod metrics;
mod outlet;
mod query;
mod services;

pub use deliveries::run as deliver;
pub use metrics::push as push_metrics;
pub use services::{Service, Services, ServicesError};
