//! Counts of patients: one patient after the other is asked, and only numbers are kept.

use super::Tools;
use super::haplotype::matching;
use super::implication::{self, Kind};
use super::select::View;
use super::variant::{Overlap, at_least_one_base, structural_in, unplaced};
use crate::answer::{Fault, Part, Value};
use crate::asked::{Asked, Operation, Wanted};
use crate::finding::Dossier;
use crate::token::Token;

/// Below how many patients a count is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold(pub u64);

/// A number, and whether there are fewer than that.
type Told = (u64, bool);

/// Who is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts<'c> {
    /// Who has what an item asks for.
    Found {
        /// The item, as it was asked for.
        item: &'c str,
        /// Who they are.
        patients: &'c [String],
    },
    /// Who was tested at all.
    Tested {
        /// Who they are.
        patients: &'c [String],
    },
}

/// What a count has found for one item so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// How many have it.
    pub count: u64,
    /// Of how many it is known whether they have it, where that is told.
    pub known: Option<u64>,
    /// Who they are, if they are to be listed.
    pub patients: Vec<String>,
}

/// A count under way.
#[derive(Debug)]
pub struct Population<'a> {
    operation: &'a Operation,
    asked: &'a Asked,
    tools: Tools<'a>,
    denominator: u64,
    /// Who was tested, if patients are to be listed.
    tested: Vec<String>,
    items: Vec<Found>,
    /// Of each variant asked for, whether anybody has it under its name or it has a place.
    placed: Vec<Vec<bool>>,
}

impl<'a> Population<'a> {
    /// A count of nobody so far.
    pub fn new(operation: &'a Operation, asked: &'a Asked, tools: Tools<'a>) -> Self {
        let mut population = Self {
            operation,
            asked,
            tools,
            denominator: 0,
            tested: Vec::new(),
            items: Vec::new(),
            placed: asked.variants.iter().map(|group| vec![false; group.len()]).collect(),
        };
        let known = (operation.name == "find-population-specific-variants").then_some(0);
        population.items = vec![Found { known, ..Found::default() }; population.texts().len()];
        population
    }

    /// The items of the answer: part, name of the item's part, text.
    fn texts(&self) -> Vec<(&'static str, &'static str, String)> {
        let asked = self.asked;
        let variant = |wanted: &Wanted| wanted.text.clone();
        let token = |token: &Token| token.text.clone();
        let (part, name, texts) = match self.operation.name {
            "find-population-specific-variants" => {
                ("variants", "variantItem", texts(&asked.variants, variant))
            }
            "find-population-specific-haplotypes" => {
                ("haplotypes", "haplotypeItem", texts(&asked.haplotypes, token))
            }
            "find-population-structural-intersecting-variants"
            | "find-population-structural-subsuming-variants" => {
                let ranges = asked.ranges.iter().map(|range| range.text.clone());
                ("variants", "rangeItem", ranges.collect())
            }
            "find-population-molecular-consequences" => ("consequences", "", vec![String::new()]),
            _ => ("implications", "", vec![String::new()]),
        };
        texts.into_iter().map(|text| (part, name, text)).collect()
    }

    /// Counts a patient.
    ///
    /// # Errors
    /// What cannot be answered without a chain file.
    pub fn add(&mut self, patient: &str, dossier: &Dossier) -> Result<(), Fault> {
        let view = View::new(dossier, self.asked, self.tools);
        let filter = &self.asked.filter;
        let is_tested = !view.findings.is_empty()
            || dossier.studies.iter().any(|study| filter.takes_study(study));
        if !is_tested {
            return Ok(());
        }
        self.denominator += 1;
        if self.asked.include_patients {
            self.tested.push(patient.to_owned());
        }
        if self.operation.name == "find-population-specific-variants" {
            self.add_variants(patient, &view)?;
            return Ok(());
        }
        let holds = match self.operation.name {
            "find-population-specific-haplotypes" => {
                all_or_each(&self.asked.haplotypes, |token| Ok(!matching(&view, token).is_empty()))?
            }
            "find-population-structural-intersecting-variants" => {
                structural(&view, Overlap::Intersecting)?
            }
            "find-population-structural-subsuming-variants" => {
                structural(&view, Overlap::Subsuming)?
            }
            "find-population-tx-implications" => vec![self.implies(&view, Kind::Therapeutic)?],
            "find-population-dx-implications" => vec![self.implies(&view, Kind::Diagnostic)?],
            _ => vec![self.implies(&view, Kind::Consequence)?],
        };
        for (item, _) in self.items.iter_mut().zip(holds).filter(|(_, holds)| *holds) {
            item.take(patient, self.asked);
        }
        Ok(())
    }

