//! The view as a PDF, typeset in process.
//!
//! Always PDF/UA-1: the standard makes the export fail on a glyph that no font has, instead of
//! printing an empty box. What a view says reaches the template as data, never as markup.

mod desk;
mod glyph;

use crate::board::BriefSheet;
use crate::pgx::PgxReport;
use crate::sheet::Sheet;
use desk::{Desk, Template};
use glyph::Printable;
use guidance::board::Brief;
use model::time::PartialDate;
use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

/// The longest view that is typeset, in bytes of its JSON.
pub const VIEW_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Why there is no document.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The view is longer than [`VIEW_BYTES_MAX`].
    #[error("the report has {bytes} bytes of data, at most {VIEW_BYTES_MAX} are typeset")]
    TooLarge {
        /// Bytes of the view's JSON.
        bytes: usize,
    },
    /// The view could not be written as JSON.
    #[error("the report's data cannot be written")]
    Data(#[source] serde_json::Error),
    /// The document could not be made.
    #[error("the report cannot be typeset")]
    Typeset {
        /// What the typesetter says. It may quote the patient's data, so it is not in the message
        /// of the error and belongs in no log.
        details: Vec<String>,
    },
}

/// The report as a tagged PDF (PDF/UA-1, A4). The same view gives the same bytes.
pub fn pdf(report: &PgxReport) -> Result<Vec<u8>, Failure> {
    document(&Job {
        template: Template::Pgx,
        identity: serde_json::to_string(report).map_err(Failure::Data)?,
        printed: report.head.printed,
        sheet: serde_json::to_value(Sheet::of(report)).map_err(Failure::Data)?,
    })
}

/// The brief as a tagged PDF (PDF/UA-1, A4). The same brief gives the same bytes.
pub(crate) fn brief(brief: &Brief) -> Result<Vec<u8>, Failure> {
    document(&Job {
        template: Template::Board,
        identity: serde_json::to_string(brief).map_err(Failure::Data)?,
        printed: brief.head.made,
        sheet: serde_json::to_value(BriefSheet::of(brief)).map_err(Failure::Data)?,
    })
}

/// What one document is made of.
struct Job {
    template: Template,
    /// What tells it from every other document.
    identity: String,
    printed: PartialDate,
    sheet: serde_json::Value,
}

fn document(job: &Job) -> Result<Vec<u8>, Failure> {
    // Characters that fonts have one by one may have no glyph together; code points always have.
    typeset(job, Printable::Covered).or_else(|failure| match failure {
        Failure::Typeset { .. } => typeset(job, Printable::Latin),
        other => Err(other),
    })
}

fn typeset(job: &Job, printable: Printable) -> Result<Vec<u8>, Failure> {
    let data = serde_json::to_vec(&printable.value(&job.sheet)).map_err(Failure::Data)?;
    if data.len() > VIEW_BYTES_MAX {
        return Err(Failure::TooLarge { bytes: data.len() });
    }
    let desk =
        Desk::new(job.template, data).ok_or_else(|| failure(&["a template has no place"]))?;
    let made = typst::compile::<PagedDocument>(&desk).output;
    let made = made.map_err(|problems| diagnosed(&problems)).and_then(|document| {
        let options = options(job)?;
        typst_pdf::pdf(&document, &options).map_err(|problems| diagnosed(&problems))
    });
    // The typesetter remembers what it laid out; a patient's text must not stay in memory.
    typst::comemo::evict(0);
    made
}

fn options(job: &Job) -> Result<PdfOptions, Failure> {
    let standards = PdfStandards::new(&[PdfStandard::Ua_1])
        .map_err(|problem| failure(&[problem.message().as_str()]))?;
    Ok(PdfOptions {
        // Left to itself it would be made from the title; two reports of one person differ.
        ident: Smart::Custom(job.identity.clone()),
        creator: Smart::Custom(Some("Cognate".to_owned())),
        timestamp: timestamp(job.printed),
        page_ranges: None,
        standards,
        tagged: true,
        pretty: false,
    })
}

/// Midnight UTC of the day; `None` if it is not known to the day.
fn timestamp(day: PartialDate) -> Option<Timestamp> {
    let (year, month, day) = (i32::from(day.year), day.month?, day.day?);
    Datetime::from_ymd_hms(year, month, day, 0, 0, 0).map(Timestamp::new_utc)
}

fn diagnosed(problems: &[SourceDiagnostic]) -> Failure {
    Failure::Typeset { details: problems.iter().map(|one| one.message.to_string()).collect() }
}

fn failure(details: &[&str]) -> Failure {
    Failure::Typeset { details: details.iter().map(|detail| (*detail).to_owned()).collect() }
}
