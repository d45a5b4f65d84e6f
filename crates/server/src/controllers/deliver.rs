//! The door of laboratories over HTTP: HL7 v2 messages and batches, and reports in their own
//! formats. FHIR has its own.
//!
//! A delivery is answered when it is durable, never before; what becomes of its content is the
//! queue's. Each feed has a number of deliveries that are taken in at a time: one too many is asked
//! to come again, before its body is read.

use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::route::Route;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use formats::hl7v2::ack::Outcome;
use intake::Feed;
use intake::receive::{HL7_V2, archive_report, receive_any};
use record::{RawState, Role};
use serde_json::json;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The routes.
pub(crate) const ROUTES: &[Route] = &[Route::new("POST", "/feeds/{feed}", || post(submit))];

/// Seconds after which a sender that was asked to wait may come again.
const RETRY_SECONDS: &str = "1";

/// Media types of HL7 v2 in its ER7 encoding.
const MESSAGES: [&str; 4] =
    [HL7_V2, "application/hl7-v2", "x-application/hl7-v2+er7", "text/hl7v2+er7"];
/// Media types that laboratories' own reports may have; what a report is, its content says.
const REPORTS: [&str; 5] =
    ["application/xml", "text/xml", "application/json", "text/csv", "text/tab-separated-values"];

/// A feed that may be delivered to.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    feed: Arc<Feed>,
    slots: Arc<Semaphore>,
}

impl Door {
    pub(crate) fn new(feed: Arc<Feed>) -> Self {
        let slots = Arc::new(Semaphore::new(feed.in_flight_max));
        Self { feed, slots }
    }
}

/// `POST /feeds/{feed}`
async fn submit(
    State(app): State<App>,
    Path(feed): Path<String>,
    headers: HeaderMap,
    caller: Caller,
    body: Body,
) -> Result<Response, Error> {
    if caller.role != Role::Interface {
        let text = "only an interface delivers to a feed";
        return Err(Error::new(StatusCode::FORBIDDEN, "forbidden", text));
    }
    let door = app.door(&feed).ok_or_else(Error::not_found)?;
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.and_then(|value| value.split(';').next()).unwrap_or_default();
    let media_type = media_type.trim().to_ascii_lowercase();
    let is_message = MESSAGES.contains(&media_type.as_str());
    if !is_message && !REPORTS.contains(&media_type.as_str()) {
        let text = format!("a feed takes `{HL7_V2}` and reports as XML, JSON or CSV");
        return Err(Error::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-supported", text));
    }
    // Before the body is read: what waits must not be held in memory.
    let Ok(_slot) = Arc::clone(&door.slots).try_acquire_owned() else {
        let text = "the feed takes in as much as it can; send it again in a second";
        let error = Error::new(StatusCode::SERVICE_UNAVAILABLE, "throttled", text);
        return Ok(([(header::RETRY_AFTER, RETRY_SECONDS)], error).into_response());
    };
    let bytes = to_bytes(body, door.feed.bytes_max).await.map_err(|_| {
        let text = format!("the feed takes at most {} bytes", door.feed.bytes_max);
        Error::new(StatusCode::PAYLOAD_TOO_LARGE, "too-long", text)
    })?;
    let peer = format!("http {}", caller.access.actor());
    let feed = Arc::clone(&door.feed);
    app.blocking(move |app| {
        let (record, bytes) = (app.record(), bytes.to_vec());
        if is_message {
            return Ok(answer(&receive_any(record, &feed, &peer, bytes)?));
        }
        let archived = archive_report(record, &feed, &peer, bytes)?.summary;
        let is_new = archived.state == RawState::Received;
        let status = if is_new { StatusCode::ACCEPTED } else { StatusCode::OK };
        let told = json!({"raw": archived.id.as_str(), "state": archived.state.word()});
        let headers =
            [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
        Ok((status, headers, told.to_string()).into_response())
    })
    .await
}

/// The acknowledgement, as bytes. Whoever looks at the status alone sees a refusal, too.
fn answer(answer: &intake::receive::Answer) -> Response {
    let status = match answer.outcome() {
        Outcome::Accepted => StatusCode::OK,
        Outcome::Rejected => StatusCode::BAD_REQUEST,
        Outcome::Failed => StatusCode::INTERNAL_SERVER_ERROR,
    };
    if !answer.is_wanted {
        return StatusCode::NO_CONTENT.into_response();
    }
    let headers = [(header::CONTENT_TYPE, HL7_V2), (header::CACHE_CONTROL, "no-store")];
    (status, headers, answer.acknowledgement.clone()).into_response()
}
