//! A card from a verdict: its key, urgency, suggestions, reasons and links.

use super::{
    ALTERNATIVES_MAX, Card, Change, HL7_REASONS, Indicator, Link, OWN_REASONS, Source, Suggestion,
    TOPICS, wording,
};
use crate::key::{KeyParts, uuid};
use crate::policy::{
    Context, Standing, Subject, Verdict, advice_state, may_be_offered, open_tests, result_words,
};
use knowledge::pgx::Drug;
use model::code::Coding;
use model::conversion::{ClinicalAdvice, Evidence};
use model::statement::{AdviceState, Citation, GeneKey, Recommendation, Strength};

/// The rule id of a test card; rows of the pack's `alerts` have no id of their own.
pub(crate) fn test_rule(drug: &Drug) -> String {
    format!("alerts:{}", drug.name)
}

fn rule_of(subject: Subject, verdict: &Verdict) -> String {
    let name = &subject.drug.name;
    match verdict {
        Verdict::Act { lead, .. } | Verdict::Convert { lead, .. } => lead.rule.clone(),
        Verdict::Unadvised { .. } => format!("policy:phenoconversion/{name}"),
        Verdict::Test { .. } => test_rule(subject.drug),
        Verdict::Pending { .. } => format!("policy:pending/{name}"),
        Verdict::Unclear { .. } | Verdict::Silent { .. } => format!("policy:unclear/{name}"),
    }
}

/// The key of a verdict's card, at a dose or before one is chosen.
pub(crate) fn key_of(
    context: Context,
    subject: Subject,
    verdict: &Verdict,
    dosage: Option<&str>,
) -> String {
    let by_genotype = || {
        let keys = subject.advice.map_or(&[][..], |(_, advice)| &advice.genes);
        let key = |gene: &GeneKey| format!("{}={}", gene.gene, result_words(context, gene));
        keys.iter().map(key).collect::<Vec<_>>().join(";")
    };
    let result = match verdict {
        Verdict::Act { .. } | Verdict::Convert { .. } | Verdict::Unadvised { .. } => by_genotype(),
        Verdict::Test { genes, .. } | Verdict::Unclear { genes } => {
            let key = |(gene, standing): &(&str, Standing)| format!("{gene}={}", standing.words());
            genes.iter().map(key).collect::<Vec<_>>().join(";")
        }
        Verdict::Pending { tests } => {
            tests.iter().map(|test| test.gene.as_str()).collect::<Vec<_>>().join(";")
        }
        Verdict::Silent { .. } => String::new(),
    };
    KeyParts {
        patient: context.moment.patient,
        order: &subject.order.reference,
        rxnorm: &subject.drug.rxnorm,
        dosage,
        result: &(result + &medicines_key(context, subject)),
        rule: &rule_of(subject, verdict),
        pack_digest: &context.reference.digest,
        role: context.moment.role.word(),
    }
    .key()
}

/// What the medicines make of the result, and which ones: other medicines, another card. Nothing
/// if they change nothing, so that a list that could not be had is not news.
fn medicines_key(context: Context, subject: Subject) -> String {
    let mut key = String::new();
    let clinical = context.clinical(&subject.drug.rxnorm);
    for conversion in clinical.into_iter().flat_map(ClinicalAdvice::changed) {
        key.push(';');
        key.push_str(&conversion.gene);
        key.push('~');
        key.push_str(&conversion.words().unwrap_or_default());
    }
    key
}

/// Makes the card of a verdict.
pub(crate) fn build(context: Context, subject: Subject, verdict: &Verdict) -> Card {
    let key = key_of(context, subject, verdict, subject.order.dosage.as_deref());
    let source = source(context, verdict);
    Card {
        undosed_key: key_of(context, subject, verdict, None),
        uuid: uuid(&key, "card"),
        rule: rule_of(subject, verdict),
        order: subject.order.reference.clone(),
        rxnorm: subject.drug.rxnorm.clone(),
        summary: wording::summary(context, subject, verdict),
        detail: wording::detail(context, subject, verdict),
        indicator: indicator(verdict),
        suggestions: suggestions(context, subject, verdict, &key),
        override_reasons: override_reasons(verdict),
        links: links(context, subject, &source),
        source,
        key,
    }
}

