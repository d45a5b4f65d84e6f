use super::*;
use crate::vendor::finding::{Finding, FindingContent, Listed, Rearrangement};
use crate::vendor::read as read_any;
use model::tumor::ReportedClass;
use model::variant::GenomeBuild;

const REPORT: &str = include_str!("../../../tests/data/vendor/caris.json");
const IN_XML: &str = include_str!("../../../tests/data/vendor/caris.xml");

fn read_text(text: &str) -> (VendorReport, Vec<(String, String)>) {
    let (report, problems) = read_any(text.as_bytes(), None);
    let problems = problems.into_iter().map(|problem| (problem.code, problem.place)).collect();
    (report.unwrap(), problems)
}

fn of<'r>(report: &'r VendorReport, gene: &str) -> &'r Finding {
    report.findings.iter().find(|found| found.gene == gene).unwrap()
}

#[test]
fn a_report_whole() {
    let (report, problems) = read_text(REPORT);
    assert_eq!((report.laboratory, report.status), (Laboratory::Caris, ResultStatus::Final));
    assert_eq!(report.number.as_deref(), Some("TN24-000042"));
    assert_eq!(report.signed_on.unwrap().to_string(), "2024-03-15");
    assert_eq!(report.patient.identifiers, [("4711".to_owned(), "200001".to_owned())]);
    assert_eq!(report.patient.names[0].given, ["Mira", "Lou"]);
    assert_eq!(report.run.build, Some(GenomeBuild::GRCh38));
    assert_eq!(report.run.nucleic_acids, ["DNA", "RNA"]);
    // Not a result, and no negative either.
    assert_eq!(report.run.statements, ["EGFR: Indeterminate"]);
    assert!(report.findings.iter().all(|found| found.gene != "EGFR"));
    let measures: Vec<_> = report
        .measures
        .iter()
        .map(|one| (one.name.as_str(), one.value, one.level.as_deref(), one.method.as_deref()))
        .collect();
    assert_eq!(
        measures,
        [
            ("tmb", Some(22.0), Some("High"), None),
            ("msi", None, Some("Stable"), None),
            ("loh", Some(12.0), Some("Low"), None),
            ("pd-l1", Some(60.0), Some("Positive"), Some("IHC 22c3")),
        ]
    );
    let path = "/tests/0/testResults";
    assert_eq!(
        problems,
        [
            ("not-read".to_owned(), "/tests/2/testResults/2/methylationThing".to_owned()),
            ("no-result".to_owned(), format!("{path}/2/genomicAlteration")),
            ("build-contradiction".to_owned(), format!("{path}/3/genomicAlteration")),
            ("not-read".to_owned(), "/tests/2/testResults/1/expressionAlteration".to_owned()),
        ]
    );
}

#[test]
fn wild_types_are_negatives_and_each_row_has_its_place() {
    let (report, _) = read_text(REPORT);
    let negative = |gene: &str, class| {
        assert_eq!(of(&report, gene).content, FindingContent::Negative(vec![class]), "{gene}");
    };
    negative("KRAS", ReportedClass::Short);
    negative("MET", ReportedClass::Copy);
    negative("ROS1", ReportedClass::Rearrangement);
    let tp53 = of(&report, "TP53");
    assert_eq!(tp53.raw_path, "/tests/0/testResults/0/genomicAlteration");
    let FindingContent::Short(short) = &tp53.content else { panic!("{tp53:?}") };
    assert_eq!(short.genomic.as_deref(), Some("7675088C>T"));
    assert_eq!(short.transcript.as_deref(), Some("NM_000546.5"));
    assert_eq!((short.allele_fraction, short.depth), (Some(0.37), Some(712)));
    // Of another build than the report: its change stays, its position is not used.
    let atm = of(&report, "ATM");
    let FindingContent::Short(short) = &atm.content else { panic!() };
    assert_eq!((atm.listed, short.genomic.as_deref()), (Listed::Uncertain, None));
    assert_eq!(short.transcript.as_deref(), Some("NM_000051.3"));
    let FindingContent::Copy(copies) = &of(&report, "ERBB2").content else { panic!() };
    assert_eq!((copies.class.as_str(), copies.copies), ("amplification", Some(14.2)));
    assert_eq!(
        of(&report, "EML4").content,
        FindingContent::Rearrangement(Rearrangement {
            partner: Some("ALK".to_owned()),
            ordered: true,
            kind: Some("Fusion Detected".to_owned()),
            breakpoints: vec!["chr2:42295516/chr2:29223528".to_owned()],
            ..Rearrangement::default()
        })
    );
}

#[test]
fn xml_is_the_same_with_other_places() {
    let (report, problems) = read_text(IN_XML);
    assert_eq!(problems, []);
    assert_eq!(report.number.as_deref(), Some("TN24-000043"));
    assert_eq!(of(&report, "KRAS").content, FindingContent::Negative(vec![ReportedClass::Short]));
    assert_eq!(
        of(&report, "BRAF").raw_path,
        "/profile/tests/test/testResults/testResult[2]/genomicAlteration"
    );
}

#[test]
fn files_without_results_are_no_reports() {
    for text in ["{\"testDetails\": {}, \"tests\": []}", "{\"testDetails\": {}, \"tests\": [{}]}"] {
        let (report, problems) = read_any(text.as_bytes(), None);
        assert!(report.is_none() && !problems.is_empty(), "{text}");
    }
}
