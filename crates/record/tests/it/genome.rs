//! Genomes: filed block by block, there when published, read by range, nobody else's.

use crate::store::is_without_files;
use crate::support::{access, fixture, narrowed, open_at};
use model::{PatientId, RawId};
use proptest::prelude::*;
use record::limit::{
    DOCUMENT_BYTES_MAX, GENOME_BLOCK_BYTES_MAX, GENOME_BYTES_MAX, GENOME_RANGES_MAX,
};
use record::{Access, Failure, GenomeRange, NewGenomeBlock, Record, Role};
use serde_json::json;

const SEQUENCE: &str = "NC_000007.14";

fn block(first: u64, last: u64, body: &[u8]) -> NewGenomeBlock {
    NewGenomeBlock {
        kind: "call".to_owned(),
        sequence: SEQUENCE.to_owned(),
        first,
        last,
        body: body.to_vec(),
    }
}

fn range(genome: &str, start: u64, end: u64) -> GenomeRange {
    GenomeRange {
        genome: genome.to_owned(),
        kind: "call".to_owned(),
        sequence: SEQUENCE.to_owned(),
        start,
        end,
    }
}

fn file(record: &Record, genome: &str, patient: &str, blocks: &[NewGenomeBlock]) -> bool {
    let patient = PatientId::new(patient);
    let filing = record.begin_genome(&access(Role::Interface), genome, &patient).unwrap();
    let Some(mut filing) = filing else { return false };
    for block in blocks {
        filing.put(block.clone()).unwrap();
    }
    filing.publish(&RawId::new("r"), &json!({"sample": "S"})).unwrap()
}

fn bodies(
    record: &Record,
    access: &Access,
    patient: &str,
    ranges: &[GenomeRange],
) -> Result<Vec<Vec<u8>>, Failure> {
    let mut choose = |_: &[record::Genome]| Ok::<_, Failure>(ranges.to_vec());
    let (_, blocks) = record.read_genomes(access, &PatientId::new(patient), &mut choose)?;
    Ok(blocks.into_iter().map(|block| block.body).collect())
}

#[test]
fn a_genome_is_there_when_it_is_published_and_once() {
    let fixture = fixture();
    let record = &fixture.record;
    let (interface, reader) = (access(Role::Interface), access(Role::Geneticist));
    let p1 = PatientId::new("p1");
    let mut filing = record.begin_genome(&interface, "g1", &p1).unwrap().unwrap();
    filing.put(block(0, 10, b"a")).unwrap();
    // More than one transaction takes, so it is written already.
    filing.put(block(10, 20, &vec![b'b'; 2 * 1024 * 1024])).unwrap();
    assert_eq!(record.genomes(&reader, &p1).unwrap(), []);
    assert!(filing.publish(&RawId::new("r"), &json!({"sample": "S"})).unwrap());
    let genomes = record.genomes(&reader, &p1).unwrap();
    let [genome] = &genomes[..] else { panic!("{genomes:?}") };
    assert_eq!((genome.id.as_str(), &genome.patient, genome.blocks), ("g1", &p1, 2));
    assert_eq!(genome.body, json!({"sample": "S"}));
    // The same again is nothing new.
    assert!(!file(record, "g1", "p1", &[block(0, 10, b"c")]));
    assert_eq!(bodies(record, &reader, "p1", &[range("g1", 0, 5)]).unwrap(), [b"a".to_vec()]);
}

#[test]
fn of_two_filings_of_one_genome_the_first_published_stands() {
    let fixture = fixture();
    let record = &fixture.record;
    let (interface, p1) = (access(Role::Interface), PatientId::new("p1"));
    let mut one = record.begin_genome(&interface, "g1", &p1).unwrap().unwrap();
    let mut two = record.begin_genome(&interface, "g1", &p1).unwrap().unwrap();
    one.put(block(0, 10, b"one")).unwrap();
    two.put(block(0, 10, b"two")).unwrap();
    assert!(two.publish(&RawId::new("r"), &json!({})).unwrap());
    assert!(!one.publish(&RawId::new("r"), &json!({})).unwrap());
    let reader = access(Role::Geneticist);
    let found = bodies(record, &reader, "p1", &[range("g1", 0, 10)]).unwrap();
    assert_eq!(found, [b"two".to_vec()]);
}

