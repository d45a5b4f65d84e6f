//! Accounts of people and clients (other systems).
//!
//! A log-in happens before there is a user: the server asks as [`crate::Role::Operator`] for
//! [`crate::Purpose::Operations`].

use crate::audit::Touched;
use crate::limit::{self, SCOPE_PATIENTS_MAX, within};
use crate::sql::record as sql;
use crate::store::{Executor, Row, Value, values};
use crate::{Access, Action, Failure, Record, Role, Scope};
use model::PatientId;

/// A scope of the whole tenant, as stored.
const WHOLE_TENANT: &str = "*";

/// What stands before the proof of an account or a client that was disabled, so that nothing is
/// equal to it; what was there before stays behind it.
const DISABLED: &str = "disabled:";

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

impl Account {
    /// Whether it was disabled: nobody logs in as it, by whatever proof.
    pub fn is_disabled(&self) -> bool {
        self.password_hash.starts_with(DISABLED)
    }
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
    /// SMART scopes that narrow what its role permits, parted by blanks; `None` = the role alone
    /// decides.
    pub scopes: Option<String>,
}

impl Client {
    /// Whether it was disabled: no token is its own.
    pub fn is_disabled(&self) -> bool {
        self.token_sha256.starts_with(DISABLED)
    }
}

impl Record {
    /// Makes or replaces an account.
    pub fn put_account(&self, access: &Access, account: Account) -> Result<(), Failure> {
        let entity = format!("account/{}", account.login);
        let row = self.account_values(access, account)?;
        self.write_account(access, entity, move |executor| {
            executor.execute(sql::ACCOUNT_PUT, &row).map(|_| ())
        })
    }

    /// Makes an account if none of its log-in is there, as `was` is `None`, or replaces one that is
    /// still as it was read. [`Failure::Conflict`] if another one has done something between, and
    /// [`Failure::NotFound`] if there is none any more: whoever was disabled is not let in again,
    /// and who is there already is not replaced, however close together two of them ask.
    pub fn replace_account(
        &self,
        access: &Access,
        was: Option<&Account>,
        account: Account,
    ) -> Result<(), Failure> {
        let entity = format!("account/{}", account.login);
        let key = values![access.tenant().as_str(), &account.login].to_vec();
        let (was, place) = (was.cloned(), entity.clone());
        let row = self.account_values(access, account)?;
        self.write_account(access, entity, move |executor| {
            let found = executor.first(sql::ACCOUNT_GET, &key)?;
            let found = found.as_ref().map(stored_account).transpose()?;
            require_unchanged(place, was.as_ref(), found.as_ref())?;
            executor.execute(sql::ACCOUNT_PUT, &row).map(|_| ())
        })
    }

    fn account_values(&self, access: &Access, account: Account) -> Result<Vec<Value>, Failure> {
        let Account { login, display_name, role, password_hash, scope } = account;
        for (place, value) in
            [("login", &login), ("display name", &display_name), ("password hash", &password_hash)]
        {
            limit::text(place, value)?;
        }
        let (scope, now) = (scope_text(&scope)?, self.now().micros());
        let tenant = access.tenant().as_str();
        let row = values![tenant, login, display_name, role.word(), password_hash, scope, now];
        Ok(row.to_vec())
    }

    /// An account by its log-in.
    pub fn account(&self, access: &Access, login: &str) -> Result<Option<Account>, Failure> {
        let key = values![access.tenant().as_str(), login];
        let row = self.account_row(access, sql::ACCOUNT_GET, key)?;
        row.as_ref().map(stored_account).transpose()
    }

    /// An account by its log-in, unless it was disabled: what whoever acts as it is looked up by.
    pub fn active_account(&self, access: &Access, login: &str) -> Result<Option<Account>, Failure> {
        Ok(self.account(access, login)?.filter(|account| !account.is_disabled()))
    }

    /// All accounts, by their log-ins.
    pub fn accounts(&self, access: &Access) -> Result<Vec<Account>, Failure> {
        self.permit(access, Action::ReadAccounts)?;
        let key = values![access.tenant().as_str(), limit::ACCOUNTS_MAX];
        let found = self.inner.record.read(|executor| executor.query(sql::ACCOUNTS, key))?;
        found.iter().map(stored_account).collect()
    }

