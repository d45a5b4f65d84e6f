//! Measurements by the names that files have for them.

use crate::biomarker::{Biomarker, BiomarkerKind, Level};
use crate::profile::TumorProfile;
use model::Problem;
use model::tumor::ReportedBiomarker;
use std::collections::BTreeSet;

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
        "hrd" => BiomarkerKind::HomologousRecombination,
        "loh" => BiomarkerKind::LossOfHeterozygosity,
        "pd-l1" | "pdl1" => BiomarkerKind::PdL1,
        "tumor-fraction" => BiomarkerKind::TumorFraction,
        "ploidy" => BiomarkerKind::Ploidy,
        "1p19q" => BiomarkerKind::Codeletion1p19q,
        "mgmt" => BiomarkerKind::MgmtMethylation,
        "hpv" => BiomarkerKind::Papillomavirus,
        "ebv" => BiomarkerKind::EpsteinBarrVirus,
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
    let mut found = if let Some(level) = Level::parse(kind, text) {
        Biomarker::of_level(kind, level, text)
    } else if let Some(value) = text.parse().ok().filter(|value: &f64| value.is_finite()) {
        let written = [Some(text), row.unit.as_deref(), row.level.as_deref()];
        let written: Vec<&str> = written.into_iter().flatten().collect();
        Biomarker::of_value(kind, value, written.join(" "))
    } else {
        let text = format!("{}: `{text}` is no result that is understood", kind.words());
        problems.push(Problem::note("measure-not-read", place, text));
        return;
    };
    let word = row.level.as_deref().and_then(|level| Level::parse(kind, level));
    found.level = found.level.or(word);
    found.method.clone_from(&row.method);
    found.clone.clone_from(&row.clone);
    found.cut_off.clone_from(&row.cut_off);
    found.date = row.date;
    found.source.clone_from(&row.source);
    if kind == BiomarkerKind::TumorFraction {
        profile.tumor_fraction_percent = profile.tumor_fraction_percent.or(found.value);
    }
    profile.biomarkers.push(found);
}

/// Makes one of a number and the laboratory's word for it, where a report has them apart. Of
/// several numbers or words of a kind, nobody knows which belong together.
pub(super) fn join(profile: &mut TumorProfile) {
    let kinds: BTreeSet<BiomarkerKind> = profile.biomarkers.iter().map(|one| one.kind).collect();
    for kind in kinds {
        let of_kind = |one: &&Biomarker| one.kind == kind;
        let mine: Vec<&Biomarker> = profile.biomarkers.iter().filter(of_kind).collect();
        let [one, other] = mine.as_slice() else { continue };
        let (number, word) = if one.value.is_some() { (*one, *other) } else { (*other, *one) };
        let apart = number.value.is_some()
            && number.level.is_none()
            && word.value.is_none()
            && number.clone == word.clone
            && (number.method == word.method || word.method.is_none() || number.method.is_none());
        if !apart {
            continue;
        }
        let joined = Biomarker {
            level: word.level,
            method: number.method.clone().or_else(|| word.method.clone()),
            cut_off: number.cut_off.clone().or_else(|| word.cut_off.clone()),
            reported: format!("{} {}", number.reported, word.reported),
            ..number.clone()
        };
        profile.biomarkers.retain(|one| one.kind != kind);
        profile.biomarkers.push(joined);
    }
}
