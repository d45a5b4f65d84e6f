//! Bad input through the doors: each ends in the right acknowledgement and a visible item, and what
//! comes after it is taken. (Framing is a matter of `listener`, documents of `extraction`.)

use crate::support::{ANA, Fixture, fixture, result};
use crate::vendor;
use intake::receive::KINDS;
use model::Severity;
use record::{RawState, RawSummary};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// A bomb that is worked off for longer than this was not defused.
const PATIENCE: Duration = Duration::from_secs(20);

fn summary(fixture: &Fixture, raw: &model::RawId) -> RawSummary {
    fixture.record.raw(&fixture.access(), raw).unwrap().unwrap().summary
}

/// Receives bytes as they are, and files them.
fn take(fixture: &Fixture, bytes: Vec<u8>) -> (String, RawSummary) {
    let answer = intake::receive::receive_any(&fixture.record, &fixture.feed, "test", bytes);
    let answer = String::from_utf8_lossy(&answer.unwrap().acknowledgement).into_owned();
    fixture.work_off();
    let all = fixture.record.raw_list(&fixture.access(), None, 100).unwrap();
    let newest = all.into_iter().max_by_key(|one| one.received).unwrap();
    let code = answer.split("MSA|").nth(1).and_then(|rest| rest.split('|').next()).unwrap_or("");
    (code.to_owned(), newest)
}

/// The next good message is taken.
fn goes_on(fixture: &Fixture) {
    let filed = fixture.file(&ANA.replace("NSML-20260112-0117", "AFTER-1"));
    assert_eq!(filed.state, RawState::Filed);
}

#[test]
fn a_lying_character_set_is_read_kept_and_flagged() {
    let named = ANA.replace("PRESCRIBER^Paula", "M\u{fc}ller^Paula");
    let latin: Vec<u8> = named.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    for (name, bytes, is_flagged) in [
        ("UTF-8 as declared", named.clone().into_bytes(), false),
        ("Latin 1 under UTF-8", latin, true),
        ("UTF-8 under Latin 1", named.replace("UNICODE UTF-8", "8859/1").into_bytes(), true),
        ("a set that nobody knows", named.replace("UNICODE UTF-8", "EBCDIC").into_bytes(), true),
    ] {
        let fixture = fixture();
        let (code, kept) = take(&fixture, bytes.clone());
        assert_eq!((code.as_str(), kept.state), ("AA", RawState::Filed), "{name}: {kept:?}");
        let place = |problem: &model::Problem| problem.place.contains("MSH");
        assert_eq!(kept.problems.iter().any(place), is_flagged, "{name}: {:?}", kept.problems);
        let raw = fixture.record.raw(&fixture.access(), &kept.id).unwrap().unwrap();
        assert_eq!(raw.body, bytes, "{name}: the bytes are kept as they came");
        goes_on(&fixture);
    }
}

/// `""` says that there is nothing; it is no text and no value.
#[test]
fn explicit_nulls_are_no_values_and_take_nothing_away_of_who_somebody_is() {
    let mut fixture = fixture();
    fixture.feed.takes = KINDS.map(str::to_owned).to_vec();
    let sent = result("N-1", "NS-9", "20260112092500+0000", 'F', &[("CYP2C19", "*1/*2", "\"\"")]);
    let filed = fixture.file(&sent);
    assert_eq!(filed.state, RawState::Filed, "{filed:?}");
    let facts = fixture.facts("ana-example");
    let text = serde_json::to_string(&facts).unwrap();
    assert!(!text.contains(r#"\"\""#), "{text}");
    let before = fixture.read("Patient", "ana-example");
    let adt = "MSH|^~\\&|HIS|NORTH|COG|DEMO|20260112093000+0000||ADT^A08|N-2|P|2.5.1\r\
               EVN||20260112\rPID|1||100001^^^COGNATE-DEMO^MR||EXAMPLE^Ana||\"\"|\"\"\r";
    let told = fixture.file(adt);
    assert_ne!(told.state, RawState::Received);
    let after = fixture.read("Patient", "ana-example");
    for name in ["birthDate", "gender", "name"] {
        assert_eq!(after[name], before[name], "{name}");
    }
}

#[test]
fn bombs_in_xml_and_json_are_refused_in_time_with_an_item() {
    let mut laughs = "<!DOCTYPE a [<!ENTITY a0 \"ha\">".to_owned();
    for level in 1..30 {
        let before = level - 1;
        write!(laughs, "<!ENTITY a{level} \"&a{before};&a{before};\">").unwrap();
    }
    laughs.push_str("]><a>&a29;</a>");
    let fetched = "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>".to_owned();
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    let wide = format!(
        "<a{}/>",
        (0..50_000).fold(String::new(), |mut text, n| {
            write!(text, " b{n}='1'").unwrap();
            text
        })
    );
    let nested = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    for (name, text) in
        [("laughs", laughs), ("fetched", fetched), ("deep", deep), ("wide", wide), ("json", nested)]
    {
        let fixture = vendor::fixture();
        let begun = Instant::now();
        let filed = vendor::take(&fixture, &text);
        assert!(begun.elapsed() < PATIENCE, "{name}");
        // What is known for a report by its content is kept with its reason; what is not, is
        // refused at the door.
        if let Ok(filed) = filed {
            assert!(!filed.done, "{name}");
            let errors = filed.problems.iter().filter(|one| one.severity == Severity::Error);
            assert_eq!(errors.count(), 1, "{name}: {:?}", filed.problems);
            let kept = summary(&fixture, &filed.raw.unwrap());
            assert_eq!(kept.state, RawState::ParseError, "{name}");
        }
        vendor::take(&fixture, vendor::REPORT).unwrap();
    }
}

#[test]
fn what_is_attached_may_be_anything_and_the_result_is_filed() {
    let long = "A".repeat(30 * 1024 * 1024);
    for (name, kind, data) in [
        ("not Base64", "PDF", "%%%not base64%%%"),
        ("a placeholder", "PDF", "JVBERi0x..."),
        ("a program", "PDF", "TVqQAAMAAAAEAAAA"),
        ("nothing", "PDF", ""),
        ("a kind that is none", "..\\..\\etc", "QUJD"),
        ("very large", "PDF", long.as_str()),
    ] {
        let fixture = fixture();
        let row =
            format!("OBX|90|ED|51969-4^Report^LN||NSML^Application^{kind}^Base64^{data}||||||F\r");
        let (code, kept) = take(&fixture, (ANA.to_owned() + &row).into_bytes());
        assert_eq!((code.as_str(), kept.state), ("AA", RawState::Filed), "{name}: {kept:?}");
        assert!(!fixture.findings("ana-example").is_empty(), "{name}");
        goes_on(&fixture);
    }
}
