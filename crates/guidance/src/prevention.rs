//! Prevention that rests on how somebody lives: whether screening for lung cancer may be offered.
//!
//! A rule says yes or no only when everything it asks for is known; else it names what is missing.
//! It gives no risk in numbers: no published model of one is shipped, and none may be guessed.

use crate::measure::{Measure, Measured, Scale, figure, thousandths};
use model::absence::Absence;
use model::lifestyle::{Answer, Smoking, Topic, latest, smoking};
use model::time::PartialDate;

/// What a rule of prevention comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Everything it asks for is met.
    Met,
    /// Something it asks for is known not to be so.
    NotMet,
    /// Something is not known.
    NotKnown,
}

impl Standing {
    /// The words shown to people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Met => "Criteria met",
            Self::NotMet => "Criteria not met",
            Self::NotKnown => "Not known",
        }
    }
}

/// A rule of prevention for one patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prevention {
    /// What may be offered.
    pub title: &'static str,
    /// What it comes to.
    pub standing: Standing,
    /// What each criterion rests on, or why it is not met.
    pub basis: Vec<String>,
    /// What is missing to say.
    pub needs: Vec<String>,
    /// The figures that its criteria ask for.
    pub measures: Vec<Measure>,
    /// For whom it is meant, and what it cannot see.
    pub validity: &'static str,
    /// Where it says so.
    pub source: &'static str,
}

/// Years of age, both included.
const AGE_YEARS: (i16, i16) = (50, 80);
/// Pack-years from which on it holds, in thousandths.
const PACK_YEARS_MIN: i64 = thousandths(20);
/// Years since smoking stopped, up to which it holds.
const QUIT_YEARS_MAX: i16 = 15;

const TITLE: &str = "Yearly low-dose CT to screen for lung cancer";
const VALIDITY: &str = "For adults without signs of lung cancer. It does not see whether somebody \
    could have or would want surgery, nor other illnesses that shorten life; decide together with \
    the patient. It ends at 80 years, or 15 years after smoking stopped.";
const SOURCE: &str = "US Preventive Services Task Force, Screening for Lung Cancer, 2021 \
    (grade B), JAMA 325:962, PMID 33687470";

static AGE: Scale = Scale {
    end: thousandths(100),
    thresholds: &[(thousandths(50), "from 50 years"), (thousandths(80), "to 80 years")],
    asked_for: Some((thousandths(50), thousandths(80))),
    source: SOURCE,
};
static PACK_YEARS: Scale = Scale {
    end: thousandths(60),
    thresholds: &[(thousandths(20), "20 pack-years or more")],
    asked_for: Some((thousandths(20), thousandths(60))),
    source: SOURCE,
};
static QUIT_YEARS: Scale = Scale {
    end: thousandths(30),
    thresholds: &[(thousandths(15), "within 15 years")],
    asked_for: Some((0, thousandths(15))),
    source: SOURCE,
};

/// One criterion.
struct Criterion {
    is_met: Option<bool>,
    /// What it rests on, or what would answer it.
    words: String,
    /// What its figure is, and in words.
    figure: (Measured, String),
}

impl Criterion {
    fn measure(&self, asked: &'static str, scale: &'static Scale) -> Measure {
        let (measured, words) = self.figure.clone();
        Measure { asked, measured, words, scale }
    }
}

fn known(is_met: bool, words: impl Into<String>, figure: (Measured, String)) -> Criterion {
    Criterion { is_met: Some(is_met), words: words.into(), figure }
}

/// What is settled without a figure.
fn settled(is_met: bool, words: &str) -> Criterion {
    known(is_met, words, (Measured::None, words.to_owned()))
}

/// What somebody would have to ask, and what is known of its figure.
fn needs(words: &str, found: impl Into<String>) -> Criterion {
    let figure = (Measured::NotKnown, found.into());
    Criterion { is_met: None, words: words.to_owned(), figure }
}

