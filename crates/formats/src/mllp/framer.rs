//! The state machine: each byte is looked at once.

use super::{
    Counters, END, Event, Frame, HEAD_BYTES_MAX, LINE_FEED, Limits, RETURN, START, Warning,
};
use memchr::{memchr, memchr2};
use std::fmt;

/// Cuts the bytes of one connection into frames.
///
/// The listener pushes what it reads and then takes events until there are none. When
/// [`Framer::awaits_return`] holds for 250 ms it calls [`Framer::deliver_pending`]: a sender that
/// omits the carriage return waits for its answer, and so would a strict reader for ever. At the
/// end of the connection it calls [`Framer::finish`].
///
/// # Examples
///
/// ```
/// use formats::mllp::{Event, Framer, Limits, frame};
/// let mut framer = Framer::new(Limits::default());
/// framer.push(&frame(b"MSH|..."));
/// let Some(Event::Frame(first)) = framer.next() else { panic!() };
/// assert_eq!(first.payload, b"MSH|...");
/// assert_eq!(framer.next(), None);
/// ```
pub struct Framer {
    limits: Limits,
    buffer: Vec<u8>,
    /// First byte not yet consumed; inside a frame, the first of its payload.
    start: usize,
    /// First byte not yet looked at.
    scan: usize,
    state: State,
    warnings: Vec<Warning>,
    counters: Counters,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Between frames.
    Outside,
    /// Between frames after a doubtful end: what follows may belong to the frame before.
    Doubtful,
    /// In a frame.
    Inside,
    /// In bytes that followed a doubtful end.
    Tail,
    /// Over the limit, or the connection has ended.
    Closed,
}

impl fmt::Debug for Framer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Framer")
            .field("state", &self.state)
            .field("buffered_bytes", &(self.buffer.len() - self.start))
            .field("counters", &self.counters)
            .finish_non_exhaustive()
    }
}

