//! How somebody lives, where a medicine's labelling names it: tobacco smoke induces CYP1A2, so
//! medicines that this enzyme clears act less in smokers, and more when smoking stops.
//!
//! Rules are rows with their source. A habit that nobody recorded makes no card; the page says
//! that it was not asked and would matter.

mod rule;

pub use rule::{RULES, Rule, rule_of};

use crate::card::{Card, HL7_REASONS, Indicator, OWN_REASONS, Source, TOPICS};
use crate::key::{KeyParts, uuid};
use crate::orders::Order;
use crate::policy::Role;
use model::code::Coding;
use model::lifestyle::{Answer, Smoking, smoking};
use model::{PartialDate, PatientId};

/// What the answers say of smoking, for rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known<'a> {
    /// Smokes, by this answer.
    Smokes(&'a Answer),
    /// Does not smoke (any more), by this answer.
    DoesNot(&'a Answer),
    /// The answer that counts says neither, or is too old.
    Unclear(&'a Answer),
    /// Answers contradict each other.
    Contradicted,
    /// Nobody asked.
    NotAsked,
}

impl<'a> Known<'a> {
    /// What answers say on a day.
    pub fn of(answers: &'a [Answer], today: PartialDate) -> Self {
        let is_asked = answers.iter().any(|one| one.smoking.is_some());
        let Some(counting) = smoking(answers) else {
            return if is_asked { Self::Contradicted } else { Self::NotAsked };
        };
        match counting.smoking {
            // Who never smoked does not become somebody who did by time alone, but may have begun.
            _ if counting.is_old(today) => Self::Unclear(counting),
            Some(Smoking::Current) => Self::Smokes(counting),
            Some(Smoking::Former | Smoking::Never) => Self::DoesNot(counting),
            None => Self::Unclear(counting),
        }
    }

    /// In words, for a page.
    pub fn words(self) -> &'static str {
        match self {
            Self::Smokes(_) => "smokes",
            Self::DoesNot(_) => "does not smoke",
            Self::Unclear(_) => "not clear whether the patient smokes now",
            Self::Contradicted => "answers about smoking contradict each other",
            Self::NotAsked => "smoking: not asked",
        }
    }
}

/// A rule that bears on something the patient takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bearing<'a> {
    /// The rule.
    pub rule: &'static Rule,
    /// What is known of smoking.
    pub known: Known<'a>,
}

impl Bearing<'_> {
    /// What it means for this patient, in a sentence.
    pub fn words(&self) -> String {
        let Rule { drug, smoker, stopping, .. } = self.rule;
        match self.known {
            Known::Smokes(_) => format!("{smoker} {stopping}"),
            Known::DoesNot(_) => {
                format!("Nothing to change for {drug}. If smoking begins: {smoker}")
            }
            Known::Unclear(_) | Known::Contradicted | Known::NotAsked => {
                format!("Ask: it matters for {drug}. {smoker}")
            }
        }
    }
}

/// Cards about orders of somebody who is known to smoke: information, once an order.
pub fn cards(
    patient: &PatientId,
    orders: &[Order],
    answers: &[Answer],
    today: PartialDate,
    role: Role,
) -> Vec<Card> {
    let Known::Smokes(answer) = Known::of(answers, today) else { return Vec::new() };
    let open = orders.iter().filter(|order| order.is_open());
    open.filter_map(|order| Some(card(patient, order, rule_of(order)?, answer, role))).collect()
}

fn card(
    patient: &PatientId,
    order: &Order,
    rule: &'static Rule,
    answer: &Answer,
    role: Role,
) -> Card {
    let name = format!("lifestyle:smoking/{}", rule.drug);
    let key = |dosage: Option<&str>| {
        KeyParts {
            patient,
            order: &order.reference,
            rxnorm: rule.rxnorm,
            dosage,
            result: &format!("smoking={}", answer.words),
            rule: &name,
            pack_digest: rule::VERSION,
            role: role.word(),
        }
        .key()
    };
    let own = key(order.dosage.as_deref());
    let since = answer.on.map(|on| format!(", {on}")).unwrap_or_default();
    let detail = format!(
        "{} {}\n\n- Recorded: {} ({}{since}, {})\n- Why: {}",
        rule.smoker,
        rule.stopping,
        answer.words,
        answer.asked,
        answer.said_by.words(),
        rule.why,
    );
    Card {
        uuid: uuid(&own, "card"),
        undosed_key: key(None),
        key: own,
        rule: name,
        order: order.reference.clone(),
        rxnorm: rule.rxnorm.to_owned(),
        summary: format!("{}: the patient smokes, which bears on the dose", rule.drug),
        detail,
        indicator: if rule.is_warning { Indicator::Warning } else { Indicator::Info },
        source: Source {
            label: rule.source.to_owned(),
            url: rule::LABELS.to_owned(),
            topic: Coding::new(TOPICS, "lifestyle").shown_as("Lifestyle and medicines"),
        },
        suggestions: Vec::new(),
        override_reasons: reasons(rule),
        links: Vec::new(),
    }
}

/// Information needs no reason to be left; a warning does.
fn reasons(rule: &Rule) -> Vec<Coding> {
    let own = |code: &str, words: &str| Coding::new(OWN_REASONS, code).shown_as(words);
    let hl7 = |code: &str, words: &str| Coding::new(HL7_REASONS, code).shown_as(words);
    if !rule.is_warning {
        return Vec::new();
    }
    vec![
        own("dose-chosen-for-it", "The dose is chosen for it"),
        own("tolerated-before", "Tolerated before"),
        hl7("cds-not-applicable", "Does not apply to this patient"),
    ]
}

#[cfg(test)]
mod tests;
