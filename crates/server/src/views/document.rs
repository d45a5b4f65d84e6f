//! Documents that were read, as the page shows them.

use super::identity::session;
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use intake::extraction::concordance::{self, Compared, Held};
use intake::extraction::{Answer, ReadDocument, unread};
use pdf::{Field, FieldName, Proposal};
use record::{Action, Extraction, ExtractionState};
use std::collections::BTreeSet;
use web::view::{
    DocumentListView, DocumentRow, DocumentView, ReadDisagreement, ReadField, ReadFinding,
    ReadPlace,
};

/// Documents that the list shows at most.
const LIST_MAX: u32 = 200;
/// What is shown around a field, in points.
const MARGIN_POINTS: f32 = 18.0;
/// Width that is shown at least, in points.
const WIDTH_POINTS_MIN: f32 = 240.0;

/// The list.
pub(crate) fn documents(app: &App, caller: &Caller) -> Result<DocumentListView, Error> {
    let (mut documents, mut unseen) = (Vec::new(), 0);
    let (record, access) = (app.record(), &caller.access);
    let mut waiting = disagreeing(app, caller)?;
    let named: BTreeSet<String> = waiting.iter().map(|kept| kept.id.clone()).collect();
    let open = record.extractions(access, true, LIST_MAX)?;
    waiting.extend(open.into_iter().filter(|kept| !named.contains(&kept.id)));
    for kept in waiting {
        let document = ReadDocument::of(&kept)?;
        if document.is_readable(record, access, &kept.patient)? {
            let (_, held) = concordance::held(record, access, &kept, &document)?;
            documents.push(head(&kept, &document, held));
        } else {
            unseen += 1;
        }
    }
    Ok(DocumentListView { session: session(app, caller)?, documents, unseen })
}

/// The documents that results are held for: they come first, also when nothing else of them is
/// open any more.
fn disagreeing(app: &App, caller: &Caller) -> Result<Vec<Extraction>, Error> {
    let mut found = Vec::new();
    for review in app.record().reviews(&caller.access, true)? {
        let Some(id) = concordance::document_of(&review.entry) else { continue };
        found.extend(app.record().extraction(&caller.access, id)?);
        if found.len() >= LIST_MAX as usize {
            break;
        }
    }
    Ok(found)
}

fn disagreement(held: Held) -> ReadDisagreement {
    let Held { disagreement, is_held, verdict } = held;
    ReadDisagreement {
        word: disagreement.word.to_owned(),
        stated: disagreement.stated,
        read: disagreement.read,
        page: disagreement.page,
        is_held,
        is_released: verdict.as_ref().map(|verdict| verdict.is_released),
        said: verdict.map(|verdict| (verdict.by, verdict.reason)),
    }
}

fn head(kept: &Extraction, document: &ReadDocument, held: Vec<Held>) -> DocumentRow {
    DocumentRow {
        id: kept.id.clone(),
        title: document.title.clone(),
        read: kept.created,
        findings: document.reading.as_ref().map_or(0, |reading| reading.proposals.len()),
        refused: document.refused.as_ref().map(|(_, text)| text.clone()),
        disagreements: held.into_iter().map(disagreement).collect(),
    }
}

/// One document, with why the last decision was not taken.
pub(crate) fn document(
    app: &App,
    caller: &Caller,
    kept: &Extraction,
    error: Option<&str>,
) -> Result<DocumentView, Error> {
    let document = ReadDocument::of(kept)?;
    let (compared, held) = concordance::held(app.record(), &caller.access, kept, &document)?;
    let mut problems = document.differs.clone();
    problems.extend(document.reading.iter().flat_map(|reading| reading.problems.clone()));
    let proposals = document.reading.iter().flat_map(|reading| &reading.proposals).enumerate();
    let findings = proposals.map(|(at, one)| {
        let agrees = agreed(&compared, at);
        ReadFinding { agrees, ..finding(one, document.answers.get(&at)) }
    });
    let findings = findings.collect();
    let may_answer = decides(app, caller)?;
    Ok(DocumentView {
        session: session(app, caller)?,
        head: head(kept, &document, held),
        patient: kept.patient.clone(),
        version: kept.version,
        is_open: kept.state == ExtractionState::Open && may_answer,
        may_answer,
        problems,
        findings,
        can_be_filed: document.is_decided_beside(&compared) && document.has_confirmed(),
        error: error.map(str::to_owned),
    })
}

/// What a result says of a proposal, where it says the same.
fn agreed(compared: &Compared, at: usize) -> Option<String> {
    compared.agreed.get(&at).cloned()
}

/// Whether somebody decides about documents: what is decided becomes a result.
pub(crate) fn decides(app: &App, caller: &Caller) -> Result<bool, Error> {
    let may = |action| app.record().may(&caller.access, action);
    Ok(caller.csrf.is_some() && may(Action::ResolveReview)? && may(Action::Commit)?)
}

fn finding(proposal: &Proposal, answer: Option<&Answer>) -> ReadFinding {
    let values = answer.and_then(|answer| answer.values.as_ref());
    let said_of =
        |name: FieldName| values.map(|values| values.get(&name).cloned().unwrap_or_default());
    let read = proposal.fields.iter().map(|field| {
        let is_by_one = proposal.one_engine.contains(&field.name);
        let field = read_field(field, is_by_one, said_of(field.name));
        let read = field.read.map(|read| ReadPlace { confidence: proposal.confidence, ..read });
        ReadField { read, ..field }
    });
    let blank = unread(proposal).map(|name| ReadField {
        name: name.word().to_owned(),
        value: said_of(name).unwrap_or_default(),
        read: None,
    });
    ReadFinding {
        kind: proposal.kind.word().replace('-', " "),
        fields: read.chain(blank).collect(),
        said: answer.map(said),
        agrees: None,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "points of a page")]
fn read_field(field: &Field, is_by_one: bool, said: Option<String>) -> ReadField {
    let area = field.area;
    let (left, top) = (area.left - MARGIN_POINTS, area.top - MARGIN_POINTS);
    let width = (area.right - area.left + 2.0 * MARGIN_POINTS).max(WIDTH_POINTS_MIN);
    let height = area.bottom - area.top + 2.0 * MARGIN_POINTS;
    ReadField {
        name: field.name.word().to_owned(),
        value: said.or_else(|| field.value.clone()).unwrap_or_default(),
        read: Some(ReadPlace {
            written: field.written.clone(),
            is_by_one,
            confidence: None,
            page: field.page,
            crop: [left, top, width, height].map(|points| points.max(0.0) as i32),
        }),
    }
}

fn said(answer: &Answer) -> String {
    let (first, _) = &answer.first;
    match (&answer.values, &answer.second) {
        (None, _) => format!("Rejected by {first}"),
        (Some(_), Some((second, _))) => format!("Confirmed by {first} and {second}"),
        (Some(_), None) if answer.is_complete() => format!("Confirmed by {first}"),
        (Some(_), None) => format!("Confirmed by {first}; a second person has to confirm it"),
    }
}
