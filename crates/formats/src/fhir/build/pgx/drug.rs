//! What each source says about a drug.

use super::entry::Writer;
use super::gene::Evidence;
use super::value::{self, coding, concept, own, own_words};
use super::{observation, task};
use crate::fhir::build::{Object, loinc};
use crate::fhir::codes::{self, loinc as code};
use model::code::system;
use model::statement::{Action, Citation, DrugStatement, GeneKey, Recommendation, Strength};
use serde_json::{Value, json};

/// Everybody, in the codes of the pack.
const EVERYBODY: &str = "general";

/// Writes an implication for each recommendation, one that says so if there is none, and the
/// tasks that follow. Sources and populations stay apart.
pub(super) fn write(writer: &mut Writer<'_>, drug: &DrugStatement, evidence: &[Evidence]) {
    let derived = derived_from(drug, evidence);
    let mut first: Option<String> = None;
    for recommendation in &drug.recommendations {
        let key =
            format!("{} {} {}", drug.rxnorm, recommendation.source, recommendation.population);
        let id = writer.id("implication", &key);
        let parts = recommended(writer, drug, recommendation, evidence);
        let cited = citation(&recommendation.citation);
        let resource = implication(writer, &id, drug, &derived, parts, cited);
        let reference = writer.add(&id, resource);
        task::medication(writer, drug, recommendation, &reference);
        first.get_or_insert(reference);
    }
    if first.is_none() {
        let id = writer.id("implication", &drug.rxnorm);
        let parts = without_advice(writer, drug, evidence);
        let cited = drug.pre_test.iter().flat_map(|test| citation(&test.citation)).collect();
        let resource = implication(writer, &id, drug, &derived, parts, cited);
        first = Some(writer.add(&id, resource));
    }
    if let (Some(test), Some(reason)) = (&drug.pre_test, first) {
        task::test(writer, drug, test, &reason);
    }
}

/// The drug as a concept: RxNorm ingredient, ATC codes, name.
pub(super) fn medicine(drug: &DrugStatement) -> Value {
    let rxnorm = coding(system::RXNORM, &drug.rxnorm, &drug.drug);
    let atc = drug.atc.iter().filter_map(|atc| coding(system::ATC, atc, ""));
    concept(rxnorm.into_iter().chain(atc), &drug.drug)
}

/// The results of the drug's genes. What must not be used is named, not referred to.
fn derived_from(drug: &DrugStatement, evidence: &[Evidence]) -> Vec<Value> {
    let mut from = Vec::new();
    for key in &drug.genes {
        let mut of_gene = evidence.iter().filter(|found| found.gene == key.gene).peekable();
        if of_gene.peek().is_none() {
            from.push(json!({"display": format!("{}: {}", key.gene, key.call)}));
        }
        from.extend(of_gene.map(|found| match &found.reference {
            Some(reference) => json!({"reference": reference}),
            None => json!({"display": format!("{}: research only, not used", key.gene)}),
        }));
    }
    if from.is_empty() {
        from.push(json!({"display": "no gene of this drug is known"}));
    }
    from
}

fn implication(
    writer: &Writer<'_>,
    id: &str,
    drug: &DrugStatement,
    derived: &[Value],
    parts: Vec<Value>,
    cited: Vec<Value>,
) -> Value {
    let coded = value::guide("therapeutic-implication", "Therapeutic Implication");
    let notes = drug.notes.iter().map(|note| json!({"text": note})).collect();
    observation(writer, id, "therapeutic-implication", coded, &[])
        .list("extension", cited)
        .with("derivedFrom", derived.to_vec())
        .list("note", notes)
        .list("component", parts)
        .build()
}

/// Guideline and publication as related artifacts.
fn citation(citation: &Citation) -> Vec<Value> {
    let is_url = |text: &&str| !text.is_empty() && !text.contains(char::is_whitespace);
    let pmid = citation
        .pmid
        .as_deref()
        .filter(|pmid| !pmid.is_empty() && pmid.bytes().all(|b| b.is_ascii_digit()));
    let artifact = |words: String, url: Option<String>| {
        let artifact = Object::default()
            .with("type", "citation")
            .some("display", Some(citation.title.as_str()))
            .some("citation", Some(words))
            .some("url", url)
            .build();
        json!({"url": "http://hl7.org/fhir/StructureDefinition/workflow-relatedArtifact",
            "valueRelatedArtifact": artifact})
    };
    let page = Some(citation.url.as_str()).filter(is_url).map(str::to_owned);
    let mut cited = Vec::new();
    if page.is_some() || pmid.is_none() {
        cited.push(artifact(citation.title.clone(), page));
    }
    cited.extend(pmid.map(|pmid| {
        let url = format!("https://pubmed.ncbi.nlm.nih.gov/{pmid}/");
        artifact(format!("{} PMID {pmid}", citation.title), Some(url))
    }));
    cited
}

/// What the genes of the drug come to: one component each, with the gene beside it.
fn meanings(drug: &DrugStatement, evidence: &[Evidence]) -> Vec<Value> {
    let one = |key: &GeneKey| {
        let symbol = &key.gene;
        let found = evidence.iter().find(|found| found.gene == *symbol);
        let open = found.map(|found| found.phenotypes.as_slice()).unwrap_or_default();
        let meaning = match (&key.phenotype, open) {
            _ if found.is_some_and(|found| found.reference.is_none()) => {
                concept(None, &format!("{symbol} research only, not used"))
            }
            (Some(phenotype), _) => value::phenotype(phenotype, &format!("{symbol} {phenotype}")),
            (None, [_, ..]) => {
                let words = open.join(" or ");
                concept(None, &format!("{symbol} {}: {words} cannot be told apart", key.call))
            }
            (None, []) => concept(None, &format!("{symbol} {}", key.call)),
        };
        value::implication(meaning, Some(value::gene(symbol, "")))
    };
    drug.genes.iter().map(one).collect()
}

