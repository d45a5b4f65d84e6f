//! `POST /auth/launch`: an order-entry system wants an application to be opened with a patient.

use crate::app::App;
use crate::authorization::{LAUNCH_SECONDS, Launch, in_seconds, json_response, ticket};
use crate::caller::{Credentials, door};
use crate::controllers::login::random_token;
use crate::error::Error;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use model::Problem;
use record::{Role, Ticket, TicketKind};
use serde::Deserialize;
use serde_json::json;

/// What is asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// The application.
    client_id: String,
    patient: Option<String>,
    encounter: Option<String>,
    /// Whether the application has to show who the patient is; the system around it does not.
    #[serde(default)]
    need_patient_banner: bool,
    /// For whom alone it is.
    login: Option<String>,
}

/// `POST /auth/launch`
pub(crate) async fn launch(
    State(app): State<App>,
    credentials: Credentials,
    body: Bytes,
) -> Result<Response, Error> {
    app.blocking(move |app| {
        let caller = credentials.caller(app)?;
        if caller.role != Role::ServiceClient || caller.csrf.is_some() {
            let text = "only a system that people order in may launch";
            return Err(Error::new(StatusCode::FORBIDDEN, "forbidden", text));
        }
        let wanted: Wanted = serde_json::from_slice(&body).map_err(|_| invalid("the body"))?;
        let door = door(&app.settings().tenant);
        let client = app.record().registration(&door, &wanted.client_id)?;
        if client.is_none_or(|client| client.redirect_uris.is_empty()) {
            return Err(invalid("client_id"));
        }
        if let Some(patient) = &wanted.patient {
            let seen = app.record().read(&caller.access, "Patient", patient)?;
            seen.ok_or_else(Error::not_found)?;
        }
        let token = random_token()?;
        let said = Launch {
            patient: wanted.patient,
            encounter: wanted.encounter,
            need_patient_banner: wanted.need_patient_banner,
        };
        let expires = in_seconds(app, LAUNCH_SECONDS);
        let kept = Ticket {
            client: wanted.client_id,
            login: wanted.login.unwrap_or_default(),
            ..ticket(TicketKind::Launch, &token, expires, &said)?
        };
        app.record().put_ticket(&door, kept)?;
        let body = json!({"launch": token, "iss": app.fhir_base(), "expires_in": LAUNCH_SECONDS});
        Ok(json_response(StatusCode::CREATED, &body))
    })
    .await
}

fn invalid(place: &str) -> Error {
    let text = "is not that of a launch";
    let problem = Problem::error("invalid", place.to_owned(), text.to_owned());
    Error::problems(StatusCode::BAD_REQUEST, vec![problem])
}
