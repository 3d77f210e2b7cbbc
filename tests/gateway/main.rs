//! The gateway in front of real engines.

mod attacks;
mod cluster;
mod copying;
mod discovery;
mod encryption;
mod faults;
mod following;
mod handshakes;
mod iam;
mod routing;
mod secure;
mod support;
