//! A receiver of messages that does what it is told to, and remembers what it credited.

use formats::hl7v2::Message;
use formats::mllp::{Event, Framer, Limits, frame};
use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// What it does with one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Takes it and says so.
    Accept,
    /// The same in enhanced mode.
    Commit,
    /// Takes it and says nothing.
    Silence,
    /// Takes it and closes the connection.
    Close,
    /// Answers to another message.
    OtherId,
    /// Answers right, in half a frame, and closes.
    HalfFrame,
    /// Answers right, without a frame, and closes.
    Unframed,
    /// Bytes that are no message.
    Garbage,
    /// Answers right after the sender has given up, and goes on.
    Late,
    /// Answers right, byte by byte.
    Slow,
    /// Answers right and to another one at once.
    Twice,
    /// Leaves out the last carriage return.
    NoReturn,
    /// AE.
    Fail,
    /// AR.
    Reject,
}

/// What it has had.
#[derive(Clone, Debug, Default)]
pub(crate) struct Had {
    /// Every message that came whole.
    pub(crate) messages: Vec<String>,
    /// What it does next; then it accepts.
    deeds: VecDeque<Deed>,
    /// Connections that were opened.
    pub(crate) connections: usize,
}

pub(crate) struct Receiver {
    pub(crate) port: u16,
    had: Arc<Mutex<Had>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Receiver {
    /// One that does these, one for each message that comes, and then accepts.
    pub(crate) fn start(deeds: &[Deed]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let deeds = deeds.iter().copied().collect();
        let had = Arc::new(Mutex::new(Had { deeds, ..Had::default() }));
        let stop = Arc::new(AtomicBool::new(false));
        let (kept, flag) = (Arc::clone(&had), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            let mut open = Vec::new();
            while !flag.load(Ordering::Relaxed) {
                let Ok((socket, _)) = listener.accept() else {
                    std::thread::sleep(Duration::from_millis(1));
                    continue;
                };
                socket.set_nonblocking(false).unwrap();
                kept.lock().unwrap().connections += 1;
                let (kept, flag) = (Arc::clone(&kept), Arc::clone(&flag));
                open.push(std::thread::spawn(move || serve(socket, &kept, &flag)));
            }
            for one in open {
                one.join().unwrap();
            }
        });
        Self { port, had, stop, thread: Some(thread) }
    }

    pub(crate) fn had(&self) -> Had {
        self.had.lock().unwrap().clone()
    }

    /// Control ids in the order in which they first came.
    pub(crate) fn ids(&self) -> Vec<String> {
        let mut ids: Vec<String> = Vec::new();
        for text in self.had().messages {
            let id = field(&text, 9);
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }
}

/// MSH-n, counted as the text is split.
pub(crate) fn field(message: &str, place: usize) -> String {
    message.split('|').nth(place).unwrap_or_default().to_owned()
}

fn serve(mut socket: TcpStream, had: &Mutex<Had>, stop: &AtomicBool) {
    socket.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    let mut framer = Framer::new(Limits::default());
    let mut buffer = [0; 16384];
    while !stop.load(Ordering::Relaxed) {
        match socket.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => framer.push(&buffer[..count]),
            Err(error) if is_timeout(&error) => continue,
            Err(_) => return,
        }
        for event in framer.by_ref() {
            let Event::Frame(got) = event else { return };
            let message = Message::parse(got.payload.clone()).0.unwrap();
            let id = message.value("MSH-10").unwrap();
            let deed = {
                let mut had = had.lock().unwrap();
                had.messages.push(String::from_utf8(got.payload).unwrap());
                had.deeds.pop_front().unwrap_or(Deed::Accept)
            };
            if !answer(&mut socket, deed, &id) {
                return;
            }
        }
    }
}

fn is_timeout(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
}

fn acknowledgement(code: &str, id: &str) -> Vec<u8> {
    format!("MSH|^~\\&|E|F|C|D|20260112||ACK^R01^ACK|9|P|2.5.1\rMSA|{code}|{id}\r").into_bytes()
}

/// Whether the connection goes on. The sender may have gone, which is its right.
fn answer(socket: &mut TcpStream, deed: Deed, id: &str) -> bool {
    let right = frame(&acknowledgement("AA", id));
    let mut say = |bytes: &[u8]| drop(socket.write_all(bytes).and_then(|()| socket.flush()));
    match deed {
        Deed::Accept => say(&right),
        Deed::Commit => say(&frame(&acknowledgement("CA", id))),
        Deed::Silence => {}
        Deed::Close => return false,
        Deed::OtherId => say(&frame(&acknowledgement("AA", "another"))),
        Deed::HalfFrame => {
            say(&right[..right.len() / 2]);
            return false;
        }
        Deed::Unframed => {
            say(&acknowledgement("AA", id));
            return false;
        }
        Deed::Garbage => say(&frame(b"<html>busy</html>")),
        Deed::Late => {
            std::thread::sleep(super::support::ANSWER_TIME + Duration::from_millis(200));
            say(&right);
        }
        Deed::Slow => {
            for byte in right {
                say(&[byte]);
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        Deed::Twice => {
            let other = frame(&acknowledgement("AA", "another"));
            say(&[right, other].concat());
        }
        Deed::NoReturn => say(&right[..right.len() - 1]),
        Deed::Fail => say(&frame(&acknowledgement("AE", id))),
        Deed::Reject => say(&frame(&acknowledgement("AR", id))),
    }
    true
}
