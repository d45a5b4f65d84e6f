//! What medicines make of a result, and what was answered before.

use super::*;
use model::conversion::{Cause, Conversion, Effect, EffectStrength, Evidence};
use model::statement::Outcome;

const PAROXETINE: &str = "32937";
const CODEINE: &str = "2670";

fn outcome(phenotype: &str) -> Outcome {
    Outcome { phenotype: Some(phenotype.into()), ..Outcome::default() }
}

fn cause(drug: &str, rxnorm: &str) -> Cause {
    Cause {
        drug: drug.into(),
        rxnorm: rxnorm.into(),
        effect: Effect::Inhibitor,
        strength: EffectStrength::Strong,
        since: PartialDate::parse("2026-01-05"),
        until: None,
        matched_by: "RxNorm ingredient code".into(),
        ordered: false,
        decides: true,
        citation: make::recommendation(Action::Avoid, Strength::Strong, "x").citation,
    }
}

/// The layer that the sweep puts over every result: whatever it is, a longest-named inhibitor made
/// it so from a normal one.
pub(super) fn converted(
    drug: &Drug,
    results: &[(String, Option<Outcome>)],
    advice: DrugStatement,
) -> ClinicalAdvice {
    let of = |(gene, clinical): (&String, &Outcome)| Conversion {
        gene: gene.clone(),
        assessed: true,
        genotype: vec![outcome("Normal Metabolizer")],
        clinical: vec![clinical.clone()],
        causes: vec![cause("st john's wort and cyclosporine", "1")],
        evidence: Some(Evidence::StepDown),
        notes: Vec::new(),
    };
    let known = results.iter().filter_map(|(gene, outcome)| Some((gene, outcome.as_ref()?)));
    ClinicalAdvice {
        rxnorm: drug.rxnorm.clone(),
        conversions: known.map(of).collect(),
        advice: Some(advice),
        more_cautious: true,
        by_order: false,
    }
}

/// Codeine for a normal metabolizer: standard by genotype, avoided with paroxetine.
fn codeine() -> Scene {
    let mut scene = Scene::default();
    let drug = |name: &str, rxnorm: &str| Drug {
        name: name.into(),
        rxnorm: rxnorm.into(),
        atc: Vec::new(),
        genes: vec!["CYP2D6".into()],
    };
    scene.knowledge.drugs.extend([drug("codeine", CODEINE), drug("paroxetine", PAROXETINE)]);
    let standard = make::recommendation(Action::Standard, Strength::Strong, "actions:codeine/NM");
    let key = make::gene_key("CYP2D6", "Normal Metabolizer", "*1/*1");
    let gene = make::gene_called("CYP2D6", "*1", "*1", "Normal Metabolizer");
    scene.drug("codeine", CODEINE, key, vec![standard]).gene(gene)
}

fn avoided(by_order: bool, action: Action) -> ClinicalAdvice {
    let avoid = make::recommendation(action, Strength::Strong, "actions:codeine/PM");
    let key = make::gene_key("CYP2D6", "Poor Metabolizer", "*1/*1");
    ClinicalAdvice {
        rxnorm: CODEINE.into(),
        conversions: vec![Conversion {
            gene: "CYP2D6".into(),
            assessed: true,
            genotype: vec![outcome("Normal Metabolizer")],
            clinical: vec![outcome("Poor Metabolizer")],
            causes: vec![Cause { ordered: by_order, ..cause("paroxetine", PAROXETINE) }],
            evidence: Some(Evidence::ActivityScore),
            notes: vec!["activity score 2.0 × 0.0 = 0.0".into()],
        }],
        advice: Some(make::drug("codeine", CODEINE, vec![key], vec![avoid])),
        more_cautious: true,
        by_order,
    }
}

fn taken(rxnorm: &str, status: &str) -> Medication {
    let concept = order(rxnorm).concept;
    Medication { concept, status: status.into(), ..Medication::default() }
}

#[test]
fn more_care_by_a_medicine_is_said_beside_the_genotype() {
    let mut scene = codeine().order(CODEINE);
    assert_eq!(reasons(&scene.decide()), [SilenceReason::Standard]);
    scene.clinical = vec![avoided(false, Action::Avoid)];
    let decision = scene.decide();
    let [card] = &decision.cards[..] else { panic!("{decision:?}") };
    assert_eq!(
        card.summary,
        "CYP2D6 Poor Metabolizer with paroxetine (Normal by genotype): avoid codeine"
    );
    assert_eq!(card.indicator, Indicator::Critical);
    assert_eq!(card.source.topic.code, "pgx-phenoconversion");
    for said in [
        "**CYP2D6**: Normal Metabolizer by genotype; Poor Metabolizer with paroxetine (by \
         activity score)",
        "paroxetine: strong inhibitor, since 2026-01-05; matched by RxNorm ingredient code",
        "**By genotype alone**: CPIC: usual dose of codeine",
        "activity score 2.0 × 0.0 = 0.0",
        "CYP2D6: `*1/*1`, Normal Metabolizer",
    ] {
        assert!(card.detail.contains(said), "{said} in {}", card.detail);
    }
    // A convention without a guideline is never critical.
    scene.clinical[0].conversions[0].evidence = Some(Evidence::StepDown);
    let card = scene.decide().cards.remove(0);
    assert_eq!(card.indicator, Indicator::Warning);
    assert!(card.detail.contains("lower evidence"), "{}", card.detail);
}

