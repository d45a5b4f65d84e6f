//! Molecular Oncology Almanac: the JSON array of its assertions (`/api/assertions`), or the
//! statements of its newer form.
//!
//! Source: <https://moalmanac.org>, its interface and the data of its release. Its terms (GPL-2.0
//! and research only) are between the site and the source; no sentence is taken over.

mod statements;

use super::{plain, refused, too_large};
use crate::evidence::{
    Direction, EvidenceKind, EvidenceLevel, EvidenceRow, EvidenceTables, Interaction, Significance,
    VariantOrigin,
};
use crate::manifest::Source;
use model::Problem;
use serde_json::Value;

/// Reads one of either.
type Reader = fn(&Value) -> Result<Vec<EvidenceRow>, String>;

/// Reads assertions, or statements.
pub fn moalmanac(bytes: &[u8], date: &str) -> (EvidenceTables, Vec<Problem>) {
    if too_large(bytes) {
        return refused("too-large", "larger than what is read");
    }
    let file = match serde_json::from_slice::<Value>(bytes) {
        Ok(file) => file,
        Err(error) => {
            let text = format!("line {} column {}: {error}", error.line(), error.column());
            return refused("bad-json", text);
        }
    };
    let is_assertion =
        |list: &&Vec<Value>| list.iter().any(|one| one.get("assertion_id").is_some());
    let assertions = file.as_array().filter(is_assertion).map(|list| (list, rows_of as Reader));
    let newer = || Some((statements::statements(&file)?, statements::rows_of as Reader));
    let Some((rows, rows_of)) = assertions.or_else(newer) else {
        let text = "neither assertions (`assertion_id`) nor statements (`proposition`) in it";
        return refused("not-moalmanac", text);
    };
    let (mut evidence, mut problems) = (Vec::new(), Vec::new());
    for (index, row) in rows.iter().enumerate() {
        match rows_of(row) {
            Ok(rows) => evidence.extend(rows),
            Err(text) => {
                problems.push(Problem::warning("row-left-out", format!("[{index}]"), text));
            }
        }
    }
    (EvidenceTables { evidence, sources: vec![source(date)], ..Default::default() }, problems)
}

fn source(date: &str) -> Source {
    Source {
        id: "moalmanac".into(),
        name: "Molecular Oncology Almanac".into(),
        version: date.into(),
        date: date.into(),
        licence: "GPL-2.0; research only".into(),
        attribution: "Molecular Oncology Almanac, PMID 35121878".into(),
        url: "https://moalmanac.org".into(),
        used_for: "evidence (assertions)".into(),
    }
}

fn text<'a>(of: &'a Value, key: &str) -> &'a str {
    of.get(key).and_then(Value::as_str).map(str::trim).unwrap_or_default()
}

fn flag(of: &Value, key: &str) -> Option<bool> {
    match of.get(key)? {
        Value::Bool(yes) => Some(*yes),
        Value::Number(number) => number.as_f64().map(|number| number > 0.5),
        _ => None,
    }
}

