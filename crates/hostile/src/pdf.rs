//! The gate of PDF: whole or refused; what passes has its streams tested, and bytes behind it do
//! not make it whole again.

use pdf::integrity::check as gate;

/// Holds what must hold of any bytes.
///
/// # Panics
/// Where it does not hold.
pub fn check(bytes: &[u8]) {
    let Ok(whole) = gate(bytes) else { return };
    assert!(bytes.windows(5).any(|part| part == b"%PDF-"), "no header");
    assert!(whole.objects >= whole.streams, "a stream outside of objects");
    assert!(whole.tested + whole.untested <= whole.streams, "more tests than streams");
    // A file that something follows which is no part of it was changed on its way.
    let behind = [bytes, b"\nthis is no object\n%%EOF\n"].concat();
    assert!(gate(&behind).is_err(), "something between objects");
}
