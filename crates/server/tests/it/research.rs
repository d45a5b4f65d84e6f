//! What a researcher gets, and what not.

use crate::app::{Answer, INTERFACE, TestApp, Who, local, tenant};
use deidentify::Tier;
use model::Timestamp;
use record::{Access, Client, NewProject, Project, Purpose, Role, Scope};
use serde_json::{Value, json};
use std::fmt::Write as _;

const RESEARCHER: Who = Who::Person(Role::Researcher);

fn officer() -> Access {
    let (role, purpose) = (Role::PrivacyOfficer, Purpose::Operations);
    Access::new(tenant(), "account:olga", role, purpose, Scope::Tenant)
}

fn project(app: &TestApp) -> Project {
    let new = NewProject {
        title: "Clopidogrel".to_owned(),
        owner: "account:researcher".to_owned(),
        tier: Tier::Registered,
        expert_determination: None,
        recipients: vec!["University".to_owned()],
        ends: Timestamp::from_micros(4_000_000_000_000_000),
    };
    app.record.create_project(&officer(), new).unwrap()
}

/// So many people with a consent to research, each with a result and a whole name and address.
async fn people(app: &TestApp, range: std::ops::Range<usize>) {
    let mut lines = String::new();
    for number in range {
        let id = format!("person{number}");
        let patient = json!({"resourceType": "Patient", "id": id, "gender": "female",
            "birthDate": "1980-04-05", "name": [{"family": "Qanary", "given": ["Jane"]}],
            "identifier": [{"system": "urn:example:mrn", "value": format!("MRN-77{number}")}],
            "address": [{"line": ["1 Main Street"], "city": "Cambridge", "state": "MA",
                "postalCode": "02138"}], "telecom": [{"system": "phone", "value": "555-0100"}]});
        let consent = json!({"resourceType": "Consent", "id": format!("consent{number}"),
            "status": "active", "scope": {"coding": [{"code": "patient-privacy"}]},
            "category": [{"coding": [{"code": "IDSCL"}]}],
            "patient": {"reference": format!("Patient/{id}")},
            "provision": {"type": "permit", "purpose": [{"code": "HRESCH",
                "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason"}]}});
        let code = if number < 22 { "2345-7" } else { "718-7" };
        let result = json!({"resourceType": "Observation", "id": format!("result{number}"),
            "status": "final", "subject": {"reference": format!("Patient/{id}")},
            "effectiveDateTime": "2025-06-07T08:09:10Z", "note": [{"text": "Qanary called"}],
            "code": {"coding": [{"system": "http://loinc.org", "code": code}],
                "text": "Qanary's"}});
        for one in [patient, consent, result] {
            writeln!(lines, "{one}").unwrap();
        }
    }
    let call = app.call("POST", "/fhir/$import").by(INTERFACE);
    let call = call.header("content-type", "application/fhir+ndjson").bytes(lines.into_bytes());
    let answer = call.send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

async fn export(app: &TestApp, who: Who, uri: &str) -> Answer {
    app.call("GET", uri).by(who).header("prefer", "respond-async").send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_for_research_tells_nothing_of_who_somebody_is() {
    let app = TestApp::new();
    people(&app, 0..3).await;
    let made = project(&app);
    let uri = format!("/fhir/Patient/$export?_project={}&_recipient=University", made.id);
    let begun = export(&app, RESEARCHER, &uri).await;
    assert_eq!(begun.status, 202, "{}", begun.text());
    let manifest = app.get(RESEARCHER, &local(begun.header("content-location"))).await.json();
    let mut texts = Vec::new();
    for output in manifest["output"].as_array().unwrap() {
        let file = app.get(RESEARCHER, &local(output["url"].as_str().unwrap())).await;
        assert_eq!(file.status, 200);
        texts.push(file.text());
    }
    let all = texts.join("\n");
    for hidden in [
        "Qanary",
        "Jane",
        "MRN-77",
        "Main Street",
        "Cambridge",
        "02138",
        "555-0100",
        "person0",
        "1980-04",
        "2025-06",
        "result0",
        "Consent",
    ] {
        assert!(!all.contains(hidden), "{hidden} in {all}");
    }
    let resources: Vec<Value> = all
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let patients: Vec<&Value> =
        resources.iter().filter(|one| one["resourceType"] == "Patient").collect();
    assert_eq!(patients.len(), 3, "{all}");
    assert_eq!(patients[0]["birthDate"], "1980");
    assert_eq!(patients[0]["address"], json!([{"state": "MA", "postalCode": "021"}]));
    // References still join what belongs together.
    let ids: Vec<String> =
        patients.iter().map(|one| format!("Patient/{}", one["id"].as_str().unwrap())).collect();
    let results = resources.iter().filter(|one| one["resourceType"] == "Observation");
    let subjects: Vec<String> =
        results.map(|one| one["subject"]["reference"].as_str().unwrap().to_owned()).collect();
    assert_eq!(subjects.len(), 3);
    assert!(subjects.iter().all(|subject| ids.contains(subject)));
    // The report counts, and names nobody.
    let report = manifest["extension"]["report"].as_str().unwrap();
    let report = app.get(RESEARCHER, &local(report)).await.json();
    assert_eq!(report["passed"], json!({"Observation": 3, "Patient": 3}));
    assert_eq!(report["withheld"]["Consent"], json!({"type": 3}));
    assert_eq!(report["removed"]["Patient.name"], 3);
    // It is somebody's disclosure, in the patient's own log.
    assert!(app.audit_text().contains("University"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_researcher_gets_nothing_else() {
    let app = TestApp::with_result();
    people(&app, 0..1).await;
    let made = project(&app);
    for uri in [
        "/fhir/Patient/person0",
        "/fhir/Patient/person0/_history/1",
        "/fhir/Patient/person0/_history",
        "/fhir/Patient/person0/$everything",
        "/fhir/Patient/_history",
        "/fhir/_history",
        "/fhir/Patient?_id=person0",
        "/fhir/Patient",
        "/fhir/Observation?_summary=true",
        "/fhir/Observation?_summary=count&_summary=true",
        "/fhir/$find-subject-haplotypes?subject=person0&genes=CYP2C19",
        "/subject-operations/metadata-operations/$find-study-metadata?subject=person0",
        "/fhir/ViewDefinition/v1/$run",
    ] {
        for who in [RESEARCHER, Who::Client(Role::Researcher)] {
            let answer = app.get(who, uri).await;
            assert_eq!(answer.status, 403, "{uri}: {}", answer.text());
            assert!(!answer.text().contains("Qanary"));
        }
    }
    for page in ["/patients", "/patients/person0", "/reviews"] {
        assert_eq!(app.get(RESEARCHER, page).await.status, 403, "{page}");
    }
    // An export without a project, of another's, to somebody else, or of everything.
    let of = |rest: &str| format!("/fhir/{rest}_project={}&_recipient=", made.id);
    for (uri, status) in [
        ("/fhir/Patient/$export".to_owned(), 400),
        (format!("/fhir/Patient/$export?_project={}", made.id), 400),
        (of("Patient/$export?") + "Somebody", 400),
        (of("$export?") + "University", 400),
        ("/fhir/Patient/$export?_project=none&_recipient=University".to_owned(), 404),
    ] {
        assert_eq!(export(&app, RESEARCHER, &uri).await.status, status, "{uri}");
    }
    let whole = of("Patient/$export?") + "University";
    let others = export(&app, Who::Client(Role::Researcher), &whole).await;
    assert_eq!(others.status, 404);
    assert_eq!(export(&app, crate::app::CLIENT, &whole).await.status, 403);
    // An unlocked screen exports nothing.
    app.wait_minutes(6);
    let stale = export(&app, RESEARCHER, &whole).await;
    assert_eq!(stale.status, 401, "{}", stale.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_tells_how_many_people_and_no_small_number() {
    let app = TestApp::new();
    people(&app, 0..64).await;
    let made = project(&app);
    let other = project(&app);
    let count_of = async |project: &Project, terms: &str| {
        let uri = format!("/fhir/Observation?_summary=count&_project={}{terms}", project.id);
        let answer = app.get(RESEARCHER, &uri).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let body = answer.json();
        assert_eq!(body.get("entry"), None);
        (body["total"].clone(), body["_total"]["extension"][0]["valueQuantity"].clone())
    };
    let count = async |terms: &str| count_of(&made, terms).await;
    assert_eq!(count("").await, (json!(80), Value::Null));
    assert_eq!(count("&code=2345-7").await, (json!(40), Value::Null));
    assert_eq!(count("&code=9999-9").await, (json!(0), Value::Null));
    let below = json!({"value": 21, "comparator": "<"});
    // Of a project that has not asked for a set near to it.
    for few in ["&subject=person0,person1", "&subject=person0"] {
        assert_eq!(count_of(&other, few).await, (Value::Null, below.clone()));
    }
    // Everybody but one: the answer of everybody.
    let others: Vec<String> = (1..64).map(|number| format!("person{number}")).collect();
    let others = format!("&subject={}", others.join(","));
    assert_eq!(count(&others).await, (json!(80), Value::Null));
    for (uri, status) in [
        ("/fhir/Observation?_summary=count".to_owned(), 400),
        ("/fhir/Observation?_summary=count&_project=none".to_owned(), 404),
        (format!("/fhir/Observation?_summary=count&_project={}&shoe=4", made.id), 400),
    ] {
        assert_eq!(app.get(RESEARCHER, &uri).await.status, status, "{uri}");
    }
}

/// The strata of a table by their values, each with its count, or with why there is none.
fn strata(report: &Value) -> std::collections::BTreeMap<String, String> {
    let strata = report["group"][0]["stratifier"][0]["stratum"].as_array().unwrap();
    let value = |one: &Value| one["value"]["text"].as_str().unwrap().to_owned();
    let count = |stratum: &Value| {
        let population = &stratum["population"][0];
        let absent = &population["_count"]["extension"][0]["valueCode"];
        population["count"].as_u64().map_or(absent.to_string(), |count| count.to_string())
    };
    let key = |stratum: &Value| {
        let components = stratum["component"].as_array().unwrap();
        components.iter().map(value).collect::<Vec<_>>().join(", ")
    };
    strata.iter().map(|stratum| (key(stratum), count(stratum))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_withholds_what_a_small_number_could_be_worked_out_from() {
    let app = TestApp::new();
    people(&app, 0..80).await;
    let made = project(&app);
    // 55 women have the result, 22 do not; three men, who were born in 1930, have it.
    let mut lines = String::new();
    for number in 77..80 {
        let man = json!({"resourceType": "Patient", "id": format!("person{number}"),
            "gender": "male", "birthDate": "1930"});
        writeln!(lines, "{man}").unwrap();
    }
    let call = app.call("POST", "/fhir/$import").by(INTERFACE);
    let call = call.header("content-type", "application/fhir+ndjson").bytes(lines.into_bytes());
    assert_eq!(call.send().await.status, 200);
    let ask = async |across: &str| {
        let uri = format!("/fhir/Patient?_summary=count&_project={}{across}", made.id);
        app.get(RESEARCHER, &uri).await
    };
    let finding = "&_across=Observation?code%3D718-7";
    let answer = ask(&format!("&_across=gender{finding}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let report = answer.json();
    assert_eq!(
        (&report["resourceType"], &report["status"]),
        (&json!("MeasureReport"), &json!("complete"))
    );
    let told = strata(&report);
    // Three men with the result, none without: withheld, and so is what they would follow from.
    for withheld in ["male, found", "male", "female, found"] {
        assert_eq!(told[withheld], "\"masked\"", "{withheld}: {told:?}");
    }
    assert_eq!((told["not said, found"].as_str(), told["other"].as_str()), ("0", "0"));
    let ages = strata(&ask("&_across=age").await.json());
    assert!(ages.keys().any(|band| band == "90 and over"), "{ages:?}");
    assert_eq!(ages["90 and over"], "\"masked\"");
    // What protects the small number is not told alone either.
    let women = "/fhir/Patient?_summary=count&gender=female&_has:Observation:subject:code=718-7";
    let alone = app.get(RESEARCHER, &format!("{women}&_project={}", made.id)).await;
    assert_eq!(alone.status, 403, "{}", alone.text());
    assert!(alone.text().contains("withheld"), "{}", alone.text());
    for (bad, status) in [
        ("&_across=shoe-size", 400),
        ("&_across=gender&_across=gender", 400),
        (
            "&_across=gender&_across=age&_across=Observation?code%3Da&_across=Observation?code%3Db",
            400,
        ),
        ("&_across=Nonsense?x%3D1", 400),
    ] {
        assert_eq!(ask(bad).await.status, status, "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_counts_no_more_than_it_was_granted() {
    let app = TestApp::new();
    people(&app, 0..64).await;
    let token = |id: &'static str, scopes: &str| {
        let client = Client {
            id: id.to_owned(),
            name: id.to_owned(),
            role: Role::Researcher,
            token_sha256: server::token_digest(&format!("token-{id}")),
            scopes: Some(scopes.to_owned()),
        };
        app.record.put_client(&crate::app::access(Role::Operator), client).unwrap();
        let said = project(&app).said;
        let new = NewProject { owner: format!("client:{id}"), ..said };
        (Who::Token(id), app.record.create_project(&officer(), new).unwrap().id)
    };
    let patients = token("patients", "system/Patient.rs");
    let results = token("results", "system/Observation.rs");
    let both = token("both", "system/Patient.rs system/Observation.rs");
    let men = token("men", "system/Patient.rs?gender=male");
    let count = async |of: &(Who, String), search: &str| {
        let joint = if search.contains('?') { "&" } else { "?" };
        let uri = format!("/fhir/{search}{joint}_summary=count&_project={}", of.1);
        app.get(of.0, &uri).await
    };
    for (of, search, status) in [
        (&patients, "Patient", 200),
        (&patients, "Patient?_across=gender", 200),
        (&patients, "Patient?_across=Observation?code%3D718-7", 403),
        (&patients, "Patient?_across=gender&_across=Observation?code%3D718-7", 403),
        (&patients, "Patient?_has:Observation:subject:code=718-7", 403),
        (&patients, "Observation", 403),
        (&results, "Observation", 200),
        (&results, "Observation?_across=gender", 403),
        (&results, "Observation?_across=age", 403),
        (&both, "Observation?_across=gender", 200),
        (&both, "Patient?_across=Observation?code%3D718-7", 200),
        (&men, "Patient", 200),
    ] {
        let answer = count(of, search).await;
        assert_eq!(answer.status, status, "{search}: {}", answer.text());
    }
    // All 64 are women: within its scope there is nobody.
    assert_eq!(count(&patients, "Patient").await.json()["total"], 80);
    assert_eq!(count(&men, "Patient").await.json()["total"], 0);
    assert_eq!(count(&men, "Patient?gender=female").await.json()["total"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn population_operations_tell_no_small_number_and_no_subject() {
    let app = TestApp::new();
    people(&app, 0..3).await;
    let made = project(&app);
    let variant = json!({"resourceType": "Observation", "id": "variant", "status": "final",
        "category": [{"coding": [{"code": "laboratory",
            "system": "http://terminology.hl7.org/CodeSystem/observation-category"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "69548-6"}]},
        "valueCodeableConcept": {"coding": [{"system": "http://loinc.org", "code": "LA9633-4"}]},
        "subject": {"reference": "Patient/person0"},
        "component": [{"code": {"coding": [{"system": "http://loinc.org", "code": "81290-9"}]},
            "valueCodeableConcept": {"coding": [{"system": "http://varnomen.hgvs.org",
                "code": "NC_000010.11:g.94781859G>A"}]}}]});
    let call = app.call("PUT", "/fhir/Observation/variant").by(INTERFACE).json(&variant);
    let filed = call.send().await;
    assert!(filed.status.is_success(), "{}", filed.text());
    let base = format!(
        "/fhir/$find-population-specific-variants?_project={}&includePatientList=true&variants=",
        made.id
    );
    // Somebody has the first, nobody the second: the answers are the same.
    let mut answers = Vec::new();
    for variant in ["NC_000010.11:94781858:G:A", "NC_000010.11:94761899:C:T"] {
        let answer = app.get(RESEARCHER, &(base.clone() + variant)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let text = answer.text();
        assert!(!text.contains("subject") && !text.contains("person0"), "{text}");
        let parts = answer.json()["parameter"][0]["part"].clone();
        let numbers: Vec<Value> = parts
            .as_array()
            .unwrap()
            .iter()
            .filter(|part| part["name"] == "numerator" || part["name"] == "denominator")
            .map(|part| part["valueQuantity"].clone())
            .collect();
        answers.push(numbers);
    }
    assert_eq!(answers[0], answers[1]);
    for quantity in &answers[0] {
        assert_eq!((&quantity["value"], &quantity["comparator"]), (&json!(21), &json!("<")));
    }
    // A name without a place would be answered or refused by whether somebody has it.
    let named = app.get(RESEARCHER, &(base + "NM_000769.4:c.681G%3EA")).await;
    assert_eq!(named.status, 422, "{}", named.text());
    let without = "/fhir/$find-population-specific-variants?variants=NC_000010.11:94781858:G:A";
    assert_eq!(app.get(RESEARCHER, without).await.status, 400);
}
