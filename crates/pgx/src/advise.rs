//! What the genes mean for a drug.

mod gaps;
mod keys;

use keys::{GeneView, Possibility};
use knowledge::pgx::{ActionRule, Drug, PgxKnowledge};
use model::statement::{
    Action, AdviceState, DrugStatement, GeneStatement, PreTest, Recommendation,
};

/// Advice about a drug from what is known of its genes.
///
/// Every rule that fits is given, one per source and population. Where a call is ambiguous, each
/// possible phenotype is looked up and the most cautious advice is given, marked in the notes. A
/// gene that is not known never leads to plain standard use.
pub fn advise(knowledge: &PgxKnowledge, drug: &Drug, genes: &[GeneStatement]) -> DrugStatement {
    let rules: Vec<&ActionRule> =
        knowledge.actions.iter().filter(|rule| rule.rxnorm == drug.rxnorm).collect();
    let views = keys::views(knowledge, drug, &rules, genes);
    let mut notes = Vec::new();
    let (combinations, truncated) = keys::combinations(&views);
    let answers: Vec<Vec<&ActionRule>> = combinations
        .iter()
        .map(|results| rules.iter().copied().filter(|rule| fits(rule, results)).collect())
        .collect();
    if answers.iter().all(Vec::is_empty) && views.iter().any(GeneView::is_known) {
        notes.push("the sources at hand say nothing about this result".into());
    }
    let state = answers.iter().map(|fitting| state_of(fitting)).max();
    let mut state = state.unwrap_or(AdviceState::NotKnown);
    let chosen = choose(&answers);
    remark_on_ambiguity(&views, &answers, &mut notes);
    if truncated {
        state = state.max(AdviceState::NotKnown);
        notes.push("too many possible results to look up all of them".into());
    }
    gaps::remark(knowledge, drug, &views, &mut state, &mut notes);
    DrugStatement {
        drug: drug.name.clone(),
        rxnorm: drug.rxnorm.clone(),
        atc: drug.atc.clone(),
        state,
        genes: views.iter().map(GeneView::key).collect(),
        recommendations: chosen.into_iter().map(recommendation).collect(),
        pre_test: pre_test(knowledge, drug, &views, state),
        notes,
    }
}

/// Whether all of a rule's conditions hold.
fn fits(rule: &ActionRule, results: &Possibility) -> bool {
    // No rule answers where nothing at all is known of its genes: for that there is the alert.
    let known = rule
        .key
        .iter()
        .any(|(gene, _)| results.iter().any(|(symbol, result)| symbol == gene && result.is_some()));
    known
        && rule.key.iter().all(|(gene, allowed)| {
            let result = results.iter().find(|(symbol, _)| symbol == gene);
            let result = result.and_then(|(_, result)| result.as_ref());
            allowed.iter().any(|allowed| allowed.holds(result))
        })
}

/// What an action comes to on the row of a drug; `None` for a source that recommends nothing.
fn caution(action: Action) -> Option<AdviceState> {
    match action {
        Action::Standard => Some(AdviceState::Standard),
        Action::Reduce { .. } | Action::Increase { .. } | Action::Monitor | Action::TestFirst => {
            Some(AdviceState::Adjust)
        }
        Action::Avoid | Action::Alternative | Action::LoadingOnly => Some(AdviceState::Avoid),
        Action::NoRecommendation => None,
    }
}

/// The most cautious of the recommendations. A source that recommends nothing takes nothing from
/// one that does; if none does, it is not known.
fn state_of(fitting: &[&ActionRule]) -> AdviceState {
    fitting.iter().filter_map(|rule| caution(rule.action)).max().unwrap_or(AdviceState::NotKnown)
}

/// How cautious an action is among those of one source and population: a clear "do not use" beats
/// "use another if possible".
pub(crate) fn rank(action: Action) -> u8 {
    match action {
        Action::Standard => 0,
        Action::NoRecommendation => 1,
        Action::Monitor => 2,
        Action::TestFirst => 3,
        Action::Increase { .. } => 4,
        Action::Reduce { .. } => 5,
        Action::LoadingOnly => 6,
        Action::Alternative => 7,
        Action::Avoid => 8,
    }
}

/// One rule per source and population, in the pack's order: the most cautious over all possible
/// results. Two different rules for one result are both kept; nothing is merged.
fn choose<'k>(answers: &[Vec<&'k ActionRule>]) -> Vec<&'k ActionRule> {
    let mut chosen: Vec<&ActionRule> = Vec::new();
    for fitting in answers {
        for rule in fitting {
            if !chosen.iter().any(|other| other.id == rule.id) {
                chosen.push(rule);
            }
        }
    }
    let several = answers.len() > 1;
    let all = chosen.clone();
    chosen.retain(|rule| {
        let is_harder = |other: &&ActionRule| {
            other.source == rule.source
                && other.population == rule.population
                && same_genes(other, rule)
                && rank(other.action) > rank(rule.action)
        };
        !several || !all.iter().any(is_harder)
    });
    chosen
}

/// Rules about different genes stay side by side; they answer different questions.
fn same_genes(one: &ActionRule, other: &ActionRule) -> bool {
    one.key.iter().map(|(gene, _)| gene).eq(other.key.iter().map(|(gene, _)| gene))
}

fn recommendation(rule: &ActionRule) -> Recommendation {
    Recommendation {
        source: rule.source.clone(),
        population: rule.population.clone(),
        action: rule.action,
        strength: rule.strength,
        text: rule.text.clone(),
        implication: rule.implication.clone(),
        alternatives: rule.alternatives.clone(),
        citation: rule.citation.clone(),
        rule: format!("actions:{}", rule.id),
    }
}

fn remark_on_ambiguity(
    views: &[GeneView<'_>],
    answers: &[Vec<&ActionRule>],
    notes: &mut Vec<String>,
) {
    let ids = |fitting: &[&ActionRule]| {
        fitting
            .iter()
            .map(|rule| (rule.source.clone(), rule.population.clone(), rank(rule.action)))
            .collect::<Vec<_>>()
    };
    let mut different = answers.iter().map(|fitting| ids(fitting)).collect::<Vec<_>>();
    different.sort();
    different.dedup();
    for view in views.iter().filter(|view| view.results.len() > 1) {
        let possible = view.possible_words();
        notes.push(if different.len() > 1 {
            format!("{}: {possible}; the most cautious advice is given", view.gene)
        } else {
            format!("{}: {possible}; the advice is the same", view.gene)
        });
    }
}

/// The test that guidance asks for before the first dose, if a gene of it is not known and nothing
/// else already decides.
fn pre_test(
    knowledge: &PgxKnowledge,
    drug: &Drug,
    views: &[GeneView<'_>],
    state: AdviceState,
) -> Option<PreTest> {
    if state != AdviceState::NotKnown {
        return None;
    }
    let is_unknown = |gene: &String| {
        let view = views.iter().find(|view| view.gene == *gene);
        view.is_none_or(|view| !view.is_known())
    };
    knowledge
        .alerts
        .iter()
        .filter(|alert| alert.rxnorm == drug.rxnorm && alert.recommended)
        .find(|alert| alert.genes.iter().any(is_unknown))
        .map(|alert| PreTest {
            genes: alert.genes.iter().filter(|gene| is_unknown(gene)).cloned().collect(),
            text: alert.text.clone(),
            citation: alert.citation.clone(),
        })
}

#[cfg(test)]
mod tests;
