//! No question about one patient or one resource reads a whole tenant.

use super::{access, observe, open, store};
use crate::store::sqlite::plan;
use crate::{CompartmentQuery, HistoryQuery, Query, Role, Search, SortKey, Term, Total};
use model::PatientId;

/// What a step may do although only the tenant is given: it goes along an index in the order that
/// is asked for, and ends with the page.
fn goes_along_a_page(step: &str) -> bool {
    step.contains("version_sequence (tenant=?)")
}

fn require_narrow(what: &str, work: impl FnOnce()) {
    let plans = plan::of(work);
    assert!(!plans.is_empty(), "{what}: nothing was asked");
    for plan::Plan { sql, steps } in plans {
        // A page that a statement has made is gone through row by row.
        let is_page = |of: &str| {
            let made = [format!("ROUTINE {of}"), format!("MATERIALIZE {of}")];
            steps.iter().any(|step| made.iter().any(|made| step.ends_with(made)))
        };
        for step in &steps {
            let only_tenant = step.ends_with("(tenant=?)") && !goes_along_a_page(step);
            let scanned = step.strip_prefix("SCAN ").and_then(|of| of.split(' ').next());
            let scans = scanned.is_some_and(|of| !is_page(of) && of != "CONSTANT");
            assert!(!only_tenant && !scans, "{what}: {step}\nof {steps:#?}\nfor {sql}");
        }
    }
}

#[test]
fn what_is_asked_of_one_patient_or_resource_reads_no_whole_tenant() {
    if store::is_without_files("the plans are those of SQLite") {
        return;
    }
    let (record, _directory) = open();
    for patient in ["p1", "p2"] {
        observe(&record, &format!("o-{patient}"), patient);
    }
    let (engine, reader) = (access(Role::Engine), access(Role::Geneticist));
    let patient = PatientId::new("p1");
    require_narrow("facts", || drop(record.facts(&engine, &patient).unwrap()));
    require_narrow("facts of types", || {
        drop(record.facts_of_types(&engine, &patient, &["Observation", "Patient"]).unwrap());
    });
    require_narrow("resources of types", || {
        drop(record.patient_resources(&reader, &patient, &["Observation"]).unwrap());
    });
    require_narrow("statements", || drop(record.statements(&engine, &patient).unwrap()));
    require_narrow("one resource", || {
        drop(record.read(&reader, "Observation", "o-p1").unwrap());
    });
    let types = vec![Vec::new(), vec!["Observation".to_owned()]];
    for (types, cursor) in types.into_iter().zip([None, Some(("A".to_owned(), "a".to_owned()))]) {
        let query = CompartmentQuery { types, since: None, count: 10, cursor };
        require_narrow("everything", || {
            drop(record.compartment(&reader, &patient, &query).unwrap());
        });
    }
    let id = Some("o-p1".to_owned());
    for (resource_type, id) in [(Some("Observation"), id), (Some("Observation"), None)] {
        let resource_type = resource_type.map(str::to_owned);
        let query = HistoryQuery { resource_type, id, count: 10, ..HistoryQuery::default() };
        require_narrow("history", || drop(record.history(&reader, &query).unwrap()));
    }
}

#[test]
fn searches_for_few_read_no_whole_tenant() {
    if store::is_without_files("the plans are those of SQLite") {
        return;
    }
    let (record, _directory) = open();
    for patient in ["p1", "p2"] {
        observe(&record, &format!("o-{patient}"), patient);
    }
    let reader = access(Role::Geneticist);
    for (resource_type, terms) in [
        ("Observation", vec![("patient", "p1")]),
        ("Observation", vec![("subject", "Patient/p1"), ("status", "final")]),
        ("Observation", vec![("patient", "p1"), ("code", "http://loinc.org|69548-6")]),
        ("Observation", vec![("patient", "p1"), ("component-code-value-concept", "a|b$c|d")]),
        ("Observation", vec![("component-value-concept", "c|d"), ("date", "ge2020")]),
        ("Observation", vec![("subject:Patient.identifier", "urn:a|1")]),
        ("Observation", vec![("_id", "o-p1"), ("_lastUpdated", "ge2020")]),
        ("Observation", vec![("value-quantity", "gt5")]),
        ("Patient", vec![("identifier", "urn:a|1")]),
        ("Patient", vec![("family", "Lee"), ("birthdate", "ge1980")]),
        ("Patient", vec![("_has:Observation:patient:code", "69548-6"), ("gender", "female")]),
    ] {
        for sort in [vec![], SortKey::parse("-_lastUpdated")] {
            let terms = terms.iter().map(|(name, value)| Term::parse(name, value)).collect();
            let resource_type = resource_type.to_owned();
            let query = Query { resource_type, terms, count: 20, cursor: None };
            let what = format!("{query:?}");
            let search = Search { query, sort, includes: Vec::new(), total: Total::IfCheap };
            require_narrow(&what, || drop(record.find(&reader, &search).unwrap()));
        }
    }
}
