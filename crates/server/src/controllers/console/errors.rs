//! What waits for a person, and what is done with it.

use super::person;
use crate::app::App;
use crate::authorization::Parameters;
use crate::caller::{Caller, door};
use crate::controllers::account::require_own;
use crate::error::Error;
use crate::page::{PageError, html, respond};
use crate::views;
use crate::views::queue::{hold_of, holds_of, is_held, may_dismiss, reason};
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use intake::feed::Mapped;
use intake::work::{Outcome, is_hold};
use model::RawId;
use record::{Action, NewReview, RawMessage, RawState, RawSummary, ReviewWork, Role};
use web::view::QueuePage;

/// `GET /console/errors`
pub(super) async fn list(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    show(app, query, caller, QueuePage::Errors).await
}

/// `GET /inbox`
pub(super) async fn inbox(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    show(app, query, caller, QueuePage::Inbox).await
}

async fn show(
    app: App,
    query: Option<String>,
    caller: Result<Caller, Error>,
    of: QueuePage,
) -> Result<Response, PageError> {
    let query = Parameters::read(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let path = match of {
        QueuePage::Errors => web::path::ERRORS,
        QueuePage::Inbox => web::path::INBOX,
    };
    respond(app, caller, path.to_owned(), move |app, caller| {
        person(caller)?;
        let told = query.get("done").and_then(told).map(str::to_owned);
        let has_keys = of == QueuePage::Inbox && query.get("keys") != Some("off");
        let view = views::queue::queue(app, caller, of, told, has_keys)?;
        Ok(html(StatusCode::OK, web::queue(&view)))
    })
    .await
}

/// What was done, in words; only these can be shown.
fn told(done: &str) -> Option<&'static str> {
    Some(match done {
        "taken" => "It is yours now.",
        "given" => "It was given on.",
        "noted" => "The note is kept.",
        "filed" => "It was read again and is filed.",
        "held" => "It was read again and is still held.",
        "aside" => "It was put aside; the reason is kept.",
        "mapped" => "The code is mapped. What held it is being read again.",
        _ => return None,
    })
}

/// `POST /console/errors`
pub(super) async fn act(
    State(app): State<App>,
    headers: HeaderMap,
    caller: Result<Caller, Error>,
    body: Bytes,
) -> Result<Response, PageError> {
    let form = Parameters::of_form(&headers, &body).unwrap_or_default();
    respond(app, caller, web::path::ERRORS, move |app, caller| {
        if !app.record().may(&caller.access, Action::WorkReview)? {
            let text = "your role does not look after what waits here";
            return Err(Error::new(StatusCode::FORBIDDEN, "forbidden", text));
        }
        caller.require_form(form.get("csrf"))?;
        let done = Deed { app, caller, form: &form }.done()?;
        let path = match caller.role {
            Role::LaboratoryReviewer => web::path::INBOX,
            _ => web::path::ERRORS,
        };
        Ok(Redirect::to(&format!("{path}?done={done}")).into_response())
    })
    .await
}

fn invalid(text: &str) -> Error {
    Error::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", text)
}

/// What somebody does with an item.
struct Deed<'d> {
    app: &'d App,
    caller: &'d Caller,
    form: &'d Parameters,
}