/// Screening for lung cancer, for somebody born on a day, as answers have it on another.
pub fn lung_screening(
    born: Option<PartialDate>,
    answers: &[Answer],
    today: PartialDate,
) -> Prevention {
    let criteria = [age(born, today), pack_years(answers, today), smokes(answers, today)];
    let standing = if criteria.iter().any(|one| one.is_met == Some(false)) {
        Standing::NotMet
    } else if criteria.iter().all(|one| one.is_met == Some(true)) {
        Standing::Met
    } else {
        Standing::NotKnown
    };
    let of = |is_known: bool| {
        let of = criteria.iter().filter(move |one| one.is_met.is_some() == is_known);
        of.map(|one| one.words.clone()).collect::<Vec<_>>()
    };
    // What is missing matters only as long as it could decide.
    let needs = if standing == Standing::NotKnown { of(false) } else { Vec::new() };
    let [age, pack_years, smokes] = &criteria;
    let measures = vec![
        age.measure("Age", &AGE),
        pack_years.measure("Pack-years smoked", &PACK_YEARS),
        smokes.measure("Years since smoking stopped", &QUIT_YEARS),
    ];
    let (title, validity, source) = (TITLE, VALIDITY, SOURCE);
    Prevention { title, standing, basis: of(true), needs, measures, validity, source }
}

fn age(born: Option<PartialDate>, today: PartialDate) -> Criterion {
    let (least, most) = AGE_YEARS;
    let Some(born) = born else { return needs("the day of birth", Absence::NotRecorded.words()) };
    match born.years_until(today) {
        Some(years) => known(
            (least..=most).contains(&years),
            format!("{years} years old (asked: 50 to 80)"),
            years_figure(years, years),
        ),
        None => needs("the day of birth", format!("born {born}: the age is not exact")),
    }
}

/// Years from one number to another.
fn years_figure(least: i16, most: i16) -> (Measured, String) {
    let words = match (least, most) {
        (1, 1) => "1 year".to_owned(),
        _ if least == most => format!("{least} years"),
        _ => format!("{least} to {most} years"),
    };
    let [least, most] = [least, most].map(|years| thousandths(i64::from(years)));
    (Measured::Known(least, most), words)
}

/// The latest answer to a question of the tobacco topic; `None` if those that may be it differ.
fn latest_of<'a>(answers: &'a [Answer], asked: &str) -> Option<&'a Answer> {
    let is_of = |one: &&Answer| one.topic == Topic::Tobacco && one.asked == asked;
    let mut found = latest(answers).into_iter().filter(is_of);
    let first = found.next()?;
    found.try_fold(first, |said, one| (one.words == said.words).then_some(one))
}

/// Why a question has no answer that counts.
fn why_open(answers: &[Answer], asked: &str) -> String {
    let is_of = |one: &&Answer| one.topic == Topic::Tobacco && one.asked == asked;
    match (answers.iter().find(is_of), latest_of(answers, asked)) {
        (None, _) => Absence::NotAsked.words().to_owned(),
        (Some(_), None) => "answers contradict each other".to_owned(),
        (Some(_), Some(answer)) => answer.words.clone(),
    }
}

fn pack_years(answers: &[Answer], today: PartialDate) -> Criterion {
    let counting = smoking(answers);
    let is_never = counting.is_some_and(|one| one.smoking == Some(Smoking::Never));
    if is_never && counting.is_some_and(|one| !one.is_old(today)) {
        return settled(false, "never smoked");
    }
    let asked = "Pack-years smoked";
    let missing = || needs("how many pack-years were smoked", why_open(answers, asked));
    let Some(answer) = latest_of(answers, asked) else { return missing() };
    let number = answer.words.split(' ').next().and_then(figure);
    let Some(number) = number else { return missing() };
    let found = (Measured::Known(number, number), answer.words.clone());
    if number >= PACK_YEARS_MIN {
        // Pack-years only grow: an old answer still holds.
        return known(true, format!("{} (asked: 20 or more)", answer.words), found);
    }
    if answer.is_old(today) {
        let words = "how many pack-years were smoked; the answer that is there is old";
        return needs(words, format!("the answer is old: {}", answer.words));
    }
    known(false, format!("{} (asked: 20 or more)", answer.words), found)
}

