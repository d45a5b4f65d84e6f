//! That a record was merged with others of the same person.

use crate::path;
use maud::{Markup, html};
use model::id::PatientId;
use model::patient::Links;

/// Nothing for a record that was never merged.
pub(super) fn notice(links: &Links) -> Markup {
    html! {
        @if let Some(stays) = &links.replaced_by {
            p.card role="status" {
                "This record was merged into another one of the same person: "
                a href=(path::patient(stays)) { "record " (stays) } ". What was filed here counts "
                "there; orders belong there."
            }
        }
        @if !links.replaces.is_empty() {
            p.card role="status" {
                "What was filed in other records of this person, merged into this one, counts "
                "here: " (records(&links.replaces)) "."
            }
        }
    }
}

fn records(of: &[PatientId]) -> Markup {
    html! {
        @for (at, one) in of.iter().enumerate() {
            @if at > 0 { ", " }
            a href=(path::patient(one)) { "record " (one) }
        }
    }
}
