//! The tumour's profile out of what is known of the patient.

use super::{molecular, source};
use interpret::matching::{Certainty, Event, EventOrigin, Offers, Source, Sources, World};
use std::collections::BTreeMap;
use web::view::{
    GeneTestedRow, SourceLine, Sourced, TumorProfileView, TumorReportRow, ValueSeries,
};

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
        fractions: fractions(sources),
        lollipops: molecular::lollipops(&found.facts, &world.genes),
        copies: molecular::copies(&found.facts, &world.genes),
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
            specimen: profile.specimen.words().map(str::to_owned),
            conclusion: profile.conclusion.clone(),
            silence,
            events: profile.events.iter().map(|event| event.reported.clone()).collect(),
            biomarkers: profile.biomarkers.iter().map(|one| one.reported.clone()).collect(),
        }
    };
    valid.map(row).collect()
}

/// What more than one report found, with its fractions of reads: the course of a tumour. Nothing is
/// drawn for a report without a day or without a number.
pub(crate) fn fractions(sources: &Sources) -> Vec<ValueSeries> {
    let mut series: BTreeMap<String, ValueSeries> = BTreeMap::new();
    let valid = sources.reports.iter().filter(|(profile, _)| !profile.withdrawn);
    for (profile, of) in valid {
        let Some(on) = profile.issued.or(of.date) else { continue };
        for (variant, name, share) in profile.allele_fractions() {
            let Some(percent) = thousandths_of_percent(share) else { continue };
            let one = series.entry(variant);
            let one = one.or_insert(ValueSeries { name, values_thousandths: Vec::new() });
            one.values_thousandths.push((on, percent));
        }
    }
    let mut serial: Vec<ValueSeries> = series.into_values().collect();
    serial.retain(|one| one.values_thousandths.len() > 1);
    for one in &mut serial {
        one.values_thousandths.sort_unstable();
    }
    serial
}

/// A share of reads, 0 to 1, in thousandths of a percent.
#[expect(clippy::cast_possible_truncation, reason = "what is not a share of reads is left out")]
fn thousandths_of_percent(share: f64) -> Option<i64> {
    (0.0..=1.0).contains(&share).then(|| (share * 100_000.0).round() as i64)
}

/// What a report says of a finding beside its name.
pub(crate) fn marks(event: &Event) -> Vec<String> {
    let mut marks = Vec::new();
    match event.origin {
        EventOrigin::Somatic => marks.push("somatic".to_owned()),
        EventOrigin::Germline => marks.push("germline".to_owned()),
        EventOrigin::Unknown => {}
    }
    if let Some(share) = event.allele_fraction() {
        marks.push(format!("allele fraction {}", percent(share)));
    }
    if event.subclonal {
        marks.push("subclonal".to_owned());
    }
    match event.certainty {
        Certainty::Definite => {}
        Certainty::Equivocal => marks.push("equivocal".to_owned()),
        Certainty::Conflicting => marks.push("another report says that it is absent".to_owned()),
    }
    marks
}

/// A share in percent; a small one with a digit more, so that a trace is not read as nothing.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        small if small < 0.1 && small > 0.0 => "below 0.1 %".to_owned(),
        small if small < 10.0 => format!("{small:.1} %"),
        percent => format!("{percent:.0} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn a_trace_is_not_read_as_nothing() {
        for (share, words) in [
            (0.31, "31 %"),
            (0.084, "8.4 %"),
            (0.003, "0.3 %"),
            (0.0004, "below 0.1 %"),
            (0.0, "0.0 %"),
            (1.0, "100 %"),
        ] {
            assert_eq!(percent(share), words, "{share}");
        }
    }
}
