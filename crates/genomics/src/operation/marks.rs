//! What a count asks of a patient, as marks that a patient has or has not: with the patients of
//! each mark kept as a set, a count adds sets up and reads no patient.
//!
//! Marks are exact: whom [`count`] finds by them is whom the count of one patient after the
//! other finds. What cannot be said by marks is asked of the patient each time.

mod count;

pub use count::{Counted, CountedItem, Numbers, Sets, count};

use super::Tools;
use super::haplotype::named;
use super::select::View;
use crate::allele::{Allele, Form};
use crate::asked::{Asked, Contract};
use crate::finding::{Dossier, Filter, Finding, Presence, Regions, SourceClass, Study, Variant};
use crate::range::Range;
use crate::sequence::{counterpart, known};
use model::CodeableConcept;
use std::collections::{BTreeMap, BTreeSet};

/// Bases of one bin in which doubts are told.
pub(super) const DOUBT_BASES: u64 = 1 << 10;
/// Bases of one bin in which structural variants are told.
const STRUCTURAL_BASES: u64 = 1 << 20;
/// Bins that one place is told in; a longer one is on all of its sequence.
const BINS_MAX: u64 = 32;
/// Ranges that the tests of one patient may name to be kept as a mark.
const RANGES_MAX: usize = 100_000;

/// Something that a patient has, said by findings of one source class.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// The class of the finding; of [`Said::Reached`] and [`Said::Studied`] the class asked for.
    pub class: Option<SourceClass>,
    /// What is said.
    pub said: Said,
}

/// What a mark says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Said {
    /// There is a finding or a test.
    Tested,
    /// It is carried: [`Allele::key`], and the bases it takes.
    Allele(String, Taken),
    /// The same, of a variant that has no form on the other build.
    AlleleOfOneBuild(String, Taken),
    /// It is carried under this name.
    Named(String),
    /// Something has this name, whatever was found.
    Known(String),
    /// It is carried, in a form that something else with this name has.
    Reached(String),
    /// There is a variant with forms on this sequence and none on that of the other build.
    OfOneBuild(String),
    /// It may not be told whether a variant in this bin is there.
    Doubt(String, u64),
    /// The same, somewhere on this sequence in a place too long for bins.
    DoubtAllOver(String),
    /// The same, somewhere on this sequence.
    DoubtOn(String),
    /// The same, at a place that is not known.
    DoubtAnywhere,
    /// A structural variant is carried that lies in this bin.
    Structural(String, u64),
    /// The same, at a place too long for bins.
    StructuralAllOver(String),
    /// The same, somewhere on this sequence.
    StructuralOn(String),
    /// A haplotype or genotype of this value; listed.
    Haplotype(CodeableConcept),
    /// What the tests looked at; listed.
    Studied(Studied),
}

/// The bases that an allele takes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Taken {
    /// Whichever.
    Any,
    /// These.
    These(String),
    /// Not written, and not known.
    NotKnown,
}

/// What each of a patient's tests looked at, and what of that it could not see; only those that
/// tell all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Studied(pub Vec<(Vec<Range>, Regions)>);

impl Studied {
    fn of(dossier: &Dossier, filter: &Filter) -> Self {
        let taken = dossier.studies.iter().filter(|study| filter.takes_study(study));
        let whole = taken.filter(|study| !study.studied.has_more);
        Self(whole.map(|s| (s.studied.ranges.clone(), s.uncallable.clone())).collect())
    }

    /// As the tests of somebody.
    fn dossier(&self) -> Dossier {
        let study = |(ranges, uncallable): &(Vec<Range>, Regions)| Study {
            studied: Regions { ranges: ranges.clone(), has_more: false },
            uncallable: uncallable.clone(),
            ..Study::default()
        };
        Dossier { findings: Vec::new(), studies: self.0.iter().map(study).collect() }
    }
}

