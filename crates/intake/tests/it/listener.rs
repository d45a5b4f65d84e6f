//! MLLP over a real socket on loopback.

use crate::support::{ANA, Fixture, empty, fixture, result};
use formats::mllp::{FRAME_BYTES_MAX, frame};
use intake::mllp::Waits;
use record::RawState;
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// Longest wait of any test for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

struct Listener {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    runtime: Runtime,
}

impl Listener {
    fn start(fixture: &Fixture) -> Self {
        Self::waiting(fixture, Waits::default())
    }

    fn waiting(fixture: &Fixture, waits: Waits) -> Self {
        let runtime = Runtime::new().unwrap();
        let any = "127.0.0.1:0".parse().unwrap();
        let listener = runtime.block_on(transport::Listener::bind(any, None)).unwrap();
        let address = listener.address();
        let (stop, stopped) = watch::channel(false);
        let feed = Arc::new(fixture.feed.clone());
        let record = fixture.record.clone();
        runtime.spawn(intake::mllp::serve_waiting(listener, record, feed, waits, stopped));
        Self { address, stop, runtime }
    }

    fn connect(&self) -> Sender {
        Sender::connect(self.address)
    }
}

struct Sender {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Sender {
    fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, read: Vec::new() }
    }

    fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// The next acknowledgement; `None` once the other side has closed.
    fn answer(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.read.windows(2).position(|pair| pair == b"\x1C\r") {
                let frame: Vec<u8> = self.read.drain(..end + 2).collect();
                assert_eq!(frame[0], 0x0B);
                return Some(String::from_utf8(frame[1..end].to_vec()).unwrap());
            }
            let mut buffer = [0_u8; 4096];
            match self.stream.read(&mut buffer) {
                Ok(0) => return None,
                Ok(length) => self.read.extend_from_slice(&buffer[..length]),
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return None,
                Err(error) => panic!("{error}"),
            }
        }
    }

    fn accepted(&mut self, control_id: &str) {
        let answer = self.answer().unwrap();
        assert!(answer.contains(&format!("MSA|AA|{control_id}\r")), "{control_id}: {answer}");
    }
}

fn message(control_id: &str) -> Vec<u8> {
    let filler = format!("F-{control_id}");
    result(control_id, &filler, "20260112092500+0000", 'F', &[]).into_bytes()
}

fn framed(control_id: &str) -> Vec<u8> {
    frame(&message(control_id))
}

#[test]
fn frames_in_one_write_are_answered_in_order() {
    let fixture = empty();
    let listener = Listener::start(&fixture);
    let mut sender = listener.connect();
    let ids: Vec<String> = (0..10).map(|n| format!("P-{n}")).collect();
    sender.send(&ids.iter().flat_map(|id| framed(id)).collect::<Vec<u8>>());
    for id in &ids {
        sender.accepted(id);
    }
    let kept = fixture.record.raw_waiting(&fixture.access(), 100).unwrap();
    let bodies: Vec<Vec<u8>> = kept.into_iter().map(|kept| kept.body).collect();
    assert_eq!(bodies, ids.iter().map(|id| message(id)).collect::<Vec<_>>());
}

#[test]
fn frames_byte_by_byte_are_answered() {
    let fixture = empty();
    let listener = Listener::start(&fixture);
    let mut sender = listener.connect();
    for id in ["B-1", "B-2"] {
        for byte in framed(id) {
            sender.send(&[byte]);
        }
        sender.accepted(id);
    }
}

#[test]
fn an_end_without_carriage_return_is_answered_soon() {
    let fixture = empty();
    let listener = Listener::start(&fixture);
    let mut sender = listener.connect();
    for id in ["R-1", "R-2"] {
        let mut bytes = framed(id);
        assert_eq!(bytes.pop(), Some(b'\r'));
        sender.send(&bytes);
        let sent = Instant::now();
        sender.accepted(id);
        assert!(sent.elapsed() <= Duration::from_secs(1), "{:?}", sent.elapsed());
    }
    // The late carriage return is no message.
    sender.send(b"\r");
    sender.send(&framed("R-3"));
    sender.accepted("R-3");
    assert_eq!(fixture.record.raw_list(&fixture.access(), None, 100).unwrap().len(), 3);
}

#[test]
fn a_start_inside_a_frame_quarantines_what_was_begun() {
    let fixture = empty();
    let listener = Listener::start(&fixture);
    let mut sender = listener.connect();
    let torso = &framed("T-1")[..60];
    sender.send(&[torso, &framed("T-2")].concat());
    sender.accepted("T-2");
    let kept = fixture.record.raw_list(&fixture.access(), None, 100).unwrap();
    assert_eq!(kept.len(), 2);
    let torsos = fixture.record.raw_list(&fixture.access(), Some(RawState::Quarantined), 9);
    let torsos = torsos.unwrap();
    assert_eq!(torsos.len(), 1);
    assert_eq!(torsos[0].problems[0].code, "torso");
    let kept = fixture.record.raw(&fixture.access(), &torsos[0].id).unwrap().unwrap();
    assert_eq!(kept.body, torso[1..]);
}

#[test]
fn a_frame_cut_by_the_end_of_the_connection_is_kept() {
    let fixture = empty();
    let listener = Listener::start(&fixture);
    let mut sender = listener.connect();
    sender.send(&framed("C-1")[..60]);
    sender.stream.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(sender.answer(), None);
    let quarantined = Some(RawState::Quarantined);
    assert_eq!(fixture.record.raw_list(&fixture.access(), quarantined, 9).unwrap().len(), 1);
}

