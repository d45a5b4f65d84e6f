//! The page of destinations.

use crate::sample::session;
use model::time::Timestamp;
use web::destinations;
use web::view::{DestinationRow, DestinationsView, ParkedRow};

fn view() -> DestinationsView {
    let at = Timestamp::from_micros(1_768_210_200_000_000);
    DestinationsView {
        session: session(),
        destinations: vec![DestinationRow {
            id: "ehr".to_owned(),
            failures: 3,
            failure: "no connection".to_owned(),
            retry_at: Some(at),
            queued: 5,
            parked: 1,
            ..DestinationRow::default()
        }],
        parked: vec![ParkedRow {
            destination: "ehr".to_owned(),
            number: 7,
            id: "id".to_owned(),
            event: "result.final".to_owned(),
            subject: "DiagnosticReport/<b>".to_owned(),
            recorded: at,
            attempts: 5,
            reason: "answered AE".to_owned(),
        }],
        has_more: false,
        error: None,
    }
}

#[test]
fn what_waits_is_shown_in_words_and_can_be_decided() {
    let page = destinations(&view());
    for part in ["Does not answer", "5 queued", "Answered AE", "value=\"skip\"", "&lt;b&gt;"] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let none = DestinationsView { destinations: vec![], parked: vec![], ..view() };
    let page = destinations(&none);
    assert!(page.contains("Nothing is sent on") && page.contains("Nothing is parked"), "{page}");
}
