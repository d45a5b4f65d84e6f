use super::*;
use proptest::prelude::*;

fn key() -> ProjectKey {
    ProjectKey::new(&[9; 32])
}

fn ask(ledger: &mut Ledger, digest: &str, members: &[u64]) -> Answer {
    let question = Question { digest, kind: Kind::Plain, members, population: 10_000 };
    ledger.ask(&key(), Rule::default(), &question)
}

fn people(range: std::ops::Range<u64>) -> Vec<u64> {
    range.map(|number| number.wrapping_mul(0x9E37_79B9_7F4A_7C15)).collect()
}

#[test]
fn the_same_set_and_nearly_the_same_set_have_one_answer() {
    let mut ledger = Ledger::default();
    let told = ask(&mut ledger, "a", &people(0..61));
    assert_eq!(told, Answer::Told(Told::UpTo(80)));
    // Without one person it is 60: rounded by itself that would be another answer.
    for fewer in [0..60, 0..55, 0..41, 1..61, 0..70] {
        assert_eq!(
            ask(&mut ledger, &format!("{fewer:?}"), &people(fewer.clone())),
            told,
            "{fewer:?}"
        );
    }
    assert_eq!(ledger.entries.len(), 1);
    assert_eq!(ask(&mut ledger, "b", &people(0..200)), Answer::Told(Told::UpTo(200)));
    assert_eq!(ask(&mut ledger, "none", &[]), Answer::Told(Told::Zero));
    assert_eq!(ledger.entries.len(), 2);
}

#[test]
fn a_question_has_one_answer_until_many_people_have_come() {
    let mut ledger = Ledger::default();
    let told = ask(&mut ledger, "a", &people(0..100));
    assert_eq!(told, Answer::Told(Told::UpTo(100)));
    assert_eq!(ask(&mut ledger, "a", &people(0..101)), told);
    assert_eq!(ask(&mut ledger, "a", &people(0..120)), told);
    let later = ask(&mut ledger, "a", &people(0..150));
    assert_eq!(later, Answer::Told(Told::UpTo(160)));
    assert_eq!(ask(&mut ledger, "a", &people(0..151)), later);
}

#[test]
fn a_project_asks_so_much_and_no_more() {
    let mut ledger = Ledger::default();
    for number in 0..QUESTIONS_MAX as u64 {
        let members = people(number * 100..number * 100 + 50);
        let answer = ask(&mut ledger, &number.to_string(), &members);
        assert_eq!(answer, Answer::Told(Told::UpTo(60)), "{number}");
    }
    assert_eq!(ask(&mut ledger, "more", &people(900_000..900_050)), Answer::Spent);
    // What was answered before is answered still.
    assert_eq!(ask(&mut ledger, "0", &people(0..50)), Answer::Told(Told::UpTo(60)));
}

#[test]
fn variants_are_asked_by_the_budget_and_zero_is_not_told() {
    let mut ledger = Ledger::default();
    let mut ask = |digest: &str, members: &[u64]| {
        let question = Question { digest, kind: Kind::Genotype, members, population: 100 };
        ledger.ask(&key(), Rule::default(), &question)
    };
    assert_eq!(ask("none", &[]), Answer::Told(Told::Below(21)));
    assert_eq!(ask("one", &people(0..1)), Answer::Told(Told::Below(21)));
    let mut answered = 0;
    while ask(&format!("many {answered}"), &people(answered * 100..answered * 100 + 50))
        != Answer::Spent
    {
        answered += 1;
    }
    assert_eq!(answered, 7);
}

/// What an attacker makes of the answers about sets with and without somebody.
fn differences(with: &[Answer], without: &[Answer]) -> usize {
    with.iter().zip(without).filter(|(one, other)| one != other).count()
}

/// Whether somebody is in a set is asked in every way that differences of counts offer: the
/// answers in the world where the person is in it, and where not.
fn attack(base: u64, victim_is_in: bool, padding: &[std::ops::Range<u64>]) -> Vec<Answer> {
    let mut ledger = Ledger::default();
    let victim = people(999_999..1_000_000);
    let world = |range: std::ops::Range<u64>| -> Vec<u64> {
        let mut members = people(range);
        if victim_is_in {
            members.extend(&victim);
        }
        members
    };
    let mut answers = Vec::new();
    // The whole set; then "and not the victim"; then with known people beside and taken out, to
    // come to the edge of a multiple or of the threshold.
    answers.push(ask(&mut ledger, "whole", &world(0..base)));
    answers.push(ask(&mut ledger, "not the victim", &people(0..base)));
    for (number, range) in padding.iter().enumerate() {
        let mut members = world(0..base);
        members.extend(people(range.start + 5_000..range.end + 5_000));
        answers.push(ask(&mut ledger, &format!("with {number}"), &members));
        let fewer = world(0..base.saturating_sub(range.end - range.start));
        answers.push(ask(&mut ledger, &format!("less {number}"), &fewer));
    }
    answers
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// All people of a cell of 1 to 20 are tried in turn: the cell is what differs between "all"
    /// and "all and not in the cell", and no such pair of questions has two answers.
    #[test]
    fn differencing_recovers_no_cell(base in 41_u64..400, cell in 1_u64..=20, steps in 1_u64..30) {
        // With fewer people beside the cell, all of them and the cell are nearly the same set.
        let mut ledger = Ledger::default();
        let all = people(0..base + cell);
        let whole = ask(&mut ledger, "all", &all);
        let without = ask(&mut ledger, "all and not the cell", &people(0..base));
        prop_assert_eq!(whole, without);
        // One by one out of the set.
        for step in 1..=steps.min(cell) {
            let answer = ask(&mut ledger, &format!("step {step}"), &people(0..base + cell - step));
            prop_assert_eq!(answer, whole);
        }
        // The cell itself, and the tracker: the union with strangers, less the strangers.
        let told = ask(&mut ledger, "cell", &people(base..base + cell));
        prop_assert_eq!(told, Answer::Told(Told::Below(21)));
        let strangers = people(90_000..90_100);
        let alone = ask(&mut ledger, "strangers", &strangers);
        let mut both = strangers;
        both.extend(people(base..base + cell));
        prop_assert_eq!(ask(&mut ledger, "union", &both), alone);
    }
}

#[test]
fn answers_with_and_without_somebody_are_hardly_ever_different() {
    // An own answer at the edge of a multiple may still differ by one person: sets that are far
    // from each other, and of whom exactly a multiple is known. That is what the bound on
    // questions is for. Here the attacker does not know who else is in the set.
    let (mut differ, mut asked) = (0, 0);
    for base in (30..430).step_by(7) {
        let padding: Vec<_> = (1..20).map(|more| 0..more).collect();
        let with = attack(base, true, &padding);
        let without = attack(base, false, &padding);
        asked += with.len();
        differ += usize::from(differences(&with[1..], &without[1..]) > 1 && with[0] == without[0]);
    }
    assert!(asked > 2_000);
    assert_eq!(differ, 0);
}
