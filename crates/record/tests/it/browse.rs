//! The archive looked through, counted, and shown beside what came from it; what persons do with
//! entries of the review list.

use crate::support::{access, commit, fixture, narrowed, observation, patient, put, raw};
use model::{PatientId, Problem, RawId, Timestamp};
use record::{
    Commit, Failure, NewRaw, NewReview, RawQuery, RawState, Record, ResourceChange, ReviewWork,
    Role, TRAFFIC_HOURS,
};

fn archive(record: &Record, feed: &str, key: &str) -> RawId {
    let message = NewRaw { feed: feed.to_owned(), ..raw(key, key.as_bytes()) };
    record.archive(&access(Role::Interface), message).unwrap()
}

fn query(count: u32) -> RawQuery {
    RawQuery { count, ..RawQuery::default() }
}

fn page(record: &Record, query: &RawQuery) -> (Vec<RawId>, Option<u64>) {
    let page = record.raw_page(&access(Role::InterfaceAnalyst), query).unwrap();
    (page.messages.into_iter().map(|message| message.id).collect(), page.next)
}

#[test]
fn pages_go_on_where_the_last_one_ended_whatever_came_in_meanwhile() {
    let fixture = fixture();
    let record = &fixture.record;
    let mut ids: Vec<RawId> = (0..5).map(|n| archive(record, "north", &format!("A{n}"))).collect();
    ids.reverse();
    let (first, next) = page(record, &query(2));
    assert_eq!(first, ids[..2]);
    archive(record, "north", "late");
    let (second, next) = page(record, &RawQuery { before: next, ..query(2) });
    assert_eq!(second, ids[2..4]);
    let (third, next) = page(record, &RawQuery { before: next, ..query(2) });
    assert_eq!((third.as_slice(), next), (&ids[4..], None));
    let none = record.raw_page(&access(Role::InterfaceAnalyst), &query(0));
    assert!(matches!(none, Err(Failure::Invalid { .. })), "{none:?}");
}

#[test]
fn a_page_holds_what_was_asked_for_and_nothing_else() {
    let fixture = fixture();
    let (record, interface) = (&fixture.record, access(Role::Interface));
    let north = archive(record, "north", "LAB\u{1f}SITE\u{1f}4711");
    let south = archive(record, "south", "LAB\u{1f}SITE\u{1f}4712");
    let vcf = NewRaw { media_type: "text/vcf".to_owned(), ..raw("k", b"x") };
    let vcf = record.archive(&interface, vcf).unwrap();
    let problem = Problem::error("no-pid", "PID", "there is no PID segment");
    record.set_raw_state(&interface, &south, RawState::ParseError, &[problem]).unwrap();
    let at = record.raw(&interface, &south).unwrap().unwrap().summary.received;
    let asked = |query: RawQuery| page(record, &RawQuery { count: 9, ..query }).0;
    let text = |text: &str| Some(text.to_owned());
    let of = RawQuery::default;
    for (query, expected) in [
        (RawQuery { feed: text("north"), ..of() }, vec![&north]),
        (RawQuery { feed: text("nor"), ..of() }, vec![]),
        (RawQuery { state: Some(RawState::ParseError), ..of() }, vec![&south]),
        (RawQuery { state: Some(RawState::Filed), ..of() }, vec![]),
        (RawQuery { media_type: text("text/vcf"), ..of() }, vec![&vcf]),
        (RawQuery { control_id: text("4711"), ..of() }, vec![&north]),
        (RawQuery { control_id: text("SITE"), ..of() }, vec![]),
        (RawQuery { since: Some(at), ..of() }, vec![&vcf, &south]),
        (RawQuery { until: Some(at), ..of() }, vec![&north]),
        (RawQuery { until: Some(Timestamp::from_micros(0)), ..of() }, vec![]),
    ] {
        let found = asked(query.clone());
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{query:?}");
    }
}

/// Files an observation of a patient out of a message.
fn filed(record: &Record, patient: &str, id: &str) -> RawId {
    let raw = archive(record, "north", id);
    let change = put(observation(id, patient, "48018-6"));
    let commit = Commit {
        changes: vec![change],
        raw: Some((raw.clone(), RawState::Filed, Vec::new())),
        ..Commit::default()
    };
    record.commit(&access(Role::Interface), commit).unwrap();
    raw
}

#[test]
fn messages_of_a_patient_are_found_and_counted_by_feed() {
    let fixture = fixture();
    let record = &fixture.record;
    commit(record, vec![patient("p1", "Example", "1"), patient("p2", "Other", "2")]).unwrap();
    let one = filed(record, "p1", "o1");
    filed(record, "p2", "o2");
    let of_patient = RawQuery { patient: Some(PatientId::new("p1")), ..query(9) };
    assert_eq!(page(record, &of_patient), (vec![one], None));

    let failed = archive(record, "south", "bad");
    let interface = access(Role::Interface);
    record.set_raw_state(&interface, &failed, RawState::ParseError, &[]).unwrap();
    let analyst = access(Role::InterfaceAnalyst);
    let traffic = record.traffic(&analyst, &["north", "silent"]).unwrap();
    let names: Vec<&str> = traffic.keys().map(String::as_str).collect();
    assert_eq!(names, ["north", "silent", "south"]);
    let (north, south) = (&traffic["north"], &traffic["south"]);
    assert_eq!((north.hours.len(), north.hours.iter().sum::<u64>()), (TRAFFIC_HOURS, 2));
    assert_eq!(north.hours.last(), Some(&2), "they came in the last hour");
    assert_eq!(north.states[&RawState::Filed], 2);
    assert!(north.held.is_empty());
    assert_eq!(south.held[&RawState::ParseError].0, 1);
    let (silent, south_last) = (&traffic["silent"], south.last);
    assert_eq!((silent.last, silent.hours.iter().sum::<u64>()), (None, 0));
    assert_eq!(south_last, Some(south.held[&RawState::ParseError].1));
}

