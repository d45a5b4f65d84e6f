//! What is refused before a handler sees it (an unknown address, a body over the limit, a query
//! or form that cannot be read), in the form of the interface that was called.

use crate::error::{Error, FHIR_JSON};
use crate::page::PageError;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use intake::receive::HL7_V2;

/// Interfaces whose every error is an `OperationOutcome`.
const INTERFACES: [&str; 5] =
    ["/fhir", "/cds-services", "/subject-operations", "/population-operations", "/feeds"];

/// Answers in our form where axum would answer in its own, and lets nothing be stored or guessed
/// at that does not say so itself.
pub(crate) async fn in_our_form(request: Request, next: Next) -> Response {
    let is_interface = is_interface(request.uri().path());
    let mut response = next.run(request).await;
    if is_bare(&response) {
        let allow = response.headers_mut().remove(header::ALLOW);
        response = refusal(response.status(), is_interface);
        if let Some(allow) = allow {
            response.headers_mut().insert(header::ALLOW, allow);
        }
    }
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

pub(crate) fn is_interface(path: &str) -> bool {
    INTERFACES.iter().any(|base| {
        path.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// An error without a body of ours.
fn is_bare(response: &Response) -> bool {
    let status = response.status();
    let media_type = response.headers().get(header::CONTENT_TYPE);
    let is_ours = media_type.and_then(|value| value.to_str().ok()).is_some_and(|text| {
        let is_page_or_json = text.starts_with("text/html") || text.starts_with("application/json");
        text == FHIR_JSON || text == HL7_V2 || is_page_or_json
    });
    (status.is_client_error() || status.is_server_error()) && !is_ours
}

/// The framework's own words may repeat what was sent, so they are not passed on.
fn refusal(status: StatusCode, is_interface: bool) -> Response {
    let (issue, text) = match status {
        StatusCode::NOT_FOUND => ("not-found", "there is no such resource"),
        StatusCode::METHOD_NOT_ALLOWED => {
            ("not-supported", "this address does not take that method")
        }
        StatusCode::PAYLOAD_TOO_LARGE => ("too-long", "the body is larger than is taken here"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            ("not-supported", "the body is not of the media type that is taken here")
        }
        status if status.is_client_error() => {
            ("structure", "the address, the query or the form cannot be read")
        }
        _ => ("exception", "the request could not be answered"),
    };
    let error = Error::new(status, issue, text);
    if is_interface {
        return error.into_response();
    }
    PageError::at(web::path::PATIENTS)(error).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_path_segments_are_interfaces() {
        for (path, expected) in [
            ("/fhir", true),
            ("/fhir/", true),
            ("/fhir/Patient/1", true),
            ("/cds-services/x", true),
            ("/fhirx", false),
            ("/patients/fhir", false),
            ("/", false),
        ] {
            assert_eq!(is_interface(path), expected, "{path}");
        }
    }
}
