//! Documents (MDM with content): filed as they are, for people to read. Nothing is concluded from
//! what they say. Rules: HL7 v2.5.1 §9.6 (TXA, tables 0271 and 0273), FHIR R4 DocumentReference.

use crate::oru::{ATTACHMENT_BYTES_MAX, Context, Filing, reference_to};
use formats::fhir::access::authority_to_system;
use formats::fhir::build::{Agent, Attachment, Document, document_reference, provenance};
use formats::fhir::codes;
use formats::hl7v2::Message;
use formats::hl7v2::oru::Oru;
use model::{CodeableConcept, Coding};
use record::derived_id;
use serde_json::{Value, json};

/// What TXA says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Head {
    /// TXA-2.
    kind: CodeableConcept,
    /// TXA-12: number and who gave it.
    number: Option<(String, String)>,
    /// TXA-13: the number of the document that it replaces.
    parent: Option<(String, String)>,
    /// TXA-14 and TXA-15: placer's and filler's number of the order that it reports on.
    orders: Vec<(&'static str, (String, String))>,
    /// TXA-17.
    completion: String,
    /// TXA-19.
    availability: String,
}

impl Head {
    pub(crate) fn of(message: &Message) -> Self {
        let value = |place: &str| message.value(place).unwrap_or_default();
        let number = |field: u8| {
            let number = value(&format!("TXA-{field}.1"));
            let of = [2, 3].map(|part| value(&format!("TXA-{field}.{part}")));
            let [namespace, universal] = of;
            let of = if namespace.is_empty() { universal } else { namespace };
            (!number.is_empty()).then_some((of, number))
        };
        let (code, words, system) = (value("TXA-2.1"), value("TXA-2.2"), value("TXA-2.3"));
        let coding = (!code.is_empty() && !system.is_empty()).then(|| Coding {
            system,
            code: code.clone(),
            display: None,
        });
        let text = if words.is_empty() { code } else { words };
        Self {
            kind: CodeableConcept {
                coding: coding.into_iter().collect(),
                text: Some(text).filter(|text| !text.is_empty()),
            },
            number: number(12),
            parent: number(13),
            orders: [("PLAC", 14), ("FILL", 15)]
                .into_iter()
                .filter_map(|(kind, field)| Some((kind, number(field)?)))
                .collect(),
            completion: value("TXA-17"),
            availability: value("TXA-19"),
        }
    }

    /// Whether somebody answered for it (table 0271: authenticated, legally authenticated,
    /// documented).
    fn doc_status(&self) -> Option<&'static str> {
        Some(match self.completion.as_str() {
            "AU" | "LA" | "DO" => "final",
            "DI" | "IN" | "IP" | "PA" => "preliminary",
            _ => return None,
        })
    }
}

fn id(of: &(String, String), part: &str, context: &Context<'_>) -> String {
    let (authority, number) = of;
    derived_id([
        context.tenant.as_str(),
        context.feed,
        context.patient.as_str(),
        "document",
        authority,
        number,
        part,
    ])
}

/// Builds the resources of a document message: one reference with all of its contents.
pub(crate) fn filings(head: &Head, oru: &Oru, context: &Context<'_>) -> Vec<Filing> {
    let of_message = (String::new(), oru.control_id.clone());
    let number = head.number.as_ref().unwrap_or(&of_message);
    let mut contents = Vec::new();
    for order in &oru.orders {
        contents.extend(order.documents.iter().map(|document| {
            let fits = document.bytes.len() <= ATTACHMENT_BYTES_MAX && !document.bytes.is_empty();
            let archived = || format!("urn:cognate:raw:sha256:{}", context.sha256);
            let damaged = if document.damaged { " (damaged as received)" } else { "" };
            Attachment {
                content_type: document.media_type.clone(),
                data: fits.then(|| document.bytes.clone()),
                url: (!fits).then(archived),
                title: Some(format!("Document{damaged}")),
            }
        }));
        contents.extend(order.texts.iter().map(|text| Attachment {
            content_type: "text/plain; charset=utf-8".to_owned(),
            data: Some(text.text.clone().into_bytes()),
            url: None,
            title: Some("Text".to_owned()),
        }));
    }
    if contents.is_empty() {
        return Vec::new();
    }
    let document = Document {
        kind: head.kind.clone(),
        date: Some(context.received),
        author: Some(oru.sending_facility.as_str()).filter(|name| !name.is_empty()),
        contents: &contents,
        related: &[],
    };
    let own = id(number, "reference", context);
    let mut resource = document_reference(&document, &own, &format!("Patient/{}", context.patient));
    complete(&mut resource, head, context);
    relate(&mut resource, head, oru);
    let targets: Vec<String> = reference_to(&resource).into_iter().collect();
    let agent = Agent { kind: "assembler".to_owned(), name: context.words(), reference: None };
    let origin = id(number, &format!("provenance:{}", context.raw), context);
    let (received, raw) = (context.received, Some(context.raw));
    let origin = provenance(&origin, &targets, received, &[agent], raw);
    let place = format!("message {}", oru.control_id);
    vec![Filing {
        main: "DocumentReference",
        report_id: own,
        resources: vec![(resource, "TXA[1]".to_owned()), (origin, place)],
        ..Filing::default()
    }]
}

fn complete(resource: &mut Value, head: &Head, context: &Context<'_>) {
    let Some(object) = resource.as_object_mut() else { return };
    if let Some((of, number)) = &head.number {
        let mut identifier = json!({"value": number});
        if let (Some(identifier), false) = (identifier.as_object_mut(), of.is_empty()) {
            identifier.insert("system".to_owned(), json!(authority_to_system(of)));
        }
        object.insert("masterIdentifier".to_owned(), identifier);
    }
    if let Some(status) = head.doc_status() {
        object.insert("docStatus".to_owned(), json!(status));
    }
    // Cancelled or taken out of use (table 0273).
    if matches!(head.availability.as_str(), "CA" | "OB") {
        object.insert("status".to_owned(), json!("entered-in-error"));
    }
    if let Some(parent) = &head.parent {
        let target = format!("DocumentReference/{}", id(parent, "reference", context));
        let relation = json!([{"code": "replaces", "target": {"reference": target}}]);
        object.insert("relatesTo".to_owned(), relation);
    }
}

/// Names the orders that a document reports on: by their numbers it is compared with the results
/// that came, or will come, in other messages.
fn relate(resource: &mut Value, head: &Head, oru: &Oru) {
    let of_orders = oru.orders.iter().flat_map(|order| {
        let both = [("PLAC", &order.placer), ("FILL", &order.filler)];
        both.into_iter().filter_map(|(kind, number)| {
            let number = number.as_ref()?;
            Some((kind, (number.authority.clone(), number.value.clone())))
        })
    });
    let mut numbers: Vec<(&str, (String, String))> = of_orders.chain(head.orders.clone()).collect();
    numbers.retain(|(_, (of, number))| !of.trim().is_empty() && !number.trim().is_empty());
    numbers.sort();
    numbers.dedup();
    let Some(object) = resource.as_object_mut().filter(|_| !numbers.is_empty()) else { return };
    let related = numbers.iter().map(|(kind, (of, number))| {
        let kind = json!({"coding": [{"system": codes::IDENTIFIER_TYPE, "code": kind}]});
        let system = authority_to_system(of);
        json!({"identifier": {"type": kind, "system": system, "value": number}})
    });
    let related: Vec<Value> = related.collect();
    object.insert("context".to_owned(), json!({"related": related}));
}
