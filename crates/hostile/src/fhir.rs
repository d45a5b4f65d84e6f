//! FHIR JSON: any bytes give a document or a problem; a transaction is read or refused whole.

use formats::fhir::{bundle, check, json};

/// Bytes that one document may have here; the limit itself is tested in the crate.
const DOCUMENT_BYTES_MAX: usize = 64 * 1024;

/// Holds what must hold of any bytes.
///
/// # Panics
/// Where it does not hold.
pub fn check(bytes: &[u8]) {
    if let Ok(document) = json::read(bytes, DOCUMENT_BYTES_MAX) {
        let _ = check::check(&document.value);
    }
    if let Err(problems) = bundle::read(bytes) {
        assert!(!problems.is_empty(), "refused without a reason");
    }
}
