//! `cognate pgx call` as scripts use it: its JSON and table are a contract.

use crate::terminal::{cognate, write};
use serde_json::Value;
use std::fmt::Write as _;

const HEADER: &str = "##fileformat=VCFv4.2\n##contig=<ID=chr10,length=133797422>\n\
    ##contig=<ID=chr1,length=248956422>\n##contig=<ID=chrX,length=156040895>\n\
    ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n";

/// A file with these samples and lines of `CHROM POS REF ALT GT…`.
fn vcf(samples: &[&str], lines: &[&str]) -> String {
    let columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT";
    let mut text = format!("{HEADER}{columns}\t{}\n", samples.join("\t"));
    for line in lines {
        let mut words = line.split(' ');
        let mut word = || words.next().unwrap();
        let (chromosome, position, reference, alternate) = (word(), word(), word(), word());
        let head = [chromosome, position, ".", reference, alternate, ".", "PASS", ".", "GT"];
        let row: Vec<&str> = head.into_iter().chain(words).collect();
        writeln!(text, "{}", row.join("\t")).unwrap();
    }
    text
}

fn gene<'j>(sample: &'j Value, symbol: &str) -> &'j Value {
    let genes = sample["genes"].as_array().unwrap();
    genes.iter().find(|gene| gene["gene"] == symbol).unwrap()
}

#[test]
fn the_json_has_the_names_of_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let text = vcf(&["S1", "S2"], &["chr10 94781859 G A 0/1 1/1", "chr10 94842866 A G 1/1 1/1"]);
    let file = write(folder.path(), "two.vcf", &text);
    let answer = cognate(&["pgx", "call", &file, "--json"]).json();
    for name in ["id", "version", "digest"] {
        assert!(answer["pack"][name].is_string(), "{name}");
    }
    assert_eq!(answer["engine"]["name"], "pgx");
    let samples = answer["samples"].as_array().unwrap();
    let names: Vec<&str> = samples.iter().map(|one| one["sample"].as_str().unwrap()).collect();
    assert_eq!(names, ["S1", "S2"]);
    for sample in samples {
        assert_eq!(sample["genes"].as_array().unwrap().len(), 23);
        for gene in sample["genes"].as_array().unwrap() {
            for name in
                ["calls", "variants", "phenotypes", "activity_scores", "missing", "unexplained"]
            {
                assert!(gene[name].is_array(), "{name}");
            }
            assert!(gene["phased"].is_boolean() && gene["notes"].is_array());
            let status = gene["status"].as_str().unwrap();
            assert!(
                ["called", "ambiguous", "not_called", "not_tested", "outside"].contains(&status)
            );
        }
        let drugs = sample["drugs"].as_array().unwrap();
        let clopidogrel: Vec<_> = drugs.iter().filter(|d| d["rxcui"] == "32968").collect();
        assert!(clopidogrel.len() >= 3, "one per source and population");
        for name in ["drug", "rxcui", "action", "strength", "source", "citation", "genes"] {
            assert!(!clopidogrel[0][name].is_null(), "{name}");
        }
    }
    assert_eq!(gene(&samples[1], "TPMT")["status"], "not_tested");
    // Two positions of 35 leave much open, and say so.
    let cyp2c19 = gene(&samples[0], "CYP2C19");
    assert_eq!(cyp2c19["missing"].as_array().unwrap().len(), 33);
    assert!(!cyp2c19["callability"]["not_excluded"].as_array().unwrap().is_empty());
}

