//! What becomes of files that a sender puts into a watched folder, and what a crash leaves.

use crate::support::{ANA, BEN, Fixture, fixture, pack};
use genomics::reference::References;
use intake::Feed;
use intake::folder::{FILES_PER_PASS_MAX, Folder, Passed};
use record::RawState;
use std::fs;
use std::path::{Path, PathBuf};

struct Watched {
    fixture: Fixture,
    directory: tempfile::TempDir,
}

fn watched() -> Watched {
    Watched { fixture: fixture(), directory: tempfile::tempdir().unwrap() }
}

impl Watched {
    fn folder(&self, feed: Feed) -> Folder {
        let (record, references) = (self.fixture.record.clone(), References::default());
        Folder::open(record, pack(), references, feed, self.directory.path()).unwrap()
    }

    fn open(&self) -> Folder {
        self.folder(self.fixture.feed.clone())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path("inbox").join(name), bytes).unwrap();
    }

    fn names(&self, part: &str) -> Vec<String> {
        names(&self.path(part))
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }
}

/// Two looks: a file is taken when it has not changed between them.
fn two_passes(folder: &mut Folder) -> Passed {
    folder.pass(&|| false).unwrap();
    folder.pass(&|| false).unwrap()
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_is_whole_is_filed_and_what_is_being_written_is_left() {
    let watched = watched();
    let mut folder = watched.open();
    watched.put("ana.hl7", ANA);
    watched.put(".ana2.hl7", ANA);
    watched.put("ana3.hl7.tmp", ANA);
    assert_eq!(folder.pass(&|| false).unwrap(), Passed { waiting: 1, ..Passed::default() });
    // It changed since: it is left once more.
    watched.put("ana.hl7", format!("{ANA}\n"));
    assert_eq!(folder.pass(&|| false).unwrap(), Passed { waiting: 1, ..Passed::default() });
    assert_eq!(folder.pass(&|| false).unwrap(), Passed { done: 1, ..Passed::default() });
    assert_eq!(watched.names("done")[0], "ana.hl7");
    assert_eq!(watched.names("inbox"), [".ana2.hl7", "ana3.hl7.tmp"]);
    assert!(watched.names("work").is_empty() && watched.names("failed").is_empty());
    assert!(watched.fixture.findings("ana-example").iter().any(|line| line.contains("CYP2C19")));
}

#[test]
fn every_kind_of_file_that_can_be_ingested() {
    let watched = watched();
    let mut folder = watched.open();
    let patient = r#"{"resourceType":"Patient","id":"new-one","name":[{"family":"One"}]}"#;
    watched.put("batch.hl7", format!("BHS|^~\\&|A\r{ANA}\rBTS|1\r"));
    watched.put("ben.vcf", BEN);
    watched.put("ben.vcf.about.json", r#"{"patient": "ben-sample"}"#);
    watched.put("people.ndjson", format!("{patient}\n"));
    watched.put(
        "bundle.json",
        r#"{"resourceType":"Bundle","type":"transaction","entry":[{"request":
            {"method":"PUT","url":"Patient/put"},
            "resource":{"resourceType":"Patient","id":"put"}}]}"#,
    );
    assert_eq!(two_passes(&mut folder), Passed { done: 4, ..Passed::default() });
    for name in ["batch.hl7", "ben.vcf", "ben.vcf.about.json", "people.ndjson", "bundle.json"] {
        assert!(watched.names("done").contains(&name.to_owned()), "{name}");
    }
    assert!(!watched.fixture.facts("ben-sample").is_empty());
    watched.fixture.read("Patient", "new-one");
    watched.fixture.read("Patient", "put");
}

