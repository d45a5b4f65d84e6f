//! Applications and services that were registered with the authorization server.

use crate::account::require_unchanged;
use crate::limit::{self, REGISTRATIONS_MAX, TICKET_BYTES_MAX, within};
use crate::sql::identity as sql;
use crate::store::{Row, Value, values};
use crate::{Access, Action, Failure, Record, Role};
use serde::{Deserialize, Serialize};

/// An application or service, as the operator registered it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// Its id, as the audit log names it.
    pub id: String,
    /// Name shown to people.
    pub name: String,
    /// Scopes that it may be granted, parted by blanks.
    pub scopes: String,
    /// Addresses that a person may be sent back to, compared as texts.
    pub redirect_uris: Vec<String>,
    /// Its public keys, as a JSON Web Key Set.
    pub key_set: Option<String>,
    /// SHA-256 of its secret, lower-case hex.
    pub secret_sha256: Option<String>,
    /// What it signs its calls of decision support with as issuer; none = it makes no such calls.
    pub issuer: Option<String>,
    /// The address of its keys that its tokens may name. It is compared, never followed.
    pub key_set_url: Option<String>,
    /// Role by itself, as a word: with `system/` scopes and for decision support.
    pub role: Option<String>,
}

impl Registration {
    /// Whether it can keep no secret: it has neither keys nor a secret.
    pub fn is_public(&self) -> bool {
        self.key_set.is_none() && self.secret_sha256.is_none()
    }

    /// Its role by itself.
    pub fn own_role(&self) -> Option<Role> {
        self.role.as_deref().and_then(Role::from_word)
    }
}

impl Record {
    /// Makes or replaces a registration. What was given to it before ends: it may do less now.
    /// Two cannot have one issuer.
    pub fn put_registration(&self, access: &Access, new: &Registration) -> Result<(), Failure> {
        self.write_registration(access, new, None)
    }

    /// Replaces a registration that is still as it was read, as [`Record::put_registration`] does.
    /// [`Failure::Conflict`] if another one has changed it between, [`Failure::NotFound`] if it was
    /// removed: it does not come back.
    pub fn replace_registration(
        &self,
        access: &Access,
        was: &Registration,
        new: &Registration,
    ) -> Result<(), Failure> {
        self.write_registration(access, new, Some(was.clone()))
    }

    fn write_registration(
        &self,
        access: &Access,
        new: &Registration,
        was: Option<Registration>,
    ) -> Result<(), Failure> {
        limit::text("client id", &new.id)?;
        limit::text("client name", &new.name)?;
        let body = serde_json::to_string(new).map_err(|e| Failure::Storage(e.to_string()))?;
        within("registration", body.len(), TICKET_BYTES_MAX, "bytes")?;
        limit::no_nul("registration", &body)?;
        let issuer = new.issuer.clone().unwrap_or_default();
        limit::text("issuer", &issuer)?;
        self.permit_identity(access, vec![format!("client/{}", new.id)])?;
        let (tenant, id) = (access.tenant().as_str().to_owned(), new.id.clone());
        let now = self.now().micros();
        let gone = values![&tenant, &id].to_vec();
        self.inner.record_writer.write(move |executor| {
            if was.is_some() {
                let found = executor.first(sql::REGISTRATION_GET, values![&tenant, &id])?;
                let found = found.as_ref().map(stored).transpose()?;
                require_unchanged(format!("client/{id}"), was.as_ref(), found.as_ref())?;
            }
            let of_issuer = values![&tenant, &issuer];
            if !issuer.is_empty()
                && let Some(row) = executor.first(sql::REGISTRATION_OF_ISSUER, of_issuer)?
                && row.text(0)? != id
            {
                let text = "is another client's".to_owned();
                return Err(Failure::Invalid { place: "issuer".to_owned(), text });
            }
            let row = values![tenant, id, issuer, now, body];
            executor.execute(sql::REGISTRATION_PUT, row).map(|_| ())
        })?;
        self.end_client(gone)
    }

    /// A registration by its id.
    pub fn registration(&self, access: &Access, id: &str) -> Result<Option<Registration>, Failure> {
        self.registered(access, sql::REGISTRATION_GET, id)
    }

    /// A registration by what it signs as.
    pub fn registration_of_issuer(
        &self,
        access: &Access,
        issuer: &str,
    ) -> Result<Option<Registration>, Failure> {
        if issuer.is_empty() {
            return Ok(None);
        }
        self.registered(access, sql::REGISTRATION_OF_ISSUER, issuer)
    }

    /// All registrations, by their ids.
    pub fn registrations(&self, access: &Access) -> Result<Vec<Registration>, Failure> {
        self.permit(access, Action::ReadAccounts)?;
        let key = values![access.tenant().as_str(), REGISTRATIONS_MAX];
        self.inner
            .record
            .read(|executor| executor.query(sql::REGISTRATIONS, key)?.iter().map(stored).collect())
    }

    /// Ends a registration and everything that was given to it; whether it was there.
    pub fn delete_registration(&self, access: &Access, id: &str) -> Result<bool, Failure> {
        self.permit_identity(access, vec![format!("client/{id}")])?;
        let key = values![access.tenant().as_str(), id].to_vec();
        let gone = key.clone();
        let dropped = self
            .inner
            .record_writer
            .write(move |executor| executor.execute(sql::REGISTRATION_DROP, &key))?;
        self.end_client(gone)?;
        Ok(dropped > 0)
    }

    fn end_client(&self, key: Vec<Value>) -> Result<(), Failure> {
        self.write_identity(move |executor| {
            executor.execute(sql::TICKETS_OF_CLIENT_DROP, &key).map(|_| ())
        })
    }

    fn registered(
        &self,
        access: &Access,
        sql: &'static str,
        key: &str,
    ) -> Result<Option<Registration>, Failure> {
        self.permit(access, Action::ReadAccounts)?;
        let key = values![access.tenant().as_str(), key];
        let row = self.inner.record.read(|executor| executor.first(sql, key))?;
        row.as_ref().map(stored).transpose()
    }
}

/// What cannot be read never widens: it is an error.
fn stored(row: &Row) -> Result<Registration, Failure> {
    serde_json::from_str(row.text(1)?)
        .map_err(|_| Failure::Storage("a registration cannot be read".to_owned()))
}
