//! What the loader refuses, and the place it names.

use crate::shared::{Files, pack_directory, shipped, small, with};
use knowledge::{LoadError, PACK_BYTES_MAX, Pack, write_manifest_digests};
use proptest::prelude::*;

/// The shipped pack with one text replaced in one table, once.
fn edited(name: &str, from: &str, to: &str) -> Files {
    let files = shipped();
    let text = String::from_utf8(files[name].clone()).unwrap();
    assert!(text.contains(from), "{name} has no `{from}`");
    with(files, name, text.replacen(from, to, 1).into_bytes())
}

#[test]
fn a_tampered_missing_or_unlisted_file_is_refused() {
    let mut files = shipped();
    files.get_mut("actions.tsv").unwrap().push(b'\n');
    let error = Pack::from_files(files).unwrap_err();
    assert!(matches!(&error, LoadError::Digest { file, .. } if file == "actions.tsv"), "{error}");

    for name in ["actions.tsv", "pack.toml"] {
        let mut files = shipped();
        files.remove(name);
        let error = Pack::from_files(files).unwrap_err();
        assert!(matches!(&error, LoadError::Missing { file } if file == name), "{error}");
    }

    let mut files = shipped();
    files.insert("more.tsv".into(), b"a\tb\n".to_vec());
    let error = Pack::from_files(files).unwrap_err();
    assert!(matches!(&error, LoadError::Unlisted { file } if file == "more.tsv"), "{error}");
}

#[test]
fn faults_in_tables_name_file_line_and_column() {
    for (file, from, to, message) in [
        ("genes.tsv", "symbol\t", "gene\t", "genes.tsv:1:1: unknown column `gene`"),
        ("genes.tsv", "\tundocumented", "", "genes.tsv:1:6: no column `undocumented`"),
        ("genes.tsv", "hgnc\t", "symbol\t", "genes.tsv:1:2: column `symbol` twice"),
        ("genes.tsv", "CYP2C19\t", "CYP2C19\t\t", ":7: 8 cells, the header has 7"),
        ("genes.tsv", "CYP2C19\t", "CYP2C19 \t", ":1: a cell with blanks"),
        ("genes.tsv", "not-called", "maybe", ":5: `undocumented` has no value `maybe`"),
        ("genes.tsv", "NUDT15", "CYP2C19", ":1: `symbol` `CYP2C19` twice"),
        ("positions.tsv", "\t94761900\t", "\t9476190O\t", ":2: `position`"),
        ("positions.tsv", "tier1", "tier9", ":7: `kind` has no value `tier9`"),
        ("positions.tsv", "CYP2C19", "CYP2C99", "`CYP2C99` is not in genes.tsv"),
        ("positions.tsv", "\tGAAAAA", "\t", "`flank` needs a start and a sequence"),
        ("alleles.tsv", "94780653:A", "94780654:A", "is at no position of the gene"),
        ("alleles.tsv", "94780653:A", "94842866:A", "repeats a position"),
        ("alleles.tsv", "94780653:A", "94780653", "has no colon"),
        ("alleles.tsv", "\treference\t", "\tstructural\t", "must be empty for structural"),
        ("functions.tsv", "\t*36\t", "\t*99\t", "`*99` is not in alleles.tsv"),
        ("functions.tsv", "\t*3\t", "\t*2\t", ":2: `allele` `*2` has a function"),
        ("functions.tsv", "clinpgx", "nobody", "`nobody` is not a source of pack.toml"),
        ("functions.tsv", "2025-11-05", "2025-11", "is not a day"),
        ("fallbacks.tsv", "21178615", "21178616", "is no position of the gene"),
        ("drugs.tsv", "\t1256\t", "\t83367\t", ":1: `name` or its code"),
        ("products.tsv", "197904", "197903", ":1: `rxnorm` `197903` twice"),
        ("actions.tsv", "\tCPIC\t", "\tABC\t", ":2: `source` has no value `ABC`"),
        ("actions.tsv", "\tDF\t", "\tIF-NF\t", "twice"),
        ("actions.tsv", "SLCO1B1=", "SLCO1B2=", "names no gene of genes.tsv"),
        ("actions.tsv", "\tstandard\t", "\tusual\t", "`action` has no value `usual`"),
        ("actions.tsv", "\t20-70\t", "\t70-20\t", "`percent` `70-20` is no range"),
        ("actions.tsv", "\tstandard\t\t", "\tstandard\t20\t", "only goes with reduce and increase"),
        ("actions.tsv", "\tstrong\t", "\tsure\t", "`strength` has no value `sure`"),
        ("actions.tsv", "42463 pravastatin", "pravastatin", "must be `code name; code name`"),
        ("actions.tsv", "\tcpic-statins\t", "\tcpic\t", "`cpic` is not in citations.tsv"),
        ("alerts.tsv", "\tno\t", "\tperhaps\t", "`recommended` has no value `perhaps`"),
        ("alerts.tsv", "atorvastatin", "atorvastatine", "is not in drugs.tsv"),
        ("citations.tsv", "cpic-ppi", "cpic-clopidogrel", "`id` `cpic-clopidogrel` twice"),
        ("populations.tsv", "acs-pci", "", ":2: `code` must not be empty"),
    ] {
        let error = Pack::from_files(edited(file, from, to)).unwrap_err().to_string();
        let found = error.starts_with(&format!("{file}:")) && error.contains(message);
        assert!(found, "{from} -> {to}: {error}");
    }
}

