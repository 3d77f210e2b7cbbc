//! The front door: HTTP requests in, XML and JSON out. It decides who the caller is and which operation is meant, and
//! leaves the rest to [`crate::operations`].

mod admin;
mod api;
mod autoscaling;
mod body;
mod browser;
mod caller;
mod console;
mod export;
mod faults;
mod forwards;
mod guard;
mod limits;
mod live;
mod metrics;
mod readiness;
mod serve;

pub use admin::Admin;
pub use api::Api;
pub use browser::OwnNames;
pub use caller::{Authentication, DEFAULT_REGION};
pub use guard::{AdminAccess, Guard};
pub use limits::Limits;
pub use serve::serve;

use std::sync::Arc;

use axum::{Router, middleware::from_fn_with_state, routing::delete, routing::get, routing::post};

/// The routes of the server: the API at `/`, the server's own affairs under `/_cachette/`.
pub fn router(api: Arc<Api>, admin: Arc<Admin>, guard: Arc<Guard>) -> Router {
    let guarded = console::routes()
        .route("/resources", get(admin::resources))
        .route("/reset", post(admin::reset))
        .route("/export", get(export::export))
        .route("/trail", get(admin::trail))
        .route("/clock/advance", post(admin::advance_clock))
        .route("/faults", get(faults::list).post(faults::begin).delete(faults::heal_all))
        .route("/faults/{id}", delete(faults::heal))
        .merge(live::routes())
        .route("/port-forwards", get(forwards::list).post(forwards::begin).delete(forwards::end_all))
        .route("/port-forwards/{id}", delete(forwards::end))
        .route_layer(from_fn_with_state(Arc::clone(&guard), guard::admin));
    // Prometheus asks for it there unless told otherwise.
    let figures = Router::new()
        .route("/metrics", get(metrics::exposition))
        .route_layer(from_fn_with_state(Arc::clone(&guard), guard::admin))
        .with_state(Arc::clone(&admin));
    // What tells no secret, changes nothing, and is asked for from elsewhere: by health checks of other machines, say.
    let public = Router::new()
        .route("/health", get(readiness::health).route_layer(from_fn_with_state(Arc::clone(&guard), guard::recognize)))
        .route("/ca.pem", get(admin::ca_pem));
    Router::new()
        .route("/", get(api::handle).post(api::handle))
        .route("/service/{service}/operation/{operation}", post(metrics::handle))
        .route_layer(from_fn_with_state(guard, guard::api))
        .with_state(api)
        .merge(figures)
        .nest("/_cachette", guarded.merge(public).with_state(admin))
}
