//! Subscriptions (HL7 Subscriptions R5 Backport 1.1.0): made, changed and ended by their maker.
//!
//! The resource is filed without the values of its headers; what is wanted, headers included, is
//! sealed beside it. The body is not archived, since the archive would keep those headers.

mod asked;
mod standing;

pub(crate) use asked::{
    events, events_given, status_of_one, status_of_one_given, status_of_type, status_of_type_given,
};
pub(crate) use standing::Makers;

use super::answer;
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::smart::Permission;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use formats::fhir::json::{Document, RESOURCE_BYTES_MAX};
use formats::fhir::{access, check, json, patch as json_patch};
use model::Problem;
use notify::Wanted;
use record::{
    Access, Action, Commit, Condition, Purpose, ResourceChange, Role, Scope, Stored, Subscription,
    SubscriptionStatus,
};
use serde_json::{Value, json};

/// The type.
pub(crate) const TYPE: &str = "Subscription";

/// `POST [base]/Subscription`
pub(super) fn create(
    app: &App,
    caller: &Caller,
    condition: Option<&str>,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, Error> {
    if condition.is_some() {
        let text = "a subscription is not created on a condition";
        return Err(Error::new(StatusCode::BAD_REQUEST, "not-supported", text));
    }
    app.record().subscriptions(&caller.access)?;
    let all = app.record().served_subscriptions(&machine(app, Role::Engine))?;
    if all.len() >= record::limit::SUBSCRIPTIONS_MAX {
        let text = "there are too many subscriptions";
        return Err(Error::new(StatusCode::UNPROCESSABLE_ENTITY, "too-costly", text));
    }
    let id = app.record().new_id();
    let stored = file(app, caller, &id, read(body)?, None, Condition::Absent)?;
    Ok(answer::written(app, StatusCode::CREATED, stored, headers))
}

/// `PUT [base]/Subscription/[id]`
pub(super) fn update(
    app: &App,
    caller: &Caller,
    id: &str,
    headers: &HeaderMap,
    condition: Condition,
    body: &[u8],
) -> Result<Response, Error> {
    let (_, former) = own(app, caller, id)?;
    let document = read(body)?;
    if access::id(&document.value) != Some(id) {
        let place = format!("{TYPE}.id");
        let problem = Problem::error("id-mismatch", place, "the id is not that of the address");
        return Err(Error::problems(StatusCode::BAD_REQUEST, vec![problem]));
    }
    let stored = file(app, caller, id, document, former.as_ref(), condition)?;
    Ok(answer::written(app, StatusCode::OK, stored, headers))
}

/// `PATCH [base]/Subscription/[id]`
pub(super) fn patch(
    app: &App,
    caller: &Caller,
    id: &str,
    headers: &HeaderMap,
    version: Option<u64>,
    body: &[u8],
) -> Result<Response, Error> {
    let (stored, former) = own(app, caller, id)?;
    let standing = stored.reference.version;
    if let Some(expected) = version.filter(|version| *version != standing) {
        let (expected, found) = (format!("version {expected}"), format!("version {standing}"));
        let place = format!("{TYPE}/{id}");
        return Err(record::Failure::Conflict { place, expected, found }.into());
    }
    let refused = |problem| Error::problems(StatusCode::BAD_REQUEST, vec![problem]);
    let document = json_patch::apply(&stored.body, body).map_err(refused)?;
    if access::id(&document.value) != Some(id)
        || access::resource_type(&document.value) != Some(TYPE)
    {
        let problem = Problem::error("id-mismatch", TYPE, "a patch changes no type and no id");
        return Err(refused(problem));
    }
    checked(&document.value)?;
    let condition = Condition::Version(standing);
    let stored = file(app, caller, id, document, former.as_ref(), condition)?;
    Ok(answer::written(app, StatusCode::OK, stored, headers))
}

/// `DELETE [base]/Subscription/[id]`
pub(super) fn delete(
    app: &App,
    caller: &Caller,
    id: &str,
    version: Option<u64>,
) -> Result<Response, Error> {
    app.record().subscriptions(&caller.access)?;
    let found = app.record().read(&caller.access, TYPE, id)?.filter(|stored| !stored.deleted);
    if found.is_none() {
        return Ok(answer::deleted(None));
    }
    own(app, caller, id)?;
    let condition = version.map_or(Condition::Any, Condition::Version);
    let change =
        ResourceChange::Delete { resource_type: TYPE.to_owned(), id: id.to_owned(), condition };
    let gone = commit(app, change)?;
    app.record().delete_subscription(&caller.access, id)?;
    Ok(answer::deleted(gone.as_ref()))
}

/// The resource as it stands and what was wanted, if the caller may change it. One that a crash
/// left without either is anybody's who may subscribe.
fn own(app: &App, caller: &Caller, id: &str) -> Result<(Stored, Option<Wanted>), Error> {
    app.record().subscriptions(&caller.access)?;
    let stored = app.record().read(&caller.access, TYPE, id)?;
    let stored = stored.filter(|stored| !stored.deleted).ok_or_else(Error::not_found)?;
    let served = app.record().served_subscriptions(&machine(app, Role::Engine))?;
    match served.into_iter().find(|one| one.id == id) {
        Some(one) if one.actor != caller.access.owner() => {
            let text = "the subscription is somebody else's";
            Err(Error::new(StatusCode::FORBIDDEN, "forbidden", text))
        }
        Some(one) => Ok((stored, Some(wanted(&one)?))),
        None => Ok((stored, None)),
    }
}

/// What a subscription wants, as it was kept.
fn wanted(subscription: &Subscription) -> Result<Wanted, Error> {
    serde_json::from_value(subscription.settings.clone())
        .map_err(|error| Error::internal(format!("a subscription cannot be read: {error}")))
}

/// A resource whose structure is R4's.
fn read(body: &[u8]) -> Result<Document, Error> {
    let refused = |problems| Error::problems(StatusCode::BAD_REQUEST, problems);
    let document =
        json::read(body, RESOURCE_BYTES_MAX).map_err(|problem| refused(vec![problem]))?;
    if access::resource_type(&document.value) != Some(TYPE) {
        let text = "the resource is of another type than the address";
        return Err(refused(vec![Problem::error("type-mismatch", "resourceType", text)]));
    }
    checked(&document.value)?;
    Ok(document)
}

fn checked(resource: &Value) -> Result<(), Error> {
    let problems = check::check(resource);
    if model::problem::first_error(&problems).is_some() {
        return Err(Error::problems(StatusCode::BAD_REQUEST, problems));
    }
    Ok(())
}

/// Files the resource as it may be shown, then keeps what is wanted. A crash in between leaves a
/// resource that is not served; the notifier says so at its start.
fn file(
    app: &App,
    caller: &Caller,
    id: &str,
    document: Document,
    former: Option<&Wanted>,
    condition: Condition,
) -> Result<Stored, Error> {
    let Document { value: mut resource, literals } = document;
    let wanted = notify::read(&mut resource, former, app.endpoints(), app.record().now())
        .map_err(|problems| Error::problems(StatusCode::UNPROCESSABLE_ENTITY, problems))?;
    may_read(app, caller, &wanted)?;
    if let Some(object) = resource.as_object_mut() {
        object.insert("id".to_owned(), json!(id));
    }
    let settings =
        serde_json::to_value(&wanted).map_err(|error| Error::internal(error.to_string()))?;
    let facts = Vec::new();
    let change = ResourceChange::Put { resource, literals, facts, condition };
    let stored = commit(app, change)?.ok_or_else(Error::not_found)?;
    let status =
        if wanted.is_off { SubscriptionStatus::Off } else { SubscriptionStatus::Requested };
    app.record().put_subscription(&caller.access, id, status, &settings)?;
    Ok(stored)
}

/// Nobody asks to be told what they may not read.
fn may_read(app: &App, caller: &Caller, wanted: &Wanted) -> Result<(), Error> {
    let Some(topic) = wanted.topic() else { return Err(Error::not_found()) };
    let permitted = |action| app.record().may(&caller.access, action);
    let may = permitted(Action::ReadClinical)?
        && (!topic.needs_statements() || permitted(Action::ReadStatements)?);
    if !may {
        let text = "your role may not read what the topic is about";
        return Err(Error::new(StatusCode::FORBIDDEN, "forbidden", text));
    }
    let is_open = |scopes: &crate::Scopes| {
        topic.focus.iter().all(|kind| scopes.permit(Some(kind), Permission::Read))
    };
    if caller.scopes.as_ref().is_some_and(|scopes| !is_open(scopes)) {
        return Err(Error::scope());
    }
    Ok(())
}

fn commit(app: &App, change: ResourceChange) -> Result<Option<Stored>, Error> {
    let commit = Commit { changes: vec![change], ..Commit::default() };
    let done = app.record().commit(&machine(app, Role::Interface), commit)?;
    Ok(done.resources.into_iter().flatten().next())
}

/// The server itself, which files what it has checked.
fn machine(app: &App, role: Role) -> Access {
    let tenant = app.settings().tenant.clone();
    Access::new(tenant, "server", role, Purpose::Operations, Scope::Tenant)
}
