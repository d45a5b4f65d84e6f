//! Reports in the other laboratories' formats, filed by the same way as Foundation Medicine's.

use crate::support::{Fixture, pack};
use crate::vendor::{AUTHORITY, fixture, outline, resources};
use formats::fhir::tumor::reported_tumors;
use formats::vendor::study;
use intake::Failure;
use intake::file::{FileContent, FileSettings, Filed, ingest};
use model::{PartialDate, PatientId};
use record::RawState;
use std::collections::BTreeMap;

const TEMPUS: &str = include_str!("../../../formats/tests/data/vendor/tempus.json");
const CARIS: &str = include_str!("../../../formats/tests/data/vendor/caris.json");
const QIAGEN: &str = include_str!("../../../formats/tests/data/vendor/qiagen.xml");
const GUARDANT: &str = include_str!("../../../formats/tests/data/vendor/guardant.csv");
const MAF: &str = include_str!("../../../formats/tests/data/vendor/study.maf");

fn settings() -> FileSettings {
    let authorities = BTreeMap::from([("4711".to_owned(), AUTHORITY.to_owned())]);
    FileSettings { authorities, ..FileSettings::default() }
}

fn take(fixture: &Fixture, bytes: &[u8], settings: &FileSettings) -> Result<Filed, Failure> {
    ingest(&fixture.record, &fixture.access(), &pack(), "file", bytes.to_vec(), settings)
}

/// What stands for each report, and codes of what was noticed.
fn found(fixture: &Fixture) -> (Vec<Vec<String>>, Vec<String>) {
    let (tumors, problems) = reported_tumors(&resources(fixture));
    let codes = problems.into_iter().map(|problem| problem.code).collect();
    (tumors.iter().map(outline).collect(), codes)
}

#[test]
fn every_laboratorys_report_is_matched_and_filed() {
    for (name, text, expected) in [
        (
            "Tempus",
            TEMPUS,
            [
                "Some(1097) BRAF p.Val600Glu NM_004333.4:c.1799T>A Some(0.3868)",
                "Some(1101) BRCA2 p.S1982fs NM_000059:c.5946del None",
                "Some(11998) TP53  NM_000546:c.376-1G>A None",
                "Some(1316) EML4 joined to `HGNC:427` true",
            ]
            .as_slice(),
        ),
        (
            "Caris",
            CARIS,
            &[
                "Some(11998) TP53 p.R175H NM_000546.5:c.524G>A Some(0.37)",
                "Some(1316) EML4 joined to `HGNC:427` true",
                "Some(3430) ERBB2 amplification Some(14.2)",
                "Some(6407) KRAS no Short",
                "Some(7029) MET no Copy",
            ],
        ),
        (
            "QIAGEN",
            QIAGEN,
            &[
                "Some(1097) BRAF p.V600E NM_004333.4:c.1799T>A Some(0.3868)",
                "Some(3236) EGFR  NM_005228.3:c.2310_2311insGAC Some(0.125)",
                "Some(6407) KRAS no Short",
            ],
        ),
        (
            "Guardant",
            GUARDANT,
            &[
                "Some(1097) BRAF p.V600E NM_004333:c.1799T>A Some(0.004)",
                "Some(427) ALK joined to `HGNC:1316` false",
                "Some(7029) MET Amplification Some(2.4)",
            ],
        ),
    ] {
        let fixture = fixture();
        assert_eq!(FileContent::of(text.as_bytes()), FileContent::Report, "{name}");
        let filed = take(&fixture, text.as_bytes(), &settings()).unwrap();
        assert!(filed.done, "{name}: {filed:?}");
        let (tumors, _) = found(&fixture);
        let [lines] = tumors.as_slice() else { panic!("{name}: {tumors:?}") };
        for line in expected {
            assert!(lines.iter().any(|known| known == line), "{name}: `{line}` not in {lines:#?}");
        }
        for resource in resources(&fixture) {
            let problems = formats::fhir::profile::check(&resource, &[]);
            let wrong: Vec<_> =
                problems.iter().filter(|one| one.severity == model::Severity::Error).collect();
            assert!(wrong.is_empty(), "{name}: {wrong:?} in {resource}");
        }
        // The same file again changes nothing; what cannot be matched waits for a person.
        let before = fixture.sequence();
        assert!(take(&fixture, text.as_bytes(), &settings()).unwrap().done);
        assert_eq!(fixture.sequence(), before, "{name}");
        let another = text.replace("200001", "200002");
        let filed = take(&fixture, another.as_bytes(), &settings()).unwrap();
        assert!(!filed.done && filed.text.contains("waits for a person"), "{name}: {filed:?}");
        let raw = fixture.record.raw(&fixture.access(), &filed.raw.unwrap()).unwrap().unwrap();
        assert_eq!(raw.summary.state, RawState::Unmatched, "{name}");
    }
}

