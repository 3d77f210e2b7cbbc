//! User groups: who may talk to the caches that they are attached to.

mod access;

pub(in crate::operations) use access::{access_of, spread};
