//! Figures of how somebody lives, beside the thresholds that a published source names for them.
//!
//! A figure is a figure and no risk: what it means for one person is not worked out. One that
//! nobody asked, that is old or that is no plain number is not known, and never nothing.

use model::lifestyle::{Answer, Finding, Topic, latest};
use model::time::PartialDate;

/// A figure and what a source asks of it. Numbers are thousandths of the unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// What is measured.
    pub asked: &'static str,
    /// What is known of it.
    pub measured: Measured,
    /// The same in words, with its unit; of one that is not known, why.
    pub words: String,
    /// What the source asks of it.
    pub scale: &'static Scale,
}

/// What is known of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measured {
    /// The least and the most that it can be; the same where it is known exactly.
    Known(i64, i64),
    /// There is none, and that is known: who never smoked has not stopped.
    None,
    /// Nobody knows it.
    NotKnown,
}

/// Where a scale ends and what a source names on it.
#[derive(Debug, PartialEq, Eq)]
pub struct Scale {
    /// The greatest figure that is drawn, in thousandths; greater ones are said.
    pub end: i64,
    /// Thresholds in thousandths, with what begins or ends there.
    pub thresholds: &'static [(i64, &'static str)],
    /// From where to where the source asks for, in thousandths.
    pub asked_for: Option<(i64, i64)>,
    /// Where it says so.
    pub source: &'static str,
}

/// A number of units in thousandths.
pub(crate) const fn thousandths(units: i64) -> i64 {
    units * 1_000
}

/// Figures greater than this are taken for slips.
const FIGURE_MAX: f64 = 100_000.0;

const DRINKS: Scale = Scale {
    end: thousandths(28),
    thresholds: &[
        (thousandths(8), "8 or more a week: heavy drinking, women"),
        (thousandths(15), "15 or more a week: heavy drinking, men"),
    ],
    asked_for: None,
    source: "US National Institute on Alcohol Abuse and Alcoholism, Understanding Alcohol \
        Drinking Patterns (a drink: 14 g of alcohol)",
};
const AUDIT_C: Scale = Scale {
    end: thousandths(12),
    thresholds: &[
        (thousandths(3), "3 or more: positive screen, women"),
        (thousandths(4), "4 or more: positive screen, men"),
    ],
    asked_for: None,
    source: "Bradley KA et al. 2007, AUDIT-C in primary care, PMID 17451397",
};
const PARTICLES: Scale = Scale {
    end: thousandths(35),
    thresholds: &[(thousandths(5), "above 5 µg/m³: over the guideline, yearly mean")],
    asked_for: None,
    source: "WHO global air quality guidelines, 2021, ISBN 978-92-4-003422-8",
};

/// A question whose figure has a threshold.
struct Question {
    topic: Topic,
    asked: &'static str,
    /// Units in which the figure may be given; an empty one is no unit.
    units: &'static [&'static str],
    /// The greatest figure there can be, in thousandths.
    most: i64,
    scale: &'static Scale,
}

static QUESTIONS: [Question; 3] = [
    Question {
        topic: Topic::Alcohol,
        asked: "Alcoholic drinks a week",
        units: &["drinks a week", "{drinks}/wk"],
        most: thousandths(500),
        scale: &DRINKS,
    },
    Question {
        topic: Topic::Alcohol,
        asked: "AUDIT-C score",
        units: &["", "{score}", "score", "points"],
        most: thousandths(12),
        scale: &AUDIT_C,
    },
    Question {
        topic: Topic::Residence,
        asked: "Fine particles (PM2.5)",
        units: &["µg/m³", "ug/m3"],
        most: thousandths(1_000),
        scale: &PARTICLES,
    },
];

/// The figures that somebody asked for, on a day.
pub fn measures(answers: &[Answer], today: PartialDate) -> Vec<Measure> {
    QUESTIONS.iter().filter_map(|one| measure(one, answers, today)).collect()
}

fn measure(of: &Question, answers: &[Answer], today: PartialDate) -> Option<Measure> {
    let is_of = |one: &&Answer| one.topic == of.topic && one.asked == of.asked;
    let said: Vec<&Answer> = latest(answers).into_iter().filter(is_of).collect();
    let first = *said.first()?;
    let (measured, words) = if said.iter().any(|one| one.words != first.words) {
        (Measured::NotKnown, "answers contradict each other".to_owned())
    } else if first.is_old(today) {
        (Measured::NotKnown, format!("the answer is old: {}", first.words))
    } else {
        match figure_in(first, of.units).filter(|figure| (0..=of.most).contains(figure)) {
            Some(figure) => (Measured::Known(figure, figure), first.words.clone()),
            None => (Measured::NotKnown, first.words.clone()),
        }
    };
    Some(Measure { asked: of.asked, measured, words, scale: of.scale })
}

