//! Sets of patients say what pairs say.

use crate::hand::{AS_OF, context, import, one_arm, world};
use model::tumor::{
    ReportedAlteration, ReportedBiomarker, ReportedClass, ReportedKind, ReportedTumor,
};
use proptest::prelude::*;
use serde_json::json;
use trials::criteria::{
    AgeAsked, BiomarkerAsked, Bound, Comparison, Criterion, DiagnosisAsked, EventAsked, EventKind,
    GeneAsked, Group, LabAsked, Leaf, Node, Partner, PerformanceAsked, Sex, TherapyAsked,
    TumorTypeAsked,
};
use trials::patient::Reader;
use trials::population::{Evaluator, Plan, Sets, Shard, ShardBuilder};
use trials::{Cohort, Outcome, Patient, Status, Trial};
use tumor::protein::AskedChange;
use tumor::{BiomarkerKind, CopyClass, Function, Level};

const GENES: [&str; 7] = ["EGFR", "KRAS", "BRAF", "ALK", "MET", "H3-3A", "KMT2D"];
const CHANGES: [&str; 8] =
    ["p.G12D", "p.G12C", "p.V600E", "p.K27M", "p.E746_A750del", "p.P131fs", "p.K28M", ""];
const CODES: [&str; 6] = ["LUAD", "NSCLC", "LUNG", "PCM", "COAD", ""];

fn gene(name: &str) -> GeneAsked {
    let hgnc = world().genes.resolve(name).0.candidates()[0];
    GeneAsked { hgnc, symbol: name.to_owned() }
}

fn event() -> impl Strategy<Value = Criterion> {
    let kinds = proptest::sample::subsequence(
        vec![EventKind::Short, EventKind::Copy, EventKind::Rearrangement],
        1..=3,
    );
    let asked = ["p.G12D", "p.G12", "p.V600E", "p.K27M", "p.729_761del", "p.P131Lfs*9"];
    let change = proptest::option::of(proptest::sample::select(asked.to_vec()));
    let partner = proptest::option::of(proptest::sample::select(vec!["ALK", "EML4", "", "-"]));
    let extra = (0_u8..6, any::<bool>(), proptest::option::weighted(0.2, 2_u16..5));
    (proptest::sample::select(GENES.to_vec()), kinds, change, partner, extra).prop_map(
        |(name, kinds, change, partner, (odd, any_gene, exon))| {
            let mut asked = EventAsked::of(gene(name), kinds);
            asked.change = change.map(|text| AskedChange::parse(text).unwrap());
            asked.exon = exon;
            if odd == 0 {
                asked.partner = partner.map(|text| match text {
                    "" => Partner::AnyGene,
                    "-" => Partner::Intergenic,
                    name => Partner::Gene(gene(name)),
                });
            }
            if odd == 1 {
                asked.copies = [CopyClass::Amplification].into();
            }
            if odd == 2 {
                asked.function = Some(Function::Activating);
            }
            if odd == 3 && any_gene {
                asked.gene = None;
            }
            Criterion::Event(asked)
        },
    )
}

fn fact() -> impl Strategy<Value = Criterion> {
    let comparisons = vec![
        Comparison::Less,
        Comparison::AtMost,
        Comparison::Equal,
        Comparison::AtLeast,
        Comparison::More,
    ];
    let comparison = proptest::sample::select(comparisons);
    (0_u8..11, comparison, 0_u16..90, proptest::sample::select(CODES.to_vec())).prop_map(
        |(kind, comparison, number, code)| match kind {
            0 | 1 => Criterion::Age(AgeAsked { comparison, years: number, months: 3 }),
            2 => Criterion::Sex(if number % 2 == 0 { Sex::Male } else { Sex::Female }),
            3 => Criterion::Stage(vec!["III".into(), "IVA".into()]),
            4 => Criterion::Performance(PerformanceAsked { ecog_max: 1 }),
            5 => Criterion::Biomarker(BiomarkerAsked {
                kind: BiomarkerKind::TumorMutationalBurden,
                levels: vec![],
                bound: Some(Bound { comparison, value: f64::from(number) }),
                methods: vec![],
            }),
            6 => Criterion::Biomarker(BiomarkerAsked {
                kind: BiomarkerKind::MicrosatelliteInstability,
                levels: vec![Level::High],
                bound: None,
                methods: vec![],
            }),
            7 => Criterion::Text("a sentence".into()),
            8 => Criterion::PriorTherapy(TherapyAsked { name: "Osimertinib".into() }),
            9 => Criterion::Lab(LabAsked {
                code: "1".into(),
                name: "x".into(),
                bound: Bound { comparison, value: 5.0 },
                unit: "1".into(),
            }),
            _ => {
                let group = (number % 3 == 0).then_some(Group::Solid);
                let one = TumorTypeAsked { code: code.into(), name: code.into() };
                let any_of = if code.is_empty() { vec![] } else { vec![one] };
                Criterion::Diagnosis(DiagnosisAsked { any_of, group, tree: String::new() })
            }
        },
    )
}

