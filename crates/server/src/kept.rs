//! What somebody typed is not lost when it is not filed, because the record cannot be used or the
//! form is not taken: pages are never stored, so browsers that go back show empty forms.

use crate::page::html;
use crate::refusal::is_interface;
use crate::router::FORM_BYTES_MAX;
use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use web::view::{ErrorView, Typed};

/// Marks the page that says that nothing was filed.
#[derive(Clone, Debug)]
pub(crate) struct Unfiled {
    /// What it says.
    pub(crate) view: ErrorView,
    /// Whether the same may be filed later.
    pub(crate) is_passing: bool,
}

/// Fields that no page repeats: they prove who somebody is.
const SECRETS: [&str; 4] = ["password", ONE_TIME, "credential", "csrf"];
/// A one-time password; on the page of errors, the laboratory's word that is mapped.
const ONE_TIME: &str = "code";
/// The one among them that the same session may send again.
const CSRF: &str = "csrf";
const FORM: &str = "application/x-www-form-urlencoded";

/// Where a form could not be filed, what was typed comes back with the page that says so.
pub(crate) async fn what_was_typed(request: Request, next: Next) -> Response {
    if !is_form(&request) {
        return next.run(request).await;
    }
    let action = request.uri().path().to_owned();
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, FORM_BYTES_MAX).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let request = Request::from_parts(parts, Body::from(bytes.clone()));
    let response = next.run(request).await;
    let unfiled = response.extensions().get::<Unfiled>();
    let Some(Unfiled { view, is_passing }) = unfiled else { return response };
    let mut typed = typed(action, &bytes);
    typed.csrf = typed.csrf.filter(|_| *is_passing);
    // A conflict may be with the same form, sent a moment ago.
    let refused = [StatusCode::BAD_REQUEST, StatusCode::UNPROCESSABLE_ENTITY];
    typed.was_refused = refused.contains(&response.status());
    let view = ErrorView { typed: Some(typed), ..view.clone() };
    let headers = response.headers().clone();
    let mut page = html(response.status(), web::error(&view));
    page.headers_mut().extend(headers);
    page.headers_mut().remove(header::CONTENT_LENGTH);
    page
}

/// A form of a page that is small enough to be kept while it is dealt with.
fn is_form(request: &Request) -> bool {
    let media_type = request.headers().get(header::CONTENT_TYPE);
    let is_form = media_type.and_then(|value| value.to_str().ok()).is_some_and(|text| {
        text.split(';').next().is_some_and(|name| name.trim().eq_ignore_ascii_case(FORM))
    });
    let is_small = request
        .body()
        .size_hint()
        .upper()
        .is_some_and(|bytes| usize::try_from(bytes).is_ok_and(|bytes| bytes <= FORM_BYTES_MAX));
    let path = request.uri().path();
    let is_of_page = !is_interface(path) && !path.starts_with("/auth/");
    request.method() == Method::POST && is_form && is_small && is_of_page
}

fn typed(action: String, form: &[u8]) -> Typed {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(form).into_owned().collect();
    let is_word = |name: &str| name == ONE_TIME && action == web::path::ERRORS;
    let is_secret = |name: &String| SECRETS.contains(&name.as_str()) && !is_word(name);
    let proves = pairs.iter().any(|(name, _)| is_secret(name) && name != CSRF);
    let csrf = pairs.iter().find(|(name, _)| name == CSRF).map(|(_, value)| value.clone());
    let fields = pairs.into_iter().filter(|(name, _)| !is_secret(name)).collect();
    // Without what proves who it is, it could not be sent again as it stands.
    Typed { action, csrf: csrf.filter(|_| !proves), was_refused: false, fields }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_a_laboratory_is_no_one_time_password() {
        let form = b"csrf=t&code=GENE1+x&loinc=48018-6";
        let mapped = typed(web::path::ERRORS.to_owned(), form);
        assert_eq!(mapped.csrf.as_deref(), Some("t"));
        assert_eq!(mapped.fields.first(), Some(&("code".to_owned(), "GENE1 x".to_owned())));
        let proof = typed("/account/second-factor".to_owned(), form);
        assert_eq!(proof.csrf, None);
        assert!(proof.fields.iter().all(|(name, _)| name == "loinc"), "{proof:?}");
    }
}
