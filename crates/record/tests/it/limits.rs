//! Every limit: at it things work, one beyond they are refused and named.

use crate::support::{
    access, commit, fact, fixture, knowledge, observation, patient, put, raw, statement,
};
use model::fact::FactContent;
use model::patient::Identifier;
use model::{PatientId, Problem, TenantId};
use record::limit::{
    ACKNOWLEDGEMENT_BYTES_MAX, COMMIT_CHANGES_MAX, DOCUMENT_BYTES_MAX, FACT_BODY_BYTES_MAX,
    FACT_TYPES_MAX, FACTS_MAX, IDENTIFIERS_MAX, INCLUDED_MAX, INCLUDES_MAX, PACK_BYTES_MAX,
    PAGE_ROWS_MAX, PROBLEMS_MAX, RAW_BODY_BYTES_MAX, RESOURCE_BODY_BYTES_MAX, SCOPE_PATIENTS_MAX,
    SEARCH_LINKS_MAX, SEARCH_ROWS_MAX, SEARCH_TERMS_MAX, SEARCH_VALUE_BYTES_MAX, SEARCH_VALUES_MAX,
    SHOWN_KEYS_MAX, SORT_KEYS_MAX, STATEMENT_BODY_BYTES_MAX, STATEMENTS_MAX, TEXT_BYTES_MAX,
};
use record::{
    Access, Commit, Condition, Failure, Feedback, Include, NewReview, Purpose, Query, RawState,
    ResourceChange, Role, Scope, Search, SortKey, Term,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Debug;

/// `call(limit)` works and `call(limit + 1)` is refused as too much.
fn at<T: Debug>(name: &str, limit: usize, call: impl Fn(usize) -> Result<T, Failure>) {
    let good = call(limit);
    assert!(good.is_ok(), "{name} at {limit}: {good:?}");
    let bad = call(limit + 1);
    assert!(matches!(bad, Err(Failure::TooMuch { .. })), "{name} beyond {limit}: {bad:?}");
}

#[test]
fn of_the_archive() {
    let fixture = fixture();
    let record = &fixture.record;
    let interface = access(Role::Interface);
    at("raw body", RAW_BODY_BYTES_MAX, |n| record.archive(&interface, raw("k", &vec![b'x'; n])));
    at("message key", TEXT_BYTES_MAX, |n| record.archive(&interface, raw(&"k".repeat(n), b"x")));
    let id = record.archive(&interface, raw("k", b"x")).unwrap();
    at("acknowledgement", ACKNOWLEDGEMENT_BYTES_MAX, |n| {
        record.set_acknowledgement(&interface, &id, &vec![b'x'; n])
    });
    at("acknowledgement", ACKNOWLEDGEMENT_BYTES_MAX, |n| {
        record.archive_once(&interface, raw("once", b"x"), &vec![b'x'; n])
    });
    at("problems", PROBLEMS_MAX, |n| {
        let problems = vec![Problem::note("a", "b", "c"); n];
        record.set_raw_state(&interface, &id, RawState::Unmatched, &problems)
    });
    at("rows", PAGE_ROWS_MAX as usize, |n| {
        record.raw_list(&interface, None, u32::try_from(n).unwrap())
    });
}

#[test]
fn of_a_commit() {
    let fixture = fixture();
    let record = &fixture.record;
    // The id and the spliced meta take their part of the bytes.
    let sized = |n: usize| {
        let with = |text: String| {
            let mut resource = observation("o1", "p1", "x");
            resource["valueString"] = json!(text);
            resource
        };
        let meta = json!({"versionId": "1", "lastUpdated": "2026-01-01T00:00:00.000Z"});
        let mut empty = with(String::new());
        empty["meta"] = meta;
        let overhead = serde_json::to_vec(&empty).unwrap().len();
        let mut resource = with("x".repeat(n - overhead));
        // A resource of its own, so that the version stays one digit.
        resource["id"] = json!(format!("o{}", n % 10));
        commit(record, vec![put(resource)])
    };
    at("resource", RESOURCE_BODY_BYTES_MAX, sized);
    at("search values", SEARCH_ROWS_MAX, |n| {
        // Status, subject and patient are one each.
        let codings: Vec<Value> = (0..n - 3).map(|i| json!({"code": i.to_string()})).collect();
        commit(
            record,
            vec![put(json!({"resourceType": "Observation", "id": "many", "status": "final",
                "subject": {"reference": "Patient/p1"}, "category": [{"coding": codings}]}))],
        )
    });
    at("changes", COMMIT_CHANGES_MAX, |n| {
        let delete = ResourceChange::Delete {
            resource_type: "Observation".to_owned(),
            id: "none".to_owned(),
            condition: Condition::Any,
        };
        commit(record, vec![delete; n])
    });
    let with_facts = |facts| {
        let resource = observation("facts", "p1", "x");
        commit(record, vec![ResourceChange::put(resource, facts, Condition::Any)])
    };
    at("fact", FACT_BODY_BYTES_MAX, |n| {
        let of = |gene: String| {
            fact(FactContent::GeneResult(model::reported::ReportedGeneResult {
                gene,
                ..Default::default()
            }))
        };
        let overhead = serde_json::to_vec(&of(String::new())).unwrap().len();
        with_facts(vec![of("x".repeat(n - overhead))])
    });
    at("review", DOCUMENT_BYTES_MAX, |n| {
        let review = NewReview { text: "x".repeat(n), ..NewReview::default() };
        let commit = Commit { reviews: vec![review], ..Commit::default() };
        record.commit(&access(Role::Interface), commit)
    });
    at("facts", FACTS_MAX, |n| with_facts(vec![crate::support::gene_fact("G"); n]));
}

#[test]
fn of_a_search() {
    let fixture = fixture();
    let record = &fixture.record;
    let reader = access(Role::Prescriber);
    let search = |terms: Vec<Term>, count: u32| {
        let resource_type = "Observation".to_owned();
        record.search(&reader, &Query { resource_type, terms, count, cursor: None })
    };
    let code = |value: &str| Term::parse("code", value);
    at("terms", SEARCH_TERMS_MAX, |n| search(vec![code("x"); n], 1));
    at("values", SEARCH_VALUES_MAX, |n| search(vec![code(&vec!["x"; n].join(","))], 1));
    at("value", SEARCH_VALUE_BYTES_MAX, |n| search(vec![code(&"x".repeat(n))], 1));
    at("page", PAGE_ROWS_MAX as usize, |n| search(vec![], u32::try_from(n).unwrap()));
    // All limits at once are one query that the database takes.
    let many = vec![code(&vec!["a|b"; SEARCH_VALUES_MAX].join(",")); SEARCH_TERMS_MAX];
    assert!(search(many, PAGE_ROWS_MAX).is_ok());
    let chains = |name: &str, terms: usize, values: usize| {
        search(vec![Term::parse(name, &vec!["a|b"; values].join(",")); terms], 1)
    };
    at("chains", SEARCH_LINKS_MAX, |n| chains("subject:Patient.identifier", n, SEARCH_VALUES_MAX));
    at("has", SEARCH_LINKS_MAX, |n| chains("_has:DiagnosticReport:result:code", n, 1));
    // Four types, of 64 values with two parts each.
    assert!(chains("performer.identifier", SEARCH_LINKS_MAX, SEARCH_VALUES_MAX).is_ok());
    // Codes are looked up beforehand; texts are bound, the two ends of a range for each.
    let many = |count: u32| {
        let texts = vec!["a"; SEARCH_VALUES_MAX].join(",");
        let text = Term::parse("value-string", &texts);
        let mut terms = vec![text; SEARCH_TERMS_MAX - SEARCH_LINKS_MAX];
        terms.extend(vec![Term::parse("performer.name", &texts); SEARCH_LINKS_MAX]);
        search(terms, count)
    };
    assert!(matches!(many(1), Err(Failure::TooMuch { .. })));
    let wide = chains("focus.identifier", 1, 1);
    assert!(matches!(wide, Err(Failure::Invalid { .. })), "{wide:?}");
    let slashes = "/x".repeat(SEARCH_VALUE_BYTES_MAX / 2);
    let above = vec![Term::parse("_profile:above", &[slashes.as_str(); 8].join(","))];
    assert!(search(above, 1).is_ok());
    at("scope", SCOPE_PATIENTS_MAX, |n| {
        let scope = Scope::Patients((0..n).map(|i| PatientId::new(format!("p{i}"))).collect());
        let access =
            Access::new(TenantId::new("t1"), "a", Role::Prescriber, Purpose::Treatment, scope);
        record.read(&access, "Observation", "o1")
    });
    at("identifiers", IDENTIFIERS_MAX, |n| {
        let (authority, value) = ("urn:a".to_owned(), "1".to_owned());
        record.find_patients(&reader, &vec![Identifier { authority, value }; n])
    });
    at("actor", TEXT_BYTES_MAX, |n| {
        let access = Access::new(
            TenantId::new("t1"),
            "a".repeat(n),
            Role::Prescriber,
            Purpose::Treatment,
            Scope::Tenant,
        );
        record.read(&access, "Observation", "o1")
    });
}

#[test]
fn of_statements_and_decisions() {
    let fixture = fixture();
    let record = &fixture.record;
    let engine = access(Role::Engine);
    let p1 = PatientId::new("p1");
    at("statement", STATEMENT_BODY_BYTES_MAX, |n| {
        let overhead = serde_json::to_vec(&statement("a", "p1", "")).unwrap().len();
        let note = "x".repeat(n - overhead);
        record.put_statements(&engine, &p1, vec![statement("a", "p1", &note)], None)
    });
    at("statements", STATEMENTS_MAX, |n| {
        let statements = (0..n).map(|i| statement(&format!("s{i}"), "p1", "x")).collect();
        record.put_statements(&engine, &p1, statements, None)
    });
    let client = access(Role::ServiceClient);
    at("keys", SHOWN_KEYS_MAX, |n| record.shown(&client, &p1, &vec!["k".to_owned(); n]));
    at("cards", SHOWN_KEYS_MAX, |n| {
        record.answered(&client, &p1, ("s", "overridden"), &vec!["c".to_owned(); n])
    });
    at("types", FACT_TYPES_MAX, |n| record.facts_of_types(&client, &p1, &vec!["Patient"; n]));
    at("cards", SHOWN_KEYS_MAX, |n| {
        let shown = |key: usize| record::Shown {
            key: key.to_string(),
            patient: p1.clone(),
            card_id: "c".to_owned(),
            service: "s".to_owned(),
            rule: "r".to_owned(),
            pack: "p".to_owned(),
            body: json!({}),
        };
        record.put_all_shown(&client, (0..n).map(shown).collect())
    });
    at("feedback", DOCUMENT_BYTES_MAX, |n| {
        let body = json!("x".repeat(n - 2));
        let (service, card) = ("s".to_owned(), "c".to_owned());
        record.put_feedback(&client, Feedback { service, card, outcome: "o".to_owned(), body })
    });
    at("pack", PACK_BYTES_MAX, |n| {
        let files = BTreeMap::from([("a".to_owned(), vec![0; n])]);
        record.keep_pack(&engine, &knowledge("d1"), &files)
    });
}

#[test]
fn of_what_a_search_is_sorted_by_and_takes_along() {
    let fixture = fixture();
    let record = &fixture.record;
    let reader = access(Role::Prescriber);
    let search = |resource_type: &str| Search {
        query: Query {
            resource_type: resource_type.to_owned(),
            terms: vec![],
            count: 10,
            cursor: None,
        },
        sort: vec![],
        includes: vec![],
        total: record::Total::None,
    };
    at("sort", SORT_KEYS_MAX, |n| {
        let sort = SortKey::parse(&vec!["date"; n].join(","));
        record.find(&reader, &Search { sort, ..search("Observation") })
    });
    let include = Include::parse("_revinclude", "Observation:subject").unwrap();
    at("includes", INCLUDES_MAX, |n| {
        record.find(&reader, &Search { includes: vec![include.clone(); n], ..search("Patient") })
    });
    let results = (0..INCLUDED_MAX).map(|at| put(observation(&format!("o{at}"), "p1", "x")));
    let mut changes = vec![patient("p1", "Example", "1")];
    changes.extend(results);
    commit(record, changes).unwrap();
    at("included", INCLUDED_MAX, |n| {
        if n > INCLUDED_MAX {
            commit(record, vec![put(observation("one-more", "p1", "x"))])?;
        }
        record.find(&reader, &Search { includes: vec![include.clone()], ..search("Patient") })
    });
}
