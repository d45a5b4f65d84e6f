//! The next day on which an answer may change although nothing new is known: a birthday, or a
//! fact that counts no more.

use crate::criteria::{AgeAsked, Comparison, Criterion};
use crate::date::{ends_after, months_before, next};
use crate::patient::{Born, Day, Patient};
use crate::trial::Trial;
use std::collections::BTreeSet;

/// Every age that a trial asks for.
pub fn ages(trial: &Trial) -> BTreeSet<AgeAsked> {
    let cohorts = trial.cohorts.iter().map(|cohort| &cohort.criteria);
    let leaves = cohorts.chain([&trial.criteria]).flat_map(|node| node.leaves());
    let age = |criterion: &Criterion| match criterion {
        Criterion::Age(asked) => Some(*asked),
        _ => None,
    };
    leaves.filter_map(|leaf| age(&leaf.criterion)).collect()
}

/// The first day after `today` on which the patient passes one of these ages, or one of the facts
/// counts no more.
pub fn next_due(patient: &Patient, ages: &BTreeSet<AgeAsked>, today: Day) -> Option<Day> {
    let expires = patient.sources.as_ref().and_then(|sources| sources.expires);
    let days = ages.iter().flat_map(|asked| passes(*asked, patient.born));
    days.chain(expires).filter(|day| *day > today).min()
}

/// The days on which the answer about an age may change.
fn passes(asked: AgeAsked, born: Born) -> Vec<Day> {
    let months = i32::from(asked.years) * 12 + i32::from(asked.months);
    // "That age" holds for a year.
    let also = (asked.comparison == Comparison::Equal).then_some(months + 12);
    let births = [born.earliest, born.latest].into_iter().flatten();
    births
        .flat_map(|birth| {
            [months]
                .into_iter()
                .chain(also)
                .flat_map(move |months| [reached(birth, months), ends_after(birth, months)])
        })
        .collect()
}

/// The first day on which somebody is so many months old.
fn reached(birth: Day, months: i32) -> Day {
    let mut day = months_before(birth, -months);
    while months_before(day, months) < birth {
        day = next(day);
    }
    day
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::age;

    /// Whenever the answer differs from the day before, that day was told as due.
    #[test]
    fn no_day_is_missed_on_which_an_age_changes() {
        let signs = ["<", "<=", "==", ">=", ">"].map(|sign| Comparison::parse(sign).unwrap());
        for (earliest, latest) in
            [(20_080_229, 20_080_229), (20_080_131, 20_080_131), (20_080_301, 20_080_331)]
        {
            let born = Born { earliest: Some(earliest), latest: Some(latest) };
            for comparison in signs {
                let asked = AgeAsked { comparison, years: 18, months: 1 };
                let patient = Patient { born, ..Patient::default() };
                let ages = BTreeSet::from([asked]);
                let mut today = 20_260_101;
                let mut due = next_due(&patient, &ages, today);
                let mut told = age(asked, born, today);
                while today < 20_280_101 {
                    today = next(today);
                    let now = age(asked, born, today);
                    assert!(now == told || due == Some(today), "{asked:?} {earliest} {today}");
                    if due == Some(today) {
                        due = next_due(&patient, &ages, today);
                    }
                    told = now;
                }
            }
        }
    }
}
