//! What is granted, from the request that a person looks at to the tokens.

use super::{ACCESS_SECONDS, GRANT_DAYS, in_seconds, ticket};
use crate::app::App;
use crate::controllers::login::random_token;
use crate::error::Error;
use record::{Ticket, TicketKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What somebody may do for a while, and about whom.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Grant {
    /// Granted scopes, parted by blanks.
    pub(crate) scopes: String,
    /// The patient in context.
    pub(crate) patient: Option<String>,
    /// The encounter in context.
    pub(crate) encounter: Option<String>,
    /// Whether the application has to show who the patient is.
    pub(crate) need_patient_banner: bool,
    /// When the person has proven who it is, in microseconds; none for a client by itself.
    pub(crate) proven: Option<i64>,
    /// By what; nothing is known of it in grants of before it was kept.
    #[serde(default)]
    pub(crate) factors: Option<String>,
    /// Role of a client by itself, as a word.
    pub(crate) role: Option<String>,
    /// When all of it ends, in microseconds.
    pub(crate) until: i64,
}

/// A request for authorization that a person looks at.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuthorizationRequest {
    pub(crate) redirect_uri: String,
    pub(crate) state: String,
    pub(crate) challenge: String,
    pub(crate) nonce: Option<String>,
    pub(crate) grant: Grant,
    /// Whether the person has to choose a patient.
    pub(crate) chooses_patient: bool,
    /// Digest of the launch that it is of.
    pub(crate) launch: Option<String>,
    /// Digest of the session in which it was begun.
    pub(crate) session: String,
}

/// What a code stands for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Code {
    pub(crate) redirect_uri: String,
    pub(crate) challenge: String,
    pub(crate) nonce: Option<String>,
    pub(crate) grant: Grant,
}

/// What another system wants an application to be opened with.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Launch {
    pub(crate) patient: Option<String>,
    pub(crate) encounter: Option<String>,
    pub(crate) need_patient_banner: bool,
}

/// New tokens, and the tickets that they are kept as.
#[derive(Debug)]
pub(crate) struct Exchanged {
    pub(crate) tickets: Vec<Ticket>,
    pub(crate) response: Value,
}

/// Makes the tokens of a grant: an access token for `scopes`, and a refresh token where the grant
/// has `offline_access`.
///
/// # Errors
/// When the system has no randomness.
pub(crate) fn exchange(
    app: &App,
    (family, client, login): (&str, &str, &str),
    grant: &Grant,
    scopes: &str,
) -> Result<Exchanged, Error> {
    let token = random_token()?;
    let narrowed = Grant { scopes: scopes.to_owned(), ..grant.clone() };
    let owned = |ticket: Ticket| Ticket {
        family: family.to_owned(),
        client: client.to_owned(),
        login: login.to_owned(),
        ..ticket
    };
    let expires = in_seconds(app, ACCESS_SECONDS);
    let mut tickets = vec![owned(ticket(TicketKind::Access, &token, expires, &narrowed)?)];
    let mut response = json!({
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": ACCESS_SECONDS,
        "scope": scopes,
    });
    let context = grant.patient.as_ref().map(
        |patient| json!({"patient": patient, "need_patient_banner": grant.need_patient_banner}),
    );
    let encounter = grant.encounter.as_ref().map(|encounter| json!({"encounter": encounter}));
    for more in [context, encounter].into_iter().flatten() {
        merge(&mut response, more);
    }
    if !login.is_empty() && grant.scopes.split(' ').any(|word| word == "offline_access") {
        let token = random_token()?;
        let until = model::Timestamp::from_micros(grant.until);
        tickets.push(owned(ticket(TicketKind::Refresh, &token, until, grant)?));
        merge(&mut response, json!({"refresh_token": token}));
    }
    Ok(Exchanged { tickets, response })
}

/// Adds the members of an object to another.
pub(crate) fn merge(into: &mut Value, more: Value) {
    if let (Some(object), Value::Object(more)) = (into.as_object_mut(), more) {
        object.extend(more);
    }
}

impl Grant {
    /// When a grant that begins now ends.
    pub(crate) fn end(app: &App) -> i64 {
        in_seconds(app, GRANT_DAYS * 24 * 3_600).micros()
    }

    /// Whether one of its scopes is this word.
    pub(crate) fn has(&self, word: &str) -> bool {
        self.scopes.split(' ').any(|scope| scope == word)
    }
}
