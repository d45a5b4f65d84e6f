//! Orders (OML, ORM), and the results that answer them.
//!
//! An order becomes a `ServiceRequest` under an id from its placer's number, so that a change or a
//! cancellation is the next version. A result is matched by the placer's number, then by the
//! filler's, then by the specimen's, each with its authority: it points to its order, and when it
//! is final the order is completed. An order of another patient stops the result: one of the two is
//! wrong. Rules: HL7 v2.5.1 §4.5.1 (table 0119), FHIR R4 ServiceRequest.

use crate::failure::Failure;
use crate::feed::Feed;
use crate::oru::{ATTACHMENT_BYTES_MAX, Context, Filing, reference_to};
use crate::version::Objection;
use formats::fhir::access::{id, resource_type};
use formats::fhir::build::{
    Agent, Attachment, Document, Request, document_reference, provenance, service_request,
};
use formats::hl7v2::oru::{OrderGroup, Oru};
use model::patient::Identifier;
use model::{CodeableConcept, PatientId, Problem};
use record::{Access, Query, Record, Stored, Term, derived_id};
use serde_json::{Value, json};

/// Orders with one number that are looked at.
const ORDERS_MAX: u32 = 20;
/// Kinds of messages that bring orders.
const KINDS: [&str; 2] = ["OML^O21", "ORM^O01"];
/// Resource type of orders.
const REQUEST: &str = "ServiceRequest";

/// The status that an order control (table 0119) leaves an order in.
fn status(control: Option<&str>) -> &'static str {
    match control.unwrap_or_default() {
        "CA" | "OC" | "CR" | "DC" | "OD" | "DR" => "revoked",
        "HD" | "OH" | "HR" => "on-hold",
        "" | "NW" | "SN" | "OK" | "NA" | "RL" | "OE" | "OR" | "XO" | "XX" | "XR" | "RO" | "SC"
        | "PA" | "CH" | "RE" | "IN" => "active",
        _ => "unknown",
    }
}

/// Builds the resources of every order of a message.
pub(crate) fn filings(oru: &Oru, context: &Context<'_>) -> Vec<Filing> {
    let numbered = oru.orders.iter().enumerate();
    numbered.map(|(place, order)| filing(oru, order, place, context)).collect()
}

fn filing(oru: &Oru, order: &OrderGroup, place: usize, context: &Context<'_>) -> Filing {
    let mut filing = Filing { main: REQUEST, ..Filing::default() };
    let number = order.placer.as_ref().or(order.filler.as_ref());
    let place_in_message = place.to_string();
    let number = match number {
        Some(Identifier { authority, value }) => [authority.as_str(), value.as_str()],
        None => [oru.control_id.as_str(), place_in_message.as_str()],
    };
    let service = order.service.coding.first().map(|coding| coding.code.as_str());
    let part = |part: &str| {
        let [authority, value] = number;
        let of = [context.tenant.as_str(), context.feed, context.patient.as_str(), "order"];
        derived_id(of.into_iter().chain([authority, value, service.unwrap_or_default(), part]))
    };
    let subject = format!("Patient/{}", context.patient);
    let mut forms = Vec::new();
    for (count, document) in order.documents.iter().enumerate() {
        let fits = document.bytes.len() <= ATTACHMENT_BYTES_MAX && !document.bytes.is_empty();
        let archived = || format!("urn:cognate:raw:sha256:{}", context.sha256);
        let attachment = Attachment {
            content_type: document.media_type.clone(),
            data: fits.then(|| document.bytes.clone()),
            url: (!fits).then(archived),
            title: Some("Form of the order".to_owned()),
        };
        let related = [format!("{REQUEST}/{}", part("request"))];
        let filed = Document {
            kind: CodeableConcept { coding: vec![document.code.clone()], text: None },
            date: Some(context.received),
            author: None,
            contents: std::slice::from_ref(&attachment),
            related: &related,
        };
        let resource = document_reference(&filed, &part(&format!("form:{count}")), &subject);
        forms.extend(reference_to(&resource));
        filing.resources.push((resource, document.place.clone()));
    }
    let accessions: Vec<Identifier> =
        order.specimens.iter().flat_map(|specimen| specimen.identifiers.clone()).collect();
    let mut notes = order.notes.clone();
    notes.extend(order.texts.iter().map(|text| text.text.clone()));
    let request = Request {
        placer: order.placer.as_ref(),
        filler: order.filler.as_ref(),
        accessions: &accessions,
        status: status(order.control.as_deref()),
        service: order.service.clone(),
        authored: order.ordered,
        notes: &notes,
        forms: &forms,
    };
    filing.report_id = part("request");
    let resource = service_request(&request, &filing.report_id, &subject);
    filing.resources.push((resource, order.place.clone()));
    let targets = filing.resources.iter().filter_map(|(resource, _)| reference_to(resource));
    let targets: Vec<String> = targets.collect();
    let agent = Agent { kind: "assembler".to_owned(), name: context.words(), reference: None };
    let origin = part(&format!("provenance:{}", context.raw));
    let (received, raw) = (context.received, Some(context.raw));
    let resource = provenance(&origin, &targets, received, &[agent], raw);
    filing.resources.push((resource, format!("message {}", oru.control_id)));
    filing
}

