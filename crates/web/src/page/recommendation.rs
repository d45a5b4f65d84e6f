//! Recommendations: which one leads a row, and all of them in full. Sources stay apart.

use super::words;
use maud::{Markup, html};
use model::statement::{Action, Citation, DrugStatement, PreTest, Recommendation};
use std::cmp::Reverse;

/// The recommendations, the most cautious first, among equals the strongest; otherwise in the
/// order of the statement.
pub(super) fn most_cautious_first(statement: &DrugStatement) -> Vec<&Recommendation> {
    let mut ordered: Vec<&Recommendation> = statement.recommendations.iter().collect();
    ordered.sort_by_key(|one| Reverse((caution(one.action), one.strength)));
    ordered
}

fn caution(action: Action) -> u8 {
    match action {
        Action::Avoid => 6,
        Action::Alternative => 5,
        Action::Reduce { .. } | Action::Increase { .. } => 4,
        Action::TestFirst => 3,
        Action::Monitor => 2,
        Action::Standard => 1,
        Action::NoRecommendation => 0,
    }
}

/// `prasugrel or ticagrelor`; `None` without alternatives.
pub(super) fn alternatives(recommendation: &Recommendation) -> Option<String> {
    let names: Vec<&str> = recommendation.alternatives.iter().map(|(_, n)| n.as_str()).collect();
    match names.split_last()? {
        (last, []) => Some((*last).to_owned()),
        (last, before) => Some(format!("{} or {last}", before.join(", "))),
    }
}

/// `CPIC, acs pci, strong`.
pub(super) fn tag(recommendation: &Recommendation) -> String {
    let population = words::population(&recommendation.population);
    format!("{}, {population}, {}", recommendation.source, words::strength(recommendation.strength))
}

/// The guideline as a link, where its address is one.
pub(super) fn guideline(citation: &Citation) -> Markup {
    link(&citation.url, &citation.title)
}

/// The guideline and its article.
fn citation(citation: &Citation) -> Markup {
    html! {
        (guideline(citation))
        @if let Some(pmid) = digits(citation.pmid.as_deref()) {
            " (" (link(&format!("https://pubmed.ncbi.nlm.nih.gov/{pmid}/"), &format!("PMID {pmid}"))) ")"
        }
    }
}

fn digits(pmid: Option<&str>) -> Option<&str> {
    pmid.filter(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()))
}

/// A link only to the web: an address of any other scheme is shown as plain words.
fn link(url: &str, words: &str) -> Markup {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    html! {
        @if is_web { a href=(url) rel="noopener noreferrer" { (words) } } @else { (words) }
    }
}

/// All recommendations in full.
pub(super) fn all(statement: &DrugStatement) -> Markup {
    html! {
        @if !statement.recommendations.is_empty() {
            ul.recommendations {
                @for one in most_cautious_first(statement) { li { (full(one)) } }
            }
        }
        @if let Some(pre_test) = &statement.pre_test { (before_the_test(pre_test)) }
    }
}

fn full(one: &Recommendation) -> Markup {
    html! {
        p.recommendation-head { strong { (words::action(one.action)) } " " span.tag { (tag(one)) } }
        p { (one.text) }
        @if let Some(names) = alternatives(one) { p { "Instead: " (names) } }
        @if !one.implication.is_empty() { p.muted { "Because: " (one.implication) } }
        p.muted { (citation(&one.citation)) " · rule " code { (one.rule) } }
    }
}

/// What guidance says while a gene is not known.
pub(super) fn before_the_test(pre_test: &PreTest) -> Markup {
    html! {
        div.pre-test {
            p { strong { "Test " (pre_test.genes.join(", ")) ". " } (pre_test.text) }
            p.muted { (citation(&pre_test.citation)) }
        }
    }
}
