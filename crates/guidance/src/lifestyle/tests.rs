//! Which orders of whom get a card.

use super::*;
use model::CodeableConcept;
use model::code::system::RXNORM;
use model::lifestyle::{Finding, SaidBy, Topic};

fn today() -> PartialDate {
    PartialDate::parse("2026-11-26").unwrap()
}

fn said(smoking: Smoking, on: &str) -> Answer {
    Answer {
        topic: Topic::Tobacco,
        asked: "Smoking status".into(),
        finding: Finding::Present,
        words: "every day".into(),
        smoking: Some(smoking),
        on: PartialDate::parse(on),
        said_by: SaidBy::Patient,
        source: "Observation/a/_history/1".into(),
    }
}

fn order(code: &str, words: &str) -> Order {
    Order {
        reference: "MedicationRequest/1".into(),
        concept: CodeableConcept {
            coding: vec![Coding::new(RXNORM, code)],
            text: Some(words.into()),
        },
        status: "draft".into(),
        ..Order::default()
    }
}

fn told(orders: &[Order], answers: &[Answer]) -> Vec<Card> {
    cards(&PatientId::new("p"), orders, answers, today(), Role::Prescriber)
}

#[test]
fn who_smokes_is_told_of_medicines_that_smoke_bears_on() {
    let smokes = [said(Smoking::Current, "2026-10-01")];
    for (order, expected) in [
        (order("2626", ""), Some(("clozapine", Indicator::Warning))),
        (order("0", "Theophylline 200 mg SR tablet"), Some(("theophylline", Indicator::Warning))),
        (order("61381", ""), Some(("olanzapine", Indicator::Info))),
        (order("32968", "clopidogrel 75 mg"), None),
        (order("0", "clozapinelike"), None),
        (Order { status: "cancelled".into(), ..order("2626", "") }, None),
    ] {
        let found = told(&[order], &smokes);
        let card = found.first();
        let said = card.map(|card| (card.summary.split(':').next().unwrap(), card.indicator));
        assert_eq!(said, expected);
        for card in &found {
            assert!(card.summary.chars().count() < crate::card::SUMMARY_LENGTH_LIMIT);
            assert!(card.detail.contains("every day") && card.detail.contains("by the patient"));
            assert_eq!(card.override_reasons.is_empty(), card.indicator == Indicator::Info);
        }
    }
}

#[test]
fn nothing_is_guessed_about_who_smokes() {
    let (old, now) = ("2024-01-01", "2026-10-01");
    for (answers, known) in [
        (vec![], "smoking: not asked"),
        (vec![said(Smoking::Former, now)], "does not smoke"),
        (vec![said(Smoking::Never, now)], "does not smoke"),
        (vec![said(Smoking::Current, old)], "not clear whether the patient smokes now"),
        (
            vec![said(Smoking::Current, now), said(Smoking::Never, now)],
            "answers about smoking contradict each other",
        ),
    ] {
        assert_eq!(Known::of(&answers, today()).words(), known);
        assert_eq!(told(&[order("2626", "")], &answers), []);
    }
}

#[test]
fn another_dose_or_order_is_another_card() {
    let smokes = [said(Smoking::Current, "2026-10-01")];
    let key = |order: Order| told(&[order], &smokes)[0].key.clone();
    let first = key(order("2626", ""));
    assert_eq!(first, key(order("2626", "")));
    assert_ne!(first, key(Order { dosage: Some("100 mg".into()), ..order("2626", "") }));
    assert_ne!(first, key(Order { reference: "MedicationRequest/2".into(), ..order("2626", "") }));
}
