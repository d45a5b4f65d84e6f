//! The parts of an HL7 v2 message with their names, as a tree that is bounded in breadth.

use formats::hl7v2::{Message, Part, Segment, Separators, names};
use intake::receive::HL7_V2;
use record::RawMessage;
use web::view::{MessagePart, MessageSegment};

/// Segments that are taken apart.
const SEGMENTS_MAX: usize = 400;
/// Fields of a segment, repetitions of a field, components of either.
const PARTS_MAX: usize = 60;
/// Characters of a value.
const VALUE_CHARS_MAX: usize = 300;

/// The segments of a message; none of what is no HL7 v2.
pub(super) fn segments(raw: &RawMessage) -> Vec<MessageSegment> {
    if raw.summary.media_type != HL7_V2 {
        return Vec::new();
    }
    let (Some(message), _) = Message::parse(raw.body.clone()) else { return Vec::new() };
    let of = |segment| taken_apart(&segment, message.separators());
    message.segments().take(SEGMENTS_MAX).map(of).collect()
}

fn taken_apart(segment: &Segment<'_>, separators: &Separators) -> MessageSegment {
    let value_type = segment.field(2).value().unwrap_or_default();
    let last = segment.field_count().min(PARTS_MAX);
    let fields = (1..=last).filter_map(|number| {
        let field = segment.field(number);
        if field.is_empty() {
            return None;
        }
        let at = At { segment: segment.id(), field: number, value_type: &value_type, separators };
        let name = names::field(segment.id(), number);
        Some(at.field(&field, segment.place_of(number), name))
    });
    MessageSegment {
        place: segment.place(),
        name: names::segment(segment.id()),
        fields: fields.collect(),
    }
}

/// Where in the message something is.
struct At<'a> {
    segment: &'a str,
    field: usize,
    value_type: &'a str,
    separators: &'a Separators,
}

impl At<'_> {
    fn field(&self, field: &Part<'_>, place: String, name: Option<&'static str>) -> MessagePart {
        // The separators themselves stand in the first two fields of a header.
        if matches!(self.segment, "MSH" | "FHS" | "BHS") && self.field <= 2 {
            return leaf(field, place, name);
        }
        let repetitions: Vec<Part<'_>> = field.repetitions().take(PARTS_MAX).collect();
        if let [_, _, ..] = repetitions.as_slice() {
            let repeated = (1..).zip(&repetitions);
            let parts = repeated.map(|(number, one)| {
                let place = format!("{place}[{number}]");
                self.components(one, place, None)
            });
            return MessagePart { parts: parts.collect(), ..nothing(place, name) };
        }
        self.components(field, place, name)
    }

    fn components(
        &self,
        whole: &Part<'_>,
        place: String,
        name: Option<&'static str>,
    ) -> MessagePart {
        let separator = self.separators.component;
        let count = whole.raw().split(|byte| *byte == separator).count();
        if count == 1 || whole.is_null() {
            return leaf(whole, place, name);
        }
        let parts = (1..=count.min(PARTS_MAX)).filter_map(|number| {
            let part = whole.component(number);
            let of = names::component(self.segment, self.field, self.value_type, number);
            (!part.is_empty()).then(|| leaf(&part, format!("{place}.{number}"), of))
        });
        MessagePart { parts: parts.collect(), ..nothing(place, name) }
    }
}

fn nothing(place: String, name: Option<&'static str>) -> MessagePart {
    MessagePart { place, name, value: String::new(), is_null: false, parts: Vec::new() }
}

fn leaf(part: &Part<'_>, place: String, name: Option<&'static str>) -> MessagePart {
    let whole = part.whole();
    let mut value: String = whole.chars().take(VALUE_CHARS_MAX).collect();
    let more = whole.chars().count().saturating_sub(VALUE_CHARS_MAX);
    if more > 0 {
        value = format!("{value} … {more} more characters");
    }
    MessagePart { value, is_null: part.is_null(), ..nothing(place, name) }
}
