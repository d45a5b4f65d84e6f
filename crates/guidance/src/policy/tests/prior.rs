//! Before a result is there, and after something was shown.

use super::*;
use model::time::PartialDate;

#[test]
fn a_test_that_guidance_asks_for_is_offered() {
    let decision = Scene::default().order(AZATHIOPRINE).decide();
    let [card] = &decision.cards[..] else { panic!("{decision:?}") };
    assert_eq!(card.summary, "TPMT not tested: test before azathioprine");
    assert_eq!(card.indicator, Indicator::Info);
    assert_eq!(card.rule, "alerts:azathioprine");
    let [suggestion] = &card.suggestions[..] else { panic!("{card:?}") };
    assert_eq!(suggestion.label, "Order TPMT test");
    let Change::OrderTest { genes, .. } = &suggestion.change else { panic!("{suggestion:?}") };
    assert_eq!(genes[..], [("TPMT".to_owned(), Some("HGNC:12014".to_owned()))]);
}

#[test]
fn a_test_that_would_only_inform_is_not() {
    for rxnorm in [CLOPIDOGREL, SIMVASTATIN] {
        let decision = Scene::default().order(rxnorm).decide();
        assert_eq!(reasons(&decision), [SilenceReason::NotKnown], "{rxnorm}");
    }
}

#[test]
fn the_words_say_how_little_is_known() {
    let indeterminate = make::gene_key("TPMT", "Indeterminate", "*1/*8");
    let none = vec![make::recommendation(
        Action::NoRecommendation,
        Strength::None,
        "actions:azathioprine/CPIC/general/I",
    )];
    let unknown = || make::gene_key_unknown("TPMT");
    let mut incomplete = make::gene_called("TPMT", "*1", "*1", "Normal Metabolizer");
    incomplete.phenotype = None;
    incomplete.callability = Some(Callability {
        positions: 43,
        seen: 40,
        tier1_missing: vec!["rs1142345".into()],
        ..Callability::default()
    });
    let mut ambiguous = make::gene_called("TPMT", "*1", "*3A", "Intermediate Metabolizer");
    ambiguous.phenotype = None;
    for (words, key, gene) in [
        ("TPMT not tested", unknown(), make::gene_not_tested("TPMT")),
        ("TPMT tested, not callable", unknown(), make::gene_not_called("TPMT", "half call")),
        ("TPMT tested in part", unknown(), incomplete),
        ("TPMT indeterminate", unknown(), ambiguous),
        (
            "TPMT indeterminate",
            indeterminate,
            make::gene_called("TPMT", "*1", "*8", "Indeterminate"),
        ),
    ] {
        let scene = Scene::default()
            .drug("azathioprine", AZATHIOPRINE, key, none.clone())
            .gene(gene)
            .order(AZATHIOPRINE);
        let decision = scene.decide();
        assert_eq!(decision.cards[0].summary, format!("{words}: test before azathioprine"));
        assert!(!decision.cards[0].summary.to_lowercase().contains("normal"));
    }
}

#[test]
fn an_indeterminate_result_is_told_to_the_pharmacist() {
    let none = vec![make::recommendation(Action::NoRecommendation, Strength::None, "actions:c/I")];
    let key = make::gene_key("CYP2C19", "Indeterminate", "*1/*12");
    let scene = Scene::default()
        .drug("clopidogrel", CLOPIDOGREL, key, none)
        .gene(make::gene_called("CYP2C19", "*1", "*12", "Indeterminate"))
        .order(CLOPIDOGREL);
    assert_eq!(reasons(&scene.decide()), [SilenceReason::NotKnown]);
    let decision = Scene { role: Role::Pharmacist, ..scene }.decide();
    let [card] = &decision.cards[..] else { panic!("{decision:?}") };
    assert_eq!(card.indicator, Indicator::Info);
    assert!(card.summary.starts_with("CYP2C19 indeterminate"), "{}", card.summary);
    assert!(card.detail.contains("does not mean normal"));
}

