use super::*;
use model::code::Coding;
use testkit::pgx::{
    AZATHIOPRINE, CLOPIDOGREL, CLOPIDOGREL_75_MG_TABLET, CLOPIDOGREL_WITH_ASPIRIN, SIMVASTATIN,
    small_knowledge,
};

fn coded(system: &str, code: &str, display: Option<&str>) -> CodeableConcept {
    let coding =
        Coding { system: system.into(), code: code.into(), display: display.map(str::to_owned) };
    CodeableConcept { coding: vec![coding], text: None }
}

fn worded(text: &str) -> CodeableConcept {
    CodeableConcept { coding: Vec::new(), text: Some(text.into()) }
}

fn found(order: &Order) -> Vec<(String, MatchedBy)> {
    let resolution = resolve(&small_knowledge(), order);
    resolution.ingredients.into_iter().map(|drug| (drug.rxnorm, drug.how)).collect()
}

fn found_in(concept: CodeableConcept) -> Vec<(String, MatchedBy)> {
    found(&Order { concept, ..Order::default() })
}

#[test]
fn each_step_finds_its_drug_and_is_named() {
    use MatchedBy::{Atc, Name, RxNormIngredient, RxNormProduct};
    let rxnorm = system::RXNORM;
    let tablet = Some("clopidogrel 75 MG Oral Tablet");
    for (concept, drug, how) in [
        (coded(rxnorm, CLOPIDOGREL, None), CLOPIDOGREL, RxNormIngredient),
        (coded("urn:oid:2.16.840.1.113883.6.88", "32968", None), CLOPIDOGREL, RxNormIngredient),
        (coded(rxnorm, CLOPIDOGREL_75_MG_TABLET, None), CLOPIDOGREL, RxNormProduct),
        (coded(system::ATC, "B01AC04", None), CLOPIDOGREL, Atc),
        (coded(system::ATC, " b01ac04 ", None), CLOPIDOGREL, Atc),
        // A product code that the pack does not list: its words help.
        (coded(rxnorm, "749196", Some("clopidogrel 300 MG Oral Tablet")), CLOPIDOGREL, Name),
        // The precise ingredient, a salt.
        (coded(rxnorm, "236991", Some("clopidogrel bisulfate")), CLOPIDOGREL, Name),
        (worded("SIMVASTATIN 20 mg nightly"), SIMVASTATIN, Name),
        (worded("azathioprine sodium (IV)"), AZATHIOPRINE, Name),
        (coded("http://local", "x1", tablet), CLOPIDOGREL, Name),
    ] {
        assert_eq!(found_in(concept.clone()), [(drug.to_owned(), how)], "{concept:?}");
    }
}

#[test]
fn what_is_no_drug_of_the_pack_stays_unresolved() {
    for concept in [
        coded(system::RXNORM, "6809", Some("metformin")),
        // The code of another system is not an RxNorm code.
        coded("http://local", CLOPIDOGREL, None),
        // A class is not one of its members.
        coded(system::ATC, "B01AC", None),
        coded(system::ATC, "B", None),
        // Part of a word is not the drug.
        worded("isoclopidogrelate 5 mg"),
        worded("clopidogrelum"),
        // Said not to be given.
        worded("ticagrelor, not clopidogrel"),
        worded("ticagrelor instead of clopidogrel"),
        worded(""),
        CodeableConcept::default(),
    ] {
        let order = Order { concept: concept.clone(), ..Order::default() };
        let resolution = resolve(&small_knowledge(), &order);
        assert_eq!(resolution.ingredients, [], "{concept:?}");
        assert_eq!(resolution.unresolved.len(), 1, "{concept:?}");
    }
}

#[test]
fn an_order_with_several_drugs_gives_each() {
    let combination = coded(system::RXNORM, CLOPIDOGREL_WITH_ASPIRIN, None);
    let product = MatchedBy::RxNormProduct;
    assert_eq!(
        found_in(combination),
        [("1191".to_owned(), product), (CLOPIDOGREL.to_owned(), product)]
    );
    let two = worded("simvastatin 20 mg + clopidogrel 75 mg");
    assert_eq!(found_in(two).len(), 2);
    let listed = Order {
        concept: coded("http://local", "kit-7", None),
        ingredients: vec![
            coded(system::RXNORM, CLOPIDOGREL, None),
            worded("simvastatin"),
            worded("acetylsalicylic acid"),
        ],
        ..Order::default()
    };
    let resolution = resolve(&small_knowledge(), &listed);
    let how = MatchedBy::MedicationIngredient;
    assert_eq!(
        resolution.ingredients,
        [
            ResolvedDrug { rxnorm: CLOPIDOGREL.into(), how },
            ResolvedDrug { rxnorm: SIMVASTATIN.into(), how },
        ]
    );
    assert_eq!(resolution.unresolved, ["acetylsalicylic acid"]);
}

#[test]
fn an_order_that_may_hold_more_is_not_taken_for_one_drug() {
    let mut knowledge = small_knowledge();
    // Simvastatin and ezetimibe.
    knowledge.drugs[2].atc.push("C10BA02".into());
    for (concept, one_drug) in [
        (coded(system::ATC, "C10AA01", None), true),
        (coded(system::ATC, "C10BA02", None), false),
        (worded("simvastatin 20 mg film-coated tablets, once daily"), true),
        (worded("Clopidogrel (hydrogen sulfate) 75MG tab"), true),
        (worded("ezetimibe 10 MG / simvastatin 20 MG Oral Tablet"), false),
        (worded("simvastatin plus something"), false),
        (coded(system::RXNORM, SIMVASTATIN, None), true),
        (coded(system::RXNORM, CLOPIDOGREL_WITH_ASPIRIN, None), false),
    ] {
        let order = Order { concept: concept.clone(), ..Order::default() };
        let resolution = resolve(&knowledge, &order);
        assert!(!resolution.ingredients.is_empty(), "{concept:?}");
        assert_eq!(resolution.is_one_drug(), one_drug, "{concept:?}");
    }
}

