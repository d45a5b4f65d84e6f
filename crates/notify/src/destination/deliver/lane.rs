//! Sending one after the other over one line.

use super::{Deliverer, later};
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
                Ok(Sent::Nothing(reason)) => Settled::Withheld { reason: reason.to_owned() },
                Ok(Sent::Answer(answer)) => {
                    match &answer {
                        Answer::Broken(why) => outcome.broken = Some((*why).to_owned()),
                        _ => outcome.answered = true,
                    }
                    self.settled(&dispatch, answer)
                }
                Err(why) => {
                    // Nothing was sent, and nothing is known of the destination.
                    outcome.broken = Some(why);
                    break;
                }
            };
            if !matches!(settled, Settled::Delivered | Settled::Withheld { .. }) {
                waiting.insert(dispatch.change.patient.clone());
            }
            outcome.dispatches.push((dispatch, settled));
        }
        outcome
    }

    fn send(&self, line: &mut Line, dispatch: &Dispatch) -> Result<Sent, String> {
        let Deliverer { record, access, destination, .. } = self.deliverer;
        let now = record.now();
        let composed = compose(record, access, destination, dispatch, now);
        Ok(match composed.map_err(|failure| failure.to_string())? {
            Composed::Nothing(why) => Sent::Nothing(why),
            Composed::Body(body) => {
                Sent::Answer(line.send(&Payload { id: dispatch.id.clone(), now, body }))
            }
        })
    }

    fn settled(&self, dispatch: &Dispatch, answer: Answer) -> Settled {
        let Deliverer { record, destination, pace, chance, .. } = self.deliverer;
        let attempts = dispatch.attempts.saturating_add(1);
        let again = |reason: String| {
            let at = later(record.now(), pace.wait(attempts, chance.next()));
            Settled::Again { at, reason }
        };
        match answer {
            Answer::Accepted => Settled::Delivered,
            Answer::Rejected(reason) => Settled::Parked { reason },
            Answer::Failed(why) if attempts >= destination.attempts_max => {
                Settled::Parked { reason: format!("{why}, {attempts} attempts") }
            }
            Answer::Failed(why) => again(why),
            Answer::Broken(why) => {
                let since = dispatch.failed_since;
                let others = self.held.acknowledged.is_some_and(|at| at > since);
                if attempts >= UNANSWERED_MAX && since.micros() > 0 && others {
                    let reason = format!("{why}, {attempts} attempts, while others were answered");
                    return Settled::Parked { reason };
                }
                again(why.to_owned())
            }
        }
    }
}

enum Sent {
    Answer(Answer),
    Nothing(&'static str),
}