/// A PDF is filed for whom it is said to be about, waits if that is not sure, and is read like any
/// other document.
#[test]
fn a_document_is_filed_for_whom_it_names_or_waits_for_a_person() {
    let watched = watched();
    let person = ("Ana Example", "1961-04-02", "100001");
    let of = |line: &str| {
        let texts = [(40.0, 100.0, "Results"), (40.0, 140.0, line)];
        testkit::pdf::report(person, &texts)
    };
    let ana = "COGNATE-DEMO_100001_19610402_Example_Ana";
    // A feed that does not say so takes none.
    let mut folder = watched.open();
    watched.put(&format!("{ana}.pdf"), of("CYP2D6 *1/*1 Normal Metabolizer"));
    assert_eq!(two_passes(&mut folder), Passed { failed: 1, ..Passed::default() });
    assert!(watched.text(&format!("failed/{ana}.pdf.problem")).contains("no-documents"));

    let feed = Feed { documents: true, ..watched.fixture.feed.clone() };
    let mut folder = watched.folder(feed);
    watched.put(&format!("{ana}.pdf"), of("CYP2D6 *1/*1 Normal Metabolizer"));
    watched.put("scan.pdf", of("CYP2C9 *1/*1 Normal Metabolizer"));
    watched.put("scan.pdf.about.json", r#"{"patient": "ana-example"}"#);
    watched.put("nobody.pdf", of("CYP2C19 *1/*1 Normal Metabolizer"));
    watched
        .put("COGNATE-DEMO_100001_19610403_Example_Ana.pdf", of("CYP3A5 *3/*3 Poor Metabolizer"));
    watched.put("gone.pdf", of("CYP2B6 *1/*1 Normal Metabolizer"));
    watched.put("gone.pdf.about.json", r#"{"patient": "no-such-person"}"#);
    let before = watched.fixture.sequence();
    assert_eq!(two_passes(&mut folder), Passed { done: 5, ..Passed::default() });
    let filed = watched.fixture.changes(before);
    let documents: Vec<_> =
        filed.iter().filter(|change| change.resource_type == "DocumentReference").collect();
    assert_eq!(documents.len(), 2);
    let ana_example = model::PatientId::new("ana-example");
    assert!(documents.iter().all(|change| change.patient.as_ref() == Some(&ana_example)));
    // The others wait, each with its reason, and who might be meant.
    for (name, word) in [
        ("nobody.pdf", "no patient identifier"),
        ("COGNATE-DEMO_100001_19610403_Example_Ana.pdf", "the birth date differs"),
        ("gone.pdf", "not known"),
    ] {
        assert!(watched.text(&format!("done/{name}.note")).contains(word), "{name}");
    }
    let access = watched.fixture.access();
    let waiting = watched.fixture.record.reviews(&access, true).unwrap();
    assert_eq!(waiting.len(), 3);
    assert!(waiting.iter().all(|review| review.entry.reason == "unmatched"));
    let near = waiting.iter().filter(|review| review.entry.candidates == [ana_example.clone()]);
    assert_eq!(near.count(), 1);
    // Read again it still waits: nobody has said whose it is.
    let raw = waiting[0].entry.raw.clone().unwrap();
    let kept = watched.fixture.record.raw(&access, &raw).unwrap().unwrap();
    watched.fixture.worker().file(&kept).unwrap();
    let kept = watched.fixture.record.raw(&access, &raw).unwrap().unwrap();
    assert_eq!(kept.summary.state, RawState::Unmatched);
    assert_eq!(watched.fixture.record.reviews(&access, true).unwrap().len(), 3);
    // What was filed is read into proposals, and put again it is not filed again.
    assert_eq!(crate::extraction::follower(&watched.fixture).work_off().unwrap(), 2);
    let before = watched.fixture.sequence();
    watched.put(&format!("{ana}.pdf"), of("CYP2D6 *1/*1 Normal Metabolizer"));
    assert_eq!(two_passes(&mut folder), Passed { done: 1, ..Passed::default() });
    assert_eq!(watched.fixture.sequence(), before);
}

#[test]
fn what_cannot_be_taken_in_is_in_failed_with_its_reason() {
    let watched = watched();
    let feed = Feed { bytes_max: 4096, ..watched.fixture.feed.clone() };
    let mut folder = watched.folder(feed);
    watched.put("nothing.bin", b"\x00\x01 no format");
    watched.put("test.hl7", ANA.replace("|P|2.5.1", "|T|2.5.1"));
    watched.put("whose.vcf", BEN);
    watched.put("long.hl7", ANA.replace("OBX|1", &format!("NTE|1||{}\rOBX|1", "x".repeat(5000))));
    watched.put("bad.json", "{\"resourceType\": ");
    watched.put("mira.maf", "Hugo_Symbol\tTumor_Sample_Barcode\nKRAS\tS1\n");
    watched.put("mira.maf.about.json", r#"{"patien": "mira"}"#);
    std::os::unix::fs::symlink("/etc/hostname", watched.path("inbox/link.hl7")).unwrap();
    assert_eq!(two_passes(&mut folder), Passed { failed: 7, ..Passed::default() });
    for (name, word) in [
        ("nothing.bin", "unknown-content"),
        ("test.hl7", "processing-id"),
        ("whose.vcf", "no-patient"),
        ("long.hl7", "more than 4096 bytes"),
        ("bad.json", "bad-json"),
        ("mira.maf", "unknown field"),
        ("link.hl7", "links are not followed"),
    ] {
        let reason = watched.text(&format!("failed/{name}.problem"));
        assert!(reason.contains(word) && reason.contains("feed north"), "{name}: {reason}");
        assert!(watched.names("failed").contains(&name.to_owned()), "{name}");
    }
    // What nobody can read is seen in the record, too.
    let access = watched.fixture.access();
    let kept = watched.fixture.record.raw_list(&access, Some(RawState::Quarantined), 10).unwrap();
    assert_eq!(kept[0].problems[0].code, "unknown-content");
}

#[test]
fn the_same_file_again_is_told_and_files_nothing() {
    let watched = watched();
    let mut folder = watched.open();
    watched.put("ana.hl7", ANA);
    two_passes(&mut folder);
    let before = watched.fixture.sequence();
    watched.put("ana.hl7", ANA);
    assert_eq!(two_passes(&mut folder), Passed { done: 1, ..Passed::default() });
    assert_eq!(watched.fixture.sequence(), before);
    // Both are kept, under names of their own.
    assert!(watched.text("done/ana.hl7.1.note").contains("filed before"));
    // What waits for a person is in the record's list, and told.
    watched.put("other.hl7", ANA.replace("100001", "999999").replace("0117", "0118"));
    assert_eq!(two_passes(&mut folder), Passed { done: 1, ..Passed::default() });
    assert!(watched.text("done/other.hl7.note").contains("waits for a person"));
}

#[test]
fn what_a_crash_left_is_taken_up_and_nothing_is_filed_twice() {
    let bundle = |method: &str, condition: &str| {
        let url = if method == "PUT" { "Patient/new-one" } else { "Patient" };
        format!(
            r#"{{"resourceType":"Bundle","type":"transaction","entry":[{{"request":
                {{"method":"{method}","url":"{url}"{condition}}},
                "resource":{{"resourceType":"Patient","id":"new-one"}}}}]}}"#
        )
    };
    for (name, bytes, part) in [
        ("ana.hl7", ANA.to_owned(), "done"),
        ("put.json", bundle("PUT", ""), "done"),
        ("once.json", bundle("POST", r#","ifNoneExist":"identifier=a|b""#), "done"),
        // Was it filed? It would be a second patient.
        ("post.json", bundle("POST", ""), "failed"),
    ] {
        let watched = watched();
        drop(watched.open());
        // The crash came after the move, before anything else, or after the filing.
        fs::write(watched.path("work").join(name), &bytes).unwrap();
        let mut folder = watched.open();
        folder.pass(&|| false).unwrap();
        assert!(watched.names(part).contains(&name.to_owned()), "{name}");
        let before = watched.fixture.sequence();
        fs::write(watched.path("work").join(name), &bytes).unwrap();
        watched.open().pass(&|| false).unwrap();
        let changed = watched.fixture.changed(before);
        assert!(changed.len() <= 1, "{name}: {changed:?}");
        if part == "failed" {
            let reason = watched.text("failed/post.json.problem");
            assert!(reason.contains("interrupted"), "{reason}");
        }
    }
}

#[test]
fn a_flood_of_files_is_taken_in_passes() {
    let watched = watched();
    let mut folder = watched.open();
    for number in 0..=FILES_PER_PASS_MAX {
        watched.put(&format!("{number:03}.bin"), b"x");
    }
    let failed = FILES_PER_PASS_MAX;
    assert_eq!(two_passes(&mut folder), Passed { failed, waiting: 1, ..Passed::default() });
    assert_eq!(folder.pass(&|| false).unwrap(), Passed { failed: 1, ..Passed::default() });
    // One that is asked to stop takes nothing up.
    watched.put("late.bin", b"x");
    folder.pass(&|| true).unwrap();
    assert_eq!(folder.pass(&|| true).unwrap(), Passed { waiting: 1, ..Passed::default() });
}
