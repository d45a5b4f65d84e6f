//! One message: where its segments and fields are.

mod scan;
mod segment;
#[cfg(test)]
mod tests;

use super::charset::Charset;
use super::part::{Dialect, Level, Part};
use super::place::Place;
use super::separators::Separators;
use memchr::memchr2;
use model::Problem;
use scan::Scan;
pub use segment::Segment;
use segment::Span;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// Largest message, in bytes (64 MiB). Offsets are 32 bits wide.
pub const MESSAGE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Most segments in one message.
pub const SEGMENTS_MAX: usize = 200_000;

/// Segments or fields for which room is made before any is found.
const ROOM_MAX: usize = 4_096;

/// What one message may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest message, in bytes; at most [`MESSAGE_BYTES_MAX`].
    pub message_bytes_max: usize,
    /// Most segments.
    pub segments_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { message_bytes_max: MESSAGE_BYTES_MAX, segments_max: SEGMENTS_MAX }
    }
}

/// A message. Its `Debug` form shows sizes, never contents.
pub struct Message {
    raw: Vec<u8>,
    /// The text as UTF-8, where separators could not be looked for in the raw bytes.
    decoded: Option<Vec<u8>>,
    dialect: Dialect,
    /// The character set of `raw`.
    charset: Charset,
    segments: Vec<Span>,
    /// Where each field begins, over all segments.
    fields: Vec<u32>,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (bytes, segments) = (self.raw.len(), self.segments.len());
        write!(f, "Message({bytes} bytes, {segments} segments, {})", self.charset.name())
    }
}

impl Message {
    /// Reads a message. `None` only when there is no usable MSH, or a limit is exceeded; a
    /// message with an error among its problems can be acknowledged but must not be filed.
    ///
    /// # Examples
    ///
    /// ```
    /// use formats::hl7v2::Message;
    /// let bytes = b"MSH|^~\\&|LAB|||||| ORU^R01|42|P|2.5.1\rPID|1||7^^^HOSP^MR~8\r";
    /// let (message, problems) = Message::parse(bytes.to_vec());
    /// assert_eq!(problems, []);
    /// let message = message.unwrap();
    /// assert_eq!(message.value("PID-3[1].4").as_deref(), Some("HOSP"));
    /// assert_eq!(message.value("PID-3[2].1").as_deref(), Some("8"));
    /// assert_eq!(message.value("PID-5"), None);
    /// ```
    pub fn parse(bytes: Vec<u8>) -> (Option<Self>, Vec<Problem>) {
        Self::parse_within(bytes, &Limits::default())
    }

    /// [`Message::parse`] with limits of the caller's choice.
    pub fn parse_within(bytes: Vec<u8>, limits: &Limits) -> (Option<Self>, Vec<Problem>) {
        let mut problems = Vec::new();
        let message = Self::read(bytes, limits, &mut problems);
        if let Some(message) = &message {
            message.check_header(&mut problems);
        }
        (message, problems)
    }

    fn read(raw: Vec<u8>, limits: &Limits, problems: &mut Vec<Problem>) -> Option<Self> {
        if raw.len() > limits.message_bytes_max.min(MESSAGE_BYTES_MAX) {
            let text = format!("the message is over {} bytes", limits.message_bytes_max);
            problems.push(Problem::error("message-too-large", "message", text));
            return None;
        }
        let begin = find_header(&raw, problems)?;
        let header = raw.get(begin..).unwrap_or_default();
        let line_end = memchr2(b'\r', b'\n', header).unwrap_or(header.len());
        let header = header.get(..line_end).unwrap_or_default();
        let field = header.get(3).copied().unwrap_or_default();
        let mut pieces = header.split(|b| *b == field).skip(1);
        let separators = Separators::read(field, pieces.next().unwrap_or_default(), problems)?;
        let declared = tidy(pieces.nth(15).unwrap_or_default()).0;
        let charset = Charset::choose(declared, &raw, problems);
        let (decoded, dialect) = if charset.splits_raw() {
            (None, Dialect { separators, charset })
        } else {
            let text = charset.decode_lossy(&raw).into_owned().into_bytes();
            (Some(text), Dialect { separators, charset: Charset::UTF_8 })
        };
        let (segments, fields) = (Vec::new(), Vec::new());
        let mut message = Self { raw, decoded, dialect, charset, segments, fields };
        message.find_segments(begin, limits, problems)?;
        Some(message)
    }

