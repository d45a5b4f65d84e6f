//! What waits for a privacy officer, through the pages.

use crate::app::{PRESCRIBER, TestApp, Who, access};
use record::{CheckpointKey, Looked, ReviewFacts, ReviewRules, Role, read_certificate};
use server::{Erasing, token_digest};

const OFFICER: Who = Who::Person(Role::PrivacyOfficer);
const LOG: &str = "/patients/ana-example/access";

/// One patient is more than these rules let pass.
fn look(app: &TestApp) -> u64 {
    let rules = ReviewRules { patients_per_day_max: 0, ..ReviewRules::default() };
    let engine = access(Role::Engine);
    let Looked { filed, .. } =
        app.record.look_for_snooping(&engine, &ReviewFacts::default(), &rules).unwrap();
    filed
}

async fn answer(app: &TestApp, uri: &str, token: &str, answer: &str, text: &str) -> u16 {
    let pairs = [("csrf", token), ("answer", answer), ("text", text)];
    app.call("POST", uri).by(OFFICER).form(&pairs).send().await.status.as_u16()
}

#[tokio::test]
async fn a_finding_waits_until_it_is_answered_in_words() {
    let app = TestApp::with_result();
    assert!(app.get(OFFICER, "/privacy").await.text().contains("Nothing is here"));
    assert_eq!(app.get(PRESCRIBER, "/patients/ana-example").await.status, 200);
    assert_eq!(look(&app), 1);
    let page = app.get(OFFICER, "/privacy").await.text();
    assert!(page.contains("Read more patients than usual") && !page.contains("Overdue"), "{page}");
    // What is about a patient here is the id, and leads to who has looked at the record.
    assert!(page.contains(&format!("href=\"{LOG}\"")) && !page.contains("EXAMPLE"));
    let id = page.split_once("/privacy/findings/").unwrap().1.split_once('"').unwrap().0;
    let uri = format!("/privacy/findings/{id}");
    let token = token_digest("form:session-privacy-officer");
    for (token, words, text, status) in [
        ("guess", "explained", "on duty", 403),
        (&token, "fine", "on duty", 422),
        (&token, "explained", "  ", 400),
        (&token, "explained", "on duty <b>", 303),
        (&token, "confirmed", "or not", 412),
    ] {
        assert_eq!(answer(&app, &uri, token, words, text).await, status, "{words} {text}");
    }
    assert!(app.get(OFFICER, "/privacy").await.text().contains("Nothing is here"));
    let list = app.get(OFFICER, "/privacy/findings").await.text();
    assert!(list.contains("Explained") && list.contains("on duty &lt;b&gt;"), "{list}");
    assert_eq!(look(&app), 0);
}

#[tokio::test]
async fn it_turns_overdue_by_the_clock() {
    let app = TestApp::with_result();
    app.get(PRESCRIBER, "/patients/ana-example").await;
    assert_eq!(look(&app), 1);
    for (hours, is_overdue) in [(24 * record::FINDING_DAYS - 1, false), (2, true)] {
        app.wait_hours(hours);
        app.people();
        let page = app.get(OFFICER, "/privacy").await;
        assert_eq!(page.text().contains("Overdue"), is_overdue, "{hours}");
    }
}

#[tokio::test]
async fn the_officer_is_led_to_pages_that_the_officer_may_see() {
    let app = TestApp::with_result();
    app.get(PRESCRIBER, "/patients/ana-example").await;
    look(&app);
    for start in ["/", "/patients"] {
        let mut at = start.to_owned();
        let mut hops = 0;
        let page = loop {
            let answer = app.get(OFFICER, &at).await;
            if answer.status != 303 {
                break answer;
            }
            at = answer.headers["location"].to_str().unwrap().to_owned();
            hops += 1;
            assert!(hops < 4, "{at}");
        };
        assert_eq!((page.status.as_u16(), at.as_str()), (200, "/privacy"));
        let text = page.text();
        let links: Vec<&str> = text
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| Some(rest.split_once('"')?.0))
            .collect();
        assert!(links.contains(&LOG) && !links.contains(&"/patients"), "{links:?}");
        for link in links.into_iter().filter(|link| link.starts_with('/')) {
            let status = app.get(OFFICER, link).await.status.as_u16();
            assert!([200, 303].contains(&status), "{link}: {status}");
        }
    }
    // Everybody else begins where they did, and does not see the queue.
    assert_eq!(app.get(PRESCRIBER, "/patients").await.status, 200);
    assert!(!app.get(PRESCRIBER, "/patients").await.text().contains("/privacy"));
    assert_eq!(app.get(PRESCRIBER, "/privacy").await.status, 403);
}

