//! A CDS Hooks request: who is ordering what for whom.

mod prefetch;

use super::read::{concept, is_nothing, list, relative, required, sorted, text};
use crate::key::is_uuid;
use crate::orders::Order;
use crate::policy::{Hook, ORDERS_MAX};
use model::code::CodeableConcept;
use model::id::is_fhir_id;
use model::medication::Medication;
use model::problem::{Problem, first_error};
use serde_json::Value;

/// Selections of one request.
pub const SELECTIONS_MAX: usize = 200;

/// Current medications of one request.
pub const MEDICATIONS_MAX: usize = 2_000;

/// Ingredients read of one medication.
const INGREDIENTS_READ_MAX: usize = 64;

/// What the client sent for a prefetch key (CDS Hooks 2.0, "prefetch query restrictions").
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prefetched<T> {
    /// Not sent: to be looked for elsewhere.
    Missing,
    /// Sent as null or as an empty Bundle: the client has no such data.
    Nothing,
    /// The client tried and failed, in its words.
    Failed(String),
    /// Sent.
    Present {
        /// What.
        data: T,
        /// Whether it is all; a Bundle with a `next` link is not.
        complete: bool,
    },
}

/// One request.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Which hook.
    pub hook: Hook,
    /// The client's id for this call, a UUID.
    pub hook_instance: String,
    /// The client's id of the patient.
    pub patient_id: String,
    /// The user, `Practitioner/123`.
    pub user_id: Option<String>,
    /// The encounter's id.
    pub encounter_id: Option<String>,
    /// References of the drafts just picked, `MedicationRequest/103`.
    pub selections: Vec<String>,
    /// Medication orders among the drafts.
    pub orders: Vec<Order>,
    /// The drafts themselves by reference, for suggestions that change them.
    pub drafts: Vec<(String, Value)>,
    /// The `Patient` resource.
    pub patient: Prefetched<Value>,
    /// What the patient takes.
    pub medications: Prefetched<Vec<Medication>>,
    /// What could not be read and does not forbid the answer.
    pub problems: Vec<Problem>,
}

impl Request {
    /// Current medications for the policy: `None` if it is not known what the patient takes.
    pub fn current_medications(&self) -> Option<&[Medication]> {
        match &self.medications {
            Prefetched::Present { data, complete: true } => Some(data),
            Prefetched::Nothing => Some(&[]),
            Prefetched::Present { complete: false, .. }
            | Prefetched::Missing
            | Prefetched::Failed(_) => None,
        }
    }
}

/// Reads a request. An order or a prefetched resource of another patient forbids the answer.
///
/// # Errors
/// Every problem found, at least one of them an error, each with its place
/// (`context.draftOrders.entry[0].resource`).
pub fn read_request(body: &Value) -> Result<Request, Vec<Problem>> {
    let mut problems = Vec::new();
    let hook = read_hook(body, &mut problems);
    let instance = required(body, "hookInstance", "", &mut problems);
    if instance.is_some_and(|id| !is_uuid(id)) {
        problems.push(Problem::error("bad-uuid", "hookInstance", "`hookInstance` is a UUID"));
    }
    let nothing = Value::Null;
    let context = body.get("context").unwrap_or(&nothing);
    let patient_id = required(context, "patientId", "context", &mut problems);
    if patient_id.is_some_and(|id| !is_fhir_id(id)) {
        let said = "`patientId` is the id of a Patient, without `Patient/`";
        problems.push(Problem::error("bad-id", "context.patientId", said));
    }
    let (Some(hook), Some(patient_id)) = (hook, patient_id) else { return Err(problems) };
    let mut reader = Reader { patient_id, body, problems };
    let (orders, drafts) = match hook {
        Hook::PatientView => (Vec::new(), Vec::new()),
        Hook::OrderSelect | Hook::OrderSign => reader.drafts(context),
    };
    let selections = match hook {
        Hook::OrderSelect => reader.selections(context, &drafts),
        Hook::OrderSign | Hook::PatientView => Vec::new(),
    };
    let patient = reader.patient();
    let medications = reader.medications();
    let problems = reader.problems;
    if first_error(&problems).is_some() {
        return Err(problems);
    }
    Ok(Request {
        hook,
        hook_instance: instance.unwrap_or_default().to_owned(),
        patient_id: patient_id.to_owned(),
        user_id: text(context, "userId").map(str::to_owned),
        encounter_id: text(context, "encounterId").map(str::to_owned),
        selections,
        orders,
        drafts,
        patient,
        medications,
        problems,
    })
}