    /// One pass over the bytes.
    fn find_segments(
        &mut self,
        begin: usize,
        limits: &Limits,
        problems: &mut Vec<Problem>,
    ) -> Option<()> {
        let bytes = self.decoded.as_deref().unwrap_or(&self.raw);
        let field = self.dialect.separators.field;
        let mut cutter = Cutter::expecting(bytes.len(), field);
        let mut start = begin;
        let mut cut = |cutter: &mut Cutter, start: usize, end: usize| {
            let line = bytes.get(start..end).unwrap_or_default();
            cutter.cut(line, start, problems)?;
            if cutter.segments.len() > limits.segments_max {
                let text = format!("the message has over {} segments", limits.segments_max);
                problems.push(Problem::error("too-many-segments", "message", text));
                return None;
            }
            Some(())
        };
        for at in Scan::new(bytes, begin, [field, b'\r', b'\n']) {
            if bytes.get(at) == Some(&field) {
                cutter.fields.push(u32::try_from(at).ok()? + 1);
            } else {
                cut(&mut cutter, start, at)?;
                start = at + 1;
            }
        }
        cut(&mut cutter, start, bytes.len())?;
        self.segments = cutter.segments;
        self.fields = cutter.fields;
        Some(())
    }

    fn check_header(&self, problems: &mut Vec<Problem>) {
        let header = self.segment("MSH", 1);
        for (field, name) in [(9, "message type"), (10, "control id"), (12, "version")] {
            if header.is_none_or(|header| header.field(field).value().is_none()) {
                let place = format!("MSH-{field}");
                let text = format!("the {name} is missing");
                problems.push(Problem::error("missing-field", place, text));
            }
        }
        if self.segment("MSH", 2).is_some() {
            let text = "a second header inside the message: two messages were joined";
            problems.push(Problem::error("second-header", "MSH[2]", text));
        }
    }

    /// The bytes as they came.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The separators of MSH-1 and MSH-2.
    pub fn separators(&self) -> &Separators {
        &self.dialect.separators
    }

    /// The character set in which the bytes came.
    pub fn charset(&self) -> Charset {
        self.charset
    }

    /// All segments in order, Z-segments and unknown ones too.
    pub fn segments(&self) -> impl ExactSizeIterator<Item = Segment<'_>> {
        self.segments.iter().map(|span| Segment { message: self, span })
    }

    /// One segment by its id and occurrence, counted from 1.
    pub fn segment(&self, id: &str, occurrence: usize) -> Option<Segment<'_>> {
        let id: [u8; 3] = id.as_bytes().try_into().ok()?;
        let mut span = self.segments.iter().filter(|span| span.id == id);
        let span = span.nth(occurrence.checked_sub(1)?)?;
        Some(Segment { message: self, span })
    }

    /// The part at a place such as `OBX[3]-5[1].1`; `None` if the text is not a place of a field
    /// or there is no such segment.
    pub fn get(&self, place: &str) -> Option<Part<'_>> {
        self.at(&place.parse().ok()?)
    }

    /// The part at a place; `None` if the place names no field or there is no such segment.
    pub fn at(&self, place: &Place) -> Option<Part<'_>> {
        let mut part = self.segment(&place.segment, place.occurrence)?.field(place.field?);
        if let Some(repetition) = place.repetition {
            part = part.repetition(repetition);
        }
        if let Some(component) = place.component {
            part = part.component(component);
        }
        if let Some(subcomponent) = place.subcomponent {
            part = part.subcomponent(subcomponent);
        }
        Some(part)
    }

    /// The value at a place, unescaped and without surrounding blanks.
    pub fn value(&self, place: &str) -> Option<String> {
        self.get(place)?.value()
    }

    fn bytes(&self) -> &[u8] {
        self.decoded.as_deref().unwrap_or(&self.raw)
    }

    /// MSH-9: message code and trigger event, `("ORU", "R01")`.
    pub fn kind(&self) -> (String, String) {
        let value = |place| self.value(place).unwrap_or_default();
        (value("MSH-9.1"), value("MSH-9.2"))
    }
}

