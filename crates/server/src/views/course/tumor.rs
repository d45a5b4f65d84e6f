//! How a tumour responded, and the shares of reads that its variants had.

use crate::app::App;
use crate::error::Error;
use crate::views::lifestyle::{observations, opened};
use crate::views::trials::fractions;
use formats::fhir::access::{choice, concept, date, instant, text};
use interpret::matching::PatientFacts;
use model::{PatientId, Timestamp};
use record::{Access, Failure, Record, Stored, Term};
use serde_json::Value;
use web::view::{CourseSpan, ValueSeries};

/// LOINC codes of how a cancer responds or stands: 97509-4 of mCODE STU 2 and later, 88040-1 of
/// STU 1 and of assessments by RECIST.
const RESPONSES: [&str; 2] = ["97509-4", "88040-1"];
/// Nobody holds that these are so.
const NOT_HELD: [&str; 2] = ["entered-in-error", "cancelled"];
/// How sure a result is that needs no word.
const HELD: [&str; 3] = ["final", "amended", "corrected"];

/// What is recorded of responses.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::views) struct Responses {
    /// Those with a day.
    pub(in crate::views) dated: Vec<CourseSpan>,
    /// The words of those without one.
    pub(in crate::views) undated: Vec<String>,
}

/// Responses of every record of the person.
pub(in crate::views) fn responses(
    app: &App,
    access: &Access,
    patient: &PatientId,
) -> Result<Responses, Error> {
    let found = app.record().read_together(|record| resources(record, access, patient))?;
    let mut responses = Responses::default();
    for stored in found {
        let response = opened(&stored)?;
        let Some(words) = words(&response) else { continue };
        match days(&response) {
            Some((from, until)) => {
                responses.dated.push(CourseSpan { words, from, until: Some(until) });
            }
            None => responses.undated.push(words),
        }
    }
    responses.dated.sort_by_key(|one| one.from);
    Ok(responses)
}

fn resources(record: &Record, access: &Access, of: &PatientId) -> Result<Vec<Stored>, Failure> {
    let codes = RESPONSES.iter().map(|code| format!("http://loinc.org|{code}")).collect();
    let term = Term { parameter: "code".to_owned(), modifier: None, values: codes };
    let mut found = Vec::new();
    for one in record.records_of_person(access, of)? {
        found.extend(observations(record, access, &one, &term)?);
    }
    Ok(found)
}

/// What an assessment says, by which method, and how sure it is; nothing where it was taken back.
fn words(response: &Value) -> Option<String> {
    let status = text(response, "status").unwrap_or_default();
    if NOT_HELD.contains(&status) {
        return None;
    }
    let said = match choice(response, "value") {
        Some(("CodeableConcept", _)) => {
            concept(response, "valueCodeableConcept").and_then(|of| of.words().map(str::to_owned))
        }
        Some((_, value)) => value.as_str().map(str::to_owned),
        None => None,
    };
    let absent = || {
        let why = concept(response, "dataAbsentReason");
        let why = why.and_then(|of| of.words().map(str::to_owned));
        why.map_or_else(|| "nothing said".to_owned(), |why| format!("nothing said: {why}"))
    };
    let method = concept(response, "method").and_then(|of| of.words().map(str::to_owned));
    let unsure = (!HELD.contains(&status)).then(|| match status {
        "" => "status not stated".to_owned(),
        status => status.to_owned(),
    });
    let beside: Vec<String> = method.into_iter().chain(unsure).collect();
    let said = said.unwrap_or_else(absent);
    Some(if beside.is_empty() { said } else { format!("{said} ({})", beside.join(", ")) })
}

/// The first and the last day that it is about.
fn days(response: &Value) -> Option<(model::PartialDate, model::PartialDate)> {
    let issued = || instant(response, "issued").map(Timestamp::day);
    let from = date(response, "effectiveDateTime")
        .or_else(|| date(response, "effectivePeriod.start"))
        .or_else(|| date(response, "effectivePeriod.end"))
        .or_else(|| instant(response, "effectiveInstant").map(Timestamp::day))
        .or_else(issued)?;
    Some((from, date(response, "effectivePeriod.end").unwrap_or(from)))
}

/// Shares of reads of what more than one report of the tumour found.
pub(in crate::views) fn shares_of_reads(
    app: &App,
    access: &Access,
    patient: &PatientId,
) -> Result<Vec<ValueSeries>, Error> {
    let matcher = app.matcher()?;
    let (world, today) = (matcher.world(), matcher.today());
    let facts = PatientFacts::read(app.record(), access, world, patient, today)?;
    Ok(facts.and_then(|facts| facts.patient.sources).map_or_else(Vec::new, |all| fractions(&all)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_response_says_what_was_assessed_how_and_how_surely() {
        let partial = json!({"coding": [{"system": "http://loinc.org", "code": "LA28369-9",
            "display": "Partial response"}]});
        for (response, expected) in [
            (json!({"status": "final", "valueCodeableConcept": partial}), Some("Partial response")),
            (
                json!({"status": "preliminary", "valueCodeableConcept": partial,
                    "method": {"text": "RECIST 1.1"}}),
                Some("Partial response (RECIST 1.1, preliminary)"),
            ),
            (json!({"status": "final", "valueString": "stable"}), Some("stable")),
            (json!({"valueString": "stable"}), Some("stable (status not stated)")),
            (json!({"status": "final"}), Some("nothing said")),
            (
                json!({"status": "final", "dataAbsentReason": {"text": "not performed"}}),
                Some("nothing said: not performed"),
            ),
            (json!({"status": "entered-in-error", "valueCodeableConcept": partial}), None),
            (json!({"status": "cancelled"}), None),
        ] {
            assert_eq!(words(&response).as_deref(), expected, "{response}");
        }
    }

    #[test]
    fn its_days_are_those_that_it_is_about_before_that_of_the_report() {
        let shown = |response: Value| days(&response).map(|(a, b)| format!("{a} {b}"));
        let issued = "2026-05-01T08:00:00Z";
        for (response, expected) in [
            (json!({"effectiveDateTime": "2026-04-02", "issued": issued}), "2026-04-02 2026-04-02"),
            (
                json!({"effectivePeriod": {"start": "2026-01", "end": "2026-03-05"}}),
                "2026-01 2026-03-05",
            ),
            (json!({"effectivePeriod": {"end": "2026-03-05"}}), "2026-03-05 2026-03-05"),
            (json!({"issued": issued}), "2026-05-01 2026-05-01"),
        ] {
            assert_eq!(shown(response.clone()).as_deref(), Some(expected), "{response}");
        }
        assert_eq!(shown(json!({})), None);
    }
}
