//! From a tumour and evidence to tiers and therapies.

use knowledge::evidence::{EvidencePack, EvidenceTables, write};
use knowledge::import::civic;
use knowledge::oncology::OncologyNames;
use std::sync::Arc;
use tumor::therapy::{Effect, Interpretation, Library, changes, interpret};
use tumor::tier::AmpTier;
use tumor::{
    Alteration, AlterationClass, BiomarkerKind, CoveredGenes, Event, Genes, Level, Node, OncoTree,
    TumorProfile, TumorView, protein,
};

/// Evidence as CIViC's summaries write it; the facts are made up but for the well-known ones.
const ROWS: &[[&str; 10]] = &[
    // profile, disease, therapies, interaction, type, direction, level, significance, id, citation
    [
        "BRAF V600E",
        "Melanoma",
        "Vemurafenib",
        "",
        "Predictive",
        "Supports",
        "A",
        "Sensitivity/Response",
        "1",
        "21639808",
    ],
    [
        "BRAF V600E",
        "Melanoma",
        "Dabrafenib,Trametinib",
        "Combination",
        "Predictive",
        "Supports",
        "A",
        "Sensitivity/Response",
        "2",
        "25399551",
    ],
    [
        "BRAF V600E",
        "Colorectal Cancer",
        "Vemurafenib",
        "",
        "Predictive",
        "Does Not Support",
        "B",
        "Sensitivity/Response",
        "3",
        "26287849",
    ],
    [
        "BRAF V600E AND BRAF Amplification",
        "Melanoma",
        "Vemurafenib",
        "",
        "Predictive",
        "Supports",
        "C",
        "Resistance",
        "4",
        "22395615",
    ],
    [
        "KRAS Wildtype",
        "Colorectal Cancer",
        "Cetuximab,Panitumumab",
        "Substitutes",
        "Predictive",
        "Supports",
        "A",
        "Sensitivity/Response",
        "5",
        "18316791",
    ],
    [
        "EGFR Exon 19 Deletion",
        "Lung Non-small Cell Carcinoma",
        "Osimertinib",
        "",
        "Predictive",
        "Supports",
        "A",
        "Sensitivity/Response",
        "6",
        "29151359",
    ],
    [
        "MSI-H",
        "Cancer",
        "Pembrolizumab",
        "",
        "Predictive",
        "Supports",
        "A",
        "Sensitivity/Response",
        "7",
        "28596308",
    ],
    [
        "BRAF V600E",
        "Colorectal Cancer",
        "",
        "",
        "Prognostic",
        "Supports",
        "B",
        "Poor Outcome",
        "8",
        "19001320",
    ],
    [
        "TP53 Oncogenic Mutations",
        "Cancer",
        "Adavosertib",
        "",
        "Predictive",
        "Supports",
        "D",
        "Sensitivity/Response",
        "9",
        "1",
    ],
];

fn pack(rows: &[[&str; 10]]) -> EvidencePack {
    let mut sheet = String::from(
        "molecular_profile\tdisease\ttherapies\ttherapy_interaction_type\tevidence_type\t\
         evidence_direction\tevidence_level\tsignificance\tevidence_id\tcitation_id\t\
         evidence_status\tvariant_origin\tsource_type\n",
    );
    for row in rows {
        sheet.extend([&row.join("\t"), "\taccepted\tSomatic\tPubMed\n"]);
    }
    let (tables, problems) = civic(sheet.as_bytes(), "2026-11-01");
    assert!(problems.is_empty(), "{problems:?}");
    pack_of(&tables)
}

fn pack_of(tables: &EvidenceTables) -> EvidencePack {
    EvidencePack::from_files(&write(tables, None, "2026-11-01", None).unwrap()).unwrap()
}

struct World {
    genes: Genes,
    library: Library,
}

fn world(rows: &[[&str; 10]]) -> World {
    let names = OncologyNames::built_in().unwrap();
    let (genes, tree) = (Genes::new(&names), OncoTree::new(&names));
    let (library, problems) = Library::new(&pack(rows), &names, &genes, &tree);
    assert!(problems.is_empty(), "{problems:?}");
    World { genes, library }
}