    /// Counts a patient for variants, and notes whether it is known of each of them.
    fn add_variants(&mut self, patient: &str, view: &View<'_>) -> Result<(), Fault> {
        let carried = self.carried(view)?;
        let mut known = Vec::new();
        for (group, carried) in self.asked.variants.iter().zip(&carried) {
            let is_known = |(wanted, carried): (&Wanted, &bool)| {
                let place = wanted.allele.as_ref().map(|a| at_least_one_base(&a.change.range()));
                *carried || place.is_some_and(|place| view.is_known_absent(&place))
            };
            known.push(group.iter().zip(carried).map(is_known).collect::<Vec<bool>>());
        }
        let known = match known.as_slice() {
            [group] => group.clone(),
            groups => vec![groups.iter().flatten().all(|known| *known)],
        };
        let holds = all_or_each(&carried, |held| Ok(*held))?;
        for (item, (holds, known)) in self.items.iter_mut().zip(holds.into_iter().zip(known)) {
            *item.known.get_or_insert(0) += u64::from(known);
            if holds {
                item.take(patient, self.asked);
            }
        }
        Ok(())
    }

    /// Adds patients who were counted otherwise: how many were tested, what was found for each
    /// item, and which variants somebody has under their names.
    pub fn add_counted(&mut self, tested: u64, items: Vec<Found>, named: &[Vec<bool>]) {
        self.denominator += tested;
        for (item, more) in self.items.iter_mut().zip(items) {
            item.count += more.count;
            item.patients.extend(more.patients);
            if let Some(known) = more.known {
                *item.known.get_or_insert(0) += known;
            }
        }
        let placed = self.placed.iter_mut().flatten();
        placed.zip(named.iter().flatten()).for_each(|(placed, named)| *placed |= named);
    }

    /// Whether each variant is carried; which ones can be told is noted.
    fn carried(&mut self, view: &View<'_>) -> Result<Vec<Vec<bool>>, Fault> {
        let mut carried = Vec::new();
        for (group, placed) in self.asked.variants.iter().zip(&mut self.placed) {
            let mut of_group = Vec::new();
            for (wanted, placed) in group.iter().zip(placed) {
                let hits = view.search(wanted)?;
                *placed |= !hits.is_unplaced;
                of_group.push(!hits.carried.is_empty());
            }
            carried.push(of_group);
        }
        Ok(carried)
    }

