//! Counts by marks are those of one patient after the other.

use super::*;
use crate::allele::{Change, Inserted, NoReference};
use crate::answer::{Fault, Part};
use crate::asked::{Given, Operation, operation};
use crate::finding::{Content, Implication};
use crate::lift::{LiftOver, Lifted};
use crate::operation::{Found, Population, Threshold};
use model::Coding;
use proptest::prelude::*;
use std::convert::Infallible;

const NEW: &str = "NC_000007.14";
const OLD: &str = "NC_000007.13";
const HAPLOTYPES: [&str; 3] = ["*1", "*17,*1/*17", "http://www.pharmvar.org|*1"];
const NAMES: [&str; 3] = ["NM_1.1:c.1A>G", "NM_1.1:c.2A>G", "NC_000007.14:1001:A:C"];

/// Bases lie 100 further on in the older build; one of them nowhere.
#[derive(Debug)]
struct Hundred;

impl LiftOver for Hundred {
    fn lift(&self, range: &Range, to: &str) -> Vec<Lifted> {
        let moved = |at: u64| if to == OLD { at + 100 } else { at.saturating_sub(100) };
        let range = Range::new(to, moved(range.start), moved(range.end));
        if (range.start..range.end).contains(&1_105) {
            return Vec::new();
        }
        vec![Lifted { range, is_reversed: false }]
    }
}

struct Held(Vec<Option<BTreeSet<Mark>>>);

impl Sets for Held {
    type Error = Infallible;

    fn holders(&mut self, marks: &[Mark]) -> Result<Numbers, Infallible> {
        let mut numbers = Numbers::default();
        for (number, held) in (0_u64..).zip(&self.0) {
            if held.as_ref().is_some_and(|held| marks.iter().any(|mark| held.contains(mark))) {
                numbers.put(number);
            }
        }
        Ok(numbers)
    }

    fn haplotypes(&mut self) -> Result<Vec<Mark>, Infallible> {
        let all: BTreeSet<Mark> = self.0.iter().flatten().flatten().cloned().collect();
        Ok(all.into_iter().filter(|mark| matches!(mark.said, Said::Haplotype(_))).collect())
    }

    fn studied(&mut self) -> Result<Vec<Mark>, Infallible> {
        let all: BTreeSet<Mark> = self.0.iter().flatten().flatten().cloned().collect();
        Ok(all.into_iter().filter(|mark| matches!(mark.said, Said::Studied(_))).collect())
    }
}

fn one_by_one(
    dossiers: &[Dossier],
    operation: &Operation,
    asked: &Asked,
    tools: Tools<'_>,
) -> Result<Vec<Part>, Fault> {
    let mut population = Population::new(operation, asked, tools);
    for (number, dossier) in dossiers.iter().enumerate() {
        population.add(&format!("p{number:02}"), dossier)?;
    }
    population.answer(Threshold(0))
}

/// The same by marks; `None` where they leave it to be asked.
fn by_marks(
    dossiers: &[Dossier],
    operation: &Operation,
    asked: &Asked,
    tools: Tools<'_>,
) -> Option<Result<Vec<Part>, Fault>> {
    let mut held = Held(dossiers.iter().map(|dossier| marks(dossier, &[])).collect());
    let Ok(counted) = count(operation, asked, tools, &mut held);
    let Counted { mut tested, items, named, open } = counted?;
    let mut population = Population::new(operation, asked, tools);
    let mut apart = open;
    for (number, held) in (0_u64..).zip(&held.0) {
        if held.is_none() {
            apart.put(number);
        }
    }
    for number in apart.iter() {
        let dossier = &dossiers[usize::try_from(number).unwrap()];
        if let Err(fault) = population.add(&format!("p{number:02}"), dossier) {
            return Some(Err(fault));
        }
    }
    let without = |mut numbers: Numbers| {
        numbers.remove(&apart);
        numbers
    };
    tested.remove(&apart);
    let found = items.into_iter().map(|item| {
        let found = without(item.found);
        Found {
            count: found.count(),
            known: item.known.map(|known| without(known).count()),
            patients: found.iter().map(|number| format!("p{number:02}")).collect(),
        }
    });
    let has = |numbers: Numbers| !without(numbers).is_empty();
    let named: Vec<Vec<bool>> =
        named.into_iter().map(|group| group.into_iter().map(has).collect()).collect();
    population.add_counted(tested.count(), found.collect(), &named);
    Some(population.answer(Threshold(0)))
}

