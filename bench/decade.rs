//! Ten years of one invented patient: medicines, specimens, reports with their observations, a
//! tumour, serial circulating DNA, and five genes. Shared by the measurement of the patient page
//! and by the test of its size.

use serde_json::{Value, json};

/// Whose years they are.
pub(crate) const PATIENT: &str = "ana-example";
/// The first of the years.
const YEAR: u32 = 2016;
const YEARS: u32 = 10;
/// Orders of a year; those of the last year are taken still.
const ORDERS: u32 = 12;
/// Reports of a year, one a quarter, each with its specimen.
const REPORTS: u32 = 4;
/// Values of a report.
const VALUES: u32 = 8;
const LUNG: &str = include_str!("../demo/fhir/lung.transaction.json");
const CTDNA: &str = include_str!("../demo/fhir/ctdna.transaction.json");

/// What a laboratory found in five genes, as the message it sent.
pub(crate) fn message() -> String {
    [
        ("CYP2C19", "*2/*2", "LA9657-3^Poor metabolizer"),
        ("CYP2D6", "*1/*4", "LA10317-8^Intermediate metabolizer"),
        ("SLCO1B1", "*5/*5", "LA9657-3^Poor function"),
        ("TPMT", "*1/*3A", "LA10317-8^Intermediate metabolizer"),
        ("NUDT15", "*1/*1", "LA25391-6^Normal metabolizer"),
    ]
    .into_iter()
    .fold(
        testkit::oru::Oru::new(&testkit::patients::ana_example(), "MSG-10-YEARS"),
        |oru, (gene, genotype, phenotype)| oru.gene(gene, genotype, phenotype),
    )
    .text()
}

/// Everything else, as a transaction. The drugs are RxNorm codes and names; orders take turns.
pub(crate) fn transaction(drugs: &[(&str, &str)]) -> Value {
    let mut resources = Vec::new();
    for text in [LUNG, CTDNA] {
        // What the demonstration says of its patient with a tumour is said of this one.
        let own = text.replace("lena-demo", PATIENT);
        let bundle: Value = serde_json::from_str(&own).unwrap_or_default();
        let entries = bundle.get("entry").and_then(Value::as_array).into_iter().flatten();
        let entries = entries.filter_map(|entry| entry.get("resource"));
        resources.extend(entries.filter(|one| text_of(one, "resourceType") != "Patient").cloned());
    }
    for year in YEAR..YEAR + YEARS {
        resources.extend((0..ORDERS).filter_map(|month| order(drugs, year, month)));
        for quarter in 0..REPORTS {
            report(&mut resources, year, quarter);
        }
    }
    let entry = |one: Value| {
        let url = format!("{}/{}", text_of(&one, "resourceType"), text_of(&one, "id"));
        json!({"request": {"method": "PUT", "url": url}, "resource": one})
    };
    let entries: Vec<Value> = resources.into_iter().map(entry).collect();
    json!({"resourceType": "Bundle", "type": "transaction", "entry": entries})
}

fn text_of<'v>(of: &'v Value, name: &str) -> &'v str {
    of.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn order(drugs: &[(&str, &str)], year: u32, month: u32) -> Option<Value> {
    let number = usize::try_from((year - YEAR) * ORDERS + month).ok()?;
    let (rxnorm, name) = drugs.get(number % drugs.len().max(1))?;
    let (is_taken, month) = (year + 1 == YEAR + YEARS, month + 1);
    Some(json!({
        "resourceType": "MedicationRequest", "id": format!("order-{year}-{month}"),
        "status": if is_taken { "active" } else { "completed" }, "intent": "order",
        "medicationCodeableConcept": {"text": format!("{name} tablet"), "coding": [
            {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": rxnorm}
        ]},
        "subject": {"reference": format!("Patient/{PATIENT}")},
        "authoredOn": format!("{year}-{month:02}-03T08:00:00Z"),
        "dosageInstruction": [{"text": format!("{} a day, with water", month)}]
    }))
}

fn report(resources: &mut Vec<Value>, year: u32, quarter: u32) {
    let day = format!("{year}-{:02}-15", quarter * 3 + 1);
    let subject = json!({"reference": format!("Patient/{PATIENT}")});
    let id = |what: &str| format!("{what}-{year}-{quarter}");
    let mut results = Vec::new();
    for number in 0..VALUES {
        let value = id(&format!("value-{number}"));
        results.push(json!({"reference": format!("Observation/{value}")}));
        resources.push(json!({
            "resourceType": "Observation", "id": value, "status": "final", "subject": subject,
            "code": {"coding": [{"system": "http://loinc.org", "code": "2160-0"}]},
            "effectiveDateTime": day,
            "valueQuantity": {"value": 60 + number + year % 7, "unit": "umol/L"}
        }));
    }
    resources.push(json!({
        "resourceType": "Specimen", "id": id("specimen"), "type": {"text": "Serum"},
        "subject": subject, "collection": {"collectedDateTime": day}
    }));
    resources.push(json!({
        "resourceType": "DiagnosticReport", "id": id("report"), "status": "final",
        "code": {"text": format!("Chemistry, quarter {} of {year}", quarter + 1)},
        "subject": subject, "effectiveDateTime": day, "issued": format!("{day}T09:00:00Z"),
        "specimen": [{"reference": format!("Specimen/{}", id("specimen"))}], "result": results
    }));
}