    /// Disables an account, which ends whatever was begun as it, or enables it again; whether that
    /// changed anything. The last operator who can log in is [`Failure::Invalid`]: nobody would be
    /// left to enable anybody.
    pub fn set_account_disabled(
        &self,
        access: &Access,
        login: &str,
        is_disabled: bool,
    ) -> Result<bool, Failure> {
        self.permit(access, Action::WriteAccounts)?;
        let word = if is_disabled { "disabled" } else { "enabled" };
        let entities = vec![format!("account/{login}"), word.to_owned()];
        self.note(access, Action::WriteAccounts, &Touched { entities, ..Touched::default() })?;
        let (tenant, now) = (access.tenant().as_str().to_owned(), self.now().micros());
        let of = login.to_owned();
        let changed = self.inner.record_writer.write(move |executor| {
            let row = executor.first(sql::ACCOUNT_GET, values![&tenant, &of])?;
            let account = stored_account(&row.ok_or(Failure::NotFound)?)?;
            if account.is_disabled() == is_disabled {
                return Ok(false);
            }
            if is_disabled && account.role == Role::Operator {
                let key = values![&tenant, Role::Operator.word(), limit::ACCOUNTS_MAX];
                let operators = executor.query(sql::ACCOUNTS_OF_ROLE, key)?;
                let operators: Vec<Account> =
                    operators.iter().map(stored_account).collect::<Result<_, _>>()?;
                if operators.iter().filter(|one| !one.is_disabled()).count() < 2 {
                    let text = "this is the last operator who can log in".to_owned();
                    return Err(Failure::Invalid { place: format!("account/{of}"), text });
                }
            }
            let hash = changed_proof(&account.password_hash, is_disabled);
            let row = values![hash, now, &tenant, &of];
            executor.execute(sql::ACCOUNT_HASH_SET, row).map(|_| true)
        })?;
        // Again, too, if a crash came between the two.
        if is_disabled {
            self.end_sessions(access, login)?;
        }
        Ok(changed)
    }

    /// Makes or replaces a client. A token that another client has is [`Failure::Storage`].
    pub fn put_client(&self, access: &Access, client: Client) -> Result<(), Failure> {
        let entity = format!("client/{}", client.id);
        let row = self.client_values(access, client)?;
        self.write_account(access, entity, move |executor| {
            executor.execute(sql::CLIENT_PUT, &row).map(|_| ())
        })
    }

    /// Gives a client another token if it is still as it was read, by the SHA-256 of the token.
    /// [`Failure::Conflict`] if another one has done something between, [`Failure::NotFound`] if
    /// there is none any more.
    pub fn renew_client(
        &self,
        access: &Access,
        was: &Client,
        token_sha256: String,
    ) -> Result<(), Failure> {
        let entity = format!("client/{}", was.id);
        let key = values![access.tenant().as_str(), &was.id].to_vec();
        let (was, place) = (was.clone(), entity.clone());
        let row = self.client_values(access, Client { token_sha256, ..was.clone() })?;
        self.write_account(access, entity, move |executor| {
            let found = executor.first(sql::CLIENT_GET, &key)?;
            let found = found.as_ref().map(stored_client).transpose()?;
            require_unchanged(place, Some(&was), found.as_ref())?;
            executor.execute(sql::CLIENT_PUT, &row).map(|_| ())
        })
    }

    fn client_values(&self, access: &Access, client: Client) -> Result<Vec<Value>, Failure> {
        let Client { id, name, role, token_sha256, scopes } = client;
        limit::text("client id", &id)?;
        limit::text("client name", &name)?;
        limit::text("token digest", &token_sha256)?;
        if let Some(scopes) = &scopes {
            limit::text("scopes", scopes)?;
        }
        let scopes = scopes.map_or(Value::Null, Value::from);
        let (tenant, now) = (access.tenant().as_str(), self.now().micros());
        Ok(values![tenant, id, name, role.word(), token_sha256, now, scopes].to_vec())
    }

    /// A client by the SHA-256 of its token.
    pub fn client_by_token_hash(
        &self,
        access: &Access,
        token_sha256: &str,
    ) -> Result<Option<Client>, Failure> {
        let key = values![access.tenant().as_str(), token_sha256];
        self.client_row(access, sql::CLIENT_BY_TOKEN, key)
    }

    /// A client by its id.
    pub fn client(&self, access: &Access, id: &str) -> Result<Option<Client>, Failure> {
        self.client_row(access, sql::CLIENT_GET, values![access.tenant().as_str(), id])
    }

    /// All clients that have a token, by their ids.
    pub fn clients(&self, access: &Access) -> Result<Vec<Client>, Failure> {
        self.permit(access, Action::ReadAccounts)?;
        let key = values![access.tenant().as_str(), limit::REGISTRATIONS_MAX];
        let found = self.inner.record.read(|executor| executor.query(sql::CLIENTS, key))?;
        found.iter().map(stored_client).collect()
    }

