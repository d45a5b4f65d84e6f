//! `drug` and `recommendation` against the base's curated advice.
//!
//! CPIC's tables hold sentences, not codes of what to do. A row of theirs that the base answers
//! with the same strength confirms the base's row, which takes over the day. Any other is named for
//! a person to word, except that CPIC has looked and recommends nothing, which is a code.

use super::{CpicSettings, Tables, name_of};
use crate::error::LoadError;
use crate::import::assemble::base_rows;
use crate::import::{Imported, Rows, read_json, within};
use crate::lint::{IMPLICATION_CHARACTERS_MAX, TEXT_CHARACTERS_MAX};
use crate::pack::Pack;
use crate::pgx::{ActionRule, Drug, NO_RESULT, PgxKnowledge};
use model::Problem;
use model::score::ActivityScore;
use model::statement::{Action, Outcome, Strength};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Columns of `actions.tsv` that are written here.
const TEXT: usize = 8;
const IMPLICATION: usize = 9;
const DATE: usize = 12;

#[derive(Deserialize)]
struct DrugRow {
    drugid: String,
    name: String,
    #[serde(default)]
    rxnormid: Option<String>,
}

#[derive(Clone, Deserialize)]
struct Recommendation {
    #[serde(default)]
    drugid: String,
    #[serde(default)]
    implications: BTreeMap<String, String>,
    #[serde(default)]
    drugrecommendation: Option<String>,
    classification: Option<String>,
    lookupkey: BTreeMap<String, String>,
    #[serde(default)]
    population: Option<String>,
}

/// An element of `drugs*.json`.
#[derive(Deserialize)]
struct DrugFile {
    drugid: String,
    drugname: String,
    #[serde(default)]
    recommendations: Option<Vec<Recommendation>>,
}

pub(super) fn import(
    tables: &Tables<'_>,
    base: &Pack,
    settings: &CpicSettings,
    imported: &mut Imported,
    problems: &mut Vec<Problem>,
) -> Result<(), LoadError> {
    let (names, recommendations) = read(tables, problems);
    if recommendations.is_empty() {
        return Ok(());
    }
    let rows = base_rows(base, "actions.tsv")?;
    let index = rows
        .iter()
        .enumerate()
        .map(|(at, row)| (row.get(..4).map(|id| id.join("/")).unwrap_or_default(), at));
    let mut guidance = Guidance {
        base: &base.pgx,
        settings,
        index: index.collect(),
        rows,
        sentences: BTreeMap::new(),
        problems,
    };
    let mut unknown: BTreeSet<&str> = BTreeSet::new();
    for recommendation in &recommendations {
        let code = recommendation.drugid.as_str();
        let (name, rxnorm) = names.get(code).map_or(("", code), |(n, r)| (n.as_str(), r.as_str()));
        let rxnorm = rxnorm.strip_prefix("RxNorm:").unwrap_or(rxnorm);
        let named = || guidance.base.drugs.iter().find(|drug| drug.name == name.to_lowercase());
        match guidance.base.drug(rxnorm).or_else(named) {
            Some(drug) => guidance.take(drug, recommendation),
            None => {
                unknown.insert(if name.is_empty() { code } else { name });
            }
        }
    }
    for name in unknown {
        let text = "is not in drugs.tsv of the base; its recommendations are left out";
        guidance.problems.push(Problem::warning("unknown-drug", format!("drug {name}"), text));
    }
    guidance.texts();
    imported.extend("actions.tsv", guidance.rows);
    imported.whole.insert("actions.tsv");
    Ok(())
}

/// Names and codes of drugs by the API's id, and all recommendations.
fn read(
    tables: &Tables<'_>,
    problems: &mut Vec<Problem>,
) -> (HashMap<String, (String, String)>, Vec<Recommendation>) {
    let mut names = HashMap::new();
    for drug in tables.rows::<DrugRow>("drug", problems) {
        let code = drug.rxnormid.unwrap_or_else(|| drug.drugid.clone());
        names.insert(drug.drugid, (drug.name, code));
    }
    let mut recommendations: Vec<Recommendation> = tables.rows("recommendation", problems);
    let files = tables.files.iter().filter(|(path, _)| {
        path.rsplit('.').next() == Some("json") && name_of(path).starts_with("drugs")
    });
    for (path, json) in files {
        match read_json::<Vec<DrugFile>>(json) {
            Err(problem) => problems.push(within(path, problem)),
            Ok(drugs) => {
                for drug in drugs {
                    for mut one in drug.recommendations.into_iter().flatten() {
                        one.drugid.clone_from(&drug.drugid);
                        recommendations.push(one);
                    }
                    names.entry(drug.drugid.clone()).or_insert((drug.drugname, drug.drugid));
                }
            }
        }
    }
    (names, recommendations)
}

