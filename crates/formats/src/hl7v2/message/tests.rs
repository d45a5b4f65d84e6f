use super::*;
use crate::hl7v2::Content;
use model::problem::first_error;

const HEADER: &str = "MSH|^~\\&|LAB|NS|COG|DEMO|20260112093000+0000||ORU^R01|42|P|2.5.1";

fn parse(text: &str) -> (Option<Message>, Vec<String>) {
    let (message, problems) = Message::parse(text.as_bytes().to_vec());
    (message, problems.into_iter().map(|p| format!("{} {}", p.place, p.code)).collect())
}

#[test]
fn segments_end_in_every_way_senders_end_them() {
    for end in ["\r", "\n", "\r\n", "\n\r\n", "\r\r", "  \r"] {
        let (message, problems) = parse(&format!("{HEADER}{end}PID|1||7{end}OBX|1{end}OBX|2"));
        let message = message.unwrap();
        let ids: Vec<String> = message.segments().map(|s| s.place()).collect();
        assert_eq!(ids, ["MSH[1]", "PID[1]", "OBX[1]", "OBX[2]"], "{end:?}");
        assert_eq!(message.value("PID-3").as_deref(), Some("7"));
        assert!(problems.is_empty(), "{end:?} {problems:?}");
    }
    for end in ["\\r\r", "\\r\"\r\n", "\\r\\r\n"] {
        let (message, problems) = parse(&format!("{HEADER}{end}PID|1||7{end}"));
        assert_eq!(message.unwrap().value("PID-3").as_deref(), Some("7"), "{end:?}");
        assert_eq!(problems, ["segment 1 literal-segment-end"], "{end:?}");
    }
}

#[test]
fn the_end_of_an_escape_and_an_r_are_no_end_of_a_segment() {
    for (sent, text, is_told) in [
        ("a\\.br\\r", "a\nr", false),
        ("A\\T\\r", "A&r", false),
        ("A\\F\\T\\r", "A|T", true),
        ("A\\X41\\r", "AAr", false),
        ("A\\r", "A", true),
    ] {
        let (message, problems) = parse(&format!("{HEADER}\rNTE|1||{sent}\r"));
        assert_eq!(message.unwrap().value("NTE-3").as_deref(), Some(text), "{sent}");
        assert_eq!(!problems.is_empty(), is_told, "{sent} {problems:?}");
    }
}

#[test]
fn parts_are_found_by_place() {
    let text = format!("{HEADER}\rPID|1||A&B^^C~D\r\rZZZ|x\\T\\y|\"\"|");
    let (message, problems) = parse(&text);
    let message = message.unwrap();
    assert!(problems.is_empty());
    for (place, expected) in [
        ("MSH-1", Some("|")),
        ("MSH-2", Some("^~\\&")),
        ("MSH-3", Some("LAB")),
        ("MSH-9.2", Some("R01")),
        ("MSH-12", Some("2.5.1")),
        ("MSH-13", None),
        ("PID[1]-3", Some("A")),
        ("PID[1]-3[1].1.2", Some("B")),
        ("PID-3.1.3", None),
        ("PID-3[1].3", Some("C")),
        ("PID-3[2]", Some("D")),
        ("PID-3[3]", None),
        ("PID[2]-3", None),
        ("ZZZ-1", Some("x&y")),
        ("ZZZ-2", None),
    ] {
        assert_eq!(message.value(place).as_deref(), expected, "{place}");
    }
    assert_eq!(message.get("ZZZ-2").unwrap().content(), Content::Null);
    assert_eq!(message.get("ZZZ-3").unwrap().content(), Content::Absent);
    assert_eq!(message.get("ZZZ-4").unwrap().content(), Content::Absent);
    assert_eq!(message.get("PID-3").unwrap().repetitions().count(), 2);
    assert_eq!(message.get("PID-4").unwrap().repetitions().count(), 0);
    assert_eq!(message.get("MSH-2").unwrap().repetitions().count(), 1);
    assert_eq!(message.segment("PID", 1).unwrap().field_count(), 3);
    assert_eq!(message.segment("MSH", 1).unwrap().field_count(), 12);
    assert_eq!(message.segment("ZZZ", 1).unwrap().raw(), b"ZZZ|x\\T\\y|\"\"|");
}

