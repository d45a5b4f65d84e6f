//! Secondary findings: genes of the list that a test was not about (ACMG SF v3.2, PMID 37347242).
//!
//! A finding is one if it says so (the extension, or the label in `meta.security`), or if the order
//! names genes and not this one. What was ordered without a gene, or is not known, makes no finding
//! secondary: nothing is guessed.

use super::follow::{Name, is_linked};
use super::{READ, is_somatic};
use crate::Failure;
use crate::search::{reference, values_at};
use crate::sql::label as sql;
use crate::store::{Executor, values};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// The label.
pub(super) const SECONDARY: &str = "SF";
/// Stands in place of a gene in what is marked as a secondary finding itself.
const MARKED: &str = "*";
/// HL7 FHIR R4 extension of Observation and DiagnosticReport.
const EXTENSION: &str = "http://hl7.org/fhir/StructureDefinition/observation-secondaryFinding";
/// Systems of HGNC ids.
const GENES: &[&str] = &["http://www.genenames.org/geneId", "http://www.genenames.org"];
/// Depth of a resource that is looked through.
const DEPTH_MAX: usize = 64;
/// Genes and orders of one resource.
const ROWS_MAX: usize = 20_000;

/// What a resource says of the question of a test, or of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Question {
    /// HGNC ids: those that an order asks for; of anything else those on the list, or [`MARKED`].
    genes: BTreeSet<String>,
    /// Ids of the orders that it is based on.
    orders: BTreeSet<String>,
}

impl Question {
    pub(crate) fn is_empty(&self) -> bool {
        self.genes.is_empty() && self.orders.is_empty()
    }

    /// Whether it may be, or make, a secondary finding.
    pub(crate) fn names_genes(&self) -> bool {
        !self.genes.is_empty()
    }

    /// Whether it says by what order it came about.
    pub(crate) fn has_orders(&self) -> bool {
        !self.orders.is_empty()
    }
}

/// Whether resources of this type are orders.
pub(crate) fn is_order(resource_type: &str) -> bool {
    resource_type == "ServiceRequest"
}

/// Reads a resource, with the labels that it carries itself.
pub(crate) fn question_of(
    resource_type: &str,
    resource: &Json,
    labels: &BTreeSet<&'static str>,
) -> Result<Question, Failure> {
    let mut question = Question::default();
    let marks = values_at(resource, &["extension", "url"]);
    let is_said =
        labels.contains(SECONDARY) || marks.iter().any(|url| url.as_str() == Some(EXTENSION));
    if is_said && is_linked(resource_type) {
        question.genes.insert(MARKED.to_owned());
    }
    if is_order(resource_type) {
        genes(resource, 0, &mut question.genes);
    } else if resource_type == "Observation" && !is_somatic(resource) {
        let mut named = BTreeSet::new();
        genes(resource, 0, &mut named);
        let listed = |gene: &String| {
            READ.iter().any(|row| row.label == SECONDARY && row.code == gene.as_str())
        };
        question.genes.extend(named.into_iter().filter(listed));
    }
    if ["Observation", "DiagnosticReport"].contains(&resource_type) {
        let orders = values_at(resource, &["basedOn", "reference"]).into_iter();
        let orders = orders.filter_map(Json::as_str).filter_map(reference);
        let own = orders.filter(|(of, _)| is_order(of)).map(|(_, id)| id.to_owned());
        question.orders.extend(own);
    }
    let rows = question.genes.len().max(question.orders.len());
    crate::limit::within("genes", rows, ROWS_MAX, "genes")?;
    Ok(question)
}

/// Every HGNC id in a resource.
fn genes(value: &Json, depth: usize, found: &mut BTreeSet<String>) {
    if depth > DEPTH_MAX {
        return;
    }
    match value {
        Json::Array(items) => items.iter().for_each(|item| genes(item, depth + 1, found)),
        Json::Object(members) => {
            let text = |name: &str| members.get(name).and_then(Json::as_str);
            if let (Some(system), Some(code)) = (text("system"), text("code"))
                && GENES.contains(&system)
                && code.starts_with("HGNC:")
            {
                found.insert(code.to_owned());
            }
            members.values().for_each(|member| genes(member, depth + 1, found));
        }
        _ => {}
    }
}

