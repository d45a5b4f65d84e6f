//! FHIR answers: the stored bytes, their version and their headers.

use crate::app::App;
use crate::error::{Error, FHIR_JSON};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use formats::fhir::build::operation_outcome;
use record::Stored;
use serde_json::Value;

/// A JSON value as a FHIR answer.
pub(crate) fn json(status: StatusCode, value: &Value) -> Response {
    // Straight into bytes; the way over `Display` takes longer for the same text.
    bytes(status, serde_json::to_vec(value).unwrap_or_else(|_| value.to_string().into_bytes()))
}

/// JSON text as a FHIR answer.
pub(crate) fn bytes(status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(FHIR_JSON));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// A stored version: the bytes as they were filed, `ETag` and `Last-Modified`.
pub(crate) fn stored(status: StatusCode, stored: Stored) -> Response {
    let version = stored.reference.version;
    let recorded = stored.recorded;
    let mut response = bytes(status, stored.body);
    put(response.headers_mut(), header::ETAG, &format!("W/\"{version}\""));
    put(response.headers_mut(), header::LAST_MODIFIED, &http_date(recorded));
    response
}

/// A version just written: the body unless `Prefer: return=minimal`, and its `Location`.
pub(crate) fn written(
    app: &App,
    status: StatusCode,
    resource: Stored,
    request: &HeaderMap,
) -> Response {
    let reference = resource.reference.clone();
    let location = format!("{}/{reference}", app.fhir_base());
    let mut response = match preferred(request).as_deref() {
        Some("minimal") => bytes(status, Vec::new()),
        Some("OperationOutcome") => json(status, &operation_outcome(&[], None)),
        _ => stored(status, resource),
    };
    put(response.headers_mut(), header::ETAG, &format!("W/\"{}\"", reference.version));
    put(response.headers_mut(), header::LOCATION, &location);
    response
}

/// What a deletion answers: the version that says so, if there was anything to delete.
pub(crate) fn deleted(gone: Option<&Stored>) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(gone) = gone {
        let tag = format!("W/\"{}\"", gone.reference.version);
        put(response.headers_mut(), header::ETAG, &tag);
    }
    response
}

/// `minimal`, `representation` or `OperationOutcome` of `Prefer: return=…`.
fn preferred(request: &HeaderMap) -> Option<String> {
    request
        .get_all("prefer")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split([',', ';']))
        .find_map(|part| part.trim().strip_prefix("return="))
        .map(str::to_owned)
}

pub(crate) fn put(headers: &mut HeaderMap, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// The version of an `If-Match` header: `W/"3"`.
pub(crate) fn if_match(headers: &HeaderMap) -> Result<Option<u64>, Error> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    let version = text
        .strip_prefix("W/")
        .unwrap_or(text)
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .and_then(|digits| digits.parse().ok());
    version.map(Some).ok_or_else(|| {
        let text = "If-Match is not a version, such as W/\"3\"";
        Error::new(StatusCode::BAD_REQUEST, "value", text)
    })
}

/// Whether an `If-None-Match: *` asks that there be nothing yet; an update takes no other.
pub(crate) fn if_none_match_any(headers: &HeaderMap) -> Result<bool, Error> {
    match headers.get(header::IF_NONE_MATCH).map(|value| value.to_str().unwrap_or_default().trim())
    {
        None => Ok(false),
        Some("*") => Ok(true),
        Some(_) => {
            let text = "an update takes no If-None-Match but `*`";
            Err(Error::new(StatusCode::BAD_REQUEST, "value", text))
        }
    }
}

/// RFC 9110 §5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(crate) fn http_date(at: model::Timestamp) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let seconds = at.micros().div_euclid(1_000_000);
    let day = at.day();
    let of_day = seconds.rem_euclid(86_400);
    let weekday = usize::try_from(seconds.div_euclid(86_400).rem_euclid(7)).unwrap_or(0);
    let month = usize::from(day.month.unwrap_or(1).saturating_sub(1));
    format!(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
        DAYS.get(weekday).copied().unwrap_or("Thu"),
        day.day.unwrap_or(1),
        MONTHS.get(month).copied().unwrap_or("Jan"),
        day.year,
        of_day / 3_600,
        of_day / 60 % 60,
        of_day % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Timestamp;

    #[test]
    fn dates_are_those_of_http() {
        for (instant, shown) in [
            ("1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ("1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
            ("2026-02-28T23:59:59.9Z", "Sat, 28 Feb 2026 23:59:59 GMT"),
        ] {
            assert_eq!(http_date(Timestamp::parse(instant).unwrap()), shown);
        }
    }

    #[test]
    fn if_match_takes_a_version_and_nothing_else() {
        let parse = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_MATCH, HeaderValue::from_str(text).unwrap());
            if_match(&headers).ok().flatten()
        };
        assert_eq!(parse("W/\"3\""), Some(3));
        assert_eq!(parse("\"12\""), Some(12));
        for bad in ["3", "W/3", "*", "W/\"x\""] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
