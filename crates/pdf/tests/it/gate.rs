//! The gate: no file that was cut or changed comes out as text.

use model::problem::Severity;
use pdf::Failure;
use pdf::integrity::{Damage, FILE_BYTES_MAX, NESTING_MAX, Refusal, Whole, check};
use testkit::pdf::{document, file, report};

const PERSON: (&str, &str, &str) = ("Ana Example", "1970-03-04", "100");

fn whole() -> Vec<u8> {
    report(PERSON, &[(40.0, 100.0, "Results"), (40.0, 120.0, "BRAF p.Val600Glu")])
}

fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|part| part == from.as_bytes()).unwrap();
    [&bytes[..at], to.as_bytes(), &bytes[at + from.len()..]].concat()
}

#[test]
fn a_whole_file_passes() {
    let found = check(&whole()).unwrap();
    assert_eq!(found, Whole { objects: 5, streams: 1, tested: 1, untested: 0 });
}

#[test]
fn each_fault_has_its_name() {
    let whole = whole();
    let refused = |bytes: &[u8]| check(bytes).unwrap_err();
    assert_eq!(refused(b""), Refusal::NoPdf);
    assert_eq!(refused(b"GIF89a"), Refusal::NoPdf);
    assert_eq!(refused(&replaced(&whole, "%PDF-1.4", "%PDF-9.4")), Refusal::NoPdf);
    let encrypted = replaced(&whole, "/Root 1 0 R", "/Root 1 0 R/Encrypt 9 0 R");
    assert_eq!(refused(&encrypted), Refusal::Encrypted);
    for (bytes, expected) in [
        (whole[..whole.len() - 8].to_vec(), Damage::End),
        (replaced(&whole, "startxref\n", "startxref\n9"), Damage::Table),
        (replaced(&whole, "3 0 obj", "3 0 obi"), Damage::Object),
        (replaced(&whole, "endobj\n2 0", "endobj\nx 2 0"), Damage::Between),
        (replaced(&whole, "/Length ", "/Length 1"), Damage::Length),
        (replaced(&whole, "/FlateDecode", "/FlateDecodf"), Damage::Filter),
        (replaced(&whole, "3 0 obj", "7 0 obj"), Damage::Entry),
    ] {
        let refusal = refused(&bytes);
        let Refusal::Damaged { what, .. } = refusal else { panic!("{refusal}") };
        assert_eq!(what, expected);
    }
}

#[test]
fn a_cut_file_never_passes() {
    let whole = whole();
    for end in (0..whole.len() - 1).step_by(7) {
        assert!(check(&whole[..end]).is_err(), "cut at {end}");
    }
}

/// Every byte of the file, changed in two ways: it is refused, or says the same, or says that
/// something cannot be read.
#[test]
fn a_changed_byte_never_changes_what_is_read() {
    let (genes, whole) = (super::genes(), whole());
    let expected = pdf::read(&whole, &genes).unwrap();
    assert_eq!(expected.problems, []);
    let mut refused = 0;
    for at in 0..whole.len() {
        for mask in [0x01, 0x20] {
            let mut bytes = whole.clone();
            bytes[at] ^= mask;
            let Ok(found) = pdf::read(&bytes, &genes) else {
                refused += 1;
                continue;
            };
            let place = whole[at.saturating_sub(20)..=at].escape_ascii();
            let is_same = super::said(&found) == super::said(&expected);
            let is_told = found.problems.iter().any(|one| one.severity == Severity::Warning);
            assert!(is_same || is_told, "byte {at} of `{place}`");
        }
    }
    assert!(refused > whole.len(), "{refused} of {}", 2 * whole.len());
}

#[test]
fn limits_hold() {
    let nested = |levels: usize| {
        let object = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        file(&[b"<</Type/Catalog>>".to_vec(), object.into_bytes()])
    };
    assert!(check(&nested(NESTING_MAX)).is_ok());
    assert!(matches!(check(&nested(NESTING_MAX + 1)), Err(Refusal::TooMuch { .. })));
    // As deep as a file may be long: no recursion goes there.
    assert!(matches!(check(&nested(1_000_000)), Err(Refusal::TooMuch { .. })));
    let large = vec![b' '; FILE_BYTES_MAX + 1];
    assert!(matches!(check(&large), Err(Refusal::TooMuch { of: "bytes", .. })));
}

#[test]
fn a_file_without_pages_is_an_error_and_no_empty_reading() {
    let empty = document(&[]);
    assert!(matches!(pdf::read(&empty, &super::genes()), Err(Failure::Unreadable(_))));
}
