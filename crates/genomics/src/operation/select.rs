//! What of a patient's findings a question is about, and which of them match.

use super::Tools;
use crate::allele::{Allele, Comparison};
use crate::answer::Fault;
use crate::asked::{Asked, AskedRange, Wanted};
use crate::finding::{Content, Dossier, Finding, Presence, Variant};
use crate::lift::lift_allele;
use crate::range::Range;
use crate::sequence::counterpart;
use std::collections::BTreeMap;

/// Bases by which a range is widened, in turn, when it has no counterpart on the other build.
const WIDENED_BASES: [u64; 4] = [0, 1_000, 10_000, 100_000];

/// A patient's findings as one question sees them.
pub(super) struct View<'a> {
    pub(super) dossier: &'a Dossier,
    pub(super) asked: &'a Asked,
    pub(super) tools: Tools<'a>,
    pub(super) by_reference: BTreeMap<&'a str, &'a Finding>,
    /// Those that stand and pass the filter.
    pub(super) findings: Vec<&'a Finding>,
}

/// What a search for one variant found.
#[derive(Default)]
pub(super) struct Hits<'a> {
    /// Findings by which the patient carries it.
    pub(super) carried: Vec<&'a Finding>,
    /// Whether a finding says that it is not there.
    pub(super) is_absent: bool,
    /// Whether a finding may or may not be it.
    pub(super) has_doubt: bool,
    /// Whether no finding has its name, and it has no place to look at.
    pub(super) is_unplaced: bool,
}

impl<'a> View<'a> {
    pub(super) fn new(dossier: &'a Dossier, asked: &'a Asked, tools: Tools<'a>) -> Self {
        let passes = |finding: &&Finding| finding.is_standing && asked.filter.takes(finding);
        Self {
            dossier,
            asked,
            tools,
            by_reference: dossier.by_reference(),
            findings: dossier.findings.iter().filter(passes).collect(),
        }
    }

    /// The variants among them.
    pub(super) fn variants(&self) -> impl Iterator<Item = (&'a Finding, &'a Variant)> + '_ {
        self.findings.iter().filter_map(|finding| match &finding.content {
            Content::Variant(variant) => Some((*finding, variant)),
            _ => None,
        })
    }

    /// Findings that a missing date keeps out of a range of dates.
    pub(super) fn has_undated(&self) -> bool {
        let undated = |finding: &&Finding| finding.is_standing && finding.date.is_none();
        !self.asked.filter.dates.is_empty() && self.dossier.findings.iter().any(|f| undated(&f))
    }

    /// Whether one of the places lies to a range as wanted. Each place is compared on its own
    /// build; for those that are only on the other one the range is lifted over.
    pub(super) fn lies(
        &self,
        places: &[Range],
        asked: &AskedRange,
        is_wanted: impl Fn(&Range, &Range) -> bool,
    ) -> Result<bool, Fault> {
        let sequence = &asked.range.sequence;
        if places.iter().any(|place| place.sequence == *sequence) {
            return Ok(places.iter().any(|place| is_wanted(place, &asked.range)));
        }
        let Some(other) = counterpart(sequence) else { return Ok(false) };
        if !places.iter().any(|place| place.sequence == other) {
            return Ok(false);
        }
        let lifted = self.lifted(&asked.range, &other).ok_or_else(|| failed(&asked.text))?;
        Ok(places.iter().any(|place| lifted.iter().any(|range| is_wanted(place, range))))
    }

    /// A range on the other build, widened if need be: more may be found, nothing is missed.
    pub(super) fn lifted(&self, range: &Range, to: &str) -> Option<Vec<Range>> {
        let lift = self.tools.lift_over?;
        WIDENED_BASES.iter().find_map(|by| {
            let (start, end) = (range.start.saturating_sub(*by), range.end + by);
            let wide = Range::new(&range.sequence, start, end);
            let found: Vec<Range> = lift.lift(&wide, to).into_iter().map(|l| l.range).collect();
            (!found.is_empty()).then_some(found)
        })
    }

    /// Looks for a variant among the findings: by its name, then by its form, and by the forms of
    /// what its name found.
    pub(super) fn search(&self, wanted: &Wanted) -> Result<Hits<'a>, Fault> {
        let mut hits = Hits::default();
        let mut forms: Vec<Allele> = wanted.allele.clone().into_iter().collect();
        let named = |variant: &Variant| variant.names.contains(&wanted.name);
        for (_, variant) in self.variants().filter(|(_, variant)| named(variant)) {
            let new = |form: &&Allele| !forms.contains(form);
            let more: Vec<Allele> = variant.alleles.iter().filter(new).cloned().collect();
            forms.extend(more);
        }
        hits.is_unplaced = forms.is_empty() && !self.variants().any(|(_, v)| named(v));
        for (finding, variant) in self.variants() {
            let mut is_hit = named(variant);
            for form in &forms {
                if is_hit {
                    break;
                }
                match self.compare(form, variant, wanted)? {
                    Comparison::Same => is_hit = true,
                    Comparison::Undecided => hits.has_doubt |= variant.is_carried(),
                    Comparison::Different => {}
                }
            }
            match (is_hit, variant.presence) {
                (true, Presence::Present) if !variant.is_reference => hits.carried.push(finding),
                (true, Presence::Absent) => hits.is_absent = true,
                (true, Presence::Unknown) => hits.has_doubt = true,
                _ => {}
            }
            hits.is_absent |= variant.presence == Presence::Present
                && variant.is_reference
                && forms.iter().any(|form| is_reference_of(variant, form));
        }
        Ok(hits)
    }

    fn compare(
        &self,
        form: &Allele,
        variant: &Variant,
        wanted: &Wanted,
    ) -> Result<Comparison, Fault> {
        let sequence = &form.change.sequence;
        let on = |sequence: &str| {
            let here = move |allele: &&Allele| allele.change.sequence == sequence;
            (variant.alleles.iter().any(|a| here(&a)), variant.possible.iter().any(|a| here(&a)))
        };
        let against = |form: &Allele| {
            let of = |alleles: &[Allele]| {
                let mut found = Comparison::Different;
                for allele in alleles {
                    match form.compare(allele) {
                        Comparison::Same => return Comparison::Same,
                        Comparison::Undecided => found = Comparison::Undecided,
                        Comparison::Different => {}
                    }
                }
                found
            };
            match (of(&variant.alleles), of(&variant.possible)) {
                (Comparison::Different, Comparison::Different) => Comparison::Different,
                (Comparison::Same, _) => Comparison::Same,
                _ => Comparison::Undecided,
            }
        };
        if on(sequence) != (false, false) {
            return Ok(against(form));
        }
        let Some(other) = counterpart(sequence).filter(|other| on(other) != (false, false)) else {
            return Ok(Comparison::Different);
        };
        let lift = self.tools.lift_over.ok_or_else(|| failed(&wanted.text))?;
        let lifted = lift_allele(lift, form, &other).ok_or_else(|| failed(&wanted.text))?;
        Ok(against(&lifted))
    }
}

/// Whether a call of the reference covers every base that a form changes.
fn is_reference_of(variant: &Variant, form: &Allele) -> bool {
    let range = form.change.range();
    range.length() > 0 && variant.exact_places().iter().any(|place| place.covers(&range))
}

/// The other build cannot be looked at.
pub(super) fn failed(item: &str) -> Fault {
    let text = format!(
        "Failed LiftOver: `{item}` has to be looked at on the other build, too, and cannot be \
         brought there"
    );
    Fault::unprocessable("genome-build", text)
}
