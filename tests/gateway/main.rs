//! The gateway in front of real engines.

mod cluster;
mod copying;
mod discovery;
mod encryption;
mod faults;
mod following;
mod handshakes;
mod routing;
mod secure;
mod support;
