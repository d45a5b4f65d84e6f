//! Whether the process lives and whether it can do its work. Neither tells anything of a patient.

use crate::app::App;
use crate::error::Error;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use model::Timestamp;
use record::{DispatchState, OutboxStanding};
use serde_json::json;

/// `GET /healthz`: the process answers.
pub(crate) async fn live() -> &'static str {
    "alive\n"
}

/// `GET /readyz`: the store can be written, knowledge is loaded.
pub(crate) async fn ready(State(app): State<App>) -> Result<Response, Error> {
    let (health, pack, behind) = app
        .blocking(|app| {
            Ok((app.record().health(), app.pack().reference(), app.interpreter().behind()?))
        })
        .await?;
    let status = if health.writable { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let messages: serde_json::Map<String, serde_json::Value> = health
        .raw_states
        .iter()
        .map(|(state, count)| (state.word().to_owned(), json!(count)))
        .collect();
    let body = json!({
        "writable": health.writable,
        "schemaVersion": health.schema_version,
        "store": health.store_version,
        "lastSequence": health.last_sequence,
        "messages": messages,
        "reviewsOpen": health.reviews_open,
        "backup": {
            "set": health.backup.is_set,
            "until": health.backup.until.map(|until| until.to_string()),
            "failed": health.backup.failure.is_some(),
        },
        "alerts": { "set": health.alerts.is_set, "failing": health.alerts.failing },
        "destinations": health.outbox.iter().map(destination).collect::<serde_json::Value>(),
        "interpretation": { "behind": behind },
        "knowledge": { "pack": pack.pack, "version": pack.version, "date": pack.date },
    });
    Ok((status, Json(body)).into_response())
}

/// How one destination stands: what waits for it, since when, and whether it answers.
fn destination(standing: &OutboxStanding) -> serde_json::Value {
    use DispatchState::{Held, Parked, Queued};
    let moment = |at: Option<Timestamp>| at.map(|at| at.to_string());
    json!({
        "id": standing.id,
        "queued": standing.count(Queued),
        "held": standing.count(Held),
        "parked": standing.count(Parked),
        "oldest": moment(standing.oldest),
        "acknowledged": moment(standing.acknowledged),
        "failures": standing.failures,
    })
}

/// `GET /version`
pub(crate) async fn version() -> Response {
    Json(json!({ "name": "cognate", "version": env!("CARGO_PKG_VERSION") })).into_response()
}
