//! Documents of others, read where they are.

use model::problem::Severity;
use pdf::{Class, FieldName};
use std::path::Path;

fn shared(name: &str) -> Option<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/labs").join(name);
    let bytes = std::fs::read(path).ok();
    if bytes.is_none() {
        println!("skipped: {name} is not present");
    }
    bytes
}

#[test]
fn a_paper_and_a_specification_are_no_reports() {
    for name in ["pdf/pharmacogenetics.pdf", "pdf/DHCW-HL7-v2-5-1-ORUR01-Specification.pdf"] {
        let Some(bytes) = shared(name) else { return };
        let reading = pdf::read(&bytes, &super::genes()).unwrap();
        assert_eq!(reading.class, Class::NotAReport, "{name}");
        assert!(reading.proposals.is_empty(), "{name}");
    }
}

/// The report inside the sample of Foundation Medicine.
fn report_of_sample() -> Option<Vec<u8>> {
    use std::io::Read;
    let packed = shared("vendor/foundation-sample.xml.gz")?;
    let mut xml = Vec::new();
    flate2::read::MultiGzDecoder::new(packed.as_slice()).read_to_end(&mut xml).unwrap();
    let (report, _) = formats::vendor::read(&xml, None);
    Some(report?.documents.first()?.bytes.clone())
}

#[test]
fn a_real_report_proposes_what_its_data_says() {
    let Some(bytes) = report_of_sample() else { return };
    let reading = pdf::read(&bytes, &super::genes()).unwrap();
    assert_eq!((reading.class, reading.pages.len()), (Class::Report, 16));
    assert_eq!(reading.problems, []);
    let lines: Vec<String> = reading
        .proposals
        .iter()
        .map(|one| {
            use FieldName::{
                Change, Equivocal, Gene, Level, Measure, Protein, Significance, Value,
            };
            let names = [Gene, Protein, Change, Equivocal, Measure, Value, Level, Significance];
            let values = names.iter().filter_map(|name| one.value(*name));
            values.collect::<Vec<_>>().join(" ")
        })
        .collect();
    assert_eq!(
        lines,
        [
            "CCND3 amplification yes",
            "CDK4 amplification",
            "MYC amplification",
            "HDAC1 p.R77S Uncertain significance",
            "HDAC7 p.R166H Uncertain significance",
            "MYCN p.S369N Uncertain significance",
            "NFE2L2 p.N262S Uncertain significance",
            "NUP98 p.E1303G Uncertain significance",
            "PIM1 amplification Uncertain significance",
            "RAD21 amplification Uncertain significance",
            "TLL2 p.L441F Uncertain significance",
            "tmb 0.73 low",
        ]
    );
}

#[test]
fn both_engines_agree_on_a_real_report() {
    let Some(bytes) = report_of_sample() else { return };
    let reader = pdf::child::InProcess(super::genes());
    let reading = pdf::child::ReadDocuments::read(&reader, &bytes).unwrap();
    assert_eq!(reading.proposals.len(), 12);
    assert_eq!(reading.problems, []);
    assert!(reading.proposals.iter().all(|one| one.one_engine.is_empty()));
}

/// As many damaged copies as the acceptance asks for: none gives another text.
#[test]
fn a_damaged_real_report_is_refused() {
    let Some(bytes) = report_of_sample() else { return };
    let genes = super::genes();
    let whole = pdf::read(&bytes, &genes).unwrap();
    let step = bytes.len() / 200;
    let mut refused = 0;
    for place in 0..200 {
        let mut damaged = bytes.clone();
        damaged[place * step + place] ^= 0x10;
        let Ok(found) = pdf::read(&damaged, &genes) else {
            refused += 1;
            continue;
        };
        let is_same = super::said(&found) == super::said(&whole);
        let is_told = found.problems.iter().any(|one| one.severity == Severity::Warning);
        assert!(is_same || is_told, "byte {}", place * step + place);
    }
    assert!(refused >= 190, "{refused}");
}