struct Guidance<'g> {
    base: &'g PgxKnowledge,
    settings: &'g CpicSettings,
    /// Row of each rule of the base, by its id.
    index: HashMap<String, usize>,
    rows: Rows,
    /// Sentences and reasons that CPIC has for a row of ours.
    sentences: BTreeMap<usize, BTreeSet<(String, String)>>,
    problems: &'g mut Vec<Problem>,
}

impl Guidance<'_> {
    fn take(&mut self, drug: &Drug, recommendation: &Recommendation) {
        let key = recommendation.lookupkey.iter().map(|(gene, value)| format!("{gene}={value}"));
        let upstream = recommendation.population.as_deref().unwrap_or("general").trim();
        let key = key.collect::<Vec<_>>().join("; ");
        let place = format!("recommendation {} / {upstream} / {key}", drug.name);
        if let Err((code, text)) = self.compare(drug, recommendation, upstream) {
            self.problems.push(Problem::warning(code, place, text));
        }
    }

    fn compare(
        &mut self,
        drug: &Drug,
        recommendation: &Recommendation,
        upstream: &str,
    ) -> Result<(), (&'static str, String)> {
        let class = recommendation.classification.as_deref().unwrap_or("n/a");
        let strength = strength(class)
            .ok_or_else(|| ("bad-strength", format!("`{class}` is no known strength")))?;
        let population = population(upstream)
            .filter(|code| *code == "general" || self.base.population(&drug.rxnorm, code).is_some())
            .ok_or_else(|| {
                ("unknown-population", format!("`{upstream}` is no population of the base's drug"))
            })?;
        let outcomes = self.outcomes(drug, recommendation)?;
        let base = self.base;
        let mut fitting = base.actions.iter().filter(|rule| {
            rule.rxnorm == drug.rxnorm
                && rule.source == "CPIC"
                && rule.population == population
                && fits(rule, &outcomes)
        });
        let Some(rule) = fitting.next() else {
            if strength == Strength::None {
                return self.add_nothing(drug, population, recommendation);
            }
            let text = format!("CPIC's advice ({class}) has no row in the base: a person words it");
            return Err(("advice-new", text));
        };
        let Some((at, row)) =
            self.index.get(&rule.id).and_then(|at| Some((*at, self.rows.get_mut(*at)?)))
        else {
            return Err(("advice-new", "the base's row is not in its table".to_owned()));
        };
        let Some(date) = row.get_mut(DATE) else { return Ok(()) };
        let same = rule.strength == strength || rule.action == Action::NoRecommendation;
        if !same {
            if *date > self.settings.date {
                // The base read a later edition.
                return Ok(());
            }
            let text = format!(
                "CPIC's strength is {class}, the base has {:?} ({}): a person compares the advice",
                rule.strength, rule.id
            );
            return Err(("strength-changed", text));
        }
        if *date <= self.settings.date {
            date.clone_from(&self.settings.date);
            let reasons: BTreeSet<&str> =
                recommendation.implications.values().map(|text| text.trim()).collect();
            let reasons = reasons.into_iter().collect::<Vec<_>>().join(" ");
            let text = recommendation.drugrecommendation.as_deref().unwrap_or_default().trim();
            self.sentences.entry(at).or_default().insert((text.to_owned(), reasons));
        }
        Ok(())
    }

    /// What the look-up key says of each gene of the drug; a gene that it does not name has no
    /// result.
    fn outcomes(
        &self,
        drug: &Drug,
        recommendation: &Recommendation,
    ) -> Result<BTreeMap<String, Option<Outcome>>, (&'static str, String)> {
        let mut outcomes = BTreeMap::new();
        for (symbol, value) in &recommendation.lookupkey {
            let gene = self.base.gene(symbol).filter(|_| drug.genes.contains(symbol));
            let Some(gene) = gene else {
                return Err(("unknown-gene", format!("{symbol} is no gene of the base's drug")));
            };
            let score = ActivityScore::parse(value);
            let phenotype = match (value.as_str(), score) {
                ("No Result", _) => None,
                ("n/a", _) => Some("Indeterminate".to_owned()),
                (_, Some(score)) => {
                    let rule = gene.score_rule(score);
                    let none = || ("bad-score", format!("{symbol} has no phenotype for {value}"));
                    Some(rule.ok_or_else(none)?.phenotype.clone())
                }
                (phenotype, None) => Some(phenotype.to_owned()),
            };
            let outcome = phenotype.map(|phenotype| Outcome {
                phenotype: Some(phenotype),
                activity_score: score.map(|score| score.to_string()),
                ..Outcome::default()
            });
            outcomes.insert(symbol.clone(), outcome);
        }
        Ok(outcomes)
    }

    /// A row that says that CPIC recommends nothing; it cites what the drug's other rows cite.
    fn add_nothing(
        &mut self,
        drug: &Drug,
        population: &str,
        recommendation: &Recommendation,
    ) -> Result<(), (&'static str, String)> {
        let of_drug = |row: &&Vec<String>| {
            row.first() == Some(&drug.name) && row.get(1).is_some_and(|source| source == "CPIC")
        };
        let citation = self.rows.iter().find(of_drug).and_then(|row| row.get(11).cloned());
        let citation =
            citation.ok_or_else(|| ("advice-new", "the base cites nothing for it".to_owned()))?;
        let values = drug.genes.iter().filter_map(|gene| {
            let value = recommendation.lookupkey.get(gene)?;
            let value = match (value.as_str(), ActivityScore::parse(value)) {
                ("No Result", _) => NO_RESULT.to_owned(),
                ("n/a", _) => "score n/a".to_owned(),
                (_, Some(score)) if score.is_open() => {
                    format!("score {}+", ActivityScore::hundredths(score.in_hundredths()))
                }
                (_, Some(score)) => format!("score {score}"),
                (phenotype, None) => phenotype.to_owned(),
            };
            Some(format!("{gene}={value}"))
        });
        let key = values.collect::<Vec<_>>().join("; ");
        let name: String = key
            .chars()
            .map(|character| if character.is_ascii_alphanumeric() { character } else { '-' })
            .collect();
        let cells = [
            drug.name.as_str(),
            "CPIC",
            population,
            &name,
            &key,
            "no-recommendation",
            "",
            "none",
            "CPIC gives no recommendation for this result.",
            "What the result means for this drug is not settled.",
            "",
            &citation,
            &self.settings.date,
        ];
        self.rows.push(cells.map(str::to_owned).to_vec());
        Ok(())
    }

    /// Takes over CPIC's sentences, where that is wanted and one sentence stands for a whole row.
    fn texts(&mut self) {
        if !self.settings.with_text {
            return;
        }
        for (at, sentences) in &self.sentences {
            let Some(row) = self.rows.get_mut(*at) else { continue };
            let place = row.get(..4).map(|id| id.join("/")).unwrap_or_default();
            let mut sentences = sentences.iter();
            let fit = match (sentences.next(), sentences.next()) {
                (Some((text, reason)), None) => is_sentence(text, TEXT_CHARACTERS_MAX)
                    .then_some((text, Some(reason)))
                    .map(|(text, reason)| {
                        let limit = IMPLICATION_CHARACTERS_MAX;
                        (text, reason.filter(|reason| is_sentence(reason, limit)))
                    }),
                _ => None,
            };
            let Some((text, reason)) = fit else {
                let text = "CPIC's sentences are several, too long or none: ours stays";
                self.problems.push(Problem::note("text-not-taken", place, text));
                continue;
            };
            if let Some(cell) = row.get_mut(TEXT) {
                cell.clone_from(text);
            }
            if let (Some(cell), Some(reason)) = (row.get_mut(IMPLICATION), reason) {
                cell.clone_from(reason);
            }
        }
    }
}

