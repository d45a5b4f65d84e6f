//! Variant files for a named patient.

use crate::support::{BEN, Fixture, fixture, pack};
use intake::Failure;
use intake::file::{FileSettings, Filed, ingest};
use model::fact::FactContent;
use model::genotype::GenotypeSet;
use model::{PatientId, Problem};
use record::RawState;
use std::io::Write;

fn settings(patient: &str) -> FileSettings {
    FileSettings { patient: Some(PatientId::new(patient)), ..FileSettings::default() }
}

fn take(fixture: &Fixture, bytes: &[u8], settings: &FileSettings) -> Result<Filed, Failure> {
    ingest(&fixture.record, &fixture.access(), &pack(), "ben.vcf", bytes.to_vec(), settings)
}

fn text() -> String {
    String::from_utf8(BEN.to_vec()).unwrap()
}

fn genotypes(fixture: &Fixture, patient: &str) -> Vec<GenotypeSet> {
    let sets = fixture.facts(patient).into_iter().filter_map(|filed| match filed.fact.content {
        FactContent::Genotypes(set) => Some(set),
        _ => None,
    });
    sets.collect()
}

/// Nothing was called from it, and the archive says why.
fn quarantined(fixture: &Fixture, bytes: &[u8], settings: &FileSettings) -> Vec<Problem> {
    let before = fixture.sequence();
    let Err(Failure::Quarantined { raw, problems }) = take(fixture, bytes, settings) else {
        panic!("it was taken");
    };
    let kept = fixture.record.raw(&fixture.access(), &raw).unwrap().unwrap();
    assert_eq!(kept.summary.state, RawState::Quarantined);
    assert_eq!(kept.summary.problems, problems);
    assert_eq!(kept.body, bytes);
    assert_eq!(fixture.sequence(), before);
    assert_eq!(genotypes(fixture, "ben-sample"), []);
    assert_eq!(fixture.work_off(), 0);
    problems
}

#[test]
fn a_good_file_becomes_genotypes() {
    let fixture = fixture();
    let before = fixture.sequence();
    let filed = take(&fixture, BEN, &settings("ben-sample")).unwrap();
    assert!(filed.done);
    let changed = ["DocumentReference 1", "Procedure 1", "Procedure 1", "Provenance 1"];
    assert_eq!(fixture.changed(before), changed);
    let sets = genotypes(&fixture, "ben-sample");
    assert_eq!(sets.len(), 1);
    assert_eq!(sets[0].sample, "BEN-SAMPLE");
    let records = text().lines().filter(|line| !line.starts_with('#')).count();
    assert_eq!(sets[0].calls.len(), records);
    assert_eq!(genotypes(&fixture, "ana-example"), []);
    // The same file again, by the same or another name of the archive: nothing new.
    let before = fixture.sequence();
    assert!(take(&fixture, BEN, &settings("ben-sample")).unwrap().done);
    assert_eq!(fixture.sequence(), before);
}

#[test]
fn a_compressed_file_gives_the_same_genotypes() {
    let (plain, packed) = (fixture(), fixture());
    take(&plain, BEN, &settings("ben-sample")).unwrap();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(BEN).unwrap();
    let bytes = encoder.finish().unwrap();
    take(&packed, &bytes, &settings("ben-sample")).unwrap();
    assert_eq!(genotypes(&plain, "ben-sample"), genotypes(&packed, "ben-sample"));
    // Cut in the middle it is not half a file.
    let fixture = fixture();
    quarantined(&fixture, &bytes[..bytes.len() / 2], &settings("ben-sample"));
}

#[test]
fn a_file_of_neither_build_or_of_both_is_quarantined() {
    let mixed = text().replace("248956422", "249250621");
    let fixture = fixture();
    let problems = quarantined(&fixture, mixed.as_bytes(), &settings("ben-sample"));
    assert_eq!(model::problem::first_error(&problems).unwrap().code, "wrong-build");
    // NCBI36.
    let other = text().replace("248956422", "247249719");
    let problems = quarantined(&fixture, other.as_bytes(), &settings("ben-sample"));
    let first = model::problem::first_error(&problems).unwrap();
    assert_eq!(first.code, "wrong-build");
    assert!(first.text.contains("neither"), "{first}");
}

#[test]
fn a_reference_base_that_disagrees_is_quarantined() {
    let row = "chr6\t18130687\trs1142345\tT\t";
    let wrong = text().replace(row, "chr6\t18130687\trs1142345\tA\t");
    let line = wrong.lines().position(|line| line.starts_with("chr6\t18130687")).unwrap() + 1;
    let fixture = fixture();
    let problems = quarantined(&fixture, wrong.as_bytes(), &settings("ben-sample"));
    let first = model::problem::first_error(&problems).unwrap();
    assert_eq!(first.place, format!("line {line}"));
    assert!(first.text.contains("18130687"), "{first}");
}

