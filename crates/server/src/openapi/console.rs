//! What the routes of the console take and answer.

use super::table::{Answer, Body, Row, open, page};
use Answer::{Nothing, Of};
use Body::Form;

const FILTERS: &[&str] =
    &["feed", "state", "type", "control", "since", "until", "patient", "before"];
const DEED: &[&str] =
    &["csrf", "action", "raw", "review", "text", "to", "feed", "system", "code", "loinc"];

pub(super) const TABLE: &[Row] = &[
    open("/metrics", "Counts for monitors", &[(200, Of("text/plain"))], &[]),
    page("GET", "/console", "The feeds and how they stand"),
    page("GET", "/console/feeds/{id}", "A feed, its traffic and its profile"),
    page("GET", "/console/messages", "Archived messages").asking(FILTERS),
    page("GET", "/console/messages/{id}", "A message: bytes, parts, what it comes to"),
    page("GET", "/console/messages/{id}/bytes", "The bytes of a message as they came")
        .answering(&[(200, Of("application/octet-stream")), (303, Nothing)]),
    page("GET", "/console/errors", "What failed on its way in").asking(&["done"]),
    page("POST", "/console/errors", "Do something with an item that waits")
        .taking(Form(DEED))
        .refusing(&[400, 403, 404, 409, 412, 413, 422]),
    page("GET", "/console/replay", "Form that reads archived messages again"),
    page("POST", "/console/replay", "Show what reading again changes, or do it")
        .taking(Form(&["csrf", "feed", "since", "action"]))
        .refusing(&[400, 403, 404, 413, 422]),
    page("GET", "/console/try", "Form that tries a file"),
    page("POST", "/console/try", "Say what a file comes to; nothing is filed")
        .taking(Body::Upload(&["csrf", "feed", "file"]))
        .refusing(&[400, 403, 404, 413, 422]),
    page("GET", "/inbox", "What waits for who answers for results").asking(&["done", "keys"]),
    page("GET", "/patients/{id}/sources/{raw}", "The message that results of a patient came from"),
];
