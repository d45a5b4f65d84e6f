//! Other forms of trials, and what curators are told of a trial.

use crate::hand::{context, import, one_arm, patient, person};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use trials::lint::{cycles, lint};
use trials::{Outcome, Status, Trial, registry, research_study};

fn study() -> Value {
    json!({"protocolSection": {
        "identificationModule": {"nctId": "NCT01234567", "briefTitle": "A trial"},
        "statusModule": {"overallStatus": "RECRUITING"},
        "designModule": {"phases": ["PHASE1", "PHASE2"]},
        "conditionsModule": {"conditions": ["Melanoma"]},
        "eligibilityModule": {"eligibilityCriteria": "Inclusion: measurable disease",
            "sex": "FEMALE", "minimumAge": "18 Years", "maximumAge": "62 Years"},
        "contactsLocationsModule": {"locations": [
            {"facility": "A", "city": "Town", "country": "Land", "status": "COMPLETED",
             "geoPoint": {"lat": 1.5, "lon": 2.5}},
            {"facility": "B"},
        ]},
    }})
}

#[test]
fn a_registered_study_has_sites_age_sex_and_text() {
    let document = study();
    let trial = registry::import(document.as_object().unwrap());
    assert_eq!((trial.id.as_str(), trial.status), ("NCT01234567", Status::Open));
    assert_eq!(trial.phase, "PHASE1, PHASE2");
    let sites: Vec<(&str, Status)> =
        trial.sites.iter().map(|site| (site.name.as_str(), site.status)).collect();
    assert_eq!(sites, [("A", Status::Closed), ("B", Status::Open)]);
    assert_eq!(trial.sites[0].point, Some((1.5, 2.5)));
    let outcome = |birth: &str, sex: &str| {
        let mut tumor = person(vec![]);
        tumor.birth = model::PartialDate::parse(birth);
        tumor.sex = Some(sex.into());
        trials::answer(&trial, &trial.cohorts[0], &patient(&tumor), &context()).outcome
    };
    // The text is always left to a person; 62 lasts to the day before the 63rd birthday.
    assert_eq!(outcome("1970-01-01", "Female"), Outcome::NeedsData);
    assert_eq!(outcome("1963-08-25", "Female"), Outcome::NeedsData);
    assert_eq!(outcome("1963-08-24", "Female"), Outcome::NotEligible);
    assert_eq!(outcome("2010-01-01", "Female"), Outcome::NearMiss);
    assert_eq!(outcome("1970-01-01", "Male"), Outcome::NotEligible);
    assert!(trial.findings.is_empty(), "{:?}", trial.findings);
    assert_eq!(trial.document, Some(document));
    let codes = |trial: &Trial| -> Vec<String> {
        trial.findings.iter().map(|one| one.code.clone()).collect()
    };
    let mut odd = study();
    odd["protocolSection"]["eligibilityModule"]["minimumAge"] = json!("30 Weeks");
    odd["protocolSection"]["statusModule"]["overallStatus"] = json!("SOMETHING");
    let trial = registry::import(odd.as_object().unwrap());
    assert_eq!(codes(&trial), ["unknown-status", "age-not-read"]);
    let trial = registry::import(json!({}).as_object().unwrap());
    assert_eq!(codes(&trial), ["no-identity", "unknown-status", "no-criteria"]);
}

#[test]
fn a_research_study_keeps_what_it_says_for_people() {
    let document = json!({
        "resourceType": "ResearchStudy", "id": "x", "title": "A study", "status": "active",
        "identifier": [{"system": "https://clinicaltrials.gov", "value": "NCT01234567"}],
        "condition": [{"text": "Melanoma"}], "site": [{"display": "A"}],
        "enrollment": [{"reference": "Group/1"}],
        "arm": [{"name": "Arm A"}, {"name": "Arm B"}],
    });
    let trial = research_study::import(document.as_object().unwrap());
    assert_eq!((trial.id.as_str(), trial.status), ("NCT01234567", Status::Open));
    assert_eq!(trial.cohorts.len(), 2);
    let answer = trials::answer(&trial, &trial.cohorts[0], &patient(&person(vec![])), &context());
    assert_eq!((answer.outcome, answer.needs_review_only), (Outcome::NeedsData, true));
    assert_eq!(trial.findings.len(), 1);
    // Nothing stated is not "everybody".
    let bare = json!({"resourceType": "ResearchStudy", "id": "y", "status": "completed"});
    let trial = research_study::import(bare.as_object().unwrap());
    assert_eq!(trial.status, Status::Closed);
    let answer = trials::answer(&trial, &trial.cohorts[0], &patient(&person(vec![])), &context());
    assert_eq!(answer.outcome, Outcome::NeedsData);
}

#[test]
fn criteria_that_nobody_can_meet_are_told() {
    for (item, code) in [
        (
            json!({"and": [{"clinical": {"age_numerical": ">=18"}},
            {"clinical": {"age_numerical": "<18"}}]}),
            Some("contradiction"),
        ),
        (
            json!({"and": [{"clinical": {"age_numerical": ">=18"}},
            {"clinical": {"age_numerical": "<=18"}}]}),
            None,
        ),
        (
            json!({"and": [{"clinical": {"gender": "Male"}}, {"clinical": {"gender": "Female"}}]}),
            Some("contradiction"),
        ),
        (
            json!({"or": [{"clinical": {"gender": "Male"}}, {"clinical": {"gender": "Female"}}]}),
            None,
        ),
        (
            json!({"and": [{"genomic": {"hugo_symbol": "EGFR"}},
            {"genomic": {"hugo_symbol": "!EGFR"}}]}),
            Some("contradiction"),
        ),
        (
            json!({"and": [{"genomic": {"hugo_symbol": "EGFR"}},
            {"genomic": {"hugo_symbol": "!KRAS"}}]}),
            None,
        ),
        (
            json!({"and": [{"clinical": {"her2_status": "Positive"}},
            {"clinical": {"her2_status": "Negative"}}]}),
            Some("contradiction"),
        ),
        (json!({"or": []}), Some("impossible")),
    ] {
        let found = lint(&import(&one_arm(item.clone())));
        let codes: Vec<&str> = found.iter().map(|one| one.code.as_str()).collect();
        match code {
            Some(code) => assert!(codes.contains(&code), "{item}: {codes:?}"),
            None => assert!(codes.is_empty(), "{item}: {codes:?}"),
        }
    }
    let codes: Vec<String> = lint(&import(&json!({"protocol_no": "1", "status": "Open"})))
        .into_iter()
        .map(|one| one.code)
        .collect();
    assert_eq!(codes, ["no-cohorts"]);
}

#[test]
fn imports_in_a_circle_are_told_once() {
    let documents = BTreeMap::from([
        ("a".to_owned(), json!({"match": [{"import": "b"}]})),
        ("b".to_owned(), json!({"import": ["c", "d"]})),
        ("c".to_owned(), json!({"$ref": "a"})),
        ("d".to_owned(), json!({"import": "nowhere"})),
        // Beside its circle it leads to a name that comes before it.
        ("e".to_owned(), json!({"import": ["d", "e"]})),
    ]);
    let found: Vec<String> = cycles(&documents).into_iter().map(|one| one.pointer).collect();
    assert_eq!(found, ["a", "e"]);
}
