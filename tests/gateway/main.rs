//! The gateway in front of real engines.

mod copying;
mod discovery;
mod routing;
mod support;
