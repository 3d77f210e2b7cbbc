//! The gateway in front of real engines.

mod attacks;
mod cluster;
mod copying;
mod discovery;
mod faults;
mod following;
mod iam;
mod routing;
mod support;
