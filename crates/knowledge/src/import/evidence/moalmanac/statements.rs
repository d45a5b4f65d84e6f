//! The newer form of the Almanac: statements in the terms of the Variant Annotation Specification
//! of the Global Alliance for Genomics and Health, each with its proposition and its biomarkers.
//!
//! Source: <https://va-ga4gh.readthedocs.io> for propositions, predicates and directions. A
//! biomarker may be asked to be absent (`present`: false); that is `NOT` in a profile.

use super::{cited, feature, level, plain, text};
use crate::evidence::{
    Direction, EvidenceKind, EvidenceRow, Interaction, Significance, VariantOrigin,
};
use serde_json::{Value, json};

/// Conditions that one statement is made a row for.
const CONDITIONS_MAX: usize = 50;

/// The statements of a file, if it is of this form: a list, or a list under a name.
pub(super) fn statements(file: &Value) -> Option<&Vec<Value>> {
    let lists = ["content", "data", "statements"].iter().filter_map(|name| file.get(name));
    let mut lists = std::iter::once(file).chain(lists).filter_map(Value::as_array);
    lists.find(|list| list.iter().any(|one| one.get("proposition").is_some()))
}

/// One row for each condition of a statement.
pub(super) fn rows_of(statement: &Value) -> Result<Vec<EvidenceRow>, String> {
    let id = match statement.get("id") {
        Some(Value::Number(id)) => id.to_string(),
        Some(Value::String(id)) => id.clone(),
        _ => return Err("has no `id`".into()),
    };
    let proposition = statement.get("proposition").ok_or("has no `proposition`")?;
    let (kind, significance) = predicate(text(proposition, "predicate"))?;
    let direction = match plain(text(statement, "direction")).as_str() {
        "supports" => Direction::Supports,
        "disputes" => Direction::DoesNotSupport,
        other => return Err(format!("the direction `{other}` says nothing")),
    };
    let strength = statement.get("strength").map_or("", |strength| text(strength, "name"));
    let level = level(strength).ok_or(format!("`{strength}` is no known strength"))?;
    let biomarkers = proposition.get("biomarkers").and_then(Value::as_array);
    let biomarkers = biomarkers.map_or(&[][..], Vec::as_slice);
    let profile = biomarkers.iter().map(biomarker).collect::<Result<Vec<_>, _>>()?;
    if profile.is_empty() {
        return Err("has no biomarkers".into());
    }
    let is_germline = |one: &Value| plain(said(one, "biomarker_type")).contains("germline");
    let (therapies, interaction) = match kind {
        EvidenceKind::Predictive => therapies(proposition.get("objectTherapeutic"))?,
        _ => (Vec::new(), Interaction::NotStated),
    };
    let (citation, url) = cited(statement.get("reportedIn"));
    let row = |(number, condition): (usize, (String, String))| EvidenceRow {
        id: match number {
            0 => format!("moalmanac:statement-{id}"),
            more => format!("moalmanac:statement-{id}-{}", more + 1),
        },
        source: "moalmanac".into(),
        kind,
        direction,
        level,
        source_level: strength.to_owned(),
        significance,
        profile: profile.join(" AND "),
        tumor_type: condition.0,
        tumor_code: condition.1,
        therapies: therapies.clone(),
        interaction,
        origin: if biomarkers.iter().any(is_germline) {
            VariantOrigin::Germline
        } else {
            VariantOrigin::Somatic
        },
        rating: None,
        statement: String::new(),
        citation: citation.clone(),
        url: url.clone(),
        reviewed: reviewed(statement).to_owned(),
    };
    let conditions = conditions(proposition.get("conditionQualifier"))?;
    Ok(conditions.into_iter().enumerate().map(row).collect())
}

