//! What no file of the store may hold in plain, whichever way it came in: canaries go in through
//! every door, and all files are looked through, with their logs, temporary files and indexes.

use crate::app::{CLIENT, INTERFACE, PASSWORD, TestApp, access, tenant};
use crate::cds::{clopidogrel_tablet, order};
use crate::log::{DRUG, NAME, NUMBER, TOKEN, subscribe, talk};
use crate::subscription::{SECRET, Telling};
use intake::file::FileSettings;
use intake::variants::{Tools, ingest_variants};
use knowledge::Pack;
use model::PatientId;
use record::{
    Access, AuditQuery, EmergencyReason, MarkedPatient, NewEmergency, NewMark, NewReview, Purpose,
    Role, Scope,
};
use serde_json::json;
use std::path::{Path, PathBuf};

const NOTE: &str = "Canarynote-in-an-observation";
const COMMENT: &str = "Canarycomment-why-overridden";
const REASON: &str = "Canaryreason of an emergency";
const CONSENT: &str = "Canaryconsent-by-word";
const VARIANT: &str = "Canaryvariant-in-a-file";
const REVIEW: &str = "Canaryreview-for-a-person";
const SEGMENT: &str = "Canarysegment-of-a-message";
const RESULT: &str = "Canaryresult-of-a-laboratory";
const MARK: &str = "Canarymark-of-a-carrier";
const FAMILY: &str = "Canaryfamily";
const RECORD: &str = "CANARY-RECORD-88";

/// All that is planted.
const CANARIES: [&str; 17] = [
    NAME, NUMBER, DRUG, TOKEN, PASSWORD, SECRET, NOTE, COMMENT, REASON, CONSENT, VARIANT, REVIEW,
    SEGMENT, RESULT, MARK, FAMILY, RECORD,
];

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// A text as it might stand in a file, in lower case.
fn spellings(canary: &str) -> [String; 3] {
    let lower = canary.to_lowercase();
    let wide = lower.chars().flat_map(|letter| [letter, '\0']).collect();
    let hex = hex::encode(canary);
    [lower, wide, hex]
}

fn hits(directory: &Path) -> Vec<String> {
    let mut hits = Vec::new();
    for path in files(directory) {
        let bytes = std::fs::read(&path).unwrap();
        let text: String = bytes.iter().map(|byte| char::from(byte.to_ascii_lowercase())).collect();
        let is_audit = path.extension().is_some_and(|ending| ending == "log");
        for canary in CANARIES {
            // The audit log says what somebody typed as a log-in and as an id.
            let is_typed = is_audit && [NAME, NUMBER].contains(&canary);
            if !is_typed && spellings(canary).iter().any(|spelt| text.contains(spelt.as_str())) {
                hits.push(format!("{canary} in {}", path.display()));
            }
        }
    }
    hits
}

