//! Messages over MLLP, plain on this machine and inside TLS elsewhere.
//!
//! An acknowledgement counts when it comes in a whole frame, in time, and names the message
//! (MSA-2 is MSH-10 byte for byte). After anything else the connection is dropped, so that what
//! comes late is never read as the answer to the next message.

mod stream;

use super::{Answer, Payload};
use crate::Failure;
use crate::destination::Messages;
use crate::send::Trust;
use formats::hl7v2::Message;
use formats::mllp::{Event, Framer, Limits, frame};
use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};
use stream::{Dialer, Open};

/// Bytes of an acknowledgement.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;
/// Bytes read while waiting for it, junk included.
const READ_BYTES_MAX: usize = 2 * ANSWER_BYTES_MAX;
/// How long each step of connecting may take.
const CONNECT_TIME_MAX: Duration = Duration::from_secs(10);
/// How long a carriage return may lag behind the end of a frame.
const RETURN_WAIT: Duration = Duration::from_millis(250);

/// A way to a receiver of messages: one connection, kept while all goes well.
#[derive(Debug)]
pub(crate) struct MllpLine {
    dialer: Dialer,
    timeout: Duration,
    open: Option<Open>,
}

impl MllpLine {
    pub(super) fn new(to: &Messages, trust: &Trust, seconds: u64) -> Result<Self, Failure> {
        let timeout = Duration::from_secs(seconds);
        let dialer = Dialer::new(to, trust, timeout.min(CONNECT_TIME_MAX), timeout)?;
        Ok(Self { dialer, timeout, open: None })
    }

    pub(super) fn reach(&mut self) -> Answer {
        match self.dialer.open() {
            Ok(open) => {
                self.open = Some(open);
                Answer::Accepted
            }
            Err(why) => Answer::Broken(why),
        }
    }

    pub(super) fn send(&mut self, payload: &Payload) -> Answer {
        // What came unasked since the last answer is the answer to nothing.
        let kept = self.open.take().filter(Open::is_quiet);
        let mut open = match kept.map_or_else(|| self.dialer.open(), Ok) {
            Ok(open) => open,
            Err(why) => return Answer::Broken(why),
        };
        if open.write_all(&frame(&payload.body)).and_then(|()| open.flush()).is_err() {
            return Answer::Broken("the connection broke while it was sent");
        }
        let answer = match self.answer(&mut open) {
            Ok(bytes) => read(bytes, &payload.id),
            Err(why) => Answer::Broken(why),
        };
        if !matches!(answer, Answer::Broken(_)) {
            self.open = Some(open);
        }
        answer
    }

    /// The payload of the one frame that comes before the time is over.
    fn answer(&self, open: &mut Open) -> Result<Vec<u8>, &'static str> {
        let mut framer = Framer::new(Limits { frame_bytes_max: ANSWER_BYTES_MAX });
        let end = Instant::now() + self.timeout;
        let mut buffer = [0; 4096];
        let mut count = 0;
        loop {
            match framer.next() {
                Some(Event::Frame(frame)) => {
                    // Two answers to one message: which is for it, nobody can tell.
                    let is_alone = framer.next().is_none() && !framer.is_in_frame();
                    return if is_alone { Ok(frame.payload) } else { Err("two answers came") };
                }
                Some(Event::Torso(_)) => return Err("half an answer came"),
                Some(Event::TooLarge(_)) => return Err("the answer is too large"),
                None => {}
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err("no answer came in time");
            }
            let waits_for_return = framer.awaits_return();
            let wait = if waits_for_return { left.min(RETURN_WAIT) } else { left };
            open.set_read_timeout(wait);
            match open.read(&mut buffer) {
                Ok(0) => return Err("the connection was closed before an answer came"),
                Ok(read) => {
                    count += read;
                    if count > READ_BYTES_MAX {
                        return Err("the answer is too large");
                    }
                    framer.push(buffer.get(..read).unwrap_or_default());
                }
                Err(error) if is_timeout(&error) => {
                    if let Some(Event::Frame(frame)) = framer.deliver_pending() {
                        return Ok(frame.payload);
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => return Err("the connection broke before an answer came"),
            }
        }
    }
}

fn is_timeout(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
}

/// Reads an acknowledgement (HL7 table 0008). Its texts may hold what was sent; its code does not.
fn read(bytes: Vec<u8>, id: &str) -> Answer {
    let Some(message) = Message::parse(bytes).0 else {
        return Answer::Broken("the answer is not a message");
    };
    let named = message.segment("MSA", 1).map(|msa| msa.field(2).raw() == id.as_bytes());
    match named {
        None => return Answer::Broken("the answer is not an acknowledgement"),
        Some(false) => return Answer::Broken("the answer is to another message"),
        Some(true) => {}
    }
    let code = message.value("MSA-1").unwrap_or_default();
    let error = message.value("ERR-3.1").unwrap_or_default();
    let is_code = error.len() == 3 && error.bytes().all(|byte| byte.is_ascii_digit());
    let error = if is_code { format!(", error {error}") } else { String::new() };
    match code.as_str() {
        "AA" | "CA" => Answer::Accepted,
        "AE" | "CE" => Answer::Failed(format!("answered {code}{error}")),
        "AR" | "CR" => Answer::Rejected(format!("answered {code}{error}")),
        _ => Answer::Broken("the acknowledgement has no code"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_acknowledgement_says() {
        let of = |msa: &str| format!("MSH|^~\\&|A|B|C|D|20260112||ACK|9|P|2.5.1\r{msa}\r");
        let failed = |text: &str| Answer::Failed(text.to_owned());
        let other = Answer::Broken("the answer is to another message");
        for (text, answer) in [
            (of("MSA|AA|m1"), Answer::Accepted),
            (of("MSA|CA|m1"), Answer::Accepted),
            (of("MSA|AE|m1"), failed("answered AE")),
            (of("MSA|AE|m1|Ana Example\rERR||PID|101^Ana^X|E"), failed("answered AE, error 101")),
            (of("MSA|CE|m1\rERR||PID|Ana^x|E"), failed("answered CE")),
            (of("MSA|AR|m1"), Answer::Rejected("answered AR".to_owned())),
            (of("MSA|CR|m1"), Answer::Rejected("answered CR".to_owned())),
            (of("MSA|AA|m2"), other.clone()),
            (of("MSA|AA|m1 "), other.clone()),
            (of("MSA|AA|M1"), other.clone()),
            (of("MSA|AA|"), other),
            (of("MSA|OK|m1"), Answer::Broken("the acknowledgement has no code")),
            (of("PID|1"), Answer::Broken("the answer is not an acknowledgement")),
            ("OK m1".to_owned(), Answer::Broken("the answer is not a message")),
        ] {
            assert_eq!(read(text.clone().into_bytes(), "m1"), answer, "{text}");
        }
    }
}
