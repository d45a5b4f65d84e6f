//! Data that means harm, or only has an uncommon name: the document is made, and shows it.

#![cfg(feature = "pdf")]

use crate::reader::{flat, pages};
use crate::sample;
use report::pgx::{PgxReport, Shown};
use report::{Failure, VIEW_BYTES_MAX, pdf};

/// A small report that has the name wherever data is shown.
fn named(name: &str) -> PgxReport {
    let (genes, drugs) = (sample::genes(), sample::drugs());
    let few = [drugs[3].clone(), drugs[12].clone()];
    let mut report = sample::report_of(sample::person(), &genes[..1], &few, Some(&[]));
    let person = report.head.patient.as_mut().unwrap();
    person.name = Some(name.to_owned());
    name.clone_into(&mut person.identifiers[0].value);
    report.head.sample = Some(name.to_owned());
    name.clone_into(&mut report.genes[0].gene);
    report.genes[0].calls = vec![Shown::Value(name.to_owned())];
    report.genes[0].notes = vec![name.to_owned()];
    name.clone_into(&mut report.avoid[0].drug);
    name.clone_into(&mut report.avoid[0].advice[0].text);
    name.clone_into(&mut report.references[0].url);
    report
}

#[test]
fn any_name_is_printed() {
    for (at, (name, shown)) in [
        ("#panic(\"x\") *bold* _it_ `raw` $x$ <l> @ref", "#panic(\"x\") *bold* _it_ `raw` $x$"),
        ("#eval(\"1+1\") #include \"/etc/passwd\"", "#include \"/etc/passwd\""),
        ("\\u{41} // not a comment /* nor this */ = head", "\\u{41} // not a comment /* nor"),
        ("Bobby\"); DROP TABLE", "Bobby\"); DROP TABLE"),
        ("Zażółć Ærøskøbing Nguyễn Ωμέγα Жуков", "Zażółć Ærøskøbing Nguyễn Ωμέγα Жуков"),
        ("Ren\u{301}e\u{301}e", "e"),
        ("محمد علي", ""),
        ("שָׁלוֹם כהן", ""),
        ("王小明", "[U+738B][U+5C0F][U+660E]"),
        ("Ana 😀❤️👩‍⚕️", "[U+1F600]"),
        ("a\u{0}b\u{7}c\u{1b}[31m", "a[U+0000]b[U+0007]c[U+001B]"),
        ("x\u{202e}y\u{2066}z", "x[U+202E]y[U+2066]z"),
        ("\u{e000}\u{fffe}\u{fffd}", "[U+E000]"),
        ("\u{5d0}\u{301}\u{627}\u{308}\u{65}\u{5b8}", ""),
        ("\u{300}\u{301}\u{64b}", ""),
        ("line\nbreak\r\nand\ttab\u{2028}end", "line break and tab end"),
        ("", ""),
        ("   ", ""),
    ]
    .into_iter()
    .enumerate()
    {
        let made = pdf(&named(name));
        let bytes = made.unwrap_or_else(|failure| panic!("{name:?}: {failure:?}"));
        let Some(pages) = pages(&format!("hostile-{at}"), &bytes) else { continue };
        let text = flat(&pages.join("\n"));
        assert!(text.contains(shown), "{shown}\n{text}");
    }
}

#[test]
fn a_long_name_stays_on_the_page() {
    for (name, length) in [("W", 2_000), ("Wilhelmina ", 300)] {
        let bytes = pdf(&named(&name.repeat(length))).unwrap();
        let Some(pages) = pages(&format!("long-{}", name.len()), &bytes) else { return };
        for page in &pages {
            assert!(flat(page).contains("Pack pgx 0.7.3 of 01-Oct-2026"), "{page}");
        }
    }
}

#[test]
fn data_has_a_limit() {
    let mut report = sample::full();
    report.limits = vec!["x".to_owned(); VIEW_BYTES_MAX / 4 + 1];
    match pdf(&report) {
        Err(Failure::TooLarge { bytes }) => assert!(bytes > VIEW_BYTES_MAX),
        other => panic!("{:?}", other.map(|pdf| pdf.len())),
    }
}
