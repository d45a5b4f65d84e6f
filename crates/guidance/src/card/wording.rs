//! The words of a card: one sentence on top, the basis below.

mod clinical;
mod result;

use super::SUMMARY_LENGTH_LIMIT;
use crate::policy::{Context, Standing, Subject, Verdict, advice_state, may_be_offered};
use model::statement::{
    Action, AdviceState, Citation, DrugStatement, GeneState, Recommendation, Statement, Strength,
};
use std::fmt::Write as _;

/// Characters of one piece of a pack's or a laboratory's text on a card.
const PIECE_LENGTH_MAX: usize = 600;

/// For a gene that nothing at all is known of.
const NOT_TESTED: &str = "not tested";

/// Notes and gaps shown on one card.
const NOTES_MAX: usize = 12;

/// The sentence on top. Several lengths of it are written and the longest that fits is taken; the
/// shortest is cut, so the limit holds whatever the pack's names are.
pub(super) fn summary(context: Context, subject: Subject, verdict: &Verdict) -> String {
    let drug = subject.drug.name.as_str();
    match verdict {
        Verdict::Act { advice, lead } => acting(context, subject, advice, lead),
        Verdict::Convert { clinical, lead, .. } => {
            clinical::summary(context, subject, clinical, lead)
        }
        Verdict::Unadvised { clinical } => {
            let change = clinical::changes(clinical, clinical::Length::Full);
            fitting(&[
                format!("{change}: no gene-based advice for {drug}"),
                format!("Medicines change the gene result for {drug}: no advice known"),
            ])
        }
        Verdict::Test { genes, .. } => fitting(&[
            format!("{}: test before {drug}", standings(genes)),
            format!("Gene test asked for before {drug}"),
        ]),
        Verdict::Pending { tests } => {
            let genes: Vec<&str> = tests.iter().map(|test| &*test.gene).collect();
            let since = tests.iter().filter_map(|test| test.since).map(|since| since.to_string());
            let since = since.min().map(|since| format!(" since {since}")).unwrap_or_default();
            let genes = list(&genes, "and");
            fitting(&[
                format!("{genes} result pending{since}: bears on {drug}"),
                format!("Gene result pending: bears on {drug}"),
            ])
        }
        Verdict::Unclear { genes } => fitting(&[
            format!("{}: no gene-based advice for {drug}", standings(genes)),
            format!("No gene-based advice for {drug}"),
        ]),
        Verdict::Silent { .. } => fitting(&[format!("No advice for {drug}")]),
    }
}

/// What to do on a known result. Where the medicines take away what a higher dose is for, that is
/// said in its place: neither advice holds without the other.
fn acting(
    context: Context,
    subject: Subject,
    advice: &DrugStatement,
    lead: &Recommendation,
) -> String {
    let drug = subject.drug.name.as_str();
    let act = act_words(lead.action, drug);
    let conflict = context.clinical(&subject.drug.rxnorm).filter(|one| one.more_cautious);
    if let Some(clinical) = conflict {
        let change = clinical::changes(clinical, clinical::Length::Full);
        return fitting(&[
            format!("{change}: this speaks against “{act}”"),
            format!("Other medicines speak against “{act}”"),
        ]);
    }
    let whom = population_words(context, subject, lead);
    let names: Vec<&str> = lead.alternatives.iter().map(|(_, name)| &**name).collect();
    let mut instead = String::new();
    if !names.is_empty() {
        instead = format!("; consider {}", list(&names, "or"));
    }
    let results = result::Results { context, rule: lead };
    let (genes, scored) = (results.all(&advice.genes), results.decisive(&advice.genes, true));
    let decisive = results.decisive(&advice.genes, false);
    fitting(&[
        format!("{genes}: {act}{whom}{instead}"),
        format!("{scored}: {act}{whom}{instead}"),
        format!("{decisive}: {act}{whom}{instead}"),
        format!("{decisive}: {act}{whom}"),
        format!("{decisive}: {act}"),
        format!("{act} ({decisive})"),
    ])
}

