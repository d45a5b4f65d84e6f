//! Files of trials: one JSON document, an array of them, or one a line; or the same in YAML, which
//! sites of MatchMiner keep as well.
//!
//! What a document is, is told by its content: CTML, ClinicalTrials.gov (API version 2), FHIR
//! `ResearchStudy`, or our own form. Documents of patients come the same ways.

use model::Problem;
use serde_json::{Map, Value};

/// Largest file, in bytes.
pub const FILE_BYTES_MAX: usize = 1024 * 1024 * 1024;
/// Most documents of a file.
pub const DOCUMENTS_MAX: usize = 5_000_000;

/// Which form a document of a trial has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrialForm {
    /// Our own.
    Own,
    /// CTML.
    Ctml,
    /// ClinicalTrials.gov, API version 2.
    Registry,
    /// FHIR `ResearchStudy`.
    ResearchStudy,
}

impl TrialForm {
    /// Tells the form of a document; `None` if it is none of a trial.
    pub fn of(document: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| document.get(name).and_then(Value::as_str);
        if text("format").is_some_and(|format| format.starts_with("cognate-trial/")) {
            Some(Self::Own)
        } else if document.contains_key("protocolSection") {
            Some(Self::Registry)
        } else if text("resourceType") == Some("ResearchStudy") {
            Some(Self::ResearchStudy)
        } else if ["protocol_no", "treatment_list", "match", "nct_id"]
            .iter()
            .any(|key| document.contains_key(*key))
        {
            Some(Self::Ctml)
        } else {
            None
        }
    }
}

/// One document and where it is in the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// `[3]`, `line 4`, `document 2`; empty if the file is one document.
    pub place: String,
    /// The document.
    pub fields: Map<String, Value>,
}

