//! Every route of the server, in one place.

use crate::app::App;
use crate::compress;
use crate::controllers::paper::{Board, Summary};
use crate::controllers::{
    access_log, account, administration, auth, cards, cds, console, deliver, destinations,
    documents, emergency, fhir, genomics, health, knowledge, launch, lifestyle, locus, login,
    metrics, pages, paper, passkey, policies, privacy, reports, trials,
};
use crate::kept;
use crate::openapi;
use crate::refusal;
use crate::route::{Route, table};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, STRICT_TRANSPORT_SECURITY};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};

/// Largest body of the FHIR interface, in bytes (a laboratory's transaction).
const FHIR_BODY_BYTES_MAX: usize = formats::fhir::bundle::BUNDLE_BYTES_MAX;
/// Largest form of the pages, in bytes.
pub(crate) const FORM_BYTES_MAX: usize = 64 * 1024;

/// What people see.
const PAGES: &[Route] = &[
    Route::new("GET", "/", || get(pages::start)),
    Route::new("GET", "/login", || get(login::form)),
    Route::new("POST", "/login", || post(login::submit)),
    Route::new("GET", "/login/code", || get(login::code::form)),
    Route::new("POST", "/login/code", || post(login::code::submit)),
    Route::new("GET", "/login/provider", || get(login::provider::leave)),
    Route::new("GET", "/login/provider/callback", || get(login::provider::come_back)),
    Route::new("GET", "/smart/launch", || get(launch::launch)),
    Route::new("GET", "/smart/callback", || get(launch::come_back)),
    Route::new("GET", "/login/passkey", || get(passkey::form)),
    Route::new("POST", "/login/passkey", || post(passkey::submit)),
    Route::new("POST", "/login/passkey/options", || post(passkey::login_options)),
    Route::new("GET", "/account/passkeys", || get(passkey::list)),
    Route::new("POST", "/account/passkeys", || post(passkey::add)),
    Route::new("POST", "/account/passkeys/options", || post(passkey::add_options)),
    Route::new("POST", "/account/passkeys/remove", || post(passkey::remove)),
    Route::new("GET", "/step-up", || get(login::step_up::form)),
    Route::new("POST", "/step-up", || post(login::step_up::submit)),
    Route::new("POST", "/step-up/passkey", || post(passkey::step_up)),
    Route::new("POST", "/step-up/passkey/options", || post(passkey::step_up_options)),
    Route::new("GET", "/account", || get(account::show)),
    Route::new("POST", "/account/totp", || post(account::begin)),
    Route::new("POST", "/account/totp/confirm", || post(account::confirm)),
    Route::new("POST", "/account/totp/remove", || post(account::remove)),
    Route::new("POST", "/logout", || post(login::logout)),
    Route::new("GET", "/patients", || get(pages::patients)),
    Route::new("GET", "/patients/{id}", || get(pages::patient)),
    Route::new("GET", "/patients/{id}/pgx-report", || get(reports::page)),
    Route::new("GET", "/patients/{id}/pgx-report.pdf", || get(reports::document)),
    Route::new("GET", "/patients/{id}/emergency", || get(emergency::form)),
    Route::new("POST", "/patients/{id}/emergency", || post(emergency::open)),
    Route::new("GET", "/patients/{id}/access", || get(access_log::show)),
    Route::new("GET", "/patients/{id}/summary", || get(paper::page::<Summary>)),
    Route::new("POST", "/patients/{id}/summary", || post(paper::submit::<Summary>)),
    Route::new("GET", "/patients/{id}/summary.pdf", || get(paper::document::<Summary>)),
    Route::new("GET", "/patients/{id}/lifestyle", || get(lifestyle::form)),
    Route::new("POST", "/patients/{id}/lifestyle", || post(lifestyle::submit)),
    Route::new("GET", "/patients/{id}/locus", || get(locus::show)),
    Route::new("GET", "/patients/{id}/locus/features", || get(locus::features)),
    Route::new("GET", "/reference/{name}", || get(locus::sequence)),
    Route::new("GET", "/patients/{id}/trials", || get(trials::options)),
    Route::new("GET", "/patients/{id}/trials/{trial}", || get(trials::work::show)),
    Route::new("POST", "/patients/{id}/trials/{trial}", || post(trials::work::decide)),
    Route::new("POST", "/patients/{id}/trials/{trial}/tasks", || post(trials::work::ask)),
    Route::new("POST", "/patients/{id}/trials/{trial}/tasks/{task}", || post(trials::work::end)),
    Route::new("GET", "/cards", || get(cards::show)),
    Route::new("GET", "/knowledge", || get(knowledge::list)),
    Route::new("GET", "/knowledge/genes/{symbol}", || get(knowledge::gene)),
    Route::new("GET", "/knowledge/genes/{symbol}/alleles/{name}", || get(knowledge::allele)),
    Route::new("GET", "/knowledge/variants/{name}", || get(knowledge::variant)),
    Route::new("GET", "/knowledge/drugs/{rxnorm}", || get(knowledge::drug)),
    Route::new("GET", "/knowledge/versions", || get(knowledge::versions)),
    Route::new("GET", "/knowledge/versions/{id}", || get(knowledge::version)),
    Route::new("GET", "/patients/{id}/board", || get(paper::page::<Board>)),
    Route::new("POST", "/patients/{id}/board", || post(paper::submit::<Board>)),
    Route::new("GET", "/patients/{id}/board.pdf", || get(paper::document::<Board>)),
    Route::new("GET", "/trials", || get(trials::list)),
    Route::new("GET", "/trials/{id}", || get(trials::show)),
    Route::new("GET", "/emergencies", || get(emergency::list)),
    Route::new("POST", "/emergencies/{id}", || post(emergency::review)),
    Route::new("GET", "/privacy", || get(privacy::show)),
    Route::new("GET", "/privacy/findings", || get(privacy::findings)),
    Route::new("POST", "/privacy/findings/{id}", || post(privacy::answer)),
    Route::new("GET", "/privacy/releases", || get(privacy::release::show)),
    Route::new("POST", "/privacy/releases", || post(privacy::release::release)),
    Route::new("GET", "/privacy/erasure", || get(privacy::erasure::form)),
    Route::new("POST", "/privacy/erasure", || post(privacy::erasure::submit)),
    Route::new("GET", "/administration", || get(administration::show)),
    Route::new("POST", "/administration/accounts", || post(administration::accounts)),
    Route::new("POST", "/administration/clients", || post(administration::clients)),
    Route::new("GET", "/policies", || get(policies::show)),
    Route::new("POST", "/policies", || post(policies::submit)),
    Route::new("GET", "/policies/{id}", || get(policies::proposal)),
    Route::new("GET", "/statements/{id}", || get(pages::statement)),
    Route::new("GET", "/reviews", || get(pages::reviews)),
    Route::new("GET", "/console/destinations", || get(destinations::show)),
    Route::new("POST", "/console/destinations", || post(destinations::decide)),
    Route::new("GET", "/reviews/documents", || get(documents::list)),
    Route::new("GET", "/reviews/documents/{id}", || get(documents::show)),
    Route::new("POST", "/reviews/documents/{id}", || post(documents::decide)),
    Route::new("GET", "/reviews/documents/{id}/pages/{page}", || get(documents::picture)),
    Route::new("GET", "/assets/{name}", || get(pages::asset)),
    Route::new("GET", "/favicon.ico", || get(pages::favicon)),
];

