//! The result of one gene.

use super::entry::Writer;
use super::value::{self, own, own_words};
use super::variant::Found;
use super::{callability, observation};
use crate::fhir::build::{Object, loinc, observation_status, source_class_component};
use crate::fhir::codes::{self, loinc as code};
use model::reported::ResultStatus;
use model::specimen::Origin;
use model::statement::{Basis, GeneKey, GeneState, GeneStatement};
use serde_json::{Value, json};

/// Most possibilities that have a component of their own; all of them stand in the value.
const POSSIBILITIES_MAX: usize = 100;

/// What a drug's implication can be derived from.
#[derive(Debug)]
pub(super) struct Evidence {
    /// HGNC symbol.
    pub(super) gene: String,
    /// The gene's result; `None` if nothing may be derived from it.
    pub(super) reference: Option<String>,
    /// All phenotypes that the call allows, if there are several.
    pub(super) phenotypes: Vec<String>,
}

/// Writes a gene's result, its haplotypes and its named variants.
pub(super) fn write(
    writer: &mut Writer<'_>,
    statement: &GeneStatement,
    found: &[Found],
) -> Evidence {
    let at_positions = found.iter().filter(|found| found.gene == statement.gene);
    let mut derived: Vec<String> = at_positions.map(|found| found.reference.clone()).collect();
    let words = value::genotype_words(statement);
    let reference = match (&statement.state, words) {
        (GeneState::Called, Some(words)) => {
            let mut from = haplotypes(writer, statement);
            from.extend(super::variant::by_name(writer, statement));
            from.append(&mut derived);
            genotype(writer, statement, &words, &from)
        }
        (GeneState::Called, None) => phenotype_alone(writer, statement, &derived),
        _ => absent(writer, statement, &derived),
    };
    // Nothing may rest on a research call.
    let is_usable = !statement.research;
    Evidence {
        gene: statement.gene.clone(),
        reference: is_usable.then_some(reference),
        phenotypes: if is_usable { value::open_phenotypes(statement) } else { Vec::new() },
    }
}

/// Writes what is known of a gene that only a drug names.
pub(super) fn write_untold(writer: &mut Writer<'_>, key: &GeneKey) -> Evidence {
    let state = match key.call.as_str() {
        "" | "not tested" => GeneState::NotTested,
        other => GeneState::NotCalled { why: other.to_owned() },
    };
    let statement = GeneStatement { gene: key.gene.clone(), state, ..GeneStatement::default() };
    let reference = absent(writer, &statement, &[]);
    Evidence { gene: key.gene.clone(), reference: Some(reference), phenotypes: Vec::new() }
}

/// The status of a gene's result: research is never final.
fn status(writer: &Writer<'_>, statement: &GeneStatement) -> ResultStatus {
    let status = writer.input.status;
    if statement.research && status.is_final() { ResultStatus::Preliminary } else { status }
}

/// What all results of genes have: method, remarks, and the mark of research.
fn finish(writer: &Writer<'_>, statement: &GeneStatement, object: Object) -> Object {
    let method = match statement.basis {
        Basis::Genotypes => "Alleles matched to the genotypes of known positions",
        Basis::Reported => "Reported by a laboratory",
        Basis::SinglePosition => "One position in place of the diplotype",
    };
    let method = (statement.state != GeneState::NotTested).then(|| json!({"text": method}));
    let modifier =
        statement.research.then(|| json!([{"url": codes::RESEARCH_ONLY, "valueBoolean": true}]));
    let notes = statement.notes.iter().map(|note| json!({"text": note}));
    object
        .with("status", observation_status(status(writer, statement)))
        .some("modifierExtension", modifier)
        .some("method", method)
        .list("note", notes.collect())
}

/// The components that all results of genes begin with.
fn opening(statement: &GeneStatement) -> Vec<Value> {
    let mut parts = vec![value::gene_component(&statement.gene, &statement.hgnc)];
    parts.extend(source_class_component(Origin::Germline));
    parts
}