fn node() -> impl Strategy<Value = Node> {
    let leaf =
        (prop_oneof![event(), fact()], any::<bool>()).prop_map(|(criterion, recoverable)| {
            let mut leaf = Leaf::new(criterion, "");
            leaf.recoverable = recoverable;
            Node::Leaf(Box::new(leaf))
        });
    leaf.prop_recursive(4, 24, 4, |inner| {
        let many = || proptest::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            many().prop_map(Node::All),
            many().prop_map(Node::Any),
            inner.clone().prop_map(|node| Node::Not(Box::new(node))),
            (0_usize..4, many()).prop_map(|(n, of)| Node::AtLeast { n, of }),
        ]
    })
}

fn alteration() -> impl Strategy<Value = ReportedAlteration> {
    let names: Vec<&str> = GENES.iter().copied().chain(["MLL2", "NOSUCH", "EML4"]).collect();
    let change = proptest::sample::select(CHANGES.to_vec());
    let class = proptest::sample::select(vec!["Missense_Mutation", "In_Frame_Del", "Silent", ""]);
    (proptest::sample::select(names), 0_u8..6, change, class, 1_u8..6).prop_map(
        |(name, kind, change, class, exon)| {
            let kind = match kind {
                0..=2 => ReportedKind::Short {
                    protein: change.into(),
                    cdna: String::new(),
                    classification: class.into(),
                    exon: if exon == 5 { String::new() } else { exon.to_string() },
                    allele_fraction: None,
                    origin: String::new(),
                },
                3 => ReportedKind::Copy(
                    ["2", "1", "partial loss", "-1", "-2"][usize::from(exon) - 1].into(),
                ),
                4 => ReportedKind::Rearrangement {
                    partner: ["ALK", "EML4", "intergenic", "", "MLL2"][usize::from(exon) - 1]
                        .into(),
                    ordered: false,
                    from_text: false,
                },
                _ => ReportedKind::Negative(match exon {
                    1 => ReportedClass::Copy,
                    2 => ReportedClass::Rearrangement,
                    _ => ReportedClass::Short,
                }),
            };
            ReportedAlteration { gene: name.into(), kind, ..ReportedAlteration::default() }
        },
    )
}

fn tumor() -> impl Strategy<Value = ReportedTumor> {
    let measures = proptest::sample::subsequence(
        vec![("tmb", "12.5"), ("msi", "MSI-H"), ("mmr", "MSS"), ("msi", "odd")],
        0..3,
    );
    let facts = (
        proptest::sample::select(CODES.to_vec()),
        proptest::sample::select(vec!["1964-03-02", "2010", "1990-05", ""]),
        proptest::sample::select(vec!["", "41", "70"]),
        proptest::sample::select(vec!["Male", "Female", ""]),
        proptest::sample::select(vec!["Stage III", "Stage IV", "Stage IVA", "x", ""]),
        proptest::sample::select(vec!["alive", "dead", ""]),
        proptest::sample::select(vec!["0", "2", ""]),
    );
    let panels = proptest::sample::subsequence(
        vec![ReportedClass::Short, ReportedClass::Copy, ReportedClass::Rearrangement],
        0..=3,
    );
    let everywhere = proptest::sample::subsequence(vec![ReportedClass::Short], 0..=1);
    let found = proptest::collection::vec(alteration(), 0..6);
    (facts, measures, panels, everywhere, found).prop_map(
        |((code, birth, age, sex, stage, vital, ecog), measures, panels, everywhere, found)| {
            let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
            let mut tumor = ReportedTumor {
                sample: "S".into(),
                diagnosis_code: some(code),
                birth: model::PartialDate::parse(birth),
                age_years: some(age),
                sex: some(sex),
                stage: some(stage),
                vital: some(vital),
                performance: some(ecog),
                alterations: found,
                ..ReportedTumor::default()
            };
            tumor.biomarkers = measures
                .into_iter()
                .map(|(name, value)| ReportedBiomarker::new(name, value))
                .collect();
            tumor.tested.panels = panels.into_iter().map(|class| ("P".to_owned(), class)).collect();
            tumor.tested.everywhere = everywhere;
            tumor
        },
    )
}

fn trial(criteria: Vec<Node>) -> Trial {
    let mut trial = Trial::new("T");
    trial.cohorts = criteria
        .into_iter()
        .enumerate()
        .map(|(at, criteria)| Cohort {
            id: at.to_string(),
            code: String::new(),
            path: String::new(),
            status: Status::Open,
            slots: None,
            criteria,
        })
        .collect();
    trial
}

