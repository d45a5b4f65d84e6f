//! Labels of what is made of other resources: a report says what its results say, so it carries
//! their labels, and again when theirs change. Statements follow in the same way.
//!
//! Labels are only added: what a result carried when the report was written is still in its text.

use super::secondary::{SECONDARY, answers, is_secondary};
use super::statement::relabel;
use crate::Failure;
use crate::key::Keys;
use crate::search::reference;
use crate::sql::{label as sql, record};
use crate::store::{Executor, values};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// Depth of sections in sections.
const DEPTH_MAX: usize = 16;
/// Links of one resource.
const LINKS_MAX: usize = 20_000;

/// Type and id.
pub(crate) type Name = (String, String);

/// Whether resources of this type say what others say.
pub(crate) fn is_linked(resource_type: &str) -> bool {
    ["Composition", "DiagnosticReport", "Observation", "ResearchSubject", "Task"]
        .contains(&resource_type)
}

/// What a resource is made of: results of a report, entries of a document, members of a group,
/// what an observation was derived from, what a task starts from, and what a decision about a study
/// names in its extensions.
pub(crate) fn links_of(resource_type: &str, resource: &Json) -> Result<BTreeSet<Name>, Failure> {
    let mut found = BTreeSet::new();
    match resource_type {
        "DiagnosticReport" => references(resource.get("result"), &mut found),
        "Observation" => {
            references(resource.get("hasMember"), &mut found);
            references(resource.get("derivedFrom"), &mut found);
        }
        "Composition" => sections(resource.get("section"), 0, &mut found),
        "ResearchSubject" => extensions(resource, 0, &mut found),
        "Task" => value_references(resource.get("input"), &mut found),
        _ => {}
    }
    crate::limit::within("links", found.len(), LINKS_MAX, "links")?;
    Ok(found)
}

fn references(list: Option<&Json>, found: &mut BTreeSet<Name>) {
    let items = list.and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    let texts = items.iter().filter_map(|item| item.get("reference").and_then(Json::as_str));
    found.extend(texts.filter_map(reference).map(|(of, id)| (of.to_owned(), id.to_owned())));
}

fn sections(list: Option<&Json>, depth: usize, found: &mut BTreeSet<Name>) {
    if depth > DEPTH_MAX {
        return;
    }
    for section in list.and_then(Json::as_array).map_or(&[][..], Vec::as_slice) {
        references(section.get("entry"), found);
        sections(section.get("section"), depth + 1, found);
    }
}

/// References among inputs, or among extensions.
fn value_references(list: Option<&Json>, found: &mut BTreeSet<Name>) {
    for item in list.and_then(Json::as_array).map_or(&[][..], Vec::as_slice) {
        let text = item.pointer("/valueReference/reference").and_then(Json::as_str);
        found.extend(text.and_then(reference).map(|(of, id)| (of.to_owned(), id.to_owned())));
    }
}

fn extensions(of: &Json, depth: usize, found: &mut BTreeSet<Name>) {
    if depth > DEPTH_MAX {
        return;
    }
    value_references(of.get("extension"), found);
    for one in of.get("extension").and_then(Json::as_array).map_or(&[][..], Vec::as_slice) {
        extensions(one, depth + 1, found);
    }
}

/// Makes these the links of a resource.
pub(crate) fn replace_links(
    executor: &dyn Executor,
    tenant: &str,
    (resource_type, id): (&str, &str),
    links: &BTreeSet<Name>,
) -> Result<(), Failure> {
    executor.execute(sql::LINKS_DROP, values![tenant, resource_type, id])?;
    for (target_type, target) in links {
        let row = values![tenant, resource_type, id, target_type, target];
        executor.execute(sql::LINK_PUT, row)?;
    }
    Ok(())
}

/// What a commit has filed that labels may follow from.
#[derive(Debug, Default)]
pub(crate) struct Following {
    /// Resources whose own labels have to be looked at again.
    open: BTreeSet<Name>,
    /// Resources that carry labels: those made of them follow.
    labelled: BTreeSet<Name>,
    /// Orders, and reports that name theirs: what answers them is looked at again.
    asked: BTreeSet<Name>,
    /// Patients with a resource that carries a label it did not carry before.
    patients: BTreeSet<String>,
}

impl Following {
    /// A resource that is made of others was filed.
    pub(crate) fn linked(&mut self, resource_type: &str, id: &str) {
        self.open.insert((resource_type.to_owned(), id.to_owned()));
    }

    /// A resource was filed that carries labels.
    pub(crate) fn labelled(&mut self, resource_type: &str, id: &str) {
        self.labelled.insert((resource_type.to_owned(), id.to_owned()));
    }

