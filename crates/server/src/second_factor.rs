//! A second factor for everybody, where the operator asks for it (`--require-second-factor`).
//!
//! Who has logged in by a password alone can set up a factor, or show the one that is there, and
//! nothing else. A password alone sets up no factor beside one that is there: it would be a way
//! around that one.

use crate::app::App;
use crate::caller::{Caller, door};
use crate::error::Error;
use record::CredentialKind;

/// What a password alone is good for: showing more, and going.
const TO_PROVE: &[&str] = &["/step-up", "/step-up/passkey", "/step-up/passkey/options", "/logout"];
/// Where a factor is set up.
const TO_ENROL: &[&str] = &[
    "/account",
    "/account/totp",
    "/account/totp/confirm",
    "/account/passkeys",
    "/account/passkeys/options",
];
/// How a session says that it was begun by a password alone.
pub(crate) const PASSWORD: &str = "password";

/// Refuses a person who has shown no second factor, on every route but those that set one up.
/// Services have no factors. Who comes from an identity provider has shown it there.
///
/// # Errors
/// 403 to whoever has to set one up, 401 to whoever has to show it.
pub(crate) fn require(app: &App, caller: &Caller, route: &str) -> Result<(), Error> {
    if !app.requires_second_factor() || !is_without(caller) || TO_PROVE.contains(&route) {
        return Ok(());
    }
    // An application cannot set one up; its person logs in again.
    if caller.session.is_none() || Factors::of(app, caller.login())?.are_any() {
        return Err(Error::stale_proof());
    }
    if TO_ENROL.contains(&route) { Ok(()) } else { Err(Error::second_factor()) }
}

/// Whether this person has to set a factor up before anything else.
pub(crate) fn must_enrol(app: &App, caller: &Caller) -> bool {
    app.requires_second_factor() && is_without(caller)
}

/// A person who has shown a password alone, or nobody knows what.
fn is_without(caller: &Caller) -> bool {
    let is_person = !caller.login().is_empty();
    let factors = caller.assurance.as_ref().map_or("", |assurance| assurance.factors.as_str());
    is_person && (factors.is_empty() || factors == PASSWORD)
}

/// Which second factors an account has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Factors {
    /// Whether one-time codes are asked for.
    pub(crate) has_code: bool,
    /// How many passkeys there are.
    pub(crate) passkeys: usize,
}

impl Factors {
    /// Those of an account.
    ///
    /// # Errors
    /// When the record fails.
    pub(crate) fn of(app: &App, login: &str) -> Result<Self, Error> {
        let door = door(&app.settings().tenant);
        let count = |kind| app.record().credentials(&door, login, kind).map(|some| some.len());
        Ok(Self {
            has_code: count(CredentialKind::Totp)? > 0,
            passkeys: count(CredentialKind::Passkey)?,
        })
    }

    fn are_any(self) -> bool {
        self.has_code || self.passkeys > 0
    }

    /// Refuses to be left with these where a second factor is asked for.
    ///
    /// # Errors
    /// 409 if nothing is left.
    pub(crate) fn require_any(self, app: &App) -> Result<(), Error> {
        if !app.requires_second_factor() || self.are_any() {
            return Ok(());
        }
        let text = "this is the last second factor, and this server asks everybody for one";
        Err(Error::new(axum::http::StatusCode::CONFLICT, "conflict", text))
    }
}
