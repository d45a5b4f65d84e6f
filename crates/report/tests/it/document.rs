//! What the document says, and that it is one that everybody can read.

#![cfg(feature = "pdf")]

use crate::reader::{flat, holds, pages};
use crate::sample;
use report::pdf;

#[test]
fn it_is_a_tagged_document_with_title_and_language() {
    let bytes = pdf(&sample::full()).unwrap();
    assert!(bytes.starts_with(b"%PDF-1.7"));
    for text in [
        "<pdfuaid:part>1</pdfuaid:part>",
        "/StructTreeRoot",
        "/Marked true",
        "/DisplayDocTitle true",
        "/Lang(en)",
        "Pharmacogenomic report: EXAMPLE",
        "<xmp:CreateDate>2026-11-22T00:00:00+00:00</xmp:CreateDate>",
    ] {
        assert!(holds(&bytes, text), "{text}");
    }
}

#[test]
fn the_same_view_gives_the_same_bytes() {
    let first = pdf(&sample::full()).unwrap();
    let other = pdf(&sample::of_file()).unwrap();
    assert_eq!(first, pdf(&sample::full()).unwrap());
    assert_ne!(first, other);
}

#[test]
fn it_says_what_the_view_says() {
    let Some(pages) = pages("full", &pdf(&sample::full()).unwrap()) else { return };
    let text = flat(&pages.join("\n"));
    for expected in [
        "EXAMPLE, Ana Łucja",
        "02-Apr-1961 (65y)",
        "MRN-00123 (urn:example:mrn)",
        "Labor Beispiel, Musterstadt",
        "Amended: NUDT15 was called before; the call is withdrawn",
        "CYP2C19 *2/*2, Poor Metabolizer",
        "Do not use · CPIC · Acute coronary syndrome or PCI · strong [1]",
        "Instead: prasugrel, ticagrelor",
        "Lower the dose by 50 to 75 %",
        "NUDT15 tested, not callable",
        "Test first: NUDT15. Both genes decide the starting dose.",
        "CYP2D6 *1/*4, genotype: Normal Metabolizer; clinical: Poor Metabolizer with paroxetine",
        "With other medicines: start low and raise the dose slowly",
        "CYP2D6: Normal by genotype; Intermediate with paroxetine",
        "The loaded knowledge says nothing about genes for this medicine",
        "Activity score 1.25",
        "6 of 43 positions tested",
        "Recommended positions not tested: rs1800462",
        "Alleles not excluded: *2, *4, *6",
        "Failed a filter: rs1142345",
        "Research calls: not for prescribing",
        "Not tested is not normal",
        "PMID 35034351",
        &"a1b2c3d4".repeat(8),
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    assert!(text.contains("DPYD not tested"), "{text}");
    assert!(!text.contains("#strong") && !text.contains("kind"), "markup or data: {text}");
}

#[test]
fn results_of_unusual_kinds_are_whole() {
    let Some(pages) = pages("rare", &pdf(&sample::rare()).unwrap()) else { return };
    let text = flat(&pages.join("\n"));
    for expected in [
        "DPYD c.1129-5923C>G, c.1236G>A (HapB3) + c.2846A>T, Intermediate Metabolizer",
        "(17 of 18 positions tested; not excluded: Intermediate Metabolizer)",
        "Alleles not excluded: *3C; would be Intermediate Metabolizer",
        "Taken as reference from the base before alone: rs746071566",
        "Also possible, by fewer named positions: *3/*59",
        "Bases that no allele has: rs9332239 C>G",
        "Strands: not known which variants lie on one strand",
        "Activity score 1.0 or 0.5",
        "*15:02 negative; *57:01 positive; *58:01 negative",
        "CYP2D6 not known: the genotypes allow a call for research only",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
}

#[test]
fn every_page_says_by_what_and_about_whom() {
    for (name, report, whom) in [
        ("person", sample::full(), "EXAMPLE, Ana Łucja · born 02-Apr-1961 · ID MRN-00123"),
        ("file", sample::of_file(), "Sample NA00001"),
    ] {
        let Some(pages) = pages(name, &pdf(&report).unwrap()) else { return };
        assert!(pages.len() > 1);
        for (at, page) in pages.iter().enumerate() {
            let text = flat(page);
            for expected in [
                "Pack pgx 0.7.3 of 01-Oct-2026 · engine pgx 0.1.0",
                &format!("Page {} of {}", at + 1, pages.len()),
                "Printed 22-Nov-2026",
                whom,
            ] {
                assert!(text.contains(expected), "{name}, page {}: {expected}\n{text}", at + 1);
            }
        }
    }
}

#[test]
fn a_list_that_is_not_there_is_no_empty_list() {
    let empty = sample::report_of(sample::person(), &[], &[], Some(&[]));
    let Some(empty) = pages("empty", &pdf(&empty).unwrap()) else { return };
    let Some(absent) = pages("absent", &pdf(&sample::of_file()).unwrap()) else { return };
    let (empty, absent) = (flat(&empty.join("\n")), flat(&absent.join("\n")));
    assert!(empty.contains("no current medicine is recorded"), "{empty}");
    assert!(empty.contains("No gene result: not tested."), "{empty}");
    assert!(absent.contains("Medication list not available."), "{absent}");
    assert!(!absent.contains("no current medicine"), "{absent}");
}
