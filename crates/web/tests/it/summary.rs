//! The molecular summary says of a patient what the page says beside advice: merged records, what a
//! habit bears on, and what could not be read.

use crate::sample;
use model::patient::Links;
use model::{PatientId, Problem};
use web::view::{PatientView, SummarySection};

const HOSTILE: &str = "<b>\"&amp;";

fn texts(section: &SummarySection) -> Vec<&str> {
    let lines = section.rows.iter().flat_map(|row| row.cells.iter().flatten());
    lines.map(|line| line.text.as_str()).collect()
}

#[test]
fn merged_records_bearings_and_what_could_not_be_read_are_told() {
    let mut view = sample::patient();
    view.merged = Links {
        replaced_by: Some(PatientId::new("stays")),
        replaces: vec![PatientId::new("old-1"), PatientId::new("old-2")],
    };
    let place = "QuestionnaireResponse/q/_history/2";
    view.lifestyle.problems = vec![Problem::warning("not-understood", place, HOSTILE)];
    let sections = web::summary(&view);
    let of = |id: &str| sections.iter().find(|one| one.id == id).map(texts).unwrap_or_default();
    assert_eq!(sections.first().map(|one| one.id), Some("merged"), "it is said first");
    assert_eq!(
        of("merged"),
        [
            "This record was merged into another one of the same person: record stays. What was \
             filed here counts there; orders belong there.",
            "What was filed in other records of this person, merged into this one, counts here: \
             record old-1, record old-2.",
        ]
    );
    assert_eq!(
        of("bearings"),
        ["Clozapine 100 mg tablet", "Smokes", "Concentrations may be too low in a smoker.",]
    );
    assert_eq!(of("unread"), [format!("{place}: {HOSTILE}")]);
    let unread = sections.iter().find(|one| one.id == "unread").and_then(|one| one.rows.first());
    assert_eq!(unread.map(|row| row.key.as_str()), Some("QuestionnaireResponse/q"));
    for section in &sections {
        let is_whole = section.rows.iter().all(|row| row.cells.len() == section.heads.len());
        assert!(is_whole, "{section:?}");
    }
}

#[test]
fn what_there_is_nothing_to_say_of_has_no_section() {
    let view: PatientView = sample::empty_patient();
    let sections = web::summary(&view);
    for id in ["merged", "bearings", "unread"] {
        assert!(sections.iter().all(|one| one.id != id), "{id}");
    }
}
