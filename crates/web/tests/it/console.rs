//! Pages of the console: whatever a sender wrote stays text, places lead to each other both ways,
//! and what somebody may not do has no form.

use crate::{page, sample};
use model::id::RawId;
use model::problem::Problem;
use model::provenance::Door;
use model::time::Timestamp;
use web::view::{
    ConsoleView, FeedRow, FeedState, FeedView, FoundRow, HeldRow, MappedRow, MayDo, MessageContent,
    MessageFilter, MessageHead, MessagePart, MessageSegment, MessageView, MessagesView, NoteRow,
    QueuePage, QueueView, RawLine, ReplayRow, ReplayView, ReplayedView, SourceView, TriedRow,
    TryView, UnmappedCode, Urgency,
};

const HOSTILE: &str = "</title><script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u{202e}";

fn text() -> String {
    HOSTILE.to_owned()
}

fn now() -> Timestamp {
    Timestamp::parse("2026-11-22T10:00:00Z").unwrap()
}

fn head() -> MessageHead {
    MessageHead {
        raw: RawId::new("raw-1"),
        sequence: 7,
        feed: text(),
        door: Door::Mllp,
        media_type: text(),
        peer: text(),
        control_id: Some(text()),
        received: now(),
        state: "parse-error".to_owned(),
        sha256: "0".repeat(64),
        length_bytes: 9,
        problems: 1,
    }
}

fn held(may: MayDo) -> HeldRow {
    HeldRow {
        patient: None,
        raw: Some(RawId::new("raw-1")),
        review: Some("review-1".to_owned()),
        word: "parse-error".to_owned(),
        reason: text(),
        feed: text(),
        media_type: text(),
        since: now(),
        urgency: Urgency::High,
        owner: None,
        team: "interface analysts",
        notes: vec![NoteRow { at: now(), actor: text(), text: text() }],
        problems: vec![Problem::error("x", "OBX[2]-5", HOSTILE)],
        code: Some(UnmappedCode { feed: text(), system: text(), code: text() }),
        may,
    }
}

const ALL: MayDo = MayDo { work: true, retry: true, dismiss: true, map: true };

fn found(place: &str) -> FoundRow {
    let lines = vec![text()];
    FoundRow { place: place.to_owned(), kind: text(), lines, status: Some("final") }
}

fn content() -> MessageContent {
    let line = |number, place: &str| RawLine {
        number,
        place: place.to_owned(),
        text: text(),
        more_chars: 3,
    };
    let part = |place: &str, parts| MessagePart {
        place: place.to_owned(),
        name: Some("Observation value"),
        value: text(),
        is_null: false,
        parts,
    };
    let field = part("OBX[2]-5", vec![part("OBX[2]-5.1", Vec::new())]);
    MessageContent {
        lines: vec![line(1, "MSH[1]"), line(2, "OBX[2]")],
        more_lines: 4,
        is_laid_out: false,
        segments: vec![MessageSegment {
            place: "OBX[2]".to_owned(),
            name: Some("Observation/result"),
            fields: vec![field],
        }],
        found: vec![found("OBX[2]"), found(HOSTILE)],
        found_words: text(),
        problems: vec![Problem::warning("x", "OBX[2]-5", HOSTILE)],
        acknowledgement: vec![text()],
    }
}

fn message() -> MessageView {
    MessageView {
        session: sample::session(),
        head: head(),
        content: content(),
        profile: Some(text()),
        held: Some(held(ALL)),
        now: now(),
    }
}

fn source() -> SourceView {
    SourceView {
        session: sample::session(),
        patient: model::PatientId::new("ana"),
        identity: sample::ana(),
        allergies: web::Known::Absent(model::absence::Absence::NotRecorded),
        today: sample::today(),
        head: head(),
        content: content(),
    }
}

fn queue(of: QueuePage, may: MayDo) -> QueueView {
    QueueView {
        session: sample::session(),
        page: of,
        now: now(),
        items: vec![held(may)],
        is_partial: true,
        told: Some(text()),
        has_keys: false,
    }
}

fn feed_row(state: FeedState, hours: Vec<u64>) -> FeedRow {
    FeedRow {
        id: text(),
        state,
        profile: Some(text()),
        hours,
        last: Some(now()),
        waiting: 1,
        held: 2,
        oldest: Some(now()),
    }
}

