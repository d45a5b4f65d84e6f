//! The shipped pack has no fault.

use knowledge::{Pack, lint};
use model::problem::Severity;
use std::collections::BTreeMap;

#[test]
fn the_linter_finds_nothing_but_unassigned_functions() {
    let problems = lint(&Pack::built_in().unwrap());
    for problem in problems.iter().filter(|problem| problem.severity != Severity::Note) {
        println!("{problem}");
    }
    let kinds: Vec<(Severity, &str)> =
        problems.iter().map(|problem| (problem.severity, problem.code.as_str())).collect();
    let other: Vec<_> =
        kinds.iter().filter(|kind| **kind != (Severity::Note, "no-function")).collect();
    assert!(other.is_empty(), "{other:?}");
    // Definitions run ahead of functions; CYP4F2 has none at all.
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for problem in &problems {
        *counts.entry(problem.place.split(' ').nth(1).unwrap()).or_default() += 1;
    }
    let expected = [
        ("CYP2B6", 1),
        ("CYP2C19", 2),
        ("CYP2C9", 13),
        ("CYP2D6", 24),
        ("CYP3A4", 33),
        ("CYP4F2", 22),
        ("G6PD", 1),
        ("NAT2", 6),
        ("NUDT15", 12),
        ("RYR1", 290),
        ("SLCO1B1", 9),
        ("TPMT", 3),
    ];
    assert_eq!(counts, BTreeMap::from(expected));
}
