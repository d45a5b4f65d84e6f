use super::*;
use model::tumor::{ReportedClass, ReportedKind};

const PATIENTS: &str = "#Patient Identifier\tSex\n#x\ty\n#STRING\tSTRING\n#1\t1\n\
    PATIENT_ID\tSEX\tAGE\tOS_STATUS\nP1\tFemale\t61\t0:LIVING\nP2\tMale\tNA\t1:DECEASED\n";
const SAMPLES: &str = "PATIENT_ID\tSAMPLE_ID\tONCOTREE_CODE\tTMB_NONSYNONYMOUS\tMSI_TYPE\n\
    P1\tS1\tLUAD\t12.5\tStable\nP2\tS2\tCOAD\t\t\nP2\tS2\tREAD\t\t\n";
const MUTATIONS: &str = "#version 2.4\nHugo_Symbol\tEntrez_Gene_Id\tVariant_Classification\t\
    Tumor_Sample_Barcode\tHGVSp_Short\tExon_Number\tt_ref_count\tt_alt_count\n\
    KRAS\t3845\tMissense_Mutation\tS1\tp.G12C\t2/6\t60\t40\n\
    TP53\t0\tNonsense_Mutation\tS9\tp.R213*\t6/11\t\t\n";
const COPIES: &str = "Hugo_Symbol\tEntrez_Gene_Id\tS1\tS2\n\
    MET\t4233\t2\t0\nCDKN2A\t1029\t0\tNA\nEGFR\t1956\t-1\t-2\n";
const FUSIONS: &str = "Sample_Id\tSite1_Hugo_Symbol\tSite2_Hugo_Symbol\n\
    S1\tEML4\tALK\nS2\t\tRET\nS2\t\t\n";
const MATRIX: &str = "SAMPLE_ID\tmutations\tcna\tstructural_variants\nS1\tPANEL1\tNA\tPANEL1\n\
    S2\tWES\tNA\tNA\n";

fn study(tables: &[(Table, &str)]) -> (Vec<ReportedTumor>, Vec<Panel>, Vec<(String, String)>) {
    let mut study = Study::default();
    for (table, text) in tables {
        study.read("t", *table, text.as_bytes());
    }
    let (tumors, panels, problems) = study.finish();
    (tumors, panels, problems.into_iter().map(|one| (one.code, one.place)).collect())
}

fn all() -> Vec<(Table, &'static str)> {
    vec![
        (Table::Patients, PATIENTS),
        (Table::Samples, SAMPLES),
        (Table::PanelMatrix, MATRIX),
        (Table::Mutations, MUTATIONS),
        (Table::Copies, COPIES),
        (Table::Rearrangements, FUSIONS),
    ]
}

#[test]
fn a_study_is_its_samples_with_what_was_found_and_tested() {
    let (tumors, panels, problems) = study(&all());
    let place = |code: &str, place: &str| (code.to_owned(), place.to_owned());
    assert_eq!(
        problems,
        [
            place("sample-twice", "t line 4"),
            place("sample-not-known", "t line 4"),
            place("no-gene", "t line 4"),
        ]
    );
    let first = &tumors[0];
    assert_eq!((first.sample.as_str(), first.sex.as_deref()), ("S1", Some("Female")));
    assert_eq!(
        (first.age_years.as_deref(), first.vital.as_deref()),
        (Some("61"), Some("0:LIVING"))
    );
    assert_eq!(first.biomarkers.len(), 2);
    let ReportedKind::Short { protein, exon, allele_fraction, .. } = &first.alterations[0].kind
    else {
        panic!("{:?}", first.alterations[0])
    };
    assert_eq!((protein.as_str(), exon.as_str(), *allele_fraction), ("p.G12C", "2/6", Some(0.4)));
    assert_eq!(first.alterations[0].ncbi_gene, Some(3845));
    let kinds: Vec<&ReportedKind> = first.alterations.iter().skip(1).map(|one| &one.kind).collect();
    let joined =
        ReportedKind::Rearrangement { partner: "ALK".into(), ordered: false, from_text: false };
    let copy = |text: &str| ReportedKind::Copy(text.into());
    assert_eq!(kinds, [&copy("2"), &copy("-1"), &joined]);
    // All of its copies were counted, so all of the table's genes were tested.
    assert_eq!(
        first.tested.panels,
        [
            ("PANEL1".to_owned(), ReportedClass::Short),
            ("PANEL1".to_owned(), ReportedClass::Rearrangement),
            (panels[0].name.clone(), ReportedClass::Copy),
        ]
    );
    assert_eq!(panels[0].genes.len(), 3);
    // One was not: gene by gene.
    let second = &tumors[1];
    assert_eq!(second.tested.everywhere, [ReportedClass::Short]);
    assert!(second.tested.panels.is_empty());
    let negative = ReportedKind::Negative(ReportedClass::Copy);
    let usual: Vec<&str> = second
        .alterations
        .iter()
        .filter(|one| one.kind == negative)
        .map(|one| one.gene.as_str())
        .collect();
    assert_eq!(usual, ["MET"]);
    assert_eq!(second.age_years, None);
}

