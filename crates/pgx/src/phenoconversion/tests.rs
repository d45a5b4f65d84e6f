//! Conversions with the pack that ships. Strengths: FDA table; ranges: PMID 31647186; factors:
//! PMC3816977, PMID 33387367.

use super::*;
use crate::call_gene;
use crate::testing::set;
use knowledge::Pack;
use model::conversion::ClinicalAdvice;
use model::score::ActivityScore;
use model::statement::{Action, AdviceState, Basis, Diplotype, GeneState};
use std::sync::OnceLock;

fn pack() -> &'static PgxKnowledge {
    static PACK: OnceLock<Pack> = OnceLock::new();
    &PACK.get_or_init(|| Pack::built_in().unwrap()).pgx
}

fn day() -> PartialDate {
    PartialDate::parse("2026-05-10").unwrap()
}

/// A call as the tables of the pack read it: a diplotype, `score N`, or a phenotype alone.
fn reported(symbol: &str, result: &str) -> GeneStatement {
    let gene = pack().gene(symbol).unwrap();
    let score = |score: ActivityScore| {
        let rule = gene.score_rule(score).unwrap();
        (rule.phenotype.clone(), Some(score.to_string()))
    };
    let alleles: Vec<&str> = result.split('/').collect();
    let diplotype = match alleles.as_slice() {
        [first, second] => {
            Some(Diplotype { first: (*first).to_owned(), second: Some((*second).to_owned()) })
        }
        _ => None,
    };
    let (phenotype, activity_score) = match (result.strip_prefix("score "), alleles.as_slice()) {
        (Some(text), _) => score(ActivityScore::parse(text).unwrap()),
        (None, [first, second]) => {
            let (first, second) = (gene.allele(first).unwrap(), gene.allele(second).unwrap());
            if gene.has_scores() {
                score(first.activity.unwrap().plus(second.activity.unwrap()))
            } else {
                let functions = (first.function.as_deref(), second.function.as_deref());
                let rule = gene.phenotype_rule(functions.0, functions.1).unwrap();
                (rule.phenotype.clone(), None)
            }
        }
        _ => (result.to_owned(), None),
    };
    GeneStatement {
        gene: symbol.into(),
        state: GeneState::Called,
        basis: Basis::Reported,
        diplotypes: diplotype.into_iter().collect(),
        phenotype: Some(phenotype.clone()),
        phenotypes: vec![phenotype],
        activity_score,
        ..GeneStatement::default()
    }
}

fn medicine(name: &str) -> Medicine {
    let inhibitors = pack().inhibitors.iter().map(|one| (&one.name, &one.rxnorm));
    let drugs = pack().drugs.iter().map(|one| (&one.name, &one.rxnorm));
    let (_, rxnorm) = inhibitors.chain(drugs).find(|(known, _)| *known == name).unwrap();
    Medicine {
        rxnorm: rxnorm.clone(),
        name: name.into(),
        status: "active".into(),
        matched_by: "RxNorm ingredient code".into(),
        ..Medicine::default()
    }
}

fn medicines(names: &[&str]) -> Vec<Medicine> {
    names.iter().map(|name| medicine(name)).collect()
}

fn converted(symbol: &str, result: &str, names: &[&str]) -> Conversion {
    convert(pack(), &reported(symbol, result), Some(&medicines(names)), day()).unwrap()
}

fn shown(outcomes: &[Outcome]) -> String {
    let words = outcomes.iter().map(|outcome| {
        let score = outcome.activity_score.as_deref().unwrap_or("-");
        format!("{} {score}", outcome.phenotype.as_deref().unwrap_or("-"))
    });
    words.collect::<Vec<_>>().join(" or ").replace(" Metabolizer", "")
}

