//! A master key in a PKCS#11 token: an AES key that seals the keyring and never leaves the token.

use anyhow::{Context, bail};
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use record::{Failure, HeldKey, MasterKey, derived_id, random_bytes};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of the nonce, which stands before what is sealed (NIST SP 800-38D, 8.2.2).
const NONCE_BYTES: usize = 12;
/// Bits of the tag.
const TAG_BITS: u64 = 128;
/// Bytes of a key that is made.
const KEY_BYTES: u64 = 32;

/// Where a key is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'p> {
    /// The library of the token's maker.
    pub(crate) module: &'p Path,
    /// Label of the token.
    pub(crate) token: &'p str,
    /// File with the PIN of its user.
    pub(crate) pin_file: &'p Path,
    /// Label of the key.
    pub(crate) key: &'p str,
}

/// The key in the token, in a session that is kept: one call at a time.
struct Token {
    session: Mutex<Session>,
    key: ObjectHandle,
    id: String,
}

/// Finds the key, or makes it where that is asked for.
pub(crate) fn open(place: Place<'_>, is_made: bool) -> anyhow::Result<MasterKey> {
    let library = Pkcs11::new(place.module)
        .with_context(|| format!("`{}` is no PKCS#11 module", place.module.display()))?;
    match library.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
        Err(error) => return Err(error).context("the PKCS#11 module does not start"),
    }
    let (slot, serial) = slot(&library, place.token)?;
    let session = library.open_rw_session(slot).context("the token opens no session")?;
    let pin = std::fs::read_to_string(place.pin_file)
        .with_context(|| format!("`{}` cannot be read", place.pin_file.display()))?;
    let pin = AuthPin::from(pin.trim_end_matches(['\r', '\n']).to_owned());
    match session.login(UserType::User, Some(&pin)) {
        Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {}
        Err(error) => return Err(error).context("the token refuses the PIN"),
    }
    let key = find(&session, place.key)?;
    let key = match key {
        Some(key) => key,
        None if is_made => make(&session, place.key)?,
        None => bail!("the token `{}` has no AES key `{}`", place.token, place.key),
    };
    refuse_loose(&session, key, place.key)?;
    let id = derived_id(["PKCS#11", &serial, place.key]);
    let held = Token { session: Mutex::new(session), key, id };
    Ok(MasterKey::held_elsewhere(Arc::new(held)))
}

fn slot(library: &Pkcs11, label: &str) -> anyhow::Result<(Slot, String)> {
    for slot in library.get_slots_with_token().context("the PKCS#11 module names no tokens")? {
        let token = library.get_token_info(slot)?;
        if token.label().trim_end() == label {
            return Ok((slot, token.serial_number().trim_end().to_owned()));
        }
    }
    bail!("there is no token `{label}`")
}

fn find(session: &Session, label: &str) -> anyhow::Result<Option<ObjectHandle>> {
    let like = [
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::KeyType(KeyType::AES),
        Attribute::Label(label.as_bytes().to_vec()),
    ];
    let found = session.find_objects(&like).context("the token cannot be searched")?;
    match found.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(*one)),
        _ => bail!("the token has several AES keys `{label}`"),
    }
}

fn make(session: &Session, label: &str) -> anyhow::Result<ObjectHandle> {
    let like = [
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Encrypt(true),
        Attribute::Decrypt(true),
        Attribute::ValueLen(KEY_BYTES.into()),
        Attribute::Label(label.as_bytes().to_vec()),
    ];
    session.generate_key(&Mechanism::AesKeyGen, &like).context("the token makes no AES key")
}

/// Refuses a key that could leave the token.
fn refuse_loose(session: &Session, key: ObjectHandle, label: &str) -> anyhow::Result<()> {
    let asked = [AttributeType::Extractable, AttributeType::Sensitive];
    let told = session.get_attributes(key, &asked).context("the token does not tell of its key")?;
    let is_kept =
        told.contains(&Attribute::Extractable(false)) && told.contains(&Attribute::Sensitive(true));
    if !is_kept {
        bail!("the AES key `{label}` can be taken out of the token; make one that cannot");
    }
    Ok(())
}

fn failed(error: &Error) -> Failure {
    Failure::Storage(format!("the PKCS#11 token: {error}"))
}

impl HeldKey for Token {
    fn id(&self) -> String {
        self.id.clone()
    }

    fn seal(&self, place: &[u8], secret: &[u8]) -> Result<Vec<u8>, Failure> {
        let random = random_bytes()?;
        let mut nonce: Vec<u8> = random.into_iter().take(NONCE_BYTES).collect();
        let mut sealed = nonce.clone();
        let tag = TAG_BITS.into();
        let how = GcmParams::new(&mut nonce, place, tag).map_err(|error| failed(&error))?;
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let text = session.encrypt(&Mechanism::AesGcm(how), self.key, secret);
        sealed.append(&mut text.map_err(|error| failed(&error))?);
        Ok(sealed)
    }

    fn open(&self, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Failure> {
        let refuse = || Failure::KeyMismatch { place: "keyring".to_owned() };
        let (nonce, text) = sealed.split_at_checked(NONCE_BYTES).ok_or_else(refuse)?;
        let mut nonce = nonce.to_vec();
        let tag = TAG_BITS.into();
        let how = GcmParams::new(&mut nonce, place, tag).map_err(|error| failed(&error))?;
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        match session.decrypt(&Mechanism::AesGcm(how), self.key, text) {
            Ok(secret) => Ok(secret),
            // Tokens differ in what they call a tag that does not fit.
            Err(Error::Pkcs11(
                RvError::EncryptedDataInvalid
                | RvError::EncryptedDataLenRange
                | RvError::DataInvalid
                | RvError::GeneralError
                | RvError::FunctionFailed,
                _,
            )) => Err(refuse()),
            Err(error) => Err(failed(&error)),
        }
    }
}
