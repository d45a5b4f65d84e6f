//! No input makes the readers panic, and chunking does not change frames.

use formats::hl7v2::{Message, Separators, ack, batch, escape, oru};
use formats::mllp::{Event, Framer, Limits, frame};
use model::Timestamp;
use proptest::prelude::*;

/// Bytes of a connection: mostly the bytes that matter.
fn wire() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        Just(0x0B_u8),
        Just(0x1C),
        Just(0x0D),
        Just(0x0A),
        Just(b'a'),
        Just(b'|'),
        any::<u8>()
    ];
    prop::collection::vec(byte, 0..200)
}

fn events(bytes: &[u8], cuts: &[usize], limits: Limits) -> Vec<Event> {
    let mut framer = Framer::new(limits);
    let mut found = Vec::new();
    let mut rest = bytes;
    for cut in cuts.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (part, after) = rest.split_at((*cut).min(rest.len()));
        framer.push(part);
        found.extend(framer.by_ref());
        rest = after;
    }
    found.extend(framer.finish());
    found
}

/// One OBX with a code of the panel.
fn observation() -> impl Strategy<Value = String> {
    let code = prop::sample::select(vec![
        "48018-6", "84414-2", "48002-0", "81304-8", "83005-9", "47998-0", "48004-6", "69548-6",
        "81258-6", "84413-4", "53040-2", "51961-1", "51963-7", "82116-5", "83010-9", "51968-6",
        "51969-4", "62374-4", "51959-5", "81293-3", "48013-7", "81254-5", "12345-5",
    ]);
    let sub_id = prop::sample::select(vec!["", "1", "1a", "2a", "2a.a", "2a.a.a", "2b", "2b.b"]);
    let value = prop::sample::select(vec![
        "HGNC:2621^CYP2C19^HGNC",
        "HGNC:10959^SLCO1B1^HGNC",
        "*2/*2",
        "LA9657-3^Poor^LN",
        "LA9657-4^Poor^LN",
        "LA6576-8^Positive^LN~x",
        "0.5",
        "text~text",
        "15^17",
        "NC_000001.10:14:.:G",
        "NM_1",
    ]);
    let kind = prop::sample::select(vec!["CWE", "ST", "TX", "NM"]);
    (kind, code, sub_id, value).prop_map(|(kind, code, sub_id, value)| {
        format!("OBX||{kind}|{code}^name^LN|{sub_id}|{value}||||||F\r")
    })
}

