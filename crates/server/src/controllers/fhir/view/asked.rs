//! What a call of `$run` asks for (SQL on FHIR v2, "ViewDefinition Run").

use crate::error::Error;
use axum::http::{HeaderMap, StatusCode, header};
use cohort::Format;
use formats::fhir::access;
use formats::fhir::bundle::BUNDLE_BYTES_MAX;
use formats::fhir::json::{self, Document};
use model::{PatientId, Timestamp};
use serde_json::Value;
use std::collections::BTreeSet;

/// A call, read.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// The view, if it was given.
    pub(super) view: Option<Document>,
    /// Id of the stored view, if it was named.
    pub(super) view_id: Option<String>,
    /// Resources to use in place of the stored ones.
    pub(super) resources: Vec<Document>,
    /// Patients whose resources are wanted.
    pub(super) patients: Option<BTreeSet<PatientId>>,
    /// Id of the group whose members' resources are wanted.
    pub(super) group: Option<String>,
    /// Time since which a resource must have been committed.
    pub(super) since: Option<Timestamp>,
    /// Most rows.
    pub(super) rows_max: Option<u64>,
    /// Whether CSV begins with the names of the columns.
    pub(super) has_header: bool,
    /// The format as it was asked for.
    format: Option<String>,
}

fn bad(name: &str, text: &str) -> Error {
    Error::new(StatusCode::BAD_REQUEST, "value", format!("`{name}` {text}"))
}

impl Asked {
    fn nothing() -> Self {
        Self { has_header: true, ..Self::default() }
    }

    /// From the pairs of a query string.
    pub(super) fn of_pairs(pairs: Vec<(String, String)>) -> Result<Self, Error> {
        let mut asked = Self::nothing();
        for (name, value) in pairs {
            asked.set(&name, &value)?;
        }
        Ok(asked)
    }

    /// From a `Parameters` resource.
    pub(super) fn of_parameters(body: &[u8]) -> Result<Self, Error> {
        let document = json::read(body, BUNDLE_BYTES_MAX)
            .map_err(|problem| Error::problems(StatusCode::BAD_REQUEST, vec![problem]))?;
        if access::resource_type(&document.value) != Some("Parameters") {
            let text = "the body is not a Parameters resource";
            return Err(Error::new(StatusCode::BAD_REQUEST, "structure", text));
        }
        let mut asked = Self::nothing();
        let list = document.value.get("parameter").and_then(Value::as_array);
        for (at, parameter) in list.map(Vec::as_slice).unwrap_or_default().iter().enumerate() {
            let name = access::text(parameter, "name").unwrap_or_default();
            if let Some(resource) = parameter.get("resource") {
                let path = format!("parameter[{at}].resource");
                let literals = json::literals_below(&document.literals, &path);
                asked.resource(name, Document { value: resource.clone(), literals })?;
                continue;
            }
            let value = access::choice(parameter, "value").map(|(_, value)| value);
            let value = value.ok_or_else(|| bad(name, "has no value"))?;
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Object(_) => access::reference_of(value).unwrap_or_default().to_owned(),
                other => other.to_string(),
            };
            asked.set(name, &text)?;
        }
        asked.agrees()
    }

    /// The same on the stored view that the address names.
    pub(super) fn on(mut self, id: String) -> Result<Self, Error> {
        if self.view.is_some() || self.view_id.is_some() {
            let text = "the address names a view, so there may be no other one";
            return Err(Error::new(StatusCode::BAD_REQUEST, "value", text));
        }
        self.view_id = Some(id);
        Ok(self)
    }

    fn resource(&mut self, name: &str, document: Document) -> Result<(), Error> {
        match name {
            "viewResource" if self.view.is_none() => self.view = Some(document),
            "viewResource" => return Err(bad(name, "stands twice")),
            "resource" => self.resources.push(document),
            _ => return Err(unknown(name)),
        }
        Ok(())
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), Error> {
        match name {
            "_format" => self.format = Some(value.to_owned()),
            "header" => {
                let header = value.parse().map_err(|_| bad(name, "is neither true nor false"))?;
                self.has_header = header;
            }
            "patient" => {
                let id = id_of(name, "Patient", value)?;
                self.patients.get_or_insert_default().insert(PatientId::new(id));
            }
            "group" if self.group.is_none() => self.group = Some(id_of(name, "Group", value)?),
            "viewReference" if self.view_id.is_none() => {
                self.view_id = Some(id_of(name, "ViewDefinition", value)?);
            }
            "group" | "viewReference" => return Err(bad(name, "stands twice")),
            "_since" => {
                let since = Timestamp::parse(value);
                self.since = Some(since.ok_or_else(|| bad(name, "is no instant"))?);
            }
            "_limit" => {
                let rows = value.parse().map_err(|_| bad(name, "is no number of rows"))?;
                self.rows_max = Some(rows);
            }
            _ => return Err(unknown(name)),
        }
        Ok(())
    }

    /// What excludes each other is not given together.
    fn agrees(self) -> Result<Self, Error> {
        if self.view.is_some() && self.view_id.is_some() {
            let text = "only one of `viewResource` and `viewReference` may be given";
            return Err(Error::new(StatusCode::BAD_REQUEST, "value", text));
        }
        let narrows = self.patients.is_some() || self.group.is_some() || self.since.is_some();
        if narrows && !self.resources.is_empty() {
            let text = "`patient`, `group` and `_since` choose stored resources, so there may be \
                        no `resource` beside them";
            return Err(Error::new(StatusCode::BAD_REQUEST, "value", text));
        }
        Ok(self)
    }

    /// The format: `_format`, else the first that `Accept` names, else NDJSON.
    pub(super) fn format(&self, headers: &HeaderMap) -> Result<Format, Error> {
        if let Some(asked) = &self.format {
            return Format::from_word(asked).ok_or_else(|| bad("_format", WORDS));
        }
        let values = headers.get_all(header::ACCEPT).iter();
        let words: Vec<&str> = values
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .collect();
        let is_any = |word: &&str| word.starts_with("*/*") || word.starts_with("application/*");
        if words.is_empty() || words.iter().any(is_any) && !words.iter().any(names_format) {
            return Ok(Format::Ndjson);
        }
        let found = words.iter().find_map(|word| Format::from_word(word));
        found.ok_or_else(|| {
            let text = format!("what is accepted {WORDS}");
            Error::new(StatusCode::NOT_ACCEPTABLE, "not-supported", text)
        })
    }
}

