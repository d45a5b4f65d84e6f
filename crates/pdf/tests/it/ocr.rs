//! Pages that are pictures, and pictures beside text: without words of their own they say nothing,
//! and what was recognised in them is marked, never sure, and never in the place of a text.

use model::Problem;
use pdf::ocr::{Recognised, RecognisedPage};
use pdf::page::Area;
use pdf::{Class, Reading};
use testkit::pdf::{
    Place, beside_picture, document, over as drawn_over, picture, report, shape, white_picture,
};

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

/// A report with a gene in its text, over a picture in this place.
fn over(place: Place) -> Vec<u8> {
    let texts = [(40.0, 380.0, "Results"), (40.0, 400.0, "KRAS p.Gly12Asp")];
    beside_picture(PERSON, &texts, place)
}

/// A word in a place, as it was recognised.
fn word(text: &str, left: f32, baseline: f32) -> Recognised {
    #[expect(clippy::cast_precision_loss, reason = "a few letters")]
    let right = left + 5.0 * text.len() as f32;
    let area = Area { left, top: baseline - 8.0, right, bottom: baseline };
    Recognised { text: text.to_owned(), area, baseline, size: 10.0, confidence: 90 }
}

#[test]
fn a_large_picture_beside_text_is_told_and_nothing_of_the_text_is_lost() {
    let told = |bytes: &[u8]| {
        let reading = pdf::read(bytes, &super::genes()).unwrap();
        let genes = reading.proposals.iter().map(|one| one.value(pdf::FieldName::Gene));
        assert_eq!(genes.collect::<Vec<_>>(), [Some("KRAS")]);
        let places = reading.problems.iter().filter(|problem| problem.code == "picture");
        let places: Vec<_> = places.map(|problem| problem.place.clone()).collect();
        assert_eq!(places.is_empty(), reading.with_pictures.is_empty());
        assert!(reading.without_text.is_empty());
        reading.with_pictures
    };
    let cases: [(&str, Place, &[u32]); 6] = [
        ("below the text", (40.0, 420.0, 500.0, 300.0), &[1]),
        ("a page with a few lines over it", (0.0, 0.0, 612.0, 792.0), &[1]),
        ("the mark of a laboratory", (450.0, 20.0, 120.0, 60.0), &[]),
        ("the ground of a line", (30.0, 385.0, 120.0, 20.0), &[]),
        ("beside the page", (700.0, 420.0, 500.0, 300.0), &[]),
        ("little of it on the page", (600.0, 420.0, 500.0, 300.0), &[]),
    ];
    for (what, place, pages) in cases {
        assert_eq!(told(&over(place)), pages, "{what}");
    }
    // A page of text has the whole page for its ground.
    let line = "A long line of words as a letter has them, one after the other, to its right edge";
    let lines: Vec<_> = (0_u8..40).map(|at| (40.0, 420.0 + 9.0 * f32::from(at), line)).collect();
    let texts = [(40.0, 380.0, "Results"), (40.0, 400.0, "KRAS p.Gly12Asp")];
    let texts = [&texts[..], &lines].concat();
    assert!(told(&beside_picture(PERSON, &texts, (0.0, 0.0, 612.0, 792.0))).is_empty());
}

#[test]
fn words_of_a_picture_stand_beside_those_of_the_text() {
    let bytes = over((40.0, 420.0, 500.0, 300.0));
    let words = vec![
        word("BRAF", 60.0, 440.0),
        word("p.Val600Glu", 90.0, 440.0),
        // Not in the picture, and in the place of a word of the file.
        word("NRAS", 60.0, 300.0),
        word("p.Gln61Arg", 90.0, 300.0),
        word("EGFR", 40.0, 400.0),
    ];
    let pages = [RecognisedPage { page: 1, words }];
    let reading = pdf::read_with(&bytes, &pages, &super::genes()).unwrap();
    let one =
        |one: &pdf::Proposal| (one.value(pdf::FieldName::Gene).unwrap().to_owned(), one.confidence);
    let mut genes: Vec<_> = reading.proposals.iter().map(one).collect();
    genes.sort();
    assert_eq!(genes, [("BRAF".to_owned(), Some(90)), ("KRAS".to_owned(), None)]);
    assert!(codes(&reading).contains(&"recognised") && !codes(&reading).contains(&"picture"));
    assert!(reading.pictured().is_empty());
    // Where nothing was recognised in the picture, it is still one that nobody has read.
    let pages = [RecognisedPage { page: 1, words: vec![word("NRAS", 60.0, 300.0)] }];
    let reading = pdf::read_with(&bytes, &pages, &super::genes()).unwrap();
    assert_eq!(reading.pictured(), [1]);
}

