//! Properties over many inputs.

use super::*;
use proptest::prelude::*;

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
