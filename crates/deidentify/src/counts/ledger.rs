//! The ledger of a project's questions: sets of nearly the same people have one answer.
//!
//! Whoever asks for a set and for the same set without one person learns of that person by the
//! difference. Refusing the second question would tell, too: that the person makes a difference.
//! So a set that differs from one that was answered in few people, or in none, gets that answer
//! again; how few is drawn by the project's key for each answer, from the threshold to twice as
//! many, so that nobody can ask right at the edge. The same question, when the record has changed
//! by few people since, has the same answer, too.

mod table;

pub use table::{TableAnswer, TableQuestion};

use super::budget::Budget;
use super::rule::{Rule, Told};
use super::sketch::Sketch;
use crate::ProjectKey;

/// Answers of its own that a project gets; more would let sets be worked out by many of them.
pub const QUESTIONS_MAX: usize = 1_000;

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Anything but variants.
    Plain,
    /// Carriers of variants: zero is not told, and a budget is kept for each person.
    Genotype,
}

/// A question, and the people who are its true answer.
#[derive(Clone, Copy, Debug)]
pub struct Question<'q> {
    /// SHA-256 of its normal form.
    pub digest: &'q str,
    /// What it is about.
    pub kind: Kind,
    /// Whom it counts, each a number under the project's key, once.
    pub members: &'q [u64],
    /// How many were looked at.
    pub population: u64,
}

/// An answer that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Of which question.
    pub digest: String,
    /// Whom it counted.
    pub sketch: Sketch,
    /// What was told.
    pub told: Told,
}

/// What a question is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The count.
    Told(Told),
    /// Nothing: the project has asked as much as it may.
    Spent,
}

/// The questions of a project.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Answers that were given, the first one first.
    pub entries: Vec<Entry>,
    /// What was given away of people's variants.
    pub budget: Budget,
}

/// Differences that a sketch has to tell.
pub fn difference_max(rule: Rule) -> u64 {
    rule.threshold().saturating_mul(2)
}

impl Ledger {
    /// Answers a question, and notes the answer if it is one of its own.
    pub fn ask(&mut self, key: &ProjectKey, rule: Rule, question: &Question<'_>) -> Answer {
        // Zero is the one exact count that may be told; it is true, and near to nothing.
        if question.members.is_empty() && question.kind == Kind::Plain {
            return Answer::Told(Told::Zero);
        }
        let sketch = Sketch::of(question.members.iter().copied(), difference_max(rule));
        if let Some(told) = self.known(key, rule, question.digest, &sketch) {
            return Answer::Told(told);
        }
        if self.entries.len() >= QUESTIONS_MAX {
            return Answer::Spent;
        }
        let told = match question.kind {
            Kind::Plain => Some(rule.tell(question.members.len() as u64, true)),
            Kind::Genotype => self.budget.ask(rule, question.members, question.population),
        };
        let Some(told) = told else { return Answer::Spent };
        self.entries.push(Entry { digest: question.digest.to_owned(), sketch, told });
        Answer::Told(told)
    }

    /// What was told of this set, or of one that differs in few people: the latest answer to the
    /// same question first.
    fn known(&self, key: &ProjectKey, rule: Rule, digest: &str, sketch: &Sketch) -> Option<Told> {
        // The margin is a keyed hash: it is drawn for the few that may be near.
        let near = |entry: &&Entry| {
            let found = entry.sketch.difference_within(sketch, difference_max(rule));
            found.is_some_and(|difference| {
                let drawn = key.number("margin", &[&entry.digest]) % (rule.threshold() + 1);
                difference <= rule.threshold() + drawn
            })
        };
        let of_same = self.entries.iter().rev().filter(|entry| entry.digest == digest);
        of_same.chain(&self.entries).find(near).map(|entry| entry.told)
    }
}

#[cfg(test)]
mod tests;
