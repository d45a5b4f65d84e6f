//! A count by marks: sets of patients in, sets of patients out.

use super::{DOUBT_BASES, Mark, STRUCTURAL_BASES, Said, Studied, Taken, bins};
use crate::allele::Allele;
use crate::answer::Coverage;
use crate::asked::{Asked, Operation, Wanted};
use crate::finding::{Dossier, SourceClass};
use crate::lift::lift_allele;
use crate::operation::Tools;
use crate::operation::select::View;
use crate::operation::variant::at_least_one_base;
use crate::range::Range;
use crate::sequence::counterpart;
use std::collections::BTreeSet;

/// A set of patients by their numbers, a bit for each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers(pub Vec<u64>);

impl Numbers {
    /// Adds one.
    pub fn put(&mut self, number: u64) {
        let Ok(place) = usize::try_from(number / 64) else { return };
        if self.0.len() <= place {
            self.0.resize(place + 1, 0);
        }
        if let Some(word) = self.0.get_mut(place) {
            *word |= 1 << (number % 64);
        }
    }

    /// Adds those of another set.
    pub fn add(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(word, more)| *word |= more);
    }

    /// Takes away those of another set.
    pub fn remove(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, gone)| *word &= !gone);
    }

    /// Keeps those that are in another set, too.
    pub fn keep(&mut self, other: &Self) {
        self.0.truncate(other.0.len());
        self.0.iter_mut().zip(&other.0).for_each(|(word, kept)| *word &= kept);
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// The numbers, in order.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        (0_u64..).zip(&self.0).flat_map(|(place, word)| {
            (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| place * 64 + bit)
        })
    }
}

/// The sets that patients with marks are kept as.
pub trait Sets {
    /// Why a set cannot be read.
    type Error;

    /// Those who have at least one of the marks.
    ///
    /// # Errors
    /// When the sets cannot be read.
    fn holders(&mut self, marks: &[Mark]) -> Result<Numbers, Self::Error>;

    /// Every mark of [`Said::Haplotype`] that somebody has.
    ///
    /// # Errors
    /// When they cannot be read.
    fn haplotypes(&mut self) -> Result<Vec<Mark>, Self::Error>;

    /// Every mark of [`Said::Studied`] that somebody has.
    ///
    /// # Errors
    /// When they cannot be read.
    fn studied(&mut self) -> Result<Vec<Mark>, Self::Error>;
}

/// What a count came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Who is counted at all.
    pub tested: Numbers,
    /// What was found for each item of the answer.
    pub items: Vec<CountedItem>,
    /// Whether anybody has each variant asked for under its name.
    pub named: Vec<Vec<Numbers>>,
    /// Who has to be asked, since marks only tell that it may be so.
    pub open: Numbers,
}

/// What was found for one item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CountedItem {
    /// Who has it.
    pub found: Numbers,
    /// Of whom it is known whether they have it, where that is asked.
    pub known: Option<Numbers>,
}

/// Classes of the findings that a question about a class takes: what does not say its class is
/// never left out for it.
fn heard(class: Option<SourceClass>) -> Vec<Option<SourceClass>> {
    match class {
        None => vec![None, Some(SourceClass::Germline), Some(SourceClass::Somatic)],
        some => vec![None, some],
    }
}

/// What a doubt at a place can be told as.
pub(super) fn doubts_about(place: &Range) -> BTreeSet<Said> {
    let sequence = || place.sequence.clone();
    let mut about = BTreeSet::from([Said::DoubtAnywhere, Said::DoubtAllOver(sequence())]);
    match bins(place, DOUBT_BASES) {
        Some(bins) => about.extend(bins.map(|bin| Said::Doubt(sequence(), bin))),
        None => {
            about.insert(Said::DoubtOn(sequence()));
        }
    }
    about.extend(counterpart(&place.sequence).map(Said::DoubtOn));
    about
}

/// Counts by marks. `None` where they cannot tell: then each patient is asked.
///
/// # Errors
/// When the sets cannot be read.
pub fn count<S: Sets>(
    operation: &Operation,
    asked: &Asked,
    tools: Tools<'_>,
    sets: &mut S,
) -> Result<Option<Counted>, S::Error> {
    let mut counting = Counting { asked, tools, sets, studied: None };
    let Some(mut counted) = (match operation.name {
        "find-population-specific-variants" => counting.variants()?,
        "find-population-specific-haplotypes" => Some(counting.haplotypes()?),
        "find-population-structural-intersecting-variants"
        | "find-population-structural-subsuming-variants" => Some(counting.structural()?),
        _ => None,
    }) else {
        return Ok(None);
    };
    counted.tested = counting.any(&[Said::Tested])?;
    Ok(Some(counted))
}

struct Counting<'c, S> {
    asked: &'c Asked,
    tools: Tools<'c>,
    sets: &'c mut S,
    studied: Option<Vec<(Mark, Dossier)>>,
}

