//! The approved gene that a laboratory's name for it leads to.

use formats::fhir::build::NamedGene;
use knowledge::oncology::OncologyNames;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// HGNC number and approved symbol, by name in capitals; a name of several genes leads to none.
static NAMES: LazyLock<BTreeMap<String, (u32, String)>> = LazyLock::new(|| {
    let mut found = BTreeMap::new();
    // The shipped tables are in the binary, and a test loads them.
    let Ok(names) = OncologyNames::built_in() else { return found };
    let symbols: BTreeMap<u32, &str> =
        names.genes.iter().map(|gene| (gene.hgnc, gene.symbol.as_str())).collect();
    for alias in &names.aliases {
        if let [number] = alias.hgnc.as_slice()
            && let Some(symbol) = symbols.get(number)
        {
            found.insert(alias.alias.clone(), (*number, (*symbol).to_owned()));
        }
    }
    for gene in &names.genes {
        found.insert(gene.symbol.to_ascii_uppercase(), (gene.hgnc, gene.symbol.clone()));
    }
    found
});

/// A gene as written, with its approved name if there is exactly one.
pub(super) fn named(written: &str) -> NamedGene {
    let written = written.trim();
    let approved = NAMES.get(&written.to_ascii_uppercase()).cloned();
    NamedGene { written: written.to_owned(), approved }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn former_names_lead_to_the_gene_and_ambiguous_ones_to_none() {
        for (written, approved) in [
            ("BRAF", Some("BRAF")),
            ("MLL3", Some("KMT2C")),
            ("HIST1H3B", Some("H3C2")),
            // KMT2D, and KMT2B in older papers.
            ("MLL2", None),
            ("Tumor Mutation Burden", None),
        ] {
            let found = named(written).approved;
            assert_eq!(found.as_ref().map(|(_, symbol)| symbol.as_str()), approved, "{written}");
        }
    }
}
