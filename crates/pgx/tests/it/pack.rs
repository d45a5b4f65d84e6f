//! Every allele pair of the pack, written as genotypes and called again.

use crate::shipped::knowledge;
use knowledge::pgx::{Allele, Gene};
use model::assay::AbsentPosition;
use model::genotype::{Evidence, GenotypeCall, GenotypeSet};
use model::statement::{Diplotype, GeneStatement};
use model::variant::GenomeBuild;
use std::collections::{BTreeMap, BTreeSet};

/// The bases of an allele, position by position; `choice` picks among several allowed ones.
fn row(gene: &Gene, allele: &Allele, choice: usize) -> Vec<String> {
    let reference = gene.alleles.iter().find(|allele| allele.reference).unwrap();
    (0..gene.positions.len())
        .map(|index| {
            let cell = |allele: &Allele| {
                let found = allele.cells.iter().find(|(position, _)| *position == index);
                found.map(|(_, bases)| bases[choice % bases.len()].clone())
            };
            cell(allele).or_else(|| cell(reference)).unwrap()
        })
        .collect()
}

/// One record per position with the two rows as strands.
fn genotypes(gene: &Gene, first: &[String], second: &[String], phased: bool) -> GenotypeSet {
    let calls = gene
        .positions
        .iter()
        .enumerate()
        .map(|(index, position)| {
            let number = |base: &String| {
                if *base == position.reference {
                    return Some(0);
                }
                let place = position.alternates.iter().position(|alternate| alternate == base);
                Some(u16::try_from(place.unwrap() + 1).unwrap())
            };
            GenotypeCall {
                chromosome: gene.chromosome.clone(),
                position: position.position,
                reference: position.reference.clone(),
                alternates: position.alternates.clone(),
                alleles: vec![number(&first[index]), number(&second[index])],
                phased,
                phase_set: None,
                evidence: Evidence::Called,
                genotype_quality: None,
                depth: None,
                line: index as u64 + 1,
            }
        })
        .collect();
    GenotypeSet {
        build: GenomeBuild::GRCh38,
        build_proof: "made from the pack".into(),
        sample: "S".into(),
        absent_position: AbsentPosition::NotTested,
        calls,
    }
}

fn shown(allele: &Allele) -> &str {
    allele.core.as_deref().unwrap_or(&allele.name)
}

fn shown_pair(gene: &Gene, first: &Allele, second: &Allele) -> BTreeSet<String> {
    assert!(gene.alleles.contains(first));
    [shown(first), shown(second)].into_iter().map(str::to_owned).collect()
}

fn alleles_of(diplotype: &Diplotype) -> BTreeSet<String> {
    [diplotype.first.clone(), diplotype.second.clone().unwrap()].into_iter().collect()
}

pub(crate) fn defined(gene: &Gene) -> Vec<&Allele> {
    gene.alleles.iter().filter(|allele| !allele.structural).collect()
}

fn pairs_called(statement: &GeneStatement) -> Vec<BTreeSet<String>> {
    statement.diplotypes.iter().map(alleles_of).collect()
}

/// Calls every pair from phased genotypes, both ways round.
pub(crate) fn check_self_calls(gene: &Gene) {
    let alleles = defined(gene);
    for (place, first) in alleles.iter().enumerate() {
        for second in &alleles[place..] {
            for choice in 0..2 {
                let (a, b) = (row(gene, first, choice), row(gene, second, choice));
                let wanted = vec![shown_pair(gene, first, second)];
                // Turned round, it is the same pair.
                for (a, b) in [(&a, &b), (&b, &a)] {
                    let statement = pgx::call_gene(gene, &genotypes(gene, a, b, true));
                    let (first, second) = (&first.name, &second.name);
                    let case = format!("{} {first}/{second} {choice}", gene.symbol);
                    assert_eq!(pairs_called(&statement), wanted, "{case}: {:?}", statement.state);
                    assert!(statement.callability.unwrap().is_complete(), "{case}");
                }
            }
        }
    }
}

#[test]
fn phased_every_pair_comes_back_as_itself() {
    for gene in &knowledge().genes {
        check_self_calls(gene);
    }
}

/// What complete unphased genotypes give for every pair: the pairs that do not come back as the
/// single best answer, with the answer.
pub(crate) fn ambiguous(gene: &Gene) -> Vec<(String, Vec<String>)> {
    let alleles = defined(gene);
    let mut found = Vec::new();
    for (place, first) in alleles.iter().enumerate() {
        for second in &alleles[place..] {
            let (a, b) = (row(gene, first, 0), row(gene, second, 0));
            let statement = pgx::call_gene(gene, &genotypes(gene, &a, &b, false));
            let wanted = shown_pair(gene, first, second);
            if pairs_called(&statement) != [wanted] {
                let shown = statement.diplotypes.iter().map(ToString::to_string).collect();
                found.push((format!("{}/{}", first.name, second.name), shown));
            }
        }
    }
    found
}

/// Counts over the CPIC tables of 2025-11-05, computed independently of this engine.
#[test]
fn unphased_ambiguity_is_the_declared_one() {
    let knowledge = knowledge();
    let declared = BTreeMap::from([("CYP2C19", 4), ("NUDT15", 1), ("SLCO1B1", 43), ("TPMT", 1)]);
    for gene in &knowledge.genes {
        let found = ambiguous(gene);
        let Some(declared) = declared.get(gene.symbol.as_str()) else { continue };
        assert_eq!(found.len(), *declared, "{}: {found:#?}", gene.symbol);
        for (pair, answers) in found {
            assert!(!answers.is_empty(), "{} {pair}", gene.symbol);
        }
    }
    let tpmt = ambiguous(knowledge.gene("TPMT").unwrap());
    // PMID 29385237: *1/*3A and *3B/*3C cannot be told apart without phase.
    assert_eq!(tpmt, [("*3B/*3C".to_owned(), vec!["*1/*3A".to_owned()])]);
}

#[test]
fn with_any_one_position_missing_the_pair_is_called_or_not_excluded() {
    for gene in &knowledge().genes {
        let reference = gene.alleles.iter().find(|allele| allele.reference).unwrap();
        for allele in defined(gene) {
            let (a, b) = (row(gene, reference, 0), row(gene, allele, 0));
            let whole = genotypes(gene, &a, &b, true);
            for skipped in 0..gene.positions.len() {
                let mut given = whole.clone();
                given.calls.remove(skipped);
                let statement = pgx::call_gene(gene, &given);
                let callability = statement.callability.as_ref().unwrap();
                let case = format!("{} {} without {skipped}", gene.symbol, allele.name);
                assert_eq!(callability.missing.len(), 1, "{case}");
                let name = shown(allele).to_owned();
                let called = pairs_called(&statement).iter().any(|pair| pair.contains(&name));
                assert!(called || callability.not_excluded.contains(&name), "{case}");
            }
        }
    }
}
