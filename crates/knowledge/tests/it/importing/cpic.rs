//! The tables of the CPIC API.

use super::{DAY, Files, assembled, base, codes, iupac};
use crate::shared::upstream;
use knowledge::import::{CpicSettings, cpic};
use knowledge::pgx::Gene;
use knowledge::{Pack, Summary};
use model::Severity;
use model::problem::first_error;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The base's gene as rows of the API's tables.
fn cpic_tables(base: &Pack, symbols: &[&str]) -> BTreeMap<&'static str, Vec<Value>> {
    let mut tables: BTreeMap<&'static str, Vec<Value>> = BTreeMap::new();
    let mut id = 0_u64;
    for symbol in symbols {
        let gene = base.pgx.gene(symbol).unwrap();
        let first_location = id;
        for at in &gene.positions {
            let location = json!({"id": id, "genesymbol": symbol, "version": 1,
                "chromosomelocation": at.hgvs, "dbsnpid": at.rsid, "position": at.position});
            tables.entry("sequence_location").or_default().push(location);
            id += 1;
        }
        for allele in &gene.alleles {
            let definition = json!({"id": id, "genesymbol": symbol, "name": allele.name,
                "matchesreferencesequence": allele.reference, "version": 3,
                "structuralvariation": allele.structural});
            tables.entry("allele_definition").or_default().push(definition);
            let function = json!({"genesymbol": symbol, "name": allele.name, "definitionid": id,
                "clinicalfunctionalstatus": allele.function,
                "activityvalue": allele.activity.map(|value| value.to_string())});
            tables.entry("allele").or_default().push(function);
            for (index, bases) in &allele.cells {
                let at = &gene.positions[*index];
                let is_reference = bases[0] == at.reference;
                // As HGVS writes the alleles of an indel: any words but the reference's.
                let text = match (at.is_substitution(), is_reference) {
                    (true, _) => iupac(bases),
                    (false, true) => "A".to_owned(),
                    (false, false) => "delA".to_owned(),
                };
                let location = first_location + *index as u64;
                let cell = json!({"alleledefinitionid": id, "locationid": location,
                    "variantallele": text});
                tables.entry("allele_location_value").or_default().push(cell);
            }
            id += 1;
        }
        diplotypes(gene, &mut tables);
    }
    tables
}

fn diplotypes(gene: &Gene, tables: &mut BTreeMap<&'static str, Vec<Value>>) {
    let with_function: Vec<_> = gene.alleles.iter().filter(|one| one.function.is_some()).collect();
    for (place, first) in with_function.iter().enumerate() {
        for second in &with_function[place..] {
            let score = first.activity.zip(second.activity).map(|(a, b)| a.plus(b));
            let phenotype = if let Some(score) = score {
                gene.score_rule(score).unwrap().phenotype.clone()
            } else {
                let functions = (first.function.as_deref(), second.function.as_deref());
                gene.phenotype_rule(functions.0, functions.1).unwrap().phenotype.clone()
            };
            let mut key = BTreeMap::from([(first.name.clone(), 1)]);
            *key.entry(second.name.clone()).or_insert(0) += 1;
            tables.entry("diplotype").or_default().push(json!({
                "genesymbol": gene.symbol, "diplotype": format!("{}/{}", first.name, second.name),
                "diplotypekey": {gene.symbol.clone(): key}, "generesult": phenotype,
                "totalactivityscore": score.map_or("n/a".to_owned(), |score| score.to_string())}));
        }
    }
    let rules = gene.phenotypes.iter().map(|rule| (&rule.phenotype, &rule.ehr_priority));
    let scores = gene.scores.iter().map(|rule| (&rule.phenotype, &rule.ehr_priority));
    for (result, priority) in rules.chain(scores).collect::<BTreeSet<_>>() {
        let row = json!({"genesymbol": gene.symbol, "result": result, "ehrpriority": priority});
        tables.entry("gene_result").or_default().push(row);
    }
}

