//! The profile of a tumour out of a patient's resources.

use formats::fhir::tumor::reported_tumors;
use model::Problem;
use serde_json::Value;
use tumor::normalise::{Normaliser, Panels};
use tumor::{Genes, TumorProfile};

pub use formats::fhir::tumor::TYPES as TUMOR_RESOURCE_TYPES;

/// One profile for each report of a tumour among a patient's current resources, however they came
/// in (HL7 v2, FHIR, a laboratory's file): what was found, what was tested, what was measured, each
/// with the resource that says so.
///
/// `resources` are those of one patient, of the types of [`TUMOR_RESOURCE_TYPES`]; what is not
/// final is left out with a note, and a report that was taken back is a withdrawn profile without
/// findings. A result that no report holds is a profile of its own, which covers nothing.
/// [`tumor::TumorView::of`] puts the profiles together. Pure: the same resources, names and panels
/// give the same profiles in the same order.
pub fn tumor_profiles(
    resources: &[Value],
    genes: &Genes,
    panels: &Panels,
) -> (Vec<TumorProfile>, Vec<Problem>) {
    let (reported, mut problems) = reported_tumors(resources);
    let mut normaliser = Normaliser::new(genes, panels);
    let mut profiles = Vec::with_capacity(reported.len());
    for tumor in &reported {
        let (profile, noticed) = normaliser.profile(tumor);
        problems.extend(noticed);
        profiles.push(profile);
    }
    (profiles, problems)
}