/// The figure of an answer in one of some units, in thousandths.
fn figure_in(answer: &Answer, units: &[&str]) -> Option<i64> {
    let (number, unit) = answer.words.split_once(' ').unwrap_or((&answer.words, ""));
    (answer.finding != Finding::Unknown && units.contains(&unit)).then(|| figure(number))?
}

/// A number as it was written, in thousandths; none for one with a comparator or below nothing.
pub(crate) fn figure(number: &str) -> Option<i64> {
    let number = number.parse::<f64>().ok().filter(|number| (0.0..=FIGURE_MAX).contains(number))?;
    format!("{number:.3}").replace('.', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::lifestyle::SaidBy;

    fn answer(topic: Topic, asked: &str, words: &str, on: &str) -> Answer {
        Answer {
            topic,
            asked: asked.to_owned(),
            finding: Finding::Present,
            words: words.to_owned(),
            smoking: None,
            on: PartialDate::parse(on),
            said_by: SaidBy::Patient,
            source: String::new(),
        }
    }

    #[test]
    fn a_figure_is_known_in_its_unit_and_else_not() {
        use Measured::{Known, NotKnown};
        use Topic::{Alcohol, Residence};
        let (now, drinks) = ("2026-11-01", "Alcoholic drinks a week");
        for (topic, asked, words, on, expected) in [
            (Alcohol, drinks, "3.5 drinks a week", now, Known(3_500, 3_500)),
            (Alcohol, drinks, "0 drinks a week", now, Known(0, 0)),
            (Alcohol, drinks, "14 {drinks}/wk", now, Known(14_000, 14_000)),
            (Alcohol, drinks, "14 drinks a day", now, NotKnown),
            (Alcohol, drinks, "14", now, NotKnown),
            (Alcohol, drinks, "asked; not known", now, NotKnown),
            (Alcohol, drinks, "<3 drinks a week", now, NotKnown),
            (Alcohol, drinks, "-1 drinks a week", now, NotKnown),
            (Alcohol, drinks, "NaN drinks a week", now, NotKnown),
            (Alcohol, drinks, "1e9 drinks a week", now, NotKnown),
            (Alcohol, drinks, "3 drinks a week", "2020", NotKnown),
            (Alcohol, drinks, "3 drinks a week", "", NotKnown),
            (Alcohol, "AUDIT-C score", "4 {score}", now, Known(4_000, 4_000)),
            (Alcohol, "AUDIT-C score", "12", now, Known(12_000, 12_000)),
            (Alcohol, "AUDIT-C score", "13", now, NotKnown),
            (Residence, "Fine particles (PM2.5)", "12.25 µg/m³", "2024", Known(12_250, 12_250)),
            (Residence, "Fine particles (PM2.5)", "12 mg/m³", now, NotKnown),
        ] {
            let today = PartialDate::parse("2026-11-27").unwrap();
            let found = measures(&[answer(topic, asked, words, on)], today);
            let [measure] = found.as_slice() else { panic!("{words}: {found:?}") };
            assert_eq!(measure.measured, expected, "{words} {on}");
            assert!(measure.words.contains(words), "{measure:?}");
        }
    }

    #[test]
    fn what_nobody_asked_has_no_figure_and_a_contradiction_is_none() {
        let today = PartialDate::parse("2026-11-27").unwrap();
        assert_eq!(measures(&[], today), vec![]);
        let score = |words| answer(Topic::Alcohol, "AUDIT-C score", words, "2026-11-01");
        let found = measures(&[score("2"), score("9")], today);
        let found: Vec<_> = found.iter().map(|one| (one.measured, one.words.as_str())).collect();
        assert_eq!(found, [(Measured::NotKnown, "answers contradict each other")]);
        let unknown = Answer { finding: Finding::Unknown, ..score("2") };
        assert_eq!(measures(&[unknown], today)[0].measured, Measured::NotKnown);
    }

    #[test]
    fn thresholds_lie_on_their_scales_and_are_in_their_words() {
        for question in &QUESTIONS {
            let Scale { end, thresholds, source, .. } = question.scale;
            assert!(!source.is_empty() && !thresholds.is_empty());
            for (at, words) in *thresholds {
                assert!((1..*end).contains(at), "{words}");
                let units = (at / 1_000).to_string();
                assert!(words.split([' ', ':']).any(|word| word == units), "{words}");
            }
        }
    }
}
