//! Sending one after the other over one line.

use super::{Deliverer, later};
use crate::Failure;
use crate::destination::compose::{Composed, compose};
use crate::wire::{Answer, Line, Payload};
use model::{PatientId, Timestamp};
use record::{Dispatch, Held, Settled};
use std::collections::BTreeSet;

/// Attempts without an answer after which a dispatch is parked, if others were answered meanwhile:
/// it may be this one that the destination cannot bear.
const UNANSWERED_MAX: u32 = 8;

/// What came of sending.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// Each dispatch that was tried, with what came of it.
    pub(super) dispatches: Vec<(Dispatch, Settled)>,
    /// Whether the destination gave an answer, whichever.
    pub(super) answered: bool,
    /// Why it gave none to the last one.
    pub(super) broken: Option<String>,
}

impl Outcome {
    /// Both together.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.dispatches.extend(other.dispatches);
        self.answered |= other.answered;
        self.broken = self.broken.or(other.broken);
        self
    }

    pub(super) fn delivered(&self) -> usize {
        self.dispatches.iter().filter(|(_, settled)| *settled == Settled::Delivered).count()
    }
}

/// One line of a destination.
pub(super) struct Lane<'d> {
    pub(super) deliverer: &'d Deliverer,
    pub(super) held: &'d Held,
    /// Nothing more is begun then.
    pub(super) end: Timestamp,
}

impl Lane<'_> {
    /// Sends until one is not answered. After one that was not taken its patient's later ones wait.
    pub(super) fn run(
        &self,
        line: &mut Line,
        dispatches: Vec<Dispatch>,
        stop: &dyn Fn() -> bool,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        let mut waiting: BTreeSet<Option<PatientId>> = BTreeSet::new();
        for dispatch in dispatches {
            let record = &self.deliverer.record;
            if stop() || outcome.broken.is_some() || record.now() >= self.end {
                break;
            }
            if waiting.contains(&dispatch.change.patient) {
                continue;
            }
            let settled = match self.send(line, &dispatch) {
                Ok(Sent::Later(why)) => self.again(&dispatch, why.to_owned()),
                Ok(Sent::Nothing(reason)) => Settled::Withheld { reason: reason.to_owned() },
                Ok(Sent::Answer(answer)) => {
                    match &answer {
                        Answer::Broken(why) => outcome.broken = Some((*why).to_owned()),
                        _ => outcome.answered = true,
                    }
                    self.settled(&dispatch, answer)
                }
                // Nothing was sent, and nothing is known of the destination; others can go.
                Err(failure) => self.uncomposed(&dispatch, &failure),
            };
            if !matches!(settled, Settled::Delivered | Settled::Withheld { .. }) {
                waiting.insert(dispatch.change.patient.clone());
            }
            outcome.dispatches.push((dispatch, settled));
        }
        outcome
    }

    fn send(&self, line: &mut Line, dispatch: &Dispatch) -> Result<Sent, Failure> {
        let Deliverer { record, access, destination, .. } = self.deliverer;
        let now = record.now();
        Ok(match compose(record, access, destination, dispatch, now)? {
            Composed::Nothing(why) => Sent::Nothing(why),
            Composed::Later(why) => Sent::Later(why),
            Composed::Body(body) => {
                Sent::Answer(line.send(&Payload { id: dispatch.id.clone(), now, body }))
            }
        })
    }

    /// One that cannot be composed is tried again, and parked when it never can. Where the record
    /// itself fails it waits, however often: that says nothing of the dispatch.
    fn uncomposed(&self, dispatch: &Dispatch, failure: &Failure) -> Settled {
        let id = self.deliverer.destination.id.as_str();
        tracing::warn!(id, number = dispatch.number, %failure, "a dispatch cannot be composed");
        match failure {
            Failure::Record(record::Failure::Storage(_) | record::Failure::Audit(_)) => {
                self.again(dispatch, failure.to_string())
            }
            _ => self.failed(dispatch, failure.to_string()),
        }
    }

    fn again(&self, dispatch: &Dispatch, reason: String) -> Settled {
        let Deliverer { record, pace, chance, .. } = self.deliverer;
        let attempts = dispatch.attempts.saturating_add(1);
        let at = later(record.now(), pace.wait(attempts, chance.next()));
        Settled::Again { at, reason }
    }

    fn failed(&self, dispatch: &Dispatch, why: String) -> Settled {
        let attempts = dispatch.attempts.saturating_add(1);
        if attempts >= self.deliverer.destination.attempts_max {
            return Settled::Parked { reason: format!("{why}, {attempts} attempts") };
        }
        self.again(dispatch, why)
    }

    fn settled(&self, dispatch: &Dispatch, answer: Answer) -> Settled {
        let attempts = dispatch.attempts.saturating_add(1);
        match answer {
            Answer::Accepted => Settled::Delivered,
            Answer::Rejected(reason) => Settled::Parked { reason },
            Answer::Failed(why) => self.failed(dispatch, why),
            Answer::Broken(why) => {
                let since = dispatch.failed_since;
                let others = self.held.acknowledged.is_some_and(|at| at > since);
                if attempts >= UNANSWERED_MAX && since.micros() > 0 && others {
                    let reason = format!("{why}, {attempts} attempts, while others were answered");
                    return Settled::Parked { reason };
                }
                self.again(dispatch, why.to_owned())
            }
        }
    }
}

enum Sent {
    Answer(Answer),
    Nothing(&'static str),
    Later(&'static str),
}
