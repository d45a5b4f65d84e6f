//! Who waits for events to become durable, who writes and syncs for all of them, and who is woken
//! then.
//!
//! The first thread that waits writes and syncs for all. Tasks hold no thread while they wait: for
//! them a thread of the log does it.

use super::{Place, Shared, State};
use crate::Failure;
use std::fs::File;
use std::io::Write as _;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::thread::{JoinHandle, Thread};
use std::time::{Duration, Instant};

/// How long whoever syncs waits for others at most.
const GATHERING_MAX: Duration = Duration::from_micros(500);

/// Who waits.
enum Who {
    Thread(Thread),
    Task(Waker),
}

impl Who {
    fn wake(self) {
        match self {
            Self::Thread(thread) => thread.unpark(),
            Self::Task(waker) => waker.wake(),
        }
    }
}

/// A caller who waits for an event and all before it.
pub(super) struct Waiting {
    number: u64,
    who: Who,
}

impl Waiting {
    fn here(number: u64) -> Self {
        Self { number, who: Who::Thread(std::thread::current()) }
    }
}

impl State {
    /// What has become of an event, once that is known.
    fn outcome(&self, place: Place) -> Option<Result<(), Failure>> {
        if self.broken || self.segment != place.segment {
            return Some(Err(Failure::Audit("the audit log cannot be written".to_owned())));
        }
        (self.durable >= place.number).then_some(Ok(()))
    }

    /// Whoever waits for others, if that has come to an end.
    fn take_gathered(&mut self) -> Option<Waiting> {
        self.gathering.take_if(|gathering| self.number >= gathering.number)
    }

    /// Takes out whose events are durable, or everybody where none will be, and one more who syncs
    /// next: so nobody is woken for nothing.
    fn take_done(&mut self, mut waiting: Vec<Waiting>, are_durable: bool) -> Vec<Waiting> {
        let is_left = |one: &mut Waiting| are_durable && one.number > self.durable;
        let mut left: Vec<Waiting> = waiting.extract_if(.., is_left).collect();
        match left.iter().position(|one| matches!(one.who, Who::Thread(_))) {
            Some(next) => waiting.push(left.swap_remove(next)),
            None => self.is_asked |= !left.is_empty(),
        }
        self.waiting = left;
        waiting
    }
}

impl Shared {
    /// Waits for half as many events as were under way the time before: a sync costs the same for
    /// one as for many, and who asks one thing after another comes again. If all were waited for,
    /// everybody would wait for the disk at once. Whoever notes alone does not wait.
    fn gather<'a>(&'a self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let (begun, wanted) = (Instant::now(), state.durable + state.under_way / 2);
        while state.number < wanted
            && let Some(left) = GATHERING_MAX.checked_sub(begun.elapsed())
        {
            state.gathering = Some(Waiting::here(wanted));
            drop(state);
            std::thread::park_timeout(left);
            state = self.lock();
        }
        state.gathering = None;
        state
    }

    /// Waits until an event and all before it are durable. The first caller writes and syncs for
    /// all that wait; the others wait for it.
    pub(super) fn make_durable(&self, place: Place) -> Result<(), Failure> {
        let mut state = self.lock();
        loop {
            if let Some(outcome) = state.outcome(place) {
                return outcome;
            }
            if state.flushing {
                state.waiting.push(Waiting::here(place.number));
                let gathered = state.take_gathered();
                drop(state);
                if let Some(syncs) = gathered {
                    syncs.who.wake();
                }
                // It may return for no reason: the state says.
                std::thread::park();
            } else {
                self.flush(state);
            }
            state = self.lock();
        }
    }

    /// Writes and syncs what there is, and wakes whoever waited for it.
    fn flush<'a>(&'a self, mut state: MutexGuard<'a, State>) {
        state.flushing = true;
        state = self.gather(state);
        let bytes = std::mem::take(&mut state.buffer);
        let (file, last, tree) = (state.file.clone(), state.number, state.tree.clone());
        drop(state);
        let done = file.map_or(Flush::NotWritten, |file| write(&file, &bytes));
        state = self.lock();
        let waiting = std::mem::take(&mut state.waiting);
        let are_durable = matches!(done, Flush::Durable);
        state.under_way = state.number - state.durable;
        match done {
            Flush::Durable => (state.durable, state.durable_tree) = (last, tree),
            // What was written may have gone for good: nothing is promised any more.
            Flush::NotSynced => state.broken = true,
            // A full disk: a new segment is begun, and works once there is room.
            Flush::NotWritten => state.end_segment(),
        }
        state.flushing = false;
        if state.is_due() {
            self.due.notify_all();
        }
        let waiting = state.take_done(waiting, are_durable);
        if state.is_asked {
            self.asked.notify_one();
        }
        drop(state);
        for one in waiting {
            one.who.wake();
        }
    }

    /// What has become of an event; if that is not known yet, who asks is woken then.
    pub(super) fn poll_durable(&self, place: Place, waker: &Waker) -> Poll<Result<(), Failure>> {
        let mut state = self.lock();
        if let Some(outcome) = state.outcome(place) {
            return Poll::Ready(outcome);
        }
        state.waiting.push(Waiting { number: place.number, who: Who::Task(waker.clone()) });
        let gathered = state.take_gathered();
        if !state.flushing {
            self.ask(&mut state);
        }
        drop(state);
        if let Some(syncs) = gathered {
            syncs.who.wake();
        }
        Poll::Pending
    }

    /// Has everything made durable, and does not wait for it.
    pub(super) fn ask_for_all(&self) {
        self.ask(&mut self.lock());
    }

    fn ask(&self, state: &mut State) {
        if !state.is_asked {
            state.is_asked = true;
            self.asked.notify_one();
        }
    }

    /// Starts the thread that syncs for tasks, until the log is closed.
    pub(super) fn start_syncing(self: &Arc<Self>) -> Result<JoinHandle<()>, Failure> {
        let shared = Arc::clone(self);
        std::thread::Builder::new()
            .name("audit-sync".to_owned())
            .spawn(move || shared.sync_for_tasks())
            .map_err(|error| Failure::Audit(error.to_string()))
    }

    fn sync_for_tasks(&self) {
        loop {
            let mut state = self.lock();
            while !state.is_asked {
                if state.is_over {
                    return;
                }
                state = self.asked.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            state.is_asked = false;
            let last = Place { segment: state.segment, number: state.number };
            drop(state);
            // Each task sees for itself what has become of its event.
            let _ = self.make_durable(last);
        }
    }
}

/// How far the bytes of a flush came.
enum Flush {
    Durable,
    NotSynced,
    NotWritten,
}

fn write(mut file: &File, bytes: &[u8]) -> Flush {
    match file.write_all(bytes).map(|()| file.sync_data()) {
        Ok(Ok(())) => Flush::Durable,
        Ok(Err(_)) => Flush::NotSynced,
        Err(_) => Flush::NotWritten,
    }
}
