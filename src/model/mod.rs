//! What the server knows about: resources, engines, names and rules. Pure: no I/O, no async runtime.

pub mod arn;
pub mod catalogue;
pub mod endpoint_port;
mod engine;
mod engine_version;
pub mod identifier;
mod scope;
pub mod tags;
pub mod window;

pub use engine::Engine;
pub use engine_version::EngineVersion;
pub use scope::Scope;
