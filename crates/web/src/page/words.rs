//! Words of the pages beside those that everything shares ([`model::words`]).

use crate::view::{Identity, ResultSource};
use model::absence::Absence;
use model::provenance::Door;
use model::reported::ResultStatus;
use model::time::{PartialDate, Timestamp};
use model::words;

pub(super) use model::words::{action, date, date_text, sex, state};

/// Population code for everybody.
pub(super) const GENERAL: &str = "general";

/// The date, or the word for its absence.
pub(crate) fn date_or_absent(known: Option<PartialDate>) -> String {
    known.map_or_else(|| Absence::NotRecorded.words().to_owned(), date)
}

/// `02-Apr-2026 14:05 UTC`.
pub(super) fn instant(at: Timestamp) -> String {
    let rfc3339 = at.to_string();
    let clock = rfc3339.get(11..16).unwrap_or_default();
    format!("{} {clock} UTC", date(at.day()))
}

/// `02-Apr-1961 (65y)`, or the word for its absence.
pub(super) fn born(born: Option<PartialDate>, today: PartialDate) -> String {
    born.map_or_else(|| Absence::NotRecorded.words().to_owned(), |born| words::born(born, today))
}

/// `EXAMPLE, Ana`, or the word for its absence.
pub(super) fn name(identity: &Identity) -> String {
    let banner = identity.name.as_ref().map(model::patient::PersonName::banner);
    banner
        .filter(|name| !name.trim().is_empty())
        .unwrap_or_else(|| format!("Name {}", Absence::NotRecorded.words()))
}

/// The record number, or the word for its absence.
pub(super) fn mrn(identity: &Identity) -> &str {
    identity.mrn.as_ref().map_or(Absence::NotRecorded.words(), |mrn| &mrn.value)
}

/// Words that come without a capital, as a sentence or heading begins.
pub(crate) fn sentence(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

pub(super) fn door(door: Door) -> &'static str {
    match door {
        Door::Mllp => "HL7 v2 message",
        Door::Fhir => "FHIR",
        Door::File => "file",
    }
}

/// `Labor Beispiel, 12-May-2026`, and how final it is where it is not simply final.
pub(super) fn result_source(source: &ResultSource) -> String {
    let absent = |what: &str| format!("{what} {}", Absence::NotRecorded.words());
    let laboratory = source.laboratory.clone().unwrap_or_else(|| absent("Laboratory"));
    let day = source.date.map_or_else(|| absent("date"), date);
    match source.status {
        ResultStatus::Final => format!("{laboratory}, {day}"),
        status => format!("{laboratory}, {day}, {}", status.words()),
    }
}

/// `1 medicine`, `2 medicines`.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_shown_in_utc() {
        let at = Timestamp::parse("2026-05-12T14:05:59.999+02:00").unwrap();
        assert_eq!(instant(at), "12-May-2026 12:05 UTC");
    }

    #[test]
    fn a_birth_date_that_is_not_known_is_said_to_be_absent() {
        let today = PartialDate::parse("2026-11-22").unwrap();
        assert_eq!(born(None, today), "not recorded");
        assert_eq!(born(PartialDate::parse("1961-04-02"), today), "02-Apr-1961 (65y)");
    }
}
