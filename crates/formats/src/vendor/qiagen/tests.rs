use super::*;
use crate::vendor::read as read_any;

const REPORT: &str = include_str!("../../../tests/data/vendor/qiagen.xml");

fn read_text(text: &str) -> (VendorReport, Vec<(String, String)>) {
    let (report, problems) = read_any(text.as_bytes(), None);
    let problems = problems.into_iter().map(|problem| (problem.code, problem.place)).collect();
    (report.unwrap(), problems)
}

fn short<'r>(report: &'r VendorReport, gene: &str) -> &'r ShortVariant {
    let found = report.findings.iter().find(|found| found.gene == gene).unwrap();
    let FindingContent::Short(short) = &found.content else { panic!("{found:?}") };
    short
}

#[test]
fn a_report_whole() {
    let (report, problems) = read_text(REPORT);
    assert_eq!((report.laboratory, report.status), (Laboratory::Qiagen, ResultStatus::Final));
    assert_eq!(report.specimen.origin, Origin::Somatic);
    assert_eq!(report.patient.identifiers, [("4711".to_owned(), "200001".to_owned())]);
    assert_eq!(problems, [("not-read".to_owned(), "/report/surprise".to_owned())]);
    let braf = short(&report, "BRAF");
    assert_eq!(braf.genomic.as_deref(), Some("140453136A>T"));
    assert_eq!((braf.allele_fraction, braf.zygosity.as_deref()), (Some(0.3868), Some("Het")));
    // An empty reference: an insertion, whose place in the chromosome the coding change tells.
    let egfr = short(&report, "EGFR");
    assert_eq!((egfr.reference.as_deref(), egfr.alternate.as_deref()), (Some(""), Some("GAC")));
    assert_eq!(egfr.coding.as_deref(), Some("c.2310_2311insGAC"));
    assert_eq!(
        (egfr.genomic.as_deref(), egfr.written.as_deref()),
        (None, Some("chr7:55249012 ``>`GAC`"))
    );
    let outline: Vec<_> = report
        .findings
        .iter()
        .map(|found| (found.gene.as_str(), found.listed, found.raw_path.as_str()))
        .collect();
    assert_eq!(
        outline,
        [
            ("BRAF", Listed::Reported, "/report/variant[1]"),
            ("EGFR", Listed::Uncertain, "/report/variant[2]"),
            ("MET", Listed::Reported, "/report/variant[3]"),
            ("EML4", Listed::Reported, "/report/variant[4]"),
            ("KRAS", Listed::Reported, "/report/sampleTestedNegativeGenes"),
        ]
    );
    let tested: Vec<&str> = report.tested.iter().map(|one| one.gene.as_str()).collect();
    assert_eq!(tested, ["BRAF", "EGFR", "KRAS"]);
    let quotes: Vec<_> = report.quotes.iter().map(|one| (one.kind, one.text.as_str())).collect();
    let expected =
        [(QuoteKind::Interpretation, "Words on BRAF."), (QuoteKind::Therapy, "Dabrafenib")];
    assert_eq!(quotes, expected);
}

#[test]
fn what_is_missing_is_not_what_is_empty() {
    let (report, _) = read_text(&REPORT.replace("<reference/>", ""));
    assert_eq!(short(&report, "EGFR").reference, None);
    for (from, to, origin, status) in [
        ("Somatic", "Hereditary", Origin::Germline, ResultStatus::Final),
        ("Somatic", "Both", Origin::Unknown, ResultStatus::Final),
        (">Final<", ">Draft<", Origin::Somatic, ResultStatus::Preliminary),
        (">Final<", "> <", Origin::Somatic, ResultStatus::Preliminary),
        (">Final<", ">Amended<", Origin::Somatic, ResultStatus::Amended),
    ] {
        let (report, _) = read_text(&REPORT.replace(from, to));
        assert_eq!((report.specimen.origin, report.status), (origin, status), "{to}");
    }
    for (from, to, code) in [
        (">140453136<", ">x<", "bad-position"),
        ("<genomeBuild>GRCh37</genomeBuild>", "", "no-build"),
        (">38.68<", ">0.3868<", "unit-not-clear"),
    ] {
        let (_, problems) = read_text(&REPORT.replacen(from, to, 1));
        assert!(problems.iter().any(|(found, _)| found == code), "{code}: {problems:?}");
    }
}
