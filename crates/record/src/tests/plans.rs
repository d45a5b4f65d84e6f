//! No question about one patient or one resource reads a whole tenant.

use super::{access, observe, open, store};
use crate::store::sqlite::plan;
use crate::store::{Executor, Value};
use crate::{CompartmentQuery, HistoryQuery, Query, Role, Search, SortKey, Term, Total};
use model::PatientId;
use std::collections::BTreeSet;

/// What a step may do although only the tenant is given: it goes along an index in the order that
/// is asked for, and ends with the page.
fn goes_along_a_page(step: &str) -> bool {
    step == "SEARCH c USING PRIMARY KEY (tenant=?)"
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

/// Statements that go through a whole tenant, and are meant to.
const WIDE: &[&str] = &[
    // They end with the page, or with the first that fits, along an index in its order.
    "RAW_LATEST",
    "RAW_LAST_OF_FEED",
    "REVIEWS_ALL",
    "FEEDBACK_LATEST",
    "STATUS_LAST",
    // What they count, or list, is asked for as a whole.
    "RAW_STATES",
    "REVIEWS_COUNT",
    "EXTRACTIONS_DONE",
    "SHOWN_SINCE",
    "FEEDBACK_SINCE",
    "RECEIVED",
    "TRIALS_COUNT",
    "TRIAL_VERSIONS_COUNT",
    "DISPATCHES_COUNT",
    "DISPATCHES_DELIVERED",
    // Tables of a few rows: who may do what, and how it is set up.
    "ACCOUNTS",
    "ACCOUNTS_OF_ROLE",
    "CLIENTS",
    "CREDENTIAL_OF_ID",
    "SESSIONS_DROP_EXPIRED",
    "REGISTRATION_OF_ISSUER",
    "REGISTRATIONS",
    "SIGNING_KEYS",
    "SIGNING_KEYS_DROP",
    "POLICY_SET_LAST",
    "POLICY_SETS",
    "PROJECTS",
    "PROJECTS_COUNT",
    "EXPORTS_DROP_ENDED",
    "ADOPTION_LAST",
    "ADOPTIONS_LATEST",
    "ADOPTION_FINISHED",
    "SUBSCRIPTIONS",
    "SUBSCRIPTIONS_COUNT",
    "DESTINATIONS",
    "DESTINATIONS_COUNT",
    "OUTBOX_STANDS",
    "FILINGS",
    "CARRIERS_AT",
    "CARRIERS_AT_DROP",
    // An index that is made anew.
    "SEARCH_CURSORS_CLEAR",
    "SEARCH_CURSORS_AT_END",
    "CARRIERS_CLEAR",
    "CARRIER_SETS_CLEAR",
    "CARRIER_LISTED_CLEAR",
    // Erasing a patient looks everywhere.
    "VERSIONS_OF",
    "STATEMENTS_OF",
    "CHANGES_OF",
    "FILES",
    "FEEDBACK_DROP",
    "PACK_CHANGES_DROP",
    "EVENTS_UNNAME",
    "CONCEPTS_MEASURED",
    "CONCEPT_IS_SYSTEM",
];

/// Also of those that a writer asks: left to itself, SQLite begins with whatever has the order that
/// is asked for, be it everything.
#[test]
fn no_statement_goes_through_a_whole_tenant_but_those_that_are_meant_to() {
    if store::is_without_files("the plans are those of SQLite") {
        return;
    }
    let (record, _directory) = open();
    let inner = &record.inner;
    let stores = [&inner.record, &inner.archive, &inner.decision, &inner.genome];
    let mut wide = BTreeSet::new();
    for (name, text) in crate::sql::lint::all() {
        let count = crate::sql::lint::parameters(text).into_iter().max().unwrap_or_default();
        let (explain, values) = (format!("EXPLAIN QUERY PLAN {text}"), vec![Value::Null; count]);
        let plan = |executor: &dyn Executor| executor.query(&explain, &values);
        let rows = stores.iter().find_map(|store| store.read(plan).ok());
        let rows = rows.unwrap_or_else(|| panic!("{name} is of no store"));
        let steps: Vec<String> = rows.iter().map(|row| row.text(3).unwrap().to_owned()).collect();
        let is_wide = |step: &String| step.ends_with("(tenant=?)") || step.starts_with("SCAN ");
        if steps.iter().any(is_wide) {
            println!("{name}: {steps:?}");
            wide.insert(*name);
        }
    }
    assert_eq!(wide, WIDE.iter().copied().collect::<BTreeSet<_>>());
}