/// What order-entry screens call.
const DECISION_SUPPORT: &[Route] = &[
    Route::new("GET", "/cds-services", || get(cds::discovery)),
    Route::new("POST", "/cds-services/{id}", || post(cds::call)),
    Route::new("POST", "/cds-services/{id}/feedback", || post(cds::feedback)),
];

/// What monitors call.
const HEALTH: &[Route] = &[
    Route::new("GET", "/healthz", || get(health::live)),
    Route::new("GET", "/readyz", || get(health::ready)),
    Route::new("GET", "/metrics", || get(metrics::show)),
    Route::new("GET", "/version", || get(health::version)),
];

/// What describes the interfaces.
const DESCRIPTION: &[Route] = &[
    Route::new("GET", "/openapi.json", || get(openapi::show)),
    Route::new("GET", "/api", || get(openapi::read)),
];

/// Every route as method and path, in axum's form: `("GET", "/patients/{id}")`.
pub fn routes() -> Vec<(&'static str, &'static str)> {
    [
        PAGES,
        console::ROUTES,
        auth::ROUTES,
        DECISION_SUPPORT,
        deliver::ROUTES,
        fhir::ROUTES,
        genomics::ROUTES,
        HEALTH,
        DESCRIPTION,
    ]
    .into_iter()
    .flatten()
    .map(|route| (route.method, route.path))
    .collect()
}