/// The first that is short enough, else the last, cut at the limit with an ellipsis.
fn fitting(candidates: &[String]) -> String {
    let line = |text: &String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = |text: &String| text.chars().count() < SUMMARY_LENGTH_LIMIT;
    if let Some(text) = candidates.iter().map(line).find(fits) {
        return text;
    }
    let last = candidates.last().map(line).unwrap_or_default();
    let mut cut: String = last.chars().take(SUMMARY_LENGTH_LIMIT - 2).collect();
    cut.push('…');
    cut
}

/// `prasugrel or ticagrelor`, `a, b and c`.
pub(super) fn list(items: &[&str], joiner: &str) -> String {
    match items {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [start @ .., last] => format!("{} {joiner} {last}", start.join(", ")),
    }
}

fn standings(genes: &[(&str, Standing)]) -> String {
    let words = genes.iter().map(|(gene, standing)| format!("{gene} {}", standing.words()));
    words.collect::<Vec<_>>().join(", ")
}

/// What to do, with the drug.
pub(crate) fn act_words(action: Action, drug: &str) -> String {
    match action {
        Action::Standard => format!("usual dose of {drug}"),
        Action::Reduce { percent } => format!("reduce dose of {drug}{}", percent_words(percent)),
        Action::Increase { percent } => {
            format!("increase dose of {drug}{}", percent_words(percent))
        }
        Action::Avoid => format!("avoid {drug}"),
        Action::Alternative => format!("use another drug than {drug} if possible"),
        Action::LoadingOnly => format!("give only the loading dose of {drug} as usual"),
        // The dose is the rule's own text: "usual" would say too much where neither gene is known.
        Action::Monitor => format!("watch closely if {drug} is given"),
        Action::TestFirst => format!("further test before {drug}"),
        Action::NoRecommendation => format!("no recommendation for {drug}"),
    }
}

fn percent_words(percent: Option<(u8, u8)>) -> String {
    match percent {
        Some((low, high)) if low == high => format!(" by {low} %"),
        Some((low, high)) => format!(" by {low}–{high} %"),
        None => String::new(),
    }
}

/// For whom, in parentheses with a blank before it; nothing for everybody. The pack names its
/// populations; a code that it does not name is made of words, abbreviations among them.
pub(super) fn population_words(
    context: Context,
    subject: Subject,
    rule: &Recommendation,
) -> String {
    let code = rule.population.as_str();
    if code == "general" || code.is_empty() {
        return String::new();
    }
    if let Some(name) = context.knowledge.population(&subject.drug.rxnorm, code) {
        return format!(" (for {})", within_a_sentence(&plain(name)));
    }
    let word = |word: &str| match word {
        "acs" | "cad" | "cvd" | "mi" | "pci" | "tia" => word.to_uppercase(),
        word => word.to_owned(),
    };
    let words: Vec<String> = code.split(['-', '_']).map(word).collect();
    format!(" (for {})", words.join(" "))
}

/// `Adults` as `adults`; an abbreviation that comes first stays as it is.
fn within_a_sentence(name: &str) -> String {
    let mut rest = name.chars();
    match (rest.next(), rest.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain(rest).collect()
        }
        _ => name.to_owned(),
    }
}

fn strength_words(strength: Strength) -> &'static str {
    match strength {
        Strength::None => "no recommendation",
        Strength::Optional => "optional",
        Strength::Moderate => "moderate",
        Strength::Strong => "strong",
    }
}