fn read_hook(body: &Value, problems: &mut Vec<Problem>) -> Option<Hook> {
    match required(body, "hook", "", problems)? {
        "order-select" => Some(Hook::OrderSelect),
        "order-sign" => Some(Hook::OrderSign),
        "patient-view" => Some(Hook::PatientView),
        _ => {
            let said = "the service answers `order-select`, `order-sign` and `patient-view`";
            problems.push(Problem::error("unknown-hook", "hook", said));
            None
        }
    }
}

struct Reader<'a> {
    patient_id: &'a str,
    body: &'a Value,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    fn error(&mut self, code: &str, place: impl Into<String>, said: &str) {
        self.problems.push(Problem::error(code, place, said));
    }

    fn drafts(&mut self, context: &'a Value) -> (Vec<Order>, Vec<(String, Value)>) {
        let at = "context.draftOrders";
        let Some(bundle) = context.get("draftOrders").filter(|value| value.is_object()) else {
            self.error("missing", at, "`draftOrders` is required, a Bundle");
            return (Vec::new(), Vec::new());
        };
        if text(bundle, "resourceType") != Some("Bundle") {
            self.error("not-a-bundle", at, "`draftOrders` is a Bundle");
        }
        let entries = list(bundle, "entry");
        if entries.len() > ORDERS_MAX {
            self.error("too-many", at, "at most 200 draft orders in one request");
            return (Vec::new(), Vec::new());
        }
        let (mut orders, mut drafts) = (Vec::new(), Vec::<(String, Value)>::new());
        for (number, entry) in entries.iter().enumerate() {
            let place = format!("{at}.entry[{number}].resource");
            let Some(resource) = entry.get("resource").filter(|value| value.is_object()) else {
                self.error("missing", place, "an entry holds a resource");
                continue;
            };
            let Some(kind) = required(resource, "resourceType", &place, &mut self.problems) else {
                continue;
            };
            let id = text(resource, "id").map(|id| format!("{kind}/{id}"));
            let Some(reference) = id.or_else(|| text(entry, "fullUrl").map(str::to_owned)) else {
                if kind == "MedicationRequest" {
                    self.error("missing", format!("{place}.id"), "a draft order has an id");
                }
                continue;
            };
            if drafts.iter().any(|(known, _)| *known == reference) {
                self.error("duplicate", place, "two drafts have the same id");
                continue;
            }
            if kind == "MedicationRequest" {
                orders.extend(self.order(resource, &reference, &place));
            }
            drafts.push((reference, resource.clone()));
        }
        (orders, drafts)
    }

    fn order(&mut self, resource: &Value, reference: &str, place: &str) -> Option<Order> {
        self.check_subject(resource, place);
        let Some((concept, ingredients)) = self.medication(resource, place) else {
            let said = "`medicationCodeableConcept` or `medicationReference` is required";
            self.error("missing", format!("{place}.medicationCodeableConcept"), said);
            return None;
        };
        Some(Order {
            reference: reference.to_owned(),
            concept,
            ingredients,
            status: text(resource, "status").unwrap_or("draft").to_owned(),
            intent: text(resource, "intent").unwrap_or("order").to_owned(),
            dosage: dosage(resource),
            do_not_perform: resource.get("doNotPerform") == Some(&Value::Bool(true)),
        })
    }

    /// Whose order it is; another patient's is refused, whatever else is right.
    fn check_subject(&mut self, resource: &Value, place: &str) {
        let at = format!("{place}.subject.reference");
        let subject = resource.get("subject").and_then(|subject| text(subject, "reference"));
        match subject.map(relative) {
            None => {
                let said = "no subject; taken as the patient of the context";
                self.problems.push(Problem::warning("missing", at, said));
            }
            Some(subject) if subject == format!("Patient/{}", self.patient_id) => {}
            Some(_) => self.error("other-patient", at, "the patient of the context is another"),
        }
    }

    /// Concept and ingredients of `medication[x]`, the reference followed where it can be.
    fn medication(
        &mut self,
        resource: &Value,
        place: &str,
    ) -> Option<(CodeableConcept, Vec<CodeableConcept>)> {
        // Null or empty, it says as little as an order without it.
        let said = |name| resource.get(name).filter(|value| !is_nothing(value));
        if let Some(value) = said("medicationCodeableConcept") {
            return Some((concept(value), Vec::new()));
        }
        let reference = said("medicationReference")?;
        let target = text(reference, "reference").unwrap_or_default();
        let Some(medication) = self.find_medication(resource, target) else {
            let at = format!("{place}.medicationReference");
            let said = "the medication is not in the request; its display text is used";
            self.problems.push(Problem::warning("not-found", at, said));
            let words = text(reference, "display").map(str::to_owned);
            return Some((CodeableConcept { coding: Vec::new(), text: words }, Vec::new()));
        };
        let ingredients = list(medication, "ingredient").iter().take(INGREDIENTS_READ_MAX);
        let ingredients =
            ingredients.filter_map(|one| one.get("itemCodeableConcept")).map(concept).collect();
        Some((medication.get("code").map(concept).unwrap_or_default(), ingredients))
    }

    /// Contained, among the drafts, or among the prefetched medications.
    fn find_medication<'r>(&self, resource: &'r Value, target: &str) -> Option<&'r Value>
    where
        'a: 'r,
    {
        if let Some(id) = target.strip_prefix('#') {
            return list(resource, "contained").iter().find(|one| text(one, "id") == Some(id));
        }
        let drafts = self.body.pointer("/context/draftOrders");
        let fetched = self.body.pointer("/prefetch/medications");
        let entries = [drafts, fetched].into_iter().flatten();
        let found = entries.flat_map(|bundle| list(bundle, "entry")).find(|entry| {
            let full = text(entry, "fullUrl") == Some(target);
            let id = entry.pointer("/resource/id").and_then(Value::as_str);
            full || id.is_some_and(|id| relative(target) == format!("Medication/{id}"))
        })?;
        let found = found.get("resource")?;
        (text(found, "resourceType") == Some("Medication")).then_some(found)
    }

    fn selections(&mut self, context: &Value, drafts: &[(String, Value)]) -> Vec<String> {
        let at = "context.selections";
        let list = list(context, "selections");
        if list.is_empty() {
            self.error("missing", at, "`selections` is required, references of the drafts picked");
        }
        if list.len() > SELECTIONS_MAX {
            self.error("too-many", at, "at most 200 selections in one request");
            return Vec::new();
        }
        let mut selections = Vec::new();
        for (number, value) in list.iter().enumerate() {
            let place = format!("{at}[{number}]");
            let given = value.as_str().unwrap_or_default();
            let short = relative(given);
            let known = |text: &str| drafts.iter().any(|(draft, _)| draft == text);
            match (known(given), known(&short)) {
                (true, _) => selections.push(given.to_owned()),
                (_, true) => selections.push(short),
                _ => self.error("not-found", place, "a selection is one of the draft orders"),
            }
        }
        selections
    }
}

/// The dosage as one text, equal exactly if the dosage is.
fn dosage(resource: &Value) -> Option<String> {
    let dosage = resource.get("dosageInstruction").filter(|one| one.is_array())?;
    (!list(resource, "dosageInstruction").is_empty()).then(|| sorted(dosage).to_string())
}