#[test]
fn two_laboratories_about_one_tumour_stay_two_reports() {
    let fixture = fixture();
    take(&fixture, TEMPUS.as_bytes(), &settings()).unwrap();
    take(&fixture, CARIS.as_bytes(), &settings()).unwrap();
    let (tumors, _) = found(&fixture);
    assert_eq!(tumors.len(), 2);
    let negative = "Some(6407) KRAS no Short".to_owned();
    assert!(tumors.iter().all(|lines| lines.contains(&negative)), "{tumors:#?}");
}

#[test]
fn a_table_without_patients_is_of_whom_one_says_it_is() {
    let fixture = fixture();
    assert_eq!(FileContent::of(MAF.as_bytes()), FileContent::Specimens);
    let refused = take(&fixture, MAF.as_bytes(), &settings());
    assert!(matches!(refused, Err(Failure::Refused(problems)) if problems[0].code == "no-patient"));
    let nobody = FileSettings { patient: Some(PatientId::new("nobody")), ..settings() };
    assert!(matches!(take(&fixture, MAF.as_bytes(), &nobody), Err(Failure::NotFound(_))));
    let mira = FileSettings { patient: Some(PatientId::new("mira")), ..settings() };
    let filed = take(&fixture, MAF.as_bytes(), &mira).unwrap();
    assert!(!filed.done && filed.problems[0].code == "which-sample", "{filed:?}");
    // Nobody answered for it: it is there, and does not count.
    let named = FileSettings { sample: Some("S1".to_owned()), ..mira };
    assert!(take(&fixture, MAF.as_bytes(), &named).unwrap().done);
    let (tumors, codes) = found(&fixture);
    assert!(tumors.concat().is_empty() && codes.contains(&"not-final".to_owned()), "{tumors:?}");
    // The same table, now answered for.
    let signed_on = PartialDate::parse("2024-03-15");
    let signed = FileSettings { signed_on, ..named };
    assert!(take(&fixture, MAF.as_bytes(), &signed).unwrap().done);
    let (tumors, _) = found(&fixture);
    let braf = "Some(1097) BRAF p.V600E ENST00000288602:c.1799T>A Some(0.4)".to_owned();
    assert!(tumors.concat().contains(&braf), "{tumors:#?}");
}

#[test]
fn a_study_folder_is_filed_for_one_specimen_with_what_its_panel_saw() {
    let fixture = fixture();
    let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
    let packed = study::pack(&mut [
        file("data_mutations.txt", MAF),
        file("data_clinical_sample.txt", "PATIENT_ID\tSAMPLE_ID\nP1\tS1\nP2\tS2\n"),
        file("data_gene_panel_matrix.txt", "SAMPLE_ID\tmutations\nS1\tSMALL\n"),
        file("data_gene_panel_small.txt", "stable_id: SMALL\ngene_list: BRAF\tEGFR\tKRAS\n"),
    ]);
    let settings = FileSettings {
        patient: Some(PatientId::new("mira")),
        sample: Some("S1".to_owned()),
        signed_on: PartialDate::parse("2024-03-15"),
        ..settings()
    };
    assert!(take(&fixture, &packed, &settings).unwrap().done);
    let (tumors, _) = reported_tumors(&resources(&fixture));
    let mut genes: Vec<&str> =
        tumors[0].tested.genes.iter().map(|gene| gene.gene.as_str()).collect();
    genes.sort_unstable();
    assert_eq!(genes, ["HGNC:1097", "HGNC:3236", "HGNC:6407"]);
}