fn files(tables: &BTreeMap<&'static str, Vec<Value>>) -> Files {
    tables
        .iter()
        .map(|(name, rows)| (format!("v1/{name}.json"), serde_json::to_vec(rows).unwrap()))
        .collect()
}

fn settings(with_text: bool) -> CpicSettings {
    CpicSettings { date: DAY.to_owned(), with_text }
}

#[test]
fn what_cpic_writes_of_the_bases_genes_comes_back_as_it_is() {
    let base = base();
    // The API does not say how VCF writes an indel of several ALTs, such as NUDT15's.
    let symbols = ["CYP2C19", "CYP2B6", "CYP3A5", "DPYD", "TPMT"];
    let tables = cpic_tables(&base, &symbols);
    let (imported, problems) = cpic(&files(&tables), &base, &settings(false)).unwrap();
    let told: Vec<_> = problems.iter().filter(|p| p.severity != Severity::Note).collect();
    assert!(told.is_empty(), "{told:#?}");
    let done = assembled(&base, &imported);
    assert_eq!(first_error(&done.problems), None);
    let pack = done.pack.unwrap();
    let changed = Summary::new(&base.pgx, &pack.pgx);
    assert!(changed.is_empty(), "{changed}");
    for symbol in symbols {
        assert_eq!(pack.pgx.gene(symbol), base.pgx.gene(symbol), "{symbol}");
    }
}

type Edit = fn(&mut [Value]);

/// A table, what is done to its rows, and the problem that it makes.
const FAULTS: [(&str, Edit, &str, &str); 8] = [
    (
        "sequence_location",
        |rows| rows[0]["chromosomelocation"] = Value::Null,
        "no-position",
        "sequence_location 0",
    ),
    (
        "sequence_location",
        |rows| rows[0]["chromosomelocation"] = "g.5_6insT".into(),
        "indel-unknown",
        "sequence_location 0",
    ),
    (
        "sequence_location",
        |rows| rows[0]["chromosomelocation"] = "g.5A>C; g.6A>C".into(),
        "bad-position",
        "sequence_location 0",
    ),
    (
        "allele_location_value",
        |rows| rows.last_mut().unwrap()["variantallele"] = "Z".into(),
        "unknown-base",
        "TPMT",
    ),
    (
        "diplotype",
        |rows| rows[1]["generesult"] = "Poor Metabolizer".into(),
        "rule-conflict",
        "TPMT",
    ),
    ("allele", |rows| rows[0]["genesymbol"] = "CYP9X9".into(), "unknown-gene", "CYP9X9"),
    (
        "gene_result",
        |rows| {
            for row in rows {
                row["ehrpriority"] = "High".into();
            }
        },
        "ehr-priority",
        "gene_result TPMT",
    ),
    ("allele", |rows| rows[0]["name"] = 5.into(), "bad-json", "v1/allele.json: line"),
];

#[test]
fn what_cannot_be_taken_from_cpic_is_named_with_its_place() {
    let base = base();
    for (table, edit, code, place) in FAULTS {
        let mut tables = cpic_tables(&base, &["TPMT"]);
        edit(tables.get_mut(table).unwrap());
        let (imported, mut problems) = cpic(&files(&tables), &base, &settings(false)).unwrap();
        problems.extend(assembled(&base, &imported).problems);
        let told = problems.iter().find(|problem| problem.code == code);
        let told = told.unwrap_or_else(|| panic!("{code}: {:?}", codes(&problems)));
        assert!(told.place.contains(place), "{code}: {}", told.place);
    }
}

fn recommendation(value: &Value) -> Files {
    let drug = json!([{"drugid": "RxNorm:32968", "name": "clopidogrel", "rxnormid": "32968"},
        {"drugid": "RxNorm:1", "name": "water", "rxnormid": "1"}]);
    let rows = json!([value]);
    Files::from([
        ("drug.json".to_owned(), serde_json::to_vec(&drug).unwrap()),
        ("recommendation.json".to_owned(), serde_json::to_vec(&rows).unwrap()),
    ])
}