#[test]
fn only_blocks_that_overlap_are_read() {
    let fixture = fixture();
    let record = &fixture.record;
    let blocks = [block(0, 100, b"a"), block(90, 200, b"b"), block(200, 201, b"c")];
    assert!(file(record, "g1", "p1", &blocks));
    let reader = access(Role::Geneticist);
    for (start, end, expected) in [
        (0, 1, "a"),
        (99, 100, "ab"),
        (100, 101, "b"),
        (90, 91, "ab"),
        (200, 300, "c"),
        (201, 300, ""),
        (0, 1_000, "abc"),
    ] {
        let found = bodies(record, &reader, "p1", &[range("g1", start, end)]).unwrap();
        assert_eq!(found.concat(), expected.as_bytes(), "{start}-{end}");
    }
    // Each once, whatever is asked for.
    let twice = [range("g1", 0, 1), range("g1", 0, 95)];
    assert_eq!(bodies(record, &reader, "p1", &twice).unwrap().concat(), b"ab");
    let mut elsewhere = range("g1", 0, 1);
    elsewhere.kind = "coverage".to_owned();
    assert_eq!(bodies(record, &reader, "p1", &[elsewhere]).unwrap().len(), 0);
}

#[test]
fn a_genome_is_nobody_elses() {
    let fixture = fixture();
    let record = &fixture.record;
    assert!(file(record, "g1", "p1", &[block(0, 10, b"a")]));
    let asked = [range("g1", 0, 10)];
    let (own, other) = (narrowed(Role::Geneticist, &["p1"]), narrowed(Role::Geneticist, &["p2"]));
    assert_eq!(bodies(record, &own, "p1", &asked).unwrap(), [b"a".to_vec()]);
    // Hidden is as absent: no manifest, and its id opens nothing.
    assert_eq!(record.genomes(&other, &PatientId::new("p1")).unwrap(), []);
    assert_eq!(bodies(record, &other, "p1", &asked), Err(Failure::NotFound));
    assert_eq!(bodies(record, &own, "p2", &asked), Err(Failure::NotFound));
    let elsewhere = Access::new(
        model::TenantId::new("t2"),
        "a",
        Role::Geneticist,
        record::Purpose::Treatment,
        record::Scope::Tenant,
    );
    assert_eq!(record.genomes(&elsewhere, &PatientId::new("p1")).unwrap(), []);
    for patient in ["", "*", "a b"] {
        let begun = record.begin_genome(&access(Role::Interface), "g", &PatientId::new(patient));
        assert_eq!(begun.err(), Some(Failure::NotFound), "{patient:?}");
    }
    let narrow = narrowed(Role::Interface, &["p2"]);
    let begun = record.begin_genome(&narrow, "g", &PatientId::new("p1"));
    assert_eq!(begun.err(), Some(Failure::NotFound));
}

/// Bytes of all files of the store but the audit log.
fn size(directory: &std::path::Path) -> u64 {
    let file = directory.join("data").join("genome.db");
    std::fs::metadata(file).unwrap().len()
}

#[test]
fn what_was_not_published_is_taken_away() {
    let directory = tempfile::tempdir().unwrap();
    let big = || block(0, 10, &vec![b'x'; 4 * 1024 * 1024]);
    let (interface, p1) = (access(Role::Interface), PatientId::new("p1"));
    let record = open_at(directory.path()).unwrap();
    // Dropped: its place is free for the next one, so the file does not grow.
    for round in 0..3 {
        let mut filing = record.begin_genome(&interface, "g1", &p1).unwrap().unwrap();
        filing.put(big()).unwrap();
        drop(filing);
        // Another opening meanwhile sees nothing of it either.
        assert_eq!(record.genomes(&access(Role::Geneticist), &p1).unwrap(), [], "{round}");
    }
    // A crash: nothing is dropped, the lock goes with the process.
    let mut filing = record.begin_genome(&interface, "g1", &p1).unwrap().unwrap();
    filing.put(big()).unwrap();
    // While it is being filed, an opening takes nothing away.
    drop(open_at(directory.path()).unwrap());
    assert!(filing.publish(&RawId::new("r"), &json!({})).unwrap());
    let reader = access(Role::Geneticist);
    let asked = [range("g1", 0, 10)];
    assert_eq!(bodies(&record, &reader, "p1", &asked).unwrap().len(), 1);
    drop(record);
    let record = open_at(directory.path()).unwrap();
    assert_eq!(bodies(&record, &reader, "p1", &asked).unwrap().len(), 1);
    if !is_without_files("a database gives no place back by itself") {
        assert!(size(directory.path()) < 10 * 1024 * 1024);
    }
}

