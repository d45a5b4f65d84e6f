//! Phenotype tables: allele functions, and diplotype rows collapsed to function-pair rules.

use super::{Definitions, Rows, natural_key, read_json};
use crate::pgx::UNASSIGNED;
use model::Problem;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// A gene's functions and rules as rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phenotypes {
    /// Rows of `functions.tsv`, in natural order of the alleles.
    pub functions: Rows,
    /// Rows of `phenotype_rules.tsv`, ordered by function pair.
    pub rules: Rows,
    /// Rows of `alleles.tsv` for alleles that have a function but no definition: they come only
    /// from outside calls.
    pub structural: Rows,
}

#[derive(Deserialize)]
struct Table {
    gene: String,
    haplotypes: BTreeMap<String, String>,
    diplotypes: Vec<Diplotype>,
}

#[derive(Deserialize)]
struct Diplotype {
    #[serde(rename = "diplotype")]
    name: String,
    diplotypekey: BTreeMap<String, u8>,
    phenotype: Option<String>,
    generesult: Option<String>,
}

/// Reads one phenotype file. `source` and `date` are what `functions.tsv` records.
///
/// A function pair that leads to two phenotypes is an error; so is a gene without an uncertain or
/// unknown function, because then nothing says what an allele without a function means.
pub fn phenotypes(
    json: &[u8],
    definitions: &Definitions,
    source: &str,
    date: &str,
) -> (Phenotypes, Vec<Problem>) {
    let mut problems = Vec::new();
    let table: Table = match read_json(json) {
        Ok(table) => table,
        Err(problem) => return (Phenotypes::default(), vec![problem]),
    };
    if table.gene != definitions.gene {
        let text = format!("is {}, the definitions are of {}", table.gene, definitions.gene);
        problems.push(Problem::error("other-gene", "gene", text));
    }
    let mut names: Vec<&String> = table.haplotypes.keys().collect();
    names.sort_by_cached_key(|name| natural_key(name));
    let row = |cells: [&str; 5]| cells.map(str::to_owned).to_vec();
    let mut out = Phenotypes::default();
    for name in names {
        let function = table.haplotypes.get(name).map_or("", String::as_str);
        out.functions.push(row([&table.gene, name, function, source, date]));
        if !definitions.names.contains(name) {
            out.structural.push(row([&table.gene, name, "structural", "", ""]));
        }
    }
    let mut pairs = collapse(&table, &mut problems);
    extend_to_unassigned(&table, &mut pairs, &mut problems);
    for ((first, second), (phenotype, by_source)) in pairs {
        let from = if by_source { source } else { "cognate" };
        let priority = ehr_priority(&phenotype);
        let cells = [&table.gene, &first, &second, &phenotype, priority, from];
        out.rules.push(cells.map(str::to_owned).to_vec());
    }
    (out, problems)
}

/// Function pair to phenotype, and whether the source says so itself.
type Pairs = BTreeMap<(String, String), (String, bool)>;

fn collapse(table: &Table, problems: &mut Vec<Problem>) -> Pairs {
    let mut pairs = Pairs::new();
    for row in &table.diplotypes {
        let place = row.name.as_str();
        let alleles = row.diplotypekey.iter().flat_map(|(name, count)| {
            std::iter::repeat_n(table.haplotypes.get(name), usize::from(*count))
        });
        let mut functions: Vec<&String> = alleles.flatten().collect();
        functions.sort();
        let phenotype = row.phenotype.as_ref().or(row.generesult.as_ref());
        let ([first, second], Some(phenotype)) = (functions.as_slice(), phenotype) else {
            let text = "has not two alleles with a function and a phenotype";
            problems.push(Problem::error("bad-diplotype", place, text));
            continue;
        };
        let key = ((*first).clone(), (*second).clone());
        let (known, _) = pairs.entry(key).or_insert_with(|| (phenotype.clone(), true));
        if known != phenotype {
            let text = format!("is {phenotype}, another row with the same functions is {known}");
            problems.push(Problem::error("rule-conflict", place, text));
        }
    }
    pairs
}

