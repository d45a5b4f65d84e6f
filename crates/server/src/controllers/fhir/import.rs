//! `$import`: NDJSON in the body, filed piece by piece. The same body sent again goes on where it
//! was broken off.

use super::answer;
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use formats::fhir::build::outcome_of_problems;
use intake::ndjson::{Digest, NDJSON, import};
use serde_json::{Value, json};

/// `POST [base]/$import`
pub(crate) async fn submit(
    State(app): State<App>,
    headers: HeaderMap,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Error> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.and_then(|value| value.split(';').next()).unwrap_or_default();
    if ![NDJSON, "application/ndjson"].contains(&media_type.trim()) {
        let text = format!("an import is `{NDJSON}`, one resource a line");
        return Err(Error::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-supported", text));
    }
    app.blocking(move |app| {
        let mut digest = Digest::default();
        digest.update(&body);
        let name = digest.finish();
        let done = import(app.record(), &caller.access, &name, body.as_ref(), |_| {})?;
        let count = |name: &str, number: u64| json!({"name": name, "valueDecimal": number});
        let mut parameters: Vec<Value> = vec![
            count("filed", done.filed),
            count("refused", done.refused),
            count("linesDoneBefore", done.lines_done_before),
        ];
        if !done.problems.is_empty() {
            let outcome = outcome_of_problems(&done.problems, None);
            parameters.push(json!({"name": "outcome", "resource": outcome}));
        }
        let answer = json!({"resourceType": "Parameters", "parameter": parameters});
        Ok(answer::json(StatusCode::OK, &answer))
    })
    .await
}