#[test]
fn other_separators_are_taken_from_the_header() {
    let (message, problems) = parse("MSH#@$%*#LAB######ORU@R01#1#P#2.4\rPID###A*B@C$D\rOBX##%T%");
    let message = message.unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(message.value("PID-3.1.2").as_deref(), Some("B"));
    assert_eq!(message.value("PID-3[2]").as_deref(), Some("D"));
    assert_eq!(message.value("OBX-2").as_deref(), Some("*"));
}

#[test]
fn a_malformed_message_names_its_segment() {
    let bad = |text: &str| parse(text).1;
    assert_eq!(bad(""), ["MSH no-header"]);
    assert_eq!(bad("PID|1"), ["PID no-header"]);
    assert_eq!(bad("MSH"), ["MSH no-header"]);
    assert_eq!(bad("<html>"), ["MSH no-header"]);
    assert_eq!(bad("MSHA^~\\&A"), ["MSH-2 bad-separators"]);
    let missing = ["MSH-9 missing-field", "MSH-10 missing-field", "MSH-12 missing-field"];
    assert_eq!(bad("MSH|^~\\&|LAB"), missing);
    assert_eq!(bad("MSH|^~\\&|A||||||ORU|\"\"|P|2.5"), ["MSH-10 missing-field"]);
    assert_eq!(bad(&format!("{HEADER}\rPID|1\rOB|1")), ["segment 3 bad-segment-id"]);
    assert_eq!(bad(&format!("{HEADER}\robx|1")), ["segment 2 bad-segment-id"]);
    assert_eq!(bad(&format!("{HEADER}\rOBXX|1")), ["segment 2 bad-segment-id"]);
    assert_eq!(bad(&format!("{HEADER}\r{HEADER}")), ["MSH[2] second-header"]);
    let (_, problems) = Message::parse(format!("{HEADER}\rPID|1\rSmith was here").into_bytes());
    let error = first_error(&problems).unwrap();
    assert!(error.text.contains("PID[1]"), "{error}");
    assert!(!error.to_string().contains("Smith"), "a problem holds no patient data");
}

#[test]
fn limits_hold_at_the_limit_and_one_over() {
    let text = format!("{HEADER}\rPID|1\rOBX|1");
    let parse = |bytes, segments| {
        let limits = Limits { message_bytes_max: bytes, segments_max: segments };
        let (message, problems) = Message::parse_within(text.clone().into_bytes(), &limits);
        (message.is_some(), problems.first().map(|p| p.code.clone()))
    };
    assert_eq!(parse(text.len(), 3), (true, None));
    assert_eq!(parse(text.len() - 1, 3), (false, Some("message-too-large".into())));
    assert_eq!(parse(text.len(), 2), (false, Some("too-many-segments".into())));
}

#[test]
fn character_sets_whose_second_bytes_look_like_separators() {
    // Big5 A5 7C and A5 5C, Shift-JIS 83 5C: the second byte is `|` or `\`.
    for (declared, bytes, text) in [
        ("BIG-5", &b"\xA5\x7C\xA5\x5C"[..], "\u{56db}\u{529f}"),
        ("SHIFT_JIS", b"\x83\x5C\x83\x5E", "\u{30bd}\u{30bf}"),
        ("8859/2", b"\xB3\xF3d\xBC", "łódź"),
        ("UNICODE UTF-8", "łódź".as_bytes(), "łódź"),
    ] {
        let mut raw = format!("{HEADER}||||||{declared}\rPID|||||").into_bytes();
        raw.extend_from_slice(bytes);
        raw.extend_from_slice(b"^Ana|x");
        let (message, problems) = Message::parse(raw.clone());
        let message = message.unwrap();
        assert_eq!(problems, [], "{declared}");
        assert_eq!(message.value("PID-5.1").as_deref(), Some(text), "{declared}");
        assert_eq!(message.value("PID-5.2").as_deref(), Some("Ana"), "{declared}");
        assert_eq!(message.value("PID-6").as_deref(), Some("x"), "{declared}");
        assert_eq!(message.raw(), raw, "the bytes are kept");
    }
}

#[test]
fn debug_output_holds_no_contents() {
    let message = parse(&format!("{HEADER}\rPID|||SECRET")).0.unwrap();
    let segment = message.segment("PID", 1).unwrap();
    assert!(!format!("{message:?} {segment:?} {:?}", segment.field(3)).contains("SECRET"));
}
