//! What makes a result the same result when it comes again.

use super::Context;
use crate::part_id::PartIds;
use formats::hl7v2::oru::{OrderGroup, Oru};

/// The parts a result is known by: filler number with its namespace, else placer, service and
/// specimen. A result that has no number at all is known by its message alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ResultIdentity(Vec<String>);

impl ResultIdentity {
    pub(super) fn of(oru: &Oru, order: &OrderGroup, place: usize, context: &Context<'_>) -> Self {
        let number = order.filler.as_ref().or(order.placer.as_ref());
        let number = match number {
            Some(number) => {
                let of = if order.filler.is_some() { "filler" } else { "placer" };
                vec![of.to_owned(), number.authority.clone(), number.value.clone()]
            }
            None => vec!["message".to_owned(), oru.control_id.clone(), place.to_string()],
        };
        let service = order.service.coding.first().map(|coding| coding.code.clone());
        let specimen = order.specimens.first().and_then(|s| s.identifiers.first());
        let mut parts =
            vec![context.tenant.to_string(), context.feed.to_owned(), context.patient.to_string()];
        parts.extend(number);
        parts.push(service.unwrap_or_default());
        parts.push(specimen.map(|number| number.value.clone()).unwrap_or_default());
        Self(parts)
    }

    /// Of several orders with one identity in a message each is a result of its own.
    pub(super) fn repeated(mut self, before: usize) -> Self {
        if before > 0 {
            self.0.push(format!("repeated {before}"));
        }
        self
    }

    /// The ids of its resources.
    pub(super) fn ids(self, context: &Context<'_>) -> PartIds {
        PartIds::new(self.0, context.former)
    }
}
