//! Acknowledgements (HL7 v2.5.1 §2.9, §2.15.8 MSA, §2.15.5 ERR).

use super::message::Message;
use super::place::Place;
use super::separators::Separators;
use model::{Problem, Severity, Timestamp};

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It is archived: AA or CA.
    Accepted,
    /// It could not be stored; the sender shall try again: AE or CE.
    Failed,
    /// It is not for us, or not a message: AR or CR. Sending it again is of no use.
    Rejected,
}

/// Which acknowledgement rules the sender asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Neither MSH-15 nor MSH-16 is valued.
    Original,
    /// At least one of them is.
    Enhanced,
}

impl Mode {
    /// The mode of a message.
    pub fn of(message: &Message) -> Self {
        let valued = |place| message.value(place).is_some();
        if valued("MSH-15") || valued("MSH-16") { Self::Enhanced } else { Self::Original }
    }
}

/// MSA-1 (HL7 table 0008).
pub fn code(mode: Mode, outcome: Outcome) -> &'static str {
    match (mode, outcome) {
        (Mode::Original, Outcome::Accepted) => "AA",
        (Mode::Original, Outcome::Failed) => "AE",
        (Mode::Original, Outcome::Rejected) => "AR",
        (Mode::Enhanced, Outcome::Accepted) => "CA",
        (Mode::Enhanced, Outcome::Failed) => "CE",
        (Mode::Enhanced, Outcome::Rejected) => "CR",
    }
}

/// Whether the sender wants this acknowledgement (MSH-15, HL7 table 0155). Without MSH-15 one is
/// sent: a sender that waits in vain stops its feed.
pub fn is_wanted(message: &Message, outcome: Outcome) -> bool {
    match message.value("MSH-15").as_deref() {
        Some("NE") => false,
        Some("ER") => outcome != Outcome::Accepted,
        Some("SU") => outcome == Outcome::Accepted,
        _ => true,
    }
}

/// Whether the sender asks for an application acknowledgement of any kind (MSH-16).
pub fn asks_application(message: &Message) -> bool {
    message.value("MSH-16").is_some_and(|word| word != "NE")
}

/// Whether the sender wants this application acknowledgement (MSH-16, HL7 table 0155). Without
/// MSH-16 none is sent; a word that is not in the table is taken for "always".
pub fn is_application_wanted(message: &Message, outcome: Outcome) -> bool {
    match message.value("MSH-16").as_deref() {
        None | Some("NE") => false,
        Some("ER") => outcome != Outcome::Accepted,
        Some("SU") => outcome == Outcome::Accepted,
        Some(_) => true,
    }
}

/// Message error condition codes (HL7 table 0357).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// 0, the message is accepted all the same.
    Accepted,
    /// 100, segments in the wrong order or missing.
    SegmentSequence,
    /// 101, a required field is missing.
    RequiredFieldMissing,
    /// 102, a value is not of its data type.
    DataType,
    /// 103, a code is not in its table.
    TableValue,
    /// 200, message type not supported.
    MessageType,
    /// 201, trigger event not supported.
    EventCode,
    /// 202, MSH-11 is not that of this feed.
    ProcessingId,
    /// 203, version not supported.
    VersionId,
    /// 207, our own failure.
    Internal,
}

impl ErrorCode {
    /// The code and its text.
    pub fn entry(self) -> (&'static str, &'static str) {
        match self {
            Self::Accepted => ("0", "Message accepted"),
            Self::SegmentSequence => ("100", "Segment sequence error"),
            Self::RequiredFieldMissing => ("101", "Required field missing"),
            Self::DataType => ("102", "Data type error"),
            Self::TableValue => ("103", "Table value not found"),
            Self::MessageType => ("200", "Unsupported message type"),
            Self::EventCode => ("201", "Unsupported event code"),
            Self::ProcessingId => ("202", "Unsupported processing id"),
            Self::VersionId => ("203", "Unsupported version id"),
            Self::Internal => ("207", "Application internal error"),
        }
    }
}

/// One ERR segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where, if it has a place in the message.
    pub place: Option<Place>,
    /// What kind.
    pub code: ErrorCode,
    /// How bad.
    pub severity: Severity,
    /// One sentence for the sender's operator; it must not hold the patient's data.
    pub text: String,
}

