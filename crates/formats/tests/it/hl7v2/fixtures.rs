//! Hand-written messages, read to the end.

use formats::hl7v2::Message;
use formats::hl7v2::oru::{self, FindingContent, Oru, Settings};
use model::reported::ResultStatus;

fn read(bytes: &[u8]) -> (Oru, Vec<String>) {
    let (message, problems) = Message::parse(bytes.to_vec());
    assert_eq!(problems, []);
    let (oru, problems) = oru::read(&message.unwrap(), &Settings::default());
    (oru, problems.iter().map(|p| format!("{} {}", p.place, p.code)).collect())
}

#[test]
fn pharmacogenetics_in_groups() {
    let (oru, problems) = read(include_bytes!("../../data/hl7v2/pgx-cyp2c19.hl7"));
    assert_eq!(problems, ["PID[1]-7 impossible-date", "OBX[14]-3 unknown-code"]);
    assert_eq!(oru.control_id, "A-1");
    assert_eq!(oru.processing_id, "P");
    assert_eq!(oru.message_time.unwrap().to_string(), "2026-01-12T09:30:00.000Z");
    let ids: Vec<String> = oru
        .patient
        .identifiers
        .iter()
        .map(|i| format!("{} {} {:?}", i.identifier.authority, i.identifier.value, i.kind))
        .collect();
    assert_eq!(ids, ["HOSP 200001 Some(\"MR\")", "NHS 99887766 Some(\"NH\")"]);
    assert_eq!(oru.patient.names[0].banner(), "SAMPLE, Bea Maria Zoë");
    assert_eq!(oru.patient.birth_date, None, "1970 had no 29 February");
    assert_eq!(oru.notes, ["Patient note"]);
    let [order] = oru.orders.as_slice() else { panic!() };
    assert_eq!(order.status, ResultStatus::Final);
    assert_eq!(order.placer.as_ref().unwrap().value, "P-1");
    assert_eq!(order.filler.as_ref().unwrap().authority, "LABA");
    assert_eq!(order.laboratory.as_deref(), Some("Laboratory A"));
    assert_eq!(order.notes, ["Order note one", "Order note two"]);
    assert_eq!(order.collected.unwrap().to_string(), "2026-01-07");
    assert_eq!(order.issued.unwrap().to_string(), "2026-01-12T09:25:00.000Z");
    let specimen = &order.specimens[0];
    assert_eq!(specimen.kind.words(), Some("Blood"));
    let numbers: Vec<&str> = specimen.identifiers.iter().map(|i| i.value.as_str()).collect();
    assert_eq!(numbers, ["S-1", "ACC-9"]);

    let groups: Vec<(&str, &str)> =
        order.findings.iter().map(|f| (f.sub_id.as_str(), f.place.as_str())).collect();
    let expected = [
        ("2a", "OBX[1]"),
        ("2a.a", "OBX[4]"),
        ("2b", "OBX[7]"),
        ("1", "OBX[10]"),
        ("1", "OBX[11]"),
        ("1a", "OBX[12]"),
    ];
    assert_eq!(groups, expected);
    let FindingContent::Gene(gene) = &order.findings[0].content else { panic!() };
    assert_eq!(gene.gene.as_ref().unwrap().id.as_deref(), Some("HGNC:2621"));
    assert_eq!(gene.genotype.as_deref(), Some("*2/*2"));
    assert_eq!(gene.phenotype.as_ref().unwrap().words, "Poor Metabolizer");
    assert_eq!(order.findings[0].notes, ["Two no-function alleles\nconfirmed twice"]);
    assert_eq!(order.findings[0].other[0].value, "3");
    let FindingContent::Drug(drug) = &order.findings[1].content else { panic!() };
    assert_eq!(drug.gene.as_ref().unwrap().symbol.as_deref(), Some("CYP2C19"));
    assert_eq!(drug.drug.as_ref().unwrap().code_of(model::code::system::RXNORM), Some("32968"));
    assert_eq!(drug.texts, ["Platelet inhibition may be low"]);
    let FindingContent::Study(study) = &order.findings[5].content else { panic!() };
    assert_eq!(study.genes.len(), 2);
    assert_eq!(study.region_texts, ["Targeted positions only"]);
    let FindingContent::Study(build) = &order.findings[4].content else { panic!() };
    assert_eq!(build.genome_build().unwrap().to_string(), "GRCh38");
}

