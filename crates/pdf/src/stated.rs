//! Whom a report is about, whether every page says so, and whether all of its pages are there.

use crate::page::Page;
use crate::reading::{Place, Stated};
use crate::rows::{Cell, Line};
use model::Problem;

/// Pages that whom a report is about is looked for on.
const PAGES_READ: usize = 2;
/// Numbers of a patient that are read.
const NUMBERS_MAX: usize = 4;

const NAMES: &[&str] = &["patient name", "name of patient", "patient", "name"];
const BIRTHS: &[&str] = &["date of birth", "dob", "birth date", "birthdate", "d.o.b"];
const NUMBERS: &[&str] = &[
    "medical record",
    "medical record number",
    "mrn",
    "patient id",
    "patient identifier",
    "nhs number",
    "hospital number",
    "hospital id",
];

/// Labels of reports that papers and specifications do not have.
const OTHERS: &[&str] = &[
    "specimen",
    "specimen type",
    "specimen id",
    "specimen received",
    "date collected",
    "collection date",
    "date of collection",
    "collected",
    "received",
    "report date",
    "date reported",
    "reported",
    "accession",
    "accession number",
    "ordering physician",
    "ordering provider",
    "sex",
    "gender",
];

/// Whom the report is about.
pub(crate) fn of(lines: &[Vec<Line>]) -> Stated {
    let mut stated = Stated::default();
    for lines in lines.iter().take(PAGES_READ) {
        for (at, line) in lines.iter().enumerate() {
            for cell in &line.cells {
                let Some(label) = label(cell) else { continue };
                let found = || value(cell, line, lines.get(at + 1));
                if NAMES.contains(&label.as_str()) && stated.name.is_none() {
                    stated.name = found();
                } else if BIRTHS.contains(&label.as_str()) && stated.birth_date.is_none() {
                    stated.birth_date = found();
                } else if NUMBERS.contains(&label.as_str()) && stated.numbers.len() < NUMBERS_MAX {
                    let place = found();
                    let is_new =
                        |place: &Place| stated.numbers.iter().all(|known| known.text != place.text);
                    stated.numbers.extend(place.filter(is_new));
                }
            }
        }
    }
    stated
}

/// How many labels of a report about a person the first pages have.
pub(crate) fn labels(lines: &[Vec<Line>]) -> usize {
    let mut found = std::collections::BTreeSet::new();
    for line in lines.iter().take(PAGES_READ).flatten() {
        for label in line.cells.iter().filter_map(label) {
            let known = [NAMES, BIRTHS, NUMBERS, OTHERS].iter().any(|one| one.contains(&&*label));
            if known {
                found.insert(label);
            }
        }
    }
    found.len()
}

/// A cell's label: what stands before a colon, or all of it.
fn label(cell: &Cell) -> Option<String> {
    let head = cell.text.split(':').next()?;
    let head = head.trim().trim_end_matches(['#', '.']).trim().to_lowercase();
    (!head.is_empty() && head.len() < 40).then_some(head)
}

/// What a label is for: behind its colon, else the next cell, else what stands below.
fn value(cell: &Cell, line: &Line, below: Option<&Line>) -> Option<Place> {
    let place = |text: &str, cell: &Cell| {
        let text = text.trim();
        let place = Place { text: text.to_owned(), page: cell.page, area: cell.area };
        (!text.is_empty()).then_some(place)
    };
    if let Some((_, text)) = cell.text.split_once(':')
        && let Some(found) = place(text, cell)
    {
        return Some(found);
    }
    let under = below.and_then(|below| {
        let near = |other: &&Cell| {
            (other.area.left - cell.area.left).abs() <= 3.0
                && other.baseline - cell.baseline <= 2.2 * cell.size
        };
        below.cells.iter().find(near)
    });
    let next = line.cells.iter().find(|other| other.area.left >= cell.area.right);
    let is_value = |other: &&Cell| !other.text.ends_with(':') && !is_label(other);
    let found = next.filter(is_value).or(under.filter(is_value))?;
    place(&found.text, found)
}

fn is_label(cell: &Cell) -> bool {
    label(cell).is_some_and(|label| {
        [NAMES, BIRTHS, NUMBERS, OTHERS].iter().any(|one| one.contains(&label.as_str()))
    })
}

/// Whether the pages are those that the report says it has, and all of the same person.
pub(crate) fn check(pages: &[Page], lines: &[Vec<Line>], stated: &Stated) -> Vec<Problem> {
    let mut problems = Vec::new();
    let marks = stated.name.iter().chain(&stated.birth_date).chain(&stated.numbers);
    let marks: Vec<String> = marks.map(|place| squeezed(&place.text)).collect();
    if marks.is_empty() {
        let text = "the report does not say whom it is about in words that are known";
        problems.push(Problem::warning("no-patient", "page 1", text));
    }
    for (page, lines) in pages.iter().zip(lines) {
        let place = format!("page {}", page.number);
        let texts: Vec<String> = lines.iter().map(Line::text).collect();
        let numbered = texts.iter().find_map(|text| numbering(text));
        if let Some((number, count)) = numbered
            && (number != page.number || usize::try_from(count) != Ok(pages.len()))
        {
            let text = format!(
                "the page says that it is page {number} of {count}; it is page {} of {}",
                page.number,
                pages.len()
            );
            problems.push(Problem::warning("page-count", &place, text));
        }
        let whole = squeezed(&texts.concat());
        if !marks.is_empty() && !marks.iter().any(|mark| whole.contains(mark.as_str())) {
            let text = "the page has neither name nor number of the patient";
            problems.push(Problem::warning("page-without-patient", place, text));
        }
    }
    problems
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// `page 3 of 16`.
fn numbering(text: &str) -> Option<(u32, u32)> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    words.windows(4).find_map(|window| match window {
        ["page", number, "of", count] => {
            let digits = |text: &str| text.trim_matches(|c: char| !c.is_ascii_digit()).parse().ok();
            Some((digits(number)?, digits(count)?))
        }
        _ => None,
    })
}
