//! Documents that were read, as the page shows them.

use super::identity::session;
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use intake::extraction::{Answer, ReadDocument};
use pdf::{Field, Proposal};
use record::{Extraction, ExtractionState};
use web::view::{DocumentListView, DocumentRow, DocumentView, ReadField, ReadFinding};

/// Documents that the list shows at most.
const LIST_MAX: u32 = 200;
/// What is shown around a field, in points.
const MARGIN_POINTS: f32 = 18.0;
/// Width that is shown at least, in points.
const WIDTH_POINTS_MIN: f32 = 240.0;

/// The list.
pub(crate) fn documents(app: &App, caller: &Caller) -> Result<DocumentListView, Error> {
    let mut documents = Vec::new();
    for kept in app.record().extractions(&caller.access, true, LIST_MAX)? {
        documents.push(head(&kept, &ReadDocument::of(&kept)?));
    }
    Ok(DocumentListView { session: session(app, caller)?, documents })
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
        is_open: kept.state == ExtractionState::Open,
        problems,
        findings,
        can_be_filed: document.is_decided() && document.has_confirmed(),
        error: error.map(str::to_owned),
    })
}

fn finding(proposal: &Proposal, answer: Option<&Answer>) -> ReadFinding {
    let values = answer.and_then(|answer| answer.values.as_ref());
    let field = |field: &Field| {
        let said = values.map(|values| values.get(&field.name).cloned().unwrap_or_default());
        read_field(field, said)
    };
    ReadFinding {
        kind: proposal.kind.word().replace('-', " "),
        fields: proposal.fields.iter().map(field).collect(),
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
        written: field.written.clone(),
        page: field.page,
        crop: [left, top, width, height].map(|points| points.max(0.0) as i32),
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