#[test]
fn less_care_by_a_medicine_changes_nothing_on_top() {
    let mut scene = Scene::poor_metabolizer().order(CLOPIDOGREL);
    let before = scene.decide().cards.remove(0);
    let mut clinical = avoided(false, Action::Standard);
    clinical.rxnorm = CLOPIDOGREL.into();
    clinical.more_cautious = false;
    scene.clinical = vec![clinical];
    let card = scene.decide().cards.remove(0);
    assert_eq!((&card.summary, card.indicator), (&before.summary, before.indicator));
    assert!(card.detail.contains("**With these medicines**: CPIC: usual dose of clopidogrel"));
}

#[test]
fn a_higher_dose_is_not_advised_against_an_inhibitor() {
    let raise = make::recommendation(Action::Increase { percent: None }, Strength::Strong, "r");
    let key = make::gene_key("CYP2D6", "Normal Metabolizer", "*1/*1");
    let mut scene = codeine();
    scene.statements.clear();
    let mut scene = scene.drug("codeine", CODEINE, key, vec![raise]).order(CODEINE);
    scene.clinical = vec![avoided(false, Action::Standard)];
    assert_eq!(
        scene.decide().cards[0].summary,
        "CYP2D6 Poor Metabolizer with paroxetine (Normal by genotype): this speaks against \
         “increase dose of codeine”"
    );
}

#[test]
fn an_ordered_inhibitor_bears_on_what_is_taken() {
    let mut scene = codeine().order(PAROXETINE);
    scene.medications = Some(vec![taken(CODEINE, "active")]);
    scene.clinical = vec![avoided(true, Action::Avoid)];
    let decision = scene.decide();
    let [card] = &decision.cards[..] else { panic!("{decision:?}") };
    assert_eq!(
        card.summary,
        "CYP2D6 Poor Metabolizer with paroxetine (Normal by genotype): avoid codeine, taken now"
    );
    assert!(card.detail.contains("Ordering paroxetine bears on codeine, which is taken now"));
    assert!(card.detail.contains("being ordered"), "{}", card.detail);
    // The order for paroxetine is not replaced by what would replace codeine.
    assert_eq!((card.order.as_str(), card.suggestions.len()), ("MedicationRequest/103", 0));
    for (medications, clinical) in [
        // Not taken any more, or not known to be.
        (Some(vec![taken(CODEINE, "stopped")]), avoided(true, Action::Avoid)),
        (Some(vec![]), avoided(true, Action::Avoid)),
        (None, avoided(true, Action::Avoid)),
        // The order changes nothing about it.
        (Some(vec![taken(CODEINE, "active")]), avoided(false, Action::Avoid)),
    ] {
        (scene.medications, scene.clinical) = (medications, vec![clinical]);
        assert_eq!(scene.decide().cards, [], "{:?}", scene.medications);
    }
    // Ordered together, codeine has a card of its own and paroxetine none about it.
    scene.medications = Some(vec![taken(CODEINE, "active")]);
    scene.clinical = vec![avoided(true, Action::Avoid)];
    let mut scene = scene.order(CODEINE);
    scene.orders[1].reference = "MedicationRequest/104".into();
    let orders: Vec<String> = scene.decide().cards.into_iter().map(|card| card.order).collect();
    assert_eq!(orders, ["MedicationRequest/104"]);
}

#[test]
fn without_advice_for_the_clinical_phenotype_the_pharmacist_is_told() {
    let mut scene = codeine().order(CODEINE);
    let mut clinical = avoided(false, Action::NoRecommendation);
    clinical.advice.as_mut().unwrap().state = AdviceState::NotKnown;
    scene.clinical = vec![clinical];
    assert_eq!(scene.decide().cards, []);
    scene.role = Role::Pharmacist;
    let card = scene.decide().cards.remove(0);
    assert_eq!(card.indicator, Indicator::Info);
    assert_eq!(
        card.summary,
        "CYP2D6 Poor Metabolizer with paroxetine (Normal by genotype): no gene-based advice for \
         codeine"
    );
}