impl Framer {
    /// A framer for a new connection.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            buffer: Vec::new(),
            start: 0,
            scan: 0,
            state: State::Outside,
            warnings: Vec::new(),
            counters: Counters::default(),
        }
    }

    /// Adds what was read. Ignored once the framer is closed.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.state == State::Closed {
            return;
        }
        self.reclaim();
        self.buffer.extend_from_slice(bytes);
    }

    /// Whether an end byte is the last that was read, so that the frame may be complete.
    /// Meaningful after all events have been taken.
    pub fn awaits_return(&self) -> bool {
        self.is_in_frame()
            && self.scan + 1 == self.buffer.len()
            && self.buffer.get(self.scan) == Some(&END)
    }

    /// Whether a frame has been begun and not ended: the time limits of a frame apply.
    pub fn is_in_frame(&self) -> bool {
        matches!(self.state, State::Inside | State::Tail)
    }

    /// Whether the framer reads no more.
    pub fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// What was passed over so far.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Delivers a frame whose carriage return did not come; `None` if none is waiting for it. A
    /// carriage return that comes later is swallowed.
    pub fn deliver_pending(&mut self) -> Option<Event> {
        if !self.awaits_return() {
            return None;
        }
        let at = self.scan;
        self.end_frame(at, 1, Some(Warning::MissingReturn))
    }

    /// Ends the connection: the frame that still waits for its carriage return, or what was read
    /// of an unfinished one.
    pub fn finish(&mut self) -> Option<Event> {
        let event = if self.awaits_return() {
            self.deliver_pending()
        } else if self.is_in_frame() {
            self.torso(self.buffer.len())
        } else {
            None
        };
        self.close();
        event
    }

    fn close(&mut self) {
        self.state = State::Closed;
        self.buffer = Vec::new();
        (self.start, self.scan) = (0, 0);
    }

    /// Gives back consumed bytes; each byte is moved at most once for each time it is halved away.
    fn reclaim(&mut self) {
        const KEEP_BYTES: usize = 1024 * 1024;
        if self.start == self.buffer.len() {
            self.buffer.clear();
            self.buffer.shrink_to(KEEP_BYTES);
        } else if self.start > self.buffer.len() / 2 {
            self.buffer.drain(..self.start);
        } else {
            return;
        }
        self.scan -= self.start;
        self.start = 0;
    }

    fn warn(&mut self, warning: Warning) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    fn slice(&self, end: usize) -> &[u8] {
        self.buffer.get(self.start..end).unwrap_or_default()
    }

    fn go(&mut self, state: State, start: usize) {
        self.state = state;
        self.start = start;
        self.scan = start;
    }

    fn torso(&mut self, end: usize) -> Option<Event> {
        let bytes = self.slice(end).to_vec();
        self.warnings.clear();
        if bytes.is_empty() {
            return None;
        }
        self.counters.torsos += 1;
        Some(Event::Torso(bytes))
    }

    /// Ends the frame whose payload ends before `at`, `width` bytes of end following it.
    fn end_frame(&mut self, at: usize, width: usize, warning: Option<Warning>) -> Option<Event> {
        if let Some(warning) = warning {
            self.warn(warning);
        }
        let after = match warning {
            None => State::Outside,
            Some(_) => State::Doubtful,
        };
        let event = match self.state {
            State::Tail => self.torso(at),
            _ if at == self.start => {
                self.counters.empty_frames += 1;
                self.warnings.clear();
                None
            }
            _ => {
                let payload = self.slice(at).to_vec();
                self.counters.frames += 1;
                Some(Event::Frame(Frame { payload, warnings: std::mem::take(&mut self.warnings) }))
            }
        };
        self.go(after, at + width);
        event
    }

    fn too_large(&mut self) -> Event {
        let kept = HEAD_BYTES_MAX.min(self.limits.frame_bytes_max);
        let head = self.slice(self.start + kept).to_vec();
        self.close();
        Event::TooLarge(head)
    }

    /// Passes over what stands between frames; false when more bytes are needed.
    fn skip(&mut self) -> bool {
        let rest = self.buffer.get(self.start..).unwrap_or_default();
        let gap = match self.state {
            State::Outside => memchr(START, rest),
            _ => rest.iter().position(|b| !matches!(*b, RETURN | LINE_FEED | END)),
        };
        let skipped = rest.get(..gap.unwrap_or(rest.len())).unwrap_or_default();
        for byte in skipped {
            match *byte {
                RETURN | LINE_FEED => {}
                END => self.counters.stray_ends += 1,
                _ => self.counters.junk_bytes += 1,
            }
        }
        let Some(gap) = gap else {
            (self.start, self.scan) = (self.buffer.len(), self.buffer.len());
            return false;
        };
        let at = self.start + gap;
        match self.buffer.get(at) {
            Some(&START) => self.go(State::Inside, at + 1),
            _ => self.go(State::Tail, at),
        }
        true
    }

    /// One step inside a frame.
    fn inside(&mut self) -> Step {
        let unseen = self.buffer.get(self.scan..).unwrap_or_default();
        let Some(found) = memchr2(START, END, unseen) else {
            self.scan = self.buffer.len();
            let too_large = self.scan - self.start > self.limits.frame_bytes_max;
            return if too_large { Step::Event(Some(self.too_large())) } else { Step::NeedBytes };
        };
        let at = self.scan + found;
        self.scan = at;
        if at - self.start > self.limits.frame_bytes_max {
            return Step::Event(Some(self.too_large()));
        }
        if self.buffer.get(at) == Some(&START) {
            if at == self.start {
                self.warn(Warning::DoubledStart);
                self.go(State::Inside, at + 1);
                return Step::Event(None);
            }
            let torso = self.torso(at);
            self.go(State::Inside, at + 1);
            return Step::Event(torso);
        }
        Step::Event(match self.buffer.get(at + 1) {
            None => return Step::NeedBytes,
            Some(&RETURN) => self.end_frame(at, 2, None),
            Some(&LINE_FEED) => self.end_frame(at, 2, Some(Warning::LineFeedForReturn)),
            Some(&START) => self.end_frame(at, 1, Some(Warning::MissingReturn)),
            Some(&END) => self.end_frame(at, 1, Some(Warning::DoubledEnd)),
            Some(_) => {
                self.warn(Warning::EndInData);
                self.scan = at + 1;
                None
            }
        })
    }
}

enum Step {
    Event(Option<Event>),
    NeedBytes,
}

/// The events of what was pushed so far; `None` means that more bytes are needed, not that the
/// connection has ended.
impl Iterator for Framer {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        loop {
            match self.state {
                State::Closed => return None,
                State::Outside | State::Doubtful => {
                    if !self.skip() {
                        return None;
                    }
                }
                State::Inside | State::Tail => match self.inside() {
                    Step::Event(Some(event)) => return Some(event),
                    Step::Event(None) => {}
                    Step::NeedBytes => return None,
                },
            }
        }
    }
}

#[cfg(test)]
mod tests;
