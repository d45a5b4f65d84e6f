//! Words that pages, documents and the command line share, so that one thing is never called two.
//! Dates and ages are written as clinical systems write them.

use crate::absence::Absence;
use crate::patient::Sex;
use crate::statement::{Action, AdviceState, Strength};
use crate::time::PartialDate;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `02-Apr-1961`, `Apr-1961` or `1961`, as far as the date is known.
pub fn date(date: PartialDate) -> String {
    let month = date.month.and_then(|m| MONTHS.get(usize::from(m).checked_sub(1)?));
    match (month, date.day) {
        (Some(month), Some(day)) => format!("{day:02}-{month}-{:04}", date.year),
        (Some(month), None) => format!("{month}-{:04}", date.year),
        (None, _) => format!("{:04}", date.year),
    }
}

/// A day that came as text; text that is no day stays as it is.
pub fn date_text(text: &str) -> String {
    PartialDate::parse(text).map_or_else(|| text.to_owned(), date)
}

/// `02-Apr-1961 (65y)`. No age is shown that cannot be worked out to the day.
pub fn born(born: PartialDate, today: PartialDate) -> String {
    match born.years_until(today) {
        Some(years) if years > 0 => format!("{} ({years}y)", date(born)),
        Some(0) => format!("{} (under 1y)", date(born)),
        _ => date(born),
    }
}

/// Administrative sex; an unstated one is an absence.
pub const fn sex(sex: Sex) -> &'static str {
    match sex {
        Sex::Female => "Female",
        Sex::Male => "Male",
        Sex::Other => "Other",
        Sex::Unknown => Absence::NotRecorded.words(),
    }
}

/// The one word of a drug's row.
pub const fn state(state: AdviceState) -> &'static str {
    match state {
        AdviceState::Avoid => "Avoid",
        AdviceState::Adjust => "Adjust",
        AdviceState::Standard => "Standard",
        AdviceState::NotKnown => "Not known",
    }
}

/// The word of a strength; `None` where the source recommends nothing and so has none.
pub const fn strength(action: Action, strength: Strength) -> Option<&'static str> {
    match (action, strength) {
        (Action::NoRecommendation, Strength::None) => None,
        (_, Strength::None) => Some("strength not stated"),
        (_, Strength::Optional) => Some("optional"),
        (_, Strength::Moderate) => Some("moderate"),
        (_, Strength::Strong) => Some("strong"),
    }
}

/// What to do, in a few words. They say no more than the action does: how closely to watch and at
/// which dose is in the recommendation's own text.
pub fn action(action: Action) -> String {
    let by = |percent: Option<(u8, u8)>| match percent {
        Some((low, high)) if low == high => format!(" by {low} %"),
        Some((low, high)) => format!(" by {low} to {high} %"),
        None => "; the source gives no share".to_owned(),
    };
    match action {
        Action::Standard => "Usual drug and dose".to_owned(),
        Action::Reduce { percent } => format!("Lower the dose{}", by(percent)),
        Action::Increase { percent } => format!("Raise the dose{}", by(percent)),
        Action::Avoid => "Do not use".to_owned(),
        Action::Alternative => "Another drug".to_owned(),
        Action::LoadingOnly => "Usual loading dose, then another plan".to_owned(),
        Action::Monitor => "Watch closely".to_owned(),
        Action::TestFirst => "Test before the first dose".to_owned(),
        Action::NoRecommendation => "The source recommends nothing".to_owned(),
    }
}

/// Each of several words once, in their order: what three reports say alike is said once.
pub fn once<T: PartialEq>(said: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut found = Vec::new();
    for one in said {
        if !found.contains(&one) {
            found.push(one);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    #[test]
    fn dates_name_the_month() {
        for (iso, shown) in
            [("1961-04-02", "02-Apr-1961"), ("1961-12", "Dec-1961"), ("1961", "1961")]
        {
            assert_eq!(PartialDate::parse(iso).map(date).as_deref(), Some(shown));
        }
        assert_eq!(
            Timestamp::parse("2026-05-12T14:05:59+02:00").map(|at| date(at.day())).unwrap(),
            "12-May-2026"
        );
        assert_eq!(date_text("2026-11-22"), "22-Nov-2026");
        assert_eq!(date_text("spring"), "spring");
    }

    #[test]
    fn ages_are_only_shown_where_they_are_known() {
        let today = PartialDate::parse("2026-11-22").unwrap();
        for (birth, shown) in [
            ("1961-04-02", "02-Apr-1961 (65y)"),
            ("2026-01-01", "01-Jan-2026 (under 1y)"),
            ("1961", "1961"),
            ("2030-01-01", "01-Jan-2030"),
        ] {
            assert_eq!(PartialDate::parse(birth).map(|b| born(b, today)).as_deref(), Some(shown));
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
    fn only_a_source_that_recommends_nothing_has_no_strength() {
        assert_eq!(strength(Action::NoRecommendation, Strength::None), None);
        assert_eq!(strength(Action::Avoid, Strength::None), Some("strength not stated"));
    }

    #[test]
    fn only_an_unstated_sex_is_absent() {
        assert_eq!(sex(Sex::Unknown), "not recorded");
        assert_eq!(sex(Sex::Other), "Other");
    }

    #[test]
    fn what_is_said_alike_is_said_once() {
        assert_eq!(once(["b", "a", "b", "c", "a"]), ["b", "a", "c"]);
        assert_eq!(once::<&str>([]), [""; 0]);
    }
}
