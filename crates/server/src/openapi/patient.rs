//! What the routes about one patient's life and genome take and answer.

use super::table::{Answer, Body, Row, begin, page};
use Answer::{Json, Of};
use Body::Form;

const PLACE: &[&str] = &["gene", "region", "build"];

pub(super) const TABLE: &[Row] = &[
    page("GET", "/patients/{id}/lifestyle", "Form that takes answers about lifestyle")
        .asking(&["on"]),
    page("POST", "/patients/{id}/lifestyle", "Keep answers about lifestyle")
        .taking(Form(&["csrf", "version", "on", "said-by"]))
        .refusing(&[400, 403, 404, 412, 413, 415, 422]),
    page("GET", "/patients/{id}/locus", "A place of a patient's genome")
        .asking(PLACE)
        .refusing(&[400, 403, 404, 422]),
    begin("GET", "/patients/{id}/locus/features", "What a browser of genomes draws of it")
        .asking(PLACE)
        .answering(&[(200, Json)])
        .refusing(&[400, 401, 403, 404, 422]),
    begin("GET", "/reference/{name}", "The operator's reference by ranges of bytes")
        .answering(&[(200, Of("text/plain")), (206, Of("text/plain"))])
        .refusing(&[400, 401, 403, 404, 416]),
];
