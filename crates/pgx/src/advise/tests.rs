//! Advice from small rule tables.

use super::*;
use crate::testing::{filtered, others_reference, record, set, snv_gene};
use crate::{call_gene, from_reported};
use knowledge::pgx::{Fallback, Gene, PreTestRule};
use model::reported::ReportedGeneResult;
use model::statement::{Citation, GeneState, Strength};

const PERCENT: Option<(u8, u8)> = Some((30, 50));

fn citation() -> Citation {
    Citation { title: "A guideline".into(), pmid: None, url: "https://example.org".into() }
}

fn action(id: &str, key: &[(&str, &[&str])], action: Action) -> ActionRule {
    let mut parts = id.split('/');
    let mut part = || parts.next().unwrap().to_owned();
    ActionRule {
        id: id.into(),
        rxnorm: "1".into(),
        source: part(),
        population: part(),
        key: key
            .iter()
            .map(|(gene, values)| {
                ((*gene).into(), values.iter().map(|value| (*value).into()).collect())
            })
            .collect(),
        action,
        strength: Strength::Strong,
        text: "Do it".into(),
        implication: "Because".into(),
        alternatives: Vec::new(),
        citation: citation(),
    }
}

fn drug(genes: &[&str]) -> Drug {
    Drug {
        name: "examplin".into(),
        rxnorm: "1".into(),
        atc: vec!["N00AA01".into()],
        genes: genes.iter().map(|gene| (*gene).into()).collect(),
    }
}

fn one_gene() -> PgxKnowledge {
    let key = |value: &'static [&'static str]| [("GENE1", value)];
    PgxKnowledge {
        genes: vec![snv_gene()],
        drugs: vec![drug(&["GENE1"])],
        actions: vec![
            action("CPIC/general/NM", &key(&["Normal Metabolizer"]), Action::Standard),
            action(
                "CPIC/general/IM",
                &key(&["Intermediate Metabolizer"]),
                Action::Reduce { percent: PERCENT },
            ),
            action("CPIC/general/PM", &key(&["Poor Metabolizer"]), Action::Avoid),
            action("CPIC/general/IND", &key(&["Indeterminate"]), Action::NoRecommendation),
            action("FDA/general/PM", &key(&["Poor Metabolizer"]), Action::Monitor),
        ],
        alerts: vec![alert(&["GENE1"], false, "quiet"), alert(&["GENE1"], true, "test first")],
        populations: vec![],
        ..PgxKnowledge::default()
    }
}

fn alert(genes: &[&str], recommended: bool, text: &str) -> PreTestRule {
    PreTestRule {
        rxnorm: "1".into(),
        genes: genes.iter().map(|gene| (*gene).into()).collect(),
        recommended,
        text: text.into(),
        citation: citation(),
    }
}

fn reported(symbol: &str, phenotype: &str) -> GeneStatement {
    let gene = Gene { symbol: symbol.into(), ..snv_gene() };
    let result = ReportedGeneResult {
        gene: symbol.into(),
        phenotype: Some(phenotype.into()),
        ..ReportedGeneResult::default()
    };
    from_reported(&gene, &result)
}

fn ask(knowledge: &PgxKnowledge, genes: &[GeneStatement]) -> DrugStatement {
    advise(knowledge, &knowledge.drugs[0], genes)
}

fn rules(statement: &DrugStatement) -> Vec<&str> {
    statement.recommendations.iter().map(|found| found.rule.as_str()).collect()
}

#[test]
fn every_fitting_rule_is_given_and_the_most_cautious_names_the_row() {
    let knowledge = one_gene();
    for (phenotype, state, expected) in [
        ("NM", AdviceState::Standard, vec!["actions:CPIC/general/NM"]),
        ("IM", AdviceState::Adjust, vec!["actions:CPIC/general/IM"]),
        ("PM", AdviceState::Avoid, vec!["actions:CPIC/general/PM", "actions:FDA/general/PM"]),
        ("Indeterminate", AdviceState::NotKnown, vec!["actions:CPIC/general/IND"]),
        // No rule speaks of this phenotype.
        ("RM", AdviceState::NotKnown, vec![]),
    ] {
        let statement = ask(&knowledge, &[reported("GENE1", phenotype)]);
        assert_eq!((statement.state, rules(&statement)), (state, expected), "{phenotype}");
        assert_eq!(statement.pre_test, None, "{phenotype} was tested");
        let silent = "the sources at hand say nothing about this result".to_owned();
        let notes = if phenotype == "RM" { vec![silent] } else { Vec::new() };
        assert_eq!(statement.notes, notes);
    }
}