#[test]
fn limits_of_a_genome() {
    let fixture = fixture();
    let record = &fixture.record;
    let (interface, reader) = (access(Role::Interface), access(Role::Geneticist));
    let p1 = PatientId::new("p1");
    let mut filing = record.begin_genome(&interface, "g1", &p1).unwrap().unwrap();
    let much = vec![0; GENOME_BLOCK_BYTES_MAX];
    for at in 0..=GENOME_BYTES_MAX / GENOME_BLOCK_BYTES_MAX {
        filing.put(block(at as u64, at as u64 + 1, &much)).unwrap();
    }
    let more = vec![0; GENOME_BLOCK_BYTES_MAX + 1];
    assert!(matches!(filing.put(block(0, 1, &more)), Err(Failure::TooMuch { .. })));
    assert!(filing.publish(&RawId::new("r"), &json!({})).unwrap());
    // All or nothing: never a part of what was asked for.
    let most = (GENOME_BYTES_MAX / GENOME_BLOCK_BYTES_MAX) as u64;
    assert!(bodies(record, &reader, "p1", &[range("g1", 0, most)]).is_ok());
    let refused = bodies(record, &reader, "p1", &[range("g1", 0, most + 1)]);
    assert!(matches!(refused, Err(Failure::TooMuch { .. })));
    let ranges = vec![range("g1", 1_000, 1_001); GENOME_RANGES_MAX];
    assert!(bodies(record, &reader, "p1", &ranges).is_ok());
    let ranges = vec![range("g1", 1_000, 1_001); GENOME_RANGES_MAX + 1];
    assert!(matches!(bodies(record, &reader, "p1", &ranges), Err(Failure::TooMuch { .. })));
    let filing = record.begin_genome(&interface, "g2", &p1).unwrap().unwrap();
    let text = json!("x".repeat(DOCUMENT_BYTES_MAX));
    assert!(matches!(filing.publish(&RawId::new("r"), &text), Err(Failure::TooMuch { .. })));
    assert_eq!(record.genomes(&reader, &p1).unwrap().len(), 1);
}

#[test]
fn reading_a_genome_is_audited_by_its_patient() {
    let fixture = fixture();
    assert!(file(&fixture.record, "g1", "p1", &[block(0, 10, b"a")]));
    fixture.record.genomes(&access(Role::Geneticist), &PatientId::new("p1")).unwrap();
    let segments = std::fs::read_dir(fixture.directory.path().join("data").join("audit")).unwrap();
    let text: String =
        segments.map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
    let reads = text.lines().filter(|line| line.contains("read-clinical"));
    assert!(reads.clone().any(|line| line.contains("genome/g1") && line.contains("p1")));
    assert!(text.lines().any(|line| line.contains("commit") && line.contains("genome/g1")));
    assert!(fixture.record.verify_audit().is_intact());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    /// What is found in a range is what lies in it, whatever the blocks.
    #[test]
    fn ranges_give_what_overlaps_them(
        blocks in proptest::collection::vec((0_u64..300, 1_u64..80), 1..20),
        asked in proptest::collection::vec((0_u64..320, 1_u64..50), 1..8),
    ) {
        let fixture = fixture();
        let numbers = 0_u8..;
        let filed: Vec<NewGenomeBlock> = blocks
            .iter()
            .zip(numbers)
            .map(|((first, length), number)| block(*first, first + length, &[number]))
            .collect();
        prop_assert!(file(&fixture.record, "g1", "p1", &filed));
        let reader = access(Role::Geneticist);
        for (start, length) in asked {
            let end = start + length;
            let found =
                bodies(&fixture.record, &reader, "p1", &[range("g1", start, end)]).unwrap();
            let overlaps = |block: &&NewGenomeBlock| block.first < end && start < block.last;
            let expected: Vec<Vec<u8>> =
                filed.iter().filter(overlaps).map(|block| block.body.clone()).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
