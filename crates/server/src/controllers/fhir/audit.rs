//! The audit log as `AuditEvent` (FHIR R4, in the shapes of IHE BALP), for the privacy officer and
//! for the patient's own view. Others find what was filed as resources of that type.

use super::answer;
use super::parameter::{self, unreadable};
use super::query::{CURSOR, link as link_to};
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use axum::http::StatusCode;
use axum::response::Response;
use formats::fhir::build::{Link, StoredEntry, bundle_of_stored};
use model::Timestamp;
use record::limit::PAGE_ROWS_MAX;
use record::{Action, AuditEvent, AuditQuery, reads_audit};
use serde_json::{Value, json};

/// The type.
const TYPE: &str = "AuditEvent";
/// Events on a page, if the caller names no number.
const PAGE_EVENTS_DEFAULT: u32 = 50;
const DAY_MICROS: i64 = 86_400_000_000;

const TYPES: &str = "http://terminology.hl7.org/CodeSystem/audit-event-type";
const INTERACTIONS: &str = "http://hl7.org/fhir/restful-interaction";
const REASONS: &str = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
const PARTICIPATIONS: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
const DICOM: &str = "http://dicom.nema.org/resources/ontology/DCM";
const ENTITY_TYPES: &str = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
const ENTITY_ROLES: &str = "http://terminology.hl7.org/CodeSystem/object-role";
const ACTORS: &str = "urn:cognate:actor";
const ROLES: &str = "urn:cognate:role";
const ACTIONS: &str = "urn:cognate:action";

/// Whether a caller who asks for this type is answered from the log.
pub(super) fn is_asked(resource_type: &str, caller: &Caller) -> bool {
    resource_type == TYPE && reads_audit(caller.role)
}

/// `GET [base]/AuditEvent/[id]`
pub(super) fn read(app: &App, caller: &Caller, id: &str) -> Result<Response, Error> {
    match app.record().audit_event(&caller.access, id)? {
        Some(event) => Ok(answer::json(StatusCode::OK, &resource(&event))),
        None => Err(Error::not_found()),
    }
}

/// `GET [base]/AuditEvent?patient=&agent=&date=&action=&entity=&outcome=`
pub(super) fn search(
    app: &App,
    caller: &Caller,
    pairs: &[(String, String)],
) -> Result<Response, Error> {
    let mut query = AuditQuery { count: PAGE_EVENTS_DEFAULT, ..AuditQuery::default() };
    let mut written = Vec::new();
    for (name, value) in pairs {
        pair(&mut query, name, value)?;
        if !matches!(name.as_str(), CURSOR | "_format" | "_pretty") {
            written.push((name.clone(), value.clone()));
        }
    }
    let page = app.record().audit_events(&caller.access, &query)?;
    let base = format!("{}/{TYPE}", app.fhir_base());
    let link = |relation: &str, place: Option<(Timestamp, u64)>| {
        let place = place.map(|(time, number)| format!("{}.{number}", time.micros()));
        Link { relation: relation.to_owned(), url: link_to(&base, &written, place.as_deref()) }
    };
    let mut links = vec![link("self", query.before)];
    links.extend(page.next.map(|next| link("next", Some(next))));
    let entries: Vec<_> = page
        .events
        .iter()
        .map(|event| StoredEntry {
            full_url: Some(format!("{base}/{}", event.id)),
            body: Some(resource(event).to_string().into_bytes()),
            mode: Some("match"),
            ..StoredEntry::default()
        })
        .collect();
    Ok(answer::bytes(StatusCode::OK, bundle_of_stored("searchset", None, &links, &entries)))
}

fn pair(query: &mut AuditQuery, name: &str, value: &str) -> Result<(), Error> {
    match name {
        "patient" => {
            query.patient = Some(value.strip_prefix("Patient/").unwrap_or(value).to_owned());
        }
        "agent" => query.actor = Some(value.to_owned()),
        "entity" => query.entity = Some(value.to_owned()),
        "action" => {
            let named: Vec<_> = value.split(',').collect();
            if !named.iter().all(|code| CODES.contains(code)) {
                return Err(unreadable(name, "is not C, R, U, D or E"));
            }
            let asked = Action::ALL.iter().filter(|action| named.contains(&code(**action)));
            query.actions = Some(asked.copied().collect());
        }
        "outcome" => {
            query.permitted = match value {
                "0" => Some(true),
                "4" => Some(false),
                _ => return Err(unreadable(name, "is not 0 (done) or 4 (denied)")),
            }
        }
        "date" => date(query, value)?,
        "_count" => {
            let count: u32 = value.parse().map_err(|_| unreadable(name, "is not a number"))?;
            query.count = count.clamp(1, PAGE_ROWS_MAX);
        }
        CURSOR => {
            let place = value.split_once('.').and_then(|(time, number)| {
                Some((Timestamp::from_micros(time.parse().ok()?), number.parse().ok()?))
            });
            query.before =
                Some(place.ok_or_else(|| unreadable(name, "is no place of this search"))?);
        }
        "_format" | "_pretty" => {}
        _ => return Err(parameter::unknown(name)),
    }
    Ok(())
}

