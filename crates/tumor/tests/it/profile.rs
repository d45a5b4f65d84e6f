//! Reports of tumours: what they come to together.

use knowledge::oncology::OncologyNames;
use model::absence::Presence;
use model::tumor::{
    ReportedAlteration, ReportedBiomarker, ReportedClass, ReportedCoverage, ReportedKind,
    ReportedTumor,
};
use tumor::normalise::{Normaliser, Panels, panel};
use tumor::profile::{Quality, SpecimenKind};
use tumor::{AlterationClass, Genes, Hgnc, Level, TumorProfile, TumorView};

const EGFR: Hgnc = Hgnc(3236);
const KRAS: Hgnc = Hgnc(6407);
const SMALL: AlterationClass = AlterationClass::SmallVariant;

fn genes() -> Genes {
    Genes::new(&OncologyNames::built_in().unwrap())
}

fn short(gene: &str, protein: &str, classification: &str) -> ReportedAlteration {
    ReportedAlteration {
        place: "line 2".into(),
        gene: gene.into(),
        kind: ReportedKind::Short {
            protein: protein.into(),
            classification: classification.into(),
            cdna: String::new(),
            exon: String::new(),
            allele_fraction: None,
            origin: String::new(),
        },
        ..ReportedAlteration::default()
    }
}

fn negative(gene: &str) -> ReportedAlteration {
    let kind = ReportedKind::Negative(ReportedClass::Short);
    ReportedAlteration { gene: gene.into(), kind, ..ReportedAlteration::default() }
}

fn sample(name: &str, alterations: Vec<ReportedAlteration>) -> ReportedTumor {
    ReportedTumor { sample: name.into(), alterations, ..ReportedTumor::default() }
}

fn profile(tumor: &ReportedTumor) -> (TumorProfile, Vec<String>) {
    let (genes, mut panels) = (genes(), Panels::new());
    let rows = [(Some(1956), "EGFR".to_owned()), (None, "NOSUCHGENE".to_owned())];
    let (covered, problems) = panel("P1", &rows, &[SMALL], &genes);
    assert_eq!(problems.len(), 1);
    panels.insert("P1".into(), covered.into());
    let (profile, problems) = Normaliser::new(&genes, &panels).profile(tumor);
    (profile, problems.into_iter().map(|problem| problem.code).collect())
}

#[test]
fn silence_is_absence_only_where_the_panel_looked() {
    let mut tumor = sample("S1", vec![short("KRAS", "p.G12D", "Missense_Mutation")]);
    tumor.tested.panels = vec![("P1".into(), ReportedClass::Short)];
    let view = TumorView::of(&[profile(&tumor).0]);
    for (gene, class, presence) in [
        (KRAS, SMALL, Presence::Present),
        (EGFR, SMALL, Presence::AbsentTested),
        // On the panel, but not for this class.
        (EGFR, AlterationClass::Rearrangement, Presence::NotTested),
        (Hgnc(1097), SMALL, Presence::NotTested),
    ] {
        assert_eq!(view.presence(gene, class), presence, "{gene} {}", class.words());
    }
    assert_eq!(view.panels(EGFR, SMALL, None), ["P1"]);
}

/// A report that lists no genes is of the panel it names; one that is in no registry covers
/// nothing, and that is told.
#[test]
fn a_panel_that_is_not_known_is_told_and_covers_nothing() {
    for (title, egfr, codes) in [
        (Some("P1"), Presence::AbsentTested, vec![]),
        (Some(" P1 "), Presence::AbsentTested, vec![]),
        (Some("P2"), Presence::NotTested, vec!["panel-not-known"]),
        (None, Presence::NotTested, vec![]),
    ] {
        let mut tumor = sample("S1", vec![]);
        tumor.tested.title = title.map(str::to_owned);
        let (profile, told) = profile(&tumor);
        assert_eq!(told, codes, "{title:?}");
        let view = TumorView::of(&[profile]);
        assert_eq!(view.presence(EGFR, SMALL), egfr, "{title:?}");
    }
}

#[test]
fn a_failed_run_supports_what_it_found_and_no_silence() {
    let mut tumor = sample("S1", vec![short("KRAS", "G12D", ""), negative("EGFR")]);
    tumor.tested.panels = vec![("P1".into(), ReportedClass::Short)];
    let passed = profile(&tumor).0;
    let failed = TumorProfile { quality: Quality::Failed, ..passed.clone() };
    let blood = TumorProfile {
        specimen: SpecimenKind::CirculatingDna,
        tumor_fraction_percent: Some(0.2),
        ..passed.clone()
    };
    for (report, silent) in [
        (passed, Presence::AbsentTested),
        (failed, Presence::NotTested),
        (blood, Presence::NotTested),
    ] {
        let view = TumorView::of(&[report]);
        assert_eq!(view.presence(EGFR, SMALL), silent);
        assert_eq!(view.presence(KRAS, SMALL), Presence::Present);
    }
}