/// The marks of a patient; `None` of one who has to be asked each time. `genomes` are the sequences
/// that filed genomes among the findings have, with the class of their tests.
pub fn marks(
    dossier: &Dossier,
    genomes: &[(Option<SourceClass>, String)],
) -> Option<BTreeSet<Mark>> {
    let all = filtered(None);
    let tools = Tools { lift_over: None, contract: Contract::Guide };
    let view = View::new(dossier, &all, tools);
    if is_of_two_builds(&view, genomes) {
        return None;
    }
    let of_genome = |(class, sequence): &(Option<SourceClass>, String)| Mark {
        class: *class,
        said: Said::OfOneBuild(sequence.clone()),
    };
    let mut marks: BTreeSet<Mark> = genomes.iter().map(of_genome).collect();
    for finding in &view.findings {
        let class = finding.source_class;
        marks.insert(Mark { class, said: Said::Tested });
        if let Some((_, value)) = named(finding) {
            marks.insert(Mark { class, said: Said::Haplotype(value.clone()) });
        }
    }
    for study in &dossier.studies {
        marks.insert(Mark { class: study.source_class, said: Said::Tested });
    }
    for (finding, variant) in view.variants() {
        let mut said = Vec::new();
        of_variant(variant, &mut said);
        let class = finding.source_class;
        marks.extend(said.into_iter().map(|said| Mark { class, said }));
    }
    for class in [None, Some(SourceClass::Germline), Some(SourceClass::Somatic)] {
        let asked = filtered(class);
        let view = View::new(dossier, &asked, tools);
        let reached = reached(&view).into_iter().map(|name| Said::Reached(name.to_owned()));
        marks.extend(reached.map(|said| Mark { class, said }));
        let studied = Studied::of(dossier, &asked.filter);
        let count: usize = studied.0.iter().map(|(one, two)| one.len() + two.ranges.len()).sum();
        if count > RANGES_MAX {
            return None;
        }
        if !studied.0.is_empty() {
            marks.insert(Mark { class, said: Said::Studied(studied) });
        }
    }
    Some(marks)
}

fn filtered(class: Option<SourceClass>) -> Asked {
    let filter = Filter { source_class: class, ..Filter::default() };
    Asked { filter, ..Asked::default() }
}

/// The sequences that a variant has a form on.
fn sequences(variant: &Variant) -> BTreeSet<&str> {
    let alleles = variant.alleles.iter().chain(&variant.possible);
    alleles.map(|allele| allele.change.sequence.as_str()).collect()
}

/// The sequences that a variant has a form on, where it has none on that of the other build.
fn of_one_build<'a>(sequences: &BTreeSet<&'a str>) -> Vec<&'a str> {
    let alone = |sequence: &&&str| {
        counterpart(sequence).is_none_or(|other| !sequences.contains(other.as_str()))
    };
    sequences.iter().filter(alone).copied().collect()
}

/// Whether variants of one chromosome are on one build each: then one may be another in a form
/// that only a chain file could tell.
fn is_of_two_builds(view: &View<'_>, genomes: &[(Option<SourceClass>, String)]) -> bool {
    let alone = |(_, variant)| of_one_build(&sequences(variant));
    let of_genomes = || genomes.iter().map(|(_, sequence)| sequence.as_str());
    let held: BTreeSet<&str> = view.variants().flat_map(alone).chain(of_genomes()).collect();
    let all = view.variants().flat_map(|(_, variant)| sequences(variant));
    let all: BTreeSet<&str> = all.chain(of_genomes()).collect();
    held.iter().any(|s| counterpart(s).is_some_and(|other| all.contains(other.as_str())))
}

fn of_variant(variant: &Variant, said: &mut Vec<Said>) {
    let held = sequences(variant);
    let alone = of_one_build(&held);
    said.extend(alone.iter().map(|sequence| Said::OfOneBuild((*sequence).to_owned())));
    said.extend(variant.names.iter().cloned().map(Said::Known));
    if variant.is_carried() {
        said.extend(variant.names.iter().cloned().map(Said::Named));
        for allele in &variant.alleles {
            let is_alone = alone.contains(&allele.change.sequence.as_str());
            for taken in [Taken::Any, taken(allele)] {
                said.push(Said::Allele(allele.key(), taken.clone()));
                if is_alone {
                    said.push(Said::AlleleOfOneBuild(allele.key(), taken));
                }
            }
        }
        structural(variant, said);
    }
    if is_doubtful(variant) {
        doubts(variant, said);
    }
}

fn taken(allele: &Allele) -> Taken {
    allele.change.deleted.clone().map_or(Taken::NotKnown, Taken::These)
}

