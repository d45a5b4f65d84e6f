//! Each ends in an error with its place, or in a documented choice, within bounded memory.

use super::*;

const GOOD: &str = "chr10 94781859 . G A . . . GT 0/1 0/0";

#[test]
fn bounds_hold_at_the_limit_and_break_one_past_it() {
    let text = file(2, &[GOOD, "chr10 94781859 . G A,T . . . GT 0/1 0/0"]);
    let longest = text.lines().map(str::len).max().unwrap();
    let exact = CohortLimits {
        records: 2,
        line_bytes: longest,
        header_lines: 14,
        samples: 2,
        kept: 2,
        alternates: 2,
        allele_bytes: 5,
        cell_bytes_in_memory: 0,
        cell_bytes: 32,
    };
    let (cohort, problems) = read_with(text.as_bytes(), &with(exact));
    assert!(cohort.is_some(), "{problems:?}");
    for (limits, line) in [
        (CohortLimits { records: 1, ..exact }, 16),
        (CohortLimits { line_bytes: longest - 1, ..exact }, 11),
        (CohortLimits { header_lines: 13, ..exact }, 14),
        (CohortLimits { samples: 1, ..exact }, 14),
        (CohortLimits { kept: 1, ..exact }, 16),
        (CohortLimits { alternates: 1, ..exact }, 16),
        (CohortLimits { allele_bytes: 4, ..exact }, 16),
        (CohortLimits { cell_bytes: 31, ..exact }, 16),
    ] {
        let expected = ("limit".to_owned(), format!("line {line}"));
        assert_eq!(refused(text.as_bytes(), &with(limits)), expected, "{limits:?}");
    }
}

#[test]
fn the_header_has_a_bound_in_bytes() {
    let line = format!("##x={}\n", "y".repeat(4 * 1024 * 1024));
    let text = format!("##fileformat=VCFv4.2\n{}", line.repeat(16));
    let settings = CohortSettings::default();
    assert_eq!(refused(text.as_bytes(), &settings), ("limit".into(), "line 17".into()));
}

#[test]
fn a_million_samples_are_read_and_one_line_of_them() {
    let samples = 1_000_000;
    let text =
        file(samples, &[&format!("chr10 94781859 . G A . . . GT{}", " 0/1".repeat(samples))]);
    let cohort = good(&text);
    assert_eq!((cohort.samples.len(), cohort.chunk_count()), (samples, 489));
    assert_eq!(cohort.chunk(488).unwrap().cells(575), [cell(0, 1, 0)]);
    assert_eq!(cohort.chunk(488).unwrap().cells(576), []);
}

#[test]
fn more_or_fewer_columns_than_names_are_an_error() {
    for texts in ["", " 0/1", " 0/1 0/0 0/0", " 0/1 0/0 ", " ", "  "] {
        let text = file(2, &[GOOD, &format!("chr10 94781859 . G A . . . GT{texts}")]);
        let expected = ("malformed-record".to_owned(), "line 16".to_owned());
        assert_eq!(refused(text.as_bytes(), &CohortSettings::default()), expected, "{texts:?}");
    }
}

#[test]
fn nonsense_in_a_record_is_an_error_with_its_line_and_column() {
    for record in [
        "chr10 94781859 . G A . . . GT 0/1 0/2",
        "chr10 94781859 . G A . . . GT 0/1 0/65536",
        "chr10 94781859 . G A . . . GT 0/1 0/x",
        "chr10 94781859 . G A . . . GT 0/1 0\0/1",
        "chr10 94781859 . G A . . . GT 0/1 -1/0",
        "chr10 94781859 . G A . . . GT 0/1 0/1/0/1/0/1/0/1/0/1/0/1/0/1/0/1/0",
    ] {
        let (cohort, problems) =
            read_with(file(2, &[GOOD, record]).as_bytes(), &CohortSettings::default());
        assert!(cohort.is_none(), "{record}");
        assert_eq!(
            (problems[0].code.as_str(), problems[0].place.as_str()),
            ("malformed-record", "line 16")
        );
        assert!(problems[0].text.starts_with("sample column 2: "), "{}", problems[0].text);
    }
    for record in [
        "chr10 94781859 . G",
        "chr10 94781859\0 . G A . . . GT 0/1 0/0",
        "chr10 94781859 . G A,, . . . GT 0/1 0/0",
        "chr10 94781859 . G A . . END=1 GT 0/1 0/0",
        "chr10 94781000 . G <*> . . . GT:LEN 0/1:1 0/0:x",
    ] {
        let text = file(2, &[GOOD, record]);
        let expected = ("malformed-record".to_owned(), "line 16".to_owned());
        assert_eq!(refused(text.as_bytes(), &CohortSettings::default()), expected, "{record}");
    }
}

#[test]
fn headers_that_name_nobody_or_somebody_twice_are_refused() {
    let settings = CohortSettings::default();
    let text = file(2, &[GOOD]);
    let error = |text: &str| refused(text.as_bytes(), &settings).0;
    assert_eq!(error(&text.replace("\tS1\n", "\tS0\n")), "malformed-header");
    assert_eq!(error(&text.replace("\tS1\n", "\t\n")), "malformed-header");
    assert_eq!(error(&text.replace("\tS0\tS1\n", "\n")), "no-samples");
    assert_eq!(error(&text.replace("\tFORMAT\tS0\tS1\n", "\n")), "no-samples");
    assert_eq!(error(&text.replace("\tFORMAT\tS0", "\tS0")), "malformed-header");
}

#[test]
fn line_ends_and_a_missing_last_one_make_no_difference() {
    let text = file(2, &[GOOD, "chr12 21178615 . T C . . . GT 1/1 ./."]);
    let plain = good(&text);
    for other in
        [text.replace('\n', "\r\n"), text.trim_end().to_owned(), text.replace("\nchr", "\n\nchr")]
    {
        assert_eq!(columns(&good(&other)), columns(&plain));
    }
}

#[test]
fn a_cohort_of_another_build_is_refused() {
    let text = file(2, &["chr10 94781859 . C A . . . GT 0/1 0/0"]);
    let settings = CohortSettings::default();
    assert_eq!(
        refused(text.as_bytes(), &settings),
        ("reference-mismatch".into(), "line 15".into())
    );
    let text = file(2, &[]).replace("length=133797422", "length=135534747");
    assert_eq!(refused(text.as_bytes(), &settings).0, "wrong-build");
    let text = file(2, &[]).replace(GRCH38, "");
    assert_eq!(refused(text.as_bytes(), &settings).0, "build-unproven");
}
