//! The door of laboratories over HTTP: what is durable when it is answered, and what is refused.

use crate::app::{CLIENT, INTERFACE, TestApp, access, tenant};
use intake::Feed;
use intake::work::Worker;
use record::{RawState, Role};
use std::collections::BTreeMap;

const ANA: &str = include_str!("../../../../demo/messages/oru-pgx-ana.hl7");
const REPORT: &str = include_str!("../../../formats/tests/data/vendor/caris.json");
const ER7: &str = "application/hl7-v2+er7";

fn feed(id: &str) -> Feed {
    Feed::production(id, &tenant())
}

fn app() -> TestApp {
    let mut app = TestApp::new();
    let authorities = BTreeMap::from([("4711".to_owned(), "urn:oid:2.999.7".to_owned())]);
    app.use_feeds(vec![
        Feed { authorities, ..feed("north") },
        Feed { bytes_max: 100, ..feed("small") },
        Feed { in_flight_max: 0, ..feed("full") },
    ]);
    app
}

fn archived(app: &TestApp) -> usize {
    app.record.raw_list(&access(Role::Interface), None, 100).unwrap().len()
}

#[tokio::test]
async fn a_message_is_durable_when_it_is_answered() {
    let app = app();
    let send = |text: String| {
        app.call("POST", "/feeds/north").by(INTERFACE).header("content-type", ER7).bytes(text)
    };
    let before = archived(&app);
    let answer = send(ANA.to_owned()).send().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), ER7);
    assert!(answer.text().contains("MSA|AA|NSML-20260112-0117"), "{}", answer.text());
    let kept = app.record.raw_list(&access(Role::Interface), Some(RawState::Received), 9).unwrap();
    assert_eq!(kept[0].feed, "north");
    assert!(kept[0].peer.starts_with("http client:"), "{}", kept[0].peer);
    // Sent again: the same answer, nothing new.
    let again = send(ANA.to_owned()).send().await;
    assert_eq!((again.text(), archived(&app)), (answer.text(), before + 1));
    // A refusal is one for whoever looks at the status alone, too; it is kept as well.
    let refused = send(ANA.replace("|P|2.5.1", "|T|2.5.1")).send().await;
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("MSA|AR|") && refused.text().contains("202^"));
    assert_eq!(archived(&app), before + 2);
    let batch = send(format!("BHS|^~\\&|A\r{}\rBTS|1\r", ANA.replace("0117", "0120"))).send().await;
    assert_eq!(batch.status, 200);
    assert!(batch.text().starts_with("BHS|") && batch.text().ends_with("BTS|1\r"));
}

#[tokio::test]
async fn a_report_is_accepted_and_filed_from_the_archive() {
    let app = app();
    let send = || {
        let call = app.call("POST", "/feeds/north").by(INTERFACE);
        call.header("content-type", "application/json; charset=utf-8").bytes(REPORT).send()
    };
    let answer = send().await;
    assert_eq!(answer.status, 202);
    let raw = answer.json()["raw"].as_str().unwrap().to_owned();
    let feeds = vec![feed("north")];
    Worker::new(app.record.clone(), crate::app::pack(), feeds, &tenant()).work_off().unwrap();
    let again = send().await;
    assert_eq!(again.status, 200);
    assert_eq!(again.json()["raw"].as_str(), Some(raw.as_str()));
    // Nobody here is Mira.
    assert_eq!(again.json()["state"], "unmatched");
}

#[tokio::test]
async fn what_a_feed_does_not_take_is_refused_before_it_is_kept() {
    let app = app();
    let before = archived(&app);
    for (uri, who, media_type, body, status) in [
        ("/feeds/nobody", INTERFACE, ER7, ANA, 404),
        ("/feeds/north", CLIENT, ER7, ANA, 403),
        ("/feeds/north", INTERFACE, "application/pdf", ANA, 415),
        ("/feeds/north", INTERFACE, "application/json", "{\"resourceType\": \"Patient\"}", 400),
        ("/feeds/small", INTERFACE, ER7, ANA, 413),
        ("/feeds/full", INTERFACE, ER7, ANA, 503),
    ] {
        let call = app.call("POST", uri).by(who).header("content-type", media_type);
        let answer = call.bytes(body).send().await;
        assert_eq!(answer.status, status, "{uri} {media_type}: {}", answer.text());
        if status == 503 {
            assert_eq!(answer.header("retry-after"), "1");
        }
    }
    assert_eq!(archived(&app), before);
}
