//! The criteria, one variant at a time.

use super::{Assessed, Oncogenicity, OncogenicityClass, OncogenicityCriterion as Code};
use super::{Sources, State, distance};
use crate::Consequence;
use crate::event::ShortVariant;
use crate::gene::{Gene, Hgnc};
use crate::protein::{ChangeKind, ProteinChange};
use knowledge::evidence::{GeneRole, Hotspot};

/// Samples with a change of the residue from which a hotspot is a frequent one.
const HOTSPOT_SAMPLES_MIN: u32 = 50;
/// Samples with this change from which it is frequent there.
const CHANGE_SAMPLES_MIN: u32 = 10;
/// Alleles that must have been looked at before not seeing a change means that it is rare.
const ALLELES_MIN: u32 = 2_000;
/// Shares of alleles: above, a change is benign; up to the last, rare.
const COMMON: f64 = 0.05;
const FREQUENT: f64 = 0.01;
/// "At least approximately as different" as another change: by so much of its distance.
const APPROXIMATELY: f64 = 0.9;

/// Assesses a small variant by all criteria.
pub fn assess(variant: &ShortVariant, sources: &Sources) -> Oncogenicity {
    let subject = Subject::new(variant, sources);
    let mut criteria: Vec<Assessed> = Vec::with_capacity(Code::ALL.len());
    for criterion in Code::ALL {
        let (mut state, mut why) = subject.judge(criterion);
        let counts = |other: &&Code| {
            criteria.iter().any(|one| one.criterion == **other && one.state == State::Met)
        };
        if state == State::Met
            && let Some(other) = criterion.excluded_by().iter().find(counts)
        {
            state = State::NotCounted;
            why = format!("{why}; does not count beside {}", other.code());
        }
        criteria.push(Assessed { criterion, state, why });
    }
    let met = criteria.iter().filter(|one| one.state == State::Met);
    let points = met.map(|one| one.criterion.points()).sum();
    criteria.sort_by_key(|one| one.criterion);
    Oncogenicity { criteria, points, class: OncogenicityClass::of_points(points) }
}

type Answer = (State, String);

fn met(why: impl Into<String>) -> Answer {
    (State::Met, why.into())
}

fn not_met(why: impl Into<String>) -> Answer {
    (State::NotMet, why.into())
}

fn not_assessed(why: impl Into<String>) -> Answer {
    (State::NotAssessed, why.into())
}

/// The variant, as far as it can be told what it is.
struct Subject<'a> {
    sources: &'a Sources,
    gene: Option<Hgnc>,
    change: Option<&'a ProteinChange>,
    consequences: Vec<Consequence>,
}

impl<'a> Subject<'a> {
    fn new(variant: &'a ShortVariant, sources: &'a Sources) -> Self {
        let gene = match &variant.gene {
            Gene::Known(gene) => Some(*gene),
            Gene::Ambiguous(_) | Gene::Unknown(_) => None,
        };
        let change = match variant.changes.as_slice() {
            [change] => Some(change),
            _ => None,
        };
        Self { sources, gene, change, consequences: variant.consequences() }
    }

    fn judge(&self, criterion: Code) -> Answer {
        let Some(gene) = self.gene else {
            return not_assessed("the gene is not known by number");
        };
        let curated = self.change.and_then(|change| self.sources.curated(gene, change, criterion));
        if let Some(row) = curated {
            let words = if row.met { "met" } else { "not met" };
            let why = format!("{words} by {} on {}: {}", row.curator, row.date, row.citation);
            return (if row.met { State::Met } else { State::NotMet }, why);
        }
        match criterion {
            Code::Ovs1 => self.null_variant(gene),
            Code::Os3 | Code::Om3 | Code::Op3 => self.hotspot(gene, criterion),
            Code::Om2 => self.length(gene),
            Code::Om4 => self.other_change(gene),
            Code::Op4 | Code::Sbvs1 | Code::Sbs1 => self.frequency(gene, criterion),
            Code::Os1 => self.established(gene),
            Code::Sbp2 if self.is(|one| one != Consequence::Silent) => not_met("is not silent"),
            Code::Os2 | Code::Sbs2 => not_assessed("functional studies are for a curator"),
            Code::Om1 => not_assessed("functional domains are for a curator"),
            Code::Op1 | Code::Sbp1 | Code::Sbp2 => not_assessed("no predictions are at hand"),
            Code::Op2 => not_assessed("single genetic causes are for a curator"),
        }
    }

    /// Whether all that the variant may be is so; never where nothing is stated.
    fn is(&self, test: impl Fn(Consequence) -> bool) -> bool {
        !self.consequences.is_empty() && self.consequences.iter().all(|one| test(*one))
    }

    /// Whether none of what it may be is so; never where nothing is stated.
    fn is_not(&self, test: impl Fn(Consequence) -> bool) -> bool {
        self.is(|one| !test(one))
    }

