//! User groups: who may talk to the caches that they are attached to.

mod access;
mod status;

pub(in crate::operations) use access::access_of;
pub(in crate::operations) use status::is_settled;
