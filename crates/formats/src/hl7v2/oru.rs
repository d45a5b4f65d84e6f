//! Results: ORU^R01 into plain structs (HL7 v2.5.1 §7.3.1; HL7 v2.5.1 LRI, clinical genomics
//! component; LOINC panel 81247-9).
//!
//! This material contains content from LOINC (<http://loinc.org>). LOINC is copyright © Regenstrief
//! Institute, Inc. and the LOINC Committee and is available at no cost under the licence at
//! <http://loinc.org/license>.

mod answer;
mod build;
mod code;
mod document;
mod finding;
mod group;
mod head;
mod lookups;
mod panel;
mod row;
mod status;
#[cfg(test)]
mod tests;
mod write;

use super::message::Message;
pub use answer::{answer_key, is_answer_of};
pub use document::Document;
pub use finding::{
    Answer, DrugFinding, Finding, FindingContent, Gene, GeneFinding, OverallFinding, StudyFinding,
    VariantFinding,
};
pub use lookups::Lookups;
use model::patient::{Identifier, PersonName, Sex};
use model::reported::ResultStatus;
use model::specimen::Specimen;
use model::{CodeableConcept, Coding, PartialDate, Problem, Timestamp};
pub use panel::{PanelRow, PanelValue, answer_concept, loinc as panel_code, rows as panel_rows};
pub use status::less_final;
use std::collections::BTreeMap;
pub use write::{Outgoing, write};

/// What a feed is known to do. The default trusts nothing that the standard does not allow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Names of local code systems under which this sender puts LOINC codes; `""` for none at
    /// all.
    pub accept_loinc_under: Vec<String>,
    /// The sender's own codes of observations and of answers ([`answer_key`]), by system and code,
    /// with the LOINC code that each stands for.
    pub codes: BTreeMap<(String, String), String>,
    /// The feed's zone, in minutes east of UTC, for times without an offset in a message whose
    /// MSH-7 has none either.
    pub offset_minutes: Option<i16>,
    /// Which codes were asked for so far.
    pub lookups: Lookups,
}

impl Settings {
    /// The LOINC code that a code of the sender's own stands for.
    pub(crate) fn mapped(&self, system: &str, code: &str) -> Option<&String> {
        self.lookups.note(system, code);
        if self.codes.is_empty() {
            return None;
        }
        self.codes.get(&(system.to_owned(), code.to_owned()))
    }
}

/// A result message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Oru {
    /// MSH-10.
    pub control_id: String,
    /// MSH-3, namespace. Never to be used for routing: senders copy it from the order.
    pub sending_application: String,
    /// MSH-4, namespace.
    pub sending_facility: String,
    /// MSH-5, namespace.
    pub receiving_application: String,
    /// MSH-6, namespace.
    pub receiving_facility: String,
    /// MSH-11: `P` production, `T` training, `D` debugging.
    pub processing_id: String,
    /// MSH-12.
    pub version: String,
    /// MSH-7.
    pub message_time: Option<Timestamp>,
    /// PID.
    pub patient: PatientIdentity,
    /// Notes after PID and PV1.
    pub notes: Vec<String>,
    /// Each OBR with what belongs to it.
    pub orders: Vec<OrderGroup>,
}

/// Whom the result is about, as the sender knows the person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PatientIdentity {
    /// PID-3, in the order sent.
    pub identifiers: Vec<TypedIdentifier>,
    /// PID-5, in the order sent.
    pub names: Vec<PersonName>,
    /// PID-7.
    pub birth_date: Option<PartialDate>,
    /// PID-8.
    pub sex: Sex,
    /// `PID[1]`; empty if the message has none.
    pub place: String,
}

/// An identifier with its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedIdentifier {
    /// CX.1 without blanks, and the namespace or else the universal id of CX.4; the authority is
    /// empty if the sender names none.
    pub identifier: Identifier,
    /// CX.5, HL7 table 0203: `MR`, `NH` …
    pub kind: Option<String>,
}

