//! Words for what the types say; dates and ages as clinical systems write them.

use crate::view::{Identity, ResultSource};
use model::absence::Absence;
use model::patient::Sex;
use model::provenance::Door;
use model::reported::ResultStatus;
use model::statement::{Action, AdviceState, Strength};
use model::time::{PartialDate, Timestamp};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Population code for everybody.
pub(super) const GENERAL: &str = "general";

/// `02-Apr-1961`, `Apr-1961` or `1961`, as far as the date is known.
pub(super) fn date(date: PartialDate) -> String {
    let month = date.month.and_then(|m| MONTHS.get(usize::from(m).checked_sub(1)?));
    match (month, date.day) {
        (Some(month), Some(day)) => format!("{day:02}-{month}-{:04}", date.year),
        (Some(month), None) => format!("{month}-{:04}", date.year),
        (None, _) => format!("{:04}", date.year),
    }
}

/// The date, or the word for its absence.
pub(super) fn date_or_absent(known: Option<PartialDate>) -> String {
    known.map_or_else(|| Absence::NotRecorded.words().to_owned(), date)
}

/// `02-Apr-2026 14:05 UTC`.
pub(super) fn instant(at: Timestamp) -> String {
    let rfc3339 = at.to_string();
    let clock = rfc3339.get(11..16).unwrap_or_default();
    format!("{} {clock} UTC", date(at.day()))
}

/// A day that came as text; text that is no day stays as it is.
pub(super) fn date_text(text: &str) -> String {
    PartialDate::parse(text).map_or_else(|| text.to_owned(), date)
}

/// `02-Apr-1961 (65y)`. No age is shown that cannot be worked out to the day.
pub(super) fn born(born: Option<PartialDate>, today: PartialDate) -> String {
    let Some(born) = born else { return Absence::NotRecorded.words().to_owned() };
    match born.years_until(today) {
        Some(years) if years > 0 => format!("{} ({years}y)", date(born)),
        Some(0) => format!("{} (under 1y)", date(born)),
        _ => date(born),
    }
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

pub(super) fn sex(sex: Sex) -> &'static str {
    match sex {
        Sex::Female => "Female",
        Sex::Male => "Male",
        Sex::Other => "Other",
        Sex::Unknown => Absence::NotRecorded.words(),
    }
}

pub(super) fn state(state: AdviceState) -> &'static str {
    match state {
        AdviceState::Avoid => "Avoid",
        AdviceState::Adjust => "Adjust",
        AdviceState::Standard => "Standard",
        AdviceState::NotKnown => "Not known",
    }
}

pub(super) fn strength(strength: Strength) -> &'static str {
    match strength {
        Strength::Strong => "strong",
        Strength::Moderate => "moderate",
        Strength::Optional => "optional",
        Strength::None => "strength not stated",
    }
}

pub(super) fn action(action: Action) -> String {
    let by = |percent: Option<(u8, u8)>, word: &str| match percent {
        Some((low, high)) if low == high => format!(" by {low} %"),
        Some((low, high)) => format!(" by {low} to {high} %"),
        None => format!("; the source gives no {word}"),
    };
    match action {
        Action::Standard => "Usual drug and dose".to_owned(),
        Action::Reduce { percent } => format!("Lower the dose{}", by(percent, "share")),
        Action::Increase { percent } => format!("Raise the dose{}", by(percent, "share")),
        Action::Avoid => "Do not use".to_owned(),
        Action::Alternative => "Another drug".to_owned(),
        Action::LoadingOnly => "Usual loading dose, then another plan".to_owned(),
        Action::Monitor => "Usual dose, closer watching".to_owned(),
        Action::TestFirst => "Test before the first dose".to_owned(),
        Action::NoRecommendation => "The source recommends nothing".to_owned(),
    }
}

/// Words that come without a capital, as a sentence or heading begins.
pub(super) fn sentence(text: &str) -> String {
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
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_name_the_month() {
        for (iso, shown) in
            [("1961-04-02", "02-Apr-1961"), ("1961-12", "Dec-1961"), ("1961", "1961")]
        {
            assert_eq!(date(PartialDate::parse(iso).unwrap()), shown);
        }
        let at = Timestamp::parse("2026-05-12T14:05:59.999+02:00").unwrap();
        assert_eq!(instant(at), "12-May-2026 12:05 UTC");
        assert_eq!(date_text("2026-11-22"), "22-Nov-2026");
        assert_eq!(date_text("spring"), "spring");
    }

    #[test]
    fn ages_are_only_shown_where_they_are_known() {
        let today = PartialDate::parse("2026-11-22").unwrap();
        for (birth, shown) in [
            (Some("1961-04-02"), "02-Apr-1961 (65y)"),
            (Some("2026-01-01"), "01-Jan-2026 (under 1y)"),
            (Some("1961"), "1961"),
            (Some("2030-01-01"), "01-Jan-2030"),
            (None, "not recorded"),
        ] {
            assert_eq!(born(birth.and_then(PartialDate::parse), today), shown);
        }
    }

    #[test]
    fn dose_changes_say_how_much() {
        for (change, shown) in [
            (Action::Reduce { percent: Some((50, 50)) }, "Lower the dose by 50 %"),
            (Action::Reduce { percent: Some((25, 50)) }, "Lower the dose by 25 to 50 %"),
            (Action::Increase { percent: None }, "Raise the dose; the source gives no share"),
        ] {
            assert_eq!(action(change), shown);
        }
    }

    #[test]
    fn only_an_unstated_sex_is_absent() {
        assert_eq!(sex(Sex::Unknown), "not recorded");
        assert_eq!(sex(Sex::Other), "Other");
    }
}