/// Makes this what a resource says of question and answer; again, if it may have said something.
pub(crate) fn replace_question(
    executor: &dyn Executor,
    tenant: &str,
    (resource_type, id): (&str, &str),
    question: &Question,
    is_again: bool,
) -> Result<(), Failure> {
    let key = values![tenant, resource_type, id];
    if is_again {
        executor.execute(sql::GENES_DROP, key)?;
        executor.execute(sql::ORDERS_DROP, key)?;
    }
    for gene in &question.genes {
        executor.execute(sql::GENE_PUT, values![tenant, resource_type, id, gene])?;
    }
    for order in &question.orders {
        executor.execute(sql::ORDER_PUT, values![tenant, resource_type, id, order])?;
    }
    Ok(())
}

/// What may be secondary, or no longer, because this was filed: the results of a report, and what
/// came about by an order.
pub(super) fn answers(
    executor: &dyn Executor,
    tenant: &str,
    (resource_type, id): (&str, &str),
) -> Result<BTreeSet<Name>, Failure> {
    let names = |text: &str, key: &[crate::store::Value]| {
        let rows = executor.query(text, key)?;
        let name = |row: &crate::store::Row| {
            Ok::<_, Failure>((row.text(0)?.to_owned(), row.text(1)?.to_owned()))
        };
        rows.iter().map(name).collect::<Result<BTreeSet<Name>, _>>()
    };
    if !is_order(resource_type) {
        return names(sql::ANSWERS_OF_REPORT, values![tenant, resource_type, id]);
    }
    let mut found = names(sql::BASED_ON, values![tenant, id])?;
    for (of, report) in found.clone() {
        found.extend(names(sql::ANSWERS_OF_REPORT, values![tenant, of, report])?);
    }
    Ok(found)
}

/// Whether a resource is a secondary finding by itself.
pub(super) fn is_secondary(
    executor: &dyn Executor,
    tenant: &str,
    (resource_type, id): (&str, &str),
) -> Result<bool, Failure> {
    let texts = |text: &str, key: &[crate::store::Value]| {
        let rows = executor.query(text, key)?;
        rows.iter().map(|row| row.text(0).map(str::to_owned)).collect::<Result<BTreeSet<_>, _>>()
    };
    let named = texts(sql::GENES_OF, values![tenant, resource_type, id])?;
    if is_order(resource_type) || named.is_empty() {
        return Ok(false);
    }
    if named.contains(MARKED) {
        return Ok(true);
    }
    let mut asked = texts(sql::ASKED_DIRECTLY, values![tenant, resource_type, id])?;
    asked.extend(texts(sql::ASKED_BY_REPORT, values![tenant, resource_type, id])?);
    Ok(!asked.is_empty() && !named.is_subset(&asked))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn genes_of_the_list_count_unless_a_tumour_acquired_them() {
        let gene = |code: &str| {
            json!({"valueCodeableConcept": {"coding": [
            {"system": "http://www.genenames.org/geneId", "code": code}]}})
        };
        let source = |code: &str| {
            json!({"code": {"coding": [{"code": "48002-0"}]},
            "valueCodeableConcept": {"coding": [{"code": code}]}})
        };
        for (kind, resource, expected) in [
            ("Observation", json!({"component": [gene("HGNC:1100")]}), vec!["HGNC:1100"]),
            ("Observation", json!({"component": [gene("HGNC:2621")]}), vec![]),
            ("Observation", json!({"component": [gene("HGNC:1100"), source("LA6684-0")]}), vec![]),
            ("Condition", json!({"evidence": gene("HGNC:1100")}), vec![]),
            ("ServiceRequest", json!({"orderDetail": [gene("HGNC:2621")]}), vec!["HGNC:2621"]),
            ("Observation", json!({"extension": [{"url": EXTENSION}]}), vec!["*"]),
        ] {
            let question = question_of(kind, &resource, &BTreeSet::new()).unwrap();
            assert_eq!(question.genes.iter().collect::<Vec<_>>(), expected, "{kind} {resource}");
        }
    }

    /// ACMG SF v3.2 has 81 genes (PMID 37347242).
    #[test]
    fn the_list_is_whole() {
        let rows = READ.iter().filter(|row| row.label == SECONDARY);
        let codes: BTreeSet<_> = rows.map(|row| row.code).collect();
        assert_eq!(codes.len(), 81);
    }
}
