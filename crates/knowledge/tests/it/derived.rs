//! The definition tables are what the importer makes of the upstream files, byte for byte.
//!
//! `UPDATE_EXPECT=1` rewrites the tables and the manifest's digests instead.

use crate::shared::{GENES, pack_directory, upstream_files};
use knowledge::import::{self, pharmcat};
use knowledge::{Pack, write_manifest_digests};
use model::Severity;

#[test]
fn the_definition_tables_are_the_imported_ones() {
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    if let Some(files) = upstream_files() {
        let (imported, problems) = pharmcat(&files);
        let errors: Vec<_> = problems.iter().filter(|p| p.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        for (file, rows) in imported.tables {
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
