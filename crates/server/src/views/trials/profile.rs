//! The tumour's profile out of what is known of the patient.

use super::source;
use interpret::matching::{Offers, Source, Sources, World};
use web::view::{GeneTestedRow, SourceLine, Sourced, TumorProfileView, TumorReportRow};

/// What is known of the tumour.
pub(super) fn profile(found: &Offers, world: &World) -> TumorProfileView {
    let patient = &found.facts.patient;
    let none = Sources::default();
    let sources = patient.sources.as_deref().unwrap_or(&none);
    let tree = world.types.tree();
    let types: Vec<&str> = patient.diagnoses.iter().map(|node| tree.name(*node)).collect();
    let diagnosis = match types.as_slice() {
        [] => "mapped to no type of OncoTree".to_owned(),
        types => types.join(" or "),
    };
    let has_diagnosis = !sources.diagnoses.is_empty();
    let performance = patient.ecog.map(|grade| format!("ECOG {grade}"));
    let old = sources.out_of_date.iter().find(|old| old.code.is_none());
    let performance = performance.or_else(|| old.map(|old| old.words.clone()));
    TumorProfileView {
        diagnosis: has_diagnosis.then(|| sourced(diagnosis, &sources.diagnoses)),
        stage: patient.stage.as_ref().map(|stage| sourced(stage.clone(), &sources.stage)),
        performance: performance.map(|words| sourced(words, &sources.performance)),
        therapies: sources
            .therapies
            .iter()
            .map(|(name, of)| sourced(name.clone(), std::slice::from_ref(of)))
            .collect(),
        reports: reports(sources),
        conflicts: patient
            .tumor
            .conflicts
            .iter()
            .map(|one| format!("{} ({})", one.about, one.reports.join(", ")))
            .collect(),
        genes: found
            .genes
            .iter()
            .map(|gene| GeneTestedRow {
                gene: gene.symbol.clone(),
                classes: gene
                    .classes
                    .iter()
                    .map(|(class, presence)| ((*class).to_owned(), *presence))
                    .collect(),
            })
            .collect(),
    }
}

fn sourced(words: String, sources: &[Source]) -> Sourced {
    Sourced { words, sources: sources.iter().map(source).collect() }
}

/// Every report that was not taken back.
fn reports(sources: &Sources) -> Vec<TumorReportRow> {
    let valid = sources.reports.iter().filter(|(profile, _)| !profile.withdrawn);
    let row = |(profile, of): &(interpret::matching::TumorProfile, Source)| {
        let source: SourceLine = source(of);
        let silence = (!profile.supports_negatives())
            .then(|| "what it does not name is not known to be absent".to_owned());
        let panel = profile.coverage.panel.clone();
        TumorReportRow {
            source,
            panel: Some(panel).filter(|panel| !panel.is_empty()),
            silence,
            events: profile.events.iter().map(|event| event.reported.clone()).collect(),
            biomarkers: profile.biomarkers.iter().map(|one| one.reported.clone()).collect(),
        }
    };
    valid.map(row).collect()
}
