//! Days as `yyyymmdd` and going back by months, as ages need it.

use crate::patient::Day;

/// A day of the calendar.
pub fn day(year: i16, month: u8, day: u8) -> Day {
    let day = day.min(days_of(i32::from(year), i32::from(month)));
    i32::from(year) * 10_000 + i32::from(month) * 100 + i32::from(day)
}

/// So many months earlier; a day that the month does not have becomes its last.
pub fn months_before(from: Day, months: i32) -> Day {
    let (year, month, on) = (from / 10_000, from / 100 % 100, from % 100);
    let total = year * 12 + month - 1 - months;
    let (year, month) = (total.div_euclid(12), total.rem_euclid(12) + 1);
    year * 10_000 + month * 100 + on.min(i32::from(days_of(year, month)))
}

/// The first day that lies more than so many months after another: what was found then counts no
/// more.
pub fn ends_after(found: Day, months: i32) -> Day {
    let mut day = months_before(found, -months);
    while months_before(day, months) <= found {
        day = next(day);
    }
    day
}

/// The day after.
pub fn next(from: Day) -> Day {
    let (year, month, on) = (from / 10_000, from / 100 % 100, from % 100);
    match (month, on < i32::from(days_of(year, month))) {
        (_, true) => from + 1,
        (12, false) => (year + 1) * 10_000 + 101,
        (_, false) => year * 10_000 + (month + 1) * 100 + 1,
    }
}

/// A number without its fraction, for small numbers.
pub(crate) fn whole(number: f64) -> i32 {
    const MOST: f64 = 1_000_000.0;
    if !number.is_finite() {
        return 0;
    }
    #[expect(clippy::cast_possible_truncation, reason = "bounded right here")]
    let whole = number.clamp(-MOST, MOST) as i32;
    whole
}

fn days_of(year: i32, month: i32) -> u8 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_end_where_the_month_ends() {
        for (from, months, day) in [
            (20_260_331, 1, 20_260_228),
            (20_240_331, 1, 20_240_229),
            (20_260_115, 1, 20_251_215),
            (20_240_229, 12, 20_230_228),
            (20_260_824, 18 * 12, 20_080_824),
            (20_260_101, 1, 20_251_201),
        ] {
            assert_eq!(months_before(from, months), day, "{from} - {months}");
        }
    }

    #[test]
    fn what_was_found_counts_to_the_end_of_its_months() {
        for (found, months, ends) in [
            (20_260_824, 1, 20_260_925),
            (20_260_131, 1, 20_260_301),
            (20_260_228, 1, 20_260_401),
            (20_261_201, 3, 20_270_302),
        ] {
            assert_eq!(ends_after(found, months), ends, "{found} + {months}");
        }
        assert_eq!(next(20_261_231), 20_270_101);
        assert_eq!(next(20_240_228), 20_240_229);
    }
}
