use super::*;
use crate::vendor::read as read_any;

const TABLE: &str = include_str!("../../../tests/data/vendor/study.maf");

#[test]
fn the_rows_of_one_specimen() {
    let (report, problems) = read_any(TABLE.as_bytes(), Some("S1"));
    let report = report.unwrap();
    assert_eq!(report.number.as_deref(), Some("S1"));
    // Nobody signed it.
    assert_eq!(report.status, model::reported::ResultStatus::Unknown);
    let found: Vec<_> = report
        .findings
        .iter()
        .map(|found| {
            let FindingContent::Short(short) = &found.content else { panic!("{found:?}") };
            let (genomic, fraction) = (short.genomic.as_deref(), short.allele_fraction);
            (found.gene.as_str(), found.origin.as_str(), genomic, fraction, found.raw_path.as_str())
        })
        .collect();
    assert_eq!(
        found,
        [
            ("BRAF", "somatic", Some("140453136A>T"), Some(0.4), "line 3"),
            ("EGFR", "somatic", Some("55249012_55249013insGAC"), Some(0.125), "line 4"),
            // Of another build than the rows before it.
            ("BRCA2", "germline", None, None, "line 5"),
        ]
    );
    let told: Vec<_> = problems.iter().map(|one| (one.code.as_str(), one.place.as_str())).collect();
    assert_eq!(told, [("build-contradiction", "line 5")]);
}

#[test]
fn of_several_specimens_one_has_to_be_named() {
    let code = |sample| read_any(TABLE.as_bytes(), sample).1.remove(0).code;
    assert_eq!(code(None), "which-sample");
    assert_eq!(code(Some("S9")), "sample-not-known");
    let (head, _) = TABLE.trim_end().rsplit_once('\n').unwrap();
    assert_eq!(read_any(head.as_bytes(), None).0.unwrap().findings.len(), 3);
}