    /// A resource was filed that says what a test was about.
    pub(crate) fn asked(&mut self, resource_type: &str, id: &str) {
        self.asked.insert((resource_type.to_owned(), id.to_owned()));
    }

    /// What is known of a patient carries a label that it did not carry before.
    pub(crate) fn changed(&mut self, patient: &str) {
        self.patients.insert(patient.to_owned());
    }

    /// Gives labels on until nothing changes, in the transaction that files.
    pub(crate) fn settle(
        mut self,
        executor: &dyn Executor,
        keys: &Keys,
        tenant: &str,
    ) -> Result<(), Failure> {
        for name in std::mem::take(&mut self.labelled) {
            self.dependants(executor, tenant, &name)?;
        }
        for (resource_type, id) in std::mem::take(&mut self.asked) {
            self.open.extend(answers(executor, tenant, (&resource_type, &id))?);
        }
        while let Some(name) = self.open.pop_first() {
            self.one(executor, tenant, &name)?;
        }
        for patient in &self.patients {
            relabel(executor, keys, tenant, patient)?;
        }
        Ok(())
    }

    fn dependants(
        &mut self,
        executor: &dyn Executor,
        tenant: &str,
        (resource_type, id): &Name,
    ) -> Result<(), Failure> {
        for row in executor.query(sql::DEPENDANTS, values![tenant, resource_type, id])? {
            self.open.insert((row.text(0)?.to_owned(), row.text(1)?.to_owned()));
        }
        Ok(())
    }

    /// Gives a resource the labels of what it is made of; those made of it are next.
    fn one(&mut self, executor: &dyn Executor, tenant: &str, name: &Name) -> Result<(), Failure> {
        let (resource_type, id) = name;
        let key = values![tenant, resource_type, id];
        let Some(head) = executor.first(record::RESOURCE_GET, key)? else { return Ok(()) };
        let (version, patient) = (head.count(0)?, head.text(1)?);
        let own = super::kept(executor, values![tenant, resource_type, id, version])?;
        let mut is_changed = false;
        let mut is_secondary = is_secondary(executor, tenant, (resource_type, id))?;
        for row in executor.query(sql::INHERITED, key)? {
            let label = row.text(0)?;
            is_secondary |= label == SECONDARY;
            if own.contains(label) || label == SECONDARY {
                continue;
            }
            let row = values![tenant, resource_type, id, version, label, patient];
            executor.execute(record::VERSION_LABEL_PUT, row)?;
            super::earlier(executor, tenant, (resource_type, id, version), label)?;
            is_changed = true;
        }
        // This one is taken off again: what was asked for must not be hidden as if it was not.
        if is_secondary && !own.contains(SECONDARY) {
            let row = values![tenant, resource_type, id, version, SECONDARY, patient];
            executor.execute(record::VERSION_LABEL_PUT, row)?;
            super::earlier(executor, tenant, (resource_type, id, version), SECONDARY)?;
            is_changed = true;
        } else if !is_secondary && own.contains(SECONDARY) {
            let row = values![tenant, resource_type, id, SECONDARY];
            executor.execute(sql::LABEL_OF_ALL_DROP, row)?;
            self.changed(patient);
            is_changed = true;
        }
        if is_changed {
            // Nothing can have been concluded from what is new.
            if version > 1 {
                self.changed(patient);
            }
            self.dependants(executor, tenant, name)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_resource_is_made_of_is_found() {
        let of = |ids: &[&str]| -> Json { ids.iter().map(|id| json!({"reference": id})).collect() };
        let value = |to: &str| json!({"url": "x", "valueReference": {"reference": to}});
        let deep = json!([{"entry": of(&["Observation/a"]),
            "section": [{"entry": of(&["DiagnosticReport/b", "#c"])}]}]);
        for (resource_type, resource, expected) in [
            ("DiagnosticReport", json!({"result": of(&["Observation/a", "Observation/b"])}), 2),
            ("DiagnosticReport", json!({"basedOn": of(&["ServiceRequest/a"])}), 0),
            (
                "Observation",
                json!({"hasMember": of(&["Observation/a"]),
                "derivedFrom": of(&["Observation/b"])}),
                2,
            ),
            ("Composition", json!({"section": deep}), 2),
            (
                "ResearchSubject",
                json!({"study": {"reference": "ResearchStudy/s"}, "extension": [{"url": "d",
                    "extension": [value("Observation/a"), value("Condition/b")]}]}),
                2,
            ),
            (
                "Task",
                json!({"input": [value("Observation/a")], "focus": {"reference": "Patient/p"}}),
                1,
            ),
            ("Condition", json!({"result": of(&["Observation/a"])}), 0),
        ] {
            let found = links_of(resource_type, &resource).unwrap();
            assert_eq!(found.len(), expected, "{resource_type} {found:?}");
        }
    }
}