fn smokes(answers: &[Answer], today: PartialDate) -> Criterion {
    let asked = "whether the patient smokes now";
    let Some(answer) = smoking(answers) else {
        let is_asked = answers.iter().any(|one| one.smoking.is_some());
        let contradicted = "answers about smoking contradict each other";
        return needs(asked, if is_asked { contradicted } else { Absence::NotAsked.words() });
    };
    if answer.is_old(today) {
        return needs(asked, format!("the answer about smoking is old: {}", answer.words));
    }
    match answer.smoking {
        Some(Smoking::Current) => settled(true, "smokes now"),
        Some(Smoking::Never) => settled(false, "never smoked"),
        Some(Smoking::Former) => stopped(answers, today),
        None => needs(asked, answer.words.clone()),
    }
}

fn stopped(answers: &[Answer], today: PartialDate) -> Criterion {
    // Who smoked again has stopped again: an earlier day of it says nothing of that.
    let smoked = answers.iter().filter(|one| one.smoking == Some(Smoking::Current));
    let smoked: Vec<Option<PartialDate>> = smoked.map(|one| one.on).collect();
    let is_since = |on: Option<PartialDate>| {
        smoked.iter().all(|smoked| match (on, smoked) {
            (Some(on), Some(smoked)) => !on.is_before(*smoked),
            (Some(_), None) => true,
            (None, _) => false,
        })
    };
    let answer = latest_of(answers, "Smoking stopped on").filter(|answer| is_since(answer.on));
    let day = answer.and_then(|answer| PartialDate::parse(&answer.words));
    let day = day.filter(|day| is_since(Some(*day)));
    let Some(day) = day else {
        let found = answer_of_stopping(answers);
        return needs("when smoking stopped", found);
    };
    // Of a month or a year alone the first and the last day of it must agree.
    let ends = [first_day(day), last_day(day)].map(|day| day.years_until(today));
    match ends {
        [Some(first), Some(last)] if (first < QUIT_YEARS_MAX) == (last < QUIT_YEARS_MAX) => {
            let words = format!("stopped smoking {day} (asked: within 15 years)");
            known(first < QUIT_YEARS_MAX, words, years_figure(last.max(0), first.max(0)))
        }
        [Some(first), Some(last)] => Criterion {
            figure: years_figure(last.max(0), first.max(0)),
            ..needs("the day on which smoking stopped, exactly", "")
        },
        _ => needs("the day on which smoking stopped, exactly", format!("stopped {day}")),
    }
}

/// Why no day on which smoking stopped counts.
fn answer_of_stopping(answers: &[Answer]) -> String {
    let asked = "Smoking stopped on";
    match latest_of(answers, asked).and_then(|answer| PartialDate::parse(&answer.words)) {
        Some(day) => {
            format!("said to have stopped {day}, but smoked after that or after it was said")
        }
        None => why_open(answers, asked),
    }
}

fn first_day(day: PartialDate) -> PartialDate {
    let month = day.month.or(Some(1));
    PartialDate { month, day: day.day.or(Some(1)), ..day }
}