/// An allele without a function counts as one of uncertain function: never normal, and beside a
/// no-function allele the same caution as the source's own "possible" phenotypes.
fn extend_to_unassigned(table: &Table, pairs: &mut Pairs, problems: &mut Vec<Problem>) {
    let functions: BTreeSet<&str> = table.haplotypes.values().map(String::as_str).collect();
    let like = ["Unknown function", "Uncertain function"];
    let Some(like) = like.into_iter().find(|function| functions.contains(function)) else {
        let text = "no unknown or uncertain function to treat unassigned ones like";
        problems.push(Problem::error("no-uncertain", table.gene.as_str(), text));
        return;
    };
    let sorted = |a: &str, b: &str| {
        if a <= b { (a.to_owned(), b.to_owned()) } else { (b.to_owned(), a.to_owned()) }
    };
    for function in functions.iter().copied().chain([UNASSIGNED]) {
        let asked = if function == UNASSIGNED { like } else { function };
        if let Some((phenotype, _)) = pairs.get(&sorted(asked, like)).cloned() {
            pairs.insert(sorted(function, UNASSIGNED), (phenotype, false));
        }
    }
}

/// EHR priority of a phenotype, as CPIC's gene result tables give it for the metabolizer and
/// transporter phenotypes.
fn ehr_priority(phenotype: &str) -> &'static str {
    match phenotype {
        "Normal Metabolizer" | "Normal Function" | "Increased Function" => {
            "Normal/Routine/Low Risk"
        }
        "Indeterminate" => "none",
        _ => "Abnormal/Priority/High Risk",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"{
        "gene": "GENE",
        "haplotypes": {"*1": "Normal function", "*2": "No function", "*10": "Uncertain function"},
        "diplotypes": [
            {"diplotype": "*1/*1", "diplotypekey": {"*1": 2}, "phenotype": "Normal Metabolizer"},
            {"diplotype": "*1/*2", "diplotypekey": {"*1": 1, "*2": 1},
             "generesult": "Intermediate Metabolizer"},
            {"diplotype": "*10/*10", "diplotypekey": {"*10": 2}, "phenotype": "Indeterminate"},
            {"diplotype": "*2/*10", "diplotypekey": {"*10": 1, "*2": 1},
             "phenotype": "Possible Intermediate Metabolizer"}
        ]
    }"#;

    fn read(json: &str) -> (Phenotypes, Vec<String>) {
        let definitions = Definitions {
            gene: "GENE".into(),
            names: vec!["*1".into(), "*10".into()],
            ..Definitions::default()
        };
        let (phenotypes, problems) =
            phenotypes(json.as_bytes(), &definitions, "clinpgx", "2025-11-05");
        (phenotypes, problems.into_iter().map(|problem| problem.code).collect())
    }

    #[test]
    fn diplotypes_collapse_to_function_pairs() {
        let (small, problems) = read(SMALL);
        assert_eq!(problems, [""; 0]);
        let lines = |rows: &Rows| rows.iter().map(|row| row.join("|")).collect::<Vec<_>>();
        assert_eq!(
            lines(&small.functions),
            [
                "GENE|*1|Normal function|clinpgx|2025-11-05",
                "GENE|*2|No function|clinpgx|2025-11-05",
                "GENE|*10|Uncertain function|clinpgx|2025-11-05",
            ]
        );
        assert_eq!(lines(&small.structural), ["GENE|*2|structural||"]);
        let high = "Abnormal/Priority/High Risk";
        let possible = "Possible Intermediate Metabolizer";
        assert_eq!(
            lines(&small.rules),
            [
                format!("GENE|No function|Normal function|Intermediate Metabolizer|{high}|clinpgx"),
                format!("GENE|No function|Unassigned function|{possible}|{high}|cognate"),
                format!("GENE|No function|Uncertain function|{possible}|{high}|clinpgx"),
                "GENE|Normal function|Normal function|Normal Metabolizer|\
                 Normal/Routine/Low Risk|clinpgx"
                    .to_owned(),
                "GENE|Unassigned function|Unassigned function|Indeterminate|none|cognate".into(),
                "GENE|Unassigned function|Uncertain function|Indeterminate|none|cognate".into(),
                "GENE|Uncertain function|Uncertain function|Indeterminate|none|clinpgx".into(),
            ]
        );
    }

    #[test]
    fn contradictions_are_reported() {
        for (from, to, code) in [
            ("\"GENE\"", "\"OTHER\"", "other-gene"),
            ("{\"*1\": 2}", "{\"*1\": 1}", "bad-diplotype"),
            ("{\"*1\": 2}", "{\"*1\": 1, \"*2\": 1}", "rule-conflict"),
            ("\"Uncertain function\"", "\"Decreased function\"", "no-uncertain"),
            ("\"haplotypes\"", "\"alleles\"", "bad-json"),
        ] {
            assert_eq!(read(&SMALL.replace(from, to)).1, [code], "{to}");
        }
    }
}