#[test]
fn medicines_that_were_not_looked_at_are_said() {
    let mut scene = Scene::poor_metabolizer().order(CLOPIDOGREL);
    let mut clinical = avoided(false, Action::Standard);
    (clinical.rxnorm, clinical.advice, clinical.more_cautious) = (CLOPIDOGREL.into(), None, false);
    clinical.conversions[0].assessed = false;
    clinical.conversions[0].clinical = clinical.conversions[0].genotype.clone();
    (scene.medications, scene.clinical) = (None, vec![clinical]);
    let detail = &scene.decide().cards[0].detail;
    let said = "Effect of other medicines on the genes: not assessed, list unavailable";
    assert!(detail.contains(said), "{detail}");
}

#[test]
fn an_overridden_card_stays_away_until_what_it_rests_on_changes() {
    let mut scene = codeine().order(CODEINE);
    scene.clinical = vec![avoided(false, Action::Avoid)];
    scene.orders[0].dosage = Some("30 mg".into());
    let card = scene.decide().cards.remove(0);
    scene.overridden = BTreeSet::from([card.uuid]);
    assert_eq!(reasons(&scene.decide()), [SilenceReason::Overridden]);
    let silence = scene.decide().silences.remove(0);
    assert_eq!(silence.rule.as_deref(), Some("actions:codeine/PM"));
    let comes_again = |change: &dyn Fn(&mut Scene)| {
        let mut scene = codeine().order(CODEINE);
        scene.clinical = vec![avoided(false, Action::Avoid)];
        scene.orders[0].dosage = Some("30 mg".into());
        scene.overridden = BTreeSet::from([scene.decide().cards.remove(0).uuid]);
        change(&mut scene);
        scene.decide().cards.len() == 1
    };
    assert!(!comes_again(&|_| {}));
    assert!(comes_again(&|scene| scene.orders[0].dosage = Some("60 mg".into())), "dose");
    assert!(
        comes_again(&|scene| scene.orders[0].reference = "MedicationRequest/9".into()),
        "order"
    );
    assert!(comes_again(&|scene| scene.role = Role::Pharmacist), "role");
    assert!(comes_again(&|scene| scene.reference.digest = "x".into()), "pack");
    let other_medicine = |scene: &mut Scene| {
        scene.clinical[0].conversions[0].causes[0].drug = "bupropion".into();
    };
    assert!(comes_again(&other_medicine), "medicines");
    let other_result = |scene: &mut Scene| {
        scene.clinical[0].conversions[0].genotype = vec![outcome("Ultrarapid Metabolizer")];
    };
    assert!(comes_again(&other_result), "result");
    // An answer to it before the dose was chosen holds for the dose chosen after.
    let mut scene = codeine().order(CODEINE);
    scene.clinical = vec![avoided(false, Action::Avoid)];
    scene.overridden = BTreeSet::from([scene.decide().cards.remove(0).uuid]);
    scene.orders[0].dosage = Some("30 mg".into());
    assert_eq!(reasons(&scene.decide()), [SilenceReason::Overridden]);
}

/// Summaries of the pack that ships, with a score, a status and a function that is the lowest.
#[test]
fn summaries_read_well_for_scores_and_statuses() {
    let pack = knowledge::Pack::built_in().unwrap();
    let summary = |drug: &str, gene: &str, phenotype: &str, score: Option<&str>| {
        let drug = pack.pgx.drugs.iter().find(|known| known.name == drug).unwrap();
        let found = Outcome {
            phenotype: Some(phenotype.into()),
            activity_score: score.map(str::to_owned),
            ..Outcome::default()
        };
        let fits = |rule: &&knowledge::pgx::ActionRule| {
            rule.rxnorm == drug.rxnorm
                && rule.key.iter().all(|(symbol, values)| {
                    let result = (symbol == gene).then_some(&found);
                    values.iter().any(|value| value.holds(result))
                })
        };
        let rules = pack.pgx.actions.iter().filter(fits);
        let rules: Vec<_> = rules.map(testkit::pgx::recommendation_of).collect();
        let mut statement = make::gene_called(gene, "a", "b", phenotype);
        statement.activity_score = score.map(str::to_owned);
        let key = make::gene_key(gene, phenotype, "a/b");
        let mut scene = Scene::default().drug(&drug.name, &drug.rxnorm, key, rules).gene(statement);
        scene.knowledge = pack.pgx.clone();
        scene.order(&drug.rxnorm).decide().cards.remove(0).summary
    };
    for (drug, gene, phenotype, score, expected) in [
        (
            "fluorouracil",
            "DPYD",
            "Intermediate Metabolizer",
            Some("1.0"),
            "DPYD Intermediate Metabolizer (activity score 1.0): reduce dose of fluorouracil by \
             50 %",
        ),
        (
            "abacavir",
            "HLA-B",
            "*15:02 negative; *57:01 positive; *58:01 negative",
            None,
            "HLA-B *57:01 positive: avoid abacavir",
        ),
    ] {
        assert_eq!(summary(drug, gene, phenotype, score), expected);
    }
}
