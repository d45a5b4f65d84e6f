//! Genes that the shipped pack does not have yet, from CPIC's definition files where they are at
//! hand: the caller must be right about their insertions, deletions and named combinations, too.

use crate::pack::{ambiguous, check_self_calls};
use knowledge::pgx::{Allele, Gene, Position, Undocumented};
use serde_json::Value;
use std::path::PathBuf;

const DEFINITIONS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/pgx/definitions");

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The bases of a cell; NC-IUB ambiguity codes (1984) mean several.
fn bases(cell: &str) -> Vec<String> {
    let of = |bases: &str| bases.chars().map(String::from).collect();
    match cell {
        "R" => of("AG"),
        "Y" => of("CT"),
        "S" => of("CG"),
        "W" => of("AT"),
        "K" => of("GT"),
        "M" => of("AC"),
        _ => vec![cell.to_owned()],
    }
}

fn allele(row: &Value) -> Allele {
    let cells = list(&row["alleles"]).iter().enumerate();
    Allele {
        name: text(&row["name"]),
        reference: row["reference"].as_bool().unwrap_or_default(),
        structural: row["structuralVariant"].as_bool().unwrap_or_default(),
        core: None,
        cells: cells.filter_map(|(i, cell)| Some((i, bases(cell.as_str()?)))).collect(),
        function: None,
    }
}

fn gene(symbol: &str) -> Option<Gene> {
    let path = PathBuf::from(DEFINITIONS).join(format!("{symbol}_translation.json"));
    if !path.exists() {
        println!("skipped: {} is not at hand", path.display());
        return None;
    }
    let json: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let position = |variant: &Value| Position {
        position: variant["position"].as_u64().unwrap(),
        reference: text(&variant["ref"]),
        alternates: list(&variant["alts"]).iter().map(text).collect(),
        rsid: None,
        hgvs: String::new(),
        required: false,
        tier1: false,
        indel: None,
    };
    Some(Gene {
        symbol: symbol.into(),
        hgnc: String::new(),
        chromosome: text(&json["chromosome"]),
        refseq: String::new(),
        undocumented: Undocumented::NotCalled,
        positions: list(&json["variants"]).iter().map(position).collect(),
        alleles: list(&json["namedAlleles"]).iter().map(allele).collect(),
        phenotypes: Vec::new(),
        fallback: None,
    })
}

/// Numbers of ambiguous pairs over the tables of 2025-11-05, computed independently of this
/// engine. NAT2 is without its table of preferred pairs. The largest genes (CFTR, G6PD, RYR1) are
/// left out for time.
#[test]
fn other_genes_are_as_ambiguous_as_declared() {
    for (symbol, declared) in [
        ("ABCG2", 0),
        ("CACNA1S", 0),
        ("CYP2B6", 12),
        ("CYP2C9", 2),
        ("CYP3A4", 4),
        ("CYP3A5", 0),
        ("CYP4F2", 1),
        ("IFNL3", 0),
        ("NAT2", 52),
        ("UGT1A1", 4),
        ("VKORC1", 0),
    ] {
        let Some(gene) = gene(symbol) else { return };
        let found = ambiguous(&gene);
        assert_eq!(found.len(), declared, "{symbol}: {found:#?}");
    }
}

#[test]
fn other_genes_call_themselves_when_phased() {
    for symbol in ["CACNA1S", "CYP3A4", "CYP3A5", "CYP4F2", "UGT1A1"] {
        let Some(gene) = gene(symbol) else { return };
        check_self_calls(&gene);
    }
}