#[test]
fn a_frame_that_is_too_large_closes_the_connection_without_an_answer() {
    let fixture = empty();
    let listener = Listener::start(&fixture);
    let mut sender = listener.connect();
    sender.send(&[0x0B]);
    sender.send(&message("L-1"));
    let block = vec![b'x'; 1024 * 1024];
    for _ in 0..=FRAME_BYTES_MAX / block.len() {
        // The other side may close before all is sent.
        if sender.stream.write_all(&block).is_err() {
            break;
        }
    }
    assert_eq!(sender.answer(), None);
    let quarantined = Some(RawState::Quarantined);
    assert_eq!(fixture.record.raw_list(&fixture.access(), quarantined, 9).unwrap().len(), 1);
    let mut sender = listener.connect();
    sender.send(&framed("L-2"));
    sender.accepted("L-2");
}

/// Bytes that come one by one for ever are no reason to wait for ever.
#[test]
fn a_sender_that_drips_is_given_up_and_what_it_sent_is_kept() {
    let fixture = empty();
    let waits = Waits { idle: Duration::from_mins(1), frame: Duration::from_millis(400) };
    let listener = Listener::waiting(&fixture, waits);
    let mut slow = listener.connect();
    slow.send(&[0x0B]);
    slow.send(&message("D-1")[..20]);
    let until = Instant::now() + PATIENCE;
    let mut is_closed = false;
    while !is_closed && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(20));
        is_closed = slow.stream.write_all(b"x").is_err();
    }
    assert!(is_closed, "it is waited for as long as it drips");
    let quarantined = Some(RawState::Quarantined);
    assert_eq!(fixture.record.raw_list(&fixture.access(), quarantined, 9).unwrap().len(), 1);
    // Others are served meanwhile and after it.
    let mut sender = listener.connect();
    sender.send(&framed("D-2"));
    sender.accepted("D-2");
}

#[test]
fn a_connection_that_is_silent_too_long_is_closed() {
    let fixture = empty();
    let waits = Waits { idle: Duration::from_millis(200), ..Waits::default() };
    let mut silent = Listener::waiting(&fixture, waits);
    let mut sender = silent.connect();
    assert_eq!(sender.answer(), None);
    silent.stop.send(true).unwrap();
    silent = Listener::start(&fixture);
    let mut sender = silent.connect();
    sender.send(&framed("I-1"));
    sender.accepted("I-1");
}

#[test]
fn connections_that_say_nothing_leave_nothing() {
    let fixture = empty();
    let listener = Listener::start(&fixture);
    for _ in 0..100 {
        drop(listener.connect());
    }
    let mut sender = listener.connect();
    sender.send(b"\r\n\r\n");
    sender.send(&framed("N-1"));
    sender.accepted("N-1");
    assert_eq!(fixture.record.raw_list(&fixture.access(), None, 100).unwrap().len(), 1);
}

#[test]
fn a_sender_that_wants_no_answer_gets_none() {
    let fixture = empty();
    let listener = Listener::start(&fixture);
    let mut sender = listener.connect();
    let wants = |id: &str, wanted: &str| {
        let text = String::from_utf8(message(id)).unwrap();
        frame(text.replacen("|P|2.5.1", &format!("|P|2.5.1|||{wanted}"), 1).as_bytes())
    };
    sender.send(&wants("W-1", "NE"));
    sender.send(&wants("W-2", "ER"));
    sender.send(&wants("W-3", "AL"));
    let answer = sender.answer().unwrap();
    assert!(answer.contains("MSA|CA|W-3"), "{answer}");
    assert_eq!(fixture.record.raw_list(&fixture.access(), None, 100).unwrap().len(), 3);
}

#[test]
fn stopping_closes_the_connections() {
    let fixture = empty();
    let listener = Listener::start(&fixture);
    let mut sender = listener.connect();
    sender.send(&framed("S-1"));
    sender.accepted("S-1");
    listener.stop.send(true).unwrap();
    assert_eq!(sender.answer(), None);
    listener.runtime.shutdown_timeout(PATIENCE);
}

#[test]
fn many_connections_at_once_are_each_answered_once() {
    const CONNECTIONS: usize = 20;
    const MESSAGES: usize = 50;
    let fixture = empty();
    let listener = Listener::start(&fixture);
    std::thread::scope(|scope| {
        for connection in 0..CONNECTIONS {
            let mut sender = listener.connect();
            scope.spawn(move || {
                for number in 0..MESSAGES {
                    let id = format!("{connection}-{number}");
                    sender.send(&framed(&id));
                    sender.accepted(&id);
                }
                // Exactly one answer each: nothing is left over.
                sender.stream.shutdown(std::net::Shutdown::Write).unwrap();
                assert_eq!(sender.answer(), None);
            });
        }
    });
    let kept = fixture.record.raw_list(&fixture.access(), None, 1000).unwrap();
    assert_eq!(fixture.record.health().raw_states[&RawState::Received], 1000);
    let keys: BTreeSet<_> = kept.iter().filter_map(|kept| kept.message_key.clone()).collect();
    assert_eq!(keys.len(), CONNECTIONS * MESSAGES);
}

/// A sender that lost the answer sends again over another connection, while the first is busy.
#[test]
fn one_message_over_many_connections_is_archived_once() {
    let fixture = fixture();
    let listener = Listener::start(&fixture);
    let answers: Vec<String> = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..8)
            .map(|_| {
                let mut sender = listener.connect();
                scope.spawn(move || {
                    sender.send(&frame(ANA.as_bytes()));
                    sender.answer().unwrap()
                })
            })
            .collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(fixture.work_off(), 1);
    assert_eq!(fixture.record.health().raw_states[&RawState::Filed], 2);
}
