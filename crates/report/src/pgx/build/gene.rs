//! Gene statements to entries and gaps.

use crate::pgx::{Clinical, Gap, GeneEntry, Shown};
use crate::words;
use model::absence::Absence;
use model::statement::{AdviceState, Basis, Callability, DrugStatement, GeneState, GeneStatement};

/// The genes in the order to show: called, not callable, not tested, each by name.
pub(super) fn entries(genes: &[&GeneStatement], clinical: &Clinical) -> Vec<GeneEntry> {
    let clinical = |gene: &GeneStatement| clinical.genes.get(&gene.gene).cloned();
    let entry = |gene| GeneEntry { clinical: clinical(gene), ..entry(gene) };
    in_order(genes).into_iter().map(entry).collect()
}

fn in_order<'g>(genes: &[&'g GeneStatement]) -> Vec<&'g GeneStatement> {
    let mut ordered: Vec<&GeneStatement> = genes.to_vec();
    ordered.sort_by_key(|gene| {
        let rank = match gene.state {
            GeneState::Called => 0,
            GeneState::NotCalled { .. } => 1,
            GeneState::NotTested => 2,
        };
        (rank, gene.gene.as_str())
    });
    ordered
}

fn entry(gene: &GeneStatement) -> GeneEntry {
    let seen = gene.callability.as_ref();
    // Of a gene that was not tested, every position is missing and every allele is possible.
    let listed = seen.filter(|_| gene.state != GeneState::NotTested);
    let names =
        |list: fn(&Callability) -> &Vec<String>| listed.map(list).cloned().unwrap_or_default();
    let why = match &gene.state {
        GeneState::NotCalled { why } => Some(why.clone()),
        GeneState::Called | GeneState::NotTested => None,
    };
    GeneEntry {
        gene: gene.gene.clone(),
        calls: calls(gene),
        why,
        phenotype: phenotype(gene),
        clinical: None,
        activity_score: activity_score(gene),
        also_possible: gene.also_possible.iter().map(ToString::to_string).collect(),
        unexplained: gene.unexplained.clone(),
        phase: is_unphased(gene).then(|| words::UNPHASED.to_owned()),
        basis: basis(gene).to_owned(),
        tested: tested(gene),
        complete: seen.is_some_and(Callability::is_complete),
        from_block: seen.map_or(0, |seen| seen.from_block),
        missing: names(|seen| &seen.missing),
        tier1_missing: names(|seen| &seen.tier1_missing),
        filtered: names(|seen| &seen.filtered),
        not_excluded: names(|seen| &seen.not_excluded),
        would_be: names(|seen| &seen.phenotypes_not_excluded),
        assumed: names(|seen| &seen.assumed),
        notes: gene.notes.clone(),
    }
}

/// Why there is no call; `None` for a gene that has one.
fn absence(gene: &GeneStatement) -> Option<Absence> {
    match gene.state {
        GeneState::Called => None,
        GeneState::NotCalled { .. } => Some(Absence::NotCallable),
        GeneState::NotTested => Some(Absence::NotTested),
    }
}

fn calls(gene: &GeneStatement) -> Vec<Shown> {
    if let Some(absence) = absence(gene) {
        return vec![Shown::Absent(absence.words().to_owned())];
    }
    if gene.diplotypes.is_empty() && !gene.variants.is_empty() {
        // Together they are one call; which of them lie on one strand is not known.
        return vec![Shown::Value(words::together(&gene.variants))];
    }
    if gene.diplotypes.is_empty() {
        return vec![Shown::Absent(format!("diplotype {}", Absence::NotRecorded.words()))];
    }
    gene.diplotypes.iter().map(|pair| Shown::Value(pair.to_string())).collect()
}

fn phenotype(gene: &GeneStatement) -> Shown {
    match (absence(gene), &gene.phenotype) {
        (Some(absence), _) => Shown::Absent(absence.words().to_owned()),
        (None, Some(phenotype)) => Shown::Value(phenotype.clone()),
        (None, None) if gene.phenotypes.is_empty() => {
            Shown::Absent(Absence::NotRecorded.words().to_owned())
        }
        (None, None) => Shown::Value(words::any_of(&gene.phenotypes)),
    }
}