#[test]
fn a_second_gene_that_was_not_tested_is_asked_for() {
    let mut scene = Scene::default();
    scene.knowledge.drugs[0].genes.push("NUDT15".into());
    scene.knowledge.alerts[0].genes.push("NUDT15".into());
    let standard = vec![make::recommendation(Action::Standard, Strength::Strong, "actions:s")];
    let key = make::gene_key("TPMT", "Normal Metabolizer", "*1/*1");
    scene = scene
        .drug("azathioprine", AZATHIOPRINE, key, standard)
        .gene(make::gene_called("TPMT", "*1", "*1", "Normal Metabolizer"))
        .order(AZATHIOPRINE);
    let decision = scene.decide();
    assert_eq!(decision.cards[0].summary, "NUDT15 not tested: test before azathioprine");
}

#[test]
fn a_test_under_way_is_waited_for() {
    let mut scene = Scene::default().order(AZATHIOPRINE);
    let since = PartialDate { year: 2026, month: Some(1), day: Some(7) };
    scene.pending = vec![PendingTest { gene: "TPMT".into(), since: Some(since) }];
    let decision = scene.decide();
    assert_eq!(
        decision.cards[0].summary,
        "TPMT result pending since 2026-01-07: bears on azathioprine"
    );
    assert_eq!(decision.cards[0].suggestions, []);
    scene.pending[0].since = None;
    assert_eq!(scene.decide().cards[0].summary, "TPMT result pending: bears on azathioprine");
    // Of no interest to a drug that does not ask for the gene.
    scene.pending[0].gene = "CYP2C9".into();
    assert_eq!(scene.decide().cards[0].rule, "alerts:azathioprine");
}

#[test]
fn a_row_that_calls_for_action_without_a_rule_is_never_silent() {
    let mut advice = make::drug(
        "clopidogrel",
        CLOPIDOGREL,
        vec![make::gene_key("CYP2C19", "Poor Metabolizer", "*2/*2")],
        Vec::new(),
    );
    advice.state = AdviceState::Avoid;
    let mut scene = Scene::default().order(CLOPIDOGREL);
    scene.statements.push(make::statement("drug-c", StatementContent::Drug(advice)));
    assert_eq!(scene.decide().cards.len(), 1);
}

#[test]
fn sign_does_not_repeat_select() {
    let mut scene = Scene::poor_metabolizer().order(CLOPIDOGREL);
    scene.hook = Hook::OrderSelect;
    scene.selections = vec!["MedicationRequest/103".into()];
    let first = scene.decide();
    scene.shown.extend(first.shown.iter().map(|shown| shown.key.clone()));
    scene.hook = Hook::OrderSign;
    // The dose is filled in between picking and signing: that is no other order.
    scene.orders[0].dosage = Some("75 mg daily".into());
    let second = scene.decide();
    assert_eq!(second.cards, []);
    assert_eq!(reasons(&second), [SilenceReason::AlreadyShown]);
    assert_eq!(second.silences[0].rule.as_deref(), Some(first.cards[0].rule.as_str()));
}

#[test]
fn another_drug_dose_result_order_role_or_pack_opens_it_again() {
    let mut scene = Scene::poor_metabolizer().order(CLOPIDOGREL);
    scene.orders[0].dosage = Some("75 mg daily".into());
    let shown: BTreeSet<String> = scene.decide().shown.into_iter().map(|one| one.key).collect();
    let fresh = || {
        let mut scene = Scene::poor_metabolizer().order(CLOPIDOGREL);
        scene.orders[0].dosage = Some("75 mg daily".into());
        scene.shown = shown.clone();
        scene
    };
    assert_eq!(reasons(&fresh().decide()), [SilenceReason::AlreadyShown]);
    let mut dose = fresh();
    dose.orders[0].dosage = Some("150 mg daily".into());
    let mut other = fresh();
    other.orders[0].reference = "MedicationRequest/104".into();
    let mut role = fresh();
    role.role = Role::Pharmacist;
    let mut pack = fresh();
    pack.reference.digest = "33".repeat(32);
    let mut result = fresh();
    if let StatementContent::Drug(advice) = &mut result.statements[0].content {
        advice.genes[0].phenotype = Some("Likely Poor Metabolizer".into());
    }
    for (name, scene) in
        [("dose", dose), ("order", other), ("role", role), ("pack", pack), ("result", result)]
    {
        assert_eq!(scene.decide().cards.len(), 1, "{name}");
    }
}

