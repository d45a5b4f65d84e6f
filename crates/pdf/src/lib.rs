//! Reports as PDF: whether a file is whole, where its words stand, and what it may say.
//!
//! For: the process that reads one document and ends; nothing else of the program reads PDF.
//! Never: a result. What comes out are proposals that a person confirms field by field; a file that
//! is not whole gives nothing, and what does not parse stays blank.
//! Rules: ISO 32000-2 (structure), RFC 1950 (checksums), HGVS and HGNC through `genomics` and
//! `tumor`, CPIC's terms for phenotypes (PMID 27441996).

pub mod accuracy;
pub mod child;
pub mod extract;
pub mod integrity;
pub mod ocr;
pub mod page;
mod propose;
pub mod reading;
mod rows;
pub mod second;
pub mod section;
mod stated;

pub use propose::{PROPOSALS_MAX, value};
pub use reading::{Class, Denial, Field, FieldName, Proposal, ProposalKind, Reading};

use extract::Unreadable;
use integrity::Refusal;
use model::Problem;
use ocr::{Raster, RecognisedPage};
use page::{Area, Page};
use reading::{Size, Stated};
use rows::Line;
use tumor::gene::Genes;

/// Labels of a report about a person that a document has at least.
const LABELS_MIN: usize = 4;

/// Why nothing was read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The file is not whole.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Its pages do not come out.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

impl Failure {
    /// A stable word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.word(),
            Self::Unreadable(Unreadable::Encrypted) => "encrypted",
            Self::Unreadable(_) => "unreadable",
        }
    }
}

/// Reads a document.
///
/// # Errors
/// When the file is not whole, or its pages do not come out.
pub fn read(bytes: &[u8], genes: &Genes) -> Result<Reading, Failure> {
    read_with(bytes, &[], genes)
}

/// The same, with words that were recognised in pages that have no text, and in pictures.
///
/// # Errors
/// As [`read`].
pub fn read_with(
    bytes: &[u8],
    recognised: &[RecognisedPage],
    genes: &Genes,
) -> Result<Reading, Failure> {
    let whole = integrity::check(bytes)?;
    let mut pages = extract::pages(bytes)?;
    ocr::put(&mut pages, recognised);
    let mut reading = of_pages(&pages, genes);
    if whole.untested > 0 {
        let text = format!(
            "{} parts of the file have no checksum; nobody can tell whether they are whole",
            whole.untested
        );
        reading.problems.push(Problem::note("untested", "document", text));
    }
    Ok(reading)
}

/// A page of a document as a picture (SVG).
///
/// # Errors
/// As [`read`], and when there is no such page.
pub fn picture(bytes: &[u8], page: u32) -> Result<String, Failure> {
    integrity::check(bytes)?;
    Ok(extract::picture(bytes, page)?)
}

/// A page of a document as dots, for recognising words in it.
///
/// # Errors
/// As [`read`], and when there is no such page.
pub fn raster(bytes: &[u8], page: u32) -> Result<Raster, Failure> {
    integrity::check(bytes)?;
    Ok(extract::raster(bytes, page)?)
}

/// The reading of a document without pages: it says nothing.
pub fn of_nothing() -> Reading {
    Reading {
        class: Class::NotAReport,
        pages: Vec::new(),
        stated: Stated::default(),
        proposals: Vec::new(),
        denied: Vec::new(),
        problems: Vec::new(),
        without_text: Vec::new(),
        with_pictures: Vec::new(),
    }
}

/// What pages may say.
pub fn of_pages(pages: &[Page], genes: &Genes) -> Reading {
    let lines: Vec<Vec<Line>> = pages.iter().map(rows::lines).collect();
    let body = rows::body(pages, &lines);
    let stated = stated::of(&lines);
    let problems = letters(pages);
    let labels = stated::labels(&lines);
    let is_report = labels >= LABELS_MIN && propose::has_findings_heading(genes, &body);
    let sizes = pages.iter().map(|page| Size { width: page.width, height: page.height }).collect();
    let without_text = pages.iter().filter(|page| page.words.is_empty());
    let without_text = without_text.map(|page| page.number).collect();
    let with_pictures = pages.iter().filter(|page| has_unread_pictures(page));
    let with_pictures = with_pictures.map(|page| page.number).collect();
    let mut reading =
        Reading { pages: sizes, stated, problems, without_text, with_pictures, ..of_nothing() };
    if !is_report {
        let text = "the document does not look like the report of a person; nothing is proposed";
        reading.problems.push(Problem::note("not-a-report", "document", text));
        return reading;
    }
    reading.class = Class::Report;
    reading.problems.extend(stated::check(pages, &lines, &reading.stated));
    let found = propose::of(genes, &body);
    reading.problems.extend(found.problems);
    (reading.proposals, reading.denied) = (found.proposals, found.denied);
    reading.problems.extend(ocr::mark(&mut reading.proposals, pages));
    reading
}

/// Whether a page has a text, and beside it a picture, or shapes that may be letters, in which no
/// word was recognised.
fn has_unread_pictures(page: &Page) -> bool {
    let mut places = page.pictures.iter().chain(&page.shapes);
    !page.words.is_empty() && places.any(|place| page.is_unread(*place))
}

/// What of the pages could not be read.
fn letters(pages: &[Page]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for page in pages {
        let place = format!("page {}", page.number);
        if page.words.is_empty() {
            let text = "no text; not computable: the page may be a picture of one";
            problems.push(Problem::warning("no-text", &place, text));
        }
        let is_unread = |areas: &[Area]| areas.iter().any(|area| page.is_unread(*area));
        if !page.words.is_empty() && is_unread(&page.pictures) {
            let text = "a picture takes up a part of the page, and no words in it were read";
            problems.push(Problem::warning("picture", &place, text));
        }
        if !page.words.is_empty() && is_unread(&page.shapes) {
            let text = "a part of the page has shapes that may be letters, and were not read";
            problems.push(Problem::warning("drawn", &place, text));
        }
        if page.words.iter().any(|word| word.confidence.is_some()) {
            let text = "words of the page were recognised in a picture (OCR) and may be wrong; \
                        what is proposed from them takes two people";
            problems.push(Problem::warning("recognised", &place, text));
        }
        if page.unknown_letters > 0 {
            let text = format!("{} letters have no meaning", page.unknown_letters);
            problems.push(Problem::warning("unknown-letters", &place, text));
        }
        if page.hidden_letters > 0 {
            let text = format!("{} letters are not seen, and not read", page.hidden_letters);
            problems.push(Problem::warning("hidden-letters", &place, text));
        }
        if page.is_cut {
            let text = "the page has more letters than are read";
            problems.push(Problem::warning("too-many-letters", place, text));
        }
    }
    problems
}
