//! What somebody is told who is refused, and what the audit log keeps of it.

use crate::app::App;
use crate::caller::door;
use crate::error::Error;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Characters of what the other side says of itself that the audit log keeps.
const NAME_LENGTH_MAX: usize = 128;

/// The words of RFC 6749 §4.1.2.1 and §5.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    InvalidRequest,
    InvalidClient,
    InvalidGrant,
    InvalidScope,
    UnauthorizedClient,
    UnsupportedGrantType,
    UnsupportedResponseType,
    AccessDenied,
}

impl Word {
    /// The word as it is sent.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidScope => "invalid_scope",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::AccessDenied => "access_denied",
        }
    }
}

/// Why somebody is refused: what is told, and what is kept.
#[derive(Clone, Debug)]
pub(crate) struct OauthError {
    /// What is told.
    pub(crate) word: Word,
    /// What is kept, in a few words.
    pub(crate) reason: String,
    /// Who it says it is.
    pub(crate) client: String,
}

impl OauthError {
    /// A refusal of somebody who has not said who it is.
    pub(crate) fn new(word: Word, reason: impl Into<String>) -> Self {
        Self { word, reason: reason.into(), client: String::new() }
    }

    /// The same, of a client.
    pub(crate) fn by(self, client: &str) -> Self {
        Self { client: client.to_owned(), ..self }
    }
}

/// A refusal, or a failure of ours.
#[derive(Debug)]
pub(crate) enum Refused {
    Oauth(OauthError),
    Failed(Error),
}

impl From<OauthError> for Refused {
    fn from(error: OauthError) -> Self {
        Self::Oauth(error)
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<record::Failure> for Refused {
    fn from(failure: record::Failure) -> Self {
        Self::Failed(failure.into())
    }
}

/// Keeps a refusal in the audit log, before anybody is told of it.
///
/// # Errors
/// When it cannot be kept.
pub(crate) fn note(app: &App, kind: &str, reason: &str, who: &str) -> Result<(), Error> {
    let mut entities = vec![format!("{kind}/refused"), format!("reason/{reason}")];
    let who: String = who.chars().filter(char::is_ascii_graphic).take(NAME_LENGTH_MAX).collect();
    if !who.is_empty() {
        entities.push(format!("by/{who}"));
    }
    tracing::warn!(kind, reason, "a proof was refused");
    Ok(app.record().note_refusal(&door(&app.settings().tenant), entities)?)
}

impl IntoResponse for OauthError {
    fn into_response(self) -> Response {
        let status = match self.word {
            Word::InvalidClient => StatusCode::UNAUTHORIZED,
            _ => StatusCode::BAD_REQUEST,
        };
        let mut response = json_response(status, &json!({"error": self.word.text()}));
        if status == StatusCode::UNAUTHORIZED {
            let basic = HeaderValue::from_static("Basic realm=\"cognate\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, basic);
        }
        response
    }
}

/// An answer that nobody may keep (RFC 6749 §5.1).
pub(crate) fn json_response(status: StatusCode, body: &serde_json::Value) -> Response {
    let mut response = (status, body.to_string()).into_response();
    let fixed = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
        (header::PRAGMA, "no-cache"),
    ];
    for (name, value) in fixed {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
