//! The front door: HTTP requests in, XML and JSON out. It decides who the caller is and which operation is meant, and
//! leaves the rest to [`crate::operations`].

mod admin;
mod api;
mod caller;
mod faults;
mod serve;

pub use admin::Admin;
pub use api::Api;
pub use caller::Authentication;
pub use serve::serve;

use std::sync::Arc;

use axum::{Router, routing::delete, routing::get, routing::post};

/// The routes of the server: the API at `/`, the server's own affairs under `/_cachette/`.
pub fn router(api: Arc<Api>, admin: Arc<Admin>) -> Router {
    let admin = Router::new()
        .route("/health", get(admin::health))
        .route("/ca.pem", get(admin::ca_pem))
        .route("/resources", get(admin::resources))
        .route("/reset", post(admin::reset))
        .route("/clock/advance", post(admin::advance_clock))
        .route("/faults", get(faults::list).post(faults::begin).delete(faults::heal_all))
        .route("/faults/{id}", delete(faults::heal))
        .with_state(admin);
    Router::new().route("/", get(api::handle).post(api::handle)).with_state(api).nest("/_cachette", admin)
}