/// The ways that the talk of the log's test does not take.
async fn plant(app: &TestApp) {
    let about = |text: &str| {
        json!({"resourceType": "Observation", "status": "final",
            "subject": {"reference": "Patient/ana-example"},
            "code": {"coding": [{"system": "urn:x", "code": text, "display": text}], "text": text},
            "identifier": [{"system": "urn:x", "value": text}],
            "valueQuantity": {"value": 1, "unit": text}, "note": [{"text": text}]})
    };
    for _ in 0..2 {
        let filed = app.post(INTERFACE, "/fhir/Observation", &about(NOTE)).await;
        assert_eq!(filed.status, 201, "{}", filed.text());
    }
    let person = json!({"resourceType": "Patient", "id": "somebody", "name": [{"family": FAMILY}],
        "identifier": [{"system": "urn:x", "value": RECORD}], "birthDate": "1990-01-01"});
    let put = app.call("PUT", "/fhir/Patient/somebody").by(INTERFACE).json(&person).send().await;
    assert_eq!(put.status, 201, "{}", put.text());
    let mut unknown = testkit::patients::ana_example();
    unknown.names[0].family = FAMILY.into();
    unknown.identifiers[0].value = RECORD.into();
    app.file_message(&testkit::oru::Oru::new(&unknown, "MSG-8").text());
    let consent = json!({"resourceType": "Consent", "status": "active",
        "scope": {"coding": [{"code": "patient-privacy"}]}, "category": [{"text": CONSENT}],
        "patient": {"reference": "Patient/ana-example"}, "policyRule": {"text": CONSENT}});
    let filed = app.post(INTERFACE, "/fhir/Consent", &consent).await;
    assert_eq!(filed.status, 201, "{}", filed.text());

    // A result, a card about it, and why somebody overrode it.
    app.file_result("CYP2C19", "*2/*2", "LA9657-3^Poor metabolizer");
    let request = order("order-sign", "ana-example", "order-1", &clopidogrel_tablet());
    let cards = app.post(CLIENT, "/cds-services/pgx-medication-safety", &request).await.json();
    let feedback = json!({"feedback": [{
        "card": cards["cards"][0]["uuid"], "outcome": "overridden",
        "overrideReason": {"userComment": COMMENT}, "outcomeTimestamp": "2026-01-12T11:00:00Z"
    }]});
    let uri = "/cds-services/pgx-medication-safety/feedback";
    assert_eq!(app.post(CLIENT, uri, &feedback).await.status, 200);

    // Messages: one that is filed, one that nobody can read.
    let patient = testkit::patients::ana_example();
    let message = testkit::oru::Oru::new(&patient, "MSG-2").gene("CYP2D6", RESULT, RESULT);
    app.file_message(&message.text());
    let spoilt = testkit::oru::Oru::new(&patient, "MSG-3").text() + &format!("NTE|1||{SEGMENT}\r");
    app.file_message(&spoilt);
    variants(app);

    let prescriber = access(Role::Prescriber);
    let emergency = NewEmergency {
        patient: PatientId::new("ben-sample"),
        reason: EmergencyReason::LifeThreatening,
        text: REASON.to_owned(),
    };
    app.record.open_emergency(&prescriber, emergency).unwrap();
    let review =
        NewReview { reason: "other".to_owned(), text: REVIEW.to_owned(), ..NewReview::default() };
    let interface = access(Role::Interface);
    let reviews = record::Commit { reviews: vec![review], ..record::Commit::default() };
    let made = app.record.commit(&interface, reviews).unwrap();
    let reviewer = access(Role::LaboratoryReviewer);
    app.record.resolve_review(&reviewer, &made.reviews[0], REVIEW).unwrap();
    let mark = NewMark { text: MARK.to_owned(), kind: Some("letter") };
    let (patient, marks) = (PatientId::new("ana-example"), Some(vec![mark]));
    let marked = vec![MarkedPatient { patient, marks }];
    assert!(app.record.keep_carriers(&interface, "1", (0, 1), marked).unwrap());
    // Asking makes the index of the audit log.
    let (role, purpose) = (Role::PrivacyOfficer, Purpose::Operations);
    let officer = Access::new(tenant(), "test", role, purpose, Scope::Tenant);
    let query = AuditQuery { count: 10, ..AuditQuery::default() };
    assert!(!app.record.audit_events(&officer, &query).unwrap().events.is_empty());
}

fn variants(app: &TestApp) {
    let text = testkit::vcf::vcf(
        testkit::vcf::GRCH38,
        &["chr7 1000 . A T,<NON_REF> . . . GT:AD:DP:GQ 0/1:10,11,0:21:99"],
    );
    let text = text.replacen('\n', &format!("\n##note={VARIANT}\n"), 1);
    let pack = Pack::built_in().unwrap();
    let references = genomics::reference::References::default();
    let tools = Tools { pack: &pack, references: &references };
    let patient = Some(PatientId::new("ana-example"));
    let settings = FileSettings { patient, ..FileSettings::default() };
    let interface = access(Role::Interface);
    let mut reader = text.as_bytes();
    let filed = ingest_variants(&app.record, &interface, tools, "a.vcf", &mut reader, &settings);
    assert!(filed.unwrap().done);
}

#[tokio::test]
async fn no_file_of_the_store_holds_anything_of_anybody() {
    let telling = Telling::new(TestApp::new()).await;
    talk(&telling.app).await;
    subscribe(&telling).await;
    plant(&telling.app).await;
    let at = telling.app.directory();
    let names: Vec<String> = files(at)
        .iter()
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    for name in ["record.db", "archive.db", "decision.db", "genome.db", "index.db"] {
        for ending in ["", "-wal", "-shm"] {
            let name = format!("{name}{ending}");
            assert!(names.contains(&name), "{name} is not looked at: {names:?}");
        }
    }
    assert!(names.contains(&"keyring".to_owned()));
    assert_eq!(hits(at), Vec::<String>::new());
    // The search for them finds what is there.
    std::fs::write(at.join("leak"), [&[0; 9], NUMBER.to_lowercase().as_bytes()].concat()).unwrap();
    assert_eq!(hits(at).len(), 1);
}
