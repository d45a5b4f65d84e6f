//! Writing results: ORU^R01 of v2.5.1 with the groups of panel 81247-9 (HL7 v2.5.1 §7.3.1). What is
//! written is read back by [`super::read`] with nothing lost.

use super::panel::{PanelRow, PanelValue};
use super::{Document, OrderGroup, Oru, TextResult};
use crate::hl7v2::{Separators, ack, escape};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::code::system;
use model::patient::{Identifier, Sex};
use model::reported::ResultStatus;
use model::{CodeableConcept, Coding, PartialDate, Timestamp};

/// One result that is sent: the head of the message, of whose orders the first one is written, and
/// its rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outgoing {
    /// MSH, PID, ORC, OBR, SPM, attachments, texts and notes; findings are not looked at.
    pub head: Oru,
    /// OBX with a code of the panel.
    pub rows: Vec<PanelRow>,
}

/// The message, without framing. The same is always the same bytes.
///
/// # Examples
///
/// ```
/// use formats::hl7v2::oru::{Oru, OrderGroup, Outgoing, write};
/// let orders = vec![OrderGroup::default()];
/// let head = Oru { control_id: "7".into(), orders, ..Oru::default() };
/// let bytes = write(&Outgoing { head, rows: Vec::new() });
/// assert!(bytes.starts_with(b"MSH|^~\\&|"));
/// ```
pub fn write(outgoing: &Outgoing) -> Vec<u8> {
    let mut out = Writer { text: String::new(), set: 0 };
    let head = &outgoing.head;
    out.header(head);
    out.patient(head);
    for note in &head.notes {
        out.note(note);
    }
    if let Some(order) = head.orders.first() {
        out.order(order);
        for note in &order.notes {
            out.note(note);
        }
        for row in &outgoing.rows {
            out.row(row, order);
        }
        for text in &order.texts {
            out.narrative(text, order);
        }
        for document in &order.documents {
            out.document(document, order);
        }
        out.specimens(order);
    }
    out.text.into_bytes()
}

struct Writer {
    text: String,
    /// OBX-1.
    set: usize,
}

/// Text as it may stand in a part. The standard separators have an escape character.
fn part(text: &str) -> String {
    let clean = text.replace("\r\n", "\n").replace('\r', "\n");
    escape(&clean, &Separators::default()).unwrap_or_default()
}

/// Parts joined by a separator, without empty ones at the end.
fn joined(parts: &[String], separator: char) -> String {
    let used = parts.iter().rposition(|part| !part.is_empty()).map_or(0, |last| last + 1);
    parts.get(..used).unwrap_or_default().join(&separator.to_string())
}

fn parts<const N: usize>(all: [&str; N]) -> String {
    joined(&all.map(part), '^')
}

/// HL7 table 0396 for the systems of which it has a name.
fn system_name(uri: &str) -> &str {
    match uri {
        system::LOINC => "LN",
        system::RXNORM => "RXNORM",
        system::HGNC => "HGNC",
        system::SNOMED => "SCT",
        system::UCUM => "UCUM",
        system::ATC => "ATC",
        other => other,
    }
}

fn coding(coding: &Coding) -> String {
    let display = coding.display.as_deref().unwrap_or_default();
    joined(&[part(&coding.code), part(display), part(system_name(&coding.system))], '^')
}

/// A coded element: two codes at most, and the words.
fn concept(concept: &CodeableConcept) -> String {
    let text = concept.text.as_deref().unwrap_or_default();
    let mut all = Vec::new();
    for place in 0..2 {
        let found = concept.coding.get(place);
        let of = |text: Option<&str>| part(text.unwrap_or_default());
        all.push(of(found.map(|one| one.code.as_str())));
        all.push(of(found.and_then(|one| one.display.as_deref())));
        all.push(of(found.map(|one| system_name(&one.system))));
    }
    if concept.coding.is_empty() {
        all.truncate(1);
        all.push(part(text));
    } else {
        all.extend([String::new(), String::new(), part(text)]);
    }
    joined(&all, '^')
}

