//! Properties over many inputs.

use super::*;
use knowledge::pgx::Values;
use model::statement::Outcome;
use proptest::prelude::*;

/// What is known of each gene of a drug: a phenotype of the pack, or nothing.
fn results<'k>(
    knowledge: &'k PgxKnowledge,
    genes: &'k [String],
) -> Vec<Vec<(&'k str, Option<&'k str>)>> {
    let mut all = vec![Vec::new()];
    for symbol in genes {
        let gene = knowledge.gene(symbol).expect("a drug's gene is in the pack");
        let known = gene.phenotype_names().into_iter().map(Some).chain([None]);
        let values: Vec<Option<&str>> = known.collect();
        all = all
            .into_iter()
            .flat_map(|start: Vec<(&str, Option<&str>)>| {
                values.iter().map(move |value| {
                    let mut next = start.clone();
                    next.push((symbol.as_str(), *value));
                    next
                })
            })
            .collect();
    }
    all
}

fn advice_for(
    knowledge: &PgxKnowledge,
    drug: &Drug,
    result: &[(&str, Option<&str>)],
) -> Vec<Recommendation> {
    let fits = |(gene, values): &(String, Values)| {
        let value = result.iter().find(|(symbol, _)| symbol == gene).and_then(|(_, value)| *value);
        let outcome =
            value.map(|value| Outcome { phenotype: Some(value.into()), ..Outcome::default() });
        values.iter().any(|one| one.holds(outcome.as_ref()))
    };
    let rules = knowledge.actions.iter().filter(|rule| rule.rxnorm == drug.rxnorm);
    rules.filter(|rule| rule.key.iter().all(fits)).map(testkit::pgx::recommendation_of).collect()
}

/// Every drug of the pack that ships, with every result its genes can have, for both roles.
#[test]
fn the_pack_that_ships_keeps_every_rule_of_a_card() {
    let pack = knowledge::Pack::built_in().expect("the pack loads");
    let mut cards = 0;
    for drug in &pack.pgx.drugs {
        for result in results(&pack.pgx, &drug.genes) {
            for role in [Role::Prescriber, Role::Pharmacist] {
                let keys = result.iter().map(|(gene, value)| match value {
                    Some(phenotype) => make::gene_key(gene, phenotype, "*2/*2"),
                    None => make::gene_key_unknown(gene),
                });
                let rules = advice_for(&pack.pgx, drug, &result);
                let advice = make::drug(&drug.name, &drug.rxnorm, keys.collect(), rules);
                let acts = advice.state >= AdviceState::Adjust;
                let mut scene = Scene { role, ..Scene::default() }.order(&drug.rxnorm);
                scene.knowledge = pack.pgx.clone();
                scene.reference = pack.reference();
                scene.statements = vec![make::statement("drug-x", StatementContent::Drug(advice))];
                let decision = scene.decide();
                assert!(decision.cards.len() <= 1);
                assert!(!acts || decision.cards.len() == 1, "{} {result:?}", drug.name);
                for card in &decision.cards {
                    cards += 1;
                    let length = card.summary.chars().count();
                    assert!(length < SUMMARY_LENGTH_LIMIT, "{}", card.summary);
                    assert!(!card.summary.contains(['*', '…']), "{}", card.summary);
                    assert!(card.detail.contains(&pack.reference().version));
                    let pressed = card.suggestions.iter().filter(|one| one.recommended);
                    assert!(pressed.count() <= 1);
                }
            }
        }
    }
    assert!(cards > 100, "{cards} cards");
}

fn strength() -> impl Strategy<Value = Strength> {
    prop_oneof![
        Just(Strength::None),
        Just(Strength::Optional),
        Just(Strength::Moderate),
        Just(Strength::Strong)
    ]
}

fn action() -> impl Strategy<Value = Action> {
    let percent = proptest::option::of((0_u8..=100, 0_u8..=100));
    prop_oneof![
        Just(Action::Standard),
        percent.clone().prop_map(|percent| Action::Reduce { percent }),
        percent.prop_map(|percent| Action::Increase { percent }),
        Just(Action::Avoid),
        Just(Action::Alternative),
        Just(Action::Monitor),
        Just(Action::TestFirst),
        Just(Action::NoRecommendation),
    ]
}

proptest! {
    /// Whatever the names of a pack: under 140 characters, one line, and a card exactly if a
    /// recommendation calls for action.
    #[test]
    fn summaries_keep_the_limit(
        name in "\\PC{1,200}",
        phenotype in "[A-Z][a-z ]{0,160}",
        alternatives in proptest::collection::vec("\\PC{0,80}", 0..8),
        population in "[a-z-]{1,120}",
        action in action(),
        strength in strength(),
    ) {
        let mut advice = make::recommendation(action, strength, "actions:x");
        advice.population = population;
        advice.alternatives =
            alternatives.into_iter().enumerate().map(|(n, name)| (format!("9{n}"), name)).collect();
        let key = make::gene_key("CYP2C19", &phenotype, "*2/*2");
        let mut scene = Scene::default();
        scene.knowledge.drugs[1].name = name.clone();
        let scene = scene.drug(&name, CLOPIDOGREL, key, vec![advice]).order(CLOPIDOGREL);
        let decision = scene.decide();
        let acts = advice_state(action) >= AdviceState::Adjust;
        prop_assert_eq!(decision.cards.len(), usize::from(acts));
        prop_assert_eq!(decision.cards.len() + decision.silences.len(), 1);
        for card in &decision.cards {
            prop_assert!(card.summary.chars().count() < SUMMARY_LENGTH_LIMIT, "{}", card.summary);
            prop_assert!(!card.summary.contains('\n'));
            prop_assert!(card.suggestions.iter().filter(|one| one.recommended).count() <= 1);
        }
    }

    /// Shown once, the same moment says nothing more.
    #[test]
    fn the_same_is_never_said_twice(action in action(), strength in strength()) {
        let advice = vec![make::recommendation(action, strength, "actions:x")];
        let key = make::gene_key("CYP2C19", "Poor Metabolizer", "*2/*2");
        let mut scene = Scene::default().drug("clopidogrel", CLOPIDOGREL, key, advice);
        scene = scene.order(CLOPIDOGREL);
        scene.shown = scene.decide().shown.into_iter().map(|one| one.key).collect();
        prop_assert_eq!(scene.decide().cards, []);
    }
}
