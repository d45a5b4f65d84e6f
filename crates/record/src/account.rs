//! Accounts of people, clients (other systems) and sessions.
//!
//! A log-in happens before there is a user: the server asks as [`crate::Role::Operator`] for
//! [`crate::Purpose::Operations`].

use crate::{Role, Scope};
use model::Timestamp;

/// A person's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Log-in name, unique.
    pub login: String,
    /// Name shown on the page.
    pub display_name: String,
    /// What the person is.
    pub role: Role,
    /// PHC string of the password hash.
    pub password_hash: String,
    /// Whom the person may see.
    pub scope: Scope,
}

/// Another system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its id, as the audit log names it.
    pub id: String,
    /// Name shown on the page.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// SHA-256 of its bearer token, lower-case hex.
    pub token_sha256: String,
}

/// A log-in that lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Whose.
    pub login: String,
    /// When it was made.
    pub created: Timestamp,
    /// From when on it is no longer given out.
    pub expires: Timestamp,
}
