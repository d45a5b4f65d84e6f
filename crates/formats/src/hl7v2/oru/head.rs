//! The segments around the observations: MSH, PID, ORC, OBR, NTE, SPM.

use super::row::{Context, Row, concept};
use super::{
    Observed, OrderGroup, Oru, PatientIdentity, Settings, TextResult, TypedIdentifier, document,
    group, status,
};
use crate::hl7v2::{Message, Part, Segment, instant, offset_minutes};
use model::patient::{Identifier, PersonName, Sex};
use model::specimen::Specimen;
use model::{PartialDate, Problem, Timestamp};
use std::collections::BTreeMap;

/// Longest OBX-4 that is read, in bytes; HL7 v2.5.1 allows 20.
const SUB_ID_BYTES_MAX: usize = 64;
const DAY_MICROS: i64 = 24 * 60 * 60 * 1_000_000;

/// Walks the message once.
pub(super) struct Reader<'m, 's> {
    message: &'m Message,
    pub(super) context: Context<'s>,
    offset_minutes: Option<i16>,
    kind: Kind,
}

/// What a message is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A result.
    Result,
    /// An order (HL7 v2.5.1 §4.4).
    Order,
    /// A document with its content (HL7 v2.5.1 §9.6): its observations need no order.
    Document,
}

impl Kind {
    fn holds(self, code: &str, trigger: &str) -> bool {
        match self {
            Self::Result => (code, trigger) == ("ORU", "R01"),
            Self::Order => matches!((code, trigger), ("OML", "O21") | ("ORM", "O01")),
            Self::Document => code == "MDM" && matches!(trigger, "T02" | "T06" | "T08" | "T10"),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Result => "an ORU^R01 result message",
            Self::Order => "an OML^O21 or ORM^O01 order message",
            Self::Document => "an MDM message with a document",
        }
    }
}

/// Everybody whom a message names in PID, and the identifiers that MRG takes out of use.
pub(super) fn people(
    message: &Message,
    settings: &Settings,
) -> (Vec<PatientIdentity>, Vec<TypedIdentifier>, Vec<Problem>) {
    let mut reader = Reader::new(message, settings, Kind::Result);
    let (mut people, mut prior) = (Vec::new(), Vec::new());
    for segment in message.segments() {
        match segment.id() {
            "PID" => people.push(reader.identity(segment)),
            "MRG" => prior.extend(reader.identifiers(segment, 1)),
            _ => {}
        }
    }
    (people, prior, reader.context.problems)
}

/// An order while its segments are read.
#[derive(Default)]
struct Open<'m> {
    order: OrderGroup,
    obr: Option<Segment<'m>>,
    rows: Vec<Row<'m>>,
}

impl<'m, 's> Reader<'m, 's> {
    pub(super) fn new(message: &'m Message, settings: &'s Settings, kind: Kind) -> Self {
        // MSH-7's offset is that of the whole message (HL7 v2.5.1 §2.15.9.7).
        let own = message.value("MSH-7").and_then(|text| offset_minutes(&text));
        let offset_minutes = own.or(settings.offset_minutes);
        Self { message, context: Context::new(settings), offset_minutes, kind }
    }

    pub(super) fn read(&mut self) -> Oru {
        let value = |place| self.message.value(place).unwrap_or_default();
        let mut oru = Oru {
            control_id: value("MSH-10"),
            sending_application: value("MSH-3"),
            sending_facility: value("MSH-4"),
            receiving_application: value("MSH-5"),
            receiving_facility: value("MSH-6"),
            processing_id: value("MSH-11"),
            version: value("MSH-12"),
            ..Oru::default()
        };
        let (code, trigger) = self.message.kind();
        if !self.kind.holds(&code, &trigger) {
            let text = format!("not {}", self.kind.words());
            self.context.problems.push(Problem::error("message-type", "MSH-9", text));
        }
        if let Some(header) = self.message.segment("MSH", 1) {
            oru.message_time = self.instant(header, 7);
        }
        self.walk(&mut oru);
        for (missing, id) in [(oru.patient.place.is_empty(), "PID"), (oru.orders.is_empty(), "OBR")]
        {
            if missing && (id == "PID" || self.kind != Kind::Document) {
                let text = format!("the message has no {id} segment");
                self.context.problems.push(Problem::error("missing-segment", id, text));
            }
        }
        oru
    }

