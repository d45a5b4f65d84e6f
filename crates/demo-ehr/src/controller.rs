//! The EHR's routes. Forms answer with a redirect, so that nothing is sent twice by a reload.

use crate::chart::Chart;
use crate::client::{As, Client, agent};
use crate::failure::Failure;
use crate::hooks::{Asked, Hook, Outcome, ask, tell, text_of};
use crate::lifestyle::{LifestyleForm, response};
use crate::order;
use crate::page::{self, Seen};
use crate::setting::{PatientListed, Setting};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Form, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use ureq::Agent;

/// Where the EHR stands.
pub(crate) const ROOT: &str = "/demo/ehr";
/// Largest form, in bytes.
const FORM_BYTES_MAX: usize = 16 * 1024;
/// Characters of a comment that are sent.
const COMMENT_CHARACTERS_MAX: usize = 500;
/// The page loads its style sheet and Cognate's nothing; forms go to itself, and a launch leaves
/// by a redirect to the same address.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
     form-action 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'self'";

/// The EHR.
struct Ehr {
    setting: Setting,
    agent: Agent,
    /// A desk for each patient of the list; whoever works at one holds it.
    charts: BTreeMap<String, Mutex<Chart>>,
}

type Shared = Arc<Ehr>;

/// The EHR's routes under `/demo/ehr`.
pub fn router(setting: Setting) -> Router {
    let desk = |listed: &PatientListed| (listed.id.clone(), Mutex::default());
    let charts = setting.patients.iter().map(desk).collect();
    let ehr = Arc::new(Ehr { setting, agent: agent(), charts });
    let of = |rest: &str| format!("{ROOT}{rest}");
    Router::new()
        .route(ROOT, get(list))
        .route(&of("/style.css"), get(style))
        .route(&of("/patients/{id}"), get(chart))
        .route(&of("/patients/{id}/orders"), post(add_order))
        .route(&of("/patients/{id}/orders/{order}/dose"), post(change_dose))
        .route(&of("/patients/{id}/orders/{order}/remove"), post(remove_order))
        .route(&of("/patients/{id}/sign"), post(sign))
        .route(&of("/patients/{id}/lifestyle"), post(file_lifestyle))
        .route(&of("/patients/{id}/launch"), post(launch))
        .route(&of("/patients/{id}/cards/{card}/accept"), post(accept))
        .route(&of("/patients/{id}/cards/{card}/override"), post(leave))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(from_fn_with_state(Arc::clone(&ehr), guard))
        .with_state(ehr)
}

/// Forms are taken from the EHR's own pages only; every page has its policy.
async fn guard(State(ehr): State<Shared>, request: Request, next: Next) -> Response {
    let is_form = request.method() == axum::http::Method::POST;
    if is_form && !is_own(request.headers(), &ehr.setting.base_url) {
        return (StatusCode::FORBIDDEN, "This form is not from here.").into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn is_own(headers: &HeaderMap, base_url: &str) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin == base_url,
        (None, None) => true,
    }
}

async fn style() -> Response {
    let kind = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (kind, include_str!("../assets/ehr.css")).into_response()
}

async fn list(State(ehr): State<Shared>) -> Response {
    Html(page::list(&ehr.setting)).into_response()
}

/// Works at a patient's desk off the async threads.
async fn at_desk(
    ehr: &Shared,
    patient: String,
    work: impl FnOnce(&Desk<'_>, &mut Chart) -> Response + Send + 'static,
) -> Response {
    let ehr = Arc::clone(ehr);
    let worked = tokio::task::spawn_blocking(move || {
        let Some(desk) = ehr.charts.get(&patient) else { return unknown() };
        let mut chart = desk.lock().unwrap_or_else(PoisonError::into_inner);
        work(&Desk { ehr: &ehr, patient: &patient }, &mut chart)
    });
    worked.await.unwrap_or_else(|error| {
        tracing::error!(%error, "the demonstration EHR did not finish");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    })
}

fn unknown() -> Response {
    (StatusCode::NOT_FOUND, Html(page::unknown())).into_response()
}

/// Who works on whom.
struct Desk<'e> {
    ehr: &'e Ehr,
    patient: &'e str,
}

