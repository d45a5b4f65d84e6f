//! `/privacy/releases`: what has left for research, to whom, and letting more go.

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
use axum::response::{IntoResponse, Redirect, Response};
use deidentify::bulk::BulkKind;
use record::{Action, Project, Transfer};
use web::view::{ProjectRow, ReceivedRow, ReleasesView};

/// Lines that each list shows at most.
const LIST_MAX: u32 = 500;

/// `GET /privacy/releases`
pub(crate) async fn show(
    State(app): State<App>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    respond(app, caller, web::path::RELEASES, move |app, caller| {
        page(app, caller, StatusCode::OK, None)
    })
    .await
}

/// `POST /privacy/releases`
pub(crate) async fn release(
    State(app): State<App>,
    headers: HeaderMap,
    caller: Result<Caller, Error>,
    body: Bytes,
) -> Result<Response, PageError> {
    let form = Parameters::of_form(&headers, &body).unwrap_or_default();
    respond(app, caller, web::path::RELEASES, move |app, caller| noted(app, caller, &form)).await
}

/// Notes an attestation, or the approval of a second person.
fn noted(app: &App, caller: &Caller, form: &Parameters) -> Result<Response, Error> {
    if caller.csrf.is_none() || !app.record().may(&caller.access, Action::ApproveExport)? {
        let text = "your role lets no data go";
        return Err(Error::new(StatusCode::FORBIDDEN, "forbidden", text));
    }
    require_own(app, caller, form.get("csrf"))?;
    let said = |name: &str| form.get(name).unwrap_or_default().trim();
    let again = |words: &str| page(app, caller, StatusCode::UNPROCESSABLE_ENTITY, Some(words));
    let transfer = match said("kind") {
        "attestation" => Transfer::Attestation,
        word => {
            let (kind, persons) = (BulkKind::from_word(word), said("persons").parse::<u64>());
            let (Some(kind), Ok(persons)) = (kind, persons) else {
                return again("say of which kind, and of how many persons");
            };
            Transfer::Approval(kind, persons)
        }
    };
    if said("recipient").is_empty() || said("document").is_empty() {
        return again("say to whom, and where the decision is kept");
    }
    let (recipient, document) = (said("recipient"), said("document"));
    app.record().note_clearance(&caller.access, recipient, transfer, document)?;
    tracing::warn!("data was let go to a recipient");
    Ok(Redirect::to(web::path::RELEASES).into_response())
}

fn page(
    app: &App,
    caller: &Caller,
    status: StatusCode,
    error: Option<&str>,
) -> Result<Response, Error> {
    let (record, access) = (app.record(), &caller.access);
    let now = record.now();
    let received = record.received(access, LIST_MAX)?.into_iter().map(|one| ReceivedRow {
        is_bulk: one.persons > one.kind.persons_max(),
        kind: kind(one.kind).to_owned(),
        persons: one.persons,
        persons_max: one.kind.persons_max(),
        recipient: one.recipient,
        first: one.first,
        last: one.last,
    });
    let row = |project: Project| ProjectRow {
        is_open: project.is_open(now),
        id: project.id,
        title: project.said.title,
        owner: project.said.owner,
        tier: project.said.tier.word().to_owned(),
        recipients: project.said.recipients,
        ends: project.said.ends,
    };
    let view = ReleasesView {
        received: received.collect(),
        projects: record.projects(access, LIST_MAX)?.into_iter().map(row).collect(),
        kinds: BulkKind::ALL
            .map(|of| (of.word().to_owned(), kind(of).to_owned()))
            .into_iter()
            .collect(),
        error: error.map(str::to_owned),
        session: views::session(app, caller)?,
    };
    Ok(html(status, web::releases(&view)))
}

/// A kind of data in words.
fn kind(of: BulkKind) -> &'static str {
    match of {
        BulkKind::Genomic => "genomic data",
        BulkKind::OtherOmic => "other 'omic data",
        BulkKind::Health => "health data",
    }
}