#[test]
fn a_source_is_shown_to_who_may_see_all_that_came_from_it() {
    let fixture = fixture();
    let record = &fixture.record;
    commit(record, vec![patient("p1", "Example", "1"), patient("p2", "Other", "2")]).unwrap();
    let raw = filed(record, "p1", "o1");
    let (p1, p2) = (PatientId::new("p1"), PatientId::new("p2"));
    let see = |access: &record::Access, patient: &PatientId, raw: &RawId| {
        record.source(access, patient, raw).unwrap().map(|message| message.body)
    };
    let prescriber = access(Role::Prescriber);
    assert_eq!(see(&prescriber, &p1, &raw), Some(b"o1".to_vec()));
    assert_eq!(see(&prescriber, &p2, &raw), None, "it is another patient's");
    assert_eq!(see(&narrowed(Role::Prescriber, &["p2"]), &p1, &raw), None);
    assert_eq!(see(&narrowed(Role::Prescriber, &["p1"]), &p1, &raw), Some(b"o1".to_vec()));
    assert_eq!(see(&prescriber, &p1, &RawId::new("none")), None);
    // Nothing came from it: nobody's results are behind it.
    let waiting = archive(record, "north", "waiting");
    assert_eq!(see(&prescriber, &p1, &waiting), None);
    // It holds another patient's results as well.
    let both = archive(record, "north", "both");
    let change = |id: &str, patient: &str| put(observation(id, patient, "48018-6"));
    let changes: Vec<ResourceChange> = vec![change("o3", "p1"), change("o4", "p2")];
    let filing = Some((both.clone(), RawState::Filed, Vec::new()));
    let of_both = Commit { changes, raw: filing, ..Commit::default() };
    record.commit(&access(Role::Interface), of_both).unwrap();
    assert_eq!(see(&prescriber, &p1, &both), None);
    // One of its results is sensitive: a reviewer, who sees no such ones, does not see the message.
    let sensitive = archive(record, "north", "sensitive");
    let mut hidden = observation("o5", "p1", "48018-6");
    hidden["meta"] = serde_json::json!({"security": [{
        "system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "V",
    }]});
    let changes = vec![change("o6", "p1"), put(hidden)];
    let filing = Some((sensitive.clone(), RawState::Filed, Vec::new()));
    let commit = Commit { changes, raw: filing, ..Commit::default() };
    record.commit(&access(Role::Interface), commit).unwrap();
    let reviewer = access(Role::LaboratoryReviewer);
    assert_eq!(see(&reviewer, &p1, &raw), Some(b"o1".to_vec()));
    assert_eq!(see(&reviewer, &p1, &sensitive), None);
}

#[test]
fn an_entry_has_an_owner_and_notes_until_it_is_resolved() {
    let fixture = fixture();
    let record = &fixture.record;
    let analyst = access(Role::InterfaceAnalyst);
    let raw = archive(record, "north", "k");
    let entry = NewReview {
        reason: "held".to_owned(),
        raw: Some(raw),
        text: "it could not be read".to_owned(),
        ..NewReview::default()
    };
    let id = record.open_review(&analyst, entry.clone()).unwrap();
    let work = |work| record.work_review(&analyst, &id, work);
    work(ReviewWork::Owner(Some("mira".to_owned()))).unwrap();
    work(ReviewWork::Note("asked the laboratory".to_owned())).unwrap();
    let review = record.review(&analyst, &id).unwrap().unwrap();
    assert_eq!((review.entry, review.owner.as_deref()), (entry, Some("mira")));
    assert_eq!((review.notes.len(), review.notes[0].text.as_str()), (1, "asked the laboratory"));
    assert_eq!(review.notes[0].actor, analyst.actor());
    work(ReviewWork::Owner(None)).unwrap();
    assert_eq!(record.reviews(&analyst, true).unwrap()[0].owner, None);
    let long = work(ReviewWork::Note("x".repeat(record::limit::TEXT_BYTES_MAX + 1)));
    assert!(matches!(long, Err(Failure::TooMuch { .. })), "{long:?}");
    for _ in 1..record::limit::REVIEW_NOTES_MAX {
        work(ReviewWork::Note("again".to_owned())).unwrap();
    }
    let many = work(ReviewWork::Note("one too many".to_owned()));
    assert!(matches!(many, Err(Failure::TooMuch { .. })), "{many:?}");
    record.resolve_review(&analyst, &id, "mended").unwrap();
    let late = work(ReviewWork::Note("late".to_owned()));
    assert!(matches!(late, Err(Failure::Conflict { .. })), "{late:?}");
    assert_eq!(
        record.work_review(&analyst, "none", ReviewWork::Owner(None)),
        Err(Failure::NotFound)
    );
    let nowhere = NewReview { raw: Some(RawId::new("none")), ..NewReview::default() };
    assert_eq!(record.open_review(&analyst, nowhere), Err(Failure::NotFound));
}
