//! The modules in JavaScript that show what happens. They are part of the program.

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// Each file with its type.
const FILES: [(&str, &str, &str); 8] = [
    ("index.js", SCRIPT, include_str!("../../console/live/index.js")),
    ("stream.js", SCRIPT, include_str!("../../console/live/stream.js")),
    ("element.js", SCRIPT, include_str!("../../console/live/element.js")),
    ("figures.js", SCRIPT, include_str!("../../console/live/figures.js")),
    ("events.js", SCRIPT, include_str!("../../console/live/events.js")),
    ("chart.js", SCRIPT, include_str!("../../console/live/chart.js")),
    ("log.js", SCRIPT, include_str!("../../console/live/log.js")),
    ("live.css", STYLE, include_str!("../../console/live/live.css")),
];

/// A file by its name.
pub(super) async fn file(Path(name): Path<String>) -> Response {
    let Some((_, kind, text)) = FILES.into_iter().find(|(known, _, _)| *known == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // Another version of the program has other files under the same names.
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")];
    let nosniff = (header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    (headers, [nosniff], text).into_response()
}