fn identifier(number: Option<&Identifier>) -> String {
    number.map(|one| parts([&one.value, &one.authority])).unwrap_or_default()
}

fn day(date: Option<PartialDate>) -> String {
    date.map(|date| date.to_string().replace('-', "")).unwrap_or_default()
}

fn instant(at: Option<Timestamp>) -> String {
    at.map(ack::time).unwrap_or_default()
}

/// OBX-11, table 0085.
fn observation_status(status: ResultStatus) -> &'static str {
    match status {
        ResultStatus::Final => "F",
        ResultStatus::Corrected => "C",
        ResultStatus::Amended => "A",
        ResultStatus::Preliminary => "P",
        ResultStatus::Partial => "S",
        ResultStatus::Registered => "I",
        ResultStatus::EnteredInError => "D",
        ResultStatus::Cancelled => "X",
        ResultStatus::Unknown => "",
    }
}

/// OBR-25, table 0123. It knows neither amended nor taken back: a receiver that reads no more than
/// this sees a correction, and that there is no result.
fn order_status(status: ResultStatus) -> &'static str {
    match status {
        ResultStatus::Final => "F",
        ResultStatus::Corrected | ResultStatus::Amended => "C",
        ResultStatus::Preliminary => "P",
        ResultStatus::Partial => "A",
        ResultStatus::Registered => "I",
        ResultStatus::EnteredInError | ResultStatus::Cancelled => "X",
        ResultStatus::Unknown => "",
    }
}

impl Writer {
    /// One segment; fields from 1 on, those of MSH from 2 on.
    fn segment(&mut self, id: &str, fields: &[String]) {
        self.text.push_str(id);
        self.text.push('|');
        self.text.push_str(&joined(fields, '|'));
        self.text.push('\r');
    }

    fn header(&mut self, head: &Oru) {
        let processing = if head.processing_id.is_empty() { "P" } else { &head.processing_id };
        let fields = [
            "^~\\&".to_owned(),
            part(&head.sending_application),
            part(&head.sending_facility),
            part(&head.receiving_application),
            part(&head.receiving_facility),
            instant(head.message_time),
            String::new(),
            "ORU^R01^ORU_R01".to_owned(),
            part(&head.control_id),
            part(processing),
            "2.5.1".to_owned(),
        ];
        let rest = ["", "", "", "", "", "UNICODE UTF-8"].map(str::to_owned);
        self.segment("MSH", &[fields.as_slice(), rest.as_slice()].concat());
    }

    fn patient(&mut self, head: &Oru) {
        let person = &head.patient;
        let numbers = person.identifiers.iter().map(|one| {
            let kind = one.kind.as_deref().unwrap_or_default();
            parts([&one.identifier.value, "", "", &one.identifier.authority, kind])
        });
        let names = person.names.iter().map(|name| {
            let (first, further) = match name.given.split_first() {
                Some((first, further)) => (first.as_str(), further.join(" ")),
                None => ("", String::new()),
            };
            parts([&name.family, first, &further])
        });
        let sex = match person.sex {
            Sex::Female => "F",
            Sex::Male => "M",
            Sex::Other => "O",
            Sex::Unknown => "U",
        };
        let fields = [
            "1".to_owned(),
            String::new(),
            numbers.collect::<Vec<_>>().join("~"),
            String::new(),
            names.collect::<Vec<_>>().join("~"),
            String::new(),
            day(person.birth_date),
            sex.to_owned(),
        ];
        self.segment("PID", &fields);
    }

