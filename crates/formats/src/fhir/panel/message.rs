//! A report with what belongs to it as a result message.

use super::{Reported, Said, Unwritten, of_observation, of_report, status_of};
use crate::fhir::access::{self, text};
use crate::fhir::facts::facts_of;
use crate::hl7v2::oru::{
    Document, OrderGroup, Oru, Outgoing, PanelRow, PatientIdentity, TypedIdentifier, panel_code,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::fact::FactContent;
use model::reported::ResultStatus;
use model::specimen::Specimen;
use serde_json::Value;
use std::collections::BTreeSet;

/// Letters of the alphabet, for labels of groups.
const LETTERS: usize = 26;

/// The resources of one result.
#[derive(Clone, Copy, Debug)]
pub struct ResultParts<'r> {
    /// `DiagnosticReport`.
    pub report: &'r Value,
    /// `Patient`.
    pub patient: &'r Value,
    /// Its `Observation`s, in the report's order.
    pub observations: &'r [Value],
    /// Its `Specimen`s.
    pub specimens: &'r [Value],
    /// Whether it is gone, so that everything in it is taken back.
    pub is_taken_back: bool,
}

/// The message of a result; `head` says who sends it to whom, when and under which number. What
/// the resources do not say is left out.
///
/// # Errors
/// [`Unwritten`] where they say what a message cannot; what is taken back is taken back with what
/// it can.
pub fn outgoing(parts: &ResultParts<'_>, head: Oru) -> Result<Outgoing, Unwritten> {
    let reported = match of_report(parts.report) {
        Err(Unwritten) if parts.is_taken_back => Reported::default(),
        reported => reported?,
    };
    let said: Vec<Said> = parts.observations.iter().map(of_observation).collect();
    if !parts.is_taken_back && said.iter().any(|one| !one.is_whole) {
        return Err(Unwritten);
    }
    let mut order = order(parts);
    (order.notes, order.texts) = (reported.notes, reported.texts);
    // Labels that came with the result stay, and no other group may run into one of them.
    let used = reported.rows.iter().map(|row| row.group.clone());
    let used = used.chain(said.iter().filter_map(|one| one.group.clone())).collect();
    let mut labels = Labels { used, next: 0 };
    let mut rows: Vec<PanelRow> = reported.rows;
    for one in said {
        let label = one.group.unwrap_or_else(|| labels.next());
        rows.extend(one.rows.into_iter().map(|row| PanelRow { group: label.clone(), ..row }));
    }
    if parts.is_taken_back {
        let of_rows = rows.iter_mut().map(|row| &mut row.status);
        for status in of_rows.chain(order.texts.iter_mut().map(|text| &mut text.status)) {
            *status = ResultStatus::EnteredInError;
        }
    }
    let patient = identity(parts.patient);
    Ok(Outgoing { head: Oru { patient, orders: vec![order], ..head }, rows })
}

/// Labels that no group has: `2a`, `2b` … `2aa`.
struct Labels {
    used: BTreeSet<String>,
    next: usize,
}

impl Labels {
    fn next(&mut self) -> String {
        loop {
            let mut number = self.next;
            self.next += 1;
            let mut letters = String::new();
            loop {
                let letter = u8::try_from(number % LETTERS).unwrap_or_default();
                letters.insert(0, char::from(b'a' + letter));
                number /= LETTERS;
                if number == 0 {
                    break;
                }
                number -= 1;
            }
            let label = format!("2{letters}");
            let is_used = |one: &String| one.split('.').next() == Some(label.as_str());
            if !self.used.iter().any(is_used) {
                return label;
            }
        }
    }
}

fn order(parts: &ResultParts<'_>) -> OrderGroup {
    let mut order = OrderGroup { control: Some("RE".to_owned()), ..OrderGroup::default() };
    for fact in facts_of(parts.report, None, "").0 {
        if let FactContent::Report(report) = fact.content {
            order.filler = report.filler;
            order.placer = report.placer;
            order.service = report.service;
            order.laboratory = report.laboratory;
            order.issued = report.issued;
            order.collected = report.collected;
        }
    }
    order.status =
        if parts.is_taken_back { ResultStatus::EnteredInError } else { status_of(parts.report) };
    order.specimens = parts.specimens.iter().filter_map(specimen).collect();
    let forms = access::all(parts.report, "presentedForm");
    order.documents = forms.into_iter().filter_map(|form| document(form, order.status)).collect();
    order
}

fn specimen(resource: &Value) -> Option<Specimen> {
    facts_of(resource, None, "").0.into_iter().find_map(|fact| match fact.content {
        FactContent::Specimen(specimen) => Some(specimen),
        _ => None,
    })
}

/// The report as it was laid out, if its bytes are here.
fn document(form: &Value, status: ResultStatus) -> Option<Document> {
    let bytes = STANDARD.decode(text(form, "data")?).ok()?;
    let media_type = text(form, "contentType").unwrap_or("application/octet-stream").to_owned();
    let code = panel_code(crate::fhir::codes::loinc::REPORT);
    Some(Document { code, media_type, bytes, status, ..Document::default() })
}

fn identity(patient: &Value) -> PatientIdentity {
    let mut identity = PatientIdentity::default();
    for fact in facts_of(patient, None, "").0 {
        if let FactContent::Patient(person) = fact.content {
            identity.names = person.names.into_iter().take(1).collect();
            (identity.birth_date, identity.sex) = (person.birth_date, person.sex);
        }
    }
    let numbers = access::all(patient, "identifier").into_iter();
    identity.identifiers = numbers
        .filter_map(|number| {
            let identifier = access::identifier(number)?;
            let kind = access::codings(number, "type.coding").into_iter().next();
            Some(TypedIdentifier { identifier, kind: kind.map(|coding| coding.code) })
        })
        .collect();
    identity
}