/// The whole server.
pub fn router(app: App) -> Router {
    Router::new()
        .merge(table(PAGES).layer(DefaultBodyLimit::max(FORM_BYTES_MAX)))
        .merge(table(console::ROUTES).layer(DefaultBodyLimit::max(console::BODY_BYTES_MAX)))
        .merge(table(auth::ROUTES).layer(DefaultBodyLimit::max(auth::BODY_BYTES_MAX)))
        .merge(table(DECISION_SUPPORT).layer(DefaultBodyLimit::max(cds::BODY_BYTES_MAX)))
        // Each feed has its own limit.
        .merge(table(deliver::ROUTES).layer(DefaultBodyLimit::disable()))
        .merge(table(fhir::ROUTES).layer(DefaultBodyLimit::max(FHIR_BODY_BYTES_MAX)))
        .merge(table(genomics::ROUTES).layer(DefaultBodyLimit::max(genomics::BODY_BYTES_MAX)))
        .merge(table(HEALTH))
        .merge(table(DESCRIPTION))
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn(kept::what_was_typed))
        .layer(from_fn(refusal::in_our_form))
        .layer(from_fn_with_state(app.clone(), in_frames))
        .layer(from_fn_with_state(app.clone(), strict_transport))
        .layer(from_fn(compress::where_allowed))
        .with_state(app)
}

/// Browsers that reached this server by TLS come back by TLS only (RFC 6797): for two years.
const STRICT_TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=63072000");

async fn strict_transport(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if app.settings().secure_cookies {
        response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT);
    }
    response
}

/// Pages that an EHR's frame may show. Those where somebody logs in, proves who it is or permits
/// something are never in a frame.
const FRAMED: [&str; 3] = ["/patients/", "/statements/", "/trials/"];
/// Ends of those among them where somebody proves who it is.
const NEVER_FRAMED: [&str; 1] = ["/emergency"];

/// Lets the frames of the operator's EHRs show pages about patients.
async fn in_frames(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_framed = FRAMED.iter().any(|begin| path.starts_with(begin))
        && !NEVER_FRAMED.iter().any(|end| path.ends_with(end));
    let mut response = next.run(request).await;
    if is_framed && !app.frame_ancestors().is_empty() {
        let named = format!("frame-ancestors {}", app.frame_ancestors().join(" "));
        let policy = response.headers().get(CONTENT_SECURITY_POLICY);
        let policy = policy.and_then(|policy| policy.to_str().ok());
        let policy = policy.map(|policy| policy.replace("frame-ancestors 'none'", &named));
        if let Some(Ok(policy)) = policy.map(|policy| HeaderValue::from_str(&policy)) {
            response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
        }
    }
    response
}

async fn nothing_here() -> StatusCode {
    StatusCode::NOT_FOUND
}

async fn wrong_method() -> StatusCode {
    StatusCode::METHOD_NOT_ALLOWED
}
