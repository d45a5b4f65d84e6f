use super::*;
use crate::vendor::finding::{Listed, Rearrangement, Strand};
use crate::vendor::report::QuoteKind;
use crate::xml::Limits;
use model::patient::Sex;
use std::io::Read;
use std::path::PathBuf;

const REPORT: &str = include_str!("../../../tests/data/vendor/foundation.xml");

fn read_text(text: &str) -> (VendorReport, Vec<(String, String)>) {
    let document = Document::read(text.as_bytes(), &Limits::default()).unwrap();
    assert!(is_foundation(&document));
    let (report, problems) = read(&document);
    let problems = problems.into_iter().map(|problem| (problem.code, problem.place)).collect();
    (report.unwrap(), problems)
}

fn codes(problems: &[(String, String)]) -> Vec<&str> {
    problems.iter().map(|(code, _)| code.as_str()).collect()
}

fn of<'r>(report: &'r VendorReport, gene: &str) -> &'r Finding {
    report.findings.iter().find(|found| found.gene == gene).unwrap()
}

#[test]
fn a_report_whole() {
    let (report, problems) = read_text(REPORT);
    assert_eq!(report.number.as_deref(), Some("TRF000042"));
    assert_eq!((report.version, report.status), (Some(1), ResultStatus::Final));
    assert_eq!(report.order.as_deref(), Some("ORD-77"));
    assert_eq!(report.signed_on.unwrap().to_string(), "2024-03-15");
    assert_eq!(report.signed_by, ["A Pathologist, M.D."]);
    assert_eq!(report.patient.identifiers, [("4711".to_owned(), "200001".to_owned())]);
    assert_eq!(report.patient.names[0].given, ["Mira", "Lou"]);
    assert_eq!(report.patient.sex, Sex::Female);
    assert_eq!(report.specimen.collected.unwrap().to_string(), "2024-03-01");
    assert_eq!(
        (report.specimen.tumor_percent, report.specimen.origin),
        (Some(40.0), Origin::Somatic)
    );
    assert_eq!(report.run.panel.as_deref(), Some("CLINICAL-T7 T7"));
    assert_eq!((report.run.build, report.run.depth), (Some(GenomeBuild::GRCh37), Some(812.5)));
    assert_eq!(report.run.quality.as_deref(), Some("Pass"));
    assert_eq!(report.documents[0].bytes, b"%PDF-1.4");
    let path = "/ResultsReport/ResultsPayload/variant-report/short-variants/short-variant";
    assert_eq!(
        problems,
        [
            ("not-read".into(), "/ResultsReport/ResultsPayload/variant-report/new-thing".into()),
            (
                "called-two-ways".to_owned(),
                "/ResultsReport/ResultsPayload/FinalReport/VariantProperties/VariantProperty[2]"
                    .to_owned()
            ),
            ("repeated".into(), format!("{path}[3]")),
            ("bad-position".into(), format!("{path}[5]")),
            ("fraction-contradiction".into(), format!("{path}[5]")),
            ("not-signed".into(), format!("{path}[4]")),
        ]
    );
}

