//! The console: feeds, messages, what failed, reading again, trying a file; the inbox; and the
//! message that a patient's results came from.

mod errors;
mod messages;
mod replay;
mod try_file;

use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::page::{PageError, html, respond};
use crate::route::Route;
use crate::views;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};

/// Largest file that is tried, in bytes, with the fields beside it.
pub(crate) const BODY_BYTES_MAX: usize = try_file::FILE_BYTES_MAX + 64 * 1024;

/// The routes.
pub(crate) const ROUTES: &[Route] = &[
    Route::new("GET", "/console", || get(show)),
    Route::new("GET", "/console/feeds/{id}", || get(feed)),
    Route::new("GET", "/console/messages", || get(messages::list)),
    Route::new("GET", "/console/messages/{id}", || get(messages::show)),
    Route::new("GET", "/console/messages/{id}/bytes", || get(messages::bytes)),
    Route::new("GET", "/console/errors", || get(errors::list)),
    Route::new("POST", "/console/errors", || post(errors::act)),
    Route::new("GET", "/console/replay", || get(replay::form)),
    Route::new("POST", "/console/replay", || post(replay::run)),
    Route::new("GET", "/console/try", || get(try_file::form)),
    Route::new("POST", "/console/try", || post(try_file::run)),
    Route::new("GET", "/inbox", || get(errors::inbox)),
    Route::new("GET", "/patients/{id}/sources/{raw}", || get(messages::source)),
];

/// `GET /console`
async fn show(
    State(app): State<App>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    respond(app, caller, web::path::CONSOLE, |app, caller| {
        person(caller)?;
        Ok(html(StatusCode::OK, web::console(&views::console(app, caller)?)))
    })
    .await
}

/// `GET /console/feeds/{id}`
async fn feed(
    State(app): State<App>,
    Path(id): Path<String>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    respond(app, caller, web::path::feed(&id), move |app, caller| {
        person(caller)?;
        let view = views::feed(app, caller, &id)?.ok_or_else(Error::not_found)?;
        Ok(html(StatusCode::OK, web::feed(&view)))
    })
    .await
}

/// The console is for people; a machine has the interfaces.
fn person(caller: &Caller) -> Result<(), Error> {
    if caller.csrf.is_some() {
        return Ok(());
    }
    Err(Error::new(StatusCode::FORBIDDEN, "forbidden", "the console is for people"))
}

/// Names of the feeds that can be chosen.
fn feed_names(app: &App) -> Vec<String> {
    let mut names: Vec<String> = app.feeds().all().iter().map(|feed| feed.id.clone()).collect();
    names.sort();
    names
}