impl From<&Problem> for Fault {
    /// A problem of reading the message. Its place goes into the text too, since ERR-2 can name
    /// only segments that have an id.
    fn from(problem: &Problem) -> Self {
        let code = match problem.code.as_str() {
            "missing-field" => ErrorCode::RequiredFieldMissing,
            "no-header" | "bad-segment-id" | "second-header" | "missing-segment" => {
                ErrorCode::SegmentSequence
            }
            _ => ErrorCode::DataType,
        };
        Self {
            place: problem.place.parse().ok(),
            code,
            severity: problem.severity,
            text: format!("{}: {}", problem.place, problem.text),
        }
    }
}

/// What the caller decides about an acknowledgement.
#[derive(Clone, Debug)]
pub struct Reply<'r> {
    /// What became of the message.
    pub outcome: Outcome,
    /// MSH-10 of the acknowledgement itself.
    pub control_id: &'r str,
    /// MSH-7.
    pub time: Timestamp,
    /// What was wrong, one ERR segment each.
    pub faults: &'r [Fault],
}

/// Builds the acknowledgement, without MLLP framing.
///
/// MSH-3/4 and MSH-5/6 change places; MSH-11, MSH-12, MSH-18, the separators and the character set
/// are the sender's; MSA-2 is its MSH-10 byte for byte. For bytes without a usable MSH
/// (`message` is `None`) the standard separators, version 2.5.1 and an empty MSA-2 are used.
pub fn acknowledge(message: Option<&Message>, reply: &Reply<'_>) -> Vec<u8> {
    write(message, message.map_or(Mode::Original, Mode::of), reply, false)
}

/// Builds an application acknowledgement of enhanced mode (§2.9.3.2): AA, AE or AR in a message of
/// its own, which asks for an accept acknowledgement (MSH-15 `AL`) and no other (MSH-16 `NE`). The
/// rest is as in [`acknowledge`].
pub fn application(message: &Message, reply: &Reply<'_>) -> Vec<u8> {
    write(Some(message), Mode::Original, reply, true)
}

fn write(message: Option<&Message>, mode: Mode, reply: &Reply<'_>, is_asking: bool) -> Vec<u8> {
    let separators = message.map(Message::separators).copied().unwrap_or_default();
    let mut out = Writer { bytes: Vec::new(), separators, message };
    out.header(reply, is_asking);
    let newer = out.version() >= (2, 5);
    out.segment(b"MSA");
    out.raw(code(mode, reply.outcome).as_bytes());
    out.raw(&out.sent(10));
    if let (false, Some(fault)) = (newer, reply.faults.first()) {
        // MSA-3 was withdrawn when ERR-8 came, in v2.5.
        out.text(&fault.text);
    }
    out.end();
    for fault in reply.faults {
        if newer { out.fault(fault) } else { out.older_fault(fault) }
    }
    out.bytes
}

struct Writer<'m> {
    bytes: Vec<u8>,
    separators: Separators,
    message: Option<&'m Message>,
}

