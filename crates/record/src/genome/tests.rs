//! What needs a hand inside: a crash while a genome is filed, blocks that were moved.

use super::{GenomeRange, NewGenomeBlock};
use crate::sql::genome as sql;
use crate::store::values;
use crate::{Access, Failure, MasterKey, Purpose, Record, Role, Scope};
use model::{PatientId, RawId, TenantId};
use serde_json::json;
use std::path::Path;

fn open(directory: &Path) -> Record {
    let key = directory.join("key");
    let master_key = MasterKey::from_file(&key).or_else(|_| MasterKey::create_file(&key)).unwrap();
    crate::tests::open_with(directory, master_key).unwrap()
}

fn access(role: Role) -> Access {
    Access::new(TenantId::new("t1"), "a", role, Purpose::Treatment, Scope::Tenant)
}

fn count(record: &Record, table: &str) -> i64 {
    let text = format!("SELECT count(*) FROM {table}");
    record.inner.genome.read(|executor| executor.one(&text, &[])?.int(0)).unwrap()
}

#[test]
fn an_opening_takes_away_what_a_crash_left() {
    let directory = tempfile::tempdir().unwrap();
    let record = open(directory.path());
    // As a process leaves it that dies between a block and the manifest.
    record
        .inner
        .genome_writer
        .write(|executor| {
            executor.execute(sql::FILING_PUT, values!["t1", "f", 1_i64])?;
            let row = values!["t1", "f", "call", "s", 1_i64, 0_i64, 9_i64, vec![1, 2, 3]];
            executor.execute(sql::BLOCK_PUT, row)
        })
        .unwrap();
    // Somebody else files: whose the blocks are cannot be told, so they stay.
    let p1 = PatientId::new("p1");
    let filing = record.begin_genome(&access(Role::Interface), "g", &p1).unwrap().unwrap();
    drop(open(directory.path()));
    assert_eq!((count(&record, "genome_filing"), count(&record, "genome_block")), (2, 1));
    drop(filing);
    drop(record);
    let record = open(directory.path());
    assert_eq!((count(&record, "genome_filing"), count(&record, "genome_block")), (0, 0));
}

#[test]
fn a_block_that_was_moved_or_altered_is_never_served() {
    for change in [
        "UPDATE genome_block SET number = 3 - number WHERE tenant = 't1' AND number < 2",
        "UPDATE genome_block SET body = (SELECT body FROM genome_block WHERE number = 2)
            WHERE number = 1",
        "UPDATE genome_block SET sequence = 'other' WHERE number = 1",
        "UPDATE genome SET patient = 'p2'",
        "UPDATE genome_block SET body = (SELECT wrapped FROM data_key) WHERE number = 1",
    ] {
        let directory = tempfile::tempdir().unwrap();
        let record = open(directory.path());
        let p1 = PatientId::new("p1");
        let mut filing = record.begin_genome(&access(Role::Interface), "g", &p1).unwrap().unwrap();
        for (first, body) in [(0, b"a"), (10, b"b")] {
            let (kind, sequence) = ("call".to_owned(), "s".to_owned());
            let body = body.to_vec();
            filing.put(NewGenomeBlock { kind, sequence, first, last: first + 5, body }).unwrap();
        }
        assert!(filing.publish(&RawId::new("r"), &json!({})).unwrap());
        if change.contains("number = 3") {
            let gone = "DELETE FROM genome_block WHERE number = 2";
            record.inner.genome_writer.write(move |e| e.execute(gone, &[])).unwrap();
        }
        record.inner.genome_writer.write(move |e| e.execute(change, &[])).unwrap();
        let patient = if change.contains("p2") { "p2" } else { "p1" };
        let sequence = if change.contains("other") { "other" } else { "s" };
        let range = GenomeRange {
            genome: "g".to_owned(),
            kind: "call".to_owned(),
            sequence: sequence.to_owned(),
            start: 0,
            end: 5,
        };
        let mut choose = |_: &[super::Genome]| Ok::<_, Failure>(vec![range.clone()]);
        let read =
            record.read_genomes(&access(Role::Geneticist), &PatientId::new(patient), &mut choose);
        assert!(matches!(read, Err(Failure::Sealed { .. })), "{change}: {read:?}");
    }
}

#[test]
fn a_filing_that_was_taken_away_is_an_error_and_no_half_genome() {
    let directory = tempfile::tempdir().unwrap();
    let record = open(directory.path());
    let (interface, p1) = (access(Role::Interface), PatientId::new("p1"));
    let mut filing = record.begin_genome(&interface, "g", &p1).unwrap().unwrap();
    // As an opening does that could not know of it, because its lock was lost with a connection.
    record
        .inner
        .genome_writer
        .write(|executor| executor.execute("DELETE FROM genome_filing", &[]))
        .unwrap();
    let (kind, sequence) = ("call".to_owned(), "s".to_owned());
    let block = NewGenomeBlock { kind, sequence, first: 0, last: 9, body: b"a".to_vec() };
    filing.put(block).unwrap();
    let published = filing.publish(&RawId::new("r"), &json!({}));
    assert!(matches!(published, Err(Failure::Storage(_))), "{published:?}");
    assert_eq!((count(&record, "genome"), count(&record, "genome_block")), (0, 0));
}