#[test]
fn variants() {
    let (oru, problems) = read(include_bytes!("../../data/hl7v2/variant.hl7"));
    assert_eq!(problems, ["OBX[19]-5 placeholder-gene", "OBX[20]-5 spdi-for-hgvs"]);
    let findings = &oru.orders[0].findings;
    let FindingContent::Variant(first) = &findings[0].content else { panic!() };
    assert_eq!(first.gene.as_ref().unwrap().id.as_deref(), Some("HGNC:1100"));
    assert_eq!(first.transcript.as_deref(), Some("NM_007294.4"));
    assert_eq!(first.genomic_reference.as_deref(), Some("NC_000017.11"));
    assert_eq!(first.hgvs_coding.as_deref(), Some("NM_007294.4:c.68_69del"));
    assert_eq!(first.hgvs_protein.as_deref(), Some("p.(Glu23ValfsTer17)"));
    assert_eq!(first.significance.as_ref().unwrap().words, "Pathogenic");
    let state = first.allelic_state.as_ref().unwrap();
    assert_eq!((state.code.as_deref(), state.words.as_str()), (Some("LA6706-1"), "Heterozygous"));
    assert!((first.allele_fraction.unwrap() - 0.487).abs() < 1e-9);
    assert_eq!(first.identifiers[0].code, "17662");
    assert_eq!(first.start_end, Some((43_124_028, 43_124_029)));
    assert_eq!(first.reference_allele.as_deref(), Some("CT"));
    assert_eq!(first.alternate_allele.as_deref(), Some(""));
    assert_eq!(first.chromosome.as_deref(), Some("17"));
    let FindingContent::Variant(second) = &findings[1].content else { panic!() };
    assert_eq!(second.gene, None);
    assert_eq!(second.assessment.as_ref().unwrap().words, "No call");
    assert_eq!(second.spdi.as_deref(), Some("NC_000017.11:43106486:A:C"));
    assert_eq!(second.hgvs_coding, None);
    assert_eq!(second.significance, None, "`not specified` is no significance");
    assert!(matches!(findings[2].content, FindingContent::Study(_)));
}

#[test]
fn narrative_and_attachments_only() {
    let (oru, problems) = read(include_bytes!("../../data/hl7v2/narrative.hl7"));
    assert_eq!(
        problems,
        [
            "MSH[1]-7 no-offset",
            "OBR[1]-7 impossible-date",
            "OBR[1]-22 no-offset",
            "OBX[4]-5 damaged-document",
            "OBX[6]-5 damaged-document",
            "OBX[7]-5 other-media-type",
        ]
    );
    assert_eq!(oru.patient.birth_date.unwrap().to_string(), "1948");
    let order = &oru.orders[0];
    assert!(order.findings.is_empty() && order.other.is_empty());
    let [text] = order.texts.as_slice() else { panic!() };
    assert_eq!(
        text.text,
        "No pathogenic variant was detected\nin the genes examined.\nMethods: sequencing.\n\
         Limitations apply."
    );
    assert_eq!(text.status, ResultStatus::Preliminary, "one of its rows is preliminary");
    let documents: Vec<(&str, bool, usize)> =
        order.documents.iter().map(|d| (d.media_type.as_str(), d.damaged, d.bytes.len())).collect();
    assert_eq!(
        documents,
        [
            ("application/pdf", true, 14),
            ("application/pdf", false, 15),
            ("application/octet-stream", true, 0),
            ("application/fhir+json", false, 25),
            ("application/octet-stream", false, 0),
        ]
    );
    assert_eq!(order.documents[4].pointer.as_deref(), Some("https://images.example/1"));
    assert_eq!(order.documents[1].declared.as_deref(), Some("application/pdf"));
}

#[test]
fn a_preliminary_order_makes_none_of_its_rows_final() {
    let (oru, problems) = read(include_bytes!("../../data/hl7v2/preliminary.hl7"));
    assert_eq!(problems, [] as [&str; 0]);
    let order = &oru.orders[0];
    assert_eq!(order.status, ResultStatus::Preliminary);
    let seen: Vec<(ResultStatus, Option<&str>)> = order
        .findings
        .iter()
        .map(|f| match &f.content {
            FindingContent::Gene(g) => (f.status, g.genotype.as_deref()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        seen,
        [(ResultStatus::Preliminary, Some("*1/*17")), (ResultStatus::Cancelled, Some("*1/*1")),]
    );
}

#[test]
fn the_demonstration_message_reads_without_a_problem() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../demo/messages/oru-pgx-ana.hl7");
    let (oru, problems) = read(&std::fs::read(path).unwrap());
    assert_eq!(problems, [] as [&str; 0]);
    let id = &oru.patient.identifiers[0];
    assert_eq!(
        (id.identifier.authority.as_str(), id.kind.as_deref()),
        ("COGNATE-DEMO", Some("MR"))
    );
    let order = &oru.orders[0];
    assert_eq!(order.laboratory.as_deref(), Some("Northside Molecular Laboratory"));
    let gene = order.findings.iter().find_map(|f| match &f.content {
        FindingContent::Gene(g) => Some((f.status, g)),
        _ => None,
    });
    let (status, gene) = gene.unwrap();
    assert!(status.is_final());
    assert_eq!(gene.source_class.as_ref().unwrap().words, "Germline");
    assert_eq!(gene.genotype.as_deref(), Some("*2/*2"));
    assert_eq!(gene.phenotype.as_ref().unwrap().words, "Poor Metabolizer");
}
