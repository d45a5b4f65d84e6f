//! The guide's own answers, when they are at hand: the resources that an answer holds are read,
//! the question it answers is asked again, and the answer has to be the same.

use super::super::build::parameters;
use super::super::{access, json};
use super::{Content, Finding, dossier};
use ::genomics::allele::NoReference;
use ::genomics::asked::{Asked, Contract, Given, operation};
use ::genomics::operation::{Tools, answer};
use serde_json::{Value, json};
use std::path::PathBuf;

fn folder() -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("../../../shared/data/fhir/genomics-reporting/resources");
    if !folder.is_dir() {
        println!("skipped: the examples of the Genomics Reporting guide are not at hand");
        return None;
    }
    Some(folder)
}

fn load(path: &std::path::Path) -> Value {
    json::read(&std::fs::read(path).unwrap(), json::RESOURCE_BYTES_MAX).unwrap().value
}

/// Every resource of an answer. The guide writes some references with another case than the ids.
fn resources(parameter: &Value, found: &mut Vec<Value>) {
    if let Some(resource) = parameter.get("resource") {
        found.push(resource.clone());
    }
    for part in access::all(parameter, "part") {
        resources(part, found);
    }
}

fn with_right_references(found: &mut [Value]) {
    let ids: Vec<String> = found.iter().filter_map(|r| access::id(r)).map(str::to_owned).collect();
    for resource in found {
        let Some(sources) = resource.get_mut("derivedFrom").and_then(Value::as_array_mut) else {
            continue;
        };
        for source in sources {
            let text = source["reference"].as_str().unwrap_or_default().to_lowercase();
            let id = ids.iter().find(|id| text == format!("observation/{}", id.to_lowercase()));
            if let Some(id) = id {
                source["reference"] = json!(format!("Observation/{id}"));
            }
        }
    }
}

/// Names, texts, booleans and ids of an answer.
fn outline(parameters: &[&Value]) -> String {
    let one = |parameter: &&Value| {
        let name = parameter["name"].as_str().unwrap_or_default();
        let text = parameter["valueString"].as_str().map(str::to_owned);
        let flag = || parameter["valueBoolean"].as_bool().map(|flag| flag.to_string());
        let id = || parameter["resource"]["id"].as_str().map(str::to_owned);
        let parts = access::all(parameter, "part");
        if parts.is_empty() {
            let held = text.or_else(flag).or_else(id).unwrap_or_default();
            format!("{name}={held}")
        } else {
            format!("{name}[{}]", outline(&parts))
        }
    };
    parameters.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// The answer of a file, with the items that are kept, and ours to the same question.
fn compare(file: &str, name: &str, given: &[(&str, &str)], item: Option<&str>, leave_out: &[&str]) {
    let Some(folder) = folder() else { return };
    let expected = load(&folder.join(format!("Parameters-{file}Output.json")));
    let text_of = |parameter: &Value| -> String {
        let parts = access::all(parameter, "part");
        let text = parts.first().and_then(|part| part["valueString"].as_str());
        text.unwrap_or_default().to_owned()
    };
    let shown = access::all(&expected, "parameter").into_iter();
    let shown: Vec<&Value> =
        shown.filter(|parameter| !leave_out.contains(&text_of(parameter).as_str())).collect();
    let mut found = Vec::new();
    for parameter in &shown {
        resources(parameter, &mut found);
    }
    with_right_references(&mut found);
    let mut asked: Vec<(String, Given)> = vec![("subject".into(), Given::Text("p".into()))];
    let text = |text: &str| Given::Text(text.to_owned());
    asked.extend(given.iter().map(|(name, value)| ((*name).to_owned(), text(value))));
    if let Some(item) = item {
        asked.extend(shown.iter().map(|p| (item.to_owned(), text(&text_of(p)))));
    }
    let operation = operation(name).unwrap();
    let (dossier, _) = dossier(&found, &NoReference);
    let asked = Asked::read(operation, Contract::Guide, &asked, &NoReference).unwrap();
    let tools = Tools { lift_over: None, contract: Contract::Guide };
    let parts = answer(operation, &asked, &dossier, tools).unwrap();
    let by_reference = |reference: &str| {
        let id = reference.strip_prefix("Observation/")?;
        found.iter().find(|resource| access::id(resource) == Some(id)).cloned()
    };
    let ours = parameters(&parts, &by_reference).unwrap();
    assert_eq!(outline(&access::all(&ours, "parameter")), outline(&shown), "{file}");
}

#[test]
fn the_answers_of_the_guide_are_ours() {
    let show = [("includeVariants", "true")];
    let ranges = Some("ranges");
    compare("FindSubjectVariants", "find-subject-variants", &show, ranges, &[]);
    let name = "find-subject-structural-intersecting-variants";
    compare("FindSubjectStructuralIntersectingVariants", name, &show, ranges, &[]);
    let name = "find-subject-structural-subsuming-variants";
    compare("FindSubjectStructuralSubsumingVariants", name, &show, ranges, &[]);
    // Without exons the guide's "false" for these cannot be known: they are refused here.
    let refused = [
        "NM_001354609.2:c.1799T>A",
        "NM_007294.4:c.5559C>A",
        "NM_001354609.2:c.1802=",
        "NM_000038.6:c.55G>T",
    ];
    let name = "find-subject-specific-variants";
    compare("FindSubjectSpecificVariants", name, &[], Some("variants"), &refused);
    let name = "find-subject-haplotypes";
    compare("FindSubjectHaplotypes", name, &[], Some("genes"), &[]);
    let name = "find-subject-specific-haplotypes";
    compare("FindSubjectSpecificHaplotypes", name, &[], Some("haplotypes"), &[]);
    let given =
        [("treatments", "lapatinib"), ("variants", "NC_000017.11:39723965:ATTGAGGGAAAACACAT:T")];
    compare("FindSubjectTxImplications", "find-subject-tx-implications", &given, None, &[]);
    let given = [
        ("conditions", "http://snomed.info/sct|405501007"),
        ("ranges", "NC_000019.10:38499669-38499670"),
    ];
    compare("FindSubjectDxImplications", "find-subject-dx-implications", &given, None, &[]);
    let given = [("variants", "NC_000001.10:g.86852621A>G")];
    compare("FindSubjectMolecConseq", "find-subject-molecular-consequences", &given, None, &[]);
}

#[test]
fn every_example_is_read_as_one_patient() {
    let Some(folder) = folder() else { return };
    let mut all = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let kinds = ["Observation-", "Procedure-", "DiagnosticReport-", "Specimen-"];
        if kinds.iter().any(|kind| name.starts_with(kind)) {
            all.push(load(&path));
        }
    }
    let (dossier, _) = dossier(&all, &NoReference);
    let count =
        |is: fn(&Content) -> bool| dossier.findings.iter().filter(|f| is(&f.content)).count();
    assert!(count(|c| matches!(c, Content::Variant(_))) >= 37);
    assert!(count(|c| matches!(c, Content::Therapeutic(_))) >= 15);
    assert!(count(|c| matches!(c, Content::Phase(_))) >= 1);
    let placed = |finding: &&Finding| match &finding.content {
        Content::Variant(variant) => {
            !variant.exact_places().is_empty() || !variant.structural_places().is_empty()
        }
        _ => false,
    };
    let placed = dossier.findings.iter().filter(placed).count();
    assert!(placed >= 30, "{placed}");
    assert!(dossier.studies.len() >= 5, "{}", dossier.studies.len());
}
