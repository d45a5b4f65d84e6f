//! The console: what came in is seen with its reasons, what failed is mended, and nobody sees a
//! message whose results they may not see.

mod queue;

use crate::app::{Answer, INTERFACE, PRESCRIBER, TestApp, Who, access, tenant};
use intake::Feed;
use intake::feed::Feeds;
use model::RawId;
use record::{RawState, RawSummary, Role};

const ANA: &str = include_str!("../../../../demo/messages/oru-pgx-ana.hl7");
const ANALYST: Who = Who::Person(Role::InterfaceAnalyst);
const REVIEWER: Who = Who::Person(Role::LaboratoryReviewer);
/// A second patient in the middle of a message, which is about one.
const SOMEBODY_ELSE: &str = "\nPID|2||100002^^^COGNATE-DEMO^MR||OTHER^Ben^^^^^L||19500101|M\nORC|";
const PROFILES: &str = "version = \"7\"\n\n[[feed]]\nid = \"north\"\n";

/// Ana's result with its genotype under a code of the laboratory's own.
fn with_local_code() -> String {
    let local = ANA.replace("84413-4^", "GT^");
    let lines = local.split_inclusive(['\r', '\n']).map(|line| {
        if line.contains("GT^") { line.replacen("^LN|", "^NORTH|", 1) } else { line.to_owned() }
    });
    lines.collect()
}

fn app() -> TestApp {
    let mut app = TestApp::new();
    let feeds = Feeds::open(&app.record, &tenant(), PROFILES).unwrap();
    app.use_feeds(feeds);
    app
}

/// Receives and files a message of the feed as the server does.
fn receive(app: &TestApp, text: &str) -> RawSummary {
    let bytes = text.replace('\n', "\r").into_bytes();
    let feed = Feed::production("north", &tenant());
    let receipt = intake::receive::receive(&app.record, &feed, "127.0.0.1", bytes).unwrap();
    app.worker().work_off().unwrap();
    summary(app, &receipt.raw)
}

fn summary(app: &TestApp, id: &RawId) -> RawSummary {
    app.record.raw(&access(Role::Interface), id).unwrap().unwrap().summary
}

/// Files Ana Example under the number 200007.
async fn number_becomes_known(app: &TestApp) {
    let patient = serde_json::json!({
        "resourceType": "Patient",
        "identifier": [{"system": "urn:cognate:authority:COGNATE-DEMO", "value": "200007"}],
        "name": [{"family": "Example", "given": ["Ana"]}],
        "birthDate": "1961-04-02",
        "gender": "female",
    });
    assert_eq!(app.post(INTERFACE, "/fhir/Patient", &patient).await.status, 201);
}

async fn post(app: &TestApp, who: Who, fields: &[(&str, &str)]) -> Answer {
    let page = app.get(who, "/console/errors").await.text();
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let mut all = vec![("csrf", csrf)];
    all.extend_from_slice(fields);
    app.call("POST", "/console/errors").by(who).form(&all).send().await
}

#[tokio::test]
async fn a_code_that_nobody_mapped_is_mapped_and_its_messages_are_read_again() {
    let app = app();
    let raw = receive(&app, &with_local_code());
    assert_eq!(raw.state, RawState::Filed);
    let page = app.get(ANALYST, "/console/errors").await.text();
    assert!(page.contains("code `GT` of `NORTH`"), "{page}");
    let code = [("feed", "north"), ("system", "NORTH"), ("code", "GT")];
    let review = app.record.reviews(&access(Role::Interface), true).unwrap()[0].id.clone();
    let map = |loinc: &'static str| {
        let mut fields = vec![("action", "map"), ("review", review.as_str()), ("loinc", loinc)];
        fields.extend(code);
        fields
    };
    // A reviewer answers for results, not for what codes mean; a wrong code is none.
    assert_eq!(post(&app, REVIEWER, &map("84413-4")).await.status, 403);
    let wrong = post(&app, ANALYST, &map("84413-5")).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("check digit"), "{}", wrong.text());
    let done = post(&app, ANALYST, &map("84413-4")).await;
    assert_eq!(
        (done.status.as_u16(), done.header("location")),
        (303, "/console/errors?done=mapped")
    );
    app.worker().work_off().unwrap();
    let page = app.get(ANALYST, "/console/errors?done=mapped").await.text();
    assert!(page.contains("Nothing waits") && page.contains("The code is mapped"), "{page}");
    assert!(page_of(&app, &raw.id).await.contains("*2/*2"));
    let feed = app.get(ANALYST, "/console/feeds/north").await.text();
    assert!(feed.contains("7+1") && feed.contains("loinc = &quot;84413-4&quot;"), "{feed}");
    // Who mapped it is beside the entry, and in the audit log.
    let access = access(Role::Interface);
    let closed = app.record.review(&access, &review).unwrap().unwrap();
    assert!(closed.resolved.is_some());
    assert!(closed.notes.iter().any(|note| note.actor == "account:interface-analyst"));
    assert!(app.audit_text().contains("work-review"));
}

