//! A made-up person with a lung tumour: one statement of each kind.

use guidance::board::material::{
    Evidence, Finding, GeneTested, Inherited, Judgement, Material, Report, Therapy, Told, Trial,
    Tumor,
};
use guidance::board::{Brief, Head, Issue};
use model::absence::Presence;
use model::lifestyle::{Answer, Finding as Asked, SaidBy, Smoking, Topic};
use model::patient::Sex;
use model::statement::AdviceState;
use model::time::PartialDate;

fn material() -> Material {
    Material {
        head: Head {
            id: "0195b2c7-tumour-board".into(),
            issue: Issue::Draft { after: None },
            name: Some("EXAMPLE, Ana Łucja".into()),
            identifiers: vec!["100001 (urn:example:mrn)".into()],
            born: PartialDate::parse("1961-04-02"),
            sex: Sex::Female,
            made: PartialDate { year: 2026, month: Some(11), day: Some(26) },
        },
        question: None,
        tumor: None,
        findings: vec![],
        evidence: None,
        trials: vec![],
        inherited: vec![],
        lifestyle: vec![],
        knowledge: vec![("Evidence".into(), "civic 0.1.0 of 01-Nov-2026".into())],
        unread: 0,
        reinterpreted: vec![],
    }
}

pub(crate) fn nothing() -> Brief {
    Brief::of(&material())
}

fn told(words: &str, source: &str) -> Told {
    Told { words: words.into(), sources: vec![source.into()] }
}

fn smoked() -> Answer {
    Answer {
        topic: Topic::Tobacco,
        asked: "Smoking status".into(),
        finding: Asked::Present,
        words: "Ex-smoker".into(),
        smoking: Some(Smoking::Former),
        on: PartialDate::parse("2026-01-05"),
        said_by: SaidBy::Patient,
        source: "Observation/s/_history/1".into(),
    }
}

fn tumor() -> Tumor {
    let gene = |gene: &str, fusion: Presence| GeneTested {
        gene: gene.into(),
        classes: vec![
            ("small variants".into(), Presence::AbsentTested),
            ("rearrangements".into(), fusion),
        ],
    };
    Tumor {
        diagnosis: Some(told("Lung Adenocarcinoma", "Condition/lung/_history/1 of 02-Jan-2026")),
        stage: Some(told("Stage IVB", "Observation/stage/_history/3 of 05-Jan-2026")),
        performance: Some(told("ECOG 1", "Observation/ecog/_history/1 of 05-Jan-2026")),
        therapies: vec![told("carboplatin", "MedicationStatement/c/_history/1 of 01-Feb-2026")],
        reports: vec![Report {
            panel: Some("Foundation-like panel, 324 genes".into()),
            specimen: Some("tumour tissue".into()),
            source: "DiagnosticReport/r/_history/2 of 20-Jan-2026".into(),
            silence: Some("what it does not name is not known to be absent".into()),
            measurements: vec!["TMB 4 mut/Mb (low)".into(), "MSI stable".into()],
            conclusion: Some("EGFR-mutated adenocarcinoma".into()),
        }],
        conflicts: vec!["microsatellite instability (report A, report B)".into()],
        genes: vec![
            gene("EGFR", Presence::AbsentTested),
            gene("ALK", Presence::NotTested),
            gene("ROS1", Presence::NotTested),
        ],
    }
}

fn evidence() -> Evidence {
    let therapy = |name: &str| Therapy {
        therapies: name.into(),
        tiers: ("I-A".into(), "I".into()),
        findings: vec!["EGFR p.Leu858Arg".into()],
        evidence: (1..6)
            .map(|number| {
                format!("I-A · EGFR L858R in NSCLC: sensitivity, level A (civic:EID{number})")
            })
            .collect(),
        against: vec!["II-D · EGFR L858R in NSCLC: no sensitivity, level D (civic:EID99)".into()],
    };
    Evidence {
        ranking: "First the tier of the strongest evidence, then more publications.".into(),
        benefit: vec![therapy("Osimertinib"), therapy("Erlotinib + Ramucirumab")],
        less: vec![Therapy { against: vec![], ..therapy("Gefitinib") }],
        harm: vec![Therapy { against: vec![], ..therapy("Nivolumab") }],
        open: vec![("Alectinib".into(), vec!["ALK: rearrangements not tested".into()])],
    }
}

pub(crate) fn full() -> Brief {
    let judgement = Judgement {
        words: "level of evidence: AMP/ASCO/CAP Tier II".into(),
        system: "http://example.org/amp, for Osimertinib".into(),
        comparison: "differs from ours".into(),
        differs: true,
    };
    let finding = Finding {
        reported: "EGFR p.Leu858Arg".into(),
        marks: vec!["somatic".into(), "allele fraction 24 %".into()],
        laboratory: vec![judgement],
        tier: Some("I-A".into()),
        oncogenicity: Some("oncogenic, 10 points".into()),
        not_assessed: 5,
    };
    let trial = Trial {
        key: "10-001 arm 1".into(),
        name: "10-001 Osimertinib & more".into(),
        about: vec!["arm 1 (A) · phase 2".into(), "open at North Hospital".into()],
        status: "Facts missing".into(),
        is_out: false,
        counts: [3, 1, 0],
        missing: vec!["a test of ALK for rearrangements".into()],
        failed: vec![],
        met: vec!["EGFR p.L858R (found: EGFR p.Leu858Arg)".into()],
    };
    let copies = Finding { reported: "MET amplification".into(), ..Finding::default() };
    Brief::of(&Material {
        question: Some("Second line after progression on carboplatin?".into()),
        tumor: Some(tumor()),
        findings: vec![finding, Finding { tier: Some("II-C".into()), ..copies }],
        evidence: Some(evidence()),
        trials: vec![trial, Trial { key: "20-002".into(), is_out: true, ..Trial::default() }],
        inherited: vec![Inherited {
            drug: "fluorouracil".into(),
            state: AdviceState::NotKnown,
            genes: vec!["DPYD not tested".into()],
            advice: vec!["No advice without DPYD.".into()],
            is_current: false,
        }],
        lifestyle: vec![smoked()],
        unread: 2,
        reinterpreted: vec!["26-Nov-2026: Osimertinib, benefit: II-C before, I-A now".into()],
        ..material()
    })
}