#[test]
fn reports_that_contradict_are_a_conflict_and_not_an_answer() {
    let (found, _) = profile(&sample("S1", vec![short("KRAS", "G12D", "")]));
    let (denied, _) = profile(&sample("S2", vec![negative("KRAS")]));
    let view = TumorView::of(&[found.clone(), denied.clone()]);
    assert_eq!(view.presence(KRAS, SMALL), Presence::NotTested);
    assert_eq!(view.conflicts.len(), 1);
    assert_eq!(view.conflicts[0].reports, ["S1", "S2"]);
    // An amendment ends it, a withdrawal too.
    let amended = TumorProfile { amends: Some("S2".into()), ..found.clone() };
    let view = TumorView::of(&[amended, denied.clone()]);
    assert_eq!(view.presence(KRAS, SMALL), Presence::Present);
    let withdrawn = TumorProfile { withdrawn: true, ..found };
    let view = TumorView::of(&[withdrawn, denied]);
    assert_eq!(view.presence(KRAS, SMALL), Presence::AbsentTested);
}

#[test]
fn measurements_that_contradict_do_not_count() {
    let with = |sample_name: &str, value: &str| {
        let mut tumor = sample(sample_name, vec![]);
        tumor.biomarkers = vec![ReportedBiomarker::new("msi", value)];
        profile(&tumor).0
    };
    let view = TumorView::of(&[with("S1", "MSI-H"), with("S2", "MSI-H")]);
    assert_eq!(view.biomarkers[0].level, Some(Level::High));
    let view = TumorView::of(&[with("S1", "MSI-H"), with("S2", "MSS")]);
    assert_eq!((view.biomarkers.len(), view.conflicts.len()), (0, 1));
    let view = TumorView::of(&[with("S1", "[Not Available]")]);
    assert_eq!((view.biomarkers.len(), view.conflicts.len()), (0, 0));
}

#[test]
fn what_is_not_understood_is_told() {
    let tumor = sample(
        "S1",
        vec![
            short("MLL2", "truncation", "Del_Ins"),
            short("1-Mar", "p.A2V", "Missense_Mutation"),
            short("Tumor Mutation Burden", "", ""),
            ReportedAlteration {
                gene: "MET".into(),
                kind: ReportedKind::Copy("many".into()),
                ..ReportedAlteration::default()
            },
        ],
    );
    let mut tumor =
        ReportedTumor { biomarkers: vec![ReportedBiomarker::new("her2", "2+")], ..tumor };
    tumor.tested = ReportedCoverage {
        panels: vec![("P9".into(), ReportedClass::Short)],
        ..Default::default()
    };
    let (profile, problems) = profile(&tumor);
    assert_eq!(
        problems,
        [
            "panel-not-known",
            "gene-ambiguous",
            "protein-not-read",
            "class-not-read",
            "gene-damaged",
            "gene-not-known",
            "copy-not-read",
            "measure-not-read",
        ]
    );
    // Kept all the same, in the report's words.
    assert_eq!(profile.events[0].reported, "MLL2 truncation");
    assert_eq!(profile.events.len(), 3);
}

/// A panel reads the gene, and its report says something of the copies that nobody understands:
/// that is neither found nor absent.
#[test]
fn copies_that_are_not_understood_are_not_absent() {
    use model::absence::Presence::{AbsentTested, NotTested};
    let genes = genes();
    let mut panels = Panels::new();
    let rows = [(None, "EGFR".to_owned()), (None, "KRAS".to_owned())];
    let classes = [AlterationClass::CopyNumberGain, AlterationClass::CopyNumberLoss];
    panels.insert("P1".into(), panel("P1", &rows, &classes, &genes).0.into());
    let kind = ReportedKind::Copy("partial loss".into());
    let row = ReportedAlteration { gene: "EGFR".into(), kind, ..ReportedAlteration::default() };
    let mut tumor = sample("S1", vec![row]);
    tumor.tested.panels = vec![("P1".into(), ReportedClass::Copy)];
    let (profile, problems) = Normaliser::new(&genes, &panels).profile(&tumor);
    assert_eq!(problems.len(), 1);
    let view = TumorView::of(&[profile]);
    for class in classes {
        assert_eq!(view.presence(EGFR, class), NotTested, "{class:?}");
        assert_eq!(view.presence(KRAS, class), AbsentTested, "{class:?}");
    }
}
