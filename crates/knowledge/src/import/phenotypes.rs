//! Phenotype tables: allele functions, and diplotype rows collapsed to function-pair rules.

use super::{Definitions, Rows, natural_key, read_json};
use crate::pgx::{SINGLE, UNASSIGNED};
use model::Problem;
use model::score::ActivityScore;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// A gene's functions and rules as rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phenotypes {
    /// Rows of `functions.tsv`, in natural order of the alleles.
    pub functions: Rows,
    /// Rows of `phenotype_rules.tsv`, ordered by function pair.
    pub rules: Rows,
    /// Rows of `score_rules.tsv`, for genes whose alleles have activity values.
    pub scores: Rows,
    /// Rows of `alleles.tsv` for alleles that have a function but no definition: they come only
    /// from outside calls.
    pub structural: Rows,
}

#[derive(Deserialize)]
struct Table {
    gene: String,
    haplotypes: BTreeMap<String, String>,
    #[serde(default, rename = "activityValues")]
    activity_values: BTreeMap<String, String>,
    #[serde(default, rename = "namedAlleles")]
    named_alleles: Vec<NamedAllele>,
    diplotypes: Vec<Diplotype>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NamedAllele {
    name: String,
    function_value: Option<String>,
}

impl Table {
    /// The function of an allele in words. Where alleles have activity values, `haplotypes` holds
    /// those and the words stand elsewhere.
    fn function(&self, name: &str) -> Option<&str> {
        if self.activity_values.is_empty() {
            return self.haplotypes.get(name).map(String::as_str);
        }
        let named = self.named_alleles.iter().find(|allele| allele.name == name)?;
        named.function_value.as_deref()
    }

    /// The activity value of an allele; none for `n/a`.
    fn activity(&self, name: &str) -> Option<ActivityScore> {
        ActivityScore::parse(self.activity_values.get(name)?)
    }
}

#[derive(Deserialize)]
struct Diplotype {
    #[serde(rename = "diplotype")]
    name: String,
    diplotypekey: BTreeMap<String, u8>,
    phenotype: Option<String>,
    generesult: Option<String>,
    #[serde(default, rename = "activityScore")]
    activity_score: Option<String>,
}

impl Diplotype {
    fn result(&self) -> Option<&String> {
        self.phenotype.as_ref().or(self.generesult.as_ref())
    }
}

/// Reads one phenotype file. `source` and `date` are what `functions.tsv` records.
///
/// A function pair that leads to two phenotypes is an error. Where the gene has an uncertain or
/// unknown function, an allele without a function is treated like it; else it has no phenotype.
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
        if definitions.ignored.contains(name) {
            continue;
        }
        let Some(function) = table.function(name) else {
            problems.push(Problem::error("no-function", name.as_str(), "has no function"));
            continue;
        };
        let activity = table.activity(name).map(|value| value.to_string()).unwrap_or_default();
        let cells = [&table.gene, name, function, &activity, source, date];
        out.functions.push(cells.map(str::to_owned).to_vec());
        if !definitions.names.contains(name) {
            out.structural.push(row([&table.gene, name, "structural", "", ""]));
        }
    }
    if !table.activity_values.is_empty() {
        out.scores = scores(&table, source, &mut problems);
        let cells = [&table.gene, "*", "*", "Indeterminate", "none", "cognate"];
        out.rules.push(cells.map(str::to_owned).to_vec());
        return (out, problems);
    }
    let mut pairs = collapse(&table, &mut problems);
    if pairs.is_empty() {
        pairs = own_rules(&table.gene);
    }
    extend_to_unassigned(&table, &mut pairs);
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
        let key = match (functions.as_slice(), alleles_of(row)) {
            ([first, second], 2) => ((*first).clone(), (*second).clone()),
            ([only], 1) => ((*only).clone(), SINGLE.to_owned()),
            _ => {
                let text = "has not one or two alleles, each with a function";
                problems.push(Problem::error("bad-diplotype", place, text));
                continue;
            }
        };
        let Some(phenotype) = row.result() else {
            problems.push(Problem::error("bad-diplotype", place, "has no phenotype"));
            continue;
        };
        let (known, _) = pairs.entry(key).or_insert_with(|| (phenotype.clone(), true));
        if known != phenotype {
            let text = format!("is {phenotype}, another row with the same functions is {known}");
            problems.push(Problem::error("rule-conflict", place, text));
        }
    }
    pairs
}

fn alleles_of(row: &Diplotype) -> usize {
    row.diplotypekey.values().map(|count| usize::from(*count)).sum()
}

/// Rules of a gene that the source has functions, but no diplotype rows for.
///
/// IFNL3: only two favorable alleles (rs12979860 CC) make the favorable genotype (CPIC guideline
/// for peginterferon alfa, PMID 24096968).
fn own_rules(gene: &str) -> Pairs {
    let pair = |first: &str, second: &str, phenotype: &str| {
        ((first.to_owned(), second.to_owned()), (phenotype.to_owned(), false))
    };
    match gene {
        "IFNL3" => {
            let (good, bad) = ("Favorable response allele", "Unfavorable response allele");
            Pairs::from([
                pair(good, good, "Favorable response genotype"),
                pair(good, bad, "Unfavorable response genotype"),
                pair(bad, bad, "Unfavorable response genotype"),
            ])
        }
        _ => Pairs::new(),
    }
}

