//! Counts of patients: one patient after the other is asked, and only numbers are kept.

use super::Tools;
use super::haplotype::matching;
use super::implication::{self, Kind};
use super::select::View;
use super::variant::{Overlap, structural_in, unplaced};
use crate::answer::{Fault, Part, Value};
use crate::asked::{Asked, Operation, Wanted};
use crate::finding::Dossier;
use crate::token::Token;

/// Below how many patients a count is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold(pub u64);

/// A count under way.
#[derive(Debug)]
pub struct Population<'a> {
    operation: &'a Operation,
    asked: &'a Asked,
    tools: Tools<'a>,
    denominator: u64,
    /// The patients of each item.
    found: Vec<Vec<String>>,
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
            found: Vec::new(),
            placed: asked.variants.iter().map(|group| vec![false; group.len()]).collect(),
        };
        population.found = vec![Vec::new(); population.items().len()];
        population
    }

    /// The items of the answer: part, name of the item's part, text.
    fn items(&self) -> Vec<(&'static str, &'static str, String)> {
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
        let holds = match self.operation.name {
            "find-population-specific-variants" => self.variants(&view)?,
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
        for (found, _) in self.found.iter_mut().zip(holds).filter(|(_, holds)| *holds) {
            found.push(patient.to_owned());
        }
        Ok(())
    }

    fn variants(&mut self, view: &View<'_>) -> Result<Vec<bool>, Fault> {
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
        all_or_each(&carried, |held| Ok(*held))
    }

    /// Whether an implication matches, and all groups of a repeated parameter hold.
    fn implies(&mut self, view: &View<'_>, kind: Kind) -> Result<bool, Fault> {
        let asked = self.asked;
        let _ = self.variants(view)?;
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
        let count = |value: u64| Value::Count {
            value: value.max(threshold.0),
            is_below: value < threshold.0,
        };
        let mut answer = Vec::new();
        for ((part, name, text), found) in self.items().into_iter().zip(&self.found) {
            let mut parts = Vec::new();
            if !name.is_empty() {
                parts.push(Part::text(name, text));
            }
            let numerator = found.len() as u64;
            parts.push(Part::new("numerator", count(numerator)));
            parts.push(Part::new("denominator", count(self.denominator)));
            if self.asked.include_patients && numerator >= threshold.0 {
                parts.extend(found.iter().map(|patient| Part::text("subject", patient)));
            }
            answer.push(Part::group(part, parts));
        }
        Ok(answer)
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
