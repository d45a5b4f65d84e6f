use super::*;
use crate::vendor::finding::{Finding, FindingContent, Listed, Rearrangement};
use crate::vendor::read as read_any;
use model::tumor::ReportedClass;
use model::variant::GenomeBuild;

const REPORT: &str = include_str!("../../../tests/data/vendor/tempus.json");

fn read_text(text: &str) -> (VendorReport, Vec<(String, String)>) {
    let (report, problems) = read_any(text.as_bytes(), None);
    let problems = problems.into_iter().map(|problem| (problem.code, problem.place)).collect();
    (report.unwrap(), problems)
}

fn of<'r>(report: &'r VendorReport, gene: &str) -> &'r Finding {
    report.findings.iter().find(|found| found.gene == gene).unwrap()
}

#[test]
fn a_report_whole() {
    let (report, problems) = read_text(REPORT);
    assert_eq!(report.laboratory, Laboratory::Tempus);
    assert_eq!((report.number.as_deref(), report.status), (Some("TR-42"), ResultStatus::Final));
    assert_eq!(report.issued.unwrap().to_string(), "2024-03-15T20:47:43.000Z");
    assert_eq!(report.order.as_deref(), Some("ORD-77"));
    let numbers = [("4711", "200001"), ("tempus", "t-1")];
    let numbers = numbers.map(|(of, number)| (of.to_owned(), number.to_owned()));
    assert_eq!(report.patient.identifiers, numbers);
    assert_eq!(report.patient.names[0].given, ["Mira", "Lou"]);
    assert_eq!(report.specimen.origin, Origin::Somatic);
    assert_eq!(report.specimen.tumor_percent, Some(40.0));
    assert_eq!(report.specimen.raw_path, "/specimens/0");
    assert_eq!(report.run.matched_normal, Some(true));
    assert_eq!(report.run.build, Some(GenomeBuild::GRCh37));
    assert_eq!(
        report.run.statements,
        [
            "Limited tissue",
            "Low coverage: STK11 exon 1",
            "Percentile of the tumour mutational burden: 96"
        ]
    );
    let measures: Vec<_> = report
        .measures
        .iter()
        .map(|one| (one.name.as_str(), one.value, one.level.as_deref()))
        .collect();
    assert_eq!(measures, [("tmb", Some(24.1), None), ("msi", None, Some("stable"))]);
    assert_eq!(
        problems,
        [
            ("not-read", "/results/newThing"),
            // 0.38: percent, or a fraction?
            ("bad-position", "/results/somaticBiologicallyRelevantVariants/0"),
            ("unit-not-clear", "/results/somaticBiologicallyRelevantVariants/0/allelicFraction"),
            ("called-two-ways", "/results/inheritedVariantsOfUnknownSignificance/values/0"),
        ]
        .map(|(code, place)| (code.to_owned(), place.to_owned()))
    );
}

