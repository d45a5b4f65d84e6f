//! Made-up rows of genes.

use super::{capsule, laboratory, statement_id};
use model::statement::{Callability, Diplotype, GeneState, GeneStatement};
use web::view::{Explained, GeneRow};

pub(super) fn gene(
    number: u32,
    symbol: &str,
    state: GeneState,
    callability: Option<Callability>,
) -> GeneRow {
    let gaps: &[&str] = match state {
        GeneState::Called => &[],
        _ => &["no usable position"],
    };
    GeneRow {
        gene: Explained {
            id: statement_id(number),
            capsule: capsule(&format!("definitions:{symbol}"), gaps),
            content: GeneStatement {
                gene: symbol.into(),
                hgnc: "HGNC:2621".into(),
                state,
                callability,
                ..GeneStatement::default()
            },
        },
        conversion: None,
        pending: None,
        reports: laboratory(),
    }
}

pub(super) fn called(mut row: GeneRow, diplotypes: &[(&str, &str)], phenotype: &str) -> GeneRow {
    row.gene.content.diplotypes = diplotypes
        .iter()
        .map(|&(first, second)| Diplotype { first: first.into(), second: Some(second.into()) })
        .collect();
    row.gene.content.phenotype = Some(phenotype.into());
    row.gene.content.phenotypes = vec![phenotype.into()];
    row
}

pub(super) fn cyp2c19() -> GeneRow {
    let seen = Callability { positions: 35, seen: 35, from_block: 33, ..Callability::default() };
    called(gene(100, "CYP2C19", GeneState::Called, Some(seen)), &[("*2", "*2")], "Poor Metabolizer")
}

/// One row of each kind, in no order.
pub(super) fn genes() -> Vec<GeneRow> {
    let array = Callability {
        positions: 43,
        seen: 6,
        missing: vec!["rs1800462".into(), "rs1142345".into()],
        not_excluded: ["*2", "*4", "*6", "*7", "*8", "*9", "*10", "*11", "*12", "*13"]
            .map(Into::into)
            .to_vec(),
        tier1_missing: vec!["rs1800462".into()],
        ..Callability::default()
    };
    let full = Callability { positions: 35, seen: 35, ..Callability::default() };
    let why = GeneState::NotCalled {
        why: "chr6:18149126 has a base that no allele of the table has".into(),
    };
    let mut untested = gene(
        104,
        "DPYD",
        GeneState::NotTested,
        Some(Callability { positions: 83, ..Callability::default() }),
    );
    untested.reports.clear();
    vec![
        untested,
        called(
            gene(101, "TPMT", GeneState::Called, Some(array)),
            &[("*1", "*1")],
            "Normal Metabolizer",
        ),
        gene(
            103,
            "NUDT15",
            why,
            Some(Callability { positions: 18, seen: 17, ..Callability::default() }),
        ),
        cyp2c19(),
        super::clinical::cyp2d6(),
        called(
            gene(102, "SLCO1B1", GeneState::Called, Some(full)),
            &[("*1", "*5"), ("*1", "*15")],
            "Decreased Function",
        ),
    ]
}