/// What a predicate says; the specification has an `s` after the verb, the Almanac not always.
fn predicate(predicate: &str) -> Result<(EvidenceKind, Significance), String> {
    use EvidenceKind::{Predictive, Prognostic};
    Ok(match plain(predicate).as_str() {
        "predictssensitivityto" | "predictsensitivityto" => (Predictive, Significance::Sensitivity),
        "predictsresistanceto" | "predictresistanceto" => (Predictive, Significance::Resistance),
        "associatedwithbetteroutcomefor" => (Prognostic, Significance::BetterOutcome),
        "associatedwithworseoutcomefor" => (Prognostic, Significance::PoorOutcome),
        _ => return Err(format!("`{predicate}` is no known predicate")),
    })
}

/// When somebody last looked at it.
fn reviewed(statement: &Value) -> &str {
    let all = statement.get("contributions").and_then(Value::as_array);
    all.into_iter().flatten().map(|one| text(one, "date")).max().unwrap_or_default()
}

/// A property of a biomarker: its own, or one among its extensions.
fn property<'v>(of: &'v Value, name: &str) -> Option<&'v Value> {
    let extensions = of.get("extensions").and_then(Value::as_array);
    let mut extensions = extensions.into_iter().flatten();
    of.get(name)
        .or_else(|| extensions.find(|one| text(one, "name") == name)?.get("value"))
        .filter(|value| !value.is_null())
}

fn said<'v>(of: &'v Value, name: &str) -> &'v str {
    property(of, name).and_then(Value::as_str).map(str::trim).unwrap_or_default()
}

/// A biomarker in the words of a molecular profile.
fn biomarker(of: &Value) -> Result<String, String> {
    let is_present = match property(of, "present").or_else(|| property(of, "_present")) {
        None | Some(Value::Bool(true)) => true,
        Some(Value::Bool(false)) => false,
        Some(other) => return Err(format!("`{other}` as presence")),
    };
    let kind = said(of, "biomarker_type");
    let genes = property(of, "genes").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let symbol = |at: usize| -> &str {
        match genes.get(at) {
            Some(Value::String(symbol)) => symbol,
            Some(gene) => [text(gene, "symbol"), text(gene, "name")]
                .into_iter()
                .find(|one| !one.is_empty())
                .unwrap_or_default(),
            None => "",
        }
    };
    let (words, is_present) = match plain(kind).as_str() {
        // That no variant of the gene is there.
        "wildtype" if !symbol(0).is_empty() => (format!("{} Mutation", symbol(0)), !is_present),
        _ => (as_feature(of, kind, [symbol(0), symbol(1)])?, is_present),
    };
    Ok(if is_present { words } else { format!("NOT {words}") })
}

/// By the reader of the older form, which has the same kinds under other names.
fn as_feature(of: &Value, kind: &str, [first, second]: [&str; 2]) -> Result<String, String> {
    let burden = match (said(of, "classification"), plain(said(of, "name"))) {
        ("", name) if name.ends_with("high") => "high",
        (classification, _) => classification,
    };
    let kind = match plain(kind).as_str() {
        "tumormutationalburden" => "Mutational burden",
        _ => kind,
    };
    let is_rearrangement = plain(kind) == "rearrangement";
    feature(&json!({"feature_type": kind, "attributes": [{
        "gene": if is_rearrangement { "" } else { first },
        "gene1": first,
        "gene2": second,
        "protein_change": said(of, "protein_change"),
        "variant_annotation": said(of, "variant_annotation"),
        "exon": property(of, "exon"),
        "direction": said(of, "direction"),
        "status": said(of, "status"),
        "classification": burden,
    }]}))
}

/// Medicines, and how they go together.
fn therapies(of: Option<&Value>) -> Result<(Vec<String>, Interaction), String> {
    let of = of.ok_or("names no therapy")?;
    let name = |one: &Value| text(one, "name").replace('|', "/");
    let Some(group) = of.get("therapies").and_then(Value::as_array) else {
        let name = name(of);
        let named = if name.is_empty() { Err("names no therapy") } else { Ok(vec![name]) };
        return Ok((named?, Interaction::NotStated));
    };
    let names: Vec<String> = group.iter().map(name).filter(|name| !name.is_empty()).collect();
    if names.is_empty() || names.len() < group.len() {
        return Err("names no therapy".into());
    }
    let interaction = match (names.len(), text(of, "membershipOperator")) {
        (1, _) => Interaction::NotStated,
        (_, "AND") => Interaction::Combination,
        (_, "OR") => Interaction::Substitutes,
        (_, other) => return Err(format!("therapies joined by `{other}`")),
    };
    Ok((names, interaction))
}