/// Critical to avoid by a strong recommendation, if the phenotype is firm; warning for an
/// adjustment, or to avoid, by a moderate one at least; information otherwise.
fn indicator(verdict: &Verdict) -> Indicator {
    let (lead, is_firm) = match verdict {
        Verdict::Act { lead, .. } => (lead, true),
        Verdict::Convert { clinical, lead, .. } => (lead, is_firm(clinical)),
        _ => return Indicator::Info,
    };
    match (advice_state(lead.action), lead.strength) {
        (AdviceState::Avoid, Strength::Strong) if is_firm => Indicator::Critical,
        (AdviceState::Avoid | AdviceState::Adjust, Strength::Strong | Strength::Moderate) => {
            Indicator::Warning
        }
        _ => Indicator::Info,
    }
}

/// Whether the clinical phenotype rests on an agreed factor. A mere convention is never critical.
fn is_firm(clinical: &ClinicalAdvice) -> bool {
    clinical.changed().all(|conversion| conversion.evidence == Some(Evidence::ActivityScore))
}

fn citation<'a>(verdict: &Verdict<'a>) -> Option<&'a Citation> {
    match verdict {
        Verdict::Act { lead, .. } | Verdict::Convert { lead, .. } => Some(&lead.citation),
        Verdict::Test { test, .. } => Some(test.citation),
        Verdict::Unadvised { .. }
        | Verdict::Pending { .. }
        | Verdict::Unclear { .. }
        | Verdict::Silent { .. } => None,
    }
}

fn source(context: Context, verdict: &Verdict) -> Source {
    let (code, shown) = match verdict {
        Verdict::Act { .. } => ("pgx-post-test", "Drug and a known gene result"),
        Verdict::Convert { .. } | Verdict::Unadvised { .. } => {
            ("pgx-phenoconversion", "Gene result changed by a medicine")
        }
        Verdict::Test { .. } => ("pgx-pre-test", "Gene test before a drug"),
        Verdict::Pending { .. } => ("pgx-pending", "Gene test under way"),
        Verdict::Unclear { .. } | Verdict::Silent { .. } => {
            ("pgx-unclear", "Gene result that does not answer")
        }
    };
    let topic = Coding::new(TOPICS, code).shown_as(shown);
    match citation(verdict) {
        Some(cited) => Source { label: cited.title.clone(), url: cited.url.clone(), topic },
        None => Source {
            label: "Cognate".to_owned(),
            url: context.moment.settings.base_url.clone(),
            topic,
        },
    }
}

fn suggestions(
    context: Context,
    subject: Subject,
    verdict: &Verdict,
    key: &str,
) -> Vec<Suggestion> {
    match verdict {
        Verdict::Act { lead, .. } | Verdict::Convert { lead, .. } => {
            let offered = offered(context, subject, lead);
            // What suits one population may harm another (prasugrel after a stroke): then nothing
            // is put first, and the label says for whom.
            let whom = wording::population_words(context, subject, lead);
            let recommended = offered.len() == 1 && whom.is_empty();
            let replace = |(place, (rxnorm, name)): (usize, &(String, String))| Suggestion {
                uuid: uuid(key, &format!("suggestion/{place}")),
                label: format!("Order {name} instead of {}{whom}", subject.drug.name),
                recommended,
                change: Change::ReplaceDrug {
                    order: subject.order.reference.clone(),
                    rxnorm: rxnorm.clone(),
                    name: name.clone(),
                },
            };
            let mut all: Vec<Suggestion> = offered.into_iter().enumerate().map(replace).collect();
            all.extend(further_test(context, subject, key));
            all
        }
        Verdict::Test { genes, .. } => {
            let genes: Vec<&str> = genes.iter().map(|(gene, _)| *gene).collect();
            vec![test_suggestion(context, subject, &genes, key, true)]
        }
        Verdict::Unadvised { .. }
        | Verdict::Pending { .. }
        | Verdict::Unclear { .. }
        | Verdict::Silent { .. } => Vec::new(),
    }
}

