//! A search as research asks it: how many people, and nothing else.

use super::table::{self, ACROSS};
use super::{PROJECT, Teller, without_project};
use crate::app::App;
use crate::caller::Caller;
use crate::controllers::fhir::{answer, query, search};
use crate::error::Error;
use crate::smart::Scopes;
use axum::http::StatusCode;
use axum::response::Response;
use deidentify::counts::{Kind, Told};
use model::PatientId;
use record::{Access, Term, searched_types};
use serde_json::json;
use std::collections::BTreeSet;

/// The extension that says that there are fewer than this.
pub(super) const BELOW: &str = "urn:cognate:extension:below";

/// Who asks, and what its token was granted, if that is less than its role.
#[derive(Clone, Copy)]
pub(super) struct Asker<'a> {
    pub(super) access: &'a Access,
    pub(super) scopes: Option<&'a Scopes>,
}

impl<'a> Asker<'a> {
    /// Somebody on a machine of the site, whom no token narrows.
    pub(super) fn local(access: &'a Access) -> Self {
        Self { access, scopes: None }
    }
}

/// `GET [base]/[type]?_summary=count&_project=…`: how many people the search finds something of.
/// Their total stands in the Bundle, or beside it that there are fewer.
///
/// # Errors
/// 403 for anything but a count and for a type that the scopes do not grant, 400 without a project
/// or with a parameter that is not known.
pub(crate) fn answer(
    app: &App,
    caller: &Caller,
    resource_type: String,
    pairs: Vec<(String, String)>,
) -> Result<Response, Error> {
    let (projects, pairs): (Vec<_>, Vec<_>) =
        pairs.into_iter().partition(|(name, _)| name == PROJECT);
    let (counts, pairs): (Vec<_>, Vec<_>) =
        pairs.into_iter().partition(|(name, _)| name == "_summary");
    if !matches!(counts.as_slice(), [(_, value)] if value == "count") {
        return Err(Error::research());
    }
    let [(_, project)] = projects.as_slice() else { return Err(without_project()) };
    let (across, pairs): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(name, _)| name == ACROSS);
    let asker = Asker { access: &caller.access, scopes: caller.scopes.as_ref() };
    if !across.is_empty() {
        let across: Vec<String> = across.into_iter().map(|(_, value)| value).collect();
        let table = table::told(app, asker, project, (resource_type, pairs), &across)?;
        let report = table.measure_report(app.record().now());
        return Ok(answer::json(StatusCode::OK, &report));
    }
    let told = told(app, asker, project, (resource_type, pairs))?;
    let mut bundle = json!({"resourceType": "Bundle", "type": "searchset"});
    if let Some(members) = bundle.as_object_mut() {
        match told {
            Told::Below(bound) => {
                let quantity = json!({"value": bound, "comparator": "<"});
                let extension = json!([{"url": BELOW, "valueQuantity": quantity}]);
                members.insert("_total".to_owned(), json!({"extension": extension}));
            }
            told => {
                let (number, _) = told.number().ok_or_else(Error::withheld)?;
                members.insert("total".to_owned(), json!(number));
            }
        }
    }
    Ok(answer::json(StatusCode::OK, &bundle))
}

/// How many people a search finds something of, as far as a project may know: the same as over
/// HTTP, for whoever asks `Type?name=value&…` on a machine of the site.
///
/// # Errors
/// A search that cannot be read, a project that is not an own one in force, a budget that is spent.
pub fn count(app: &App, access: &Access, project: &str, search: &str) -> Result<Told, Error> {
    told(app, Asker::local(access), project, parted(search))
}

/// The type and the pairs of a search as one text.
pub(super) fn parted(search: &str) -> (String, Vec<(String, String)>) {
    let (resource_type, query) = search.split_once('?').unwrap_or((search, ""));
    let pairs = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    (resource_type.to_owned(), pairs)
}

fn told(
    app: &App,
    asker: Asker<'_>,
    project: &str,
    (resource_type, pairs): (String, Vec<(String, String)>),
) -> Result<Told, Error> {
    let (found, text) = found(app, asker, (resource_type, pairs))?;
    let teller = Teller::new(app, asker.access, project.to_owned());
    teller.tell((&text, Kind::Plain), &found, found.len() as u64)
}

/// Of whom a search finds something, within what the scopes grant, and the search in its normal
/// form.
///
/// # Errors
/// 400 for a search that cannot be read, 403 for one that the scopes do not grant.
pub(super) fn found(
    app: &App,
    asker: Asker<'_>,
    (resource_type, pairs): (String, Vec<(String, String)>),
) -> Result<(BTreeSet<PatientId>, String), Error> {
    if !searched_types().any(|searched| searched == resource_type) {
        let text = format!("`{resource_type}` is no type that is searched here");
        return Err(Error::new(StatusCode::BAD_REQUEST, "not-supported", text));
    }
    let mut asked = query::read(resource_type, pairs)?;
    query::make_local(&mut asked.search.query, &app.fhir_base());
    if let Some(scopes) = asker.scopes {
        search::narrow(scopes, &mut asked)?;
    }
    let found = app.record().counted_patients(asker.access, &asked.search.query)?;
    let text = normal(&asked.search.query.resource_type, &asked.search.query.terms);
    Ok((found, text))
}

/// A search in one form, in whichever order its terms and their values were written.
fn normal(resource_type: &str, terms: &[Term]) -> String {
    let mut lines: Vec<String> = terms
        .iter()
        .map(|term| {
            let mut values = term.values.clone();
            values.sort_unstable();
            values.dedup();
            format!("{}:{:?}={values:?}", term.parameter, term.modifier)
        })
        .collect();
    lines.sort_unstable();
    lines.dedup();
    format!("{resource_type} {}", lines.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_what_is_asked_makes_no_other_question() {
        let terms = |pairs: &[(&str, &str)]| -> Vec<Term> {
            pairs.iter().map(|(name, value)| Term::parse(name, value)).collect()
        };
        let one = terms(&[("code", "a,b"), ("status", "final")]);
        let same = terms(&[("status", "final"), ("code", "b,a,b"), ("status", "final")]);
        let other = terms(&[("code", "a"), ("status", "final")]);
        assert_eq!(normal("Observation", &one), normal("Observation", &same));
        assert_ne!(normal("Observation", &one), normal("Observation", &other));
        assert_ne!(normal("Observation", &one), normal("Condition", &one));
    }
}
