//! SMART on FHIR, the side of the server that holds the resources (SMART App Launch 2.2.0).
//!
//! What a token may do is decided in one place, before a handler runs: from the route that was
//! matched and the scopes that were granted. A route that is not in the table of needs is closed
//! to every caller with scopes.

mod need;
mod scope;

pub(crate) use need::Need;
pub use scope::{Level, Permission, Scopes};

use axum::Json;
use serde_json::{Value, json};

/// `GET [base]/.well-known/smart-configuration`
pub(crate) async fn configuration() -> Json<Value> {
    Json(json!({
        "grant_types_supported": [],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": [
            "system/*.rs", "system/*.cruds", "user/*.rs", "user/*.cruds"
        ],
        "capabilities": ["permission-user", "permission-v1", "permission-v2"],
    }))
}