#[test]
fn dpyd_gives_variants_unphased_and_strands_when_phased() {
    let folder = tempfile::tempdir().unwrap();
    let lines = ["chr1 97450058 C T", "chr1 97082391 T A"];
    for (genotypes, calls, variants) in [
        (["0/1", "0/1"], vec![], vec!["c.1905+1G>A (*2A)", "c.2846A>T"]),
        (["0|1", "0|1"], vec!["Reference/[c.1905+1G>A (*2A) + c.2846A>T]"], vec![]),
        (["0|1", "1|0"], vec!["c.1905+1G>A (*2A)/c.2846A>T"], vec![]),
        (["0/1", "0/0"], vec!["Reference/c.1905+1G>A (*2A)"], vec![]),
        (["1/1", "0/1"], vec!["[c.1905+1G>A (*2A) + c.2846A>T]/c.1905+1G>A (*2A)"], vec![]),
    ] {
        let lines: Vec<String> =
            lines.iter().zip(genotypes).map(|(line, gt)| format!("{line} {gt}")).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let file = write(folder.path(), "dpyd.vcf", &vcf(&["S"], &lines));
        let answer = cognate(&["pgx", "call", &file, "--json"]).json();
        let dpyd = gene(&answer["samples"][0], "DPYD");
        assert_eq!(dpyd["status"], "called");
        let shown: Vec<&str> =
            dpyd["calls"].as_array().unwrap().iter().map(|call| call.as_str().unwrap()).collect();
        assert_eq!(shown, calls, "{genotypes:?}");
        if !variants.is_empty() {
            assert_eq!(dpyd["variants"], Value::from(variants), "{genotypes:?}");
        }
    }
}

#[test]
fn the_table_has_one_row_a_sample_and_gene() {
    let folder = tempfile::tempdir().unwrap();
    let text = vcf(&["S1", "S2"], &["chr10 94781859 G A 0/1 1/1"]);
    let file = write(folder.path(), "two.vcf", &text);
    let ran = cognate(&["pgx", "call", &file, "--tsv"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let rows: Vec<Vec<&str>> = ran.stdout.lines().map(|row| row.split('\t').collect()).collect();
    assert_eq!(rows.len(), 1 + 2 * 23);
    assert_eq!(rows[0][..5], ["sample", "gene", "status", "phased", "calls"]);
    assert!(rows.iter().all(|row| row.len() == rows[0].len()));
    let one = cognate(&["pgx", "call", &file, "--tsv", "--sample", "S2"]);
    assert_eq!(one.stdout.lines().count(), 1 + 23);
    assert_eq!(cognate(&["pgx", "call", &file, "--tsv", "--sample", "S3"]).code, 1);
}

#[test]
fn outside_calls_go_first_and_reach_drugs() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "s.vcf", &vcf(&["S"], &["chr10 94781859 G A 0/0"]));
    let outside = "CYP2D6\tCYP2D6*4/*5\nHLA-B\t*57:01:01/*07:02\nMT-RNR1\t1555A>G\n\
                   CYP2C9\t\t\t1.5\nNOGENE\t*1/*1\n";
    let calls = write(folder.path(), "outside.tsv", outside);
    let answer = cognate(&["pgx", "call", &file, "--outside", &calls, "--json"]).json();
    let sample = &answer["samples"][0];
    let of = |symbol: &str, name: &str| gene(sample, symbol)[name][0].clone();
    assert_eq!(gene(sample, "CYP2D6")["status"], "outside");
    assert_eq!(of("CYP2D6", "calls"), "*4/*5");
    assert_eq!(of("CYP2D6", "phenotypes"), "Poor Metabolizer");
    assert_eq!(of("CYP2D6", "activity_scores"), "0.0");
    assert_eq!(of("HLA-B", "calls"), "*07:02/*57:01");
    assert_eq!(of("MT-RNR1", "calls"), "m.1555A>G");
    assert_eq!(of("CYP2C9", "phenotypes"), "Intermediate Metabolizer");
    let drugs = sample["drugs"].as_array().unwrap();
    let action = |drug: &str| {
        let found = drugs.iter().find(|one| one["drug"] == drug && one["source"] == "CPIC");
        found.map(|one| one["action"].as_str().unwrap().to_owned())
    };
    assert_eq!(action("abacavir").as_deref(), Some("avoid"));
    assert_eq!(action("codeine").as_deref(), Some("avoid"));
    let unknown = answer["problems"].as_array().unwrap().iter();
    assert!(unknown.into_iter().any(|problem| problem["code"] == "unknown-gene"));
}

