//! The policy by table. Actions and strengths are CPIC's (PMID 35034351, 35152405, 30447069).

use super::*;
use crate::card::{Change, SUMMARY_LENGTH_LIMIT};
use model::code::{CodeableConcept, Coding, system};
use model::id::{PatientId, StatementId};
use model::medication::Medication;
use model::statement::{Action, Callability, GeneKey, Recommendation, Strength};
use model::time::PartialDate;
use std::collections::BTreeSet;
use testkit::patients::{ana_example, ben_sample};
use testkit::pgx::{
    AZATHIOPRINE, CLOPIDOGREL, CLOPIDOGREL_WITH_ASPIRIN, PRASUGREL, SIMVASTATIN, TICAGRELOR,
    recommendations, small_knowledge,
};
use testkit::statements as make;

mod clinical;
mod prior;
mod sweep;

/// Everything a moment needs, with sensible defaults.
struct Scene {
    hook: Hook,
    role: Role,
    patient: PatientId,
    orders: Vec<Order>,
    selections: Vec<String>,
    medications: Option<Vec<Medication>>,
    statements: Vec<Statement>,
    pending: Vec<PendingTest>,
    clinical: Vec<ClinicalAdvice>,
    overridden: BTreeSet<String>,
    shown: BTreeSet<String>,
    settings: Settings,
    knowledge: PgxKnowledge,
    reference: KnowledgeRef,
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            hook: Hook::OrderSign,
            role: Role::Prescriber,
            patient: ana_example().id,
            orders: Vec::new(),
            selections: Vec::new(),
            medications: Some(Vec::new()),
            statements: Vec::new(),
            pending: Vec::new(),
            clinical: Vec::new(),
            overridden: BTreeSet::new(),
            shown: BTreeSet::new(),
            settings: Settings {
                base_url: "https://cognate.example".into(),
                silent_rules: BTreeSet::new(),
            },
            knowledge: small_knowledge(),
            reference: make::knowledge_ref(),
        }
    }
}

impl Scene {
    fn decide(&self) -> Decision {
        let current = self.medications.as_deref();
        let medicines = crate::medicines(&self.knowledge, current, &self.orders);
        let moment = Moment {
            hook: self.hook,
            role: self.role,
            patient: &self.patient,
            orders: &self.orders,
            selections: &self.selections,
            current_medications: current,
            day: PartialDate { year: 2026, month: Some(5), day: Some(10) },
            medicines: medicines.as_deref(),
            clinical: &self.clinical,
            statements: &self.statements,
            pending: &self.pending,
            shown: &self.shown,
            overridden: &self.overridden,
            settings: &self.settings,
        };
        decide(&moment, &self.knowledge, &self.reference)
    }

    fn order(mut self, rxnorm: &str) -> Self {
        self.orders.push(order(rxnorm));
        self
    }

    fn drug(mut self, name: &str, rxnorm: &str, key: GeneKey, advice: Vec<Recommendation>) -> Self {
        let content = StatementContent::Drug(make::drug(name, rxnorm, vec![key], advice));
        self.statements.push(make::statement(&format!("drug-{name}"), content));
        self
    }

    fn gene(mut self, gene: GeneStatement) -> Self {
        let id = format!("gene-{}", gene.gene);
        self.statements.push(make::statement(&id, StatementContent::Gene(gene)));
        self
    }

    /// Ana is a CYP2C19 poor metabolizer.
    fn poor_metabolizer() -> Self {
        let advice = recommendations(CLOPIDOGREL, "CYP2C19", "Poor Metabolizer");
        let key = make::gene_key("CYP2C19", "Poor Metabolizer", "*2/*2");
        Self::default().drug("clopidogrel", CLOPIDOGREL, key, advice).gene(make::gene_called(
            "CYP2C19",
            "*2",
            "*2",
            "Poor Metabolizer",
        ))
    }
}

fn order(rxnorm: &str) -> Order {
    Order {
        reference: "MedicationRequest/103".into(),
        concept: CodeableConcept { coding: vec![Coding::new(system::RXNORM, rxnorm)], text: None },
        status: "draft".into(),
        intent: "order".into(),
        ..Order::default()
    }
}

fn reasons(decision: &Decision) -> Vec<SilenceReason> {
    decision.silences.iter().map(|silence| silence.reason).collect()
}