#[test]
fn scores_are_multiplied_by_the_strongest_factor_and_read_by_the_same_ranges() {
    for (result, names, expected) in [
        ("*1/*1", &["paroxetine"][..], "Poor 0.0"),
        ("*1/*1", &["duloxetine"], "Intermediate 1.0"),
        ("*1/*1", &["sertraline"], "Normal 2.0"),
        // The strongest counts, not the product: 0.5 x 0.5 would be poorer still.
        ("*1/*1", &["duloxetine", "mirabegron"], "Intermediate 1.0"),
        ("*1/*1", &["sertraline", "duloxetine", "bupropion"], "Poor 0.0"),
        ("*1/*4", &["duloxetine"], "Intermediate 0.5"),
        ("*4/*4", &["paroxetine"], "Poor 0.0"),
        ("*1x2/*1", &["duloxetine"], "Normal 1.5"),
        ("*1x2/*1", &["paroxetine"], "Poor 0.0"),
        // At least 3, halved, is at least 1.5: that may be normal or ultrarapid.
        ("*1x≥3/*1", &["duloxetine"], "Normal - or Ultrarapid -"),
        ("*1x≥3/*1", &["quinidine"], "Poor 0.0"),
        // Scores between two ranges: above nought is intermediate, below 1.25 as well.
        ("score 0.25", &["cinacalcet"], "Intermediate -"),
        ("score 2.25", &["cinacalcet"], "Intermediate -"),
        ("score 1.25", &["cinacalcet"], "Intermediate -"),
        ("score 2.5", &["cinacalcet"], "Normal 1.25"),
        // A phenotype without a score stands on any score of its range.
        ("Intermediate Metabolizer", &["terbinafine"], "Poor 0.0"),
        // Nought times what is not known is nought.
        ("Indeterminate", &["fluoxetine"], "Poor 0.0"),
        ("Indeterminate", &["duloxetine"], "Indeterminate -"),
    ] {
        let conversion = converted("CYP2D6", result, names);
        assert_eq!(shown(&conversion.clinical), expected, "{result} {names:?}: {conversion:?}");
        let genotype = reported("CYP2D6", result).outcomes();
        assert_eq!(conversion.genotype, genotype, "the genotype's own result stays");
        let evidence = conversion.is_converted().then_some(Evidence::ActivityScore);
        assert_eq!(conversion.evidence, evidence, "{result} {names:?}");
    }
    let halved = converted("CYP2D6", "score 2.25", &["cinacalcet"]);
    assert!(halved.notes.contains(&"activity score 2.25 × 0.5 = 1.125".into()), "{halved:?}");
    let normal = converted("CYP2D6", "Normal Metabolizer", &["duloxetine"]);
    assert_eq!(normal.clinical_words(), "Intermediate Metabolizer");
}

#[test]
fn genes_without_a_factor_go_down_the_ladder_and_say_that_it_is_a_convention() {
    for (gene, result, name, expected) in [
        ("CYP2C19", "*1/*1", "fluvoxamine", "Poor -"),
        ("CYP2C19", "*17/*17", "fluconazole", "Poor -"),
        ("CYP2C19", "*17/*17", "felbamate", "Rapid -"),
        ("CYP2C19", "*1/*17", "felbamate", "Normal -"),
        ("CYP2C19", "*1/*1", "felbamate", "Intermediate -"),
        ("CYP2C19", "*1/*2", "felbamate", "Poor -"),
        ("CYP2C19", "*2/*2", "felbamate", "Poor -"),
        ("CYP2C19", "Likely Intermediate Metabolizer", "felbamate", "Likely Poor -"),
        ("CYP2C19", "Indeterminate", "felbamate", "Indeterminate -"),
        ("CYP2C19", "Indeterminate", "ticlopidine", "Poor -"),
        ("CYP2C19", "*1/*1", "omeprazole", "Normal -"),
        // It has scores, but no agreed factor: any score of the new phenotype may be meant.
        ("CYP2C9", "*1/*1", "amiodarone", "Intermediate -"),
        ("CYP2C9", "*1/*2", "fluconazole", "Poor -"),
        ("CYP3A5", "*1/*3", "ketoconazole", "Poor -"),
        ("CYP3A5", "*1/*3", "fluconazole", "Poor -"),
        ("CYP3A4", "*1/*1", "diltiazem", "Intermediate -"),
        ("CYP2B6", "*1/*1", "clopidogrel", "Normal -"),
    ] {
        let conversion = converted(gene, result, &[name]);
        assert_eq!(shown(&conversion.clinical), expected, "{gene} {result} {name}");
        let evidence = conversion.is_converted().then_some(Evidence::StepDown);
        assert_eq!(conversion.evidence, evidence, "{gene} {result} {name}");
    }
}