    fn walk(&mut self, oru: &mut Oru) {
        let mut orc = None;
        let mut open: Option<Open<'m>> = None;
        let mut before = "";
        for (index, segment) in self.message.segments().enumerate() {
            match segment.id() {
                "PID" => self.patient(segment, oru),
                "ORC" => {
                    self.close(open.take(), oru);
                    orc = Some(segment);
                }
                "OBR" => {
                    self.close(open.take(), oru);
                    open = Some(self.order(segment, orc.take()));
                }
                "OBX" => {
                    if open.is_none() && self.kind != Kind::Document {
                        let text = "observations without an OBR before them";
                        let place = segment.place();
                        let problem = Problem::warning("missing-segment", place, text);
                        self.context.problems.push(problem);
                    }
                    let open = open.get_or_insert_with(|| Open {
                        order: OrderGroup { place: segment.place(), ..OrderGroup::default() },
                        ..Open::default()
                    });
                    self.observation(segment, index, open);
                }
                "SPM" => {
                    if let Some(open) = &mut open {
                        let specimen = self.specimen(segment);
                        open.order.specimens.push(specimen);
                    }
                }
                "ADD" | "DSC" => self.continuation(segment),
                "NTE" => note(segment, before, open.as_mut(), oru),
                _ => {}
            }
            if segment.id() != "NTE" {
                before = segment.id();
            }
        }
        self.close(open.take(), oru);
    }

    /// ADD goes on with the field before it, DSC says that another message does (HL7 v2.5.1
    /// §2.10.2). Half a value is worse than none, so the message is not to be filed.
    fn continuation(&mut self, segment: Segment<'m>) {
        if segment.id() == "ADD" || !segment.field(1).is_empty() {
            let text = "continued over segments or messages, which is not supported";
            self.context.problems.push(Problem::error("continued", segment.place(), text));
        }
    }

    fn patient(&mut self, segment: Segment<'m>, oru: &mut Oru) {
        let identity = self.identity(segment);
        if oru.patient.place.is_empty() {
            oru.patient = identity;
            return;
        }
        let same = oru.patient.identifiers == identity.identifiers;
        let problem = if same {
            Problem::note("repeated-patient", segment.place(), "the same patient is named again")
        } else {
            let text = "a second patient in one message: it cannot be filed for one person";
            Problem::error("two-patients", segment.place(), text)
        };
        self.context.problems.push(problem);
    }

    fn identity(&mut self, segment: Segment<'m>) -> PatientIdentity {
        let identifiers = self.identifiers(segment, 3);
        PatientIdentity {
            identifiers,
            names: segment.field(5).repetitions().filter_map(|part| name(&part)).collect(),
            birth_date: self.birth_date(segment),
            sex: match segment.field(8).value().unwrap_or_default().as_str() {
                "F" => Sex::Female,
                "M" => Sex::Male,
                "O" | "A" => Sex::Other,
                _ => Sex::Unknown,
            },
            place: segment.place(),
        }
    }

    fn identifiers(&mut self, segment: Segment<'m>, field: usize) -> Vec<TypedIdentifier> {
        let mut identifiers = Vec::new();
        for part in segment.field(field).repetitions() {
            let Some(value) = part.component(1).value() else { continue };
            let value = value.split_whitespace().collect::<String>();
            let authority = authority(&part.component(4));
            if authority.is_empty() {
                let text = "an identifier without its assigning authority matches nobody";
                let problem = Problem::warning("no-authority", segment.place_of(field), text);
                self.context.problems.push(problem);
            }
            let kind = part.component(5).value();
            identifiers.push(TypedIdentifier { identifier: Identifier { authority, value }, kind });
        }
        if identifiers.is_empty() {
            let text = "no patient identifier: the result matches nobody";
            let problem = Problem::warning("no-identifier", segment.place_of(field), text);
            self.context.problems.push(problem);
        }
        identifiers
    }

