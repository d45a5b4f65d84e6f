//! Which parts of a filed genome a question has to look at.

use super::Tools;
use super::marks::DOUBT_BASES;
use super::select::{View, failed};
use crate::allele::{Allele, Form, WIDENED_BASES_MAX};
use crate::answer::Fault;
use crate::asked::{Asked, Operation, Subject};
use crate::finding::Dossier;
use crate::range::Range;
use crate::sequence::{counterpart, known};
use model::variant::GenomeBuild;
use std::collections::BTreeSet;

/// What a genome has to be read for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Places on the genome's own build, in order, each once.
    pub ranges: Vec<Range>,
    /// Whether calls are asked for, or only what was looked at.
    pub needs_calls: bool,
}

/// What of a genome of one build a question is about; nothing, for questions that single calls do
/// not answer. `has` tells whether the genome has a sequence.
///
/// # Errors
/// When the question is about the other build and cannot be brought to this one.
pub fn reach(
    operation: &Operation,
    asked: &Asked,
    dossier: &Dossier,
    tools: Tools<'_>,
    build: GenomeBuild,
    has: &dyn Fn(&str) -> bool,
) -> Result<Reach, Fault> {
    let view = View::new(dossier, asked, tools);
    let mut found: BTreeSet<Range> = BTreeSet::new();
    let is_count = operation.subject == Subject::Population;
    match operation.name {
        "find-subject-variants"
        | "find-subject-structural-intersecting-variants"
        | "find-subject-structural-subsuming-variants"
        | "find-population-structural-intersecting-variants"
        | "find-population-structural-subsuming-variants" => {
            for asked in &asked.ranges {
                found.extend(on_build(&view, &asked.range, build, has, &asked.text)?);
            }
        }
        "find-subject-specific-variants" | "find-population-specific-variants" => {
            for wanted in asked.variants.iter().flatten() {
                let mut forms: Vec<Allele> = wanted.allele.clone().into_iter().collect();
                // What a name was reported with tells where it is.
                for (_, variant) in view.variants() {
                    if variant.names.contains(&wanted.name) {
                        forms.extend(variant.alleles.iter().cloned());
                    }
                }
                for form in forms {
                    let mut range = around(&form);
                    if is_count {
                        range = with_doubts(&range);
                    }
                    found.extend(on_build(&view, &range, build, has, &wanted.text)?);
                }
            }
        }
        "find-study-metadata" => {
            let own = |range: &&Range| is_of(&range.sequence, build);
            found.extend(asked.ranges.iter().map(|asked| &asked.range).filter(own).cloned());
        }
        _ => {}
    }
    let needs_calls = operation.name != "find-study-metadata" && !found.is_empty();
    Ok(Reach { ranges: found.into_iter().collect(), needs_calls })
}

/// Whether a sequence is of a build; the mitochondrion is of both.
fn is_of(sequence: &str, build: GenomeBuild) -> bool {
    known(sequence).is_some_and(|known| known.build.is_none_or(|held| held == build))
}

/// A range on a build, lifted over if need be.
fn on_build(
    view: &View<'_>,
    range: &Range,
    build: GenomeBuild,
    has: &dyn Fn(&str) -> bool,
    item: &str,
) -> Result<Vec<Range>, Fault> {
    if is_of(&range.sequence, build) {
        return Ok(vec![range.clone()]);
    }
    let Some(other) = counterpart(&range.sequence) else { return Ok(Vec::new()) };
    if !is_of(&other, build) || !has(&other) {
        return Ok(Vec::new());
    }
    view.lifted(range, &other).ok_or_else(|| failed(item))
}

/// Where a variant may be called: all of its repeat, or as far as a repeat may go.
fn around(form: &Allele) -> Range {
    let range = form.change.range();
    let is_open = form.form == Form::Trimmed;
    let more = if is_open { WIDENED_BASES_MAX as u64 } else { 1 };
    Range::new(&range.sequence, range.start.saturating_sub(more), range.end.saturating_add(more))
}

/// A count tells doubts about a place in bins: all that lies in them is read.
fn with_doubts(range: &Range) -> Range {
    let start = range.start / DOUBT_BASES * DOUBT_BASES;
    Range::new(&range.sequence, start, range.end.next_multiple_of(DOUBT_BASES))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allele::NoReference;
    use crate::asked::{Contract, Given, operation};
    use crate::lift::{LiftOver, Lifted};
    use GenomeBuild::{GRCh37, GRCh38};

    /// Bases of chromosome 7 lie 100 further on in the older build; nothing else has a way.
    #[derive(Debug)]
    struct Hundred;

    impl LiftOver for Hundred {
        fn lift(&self, range: &Range, to: &str) -> Vec<Lifted> {
            if to != "NC_000007.13" {
                return Vec::new();
            }
            let range = Range::new(to, range.start + 100, range.end + 100);
            vec![Lifted { range, is_reversed: false }]
        }
    }

    fn ask(
        name: &str,
        parameter: &str,
        value: &str,
        build: GenomeBuild,
        lift_over: Option<&dyn LiftOver>,
    ) -> Result<Vec<String>, Fault> {
        let operation = operation(name).unwrap();
        let given = [("subject", "p"), (parameter, value)]
            .map(|(name, value)| (name.to_owned(), Given::Text(value.to_owned())));
        let asked = Asked::read(operation, Contract::Guide, &given, &NoReference)?;
        let tools = Tools { lift_over, contract: Contract::Guide };
        let has = |sequence: &str| sequence.starts_with("NC_000007");
        let reach = reach(operation, &asked, &Dossier::default(), tools, build, &has)?;
        Ok(reach.ranges.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_question_is_brought_to_the_build_of_the_genome() {
        let variants = "find-subject-variants";
        let range = "NC_000007.14:1000-2000";
        assert_eq!(ask(variants, "ranges", range, GRCh38, None).unwrap(), [range]);
        let lifted = ask(variants, "ranges", range, GRCh37, Some(&Hundred)).unwrap();
        assert_eq!(lifted, ["NC_000007.13:1100-2100"]);
        // Without a way it is refused, not answered with nothing.
        assert!(ask(variants, "ranges", range, GRCh37, None).is_err());
        // A chromosome that the genome does not have needs no way.
        let none = ask(variants, "ranges", "NC_000008.11:1-2", GRCh37, None).unwrap();
        assert_eq!(none, [""; 0]);
        let mitochondrion = "NC_012920.1:1-20";
        for build in [GRCh37, GRCh38] {
            let found = ask(variants, "ranges", mitochondrion, build, None).unwrap();
            assert_eq!(found, [mitochondrion]);
        }
        // Regions are told on their own build.
        let study = ask("find-study-metadata", "ranges", range, GRCh37, None).unwrap();
        assert_eq!(study, [""; 0]);
    }

    #[test]
    fn a_variant_is_looked_for_as_far_as_its_repeat_may_go() {
        let specific = "find-subject-specific-variants";
        for (variant, expected) in [
            ("NC_000007.14:50000:A:T", "NC_000007.14:49999-50002"),
            ("NC_000007.14:50000:AC:", "NC_000007.14:40000-60002"),
            ("NC_000007.14:50000::T", "NC_000007.14:40000-60000"),
        ] {
            let found = ask(specific, "variants", variant, GRCh38, None).unwrap();
            assert_eq!(found, [expected], "{variant}");
        }
        let unplaced = ask(specific, "variants", "NM_004333.6:c.1799T>A", GRCh38, None).unwrap();
        assert_eq!(unplaced, [""; 0]);
    }
}
