//! Commands without a store: variant files and knowledge packs.

use crate::terminal::{cognate, demo, write};
use serde_json::Value;

const HEADER: &str = "##fileformat=VCFv4.2\n##contig=<ID=chr10,length=133797422>\n\
    ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
    #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1\n";

fn gene<'j>(answer: &'j Value, symbol: &str) -> &'j Value {
    let genes = answer.pointer("/samples/0/genes").unwrap().as_array().unwrap();
    genes.iter().find(|gene| gene["gene"] == symbol).unwrap()
}

#[test]
fn the_demonstration_file_is_called() {
    let file = demo("vcf/ben-sample.vcf");
    let ran = cognate(&["pgx", "call", file.to_str().unwrap(), "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let answer = ran.json();
    assert_eq!(answer["build"], "GRCh38");
    let slco1b1 = gene(&answer, "SLCO1B1");
    assert_eq!(slco1b1["phenotypes"][0], "Poor Function");
    assert_eq!(slco1b1["callability"]["seen"], 35);
    let drugs = answer["samples"][0]["drugs"].as_array().unwrap();
    let simvastatin = drugs.iter().find(|drug| drug["drug"] == "simvastatin").unwrap();
    assert_eq!(simvastatin["state"], "avoid");

    let people = cognate(&["pgx", "call", file.to_str().unwrap()]);
    assert!(people.stdout.contains("SLCO1B1   *15/*15"), "{}", people.stdout);
    assert!(people.stdout.contains("35 of 35 positions tested"));
}

#[test]
fn what_was_not_assayed_is_not_called_normal() {
    let directory = tempfile::tempdir().unwrap();
    let line = "chr10\t94781859\trs4244285\tG\tA\t.\tPASS\t.\tGT\t0/0\n";
    let file = write(directory.path(), "one.vcf", &format!("{HEADER}{line}"));
    let answer = cognate(&["pgx", "call", &file, "--json"]).json();
    assert_eq!(gene(&answer, "TPMT")["status"], "not_tested");
    assert_eq!(gene(&answer, "CYP2C19")["callability"]["seen"], 1);
    let drugs = answer["samples"][0]["drugs"].as_array().unwrap();
    assert!(drugs.iter().all(|drug| drug["state"] != "standard"), "{drugs:?}");
}

#[test]
fn a_file_that_must_not_be_used_is_refused_with_the_place() {
    let directory = tempfile::tempdir().unwrap();
    let good = "chr10\t94781859\trs4244285\tG\tA\t.\tPASS\t.\tGT\t0/1\n";
    let cases = [
        // Chromosome 10 of GRCh37.
        (HEADER.replace("133797422", "135534747") + good, "wrong-build", "line 2"),
        // The reference base at rs4244285 is G.
        (HEADER.to_owned() + &good.replace("\tG\tA", "\tC\tA"), "reference-mismatch", "line 5"),
        (
            HEADER.to_owned() + "chr10\tx\t.\tG\tA\t.\tPASS\t.\tGT\t0/1\n",
            "malformed-record",
            "line",
        ),
        ("no header\n".to_owned(), "malformed-header", ""),
    ];
    for (number, (contents, code, place)) in cases.iter().enumerate() {
        let file = write(directory.path(), &format!("{number}.vcf"), contents);
        let ran = cognate(&["pgx", "call", &file]);
        assert_eq!(ran.code, 1, "{code}");
        assert_eq!(ran.stdout, "", "{code}");
        assert!(ran.stderr.contains(code) && ran.stderr.contains(place), "{code}: {}", ran.stderr);
        assert!(ran.stderr.contains("nothing was called"));
        let json = cognate(&["pgx", "call", &file, "--json"]).json();
        assert_eq!(json["samples"].as_array().unwrap().len(), 0);
        assert!(json["problems"].to_string().contains(code));
    }
}

#[test]
fn a_missing_file_and_a_wrong_option_have_their_own_exit_codes() {
    let missing = cognate(&["pgx", "call", "/nowhere/at/all.vcf"]);
    assert_eq!(missing.code, 1);
    assert!(missing.stderr.contains("/nowhere/at/all.vcf"));
    assert_eq!(cognate(&["pgx", "call"]).code, 2);
    assert_eq!(cognate(&["no-such-command"]).code, 2);
}

#[test]
fn the_shipped_pack_lints_clean_and_names_its_sources() {
    let lint = cognate(&["knowledge", "lint", "--json"]);
    assert_eq!(lint.code, 0, "{}", lint.stdout);
    let listed = cognate(&["knowledge", "list", "--json"]).json();
    let pack = &listed[0];
    assert_eq!(pack["pack"], "pgx");
    assert_eq!(pack["digest"].as_str().unwrap().len(), 64);
    assert!(pack["sources"].as_array().unwrap().iter().all(|s| s["licence"].is_string()));
}

#[test]
fn a_tampered_pack_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let shipped = demo("../knowledge/pgx");
    for entry in std::fs::read_dir(shipped).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, directory.path().join(path.file_name().unwrap())).unwrap();
    }
    let at = directory.path().to_str().unwrap();
    assert_eq!(cognate(&["knowledge", "lint", at]).code, 0);
    let functions = directory.path().join("functions.tsv");
    let text = std::fs::read_to_string(&functions).unwrap();
    let changed = text.replacen("No function", "Normal function", 1);
    assert_ne!(text, changed);
    std::fs::write(&functions, changed).unwrap();
    let refused = cognate(&["knowledge", "lint", at]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("functions.tsv"), "{}", refused.stderr);
}
