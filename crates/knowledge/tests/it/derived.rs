//! The definition tables are what the importer makes of the upstream files, byte for byte.
//!
//! `UPDATE_EXPECT=1` rewrites the tables and the manifest's digests instead.

use crate::shared::{GENES, pack_directory, upstream};
use knowledge::import::{self, Rows};
use knowledge::{Pack, write_manifest_digests};
use std::collections::BTreeMap;
use std::path::Path;

/// Version of the upstream files that the functions are dated with.
const SOURCE_DATE: &str = "2025-11-05";

fn derive(upstream: &Path) -> BTreeMap<&'static str, Rows> {
    let read = |path: String| std::fs::read(upstream.join(path)).unwrap();
    let (exemptions, _) = import::exemptions(&read("definitions/exemptions.json".into()));
    let mut tables: BTreeMap<&str, Rows> = BTreeMap::new();
    for gene in GENES {
        let exemption = exemptions.get(gene).cloned().unwrap_or_default();
        let json = read(format!("definitions/{gene}_translation.json"));
        let (definitions, problems) = import::definitions(&json, &exemption);
        assert_eq!(problems, [], "{gene}");
        let json = read(format!("phenotypes/{gene}.json"));
        let (phenotypes, problems) =
            import::phenotypes(&json, &definitions, "clinpgx", SOURCE_DATE);
        assert_eq!(problems, [], "{gene}");
        let mut alleles = definitions.alleles;
        alleles.extend(phenotypes.structural);
        tables.entry("positions.tsv").or_default().extend(definitions.positions);
        tables.entry("alleles.tsv").or_default().extend(alleles);
        tables.entry("functions.tsv").or_default().extend(phenotypes.functions);
        tables.entry("phenotype_rules.tsv").or_default().extend(phenotypes.rules);
    }
    tables
}

#[test]
fn the_definition_tables_are_the_imported_ones() {
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    if let Some(upstream) = upstream() {
        for (file, rows) in derive(&upstream) {
            let derived = import::to_tsv(import::columns(file).unwrap(), &rows);
            let path = pack_directory().join(file);
            if update {
                std::fs::write(&path, &derived).unwrap();
            }
            let shipped = std::fs::read_to_string(&path).unwrap();
            assert!(shipped == derived, "{file} is not what the importer makes");
        }
    }
    if update {
        write_manifest_digests(&pack_directory()).unwrap();
    }
}

#[test]
fn the_shipped_directory_loads_and_is_the_built_in_one() {
    let pack = Pack::from_directory(&pack_directory()).unwrap();
    let symbols: Vec<&str> = pack.pgx.genes.iter().map(|gene| gene.symbol.as_str()).collect();
    assert_eq!(symbols, GENES);
    if std::env::var_os("UPDATE_EXPECT").is_none() {
        assert_eq!(pack, Pack::built_in().unwrap());
        assert_eq!(pack.reference(), Pack::from_files(pack.files).unwrap().reference());
    }
}
