//! FHIR Consents as rows that the filter of every query asks (IHE Privacy Consent on FHIR 1.1,
//! basic, intermediate and advanced; HL7 FHIR R4 Consent).
//!
//! A provision is a rule, the ones in it are its exceptions: each becomes rows with everything that
//! the ones around it ask for as well, and a place that says whose exception it is. What is not
//! understood never gives anything: a rule that gives is left out with it, a rule that refuses
//! refuses more.

mod read;

use crate::Failure;
use crate::sql::record as sql;
use crate::store::{Executor, values};
pub(crate) use read::period;
use read::{Provision, read};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// Rules of one consent.
const RULES_MAX: usize = 2_000;
/// Depth of exceptions of exceptions.
const DEPTH_MAX: usize = 8;
/// Purposes that a rule is about which names none: what it gives, and what it refuses. Research is
/// given by name only; an emergency is refused by name only.
const GIVEN: &[&str] = &["treatment", "operations"];
const REFUSED: &[&str] = &["treatment", "operations", "research"];

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rule {
    pub(crate) place: String,
    pub(crate) gives: bool,
    pub(crate) purpose: String,
    pub(crate) actor: String,
    pub(crate) label: String,
    pub(crate) resource_type: String,
    pub(crate) instance: String,
    /// When it is in force: from, until.
    pub(crate) period: (i64, i64),
    /// When what it is about was recorded: from, until.
    pub(crate) data: (i64, i64),
}

/// What a consent says; nothing if it is not in force.
pub(crate) fn rules(consent: &Json) -> Result<Vec<Rule>, Failure> {
    if consent.get("status").and_then(Json::as_str) != Some("active") {
        return Ok(Vec::new());
    }
    let mut found = BTreeSet::new();
    if let Some(root) = consent.get("provision") {
        let around = Provision::everything(root);
        provision(root, &around, "/", 0, &mut found)?;
    }
    Ok(found.into_iter().collect())
}

fn too_much(text: &str) -> Failure {
    Failure::Invalid { place: "Consent.provision".to_owned(), text: text.to_owned() }
}

fn provision(
    json: &Json,
    around: &Provision,
    place: &str,
    depth: usize,
    found: &mut BTreeSet<Rule>,
) -> Result<(), Failure> {
    if depth > DEPTH_MAX {
        return Err(too_much("has exceptions of exceptions that are too deep"));
    }
    let own = read(json, around);
    rows(&own, place, found)?;
    let inner = json.get("provision").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    for (number, exception) in inner.iter().enumerate() {
        provision(exception, &own, &format!("{place}{number}/"), depth + 1, found)?;
    }
    Ok(())
}

/// Every combination of what a provision lists.
fn rows(own: &Provision, place: &str, found: &mut BTreeSet<Rule>) -> Result<(), Failure> {
    if own.is_about_nothing || own.gives && !own.is_understood {
        return Ok(());
    }
    let every = |words: &Option<BTreeSet<String>>, otherwise: &[&str]| match words {
        Some(words) => words.iter().cloned().collect::<Vec<_>>(),
        None => otherwise.iter().map(|&word| word.to_owned()).collect(),
    };
    let count = |words: &Option<BTreeSet<String>>| words.as_ref().map_or(3, BTreeSet::len);
    let sizes = [&own.purposes, &own.actors, &own.labels, &own.types, &own.instances].map(count);
    if found.len().saturating_add(sizes.iter().product()) > RULES_MAX {
        return Err(too_much("lists more combinations than can be kept"));
    }
    for purpose in every(&own.purposes, if own.gives { GIVEN } else { REFUSED }) {
        for actor in every(&own.actors, &["*"]) {
            for label in every(&own.labels, &["*"]) {
                for resource_type in every(&own.types, &["*"]) {
                    for instance in every(&own.instances, &["*"]) {
                        found.insert(Rule {
                            place: place.to_owned(),
                            gives: own.gives,
                            purpose: purpose.clone(),
                            actor: actor.clone(),
                            label: label.clone(),
                            resource_type: resource_type.clone(),
                            instance,
                            period: own.period,
                            data: own.data,
                        });
                    }
                }
            }
        }
    }
    Ok(())
}

/// Makes these the rules of a consent, in the transaction that files it.
pub(crate) fn replace(
    executor: &dyn Executor,
    tenant: &str,
    patient: &str,
    (id, version): (&str, u64),
    rules: &[Rule],
) -> Result<(), Failure> {
    executor.execute(sql::CONSENT_RULES_DROP, values![tenant, id])?;
    for (number, rule) in (0_u32..).zip(rules) {
        let Rule { place, gives, purpose, actor, label, resource_type, instance, .. } = rule;
        let ((begins, ends), (data_begins, data_ends)) = (rule.period, rule.data);
        let row = values![
            tenant,
            patient,
            id,
            place,
            number,
            version,
            *gives,
            purpose,
            actor,
            label,
            resource_type,
            instance,
            begins,
            ends,
            data_begins,
            data_ends
        ];
        executor.execute(sql::CONSENT_RULE_PUT, row)?;
    }
    Ok(())
}