/// The basis: what to do, what it rests on, by which knowledge, and what was not looked at.
pub(super) fn detail(context: Context, subject: Subject, verdict: &Verdict) -> String {
    let mut text = String::new();
    match verdict {
        Verdict::Act { advice, lead } => {
            advice_part(&mut text, context, subject, advice, lead);
            clinical::part(&mut text, context, subject);
            known_part(&mut text, context, advice);
        }
        Verdict::Convert { advice, lead, .. } => {
            clinical::lead_part(&mut text, context, subject);
            advice_part(&mut text, context, subject, advice, lead);
            clinical::genotype_part(&mut text, context, subject);
            let by_genotype = subject.advice.map_or(*advice, |(_, advice)| advice);
            known_part(&mut text, context, by_genotype);
        }
        Verdict::Unadvised { .. } => {
            clinical::part(&mut text, context, subject);
            line(&mut text, "No advice is known for this; that does not mean usual use");
        }
        Verdict::Test { test, genes } => {
            line(&mut text, &plain(test.text));
            line(&mut text, &citation_words(test.citation));
            genes_part(&mut text, context, genes.iter().map(|(gene, _)| (*gene, NOT_TESTED)));
        }
        Verdict::Pending { tests } => {
            for test in tests {
                let since = test.since.map(|since| format!(" since {since}"));
                let since = since.unwrap_or_default();
                line(&mut text, &format!("{}: pending{since}", plain(&test.gene)));
            }
            line(&mut text, "The result may change the choice or the dose of the drug");
        }
        Verdict::Unclear { genes } => {
            genes_part(&mut text, context, genes.iter().map(|(gene, _)| (*gene, NOT_TESTED)));
            line(&mut text, "The result does not answer; this does not mean normal");
            clinical::part(&mut text, context, subject);
        }
        Verdict::Silent { .. } => {}
    }
    basis_part(&mut text, context, subject);
    text.trim_end().to_owned()
}

fn advice_part(
    text: &mut String,
    context: Context,
    subject: Subject,
    advice: &DrugStatement,
    lead: &Recommendation,
) {
    recommendation_part(text, context, subject, lead);
    let rest: Vec<&Recommendation> =
        advice.recommendations.iter().filter(|rule| !std::ptr::eq(*rule, lead)).collect();
    for rule in rest {
        recommendation_part(text, context, subject, rule);
    }
    if sources_disagree(advice) {
        line(text, "**The sources do not agree**; each is listed with its own advice");
    }
    for (rxnorm, name) in &lead.alternatives {
        let name = plain(name);
        if !may_be_offered(context, rxnorm) {
            line(text, &format!("Not offered: {name}, to be avoided by this patient's genes too"));
        } else if context.advice(rxnorm).is_some_and(|(_, one)| one.state == AdviceState::Adjust) {
            line(text, &format!("{name}: this patient's genes call for an adjustment there too"));
        }
    }
}

/// What is known of the genes, and the remarks on the advice.
fn known_part(text: &mut String, context: Context, advice: &DrugStatement) {
    genes_part(text, context, advice.genes.iter().map(|key| (&*key.gene, &*key.call)));
    for note in advice.notes.iter().take(NOTES_MAX) {
        line(text, &format!("Note: {}", plain(note)));
    }
}

/// Whether two sources come to different states for the same population.
fn sources_disagree(advice: &DrugStatement) -> bool {
    let rules = &advice.recommendations;
    let differ = |one: &Recommendation, other: &Recommendation| {
        one.source != other.source
            && one.population == other.population
            && advice_state(one.action) != advice_state(other.action)
            && advice_state(one.action) != AdviceState::NotKnown
            && advice_state(other.action) != AdviceState::NotKnown
    };
    rules.iter().any(|one| rules.iter().any(|other| differ(one, other)))
}

fn recommendation_part(
    text: &mut String,
    context: Context,
    subject: Subject,
    rule: &Recommendation,
) {
    let whom = population_words(context, subject, rule);
    let (advice, why) = (plain(&rule.text), plain(&rule.implication));
    line(text, &format!("**{}{whom}**: {advice}", plain(&rule.source)));
    if !why.is_empty() {
        inner_line(text, &why);
    }
    let strength = strength_words(rule.strength);
    inner_line(text, &format!("Strength: {strength}; rule {}", code(&rule.rule)));
    inner_line(text, &citation_words(&rule.citation));
}