#[test]
fn a_study_that_does_not_say_what_was_tested_is_told() {
    let tables: Vec<_> =
        all().into_iter().filter(|(table, _)| *table != Table::PanelMatrix).collect();
    let (tumors, _, problems) = study(&tables);
    assert_eq!(problems.last().unwrap().0, "no-panel-matrix");
    assert!(tumors[1].tested.everywhere.is_empty());
    let (_, _, problems) = study(&[(Table::Samples, "PATIENT_ID\tX\nP1\t2\n")]);
    assert_eq!(problems[0].0, "no-column");
    let (_, _, problems) = study(&[(Table::Samples, "#only\n#comments\n")]);
    assert_eq!(problems[0].0, "empty");
    let long = format!("SAMPLE_ID\n{}\n", "x".repeat(LINE_BYTES_MAX));
    let (_, _, problems) = study(&[(Table::Samples, &long)]);
    assert_eq!(problems[0].0, "too-large");
}

#[test]
fn files_are_plain_or_gzip() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, b"text").unwrap();
    for bytes in [b"text".to_vec(), gzip.finish().unwrap(), b"t".to_vec(), Vec::new()] {
        let short = bytes.len() < 2;
        let mut text = String::new();
        open(std::io::Cursor::new(bytes.clone())).unwrap().read_to_string(&mut text).unwrap();
        let expected = if short { String::from_utf8(bytes).unwrap() } else { "text".to_owned() };
        assert_eq!(text, expected);
    }
}

#[test]
fn panels_come_as_json_or_text() {
    let json = r#"[{"genePanelId": "P", "genes": [
        {"entrezGeneId": 207, "hugoGeneSymbol": "AKT1"}]}, {"genes": []}]"#;
    let (read, problems) = panels(json.as_bytes(), "f");
    assert_eq!((read[0].name.as_str(), read[0].genes[0].0), ("P", Some(207)));
    assert_eq!(problems[0].code, "panel-not-read");
    let text = "stable_id: Q\ndescription: a: b\ngene_list:\tALK\tRET\n";
    let (read, _) = panels(text.as_bytes(), "f");
    assert_eq!((read[0].name.as_str(), read[0].genes.len()), ("Q", 2));
    assert_eq!(panels(b"nothing", "f").1[0].code, "panel-not-read");
    assert_eq!(panels(b"[", "f").1[0].code, "not-json");
}

#[test]
fn archives_of_tcga_have_two_dialects() {
    let clinical = "sample\ttype\tgender\tage\tvital\thist\tstage\ter\tpr\ther2\tmsi\tcohort\tsrc\n\
        TCGA-AA-3819\t\tFEMALE\t41\t0\tColon_Mucinous_Adenocarcinoma\t\t\t\t\tYES\tCOAD\tFirehose\n\
        TCGA-04-1331-01A-01W-0486-08\tOV\tFEMALE\t78\tDead\tSerous Cystadenocarcinoma\t\
        [Not Applicable]\t\t\t\t\tOV\tMC3\n";
    let variants = "Hugo_Symbol\tVariant_Classification\tTumor_Sample_Barcode\tHGVSp_Short\n\
        KRAS\tMissense_Mutation\tTCGA-AA-3819\tp.G12D\n";
    let mut study = Study::default();
    tcga_clinical(&mut study, "c", clinical.as_bytes());
    tcga_mutations(&mut study, "m", variants.as_bytes());
    let (tumors, _, problems) = study.finish();
    assert!(problems.is_empty(), "{problems:?}");
    let shown: Vec<_> = tumors
        .iter()
        .map(|one| {
            let code = one.diagnosis_code.as_deref();
            (one.patient.as_str(), code, one.biomarkers.len(), one.stage.as_deref())
        })
        .collect();
    assert_eq!(
        shown,
        [("TCGA-AA-3819", Some("MACR"), 1, None), ("TCGA-04-1331", Some("SOC"), 0, None)]
    );
    assert_eq!(tumors[0].alterations.len(), 1);
    assert_eq!(tumors[0].tested.everywhere, [ReportedClass::Short]);
}