impl Deed<'_> {
    /// Does it; says what was done.
    fn done(&self) -> Result<&'static str, Error> {
        match self.form.get("action").unwrap_or_default() {
            "take" => {
                let owner = Some(self.caller.login().to_owned());
                self.work(ReviewWork::Owner(owner)).map(|()| "taken")
            }
            "give" => self.work(ReviewWork::Owner(Some(self.named()?))).map(|()| "given"),
            "note" => self.work(ReviewWork::Note(self.text()?)).map(|()| "noted"),
            "retry" => self.retry(),
            "dismiss" => self.dismiss(),
            "map" => self.map(),
            _ => Err(invalid("nothing is asked for")),
        }
    }

    fn text(&self) -> Result<String, Error> {
        let text = self.form.get("text").unwrap_or_default().trim();
        if text.is_empty() { Err(invalid("say why in words")) } else { Ok(text.to_owned()) }
    }

    /// The person that an item is given to: somebody who works here.
    fn named(&self) -> Result<String, Error> {
        let login = self.form.get("to").unwrap_or_default().trim();
        let door = door(&self.app.settings().tenant);
        let account = self.app.record().active_account(&door, login)?;
        let works = |role| matches!(role, Role::InterfaceAnalyst | Role::LaboratoryReviewer);
        match account.filter(|account| works(account.role)) {
            Some(account) => Ok(account.login),
            None => Err(invalid("nobody of this name looks after messages or results")),
        }
    }

    fn work(&self, work: ReviewWork) -> Result<(), Error> {
        let review = self.review()?;
        Ok(self.app.record().work_review(&self.caller.access, &review, work)?)
    }

    /// The entry that is worked on: the one that is named, or that of the message, or a new one.
    fn review(&self) -> Result<String, Error> {
        if let Some(review) = self.form.get("review") {
            return Ok(review.to_owned());
        }
        self.review_of(&self.message()?.summary)
    }

    /// The entry of a message, or a new one.
    fn review_of(&self, summary: &RawSummary) -> Result<String, Error> {
        let (record, access) = (self.app.record(), &self.caller.access);
        if let Some(known) = hold_of(summary, &record.reviews(access, true)?) {
            return Ok(known.id.clone());
        }
        let entry = NewReview {
            reason: summary.state.word().to_owned(),
            raw: Some(summary.id.clone()),
            text: reason(summary),
            problems: summary.problems.clone(),
            ..NewReview::default()
        };
        Ok(record.open_review(access, entry)?)
    }

    /// The message that the form names, which is held.
    fn message(&self) -> Result<RawMessage, Error> {
        let id = self.form.get("raw").ok_or_else(|| invalid("no message is named"))?;
        self.held(&RawId::new(id))
    }

    fn held(&self, id: &RawId) -> Result<RawMessage, Error> {
        let message = self.app.record().raw(&self.caller.access, id)?;
        let message = message.ok_or_else(Error::not_found)?;
        if !is_held(message.summary.state) {
            let text = "the message is not held any more";
            return Err(Error::new(StatusCode::CONFLICT, "conflict", text));
        }
        Ok(message)
    }

    /// Has the message read again, as the door it came in by reads it. One that was refused is
    /// not: its sender was told, and a feed's rules are not passed by from within.
    fn retry(&self) -> Result<&'static str, Error> {
        let (record, access) = (self.app.record(), &self.caller.access);
        self.caller.require_form(self.form.get("csrf"))?;
        if !record.may(access, Action::SetRawState)? {
            return Err(Error::new(
                StatusCode::FORBIDDEN,
                "forbidden",
                "your role has nothing read",
            ));
        }
        let message = self.message()?;
        if message.summary.state == RawState::Rejected {
            let text = "the sender was told that it is refused, and has to send it again";
            return Err(Error::new(StatusCode::CONFLICT, "conflict", text));
        }
        // That somebody asked for it is in the audit log by this name.
        let RawSummary { id, state, problems, .. } = &message.summary;
        record.change_raw_state(access, id, (*state, *state), problems)?;
        match self.app.worker().file(&message)? {
            Outcome::Filed(_) | Outcome::Noted(_) => {}
            Outcome::Review(_) | Outcome::Unreadable => return Ok("held"),
        }
        self.resolve_holds(&message.summary, "read again and filed")?;
        Ok("filed")
    }

    /// Resolves every open entry about what kept a message from being filed.
    fn resolve_holds(&self, summary: &RawSummary, how: &str) -> Result<(), Error> {
        let (record, access) = (self.app.record(), &self.caller.access);
        for hold in holds_of(summary, &record.reviews(access, true)?) {
            match record.resolve_review(access, &hold.id, how) {
                // Somebody was faster.
                Ok(()) | Err(record::Failure::Conflict { .. }) => {}
                Err(failure) => return Err(failure.into()),
            }
        }
        Ok(())
    }

    fn dismiss(&self) -> Result<&'static str, Error> {
        let (record, access) = (self.app.record(), &self.caller.access);
        let why = self.text()?;
        let message = self.held_by_item()?;
        let state = message.as_ref().map(|message| message.summary.state);
        if !may_dismiss(self.caller.role, state) {
            let text = "whether it can be put aside is for who answers for results";
            return Err(Error::new(StatusCode::FORBIDDEN, "forbidden", text));
        }
        let Some(RawMessage { summary, .. }) = message else {
            record.resolve_review(access, &self.review()?, &why)?;
            return Ok("aside");
        };
        // First the message: whoever files it meanwhile finds the entries as they were.
        let states = (summary.state, RawState::Dismissed);
        record.change_raw_state(access, &summary.id, states, &summary.problems)?;
        // The reason is kept with an entry, and be it a new one.
        self.review_of(&summary)?;
        self.resolve_holds(&summary, &why)?;
        Ok("aside")
    }

    /// The message that the item keeps from being filed: that of the entry, whatever message the
    /// form names beside it. `None` for an entry about something else, or about a message that is
    /// not held any more: there is only the entry to be closed.
    fn held_by_item(&self) -> Result<Option<RawMessage>, Error> {
        let Some(review) = self.form.get("review") else { return self.message().map(Some) };
        let review = self.app.record().review(&self.caller.access, review)?;
        let entry = review.ok_or_else(Error::not_found)?.entry;
        let Some(raw) = entry.raw.as_ref().filter(|_| is_hold(&entry)) else { return Ok(None) };
        let message = self.app.record().raw(&self.caller.access, raw)?;
        Ok(message.filter(|message| is_held(message.summary.state)))
    }

    /// Maps a code. It changes how results are read, so the person proves who it is.
    fn map(&self) -> Result<&'static str, Error> {
        if self.caller.role != Role::InterfaceAnalyst {
            let text = "codes are mapped by who looks after feeds";
            return Err(Error::new(StatusCode::FORBIDDEN, "forbidden", text));
        }
        require_own(self.app, self.caller, self.form.get("csrf"))?;
        let said = |name: &str| self.form.get(name).unwrap_or_default().trim().to_owned();
        let new = Mapped {
            feed: said("feed"),
            system: said("system"),
            code: said("code"),
            loinc: said("loinc"),
        };
        let refused = |failure| match failure {
            intake::Failure::Refused(problems) => {
                invalid(&problems.first().map(|one| one.text.clone()).unwrap_or_default())
            }
            other => other.into(),
        };
        let (feeds, record) = (self.app.feeds(), self.app.record());
        feeds.check(record, &new).map_err(refused)?;
        // Before it is done, which closes the entry; somebody may still be faster.
        let note = format!("asks to map `{}` of `{}` to LOINC {}", new.code, new.system, new.loinc);
        self.work(ReviewWork::Note(note))?;
        let by = self.caller.access.actor().to_owned();
        feeds.map(record, new, &by).map_err(refused)?;
        Ok("mapped")
    }
}
