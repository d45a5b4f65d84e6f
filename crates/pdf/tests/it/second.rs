//! What only one of two engines reads is told, and stays proposed.

use pdf::child::{InProcess, ReadDocuments, ReadFailure, Reader};
use pdf::second::{compare, texts};
use pdf::{FieldName, Reading};
use std::path::Path;
use std::time::Duration;
use testkit::pdf::{document, report};

const PERSON: (&str, &str, &str) = ("Ana Example", "1970-03-04", "100");
const FINDING: &str = "BRAF c.1799T>A (p.Val600Glu)";

fn bytes() -> Vec<u8> {
    report(PERSON, &[(40.0, 100.0, "Results"), (40.0, 120.0, FINDING)])
}

/// What is read of the report when the second engine reads this page.
fn beside(texts: Result<&str, ReadFailure>) -> Reading {
    let mut reading = pdf::read(&bytes(), &super::genes()).unwrap();
    assert_eq!(reading.problems, []);
    compare(&mut reading, texts.map(|text| vec![text.to_owned()]));
    assert_eq!(super::said(&reading), super::said(&pdf::read(&bytes(), &super::genes()).unwrap()));
    reading
}

fn told(reading: &Reading) -> Vec<&str> {
    reading.problems.iter().map(|problem| problem.text.as_str()).collect()
}

#[test]
fn engines_that_agree_say_nothing() {
    let reading = InProcess(super::genes()).read(&bytes()).unwrap();
    assert_eq!((reading.proposals.len(), reading.problems), (1, vec![]));
    assert!(reading.proposals[0].one_engine.is_empty());
    // Blanks inside of words, and print's own dashes and letters, are no difference.
    for text in ["BRAF c.17 99T>A ( p.Val 600Glu )", "BRAF, c.1799T>A;(p.Val600Glu)"] {
        assert_eq!(beside(Ok(text)).problems, [], "{text}");
    }
}

#[test]
fn what_one_engine_reads_otherwise_is_told_field_by_field() {
    use FieldName::{Coding, Gene, Protein};
    for (text, expected, other) in [
        ("BRAF c.1799T>A (p.Val600Lys)", vec![Protein], "`p.Val600Lys`"),
        ("BRAF c.1799T>AG (p.Val600Glu)", vec![Coding], "`c.1799T>AG`"),
        ("BRAF c.11799T>A (p.Val600Glu)", vec![Coding], "`c.11799T>A`"),
        ("NBRAF1 c.1799T>A (p.Val600Glu)", vec![Gene], "nothing like it"),
        ("", vec![Gene, Coding, Protein], "nothing like it"),
    ] {
        let reading = beside(Ok(text));
        assert_eq!(reading.proposals[0].one_engine, expected, "{text}");
        assert_eq!(reading.problems.len(), expected.len(), "{text}");
        assert!(reading.problems.iter().all(|one| one.code == "one-engine"), "{text}");
        assert!(told(&reading)[0].contains(other), "{text}: {:?}", told(&reading));
    }
}

#[test]
fn a_page_that_the_second_engine_has_not_agrees_with_nothing() {
    let mut reading = pdf::read(&bytes(), &super::genes()).unwrap();
    compare(&mut reading, Ok(Vec::new()));
    assert_eq!(reading.proposals[0].one_engine.len(), 3);
}

/// A process that gives the first answer well, and does this for the second.
fn reader(second: &str) -> Reader {
    let reading = pdf::read(&bytes(), &super::genes()).unwrap();
    let first = serde_json::json!({ "reading": reading }).to_string();
    let script = format!(
        "cat >/dev/null; case \"$0\" in --second) {second};; *) printf %s '{first}';; esac"
    );
    Reader::new(Path::new("/bin/sh"), &["-c", &script]).waiting(Duration::from_secs(3))
}

#[test]
fn whatever_the_second_engine_does_the_first_one_is_read() {
    for (second, word) in [
        ("kill -SEGV $$", "ended"),
        ("exit 1", "ended"),
        ("echo '{}'", "ended"),
        ("exec sleep 60", "too-long"),
        ("exec yes", "too-much"),
        ("echo '{\"refused\":{\"word\":\"unreadable\",\"text\":\"x\"}}'", "unreadable"),
    ] {
        let reading = reader(second).read(&bytes()).unwrap();
        assert_eq!(reading.proposals.len(), 1, "{second}");
        assert_eq!(reading.problems.len(), 1, "{second}");
        assert_eq!(reading.problems[0].code, "one-engine-only", "{second}");
        assert!(told(&reading)[0].contains(word), "{second}: {:?}", told(&reading));
    }
    let agrees = format!("echo '{{\"texts\":[\"{FINDING}\"]}}'");
    assert_eq!(reader(&agrees).read(&bytes()).unwrap().problems, []);
}

#[test]
fn the_second_engine_reads_no_damaged_file() {
    let whole = document(&[vec![(40.0, 100.0, "BRAF")]]);
    assert!(texts(&whole).unwrap()[0].contains("BRAF"));
    assert_eq!(texts(&whole[..whole.len() - 8]).unwrap_err().word(), "damaged");
}
