use super::*;
use crate::vendor::read as read_any;

const REPORT: &str = include_str!("../../../tests/data/vendor/guardant.csv");

#[test]
fn a_table_is_one_report() {
    for text in [REPORT.to_owned(), REPORT.replace("\"seen, twice\"", "seen").replace(',', "\t")] {
        let (report, problems) = read_any(text.as_bytes(), None);
        let report = report.unwrap();
        assert_eq!((report.number.as_deref(), report.status), (Some("A042"), ResultStatus::Final));
        assert_eq!(report.patient.identifiers, [("4711".to_owned(), "200001".to_owned())]);
        assert_eq!(report.specimen.origin, Origin::CirculatingDna);
        let outline: Vec<_> = report
            .findings
            .iter()
            .map(|found| (found.gene.as_str(), found.raw_path.as_str()))
            .collect();
        let lines = ["line 2", "line 3", "line 4", "line 5", "line 6"];
        let genes = ["BRAF", "EGFR", "MET", "ALK", "KRAS"];
        assert_eq!(outline, genes.into_iter().zip(lines).collect::<Vec<_>>());
        let FindingContent::Short(braf) = &report.findings[0].content else { panic!() };
        assert_eq!(braf.genomic.as_deref(), Some("140453136A>T"));
        assert_eq!((braf.protein.as_deref(), braf.allele_fraction), (Some("p.V600E"), Some(0.004)));
        let FindingContent::Short(egfr) = &report.findings[1].content else { panic!() };
        assert_eq!((egfr.genomic.as_deref(), egfr.allele_fraction), (None, Some(0.003)));
        let FindingContent::Copy(met) = &report.findings[2].content else { panic!() };
        assert_eq!((met.class.as_str(), met.copies), ("Amplification", Some(2.4)));
        let FindingContent::Rearrangement(alk) = &report.findings[3].content else { panic!() };
        assert_eq!((alk.partner.as_deref(), alk.ordered), (Some("EML4"), false));
        let negative = FindingContent::Negative(vec![ReportedClass::Short]);
        assert_eq!(report.findings[4].content, negative);
        let measures: Vec<_> =
            report.measures.iter().map(|one| (one.name.as_str(), one.value)).collect();
        assert_eq!(measures, [("tmb", Some(12.5)), ("msi", None)]);
        let told: Vec<_> =
            problems.iter().map(|one| (one.code.as_str(), one.place.as_str())).collect();
        assert_eq!(told, [("not-read", "line 1")]);
    }
}

#[test]
fn two_patients_or_reports_in_a_table_are_refused_whole() {
    for (from, to) in [
        ("200001", "200002"),
        ("A042,", "A043,"),
        ("1958-11-30", "1958-11-31"),
        ("GRCh37", "GRCh38"),
    ] {
        let (head, last) = REPORT.trim_end().rsplit_once('\n').unwrap();
        let text = format!("{head}\n{}", last.replacen(from, to, 1));
        let (report, problems) = read_any(text.as_bytes(), None);
        assert!(report.is_none());
        assert_eq!(
            (problems[1].code.as_str(), problems[1].place.as_str()),
            ("two-reports", "line 6")
        );
    }
    let header = REPORT.lines().next().unwrap();
    assert!(read_any(header.as_bytes(), None).0.is_none());
}
