//! Orders for tests.

use super::Reader;
use crate::fhir::access::{self, text};
use model::fact::FactContent;
use model::reported::ResultStatus;
use model::request::TestOrder;
use model::specimen::Origin;
use serde_json::Value;

/// An order for a test. Whether it asks for a gene is for those who know genes.
pub(super) fn test_order(reader: &mut Reader<'_>) {
    let resource = reader.resource;
    if resource.get("doNotPerform").and_then(Value::as_bool) == Some(true) {
        return reader.note("do-not-perform", "doNotPerform", "an order not to do the test");
    }
    let mut services: Vec<_> = access::concept(resource, "code").into_iter().collect();
    services.extend(access::concepts(resource, "orderDetail"));
    if services.is_empty() {
        return;
    }
    let word = |name: &str| text(resource, name).unwrap_or("unknown").to_owned();
    let (status, intent) = (word("status"), word("intent"));
    let authored = access::date(resource, "authoredOn");
    if authored.is_none() && resource.get("authoredOn").is_some() {
        reader.warn("bad-date", "authoredOn", "the date cannot be read and is left out");
    }
    let finality = match status.as_str() {
        "active" | "on-hold" => ResultStatus::Registered,
        "completed" => ResultStatus::Final,
        "revoked" => ResultStatus::Cancelled,
        "entered-in-error" => ResultStatus::EnteredInError,
        _ => ResultStatus::Unknown,
    };
    let order = TestOrder { services, status, intent, authored };
    reader.push(finality, Origin::Unknown, FactContent::TestOrder(order));
}
