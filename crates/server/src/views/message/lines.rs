//! A message as it came, in numbered lines: segments of HL7 v2, JSON laid out, other text as it is.
//! What is shown is bounded; the whole is for downloading.

use formats::hl7v2::Message;
use intake::receive::HL7_V2;
use record::RawMessage;
use web::view::RawLine;

/// Lines of one page.
const LINES_MAX: usize = 1_500;
/// Characters of one line.
const LINE_CHARS_MAX: usize = 1_000;
/// Bytes that are laid out in lines; a larger document is cut as it came.
const LAID_OUT_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Bytes of a document that are looked at for text.
const TEXT_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What is shown.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) lines: Vec<RawLine>,
    pub(super) more: usize,
    pub(super) is_laid_out: bool,
}

/// The lines of a message.
pub(super) fn lines(raw: &RawMessage) -> Seen {
    let body = &raw.body;
    if body.contains(&0) || body.starts_with(&[0x1f, 0x8b]) {
        let text = format!("{} bytes that are no text", body.len());
        return bounded(std::iter::once((String::new(), text)), false);
    }
    if raw.summary.media_type == HL7_V2
        && let (Some(message), _) = Message::parse(body.clone())
    {
        let segments =
            message.segments().map(|segment| (segment.place(), segment.text().into_owned()));
        return bounded(segments, false);
    }
    if let Some(laid_out) = json(body) {
        return bounded(with_entries(&laid_out), true);
    }
    let text = body.get(..TEXT_BYTES_MAX).unwrap_or(body);
    let text = String::from_utf8_lossy(text);
    let is_one_line = !text.contains('\n') && text.trim_start().starts_with('<');
    let text = if is_one_line { text.replace("><", ">\n<") } else { text.into_owned() };
    let named = |line: &str| (String::new(), line.trim_end_matches('\r').to_owned());
    bounded(text.split('\n').map(named), is_one_line)
}

/// The lines of an acknowledgement.
pub(super) fn of_acknowledgement(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.split(['\r', '\n']).filter(|line| !line.is_empty());
    lines.take(LINES_MAX).map(|line| line.chars().take(LINE_CHARS_MAX).collect()).collect()
}

fn json(body: &[u8]) -> Option<String> {
    if body.len() > LAID_OUT_BYTES_MAX || !matches!(body.first(), Some(b'{' | b'[')) {
        return None;
    }
    let value: serde_json::Value = serde_json::from_slice(body).ok()?;
    serde_json::to_string_pretty(&value).ok()
}

/// Lines of a Bundle, each entry named where it begins.
fn with_entries(text: &str) -> impl Iterator<Item = (String, String)> {
    let (mut is_within, mut number) = (false, 0);
    text.lines().map(move |line| {
        match line {
            "  \"entry\": [" => is_within = true,
            "  ]" | "  ]," => is_within = false,
            _ => {}
        }
        let mut place = String::new();
        if is_within && line == "    {" {
            place = format!("entry[{number}]");
            number += 1;
        }
        (place, line.to_owned())
    })
}

fn bounded(all: impl Iterator<Item = (String, String)>, is_laid_out: bool) -> Seen {
    let mut seen = Seen { is_laid_out, ..Seen::default() };
    for (number, (place, text)) in (1..).zip(all) {
        if number > LINES_MAX {
            seen.more += 1;
            continue;
        }
        let more_chars = text.chars().count().saturating_sub(LINE_CHARS_MAX);
        let text = text.chars().take(LINE_CHARS_MAX).collect();
        seen.lines.push(RawLine { number, place, text, more_chars });
    }
    seen
}
