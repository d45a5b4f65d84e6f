//! What happened when, out of the facts that have a day.

use model::fact::{FactContent, FiledFact};
use model::medication::Medication;
use model::reported::ResultStatus;
use model::time::PartialDate;
use std::collections::BTreeMap;
use web::view::{CourseRow, CourseSpan};

/// Medicines that have a row of their own; the latest.
const MEDICINES_MAX: usize = 20;
/// Statuses of medicines that were never taken.
const NOT_TAKEN: [&str; 5] = ["draft", "entered-in-error", "cancelled", "not-taken", "unknown"];
/// Statuses of those that are over, whenever that was.
const OVER: [&str; 2] = ["completed", "stopped"];

/// Medicines as bars, the latest first; then specimens and reports as marks.
pub(super) fn course(facts: &[FiledFact]) -> Vec<CourseRow> {
    let mut medicines: BTreeMap<String, Vec<CourseSpan>> = BTreeMap::new();
    let (mut specimens, mut reports) = (Vec::new(), Vec::new());
    for filed in facts {
        match &filed.fact.content {
            FactContent::Medication(medication) => {
                if let Some(span) = taken(medication) {
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
    for (label, spans) in [("Specimens", specimens), ("Reports", reports)] {
        if !spans.is_empty() {
            rows.push(CourseRow { label: label.to_owned(), is_bars: false, spans });
        }
    }
    rows
}

/// One that is over and does not say when is a mark where it began.
fn taken(medication: &Medication) -> Option<CourseSpan> {
    let status = medication.status.as_str();
    if NOT_TAKEN.contains(&status) {
        return None;
    }
    let from = medication.start.or_else(|| medication.authored.map(model::Timestamp::day))?;
    let until = medication.end.or_else(|| OVER.contains(&status).then_some(from));
    let words = medication.dosage.as_deref().unwrap_or("dose not recorded");
    Some(CourseSpan { words: format!("{words} ({status})"), from, until })
}

fn mark(words: &str, on: PartialDate) -> CourseSpan {
    CourseSpan { words: words.to_owned(), from: on, until: Some(on) }
}
