//! Whether every pair of a gene's alleles calls itself back: the part of the pack's linter that
//! needs the caller.

use crate::caller::{Caller, Plan, Settings};
use crate::phenotype::shown_name;
use knowledge::pgx::{Allele, Gene, Method, PgxKnowledge, Position};
use model::Problem;
use model::assay::AbsentPosition;
use model::genotype::{GenotypeCell, GenotypeRecord, RecordKind};

/// Most complaints about one gene; a table that is wrong once is mostly wrong often.
const PROBLEMS_PER_GENE_MAX: usize = 20;

/// Writes every pair of alleles of every gene as phased genotypes and calls them. A pair that does
/// not come back as itself, and as nothing else, is an error: such a table would call somebody's
/// alleles as others.
pub fn lint_self_calls(knowledge: &PgxKnowledge) -> Vec<Problem> {
    let called = knowledge.genes.iter().filter(|gene| gene.method != Method::Reported);
    called.flat_map(of_gene).collect()
}

fn of_gene(gene: &Gene) -> Vec<Problem> {
    let one = PgxKnowledge { genes: vec![gene.clone()], ..PgxKnowledge::default() };
    let caller = Caller::new(&one);
    let records: Vec<GenotypeRecord> = gene.positions.iter().map(|at| record(gene, at)).collect();
    let plan = caller.plan(&one, &records);
    let rows: Vec<(&Allele, Vec<u8>)> = gene
        .alleles
        .iter()
        .filter(|allele| !allele.structural)
        .map(|allele| (allele, numbers(gene, allele)))
        .collect();
    let mut problems = Vec::new();
    for (place, first) in rows.iter().enumerate() {
        for second in rows.iter().skip(place) {
            if let Some(found) = fault(&one, &caller, &plan, first, second) {
                let place = format!("alleles {} {}/{}", gene.symbol, first.0.name, second.0.name);
                problems.push(Problem::error("self-call", place, format!("calls {found}")));
                if problems.len() >= PROBLEMS_PER_GENE_MAX {
                    return problems;
                }
            }
        }
    }
    problems
}

/// What the pair is called as, if that is not itself.
fn fault(
    knowledge: &PgxKnowledge,
    caller: &Caller,
    plan: &Plan,
    first: &(&Allele, Vec<u8>),
    second: &(&Allele, Vec<u8>),
) -> Option<String> {
    let strands = first.1.iter().zip(&second.1);
    let cells: Vec<GenotypeCell> = strands
        .map(|(one, other)| GenotypeCell {
            first: *one,
            second: *other,
            flags: GenotypeCell::PHASED,
            phase_set: 0,
        })
        .collect();
    let settings = Settings { research_cyp2d6: true, ..Settings::default() };
    let absent = AbsentPosition::NotTested;
    let statement = caller.call_cell(knowledge, plan, 0, &cells, &settings, absent)?;
    let mut wanted = [shown_name(first.0), shown_name(second.0)];
    wanted.sort_unstable();
    let is_wanted = |called: &model::statement::Diplotype| {
        let mut own = [called.first.as_str(), called.second.as_deref().unwrap_or_default()];
        own.sort_unstable();
        own == wanted
    };
    match statement.diplotypes.as_slice() {
        [only] if is_wanted(only) => None,
        [] => Some("nothing".to_owned()),
        several => Some(several.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
    }
}

fn record(gene: &Gene, at: &Position) -> GenotypeRecord {
    GenotypeRecord {
        chromosome: gene.chromosome.clone(),
        position: at.position,
        reference: at.reference.clone(),
        alternates: at.alternates.clone(),
        kind: RecordKind::Variant,
        line: 1,
    }
}

/// Allele numbers at every position, the first of several allowed bases.
fn numbers(gene: &Gene, allele: &Allele) -> Vec<u8> {
    let reference = gene.alleles.iter().find(|allele| allele.reference);
    let base = |index: usize| {
        let own = |allele: &Allele| {
            let cell = allele.cells.iter().find(|(at, _)| *at == index);
            cell.and_then(|(_, bases)| bases.first()).cloned()
        };
        own(allele).or_else(|| reference.and_then(own))
    };
    let number = |(index, at): (usize, &Position)| {
        let base = base(index)?;
        let place = at.alternates.iter().position(|alternate| *alternate == base)?;
        u8::try_from(place + 1).ok()
    };
    gene.positions.iter().enumerate().map(|at| number(at).unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{allele, snv_gene};

    #[test]
    fn a_pair_that_is_called_as_another_is_named() {
        let mut knowledge = PgxKnowledge { genes: vec![snv_gene()], ..PgxKnowledge::default() };
        assert_eq!(lint_self_calls(&knowledge), []);
        // *7 has the bases of *2: nobody could tell which it is.
        knowledge.genes[0].alleles.push(allele("*7", &[(0, "G")], Some("Normal function")));
        let problems = lint_self_calls(&knowledge);
        assert!(problems.iter().any(|problem| problem.place == "alleles GENE1 *2/*2"));
        assert!(problems.len() <= PROBLEMS_PER_GENE_MAX);
    }
}
