//! Example files of PharmCAT with its result data, where they are at hand.

use crate::shipped::{knowledge, sites};
use formats::vcf::{ReadSettings, read_genotypes};
use knowledge::pgx::PgxKnowledge;
use model::genotype::GenotypeSet;
use model::statement::{GeneState, GeneStatement};
use std::fs::File;
use std::path::PathBuf;

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/pgx/examples");

fn example(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(EXAMPLES).join(name);
    if !path.exists() {
        println!("skipped: {} is not at hand", path.display());
        return None;
    }
    Some(path)
}

fn genotypes(knowledge: &PgxKnowledge, name: &str, sample: &str) -> Option<GenotypeSet> {
    let settings = ReadSettings { sample: Some(sample.into()), ..ReadSettings::default() };
    let file = File::open(example(name)?).unwrap();
    let (set, problems) = read_genotypes(file, &sites(knowledge), &settings);
    assert!(problems.is_empty(), "{problems:?}");
    set
}

fn call(name: &str, sample: &str) -> Option<Vec<GeneStatement>> {
    let knowledge = knowledge();
    Some(pgx::call(&knowledge, &genotypes(&knowledge, name, sample)?))
}

fn words(statement: &GeneStatement) -> (String, String) {
    let shown: Vec<String> = statement.diplotypes.iter().map(ToString::to_string).collect();
    (shown.join(" "), statement.phenotype.clone().unwrap_or_default())
}

#[test]
fn examples_give_what_their_results_say() {
    for (file, results) in [
        ("pharmcat.example.vcf", "pharmcat.example.phenotype.json"),
        ("pharmcat.example.vcf", "pharmcat.example.report.json"),
    ] {
        let (Some(called), Some(results)) = (call(file, "Sample_1"), example(results)) else {
            return;
        };
        let text = std::fs::read_to_string(results).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let genes = json.get("geneReports").or_else(|| json.get("genes")).unwrap();
        let ours = |statement: &&GeneStatement| statement.state == GeneState::Called;
        assert_eq!(called.iter().filter(ours).count(), 19);
        for statement in called.iter().filter(ours) {
            let list = genes[&statement.gene]["sourceDiplotypes"].as_array().unwrap();
            let name = |allele: &serde_json::Value| allele["name"].as_str().unwrap().to_owned();
            let labels: Vec<String> = list
                .iter()
                .map(|found| format!("{}/{}", name(&found["allele1"]), name(&found["allele2"])))
                .collect();
            let phenotype = match statement.gene.as_str() {
                // They have no phenotype there; ours says what the genotype means for a drug.
                "IFNL3" => "Favorable response genotype",
                "CYP4F2" => "",
                _ => list[0]["phenotypes"][0].as_str().unwrap(),
            };
            let expected = (labels.join(" "), phenotype.to_owned());
            assert_eq!(words(statement), expected, "{file} {}", statement.gene);
            let score = list[0]["activityScore"].as_str().map(str::to_owned);
            assert_eq!(statement.activity_score, score, "{file} {}", statement.gene);
            assert!(statement.callability.as_ref().unwrap().is_complete());
        }
    }
}

/// The second sample is the first but for rs12769205, rs4244285 and rs3758581, all homozygous:
/// CYP2C19*2/*2.
#[test]
fn samples_of_one_file_are_called_apart() {
    for (file, sample, cyp2c19) in [
        ("multisample.vcf", "Sample_1", ("*38/*38", "Normal Metabolizer")),
        ("multisample.vcf", "Sample_2", ("*2/*2", "Poor Metabolizer")),
        ("pharmcat.example2.vcf", "Sample_2", ("*2/*2", "Poor Metabolizer")),
    ] {
        let Some(called) = call(file, sample) else { return };
        for (gene, diplotype, phenotype) in [
            ("CYP2C19", cyp2c19.0, cyp2c19.1),
            ("SLCO1B1", "*1/*1", "Normal Function"),
            ("TPMT", "*1/*1", "Normal Metabolizer"),
        ] {
            let statement = called.iter().find(|statement| statement.gene == gene).unwrap();
            let expected = (diplotype.to_owned(), phenotype.to_owned());
            assert_eq!(words(statement), expected, "{file} {sample} {gene}");
        }
    }
}
