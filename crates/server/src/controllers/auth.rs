//! The routes of the authorization server.

mod authorize;
mod consent;
mod introspect;
mod launch;
mod token;

use crate::app::App;
use crate::authorization::{Addresses, key_set};
use crate::error::Error;
use crate::route::Route;
use axum::Json;
use axum::extract::State;
use axum::routing::{get, post};
use serde_json::{Value, json};

/// Largest body, in bytes.
pub(crate) const BODY_BYTES_MAX: usize = crate::authorization::PARAMETERS_BYTES_MAX;

/// The routes.
pub(crate) const ROUTES: &[Route] = &[
    Route::new("GET", "/.well-known/openid-configuration", || get(configuration)),
    Route::new("GET", "/auth/authorize", || get(authorize::by_query)),
    Route::new("POST", "/auth/authorize", || post(authorize::by_form)),
    Route::new("GET", "/auth/consent", || get(consent::show)),
    Route::new("POST", "/auth/consent", || post(consent::decide)),
    Route::new("POST", "/auth/token", || post(token::token)),
    Route::new("POST", "/auth/introspect", || post(introspect::introspect)),
    Route::new("POST", "/auth/revoke", || post(introspect::revoke)),
    Route::new("GET", "/auth/jwks", || get(keys)),
    Route::new("POST", "/auth/launch", || post(launch::launch)),
];

/// `GET /.well-known/openid-configuration` (OpenID Connect Discovery 1.0 §3)
async fn configuration(State(app): State<App>) -> Json<Value> {
    let addresses = Addresses::of(&app);
    Json(json!({
        "issuer": addresses.issuer,
        "authorization_endpoint": addresses.authorize,
        "token_endpoint": addresses.token,
        "jwks_uri": addresses.key_set,
        "introspection_endpoint": addresses.introspect,
        "revocation_endpoint": addresses.revoke,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES384"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES384", "RS384"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "fhirUser", "offline_access"],
        "claims_supported": ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "fhirUser"],
        "authorization_response_iss_parameter_supported": true,
    }))
}

/// `GET /auth/jwks`
async fn keys(State(app): State<App>) -> Result<Json<Value>, Error> {
    app.blocking(|app| Ok(Json(key_set(app)?))).await
}
