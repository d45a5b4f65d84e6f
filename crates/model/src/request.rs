//! What was asked for: tests that are ordered.

use crate::code::CodeableConcept;
use crate::time::PartialDate;
use serde::{Deserialize, Serialize};

/// An order for a test, of any kind: whether it is one for a gene is seen from its words and codes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestOrder {
    /// What is to be done, in every code that was sent: the service, then its details.
    pub services: Vec<CodeableConcept>,
    /// FHIR `request-status`, as sent.
    pub status: String,
    /// FHIR `request-intent`, as sent.
    pub intent: String,
    /// The day it was ordered, as far as it is known.
    pub authored: Option<PartialDate>,
}

impl TestOrder {
    /// Whether somebody has been asked to do it and it is not known to be done: a draft, a plan or
    /// a proposal is no order.
    pub fn is_open(&self) -> bool {
        let asked = ["order", "original-order", "reflex-order", "filler-order", "instance-order"];
        self.status == "active" && asked.contains(&self.intent.as_str())
    }
}

/// A gene test that was ordered and has no result yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingTest {
    /// HGNC symbol.
    pub gene: String,
    /// Since when, as far as it is known.
    pub since: Option<PartialDate>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_active_order_is_open() {
        for (status, intent, open) in [
            ("active", "order", true),
            ("active", "filler-order", true),
            ("active", "proposal", false),
            ("active", "plan", false),
            ("draft", "order", false),
            ("completed", "order", false),
            ("revoked", "order", false),
            ("on-hold", "order", false),
        ] {
            let order =
                TestOrder { status: status.into(), intent: intent.into(), ..TestOrder::default() };
            assert_eq!(order.is_open(), open, "{status} {intent}");
        }
    }
}