impl World {
    fn short(&self, gene: &str, change: &str) -> Event {
        let variant = tumor::event::ShortVariant {
            gene: self.genes.resolve(gene).0,
            changes: protein::parse(change).unwrap(),
            consequence: None,
            exon: None,
            cdna: None,
            allele_fraction: None,
        };
        Event::new(Alteration::Short(variant), format!("{gene} {change}"))
    }

    fn view(&self, events: Vec<Event>, tested: &[&str]) -> TumorView {
        let mut covered = CoveredGenes::new("P1");
        for gene in tested {
            let [gene] = *self.genes.resolve(gene).0.candidates() else { panic!() };
            covered.add(gene, AlterationClass::ALL);
        }
        let (report, coverage) = ("R1".to_owned(), Arc::new(covered));
        TumorView::of(&[TumorProfile { report, coverage, events, ..TumorProfile::default() }])
    }

    fn ask(&self, view: &TumorView, diagnosis: &str) -> Interpretation {
        let nodes: Vec<Node> = self.library.tree.by_code(diagnosis).nodes().clone();
        interpret(view, &nodes, &self.library)
    }
}

fn shown(of: &Interpretation) -> Vec<(String, Effect, &'static str, usize)> {
    let options = of.options.iter();
    options
        .map(|one| (one.therapies.join("+"), one.effect, one.tier.code(), one.against.len()))
        .collect()
}

#[test]
fn the_type_of_tumour_decides_the_tier() {
    use Effect::Benefit;
    let world = world(ROWS);
    let view = world.view(vec![world.short("BRAF", "p.V600E")], &["BRAF", "KRAS", "EGFR"]);
    let option = |name: &str, tier, against| (name.to_owned(), Benefit, tier, against);
    assert_eq!(
        shown(&world.ask(&view, "MEL")),
        [
            option("Dabrafenib+Trametinib", "I-A", 0),
            option("Vemurafenib", "I-A", 1),
            option("Cetuximab", "II-C", 0),
            option("Panitumumab", "II-C", 0),
        ]
    );
    // In colorectal cancer the same evidence is of another type, and a study denies it.
    let coad = world.ask(&view, "COAD");
    assert_eq!(
        shown(&coad),
        [
            option("Cetuximab", "I-A", 0),
            option("Panitumumab", "I-A", 0),
            option("Dabrafenib+Trametinib", "II-C", 0),
            option("Vemurafenib", "II-C", 1),
        ]
    );
    assert_eq!(coad.markers.len(), 1);
    assert_eq!(coad.variants[0].tier.code(), "I-B");
    // A diagnosis that nobody stated gives no first tier.
    let unknown = interpret(&view, &[], &world.library);
    assert!(unknown.options.iter().all(|one| one.tier.code() == "II-C"));
}

#[test]
fn silence_is_wild_type_only_where_somebody_looked() {
    let world = world(ROWS);
    let untested = world.ask(&world.view(Vec::new(), &["BRAF"]), "COAD");
    assert!(untested.options.is_empty());
    let open: Vec<(String, Vec<&str>)> = untested
        .open
        .iter()
        .map(|one| (one.therapies.join("+"), one.missing.iter().map(String::as_str).collect()))
        .collect();
    assert_eq!(
        open,
        [
            ("Cetuximab".to_owned(), vec!["KRAS: small variants not tested"]),
            ("Panitumumab".to_owned(), vec!["KRAS: small variants not tested"]),
            ("Pembrolizumab".to_owned(), vec!["microsatellite instability is not known"]),
        ]
    );
    let tested = world.ask(&world.view(Vec::new(), &["KRAS"]), "COAD");
    assert_eq!(tested.options.len(), 2);
    let mutated = world.view(vec![world.short("KRAS", "p.G12D")], &["KRAS"]);
    assert!(world.ask(&mutated, "COAD").options.is_empty());
}

