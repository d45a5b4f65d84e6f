//! What the routes about one trial for one patient take and answer.

use super::table::{Body, Row, page};
use Body::Form;

/// A form that is not taken is answered with the page, and why.
const REFUSALS: &[u16] = &[400, 403, 404, 409, 412, 413, 415, 422];

pub(super) const TABLE: &[Row] = &[
    page("GET", "/patients/{id}/trials/{trial}", "What people make of a trial for a patient")
        .refusing(&[404]),
    page("POST", "/patients/{id}/trials/{trial}", "Decide about a trial for a patient")
        .taking(Form(&["csrf", "version", "status", "cohort", "note"]))
        .refusing(REFUSALS),
    page("POST", "/patients/{id}/trials/{trial}/tasks", "Ask for something to be found out")
        .taking(Form(&["csrf", "fact", "other", "owner", "due"]))
        .refusing(REFUSALS),
    page("POST", "/patients/{id}/trials/{trial}/tasks/{task}", "Say what became of that")
        .taking(Form(&["csrf", "version", "status", "note"]))
        .refusing(REFUSALS),
];
