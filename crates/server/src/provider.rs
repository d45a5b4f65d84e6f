//! An external identity provider (OpenID Connect), or an EHR that launches the patient page (SMART
//! App Launch 2.2), as the operator configures it.

use crate::error::Error;
use axum::http::StatusCode;
use identity::jose::{Algorithm, KeySet, object};
use identity::redirect;
use model::Timestamp;
use record::Role;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// For how long what the provider says of itself is believed, in microseconds.
const REMEMBERED_MICROS: i64 = 3_600 * 1_000_000;
/// How soon its keys are asked for again because of one that is not known, in microseconds.
const AGAIN_MICROS: i64 = 60 * 1_000_000;

/// How the provider is called: only at addresses that it has told itself.
pub trait ProviderCalls: fmt::Debug + Send + Sync {
    /// The body at an address.
    ///
    /// # Errors
    /// Why there is none.
    fn get(&self, address: &str) -> Result<Vec<u8>, String>;

    /// The answer to a form.
    ///
    /// # Errors
    /// Why there is none.
    fn post(
        &self,
        address: &str,
        authorization: Option<&str>,
        form: &str,
    ) -> Result<Vec<u8>, String>;

    /// The FHIR resource at an address of the EHR.
    ///
    /// # Errors
    /// Why there is none.
    fn resource(&self, address: &str, authorization: &str) -> Result<Vec<u8>, String>;
}

impl ProviderCalls for notify::Fetcher {
    fn get(&self, address: &str) -> Result<Vec<u8>, String> {
        Self::get(self, address)
    }

    fn post(
        &self,
        address: &str,
        authorization: Option<&str>,
        form: &str,
    ) -> Result<Vec<u8>, String> {
        Self::post(self, address, authorization, form)
    }

    fn resource(&self, address: &str, authorization: &str) -> Result<Vec<u8>, String> {
        Self::resource(self, address, authorization)
    }
}

/// Where a provider says what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderKind {
    /// OpenID Connect Discovery 1.0 §4, under its issuer.
    OpenId,
    /// SMART App Launch 2.2, `.well-known/smart-configuration` under an EHR's FHIR base. Its tokens
    /// are those of the issuer that is named there.
    Smart,
}

/// How an operator configures a provider.
#[derive(Clone)]
pub struct ProviderSettings {
    /// What it says of itself, and where.
    pub kind: ProviderKind,
    /// What it signs as, or the EHR's FHIR base; its configuration is under it.
    pub issuer: String,
    /// Name shown on the log-in page.
    pub name: String,
    /// What we are there.
    pub client_id: String,
    /// Our secret there, if there is one.
    pub client_secret: Option<String>,
    /// The algorithms it may sign with.
    pub algorithms: Vec<Algorithm>,
    /// The claim that says what a person is, `roles` or `realm_access.roles`.
    pub role_claim: String,
    /// Which of its values is which role. Who has none of them, or several that differ, does not
    /// get in, unless the operator has linked an account.
    pub roles: BTreeMap<String, Role>,
    /// The role of whoever has none by the claim; `None` = such a person does not get in.
    pub default_role: Option<Role>,
}

/// Nothing of the secret.
impl fmt::Debug for ProviderSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderSettings").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// What the provider says of itself.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    /// What its tokens name as their issuer.
    pub(crate) issuer: String,
    pub(crate) authorize: String,
    pub(crate) token: String,
    keys: String,
    key_set: KeySet,
    at: i64,
    keys_at: i64,
}

/// A provider.
#[derive(Debug)]
pub struct Provider {
    settings: ProviderSettings,
    calls: Arc<dyn ProviderCalls>,
    told: Mutex<Option<Told>>,
}

impl Provider {
    /// A provider of these settings.
    ///
    /// # Errors
    /// When its issuer is no address that people can be sent to, or no algorithm is pinned.
    pub fn new(settings: ProviderSettings, calls: Arc<dyn ProviderCalls>) -> Result<Self, String> {
        if let Some(fault) = redirect::fault(&settings.issuer) {
            return Err(format!("`{}` {fault}", settings.issuer));
        }
        if settings.algorithms.is_empty() {
            return Err("no algorithm is pinned".to_owned());
        }
        Ok(Self { settings, calls, told: Mutex::default() })
    }

