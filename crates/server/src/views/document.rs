//! Documents that were read, as the page shows them.

use super::identity::session;
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use intake::extraction::{Answer, ReadDocument, unread};
use pdf::{Field, FieldName, Proposal};
use record::{Action, Extraction, ExtractionState};
use web::view::{DocumentListView, DocumentRow, DocumentView, ReadField, ReadFinding, ReadPlace};

/// Documents that the list shows at most.
const LIST_MAX: u32 = 200;
/// What is shown around a field, in points.
const MARGIN_POINTS: f32 = 18.0;
/// Width that is shown at least, in points.
const WIDTH_POINTS_MIN: f32 = 240.0;

/// The list.
pub(crate) fn documents(app: &App, caller: &Caller) -> Result<DocumentListView, Error> {
    let (mut documents, mut unseen) = (Vec::new(), 0);
    for kept in app.record().extractions(&caller.access, true, LIST_MAX)? {
        let document = ReadDocument::of(&kept)?;
        if document.is_readable(app.record(), &caller.access, &kept.patient)? {
            documents.push(head(&kept, &document));
        } else {
            unseen += 1;
        }
    }
    Ok(DocumentListView { session: session(app, caller)?, documents, unseen })
}

fn head(kept: &Extraction, document: &ReadDocument) -> DocumentRow {
    DocumentRow {
        id: kept.id.clone(),
        title: document.title.clone(),
        read: kept.created,
        findings: document.reading.as_ref().map_or(0, |reading| reading.proposals.len()),
        refused: document.refused.as_ref().map(|(_, text)| text.clone()),
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
    let mut problems = document.differs.clone();
    problems.extend(document.reading.iter().flat_map(|reading| reading.problems.clone()));
    let proposals = document.reading.iter().flat_map(|reading| &reading.proposals).enumerate();
    let findings = proposals.map(|(at, one)| finding(one, document.answers.get(&at))).collect();
    Ok(DocumentView {
        session: session(app, caller)?,
        head: head(kept, &document),
        patient: kept.patient.clone(),
        version: kept.version,
        is_open: kept.state == ExtractionState::Open && decides(app, caller)?,
        problems,
        findings,
        can_be_filed: document.is_decided() && document.has_confirmed(),
        error: error.map(str::to_owned),
    })
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
    let read = proposal.fields.iter().map(|field| read_field(field, said_of(field.name)));
    let blank = unread(proposal).map(|name| ReadField {
        name: name.word().to_owned(),
        value: said_of(name).unwrap_or_default(),
        read: None,
    });
    ReadFinding {
        kind: proposal.kind.word().replace('-', " "),
        fields: read.chain(blank).collect(),
        said: answer.map(said),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "points of a page")]
fn read_field(field: &Field, said: Option<String>) -> ReadField {
    let area = field.area;
    let (left, top) = (area.left - MARGIN_POINTS, area.top - MARGIN_POINTS);
    let width = (area.right - area.left + 2.0 * MARGIN_POINTS).max(WIDTH_POINTS_MIN);
    let height = area.bottom - area.top + 2.0 * MARGIN_POINTS;
    ReadField {
        name: field.name.word().to_owned(),
        value: said.or_else(|| field.value.clone()).unwrap_or_default(),
        read: Some(ReadPlace {
            written: field.written.clone(),
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
