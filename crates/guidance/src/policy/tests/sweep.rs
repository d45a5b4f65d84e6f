//! Properties over many inputs.

use super::*;
use crate::Card;
use knowledge::pgx::{ActionRule, Gene, KeyValue, STATUS_SEPARATOR, Values};
use model::score::ActivityScore;
use model::statement::{Diplotype, GeneState, Outcome};
use proptest::prelude::*;

/// Results of one drug looked at; a drug of four genes has thousands that say nothing new.
const RESULTS_MAX: usize = 130;

/// What a gene can have: each phenotype, each activity score, each status alone and none, each
/// allele that a rule asks for, and no result.
fn outcomes(gene: &Gene, rules: &[&ActionRule]) -> Vec<Option<Outcome>> {
    let phenotype = |name: &str| Outcome { phenotype: Some(name.into()), ..Outcome::default() };
    let mut found: Vec<Outcome> = if gene.statuses.is_empty() {
        gene.phenotype_names().into_iter().map(phenotype).collect()
    } else {
        // One positive status at a time, and none: as a typing tells them.
        let joined = |positive: Option<usize>| {
            let words = gene.statuses.iter().enumerate().map(|(place, status)| {
                if positive == Some(place) { &*status.positive } else { &*status.negative }
            });
            phenotype(&words.collect::<Vec<_>>().join(STATUS_SEPARATOR))
        };
        (0..gene.statuses.len()).map(Some).chain([None]).map(joined).collect()
    };
    if gene.has_scores() {
        let scored = |name: &str| {
            let scores = gene.scores_of(name).into_iter();
            let score = |score: ActivityScore| Some(score.to_string());
            scores
                .map(|one| Outcome { activity_score: score(one), ..phenotype(name) })
                .collect::<Vec<_>>()
        };
        found = found
            .iter()
            .flat_map(|one| {
                let name = one.phenotype.as_deref().unwrap_or_default();
                let scored = scored(name);
                if scored.is_empty() { vec![one.clone()] } else { scored }
            })
            .collect();
    }
    let keys = rules.iter().flat_map(|rule| &rule.key).filter(|(symbol, _)| *symbol == gene.symbol);
    let alleles: BTreeSet<&str> = keys
        .flat_map(|(_, values)| values)
        .filter_map(|value| match value {
            KeyValue::Has(name) | KeyValue::Lacks(name) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    let pair = |first: &str| Diplotype { first: first.into(), second: Some(first.into()) };
    let reference = gene.alleles.iter().find(|allele| allele.reference);
    let reference = reference.map_or("reference", |allele| allele.name.as_str());
    if found.is_empty() {
        let all = alleles.into_iter().chain([reference]).map(pair);
        found = all.map(|one| Outcome { diplotype: Some(one), ..Outcome::default() }).collect();
    } else {
        for one in &mut found {
            one.diplotype = Some(pair(reference));
        }
    }
    found.into_iter().map(Some).chain([None]).collect()
}

type Results = Vec<(String, Option<Outcome>)>;

/// Every result of a drug of one or two genes; of more genes, each gene's own with the others at
/// their first and at nothing.
fn results(knowledge: &PgxKnowledge, drug: &Drug, rules: &[&ActionRule]) -> Vec<Results> {
    let of_genes: Vec<(String, Vec<Option<Outcome>>)> = drug
        .genes
        .iter()
        .map(|symbol| {
            let gene = knowledge.gene(symbol).expect("a drug's gene is in the pack");
            (symbol.clone(), outcomes(gene, rules))
        })
        .collect();
    let product: usize = of_genes.iter().map(|(_, outcomes)| outcomes.len()).product();
    let mut all: Vec<Results> = vec![Vec::new()];
    if product <= RESULTS_MAX {
        for (symbol, outcomes) in &of_genes {
            all = all
                .into_iter()
                .flat_map(|start| {
                    outcomes.iter().map(move |outcome| {
                        let mut next = start.clone();
                        next.push((symbol.clone(), outcome.clone()));
                        next
                    })
                })
                .collect();
        }
        return all;
    }
    all.clear();
    for (place, (_, outcomes)) in of_genes.iter().enumerate() {
        for outcome in outcomes {
            for background in [0, usize::MAX] {
                let result = of_genes.iter().enumerate().map(|(other, (symbol, outcomes))| {
                    let fixed = outcomes.get(background).cloned().flatten();
                    (symbol.clone(), if other == place { outcome.clone() } else { fixed })
                });
                all.push(result.collect());
            }
        }
    }
    all
}

fn advice_for(rules: &[&ActionRule], results: &Results) -> Vec<Recommendation> {
    let of = |gene: &str| {
        let found = results.iter().find(|(symbol, _)| symbol == gene);
        found.and_then(|(_, outcome)| outcome.as_ref())
    };
    let fits = |(gene, values): &(String, Values)| values.iter().any(|one| one.holds(of(gene)));
    let known = |rule: &ActionRule| rule.key.iter().any(|(gene, _)| of(gene).is_some());
    let fitting = rules.iter().filter(|rule| known(rule) && rule.key.iter().all(fits));
    fitting.map(|rule| testkit::pgx::recommendation_of(rule)).collect()
}

/// A gene's statement with that result.
fn gene_statement(symbol: &str, outcome: &Outcome) -> GeneStatement {
    GeneStatement {
        gene: symbol.into(),
        state: GeneState::Called,
        diplotypes: outcome.diplotype.clone().into_iter().collect(),
        phenotype: outcome.phenotype.clone(),
        phenotypes: outcome.phenotype.clone().into_iter().collect(),
        activity_score: outcome.activity_score.clone(),
        ..GeneStatement::default()
    }
}

/// Every drug of the pack that ships, with every result its genes can have, for both roles: by
/// genotype, and as what an inhibitor makes of another result.
#[test]
fn the_pack_that_ships_keeps_every_rule_of_a_card() {
    let pack = knowledge::Pack::built_in().expect("the pack loads");
    let mut cards = 0;
    let mut scene = Scene { reference: pack.reference(), ..Scene::default() };
    scene.knowledge = pack.pgx.clone();
    for drug in &pack.pgx.drugs {
        let rules: Vec<&ActionRule> =
            pack.pgx.actions.iter().filter(|rule| rule.rxnorm == drug.rxnorm).collect();
        scene.orders = vec![order(&drug.rxnorm)];
        for results in results(&pack.pgx, drug, &rules) {
            let keys = results.iter().map(|(gene, outcome)| match outcome {
                Some(Outcome { phenotype: Some(phenotype), .. }) => {
                    make::gene_key(gene, phenotype, "*2/*2")
                }
                _ => make::gene_key_unknown(gene),
            });
            let rules = advice_for(&rules, &results);
            let advice = make::drug(&drug.name, &drug.rxnorm, keys.collect(), rules);
            let acts = advice.state >= AdviceState::Adjust;
            let known =
                results.iter().filter_map(|(gene, outcome)| Some((gene, outcome.as_ref()?)));
            scene.statements = known
                .map(|(gene, outcome)| {
                    let content = StatementContent::Gene(gene_statement(gene, outcome));
                    make::statement(&format!("gene-{gene}"), content)
                })
                .collect();
            let content = StatementContent::Drug(advice.clone());
            scene.statements.push(make::statement("drug-x", content));
            for (role, clinical) in [
                (Role::Prescriber, Vec::new()),
                (Role::Pharmacist, Vec::new()),
                (Role::Prescriber, vec![clinical::converted(drug, &results, advice.clone())]),
            ] {
                let layered = !clinical.is_empty();
                (scene.role, scene.clinical) = (role, clinical);
                let decision = scene.decide();
                assert!(decision.cards.len() <= 1);
                assert!(!acts || decision.cards.len() == 1, "{} {results:?}", drug.name);
                for card in &decision.cards {
                    cards += 1;
                    keeps_the_rules(card, &pack.reference().version);
                    assert!(!layered || !acts || card.detail.contains("By genotype alone"));
                }
            }
        }
    }
    assert!(cards > 1_000, "{cards} cards");
}

fn keeps_the_rules(card: &Card, version: &str) {
    let summary = &card.summary;
    assert!(summary.chars().count() < SUMMARY_LENGTH_LIMIT, "{summary}");
    assert!(!summary.contains('…'), "{summary}");
    // A status names its allele; a genotype is never there.
    let genotype = |word: &str| word.starts_with('*') && word.contains('/');
    assert!(!summary.split_whitespace().any(genotype), "{summary}");
    let statuses = summary.matches(" positive").count() + summary.matches(" negative").count();
    assert!(summary.matches('*').count() <= statuses, "{summary}");
    assert!(card.detail.contains(version));
    assert!(card.suggestions.iter().filter(|one| one.recommended).count() <= 1);
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
