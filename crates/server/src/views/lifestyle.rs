//! How a patient lives, as far as the caller may know.

mod form;

pub(crate) use form::{FormState, lifestyle_form};

use super::patient::current_medication;
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::lifestyle::may_enter;
use formats::fhir::lifestyle::{answers, question_codes};
use guidance::Order;
use guidance::lifestyle::{Bearing, Known, rule_of};
use guidance::measure::{Measure, Measured, measures};
use guidance::prevention::{Prevention, lung_screening};
use model::fact::FiledFact;
use model::lifestyle::Answer;
use model::{PartialDate, PatientId, Problem};
use record::limit::PAGE_ROWS_MAX;
use record::{Access, CompartmentQuery, Failure, Query, Record, Stored, Term};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use web::view::{BearingRow, LifestyleView, PreventionRow, ScaleFigure, ScaleRow};

/// Days whose answers the patient page offers to correct.
const ENTERED_MAX: usize = 3;
/// Types of which all of a patient's are read.
const WHOLE_TYPES: [&str; 2] = ["FamilyMemberHistory", "QuestionnaireResponse"];

/// Every answer about a patient, and what could not be read.
pub(crate) fn answers_of(
    app: &App,
    access: &Access,
    patient: &PatientId,
) -> Result<(Vec<Answer>, Vec<Problem>), Error> {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    let read = |record: &Record| {
        let mut all = BTreeMap::new();
        for of in record.records_of_person(access, patient)? {
            all.extend(resources(record, access, &of)?);
        }
        Ok::<_, Error>(all)
    };
    for stored in app.record().read_together(read)?.into_values() {
        let resource = opened(&stored)?;
        let (some, noticed) = answers(&resource, &stored.reference.to_string());
        found.extend(some);
        problems.extend(noticed);
    }
    Ok((found, problems))
}

/// What may hold answers: of Observations only those that say so by code or category, since a
/// patient may have thousands of results.
fn resources(
    record: &Record,
    access: &Access,
    patient: &PatientId,
) -> Result<BTreeMap<String, Stored>, Error> {
    let term = |parameter: &str, values: Vec<String>| Term {
        parameter: parameter.to_owned(),
        modifier: None,
        values,
    };
    let codes = question_codes().map(|code| format!("http://loinc.org|{code}")).collect();
    let mut found: BTreeMap<String, Stored> = BTreeMap::new();
    for asked in [term("code", codes), term("category", vec!["social-history".to_owned()])] {
        let some = observations(record, access, patient, &asked)?;
        found.extend(some.into_iter().map(|one| (one.reference.to_string(), one)));
    }
    let all = whole(record, access, patient, &WHOLE_TYPES)?;
    found.extend(all.into_iter().map(|one| (one.reference.to_string(), one)));
    Ok(found)
}

/// A resource as JSON; what is stored is never anything else.
pub(super) fn opened(stored: &Stored) -> Result<Value, Error> {
    let unread = |error| Error::internal(format!("{}: {error}", stored.reference));
    serde_json::from_slice(&stored.body).map_err(unread)
}

/// All of a patient's Observations of which something holds.
pub(super) fn observations(
    record: &Record,
    access: &Access,
    patient: &PatientId,
    asked: &Term,
) -> Result<Vec<Stored>, Failure> {
    let of = Term {
        parameter: "patient".to_owned(),
        modifier: None,
        values: vec![patient.as_str().to_owned()],
    };
    let mut query = Query {
        resource_type: "Observation".to_owned(),
        terms: vec![of, asked.clone()],
        count: PAGE_ROWS_MAX,
        cursor: None,
    };
    let mut found = Vec::new();
    loop {
        let page = record.search(access, &query)?;
        found.extend(page.entries);
        let Some(next) = page.next else { return Ok(found) };
        query.cursor = Some(next);
    }
}

/// All of a patient's resources of some types.
pub(super) fn whole(
    record: &Record,
    access: &Access,
    patient: &PatientId,
    types: &[&str],
) -> Result<Vec<Stored>, Failure> {
    let mut query = CompartmentQuery {
        types: types.iter().map(|&one| one.to_owned()).collect(),
        count: PAGE_ROWS_MAX,
        ..CompartmentQuery::default()
    };
    let mut found = Vec::new();
    loop {
        let page = record.compartment(access, patient, &query)?;
        found.extend(page.entries);
        let Some(next) = page.next else { return Ok(found) };
        query.cursor = Some(next);
    }
}

/// What the patient page shows.
pub(super) fn lifestyle(
    app: &App,
    caller: &Caller,
    patient: &PatientId,
    facts: &[FiledFact],
) -> Result<LifestyleView, Error> {
    let (answers, problems) = answers_of(app, &caller.access, patient)?;
    let today = app.record().now().day();
    let known = Known::of(&answers, today);
    let current = facts.iter().filter_map(current_medication);
    let bearings = current.filter_map(|medication| {
        let rule = rule_of(&Order::from(medication))?;
        let bearing = Bearing { rule, known };
        Some(BearingRow {
            medicine: super::patient::words(medication),
            known: known.words().to_owned(),
            words: bearing.words(),
            why: rule.why.to_owned(),
            source: rule.source.to_owned(),
        })
    });
    let bearings = bearings.collect();
    let born = super::patient::patient_of(facts).and_then(|patient| patient.birth_date);
    let prevention = vec![prevention(lung_screening(born, &answers, today))];
    let figures = measures(&answers, today).into_iter().map(scale).collect();
    let may_enter = may_enter(app, caller)?;
    let entered = if may_enter { entered(app, caller, patient, &answers)? } else { Vec::new() };
    Ok(LifestyleView { answers, bearings, prevention, figures, may_enter, entered, problems })
}

fn prevention(found: Prevention) -> PreventionRow {
    PreventionRow {
        title: found.title.to_owned(),
        standing: found.standing.words().to_owned(),
        basis: found.basis,
        needs: found.needs,
        figures: found.measures.into_iter().map(scale).collect(),
        validity: found.validity.to_owned(),
        source: found.source.to_owned(),
    }
}

fn scale(found: Measure) -> ScaleRow {
    let figure = match found.measured {
        Measured::Known(least, most) => ScaleFigure::Known(least, most),
        Measured::None => ScaleFigure::None,
        Measured::NotKnown => ScaleFigure::NotKnown,
    };
    let thresholds = found.scale.thresholds.iter();
    ScaleRow {
        asked: found.asked.to_owned(),
        figure,
        words: found.words,
        end: found.scale.end,
        thresholds: thresholds.map(|(at, words)| (*at, (*words).to_owned())).collect(),
        asked_for: found.scale.asked_for,
        source: found.scale.source.to_owned(),
    }
}

/// Days whose answers were written down here; the latest.
fn entered(
    app: &App,
    caller: &Caller,
    patient: &PatientId,
    answers: &[Answer],
) -> Result<Vec<String>, Error> {
    let days: BTreeSet<PartialDate> = answers
        .iter()
        .filter(|one| one.source.starts_with("QuestionnaireResponse/"))
        .filter_map(|one| one.on.filter(|on| on.day.is_some()))
        .collect();
    let mut entered = Vec::new();
    for on in days.into_iter().rev() {
        if entered.len() == ENTERED_MAX {
            break;
        }
        if crate::lifestyle::filed(app, &caller.access, patient, on)?.version > 0 {
            entered.push(on.to_string());
        }
    }
    Ok(entered)
}
