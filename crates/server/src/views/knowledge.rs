//! What the pack in use says of genes and drugs.

mod variant;

pub(crate) use variant::{knowledge_of_allele, knowledge_of_variant};

use super::adopted::subject::{Subject, history};
use super::identity::session;
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use guidance::Order;
use guidance::lifestyle::rule_of;
use knowledge::pgx::{ActionRule, Drug, Gene, PhenotypeRule};
use model::code::system::RXNORM;
use model::{CodeableConcept, Coding};
use web::view::{DrugKnowledgeView, GeneKnowledgeView, KnowledgeView, RuleView};

/// Everything there is a page of.
pub(crate) fn knowledge(app: &App, caller: &Caller) -> Result<KnowledgeView, Error> {
    let pack = app.pack();
    let drugs_of = |gene: &Gene| {
        let asks = |drug: &&Drug| drug.genes.contains(&gene.symbol);
        pack.pgx.drugs.iter().filter(asks).count()
    };
    Ok(KnowledgeView {
        session: session(app, caller)?,
        reference: pack.reference(),
        genes: pack
            .pgx
            .genes
            .iter()
            .map(|gene| (gene.symbol.clone(), gene.alleles.len(), drugs_of(gene)))
            .collect(),
        drugs: pack
            .pgx
            .drugs
            .iter()
            .map(|drug| (drug.rxnorm.clone(), drug.name.clone(), drug.genes.clone()))
            .collect(),
    })
}

/// A gene; `None` if the pack has none of that symbol.
pub(crate) fn knowledge_of_gene(
    app: &App,
    caller: &Caller,
    symbol: &str,
) -> Result<Option<GeneKnowledgeView>, Error> {
    let pack = app.pack();
    let Some(gene) = pack.pgx.gene(symbol) else { return Ok(None) };
    let drugs = pack.pgx.drugs.iter().filter(|drug| drug.genes.contains(&gene.symbol));
    let pairs = gene.phenotypes.iter().map(pair);
    let scores = gene.scores.iter().map(|rule| {
        let to = rule.to.map_or_else(|| " or more".to_owned(), |to| format!(" to {to}"));
        (format!("score {}{to}", rule.from), rule.phenotype.clone())
    });
    Ok(Some(GeneKnowledgeView {
        session: session(app, caller)?,
        reference: pack.reference(),
        symbol: gene.symbol.clone(),
        hgnc: gene.hgnc.clone(),
        positions: gene.positions.len(),
        alleles: gene
            .alleles
            .iter()
            .map(|allele| {
                let activity = allele.activity.map(|score| score.to_string());
                (allele.name.clone(), allele.function.clone(), activity)
            })
            .collect(),
        phenotypes: scores.chain(pairs).collect(),
        drugs: drugs.map(|drug| (drug.rxnorm.clone(), drug.name.clone())).collect(),
        history: history(app, caller, &Subject { name: &gene.symbol, is_part: None })?,
    }))
}

/// Two functions, and the phenotype that follows.
fn pair(rule: &PhenotypeRule) -> (String, String) {
    let any = |function: &str| match function {
        "*" => "any function".to_owned(),
        "-" => "no second copy".to_owned(),
        function => function.to_owned(),
    };
    (format!("{} and {}", any(&rule.first), any(&rule.second)), rule.phenotype.clone())
}

/// A drug; `None` if the pack has no rule for it.
pub(crate) fn knowledge_of_drug(
    app: &App,
    caller: &Caller,
    rxnorm: &str,
) -> Result<Option<DrugKnowledgeView>, Error> {
    let pack = app.pack();
    let Some(drug) = pack.pgx.drug(rxnorm) else { return Ok(None) };
    let rules = pack.pgx.actions.iter().filter(|rule| rule.rxnorm == drug.rxnorm);
    let before = pack.pgx.alerts.iter().filter(|rule| rule.rxnorm == drug.rxnorm);
    Ok(Some(DrugKnowledgeView {
        session: session(app, caller)?,
        reference: pack.reference(),
        name: drug.name.clone(),
        rxnorm: drug.rxnorm.clone(),
        atc: drug.atc.clone(),
        genes: drug.genes.clone(),
        rules: rules.map(|rule| rule_view(app, rule)).collect(),
        before_testing: before.map(|rule| (rule.text.clone(), rule.citation.clone())).collect(),
        smoking: smoking(drug),
        history: history(app, caller, &Subject { name: &drug.name, is_part: None })?,
    }))
}

fn rule_view(app: &App, rule: &ActionRule) -> RuleView {
    let population = app.pack().pgx.population(&rule.rxnorm, &rule.population);
    let holds: Vec<String> = rule
        .key
        .iter()
        .map(|(gene, values)| {
            let values: Vec<String> = values.iter().map(ToString::to_string).collect();
            format!("{gene}: {}", values.join(" or "))
        })
        .collect();
    RuleView {
        id: rule.id.clone(),
        source: rule.source.clone(),
        population: population.unwrap_or(&rule.population).to_owned(),
        holds: holds.join("; "),
        action: rule.action,
        strength: rule.strength,
        text: rule.text.clone(),
        implication: rule.implication.clone(),
        citation: rule.citation.clone(),
    }
}

fn smoking(drug: &Drug) -> Option<(String, String)> {
    let coding = vec![Coding::new(RXNORM, &drug.rxnorm)];
    let concept = CodeableConcept { coding, text: None };
    let rule = rule_of(&Order { concept, ..Order::default() })?;
    Some((format!("{} {}", rule.smoker, rule.stopping), rule.source.to_owned()))
}
