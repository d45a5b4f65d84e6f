//! How somebody lives: tobacco, alcohol, work, surroundings, relatives. Dated answers with their
//! source; what nobody asked is not an answer.

use crate::time::PartialDate;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What an answer is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// Tobacco and nicotine.
    Tobacco,
    /// Alcohol.
    Alcohol,
    /// Physical activity.
    Activity,
    /// Work, now and before.
    Occupation,
    /// What somebody was exposed to: asbestos, radon, fumes.
    Exposure,
    /// What is known of the place where somebody lives, not of the person.
    Residence,
    /// Diseases of relatives.
    Family,
    /// Social history of which nothing here says what it is about.
    Other,
}

impl Topic {
    /// Every topic, in the order in which they are shown.
    pub const ALL: [Self; 8] = [
        Self::Tobacco,
        Self::Alcohol,
        Self::Activity,
        Self::Occupation,
        Self::Exposure,
        Self::Residence,
        Self::Family,
        Self::Other,
    ];

    /// The words shown to people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Tobacco => "Tobacco",
            Self::Alcohol => "Alcohol",
            Self::Activity => "Physical activity",
            Self::Occupation => "Occupation",
            Self::Exposure => "Exposures",
            Self::Residence => "Where the patient lives",
            Self::Family => "Family history",
            Self::Other => "Other answers",
        }
    }

    /// For how long an answer is taken as present, in months; after that it is called old. A limit
    /// of this program's own: habits change, what somebody was exposed to does not.
    pub const fn months_current(self) -> Option<u16> {
        match self {
            Self::Tobacco | Self::Alcohol | Self::Activity => Some(12),
            Self::Residence => Some(36),
            Self::Occupation | Self::Exposure | Self::Family | Self::Other => None,
        }
    }
}

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Finding {
    /// It is, or was, so.
    Present,
    /// Somebody asked, and it is not so.
    Absent,
    /// Somebody asked, and does not know.
    Unknown,
}

/// What a record says of smoking, as far as rules ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Smoking {
    /// Smokes now.
    Current,
    /// Has stopped.
    Former,
    /// Never has.
    Never,
}

/// Who says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SaidBy {
    /// The patient.
    Patient,
    /// A relative, or somebody who cares for the patient.
    Related,
    /// A clinician.
    Clinician,
    /// A device.
    Device,
    /// Data about the place, not about the person.
    Area,
    /// The record does not say.
    NotSaid,
}

impl SaidBy {
    /// The words shown to people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Patient => "said by the patient",
            Self::Related => "said by a relative",
            Self::Clinician => "recorded by a clinician",
            Self::Device => "measured by a device",
            Self::Area => "of the area, not of the person",
            Self::NotSaid => "who said it is not recorded",
        }
    }
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answer {
    /// What it is about.
    pub topic: Topic,
    /// What was asked, in words: `Smoking status`, `Mother`.
    pub asked: String,
    /// What it says.
    pub finding: Finding,
    /// The same in words, with number and unit: `2 drinks a day`.
    pub words: String,
    /// What it says of smoking, if it does.
    pub smoking: Option<Smoking>,
    /// The day it holds for, as far as it is known.
    pub on: Option<PartialDate>,
    /// Who says it.
    pub said_by: SaidBy,
    /// The resource, `Observation/a/_history/2`.
    pub source: String,
}

impl Answer {
    /// The topic, with what was asked where that says more: `Tobacco: Pack-years smoked`.
    pub fn question(&self) -> String {
        let topic = self.topic.words();
        if self.asked == topic { topic.to_owned() } else { format!("{topic}: {}", self.asked) }
    }

    /// The answer in words; one that says no begins with it, whatever the words are.
    pub fn said(&self) -> Cow<'_, str> {
        match self.finding {
            Finding::Absent if self.words.eq_ignore_ascii_case("no") => Cow::Borrowed("No"),
            Finding::Absent => Cow::Owned(format!("No: {}", self.words)),
            Finding::Present | Finding::Unknown => Cow::Borrowed(&self.words),
        }
    }

    /// Whether it is too old to be taken as present on a day; one without a day is.
    pub fn is_old(&self, today: PartialDate) -> bool {
        let Some(months) = self.topic.months_current() else { return false };
        // Days of a mean month, rounded up: nobody is called old a day too early.
        let days_max = i32::from(months) * 31;
        let age = self.on.and_then(|on| on.days_until(today));
        age.is_none_or(|days| days > days_max)
    }
}