/// No day of a month comes after its 31st, whether it has one or not.
fn last_day(day: PartialDate) -> PartialDate {
    let month = day.month.or(Some(12));
    PartialDate { month, day: day.day.or(Some(31)), ..day }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::lifestyle::{Finding, SaidBy};

    fn answer(asked: &str, words: &str, smoking: Option<Smoking>, on: &str) -> Answer {
        Answer {
            topic: Topic::Tobacco,
            asked: asked.to_owned(),
            finding: Finding::Present,
            words: words.to_owned(),
            smoking,
            on: PartialDate::parse(on),
            said_by: SaidBy::Patient,
            source: "QuestionnaireResponse/r".to_owned(),
        }
    }

    fn status(smoking: Smoking, on: &str) -> Answer {
        answer("Smoking status", "as it was said", Some(smoking), on)
    }

    fn years(words: &str, on: &str) -> Answer {
        answer("Pack-years smoked", words, None, on)
    }

    fn quit(words: &str) -> Answer {
        quit_said(words, "2026-11-01")
    }

    fn quit_said(words: &str, on: &str) -> Answer {
        answer("Smoking stopped on", words, None, on)
    }

    /// Criteria of USPSTF 2021, PMID 33687470, and what is not known of them.
    #[test]
    fn nobody_is_offered_it_on_what_is_not_known() {
        use Smoking::{Current, Former, Never};
        use Standing::{Met, NotKnown, NotMet};
        let now = "2026-11-01";
        for (born, answers, standing, missing) in [
            ("1966-01-01", vec![status(Current, now), years("20 pack-years", now)], Met, 0),
            ("1976-11-27", vec![status(Current, now), years("20 pack-years", now)], Met, 0),
            ("1976-11-28", vec![status(Current, now), years("20 pack-years", now)], NotMet, 0),
            ("1945-11-28", vec![status(Current, now), years("40", now)], Met, 0),
            ("1945-11-27", vec![status(Current, now), years("40", now)], NotMet, 0),
            ("1966-01-01", vec![status(Current, now), years("19.9 pack-years", now)], NotMet, 0),
            ("1966-01-01", vec![], NotKnown, 2),
            ("1966-01-01", vec![status(Never, now)], NotMet, 0),
            ("1966-01-01", vec![status(Current, now)], NotKnown, 1),
            ("1966-01-01", vec![years("30 pack-years", now)], NotKnown, 1),
            // Old answers: more than enough pack-years stay, everything else is asked again.
            ("1966-01-01", vec![status(Current, now), years("30 pack-years", "2015")], Met, 0),
            ("1966-01-01", vec![status(Current, now), years("10 pack-years", "2015")], NotKnown, 1),
            ("1966-01-01", vec![status(Current, "2020"), years("30", now)], NotKnown, 1),
            ("1966-01-01", vec![status(Never, "2020")], NotKnown, 2),
            // Stopped: within fifteen years, also where only the year is known.
            ("1966-01-01", vec![status(Former, now), years("30", now)], NotKnown, 1),
            ("1966-01-01", vec![status(Former, now), years("30", now), quit("2015")], Met, 0),
            ("1966-01-01", vec![status(Former, now), years("30", now), quit("2011-11-28")], Met, 0),
            (
                "1966-01-01",
                vec![status(Former, now), years("30", now), quit("2011-11-27")],
                NotMet,
                0,
            ),
            ("1966-01-01", vec![status(Former, now), years("30", now), quit("2011")], NotKnown, 1),
            ("1966-01-01", vec![status(Former, now), years("30", now), quit("2001")], NotMet, 0),
            ("1966-01-01", vec![status(Current, now), years("many", now)], NotKnown, 1),
            (
                "1966-01-01",
                vec![status(Current, now), years("30", now), years("10", now)],
                NotKnown,
                1,
            ),
            ("1976", vec![status(Current, now), years("30", now)], NotKnown, 1),
        ] {
            let today = PartialDate::parse("2026-11-27").unwrap();
            let found = lung_screening(PartialDate::parse(born), &answers, today);
            assert_eq!(
                (found.standing, found.needs.len()),
                (standing, missing),
                "{born} {answers:?} {found:?}"
            );
        }
        let found = lung_screening(None, &[], PartialDate::parse("2026-11-27").unwrap());
        assert_eq!(found.needs.first().map(String::as_str), Some("the day of birth"));
        assert!(found.source.contains("33687470") && found.basis.is_empty());
    }

    /// What is drawn is what the criteria rest on; nothing that is not known is a figure.
    #[test]
    fn figures_are_those_that_the_criteria_rest_on() {
        use Measured::{Known, None as Settled, NotKnown};
        use Smoking::{Current, Former, Never};
        let now = "2026-11-01";
        let exact = |units: i64| Known(thousandths(units), thousandths(units));
        for (answers, pack_years, quit_years, said) in [
            (vec![], NotKnown, NotKnown, "not asked"),
            (vec![status(Never, now)], Settled, Settled, "never smoked"),
            (
                vec![status(Current, now), years("22.5 pack-years", now)],
                Known(22_500, 22_500),
                Settled,
                "smokes now",
            ),
            (
                vec![status(Former, now), years("0", now), quit("2015-05-01")],
                exact(0),
                exact(11),
                "11 years",
            ),
            (
                vec![status(Former, now), years("9", "2015"), quit("2011")],
                NotKnown,
                Known(14_000, 15_000),
                "14 to 15 years",
            ),
            (
                vec![status(Former, now), years("asked; not known", now), quit("2011")],
                NotKnown,
                Known(14_000, 15_000),
                "asked; not known",
            ),
            (
                vec![status(Former, now), years("30", now), years("10", now)],
                NotKnown,
                NotKnown,
                "contradict",
            ),
            (vec![status(Never, "2020")], NotKnown, NotKnown, "is old"),
            (
                vec![status(Current, "2020"), status(Former, now), quit_said("2014", "2015")],
                NotKnown,
                NotKnown,
                "smoked after",
            ),
        ] {
            let today = PartialDate::parse("2026-11-27").unwrap();
            let found = lung_screening(PartialDate::parse("1961-04-02"), &answers, today).measures;
            let figures: Vec<_> = found.iter().map(|one| one.measured).collect();
            assert_eq!(figures, [exact(65), pack_years, quit_years], "{answers:?} {found:?}");
            assert!(found.iter().any(|one| one.words.contains(said)), "{said}: {found:?}");
        }
        let found = lung_screening(None, &[], PartialDate::parse("2026-11-27").unwrap());
        assert_eq!(found.measures[0].measured, NotKnown);
    }

    /// Who stopped, smoked again and stopped again: only a day that may be of the last time counts.
    #[test]
    fn a_day_of_stopping_before_a_relapse_says_nothing() {
        use Smoking::{Current, Former};
        use Standing::{Met, NotKnown, NotMet};
        let now = "2026-11-01";
        for (stopped, relapse, standing) in [
            // Asked before the relapse, within fifteen years and beyond.
            (vec![("2014", "2015-01-01")], Some("2020-06-01"), NotKnown),
            (vec![("2001", "2015-01-01")], Some("2020-06-01"), NotKnown),
            (vec![("2020-03", "2020-05-01")], Some("2020-06-01"), NotKnown),
            (vec![("2001", "")], Some("2020-06-01"), NotKnown),
            (vec![("2001", "")], Some(""), NotKnown),
            // Asked since, but a day before the relapse: one of the two is wrong.
            (vec![("2001", now)], Some("2020-06-01"), NotKnown),
            // Asked since, of a day since.
            (vec![("2023-02", now)], Some("2020-06-01"), Met),
            (vec![("2014", "2015-01-01"), ("2023-02", now)], Some("2020-06-01"), Met),
            (vec![("2001-05-01", now)], Some("2000-06-01"), NotMet),
            (vec![("2001", now)], Some(""), NotMet),
            // Nobody smoked again.
            (vec![("2001", "2015-01-01")], None, NotMet),
            (vec![("2001", "")], None, NotMet),
            // Of a year alone nobody knows whether it is the later answer.
            (vec![("2001", "2026"), ("2014", now)], None, NotKnown),
            (vec![("2014", "2026"), ("2014", now)], None, Met),
        ] {
            let mut answers = vec![status(Former, now), years("30", now)];
            answers.extend(relapse.map(|on| status(Current, on)));
            answers.extend(stopped.iter().map(|(day, on)| quit_said(day, on)));
            let today = PartialDate::parse("2026-11-27").unwrap();
            let found = lung_screening(PartialDate::parse("1966-01-01"), &answers, today);
            assert_eq!(found.standing, standing, "{stopped:?} {relapse:?} {found:?}");
        }
    }
}