/// Beside advice on one gene: the test of another that guidance asks for and nobody has ordered.
fn further_test(context: Context, subject: Subject, key: &str) -> Option<Suggestion> {
    if subject.by.is_some() {
        return None;
    }
    let (_, open) = open_tests(context, subject)?;
    let ordered = |gene: &str| context.moment.pending.iter().any(|test| test.gene == gene);
    let missing = [Standing::NotTested, Standing::NotCallable];
    let genes: Vec<&str> = open
        .into_iter()
        .filter(|(gene, standing)| missing.contains(standing) && !ordered(gene))
        .map(|(gene, _)| gene)
        .collect();
    (!genes.is_empty()).then(|| test_suggestion(context, subject, &genes, key, false))
}

fn test_suggestion(
    context: Context,
    subject: Subject,
    genes: &[&str],
    key: &str,
    recommended: bool,
) -> Suggestion {
    let hgnc = |gene: &str| context.knowledge.gene(gene).map(|gene| gene.hgnc.clone());
    Suggestion {
        uuid: uuid(key, "suggestion/test"),
        label: format!("Order {} test", wording::list(genes, "and")),
        recommended,
        change: Change::OrderTest {
            genes: genes.iter().map(|gene| ((*gene).to_owned(), hgnc(gene))).collect(),
            drug: subject.drug.name.clone(),
            rxnorm: subject.drug.rxnorm.clone(),
        },
    }
}

/// Alternatives of the leading recommendation that this patient may have. An order for several
/// drugs is not replaced: the others would be lost without a word.
fn offered<'a>(
    context: Context,
    subject: Subject,
    lead: &'a Recommendation,
) -> Vec<&'a (String, String)> {
    if !subject.alone {
        return Vec::new();
    }
    let other = |rxnorm: &str| rxnorm != subject.drug.rxnorm;
    lead.alternatives
        .iter()
        .filter(|(rxnorm, _)| other(rxnorm) && may_be_offered(context, rxnorm))
        .take(ALTERNATIVES_MAX)
        .collect()
}

fn override_reasons(verdict: &Verdict) -> Vec<Coding> {
    let hl7 = |code: &str, shown: &str| Coding::new(HL7_REASONS, code).shown_as(shown);
    let own = |code: &str, shown: &str| Coding::new(OWN_REASONS, code).shown_as(shown);
    match verdict {
        Verdict::Act { .. } | Verdict::Convert { .. } => vec![
            own("tolerated-before", "Tolerated before"),
            own("bridging", "Bridging until another treatment starts"),
            own("patient-choice", "Patient's choice"),
            own("disagree-with-call", "Disagree with the gene call"),
            hl7("patient-contraindication", "Alternative contraindicated"),
            hl7("service-not-available", "Alternative not available"),
            hl7("too-costly-uncovered", "Alternative too costly or not covered"),
            hl7("cds-not-applicable", "Does not apply to this patient"),
        ],
        Verdict::Test { .. } => vec![
            own("tested-elsewhere", "Tested elsewhere, result to be requested"),
            own("cannot-wait", "Treatment cannot wait"),
            own("tolerated-before", "Tolerated before"),
            hl7("patient-refuses", "Patient declines the test"),
            hl7("service-not-available", "Test not available"),
            hl7("too-costly-uncovered", "Test too costly or not covered"),
            hl7("cds-not-applicable", "Does not apply to this patient"),
        ],
        Verdict::Unadvised { .. }
        | Verdict::Pending { .. }
        | Verdict::Unclear { .. }
        | Verdict::Silent { .. } => Vec::new(),
    }
}

fn links(context: Context, subject: Subject, source: &Source) -> Vec<Link> {
    let base = &context.moment.settings.base_url;
    let mut links = Vec::new();
    if let Some((statement, _)) = subject.advice
        && !base.is_empty()
    {
        links.push(Link {
            label: "Why: the result and the rule behind this card".to_owned(),
            url: format!("{base}/statements/{}", statement.id),
        });
    }
    if !source.url.is_empty() && source.url != *base {
        links.push(Link { label: source.label.clone(), url: source.url.clone() });
    }
    links
}
