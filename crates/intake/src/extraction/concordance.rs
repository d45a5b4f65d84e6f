//! Whether a document and the results that came with it say the same.
//!
//! What both say takes nobody: it stands already. What only the document says waits for people, as
//! ever. Where they do not agree, the results concerned are held: they are preliminary until a
//! laboratory reviewer has said with a reason that they hold, or their laboratory has corrected
//! them. A report whose variants are in doubt is held as a whole, for what a report has looked at
//! and does not state counts as not there.
//!
//! Never: which of the two is right.

mod apply;
mod arriving;
mod beside;
mod compare;
mod measure;
mod said;
mod verdict;

pub use apply::WORD;
pub use compare::{Compared, Disagreement};
pub use verdict::{Answer, Held, answer, document_of, held};

pub(super) use apply::Comparer;
pub(crate) use arriving::until_read;
pub(crate) use beside::Name;

use super::ReadDocument;
use crate::failure::Failure;
use beside::{Beside, One};
use formats::fhir::access::{id, resource_type};
use model::PatientId;
use record::{Access, Record, ResourceChange};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Compares a document with what came with it, as far as the caller may read it.
///
/// # Errors
/// When the record fails.
pub fn compared(
    record: &Record,
    access: &Access,
    patient: &PatientId,
    document: &ReadDocument,
) -> Result<Compared, Failure> {
    let beside = Beside::of(record, access, patient, document)?;
    Ok(match &document.reading {
        Some(reading) => compare::compare(reading, &beside),
        None => Compared::default(),
    })
}

/// The results and reports among changes that are let go when these documents were read: they may
/// wait for that, and no others may, for nobody would ever let them go.
pub(crate) fn waiting(
    record: &Record,
    access: &Access,
    documents: Vec<Name>,
    changes: &[ResourceChange],
) -> Result<BTreeSet<Name>, Failure> {
    let put: BTreeMap<Name, Value> = changes.iter().filter_map(put_of).collect();
    let read = |name: &Name| {
        if let Some(body) = put.get(name) {
            return Ok(Some(One { version: 0, body: body.clone() }));
        }
        let stored = record.read(access, &name.0, &name.1)?.filter(|stored| !stored.deleted);
        Ok(stored.map(|stored| One::of(&stored)))
    };
    let mut waiting = BTreeSet::new();
    for document in documents {
        let Beside { reports, results, .. } = Beside::gather(document, read)?;
        waiting.extend(reports.into_keys().chain(results.into_keys()));
    }
    Ok(waiting)
}

/// A resource that a change writes.
fn put_of(change: &ResourceChange) -> Option<(Name, Value)> {
    match change {
        ResourceChange::Put { resource, .. } => Some((name_of(resource)?, resource.clone())),
        ResourceChange::Delete { .. } => None,
    }
}

/// Type and id.
pub(crate) fn name_of(resource: &Value) -> Option<Name> {
    Some((resource_type(resource)?.to_owned(), id(resource)?.to_owned()))
}