async fn page_of(app: &TestApp, raw: &RawId) -> String {
    let answer = app.get(ANALYST, &format!("/console/messages/{raw}")).await;
    assert_eq!(answer.status, 200);
    answer.text()
}

#[tokio::test]
async fn a_message_shows_its_bytes_its_parts_what_it_comes_to_and_what_was_answered() {
    let app = app();
    let hostile = ANA.replace("NSML-20260112-0117", "X<b>1\u{202e}");
    let raw = receive(&app, &hostile);
    let page = page_of(&app, &raw.id).await;
    assert!(page.contains("X&lt;b&gt;1⟨U+202E⟩") && !page.contains("X<b>"), "{page}");
    // Both ways: from the segment to what it comes to, and back.
    assert!(page.contains("href=\"#fact-1\"") && page.contains("href=\"#line-OBR_1_\""));
    assert!(page.contains("Observation value") && page.contains("Patient identifier list"));
    assert!(page.contains("MSA|AA|"), "the acknowledgement that was sent");
    assert!(page.contains("*2/*2") && page.contains("profile 7 ("));
    let bytes = app.get(ANALYST, &format!("/console/messages/{}/bytes", raw.id)).await;
    assert_eq!(bytes.body, hostile.replace('\n', "\r").into_bytes());
    assert!(bytes.header("content-disposition").starts_with("attachment"));
    assert_eq!(bytes.header("x-content-type-options"), "nosniff");
    // Whoever looked is in the patient's log.
    let log = app.get(Who::Person(Role::PrivacyOfficer), "/patients/ana-example/access").await;
    assert!(log.text().contains("Read a message as it was received"), "{}", log.text());
    assert_eq!(app.get(ANALYST, "/console/messages/none").await.status, 404);
    assert_eq!(app.get(Who::Client(Role::Interface), "/console").await.status, 403);
}

#[tokio::test]
async fn messages_are_found_by_what_is_known_of_them() {
    let app = app();
    receive(&app, ANA);
    receive(&app, &ANA.replace("0117", "0200").replace("|P|2.5.1", "|T|2.5.1"));
    for (query, counted) in [
        ("?type=application%2Fhl7-v2%2Ber7", 2),
        ("?feed=north", 2),
        ("?feed=south", 0),
        ("?state=rejected", 1),
        ("?control=NSML-20260112-0117", 1),
        ("?control=none", 0),
        ("?type=text%2Fcsv", 0),
        ("?since=2999-01-01", 0),
        ("?until=1999-01-01", 0),
    ] {
        let page = app.get(ANALYST, &format!("/console/messages{query}")).await.text();
        assert_eq!(page.matches("data-label=\"Received\"").count(), counted, "{query}: {page}");
    }
    for query in ["?state=lost", "?since=soon", "?patient=100001"] {
        let page = app.get(ANALYST, &format!("/console/messages{query}")).await.text();
        assert!(page.contains("role=\"alert\""), "{query}");
    }
    // A reviewer may look a number up: the transaction that made her, and her result.
    let page = app.get(REVIEWER, "/console/messages?patient=100001").await.text();
    assert_eq!(page.matches("data-label=\"Received\"").count(), 2, "{page}");
    let page = app.get(REVIEWER, "/console/messages?patient=100002").await.text();
    assert_eq!(page.matches("data-label=\"Received\"").count(), 1, "{page}");
    let feeds = app.get(ANALYST, "/console").await.text();
    assert!(feeds.contains("2 this hour, 2 in 24 hours") && feeds.contains("<svg"), "{feeds}");
}