    /// The settings.
    pub(crate) fn settings(&self) -> &ProviderSettings {
        &self.settings
    }

    /// How it is called.
    pub(crate) fn calls(&self) -> &dyn ProviderCalls {
        &*self.calls
    }

    /// What it says of itself (OpenID Connect Discovery 1.0 §4), asked once an hour.
    ///
    /// # Errors
    /// 503 when it cannot be asked, or says what cannot be used.
    pub(crate) fn told(&self, now: Timestamp) -> Result<Told, Error> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = |one: &&Told| (0..REMEMBERED_MICROS).contains(&(now.micros() - one.at));
        if let Some(known) = told.as_ref().filter(is_fresh) {
            return Ok(known.clone());
        }
        let asked = self.discover(now.micros()).map_err(|reason| unreached(&reason))?;
        *told = Some(asked.clone());
        Ok(asked)
    }

    /// Its keys; asked for again, once a minute at most, because of one that is not known.
    ///
    /// # Errors
    /// As [`Provider::told`].
    pub(crate) fn keys(&self, now: Timestamp, is_again: bool) -> Result<KeySet, Error> {
        let known = self.told(now)?;
        if !is_again || (0..AGAIN_MICROS).contains(&(now.micros() - known.keys_at)) {
            return Ok(known.key_set);
        }
        let key_set = self.fetch_keys(&known.keys).map_err(|reason| unreached(&reason))?;
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        *told = Some(Told { key_set: key_set.clone(), keys_at: now.micros(), ..known });
        Ok(key_set)
    }

    fn discover(&self, at: i64) -> Result<Told, String> {
        let issuer = &self.settings.issuer;
        let base = issuer.strip_suffix('/').unwrap_or(issuer);
        let name = match self.settings.kind {
            ProviderKind::OpenId => "openid-configuration",
            ProviderKind::Smart => "smart-configuration",
        };
        let body = self.calls.get(&format!("{base}/.well-known/{name}"))?;
        let said = object(&body).map_err(|_| "its configuration cannot be read".to_owned())?;
        let address = |name: &str| address(&said, name);
        let signs_as = match self.settings.kind {
            ProviderKind::OpenId => said.get("issuer").and_then(Value::as_str).map(str::to_owned),
            ProviderKind::Smart => Some(address("issuer")?),
        };
        if self.settings.kind == ProviderKind::OpenId && signs_as.as_ref() != Some(issuer) {
            return Err("its configuration is another issuer's".to_owned());
        }
        let keys = address("jwks_uri")?;
        let key_set = self.fetch_keys(&keys)?;
        Ok(Told {
            issuer: signs_as.unwrap_or_default(),
            authorize: address("authorization_endpoint")?,
            token: address("token_endpoint")?,
            keys,
            key_set,
            at,
            keys_at: at,
        })
    }

    fn fetch_keys(&self, address: &str) -> Result<KeySet, String> {
        let (keys, _) = KeySet::read(&self.calls.get(address)?);
        if keys.is_empty() { Err("it has no key that is taken".to_owned()) } else { Ok(keys) }
    }
}

/// An address that the provider tells; encrypted, or on this machine.
fn address(said: &Map<String, Value>, name: &str) -> Result<String, String> {
    let address = said.get(name).and_then(Value::as_str);
    let address =
        address.filter(|address| address.starts_with("http") && redirect::fault(address).is_none());
    address.map(str::to_owned).ok_or_else(|| format!("its `{name}` cannot be used"))
}

fn unreached(reason: &str) -> Error {
    tracing::warn!(reason, "the identity provider cannot be used");
    let text =
        "the identity provider cannot be reached; please try again, or log in with a password";
    Error::new(StatusCode::SERVICE_UNAVAILABLE, "transient", text)
}
