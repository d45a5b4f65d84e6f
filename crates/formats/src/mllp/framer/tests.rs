use super::*;
use crate::mllp::frame;

/// What came out, in short: `F:payload`, `T:torso`, `L:head`.
fn shown(event: &Event) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match event {
        Event::Frame(frame) if frame.warnings.is_empty() => format!("F:{}", text(&frame.payload)),
        Event::Frame(frame) => format!("F:{} {:?}", text(&frame.payload), frame.warnings),
        Event::Torso(bytes) => format!("T:{}", text(bytes)),
        Event::TooLarge(head) => format!("L:{}", text(head)),
    }
}

fn read(bytes: &[u8], chunk: usize, limits: Limits) -> (Vec<String>, Counters) {
    let mut framer = Framer::new(limits);
    let mut events = Vec::new();
    for part in bytes.chunks(chunk) {
        framer.push(part);
        events.extend(framer.by_ref().map(|e| shown(&e)));
    }
    events.extend(framer.finish().map(|e| shown(&e)));
    (events, framer.counters())
}

/// The cases of the intake notes, section 5: two frames sent, and what must come of them.
#[test]
fn every_departure_is_mended_or_quarantined() {
    let cases: &[(&str, &[u8], &[&str])] = &[
        ("pipelined", b"\x0Bone\x1C\r\x0Btwo\x1C\r", &["F:one", "F:two"]),
        ("junk before start", b"junk\x0Bone\x1C\rxx\x0Btwo\x1C\r", &["F:one", "F:two"]),
        ("line ends between", b"\x0Bone\x1C\r\r\n\r\n\x0Btwo\x1C\r\n", &["F:one", "F:two"]),
        ("doubled start", b"\x0B\x0Bone\x1C\r\x0Btwo\x1C\r", &["F:one [DoubledStart]", "F:two"]),
        ("doubled end", b"\x0Bone\x1C\r\x1C\r\x0Btwo\x1C\r", &["F:one", "F:two"]),
        ("doubled end byte", b"\x0Bone\x1C\x1C\r\x0Btwo\x1C\r", &["F:one [DoubledEnd]", "F:two"]),
        ("sender restarted", b"\x0Bhalf\x0Bone\x1C\r", &["T:half", "F:one"]),
        ("no return", b"\x0Bone\x1C\x0Btwo\x1C\r", &["F:one [MissingReturn]", "F:two"]),
        (
            "line feed for return",
            b"\x0Bone\x1C\n\x0Btwo\x1C\r",
            &["F:one [LineFeedForReturn]", "F:two"],
        ),
        ("end byte in data", b"\x0Bo\x1Cne\x1C\r", &["F:o\x1Cne [EndInData]"]),
        (
            "text after a doubtful end",
            b"\x0Bone\x1C\nPID|\x0Btwo\x1C\r",
            &["F:one [LineFeedForReturn]", "T:PID|", "F:two"],
        ),
        ("empty frame", b"\x0B\x1C\r\x0Bone\x1C\r", &["F:one"]),
        ("connect and close", b"", &[]),
        ("keep-alive bytes", b"\0\0\r\n", &[]),
        ("closed in a frame", b"\x0Bone\x1C\r\x0Bhal", &["F:one", "T:hal"]),
        ("closed after the end byte", b"\x0Bone\x1C", &["F:one [MissingReturn]"]),
    ];
    for (name, bytes, expected) in cases {
        for chunk in [1, 2, 3, 1000] {
            assert_eq!(read(bytes, chunk, Limits::default()).0, *expected, "{name}, by {chunk}");
        }
    }
}

#[test]
fn what_is_passed_over_is_counted() {
    let (_, counters) =
        read(b"ab\r\n\x0Bone\x1C\r\x1C\r\x0B\x1C\rc\x0Bh\x0Btwo\x1C\r", 1, Limits::default());
    let expected = Counters { frames: 2, torsos: 1, empty_frames: 1, junk_bytes: 3, stray_ends: 1 };
    assert_eq!(counters, expected);
}

#[test]
fn a_sender_that_omits_the_return_does_not_wait_for_ever() {
    let mut framer = Framer::new(Limits::default());
    framer.push(b"\x0Bone");
    assert_eq!(framer.next(), None);
    assert!(!framer.awaits_return());
    assert_eq!(framer.deliver_pending(), None);
    framer.push(b"\x1C");
    assert_eq!(framer.next(), None);
    assert!(framer.awaits_return());
    assert_eq!(
        framer.deliver_pending().as_ref().map(shown).as_deref(),
        Some("F:one [MissingReturn]")
    );
    assert!(!framer.awaits_return());
    framer.push(b"\r");
    assert_eq!(framer.next(), None);
    framer.push(b"\x0Btwo\x1C\r");
    assert_eq!(framer.next().as_ref().map(shown).as_deref(), Some("F:two"));
    assert_eq!(framer.counters().junk_bytes, 0);
}

#[test]
fn text_that_comes_after_a_timed_delivery_is_quarantined() {
    let mut framer = Framer::new(Limits::default());
    framer.push(b"\x0Bone\x1C");
    assert_eq!(framer.next(), None);
    assert!(framer.deliver_pending().is_some());
    framer.push(b"rest\x1C\r\x0Btwo\x1C\r");
    let events: Vec<String> = framer.by_ref().map(|e| shown(&e)).collect();
    assert_eq!(events, ["T:rest", "F:two"]);
}

#[test]
fn the_frame_limit_holds_at_the_limit_and_one_over() {
    let limits = Limits { frame_bytes_max: 8 };
    for chunk in [1, 4, 100] {
        let (events, _) = read(&frame(b"12345678"), chunk, limits);
        assert_eq!(events, ["F:12345678"]);
        let mut two = frame(b"123456789");
        two.extend(frame(b"next"));
        let (events, _) = read(&two, chunk, limits);
        assert_eq!(events, ["L:12345678"], "closed: nothing is read after an oversized frame");
    }
}

#[test]
fn the_head_of_an_oversized_frame_is_limited() {
    for (limit, kept) in [(HEAD_BYTES_MAX - 1, HEAD_BYTES_MAX - 1), (100_000, HEAD_BYTES_MAX)] {
        let mut framer = Framer::new(Limits { frame_bytes_max: limit });
        framer.push(&frame(&vec![b'x'; limit + 1]));
        let Some(Event::TooLarge(head)) = framer.next() else { panic!("{limit}") };
        assert_eq!(head.len(), kept);
        assert!(framer.is_closed());
    }
}

/// Rescanning from the start at every read, this would look at 80,000 million bytes.
#[test]
fn a_large_frame_may_come_byte_by_byte() {
    let payload = vec![b'x'; 400_000];
    let mut framer = Framer::new(Limits::default());
    let mut found = Vec::new();
    for byte in frame(&payload) {
        framer.push(&[byte]);
        found.extend(framer.by_ref());
    }
    assert_eq!(found, [Event::Frame(crate::mllp::Frame { payload, warnings: Vec::new() })]);
}

#[test]
fn debug_output_holds_no_contents() {
    let mut framer = Framer::new(Limits::default());
    framer.push(b"\x0BSECRET\x1C\r\x0BSECRET");
    let event = framer.next();
    assert!(!format!("{event:?} {framer:?}").contains("SECRET"));
    assert!(!format!("{:?}", framer.finish()).contains("83"));
}