/// The components that all results of genes end with.
fn closing(writer: &Writer<'_>, statement: &GeneStatement) -> Vec<Value> {
    let mut parts = Vec::new();
    parts.extend(statement.also_possible.iter().map(|diplotype| {
        let display = "Genotype that fits the data and explains less of it";
        own_words("also-possible", display, &diplotype.to_string())
    }));
    parts.extend(statement.unexplained.iter().map(|found| {
        own_words("unexplained-variation", "Variation that no allele explains", found)
    }));
    parts.extend(statement.callability.iter().flat_map(callability::components));
    parts.push(value::knowledge_base(writer.input.knowledge));
    parts.push(json!({"code": value::guide("conclusion-string", "Conclusion"),
        "valueString": conclusion(statement)}));
    parts
}

/// The gene's result in one sentence; a call that must not be prescribed by says so first.
pub(super) fn conclusion(statement: &GeneStatement) -> String {
    let gene = &statement.gene;
    let seen = statement.callability.as_ref().map(|found| format!(" ({})", found.words()));
    let seen = seen.unwrap_or_default();
    match &statement.state {
        GeneState::NotTested => format!("{gene}: not tested. This is no normal result."),
        GeneState::NotCalled { why } => {
            format!("{gene}: not called{seen}: {why}. This is no normal result.")
        }
        GeneState::Called => {
            let words = value::genotype_words(statement);
            let call = words.unwrap_or_else(|| format!("{gene}, {}", no_genotype(statement)));
            let unphased = statement.diplotypes.is_empty()
                && statement.variants.len() > 1
                && !statement.phased;
            let strands = if unphased { " (which share a strand is not known)" } else { "" };
            let open = value::open_phenotypes(statement);
            let means = match (&statement.phenotype, open.is_empty()) {
                (Some(phenotype), _) => phenotype.clone(),
                (None, true) => "no phenotype is assigned".into(),
                (None, false) => format!("{} cannot be told apart", open.join(" or ")),
            };
            let score = statement.activity_score.as_ref();
            let score = score.map(|score| format!(", activity score {score}")).unwrap_or_default();
            let research =
                if statement.research { "Research only, not for prescribing: " } else { "" };
            format!("{research}{call}{strands}: {means}{score}{seen}")
        }
    }
}

/// Why a phenotype stands without a genotype.
fn no_genotype(statement: &GeneStatement) -> &'static str {
    match statement.basis {
        Basis::Reported => "genotype not reported",
        Basis::Genotypes => "genotype not called",
        Basis::SinglePosition => "genotype not called, one position in its place",
    }
}

/// Phenotype and activity score where they are clear, each possibility where they are not.
fn meaning(statement: &GeneStatement) -> Vec<Value> {
    let mut parts = Vec::new();
    if !statement.research {
        let phenotype = statement.phenotype.as_deref();
        parts.extend(
            phenotype.map(|words| value::implication(value::phenotype(words, words), None)),
        );
        let score = statement.activity_score.as_deref();
        parts.extend(score.map(|score| own_words("activity-score", "Activity score", score)));
    }
    let possible = value::possibilities(statement);
    let rest = possible.len().saturating_sub(POSSIBILITIES_MAX);
    for outcome in possible.iter().take(POSSIBILITIES_MAX) {
        let diplotype = outcome.diplotype.as_ref().map(ToString::to_string);
        let held = [
            ("genotype", diplotype.as_deref()),
            ("phenotype", outcome.phenotype.as_deref()),
            ("activity-score", outcome.activity_score.as_deref()),
        ];
        let held = held
            .into_iter()
            .filter_map(|(url, text)| text.map(|text| json!({"url": url, "valueString": text})));
        let held: Vec<Value> = held.collect();
        let extension =
            (!held.is_empty()).then(|| json!([{"url": codes::POSSIBLE_RESULT, "extension": held}]));
        parts.push(
            Object::default()
                .some("extension", extension)
                .with("code", own("possible-result", "One of several possible results"))
                .with("valueString", value::outcome_words(outcome))
                .build(),
        );
    }
    if rest > 0 {
        let display = "Possible results that have no component";
        let count = i32::try_from(rest).unwrap_or(i32::MAX);
        parts.push(json!({"code": own("more-possible-results", display), "valueInteger": count}));
    }
    parts
}

/// Says that the call is ambiguous, where codes are looked at before components.
fn interpretation(statement: &GeneStatement) -> Option<Value> {
    let system = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";
    let count = value::possibilities(statement).len();
    let text = format!("ambiguous: the data allow {count} results");
    let coding = json!({"system": system, "code": "IND", "display": "Indeterminate"});
    (count > 1).then(|| json!([{"coding": [coding], "text": text}]))
}