#[test]
fn calls_with_their_places() {
    let (report, _) = read_text(REPORT);
    let found: Vec<(&str, Listed)> =
        report.findings.iter().map(|found| (found.gene.as_str(), found.listed)).collect();
    assert_eq!(
        found,
        [
            ("KRAS", Listed::Reported),
            ("BRAF", Listed::Reported),
            ("MLL3", Listed::Uncertain),
            ("TP53", Listed::DataOnly),
            ("SUZ12", Listed::DataOnly),
            ("MET", Listed::Reported),
            ("NF1", Listed::DataOnly),
            // In the signed part only.
            ("ALK", Listed::Reported),
        ]
    );
    let braf = of(&report, "BRAF");
    assert!(braf.subclonal && !braf.equivocal);
    let FindingContent::Short(short) = &braf.content else { panic!("{braf:?}") };
    assert_eq!(short.coding.as_deref(), Some("c.1799T>A"));
    assert_eq!(short.protein.as_deref(), Some("p.V600E"));
    assert_eq!(short.genomic.as_deref(), Some("140453136A>T"));
    assert_eq!((short.strand, short.position), (Some(Strand::Reverse), Some(140_453_136)));
    assert_eq!((short.allele_fraction, short.depth), (Some(0.3868), Some(711)));
    assert_eq!(of(&report, "MLL3").also_at.len(), 2);
    let FindingContent::Short(short) = &of(&report, "TP53").content else { panic!() };
    assert_eq!((short.protein.as_deref(), short.allele_fraction), (None, Some(0.38)));
    assert_eq!(short.chromosome.as_deref(), Some("chr17"));
    assert_eq!(short.genomic.as_deref(), Some("7578555C>T"));
    let met = of(&report, "MET");
    assert!(met.equivocal);
    let FindingContent::Copy(copies) = &met.content else { panic!() };
    assert_eq!(
        (copies.class.as_str(), copies.copies, copies.ratio),
        ("amplification", Some(6.0), Some(2.17))
    );
    let FindingContent::Rearrangement(broken) = &of(&report, "NF1").content else { panic!() };
    assert_eq!((broken.partner.as_deref(), broken.in_frame), (None, None));
    assert_eq!(broken.breakpoints, ["chr17:29557687-29887856", "chr6:66426718-66427149"]);
    assert_eq!(
        of(&report, "ALK").content,
        FindingContent::Rearrangement(Rearrangement {
            partner: Some("EML4".to_owned()),
            kind: Some("EML4-ALK fusion".to_owned()),
            from_text: true,
            ..Rearrangement::default()
        })
    );
    assert_eq!(of(&report, "KRAS").content, FindingContent::Negative(vec![ReportedClass::Short]));
    let measures: Vec<_> = report
        .measures
        .iter()
        .map(|one| (one.name.as_str(), one.value, one.level.as_deref()))
        .collect();
    assert_eq!(
        measures,
        [
            ("msi", None, Some("MSS")),
            ("tmb", Some(24.1), Some("high")),
            ("ebv", None, Some("positive"))
        ]
    );
}

#[test]
fn therapies_and_trials_are_quoted_with_what_was_left_out() {
    let (report, _) = read_text(REPORT);
    let quotes: Vec<_> = report
        .quotes
        .iter()
        .map(|quote| (quote.kind, quote.finding.as_str(), quote.text.as_str(), quote.left_out))
        .collect();
    assert_eq!(
        quotes,
        [
            (
                QuoteKind::Interpretation,
                "BRAF V600E",
                "Words of the laboratory on this finding.",
                false
            ),
            (QuoteKind::Therapy, "BRAF V600E", "Dabrafenib (sensitizing)", false),
            (QuoteKind::Therapy, "BRAF V600E", "Other (sensitizing)", true),
            (QuoteKind::Trial, "BRAF V600E", "NCT00000001 A trial", false),
        ]
    );
}

#[test]
fn how_final_a_report_is() {
    let unsigned = REPORT.replace("Signatures", "Scribbles");
    let amended = REPORT.replace(
        "<Amendmends/>",
        "<Amendmends><Amendmend comment=\"MET removed\" modifiedDts=\"2024-04-01 10:00\"/>\
         </Amendmends>",
    );
    let second = REPORT.replace("<Version>1<", "<Version>2<");
    for (text, status, amendments) in [
        (REPORT, ResultStatus::Final, 0),
        (unsigned.as_str(), ResultStatus::Preliminary, 0),
        (amended.as_str(), ResultStatus::Amended, 1),
        (second.as_str(), ResultStatus::Amended, 0),
    ] {
        let (report, _) = read_text(text);
        assert_eq!((report.status, report.amendments.len()), (status, amendments));
    }
    let (report, _) = read_text(&amended);
    assert_eq!(report.amendments[0].text, "MET removed");
    assert_eq!(report.amendments[0].on.unwrap().to_string(), "2024-04-01");
}