impl Writer<'_> {
    /// A field of the sender's MSH in the bytes in which it came.
    fn sent(&self, field: usize) -> Vec<u8> {
        let Some(message) = self.message else { return Vec::new() };
        let Some(header) = message.segment("MSH", 1) else { return Vec::new() };
        let raw = header.field(field).raw();
        if message.charset().splits_raw() {
            return raw.to_vec();
        }
        message.charset().encode(&String::from_utf8_lossy(raw))
    }

    fn version(&self) -> (u32, u32) {
        let text = self.message.and_then(|m| m.value("MSH-12")).unwrap_or_default();
        let mut numbers = text.split('.').map(str::parse);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(major)), Some(Ok(minor))) => (major, minor),
            _ => (2, 5),
        }
    }

    fn header(&mut self, reply: &Reply<'_>, is_asking: bool) {
        self.bytes.extend_from_slice(b"MSH");
        self.raw(&self.separators.encoding_characters());
        for field in [5, 6, 3, 4] {
            self.raw(&self.sent(field));
        }
        self.raw(time(reply.time).as_bytes());
        self.raw(b"");
        self.raw(&self.kind());
        self.text(reply.control_id);
        let processing = self.sent(11);
        self.raw(if processing.is_empty() { b"P" } else { &processing });
        let version = self.sent(12);
        self.raw(if version.is_empty() { b"2.5.1" } else { &version });
        let charset = self.sent(18);
        let asks: [&[u8]; 2] = if is_asking { [b"AL", b"NE"] } else { [b"", b""] };
        let optional = [b"" as &[u8], b"", asks[0], asks[1], b"", &charset];
        let count = optional.iter().rposition(|field| !field.is_empty()).map_or(0, |at| at + 1);
        optional.iter().take(count).for_each(|field| self.raw(field));
        self.end();
    }

    /// `ACK^R01^ACK`; the structure is named from v2.3.1 on.
    fn kind(&self) -> Vec<u8> {
        let trigger = self.message.map(|m| m.kind().1).unwrap_or_default();
        let plain = trigger.bytes().all(|b| b.is_ascii_alphanumeric());
        if trigger.is_empty() || !plain {
            return b"ACK".to_vec();
        }
        let component = self.separators.component;
        let mut kind = b"ACK".to_vec();
        kind.push(component);
        kind.extend_from_slice(trigger.as_bytes());
        if self.version() >= (2, 4) {
            kind.push(component);
            kind.extend_from_slice(b"ACK");
        }
        kind
    }

    /// ERR of v2.5 and later: ERR-2 place, ERR-3 code, ERR-4 severity, ERR-8 text.
    fn fault(&mut self, fault: &Fault) {
        self.segment(b"ERR");
        self.raw(b"");
        let location = self.location(fault.place.as_ref(), 6);
        self.raw(&location);
        let (code, words) = fault.code.entry();
        let coded = self.joined(self.separators.component, &[code, words, "HL70357"]);
        self.raw(&coded);
        self.raw(match fault.severity {
            Severity::Error => b"E",
            Severity::Warning => b"W",
            Severity::Note => b"I",
        });
        (5..8).for_each(|_| self.raw(b""));
        self.text(&fault.text);
        self.end();
    }

    /// ERR before v2.5: ERR-1 is segment, sequence, field and the code.
    fn older_fault(&mut self, fault: &Fault) {
        self.segment(b"ERR");
        let mut location = self.location(fault.place.as_ref(), 3);
        let (code, words) = fault.code.entry();
        let subcomponent = self.separators.subcomponent.unwrap_or(b'&');
        location.push(self.separators.component);
        location.extend(self.joined(subcomponent, &[code, words, "HL70357"]));
        self.raw(&location);
        self.end();
    }

    /// The first `width` parts of an ERL; trailing empty ones are left out in the long form.
    fn location(&self, place: Option<&Place>, width: usize) -> Vec<u8> {
        let number = |n: Option<usize>| n.map(|n| n.to_string()).unwrap_or_default();
        let parts = match place {
            None => vec![String::new(); width],
            Some(place) => vec![
                place.segment.clone(),
                place.occurrence.to_string(),
                number(place.field),
                number(place.field.map(|_| place.repetition.unwrap_or(1))),
                number(place.component),
                number(place.subcomponent),
            ],
        };
        let mut parts: Vec<&str> = parts.iter().take(width).map(String::as_str).collect();
        while width > 3 && parts.last().is_some_and(|part| part.is_empty()) {
            parts.pop();
        }
        self.joined(self.separators.component, &parts)
    }

    fn joined(&self, separator: u8, parts: &[&str]) -> Vec<u8> {
        let parts: Vec<Vec<u8>> = parts.iter().map(|part| self.escaped(part)).collect();
        parts.join(&separator)
    }

    /// Text for one part. Without an escape character separators become blanks.
    fn escaped(&self, text: &str) -> Vec<u8> {
        let text = super::escape(text, &self.separators).unwrap_or_else(|| {
            let dangerous =
                |c: char| c.is_control() || u8::try_from(c).is_ok_and(|b| self.separators.holds(b));
            text.replace(dangerous, " ")
        });
        match self.message {
            Some(message) => message.charset().encode(&text),
            None => text.into_bytes(),
        }
    }

    fn segment(&mut self, id: &[u8]) {
        self.bytes.extend_from_slice(id);
    }

    fn raw(&mut self, field: &[u8]) {
        self.bytes.push(self.separators.field);
        self.bytes.extend_from_slice(field);
    }

    fn text(&mut self, text: &str) {
        let field = self.escaped(text);
        self.raw(&field);
    }

    fn end(&mut self) {
        self.bytes.push(b'\r');
    }
}

/// `20260112093000.123+0000`.
pub(in crate::hl7v2) fn time(at: Timestamp) -> String {
    let text = at.to_string();
    let digits: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
    format!("{digits}+0000")
}

#[cfg(test)]
mod tests;