/// Name and code of each condition; any of a set is enough.
fn conditions(of: Option<&Value>) -> Result<Vec<(String, String)>, String> {
    let of = of.ok_or("names no condition")?;
    let Some(set) = of.get("conditions").and_then(Value::as_array) else {
        return Ok(vec![condition(of)]);
    };
    match text(of, "membershipOperator") {
        "OR" if !set.is_empty() && set.len() <= CONDITIONS_MAX => {
            Ok(set.iter().map(condition).collect())
        }
        "OR" => Err(format!("{} conditions", set.len())),
        other => Err(format!("conditions joined by `{other}`")),
    }
}

fn condition(of: &Value) -> (String, String) {
    let mappings = of.get("mappings").and_then(Value::as_array);
    let mappings = mappings.into_iter().flatten().filter_map(|one| one.get("coding"));
    let mut codings = of.get("primaryCoding").into_iter().chain(mappings);
    let oncotree = codings.find(|coding| plain(text(coding, "system")).contains("oncotree"));
    let code = match oncotree.map(|coding| text(coding, "code")) {
        None | Some("") => said(of, "oncotree_code"),
        Some(code) => code,
    };
    let code = if code.is_empty() { String::new() } else { format!("ONCOTREE:{code}") };
    (text(of, "name").to_owned(), code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(predicate: &str, biomarkers: &Value) -> Value {
        json!({"id": 7, "type": "Statement", "direction": "supports",
            "contributions": [{"date": "2024-10-30"}, {"date": "2025-04-02"}],
            "reportedIn": [{"id": "doc:1", "name": "Label", "url": "https://example.org/label"}],
            "strength": {"name": "Approval"},
            "proposition": {"predicate": predicate, "biomarkers": biomarkers,
                "conditionQualifier": {"name": "Melanoma", "mappings": [{"coding":
                    {"system": "https://oncotree.mskcc.org", "code": "MEL"}}]},
                "objectTherapeutic": {"membershipOperator": "AND",
                    "therapies": [{"name": "Dabrafenib"}, {"name": "Trametinib"}]}}})
    }

    fn marker(kind: &str, genes: &[&str], more: &Value) -> Value {
        let mut extensions = vec![json!({"name": "biomarker_type", "value": kind})];
        for (name, value) in more.as_object().unwrap() {
            extensions.push(json!({"name": name, "value": value}));
        }
        let genes: Vec<Value> = genes.iter().map(|gene| json!({"name": gene})).collect();
        json!({"name": "x", "genes": genes, "extensions": extensions})
    }

    #[test]
    fn biomarkers_become_profiles() {
        let change = json!({"protein_change": "p.V600E"});
        let absent = json!({"protein_change": "p.V600E", "present": false});
        let exon = json!({"exon": 19, "variant_annotation": "Deletion"});
        for (kind, genes, more, expected) in [
            ("Somatic variant", &["BRAF"][..], &change, Ok("BRAF V600E")),
            ("Somatic variant", &["BRAF"], &absent, Ok("NOT BRAF V600E")),
            ("Somatic variant", &["EGFR"], &exon, Ok("EGFR Exon 19 Deletion")),
            ("Germline variant", &["BRCA1"], &json!({}), Ok("BRCA1 Mutation")),
            (
                "Copy number",
                &["ERBB2"],
                &json!({"direction": "Amplification"}),
                Ok("ERBB2 Amplification"),
            ),
            ("Rearrangement", &["EML4", "ALK"], &json!({}), Ok("EML4::ALK Fusion")),
            ("Rearrangement", &["ALK"], &json!({"present": false}), Ok("NOT ALK Fusion")),
            ("Microsatellite stability", &[], &json!({"status": "MSI-High"}), Ok("MSI-H")),
            ("Tumor mutational burden", &[], &json!({"classification": "High"}), Ok("TMB-H")),
            ("Wild type", &["KRAS"], &json!({}), Ok("NOT KRAS Mutation")),
            (
                "Protein expression",
                &[],
                &json!({"marker": "ER"}),
                Err("`Protein expression` cannot be expressed"),
            ),
            ("Somatic variant", &[], &change, Err("a `Somatic variant` without a gene")),
            ("Wild type", &[], &json!({}), Err("`Wild type` cannot be expressed")),
            (
                "Somatic variant",
                &["BRAF"],
                &json!({"present": "maybe"}),
                Err("`\"maybe\"` as presence"),
            ),
        ] {
            let found = biomarker(&marker(kind, genes, more));
            assert_eq!(found.as_deref().map_err(String::as_str), expected, "{kind} {more}");
        }
    }

    #[test]
    fn a_statement_becomes_a_row_for_each_condition() {
        let markers =
            json!([marker("Somatic variant", &["BRAF"], &json!({"protein_change": "p.V600E"}))]);
        let rows = rows_of(&statement("predictSensitivityTo", &markers)).unwrap();
        let row = &rows[0];
        assert_eq!((rows.len(), row.id.as_str()), (1, "moalmanac:statement-7"));
        assert_eq!(
            (row.kind, row.significance, row.direction),
            (EvidenceKind::Predictive, Significance::Sensitivity, Direction::Supports)
        );
        assert_eq!(
            (row.tumor_type.as_str(), row.tumor_code.as_str()),
            ("Melanoma", "ONCOTREE:MEL")
        );
        assert_eq!(row.therapies, ["Dabrafenib", "Trametinib"]);
        assert_eq!(row.interaction, Interaction::Combination);
        assert_eq!(
            (row.reviewed.as_str(), row.url.as_str()),
            ("2025-04-02", "https://example.org/label")
        );

        let mut several = statement("predictsResistanceTo", &markers);
        several["direction"] = json!("disputes");
        several["proposition"]["conditionQualifier"] = json!({"membershipOperator": "OR",
            "conditions": [{"name": "Melanoma"}, {"name": "Uveal Melanoma"}]});
        let rows = rows_of(&several).unwrap();
        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(ids, ["moalmanac:statement-7", "moalmanac:statement-7-2"]);
        assert_eq!(
            (rows[1].tumor_type.as_str(), rows[1].direction),
            ("Uveal Melanoma", Direction::DoesNotSupport)
        );

        // What says something else is told, never guessed.
        for (pointer, value) in [
            ("/direction", json!("neutral")),
            ("/strength/name", json!("Rumour")),
            ("/proposition/predicate", json!("isOncogenicFor")),
            ("/proposition/biomarkers", json!([])),
            ("/proposition/objectTherapeutic/membershipOperator", json!("XOR")),
            ("/proposition/objectTherapeutic/therapies/0/name", json!("")),
            (
                "/proposition/conditionQualifier",
                json!({"membershipOperator": "AND", "conditions": [{"name": "A"}]}),
            ),
        ] {
            let mut other = statement("predictsSensitivityTo", &markers);
            *other.pointer_mut(pointer).unwrap() = value;
            assert!(rows_of(&other).is_err(), "{pointer}");
        }
        assert!(rows_of(&json!({"id": 1})).is_err() && rows_of(&json!({})).is_err());
    }

    #[test]
    fn a_file_of_statements_is_known_in_each_of_its_wrappings() {
        let one = statement("predictsSensitivityTo", &json!([]));
        for file in [json!([one]), json!({"content": [one]}), json!({"meta": {}, "data": [one]})] {
            assert_eq!(statements(&file).map(Vec::len), Some(1), "{file}");
        }
        for file in [json!([]), json!({}), json!([{"assertion_id": 1}]), json!(1)] {
            assert!(statements(&file).is_none(), "{file}");
        }
    }
}