fn genotype(
    writer: &mut Writer<'_>,
    statement: &GeneStatement,
    words: &str,
    from: &[String],
) -> String {
    let id = writer.id("genotype", &statement.gene);
    let coded = loinc(code::GENOTYPE, "Genotype display name");
    let mut parts = opening(statement);
    parts.extend(meaning(statement));
    let is_list = statement.diplotypes.is_empty();
    parts.extend(
        statement
            .variants
            .iter()
            .filter(|_| is_list)
            .map(|name| own_words("variant-name", "Variant found, once for each copy", name)),
    );
    if is_list {
        let display = "Whether it is known which variants share a strand";
        let phased = statement.phased;
        parts.push(json!({"code": own("is-phased", display), "valueBoolean": phased}));
    }
    parts.extend(closing(writer, statement));
    let object = observation(writer, &id, "genotype", coded, from)
        .with("valueCodeableConcept", value::genotype(statement, words))
        .some("interpretation", interpretation(statement))
        .list("component", parts);
    let resource = finish(writer, statement, object).build();
    writer.add(&id, resource)
}

/// A phenotype for which there is no diplotype: in the form of an implication, since a genotype
/// must have a value.
fn phenotype_alone(writer: &mut Writer<'_>, statement: &GeneStatement, from: &[String]) -> String {
    let id = writer.id("phenotype", &statement.gene);
    let coded = value::guide("therapeutic-implication", "Therapeutic Implication");
    let mut parts = opening(statement);
    parts.extend(meaning(statement));
    parts.extend(closing(writer, statement));
    let mut object = observation(writer, &id, "therapeutic-implication", coded, from);
    if from.is_empty() {
        object = object.with("derivedFrom", json!([{"display": no_genotype(statement)}]));
    }
    let object = object.some("interpretation", interpretation(statement)).list("component", parts);
    let resource = finish(writer, statement, object).build();
    writer.add(&id, resource)
}

/// A gene without a call. It claims no profile, because the guide's genotype must have a value.
fn absent(writer: &mut Writer<'_>, statement: &GeneStatement, from: &[String]) -> String {
    let id = writer.id("genotype", &statement.gene);
    let coded = loinc(code::GENOTYPE, "Genotype display name");
    let (reason, display, words) = match &statement.state {
        GeneState::NotCalled { why } => ("unknown", "Unknown", format!("not called: {why}")),
        _ => ("not-performed", "Not Performed", "not tested".to_owned()),
    };
    let reason = value::concept(value::coding(codes::DATA_ABSENT, reason, display), &words);
    let mut parts = opening(statement);
    parts.extend(closing(writer, statement));
    let object = observation(writer, &id, "", coded, from)
        .without("meta")
        .with("dataAbsentReason", reason)
        .list("component", parts);
    let resource = finish(writer, statement, object).build();
    writer.add(&id, resource)
}

/// A haplotype for each allele that every possibility has. Left out are those of a research call,
/// those of the mitochondrial genome, where it is the genotype, and names that would read as one.
fn haplotypes(writer: &mut Writer<'_>, statement: &GeneStatement) -> Vec<String> {
    if statement.research || statement.gene.starts_with("MT-") {
        return Vec::new();
    }
    let copies = |name: &str| {
        let count = |d: &model::statement::Diplotype| {
            usize::from(d.first == name) + usize::from(d.second.as_deref() == Some(name))
        };
        statement.diplotypes.iter().map(count).min().unwrap_or_default()
    };
    let Some(first) = statement.diplotypes.first() else { return Vec::new() };
    let mut names = vec![first.first.as_str()];
    names.extend(first.second.as_deref().filter(|second| *second != first.first));
    let mut made = Vec::new();
    for name in names {
        let count = copies(name);
        if count == 0 || name.contains('/') {
            continue;
        }
        let id = writer.id("haplotype", &format!("{} {name}", statement.gene));
        let mut parts = opening(statement);
        let display = "Copies of the haplotype";
        parts.push(json!({"code": own("copies", display), "valueInteger": count}));
        let coded = loinc(code::HAPLOTYPE, "Haplotype name");
        let resource = observation(writer, &id, "haplotype", coded, &[])
            .with("valueCodeableConcept", value::allele(&statement.gene, name))
            .list("component", parts)
            .build();
        made.push(writer.add(&id, resource));
    }
    made
}