/// One row each for sensitivity, resistance and prognosis.
fn rows_of(assertion: &Value) -> Result<Vec<EvidenceRow>, String> {
    let id = match assertion.get("assertion_id") {
        Some(Value::Number(id)) => id.to_string(),
        Some(Value::String(id)) => id.clone(),
        _ => return Err("has no `assertion_id`".into()),
    };
    let implication = text(assertion, "predictive_implication");
    let level = level(implication).ok_or(format!("`{implication}` is no known implication"))?;
    let features = assertion.get("features").and_then(Value::as_array).map_or(&[][..], |all| all);
    let profile = features.iter().map(feature).collect::<Result<Vec<_>, _>>()?;
    if profile.is_empty() {
        return Err("has no features".into());
    }
    let germline = features.iter().any(|one| plain(text(one, "feature_type")).contains("germline"));
    let therapies: Vec<String> = text(assertion, "therapy_name")
        .split(" + ")
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(|name| name.replace('|', "/"))
        .collect();
    let code = text(assertion, "oncotree_code");
    let (citation, url) = cited(assertion.get("sources"));
    let row = |kind, direction, significance, suffix: &str| EvidenceRow {
        id: format!("moalmanac:{id}{suffix}"),
        source: "moalmanac".into(),
        kind,
        direction,
        level,
        source_level: implication.to_owned(),
        significance,
        profile: profile.join(" AND "),
        tumor_type: text(assertion, "disease").to_owned(),
        tumor_code: if code.is_empty() { String::new() } else { format!("ONCOTREE:{code}") },
        therapies: if kind == EvidenceKind::Predictive { therapies.clone() } else { Vec::new() },
        interaction: match therapies.len() {
            0 | 1 => Interaction::NotStated,
            _ => Interaction::Combination,
        },
        origin: if germline { VariantOrigin::Germline } else { VariantOrigin::Somatic },
        rating: None,
        statement: String::new(),
        citation: citation.clone(),
        url: url.clone(),
        reviewed: text(assertion, "last_updated").to_owned(),
    };
    let direction = |holds| if holds { Direction::Supports } else { Direction::DoesNotSupport };
    let mut rows = Vec::new();
    if let Some(holds) = flag(assertion, "therapy_sensitivity") {
        let (kind, what) = (EvidenceKind::Predictive, Significance::Sensitivity);
        rows.push(row(kind, direction(holds), what, "-sensitivity"));
    }
    if let Some(holds) = flag(assertion, "therapy_resistance") {
        let (kind, what) = (EvidenceKind::Predictive, Significance::Resistance);
        rows.push(row(kind, direction(holds), what, "-resistance"));
    }
    if let Some(better) = flag(assertion, "favorable_prognosis") {
        let what = if better { Significance::BetterOutcome } else { Significance::PoorOutcome };
        rows.push(row(EvidenceKind::Prognostic, Direction::Supports, what, "-prognosis"));
    }
    if rows.is_empty() {
        return Err("says neither sensitivity, resistance nor prognosis".into());
    }
    Ok(rows)
}

/// Citation and address of the first of several sources.
fn cited(sources: Option<&Value>) -> (String, String) {
    let first = sources.and_then(Value::as_array).and_then(|all| all.first());
    let Some(first) = first else { return (String::new(), String::new()) };
    let pmid = match first.get("pmid") {
        Some(Value::Number(pmid)) => pmid.to_string(),
        Some(Value::String(pmid)) => pmid.trim().to_owned(),
        _ => String::new(),
    };
    let words = match (pmid.as_str(), text(first, "doi"), text(first, "source_type")) {
        (pmid, _, _) if !pmid.is_empty() => format!("PMID {pmid}"),
        (_, doi, _) if !doi.is_empty() => format!("doi {doi}"),
        (_, _, "") => text(first, "name").to_owned(),
        (_, _, kind) => kind.to_owned(),
    };
    (words, text(first, "url").to_owned())
}

/// Its implications, best first.
fn level(implication: &str) -> Option<EvidenceLevel> {
    Some(match plain(implication).as_str() {
        "fdaapproved" | "approval" | "guideline" => EvidenceLevel::A,
        "clinicaltrial" | "clinicalevidence" => EvidenceLevel::B,
        "preclinical" | "preclinicalevidence" => EvidenceLevel::D,
        "inferential" | "inferentialevidence" => EvidenceLevel::E,
        _ => return None,
    })
}

/// A feature in the words of a molecular profile.
fn feature(feature: &Value) -> Result<String, String> {
    let attributes = feature.get("attributes").and_then(Value::as_array);
    let attributes = attributes.and_then(|all| all.first()).unwrap_or(feature);
    let kind = match text(feature, "feature_type") {
        "" => text(attributes, "feature_type"),
        kind => kind,
    };
    let gene = text(attributes, "gene");
    let named = |words: &str| {
        if gene.is_empty() {
            Err(format!("a `{kind}` without a gene"))
        } else {
            Ok(format!("{gene} {words}"))
        }
    };
    match plain(kind).as_str() {
        "somaticvariant" | "germlinevariant" => small_variant(attributes).and_then(|it| named(&it)),
        "copynumber" => match plain(text(attributes, "direction")).as_str() {
            "amplification" => named("Amplification"),
            "deletion" => named("Deletion"),
            other => Err(format!("a copy number `{other}`")),
        },
        "rearrangement" => rearrangement(attributes),
        "microsatellitestability" => match plain(text(attributes, "status")).as_str() {
            "msihigh" => Ok("MSI-H".into()),
            "msilow" => Ok("MSI-L".into()),
            other => Err(format!("microsatellites `{other}`")),
        },
        "mutationalburden" => match plain(text(attributes, "classification")).as_str() {
            "high" => Ok("TMB-H".into()),
            other => Err(format!("a mutational burden `{other}`")),
        },
        "knockdown" | "silencing" => Err(format!("a `{kind}` is no alteration of a tumour")),
        _ => Err(format!("`{kind}` cannot be expressed")),
    }
}