/// Every score that is possible; only of a gene that has a call.
fn activity_score(gene: &GeneStatement) -> Option<String> {
    if gene.state != GeneState::Called {
        return None;
    }
    let all = (!gene.activity_scores.is_empty()).then(|| words::any_of(&gene.activity_scores));
    gene.activity_score.clone().or(all)
}

/// Only where we called: a laboratory does not say how it knows.
fn is_unphased(gene: &GeneStatement) -> bool {
    let has_call = !gene.diplotypes.is_empty() || !gene.variants.is_empty();
    let is_ours = gene.state == GeneState::Called && gene.basis == Basis::Genotypes;
    // One copy has no other strand.
    let is_pair = gene.diplotypes.is_empty() || gene.diplotypes.iter().any(|d| d.second.is_some());
    !gene.phased && is_ours && has_call && is_pair
}

fn basis(gene: &GeneStatement) -> &'static str {
    match gene.state {
        GeneState::NotTested => "No usable position in the data",
        GeneState::NotCalled { .. } if gene.basis == Basis::Reported => {
            "Reported by the laboratory without a call"
        }
        GeneState::NotCalled { .. } => "Genotypes that make no call",
        GeneState::Called => words::basis(gene.basis),
    }
}

fn tested(gene: &GeneStatement) -> Shown {
    match (&gene.callability, gene.basis) {
        (Some(seen), _) => Shown::Value(seen.words()),
        (None, _) if gene.state == GeneState::NotTested => {
            Shown::Absent(Absence::NotTested.words().to_owned())
        }
        (None, Basis::Reported) => {
            Shown::Absent(format!("positions {} by the laboratory", Absence::NotRecorded.words()))
        }
        (None, _) => Shown::Absent(format!("positions {}", Absence::NotRecorded.words())),
    }
}

/// Every gene that was not tested, could not be called, or was not tested in full, with the drugs
/// that this leaves without advice.
pub(super) fn gaps(genes: &[&GeneStatement], drugs: &[DrugStatement]) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = in_order(genes)
        .into_iter()
        .rev()
        .filter_map(|gene| gap_words(gene).map(|words| gap(&gene.gene, words, drugs)))
        .collect();
    for key in drugs.iter().flat_map(|drug| &drug.genes) {
        let named = genes.iter().any(|gene| gene.gene == key.gene)
            || gaps.iter().any(|gap| gap.gene == key.gene);
        if !named && key.phenotype.is_none() {
            let called = !words::says_nothing(&key.call);
            let without = format!("{}, phenotype {}", key.call, Absence::NotRecorded.words());
            gaps.push(gap(&key.gene, if called { without } else { key.call.clone() }, drugs));
        }
    }
    gaps
}

fn gap(gene: &str, words: String, drugs: &[DrugStatement]) -> Gap {
    let open = |drug: &&DrugStatement| {
        let unknown = drug.genes.iter().any(|key| key.gene == gene && key.phenotype.is_none());
        unknown && drug.state == AdviceState::NotKnown
    };
    let mut names: Vec<String> = drugs.iter().filter(open).map(|drug| drug.drug.clone()).collect();
    names.sort_unstable();
    names.dedup();
    Gap { gene: gene.to_owned(), words, drugs: names }
}

fn gap_words(gene: &GeneStatement) -> Option<String> {
    match (&gene.state, &gene.callability) {
        (GeneState::NotTested, _) => Some(Absence::NotTested.words().to_owned()),
        (GeneState::NotCalled { why }, _) => {
            Some(format!("{}: {why}", Absence::NotCallable.words()))
        }
        (GeneState::Called, Some(seen)) if !seen.is_complete() => {
            let recommended = match seen.tier1_missing.len() {
                0 => String::new(),
                1 => "; 1 recommended position not tested".to_owned(),
                number => format!("; {number} recommended positions not tested"),
            };
            let possible = words::not_excluded(seen);
            let possible = possible.map(|text| format!("; {text}")).unwrap_or_default();
            Some(format!("{}{recommended}{possible}", seen.words()))
        }
        (GeneState::Called, _) => None,
    }
}
