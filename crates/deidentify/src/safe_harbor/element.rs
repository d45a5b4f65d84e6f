//! In which form an element passes.

use serde_json::{Value, json};

/// An element of a type, and the form in which it passes.
pub(super) type Element = (&'static str, Form);

/// In which form an element passes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// A word, if it is one of these.
    Words(&'static [&'static str]),
    /// A CodeableConcept: codes of known systems, without texts.
    Concept,
    /// The same of one Coding.
    Coding,
    /// A Quantity, Age or Duration: number and unit; ages of 90 and more are one class.
    Quantity,
    /// Numerator and denominator.
    Ratio,
    /// Low and high; also of ages.
    Range,
    /// A whole number.
    Integer,
    /// Yes or no.
    Flag,
    /// The year of a date.
    Year,
    /// The year of birth, or that it is at least 90 years ago.
    BirthYear,
    /// The years of a beginning and an end.
    Period,
    /// A reference to a resource of a type that passes, by its pseudonym.
    Reference,
    /// State and first digits of the ZIP code.
    Address,
    /// A sequence of bases; passes with genotypes only.
    Bases,
    /// Elements of its own.
    Parts(&'static [Element]),
}

/// What stands for a required element that did not pass; `None` where nothing can.
pub(super) fn masked(elements: &[Element], name: &str) -> Option<Value> {
    let (_, form) = elements.iter().find(|(known, _)| *known == name)?;
    let coding = json!({
        "system": "http://terminology.hl7.org/CodeSystem/data-absent-reason",
        "code": "masked",
    });
    match form {
        Form::Concept => Some(json!({"coding": [coding]})),
        Form::Coding => Some(coding),
        _ => None,
    }
}
