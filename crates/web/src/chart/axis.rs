//! An axis of days. Long gaps in which nothing happened are broken, so that what happened can be
//! told apart; the break is drawn and said.

use model::time::PartialDate;

/// Days without anything after which the axis is broken.
const GAP_DAYS_MAX: i64 = 730;
/// How wide a broken gap is, in days of the axis.
const BREAK_DAYS: f64 = 60.0;
/// Pixels of a character of a tick, and those behind the axis that it may take.
const CHARACTER_WIDTH: f64 = 8.5;
const END: f64 = 10.0;
/// Days at both ends.
const MARGIN_DAYS: i64 = 15;

/// Days since 1970-01-01 of a date in the Gregorian calendar (H. Hinnant's algorithm for days from
/// a civil date).
pub(super) fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let shifted = (month + 9) % 12;
    let of_year = (153 * shifted + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The first and the last day that a date may be.
pub(super) fn days_of(date: PartialDate) -> (i64, i64) {
    let (year, month) = (i64::from(date.year), date.month.map(i64::from));
    let first = |month, day| day_number(year, month, day);
    match (month, date.day.map(i64::from)) {
        (Some(month), Some(day)) => (first(month, day), first(month, day)),
        (Some(12), None) => (first(12, 1), first(12, 31)),
        (Some(month), None) => (first(month, 1), first(month + 1, 1) - 1),
        (None, _) => (first(1, 1), first(12, 31)),
    }
}

/// A stretch of days in which something happens.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stretch {
    first: i64,
    last: i64,
    /// Where it begins on the axis, in days of it.
    at: f64,
}

/// The axis.
pub(super) struct Axis {
    stretches: Vec<Stretch>,
    length: f64,
    left: f64,
    width: f64,
}

impl Axis {
    /// An axis on which these days have a place, of a width in pixels; `None` without any.
    pub(super) fn new(mut days: Vec<(i64, i64)>, left: f64, width: f64) -> Option<Self> {
        days.sort_unstable();
        let mut stretches: Vec<Stretch> = Vec::new();
        for (first, last) in days {
            match stretches.last_mut() {
                Some(stretch) if first - stretch.last <= GAP_DAYS_MAX => {
                    stretch.last = stretch.last.max(last);
                }
                _ => stretches.push(Stretch { first, last, at: 0.0 }),
            }
        }
        let mut at = 0.0;
        for stretch in &mut stretches {
            stretch.first -= MARGIN_DAYS;
            stretch.last += MARGIN_DAYS;
            stretch.at = at;
            at += real(stretch.last - stretch.first) + BREAK_DAYS;
        }
        let length = at - BREAK_DAYS;
        (length > 0.0).then_some(Self { stretches, length, left, width })
    }

    /// Where a day is, in pixels; a day in a break is at its beginning.
    pub(super) fn place(&self, day: i64) -> f64 {
        let holds = |stretch: &&Stretch| day <= stretch.last;
        let days = match self.stretches.iter().find(holds) {
            Some(stretch) => stretch.at + real((day - stretch.first).max(0)),
            None => self.length,
        };
        self.left + days / self.length * self.width
    }

    /// Where the axis is broken, in pixels.
    pub(super) fn breaks(&self) -> Vec<f64> {
        let later = self.stretches.iter().skip(1);
        let middle = |stretch: &Stretch| stretch.at - BREAK_DAYS / 2.0;
        later.map(|stretch| self.left + middle(stretch) / self.length * self.width).collect()
    }

    /// Beginnings of years that are on it, with their places, or of months where there are hardly
    /// two; no more than can be read.
    pub(super) fn ticks(&self) -> Vec<(String, f64)> {
        let years = self.years().into_iter().map(|(year, at)| (year.to_string(), at));
        let mut ticks: Vec<(String, f64)> = years.collect();
        if ticks.len() < 2 {
            ticks = self.months();
        }
        // A name that would be cut off says nothing.
        let end = self.left + self.width;
        ticks.retain(|(name, at)| {
            let length = u32::try_from(name.len()).map_or(0.0, f64::from);
            at + length * CHARACTER_WIDTH <= end + END
        });
        ticks
    }

