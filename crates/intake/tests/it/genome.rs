//! Genomes out of variant files: filed once, with their test, of either build, of any size.

use crate::support::{BEN, Fixture, fixture, pack};
use formats::vcf::BlockKind;
use genomics::genome::{Call, Run, decode_calls, decode_coverage, seen};
use genomics::range::Range;
use genomics::reference::References;
use intake::Failure;
use intake::file::{FileSettings, Filed};
use intake::variants::{Coverage, GenomeManifest, Tools, ingest_variants};
use model::PatientId;
use record::{Access, Genome, GenomeRange, Purpose, RawState, Role, Scope};
use std::io::Read;
use testkit::vcf::{GRCH37, GRCH38, vcf as file};

fn settings() -> FileSettings {
    FileSettings { patient: Some(PatientId::new("ben-sample")), ..FileSettings::default() }
}

fn take(
    fixture: &Fixture,
    reader: &mut dyn Read,
    settings: &FileSettings,
) -> Result<Filed, Failure> {
    let (pack, references) = (pack(), References::default());
    let tools = Tools { pack: &pack, references: &references };
    ingest_variants(&fixture.record, &fixture.access(), tools, "ben.vcf", reader, settings)
}

fn reader(fixture: &Fixture) -> Access {
    let tenant = fixture.access().tenant().clone();
    Access::new(tenant, "g", Role::Geneticist, Purpose::Treatment, Scope::Tenant)
}

fn genomes(fixture: &Fixture) -> Vec<(Genome, GenomeManifest)> {
    let found = fixture.record.genomes(&reader(fixture), &PatientId::new("ben-sample")).unwrap();
    let manifest = |genome: &Genome| serde_json::from_value(genome.body.clone()).unwrap();
    found.into_iter().map(|genome| (genome.clone(), manifest(&genome))).collect()
}

/// The calls and runs that blocks of a range hold.
fn within(fixture: &Fixture, range: &Range) -> (Vec<Call>, Vec<Run>) {
    let mut choose = |genomes: &[Genome]| {
        let kinds = [BlockKind::Call, BlockKind::Structural, BlockKind::Coverage];
        let ask = |genome: &Genome, kind: BlockKind| GenomeRange {
            genome: genome.id.clone(),
            kind: kind.word().to_owned(),
            sequence: range.sequence.clone(),
            start: range.start,
            end: range.end,
        };
        let all = genomes.iter().flat_map(|genome| kinds.map(|kind| ask(genome, kind)));
        Ok::<_, record::Failure>(all.collect())
    };
    let patient = PatientId::new("ben-sample");
    let (_, blocks) = fixture.record.read_genomes(&reader(fixture), &patient, &mut choose).unwrap();
    let (mut calls, mut runs) = (Vec::new(), Vec::new());
    for block in blocks {
        match block.kind.as_str() {
            "coverage" => runs.extend(decode_coverage(&block.body).unwrap()),
            _ => calls.extend(decode_calls(&block.body).unwrap()),
        }
    }
    (calls, runs)
}

#[test]
fn a_file_is_filed_as_a_genome_with_its_test_once() {
    let fixture = fixture();
    let before = fixture.sequence();
    let filed = take(&fixture, &mut &BEN[..], &settings()).unwrap();
    assert!(filed.done);
    let changed = ["DocumentReference 1", "Procedure 1", "Procedure 1", "Provenance 1"];
    assert_eq!(fixture.changed(before), changed);
    let found = genomes(&fixture);
    let [(genome, manifest)] = &found[..] else { panic!("{found:?}") };
    assert_eq!(Some(&genome.raw), filed.raw.as_ref());
    assert_eq!((manifest.sample.as_str(), manifest.name.as_str()), ("BEN-SAMPLE", "ben.vcf"));
    // The analysis names the genome.
    let resources = fixture
        .record
        .patient_resources(&reader(&fixture), &PatientId::new("ben-sample"), &["Procedure"])
        .unwrap();
    let texts: Vec<String> =
        resources.iter().map(|r| String::from_utf8(r.body.clone()).unwrap()).collect();
    assert!(
        texts.iter().any(|text| text.contains("urn:cognate:genome") && text.contains(&genome.id))
    );
    // Once more changes nothing.
    let before = fixture.sequence();
    assert!(take(&fixture, &mut &BEN[..], &settings()).unwrap().done);
    assert_eq!(fixture.sequence(), before);
    assert_eq!(genomes(&fixture).len(), 1);
}

#[test]
fn a_file_of_the_older_build_keeps_its_coordinates() {
    let fixture = fixture();
    let text = file(GRCH37, &["chr7 100 . A G . . . GT 0/1"]);
    let filed = take(&fixture, &mut text.as_bytes(), &settings()).unwrap();
    assert_eq!(filed.problems[0].code, "no-pharmacogenes");
    let found = genomes(&fixture);
    assert_eq!(found[0].1.build, model::variant::GenomeBuild::GRCh37);
    let (calls, _) = within(&fixture, &Range::new("NC_000007.13", 99, 100));
    assert_eq!(calls.len(), 1);
    assert_eq!(within(&fixture, &Range::new("NC_000007.14", 99, 100)).0, []);
    // Nobody interprets it as GRCh38.
    let facts = fixture.facts("ben-sample");
    let genotypes = |filed: &model::fact::FiledFact| {
        matches!(filed.fact.content, model::fact::FactContent::Genotypes(_))
    };
    assert!(!facts.iter().any(genotypes));
}

