//! Genotypes as a variant file would state them, made from allele pairs.

use knowledge::pgx::{Allele, Gene, PgxKnowledge};
use model::assay::AbsentPosition;
use model::genotype::{Evidence, GenotypeCall, GenotypeSet};
use model::variant::GenomeBuild;

/// Alleles of one gene to carry: (gene, first, second).
pub type AllelePair<'a> = (&'a str, &'a str, &'a str);

/// Calls at every position of the genes, as a sample with those allele pairs has them; `phased`
/// keeps the first allele on the first strand. `None` if the knowledge lacks a gene or an allele.
pub fn genotypes(
    knowledge: &PgxKnowledge,
    pairs: &[AllelePair],
    phased: bool,
) -> Option<GenotypeSet> {
    let mut calls = Vec::new();
    for (symbol, first, second) in pairs {
        let gene = knowledge.gene(symbol)?;
        let named = |name: &str| gene.alleles.iter().find(|allele| allele.name == name);
        let (first, second) = (named(first)?, named(second)?);
        for place in 0..gene.positions.len() {
            calls.push(call(gene, place, (first, second), phased)?);
        }
    }
    calls.sort_by(|a, b| (&a.chromosome, a.position).cmp(&(&b.chromosome, b.position)));
    for (line, call) in calls.iter_mut().enumerate() {
        call.line = u64::try_from(line).ok()? + 10;
    }
    Some(GenotypeSet {
        build: GenomeBuild::GRCh38,
        build_proof: "built for a test".into(),
        sample: "SAMPLE".into(),
        absent_position: AbsentPosition::NotTested,
        calls,
    })
}

/// The same set without the calls at one position: as if nobody had looked there.
pub fn without(mut set: GenotypeSet, chromosome: &str, position: u64) -> GenotypeSet {
    set.calls.retain(|call| call.chromosome != chromosome || call.position != position);
    set
}

fn call(
    gene: &Gene,
    place: usize,
    (first, second): (&Allele, &Allele),
    phased: bool,
) -> Option<GenotypeCall> {
    let position = gene.positions.get(place)?;
    let number = |allele: &Allele| -> Option<u16> {
        let base = base_of(gene, allele, place)?;
        if base == position.reference {
            return Some(0);
        }
        let alternate = position.alternates.iter().position(|alternate| *alternate == base)?;
        u16::try_from(alternate + 1).ok()
    };
    let mut alleles = vec![Some(number(first)?), Some(number(second)?)];
    if !phased {
        alleles.sort_unstable();
    }
    Some(GenotypeCall {
        chromosome: gene.chromosome.clone(),
        position: position.position,
        reference: position.reference.clone(),
        alternates: position.alternates.clone(),
        alleles,
        phased,
        phase_set: None,
        evidence: Evidence::Called,
        genotype_quality: Some(60),
        depth: Some(30),
        line: 0,
    })
}

/// The allele's own base, else the reference row's.
fn base_of(gene: &Gene, allele: &Allele, place: usize) -> Option<String> {
    let own = |allele: &Allele| {
        let cell = allele.cells.iter().find(|(at, _)| *at == place);
        cell.and_then(|(_, bases)| bases.first().cloned())
    };
    let reference = gene.alleles.iter().find(|allele| allele.reference)?;
    own(allele).or_else(|| own(reference))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pgx::small_knowledge;

    #[test]
    fn a_pair_becomes_the_genotypes_its_bases_spell() {
        let knowledge = small_knowledge();
        let set = genotypes(&knowledge, &[("CYP2C19", "*2", "*17")], true).unwrap();
        let seen: Vec<_> =
            set.calls.iter().map(|call| (call.position, call.alleles.clone())).collect();
        let expected = [
            (94_761_900, vec![Some(0), Some(1)]),
            (94_780_653, vec![Some(0), Some(0)]),
            (94_781_859, vec![Some(1), Some(0)]),
        ];
        assert_eq!(seen, expected);
        let unphased = genotypes(&knowledge, &[("CYP2C19", "*2", "*17")], false).unwrap();
        assert_eq!(unphased.calls[2].alleles, [Some(0), Some(1)]);
        assert!(genotypes(&knowledge, &[("CYP2C19", "*2", "*99")], true).is_none());
        assert!(genotypes(&knowledge, &[("CYP9X9", "*1", "*1")], true).is_none());
    }

    #[test]
    fn a_position_can_be_left_out() {
        let knowledge = small_knowledge();
        let set = genotypes(&knowledge, &[("TPMT", "*1", "*1")], false).unwrap();
        assert_eq!(set.calls.len(), 3);
        let fewer = without(set, "chr6", 18_138_997);
        assert_eq!(fewer.calls.len(), 2);
        assert!(fewer.calls.iter().all(|call| call.position != 18_138_997));
    }
}