    fn birth_date(&mut self, segment: Segment<'m>) -> Option<PartialDate> {
        let born = self.date(segment, 7, segment.field(7))?;
        let header = self.message.value("MSH-7").and_then(|text| PartialDate::parse(&text));
        if header.is_some_and(|sent| born > sent) {
            let text = "born after the message was sent; the date is not used";
            let problem = Problem::warning("impossible-date", segment.place_of(7), text);
            self.context.problems.push(problem);
            return None;
        }
        Some(born)
    }

    fn order(&mut self, obr: Segment<'m>, orc: Option<Segment<'m>>) -> Open<'m> {
        let number = |field: usize| {
            let own = entity(&obr.field(field));
            let orcs = orc.and_then(|orc| entity(&orc.field(field)));
            let differ = own.is_some() && orcs.is_some() && own != orcs;
            (own.or(orcs), differ)
        };
        let ((placer, placers_differ), (filler, fillers_differ)) = (number(2), number(3));
        for (differ, field) in [(placers_differ, 2), (fillers_differ, 3)] {
            if differ {
                let text = "the order number differs from that in ORC; that in OBR is taken";
                let problem = Problem::warning("order-number", obr.place_of(field), text);
                self.context.problems.push(problem);
            }
        }
        let order = OrderGroup {
            placer,
            filler,
            service: concept(&obr.field(4)).unwrap_or_default(),
            collected: self.date(obr, 7, obr.field(7)),
            issued: self.instant(obr, 22),
            control: orc.and_then(|orc| orc.field(1).value()),
            ordered: orc.and_then(|orc| self.date(orc, 9, orc.field(9))),
            place: obr.place(),
            ..OrderGroup::default()
        };
        Open { order, obr: Some(obr), rows: Vec::new() }
    }

    fn observation(&mut self, segment: Segment<'m>, index: usize, open: &mut Open<'m>) {
        let status =
            open.obr.and_then(|obr| status::of_order(&obr.field(25).value().unwrap_or_default()));
        let row = Row::new(segment, index, status, &mut self.context);
        let is_text = |row: &Row<'_>| row.is_plain_text();
        if !row.is_named() && row.sub_id.is_empty() && !document::is_document(&row) {
            // Some senders name the first row of a text only.
            if let Some(last) = open.rows.last_mut().filter(|last| last.may_continue()) {
                last.continued.push(row.text());
                last.status = status::less_final(last.status, row.status);
                return;
            }
            if !is_text(&row) {
                let text = "an observation without a code; kept as other";
                let problem = Problem::warning("no-code", segment.place_of(3), text);
                self.context.problems.push(problem);
            }
        }
        open.rows.push(row);
    }

    fn specimen(&mut self, segment: Segment<'m>) -> Specimen {
        let id = segment.field(2);
        let mut identifiers: Vec<Identifier> =
            [1, 2].iter().filter_map(|n| entity_of_subcomponents(&id.component(*n))).collect();
        let accessions = segment.field(30);
        identifiers.extend(accessions.repetitions().filter_map(|part| {
            let value = part.component(1).value()?;
            Some(Identifier { authority: authority(&part.component(4)), value })
        }));
        Specimen {
            identifiers,
            kind: concept(&segment.field(4)).unwrap_or_default(),
            collected: self.date(segment, 17, segment.field(17)),
            ..Specimen::default()
        }
    }

    fn close(&mut self, open: Option<Open<'m>>, oru: &mut Oru) {
        let Some(Open { mut order, obr, rows }) = open else { return };
        let stated =
            obr.and_then(|obr| status::of_order(&obr.field(25).value().unwrap_or_default()));
        order.status =
            stated.unwrap_or_else(|| status::least_final(rows.iter().map(|row| row.status)));
        let stated_by = rows.iter().find_map(|row| row.segment.field(23).value());
        order.laboratory =
            stated_by.or_else(|| Some(oru.sending_facility.clone()).filter(|f| !f.is_empty()));
        let specimens = order.specimens.iter().find_map(|specimen| specimen.collected);
        order.collected = specimens.or(order.collected).or_else(|| {
            let dated = rows.iter().find(|row| !row.segment.field(14).is_empty())?;
            self.date(dated.segment, 14, dated.segment.field(14))
        });
        self.check_times(&mut order, oru.message_time);
        self.sort_rows(rows, &mut order);
        oru.orders.push(order);
    }

    /// A time that cannot be true is not stored.
    fn check_times(&mut self, order: &mut OrderGroup, sent: Option<Timestamp>) {
        let mut flag = |text: &str| {
            let problem = Problem::warning("impossible-date", order.place.clone(), text);
            self.context.problems.push(problem);
        };
        if order.issued.is_some() && sent.is_some() && order.issued > sent {
            flag("released after the message was sent; that time is not used");
            order.issued = None;
        }
        // A day's slack: the specimen's day is local, the release is in UTC.
        let released = order.issued.or(sent);
        let latest = released.map(|at| Timestamp::from_micros(at.micros() + DAY_MICROS).day());
        let late = |day: PartialDate| latest.is_some_and(|latest| day > latest);
        if order.collected.is_some_and(late) {
            flag("collected after the release; the day of collection is not used");
            order.collected = None;
            for specimen in &mut order.specimens {
                specimen.collected = specimen.collected.filter(|day| !late(*day));
            }
        }
    }

    /// Attachments, text, findings and what is left.
    fn sort_rows(&mut self, rows: Vec<Row<'m>>, order: &mut OrderGroup) {
        let mut known = Vec::new();
        let mut unknown = Vec::new();
        for row in rows {
            if document::is_document(&row) {
                order.documents.push(document::read(&row, &mut self.context));
            } else if row.family().is_some() && row.sub_id.len() <= SUB_ID_BYTES_MAX {
                known.push(row);
            } else if is_narrative(&row) {
                order.texts.extend(narrative(row));
            } else {
                unknown.push(row);
            }
        }
        (order.findings, order.other) = group::findings(&known, &mut self.context);
        let mut groups: BTreeMap<String, usize> = BTreeMap::new();
        for (index, finding) in order.findings.iter().enumerate() {
            groups.entry(finding.sub_id.clone()).or_insert(index);
        }
        for row in unknown {
            let heading = row.loinc.as_deref().is_some_and(super::code::is_heading);
            if heading && row.value().is_empty() {
                continue;
            }
            self.unknown(&row);
            let observed: Observed = row.observed();
            let group = groups.get(&row.sub_id).filter(|_| !row.sub_id.is_empty());
            match group.and_then(|index| order.findings.get_mut(*index)) {
                Some(finding) => finding.other.push(observed),
                None => order.other.push(observed),
            }
        }
    }

    fn unknown(&mut self, row: &Row<'_>) {
        if row.sub_id.len() > SUB_ID_BYTES_MAX {
            let text = format!("the sub-ID is over {SUB_ID_BYTES_MAX} bytes; kept as other");
            let problem = Problem::warning("long-sub-id", row.segment.place_of(4), text);
            self.context.problems.push(problem);
            return;
        }
        let place = row.segment.place_of(3);
        let about = format!("{}|{}", row.code.system, row.code.code);
        self.context.once(about, |_| {
            let (code, system) = (&row.code.code, &row.code.system);
            let text = format!("the code `{code}` of `{system}` is not known; kept as other");
            Problem::warning("unknown-code", place, text)
        });
    }

    fn date(&mut self, segment: Segment<'m>, field: usize, part: Part<'m>) -> Option<PartialDate> {
        let text = part.component(1).value()?;
        let date = PartialDate::parse(&text);
        let with_time = text.len() <= 8 || text.starts_with(|c: char| c.is_ascii_digit());
        if date.is_none() || !with_time {
            let words = "not a date of the calendar; it is not used";
            let place = segment.place_of(field);
            self.context.problems.push(Problem::warning("impossible-date", place, words));
            return None;
        }
        date
    }

    fn instant(&mut self, segment: Segment<'m>, field: usize) -> Option<Timestamp> {
        let text = segment.field(field).component(1).value()?;
        let at = instant(&text, self.offset_minutes);
        if at.is_none() {
            let place = segment.place_of(field);
            let only_lacks_offset = instant(&text, Some(0)).is_some();
            let problem = if only_lacks_offset {
                let words = "the time has no offset and the feed no zone; it is not used";
                Problem::warning("no-offset", place, words)
            } else if PartialDate::parse(&text).is_some() && text.len() <= 8 {
                Problem::note("no-time", place, "a day without a time; no instant is stored")
            } else {
                let words = "not a time of the calendar; it is not used";
                Problem::warning("impossible-date", place, words)
            };
            self.context.problems.push(problem);
        }
        at
    }
}

