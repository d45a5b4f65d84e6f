//! Every route of the server, in one place.

use crate::app::App;
use crate::controllers::{cds, fhir, health, login, pages};
use crate::error::Error;
use crate::page;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::{get, post};

/// Largest body of the FHIR interface, in bytes (a laboratory's transaction).
const FHIR_BODY_BYTES_MAX: usize = formats::fhir::bundle::BUNDLE_BYTES_MAX;
/// Largest form of the pages, in bytes.
const FORM_BYTES_MAX: usize = 64 * 1024;

/// The whole server.
pub fn router(app: App) -> Router {
    let pages = Router::new()
        .route("/", get(pages::start))
        .route("/login", get(login::form).post(login::submit))
        .route("/logout", post(login::logout))
        .route("/patients", get(pages::patients))
        .route("/patients/{id}", get(pages::patient))
        .route("/statements/{id}", get(pages::statement))
        .route("/reviews", get(pages::reviews))
        .route("/assets/{name}", get(pages::asset))
        .route("/favicon.ico", get(pages::favicon))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX));
    let decision_support = Router::new()
        .route("/cds-services", get(cds::discovery))
        .route("/cds-services/{id}", post(cds::call))
        .route("/cds-services/{id}/feedback", post(cds::feedback))
        .layer(DefaultBodyLimit::max(cds::BODY_BYTES_MAX));
    let fhir = fhir::router().layer(DefaultBodyLimit::max(FHIR_BODY_BYTES_MAX));
    let health = Router::new()
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/version", get(health::version));
    Router::new()
        .merge(pages)
        .merge(decision_support)
        .merge(fhir)
        .merge(health)
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method)
        .with_state(app)
}

async fn nothing_here(uri: axum::http::Uri) -> axum::response::Response {
    use axum::response::IntoResponse;
    if uri.path().starts_with("/fhir") || uri.path().starts_with("/cds-services") {
        return Error::not_found().into_response();
    }
    page::html(StatusCode::NOT_FOUND, web::not_found(&web::view::NotFoundView { session: None }))
}

async fn wrong_method() -> Error {
    let text = "this address does not take that method";
    Error::new(StatusCode::METHOD_NOT_ALLOWED, "not-supported", text)
}
