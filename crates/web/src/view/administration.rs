//! What an operator keeps running.

use super::identity::Session;
use model::Timestamp;

/// Everything that the operator looks after.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AdministrationView {
    /// The signed-in person.
    pub session: Session,
    /// Why what was asked for was not done, one sentence.
    pub error: Option<String>,
    /// What was made and is shown once.
    pub secret: Option<NewSecret>,
    /// Whether the person may change anything here.
    pub may_change: bool,
    /// Whether everything works, thing by thing.
    pub checks: Vec<CheckRow>,
    /// Feeds that laboratories deliver to over HTTP.
    pub feeds: Vec<String>,
    /// Other systems.
    pub clients: Vec<ClientRow>,
    /// Accounts of people.
    pub accounts: Vec<AccountLine>,
    /// Roles that a new account may have.
    pub roles: Vec<String>,
    /// The keys, if the person may see what there is of them.
    pub keys: Option<KeysView>,
}

/// One thing that works or does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckRow {
    /// What.
    pub what: String,
    /// Whether it works.
    pub is_fine: bool,
    /// How it stands, in words.
    pub text: String,
}

/// A secret that was just made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSecret {
    /// Of which client.
    pub client: String,
    /// The token or secret.
    pub secret: String,
}

/// How a system proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientProof {
    /// A bearer token that the operator made.
    Token,
    /// A secret at the authorization server.
    Secret,
    /// Keys of its own.
    Keys,
    /// Nothing: an application that can keep no secret.
    Nothing,
}

/// Another system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How it proves who it is.
    pub proof: ClientProof,
    /// What tells its token or secret from the one that replaces it, and nothing of what it is.
    pub mark: String,
    /// Its role by itself, in words.
    pub role: Option<String>,
    /// Scopes that narrow it.
    pub scopes: String,
    /// Whether it was disabled.
    pub is_disabled: bool,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountLine {
    /// Log-in name.
    pub login: String,
    /// Name shown.
    pub name: String,
    /// Role in words.
    pub role: String,
    /// Whether one-time codes are set up.
    pub has_code: bool,
    /// Passkeys that are set up.
    pub passkeys: usize,
    /// Whether it was disabled.
    pub is_disabled: bool,
}

/// What is said of keys: nothing of what they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeysView {
    /// By what the master key is told from others.
    pub master_key: String,
    /// Numbers of the tenant's keys, the newest first, with when each was made.
    pub tenant_keys: Vec<(u32, Timestamp)>,
    /// Erasures on the list of destroyed keys.
    pub erasures: u64,
}