#[test]
fn a_known_result_that_calls_for_action_gets_a_card() {
    let decision = Scene::poor_metabolizer().order(CLOPIDOGREL).decide();
    let [card] = &decision.cards[..] else { panic!("{decision:?}") };
    assert_eq!(card.indicator, Indicator::Critical);
    assert_eq!(
        card.summary,
        "CYP2C19 Poor Metabolizer: avoid clopidogrel (for ACS PCI); \
         consider prasugrel or ticagrelor"
    );
    assert!(!card.summary.contains("*2"));
    for basis in ["`*2/*2`", "2 of 2 positions", "0.0.1", "2026-01-01", "35034351", "strong"] {
        assert!(card.detail.contains(basis), "{basis} in {}", card.detail);
    }
    // Both populations are listed.
    assert!(card.detail.contains("(for ACS PCI)") && card.detail.contains("(for non ACS non PCI)"));
    let offered: Vec<_> = card
        .suggestions
        .iter()
        .map(|one| match &one.change {
            Change::ReplaceDrug { rxnorm, .. } => rxnorm.as_str(),
            Change::OrderTest { .. } => "test",
        })
        .collect();
    assert_eq!(offered, [PRASUGREL, TICAGRELOR]);
    // Two equal alternatives: neither is put first.
    assert!(card.suggestions.iter().all(|one| !one.recommended));
    assert_eq!(card.links[0].url, "https://cognate.example/statements/drug-clopidogrel");
    assert_eq!(decision.shown[0].key, card.key);
    assert_eq!(decision.shown[0].card, card.uuid);
}

#[test]
fn the_indicator_follows_action_and_strength() {
    use Strength::{Moderate, None, Optional, Strong};
    let reduce = Action::Reduce { percent: Some((30, 80)) };
    for (action, strength, indicator) in [
        (Action::Avoid, Strong, Indicator::Critical),
        (Action::Alternative, Strong, Indicator::Critical),
        (Action::Avoid, Moderate, Indicator::Warning),
        (reduce, Strong, Indicator::Warning),
        (reduce, Moderate, Indicator::Warning),
        (Action::Monitor, Moderate, Indicator::Warning),
        (Action::Avoid, Optional, Indicator::Info),
        (reduce, Optional, Indicator::Info),
        (Action::Increase { percent: Option::None }, None, Indicator::Info),
    ] {
        let advice = vec![make::recommendation(action, strength, "actions:test")];
        let key = make::gene_key("TPMT", "Intermediate Metabolizer", "*1/*3A");
        let scene = Scene::default().drug("azathioprine", AZATHIOPRINE, key, advice);
        let decision = scene.order(AZATHIOPRINE).decide();
        assert_eq!(decision.cards[0].indicator, indicator, "{action:?} {strength:?}");
    }
}

#[test]
fn the_most_serious_recommendation_leads() {
    let reduce = Action::Reduce { percent: None };
    let advice = vec![
        make::recommendation(Action::Standard, Strength::Strong, "actions:a"),
        make::recommendation(reduce, Strength::Strong, "actions:b"),
        make::recommendation(Action::Avoid, Strength::Moderate, "actions:c"),
        make::recommendation(Action::NoRecommendation, Strength::None, "actions:d"),
    ];
    let key = make::gene_key("CYP2C19", "Poor Metabolizer", "*2/*2");
    let mut scene = Scene::default().drug("clopidogrel", CLOPIDOGREL, key, advice);
    scene = scene.order(CLOPIDOGREL);
    assert_eq!(scene.decide().cards[0].rule, "actions:c");
    // A rule that is only logged does not lead; the next one does.
    scene.settings.silent_rules.insert("actions:c".into());
    assert_eq!(scene.decide().cards[0].rule, "actions:b");
    scene.settings.silent_rules.insert("actions:b".into());
    let decision = scene.decide();
    assert_eq!(reasons(&decision), [SilenceReason::RuleSilent]);
    assert_eq!(decision.silences[0].rule.as_deref(), Some("actions:b"));
    assert_eq!(decision.shown, []);
}

#[test]
fn a_known_normal_result_is_silent() {
    let advice = recommendations(CLOPIDOGREL, "CYP2C19", "Normal Metabolizer");
    assert_eq!(advice[0].action, Action::Standard);
    let key = make::gene_key("CYP2C19", "Normal Metabolizer", "*1/*1");
    let scene = Scene::default()
        .drug("clopidogrel", CLOPIDOGREL, key, advice)
        .gene(make::gene_called("CYP2C19", "*1", "*1", "Normal Metabolizer"))
        .order(CLOPIDOGREL);
    let decision = scene.decide();
    assert_eq!(decision.cards, []);
    assert_eq!(reasons(&decision), [SilenceReason::Standard]);
}