impl<S: Sets> Counting<'_, S> {
    fn class(&self) -> Option<SourceClass> {
        self.asked.filter.source_class
    }

    /// Who has one of these, said by a finding that passes the filter.
    fn any(&mut self, said: &[Said]) -> Result<Numbers, S::Error> {
        let of = |class| said.iter().map(move |said| Mark { class, said: said.clone() });
        let marks: Vec<Mark> = heard(self.class()).into_iter().flat_map(of).collect();
        self.sets.holders(&marks)
    }

    fn variants(&mut self) -> Result<Option<Counted>, S::Error> {
        let mut counted = Counted::default();
        let mut groups = Vec::new();
        for group in &self.asked.variants {
            let (mut items, mut named) = (Vec::new(), Vec::new());
            for wanted in group {
                let Some(found) = self.carriers(wanted)? else { return Ok(None) };
                named.push(match wanted.allele {
                    Some(_) => Numbers::default(),
                    None => self.any(&[Said::Known(wanted.name.clone())])?,
                });
                let mut known = found.clone();
                if let Some(allele) = &wanted.allele {
                    known.add(&self.absent(&at_least_one_base(&allele.change.range()))?);
                }
                items.push(CountedItem { found, known: Some(known) });
            }
            groups.push(items);
            counted.named.push(named);
        }
        counted.items = all_or_each(groups);
        Ok(Some(counted))
    }

    /// Who carries a variant; `None` where it would have to be brought to the other build and
    /// cannot.
    fn carriers(&mut self, wanted: &Wanted) -> Result<Option<Numbers>, S::Error> {
        let mut said = vec![Said::Named(wanted.name.clone())];
        if let Some(form) = &wanted.allele {
            said.extend(taken(form).into_iter().map(|taken| Said::Allele(form.key(), taken)));
            let other = counterpart(&form.change.sequence);
            let on_other = other.as_ref().map(|other| Said::OfOneBuild(other.clone()));
            if let (Some(other), Some(on_other)) = (other, on_other)
                && !self.any(&[on_other])?.is_empty()
            {
                let lift = self.tools.lift_over;
                let lifted = lift.and_then(|lift| lift_allele(lift, form, &other));
                let Some(lifted) = lifted else { return Ok(None) };
                let of_other = |taken| Said::AlleleOfOneBuild(lifted.key(), taken);
                said.extend(taken(&lifted).into_iter().map(of_other));
            }
        }
        let mut carriers = self.any(&said)?;
        let reached = Mark { class: self.class(), said: Said::Reached(wanted.name.clone()) };
        carriers.add(&self.sets.holders(&[reached])?);
        Ok(Some(carriers))
    }

    /// Of whom the tests tell that nothing is at a place, if they do not carry it.
    fn absent(&mut self, place: &Range) -> Result<Numbers, S::Error> {
        let class = self.class();
        if self.studied.is_none() {
            let marks = self.sets.studied()?.into_iter().filter(|mark| mark.class == class);
            let read = |mark: Mark| match &mark.said {
                Said::Studied(studied) => {
                    let dossier = Studied::dossier(studied);
                    Some((mark, dossier))
                }
                _ => None,
            };
            self.studied = Some(marks.filter_map(read).collect());
        }
        let asked = Asked::default();
        let tools = Tools { lift_over: None, ..self.tools };
        let held = self.studied.iter().flatten();
        let seen = held.filter(|(_, dossier)| {
            View::new(dossier, &asked, tools).coverage(place) == Coverage::Studied
        });
        let marks: Vec<Mark> = seen.map(|(mark, _)| mark.clone()).collect();
        let mut absent = self.sets.holders(&marks)?;
        let about: Vec<Said> = doubts_about(place).into_iter().collect();
        absent.remove(&self.any(&about)?);
        Ok(absent)
    }

    fn haplotypes(&mut self) -> Result<Counted, S::Error> {
        let listed = self.sets.haplotypes()?;
        let classes = heard(self.class());
        let mut groups = Vec::new();
        for group in &self.asked.haplotypes {
            let mut items = Vec::new();
            for token in group {
                let is_meant = |mark: &&Mark| match &mark.said {
                    Said::Haplotype(value) => classes.contains(&mark.class) && token.matches(value),
                    _ => false,
                };
                let meant: Vec<Mark> = listed.iter().filter(is_meant).cloned().collect();
                items.push(CountedItem { found: self.sets.holders(&meant)?, known: None });
            }
            groups.push(items);
        }
        Ok(Counted { items: all_or_each(groups), ..Counted::default() })
    }

    /// Marks tell who may have a structural variant in a range; they are asked.
    fn structural(&mut self) -> Result<Counted, S::Error> {
        let mut counted = Counted::default();
        for asked in &self.asked.ranges {
            let range = &asked.range;
            let sequence = || range.sequence.clone();
            let mut said = vec![Said::StructuralAllOver(sequence())];
            match bins(range, STRUCTURAL_BASES) {
                Some(bins) => said.extend(bins.map(|bin| Said::Structural(sequence(), bin))),
                None => said.push(Said::StructuralOn(sequence())),
            }
            said.extend(counterpart(&range.sequence).map(Said::StructuralOn));
            counted.open.add(&self.any(&said)?);
            counted.items.push(CountedItem::default());
        }
        Ok(counted)
    }
}

/// What may stand in a mark for the bases that an allele takes.
fn taken(form: &Allele) -> Vec<Taken> {
    match &form.change.deleted {
        Some(bases) => vec![Taken::These(bases.clone()), Taken::NotKnown],
        None => vec![Taken::Any],
    }
}

/// Each item of one list, or all lists at once: of each one at least one.
fn all_or_each(mut groups: Vec<Vec<CountedItem>>) -> Vec<CountedItem> {
    if groups.len() == 1 {
        return groups.pop().unwrap_or_default();
    }
    let mut all: Option<CountedItem> = None;
    for group in groups {
        let mut of_group = CountedItem { found: Numbers::default(), known: None };
        for item in group {
            of_group.found.add(&item.found);
            of_group.known = match (of_group.known.take(), item.known) {
                (Some(mut one), Some(two)) => {
                    one.keep(&two);
                    Some(one)
                }
                (one, two) => one.or(two),
            };
        }
        all = Some(match all {
            None => of_group,
            Some(mut all) => {
                all.found.keep(&of_group.found);
                if let (Some(one), Some(two)) = (&mut all.known, &of_group.known) {
                    one.keep(two);
                }
                all
            }
        });
    }
    all.into_iter().collect()
}