/// Points results to their orders.
///
/// # Errors
/// When the record fails. Inside, why a person must look first.
pub(crate) fn link(
    record: &Record,
    access: &Access,
    feed: &Feed,
    patient: &PatientId,
    filings: &mut [Filing],
) -> Result<Result<(), Objection>, Failure> {
    let takes_orders = feed.takes.iter().any(|kind| KINDS.contains(&kind.as_str()));
    if !takes_orders && !feed.orders_required {
        return Ok(Ok(()));
    }
    for filing in filings.iter_mut().filter(|filing| filing.main != REQUEST) {
        let Some(found) = order_of(record, access, filing)? else {
            if feed.orders_required && filing.has_report() {
                let reason = "no order of this result is known, and the feed's results need one";
                let patients = vec![patient.clone()];
                return Ok(Err(Objection { word: "no-order", reason, patients }));
            }
            continue;
        };
        let [order] = found.as_slice() else {
            let text = "several orders have a number of this result; it is linked to none";
            filing.problems.push(Problem::warning("several-orders", "OBR-2", text));
            continue;
        };
        if let Some(other) = order.patient.as_ref().filter(|other| *other != patient) {
            let reason = "the order of this result is another patient's";
            let patients = vec![patient.clone(), other.clone()];
            return Ok(Err(Objection { word: "other-order", reason, patients }));
        }
        let mut request: Value = serde_json::from_slice(&order.body).unwrap_or_default();
        answer(filing, &mut request);
    }
    Ok(Ok(()))
}

/// The report says which order it answers; a final one completes it.
fn answer(filing: &mut Filing, request: &mut Value) {
    let Some(order) = reference_to(request) else { return };
    for (resource, _) in &mut filing.resources {
        if resource_type(resource) == Some("DiagnosticReport")
            && let Some(object) = resource.as_object_mut()
        {
            object.insert("basedOn".to_owned(), json!([{"reference": order}]));
        }
    }
    let is_open = matches!(
        request.get("status").and_then(Value::as_str),
        Some("active" | "on-hold" | "unknown")
    );
    if filing.status.is_final()
        && is_open
        && let Some(object) = request.as_object_mut()
    {
        object.insert("status".to_owned(), json!("completed"));
        object.remove("meta");
        let place = format!("the order {}", id(&Value::Object(object.clone())).unwrap_or_default());
        filing.beside.push((request.clone(), place));
    }
}

impl Filing {
    fn has_report(&self) -> bool {
        let kinds = self.resources.iter().filter_map(|(resource, _)| resource_type(resource));
        kinds.into_iter().any(|kind| kind == "DiagnosticReport")
    }
}

/// The orders that the first of a result's numbers finds: placer, filler, accession.
fn order_of(
    record: &Record,
    access: &Access,
    filing: &Filing,
) -> Result<Option<Vec<Stored>>, Failure> {
    let mut numbers: Vec<(u8, String)> = Vec::new();
    for (resource, _) in &filing.resources {
        let kind = resource_type(resource).unwrap_or_default();
        let own = resource.get("identifier").and_then(Value::as_array);
        for number in own.into_iter().flatten() {
            let text = |name: &str| number.get(name).and_then(Value::as_str);
            let code = number.pointer("/type/coding/0/code").and_then(Value::as_str);
            let rank = match (kind, code) {
                ("DiagnosticReport", Some("PLAC")) => 0,
                ("DiagnosticReport", Some("FILL")) => 1,
                ("Specimen", _) => 2,
                _ => continue,
            };
            if let (Some(system), Some(value)) = (text("system"), text("value")) {
                let token = [system, value].map(crate::version::escaped).join("|");
                numbers.push((rank, token));
            }
        }
    }
    numbers.sort();
    for (_, token) in numbers {
        let query = Query {
            resource_type: REQUEST.to_owned(),
            terms: vec![Term {
                parameter: "identifier".to_owned(),
                modifier: None,
                values: vec![token],
            }],
            count: ORDERS_MAX,
            cursor: None,
        };
        let found = record.search(access, &query)?.entries;
        if !found.is_empty() {
            return Ok(Some(found));
        }
    }
    Ok(None)
}
