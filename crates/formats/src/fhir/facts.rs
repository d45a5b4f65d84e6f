//! What a resource says, as facts of the domain.
//!
//! Only what the resource itself holds is read: references to other resources are not followed,
//! save for the `Medication` of a request, which the caller may look up.
//! What looks genomic and cannot be read gives a warning, never silence and never a guess.

mod gene;
mod medication;
mod person;
mod report;
mod request;
mod variant;

pub(super) use gene::is_phenotype;

use super::access::{self, text};
use super::codes::{self, Answer, loinc};
use model::fact::FactContent;
use model::provenance::Source;
use model::reported::ResultStatus;
use model::specimen::Origin;
use model::{CodeableConcept, Coding, Fact, Problem, RawId};
use serde_json::Value;

pub use super::access::subject_of;

/// The facts of a resource, and what could not be read.
///
/// `raw` is the archived body it came in, `place` its place there
/// (`Bundle.entry[2].resource`); both become each fact's source. Problems have places below
/// `place`. A resource without facts of ours, such as an `Encounter`, gives neither.
pub fn facts_of(resource: &Value, raw: Option<RawId>, place: &str) -> (Vec<Fact>, Vec<Problem>) {
    facts_with(resource, raw, place, &|_| None)
}

/// The same, for a caller that can look up the `Medication` a request refers to: `resolve` gets
/// the literal reference. Without it such a drug is known by its display text only.
pub fn facts_with(
    resource: &Value,
    raw: Option<RawId>,
    place: &str,
    resolve: &dyn Fn(&str) -> Option<Value>,
) -> (Vec<Fact>, Vec<Problem>) {
    let mut reader = Reader { resource, raw, place, resolve, facts: vec![], problems: vec![] };
    let kind = access::resource_type(resource).unwrap_or_default();
    if reader.is_modified(kind) {
        return (reader.facts, reader.problems);
    }
    match kind {
        "Patient" => person::patient(&mut reader),
        "Specimen" => report::specimen(&mut reader),
        "DiagnosticReport" => report::report(&mut reader),
        "Procedure" => report::study(&mut reader),
        "Observation" => observation(&mut reader),
        "MedicationRequest" | "MedicationStatement" => medication::medication(&mut reader),
        "ServiceRequest" => request::test_order(&mut reader),
        _ => {}
    }
    (reader.facts, reader.problems)
}

/// Which reader an Observation is for.
fn observation(reader: &mut Reader<'_>) {
    let code = access::concept(reader.resource, "code").unwrap_or_default();
    let is = |wanted: &str| {
        code.coding.iter().any(|coding| codes::is_loinc(&coding.system, &coding.code, wanted))
    };
    reader.flag_alias(&code, "code");
    if is(loinc::GENOTYPE) {
        gene::genotype(reader);
    } else if is(loinc::HAPLOTYPE) {
        gene::haplotype(reader);
    } else if is(loinc::VARIANT) {
        variant::variant(reader);
    } else if is(loinc::METABOLISM) || is(loinc::CYP2C9_ACTIVITY) {
        gene::phenotype(reader);
    } else if code.coding.iter().any(|c| c.is(codes::TBD, "therapeutic-implication")) {
        gene::implication(reader);
    } else if looks_genomic(reader.resource) && !super::tumor::is_read(reader.resource) {
        let text = "a genomic observation of this kind gives no fact";
        reader.warn("not-read", "code", text);
    }
}

fn looks_genomic(resource: &Value) -> bool {
    let mut categories = access::codings(resource, "category.coding").into_iter();
    let mut components = access::all(resource, "component").into_iter();
    let mut code = access::codings(resource, "code.coding").into_iter();
    categories.any(|c| c.is(codes::DIAGNOSTIC_SECTION, "GE"))
        || components.any(|part| is_coded(part, |s, c| codes::is_loinc(s, c, loinc::GENE)))
        || code.any(|c| c.system == codes::TBD)
}

struct Reader<'r> {
    resource: &'r Value,
    raw: Option<RawId>,
    place: &'r str,
    resolve: &'r dyn Fn(&str) -> Option<Value>,
    facts: Vec<Fact>,
    problems: Vec<Problem>,
}

impl<'r> Reader<'r> {
    fn warn(&mut self, code: &str, below: &str, text: impl Into<String>) {
        self.problems.push(Problem::warning(code, format!("{}.{below}", self.place), text));
    }

    fn note(&mut self, code: &str, below: &str, text: impl Into<String>) {
        self.problems.push(Problem::note(code, format!("{}.{below}", self.place), text));
    }

    fn push(&mut self, status: ResultStatus, origin: Origin, content: FactContent) {
        let source = Source { raw: self.raw.clone(), place: self.place.to_owned() };
        self.facts.push(Fact { status, origin, source, content });
    }

    /// Whether something on the resource changes its meaning in a way we do not know (FHIR R4,
    /// modifier extensions and implicit rules). Such a resource must not be interpreted.
    fn is_modified(&mut self, kind: &str) -> bool {
        let read = [
            "Patient",
            "Specimen",
            "DiagnosticReport",
            "Procedure",
            "Observation",
            "ServiceRequest",
        ];
        if !read.contains(&kind) && !kind.starts_with("Medication") {
            return false;
        }
        let resource = self.resource;
        let name = ["modifierExtension", "implicitRules"];
        let on_root = name.into_iter().find(|name| resource.get(name).is_some());
        let in_part = !access::all(resource, "component.modifierExtension").is_empty();
        if let Some(below) = on_root.or(in_part.then_some("component")) {
            self.warn("modified-meaning", below, "an unknown modifier changes what this means");
            return true;
        }
        false
    }

