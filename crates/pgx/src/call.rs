//! One gene's call from genotypes.

mod remarks;
mod usable;

use crate::observe::Records;
use crate::pairs::{self, DIPLOTYPES_MAX, Fit};
use crate::phenotype::{function, lookup, shown_name};
use crate::table::Table;
use crate::{natural, observe};
use knowledge::pgx::{Gene, PgxKnowledge};
use model::genotype::GenotypeSet;
use model::statement::{Basis, Callability, Diplotype, GeneState, GeneStatement};
use std::collections::BTreeSet;
use usable::Usable;

/// Calls every gene of the pack, in the pack's order.
pub fn call(knowledge: &PgxKnowledge, set: &GenotypeSet) -> Vec<GeneStatement> {
    knowledge.genes.iter().map(|gene| call_gene(gene, set)).collect()
}

/// Calls one gene.
///
/// All diplotypes with the best score are given; the phenotype only where they agree on one.
/// Nothing is taken as reference that no record, block or stated policy shows to be reference.
pub fn call_gene(gene: &Gene, set: &GenotypeSet) -> GeneStatement {
    let records = Records::of(gene, set);
    let observations: Vec<observe::Observation> =
        gene.positions.iter().map(|position| records.observe(position)).collect();
    let table = Table::new(gene);
    let usable = Usable::of(gene, &table, observations);
    let mut callability = usable.callability(gene);
    let mut statement = empty(gene);
    remarks::before(gene, &usable, &callability, &mut statement.notes);
    statement.state = if let Some(state) = usable.obstacle(gene) {
        state
    } else {
        let fit = pairs::fit(&table, &usable.sites, usable.blocks, usable.haploid);
        callability.not_excluded = names(gene, &table, &fit.not_excluded);
        conclude(gene, &table, &fit, &usable, &mut statement)
    };
    statement.callability = Some(callability);
    statement
}

/// A statement that says nothing yet.
pub(crate) fn empty(gene: &Gene) -> GeneStatement {
    GeneStatement {
        gene: gene.symbol.clone(),
        hgnc: gene.hgnc.clone(),
        callability: Some(Callability {
            positions: count(gene.positions.len()),
            ..Callability::default()
        }),
        ..GeneStatement::default()
    }
}

pub(crate) fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Shown names of rows, in natural order without repetition.
fn names(gene: &Gene, table: &Table<'_>, rows: &[usize]) -> Vec<String> {
    let found: BTreeSet<&str> = rows
        .iter()
        .filter_map(|row| table.rows.get(*row))
        .map(|row| shown_name(row.allele))
        .collect();
    let mut names: Vec<String> = found.into_iter().map(str::to_owned).collect();
    names.sort_by(|a, b| natural::compare(gene, a, b));
    names
}

/// Diplotypes and phenotypes of the best pairs.
fn conclude(
    gene: &Gene,
    table: &Table<'_>,
    fit: &Fit,
    usable: &Usable,
    statement: &mut GeneStatement,
) -> GeneState {
    if fit.best.is_empty() {
        return fall_back(gene, usable, statement);
    }
    let mut phenotypes = BTreeSet::new();
    let mut diplotypes = BTreeSet::new();
    let mut unassigned = BTreeSet::new();
    let mut without_rule = false;
    for (first, second) in &fit.best {
        let (Some(first), Some(second)) = (table.rows.get(*first), table.rows.get(*second)) else {
            continue;
        };
        let mut shown = [shown_name(first.allele), shown_name(second.allele)];
        shown.sort_by(|a, b| natural::compare(gene, a, b));
        let [one, other] = shown.map(str::to_owned);
        diplotypes.insert((one, if usable.haploid { None } else { Some(other) }));
        let functions = (function(gene, first.allele), function(gene, second.allele));
        for (function, row) in [(functions.0, first), (functions.1, second)] {
            if function.is_none() {
                unassigned.insert(shown_name(row.allele));
            }
        }
        match lookup(gene, functions.0, functions.1) {
            Some(phenotype) => {
                phenotypes.insert(phenotype.to_owned());
            }
            None => without_rule = true,
        }
    }
    let found = diplotypes.len();
    let mut diplotypes: Vec<Diplotype> =
        diplotypes.into_iter().map(|(first, second)| Diplotype { first, second }).collect();
    diplotypes.sort_by(|a, b| compare_diplotypes(gene, a, b));
    diplotypes.truncate(DIPLOTYPES_MAX);
    statement.diplotypes = diplotypes;
    statement.phenotypes = phenotypes.into_iter().collect();
    if let ([phenotype], false) = (statement.phenotypes.as_slice(), without_rule) {
        statement.phenotype = Some(phenotype.clone());
    }
    remarks::after(gene, found, &unassigned, without_rule, &mut statement.notes);
    GeneState::Called
}

/// Natural order, first alleles first.
pub(crate) fn compare_diplotypes(gene: &Gene, a: &Diplotype, b: &Diplotype) -> std::cmp::Ordering {
    let second = |diplotype: &Diplotype| diplotype.second.clone().unwrap_or_default();
    natural::compare(gene, &a.first, &b.first)
        .then_with(|| natural::compare(gene, &second(a), &second(b)))
}

/// No pair fits: the gene's one deciding position, where the rules allow it (CPIC for SLCO1B1).
fn fall_back(gene: &Gene, usable: &Usable, statement: &mut GeneStatement) -> GeneState {
    let no_pair = "no pair of known alleles fits the genotypes";
    let why = || GeneState::NotCalled { why: no_pair.to_owned() };
    let Some(fallback) = &gene.fallback else { return why() };
    let Some(position) = gene.positions.get(fallback.position) else { return why() };
    let Some(bases) = usable.bases(gene, fallback.position) else { return why() };
    let functions: Vec<&str> = bases
        .iter()
        .filter_map(|base| {
            let known = fallback.functions.iter().find(|(allele, _)| allele == base)?;
            Some(known.1.as_str())
        })
        .collect();
    let ([first, second], true) = (functions.as_slice(), functions.len() == bases.len()) else {
        return why();
    };
    let Some(phenotype) = lookup(gene, Some(first), Some(second)) else { return why() };
    statement.basis = Basis::SinglePosition;
    statement.phenotype = Some(phenotype.to_owned());
    statement.phenotypes = vec![phenotype.to_owned()];
    statement.notes.push(format!(
        "{no_pair}; the phenotype rests on {} alone ({})",
        position.name(&gene.chromosome),
        bases.join("/")
    ));
    GeneState::Called
}

#[cfg(test)]
mod tests;
