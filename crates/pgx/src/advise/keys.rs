//! What is known of each gene, in the words of rule keys.

use knowledge::pgx::{ActionRule, Drug, Gene, KeyValue, PgxKnowledge};
use model::score::ActivityScore;
use model::statement::{GeneKey, GeneState, GeneStatement, Outcome};

/// Most combinations of possible results that are looked up.
const COMBINATIONS_MAX: usize = 1_000;
/// Most diplotypes written out in words.
const DIPLOTYPES_SHOWN_MAX: usize = 3;

/// One possibility: each gene's result; `None` = no result.
pub(super) type Possibility = Vec<(String, Option<Outcome>)>;

/// A gene of the drug.
#[derive(Debug)]
pub(super) struct GeneView<'s> {
    pub(super) gene: String,
    pub(super) statement: Option<&'s GeneStatement>,
    /// Possible results; `None` alone if there is no result.
    pub(super) results: Vec<Option<Outcome>>,
}

/// Genes of the drug and of its rules, in order.
pub(super) fn views<'s>(
    knowledge: &PgxKnowledge,
    drug: &Drug,
    rules: &[&ActionRule],
    genes: &'s [GeneStatement],
) -> Vec<GeneView<'s>> {
    let mut symbols: Vec<&str> = drug.genes.iter().map(String::as_str).collect();
    for (gene, _) in rules.iter().flat_map(|rule| &rule.key) {
        if !symbols.contains(&gene.as_str()) {
            symbols.push(gene);
        }
    }
    symbols
        .into_iter()
        .map(|symbol| {
            let statement = genes.iter().find(|statement| statement.gene == symbol);
            // What is for research only must not be prescribed by.
            let usable = statement.filter(|statement| !statement.research);
            let results = results(knowledge.gene(symbol), rules, usable);
            GeneView { gene: symbol.to_owned(), statement, results }
        })
        .collect()
}

/// Every result that the rules can tell apart.
fn results(
    gene: Option<&Gene>,
    rules: &[&ActionRule],
    statement: Option<&GeneStatement>,
) -> Vec<Option<Outcome>> {
    let Some(statement) = statement else { return vec![None] };
    let mut results: Vec<Option<Outcome>> = statement
        .outcomes()
        .into_iter()
        .flat_map(|outcome| open_scores(gene, outcome))
        .map(|outcome| {
            // A gene with phenotypes that gives none has no result; others are read by alleles.
            let read_by_alleles = gene.is_some_and(|gene| gene.phenotype_names().is_empty());
            (outcome.phenotype.is_some() || read_by_alleles).then_some(outcome)
        })
        .map(|outcome| outcome.map(|outcome| without_idle_parts(&statement.gene, rules, outcome)))
        .collect();
    results.sort();
    results.dedup();
    if results.is_empty() { vec![None] } else { results }
}

/// A phenotype that came without its activity score may stand on any score of its range.
fn open_scores(gene: Option<&Gene>, outcome: Outcome) -> Vec<Outcome> {
    let (Some(gene), Some(phenotype), None) =
        (gene.filter(|gene| gene.has_scores()), &outcome.phenotype, &outcome.activity_score)
    else {
        return vec![outcome];
    };
    let scores = gene.scores_of(phenotype);
    if scores.is_empty() {
        return vec![outcome];
    }
    let with = |score: ActivityScore| Outcome {
        activity_score: Some(score.to_string()),
        ..outcome.clone()
    };
    scores.into_iter().map(with).collect()
}

/// Leaves out what no rule asks for, so that diplotypes with one answer count as one possibility.
fn without_idle_parts(symbol: &str, rules: &[&ActionRule], outcome: Outcome) -> Outcome {
    let values = || {
        let keys = rules.iter().flat_map(|rule| &rule.key);
        keys.filter(|(gene, _)| gene == symbol).flat_map(|(_, values)| values)
    };
    let by_alleles = values().any(|value| {
        matches!(value, KeyValue::Has(_) | KeyValue::Lacks(_) | KeyValue::Diplotype(_))
    });
    let by_score =
        values().any(|value| matches!(value, KeyValue::Score { .. } | KeyValue::NoScore));
    Outcome {
        diplotype: outcome.diplotype.filter(|_| by_alleles),
        phenotype: outcome.phenotype,
        activity_score: outcome.activity_score.filter(|_| by_score),
    }
}

impl GeneView<'_> {
    /// Whether there is a phenotype for every possibility.
    pub(super) fn is_known(&self) -> bool {
        !self.results.contains(&None)
    }

    /// The possible results in words.
    pub(super) fn possible_words(&self) -> String {
        let words = |result: &Option<Outcome>| match result {
            None => "no phenotype".to_owned(),
            Some(Outcome { phenotype: Some(phenotype), activity_score: Some(score), .. }) => {
                format!("{phenotype} (score {score})")
            }
            Some(Outcome { phenotype: Some(phenotype), .. }) => phenotype.clone(),
            Some(Outcome { diplotype, .. }) => {
                diplotype.as_ref().map(ToString::to_string).unwrap_or_default()
            }
        };
        let mut possible: Vec<String> = self.results.iter().map(words).collect();
        possible.dedup();
        possible.join(" or ")
    }

    /// The gene as the statement about the drug shows it.
    pub(super) fn key(&self) -> GeneKey {
        GeneKey {
            gene: self.gene.clone(),
            phenotype: self.statement.and_then(|statement| match statement.state {
                GeneState::Called if !statement.research => statement.phenotype.clone(),
                _ => None,
            }),
            call: self.words(),
            statement: None,
        }
    }

    /// The call in words.
    pub(super) fn words(&self) -> String {
        let Some(statement) = self.statement else { return "not tested".into() };
        match &statement.state {
            GeneState::NotTested => "not tested".into(),
            GeneState::NotCalled { why } => format!("not called: {why}"),
            GeneState::Called if statement.research => {
                "not known: the genotypes allow a call for research only".into()
            }
            GeneState::Called
                if !statement.variants.is_empty() && statement.diplotypes.is_empty() =>
            {
                statement.variants.join(", ")
            }
            GeneState::Called if statement.diplotypes.is_empty() => {
                statement.phenotypes.join(" or ")
            }
            GeneState::Called => {
                let shown: Vec<String> = statement
                    .diplotypes
                    .iter()
                    .take(DIPLOTYPES_SHOWN_MAX)
                    .map(ToString::to_string)
                    .collect();
                let more = statement.diplotypes.len().saturating_sub(DIPLOTYPES_SHOWN_MAX);
                let rest = if more > 0 { format!(" or {more} more") } else { String::new() };
                format!("{}{rest}", shown.join(" or "))
            }
        }
    }
}

/// Every combination of possible results, and whether some had to be left out.
pub(super) fn combinations(views: &[GeneView<'_>]) -> (Vec<Possibility>, bool) {
    let mut all: Vec<Possibility> = vec![Vec::new()];
    let mut truncated = false;
    for view in views {
        let mut next = Vec::new();
        for results in &all {
            for result in &view.results {
                let mut longer = results.clone();
                longer.push((view.gene.clone(), result.clone()));
                next.push(longer);
            }
        }
        truncated = truncated || next.len() > COMBINATIONS_MAX;
        next.truncate(COMBINATIONS_MAX);
        all = next;
    }
    (all, truncated)
}