fn pages() -> Vec<String> {
    let session = sample::session;
    let row = || feed_row(FeedState::Held, vec![0, 2, 5]);
    let messages = MessagesView {
        session: session(),
        filter: MessageFilter { feed: text(), control_id: text(), ..MessageFilter::default() },
        feeds: vec![text()],
        states: vec!["filed".to_owned()],
        media_types: vec![text()],
        finds_patients: true,
        error: Some(text()),
        messages: vec![head()],
        next: Some(3),
    };
    let feed = FeedView {
        session: session(),
        now: now(),
        row: row(),
        states: vec![("filed".to_owned(), 3)],
        settings: vec![("Takes", text())],
        mapped: vec![MappedRow { system: text(), code: text(), loinc: text() }],
        unmapped: vec![text()],
        errors: 1,
    };
    let (rows, next) = (
        vec![ReplayRow {
            raw: RawId::new("raw-1"),
            sequence: 1,
            gone: vec![text()],
            gone_unseen: 2,
            come: vec![text()],
            reason: Some(text()),
        }],
        Some(9),
    );
    let replay = ReplayView {
        session: session(),
        feeds: vec![text()],
        feed: text(),
        since: text(),
        looked_at_max: 5,
        error: Some(text()),
        replayed: Some(ReplayedView {
            is_done: false,
            looked_at: 2,
            read: 1,
            changed: 1,
            next,
            rows,
            more_rows: 1,
        }),
    };
    let tried = TriedRow {
        number: 1,
        found: vec![found(HOSTILE)],
        problems: vec![Problem::error("x", HOSTILE, HOSTILE)],
        is_unreadable: true,
    };
    let file = TryView {
        session: session(),
        feeds: vec![text()],
        feed: text(),
        bytes_max: 1024 * 1024,
        error: Some(text()),
        tried: Some(vec![tried]),
        more: 1,
    };
    let console =
        ConsoleView { session: session(), now: now(), feeds: vec![row()], errors: 1, reviews: 1 };
    vec![
        web::console(&console),
        web::feed(&feed),
        web::message(&message()),
        web::messages(&messages),
        web::source(&source()),
        web::queue(&queue(QueuePage::Errors, ALL)),
        web::queue(&queue(QueuePage::Inbox, ALL)),
        web::replay(&replay),
        web::try_file(&file),
    ]
}

#[test]
fn what_a_sender_wrote_stays_text() {
    for html in pages() {
        assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
        assert!(html.contains("&lt;script&gt;"), "{html}");
        for name in ["id", "href", "for", "action"] {
            for value in page::values(&html, name) {
                assert!(!value.contains(['<', '>', ' ']), "{name}={value}");
            }
        }
        let ids = page::values(&html, "id");
        let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(ids.len(), distinct.len(), "an id stands once: {ids:?}");
    }
}

#[test]
fn places_lead_to_each_other_both_ways() {
    for html in [web::message(&message()), web::source(&source())] {
        for (from, to) in [("#fact-1", "fact-1"), ("#line-OBX_2_", "line-OBX_2_")] {
            let links = page::values(&html, "href");
            assert!(links.contains(&from), "{from}: {links:?}");
            assert!(page::values(&html, "id").contains(&to), "{to}");
        }
        // Every link within the page has an end.
        let ids = page::values(&html, "id");
        for link in page::values(&html, "href") {
            if let Some(end) = link.strip_prefix('#') {
                assert!(ids.contains(&end), "{link}");
            }
        }
        assert!(html.contains("⟨U+202E⟩") && !html.contains("alert(2)>\u{202e}</code>"));
    }
}

#[test]
fn what_somebody_may_not_do_has_no_form() {
    let forms = |may| {
        let html = web::queue(&queue(QueuePage::Errors, may));
        let values = page::values(&html, "value");
        ["take", "note", "retry", "dismiss", "map"]
            .into_iter()
            .filter(|action| values.contains(action))
            .collect::<Vec<_>>()
    };
    let nothing = MayDo::default();
    assert_eq!(forms(ALL), ["take", "note", "retry", "dismiss", "map"]);
    assert_eq!(forms(nothing), Vec::<&str>::new());
    assert_eq!(forms(MayDo { retry: true, ..nothing }), ["retry"]);
    assert_eq!(forms(MayDo { work: true, ..nothing }), ["take", "note"]);
}

#[test]
fn a_state_is_shape_and_word_and_counts_are_told_beside_the_bars() {
    for (state, word) in
        [(FeedState::Held, "Held"), (FeedState::Silent, "Silent"), (FeedState::Running, "Running")]
    {
        let feeds = vec![feed_row(state, vec![0, 1, 4])];
        let (session, now) = (sample::session(), now());
        let html = web::console(&ConsoleView { session, now, feeds, errors: 0, reviews: 0 });
        assert!(html.contains(word) && html.contains("4 this hour, 5 in 24 hours"), "{html}");
    }
}

#[test]
fn keys_are_a_file_of_ours_and_can_be_turned_off() {
    let with = |has_keys| web::queue(&QueueView { has_keys, ..queue(QueuePage::Inbox, ALL) });
    let on = with(true);
    let sources = page::values(&on, "src");
    assert_eq!(sources.len(), 1, "{sources:?}");
    assert!(web::asset(sources[0].strip_prefix("/assets/").unwrap()).is_some());
    assert!(on.contains("Turn keys off") && with(false).contains("Turn keys on"));
    assert!(page::values(&with(false), "src").is_empty());
}
