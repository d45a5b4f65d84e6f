//! What is sent in fewer bytes, and what is not because its length would tell something.

use crate::app::{Answer, CLIENT, PRESCRIBER, TestApp, Who};
use flate2::read::GzDecoder;
use std::io::Read as _;

const ANA: &str = "/patients/ana-example";

async fn ask(app: &TestApp, who: Who, uri: &str, headers: &[(&str, &str)]) -> Answer {
    let call = app.call("GET", uri).by(who).header("accept-encoding", "gzip, deflate, br");
    headers.iter().fold(call, |call, (name, value)| call.header(name, value)).send().await
}

#[track_caller]
fn unpacked(answer: &Answer) -> Vec<u8> {
    assert_eq!(answer.header("content-encoding"), "gzip");
    let mut bytes = Vec::new();
    GzDecoder::new(answer.body.as_slice()).read_to_end(&mut bytes).unwrap();
    bytes
}

/// BREACH needs a page that another site makes the browser ask for, with something in it that the
/// other site chose, and the length of the answer.
#[tokio::test]
async fn a_page_is_compressed_only_if_no_other_site_had_it_asked_for() {
    let app = TestApp::with_result();
    let asked = format!("{ANA}?drug=clopidogrel");
    for (uri, site, expected) in [
        (ANA, Some("same-origin"), true),
        (ANA, Some("none"), true),
        (ANA, Some("cross-site"), false),
        (ANA, Some("same-site"), false),
        (ANA, Some("else"), false),
        // A browser that does not say has the cookie of the session with it.
        (ANA, None, false),
        // What is asked for stands on the page beside the form token.
        (&asked, Some("same-origin"), false),
    ] {
        let headers: Vec<_> = site.iter().map(|site| ("sec-fetch-site", *site)).collect();
        let answer = ask(&app, PRESCRIBER, uri, &headers).await;
        assert_eq!(answer.status, 200, "{uri} {site:?}");
        assert_eq!(answer.header("vary"), "accept-encoding", "{uri} {site:?}");
        let is_compressed = answer.headers.contains_key("content-encoding");
        assert_eq!(is_compressed, expected, "{uri} {site:?}");
        let text = if expected { unpacked(&answer) } else { answer.body.clone() };
        assert!(String::from_utf8(text).unwrap().contains("EXAMPLE, Ana"), "{uri} {site:?}");
    }
    let plain = app.call("GET", ANA).by(PRESCRIBER).header("sec-fetch-site", "same-origin");
    assert!(plain.send().await.text().contains("EXAMPLE, Ana"), "not asked for, not compressed");
}

#[tokio::test]
async fn data_is_compressed_for_services_and_for_no_other_site() {
    let app = TestApp::with_result();
    let uri = "/fhir/Observation?patient=ana-example";
    let service = ask(&app, CLIENT, uri, &[]).await;
    let bundle: serde_json::Value = serde_json::from_slice(&unpacked(&service)).unwrap();
    assert_eq!(bundle["resourceType"], "Bundle");
    let foreign = ask(&app, PRESCRIBER, uri, &[("sec-fetch-site", "cross-site")]).await;
    assert_eq!((foreign.status.as_u16(), foreign.header("content-encoding")), (200, ""));
    // A version has a weak tag, which names it in either form.
    let read = ask(&app, CLIENT, "/fhir/Patient/ana-example", &[]).await;
    assert!(read.header("etag").starts_with("W/\""), "{:?}", read.headers);
    let outcome = ask(&app, CLIENT, "/fhir/Patient/nobody", &[]).await;
    assert_eq!(outcome.outcome(404)["code"], "not-found");
}

#[tokio::test]
async fn what_everybody_may_have_is_compressed_for_everybody() {
    let app = TestApp::empty();
    let sheet = web::asset_path("cognate.css");
    let plain = app.get(Who::Nobody, &sheet).await;
    for site in ["same-origin", "cross-site"] {
        let answer = ask(&app, PRESCRIBER, &sheet, &[("sec-fetch-site", site)]).await;
        assert_eq!(unpacked(&answer), plain.body, "{site}");
        assert_eq!(answer.header("vary"), "accept-encoding", "or a cache mixes them up");
        assert_eq!(answer.header("content-type"), plain.header("content-type"));
        assert!(answer.header("cache-control").contains("immutable"));
    }
    let range = ask(&app, Who::Nobody, &sheet, &[("range", "bytes=0-9")]).await;
    assert_eq!(range.header("content-encoding"), "", "a part is a part of what is not compressed");
    let call = app.call("HEAD", &sheet).header("accept-encoding", "gzip");
    let head = call.send().await;
    assert_eq!((head.status.as_u16(), head.header("content-encoding")), (200, "gzip"));
    assert!(head.body.is_empty() && head.header("content-length").is_empty(), "{head:?}");
    let refused = app.call("GET", &sheet).header("accept-encoding", "gzip;q=0, br").send().await;
    assert_eq!(refused.body, plain.body);
}
