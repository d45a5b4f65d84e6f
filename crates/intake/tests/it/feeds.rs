//! Profiles of feeds: batches, codes that nobody mapped, and what a new profile would change.

use crate::support::{ANA, Fixture, fixture, locally_coded, tenant};
use intake::difference::{as_archived, difference, facts};
use intake::feed::{Feeds, Mapped, Profile, archive, profiles};
use intake::inspect::found;
use intake::receive::receive_any;
use intake::replay::{Asked, Since, replay};
use intake::unmapped::requeue;
use intake::{Failure, Feed};
use record::{Access, AuditQuery, Purpose, RawState, Review, Role, Scope};

/// Ana's result with its genotype under a code of the laboratory's own.
fn with_local_code() -> String {
    locally_coded(ANA)
}

fn with_profile(fixture: &mut Fixture, version: &str, codes: &[(&str, &str)]) {
    let profile = Profile { version: version.to_owned(), sha256: format!("{version:0>64}") };
    let codes = codes
        .iter()
        .map(|(code, loinc)| (("NORTH".to_owned(), (*code).to_owned()), (*loinc).to_owned()));
    fixture.feed = Feed { profile: Some(profile), codes: codes.collect(), ..fixture.feed.clone() };
}

fn open(fixture: &Fixture) -> Vec<Review> {
    fixture.record.reviews(&fixture.access(), true).unwrap()
}