fn citation_words(citation: &Citation) -> String {
    let pmid = citation.pmid.as_ref().map(|pmid| format!(", PMID {}", plain(pmid)));
    format!("Source: {}{}", plain(&citation.title), pmid.unwrap_or_default())
}

/// What is known of each gene: its statement's words, else the call that came with the gene.
fn genes_part<'a>(
    text: &mut String,
    context: Context,
    genes: impl Iterator<Item = (&'a str, &'a str)>,
) {
    for (symbol, call) in genes {
        let Some((_, gene)) = context.gene(symbol) else {
            line(text, &format!("{}: {}", plain(symbol), code(call)));
            continue;
        };
        let mut words = format!("{}: ", plain(symbol));
        match &gene.state {
            GeneState::Called => {
                let diplotypes: Vec<String> =
                    gene.diplotypes.iter().map(|one| code(&one.to_string())).collect();
                let phenotypes: Vec<String> = gene.phenotypes.iter().map(|p| plain(p)).collect();
                let phenotype = gene.phenotype.as_deref().map(plain);
                let phenotype = phenotype.unwrap_or_else(|| phenotypes.join(" or "));
                let parts = [diplotypes.join(" or "), phenotype];
                let parts: Vec<String> = parts.into_iter().filter(|p| !p.is_empty()).collect();
                words += &parts.join(", ");
            }
            GeneState::NotCalled { why } => {
                let _ = write!(words, "{} ({})", Standing::NotCallable.words(), plain(why));
            }
            GeneState::NotTested => words += Standing::NotTested.words(),
        }
        if let Some(score) = &gene.activity_score {
            let _ = write!(words, ", activity score {}", plain(score));
        }
        if let Some(seen) = &gene.callability {
            let _ = write!(words, "; {}", seen.words());
            if !seen.tier1_missing.is_empty() {
                let _ = write!(words, ", missing {}", plain(&seen.tier1_missing.join(", ")));
            }
        }
        line(text, &words);
        for note in gene.notes.iter().take(NOTES_MAX) {
            line(text, &format!("Note on {}: {}", plain(symbol), plain(note)));
        }
    }
}

fn basis_part(text: &mut String, context: Context, subject: Subject) {
    line(text, &format!("Order matched by {}", subject.how.words()));
    if !subject.alone {
        line(
            text,
            "The order holds, or may hold, further drugs; it is not replaced with one click",
        );
    }
    line(text, &clinical::state_words(context, subject));
    let current = context.reference;
    line(
        text,
        &format!("Knowledge: pack {} {} of {}", current.pack, current.version, current.date),
    );
    if let Some((Statement { id, capsule, .. }, _)) = subject.advice {
        let used = &capsule.knowledge;
        if used != current {
            let made = format!("{} {} of {}", used.pack, used.version, used.date);
            line(text, &format!("**Made with {made}**; to be made again with the current pack"));
        }
        let engine = &capsule.engine;
        let (name, version) = (plain(&engine.name), plain(&engine.version));
        line(text, &format!("Engine: {name} {version}; statement {}", code(id.as_str())));
        for gap in capsule.gaps.iter().take(NOTES_MAX) {
            line(text, &format!("Gap: {}", plain(gap)));
        }
    }
}

/// A line that belongs to the one above.
fn inner_line(text: &mut String, words: &str) {
    text.push_str("  ");
    line(text, words);
}

fn line(text: &mut String, words: &str) {
    text.push_str("- ");
    text.push_str(words);
    text.push('\n');
}

/// Foreign text as plain Markdown: one line, no mark-up, no HTML, of bounded length.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for (place, c) in words.chars().enumerate() {
        if place == PIECE_LENGTH_MAX {
            out.push('…');
            break;
        }
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '*' | '_' | '`' | '[' | ']' | '|' | '\\' | '#' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

/// A call or an id as a code span: star alleles would otherwise read as emphasis.
fn code(text: &str) -> String {
    let kept: String =
        text.chars().filter(|c| *c != '`' && !c.is_control()).take(PIECE_LENGTH_MAX).collect();
    format!("`{kept}`")
}