const WORDS: &str = "is none of csv, ndjson, json and parquet, or their media types";

fn names_format(word: &&str) -> bool {
    Format::from_word(word).is_some()
}

fn unknown(name: &str) -> Error {
    let known = "viewResource, viewReference, resource, patient, group, _since, _limit, _format \
                 and header";
    let text = if name.is_empty() {
        "a parameter has no name".to_owned()
    } else {
        format!("there is a parameter that is none of {known}")
    };
    Error::new(StatusCode::BAD_REQUEST, "not-supported", text)
}

/// The id of `Type/id`, or of `id` alone.
fn id_of(name: &str, kind: &str, value: &str) -> Result<String, Error> {
    let id = value.strip_prefix(kind).and_then(|rest| rest.strip_prefix('/')).unwrap_or(value);
    let fault = || bad(name, "is no reference to a resource of this server");
    model::id::is_fhir_id(id).then(|| id.to_owned()).ok_or_else(fault)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn formats_are_negotiated() {
        let asked = |format: Option<&str>, accept: Option<&'static str>| {
            let asked = Asked { format: format.map(str::to_owned), ..Asked::nothing() };
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            }
            asked.format(&headers).map_err(|error| error.status().as_u16())
        };
        for (format, accept, expected) in [
            (None, None, Ok(Format::Ndjson)),
            (None, Some("*/*"), Ok(Format::Ndjson)),
            (None, Some("text/csv, */*;q=0.1"), Ok(Format::Csv)),
            (None, Some("application/json"), Ok(Format::Json)),
            (None, Some("text/html, application/vnd.apache.parquet"), Ok(Format::Parquet)),
            (None, Some("application/fhir+json"), Err(406)),
            (Some("csv"), Some("application/fhir+json"), Ok(Format::Csv)),
            (Some("text/csv; header=absent"), None, Ok(Format::Csv)),
            (Some("xlsx"), None, Err(400)),
        ] {
            assert_eq!(asked(format, accept), expected, "{format:?} {accept:?}");
        }
    }
}
