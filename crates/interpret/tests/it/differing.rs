//! Tests of one person that do not agree are put to a person, once.

use crate::support::{Fixture, access, fixture, genotypes, other_pack, patient, reported, tenant};
use interpret::{GENOTYPE_DIFFERS, Interpreter};
use record::{Review, Role};

fn listed(fixture: &Fixture) -> Vec<Review> {
    let all = fixture.record.reviews(&access(Role::LaboratoryReviewer), true).unwrap();
    all.into_iter().filter(|review| review.entry.reason == GENOTYPE_DIFFERS).collect()
}

#[test]
fn another_genotype_than_that_of_an_earlier_test_is_listed_once() {
    let fixture = fixture();
    let interpreter = fixture.interpreter();
    let both =
        |cyp2c19: &str| vec![reported("CYP2C19", cyp2c19, ""), reported("TPMT", "*1/*1", "")];
    fixture.put("o1", "ana", both("*1/*1"));
    // Somebody else's is nobody's difference, and neither is the same call in another order.
    fixture.put("o-ben", "ben", both("*2/*2"));
    fixture.put("o-carla", "carla", vec![reported("CYP2C19", "*1/*2", "")]);
    fixture.put("o-carla-2", "carla", vec![reported("CYP2C19", "*2/*1", "")]);
    interpreter.catch_up().unwrap();
    assert_eq!(listed(&fixture), []);

    fixture.put("o2", "ana", both("*2/*2"));
    interpreter.catch_up().unwrap();
    let reviews = listed(&fixture);
    let [review] = reviews.as_slice() else { panic!("{reviews:?}") };
    assert_eq!(review.entry.patient.as_ref().map(model::PatientId::as_str), Some("ana"));
    assert!(review.entry.text.contains("about one other gene they agree"), "{review:?}");
    let [problem] = review.entry.problems.as_slice() else { panic!("{review:?}") };
    assert_eq!(problem.place, "CYP2C19");
    for call in ["*1/*1", "*2/*2"] {
        assert!(problem.text.contains(call), "{problem:?}");
    }

    // Neither a second look, nor an answer, nor a restart asks again.
    interpreter.interpret(&patient("ana")).unwrap();
    assert_eq!(listed(&fixture).len(), 1);
    let reviewer = access(Role::LaboratoryReviewer);
    fixture.record.resolve_review(&reviewer, &review.id, "two assays").unwrap();
    fixture.interpreter().catch_up().unwrap();
    Interpreter::new(fixture.record.clone(), other_pack(), &tenant()).unwrap().catch_up().unwrap();
    assert_eq!(listed(&fixture), []);

    // A third test that says something else is asked about.
    fixture.put("o3", "ana", both("*3/*3"));
    fixture.interpreter().catch_up().unwrap();
    assert_eq!(listed(&fixture).len(), 1);
}

#[test]
fn genotypes_are_held_against_reports_and_against_each_other() {
    let fixture = fixture();
    let interpreter = fixture.interpreter();
    fixture.put("o1", "ana", vec![genotypes(&[("CYP2C19", "*1", "*2")])]);
    fixture.put("o2", "ana", vec![genotypes(&[("CYP2C19", "*1", "*1")])]);
    fixture.put("o1-ben", "ben", vec![genotypes(&[("CYP2C19", "*1", "*2")])]);
    fixture.put("o2-ben", "ben", vec![reported("CYP2C19", "*1/*1", "")]);
    interpreter.catch_up().unwrap();
    let mut patients: Vec<String> = listed(&fixture)
        .into_iter()
        .filter(|review| review.entry.problems.iter().any(|problem| problem.place == "CYP2C19"))
        .filter_map(|review| review.entry.patient.map(|patient| patient.to_string()))
        .collect();
    patients.sort();
    assert_eq!(patients, ["ana", "ben"]);
}