#[test]
fn a_gene_that_is_not_known_is_never_standard() {
    let mut knowledge = one_gene();
    // A rule for "no result" does not make the drug plain standard either.
    knowledge.actions.push(action("CPIC/general/none", &[("GENE1", &["-"])], Action::Standard));
    let untested = call_gene(&snv_gene(), &set(Vec::new()));
    let failed = call_gene(&snv_gene(), &set(vec![filtered("100 A G 0/1")]));
    assert!(matches!(failed.state, GeneState::NotCalled { .. }));
    let unread = GeneStatement { state: GeneState::Called, ..untested.clone() };
    for (genes, call) in [
        (vec![], "not tested"),
        (vec![untested], "not tested"),
        (vec![failed], "not called: every record of its positions failed a filter"),
        (vec![unread], ""),
    ] {
        let statement = ask(&knowledge, &genes);
        assert_eq!(statement.state, AdviceState::NotKnown, "{call}");
        assert_eq!(statement.pre_test.as_ref().unwrap().text, "test first");
        assert_eq!(statement.genes[0].call, call);
        assert_eq!(statement.genes[0].phenotype, None);
        assert!(statement.notes[0].starts_with("GENE1: "), "{:?}", statement.notes);
    }
    knowledge.alerts.pop();
    assert_eq!(ask(&knowledge, &[]).pre_test, None, "a quiet alert asks for nothing");
}

#[test]
fn an_ambiguous_call_is_answered_by_the_most_cautious_advice() {
    let knowledge = one_gene();
    let mut gene = reported("GENE1", "NM");
    gene.phenotype = None;
    gene.phenotypes = vec!["Normal Metabolizer".into(), "Intermediate Metabolizer".into()];
    let statement = ask(&knowledge, &[gene.clone()]);
    assert_eq!(statement.state, AdviceState::Adjust);
    assert_eq!(rules(&statement), ["actions:CPIC/general/IM"]);
    let note = "GENE1: Intermediate Metabolizer or Normal Metabolizer; \
                the most cautious advice is given";
    assert_eq!(statement.notes, [note]);
    // Nothing is known for one of the two: that is more cautious than standard.
    gene.phenotypes = vec!["Normal Metabolizer".into(), "Rapid Metabolizer".into()];
    assert_eq!(ask(&knowledge, &[gene.clone()]).state, AdviceState::NotKnown);
    let both = &["Rapid Metabolizer", "Ultrarapid Metabolizer"][..];
    let mut knowledge = one_gene();
    knowledge.actions.push(action("CPIC/general/fast", &[("GENE1", both)], Action::Alternative));
    gene.phenotypes = both.iter().map(|text| (*text).to_owned()).collect();
    let statement = ask(&knowledge, &[gene]);
    assert_eq!(statement.state, AdviceState::Avoid);
    assert!(statement.notes[0].ends_with("the advice is the same"), "{:?}", statement.notes);
}

#[test]
fn a_source_without_recommendation_takes_nothing_from_another() {
    let mut knowledge = one_gene();
    let normal = [("GENE1", &["Normal Metabolizer"][..])];
    knowledge.actions.push(action("DPWG/general/NM", &normal, Action::NoRecommendation));
    let statement = ask(&knowledge, &[reported("GENE1", "NM")]);
    assert_eq!(statement.state, AdviceState::Standard);
    assert_eq!(rules(&statement), ["actions:CPIC/general/NM", "actions:DPWG/general/NM"]);
}