fn poor() -> Value {
    json!({"id": 1, "drugid": "RxNorm:32968", "population": "CVI ACS PCI",
        "classification": "Strong",
        "lookupkey": {"CYP2C19": "Poor Metabolizer"}, "implications": {"CYP2C19": "It does less."},
        "drugrecommendation": "Give another one."})
}

#[test]
fn guidance_confirms_rows_or_asks_for_a_person() {
    let base = base();
    let run = |value: &Value, with_text| {
        let (imported, problems) =
            cpic(&recommendation(value), &base, &settings(with_text)).unwrap();
        let done = assembled(&base, &imported);
        assert_eq!(first_error(&done.problems), None, "{value}");
        (done.pack.unwrap(), problems)
    };
    let rule = |pack: &Pack| {
        let rule = pack.pgx.actions.iter().find(|rule| rule.id == "clopidogrel/CPIC/acs-pci/PM");
        rule.unwrap().clone()
    };
    let day = |pack: &Pack| {
        let table = String::from_utf8(pack.files["actions.tsv"].clone()).unwrap();
        let row = table.lines().find(|row| row.starts_with("clopidogrel\tCPIC\tacs-pci\tPM\t"));
        row.unwrap().rsplit('\t').next().unwrap().to_owned()
    };
    let (pack, problems) = run(&poor(), false);
    assert_eq!((codes(&problems), day(&pack).as_str()), (vec![], DAY));
    assert_eq!(rule(&pack), rule(&base), "only the day is another one");
    let (pack, problems) = run(&poor(), true);
    assert_eq!(codes(&problems), [""; 0]);
    assert_eq!(
        (rule(&pack).text.as_str(), rule(&pack).implication.as_str()),
        ("Give another one.", "It does less.")
    );
    assert_eq!(rule(&pack).action, rule(&base).action);
    let mut long = poor();
    long["drugrecommendation"] = json!(format!("A{}.", "b".repeat(240)));
    let (pack, problems) = run(&long, true);
    assert_eq!(rule(&pack).text, rule(&base).text);
    assert!(problems.iter().any(|problem| problem.code == "text-not-taken"));

    for (key, value, code) in [
        ("classification", json!("Moderate"), "strength-changed"),
        ("classification", json!("Sure"), "bad-strength"),
        ("population", json!("the moon"), "unknown-population"),
        ("population", json!("pediatrics"), "unknown-population"),
        ("lookupkey", json!({"CYP2C19": "Superb Metabolizer"}), "advice-new"),
        ("lookupkey", json!({"TPMT": "Poor Metabolizer"}), "unknown-gene"),
        ("drugid", json!("RxNorm:1"), "unknown-drug"),
        ("drugid", json!("RxNorm:2"), "unknown-drug"),
    ] {
        let mut changed = poor();
        changed[key] = value.clone();
        let (pack, problems) = run(&changed, false);
        assert_eq!(codes(&problems), [code], "{value}");
        assert_eq!(pack.files["actions.tsv"], base.files["actions.tsv"], "{value}");
        let place = &problems[0].place;
        assert!(
            place.starts_with("recommendation clopidogrel / ") || place.starts_with("drug "),
            "{place}"
        );
    }
}

#[test]
fn the_tables_of_2022_confirm_the_bases_rows() {
    let Some(upstream) = upstream() else { return };
    let json = std::fs::read(upstream.join("older/drugs.2022-09-15.json")).unwrap();
    let base = base();
    let files = Files::from([("drugs.2022-09-15.json".to_owned(), json)]);
    let settings = CpicSettings { date: "2022-09-15".to_owned(), with_text: false };
    let (imported, problems) = cpic(&files, &base, &settings).unwrap();
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let [left_out] = told.as_slice() else { panic!("{told:#?}") };
    assert!(left_out.starts_with("drug toluidine blue: is not in drugs.tsv"), "{left_out}");
    let pack = assembled(&base, &imported).pack.unwrap();
    assert_eq!(pack.pgx, base.pgx);
    assert_eq!(pack.files["actions.tsv"], base.files["actions.tsv"]);
}
