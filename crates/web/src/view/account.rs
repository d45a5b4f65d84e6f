//! How a person proves who it is.

use super::identity::Session;

/// The second factor of a log-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeView {
    /// CSRF token of the form.
    pub csrf: String,
    /// Why the last attempt failed, one sentence.
    pub error: Option<String>,
}

/// A new proof of a person who is logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepUpView {
    /// The signed-in person.
    pub session: Session,
    /// Local path to go to afterwards.
    pub next: String,
    /// Whether a password is a proof.
    pub has_password: bool,
    /// Whether a one-time code is needed beside the password.
    pub has_code: bool,
    /// Whether there is a passkey to prove it by.
    pub has_passkey: bool,
    /// Why the last attempt failed, one sentence.
    pub error: Option<String>,
}

/// What an account has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountView {
    /// The signed-in person.
    pub session: Session,
    /// Log-in name.
    pub login: String,
    /// Whether one-time codes are asked for.
    pub has_code: bool,
    /// Recovery codes that were not used yet.
    pub recovery_codes: usize,
    /// Whether nothing else is open before a second factor is set up.
    pub must_enrol: bool,
}

/// A secret for an authenticator, shown once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferView {
    /// The signed-in person.
    pub session: Session,
    /// The secret in base32, to be typed.
    pub secret: String,
    /// The same as an address, to be scanned.
    pub uri: String,
    /// Why the last attempt failed, one sentence.
    pub error: Option<String>,
}

/// Recovery codes, shown once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveryView {
    /// The signed-in person.
    pub session: Session,
    /// The codes.
    pub codes: Vec<String>,
}

/// Logging in by a passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyLoginView {
    /// CSRF token of the form.
    pub csrf: String,
    /// Local path to go to afterwards.
    pub next: String,
}

/// The passkeys of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeysView {
    /// The signed-in person.
    pub session: Session,
    /// The passkeys.
    pub passkeys: Vec<PasskeyRow>,
}

/// A passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyRow {
    /// Its id, base64url.
    pub id: String,
    /// The day on which it was made.
    pub made: String,
}
