//! What comes by FHIR together with a document: it is preliminary until the document was read.

use super::beside::{Beside, Name, One};
use super::{name_of, put_of};
use crate::extraction::holds_pdf;
use crate::failure::Failure;
use crate::hold;
use formats::fhir::access::subject_of;
use record::{Access, Record, ResourceChange};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Holds the results and reports among changes that a document among them belongs to. Whoever reads
/// the document sees the change of the resource that holds it, and lets them go; a document of
/// nobody, or of somebody else, is not read for them, and holds nothing.
pub(crate) fn until_read(
    record: &Record,
    access: &Access,
    changes: &mut [ResourceChange],
) -> Result<(), Failure> {
    let documents: Vec<(Name, String)> = changes.iter().filter_map(document).collect();
    if documents.is_empty() {
        return Ok(());
    }
    let put: BTreeMap<Name, Value> = changes.iter().filter_map(put_of).collect();
    let mut waiting: BTreeMap<Name, BTreeSet<String>> = BTreeMap::new();
    for (document, subject) in documents {
        let of_it = |body: &Value| subject_of(body) == Some(subject.as_str());
        let read = |name: &Name| {
            if let Some(body) = put.get(name) {
                return Ok(Some(One { version: 0, body: body.clone() }).filter(|_| of_it(body)));
            }
            let stored = match record.read(access, &name.0, &name.1) {
                // What the caller may not read is not let go for it either.
                Err(record::Failure::Denied { .. }) => None,
                read => read?.filter(|stored| !stored.deleted),
            };
            Ok(stored.map(|stored| One::of(&stored)).filter(|one| of_it(&one.body)))
        };
        let holder = format!("{}/{}", document.0, document.1);
        let Beside { reports, results, .. } = Beside::gather(document, read)?;
        for name in reports.into_keys().chain(results.into_keys()) {
            waiting.entry(name).or_default().insert(holder.clone());
        }
    }
    for change in changes {
        hold(change, &waiting);
    }
    Ok(())
}

/// The resource with a document that a change writes, and whose it is.
fn document(change: &ResourceChange) -> Option<(Name, String)> {
    let ResourceChange::Put { resource, .. } = change else { return None };
    let subject = subject_of(resource).filter(|subject| subject.starts_with("Patient/"))?;
    holds_pdf(resource).then(|| Some((name_of(resource)?, subject.to_owned())))?
}

fn hold(change: &mut ResourceChange, waiting: &BTreeMap<Name, BTreeSet<String>>) {
    let ResourceChange::Put { resource, facts, .. } = change else { return };
    let holders = name_of(resource).and_then(|name| waiting.get(&name));
    let Some(holders) = holders else { return };
    let holders: Vec<String> = holders.iter().cloned().collect();
    let source = facts.first().map(|fact| fact.source.clone());
    let source = source.map(|source| (source.raw.map(|raw| raw.to_string()), source.place));
    let source = source.unwrap_or_default();
    if let Some(held) = hold::until_read_of(resource, &holders, &source) {
        *facts = hold::facts(&held, &source);
        *resource = held;
    }
}