async fn submit(app: &TestApp, uri: &str, more: &[(&str, &str)]) -> crate::app::Answer {
    let token = token_digest("form:session-privacy-officer");
    let form = [&[("csrf", token.as_str())], more].concat();
    app.call("POST", uri).by(OFFICER).form(&form).send().await
}

#[tokio::test]
async fn a_patient_is_erased_by_a_page_with_a_certificate() {
    const ERASURE: &str = "/privacy/erasure";
    let mut app = TestApp::with_result();
    assert!(app.get(OFFICER, ERASURE).await.text().contains("no place for certificates"));
    let whole = [("patient", "ana-example"), ("again", "ana-example"), ("reason", "asked <for>")];
    assert_eq!(submit(&app, ERASURE, &whole).await.status, 501);
    let certificates = tempfile::tempdir().unwrap();
    let key = certificates.path().join("key");
    let verifier = CheckpointKey::open(&key).unwrap().verifier();
    app.erase_to(Erasing::new(certificates.path(), CheckpointKey::open(&key).unwrap()));
    for (changed, to, status) in [
        ("again", "ana-exampl", 422),
        ("again", "", 422),
        ("reason", "  ", 422),
        ("patient", "", 422),
    ] {
        let form = whole.map(|(name, value)| (name, if name == changed { to } else { value }));
        assert_eq!(submit(&app, ERASURE, &form).await.status, status, "{changed}");
    }
    let nobody = [("patient", "nobody"), ("again", "nobody"), ("reason", "asked for")];
    assert_eq!(submit(&app, ERASURE, &nobody).await.status, 404);
    assert_eq!(std::fs::read_dir(certificates.path()).unwrap().count(), 1, "the key alone");
    assert_eq!(app.get(PRESCRIBER, "/patients/ana-example").await.status, 200);
    let erased = submit(&app, ERASURE, &whole).await;
    assert_eq!(erased.status, 200, "{}", erased.text());
    assert!(erased.text().contains("asked &lt;for&gt;"), "{}", erased.text());
    assert_eq!(app.get(PRESCRIBER, "/patients/ana-example").await.status, 404);
    let files = std::fs::read_dir(certificates.path()).unwrap().map(|one| one.unwrap().path());
    let file = files.into_iter().find(|path| *path != key).unwrap();
    let name = file.file_name().unwrap().to_str().unwrap();
    assert!(erased.text().contains(name));
    let note = std::fs::read_to_string(&file).unwrap();
    let certificate = read_certificate(&note, &[verifier]).unwrap();
    assert_eq!(certificate.patient, "ana-example");
    assert_eq!(certificate.actor, "account:privacy-officer");
    // What was proven long ago is no proof.
    app.wait_minutes(6);
    let ben = [("patient", "ben-sample"), ("again", "ben-sample"), ("reason", "asked for")];
    for answer in [app.get(OFFICER, ERASURE).await, submit(&app, ERASURE, &ben).await] {
        assert_eq!(answer.header("location"), "/step-up?next=/privacy/erasure");
    }
    assert_eq!(app.get(PRESCRIBER, "/patients/ben-sample").await.status, 200);
}

#[tokio::test]
async fn data_is_let_go_by_a_person_on_a_page() {
    const RELEASES: &str = "/privacy/releases";
    let app = TestApp::new();
    assert!(app.get(OFFICER, RELEASES).await.text().contains("Nothing has left"));
    let said = |kind, persons, recipient, document| {
        [("kind", kind), ("persons", persons), ("recipient", recipient), ("document", document)]
    };
    for (form, status) in [
        (said("genomic", "many", "University", "D-1"), 422),
        (said("gossip", "200", "University", "D-1"), 422),
        (said("genomic", "200", " ", "D-1"), 422),
        (said("genomic", "200", "University", ""), 422),
        (said("genomic", "200", "University", "D-1"), 303),
        (said("attestation", "", "University", "D-2"), 303),
    ] {
        assert_eq!(submit(&app, RELEASES, &form).await.status, status, "{form:?}");
    }
    let officer = record::Access::new(
        crate::app::tenant(),
        "account:per",
        Role::PrivacyOfficer,
        record::Purpose::Operations,
        record::Scope::Tenant,
    );
    let noted = app.record.clearances(&officer, "University").unwrap();
    let by: Vec<&str> = noted.iter().map(|one| one.actor.as_str()).collect();
    assert_eq!(by, ["account:privacy-officer"; 2]);
    assert_eq!(noted[1].transfer, record::Transfer::Attestation);
    app.wait_minutes(6);
    let late = submit(&app, RELEASES, &said("genomic", "900", "University", "D-3")).await;
    assert_eq!(late.header("location"), "/step-up?next=/privacy/releases");
}