impl Desk<'_> {
    fn client(&self) -> Client<'_> {
        Client::new(&self.ehr.setting, &self.ehr.agent)
    }

    /// Does something that a form asked for, and shows the chart with what came of it.
    fn act(
        &self,
        chart: &mut Chart,
        work: impl FnOnce(&mut Chart, &mut Client<'_>) -> Result<String, Failure>,
    ) -> Response {
        let mut client = self.client();
        let done = work(chart, &mut client);
        chart.heard(client.exchanges);
        match done {
            Ok(notice) => chart.notice = Some(notice).filter(|notice| !notice.is_empty()),
            Err(failure) => chart.problem = Some(failure.to_string()),
        }
        Redirect::to(&format!("{ROOT}/patients/{}#orders", self.patient)).into_response()
    }

    /// Asks a hook's services about the drafts, some of them just chosen.
    fn ask(
        &self,
        chart: &mut Chart,
        client: &mut Client<'_>,
        (hook, selections): (Hook, Vec<String>),
    ) -> Result<usize, Failure> {
        let asked = Asked {
            hook,
            patient: self.patient,
            practitioner: &self.ehr.setting.practitioner,
            orders: &chart.drafts,
            selections,
        };
        let cards = ask(client, &asked)?;
        let count = cards.len();
        chart.show(cards);
        Ok(count)
    }

    /// What the chart shows of what Cognate holds.
    fn seen(&self, client: &mut Client<'_>) -> Result<Seen, Failure> {
        let id = self.patient;
        let mut read = |purpose: &str, query: &str| {
            client.get(purpose, &format!("/fhir/{query}"), As::OrderEntry)
        };
        Ok(Seen {
            patient: read("the chart: who it is", &format!("Patient/{id}"))?,
            conditions: entries(&read("the chart: problems", &format!("Condition?patient={id}"))?),
            medicines: entries(&read(
                "the chart: medicines",
                &format!("MedicationRequest?patient={id}&status=active"),
            )?),
            reports: entries(&read(
                "the chart: reports",
                &format!("DiagnosticReport?patient={id}"),
            )?),
        })
    }
}

fn entries(bundle: &Value) -> Vec<Value> {
    let entries = bundle.get("entry").and_then(Value::as_array).into_iter().flatten();
    entries.filter_map(|entry| entry.get("resource").cloned()).collect()
}

fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

async fn chart(State(ehr): State<Shared>, Path(patient): Path<String>) -> Response {
    at_desk(&ehr, patient, |desk, chart| {
        let mut client = desk.client();
        let seen = desk.seen(&mut client);
        // A form comes back to the chart; that is not opening it.
        let is_opened = chart.notice.is_none() && chart.problem.is_none();
        if is_opened {
            // Opening a chart is a hook of its own; a failure of it is told and closes nothing.
            let asked = desk.ask(chart, &mut client, (Hook::PatientView, Vec::new()));
            chart.problem = asked.err().map(|failure| failure.to_string());
            chart.heard(client.exchanges);
        }
        let status = if seen.is_ok() { StatusCode::OK } else { StatusCode::BAD_GATEWAY };
        let html = page::chart(&desk.ehr.setting, desk.patient, &seen, chart);
        (chart.notice, chart.problem) = (None, None);
        (status, Html(html)).into_response()
    })
    .await
}

/// An order as the form has it. What is missing is told by the order, not by the reader.
#[derive(Deserialize)]
struct OrderForm {
    #[serde(default)]
    drug: String,
    #[serde(default)]
    dose_mg: String,
    #[serde(default)]
    times_a_day: String,
}

async fn add_order(
    State(ehr): State<Shared>,
    Path(patient): Path<String>,
    Form(form): Form<OrderForm>,
) -> Response {
    at_desk(&ehr, patient, move |desk, chart| {
        desk.act(chart, |chart, client| {
            let drug = order::drug_of(&form.drug)
                .ok_or_else(|| Failure::Form("Choose a drug of the list".to_owned()))?;
            let id = uuid::Uuid::now_v7().to_string();
            let dose_mg = if form.dose_mg.is_empty() { drug.dose_mg } else { &form.dose_mg };
            let practitioner = &desk.ehr.setting.practitioner;
            let dose = (dose_mg, form.times_a_day.as_str());
            chart.add(order::draft(&id, desk.patient, practitioner, drug, dose)?)?;
            let selected = vec![format!("MedicationRequest/{id}")];
            let cards = desk.ask(chart, client, (Hook::OrderSelect, selected))?;
            Ok(match cards {
                0 => format!("{} is drafted; decision support has nothing to say", drug.name),
                _ => format!("{} is drafted; decision support has something to say", drug.name),
            })
        })
    })
    .await
}

#[derive(Deserialize)]
struct DoseForm {
    #[serde(default)]
    dose_mg: String,
    #[serde(default)]
    times_a_day: String,
}

async fn change_dose(
    State(ehr): State<Shared>,
    Path((patient, id)): Path<(String, String)>,
    Form(form): Form<DoseForm>,
) -> Response {
    at_desk(&ehr, patient, move |desk, chart| {
        desk.act(chart, |chart, _| {
            let dose = (form.dose_mg.as_str(), form.times_a_day.as_str());
            let dosed = order::with_dose(chart.draft(&id)?, dose)?;
            let told = format!("{}: dose set", order::title(&dosed));
            chart.replace(dosed);
            Ok(told)
        })
    })
    .await
}

async fn remove_order(
    State(ehr): State<Shared>,
    Path((patient, id)): Path<(String, String)>,
) -> Response {
    at_desk(&ehr, patient, move |desk, chart| {
        desk.act(chart, |chart, _| {
            let told = format!("{} is removed", order::title(chart.draft(&id)?));
            chart.remove(&id);
            Ok(told)
        })
    })
    .await
}

/// Asks before it signs. What is answered with a card stays a draft until each card of the orders
/// is answered; what has no dose stays one until somebody says it.
async fn sign(State(ehr): State<Shared>, Path(patient): Path<String>) -> Response {
    at_desk(&ehr, patient, |desk, chart| {
        desk.act(chart, |chart, client| sign_all(desk, chart, client))
    })
    .await
}