#[tokio::test]
async fn what_is_held_has_a_reason_an_owner_and_an_age_and_can_be_worked() {
    let app = app();
    let unknown = receive(&app, &ANA.replace("100001", "999999"));
    assert_eq!(unknown.state, RawState::Unmatched);
    let bad = receive(&app, &ANA.replace("0117", "0300").replace("\nORC|", SOMEBODY_ELSE));
    assert_eq!(bad.state, RawState::ParseError);
    app.wait_hours(5);
    app.people();
    let page = app.get(ANALYST, "/console/errors").await.text();
    assert!(page.contains("5 hours") && page.contains("It could not be read: "), "{page}");
    assert!(page.contains("interface analysts, nobody in person"), "{page}");
    let of_bad = |action: &'static str, more: Option<(&'static str, &'static str)>| {
        let mut fields = vec![("action", action), ("raw", bad.id.as_str())];
        fields.extend(more);
        fields
    };
    assert_eq!(post(&app, ANALYST, &of_bad("take", None)).await.status, 303);
    let note = of_bad("note", Some(("text", "asked <the> laboratory")));
    assert_eq!(post(&app, ANALYST, &note).await.status, 303);
    let page = app.get(ANALYST, "/console/errors").await.text();
    assert!(page.contains("<b>interface-analyst</b>"), "{page}");
    assert!(page.contains("asked &lt;the&gt; laboratory"));
    let nobody = of_bad("give", Some(("to", "prescriber")));
    assert_eq!(post(&app, ANALYST, &nobody).await.status, 422);
    let given = of_bad("give", Some(("to", "laboratory-reviewer")));
    assert_eq!(post(&app, ANALYST, &given).await.status, 303);
    assert_eq!(app.record.reviews(&access(Role::Interface), true).unwrap().len(), 2, "one each");
    // It is still bad.
    let again = post(&app, ANALYST, &of_bad("retry", None)).await;
    assert_eq!(again.header("location"), "/console/errors?done=held");
    let silent = post(&app, ANALYST, &of_bad("dismiss", None)).await;
    assert_eq!(silent.status, 422, "a reason is needed");
    let aside = of_bad("dismiss", Some(("text", "the laboratory sends it again")));
    assert_eq!(post(&app, ANALYST, &aside).await.status, 303);
    assert_eq!(summary(&app, &bad.id).state, RawState::Dismissed);
    assert_eq!(post(&app, ANALYST, &of_bad("retry", None)).await.status, 409);
    // Whose a result is, is not for an analyst to leave aside.
    let unknown_id = unknown.id.as_str();
    let aside = [("action", "dismiss"), ("raw", unknown_id), ("text", "not ours")];
    assert_eq!(post(&app, ANALYST, &aside).await.status, 403);
    // Nor under the name of another message.
    let open = app.record.reviews(&access(Role::Interface), true).unwrap();
    let other = [("review", open[0].id.as_str()), ("raw", bad.id.as_str())];
    let other = [&aside[..1], &other[..], &aside[2..]].concat();
    assert_eq!(post(&app, ANALYST, &other).await.status, 403);
    let inbox = app.get(REVIEWER, "/inbox").await.text();
    assert!(inbox.contains("▲ Urgent") && inbox.contains("queue."), "{inbox}");
    let quiet = app.get(REVIEWER, "/inbox?keys=off").await.text();
    assert!(!quiet.contains("<script"), "{quiet}");
    let done = post(&app, REVIEWER, &aside).await;
    assert_eq!(done.header("location"), "/inbox?done=aside");
    assert!(app.record.reviews(&access(Role::Interface), true).unwrap().is_empty());
    let foreign = app.call("POST", "/console/errors").by(ANALYST);
    let foreign = foreign.form(&[("csrf", "x"), ("action", "take"), ("raw", unknown_id)]);
    assert_eq!(foreign.send().await.status, 403);
}

#[tokio::test]
async fn a_message_is_filed_at_the_next_reading_and_a_refused_one_is_not() {
    let app = app();
    let early = receive(&app, &ANA.replace("100001", "200007"));
    assert_eq!(early.state, RawState::Unmatched);
    let refused = receive(&app, &ANA.replace("0117", "0400").replace("|P|2.5.1", "|T|2.5.1"));
    assert_eq!(refused.state, RawState::Rejected);
    let retry =
        async |id: &RawId| post(&app, ANALYST, &[("action", "retry"), ("raw", id.as_str())]).await;
    assert_eq!(retry(&early.id).await.header("location"), "/console/errors?done=held");
    assert_eq!(app.record.reviews(&access(Role::Interface), true).unwrap().len(), 1, "still one");
    assert_eq!(retry(&refused.id).await.status, 409);
    number_becomes_known(&app).await;
    assert_eq!(retry(&early.id).await.header("location"), "/console/errors?done=filed");
    assert_eq!(summary(&app, &early.id).state, RawState::Filed);
    assert!(app.record.reviews(&access(Role::Interface), true).unwrap().is_empty());
}

#[tokio::test]
async fn a_clinician_sees_the_message_of_a_patient_and_of_nobody_else() {
    let app = app();
    let raw = receive(&app, ANA);
    let page = app.get(PRESCRIBER, "/patients/ana-example").await.text();
    let link = format!("/patients/ana-example/sources/{}", raw.id);
    assert!(page.contains(&link), "{page}");
    let source = app.get(PRESCRIBER, &link).await;
    assert_eq!(source.status, 200);
    let text = source.text();
    assert!(text.contains("EXAMPLE, Ana") && text.contains("*2/*2"), "{text}");
    assert!(text.contains("href=\"#fact-1\"") && text.contains("class=\"is-read\""), "{text}");
    let other = format!("/patients/ben-sample/sources/{}", raw.id);
    assert_eq!(app.get(PRESCRIBER, &other).await.status, 404);
    let narrow = app.get(Who::Narrow, &link).await;
    let absent = app.get(Who::Narrow, "/patients/ana-example/sources/none").await;
    assert_eq!(narrow.status, absent.status);
    assert_eq!(narrow.without_log_id(), absent.without_log_id());
}

