//! Measurements by the names that files have for them.

use crate::biomarker::{Biomarker, BiomarkerKind, Level};
use crate::profile::TumorProfile;
use model::Problem;
use model::tumor::ReportedBiomarker;

/// What a file's name of a measurement means.
fn kind(name: &str) -> Option<BiomarkerKind> {
    Some(match name.to_ascii_lowercase().as_str() {
        "tmb" => BiomarkerKind::TumorMutationalBurden,
        "msi" | "ms" => BiomarkerKind::MicrosatelliteInstability,
        "mmr-ihc" => BiomarkerKind::MismatchRepair,
        "mmr" | "msi-mmr" => BiomarkerKind::InstabilityOrRepair,
        "her2" => BiomarkerKind::Her2,
        "er" => BiomarkerKind::EstrogenReceptor,
        "pr" => BiomarkerKind::ProgesteroneReceptor,
        "apobec" => BiomarkerKind::ApobecSignature,
        "pole" => BiomarkerKind::PoleSignature,
        "tobacco" => BiomarkerKind::TobaccoSignature,
        "temozolomide" => BiomarkerKind::TemozolomideSignature,
        "uva" => BiomarkerKind::UltravioletSignature,
        _ => return None,
    })
}

/// Words for "nobody knows", which are no remark.
const NOTHING: [&str; 8] = [
    "",
    "na",
    "n/a",
    "[not available]",
    "[not applicable]",
    "[unknown]",
    "[not evaluated]",
    "unknown",
];

/// Adds a measurement. What is unknown, equivocal or not understood is no result.
pub(super) fn add(
    profile: &mut TumorProfile,
    row: &ReportedBiomarker,
    place: &str,
    problems: &mut Vec<Problem>,
) {
    let text = row.value.trim();
    if NOTHING.contains(&text.to_ascii_lowercase().as_str()) {
        return;
    }
    let Some(kind) = kind(&row.name) else {
        let text = format!("measurement `{}` is not understood; not used", row.name);
        problems.push(Problem::note("measure-not-known", place, text));
        return;
    };
    if let Some(level) = Level::parse(kind, text) {
        profile.biomarkers.push(Biomarker::of_level(kind, level, text));
    } else if let Some(value) = text.parse().ok().filter(|value: &f64| value.is_finite()) {
        profile.biomarkers.push(Biomarker::of_value(kind, value, text));
    } else {
        let text = format!("{}: `{text}` is no result that is understood", kind.words());
        problems.push(Problem::note("measure-not-read", place, text));
    }
}