#[test]
fn resistance_stands_apart_and_against() {
    let world = world(ROWS);
    let gain = tumor::event::CopyChange {
        gene: world.genes.resolve("BRAF").0,
        class: tumor::CopyClass::Amplification,
        copies: None,
    };
    let amplified = Event::new(Alteration::Copy(gain), "BRAF amplification");
    let view = world.view(vec![world.short("BRAF", "p.V600E"), amplified], &["BRAF"]);
    let found = world.ask(&view, "SKCM");
    let resistance = found.options.iter().find(|one| one.effect == Effect::LessBenefit).unwrap();
    assert_eq!(
        (resistance.therapies.as_slice(), resistance.tier.code()),
        (&["Vemurafenib".to_owned()][..], "II-D")
    );
    assert_eq!(resistance.events.len(), 2);
    let benefit = found
        .options
        .iter()
        .find(|one| one.therapies == ["Vemurafenib"] && one.effect == Effect::Benefit)
        .unwrap();
    // The study in another type, and the resistance.
    assert_eq!(benefit.against.len(), 2);
}

#[test]
fn measurements_and_regions_are_asked_as_well() {
    let world = world(ROWS);
    let mut view = world.view(vec![world.short("EGFR", "p.E746_A750del")], &["EGFR"]);
    let high =
        tumor::Biomarker::of_level(BiomarkerKind::MicrosatelliteInstability, Level::High, "MSI-H");
    view.biomarkers.push(high);
    let names: Vec<String> =
        world.ask(&view, "LUAD").options.iter().map(|one| one.therapies.join("+")).collect();
    assert_eq!(names, ["Osimertinib", "Pembrolizumab"]);
    // A deletion elsewhere in the gene is none of exon 19, once it is told where it is.
    let view = world.view(vec![world.short("EGFR", "p.L861Q")], &["EGFR"]);
    assert!(world.ask(&view, "LUAD").options.is_empty());
}

#[test]
fn a_variant_of_unknown_significance_is_no_driver() {
    let world = world(ROWS);
    let missense = world.ask(&world.view(vec![world.short("TP53", "p.R175H")], &["TP53"]), "LUAD");
    assert!(missense.options.is_empty());
    assert_eq!(missense.variants[0].tier.code(), "III");
    let null = world.ask(&world.view(vec![world.short("TP53", "p.R213*")], &["TP53"]), "LUAD");
    assert_eq!(shown(&null).len(), 1);
    assert_eq!(null.variants[0].tier.code(), "II-D");
}

#[test]
fn new_evidence_says_what_changed_and_why() {
    let (before, after) = (world(&ROWS[..1]), world(&ROWS[1..3]));
    let view = before.view(vec![before.short("BRAF", "p.V600E")], &["BRAF"]);
    let changed = changes(&before.ask(&view, "MEL"), &after.ask(&view, "MEL"));
    let code = |tier: Option<AmpTier>| tier.map_or("", AmpTier::code);
    let shown: Vec<_> = changed
        .iter()
        .map(|one| {
            let names = one.therapies.join("+");
            (names, code(one.before), code(one.after), one.came.len(), one.went.len())
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("Dabrafenib+Trametinib".to_owned(), "", "I-A", 1, 0),
            ("Vemurafenib".to_owned(), "I-A", "", 0, 1),
        ]
    );
    assert!(changes(&after.ask(&view, "MEL"), &after.ask(&view, "MEL")).is_empty());
}

#[test]
fn names_that_are_not_understood_are_findings_and_never_match() {
    let names = OncologyNames::built_in().unwrap();
    let (genes, tree) = (Genes::new(&names), OncoTree::new(&names));
    let mut rows = vec![ROWS[0]];
    rows[0][0] = "BRAF Kinase Domain Mutation";
    rows[0][1] = "A Disease Nobody Knows";
    let (library, problems) = Library::new(&pack(&rows), &names, &genes, &tree);
    let codes: Vec<&str> = problems.iter().map(|one| one.code.as_str()).collect();
    assert_eq!(codes, ["profile-not-read", "tumor-type-not-known"]);
    let world = World { genes, library };
    let view = world.view(vec![world.short("BRAF", "p.V600E")], &["BRAF"]);
    let found = world.ask(&view, "MEL");
    assert!(found.options.is_empty() && found.open.is_empty());
}
