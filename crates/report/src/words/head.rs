//! Words of the title block and of the states; dates as clinical systems write them.

use model::absence::Absence;
use model::patient::Sex;
use model::statement::AdviceState;
use model::time::PartialDate;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `02-Apr-1961`, `Apr-1961` or `1961`, as far as the date is known.
pub(crate) fn date(date: PartialDate) -> String {
    let month = date.month.and_then(|m| MONTHS.get(usize::from(m).checked_sub(1)?));
    match (month, date.day) {
        (Some(month), Some(day)) => format!("{day:02}-{month}-{:04}", date.year),
        (Some(month), None) => format!("{month}-{:04}", date.year),
        (None, _) => format!("{:04}", date.year),
    }
}

/// A day that came as text; text that is no day stays as it is.
pub(crate) fn date_text(text: &str) -> String {
    PartialDate::parse(text).map_or_else(|| text.to_owned(), date)
}

/// `02-Apr-1961 (65y)`. No age is shown that cannot be worked out to the day.
pub(crate) fn born(born: PartialDate, on: PartialDate) -> String {
    match born.years_until(on) {
        Some(years) if years > 0 => format!("{} ({years}y)", date(born)),
        Some(0) => format!("{} (under 1y)", date(born)),
        _ => date(born),
    }
}

pub(crate) fn sex(sex: Sex) -> &'static str {
    match sex {
        Sex::Female => "Female",
        Sex::Male => "Male",
        Sex::Other => "Other",
        Sex::Unknown => Absence::NotRecorded.words(),
    }
}

pub(crate) const fn state(state: AdviceState) -> &'static str {
    match state {
        AdviceState::Avoid => "Avoid",
        AdviceState::Adjust => "Adjust",
        AdviceState::Standard => "Standard",
        AdviceState::NotKnown => "Not known",
    }
}

/// `1` drug, `2` drugs.
pub(crate) fn drugs(number: usize) -> &'static str {
    if number == 1 { "drug" } else { "drugs" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> PartialDate {
        PartialDate::parse(text).unwrap()
    }

    #[test]
    fn dates_name_the_month_and_ages_are_known_to_the_day() {
        for (iso, shown) in
            [("1961-04-02", "02-Apr-1961"), ("1961-12", "Dec-1961"), ("1961", "1961")]
        {
            assert_eq!(date(day(iso)), shown);
        }
        assert_eq!(date_text("2026-11-22"), "22-Nov-2026");
        assert_eq!(date_text("spring"), "spring");
        assert_eq!(born(day("1961-04-02"), day("2026-11-22")), "02-Apr-1961 (65y)");
        assert_eq!(born(day("1961"), day("2026-11-22")), "1961");
        assert_eq!(born(day("2030-01-01"), day("2026-11-22")), "01-Jan-2030");
    }
}
