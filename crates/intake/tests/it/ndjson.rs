//! Bulk import: piece by piece, going on where it was broken off.

use crate::support::{Fixture, fixture};
use intake::Failure;
use intake::ndjson::{Imported, PIECE_LINES_MAX, import};
use std::io::{BufRead, BufReader, Cursor, Read};

fn patient(id: &str) -> String {
    format!(r#"{{"resourceType":"Patient","id":"{id}","name":[{{"family":"Bulk"}}]}}"#)
}

fn observation(id: &str, patient: &str) -> String {
    let subject = format!(r#"{{"reference":"Patient/{patient}"}}"#);
    format!(
        "{{\"resourceType\":\"Observation\",\"id\":\"{id}\",\"status\":\"final\",\
         \"code\":{{\"text\":\"x\"}},\"subject\":{subject},\"valueQuantity\":{{\"value\":2.50}}}}"
    )
}

fn run(fixture: &Fixture, name: &str, text: &str) -> Result<Imported, Failure> {
    let source = Cursor::new(text.as_bytes().to_vec());
    import(&fixture.record, &fixture.access(), name, source, |_| {})
}

fn version(fixture: &Fixture, id: &str) -> Option<u64> {
    let read = fixture.record.read(&fixture.access(), "Observation", id).unwrap();
    read.map(|stored| stored.reference.version)
}

#[test]
fn each_line_is_filed_or_told_by_its_number() {
    let fixture = fixture();
    let lines = [
        patient("bulk-1"),
        observation("o-1", "bulk-1"),
        String::new(),
        observation("o-2", "nobody"),
        "{\"resourceType\":\"Observation\"".to_owned(),
        observation("o-3", "bulk-1").replace("\"id\":\"o-3\",", ""),
        observation("o-4", "bulk-1").replace("final", "sung"),
        observation("o-5", "bulk-1").replace("Patient/bulk-1", "Patient?identifier=x|1"),
        observation("o-6", "ana-example"),
    ];
    let done = run(&fixture, "first", &lines.join("\n")).unwrap();
    assert_eq!((done.filed, done.refused, done.lines_done_before), (3, 5, 0));
    let told: Vec<(&str, &str)> = done
        .problems
        .iter()
        .map(|problem| (problem.place.split(':').next().unwrap(), problem.code.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("line 4", "unknown-patient"),
            ("line 5", "bad-json"),
            ("line 6", "no-id"),
            ("line 7", "bad-code"),
            ("line 8", "bad-reference"),
        ]
    );
    for (id, is_there) in [("o-1", true), ("o-2", false), ("o-4", false), ("o-6", true)] {
        assert_eq!(version(&fixture, id).is_some(), is_there, "{id}");
    }
    let stored = fixture.record.read(&fixture.access(), "Observation", "o-1").unwrap().unwrap();
    assert!(String::from_utf8(stored.body).unwrap().contains("\"value\":2.50"));
}

/// Breaks off in the middle, as a full disk or a closed lid does.
struct Broken<R>(R, usize);

impl<R: Read> Read for Broken<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.1 == 0 {
            return Err(std::io::Error::other("gone"));
        }
        let most = buffer.len().min(self.1);
        let read = self.0.read(&mut buffer[..most])?;
        self.1 -= read;
        Ok(read)
    }
}

#[test]
fn an_import_goes_on_where_it_was_broken_off_and_files_nothing_twice() {
    let fixture = fixture();
    let count = PIECE_LINES_MAX * 2 + 10;
    let mut lines = vec![patient("bulk-1")];
    lines.extend((1..count).map(|number| observation(&format!("o-{number}"), "bulk-1")));
    let text = lines.join("\n");
    let broken = BufReader::new(Broken(Cursor::new(text.clone()), text.len() * 3 / 4));
    let failed = import(&fixture.record, &fixture.access(), "big", broken, |_| {});
    assert!(matches!(failed, Err(Failure::Reading(_))), "{failed:?}");
    assert_eq!(version(&fixture, "o-1"), Some(1));
    let done = run(&fixture, "big", &text).unwrap();
    assert_eq!(done.lines_done_before, PIECE_LINES_MAX as u64);
    assert_eq!((done.filed + done.lines_done_before, done.refused), (count as u64, 0));
    for number in 1..count {
        assert_eq!(version(&fixture, &format!("o-{number}")), Some(1), "{number}");
    }
    // Once more, nothing is left to do; under another name, all of it.
    assert_eq!(run(&fixture, "big", &text).unwrap().filed, 0);
    assert_eq!(run(&fixture, "other", &lines[..3].join("\n")).unwrap().filed, 3);
    assert_eq!(version(&fixture, "o-1"), Some(2));
}

#[test]
fn a_line_without_end_costs_no_memory_and_harms_no_other() {
    let fixture = fixture();
    let long = formats::fhir::json::RESOURCE_BYTES_MAX as u64 + 1_000;
    let source = BufReader::new(
        Cursor::new(patient("bulk-1"))
            .chain(&b"\n{\"x\":\""[..])
            .chain(std::io::repeat(b'y').take(long))
            .chain(&b"\"}\n"[..])
            .chain(Cursor::new(observation("o-1", "bulk-1"))),
    );
    let done = import(&fixture.record, &fixture.access(), "long", source, |_| {}).unwrap();
    assert_eq!((done.filed, done.refused), (2, 1));
    assert_eq!(done.problems[0].code, "too-long");
    assert_eq!(done.problems[0].place, "line 2");
}

#[test]
fn an_empty_file_is_no_import() {
    let fixture = fixture();
    assert_eq!(run(&fixture, "none", "\n\n").unwrap(), Imported::default());
    assert!(Cursor::new("").fill_buf().unwrap().is_empty());
}