#[test]
fn a_pack_over_the_limit_is_refused() {
    let mut files = shipped();
    let used: usize = files.values().map(Vec::len).sum();
    files.insert("more.tsv".into(), vec![b'x'; PACK_BYTES_MAX - used]);
    let error = Pack::from_files(files.clone()).unwrap_err();
    assert!(matches!(error, LoadError::Unlisted { .. }), "at the limit the size is no fault");
    files.get_mut("more.tsv").unwrap().push(b'x');
    let error = Pack::from_files(files).unwrap_err();
    assert!(matches!(error, LoadError::TooLarge { limit: PACK_BYTES_MAX, .. }), "{error}");
}

#[test]
fn a_directory_is_read_without_its_documents() {
    let directory = tempfile::tempdir().unwrap();
    for (name, bytes) in shipped() {
        std::fs::write(directory.path().join(name), bytes).unwrap();
    }
    std::fs::write(directory.path().join("README.md"), "notes").unwrap();
    assert_eq!(Pack::from_directory(directory.path()).unwrap(), Pack::built_in().unwrap());
    std::fs::write(directory.path().join("more.tsv"), "a\n").unwrap();
    let error = Pack::from_directory(directory.path()).unwrap_err();
    assert!(matches!(error, LoadError::Unlisted { .. }), "{error}");
    let error = Pack::from_directory(&directory.path().join("absent")).unwrap_err();
    assert!(matches!(error, LoadError::Read { .. }), "{error}");
}

#[test]
fn digests_can_be_refreshed_after_an_edit() {
    let directory = tempfile::tempdir().unwrap();
    for (name, bytes) in shipped() {
        std::fs::write(directory.path().join(name), bytes).unwrap();
    }
    assert_eq!(write_manifest_digests(directory.path()).unwrap(), [""; 0]);
    let path = directory.path().join("genes.tsv");
    let text = std::fs::read_to_string(&path).unwrap().replace("not-called", "reference-with-note");
    std::fs::write(&path, text).unwrap();
    assert!(Pack::from_directory(directory.path()).is_err());
    assert_eq!(write_manifest_digests(directory.path()).unwrap(), ["genes.tsv"]);
    let pack = Pack::from_directory(directory.path()).unwrap();
    assert_ne!(pack.reference().digest, Pack::built_in().unwrap().reference().digest);

    let manifest = directory.path().join("pack.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    let text = text.replace("name = \"genes.tsv\"\n", "name   = \"genes.tsv\"\n");
    std::fs::write(&manifest, text).unwrap();
    std::fs::write(&path, "changed").unwrap();
    let error = write_manifest_digests(directory.path()).unwrap_err().to_string();
    assert!(error.contains("`genes.tsv` must have"), "{error}");
}

#[test]
fn the_reference_names_the_pack_exactly() {
    let pack = Pack::from_directory(&pack_directory()).unwrap();
    let reference = pack.reference();
    assert_eq!(
        (reference.pack.as_str(), reference.version),
        ("pgx", pack.manifest.version.clone())
    );
    assert_eq!(reference.date, pack.manifest.date);
    assert_eq!(reference.digest.len(), 64);
    // A comment in the manifest is another pack: its sources may have changed.
    let mut files = pack.files.clone();
    files.get_mut("pack.toml").unwrap().extend(b"# reviewed\n");
    assert_ne!(Pack::from_files(files).unwrap().reference().digest, reference.digest);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is done to a table, loading gives a pack or a fault with its place, and the
    /// linter an answer; neither ever panics.
    #[test]
    fn damaged_tables_never_panic(
        table in 0_usize..17,
        at in 0_usize..60_000,
        put in prop::collection::vec(prop::sample::select(b"\t\n:;,|*=- A1\xff".to_vec()), 0..4),
        take in 0_usize..4,
    ) {
        let files = small();
        let name = files.keys().filter(|name| *name != "pack.toml").nth(table).unwrap().clone();
        let mut bytes = files[&name].clone();
        let start = at % bytes.len();
        let end = (start + take).min(bytes.len());
        bytes.splice(start..end, put);
        if let Ok(pack) = Pack::from_files(with(files, &name, bytes)) {
            let _ = knowledge::lint(&pack);
        }
    }
}
