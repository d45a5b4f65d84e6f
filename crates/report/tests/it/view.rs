//! The view that statements make.

use crate::sample;
use model::statement::AdviceState;
use report::pgx::{Clinical, ClinicalUse, CurrentMedicines, Medicine, PgxReport, Shown};

#[test]
fn statements_make_the_view() {
    insta::assert_snapshot!("full", serde_json::to_string_pretty(&sample::full()).unwrap());
    let file = sample::of_file();
    assert_eq!(file.current, CurrentMedicines::NotAvailable);
    assert_eq!(file.head.patient, None);
}

#[test]
fn the_view_survives_writing_and_reading() {
    for report in [sample::full(), sample::rare(), sample::of_file()] {
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
    assert_eq!(names(&report.adjust), ["atomoxetine", "lovastatin"]);
}

#[test]
fn a_remark_does_not_repeat_what_stands_beside_the_gene() {
    let mut drugs = sample::drugs();
    let warfarin = drugs.iter_mut().find(|drug| drug.drug == "warfarin").unwrap();
    let notes = ["VKORC1: not tested", "VKORC1: not tested, and it decides", "other"];
    warfarin.notes = notes.map(str::to_owned).to_vec();
    let report = sample::report_of(sample::person(), &sample::genes(), &drugs, None);
    let group = report.not_known.iter().find(|group| group.drugs == ["warfarin"]).unwrap();
    assert_eq!(group.notes, notes[1..]);
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
    assert!(report.genes.iter().all(|gene| gene.gene != "CYP2B6"));
    assert!(report.gaps.iter().all(|gap| gap.gene != "CYP2B6"));
    // Where advice wants such a gene, it is as good as not known, and a gap.
    let report = sample::rare();
    let call = "not known: the genotypes allow a call for research only";
    let codeine = report.not_known.iter().find(|group| group.drugs == ["codeine"]).unwrap();
    assert_eq!(codeine.genes[0].call, Shown::Absent(call.to_owned()));
    assert_eq!((&codeine.genes[0].phenotype, &codeine.genes[0].partly), (&None, &None));
    let gap = report.gaps.iter().find(|gap| gap.gene == "CYP2D6").unwrap();
    assert_eq!((gap.words.as_str(), &gap.drugs[..]), (call, &["codeine".into()][..]));
}

#[test]
fn results_of_unusual_kinds_are_whole() {
    let report = sample::rare();
    insta::assert_snapshot!("rare", serde_json::to_string_pretty(&report).unwrap());
    let gene = |name: &str| report.genes.iter().find(|gene| gene.gene == name).unwrap();
    let value = |text: &str| Shown::Value(text.to_owned());
    let variants = value("c.1129-5923C>G, c.1236G>A (HapB3) + c.2846A>T");
    assert_eq!(gene("DPYD").calls, std::slice::from_ref(&variants));
    assert!(gene("DPYD").phase.is_some());
    let CurrentMedicines::Listed(current) = &report.current else { panic!("no list") };
    assert_eq!(current[0].genes[0].call, variants, "the advice names it as the gene does");
    let hla = gene("HLA-B");
    assert_eq!(hla.phenotype, value("*15:02 negative; *57:01 positive; *58:01 negative"));
    assert_eq!(hla.phase, None, "the laboratory does not say");
    let tied = gene("CYP2C9");
    assert_eq!(tied.activity_score.as_deref(), Some("1.0 or 0.5"));
    assert_eq!(tied.also_possible, ["*3/*59"]);
    assert_eq!(tied.unexplained, ["rs9332239 C>G"]);
    assert_eq!(gene("G6PD").calls, [value("A- 202A_376G")]);
    assert_eq!(gene("G6PD").phase, None, "one copy has no other strand");
    let open = "17 of 18 positions tested; not excluded: *3C; would be Intermediate Metabolizer";
    assert!(report.gaps.iter().any(|gap| gap.gene == "NUDT15" && gap.words == open));
    let azathioprine = report.standard.iter().find(|one| one.drugs == ["azathioprine"]).unwrap();
    let partly = azathioprine.genes[0].partly.as_deref();
    assert_eq!(
        partly,
        Some("17 of 18 positions tested; not excluded: Intermediate Metabolizer"),
        "a usual phenotype must not look surer than its test"
    );
}

#[test]
fn other_medicines_stand_beside_the_genes_and_only_make_it_more_cautious() {
    let report = sample::full();
    let atomoxetine = report.adjust.iter().find(|drug| drug.drug == "atomoxetine").unwrap();
    assert!(atomoxetine.clinical.as_deref().unwrap().contains("while paroxetine is taken"));
    let cyp2d6 = &atomoxetine.genes[0];
    assert_eq!(cyp2d6.phenotype, Some(Shown::Value("Normal Metabolizer".to_owned())));
    let converted = Some("Poor Metabolizer with paroxetine (since 02-Apr-2026)");
    assert_eq!(cyp2d6.clinical.as_deref(), converted);
    let gene = report.genes.iter().find(|gene| gene.gene == "CYP2D6").unwrap();
    assert_eq!(gene.phenotype, Shown::Value("Normal Metabolizer".to_owned()));
    assert_eq!(gene.clinical.as_deref(), converted);
    // A drug is no cause for itself, and less caution than the genes ask for is not shown.
    let less = ClinicalUse { state: Some(AdviceState::Standard), ..ClinicalUse::default() };
    let clinical = Clinical { drugs: [("32968".into(), less)].into(), ..Clinical::default() };
    let report = sample::converted(&clinical);
    assert_eq!(listed(&report)[0].drug, "clopidogrel");
    assert_eq!(listed(&report)[0].state, AdviceState::Avoid);
}
