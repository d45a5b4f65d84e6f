//! The view that statements make.

use crate::sample;
use model::statement::AdviceState;
use report::pgx::{CurrentMedicines, Medicine, PgxReport, Shown};

#[test]
fn statements_make_the_view() {
    insta::assert_snapshot!("full", serde_json::to_string_pretty(&sample::full()).unwrap());
    let file = sample::of_file();
    assert_eq!(file.current, CurrentMedicines::NotAvailable);
    assert_eq!(file.head.patient, None);
}

#[test]
fn the_view_survives_writing_and_reading() {
    for report in [sample::full(), sample::of_file()] {
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<PgxReport>(&text).unwrap(), report);
    }
}

fn listed(report: &PgxReport) -> &[report::pgx::DrugEntry] {
    match &report.current {
        CurrentMedicines::Listed(drugs) => drugs,
        CurrentMedicines::NotAvailable => panic!("no list"),
    }
}

#[test]
fn current_medicines_come_first_and_once_the_most_cautious_on_top() {
    let report = sample::full();
    let rows: Vec<(&str, AdviceState)> =
        listed(&report).iter().map(|drug| (drug.drug.as_str(), drug.state)).collect();
    assert_eq!(
        rows,
        [
            ("clopidogrel", AdviceState::Avoid),
            ("simvastatin", AdviceState::Adjust),
            ("azathioprine", AdviceState::NotKnown),
            ("Metformin 500 mg tablet, 1 tablet twice a day", AdviceState::NotKnown),
            ("Tea of St John's wort", AdviceState::NotKnown),
            ("paroxetine", AdviceState::Standard),
        ]
    );
    let names = |drugs: &[report::pgx::DrugEntry]| -> Vec<String> {
        drugs.iter().map(|drug| drug.drug.clone()).collect()
    };
    assert_eq!(names(&report.avoid), ["voriconazole"]);
    assert_eq!(names(&report.adjust), ["lovastatin"]);
}

#[test]
fn every_drug_is_shown_exactly_once() {
    for report in [sample::full(), sample::of_file()] {
        let mut shown: Vec<String> = Vec::new();
        if let CurrentMedicines::Listed(drugs) = &report.current {
            shown.extend(drugs.iter().filter(|one| !one.genes.is_empty()).map(|d| d.drug.clone()));
        }
        shown.extend(report.avoid.iter().chain(&report.adjust).map(|drug| drug.drug.clone()));
        let groups = report.standard.iter().chain(&report.not_known);
        shown.extend(groups.flat_map(|group| group.drugs.clone()));
        shown.sort();
        let mut expected: Vec<String> = sample::drugs().into_iter().map(|one| one.drug).collect();
        expected.sort();
        assert_eq!(shown, expected);
    }
}

#[test]
fn two_orders_of_one_ingredient_are_one_entry() {
    let order = |words: &str| Medicine { words: Some(words.into()), ..Medicine::coded("32968") };
    let list = [order("75 mg"), order("300 mg once"), Medicine::coded("999"), Medicine::default()];
    let report = sample::report_of(sample::person(), &[], &sample::drugs(), Some(&list));
    let rows = listed(&report);
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0].orders, ["75 mg", "300 mg once"]);
    let names: Vec<&str> = rows[1..].iter().map(|drug| drug.drug.as_str()).collect();
    assert_eq!(names, ["Medicine not recorded", "RxNorm 999"]);
    assert!(rows[1..].iter().all(|drug| drug.state == AdviceState::NotKnown));
}

#[test]
fn what_was_not_tested_never_looks_normal() {
    let report = sample::full();
    let gene = |name: &str| report.genes.iter().find(|gene| gene.gene == name).unwrap();
    for (name, words) in [("DPYD", "not tested"), ("NUDT15", "tested, not callable")] {
        let absent = Shown::Absent(words.to_owned());
        assert_eq!(gene(name).phenotype, absent, "{name}");
        assert_eq!(gene(name).calls, [absent], "{name}");
        assert!(report.gaps.iter().any(|gap| gap.gene == name), "{name}");
    }
    // Called *1/*1 from 6 of 43 positions: each use of it says so.
    let uses = report.standard.iter().flat_map(|group| &group.genes);
    let tpmt: Vec<_> = uses.filter(|one| one.gene == "TPMT").collect();
    assert!(!tpmt.is_empty());
    assert!(tpmt.iter().all(|one| one.partly.as_deref() == Some("6 of 43 positions tested")));
    // A gene that advice needs and nobody looked at is a gap, though it has no statement.
    let vkorc1 = report.gaps.iter().find(|gap| gap.gene == "VKORC1").unwrap();
    assert_eq!(
        (vkorc1.words.as_str(), &vkorc1.drugs[..]),
        ("not tested", &["warfarin".into()][..])
    );
}

#[test]
fn research_calls_stay_apart() {
    let report = sample::full();
    assert_eq!(report.research.len(), 1);
    assert!(report.genes.iter().all(|gene| gene.gene != "HLA-B"));
    assert!(report.gaps.iter().all(|gap| gap.gene != "HLA-B"));
}
