//! SMART on FHIR, the side of the server that holds the resources (SMART App Launch 2.2.0).
//!
//! What a token may do is decided in one place, before a handler runs: from the route that was
//! matched and the scopes that were granted. A route that is not in the table of needs is closed
//! to every caller with scopes.

mod need;
mod scope;

pub(crate) use need::Need;
pub(crate) use scope::{CONTEXT, granted, in_words};
pub use scope::{Level, Permission, Scopes};

use crate::app::App;
use crate::authorization::Addresses;
use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

/// Scopes that are said to be understood; narrower ones are, too.
const SCOPES: [&str; 9] = [
    "openid",
    "fhirUser",
    "launch",
    "launch/patient",
    "offline_access",
    "patient/*.rs",
    "user/*.rs",
    "user/*.cruds",
    "system/*.rs",
];

/// `GET [base]/.well-known/smart-configuration`
pub(crate) async fn configuration(State(app): State<App>) -> Json<Value> {
    let addresses = Addresses::of(&app);
    Json(json!({
        "issuer": addresses.issuer,
        "jwks_uri": addresses.key_set,
        "authorization_endpoint": addresses.authorize,
        "token_endpoint": addresses.token,
        "introspection_endpoint": addresses.introspect,
        "revocation_endpoint": addresses.revoke,
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "response_types_supported": ["code"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES384", "RS384"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": SCOPES,
        "capabilities": [
            "launch-ehr", "launch-standalone", "client-public", "client-confidential-symmetric",
            "client-confidential-asymmetric", "sso-openid-connect", "context-banner",
            "context-ehr-patient", "context-standalone-patient", "permission-offline",
            "permission-patient", "permission-user", "permission-v1", "permission-v2"
        ],
    }))
}