#[test]
fn an_incomplete_call_says_so_and_is_not_plain_standard_without_the_decisive_positions() {
    let mut gene = snv_gene();
    let most = |skipped: u64| {
        let mut given = others_reference(&snv_gene(), &[]);
        given.calls.retain(|call| call.position != skipped);
        given
    };
    let mut knowledge = one_gene();
    let open = "GENE1: not excluded: Rapid Metabolizer, Ultrarapid Metabolizer";
    // Nobody has said which positions matter: everything that is not excluded does.
    let statement = ask(&knowledge, &[call_gene(&gene, &most(500))]);
    assert_eq!(statement.state, AdviceState::NotKnown);
    assert_eq!(statement.notes[..2], ["GENE1: 4 of 5 positions tested", open]);
    gene.positions[0].tier1 = true;
    knowledge.genes = vec![gene.clone()];
    let statement = ask(&knowledge, &[call_gene(&gene, &most(500))]);
    assert_eq!(statement.state, AdviceState::Standard);
    assert_eq!(statement.notes, ["GENE1: 4 of 5 positions tested", open]);
    let statement = ask(&knowledge, &[call_gene(&gene, &most(100))]);
    assert_eq!(statement.state, AdviceState::NotKnown);
    let reason = "standard use cannot be concluded, since this is not known: GENE1 rs100";
    assert_eq!(statement.notes.last().unwrap(), reason);
    // What is seen still counts.
    let mut seen = most(100);
    seen.calls.retain(|call| call.position != 500);
    seen.calls.push(record("200 C T 1/1"));
    seen.calls.retain(|call| call.position != 200 || call.alleles == [Some(1), Some(1)]);
    let statement = ask(&knowledge, &[call_gene(&gene, &seen)]);
    assert_eq!(statement.state, AdviceState::Avoid);
    // One position that stands in for the diplotype says so.
    let mut single = call_gene(&gene, &others_reference(&gene, &[]));
    single.basis = model::statement::Basis::SinglePosition;
    single.diplotypes.clear();
    let statement = ask(&knowledge, &[single]);
    assert_eq!(statement.notes, ["GENE1: no diplotype; one position stands in for it"]);
    assert_eq!(statement.genes[0].call, "Normal Metabolizer");
    // The one deciding position counts like those of tier 1.
    gene.positions[0].tier1 = false;
    gene.fallback = Some(Fallback { position: 0, functions: Vec::new() });
    knowledge.genes = vec![gene.clone()];
    let statement = ask(&knowledge, &[call_gene(&gene, &most(100))]);
    assert_eq!(statement.state, AdviceState::NotKnown);
    assert_eq!(statement.notes.last().unwrap(), reason);
}

#[test]
fn a_gene_that_only_another_source_asks_for_takes_nothing_back() {
    let mut knowledge = one_gene();
    knowledge.drugs[0].genes.push("GENE2".into());
    let poor = [("GENE2", &["Poor Metabolizer"][..])];
    knowledge.actions.push(action("DPWG/general/PM2", &poor, Action::Reduce { percent: None }));
    let statement = ask(&knowledge, &[reported("GENE1", "NM")]);
    assert_eq!(statement.state, AdviceState::Standard, "the alert names the first gene only");
    assert_eq!(statement.notes, ["GENE2: not tested"]);
    // An alert that names it makes it decisive; so does the want of any alert.
    knowledge.alerts = vec![alert(&["GENE1", "GENE2"], false, "quiet")];
    assert_eq!(ask(&knowledge, &[reported("GENE1", "NM")]).state, AdviceState::NotKnown);
    knowledge.alerts.clear();
    assert_eq!(ask(&knowledge, &[reported("GENE1", "NM")]).state, AdviceState::NotKnown);
}

#[test]
fn two_genes_are_looked_up_together() {
    let normal = &["Normal Metabolizer"][..];
    let poor = &["Poor Metabolizer"][..];
    let none = &["-"][..];
    let percent = PERCENT;
    let knowledge = PgxKnowledge {
        drugs: vec![drug(&["GENE1", "GENE2"])],
        actions: vec![
            action("CPIC/general/NM-NM", &[("GENE1", normal), ("GENE2", normal)], Action::Standard),
            action("CPIC/general/NM-none", &[("GENE1", normal), ("GENE2", none)], Action::Standard),
            action(
                "CPIC/general/PM-none",
                &[("GENE1", poor), ("GENE2", none)],
                Action::Reduce { percent },
            ),
        ],
        alerts: vec![alert(&["GENE1", "GENE2"], true, "test both")],
        populations: vec![],
        ..PgxKnowledge::default()
    };
    let both = ask(&knowledge, &[reported("GENE1", "NM"), reported("GENE2", "NM")]);
    assert_eq!((both.state, both.pre_test), (AdviceState::Standard, None));
    let half = ask(&knowledge, &[reported("GENE1", "NM")]);
    assert_eq!(half.state, AdviceState::NotKnown);
    assert_eq!(rules(&half), ["actions:CPIC/general/NM-none"]);
    assert_eq!(half.pre_test.unwrap().genes, ["GENE2"]);
    assert_eq!(half.genes[1].call, "not tested");
    let poor = ask(&knowledge, &[reported("GENE1", "PM")]);
    assert_eq!((poor.state, poor.pre_test), (AdviceState::Adjust, None));
}

#[test]
fn combinations_end_at_the_limit() {
    let names: Vec<String> = (0..1_001).map(|n| format!("P{n}")).collect();
    let mut gene = reported("GENE1", "NM");
    gene.phenotype = None;
    let knowledge = one_gene();
    for (count, truncated) in [(1_000, false), (1_001, true)] {
        gene.phenotypes = names[..count].to_vec();
        let statement = ask(&knowledge, &[gene.clone()]);
        let note = "too many possible results to look up all of them".to_owned();
        assert_eq!(statement.notes.contains(&note), truncated, "{count}");
    }
}