#[test]
fn findings_with_their_places() {
    let (report, _) = read_text(REPORT);
    let found: Vec<_> = report
        .findings
        .iter()
        .map(|found| (found.gene.as_str(), found.origin.as_str(), found.listed))
        .collect();
    assert_eq!(
        found,
        [
            ("BRAF", "somatic", Listed::Reported),
            ("MET", "somatic", Listed::Reported),
            ("TP53", "somatic", Listed::Reported),
            ("EML4", "somatic", Listed::Reported),
            ("BRCA2", "germline", Listed::Reported),
            ("KMT2C", "somatic", Listed::Uncertain),
            ("ATM", "germline", Listed::Uncertain),
            ("KRAS", "", Listed::Reported),
        ]
    );
    let braf = of(&report, "BRAF");
    assert_eq!(braf.raw_path, "/results/somaticPotentiallyActionableMutations/0/variants/0");
    let FindingContent::Short(short) = &braf.content else { panic!("{braf:?}") };
    assert_eq!(short.coding.as_deref(), Some("c.1799T>A"));
    assert_eq!(short.protein.as_deref(), Some("p.Val600Glu"));
    assert_eq!(short.genomic.as_deref(), Some("140453136A>T"));
    assert_eq!(short.effect.as_deref(), Some("missense"));
    assert_eq!((short.allele_fraction, short.depth), (Some(0.3868), Some(711)));
    let FindingContent::Short(short) = &of(&report, "TP53").content else { panic!() };
    assert_eq!((short.protein.as_deref(), short.allele_fraction), (None, None));
    let FindingContent::Copy(copies) = &of(&report, "MET").content else { panic!() };
    assert_eq!((copies.class.as_str(), copies.copies), ("amplification", Some(8.0)));
    assert_eq!(
        of(&report, "EML4").content,
        FindingContent::Rearrangement(Rearrangement {
            partner: Some("ALK".to_owned()),
            ordered: true,
            kind: Some("Chromosomal rearrangement".to_owned()),
            breakpoints: vec!["chr2:42522694-chr2:29448093".to_owned()],
            supporting_reads: Some(12),
            ..Rearrangement::default()
        })
    );
    // The list of unknown significance has it again.
    let brca = of(&report, "BRCA2");
    assert_eq!(brca.significance.as_deref(), Some("Pathogenic"));
    assert_eq!(brca.also_at, ["/results/inheritedVariantsOfUnknownSignificance/values/0"]);
    let FindingContent::Short(short) = &brca.content else { panic!() };
    assert_eq!(short.genomic.as_deref(), Some("32914438del"));
    assert_eq!(of(&report, "KRAS").content, FindingContent::Negative(vec![ReportedClass::Short]));
    assert_eq!(report.quotes[0].text, "Dabrafenib (response)");
}

#[test]
fn what_a_report_does_not_say_is_not_made_up() {
    // Without a build a position says nothing of the chromosome.
    let (report, problems) = read_text(&REPORT.replace(", \"referenceGenome\": \"GRCh37\"", ""));
    let FindingContent::Short(short) = &of(&report, "BRAF").content else { panic!() };
    assert_eq!((report.run.build, short.genomic.as_deref()), (None, None));
    assert_eq!(short.position, Some(140_453_136));
    assert!(problems.iter().any(|(code, _)| code == "no-build"));
    for (from, to, status) in [
        ("signoutDate", "signoutHour", ResultStatus::Preliminary),
        ("\"notes\": \"Limited", "\"reportStatus\": \"Amended", ResultStatus::Amended),
        ("\"notes\": \"Limited tissue\"", "\"version\": 2", ResultStatus::Amended),
    ] {
        assert_eq!(read_text(&REPORT.replace(from, to)).0.status, status, "{to}");
    }
    let plasma = read_text(&REPORT.replace("\"xT\"", "\"xF\"")).0;
    assert_eq!(plasma.specimen.origin, Origin::CirculatingDna);
    // There a share below one in a hundred is usual.
    let FindingContent::Short(short) = &of(&plasma, "TP53").content else { panic!() };
    assert_eq!(short.allele_fraction, Some(0.0038));
    let only_normal = read_text(
        &REPORT.replace("\"sampleCategory\": \"tumor\"", "\"sampleCategory\": \"normal\""),
    )
    .0;
    assert_eq!(
        (only_normal.specimen.origin, only_normal.run.matched_normal),
        (Origin::Germline, Some(false))
    );
}

#[test]
fn hostile_files_give_problems_and_no_report() {
    let deep = format!("{}1{}", "{\"results\":".repeat(100), "}".repeat(100));
    for (text, code) in [
        ("{", "bad-json"),
        ("{\"results\": {}, \"results\": {}}", "duplicate-key"),
        (deep.as_str(), "too-deep"),
        ("{\"a\": 1}", "unknown-format"),
        ("{\"patient\": {\"tempusId\": \"t\"}}", "no-report"),
    ] {
        let (report, problems) = read_any(text.as_bytes(), None);
        assert!(report.is_none(), "{text}");
        assert_eq!(problems[0].code, code, "{text}: {problems:?}");
    }
    // Types that nobody expects are passed over, not a crash.
    for text in [
        "{\"results\": {\"inheritedRelevantVariants\": 7, \"fusionVariants\": [[1], null, \"x\"]}}",
        "{\"results\": {\"somaticVariantsOfUnknownSignificance\": [{\"gene\": {\"a\": 1}}]}}",
    ] {
        assert!(read_any(text.as_bytes(), None).0.is_some(), "{text}");
    }
}
