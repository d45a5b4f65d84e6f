//! Gene results in the summary: phenotypes, statuses and scores, never genotypes.

use crate::policy::{Context, result_words};
use knowledge::pgx::{KeyValue, STATUS_SEPARATOR};
use model::statement::{GeneKey, Recommendation};

/// The results that a recommendation rests on.
#[derive(Clone, Copy)]
pub(super) struct Results<'a> {
    pub(super) context: Context<'a>,
    pub(super) rule: &'a Recommendation,
}

impl Results<'_> {
    /// Every gene with its result, with activity scores.
    pub(super) fn all(self, keys: &[GeneKey]) -> String {
        let words = keys.iter().map(|key| format!("{} {}", key.gene, self.words(key, true)));
        words.collect::<Vec<_>>().join(", ")
    }

    /// Only the results out of the ordinary; all if there is none.
    pub(super) fn decisive(self, keys: &[GeneKey], scored: bool) -> String {
        let decisive = keys.iter().filter_map(|key| {
            let result = self.words(key, scored);
            let known = self.context.gene(&key.gene);
            let known = known.is_some_and(|(_, gene)| !gene.phenotypes.is_empty());
            let ordinary = result.starts_with("Normal")
                || result.ends_with("negative")
                || (key.phenotype.is_none() && !known);
            (!ordinary).then(|| format!("{} {result}", key.gene))
        });
        let words: Vec<String> = decisive.collect();
        if words.is_empty() { self.all(keys) } else { words.join(", ") }
    }

    fn words(self, key: &GeneKey, scored: bool) -> String {
        let words = result_words(self.context, key);
        if words.contains(STATUS_SEPARATOR) {
            return self.statuses(&key.gene, &words);
        }
        let score = self.context.gene(&key.gene).and_then(|(_, gene)| gene.activity_score.as_ref());
        match score.filter(|_| scored && key.phenotype.is_some()) {
            Some(score) => format!("{words} (activity score {score})"),
            None => words,
        }
    }

    /// Of several allele statuses those that the rule asks for; if it asks for none, those that
    /// are positive, or all.
    fn statuses(self, gene: &str, words: &str) -> String {
        let parts = || words.split(STATUS_SEPARATOR);
        let id = self.rule.rule.trim_start_matches("actions:");
        let rule = self.context.knowledge.actions.iter().find(|rule| rule.id == id);
        let keys = rule.iter().flat_map(|rule| &rule.key).filter(|(symbol, _)| symbol == gene);
        let asked: Vec<&str> = keys
            .flat_map(|(_, values)| values)
            .filter_map(|value| match value {
                KeyValue::Phenotype(name) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        let of_rule: Vec<&str> = parts().filter(|part| asked.contains(part)).collect();
        let positive: Vec<&str> = parts().filter(|part| part.ends_with("positive")).collect();
        [of_rule, positive]
            .into_iter()
            .find(|list| !list.is_empty())
            .map_or_else(|| words.to_owned(), |list| list.join(", "))
    }
}