#[test]
fn regions_of_the_operator_are_what_was_looked_at() {
    let fixture = fixture();
    let text = file(GRCH38, &["chr7 100 . A G . . . GT 0/1", "chr7 150 . A G . q10 . GT 0/1"]);
    let regions = Some(b"chr7\t50\t200\n".to_vec());
    let with = FileSettings { regions, ..settings() };
    take(&fixture, &mut text.as_bytes(), &with).unwrap();
    assert_eq!(genomes(&fixture)[0].1.coverage, Coverage::Regions);
    let asked = Range::new("NC_000007.14", 0, 1_000);
    let found = seen(&asked, &within(&fixture, &asked).1);
    assert_eq!(found.studied, [Range::new("NC_000007.14", 50, 200)]);
    assert_eq!(found.uncallable, [Range::new("NC_000007.14", 149, 150)]);
    // Without them it is another reading of the same file.
    take(&fixture, &mut text.as_bytes(), &settings()).unwrap();
    assert_eq!(genomes(&fixture).len(), 2);
    // A list that cannot be read is no list.
    let bad = FileSettings { regions: Some(b"chr7\t200\n".to_vec()), ..settings() };
    let Err(Failure::Quarantined { problems, .. }) = take(&fixture, &mut text.as_bytes(), &bad)
    else {
        panic!("it was taken");
    };
    assert_eq!(problems.last().unwrap().place, "regions, line 1");
}

#[test]
fn what_only_the_genome_cannot_use_leaves_the_pharmacogenes() {
    let fixture = fixture();
    let text = String::from_utf8(BEN.to_vec()).unwrap();
    let (mut head, mut rows): (Vec<&str>, Vec<&str>) =
        text.lines().partition(|line| line.starts_with('#'));
    rows.reverse();
    head.extend(rows);
    let filed = take(&fixture, &mut head.join("\n").as_bytes(), &settings()).unwrap();
    let warning = filed.problems.iter().find(|problem| problem.code == "not-sorted").unwrap();
    assert!(warning.text.contains("no genome was filed"), "{warning}");
    assert_eq!(genomes(&fixture), []);
    let genotypes = |f: &model::fact::FiledFact| {
        matches!(f.fact.content, model::fact::FactContent::Genotypes(_))
    };
    assert!(fixture.facts("ben-sample").iter().any(genotypes));
    // A malformed record is an error of the whole file, also off the pharmacogenes.
    let bad = file(GRCH38, &["chr7 100 . A G . . . GT 0/1", "chr7 200 . A G . . . GT 0/7"]);
    let refused = take(&fixture, &mut bad.as_bytes(), &settings());
    assert!(matches!(refused, Err(Failure::Quarantined { .. })));
    assert_eq!(genomes(&fixture), []);
}

/// A file of more bytes than a piece has.
fn large() -> String {
    let note = "x".repeat(1024 * 1024);
    let row = |at: u32| format!("chr7 {at} . A G . . NOTE={note} GT 0/1");
    let rows: Vec<String> = (1..=70).map(row).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    file(GRCH38, &rows)
}

#[test]
fn a_large_file_is_archived_in_pieces_and_filed_from_them() {
    let fixture = fixture();
    let text = large();
    let filed = take(&fixture, &mut text.as_bytes(), &settings()).unwrap();
    assert!(filed.done);
    let kept = fixture.record.raw_list(&fixture.access(), None, 100).unwrap();
    let mut pieces: Vec<_> =
        kept.iter().filter(|raw| raw.state == RawState::Piece).map(|raw| raw.id.clone()).collect();
    assert_eq!(pieces.len(), 3);
    // In the order of arrival they are the file.
    pieces.reverse();
    let body = |id: &model::RawId| fixture.record.raw(&fixture.access(), id).unwrap().unwrap().body;
    let whole: Vec<u8> = pieces.iter().flat_map(body).collect();
    assert!(whole == text.as_bytes());
    let (calls, _) = within(&fixture, &Range::new("NC_000007.14", 0, 100));
    assert_eq!(calls.len(), 70);
    // The same file again: new pieces in the archive, the same genome.
    let before = fixture.sequence();
    take(&fixture, &mut text.as_bytes(), &settings()).unwrap();
    assert_eq!(fixture.sequence(), before);
    assert_eq!(genomes(&fixture).len(), 1);
    // Nothing waits: pieces are no messages.
    assert_eq!(fixture.work_off(), 0);
}

#[test]
fn the_worker_files_pieces_that_a_crash_left_waiting() {
    let fixture = fixture();
    let filed = take(&fixture, &mut large().as_bytes(), &settings()).unwrap();
    let raw = filed.raw.unwrap();
    let access = fixture.access();
    fixture.record.set_raw_state(&access, &raw, RawState::Received, &[]).unwrap();
    assert_eq!(fixture.work_off(), 1);
    let state = fixture.record.raw(&access, &raw).unwrap().unwrap().summary.state;
    assert_eq!(state, RawState::Filed);
    assert_eq!(genomes(&fixture).len(), 1);
}

#[test]
fn a_reader_that_fails_files_nothing() {
    struct Broken(u32);
    impl Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.0 += 1;
            if self.0 > 3 {
                return Err(std::io::Error::other("the disk is gone"));
            }
            buffer.fill(b'#');
            Ok(buffer.len())
        }
    }
    let fixture = fixture();
    let refused = take(&fixture, &mut Broken(0), &settings());
    assert!(matches!(refused, Err(Failure::Refused(_))));
    assert_eq!(genomes(&fixture), []);
}