    /// Disables a client: its token is good for nothing from the next request on. Whether that
    /// changed anything; a new token enables it again.
    pub fn disable_client(&self, access: &Access, id: &str) -> Result<bool, Failure> {
        self.permit(access, Action::WriteAccounts)?;
        // Told apart from a new token, which is an event of the same client.
        let entities = vec![format!("client/{id}"), "disabled".to_owned()];
        self.note(access, Action::WriteAccounts, &Touched { entities, ..Touched::default() })?;
        let key = values![access.tenant().as_str(), id].to_vec();
        let (tenant, now) = (access.tenant().as_str().to_owned(), self.now().micros());
        self.inner.record_writer.write(move |executor| {
            let row = executor.first(sql::CLIENT_GET, &key)?;
            let client = stored_client(&row.ok_or(Failure::NotFound)?)?;
            if client.is_disabled() {
                return Ok(false);
            }
            let token_sha256 = changed_proof(&client.token_sha256, true);
            let scopes = client.scopes.map_or(Value::Null, Value::from);
            let Client { id, name, role, .. } = client;
            let row = values![tenant, id, name, role.word(), token_sha256, now, scopes];
            executor.execute(sql::CLIENT_PUT, row).map(|_| true)
        })
    }

    fn client_row(
        &self,
        access: &Access,
        sql: &'static str,
        key: &[Value],
    ) -> Result<Option<Client>, Failure> {
        let row = self.account_row(access, sql, key)?;
        row.as_ref().map(stored_client).transpose()
    }

    /// Reads a log-in's row. It holds nothing about a patient: only a denial is audited.
    fn account_row(
        &self,
        access: &Access,
        sql: &'static str,
        key: &[Value],
    ) -> Result<Option<Row>, Failure> {
        self.permit(access, Action::ReadAccounts)?;
        self.inner.record.read(|executor| executor.first(sql, key))
    }

    fn write_account(
        &self,
        access: &Access,
        entity: String,
        work: impl FnOnce(&dyn Executor) -> Result<(), Failure> + Send + 'static,
    ) -> Result<(), Failure> {
        self.permit(access, Action::WriteAccounts)?;
        let touched = Touched { entities: vec![entity], ..Touched::default() };
        self.note(access, Action::WriteAccounts, &touched)?;
        self.inner.record_writer.write(work)
    }
}

/// Refuses to replace what is not as it was read, within the write that would replace it. What it
/// is stands in no error.
pub(crate) fn require_unchanged<T: PartialEq>(
    place: String,
    was: Option<&T>,
    found: Option<&T>,
) -> Result<(), Failure> {
    let (expected, seen) = match (was, found) {
        (was, found) if was == found => return Ok(()),
        (Some(_), None) => return Err(Failure::NotFound),
        (Some(_), Some(_)) => ("as it was read", "changed since"),
        (None, _) => ("absent", "present"),
    };
    Err(Failure::Conflict { place, expected: expected.to_owned(), found: seen.to_owned() })
}

/// A proof that is or is not taken for one any more.
fn changed_proof(proof: &str, is_disabled: bool) -> String {
    let proof = proof.strip_prefix(DISABLED).unwrap_or(proof);
    if is_disabled { format!("{DISABLED}{proof}") } else { proof.to_owned() }
}

fn stored_account(row: &Row) -> Result<Account, Failure> {
    Ok(Account {
        login: row.text(0)?.to_owned(),
        display_name: row.text(1)?.to_owned(),
        role: role(row, 2)?,
        password_hash: row.text(3)?.to_owned(),
        scope: scope_from(row.text(4)?)?,
    })
}

fn stored_client(row: &Row) -> Result<Client, Failure> {
    Ok(Client {
        id: row.text(0)?.to_owned(),
        name: row.text(1)?.to_owned(),
        role: role(row, 2)?,
        token_sha256: row.text(3)?.to_owned(),
        scopes: row.optional_text(4)?.map(str::to_owned),
    })
}

fn role(row: &Row, place: usize) -> Result<Role, Failure> {
    Role::from_word(row.text(place)?)
        .ok_or_else(|| Failure::Storage("an account has an unknown role".to_owned()))
}

fn scope_text(scope: &Scope) -> Result<String, Failure> {
    match scope {
        Scope::Tenant => Ok(WHOLE_TENANT.to_owned()),
        Scope::Patients(patients) => {
            within("scope", patients.len(), SCOPE_PATIENTS_MAX, "patients")?;
            serde_json::to_string(patients).map_err(|error| Failure::Storage(error.to_string()))
        }
    }
}

/// What cannot be read never widens: it is an error.
fn scope_from(text: &str) -> Result<Scope, Failure> {
    if text == WHOLE_TENANT {
        return Ok(Scope::Tenant);
    }
    serde_json::from_str::<std::collections::BTreeSet<PatientId>>(text)
        .map(Scope::Patients)
        .map_err(|_| Failure::Storage("an account has an unknown scope".to_owned()))
}
