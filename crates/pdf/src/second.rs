//! The second engine: an independent reading of the same pages, which what the first one proposes
//! is held against.
//!
//! It reads text alone, and nothing is proposed from it. What it does not read in the same place is
//! told to the reviewer, never dropped; its own failure costs nothing but its agreement.

mod text;

use crate::child::ReadFailure;
use crate::extract::Unreadable;
use crate::propose::BY_HEADING;
use crate::reading::{Field, FieldName, Reading};
use crate::{Failure, integrity};
use model::Problem;
use text::Text;

/// Bytes of a page's text that are kept.
const PAGE_BYTES_MAX: usize = 1024 * 1024;
/// Differences that are told one by one; each is marked in its place as well.
const TOLD_MAX: usize = 50;

/// The text of each page, as the second engine reads it.
///
/// # Errors
/// When the file is not whole, or the engine does not read it.
pub fn texts(bytes: &[u8]) -> Result<Vec<String>, Failure> {
    integrity::check(bytes)?;
    let pages = pdf_extract::extract_text_from_mem_by_pages(bytes);
    let mut pages = pages.map_err(|_| Unreadable::NoPages)?;
    for page in &mut pages {
        page.truncate(page.floor_char_boundary(PAGE_BYTES_MAX));
    }
    Ok(pages)
}

/// Holds what is proposed against what the second engine read, and tells where they differ.
pub fn compare(reading: &mut Reading, texts: Result<Vec<String>, ReadFailure>) {
    let texts = match texts {
        Ok(texts) => texts,
        Err(failure) => {
            let text = format!(
                "the second engine did not read the document ({}): every value is read by one \
                 engine only",
                failure.word()
            );
            reading.problems.push(Problem::warning("one-engine-only", "document", text));
            return;
        }
    };
    let pages: Vec<Text> = texts.iter().map(|text| Text::of(text)).collect();
    let mut told = 0;
    for proposal in &mut reading.proposals {
        // No engine reads the text of a page that has none.
        if proposal.confidence.is_some() {
            continue;
        }
        for field in proposal.fields.iter().filter(|field| is_compared(field)) {
            let Some(text) = disagreement(field, &pages) else { continue };
            proposal.one_engine.push(field.name);
            told += 1;
            if told <= TOLD_MAX {
                let place = format!("page {}", field.page);
                reading.problems.push(Problem::warning("one-engine", place, text));
            }
        }
    }
}

/// Whether the value of a field stands on the page word for word.
fn is_compared(field: &Field) -> bool {
    field.value.is_some() && field.written != BY_HEADING
}

/// What each engine read, where that is not the same.
fn disagreement(field: &Field, pages: &[Text]) -> Option<String> {
    let page = usize::try_from(field.page).ok()?.checked_sub(1).and_then(|at| pages.get(at));
    // Words that are kept as written in small letters; of notations each letter counts.
    let is_any_case = matches!(field.name, FieldName::Measure | FieldName::Level | FieldName::Unit);
    let word = field.written.split_whitespace().find(|word| {
        let word = crate::extract::spelt(word);
        !page.is_some_and(|page| page.has(&word, is_any_case))
    })?;
    let (name, written) = (field.name.word(), &field.written);
    let other = page.and_then(|page| page.nearest(&crate::extract::spelt(word)));
    Some(match other {
        Some(other) => format!(
            "`{name}` is read by one engine only: the first reads `{written}`, the second `{other}`"
        ),
        None => format!(
            "`{name}` is read by one engine only: the first reads `{written}`, the second nothing \
             like it"
        ),
    })
}