#[test]
fn research_calls_are_labelled_and_never_advised_on() {
    let folder = tempfile::tempdir().unwrap();
    let lines = ["chr10 94781859 G A 0/0"];
    let text = vcf(&["S"], &lines)
        .replace("##contig=<ID=chr10", "##contig=<ID=chr22,length=50818468>\n##contig=<ID=chr10")
        + "chr22\t42128945\t.\tC\tT\t.\tPASS\t.\tGT\t1/1\n";
    let file = write(folder.path(), "s.vcf", &text);
    let plain = cognate(&["pgx", "call", &file, "--json"]).json();
    assert_eq!(gene(&plain["samples"][0], "CYP2D6")["status"], "not_called");
    let answer = cognate(&["pgx", "call", &file, "--json", "--research", "cyp2d6"]).json();
    let cyp2d6 = gene(&answer["samples"][0], "CYP2D6");
    assert_eq!((&cyp2d6["status"], &cyp2d6["research"]), (&"called".into(), &true.into()));
    let drugs = answer["samples"][0]["drugs"].as_array().unwrap();
    assert!(!drugs.iter().any(|drug| drug["drug"] == "codeine"), "no advice on a research call");
    let both = ["pgx", "call", &file, "--json", "--research", "combinations,cyp2d6"];
    let answer = cognate(&both).json();
    assert_eq!(answer["samples"][0]["drugs"], Value::Array(Vec::new()));
}

#[test]
fn g6pd_follows_the_sex() {
    let folder = tempfile::tempdir().unwrap();
    let call = |genotype: &str, arguments: &[&str]| {
        let line = format!("chrX 154536002 C T {genotype}");
        let file = write(folder.path(), "x.vcf", &vcf(&["S"], &[&line]));
        let answer = cognate(&[&["pgx", "call", &file, "--json"], arguments].concat()).json();
        gene(&answer["samples"][0], "G6PD").clone()
    };
    for (genotype, sex, alleles) in
        [("1", &[][..], 1), ("1/1", &["--sex", "male"], 1), ("1/1", &[], 2), ("0/1", &[], 2)]
    {
        let g6pd = call(genotype, sex);
        let shown = g6pd["calls"][0].as_str().unwrap();
        assert_eq!(shown.split('/').count(), alleles, "{genotype} {sex:?}: {shown}");
    }
    let male = call("0/1", &["--sex", "male"]);
    assert_eq!(male["status"], "not_called");
    assert!(male["notes"][0].as_str().unwrap().contains("heterozygous"));
}

#[test]
fn the_fhir_form_is_a_bundle() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "s.vcf", &vcf(&["S"], &["chr10 94781859 G A 0/1"]));
    let bundle = cognate(&["pgx", "call", &file, "--fhir"]).json();
    assert_eq!(bundle["resourceType"], "Bundle");
    let types: Vec<&str> = bundle["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["resource"]["resourceType"].as_str().unwrap())
        .collect();
    assert!(types.contains(&"DiagnosticReport") && types.contains(&"Observation"));
}

/// Each ends in a reason with its place and exit code 1, or in a documented choice.
#[test]
fn hostile_files_are_refused_with_the_place() {
    let folder = tempfile::tempdir().unwrap();
    let good = "chr10\t94781859\t.\tG\tA\t.\tPASS\t.\tGT\t0/1\n";
    let head = vcf(&["S"], &[]);
    let many = (0..1_001).map(|n| "A".repeat(2 + n)).collect::<Vec<_>>().join(",");
    for (text, place) in [
        (head.replace("133797422", "135534747") + good, "line 2"),
        (head.clone() + &good.replace("0/1", "0/9"), "line 7"),
        (head.clone() + &good.replace("0/1", "0/x"), "line 7"),
        (head.clone() + &good.replace("\tA\t", &format!("\t{many}\t")), "line 7"),
        (head.replace("\tS\n", "\tS\tS\n") + &good.replace("0/1", "0/1\t0/1"), "line 6"),
        ("nothing\n".to_owned(), "line 1"),
    ] {
        let file = write(folder.path(), "bad.vcf", &text);
        let ran = cognate(&["pgx", "call", &file, "--json"]);
        assert_eq!(ran.code, 1, "{}", ran.stdout);
        assert!(ran.stderr.contains(place), "{place}: {}", ran.stderr);
    }
    // Six strands and a missing GT are read, and nothing is built on them.
    for genotype in ["0/0/0/0/0/1", "."] {
        let file =
            write(folder.path(), "odd.vcf", &(head.clone() + &good.replace("0/1", genotype)));
        let answer = cognate(&["pgx", "call", &file, "--json"]).json();
        let status = gene(&answer["samples"][0], "CYP2C19")["status"].clone();
        assert!(status == "not_called" || status == "not_tested", "{genotype}: {status}");
    }
}