#[test]
fn what_contradicts_itself_is_told() {
    for (from, to, code) in [
        ("<SpecSite>Lung<", "<SpecSite>Blood<", "specimen-contradiction"),
        ("<CollDate>2024-03-01<", "<CollDate>2025-03-01<", "time-contradiction"),
        ("<value>24.1 Muts/Mb<", "<value>2.1 Muts/Mb<", "measure-contradiction"),
        ("variantName=\"TMB-High\"", "variantName=\"TMB-Low\"", "measure-contradiction"),
        ("allele-fraction=\"0.3868\"", "allele-fraction=\"38.68\"", "bad-number"),
        ("<Version>1<", "<Version>one<", "bad-version"),
        ("JVBERi0xLjQ=", "JVBE", "damaged-document"),
        ("gene=\"SUZ12\"", "", "no-gene"),
    ] {
        let (_, before) = read_text(REPORT);
        let (_, problems) = read_text(&REPORT.replace(from, to));
        let count = |problems: &[(String, String)]| {
            codes(problems).iter().filter(|found| **found == code).count()
        };
        assert!(count(&problems) > count(&before), "{code}: {problems:?}");
    }
    // Numbers of two patients in one file: both are there, so that nobody is matched for sure.
    let (report, _) = read_text(&REPORT.replacen("200001", "200002", 1));
    assert_eq!(report.patient.identifiers.len(), 2);
    let empty =
        "<r:ResultsReport xmlns:r=\"http://integration.foundationmedicine.com/reporting\"/>";
    let document = Document::read(empty.as_bytes(), &Limits::default()).unwrap();
    let (report, problems) = read(&document);
    assert!(report.is_none() && problems[0].code == "no-report");
}

/// The laboratory's own sample, when it is at hand.
#[test]
fn the_laboratorys_sample_is_read_whole() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("../../../shared/data/labs/vendor/foundation-sample.xml.gz");
    let Ok(packed) = std::fs::read(path) else {
        println!("skipped: the laboratory's sample is not at hand");
        return;
    };
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(packed.as_slice()).read_to_string(&mut text).unwrap();
    let (report, problems) = read_text(&text);
    let count = |is: fn(&FindingContent) -> bool| -> usize {
        let found = report.findings.iter().filter(|found| is(&found.content));
        found
            .map(|found| {
                1 + found.also_at.iter().filter(|at| at.contains("variant-report")).count()
            })
            .sum()
    };
    assert_eq!(count(|content| matches!(content, FindingContent::Short(_))), 48);
    assert_eq!(count(|content| matches!(content, FindingContent::Copy(_))), 5);
    assert_eq!(count(|content| matches!(content, FindingContent::Rearrangement(_))), 1);
    assert_eq!(report.run.quality.as_deref(), Some("Qualified"));
    let measures: Vec<_> = report
        .measures
        .iter()
        .map(|one| (one.name.as_str(), one.value, one.level.as_deref()))
        .collect();
    assert_eq!(measures, [("msi", None, Some("MSS")), ("tmb", Some(0.73), Some("low"))]);
    let braf = of(&report, "BRAF");
    assert_eq!(braf.listed, Listed::DataOnly);
    let FindingContent::Short(short) = &braf.content else { panic!() };
    assert_eq!(short.genomic.as_deref(), Some("140453136A>T"));
    // Three findings are signed, and eight of unknown significance.
    let listed = |wanted: Listed| report.findings.iter().filter(|f| f.listed == wanted).count();
    assert_eq!((listed(Listed::Reported), listed(Listed::Uncertain)), (3, 8));
    let told: Vec<&str> = codes(&problems);
    assert!(told.contains(&"specimen-contradiction") && told.contains(&"repeated"), "{told:?}");
    assert!(!told.contains(&"not-read") && !told.contains(&"bad-position"), "{problems:?}");
    assert!(report.documents[0].bytes.starts_with(b"%PDF") && !report.documents[0].damaged);
}
