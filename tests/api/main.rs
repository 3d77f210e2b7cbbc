//! The operations through the public API: a server in this process, without engines, called with the official SDK and,
//! where that one is too polite, with plain HTTP.

mod answer;
mod app;
mod clusters;