/// A day or an instant with a prefix of FHIR search.
fn date(query: &mut AuditQuery, value: &str) -> Result<(), Error> {
    let (prefix, rest) = match value.split_at_checked(2) {
        Some((prefix @ ("eq" | "ge" | "gt" | "le" | "lt"), rest)) => (prefix, rest),
        _ => ("eq", value),
    };
    let (start, length) = if let Some(instant) = Timestamp::parse(rest) {
        (instant.micros(), 1)
    } else {
        let day = Timestamp::parse(&format!("{rest}T00:00:00Z"));
        let day = day.ok_or_else(|| unreadable("date", "is not a day or an instant"))?;
        (day.micros(), DAY_MICROS)
    };
    let at = |micros| Some(Timestamp::from_micros(micros));
    let end = start.saturating_add(length);
    let (from, until) = match prefix {
        "ge" => (at(start), None),
        "gt" => (at(end), None),
        "le" => (None, at(end)),
        "lt" => (None, at(start)),
        _ => (at(start), at(end)),
    };
    query.from = query.from.max(from);
    query.until = [query.until, until].into_iter().flatten().min();
    Ok(())
}

const CODES: &[&str] = &["C", "R", "U", "D", "E"];

/// `AuditEvent.action` of an action.
fn code(action: Action) -> &'static str {
    match action {
        Action::ArchiveRaw | Action::NoteDisclosure => "C",
        Action::SetRawState
        | Action::Commit
        | Action::PutStatements
        | Action::UseCursor
        | Action::KeepCarriers
        | Action::ResolveReview
        | Action::WriteAccounts
        | Action::WriteDecisions
        | Action::KeepPack
        | Action::AdoptPack => "U",
        Action::Subscribe | Action::Notify | Action::SteerOutbox => "E",
        _ => "R",
    }
}

fn reason(purpose: &str) -> &'static str {
    match purpose {
        "treatment" => "TREAT",
        "operations" => "HOPERAT",
        "research" => "HRESCH",
        _ => "PATRQT",
    }
}

/// An event as a resource. Agents are known by what the log names: who asked, and this server.
fn resource(event: &AuditEvent) -> Value {
    let action = Action::from_word(&event.action).map_or("E", code);
    let interaction = match (action, &event.query) {
        ("R", Some(_)) => "search-type",
        ("R", None) => "read",
        ("C", _) => "create",
        ("U", _) => "update",
        _ => "operation",
    };
    let mut entities: Vec<Value> = event.patients.iter().map(|id| patient(id)).collect();
    entities.extend(event.entities.iter().map(|what| {
        json!({"what": {"identifier": {"value": what}}, "type": {"system": ENTITY_TYPES,
            "code": "2", "display": "System Object"}, "role": {"system": ENTITY_ROLES,
            "code": "4", "display": "Domain Resource"}})
    }));
    entities.extend(event.query.iter().map(|digest| {
        json!({"type": {"system": ENTITY_TYPES, "code": "2", "display": "System Object"},
            "role": {"system": ENTITY_ROLES, "code": "24", "display": "Query"},
            "detail": [{"type": "sha256", "valueString": digest}]})
    }));
    entities.extend(event.disclosure.iter().map(|disclosure| {
        let detail = |name: &str, text: &str| json!({"type": name, "valueString": text});
        json!({"type": {"system": ENTITY_TYPES, "code": "4", "display": "Other"},
            "name": "disclosure", "detail": [
                detail("recipient", &disclosure.recipient), detail("purpose", &disclosure.purpose),
                detail("legal-basis", &disclosure.legal_basis), detail("what", &disclosure.what)]})
    }));
    let mut resource = json!({
        "resourceType": TYPE, "id": event.id,
        "type": {"system": TYPES, "code": "rest", "display": "RESTful Operation"},
        "subtype": [{"system": INTERACTIONS, "code": interaction},
            {"system": ACTIONS, "code": event.action}],
        "action": action,
        "recorded": event.time.to_string(),
        "outcome": if event.permitted { "0" } else { "4" },
        "purposeOfEvent": [{"coding": [{"system": REASONS, "code": reason(&event.purpose)}]}],
        "agent": [
            {"type": {"coding": [{"system": PARTICIPATIONS, "code": "IRCP"}]},
             "role": [{"coding": [{"system": ROLES, "code": event.role}]}],
             "who": {"identifier": {"system": ACTORS, "value": event.actor}}, "requestor": true},
            {"type": {"coding": [{"system": DICOM, "code": "110153",
                "display": "Source Role ID"}]},
             "who": {"display": "Cognate"}, "requestor": false}],
        "source": {"observer": {"display": "Cognate"}},
    });
    if let Some(application) = &event.application
        && let Some(Value::Array(agents)) = resource.get_mut("agent")
    {
        agents.push(json!({"type": {"coding": [{"system": DICOM, "code": "110150",
            "display": "Application"}]},
            "who": {"identifier": {"system": ACTORS, "value": application}}, "requestor": false}));
    }
    if let (Some(fields), false) = (resource.as_object_mut(), entities.is_empty()) {
        fields.insert("entity".to_owned(), Value::Array(entities));
    }
    resource
}

fn patient(id: &str) -> Value {
    json!({"what": {"reference": format!("Patient/{id}")},
        "type": {"system": ENTITY_TYPES, "code": "1", "display": "Person"},
        "role": {"system": ENTITY_ROLES, "code": "1", "display": "Patient"}})
}