/// NTE belongs to the segment just before it.
fn note(segment: Segment<'_>, before: &str, open: Option<&mut Open<'_>>, oru: &mut Oru) {
    let lines = segment.field(3);
    let lines: Vec<String> = lines.repetitions().map(|p| p.whole().into_owned()).collect();
    let text = lines.join("\n");
    if text.trim().is_empty() {
        return;
    }
    match open {
        Some(open) => match open.rows.last_mut().filter(|_| before == "OBX") {
            Some(row) => row.notes.push(text),
            None => open.order.notes.push(text),
        },
        None => oru.notes.push(text),
    }
}

/// Text without a code of ours. A `ST` row counts when nothing else says what it is.
fn is_narrative(row: &Row<'_>) -> bool {
    match row.value_type().as_str() {
        "TX" | "FT" => true,
        "ST" => !row.is_named() || !row.continued.is_empty(),
        _ => false,
    }
}

fn narrative(row: Row<'_>) -> Option<TextResult> {
    let text = row.text();
    if text.is_empty() && row.notes.is_empty() {
        return None;
    }
    let code = Some(row.code).filter(|code| !code.code.is_empty() || code.display.is_some());
    Some(TextResult { code, text, status: row.status, notes: row.notes, place: row.place })
}

/// Namespace, else universal id, of a hierarchic designator in one component.
fn authority(part: &Part<'_>) -> String {
    let value = |number| part.subcomponent(number).value();
    value(1).or_else(|| value(2)).unwrap_or_default()
}

/// An entity identifier in its own field.
fn entity(part: &Part<'_>) -> Option<Identifier> {
    let value = part.component(1).value()?;
    let authority = part.component(2).value().or_else(|| part.component(3).value());
    Some(Identifier { authority: authority.unwrap_or_default(), value })
}

/// An entity identifier inside a component.
fn entity_of_subcomponents(part: &Part<'_>) -> Option<Identifier> {
    let value = part.subcomponent(1).value()?;
    let authority = part.subcomponent(2).value().or_else(|| part.subcomponent(3).value());
    Some(Identifier { authority: authority.unwrap_or_default(), value })
}

fn name(part: &Part<'_>) -> Option<PersonName> {
    let family = part.component(1).value().unwrap_or_default();
    let further = part.component(3).value().unwrap_or_default();
    let mut given: Vec<String> = part.component(2).value().into_iter().collect();
    given.extend(further.split_whitespace().map(str::to_owned));
    let empty = family.is_empty() && given.is_empty();
    (!empty).then_some(PersonName { family, given })
}