/// Where the header begins, past blanks, a byte order mark and stray quotes.
fn find_header(raw: &[u8], problems: &mut Vec<Problem>) -> Option<usize> {
    let mut begin = 0;
    if raw.starts_with(b"\xEF\xBB\xBF") {
        begin = 3;
        problems.push(Problem::note("byte-order-mark", "MSH", "a byte order mark is passed over"));
    }
    let rest = raw.get(begin..).unwrap_or_default();
    let junk = rest.iter().take_while(|b| b.is_ascii_whitespace() || **b == b'"').count();
    let rest = rest.get(junk..).unwrap_or_default();
    if rest.starts_with(b"MSH") && rest.len() > 4 {
        return Some(begin + junk);
    }
    let (place, text) = match rest.get(..3) {
        None => ("MSH".to_owned(), "the message is empty"),
        Some(b"FHS" | b"BHS") => ("MSH".to_owned(), "this is a batch, not a message"),
        Some(b"MSH") => ("MSH".to_owned(), "the header ends after its name"),
        Some(id) if id.iter().all(u8::is_ascii_alphanumeric) => {
            let id = String::from_utf8_lossy(id).into_owned();
            (id, "the message begins with this in place of MSH")
        }
        Some(_) => ("MSH".to_owned(), "the message does not begin with a header"),
    };
    problems.push(Problem::error("no-header", place, text));
    None
}

