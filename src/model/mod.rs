//! What the server knows about: resources, engines, names and rules. Pure: no I/O, no async runtime.

pub mod catalogue;
mod engine;
mod engine_version;
mod scope;

pub use engine::Engine;
pub use engine_version::EngineVersion;
pub use scope::Scope;