#[test]
fn a_silent_test_rule_is_logged_only() {
    let mut scene = Scene::default().order(AZATHIOPRINE);
    scene.settings.silent_rules.insert("alerts:azathioprine".into());
    let decision = scene.decide();
    assert_eq!(reasons(&decision), [SilenceReason::RuleSilent]);
    assert_eq!(decision.silences[0].rule.as_deref(), Some("alerts:azathioprine"));
}

#[test]
fn advice_on_one_gene_still_offers_the_test_of_the_other() {
    let mut scene = Scene::default();
    scene.knowledge.drugs[0].genes.push("NUDT15".into());
    scene.knowledge.alerts[0].genes.push("NUDT15".into());
    let key = make::gene_key("TPMT", "Poor Metabolizer", "*3A/*3A");
    let advice = recommendations(AZATHIOPRINE, "TPMT", "Poor Metabolizer");
    scene = scene
        .drug("azathioprine", AZATHIOPRINE, key, advice)
        .gene(make::gene_called("TPMT", "*3A", "*3A", "Poor Metabolizer"))
        .order(AZATHIOPRINE);
    let decision = scene.decide();
    let [only] = &decision.cards[0].suggestions[..] else { panic!("{decision:?}") };
    assert_eq!((only.label.as_str(), only.recommended), ("Order NUDT15 test", false));
    let since = PartialDate { year: 2026, month: None, day: None };
    scene.pending = vec![PendingTest { gene: "NUDT15".into(), since: Some(since) }];
    assert_eq!(scene.decide().cards[0].suggestions, [], "it is ordered");
}

#[test]
fn an_ambiguous_call_names_every_possible_phenotype() {
    let mut gene = make::gene_called("CYP2C19", "*1", "*2", "Intermediate Metabolizer");
    gene.phenotype = None;
    gene.phenotypes = vec!["Intermediate Metabolizer".into(), "Poor Metabolizer".into()];
    let mut key = make::gene_key_unknown("CYP2C19");
    key.call = "*1/*2 or *2/*2".into();
    let advice = vec![make::recommendation(Action::Avoid, Strength::Strong, "actions:c")];
    let mut scene = Scene::default().drug("clopidogrel", CLOPIDOGREL, key, advice);
    if let StatementContent::Drug(advice) = &mut scene.statements[0].content {
        advice.notes = vec!["CYP2C19: the most cautious advice is given".into()];
    }
    let decision = scene.gene(gene).order(CLOPIDOGREL).decide();
    assert_eq!(
        decision.cards[0].summary,
        "CYP2C19 Intermediate Metabolizer or Poor Metabolizer: avoid clopidogrel"
    );
    assert!(decision.cards[0].detail.contains("most cautious"));
}

#[test]
fn standard_that_was_taken_back_is_told_to_the_pharmacist() {
    // SLCO1B1 has no tier-1 list; the adviser takes "standard" back if rs4149056 is missing.
    let standard = vec![make::recommendation(Action::Standard, Strength::Strong, "actions:s")];
    let key = make::gene_key("SLCO1B1", "Normal Function", "*1/*1");
    let mut gene = make::gene_called("SLCO1B1", "*1", "*1", "Normal Function");
    gene.callability = Some(Callability {
        positions: 35,
        seen: 34,
        missing: vec!["rs4149056".into()],
        ..Callability::default()
    });
    let mut scene = Scene::default().drug("simvastatin", SIMVASTATIN, key, standard).gene(gene);
    if let StatementContent::Drug(advice) = &mut scene.statements[0].content {
        advice.state = AdviceState::NotKnown;
    }
    scene = scene.order(SIMVASTATIN);
    assert_eq!(reasons(&scene.decide()), [SilenceReason::NotKnown]);
    let decision = Scene { role: Role::Pharmacist, ..scene }.decide();
    assert!(decision.cards[0].summary.starts_with("SLCO1B1 tested in part"), "{decision:?}");
}