fn sign_all(
    desk: &Desk<'_>,
    chart: &mut Chart,
    client: &mut Client<'_>,
) -> Result<String, Failure> {
    if chart.drafts.is_empty() {
        return Err(Failure::Form("There is no order to sign".to_owned()));
    }
    let undosed = |order: &&Value| order::is_medication(order) && order::dosage(order).is_none();
    if let Some(order) = chart.drafts.iter().find(undosed) {
        return Err(Failure::Form(format!("{} has no dose yet", order::title(order))));
    }
    desk.ask(chart, client, (Hook::OrderSign, Vec::new()))?;
    let waiting = chart.cards.iter().filter(|card| card.hook != Hook::PatientView.name()).count();
    if waiting > 0 {
        return Ok("Not signed: answer the advice first".to_owned());
    }
    let mut told = Vec::new();
    for draft in chart.drafts.clone() {
        let signed = order::signed(&draft, &now());
        client.post(
            "the signed order is filed",
            &format!("/fhir/{}", order::kind(&signed)),
            As::Filing,
            &signed,
        )?;
        let words = match order::dosage(&draft) {
            Some(dosage) => format!("{}, {dosage}", order::title(&draft)),
            None => order::title(&draft),
        };
        chart.remove(order::id(&draft));
        chart.signed.push(words.clone());
        told.push(words);
    }
    Ok(format!("Signed: {}", told.join("; ")))
}

async fn file_lifestyle(
    State(ehr): State<Shared>,
    Path(patient): Path<String>,
    Form(form): Form<LifestyleForm>,
) -> Response {
    at_desk(&ehr, patient, move |desk, chart| {
        desk.act(chart, |_, client| {
            let filed = response(desk.patient, &form, &now())?;
            let path = "/fhir/QuestionnaireResponse";
            client.post("answers about lifestyle are filed", path, As::Filing, &filed)?;
            Ok("The answers are filed".to_owned())
        })
    })
    .await
}

/// Launches Cognate's patient page with the patient (SMART App Launch 2.2, EHR launch).
async fn launch(State(ehr): State<Shared>, Path(patient): Path<String>) -> Response {
    at_desk(&ehr, patient, |desk, chart| {
        let mut client = desk.client();
        let setting = &desk.ehr.setting;
        let wanted = json!({"client_id": setting.application, "patient": desk.patient});
        let purpose = "an application is launched with the patient";
        let given = client.post(purpose, "/auth/launch", As::OrderEntry, &wanted);
        chart.heard(client.exchanges);
        match given {
            Ok(given) => {
                let part = |name: &str| encoded(text_of(&given, name));
                let (iss, launch) = (part("iss"), part("launch"));
                let page = format!("{}/smart/launch?iss={iss}&launch={launch}", setting.base_url);
                Redirect::to(&page).into_response()
            }
            Err(failure) => {
                chart.problem = Some(failure.to_string());
                Redirect::to(&format!("{ROOT}/patients/{}", desk.patient)).into_response()
            }
        }
    })
    .await
}

/// A value of a query: all but the unreserved characters of RFC 3986 by their numbers.
fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

#[derive(Deserialize)]
struct Accepted {
    #[serde(default)]
    suggestion: String,
}

async fn accept(
    State(ehr): State<Shared>,
    Path((patient, card)): Path<(String, String)>,
    Form(form): Form<Accepted>,
) -> Response {
    at_desk(&ehr, patient, move |desk, chart| {
        desk.act(chart, |chart, client| {
            let card = chart.card(&card)?.clone();
            let suggestion = card.suggestion(&form.suggestion);
            let suggestion = suggestion.ok_or(Failure::Unknown("suggestion"))?;
            let done = chart.take(suggestion)?;
            tell(client, &card, &Outcome::Accepted(&form.suggestion), &now())?;
            chart.cards.retain(|other| other.uuid() != card.uuid());
            Ok(done)
        })
    })
    .await
}

#[derive(Deserialize)]
struct Left {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    comment: String,
}

async fn leave(
    State(ehr): State<Shared>,
    Path((patient, card)): Path<(String, String)>,
    Form(form): Form<Left>,
) -> Response {
    at_desk(&ehr, patient, move |desk, chart| {
        desk.act(chart, |chart, client| {
            let card = chart.card(&card)?.clone();
            let is_offered = !card.list("overrideReasons").is_empty();
            let reason = card.reason(&form.reason);
            if is_offered && reason.is_none() {
                return Err(Failure::Form("Say why the advice is left".to_owned()));
            }
            let comment: String =
                form.comment.trim().chars().take(COMMENT_CHARACTERS_MAX).collect();
            let outcome = Outcome::Overridden { reason, comment: &comment };
            tell(client, &card, &outcome, &now())?;
            chart.cards.retain(|other| other.uuid() != card.uuid());
            Ok("The advice is left, and why is noted".to_owned())
        })
    })
    .await
}

/// A JSON that is shown beside a page, in lines.
pub(crate) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| json!(null).to_string())
}