    fn months(&self) -> Vec<(String, f64)> {
        const MONTHS_MAX: usize = 8;
        const NAMES: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let mut months = Vec::new();
        for stretch in &self.stretches {
            let begin = 1970 + stretch.first.div_euclid(366);
            let all =
                (begin - 1..=begin + 4).flat_map(|year| (1..).zip(NAMES).map(move |it| (year, it)));
            for (year, (month, name)) in all {
                let day = day_number(year, month, 1);
                if (stretch.first..=stretch.last).contains(&day) {
                    months.push((format!("{name} {year}"), self.place(day)));
                }
            }
        }
        let step = months.len().div_ceil(MONTHS_MAX).max(1);
        months.into_iter().step_by(step).collect()
    }

    fn years(&self) -> Vec<(i64, f64)> {
        const YEARS_MAX: usize = 12;
        let mut years = Vec::new();
        for stretch in &self.stretches {
            let begin = 1970 + stretch.first.div_euclid(366);
            for year in begin - 1..=begin + 200 {
                let day = day_number(year, 1, 1);
                if day > stretch.last {
                    break;
                }
                if day >= stretch.first {
                    years.push((year, self.place(day)));
                }
            }
        }
        let step = years.len().div_ceil(YEARS_MAX).max(1);
        years.into_iter().step_by(step).collect()
    }
}

/// Days are far below what a double holds exactly.
#[expect(clippy::cast_precision_loss, reason = "days of a life are small numbers")]
fn real(days: i64) -> f64 {
    days as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for ((year, month, day), expected) in [
            ((1970, 1, 1), 0),
            ((1970, 3, 1), 59),
            ((2000, 2, 29), 11_016),
            ((2000, 3, 1), 11_017),
            ((1969, 12, 31), -1),
            ((2026, 11, 26), 20_783),
        ] {
            assert_eq!(day_number(year, month, day), expected, "{year}-{month}-{day}");
        }
        let days = |text: &str| days_of(PartialDate::parse(text).unwrap());
        assert_eq!(days("2024-02"), (19_754, 19_782));
        assert_eq!(days("2024-12").1 + 1, days("2025-01").0);
        assert_eq!(days("2023").1 - days("2023").0, 364);
    }

    #[test]
    fn long_gaps_are_broken_and_the_order_is_kept() {
        let days = vec![(0, 10), (5_000, 5_000), (5_100, 5_200)];
        let axis = Axis::new(days, 100.0, 700.0).unwrap();
        assert_eq!(axis.breaks().len(), 1);
        let places = [0, 10, 2_000, 5_000, 5_100, 5_200].map(|day| axis.place(day));
        assert!(places.windows(2).all(|pair| pair[0] <= pair[1]), "{places:?}");
        assert!(places[0] >= 100.0 && places[5] <= 800.0);
        // What is not broken is to scale.
        let scale = (places[4] - places[3]) / 100.0;
        assert!(((places[5] - places[4]) / 100.0 - scale).abs() < 1e-9);
        assert!(Axis::new(vec![], 0.0, 10.0).is_none());
    }

    #[test]
    fn a_short_axis_names_months() {
        let days = |text: &str| days_of(PartialDate::parse(text).unwrap());
        for (first, last, expected) in [
            ("2026-06-20", "2026-11-18", 5),
            ("2026-01-10", "2026-01-10", 1),
            ("2025-11-01", "2026-10-31", 6),
            ("1931-05-01", "1931-07-01", 3),
        ] {
            let axis = Axis::new(vec![days(first), days(last)], 220.0, 650.0).unwrap();
            let ticks = axis.ticks();
            assert_eq!(ticks.len(), expected, "{ticks:?}");
            assert!(ticks.windows(2).all(|pair| pair[1].1 - pair[0].1 > 60.0), "{ticks:?}");
            let year = first.split('-').next().unwrap();
            assert!(ticks.iter().any(|(name, _)| name.ends_with(year)), "{ticks:?}");
        }
        let long = Axis::new(vec![days("2020-01-10"), days("2026-01-10")], 0.0, 600.0).unwrap();
        assert_eq!(long.ticks()[0].0, "2020");
    }

    #[test]
    fn years_can_be_read_however_long_it_is() {
        let axis = Axis::new(vec![(0, 40 * 365)], 0.0, 800.0).unwrap();
        let years = axis.years();
        assert!((6..=13).contains(&years.len()), "{years:?}");
        assert!(years.windows(2).all(|pair| pair[0].1 < pair[1].1));
    }
}
