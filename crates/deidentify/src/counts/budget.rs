//! How much the questions of a project about variants may tell of one person.
//!
//! Whoever knows somebody's genome can ask for the carriers of its variants and learn, answer by
//! answer, whether that person was counted (Shringarpure and Bustamante, American Journal of Human
//! Genetics 2015; Raisaro et al., JAMIA 2017). The measure is the Fisher information of an answer
//! about one person more or less in the count. Its sum over the answers bounds the test between
//! "is in it" and "is not": with [`INFORMATION_MAX`] its power is below 0.1 where its false alarms
//! are 0.05, since the normal deviates of 0.95 and 0.9 are 0.363 apart, and the square of that is
//! 0.132.

use super::rule::{Rule, Told};
use std::collections::BTreeMap;

/// Information about one person, in millionths, that all answers of a project may give.
pub const INFORMATION_MAX: u64 = 70_000;
/// What an answer near the threshold gives about each carrier, in millionths: at most the square
/// of the chance that exactly threshold others carry it, over the variance of whether it is told
/// (0.089 and 0.25 for a mean of 20).
const NEAR_THRESHOLD: u64 = 32_000;
const MILLION: f64 = 1_000_000.0;

/// What was given away so far, in millionths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// About everybody, by counts of many.
    pub of_everybody: u64,
    /// About single people, by counts of few.
    pub of_person: BTreeMap<u64, u64>,
}

impl Budget {
    /// Whether nothing more may be told of a person, who is not counted then.
    pub fn is_spent(&self, person: u64) -> bool {
        let own = self.of_person.get(&person).copied().unwrap_or_default();
        own.saturating_add(self.of_everybody) >= INFORMATION_MAX
    }

    /// Tells how many of the carriers are counted, and notes what that gives away; `None` when no
    /// question about variants is answered any more.
    pub fn ask(&mut self, rule: Rule, carriers: &[u64], population: u64) -> Option<Told> {
        if self.of_everybody >= INFORMATION_MAX {
            return None;
        }
        let counted: Vec<u64> =
            carriers.iter().copied().filter(|person| !self.is_spent(*person)).collect();
        let count = counted.len() as u64;
        let told = rule.tell(count, false);
        let threshold = rule.threshold();
        if count > threshold.saturating_mul(2) {
            self.of_everybody += information(count, population);
        } else if count >= threshold / 2 {
            for person in counted {
                *self.of_person.entry(person).or_default() += NEAR_THRESHOLD;
            }
        }
        Some(told)
    }
}

/// What the exact count of carriers in a population tells of one person: of a carrier
/// (1 - f) / c, of somebody else f / (n - c).
fn information(count: u64, population: u64) -> u64 {
    let (carriers, all) = (count as f64, population.max(count + 1) as f64);
    let share = carriers / all;
    let of_carrier = (1.0 - share) / carriers;
    let of_other = share / (all - carriers);
    let millionths = (of_carrier.max(of_other) * MILLION).ceil();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is at least 0, and a cast of a float stops at the largest number"
    )]
    let millionths = millionths as u64;
    millionths
}

#[cfg(test)]
mod tests;
