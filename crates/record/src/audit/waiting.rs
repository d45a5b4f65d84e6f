//! Who waits for events to become durable, and who is woken when they are.

use super::State;
use std::thread::Thread;

/// A caller who waits for an event and all before it.
pub(super) struct Waiting {
    pub(super) number: u64,
    pub(super) thread: Thread,
}

impl State {
    /// Whoever waits for others, if that has come to an end.
    pub(super) fn take_gathered(&mut self) -> Option<Waiting> {
        self.gathering.take_if(|gathering| self.number >= gathering.number)
    }

    /// Takes out whose events are durable, or everybody where none will be, and one more who syncs
    /// next: so nobody is woken for nothing.
    pub(super) fn take_done(
        &mut self,
        mut waiting: Vec<Waiting>,
        are_durable: bool,
    ) -> Vec<Waiting> {
        let is_left = |one: &mut Waiting| are_durable && one.number > self.durable;
        let mut left: Vec<Waiting> = waiting.extract_if(.., is_left).collect();
        waiting.extend(left.pop());
        self.waiting = left;
        waiting
    }
}