fn said(shard: &Shard, sets: &Sets, place: u16) -> (Outcome, bool) {
    let outcome = match (
        shard.has(&sets.eligible, place),
        shard.has(&sets.needs_data, place),
        shard.has(&sets.near_miss, place),
    ) {
        (true, false, false) => Outcome::Eligible,
        (false, true, false) => Outcome::NeedsData,
        (false, false, true) => Outcome::NearMiss,
        (false, false, false) => Outcome::NotEligible,
        overlap => panic!("{overlap:?}"),
    };
    (outcome, shard.has(&sets.needs_review, place))
}

fn compare(trial: &Trial, patients: &[Patient]) {
    let plan = Plan::new([trial]);
    let mut builder = ShardBuilder::new(&plan, context());
    let places: Vec<u16> = patients.iter().map(|one| builder.add(one).unwrap()).collect();
    let shard = builder.finish();
    let mut evaluator = Evaluator::new(&plan, &shard);
    let single: Vec<_> = patients.iter().map(|one| plan.answers(one, &context())).collect();
    for (at, cohort) in trial.cohorts.iter().enumerate() {
        let sets = evaluator.cohort(at);
        let eligible = shard.places(&sets.eligible);
        assert!(eligible.is_sorted() && eligible.len() == sets.eligible.count());
        for ((patient, place), single) in patients.iter().zip(&places).zip(&single) {
            let answer = trials::answer(trial, cohort, patient, &context());
            assert_eq!(single[at], answer, "{:?}\n{patient:?}", cohort.criteria);
            let walked = (answer.outcome, answer.needs_review_only);
            let is_among = eligible.binary_search(place).is_ok();
            assert_eq!(is_among, answer.outcome == Outcome::Eligible, "{place}");
            assert_eq!(said(&shard, sets, *place), walked, "{:?}\n{patient:?}", cohort.criteria);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    /// 10 trees about 10 patients a case: 100,000 pairs.
    #[test]
    fn sets_and_walks_agree_on_every_pair(
        criteria in proptest::collection::vec(node(), 10),
        tumors in proptest::collection::vec(tumor(), 10),
    ) {
        let world = world();
        let mut reader = Reader::new(&world.genes, &world.panels, &world.tree, AS_OF);
        let patients: Vec<Patient> = tumors.iter().map(|one| reader.patient(one).0).collect();
        compare(&trial(criteria), &patients);
    }
}

/// More ways of being tested than are told apart, and lists that become blocks.
#[test]
fn many_patients_and_many_panels_make_no_difference() {
    let world = world();
    let mut patients = Vec::new();
    for number in 0..3_000_usize {
        let mut reader = Reader::new(&world.genes, &world.panels, &world.tree, AS_OF);
        let tumor = ReportedTumor {
            sample: number.to_string(),
            diagnosis_code: Some(CODES[number % 5].into()),
            birth: model::PartialDate::parse(["1964-03-02", "2010-01-01"][number % 2]),
            ..ReportedTumor::default()
        };
        // A reader of its own for each of the first 1,100: coverages of their own.
        let mut tumor = ReportedTumor { vital: Some("alive".into()), ..tumor };
        tumor.tested.panels = vec![("P".into(), ReportedClass::Short)];
        if number % 3 == 0 {
            tumor.alterations.push(crate::hand::short("KRAS", "p.G12D", "Missense_Mutation", ""));
        }
        if number < 1_100 || number % 700 == 0 {
            patients.push(reader.patient(&tumor).0);
        } else {
            let shared = patients.last().map(|one: &Patient| one.tumor.coverages.clone());
            let mut patient = reader.patient(&tumor).0;
            patient.tumor.coverages = shared.unwrap();
            patients.push(patient);
        }
    }
    let trial = import(&one_arm(json!({"and": [
        {"or": [{"genomic": {"hugo_symbol": "KRAS"}}, {"genomic": {"hugo_symbol": "!EGFR",
            "variant_category": "Mutation"}}]},
        {"clinical": {"age_numerical": ">=18", "oncotree_primary_diagnosis": "_SOLID_"}},
    ]})));
    compare(&trial, &patients);
}

#[test]
fn a_full_shard_takes_nobody_more() {
    let trial = trial(vec![Node::All(vec![])]);
    let plan = Plan::new([&trial]);
    let mut builder = ShardBuilder::new(&plan, context());
    let patient = Patient::default();
    for _ in 0..trials::population::SHARD_PATIENTS {
        assert!(builder.add(&patient).is_some());
    }
    assert_eq!(builder.add(&patient), None);
    let shard = builder.finish();
    let mut evaluator = Evaluator::new(&plan, &shard);
    let sets = evaluator.cohort(0);
    assert_eq!(sets.eligible.count(), trials::population::SHARD_PATIENTS);
    assert_eq!(shard.places(&sets.eligible).last(), Some(&u16::MAX));
}
