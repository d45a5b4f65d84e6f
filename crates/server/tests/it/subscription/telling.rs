//! What subscribers are told, and that it reaches them.

use super::receiver::Received;
use super::{INTERPRETATION, RESULT, SECRET, TRIAL_MATCH, Telling, extended, filtered, wanted};
use crate::app::{CLIENT, INTERFACE, TestApp, Who, access, local, tenant};
use model::PatientId;
use record::{Account, Client, Commit, Condition, ResourceChange, Role, Scope};
use serde_json::{Value, json};
use server::token_digest;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A report about a patient; its id.
async fn report(telling: &Telling, patient: &str, status: &str) -> String {
    let report = json!({"resourceType": "DiagnosticReport", "status": status,
        "code": {"coding": [{"system": "http://loinc.org", "code": "51969-4"}]},
        "subject": {"reference": format!("Patient/{patient}")}});
    let made = telling.app.post(INTERFACE, "/fhir/DiagnosticReport", &report).await;
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()["id"].as_str().unwrap().to_owned()
}

async fn put(telling: &Telling, resource: &Value) {
    let kind = resource["resourceType"].as_str().unwrap();
    let uri = format!("/fhir/{kind}/{}", resource["id"].as_str().unwrap());
    let done = telling.app.call("PUT", &uri).by(INTERFACE).json(resource).send().await;
    assert!(done.status.is_success(), "{}", done.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_handshake_to_the_event() {
    let telling = Telling::new(TestApp::new()).await;
    let wanted = wanted(RESULT, &telling.receiver.hook(), "full-resource");
    let made = telling.app.post(CLIENT, "/fhir/Subscription", &wanted).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(made.json()["status"], "requested");
    let address = local(made.header("location")).replace("/_history/1", "");
    // What is filed before the handshake is told of, too.
    let early = report(&telling, "ana-example", "final").await;
    telling.pass().await;
    let received = telling.receiver.take();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].said("type"), "handshake");
    assert_eq!(received[0].headers["authorization"], SECRET);
    assert_eq!(received[0].headers["content-type"], "application/fhir+json");
    assert_eq!(telling.status(CLIENT, &address).await, "active");
    let late = report(&telling, "ben-sample", "final").await;
    telling.pass().await;
    telling.pass().await;
    let received = telling.receiver.take();
    assert_eq!(received.len(), 1, "told once");
    let body = &received[0].body;
    assert_eq!((&body["resourceType"], &body["type"]), (&json!("Bundle"), &json!("history")));
    let first = &body["entry"][0];
    assert_eq!(first["resource"]["resourceType"], "Parameters");
    assert_eq!(first["request"]["method"], "GET");
    assert!(first["request"]["url"].as_str().unwrap().ends_with("/$status"));
    assert_eq!(received[0].said("type"), "event-notification");
    assert_eq!(received[0].said("topic"), RESULT);
    assert_eq!(received[0].said("status"), "active");
    assert_eq!(received[0].said("events-since-subscription-start"), "2");
    let focus = |id: &str| Some(format!("DiagnosticReport/{id}"));
    assert_eq!(received[0].events(), vec![(1, focus(&early)), (2, focus(&late))]);
    let told = received[0].told();
    assert_eq!(told[0]["resource"]["id"], early.as_str());
    assert_eq!(told[0]["request"], json!({"method": "POST", "url": "DiagnosticReport"}));
    assert_eq!(told[1]["resource"]["subject"]["reference"], "Patient/ben-sample");
    // Asked for again, as far as wanted.
    let uri = format!("{address}/$events?eventsSinceNumber=2&content=id-only");
    let again = telling.app.get(CLIENT, &uri).await.json();
    assert_eq!(again["entry"].as_array().unwrap().len(), 2);
    assert_eq!(again["entry"][1].get("resource"), None);
    assert!(again.to_string().contains("query-event"));
    assert_eq!(again.get("link"), None, "these are all");
    // Page by page, none lost.
    let mut next = Some(format!("{address}/$events?_count=1&content=id-only"));
    let mut numbers = Vec::new();
    while let Some(uri) = next {
        let page = telling.app.get(CLIENT, &uri).await.json();
        let status = &page["entry"][0]["resource"]["parameter"];
        let events = status.as_array().unwrap().iter();
        let event =
            events.filter(|one| one["name"] == "notification-event").map(|one| &one["part"]);
        let number = |part: &Value| part[0]["valueString"].as_str().unwrap().to_owned();
        numbers.extend(event.map(number));
        next = page["link"][0]["url"].as_str().map(local);
    }
    assert_eq!(numbers, ["1", "2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn how_much_is_told_is_the_subscribers_choice() {
    let telling = Telling::new(TestApp::new()).await;
    let hook = telling.receiver.hook();
    for content in ["empty", "id-only"] {
        telling.subscribed(CLIENT, &wanted(RESULT, &hook, content)).await;
    }
    let id = report(&telling, "ana-example", "final").await;
    telling.pass().await;
    let mut received = telling.receiver.take();
    received.sort_by_key(|one| one.told().len());
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].events(), vec![(1, None)]);
    let text = received[0].body.to_string();
    assert!(!text.contains(&id) && !text.contains("ana-example"), "{text}");
    assert_eq!(received[1].events(), vec![(1, Some(format!("DiagnosticReport/{id}")))]);
    assert_eq!(received[1].told()[0].get("resource"), None);
    assert!(!received[1].body.to_string().contains("ana-example"));
}

