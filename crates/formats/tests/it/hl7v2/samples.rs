//! The laboratories' samples, where they are present.

use formats::hl7v2::Message;
use formats::hl7v2::oru::{self, FindingContent, Oru, Settings};

pub(super) fn sample(name: &str) -> Option<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/labs/hl7v2/");
    let bytes = std::fs::read(format!("{folder}{name}")).ok();
    if bytes.is_none() {
        println!("skipped: {name} is not present");
    }
    bytes
}

/// A sample that holds observations only, in a whole message.
fn wrapped(name: &str) -> Option<Vec<u8>> {
    let mut bytes = b"MSH|^~\\&|L|N|C|D|20260112093000+0000||ORU^R01|1|P|2.5.1\r\
        PID|||7^^^HOSP^MR\rORC|RE\rOBR|1|||PANEL^Panel^L|||||||||||||||||||||F\r"
        .to_vec();
    bytes.extend(sample(name)?);
    Some(bytes)
}

fn read(bytes: Vec<u8>, under: &str) -> (Oru, Vec<String>) {
    let (message, mut problems) = Message::parse(bytes);
    let settings = Settings { accept_loinc_under: vec![under.into()], ..Settings::default() };
    let (oru, further) = oru::read(&message.unwrap(), &settings);
    problems.extend(further);
    (oru, problems.iter().map(|p| format!("{} {}", p.place, p.code)).collect())
}

#[test]
fn eight_variants_without_genes() {
    let Some(bytes) = wrapped("vcf2hl7v2-example1.txt") else { return };
    let (oru, _) = read(bytes, "UFMOLLRR");
    let order = &oru.orders[0];
    assert_eq!(order.other, []);
    let mut variants = 0;
    for finding in &order.findings {
        let FindingContent::Variant(variant) = &finding.content else { continue };
        variants += 1;
        assert!(variant.category.is_some() && variant.name.is_some(), "{}", finding.place);
        assert_eq!(variant.assessment.as_ref().unwrap().words, "Present");
        assert_eq!((&variant.gene, &variant.significance), (&None, &None));
        assert_eq!(variant.spdi, variant.name, "SPDI stands in the field of HGVS");
        assert_eq!(finding.sub_id.len(), 2);
        // Spdi counts from 0 and 81254-5 from 1.
        let spdi = variant.spdi.as_ref().unwrap();
        let position: u64 = spdi.split(':').nth(1).unwrap().parse().unwrap();
        assert_eq!(variant.start_end, Some((position + 1, position + 1)));
    }
    assert_eq!(variants, 8);
    assert_eq!(order.findings.len(), 9, "and the overall result");
    let insertion = order.findings.iter().find(|f| f.sub_id == "2c").unwrap();
    let FindingContent::Variant(insertion) = &insertion.content else { panic!() };
    assert_eq!(insertion.reference_allele.as_deref(), Some(""));
}

#[test]
fn without_the_setting_nothing_is_taken_from_a_local_system() {
    let Some(bytes) = wrapped("vcf2hl7v2-example1.txt") else { return };
    let (oru, problems) = read(bytes, "another");
    let under = |f: &&oru::Finding| matches!(f.content, FindingContent::Overall(_));
    assert_eq!(oru.orders[0].findings.iter().filter(under).count(), 0);
    let kept: usize = oru.orders[0].findings.iter().map(|f| f.other.len()).sum();
    assert_eq!(kept, 16, "gene and reference sequence of eight groups");
    assert_eq!(oru.orders[0].texts.len(), 1, "the overall result, a text row, stays text");
    assert!(problems.iter().any(|p| p.ends_with("loinc-under-other-system")));
}

#[test]
fn two_findings_with_transcripts_and_significance() {
    let Some(bytes) = wrapped("snpeff-extractor.txt") else { return };
    let (oru, _) = read(bytes, "UFMOLLRR");
    let variants: Vec<_> = oru.orders[0]
        .findings
        .iter()
        .filter_map(|f| match &f.content {
            FindingContent::Variant(v) => Some(v),
            _ => None,
        })
        .collect();
    assert_eq!(variants.len(), 2);
    for variant in variants {
        assert_eq!(variant.genomic_reference.as_deref(), Some("NC_000001.11"));
        assert!(variant.hgvs_coding.as_ref().unwrap().starts_with("ENST"));
        assert_eq!(variant.significance.as_ref().unwrap().code.as_deref(), Some("LA6675-8"));
    }
}

#[test]
fn the_manchester_order_and_report() {
    let Some(bytes) = sample("manchester-ORU_R01_PDF.txt") else { return };
    let (oru, problems) = read(bytes, "");
    let order = &oru.orders[0];
    let placer = order.placer.as_ref().unwrap();
    assert_eq!((placer.value.as_str(), placer.authority.as_str()), ("1601737", "R0A"));
    assert_eq!(oru.processing_id, "T");
    let authorities: Vec<&str> =
        oru.patient.identifiers.iter().map(|i| i.identifier.authority.as_str()).collect();
    assert_eq!(authorities, ["R0A", "NHS"]);
    let [document] = order.documents.as_slice() else { panic!() };
    assert!(document.damaged, "the attachment is a placeholder");
    assert!(problems.iter().any(|p| p.ends_with("damaged-document")));
}

#[test]
fn text_in_rows_without_a_code() {
    let Some(bytes) = sample("ORU-multiline-short-mixed.hl7") else { return };
    let (oru, _) = read(bytes, "");
    let [text] = oru.orders[0].texts.as_slice() else { panic!("{:?}", oru.orders[0]) };
    assert!(text.text.starts_with("[PII] Emergency Department\nED Encounter"), "{text:?}");
    assert_eq!(text.code.as_ref().unwrap().code, "12345");
    assert_eq!(oru.notes.len(), 1);
}

#[test]
fn literal_segment_ends_and_a_doubled_escape() {
    for name in ["sample_unix.hl7", "sample_win.hl7"] {
        let Some(bytes) = sample(name) else { return };
        let (message, problems) = Message::parse(bytes);
        let message = message.unwrap();
        let codes: Vec<&str> = problems.iter().map(|p| p.code.as_str()).collect();
        assert_eq!(codes, ["doubled-escape", "literal-segment-end"], "{name}");
        let ids: Vec<&str> = message.segments().map(|s| s.id()).collect();
        assert_eq!(ids, ["MSH", "EVN", "PID", "PV1", "OBX", "AL1", "AL1", "PRB"], "{name}");
        assert_eq!(message.value("AL1[2]-5[2]").as_deref(), Some("VOMITING"), "{name}");
        assert_eq!(message.value("PID-5.2").as_deref(), Some("JOHN"));
    }
}
