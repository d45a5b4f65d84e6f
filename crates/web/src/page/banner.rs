//! The patient's banner: identity always in view, each label lighter than its value.

use super::words;
use crate::view::{Identity, Known};
use maud::{Markup, html};
use model::time::PartialDate;

/// The banner. `heading`: whether the name is the page's heading.
pub(super) fn banner(
    identity: &Identity,
    allergies: &Known<Vec<String>>,
    today: PartialDate,
    heading: bool,
) -> Markup {
    let name = words::name(identity);
    html! {
        section.patient-banner aria-label="Patient" {
            @if heading { h1.patient-name { (name) } } @else { p.patient-name { (name) } }
            dl.patient-facts {
                (fact("Sex", words::sex(identity.sex)))
                (fact("Born", &words::born(identity.born, today)))
                (fact("MRN", words::mrn(identity)))
                (fact("Allergies", &allergy_words(allergies)))
            }
        }
    }
}

fn fact(label: &str, value: &str) -> Markup {
    html! { div { dt { (label) } dd { (value) } } }
}

fn allergy_words(allergies: &Known<Vec<String>>) -> String {
    match allergies {
        Known::Absent(absence) => absence.words().to_owned(),
        Known::Value(list) if list.is_empty() => "none known".to_owned(),
        Known::Value(list) => list.join(", "),
    }
}
