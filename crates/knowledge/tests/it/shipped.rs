//! The shipped pack has no fault.

use knowledge::{Pack, lint};
use model::problem::Severity;

#[test]
fn the_linter_finds_nothing_but_unassigned_functions() {
    let problems = lint(&Pack::built_in().unwrap());
    for problem in problems.iter().filter(|problem| problem.severity != Severity::Note) {
        println!("{problem}");
    }
    let kinds: Vec<(Severity, &str)> =
        problems.iter().map(|problem| (problem.severity, problem.code.as_str())).collect();
    assert!(kinds.iter().all(|kind| *kind == (Severity::Note, "no-function")), "{kinds:?}");
    // CYP2C19 *40 and *41, NUDT15 *10 to *21, SLCO1B1 *50 to *58, TPMT *42 to *44.
    assert_eq!(kinds.len(), 2 + 12 + 9 + 3);
}