#[test]
fn normal_from_a_call_with_gaps_is_not_standard() {
    let advice = recommendations(CLOPIDOGREL, "CYP2C19", "Normal Metabolizer");
    let key = make::gene_key("CYP2C19", "Normal Metabolizer", "*1/*1");
    let mut gene = make::gene_called("CYP2C19", "*1", "*1", "Normal Metabolizer");
    gene.callability = Some(Callability {
        positions: 35,
        seen: 1,
        tier1_missing: vec!["rs4244285".into()],
        ..Callability::default()
    });
    let scene = Scene::default()
        .drug("clopidogrel", CLOPIDOGREL, key, advice)
        .gene(gene)
        .order(CLOPIDOGREL);
    assert_eq!(reasons(&scene.decide()), [SilenceReason::NotKnown]);
    let pharmacist = Scene { role: Role::Pharmacist, ..scene };
    let decision = pharmacist.decide();
    assert_eq!(decision.cards[0].indicator, Indicator::Info);
    assert!(decision.cards[0].summary.contains("CYP2C19 tested in part"), "{decision:?}");
    assert!(decision.cards[0].detail.contains("rs4244285"));
}

#[test]
fn statements_about_somebody_else_are_never_used() {
    let mut scene = Scene::poor_metabolizer().order(CLOPIDOGREL);
    scene.patient = ben_sample().id;
    let decision = scene.decide();
    assert_eq!(decision.cards, []);
    assert_eq!(reasons(&decision), [SilenceReason::NotKnown]);
}

#[test]
fn an_unknown_order_is_a_silence_with_its_reason() {
    let decision = Scene::poor_metabolizer().order("999999").decide();
    assert_eq!(decision.cards, []);
    assert_eq!(reasons(&decision), [SilenceReason::Unresolved]);
    assert_eq!(decision.silences[0].drug, "999999");
}

#[test]
fn order_select_speaks_of_the_selection_only() {
    let mut scene = Scene::poor_metabolizer().order(CLOPIDOGREL);
    scene.hook = Hook::OrderSelect;
    assert_eq!(reasons(&scene.decide()), [SilenceReason::NotSelected]);
    scene.selections = vec!["MedicationRequest/103".into()];
    assert_eq!(scene.decide().cards.len(), 1);
}

#[test]
fn closed_orders_get_no_card() {
    let mut scene = Scene::poor_metabolizer().order(CLOPIDOGREL);
    scene.orders[0].status = "cancelled".into();
    assert_eq!(reasons(&scene.decide()), [SilenceReason::NotOpen]);
    scene.orders[0].status = "draft".into();
    scene.orders[0].do_not_perform = true;
    assert_eq!(reasons(&scene.decide()), [SilenceReason::NotOpen]);
}

#[test]
fn a_combination_fires_for_its_drug_and_is_not_replaced() {
    let decision = Scene::poor_metabolizer().order(CLOPIDOGREL_WITH_ASPIRIN).decide();
    let [card] = &decision.cards[..] else { panic!("{decision:?}") };
    assert_eq!(card.suggestions, []);
    assert!(card.detail.contains("RxNorm product code"));
    assert!(card.detail.contains("further drugs"));
    assert_eq!(reasons(&decision), [SilenceReason::NoRules]);
}

#[test]
fn an_alternative_to_be_avoided_is_not_offered() {
    let key = make::gene_key("CYP2C19", "Poor Metabolizer", "*2/*2");
    let avoid = vec![make::recommendation(Action::Avoid, Strength::Strong, "actions:p")];
    let scene = Scene::poor_metabolizer().drug("prasugrel", PRASUGREL, key, avoid);
    let decision = scene.order(CLOPIDOGREL).decide();
    let [only] = &decision.cards[0].suggestions[..] else { panic!("{decision:?}") };
    assert!(only.label.contains("ticagrelor"));
    assert!(!only.recommended, "for one population only");
    assert_eq!(only.label, "Order ticagrelor instead of clopidogrel (for ACS PCI)");
    assert!(decision.cards[0].detail.contains("Not offered: prasugrel"));
}

#[test]
fn the_only_alternative_for_everybody_is_put_first() {
    let key = make::gene_key("SLCO1B1", "Decreased Function", "*1/*5");
    let advice = recommendations(SIMVASTATIN, "SLCO1B1", "Decreased Function");
    let scene = Scene::default().drug("simvastatin", SIMVASTATIN, key, advice);
    let decision = scene.order(SIMVASTATIN).decide();
    let [only] = &decision.cards[0].suggestions[..] else { panic!("{decision:?}") };
    assert!(only.recommended);
    assert_eq!(only.label, "Order rosuvastatin instead of simvastatin");
}

#[test]
fn an_alternative_to_be_adjusted_is_offered_with_a_remark() {
    let key = make::gene_key("SLCO1B1", "Decreased Function", "*1/*5");
    let reduce = Action::Reduce { percent: None };
    let adjust = vec![make::recommendation(reduce, Strength::Moderate, "actions:r")];
    let advice = recommendations(SIMVASTATIN, "SLCO1B1", "Decreased Function");
    let (rosuvastatin, _) = advice[0].alternatives[0].clone();
    let scene = Scene::default()
        .drug("simvastatin", SIMVASTATIN, key.clone(), advice)
        .drug("rosuvastatin", &rosuvastatin, key, adjust)
        .order(SIMVASTATIN);
    let decision = scene.decide();
    assert_eq!(decision.cards[0].suggestions.len(), 1);
    assert!(decision.cards[0].detail.contains("rosuvastatin: this patient's genes call for"));
}

