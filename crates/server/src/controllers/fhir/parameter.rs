//! Parameters of operations and histories: read strictly, refused by name.

use crate::error::Error;
use axum::http::StatusCode;
use model::Problem;
use std::str::FromStr;

/// A number.
///
/// # Errors
/// 400 where it is none.
pub(crate) fn number<N: FromStr>(name: &str, value: &str) -> Result<N, Error> {
    value.parse().map_err(|_| unreadable(name, "is not a number that fits"))
}

/// A value that cannot be read.
pub(crate) fn unreadable(name: &str, text: &str) -> Error {
    let problem = Problem::error("bad-value", name, format!("`{name}` {text}"));
    Error::problems(StatusCode::BAD_REQUEST, vec![problem])
}

/// A parameter that nothing here knows: it is never passed over, as the answer would say more than
/// was asked.
pub(crate) fn unknown(name: &str) -> Error {
    let problem = Problem::error("not-read", name, format!("`{name}` is not a parameter here"));
    Error::problems(StatusCode::BAD_REQUEST, vec![problem])
}
