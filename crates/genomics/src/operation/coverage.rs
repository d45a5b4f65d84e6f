//! What was looked at: without it "not there" is no absence.

use super::select::View;
use crate::answer::Coverage;
use crate::finding::{Regions, Study};
use crate::range::{Range, uncovered};
use crate::sequence::counterpart;

impl View<'_> {
    /// What of a range the tests in question looked at: studied less what could not be called.
    pub(super) fn coverage(&self, asked: &Range) -> Coverage {
        if self.has_undated() {
            return Coverage::Unknown;
        }
        let studies: Vec<&Study> = self
            .dossier
            .studies
            .iter()
            .filter(|study| self.asked.filter.takes_study(study))
            .collect();
        if studies.is_empty() {
            let is_silent = self.findings.is_empty() && self.dossier.studies.is_empty();
            return if is_silent { Coverage::NotStudied } else { Coverage::Unknown };
        }
        let mut seen: Vec<Range> = Vec::new();
        let mut has_more = false;
        for study in studies {
            let (studied, more) = self.on_sequence(&study.studied, &asked.sequence);
            let (blind, blind_more) = self.on_sequence(&study.uncallable, &asked.sequence);
            let touches = studied.iter().any(|range| range.intersects(asked));
            has_more |= more || blind_more && touches;
            // What could not be seen may be anywhere in what was studied.
            if blind_more {
                continue;
            }
            seen.extend(studied.iter().flat_map(|range| uncovered(range, &blind)));
        }
        let gaps = uncovered(asked, &seen);
        let is_whole = gaps.first() == Some(asked);
        match (gaps.is_empty(), has_more) {
            (true, _) => Coverage::Studied,
            (false, true) => Coverage::Unknown,
            (false, false) if is_whole => Coverage::NotStudied,
            (false, false) => Coverage::Partly(gaps),
        }
    }

    /// The ranges on a sequence, those of the other build lifted over; whether there are more that
    /// cannot be told.
    fn on_sequence(&self, regions: &Regions, sequence: &str) -> (Vec<Range>, bool) {
        let other = counterpart(sequence);
        let (mut held, mut has_more) = (Vec::new(), regions.has_more);
        for range in &regions.ranges {
            if range.sequence == sequence {
                held.push(range.clone());
            } else if Some(&range.sequence) == other.as_ref() {
                let lift = self.tools.lift_over;
                let lifted = lift.map(|lift| lift.lift(range, sequence)).unwrap_or_default();
                has_more |= lifted.len() != 1;
                // Only a range that kept its length was studied there from end to end.
                let whole = lifted.into_iter().filter(|l| l.range.length() == range.length());
                let before = held.len();
                held.extend(whole.map(|lifted| lifted.range));
                has_more |= held.len() == before;
            }
        }
        (held, has_more)
    }
}
