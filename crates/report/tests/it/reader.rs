//! Looks into a document: its metadata, and its text as poppler reads it.

#![cfg(feature = "pdf")]

use std::path::PathBuf;
use std::process::Command;

/// The document in a file of its own, for tools that want one.
pub(crate) fn kept(name: &str, pdf: &[u8]) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("report-{name}.pdf"));
    std::fs::write(&path, pdf).unwrap();
    path
}

/// The text of each page as it is laid out; `None`, with a line that says so, where `pdftotext` is
/// not installed.
pub(crate) fn pages(name: &str, pdf: &[u8]) -> Option<Vec<String>> {
    read(name, pdf, "-layout")
}

/// The text of each page in the order of the document: cell by cell.
pub(crate) fn in_order(name: &str, pdf: &[u8]) -> Option<Vec<String>> {
    read(name, pdf, "-raw")
}

fn read(name: &str, pdf: &[u8], order: &str) -> Option<Vec<String>> {
    let path = kept(name, pdf);
    let Ok(output) = Command::new("pdftotext").arg(order).arg(&path).arg("-").output() else {
        println!("skipped: `pdftotext` (poppler-utils) is not installed, so no text is read");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.trim_end_matches('\u{C}').split('\u{C}').map(str::to_owned).collect())
}

/// The text in one line, blanks made one and break marks taken out.
pub(crate) fn flat(text: &str) -> String {
    let text = text.replace('\u{200B}', "");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether the bytes stand in the document as they are; metadata is not compressed.
pub(crate) fn holds(pdf: &[u8], text: &str) -> bool {
    pdf.windows(text.len()).any(|window| window == text.as_bytes())
}