#[tokio::test]
async fn monitors_get_counts_by_feed_and_nothing_of_patients() {
    let app = app();
    receive(&app, ANA);
    receive(&app, &ANA.replace("100001", "999999"));
    let answer = app.get(Who::Nobody, "/metrics").await;
    assert!(answer.header("content-type").starts_with("text/plain; version=0.0.4"));
    let text = answer.text();
    for line in [
        "cognate_messages{state=\"filed\"} ",
        "cognate_reviews_open 1",
        "cognate_feed_held{feed=\"north\",state=\"unmatched\"} 1",
        "cognate_feed_held_oldest_seconds{feed=\"north\",state=\"unmatched\"} 0",
        "cognate_feed_messages_24h{feed=\"north\",state=\"filed\"} 1",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(!text.contains("ana-example") && !text.to_lowercase().contains("example, ana"));
}

#[tokio::test]
async fn a_replay_is_shown_before_it_is_done() {
    let app = app();
    receive(&app, &with_local_code());
    let csrf = csrf_of_replay(&app).await;
    let post = |since, action| post_replay(&app, &csrf, since, action);
    let shown = post("1", "show").await.text();
    assert!(
        shown.contains("1 message looked at") && shown.contains("would change facts"),
        "{shown}"
    );
    assert_eq!(post("soon", "show").await.status, 422);
    // It was read by that person, as the patient's log says.
    let log = app.get(Who::Person(Role::PrivacyOfficer), "/patients/ana-example/access").await;
    assert!(log.text().contains("interface-analyst"), "{}", log.text());
    // Done by somebody who proved it lately only.
    app.wait_minutes(10);
    let stale = post("1", "run").await;
    assert_eq!(stale.status, 303);
    assert!(stale.header("location").starts_with("/step-up"), "{}", stale.header("location"));
}

#[tokio::test]
async fn a_replay_says_how_many_messages_had_to_be_read() {
    let app = app();
    receive(&app, ANA);
    let csrf = csrf_of_replay(&app).await;
    let shown = post_replay(&app, &csrf, "1", "show").await.text();
    for said in ["1 message looked at", "0 had to be read", "<b>0 would change facts.</b>"] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
}

async fn csrf_of_replay(app: &TestApp) -> String {
    let form = app.get(ANALYST, "/console/replay").await.text();
    let behind = form.split("name=\"csrf\" value=\"").nth(1).unwrap();
    behind.split('"').next().unwrap().to_owned()
}

async fn post_replay(app: &TestApp, csrf: &str, since: &str, action: &str) -> Answer {
    let fields = [("csrf", csrf), ("feed", "north"), ("since", since), ("action", action)];
    app.call("POST", "/console/replay").by(ANALYST).form(&fields).send().await
}

#[tokio::test]
async fn a_file_is_tried_and_nothing_is_kept() {
    let app = app();
    let before = app.record.raw_list(&access(Role::Interface), None, 100).unwrap().len();
    let form = app.get(ANALYST, "/console/try").await.text();
    let csrf = form.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let upload = |file: &str| {
        let part = |head: &str, body: &str| {
            format!("--XX\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n")
        };
        let body = [
            part("name=\"csrf\"", csrf),
            part("name=\"feed\"", "north"),
            part("name=\"file\"; filename=\"a.hl7\"", file),
            "--XX--\r\n".to_owned(),
        ];
        let call = app.call("POST", "/console/try").by(ANALYST);
        let call = call.header("content-type", "multipart/form-data; boundary=XX");
        call.bytes(body.concat()).send()
    };
    let said = upload(&ANA.replace('\n', "\r")).await;
    assert_eq!(said.status, 200);
    assert!(said.text().contains("*2/*2"), "{}", said.text());
    let bad = upload("no message").await.text();
    assert!(bad.contains("Nothing of it would be filed"), "{bad}");
    assert_eq!(upload("").await.status, 422);
    let message = |number: usize| ANA.replace("0117", &format!("{number:04}")).replace('\n', "\r");
    let messages: String = (1000..1052).map(|number| message(number) + "\r").collect();
    let many = upload(&format!("BHS|^~\\&|A||||||||B1\r{messages}BTS|52\r")).await.text();
    assert!(many.contains("50 messages read") && many.contains("2 more messages"), "{many}");
    let after = app.record.raw_list(&access(Role::Interface), None, 100).unwrap().len();
    assert_eq!(after, before);
}
