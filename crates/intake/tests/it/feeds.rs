//! Profiles of feeds: batches, codes that nobody mapped, and what a new profile would change.

use crate::support::{ANA, Fixture, fixture};
use intake::Feed;
use intake::difference::{as_archived, difference, facts};
use intake::feed::{Profile, archive, profiles};
use intake::receive::receive_any;
use intake::unmapped::requeue;
use record::{RawState, Review};

/// Ana's result with its genotype under a code of the laboratory's own.
fn with_local_code() -> String {
    let text = ANA.replace("84413-4^", "GT^");
    let local: Vec<String> = text
        .split_inclusive(['\r', '\n'])
        .map(|line| {
            if line.contains("GT^") { line.replacen("^LN|", "^NORTH|", 1) } else { line.to_owned() }
        })
        .collect();
    local.concat()
}

fn with_profile(fixture: &mut Fixture, version: &str, codes: &[(&str, &str)]) {
    let profile = Profile { version: version.to_owned(), sha256: "0".repeat(64) };
    let codes = codes
        .iter()
        .map(|(code, loinc)| (("NORTH".to_owned(), (*code).to_owned()), (*loinc).to_owned()));
    fixture.feed = Feed { profile: Some(profile), codes: codes.collect(), ..fixture.feed.clone() };
}

fn open(fixture: &Fixture) -> Vec<Review> {
    fixture.record.reviews(&fixture.access(), true).unwrap()
}

#[test]
fn a_code_that_nobody_mapped_is_a_task_that_a_new_profile_resolves_by_itself() {
    let mut fixture = fixture();
    with_profile(&mut fixture, "1", &[]);
    let filed = fixture.file(&with_local_code());
    // What is known is not kept waiting.
    assert_eq!(filed.state, RawState::Filed);
    let findings = fixture.findings("ana-example").join("\n");
    assert!(!findings.contains("*2/*2") && findings.contains("CYP2C19"), "{findings}");
    let tasks = open(&fixture);
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    assert!(tasks[0].entry.text.contains("`GT` of `NORTH`"), "{tasks:?}");
    // The next message with the code makes no second task.
    fixture.file(&with_local_code().replace("0117", "0118"));
    assert_eq!(open(&fixture).len(), 1);
    assert_eq!(requeue(&fixture.record, &fixture.feed).unwrap(), 0);
    with_profile(&mut fixture, "2", &[("GT", "84413-4")]);
    assert_eq!(requeue(&fixture.record, &fixture.feed).unwrap(), 2);
    assert!(open(&fixture).is_empty());
    fixture.work_off();
    assert!(fixture.findings("ana-example").iter().any(|line| line.contains("*2/*2")));
    assert_eq!(requeue(&fixture.record, &fixture.feed).unwrap(), 0);
}

#[test]
fn what_a_new_profile_would_change_is_told_before_it_is_used() {
    let mut fixture = fixture();
    with_profile(&mut fixture, "1", &[]);
    let filed = fixture.file(&with_local_code());
    let message = fixture.record.raw(&fixture.access(), &filed.id).unwrap().unwrap();
    let same = difference(&fixture.record, &fixture.feed, &message).unwrap();
    assert_eq!((same.gone.len(), same.come.len(), same.reason), (0, 0, None));
    let before = fixture.sequence();
    with_profile(&mut fixture, "2", &[("GT", "84413-4")]);
    let would = difference(&fixture.record, &fixture.feed, &message).unwrap();
    assert!(would.come.iter().any(|line| line.contains("*2/*2")), "{would:?}");
    assert_eq!(would.patient.unwrap().as_str(), "ana-example");
    assert_eq!(fixture.sequence(), before, "nothing was changed");
    // Without a record: what a file comes to.
    let archived = as_archived(&fixture.feed, with_local_code().as_bytes(), fixture.record.now());
    let (said, problems) = facts(&fixture.feed, &archived[0]).unwrap();
    assert!(said.iter().any(|line| line.contains("*2/*2")), "{said:?}");
    assert!(problems.iter().all(|one| one.code != "unknown-code"), "{problems:?}");
    assert!(
        facts(&fixture.feed, &as_archived(&fixture.feed, b"MSH|", fixture.record.now())[0])
            .is_err()
    );
}

#[test]
fn what_was_filed_says_by_which_profile() {
    let mut fixture = fixture();
    with_profile(&mut fixture, "7", &[]);
    let before = fixture.sequence();
    fixture.file(ANA);
    let provenance = fixture.resource("Provenance", before).to_string();
    assert!(provenance.contains("feed north, profile 7 (000000000000)"), "{provenance}");
    let text = "version = \"7\"\n[[feed]]\nid = \"north\"\n";
    profiles(text, &fixture.feed.tenant).unwrap();
    let one = archive(&fixture.record, &fixture.feed.tenant, text).unwrap();
    assert_eq!(archive(&fixture.record, &fixture.feed.tenant, text).unwrap(), one);
    let kept = fixture.record.raw(&fixture.access(), &one).unwrap().unwrap();
    assert_eq!(kept.body, text.as_bytes());
}

#[test]
fn each_message_of_a_batch_is_archived_and_answered_alone() {
    let fixture = fixture();
    let second = ANA.replace("0117", "0118").replace("|P|2.5.1", "|T|2.5.1");
    let batch =
        format!("FHS|^~\\&|A||||||||F1\rBHS|^~\\&|A||||||||B1\r{ANA}\r{second}\rBTS|3\rFTS|1\r");
    let take = || receive_any(&fixture.record, &fixture.feed, "peer", batch.clone().into_bytes());
    let answer = take().unwrap();
    let text = String::from_utf8(answer.acknowledgement.clone()).unwrap();
    let ids: Vec<&str> = text.split('\r').map(|line| line.get(..3).unwrap_or(line)).collect();
    assert_eq!(ids, ["FHS", "BHS", "MSH", "MSA", "MSH", "MSA", "ERR", "BTS", "FTS", ""]);
    assert!(text.contains("MSA|AA|NSML-20260112-0117\r"), "{text}");
    assert!(text.contains("MSA|AR|NSML-20260112-0118\r"), "{text}");
    assert!(text.contains("\rBTS|2|the trailer does not state the 2 that were found\r"), "{text}");
    let raw = fixture.record.raw(&fixture.access(), &answer.receipts[0].raw).unwrap().unwrap();
    assert_eq!(raw.summary.peer, "peer, batch B1, file F1");
    assert!(raw.body.starts_with(b"MSH"));
    // The whole batch again: the same messages, the same answers.
    let again = take().unwrap();
    assert_eq!(again.receipts[0].raw, answer.receipts[0].raw);
    assert_eq!(again.receipts[0].acknowledgement, answer.receipts[0].acknowledgement);
    // A batch without a message is no batch.
    let empty =
        receive_any(&fixture.record, &fixture.feed, "peer", b"BHS|^~\\&|A\rBTS|0\r".to_vec());
    assert_eq!(empty.unwrap().outcome(), formats::hl7v2::ack::Outcome::Rejected);
}
