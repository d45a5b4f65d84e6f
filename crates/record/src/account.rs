//! Accounts of people and clients (other systems).
//!
//! A log-in happens before there is a user: the server asks as [`crate::Role::Operator`] for
//! [`crate::Purpose::Operations`].

use crate::audit::Touched;
use crate::limit::{self, SCOPE_PATIENTS_MAX, within};
use crate::sql::record as sql;
use crate::store::{Row, Value, values};
use crate::{Access, Action, Failure, Record, Role, Scope};
use model::PatientId;

/// A scope of the whole tenant, as stored.
const WHOLE_TENANT: &str = "*";

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
    /// SMART scopes that narrow what its role permits, parted by blanks; `None` = the role alone
    /// decides.
    pub scopes: Option<String>,
}

impl Record {
    /// Makes or replaces an account.
    pub fn put_account(&self, access: &Access, account: Account) -> Result<(), Failure> {
        let Account { login, display_name, role, password_hash, scope } = account;
        for (place, value) in
            [("login", &login), ("display name", &display_name), ("password hash", &password_hash)]
        {
            limit::text(place, value)?;
        }
        let entity = format!("account/{login}");
        let row = values![
            access.tenant().as_str(),
            login,
            display_name,
            role.word(),
            password_hash,
            scope_text(&scope)?,
            self.now().micros(),
        ];
        self.write_account(access, sql::ACCOUNT_PUT, row, entity)
    }

    /// An account by its log-in.
    pub fn account(&self, access: &Access, login: &str) -> Result<Option<Account>, Failure> {
        let key = values![access.tenant().as_str(), login];
        let Some(row) = self.account_row(access, sql::ACCOUNT_GET, key)? else { return Ok(None) };
        Ok(Some(Account {
            login: row.text(0)?.to_owned(),
            display_name: row.text(1)?.to_owned(),
            role: role(&row, 2)?,
            password_hash: row.text(3)?.to_owned(),
            scope: scope_from(row.text(4)?)?,
        }))
    }

    /// Makes or replaces a client. A token that another client has is [`Failure::Storage`].
    pub fn put_client(&self, access: &Access, client: Client) -> Result<(), Failure> {
        let Client { id, name, role, token_sha256, scopes } = client;
        limit::text("client id", &id)?;
        limit::text("client name", &name)?;
        limit::text("token digest", &token_sha256)?;
        if let Some(scopes) = &scopes {
            limit::text("scopes", scopes)?;
        }
        let scopes = scopes.map_or(Value::Null, Value::Text);
        let entity = format!("client/{id}");
        let now = self.now().micros();
        let tenant = access.tenant().as_str();
        let row = values![tenant, id, name, role.word(), token_sha256, now, scopes];
        self.write_account(access, sql::CLIENT_PUT, row, entity)
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

    fn client_row(
        &self,
        access: &Access,
        sql: &'static str,
        key: &[Value],
    ) -> Result<Option<Client>, Failure> {
        let Some(row) = self.account_row(access, sql, key)? else { return Ok(None) };
        Ok(Some(Client {
            id: row.text(0)?.to_owned(),
            name: row.text(1)?.to_owned(),
            role: role(&row, 2)?,
            token_sha256: row.text(3)?.to_owned(),
            scopes: row.optional_text(4)?.map(str::to_owned),
        }))
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
        sql: &'static str,
        row: &[Value],
        entity: String,
    ) -> Result<(), Failure> {
        self.permit(access, Action::WriteAccounts)?;
        let touched = Touched { entities: vec![entity], ..Touched::default() };
        self.note(access, Action::WriteAccounts, &touched)?;
        let row = row.to_vec();
        self.inner.record_writer.write(move |executor| executor.execute(sql, &row).map(|_| ()))
    }
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
