//! Keeping statements true: to changed facts, to a new pack, through crashes.

use crate::support::{
    Fixture, access, clopidogrel, drug, everything, fixture, gene, genotypes, other_pack, pack,
    reported, words,
};
use model::statement::StatementContent;
use record::{Role, StoredStatement};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

fn filled() -> Fixture {
    let fixture = fixture();
    fixture.put("o-ana", "ana", vec![reported("CYP2C19", "*2/*2", "")]);
    fixture.put("o-ben", "ben", vec![genotypes(&[("CYP2C19", "*1", "*2"), ("TPMT", "*1", "*1")])]);
    fixture.put("o-carla", "carla", vec![reported("TPMT", "*1/*3A", "")]);
    fixture
}

const EVERYBODY: [&str; 3] = ["ana", "ben", "carla"];

fn versions(fixture: &Fixture) -> Vec<(String, u64)> {
    let all = EVERYBODY.iter().flat_map(|about| fixture.stored(about));
    all.map(|stored| (stored.statement.id.to_string(), stored.version)).collect()
}

/// Subjects whose statement is not in its first version.
fn changed(stored: &[StoredStatement]) -> BTreeSet<String> {
    let changed = stored.iter().filter(|stored| stored.version > 1);
    let name = |stored: &StoredStatement| match &stored.statement.content {
        StatementContent::Gene(gene) => gene.gene.clone(),
        StatementContent::Drug(drug) => drug.drug.clone(),
    };
    changed.map(name).collect()
}

/// CYP2C19 and the drugs it decides.
fn of_cyp2c19() -> BTreeSet<String> {
    let pack = pack();
    let drugs = pack.pgx.drugs.iter().filter(|drug| drug.genes.iter().any(|g| g == "CYP2C19"));
    drugs.map(|drug| drug.name.clone()).chain(["CYP2C19".to_owned()]).collect()
}

#[test]
fn a_second_run_writes_nothing() {
    let fixture = filled();
    let interpreter = fixture.interpreter();
    let first = interpreter.catch_up().unwrap();
    assert_eq!(first.patients, 3);
    assert_eq!(first.statements_written, 3 * everything(&pack()) as u64);
    assert_eq!(interpreter.behind().unwrap(), 0);
    let before = versions(&fixture);
    let again = interpreter.catch_up().unwrap();
    assert_eq!((again.changes, again.patients, again.statements_written), (0, 0, 0));
    // Nor does one that begins anew, as after a restart.
    let restarted = fixture.interpreter().catch_up().unwrap();
    assert_eq!(restarted.statements_written, 0);
    for about in EVERYBODY {
        let patient = crate::support::patient(about);
        assert_eq!(interpreter.interpret(&patient).unwrap(), 0);
        assert_eq!(interpreter.interpret_always(&patient).unwrap(), 0);
    }
    assert_eq!(versions(&fixture), before);
}

/// A merge in the hospital (ADT^A40) moves no result, but what was found is known of the person.
#[test]
fn what_is_known_of_a_merged_record_counts_for_the_one_that_stays() {
    let fixture = fixture();
    let interpreter = fixture.interpreter();
    let said = |about: &str| {
        interpreter.catch_up().unwrap();
        words(gene(&fixture.statements(about), "CYP2C19"))
    };
    for about in ["stays", "gone", "long-gone"] {
        fixture.person(about, &[], None);
    }
    fixture.put("o-stays", "stays", vec![reported("TPMT", "*1/*3A", "")]);
    fixture.put("o-gone", "long-gone", vec![reported("CYP2C19", "*2/*2", "")]);
    assert_eq!(said("stays"), "not tested");
    // One record alone that says so is no merge.
    fixture.person("gone", &["long-gone"], Some("stays"));
    fixture.person("stays", &["gone"], None);
    assert_eq!(said("stays"), "not tested");
    fixture.person("long-gone", &[], Some("gone"));
    let poor = said("stays");
    assert!(poor.starts_with("called *2/*2"), "{poor}");
    assert!(!drug(&fixture.statements("stays"), "clopidogrel").recommendations.is_empty());
    // Orders are asked about the one that stays, as soon as the other is corrected.
    fixture.put("o-gone", "long-gone", vec![reported("CYP2C19", "*1/*1", "")]);
    let stays = crate::support::patient("stays");
    assert!(!interpreter.is_current(&stays).unwrap());
    let normal = said("stays");
    assert!(normal.starts_with("called *1/*1"), "{normal}");
    assert!(interpreter.is_current(&stays).unwrap());
    assert_eq!(said("long-gone"), normal, "it still stands for itself");
    // And back.
    fixture.person("long-gone", &[], None);
    fixture.person("gone", &[], Some("stays"));
    assert_eq!(said("stays"), "not tested");
    // A link that one side alone takes back, or whose record is gone, ends the merge as well.
    for is_gone in [false, true] {
        fixture.person("long-gone", &[], Some("gone"));
        fixture.person("gone", &["long-gone"], Some("stays"));
        fixture.person("stays", &["gone"], None);
        assert_eq!(said("stays"), normal);
        if is_gone {
            fixture.delete_person("gone");
        } else {
            fixture.person("gone", &["long-gone"], None);
        }
        assert!(!interpreter.is_current(&stays).unwrap());
        assert_eq!(said("stays"), "not tested");
    }
    // A circle ends.
    fixture.person("stays", &["gone"], Some("gone"));
    fixture.person("gone", &["stays"], Some("stays"));
    assert_eq!(said("stays"), "not tested");
}