    fn order(&mut self, order: &OrderGroup) {
        let (placer, filler) =
            (identifier(order.placer.as_ref()), identifier(order.filler.as_ref()));
        self.segment("ORC", &["RE".to_owned(), placer.clone(), filler.clone()]);
        let mut fields = vec![String::new(); 25];
        for (place, value) in [
            (1, "1".to_owned()),
            (2, placer),
            (3, filler),
            (4, concept(&order.service)),
            (7, day(order.collected)),
            (22, instant(order.issued)),
            (25, order_status(order.status).to_owned()),
        ] {
            if let Some(field) = fields.get_mut(place - 1) {
                *field = value;
            }
        }
        self.segment("OBR", &fields);
    }

    fn note(&mut self, text: &str) {
        self.segment("NTE", &["1".to_owned(), String::new(), part(text)]);
    }

    /// OBX-1 to 11, and OBX-23: who made the result.
    fn observation(&mut self, head: [String; 4], unit: &str, status: &str, order: &OrderGroup) {
        self.set += 1;
        let [kind, code, group, value] = head;
        let mut fields = vec![self.set.to_string(), kind, code, group, value, part(unit)];
        fields.resize(10, String::new());
        fields.push(status.to_owned());
        fields.resize(22, String::new());
        fields.push(part(order.laboratory.as_deref().unwrap_or_default()));
        self.segment("OBX", &fields);
    }

    fn row(&mut self, row: &PanelRow, order: &OrderGroup) {
        let (kind, value, unit) = match &row.value {
            PanelValue::Coded(value) => ("CWE", concept(value), ""),
            PanelValue::Text(text) if text.contains('\n') => ("TX", part(text), ""),
            PanelValue::Text(text) => ("ST", part(text), ""),
            PanelValue::Number(number, unit) => {
                ("NM", number.to_string(), unit.as_deref().unwrap_or_default())
            }
            PanelValue::Range(first, last) => ("NR", format!("{first}^{last}"), ""),
        };
        let code = coding(&row.code);
        let head = [kind.to_owned(), code, part(&row.group), value];
        self.observation(head, unit, observation_status(row.status), order);
        for note in &row.notes {
            self.note(note);
        }
    }

    fn narrative(&mut self, text: &TextResult, order: &OrderGroup) {
        let code = text.code.as_ref().map(coding).unwrap_or_default();
        let head = ["TX".to_owned(), code, String::new(), part(&text.text)];
        self.observation(head, "", observation_status(text.status), order);
        for note in &text.notes {
            self.note(note);
        }
    }

    fn document(&mut self, document: &Document, order: &OrderGroup) {
        let (kind, value) = if let Some(pointer) = &document.pointer {
            ("RP", part(pointer))
        } else {
            let (media, subtype) =
                document.media_type.split_once('/').unwrap_or((&document.media_type, ""));
            let data = STANDARD.encode(&document.bytes);
            ("ED", format!("^{}^{}^Base64^{data}", part(media), part(subtype)))
        };
        let code = coding(&document.code);
        let head = [kind.to_owned(), code, String::new(), value];
        self.observation(head, "", observation_status(document.status), order);
    }

    fn specimens(&mut self, order: &OrderGroup) {
        for (number, specimen) in order.specimens.iter().enumerate() {
            let number_of =
                |one: &Identifier| joined(&[part(&one.value), part(&one.authority)], '&');
            let (first, further) = match specimen.identifiers.split_first() {
                Some((first, further)) => (format!("^{}", number_of(first)), further),
                None => (String::new(), specimen.identifiers.as_slice()),
            };
            let accessions = further.iter().map(|one| parts([&one.value, "", "", &one.authority]));
            let mut fields = vec![String::new(); 30];
            for (place, value) in [
                (1, (number + 1).to_string()),
                (2, first),
                (4, concept(&specimen.kind)),
                (17, day(specimen.collected)),
                (30, accessions.collect::<Vec<_>>().join("~")),
            ] {
                if let Some(field) = fields.get_mut(place - 1) {
                    *field = value;
                }
            }
            self.segment("SPM", &fields);
        }
    }
}

#[cfg(test)]
mod tests;