#[test]
fn inducers_are_named_and_convert_nothing() {
    for (gene, result, name) in [
        ("CYP2C19", "*2/*2", "rifampin"),
        ("CYP2B6", "*6/*6", "carbamazepine"),
        ("CYP3A5", "*3/*3", "phenytoin"),
    ] {
        let conversion = converted(gene, result, &[name]);
        assert_eq!(conversion.clinical, conversion.genotype, "{gene} {name}");
        assert_eq!(conversion.causes[0].effect, Effect::Inducer);
        assert!(!conversion.causes[0].decides);
        let note = conversion.notes.last().unwrap();
        assert!(note.ends_with("activity may be higher; not assessed"), "{note}");
    }
}

#[test]
fn both_phenotypes_are_said_with_the_cause() {
    let conversion = converted("CYP2D6", "*1/*1", &["sertraline", "paroxetine"]);
    let words = "Normal Metabolizer by genotype; Poor Metabolizer with paroxetine";
    assert_eq!(conversion.words().as_deref(), Some(words));
    let causes: Vec<(&str, bool)> =
        conversion.causes.iter().map(|one| (one.drug.as_str(), one.decides)).collect();
    assert_eq!(causes, [("paroxetine", true), ("sertraline", false)]);
    let unchanged = converted("CYP2D6", "*4/*4", &["paroxetine"]);
    assert_eq!(unchanged.words(), None);
    let note = "paroxetine, a strong inhibitor: the phenotype is not changed";
    assert_eq!(unchanged.notes.last().unwrap(), note);
}

#[test]
fn every_possibility_of_an_ambiguous_call_is_converted() {
    let mut gene = reported("CYP2D6", "*1/*1");
    gene.possible = gene.outcomes();
    gene.possible.extend(reported("CYP2D6", "*1/*4").outcomes());
    let list = medicines(&["duloxetine"]);
    let conversion = convert(pack(), &gene, Some(&list), day()).unwrap();
    assert_eq!(shown(&conversion.clinical), "Intermediate 1.0 or Intermediate 0.5");
    assert_eq!(
        conversion.words().as_deref(),
        Some(
            "Normal Metabolizer or Intermediate Metabolizer by genotype; \
             Intermediate Metabolizer with duloxetine"
        )
    );
}

#[test]
fn what_is_not_known_stays_so() {
    let untested = call_gene(pack().gene("CYP2C19").unwrap(), &set(Vec::new()));
    let conversion = convert(pack(), &untested, Some(&medicines(&["fluvoxamine"])), day()).unwrap();
    assert_eq!((conversion.genotype.len(), conversion.clinical.len()), (0, 0));
    let note = "fluvoxamine, a strong inhibitor: CYP2C19 activity is likely poor whatever the \
                genotype";
    assert_eq!(conversion.notes, [note]);
    // No list is not an empty list.
    let gene = reported("CYP2D6", "*1/*1");
    let unknown = convert(pack(), &gene, None, day()).unwrap();
    assert!(!unknown.assessed);
    assert_eq!(unknown.notes, [NOT_ASSESSED]);
    assert!(!unknown.is_converted());
    let nothing = convert(pack(), &gene, Some(&[]), day()).unwrap();
    assert!(nothing.assessed && nothing.notes.is_empty());
    // A call for research only is no basis for anything.
    let research = GeneStatement { research: true, ..gene };
    let list = medicines(&["paroxetine"]);
    assert!(convert(pack(), &research, Some(&list), day()).unwrap().clinical.is_empty());
    // No drug of the pack changes it.
    assert_eq!(convert(pack(), &reported("TPMT", "*1/*1"), Some(&list), day()), None);
}

