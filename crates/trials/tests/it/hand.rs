//! Trials and patients by hand.

use knowledge::oncology::OncologyNames;
use model::tumor::{
    ReportedAlteration, ReportedBiomarker, ReportedClass, ReportedKind, ReportedTumor,
};
use serde_json::{Value, json};
use std::sync::OnceLock;
use trials::ctml::{self, Names};
use trials::patient::Reader;
use trials::{Context, Outcome, Patient, Trial};
use tumor::normalise::Panels;
use tumor::{AlterationClass, CoveredGenes, Genes, OncoTree};

pub(crate) const AS_OF: i32 = 20_260_824;

pub(crate) struct World {
    pub(crate) genes: Genes,
    pub(crate) tree: OncoTree,
    pub(crate) panels: Panels,
}

/// Names, and a panel `P` that reads EGFR, KRAS and BRAF for small variants and ALK for
/// rearrangements.
pub(crate) fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let names = OncologyNames::built_in().unwrap();
        let (genes, tree) = (Genes::new(&names), OncoTree::new(&names));
        let gene = |name: &str| genes.resolve(name).0.candidates()[0];
        let mut panel = CoveredGenes::new("P");
        for name in ["EGFR", "KRAS", "BRAF", "H3-3A", "KMT2D"] {
            panel.add(gene(name), [AlterationClass::SmallVariant]);
        }
        panel.add(gene("ALK"), [AlterationClass::Rearrangement]);
        panel.add(gene("MET"), [AlterationClass::CopyNumberGain]);
        let panels = Panels::from([("P".to_owned(), panel.into())]);
        World { genes, tree, panels }
    })
}

pub(crate) fn context() -> Context<'static> {
    Context { tree: &world().tree, as_of: AS_OF, deceased: false }
}

pub(crate) fn import(document: &Value) -> Trial {
    let names = Names { genes: &world().genes, tree: &world().tree };
    ctml::import(document.as_object().unwrap(), names)
}

/// A trial of one arm with one item of a `match`.
pub(crate) fn one_arm(item: Value) -> Value {
    json!({
        "protocol_no": "10-001", "nct_id": "NCT00000000",
        "_summary": {"status": [{"value": "Open to Accrual"}]},
        "treatment_list": {"step": [{"step_internal_id": 1, "arm": [{
            "arm_internal_id": 11, "arm_code": "A", "arm_suspended": "N", "match": [item],
        }]}]},
    })
}

/// A person of 62 with a lung adenocarcinoma, tested by panel `P` for small variants, number of
/// copies and rearrangements.
pub(crate) fn person(alterations: Vec<ReportedAlteration>) -> ReportedTumor {
    let classes = [ReportedClass::Short, ReportedClass::Copy, ReportedClass::Rearrangement];
    let mut tumor = ReportedTumor {
        sample: "S1".into(),
        diagnosis_code: Some("LUAD".into()),
        birth: model::PartialDate::parse("1964-03-02"),
        sex: Some("Female".into()),
        vital: Some("alive".into()),
        alterations,
        ..ReportedTumor::default()
    };
    tumor.tested.panels = classes.iter().map(|class| ("P".to_owned(), *class)).collect();
    tumor
}

pub(crate) fn short(gene: &str, protein: &str, class: &str, exon: &str) -> ReportedAlteration {
    let kind = ReportedKind::Short {
        protein: protein.into(),
        cdna: String::new(),
        classification: class.into(),
        exon: exon.into(),
        allele_fraction: None,
        origin: String::new(),
    };
    ReportedAlteration { gene: gene.into(), kind, ..ReportedAlteration::default() }
}

pub(crate) fn copies(gene: &str, class: &str) -> ReportedAlteration {
    let kind = ReportedKind::Copy(class.into());
    ReportedAlteration { gene: gene.into(), kind, ..ReportedAlteration::default() }
}

pub(crate) fn joined(gene: &str, partner: &str) -> ReportedAlteration {
    let kind =
        ReportedKind::Rearrangement { partner: partner.into(), ordered: false, from_text: false };
    ReportedAlteration { gene: gene.into(), kind, ..ReportedAlteration::default() }
}

pub(crate) fn measured(mut tumor: ReportedTumor, name: &str, value: &str) -> ReportedTumor {
    tumor.biomarkers.push(ReportedBiomarker::new(name, value));
    tumor
}

pub(crate) fn patient(tumor: &ReportedTumor) -> Patient {
    let world = world();
    Reader::new(&world.genes, &world.panels, &world.tree, AS_OF).patient(tumor).0
}

/// What the one arm says.
pub(crate) fn outcome(item: Value, tumor: &ReportedTumor) -> Outcome {
    let trial = import(&one_arm(item));
    trials::answer(&trial, &trial.cohorts[0], &patient(tumor), &context()).outcome
}