    /// The status of a result. A missing or unknown word is never final.
    fn status(&mut self) -> ResultStatus {
        let Some(word) = text(self.resource, "status") else {
            self.warn("no-status", "status", "the result does not say how final it is");
            return ResultStatus::Unknown;
        };
        match word {
            "registered" => ResultStatus::Registered,
            "partial" => ResultStatus::Partial,
            "preliminary" => ResultStatus::Preliminary,
            "final" => ResultStatus::Final,
            "amended" | "appended" => ResultStatus::Amended,
            "corrected" => ResultStatus::Corrected,
            "cancelled" => ResultStatus::Cancelled,
            "entered-in-error" => ResultStatus::EnteredInError,
            "unknown" => ResultStatus::Unknown,
            _ => {
                self.warn("bad-code", "status", "the status is not one of FHIR R4");
                ResultStatus::Unknown
            }
        }
    }

    /// Whose genome the observation speaks of (48002-0). "Likely" and fetal answers leave it open.
    fn origin(&mut self) -> Origin {
        let Some((_, concept)) = self.component(loinc::SOURCE_CLASS) else {
            return Origin::Unknown;
        };
        match self.answer(&concept, codes::SOURCE_CLASSES, "component").as_deref() {
            Some("Germline" | "De novo") => Origin::Germline,
            Some("Somatic") => Origin::Somatic,
            Some("Unknown genomic origin") => Origin::Unknown,
            _ => {
                self.warn("origin-open", "component", "the source class leaves the origin open");
                Origin::Unknown
            }
        }
    }

    /// The first component with that LOINC code: its JSON and its concept value.
    fn component(&self, code: &str) -> Option<(&'r Value, CodeableConcept)> {
        let mut parts = access::all(self.resource, "component").into_iter();
        let part = parts.find(|part| Self::has_code(part, code))?;
        Some((part, concept_value(part)))
    }

    /// Every component with that LOINC code.
    fn components(&self, code: &str) -> Vec<&'r Value> {
        let parts = access::all(self.resource, "component").into_iter();
        parts.filter(|part| Self::has_code(part, code)).collect()
    }

    fn has_code(part: &Value, code: &str) -> bool {
        is_coded(part, |system, found| codes::is_loinc(system, found, code))
    }

    /// Says which components say something that no fact holds; the resource keeps them.
    fn note_unread(&mut self, read: &[&str]) {
        let is_read = |part: &&Value| {
            is_coded(part, |system, found| {
                let guide = system == codes::TBD && read.contains(&found);
                let loinc = read.iter().any(|code| codes::is_loinc(system, found, code));
                system == codes::OWN || guide || loinc
            })
        };
        let parts = access::all(self.resource, "component").into_iter();
        let unread: Vec<String> = parts
            .filter(|part| !is_read(part))
            .map(|part| access::concept(part, "code").unwrap_or_default())
            .filter_map(|code| code.coding.first().map(|c| c.code.clone()).or(code.text))
            .collect();
        if !unread.is_empty() {
            let text = format!("no fact holds these components: {}", unread.join(", "));
            self.note("unread-component", "component", text);
        }
    }

    /// The words of a component's value, as sent.
    fn words(&self, code: &str) -> Option<String> {
        let (_, concept) = self.component(code)?;
        concept.words().map(str::to_owned)
    }

    /// The standard words of an answer: by its code, whatever system that stands under, else by
    /// its text. The code wins over its text.
    fn answer(
        &mut self,
        concept: &CodeableConcept,
        answers: &[Answer],
        below: &str,
    ) -> Option<String> {
        if codes::is_contradiction(&concept.coding, answers) {
            self.warn("contradicting-answers", below, "two codes give different answers");
            return None;
        }
        let shown = concept.words().unwrap_or_default();
        let Some(coding) = codes::answer_in(&concept.coding, answers) else {
            let code = codes::code_of(answers, shown)?;
            return codes::words_of(answers, code).map(str::to_owned);
        };
        let words = codes::words_of(answers, &coding.code)?;
        if coding.system != model::code::system::LOINC {
            self.note("wrong-system", below, "an answer code of LOINC has another system");
        }
        Some(words.to_owned())
    }

    fn flag_alias(&mut self, concept: &CodeableConcept, below: &str) {
        let alias = |c: &Coding| codes::is_alias(&c.system) && model::code::is_loinc(&c.code);
        if concept.coding.iter().any(alias) {
            self.note("wrong-system", below, "a LOINC code stands under another name for LOINC");
        }
    }
}

/// Whether one of the codings of `code` (system and code) is the one asked for.
fn is_coded(element: &Value, is: impl Fn(&str, &str) -> bool) -> bool {
    let codings = access::member(element, "code").and_then(|code| access::member(code, "coding"));
    let part = |coding: &Value| {
        let system = access::member(coding, "system").and_then(Value::as_str).unwrap_or_default();
        access::member(coding, "code").and_then(Value::as_str).is_some_and(|code| is(system, code))
    };
    codings.and_then(Value::as_array).is_some_and(|codings| codings.iter().any(part))
}

/// The value of an observation or component as a concept: its codes, or its string as text.
fn concept_value(part: &Value) -> CodeableConcept {
    let string = || text(part, "valueString").map(str::to_owned);
    access::concept(part, "valueCodeableConcept")
        .unwrap_or_else(|| CodeableConcept { coding: vec![], text: string() })
}

#[cfg(test)]
mod tests;