/// Each picture is told by itself, beside others that were read.
#[test]
fn a_picture_that_was_not_read_is_told_beside_one_that_was() {
    let pictures = [(40.0, 120.0, 500.0, 200.0), (40.0, 420.0, 500.0, 200.0)].map(white_picture);
    let texts = [(40.0, 380.0, "Results"), (40.0, 400.0, "KRAS p.Gly12Asp")];
    let bytes = drawn_over(PERSON, &texts, &pictures.concat());
    let read = |words: Vec<Recognised>| {
        let pages = [RecognisedPage { page: 1, words }];
        pdf::read_with(&bytes, &pages, &super::genes()).unwrap()
    };
    let above = word("Laboratory", 60.0, 140.0);
    let one = read(vec![above.clone()]);
    assert!(codes(&one).contains(&"recognised") && codes(&one).contains(&"picture"));
    let both = read(vec![above, word("BRAF", 60.0, 440.0)]);
    assert!(!codes(&both).contains(&"picture") && both.pictured().is_empty());
}

/// Shapes in lines from a place on, each `step` points behind the other and as large as letters.
fn shapes(count: u16, (left, top): (f32, f32), step: f32) -> String {
    let shape = |number: u16| {
        let (left, top) =
            (left + step * f32::from(number % 30), top + 2.0 * step * f32::from(number / 30));
        let (width, height) = (f32::from(4 + number % 7), f32::from(7 + number % 5));
        let corner = |corner: u16| {
            let part = f32::from(corner) / 8.0;
            (left + width * part, top + height * f32::from(corner * 5 % 9) / 8.0)
        };
        shape(&(0..9).map(corner).collect::<Vec<_>>())
    };
    (0..count).map(shape).collect()
}

#[test]
fn words_that_are_drawn_as_shapes_are_told_and_may_be_recognised() {
    let texts = [(40.0, 380.0, "Results"), (40.0, 400.0, "KRAS p.Gly12Asp")];
    let read = |drawn: &str, words: Vec<Recognised>| {
        let pages = [RecognisedPage { page: 1, words }];
        let bytes = drawn_over(PERSON, &texts, drawn);
        let reading = pdf::read_with(&bytes, &pages, &super::genes()).unwrap();
        let genes = reading.proposals.iter();
        let mut genes: Vec<_> =
            genes.map(|one| one.value(pdf::FieldName::Gene).unwrap().to_owned()).collect();
        genes.sort();
        (genes, codes(&reading).contains(&"drawn"), reading.pictured())
    };
    let kras = vec!["KRAS".to_owned()];
    let words = shapes(150, (60.0, 430.0), 14.0);
    assert_eq!(read(&words, Vec::new()), (kras.clone(), true, vec![1]));
    // The mark of a laboratory, rows of dots, and what stands beside the page.
    let cases =
        [shapes(30, (60.0, 430.0), 8.0), shapes(4, (60.0, 430.0), 14.0).repeat(40), String::new()];
    for (at, drawn) in (0..).zip(&cases) {
        assert_eq!(read(drawn, Vec::new()), (kras.clone(), false, Vec::<u32>::new()), "{at}");
    }
    let beside = shapes(150, (700.0, 430.0), 14.0);
    assert_eq!(read(&beside, Vec::new()), (kras.clone(), false, Vec::new()));
    // Between the lines of the text they are seen as well.
    let between = shapes(150, (40.0, 383.0), 9.0);
    assert_eq!(read(&between, Vec::new()), (kras.clone(), true, vec![1]));
    // What is recognised there stands beside the text, and is as unsure as in a picture.
    let found = vec![word("BRAF", 60.0, 440.0), word("p.Val600Glu", 90.0, 440.0)];
    let both = vec!["BRAF".to_owned(), "KRAS".to_owned()];
    assert_eq!(read(&words, found), (both, false, Vec::new()));
}
