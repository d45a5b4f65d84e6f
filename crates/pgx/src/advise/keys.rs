//! What is known of each gene, in the words of rule keys.

use knowledge::pgx::{ActionRule, Drug, NO_RESULT};
use model::statement::{GeneKey, GeneState, GeneStatement};

/// Most combinations of possible results that are looked up.
const COMBINATIONS_MAX: usize = 1_000;
/// Most diplotypes written out in words.
const DIPLOTYPES_SHOWN_MAX: usize = 3;

/// Value of each gene: (symbol, phenotype or `-`).
pub(super) type Values<'v> = Vec<(&'v str, &'v str)>;

/// A gene of the drug.
#[derive(Debug)]
pub(super) struct GeneView<'s> {
    pub(super) gene: String,
    pub(super) statement: Option<&'s GeneStatement>,
    /// Possible phenotypes; `-` alone if there is no result.
    pub(super) values: Vec<&'s str>,
}

/// Genes of the drug and of its rules, in order.
pub(super) fn views<'s>(
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
            GeneView { gene: symbol.to_owned(), statement, values: values(statement) }
        })
        .collect()
}

fn values(statement: Option<&GeneStatement>) -> Vec<&str> {
    let called = statement.filter(|statement| statement.state == GeneState::Called);
    let Some(statement) = called else { return vec![NO_RESULT] };
    let mut values: Vec<&str> = statement.phenotypes.iter().map(String::as_str).collect();
    if let Some(phenotype) = &statement.phenotype
        && values.is_empty()
    {
        values.push(phenotype);
    }
    if values.is_empty() || (values.len() == 1 && statement.phenotype.is_none()) {
        // Some diplotype has no phenotype: that possibility counts as no result.
        values.push(NO_RESULT);
    }
    values
}

impl GeneView<'_> {
    /// Whether there is a phenotype for every possibility.
    pub(super) fn is_known(&self) -> bool {
        !self.values.contains(&NO_RESULT)
    }

    /// The gene as the statement about the drug shows it.
    pub(super) fn key(&self) -> GeneKey {
        GeneKey {
            gene: self.gene.clone(),
            phenotype: self.statement.and_then(|statement| match statement.state {
                GeneState::Called => statement.phenotype.clone(),
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

/// Every combination of possible values, and whether some had to be left out.
pub(super) fn combinations<'v>(views: &'v [GeneView<'_>]) -> (Vec<Values<'v>>, bool) {
    let mut all: Vec<Values<'v>> = vec![Vec::new()];
    let mut truncated = false;
    for view in views {
        let mut next = Vec::new();
        for values in &all {
            for value in &view.values {
                let mut longer = values.clone();
                longer.push((view.gene.as_str(), *value));
                next.push(longer);
            }
        }
        truncated = truncated || next.len() > COMBINATIONS_MAX;
        next.truncate(COMBINATIONS_MAX);
        all = next;
    }
    (all, truncated)
}