fn any_allele() -> impl Strategy<Value = Allele> {
    let bases = |text| proptest::string::string_regex(text).unwrap();
    let sequence = prop_oneof![4 => Just(NEW), 1 => Just(OLD)];
    let inserted = prop_oneof![
        5 => bases("[AC]{0,2}").prop_map(Inserted::Bases),
        1 => Just(Inserted::Duplicated),
    ];
    let deleted = proptest::option::weighted(0.9, bases("[AC]{0,2}"));
    (sequence, 1_000_u64..1_006, deleted, inserted).prop_map(
        |(sequence, start, deleted, inserted)| {
            let length = deleted.as_ref().map_or(1, String::len) as u64;
            let start = if sequence == OLD { start + 100 } else { start };
            let sequence = sequence.to_owned();
            let change = Change { sequence, start, end: start + length, deleted, inserted };
            change.canonical(&NoReference).unwrap()
        },
    )
}

fn class() -> impl Strategy<Value = Option<SourceClass>> {
    proptest::option::of(prop_oneof![Just(SourceClass::Germline), Just(SourceClass::Somatic)])
}

fn any_variant() -> impl Strategy<Value = Content> {
    let presence = prop_oneof![
        4 => Just(Presence::Present),
        1 => Just(Presence::Absent),
        1 => Just(Presence::Unknown),
    ];
    let names = proptest::collection::vec(proptest::sample::select(&NAMES[..]), 0..2);
    let alleles = proptest::collection::vec(any_allele(), 0..3);
    let possible = proptest::collection::vec(any_allele(), 0..2);
    let place = (prop_oneof![Just(NEW), Just(OLD)], 0_u64..4_000_000, 1_u64..40_000_000);
    let outer = proptest::collection::vec(place, 0..2);
    (presence, proptest::bool::weighted(0.1), names, alleles, possible, outer, any::<bool>())
        .prop_map(|(presence, is_reference, names, alleles, possible, outer, is_symbolic)| {
            let range = |(s, start, length): (&str, u64, u64)| Range::new(s, start, start + length);
            Content::Variant(Variant {
                presence,
                is_reference,
                names: names.into_iter().map(str::to_owned).collect(),
                alleles,
                possible,
                exact: Vec::new(),
                inner: Vec::new(),
                outer: outer.into_iter().map(range).collect(),
                is_symbolic,
            })
        })
}

fn any_content() -> impl Strategy<Value = Content> {
    let value = prop_oneof![Just("*1"), Just("*1/*17"), Just("*17")];
    let haplotype = proptest::option::of(value).prop_map(|code| {
        let coding = |code: &str| vec![Coding::new("http://www.pharmvar.org", code)];
        Content::Haplotype(code.map(|c| CodeableConcept { coding: coding(c), text: None }))
    });
    let other = Just(Content::Diagnostic(Implication::default()));
    prop_oneof![8 => any_variant(), 2 => haplotype, 1 => other]
}

fn any_dossier() -> impl Strategy<Value = Dossier> {
    let finding = (any_content(), class(), proptest::bool::weighted(0.9));
    let findings = proptest::collection::vec(finding, 0..4);
    let sequence = || prop_oneof![5 => Just(NEW), 1 => Just(OLD)];
    let range = (sequence(), 995_u64..1_004, 1_u64..12);
    let ranges = || proptest::collection::vec(range.clone(), 0..3);
    let more = || proptest::bool::weighted(0.1);
    let study = (ranges(), more(), ranges(), more(), class());
    (findings, proptest::collection::vec(study, 0..3)).prop_map(|(findings, studies)| {
        let finding = |(number, (content, source_class, is_standing))| Finding {
            reference: format!("Observation/{number}"),
            is_standing,
            source_class,
            date: None,
            tests: Vec::new(),
            specimens: Vec::new(),
            derived_from: Vec::new(),
            genes: Vec::new(),
            content,
        };
        let regions = |ranges: Vec<(&str, u64, u64)>, has_more| Regions {
            ranges: ranges.into_iter().map(|(s, at, l)| Range::new(s, at, at + l)).collect(),
            has_more,
        };
        let study = |(studied, more, unseen, unseen_more, source_class)| Study {
            studied: regions(studied, more),
            uncallable: regions(unseen, unseen_more),
            source_class,
            ..Study::default()
        };
        Dossier {
            findings: findings.into_iter().enumerate().map(finding).collect(),
            studies: studies.into_iter().map(study).collect(),
        }
    })
}