/// Ranges of activity scores with one phenotype. Every score of the table must be the sum of its
/// alleles' values; a row without a score must be indeterminate.
fn scores(table: &Table, source: &str, problems: &mut Vec<Problem>) -> Rows {
    let mut known: BTreeMap<ActivityScore, &String> = BTreeMap::new();
    for row in &table.diplotypes {
        let place = row.name.as_str();
        let values = row.diplotypekey.iter().flat_map(|(name, count)| {
            std::iter::repeat_n(table.activity(name), usize::from(*count))
        });
        let sum = values.reduce(|sum, value| Some(sum?.plus(value?))).flatten();
        let given = row.activity_score.as_deref().and_then(ActivityScore::parse);
        let Some(phenotype) = row.result() else {
            problems.push(Problem::error("bad-diplotype", place, "has no phenotype"));
            continue;
        };
        if given != sum {
            let text = "has another activity score than the sum of its alleles' values";
            problems.push(Problem::error("score-conflict", place, text));
            continue;
        }
        let Some(score) = sum else {
            if phenotype != "Indeterminate" {
                let text = format!("is {phenotype} without an activity score");
                problems.push(Problem::error("score-conflict", place, text));
            }
            continue;
        };
        if *known.entry(score).or_insert(phenotype) != phenotype {
            let text = format!("is {phenotype}, another row with the score {score} is not");
            problems.push(Problem::error("rule-conflict", place, text));
        }
    }
    ranges(table, &known, source)
}

/// Neighbouring scores with the same phenotype become one range.
fn ranges(table: &Table, known: &BTreeMap<ActivityScore, &String>, source: &str) -> Rows {
    let mut ranges: Vec<(ActivityScore, ActivityScore, &String)> = Vec::new();
    for (score, phenotype) in known {
        match ranges.last_mut() {
            Some((_, to, same)) if *same == *phenotype => *to = *score,
            _ => ranges.push((*score, *score, phenotype)),
        }
    }
    let open = known.keys().any(|score| score.is_open());
    let count = ranges.len();
    let row = |(index, (from, to, phenotype)): (usize, (ActivityScore, ActivityScore, &String))| {
        let is_open = open && index + 1 == count;
        let to = if is_open { String::new() } else { to.to_string() };
        let from = ActivityScore::hundredths(from.in_hundredths()).to_string();
        let cells = [&table.gene, &from, &to, phenotype, ehr_priority(phenotype), source];
        cells.map(str::to_owned).to_vec()
    };
    ranges.into_iter().enumerate().map(row).collect()
}

/// An allele without a function counts as one of uncertain function: never normal, and beside a
/// no-function allele the same caution as the source's own "possible" phenotypes.
fn extend_to_unassigned(table: &Table, pairs: &mut Pairs) {
    let functions: BTreeSet<&str> = table.haplotypes.values().map(String::as_str).collect();
    let like = ["Unknown function", "Uncertain function"];
    let Some(like) = like.into_iter().find(|function| functions.contains(function)) else {
        return;
    };
    if let Some((phenotype, _)) = pairs.get(&(like.to_owned(), SINGLE.to_owned())).cloned() {
        pairs.insert((UNASSIGNED.to_owned(), SINGLE.to_owned()), (phenotype, false));
    }
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

/// EHR priority of a phenotype, as CPIC's gene result tables give it. What only speaks about a
/// drug's effect or leaves the matter open has none.
fn ehr_priority(phenotype: &str) -> &'static str {
    let open = ["Indeterminate", "Uncertain", "ivacaftor", "-1639", "response genotype"];
    match phenotype {
        "Normal Metabolizer" | "Normal Function" | "Increased Function" | "Normal" => {
            "Normal/Routine/Low Risk"
        }
        text if text.starts_with("Normal risk") || text.starts_with("normal risk") => {
            "Normal/Routine/Low Risk"
        }
        text if open.iter().any(|word| text.contains(word)) || text.contains("uncertain") => "none",
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
                "GENE|*1|Normal function||clinpgx|2025-11-05",
                "GENE|*2|No function||clinpgx|2025-11-05",
                "GENE|*10|Uncertain function||clinpgx|2025-11-05",
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
            ("{\"*1\": 2}", "{\"*1\": 3}", "bad-diplotype"),
            ("{\"*1\": 2}", "{\"*1\": 1, \"*2\": 1}", "rule-conflict"),
            ("\"haplotypes\"", "\"alleles\"", "bad-json"),
        ] {
            assert_eq!(read(&SMALL.replace(from, to)).1, [code], "{to}");
        }
    }
}
