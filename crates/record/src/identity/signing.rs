//! The keys that tokens are signed by, sealed as bodies are.

use crate::limit::{self, SIGNING_KEYS_MAX, TEXT_BYTES_MAX, within};
use crate::sql::identity as sql;
use crate::store::{Row, values};
use crate::vault::Vault;
use crate::{Access, Action, Failure, Record};
use model::Timestamp;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Whose data key they are sealed by. No patient's id holds a slash.
const OWNER: &str = "signing/keys";

/// A private key that signs tokens.
pub struct SigningKey {
    /// Its name in the set of public keys.
    pub id: String,
    /// When it was made.
    pub created: Timestamp,
    /// PKCS #8.
    pub pkcs8: Zeroizing<Vec<u8>>,
}

/// Nothing of the key.
impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Record {
    /// Keeps a new key. The newest one signs; the others are good for what they have signed.
    pub fn put_signing_key(&self, access: &Access, id: &str, pkcs8: &[u8]) -> Result<(), Failure> {
        limit::text("key", id)?;
        within("key", pkcs8.len(), TEXT_BYTES_MAX, "bytes")?;
        self.permit_identity(access, vec![format!("signing-key/{id}")])?;
        let (tenant, id) = (access.tenant().as_str().to_owned(), id.to_owned());
        let body = Zeroizing::new(pkcs8.to_vec());
        let (keys, now) = (Arc::clone(&self.inner.keys), self.now());
        self.inner.record_writer.write(move |executor| {
            let vault = Vault::new(executor, &keys, &tenant);
            let sealed = vault.seal(OWNER, &["signing-key", &id], &body, now)?;
            let row = values![&tenant, id, now.micros(), sealed];
            executor.execute(sql::SIGNING_KEY_PUT, row).map(|_| ())
        })
    }

    /// The keys, the newest first.
    pub fn signing_keys(&self, access: &Access) -> Result<Vec<SigningKey>, Failure> {
        self.permit(access, Action::ReadAccounts)?;
        let tenant = access.tenant().as_str();
        let key = values![tenant, SIGNING_KEYS_MAX];
        self.inner.record.read(|executor| {
            let vault = Vault::new(executor, &self.inner.keys, tenant);
            executor.query(sql::SIGNING_KEYS, key)?.iter().map(|row| opened(&vault, row)).collect()
        })
    }

    /// Drops keys made before a time; how many there were.
    pub fn drop_signing_keys(&self, access: &Access, before: Timestamp) -> Result<usize, Failure> {
        self.permit_identity(access, vec!["signing-key".to_owned()])?;
        let row = values![access.tenant().as_str(), before.micros()].to_vec();
        self.inner
            .record_writer
            .write(move |executor| executor.execute(sql::SIGNING_KEYS_DROP, &row))
    }
}

fn opened(vault: &Vault<'_>, row: &Row) -> Result<SigningKey, Failure> {
    let id = row.text(0)?;
    let pkcs8 = Zeroizing::new(vault.open(OWNER, &["signing-key", id], row.bytes(2)?)?);
    Ok(SigningKey { id: id.to_owned(), created: Timestamp::from_micros(row.int(1)?), pkcs8 })
}
