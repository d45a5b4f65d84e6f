//! The access log of a patient.

use crate::sample;
use model::id::PatientId;
use model::time::Timestamp;
use web::view::{AccessLogView, AccessRow};

fn row(who: &str) -> AccessRow {
    AccessRow {
        at: Timestamp::from_micros(1_767_225_600_000_000),
        who: who.to_owned(),
        role: "prescriber".to_owned(),
        application: None,
        what: "Read results".to_owned(),
        purpose: "Care".to_owned(),
        is_refused: false,
        disclosed: None,
    }
}

fn view(rows: Vec<AccessRow>) -> AccessLogView {
    let session = sample::patients().session;
    AccessLogView { session, patient: PatientId::new("a/b"), rows, older: None }
}

#[test]
fn it_says_when_who_what_and_what_for() {
    let refused = AccessRow {
        is_refused: true,
        application: Some("App".to_owned()),
        disclosed: Some(("Registry".to_owned(), "45 CFR 164.512(b)".to_owned())),
        ..row("Dr. B")
    };
    let mut shown = view(vec![row("Dr. <A>"), refused]);
    shown.older = Some("1-2".to_owned());
    let text = web::access_log(&shown);
    for part in [
        "01-Jan-2026 00:00 UTC",
        "Dr. &lt;A&gt;",
        "Prescriber",
        "Care",
        "Refused: ",
        "through App",
        "given to Registry (45 CFR 164.512(b))",
        "href=\"/patients/a%2Fb/access?before=1-2\"",
        "scope=\"col\"",
        "<caption>",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("<script") && !text.contains(" style="));
}

#[test]
fn an_empty_log_says_so() {
    assert!(web::access_log(&view(vec![])).contains("Nothing is noted here."));
}
