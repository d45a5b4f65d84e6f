//! Functions and phenotypes: every pair that can occur has exactly one phenotype.

use super::expect;
use crate::pgx::{Gene, UNASSIGNED};
use model::Problem;
use std::collections::BTreeSet;

/// The function terms in use at CPIC (standardised terms, PMID 27441996).
const FUNCTIONS: [&str; 6] = [
    "Decreased function",
    "Increased function",
    "No function",
    "Normal function",
    "Uncertain function",
    "Unknown function",
];

const EHR_PRIORITIES: [&str; 3] =
    ["Abnormal/Priority/High Risk", "Normal/Routine/Low Risk", "none"];

pub(super) fn check(gene: &Gene, problems: &mut Vec<Problem>) {
    let mut functions: BTreeSet<&str> = BTreeSet::from([UNASSIGNED]);
    for allele in &gene.alleles {
        let place = format!("functions {} {}", gene.symbol, allele.name);
        let Some(function) = allele.function.as_deref() else {
            let text = "no function has been assigned; it is never treated as normal";
            problems.push(Problem::note("no-function", place, text));
            continue;
        };
        expect(FUNCTIONS.contains(&function), problems, "function", &place, || {
            format!("`{function}` is not one of the standard terms")
        });
        functions.insert(function);
    }
    if let Some(fallback) = &gene.fallback {
        let place = format!("fallbacks {}", gene.symbol);
        functions.extend(fallback.functions.iter().map(|(_, function)| function.as_str()));
        let at = gene.positions.get(fallback.position);
        let bases = at.map(|at| std::iter::once(&at.reference).chain(&at.alternates));
        for base in bases.into_iter().flatten() {
            let covered = fallback.functions.iter().filter(|(own, _)| own == base).count() == 1;
            expect(covered, problems, "fallback", &place, || {
                format!("base {base} must have one function")
            });
        }
    }
    rules(gene, &functions, problems);
}

fn rules(gene: &Gene, functions: &BTreeSet<&str>, problems: &mut Vec<Problem>) {
    let place = format!("phenotype_rules {}", gene.symbol);
    for (first, second) in pairs(functions) {
        let fitting: Vec<_> =
            gene.phenotypes.iter().filter(|rule| rule.fits(first, second)).collect();
        let least = fitting.iter().map(|rule| rule.wildcards()).min();
        let best = fitting.iter().filter(|rule| Some(rule.wildcards()) == least).count();
        expect(best > 0, problems, "rules-not-total", &place, || {
            format!("nothing for {first} + {second}")
        });
        expect(best < 2, problems, "rules-overlap", &place, || {
            format!("{best} rules for {first} + {second}")
        });
        let unassigned = first == UNASSIGNED || second == UNASSIGNED;
        let normal = |rule: &&&crate::pgx::PhenotypeRule| rule.ehr_priority.starts_with("Normal");
        let as_normal = fitting.iter().find(normal).filter(|_| unassigned);
        expect(as_normal.is_none(), problems, "unassigned-normal", &place, || {
            format!("{first} + {second} must not be treated as normal")
        });
    }
    for rule in &gene.phenotypes {
        for function in [rule.first.as_str(), rule.second.as_str()] {
            let used = function == "*" || functions.contains(function);
            expect(used, problems, "rule-unused", &place, || format!("no allele has `{function}`"));
        }
        let priority = EHR_PRIORITIES.contains(&rule.ehr_priority.as_str());
        expect(priority, problems, "ehr-priority", &place, || {
            format!("`{}` is no priority", rule.ehr_priority)
        });
    }
}

/// Every unordered pair, equal ones included.
fn pairs<'f>(functions: &BTreeSet<&'f str>) -> Vec<(&'f str, &'f str)> {
    let following = |first: &'f str| {
        functions.iter().filter(move |second| **second >= first).map(move |second| (first, *second))
    };
    functions.iter().copied().flat_map(following).collect()
}