#[test]
fn stop_dates_are_respected_and_long_lasting_inhibitors_are_pointed_out() {
    let date = |text: &str| PartialDate::parse(text);
    for (name, status, start, end, expected, note) in [
        ("paroxetine", "active", "", "", "Poor 0.0", ""),
        ("paroxetine", "active", "2026-01", "2026-05-10", "Poor 0.0", ""),
        (
            "paroxetine",
            "active",
            "",
            "2026-05-09",
            "Normal 2.0",
            "paroxetine is listed as active, but it ended on 2026-05-09 and is not counted",
        ),
        ("paroxetine", "completed", "", "2026-05-09", "Normal 2.0", ""),
        ("paroxetine", "stopped", "", "", "Normal 2.0", ""),
        (
            "paroxetine",
            "active",
            "2026-06-01",
            "",
            "Normal 2.0",
            "paroxetine begins on 2026-06-01 and is not counted",
        ),
        ("paroxetine", "on-hold", "", "", "Normal 2.0", "paroxetine is on hold and not counted"),
        (
            "fluoxetine",
            "completed",
            "",
            "2026-04-20",
            "Normal 2.0",
            "fluoxetine ended on 2026-04-20: its effect on CYP2D6 may last for weeks after; \
             wash-out not assessed",
        ),
        (
            "fluoxetine",
            "stopped",
            "",
            "",
            "Normal 2.0",
            "fluoxetine ended: its effect on CYP2D6 may last for weeks after; wash-out not \
             assessed",
        ),
        ("fluoxetine", "completed", "", "2026-04-04", "Normal 2.0", ""),
    ] {
        let mut one = medicine(name);
        one.status = status.into();
        (one.start, one.end) = (date(start), date(end));
        let gene = reported("CYP2D6", "*1/*1");
        let conversion = convert(pack(), &gene, Some(&[one.clone()]), day()).unwrap();
        assert_eq!(shown(&conversion.clinical), expected, "{name} {status} {start} {end}");
        let notes: Vec<&String> =
            conversion.notes.iter().filter(|note| !note.starts_with("activity")).collect();
        assert_eq!(notes, if note.is_empty() { vec![] } else { vec![note] });
        // What is over on paper counts again when it is ordered anew.
        let again = Medicine { ordered: true, ..medicine(name) };
        let conversion = convert(pack(), &gene, Some(&[one, again]), day()).unwrap();
        assert_eq!(shown(&conversion.clinical), "Poor 0.0");
    }
}

#[test]
fn a_cream_is_said_and_not_counted() {
    let cream = Medicine { local: true, ..medicine("terbinafine") };
    let gene = reported("CYP2D6", "*1/*1");
    let conversion = convert(pack(), &gene, Some(std::slice::from_ref(&cream)), day()).unwrap();
    assert_eq!(conversion.notes, ["terbinafine for local use is not counted"]);
    assert!(!conversion.is_converted());
    let list = [cream, medicine("terbinafine")];
    assert!(convert(pack(), &gene, Some(&list), day()).unwrap().is_changed());
}

fn advised(drug: &str, genes: &[(&str, &str)], list: &[Medicine]) -> (ClinicalAdvice, Action) {
    let drug = pack().drugs.iter().find(|known| known.name == drug).unwrap();
    let genes: Vec<GeneStatement> =
        genes.iter().map(|(gene, result)| reported(gene, result)).collect();
    let by_genotype = crate::advise(pack(), drug, &genes);
    let lead = by_genotype.recommendations.iter().map(|one| one.action);
    let lead = lead.max_by_key(|action| crate::advise::rank(*action)).unwrap();
    (advise_clinically(pack(), drug, &genes, Some(list), day()), lead)
}

