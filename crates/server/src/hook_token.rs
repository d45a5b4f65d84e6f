//! Tokens that order-entry systems sign their calls of decision support with (CDS Hooks 2.0,
//! "Trusting CDS Clients"): of issuers on the operator's list, with keys that were registered, for
//! the address that is called, once.

use crate::app::App;
use crate::authorization::{Refused, note, prove_assertion};
use crate::caller::{Caller, door};
use crate::error::Error;
use identity::claims::Expected;
use identity::jose::Unproven;
use record::{Access, Purpose, Registration, Scope};

/// How far clocks may differ, in seconds.
const SKEW_SECONDS: i64 = 300;
/// For how long a token may be good, in seconds.
const LIFETIME_SECONDS_MAX: i64 = 3_600;

/// Whether a bearer token is a signed one: ours have no dot.
pub(crate) fn is_signed(token: &str) -> bool {
    token.contains('.')
}

/// Who has signed a call of the service at `path`.
///
/// # Errors
/// 401 for every way in which the token does not hold; the reason is in the audit log.
pub(crate) fn caller(app: &App, token: &str, path: &str) -> Result<Caller, Error> {
    match prove(app, token, path)? {
        Ok(client) => of_client(app, client),
        Err((reason, issuer)) => {
            note(app, "hook", &reason, &issuer)?;
            Err(Error::login())
        }
    }
}

type Proven = Result<Registration, (String, String)>;

fn prove(app: &App, token: &str, path: &str) -> Result<Proven, Error> {
    let unproven = match Unproven::read(token) {
        Ok(unproven) => unproven,
        Err(refusal) => return Ok(Err((refusal.to_string(), String::new()))),
    };
    let issuer = unproven.issuer().unwrap_or_default().to_owned();
    let door = door(&app.settings().tenant);
    let Some(client) = app.record().registration_of_issuer(&door, &issuer)? else {
        return Ok(Err(("unknown issuer".to_owned(), issuer)));
    };
    let audience = [format!("{}{path}", app.settings().base_url)];
    let expected = Expected {
        issuer: &issuer,
        subject: None,
        needs_subject: false,
        audience: &audience,
        now: app.record().now(),
        skew_seconds: SKEW_SECONDS,
        lifetime_seconds_max: LIFETIME_SECONDS_MAX,
        needs_identifier: true,
        needs_issue: true,
    };
    match prove_assertion(app, &unproven, &client, &expected) {
        Ok(Ok(_)) => Ok(Ok(client)),
        Ok(Err(refusal)) => Ok(Err((refusal.to_string(), issuer))),
        Err(Refused::Failed(error)) => Err(error),
        Err(Refused::Oauth(error)) => Ok(Err((error.reason, issuer))),
    }
}

/// What its registration lets a client do in decision support.
fn of_client(app: &App, client: Registration) -> Result<Caller, Error> {
    let role = client.own_role().ok_or_else(Error::login)?;
    let (tenant, actor) = (app.settings().tenant.clone(), format!("client:{}", client.id));
    Ok(Caller {
        access: Access::new(tenant, actor, role, Purpose::Treatment, Scope::Tenant),
        name: client.name,
        role,
        csrf: None,
        scopes: None,
        assurance: None,
        session: None,
    })
}