#[test]
fn whose_it_is_must_be_said_and_known() {
    let fixture = fixture();
    let kept = fixture.record.raw_list(&fixture.access(), None, 100).unwrap().len();
    assert!(matches!(take(&fixture, BEN, &settings("nobody")), Err(Failure::NotFound(_))));
    assert!(matches!(take(&fixture, BEN, &FileSettings::default()), Err(Failure::Refused(_))));
    assert_eq!(fixture.record.raw_list(&fixture.access(), None, 100).unwrap().len(), kept);
}

/// With a pack of more genes the same file tells more.
#[test]
fn the_same_file_is_read_anew_for_other_positions() {
    let fixture = fixture();
    let mut fewer = (*pack()).clone();
    // A gene that the file has positions of, alone on its chromosome.
    let place = fewer.pgx.genes.iter().position(|gene| gene.symbol == "SLCO1B1").unwrap();
    let left_out = fewer.pgx.genes.remove(place);
    let take_with = |pack: &knowledge::Pack| {
        let settings = settings("ben-sample");
        let access = fixture.access();
        ingest(&fixture.record, &access, pack, "ben.vcf", BEN.to_vec(), &settings).unwrap()
    };
    take_with(&fewer);
    let chromosome = |set: &GenotypeSet| {
        set.calls.iter().filter(|call| call.chromosome == left_out.chromosome).count()
    };
    let first = genotypes(&fixture, "ben-sample");
    assert_eq!(chromosome(&first[0]), 0);
    let before = fixture.sequence();
    take_with(&pack());
    assert_eq!(fixture.changed(before), ["DocumentReference 2", "Provenance 2"]);
    let second = genotypes(&fixture, "ben-sample");
    assert_eq!(second.len(), 1);
    assert!(chromosome(&second[0]) > 0);
    let before = fixture.sequence();
    take_with(&pack());
    assert_eq!(fixture.sequence(), before);
}

/// A crash between the archive and the filing leaves a file that waits; the worker files it.
#[test]
fn the_worker_files_what_a_crash_left_waiting() {
    let fixture = fixture();
    let filed = take(&fixture, BEN, &settings("ben-sample")).unwrap();
    let kept = fixture.record.raw(&fixture.access(), &filed.raw.unwrap()).unwrap().unwrap();
    let other = crate::support::fixture();
    let waiting = record::NewRaw {
        feed: kept.summary.feed,
        door: kept.summary.door,
        media_type: kept.summary.media_type,
        message_key: kept.summary.message_key,
        peer: kept.summary.peer,
        body: kept.body,
        state: RawState::Received,
    };
    let raw = other.record.archive(&other.access(), waiting).unwrap();
    assert_eq!(other.work_off(), 1);
    let state = other.record.raw(&other.access(), &raw).unwrap().unwrap().summary.state;
    assert_eq!(state, RawState::Filed);
    assert_eq!(genotypes(&other, "ben-sample"), genotypes(&fixture, "ben-sample"));
}

fn with_second_sample() -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text().lines() {
        lines.push(match line {
            meta if meta.starts_with("##") => meta.to_owned(),
            names if names.starts_with('#') => format!("{names}\tOTHER"),
            row => format!("{row}\t0/0:30:99"),
        });
    }
    lines.join("\n") + "\n"
}

#[test]
fn of_several_samples_one_must_be_named() {
    let both = with_second_sample();
    let fixture = fixture();
    let problems = quarantined(&fixture, both.as_bytes(), &settings("ben-sample"));
    assert!(problems[0].text.contains("BEN-SAMPLE"), "{}", problems[0]);
    let named =
        |sample: &str| FileSettings { sample: Some(sample.to_owned()), ..settings("ben-sample") };
    let problems = quarantined(&fixture, both.as_bytes(), &named("NOBODY"));
    assert_eq!(problems[0].code, "unknown-sample");
    quarantined(&fixture, BEN, &named("OTHER"));
    take(&fixture, both.as_bytes(), &named("OTHER")).unwrap();
    let sets = genotypes(&fixture, "ben-sample");
    assert_eq!(sets[0].sample, "OTHER");
    assert!(sets[0].calls.iter().all(|call| call.alleles == [Some(0), Some(0)]));
}

#[test]
fn what_is_no_known_file_is_refused() {
    let fixture = fixture();
    for bytes in [&b""[..], b"PK\x03\x04", b"hello"] {
        assert!(matches!(take(&fixture, bytes, &settings("ben-sample")), Err(Failure::Refused(_))));
    }
}
