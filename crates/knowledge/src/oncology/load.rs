//! From the tables' bytes to rows.

use super::{DiseaseName, GeneAlias, GeneName, LegacyName, TumorType};
use crate::error::LoadError;
use crate::evidence::{self, GeneRoleRow};
use crate::table::{Row, Table};
use std::collections::BTreeSet;

const GENES: &[&str] = &["hgnc", "symbol", "ncbi_gene", "band"];
const ALIASES: &[&str] = &["alias", "hgnc", "kind"];
const LEGACY: &[&str] = &["name", "parent", "moved"];
const DISEASES: &[&str] = &["name", "codes"];
const TUMOR_TYPES: &[&str] = &[
    "code",
    "name",
    "parent",
    "main_type",
    "tissue",
    "nci",
    "umls",
    "precursors",
    "revocations",
    "history",
];

/// The bytes of a table by its name.
pub(super) fn table<'a>(tables: &[(&str, &'a [u8])], name: &str) -> Result<&'a [u8], LoadError> {
    let found = tables.iter().find(|(known, _)| *known == name).map(|(_, bytes)| *bytes);
    found.ok_or_else(|| LoadError::Missing { file: name.to_owned() })
}

/// Approved genes.
pub(super) fn genes(bytes: &[u8]) -> Result<Vec<GeneName>, LoadError> {
    let table = Table::parse("genes.tsv", bytes, GENES)?;
    let gene = |row: Row<'_>| {
        Ok(GeneName {
            hgnc: number(&row, "hgnc", row.required("hgnc")?)?,
            symbol: row.required("symbol")?.to_owned(),
            ncbi_gene: row
                .optional("ncbi_gene")
                .map(|text| number(&row, "ncbi_gene", text))
                .transpose()?,
            band: row.optional("band").map(str::to_owned),
        })
    };
    table.rows().map(gene).collect()
}

/// Former names and aliases.
pub(super) fn aliases(bytes: &[u8]) -> Result<Vec<GeneAlias>, LoadError> {
    let table = Table::parse("gene_aliases.tsv", bytes, ALIASES)?;
    let alias = |row: Row<'_>| {
        let previous = match row.required("kind")? {
            "previous" => true,
            "alias" => false,
            _ => return Err(row.fault("kind", "is neither `previous` nor `alias`")),
        };
        let hgnc = row.list("hgnc", ',')?.into_iter().map(|text| number(&row, "hgnc", text));
        let hgnc = hgnc.collect::<Result<Vec<u32>, _>>()?;
        Ok(GeneAlias { alias: row.required("alias")?.to_owned(), hgnc, previous })
    };
    table.rows().map(alias).collect()
}

/// The tree; every parent must stand before its children.
pub(super) fn tumor_types(bytes: &[u8]) -> Result<Vec<TumorType>, LoadError> {
    let table = Table::parse("oncotree.tsv", bytes, TUMOR_TYPES)?;
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut nodes = Vec::new();
    for row in table.rows() {
        let (code, parent) = (row.required("code")?, row.optional("parent"));
        if parent.map_or(!seen.is_empty(), |parent| !seen.contains(parent)) {
            return Err(row.fault("parent", "does not stand above"));
        }
        if !seen.insert(code.to_owned()) {
            return Err(row.fault("code", "stands twice"));
        }
        let text = |column| row.optional(column).map(str::to_owned);
        let list = |column| -> Result<Vec<String>, LoadError> {
            Ok(row.list(column, ',')?.into_iter().map(str::to_owned).collect())
        };
        nodes.push(TumorType {
            code: code.to_owned(),
            name: row.required("name")?.to_owned(),
            parent: parent.map(str::to_owned),
            main_type: text("main_type"),
            tissue: text("tissue"),
            nci: list("nci")?,
            umls: list("umls")?,
            precursors: list("precursors")?,
            revocations: list("revocations")?,
            history: list("history")?,
        });
    }
    Ok(nodes)
}

/// Differences of the legacy tree.
pub(super) fn legacy(bytes: &[u8]) -> Result<Vec<LegacyName>, LoadError> {
    let table = Table::parse("legacy_names.tsv", bytes, LEGACY)?;
    let name = |row: Row<'_>| {
        Ok(LegacyName {
            name: row.required("name")?.to_owned(),
            parent: row.optional("parent").map(str::to_owned),
            moved: row.optional("moved").map(str::to_owned),
        })
    };
    table.rows().map(name).collect()
}

/// Names of diseases.
pub(super) fn diseases(bytes: &[u8]) -> Result<Vec<DiseaseName>, LoadError> {
    let table = Table::parse("diseases.tsv", bytes, DISEASES)?;
    let name = |row: Row<'_>| {
        Ok(DiseaseName {
            name: row.required("name")?.to_owned(),
            codes: row.list("codes", ',')?.into_iter().map(str::to_owned).collect(),
        })
    };
    table.rows().map(name).collect()
}

/// Parts of genes; the form is that of evidence packs.
pub(super) fn roles(bytes: &[u8]) -> Result<Vec<GeneRoleRow>, LoadError> {
    evidence::roles_of("gene_roles.tsv", bytes)
}

fn number(row: &Row<'_>, column: &str, text: &str) -> Result<u32, LoadError> {
    text.parse().map_err(|_| row.fault(column, "is not a number"))
}