fn small_variant(attributes: &Value) -> Result<String, String> {
    let (change, annotation) =
        (text(attributes, "protein_change"), text(attributes, "variant_annotation"));
    let exon = match attributes.get("exon") {
        Some(Value::Number(exon)) => exon.as_f64().map(|exon| format!("{exon:.0}")),
        Some(Value::String(exon)) if !exon.is_empty() => {
            Some(exon.trim_end_matches(".0").to_owned())
        }
        _ => None,
    };
    let in_exon =
        |what: &str| exon.as_ref().map_or(what.to_owned(), |exon| format!("Exon {exon} {what}"));
    if !change.is_empty() {
        return Ok(change.trim_start_matches("p.").to_owned());
    }
    Ok(match plain(annotation).as_str() {
        "" | "missense" if exon.is_none() && annotation.is_empty() => "Mutation".into(),
        "" => in_exon("Mutation"),
        "missense" => in_exon("Missense"),
        "nonsense" => in_exon("Nonsense"),
        "frameshift" => in_exon("Frameshift"),
        "truncating" => in_exon("Truncating"),
        "deletion" => in_exon("Deletion"),
        "insertion" => in_exon("Insertion"),
        "splicesite" => in_exon("Splice Site"),
        "oncogenicmutations" => "Oncogenic Mutations".into(),
        _ => return Err(format!("a variant annotation `{annotation}`")),
    })
}

fn rearrangement(attributes: &Value) -> Result<String, String> {
    match (text(attributes, "gene1"), text(attributes, "gene2")) {
        ("", "") => Err("a rearrangement without genes".into()),
        (gene, "") | ("", gene) => Ok(format!("{gene} Fusion")),
        (one, other) => Ok(format!("{one}::{other} Fusion")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assertions_become_rows_and_what_cannot_be_expressed_is_told() {
        let json = br#"[
            {"assertion_id": 1, "disease": "Melanoma", "oncotree_code": "MEL",
             "predictive_implication": "FDA-Approved", "therapy_name": "Dabrafenib + Trametinib",
             "therapy_sensitivity": 1.0, "therapy_resistance": null,
             "features": [{"feature_type": "Somatic Variant", "attributes": [
                {"gene": "BRAF", "protein_change": "p.V600E", "variant_annotation": "Missense"}]}],
             "sources": [{"pmid": 22663011, "url": "https://doi.org/x", "source_type": "Journal"}],
             "last_updated": "2019-06-13"},
            {"assertion_id": 2, "predictive_implication": "Preclinical", "therapy_name": "X",
             "therapy_resistance": true, "favorable_prognosis": false,
             "features": [{"feature_type": "Copy Number", "attributes": [
                {"gene": "CDKN2A", "direction": "Deletion"}]}, {"feature_type": "Rearrangement",
                "attributes": [{"gene1": "EML4", "gene2": "ALK"}]}]},
            {"assertion_id": 3, "predictive_implication": "Guideline", "therapy_name": "X",
             "therapy_sensitivity": true,
             "features": [{"feature_type": "Mutational Signature", "attributes": [{}]}]}
        ]"#;
        let (tables, problems) = moalmanac(json, "2026-11-01");
        let rows: Vec<(&str, &str, Significance)> = tables
            .evidence
            .iter()
            .map(|row| (row.id.as_str(), row.profile.as_str(), row.significance))
            .collect();
        let both = "CDKN2A Deletion AND EML4::ALK Fusion";
        assert_eq!(
            rows,
            [
                ("moalmanac:1-sensitivity", "BRAF V600E", Significance::Sensitivity),
                ("moalmanac:2-resistance", both, Significance::Resistance),
                ("moalmanac:2-prognosis", both, Significance::PoorOutcome),
            ]
        );
        assert_eq!(tables.evidence[0].tumor_code, "ONCOTREE:MEL");
        assert_eq!((problems.len(), problems[0].place.as_str()), (1, "[2]"));
        assert_eq!(moalmanac(b"[{}]", "2026-11-01").1[0].code, "not-moalmanac");
        assert_eq!(moalmanac(b"{", "2026-11-01").1[0].code, "bad-json");
    }
}