#[test]
fn sources_that_disagree_are_both_shown() {
    let mut fda = make::recommendation(Action::Standard, Strength::None, "actions:fda");
    fda.source = "FDA".into();
    let cpic = make::recommendation(Action::Avoid, Strength::Strong, "actions:cpic");
    let key = make::gene_key("CYP2C19", "Poor Metabolizer", "*2/*2");
    let scene = Scene::default().drug("clopidogrel", CLOPIDOGREL, key, vec![fda, cpic]);
    let decision = scene.order(CLOPIDOGREL).decide();
    let detail = &decision.cards[0].detail;
    assert!(detail.contains("do not agree"), "{detail}");
    assert!(detail.contains("**FDA**") && detail.contains("**CPIC**"), "{detail}");
}

#[test]
fn stale_statements_are_named_and_marked() {
    let mut scene = Scene::poor_metabolizer().order(CLOPIDOGREL);
    assert_eq!(scene.decide().stale, []);
    scene.reference.version = "0.0.2".into();
    scene.reference.digest = "22".repeat(32);
    let decision = scene.decide();
    assert_eq!(decision.stale, [StatementId::new("drug-clopidogrel")]);
    assert!(decision.cards[0].detail.contains("**Made with pgx 0.0.1"));
    assert!(decision.cards[0].detail.contains("pack pgx 0.0.2"));
}

#[test]
fn critical_cards_come_first() {
    let key = make::gene_key("TPMT", "Poor Metabolizer", "*3A/*3A");
    let advice = recommendations(AZATHIOPRINE, "TPMT", "Poor Metabolizer");
    let mut scene = Scene::poor_metabolizer().drug("azathioprine", AZATHIOPRINE, key, advice);
    scene = scene.order(AZATHIOPRINE).order(CLOPIDOGREL);
    scene.orders[0].reference = "MedicationRequest/1".into();
    let cards = scene.decide().cards;
    let drugs: Vec<&str> = cards.iter().map(|card| card.rxnorm.as_str()).collect();
    assert_eq!(drugs, [CLOPIDOGREL, AZATHIOPRINE]);
    assert!(cards[1].summary.contains("by 90 %"), "{}", cards[1].summary);
}

#[test]
fn opening_the_chart_never_interrupts() {
    let mut scene = Scene::poor_metabolizer();
    scene.hook = Hook::PatientView;
    let taken = |rxnorm: &str, status: &str| Medication {
        concept: order(rxnorm).concept,
        status: status.into(),
        ..Medication::default()
    };
    scene.medications = Some(vec![taken(CLOPIDOGREL, "active"), taken(AZATHIOPRINE, "active")]);
    let decision = scene.decide();
    let [card] = &decision.cards[..] else { panic!("{decision:?}") };
    assert_eq!((card.indicator, card.suggestions.len()), (Indicator::Info, 0));
    assert_eq!(reasons(&decision), [SilenceReason::NotAnOrder]);
    scene.medications = Some(vec![taken(CLOPIDOGREL, "stopped")]);
    assert_eq!(scene.decide(), Decision::default());
}

#[test]
fn what_was_not_looked_at_is_said() {
    let mut scene = Scene::poor_metabolizer().order(CLOPIDOGREL);
    scene.medications = None;
    assert!(scene.decide().cards[0].detail.contains("not assessed, list unavailable"));
    assert_eq!(scene.decide(), scene.decide());
}

#[test]
fn foreign_text_cannot_break_out_of_the_detail() {
    let key = make::gene_key("SLCO1B1", "Decreased Function", "`*1/*5`<script>");
    let mut advice = recommendations(SIMVASTATIN, "SLCO1B1", "Decreased Function");
    advice[0].text = "use <b>less</b> [here](http://evil)\n# title".into();
    let scene = Scene::default().drug("simvastatin", SIMVASTATIN, key, advice);
    let decision = scene.order(SIMVASTATIN).decide();
    let detail = &decision.cards[0].detail;
    assert!(!detail.contains("<b>") && !detail.contains("[here]("), "{detail}");
    assert!(!detail.contains("\n# "), "{detail}");
    assert!(detail.contains("`*1/*5<script>`"), "inside a code span only: {detail}");
    assert!(decision.cards[0].summary.chars().count() < SUMMARY_LENGTH_LIMIT);
}
