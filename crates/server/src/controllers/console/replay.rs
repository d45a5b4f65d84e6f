//! Reading archived messages again: shown first, then done by a person who proves who it is.

use super::{feed_names, person};
use crate::app::App;
use crate::authorization::Parameters;
use crate::caller::Caller;
use crate::controllers::account::require_own;
use crate::error::Error;
use crate::page::{PageError, html, respond};
use crate::views;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use intake::replay::{Asked, Since, replay};
use record::Action;
use web::view::{ReplayRow, ReplayView, ReplayedView};

/// Messages that one run looks at.
const LOOKED_AT_MAX: usize = 2_000;
/// Messages of all feeds that one run passes.
const PASSED_MAX: usize = 20_000;
/// Messages that are shown.
const ROWS_MAX: usize = 100;

/// `GET /console/replay`
pub(super) async fn form(
    State(app): State<App>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    respond(app, caller, web::path::REPLAY, |app, caller| {
        may(app, caller)?;
        Ok(html(StatusCode::OK, web::replay(&empty(app, caller)?)))
    })
    .await
}

/// `POST /console/replay`
pub(super) async fn run(
    State(app): State<App>,
    headers: HeaderMap,
    caller: Result<Caller, Error>,
    body: Bytes,
) -> Result<Response, PageError> {
    let form = Parameters::of_form(&headers, &body).unwrap_or_default();
    respond(app, caller, web::path::REPLAY, move |app, caller| {
        may(app, caller)?;
        caller.require_form(form.get("csrf"))?;
        let is_done = form.get("action") == Some("run");
        if is_done {
            require_own(app, caller, form.get("csrf"))?;
        }
        let said = |name: &str| form.get(name).unwrap_or_default().trim().to_owned();
        let view = ReplayView { feed: said("feed"), since: said("since"), ..empty(app, caller)? };
        let wrong = |text: String| {
            let view = ReplayView { error: Some(text), ..view.clone() };
            Ok(html(StatusCode::UNPROCESSABLE_ENTITY, web::replay(&view)))
        };
        let Some(feed) = app.feeds().get(&view.feed) else {
            return wrong("there is no such feed".to_owned());
        };
        let since: Since = match view.since.parse() {
            Ok(since) => since,
            Err(text) => return wrong(text),
        };
        let (mut rows, mut more_rows) = (Vec::new(), 0);
        let told = &mut |summary: &record::RawSummary,
                         difference: intake::difference::Difference| {
            if rows.len() == ROWS_MAX {
                more_rows += 1;
                return;
            }
            rows.push(ReplayRow {
                raw: summary.id.clone(),
                sequence: summary.sequence,
                gone: difference.gone,
                gone_unseen: difference.gone_unseen,
                come: difference.come,
                reason: difference.reason,
            });
        };
        let (messages_max, passed_max) = (LOOKED_AT_MAX, PASSED_MAX);
        let asked = Asked { since, messages_max, passed_max, is_done, is_thorough: false };
        let done = replay(app.record(), &feed, &caller.access, asked, told)?;
        let replayed = Some(ReplayedView {
            is_done,
            looked_at: done.looked_at,
            read: done.read,
            changed: done.changed,
            next: done.next,
            rows,
            more_rows,
        });
        Ok(html(StatusCode::OK, web::replay(&ReplayView { replayed, ..view })))
    })
    .await
}

fn may(app: &App, caller: &Caller) -> Result<(), Error> {
    person(caller)?;
    if app.record().may(&caller.access, Action::SetRawState)? {
        return Ok(());
    }
    Err(Error::new(StatusCode::FORBIDDEN, "forbidden", "your role has nothing read again"))
}

fn empty(app: &App, caller: &Caller) -> Result<ReplayView, Error> {
    Ok(ReplayView {
        session: views::session(app, caller)?,
        feeds: feed_names(app),
        feed: String::new(),
        since: String::new(),
        looked_at_max: LOOKED_AT_MAX,
        error: None,
        replayed: None,
    })
}