#[test]
fn the_second_look_up_stands_beside_the_first() {
    let list = medicines(&["paroxetine"]);
    let (clinical, by_genotype) = advised("codeine", &[("CYP2D6", "*1/*1")], &list);
    assert_eq!(by_genotype, Action::Standard);
    let advice = clinical.advice.as_ref().unwrap();
    assert_eq!(advice.state, AdviceState::Avoid);
    assert_eq!(advice.genes[0].phenotype.as_deref(), Some("Poor Metabolizer"));
    assert!(clinical.more_cautious && !clinical.by_order);
    // An ultrarapid metabolizer on a moderate inhibitor: less cautious, so the genotype leads.
    let list = medicines(&["duloxetine"]);
    let (clinical, by_genotype) = advised("codeine", &[("CYP2D6", "score 3.0")], &list);
    assert_eq!(by_genotype, Action::Avoid);
    assert_eq!(clinical.advice.as_ref().unwrap().state, AdviceState::Standard);
    assert!(!clinical.more_cautious);
    // The drug is no cause for itself: its own guidance counts that.
    let list = medicines(&["paroxetine"]);
    let (clinical, _) = advised("paroxetine", &[("CYP2D6", "*1/*1")], &list);
    assert_eq!((clinical.advice, clinical.more_cautious), (None, false));
    // A higher dose for an enzyme that an inhibitor takes away is no caution.
    let list = medicines(&["ketoconazole"]);
    let (clinical, by_genotype) = advised("tacrolimus", &[("CYP3A5", "*1/*1")], &list);
    assert!(matches!(by_genotype, Action::Increase { .. }));
    assert!(clinical.more_cautious, "{clinical:?}");
}

#[test]
fn what_is_being_ordered_counts_and_is_told_apart() {
    let ordered = Medicine { ordered: true, ..medicine("paroxetine") };
    let (clinical, _) = advised("codeine", &[("CYP2D6", "*1/*1")], std::slice::from_ref(&ordered));
    assert!(clinical.more_cautious && clinical.by_order);
    // With another strong inhibitor in place the order changes nothing.
    let list = [medicine("bupropion"), ordered.clone()];
    let (clinical, _) = advised("codeine", &[("CYP2D6", "*1/*1")], &list);
    assert!(clinical.more_cautious && !clinical.by_order);
    // Nor does ordering again what is taken.
    let list = [medicine("paroxetine"), ordered];
    let (clinical, _) = advised("codeine", &[("CYP2D6", "*1/*1")], &list);
    assert!(clinical.more_cautious && !clinical.by_order);
    assert!(clinical.conversions[0].causes.iter().all(|cause| !cause.ordered));
}

/// Over every gene, phenotype and drug of the pack: never to more activity than by genotype.
#[test]
fn no_medicine_makes_a_phenotype_less_cautious() {
    let ladder = |name: &str| {
        let words = ["Poor", "Intermediate", "Normal", "Rapid", "Ultrarapid"];
        words.iter().position(|word| name.trim_start_matches("Likely ").starts_with(word))
    };
    let mut converted = 0;
    for inhibitor in &pack().inhibitors {
        let gene = pack().gene(&inhibitor.gene).unwrap();
        for phenotype in gene.phenotype_names() {
            let statement = reported(&gene.symbol, phenotype);
            let list = medicines(&[&inhibitor.name]);
            let conversion = convert(pack(), &statement, Some(&list), day()).unwrap();
            converted += usize::from(conversion.is_changed());
            assert!(!conversion.clinical.is_empty());
            for outcome in &conversion.clinical {
                let after = outcome.phenotype.as_deref().and_then(ladder);
                assert!(after.is_none() || ladder(phenotype).is_none_or(|was| after <= Some(was)));
            }
        }
    }
    assert!(converted > 100, "{converted}");
}
