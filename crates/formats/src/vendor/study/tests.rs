use super::*;
use crate::vendor::read as read_any;
use model::variant::GenomeBuild;

const MAF: &str = include_str!("../../../tests/data/vendor/study.maf");

fn folder() -> Vec<(String, Vec<u8>)> {
    let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
    vec![
        file("data_mutations.txt", MAF),
        file(
            "data_clinical_sample.txt",
            "PATIENT_ID\tSAMPLE_ID\tONCOTREE_CODE\tTMB_NONSYNONYMOUS\tMSI_TYPE\n\
             P1\tS1\tLUAD\t12.5\tStable\nP2\tS2\tCOAD\t\t\n",
        ),
        file("data_clinical_patient.txt", "PATIENT_ID\tSEX\nP1\tFemale\nP2\tMale\n"),
        file("data_gene_panel_matrix.txt", "SAMPLE_ID\tmutations\tcna\nS1\tSMALL\tOTHER\n"),
        file("data_gene_panel_small.txt", "stable_id: SMALL\ngene_list: BRAF\tEGFR\n"),
        file("data_sv.txt", "Sample_Id\tSite1_Hugo_Symbol\tSite2_Hugo_Symbol\nS1\tEML4\tALK\n"),
        file("data_cna.txt", "Hugo_Symbol\tS1\tS2\nMET\t2\t0\nCDKN2A\t0\t-2\n"),
    ]
}

#[test]
fn one_specimen_of_a_folder() {
    let packed = pack(&mut folder());
    let (report, problems) = read_any(&packed, Some("S1"));
    let report = report.unwrap();
    assert_eq!((report.laboratory, report.number.as_deref()), (Laboratory::Study, Some("S1")));
    assert_eq!(report.run.build, Some(GenomeBuild::GRCh37));
    let found: Vec<_> = report
        .findings
        .iter()
        .map(|found| (found.gene.as_str(), found.raw_path.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("BRAF", "data_mutations.txt line 3"),
            ("EGFR", "data_mutations.txt line 4"),
            ("BRCA2", "data_mutations.txt line 5"),
            ("MET", "data_cna.txt line 2"),
            ("EML4", "data_sv.txt line 2"),
        ]
    );
    // Counted everywhere: what is usual was looked at. The panel that nobody has is told.
    let mut tested: Vec<_> =
        report.tested.iter().map(|one| (one.gene.as_str(), one.class)).collect();
    tested.sort();
    assert_eq!(
        tested,
        [
            ("BRAF", ReportedClass::Short),
            ("CDKN2A", ReportedClass::Copy),
            ("EGFR", ReportedClass::Short),
            ("MET", ReportedClass::Copy),
        ]
    );
    assert!(problems.iter().any(|one| one.code == "panel-not-known"), "{problems:?}");
    let measures: Vec<_> =
        report.measures.iter().map(|one| (one.name.as_str(), one.value)).collect();
    assert!(measures.contains(&("tmb", Some(12.5))), "{measures:?}");
    // A specimen without a row of variants has none.
    let other = read_any(&packed, Some("S2")).0.unwrap();
    assert!(other.findings.iter().any(|found| found.gene == "CDKN2A"));
    assert_eq!(read_any(&packed, None).1[0].code, "which-sample");
    assert_eq!(read_any(&packed, Some("S9")).1[0].code, "sample-not-known");
}

#[test]
fn a_cut_or_lying_folder_is_refused() {
    let packed = pack(&mut folder());
    for bytes in [
        packed.get(..packed.len() - 1).unwrap(),
        packed.get(..HEAD.len() + 5).unwrap(),
        b"cognate-study 1\nx 99999999999999999999\n",
        b"cognate-study 1\nx 5\nab\n",
        b"cognate-study 1\nx\n",
        b"cognate-study 1\n\xff 1\na\n",
    ] {
        let (report, problems) = read_any(bytes, None);
        assert!(report.is_none());
        assert_eq!(problems[0].code, "broken-study");
    }
    let many = pack(&mut vec![("x".to_owned(), Vec::new()); FILES_MAX + 1]);
    assert_eq!(read_any(&many, None).1[0].code, "broken-study");
    assert!(is_read("data_cna.txt") && is_read("data_gene_panel_x.txt"));
    assert!(!is_read("meta_cna.txt") && !is_read("case_lists"));
}
