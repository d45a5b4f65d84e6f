//! What waits for a privacy officer, through the pages.

use crate::app::{PRESCRIBER, TestApp, Who, access};
use record::{Looked, ReviewFacts, ReviewRules, Role};
use server::token_digest;

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