/// Reads the documents of a file. What is no object is told and left out. A Bundle, a page of a
/// registry (`studies`) and an array are opened.
pub fn read(bytes: &[u8]) -> (Vec<Document>, Vec<Problem>) {
    let mut problems = Vec::new();
    if bytes.len() > FILE_BYTES_MAX {
        let text = format!("more than {FILE_BYTES_MAX} bytes");
        return (Vec::new(), vec![Problem::error("too-large", "", text)]);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let documents = match serde_json::from_slice::<Value>(bytes) {
        Ok(value) => opened(value, &mut problems),
        Err(error) => {
            let read = lines(bytes, &mut problems).or_else(|| of_yaml(bytes, &mut problems));
            read.unwrap_or_else(|| {
                let place = format!("line {}", error.line());
                problems.push(Problem::error("not-json", place, error.to_string()));
                Vec::new()
            })
        }
    };
    (documents, problems)
}

/// The documents of YAML; `None` if it is none. What is none is told as JSON where it begins as
/// that.
fn of_yaml(bytes: &[u8], problems: &mut Vec<Problem>) -> Option<Vec<Document>> {
    let text = std::str::from_utf8(bytes).ok()?;
    if text.trim_start().is_empty() || text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let values = match crate::yaml::read(text) {
        Ok(values) => values,
        Err(problem) => {
            problems.push(problem);
            return Some(Vec::new());
        }
    };
    let (several, told) = (values.len() > 1, problems.len());
    let mut documents = Vec::new();
    for (number, value) in (1_usize..).zip(values) {
        for document in opened(value, problems) {
            let place = match (several, document.place.as_str()) {
                (false, place) => place.to_owned(),
                (true, "") => format!("document {number}"),
                (true, place) => format!("document {number} {place}"),
            };
            documents.push(Document { place, ..document });
        }
    }
    if documents.is_empty() && problems.len() == told {
        problems.push(Problem::error("no-document", "", "the text holds no document"));
    }
    Some(documents)
}

fn opened(value: Value, problems: &mut Vec<Problem>) -> Vec<Document> {
    let (items, under) = match value {
        Value::Array(items) => (items, ""),
        Value::Object(fields) => match page(fields) {
            Ok(page) => page,
            Err(fields) => return vec![Document { place: String::new(), fields }],
        },
        _ => {
            problems.push(Problem::error("not-a-document", "", "is no object and no list"));
            return Vec::new();
        }
    };
    let documents = items.into_iter().enumerate().take(DOCUMENTS_MAX);
    documents.filter_map(|(at, item)| object(item, format!("{under}[{at}]"), problems)).collect()
}

/// The documents of a page of a registry, or of a Bundle; any other object is given back.
fn page(mut fields: Map<String, Value>) -> Result<(Vec<Value>, &'static str), Map<String, Value>> {
    if let Some(Value::Array(studies)) = fields.get_mut("studies") {
        return Ok((std::mem::take(studies), "studies"));
    }
    if fields.get("resourceType").and_then(Value::as_str) != Some("Bundle") {
        return Err(fields);
    }
    let entries = fields.get_mut("entry").and_then(Value::as_array_mut);
    let resource = |entry: &mut Value| entry.get_mut("resource").map(Value::take);
    let all = entries.map(|all| all.iter_mut().filter_map(resource).collect());
    Ok((all.unwrap_or_default(), "entry"))
}

fn object(item: Value, place: String, problems: &mut Vec<Problem>) -> Option<Document> {
    let Value::Object(fields) = item else {
        problems.push(Problem::warning("not-a-document", place, "is no object; left out"));
        return None;
    };
    Some(Document { place, fields })
}

/// One document a line; `None` if the first line is none.
fn lines(bytes: &[u8], problems: &mut Vec<Problem>) -> Option<Vec<Document>> {
    let mut documents = Vec::new();
    let numbered = (1_usize..).zip(bytes.split(|byte| *byte == b'\n'));
    for (number, line) in numbered.filter(|(_, line)| !line.trim_ascii().is_empty()) {
        let place = format!("line {number}");
        match serde_json::from_slice::<Value>(line) {
            Ok(value) => documents.extend(object(value, place, problems)),
            Err(_) if documents.is_empty() => return None,
            Err(error) => {
                problems.push(Problem::warning("not-json", place, error.to_string()));
            }
        }
        if documents.len() >= DOCUMENTS_MAX {
            problems.push(Problem::warning("too-many", "", "the rest of the lines is not read"));
            break;
        }
    }
    (!documents.is_empty()).then_some(documents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_come_alone_in_lists_and_in_lines() {
        for (text, places, codes) in [
            (r#"{"protocol_no": "1"}"#, vec![""], vec![]),
            (r#"[{"a": 1}, 2, {"b": 2}]"#, vec!["[0]", "[2]"], vec!["not-a-document"]),
            ("{\"a\": 1}\n\n{\"b\": 2}\n", vec!["line 1", "line 3"], vec![]),
            ("{\"a\": 1}\n{\"b\"", vec!["line 1"], vec!["not-json"]),
            (r#"{"studies": [{"protocolSection": {}}]}"#, vec!["studies[0]"], vec![]),
            (
                r#"{"resourceType": "Bundle", "entry": [{"resource": {"id": "x"}}, {}]}"#,
                vec!["entry[0]"],
                vec![],
            ),
            ("{\"a\": ", vec![], vec!["not-json"]),
            ("7", vec![], vec!["not-a-document"]),
            ("", vec![], vec!["not-json"]),
            ("protocol_no: 10-001\nmatch:\n- genomic: {exon: 2}\n", vec![""], vec![]),
            ("- a: 1\n- 2\n- b: 2\n", vec!["[0]", "[2]"], vec!["not-a-document"]),
            ("a: 1\n---\nb: 2\n", vec!["document 1", "document 2"], vec![]),
            ("hugo_symbol: !EGFR\n", vec![], vec!["yaml-tag"]),
            ("words that are no trial", vec![], vec!["not-a-document"]),
            ("# a remark", vec![], vec!["no-document"]),
            ("--- []", vec![], vec!["no-document"]),
        ] {
            let (documents, problems) = read(text.as_bytes());
            let found: Vec<&str> = documents.iter().map(|one| one.place.as_str()).collect();
            let told: Vec<&str> = problems.iter().map(|one| one.code.as_str()).collect();
            assert_eq!((found, told), (places, codes), "{text}");
        }
    }

    #[test]
    fn forms_are_told_by_content() {
        for (text, form) in [
            (r#"{"format": "cognate-trial/1"}"#, Some(TrialForm::Own)),
            (r#"{"protocol_no": 1}"#, Some(TrialForm::Ctml)),
            (r#"{"protocolSection": {}}"#, Some(TrialForm::Registry)),
            (r#"{"resourceType": "ResearchStudy"}"#, Some(TrialForm::ResearchStudy)),
            (r#"{"resourceType": "Patient"}"#, None),
        ] {
            let (documents, _) = read(text.as_bytes());
            assert_eq!(TrialForm::of(&documents[0].fields), form, "{text}");
        }
    }
}