    /// Whether an implication matches, and all groups of a repeated parameter hold.
    fn implies(&mut self, view: &View<'_>, kind: Kind) -> Result<bool, Fault> {
        let asked = self.asked;
        let _ = self.carried(view)?;
        let mut groups = Vec::new();
        for group in &asked.variants {
            // What nobody reported under its name yet is decided at the end, for everybody.
            let mut known = Vec::new();
            for wanted in group {
                if !view.search(wanted)?.is_unplaced {
                    known.push(wanted.clone());
                }
            }
            groups.push(known);
        }
        if groups.iter().any(Vec::is_empty) {
            return Ok(false);
        }
        // Without a repeat there is one group, or none.
        let variants = options(&groups);
        let haplotypes = options(&asked.haplotypes);
        for group in &variants {
            for tokens in &haplotypes {
                let part = Asked {
                    variants: group.iter().map(|g| g.to_vec()).collect(),
                    haplotypes: tokens.iter().map(|t| t.to_vec()).collect(),
                    ..asked.clone()
                };
                let view = View::new(view.dossier, &part, self.tools);
                if implication::find(&view, kind)?.is_empty() {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// The answer to whom no patient is named: `tell` gives each number from who is counted, and
    /// whether there are fewer than that. Patients have to be listed while they are counted
    /// (`Asked::include_patients`). A variant by a name without a place is not counted at all:
    /// that somebody has it under its name would be told by the answer.
    ///
    /// # Errors
    /// Such a variant, and what `tell` gives.
    pub fn answer_by<E: From<Fault>>(
        self,
        tell: &mut dyn FnMut(Counts<'_>) -> Result<Told, E>,
    ) -> Result<Vec<Part>, E> {
        let wanted = self.asked.variants.iter().flatten();
        if let Some(name) = wanted.into_iter().find(|wanted| wanted.allele.is_none()) {
            return Err(unplaced(&name.text).into());
        }
        let count = |(value, is_below)| Value::Count { value, is_below, known: None };
        let mut answer = Vec::new();
        for ((part, name, text), found) in self.texts().into_iter().zip(&self.items) {
            let numerator = tell(Counts::Found { item: &text, patients: &found.patients })?;
            let denominator = tell(Counts::Tested { patients: &self.tested })?;
            let mut parts = Vec::new();
            if !name.is_empty() {
                parts.push(Part::text(name, text));
            }
            parts.push(Part::new("numerator", count(numerator)));
            parts.push(Part::new("denominator", count(denominator)));
            answer.push(Part::group(part, parts));
        }
        Ok(answer)
    }

    /// The answer.
    ///
    /// # Errors
    /// A variant that nobody has under its name and that has no place: its count is not known.
    pub fn answer(self, threshold: Threshold) -> Result<Vec<Part>, Fault> {
        for (group, placed) in self.asked.variants.iter().zip(&self.placed) {
            for (wanted, placed) in group.iter().zip(placed) {
                if wanted.allele.is_none() && !placed {
                    return Err(unplaced(&wanted.text));
                }
            }
        }
        let is_below = |value: u64| value < threshold.0;
        let told = |value: u64| value.max(threshold.0);
        let count = |value: u64, known: Option<u64>| Value::Count {
            value: told(value),
            is_below: is_below(value),
            known: known.map(|known| (told(known), is_below(known))),
        };
        let mut answer = Vec::new();
        for ((part, name, text), mut found) in self.texts().into_iter().zip(self.items.clone()) {
            let mut parts = Vec::new();
            if !name.is_empty() {
                parts.push(Part::text(name, text));
            }
            parts.push(Part::new("numerator", count(found.count, None)));
            parts.push(Part::new("denominator", count(self.denominator, found.known)));
            if self.asked.include_patients && !is_below(found.count) {
                found.patients.sort_unstable();
                parts.extend(found.patients.iter().map(|patient| Part::text("subject", patient)));
            }
            answer.push(Part::group(part, parts));
        }
        Ok(answer)
    }
}

impl Found {
    fn take(&mut self, patient: &str, asked: &Asked) {
        self.count += 1;
        if asked.include_patients {
            self.patients.push(patient.to_owned());
        }
    }
}

/// Each group by itself; one empty choice where there is none.
fn options<T>(groups: &[Vec<T>]) -> Vec<Vec<&[T]>> {
    match groups {
        [] => vec![Vec::new()],
        groups => groups.iter().map(|group| vec![group.as_slice()]).collect(),
    }
}

/// The items' texts: each one of a list, or one for all lists of a repeated parameter.
fn texts<T>(groups: &[Vec<T>], text: impl Fn(&T) -> String) -> Vec<String> {
    match groups {
        [group] => group.iter().map(text).collect(),
        groups => {
            let lists = groups.iter().map(|group| {
                let texts: Vec<String> = group.iter().map(&text).collect();
                texts.join(",")
            });
            vec![lists.collect::<Vec<_>>().join(" AND ")]
        }
    }
}

/// What holds of each item: of each one of a list, or of all lists at once.
fn all_or_each<T>(
    groups: &[Vec<T>],
    holds: impl Fn(&T) -> Result<bool, Fault>,
) -> Result<Vec<bool>, Fault> {
    let mut all = true;
    let mut each = Vec::new();
    for group in groups {
        each = group.iter().map(&holds).collect::<Result<_, _>>()?;
        all &= each.contains(&true);
    }
    Ok(if groups.len() == 1 { each } else { vec![all] })
}

fn structural(view: &View<'_>, overlap: Overlap) -> Result<Vec<bool>, Fault> {
    let holds = |range| structural_in(view, range, overlap).map(|(found, _)| !found.is_empty());
    view.asked.ranges.iter().map(holds).collect()
}
