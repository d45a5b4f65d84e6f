//! What happened when, out of the facts that have a day.

pub(super) mod tumor;

use model::fact::{FactContent, FiledFact};
use model::medication::{Medication, Taking};
use model::reported::ResultStatus;
use model::time::PartialDate;
use std::collections::BTreeMap;
use web::view::{CourseRow, CourseSpan};

/// Medicines that have a row of their own; the latest.
const MEDICINES_MAX: usize = 20;

/// Medicines as bars, the latest first; then specimens, reports and responses as marks.
pub(super) fn course(
    facts: &[FiledFact],
    responses: Vec<CourseSpan>,
    today: PartialDate,
) -> Vec<CourseRow> {
    let mut medicines: BTreeMap<String, Vec<CourseSpan>> = BTreeMap::new();
    let (mut specimens, mut reports) = (Vec::new(), Vec::new());
    for filed in facts {
        match &filed.fact.content {
            FactContent::Medication(medication) => {
                if let Some(span) = taken(medication, today) {
                    medicines.entry(super::patient::words(medication)).or_default().push(span);
                }
            }
            FactContent::Specimen(specimen) => {
                let words = specimen.kind.words().unwrap_or("specimen");
                specimens.extend(specimen.collected.map(|on| mark(words, on)));
            }
            FactContent::Report(report) if report.status != ResultStatus::EnteredInError => {
                let on = report.issued.map(model::Timestamp::day).or(report.collected);
                let words = report.service.words().unwrap_or("report");
                reports.extend(on.map(|on| mark(words, on)));
            }
            _ => {}
        }
    }
    let mut rows: Vec<CourseRow> = medicines
        .into_iter()
        .map(|(label, spans)| CourseRow { label, is_bars: true, spans })
        .collect();
    let latest = |row: &CourseRow| row.spans.iter().map(|span| span.from).max();
    rows.sort_by_key(|row| std::cmp::Reverse(latest(row)));
    rows.truncate(MEDICINES_MAX);
    for (label, spans) in [("Specimens", specimens), ("Reports", reports), ("Response", responses)]
    {
        if !spans.is_empty() {
            rows.push(CourseRow { label: label.to_owned(), is_bars: false, spans });
        }
    }
    rows
}

/// One that is over and does not say when is a mark where it began.
fn taken(medication: &Medication, today: PartialDate) -> Option<CourseSpan> {
    let is_over = match medication.taking_on(today) {
        Taking::NotTaken => return None,
        Taking::Ended => true,
        Taking::Active | Taking::OnHold | Taking::NotYet => false,
    };
    let from = medication.start.or_else(|| medication.authored.map(model::Timestamp::day))?;
    let until = medication.end.or_else(|| is_over.then_some(from));
    let words = medication.dosage.as_deref().unwrap_or("dose not recorded");
    Some(CourseSpan { words: format!("{words} ({})", medication.status), from, until })
}

fn mark(words: &str, on: PartialDate) -> CourseSpan {
    CourseSpan { words: words.to_owned(), from: on, until: Some(on) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_taken_is_drawn_and_what_is_over_ends() {
        let day = PartialDate::parse("2026-05-10").unwrap();
        for (status, end, expected) in [
            ("active", None, Some(None)),
            ("on-hold", None, Some(None)),
            ("active", Some("2026-06-30"), Some(Some("2026-06-30"))),
            ("completed", Some("2026-04"), Some(Some("2026-04"))),
            // Over, and nobody says when: a mark where it began.
            ("stopped", None, Some(Some("2026-03-01"))),
            ("intended", None, None),
            ("draft", None, None),
            ("cancelled", None, None),
            ("not-taken", None, None),
            ("entered-in-error", None, None),
        ] {
            let medication = Medication {
                status: status.to_owned(),
                start: PartialDate::parse("2026-03-01"),
                end: end.and_then(PartialDate::parse),
                ..Medication::default()
            };
            let drawn = taken(&medication, day).map(|span| span.until);
            let expected = expected.map(|until| until.and_then(PartialDate::parse));
            assert_eq!(drawn, expected, "{status} {end:?}");
        }
    }
}
