//! Recommendations: which one leads a row, and all of them in full. Sources stay apart.

use super::words;
use maud::{Markup, html};
use model::statement::{Citation, DrugStatement, PreTest, Recommendation};
use std::cmp::Reverse;

/// The recommendations, the most cautious first, among equals the strongest; otherwise in the
/// order of the statement.
pub(super) fn most_cautious_first(statement: &DrugStatement) -> Vec<&Recommendation> {
    let mut ordered: Vec<&Recommendation> = statement.recommendations.iter().collect();
    ordered.sort_by_key(|one| Reverse((one.action.caution(), one.strength)));
    ordered
}

/// `prasugrel or ticagrelor`; `None` without alternatives.
fn alternatives(recommendation: &Recommendation) -> Option<String> {
    let names: Vec<&str> = recommendation.alternatives.iter().map(|(_, n)| n.as_str()).collect();
    match names.split_last()? {
        (last, []) => Some((*last).to_owned()),
        (last, before) => Some(format!("{} or {last}", before.join(", "))),
    }
}

/// `CPIC, ACS PCI, strong`. Where a source recommends nothing, there is no strength to tell.
fn tag(recommendation: &Recommendation) -> String {
    let population = recommendation.population_words();
    let strength = strength(recommendation);
    format!("{}, {population}{strength}", recommendation.source)
}

/// `, strong`
pub(super) fn strength(recommendation: &Recommendation) -> String {
    let words = model::words::strength(recommendation.action, recommendation.strength);
    words.map_or_else(String::new, |words| format!(", {words}"))
}

/// The statement in short: the leading recommendation in words, the others by what to do. Each
/// names the drugs to use instead for its own patients, because these differ: what suits after a
/// stent may be forbidden after a stroke.
pub(super) fn in_short(statement: &DrugStatement) -> Markup {
    let ordered = most_cautious_first(statement);
    html! {
        @if let Some((lead, others)) = ordered.split_first() {
            p { (for_population(lead)) (lead.text) }
            @if let Some(names) = alternatives(lead) {
                p { (instead(lead)) b { (names) } }
            }
            @if !others.is_empty() {
                ul.others { @for one in others { li { (other(one)) } } }
            }
        } @else { p { (without_recommendation(statement)) } }
        @if let Some(pre_test) = &statement.pre_test {
            p { "Test " (pre_test.genes.join(", ")) ". " (pre_test.text) }
        }
    }
}

fn other(one: &Recommendation) -> Markup {
    html! {
        (tag(one)) ": " (words::action(one.action))
        @if let Some(names) = alternatives(one) { "; instead " (names) }
    }
}

/// For whom the advice is, where it is not for everybody.
fn for_population(one: &Recommendation) -> Markup {
    html! {
        @if one.population != words::GENERAL {
            span.tag { "For " (one.population_words()) ": " }
        }
    }
}

fn instead(one: &Recommendation) -> String {
    match one.population.as_str() {
        words::GENERAL => "Instead: ".to_owned(),
        _ => format!("Instead, for {}: ", one.population_words()),
    }
}

/// Why there is no advice, by what is known of the genes.
fn without_recommendation(statement: &DrugStatement) -> String {
    let unknown: Vec<String> = statement
        .genes
        .iter()
        .filter(|key| key.phenotype.is_none())
        .map(|key| format!("{} {}", key.gene, key.call))
        .collect();
    if unknown.is_empty() {
        "The guidance gives no recommendation for this result.".to_owned()
    } else {
        format!("No advice can be given: {}.", unknown.join(", "))
    }
}

/// The guideline as a link, where its address is one.
pub(super) fn guideline(citation: &Citation) -> Markup {
    link(&citation.url, &citation.title)
}

/// The guideline and its article.
pub(super) fn citation(citation: &Citation) -> Markup {
    html! {
        (guideline(citation))
        @if let Some(pmid) = digits(citation.pmid.as_deref()) {
            @let url = format!("https://pubmed.ncbi.nlm.nih.gov/{pmid}/");
            " (" (link(&url, &format!("PMID {pmid}"))) ")"
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
fn before_the_test(pre_test: &PreTest) -> Markup {
    html! {
        div.pre-test {
            p { strong { "Test " (pre_test.genes.join(", ")) ". " } (pre_test.text) }
            p.muted { (citation(&pre_test.citation)) }
        }
    }
}
