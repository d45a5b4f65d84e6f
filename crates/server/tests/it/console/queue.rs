//! The queue under load and under several hands: what waits longest is shown, and nobody undoes
//! what somebody else did.

use super::{
    ANA, ANALYST, REVIEWER, app, number_becomes_known, post, receive, summary, with_local_code,
};
use crate::app::{TestApp, access};
use model::provenance::Door;
use model::{Problem, RawId};
use record::{Commit, NewRaw, NewReview, RawState, Role};

fn broken(app: &TestApp, key: &str) -> RawId {
    let interface = access(Role::Interface);
    let raw = NewRaw {
        feed: "north".to_owned(),
        door: Door::Mllp,
        media_type: "application/hl7-v2+er7".to_owned(),
        message_key: Some(key.to_owned()),
        peer: "test".to_owned(),
        body: key.as_bytes().to_vec(),
        state: RawState::ParseError,
    };
    let id = app.record.archive(&interface, raw).unwrap();
    let problem = Problem::error("bad", "MSH", format!("it is broken as {key} is"));
    app.record.set_raw_state(&interface, &id, RawState::ParseError, &[problem]).unwrap();
    id
}

fn open(app: &TestApp) -> usize {
    app.record.reviews(&access(Role::Interface), true).unwrap().len()
}

#[tokio::test]
async fn what_waits_longest_comes_first_and_leaves_codes_their_place() {
    let app = app();
    receive(&app, &with_local_code());
    for number in 0..202 {
        broken(&app, &format!("B{number:03}"));
    }
    for path in ["/console/errors", "/inbox"] {
        let page = app.get(REVIEWER, path).await.text();
        assert!(page.contains("as B000 is") && page.contains("as B199 is"), "{path}");
        assert!(!page.contains("as B200 is") && page.contains("There are more"), "{path}");
        assert_eq!(page.contains("code `GT` of `NORTH`"), path == "/console/errors", "{path}");
    }
    // The console counts all of them, and opens none for it.
    let opened = || app.audit_text().matches("\"read-raw\"").count();
    let before = opened();
    let console = app.get(ANALYST, "/console").await.text();
    assert!(console.contains("Error queue <span class=\"badge\">202</span>"), "{console}");
    assert!(console.contains("open on the review list: 1"), "{console}");
    let feed = app.get(ANALYST, "/console/feeds/north").await.text();
    assert!(feed.contains("(202 of this feed)") && feed.contains("code `GT`"), "{feed}");
    assert_eq!(opened(), before);
}

#[tokio::test]
async fn an_entry_about_a_patient_names_the_patient_and_no_feed() {
    let app = app();
    receive(&app, ANA);
    let reviews = vec![NewReview {
        reason: interpret::GENOTYPE_DIFFERS.to_owned(),
        patient: Some(model::PatientId::new("ana-example")),
        text: "tests of this person do not agree".to_owned(),
        problems: vec![Problem::warning("genotype-differs", "CYP2C19", "*1/*1 and *2/*2")],
        ..NewReview::default()
    }];
    let commit = Commit { reviews, ..Commit::default() };
    let review = app.record.commit(&access(Role::Interface), commit).unwrap().reviews.remove(0);
    let page = app.get(REVIEWER, "/inbox").await.text();
    for part in ["Tests of this person do not agree", "*1/*1 and *2/*2", "laboratory reviewers"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(page.contains("<dt>Patient</dt><dd>ana-example</dd>"), "{page}");
    assert!(!page.contains("<dt>Feed</dt>"), "{page}");
    let text = "the second specimen was another person's; the laboratory corrects it";
    let closed = [("action", "dismiss"), ("review", review.as_str()), ("text", text)];
    assert_eq!(post(&app, REVIEWER, &closed).await.header("location"), "/inbox?done=aside");
    assert_eq!(open(&app), 0);
}

#[tokio::test]
async fn an_entry_about_a_message_that_is_filed_is_closed_and_the_message_stays() {
    let app = app();
    let filed = receive(&app, ANA).id;
    for reason in ["merged", "unmerged", "ambiguous"] {
        let (reason, raw) = (reason.to_owned(), Some(filed.clone()));
        let reviews = vec![NewReview { reason, raw, ..NewReview::default() }];
        let commit = Commit { reviews, ..Commit::default() };
        let review = app.record.commit(&access(Role::Interface), commit).unwrap().reviews.remove(0);
        let aside = [("action", "dismiss"), ("review", review.as_str()), ("text", "looked at")];
        assert_eq!(post(&app, ANALYST, &aside).await.status, 403);
        let done = post(&app, REVIEWER, &aside).await;
        assert_eq!(done.header("location"), "/inbox?done=aside");
        assert_eq!((open(&app), summary(&app, &filed).state), (0, RawState::Filed));
        assert_eq!(post(&app, REVIEWER, &aside).await.status, 412);
    }
}

#[tokio::test]
async fn entries_that_two_opened_at_once_are_closed_together() {
    let app = app();
    let twice = |raw: &RawId| {
        for _ in 0..2 {
            let (reason, raw) = ("unmatched".to_owned(), Some(raw.clone()));
            let entry = NewReview { reason, raw, ..NewReview::default() };
            app.record.open_review(&access(Role::LaboratoryReviewer), entry).unwrap();
        }
    };
    let early = receive(&app, &ANA.replace("100001", "200007"));
    twice(&early.id);
    let never = receive(&app, &ANA.replace("100001", "999999").replace("0117", "0500"));
    twice(&never.id);
    assert_eq!(open(&app), 6);
    let aside = [("action", "dismiss"), ("raw", never.id.as_str()), ("text", "not ours")];
    assert_eq!(post(&app, REVIEWER, &aside).await.status, 303);
    assert_eq!(open(&app), 3);
    number_becomes_known(&app).await;
    let retry = [("action", "retry"), ("raw", early.id.as_str())];
    let done = post(&app, ANALYST, &retry).await;
    assert_eq!(done.header("location"), "/console/errors?done=filed");
    assert_eq!(open(&app), 0);
}

#[tokio::test]
async fn a_note_says_what_was_asked_and_only_who_works_here_is_given_anything() {
    let app = app();
    receive(&app, &with_local_code());
    let review = app.record.reviews(&access(Role::Interface), true).unwrap()[0].id.clone();
    let map = |loinc: &'static str| {
        let said = [("action", "map"), ("review", review.as_str()), ("loinc", loinc)];
        let code = [("feed", "north"), ("system", "NORTH"), ("code", "GT")];
        said.into_iter().chain(code).collect::<Vec<_>>()
    };
    let notes = || {
        let entry = app.record.review(&access(Role::Interface), &review).unwrap().unwrap();
        entry.notes.into_iter().map(|note| note.text).collect::<Vec<_>>()
    };
    assert_eq!(post(&app, ANALYST, &map("84413-5")).await.status, 422);
    assert!(notes().is_empty(), "nothing was mapped: {:?}", notes());
    let give = [("action", "give"), ("review", review.as_str()), ("to", "laboratory-reviewer")];
    assert_eq!(post(&app, ANALYST, &give).await.status, 303);
    let operator = access(Role::Operator);
    app.record.set_account_disabled(&operator, "laboratory-reviewer", true).unwrap();
    assert_eq!(post(&app, ANALYST, &give).await.status, 422);
    assert_eq!(post(&app, ANALYST, &map("84413-4")).await.status, 303);
    assert_eq!(notes(), ["asks to map `GT` of `NORTH` to LOINC 84413-4"]);
}