fn asked(operation: &Operation, given: &[(&str, String)]) -> Asked {
    let given: Vec<(String, Given)> = given
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Given::Text(value.clone())))
        .chain([("includePatientList".to_owned(), Given::Flag(true))])
        .collect();
    Asked::read(operation, Contract::Guide, &given, &NoReference).unwrap()
}

fn same(
    dossiers: &[Dossier],
    name: &str,
    mut given: Vec<(&str, String)>,
    class: Option<SourceClass>,
    has_lift: bool,
) -> Result<(), TestCaseError> {
    let operation = operation(name).unwrap();
    let word = class.map(|class| match class {
        SourceClass::Germline => "germline",
        SourceClass::Somatic => "somatic",
    });
    given.extend(word.map(|word| ("genomicSourceClass", word.to_owned())));
    let asked = asked(operation, &given);
    let lift: Option<&dyn LiftOver> = if has_lift { Some(&Hundred) } else { None };
    let tools = Tools { lift_over: lift, contract: Contract::Guide };
    let expected = one_by_one(dossiers, operation, &asked, tools);
    match by_marks(dossiers, operation, &asked, tools) {
        None => Ok(()),
        Some(found) => {
            prop_assert_eq!(found, expected);
            Ok(())
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn variants_are_counted_as_one_by_one(
        dossiers in proptest::collection::vec(any_dossier(), 0..8),
        wanted in proptest::collection::vec(
            proptest::collection::vec(
                prop_oneof![
                    4 => any_allele().prop_filter_map("a side is open", |allele| {
                        Some(allele.spdi()?.to_string())
                    }),
                    1 => proptest::sample::select(&NAMES[..]).prop_map(str::to_owned),
                ],
                1..3,
            ),
            1..3,
        ),
        class in class(),
        has_lift in any::<bool>(),
    ) {
        let given = wanted.iter().map(|group| ("variants", group.join(","))).collect();
        same(&dossiers, "find-population-specific-variants", given, class, has_lift)?;
    }

    #[test]
    fn haplotypes_and_structural_variants_are_counted_as_one_by_one(
        dossiers in proptest::collection::vec(any_dossier(), 0..8),
        haplotypes in proptest::collection::vec(
            proptest::sample::select(&HAPLOTYPES[..]),
            1..3,
        ),
        start in 0_u64..44_000_000,
        length in prop_oneof![1_u64..50, 1_000_000_u64..60_000_000],
        class in class(),
        has_lift in any::<bool>(),
    ) {
        let given = haplotypes.iter().map(|group| ("haplotypes", (*group).to_owned())).collect();
        same(&dossiers, "find-population-specific-haplotypes", given, class, has_lift)?;
        for name in [
            "find-population-structural-intersecting-variants",
            "find-population-structural-subsuming-variants",
        ] {
            let range = format!("{NEW}:{start}-{}", start + length);
            let given = vec![("ranges", format!("{range},{NEW}:1000-1001"))];
            same(&dossiers, name, given, class, has_lift)?;
        }
    }

    #[test]
    fn sets_of_numbers_are_sets(
        one in proptest::collection::btree_set(0_u64..300, 0..40),
        two in proptest::collection::btree_set(0_u64..300, 0..40),
    ) {
        let numbers = |set: &BTreeSet<u64>| {
            let mut numbers = Numbers::default();
            for number in set {
                numbers.put(*number);
            }
            numbers
        };
        let all = |numbers: &Numbers| numbers.iter().collect::<BTreeSet<u64>>();
        let [mut sum, mut rest, mut both] = [(); 3].map(|()| numbers(&one));
        sum.add(&numbers(&two));
        rest.remove(&numbers(&two));
        both.keep(&numbers(&two));
        prop_assert_eq!(all(&sum), one.union(&two).copied().collect::<BTreeSet<u64>>());
        prop_assert_eq!(all(&rest), one.difference(&two).copied().collect::<BTreeSet<u64>>());
        prop_assert_eq!(all(&both), one.intersection(&two).copied().collect::<BTreeSet<u64>>());
        prop_assert_eq!(sum.count(), all(&sum).len() as u64);
        prop_assert_eq!(rest.is_empty(), all(&rest).is_empty());
    }
}