    fn null_variant(&self, gene: Hgnc) -> Answer {
        if self.is_not(Consequence::is_null) {
            return not_met("is no null variant");
        }
        if !self.is(Consequence::is_null) {
            return not_assessed("the report does not say what the variant does");
        }
        match self.sources.role(gene) {
            Some((GeneRole::TumorSuppressor | GeneRole::Both, by)) => {
                met(format!("null variant in a tumour suppressor ({by})"))
            }
            Some((GeneRole::Oncogene, by)) => not_met(format!("the gene is an oncogene ({by})")),
            None => not_assessed("no list at hand says what part the gene plays"),
        }
    }

    /// A missense change of one residue: from, where, to.
    fn missense(&self) -> Option<(Option<u8>, u32, u8)> {
        match (self.change?, self.change?.start?) {
            (ProteinChange { kind: ChangeKind::Substitution(to), end: None, .. }, start)
                if *to != b'*' =>
            {
                Some((start.letter, start.position, *to))
            }
            _ => None,
        }
    }

    fn established(&self, gene: Hgnc) -> Answer {
        match self.sources.established(gene).next() {
            None => not_assessed("no established changes of the gene are known here"),
            Some(_) => not_met("is not among the established changes known here"),
        }
    }

    fn hotspot(&self, gene: Hgnc, criterion: Code) -> Answer {
        let Some((from, position, to)) = self.missense() else {
            return if self.is_not(|one| one == Consequence::Missense) {
                not_met("is no missense change")
            } else {
                not_assessed("the report does not say which residue becomes which")
            };
        };
        if !self.sources.has_hotspots() {
            return not_assessed("no table of hotspots was imported");
        }
        let Some(hotspot) = self.sources.hotspot(gene, position) else {
            return not_met("the residue is no hotspot");
        };
        let same = hotspot.reference.zip(from).is_none_or(|(a, b)| a == char::from(b));
        if !same {
            return not_assessed("the hotspot there has another residue: another numbering");
        }
        let (samples, these) = counts(hotspot, to);
        let why = format!("{samples} samples at the residue, {these} with this change");
        let frequent = these >= CHANGE_SAMPLES_MIN;
        let holds = match criterion {
            Code::Os3 => frequent && samples >= HOTSPOT_SAMPLES_MIN,
            Code::Om3 => frequent && samples < HOTSPOT_SAMPLES_MIN,
            _ => !frequent && these > 0,
        };
        if holds { met(why) } else { not_met(why) }
    }

    fn length(&self, gene: Hgnc) -> Answer {
        let in_frame =
            |one| matches!(one, Consequence::InFrameDeletion | Consequence::InFrameInsertion);
        let stop_lost = |one| one == Consequence::StopLost;
        if self.is_not(|one| in_frame(one) || stop_lost(one)) {
            return not_met("does not change the length in frame");
        }
        let role = self.sources.role(gene);
        match role {
            None => not_assessed("no list at hand says what part the gene plays"),
            Some((_, by)) if self.is(in_frame) => {
                met(format!("in-frame change of length in a driver gene ({by})"))
            }
            Some((GeneRole::TumorSuppressor | GeneRole::Both, by)) if self.is(stop_lost) => {
                met(format!("stop lost in a tumour suppressor ({by})"))
            }
            Some((_, by)) if self.is(stop_lost) => not_met(format!("is an oncogene ({by})")),
            Some(_) => not_assessed("the report does not say what the variant does"),
        }
    }

    fn other_change(&self, gene: Hgnc) -> Answer {
        let Some((from, position, to)) = self.missense() else {
            return if self.is_not(|one| one == Consequence::Missense) {
                not_met("is no missense change")
            } else {
                not_assessed("the report does not say which residue becomes which")
            };
        };
        let mut any = false;
        for other in self.sources.established(gene) {
            any = true;
            let (ChangeKind::Substitution(became), Some(at), None) =
                (&other.kind, other.start, other.end)
            else {
                continue;
            };
            if at.position != position || *became == to || *became == b'*' {
                continue;
            }
            let letter = from.or(at.letter);
            let apart = |residue: u8| letter.and_then(|letter| distance(letter, residue));
            let (Some(this), Some(that)) = (apart(to), apart(*became)) else { continue };
            if this >= APPROXIMATELY * that {
                return met(format!("{other} is established, and no greater change"));
            }
        }
        if any {
            not_met("no established change of the residue is as great or less")
        } else {
            not_assessed("no established changes of the gene are known here")
        }
    }

    fn frequency(&self, gene: Hgnc, criterion: Code) -> Answer {
        if !self.sources.has_frequencies() {
            return not_assessed("no frequencies in populations were imported");
        }
        let found = self.change.and_then(|change| self.sources.frequency(gene, change));
        let Some(row) = found else {
            return not_assessed("the frequencies imported do not have this change");
        };
        let share = row.frequency_max;
        let why = format!("{share} of {} alleles in the group with most", row.alleles);
        match criterion {
            Code::Sbvs1 if share > COMMON => met(why),
            Code::Sbs1 if share > FREQUENT => met(why),
            Code::Op4 if share <= 0.0 && row.alleles >= ALLELES_MIN => met(why),
            Code::Op4 if share <= 0.0 => not_assessed(format!("{why}: too few")),
            _ => not_met(why),
        }
    }
}

fn counts(hotspot: &Hotspot, to: u8) -> (u32, u32) {
    (hotspot.samples, hotspot.changes.get(&char::from(to)).copied().unwrap_or_default())
}
