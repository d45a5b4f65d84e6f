//! The table of search parameters (HL7 FHIR R4, search parameter registry; a part of it).

use super::{Parameter, ParameterKind};
use ParameterKind::{Date, Reference, String as Text, Token};

const fn parameter(name: &'static str, kind: ParameterKind, path: &'static str) -> Parameter {
    Parameter { name, kind, path }
}

/// Parameters of every type; they are answered from the record's own columns.
const ALL_TYPES: [Parameter; 2] = [
    parameter("_id", Token, "Resource.id"),
    parameter("_lastUpdated", Date, "Resource.meta.lastUpdated"),
];

/// A list of parameters, those of all types first.
macro_rules! list {
    ($($name:literal $kind:ident $path:literal,)*) => {
        &[ALL_TYPES[0], ALL_TYPES[1], $(parameter($name, $kind, $path),)*]
    };
}

const PATIENT: &[Parameter] = list![
    "identifier" Token "Patient.identifier",
    "name" Text "Patient.name",
    "family" Text "Patient.name.family",
    "given" Text "Patient.name.given",
    "birthdate" Date "Patient.birthDate",
    "gender" Token "Patient.gender",
];
const OBSERVATION: &[Parameter] = list![
    "identifier" Token "Observation.identifier",
    "patient" Reference "Observation.subject",
    "subject" Reference "Observation.subject",
    "code" Token "Observation.code",
    "status" Token "Observation.status",
    "category" Token "Observation.category",
    "date" Date "Observation.effective",
    "component-code" Token "Observation.component.code",
    "value-concept" Token "Observation.valueCodeableConcept",
    "component-value-concept" Token "Observation.component.valueCodeableConcept",
    "method" Token "Observation.method",
    "specimen" Reference "Observation.specimen",
    "based-on" Reference "Observation.basedOn",
    "derived-from" Reference "Observation.derivedFrom",
    "has-member" Reference "Observation.hasMember",
];
const DIAGNOSTIC_REPORT: &[Parameter] = list![
    "identifier" Token "DiagnosticReport.identifier",
    "patient" Reference "DiagnosticReport.subject",
    "subject" Reference "DiagnosticReport.subject",
    "code" Token "DiagnosticReport.code",
    "status" Token "DiagnosticReport.status",
    "category" Token "DiagnosticReport.category",
    "date" Date "DiagnosticReport.effective",
    "issued" Date "DiagnosticReport.issued",
    "conclusion" Token "DiagnosticReport.conclusionCode",
    "result" Reference "DiagnosticReport.result",
    "specimen" Reference "DiagnosticReport.specimen",
    "based-on" Reference "DiagnosticReport.basedOn",
];
const MEDICATION_REQUEST: &[Parameter] = list![
    "identifier" Token "MedicationRequest.identifier",
    "patient" Reference "MedicationRequest.subject",
    "subject" Reference "MedicationRequest.subject",
    "code" Token "MedicationRequest.medicationCodeableConcept",
    "medication" Reference "MedicationRequest.medicationReference",
    "status" Token "MedicationRequest.status",
    "intent" Token "MedicationRequest.intent",
    "category" Token "MedicationRequest.category",
    "authoredon" Date "MedicationRequest.authoredOn",
];
const MEDICATION_STATEMENT: &[Parameter] = list![
    "identifier" Token "MedicationStatement.identifier",
    "patient" Reference "MedicationStatement.subject",
    "subject" Reference "MedicationStatement.subject",
    "code" Token "MedicationStatement.medicationCodeableConcept",
    "medication" Reference "MedicationStatement.medicationReference",
    "status" Token "MedicationStatement.status",
    "category" Token "MedicationStatement.category",
    "effective" Date "MedicationStatement.effective",
];
const SPECIMEN: &[Parameter] = list![
    "identifier" Token "Specimen.identifier",
    "accession" Token "Specimen.accessionIdentifier",
    "patient" Reference "Specimen.subject",
    "subject" Reference "Specimen.subject",
    "type" Token "Specimen.type",
    "status" Token "Specimen.status",
    "collected" Date "Specimen.collection.collected",
];
const SERVICE_REQUEST: &[Parameter] = list![
    "identifier" Token "ServiceRequest.identifier",
    "patient" Reference "ServiceRequest.subject",
    "subject" Reference "ServiceRequest.subject",
    "code" Token "ServiceRequest.code",
    "status" Token "ServiceRequest.status",
    "intent" Token "ServiceRequest.intent",
    "category" Token "ServiceRequest.category",
    "authored" Date "ServiceRequest.authoredOn",
    "specimen" Reference "ServiceRequest.specimen",
];
const DOCUMENT_REFERENCE: &[Parameter] = list![
    "identifier" Token "DocumentReference.identifier | DocumentReference.masterIdentifier",
    "patient" Reference "DocumentReference.subject",
    "subject" Reference "DocumentReference.subject",
    "type" Token "DocumentReference.type",
    "status" Token "DocumentReference.status",
    "category" Token "DocumentReference.category",
    "date" Date "DocumentReference.date",
];
const PROCEDURE: &[Parameter] = list![
    "identifier" Token "Procedure.identifier",
    "patient" Reference "Procedure.subject",
    "subject" Reference "Procedure.subject",
    "code" Token "Procedure.code",
    "status" Token "Procedure.status",
    "category" Token "Procedure.category",
    "date" Date "Procedure.performed",
];
const CONDITION: &[Parameter] = list![
    "identifier" Token "Condition.identifier",
    "patient" Reference "Condition.subject",
    "subject" Reference "Condition.subject",
    "code" Token "Condition.code",
    "clinical-status" Token "Condition.clinicalStatus",
    "category" Token "Condition.category",
    "recorded-date" Date "Condition.recordedDate",
];
const PROVENANCE: &[Parameter] = list![
    "patient" Reference "Provenance.target",
    "target" Reference "Provenance.target",
    "recorded" Date "Provenance.recorded",
    "agent" Reference "Provenance.agent.who",
];
const TASK: &[Parameter] = list![
    "identifier" Token "Task.identifier",
    "patient" Reference "Task.for",
    "subject" Reference "Task.for",
    "code" Token "Task.code",
    "status" Token "Task.status",
    "intent" Token "Task.intent",
    "focus" Reference "Task.focus",
    "authored-on" Date "Task.authoredOn",
];
const ENCOUNTER: &[Parameter] = list![
    "identifier" Token "Encounter.identifier",
    "patient" Reference "Encounter.subject",
    "subject" Reference "Encounter.subject",
    "status" Token "Encounter.status",
    "class" Token "Encounter.class",
    "date" Date "Encounter.period",
];
const ORGANIZATION: &[Parameter] = list![
    "identifier" Token "Organization.identifier",
    "name" Text "Organization.name",
];
const PRACTITIONER: &[Parameter] = list![
    "identifier" Token "Practitioner.identifier",
    "name" Text "Practitioner.name",
    "family" Text "Practitioner.name.family",
    "given" Text "Practitioner.name.given",
];
const MEDICATION: &[Parameter] = list![
    "identifier" Token "Medication.identifier",
    "code" Token "Medication.code",
    "status" Token "Medication.status",
];
const GROUP: &[Parameter] = list![
    "identifier" Token "Group.identifier",
    "member" Reference "Group.member.entity",
];
const TABLE: &[(&str, &[Parameter])] = &[
    ("Condition", CONDITION),
    ("DiagnosticReport", DIAGNOSTIC_REPORT),
    ("DocumentReference", DOCUMENT_REFERENCE),
    ("Encounter", ENCOUNTER),
    ("Group", GROUP),
    ("Medication", MEDICATION),
    ("MedicationRequest", MEDICATION_REQUEST),
    ("MedicationStatement", MEDICATION_STATEMENT),
    ("Observation", OBSERVATION),
    ("Organization", ORGANIZATION),
    ("Patient", PATIENT),
    ("Practitioner", PRACTITIONER),
    ("Procedure", PROCEDURE),
    ("Provenance", PROVENANCE),
    ("ServiceRequest", SERVICE_REQUEST),
    ("Specimen", SPECIMEN),
    ("Task", TASK),
];

/// The parameters of a type, those of all types first. A type that is not in the table has only
/// `_id` and `_lastUpdated`.
pub fn search_parameters(resource_type: &str) -> &'static [Parameter] {
    TABLE
        .iter()
        .find(|(known, _)| *known == resource_type)
        .map_or(&ALL_TYPES, |(_, parameters)| parameters)
}

/// One parameter by name.
pub(crate) fn find(resource_type: &str, name: &str) -> Option<&'static Parameter> {
    search_parameters(resource_type).iter().find(|parameter| parameter.name == name)
}