/// One OBR with its ORC, notes, observations and specimens.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OrderGroup {
    /// OBR-2, else ORC-2.
    pub placer: Option<Identifier>,
    /// OBR-3, else ORC-3.
    pub filler: Option<Identifier>,
    /// ORC-1, HL7 table 0119: `NW` new, `CA` cancel, `RE` observations follow.
    pub control: Option<String>,
    /// ORC-9: when it was ordered.
    pub ordered: Option<PartialDate>,
    /// OBR-4.
    pub service: CodeableConcept,
    /// OBR-25; without it the least final of its observations.
    pub status: ResultStatus,
    /// The day the specimen was taken: SPM-17, else OBR-7, else OBX-14.
    pub collected: Option<PartialDate>,
    /// OBR-22.
    pub issued: Option<Timestamp>,
    /// OBX-23, else MSH-4.
    pub laboratory: Option<String>,
    /// SPM.
    pub specimens: Vec<Specimen>,
    /// NTE after OBR or SPM, in order.
    pub notes: Vec<String>,
    /// The coded results, in the order of their first rows.
    pub findings: Vec<Finding>,
    /// Attachments.
    pub documents: Vec<Document>,
    /// Narrative text.
    pub texts: Vec<TextResult>,
    /// Observations that are none of the above. They are kept, never guessed at.
    pub other: Vec<Observed>,
    /// `OBR[1]`.
    pub place: String,
}

/// Text of a narrative report, its continuation rows joined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextResult {
    /// OBX-3, if there is one.
    pub code: Option<Coding>,
    /// The text; lines parted by line feeds.
    pub text: String,
    /// How final it is.
    pub status: ResultStatus,
    /// NTE after its rows.
    pub notes: Vec<String>,
    /// The first of its rows.
    pub place: String,
}

/// An observation as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// OBX-3.
    pub code: Coding,
    /// OBX-5 with its separators, escapes undone.
    pub value: String,
    /// How final it is.
    pub status: ResultStatus,
    /// Its row, `OBX[4]`.
    pub place: String,
}

/// Reads a result. An error among the problems means that nothing of it may be filed.
///
/// # Examples
///
/// ```
/// use formats::hl7v2::{Message, oru};
/// let bytes = b"MSH|^~\\&|L|N|C|D|20260112||ORU^R01|1|P|2.5.1\r\
///     PID|||7^^^HOSP^MR||EXAMPLE^Ana||19610402|F\r\
///     OBR|1|||PGX^Panel^L|||||||||||||||||||||F\r\
///     OBX|1|ST|84413-4^Genotype^LN|2a|*2/*2||||||F\r\
///     OBX|2|CWE|48018-6^Gene^LN|2a|HGNC:2621^CYP2C19^HGNC||||||F\r";
/// let (message, _) = Message::parse(bytes.to_vec());
/// let (oru, _) = oru::read(&message.unwrap(), &oru::Settings::default());
/// let oru::FindingContent::Gene(result) = &oru.orders[0].findings[0].content else { panic!() };
/// assert_eq!(result.genotype.as_deref(), Some("*2/*2"));
/// ```
pub fn read(message: &Message, settings: &Settings) -> (Oru, Vec<Problem>) {
    read_as(message, settings, head::Kind::Result)
}

/// Reads an order (OML^O21, ORM^O01) by the rules of results: patient, numbers, service, specimens,
/// notes, and the forms that came with it.
pub fn read_order(message: &Message, settings: &Settings) -> (Oru, Vec<Problem>) {
    read_as(message, settings, head::Kind::Order)
}

/// Reads a document with its content (MDM^T02, T06, T08, T10) by the rules of results.
pub fn read_document(message: &Message, settings: &Settings) -> (Oru, Vec<Problem>) {
    read_as(message, settings, head::Kind::Document)
}

fn read_as(message: &Message, settings: &Settings, kind: head::Kind) -> (Oru, Vec<Problem>) {
    let mut reader = head::Reader::new(message, settings, kind);
    let oru = reader.read();
    (oru, reader.context.problems)
}

/// Whom a message about patients (ADT) names: in each PID, and in MRG the identifiers that go out
/// of use (HL7 v2.5.1 §3.4.9).
pub fn read_people(
    message: &Message,
    settings: &Settings,
) -> (Vec<PatientIdentity>, Vec<TypedIdentifier>, Vec<Problem>) {
    head::people(message, settings)
}
