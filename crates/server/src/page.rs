//! HTML answers: headers that keep them private, and errors people can read.

use crate::app::App;
use crate::caller::Caller;
use crate::error::{Error, First, NO_STORE, RETRY_AFTER, log_id};
use crate::kept::Unfiled;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use web::view::{ErrorView, NotFoundView};

/// An HTML page that is never stored by anybody.
pub(crate) fn html(status: StatusCode, body: impl Into<String>) -> Response {
    let mut response = (status, body.into()).into_response();
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, web::CONTENT_SECURITY_POLICY),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// A failure on a page: without a login the login form, else a page with the log id.
#[derive(Debug)]
pub(crate) struct PageError {
    error: Error,
    path: String,
}

impl PageError {
    /// A failure of the page at `path`.
    pub(crate) fn at(path: impl Into<String>) -> impl FnOnce(Error) -> Self {
        let path = path.into();
        move |error| Self { error, path }
    }
}

/// What a page answers, made off the async threads for who calls; a failure is told as one of the
/// page at `path`.
pub(crate) async fn respond<F>(
    app: App,
    caller: Result<Caller, Error>,
    path: impl Into<String>,
    make: F,
) -> Result<Response, PageError>
where
    F: FnOnce(&App, &Caller) -> Result<Response, Error> + Send + 'static,
{
    let made = match caller {
        Ok(caller) => app.blocking(move |app| make(app, &caller)).await,
        Err(error) => Err(error),
    };
    made.map_err(PageError::at(path))
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let status = self.error.status();
        match self.error.first() {
            Some(First::Prove) => {
                let at = format!("{}?next={}", web::path::STEP_UP, self.path);
                return Redirect::to(&at).into_response();
            }
            Some(First::Enrol) => return Redirect::to(web::path::ACCOUNT).into_response(),
            None => {}
        }
        if status == StatusCode::UNAUTHORIZED {
            return Redirect::to(&format!("/login?next={}", self.path)).into_response();
        }
        let log_id = log_id();
        if self.error.is_failure() {
            tracing::error!(%log_id, error = %self.error, "a page failed");
        }
        if status == StatusCode::NOT_FOUND {
            return html(status, web::not_found(&NotFoundView { session: None }));
        }
        let title = match (status, self.error.issue()) {
            (StatusCode::FORBIDDEN, "forbidden") => "Your role may not see this",
            (StatusCode::FORBIDDEN, _) => "The form was not accepted",
            (StatusCode::NOT_IMPLEMENTED, _) => "This server does not do that",
            (StatusCode::SERVICE_UNAVAILABLE, NO_STORE) => "The record cannot be used just now",
            (StatusCode::SERVICE_UNAVAILABLE, _) => "Too much is asked for at once",
            (StatusCode::METHOD_NOT_ALLOWED, _) => "This address does not take that",
            _ => "The page could not be made",
        };
        let view = ErrorView {
            session: None,
            status: status.as_u16(),
            title: title.to_owned(),
            text: self.error.text(),
            log_id,
            typed: None,
        };
        let mut response = html(status, web::error(&view));
        let is_passing = self.error.issue() == NO_STORE;
        if is_passing {
            response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        // Whoever may not do it has nothing to enter again.
        if status != StatusCode::FORBIDDEN {
            response.extensions_mut().insert(Unfiled { view, is_passing });
        }
        response
    }
}
