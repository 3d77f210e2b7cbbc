//! The gateway in front of real engines.

mod cluster;
mod copying;
mod discovery;
mod routing;
mod support;