#[test]
fn only_what_changed_is_interpreted() {
    let fixture = filled();
    let interpreter = fixture.interpreter();
    interpreter.catch_up().unwrap();
    fixture.put("o-ben-2", "ben", vec![clopidogrel()]);
    assert_eq!(interpreter.behind().unwrap(), 1);
    let progress = interpreter.catch_up().unwrap();
    assert_eq!((progress.patients, progress.statements_written), (1, 0));
    assert_eq!(interpreter.behind().unwrap(), 0);
}

#[test]
fn a_crash_before_the_cursor_moves_repeats_harmlessly() {
    let fixture = filled();
    let interpreter = fixture.interpreter();
    interpreter.catch_up().unwrap();
    let before = versions(&fixture);
    // The statements are written and the cursor is where it was.
    let cursor = format!("interpret:{}", pack().reference().digest);
    let engine = access(Role::Engine);
    assert!(fixture.record.cursor(&engine, &cursor).unwrap() > 0);
    fixture.record.set_cursor(&engine, &cursor, 0).unwrap();
    let progress = fixture.interpreter().catch_up().unwrap();
    assert_eq!((progress.patients, progress.statements_written), (3, 0));
    assert_eq!(versions(&fixture), before);
    assert_eq!(interpreter.behind().unwrap(), 0);
}

#[test]
fn a_correction_changes_the_affected_statements_only() {
    let fixture = filled();
    let interpreter = fixture.interpreter();
    interpreter.catch_up().unwrap();
    fixture.put("o-ana", "ana", vec![reported("CYP2C19", "*1/*1", "")]);
    let progress = interpreter.catch_up().unwrap();
    assert_eq!(progress.patients, 1);
    assert_eq!(changed(&fixture.stored("ana")), of_cyp2c19());
    for about in ["ben", "carla"] {
        assert_eq!(changed(&fixture.stored(about)), BTreeSet::new());
    }
    let statements = fixture.statements("ana");
    let expected = "called *1/*1 Normal Metabolizer by Reported";
    assert_eq!(words(gene(&statements, "CYP2C19")), expected);
}

#[test]
fn a_deleted_result_leaves_not_tested() {
    let fixture = filled();
    let interpreter = fixture.interpreter();
    interpreter.catch_up().unwrap();
    fixture.delete("o-ana");
    interpreter.catch_up().unwrap();
    let stored = fixture.stored("ana");
    assert_eq!(stored.len(), everything(&pack()));
    assert_eq!(changed(&stored), of_cyp2c19());
    let statements = fixture.statements("ana");
    assert_eq!(words(gene(&statements, "CYP2C19")), "not tested");
    let advice = drug(&statements, "clopidogrel");
    assert_eq!(advice.recommendations, []);
    assert_eq!(advice.state, model::statement::AdviceState::NotKnown);
}

#[test]
fn a_result_moved_to_another_patient_leaves_the_first() {
    let fixture = filled();
    let interpreter = fixture.interpreter();
    interpreter.catch_up().unwrap();
    fixture.put("o-ana", "carla", vec![reported("CYP2C19", "*2/*2", "")]);
    let progress = interpreter.catch_up().unwrap();
    assert_eq!(progress.patients, 2);
    assert_eq!(words(gene(&fixture.statements("ana"), "CYP2C19")), "not tested");
    let of_carla = fixture.statements("carla");
    assert!(words(gene(&of_carla, "CYP2C19")).starts_with("called *2/*2"));
}

fn advice(fixture: &Fixture, about: &str) -> String {
    let statements = fixture.statements(about);
    let advice = drug(&statements, "clopidogrel");
    advice.recommendations.iter().map(|r| r.text.clone()).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_new_pack_interprets_everybody_again_and_so_does_going_back() {
    let fixture = filled();
    fixture.interpreter().catch_up().unwrap();
    let other = other_pack();
    for (pack, new) in [(&other, true), (&pack(), false), (&other, true)] {
        let interpreter = fixture.with(Arc::clone(pack));
        let progress = interpreter.catch_up().unwrap();
        assert_eq!(progress.patients, 3);
        // The pack's digest is in every capsule.
        assert_eq!(progress.statements_written, 3 * everything(pack) as u64);
        for stored in EVERYBODY.iter().flat_map(|about| fixture.stored(about)) {
            assert_eq!(stored.statement.capsule.knowledge, pack.reference());
        }
        assert_eq!(advice(&fixture, "ana").contains("if it can be helped"), new);
        assert_eq!(interpreter.catch_up().unwrap().patients, 0);
    }
}

#[test]
fn a_follower_sees_changes_until_it_is_stopped() {
    let fixture = filled();
    let interpreter = fixture.interpreter();
    let stop = Arc::new(AtomicBool::new(false));
    let follower = std::thread::spawn({
        let (interpreter, stop) = (interpreter.clone(), Arc::clone(&stop));
        move || interpreter.follow(&|| stop.load(Ordering::Relaxed))
    });
    let until = |about: &str, expected: &str| {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(20) {
            let statements = fixture.statements(about);
            if !statements.is_empty() && words(gene(&statements, "CYP2C19")).contains(expected) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{about} is not {expected}");
    };
    until("ana", "*2/*2");
    fixture.put("o-ana", "ana", vec![reported("CYP2C19", "*1/*3", "")]);
    until("ana", "*1/*3");
    fixture.put("o-dana", "dana", vec![reported("CYP2C19", "*1/*17", "")]);
    until("dana", "*1/*17");
    stop.store(true, Ordering::Relaxed);
    follower.join().unwrap();
}
