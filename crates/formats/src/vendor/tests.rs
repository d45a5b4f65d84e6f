//! What holds of every adapter, whatever the bytes.

use super::*;
use model::problem::first_error;
use proptest::prelude::*;

const FILES: [&[u8]; 7] = [
    include_bytes!("../../tests/data/vendor/foundation.xml"),
    include_bytes!("../../tests/data/vendor/tempus.json"),
    include_bytes!("../../tests/data/vendor/caris.json"),
    include_bytes!("../../tests/data/vendor/caris.xml"),
    include_bytes!("../../tests/data/vendor/qiagen.xml"),
    include_bytes!("../../tests/data/vendor/guardant.csv"),
    include_bytes!("../../tests/data/vendor/study.maf"),
];

/// No report without a reason, no finding without its place.
fn holds(bytes: &[u8]) {
    let (report, problems) = read(bytes, Some("S1"));
    let Some(report) = report else {
        assert!(first_error(&problems).is_some(), "no report and no reason");
        return;
    };
    assert!(report.findings.iter().all(|found| !found.raw_path.is_empty()));
    assert!(report.measures.iter().all(|one| !one.raw_path.is_empty()));
    let fractions = report.findings.iter().filter_map(|found| match &found.content {
        FindingContent::Short(short) => short.allele_fraction,
        _ => None,
    });
    assert!(fractions.into_iter().all(|share| (0.0..=1.0).contains(&share)));
}

proptest! {
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        holds(&bytes);
    }

    #[test]
    fn files_with_pieces_missing_repeated_or_replaced(
        file in 0..FILES.len(),
        (from, length) in (any::<prop::sample::Index>(), 0..60_usize),
        put in prop::sample::select(vec!["", "\"", "<", "}", ",", "null", "-1e999", "\u{0}", "é"]),
    ) {
        let bytes = FILES[file];
        let from = from.index(bytes.len());
        let to = (from + length).min(bytes.len());
        holds(&[&bytes[..from], put.as_bytes(), &bytes[to..]].concat());
        holds(&[&bytes[..to], &bytes[from..]].concat());
    }
}

#[test]
fn a_file_is_known_by_its_content() {
    use Laboratory::{Caris, FoundationMedicine, Guardant, Maf, Qiagen, Tempus};
    let laboratories = [FoundationMedicine, Tempus, Caris, Caris, Qiagen, Guardant, Maf];
    for (bytes, laboratory) in FILES.into_iter().zip(laboratories) {
        let with_mark = [b"\xEF\xBB\xBF", bytes].concat();
        for bytes in [bytes, with_mark.as_slice()] {
            let report = read(bytes, Some("S1")).0.unwrap();
            assert_eq!(report.laboratory, laboratory);
        }
    }
    for (bytes, notation) in [
        (&b"{\"resourceType\": \"Patient\"}"[..], None),
        (b"gene,x\nKRAS,1\n", None),
        (b"MSH|^~\\&|", None),
        (b"", None),
        (b" \n{\"a\": 1}", Some(Notation::Json)),
        (b"<a/>", Some(Notation::Xml)),
    ] {
        assert_eq!(Notation::of(bytes), notation);
        assert!(read(bytes, None).0.is_none());
    }
}
