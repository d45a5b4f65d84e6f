//! The definitions as a caller sees them.

use knowledge::Pack;
use knowledge::pgx::{Gene, Undocumented};
use std::collections::BTreeSet;

/// The allele's bases at every position, blanks filled from the reference row.
fn row<'g>(gene: &'g Gene, name: &str) -> Vec<Vec<&'g str>> {
    let of = |allele: &'g knowledge::pgx::Allele, index: usize| {
        let cell = allele.cells.iter().find(|(at, _)| *at == index);
        cell.map(|(_, bases)| bases.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let reference = gene.alleles.iter().find(|allele| allele.reference).unwrap();
    let own = gene.alleles.iter().find(|allele| allele.name == name).unwrap();
    (0..gene.positions.len())
        .map(|index| of(own, index).or_else(|| of(reference, index)).unwrap())
        .collect()
}

#[test]
fn counts_are_those_of_the_definitions() {
    let pgx = Pack::built_in().unwrap().pgx;
    for (gene, reference, defined, structural, positions, tier1, undocumented) in [
        ("CYP2C19", "*38", 36, 2, 35, 6, Undocumented::NotCalled),
        ("NUDT15", "*1", 21, 0, 18, 1, Undocumented::ReferenceWithNote),
        ("SLCO1B1", "*1", 46, 2, 35, 0, Undocumented::NotCalled),
        ("TPMT", "*1", 46, 0, 43, 3, Undocumented::ReferenceWithNote),
    ] {
        let gene = pgx.gene(gene).unwrap();
        let count = |structural| {
            gene.alleles.iter().filter(|allele| allele.structural == structural).count()
        };
        assert_eq!((count(false), count(true)), (defined, structural), "{}", gene.symbol);
        assert_eq!(gene.positions.len(), positions, "{}", gene.symbol);
        let tier1_found = gene.positions.iter().filter(|at| at.tier1).count();
        assert_eq!(tier1_found, tier1, "{}", gene.symbol);
        assert_eq!(gene.undocumented, undocumented, "{}", gene.symbol);
        let found = gene.alleles.iter().find(|allele| allele.reference).unwrap();
        assert_eq!(found.name, reference);
        assert!(gene.positions.windows(2).all(|pair| pair[0].position < pair[1].position));
    }
}

#[test]
fn no_two_alleles_have_the_same_row() {
    for gene in Pack::built_in().unwrap().pgx.genes {
        let defined: Vec<_> = gene.alleles.iter().filter(|allele| !allele.structural).collect();
        let rows: BTreeSet<_> = defined.iter().map(|allele| row(&gene, &allele.name)).collect();
        assert_eq!(rows.len(), defined.len(), "{}", gene.symbol);
    }
}

#[test]
fn well_known_cells_are_there() {
    let pgx = Pack::built_in().unwrap().pgx;
    let bases = |gene: &str, allele: &str, rsid: &str| {
        let gene = pgx.gene(gene).unwrap();
        let at = gene.positions.iter().position(|at| at.rsid.as_deref() == Some(rsid)).unwrap();
        row(gene, allele)[at].join(",")
    };
    for (gene, allele, rsid, expected) in [
        ("CYP2C19", "*2", "rs4244285", "A"),
        ("CYP2C19", "*2", "rs58973490", "G,A"),
        ("CYP2C19", "*38", "rs3758581", "A"),
        ("CYP2C19", "*1", "rs3758581", "G"),
        ("CYP2C19", "*17", "rs12248560", "T"),
        ("SLCO1B1", "*5", "rs4149056", "C"),
        ("SLCO1B1", "*45.001", "rs4149056", "T"),
        ("SLCO1B1", "*45.002", "rs4149056", "C"),
        ("TPMT", "*3A", "rs1142345", "C"),
        ("TPMT", "*3A", "rs1800460", "T"),
        ("TPMT", "*41", "rs1142345", "G"),
        ("TPMT", "*42", "rs759836180", "CT"),
        ("NUDT15", "*3", "rs116855232", "T"),
        ("NUDT15", "*2", "rs746071566", "AGGAGTCGGAGTC"),
        ("NUDT15", "*9", "rs746071566", "A"),
        ("NUDT15", "*1", "rs746071566", "AGGAGTC"),
    ] {
        assert_eq!(bases(gene, allele, rsid), expected, "{gene} {allele} {rsid}");
    }
}

#[test]
fn a_core_name_finds_its_sub_alleles() {
    let pgx = Pack::built_in().unwrap().pgx;
    let gene = pgx.gene("SLCO1B1").unwrap();
    for name in ["*45", "*45.001", "*45.002"] {
        let allele = gene.allele(name).unwrap();
        assert_eq!(allele.core.as_deref(), Some("*45"));
        assert_eq!(allele.function.as_deref(), Some("No function"));
    }
    assert_eq!(gene.allele("*4500"), None);
    let fallback = gene.fallback.as_ref().unwrap();
    assert_eq!(gene.positions[fallback.position].rsid.as_deref(), Some("rs4149056"));
    assert_eq!(fallback.functions.len(), 2);
}