/// A line without the literal `\r` and stray quote with which string-building senders end it.
fn tidy(line: &[u8]) -> (&[u8], bool) {
    let mut tidied = line.trim_ascii_end();
    while let Some(shorter) = tidied.strip_suffix(br#"\r""#).or_else(|| tidied.strip_suffix(br"\r"))
    {
        if ends_in_escape(shorter) {
            break;
        }
        tidied = shorter;
    }
    if tidied == b"\"" {
        tidied = b"";
    }
    // Blanks at the end of a line belong to its last field.
    if tidied.len() == line.trim_ascii_end().len() && !tidied.is_empty() {
        return (line, false);
    }
    (tidied, !line.trim_ascii().is_empty())
}

/// Whether an escape sequence is open at the end of a line, so that a `\` behind it closes it
/// (HL7 v2.5.1 §2.7): in `…\.br\r` the last letter is the sender's text.
fn ends_in_escape(line: &[u8]) -> bool {
    let is_body = |body: &[u8]| match body {
        [b'F' | b'S' | b'T' | b'R' | b'E' | b'H' | b'N'] => true,
        [b'X' | b'C' | b'M' | b'Z' | b'.', rest @ ..] => {
            rest.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-'))
        }
        _ => false,
    };
    let mut parts = line.split(|byte| *byte == b'\\');
    // What stands before the first one is text, and so is what follows a sequence that is closed.
    let mut is_open = false;
    parts.next();
    for part in parts {
        is_open = !is_open && is_body(part);
    }
    is_open
}

struct Cutter {
    field: u8,
    segments: Vec<Span>,
    /// Where the fields begin, those of the segment in hand too.
    fields: Vec<u32>,
    /// Index of the first field of the segment in hand.
    first_field: usize,
    occurrences: BTreeMap<[u8; 3], u32>,
    /// The last segment's id, and which of these it is: most are like the one before.
    last: ([u8; 3], u32),
    untidy: bool,
}

impl Cutter {
    /// With room for what a message of this length usually holds.
    fn expecting(bytes: usize, field: u8) -> Self {
        Self {
            field,
            segments: Vec::with_capacity((bytes / 64).min(ROOM_MAX)),
            fields: Vec::with_capacity((bytes / 4).min(ROOM_MAX)),
            first_field: 0,
            occurrences: BTreeMap::new(),
            last: (*b"???", 0),
            untidy: false,
        }
    }

    /// Ends a segment, whose fields have been noted. `None` only if an offset does not fit 32 bits,
    /// which the limit on bytes rules out.
    fn cut(&mut self, line: &[u8], start: usize, problems: &mut Vec<Problem>) -> Option<()> {
        let (line, untidy) = tidy(line);
        if untidy && !self.untidy {
            self.untidy = true;
            let place = format!("segment {}", self.segments.len() + 1);
            let text = "segments end with a literal `\\r` or a stray quote; passed over";
            problems.push(Problem::warning("literal-segment-end", place, text));
        }
        let offset = u32::try_from(start).ok()?;
        let end = offset + u32::try_from(line.len()).ok()?;
        let is_beyond = |last: &u32| *last > end;
        while self.fields.len() > self.first_field && self.fields.last().is_some_and(is_beyond) {
            self.fields.pop();
        }
        if line.is_empty() {
            return Some(());
        }
        let id = segment_id(line, self.field);
        if id.is_none() {
            self.complain(problems);
        }
        let id = id.unwrap_or(*b"???");
        let occurrence = self.occurrence(id);
        let first_field = u32::try_from(self.first_field).ok()?;
        let fields = u32::try_from(self.fields.len()).ok()? - first_field;
        self.first_field = self.fields.len();
        self.segments.push(Span { id, occurrence, start: offset, end, first_field, fields });
        Some(())
    }

    /// Which of the segments with this id the next one is, from 1.
    fn occurrence(&mut self, id: [u8; 3]) -> u32 {
        if id != self.last.0 {
            self.occurrences.insert(self.last.0, self.last.1);
            self.last = (id, self.occurrences.get(&id).copied().unwrap_or_default());
        }
        self.last.1 += 1;
        self.last.1
    }

    fn complain(&self, problems: &mut Vec<Problem>) {
        let place = format!("segment {}", self.segments.len() + 1);
        let after = self.segments.last().map_or(String::new(), |last| {
            format!(", after {}[{}],", String::from_utf8_lossy(&last.id), last.occurrence)
        });
        let text =
            format!("{place}{after} does not begin with a segment id of three capitals or digits");
        problems.push(Problem::error("bad-segment-id", place, text));
    }
}

fn segment_id(line: &[u8], field: u8) -> Option<[u8; 3]> {
    let id: [u8; 3] = line.get(..3)?.try_into().ok()?;
    if id.contains(&field) || line.get(3).is_some_and(|next| *next != field) {
        return None;
    }
    let good = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    id.iter().all(good).then_some(id)
}

impl<'m> Segment<'m> {
    /// One field by its number; empty if it was not sent.
    pub fn field(&self, number: usize) -> Part<'m> {
        let dialect = &self.message.dialect;
        let header = matches!(&self.span.id, b"MSH" | b"FHS" | b"BHS");
        let level = if header && number <= 2 { Level::Literal } else { Level::Field };
        Part::new(self.field_bytes(number, header), dialect, level)
    }

    fn field_bytes(&self, number: usize, header: bool) -> &'m [u8] {
        let (bytes, span) = (self.message.bytes(), self.span);
        let start = span.start as usize;
        if header && number == 1 {
            return bytes.get(start + 3..start + 4).unwrap_or_default();
        }
        // In a header the first separator is itself the first field.
        let Some(index) = number.checked_sub(if header { 2 } else { 1 }) else { return &[] };
        if index >= span.fields as usize {
            return &[];
        }
        let index = span.first_field as usize + index;
        let Some(begin) = self.message.fields.get(index) else { return &[] };
        let last = index + 1 == (span.first_field + span.fields) as usize;
        let next = if last { None } else { self.message.fields.get(index + 1) };
        let end = next.map_or(span.end, |next| next - 1);
        bytes.get(*begin as usize..end as usize).unwrap_or_default()
    }

    /// The whole segment as text, escapes and separators as they were sent.
    pub fn text(&self) -> Cow<'m, str> {
        self.message.dialect.charset.decode_lossy(self.raw())
    }

    /// The bytes of the whole segment, without its end.
    pub fn raw(&self) -> &'m [u8] {
        let (start, end) = (self.span.start as usize, self.span.end as usize);
        self.message.bytes().get(start..end).unwrap_or_default()
    }
}
