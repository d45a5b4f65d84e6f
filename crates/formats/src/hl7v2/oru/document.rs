//! Attachments (HL7 v2.5.1 §2.A.24 `ED`, §2.A.63 `RP`).

use super::row::{Context, Row};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use model::reported::ResultStatus;
use model::{Coding, Problem};
use std::fmt;

/// Padding is checked apart, so that a cut attachment is told from one sent without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Bytes looked at for what a text is.
const HEAD_BYTES: usize = 4096;

/// An attachment. `Debug` shows sizes, never contents.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// OBX-3.
    pub code: Coding,
    /// Media type of the bytes themselves, `application/pdf`; `application/octet-stream` if they
    /// show none.
    pub media_type: String,
    /// Type and subtype as the sender declares them, `application/PDF`.
    pub declared: Option<String>,
    /// The decoded bytes; empty if there are none or they cannot be decoded.
    pub bytes: Vec<u8>,
    /// Not whole, or not what it should be: nothing may be extracted.
    pub damaged: bool,
    /// Where the document is, for a pointer (`RP`). To be fetched from allowed places only.
    pub pointer: Option<String>,
    /// How final it is.
    pub status: ResultStatus,
    /// Its row, `OBX[4]`.
    pub place: String,
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("media_type", &self.media_type)
            .field("bytes", &self.bytes.len())
            .field("damaged", &self.damaged)
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

/// Whether the row holds an attachment, by its content and not by OBX-2 alone.
pub(super) fn is_document(row: &Row<'_>) -> bool {
    let value = row.value();
    let encoding = value.component(4).value().unwrap_or_default();
    matches!(row.value_type().as_str(), "ED" | "RP")
        || encoding.eq_ignore_ascii_case("base64") && !value.component(5).is_empty()
        || value.raw().trim_ascii_start().starts_with(b"JVBERi0")
}

pub(super) fn read(row: &Row<'_>, context: &mut Context<'_>) -> Document {
    let mut document = Document {
        code: row.code.clone(),
        status: row.status,
        place: row.place.clone(),
        media_type: "application/octet-stream".to_owned(),
        ..Document::default()
    };
    let value = row.value();
    if row.value_type() == "RP" {
        document.pointer = value.component(1).value();
        return document;
    }
    let component = |number| value.component(number).value();
    let kind = [component(2), component(3)];
    let kind: Vec<String> = kind.into_iter().flatten().collect();
    document.declared = Some(kind.join("/")).filter(|kind| !kind.is_empty());
    let structured = !value.component(5).is_empty();
    let data = if structured { value.component(5) } else { value };
    let encoding = component(4).unwrap_or_else(|| "Base64".to_owned()).to_ascii_lowercase();
    let (bytes, whole) = match encoding.as_str() {
        "a" => (Some(data.whole().into_owned().into_bytes()), true),
        "hex" => (hex(data.raw()), true),
        _ => base64(data.raw()),
    };
    document.bytes = bytes.unwrap_or_default();
    sniff(&document.bytes).clone_into(&mut document.media_type);
    let ended = document.media_type != "application/pdf" || pdf_ends(&document.bytes);
    document.damaged = !whole || !ended || document.bytes.is_empty();
    if document.damaged {
        let text = "the attachment is cut, undecodable or a placeholder; nothing is read from it";
        context.problems.push(Problem::warning("damaged-document", row.place_of_value(), text));
    }
    let declared = document.declared.clone().unwrap_or_default().to_ascii_lowercase();
    if declared.contains("pdf") && document.media_type != "application/pdf" && !document.damaged {
        let text = format!("declared as PDF, but it is {}", document.media_type);
        context.problems.push(Problem::warning("other-media-type", row.place_of_value(), text));
    }
    document
}

/// The bytes, and whether they are whole. Blanks and `\.br\` inside are passed over.
fn base64(data: &[u8]) -> (Option<Vec<u8>>, bool) {
    let mut clean = Vec::with_capacity(data.len());
    let mut rest = data;
    while let Some((first, after)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(br"\.br\") {
            rest = after;
            continue;
        }
        if !first.is_ascii_whitespace() {
            clean.push(*first);
        }
        rest = after;
    }
    let whole = clean.len() % 4 == 0;
    let bytes = BASE64.decode(&clean).ok();
    let whole = whole && bytes.is_some();
    (bytes, whole)
}

fn hex(data: &[u8]) -> Option<Vec<u8>> {
    let digit = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let digits: Vec<u8> = data.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    digits
        .chunks(2)
        .map(|pair| match *pair {
            [high, low] => Some(digit(high)? * 16 + digit(low)?),
            _ => None,
        })
        .collect()
}

fn sniff(bytes: &[u8]) -> &'static str {
    let text = bytes.trim_ascii_start();
    let start = text.get(..text.len().min(HEAD_BYTES)).unwrap_or_default();
    let mentions = |words: &[u8]| memchr::memmem::find(start, words).is_some();
    match bytes {
        _ if bytes.starts_with(b"%PDF") => "application/pdf",
        _ if bytes.starts_with(b"PK\x03\x04") => "application/zip",
        _ if bytes.starts_with(b"\x1F\x8B") => "application/gzip",
        _ if bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*") => "image/tiff",
        _ if bytes.starts_with(b"\xFF\xD8\xFF") => "image/jpeg",
        _ if bytes.starts_with(b"\x89PNG") => "image/png",
        _ if text.starts_with(br"{\rtf") => "application/rtf",
        _ if text.starts_with(b"{") && mentions(b"\"resourceType\"") => "application/fhir+json",
        _ if text.starts_with(b"{") => "application/json",
        _ if text.starts_with(b"<") && mentions(b"http://hl7.org/fhir") => "application/fhir+xml",
        _ if text.starts_with(b"<") => "application/xml",
        _ => "application/octet-stream",
    }
}

/// A PDF that was not cut ends with its end mark.
fn pdf_ends(bytes: &[u8]) -> bool {
    const TAIL_BYTES: usize = 1024;
    let tail = bytes.get(bytes.len().saturating_sub(TAIL_BYTES)..).unwrap_or_default();
    memchr::memmem::find(tail, b"%%EOF").is_some()
}