#[test]
fn a_group_in_the_pack_covers_its_substances() {
    let mut knowledge = small_knowledge();
    knowledge.drugs[1].atc = vec!["B01AC".into()];
    let order = Order { concept: coded(system::ATC, "B01AC04", None), ..Order::default() };
    assert_eq!(resolve(&knowledge, &order).ingredients.len(), 1);
    // Too short to mean anything: four characters are a therapeutic group.
    knowledge.drugs[1].atc = vec!["B01A".into()];
    assert_eq!(resolve(&knowledge, &order).ingredients, []);
}

#[test]
fn ingredients_past_the_limit_are_named_not_dropped() {
    for (count, found, unresolved) in [(INGREDIENTS_MAX, 1, 31), (INGREDIENTS_MAX + 1, 0, 33)] {
        let mut ingredients = vec![worded("something else"); count - 1];
        ingredients.push(worded("clopidogrel"));
        let order = Order { ingredients, concept: worded("kit"), ..Order::default() };
        let resolution = resolve(&small_knowledge(), &order);
        assert_eq!(resolution.ingredients.len(), found, "{count}");
        assert_eq!(resolution.unresolved.len(), unresolved, "{count}");
    }
}

#[test]
fn a_text_past_the_limit_is_not_read() {
    let text = |length: usize| format!("clopidogrel {}", "x".repeat(length - 12));
    assert_eq!(found_in(worded(&text(name::NAME_LENGTH_MAX))).len(), 1);
    assert_eq!(found_in(worded(&text(name::NAME_LENGTH_MAX + 1))), []);
}

#[test]
fn closed_orders_are_not_open() {
    for (status, forbidden, open) in [
        ("draft", false, true),
        ("active", false, true),
        ("unknown", false, true),
        ("draft", true, false),
        ("cancelled", false, false),
        ("stopped", false, false),
        ("entered-in-error", false, false),
    ] {
        let order = Order { status: status.into(), do_not_perform: forbidden, ..Order::default() };
        assert_eq!(order.is_open(), open, "{status} {forbidden}");
    }
}

#[test]
fn medicines_are_resolved_by_the_steps_of_orders_and_say_which() {
    let pack = knowledge::Pack::built_in().unwrap();
    let rxnorm = system::RXNORM;
    let taken = |concept: CodeableConcept| Medication {
        concept,
        status: "active".into(),
        start: model::PartialDate::parse("2026-01-05"),
        ..Medication::default()
    };
    for (concept, name, how, local) in [
        (coded(rxnorm, "32937", None), "paroxetine", "RxNorm ingredient code", false),
        (
            coded(rxnorm, CLOPIDOGREL_75_MG_TABLET, None),
            "clopidogrel",
            "RxNorm product code",
            false,
        ),
        // An inhibitor that has no rules of its own.
        (coded(rxnorm, "42347", None), "bupropion", "RxNorm ingredient code", false),
        (coded(system::ATC, "N06AX12", None), "bupropion", "ATC code", false),
        (
            worded("Bupropion 150 mg extended release tablet"),
            "bupropion",
            "name in the order, no known code",
            false,
        ),
        (
            worded("Terbinafine 1 % topical cream"),
            "terbinafine",
            "name in the order, no known code",
            true,
        ),
    ] {
        let list = [taken(concept.clone())];
        let found = medicines(&pack.pgx, Some(&list), &[]).unwrap();
        let [one] = &found[..] else { panic!("{concept:?}: {found:?}") };
        assert_eq!((&*one.name, &*one.matched_by, one.local), (name, how, local));
        assert_eq!((one.start, one.ordered), (list[0].start, false));
        // The same drug being ordered is told apart from the one that is taken.
        let order = Order { concept, status: "draft".into(), ..Order::default() };
        let both = medicines(&pack.pgx, Some(&list), std::slice::from_ref(&order)).unwrap();
        assert_eq!(both.iter().map(|one| one.ordered).collect::<Vec<_>>(), [false, true]);
        let closed = Order { status: "cancelled".into(), ..order };
        assert_eq!(medicines(&pack.pgx, Some(&list), &[closed]).unwrap().len(), 1);
    }
    assert_eq!(medicines(&pack.pgx, Some(&[]), &[]), Some(Vec::new()));
    assert_eq!(medicines(&pack.pgx, None, &[]), None, "no list is not an empty one");
}

#[test]
fn what_an_ordered_inhibitor_bears_on_has_to_be_known() {
    let pack = knowledge::Pack::built_in().unwrap();
    let medicine =
        |rxnorm: &str, ordered| Medicine { rxnorm: rxnorm.into(), ordered, ..Medicine::default() };
    // Codeine, clopidogrel, abacavir, paroxetine itself.
    let taken = ["2670", "32968", "190521", "32937"].map(|rxnorm| medicine(rxnorm, false));
    let order = Order { concept: coded(system::RXNORM, "42347", None), ..Order::default() };
    let bupropion = needs(&pack.pgx, std::slice::from_ref(&order), &taken);
    assert!(bupropion.drugs.contains("2670") && bupropion.genes.contains("CYP2D6"));
    assert!(!bupropion.drugs.contains("32968") && !bupropion.drugs.contains("190521"));
    assert!(needs(&pack.pgx, &[order], &[medicine("2670", true)]).drugs.is_empty());
}
