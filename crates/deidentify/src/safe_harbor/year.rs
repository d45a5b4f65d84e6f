//! Dates to years, and ages of 90 and more to one class (45 CFR 164.514(b)(2)(i)(C)).

/// Ages from this one on are one class.
pub(super) const POOLED_YEARS: i16 = 90;
/// Digits of a year.
const DIGITS: usize = 4;

/// The year of a FHIR date, dateTime or instant, by which nobody is shown to be 90 or older.
pub(super) fn year(date: &str, now: i16) -> Option<String> {
    let (year, rest) = date.split_at_checked(DIGITS)?;
    let is_date = year.bytes().all(|digit| digit.is_ascii_digit())
        && (rest.is_empty() || rest.starts_with('-'));
    let number: i16 = year.parse().ok().filter(|_| is_date)?;
    let is_shown = number > 0 && now.saturating_sub(number) < POOLED_YEARS;
    is_shown.then(|| year.to_owned())
}

/// How many of a unit of UCUM are a year; `None` for what is no unit of age.
pub(super) fn units_of_a_year(unit: &str) -> Option<f64> {
    match unit {
        "a" | "a_j" | "a_g" | "a_t" => Some(1.0),
        "mo" | "mo_j" | "mo_g" | "mo_s" => Some(12.0),
        "wk" => Some(52.0),
        "d" => Some(365.0),
        "h" => Some(8_760.0),
        "min" => Some(525_600.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_become_years_unless_they_show_a_great_age() {
        for (date, expected) in [
            ("1980-04-05", Some("1980")),
            ("1980", Some("1980")),
            ("2026-01-01T00:00:00Z", Some("2026")),
            // 89 years at most, whatever the day: the class begins with 90.
            ("1937-01-01", Some("1937")),
            ("1936-12-31", None),
            ("1900", None),
            ("0000", None),
            ("198", None),
            ("19800405", None),
            ("Smith-1980", None),
            ("", None),
            ("１９８０", None),
        ] {
            assert_eq!(year(date, 2026).as_deref(), expected, "{date}");
        }
    }
}
