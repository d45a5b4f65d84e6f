//! What holds for every statement.

use super::sample::{Sample, about, of_type, parts, recommendation, resources, sample};
use formats::fhir::{check, facts};
use model::fact::FactContent;
use model::statement::{
    Action, AdviceState, Basis, Callability, Diplotype, DrugStatement, GeneKey, GeneState,
    GeneStatement, Outcome,
};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;
use std::collections::BTreeSet;

const GENES: [&str; 7] = ["CYP2C19", "CYP2D6", "DPYD", "HLA-B", "MT-RNR1", "TPMT", "ODD1"];
const PHENOTYPES: [&str; 6] = [
    "Poor Metabolizer",
    "Likely Poor Metabolizer",
    "Indeterminate",
    "Normal Function",
    "Uncertain Susceptibility",
    "odd \u{1} words",
];

fn allele() -> impl Strategy<Value = String> {
    let known = select(vec!["*1", "*2", "*57:01", "*36+*10", "[a + b]", "c.1905+1G>A (*2A)"]);
    prop_oneof![known.prop_map(str::to_owned), "[ -~\u{1}é]{1,12}"]
}

fn diplotype() -> impl Strategy<Value = Diplotype> {
    (allele(), of(allele())).prop_map(|(first, second)| Diplotype { first, second })
}

fn outcome() -> impl Strategy<Value = Outcome> {
    (of(diplotype()), of(select(PHENOTYPES.to_vec())), of(select(vec!["0", "1.25", "≥3"])))
        .prop_map(|(diplotype, phenotype, score)| Outcome {
            diplotype,
            phenotype: phenotype.map(Into::into),
            activity_score: score.map(Into::into),
        })
}

fn strings() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[ -~]{0,8}", 0..3)
}

prop_compose! {
    fn callability()(
        (positions, seen, from_block) in (any::<u32>(), any::<u32>(), any::<u32>()),
        lists in prop::collection::vec(strings(), 5),
    ) -> Callability {
        let [missing, filtered, not_excluded, tier1_missing, assumed] = lists.try_into().unwrap();
        Callability {
            positions, seen, from_block, missing, filtered, not_excluded, tier1_missing, assumed,
            ..Callability::default()
        }
    }
}

prop_compose! {
    fn gene(symbol: &'static str)(
        state in prop_oneof![
            4 => Just(GeneState::Called),
            1 => Just(GeneState::NotTested),
            1 => "[ -~]{0,9}".prop_map(|why| GeneState::NotCalled { why }),
        ],
        basis in select(vec![Basis::Genotypes, Basis::Reported, Basis::SinglePosition]),
        diplotypes in prop::collection::vec(diplotype(), 0..4),
        phenotypes in prop::sample::subsequence(PHENOTYPES.to_vec(), 0..3),
        score in of(select(vec!["0", "1.25", "≥3"])),
        possible in prop::collection::vec(outcome(), 0..3),
        (variants, unexplained, notes) in (strings(), strings(), strings()),
        also_possible in prop::collection::vec(diplotype(), 0..2),
        (phased, research) in (any::<bool>(), any::<bool>()),
        callability in of(callability()),
    ) -> GeneStatement {
        let phenotypes: Vec<String> = phenotypes.into_iter().map(str::to_owned).collect();
        GeneStatement {
            gene: symbol.into(),
            hgnc: if symbol == "ODD1" { "HGNC:99999".into() } else { String::new() },
            state,
            basis,
            diplotypes,
            phenotype: phenotypes.first().filter(|_| phenotypes.len() == 1).cloned(),
            phenotypes,
            activity_score: score.map(Into::into),
            activity_scores: score.map(Into::into).into_iter().collect(),
            possible,
            variants,
            phased,
            unexplained,
            also_possible,
            research,
            callability,
            notes,
        }
    }
}

fn genes() -> impl Strategy<Value = Vec<GeneStatement>> {
    prop::sample::subsequence(GENES.to_vec(), 0..=GENES.len())
        .prop_flat_map(|symbols| symbols.into_iter().map(gene).collect::<Vec<_>>())
}

fn action() -> impl Strategy<Value = Action> {
    select(vec![
        Action::Standard,
        Action::Reduce { percent: None },
        Action::Increase { percent: Some((10, 20)) },
        Action::Avoid,
        Action::Alternative,
        Action::LoadingOnly,
        Action::Monitor,
        Action::TestFirst,
        Action::NoRecommendation,
    ])
}

prop_compose! {
    fn drug()(
        (name, rxnorm) in ("[a-z ]{0,8}", "[0-9]{0,4}"),
        atc in prop::collection::vec("[A-Z0-9]{0,7}", 0..2),
        keys in prop::collection::vec(
            (select(GENES.to_vec()), of(select(PHENOTYPES.to_vec())), "[ -~]{0,9}"),
            0..3,
        ),
        said in prop::collection::vec(
            (select(vec!["CPIC", "DPWG"]), "[a-z-]{1,8}", action()),
            0..3,
        ),
        notes in strings(),
    ) -> DrugStatement {
        let key = |(gene, phenotype, call): (&str, Option<&str>, String)| GeneKey {
            gene: gene.into(),
            phenotype: phenotype.map(Into::into),
            call,
            statement: None,
        };
        DrugStatement {
            drug: name,
            rxnorm,
            atc,
            state: AdviceState::Adjust,
            genes: keys.into_iter().map(key).collect(),
            recommendations: said
                .into_iter()
                .map(|(source, population, action)| recommendation(source, &population, action))
                .collect(),
            pre_test: None,
            notes,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_bundle_is_valid_and_never_says_more_than_the_statements(
        genes in genes(),
        drugs in prop::collection::vec(drug(), 0..3),
    ) {
        let from = Sample { genes, drugs, ..sample() };
        let made = from.bundle();
        prop_assert_eq!(&made, &from.bundle());
        let mut urls = BTreeSet::new();
        let mut results = Vec::new();
        for (url, resource) in resources(&made) {
            prop_assert!(urls.insert(url));
            prop_assert_eq!(check::check(resource), vec![], "{:#}", resource);
            let (found, _) = facts::facts_of(resource, None, url);
            results.extend(found.into_iter().filter_map(|fact| match fact.content {
                FactContent::GeneResult(result) => Some(result),
                _ => None,
            }));
        }
        for statement in &from.genes {
            let gene = &statement.gene;
            let is_sure = statement.state == GeneState::Called && !statement.research;
            let found: Vec<_> = results.iter().filter(|r| r.gene == *gene).collect();
            prop_assert!(found.len() <= usize::from(is_sure), "{}: {:?}", gene, found);
            let several = statement.phenotype.is_none();
            prop_assert!(!several || found.iter().all(|r| r.phenotype.is_none()), "{:?}", found);
            let said = about(&made, "84413-4", gene).len()
                + about(&made, "therapeutic-implication", gene).len();
            prop_assert_eq!(said, 1, "{} is said once", gene);
        }
        for drug in &from.drugs {
            let count = drug.recommendations.len().max(1);
            let name = drug.drug.as_str();
            let is_about = |o: &&&Value| {
                let about = parts(o, "51963-7");
                about.iter().any(|part| part["valueCodeableConcept"]["text"] == name)
            };
            let said = of_type(&made, "Observation");
            let said = said.iter().filter(is_about).count();
            prop_assert!(name.trim().is_empty() || said >= count);
        }
    }
}
