//! What the pages about the knowledge in use take and answer.

use super::table::{Row, page};

pub(super) const TABLE: &[Row] = &[
    page("GET", "/knowledge", "The knowledge in use: genes and drugs"),
    page("GET", "/knowledge/genes/{symbol}", "What it says of a gene").refusing(&[404]),
    page("GET", "/knowledge/genes/{symbol}/alleles/{name}", "What it says of an allele")
        .refusing(&[404]),
    page("GET", "/knowledge/variants/{name}", "What it says of a variant, by rsID or place")
        .refusing(&[404]),
    page("GET", "/knowledge/drugs/{rxnorm}", "What it says of a drug").refusing(&[404]),
    page("GET", "/knowledge/versions", "Packs that were put into use"),
    page("GET", "/knowledge/versions/{id}", "What one says differently, and of whom")
        .asking(&["about", "after"])
        .refusing(&[400, 404]),
];
