//! The operations themselves: a request and what is known of a patient in, an answer out.

mod coverage;
mod haplotype;
mod implication;
mod marks;
mod population;
mod reach;
mod select;
mod study;
mod variant;

pub use marks::{Counted, CountedItem, Mark, Numbers, Said, Sets, Studied, Taken, count, marks};
pub use population::{Counts, Found, Population, Threshold};
pub use reach::{Reach, reach};

use crate::answer::{Fault, Part};
use crate::asked::{Asked, Contract, Operation};
use crate::finding::Dossier;
use crate::lift::LiftOver;
use select::View;

/// What an answer may be made with.
#[derive(Clone, Copy, Debug)]
pub struct Tools<'a> {
    /// The way to the other build, if the operator has set one up.
    pub lift_over: Option<&'a dyn LiftOver>,
    /// Whose contract the caller expects.
    pub contract: Contract,
}

/// The answer of an operation about one patient.
///
/// # Errors
/// What cannot be answered without a chain file or a transcript.
pub fn answer(
    operation: &Operation,
    asked: &Asked,
    dossier: &Dossier,
    tools: Tools<'_>,
) -> Result<Vec<Part>, Fault> {
    let view = View::new(dossier, asked, tools);
    match operation.name {
        "find-subject-variants" => variant::in_ranges(&view),
        "find-subject-specific-variants" => variant::specific(&view),
        "find-subject-structural-intersecting-variants" => {
            variant::structural(&view, variant::Overlap::Intersecting)
        }
        "find-subject-structural-subsuming-variants" => {
            variant::structural(&view, variant::Overlap::Subsuming)
        }
        "find-subject-haplotypes" => Ok(haplotype::of_genes(&view)),
        "find-subject-specific-haplotypes" => Ok(haplotype::specific(&view)),
        "find-subject-tx-implications" => {
            implication::answer(&view, implication::Kind::Therapeutic)
        }
        "find-subject-dx-implications" => implication::answer(&view, implication::Kind::Diagnostic),
        "find-subject-molecular-consequences" => {
            implication::answer(&view, implication::Kind::Consequence)
        }
        "find-study-metadata" => Ok(study::answer(&view)),
        other => Err(Fault::invalid(other, "is not about one patient")),
    }
}

#[cfg(test)]
mod tests;
