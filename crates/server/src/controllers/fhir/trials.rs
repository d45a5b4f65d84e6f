//! `Patient/[id]/$trial-match`: the trials that are or may be for a patient, as a searchset of
//! `ResearchStudy` with scores. The pattern is that of MITRE's clinical trial matching service: one
//! entry a trial, `search.score` from 0 to 1, and FHIR's extension for the grade of a match. The
//! patient may also come with the question, as a Bundle.

use super::{answer, parameter};
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use formats::fhir::build::outcome_of_problems;
use formats::fhir::bundle::collected;
use interpret::matching::{Offer, Offers, PatientFacts, research_study};
use model::PatientId;
use serde_json::{Value, json};

/// Its name, and what defines it.
pub(super) const OPERATION: (&str, &str) =
    ("trial-match", "https://github.com/cognate-health/cognate/blob/main/docs/FHIR.md#trial-match");
/// The grade of a match (FHIR R4).
const GRADE: &str = "http://hl7.org/fhir/StructureDefinition/match-grade";
/// What each cohort of the trial says.
const COHORT: &str = "urn:cognate:trial-cohort";

/// `GET [base]/Patient/[id]/$trial-match`
pub(crate) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
    caller: Caller,
) -> Result<Response, Error> {
    app.blocking(move |app| {
        if let Some((name, _)) = pairs.iter().find(|(name, _)| name != "_format") {
            return Err(parameter::unknown(name));
        }
        Ok(answer::json(StatusCode::OK, &matches(app, &caller, &id)?))
    })
    .await
}

/// `POST [base]/Patient/$trial-match`: the same for the one patient of a Bundle, about whom the
/// record need know nothing. Nothing of it is kept.
pub(crate) async fn given(
    State(app): State<App>,
    Query(pairs): Query<Vec<(String, String)>>,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Error> {
    app.blocking(move |app| {
        // Whoever may not read trials is told so before anything is read.
        app.record().count_trial_versions(&caller.access)?;
        if let Some((name, _)) = pairs.iter().find(|(name, _)| name != "_format") {
            return Err(parameter::unknown(name));
        }
        let refused = |problems| Error::problems(StatusCode::BAD_REQUEST, problems);
        let resources = collected(&body).map_err(refused)?;
        let matcher = app.matcher()?;
        let facts = PatientFacts::of_resources(resources, matcher.world(), matcher.today());
        let found = matcher.offers_of(facts)?;
        let url = format!("{}/Patient/$trial-match", app.fhir_base());
        Ok(answer::json(StatusCode::OK, &searchset(app, &found, &url)))
    })
    .await
}

/// The score of a status, and its grade; `None` for what is no match. Who is eligible by the
/// criteria that are evaluated has still to be screened, so nothing is certain.
fn score(status: &str) -> Option<(f64, &'static str)> {
    match status {
        "eligible" => Some((1.0, "probable")),
        "needs-review" => Some((0.75, "probable")),
        "needs-data" => Some((0.5, "possible")),
        "near-miss" => Some((0.25, "possible")),
        _ => None,
    }
}

fn matches(app: &App, caller: &Caller, id: &str) -> Result<Value, Error> {
    let of = PatientId::new(id);
    let found = app.matcher()?.offers(app.record(), &caller.access, &of)?;
    let found = found.ok_or_else(Error::not_found)?;
    Ok(searchset(app, &found, &format!("{}/Patient/{id}/$trial-match", app.fhir_base())))
}

/// One entry a trial; what could not be read of the patient is told beside them.
fn searchset(app: &App, found: &Offers, url: &str) -> Value {
    let mut trials: Vec<Vec<&Offer>> = Vec::new();
    for offer in found.offers.iter().filter(|offer| score(offer.status).is_some()) {
        let of_trial = |known: &&mut Vec<&Offer>| {
            known.first().is_some_and(|first| first.trial.trial.id == offer.trial.trial.id)
        };
        match trials.iter_mut().find(of_trial) {
            Some(known) => known.push(offer),
            None => trials.push(vec![offer]),
        }
    }
    let mut entries: Vec<Value> = trials.iter().filter_map(|offers| entry(app, offers)).collect();
    let total = entries.len();
    if !found.facts.problems.is_empty() {
        let outcome = outcome_of_problems(&found.facts.problems, None);
        entries.push(json!({"resource": outcome, "search": {"mode": "outcome"}}));
    }
    json!({
        "resourceType": "Bundle",
        "type": "searchset",
        "total": total,
        "link": [{"relation": "self", "url": url}],
        "entry": entries,
    })
}

/// One trial, by its best cohort; the offers are in the order of their rank.
fn entry(app: &App, offers: &[&Offer]) -> Option<Value> {
    let best = offers.first()?;
    let (points, grade) = score(best.status)?;
    let study = research_study(&app.settings().tenant, &best.trial);
    let id = study.get("id").and_then(Value::as_str).unwrap_or_default();
    let mut extensions = vec![json!({"url": GRADE, "valueCode": grade})];
    extensions.extend(offers.iter().map(|offer| {
        let mut parts = vec![
            json!({"url": "path", "valueString": offer.cohort.path}),
            json!({"url": "status", "valueCode": offer.status}),
        ];
        let missing = offer.explanation.missing.iter();
        parts.extend(missing.map(|fact| json!({"url": "missing", "valueString": fact})));
        json!({"url": COHORT, "extension": parts})
    }));
    Some(json!({
        "fullUrl": format!("{}/ResearchStudy/{id}", app.fhir_base()),
        "resource": study,
        "search": {"extension": extensions, "mode": "match", "score": points},
    }))
}