#[tokio::test(flavor = "multi_thread")]
async fn which_changes_are_results() {
    let telling = Telling::new(TestApp::new()).await;
    let hook = telling.receiver.hook();
    let all = extended(
        wanted(RESULT, &hook, "id-only"),
        "backport-max-count",
        &json!({"valuePositiveInt": 2}),
    );
    telling.subscribed(CLIENT, &all).await;
    let ben = filtered(
        wanted(RESULT, &hook, "id-only"),
        "DiagnosticReport?patient=Patient/ben-sample&status=final,amended",
    );
    telling.subscribed(CLIENT, &ben).await;
    report(&telling, "ana-example", "registered").await;
    let mut observation = json!({"resourceType": "Observation", "id": "o1", "status": "final",
        "code": {"text": "x"}, "subject": {"reference": "Patient/ana-example"}});
    put(&telling, &observation).await;
    telling.pass().await;
    assert!(telling.receiver.take().is_empty(), "nothing of this is a new result");
    let (one, two) = (
        report(&telling, "ana-example", "final").await,
        report(&telling, "ben-sample", "final").await,
    );
    observation["status"] = json!("corrected");
    put(&telling, &observation).await;
    put(
        &telling,
        &json!({"resourceType": "DiagnosticReport", "id": one, "status": "cancelled",
        "code": {"text": "x"}, "subject": {"reference": "Patient/ana-example"}}),
    )
    .await;
    let gone = telling.app.call("DELETE", "/fhir/Observation/o1").by(INTERFACE).send().await;
    assert_eq!(gone.status, 204);
    telling.pass().await;
    let mut received = telling.receiver.take();
    received
        .sort_by_key(|one| (one.said("events-since-subscription-start") == "1", one.events()[0].0));
    let told: Vec<_> = received.iter().map(Received::events).collect();
    let report = |number, id: &str| (number, Some(format!("DiagnosticReport/{id}")));
    let amended = |number| (number, Some("Observation/o1".to_owned()));
    assert_eq!(
        told,
        vec![
            vec![report(1, &one), report(2, &two)],
            vec![amended(3), report(4, &one)],
            vec![amended(5)],
            vec![report(1, &two)],
        ]
    );
    assert_eq!(received[2].told()[0]["request"]["method"], "DELETE");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_laboratory_message_is_told_of_and_so_is_another_interpretation() {
    let telling = Telling::new(TestApp::new()).await;
    let hook = telling.receiver.hook();
    telling.subscribed(CLIENT, &wanted(RESULT, &hook, "id-only")).await;
    telling.subscribed(CLIENT, &wanted(INTERPRETATION, &hook, "full-resource")).await;
    telling.app.file_result("CYP2C19", "*2/*2", "LA9657-3^Poor metabolizer");
    telling.pass().await;
    let received = telling.receiver.take();
    assert_eq!(received.len(), 1, "a first interpretation is no change: {received:?}");
    assert_eq!(received[0].said("topic"), RESULT);
    let ana = testkit::patients::ana_example();
    let corrected = testkit::oru::Oru::new(&ana, "MSG-2").result_status('C');
    let corrected = corrected.gene("CYP2C19", "*1/*2", "LA25391-6^Intermediate metabolizer");
    telling.app.file_message(&corrected.text());
    let statements = telling.app.record.statements(&access(Role::Engine), &ana.id).unwrap();
    assert!(statements.iter().any(|one| one.version > 1), "it must have been filed");
    telling.pass().await;
    let received = telling.receiver.take();
    let told: Vec<_> = received.iter().filter(|one| one.said("topic") == INTERPRETATION).collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].events(), vec![(1, Some("Patient/ana-example".to_owned()))]);
    assert_eq!(told[0].told()[0]["resource"]["resourceType"], "Patient");
    // The same again says nothing new.
    telling.app.interpreter.interpret(&PatientId::new("ana-example")).unwrap();
    telling.pass().await;
    assert!(telling.receiver.take().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_candidate_for_a_trial_is_told_of_once() {
    let telling = Telling::new(TestApp::new()).await;
    let filter = "ResearchSubject?study=ResearchStudy/s1";
    let wanted = filtered(wanted(TRIAL_MATCH, &telling.receiver.hook(), "id-only"), filter);
    telling.subscribed(CLIENT, &wanted).await;
    let mut subject = json!({"resourceType": "ResearchSubject", "id": "m1",
        "status": "potential-candidate", "study": {"reference": "ResearchStudy/s1"},
        "individual": {"reference": "Patient/ana-example"}});
    put(&telling, &subject).await;
    subject["status"] = json!("eligible");
    put(&telling, &subject).await;
    subject["status"] = json!("ineligible");
    put(&telling, &subject).await;
    subject["status"] = json!("candidate");
    put(&telling, &subject).await;
    subject["id"] = json!("m2");
    subject["study"]["reference"] = json!("ResearchStudy/s2");
    put(&telling, &subject).await;
    telling.pass().await;
    let received = telling.receiver.take();
    assert_eq!(received.len(), 1);
    let match_of = |number| (number, Some("ResearchSubject/m1".to_owned()));
    assert_eq!(received[0].events(), vec![match_of(1), match_of(2)]);
}

/// A trial that takes a patient is told of from the log, without anybody filing a subject.
#[tokio::test(flavor = "multi_thread")]
async fn a_trial_that_takes_a_patient_is_told_of_once() {
    let telling = Telling::new(TestApp::new()).await;
    let study = interpret::matching::study_id(&tenant(), "10-001");
    for filter in [format!("study=ResearchStudy/{study}"), "study=ResearchStudy/none".to_owned()] {
        let wanted = wanted(TRIAL_MATCH, &telling.receiver.hook(), "id-only");
        telling.subscribed(CLIENT, &filtered(wanted, &filter)).await;
    }
    let trial = json!({"format": "cognate-trial/1", "id": "10-001", "status": "open",
        "title": "A trial", "criteria": {"all": [{"leaf": {"criterion": {"diagnosis": {"any-of": [
            {"code": "NSCLC", "name": "Non-Small Cell Lung Cancer"}]}}}}]},
        "cohorts": [{"id": "a", "code": "A", "path": "arm 1", "status": "open",
            "criteria": {"all": []}}]});
    let trial = interpret::matching::Trial::parse(trial).unwrap();
    let record = &telling.app.record;
    let operator = access(Role::Operator);
    interpret::matching::keep_trial(record, &operator, &model::RawId::new("raw"), &trial).unwrap();
    let matcher = crate::trials::matcher(&telling.app);
    let lung = json!({"resourceType": "Condition", "id": "lung",
        "subject": {"reference": "Patient/ana-example"}, "code": {"coding": [{
            "system": "http://oncotree.mskcc.org", "code": "LUAD"}]}});
    put(&telling, &lung).await;
    for expected in [1, 0] {
        matcher.catch_up().unwrap();
        telling.pass().await;
        let received = telling.receiver.take();
        let events: Vec<_> = received.iter().flat_map(Received::events).collect();
        assert_eq!(events.len(), expected, "{events:?}");
        let of_ana =
            |(_, focus): &(u64, Option<String>)| focus.as_deref() == Some("Patient/ana-example");
        assert!(events.iter().all(of_ana), "{events:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_did_not_arrive_is_sent_again_until_it_is_given_up_and_nothing_is_lost() {
    let telling = Telling::new(TestApp::new()).await;
    let hook = telling.receiver.hook();
    let address = telling.subscribed(CLIENT, &wanted(RESULT, &hook, "id-only")).await;
    let one = report(&telling, "ana-example", "final").await;
    // A redirect is not followed and is no arrival.
    for status in [500, 307, 404] {
        telling.receiver.answer(status, Duration::ZERO);
        telling.pass().await;
        telling.pass().await;
        assert_eq!(telling.receiver.take().len(), 1, "{status}: one attempt before its time");
        telling.app.wait_hours(1);
    }
    let read = telling.app.get(CLIENT, &address).await.json();
    assert_eq!(
        (&read["status"], &read["error"]),
        (&json!("error"), &json!("the endpoint answered 404"))
    );
    let two = report(&telling, "ana-example", "final").await;
    telling.receiver.answer(200, Duration::ZERO);
    telling.pass().await;
    assert!(telling.receiver.take().is_empty(), "given up is given up");
    let mut again = read;
    again["status"] = json!("requested");
    let put = telling.app.call("PUT", &address).by(CLIENT).json(&again).send().await;
    assert_eq!(put.status, 200, "{}", put.text());
    assert_eq!(put.json().get("error"), None);
    telling.pass().await;
    telling.pass().await;
    let received = telling.receiver.take();
    assert_eq!(received[0].said("type"), "handshake");
    assert_eq!(received[1].headers["authorization"], SECRET, "the kept header");
    let focus = |id: &str| Some(format!("DiagnosticReport/{id}"));
    assert_eq!(received[1].events(), vec![(1, focus(&one)), (2, focus(&two))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_too_late_is_none() {
    let telling = Telling::new(TestApp::new()).await;
    let one_second = json!({"valueUnsignedInt": 1});
    let wanted = wanted(RESULT, &telling.receiver.hook(), "id-only");
    telling.subscribed(CLIENT, &extended(wanted, "backport-timeout", &one_second)).await;
    report(&telling, "ana-example", "final").await;
    telling.receiver.answer(200, Duration::from_secs(3));
    telling.pass().await;
    telling.receiver.answer(200, Duration::ZERO);
    telling.app.wait_hours(1);
    telling.pass().await;
    let received = telling.receiver.take();
    let numbers: Vec<u64> = received.iter().map(|one| one.events()[0].0).collect();
    assert_eq!(numbers, vec![1, 1], "sent again under its number");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_over_at_its_end_and_a_long_silence_is_broken() {
    let telling = Telling::new(TestApp::new()).await;
    let minute = json!({"valueUnsignedInt": 60});
    let wanted = wanted(RESULT, &telling.receiver.hook(), "empty");
    let mut wanted = extended(wanted, "backport-heartbeat-period", &minute);
    wanted["end"] = json!("2100-01-01T00:00:00Z");
    let address = telling.subscribed(CLIENT, &wanted).await;
    telling.pass().await;
    assert!(telling.receiver.take().is_empty());
    telling.app.wait_hours(1);
    telling.pass().await;
    telling.pass().await;
    let received = telling.receiver.take();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].said("type"), "heartbeat");
    telling.app.wait_hours(24 * 366 * 80);
    report(&telling, "ana-example", "final").await;
    telling.pass().await;
    assert!(telling.receiver.take().is_empty());
    assert_eq!(
        telling
            .app
            .record
            .read(&access(Role::Interface), "Subscription", address.rsplit('/').next().unwrap())
            .map(|one| String::from_utf8(one.unwrap().body).unwrap().contains("\"off\"")),
        Ok(true)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_read_it_no_more_is_told_no_more() {
    let telling = Telling::new(TestApp::new()).await;
    let hook = telling.receiver.hook();
    let door = access(Role::Operator);
    let client = |role, scopes: Option<&str>| Client {
        id: "ehr".to_owned(),
        name: "ehr".to_owned(),
        role,
        token_sha256: token_digest("token-ehr"),
        scopes: scopes.map(str::to_owned),
    };
    for (then, scopes) in [
        (Role::PrivacyOfficer, None),
        (Role::ServiceClient, Some("system/Observation.rs")),
        (Role::ServiceClient, Some("unreadable")),
    ] {
        telling.app.record.put_client(&door, client(Role::ServiceClient, None)).unwrap();
        let wanted = wanted(RESULT, &hook, "full-resource");
        let address = telling.subscribed(Who::Token("ehr"), &wanted).await;
        telling.app.record.put_client(&door, client(then, scopes)).unwrap();
        report(&telling, "ana-example", "final").await;
        telling.pass().await;
        assert!(telling.receiver.take().is_empty(), "{}", then.word());
        assert_eq!(telling.status(CLIENT, &address).await, "error", "{}", then.word());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_about_a_patient_who_is_hidden_meanwhile_keeps_its_number_only() {
    let telling = Telling::new(TestApp::new()).await;
    let who = Who::Person(Role::ServiceClient);
    telling.subscribed(who, &wanted(RESULT, &telling.receiver.hook(), "full-resource")).await;
    let (_, ben) = (
        report(&telling, "ana-example", "final").await,
        report(&telling, "ben-sample", "final").await,
    );
    telling.receiver.answer(503, Duration::ZERO);
    telling.pass().await;
    telling.receiver.take();
    let account = Account {
        login: "service-client".to_owned(),
        display_name: "Narrowed".to_owned(),
        role: Role::ServiceClient,
        password_hash: String::new(),
        scope: Scope::Patients(BTreeSet::from([PatientId::new("ben-sample")])),
    };
    telling.app.record.put_account(&access(Role::Operator), account).unwrap();
    report(&telling, "ana-example", "final").await;
    telling.receiver.answer(200, Duration::ZERO);
    telling.app.wait_hours(1);
    telling.pass().await;
    let received = telling.receiver.take();
    let focus = Some(format!("DiagnosticReport/{ben}"));
    assert_eq!(received[0].events(), vec![(1, None), (2, focus)], "and no third");
    assert_eq!(received.len(), 1);
    assert!(!received[0].body.to_string().contains("ana-example"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_delivery_is_in_the_audit_log_before_it_leaves() {
    let telling = Telling::new(TestApp::new()).await;
    let address =
        telling.subscribed(CLIENT, &wanted(RESULT, &telling.receiver.hook(), "id-only")).await;
    let id = report(&telling, "ana-example", "final").await;
    telling.receiver.answer(500, Duration::ZERO);
    telling.pass().await;
    assert_eq!(telling.receiver.take().len(), 1, "it did leave");
    let log = telling.app.audit_text();
    let events: Vec<&str> = log.lines().filter(|line| line.contains("\"notify\"")).collect();
    let names = |line: &&&str| {
        line.contains(&format!("event/1/DiagnosticReport/{id}"))
            && line.contains("ana-example")
            && line.contains(address.trim_start_matches("/fhir/"))
    };
    assert_eq!(events.iter().filter(names).count(), 1, "{log}");
    assert!(!log.contains("canary"));
}

/// Waits until something holds, for at most ten seconds.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..1_000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("not in time: {what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_thread_follows_and_mends_what_a_crash_left() {
    let telling = Telling::new(TestApp::new()).await;
    let wanted = wanted(RESULT, &telling.receiver.hook(), "id-only");
    // As a crash leaves it between the resource and what is served.
    let mut left = wanted.clone();
    left["id"] = json!("left");
    left["channel"]["header"] = json!(["Authorization: (sealed)"]);
    let change = ResourceChange::put(left, vec![], Condition::Any);
    let commit = Commit { changes: vec![change], ..Commit::default() };
    telling.app.record.commit(&access(Role::Interface), commit).unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let (notifier, flag) = (telling.notifier.clone(), Arc::clone(&stop));
    let thread = std::thread::spawn(move || notifier.follow(&|| flag.load(Ordering::Relaxed)));
    until("the left one is told to be in error", async || {
        telling.status(CLIENT, "/fhir/Subscription/left").await == "error"
    })
    .await;
    let made = telling.app.post(CLIENT, "/fhir/Subscription", &wanted).await;
    let address = format!("/fhir/Subscription/{}", made.json()["id"].as_str().unwrap());
    until("active", async || telling.status(CLIENT, &address).await == "active").await;
    let id = report(&telling, "ana-example", "final").await;
    let mut received = Vec::new();
    until("told", async || {
        received.extend(telling.receiver.take());
        received.len() == 2
    })
    .await;
    assert_eq!(received[1].events(), vec![(1, Some(format!("DiagnosticReport/{id}")))]);
    // Whoever may subscribe can take the left one up again.
    let mut again = telling.app.get(CLIENT, "/fhir/Subscription/left").await.json();
    again["status"] = json!("requested");
    again["channel"]["header"] = json!([format!("Authorization: {SECRET}")]);
    let put = telling.app.call("PUT", "/fhir/Subscription/left").by(CLIENT).json(&again);
    assert_eq!(put.send().await.status, 200);
    until("taken up", async || telling.status(CLIENT, "/fhir/Subscription/left").await == "active")
        .await;
    stop.store(true, Ordering::Relaxed);
    tokio::task::spawn_blocking(move || thread.join()).await.unwrap().unwrap();
}
