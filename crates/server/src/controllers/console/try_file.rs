//! Trying a file: what it would come to. Nothing is archived and nothing is filed.

use super::{feed_names, person};
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::multipart;
use crate::page::{PageError, html, respond};
use crate::views;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use intake::Feed;
use intake::difference::as_archived;
use intake::inspect;
use model::problem::first_error;
use record::Action;
use web::view::{TriedRow, TryView};

/// Largest file that is tried, in bytes.
pub(super) const FILE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Messages of a file that are shown.
const MESSAGES_MAX: usize = 50;

/// `GET /console/try`
pub(super) async fn form(
    State(app): State<App>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    respond(app, caller, web::path::TRY, |app, caller| {
        may(app, caller)?;
        Ok(html(StatusCode::OK, web::try_file(&empty(app, caller)?)))
    })
    .await
}

/// `POST /console/try`
pub(super) async fn run(
    State(app): State<App>,
    headers: HeaderMap,
    caller: Result<Caller, Error>,
    body: Bytes,
) -> Result<Response, PageError> {
    respond(app, caller, web::path::TRY, move |app, caller| {
        may(app, caller)?;
        let parts = multipart::parts(&headers, &body).unwrap_or_default();
        let text = |name: &str| {
            let part = parts.iter().find(|part| part.name == name);
            part.map(|part| String::from_utf8_lossy(part.body).into_owned()).unwrap_or_default()
        };
        caller.require_form(Some(&text("csrf")))?;
        let view = TryView { feed: text("feed"), ..empty(app, caller)? };
        let file = parts.iter().find(|part| part.name == "file" && !part.body.is_empty());
        let wrong = |words: &str| {
            let view = TryView { error: Some(words.to_owned()), ..view.clone() };
            Ok(html(StatusCode::UNPROCESSABLE_ENTITY, web::try_file(&view)))
        };
        let Some(feed) = app.feeds().get(&view.feed) else {
            return wrong("there is no such feed");
        };
        match file {
            None => wrong("choose a file"),
            Some(file) if file.body.len() > FILE_BYTES_MAX => wrong("the file is too large"),
            Some(file) => {
                let (tried, more) = tried(app, &feed, file.body);
                let tried = Some(tried);
                Ok(html(StatusCode::OK, web::try_file(&TryView { tried, more, ..view })))
            }
        }
    })
    .await
}

/// What the first messages come to, and how many more there are.
fn tried(app: &App, feed: &Feed, bytes: &[u8]) -> (Vec<TriedRow>, usize) {
    let messages = as_archived(feed, bytes, app.record().now());
    let read = messages.iter().take(MESSAGES_MAX).enumerate().map(|(place, message)| {
        let read = inspect::found(feed, message);
        let (found, problems) = read.unwrap_or_else(|problems| (Vec::new(), problems));
        TriedRow {
            number: place + 1,
            found: found.iter().map(views::message::found_row).collect(),
            is_unreadable: first_error(&problems).is_some(),
            problems,
        }
    });
    (read.collect(), messages.len().saturating_sub(MESSAGES_MAX))
}

fn may(app: &App, caller: &Caller) -> Result<(), Error> {
    person(caller)?;
    if app.record().may(&caller.access, Action::WorkReview)? {
        return Ok(());
    }
    Err(Error::new(StatusCode::FORBIDDEN, "forbidden", "your role tries no files"))
}

fn empty(app: &App, caller: &Caller) -> Result<TryView, Error> {
    Ok(TryView {
        session: views::session(app, caller)?,
        feeds: feed_names(app),
        feed: String::new(),
        bytes_max: FILE_BYTES_MAX,
        error: None,
        tried: None,
        more: 0,
    })
}