/// Messages with the shape of a result and anything in its fields.
fn message() -> impl Strategy<Value = Vec<u8>> {
    let field = prop_oneof![
        Just("2a".to_owned()),
        Just("48018-6^x^LN".to_owned()),
        Just("84413-4^x^LN".to_owned()),
        Just("51963-7^x^LN".to_owned()),
        Just("LA9657-3^x^LN".to_owned()),
        Just("2a.a".to_owned()),
        Just("ED".to_owned()),
        Just("a^b^c^Base64^JVBE".to_owned()),
        Just("20260101".to_owned()),
        "[ -~]{0,12}",
        "\\PC{0,6}",
    ];
    let id =
        prop_oneof![Just("PID"), Just("OBR"), Just("OBX"), Just("NTE"), Just("SPM"), Just("??")];
    let segment = (id, prop::collection::vec(field, 0..16))
        .prop_map(|(id, fields)| format!("{id}|{}\r", fields.join("|")));
    let segment = prop_oneof![segment, observation(), observation()];
    prop::collection::vec(segment, 0..20).prop_map(|segments| {
        let head = "MSH|^~\\&|L|N|C|D|20260112093000+0000||ORU^R01|1|P|2.5.1\r";
        format!("{head}{}", segments.concat()).into_bytes()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn framing_does_not_depend_on_chunking(
        bytes in wire(),
        cuts in prop::collection::vec(1..9_usize, 1..8),
        limit in prop_oneof![Just(16_usize), Just(1000)],
    ) {
        let limits = Limits { frame_bytes_max: limit };
        let whole = events(&bytes, &[usize::MAX], limits);
        prop_assert_eq!(&events(&bytes, &cuts, limits), &whole);
        prop_assert_eq!(&events(&bytes, &[1], limits), &whole);
    }

    #[test]
    fn clean_frames_come_back_as_they_were(
        payloads in prop::collection::vec("[ -~\r]{1,30}", 0..6),
        cuts in prop::collection::vec(1..9_usize, 1..8),
    ) {
        let bytes: Vec<u8> = payloads.iter().flat_map(|p| frame(p.as_bytes())).collect();
        let found: Vec<Vec<u8>> = events(&bytes, &cuts, Limits::default())
            .into_iter()
            .map(|event| match event {
                Event::Frame(frame) if frame.warnings.is_empty() => frame.payload,
                other => panic!("{other:?}"),
            })
            .collect();
        let sent: Vec<Vec<u8>> = payloads.into_iter().map(String::into_bytes).collect();
        prop_assert_eq!(found, sent);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = batch::split(&bytes);
        let mut with_header = b"MSH|^~\\&|".to_vec();
        with_header.extend_from_slice(&bytes);
        for bytes in [bytes, with_header] {
            let (message, problems) = Message::parse(bytes);
            let faults: Vec<ack::Fault> = problems.iter().map(ack::Fault::from).collect();
            let (outcome, time) = (ack::Outcome::Rejected, Timestamp::from_micros(0));
            let reply = ack::Reply { outcome, control_id: "1", time, faults: &faults };
            let answer = ack::acknowledge(message.as_ref(), &reply);
            prop_assert!(answer.starts_with(b"MSH"));
            match message {
                Some(message) => drop(oru::read(&message, &oru::Settings::default())),
                None => prop_assert!(model::problem::first_error(&problems).is_some()),
            }
        }
    }

    /// Every OBX of a readable result comes out somewhere, and the acknowledgement is readable.
    #[test]
    fn results_are_never_lost(bytes in message()) {
        let (message, _) = Message::parse(bytes);
        let message = message.unwrap();
        let settings = oru::Settings::default();
        let (oru, problems) = oru::read(&message, &settings);
        prop_assert_eq!(&oru::read(&message, &settings).0, &oru, "deterministic");
        let mut places: Vec<&str> = oru.orders.iter().flat_map(places).collect();
        let repeated = problems.iter().filter(|p| p.code == "repeated-row");
        places.extend(repeated.map(|p| p.place.as_str()));
        for segment in message.segments().filter(|s| s.id() == "OBX") {
            let value = segment.field(5);
            let named = segment.field(3).value().is_some();
            if !named || value.value().is_none() {
                continue;
            }
            let place = segment.place();
            prop_assert!(places.contains(&place.as_str()), "{} is lost", place);
        }
    }

    #[test]
    fn escaping_is_undone_by_reading(text in "[|^~\\\\&\r\n.XFSTRE0-9a-zé ]{0,40}") {
        let separators = Separators::default();
        let written = escape(&text, &separators).unwrap();
        let bytes = format!("MSH|^~\\&|||||||ACK|1|P|2.5.1||||||UNICODE UTF-8\rZZZ|x{written}x");
        let message = Message::parse(bytes.into_bytes()).0.unwrap();
        let expected = format!("x{text}x");
        prop_assert_eq!(message.value("ZZZ-1").unwrap(), expected);
    }
}

fn places(order: &oru::OrderGroup) -> Vec<&str> {
    let of_finding = |f: &'_ oru::Finding| f.places.len() + f.other.len();
    assert!(order.findings.iter().all(|f| of_finding(f) > 0));
    let rows = order
        .findings
        .iter()
        .flat_map(|f| f.places.iter().chain(f.other.iter().map(|o| &o.place)).map(String::as_str));
    let documents = order.documents.iter().map(|d| d.place.as_str());
    let texts = order.texts.iter().map(|t| t.place.as_str());
    let other = order.other.iter().map(|o| o.place.as_str());
    rows.chain(documents).chain(texts).chain(other).collect()
}
