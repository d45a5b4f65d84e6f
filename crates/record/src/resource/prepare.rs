//! Checking a commit and taking out of it what is indexed, before the writer is asked.

use super::compartment::{Compartment, compartment};
use super::text::Text;
use super::{Commit, Condition, Literals, ResourceChange, is_resource_type};
use crate::care::{Said, is_source, said};
use crate::consent::{Rule, rules};
use crate::key::{Keys, Packed};
use crate::label::{Name, Question, labels_of, links_of, question_of};
use crate::limit::{COMMIT_CHANGES_MAX, FACT_BODY_BYTES_MAX, FACTS_MAX, READING_BYTES_MAX, within};
use crate::search::{Entry, extract, identifier_entry};
use crate::{Failure, review};
use model::Fact;
use model::fact::FactContent;
use model::id::is_fhir_id;
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// One change, checked.
pub(super) struct Prepared {
    pub(super) resource_type: String,
    pub(super) id: String,
    pub(super) condition: Condition,
    /// `None` for a deletion.
    pub(super) content: Option<Content>,
}

/// A new version before it has its number.
pub(super) struct Content {
    pub(super) text: Text,
    pub(super) packed: Packed,
    pub(super) compartment: Compartment,
    pub(super) entries: BTreeSet<Entry>,
    pub(super) facts: Vec<Packed>,
    pub(super) labels: BTreeSet<&'static str>,
    /// What it is made of, type and id.
    pub(super) links: BTreeSet<Name>,
    /// What it says of the question of a test.
    pub(super) question: Question,
    /// What a Consent says.
    pub(super) rules: Vec<Rule>,
    /// Who cares for whom by it.
    pub(super) said: Said,
}

impl Prepared {
    pub(super) fn place(&self) -> String {
        format!("{}/{}", self.resource_type, self.id)
    }
}

/// Checks a commit, and every change of it behind those that were prepared already.
pub(super) fn prepare(
    commit: &mut Commit,
    prepared: &mut Vec<Prepared>,
    tenant: &str,
    keys: &Keys,
) -> Result<(), Failure> {
    let changes = prepared.len() + commit.changes.len();
    within("changes", changes, COMMIT_CHANGES_MAX, "changes")?;
    let reading = commit.reading.as_ref().map_or(0, Vec::len);
    within("reading", reading, READING_BYTES_MAX, "bytes")?;
    within("reviews", commit.reviews.len(), COMMIT_CHANGES_MAX, "reviews")?;
    if let Some((name, _)) = &commit.cursor {
        crate::limit::text("cursor", name)?;
    }
    for entry in &commit.reviews {
        review::check(entry)?;
    }
    for change in std::mem::take(&mut commit.changes) {
        prepared.push(one(change, prepared.len(), tenant, keys)?);
    }
    Ok(())
}

/// Checks a change; `place` is its number in the commit.
pub(super) fn one(
    change: ResourceChange,
    place: usize,
    tenant: &str,
    keys: &Keys,
) -> Result<Prepared, Failure> {
    let invalid = |element: &str, text: &str| Failure::Invalid {
        place: format!("change[{place}]{element}"),
        text: text.to_owned(),
    };
    let check = |resource_type: &str, id: &str| {
        if !is_resource_type(resource_type) {
            return Err(invalid(".resourceType", "is not the name of a FHIR type"));
        }
        if !is_fhir_id(id) {
            return Err(invalid(".id", "is not a FHIR id: 1 to 64 of A-Z a-z 0-9 - ."));
        }
        Ok(())
    };
    match change {
        ResourceChange::Delete { resource_type, id, condition } => {
            check(&resource_type, &id)?;
            Ok(Prepared { resource_type, id, condition, content: None })
        }
        ResourceChange::Put { resource, literals, facts, condition } => {
            let text = |name: &str| resource.get(name).and_then(Json::as_str).map(str::to_owned);
            let resource_type = text("resourceType").unwrap_or_default();
            let id = text("id").unwrap_or_default();
            check(&resource_type, &id)?;
            let content =
                content((&resource_type, &id), &resource, &literals, &facts, tenant, keys)?;
            Ok(Prepared { resource_type, id, condition, content: Some(content) })
        }
    }
}

fn content(
    (resource_type, id): (&str, &str),
    resource: &Json,
    literals: &Literals,
    facts: &[Fact],
    tenant: &str,
    keys: &Keys,
) -> Result<Content, Failure> {
    let place = format!("{resource_type}/{id}");
    within(&format!("{place} facts"), facts.len(), FACTS_MAX, "facts")?;
    // Matching and every list of patients rest on it: a patient without it would be overlooked.
    let is_patient = |fact: &Fact| matches!(fact.content, FactContent::Patient(_));
    if resource_type == "Patient" && !facts.iter().any(is_patient) {
        let text = "has no demographics among its facts".to_owned();
        return Err(Failure::Invalid { place, text });
    }
    let mut entries = extract(resource_type, resource, tenant, keys)?;
    entries.extend(identifiers(facts, id, &place, tenant, keys)?);
    let compartment = compartment(resource_type, id, resource)?;
    let packed = |fact: &Fact| {
        let bytes = serde_json::to_vec(fact).map_err(|error| not_json(&place, &error))?;
        within(&format!("{place} fact"), bytes.len(), FACT_BODY_BYTES_MAX, "bytes")?;
        Ok(Packed::of(&bytes))
    };
    let facts = facts.iter().map(packed).collect::<Result<_, Failure>>()?;
    let Json::Object(members) = resource else {
        return Err(Failure::Invalid { place, text: "is not a JSON object".to_owned() });
    };
    if !matches!(members.get("meta"), None | Some(Json::Object(_))) {
        let place = format!("{place} meta");
        return Err(Failure::Invalid { place, text: "is not a JSON object".to_owned() });
    }
    let labels = labels_of(resource);
    let links = links_of(resource_type, resource)?;
    let question = question_of(resource_type, resource, &labels)?;
    let rules = if resource_type == "Consent" { rules(resource)? } else { Vec::new() };
    let said =
        if is_source(resource_type) { said(resource_type, id, resource)? } else { Said::default() };
    let text = Text::new(members, literals, &place)?;
    let packed = text.packed(&place)?;
    Ok(Content { text, packed, compartment, entries, facts, labels, links, question, rules, said })
}

/// Identifiers of `Patient` facts are found like those of the resource: a laboratory's namespace
/// need not be the URI that the resource has.
fn identifiers(
    facts: &[Fact],
    id: &str,
    place: &str,
    tenant: &str,
    keys: &Keys,
) -> Result<Vec<Entry>, Failure> {
    let mut entries = Vec::new();
    for fact in facts {
        let FactContent::Patient(patient) = &fact.content else { continue };
        if patient.id.as_str() != id {
            let text = "a fact is about another patient".to_owned();
            return Err(Failure::Invalid { place: place.to_owned(), text });
        }
        for known in &patient.identifiers {
            entries.extend(identifier_entry(&known.authority, &known.value, tenant, keys));
        }
    }
    Ok(entries)
}

fn not_json(place: &str, error: &serde_json::Error) -> Failure {
    Failure::Invalid { place: place.to_owned(), text: error.to_string() }
}