/// The answer that counts for smoking: the latest that says anything. Two of one day that
/// contradict each other say nothing.
pub fn smoking(answers: &[Answer]) -> Option<&Answer> {
    let said: Vec<&Answer> = answers.iter().filter(|one| one.smoking.is_some()).collect();
    let latest = said.iter().filter_map(|one| one.on).max();
    let counts = |one: &Answer| match (latest, one.on) {
        // A year alone may be later than a day in it.
        (Some(latest), Some(on)) => !on.is_before(latest),
        (latest, on) => latest == on,
    };
    let mut counting = said.into_iter().filter(|one| counts(one));
    let first = counting.next()?;
    counting.all(|one| one.smoking == first.smoking).then_some(first)
}

/// The latest answers to each question, by topic; of relatives all, since each names its own
/// disease. Of a year alone nobody can say whether it is before a day in it, so both are there.
pub fn latest(answers: &[Answer]) -> Vec<&Answer> {
    let mut last: BTreeMap<(Topic, &str), Option<PartialDate>> = BTreeMap::new();
    for answer in answers {
        let known = last.entry((answer.topic, &answer.asked)).or_default();
        *known = (*known).max(answer.on);
    }
    let counts = |answer: &&Answer| {
        let last = last.get(&(answer.topic, answer.asked.as_str())).copied().flatten();
        let is_before = match (last, answer.on) {
            (Some(last), Some(on)) => on.is_before(last),
            (last, on) => last != on,
        };
        answer.topic == Topic::Family || !is_before
    };
    let mut found: Vec<&Answer> = answers.iter().filter(counts).collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(smoking: Smoking, on: Option<&str>) -> Answer {
        Answer {
            topic: Topic::Tobacco,
            asked: "Smoking status".into(),
            finding: Finding::Present,
            words: String::new(),
            smoking: Some(smoking),
            on: on.and_then(PartialDate::parse),
            said_by: SaidBy::NotSaid,
            source: String::new(),
        }
    }

    #[test]
    fn the_latest_answer_counts_and_a_contradiction_says_nothing() {
        use Smoking::{Current, Former, Never};
        for (answers, expected) in [
            (vec![], None),
            (vec![(Current, None)], Some(Current)),
            (vec![(Current, None), (Former, Some("2020"))], Some(Former)),
            (vec![(Former, Some("2021-05-01")), (Current, Some("2020-01-01"))], Some(Former)),
            (vec![(Former, Some("2021-05-01")), (Current, Some("2021-05-02"))], Some(Current)),
            (vec![(Former, Some("2021")), (Current, Some("2021-05-02"))], None),
            (vec![(Never, Some("2021-05-01")), (Current, Some("2021-05-01"))], None),
            (vec![(Current, Some("2021-05-01")), (Current, Some("2021-05-01"))], Some(Current)),
        ] {
            let answers: Vec<_> = answers.into_iter().map(|(say, on)| answer(say, on)).collect();
            assert_eq!(smoking(&answers).and_then(|one| one.smoking), expected, "{answers:?}");
        }
    }

    #[test]
    fn the_latest_answers_to_each_question_are_told_and_every_relative() {
        use Topic::{Alcohol, Family, Tobacco};
        let said = |topic, asked: &str, words: &str, on: Option<&str>| Answer {
            topic,
            asked: asked.into(),
            words: words.into(),
            ..answer(Smoking::Current, on)
        };
        let answers = [
            said(Alcohol, "Drinks", "one", None),
            said(Alcohol, "Drinks", "two", Some("2024")),
            said(Alcohol, "Drinks", "three", Some("2024-05-01")),
            said(Alcohol, "Drinks", "four", Some("2023-12-31")),
            said(Alcohol, "Score", "five", None),
            said(Family, "Mother", "six", Some("2020")),
            said(Family, "Mother", "seven", Some("2025")),
            said(Tobacco, "Status", "eight", Some("2025")),
        ];
        let told: Vec<&str> = latest(&answers).iter().map(|one| one.words.as_str()).collect();
        assert_eq!(told, ["eight", "three", "two", "five", "seven", "six"]);
        assert_eq!(answers[0].question(), "Alcohol: Drinks");
        let no = Answer { finding: Finding::Absent, ..answers[0].clone() };
        assert_eq!((no.said().as_ref(), answers[0].said().as_ref()), ("No: one", "one"));
    }

    #[test]
    fn habits_grow_old_and_exposures_do_not() {
        let today = PartialDate::parse("2026-11-26").unwrap();
        for (on, is_old) in [
            (Some("2026-01-01"), false),
            (Some("2025-11-26"), false),
            (Some("2025-10-01"), true),
            (Some("2020"), true),
            (None, true),
        ] {
            assert_eq!(answer(Smoking::Current, on).is_old(today), is_old, "{on:?}");
            let exposed = Answer { topic: Topic::Exposure, ..answer(Smoking::Current, on) };
            assert!(!exposed.is_old(today));
        }
    }
}
