//! Functions and phenotypes: every pair that can occur has exactly one phenotype.

use super::expect;
use crate::pgx::{Copies, Gene, SINGLE, UNASSIGNED};
use model::Problem;
use std::collections::BTreeSet;

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
        let known = gene.has_scores() || gene.phenotypes.iter().any(|rule| rule.names(function));
        expect(known, problems, "function", &place, || {
            format!("no phenotype rule names `{function}`")
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
    scores(gene, problems);
    // A gene whose functions are all settled has no word for an allele without one: such a pair
    // has no phenotype.
    let open = ["Uncertain function", "Unknown function", UNASSIGNED];
    if !gene.has_scores() && !gene.phenotypes.iter().any(|rule| open.iter().any(|f| rule.names(f)))
    {
        functions.remove(UNASSIGNED);
    }
    rules(gene, &functions, problems);
}

/// Every score that two alleles can have lies in exactly one range.
fn scores(gene: &Gene, problems: &mut Vec<Problem>) {
    let place = format!("score_rules {}", gene.symbol);
    if gene.has_scores() {
        for score in super::domain::scores(gene) {
            let found = gene.scores.iter().filter(|rule| rule.holds(score)).count();
            expect(found == 1, problems, "scores", &place, || {
                format!("{found} rules for the score {score}")
            });
        }
    } else {
        let none = gene.alleles.iter().all(|allele| allele.activity.is_none());
        expect(none, problems, "scores", &place, || "activity values without a rule".into());
    }
    let reachable = super::domain::scores(gene);
    for rule in &gene.scores {
        let used = reachable.iter().any(|score| rule.holds(*score));
        expect(used, problems, "score-unused", &place, || {
            format!("no two alleles have a score from {} on", rule.from)
        });
        let priority = EHR_PRIORITIES.contains(&rule.ehr_priority.as_str());
        expect(priority, problems, "ehr-priority", &place, || {
            format!("`{}` is no priority", rule.ehr_priority)
        });
    }
}

fn rules(gene: &Gene, functions: &BTreeSet<&str>, problems: &mut Vec<Problem>) {
    let place = format!("phenotype_rules {}", gene.symbol);
    let combinations = match gene.copies {
        _ if gene.phenotypes.is_empty() => Vec::new(),
        Copies::Two => pairs(functions),
        Copies::One => singles(functions),
        Copies::BySex => singles(functions).into_iter().chain(pairs(functions)).collect(),
    };
    for (first, second) in combinations {
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
            let used = function == "*" || function == SINGLE || functions.contains(function);
            expect(used, problems, "rule-unused", &place, || format!("no allele has `{function}`"));
        }
        let priority = EHR_PRIORITIES.contains(&rule.ehr_priority.as_str());
        expect(priority, problems, "ehr-priority", &place, || {
            format!("`{}` is no priority", rule.ehr_priority)
        });
    }
}

fn singles<'f>(functions: &BTreeSet<&'f str>) -> Vec<(&'f str, &'f str)> {
    functions.iter().map(|function| (*function, SINGLE)).collect()
}

/// Every unordered pair, equal ones included.
fn pairs<'f>(functions: &BTreeSet<&'f str>) -> Vec<(&'f str, &'f str)> {
    let following = |first: &'f str| {
        functions.iter().filter(move |second| **second >= first).map(move |second| (first, *second))
    };
    functions.iter().copied().flat_map(following).collect()
}
