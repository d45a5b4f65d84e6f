//! Views of the pages without a patient: login, errors.

use super::identity::Session;

/// The login page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoginView {
    /// Why the last attempt failed, one sentence, or `None` on the first visit.
    pub error: Option<String>,
    /// CSRF token of the form.
    pub csrf: String,
    /// Local path to go to afterwards, sent back as the hidden field `next`.
    pub next: Option<String>,
    /// Login name already typed, so that nobody types it twice; never the password.
    pub login: String,
    /// Name of the external identity provider, if there is one.
    pub provider: Option<String>,
    /// Said above the form, such as that this is a demonstration with made-up patients.
    pub notice: Option<String>,
}

/// A failure. It is shown as a failure, never as an empty answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorView {
    /// The signed-in person, if the failure came after the login.
    pub session: Option<Session>,
    /// HTTP status, 400 to 599.
    pub status: u16,
    /// What could not be done, in a few words: `The page could not be made`.
    pub title: String,
    /// One sentence on what to do.
    pub text: String,
    /// Id that the log line of the failure also has.
    pub log_id: String,
    /// The form that could not be filed, if it was one.
    pub typed: Option<Typed>,
}

/// What somebody typed into a form that could not be filed, without what proves who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    /// Address that it was sent to.
    pub action: String,
    /// Its form token, if it can be sent again as it stands.
    pub csrf: Option<String>,
    /// Whether it was not taken as it is, and would not be if it were sent again.
    pub was_refused: bool,
    /// Names and values, in the order of the form.
    pub fields: Vec<(String, String)>,
}

/// Nothing is at this address, or nothing that the caller may know of; the two look the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotFoundView {
    /// The signed-in person, if there is one.
    pub session: Option<Session>,
}
