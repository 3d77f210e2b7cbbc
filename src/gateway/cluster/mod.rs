//! Clients of clusters are told where nodes are, by engines that know nothing but each other's private addresses: in
//! the redirects `MOVED` and `ASK`, and in the answers to `CLUSTER SLOTS`, `SHARDS`, `NODES` and `REPLICAS`. On its way
//! each such address is replaced by that of the node's endpoint, in a form that this very client can use. Nothing else
//! is touched, and nothing is answered in the engine's place.
//!
//! Replies cannot be told apart by counting them: `CLIENT REPLY OFF`, subscriptions and `MONITOR` all make their number
//! differ from that of the requests. So a redirect is known by its form, which only a redirect has; an error at the top
//! level is never a user's value. A topology could be a user's value, so replies are looked at only while such a request
//! is unanswered, and taken for its answer only if they have the whole form and name an engine that is known.
//!
//! For that the streams of both directions are framed: values are skipped by their length, without being looked at or
//! kept. Only what may become a topology is kept until it is whole, up to a limit. A stream that cannot be framed is
//! passed on as it is, to its end.

mod cursor;
mod edits;
mod framing;
mod nodes;
mod reading;
mod redirect;
#[cfg(test)]
mod region_tests;
mod requests;
mod shards;
mod slots;
mod tap;
#[cfg(test)]
mod tests;
mod topology;
mod viewer;

pub(super) use self::{
    edits::Edits,
    framing::{Stop, number_line},
    tap::ClusterTap,
    viewer::Viewer,
};