/// Whether a variant may be another one than it seems, or may not be there.
fn is_doubtful(variant: &Variant) -> bool {
    let is_open = |allele: &Allele| allele.form == Form::Trimmed || allele.change.deleted.is_none();
    variant.presence == Presence::Unknown
        || variant.alleles.is_empty()
        || !variant.possible.is_empty()
        || variant.alleles.iter().any(is_open)
}

/// All places of a variant on chromosomes of a known build.
fn places(variant: &Variant) -> Vec<Range> {
    let mut places = variant.exact_places();
    places.extend(variant.structural_places());
    let possible = variant.possible.iter().map(|allele| allele.change.range());
    places.extend(possible);
    places.retain(|place| known(&place.sequence).is_some());
    places
}

fn doubts(variant: &Variant, said: &mut Vec<Said>) {
    let places = places(variant);
    if places.is_empty() {
        said.push(Said::DoubtAnywhere);
    }
    for place in places {
        let sequence = place.sequence.clone();
        match bins(&place, DOUBT_BASES) {
            Some(bins) => said.extend(bins.map(|bin| Said::Doubt(sequence.clone(), bin))),
            None => said.push(Said::DoubtAllOver(sequence.clone())),
        }
        said.push(Said::DoubtOn(sequence));
    }
}

fn structural(variant: &Variant, said: &mut Vec<Said>) {
    for place in variant.structural_places() {
        let sequence = place.sequence.clone();
        match bins(&place, STRUCTURAL_BASES) {
            Some(bins) => said.extend(bins.map(|bin| Said::Structural(sequence.clone(), bin))),
            None => said.push(Said::StructuralAllOver(sequence.clone())),
        }
        said.push(Said::StructuralOn(sequence));
    }
}

/// The bins that a place lies in, if they are not too many.
fn bins(place: &Range, bases: u64) -> Option<std::ops::RangeInclusive<u64>> {
    let (start, end) = place.occupied();
    let (first, last) = (start / bases, end.saturating_sub(1).max(start) / bases);
    (last - first < BINS_MAX).then_some(first..=last)
}

/// Names by which a search finds something carried that has another name: it is in the form of
/// something with this name.
fn reached<'a>(view: &View<'a>) -> BTreeSet<&'a str> {
    let mut carried: BTreeMap<String, Vec<(&Finding, &Variant, &Allele)>> = BTreeMap::new();
    let mut forms: BTreeMap<&str, Vec<&Allele>> = BTreeMap::new();
    for (finding, variant) in view.variants() {
        for allele in &variant.alleles {
            if variant.is_carried() {
                carried.entry(allele.key()).or_default().push((finding, variant, allele));
            }
            for name in &variant.names {
                forms.entry(name).or_default().push(allele);
            }
        }
    }
    let is_reached = |(name, forms): &(&str, Vec<&Allele>)| {
        let equal = |form: &&Allele| carried.get(&form.key()).into_iter().flatten();
        forms.iter().flat_map(|form| equal(form).map(move |held| (*form, held))).any(
            |(form, (_, variant, allele))| {
                let is_named = variant.names.iter().any(|held| held == name);
                !is_named && form.compare(allele) == crate::allele::Comparison::Same
            },
        )
    };
    forms.into_iter().filter(is_reached).map(|(name, _)| name).collect()
}

impl View<'_> {
    /// Whether it is known of a patient who does not carry a variant that it is not there: the
    /// tests that tell all they looked at have seen the place, and nothing there is in doubt.
    pub(super) fn is_known_absent(&self, place: &Range) -> bool {
        let studied = Studied::of(self.dossier, &self.asked.filter).dossier();
        let asked = Asked::default();
        // Regions of the other build are not brought here: they would have to keep every base.
        let tools = Tools { lift_over: None, ..self.tools };
        let tested = View::new(&studied, &asked, tools);
        let is_doubt = |(_, variant): (&Finding, &Variant)| {
            let mut said = Vec::new();
            if is_doubtful(variant) {
                doubts(variant, &mut said);
            }
            let about = count::doubts_about(place);
            said.iter().any(|said| about.contains(said))
        };
        tested.coverage(place) == crate::answer::Coverage::Studied && !self.variants().any(is_doubt)
    }
}

#[cfg(test)]
mod tests;
