//! Pages that are pictures: without words of their own they say nothing, and what was recognised in
//! them is marked, never sure, and never on a page that has a text.

use model::Problem;
use pdf::ocr::{Recognised, RecognisedPage};
use pdf::page::Area;
use pdf::{Class, Reading};
use testkit::pdf::{document, picture, report};

const PERSON: (&str, &str, &str) = ("Ana Example", "1970-03-04", "100");

/// A white page of a hundred points by fifty, in as many dots.
fn image_only() -> Vec<u8> {
    picture((612.0, 792.0), (100, 50), &[u8::MAX; 5000])
}

fn codes(reading: &Reading) -> Vec<&str> {
    reading.problems.iter().map(|problem| problem.code.as_str()).collect()
}

/// The words of a report about a person, recognised with this confidence of its finding.
fn words(confidence: u8) -> Vec<Recognised> {
    let lines = [
        (40.0, "Patient Name: Ana Example"),
        (60.0, "Date of Birth: 1970-03-04"),
        (80.0, "Specimen Type: Block"),
        (100.0, "Report Date: 2026-01-12"),
        (130.0, "Results"),
        (160.0, "BRAF p.Val600Glu"),
    ];
    let mut words = Vec::new();
    for (baseline, line) in lines {
        let mut left = 40.0;
        for text in line.split(' ') {
            #[expect(clippy::cast_precision_loss, reason = "a few letters")]
            let right = left + 5.0 * text.len() as f32;
            let sure = if text.starts_with("p.") { confidence } else { 95 };
            words.push(Recognised {
                text: text.to_owned(),
                area: Area { left, top: baseline - 8.0, right, bottom: baseline },
                baseline,
                size: 10.0,
                confidence: sure,
            });
            left = right + 4.0;
        }
    }
    words
}

fn with(bytes: &[u8], confidence: u8) -> Reading {
    let pages = [RecognisedPage { page: 1, words: words(confidence) }];
    pdf::read_with(bytes, &pages, &super::genes()).unwrap()
}

#[test]
fn a_page_that_is_a_picture_has_no_text_and_is_not_computable() {
    let reading = pdf::read(&image_only(), &super::genes()).unwrap();
    assert_eq!((reading.class, reading.without_text.as_slice()), (Class::NotAReport, &[1][..]));
    assert!(reading.proposals.is_empty() && reading.denied.is_empty());
    let told = |problem: &Problem| {
        problem.code == "no-text" && problem.text.starts_with("no text; not computable")
    };
    assert!(reading.problems.iter().any(told), "{:?}", reading.problems);
}

#[test]
fn what_was_recognised_is_marked_with_its_least_sure_word() {
    let reading = with(&image_only(), 88);
    assert_eq!((reading.class, reading.without_text.len()), (Class::Report, 0));
    let [proposal] = reading.proposals.as_slice() else { panic!("{:?}", reading.problems) };
    assert_eq!(proposal.confidence, Some(88));
    let protein = proposal.field(pdf::FieldName::Protein).unwrap();
    assert_eq!(protein.value.as_deref(), Some("p.Val600Glu"));
    assert!((protein.area.bottom - 160.0).abs() < 0.1, "{:?}", protein.area);
    assert!(codes(&reading).contains(&"recognised") && !codes(&reading).contains(&"no-text"));
}

#[test]
fn what_nobody_is_sure_of_is_told_and_not_proposed() {
    let reading = with(&image_only(), pdf::ocr::CONFIDENCE_MIN - 1);
    assert_eq!(reading.proposals, []);
    assert!(codes(&reading).contains(&"low-confidence"), "{:?}", reading.problems);
    assert_eq!(with(&image_only(), pdf::ocr::CONFIDENCE_MIN).proposals.len(), 1);
}

#[test]
fn a_page_with_text_is_read_from_its_text_alone() {
    let own = report(PERSON, &[(40.0, 100.0, "Results"), (40.0, 120.0, "KRAS p.Gly12Asp")]);
    let reading = with(&own, 95);
    let one =
        |one: &pdf::Proposal| (one.value(pdf::FieldName::Gene).map(str::to_owned), one.confidence);
    let genes: Vec<_> = reading.proposals.iter().map(one).collect();
    assert_eq!(genes, [(Some("KRAS".to_owned()), None)]);
    assert!(reading.without_text.is_empty() && !codes(&reading).contains(&"recognised"));
}

#[test]
fn a_page_is_drawn_as_dots_of_its_size_for_a_recogniser() {
    let dark = picture((100.0, 50.0), (2, 1), &[0, u8::MAX]);
    let raster = pdf::raster(&dark, 1).unwrap();
    assert_eq!((raster.width, raster.height, raster.dots_per_inch()), (416, 208, 300));
    let drawn = raster.picture().unwrap();
    let dots = drawn.strip_prefix(b"P5\n416 208\n255\n".as_slice()).unwrap();
    // The left half is black, the right half white.
    let middle = &dots[416 * 100..416 * 101];
    assert!(
        middle[..150].iter().all(|dot| *dot < 10) && middle[280..].iter().all(|dot| *dot > 245)
    );
    assert!(pdf::raster(&document(&[Vec::new()]), 2).is_err());
}
