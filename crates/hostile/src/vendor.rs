//! Reports of laboratories in XML: a report with problems, or a reason; never both, never neither.

use formats::vendor::foundation;
use formats::xml::{Document, Limits};
use model::problem::first_error;

/// Holds what must hold of any bytes.
///
/// # Panics
/// Where it does not hold.
pub fn check(bytes: &[u8]) {
    let Ok(document) = Document::read(bytes, &Limits::default()) else { return };
    let (report, problems) = foundation::read(&document);
    assert!(report.is_some() || first_error(&problems).is_some(), "nothing, and no reason");
}