/// The components that every implication has.
fn common(
    writer: &Writer<'_>,
    drug: &DrugStatement,
    evidence: &[Evidence],
    conclusion: &str,
) -> Vec<Value> {
    let mut parts = meanings(drug, evidence);
    parts.push(json!({"code": loinc(code::MEDICATION, "Medication assessed [ID]"),
        "valueCodeableConcept": medicine(drug)}));
    parts.push(value::knowledge_base(writer.input.knowledge));
    let engine = writer.input.engine;
    parts.push(json!({"code": value::guide("annotation-pipeline", "Annotation Pipeline"),
        "valueCodeableConcept": concept(None, &format!("{} {}", engine.name, engine.version))}));
    parts.push(json!({"code": value::guide("conclusion-string", "Conclusion"),
        "valueString": conclusion}));
    parts
}

fn recommended(
    writer: &Writer<'_>,
    drug: &DrugStatement,
    recommendation: &Recommendation,
    evidence: &[Evidence],
) -> Vec<Value> {
    let mut parts = common(writer, drug, evidence, &conclusion(drug, recommendation));
    if recommendation.population != EVERYBODY {
        let words = recommendation.population.replace('-', " ");
        let context = coding(codes::POPULATION, &recommendation.population, &words);
        parts.push(json!({"code": loinc(code::CONTEXT, "Associated phenotype"),
            "valueCodeableConcept": concept(context, &words)}));
    }
    if let Some((strength, words)) = strength(recommendation.strength) {
        let shown = format!("{words} ({})", recommendation.source);
        parts.push(json!({"code": loinc(code::EVIDENCE, "Level of evidence"),
            "valueCodeableConcept":
                concept(coding(codes::STRENGTH, strength, words), &shown)}));
    }
    let source = &recommendation.source;
    parts.push(json!({"code": own("source", "Who recommends"), "valueCodeableConcept":
        concept(coding(codes::GUIDANCE_SOURCE, source, source), source)}));
    let (action, words) = action(recommendation.action);
    parts.push(json!({"code": own("action", "What to do"),
        "valueCodeableConcept": concept(coding(codes::ACTION, action, words), words)}));
    parts.extend(percent(recommendation.action).map(|(low, high)| {
        let share = |percent: u8| {
            json!({"value": percent, "unit": "%", "system": system::UCUM, "code": "%"})
        };
        json!({"code": own("dose-change", "Change of the usual dose"),
            "valueRange": {"low": share(low), "high": share(high)}})
    }));
    parts.push(own_words("rule", "Row of the knowledge pack", &recommendation.rule));
    parts
}

fn without_advice(writer: &Writer<'_>, drug: &DrugStatement, evidence: &[Evidence]) -> Vec<Value> {
    let known: Vec<String> =
        drug.genes.iter().map(|key| format!("{} {}", key.gene, key.call)).collect();
    let why = if known.is_empty() { "no gene is known".to_owned() } else { known.join("; ") };
    let words = format!(
        "{}: no recommendation can be given ({why}). This does not mean the usual dose.",
        drug.drug
    );
    let mut parts = common(writer, drug, evidence, &words);
    let none = coding(codes::ACTION, "not-known", "Not known");
    parts.push(json!({"code": own("action", "What to do"),
        "valueCodeableConcept": concept(none, "Not known")}));
    parts
}

/// `clopidogrel, CPIC (strong, acs pci): Use another drug. Because …`.
pub(super) fn conclusion(drug: &DrugStatement, recommendation: &Recommendation) -> String {
    let mut marks = Vec::new();
    marks.extend(strength(recommendation.strength).map(|(_, words)| words.to_lowercase()));
    if recommendation.population != EVERYBODY {
        marks.push(format!("for: {}", recommendation.population.replace('-', " ")));
    }
    let marks = if marks.is_empty() { String::new() } else { format!(" ({})", marks.join("; ")) };
    let source = &recommendation.source;
    let said = [recommendation.text.trim(), recommendation.implication.trim()];
    let said: Vec<&str> = said.into_iter().filter(|words| !words.is_empty()).collect();
    format!("{}, {source}{marks}: {}", drug.drug, said.join(" "))
}

fn strength(strength: Strength) -> Option<(&'static str, &'static str)> {
    match strength {
        Strength::None => None,
        Strength::Optional => Some(("optional", "Optional")),
        Strength::Moderate => Some(("moderate", "Moderate")),
        Strength::Strong => Some(("strong", "Strong")),
    }
}

/// The action's code, as the pack writes it, and its words.
pub(super) fn action(action: Action) -> (&'static str, &'static str) {
    match action {
        Action::Standard => ("standard", "Usual drug and dose"),
        Action::Reduce { .. } => ("reduce", "Lower the dose"),
        Action::Increase { .. } => ("increase", "Raise the dose"),
        Action::Avoid => ("avoid", "Do not use"),
        Action::Alternative => ("alternative", "Use another drug if possible"),
        Action::LoadingOnly => ("loading-only", "Only the loading dose as usual"),
        Action::Monitor => ("monitor", "Watch closely"),
        Action::TestFirst => ("test-first", "Test before the first dose"),
        Action::NoRecommendation => ("no-recommendation", "The source recommends nothing"),
    }
}

fn percent(action: Action) -> Option<(u8, u8)> {
    match action {
        Action::Reduce { percent } | Action::Increase { percent } => percent,
        _ => None,
    }
}