fn fits(rule: &ActionRule, outcomes: &BTreeMap<String, Option<Outcome>>) -> bool {
    rule.key.iter().all(|(gene, values)| {
        let outcome = outcomes.get(gene).and_then(Option::as_ref);
        values.iter().any(|value| value.holds(outcome))
    })
}

/// A sentence as cells take it.
fn is_sentence(text: &str, limit: usize) -> bool {
    text.chars().next().is_some_and(char::is_uppercase)
        && text.ends_with('.')
        && text.chars().count() <= limit
        && !text.contains("  ")
        && !text.chars().any(char::is_control)
}

fn strength(classification: &str) -> Option<Strength> {
    Some(match classification.trim() {
        "Strong" => Strength::Strong,
        "Moderate" => Strength::Moderate,
        "Optional" => Strength::Optional,
        "No Recommendation" | "n/a" => Strength::None,
        _ => return None,
    })
}

/// CPIC's words for populations, and our codes.
fn population(upstream: &str) -> Option<&'static str> {
    Some(match upstream {
        "general" | "population general" => "general",
        "adults" => "adult",
        "pediatrics" => "child",
        "child >40kg_adult" => "adult-or-over-40-kg",
        "CVI ACS PCI" => "acs-pci",
        "CVI non-ACS non-PCI" => "cardiovascular-other",
        "NVI" => "neurovascular",
        "<= 1g per day" => "up-to-1-g-a-day",
        "CBZ naive" | "PHT naive" | "OXC naive" => "naive",
        "CBZ-no alternatives" => "naive-no-alternative",
        "CBZ use >3mos" | "PHT use >3mos" | "OXC use >3 mos" => "tolerated-3-months",
        "standard dose" => "daily-14-days",
        "medium dose" => "weekly-8-weeks",
        "single low dose" => "single-low-dose",
        _ => return None,
    })
}