#[test]
fn a_sender_that_nobody_will_answer_is_seen() {
    for (asks, to, is_noticed) in [
        ("AL|AL", None, true),
        ("AL|ER", None, true),
        ("AL|NE", None, false),
        ("AL|", None, false),
        ("AL|AL", Some("ack-north"), false),
    ] {
        let mut fixture = fixture();
        fixture.feed.acknowledge_to = to.map(str::to_owned);
        let text = ANA.replacen("|P|2.5.1|||", &format!("|P|2.5.1|||{asks}"), 1);
        let receipt = fixture.receive(&text);
        fixture.worker().work_off().unwrap();
        let kept = fixture.record.raw(&fixture.access(), &receipt.raw).unwrap().unwrap().summary;
        assert_eq!(kept.state, RawState::Filed);
        let found = kept.problems.iter().find(|one| one.code == "not-acknowledged");
        let place = found.map(|one| one.place.as_str());
        assert_eq!(place, is_noticed.then_some("MSH-16"), "{asks} {to:?}");
    }
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
    let same = difference(&fixture.record, &fixture.feed, &fixture.access(), &message).unwrap();
    assert_eq!((same.gone.len(), same.come.len(), same.reason), (0, 0, None));
    let before = fixture.sequence();
    with_profile(&mut fixture, "2", &[("GT", "84413-4")]);
    let would = difference(&fixture.record, &fixture.feed, &fixture.access(), &message).unwrap();
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

/// The file of profiles of the fixture's feed.
fn file(fixture: &Fixture) -> String {
    format!("version = \"7\"\n\n[[feed]]\nid = \"{}\"\n", fixture.feed.id)
}

#[test]
fn a_code_that_is_mapped_beside_the_file_counts_at_once_and_after_a_restart() {
    let mut fixture = fixture();
    let (record, tenant) = (fixture.record.clone(), fixture.feed.tenant.clone());
    let text = file(&fixture);
    let feeds = Feeds::open(&record, &tenant, &text).unwrap();
    let id = fixture.feed.id.clone();
    fixture.feed = Feed::clone(&feeds.get(&id).unwrap());
    fixture.file(&with_local_code());
    assert_eq!(open(&fixture).len(), 1);
    let mapped = |code: &str, loinc: &str| Mapped {
        feed: id.clone(),
        system: "NORTH".to_owned(),
        code: code.to_owned(),
        loinc: loinc.to_owned(),
    };
    let map = |new: Mapped| feeds.map(&record, new, "account:mira");
    for (new, code) in [(mapped("GT", "84413-5"), "bad-loinc"), (mapped("", "84413-4"), "bad-code")]
    {
        let refused = map(new);
        let Err(Failure::Refused(problems)) = refused else { panic!("{refused:?}") };
        assert_eq!(problems[0].code, code);
    }
    let elsewhere = map(Mapped { feed: "other".to_owned(), ..mapped("GT", "84413-4") });
    assert!(matches!(elsewhere, Err(Failure::NotFound(_))), "{elsewhere:?}");
    assert_eq!(open(&fixture).len(), 1, "nothing was done");

    assert_eq!(map(mapped("GT", "84413-4")).unwrap(), 1, "the message is read again");
    assert!(open(&fixture).is_empty());
    let again = map(mapped("GT", "84413-4"));
    assert!(matches!(again, Err(Failure::Refused(_))), "{again:?}");
    // Its profile is another version from now on, which the archive holds.
    let now = feeds.get(&id).unwrap();
    let profile = now.profile.clone().unwrap();
    assert_eq!(profile.version, "7+1");
    let kept =
        record.raw_duplicate(&fixture.access(), "profiles", &format!("sha256:{}", profile.sha256));
    assert!(kept.unwrap().is_some());
    fixture.feed = Feed::clone(&now);
    fixture.work_off();
    assert!(fixture.findings("ana-example").iter().any(|line| line.contains("*2/*2")));
    // After a restart it is there, and the file goes before it.
    let opened = Feeds::open(&record, &tenant, &text).unwrap();
    assert_eq!(opened.get(&id).unwrap().profile, now.profile);
    assert_eq!(opened.mapped(&id), [mapped("GT", "84413-4")]);
    let own =
        format!("{text}[[feed.code]]\nsystem = \"NORTH\"\ncode = \"GT\"\nloinc = \"48018-6\"\n");
    let opened = Feeds::open(&record, &tenant, &own).unwrap();
    let codes = &opened.get(&id).unwrap().codes;
    assert_eq!(codes[&("NORTH".to_owned(), "GT".to_owned())], "48018-6");
    // A feed without a file has no profile to map in.
    let loose = Feeds::from(vec![Feed::production(&id, &tenant)]);
    let refused = loose.map(&record, mapped("GT", "84413-4"), "account:mira");
    assert!(matches!(refused, Err(Failure::Refused(_))), "{refused:?}");
}

/// An answer that the sender has its own code for is a task like a code, once, and what held it is
/// read again when it is mapped.
#[test]
fn an_answer_that_nobody_mapped_is_a_task_and_its_message_is_read_again() {
    let mut fixture = fixture();
    let (record, tenant) = (fixture.record.clone(), fixture.feed.tenant.clone());
    let feeds = Feeds::open(&record, &tenant, &file(&fixture)).unwrap();
    let id = fixture.feed.id.clone();
    fixture.feed = Feed::clone(&feeds.get(&id).unwrap());
    let local = |control_id: &str, answer: &str| {
        ANA.replace("NSML-20260112-0117", control_id)
            .replace("NS26-000117", control_id)
            .replace("LA9657-3^Poor metabolizer^LN", answer)
    };
    // Words that say which answer it is take nobody.
    fixture.file(&local("M-1", "4^Poor metabolizer^NORTH"));
    assert!(open(&fixture).is_empty());
    fixture.file(&local("M-2", "4^langsam^NORTH"));
    fixture.file(&local("M-3", "4^langsam^NORTH"));
    let tasks = open(&fixture);
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    assert!(tasks[0].entry.text.contains("`53040-2=4` of `NORTH`"), "{tasks:?}");
    let poor = |fixture: &Fixture| {
        let all = fixture.findings("ana-example").into_iter();
        all.filter(|line| line.contains("*2/*2 Poor Metabolizer")).count()
    };
    assert_eq!(poor(&fixture), 1);
    let map = |loinc: &str| {
        let (feed, system) = (id.clone(), "NORTH".to_owned());
        let new = Mapped { feed, system, code: "53040-2=4".to_owned(), loinc: loinc.to_owned() };
        feeds.map(&record, new, "account:mira")
    };
    // Not a code of an observation, and none of another item's answers.
    for wrong in ["84413-4", "LA6668-3", "LA9657-4"] {
        assert!(matches!(map(wrong), Err(Failure::Refused(_))), "{wrong}");
    }
    assert_eq!(map("LA9657-3").unwrap(), 2, "the messages are read again");
    fixture.feed = Feed::clone(&feeds.get(&id).unwrap());
    fixture.work_off();
    assert!(open(&fixture).is_empty());
    assert_eq!(poor(&fixture), 3);
}

/// All of the messages from there on, looked at only.
fn from(since: Since) -> Asked {
    Asked { since, messages_max: 10, passed_max: usize::MAX, is_done: false, is_thorough: false }
}

#[test]
fn what_two_processes_map_is_kept_of_both_and_looking_archives_nothing() {
    let fixture = fixture();
    let (record, tenant, id) = (&fixture.record, &fixture.feed.tenant, &fixture.feed.id);
    let text = format!("version = \"7\"\n\n[[feed]]\nid = \"{id}\"\n");
    let archived = || record.raw_list(&fixture.access(), None, 100).unwrap().len();
    let before = archived();
    let looked_at = Feeds::read(record, tenant, &text).unwrap();
    assert!(looked_at.get(id).unwrap().profile.is_some());
    assert_eq!(archived(), before);
    let (one, other) =
        (Feeds::open(record, tenant, &text).unwrap(), Feeds::open(record, tenant, &text).unwrap());
    assert_eq!(archived(), before + 1);
    let mapped = |code: &str| Mapped {
        feed: id.clone(),
        system: "NORTH".to_owned(),
        code: code.to_owned(),
        loinc: "84413-4".to_owned(),
    };
    one.map(record, mapped("GT"), "account:mira").unwrap();
    // The other does not know of it yet, and takes nothing of it away.
    assert!(matches!(other.check(record, &mapped("GT")), Err(Failure::Refused(_))));
    assert!(matches!(other.map(record, mapped("GT"), "account:ana"), Err(Failure::Refused(_))));
    other.check(record, &mapped("GT2")).unwrap();
    other.map(record, mapped("GT2"), "account:ana").unwrap();
    let opened = Feeds::open(record, tenant, &text).unwrap();
    assert_eq!(opened.mapped(id), [mapped("GT"), mapped("GT2")]);
}

#[test]
fn a_replay_is_bounded_by_the_way_and_begins_at_its_day() {
    let mut fixture = fixture();
    with_profile(&mut fixture, "1", &[]);
    let first = fixture.file(ANA);
    let second = fixture.file(&ANA.replace("0117", "0200"));
    let run = |asked: Asked| {
        let (record, feed, reader) = (&fixture.record, &fixture.feed, fixture.access());
        replay(record, feed, &reader, asked, &mut |_, _| {}).unwrap()
    };
    for (day, looked_at) in [("2026-01-12", 2), ("2026-01-13", 0), ("1999-01-01", 2)] {
        assert_eq!(run(from(day.parse().unwrap())).looked_at, looked_at, "{day}");
    }
    let from_first = from(Since::Sequence(first.sequence));
    let part = run(Asked { passed_max: 1, ..from_first });
    assert_eq!((part.looked_at, part.next), (1, Some(first.sequence + 1)));
    let rest = run(Asked { passed_max: 1, ..from(Since::Sequence(part.next.unwrap())) });
    assert_eq!((rest.looked_at, rest.next), (1, None));
    assert_eq!(rest.looked_at + part.looked_at, run(from_first).looked_at);
    assert!(second.sequence > first.sequence);
}

#[test]
fn a_replay_reads_as_the_person_and_tells_only_what_the_person_may_see() {
    let mut fixture = fixture();
    with_profile(&mut fixture, "1", &[("GT", "84413-4")]);
    let filed = fixture.file(&with_local_code());
    with_profile(&mut fixture, "2", &[]);
    let told_to = |role: Role| {
        let actor = format!("account:{}", role.word());
        let reader = Access::new(tenant(), actor, role, Purpose::Operations, Scope::Tenant);
        let (record, feed) = (&fixture.record, &fixture.feed);
        let mut told = Vec::new();
        let asked = from(Since::Sequence(1));
        replay(record, feed, &reader, asked, &mut |_, one| told.push(one)).unwrap();
        assert_eq!(told.len(), 1);
        told.remove(0)
    };
    let of_analyst = told_to(Role::InterfaceAnalyst);
    assert!(of_analyst.gone.is_empty() && of_analyst.gone_unseen > 0, "{of_analyst:?}");
    let of_reviewer = told_to(Role::LaboratoryReviewer);
    assert!(of_reviewer.gone.iter().any(|line| line.contains("*2/*2")), "{of_reviewer:?}");
    assert_eq!(of_reviewer.gone_unseen, 0);
    assert_eq!(of_reviewer.gone.len(), of_analyst.gone_unseen);
    let privacy =
        Access::new(tenant(), "p", Role::PrivacyOfficer, Purpose::Operations, Scope::Tenant);
    for role in ["interface-analyst", "laboratory-reviewer"] {
        let (actor, entity) = (Some(format!("account:{role}")), Some(format!("raw/{}", filed.id)));
        let query = AuditQuery { actor, entity, count: 100, ..AuditQuery::default() };
        let found = fixture.record.audit_events(&privacy, &query).unwrap();
        assert!(!found.events.is_empty(), "{role}");
    }
}

#[test]
fn a_replay_tells_what_would_change_and_then_changes_it() {
    let mut fixture = fixture();
    with_profile(&mut fixture, "1", &[]);
    let first = fixture.file(&with_local_code());
    fixture.file(&ANA.replace("0117", "0200"));
    let replay_from = |fixture: &Fixture, since: Since, limit: usize, is_dry_run: bool| {
        let asked = Asked { messages_max: limit, is_done: !is_dry_run, ..from(since) };
        let mut told = Vec::new();
        let (record, feed, reader) = (&fixture.record, &fixture.feed, fixture.access());
        let done = replay(record, feed, &reader, asked, &mut |summary, difference| {
            told.push((summary.sequence, difference.come.len()));
        });
        (done.unwrap(), told)
    };
    let all = Since::Sequence(1);
    let (same, _) = replay_from(&fixture, all, 10, true);
    assert_eq!((same.looked_at, same.changed, same.next), (2, 0, None));
    with_profile(&mut fixture, "2", &[("GT", "84413-4")]);
    let before = fixture.sequence();
    let (would, told) = replay_from(&fixture, all, 10, true);
    assert_eq!(would.looked_at, 2);
    assert!(told.iter().any(|(sequence, come)| *sequence == first.sequence && *come > 0));
    assert_eq!(fixture.sequence(), before, "nothing was changed");
    // It goes on where it ended.
    let (part, _) = replay_from(&fixture, all, 1, true);
    let next = part.next.unwrap();
    assert_eq!(part.looked_at, 1);
    let (rest, _) = replay_from(&fixture, Since::Sequence(next), 10, true);
    assert_eq!((rest.looked_at, rest.next), (1, None));
    let (done, _) = replay_from(&fixture, all, 10, false);
    assert_eq!(done.changed, would.changed);
    fixture.work_off();
    assert!(fixture.findings("ana-example").iter().any(|line| line.contains("*2/*2")));
    for (text, since) in [("12", Some(Since::Sequence(12))), ("soon", None), ("2026-01", None)] {
        assert_eq!(text.parse::<Since>().ok(), since, "{text}");
    }
    assert!(matches!("2026-01-12".parse(), Ok(Since::Day(_))));
}

#[test]
fn a_message_is_shown_with_the_place_of_each_thing_that_it_comes_to() {
    let feed = fixture().feed;
    let archived = |text: &str| as_archived(&feed, text.as_bytes(), testkit::clock::NOW);
    let (seen, problems) = found(&feed, &archived(ANA)[0]).unwrap();
    assert!(model::problem::first_error(&problems).is_none(), "{problems:?}");
    let line = seen.iter().find(|one| one.lines.iter().any(|line| line.contains("*2/*2")));
    let line = line.unwrap();
    assert_eq!(line.kind, "Observation");
    assert!(line.place.starts_with("OBX["), "{line:?}");
    assert!(seen.iter().any(|one| one.kind == "DiagnosticReport"));
    assert!(seen.iter().all(|one| one.kind != "Provenance"), "{seen:?}");
    assert!(found(&feed, &archived("nothing")[0]).is_err());
    let mut fhir = archived("{}").remove(0);
    fhir.summary.media_type = "application/fhir+json".to_owned();
    fhir.body = serde_json::json!({"resourceType": "Bundle", "entry": [
        {}, {"resource": {"resourceType": "Patient", "id": "p", "name": [{"family": "Example"}]}},
    ]})
    .to_string()
    .into_bytes();
    let (seen, _) = found(&feed, &fhir).unwrap();
    assert_eq!((seen.len(), seen[0].place.as_str()), (1, "entry[1]"));
    assert!(seen[0].lines[0].contains("EXAMPLE"), "{seen:?}");
    fhir.body = b"{".to_vec();
    assert!(found(&feed, &fhir).is_err());
}
