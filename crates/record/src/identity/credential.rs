//! What people prove themselves with beside a password. Bodies are sealed under the account's key.

use crate::access::words;
use crate::limit::{self, CREDENTIALS_MAX, TEXT_BYTES_MAX, within};
use crate::sql::identity as sql;
use crate::store::{Row, values};
use crate::vault::Vault;
use crate::{Access, Action, Failure, Record};
use model::Timestamp;
use std::sync::Arc;

words! {
    /// What a credential is.
    CredentialKind {
        /// The shared secret of one-time codes.
        Totp => "totp",
        /// A shared secret that was shown and not proven yet.
        TotpOffered => "totp-offered",
        /// The digest of a code for the day when the authenticator is lost.
        Recovery => "recovery",
        /// A public key of a passkey.
        Passkey => "passkey",
    }
}

/// Something that an account proves itself with.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// Whose.
    pub login: String,
    /// What it is.
    pub kind: CredentialKind,
    /// Its id among those of its kind.
    pub id: String,
    /// What only grows: the last step of a code, the counter of a passkey.
    pub counter: u64,
    /// When it was made.
    pub created: Timestamp,
    /// The secret, or the key.
    pub body: Vec<u8>,
}

/// Nothing of its secret.
impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credential").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Record {
    /// Makes or replaces a credential.
    pub fn put_credential(&self, access: &Access, credential: Credential) -> Result<(), Failure> {
        let Credential { login, kind, id, counter, created, body } = credential;
        limit::text("login", &login)?;
        limit::text("credential", &id)?;
        within("credential", body.len(), TEXT_BYTES_MAX, "bytes")?;
        self.permit_identity(access, vec![format!("account/{login}"), kind.word().to_owned()])?;
        let tenant = access.tenant().as_str().to_owned();
        let (keys, now) = (Arc::clone(&self.inner.keys), self.now());
        self.inner.record_writer.write(move |executor| {
            let vault = Vault::new(executor, &keys, &tenant);
            let sealed = vault.seal(&owner(&login), &[kind.word(), &id], &body, now)?;
            let row = values![&tenant, login, kind.word(), id, counter, created.micros(), sealed];
            executor.execute(sql::CREDENTIAL_PUT, row).map(|_| ())
        })
    }

    /// The credentials of a kind that an account has.
    pub fn credentials(
        &self,
        access: &Access,
        login: &str,
        kind: CredentialKind,
    ) -> Result<Vec<Credential>, Failure> {
        self.permit(access, Action::ReadAccounts)?;
        let tenant = access.tenant().as_str();
        let key = values![tenant, login, kind.word(), CREDENTIALS_MAX];
        self.inner.record.read(|executor| {
            let vault = Vault::new(executor, &self.inner.keys, tenant);
            executor.query(sql::CREDENTIALS, key)?.iter().map(|row| opened(&vault, row)).collect()
        })
    }

    /// A credential by its id, whosever it is.
    pub fn credential(
        &self,
        access: &Access,
        kind: CredentialKind,
        id: &str,
    ) -> Result<Option<Credential>, Failure> {
        self.permit(access, Action::ReadAccounts)?;
        let tenant = access.tenant().as_str();
        let key = values![tenant, kind.word(), id];
        self.inner.record.read(|executor| {
            let vault = Vault::new(executor, &self.inner.keys, tenant);
            let row = executor.first(sql::CREDENTIAL_OF_ID, key)?;
            row.map(|row| opened(&vault, &row)).transpose()
        })
    }

    /// Moves a counter on; whether it was behind. What is shown a second time is not.
    pub fn use_credential(
        &self,
        access: &Access,
        credential: &Credential,
        counter: u64,
    ) -> Result<bool, Failure> {
        self.permit(access, Action::WriteAccounts)?;
        let Credential { login, kind, id, .. } = credential;
        let tenant = access.tenant().as_str();
        let row = values![counter, tenant, login, kind.word(), id, counter].to_vec();
        self.inner
            .record_writer
            .write(move |executor| Ok(executor.execute(sql::CREDENTIAL_USE, &row)? > 0))
    }

    /// Ends a credential; whether it was there, so that one that is good once is used by this.
    pub fn delete_credential(
        &self,
        access: &Access,
        login: &str,
        kind: CredentialKind,
        id: &str,
    ) -> Result<bool, Failure> {
        self.permit_identity(access, vec![format!("account/{login}"), kind.word().to_owned()])?;
        let row = values![access.tenant().as_str(), login, kind.word(), id].to_vec();
        self.inner
            .record_writer
            .write(move |executor| Ok(executor.execute(sql::CREDENTIAL_DROP, &row)? > 0))
    }

    /// Ends all credentials of a kind that an account has.
    pub fn delete_credentials(
        &self,
        access: &Access,
        login: &str,
        kind: CredentialKind,
    ) -> Result<usize, Failure> {
        self.permit_identity(access, vec![format!("account/{login}"), kind.word().to_owned()])?;
        let row = values![access.tenant().as_str(), login, kind.word()].to_vec();
        self.inner
            .record_writer
            .write(move |executor| executor.execute(sql::CREDENTIALS_DROP, &row))
    }
}

/// Whose data key a credential is sealed by: the account's. No patient's id holds a slash.
fn owner(login: &str) -> String {
    format!("account/{login}")
}

fn opened(vault: &Vault<'_>, row: &Row) -> Result<Credential, Failure> {
    let (login, id) = (row.text(0)?, row.text(2)?);
    let sealed = || Failure::Sealed { place: format!("account/{login}") };
    let kind = CredentialKind::from_word(row.text(1)?).ok_or_else(sealed)?;
    let body = vault.open(&owner(login), &[kind.word(), id], row.bytes(5)?)?;
    Ok(Credential {
        login: login.to_owned(),
        kind,
        id: id.to_owned(),
        counter: row.count(3)?,
        created: Timestamp::from_micros(row.int(4)?),
        body,
    })
}
